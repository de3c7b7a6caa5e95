//! Comma-separated values into records: the first row names the fields, the items of a list are separated by `;`.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};

use super::column::row;
use super::json::Json;
use super::plan::{KeyPlan, ShapePlan, TablePlan, Target};
use super::split::plain_name;
use crate::check::types::Type;

/// A row with the line on which it begins: a record, or why it is none.
pub(super) type Row = (u32, Result<Json<'static>, String>);

/// Whether a file is of this form: by its name, or by a first line that names the column `id`.
pub(super) fn is_csv(name: &str, bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let names_id = || first.split(|byte| *byte == b',').any(|cell| matches!(cell.trim_ascii(), b"id" | b"\"id\""));
    plain_name(name).ends_with(".csv") || (!first.starts_with(b"{") && !first.starts_with(b"[") && names_id())
}

/// The rows of a file.
///
/// # Errors
/// What makes the whole file unreadable (its encoding, a quotation mark that does not close, a header without `id`), and on which line.
pub(super) fn rows(plan: &TablePlan, bytes: &[u8]) -> Result<Vec<Row>, (String, usize)> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(("the file is UTF-16, expected UTF-8".to_owned(), 1));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        ("the file is not UTF-8".to_owned(), read.iter().filter(|byte| **byte == b'\n').count().saturating_add(1))
    })?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    if let Some((wrong, line, _)) = broken_quote(bytes, b',') {
        return Err((wrong.to_owned(), line));
    }
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut lines = Lines::new(bytes);
    for record in reader.records() {
        let begins = |position: Option<&csv::Position>| position.map_or(0, csv::Position::byte);
        let record = record.map_err(|error| ("a row cannot be read".to_owned(), lines.at(begins(error.position()))))?;
        let line = lines.at(begins(record.position()));
        match &header {
            None => header = Some(columns(plan, &record).map_err(|wrong| (wrong, line))?),
            // What a spreadsheet leaves behind its last row.
            Some(_) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Some(header) => rows.push((row(line), read(plan, header, &record))),
        }
    }
    Ok(rows)
}

/// Counts lines as far as rows have been read. The reader's own count lags where lines end with a carriage return and a line feed.
#[derive(Debug)]
pub struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
}

impl<'b> Lines<'b> {
    /// Counts the lines of a file from its beginning.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of the first byte from a place on that does not end a line, from 1; places must not go back.
    pub fn at(&mut self, place: u64) -> usize {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let rest = self.bytes.get(place..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let place = place.saturating_add(blank).min(self.bytes.len());
        let passed = self.bytes.get(self.at..place).unwrap_or_default();
        self.line = self.line.saturating_add(passed.iter().filter(|byte| **byte == b'\n').count());
        self.at = place;
        self.line
    }
}

fn columns(plan: &TablePlan, header: &StringRecord) -> Result<Vec<String>, String> {
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    if !names.iter().any(|name| name == "id") {
        let known: Vec<&str> = plan.keys.iter().map(|key| key.name.as_str()).collect();
        return Err(format!("the first row has no column `id`: it names the columns, of {}", known.join(", ")));
    }
    Ok(names)
}

fn read(plan: &TablePlan, header: &[String], record: &StringRecord) -> Result<Json<'static>, String> {
    if record.len() != header.len() {
        let cells = if record.len() == 1 { "cell" } else { "cells" };
        return Err(format!("the row has {} {cells}, the header {}", record.len(), header.len()));
    }
    let mut entries = Vec::new();
    for (name, cell) in header.iter().zip(record) {
        let cell = cell.trim();
        if !cell.is_empty() && !name.is_empty() {
            entries.push((Cow::Owned(name.clone()), value(plan, name, cell)));
        }
    }
    Ok(Json::Object(entries))
}

/// A cell by the form of its field: CSV has texts only.
fn value(plan: &TablePlan, name: &str, cell: &str) -> Json<'static> {
    let target = plan.keys.iter().find(|key| key.name == name).map(|KeyPlan { target, .. }| target);
    let shape = match target {
        Some(Target::Field(at)) => plan.fields.get(*at).map(|field| &field.shape),
        _ => None,
    };
    match shape {
        Some(ShapePlan::List(inner)) => {
            let base = inner.fields.first().map(|field| &field.shape);
            let items = cell.split(';').map(str::trim).filter(|item| !item.is_empty());
            Json::Array(items.map(|item| scalar(base, item)).collect())
        }
        shape => scalar(shape, cell),
    }
}

fn scalar(shape: Option<&ShapePlan>, text: &str) -> Json<'static> {
    match shape {
        Some(ShapePlan::Scalar(Type::Bool)) if matches!(text, "true" | "false") => Json::Bool(text == "true"),
        Some(ShapePlan::Scalar(Type::Int | Type::Number | Type::Percent))
            if serde_json::from_str::<f64>(text).is_ok() =>
        {
            Json::Number(Cow::Owned(text.to_owned()))
        }
        _ => Json::String(Cow::Owned(text.to_owned())),
    }
}

/// A quotation mark out of place, by RFC 4180, its line, and whether it is one that does not close. A reader that is generous here takes the rows
/// behind it for part of the cell.
#[must_use]
pub fn broken_quote(bytes: &[u8], delimiter: u8) -> Option<(&'static str, usize, bool)> {
    let (mut line, mut opened) = (1_usize, 0_usize);
    let (mut at_start, mut inside) = (true, false);
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' if inside && rest.peek() == Some(&b'"') => {
                rest.next();
            }
            b'"' if inside => {
                inside = false;
                if !rest.peek().is_none_or(|next| *next == delimiter || matches!(next, b'\r' | b'\n')) {
                    return Some(("something stands between a closing `\"` and the next separator", line, false));
                }
            }
            b'"' if at_start => (inside, opened) = (true, line),
            b'"' if !inside => {
                return Some(("a `\"` stands within a cell: put the cell in `\"` and write `\"\"`", line, false));
            }
            _ => {}
        }
        line += usize::from(byte == b'\n');
        at_start = !inside && (byte == delimiter || matches!(byte, b'\n' | b'\r'));
    }
    inside.then_some(("a `\"` has no end", opened, true))
}
