//! Times of changes put exactly where something begins or ends: there the wrong answers are that no time nearby tells from the right ones.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::ir::*;
use crate::oracle::period::Side;
use crate::oracle::{World, time};
use crate::rng::Rng;

use super::each_expression;

/// So far around the change of the clocks edges are looked for, in minutes.
const AROUND: i64 = 4 * 1440;
/// Everything that cases write begins and ends at a quarter of an hour.
const STEP: i64 = 15;

/// Puts some times of the changes on edges of what the policy has, or half an hour beside them. `changes` says where and when clocks change.
pub fn onto_edges(case: &mut Case, rng: &mut Rng, changes: Option<(&'static str, i64)>) {
    let zone = changes.map_or(case.policy.zone, |(zone, _)| zone);
    let around = changes.map_or(case.now, |(_, at)| at).div_euclid(15 * time::MINUTE) * STEP;
    for number in 0..case.facts.changes.len() {
        if !rng.chance(60) {
            continue;
        }
        let Some((clauses, side)) = something(&case.policy, rng, zone) else { return };
        let edges = edges(case, &clauses, side, around);
        if edges.is_empty() {
            continue;
        }
        let beside = *rng.pick(&[0, 0, 0, 0, -30, -15, 15, 30]);
        let edge = (*rng.pick(&edges) + beside) * time::MINUTE;
        let Some(change) = case.facts.changes[number].as_object_mut() else { continue };
        match rng.below(4) {
            0 => put_known(change, "submitted_at", edge),
            // What ends there ends outside a blackout, and inside a window.
            1 => put_known(change, "end", edge),
            _ => put_start(change, edge),
        }
    }
}

/// A calendar that times are compared with, or the times of a blackout or window; often one whose occurrences last so many minutes.
fn something(policy: &Policy, rng: &mut Rng, zone: &'static str) -> Option<(Vec<TimeClause>, Side)> {
    let mut compared: BTreeSet<String> =
        policy.approvals.iter().filter_map(|a| a.meets.as_ref().map(|meets| meets.calendar.clone())).collect();
    each_expression(policy, &mut |e| {
        walk(e, &mut |e| {
            if let E::Nearest(_, name, _) | E::During(_, name) = e {
                compared.insert(name.clone());
            }
        });
    });
    let mut all: Vec<(Vec<TimeClause>, Side)> = Vec::new();
    for calendar in policy.cals.iter().filter(|c| compared.contains(&c.name)) {
        all.push((calendar.times.clone(), Side::Blackout));
    }
    for period in &policy.periods {
        let side = if period.window { Side::Window } else { Side::Blackout };
        let here = period.times.iter().cloned().map(|clause| in_zone(clause, zone));
        all.extend(here.map(|clause| (vec![clause], side)));
    }
    if all.is_empty() {
        return None;
    }
    let elapsed: Vec<usize> = (0..all.len()).filter(|at| all[*at].0.iter().any(lasts_minutes)).collect();
    let at = match rng.below(3) {
        0 if !compared.is_empty() => rng.below(compared.len()),
        1 if !elapsed.is_empty() => *rng.pick(&elapsed),
        _ => rng.below(all.len()),
    };
    Some(all.swap_remove(at))
}

fn lasts_minutes(clause: &TimeClause) -> bool {
    matches!(clause, TimeClause::Clause(Clause { times: Times::Recur(_, Hours::Lasting(_, Length::Minutes(_))), .. }))
}

/// The clause as an asset in that zone has it.
fn in_zone(mut clause: TimeClause, own: &'static str) -> TimeClause {
    let (TimeClause::Range { zone, .. } | TimeClause::Weekly { zone, .. } | TimeClause::Clause(Clause { zone, .. })) =
        &mut clause;
    if matches!(zone, RangeZone::Asset) {
        *zone = RangeZone::Fixed(own);
    }
    clause
}

/// The minutes around `middle` at which an occurrence begins or is over.
fn edges(case: &Case, clauses: &[TimeClause], side: Side, middle: i64) -> Vec<i64> {
    let world = World::new(case, None);
    let on = |minute: i64| world.at_minute(clauses, side, minute).must;
    let mut edges = Vec::new();
    let mut before = on(middle - AROUND - STEP);
    for minute in (middle - AROUND..middle + AROUND).step_by(STEP as usize) {
        let now = on(minute);
        if now != before {
            edges.push(minute);
        }
        before = now;
    }
    edges
}

fn time_of(change: &Map<String, Value>, key: &str) -> Option<i64> {
    time::parse(change.get(key)?.as_str()?)
}

/// A time instead of another: what is missing or cannot be read stays so.
fn put_known(change: &mut Map<String, Value>, key: &str, at: i64) {
    if time_of(change, key).is_some() {
        change.insert(key.to_owned(), json!(time::print(at)));
    }
}

/// A start, and with it the end.
fn put_start(change: &mut Map<String, Value>, at: i64) {
    let Some(start) = time_of(change, "start") else { return };
    let end = time_of(change, "end").map(|end| end + at - start);
    put_known(change, "start", at);
    if let Some(end) = end {
        put_known(change, "end", end);
    }
}
