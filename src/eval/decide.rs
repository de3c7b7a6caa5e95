//! Decides changes: for each change and asset the reasons and the verdict, for each change a summary.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Categorise, Effect, ListRef, Op, Program, VarId};
use crate::check::schema::TableId;
use crate::facts::table::{Cause, Column, Touched};
use crate::time::Instant;

use super::alike::Alike;
use super::answers::{Answers, Counted};
use super::assumed::{self, Assumptions, Place};
use super::categorise::{self, Earliest};
use super::column::Rows;
use super::common::Common;
use super::decision::{Answer, Decision, Reason, Record, Summary, Verdict};
use super::env::{Env, Shared};
use super::found::{Said, found};
use super::frame::{Binding, Frame};
use super::ids::Ids;
use super::observe::{Going, Observer, Step};
use super::period::{Schedule, schedule};
use super::portion::Piece;
use super::quant::{Element, elements, phantom_asset, scalar_at};
use super::reason::Reasons;
use super::risk::Risks;
use super::unknown::Known;
use super::urgency::Urgency;
use super::value::{Poss, Raw};
use super::when::decided::{timing, timing_of_part};
use super::when::not_before::{Batch, Sorting};
use super::{beside, facts, mask, triage};

/// How much is worked on at once. No answer depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Rows in a batch.
    pub batch: usize,
}

/// So many rows are worth a thread of their own.
const WORTH_SHARING: usize = 1024;

impl Default for Options {
    fn default() -> Self {
        Self { batch: 8192 }
    }
}

/// Everything that was decided.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// One for each change and asset, by change and asset.
    pub decisions: Vec<Decision>,
    /// One for each change.
    pub summaries: Vec<Summary>,
}

/// Decides the changes of the environment's facts whose ids are wanted.
#[must_use]
pub fn decide(env: &Env<'_>, record: &Record, wanted: impl Fn(&str) -> bool, options: Options) -> Outcome {
    let places = assumed::places(env.program);
    let changes = changes(env, wanted);
    let rows = |change: &u32| env.facts.touched.get(*change as usize).map_or(1, |touched| touched.rows.len());
    env.tally.add_work(changes.iter().map(|(_, change)| rows(change)).sum());
    let mut outcome = Outcome::default();
    for (id, row) in changes {
        let sorting = Sorting::beforehand(env, row, false);
        let (mut decided, mut whole) = decide_change(env, &id, row, places, options, sorting.as_ref());
        let going = env.going(Step::Times);
        whole.timing = timing((env, sorting), row, &whole.shared, &mut decided);
        drop(going);
        outcome.summaries.push(summary(&id, std::mem::take(&mut decided.counted), whole, record));
        if outcome.decisions.is_empty() {
            outcome.decisions = decided.decisions;
        } else {
            outcome.decisions.append(&mut decided.decisions);
        }
    }
    outcome
}

/// The changes whose ids are wanted, by their ids.
pub(super) fn changes(env: &Env<'_>, wanted: impl Fn(&str) -> bool) -> Vec<(String, u32)> {
    let rows = (0..env.facts.change_count()).filter_map(|row| u32::try_from(row).ok());
    let mut changes: Vec<(Option<String>, u32)> =
        rows.map(|row| (facts::text(env, TableId::CHANGE, "id", row), row)).collect();
    changes.sort();
    changes.retain(|(id, _)| wanted(id.as_deref().unwrap_or_default()));
    changes.into_iter().map(|(id, row)| (id.unwrap_or_default(), row)).collect()
}

