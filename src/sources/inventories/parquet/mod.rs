//! Parquet: columns into rows, row by row, in memory that is bounded by what the caller allows.
//!
//! A reader of its own, because a file may come from a stranger: every length is held against the bytes that there are before anything is made of it, no
//! value is unpacked beyond the budget, and nothing here can panic. It reads what exports write: both forms of pages, all encodings of values but
//! those that were given up, Snappy, gzip and zstd, and records, lists and maps within each other. Footers that are encrypted and columns that lie
//! in other files are refused.

mod batch;
mod column;
mod delta;
mod footer;
mod levels;
mod page;
mod plain;
mod rows;
mod schema;
mod thrift;
mod value;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::{broken, csv, json};
use crate::check::schema::{Schema, TableId};
use crate::facts::{Broken, ColumnShape, Json, Misread, Row, printable};
use crate::sources::mapping::Mapping;
use crate::syntax::suggest::nearest;
pub use batch::Batch;

/// How many rows are mapped at once.
const BATCH: usize = 4096;
/// How many rows are read by their columns at once.
pub const ROWS: usize = 2048;
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
#[derive(Clone, Copy, Debug)]
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

    const fn endless() -> Self {
        Self { pages: u64::MAX, text: u64::MAX }
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

/// A file whose end has been read.
#[derive(Debug)]
pub struct File<'b> {
    name: Arc<str>,
    body: Body<'b>,
    groups: Vec<footer::RowGroup>,
    schema: Arc<schema::Schema>,
    limit: u64,
}

/// Bytes of a file, wherever they are.
pub trait Ranges: std::fmt::Debug + Send + Sync {
    /// Reads as many bytes as there is room for, from one on; false where that cannot be.
    fn read(&self, at: u64, bytes: &mut [u8]) -> bool;
}

/// A file without its end.
#[derive(Clone, Debug)]
enum Body<'b> {
    Whole(&'b [u8]),
    /// Of so many bytes, those that are needed.
    Parts(Arc<dyn Ranges>, usize),
}

/// How far a file has been read by the batch.
#[derive(Debug)]
pub struct Progress<'b> {
    wanted: Vec<bool>,
    budget: Budget,
    /// The budget at the beginning of the group at hand.
    before: Budget,
    /// The number of the group at hand, and how many of its rows have been read.
    group: usize,
    taken: usize,
    number: u32,
    batches: Option<batch::Batches<'b>>,
}

