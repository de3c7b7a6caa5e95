//! When a change may start, and which blackouts and windows open, close or prevent that.

use std::collections::BTreeSet;

use crate::check::program::{NodeId, PeriodId, VarId, When as Clause};
use crate::time::{self, First, Instant, Interval, Role, Starts, Tested};

use super::super::decision::UnknownFact;
use super::super::env::Env;
use super::super::frame::Frame;
use super::super::period::entries::{entries, period_of};
use super::super::period::lacks;
use super::super::unknown::{missing, missing_times};
use super::group::{Allowed, Constraint, FirstOf, are_same, first};
use super::not_before::agreed;
use super::plan::{Plan, View, statement};
use super::{Chances, LISTED, Limit, Opening};

/// How many stretches are counted; of denser windows the later ones are left out.
const COUNTED: usize = 500;

/// How many statements are looked at for those that exclude each other.
const LOOKED_AT: usize = 200;

/// When a change may start, under what is allowed, and the first instants at worst and at best.
#[must_use]
pub fn chances(plan: &Plan<'_, '_>, allowed: &Allowed) -> (Chances, (FirstOf, FirstOf)) {
    let from = plan.horizon.from();
    let [worst, best] = [View::Worst, View::Best].map(|view| allowed.sets(view).collect::<Vec<&Starts>>());
    let all = Starts::all_of(plan.horizon, worst.iter().copied());
    let at_worst = first(&[&all], from);
    let both = (at_worst, if are_same(&worst, &best) { at_worst } else { first(&best, from) });
    let (ranges, more) = openings(plan, allowed, &all);
    let mut chances = Chances { first: agreed(both), ranges, more, ..Chances::default() };
    if both.1 == FirstOf::Never {
        chances.blockers = blockers(plan, allowed);
    }
    (chances, both)
}

/// Whether the first instant hangs on something that is not known, rather than that there is none.
#[must_use]
pub fn is_open(both: (FirstOf, FirstOf)) -> bool {
    agreed(both).is_none() && both.1 != FirstOf::Never
}

/// The first stretches, and how many more there are.
fn openings(plan: &Plan<'_, '_>, allowed: &Allowed, all: &Starts) -> (Vec<Opening>, usize) {
    let opening = |range: &time::StartRange| Opening {
        from: range.from,
        to: range.to,
        opened_by: limits(plan, allowed, range.from, true),
        closed_by: limits(plan, allowed, range.to, false),
    };
    let more = all.ranges().len().min(COUNTED).saturating_sub(LISTED);
    (all.ranges().iter().take(LISTED).map(opening).collect(), more)
}

/// The statements that open a stretch at an instant, or that close one, each once.
fn limits(plan: &Plan<'_, '_>, allowed: &Allowed, at: Instant, opens: bool) -> Vec<Limit> {
    let mut found = BTreeSet::new();
    if at == if opens { plan.horizon.from() } else { plan.horizon.to() } {
        return Vec::new();
    }
    for merged in &allowed.merged {
        let bounded = merged.starts(View::Worst).is_some_and(|starts| bound(starts, at, opens).is_some());
        if bounded {
            let tell = || merged.parts(plan).iter().flat_map(|part| due(plan, part, at, opens)).collect();
            found.extend(merged.told(at, opens, tell).iter().cloned());
        }
    }
    found.extend(allowed.own(View::Worst).iter().flat_map(|one| due(plan, one, at, opens)));
    found.into_iter().collect()
}

/// What a range begins, or ends, with at an instant; none where none does.
fn bound(starts: &Starts, at: Instant, begins: bool) -> Option<time::Limit> {
    let ranges = starts.ranges();
    if begins {
        let found = ranges.binary_search_by_key(&at, |range| range.from).ok()?;
        ranges.get(found).map(|range| range.opened_by)
    } else {
        let found = ranges.binary_search_by_key(&at, |range| range.to).ok()?;
        ranges.get(found).map(|range| range.closed_by)
    }
}

