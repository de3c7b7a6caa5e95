//! Obligations: what has to be done, and whether it is.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Obligation as Def, VarId};
use crate::check::schema::TableId;
use crate::facts::table::Cause;
use crate::time::Instant;

use super::arms::{applies, decides};
use super::column::{Rows, Truth};
use super::decision::{Obligation, UnknownFact};
use super::duty::names_asset;
use super::env::Env;
use super::frame::{Binding, Frame};
use super::ids::Ids;
use super::observe::Step;
use super::period::force;
use super::quant::phantom_asset;
use super::triage::{Due, dues, earliest};
use super::urgency::findings_of;
use super::value::Could;
use super::{facts, unknown};

/// What one obligation asks for in one row.
#[derive(Clone, Debug)]
pub struct Duty {
    /// The obligation, an index into the program's.
    pub index: u16,
    /// The finding that it is about, if its words name one.
    pub finding: Option<u32>,
    /// What people call that finding.
    pub subject: Option<String>,
    /// Whether it asks for something here.
    pub asks: Could,
    /// Whether that is done.
    pub met: Could,
    /// When it is due, and what is missing for that.
    pub due: Due,
    /// It comes from an earlier run, and today's facts no longer ask for it.
    pub kept: bool,
    /// Asked for perhaps today, and by an earlier run as well.
    pub again: bool,
    /// What is not known of whether it belongs here.
    pub lacks: Vec<UnknownFact>,
    /// What is not known of which finding an earlier run asked for it.
    pub unnamed: Vec<UnknownFact>,
}

/// An earlier run's duty of which today's facts no longer say what it is about: what is to be named for that.
fn unseen_of(frame: &Frame<'_>, row: usize, duty: &Duty) -> Option<UnknownFact> {
    let env = frame.env;
    let subject = duty.subject.as_ref()?;
    let asset = frame.rows(VarId::ASSET).and_then(|rows| rows.get(row).copied()).unwrap_or(u32::MAX);
    let is_it = |finding| facts::key(env, TableId::FINDING, finding).as_ref() == Some(subject);
    let is_there = findings_of(env, asset).any(|finding| !is_unseen(env, finding) && is_it(finding));
    // What is known of a finding that is there does not ask for this, nor does it say that it is done.
    (!is_there).then(|| UnknownFact { fact: format!("asset.findings[{subject}]"), cause: Cause::Missing.as_str() })
}

/// What it hangs on whether a duty that an earlier run left open is done.
#[must_use]
pub fn missing_kept(frame: &Frame<'_>, row: usize, duty: &Duty) -> Vec<UnknownFact> {
    let Some(def) = frame.env.program.obligations.get(usize::from(duty.index)) else { return Vec::new() };
    let Some(finding) = duty.finding else { return unknown::missing(frame, row, def.met.as_slice(), None) };
    let mut lacks = unknown::missing(&duty_frame(frame, row, finding), 0, def.met.as_slice(), None);
    let all = lacks.len();
    lacks.retain(|fact| !is_of_unseen(fact));
    if lacks.len() < all && duty.kept {
        lacks.extend(unseen_of(frame, row, duty));
        lacks.extend(duty.unnamed.iter().cloned());
    }
    lacks
}

/// Whether the words of a statement name a finding.
#[must_use]
pub fn names_finding(def: &Def) -> bool {
    def.head.vars.contains(&VarId::FINDING)
}

