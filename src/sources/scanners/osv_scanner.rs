//! OSV-Scanner's JSON reports: packages with the OSV records that affect them.

use super::document::{Element, Reading, list, text, text_at, texts, written};
use super::finding::{Cvss, Finding};
use super::ids::{identities, plain};
use super::kind as kind_of;
use super::when;
use crate::facts::Json;
use crate::software::ecosystem::{Ecosystem, Package};

/// Who reports it.
const SCANNER: &str = "osv-scanner";

pub(super) fn read(report: &Json<'_>, reading: &mut Reading<'_>) {
    for result in reading.required(report, "", "results") {
        let target = text_at(result.json, &["source", "path"]);
        let origin = reading.pointer(&result.pointer);
        reading.looked_at(target, origin);
        for package in reading.required(result.json, &result.pointer, "packages") {
            read_package(&package, target, reading);
        }
    }
}

fn read_package(found: &Element<'_, '_>, target: Option<&str>, reading: &mut Reading<'_>) {
    let mut left: Vec<Element<'_, '_>> = Vec::new();
    for record in reading.objects(found.json, &found.pointer, "vulnerabilities") {
        match text(record.json, "id") {
            Some(_) => left.push(record),
            None => reading.refuse_at(&record.pointer, "a vulnerability has no `id`", "a text"),
        }
    }
    // A group has the records of several databases about one vulnerability.
    for (place, group) in list(found.json, "groups").iter().enumerate() {
        let ids: Vec<String> = texts(group, "ids").into_iter().map(plain).collect();
        let is_in = |record: &Element<'_, '_>| text(record.json, "id").is_some_and(|id| ids.contains(&plain(id)));
        let (members, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_in);
        left = rest;
        if members.is_empty() {
            let pointer = format!("{}/groups/{place}", found.pointer);
            reading.lacks(&pointer, "a group has none of its records".to_owned());
        }
        vulnerability(found.json, &members, &texts(group, "aliases"), target, reading);
    }
    for alone in left {
        vulnerability(found.json, &[alone], &[], target, reading);
    }
}

fn vulnerability(
    found: &Json<'_>,
    records: &[Element<'_, '_>],
    more: &[&str],
    target: Option<&str>,
    reading: &mut Reading<'_>,
) {
    let Some(first) = records.first() else { return };
    let mut finding = Finding::of(SCANNER);
    let package = found.get("package");
    let [name, ecosystem] = ["name", "ecosystem"].map(|key| package.and_then(|package| text(package, key)));
    let version = package.and_then(|package| written(package, "version"));
    finding.text("package", name);
    finding.text("version", version.or_else(|| package.and_then(|package| text(package, "commit"))));
    finding.text("kind", ecosystem.and_then(kind_of::name));
    let purl = name.zip(ecosystem).and_then(|(name, of)| Package::purl(&Ecosystem::from_osv(of), name, version));
    finding.found_in(purl.map(|purl| purl.to_string()).as_deref(), None);
    let (mut ids, mut fixed, mut published) = (Vec::new(), Vec::new(), None::<String>);
    for Element { json, .. } in records {
        ids.extend(text(json, "id"));
        ids.extend(texts(json, "aliases"));
        scores(json, &mut finding);
        finding.vendor_severity(text_at(json, &["database_specific", "severity"]));
        for affected in list(json, "affected") {
            let same = text_at(affected, &["package", "name"]) == name
                && text_at(affected, &["package", "ecosystem"]) == ecosystem
                && name.is_some();
            if same {
                scores(affected, &mut finding);
                fixed.extend(fixes(affected));
            }
        }
        if let Some(time) = text(json, "published").and_then(when::time) {
            published = Some(published.map_or(time.clone(), |earliest| earliest.min(time)));
        }
    }
    finding.fixed_in(&fixed, version, ecosystem.and_then(|name| Ecosystem::from_osv(name).order()));
    finding.text("published", published.as_deref());
    ids.extend(more);
    let Some((primary, others)) = ids.split_first() else { return };
    let origin = reading.pointer(&first.pointer);
    let named = identities(primary, reading.first(others, &origin));
    // Names of one vulnerability, unless the database calls several CVEs so.
    for identity in &named {
        let finding = finding.clone().named(identity);
        reading.harvest.sightings.push(finding.sighting(target, origin.clone()));
    }
}

fn scores(of: &Json<'_>, finding: &mut Finding) {
    for score in list(of, "severity") {
        let version = match text(score, "type") {
            Some("CVSS_V2") => Cvss::V2,
            Some("CVSS_V3") => Cvss::V30,
            Some("CVSS_V4") => Cvss::V40,
            _ => continue,
        };
        finding.cvss(Some("osv"), Some(version), text(score, "score"), None);
    }
}

/// The versions with the fix; those of a repository are commits.
fn fixes<'j>(affected: &'j Json<'_>) -> Vec<&'j str> {
    let ranges = list(affected, "ranges").iter().filter(|range| text(range, "type") != Some("GIT"));
    ranges.flat_map(|range| list(range, "events")).filter_map(|event| text(event, "fixed")).collect()
}
