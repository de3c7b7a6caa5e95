//! Which statements restrict a change, row by row, and what they ask of people.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::{Effect, Head, Node, NodeId, Period, PeriodId, Rule, VarId, Waivable};
use crate::facts::table::Cause;
use crate::time::{Instant, Tested};

use super::alike::Alike;
use super::arms::applies;
use super::candidates::{Kind, candidates};
use super::column::Truth;
use super::decision::{Obligation, UnknownFact};
use super::env::Env;
use super::frame::Frame;
use super::mask;
use super::observe::Step;
use super::period::answers::{Broken, WindowAnswer};
use super::period::given::FrameCodes;
use super::period::{Hits, blackouts, in_force, windows};
use super::value::Could;
use super::waiver::Judged;
use super::{approval, few, obligation, waiver};

/// A statement that restricts a row.
#[derive(Clone, Debug)]
pub struct Hit<'p> {
    /// What the statement has.
    pub head: &'p Head,
    /// `rule`, `blackout`, `window`, `approval` or `obligation`.
    pub kind: &'static str,
    /// Its effect here.
    pub effect: Effect,
    /// The effect hangs on something unknown.
    pub uncertain: bool,
    /// When the period ends.
    pub until: Option<Instant>,
    /// The conditions that it hangs on.
    pub nodes: Vec<NodeId>,
    /// The approval, an index into the program's.
    pub approval: Option<u16>,
    /// The blackout or window.
    pub period: Option<PeriodId>,
    /// Of a window: how all of them stand, where it hangs on what others offer.
    pub others: Option<Arc<WindowAnswer>>,
    /// The finding that a duty is about.
    pub finding: Option<u32>,
    /// What people call that finding.
    pub subject: Option<String>,
    /// What else is not known.
    pub lacks: Vec<UnknownFact>,
    /// The waivers of it.
    pub waivers: Judged,
    /// What these waivers are for.
    pub waived: Option<Waivable>,
}

/// Something that is said of rows.
#[derive(Debug)]
pub enum Said<'p> {
    /// What a statement says: that it restricts them, what somebody has to do.
    Statement {
        /// How it restricts them.
        hit: Option<Box<Hit<'p>>>,
        /// Another row that it restricts like that may have another reason.
        own: bool,
        /// What somebody has to do.
        entries: Vec<Arc<Obligation>>,
    },
    /// The category, and all that it may be.
    Category((Option<String>, Vec<String>)),
    /// It is not known which assets these are.
    Unsure(Cause),
}

impl<'p> Said<'p> {
    fn hit(hit: Hit<'p>, own: bool) -> Self {
        Self::Statement { hit: Some(Box::new(hit)), own, entries: Vec::new() }
    }
}

/// What the statements say of each row.
#[derive(Debug)]
pub struct Found<'p> {
    /// The rows by what is said of them.
    pub rows: Alike<Said<'p>>,
}

impl<'p> Found<'p> {
    /// What restricts the rows of a kind.
    pub fn hits(&self, kind: usize) -> impl Iterator<Item = &Hit<'p>> {
        self.rows.things(kind).into_iter().filter_map(|thing| match self.rows.get(thing) {
            Some(Said::Statement { hit, .. }) => hit.as_deref(),
            _ => None,
        })
    }

    /// The category among these things, and all that it may be, where assets have their own.
    #[must_use]
    pub fn category(&self, things: &[usize]) -> Option<&(Option<String>, Vec<String>)> {
        things.iter().find_map(|thing| match self.rows.get(*thing) {
            Some(Said::Category(names)) => Some(names),
            _ => None,
        })
    }

    /// Whether time is in the way of any row.
    #[must_use]
    pub fn stops_by_time(&self) -> bool {
        let stops = |hit: &Hit<'_>| hit.period.is_some() && hit.effect >= Effect::Hold;
        self.rows.all().any(|said| matches!(said, Said::Statement { hit: Some(hit), .. } if stops(hit.as_ref())))
    }

    /// What somebody has to do by these things, sorted.
    #[must_use]
    pub fn entries(&self, things: &[usize]) -> Vec<Arc<Obligation>> {
        let things = things.iter().filter_map(|thing| match self.rows.get(*thing) {
            Some(Said::Statement { entries, .. }) => Some(entries),
            _ => None,
        });
        let mut all: Vec<Arc<Obligation>> = things.flatten().map(Arc::clone).collect();
        all.sort_by(|a, b| order_of_entries(a, b));
        all
    }
}

