//! `not_before`: the first instant at which nothing but time would be in the way of a change, for each of its assets and for all together.

use std::borrow::Cow;
use std::sync::Arc;

use crate::time::{Duration, Instant, Starts};

use super::super::beside;
use super::super::env::Env;
use super::super::frame::Frame;
use super::super::observe::Step;
use super::group::{Allowed, FirstOf, Key, Layout, first, firsts};
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

/// By what rows of a change are told apart: by how they stand to blackouts and windows. Where their frame is there anyway they are numbered then.
#[derive(Debug)]
pub struct Sorting<'e, 'p> {
    plan: Plan<'e, 'p>,
    layout: Layout,
}

impl<'e, 'p> Sorting<'e, 'p> {
    fn new(env: &'e Env<'p>, wanted: Wanted) -> Self {
        let [_, furthest] = DAYS_AHEAD;
        // How rows stand to what is on at any time in question holds for every part of that time.
        let plan = ahead(env, wanted, furthest);
        Self { layout: Layout::new(&plan), plan }
    }

    /// Where it is certain beforehand that it will be asked: of a portion it always is.
    #[must_use]
    pub fn beforehand(env: &'e Env<'p>, change: u32, of_part: bool) -> Option<Self> {
        let wanted = Wanted::of(env, change).filter(|wanted| of_part || !wanted.own)?;
        (!is_timeless(env)).then(|| Self::new(env, wanted))
    }

    /// The numbers of the rows of a frame.
    #[must_use]
    pub fn numbers(&self, frame: &Frame<'_>) -> Vec<u32> {
        let _going = frame.env.going(Step::Times);
        self.layout.numbers(&self.plan, frame)
    }
}

/// Some of the rows of a change, and their numbers where they are there.
#[derive(Debug)]
pub struct Batch {
    /// The rows.
    pub rows: Vec<u32>,
    /// Their numbers by [`Sorting::numbers`].
    pub numbers: Option<Vec<u32>>,
}

/// Works them out. `blocked` says that something stops a row at the change's own time; `in_frame` hands some rows, as a frame, to a function.
#[must_use]
pub fn not_before<'e>(
    (env, sorting): (&'e Env<'_>, Option<Sorting<'e, '_>>),
    change: u32,
    rows: usize,
    blocked: bool,
    batches: &[Batch],
    in_frame: impl Fn(&[u32], &mut dyn FnMut(&Frame<'_>)) + Sync,
) -> NotBefore {
    let Some(wanted) = Wanted::of(env, change) else { return NotBefore { rows: vec![None; rows], whole: None } };
    if is_timeless(env) || (wanted.own && !blocked) {
        return NotBefore { rows: vec![Some(wanted.from); rows], whole: Some(wanted.from) };
    }
    let sorted = Sorted::new(sorting.unwrap_or_else(|| Sorting::new(env, wanted)), batches, in_frame);
    let mut found = NotBefore { rows: vec![None; rows], whole: None };
    for days in DAYS_AHEAD {
        let plan = ahead(env, wanted, days);
        let each = sorted.each(&plan);
        let open = each.iter().any(|(_, both)| !is_found(*both));
        let both = firsts(&Allowed::together(each.iter().map(|(allowed, _)| allowed)), wanted.from);
        found = NotBefore { rows: sorted.rows(&each), whole: agreed(both) };
        if !open && is_found(both) {
            break;
        }
    }
    found
}

/// When some of the rows of a change may go, and what is needed to say it of all.
#[derive(Clone, Debug)]
pub struct Part {
    /// By row; none where there is none, or where it hangs on something unknown.
    pub rows: Vec<Option<Instant>>,
    /// Nothing where the change's start is not known.
    pub openings: Option<Openings>,
}

/// When rows of a change may go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Openings {
    from: Instant,
    /// A row is stopped at the change's own time, or that is not what is asked.
    blocked: bool,
    /// The starts that all rows allow, for each time that is looked ahead, at worst and at best; nothing where no row asks for anything.
    sets: Vec<[Starts; 2]>,
}

