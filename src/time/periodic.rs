//! Recurrences on some days of every month, quarter or year.

use super::{BusinessDays, Hours, Weekday};
use std::sync::Arc;

/// How often a [`Periodic`] recurrence comes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    /// Every calendar month.
    Month,
    /// Every calendar quarter, the first of which starts on 1 January.
    Quarter,
    /// Every calendar year.
    Year,
}

/// The days of a month, quarter or year on which something recurs.
#[derive(Clone, Debug)]
pub enum OnDay {
    /// That day (1 to 31) of the period's first month; in a shorter month there is none.
    Day(u8),
    /// The period's last day.
    LastDay,
    /// The first (1), second, … such weekday of the period; none where the period has fewer.
    Nth(u8, Weekday),
    /// The period's last such weekday.
    Last(Weekday),
    /// Each of the period's last business days, that many.
    LastBusinessDays(u8, Arc<BusinessDays>),
}

/// Times of day on some days of every month, quarter or year.
#[derive(Clone, Debug)]
pub struct Periodic {
    every: Every,
    on: OnDay,
    hours: Hours,
}

impl Periodic {
    /// On those days of every period; none where no period can have such a day.
    #[must_use]
    pub fn new(every: Every, on: OnDay, hours: Hours) -> Option<Self> {
        let possible = match &on {
            OnDay::Day(day) => (1..=31).contains(day),
            OnDay::LastDay | OnDay::Last(_) => true,
            OnDay::Nth(nth, _) => (1..=every.most_of_a_weekday()).contains(nth),
            OnDay::LastBusinessDays(count, _) => *count > 0,
        };
        possible.then_some(Self { every, on, hours })
    }

    /// How often it comes round.
    #[must_use]
    pub fn every(&self) -> Every {
        self.every
    }

    /// The days of the period.
    #[must_use]
    pub fn on_days(&self) -> &OnDay {
        &self.on
    }

    /// The part of these days.
    #[must_use]
    pub fn hours(&self) -> Hours {
        self.hours
    }
}

impl Every {
    /// How often one weekday can come in a period.
    fn most_of_a_weekday(self) -> u8 {
        match self {
            Self::Month => 5,
            Self::Quarter => 14,
            Self::Year => 53,
        }
    }

    /// Months of a period.
    pub(super) fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}
