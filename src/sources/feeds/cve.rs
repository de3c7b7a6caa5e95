//! CVE records of JSON 5, with the container that CISA adds to them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::document::{Place, day_text, list, moment, object, put, records, text};
use super::metric::Metrics;
use super::{Kind, cve_id, ssvc};
use crate::sources::{Advisory, Edition, Fields, Harvest};

/// The metrics of a container, by version.
const METRICS: [&str; 4] = ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"];

/// Reads a record, a list or lines of them.
///
/// The metrics of the numbering authority (`cna`) count before those that others added (`adp`). Of several SSVC decisions the latest counts, with
/// those of no known time.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Cve.name(), ..Edition::default() };
    let dropped = records(file, bytes, harvest, |value, place, harvest| {
        let read = object(&value, &place, harvest).and_then(|record| advisory(record, &place, harvest));
        match read {
            Some(advisory) => {
                edition.read += 1;
                edition.made = edition.made.take().max(advisory.modified.clone());
                harvest.advisories.push(advisory);
            }
            None => edition.dropped += 1,
        }
    });
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

fn advisory(record: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<Advisory> {
    let Some(meta) = record.get("cveMetadata").and_then(Value::as_object) else {
        place.key("cveMetadata").refuse(harvest, "the record has no `cveMetadata`", "an object");
        return None;
    };
    let about = place.key("cveMetadata");
    let Some(id) = text(meta, "cveId", &about, harvest).and_then(cve_id) else {
        about.key("cveId").refuse(harvest, "the record has no CVE identifier", "`CVE-2026-8037`");
        return None;
    };
    let mut fields = Fields::new();
    put(&mut fields, "published", moment(meta, "datePublished", &about, harvest));
    let updated = moment(meta, "dateUpdated", &about, harvest);
    let withdrawn = text(meta, "state", &about, harvest).is_some_and(|state| state.eq_ignore_ascii_case("rejected"));
    let mut reading = Reading::default();
    let place_of = place.key("containers");
    if let Some(containers) = record.get("containers").and_then(Value::as_object) {
        if let Some(cna) = containers.get("cna").and_then(Value::as_object) {
            reading.container(cna, 0, &place_of.key("cna"), harvest);
        }
        for (index, adp) in list(containers, "adp", &place_of, harvest).iter().enumerate() {
            let place = place_of.key("adp").index(index);
            if let Some(adp) = object(adp, &place, harvest) {
                reading.container(adp, 1, &place, harvest);
            }
        }
    } else {
        place_of.refuse(harvest, format!("{id} has no containers"), "an object");
    }
    reading.finish(updated.as_deref(), &mut fields);
    Some(Advisory {
        feed: Kind::Cve.name(),
        id,
        aliases: Vec::new(),
        upstream: Vec::new(),
        fields,
        affected: None,
        withdrawn,
        modified: updated,
        origin: place.origin(),
    })
}

/// What the containers of one record say.
#[derive(Default)]
struct Reading {
    metrics: Metrics,
    ssvc: ssvc::Decisions,
    kev: Option<String>,
    severity: Option<&'static str>,
}

impl Reading {
    fn container(&mut self, container: &Map<String, Value>, rank: u8, place: &Place, harvest: &mut Harvest) {
        for (index, metric) in list(container, "metrics", place, harvest).iter().enumerate() {
            let place = place.key("metrics").index(index);
            let Some(metric) = object(metric, &place, harvest) else { continue };
            for version in METRICS {
                match metric.get(version) {
                    Some(Value::Object(data)) => self.metrics.take(data, rank, &place.key(version), harvest),
                    Some(_) => place.key(version).refuse(harvest, "the metric is no record", "an object"),
                    None => {}
                }
            }
            if let Some(other) = metric.get("other").and_then(Value::as_object) {
                self.other(other, rank, &place.key("other"), harvest);
            }
        }
    }

    fn other(&mut self, other: &Map<String, Value>, rank: u8, place: &Place, harvest: &mut Harvest) {
        let Some(content) = other.get("content").and_then(Value::as_object) else { return };
        let place = place.key("content");
        match text(other, "type", &place, harvest).map(str::to_ascii_lowercase).as_deref() {
            Some("ssvc") => self.ssvc.take(content, &place, harvest),
            Some("kev") => {
                let added = text(content, "dateAdded", &place, harvest).and_then(day_text);
                if added.is_none() {
                    place.key("dateAdded").refuse(harvest, "the catalogue's date is missing", "a date");
                }
                self.kev = self.kev.take().or(added);
            }
            // The authority's own word for the severity; of others' it is no vendor's.
            Some("red hat severity rating") if rank == 0 => {
                self.severity = worse(self.severity, text(content, "value", &place, harvest).and_then(severity));
            }
            Some("textual description of severity") if rank == 0 => {
                self.severity = worse(self.severity, text(content, "text", &place, harvest).and_then(severity));
            }
            _ => {}
        }
    }

    fn finish(self, modified: Option<&str>, fields: &mut Fields) {
        put(fields, "cvss", self.metrics.finish());
        put(fields, "vendor_severity", self.severity);
        if let Some(added) = self.kev {
            fields.insert("kev".to_owned(), Value::Bool(true));
            fields.insert("kev_added".to_owned(), Value::String(added));
        }
        self.ssvc.finish(modified, fields);
    }
}

/// A vendor's word for a severity in the vocabulary: `important` is `high`, `moderate` is `medium`, `negligible` is `low`.
pub(in crate::sources) fn severity(word: &str) -> Option<&'static str> {
    match word.trim().to_ascii_lowercase().as_str() {
        "critical" => Some("critical"),
        "important" | "high" => Some("high"),
        "moderate" | "medium" => Some("medium"),
        "low" | "negligible" => Some("low"),
        _ => None,
    }
}

/// Of two words for a severity in the vocabulary the more severe.
pub(in crate::sources) fn worse(one: Option<&'static str>, other: Option<&'static str>) -> Option<&'static str> {
    let rank = |word: &&str| ["low", "medium", "high", "critical"].iter().position(|known| known == word);
    one.into_iter().chain(other).max_by_key(rank)
}
