//! When a change may go: the instants at which nothing but time is in its way.
//!
//! What is in the way of a change at one instant is decided by `period`; here the same blackouts and windows are asked for all instants of a
//! horizon at once.

pub mod chances;
pub mod decided;
pub mod group;
pub mod merged;
pub mod not_before;
pub mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::program::{PeriodId, VarId};
use crate::syntax::source::Span;
use crate::time::{Duration, Instant};

use super::approval::lapse::lapsed;
use super::column::Rows;
use super::decide::{change_frame, prepared};
use super::decision::UnknownFact;
use super::env::{Env, Shared};
use super::frame::{Binding, Frame};
use super::unknown::missing_times;
use group::{Allowed, Key, Layout};
use not_before::distinct;
use plan::{Plan, Wanted};

/// When a change may go.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The first instant that was asked about: `now` or the planned start, whichever is later.
    pub from: Instant,
    /// The instant at which the horizon ends.
    pub until: Instant,
    /// How long the change takes, where that is known.
    pub length: Option<Duration>,
    /// For each asset of the change, by its id.
    pub assets: Vec<AssetTiming>,
    /// For all its assets together.
    pub whole: Chances,
}

/// When a change may touch one asset.
#[derive(Clone, Debug)]
pub struct AssetTiming {
    /// The asset; none where it is not known which.
    pub asset: Option<String>,
    /// When the change may start; shared by the assets to which blackouts and windows stand alike.
    pub chances: Arc<Chances>,
}

/// When a change may start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chances {
    /// The first instant; none where there is none within the horizon, or where it hangs on something unknown.
    pub first: Option<Instant>,
    /// The first stretches in which the change may start, as far as that is certain; in order.
    pub ranges: Vec<Opening>,
    /// How many more there are within the horizon; of dense ones not all are counted.
    pub more: usize,
    /// The facts and conditions that the first instant hangs on; sorted, and empty where it is known.
    pub hangs_on: Vec<UnknownFact>,
    /// Where there is no instant: the statements that exclude each other.
    pub blockers: Vec<Limit>,
    /// The approvals whose votes will no longer hold at the first instant; sorted.
    pub lapses: Vec<String>,
}

/// A stretch of instants at which a change may start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Opening {
    /// The first instant.
    pub from: Instant,
    /// The instant at which it is over, excluded.
    pub to: Instant,
    /// The windows that open there, and the blackouts that end.
    pub opened_by: Vec<Limit>,
    /// The windows that close, and the blackouts that begin: what stops a change that starts at the end.
    pub closed_by: Vec<Limit>,
}

/// A blackout or window that limits when a change may go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// Its name.
    pub rule: String,
    /// `blackout` or `window`.
    pub kind: &'static str,
    /// Its title.
    pub title: Option<String>,
    /// Its place in the policy.
    pub at: Span,
    /// When the period that limits ends, where that is known.
    pub until: Option<Instant>,
    /// The statement.
    pub id: PeriodId,
}

/// How many stretches are listed.
pub const LISTED: usize = 5;

/// Rows that are looked at together.
const BATCH: usize = 4096;

