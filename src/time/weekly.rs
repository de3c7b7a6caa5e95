//! Recurrences on some days of every week.

use super::{Hours, LocalTime, Weekday, Weekdays};

/// Times of day on some days of every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekly {
    days: Weekdays,
    hours: Hours,
}

impl Weekly {
    /// On `days` from `from` to `to`; none for no days, or for a start at 24:00.
    #[must_use]
    pub fn new(days: Weekdays, from: LocalTime, to: LocalTime) -> Option<Self> {
        Self::on(days, Hours::clock(from, to)?)
    }

    /// On `days`, at those hours; none for no days.
    #[must_use]
    pub fn on(days: Weekdays, hours: Hours) -> Option<Self> {
        (!days.is_empty()).then_some(Self { days, hours })
    }

    /// The days of the week.
    #[must_use]
    pub fn days(self) -> Weekdays {
        self.days
    }

    /// The part of these days.
    #[must_use]
    pub fn hours(self) -> Hours {
        self.hours
    }

    /// Whether an occurrence starts on that day (since 1970-01-01).
    pub(super) fn is_on(self, day: i64) -> bool {
        self.days.contains(Weekday::from_monday(day + 3))
    }
}
