//! Blackouts, windows, and when a statement is in force.

use std::collections::BTreeMap;

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::clock::{self, Clock};
use super::decide::Reason;
use super::eval::{Binding, Env};
use super::facts::{self, Rec};
use super::recur::Minute;
use super::tested::{Span, Tested};
use super::time::{self, MINUTE};
use super::value::K;
use crate::vocab::Ent;

/// What the times are of: doubt never opens a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Blackout,
    Window,
}

/// Whether work on a change has begun.
enum Begun {
    No,
    At(Minute),
    Unknown,
}

impl<'a> World<'a> {
    /// Whether a statement is in force; a triage only by `now`.
    pub fn in_force(&self, common: &Common, tested: Option<&Tested>) -> K {
        let Some((from, until)) = common.effective else { return K::TRUE };
        let until_day = |d: i32| if self.is(Mutant::UntilExcludesItsDay) { d - 1 } else { d };
        let from = from.and_then(|d| time::end_of_day(d - 1, &self.zone)).unwrap_or(i64::MIN);
        let until = until.and_then(|d| time::end_of_day(until_day(d), &self.zone)).unwrap_or(i64::MAX);
        let now = K::of(from <= self.now && self.now < until);
        tested.map_or(now, |t| now.or(t.meets(&[(from, until)])))
    }

    /// Whether it is still on trial.
    pub fn on_trial(&self, common: &Common) -> bool {
        let on = |day: i32| time::end_of_day(day, &self.zone).is_some_and(|end| self.now < end);
        common.trial.is_some_and(on) && !self.is(Mutant::TrialTakesEffect)
    }

    pub fn scope(&'a self, common: &Common, env: &Env<'a>) -> K {
        [&common.scope, &common.when].into_iter().flatten().map(|e| self.cond(e, env)).fold(K::TRUE, K::and)
    }

    pub fn except(&'a self, common: &Common, env: &Env<'a>) -> K {
        let k = common.except.as_ref().map_or(K::FALSE, |e| self.cond(e, env));
        if self.is(Mutant::ExceptOnUnknown) { K::of(k.may) } else { k }
    }

    /// The name of the zone that a clause goes by.
    fn zone_of(&self, zone: &RangeZone, env: &Env<'a>) -> Option<String> {
        match zone {
            RangeZone::Policy => Some(self.policy.zone.to_owned()),
            RangeZone::Fixed(name) => Some((*name).to_owned()),
            RangeZone::Asset => {
                let Binding::Asset(asset) = env.get("asset") else { panic!("asset is no asset") };
                match facts::scalar(asset, Ent::Asset, "timezone", self.now).only() {
                    Some(Val::Str(name)) => Some(name.to_string()),
                    _ => None,
                }
            }
        }
    }

    pub fn clock(&self, zone: &str) -> Option<Clock> {
        if let Some(known) = self.clocks.borrow().get(zone) {
            return Some(known.clone());
        }
        let clock = Clock::of(zone)?;
        self.clocks.borrow_mut().insert(zone.to_owned(), clock.clone());
        Some(clock)
    }

    /// Whether a minute lies in a fixed range, by a clock.
    pub fn in_range(&self, clause: &TimeClause, clock: &Clock, side: Side, minute: Minute) -> K {
        let TimeClause::Range { from, to, .. } = clause else { panic!("{clause:?} is no range") };
        let elsewhere = |t: &TimeLit| self.time_literal(t).expect("a time of our days").div_euclid(MINUTE);
        let shown = |t: &TimeLit| i64::from(t.date) * clock::DAY + i64::from(t.minute);
        let begun = match from {
            EndPoint::Date(d) => clock.reached(minute, i64::from(*d) * clock::DAY),
            EndPoint::Time(t) if t.zone == ZoneSpec::Policy => clock.reached(minute, shown(t)),
            EndPoint::Time(t) => minute >= elsewhere(t),
        };
        let over = match to {
            EndPoint::Date(d) => self.ended(clock, side, i64::from(*d + 1) * clock::DAY, minute),
            EndPoint::Time(t) if t.zone == ZoneSpec::Policy => self.ended(clock, side, shown(t), minute),
            EndPoint::Time(t) => minute >= elsewhere(t),
        };
        K::of(begun && !over)
    }

