//! Which dates fit a rule, and which of them lie in one of its periods. Dates are days since 1970-01-01 here, so that
//! weeks may reach over the ends of the calendar.

use super::{By, DayOf, Frequency, RRule};
use crate::time::date::{days_in_month, is_leap};
use crate::time::{Date, Weekday};

/// The first and the last day that there is.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

/// The parts of a rule that speak of dates, with what it leaves open filled in from its start.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    by: By,
    /// Whether the nth day of the week is that of the month, not of the year.
    nth_of_month: bool,
    /// Days from Monday to the first day of a week.
    week_start: i64,
}

impl Dates {
    /// The rule's own dates, with nothing filled in.
    pub(super) fn of(rule: &RRule) -> Self {
        let nth_of_month = rule.frequency == Frequency::Monthly || !rule.by.month.is_empty();
        Self { by: rule.by.clone(), nth_of_month, week_start: rule.week_start.since_monday() }
    }

    /// The rule's dates, where it starts on `start`.
    pub(super) fn starting(rule: &RRule, start: Date) -> Self {
        let mut dates = Self::of(rule);
        let by = &mut dates.by;
        let (_, month, month_day) = start.ymd();
        let weekday = DayOf { day: start.weekday(), nth: 0 };
        match rule.frequency {
            Frequency::Weekly if by.day.is_empty() => by.day.push(weekday),
            Frequency::Monthly if by.day.is_empty() && by.month_day.is_empty() => by.month_day.push(month_day),
            Frequency::Yearly if by.year_day.is_empty() && by.day.is_empty() => {
                if by.week.is_empty() {
                    // The RFC does not say which months `BYMONTHDAY` means by itself. The start's is what calendars
                    // make of it that fill in from the start whatever is missing.
                    if by.month.is_empty() {
                        by.month.push(month);
                    }
                    if by.month_day.is_empty() {
                        by.month_day.push(month_day);
                    }
                } else if by.month_day.is_empty() {
                    by.day.push(weekday);
                }
            }
            _ => {}
        }
        dates
    }

    /// Whether every date fits.
    pub(super) fn are_all(&self) -> bool {
        let by = &self.by;
        by.month.is_empty()
            && by.week.is_empty()
            && by.year_day.is_empty()
            && by.month_day.is_empty()
            && by.day.is_empty()
    }

    /// Whether years are years of weeks, which begin with their week 1.
    pub(super) fn by_week(&self) -> bool {
        !self.by.week.is_empty()
    }

    /// Whether the day of the week of that day is one of the rule's.
    pub(super) fn allow(&self, day: i64) -> bool {
        let weekday = Weekday::from_monday(day + 3);
        self.by.day.is_empty() || self.by.day.iter().any(|of| of.day == weekday)
    }

    /// Whether that day fits.
    pub(super) fn fit(&self, day: i64) -> bool {
        // The day of the week costs least, and leaves least.
        if !self.allow(day) {
            return false;
        }
        let Some(date) = Date::from_days(day) else { return false };
        let by = &self.by;
        let (year, month, month_day) = date.ymd();
        if !by.month.is_empty() && !by.month.contains(&month) {
            return false;
        }
        let month_length = days_in_month(year, month);
        if !by.month_day.is_empty() && !holds(&by.month_day, month_day, month_length) {
            return false;
        }
        let (year_day, year_length) = (day - first_of_year(year) + 1, year_length(year));
        if !by.year_day.is_empty() && !holds(&by.year_day, year_day, year_length) {
            return false;
        }
        if !by.day.is_empty() {
            let (at, length) = if self.nth_of_month { (month_day, month_length) } else { (year_day, year_length) };
            let (from_start, from_end) = ((at + 6) / 7, -((length - at) / 7 + 1));
            let weekday = date.weekday();
            let meant = |of: &DayOf| of.day == weekday && (of.nth == 0 || of.nth == from_start || of.nth == from_end);
            if !by.day.iter().any(meant) {
                return false;
            }
        }
        if by.week.is_empty() {
            return true;
        }
        let year = self.week_year(day);
        let first = self.first_week(year);
        let weeks = (self.first_week(year + 1) - first) / 7;
        holds(&by.week, (day - first) / 7 + 1, weeks)
    }

    /// The first day from `day` on that fits, with one step taken for each day that was tried.
    ///
    /// None past the end of the calendar, or where there are no steps left.
    pub(super) fn next(&self, mut day: i64, steps: &mut u64) -> Option<i64> {
        loop {
            let date = Date::from_days(day)?;
            if self.are_all() || self.fit(day) {
                return Some(day);
            }
            *steps = steps.checked_sub(1)?;
            day = self.candidate(date).max(day + 1);
        }
    }

    /// The first day from that date on that may fit as far as the parts can tell one by one, within its month or year;
    /// else the beginning of the next one.
    fn candidate(&self, date: Date) -> i64 {
        let (by, day) = (&self.by, date.days());
        let (year, month, month_day) = date.ymd();
        let (first_of_month, length) = (day - month_day + 1, days_in_month(year, month));
        let mut next = day;
        if !by.month.is_empty() && !by.month.contains(&month) {
            next = next.max(first_of_month + length);
        }
        if !by.month_day.is_empty() {
            let wanted = (month_day..=length).find(|n| holds(&by.month_day, *n, length));
            next = next.max(first_of_month + wanted.map_or(length, |n| n - 1));
        }
        if !by.year_day.is_empty() {
            let (first, length) = (first_of_year(year), year_length(year));
            let later = |n: &i64| if *n < 0 { length + *n } else { *n - 1 } + first;
            let wanted = by.year_day.iter().map(later).filter(|wanted| *wanted >= day).min();
            next = next.max(wanted.unwrap_or(first + length).min(first + length));
        }
        next
    }

