//! What the blackouts that read the same allow together: once for each way in which rows stand to them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::check::program::PeriodId;
use crate::time::{self, Entry, Instant, Role, Source, Starts, Sure};

use super::super::beside;
use super::super::period::entries::{entries, period_of};
use super::super::period::stands::Stand;
use super::Limit;
use super::group::{Constraint, constraint, counts, is_all, is_uncertain};
use super::plan::{Blocks, Plan, View, tag};

/// How a group of blackouts stands to rows: what these give for the times, and for the conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sort {
    /// Which group.
    pub group: usize,
    /// What is given for the times.
    pub times: u32,
    /// What is given for the conditions.
    pub scope: u32,
}

/// The blackouts of a group that may apply, and how they stand to rows.
type Concerned = Vec<(u16, Stand)>;

/// What opens (or else closes) a stretch at an instant.
type Told = HashMap<(Instant, bool), Arc<Vec<Limit>>>;

/// What a group of blackouts allows.
#[derive(Debug)]
pub struct Merged {
    concerned: Arc<Concerned>,
    /// What is given for their times.
    code: u32,
    /// The starts that all of them allow, at worst and at best; none where they allow all.
    starts: [Option<Arc<Starts>>; 2],
    parts: OnceLock<Vec<Constraint>>,
    uncertain: OnceLock<Vec<PeriodId>>,
    told: Mutex<Told>,
}

impl Merged {
    fn new(plan: &Plan<'_, '_>, concerned: Arc<Concerned>, code: u32) -> Self {
        let chosen = |view: View| -> Concerned {
            concerned.iter().filter(|(at, stand)| counts(plan, *at, *stand, view)).copied().collect()
        };
        let (worst, best) = (chosen(View::Worst), chosen(View::Best));
        let kept = |starts: Starts| (!is_all(&starts)).then(|| Arc::new(starts));
        let (at_worst, all_certain) = clear(plan, &worst, code, View::Worst);
        let at_worst = kept(at_worst);
        let same = all_certain && worst == best && plan.length(View::Worst) == plan.length(View::Best);
        let at_best = if same { at_worst.clone() } else { kept(clear(plan, &best, code, View::Best).0) };
        Self {
            concerned,
            code,
            starts: [at_worst, at_best],
            parts: OnceLock::new(),
            uncertain: OnceLock::new(),
            told: Mutex::default(),
        }
    }

    /// The starts that all of them allow; none where they allow all.
    #[must_use]
    pub fn starts(&self, view: View) -> Option<&Starts> {
        let [worst, best] = &self.starts;
        if view == View::Worst { worst.as_deref() } else { best.as_deref() }
    }

    /// What each of them allows at worst, but for those that allow everything; worked out where it is asked for.
    pub fn parts(&self, plan: &Plan<'_, '_>) -> &[Constraint] {
        self.parts.get_or_init(|| {
            let each = self.concerned.iter();
            each.filter_map(|(at, stand)| constraint(plan, *at, self.code, *stand, View::Worst)).collect()
        })
    }

    /// Those of which it is not known what they allow; worked out where it is asked for.
    pub fn uncertain(&self, plan: &Plan<'_, '_>) -> &[PeriodId] {
        self.uncertain.get_or_init(|| {
            let uncertain = self.concerned.iter().filter(|(at, stand)| is_uncertain(plan, *at, self.code, *stand));
            uncertain.map(|(at, _)| PeriodId::Blackout(*at)).collect()
        })
    }

    /// What is said of an instant at which something opens, or closes; worked out once.
    pub fn told(&self, at: Instant, opens: bool, tell: impl FnOnce() -> BTreeSet<Limit>) -> Arc<Vec<Limit>> {
        let locked = || self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = locked().get(&(at, opens)) {
            return Arc::clone(known);
        }
        let limits = Arc::new(tell().into_iter().collect());
        locked().insert((at, opens), Arc::clone(&limits));
        limits
    }
}

