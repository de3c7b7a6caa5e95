//! An inventory that is read and decided one portion at a time, so that memory is bounded by what is decided and not by what is read.

mod content;
mod lines;
mod stretched;
mod survey;
mod table;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::FactsArgs;
use super::check::known;
use super::engine::{self, Beside};
use super::failure::Failure;
use super::feeds;
use super::intake::Given;
use super::kept::{Form, Kept, Part};
use super::progress::Progress;
use super::roll::Roll;
use super::session::{Needs, Plan, Planned, Session};
use crate::check::reads::Reads;
use crate::facts::Note;
use crate::time::Instant;
use crate::{DecideOptions, Facts, Piece, Policy, Portions, Sum, Summary, Tally, Together};
pub(super) use content::Taken;
use content::{Inventory, Written};
use lines::Lines;
pub(super) use stretched::{Head, Stretched, exactly};

/// About how many bytes are read at once. No answer depends on it.
pub(super) const PORTION: usize = 4 << 20;

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
    let Opened { inventory, portions, .. } = opened;
    let Some(reading) = inventory.begin() else { return Ok(None) };
    let line = Mutex::new(Line {
        next: 0,
        waiting: BTreeMap::new(),
        sum: opened.sum.clone(),
        roll: (order == Order::Any).then(|| Roll::new(form.bound)),
        together: Together::default(),
        kept: Kept::new(form),
        in_order: true,
    });
    let lock = || line.lock().unwrap_or_else(PoisonError::into_inner);
    reading.each(
        portions,
        tally,
        || form.worker(),
        |worker, number, portion| {
            let mut pieces = opened.decide(&portion.facts);
            let part = worker.keep(&mut pieces);
            let mut line = lock();
            line.waiting.insert(number, (portion.note, (pieces, part)));
            line.forward();
            line.in_order
        },
    )?;
    let mut line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !reading.is_done() {
        inventory.is_broken.store(true, Relaxed);
        return Ok(None);
    }
    if !line.in_order {
        return Ok(None);
    }
    let is_whole = line.roll.map_or(Ok(true), |roll| roll.finish(&mut line.sum))?;
    Ok(is_whole.then_some((line.sum, line.together, line.kept)))
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
    /// When the inventory was last written to before it was surveyed.
    written: Option<Written>,
}

impl Opened<'_> {
    /// Decides on the facts of a portion.
    pub(super) fn decide(&self, facts: &Facts) -> Vec<Piece> {
        crate::decide_portion(self.policy, facts, self.now, &self.options)
    }
}

/// Reads everything but the inventory; none where that has to be read as a whole, or twice.
///
/// # Errors
/// Files that cannot be read; changes that are asked for and are not there.
pub(super) fn open<'a>(asked: &Asked<'a>) -> Result<Option<Opened<'a>>, Failure> {
    if !asked.policy.is_splittable() {
        return Ok(None);
    }
    let Some(mut found) = Found::of(asked)? else { return Ok(None) };
    let files = std::mem::take(&mut found.files);
    let read = found.read(Reads::of(asked.policy.program()), files)?;
    Ok(read.map(|(portions, sum)| found.opened(portions, sum)))
}

/// An inventory that can be read a portion at a time, and the files beside it.
struct Found<'a, 'b> {
    asked: &'b Asked<'a>,
    plan: Plan,
    files: Vec<Given>,
    inventory: Inventory,
}

impl<'a, 'b> Found<'a, 'b> {
    /// None where the inventory has to be read as a whole.
    ///
    /// # Errors
    /// Files that cannot be read.
    fn of(asked: &'b Asked<'a>) -> Result<Option<Self>, Failure> {
        let Asked { session, policy, facts, needs, size, .. } = asked;
        // `--strict-facts` judges what the policy does not read, too.
        if facts.strict_facts || session.own_tzdb || feeds::known::has_any(session, facts) {
            return Ok(None);
        }
        let plan = session.plan(policy, facts, *needs)?;
        // Where the inventory turns out not to be sorted, all is read again: what comes by stdin or a pipe is gone by then.
        let comes_again =
            |file: &Planned| std::fs::metadata(&file.path).is_ok_and(|about| about.is_file() || about.is_dir());
        if !plan.files.iter().all(comes_again) {
            return Ok(None);
        }
        let Some(inventory) = Inventory::of(&plan, *size, session.unpacked())? else { return Ok(None) };
        let others = plan.files.iter().filter(|file| file.path != inventory.path());
        let files = session.read_files(others)?;
        Ok(Some(Self { asked, plan, files, inventory }))
    }

    /// Reads the files beside the inventory, of whose assets these fields are to be read.
    ///
    /// # Errors
    /// Changes that are asked for and are not there.
    fn read(&mut self, fields: Reads, files: Vec<Given>) -> Result<Option<(Portions, Sum)>, Failure> {
        let Asked { session, policy, ids, now, .. } = self.asked;
        let of_inventory = self.inventory.source.and_then(|at| self.plan.sources.get(at));
        let settings = (session.config.zone.clone(), session.unpacked());
        let beside = Beside { policy, sources: &self.plan.sources, of_inventory, now: *now, settings };
        let read = engine::read_in_portions(&beside, fields, files, self.inventory.tabular());
        let Some((portions, sum, by_columns)) = read else { return Ok(None) };
        self.inventory.plan(by_columns);
        known(ids, &portions.base().change_ids())?;
        Ok(Some((portions, sum)))
    }

    /// How portions are decided.
    fn options(&self) -> DecideOptions {
        let Asked { session, facts, ids, .. } = self.asked;
        session.run_options(facts, ids.to_vec()).to_decide()
    }

    fn opened(self, portions: Portions, sum: Sum) -> Opened<'a> {
        let options = self.options();
        let Self { asked: Asked { policy, now, .. }, inventory, .. } = self;
        Opened { policy, now: *now, inventory, portions, sum, options, written: None }
    }
}

/// Reads the inventory one portion at a time and decides on each; none where it has to be read as a whole.
///
/// # Errors
/// Files that cannot be read; records that cannot, unless the call says to keep going.
pub(super) fn run(asked: &Asked<'_>, form: &Form) -> Result<Option<Done>, Failure> {
    let Asked { session, policy, facts, now, .. } = asked;
    let opened = if policy.is_surveyed() { survey::open(asked)? } else { open(asked)? };
    let Some(mut opened) = opened else { return Ok(None) };
    let tally = Arc::new(Tally::default());
    tally.add_work(usize::try_from(opened.inventory.work()).unwrap_or(usize::MAX));
    let progress = Progress::of("deciding", Arc::clone(&tally));
    let mut decided = decide(&opened, Order::Sorted, &tally, form)?;
    // That they are in no order shows soon, as a rule.
    if decided.is_none() && !opened.inventory.is_broken.load(Relaxed) {
        opened.inventory.again();
        decided = decide(&opened, Order::Any, &tally, form)?;
    }
    let Some((sum, mut together, mut kept)) = decided else { return Ok(None) };
    // What was gathered of it would be of another inventory.
    if opened.written.is_some() && opened.written != opened.inventory.written() {
        return Ok(None);
    }
    let mut rest = opened.decide(&opened.portions.rest(&sum));
    kept.add(form.worker().keep(&mut rest));
    together.add(rest);
    progress.finish();
    let (digest, problems) = sum.finish();
    session.judge(&problems, facts)?;
    let summaries = crate::decide_together(policy, together, &digest, *now);
    Ok(Some(Done { kept, summaries, errors: problems.error_count }))
}
