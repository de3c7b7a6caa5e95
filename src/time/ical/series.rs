//! Events that belong together: one that recurs, and those that stand for some of its occurrences.

use super::event::{Instead, Length, Mark, Moment, Read, Times};
use super::{Event, MAX_INSTEAD, MAX_STREAMS, Notes, ReadError};
use std::collections::BTreeMap;

/// An event with its recurrence, and what others with its UID change of it.
#[derive(Debug)]
pub(super) struct Series {
    /// Its index among the events of the file.
    pub(super) event: usize,
    pub(super) times: Times,
    /// From when on another event stands for all occurrences (THISANDFUTURE); not in order.
    pub(super) segments: Vec<Segment>,
}

/// All occurrences from a moment on.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) from: Moment,
    /// What they follow; none where they are out.
    pub(super) kept: Option<Kept>,
}

/// The event that stands for all occurrences from a moment on, as far as they follow it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Its index among the events of the file.
    pub(super) event: usize,
    pub(super) start: Moment,
    pub(super) all_day: bool,
    pub(super) length: Length,
}

/// An event that stands for occurrences of others.
struct Other {
    instead: Instead,
    uid: String,
    /// None where it takes those occurrences out.
    kept: Option<Kept>,
    line: usize,
}

/// Sorts the events of a text into series.
pub(super) fn group(reads: Vec<Read>, notes: &mut Notes) -> Result<(Vec<Event>, Vec<Series>), ReadError> {
    let mut events = Vec::with_capacity(reads.len());
    let mut series: Vec<Series> = Vec::new();
    let mut masters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    // UIDs of events that do not count themselves; what stands for one of their occurrences stands alone.
    let mut silent: BTreeMap<String, ()> = BTreeMap::new();
    let mut others: Vec<Other> = Vec::new();
    for read in reads {
        let Read { line, uid, summary, instead, revision: _, times } = read;
        let event = events.len();
        if let Some(times) = &times {
            events.push(Event { uid: uid.clone(), summary, line, all_day: times.all_day });
        }
        match (instead, uid) {
            (Some(instead), Some(uid)) => {
                let kept = times.as_ref().map(|Times { start, all_day, length, .. }| Kept {
                    event,
                    start: start.clone(),
                    all_day: *all_day,
                    length: length.clone(),
                });
                others.push(Other { instead, uid, kept, line });
            }
            (Some(_), None) => {
                notes.add(line, "a `RECURRENCE-ID` without `UID` stands for no occurrence of another event")
            }
            (None, Some(uid)) if times.is_some() => {
                let same = masters.entry(uid).or_default();
                if !same.is_empty() {
                    notes.add(line, "an event with the `UID` of an earlier one; both count");
                }
                same.push(series.len());
            }
            (None, Some(uid)) => {
                silent.insert(uid, ());
            }
            (None, None) => {}
        }
        if let Some(times) = times {
            series.push(Series { event, times, segments: Vec::new() });
        }
    }
    let mut changes = 0_usize;
    let mut streams = series.iter().map(|series| series.times.rules.len()).sum::<usize>();
    for Other { instead, uid, kept, line } in others {
        let Some(indices) = masters.get(&uid) else {
            if !silent.contains_key(&uid) {
                notes.add(line, "a `RECURRENCE-ID` of an event that is not here; it stands alone");
            }
            continue;
        };
        for index in indices {
            let Some(master) = series.get_mut(*index) else { continue };
            changes += 1;
            if instead.and_future {
                streams += master.times.rules.len();
            }
            if changes > MAX_INSTEAD || streams > MAX_STREAMS {
                return Err(ReadError { line, message: "recurring events with too many changes to them".into() });
            }
            if instead.and_future {
                master.segments.push(Segment { from: instead.from.clone(), kept: kept.clone() });
            } else {
                master.times.removed.push(match &instead.of {
                    Mark::At(moment) if master.times.all_day => Mark::Date(moment.local.date()),
                    mark => mark.clone(),
                });
            }
        }
    }
    Ok((events, series))
}
