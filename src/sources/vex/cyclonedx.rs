//! CycloneDX: the analyses that its vulnerabilities carry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::narrow::{self, Narrowing, agreed, narrowed};
use super::{Statement, add, first_time, lacks_reason, latest, silences};
use crate::sources::feeds::document::{Place, decoded, list, moment, object, shown, single, text};
use crate::sources::feeds::{Kind, vulnerability_id};
use crate::sources::{Edition, Fields, Harvest, Status};

/// Reads the vulnerabilities that have an `analysis`; others are findings and no statements.
///
/// `false_positive` is a reason of its own for not being affected. A reference to a component is followed to its package URL, within the document or
/// as a BOM-Link whose end is one. A range of versions is one of all versions of the component, not only of its own. What `affects` says of a version counts before the analysis, where it is worse.
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
    let made = edition.made.clone();
    let names = components(document, place, harvest);
    for (index, vulnerability) in list(document, "vulnerabilities", place, harvest).iter().enumerate() {
        let place = place.key("vulnerabilities").index(index);
        let Some(vulnerability) = object(vulnerability, &place, harvest) else {
            edition.dropped += 1;
            continue;
        };
        let Some(analysis) = vulnerability.get("analysis").and_then(Value::as_object) else { continue };
        let before = harvest.assertions.len();
        if one(vulnerability, analysis, &names, made.as_deref(), &place, harvest) {
            edition.read += 1;
        } else {
            edition.dropped += 1;
        }
        let said = harvest.assertions.iter().skip(before);
        said.for_each(|assertion| latest(&mut edition.made, assertion.at.as_ref()));
    }
}

fn one(
    vulnerability: &Map<String, Value>,
    analysis: &Map<String, Value>,
    names: &BTreeMap<String, Component>,
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
    let mut whole = true;
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
        None if analysis.get("state").is_none_or(Value::is_null) => return true,
        other => {
            let expected = "resolved, resolved_with_pedigree, exploitable, in_triage, false_positive or not_affected";
            let message = format!("`{}` is no state", shown(other.unwrap_or_default()));
            inner.key("state").refuse(harvest, message, expected);
            whole = false;
            Status::UnderInvestigation
        }
    };
    let times =
        [(analysis, "lastUpdated", &inner), (analysis, "firstIssued", &inner), (vulnerability, "updated", place)];
    let at = first_time(&times, harvest).unwrap_or_else(|| made.map(str::to_owned));
    let affects = list(vulnerability, "affects", place, harvest);
    if lacks_reason(&ids, status, justification.as_deref(), place, harvest) {
        return false;
    }
    if affects.is_empty() {
        place.key("affects").refuse(harvest, "the analysis names no product", "`ref`");
        whole = false;
    }
    let mut said = Said { status, of: BTreeMap::new() };
    for (index, element) in affects.iter().enumerate() {
        let place = place.key("affects").index(index);
        let Some(element) = object(element, &place, harvest) else {
            whole = false;
            continue;
        };
        whole &= affected(element, names, &mut said, &place, harvest);
    }
    // With nothing left of what it was about, a statement that takes findings away would be about everything; another one may be.
    whole &= !said.of.is_empty();
    if said.of.is_empty() && !silences(status) {
        said.of.insert(0, (status, Vec::new()));
    }
    for (status, products) in said.of.into_values() {
        let justification = justification.clone().filter(|_| status == said.status);
        let (within, fields, at) = (Vec::new(), Fields::new(), at.clone());
        whole &= add(Statement { ids: &ids, products, within, status, justification, at, fields }, place, harvest);
    }
    whole
}

/// What an analysis says, and of which products: of some of them it may be less.
struct Said {
    status: Status,
    of: BTreeMap<u8, (Status, Vec<String>)>,
}

impl Said {
    fn of(&mut self, status: Status, names: Vec<String>) {
        let rank = if status == self.status { 0 } else { 1 + u8::from(status != Status::Affected) };
        if !names.is_empty() {
            self.of.entry(rank).or_insert_with(|| (status, Vec::new())).1.extend(names);
        }
    }
}

/// A component: its names, and the version that they may not have.
#[derive(Clone, Default, PartialEq)]
struct Component {
    names: Vec<String>,
    version: Option<String>,
    /// Several have its reference: nobody knows which of them is meant.
    is_several: bool,
}