/// Whether what an obligation asks for is done, or it asks for nothing, for every row.
#[must_use]
pub fn met(frame: &Frame<'_>, index: u16) -> Truth {
    let len = frame.len();
    let Some(def) = frame.env.program.obligations.get(usize::from(index)) else {
        return Truth::constant(len, Could::UNKNOWN);
    };
    let today = if names_finding(def) {
        let Some(found) = fixed(frame) else { return Truth::constant(len, Could::UNKNOWN) };
        let inner = found.frame(frame);
        let fixes = Truth::collect(inner.len(), |at| found.fixes.get(at).copied().unwrap_or(Could::UNKNOWN));
        let fine = asks(&inner, def, true).and(&fixes).not().or(&done(&inner, def));
        let mut all = vec![Could::certain(true); len];
        for (at, parent) in found.parents.iter().enumerate() {
            let here = fine.at(at);
            if let Some(all) = all.get_mut(*parent as usize) {
                all.be_true &= here.be_true;
                all.be_false |= here.be_false;
            }
        }
        Truth::collect(len, |row| all.get(row).copied().unwrap_or(Could::UNKNOWN))
    } else {
        asks(frame, def, true).not().or(&done(frame, def))
    };
    if !earlier_ones(frame) {
        return today;
    }
    let mut duties: Vec<Vec<Duty>> = vec![Vec::new(); len];
    of_today(frame, index, def, &mut None, &mut duties);
    keep(frame, index, def, &mut duties);
    let kept = Truth::collect(len, |row| {
        let kept = duties.get(row).into_iter().flatten().filter(|duty| duty.kept || duty.again);
        kept.fold(Could::certain(true), |all, duty| Could {
            be_true: all.be_true && (duty.met.be_true || duty.asks.be_false),
            be_false: all.be_false || (duty.met.be_false && duty.asks.be_true),
        })
    });
    today.and(&kept)
}

/// Whether an obligation asks for something. As a condition an `except` that is unknown leaves that open; for a reason only a certain one counts.
fn asks(frame: &Frame<'_>, def: &Def, condition: bool) -> Truth {
    let scope = if condition { decides(frame, &def.head) } else { applies(frame, &def.head) };
    scope.and(&force(frame, &def.head))
}

fn done(frame: &Frame<'_>, def: &Def) -> Truth {
    def.met.map_or_else(|| Truth::constant(frame.len(), Could::certain(false)), |met| frame.truth(met))
}

/// The findings that the changes of a frame's rows fix, or may.
struct Fixed {
    parents: Arc<Vec<u32>>,
    findings: Arc<Vec<u32>>,
    fixes: Vec<Could>,
}

impl Fixed {
    fn frame<'q>(&self, frame: &'q Frame<'_>) -> Frame<'q> {
        let own = vec![(VarId::FINDING, Binding::Rows(Arc::clone(&self.findings)))];
        frame.inner(self.findings.len(), Rows::These(Arc::clone(&self.parents)), own)
    }
}

/// Each asset's findings that its change may fix; all of them where there is no change.
fn fixed(frame: &Frame<'_>) -> Option<Fixed> {
    let env = frame.env;
    let assets = frame.rows(VarId::ASSET)?;
    let changes = frame.rows(VarId::CHANGE);
    let mut by_change: HashMap<u32, Ids> = HashMap::new();
    let (mut parents, mut findings, mut fixes) = (Vec::new(), Vec::new(), Vec::new());
    for (parent, asset) in (0_u32..).zip(assets.iter()) {
        let fixed = changes.as_ref().and_then(|rows| rows.get(parent as usize)).map(|change| {
            &*by_change.entry(*change).or_insert_with(|| Ids::of(env, &env.facts.changes, "fixes", *change))
        });
        for finding in findings_of(env, *asset) {
            let mut could =
                fixed.map_or(Could::certain(true), |ids| ids.has(&facts::value(env, TableId::FINDING, "cve", finding)));
            // There may be none of the unseen ones.
            could.be_false |= is_unseen(env, finding);
            if could.be_true {
                parents.push(parent);
                findings.push(finding);
                fixes.push(could);
            }
        }
    }
    Some(Fixed { parents: Arc::new(parents), findings: Arc::new(findings), fixes })
}

