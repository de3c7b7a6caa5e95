//! Parquet: columns into rows, row by row, in memory that is bounded by what the caller allows.
//!
//! A reader of its own, because a file may come from a stranger: every length is held against the bytes that there are before anything is made of it, no
//! value is unpacked beyond the budget, and nothing here can panic. It reads what exports write: both forms of pages, all encodings of values but
//! those that were given up, Snappy, gzip and zstd, and records, lists and maps within each other. Footers that are encrypted and columns that lie
//! in other files are refused.

mod column;
mod delta;
mod footer;
mod levels;
mod page;
mod rows;
mod schema;
mod thrift;
mod value;

use std::borrow::Cow;

use rayon::prelude::*;

use super::{broken, csv, json};
use crate::check::schema::Schema;
use crate::facts::{Broken, Json, Misread, Row, printable};
use crate::sources::mapping::Mapping;
use crate::syntax::suggest::nearest;

/// How many rows are mapped at once.
const BATCH: usize = 4096;
const UNREAD: &str = "a file of Parquet cannot be read";

/// A row, by its number from 1.
type Numbered<'s> = (u32, Result<Json<'s>, Misread>);

/// What was read, or why it cannot be.
type Read<T> = Result<T, Cow<'static, str>>;

/// Whether a file is of this form.
#[must_use]
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

/// How much a file may still hold.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Bytes of pages when unpacked.
    pages: u64,
    /// What its rows would take as text.
    text: u64,
}

impl Budget {
    fn new(limit: u64) -> Self {
        Self { pages: limit, text: limit }
    }

    fn unpack(&mut self, bytes: u64) -> Read<()> {
        self.pages = self.pages.checked_sub(bytes).ok_or(TOO_LARGE)?;
        Ok(())
    }

    fn write(&mut self, bytes: usize) -> Read<()> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.text = self.text.checked_sub(bytes).ok_or(TOO_LARGE)?;
        Ok(())
    }
}

const TOO_LARGE: &str = "it holds more than a file may when unpacked";

/// Reads a file that may hold `limit` bytes when unpacked; `take` gets its rows, some thousands at a time. `mapping` is made of the names of the
/// columns, and says what is wrong with them.
///
/// # Errors
/// What makes the file, or the rest of it, unreadable. What stands before it has been taken.
pub fn read(
    file: &str,
    bytes: &[u8],
    limit: u64,
    mapping: impl FnOnce(&[String]) -> Result<Mapping, Box<Broken>>,
    mut take: impl FnMut(&Mapping, Vec<Row>),
) -> Result<(), Box<Broken>> {
    let stop = |line: Option<u32>, found: Cow<'static, str>| {
        let help = match found.as_ref() {
            TOO_LARGE => "if that is right, set `max_unpacked` in changegate.toml",
            _ => "",
        };
        Box::new(broken(file, line, UNREAD, found, help))
    };
    let footer = footer::read(bytes).map_err(|found| stop(None, found))?;
    let schema = schema::tree(&footer.elements).map_err(|found| stop(None, found))?;
    let mapping = mapping(&names(&schema.fields))?;
    let mut budget = Budget::new(limit);
    let mut number = 0_u32;
    let mut batch: Vec<Numbered<'_>> = Vec::new();
    let mut fault = None;
    'file: for group in &footer.groups {
        let mut rows = match rows::Rows::new(&schema, group, bytes.get(..footer.at).unwrap_or_default()) {
            Ok(rows) => rows,
            Err(found) => {
                fault = Some(found);
                break;
            }
        };
        loop {
            match rows.next(&mut budget) {
                Ok(None) => break,
                Ok(Some(row)) => {
                    number = number.saturating_add(1);
                    batch.push((number, row));
                    if batch.len() >= BATCH {
                        take(&mapping, mapped(&mapping, std::mem::take(&mut batch)));
                    }
                }
                Err(found) => {
                    fault = Some(found);
                    break 'file;
                }
            }
        }
    }
    take(&mapping, mapped(&mapping, batch));
    fault.map_or(Ok(()), |found| Err(stop(Some(number.saturating_add(1)), found)))
}

fn mapped(mapping: &Mapping, batch: Vec<Numbered<'_>>) -> Vec<Row> {
    let row = |(number, record): Numbered<'_>| match record {
        Ok(record) => json::row(mapping, usize::try_from(number).unwrap_or(usize::MAX), &record),
        Err(wrong) => Row { line: Some(number), record: Err(wrong), remarks: Vec::new() },
    };
    batch.into_par_iter().map(row).collect()
}

/// The columns by name; those of a record also with the record's name before a point.
fn names(fields: &[(String, schema::Node)]) -> Vec<String> {
    let mut names = Vec::new();
    for (name, node) in fields {
        names.push(name.clone());
        if let schema::Kind::Record(inner) = &node.kind {
            names.extend(inner.iter().map(|(inner, _)| format!("{name}.{inner}")));
        }
    }
    names
}

/// A mapping of the columns whose names are those of fields.
///
/// # Errors
/// There is no column of the identifier.
pub fn by_names(file: &str, names: &[String], empty: Mapping, schema: &Schema) -> Result<Mapping, Box<Broken>> {
    let key = crate::sources::mapping::parent(empty.entity).unwrap_or("id");
    if !names.iter().any(|name| name == key) {
        let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{}`", printable(name))).collect();
        let found = format!("it has {}, but no column `{key}`", shown.join(", "));
        let help = "say which column is which field, in a `[[source]]` of changegate.toml";
        return Err(Box::new(broken(file, None, UNREAD, found, help)));
    }
    csv::by_names(file, names, empty, schema)
}

/// Holds the columns that a mapping reads against those that there are: a path by its first key.
///
/// # Errors
/// A field none of whose columns is there.
pub fn check_columns(file: &str, names: &[String], mapping: &Mapping) -> Result<(), Box<Broken>> {
    for rule in mapping.rules.iter().filter(|rule| rule.line > 0) {
        let is_there = |path: &crate::sources::mapping::Path| {
            names.contains(&path.text) || path.keys.first().is_some_and(|key| names.contains(key))
        };
        let Some(first) = rule.from.first().filter(|_| !rule.from.iter().any(is_there)) else { continue };
        let help = match nearest(&first.text, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`? see line {} of changegate.toml", printable(near), rule.line),
            None => format!("correct line {} of changegate.toml: `{}`", rule.line, rule.path),
        };
        let found = format!("there is no column `{}`", printable(&first.text));
        return Err(Box::new(broken(file, None, "a file lacks a column that a source reads", found, &help)));
    }
    Ok(())
}

/// The names of columns that a mapping by names passes over: of a record that fields are part of, those of its parts.
#[must_use]
pub fn passed_over(names: &[String], mapping: &Mapping, schema: &Schema) -> Vec<std::sync::Arc<str>> {
    let is_record = |name: &str| schema.is_record(mapping.entity, name);
    let is_inner = |name: &str| {
        name.split_once('.').is_some_and(|(head, _)| names.iter().any(|known| known == head) && !is_record(head))
    };
    let over = csv::passed_over(names, mapping);
    over.into_iter().filter(|name| !is_record(name) && !is_inner(name)).collect()
}

#[cfg(test)]
mod tests;