/// What the statements say of each row of a frame of assets. Without a change these are the rules and obligations that name none.
#[must_use]
pub fn found<'p>(frame: &Frame<'p>, tested: Tested) -> Found<'p> {
    let program = frame.env.program;
    let with_change = frame.rows(VarId::CHANGE).is_some();
    let mut found = Found { rows: Alike::new(frame.len()) };
    for at in candidates(frame, Kind::Rules).of(program.rules.len()) {
        let (Some(rule), Ok(index)) = (program.rules.get(at), u16::try_from(at)) else { continue };
        if rule.head.muted || (!with_change && rule.head.vars.contains(&VarId::CHANGE)) {
            continue;
        }
        let _going = frame.env.going(Step::Rule(index));
        add_rule(&mut found.rows, frame, rule, (Waivable::Rule(index), tested));
    }
    add_duties(&mut found.rows, frame, tested);
    if with_change {
        add_approvals(&mut found.rows, frame);
        let mut codes = FrameCodes::default();
        for met in blackouts(frame, tested, &mut codes) {
            let Some(period) = program.blackouts.get(usize::from(met.at)) else { continue };
            let _going = frame.env.going(Step::Blackout(met.at));
            let nodes = period_nodes(period);
            let own = Own::of(frame, &period.head, &nodes);
            found.rows.begin();
            let hit = |row: usize, uncertain: bool| {
                let mut hit = plain(frame.env, &period.head, "blackout", uncertain, &nodes);
                hit.until = met.until(row);
                hit.period = Some(PeriodId::Blackout(met.at));
                hit
            };
            if met.ends_alike() {
                own.say(&mut found.rows, &met.restricts, |row, uncertain, own| Said::hit(hit(row, uncertain), own));
            } else {
                add_hits(&mut found.rows, &met, &own, hit);
            }
        }
        add_windows(&mut found.rows, frame, tested, &mut codes);
    }
    found
}

/// In which rows a statement has a reason of their own: one that hangs on facts of theirs.
struct Own {
    always: bool,
    /// Where an exception may hold, what it lacks is told.
    except: Option<Truth>,
}

impl Own {
    fn of(frame: &Frame<'_>, head: &Head, nodes: &[NodeId]) -> Self {
        let of_change = |node: &Node| node.vars.iter().all(|var| *var == VarId::CHANGE);
        let text = head.because.is_some_and(|text| !frame.env.node(text).is_some_and(of_change));
        Self { always: text || looks_at_absence(frame.env, nodes), except: head.except.map(|node| frame.truth(node)) }
    }

    fn at(&self, row: usize, uncertain: bool) -> bool {
        self.always || uncertain || self.except.as_ref().is_some_and(|except| except.may_at(row))
    }

    /// Says of the rows that the statement restricts what `said` makes of a row, of whether that is uncertain, and of whether the row has a
    /// reason of its own: once for all that have none.
    fn say<'p>(&self, rows: &mut Alike<Said<'p>>, restricts: &Truth, said: impl Fn(usize, bool, bool) -> Said<'p>) {
        let mut alone = if restricts.is_sure() {
            mask::all(restricts.len(), self.always)
        } else if self.always {
            restricts.may.clone()
        } else {
            mask::but(&restricts.may, &restricts.must)
        };
        if let Some(except) = &self.except {
            alone = mask::or(&alone, &except.may);
        }
        let alike = mask::but(&restricts.may, &alone);
        if let Some(first) = mask::rows(&alike).next() {
            let thing = rows.thing(said(first, false, false));
            rows.say_where(&alike, thing);
        }
        for row in mask::rows(&mask::and(&restricts.may, &alone)) {
            let thing = rows.thing(said(row, !restricts.must_at(row), true));
            rows.say(row, thing);
        }
    }
}

