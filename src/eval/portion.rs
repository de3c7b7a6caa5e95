//! Decisions on the portions of an inventory, and what is said of all of them together.

use crate::check::program::{Excluded, Program, Times};
use crate::check::schema::TableId;
use crate::time::Instant;

use super::answers::Counted;
use super::categorise::Earliest;
use super::decision::{Decision, Record, RiskReport, Summary, Verdict};
use super::survey;
use super::when::not_before::Openings;

/// More blackouts and windows than this are worked out once for the whole inventory: what they read would be worked out anew for each portion.
const MOST_PERIODS: usize = 64;

/// What was decided of a change on a portion of the inventory.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The change's place among those that are decided.
    pub at: usize,
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
    decides_each_alone(program) && is_divisible(program)
}

/// Whether what is decided of one asset hangs on others only by conditions over all of them, whose results can be gathered one portion at a time
/// before any is decided.
#[must_use]
pub fn is_surveyed(program: &Program) -> bool {
    let has_roots = survey::plan(program).is_some_and(|plan| !plan.roots.is_empty());
    has_roots && names_no_other(program) && is_divisible(program)
}

/// Whether portions can be put together again, without working out too much of each anew.
fn is_divisible(program: &Program) -> bool {
    let lapses = program.approvals.iter().any(|approval| approval.valid.is_some());
    !lapses && program.blackouts.len() + program.windows.len() <= MOST_PERIODS
}

/// Whether what is decided of one asset hangs on no other, and on no file that it names.
#[must_use]
pub fn decides_each_alone(program: &Program) -> bool {
    survey::plan(program).is_some_and(|plan| plan.roots.is_empty()) && names_no_other(program)
}

/// Whether no statement asks somebody for each asset, refers to another asset or reads a file that an asset names.
fn names_no_other(program: &Program) -> bool {
    let asks_over_assets = program.approvals.iter().any(|approval| {
        let needs = approval.needs.iter().filter_map(|need| need.each.as_ref()).map(|(_, list, _)| list);
        let excluded = approval.not_by.iter().filter_map(|excluded| match excluded {
            Excluded::Each(list) => Some(list),
            Excluded::One(_) => None,
        });
        needs.chain(excluded).any(survey::is_of_assets)
    });
    let refers_to_assets = program.vars.iter().any(|var| var.through.is_some() && var.table == TableId::ASSET);
    let periods = program.blackouts.iter().chain(&program.windows);
    let reads_files = periods.flat_map(|period| &period.times).any(|when| matches!(when.times, Times::File(_)));
    !(asks_over_assets || refers_to_assets || reads_files)
}

/// What was decided of portions, put together: everything but the decisions themselves.
#[derive(Debug, Default)]
pub struct Together {
    /// By the change's place.
    changes: Vec<Whole>,
}

/// What is said of a change as a whole.
#[derive(Debug, Default)]
struct Whole {
    counted: Counted,
    earliest: Option<Earliest>,
    openings: Vec<Openings>,
    /// What every portion says alike.
    alike: Option<Alike>,
    /// It is not known when the change starts.
    is_timeless: bool,
}

/// What is the same in every portion.
#[derive(Debug)]
struct Alike {
    change: String,
    category: (Option<String>, Vec<String>),
    risk: Vec<RiskReport>,
}

/// Openings that differ are put together when there are so many.
const MOST_OPENINGS: usize = 32;

impl Together {
    /// Takes in what was decided of the next portion.
    pub fn add(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        for piece in pieces {
            if self.changes.len() <= piece.at {
                self.changes.resize_with(piece.at + 1, Whole::default);
            }
            if let Some(whole) = self.changes.get_mut(piece.at) {
                whole.add(piece);
            }
        }
    }

    /// One summary for each change.
    #[must_use]
    pub fn finish(self, program: &Program, record: &Record) -> Vec<Summary> {
        self.changes.into_iter().filter_map(|whole| whole.summary(program, record)).collect()
    }
}

impl Whole {
    fn add(&mut self, piece: Piece) {
        self.counted.merge(piece.counted);
        self.earliest = match (self.earliest.take(), piece.earliest) {
            (Some(mut mine), Some(other)) => {
                mine.merge(other);
                Some(mine)
            }
            (mine, other) => mine.or(other),
        };
        self.is_timeless |= piece.openings.is_none();
        // Most portions allow the same.
        if let Some(new) = piece.openings.filter(|new| !self.openings.contains(new)) {
            self.openings.push(new);
            if self.openings.len() >= MOST_OPENINGS {
                self.openings = Openings::merged(&self.openings).into_iter().collect();
            }
        }
        self.alike = Some(Alike { change: piece.change, category: piece.category, risk: piece.risk });
    }

    fn summary(self, program: &Program, record: &Record) -> Option<Summary> {
        let Alike { change, category, risk } = self.alike?;
        let def = program.category.and_then(|block| program.categorises.get(usize::from(block)));
        let (category, category_possible) = match (self.earliest, def) {
            (Some(earliest), Some(def)) => earliest.names(def),
            _ => category,
        };
        let not_before: Option<Instant> = if self.is_timeless { None } else { Openings::together(&self.openings) };
        Some(Summary {
            change,
            verdict: self.counted.counts.verdict().unwrap_or(Verdict::Hold),
            counts: self.counted.counts,
            category,
            category_possible,
            not_before,
            lapses: Vec::new(),
            risk,
            obligations: self.counted.obligations(),
            record: record.clone(),
        })
    }
}
