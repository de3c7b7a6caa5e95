//! What the Table API of ServiceNow gives, in its three shapes: raw values, what people see, or both of each field.
//!
//! Everything is a text. Raw times are UTC without a marker; those that people see are by the clock of whoever exported them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::json;
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::{Json, Piece, Row};
use crate::sources::mapping::{Got, Kind, Mapping, Path, Rule, look, under};
use crate::time::Zone;

/// Which values an export holds (`sysparm_display_value`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// `false`: raw values.
    Raw,
    /// `true`: what people see.
    Display,
    /// `all`: both.
    Both,
}

/// The records of an export.
#[derive(Debug, Default)]
pub struct Export {
    /// The records.
    pub rows: Vec<Row>,
    /// The shapes that its records have.
    pub shapes: Vec<Shape>,
    /// How many of them are votes on what is no change.
    pub votes_elsewhere: usize,
    /// For each record that has both: its `sys_id`, and the identifier that it got.
    pub ids: Vec<(String, String)>,
}

/// Which shape a record has, where it can be told.
#[must_use]
pub fn shape(record: &Json<'_>) -> Option<Shape> {
    let Json::Object(entries) = record else { return None };
    let mut raw = false;
    for (_, value) in entries {
        match (value.get("value"), value.get("display_value")) {
            (Some(_), Some(_)) => return Some(Shape::Both),
            (None, Some(_)) => return Some(Shape::Display),
            (Some(_), None) => raw = true,
            (None, None) => {}
        }
    }
    if raw {
        return Some(Shape::Raw);
    }
    let text = |key: &&str| match record.get(key) {
        Some(Json::String(text)) if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    };
    // Without an object to tell it by: numbers, lower case and keys of records are what people do not see.
    let is_raw = |text: &str| text.parse::<i32>().is_ok() || text.starts_with(|first: char| first.is_lowercase());
    let by_choice = || CHOICES.iter().find_map(text).map(is_raw);
    let by_reference = || REFERENCES.iter().filter_map(text).any(is_key).then_some(true);
    by_reference().or_else(by_choice).map(|raw| if raw { Shape::Raw } else { Shape::Display })
}

/// Fields with a value that people see otherwise, those that tell it best first.
const CHOICES: [&str; 12] = [
    "state",
    "priority",
    "impact",
    "urgency",
    "install_status",
    "operational_status",
    "risk",
    "approval",
    "phase",
    "close_code",
    "type",
    "hardware_status",
];

/// Fields that name a record.
const REFERENCES: [&str; 16] = [
    "sysapproval",
    "approver",
    "group",
    "cmdb_ci",
    "business_service",
    "requested_by",
    "assigned_to",
    "assignment_group",
    "opened_by",
    "closed_by",
    "owned_by",
    "managed_by",
    "department",
    "location",
    "support_group",
    "company",
];

/// Whether a text has the form of a `sys_id`.
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a vote is on something else than a change: the table of approvals has those of requests, articles and incidents, too.
fn is_elsewhere(record: &Json<'_>) -> bool {
    const TABLES: [&str; 5] = ["sc_", "kb_", "incident", "problem", "hr_"];
    let table = text(record.get("source_table")).unwrap_or_default();
    TABLES.iter().any(|start| table.starts_with(start))
}

/// The mapping of raw values, whose times are UTC, but for fields that are taken from what people see of them.
fn raw(mapping: &Mapping) -> Mapping {
    let mut raw = Mapping { is_of_user: true, ..mapping.clone() };
    for rule in &mut raw.rules {
        let is_seen = rule.from.iter().all(|path| path.keys.last().is_some_and(|key| key == "display_value"));
        if rule.zone.is_none() && !is_seen {
            rule.zone = Some(Zone::utc());
        }
    }
    raw
}

