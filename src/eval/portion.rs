//! Decisions on the portions of an inventory, and what is said of all of them together.

use crate::check::program::{ListRef, Op, PluginInput, Program, Times};
use crate::check::schema::TableId;
use crate::time::Instant;

use super::answers::Counted;
use super::categorise::Earliest;
use super::decide::Outcome;
use super::decision::{Decision, Record, RiskReport, Summary, Verdict};
use super::when::not_before::Openings;

/// More blackouts and windows than this are worked out once for the whole inventory: what they read would be worked out anew for each portion.
const MOST_PERIODS: usize = 64;

/// What was decided of a change on a portion of the inventory.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The change.
    pub change: String,
    /// One for each asset.
    pub decisions: Vec<Decision>,
    /// What is counted of them.
    pub counted: Counted,
    /// The category of the change, where its assets have none of their own.
    pub category: (Option<String>, Vec<String>),
    /// The earliest category of the assets, where each has its own.
    pub earliest: Option<Earliest>,
    /// What the risks of the change came to.
    pub risk: Vec<RiskReport>,
    /// When these assets may go together; nothing where the change's start is not known.
    pub openings: Option<Openings>,
}

/// Whether what is decided of one asset hangs on no other, so that an inventory may be decided one portion at a time.
#[must_use]
pub fn is_splittable(program: &Program) -> bool {
    let over_assets = |list: &ListRef| matches!(list, ListRef::AssetsOf(_) | ListRef::Inventory);
    let has_own = |block: u16| program.categorises.get(usize::from(block)).is_some_and(|def| def.each_asset);
    let looks_further = program.nodes.iter().any(|node| match &node.op {
        Op::Quant(_, _, list, ..) | Op::Agg { list, .. } | Op::In(_, list) => over_assets(list),
        Op::Plugin(_, inputs) => inputs.iter().filter_map(PluginInput::list).any(over_assets),
        Op::Category(block, None) => has_own(*block),
        _ => false,
    });
    let refers_to_assets = program.vars.iter().any(|var| var.through.is_some() && var.table == TableId::ASSET);
    let periods = || program.blackouts.iter().chain(&program.windows);
    let reads_files = periods().flat_map(|period| &period.times).any(|when| matches!(when.times, Times::File(_)));
    let lapses = program.approvals.iter().any(|approval| approval.valid.is_some());
    !(looks_further || refers_to_assets || reads_files || lapses) && periods().count() <= MOST_PERIODS
}

/// Puts together what was decided of all portions, in the order of the assets.
#[must_use]
pub fn together(program: &Program, portions: Vec<Vec<Piece>>, record: &Record) -> Outcome {
    let mut changes: Vec<Vec<Piece>> = Vec::new();
    for pieces in portions {
        changes.resize_with(pieces.len().max(changes.len()), Vec::new);
        for (change, piece) in changes.iter_mut().zip(pieces) {
            change.push(piece);
        }
    }
    let mut outcome = Outcome::default();
    for pieces in changes {
        let (mut decisions, summary) = of_change(program, pieces, record);
        outcome.summaries.extend(summary);
        if outcome.decisions.is_empty() {
            outcome.decisions = decisions;
        } else {
            outcome.decisions.append(&mut decisions);
        }
    }
    outcome
}

fn of_change(program: &Program, pieces: Vec<Piece>, record: &Record) -> (Vec<Decision>, Option<Summary>) {
    let mut decisions = Vec::with_capacity(pieces.iter().map(|piece| piece.decisions.len()).sum());
    let mut counted = Counted::default();
    let mut earliest: Option<Earliest> = None;
    let mut openings: Vec<Openings> = Vec::new();
    let mut of_all = None;
    let mut has_time = true;
    for mut piece in pieces {
        decisions.append(&mut piece.decisions);
        counted.merge(piece.counted);
        earliest = match (earliest, piece.earliest) {
            (Some(mut mine), Some(other)) => {
                mine.merge(other);
                Some(mine)
            }
            (mine, other) => mine.or(other),
        };
        has_time &= piece.openings.is_some();
        openings.extend(piece.openings);
        of_all = Some((piece.change, piece.category, piece.risk));
    }
    // Assets that no record has come last, and what is not known of the assets behind them.
    let key = |decision: &Decision| (decision.asset.is_none(), decision.asset.clone());
    let ordered = decisions
        .is_sorted_by(|a: &Decision, b: &Decision| (a.asset.is_none(), &a.asset) <= (b.asset.is_none(), &b.asset));
    if !ordered {
        decisions.sort_by_cached_key(key);
    }
    let Some((change, category, risk)) = of_all else { return (decisions, None) };
    let def = program.category.and_then(|block| program.categorises.get(usize::from(block)));
    let (category, category_possible) = match (earliest, def) {
        (Some(earliest), Some(def)) => earliest.names(def),
        _ => category,
    };
    let not_before: Option<Instant> = if has_time { Openings::together(&openings) } else { None };
    let summary = Summary {
        change,
        verdict: counted.verdict().unwrap_or(Verdict::Hold),
        counts: counted.counts,
        category,
        category_possible,
        not_before,
        lapses: Vec::new(),
        risk,
        obligations: counted.obligations(),
        record: record.clone(),
    };
    (decisions, Some(summary))
}
