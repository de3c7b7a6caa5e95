//! The real feeds together: what findings of the 2,157 records of the sample get from them.

#![allow(clippy::disallowed_macros, reason = "tests print tables")]

use std::collections::BTreeMap;

use super::*;
use crate::sources::feeds::tests::vectors::{files, harvest};

/// The sample, the catalogue, EPSS, NVD and OSV; and the identifiers of the sample.
fn everything() -> Option<(Advisories, Vec<String>)> {
    let data = crate::testing::data("")?;
    let mut advisories = Advisories::default();
    let mut ids = Vec::new();
    for folder in ["kev", "epss", "nvd", "osv", "cve5/vulnrichment-sample.ndjson.gz"] {
        for (name, bytes) in files(&data, folder) {
            // Another EPSS file than that of the day would be left out as the older one anyway.
            let Some((kind, harvest)) =
                harvest(&name, &bytes).filter(|(kind, _)| *kind != Kind::Epss || name.contains("2026-08-22"))
            else {
                continue;
            };
            if kind == Kind::Cve {
                ids.extend(harvest.advisories.iter().map(|advisory| advisory.id.clone()));
            }
            advisories.add(harvest);
        }
    }
    Some((advisories, ids))
}

#[test]
fn the_sample_joined_with_the_catalogue() {
    let Some((advisories, ids)) = everything() else { return };
    assert_eq!(ids.len(), 2_157);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for id in &ids {
        let mut finding = Fields::new();
        finding.insert("cve".to_owned(), Value::from(id.as_str()));
        for remark in advisories.enrich(&mut finding, &Subject::default()) {
            *counts.entry(format!("remark {}", remark.name)).or_default() += 1;
        }
        for field in ["kev", "epss", "cvss", "exploitation", "published", "vendor_severity"] {
            let value = match (field, finding.get(field)) {
                (_, None) => "unknown".to_owned(),
                ("kev" | "exploitation", Some(value)) => value.to_string(),
                _ => "known".to_owned(),
            };
            *counts.entry(format!("{field} {value}")).or_default() += 1;
        }
    }
    for (what, count) in &counts {
        println!("{what:<40} {count:>6}");
    }
    let count = |what: &str| counts.get(what).copied().unwrap_or(0);
    // Counted by a few lines of Python over the same files: 263 of the sample are in the catalogue of 7 August 2026, each with a score.
    assert_eq!((count("kev true"), count("kev false"), count("kev unknown")), (263, 1_894, 0));
    assert_eq!((count("epss known"), count("epss unknown")), (263, 1_894));
    assert_eq!(count("exploitation unknown"), 3);
    assert_eq!(count("remark record_withdrawn"), 3);
}
