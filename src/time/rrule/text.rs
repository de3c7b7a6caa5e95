//! A rule as iCalendar writes it.

use super::dates::code;
use super::{DayOf, End, Frequency, RRule, RRuleUntil};
use crate::time::{LocalDateTime, Weekday};
use std::fmt;

impl Frequency {
    pub(super) const ALL: [Self; 7] =
        [Self::Secondly, Self::Minutely, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Secondly => "SECONDLY",
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

impl fmt::Display for RRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.name())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Until(until) => write!(f, ";UNTIL={until}")?,
        }
        let by = &self.by;
        list(f, "BYMONTH", &by.month)?;
        list(f, "BYWEEKNO", &by.week)?;
        list(f, "BYYEARDAY", &by.year_day)?;
        list(f, "BYMONTHDAY", &by.month_day)?;
        list(f, "BYDAY", &by.day)?;
        list(f, "BYHOUR", &by.hour)?;
        list(f, "BYMINUTE", &by.minute)?;
        list(f, "BYSECOND", &by.second)?;
        list(f, "BYSETPOS", &by.position)?;
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", code(self.week_start))?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, items: &[T]) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        if n == 0 {
            write!(f, ";{name}={item}")?;
        } else {
            write!(f, ",{item}")?;
        }
    }
    Ok(())
}

impl fmt::Display for DayOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nth != 0 {
            write!(f, "{}", self.nth)?;
        }
        f.write_str(code(self.day))
    }
}

impl fmt::Display for RRuleUntil {
    /// As iCalendar writes it: `20261224`, `20261224T120000` or `20261224T120000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, utc) = match self {
            Self::Date(date) => {
                let (year, month, day) = date.ymd();
                return write!(f, "{year:04}{month:02}{day:02}");
            }
            Self::Local(local) => (*local, ""),
            Self::Utc(instant) => (instant.utc(), "Z"),
        };
        write_local(f, local)?;
        f.write_str(utc)
    }
}

fn write_local(f: &mut fmt::Formatter<'_>, local: LocalDateTime) -> fmt::Result {
    let ((year, month, day), seconds) = (local.date().ymd(), local.time().seconds());
    write!(f, "{year:04}{month:02}{day:02}T{:02}{:02}{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
