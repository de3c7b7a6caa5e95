//! Calendar dates, Gregorian throughout.

use super::Weekday;
use std::fmt;

/// Days from 0001-01-01 to 1970-01-01.
const EPOCH_FROM_YEAR_ONE: i64 = 719_162;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_FROM_MARCH: i64 = 719_468;
/// Days in 400, 100 and 4 years of the Gregorian calendar, where such a cycle starts after a leap year.
const DAYS_400: i64 = 146_097;
const DAYS_100: i64 = 36_524;
const DAYS_4: i64 = 1_461;

/// A calendar date, as days since 1970-01-01, from 0001-01-01 to 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The date that lies `days` after 1970-01-01.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let days = i32::try_from(days).ok()?;
        (Self::MIN.0..=Self::MAX.0).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.0)
    }

    /// The date of that year, month (1 to 12) and day of the month, if there is one.
    #[must_use]
    pub fn from_ymd(year: i64, month: i64, day: i64) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day)
        {
            return None;
        }
        let past = year - 1;
        let to_year = past * 365 + past / 4 - past / 100 + past / 400;
        Self::from_days(to_year + days_before_month(year, month) + day - 1 - EPOCH_FROM_YEAR_ONE)
    }

    /// Year, month (1 to 12) and day of the month.
    #[must_use]
    pub fn ymd(self) -> (i64, i64, i64) {
        // Years are counted from March, so that the leap day is the last of its year, and months have their lengths by a straight line:
        // the proleptic Gregorian calendar as in `days_from_civil` of Howard Hinnant's "chrono-compatible low-level date algorithms".
        let from_march = self.days() + EPOCH_FROM_MARCH;
        let (cycle, day) = (from_march.div_euclid(DAYS_400), from_march.rem_euclid(DAYS_400));
        let year = (day - day / (DAYS_4 - 1) + day / DAYS_100 - day / (DAYS_400 - 1)) / 365;
        let day = day - (year * 365 + year / 4 - year / 100);
        let month = (day * 5 + 2) / 153;
        let month_day = day - (month * 153 + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (cycle * 400 + year + i64::from(month <= 2), month, month_day)
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday, the fourth day from Monday.
        Weekday::from_monday(self.days() + 3)
    }

    /// The date `days` later, or earlier where negative.
    #[must_use]
    pub fn add_days(self, days: i64) -> Option<Self> {
        Self::from_days(self.days().checked_add(days)?)
    }

    /// The same day of the month `months` later, or the month's last day where it is shorter.
    #[must_use]
    pub fn add_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.ymd();
        let count = (year * 12 + month - 1).checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        Self::from_ymd(year, month, day.min(days_in_month(year, month)))
    }

    /// Whole days from `earlier` to this date.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.days() - earlier.days()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Whether the Gregorian calendar gives that year a 29 February.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The length of a month (1 to 12) in days.
pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the year before the first of that month (1 to 12).
fn days_before_month(year: i64, month: i64) -> i64 {
    let leap = i64::from(month > 2 && is_leap(year));
    // By the same straight line as above, from March on.
    let since_march = (month + 9) % 12;
    let before = (since_march * 153 + 2) / 5;
    if month > 2 { before + 59 + leap } else { before - 306 }
}
