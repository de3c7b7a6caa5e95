//! A file whose portions are stretches of its bytes, of which some are read: lines, or rows of comma-separated values.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::failure::Failure;
use super::lines::Reader;
use super::table::{Place, Table};
use super::{Lines, Taken};
use crate::facts::{Chunk, ColumnPlan};
use crate::sources::inventories::csv;
use crate::{Portion, Portions};

/// Such a file.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum Stretched<'i> {
    /// With a record on each line.
    Lines(&'i Lines),
    /// With rows, and what their columns fill.
    Rows(&'i Table, &'i (ColumnPlan, csv::Layout)),
}

/// What columns are called, and what is between their cells.
pub(in crate::cli) type Head = (Vec<String>, u8);

/// Reads the bytes of a file from one place on.
///
/// # Errors
/// It cannot be read, or ends before.
pub(in crate::cli) fn exactly(file: &Arc<File>, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    Reader { file: Arc::clone(file), at }.read_exact(bytes)
}

impl<'i> Stretched<'i> {
    /// The path of the file.
    pub(in crate::cli) fn path(&self) -> &'i Path {
        match self {
            Self::Lines(lines) => lines.path(),
            Self::Rows(table, _) => &table.path,
        }
    }

    /// The file itself.
    pub(in crate::cli) fn file(&self) -> &'i Arc<File> {
        match self {
            Self::Lines(lines) => &lines.file,
            Self::Rows(table, _) => &table.file,
        }
    }

    /// The bytes of its records.
    pub(in crate::cli) fn bytes(&self) -> Range<u64> {
        match self {
            Self::Lines(lines) => lines.start..lines.len,
            Self::Rows(table, _) => table.start.0..table.len,
        }
    }

    /// The line on which these begin.
    pub(in crate::cli) fn line(&self) -> usize {
        match self {
            Self::Lines(_) => 1,
            Self::Rows(table, _) => table.start.1,
        }
    }

    /// What stands above rows.
    pub(in crate::cli) fn head(&self) -> Option<Head> {
        match self {
            Self::Lines(_) => None,
            Self::Rows(table, _) => Some((table.names.clone(), table.delimiter)),
        }
    }

    /// Whether the last record of a stretch ends in it, and what follows begins another.
    pub(in crate::cli) fn is_closed(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Lines(_) => bytes.ends_with(b"\n"),
            Self::Rows(..) => csv::last_end(bytes) == Some(bytes.len()),
        }
    }

    /// Begins to read from one byte to another, that many bytes at a time.
    pub(in crate::cli) fn part(&self, bytes: Range<u64>, line: usize, size: usize) -> Part<'i> {
        match *self {
            Self::Lines(lines) => Part::Lines(Box::new(lines.part(bytes, line, size))),
            Self::Rows(table, by) => Part::Rows(table, by, table.part(bytes, line, size)),
        }
    }
}

/// A stretch that is read.
#[derive(Debug)]
pub(in crate::cli) enum Part<'i> {
    Lines(Box<Lines>),
    Rows(&'i Table, &'i (ColumnPlan, csv::Layout), Mutex<Place>),
}

impl Part<'_> {
    /// The next lines or rows, into the buffer of those before; false where there are no more.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(in crate::cli) fn next(&self, taken: &mut Taken) -> Result<bool, Failure> {
        match self {
            Self::Lines(lines) => lines.next(taken),
            Self::Rows(table, _, place) => table.next(place, taken),
        }
    }

    /// Reads what was taken.
    pub(in crate::cli) fn read(&self, portions: &Portions, taken: &Taken) -> Portion {
        match self {
            Self::Lines(lines) => portions.read(&lines.name, &Chunk::Lines(&taken.bytes, taken.line)),
            Self::Rows(table, by, place) => table.read(by, place, portions, taken).0,
        }
    }

    /// Whether something is wrong that is found by reading the whole.
    pub(in crate::cli) fn is_broken(&self) -> bool {
        match self {
            Self::Lines(_) => false,
            Self::Rows(.., place) => place.lock().unwrap_or_else(PoisonError::into_inner).is_broken(),
        }
    }
}
