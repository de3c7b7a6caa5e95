//! An inventory that is read and decided one portion at a time, so that memory is bounded by what is decided and not by what is read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::FactsArgs;
use super::check::known;
use super::engine;
use super::failure::Failure;
use super::feeds;
use super::input::InputFile;
use super::intake;
use super::kept::{Form, Kept, Part};
use super::progress::Progress;
use super::roll::Roll;
use super::session::{Needs, Plan, Planned, Session};
use super::unpack::Packing;
use crate::check::schema::TableId;
use crate::facts::{Chunk, Note, is_lines};
use crate::sources::mapping;
use crate::time::Instant;
use crate::{DecideOptions, Facts, Piece, Policy, Portions, Sum, Summary, Tally, Together};

/// About how many bytes are read at once. No answer depends on it.
pub(super) const PORTION: usize = 4 << 20;
/// What some programs put before UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// The longest line: whoever writes one that is longer has not written records on lines.
const LONGEST: usize = 64 << 20;

/// A file with a record on each line.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    /// As the caller named it.
    pub name: Arc<str>,
    /// Where its first line begins.
    pub start: u64,
    /// How many bytes it has.
    pub len: u64,
    size: usize,
    file: Arc<File>,
    place: Mutex<Place>,
}

/// Reads a file that others read too, from a place of its own.
///
/// Whoever replaces the file meanwhile leaves this one as it is.
#[derive(Debug)]
struct Reader {
    file: Arc<File>,
    at: u64,
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

/// Whole lines of the file.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// How many came before.
    pub number: usize,
    /// The line on which they begin.
    pub line: usize,
    /// The lines.
    pub bytes: Vec<u8>,
}

impl Lines {
    /// Opens a file; none where it is read as a whole: a pipe, a folder, what is packed, or what has no record on each line.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(path: &Path, size: usize) -> Result<Option<Self>, Failure> {
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
        let plain = Packing::of(&given.bytes).is_none() && !given.bytes.starts_with(&[0]);
        if !plain || !is_lines(&given.bytes, &given.name) {
            return Ok(None);
        }
        if super::intake::detect(TableId::ASSET, &given, false) != mapping::Form::Json {
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
    pub(super) fn part(&self, bytes: Range<u64>, line: usize, size: usize) -> Self {
        let file = Reader { file: Arc::clone(&self.file), at: bytes.start };
        let len = bytes.end.saturating_sub(bytes.start);
        let place = Mutex::new(Place { file, left: len, rest: Vec::new(), line, count: 0, ended: false });
        let (path, name, file) = (self.path.clone(), Arc::clone(&self.name), Arc::clone(&self.file));
        Self { path, name, start: bytes.start, len, size, file, place }
    }

    /// Reads the bytes from one place on.
    ///
    /// # Errors
    /// It cannot be read, or ends before.
    pub(super) fn exactly(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        Reader { file: Arc::clone(&self.file), at }.read_exact(bytes)
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The next lines, into the buffer of those before; false where there are no more.
    pub(super) fn next(&self, taken: &mut Taken) -> Result<bool, Failure> {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bytes.clear();
        if place.ended {
            return Ok(false);
        }
        taken.bytes.append(&mut place.rest);
        let mut wanted = self.size;
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
            let within = taken.bytes.get(..wanted.max(1)).unwrap_or(&taken.bytes);
            if let Some(at) = within.iter().rposition(|byte| *byte == b'\n') {
                break at + 1;
            }
            if wanted >= LONGEST {
                let message = format!("cannot read `{}`: line {} is longer than 64 MiB", self.name, place.line);
                return Err(Failure::new(message).help("write one record on each line"));
            }
            wanted = wanted.saturating_mul(2).max(taken.bytes.len());
        };
        place.rest.extend_from_slice(taken.bytes.get(end..).unwrap_or_default());
        taken.bytes.truncate(end);
        (taken.number, taken.line) = (place.count, place.line);
        place.count += 1;
        place.line += taken.bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(true)
    }
}

/// The inventory of a call that can be read a portion at a time.
#[derive(Debug)]
pub(super) struct Inventory {
    pub lines: Lines,
    /// The source that says what its records are, as an index.
    source: Option<usize>,
}

/// Files smaller than this are read as a whole: what it costs to divide them is more than what it saves.
const SMALL: u64 = 16 << 20;

impl Inventory {
    /// The inventory, where it alone says which assets there are and it has a record on each line; none otherwise.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn of(plan: &Plan, size: Option<usize>) -> Result<Option<Self>, Failure> {
        let of_assets = |planned: &&Planned| intake::ends_in(planned.entity) == TableId::ASSET;
        let mut all = plan.files.iter().filter(of_assets);
        let (Some(only), None) = (all.next(), all.next()) else { return Ok(None) };
        let source = only.source.and_then(|at| plan.sources.get(at));
        let is_plain = only.entity == TableId::ASSET && only.asset.is_none() && !only.is_report;
        let is_understood = source.is_none_or(|source| {
            let form = source.form.is_none_or(|form| form == mapping::Form::Json);
            form && source.asset.is_none() && source.records.is_none() && source.mapping.entity == TableId::ASSET
        });
        if !is_plain || !is_understood {
            return Ok(None);
        }
        let is_small = std::fs::metadata(&only.path).is_ok_and(|about| about.len() < SMALL);
        if size.is_none() && is_small {
            return Ok(None);
        }
        let lines = Lines::open(&only.path, size.unwrap_or(PORTION))?;
        Ok(lines.map(|lines| Self { lines, source: only.source }))
    }
}

