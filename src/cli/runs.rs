//! What is said of many things, kept until it is wanted in the order of their names: in runs that are in order, in memory up to a bound and
//! beyond it in a file that has no name.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::report::json::{count, take};

/// How many bytes stay in memory.
const HELD: usize = 32 << 20;
/// How many bytes are read or written at once.
const BLOCK: usize = 256 << 10;
/// How many bytes of a run are looked at where many are put together.
const WINDOW: usize = 32 << 10;

/// A name; things without one come last.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    is_none: bool,
    text: Vec<u8>,
}

impl Key {
    fn compare(&self, name: Option<&str>) -> Ordering {
        (self.is_none, &self.text[..]).cmp(&(name.is_none(), name.unwrap_or_default().as_bytes()))
    }

    fn set(&mut self, name: Option<&str>) {
        self.is_none = name.is_none();
        self.text.clear();
        self.text.extend_from_slice(name.unwrap_or_default().as_bytes());
    }

    fn name(&self) -> Option<&str> {
        // What was a text is one again.
        if self.is_none { None } else { std::str::from_utf8(&self.text).ok() }
    }
}

/// Entries in the order of their names.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Of each entry how much of its name is that of the one before, the rest of it, and what is said of it.
    bytes: Vec<u8>,
    first: Key,
    last: Key,
}

impl Run {
    /// Adds an entry; false where its name comes before the last one, so that another run has to begin with it.
    pub(super) fn add(&mut self, name: Option<&str>, said: &[u8]) -> bool {
        if self.is_empty() {
            self.first.set(name);
        } else if self.last.compare(name) == Ordering::Greater {
            return false;
        }
        match name {
            None => self.bytes.push(0),
            Some(name) => {
                let name = name.as_bytes();
                let shared = name.iter().zip(&self.last.text).take_while(|(a, b)| a == b).count();
                let rest = name.get(shared..).unwrap_or_default();
                count(&mut self.bytes, shared + 1);
                count(&mut self.bytes, rest.len());
                self.bytes.extend_from_slice(rest);
            }
        }
        count(&mut self.bytes, said.len());
        self.bytes.extend_from_slice(said);
        self.last.set(name);
        true
    }

    /// Whether there are no entries.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bytes it has.
    fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Its entries.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries { bytes: &self.bytes, key: Key::default() }
    }
}

/// The entries of a run.
#[derive(Debug)]
pub(super) struct Entries<'r> {
    bytes: &'r [u8],
    key: Key,
}

impl<'r> Entries<'r> {
    /// The next one: its name, and what is said of it.
    pub(super) fn next(&mut self) -> Option<(Option<&str>, &'r [u8])> {
        let said = frame(&mut self.bytes, &mut self.key)?;
        Some((self.key.name(), said))
    }
}

/// Takes an entry; none, and nothing taken, where there is no whole one.
fn frame<'b>(bytes: &mut &'b [u8], key: &mut Key) -> Option<&'b [u8]> {
    let mut rest = *bytes;
    let some = |rest: &mut &'b [u8]| -> Option<&'b [u8]> {
        let many = usize::try_from(take(rest)?).ok()?;
        let (taken, behind) = rest.split_at_checked(many)?;
        *rest = behind;
        Some(taken)
    };
    let shared = take(&mut rest)?;
    let name = if shared == 0 { None } else { Some((usize::try_from(shared - 1).ok()?, some(&mut rest)?)) };
    let said = some(&mut rest)?;
    key.is_none = name.is_none();
    let (shared, more) = name.unwrap_or_default();
    key.text.truncate(shared);
    key.text.extend_from_slice(more);
    *bytes = rest;
    Some(said)
}

/// Runs of several lists.
#[derive(Debug)]
pub(super) struct Runs {
    all: Vec<Stored>,
    /// How many bytes of them are in memory.
    held: usize,
    bound: usize,
    file: Option<File>,
    written: u64,
    /// There is no room on the disk, or no disk: all that comes stays in memory.
    is_full: bool,
}

/// A run of a list.
#[derive(Debug)]
struct Stored {
    list: usize,
    first: Key,
    last: Key,
    place: Place,
}

/// Where its bytes are.
#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(u64, usize),
}

impl Default for Runs {
    fn default() -> Self {
        Self::holding(HELD)
    }
}

impl Runs {
    /// None yet, of which so many bytes may stay in memory.
    pub(super) fn holding(bound: usize) -> Self {
        Self { all: Vec::new(), held: 0, bound, file: None, written: 0, is_full: false }
    }

    /// Adds a run to a list.
    pub(super) fn add(&mut self, list: usize, run: Run) {
        if run.is_empty() {
            return;
        }
        let Run { mut bytes, first, last } = run;
        bytes.shrink_to_fit();
        self.held = self.held.saturating_add(bytes.len());
        self.all.push(Stored { list, first, last, place: Place::Memory(bytes) });
        if self.held > self.bound && !self.is_full {
            // Where nothing can be written, memory has to do.
            self.is_full = self.spill().is_err();
        }
    }

    /// Writes what is in memory to the file.
    fn spill(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let mut block = Vec::with_capacity(BLOCK);
        let mut from = 0;
        for at in 0..self.all.len() {
            if let Some(Stored { place: Place::Memory(bytes), .. }) = self.all.get(at) {
                block.extend_from_slice(bytes);
            }
            if block.len() >= BLOCK || at + 1 == self.all.len() {
                file.write_all(&block)?;
                block.clear();
                self.settle(from..at + 1);
                from = at + 1;
            }
        }
        self.file = Some(file);
        Ok(())
    }

