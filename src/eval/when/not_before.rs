//! `not_before`: the first instant at which nothing but time would be in the way of a change, for each of its assets and for all together.

use rayon::prelude::*;

use crate::time::{Duration, Instant};

use super::super::env::Env;
use super::super::frame::Frame;
use super::group::{Allowed, FirstOf, Layout, firsts};
use super::plan::{Plan, Wanted};

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
    let [_, furthest] = DAYS_AHEAD;
    let ahead = |days: i64| Plan::new(env, wanted, Duration::from_micros(days * DAY));
    // How rows stand to what is on at any time in question holds for every part of that time.
    let plan = ahead(furthest);
    let layout = Layout::new(&plan);
    let numbers: Vec<Vec<u32>> = batches
        .par_iter()
        .map(|batch| {
            let mut numbers = Vec::new();
            in_frame(batch, &mut |frame| numbers = layout.numbers(&plan, frame));
            numbers
        })
        .collect();
    let (order, places) = distinct(numbers.iter().flatten());
    let keys: Vec<_> = order.iter().map(|number| layout.key(*number)).collect();
    for days in DAYS_AHEAD {
        let plan = ahead(days);
        let sorts = layout.sorts(&plan, &keys);
        let each: Vec<(Allowed, (FirstOf, FirstOf))> = keys
            .par_iter()
            .map(|key| {
                let allowed = layout.allowed(&plan, &sorts, key);
                let both = firsts(&allowed, wanted.from);
                (allowed, both)
            })
            .collect();
        let open = each.iter().any(|(_, both)| !is_found(*both));
        let both = firsts(&Allowed::together(each.iter().map(|(allowed, _)| allowed)), wanted.from);
        let row = |place: &u32| each.get(*place as usize).and_then(|(_, both)| agreed(*both));
        found = NotBefore { rows: places.iter().map(row).collect(), whole: agreed(both) };
        if !open && is_found(both) {
            break;
        }
    }
    found
}

/// The different numbers in the order in which they come first, and for each number its place among these.
#[must_use]
pub fn distinct<'n>(numbers: impl Iterator<Item = &'n u32>) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<u32> = Vec::new();
    let mut known: Vec<Option<u32>> = Vec::new();
    let place = |number: &u32| {
        let at = *number as usize;
        if known.len() <= at {
            known.resize(at + 1, None);
        }
        let next = u32::try_from(order.len()).unwrap_or(u32::MAX);
        let Some(place) = known.get_mut(at) else { return u32::MAX };
        *place.get_or_insert_with(|| {
            order.push(*number);
            next
        })
    };
    let places = numbers.map(place).collect();
    (order, places)
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