impl Inventory {
    /// Begins anew; false where it can no longer be read like that.
    fn again(&mut self) -> Result<bool, Failure> {
        let again = Lines::open(&self.lines.path, self.lines.size)?;
        Ok(again.map(|lines| self.lines = lines).is_some())
    }
}

/// What was decided of the portions, in the order of the file.
struct Line {
    next: usize,
    waiting: BTreeMap<usize, (Note, Decided)>,
    sum: Sum,
    together: Together,
    kept: Kept,
    /// The assets, where they are in no order.
    roll: Option<Roll>,
    /// They are in the order that is expected, and none occurs twice.
    in_order: bool,
    failure: Option<Failure>,
}

/// What was decided of a portion: what it says of changes as a whole, and of each asset.
type Decided = (Vec<Piece>, Part);

/// In which order assets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// That of their ids.
    Sorted,
    /// Any: they are put in order when all have been read.
    Any,
}

/// Reads and decides all portions, each on one thread; none where the assets are not in that order or an id occurs twice.
///
/// # Errors
/// The file cannot be read to its end.
fn decide(
    opened: &Opened<'_>,
    order: Order,
    tally: &Tally,
    form: &Form,
) -> Result<Option<(Sum, Together, Kept)>, Failure> {
    let Opened { inventory: Inventory { lines, .. }, portions, .. } = opened;
    let line = Mutex::new(Line {
        next: 0,
        waiting: BTreeMap::new(),
        sum: opened.sum.clone(),
        roll: (order == Order::Any).then(|| Roll::new(form.bound)),
        together: Together::default(),
        kept: Kept::new(form),
        in_order: true,
        failure: None,
    });
    let lock = || line.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || {
        let mut taken = Taken::default();
        let mut worker = form.worker();
        loop {
            match lines.next(&mut taken) {
                Ok(true) => {}
                Ok(false) => return,
                Err(failure) => {
                    lock().failure.get_or_insert(failure);
                    return;
                }
            }
            let portion = portions.read(&lines.name, &Chunk::Lines(&taken.bytes, taken.line));
            tally.advance(taken.bytes.len());
            let mut pieces = opened.decide(&portion.facts);
            let part = worker.keep(&mut pieces);
            let mut line = lock();
            line.waiting.insert(taken.number, (portion.note, (pieces, part)));
            line.forward();
            if !line.in_order || line.failure.is_some() {
                return;
            }
        }
    };
    rayon::scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| work());
        }
        work();
    });
    let mut line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
    match line.failure.take() {
        Some(failure) => Err(failure),
        None if !line.in_order => Ok(None),
        None => {
            let is_whole = line.roll.map_or(Ok(true), |roll| roll.finish(&mut line.sum))?;
            Ok(is_whole.then_some((line.sum, line.together, line.kept)))
        }
    }
}

impl Line {
    fn forward(&mut self) {
        while let Some((note, (pieces, part))) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.in_order &= match &mut self.roll {
                Some(roll) => roll.take(&mut self.sum, note),
                None => self.sum.take(note),
            };
            self.together.add(pieces);
            self.kept.add(part);
        }
    }
}

