//! One asset as the engine sees it.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::program::Program;
use crate::check::schema::{FieldId, Schema, Shape, TableId};
use crate::facts::table::{Column, ListColumn, TableData};
use crate::facts::{Facts, Place, Trace};

/// Where the facts of one asset come from.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Its records.
    pub records: Vec<Trace>,
    /// The elements of its lists that came apart from it, by what names them.
    pub elements: BTreeMap<String, Vec<Place>>,
    /// Where feeds tell of its findings and software and of its other fields, by what names these, each place with the fields.
    pub feeds: BTreeMap<String, Vec<String>>,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its identifier.
    pub id: String,
    /// What is known of it.
    pub fields: Vec<ShownField>,
    /// Its lists of records.
    pub lists: Vec<ShownList>,
    /// What is not known, each with the cause.
    pub unknown: Vec<(String, &'static str)>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownField {
    /// The field.
    pub name: String,
    /// Its value, as the language writes it.
    pub value: String,
    /// The files and lines that say so.
    pub from: Vec<String>,
}

/// A list of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownList {
    /// The field.
    pub name: String,
    /// Elements may be lacking.
    pub incomplete: bool,
    /// The elements.
    pub rows: Vec<ShownRow>,
}

/// An element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// What is known of it, each field with its value.
    pub fields: Vec<(String, String)>,
    /// The files and lines that it comes from.
    pub from: Vec<String>,
}

/// Shows an asset; `None` where there is none of that id.
#[must_use]
pub fn show(program: &Program, facts: &Facts, id: &str, origins: &Origins) -> Option<Shown> {
    let schema = &program.schema;
    let row = (0..facts.recorded).find(|row| facts.asset_id(*row) == Some(id))?;
    let table = &facts.assets;
    let def = schema.table(table.table)?;
    let mut shown = Shown { id: id.to_owned(), fields: Vec::new(), lists: Vec::new(), unknown: Vec::new() };
    for (at, (name, value)) in facts.describe(schema, table, row).into_iter().enumerate() {
        let Ok(field) = u16::try_from(at).map(FieldId) else { continue };
        let from: BTreeSet<String> = origins
            .records
            .iter()
            .filter(|trace| trace.fields.contains(&field))
            .map(|trace| trace.place.to_string())
            .collect();
        let mut from: Vec<String> = from.into_iter().collect();
        from.extend(origins.feeds.get(&name).into_iter().flatten().cloned());
        let is_list = def.fields.get(at).is_some_and(|field| matches!(field.shape, Shape::List(_)));
        if let Some(cause) = value.strip_prefix("unknown") {
            let cause = cause.trim_matches([' ', '(', ')']);
            shown.unknown.push((name, CAUSES.iter().find(|known| **known == cause).copied().unwrap_or("missing")));
        } else if let (true, Some(Column::List(list))) = (is_list, table.column(field)) {
            shown.lists.push(elements(schema, facts, list, row, (field, name, &from), origins));
        } else if value == "{ ... }" {
            shown.unknown.push((name, "missing"));
        } else if field != FieldId(0) || table.table != TableId::ASSET {
            shown.fields.push(ShownField { name, value, from });
        }
    }
    Some(shown)
}

/// Why something is not known, as it is printed.
const CAUSES: [&str; 8] =
    ["missing", "incomplete", "malformed", "empty", "division", "out_of_range", "plugin", "disagreement"];

fn elements(
    schema: &Schema,
    facts: &Facts,
    list: &ListColumn,
    row: usize,
    (field, name, from): (FieldId, String, &[String]),
    origins: &Origins,
) -> ShownList {
    let bound = |at: usize| list.offsets.get(at).map_or(0, |bound| *bound as usize);
    // The record into which elements that came apart were put is no place of its own.
    let apart: BTreeSet<&str> = origins.elements.values().flatten().map(file).collect();
    let whole: Vec<&Trace> = origins.records.iter().filter(|trace| !apart.contains(file(&trace.place))).collect();
    let mut shown = ShownList { name, incomplete: false, rows: Vec::new() };
    for at in bound(row)..bound(row.saturating_add(1)) {
        if at < list.rows.phantom.len() && list.rows.phantom.value(at) {
            shown.incomplete = true;
            continue;
        }
        let fields: Vec<(String, String)> = facts
            .describe(schema, &list.rows, at)
            .into_iter()
            .filter(|(_, value)| !value.starts_with("unknown"))
            .collect();
        let key = key(schema, facts, &list.rows, at);
        let mut places: BTreeSet<String> = BTreeSet::new();
        if let Some(key) = &key {
            places.extend(origins.elements.get(key).into_iter().flatten().map(ToString::to_string));
            let with = whole.iter().filter(|trace| trace.elements.contains(&(field, key.clone())));
            places.extend(with.map(|trace| trace.place.to_string()));
        }
        let mut from: Vec<String> = if places.is_empty() { from.to_vec() } else { places.into_iter().collect() };
        let feeds = key.as_ref().and_then(|key| origins.feeds.get(key));
        from.extend(feeds.into_iter().flatten().cloned());
        shown.rows.push(ShownRow { fields, from });
    }
    shown
}

/// The file of a place, which may name a part of it.
fn file(place: &Place) -> &str {
    place.file.split('#').next().unwrap_or(&place.file)
}

/// What names an element: its CVE or its name.
fn key(schema: &Schema, facts: &Facts, rows: &TableData, at: usize) -> Option<String> {
    let key = schema.table(rows.table)?.key?;
    facts.text(rows, key, at).map(str::to_owned)
}
