//! Recurrence rules of RFC 5545, section 3.3.10, on local times without a zone.
//!
//! Every rule comes down to three things: which dates fit it, which times of day, and which periods its `FREQ` and
//! `INTERVAL` reach. What a rule leaves open is taken from its start (`DTSTART`), as the RFC has it; then expanding and
//! limiting are the same, and a date can be tested by itself. That is what lets the engine jump to where it is asked.

mod clock;
mod dates;
mod last;
mod parse;
mod starts;
mod text;

pub use starts::RRuleStarts;

use super::{Date, Instant, LocalDateTime, Weekday, Zone};
use std::fmt;
use std::ops::Range;

/// A recurrence rule, such as `FREQ=MONTHLY;BYDAY=2TU`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RRule {
    frequency: Frequency,
    /// Every how many periods; at least 1.
    interval: i64,
    end: End,
    /// The first day of a week, `WKST`.
    week_start: Weekday,
    by: By,
}

/// The `BY…` parts: each sorted, without doubles, and empty where the rule has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct By {
    month: Vec<i64>,
    week: Vec<i64>,
    year_day: Vec<i64>,
    month_day: Vec<i64>,
    day: Vec<DayOf>,
    hour: Vec<i64>,
    minute: Vec<i64>,
    second: Vec<i64>,
    position: Vec<i64>,
}

/// A day of the week, every one (0) or the nth of its month or year, counted from the end where negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct DayOf {
    day: Weekday,
    nth: i64,
}

/// `FREQ`, from the shortest period to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Where a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Never,
    Count(u64),
    Until(RRuleUntil),
}

/// The last moment of a rule, which is still part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RRuleUntil {
    /// The whole of that day.
    Date(Date),
    /// That time on the wall.
    Local(LocalDateTime),
    /// That instant.
    Utc(Instant),
}

/// Why a text is no recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RRuleError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that can be said.
    pub help: Option<String>,
    /// The bytes of the text that are meant.
    pub at: Range<usize>,
}

impl fmt::Display for RRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RRuleError {}

/// A search that was given up: whether there is a start is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RRuleGaveUp;

impl RRule {
    /// Reads a rule as an `RRULE` property holds it: `FREQ=WEEKLY;BYDAY=MO,WE`, in any case of letters.
    ///
    /// # Errors
    /// Whatever is not such a text; values and combinations that RFC 5545 rules out; `RSCALE` (RFC 7529), which is not
    /// supported; and rules that no day can ever fit.
    pub fn parse(text: &str) -> Result<Self, RRuleError> {
        parse::rule(text, 0)
    }

    /// Reads a rule with its start as a policy holds it: a `DTSTART` line where there is one, then the rule, each with
    /// or without the name of its property.
    ///
    /// A start that is a date means its midnight, and makes the rule one of whole days ([`Self::on_dates`]).
    ///
    /// # Errors
    /// As [`Self::parse`]; and a start with a zone of its own.
    pub fn parse_text(text: &str) -> Result<(Self, Option<LocalDateTime>), RRuleError> {
        parse::with_start(text)
    }

    /// The starts from `from` on, of a rule that begins at `dtstart`; an `UNTIL` in UTC is read as a local time.
    ///
    /// `dtstart` itself is a start only if it fits the rule. Fractions of a second are cut off.
    #[must_use]
    pub fn starts(&self, dtstart: LocalDateTime, from: LocalDateTime) -> RRuleStarts<'_> {
        RRuleStarts::new(self, dtstart, from, None)
    }

    /// The starts from `from` on, as [`Self::starts`] has them; an `UNTIL` in UTC is compared in `zone`.
    #[must_use]
    pub fn starts_in(&self, dtstart: LocalDateTime, from: LocalDateTime, zone: &Zone) -> RRuleStarts<'_> {
        RRuleStarts::new(self, dtstart, from, Some(zone.clone()))
    }

    /// Whether the rule has neither `COUNT` nor `UNTIL`.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.end == End::Never
    }

    /// How many starts the rule has at most, where it says so.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        match self.end {
            End::Count(count) => Some(count),
            _ => None,
        }
    }

    /// The last moment at which the rule may have a start, where it says so.
    #[must_use]
    pub fn until(&self) -> Option<RRuleUntil> {
        match self.end {
            End::Until(until) => Some(until),
            _ => None,
        }
    }

    /// Why the rule means nothing definite without a `DTSTART`, if that is so.
    ///
    /// A time of day that is left open does not count: it is midnight, as for the days of the language.
    #[must_use]
    pub fn needs_start(&self) -> Option<&'static str> {
        let by = &self.by;
        if self.count().is_some() {
            return Some("`COUNT` counts from the start");
        }
        if self.interval > 1 {
            return Some("`INTERVAL` counts from the start");
        }
        match self.frequency {
            Frequency::Weekly if by.day.is_empty() => Some("without `BYDAY`, the day of the week is the start's"),
            Frequency::Monthly if by.day.is_empty() && by.month_day.is_empty() => {
                Some("without `BYDAY` or `BYMONTHDAY`, the day of the month is the start's")
            }
            Frequency::Yearly if by.year_day.is_empty() && by.day.is_empty() => {
                if !by.week.is_empty() {
                    by.month_day.is_empty().then_some("without `BYDAY`, the day of the week is the start's")
                } else if by.month_day.is_empty() {
                    Some("without `BYDAY`, `BYMONTHDAY` or `BYYEARDAY`, the day of the year is the start's")
                } else {
                    by.month.is_empty().then_some("without `BYMONTH`, the month is the start's")
                }
            }
            _ => None,
        }
    }

    /// The rule for starts that are dates, without `BYHOUR`, `BYMINUTE` and `BYSECOND`, which RFC 5545 wants ignored
    /// there; none where its periods are shorter than a day.
    #[must_use]
    pub fn on_dates(&self) -> Option<Self> {
        if self.frequency < Frequency::Daily {
            return None;
        }
        let mut rule = self.clone();
        rule.by.hour.clear();
        rule.by.minute.clear();
        rule.by.second.clear();
        Some(rule)
    }
}

#[cfg(test)]
mod tests;