/// What came of reading and deciding at once.
pub(super) struct Done {
    /// What was decided of each asset.
    pub kept: Kept,
    /// One for each change.
    pub summaries: Vec<Summary>,
    /// How many records could not be read.
    pub errors: u64,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub session: &'a Session,
    pub policy: &'a Policy,
    pub facts: &'a FactsArgs,
    /// The changes to decide; all where there are none.
    pub ids: &'a [String],
    pub now: Instant,
    pub needs: Needs,
    /// About how many bytes are read at once, where the call says so.
    pub size: Option<usize>,
}

/// An inventory that can be read a portion at a time, with all else read.
pub(super) struct Opened<'a> {
    policy: &'a Policy,
    now: Instant,
    pub inventory: Inventory,
    pub portions: Portions,
    /// What the portions are put together in.
    pub sum: Sum,
    options: DecideOptions,
}

impl Opened<'_> {
    /// Decides on the facts of a portion.
    pub(super) fn decide(&self, facts: &Facts) -> Vec<Piece> {
        crate::decide_portion(self.policy, facts, self.now, &self.options)
    }
}

/// Reads everything but the inventory; none where that has to be read as a whole.
///
/// # Errors
/// Files that cannot be read; changes that are asked for and are not there.
pub(super) fn open<'a>(asked: &Asked<'a>) -> Result<Option<Opened<'a>>, Failure> {
    let Asked { session, policy, facts, ids, now, needs, size, .. } = asked;
    // `--strict-facts` judges what the policy does not read, too.
    if !policy.is_splittable() || facts.strict_facts || session.own_tzdb || feeds::known::has_any(session, facts) {
        return Ok(None);
    }
    let plan = session.plan(policy, facts, *needs)?;
    // Where the inventory turns out not to be sorted, all is read again: what comes by stdin or a pipe is gone by then.
    let comes_again =
        |file: &Planned| std::fs::metadata(&file.path).is_ok_and(|about| about.is_file() || about.is_dir());
    if !plan.files.iter().all(comes_again) {
        return Ok(None);
    }
    let Some(inventory) = Inventory::of(&plan, *size)? else { return Ok(None) };
    let others = plan.files.iter().filter(|file| file.path != inventory.lines.path);
    let files = session.read_files(others)?;
    let zone = session.config.zone.clone();
    let source = inventory.source.and_then(|at| plan.sources.get(at));
    let Some((portions, sum)) =
        engine::read_in_portions(policy, files, &plan.sources, source, *now, (zone, session.unpacked()))
    else {
        return Ok(None);
    };
    known(ids, &portions.base().change_ids())?;
    let options = session.run_options(facts, ids.to_vec()).to_decide();
    Ok(Some(Opened { policy, now: *now, inventory, portions, sum, options }))
}

/// Reads the inventory one portion at a time and decides on each; none where it has to be read as a whole.
///
/// # Errors
/// Files that cannot be read; records that cannot, unless the call says to keep going.
pub(super) fn run(asked: &Asked<'_>, form: &Form) -> Result<Option<Done>, Failure> {
    let Asked { session, policy, facts, now, .. } = asked;
    let Some(mut opened) = open(asked)? else { return Ok(None) };
    let tally = Arc::new(Tally::default());
    tally.add_work(usize::try_from(opened.inventory.lines.len).unwrap_or(usize::MAX));
    let progress = Progress::of("deciding", Arc::clone(&tally));
    let mut decided = decide(&opened, Order::Sorted, &tally, form)?;
    // That they are in no order shows soon, as a rule.
    if decided.is_none() && opened.inventory.again()? {
        decided = decide(&opened, Order::Any, &tally, form)?;
    }
    let Some((sum, mut together, mut kept)) = decided else { return Ok(None) };
    let mut rest = opened.decide(&opened.portions.rest(&sum));
    kept.add(form.worker().keep(&mut rest));
    together.add(rest);
    progress.finish();
    let (digest, problems) = sum.finish();
    session.judge(&problems, facts)?;
    let summaries = crate::decide_together(policy, together, &digest, *now);
    Ok(Some(Done { kept, summaries, errors: problems.error_count }))
}