impl Component {
    /// The names of a version of it; of another than its own it has none.
    fn of(&self, version: &str) -> Vec<String> {
        let by = [Narrowing::Version(version.to_owned())];
        let is = |name: &String| match narrow::version(name).flatten() {
            Some(own) => own.eq_ignore_ascii_case(version) || self.version.as_deref() == Some(version),
            None => true,
        };
        let names: Vec<String> = self.names.iter().filter(|name| is(name)).cloned().collect();
        narrowed(&names, &by)
    }

    /// The names of it in a range of versions, which need not have its own.
    fn within(&self, range: &str, quiet: bool) -> Vec<String> {
        let names: Vec<String> = self.names.iter().map(|name| narrow::unversioned(name)).collect();
        let by = [Narrowing::Range(range.to_owned())];
        if quiet { narrowed(&names, &by) } else { narrow::ranged(&names, &by) }
    }

    /// The names of it in the version that it has.
    fn own(&self) -> Vec<String> {
        let by: Vec<Narrowing> = self.version.clone().map(Narrowing::Version).into_iter().collect();
        narrowed(&agreed(self.names.clone()), &by)
    }
}

/// Adds the names of one element of `affects`; returns whether all of it could be read.
fn affected(
    element: &Map<String, Value>,
    components: &BTreeMap<String, Component>,
    said: &mut Said,
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
    let component =
        components.get(&target).cloned().unwrap_or_else(|| Component { names: vec![target], ..Component::default() });
    let versions = list(element, "versions", place, harvest);
    let analysed = said.status;
    let unclear = |harvest: &mut Harvest| {
        let message = format!("several components are called `{}`", shown(reference));
        place.key("ref").refuse(harvest, message, "a reference to one");
    };
    if versions.is_empty() && component.is_several && silences(analysed) {
        unclear(harvest);
        return false;
    }
    if versions.is_empty() {
        said.of(analysed, if silences(analysed) { component.own() } else { component.names });
        return true;
    }
    let mut whole = true;
    for (index, version) in versions.iter().enumerate() {
        let place = place.key("versions").index(index);
        let Some(version) = object(version, &place, harvest) else {
            whole = false;
            continue;
        };
        let status = match text(version, "status", &place, harvest) {
            Some("affected") if silences(analysed) => Status::Affected,
            Some("unknown") if silences(analysed) => Status::UnderInvestigation,
            // The analysis is about the others then.
            Some("unaffected") if !silences(analysed) => continue,
            Some("affected" | "unknown" | "unaffected") => analysed,
            None if version.get("status").is_none_or(Value::is_null) => analysed,
            other => {
                whole = false;
                let message = format!("`{}` is no status of a version", shown(other.unwrap_or_default()));
                place.key("status").refuse(harvest, message, "affected, unaffected or unknown");
                if silences(analysed) { Status::UnderInvestigation } else { analysed }
            }
        };
        let quiet = silences(status);
        if quiet && component.is_several {
            whole = false;
            unclear(harvest);
            continue;
        }
        match text(version, "version", &place, harvest) {
            Some(version) => {
                let names = component.of(version);
                whole &= !names.is_empty();
                said.of(status, names);
            }
            None => match text(version, "range", &place, harvest) {
                Some(range) => said.of(status, component.within(range, quiet)),
                None if quiet => {
                    whole = false;
                    place.refuse(harvest, "it says neither a version nor a range of versions", "`version` or `range`");
                }
                None => said.of(status, component.names.clone()),
            },
        }
    }
    whole
}

/// The names of components by their references: package URL and CPE name, or else the name.
fn components(document: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> BTreeMap<String, Component> {
    let mut names: BTreeMap<String, Component> = BTreeMap::new();
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
        let version = text(component, "version", &place, harvest).map(str::to_owned);
        add_component(&mut names, reference, Component { names: called, version, is_several: false });
    }
    names
}

/// Adds a component under its reference. Of one that several have, what leaves findings open is about each of them.
fn add_component(components: &mut BTreeMap<String, Component>, reference: &str, component: Component) {
    let Some(known) = components.get_mut(reference) else {
        components.insert(reference.to_owned(), component);
        return;
    };
    if !known.is_several && *known == component {
        return;
    }
    let names = known.names.drain(..).chain(component.names);
    let names: BTreeSet<String> = names.map(|name| narrow::unversioned(&name)).collect();
    *known = Component { names: names.into_iter().collect(), version: None, is_several: true };
}
