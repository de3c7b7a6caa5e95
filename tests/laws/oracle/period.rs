//! Blackouts, windows, and when a statement is in force.

use std::collections::BTreeMap;

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::decide::Reason;
use super::eval::{Binding, Env};
use super::facts;
use super::tested::{Span, Tested};
use super::time::{self, Twice};
use super::value::K;
use crate::vocab::Ent;

/// The times of a clause near an interval; none where the zone is not known.
type Occurrences = Option<Vec<Span>>;

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
    fn zone_of(&self, clause: &TimeClause, env: &Env<'a>) -> Option<String> {
        let (TimeClause::Range { zone, .. } | TimeClause::Weekly { zone, .. }) = clause;
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

    fn occurrences(&self, period: &Period, clause: &TimeClause, near: Span, env: &Env<'a>) -> Occurrences {
        let last = if period.window != self.is(Mutant::EndsTwiceTheOtherWay) { Twice::First } else { Twice::Second };
        let zone = self.zone_of(clause, env).and_then(|name| time::zone(&name));
        match clause {
            TimeClause::Range { from, to, .. } => {
                let zone = zone?;
                let literal = |t: &TimeLit, twice| match t.zone {
                    ZoneSpec::Policy => time::at(t.date, t.minute, &zone, twice),
                    _ => self.time_literal(t),
                };
                let start = match from {
                    EndPoint::Date(d) => time::at(*d, 0, &zone, Twice::First)?,
                    EndPoint::Time(t) => literal(t, Twice::First)?,
                };
                let end = match to {
                    EndPoint::Date(d) => time::at(*d + 1, 0, &zone, last)?,
                    EndPoint::Time(t) => literal(t, last)?,
                };
                Some(vec![(start, end)])
            }
            TimeClause::Weekly { days, from, to, .. } => {
                let zone = zone?;
                let first = time::local_day(near.0, &zone)? - 2;
                let past = time::local_day(near.1, &zone)? + 2;
                let crosses = to <= from && !self.is(Mutant::MidnightIsNotCrossed);
                let on = |day: i32| {
                    let start = time::at(day, *from, &zone, Twice::First)?;
                    let end = time::at(day, *to + if crosses { 1440 } else { 0 }, &zone, last)?;
                    Some((start, end))
                };
                let chosen = (first..=past).filter(|day| days.contains(&time::weekday(*day)));
                Some(chosen.filter_map(on).filter(|(a, b)| a < b).collect())
            }
        }
    }

    /// Whether the interval meets one of a period's times.
    fn overlaps(&self, period: &Period, tested: &Tested, env: &Env<'a>) -> K {
        let Some(hull) = tested.hull else { return K::UNKNOWN };
        let clause = |c: &TimeClause| self.occurrences(period, c, hull, env).map_or(K::UNKNOWN, |o| tested.meets(&o));
        period.times.iter().map(clause).fold(K::FALSE, K::or)
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
        // Of a change of which no time is known any may be asked for; what leaves no gap in one zone for so long leaves none.
        let always = (self.now - 420 * time::DAY, self.now + 420 * time::DAY);
        let hull = Some(tested.hull.unwrap_or(always));
        // The times of a window, and whether all of them are known.
        let times = |w: &Period| -> (Vec<Span>, bool) {
            let Some(hull) = hull else { return (Vec::new(), false) };
            let all: Vec<Occurrences> = w.times.iter().map(|c| self.occurrences(w, c, hull, env)).collect();
            let known = all.iter().all(Option::is_some);
            (all.into_iter().flatten().flatten().collect(), known)
        };
        let inside = |span: Option<Span>, windows: &mut dyn Iterator<Item = &Period>| {
            if tested.hull.is_some() {
                return span.is_some_and(|span| contains(windows.flat_map(|w| times(w).0).collect(), span));
            }
            let mut by_zone: BTreeMap<String, Vec<Span>> = BTreeMap::new();
            for (window, clause) in windows.flat_map(|w| w.times.iter().map(move |c| (w, c))) {
                if let (Some(zone), Some(times)) =
                    (self.zone_of(clause, env), self.occurrences(window, clause, always, env))
                {
                    by_zone.entry(zone).or_default().extend(times);
                }
            }
            by_zone.into_values().any(|times| contains(times, always))
        };
        let counts = |sure: bool| sure || self.is(Mutant::UnionOfPossibleWindows);
        let by_union = inside(hull, &mut offers.iter().filter(|(_, sure)| counts(*sure)).map(|(w, _)| *w));
        let by_each = binding.iter().all(|(w, _)| inside(hull, &mut std::iter::once(*w)));
        if by_union || by_each {
            return Vec::new();
        }
        let all_known = offers.iter().all(|(w, _)| times(w).1);
        let core_inside = tested.core.iter().any(|core| inside(Some(*core), &mut offers.iter().map(|(w, _)| *w)));
        let outside = all_known && !tested.core.is_empty() && !core_inside;
        let fails = |sure: bool| K { must: sure && outside, may: true };
        binding
            .iter()
            .filter_map(|(w, sure)| self.reason(&w.name, "window", &w.common, Effect::Defer, fails(*sure), K::FALSE))
            .collect()
    }
}

/// Whether an interval lies inside the union of others.
fn contains(mut spans: Vec<Span>, whole: Span) -> bool {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => merged.push(span),
        }
    }
    merged
        .iter()
        .any(|s| if whole.0 == whole.1 { s.0 <= whole.0 && whole.0 < s.1 } else { s.0 <= whole.0 && whole.1 <= s.1 })
}
