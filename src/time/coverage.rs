//! Whether a change meets a blackout, and whether it lies inside windows.
//!
//! No answer enumerates more than a few weeks, or a few hundred occurrences: a recurrence either never pauses, which is
//! seen from its times, or is left soon.

use super::{Instant, Interval, Kleene, Recurrence, Role, Tested, Weekly, Zone, occurrences};

/// Occurrences that follow each other without a pause and are still merged; more than a year of daily ones.
const MERGE_LIMIT: usize = 400;

/// Intervals longer than this are first tested against windows that never pause: two weeks, in microseconds.
const LONG_MICROS: i64 = 14 * 86_400 * 1_000_000;

/// Whether and until when a change overlaps a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Overlap {
    /// Whether it does.
    pub verdict: Kleene,
    /// The end of the last occurrence that the change could meet, with those that follow it without a pause; none
    /// where there is no such end within a year, or where no time of the change is known.
    pub until: Option<Instant>,
}

/// Whether the change overlaps an occurrence of the recurrence.
#[must_use]
pub fn overlap(recurrence: &Recurrence, role: Role, zone: &Zone, tested: Tested) -> Overlap {
    let verdict = tested.judge_meeting(|interval| meets_any(recurrence, role, zone, interval));
    let until = if verdict == Kleene::No || tested.is_unknown() {
        None
    } else {
        last_met(recurrence, role, zone, tested.hull()).and_then(|last| end_of_run(recurrence, role, zone, last))
    };
    Overlap { verdict, until }
}

/// Whether the whole change lies inside the union of the windows, of which those that touch count as one.
///
/// A change so long that more than 400 occurrences in a row would have to be followed is unknown, unless the windows of
/// one zone alone never pause.
#[must_use]
pub fn union_inside(windows: &[(&Recurrence, &Zone)], tested: Tested) -> Kleene {
    let mut gave_up = false;
    let verdict = tested.judge_inside(|interval| {
        let cover = covers(windows, interval);
        gave_up |= cover == Kleene::Unknown;
        cover == Kleene::Yes
    });
    if verdict == Kleene::No && gave_up { Kleene::Unknown } else { verdict }
}

/// Whether `interval` meets an occurrence.
fn meets_any(recurrence: &Recurrence, role: Role, zone: &Zone, interval: Interval) -> bool {
    // The first occurrence that is not over at the interval's start is met, or none is.
    recurrence.first_ending_after(interval.from(), zone, role).is_some_and(|first| first.meets(interval))
}

/// The last occurrence that `interval` meets.
fn last_met(recurrence: &Recurrence, role: Role, zone: &Zone, interval: Interval) -> Option<Interval> {
    if interval.is_instant() {
        return recurrence.first_ending_after(interval.from(), zone, role);
    }
    recurrence.last_starting_before(interval.to(), zone, role)
}

/// The end of the occurrences that follow `occurrence` without a pause.
fn end_of_run(recurrence: &Recurrence, role: Role, zone: &Zone, occurrence: Interval) -> Option<Instant> {
    if let Recurrence::Weekly(weekly) = recurrence
        && never_pauses(&[weekly])
    {
        return None;
    }
    let mut end = occurrence.to();
    for next in occurrences(recurrence, role, zone, occurrence.from(), Instant::MAX).take(MERGE_LIMIT) {
        if next.from() > end {
            return Some(end);
        }
        end = end.max(next.to());
    }
    // The occurrences of a fixed range are exhausted; a weekly one that gets here has not paused for a year.
    matches!(recurrence, Recurrence::Fixed { .. }).then_some(end)
}

/// Whether the windows cover `interval` without a gap; unknown where that would take too long to find out.
fn covers(windows: &[(&Recurrence, &Zone)], interval: Interval) -> Kleene {
    if interval.length().micros() > LONG_MICROS && never_pause_together(windows) {
        return Kleene::Yes;
    }
    let mut covered_to = interval.from();
    for _ in 0..MERGE_LIMIT {
        // Of the windows that are open at the moment reached, the one that stays open longest.
        let open = windows.iter().filter_map(|(recurrence, zone)| {
            let reach = occurrences(recurrence, Role::Window, zone, covered_to, Instant::MAX);
            reach.take_while(|o| o.from() <= covered_to).map(Interval::to).max()
        });
        match open.max() {
            None => return Kleene::No,
            Some(end) => covered_to = end,
        }
        if covered_to >= interval.to() {
            return Kleene::Yes;
        }
    }
    Kleene::Unknown
}

/// Whether those of the windows that share some zone never pause.
fn never_pause_together(windows: &[(&Recurrence, &Zone)]) -> bool {
    windows.iter().any(|(_, zone)| {
        let same_zone = windows.iter().filter(|(_, other)| other == zone);
        let weekly: Vec<&Weekly> = same_zone
            .filter_map(|(recurrence, _)| match recurrence {
                Recurrence::Weekly(weekly) => Some(weekly),
                Recurrence::Fixed { .. } => None,
            })
            .collect();
        never_pauses(&weekly)
    })
}

/// Whether weekly recurrences of one zone cover the whole week by the wall clock.
///
/// Then they cover all time: an end and a start at the same wall clock are the same instant for a window, and a
/// blackout's end is never the earlier.
fn never_pauses(recurrences: &[&Weekly]) -> bool {
    const DAY: i64 = 86_400;
    const WEEK: i64 = 7 * DAY;
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for weekly in recurrences {
        let (from, to) = weekly.seconds();
        for day in weekly.days().iter() {
            let monday = day.since_monday() * DAY;
            // What runs over the week's end is also there at its start.
            stretches.push((monday + from, monday + to));
            stretches.push((monday + from - WEEK, monday + to - WEEK));
        }
    }
    stretches.sort_unstable();
    let mut covered_to = 0;
    for (from, to) in stretches {
        if from > covered_to {
            return false;
        }
        covered_to = covered_to.max(to);
    }
    covered_to >= WEEK
}