/// Maps the records of an export.
#[must_use]
pub fn read(mapping: &Mapping, pieces: &[Piece<'_>]) -> Export {
    let told: BTreeSet<Shape> =
        pieces.par_iter().filter_map(|piece| json::parse(piece).ok().as_ref().and_then(shape)).collect();
    // A record that does not tell is as those that do; where none does, nobody knows whose clock its times are by.
    let common = told.first().filter(|_| told.len() == 1).copied().unwrap_or(Shape::Display);
    let raw = raw(mapping);
    let seen = Mapping { is_of_user: true, ..mapping.clone() };
    let mut export = Export { shapes: told.into_iter().collect(), ..Export::default() };
    for piece in pieces {
        let record = match json::parse(piece) {
            Ok(record) => record,
            Err(row) => {
                export.rows.push(*row);
                continue;
            }
        };
        if mapping.entity == TableId::APPROVAL && is_elsewhere(&record) {
            export.votes_elsewhere += 1;
            continue;
        }
        let mapping = if shape(&record).unwrap_or(common) == Shape::Display { &seen } else { &raw };
        let mut row = json::row(mapping, piece.line, &record);
        if matches!(record, Json::Object(_)) {
            let get = |rule: &Rule, path: &Path| field(rule, &record, path);
            let mapped = mapping.record(&get);
            (row.record, row.remarks) = (Ok(mapped.record), mapped.remarks);
        }
        if let (Some(key), Ok(made)) = (text(record.get("sys_id")), &row.record)
            && let Some(Json::String(id)) = made.get("id")
        {
            export.ids.push((key.to_owned(), id.clone().into_owned()));
        }
        export.rows.push(row);
    }
    export
}

/// The text of a field, whatever the shape.
fn text<'r>(value: Option<&'r Json<'_>>) -> Option<&'r str> {
    match value? {
        Json::String(text) => Some(text),
        other => match other.get("value").or_else(|| other.get("display_value"))? {
            Json::String(text) => Some(text),
            _ => None,
        },
    }
}

/// The value of a field: of a reference what people call it, unless it is a person, who is told apart by the raw one; of others the raw one.
fn field<'r, 'j>(rule: &Rule, record: &'r Json<'j>, path: &Path) -> Got<'r, 'j> {
    let value = match look(record, path) {
        Got::Value(value) => value,
        got => return got,
    };
    let of = |key: &str| match under(value, key) {
        Got::Value(value) => Ok(Some(value)),
        Got::Nothing => Ok(None),
        got => Err(got),
    };
    let (raw, seen) = match (of("value"), of("display_value")) {
        (Ok(raw), Ok(seen)) => (raw, seen),
        (Err(got), _) | (_, Err(got)) => return got,
    };
    let is_person = matches!(&rule.kind, Kind::One(Type::Row(table)) if *table == TableId::PERSON);
    let is_reference = value.get("link").is_some() && !is_person;
    let chosen = if is_reference { seen.or(raw) } else { raw.or(seen) };
    match chosen {
        Some(chosen) => Got::Value(chosen),
        // A reference to nothing.
        None if matches!(value, Json::Object(_)) => Got::Nothing,
        None => Got::Value(value),
    }
}

/// Replaces, in fields that name records, raw keys of ServiceNow by the identifiers that these records got.
pub fn rename(mapping: &Mapping, row: &mut Row, ids: &std::collections::HashMap<String, String>) {
    let Ok(Json::Object(entries)) = &mut row.record else { return };
    for rule in &mapping.rules {
        if !matches!(&rule.kind, Kind::One(Type::Row(_)) | Kind::Set(Type::Row(_))) && rule.field != "assets" {
            continue;
        }
        let Some((_, value)) = entries.iter_mut().find(|(key, _)| *key == rule.field) else { continue };
        let values = match value {
            Json::Array(elements) => elements.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for value in values {
            if let Json::String(text) = value
                && let Some(id) = ids.get(text.as_ref())
            {
                *text = std::borrow::Cow::Owned(id.clone());
            }
        }
    }
}