impl<'b> File<'b> {
    /// Reads the end of a file, which may hold `limit` bytes when unpacked.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(name: &str, bytes: &'b [u8], limit: u64) -> Result<Self, Box<Broken>> {
        let stop = |found| stop(name, None, found);
        let footer = footer::read(bytes).map_err(stop)?;
        let schema = Arc::new(schema::tree(&footer.elements).map_err(stop)?);
        let body = Body::Whole(bytes.get(..footer.at).unwrap_or_default());
        Ok(Self { name: Arc::from(name), body, groups: footer.groups, schema, limit })
    }

    /// The same of a file of so many bytes, of which no more is read than is needed; none where something is wrong with it.
    #[must_use]
    pub fn open_at(name: &str, bytes: Arc<dyn Ranges>, len: u64, limit: u64) -> Option<Self> {
        let (at, end) = footer::end_of(bytes.as_ref(), len)?;
        let footer = footer::read_end(&end, at).ok()?;
        let schema = Arc::new(schema::tree(&footer.elements).ok()?);
        Some(Self { name: Arc::from(name), body: Body::Parts(bytes, at), groups: footer.groups, schema, limit })
    }

    /// How many rows it says that it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.groups.iter().map(|group| u64::try_from(group.rows).unwrap_or(0)).fold(0, u64::saturating_add)
    }

    /// Whether it says that it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the columns; those of a record also with the record's name before a point.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        names(&self.schema.fields)
    }

    /// How many columns there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.schema.leaves.len()
    }

    /// What its columns look like.
    #[must_use]
    pub fn shapes(&self) -> Vec<(String, ColumnShape)> {
        self.schema.fields.iter().map(|(name, node)| (name.clone(), shape(node))).collect()
    }

    /// The columns that a mapping looks at, of all that there are.
    #[must_use]
    pub fn wanted(&self, mapping: &Mapping) -> Vec<bool> {
        let mut wanted = vec![false; self.schema.leaves.len()];
        for path in mapping.rules.iter().flat_map(|rule| &rule.from) {
            let mut fields = &self.schema.fields;
            let mut found = fields.iter().find(|(name, _)| *name == path.text).map(|(_, node)| node);
            if found.is_none() {
                for key in &path.keys {
                    found = fields.iter().find(|(name, _)| name == key).map(|(_, node)| node);
                    match found.map(|node| &node.kind) {
                        Some(schema::Kind::Record(inner)) => fields = inner,
                        _ => break,
                    }
                }
            }
            let leaves = found.map_or(0..0, |node| node.leaves.0..node.leaves.1);
            wanted.iter_mut().take(leaves.end).skip(leaves.start).for_each(|wanted| *wanted = true);
        }
        // Rows of which nothing is looked at are still as many as its columns say.
        if wanted.contains(&true) { wanted } else { vec![true; wanted.len()] }
    }

    /// Reads the columns that are wanted by the batch.
    #[must_use]
    pub fn batches(&self, wanted: &[bool]) -> Progress<'b> {
        let (budget, wanted) = (Budget::new(self.limit), wanted.to_vec());
        Progress { wanted, budget, before: budget, group: 0, taken: 0, number: 0, batches: None }
    }

    /// Reads the columns that are wanted, row by row; `take` gets what a mapping makes of the rows, some thousands at a time.
    ///
    /// # Errors
    /// What makes the rest of the file unreadable. What stands before it has been taken.
    pub fn rows(&self, wanted: &[bool], mapping: &Mapping, take: &mut dyn FnMut(Vec<Row>)) -> Result<(), Box<Broken>> {
        let from = self.batches(wanted);
        self.rest(&from, mapping, take)
    }

    /// Reads row by row what comes behind what was read by the batch.
    ///
    /// # Errors
    /// What makes the rest of the file unreadable. What stands before it has been taken.
    pub fn rest(
        &self,
        from: &Progress<'b>,
        mapping: &Mapping,
        take: &mut dyn FnMut(Vec<Row>),
    ) -> Result<(), Box<Broken>> {
        let mut budget = from.before;
        let mut skip = from.taken;
        let mut number = from.number;
        let mut batch: Vec<Numbered<'_>> = Vec::new();
        let mut all = || -> Read<()> {
            for group in self.groups.iter().skip(from.group) {
                let mut rows = rows::Rows::new(&self.schema, group, &self.body, &from.wanted)?;
                while let Some(row) = rows.next(&mut budget)? {
                    if skip > 0 {
                        skip -= 1;
                        continue;
                    }
                    number = number.saturating_add(1);
                    batch.push((number, row));
                    if batch.len() >= BATCH {
                        take(mapped(mapping, std::mem::take(&mut batch)));
                    }
                }
            }
            Ok(())
        };
        let end = all();
        take(mapped(mapping, batch));
        end.map_err(|found| stop(&self.name, Some(number.saturating_add(1)), found))
    }
}

impl<'b> Progress<'b> {
    /// The next rows of the file that was begun, `most` or fewer; none behind the last. Where there is none and the file is not at its end, the
    /// rest is not as it should be.
    pub fn next(&mut self, file: &File<'b>, most: usize) -> Option<Batch> {
        loop {
            let group = file.groups.get(self.group)?;
            if self.batches.is_none() {
                self.before = self.budget;
                self.taken = 0;
                self.batches = batch::Batches::new(&file.schema, group, &file.body, &self.wanted).ok();
            }
            let first = self.number.saturating_add(1);
            match self.batches.as_mut()?.next(first, most, &mut self.budget) {
                Ok(Some(batch)) => {
                    self.taken += batch.len();
                    self.number = self.number.saturating_add(u32::try_from(batch.len()).unwrap_or(u32::MAX));
                    return Some(batch);
                }
                Ok(None) => {
                    self.batches = None;
                    self.group += 1;
                    (self.before, self.taken) = (self.budget, 0);
                }
                Err(_) => return None,
            }
        }
    }