/// Says of each row that a blackout restricts it which ends at different times.
fn add_hits<'p>(rows: &mut Alike<Said<'p>>, met: &Hits, own: &Own, hit: impl Fn(usize, bool) -> Hit<'p>) {
    let mut known: Vec<((bool, Option<Instant>), u32)> = Vec::new();
    for row in mask::rows(&met.restricts.may) {
        let (uncertain, until) = (!met.restricts.must_at(row), met.until(row));
        let alone = own.at(row, uncertain);
        let key = (uncertain, until);
        let same = known.iter().find(|(other, _)| !alone && *other == key).map(|(_, thing)| *thing);
        let thing = same.unwrap_or_else(|| {
            let thing = rows.thing(Said::hit(hit(row, uncertain), alone));
            if !alone {
                known.push((key, thing));
            }
            thing
        });
        rows.say(row, thing);
    }
}

/// By kind, rule, subject and role; then whatever tells them apart.
pub fn order_of_entries(a: &Obligation, b: &Obligation) -> std::cmp::Ordering {
    (a.kind, &a.rule, &a.subject, &a.role)
        .cmp(&(b.kind, &b.rule, &b.subject, &b.role))
        .then_with(|| (a.need, a.have, a.due, &a.unknown).cmp(&(b.need, b.have, b.due, &b.unknown)))
        .then_with(|| b.not_counted.cmp(&a.not_counted))
}

fn add_duties<'p>(rows: &mut Alike<Said<'p>>, frame: &Frame<'p>, tested: Tested) {
    let env = frame.env;
    let program = env.program;
    if program.obligations.is_empty() {
        return;
    }
    rows.begin();
    // Duties that are the same for several assets are kept once.
    let mut shared: HashMap<Arc<Obligation>, u32> = HashMap::new();
    for (row, duties) in obligation::duties(frame).into_iter().enumerate() {
        for duty in duties {
            if let Some(entry) = obligation::entry(env, &duty) {
                let thing = *shared.entry(Arc::new(entry)).or_insert_with_key(|entry| {
                    rows.thing(Said::Statement { hit: None, own: false, entries: vec![Arc::clone(entry)] })
                });
                rows.say(row, thing);
            }
            let Some(def) = program.obligations.get(usize::from(duty.index)) else { continue };
            if !duty.met.be_false {
                continue;
            }
            // A duty that was once asked for stays until it is certainly done; one of today is certain where it certainly is not.
            let uncertain = duty.asks.be_false || (duty.met.be_true && !duty.kept);
            let mut lacks = duty.lacks.clone();
            if duty.kept && duty.met.be_true {
                lacks.extend(obligation::missing_kept(frame, row, &duty));
            }
            let mut hit = Hit {
                effect: effect_of(env, &def.head, uncertain),
                finding: duty.finding,
                subject: duty.subject,
                lacks,
                ..plain(env, &def.head, "obligation", uncertain, &condition_nodes(&def.head, def.met.as_slice()))
            };
            let target = Waivable::Obligation(duty.index);
            if waiver::concerned(env, target) {
                let judged = match duty.finding {
                    Some(finding) => {
                        waiver::judge(&obligation::duty_frame(frame, row, finding), 0, target, Some(tested))
                    }
                    None => waiver::judge(frame, row, target, Some(tested)),
                };
                hit.waive(target, judged);
            }
            let thing = rows.thing(Said::hit(hit, true));
            rows.say(row, thing);
        }
    }
}

impl Hit<'_> {
    fn waive(&mut self, target: Waivable, judged: Judged) {
        self.waived = Some(target);
        if judged.waiver.is_some() && self.effect > Effect::Warn {
            self.effect = Effect::Warn;
        }
        self.waivers = judged;
    }
}

