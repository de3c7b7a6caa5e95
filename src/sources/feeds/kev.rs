//! CISA's catalogue of known exploited vulnerabilities, as JSON and as CSV.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::document::{Place, day_text, kind, list, moment, object, put, shown, single, text};
use super::table::{Row, rows};
use super::{Kind, cve_id};
use crate::sources::{Advisory, Edition, Fields, Harvest};

/// Reads the catalogue. An entry whose CVE or day of addition cannot be read is refused; other fields of it are left out.
///
/// `knownRansomwareCampaignUse` is `Known` or `Unknown`, and the latter says nothing.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        json(file, bytes, harvest);
    } else {
        table(file, bytes, harvest);
    }
}

fn json(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Kev.name(), ..Edition::default() };
    let place = Place::of(file);
    let Some(document) = single(file, bytes, harvest) else {
        edition.dropped = 1;
        harvest.editions.push(edition);
        return;
    };
    let Some(catalogue) = object(&document, &place, harvest) else {
        edition.dropped = 1;
        harvest.editions.push(edition);
        return;
    };
    edition.version = text(catalogue, "catalogVersion", &place, harvest).map(str::to_owned);
    edition.made = moment(catalogue, "dateReleased", &place, harvest);
    match catalogue.get("count") {
        None | Some(Value::Null) => {}
        Some(count) => {
            edition.count = count.as_u64();
            if edition.count.is_none() {
                // Whether this is all of it nobody knows then.
                let message = format!("{} is no number of entries", kind(count));
                place.key("count").refuse(harvest, message, "a whole number");
                edition.dropped += 1;
            }
        }
    }
    let entries = list(catalogue, "vulnerabilities", &place, harvest);
    let place = place.key("vulnerabilities");
    if catalogue.get("vulnerabilities").and_then(Value::as_array).is_none() {
        place.refuse(harvest, "the catalogue has no `vulnerabilities`", "a list");
        edition.dropped += 1;
    }
    for (index, entry) in entries.iter().enumerate() {
        let place = place.index(index);
        let Some(record) = object(entry, &place, harvest) else {
            edition.dropped += 1;
            continue;
        };
        let cell = |key: &str| record.get(key);
        count(&mut edition, one(&cell, &place, harvest));
    }
    let has = entries.len() as u64;
    if let Some(says) = edition.count
        && says != has
    {
        let message = format!("the catalogue says that it has {says} entries and has {has}");
        Place::of(file).key("count").refuse(harvest, message, "");
        edition.dropped += says.saturating_sub(has);
    }
    harvest.editions.push(edition);
}

fn table(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Kev.name(), ..Edition::default() };
    let dropped = rows(file, bytes, 1, &["cveid", "dateadded"], harvest, |row: &Row<'_>, place, harvest| {
        let cells: Map<String, Value> =
            row.iter().map(|(column, cell)| ((*column).to_owned(), Value::String(cell.clone()))).collect();
        let cell = |key: &str| cells.get(&key.to_ascii_lowercase());
        count(&mut edition, one(&cell, &place, harvest));
    });
    edition.dropped += dropped.unwrap_or(1);
    harvest.editions.push(edition);
}

fn count(edition: &mut Edition, read: bool) {
    if read {
        edition.read += 1;
    } else {
        edition.dropped += 1;
    }
}

/// Reads an entry; returns whether it could be.
fn one<'v>(cell: &impl Fn(&str) -> Option<&'v Value>, place: &Place, harvest: &mut Harvest) -> bool {
    let word = |key: &str| cell(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let Some(id) = word("cveID").and_then(cve_id) else {
        let found = word("cveID").map_or_else(|| "nothing".to_owned(), |text| format!("`{}`", shown(text)));
        place.key("cveID").refuse(harvest, format!("{found} is no CVE identifier"), "`CVE-2026-8037`");
        return false;
    };
    let Some(added) = word("dateAdded").and_then(day_text) else {
        place.key("dateAdded").refuse(harvest, format!("{id} has no day on which it was added"), "a date");
        return false;
    };
    let mut fields = Fields::new();
    fields.insert("kev".to_owned(), Value::Bool(true));
    fields.insert("kev_added".to_owned(), Value::String(added));
    let due = word("dueDate").and_then(day_text);
    if due.is_none() && word("dueDate").is_some() {
        place.key("dueDate").refuse(harvest, format!("the due date of {id} is no date"), "a date");
    }
    put(&mut fields, "kev_due", due);
    match word("knownRansomwareCampaignUse").map(str::to_ascii_lowercase).as_deref() {
        Some("known") => {
            fields.insert("ransomware".to_owned(), Value::Bool(true));
        }
        None | Some("unknown") => {}
        Some(other) => {
            let message = format!("`{}` says nothing about ransomware", shown(other));
            place.key("knownRansomwareCampaignUse").refuse(harvest, message, "`Known` or `Unknown`");
        }
    }
    match word("forensicTriage").map(str::to_ascii_lowercase).as_deref() {
        Some("yes") => put(&mut fields, "forensic_triage", Some(true)),
        Some("no") => put(&mut fields, "forensic_triage", Some(false)),
        None => {}
        Some(other) => {
            let message = format!("`{}` says nothing about forensic triage", shown(other));
            place.key("forensicTriage").refuse(harvest, message, "`Yes` or `No`");
        }
    }
    harvest.advisories.push(Advisory {
        feed: Kind::Kev.name(),
        id,
        aliases: Vec::new(),
        upstream: Vec::new(),
        fields,
        affected: None,
        withdrawn: false,
        modified: None,
        origin: place.origin(),
    });
    true
}
