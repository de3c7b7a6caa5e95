#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use super::*;
use crate::facts::{Amend, Json};
use crate::sources::store::{Added, merge};
use crate::time::parse_instant;

const NOW: &str = "2026-08-22T12:00:00Z";

fn harvest(kind: Kind, file: &str, text: &str) -> Harvest {
    let mut harvest = Harvest::default();
    kind.read(&Arc::from(file), text.as_bytes(), &mut harvest);
    harvest
}

/// What is known from a store of some files, in the order in which they are added, and from other files beside it.
fn knowledge(stored: &[(Kind, &str, &str)], read: &[(Kind, &str, &str)]) -> Knowledge {
    let now = parse_instant(NOW).unwrap();
    let mut knowledge = Knowledge::new(&Schema::default(), None).at(now);
    let mut bytes: Option<&'static [u8]> = None;
    for (kind, file, text) in stored {
        let old = bytes.map(|bytes| Store::open(bytes, bytes.len() as u64).unwrap());
        let added = Added { file: (*file).to_owned(), harvest: harvest(*kind, file, text) };
        let (written, _) = merge(old.as_ref(), vec![added], now, &|_| None, Vec::new()).unwrap();
        bytes = Some(written.leak());
    }
    if let Some(bytes) = bytes {
        knowledge.open("s", Store::open(bytes, bytes.len() as u64).unwrap()).unwrap();
    }
    for (kind, file, text) in read {
        knowledge.add(file, harvest(*kind, file, text));
    }
    knowledge
}

fn field(knowledge: &Knowledge, cve: &str, field: &str) -> Option<Value> {
    let mut finding = Fields::new();
    finding.insert("cve".to_owned(), cve.into());
    knowledge.enrich(&mut finding, &Subject::default());
    finding.get(field).cloned()
}

fn told(knowledge: &Knowledge) -> Vec<&'static str> {
    let remarks = knowledge.remarks(parse_instant(NOW).unwrap(), &|_| None);
    remarks.iter().map(|(remark, _)| remark.name).collect()
}

fn kev(made: &str, ids: &[&str]) -> String {
    let entries: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"cveID": "{id}", "dateAdded": "2026-08-01"}}"#)).collect();
    format!(
        r#"{{"dateReleased": "{made}T00:00:00Z", "count": {}, "vulnerabilities": [{}]}}"#,
        ids.len(),
        entries.join(",")
    )
}

/// The same files as a store, as files, and as both, in whatever order.
fn every_way(files: [(Kind, &str, &str); 2], check: impl Fn(&Knowledge, &str)) {
    let [one, other] = files;
    for [first, second] in [[one, other], [other, one]] {
        check(&knowledge(&[first, second], &[]), "store");
        check(&knowledge(&[], &[first, second]), "files");
        check(&knowledge(&[first], &[second]), "store and file");
    }
}

#[test]
fn what_may_be_in_another_edition_is_unknown_in_a_store_as_in_files() {
    let good = kev("2026-08-20", &["CVE-2026-1000"]);
    let ahead = kev("2099-01-01", &["CVE-2026-1002"]);
    for other in
        ["{\"dateReleased\": \"2026-08-21T00:00:00Z\", \"vul", "cveID,dateAdded\nCVE-2026-1002,2026-08-01\n", &ahead]
    {
        every_way([(Kind::Kev, "good.json", &good), (Kind::Kev, "other", other)], |knowledge, how| {
            assert_eq!(field(knowledge, "CVE-2026-1000", "kev"), Some(true.into()), "{how} {other}");
            for absent in ["CVE-2026-1001", "CVE-2026-1002"] {
                assert_eq!(field(knowledge, absent, "kev"), None, "{how} {other}");
            }
            assert!(told(knowledge).contains(&"feed_undated"), "{how} {other}");
        });
    }
    // Of two that both say when they were made, the later counts.
    let old = kev("2026-08-19", &["CVE-2026-1002"]);
    every_way([(Kind::Kev, "good.json", &good), (Kind::Kev, "other", &old)], |knowledge, how| {
        assert_eq!(field(knowledge, "CVE-2026-1002", "kev"), Some(false.into()), "{how}");
    });
    // Of one time, the one that has more.
    let more = kev("2026-08-20", &["CVE-2026-1000", "CVE-2026-1002"]);
    every_way([(Kind::Kev, "good.json", &good), (Kind::Kev, "more", &more)], |knowledge, how| {
        assert_eq!(field(knowledge, "CVE-2026-1002", "kev"), Some(true.into()), "{how}");
    });
}