    /// The zone that a clause's times are of; a calendar's are its own.
    fn zone_of_clause(clause: &TimeClause) -> Option<&RangeZone> {
        match clause {
            TimeClause::Range { zone, .. } | TimeClause::Weekly { zone, .. } => Some(zone),
            TimeClause::Clause(Clause { times: Times::Calendar(_), .. }) => None,
            TimeClause::Clause(clause) => Some(&clause.zone),
        }
    }

    /// Whether a minute lies in a clause's times; unknown where its zone is.
    fn inside(&self, clause: &TimeClause, side: Side, minute: Minute, env: &Env<'a>) -> K {
        self.inside_by(clause, self.clock_of_clause(clause, env).as_ref(), side, minute)
    }

    fn clock_of_clause(&self, clause: &TimeClause, env: &Env<'a>) -> Option<Clock> {
        self.zone_of(Self::zone_of_clause(clause)?, env).and_then(|name| self.clock(&name))
    }

    fn inside_by(&self, clause: &TimeClause, clock: Option<&Clock>, side: Side, minute: Minute) -> K {
        if let TimeClause::Clause(Clause { times: Times::Calendar(name), .. }) = clause {
            return self.in_calendar(name, side, minute);
        }
        let Some(clock) = clock else { return K::UNKNOWN };
        match clause {
            TimeClause::Range { .. } => self.in_range(clause, clock, side, minute),
            TimeClause::Weekly { days, from, to, .. } => {
                let times = Times::Recur(Recur::Weekly(days.clone()), Hours::Clock(*from, *to));
                let clause = Clause { times, zone: RangeZone::Policy, not_on: Vec::new() };
                self.recurs(&clause, clock, side, minute)
            }
            TimeClause::Clause(Clause { times: Times::File(file, covers), .. }) => {
                self.in_file(file, *covers, clock, minute)
            }
            TimeClause::Clause(clause) => self.recurs(clause, clock, side, minute),
        }
    }

    /// Whether a period is on at any time.
    fn while_holds(&'a self, period: &Period, env: &Env<'a>) -> K {
        let k = period.while_.as_ref().map_or(K::FALSE, |e| self.cond(e, env));
        if self.is(Mutant::WhileOnlyWhereCertain) { K::of(k.must) } else { k }
    }

    /// Whether a minute lies in a period's times, whatever its scope.
    fn in_period(&'a self, period: &Period, minute: Minute, env: &Env<'a>) -> K {
        // Nothing but the change and the asset makes a difference.
        let asset = match env.find("asset") {
            Some(Binding::Asset(Rec::Json(json))) => std::ptr::from_ref(*json).addr(),
            Some(Binding::Asset(Rec::Id(id))) => id.as_ptr().addr(),
            _ => 0,
        };
        let key = (std::ptr::from_ref(period).addr(), env.change(), asset, minute.div_euclid(clock::DAY));
        let at = minute.rem_euclid(clock::DAY) as usize;
        if let Some(known) = self.period_days.borrow().get(&key).and_then(|day| day[at]) {
            return known;
        }
        let k = self.looked_at(period, minute, env);
        let mut days = self.period_days.borrow_mut();
        days.entry(key).or_insert_with(|| vec![None; clock::DAY as usize])[at] = Some(k);
        k
    }

    fn looked_at(&'a self, period: &Period, minute: Minute, env: &Env<'a>) -> K {
        let side = if period.window { Side::Window } else { Side::Blackout };
        let mut inside = self.while_holds(period, env);
        for clause in &period.times {
            if !inside.must {
                inside = inside.or(self.inside(clause, side, minute, env));
            }
        }
        inside
    }

