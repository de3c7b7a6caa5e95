//! Calendars in files: reading iCalendar (RFC 5545), and writing it.
//!
//! A freeze that silently loses an event lets a change through, so a text is either understood or refused with the line
//! that was not ([`ReadError`]); what is left out on purpose is told ([`Note`]).
//!
//! # What counts
//! Every VEVENT of every VCALENDAR in the text, and those that stand outside one. Its occurrences are DTSTART, the starts
//! of its RRULEs and its RDATEs (dates, times, periods), without EXDATE and without those for which another event with its
//! UID stands (RECURRENCE-ID; with `RANGE=THISANDFUTURE` for all later ones as well, which then move by as much and last
//! as long). DTSTART counts also where it does not fit the rule, and an event that stands for an occurrence also where
//! EXDATE takes that out. Of several revisions of one event the latest counts, by SEQUENCE and DTSTAMP.
//!
//! Times go by RFC 5545: with an end, every occurrence lasts exactly as long as the first; with a DURATION, its days are
//! days of the calendar. A local time that occurs twice is the first; one that the clock skips takes the offset before.
//! All-day events and times without a zone ("floating") go by the zone of whoever reads. A TZID that is an IANA name, has
//! one at its end (`/vendor/Europe/London`) or is a name that Windows uses goes by the time-zone database; any other by
//! the VTIMEZONE in the text, expanded up to the year 2199.
//!
//! # What is refused
//! A text that is cut off, has more than 10 MB, 100,000 events or 10,000 rules; events without DTSTART, with two, with an
//! end before the start, with both DTEND and DURATION, with one end as a date and the other as a time; dates, times,
//! durations, periods, rules that cannot be read; times in an unknown zone that the text does not define; EXRULE; lines in
//! an event that are not properties; an event's properties outside an event.
//!
//! # What is left out with a note
//! The events of a calendar that cancels them (METHOD:CANCEL), events at a time that take up none (TRANSP:TRANSPARENT),
//! to-dos, journals, free-busy times, alarms and unknown components. All-day events count whatever their TRANSP: calendar
//! programs mark them as free by themselves. Noted as well: a VTIMEZONE that disagrees with the database by which its
//! events go, events without length, and everything else that was read with forbearance. Events that are called off
//! (STATUS:CANCELLED) are left out without a note: that is what whoever keeps the file says of them.

mod clock;
mod component;
mod event;
mod expand;
mod file;
mod lines;
mod occurrences;
mod revisions;
mod rule;
mod series;
mod table;
mod value;
mod windows;
mod write;
mod zones;

pub use file::File;
pub use occurrences::Occurrences;
pub use write::{NewEvent, write};

use super::Interval;
use std::collections::BTreeMap;
use std::fmt;

/// Longer texts are refused, in bytes.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// More events are refused.
const MAX_EVENTS: usize = 100_000;
/// More recurrence rules are refused.
const MAX_RULES: usize = 10_000;
/// More rules, counted anew after each change to all later occurrences, are refused.
const MAX_STREAMS: usize = 20_000;
/// More changes to occurrences of other events are refused, counted for each event that has the UID.
const MAX_INSTEAD: usize = 200_000;
/// More notes of different wording are not kept.
const MAX_NOTES: usize = 1_000;

/// Why a text cannot be read as a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ReadError {}

/// What a reader should know of how a calendar was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The first line to which it applies, from 1.
    pub line: usize,
    /// What was done; to how many lines, where there are several.
    pub message: String,
}

/// An event of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its UID, where it has one.
    pub uid: Option<String>,
    /// Its SUMMARY on one line, where it has one.
    pub summary: Option<String>,
    /// The line of its `BEGIN`, from 1.
    pub line: usize,
    /// Whether it is given in dates rather than times.
    pub all_day: bool,
}

/// One occurrence of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    /// When it is; a single instant where the event has no length.
    pub interval: Interval,
    /// The number of its event; see [`File::event`].
    pub event: usize,
}

/// Notes as they are gathered: one for each wording, with the first line and how often.
#[derive(Debug, Default)]
struct Notes {
    notes: BTreeMap<String, (usize, usize)>,
}

impl Notes {
    fn add(&mut self, line: usize, message: impl Into<String>) {
        let message = message.into();
        if self.notes.len() < MAX_NOTES || self.notes.contains_key(&message) {
            self.notes.entry(message).or_insert((line, 0)).1 += 1;
        }
    }

    /// In the order of the text.
    fn finish(self) -> Vec<Note> {
        let times = |message: String, count: usize| match count {
            1 => message,
            _ => format!("{message} ({count} times)"),
        };
        let notes = self.notes.into_iter();
        let mut notes: Vec<Note> =
            notes.map(|(message, (line, count))| Note { line, message: times(message, count) }).collect();
        notes.sort_by_key(|note| note.line);
        notes
    }
}

#[cfg(test)]
mod tests;
