//! Decides changes: for each change and asset the reasons and the verdict, for each change a summary.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::program::{CompareOp, Effect, ListRef, Op, Program, VarId, Waivable};
use crate::check::schema::TableId;
use crate::facts::table::{Cause, Column};
use crate::time::Instant;

use super::assumed::{self, Place};
use super::categorise::{self, Category};
use super::column::Rows;
use super::decision::{
    AppliedWaiver, BlockTriage, Counts, Decision, FindingTriage, Obligation, Reason, Record, Summary, UnknownFact,
    Verdict,
};
use super::env::{Env, Shared};
use super::frame::{Binding, Frame};
use super::ids::Ids;
use super::period::{Schedule, schedule};
use super::quant::{elements, phantom_asset};
use super::reason::{Hit, found, order_of_entries, reasons, sort};
use super::risk::Risks;
use super::unknown::Known;
use super::value::{Poss, Raw};
use super::when::decided::timing;
use super::{facts, triage, waiver};

/// How much is worked on at once. No answer depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Rows in a batch.
    pub batch: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { batch: 4096 }
    }
}

/// Everything that was decided.
#[derive(Debug, Default)]
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
    let mut changes: Vec<(Option<String>, u32)> = (0..env.facts.changes.len)
        .filter_map(|row| u32::try_from(row).ok())
        .map(|row| (facts::text(env, TableId::CHANGE, "id", row), row))
        .collect();
    changes.sort();
    changes.retain(|(id, _)| wanted(id.as_deref().unwrap_or_default()));
    let rows = |change: &u32| env.facts.touched.get(*change as usize).map_or(1, |touched| touched.rows.len());
    env.tally.add_work(changes.iter().map(|(_, change)| rows(change)).sum());
    let mut outcome = Outcome::default();
    for (id, row) in changes {
        let id = id.unwrap_or_default();
        let (mut decided, mut whole) = decide_change(env, &id, row, &places, options);
        whole.timing = timing(env, row, &whole.shared, &mut decided, options.batch.max(1));
        outcome.summaries.push(summary(&id, &decided.decisions, whole, record));
        if outcome.decisions.is_empty() {
            outcome.decisions = decided.decisions;
        } else {
            outcome.decisions.append(&mut decided.decisions);
        }
    }
    outcome
}

/// Decides one change: the decisions, each with the row of its asset.
#[must_use]
pub fn decide_one(env: &Env<'_>, change: u32, options: Options) -> Vec<(Decision, u32)> {
    let id = facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default();
    let (mut decided, whole) = decide_change(env, &id, change, &assumed::places(env.program), options);
    let _ = timing(env, change, &whole.shared, &mut decided, options.batch.max(1));
    decided.with_assets()
}

/// Decides one change without saying when it may go.
#[must_use]
pub fn decide_untimed(env: &Env<'_>, change: u32, options: Options) -> Vec<(Decision, u32)> {
    let id = facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default();
    decide_change(env, &id, change, &assumed::places(env.program), options).0.with_assets()
}

/// The decisions of a change, or of some of its rows.
#[derive(Debug, Default)]
pub struct Decided {
    /// Of each row.
    pub decisions: Vec<Decision>,
    /// The assets of these rows.
    pub assets: Vec<u32>,
    /// A blackout or window stops one of them.
    pub blocked: bool,
}

impl Decided {
    fn with_assets(self) -> Vec<(Decision, u32)> {
        self.decisions.into_iter().zip(self.assets).collect()
    }
}

/// A row to decide: an asset, or what is not known of the change's assets.
struct Target {
    asset: u32,
    id: Option<String>,
    /// The reason that the engine itself has.
    unsure: Option<Cause>,
}

type Names = (Option<String>, Vec<String>);

/// What holds for a change as a whole.
struct Whole {
    category: Names,
    risks: Risks,
    /// When it may go, and what will have lapsed by then; nothing until that is worked out.
    timing: (Option<Instant>, Vec<String>),
    shared: Shared,
}