/// When a change may go, within `horizon` of the first instant that is asked about.
#[must_use]
pub fn when(env: &Env<'_>, change: u32, horizon: Duration) -> Timing {
    let (assets, shared) = prepared(env, change);
    let exact = super::period::schedule(env, change).tested;
    let Some(wanted) = Wanted::of(env, change) else { return unknown(env, change, horizon, assets) };
    let plan = Plan::new(env, wanted, horizon);
    let layout = Layout::new(&plan);
    let rows: Vec<u32> = assets.iter().map(|(_, row)| *row).collect();
    let batches: Vec<&[u32]> = rows.chunks(BATCH).collect();
    let numbers: Vec<u32> = batches
        .par_iter()
        .flat_map(|rows| in_frame(env, &shared, change, rows, |frame| layout.numbers(&plan, frame)))
        .collect();
    let (order, places) = distinct(numbers.iter());
    let keys: Vec<Arc<Key>> = order.iter().map(|number| layout.key(*number)).collect();
    let sorts = layout.sorts(&plan, &keys);
    let mut first_rows: Vec<u32> = Vec::with_capacity(keys.len());
    for (place, row) in places.iter().zip(&rows) {
        if *place as usize == first_rows.len() {
            first_rows.push(*row);
        }
    }
    let lacks = |key: &Key, row: u32| {
        let uncertain = layout.uncertain(&plan, &sorts, key);
        if uncertain.is_empty() && wanted.longest == wanted.shortest {
            return Vec::new();
        }
        in_frame(env, &shared, change, &[row], |frame| chances::hangs_on(&plan, frame, &uncertain))
    };
    let found: Vec<(Arc<Chances>, Allowed)> = keys
        .par_iter()
        .zip(&first_rows)
        .map(|(key, row)| {
            let allowed = layout.allowed(&plan, &sorts, key);
            let (mut found, both) = chances::chances(&plan, &allowed);
            if chances::is_open(both) {
                found.hangs_on = lacks(key, *row);
            }
            found.lapses = lapses(env, &shared, change, found.first);
            (Arc::new(found), allowed)
        })
        .collect();
    let all = Allowed::together(found.iter().map(|(_, allowed)| allowed));
    let (mut whole, both) = chances::chances(&plan, &all);
    if chances::is_open(both) {
        let facts: BTreeSet<UnknownFact> =
            keys.par_iter().zip(&first_rows).flat_map_iter(|(key, row)| lacks(key, *row)).collect();
        whole.hangs_on = facts.into_iter().collect();
    }
    whole.lapses = lapses(env, &shared, change, whole.first);
    let of = |place: &u32| found.get(*place as usize).map(|(chances, _)| Arc::clone(chances)).unwrap_or_default();
    let mut each: Vec<Arc<Chances>> = places.iter().map(of).collect();
    let own = own_lapses(env, &shared, change, &batches, &each, whole.first);
    whole.lapses.extend(own.iter().flat_map(|(_, whole)| whole.iter().cloned()));
    whole.lapses.sort();
    whole.lapses.dedup();
    for (chances, (own, _)) in each.iter_mut().zip(own) {
        if !own.is_empty() {
            let mut with: Chances = (**chances).clone();
            with.lapses.extend(own);
            with.lapses.sort();
            *chances = Arc::new(with);
        }
    }
    Timing {
        from: plan.horizon.from(),
        until: plan.horizon.to(),
        length: exact.is_exact().then_some(wanted.longest),
        assets: assets.into_iter().zip(each).map(|((asset, _), chances)| AssetTiming { asset, chances }).collect(),
        whole,
    }
}

/// What is said of a change of which it is not known when it starts.
fn unknown(env: &Env<'_>, change: u32, horizon: Duration, assets: Vec<(Option<String>, u32)>) -> Timing {
    let root = Frame::root(env);
    let hangs_on = missing_times(&change_frame(&root, change), 0, VarId::CHANGE, "asset");
    let whole = Chances { hangs_on, ..Chances::default() };
    let chances = Arc::new(whole.clone());
    let asset = |(asset, _)| AssetTiming { asset, chances: Arc::clone(&chances) };
    Timing {
        from: env.now,
        until: env.now.saturating_add(horizon),
        length: None,
        assets: assets.into_iter().map(asset).collect(),
        whole,
    }
}

/// Evaluates in a frame of these assets.
fn in_frame<T>(env: &Env<'_>, shared: &Shared, change: u32, rows: &[u32], f: impl FnOnce(&Frame<'_>) -> T) -> T {
    let root = Frame::root(env).with_shared(shared);
    let of = change_frame(&root, change).with_shared(shared);
    let binding = Binding::Rows(Arc::new(rows.to_vec()));
    f(&of.inner(rows.len(), Rows::First, vec![(VarId::ASSET, binding)]))
}

/// The approvals of the whole change that will have lapsed by then.
fn lapses(env: &Env<'_>, shared: &Shared, change: u32, by: Option<Instant>) -> Vec<String> {
    let root = Frame::root(env).with_shared(shared);
    lapsed(&change_frame(&root, change).with_shared(shared), false, &[by]).concat()
}

/// For each asset its own approvals that will have lapsed by its first instant, and by the change's.
fn own_lapses(
    env: &Env<'_>,
    shared: &Shared,
    change: u32,
    batches: &[&[u32]],
    each: &[Arc<Chances>],
    whole: Option<Instant>,
) -> Vec<(Vec<String>, Vec<String>)> {
    let own = |rows: &&[u32], chances: &[Arc<Chances>]| {
        let by: Vec<Option<Instant>> = chances.iter().map(|chances| chances.first).collect();
        in_frame(env, shared, change, rows, |frame| {
            let at_whole = lapsed(frame, true, &vec![whole; rows.len()]);
            lapsed(frame, true, &by).into_iter().zip(at_whole).collect::<Vec<_>>()
        })
    };
    batches.par_iter().zip(each.par_chunks(BATCH)).flat_map(|(rows, chances)| own(rows, chances)).collect()
}
