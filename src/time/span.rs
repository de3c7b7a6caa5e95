//! Calendar arithmetic: spans of days, weeks, months, years and business days.

use super::{Date, Instant, Weekday, Weekdays, Zone};
use std::fmt;

/// The unit of a calendar span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanUnit {
    /// A calendar day.
    Day,
    /// Seven calendar days.
    Week,
    /// A calendar month.
    Month,
    /// Twelve calendar months.
    Year,
    /// A day of the business week.
    BusinessDay,
}

impl SpanUnit {
    /// The unit that a word of the language names; business days are two words.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "day" | "days" => Self::Day,
            "week" | "weeks" => Self::Week,
            "month" | "months" => Self::Month,
            "year" | "years" => Self::Year,
            "business day" | "business days" => Self::BusinessDay,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::BusinessDay => "business day",
        }
    }
}

/// A length that only a calendar makes exact: `3 days`, `1 month`, `5 business days`; negative ones point to the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many units.
    pub amount: i64,
    /// Of what.
    pub unit: SpanUnit,
}

impl Span {
    /// That many of that unit.
    #[must_use]
    pub fn new(amount: i64, unit: SpanUnit) -> Self {
        Self { amount, unit }
    }

    /// The same span in the other direction.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        Some(Self { amount: self.amount.checked_neg()?, unit: self.unit })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.amount.unsigned_abs() == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.amount, self.unit.name())
    }
}

/// The days of the week on which business is done: Monday to Friday unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BusinessWeek {
    days: Weekdays,
}

impl BusinessWeek {
    /// The week whose business days are `days`.
    #[must_use]
    pub fn new(days: Weekdays) -> Self {
        Self { days }
    }

    /// The week whose business days run from `first` to `last`, both included: `monday to friday`, `sunday to thursday`.
    #[must_use]
    pub fn range(first: Weekday, last: Weekday) -> Self {
        Self::new(Weekdays::range(first, last))
    }

    /// Its business days.
    #[must_use]
    pub fn days(self) -> Weekdays {
        self.days
    }

    /// Whether business is done on `date`.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.days.contains(date.weekday())
    }

    /// The `count`-th business day after `date`, or before it where negative; `date` itself for none.
    pub(super) fn step(self, date: Date, count: i64) -> Option<Date> {
        let in_a_week = self.days.len();
        if count == 0 {
            return Some(date);
        }
        if in_a_week == 0 {
            return None;
        }
        // Any seven days in a row hold the same number of business days, so all weeks but the last are one jump.
        let direction = count.signum();
        let weeks = (count.checked_abs()? - 1) / in_a_week;
        let mut left = count.checked_abs()? - weeks * in_a_week;
        let mut date = date.add_days(weeks.checked_mul(7)?.checked_mul(direction)?)?;
        while left > 0 {
            date = date.add_days(direction)?;
            left -= i64::from(self.contains(date));
        }
        Some(date)
    }
}

impl Default for BusinessWeek {
    fn default() -> Self {
        Self::new(Weekdays::MONDAY_TO_FRIDAY)
    }
}

/// The date that lies `span` after `date`; months and years end on the month's last day where it is shorter.
///
/// None where the date leaves the years 1 to 9999, or where a week without business days is asked for one.
#[must_use]
pub fn add_span_to_date(date: Date, span: Span, week: BusinessWeek) -> Option<Date> {
    match span.unit {
        SpanUnit::BusinessDay => week.step(date, span.amount),
        _ => add_calendar_span(date, span),
    }
}

/// The date that lies `span` after `date`, where that takes no business days.
pub(super) fn add_calendar_span(date: Date, span: Span) -> Option<Date> {
    match span.unit {
        SpanUnit::Day => date.add_days(span.amount),
        SpanUnit::Week => date.add_days(span.amount.checked_mul(7)?),
        SpanUnit::Month => date.add_months(span.amount),
        SpanUnit::Year => date.add_months(span.amount.checked_mul(12)?),
        SpanUnit::BusinessDay => None,
    }
}

/// The moment that lies `span` after `instant` by the wall clock of `zone`: the date moves, the time of day stays.
///
/// A time of day that the new date lacks is the moment of the change, one that it has twice is the first. A span of
/// nothing is `instant` itself.
#[must_use]
pub fn add_span(instant: Instant, span: Span, zone: &Zone, week: BusinessWeek) -> Option<Instant> {
    if span.amount == 0 {
        return Some(instant);
    }
    let local = zone.local(instant)?;
    zone.instant(local.on(add_span_to_date(local.date(), span, week)?))
}
