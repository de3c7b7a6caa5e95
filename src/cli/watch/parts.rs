//! An inventory that is decided one portion at a time: what is kept of each portion, and deciding anew only on those that hold something else.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ahash::RandomState;
use rayon::prelude::*;

use super::super::failure::Failure;
use super::super::portions::{Head, Opened, Stretched, Taken, exactly};
use super::files::Stamp;
use crate::eval::decision::{Decision, Summary, Verdict};
use crate::eval::portion::{Piece, Together};
use crate::facts::{Note, Problems};
use crate::{Outcome, Policy, time};

/// About how many bytes a portion has: one that holds something else is read and decided as a whole.
const PORTION: usize = 256 << 10;
/// Where more than this share of the portions hold something else, all are decided anew, on all threads.
const FEW: usize = 8;

/// Tells what one portion holds from what another does. The keys are new in every process.
static HASH: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// What was decided of all portions.
#[derive(Debug)]
pub(super) struct Parts {
    path: PathBuf,
    /// Where its first line or row begins.
    start: u64,
    /// What stands above rows.
    head: Option<Head>,
    /// What the system said of the file.
    stamp: Option<Stamp>,
    parts: Vec<Arc<Part>>,
    /// Of assets that no record has, and of what is not known of changes.
    rest: Vec<Piece>,
    /// What is said of the changes.
    pub summaries: Vec<Summary>,
}

/// What is kept of a portion.
#[derive(Debug)]
struct Part {
    hash: u64,
    len: u64,
    /// The line on which it begins.
    line: usize,
    lines: usize,
    /// What follows begins another line or row.
    is_closed: bool,
    note: Note,
    pieces: Vec<Piece>,
}

/// What was decided, and what is wrong with the input.
pub(super) struct Made {
    /// What was decided.
    pub parts: Parts,
    /// What is wrong.
    pub problems: Problems,
    /// No portion holds anything else than before.
    pub is_same: bool,
}

/// Where a file was found to hold what it held before.
#[derive(Debug)]
pub(super) struct Beforehand {
    stamp: Stamp,
    /// How many portions were looked for.
    parts: usize,
    /// Where each is now.
    places: Vec<Option<u64>>,
}

impl Beforehand {
    /// Whether it is one of this file as it is, and of these portions.
    fn is_of(&self, parts: &Parts, file: &File) -> bool {
        self.parts == parts.parts.len() && file.metadata().is_ok_and(|found| Stamp::from(&found) == self.stamp)
    }
}

/// A stretch of the file.
enum Stretch {
    /// From this byte on it holds what it held.
    Kept(u64, Arc<Part>),
    /// It has to be read.
    Other(Range<u64>),
}

impl Parts {
    /// Decides on the portions, of which those stay as they are that hold what they held; none where the assets are not in the order of their
    /// ids, so that they have to be read together.
    ///
    /// # Errors
    /// The file cannot be read to its end.
    pub(super) fn make(
        opened: &Opened<'_>,
        policy: &Policy,
        now: time::Instant,
        before: Option<(&Self, Option<&Beforehand>)>,
        size: Option<usize>,
    ) -> Result<Option<Made>, Failure> {
        let Some(whole) = opened.inventory.stretched() else { return Ok(None) };
        let (path, start, head) = (whole.path().to_owned(), whole.bytes().start, whole.head());
        let stamp = whole.file().metadata().ok().map(|found| Stamp::from(&found));
        let size = size.unwrap_or(PORTION);
        let all = || vec![Stretch::Other(whole.bytes())];
        let stretches = match before {
            Some((before, beforehand)) if (&before.path, before.start, &before.head) == (&path, start, &head) => {
                let known = beforehand.filter(|beforehand| beforehand.is_of(before, whole.file()));
                let len = whole.bytes().end;
                let places =
                    known.map_or_else(|| before.places(whole.file(), len), |beforehand| beforehand.places.clone());
                before.stretches(len, places)
            }
            _ => all(),
        };
        let others = stretches.iter().filter(|stretch| matches!(stretch, Stretch::Other(_))).count();
        let is_same = others == 0;
        let is_much = others > 1 && others > stretches.len() / FEW;
        let stretches = if is_much { all() } else { stretches };
        let parts = match read(opened, whole, stretches, size)? {
            Some(parts) => Some(parts),
            None => read(opened, whole, all(), size)?,
        };
        let Some(parts) = parts else { return Ok(None) };
        let mut sum = opened.sum.clone();
        if !parts.iter().all(|part| sum.take(part.note.clone())) {
            return Ok(None);
        }
        let rest = opened.decide(&opened.portions.rest(&sum));
        let (digest, problems) = sum.finish();
        let mut together = Together::default();
        for pieces in parts.iter().map(|part| &part.pieces).chain([&rest]) {
            together.add(pieces.iter().map(without_decisions));
        }
        let summaries = crate::decide_together(policy, together, &digest, now);
        Ok(Some(Made { parts: Self { path, start, head, stamp, parts, rest, summaries }, problems, is_same }))
    }