    /// Puts the days of that year that fit into `days`, in order, and says how many were tried.
    pub(super) fn of_year(&self, year: i64, days: &mut Vec<i64>) -> u64 {
        days.clear();
        let by = &self.by;
        if self.by_week() {
            let first = self.first_week(year);
            let weeks = resolve(&by.week, (self.first_week(year + 1) - first) / 7);
            self.add(weeks.iter().flat_map(|week| (0..7).map(move |n| first + (week - 1) * 7 + n)), days)
        } else if !by.year_day.is_empty() {
            let first = first_of_year(year);
            self.add(resolve(&by.year_day, year_length(year)).into_iter().map(|n| first + n - 1), days)
        } else {
            (1..=12).map(|month| self.add_month(year, month, days)).sum()
        }
    }

    /// Puts the days of that month that fit into `days`, in order, and says how many were tried.
    pub(super) fn of_month(&self, year: i64, month: i64, days: &mut Vec<i64>) -> u64 {
        days.clear();
        self.add_month(year, month, days)
    }

    fn add_month(&self, year: i64, month: i64, days: &mut Vec<i64>) -> u64 {
        if !self.by.month.is_empty() && !self.by.month.contains(&month) {
            return 0;
        }
        let Some(first) = Date::from_ymd(year, month, 1).map(Date::days) else { return 0 };
        let length = days_in_month(year, month);
        if self.by.month_day.is_empty() {
            self.add(first..first + length, days)
        } else {
            self.add(resolve(&self.by.month_day, length).into_iter().map(|n| first + n - 1), days)
        }
    }

    /// Puts the days of that week that fit into `days`, in order, and says how many were tried.
    pub(super) fn of_week(&self, week: i64, days: &mut Vec<i64>) -> u64 {
        days.clear();
        let first = self.first_of_week(week);
        self.add(first..first + 7, days)
    }

    /// Adds the days that fit, and says how many were tried.
    fn add(&self, tried: impl Iterator<Item = i64>, days: &mut Vec<i64>) -> u64 {
        let mut count = 0;
        for day in tried {
            count += 1;
            if self.fit(day) {
                days.push(day);
            }
        }
        count
    }

    /// The number of the week that holds a day; weeks are counted through, without regard to years.
    pub(super) fn week(&self, day: i64) -> i64 {
        // Day 0 was a Thursday.
        (day + 3 - self.week_start).div_euclid(7)
    }

    fn first_of_week(&self, week: i64) -> i64 {
        week * 7 - 3 + self.week_start
    }

    /// The year to which the week of that day belongs.
    pub(super) fn week_year(&self, day: i64) -> i64 {
        let date = Date::from_days(day.clamp(*DAYS.start(), *DAYS.end()));
        let year = date.map_or(1, |date| date.ymd().0);
        if day >= self.first_week(year + 1) {
            year + 1
        } else if day >= self.first_week(year) {
            year
        } else {
            year - 1
        }
    }

    /// The first day of week 1 of that year: the first week of which at least four days lie in it.
    fn first_week(&self, year: i64) -> i64 {
        self.first_of_week(self.week(first_of_year(year) + 3))
    }

    /// Whether any date at all can fit.
    pub(super) fn can_fit(&self) -> bool {
        // Within a cycle of 400 years, dates and weekdays depend on the weekday of 1 January and on the leap day alone.
        // These years have every kind, and next to a year without the leap day that a century misses.
        let found = |from: i64, to: i64| {
            let (first, last) = (first_of_year(from), first_of_year(to + 1) - 1);
            let mut steps = (last - first).unsigned_abs();
            self.next(first, &mut steps).is_some_and(|day| day <= last)
        };
        found(2000, 2028) || found(2092, 2108) || found(2192, 2208) || found(2292, 2308)
    }
}

/// More dates than any period of the rule can have, or as many.
pub(super) fn most(rule: &RRule) -> i64 {
    let by = &rule.by;
    let count = |list: &[i64], all: i64| if list.is_empty() { all } else { i64::try_from(list.len()).unwrap_or(all) };
    // Within a stretch that has each day of the week up to `each` times.
    let of_days = |each: i64| by.day.iter().map(|of| if of.nth == 0 { each } else { 1 }).sum::<i64>();
    let month = count(&by.month_day, if by.day.is_empty() { 1 } else { 31 });
    match rule.frequency {
        Frequency::Yearly if !by.week.is_empty() => count(&by.week, 53) * 7,
        Frequency::Yearly if !by.year_day.is_empty() => count(&by.year_day, 366),
        Frequency::Yearly if by.day.is_empty() => count(&by.month, 1) * month,
        Frequency::Yearly if by.month.is_empty() => (month * 12).min(of_days(53)),
        Frequency::Yearly => count(&by.month, 12) * month.min(of_days(5)),
        Frequency::Monthly if by.day.is_empty() => month,
        Frequency::Monthly => month.min(of_days(5)),
        Frequency::Weekly => of_days(1).max(1),
        _ => 1,
    }
}

/// Whether a list holds the `at`th of `length`, counted from either end.
fn holds(list: &[i64], at: i64, length: i64) -> bool {
    list.iter().any(|n| *n == at || *n == at - length - 1)
}

/// What the numbers of a list mean among `length`, sorted and without doubles; those out of range are left out.
fn resolve(list: &[i64], length: i64) -> Vec<i64> {
    let forward = |n: &i64| if *n < 0 { length + 1 + n } else { *n };
    let mut found: Vec<i64> = list.iter().map(forward).filter(|n| (1..=length).contains(n)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// 1 January of that year, which need not be one of the calendar's.
fn first_of_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400) + DAYS.start()
}

fn year_length(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

/// The days of the week as iCalendar writes them.
pub(super) fn code(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}