fn add_approvals<'p>(rows: &mut Alike<Said<'p>>, frame: &Frame<'p>) {
    let program = frame.env.program;
    for at in candidates(frame, Kind::Approvals).of(program.approvals.len()) {
        let (Some(def), Ok(index)) = (program.approvals.get(at), u16::try_from(at)) else { continue };
        if def.head.muted {
            continue;
        }
        let _going = frame.env.going(Step::Approval(index));
        rows.begin();
        let own = Own::of(frame, &def.head, &def.head.scope);
        let outcomes = approval::outcomes(frame, index);
        if frame.is_idle(&outcomes) {
            continue;
        }
        let said = |outcome: &approval::Outcome, own: bool| {
            let hit = outcome.blocks.map(|block| {
                Box::new(Hit {
                    effect: block.effect,
                    approval: Some(index),
                    ..plain(frame.env, &def.head, "approval", block.uncertain, &def.head.scope)
                })
            });
            Said::Statement { hit, own, entries: outcome.entries.clone() }
        };
        let says = |outcome: &approval::Outcome| outcome.blocks.is_some() || !outcome.entries.is_empty();
        let different = outcomes.different();
        if different.len() <= FEW {
            for (at, outcome) in different.iter().enumerate().filter(|(_, outcome)| says(outcome)) {
                let here = outcomes.rows(at);
                let uncertain = outcome.blocks.is_some_and(|block| block.uncertain);
                if outcome.blocks.is_some() {
                    let must = if uncertain { mask::all(here.len(), false) } else { here.clone() };
                    own.say(rows, &Truth { must, may: here }, |_, _, own| said(outcome, own));
                } else {
                    let thing = rows.thing(said(outcome, false));
                    rows.say_where(&here, thing);
                }
            }
            continue;
        }
        let mut known: HashMap<*const approval::Outcome, u32> = HashMap::new();
        for (row, outcome) in outcomes.iter().enumerate().filter(|(_, outcome)| says(outcome)) {
            let at = Arc::as_ptr(outcome);
            let alone = outcome.blocks.is_some_and(|block| own.at(row, block.uncertain));
            let thing = known.get(&at).copied().filter(|_| !alone).unwrap_or_else(|| {
                let thing = rows.thing(said(outcome, alone));
                if !alone {
                    known.insert(at, thing);
                }
                thing
            });
            rows.say(row, thing);
        }
    }
}

/// So many different outcomes are looked at one after the other.
const FEW: usize = 8;

/// Where a rule is broken.
#[must_use]
pub fn rule_truth(frame: &Frame<'_>, rule: &Rule, tested: Tested) -> Truth {
    let len = frame.len();
    if let (Some(stands), Some(broken)) = (few::stands(frame, &rule.head), few::holds(frame, &rule.broken)) {
        let force = in_force(frame.env, &rule.head, tested);
        return Truth::collect(len, |row| {
            let applies = stands(row).applies().and(force);
            if applies.be_true { applies.and(broken(row)) } else { applies }
        });
    }
    let mut broken = Truth::constant(len, Could::certain(false));
    let force = Truth::constant(len, in_force(frame.env, &rule.head, tested));
    let applies = applies(frame, &rule.head).and(&force);
    for condition in &rule.broken {
        broken = broken.or(&frame.truth_where(*condition, || &applies.may & &!&broken.must));
    }
    applies.and(&broken)
}

/// The conditions of a statement.
#[must_use]
pub fn condition_nodes(head: &Head, others: &[NodeId]) -> Vec<NodeId> {
    head.scope.iter().chain(others).copied().collect()
}

/// The conditions of a blackout or window, and the zones that it reads.
fn period_nodes(period: &Period) -> Vec<NodeId> {
    let read = period.times.iter().flat_map(crate::check::program::When::nodes);
    period.head.scope.iter().copied().chain(read).collect()
}

