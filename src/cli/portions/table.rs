//! A file of comma-separated values, read one portion of whole rows at a time.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::failure::Failure;
use super::super::input::InputFile;
use super::super::intake;
use super::lines::{LONGEST, MARK, Reader};
use super::{PORTION, Taken};
use crate::check::schema::TableId;
use crate::facts::{Chunk, ColumnPlan};
use crate::sources::inventories::csv;
use crate::sources::mapping::{Form, Source};
use crate::{Portion, Portions};

/// A file whose rows are read by their columns.
#[derive(Debug)]
pub(in crate::cli) struct Table {
    pub path: PathBuf,
    pub name: Arc<str>,
    /// How many bytes it has.
    pub len: u64,
    pub names: Vec<String>,
    pub delimiter: u8,
    /// What the columns fill, and how rows are taken apart.
    pub plan: Option<(ColumnPlan, csv::Layout)>,
    pub file: Arc<File>,
    /// Where its rows begin, and on which line.
    pub start: (u64, usize),
    size: usize,
}

/// How far a file has been read.
#[derive(Debug)]
pub(in crate::cli) struct Place {
    file: Reader,
    /// How many bytes of it are still to be read.
    left: u64,
    /// How many are read at once.
    size: usize,
    /// What was read behind the last whole row.
    rest: Vec<u8>,
    line: usize,
    count: usize,
    ended: bool,
    /// Something is wrong that is found by reading the whole.
    is_broken: bool,
}

impl Table {
    /// Opens a file; none where it is not of this form, or is to be read as a whole.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(path: &Path, source: Option<&Source>, size: usize) -> Result<Option<Self>, Failure> {
        let wrong = |error: io::Error| Failure::io("read", path, &error);
        if !std::fs::metadata(path).map_err(wrong)?.is_file() {
            return Ok(None);
        }
        let mut file = File::open(path).map_err(wrong)?;
        let len = file.metadata().map_err(wrong)?.len();
        let mut bytes = Vec::new();
        let first = u64::try_from(size.max(PORTION)).unwrap_or(u64::MAX);
        file.by_ref().take(first).read_to_end(&mut bytes).map_err(wrong)?;
        let given = InputFile { name: path.display().to_string(), bytes };
        let is_named = source.and_then(|source| source.form) == Some(Form::Csv);
        if !is_named && intake::detect(TableId::ASSET, &given, false) != Form::Csv {
            return Ok(None);
        }
        let InputFile { name, bytes } = given;
        // UTF-16, or packed.
        if bytes.contains(&0) || super::super::unpack::Packing::of(&bytes).is_some() {
            return Ok(None);
        }
        let delimiter = source.map_or_else(|| csv::delimiter_of(&name), |source| source.delimiter);
        let plain = bytes.strip_prefix(MARK).unwrap_or(&bytes);
        // Behind the first row there may be half a cell.
        let whole = csv::last_end(plain).and_then(|end| plain.get(..end)).unwrap_or(plain);
        let Some(head) = csv::head(whole, delimiter) else { return Ok(None) };
        let before = (bytes.len() - plain.len()).saturating_add(head.at);
        Ok(Some(Self {
            path: path.to_owned(),
            name: Arc::from(name),
            len,
            names: head.names,
            delimiter,
            plan: None,
            file: Arc::new(file),
            start: (u64::try_from(before).unwrap_or(u64::MAX), head.line),
            size,
        }))
    }

    /// Begins to read.
    pub(super) fn begin(&self) -> Mutex<Place> {
        let (at, line) = self.start;
        self.part(at..u64::MAX, line, self.size)
    }

    /// Begins to read the rows from one byte to another, that many bytes at a time.
    pub(super) fn part(&self, bytes: Range<u64>, line: usize, size: usize) -> Mutex<Place> {
        let left = bytes.end.saturating_sub(bytes.start);
        let file = Reader { file: Arc::clone(&self.file), at: bytes.start };
        Mutex::new(Place { file, left, size, rest: Vec::new(), line, count: 0, ended: false, is_broken: false })
    }

    /// The next rows, into the buffer of those before; false where there are no more.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&self, place: &Mutex<Place>, taken: &mut Taken) -> Result<bool, Failure> {
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bytes.clear();
        if place.ended {
            return Ok(false);
        }
        taken.bytes.append(&mut place.rest);
        let mut wanted = place.size.max(taken.bytes.len());
        let end = loop {
            let lacking = wanted.saturating_sub(taken.bytes.len());
            let limit = u64::try_from(lacking).unwrap_or(u64::MAX).min(place.left);
            let got = place.file.by_ref().take(limit).read_to_end(&mut taken.bytes);
            let got = got.map_err(|error| Failure::io("read", &self.path, &error))?;
            place.left = place.left.saturating_sub(got as u64);
            if got < lacking {
                place.ended = true;
                break taken.bytes.len();
            }
            if let Some(end) = csv::last_end(&taken.bytes) {
                break end;
            }
            if wanted >= LONGEST {
                (place.ended, place.is_broken) = (true, true);
                return Ok(false);
            }
            wanted = wanted.saturating_mul(2).max(64);
        };
        place.rest.extend_from_slice(taken.bytes.get(end..).unwrap_or_default());
        taken.bytes.truncate(end);
        (taken.number, taken.line) = (place.count, place.line);
        place.count += 1;
        place.line += memchr::memchr_iter(b'\n', &taken.bytes).count();
        Ok(true)
    }

    /// Reads what was taken; and how much that is.
    pub(super) fn read(
        &self,
        (plan, layout): &(ColumnPlan, csv::Layout),
        place: &Mutex<Place>,
        portions: &Portions,
        taken: &Taken,
    ) -> (Portion, usize) {
        let Some(batch) = layout.batch(&taken.bytes, taken.line) else {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            (place.ended, place.is_broken) = (true, true);
            return (portions.read(&self.name, &Chunk::Pieces(Vec::new())), 0);
        };
        (portions.read_columns(&self.name, &batch, plan, &|row| batch.row(row)), taken.bytes.len())
    }
}

impl Place {
    /// Whether all has been read.
    pub(super) const fn is_done(&self) -> bool {
        self.ended && !self.is_broken
    }

    /// Whether something is wrong that is found by reading the whole.
    pub(super) const fn is_broken(&self) -> bool {
        self.is_broken
    }
}