/// Works out when some of the rows of a change may go, to be put together with others by [`Openings::together`].
#[must_use]
pub fn part<'e>(
    (env, sorting): (&'e Env<'_>, Option<Sorting<'e, '_>>),
    change: u32,
    rows: usize,
    blocked: bool,
    batches: &[Batch],
    in_frame: impl Fn(&[u32], &mut dyn FnMut(&Frame<'_>)) + Sync,
) -> Part {
    let Some(wanted) = Wanted::of(env, change) else { return Part { rows: vec![None; rows], openings: None } };
    let mut openings = Openings { from: wanted.from, blocked: blocked || !wanted.own, sets: Vec::new() };
    let free = vec![Some(wanted.from); rows];
    if rows == 0 || is_timeless(env) {
        return Part { rows: free, openings: Some(openings) };
    }
    let sorted = Sorted::new(sorting.unwrap_or_else(|| Sorting::new(env, wanted)), batches, in_frame);
    let mut found: Vec<Option<Instant>> = vec![None; rows];
    let mut open = true;
    for days in DAYS_AHEAD {
        let plan = ahead(env, wanted, days);
        let each = sorted.each(&plan);
        if open {
            found = sorted.rows(&each);
            open = each.iter().any(|(_, both)| !is_found(*both));
        }
        let together = Allowed::together(each.iter().map(|(allowed, _)| allowed));
        openings.sets.push([View::Worst, View::Best].map(|view| Starts::all_of(plan.horizon, together.sets(view))));
    }
    Part { rows: if openings.blocked { found } else { free }, openings: Some(openings) }
}

impl Openings {
    /// The same as one; none of none.
    #[must_use]
    pub fn merged(all: &[Self]) -> Option<Self> {
        let from = all.first()?.from;
        let of = |at: usize, view: usize| {
            let mut sets = all.iter().filter_map(|one| one.sets.get(at)?.get(view)).peekable();
            let horizon = sets.peek().map(|set| set.horizon())?;
            Some(Starts::all_of(horizon, sets))
        };
        let sets = (0..DAYS_AHEAD.len()).map_while(|at| Some([of(at, 0)?, of(at, 1)?])).collect();
        Some(Self { from, blocked: all.iter().any(|one| one.blocked), sets })
    }

    /// The first instant at which all of these may go; none where there is none, or where it hangs on something unknown.
    #[must_use]
    pub fn together(all: &[Self]) -> Option<Instant> {
        let from = all.first()?.from;
        if !all.iter().any(|one| one.blocked) {
            return Some(from);
        }
        let mut found = Some(from);
        for at in 0..DAYS_AHEAD.len() {
            let of =
                |view: usize| -> Vec<&Starts> { all.iter().filter_map(|one| one.sets.get(at)?.get(view)).collect() };
            let both = (first(&of(0), from), first(&of(1), from));
            found = agreed(both);
            if is_found(both) {
                break;
            }
        }
        found
    }
}

/// No blackout and no window is ever in the way.
fn is_timeless(env: &Env<'_>) -> bool {
    env.program.blackouts.is_empty() && env.program.windows.is_empty()
}

fn ahead<'e, 'p>(env: &'e Env<'p>, wanted: Wanted, days: i64) -> Plan<'e, 'p> {
    Plan::new(env, wanted, Duration::from_micros(days * DAY))
}

/// Rows by how they stand to blackouts and windows.
struct Sorted {
    layout: Layout,
    keys: Vec<Arc<Key>>,
    /// By row.
    places: Vec<u32>,
}

/// What each way to stand allows, and the first instants of that.
type Each = Vec<(Allowed, (FirstOf, FirstOf))>;

impl Sorted {
    fn new(
        sorting: Sorting<'_, '_>,
        batches: &[Batch],
        in_frame: impl Fn(&[u32], &mut dyn FnMut(&Frame<'_>)) + Sync,
    ) -> Self {
        let Sorting { plan, layout } = sorting;
        let parts: Vec<&Batch> = batches.iter().collect();
        let numbers: Vec<Cow<'_, [u32]>> = beside::each(&parts, |batch| match &batch.numbers {
            Some(numbers) => Cow::Borrowed(numbers.as_slice()),
            None => {
                let mut numbers = Vec::new();
                in_frame(&batch.rows, &mut |frame| numbers = layout.numbers(&plan, frame));
                Cow::Owned(numbers)
            }
        });
        let (order, places) = distinct(numbers.iter().flat_map(|numbers| numbers.iter()));
        let keys = order.iter().map(|number| layout.key(*number)).collect();
        Self { layout, keys, places }
    }

    fn each(&self, plan: &Plan<'_, '_>) -> Each {
        let sorts = self.layout.sorts(plan, &self.keys);
        let of = |key: &Arc<Key>| {
            let allowed = self.layout.allowed(plan, &sorts, key);
            let both = firsts(&allowed, plan.wanted.from);
            (allowed, both)
        };
        beside::each(&self.keys, of)
    }

    fn rows(&self, each: &Each) -> Vec<Option<Instant>> {
        let row = |place: &u32| each.get(*place as usize).and_then(|(_, both)| agreed(*both));
        self.places.iter().map(row).collect()
    }
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