    /// Whether the whole file has been read.
    #[must_use]
    pub fn is_done(&self, file: &File<'_>) -> bool {
        self.group >= file.groups.len()
    }
}

impl Batch {
    /// A row by way of a tree.
    #[must_use]
    pub fn row(&self, mapping: &Mapping, row: usize) -> Row {
        row_of(mapping, (self.number(row), self.record(row)))
    }
}

fn stop(file: &str, line: Option<u32>, found: Cow<'static, str>) -> Box<Broken> {
    let help = match found.as_ref() {
        TOO_LARGE => "if that is right, set `max_unpacked` in changegate.toml",
        _ => "",
    };
    Box::new(broken(file, line, UNREAD, found, help))
}

/// What facts are told of a part of a record.
fn shape(node: &schema::Node) -> ColumnShape {
    match &node.kind {
        schema::Kind::Leaf => ColumnShape::Leaf { leaf: node.leaves.0, def: node.def },
        schema::Kind::Record(fields) => ColumnShape::Record {
            fields: fields.iter().map(|(name, node)| (name.clone(), shape(node))).collect(),
            def: node.def,
            leaf: node.leaves.0,
        },
        schema::Kind::List(element, 1) => ColumnShape::List { element: Box::new(shape(element)), def: node.def },
        _ => ColumnShape::Other { leaves: node.leaves.0..node.leaves.1 },
    }
}

fn row_of(mapping: &Mapping, (number, record): Numbered<'_>) -> Row {
    match record {
        Ok(record) => json::row(mapping, usize::try_from(number).unwrap_or(usize::MAX), &record),
        Err(wrong) => Row { line: Some(number), record: Err(wrong), remarks: Vec::new() },
    }
}

fn mapped(mapping: &Mapping, batch: Vec<Numbered<'_>>) -> Vec<Row> {
    batch.into_par_iter().map(|numbered| row_of(mapping, numbered)).collect()
}

/// The columns by name; those of a record also with the record's name before a point.
fn names(fields: &[(String, schema::Node)]) -> Vec<String> {
    let mut names = Vec::new();
    add_names(fields, "", &mut names);
    names
}

fn add_names(fields: &[(String, schema::Node)], before: &str, names: &mut Vec<String>) {
    for (name, node) in fields {
        let name = format!("{before}{name}");
        names.push(name.clone());
        if let schema::Kind::Record(inner) = &node.kind {
            add_names(inner, &format!("{name}."), names);
        }
    }
}

/// The fields of a record of the vocabulary that a column is to be, where it has no columns of its own: it may be a map or JSON, and if it is
/// neither, nobody knows what they are.
fn parts(name: &str, names: &[String], entity: TableId, schema: &Schema) -> Vec<String> {
    let is_inside = |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    if !schema.is_record(entity, name) || names.iter().any(|other| is_inside(other)) {
        return Vec::new();
    }
    let fields = schema.table(entity).map(|table| table.fields.as_slice()).unwrap_or_default();
    fields.iter().map(|field| field.name.clone()).filter(|field| is_inside(field)).collect()
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
    let parts = names.iter().flat_map(|name| parts(name, names, empty.entity, schema));
    let all: Vec<String> = names.iter().cloned().chain(parts).collect();
    csv::by_names(file, &all, empty, schema)
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
    let known: HashSet<&str> = names.iter().map(String::as_str).collect();
    let is_inner = |name: &str| {
        let mut heads = name.match_indices('.').filter_map(|(at, _)| name.get(..at));
        heads.any(|head| known.contains(head) && !is_record(head))
    };
    let over = csv::passed_over(names, mapping);
    over.into_iter().filter(|name| !is_record(name) && !is_inner(name)).collect()
}

#[cfg(test)]
mod tests;