/// What the obligations ask for in each row, those of earlier runs among them.
#[must_use]
pub fn duties(frame: &Frame<'_>) -> Vec<Vec<Duty>> {
    let mut duties: Vec<Vec<Duty>> = vec![Vec::new(); frame.len()];
    let with_change = frame.rows(VarId::CHANGE).is_some();
    let earlier_ones = earlier_ones(frame);
    let mut found = None;
    for (index, def) in (0_u16..).zip(&frame.env.program.obligations) {
        if def.head.muted || (!with_change && def.head.vars.contains(&VarId::CHANGE)) {
            continue;
        }
        let _going = frame.env.going(Step::Obligation(index));
        of_today(frame, index, def, &mut found, &mut duties);
        if earlier_ones {
            keep(frame, index, def, &mut duties);
        }
    }
    duties
}

/// What one obligation asks for by today's facts.
fn of_today(frame: &Frame<'_>, index: u16, def: &Def, found: &mut Option<Option<Fixed>>, duties: &mut [Vec<Duty>]) {
    if names_finding(def) {
        if let Some(found) = found.get_or_insert_with(|| fixed(frame)) {
            of_findings(frame, index, def, found, duties);
        }
        return;
    }
    let asks = asks(frame, def, false);
    if asks.may.count_set_bits() == 0 {
        return;
    }
    let (done, due) = (done(frame, def), due(frame, def));
    for (row, duties) in duties.iter_mut().enumerate().filter(|(row, _)| asks.may_at(*row)) {
        duties.push(Duty {
            index,
            finding: None,
            subject: None,
            asks: asks.at(row),
            met: done.at(row),
            due: due.get(row).cloned().unwrap_or_default(),
            kept: false,
            again: false,
            lacks: Vec::new(),
            unnamed: Vec::new(),
        });
    }
}

fn of_findings(frame: &Frame<'_>, index: u16, def: &Def, found: &Fixed, duties: &mut [Vec<Duty>]) {
    let env = frame.env;
    let inner = found.frame(frame);
    let asks = asks(&inner, def, false);
    if asks.may.count_set_bits() == 0 {
        return;
    }
    let (done, due) = (done(&inner, def), due(&inner, def));
    for (at, ((parent, finding), fixes)) in
        found.parents.iter().zip(found.findings.iter()).zip(&found.fixes).enumerate()
    {
        let Some(duties) = duties.get_mut(*parent as usize).filter(|_| asks.may_at(at)) else { continue };
        let asked = asks.at(at);
        duties.push(Duty {
            index,
            finding: Some(*finding),
            subject: facts::key(env, TableId::FINDING, *finding),
            asks: Could { be_true: true, be_false: asked.be_false || fixes.be_false },
            met: done.at(at),
            due: due.get(at).cloned().unwrap_or_default(),
            kept: false,
            again: false,
            lacks: if fixes.be_false { not_surely_fixed(&inner, at, *finding) } else { Vec::new() },
            unnamed: Vec::new(),
        });
    }
}

/// Whether a finding stands for those that were not seen.
#[must_use]
pub fn is_unseen(env: &Env<'_>, finding: u32) -> bool {
    env.rows_of(TableId::FINDING).is_some_and(|table| super::arms::bit(&table.phantom, finding as usize))
}

/// Of a finding that was not seen nothing is known: that it was not seen is said once.
#[must_use]
pub fn is_of_unseen(fact: &UnknownFact) -> bool {
    fact.fact.starts_with("asset.findings[]")
}

/// What is not known of whether the change fixes a finding.
fn not_surely_fixed(inner: &Frame<'_>, at: usize, finding: u32) -> Vec<UnknownFact> {
    let env = inner.env;
    let asset = inner.rows(VarId::ASSET).and_then(|rows| rows.get(at).copied()).unwrap_or(u32::MAX);
    if is_unseen(env, finding) {
        let cause = facts::findings_cause(env, asset);
        return vec![UnknownFact { fact: "asset.findings".to_owned(), cause: cause.as_str() }];
    }
    let find = |table, name| env.program.schema.find(table, name).map(|(field, _)| field);
    let of = |var, field| facts::fact_path(inner, at, var, field, "asset");
    let known = facts::value(env, TableId::FINDING, "cve", finding).one().is_some();
    let path = if known {
        find(TableId::CHANGE, "fixes").and_then(|field| of(VarId::CHANGE, field))
    } else {
        find(TableId::FINDING, "cve").and_then(|field| of(VarId::FINDING, field))
    };
    path.map(|(fact, cause)| UnknownFact { fact, cause: cause.as_str() }).into_iter().collect()
}

