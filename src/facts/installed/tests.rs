#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use super::Installed;
use crate::check::vocabulary;
use crate::facts::{FactsBuilder, Options};

/// What an inventory's only asset has.
fn installed(asset: &str) -> Installed {
    let now = crate::time::parse_instant("2026-11-20T15:00:00Z").unwrap();
    let mut builder = FactsBuilder::new(Arc::new(vocabulary::standard()), now, Options::default());
    builder.add_inventory("inventory.ndjson", format!(r#"{{"id":"a",{asset}}}"#).as_bytes());
    let mut found = Vec::new();
    builder.installed(&mut |mut some| found.append(&mut some));
    found.pop().unwrap()
}

/// `id package version state` of what stands for its software.
fn standing(finding: &str) -> Vec<String> {
    let asset = installed(&format!(r#""software":[{{"name":"x"}}],"findings":[{{"cve":"CVE-2026-1"{finding}}}]"#));
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let line =
        |it: &super::Reported| format!("{} {} {} {}", it.id, text(&it.package), text(&it.version), text(&it.closed));
    asset.findings.iter().map(line).collect()
}

#[test]
fn what_cannot_be_read_of_software_is_not_left_out() {
    for (software, is_cut, purl) in [
        (r#"{"name":"x"}"#, false, "absent"),
        (r#"{"name":"x","purl":null}"#, false, "absent"),
        (r#"{"name":"x","purl":5}"#, false, "null"),
        (r#"{"name":"x","purl":"pkg:npm/x@1","purl":"pkg:npm/x@2"}"#, false, "null"),
        (r#"{"name":"x","purl":"pkg:npm/x@1"}"#, false, r#""pkg:npm/x@1""#),
        ("null", true, "absent"),
        (r#"{"name":"x"},5"#, true, "absent"),
    ] {
        let asset = installed(&format!(r#""software":[{software}]"#));
        let read = asset.software.first().and_then(|it| it.get("purl"));
        assert_eq!((asset.is_cut, read.map_or("absent".to_owned(), ToString::to_string).as_str()), (is_cut, purl));
    }
}

#[test]
fn a_package_that_is_not_known_is_none_that_is_left_open() {
    for (finding, stands) in [
        (r#","state":"not_affected""#, "CVE-2026-1 - - not_affected"),
        (r#","state":"not_affected","package":"x""#, "CVE-2026-1 x - not_affected"),
        (r#","state":"not_affected","package":"x","version":"1.0""#, "CVE-2026-1 x 1.0 not_affected"),
        (r#","state":"not_affected","package":null"#, ""),
        (r#","state":"not_affected","package":5"#, ""),
        (r#","state":"not_affected","package":"x","package":"y""#, ""),
        (r#","state":"not_affected","package":"x","version":null"#, ""),
        (r#","state":"not_affected","package":"x","version":1.0"#, ""),
        (r#","state":"open""#, "CVE-2026-1 - - -"),
        (r#","package":null"#, ""),
        (r#","package":"x","version":null"#, "CVE-2026-1 x - -"),
    ] {
        assert_eq!(standing(finding).join(", "), stands, "{finding}");
    }
}