/// Decides the changes whose ids are wanted on a portion of the inventory.
#[must_use]
pub fn pieces(env: &Env<'_>, wanted: impl Fn(&str) -> bool, options: Options) -> Vec<Piece> {
    let places = assumed::places(env.program);
    let of = |(at, (id, row)): (usize, (String, u32))| {
        // Of what a change does not touch there is nothing to say.
        let is_untouched = |touched: &Touched| touched.rows.is_empty() && !touched.incomplete;
        if env.facts.recorded > 0 && env.facts.touched.get(row as usize).is_some_and(is_untouched) {
            return None;
        }
        let going = env.going(Step::Times);
        let sorting = Sorting::beforehand(env, row, true);
        drop(going);
        let (mut decided, whole) = decide_change(env, &id, row, places, options, sorting.as_ref());
        let going = env.going(Step::Times);
        let openings = timing_of_part((env, sorting), row, &whole.shared, &mut decided);
        drop(going);
        Some(Piece {
            at,
            change: id,
            decisions: decided.decisions,
            counted: decided.counted,
            category: whole.category,
            earliest: whole.earliest,
            risk: whole.risks.all(),
            openings,
        })
    };
    changes(env, wanted).into_iter().enumerate().filter_map(of).collect()
}

/// Decides one change: the decisions, each with the row of its asset.
#[must_use]
pub fn decide_one(env: &Env<'_>, change: u32, options: Options) -> Vec<(Decision, u32)> {
    let id = facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default();
    let (mut decided, whole) = decide_change(env, &id, change, assumed::places(env.program), options, None);
    let _ = timing((env, None), change, &whole.shared, &mut decided);
    decided.with_assets()
}

/// Decides one change without saying when it may go.
#[must_use]
pub fn decide_untimed(env: &Env<'_>, change: u32, options: Options) -> Vec<(Decision, u32)> {
    let id = facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default();
    decide_change(env, &id, change, assumed::places(env.program), options, None).0.with_assets()
}

/// The decisions of a change, or of some of its rows.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of each row.
    pub decisions: Vec<Decision>,
    /// The assets of these rows, as they were decided together.
    pub batches: Vec<Batch>,
    /// A blackout or window stops one of them.
    pub blocked: bool,
    /// What is said of all of them together.
    pub counted: Counted,
    /// The earliest category, where each asset has its own.
    pub earliest: Earliest,
}

impl Decided {
    fn with_assets(self) -> Vec<(Decision, u32)> {
        let assets = self.batches.into_iter().flat_map(|batch| batch.rows);
        self.decisions.into_iter().zip(assets).collect()
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.decisions.len()
    }

    fn append(&mut self, mut other: Self) {
        self.decisions.append(&mut other.decisions);
        self.batches.append(&mut other.batches);
        self.blocked |= other.blocked;
        self.counted.merge(other.counted);
        self.earliest.merge(other.earliest);
    }
}

/// A row to decide: an asset, or what is not known of the change's assets.
pub(super) struct Target {
    asset: u32,
    id: Option<Arc<str>>,
    /// The change certainly touches it.
    certain: bool,
    /// The reason that the engine itself has.
    unsure: Option<Cause>,
}

/// A category, and all that it may be.
pub(super) type Names = (Option<String>, Vec<String>);

/// What holds for a change as a whole.
#[derive(Debug)]
pub(super) struct Whole {
    category: Names,
    /// Of a portion, where each asset has a category of its own.
    earliest: Option<Earliest>,
    risks: Risks,
    /// When it may go, and what will have lapsed by then; nothing until that is worked out.
    timing: (Option<Instant>, Vec<String>),
    shared: Shared,
}

impl Whole {
    pub(super) fn new(category: Names, risks: Risks, shared: Shared) -> Self {
        Self { category, earliest: None, risks, timing: (None, Vec::new()), shared }
    }

