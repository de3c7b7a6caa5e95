//! Vulnerabilities of a CycloneDX document: one finding for each component that one affects.

use std::collections::HashMap;
use std::sync::Arc;

use super::document::{Element, Reading, has, list, text, text_at, written};
use super::finding::{Cvss, Finding};
use super::ids::identities;
use super::kind as kind_of;
use crate::facts::{Caveat, Json, ProblemKind};
use crate::sources::Edition;
use crate::sources::feeds::document::shown;
use crate::sources::sboms::cyclonedx::{self, edition};

/// How many findings a vulnerability with several names may become.
const MOST: usize = 65_536;

pub(super) fn read(document: &Json<'_>, reading: &mut Reading<'_>) {
    if !cyclonedx::is_read(document, reading) {
        return;
    }
    let edition: Edition = edition(document);
    reading.harvest.editions.push(edition);
    let mut components = Components::new();
    cyclonedx::each_component(document, reading, &mut |found, _| {
        if let Some(name) = text(found.json, "bom-ref") {
            let known = components.entry(name).or_insert(Some(found.json));
            *known = known.filter(|known| is_called(known) == is_called(found.json));
        }
    });
    let scanner = tool(document).unwrap_or("cyclonedx");
    let target = text_at(document, &["metadata", "component", "name"]);
    let origin = reading.pointer("/metadata/component");
    let vulnerabilities = reading.objects(document, "", "vulnerabilities");
    // Who only makes the bill of materials, and looks for nothing, leaves the list empty.
    if !vulnerabilities.is_empty() {
        reading.harvest.sought = true;
        reading.looked_at(target, origin);
    }
    for found in vulnerabilities {
        vulnerability(&found, scanner, target, &components, reading);
    }
}

/// The components by their references; `None` where several have one, so that nobody knows which is meant.
type Components<'j, 't> = HashMap<&'j str, Option<&'j Json<'t>>>;

/// What a component is told from others by.
fn is_called<'j>(component: &'j Json<'_>) -> [Option<&'j str>; 6] {
    let version = written(component, "version");
    let [group, name, purl, cpe, kind] = ["group", "name", "purl", "cpe", "type"].map(|key| text(component, key));
    [group, name, version, purl, cpe, kind]
}

/// The tool that made the document, where it names just one.
fn tool<'j>(document: &'j Json<'_>) -> Option<&'j str> {
    let tools = document.get("metadata")?.get("tools")?;
    let list = match tools {
        Json::Array(list) => list.as_slice(),
        _ => list(tools, "components"),
    };
    match list {
        [tool] => text(tool, "name"),
        _ => None,
    }
}