/// When an obligation is due in each row of a frame.
fn due(frame: &Frame<'_>, def: &Def) -> Vec<Due> {
    def.due.as_ref().map_or_else(|| vec![Due::default(); frame.len()], |due| dues(frame, due))
}

/// The earlier of two due times, where either may be no deadline; what is missing stays missing.
fn earlier((a, mut lacks): Due, (b, more): Due) -> Due {
    lacks.extend(more);
    lacks.sort();
    lacks.dedup();
    match (a, b) {
        (Some(a), Some(b)) => (Some(a.min(b)), lacks),
        (a, b) => (a.or(b), lacks),
    }
}

/// The change whose rows a frame has.
fn change_of(frame: &Frame<'_>) -> Option<u32> {
    frame.rows(VarId::CHANGE).map(|rows| rows.first().copied().unwrap_or(u32::MAX))
}

/// Whether earlier runs left anything open that may concern the rows of a frame.
fn earlier_ones(frame: &Frame<'_>) -> bool {
    let earlier = frame.env.earlier();
    earlier.incomplete || !earlier.of_change(frame.env, change_of(frame)).is_empty()
}

/// Adds the open duties of earlier runs: those that are asked for today as well are due by the earlier of both times.
fn keep(frame: &Frame<'_>, index: u16, def: &Def, duties: &mut [Vec<Duty>]) {
    let env = frame.env;
    let earlier_runs = env.earlier();
    let open = earlier_runs.of_change(env, change_of(frame));
    let now = env.now.micros();
    let (by_asset, by_finding) = (names_asset(&def.head), names_finding(def));
    let assets = if by_asset { frame.rows(VarId::ASSET) } else { None };
    // Asked anew, with nothing known of the finding.
    let unseen = by_finding.then(|| findings_of(env, phantom_asset(frame)).last().unwrap_or(u32::MAX));
    let done = match unseen {
        Some(unseen) => done(&with_finding(frame, unseen), def),
        None => done(frame, def),
    };
    for (row, duties) in duties.iter_mut().enumerate() {
        let asset = by_asset.then(|| {
            let row = assets.as_ref().and_then(|rows| rows.get(row).copied()).unwrap_or(u32::MAX);
            facts::value(env, TableId::ASSET, "id", row)
        });
        let mut add = |subject: Option<String>, asks: Could, due: Due, [lacks, unnamed]: [Vec<UnknownFact>; 2]| {
            let subject = subject.filter(|_| by_finding);
            let mut same = duties.iter_mut().filter(|duty| duty.index == index && duty.subject == subject).peekable();
            if same.peek().is_none() {
                drop(same);
                let (met, kept) = (done.at(row), true);
                duties.push(Duty {
                    index,
                    finding: unseen,
                    subject,
                    asks,
                    met,
                    due,
                    kept,
                    again: false,
                    lacks,
                    unnamed,
                });
                return;
            }
            for duty in same {
                duty.due = earlier(std::mem::take(&mut duty.due), due.clone());
                if duty.kept {
                    duty.asks.be_false &= asks.be_false;
                    duty.unnamed.extend(unnamed.iter().cloned());
                } else if duty.asks.be_false {
                    // Whether today asks for it is not known, so that it is done today is not enough: it stays as the earlier run left it.
                    duty.asks.be_false &= asks.be_false;
                    duty.met = duty.met.and(done.at(row));
                    duty.again = true;
                }
            }
        };
        for duty in &open {
            let concerns = duty.concerns(env, &def.head.name, asset.as_ref());
            if concerns.be_true {
                let due = earliest(&duty.due, now).and_then(Instant::from_micros);
                let lacks = [duty.missing(by_asset), duty.missing_subject()];
                add(duty.subject(env), concerns, (due, duty.missing_due()), lacks);
            }
        }
        if earlier_runs.incomplete {
            let lacks = vec![UnknownFact { fact: "obligations".to_owned(), cause: "incomplete" }];
            add(None, Could::UNKNOWN, (Some(env.now), lacks.clone()), [lacks, Vec::new()]);
        }
    }
}

