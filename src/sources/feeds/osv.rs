//! OSV records.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::cve::{severity, worse};
use super::document::{Place, kind, list, moment, moment_text, object, put, records, shown, text, texts};
use super::metric::Metrics;
use super::{Kind, vulnerability_id};
use crate::sources::{Advisory, Edition, Fields, Harvest};
use crate::time::parse_instant;

/// Reads a record, a list or lines of them.
///
/// `affected` is kept as it is; what in it breaks the schema's own rules (no package, a range without `introduced`) is refused here by its place and
/// left to whoever matches versions, who cannot say yes to it. `aliases` name the same vulnerability, `upstream` those that
/// a distribution's advisory is about, `related` others.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Osv.name(), ..Edition::default() };
    let dropped = records(file, bytes, harvest, |value, place, harvest| {
        object(&value, &place, harvest);
        let Value::Object(record) = value else {
            edition.dropped += 1;
            return;
        };
        match advisory(record, &place, harvest) {
            Some((advisory, is_whole)) => {
                if is_whole {
                    edition.read += 1;
                } else {
                    edition.dropped += 1;
                }
                edition.made = edition.made.take().max(advisory.modified.clone());
                harvest.advisories.push(advisory);
            }
            None => edition.dropped += 1,
        }
    });
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

/// The advisory of a record, and whether all of what it says of software could be read.
fn advisory(mut record: Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<(Advisory, bool)> {
    let Some(id) = text(&record, "id", place, harvest).map(vulnerability_id) else {
        place.key("id").refuse(harvest, "the record has no identifier", "`GHSA-…`, `CVE-…` and so on");
        return None;
    };
    let modified = moment(&record, "modified", place, harvest);
    let mut fields = Fields::new();
    put(&mut fields, "published", moment(&record, "published", place, harvest));
    let mut metrics = Metrics::default();
    let mut word = None;
    for (index, element) in list(&record, "severity", place, harvest).iter().enumerate() {
        let place = place.key("severity").index(index);
        let Some(element) = object(element, &place, harvest) else { continue };
        let stated = match text(element, "type", &place, harvest) {
            Some("CVSS_V2") => Some("2.0"),
            Some("CVSS_V3") => Some("3.1"),
            Some("CVSS_V4") => Some("4.0"),
            // A distribution's own scale: a word.
            Some(_) => {
                word = worse(word, element.get("score").and_then(Value::as_str).and_then(severity));
                continue;
            }
            None => {
                place.key("type").refuse(harvest, "the severity has no type", "CVSS_V2, CVSS_V3, CVSS_V4 or Ubuntu");
                continue;
            }
        };
        metrics.vector(element.get("score"), stated, 0, &place.key("score"), harvest);
    }
    put(&mut fields, "cvss", metrics.finish());
    if let Some(Value::Object(specific)) = record.get("database_specific") {
        word = worse(word, specific.get("severity").and_then(Value::as_str).and_then(severity));
    }
    put(&mut fields, "vendor_severity", word);
    let before = harvest.refused.len();
    for (index, element) in list(&record, "affected", place, harvest).iter().enumerate() {
        affected(element, &place.key("affected").index(index), harvest);
    }
    let is_whole = harvest.refused.len() == before;
    let aliases = texts(&record, "aliases", place, harvest).iter().map(|alias| vulnerability_id(alias)).collect();
    let upstream = texts(&record, "upstream", place, harvest).iter().map(|other| vulnerability_id(other)).collect();
    let withdrawn = withdrawn(&record, place, harvest);
    // Who says since when it is withdrawn changed it then at the earliest.
    let modified = modified.map(|modified| later(modified, withdrawn.as_deref()));
    let affected = record.remove("affected").filter(|affected| !affected.is_null());
    let advisory = Advisory {
        feed: Kind::Osv.name(),
        id,
        aliases,
        upstream,
        fields,
        // What is no list may be about anything.
        affected: affected.map(|affected| if affected.is_array() { affected } else { json!([null]) }),
        withdrawn: withdrawn.is_some(),
        modified,
        origin: place.origin(),
    };
    Some((advisory, is_whole))
}

/// Since when a record is withdrawn. What is no time is refused and withdraws nothing.
fn withdrawn(record: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<String> {
    let withdrawn = record.get("withdrawn").filter(|withdrawn| !withdrawn.is_null())?;
    let since = withdrawn.as_str().map(str::trim).and_then(moment_text);
    if since.is_none() {
        let found = withdrawn.as_str().map_or_else(|| kind(withdrawn).to_owned(), |text| format!("`{}`", shown(text)));
        let expected = "a time such as `2026-08-07T16:45:47Z`";
        place.key("withdrawn").refuse(harvest, format!("`withdrawn` is {found}"), expected);
    }
    since
}

fn later(time: String, other: Option<&str>) -> String {
    let instant = |text: &str| parse_instant(text).ok();
    match other {
        Some(other) if instant(other) > instant(&time) => other.to_owned(),
        _ => time,
    }
}

/// Refuses what the schema does not allow in an element of `affected`.
fn affected(value: &Value, place: &Place, harvest: &mut Harvest) {
    let Some(element) = object(value, place, harvest) else { return };
    let ranges = list(element, "ranges", place, harvest);
    if of_package(value) == Of::Anything {
        place.refuse(harvest, "it names no package", "`package` with its `ecosystem` and `name`");
    }
    for (index, range) in ranges.iter().enumerate() {
        let place = place.key("ranges").index(index);
        let Some(range) = object(range, &place, harvest) else { continue };
        let events = list(range, "events", &place, harvest);
        if !events.iter().any(|event| event.get("introduced").is_some()) {
            place.key("events").refuse(harvest, "the range begins nowhere", "an `introduced` event");
        }
    }
}

/// What an element of `affected` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) enum Of<'v> {
    /// A package of an ecosystem.
    Package(&'v str, &'v str),
    /// Commits alone, which no list of software has.
    Commits,
    /// It does not say, though it has to: it may be anything.
    Anything,
}

/// Reads what an element of `affected` is about.
pub(in crate::sources) fn of_package(element: &Value) -> Of<'_> {
    let text = |pointer| element.pointer(pointer).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    if let (Some(ecosystem), Some(name)) = (text("/package/ecosystem"), text("/package/name")) {
        return Of::Package(ecosystem, name);
    }
    let ranges = element.get("ranges").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let commits = |range: &Value| range.get("type").and_then(Value::as_str) == Some("GIT");
    let is_none = element.get("package").is_none_or(Value::is_null);
    if is_none && !ranges.is_empty() && ranges.iter().all(commits) { Of::Commits } else { Of::Anything }
}
