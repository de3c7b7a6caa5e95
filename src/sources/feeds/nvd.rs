//! NVD's CVE API 2.0: pages, and single records with or without their wrapper.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::document::{Place, list, moment, object, put, records, text};
use super::metric::Metrics;
use super::{Kind, cve_id, ssvc};
use crate::sources::{Advisory, Edition, Fields, Harvest};

/// The lists of metrics, by version.
const METRICS: [&str; 4] = ["cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"];

/// Reads pages of the API, one or in lines, and records alone. Times have no zone there and are in UTC.
///
/// Of several metrics of one version `Primary` counts before `Secondary`. A record whose `vulnStatus` is `Rejected` is withdrawn; one that awaits its
/// analysis simply has no score. `configurations` are kept as they are; what is no list of them may be about anything.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Nvd.name(), ..Edition::default() };
    let dropped = records(file, bytes, harvest, |value, place, harvest| match value {
        Value::Object(mut page) if page.contains_key("vulnerabilities") => {
            one_page(&mut page, &place, &mut edition, harvest);
        }
        other => one(other, &place, &mut edition, harvest),
    });
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

fn one_page(page: &mut Map<String, Value>, place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    edition.version = text(page, "version", place, harvest).map(str::to_owned).or(edition.version.take());
    edition.made = moment(page, "timestamp", place, harvest).or(edition.made.take());
    edition.count = page.get("totalResults").and_then(Value::as_u64).or(edition.count);
    let inner = place.key("vulnerabilities");
    let Some(Value::Array(elements)) = page.remove("vulnerabilities") else {
        inner.refuse(harvest, "`vulnerabilities` is no list", "a list");
        edition.dropped += 1;
        return;
    };
    let has = elements.len() as u64;
    for (index, element) in elements.into_iter().enumerate() {
        one(element, &inner.index(index), edition, harvest);
    }
    if let Some(says) = page.get("resultsPerPage").and_then(Value::as_u64)
        && says > has
    {
        let message = format!("the page says that it has {says} records and has {has}");
        place.key("resultsPerPage").refuse(harvest, message, "");
        edition.dropped += says.saturating_sub(has);
    }
}

fn one(value: Value, place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    let (record, place) = match value {
        Value::Object(mut wrapper) => match wrapper.remove("cve") {
            Some(inner @ Value::Object(_)) => (inner, place.key("cve")),
            Some(other) => {
                wrapper.insert("cve".to_owned(), other);
                (Value::Object(wrapper), place.clone())
            }
            None => (Value::Object(wrapper), place.clone()),
        },
        other => (other, place.clone()),
    };
    let is_whole = record.get("configurations").is_none_or(|it| it.is_null() || it.is_array());
    let read = advisory(record, &place, harvest);
    if let Some(advisory) = read {
        if is_whole {
            edition.read += 1;
        } else {
            edition.dropped += 1;
        }
        harvest.advisories.push(advisory);
    } else {
        edition.dropped += 1;
    }
}

fn advisory(value: Value, place: &Place, harvest: &mut Harvest) -> Option<Advisory> {
    object(&value, place, harvest)?;
    let Value::Object(mut record) = value else { return None };
    let id = text(&record, "id", place, harvest).and_then(cve_id);
    let Some(id) = id else {
        place.key("id").refuse(harvest, "the record has no CVE identifier", "`CVE-2026-8037`");
        return None;
    };
    let mut fields = Fields::new();
    put(&mut fields, "published", moment(&record, "published", place, harvest));
    let modified = moment(&record, "lastModified", place, harvest);
    if let Some(Value::Object(metrics)) = record.get("metrics") {
        all_metrics(metrics, modified.as_deref(), &place.key("metrics"), &mut fields, harvest);
    }
    // CISA's catalogue, as NVD carries it: weaker than the catalogue itself, and its absence says nothing.
    if let Some(added) = super::document::day(&record, "cisaExploitAdd", place, harvest) {
        fields.insert("kev".to_owned(), Value::Bool(true));
        fields.insert("kev_added".to_owned(), Value::String(added));
        put(&mut fields, "kev_due", super::document::day(&record, "cisaActionDue", place, harvest));
    }
    let withdrawn =
        text(&record, "vulnStatus", place, harvest).is_some_and(|status| status.eq_ignore_ascii_case("rejected"));
    list(&record, "configurations", place, harvest);
    let affected = record.remove("configurations").filter(|configurations| !configurations.is_null());
    let affected = affected.map(|one| if one.is_array() { one } else { json!([null]) });
    Some(Advisory {
        feed: Kind::Nvd.name(),
        id,
        aliases: Vec::new(),
        upstream: Vec::new(),
        fields,
        affected,
        withdrawn,
        modified,
        origin: place.origin(),
    })
}

fn all_metrics(
    metrics: &Map<String, Value>,
    modified: Option<&str>,
    place: &Place,
    fields: &mut Fields,
    harvest: &mut Harvest,
) {
    let mut gathered = Metrics::default();
    for version in METRICS {
        for (index, metric) in list(metrics, version, place, harvest).iter().enumerate() {
            let place = place.key(version).index(index);
            let Some(metric) = object(metric, &place, harvest) else { continue };
            let primary = metric.get("type").and_then(Value::as_str) == Some("Primary");
            let Some(data) = metric.get("cvssData").and_then(Value::as_object) else {
                place.refuse(harvest, "the metric has no `cvssData`", "an object");
                continue;
            };
            gathered.take(data, if primary { 0 } else { 1 }, &place.key("cvssData"), harvest);
        }
    }
    put(fields, "cvss", gathered.finish());
    let mut decisions = ssvc::Decisions::default();
    for (index, metric) in list(metrics, "ssvcV203", place, harvest).iter().enumerate() {
        let place = place.key("ssvcV203").index(index).key("ssvcData");
        let Some(data) = metric.get("ssvcData").and_then(Value::as_object) else { continue };
        decisions.take(data, &place, harvest);
    }
    decisions.finish(modified, fields);
}
