//! The instants at which each blackout, and the windows together, leave a change alone: once for whatever rows can give.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::program::{Effect, Head, PeriodId};
use crate::time::{
    self, Bound, Duration, Entry, Instant, Interval, Recurrence, Role, Source, Starts, Sure, Tested, Zone,
};

use super::super::env::Env;
use super::super::period::answers::{Answers, Begun, Standing, offers};
use super::super::period::entries::{entries, period_of};
use super::super::period::schedule;

/// What is asked of a change: from when on, and how long it takes.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The first instant that is asked about.
    pub from: Instant,
    /// The change's own time is asked about: `from` is its start.
    pub own: bool,
    /// The longest that the change may take.
    pub longest: Duration,
    /// The shortest.
    pub shortest: Duration,
    /// Whether work has begun.
    pub begun: Begun,
}

impl Wanted {
    /// Of a change; none where its start is not known.
    #[must_use]
    pub fn of(env: &Env<'_>, change: u32) -> Option<Self> {
        let schedule = schedule(env, change);
        let begun = Begun::of(env, change);
        if schedule.printed.by == "now" {
            let none = Duration::ZERO;
            return Some(Self { from: env.now, own: true, longest: none, shortest: none, begun });
        }
        let start = schedule.printed.from?;
        let hull = schedule.tested.hull();
        if schedule.tested.is_unknown() || hull.from() != start {
            return None;
        }
        let longest = hull.length();
        let shortest = if schedule.tested.is_exact() { longest } else { Duration::ZERO };
        Some(Self { from: start.max(env.now), own: start >= env.now, longest, shortest, begun })
    }
}

/// Whether the worst or the best is assumed of what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// What may restrict does.
    Worst,
    /// Only what certainly restricts does.
    Best,
}

/// Where a change may start by its windows, for each way in which they stand to an asset.
type Openings = HashMap<(Vec<Standing>, View), Arc<Starts>>;

/// How far ahead a question looks, and what was worked out for it.
#[derive(Debug)]
pub struct Plan<'e, 'p> {
    /// What the evaluation stands on.
    pub env: &'e Env<'p>,
    /// What is asked.
    pub wanted: Wanted,
    /// The instants at which the change might start.
    pub horizon: Interval,
    /// All that it could then touch.
    pub reach: Tested,
    /// What meets that.
    pub answers: Arc<Answers>,
    /// The blackouts that can stop a change in that time.
    pub blackouts: Vec<u16>,
    /// The windows that count.
    pub windows: Vec<u16>,
    clear: Mutex<HashMap<(PeriodId, u32, View), Arc<Starts>>>,
    open: Mutex<Openings>,
}

/// The horizon, the length of the change, for what a blackout is sure, which one, and what its clauses read.
type Asked = (Interval, Duration, Sure, PeriodId, u32);

/// The starts that are clear of blackouts: of portions of an inventory the same is asked again and again.
#[derive(Debug, Default)]
pub struct Clear(Mutex<HashMap<Asked, Arc<Starts>>>);

/// So many are remembered.
const REMEMBERED: usize = 1024;

impl Clear {
    fn get(&self, asked: &Asked) -> Option<Arc<Starts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(asked).map(Arc::clone)
    }

    fn keep(&self, asked: Asked, starts: &Arc<Starts>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(asked, Arc::clone(starts));
    }
}

/// The most that a statement does where it certainly holds, and where it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// It stops a change where it certainly holds.
    pub certain: bool,
    /// It stops a change where it may hold.
    pub unknown: bool,
}

impl Blocks {
    /// Of a statement.
    #[must_use]
    pub fn of(env: &Env<'_>, head: &Head) -> Self {
        let shown = head.muted || head.trial_until.is_some_and(|until| env.now.micros() < until);
        Self { certain: !shown && head.effect >= Effect::Hold, unknown: !shown && head.unknown >= Effect::Hold }
    }

    fn any(self) -> bool {
        self.certain || self.unknown
    }
}

impl<'e, 'p> Plan<'e, 'p> {
    /// A question about starts within `ahead` of the first instant.
    #[must_use]
    pub fn new(env: &'e Env<'p>, wanted: Wanted, ahead: Duration) -> Self {
        let horizon =
            Interval::new(wanted.from, wanted.from.saturating_add(ahead)).unwrap_or_else(|| Interval::at(wanted.from));
        let hull = Interval::new(horizon.from(), horizon.to().saturating_add(wanted.longest)).unwrap_or(horizon);
        let reach = Tested::exactly(hull);
        let answers = env.common.periods.answers.of(env, reach, wanted.begun);
        let stops = |head: &Head| Blocks::of(env, head).any();
        let live = answers.live(env).iter().copied();
        let blackouts = live.filter(|at| env.program.blackouts.get(usize::from(*at)).is_some_and(|p| stops(&p.head)));
        let windows = (0_u16..).zip(&env.program.windows).filter(|(_, period)| {
            let trial = period.head.trial_until.is_some_and(|until| env.now.micros() < until);
            !period.head.muted && !trial
        });
        Self {
            env,
            wanted,
            horizon,
            reach,
            blackouts: blackouts.collect(),
            windows: windows.map(|(at, _)| at).collect(),
            answers,
            clear: Mutex::default(),
            open: Mutex::default(),
        }
    }

