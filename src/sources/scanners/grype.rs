//! Grype's JSON reports, as its versions have written them since 0.7.

use super::document::{Element, Reading, has, list, text, text_at, texts, written};
use super::finding::{Cvss, Finding};
use super::ids::{Identity, cve, identities, plain};
use super::kind as kind_of;
use super::when;
use crate::facts::Json;
use crate::sources::Edition;

/// Who reports it.
const SCANNER: &str = "grype";

pub(super) fn read(report: &Json<'_>, reading: &mut Reading<'_>) {
    reading.harvest.editions.push(Edition {
        version: text_at(report, &["descriptor", "version"]).map(str::to_owned),
        made: text_at(report, &["descriptor", "timestamp"]).and_then(when::time),
        ..Edition::default()
    });
    let target = target(report);
    let origin = reading.pointer("/source");
    reading.looked_at(target, origin);
    for found in reading.required(report, "", "matches") {
        read_match(&found, target, None, reading);
    }
    for found in reading.objects(report, "", "ignoredMatches") {
        let states = list(found.json, "appliedIgnoreRules").iter().filter_map(|rule| {
            match (text(rule, "vex-status"), text(rule, "reason")) {
                (Some("not_affected"), _) => Some("not_affected"),
                (Some("fixed"), _) | (_, Some("DistroPackageFixed")) => Some("fixed"),
                _ => None,
            }
        });
        let state = states.into_iter().next();
        read_match(&found, target, state, reading);
    }
}

/// What was looked at: an image by the name that it was asked for, or a path.
fn target<'j>(report: &'j Json<'_>) -> Option<&'j str> {
    let source = report.get("source")?;
    text(source, "target")
        .or_else(|| text_at(source, &["target", "userInput"]))
        .or_else(|| texts(source.get("target")?, "tags").first().copied())
        .or_else(|| text_at(source, &["target", "imageID"]))
}

fn read_match(found: &Element<'_, '_>, target: Option<&str>, state: Option<&str>, reading: &mut Reading<'_>) {
    let Element { json, pointer } = found;
    let Some(vulnerability) = json.get("vulnerability").filter(|of| matches!(of, Json::Object(_))) else {
        reading.refuse_at(pointer, "a match has no `vulnerability`", "an object");
        return;
    };
    let pointer = format!("{pointer}/vulnerability");
    let Some(id) = text(vulnerability, "id") else {
        reading.refuse_at(&pointer, "a vulnerability has no `id`", "a text");
        return;
    };
    let mut finding = Finding::of(SCANNER);
    if let Some(artifact) = json.get("artifact") {
        finding.text("package", text(artifact, "name"));
        finding.text("version", written(artifact, "version"));
        // Grype guesses CPE names, often several.
        let cpes = texts(artifact, "cpes");
        finding.found_in(text(artifact, "purl"), cpes.first().copied().filter(|_| cpes.len() == 1));
        let by_type = text(artifact, "type").and_then(kind_of::name);
        finding.text("kind", by_type.or_else(|| text(artifact, "purl").and_then(kind_of::purl)));
    }
    finding.text("state", state);
    // The records that Grype takes from NVD have NVD's rating, those of a distribution or an ecosystem have theirs.
    let of_vendor = text(vulnerability, "namespace").is_some_and(|of| of != "nvd" && !of.starts_with("nvd:"));
    finding.vendor_severity(text(vulnerability, "severity").filter(|_| of_vendor));
    fix(vulnerability, json.get("artifact"), &mut finding);
    for advisory in list(vulnerability, "advisories") {
        finding.advisory(text(advisory, "id").unwrap_or_default());
    }
    let origin = reading.pointer(&pointer);
    let related = reading.first(list(json, "relatedVulnerabilities"), &origin);
    let others: Vec<&str> = related.iter().filter_map(|related| text(related, "id")).collect();
    let identities = identities(id, &others);
    for identity in &identities {
        let mut finding = finding.clone();
        let own = |record: &&Json<'_>| names(record, identity);
        // The scores of an advisory about several vulnerabilities are not those of each.
        let records =
            std::iter::once(vulnerability).filter(|_| identities.len() == 1).chain(related.iter().filter(own));
        for record in records {
            scores(record, &mut finding);
            known_exploited(record, identity, &mut finding);
        }
        reading.harvest.sightings.push(finding.named(identity).sighting(target, origin.clone()));
    }
}

/// Whether a record is that of a vulnerability, under one of its names.
fn names(record: &Json<'_>, identity: &Identity) -> bool {
    text(record, "id").map(plain).is_some_and(|id| id == identity.id || identity.aliases.contains(&id))
}

fn fix(vulnerability: &Json<'_>, artifact: Option<&Json<'_>>, finding: &mut Finding) {
    let fix = vulnerability.get("fix");
    let state = fix.and_then(|fix| text(fix, "state"));
    // A vendor that will not fix it says nothing of whether there is a fix; `not-fixed` does.
    finding.flag("patch_available", (state == Some("not-fixed")).then_some(false));
    let mut versions = fix.map(|fix| texts(fix, "versions")).unwrap_or_default();
    versions.extend(text(vulnerability, "fixedInVersion"));
    let installed = artifact.and_then(|artifact| written(artifact, "version"));
    let order = artifact.and_then(|artifact| text(artifact, "purl")).and_then(kind_of::order);
    finding.fixed_in(&versions, installed, order);
    finding.flag("patch_available", (state == Some("fixed")).then_some(true));
}

fn scores(record: &Json<'_>, finding: &mut Finding) {
    let source = text(record, "namespace");
    for score in list(record, "cvss") {
        let version = written(score, "version").and_then(Cvss::of);
        let base = score.get("metrics").and_then(|metrics| written(metrics, "baseScore"));
        finding.cvss(text(score, "source").or(source), version, text(score, "vector"), base);
    }
    for (key, version) in [("cvssV2", Cvss::V2), ("cvssV3", Cvss::V30)] {
        if let Some(score) = record.get(key) {
            finding.cvss(source, Some(version), text(score, "vector"), written(score, "baseScore"));
        }
    }
}

/// What Grype's database says of exploitation; that it says nothing of a CVE is no fact.
fn known_exploited(record: &Json<'_>, identity: &Identity, finding: &mut Finding) {
    let about = |entry: &&Json<'_>| text(entry, "cve").and_then(cve).is_some_and(|cve| cve == identity.id);
    if let Some(entry) = list(record, "epss").iter().find(about) {
        finding.number("epss", written(entry, "epss"));
    }
    if let Some(entry) = list(record, "knownExploited").iter().find(about) {
        finding.flag("kev", Some(true));
        finding.date("kev_added", text(entry, "dateAdded"));
        finding.date("kev_due", text(entry, "dueDate"));
        let used = has(entry, "knownRansomwareCampaignUse")
            && text(entry, "knownRansomwareCampaignUse").is_some_and(|used| used.eq_ignore_ascii_case("known"));
        finding.flag("ransomware", used.then_some(true));
    }
}