/// The statements of a constraint to which it is due that a stretch opens or closes at an instant.
fn due(plan: &Plan<'_, '_>, constraint: &Constraint, at: Instant, opens: bool) -> Vec<Limit> {
    let Some(due) = bound(&constraint.starts, at, opens) else { return Vec::new() };
    let by = match due {
        time::Limit::By(tag) => statement(tag).into_iter().collect(),
        time::Limit::Horizon => constraint.by.clone(),
    };
    let until = if opens { None } else { until(plan, constraint, at) };
    by.into_iter().filter_map(|id| limit(plan.env, id, until)).collect()
}

fn limit(env: &Env<'_>, id: PeriodId, until: Option<Instant>) -> Option<Limit> {
    let head = &period_of(env, id)?.head;
    let kind = match id {
        PeriodId::Blackout(_) => "blackout",
        PeriodId::Window(_) => "window",
    };
    Some(Limit { rule: head.name.clone(), kind, title: head.title.clone(), at: head.span, until, id })
}

/// When a blackout ends that a change which starts then would meet.
fn until(plan: &Plan<'_, '_>, constraint: &Constraint, start: Instant) -> Option<Instant> {
    let (Some(code), [id @ PeriodId::Blackout(_)]) = (constraint.code, constraint.by.as_slice()) else { return None };
    let tested = Interval::new(start, start.saturating_add(plan.wanted.longest))?;
    time::overlap(&entries(plan.env, *id, code), Role::Blackout, Tested::exactly(tested)).until
}

/// The statements that exclude each other: without any of them there would be an instant.
fn blockers(plan: &Plan<'_, '_>, allowed: &Allowed) -> Vec<Limit> {
    let none = |chosen: &[&Constraint]| {
        let all = Starts::all_of(plan.horizon, chosen.iter().map(|one| &*one.starts));
        all.first() == First::Never
    };
    let merged = allowed.merged.iter().flat_map(|merged| merged.parts(plan));
    let constraints = merged.chain(allowed.own(View::Worst));
    let mut chosen: Vec<&Constraint> = Vec::new();
    let mut all = Starts::all(plan.horizon);
    for constraint in constraints {
        chosen.push(constraint);
        all = all.intersect(&constraint.starts);
        if all.ranges().is_empty() {
            break;
        }
    }
    let mut at = 0;
    while at < chosen.len() && chosen.len() <= LOOKED_AT {
        let without: Vec<&Constraint> =
            chosen.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| *one).collect();
        if none(&without) {
            chosen = without;
        } else {
            at += 1;
        }
    }
    let found: BTreeSet<Limit> = chosen
        .into_iter()
        .flat_map(|one| {
            let until = until(plan, one, plan.horizon.from());
            one.by.iter().filter_map(move |id| limit(plan.env, *id, until))
        })
        .collect();
    found.into_iter().collect()
}

/// The facts on which it hangs when one asset may be touched: `uncertain` are the statements of which it is not known what they allow.
#[must_use]
pub fn hangs_on(plan: &Plan<'_, '_>, frame: &Frame<'_>, uncertain: &[PeriodId]) -> Vec<UnknownFact> {
    let mut facts: BTreeSet<UnknownFact> = BTreeSet::new();
    for id in uncertain {
        let Some(period) = period_of(plan.env, *id) else { continue };
        let read = period.times.iter().flat_map(Clause::nodes);
        let nodes: Vec<NodeId> = period.head.scope.iter().chain(&period.head.except).copied().chain(read).collect();
        facts.extend(missing(frame, 0, &nodes, None));
        facts.extend(lacks::of_times(frame, 0, *id, plan.reach));
    }
    if plan.wanted.longest != plan.wanted.shortest {
        facts.extend(missing_times(frame, 0, VarId::CHANGE, "asset"));
    }
    facts.into_iter().collect()
}