    /// The file that is decided one portion at a time.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many decisions there are of a verdict.
    pub(super) fn count(&self, verdict: Verdict) -> u64 {
        let pieces = self.parts.iter().flat_map(|part| &part.pieces).chain(&self.rest);
        pieces.map(|piece| piece.counted.counts.of(verdict)).sum()
    }

    /// Everything that was decided.
    pub(super) fn flat(&self) -> Outcome {
        self.outcome(|_| true)
    }

    /// What was decided by the one and by the other, without what they share.
    pub(super) fn apart(&self, other: &Self) -> (Outcome, Outcome) {
        let of = |parts: &Self| parts.parts.iter().map(Arc::as_ptr).collect::<HashSet<_>>();
        let (mine, others) = (of(self), of(other));
        let is_shared = |part: &Arc<Part>| mine.contains(&Arc::as_ptr(part)) && others.contains(&Arc::as_ptr(part));
        (self.outcome(|part| !is_shared(part)), other.outcome(|part| !is_shared(part)))
    }

    fn outcome(&self, is_wanted: impl Fn(&Arc<Part>) -> bool) -> Outcome {
        let wanted = self.parts.iter().filter(|part| is_wanted(part)).map(|part| &part.pieces).chain([&self.rest]);
        let wanted: Vec<&Vec<Piece>> = wanted.collect();
        let mut decisions: Vec<Decision> = Vec::new();
        for change in 0..self.rest.len() {
            let of_change = wanted.iter().filter_map(|pieces| {
                // Those that a portion holds nothing of are not among its own.
                pieces.get(pieces.binary_search_by_key(&change, |piece| piece.at).ok()?)
            });
            let from = decisions.len();
            of_change.for_each(|piece| decisions.extend(piece.decisions.iter().cloned()));
            // Assets that no record has come last otherwise.
            if let Some(mine) = decisions.get_mut(from..) {
                mine.sort_by(|a, b| (a.asset.is_none(), &a.asset).cmp(&(b.asset.is_none(), &b.asset)));
            }
        }
        Outcome { decisions, summaries: self.summaries.clone() }
    }

    /// Looks where a file that was written to holds what it held, before it is read.
    pub(super) fn look(&self) -> Option<Beforehand> {
        // Opening a pipe would wait.
        let found = fs::metadata(&self.path).ok().filter(Metadata::is_file)?;
        if self.stamp.as_ref() == Some(&Stamp::from(&found)) {
            return None;
        }
        let file = Arc::new(File::open(&self.path).ok()?);
        let found = file.metadata().ok().filter(Metadata::is_file)?;
        let places = self.places(&file, found.len());
        Some(Beforehand { stamp: Stamp::from(&found), parts: self.parts.len(), places })
    }

    /// Where each portion is that holds what it held, in a file of that length.
    fn places(&self, file: &Arc<File>, len: u64) -> Vec<Option<u64>> {
        let ends = self.parts.iter().scan(self.start, |end, part| {
            *end += part.len;
            Some(*end)
        });
        let ends: Vec<u64> = ends.collect();
        let old = ends.last().copied().unwrap_or(self.start);
        self.parts
            .par_iter()
            .zip(&ends)
            .map_init(Vec::new, |buffer, (part, end)| {
                let at = end - part.len;
                let mut holds = |at: u64| {
                    let fits = if part.is_closed { at + part.len <= len } else { at + part.len == len };
                    (fits && hash(file, at, part.len, buffer)? == part.hash).then_some(at)
                };
                let moved = (at + len).checked_sub(old);
                holds(at).or_else(|| moved.filter(|moved| *moved != at).and_then(holds))
            })
            .collect()
    }

