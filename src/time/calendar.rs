//! Calendars: their days, and the occurrence next to an instant.

use super::day_table::{DayTables, DaysIn};
use super::search::{first_start_after, last_start_before};
use super::{Bound, Date, Entry, Instant, Kleene, Recurrence, Role, Sure, Zone, occurrences};
use std::fmt;

/// A named calendar: everything that is in it.
pub struct Calendar {
    entries: Vec<Entry>,
    days: DayTables,
}

/// The start of an occurrence that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// It starts then.
    At(Instant),
    /// There is none.
    Nothing,
    /// There may be one, or another one, of which the calendar does not know.
    Unknown,
}

impl Calendar {
    /// The calendar of these entries; `covers_until` says how far its files reach, where not to their last event's end.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>, covers_until: Option<Bound>) -> Self {
        for entry in &mut entries {
            if let Recurrence::File { covers_until: reach, .. } = &mut entry.recurrence
                && covers_until.is_some()
            {
                *reach = covers_until;
            }
        }
        Self { entries, days: DayTables::default() }
    }

    /// What is in it.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The first start of an occurrence after `instant`, strictly.
    #[must_use]
    pub fn next_after(&self, instant: Instant) -> Found {
        let first = |sure| self.entries.iter().filter_map(|entry| first_start_after(entry, sure, instant)).min();
        match (first(Sure::Certain), first(Sure::Possible)) {
            (Some(certain), Some(possible)) if possible < certain => Found::Unknown,
            (Some(certain), _) => Found::At(certain),
            (None, Some(_)) => Found::Unknown,
            (None, None) => Found::Nothing,
        }
    }

    /// The last start of an occurrence before `instant`, strictly.
    #[must_use]
    pub fn last_before(&self, instant: Instant) -> Found {
        let last = |sure| self.entries.iter().filter_map(|entry| last_start_before(entry, sure, instant)).max();
        match (last(Sure::Certain), last(Sure::Possible)) {
            (Some(certain), Some(possible)) if possible > certain => Found::Unknown,
            (Some(certain), _) => Found::At(certain),
            (None, Some(_)) => Found::Unknown,
            (None, None) => Found::Nothing,
        }
    }

    /// Whether `instant` lies in an occurrence.
    #[must_use]
    pub fn during(&self, instant: Instant) -> Kleene {
        let mut during = Kleene::No;
        for entry in &self.entries {
            for occurrence in occurrences(entry, Role::Blackout, instant, Instant::MAX) {
                if occurrence.interval.from() > instant || during == Kleene::Yes {
                    break;
                }
                during = during.max(occurrence.is_certain());
            }
        }
        during
    }

    /// Whether `date` is one of its days: a whole-day occurrence is on its dates, another one on those that it touches
    /// by the wall clock of `zone`.
    #[must_use]
    pub fn has_day(&self, date: Date, zone: &Zone) -> Kleene {
        self.days(zone).get(date)
    }

    /// Its days by the wall clock of a zone, for those who ask for many.
    pub(super) fn days<'a>(&'a self, zone: &'a Zone) -> DaysIn<'a> {
        DaysIn { table: self.days.of(zone), entries: &self.entries, zone }
    }

    /// The instant from which on the calendar knows nothing, so that every day may be one of its own; none where it does.
    #[must_use]
    pub fn knows_until(&self, zone: &Zone) -> Option<Instant> {
        self.entries.iter().filter_map(|entry| entry.knows_until(zone)).min()
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar").field("entries", &self.entries).finish_non_exhaustive()
    }
}