/// The starts at which a change is clear of all of these blackouts, and whether all that they say is certain.
fn clear(plan: &Plan<'_, '_>, blackouts: &Concerned, code: u32, view: View) -> (Starts, bool) {
    let always = |(at, _): &(u16, Stand)| {
        period_of(plan.env, PeriodId::Blackout(*at)).is_some_and(|period| {
            let head = &period.head;
            let by_dates = head.effective_from.is_some() || head.effective_until.is_some();
            let blocks = Blocks::of(plan.env, head);
            !by_dates && blocks.certain && (view == View::Best || blocks.unknown)
        })
    };
    // Those that are always in force, and of which the same occurrences count, are gone through together.
    let (alike, others): (Concerned, Concerned) = blackouts.iter().copied().partition(always);
    let own: Vec<(u16, Arc<Vec<Entry>>)> =
        alike.iter().map(|(at, _)| (*at, entries(plan.env, PeriodId::Blackout(*at), code))).collect();
    let sources: Vec<Source<'_>> = own
        .iter()
        .flat_map(|(at, entries)| entries.iter().map(|entry| Source { entry, tag: tag(PeriodId::Blackout(*at)) }))
        .collect();
    let (length, horizon) = (plan.length(view), plan.horizon);
    let (starts, all_certain) = match view {
        View::Worst => time::may_start_certainly_clear_of(&sources, Role::Blackout, length, horizon),
        View::Best => (time::may_start_clear_of(&sources, Role::Blackout, Sure::Certain, length, horizon), true),
    };
    let rest: Vec<Constraint> =
        others.iter().filter_map(|(at, stand)| constraint(plan, *at, code, *stand, view)).collect();
    let all = Starts::all_of(horizon, std::iter::once(&starts).chain(rest.iter().map(|one| &*one.starts)));
    (all, all_certain && others.is_empty())
}

/// What groups of blackouts allow, for each way in which rows stand to them.
#[derive(Debug, Default)]
pub struct Sorts(HashMap<Sort, Arc<Merged>>);

impl Sorts {
    /// Works out the ways that are wanted; `blackouts` are those of a group.
    #[must_use]
    pub fn new<'g>(
        plan: &Plan<'_, '_>,
        wanted: impl Iterator<Item = Sort>,
        blackouts: impl Fn(usize) -> &'g [u16],
    ) -> Self {
        let mut wanted: Vec<Sort> = wanted.collect::<HashSet<Sort>>().into_iter().collect();
        wanted.sort_unstable();
        let mut concerned: HashMap<(usize, u32), Concerned> = HashMap::new();
        for group in wanted.chunk_by(|a, b| a.group == b.group) {
            let Some(first) = group.first() else { continue };
            let codes: BTreeSet<u32> = group.iter().map(|sort| sort.scope).collect();
            for at in blackouts(first.group) {
                let stands = plan.env.common.periods.stands.so_far(PeriodId::Blackout(*at));
                for code in &codes {
                    let stand = stands.get(*code as usize).copied().flatten().unwrap_or(Stand::UNKNOWN);
                    if stand.applies().be_true {
                        concerned.entry((first.group, *code)).or_default().push((*at, stand));
                    }
                }
            }
        }
        let concerned: HashMap<(usize, u32), Arc<Concerned>> =
            concerned.into_iter().map(|(which, stands)| (which, Arc::new(stands))).collect();
        let found = beside::each(&wanted, |sort| {
            let concerned = concerned.get(&(sort.group, sort.scope))?;
            Some((*sort, Arc::new(Merged::new(plan, Arc::clone(concerned), sort.times))))
        });
        Self(found.into_iter().flatten().collect())
    }

    /// What was worked out; none where no blackout of the group may apply.
    #[must_use]
    pub fn get(&self, sort: Sort) -> Option<Arc<Merged>> {
        self.0.get(&sort).cloned()
    }
}