    /// What was worked out for all rows.
    pub(super) const fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// The decisions, what holds for the whole, and whether time stops any of them.
fn decide_change(
    env: &Env<'_>,
    id: &str,
    change: u32,
    places: &[Place],
    options: Options,
    sorting: Option<&Sorting<'_, '_>>,
) -> (Decided, Whole) {
    let going = env.going(Step::Preparing);
    let root = Frame::root(env);
    let schedule = schedule(env, change);
    let frame = change_frame(&root, change);
    let mut targets = targets(env, &frame, change);
    for node in expensive(env.program) {
        let _ = frame.eval(node);
    }
    // Which category the whole change has shows only when all portions are put together.
    let in_parts = env.facts.part && category_of_assets(env.program).is_some();
    let category = if in_parts { Names::default() } else { whole_category(env, &frame) };
    let risks = Risks::of_change(&frame);
    let mut whole = Whole::new(category, risks, frame.into_results());
    drop(going);
    let known = Known::default();
    let rows = targets.len();
    // As many batches as there have to be, of one size. Portions are decided beside each other anyway.
    let least = if env.facts.part { 1 } else { rows.div_ceil(WORTH_SHARING).min(rayon::current_num_threads()) };
    let batch = rows.div_ceil(rows.div_ceil(options.batch.max(1)).max(least).max(1)).max(1);
    let batches = beside::each_chunk(&mut targets, batch, |targets| {
        let decided = decide_batch(env, id, change, &schedule, targets, places, &known, &whole, sorting);
        env.tally.advance(targets.len());
        decided
    });
    let mut batches = batches.into_iter();
    let mut all = batches.next().unwrap_or_default();
    // They are moved once, into memory of the right size.
    all.decisions.reserve_exact(rows - all.decisions.len().min(rows));
    batches.for_each(|batch| all.append(batch));
    whole.earliest = in_parts.then(|| std::mem::take(&mut all.earliest));
    (all, whole)
}

/// The rows that a change is decided for, by the ids of their assets, and what holds for the whole change, worked out once.
#[must_use]
pub fn prepared(env: &Env<'_>, change: u32) -> (Vec<(Option<String>, u32)>, Shared) {
    let root = Frame::root(env);
    let frame = change_frame(&root, change);
    let named = |target: Target| (target.id.map(|id| id.to_string()), target.asset);
    let rows = targets(env, &frame, change).into_iter().map(named).collect();
    for node in expensive(env.program) {
        let _ = frame.eval(node);
    }
    (rows, frame.into_results())
}

/// The frame of one change.
pub fn change_frame<'q>(root: &'q Frame<'_>, change: u32) -> Frame<'q> {
    root.inner(1, Rows::First, vec![(VarId::CHANGE, Binding::Rows(Arc::new(vec![change])))])
}

/// The category of the whole change, by name.
pub(super) fn whole_category(env: &Env<'_>, frame: &Frame<'_>) -> Names {
    let Some(block) = env.program.category else { return (None, Vec::new()) };
    let Some(def) = env.program.categorises.get(usize::from(block)) else { return (None, Vec::new()) };
    categorise::names(def, &categorise::category(frame, block, None), 0)
}

/// The block by which each asset has a category of its own.
fn category_of_assets(program: &Program) -> Option<(u16, &Categorise)> {
    let block = program.category?;
    program.categorises.get(usize::from(block)).filter(|def| def.each_asset).map(|def| (block, def))
}

/// The nodes that look through many assets and hold for the whole change: they are worked out once, before the batches.
pub(super) fn expensive(program: &Program) -> Vec<crate::check::program::NodeId> {
    let many = |list: &ListRef| {
        matches!(
            list,
            ListRef::AssetsOf(_) | ListRef::Inventory | ListRef::Changes | ListRef::Incidents | ListRef::People
        )
    };
    program
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| match &node.op {
            Op::Quant(_, _, list, ..) | Op::Agg { list, .. } => many(list),
            Op::Category(_, var) => var.is_none(),
            _ => false,
        })
        .filter(|(_, node)| node.vars.iter().all(|var| *var == VarId::CHANGE))
        .filter_map(|(at, _)| u32::try_from(at).ok().map(crate::check::program::NodeId))
        .collect()
}

