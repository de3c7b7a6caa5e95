//! Risks: what counts for a change, added up.

use std::collections::HashMap;

use crate::check::decimal::Decimal;
use crate::check::program::{Add, Head, NodeId, Op, Program, Risk, RiskField};

use super::arms::decides;
use super::column::{Vals, ValsBuilder};
use super::decision::{RiskFactor, RiskReport};
use super::env::{Env, children};
use super::frame::{Frame, poss};
use super::observe::Step;
use super::period::force;
use super::value::{Could, Poss, Raw};

/// The score or band of a risk, for every row.
#[must_use]
pub fn read(frame: &Frame<'_>, index: u16, field: RiskField) -> Vals {
    let _going = frame.env.going(Step::Risk(index));
    let Some(def) = frame.env.program.risks.get(usize::from(index)) else { return Vals::unknown(frame.len()) };
    let mut builder = ValsBuilder::new(frame.len(), matches!(field, RiskField::Score));
    for score in scores(frame, def) {
        builder.push(match field {
            RiskField::Score => score.as_poss(),
            RiskField::Band => score.band(def),
        });
    }
    builder.finish()
}

/// The least and greatest sum of what counts, in billionths; an open end is none.
#[derive(Clone, Copy, Debug)]
struct Score {
    low: Option<i128>,
    high: Option<i128>,
    /// Whether the risk applies at all.
    applies: Could,
}

impl Score {
    fn as_poss(self) -> Poss {
        let end = |end: Option<i128>| end.filter(|raw| Decimal::from_raw(*raw).is_some()).map(Raw::Decimal);
        let (low, high) = (end(self.low), end(self.high));
        match (self.applies.be_true, self.applies.be_false) {
            (false, _) => Poss::One(Raw::None),
            (true, false) => Poss::range(low, high),
            (true, true) => match (low, high) {
                (None, None) => Poss::Any,
                (Some(a), Some(b)) if a == b => Poss::of(vec![a, Raw::None]),
                _ => Poss::Range(low, high, true),
            },
        }
    }

    /// The bands between the ends, lowest first; none stands for below all of them.
    fn bands(self, def: &Risk) -> Vec<Option<i64>> {
        let band = |raw: i128| {
            let reached = def.from.iter().take_while(|from| from.raw() <= raw).count();
            i64::try_from(reached).unwrap_or(i64::MAX) - 1
        };
        let last = i64::try_from(def.from.len()).unwrap_or(i64::MAX) - 1;
        let low = self.low.map_or(-1, band);
        let high = self.high.map_or(last, band);
        (low..=high).map(|code| (code >= 0).then_some(code)).collect()
    }

    fn band(self, def: &Risk) -> Poss {
        let mut values = Vec::new();
        if self.applies.be_true {
            values.extend(self.bands(def).into_iter().map(|band| band.map_or(Raw::None, Raw::Int)));
        }
        if self.applies.be_false {
            values.push(Raw::None);
        }
        Poss::of(values)
    }
}

/// What one factor adds: at least and at most.
fn ends(value: &Poss) -> (Option<i128>, Option<i128>) {
    let raw = |end: Option<Raw>| match end {
        Some(Raw::Decimal(raw)) => Some(raw),
        Some(Raw::Int(_) | Raw::None) | None => None,
    };
    let (low, high, none) = value.ends();
    // Adding `none` gives nothing that is known.
    if none { (None, None) } else { (raw(low), raw(high)) }
}

/// Whether a factor counts in each row.
fn counts(frame: &Frame<'_>, add: &Add) -> super::column::Truth {
    let all = || super::column::Truth::constant(frame.len(), Could::certain(true));
    add.when.map_or_else(all, |when| frame.truth(when))
}

fn scores(frame: &Frame<'_>, def: &Risk) -> Vec<Score> {
    let applies = decides(frame, &def.head).and(&force(frame, &def.head));
    let mut scores: Vec<Score> =
        (0..frame.len()).map(|row| Score { low: Some(0), high: Some(0), applies: applies.at(row) }).collect();
    for add in &def.adds {
        let counts = counts(frame, add);
        let values = frame.eval(add.value);
        for (row, score) in scores.iter_mut().enumerate() {
            if !counts.may_at(row) {
                continue;
            }
            let (mut low, mut high) = ends(&poss(&values, row));
            if !counts.must_at(row) {
                low = low.map(|low| low.min(0));
                high = high.map(|high| high.max(0));
            }
            // More digits than a number has are kept on the way: the sum does not hang on the order.
            score.low = score.low.zip(low).and_then(|(sum, low)| sum.checked_add(low));
            score.high = score.high.zip(high).and_then(|(sum, high)| sum.checked_add(high));
        }
    }
    scores
}

/// What the policy's risks come to for one change.
#[derive(Debug, Default)]
pub struct Risks {
    /// By the index of the risk.
    reports: Vec<RiskReport>,
}

impl Risks {
    /// Works them out; the frame is that of the change.
    #[must_use]
    pub fn of_change(frame: &Frame<'_>) -> Self {
        Self { reports: frame.env.program.risks.iter().map(|def| report(frame, def)).collect() }
    }

    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<RiskReport> {
        let mut all = self.reports.clone();
        all.sort_by(|a, b| a.risk.cmp(&b.risk));
        all
    }

