//! Walking the periods of a rule, from the one that is asked for.

use super::clock::{Clock, item, length};
use super::dates::Dates;
use super::{End, Frequency, RRule, RRuleGaveUp, RRuleUntil};
use crate::time::{Date, Instant, LocalDateTime, Zone};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
const SECOND_MICROS: i64 = 1_000_000;

/// After so many days or periods without a start the search is given up.
///
/// That is every single day of a thousand years, and a small fraction of a second of work.
const STEPS: u64 = 400_000;

/// The starts of a rule, in order, worked out as they are asked for.
#[derive(Clone, Debug)]
pub struct RRuleStarts<'a> {
    rule: &'a RRule,
    dates: Dates,
    /// The times of day at which the periods may lie, where they are shorter than a day.
    limit: Clock,
    /// The times within a period.
    spread: Clock,
    /// Seconds on the wall since 1970-01-01T00:00: the rule's start, what is asked for, and the last second possible.
    start: i64,
    from: i64,
    last: i64,
    until: Option<(Instant, Zone)>,
    /// How many starts are left, where the rule counts them.
    left: Option<u64>,
    /// The number of the rule's first period, and of the next one to look at.
    first_period: i64,
    period: i64,
    /// The present period: its days, the second of the day at which it begins, and which of its times are chosen.
    days: Vec<i64>,
    offset: i64,
    chosen: Option<Vec<i64>>,
    /// The number of times in the present period that are chosen, and how many of them are done with.
    size: i64,
    at: i64,
    steps: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Ended,
    GaveUp,
}

impl<'a> RRuleStarts<'a> {
    pub(super) fn new(rule: &'a RRule, start: LocalDateTime, from: LocalDateTime, zone: Option<Zone>) -> Self {
        let dates = Dates::starting(rule, start.date());
        let (until, last) = end(rule, zone);
        let seconds = start.wall().div_euclid(SECOND_MICROS);
        let from = (from.wall() + SECOND_MICROS - 1).div_euclid(SECOND_MICROS).max(seconds);
        let mut starts = Self {
            limit: Clock::limit(rule),
            spread: Clock::spread(rule, seconds.rem_euclid(DAY)),
            rule,
            dates,
            start: seconds,
            from,
            last,
            until,
            left: rule.count(),
            first_period: 0,
            period: 0,
            days: Vec::new(),
            offset: 0,
            chosen: None,
            size: 0,
            at: 0,
            steps: STEPS,
            state: State::Running,
        };
        starts.first_period = starts.first_period();
        starts.period = match starts.left {
            // What is counted has to be gone through from the start.
            Some(_) => starts.first_period,
            None => starts.reached(starts.period_of(from)),
        };
        if starts.never_meets() {
            starts.state = State::Ended;
        }
        starts
    }

    /// Whether the search for the next start was given up: whether there is one is not known.
    #[must_use]
    pub fn gave_up(&self) -> bool {
        self.state == State::GaveUp
    }

    /// Only the starts before that moment, after which nothing is searched for.
    #[must_use]
    pub fn before(mut self, end: LocalDateTime) -> Self {
        self.last = self.last.min((end.wall() - 1).div_euclid(SECOND_MICROS));
        self
    }

    /// Whether the way to the first start is short wherever it is asked for: nothing has to be counted one by one.
    pub(super) fn is_quick(&self) -> bool {
        self.left.is_none() || self.is_even()
    }

    /// The last of all these starts, found by going through the periods.
    pub(super) fn into_last(mut self) -> Result<Option<LocalDateTime>, RRuleGaveUp> {
        let mut found = None;
        // Every period costs a step, whether it has a start or not.
        while self.advance() {
            let past = self.first_at_or_after(self.last + 1);
            let left = self.left.map_or(i64::MAX, |left| i64::try_from(left).unwrap_or(i64::MAX));
            let end = past.min(self.at.saturating_add(left));
            let Some(last) = (end > self.at).then(|| self.get(end - 1)).flatten() else { break };
            found = LocalDateTime::from_wall(last.saturating_mul(SECOND_MICROS)).or(found);
            self.left = self.left.map(|left| left.saturating_sub((end - self.at).unsigned_abs()));
        }
        if self.gave_up() { Err(RRuleGaveUp) } else { Ok(found) }
    }

    /// The length of a period in seconds, where it has one.
    fn unit(&self) -> Option<i64> {
        match self.rule.frequency {
            Frequency::Secondly => Some(1),
            Frequency::Minutely => Some(60),
            Frequency::Hourly => Some(3_600),
            Frequency::Daily => Some(DAY),
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => None,
        }
    }

