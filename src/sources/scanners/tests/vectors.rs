//! Published reports, where they are at hand: `CHANGEGATE_DATA` names the folder that holds `scanner/`.
//!
//! What a reader finds is compared with what a search of the whole document finds that knows no format: no record is passed over unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::support::{files, objects, place, refused};
use crate::sources::Harvest;
use crate::sources::scanners::{Kind, detect, read};

/// Files that are no reports, and why.
const NONE: &[(&str, &str)] = &[
    ("defectdojo/osv_scanner/no_findings.json", "it is empty"),
    ("grype/anchore-fixture-image-simple.golden", "an archive of an image"),
    ("grype/stereoscope-fixture-image-simple.golden", "an archive of an image"),
];

/// Records that are refused, and why.
const REFUSED: &[(&str, &str)] = &[(
    "defectdojo/trivy/legacy_trivy_mix.json",
    "/0/Vulnerabilities/0: a vulnerability has no `VulnerabilityID`, expected a text",
)];

#[test]
fn every_report_is_read_as_a_search_without_its_format_finds_it() {
    let Some(folder) = crate::testing::data("scanner") else { return };
    let (mut wrong, mut total) = (Vec::new(), BTreeMap::<&str, [usize; 5]>::new());
    println!("{:<72} {:<17} {:>7} {:>8} {:>6} {:>7}", "file", "format", "records", "findings", "differ", "refused");
    for (name, bytes) in files(&folder) {
        let kind = detect(&name, &bytes);
        let reason = NONE.iter().find(|(file, _)| *file == name).map(|(_, why)| *why);
        let (Some(kind), None) = (kind, reason) else {
            println!("{name:<72} {}", reason.unwrap_or("is not known"));
            if kind.is_some() || reason.is_none() {
                wrong.push(format!("{name}: {kind:?}, where {reason:?}"));
            }
            continue;
        };
        let mut harvest = Harvest::default();
        read(kind, &Arc::from(name.as_str()), &bytes, &mut harvest);
        let expected = records(kind, &serde_json::from_slice(&bytes).unwrap());
        let differ = harvest.sightings.iter().filter(|sighting| differs(&sighting.finding)).count();
        let row = [1, expected.len(), harvest.sightings.len(), differ, harvest.refused.len()];
        println!("{name:<72} {:<17} {:>7} {:>8} {:>6} {:>7}", kind.name(), row[1], row[2], row[3], row[4]);
        total.entry(kind.name()).or_default().iter_mut().zip(row).for_each(|(sum, more)| *sum += more);
        let found: BTreeSet<String> = harvest.sightings.iter().map(|sighting| place(&sighting.origin)).collect();
        let left_out: BTreeSet<String> = harvest.refused.iter().map(|refused| place(&refused.origin)).collect();
        let all: BTreeSet<String> = found.union(&left_out).cloned().collect();
        wrong.extend(expected.symmetric_difference(&all).map(|place| format!("{name}: {place} is in one only")));
        for line in refused(&harvest) {
            if !REFUSED.contains(&(name.as_str(), line.as_str())) {
                wrong.push(format!("{name}: {line}"));
            }
        }
        for sighting in &harvest.sightings {
            check(&sighting.finding, &mut |problem| wrong.push(format!("{name}: {problem}")));
        }
    }
    println!("\n{:<17} {:>5} {:>7} {:>8} {:>6} {:>7}", "format", "files", "records", "findings", "differ", "refused");
    for (kind, [files, records, findings, differ, refused]) in &total {
        println!("{kind:<17} {files:>5} {records:>7} {findings:>8} {differ:>6} {refused:>7}");
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where the records of a document are, by what only they have.
fn records(kind: Kind, document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut grouped = BTreeSet::new();
    objects(document, &mut |pointer, object| {
        let has = |key: &str| object.contains_key(key);
        let parent = pointer.rsplit('/').nth(1).unwrap_or_default();
        let is = match kind {
            Kind::Trivy => {
                let broken = parent == "Vulnerabilities" && has("PkgName");
                broken || has("VulnerabilityID") || has("RuleID") || (parent == "Misconfigurations" && has("Severity"))
            }
            Kind::Grype => has("id") && pointer.ends_with("/vulnerability"),
            Kind::DependencyTrack => has("vulnId"),
            Kind::CycloneDx => {
                let affected = object.get("affects").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
                parent == "affects" || (parent == "vulnerabilities" && !affected)
            }
            _ => {
                // The first record of each group, and those of none.
                let vulnerabilities = object.get("vulnerabilities").and_then(Value::as_array);
                let id = |record: &Value| record["id"].as_str().unwrap_or_default().to_owned();
                for group in object.get("groups").and_then(Value::as_array).into_iter().flatten() {
                    let ids: Vec<&str> =
                        group["ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    let mut members = vulnerabilities.into_iter().flatten().enumerate();
                    let first = members.find(|(_, record)| ids.contains(&id(record).as_str()));
                    grouped.extend(ids.iter().map(|id| format!("{pointer}/{id}")));
                    found.extend(first.map(|(place, _)| format!("{pointer}/vulnerabilities/{place}")));
                }
                for (place, record) in vulnerabilities.into_iter().flatten().enumerate() {
                    if !grouped.contains(&format!("{pointer}/{}", id(record))) {
                        found.insert(format!("{pointer}/vulnerabilities/{place}"));
                    }
                }
                false
            }
        };
        if is {
            found.insert(pointer.to_owned());
        }
    });
    found
}

/// Whether a finding has vectors of one version that differ, as those of NVD and of vendors do: who takes them has to prefer one.
fn differs(finding: &crate::sources::Fields) -> bool {
    let entries = finding.get("cvss").and_then(Value::as_array).into_iter().flatten();
    let vectors: Vec<_> = entries.filter_map(|entry| crate::cvss::parse(entry["vector"].as_str()?).ok()).collect();
    vectors.iter().any(|one| vectors.iter().any(|other| one != other && one.version() == other.version()))
}

/// What holds of every finding.
fn check(finding: &crate::sources::Fields, wrong: &mut dyn FnMut(String)) {
    let whole = Value::Object(finding.clone());
    let text = |key: &str| finding.get(key).and_then(Value::as_str);
    if text("cve").is_none() || text("source").is_none() {
        wrong(format!("nameless: {whole}"));
    }
    for (field, value) in finding {
        if value.as_str().is_some_and(|text| text.trim().is_empty()) || value.is_null() {
            wrong(format!("`{field}` says nothing: {whole}"));
        }
    }
    for time in ["published", "detected"].iter().filter_map(|field| text(field)) {
        if crate::time::parse_time(time).is_err() {
            wrong(format!("`{time}` is no time"));
        }
    }
    for entry in finding.get("cvss").and_then(Value::as_array).into_iter().flatten() {
        if let Some(vector) = entry["vector"].as_str()
            && crate::cvss::parse(vector).is_err()
        {
            wrong(format!("`{vector}` is no vector"));
        }
    }
}
