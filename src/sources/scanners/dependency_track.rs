//! Dependency-Track's findings: the export of a project (its "finding packaging format") and the bare list of its API.

use super::document::{Element, Reading, list, text, text_at, written};
use super::finding::{Cvss, Finding};
use super::ids::identities;
use super::kind as kind_of;
use super::when;
use crate::facts::Json;
use crate::sources::Edition;

/// Who reports it.
const SCANNER: &str = "dependency-track";

pub(super) fn read(report: &Json<'_>, reading: &mut Reading<'_>) {
    if matches!(report, Json::Array(_)) {
        for found in reading.elements(report, "", "the report") {
            read_finding(&found, None, reading);
        }
        return;
    }
    reading.harvest.editions.push(Edition {
        version: text_at(report, &["meta", "version"]).map(str::to_owned),
        made: text_at(report, &["meta", "timestamp"]).and_then(when::time),
        ..Edition::default()
    });
    let target = text_at(report, &["project", "name"]);
    let origin = reading.pointer("/project");
    reading.looked_at(target, origin);
    for found in reading.required(report, "", "findings") {
        read_finding(&found, target, reading);
    }
}

fn read_finding(found: &Element<'_, '_>, target: Option<&str>, reading: &mut Reading<'_>) {
    let Element { json, pointer } = found;
    let vulnerability = json.get("vulnerability").filter(|of| matches!(of, Json::Object(_)));
    let Some((vulnerability, id)) = vulnerability.and_then(|of| Some((of, text(of, "vulnId")?))) else {
        reading.refuse_at(&format!("{pointer}/vulnerability"), "a vulnerability has no `vulnId`", "a text");
        return;
    };
    let mut finding = Finding::of(SCANNER);
    if let Some(component) = json.get("component") {
        let purl = text(component, "purl");
        let name = text(component, "name");
        let whole = name.map(|name| super::names::full(text(component, "group"), name, purl));
        finding.text("package", whole.as_deref());
        finding.text("version", written(component, "version"));
        finding.found_in(purl, text(component, "cpe"));
        finding.text("kind", purl.and_then(kind_of::purl));
    }
    let source = text(vulnerability, "source");
    for (version, vector, score) in [
        (Cvss::V2, "cvssV2Vector", "cvssV2BaseScore"),
        (Cvss::V30, "cvssV3Vector", "cvssV3BaseScore"),
        (Cvss::V40, "cvssV4Vector", "cvssV4Score"),
    ] {
        finding.cvss(source, Some(version), text(vulnerability, vector), written(vulnerability, score));
    }
    // Elsewhere the severity is what Dependency-Track makes of the scores.
    finding.vendor_severity(text(vulnerability, "severity").filter(|_| matches!(source, Some("GITHUB" | "NPM"))));
    let component = json.get("component");
    let order = component.and_then(|component| text(component, "purl")).and_then(kind_of::order);
    let installed = component.and_then(|component| written(component, "version"));
    finding.fixed_in(&[text(vulnerability, "patchedVersions").unwrap_or_default()], installed, order);
    finding.number("epss", written(vulnerability, "epssScore"));
    finding.text("published", moment(vulnerability, "published").as_deref());
    if let Some(attribution) = json.get("attribution") {
        finding.text("detected", moment(attribution, "attributedOn").as_deref());
    }
    finding.text("state", json.get("analysis").and_then(state));
    let mut others = Vec::new();
    for alias in list(vulnerability, "aliases") {
        let keys = ["cveId", "ghsaId", "osvId", "snykId", "sonatypeId", "gsdId", "vulnDbId", "internalId"];
        others.extend(keys.iter().filter_map(|key| text(alias, key)));
    }
    others.extend(text_at(json, &["attribution", "alternateIdentifier"]));
    let target = target.or_else(|| json.get("component").and_then(|component| text(component, "projectName")));
    let origin = reading.pointer(&format!("{pointer}/vulnerability"));
    for identity in identities(id, reading.first(&others, &origin)) {
        let sighting = finding.clone().named(&identity).sighting(target, origin.clone());
        reading.harvest.sightings.push(sighting);
    }
}

/// A time: a text in the export, milliseconds in the API.
fn moment(of: &Json<'_>, key: &str) -> Option<String> {
    match of.get(key)? {
        Json::String(text) => when::time(text),
        Json::Number(text) => when::millis(text),
        _ => None,
    }
}

/// The state of an analysis. That a finding is suppressed says only that it is not to be shown.
fn state(analysis: &Json<'_>) -> Option<&'static str> {
    match text(analysis, "state")? {
        "EXPLOITABLE" | "IN_TRIAGE" => Some("open"),
        "NOT_AFFECTED" => Some("not_affected"),
        "FALSE_POSITIVE" => Some("false_positive"),
        "RESOLVED" => Some("fixed"),
        _ => None,
    }
}