#[test]
fn a_catalogue_that_is_dated_ahead_denies_nothing() {
    let ahead = kev("2099-01-01", &["CVE-2026-1000"]);
    let file = (Kind::Kev, "ahead.json", ahead.as_str());
    for knowledge in [knowledge(&[file], &[]), knowledge(&[], &[file])] {
        assert_eq!(field(&knowledge, "CVE-2026-1000", "kev"), Some(true.into()));
        assert_eq!(field(&knowledge, "CVE-2026-1001", "kev"), None);
        assert_eq!(told(&knowledge), ["feed_future"]);
    }
}

#[test]
fn an_older_record_is_not_found_by_a_name_that_the_newer_one_no_longer_has() {
    let osv = |modified: &str, aliases: &str, severity: &str| {
        format!(
            r#"{{"id": "GHSA-x", "modified": "{modified}T00:00:00Z", "aliases": [{aliases}], "database_specific": {{"severity": "{severity}"}}}}"#
        )
    };
    let old = osv("2026-01-01", "\"CVE-2026-1000\"", "CRITICAL");
    let new = osv("2026-02-01", "", "LOW");
    every_way([(Kind::Osv, "old.json", &old), (Kind::Osv, "new.json", &new)], |knowledge, how| {
        assert_eq!(field(knowledge, "CVE-2026-1000", "vendor_severity"), None, "{how}");
        assert_eq!(field(knowledge, "GHSA-x", "vendor_severity"), Some("low".into()), "{how}");
    });
}

#[test]
fn records_that_do_not_say_when_they_were_changed_say_the_same_from_a_store_as_from_files() {
    let cve = |severity: &str| {
        format!(
            r#"{{"id": "GHSA-x", "aliases": ["CVE-2026-1000"], "database_specific": {{"severity": "{severity}"}}}}"#
        )
    };
    let (one, other) = (cve("LOW"), cve("CRITICAL"));
    every_way([(Kind::Osv, "one.json", &one), (Kind::Osv, "other.json", &other)], |knowledge, how| {
        assert_eq!(field(knowledge, "CVE-2026-1000", "vendor_severity"), Some("critical".into()), "{how}");
    });
}

#[test]
fn a_record_that_is_dated_ahead_replaces_none_and_withdraws_nothing_yet() {
    let record = |more: &str, word: &str| {
        format!(
            r#"{{"id": "GHSA-x", "modified": {more}, "aliases": ["CVE-2026-1000"], "database_specific": {{"severity": "{word}"}}}}"#
        )
    };
    let now = record(r#""2026-08-01T00:00:00Z""#, "critical");
    for more in [
        r#""2099-01-01T00:00:00Z""#,
        r#""2099-01-01T00:00:00Z", "withdrawn": "2099-01-01T00:00:00Z""#,
        r#""2026-08-02T00:00:00Z", "withdrawn": "2099-01-01T00:00:00Z""#,
    ] {
        let ahead = record(more, "low");
        every_way([(Kind::Osv, "now.json", &now), (Kind::Osv, "ahead.json", &ahead)], |knowledge, how| {
            let word = field(knowledge, "CVE-2026-1000", "vendor_severity");
            assert_eq!(word, Some("critical".into()), "{how} {more}");
            assert!(told(knowledge).contains(&"feed_future"), "{how} {more}");
        });
        let alone = knowledge(&[], &[(Kind::Osv, "ahead.json", &ahead)]);
        assert_eq!(field(&alone, "CVE-2026-1000", "vendor_severity"), Some("low".into()), "{more}");
    }
    // One that is withdrawn by now is.
    let withdrawn = record(r#""2026-08-02T00:00:00Z", "withdrawn": "2026-08-03T00:00:00Z""#, "low");
    every_way([(Kind::Osv, "now.json", &now), (Kind::Osv, "later.json", &withdrawn)], |knowledge, how| {
        assert_eq!(field(knowledge, "CVE-2026-1000", "vendor_severity"), None, "{how}");
    });
}

/// A score that no vector of the finding has is told of even where it is the finding's own vector that counts instead of it.
#[test]
fn a_score_that_gives_way_to_the_findings_own_vector_is_told() {
    let osv = r#"{"id": "CVE-2026-1000", "modified": "2026-02-01T00:00:00Z", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}"#;
    let knowledge = knowledge(&[], &[(Kind::Osv, "osv.json", osv)]);
    let own = r#"["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 2.5]"#;
    let text = format!(r#"{{"id": "a", "findings": [{{"cve": "CVE-2026-1000", "cvss": {own}}}]}}"#);
    let mut record = Json::from(serde_json::from_str::<Value>(&text).unwrap());
    let told = knowledge.asset(&mut record);
    assert_eq!(told.iter().map(|caveat| caveat.name).collect::<Vec<_>>(), ["cvss_score_replaced"]);
}