    /// How long the change takes.
    #[must_use]
    pub fn length(&self, view: View) -> Duration {
        match view {
            View::Worst => self.wanted.longest,
            View::Best => self.wanted.shortest,
        }
    }

    /// The starts at which a change is clear of a blackout, for what its clauses read.
    #[must_use]
    pub fn clear_of(&self, at: u16, code: u32, view: View) -> Arc<Starts> {
        let id = PeriodId::Blackout(at);
        let locked = || self.clear.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = locked().get(&(id, code, view)) {
            return Arc::clone(known);
        }
        let Some(period) = period_of(self.env, id) else { return Arc::new(Starts::all(self.horizon)) };
        let sure = match view {
            View::Worst if Blocks::of(self.env, &period.head).unknown => Sure::Possible,
            View::Worst | View::Best => Sure::Certain,
        };
        let key = (self.horizon, self.length(view), sure, id, code);
        let all = &self.env.common.periods.clear;
        if let Some(known) = all.get(&key) {
            locked().insert((id, code, view), Arc::clone(&known));
            return known;
        }
        let own = entries(self.env, id, code);
        let sources: Vec<Source<'_>> = own.iter().map(|entry| Source { entry, tag: tag(id) }).collect();
        let length = self.length(view);
        let mut starts = time::may_start_clear_of(&sources, Role::Blackout, sure, length, self.horizon);
        if let Some(idle) = self.out_of_force(&period.head, tag(id), view) {
            starts = starts.union(&idle);
        }
        let starts = Arc::new(starts);
        all.keep(key, &starts);
        locked().insert((id, code, view), Arc::clone(&starts));
        starts
    }

    /// The same at worst for a blackout that certainly applies: one that stops a change only where it is not known whether it is met lets one go
    /// that certainly meets it.
    #[must_use]
    pub fn clear_or_certain(&self, at: u16, code: u32) -> Arc<Starts> {
        let clear = self.clear_of(at, code, View::Worst);
        let certainly_met = Starts::all(self.horizon).minus(&self.clear_of(at, code, View::Best));
        if certainly_met.ranges().is_empty() { clear } else { Arc::new(clear.union(&certainly_met)) }
    }

    /// The starts at which a statement is not in force; none where it always is.
    fn out_of_force(&self, head: &Head, tag: usize, view: View) -> Option<Starts> {
        if head.effective_from.is_none() && head.effective_until.is_none() {
            return None;
        }
        let from = head.effective_from.and_then(Instant::from_micros).unwrap_or(Instant::MIN);
        let until = head.effective_until.and_then(Instant::from_micros).unwrap_or(Instant::MAX);
        if from <= self.env.now && self.env.now < until {
            return None;
        }
        let recurrence = Recurrence::Fixed { from: Bound::Instant(from), to: Bound::Instant(until) };
        let entry = Entry::new(recurrence, Zone::utc());
        let sources = [Source { entry: &entry, tag }];
        Some(time::may_start_clear_of(&sources, Role::Blackout, Sure::Certain, self.length(view), self.horizon))
    }

    /// The starts at which the windows let a change go, as they stand to a row.
    #[must_use]
    pub fn inside(&self, standings: &[Standing], view: View) -> Arc<Starts> {
        let key = (standings.to_vec(), view);
        let locked = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = locked().get(&key) {
            return Arc::clone(known);
        }
        let starts = Arc::new(self.work_out(standings, view));
        locked().insert(key, Arc::clone(&starts));
        starts
    }