    /// The stretches of the file: those that hold what they held, where that is now, and what is between them.
    fn stretches(&self, len: u64, found: Vec<Option<u64>>) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut at = self.start;
        for (part, found) in self.parts.iter().zip(found) {
            let Some(found) = found.filter(|found| *found >= at) else { continue };
            if found > at {
                stretches.push(Stretch::Other(at..found));
            }
            at = found + part.len;
            stretches.push(Stretch::Kept(found, Arc::clone(part)));
        }
        if at < len {
            stretches.push(Stretch::Other(at..len));
        }
        stretches
    }
}

/// The same of a piece but what was decided of each asset.
fn without_decisions(piece: &Piece) -> Piece {
    Piece {
        at: piece.at,
        change: piece.change.clone(),
        decisions: Vec::new(),
        counted: piece.counted.clone(),
        category: piece.category.clone(),
        earliest: piece.earliest.clone(),
        risk: piece.risk.clone(),
        openings: piece.openings.clone(),
    }
}

/// What tells the bytes of a stretch from others; none where they cannot be read.
fn hash(file: &Arc<File>, at: u64, len: u64, buffer: &mut Vec<u8>) -> Option<u64> {
    buffer.resize(usize::try_from(len).ok()?, 0);
    exactly(file, at, buffer).ok()?;
    Some(HASH.hash_one(&**buffer))
}

/// Reads and decides the stretches that hold something else; none where one of them does not end with its line or row, or cannot be read by itself.
fn read(
    opened: &Opened<'_>,
    whole: Stretched<'_>,
    stretches: Vec<Stretch>,
    size: usize,
) -> Result<Option<Vec<Arc<Part>>>, Failure> {
    let mut parts: Vec<Arc<Part>> = Vec::new();
    let mut line = whole.line();
    let mut stretches = stretches.into_iter().peekable();
    while let Some(stretch) = stretches.next() {
        match stretch {
            Stretch::Kept(_, part) if part.note.is_silent() || part.line == line => {
                line += part.lines;
                parts.push(part);
            }
            stretch => {
                let bytes = match stretch {
                    // What it says of its lines would be wrong.
                    Stretch::Kept(at, part) => at..at + part.len,
                    Stretch::Other(bytes) => bytes,
                };
                let Some(found) = decided(opened, whole, bytes, (line, size))? else { return Ok(None) };
                // The line that follows would go on with this one's last.
                let is_open = found.last().is_some_and(|part| !part.is_closed);
                if is_open && stretches.peek().is_some() {
                    return Ok(None);
                }
                line += found.iter().map(|part| part.lines).sum::<usize>();
                parts.extend(found.into_iter().map(Arc::new));
            }
        }
    }
    Ok(Some(parts))
}

/// Reads and decides a stretch that begins on a line, that many bytes at a time, on all threads; none where it cannot be read by itself.
fn decided(
    opened: &Opened<'_>,
    whole: Stretched<'_>,
    bytes: Range<u64>,
    (line, size): (usize, usize),
) -> Result<Option<Vec<Part>>, Failure> {
    let stretch = whole.part(bytes, line, size);
    let found = Mutex::new((Vec::new(), None));
    let lock = || found.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        let mut taken = Taken::default();
        loop {
            match stretch.next(&mut taken) {
                Ok(true) => {}
                Ok(false) => return,
                Err(failure) => {
                    lock().1.get_or_insert(failure);
                    return;
                }
            }
            let portion = stretch.read(&opened.portions, &taken);
            let part = Part {
                hash: HASH.hash_one(&*taken.bytes),
                len: taken.bytes.len() as u64,
                line: taken.line,
                lines: memchr::memchr_iter(b'\n', &taken.bytes).count(),
                is_closed: whole.is_closed(&taken.bytes),
                note: portion.note,
                pieces: opened.decide(&portion.facts),
            };
            lock().0.push((taken.number, part));
        }
    };
    rayon::scope(|scope| {
        for _ in 1..super::super::workers() {
            scope.spawn(|_| work());
        }
        work();
    });
    let (mut parts, failure) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = failure {
        return Err(failure);
    }
    if stretch.is_broken() {
        return Ok(None);
    }
    parts.sort_unstable_by_key(|(number, _)| *number);
    Ok(Some(parts.into_iter().map(|(_, part)| part).collect()))
}
