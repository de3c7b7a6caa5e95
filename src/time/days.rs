//! The days on which weekly and periodic recurrences start, one after the other, forwards and backwards.

use super::{Asked, BusinessDays, Date, Every, Hours, Instant, Kleene, OnDay, Periodic, Weekday, Weekly};

/// Periods after which a search for a day ends: of months 41 years, and every period has its day sooner or never.
const SEARCH_PERIODS: i64 = 500;

/// Days of the calendar, with one to spare at each end for zones that are ahead or behind.
const FIRST_DAY: i64 = -719_163;
const LAST_DAY: i64 = 2_932_897;

/// A recurrence by days.
#[derive(Clone, Copy, Debug)]
pub(super) enum Days<'a> {
    Weekly(Weekly),
    Periodic(&'a Periodic),
}

/// A day since 1970-01-01 on which an occurrence starts, and whether that is certain.
pub(super) type Start = (i64, bool);

impl Days<'_> {
    /// The part of the days.
    pub(super) fn hours(self) -> Hours {
        match self {
            Self::Weekly(weekly) => weekly.hours(),
            Self::Periodic(periodic) => periodic.hours(),
        }
    }

    /// The first day not before `day`.
    pub(super) fn next(self, day: i64) -> Option<Start> {
        let day = day.max(FIRST_DAY);
        match self {
            Self::Weekly(weekly) => (day..=LAST_DAY.min(day + 6)).find(|day| weekly.is_on(*day)).map(|day| (day, true)),
            Self::Periodic(periodic) => {
                let first = periodic.every().of(day.max(Date::MIN.days()));
                (first..first + SEARCH_PERIODS).find_map(|period| periodic.first_in(period, day))
            }
        }
    }

    /// The last day not after `day`.
    pub(super) fn previous(self, day: i64) -> Option<Start> {
        let day = day.min(LAST_DAY);
        match self {
            Self::Weekly(weekly) => {
                (FIRST_DAY.max(day - 6)..=day).rev().find(|day| weekly.is_on(*day)).map(|day| (day, true))
            }
            Self::Periodic(periodic) => {
                let last = periodic.every().of(day.min(Date::MAX.days()));
                (last - SEARCH_PERIODS..=last).rev().find_map(|period| periodic.last_in(period, day))
            }
        }
    }
}

impl Every {
    /// The number of the period in which a day of the calendar lies.
    fn of(self, day: i64) -> i64 {
        Date::from_days(day).map_or(if day < 0 { 12 / self.months() } else { 9999 * 12 / self.months() }, |date| {
            let (year, month, _) = date.ymd();
            (year * 12 + month - 1).div_euclid(self.months())
        })
    }

    /// The first and the last day of a period.
    fn bounds(self, period: i64) -> Option<(Date, Date)> {
        let first = first_of_month(period * self.months())?;
        let last = match first_of_month((period + 1) * self.months()) {
            Some(next) => next.add_days(-1)?,
            None => Date::MAX,
        };
        Some((first, last))
    }
}

/// The first day of a month, counted from year 0.
fn first_of_month(month: i64) -> Option<Date> {
    Date::from_ymd(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
}

/// The first such weekday not before `date`.
fn weekday_from(date: Date, weekday: Weekday) -> i64 {
    date.days() + (weekday.since_monday() - date.weekday().since_monday()).rem_euclid(7)
}

impl Periodic {
    /// An instant from which on its days are not known; none where they always are.
    pub(super) fn knows_until(&self) -> Option<Instant> {
        match self.on_days() {
            OnDay::LastBusinessDays(_, business) => business.knows_until(),
            _ => None,
        }
    }

    /// The calendars on which it hangs whether an occurrence starts on `date` or before: of business days it counts those of the whole period.
    pub(super) fn asks(&self, date: Date) -> impl Iterator<Item = Asked<'_>> {
        let business = match self.on_days() {
            OnDay::LastBusinessDays(_, business) => Some(business),
            _ => None,
        };
        let last = self.every().bounds(self.every().of(date.days())).map_or(date, |(_, last)| last);
        business.into_iter().flat_map(move |business| business.asks(last))
    }

    /// The period's first day not before `day`.
    fn first_in(&self, period: i64, day: i64) -> Option<Start> {
        match self.single(period) {
            Some(single) => single.filter(|found| *found >= day).map(|found| (found, true)),
            None => self.business_days(period).into_iter().rev().find(|(found, _)| *found >= day),
        }
    }

    /// The period's last day not after `day`.
    fn last_in(&self, period: i64, day: i64) -> Option<Start> {
        match self.single(period) {
            Some(single) => single.filter(|found| *found <= day).map(|found| (found, true)),
            None => self.business_days(period).into_iter().find(|(found, _)| *found <= day),
        }
    }

    /// The day of a period, if it has one; none where it can have several.
    fn single(&self, period: i64) -> Option<Option<i64>> {
        let Some((first, last)) = self.every().bounds(period) else { return Some(None) };
        Some(match self.on_days() {
            OnDay::Day(day) => {
                let (year, month, _) = first.ymd();
                Date::from_ymd(year, month, i64::from(*day)).map(Date::days)
            }
            OnDay::LastDay => Some(last.days()),
            OnDay::Nth(nth, weekday) => {
                let found = weekday_from(first, *weekday) + 7 * (i64::from(*nth) - 1);
                (found <= last.days()).then_some(found)
            }
            OnDay::Last(weekday) => last.add_days(-6).map(|week| weekday_from(week, *weekday)),
            OnDay::LastBusinessDays(..) => return None,
        })
    }

    /// The last business days of a period, the last one first.
    fn business_days(&self, period: i64) -> Vec<Start> {
        let OnDay::LastBusinessDays(count, business) = self.on_days() else { return Vec::new() };
        let Some((first, last)) = self.every().bounds(period) else { return Vec::new() };
        last_business_days(business, usize::from(*count), first, last)
    }
}

/// The days that are, or may be, among the last `count` business days of a stretch, the last one first.
fn last_business_days(business: &BusinessDays, count: usize, first: Date, last: Date) -> Vec<Start> {
    let mut found = Vec::new();
    // Business days seen, counting only the certain ones, and all that there may be.
    let (mut certain, mut possible) = (0, 0);
    for day in (first.days()..=last.days()).rev() {
        let Some(date) = Date::from_days(day) else { break };
        if certain >= count {
            break;
        }
        match business.is_on(date) {
            Kleene::No => {}
            Kleene::Unknown => {
                found.push((day, false));
                possible += 1;
            }
            Kleene::Yes => {
                found.push((day, possible < count));
                possible += 1;
                certain += 1;
            }
        }
    }
    found
}
