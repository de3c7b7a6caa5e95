#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

/// `+` yes, `-` no, `?` unknown.
fn answer(range: &str, kind: &str, version: &str) -> char {
    let version = Some(version).filter(|version| !version.is_empty());
    match Range::parse(range).map(|range| range.contains(kind, version)) {
        Ok(Affected::Yes) => '+',
        Ok(Affected::No) => '-',
        Ok(Affected::Unknown(_)) | Err(_) => '?',
    }
}

#[test]
fn versions_in_ranges() {
    for (range, kind, versions) in [
        ("vers:npm/>=2.0.0", "npm", "1.9.9- 2.0.0+ 2.0.0-rc.1- 10.0.0+"),
        ("vers:npm/<1.5.0", "npm", "1.4.9+ 1.5.0- 1.5.0-rc.1+"),
        ("vers:npm/>1.0.0|<=2.0.0", "npm", "1.0.0- 1.0.1+ 2.0.0+ 2.0.1-"),
        ("vers:npm/<=2.0.0|>1.0.0", "npm", "1.0.0- 1.0.1+ 2.0.0+ 2.0.1-"),
        ("vers:npm/1.0.0|2.0.0", "npm", "1.0.0+ 1.5.0- 2.0.0+"),
        ("vers:npm/>=1.0.0|!=1.2.0|<2.0.0|>=3.0.0", "npm", "0.9.0- 1.1.0+ 1.2.0- 1.9.0+ 2.0.0- 2.5.0- 3.1.0+"),
        ("vers:npm/<1.0.0|=1.5.0|>=2.0.0|<3.0.0", "npm", "0.1.0+ 1.0.0- 1.5.0+ 1.6.0- 2.0.0+ 3.0.0-"),
        ("VERS:NPM/ >= 2.0.0 ", "npm", "1.0.0- 2.1.0+"),
        ("vers:deb/>=1%3A5.1-2", "deb", "1:5.1-1- 1:5.1-2+ 1:5.1-2~rc1- 2.0-"),
        ("vers:pypi/<=2.0", "pypi", "2.0+ 2.0.0+ 2.0.post1- 2.0rc1+"),
        ("vers:maven/>=2.0-beta-1", "maven", "2.0+ 2.0-alpha-1-"),
        ("vers:semver/<2.0.0", "cargo", "1.0.0+ 2.0.0-"),
        ("vers:alpine/<1.2.3-r4", "apk", "1.2.3-r3+ 1.2.3-r4-"),
        ("vers:npm/*", "npm", "1.0.0+ x+"),
        ("vers:all/*", "npm", "1.0.0+"),
        ("vers:none/*", "npm", "1.0.0-"),
    ] {
        for expected in versions.split(' ') {
            let (version, sign) = expected.split_at(expected.len() - 1);
            assert_eq!(answer(range, kind, version), sign.chars().next().unwrap(), "{version} in {range}");
        }
    }
}

#[test]
fn what_cannot_be_told_is_unknown() {
    for (range, kind, version) in [
        (">=2.0.0", "npm", "1.0.0"),
        ("", "npm", "1.0.0"),
        ("vers:npm", "npm", "1.0.0"),
        ("vers:npm/", "npm", "1.0.0"),
        ("vers:generic/>=2.0", "npm", "1.0.0"),
        ("vers:openssl/>=2.0", "generic", "1.0.0"),
        ("vers:pypi/>=2.0", "npm", "1.0.0"),
        ("vers:npm/>=2.0.0", "npm", ""),
        ("vers:npm/>=2.0.0", "npm", "latest"),
        ("vers:npm/>=latest", "npm", "1.0.0"),
        ("vers:npm/>=", "npm", "1.0.0"),
        ("vers:npm/>=1.0.0|*", "npm", "1.0.0"),
        ("vers:npm/>=1.0.0|>=2.0.0", "npm", "3.0.0"),
        ("vers:npm/<1.0.0|<2.0.0", "npm", "0.1.0"),
        ("vers:npm/>=1.0.0|<1.0.0", "npm", "1.0.0"),
        ("vers:npm/!=1.0.0", "npm", "2.0.0"),
        ("vers:npm/>=%zz", "npm", "1.0.0"),
    ] {
        assert_eq!(answer(range, kind, version), '?', "{version} in {range}");
    }
    assert_eq!(answer("vers:npm/!=1.0.0", "npm", "1.0.0"), '-');
}