    /// Those that the conditions of a statement read, by name.
    #[must_use]
    pub fn of(&self, env: &Env<'_>, statement: &str) -> Vec<RiskReport> {
        if self.reports.is_empty() {
            return Vec::new();
        }
        let read = env.risk_readers().get(statement).into_iter().flatten();
        let mut found: Vec<RiskReport> =
            read.filter_map(|index| self.reports.get(usize::from(*index)).cloned()).collect();
        found.sort_by(|a, b| a.risk.cmp(&b.risk));
        found
    }
}

/// The risks that the conditions of each statement read, by the statement's name.
#[must_use]
pub fn readers(program: &Program) -> HashMap<String, Vec<u16>> {
    let mut readers = HashMap::new();
    if program.risks.is_empty() {
        return readers;
    }
    let mut add = |head: &Head, others: &[NodeId]| {
        let read = read_by(program, head.scope.iter().chain(&head.except).chain(others).copied());
        if !read.is_empty() {
            readers.insert(head.name.clone(), read);
        }
    };
    program.rules.iter().for_each(|rule| add(&rule.head, &rule.broken));
    program.blackouts.iter().chain(&program.windows).for_each(|period| add(&period.head, &[]));
    program.approvals.iter().for_each(|approval| add(&approval.head, &[]));
    program.obligations.iter().for_each(|duty| add(&duty.head, duty.met.as_slice()));
    readers
}

fn report(frame: &Frame<'_>, def: &Risk) -> RiskReport {
    let mut report = RiskReport {
        risk: def.head.name.clone(),
        score: None,
        score_possible: None,
        band: None,
        band_possible: Vec::new(),
        factors: Vec::new(),
    };
    let Some(score) = scores(frame, def).first().copied().filter(|score| score.applies.be_true) else { return report };
    let print = |raw: i128| Decimal::from_raw(raw).map(|d| d.to_string());
    let (low, high) = (score.low.and_then(print), score.high.and_then(print));
    if low != high || high.is_none() {
        report.score_possible = Some([low, high.clone()]);
    }
    report.score = high;
    let mut bands: Vec<String> =
        score.bands(def).into_iter().flatten().filter_map(|code| def.bands.value(code).map(str::to_owned)).collect();
    bands.reverse();
    report.band = bands.first().cloned();
    if bands.len() > 1 {
        report.band_possible = bands;
    }
    report.factors = factors(frame, def);
    report
}

/// What counts, or may: what is certain first, then the greatest first.
fn factors(frame: &Frame<'_>, def: &Risk) -> Vec<RiskFactor> {
    let mut factors: Vec<(bool, Option<i128>, RiskFactor)> = Vec::new();
    for add in &def.adds {
        let could = counts(frame, add).at(0);
        if !could.be_true {
            continue;
        }
        let value = frame.poss(add.value, 0);
        let factor = RiskFactor {
            value: value.one().and_then(Raw::decimal).map(|d| d.to_string()),
            when: add.when.map(|when| condition(frame.env.program, add, when)),
            certain: !could.be_false,
        };
        factors.push((could.be_false, ends(&value).1.map(|high| high.saturating_neg()), factor));
    }
    factors.sort_by(|(a, x, f), (b, y, g)| (a, x, &f.when, &f.value).cmp(&(b, y, &g.when, &g.value)));
    factors.into_iter().map(|(_, _, factor)| factor).collect()
}

/// The condition of a factor as it is written in its clause; a `let` there is its name.
fn condition(program: &Program, add: &Add, when: NodeId) -> String {
    let span = |id: NodeId| program.nodes.get(id.0 as usize).map(|node| node.span);
    let clause = add.span;
    let inside = |node: NodeId| {
        span(node).filter(|span| span.file == clause.file && clause.start <= span.start && span.end <= clause.end)
    };
    let from = inside(add.value).map_or(clause.start, |span| span.end);
    let rest = crate::syntax::source::Span { start: from, ..clause };
    let phrase = program.sources.phrase(rest);
    let written = phrase.split_once("when ").map(|(_, condition)| condition.trim().to_owned());
    written.unwrap_or_else(|| span(when).map_or_else(String::new, |span| program.sources.phrase(span)))
}

/// The risks that some expressions read, by way of categories too: indices into [`Program::risks`], each once.
#[must_use]
pub fn read_by(program: &Program, nodes: impl IntoIterator<Item = NodeId>) -> Vec<u16> {
    let mut todo: Vec<NodeId> = nodes.into_iter().collect();
    let mut seen = std::collections::HashSet::new();
    let mut found = Vec::new();
    while let Some(id) = todo.pop() {
        let Some(node) = program.nodes.get(id.0 as usize).filter(|_| seen.insert(id)) else { continue };
        match &node.op {
            Op::Risk(index, _) => found.push(*index),
            Op::Category(block, _) => {
                if let Some(def) = program.categorises.get(usize::from(*block)) {
                    todo.extend(def.head.scope.iter().chain(&def.head.except));
                    todo.extend(def.arms.iter().filter_map(|arm| arm.when));
                }
            }
            op => todo.extend(children(op)),
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
