//! Records that a reader of another form has made of its file.

use std::sync::Arc;

use rayon::prelude::*;

use super::json::Json;
use super::lane::Rename;
use super::part::{ReadPart, Source};
use super::problem::Place;
use super::split::{Chunk, Piece};

/// A record, or why there is none, and where it stands.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line on which it begins, from 1; of a table without lines, the row.
    pub line: Option<u32>,
    /// The record by the names of the vocabulary.
    pub record: Result<Json<'static>, Misread>,
    /// What of it could not be read.
    pub remarks: Vec<Remark>,
}

/// Why a row is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What is wrong.
    pub message: String,
    /// What stands there.
    pub found: String,
    /// What to do.
    pub help: Option<String>,
}

/// A field whose value could not be read; it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The field, as `asset.tier`.
    pub field: Arc<str>,
    /// What is wrong, in the same words for every record.
    pub message: String,
    /// What stands there.
    pub found: String,
    /// What to do.
    pub help: Option<String>,
}

/// Chunks of a file whose records have the names of another vocabulary.
pub struct Mapped<'m> {
    /// The texts of the records.
    pub chunks: &'m [Chunk<'m>],
    /// What the names stand for, where that is all there is to it: a record whose values have the plainest form is then read without a tree.
    pub renames: Option<&'m [Rename]>,
    /// Makes a record of any text.
    pub other: &'m (dyn Fn(&Piece<'_>) -> Row + Sync),
}

/// How many rows are read together.
const GROUP: usize = 2048;

/// Reads rows, in parallel.
pub(super) fn read(source: Source<'_>, file: &Arc<str>, rows: Vec<Row>) -> Vec<ReadPart> {
    let mut groups = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        groups.push(rows.by_ref().take(GROUP).collect::<Vec<_>>());
    }
    groups.into_par_iter().map(|group| source.read_rows(file, group)).collect()
}

/// A problem of a whole file.
#[derive(Clone, Debug)]
pub struct Broken {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do.
    pub help: Option<String>,
}
