//! Whether a minute lies within what recurs. Nothing here knows of intervals: every question is about one minute.

use std::rc::Rc;

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::clock::{Clock, DAY};
use super::days;
use super::period::Side;
use super::value::K;

/// A minute since 1970-01-01T00:00Z.
pub type Minute = i64;

/// A local day on which something may start, as minutes by its clock, and whether it does.
struct Start {
    shown: i64,
    starts: K,
}

impl World<'_> {
    /// Whether a minute lies within an occurrence of a clause, by a clock.
    pub fn recurs(&self, clause: &Clause, clock: &Clock, side: Side, minute: Minute) -> K {
        let covers = |start: &Start| self.covers(clause, clock, side, start.shown, minute);
        let mut inside = K::FALSE;
        for start in self.starts_near(clause, clock, minute) {
            if covers(&start) {
                inside = inside.or(start.starts.and(self.off(clause, clock, start.shown).not()));
            }
        }
        inside
    }

    /// Whether an occurrence of a clause starts at a minute.
    pub fn recurs_from(&self, clause: &Clause, clock: &Clock, minute: Minute) -> K {
        let mut starts = K::FALSE;
        for start in self.starts_near(clause, clock, minute) {
            let rule = matches!(clause.times, Times::Rule(..));
            let at = if rule { clock.rfc(start.shown) } else { clock.first(start.shown) };
            if at == minute && self.covers(clause, clock, Side::Blackout, start.shown, minute) {
                starts = starts.or(start.starts.and(self.off(clause, clock, start.shown).not()));
            }
        }
        starts
    }

    /// Whether the day of that start, by its own clock, is one of those left out.
    fn off(&self, clause: &Clause, clock: &Clock, shown: i64) -> K {
        if clause.not_on.is_empty() || self.is(Mutant::NotOnIsIgnored) {
            return K::FALSE;
        }
        let rule = matches!(clause.times, Times::Rule(..));
        let at = if rule { clock.rfc(shown) } else { clock.first(shown) };
        let day = clock.shown(at).div_euclid(DAY) as i32;
        clause.not_on.iter().map(|name| self.has_day(name, day, clock)).fold(K::FALSE, K::or)
    }

    /// Where something may start that a minute could be part of.
    fn starts_near(&self, clause: &Clause, clock: &Clock, minute: Minute) -> Vec<Start> {
        let day = clock.shown(minute).div_euclid(DAY) as i32;
        let length = match &clause.times {
            Times::Recur(_, Hours::Lasting(_, length)) | Times::Rule(_, length) => *length,
            _ => Length::Days(1),
        };
        let back = match length {
            Length::Minutes(n) => (n / DAY) as i32 + 2,
            Length::Days(n) => n as i32 + 2,
        };
        let mut starts = Vec::new();
        for day in day - back..=day + 1 {
            let midnight = i64::from(day) * DAY;
            match &clause.times {
                Times::Recur(on, hours) => {
                    let from = match hours {
                        Hours::WholeDay => 0,
                        Hours::Clock(from, _) => *from,
                        Hours::Lasting(from, _) => from.unwrap_or(0),
                    };
                    let starts_on = self.recurs_on(on, day);
                    if starts_on.may {
                        starts.push(Start { shown: midnight + i64::from(from), starts: starts_on });
                    }
                }
                Times::Rule(rule, _) => {
                    for at in self.rule_times(rule, clock, day).iter() {
                        starts.push(Start { shown: midnight + i64::from(*at), starts: K::TRUE });
                    }
                }
                Times::File(..) | Times::Calendar(_) => panic!("{clause:?} is asked elsewhere"),
            }
        }
        starts
    }

    /// Whether what starts when the clock shows that covers a minute.
    fn covers(&self, clause: &Clause, clock: &Clock, side: Side, shown: i64, minute: Minute) -> bool {
        if let Times::Rule(_, length) = &clause.times {
            // RFC 5545: a start that is skipped takes the offset before.
            let start = clock.rfc(shown);
            return minute >= start
                && match length {
                    Length::Minutes(n) => minute < start + n,
                    Length::Days(n) => !self.ended(clock, side, shown + n * DAY, minute),
                };
        }
        let Times::Recur(_, hours) = &clause.times else { panic!("{clause:?} is asked elsewhere") };
        if !clock.reached(minute, shown) {
            return false;
        }
        let midnight = shown.div_euclid(DAY) * DAY;
        match hours {
            Hours::WholeDay => !self.ended(clock, side, midnight + DAY, minute),
            Hours::Clock(from, to) => {
                let next = to <= from && !self.is(Mutant::MidnightIsNotCrossed);
                let end = midnight + i64::from(*to) + if next { DAY } else { 0 };
                !self.ended(clock, side, end, minute)
            }
            Hours::Lasting(_, Length::Days(n)) => !self.ended(clock, side, shown + n * DAY, minute),
            Hours::Lasting(_, Length::Minutes(n)) if self.is(Mutant::LastingIsByTheClock) => {
                !self.ended(clock, side, shown + n, minute)
            }
            // So long before, it had not started yet.
            Hours::Lasting(_, Length::Minutes(n)) => !clock.reached(minute - n, shown),
        }
    }

    /// Whether what ends when the clock shows that is over: for a window at the first time, for a blackout at the last.
    pub fn ended(&self, clock: &Clock, side: Side, shown: i64, minute: Minute) -> bool {
        let later = (side == Side::Blackout) != self.is(Mutant::EndsTwiceTheOtherWay);
        clock.reached(minute, shown) && !(later && clock.again(minute, shown))
    }

    /// Whether a day is one of those on which something recurs.
    pub fn recurs_on(&self, on: &Recur, day: i32) -> K {
        match on {
            Recur::Weekly(weekdays) => K::of(weekdays.contains(&days::weekday(day))),
            Recur::On(every, which) => {
                let one = |on: &OnDay| {
                    let key = (*every, *on, day);
                    if let Some(known) = self.on_days.borrow().get(&key) {
                        return *known;
                    }
                    let k = self.is_day(*every, *on, day);
                    self.on_days.borrow_mut().insert(key, k);
                    k
                };
                which.iter().map(one).fold(K::FALSE, K::or)
            }
        }
    }

    fn is_day(&self, every: Every, on: OnDay, day: i32) -> K {
        let every = if self.is(Mutant::QuartersAreMonths) { Every::Month } else { every };
        let (first, last) = days::period(every, day);
        let count = |from: i32, to: i32, weekday: u8| (from..=to).filter(|d| days::weekday(*d) == weekday).count();
        match on {
            OnDay::Day(n) => {
                // Of the first month.
                let (year, month, of_month) = days::civil(day);
                let (first_year, first_month, _) = days::civil(first);
                K::of((year, month, of_month) == (first_year, first_month, i32::from(n)))
            }
            OnDay::Last => K::of(day == last),
            OnDay::Nth(n, weekday) => {
                K::of(days::weekday(day) == weekday && count(first, day, weekday) == usize::from(n))
            }
            OnDay::LastWeekday(weekday) => K::of(days::weekday(day) == weekday && count(day, last, weekday) == 1),
            OnDay::LastBusinessDays(n) => {
                let later: Vec<K> = (day + 1..=last).map(|d| self.business_day(d, None)).collect();
                let certain = later.iter().filter(|k| k.must).count();
                let possible = later.iter().filter(|k| k.may).count();
                let own = self.business_day(day, None);
                let n = usize::from(n);
                K { must: own.must && possible < n, may: own.may && certain < n }
            }
        }
    }

    /// Whether something of a clause may start on a day, by whatever clock.
    pub fn may_start_on(&self, clause: &Clause, clock: &Clock, day: i32) -> bool {
        (day - 1..=day + 1).any(|day| match &clause.times {
            Times::Recur(on, _) => self.recurs_on(on, day).may,
            Times::Rule(rule, _) => !self.rule_times(rule, clock, day).is_empty(),
            Times::File(..) | Times::Calendar(_) => true,
        })
    }

    /// The times of a day, in minutes, at which a rule has an occurrence.
    fn rule_times(&self, rule: &RRule, clock: &Clock, day: i32) -> Rc<[i32]> {
        let key = (std::ptr::from_ref(rule), clock.number(), day);
        if let Some(known) = self.rule_days.borrow().get(&key) {
            return Rc::clone(known);
        }
        let times: Rc<[i32]> = times_of_rule(rule, clock, day).into();
        self.rule_days.borrow_mut().insert(key, Rc::clone(&times));
        times
    }
}

fn times_of_rule(rule: &RRule, clock: &Clock, day: i32) -> Vec<i32> {
    let (start_day, start_minute) = rule.start.unwrap_or((0, 0));
    if !days::allows(rule, start_day, day) {
        return Vec::new();
    }
    let mut times = Vec::new();
    let hours = if rule.by_hour.is_empty() { vec![start_minute / 60] } else { rule.by_hour.clone() };
    let minutes = if rule.by_minute.is_empty() { vec![start_minute % 60] } else { rule.by_minute.clone() };
    for hour in &hours {
        for minute in &minutes {
            times.push(hour * 60 + minute);
        }
    }
    times.retain(|at| day > start_day || *at >= start_minute);
    if let Some((until_day, until_minute)) = rule.until {
        let until = i64::from(until_day) * DAY + i64::from(until_minute);
        times.retain(|at| clock.rfc(i64::from(day) * DAY + i64::from(*at)) <= until);
    }
    if let Some(most) = rule.count {
        // Everything from the first day on is counted.
        let one_day = |d: i32| if days::allows(rule, start_day, d) { (hours.len() * minutes.len()) as i64 } else { 0 };
        let before: i64 = (start_day..day).map(one_day).sum();
        if before >= most {
            times.clear();
        }
    }
    times
}