/// The decisions, what holds for the whole, and whether time stops any of them.
fn decide_change(env: &Env<'_>, id: &str, change: u32, places: &[Place], options: Options) -> (Decided, Whole) {
    let root = Frame::root(env);
    let schedule = schedule(env, change);
    let frame = change_frame(&root, change);
    let targets = targets(env, &frame, change);
    for node in expensive(env.program) {
        let _ = frame.eval(node);
    }
    let (category, risks) = (whole_category(env, &frame), Risks::of_change(&frame));
    let whole = Whole { category, risks, timing: (None, Vec::new()), shared: frame.into_results() };
    let known = Known::default();
    let batch = options.batch.max(1);
    let batches: Vec<Decided> = targets
        .par_chunks(batch)
        .map(|targets| {
            let decided = decide_batch(env, id, change, &schedule, targets, places, &known, &whole);
            env.tally.advance(targets.len());
            decided
        })
        .collect();
    let mut all = Decided::default();
    // Decisions are large: they are moved once, into memory of the right size.
    all.decisions.reserve_exact(targets.len());
    all.assets.reserve_exact(targets.len());
    for mut batch in batches {
        all.decisions.append(&mut batch.decisions);
        all.assets.append(&mut batch.assets);
        all.blocked |= batch.blocked;
    }
    (all, whole)
}