fn vulnerability<'j>(
    found: &Element<'j, '_>,
    scanner: &str,
    target: Option<&str>,
    components: &Components<'j, '_>,
    reading: &mut Reading<'_>,
) {
    let Element { json, pointer } = found;
    let Some(id) = text(json, "id") else {
        reading.refuse_at(pointer, "a vulnerability has no `id`", "a text");
        return;
    };
    let mut finding = Finding::of(scanner);
    let source = text_at(json, &["source", "name"]);
    for rating in list(json, "ratings") {
        let by = text_at(rating, &["source", "name"]);
        let version = match text(rating, "method") {
            Some("CVSSv2") => Some(Cvss::V2),
            Some("CVSSv3") => Some(Cvss::V30),
            Some("CVSSv31") => Some(Cvss::V31),
            Some("CVSSv4") => Some(Cvss::V40),
            _ => None,
        };
        if version.is_some() {
            finding.cvss(by.or(source), version, text(rating, "vector"), written(rating, "score"));
        }
        // The rating of whose advisory it is; that of NVD, or of others beside it, is not the vendor's.
        let same =
            |by: &str| source.is_some_and(|source| source.eq_ignore_ascii_case(by)) && !by.eq_ignore_ascii_case("nvd");
        if by.is_some_and(same) {
            finding.vendor_severity(text(rating, "severity"));
        }
    }
    finding.prefer(source);
    finding.time("published", text(json, "published"));
    let origin = reading.pointer(pointer);
    let analysed = text_at(json, &["analysis", "state"]).and_then(state);
    let has_reason = ["justification", "detail"].iter().any(|key| text_at(json, &["analysis", key]).is_some());
    // The law of VEX holds for reports as well.
    let analysed = analysed.filter(|state| *state != "not_affected" || has_reason);
    if analysed.is_none() && text_at(json, &["analysis", "state"]) == Some("not_affected") {
        reading.harvest.told.push((origin.clone(), without_reason(id)));
    }
    let others: Vec<&str> = list(json, "references").iter().filter_map(|other| text(other, "id")).collect();
    let mut identities = identities(id, reading.first(&others, &origin));
    let mut affected = reading.objects(json, pointer, "affects");
    // Names that are those of several vulnerabilities, each in every component.
    if identities.len() > 1 && identities.len().saturating_mul(affected.len()) > MOST {
        reading.refuse_at(pointer, "a vulnerability has too many names and components", "at most 65536 findings");
        identities.truncate(1);
    }
    if affected.is_empty() {
        affected.push(Element { json, pointer: pointer.clone() });
    }
    for affects in affected {
        let mut finding = finding.clone();
        let component = text(affects.json, "ref").and_then(|name| {
            let name = name.rsplit_once('#').filter(|_| name.starts_with("urn:cdx:")).map_or(name, |(_, name)| name);
            components.get(name).copied().flatten()
        });
        if let Some(component) = component {
            let purl = text(component, "purl");
            let name = text(component, "name").map(|name| super::names::full(text(component, "group"), name, purl));
            finding.text("package", name.as_deref());
            finding.text("kind", kind(component));
            finding.found_in(purl, text(component, "cpe"));
        }
        let version = component.and_then(|component| written(component, "version"));
        let version = version.or_else(|| version_of(affects.json));
        finding.text("version", version);
        let state = analysed.map(|state| narrowed(state, affects.json, version));
        finding.text("state", state);
        // Of a reference to nothing, or to several, the package is not known: it is not left open what else is not affected.
        if component.is_none() && has(affects.json, "ref") && state.is_some_and(|state| state != "open") {
            finding.unknown("package");
        }
        let origin = reading.pointer(&affects.pointer);
        for identity in &identities {
            let sighting = finding.clone().named(identity).sighting(target, origin.clone());
            reading.harvest.sightings.push(sighting);
        }
    }
}

/// The one version that is said to be affected.
fn version_of<'j>(affects: &'j Json<'_>) -> Option<&'j str> {
    let mut versions = list(affects, "versions").iter().filter(|version| {
        // Where nothing is said, a version is affected.
        text(version, "status").is_none_or(|status| status == "affected")
    });
    let version = versions.next()?;
    if versions.next().is_some() { None } else { text(version, "version") }
}

fn kind(component: &Json<'_>) -> Option<&'static str> {
    match text(component, "type") {
        Some("operating-system") => Some("os"),
        Some("firmware") => Some("firmware"),
        Some("device-driver") => Some("driver"),
        _ => text(component, "purl").and_then(kind_of::purl),
    }
}

/// What an analysis says of a version. Where `affects` names versions, one that takes the finding away is about those, and not about a range of
/// them; `affected` and `unknown` count before it.
fn narrowed(state: &'static str, affects: &Json<'_>, installed: Option<&str>) -> &'static str {
    let versions = list(affects, "versions");
    let is_about = |version: &&Json<'_>| match text(version, "version") {
        Some(version) => installed == Some(version),
        None => true,
    };
    let is_quiet = |version: &Json<'_>| {
        text(version, "version").is_some() && !matches!(text(version, "status"), Some("affected" | "unknown"))
    };
    let mut about = versions.iter().filter(is_about).peekable();
    let silenced = versions.is_empty() || (about.peek().is_some() && about.all(is_quiet));
    if silenced { state } else { "open" }
}

/// That a state is none, as nobody says why.
fn without_reason(id: &str) -> Caveat {
    Caveat {
        name: "state_without_reason",
        kind: ProblemKind::Warning,
        field: Arc::from("asset.findings[].state"),
        message: "a report says that a finding does not affect its product, and not why: its state counts as unknown",
        found: format!("`{}`", shown(id)),
    }
}

fn state(state: &str) -> Option<&'static str> {
    match state {
        "resolved" | "resolved_with_pedigree" => Some("fixed"),
        "exploitable" | "in_triage" => Some("open"),
        "false_positive" => Some("false_positive"),
        "not_affected" => Some("not_affected"),
        _ => None,
    }
}