    /// The number of the period in which a second lies.
    fn period_of(&self, seconds: i64) -> i64 {
        let day = seconds.div_euclid(DAY);
        match self.rule.frequency {
            Frequency::Secondly => seconds,
            Frequency::Minutely => seconds.div_euclid(60),
            Frequency::Hourly => seconds.div_euclid(3_600),
            Frequency::Daily => day,
            Frequency::Weekly => self.dates.week(day),
            Frequency::Monthly => {
                let (year, month, _) = Date::from_days(day).unwrap_or(Date::MAX).ymd();
                year * 12 + month - 1
            }
            Frequency::Yearly if self.dates.by_week() => self.dates.week_year(day),
            Frequency::Yearly => Date::from_days(day).unwrap_or(Date::MAX).ymd().0,
        }
    }

    /// The period of the start, from which `INTERVAL` counts.
    ///
    /// Only years of weeks leave a doubt, which the RFC does not settle: where the start's date is neither in the rule
    /// nor followed by one that is in the last week of the year before, it is in the year that the calendar says.
    fn first_period(&self) -> i64 {
        let day = self.start.div_euclid(DAY);
        let period = self.period_of(self.start);
        if self.rule.frequency != Frequency::Yearly || !self.dates.by_week() || self.dates.fit(day) {
            return period;
        }
        let year = Date::from_days(day).unwrap_or(Date::MAX).ymd().0;
        let mut days = Vec::new();
        self.dates.of_year(year - 1, &mut days);
        if days.last().is_some_and(|last| *last >= day) { year - 1 } else { year }
    }

    /// The first period that `INTERVAL` reaches, from that one on.
    fn reached(&self, period: i64) -> i64 {
        let past = (period - self.first_period).max(0);
        let interval = self.rule.interval;
        self.first_period + (past + interval - 1) / interval * interval
    }

    /// Whether `INTERVAL` steps over all times of day, or days of the week, that fit.
    fn never_meets(&self) -> bool {
        let Some(unit) = self.unit() else { return false };
        let length = self.rule.interval.saturating_mul(unit);
        if length % WEEK == 0 && !self.dates.allow(self.start.div_euclid(DAY)) {
            return true;
        }
        let common = greatest_common_divisor(length, DAY);
        if common == unit {
            return false;
        }
        let first = self.first_period * unit;
        !(0..self.limit.len()).filter_map(|n| self.limit.get(n)).any(|time| (time - first) % common == 0)
    }

    /// Goes on to the next period that has a start; false where there is none, or where it takes too long to find.
    fn advance(&mut self) -> bool {
        while self.state == State::Running {
            if self.steps == 0 {
                self.state = State::GaveUp;
                return false;
            }
            self.steps -= 1;
            self.skip_counted();
            if !self.enter() {
                continue;
            }
            self.period = self.period.saturating_add(self.rule.interval);
            self.choose();
            let wanted = if self.left.is_some() { self.start } else { self.from };
            self.at = self.first_at_or_after(wanted);
            if self.at < self.size {
                return true;
            }
        }
        false
    }

    /// Sets up the present period; false where it has no day, and another one is next or the rule has ended.
    fn enter(&mut self) -> bool {
        let Some(unit) = self.unit() else { return self.enter_long() };
        let begin = self.period.saturating_mul(unit);
        if begin > self.last {
            self.state = State::Ended;
            return false;
        }
        let Some(fitting) = self.next_fitting(begin) else {
            self.state = if self.steps == 0 { State::GaveUp } else { State::Ended };
            return false;
        };
        if fitting >= begin + unit {
            self.period = self.reached(fitting.div_euclid(unit));
            return false;
        }
        self.days.clear();
        self.days.push(begin.div_euclid(DAY));
        self.offset = begin.rem_euclid(DAY);
        true
    }

    /// As [`Self::enter`], for periods of more than a day.
    fn enter_long(&mut self) -> bool {
        let (period, last_day) = (self.period, self.last.div_euclid(DAY));
        if period > self.period_of(last_day.saturating_mul(DAY)) {
            self.state = State::Ended;
            return false;
        }
        let (days, month) = (&mut self.days, period.rem_euclid(12) + 1);
        let tried = match self.rule.frequency {
            Frequency::Yearly => self.dates.of_year(period, days),
            Frequency::Monthly => self.dates.of_month(period.div_euclid(12), month, days),
            _ => self.dates.of_week(period, days),
        };
        self.steps = self.steps.saturating_sub(tried);
        true
    }

