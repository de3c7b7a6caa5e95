//! When a change of a known length may start, from the occurrences of blackouts and windows.

use super::starts::merge;
use super::stream::Occurrences;
use super::{Duration, Instant, Interval, Limit, Role, Source, StartRange, Starts, Sure};

/// Occurrences of one entry that are looked at, twice the hours of 400 days; of a denser one the rest of the horizon is
/// not worked out.
const OCCURRENCE_LIMIT: usize = 20_000;

/// The starts at which a change of that length meets no occurrence of the entries.
///
/// A change of length L > 0 at s meets the occurrence from a to b if s < b and s + L > a; one of no length if
/// a <= s < b.
#[must_use]
pub fn may_start_clear_of(
    sources: &[Source<'_>],
    role: Role,
    sure: Sure,
    length: Duration,
    horizon: Interval,
) -> Starts {
    let length = length.micros().max(0);
    let (met, known_to) = gather(sources, role, sure, length, horizon, |_| true);
    let blocked = met.into_iter().map(|range| {
        // The last start that is over when the occurrence begins is its start less the length.
        let from = Instant::clamped(range.from.micros().saturating_sub((length - 1).max(0)));
        StartRange { from, ..range }
    });
    Starts::all(horizon).minus(&Starts::of(horizon, known_to, merge(blocked)))
}

/// The starts at which all of a change of that length lies inside the union of the entries' occurrences.
///
/// Occurrences that touch count as one.
#[must_use]
pub fn may_start_inside(sources: &[Source<'_>], sure: Sure, length: Duration, horizon: Interval) -> Starts {
    let length = length.micros().max(0);
    // What has no extent has room for nothing that takes time.
    let has_room = |occurrence: Interval| length == 0 || !occurrence.is_instant();
    let (open, known_to) = gather(sources, Role::Window, sure, length, horizon, has_room);
    let roomy = merge(open).into_iter().filter_map(|range| {
        // The last start that leaves room is the end less the length, and it is still one.
        let to = Instant::clamped(range.to.micros().saturating_sub((length - 1).max(0)));
        (range.from < to).then_some(StartRange { to, ..range })
    });
    Starts::of(horizon, known_to, roomy)
}

/// The occurrences that a change which starts within the horizon can meet, sorted by start, and the instant up to which
/// starts are worked out.
///
/// One without extent is given the one microsecond at which it is.
fn gather(
    sources: &[Source<'_>],
    role: Role,
    sure: Sure,
    length: i64,
    horizon: Interval,
    counts: impl Fn(Interval) -> bool,
) -> (Vec<StartRange>, Instant) {
    let mut known_to = horizon.to();
    let mut found = Vec::new();
    let to = Instant::clamped(horizon.to().micros().saturating_add(length));
    for Source { entry, tag } in sources {
        let by = Limit::By(*tag);
        let range = |from: Instant, to: Instant| StartRange { from, to, opened_by: by, closed_by: by };
        // What is going on when the horizon begins is one stretch, however many occurrences it is made of.
        let mut ranges: Vec<StartRange> = Vec::new();
        if let Some(reach) = entry.reach(role, sure, horizon.from()) {
            ranges.push(range(horizon.from(), reach));
        }
        let stream = Occurrences::starting(entry, role, sure, horizon.from(), to);
        for (count, occurrence) in stream.enumerate() {
            let (from, end) = (occurrence.interval.from(), occurrence.interval.to());
            if ranges.last().is_some_and(|last| last.to >= to) {
                break;
            }
            if count == OCCURRENCE_LIMIT {
                known_to = known_to.min(Instant::clamped(from.micros().saturating_sub(length)));
                break;
            }
            if counts(occurrence.interval) {
                let end = if from == end { Instant::clamped(end.micros() + 1) } else { end };
                match ranges.last_mut().filter(|last| from <= last.to) {
                    Some(last) => last.to = last.to.max(end),
                    None => ranges.push(range(from, end)),
                }
            }
        }
        found.extend(ranges);
    }
    // The order of equal starts is that of the sources.
    found.sort_by_key(|range| range.from);
    (found, known_to)
}