    fn work_out(&self, standings: &[Standing], view: View) -> Starts {
        let idle: Vec<Option<Starts>> = standings
            .iter()
            .map(|standing| {
                let id = PeriodId::Window(standing.at);
                self.out_of_force(&period_of(self.env, id)?.head, tag(id), view)
            })
            .collect();
        // Which windows are in force changes with the start: each way in which they are is looked at by itself.
        let mut ways: Vec<(Starts, Vec<Standing>)> = vec![(Starts::all(self.horizon), Vec::new())];
        for (standing, idle) in standings.iter().zip(&idle) {
            let split = |(when, active): (Starts, Vec<Standing>)| {
                let with: Vec<Standing> = active.iter().chain([standing]).copied().collect();
                let Some(idle) = idle else { return vec![(when, with)] };
                let (on, off) = (when.minus(idle), when.intersect(idle));
                [(on, with), (off, active)].into_iter().filter(|(when, _)| !when.ranges().is_empty()).collect()
            };
            ways = ways.into_iter().flat_map(split).collect();
        }
        ways.into_iter()
            .map(|(when, active)| self.kept(&active, view).intersect(&when))
            .reduce(|all, more| all.union(&more))
            .unwrap_or_else(|| Starts::none(self.horizon))
    }

    /// The starts at which windows that are in force let a change go.
    fn kept(&self, active: &[Standing], view: View) -> Starts {
        let env = self.env;
        let blocks = |standing: &Standing| {
            let head = period_of(env, PeriodId::Window(standing.at)).map(|period| &period.head);
            head.map_or(Blocks { certain: true, unknown: true }, |head| Blocks::of(env, head))
        };
        let binds = |standing: &&Standing| match view {
            View::Worst => standing.binds,
            View::Best => standing.certainly_binds,
        };
        let stops = |standing: &&Standing| match view {
            View::Worst => blocks(standing).any(),
            View::Best => blocks(standing).certain,
        };
        if !active.iter().filter(binds).any(|standing| stops(&standing)) {
            return Starts::all(self.horizon);
        }
        let offered: Vec<(Standing, Vec<Entry>)> = active
            .iter()
            .map(|standing| (*standing, offers(env, standing.at, standing.code, self.wanted.begun)))
            .collect();
        let inside = |view: View, chosen: &dyn Fn(&Standing) -> bool| {
            let sure = match view {
                View::Worst => Sure::Certain,
                View::Best => Sure::Possible,
            };
            let chosen = offered.iter().filter(|(standing, _)| chosen(standing));
            let sources: Vec<Source<'_>> = chosen
                .flat_map(|(standing, entries)| {
                    let tag = tag(PeriodId::Window(standing.at));
                    entries.iter().map(move |entry| Source { entry, tag })
                })
                .collect();
            time::may_start_inside(&sources, sure, self.length(view), self.horizon)
        };
        let mut together = match view {
            View::Worst => inside(view, &|standing| standing.must),
            View::Best => inside(view, &|_| true),
        };
        if view == View::Worst && active.iter().any(|standing| standing.binds && !standing.must) {
            let each = active.iter().filter(|one| one.binds).map(|one| inside(view, &|standing| standing == one));
            let each = each.reduce(|all, more| all.intersect(&more));
            together = each.map_or_else(|| together.clone(), |each| together.union(&each));
        }
        let all = Starts::all(self.horizon);
        let outside =
            |kept: &Starts, chosen: &dyn Fn(&Standing) -> bool| all.minus(kept).minus(&inside(View::Best, chosen));
        // What stops only where it is not known does nothing where the change certainly lies outside.
        let lenient = |one: &Standing| view == View::Worst && one.certainly_binds && !blocks(one).certain;
        let mut kept = all.clone();
        if active.iter().filter(binds).filter(stops).any(|one| !lenient(one)) {
            kept = together.clone();
        }
        for one in active.iter().filter(binds).filter(stops) {
            let mandatory = period_of(env, PeriodId::Window(one.at)).is_some_and(|period| period.mandatory);
            let own = mandatory.then(|| inside(view, &|standing| standing == one));
            if lenient(one) {
                let mut allowed = own.as_ref().map_or_else(|| together.clone(), |own| together.intersect(own));
                allowed = allowed.union(&outside(&together, &|_| true));
                if let Some(own) = &own {
                    allowed = allowed.union(&outside(own, &|standing| standing == one));
                }
                kept = kept.intersect(&allowed);
            } else if let Some(own) = &own {
                kept = kept.intersect(own);
            }
        }
        kept
    }
}

/// The number by which the time room knows a statement.
#[must_use]
pub fn tag(id: PeriodId) -> usize {
    match id {
        PeriodId::Blackout(at) => usize::from(at) * 2,
        PeriodId::Window(at) => usize::from(at) * 2 + 1,
    }
}

/// The statement with that number.
#[must_use]
pub fn statement(tag: usize) -> Option<PeriodId> {
    let at = u16::try_from(tag / 2).ok()?;
    Some(if tag.is_multiple_of(2) { PeriodId::Blackout(at) } else { PeriodId::Window(at) })
}