    /// The first second from `begin` on of which the date and, in periods shorter than a day, the time fit.
    fn next_fitting(&mut self, begin: i64) -> Option<i64> {
        let (day, time) = (begin.div_euclid(DAY), begin.rem_euclid(DAY));
        let fitting = self.dates.next(day, &mut self.steps)?;
        if let Some(time) = self.limit.next(if fitting == day { time } else { 0 }) {
            return Some(fitting * DAY + time);
        }
        let next = self.dates.next(fitting + 1, &mut self.steps)?;
        Some(next * DAY + self.limit.get(0)?)
    }

    /// Works out which of the period's times `BYSETPOS` chooses.
    fn choose(&mut self) {
        let all = length(&self.days) * self.spread.len();
        let positions = &self.rule.by.position;
        self.size = all;
        if positions.is_empty() {
            return;
        }
        let forward = |n: &i64| if *n < 0 { all + *n } else { *n - 1 };
        let mut chosen: Vec<i64> = positions.iter().map(forward).filter(|n| (0..all).contains(n)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        self.size = length(&chosen);
        self.chosen = Some(chosen);
    }

    /// The nth start of the present period, in seconds on the wall.
    fn get(&self, n: i64) -> Option<i64> {
        let n = match &self.chosen {
            Some(chosen) => item(chosen, n)?,
            None => n,
        };
        let times = self.spread.len();
        Some(item(&self.days, n / times)? * DAY + self.offset + self.spread.get(n % times)?)
    }

    fn first_at_or_after(&self, wanted: i64) -> i64 {
        let (mut low, mut high) = (0, self.size);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|at| at < wanted) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Whether every period from the second on has as many starts as every other.
    fn is_even(&self) -> bool {
        let (by, frequency) = (&self.rule.by, self.rule.frequency);
        let limited = frequency < Frequency::Daily && !by.hour.is_empty()
            || frequency < Frequency::Hourly && !by.minute.is_empty()
            || frequency < Frequency::Minutely && !by.second.is_empty();
        frequency <= Frequency::Daily && !limited && self.dates.are_all()
    }

    /// Counts past the periods before the one that is asked for, where the present one has as many starts as they.
    fn skip_counted(&mut self) {
        let (Some(left), Some(unit)) = (self.left, self.unit()) else { return };
        if !self.is_even() || self.period == self.first_period || self.size == 0 {
            return;
        }
        let periods = (self.from.div_euclid(unit) - self.period) / self.rule.interval;
        if periods <= 0 {
            return;
        }
        let passed = u64::try_from(periods.saturating_mul(self.size)).unwrap_or(u64::MAX);
        match left.checked_sub(passed).filter(|left| *left > 0) {
            Some(left) => {
                self.left = Some(left);
                self.period += periods * self.rule.interval;
            }
            None => self.state = State::Ended,
        }
    }
}

impl Iterator for RRuleStarts<'_> {
    type Item = LocalDateTime;

    fn next(&mut self) -> Option<LocalDateTime> {
        while self.state == State::Running {
            if self.at >= self.size && !self.advance() {
                break;
            }
            let found = self.get(self.at);
            self.at += 1;
            let Some(found) = found.filter(|found| *found <= self.last && self.left != Some(0)) else {
                self.state = State::Ended;
                break;
            };
            self.left = self.left.map(|left| left - 1);
            let Some(local) = LocalDateTime::from_wall(found.saturating_mul(SECOND_MICROS)) else { continue };
            let past = |(until, zone): &(Instant, Zone)| zone.rfc5545(local).is_none_or(|at| at > *until);
            let past_until = self.until.as_ref().is_some_and(past);
            if found >= self.from && !past_until {
                self.steps = STEPS;
                return Some(local);
            }
        }
        None
    }
}

impl std::iter::FusedIterator for RRuleStarts<'_> {}

/// The instant up to which starts count, if that takes a zone to tell, and the last second on the wall that is possible.
fn end(rule: &RRule, zone: Option<Zone>) -> (Option<(Instant, Zone)>, i64) {
    let end_of_time = Date::MAX.days() * DAY + DAY - 1;
    match rule.end {
        End::Never | End::Count(_) => (None, end_of_time),
        End::Until(RRuleUntil::Date(date)) => (None, date.days() * DAY + DAY - 1),
        End::Until(RRuleUntil::Local(local)) => (None, local.wall().div_euclid(SECOND_MICROS)),
        End::Until(RRuleUntil::Utc(instant)) => match zone {
            None => (None, instant.micros().div_euclid(SECOND_MICROS)),
            Some(zone) => {
                // Wall clocks are put back by less than a day, but for a zone that once crossed the date line: it went
                // back by exactly one.
                let last = zone.wall(instant.micros()).div_euclid(SECOND_MICROS) + DAY;
                (Some((instant, zone)), last.min(end_of_time))
            }
        },
    }
}

fn greatest_common_divisor(left: i64, right: i64) -> i64 {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}
