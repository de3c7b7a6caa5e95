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
    clear_of(sources, role, sure, length, horizon).0
}

/// The starts at which a change of that length certainly meets no occurrence of the entries, and whether these are all at which it may meet
/// none: whether everything that is met is certain.
#[must_use]
pub fn may_start_certainly_clear_of(
    sources: &[Source<'_>],
    role: Role,
    length: Duration,
    horizon: Interval,
) -> (Starts, bool) {
    clear_of(sources, role, Sure::Possible, length, horizon)
}

fn clear_of(sources: &[Source<'_>], role: Role, sure: Sure, length: Duration, horizon: Interval) -> (Starts, bool) {
    let length = length.micros().max(0);
    let met = gather(sources, role, sure, length, horizon, |_| true);
    let blocked = met.ranges.into_iter().map(|range| {
        // The last start that is over when the occurrence begins is its start less the length.
        let from = Instant::clamped(range.from.micros().saturating_sub((length - 1).max(0)));
        StartRange { from, ..range }
    });
    let starts = Starts::all(horizon).minus(&Starts::of(horizon, met.known_to, merge(blocked)));
    (starts, met.all_certain)
}

/// The starts at which all of a change of that length lies inside the union of the entries' occurrences.
///
/// Occurrences that touch count as one.
#[must_use]
pub fn may_start_inside(sources: &[Source<'_>], sure: Sure, length: Duration, horizon: Interval) -> Starts {
    let length = length.micros().max(0);
    // What has no extent has room for nothing that takes time.
    let has_room = |occurrence: Interval| length == 0 || !occurrence.is_instant();
    let open = gather(sources, Role::Window, sure, length, horizon, has_room);
    let roomy = merge(open.ranges).into_iter().filter_map(|range| {
        // The last start that leaves room is the end less the length, and it is still one.
        let to = Instant::clamped(range.to.micros().saturating_sub((length - 1).max(0)));
        (range.from < to).then_some(StartRange { to, ..range })
    });
    Starts::of(horizon, open.known_to, roomy)
}

/// The occurrences that a change can meet which starts within a horizon.
struct Gathered {
    /// Sorted by start.
    ranges: Vec<StartRange>,
    /// The instant up to which starts are worked out.
    known_to: Instant,
    /// There are none that are only possible.
    all_certain: bool,
}

/// The occurrences that a change which starts within the horizon can meet.
///
/// One without extent is given the one microsecond at which it is.
fn gather(
    sources: &[Source<'_>],
    role: Role,
    sure: Sure,
    length: i64,
    horizon: Interval,
    counts: impl Fn(Interval) -> bool,
) -> Gathered {
    let mut known_to = horizon.to();
    let mut all_certain = true;
    let mut found = Vec::new();
    let to = Instant::clamped(horizon.to().micros().saturating_add(length));
    for Source { entry, tag } in sources {
        let by = Limit::By(*tag);
        let range = |from: Instant, to: Instant| StartRange { from, to, opened_by: by, closed_by: by };
        // What is going on when the horizon begins is one stretch, however many occurrences it is made of.
        let mut ranges: Vec<StartRange> = Vec::new();
        let reach = entry.reach(role, sure, horizon.from());
        if let Some(reach) = reach {
            ranges.push(range(horizon.from(), reach));
        }
        all_certain &= sure == Sure::Certain
            || entry.is_all_certain()
            || reach.is_none()
            || entry.reach(role, Sure::Certain, horizon.from()) == reach;
        let stream = Occurrences::starting(entry, role, sure, horizon.from(), to);
        for (count, occurrence) in stream.enumerate() {
            let (from, end) = (occurrence.interval.from(), occurrence.interval.to());
            all_certain &= occurrence.certain;
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
    Gathered { ranges: found, known_to, all_certain }
}
