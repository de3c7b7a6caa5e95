//! One recurrence in its zone, with what is left out of it, and its occurrences.

use super::{Calendar, Date, Instant, Interval, Recurrence, Role, Zone, occurrences};
use std::sync::Arc;

/// A recurrence in its zone.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it is.
    pub recurrence: Recurrence,
    /// Whose wall clock it goes by.
    pub zone: Zone,
    /// The calendars on whose days no occurrence starts (by the wall clock of `zone`).
    pub not_on: Vec<Arc<Calendar>>,
    /// The moment at which work began that may finish late: an occurrence that contains it has no end.
    pub overrun: Option<Instant>,
}

impl Entry {
    /// That recurrence in that zone, nothing left out.
    #[must_use]
    pub fn new(recurrence: Recurrence, zone: Zone) -> Self {
        Self { recurrence, zone, not_on: Vec::new(), overrun: None }
    }

    /// The same, with no occurrence on the days of that calendar.
    #[must_use]
    pub fn not_on(mut self, calendar: Arc<Calendar>) -> Self {
        self.not_on.push(calendar);
        self
    }

    /// The calendars on which its occurrences hang that start at `to` or before: those that it leaves out, and those of its business days.
    pub fn asks(&self, to: Instant) -> impl Iterator<Item = Asked<'_>> {
        let last = self.zone.date(to).unwrap_or(Date::MAX);
        let to = self.zone.last_of_day(last);
        let left_out = self.not_on.iter().map(move |calendar| Asked { calendar, zone: &self.zone, to });
        let periodic = match &self.recurrence {
            Recurrence::Periodic(periodic) => Some(periodic),
            _ => None,
        };
        left_out.chain(periodic.into_iter().flat_map(move |periodic| periodic.asks(last)))
    }

    /// Whether there is, or may be, any occurrence at all.
    #[must_use]
    pub fn happens(&self, role: Role) -> bool {
        occurrences(self, role, Instant::MIN, Instant::MAX).next().is_some()
    }
}

/// A calendar that an entry asks for its days.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Which one.
    pub calendar: &'a Arc<Calendar>,
    /// By whose wall clock.
    pub zone: &'a Zone,
    /// The last instant of the days that it is asked for.
    pub to: Instant,
}

/// One occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Occurrence {
    /// When it is.
    pub interval: Interval,
    /// Whether it is certain; else it is only possible.
    pub certain: bool,
}

/// Which occurrences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sure {
    /// The certain ones only: what a window offers, what relaxes.
    Certain,
    /// The possible ones too: what restricts.
    Possible,
}