    /// The same for a change that has begun: where a window lets it finish late, one in which it began has no end.
    fn open_for(&'a self, period: &Period, minute: Minute, begun: &Begun, env: &Env<'a>) -> K {
        let inside = self.in_period(period, minute, env);
        if !period.overrun || self.is(Mutant::OverrunIsIgnored) {
            return inside;
        }
        match begun {
            Begun::At(begun) if minute >= *begun => inside.or(self.in_period(period, *begun, env)),
            Begun::At(_) | Begun::No => inside,
            // Had it begun within, it might finish at any time.
            Begun::Unknown => inside.or(K::UNKNOWN),
        }
    }

    /// When the change began.
    fn begun(&self, env: &Env<'a>) -> Begun {
        let change = Rec::Json(&self.changes[env.change()]);
        match facts::scalar(&change, Ent::Change, "started_at", self.now).only() {
            Some(Val::Time(t)) => Begun::At(t.div_euclid(MINUTE)),
            Some(_) => Begun::No,
            None => Begun::Unknown,
        }
    }

    /// Whether the interval meets one of a period's times.
    pub fn overlaps(&'a self, period: &Period, tested: &Tested, env: &Env<'a>) -> K {
        let at = |minute: Minute| self.in_period(period, minute, env);
        let Some(hull) = tested.hull else {
            // Of a change of which no time is known only what holds at any time can be said.
            let always = self.while_holds(period, env);
            let sometimes = if period.times.is_empty() { K::FALSE } else { K::UNKNOWN };
            return always.or(sometimes);
        };
        let any = |span: Span, holds: &dyn Fn(K) -> bool| minutes(span).any(|minute| holds(at(minute)));
        let core = !tested.core.is_empty() && tested.core.iter().all(|core| any(*core, &|k| k.must));
        K { must: core, may: core || any(hull, &|k| k.may) }
    }

    /// `overlaps(x)`: scope and time, whatever its `except` says.
    pub fn read_overlaps(&'a self, name: &str, env: &Env<'a>) -> K {
        let period = self.policy.periods.iter().find(|p| p.name == *name).expect("a period");
        let tested = self.tested(env.change());
        self.scope(&period.common, env)
            .and(self.overlaps(period, &tested, env))
            .and(self.in_force(&period.common, Some(&tested)))
            .and(if self.is(Mutant::OverlapsReadsExcept) { self.except(&period.common, env).not() } else { K::TRUE })
    }

    pub fn blackout(&'a self, period: &Period, tested: &Tested, env: &Env<'a>) -> Option<Reason> {
        let common = &period.common;
        let applies =
            self.scope(common, env).and(self.overlaps(period, tested, env)).and(self.in_force(common, Some(tested)));
        self.reason(&period.name, "blackout", common, Effect::Defer, applies, self.except(common, env))
    }

    /// The reasons of all windows of one asset: they count together.
    pub fn windows(&'a self, tested: &Tested, env: &Env<'a>) -> Vec<Reason> {
        let (trial, counting): (Vec<&Period>, Vec<&Period>) =
            self.policy.periods.iter().filter(|p| p.window).partition(|p| self.on_trial(&p.common));
        let mut reasons = self.windows_together(&counting, tested, env);
        // A window on trial opens nothing; it reports whom it would stop.
        reasons.extend(trial.into_iter().flat_map(|w| self.windows_together(&[w], tested, env)));
        reasons
    }

