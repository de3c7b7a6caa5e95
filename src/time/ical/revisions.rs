//! Revisions of one event: whoever changes an event keeps its UID and counts up its SEQUENCE.

use super::clock::Clock;
use super::event::{Instead, Mark, Read};
use super::{Notes, ReadError};
use crate::time::{Date, LocalDateTime, Zone};
use std::collections::BTreeMap;

/// Which revision of an event it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Revision {
    /// SEQUENCE; without one the first.
    pub(super) sequence: u64,
    /// DTSTAMP.
    pub(super) stamp: Option<LocalDateTime>,
}

/// What an event of some UID is: the event itself, or what stands for an occurrence of it, or for all from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Itself,
    Date(Date, bool),
    /// By a clock of its own, as UTC; by that of whoever reads, as written.
    At(LocalDateTime, bool, bool),
}

impl Place {
    fn of(instead: Option<&Instead>) -> Self {
        let Some(Instead { of, and_future, .. }) = instead else { return Self::Itself };
        match of {
            Mark::Date(date) => Self::Date(*date, *and_future),
            Mark::At(moment) => {
                let floats = matches!(moment.clock, Clock::Floating);
                let local = if floats { moment.local } else { moment.clock.instant(moment.local, &Zone::utc()).utc() };
                Self::At(local, floats, *and_future)
            }
        }
    }
}

/// The events of a text without those of which it has a later revision: one with a higher SEQUENCE, or with the same and a later DTSTAMP. Events
/// that share a UID by mistake differ in their DTSTAMP, too: of those that all count and are no exceptions, the SEQUENCE alone decides.
///
/// # Errors
/// Revisions of which none is the later one, where one counts and another does not.
pub(super) fn latest(reads: Vec<Read>, notes: &mut Notes) -> Result<Vec<Read>, ReadError> {
    let mut revisions: BTreeMap<(&str, Place), Vec<&Read>> = BTreeMap::new();
    for read in &reads {
        if let Some(uid) = &read.uid {
            revisions.entry((uid, Place::of(read.instead.as_ref()))).or_default().push(read);
        }
    }
    let mut old = Vec::new();
    for ((_, place), mut same) in revisions {
        let mut leave = |same: &mut Vec<&Read>, is_latest: &dyn Fn(&Read) -> bool| {
            old.extend(same.extract_if(.., |read| !is_latest(read)).map(|read| read.line));
        };
        let differ = |same: &[&Read]| same.iter().any(|read| read.counts()) && !same.iter().all(|read| read.counts());
        let highest = same.iter().map(|read| read.revision.sequence).max();
        leave(&mut same, &|read| Some(read.revision.sequence) == highest);
        let is_stamped = same.iter().all(|read| read.revision.stamp.is_some());
        if is_stamped && (place != Place::Itself || differ(&same)) {
            let last = same.iter().map(|read| read.revision.stamp).max();
            leave(&mut same, &|read| Some(read.revision.stamp) == last);
        }
        if let (true, Some(last)) = (differ(&same), same.last()) {
            let message = "an event that is called off, and not, with the same `UID`, `SEQUENCE` and `DTSTAMP`: which of them counts?";
            return Err(ReadError { line: last.line, message: message.into() });
        }
    }
    old.sort_unstable();
    for line in &old {
        notes.add(*line, "an earlier revision of an event (`SEQUENCE`, `DTSTAMP`) is left out");
    }
    Ok(reads.into_iter().filter(|read| old.binary_search(&read.line).is_err()).collect())
}