/// The same rows, each with this finding.
#[must_use]
pub fn with_finding<'q>(frame: &'q Frame<'_>, finding: u32) -> Frame<'q> {
    frame.rebound(VarId::FINDING, Arc::new(vec![finding; frame.len()]))
}

/// One row of a frame, with the finding that a duty is about.
#[must_use]
pub fn duty_frame<'q>(frame: &'q Frame<'_>, row: usize, finding: u32) -> Frame<'q> {
    let parent = Rows::These(Arc::new(vec![u32::try_from(row).unwrap_or(u32::MAX)]));
    frame.inner(1, parent, vec![(VarId::FINDING, Binding::Rows(Arc::new(vec![finding])))])
}

/// A duty as decisions list it.
#[must_use]
pub fn entry(env: &Env<'_>, duty: &Duty) -> Option<Obligation> {
    let def = env.program.obligations.get(usize::from(duty.index))?;
    let have = u32::from(!duty.met.be_false);
    Some(Obligation {
        kind: "obligation",
        rule: def.head.name.clone(),
        role: (!def.assigned.is_empty()).then(|| def.assigned.join(" or ")),
        need: 1,
        have,
        missing: 1 - have,
        due: duty.due.0,
        sitting: None,
        unknown: duty.due.1.clone(),
        subject: duty.subject.clone(),
        not_counted: Vec::new(),
    })
}

/// The missing facts that `met(x)` hangs on in one row; sorted.
#[must_use]
pub fn missing(frame: &Frame<'_>, row: usize, index: u16) -> Vec<UnknownFact> {
    let Some(def) = frame.env.program.obligations.get(usize::from(index)) else { return Vec::new() };
    let one = unknown::single(frame, row);
    let mut lacks = missing_today(&one, def);
    lacks.append(&mut unknown::missing_force(&one, 0, &def.head));
    if earlier_ones(&one) {
        lacks.append(&mut missing_earlier(&one, index, def));
    }
    lacks.sort();
    lacks.dedup();
    lacks
}

/// What is not known of whether duties of earlier runs belong here, and whether they are done, in the one row of a frame.
fn missing_earlier(one: &Frame<'_>, index: u16, def: &Def) -> Vec<UnknownFact> {
    let mut duties = vec![Vec::new()];
    of_today(one, index, def, &mut None, &mut duties);
    keep(one, index, def, &mut duties);
    let mut lacks = Vec::new();
    let open = |duty: &Duty| (duty.kept || duty.again) && duty.asks.be_true && duty.met.be_false;
    for duty in duties.into_iter().flatten().filter(open) {
        lacks.extend(missing_kept(one, 0, &duty));
        lacks.extend(duty.lacks);
    }
    lacks
}

/// What is missing of what today's facts ask for, in the one row of a frame.
fn missing_today(one: &Frame<'_>, def: &Def) -> Vec<UnknownFact> {
    let nodes: Vec<_> = def.head.scope.iter().chain(&def.head.except).chain(&def.met).copied().collect();
    if !names_finding(def) {
        return unknown::missing(one, 0, &nodes, None);
    }
    let Some(found) = fixed(one) else { return Vec::new() };
    let inner = found.frame(one);
    let mut lacks = Vec::new();
    for (at, (finding, fixes)) in found.findings.iter().zip(&found.fixes).enumerate() {
        if done(&inner, def).must_at(at) || !asks(&inner, def, true).may_at(at) {
            continue;
        }
        let mut own = unknown::missing(&inner, at, &nodes, None);
        if is_unseen(one.env, *finding) {
            own.retain(|fact| !is_of_unseen(fact));
        }
        lacks.append(&mut own);
        if fixes.be_false {
            lacks.extend(not_surely_fixed(&inner, at, *finding));
        }
    }
    lacks
}