    /// Lets go of what has been written.
    fn settle(&mut self, written: std::ops::Range<usize>) {
        for stored in self.all.get_mut(written).unwrap_or_default() {
            if let Place::Memory(bytes) = &stored.place {
                let len = bytes.len();
                stored.place = Place::File(self.written, len);
                self.written += u64::try_from(len).unwrap_or_default();
                self.held = self.held.saturating_sub(len);
            }
        }
    }

    /// How many lists there may be.
    pub(super) fn lists(&self) -> usize {
        self.all.iter().map(|stored| stored.list + 1).max().unwrap_or_default()
    }

    /// The entries of a list in the order of their names.
    pub(super) fn in_order(&mut self, list: usize) -> InOrder<'_> {
        let mut waiting: Vec<&Stored> = self.all.iter().filter(|stored| stored.list == list).collect();
        waiting.sort_by(|a, b| b.first.cmp(&a.first));
        InOrder { waiting, open: BinaryHeap::new(), file: self.file.as_mut() }
    }
}

/// The entries of a list, run by run.
#[derive(Debug)]
pub(super) struct InOrder<'s> {
    /// The first one last.
    waiting: Vec<&'s Stored>,
    /// Runs that are put together.
    open: BinaryHeap<Cursor<'s>>,
    file: Option<&'s mut File>,
}

impl<'s> InOrder<'s> {
    /// The next entries; none behind the last.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Run>> {
        if self.open.is_empty() {
            let Some(run) = self.waiting.pop() else { return Ok(None) };
            if self.waiting.last().is_none_or(|next| run.last <= next.first) {
                return self.whole(run).map(Some);
            }
            self.open(run)?;
        }
        let mut together = Run::default();
        while together.len() < BLOCK {
            while let (Some(next), Some(open)) = (self.waiting.last().copied(), self.open.peek())
                && next.first <= open.key
            {
                self.waiting.pop();
                self.open(next)?;
            }
            let Some(mut first) = self.open.pop() else { break };
            together.add(first.key.name(), first.said());
            if first.advance(self.file.as_deref_mut())? {
                self.open.push(first);
            }
        }
        Ok(Some(together))
    }

    fn whole(&mut self, stored: &Stored) -> io::Result<Run> {
        let mut bytes = Vec::new();
        match &stored.place {
            Place::Memory(held) => bytes.extend_from_slice(held),
            Place::File(from, len) => read(self.file.as_deref_mut(), &mut (*from, *len), *len, &mut bytes)?,
        }
        Ok(Run { bytes, first: stored.first.clone(), last: stored.last.clone() })
    }

    fn open(&mut self, stored: &'s Stored) -> io::Result<()> {
        let (bytes, rest) = match &stored.place {
            Place::Memory(held) => (Cow::Borrowed(&held[..]), (0, 0)),
            Place::File(from, len) => (Cow::Owned(Vec::new()), (*from, *len)),
        };
        let mut cursor = Cursor { key: Key::default(), said: 0..0, bytes, at: 0, rest };
        if cursor.advance(self.file.as_deref_mut())? {
            self.open.push(cursor);
        }
        Ok(())
    }
}

/// Appends the next bytes of a part of the file: where it begins, and how long it is.
fn read(file: Option<&mut File>, part: &mut (u64, usize), most: usize, into: &mut Vec<u8>) -> io::Result<()> {
    let wanted = most.min(part.1);
    let lost = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let file = file.ok_or_else(lost)?;
    file.seek(SeekFrom::Start(part.0))?;
    let many = u64::try_from(wanted).unwrap_or(u64::MAX);
    into.reserve_exact(wanted);
    if file.take(many).read_to_end(into)? < wanted {
        return Err(lost());
    }
    *part = (part.0.saturating_add(many), part.1 - wanted);
    Ok(())
}

/// How far a run has been gone through.
#[derive(Debug)]
struct Cursor<'s> {
    key: Key,
    /// What is said of that, in the bytes.
    said: Range<usize>,
    bytes: Cow<'s, [u8]>,
    /// Where the next entry begins in them.
    at: usize,
    /// What of the file comes behind them.
    rest: (u64, usize),
}

impl Cursor<'_> {
    fn said(&self) -> &[u8] {
        self.bytes.get(self.said.clone()).unwrap_or_default()
    }

    /// Goes to the next entry; false where there is none.
    fn advance(&mut self, mut file: Option<&mut File>) -> io::Result<bool> {
        loop {
            let all = self.bytes.get(self.at..).unwrap_or_default();
            let mut left = all;
            if let Some(said) = frame(&mut left, &mut self.key) {
                let end = self.bytes.len() - left.len();
                (self.said, self.at) = (end - said.len()..end, end);
                return Ok(true);
            }
            if self.rest.1 == 0 {
                return Ok(false);
            }
            let mut bytes = all.to_vec();
            let more = bytes.len().max(WINDOW);
            read(file.as_deref_mut(), &mut self.rest, more, &mut bytes)?;
            (self.bytes, self.at) = (Cow::Owned(bytes), 0);
        }
    }
}

/// The one with the first name is the greatest.
impl Ord for Cursor<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Cursor<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Cursor<'_> {}

#[cfg(test)]
mod tests;