pub(super) fn targets(env: &Env<'_>, frame: &Frame<'_>, change: u32) -> Vec<Target> {
    let phantom = phantom_asset(frame);
    let ids = env.program.schema.find(TableId::ASSET, "id").and_then(|(field, _)| env.facts.assets.column(field));
    let id = |row: u32| match ids {
        Some(Column::Scalar(ids)) => scalar_at(ids, row as usize).one().and_then(Raw::int),
        Some(Column::List(_) | Column::Unread) | None => None,
    };
    let of = |element: Element| Target {
        asset: element.row,
        id: id(element.row).map(|symbol| env.text(symbol).into()),
        certain: element.certain,
        unsure: None,
    };
    let all = elements(frame, &ListRef::AssetsOf(VarId::CHANGE));
    let some_certain = all.iter().any(|element| element.certain);
    let mut targets: Vec<Target> = Vec::with_capacity(all.len() + 1);
    targets.extend(all.into_iter().filter(|element| !element.phantom).map(of));
    // As a rule they are in order.
    if !targets.is_sorted_by(|a, b| a.id <= b.id) {
        targets.sort_by(|a, b| a.id.cmp(&b.id));
    }
    targets.dedup_by(|a, b| a.asset == b.asset);
    let touched = env.facts.touched.get(change as usize);
    let incomplete = touched.is_none_or(|t| t.incomplete);
    // Assets that are only perhaps touched are no answer to which ones are; of a part of an inventory that is not the question.
    if incomplete || !(some_certain || env.facts.part) {
        let cause = touched.and_then(|t| t.cause).unwrap_or(if incomplete { Cause::Incomplete } else { Cause::Empty });
        targets.push(Target { asset: phantom, id: None, certain: false, unsure: Some(cause) });
    }
    targets
}

#[expect(clippy::too_many_arguments, reason = "everything that a batch shares is worked out once outside it")]
pub(super) fn decide_batch(
    env: &Env<'_>,
    id: &str,
    change: u32,
    schedule: &Schedule,
    targets: &mut [Target],
    places: &[Place],
    known: &Known,
    whole: &Whole,
    sorting: Option<&Sorting<'_, '_>>,
) -> Decided {
    let _going = env.going(Step::Reasons);
    let root = Frame::root(env).with_shared(&whole.shared);
    let of = change_frame(&root, change).with_shared(&whole.shared);
    let rows: Arc<Vec<u32>> = Arc::new(targets.iter().map(|target| target.asset).collect());
    let frame = of.inner(rows.len(), Rows::First, vec![(VarId::ASSET, Binding::Rows(Arc::clone(&rows)))]);
    let mut found = found(&frame, schedule.tested);
    let blocked = found.stops_by_time();
    let earliest = add_categories(&frame, targets, &mut found.rows);
    found.rows.begin();
    for (row, target) in targets.iter().enumerate() {
        if let Some(cause) = target.unsure {
            let thing = found.rows.thing(Said::Unsure(cause));
            found.rows.say(row, thing);
        }
    }
    let fixes = Ids::of(env, &env.facts.changes, "fixes", change);
    let urgency = Urgency::new(env, Some(&fixes));
    let mut assumptions = Assumptions::of_change(env, places, schedule, change);
    let of_change = |category: Option<&Names>| {
        let (category, category_possible) = category.unwrap_or(&whole.category).clone();
        Answer {
            change: Some(id.to_owned()),
            category,
            category_possible,
            tested: schedule.printed.clone(),
            ..Answer::default()
        }
    };
    let mut answers = Answers::new(Reasons::new(&frame, &found, schedule.tested, known, &whole.risks), of_change);
    let decisions = targets
        .iter_mut()
        .enumerate()
        .map(|(row, target)| Decision {
            asset: target.id.take(),
            answer: answers.of(row),
            not_before: None,
            lapses: Vec::new(),
            triage: urgency.of(target.asset),
            assumed: assumptions.of(target.asset),
        })
        .collect();
    let counted = answers.counted();
    let numbers = sorting.map(|sorting| sorting.numbers(&frame));
    Decided { decisions, batches: vec![Batch { rows: rows.to_vec(), numbers }], blocked, counted, earliest }
}

