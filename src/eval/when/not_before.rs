//! `not_before`: the first instant at which nothing but time would be in the way of a change, for each of its assets and for all together.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::time::{Duration, Instant};

use super::super::env::Env;
use super::super::frame::Frame;
use super::group::{Constraint, FirstOf, Key, Layout, first, together};
use super::plan::{Plan, View, Wanted};

/// How far ahead is looked, in days: first not far, since most blackouts are over soon, then as far as the language says.
const DAYS_AHEAD: [i64; 2] = [30, 400];

const DAY: i64 = 86_400_000_000;

/// The first instants of a change.
#[derive(Clone, Debug, Default)]
pub struct NotBefore {
    /// By row; none where there is none, or where it hangs on something unknown.
    pub rows: Vec<Option<Instant>>,
    /// For all rows together.
    pub whole: Option<Instant>,
}

/// Works them out. `blocked` says that something stops a row at the change's own time; `frames` hands each batch of rows, as a frame, to a
/// function.
#[must_use]
pub fn not_before<T: Sync>(
    env: &Env<'_>,
    change: u32,
    rows: usize,
    blocked: bool,
    batches: &[T],
    in_frame: impl Fn(&T, &mut dyn FnMut(&Frame<'_>)) + Sync,
) -> NotBefore {
    let Some(wanted) = Wanted::of(env, change) else { return NotBefore { rows: vec![None; rows], whole: None } };
    let timeless = env.program.blackouts.is_empty() && env.program.windows.is_empty();
    if timeless || (wanted.own && !blocked) {
        return NotBefore { rows: vec![Some(wanted.from); rows], whole: Some(wanted.from) };
    }
    let mut found = NotBefore { rows: vec![None; rows], whole: None };
    for days in DAYS_AHEAD {
        let plan = Plan::new(env, wanted, Duration::from_micros(days * DAY));
        let layout = Layout::new(&plan);
        let keys: Vec<Vec<Key>> = batches
            .par_iter()
            .map(|batch| {
                let mut keys = Vec::new();
                in_frame(batch, &mut |frame| keys = layout.keys(&plan, frame));
                keys
            })
            .collect();
        let mut firsts: HashMap<&Key, (FirstOf, FirstOf)> = HashMap::new();
        let mut all: [Vec<Vec<Constraint>>; 2] = [Vec::new(), Vec::new()];
        let mut open = false;
        let mut each = Vec::with_capacity(rows);
        for key in keys.iter().flatten() {
            let both = *firsts.entry(key).or_insert_with(|| {
                let [worst, best] = [View::Worst, View::Best].map(|view| layout.constraints(&plan, key, view));
                let both = (first(&worst, wanted.from), first(&best, wanted.from));
                all[0].push(worst);
                all[1].push(best);
                both
            });
            open |= !is_found(both);
            each.push(agreed(both));
        }
        let [worst, best] = all.map(together);
        let both = (first(&worst, wanted.from), first(&best, wanted.from));
        found = NotBefore { rows: each, whole: agreed(both) };
        if !open && is_found(both) {
            break;
        }
    }
    found
}

fn is_found(both: (FirstOf, FirstOf)) -> bool {
    matches!(both, (FirstOf::At(_), FirstOf::At(_)))
}

/// The instant that both views agree on.
#[must_use]
pub fn agreed(both: (FirstOf, FirstOf)) -> Option<Instant> {
    match both {
        (FirstOf::At(worst), FirstOf::At(best)) if worst == best => Some(worst),
        _ => None,
    }
}
