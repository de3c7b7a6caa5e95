//! CycloneDX: the analyses that its vulnerabilities carry.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Statement, add};
use crate::sources::feeds::document::{Place, decoded, list, moment, object, shown, single, text};
use crate::sources::feeds::{Kind, vulnerability_id};
use crate::sources::{Edition, Fields, Harvest, Status};

/// Reads the vulnerabilities that have an `analysis`; others are findings and no statements.
///
/// `false_positive` is a reason of its own for not being affected. A reference to a component is followed to its package URL, within the document or
/// as a BOM-Link whose end is one. A range of versions cannot be told apart here, so a statement about one is refused.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::CycloneDxVex.name(), ..Edition::default() };
    let place = Place::of(file);
    let value = single(file, bytes, harvest);
    match value.as_ref().and_then(|value| object(value, &place, harvest)) {
        Some(document) => one_document(document, &place, &mut edition, harvest),
        None => edition.dropped = 1,
    }
    harvest.editions.push(edition);
}

fn one_document(document: &Map<String, Value>, place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    edition.version = document.get("version").map(|version| match version {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    if let Some(metadata) = document.get("metadata").and_then(Value::as_object) {
        edition.made = moment(metadata, "timestamp", &place.key("metadata"), harvest);
    }
    let names = components(document, place, harvest);
    for (index, vulnerability) in list(document, "vulnerabilities", place, harvest).iter().enumerate() {
        let place = place.key("vulnerabilities").index(index);
        let Some(vulnerability) = object(vulnerability, &place, harvest) else {
            edition.dropped += 1;
            continue;
        };
        let Some(analysis) = vulnerability.get("analysis").and_then(Value::as_object) else { continue };
        if one(vulnerability, analysis, &names, edition.made.as_deref(), &place, harvest) {
            edition.read += 1;
        } else {
            edition.dropped += 1;
        }
    }
}

fn one(
    vulnerability: &Map<String, Value>,
    analysis: &Map<String, Value>,
    names: &BTreeMap<String, Vec<String>>,
    made: Option<&str>,
    place: &Place,
    harvest: &mut Harvest,
) -> bool {
    let Some(id) = text(vulnerability, "id", place, harvest).map(vulnerability_id) else {
        place.key("id").refuse(harvest, "the vulnerability has no identifier", "`id`");
        return false;
    };
    let mut ids = vec![id];
    for reference in list(vulnerability, "references", place, harvest) {
        ids.extend(reference.get("id").and_then(Value::as_str).map(vulnerability_id));
    }
    let inner = place.key("analysis");
    let reason = text(analysis, "justification", &inner, harvest).or_else(|| text(analysis, "detail", &inner, harvest));
    let mut justification = reason.map(str::to_owned);
    let status = match text(analysis, "state", &inner, harvest) {
        Some("not_affected") => Status::NotAffected,
        Some("false_positive") => {
            justification = justification.or_else(|| Some("false_positive".to_owned()));
            Status::NotAffected
        }
        Some("resolved" | "resolved_with_pedigree") => Status::Fixed,
        Some("exploitable") => Status::Affected,
        Some("in_triage") => Status::UnderInvestigation,
        // An analysis may answer without a state: nothing is said then.
        None => return true,
        Some(other) => {
            let expected = "resolved, resolved_with_pedigree, exploitable, in_triage, false_positive or not_affected";
            inner.key("state").refuse(harvest, format!("`{}` is no state", shown(other)), expected);
            return false;
        }
    };
    let at = moment(analysis, "lastUpdated", &inner, harvest)
        .or_else(|| moment(analysis, "firstIssued", &inner, harvest))
        .or_else(|| moment(vulnerability, "updated", place, harvest))
        .or_else(|| made.map(str::to_owned));
    let affects = list(vulnerability, "affects", place, harvest);
    let mut products = Vec::new();
    let mut whole = true;
    for (index, element) in affects.iter().enumerate() {
        let place = place.key("affects").index(index);
        let Some(element) = object(element, &place, harvest) else {
            whole = false;
            continue;
        };
        whole &= affected(element, names, &mut products, &place, harvest);
    }
    // With nothing left of what it was about, a statement would be about everything.
    if products.is_empty() && !affects.is_empty() {
        return false;
    }
    let (within, fields) = (Vec::new(), Fields::new());
    let statement = Statement { ids: &ids, products, within, status, justification, at, fields };
    add(statement, place, harvest) && whole
}

/// Adds the names of one element of `affects`; returns whether all of it could be read.
fn affected(
    element: &Map<String, Value>,
    names: &BTreeMap<String, Vec<String>>,
    products: &mut Vec<String>,
    place: &Place,
    harvest: &mut Harvest,
) -> bool {
    let Some(reference) = text(element, "ref", place, harvest) else {
        place.key("ref").refuse(harvest, "it names no component", "`ref`");
        return false;
    };
    let target = match reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')) {
        Some((_, inner)) => inner,
        None => reference,
    };
    let target =
        if target.starts_with("pkg%3A") || target.starts_with("pkg%3a") { decoded(target) } else { target.to_owned() };
    let found = names.get(&target).cloned().unwrap_or_else(|| vec![target]);
    let versions = list(element, "versions", place, harvest);
    let (versioned, bare): (Vec<String>, Vec<String>) = found.into_iter().partition(|name| has_version(name));
    products.extend(versioned);
    if bare.is_empty() {
        return true;
    }
    if versions.is_empty() {
        products.extend(bare);
        return true;
    }
    let mut whole = true;
    for (index, version) in versions.iter().enumerate() {
        let place = place.key("versions").index(index);
        match version.get("version").and_then(Value::as_str) {
            Some(version) => products
                .extend(bare.iter().filter(|name| name.starts_with("pkg:")).map(|name| with_version(name, version))),
            None => {
                whole = false;
                place.refuse(harvest, "a statement about a range of versions cannot be told apart here", "`version`");
            }
        }
    }
    whole
}

/// The names of components by their references: package URL and CPE name, or else the name.
fn components(document: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::new();
    let mut left: Vec<(&Value, Place)> = Vec::new();
    if let Some(Value::Object(metadata)) = document.get("metadata")
        && let Some(component) = metadata.get("component")
    {
        left.push((component, place.key("metadata").key("component")));
    }
    let listed = |record, place: &Place, left: &mut Vec<_>, harvest: &mut Harvest| {
        for (index, component) in list(record, "components", place, harvest).iter().enumerate() {
            left.push((component, place.key("components").index(index)));
        }
    };
    listed(document, place, &mut left, harvest);
    while let Some((component, place)) = left.pop() {
        let Some(component) = object(component, &place, harvest) else { continue };
        listed(component, &place, &mut left, harvest);
        let Some(reference) = text(component, "bom-ref", &place, harvest) else { continue };
        let mut called = Vec::new();
        called.extend(text(component, "purl", &place, harvest).map(str::to_owned));
        called.extend(text(component, "cpe", &place, harvest).map(str::to_owned));
        if called.is_empty() {
            called.extend(text(component, "name", &place, harvest).map(str::to_owned));
        }
        names.insert(reference.to_owned(), called);
    }
    names
}

fn has_version(name: &str) -> bool {
    let path = name.split(['?', '#']).next().unwrap_or(name);
    !name.starts_with("pkg:") || path.rsplit('/').next().is_some_and(|last| last.contains('@'))
}

fn with_version(name: &str, version: &str) -> String {
    let end = name.find(['?', '#']).unwrap_or(name.len());
    let (path, rest) = name.split_at_checked(end).unwrap_or((name, ""));
    let escaped = version.replace('%', "%25").replace('?', "%3F").replace('#', "%23").replace('@', "%40");
    format!("{path}@{escaped}{rest}")
}