/// Says of each row which category it has, where each asset has one of its own; the earliest of these.
fn add_categories(frame: &Frame<'_>, targets: &[Target], rows: &mut Alike<Said<'_>>) -> Earliest {
    let Some((block, def)) = category_of_assets(frame.env.program) else { return Earliest::default() };
    let is_certain = |row: usize| targets.get(row).is_some_and(|target| target.certain);
    let (category, earliest) = categorise::of_assets(frame, block, is_certain);
    rows.begin();
    if let Some(settled) = &category.settled {
        let mut known: HashMap<Names, u32> = HashMap::new();
        for here in settled {
            let Some(first) = mask::rows(here).next() else { continue };
            let names = categorise::names(def, &category, first);
            let thing = *known.entry(names).or_insert_with_key(|names| rows.thing(Said::Category(names.clone())));
            rows.say_where(here, thing);
        }
        return earliest;
    }
    let mut certain: Vec<((i64, Option<i64>), u32)> = Vec::new();
    let mut others: HashMap<Names, u32> = HashMap::new();
    for row in 0..frame.len() {
        let reported = category.reported.get(row).copied().flatten();
        let only = match category.possible.at(row) {
            Poss::One(Raw::Int(code)) => Some((code, reported)),
            _ => None,
        };
        let known = only.and_then(|only| certain.iter().find(|(one, _)| *one == only));
        let thing = known.map(|(_, thing)| *thing).unwrap_or_else(|| {
            let names = categorise::names(def, &category, row);
            let thing = *others.entry(names).or_insert_with_key(|names| rows.thing(Said::Category(names.clone())));
            certain.extend(only.map(|only| (only, thing)));
            thing
        });
        rows.say(row, thing);
    }
    earliest
}

/// The effects, strongest first, and the verdict that they make.
#[must_use]
pub fn verdict(reasons: &[Arc<Reason>]) -> (Vec<Effect>, Verdict) {
    let mut effects: Vec<Effect> = reasons.iter().map(|r| r.effect).filter(|e| *e != Effect::Report).collect();
    effects.sort_by(|a, b| b.cmp(a));
    effects.dedup();
    let verdict = effects.first().map_or(Verdict::Permit, |effect| effect.verdict());
    (effects, verdict)
}

fn summary(id: &str, counted: Counted, whole: Whole, record: &Record) -> Summary {
    let (category, category_possible) = whole.category;
    Summary {
        change: id.to_owned(),
        verdict: counted.counts.verdict().unwrap_or(Verdict::Hold),
        counts: counted.counts,
        category,
        category_possible,
        not_before: whole.timing.0,
        lapses: whole.timing.1,
        risk: whole.risks.all(),
        obligations: counted.obligations(),
        record: record.clone(),
    }
}

/// Prepares an environment: the triages are worked out.
#[must_use]
pub fn prepare<'a>(
    program: &'a Program,
    all: &'a crate::facts::table::Facts,
    now: Instant,
    options: Options,
) -> Env<'a> {
    prepare_with(program, all, now, options, None, Arc::new(Common::new(program, all)))
}

/// The same for an evaluation that somebody measures, with what it shares with others.
#[must_use]
pub fn prepare_with<'a>(
    program: &'a Program,
    all: &'a crate::facts::table::Facts,
    now: Instant,
    options: Options,
    observer: Option<&Arc<dyn Observer>>,
    common: Arc<Common>,
) -> Env<'a> {
    let going = Going::begin(observer.map(|observer| &**observer), Step::Preparing);
    let mut env = Env::with(program, all, now, common);
    env.observer = observer.cloned();
    triage::work_out(&mut env, options.batch);
    drop(going);
    env
}
