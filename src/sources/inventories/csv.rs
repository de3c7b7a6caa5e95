//! Comma-separated values: the first row names the columns. Rows are read in batches, so that a large file is never held a second time.

mod batch;

use std::collections::HashMap;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use rayon::prelude::*;

use super::broken;
use crate::check::schema::{Schema, TableId};
use crate::facts::{Broken, Lines, Misread, Row, broken_quote, plain_name, printable};
use crate::sources::mapping::{Got, Mapping, Path, Rule};
use crate::syntax::suggest::nearest;
pub use batch::{Batch, Head, Layout, chunks, head, last_end};

/// How many rows are mapped at once.
const BATCH: usize = 16_384;
const SEPARATED: &str = "a file of comma-separated values cannot be read";

/// Whether a file is of this form, by its name.
#[must_use]
pub fn is_csv(name: &str) -> bool {
    let name = plain_name(name);
    name.ends_with(".csv") || name.ends_with(".tsv")
}

/// A row that was taken apart, and its line.
type Cells = (u32, ByteRecord);

/// Reads a file; `take` gets its rows, some thousands at a time. `mapping` is made of the names of the columns, and says what is wrong with them. Sets
/// are split by `;` where it does not say otherwise.
///
/// # Errors
/// What makes the file, or the rest of it, unreadable: its encoding, a quotation mark out of place, a header that does not fit. What stands before
/// it has been taken.
pub fn read(
    file: &str,
    bytes: &[u8],
    delimiter: u8,
    mapping: impl FnOnce(&[String]) -> Result<Mapping, Box<Broken>>,
    mut take: impl FnMut(&Mapping, Vec<Row>),
) -> Result<(), Box<Broken>> {
    let stop = |line: u32, found: &str, help: &str| Box::new(broken(file, Some(line), SEPARATED, found, help));
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(stop(1, "the file is UTF-16, expected UTF-8", "save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let fault = broken_quote(bytes, delimiter);
    // What stands before the line of the fault can be trusted.
    let good = fault.and_then(|(_, line, _)| bytes.get(..start_of(bytes, line))).unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(good);
    let mut mapping = Some(mapping);
    let mut ready: Option<(Mapping, Columns)> = None;
    let mut batch: Vec<Cells> = Vec::new();
    let mut record = ByteRecord::new();
    let mut lines = Lines::new(good);
    loop {
        let more = reader.read_byte_record(&mut record);
        let begins = record.position().map_or(0, csv::Position::byte);
        let line = u32::try_from(lines.at(begins)).unwrap_or(u32::MAX);
        match more {
            Err(_) => return Err(stop(line, "a row cannot be read", "")),
            Ok(false) => break,
            // What a spreadsheet leaves behind its last row.
            Ok(true) if record.iter().all(|cell| cell.trim_ascii().is_empty()) => continue,
            Ok(true) => {}
        }
        match (&ready, mapping.take()) {
            (Some((mapping, columns)), _) => {
                batch.push((line, record.clone()));
                if batch.len() >= BATCH {
                    let full = std::mem::take(&mut batch);
                    take(mapping, rows(mapping, columns, full));
                }
            }
            (None, Some(make)) => {
                let Ok(names) =
                    record.iter().map(|cell| std::str::from_utf8(cell).map(|name| name.trim().to_owned())).collect()
                else {
                    return Err(stop(line, "the names of the columns are not UTF-8", "save the file as UTF-8"));
                };
                let names: Vec<String> = names;
                let columns = Columns::new(&names);
                if let Some(twice) = &columns.twice {
                    let found = format!("two columns are named `{}`", printable(twice));
                    return Err(stop(line, &found, "rename one of them"));
                }
                ready = Some((make(&names)?.split_at(";"), columns));
            }
            (None, None) => {}
        }
    }
    if let Some((mapping, columns)) = &ready {
        take(mapping, rows(mapping, columns, batch));
    }
    match fault {
        Some((what, line, _)) => {
            let help = "separate cells by commas; a cell with a comma, a line end or a `\"` stands in `\"`, and a `\"` in it is written twice";
            Err(stop(u32::try_from(line).unwrap_or(u32::MAX), what, help))
        }
        None => Ok(()),
    }
}

/// Where a line starts.
fn start_of(bytes: &[u8], line: usize) -> usize {
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    match line {
        0 | 1 => 0,
        line => ends.nth(line - 2).unwrap_or(bytes.len()),
    }
}

/// The columns by name.
#[derive(Debug)]
struct Columns {
    count: usize,
    by_name: HashMap<String, usize>,
    twice: Option<String>,
}

impl Columns {
    fn new(names: &[String]) -> Self {
        let mut columns = Self { count: names.len(), by_name: HashMap::new(), twice: None };
        for (at, name) in names.iter().enumerate() {
            if columns.by_name.insert(name.clone(), at).is_some() && !name.is_empty() {
                columns.twice = Some(name.clone());
            }
        }
        columns
    }
}

fn rows(mapping: &Mapping, columns: &Columns, batch: Vec<Cells>) -> Vec<Row> {
    batch.into_par_iter().map(|(line, record)| row(mapping, columns, line, &record)).collect()
}

fn row(mapping: &Mapping, columns: &Columns, line: u32, record: &ByteRecord) -> Row {
    let misread = |message: &str, found: String| Row {
        line: Some(line),
        record: Err(Misread { message: message.to_owned(), found, help: None }),
        remarks: Vec::new(),
    };
    if record.len() != columns.count {
        let cells = if record.len() == 1 { "cell" } else { "cells" };
        let found = format!("the row has {} {cells}, the header {}", record.len(), columns.count);
        return misread("a row does not fit the header", found);
    }
    let cells: Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
    let Ok(cells) = cells else {
        let at = record.iter().position(|cell| std::str::from_utf8(cell).is_err()).unwrap_or_default();
        return misread("a row is not UTF-8", format!("the cell of column {} is in another encoding", at + 1));
    };
    let get = |_: &Rule, path: &Path| match columns.by_name.get(&path.text).and_then(|at| cells.get(*at)) {
        Some(cell) => Got::Cell(cell),
        None => Got::Nothing,
    };
    let mapped = mapping.record(&get);
    Row { line: Some(line), record: Ok(mapped.record), remarks: mapped.remarks }
}

/// A mapping of the columns whose names are those of fields.
///
/// # Errors
/// There is no column of the identifier.
pub fn by_names(file: &str, names: &[String], empty: Mapping, schema: &Schema) -> Result<Mapping, Box<Broken>> {
    let key = crate::sources::mapping::parent(empty.entity).unwrap_or("id");
    if !names.iter().any(|name| name == key) {
        let (found, help) = match names {
            [one] if one.contains([';', '\t', '|']) => (
                format!("the first row has one column: `{}`", printable(one)),
                "name the `delimiter` in a `[[source]]` of changegate.toml",
            ),
            _ => {
                let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{}`", printable(name))).collect();
                (
                    format!("the first row has {}, but no column `{key}`", shown.join(", ")),
                    "say which column is which field, in a `[[source]]` of changegate.toml",
                )
            }
        };
        return Err(Box::new(broken(file, Some(1), SEPARATED, found, help)));
    }
    let mut text = String::new();
    for name in names {
        // Which assets a change is for is no column of its table.
        let is_assets = empty.entity == TableId::CHANGE && name == "assets";
        if (schema.find(empty.entity, name).is_some() || name == key || is_assets) && !name.contains(['"', '\\', '\n'])
        {
            text.push_str(&format!("\"{name}\" = \"{name}\"\n"));
        }
    }
    let rules = crate::sources::mapping::parse_rules(&text, schema, empty.entity);
    Ok(Mapping { rules, ..empty })
}

/// Holds the columns that a mapping reads against those that there are.
///
/// # Errors
/// A field none of whose columns is there.
pub fn check_columns(file: &str, names: &[String], mapping: &Mapping) -> Result<(), Box<Broken>> {
    for rule in &mapping.rules {
        let missing = !rule.from.is_empty() && !rule.from.iter().any(|path| names.contains(&path.text));
        let Some(first) = rule.from.first().filter(|_| missing && rule.line > 0) else { continue };
        let help = match nearest(&first.text, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`? see line {} of changegate.toml", printable(near), rule.line),
            None => format!("correct line {} of changegate.toml: `{}`", rule.line, rule.path),
        };
        let found = format!("there is no column `{}`", printable(&first.text));
        return Err(Box::new(broken(file, Some(1), "a file lacks a column that a source reads", found, &help)));
    }
    Ok(())
}

/// What separates the cells of a file by its name.
#[must_use]
pub fn delimiter_of(name: &str) -> u8 {
    if plain_name(name).ends_with(".tsv") { b'\t' } else { b',' }
}

/// The names of columns that a mapping by names passes over.
#[must_use]
pub fn passed_over(names: &[String], mapping: &Mapping) -> Vec<Arc<str>> {
    let read = |name: &String| mapping.rules.iter().any(|rule| rule.from.iter().any(|path| path.text == *name));
    names.iter().filter(|name| !read(name) && !name.is_empty()).map(|name| Arc::from(name.as_str())).collect()
}