    fn windows_together(&'a self, windows: &[&Period], tested: &Tested, env: &Env<'a>) -> Vec<Reason> {
        // What windows offer: whatever their `except` says. And each window that may bind, and whether it certainly does.
        let mut offers: Vec<(&Period, bool)> = Vec::new();
        let mut binding: Vec<(&Period, bool)> = Vec::new();
        for window in windows {
            let scope = self.scope(&window.common, env).and(self.in_force(&window.common, Some(tested)));
            let except = self.except(&window.common, env);
            if scope.may {
                offers.push((window, scope.must));
            }
            if scope.may && !except.must {
                binding.push((window, scope.must && !except.may));
            }
        }
        if binding.is_empty() {
            return Vec::new();
        }
        let begun = self.begun(env);
        let open = |w: &Period, minute: Minute| self.open_for(w, minute, &begun, env);
        let inside = |windows: &[&Period]| -> bool {
            let Some(hull) = tested.hull else {
                if windows.iter().any(|w| self.while_holds(w, env).must) {
                    return true;
                }
                // Any time may be asked for. A rule of RFC 5545 has a first occurrence.
                let rule = |c: &&TimeClause| matches!(c, TimeClause::Clause(Clause { times: Times::Rule(..), .. }));
                let clauses = windows.iter().flat_map(|w| &w.times).filter(|c| !rule(c));
                let mut zones: BTreeMap<String, Vec<&TimeClause>> = BTreeMap::new();
                for clause in clauses {
                    zones.entry(self.group(clause, env)).or_default().push(clause);
                }
                return zones.iter().any(|(zone, clauses)| self.leaves_no_gap(zone, clauses, env));
            };
            minutes(hull).all(|minute| windows.iter().any(|w| open(w, minute).must))
        };
        let counts = |sure: bool| sure || self.is(Mutant::UnionOfPossibleWindows);
        let union: Vec<&Period> = offers.iter().filter(|(_, sure)| counts(*sure)).map(|(w, _)| *w).collect();
        let by_union = inside(&union);
        let by_each = binding.iter().all(|(w, _)| inside(&[*w]));
        let may_be_inside = |windows: &[&Period]| {
            let core_inside = |core: &Span| minutes(*core).all(|minute| windows.iter().any(|w| open(w, minute).may));
            tested.core.is_empty() || tested.core.iter().any(core_inside)
        };
        let all: Vec<&Period> = offers.iter().map(|(w, _)| *w).collect();
        let together = !(by_union || by_each);
        let outside = !may_be_inside(&all);
        let mut reasons = Vec::new();
        for (w, sure) in &binding {
            // A mandatory window must hold by itself.
            let alone = w.mandatory && !self.is(Mutant::MandatoryIsNot) && !inside(&[*w]);
            if together || alone {
                let certain = (together && outside) || (alone && !may_be_inside(&[*w]));
                let fails = K { must: *sure && certain, may: true };
                reasons.extend(self.reason(&w.name, "window", &w.common, Effect::Defer, fails, K::FALSE));
            }
        }
        reasons
    }

    /// Whether clauses of windows that go by one clock cover every minute: what leaves no gap for so long leaves none.
    fn leaves_no_gap(&self, zone: &str, clauses: &[&TimeClause], env: &Env<'a>) -> bool {
        let key = (zone.to_owned(), clauses.iter().map(|c| std::ptr::from_ref(*c).addr()).collect());
        if let Some(known) = self.gapless.borrow().get(&key) {
            return *known;
        }
        let by: Vec<_> = clauses.iter().map(|c| (*c, self.clock_of_clause(c, env))).collect();
        let open = |minute| by.iter().any(|(c, clock)| self.inside_by(c, clock.as_ref(), Side::Window, minute).must);
        let gapless = minutes((self.now - 420 * time::DAY, self.now + 420 * time::DAY)).all(open);
        self.gapless.borrow_mut().insert(key, gapless);
        gapless
    }

    /// The name of what goes by one clock.
    fn group(&self, clause: &TimeClause, env: &Env<'a>) -> String {
        match clause {
            TimeClause::Clause(Clause { times: Times::Calendar(name), .. }) => format!("calendar {name}"),
            _ => Self::zone_of_clause(clause).and_then(|zone| self.zone_of(zone, env)).unwrap_or_default(),
        }
    }
}

/// The minutes that an interval touches; of an instant its own.
fn minutes((from, to): Span) -> std::ops::RangeInclusive<Minute> {
    let last = if to > from { to - 1 } else { from };
    from.div_euclid(MINUTE)..=last.div_euclid(MINUTE)
}
