//! A file with a record on each line, read one portion of whole lines at a time.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::failure::Failure;
use super::super::input::InputFile;
use super::super::intake;
use super::super::unpack::Packing;
use super::{PORTION, Taken};
use crate::check::schema::TableId;
use crate::facts::is_lines;
use crate::sources::mapping;

/// What some programs put before UTF-8.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";
/// The longest line: whoever writes one that is longer has not written records on lines.
pub(super) const LONGEST: usize = 64 << 20;

/// A file with a record on each line.
#[derive(Debug)]
pub(in crate::cli) struct Lines {
    path: PathBuf,
    /// As the caller named it.
    pub(in crate::cli) name: Arc<str>,
    /// Where its first line begins.
    pub(in crate::cli) start: u64,
    /// How many bytes it has.
    pub(in crate::cli) len: u64,
    size: usize,
    pub(super) file: Arc<File>,
    place: Mutex<Place>,
}

/// Reads a file that others read too, from a place of its own.
///
/// Whoever replaces the file meanwhile leaves this one as it is.
#[derive(Debug)]
pub(super) struct Reader {
    pub file: Arc<File>,
    pub at: u64,
}

impl Reader {
    /// Reads until there is no more space, or no more to read; how much that was.
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
            match io::Read::read(self, space) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl io::Read for Reader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let got = read_at(&self.file, bytes, self.at)?;
        self.at += got as u64;
        Ok(got)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, at)
}

/// How far the file has been read.
#[derive(Debug)]
struct Place {
    file: Reader,
    /// How many bytes of it are still to be read.
    left: u64,
    /// What was read behind the last whole line.
    rest: Vec<u8>,
    /// The line on which that begins.
    line: usize,
    /// How many portions there were.
    count: usize,
    ended: bool,
}

impl Lines {
    /// Opens a file; none where it is read as a whole: a pipe, a folder, what is packed, or what has no record on each line.
    ///
    /// # Errors
    /// It cannot be read.
    pub(in crate::cli) fn open(path: &Path, size: usize) -> Result<Option<Self>, Failure> {
        let wrong = |error: io::Error| Failure::io("read", path, &error);
        if !std::fs::metadata(path).map_err(wrong)?.is_file() {
            return Ok(None);
        }
        let file = Arc::new(File::open(path).map_err(wrong)?);
        let len = file.metadata().map_err(wrong)?.len();
        let shared = Arc::clone(&file);
        let mut file = Reader { file, at: 0 };
        let mut rest = Vec::new();
        let first = u64::try_from(size.max(PORTION)).unwrap_or(u64::MAX);
        file.by_ref().take(first).read_to_end(&mut rest).map_err(wrong)?;
        let name = path.display().to_string();
        let given = InputFile { name, bytes: rest };
        // Nor in UTF-16, of which it is said once for all of the file.
        let is_wide = given.bytes.starts_with(b"\xFE\xFF") || given.bytes.starts_with(b"\xFF\xFE");
        let plain = Packing::of(&given.bytes).is_none() && !given.bytes.starts_with(&[0]) && !is_wide;
        if !plain || !is_lines(&given.bytes, &given.name) {
            return Ok(None);
        }
        if intake::detect(TableId::ASSET, &given, false) != mapping::Form::Json {
            return Ok(None);
        }
        let InputFile { name, bytes: mut rest } = given;
        let mut start = 0;
        if rest.starts_with(MARK) {
            rest.drain(..MARK.len());
            start = MARK.len() as u64;
        }
        let place = Mutex::new(Place { file, left: u64::MAX, rest, line: 1, count: 0, ended: false });
        Ok(Some(Self { path: path.to_owned(), name: Arc::from(name), start, len, size, file: shared, place }))
    }

    /// The same file from one of its bytes to another, the first of which begins a line, that many bytes at a time.
    pub(in crate::cli) fn part(&self, bytes: Range<u64>, line: usize, size: usize) -> Self {
        let file = Reader { file: Arc::clone(&self.file), at: bytes.start };
        let len = bytes.end.saturating_sub(bytes.start);
        let place = Mutex::new(Place { file, left: len, rest: Vec::new(), line, count: 0, ended: false });
        let (path, name, file) = (self.path.clone(), Arc::clone(&self.name), Arc::clone(&self.file));
        Self { path, name, start: bytes.start, len, size, file, place }
    }

    /// The same file from its first line on.
    pub(super) fn again(&self) -> Self {
        let whole = self.part(self.start..self.len, 1, self.size);
        Self { len: self.len, ..whole }
    }

    /// The path of the file.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.path
    }

    /// The next lines, into the buffer of those before; false where there are no more.
    pub(in crate::cli) fn next(&self, taken: &mut Taken) -> Result<bool, Failure> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        if place.ended {
            taken.bytes.clear();
            return Ok(false);
        }
        let mut wanted = self.size;
        let mut filled = place.rest.len();
        let end = loop {
            // The buffer keeps what it held before, so that little of it has to be cleared.
            taken.bytes.resize(wanted.max(filled), 0);
            let rest = std::mem::take(&mut place.rest);
            if let Some(begin) = taken.bytes.get_mut(..rest.len()) {
                begin.copy_from_slice(&rest);
            }
            let lacking = wanted.saturating_sub(filled);
            let limit = usize::try_from(place.left).unwrap_or(usize::MAX).min(lacking);
            let space = taken.bytes.get_mut(filled..filled + limit).unwrap_or_default();
            let got = place.file.fill(space).map_err(|error| Failure::io("read", &self.path, &error))?;
            place.left = place.left.saturating_sub(got as u64);
            filled += got;
            if got < lacking {
                place.ended = true;
                break filled;
            }
            let within = taken.bytes.get(..wanted.max(1).min(filled)).unwrap_or_default();
            if let Some(at) = within.iter().rposition(|byte| *byte == b'\n') {
                break at + 1;
            }
            if wanted >= LONGEST {
                let message = format!("cannot read `{}`: line {} is longer than 64 MiB", self.name, place.line);
                return Err(Failure::new(message).help("write one record on each line"));
            }
            wanted = wanted.saturating_mul(2).max(filled);
        };
        place.rest.extend_from_slice(taken.bytes.get(end..filled).unwrap_or_default());
        taken.bytes.truncate(end);
        (taken.number, taken.line) = (place.count, place.line);
        place.count += 1;
        place.line += memchr::memchr_iter(b'\n', &taken.bytes).count();
        Ok(true)
    }
}