/// The rows that a change is decided for, by the ids of their assets, and what holds for the whole change, worked out once.
#[must_use]
pub fn prepared(env: &Env<'_>, change: u32) -> (Vec<(Option<String>, u32)>, Shared) {
    let root = Frame::root(env);
    let frame = change_frame(&root, change);
    let rows = targets(env, &frame, change).into_iter().map(|target| (target.id, target.asset)).collect();
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
fn whole_category(env: &Env<'_>, frame: &Frame<'_>) -> Names {
    let Some(block) = env.program.category else { return (None, Vec::new()) };
    let Some(def) = env.program.categorises.get(usize::from(block)) else { return (None, Vec::new()) };
    categorise::names(def, &categorise::category(frame, block, None), 0)
}

/// The nodes that look through many assets and hold for the whole change: they are worked out once, before the batches.
fn expensive(program: &Program) -> Vec<crate::check::program::NodeId> {
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

fn targets(env: &Env<'_>, frame: &Frame<'_>, change: u32) -> Vec<Target> {
    let phantom = phantom_asset(frame);
    let all = elements(frame, &ListRef::AssetsOf(VarId::CHANGE));
    let some_certain = all.iter().any(|element| element.certain);
    let mut targets: Vec<Target> = all
        .into_iter()
        .filter(|element| !element.phantom)
        .map(|element| Target {
            asset: element.row,
            id: facts::text(env, TableId::ASSET, "id", element.row),
            unsure: None,
        })
        .collect();
    targets.sort_by(|a, b| a.id.cmp(&b.id));
    targets.dedup_by(|a, b| a.asset == b.asset);
    let touched = env.facts.touched.get(change as usize);
    let incomplete = touched.is_none_or(|t| t.incomplete);
    // Assets that are only perhaps touched are no answer to which ones are.
    if incomplete || !some_certain {
        let cause = touched.and_then(|t| t.cause).unwrap_or(if incomplete { Cause::Incomplete } else { Cause::Empty });
        targets.push(Target { asset: phantom, id: None, unsure: Some(cause) });
    }
    targets
}

#[expect(clippy::too_many_arguments, reason = "everything that a batch shares is worked out once outside it")]
fn decide_batch(
    env: &Env<'_>,
    id: &str,
    change: u32,
    schedule: &Schedule,
    targets: &[Target],
    places: &[Place],
    known: &Known,
    whole: &Whole,
) -> Decided {
    let root = Frame::root(env).with_shared(&whole.shared);
    let of = change_frame(&root, change).with_shared(&whole.shared);
    let rows: Vec<u32> = targets.iter().map(|target| target.asset).collect();
    let frame = of.inner(rows.len(), Rows::First, vec![(VarId::ASSET, Binding::Rows(Arc::new(rows)))]);
    let found = found(&frame, schedule.tested);
    let stops = |hit: &Hit<'_>| hit.period.is_some() && hit.effect >= Effect::Hold;
    let blocked = found.hits.iter().flatten().any(stops);
    let category = each_category(env, &frame);
    let fixes = Ids::of(env, &env.facts.changes, "fixes", change);
    let decisions = targets
        .iter()
        .zip(&found.hits)
        .zip(found.entries)
        .enumerate()
        .map(|(row, ((target, hits), obligations))| {
            let mut reasons = reasons(&frame, row, hits, schedule.tested, known, &whole.risks);
            if let Some(cause) = target.unsure {
                reasons.push(unsure(cause));
                sort(&mut reasons);
            }
            let (effects, verdict) = verdict(&reasons);
            let (category, category_possible) = category
                .as_ref()
                .and_then(|(block, category)| {
                    let def = env.program.categorises.get(usize::from(*block))?;
                    Some(categorise::names(def, category, row))
                })
                .unwrap_or_else(|| whole.category.clone());
            Decision {
                change: Some(id.to_owned()),
                asset: target.id.clone(),
                verdict,
                effects,
                category,
                category_possible,
                tested: schedule.printed.clone(),
                not_before: None,
                lapses: Vec::new(),
                reasons,
                obligations,
                triage: triage_of(env, target.asset, Some(&fixes)),
                assumed: assumed::assumed(env, places, schedule, Some(change), target.asset),
            }
        })
        .collect();
    Decided { decisions, assets: targets.iter().map(|target| target.asset).collect(), blocked }
}

/// Where each asset has a category of its own: its block and the categories.
fn each_category(env: &Env<'_>, frame: &Frame<'_>) -> Option<(u16, Category)> {
    let block = env.program.category?;
    let def = env.program.categorises.get(usize::from(block))?;
    def.each_asset.then(|| (block, categorise::category(frame, block, Some(VarId::ASSET))))
}

/// What holds a change whose assets are not known.
fn unsure(cause: Cause) -> Reason {
    Reason {
        rule: "assets".to_owned(),
        kind: "input",
        effect: Effect::Hold,
        title: Some("It is not known which assets the change touches".to_owned()),
        because: None,
        until: None,
        refs: Vec::new(),
        unknown: vec![UnknownFact { fact: "change.assets".to_owned(), cause: cause.as_str() }],
        at: None,
        span: None,
        subject: None,
        waiver: None,
        refused_waivers: Vec::new(),
        factors: Vec::new(),
    }
}

/// The effects, strongest first, and the verdict that they make.
#[must_use]
pub fn verdict(reasons: &[Reason]) -> (Vec<Effect>, Verdict) {
    let mut effects: Vec<Effect> = reasons.iter().map(|r| r.effect).filter(|e| *e != Effect::Report).collect();
    effects.sort_by(|a, b| b.cmp(a));
    effects.dedup();
    let verdict = effects.first().map_or(Verdict::Permit, |effect| effect.verdict());
    (effects, verdict)
}

/// The rows of an asset's findings; the one that stands for unseen ones among them.
pub fn findings_of(env: &Env<'_>, asset: u32) -> impl Iterator<Item = u32> {
    let list = env.facts.assets.columns.iter().find_map(|column| match column {
        Column::List(list) if list.rows.table == TableId::FINDING => Some(list),
        _ => None,
    });
    let at = asset as usize;
    list.and_then(|list| Some(*list.offsets.get(at)?..*list.offsets.get(at + 1)?)).unwrap_or(0..0)
}

/// The urgency of an asset's findings, block by block.
#[must_use]
pub fn triage_of(env: &Env<'_>, asset: u32, fixes: Option<&Ids>) -> Vec<BlockTriage> {
    let mut blocks: Vec<BlockTriage> = env
        .program
        .triages
        .iter()
        .zip(&env.triage)
        .enumerate()
        .filter(|(_, (_, columns))| columns.in_force)
        .map(|(index, (def, columns))| {
            let level = |poss: &Poss| urgent(poss).and_then(|code| def.levels.value(code)).map(str::to_owned);
            let mut overdue = 0;
            let mut due: Option<i64> = None;
            let mut findings = Vec::new();
            for finding in findings_of(env, asset) {
                let at = finding as usize;
                let late = late(env, &columns.late().at(at));
                let when = columns.reported.get(at).copied().flatten();
                overdue += u64::from(late);
                due = match (due, when) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
                let cve = facts::value(env, TableId::FINDING, "cve", finding);
                let levels = columns.level.at(at);
                let certain = levels.one().is_some() && columns.due.certain(at).is_some();
                if levels.one() == Some(Raw::None) || fixes.is_some_and(|fixes| !fixes.has(&cve).be_true) {
                    continue;
                }
                let printed = FindingTriage {
                    finding: cve.one().and_then(Raw::int).map(|symbol| env.text(symbol).to_string()),
                    level: level(&levels),
                    due: when.and_then(Instant::from_micros),
                    overdue: late,
                    unknown: if certain { Vec::new() } else { missing_of(env, index, finding) },
                    waiver: columns.waived_at(at).then(|| waiver_of(env, index, finding)).flatten(),
                };
                findings.push((std::cmp::Reverse(urgent(&levels)), printed));
            }
            findings.sort_by(|(a, x), (b, y)| {
                let due = |f: &FindingTriage| (f.due.is_none(), f.due);
                a.cmp(b)
                    .then_with(|| due(x).cmp(&due(y)))
                    .then_with(|| (x.finding.is_none(), &x.finding).cmp(&(y.finding.is_none(), &y.finding)))
            });
            BlockTriage {
                block: def.head.name.clone(),
                level: level(&columns.asset_level.at(asset as usize)),
                due: due.and_then(Instant::from_micros),
                overdue,
                findings: findings.into_iter().map(|(_, printed)| printed).collect(),
            }
        })
        .collect();
    blocks.sort_by(|a, b| a.block.cmp(&b.block));
    blocks
}

/// The waiver for which a finding is not overdue.
fn waiver_of(env: &Env<'_>, block: usize, finding: u32) -> Option<AppliedWaiver> {
    let root = Frame::root(env);
    let frame = triage::finding_frame(&root, env.rows_of(TableId::FINDING)?, &[finding]);
    waiver::judge(&frame, 0, Waivable::Triage(u16::try_from(block).ok()?), None).waiver
}

fn missing_of(env: &Env<'_>, block: usize, finding: u32) -> Vec<UnknownFact> {
    let root = Frame::root(env);
    super::unknown::missing_of_finding(&root, block, finding)
}

/// The most urgent level among those that are possible.
#[must_use]
pub fn urgent(levels: &Poss) -> Option<i64> {
    match levels {
        Poss::One(_) | Poss::Set(_) => levels.list().unwrap_or_default().iter().filter_map(|raw| raw.int()).max(),
        Poss::Range(_, high, _) => high.and_then(Raw::int),
        Poss::Any => None,
    }
}

/// Whether a due date may lie before now.
#[must_use]
pub fn late(env: &Env<'_>, due: &Poss) -> bool {
    let now = Poss::One(Raw::Int(env.now.micros()));
    super::value::compare(CompareOp::Lt, due, &now, &super::value::numeric).be_true
}

fn summary(id: &str, decisions: &[Decision], whole: Whole, record: &Record) -> Summary {
    let mut counts = Counts::default();
    for decision in decisions {
        counts.assets += 1;
        match decision.verdict {
            Verdict::Permit => counts.permit += 1,
            Verdict::Warn => counts.warn += 1,
            Verdict::Hold => counts.hold += 1,
            Verdict::Defer => counts.defer += 1,
            Verdict::Deny => counts.deny += 1,
        }
    }
    let (category, category_possible) = whole.category;
    // What is asked for of every asset alike is asked for once.
    let mut seen: HashSet<*const Obligation> = HashSet::new();
    let all = decisions.iter().flat_map(|decision| &decision.obligations);
    let each: HashSet<&Obligation> = all.filter(|one| seen.insert(Arc::as_ptr(one))).map(AsRef::as_ref).collect();
    let mut obligations: Vec<Obligation> = each.into_iter().cloned().collect();
    obligations.sort_by(order_of_entries);
    Summary {
        change: id.to_owned(),
        verdict: decisions.iter().map(|d| d.verdict).max().unwrap_or(Verdict::Hold),
        counts,
        category,
        category_possible,
        not_before: whole.timing.0,
        lapses: whole.timing.1,
        risk: whole.risks.all(),
        obligations,
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
    let mut env = Env::new(program, all, now);
    triage::work_out(&mut env, options.batch);
    env
}