fn effect_of(env: &Env<'_>, head: &Head, uncertain: bool) -> Effect {
    if on_trial(env, head) {
        Effect::Report
    } else if uncertain {
        head.unknown
    } else {
        head.effect
    }
}

fn on_trial(env: &Env<'_>, head: &Head) -> bool {
    head.trial_until.is_some_and(|until| env.now.micros() < until)
}

/// Adds a rule where it is broken.
fn add_rule<'p>(rows: &mut Alike<Said<'p>>, frame: &Frame<'p>, rule: &'p Rule, waivable: (Waivable, Tested)) {
    let head = &rule.head;
    let truth = rule_truth(frame, rule, waivable.1);
    if !mask::any(&truth.may) {
        return;
    }
    rows.begin();
    let env = frame.env;
    let nodes = condition_nodes(head, &rule.broken);
    let waivable = Some(waivable).filter(|(target, _)| waiver::concerned(env, *target));
    let own = Own::of(frame, head, &nodes);
    let own = Own { always: own.always || waivable.is_some(), ..own };
    own.say(rows, &truth, |row, uncertain, own| {
        let mut hit = plain(env, head, "rule", uncertain, &nodes);
        if let Some((target, tested)) = waivable {
            hit.waive(target, waiver::judge(frame, row, target, Some(tested)));
        }
        Said::hit(hit, own)
    });
}

fn plain<'p>(env: &Env<'_>, head: &'p Head, kind: &'static str, uncertain: bool, nodes: &[NodeId]) -> Hit<'p> {
    Hit {
        head,
        kind,
        effect: effect_of(env, head, uncertain),
        uncertain,
        until: None,
        nodes: nodes.to_vec(),
        approval: None,
        period: None,
        others: None,
        finding: None,
        subject: None,
        lacks: Vec::new(),
        waivers: Judged::default(),
        waived: None,
    }
}

fn add_windows<'p>(rows: &mut Alike<Said<'p>>, frame: &Frame<'p>, tested: Tested, codes: &mut FrameCodes) {
    let program = frame.env.program;
    let windows_of = |keep: &dyn Fn(&Head) -> bool| -> Vec<u16> {
        let all = (0_u16..).zip(&program.windows);
        all.filter(|(_, window)| !window.head.muted && keep(&window.head)).map(|(at, _)| at).collect()
    };
    let mut all = |chosen: &[u16]| {
        if chosen.is_empty() {
            return;
        }
        rows.begin();
        let mut known: HashMap<(u16, bool), (u32, Own, Vec<NodeId>)> = HashMap::new();
        for (row, answer) in windows(frame, chosen, tested, codes).into_iter().enumerate() {
            for Broken { at, certain, by_others } in answer.broken.iter().copied() {
                let Some(period) = program.windows.get(usize::from(at)) else { continue };
                let hit = |nodes: &[NodeId]| Hit {
                    period: Some(PeriodId::Window(at)),
                    others: by_others.then(|| Arc::clone(&answer)),
                    ..plain(frame.env, &period.head, "window", !certain, nodes)
                };
                let (thing, own, nodes) = known.entry((at, certain)).or_insert_with(|| {
                    let nodes = period_nodes(period);
                    (rows.thing(Said::hit(hit(&nodes), false)), Own::of(frame, &period.head, &nodes), nodes)
                });
                let alone = own.at(row, !certain);
                let thing = if alone { rows.thing(Said::hit(hit(nodes), true)) } else { *thing };
                rows.say(row, thing);
            }
        }
    };
    all(&windows_of(&|head| !on_trial(frame.env, head)));
    // A window on trial opens nothing; it only reports whom it would stop.
    for at in windows_of(&|head| on_trial(frame.env, head)) {
        all(&[at]);
    }
}

/// Whether one of these expressions looks at the absence of a fact.
pub(super) fn looks_at_absence(env: &Env<'_>, nodes: &[NodeId]) -> bool {
    nodes.iter().any(|node| env.reads_absence.get(node.0 as usize).copied().unwrap_or(false))
}
