//! iCalendar files (RFC 5545).

use super::{Date, Instant, Interval, Zone};
use std::marker::PhantomData;

/// What a calendar file holds.
#[derive(Debug)]
pub struct File;

impl File {
    /// The occurrences of its events that are not over at `from`, ascending by start.
    #[must_use]
    pub fn occurrences<'a>(&'a self, _zone: &'a Zone, _from: Instant) -> Occurrences<'a> {
        Occurrences(PhantomData)
    }

    /// The end of its last event; none where an event recurs for ever.
    #[must_use]
    pub fn knows_until(&self, _zone: &Zone) -> Option<Instant> {
        None
    }

    /// Whether an event is on that date.
    #[must_use]
    pub fn on_day(&self, _date: Date, _zone: &Zone) -> bool {
        false
    }
}

/// The occurrences of a file's events.
#[derive(Debug)]
pub struct Occurrences<'a>(PhantomData<&'a File>);

impl Iterator for Occurrences<'_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        None
    }
}
