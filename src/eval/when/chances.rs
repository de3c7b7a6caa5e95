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
use super::group::{Constraint, FirstOf, first};
use super::not_before::agreed;
use super::plan::{Plan, statement};
use super::{Chances, Limit, Opening};

/// How many stretches are told apart; of denser windows the later ones are left out.
const OPENINGS: usize = 500;

/// How many statements are looked at for those that exclude each other.
const LOOKED_AT: usize = 200;

/// When a change may start, under what is allowed at worst and at best.
#[must_use]
pub fn chances(plan: &Plan<'_, '_>, worst: &[Constraint], best: &[Constraint]) -> Chances {
    let from = plan.horizon.from();
    let both = (first(worst, from), first(best, from));
    let mut chances = Chances { first: agreed(both), ranges: openings(plan, worst), ..Chances::default() };
    if both.1 == FirstOf::Never {
        chances.blockers = blockers(plan, worst);
    }
    chances
}

/// Whether the first instant hangs on something that is not known, rather than that there is none.
#[must_use]
pub fn is_open(plan: &Plan<'_, '_>, worst: &[Constraint], best: &[Constraint]) -> bool {
    let from = plan.horizon.from();
    let both = (first(worst, from), first(best, from));
    agreed(both).is_none() && both.1 != FirstOf::Never
}

fn openings(plan: &Plan<'_, '_>, constraints: &[Constraint]) -> Vec<Opening> {
    let all = constraints.iter().fold(Starts::all(plan.horizon), |all, one| all.intersect(&one.starts));
    let opening = |range: &time::StartRange| Opening {
        from: range.from,
        to: range.to,
        opened_by: limits(plan, constraints, |one| {
            let ranges = one.starts.ranges();
            let found = ranges.binary_search_by_key(&range.from, |one| one.from).ok().and_then(|at| ranges.get(at));
            found.filter(|_| range.from > plan.horizon.from()).map(|one| (one.opened_by, None))
        }),
        closed_by: limits(plan, constraints, |one| {
            let ranges = one.starts.ranges();
            let found = ranges.binary_search_by_key(&range.to, |one| one.to).ok().and_then(|at| ranges.get(at));
            let closed = found.filter(|_| range.to < plan.horizon.to())?;
            Some((closed.closed_by, until(plan, one, range.to)))
        }),
    };
    all.ranges().iter().take(OPENINGS).map(opening).collect()
}

/// The statements to which ends of ranges are due, each once.
fn limits(
    plan: &Plan<'_, '_>,
    constraints: &[Constraint],
    due: impl Fn(&Constraint) -> Option<(time::Limit, Option<Instant>)>,
) -> Vec<Limit> {
    let mut found = BTreeSet::new();
    for constraint in constraints {
        let Some((due, until)) = due(constraint) else { continue };
        let by = match due {
            time::Limit::By(tag) => statement(tag).into_iter().collect(),
            time::Limit::Horizon => constraint.by.clone(),
        };
        found.extend(by.into_iter().filter_map(|id| limit(plan.env, id, until)));
    }
    found.into_iter().collect()
}

fn limit(env: &Env<'_>, id: PeriodId, until: Option<Instant>) -> Option<Limit> {
    let head = &period_of(env, id)?.head;
    let kind = match id {
        PeriodId::Blackout(_) => "blackout",
        PeriodId::Window(_) => "window",
    };
    Some(Limit { rule: head.name.clone(), kind, title: head.title.clone(), at: head.span, until })
}

/// When a blackout ends that a change which starts then would meet.
fn until(plan: &Plan<'_, '_>, constraint: &Constraint, start: Instant) -> Option<Instant> {
    let (Some(code), [id @ PeriodId::Blackout(_)]) = (constraint.code, constraint.by.as_slice()) else { return None };
    let tested = Interval::new(start, start.saturating_add(plan.wanted.longest))?;
    time::overlap(&entries(plan.env, *id, code), Role::Blackout, Tested::exactly(tested)).until
}

/// The statements that exclude each other: without any of them there would be an instant.
fn blockers(plan: &Plan<'_, '_>, constraints: &[Constraint]) -> Vec<Limit> {
    let none = |chosen: &[&Constraint]| {
        let all = chosen.iter().fold(Starts::all(plan.horizon), |all, one| all.intersect(&one.starts));
        all.first() == First::Never
    };
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
