//! Semantic Versioning 2.0.0, item 11, and two orders after it; read leniently, since tags and advisories are not strict.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a semantic version: `1.2.3`, `1.2.3-rc.1`, `1.2.3+build`";

pub(super) struct Version<'a> {
    release: &'a str,
    pre: Option<&'a str>,
    build: Option<&'a str>,
}

/// Any number of numbers, `v` or `go` before them, and a pre-release that follows a letter at once (`1.2rc1`).
pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let bare = ["v", "V", "go"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
    let (release, rest) = scan::dotted(bare);
    let (rest, build) = match rest.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (rest, None),
    };
    let pre = match rest.strip_prefix('-') {
        Some(pre) => Some(pre),
        None if rest.is_empty() => None,
        None if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => Some(rest),
        None => return None,
    };
    let identifiers = |text: Option<&str>| {
        text.is_none_or(|t| {
            t.split('.')
                .all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_~".contains(&b)))
        })
    };
    let valid = !release.is_empty() && identifiers(pre) && identifiers(build);
    valid.then_some(Version { release, pre, build })
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    precedence(a, b, str::cmp)
}

pub(super) fn compare_ignoring_case(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    precedence(a, b, scan::ignoring_case)
}

/// A version with build metadata is newer than the same without.
pub(super) fn compare_with_build(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    compare(a, b).then_with(|| match (a.build, b.build) {
        (Some(x), Some(y)) => identifiers(x, y, str::cmp),
        (x, y) => x.is_some().cmp(&y.is_some()),
    })
}

fn precedence(a: &Version<'_>, b: &Version<'_>, text: impl Fn(&str, &str) -> Ordering) -> Ordering {
    scan::release(a.release, b.release).then_with(|| match (a.pre, b.pre) {
        (Some(x), Some(y)) => identifiers(x, y, text),
        (x, y) => y.is_some().cmp(&x.is_some()),
    })
}

/// Numbers come before words; a longer list after its beginning.
fn identifiers(a: &str, b: &str, text: impl Fn(&str, &str) -> Ordering) -> Ordering {
    let numeric = |id: &str| id.bytes().all(|b| b.is_ascii_digit());
    let item = |x: &&str, y: &&str| match (numeric(x), numeric(y)) {
        (true, true) => scan::number(x, y),
        (false, false) => text(x, y),
        (x, y) => y.cmp(&x),
    };
    scan::lexicographic(a.split('.'), b.split('.'), item, |_| Ordering::Greater)
}
