//! Whether a change meets blackouts, and whether it lies inside windows.
//!
//! No answer enumerates more than a few weeks, or a few hundred occurrences: a recurrence either never pauses, which is
//! seen from its times, or is left soon.

use super::instant::DAY_MICROS;
use super::stream::Occurrences;
use super::{Duration, Entry, Hours, Instant, Interval, Kleene, Lasting, Recurrence, Role, SpanUnit, Sure, Tested};

/// A day by the wall clock, in seconds.
const DAY: i64 = 86_400;

/// Occurrences that follow each other without a pause and are still merged; more than a year of daily ones.
const MERGE_LIMIT: usize = 400;

/// How far ahead the end of a freeze is looked for: 400 days in microseconds, or so many occurrences.
const RUN_MICROS: i64 = 400 * DAY_MICROS;
const RUN_LIMIT: usize = 1_000;

/// Intervals longer than this are first tested against windows that never pause: two weeks, in microseconds.
const LONG_MICROS: i64 = 14 * DAY_MICROS;

/// Whether and until when a change overlaps something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Overlap {
    /// Whether it does.
    pub verdict: Kleene,
    /// The end of the last occurrence that the change could meet, with those that follow it without a pause; none
    /// where there is no such end within 400 days or a thousand occurrences, or where no time of the change is known.
    pub until: Option<Instant>,
    /// Which of the entries is met last, or ends last of those that follow it without a pause.
    pub entry: Option<usize>,
}

/// Whether the change overlaps an occurrence of one of the entries.
#[must_use]
pub fn overlap(entries: &[Entry], role: Role, tested: Tested) -> Overlap {
    let meets = |sure: Sure| {
        tested.judge_meeting(|interval| {
            let met = |entry: &Entry| entry.first_ending_after(role, sure, interval.from());
            entries.iter().any(|entry| met(entry).is_some_and(|first| first.interval.meets(interval)))
        })
    };
    let always = |entry: &Entry| matches!(entry.recurrence, Recurrence::Always) && entry.not_on.is_empty();
    let verdict = match meets(Sure::Possible) {
        // Whenever the change is, it meets what is always.
        Kleene::Unknown if entries.iter().any(always) => Kleene::Yes,
        Kleene::Yes if entries.iter().all(Entry::is_all_certain) => Kleene::Yes,
        Kleene::Yes => meets(Sure::Certain).max(Kleene::Unknown),
        verdict => verdict,
    };
    if verdict == Kleene::No || tested.is_unknown() {
        return Overlap { verdict, until: None, entry: None };
    }
    let (until, entry) = run_end(entries, role, tested.hull());
    Overlap { verdict, until, entry }
}

/// The end of the last occurrence that `hull` meets, with those that follow it without a pause, and which entry has it.
fn run_end(entries: &[Entry], role: Role, hull: Interval) -> (Option<Instant>, Option<usize>) {
    let last = if hull.is_instant() { hull.from() } else { Instant::clamped(hull.to().micros() - 1) };
    let found = furthest(entries, role, last).or_else(|| {
        let ends = entries.iter().enumerate();
        ends.filter_map(|(n, entry)| Some((entry.last_end(role, Sure::Possible, hull)?, n))).max_by_key(|(end, _)| *end)
    });
    let Some((mut end, mut whose)) = found else { return (None, None) };
    if entries.get(whose).is_some_and(|entry| never_pauses(&[entry])) {
        return (None, Some(whose));
    }
    let starting = |entry| Occurrences::starting(entry, role, Sure::Possible, last, Instant::MAX).peekable();
    let mut following: Vec<_> = entries.iter().map(starting).collect();
    let latest = last.saturating_add(Duration::from_micros(RUN_MICROS));
    let mut steps = 0;
    loop {
        let before = end;
        for (n, stream) in following.iter_mut().enumerate() {
            while let Some(next) = stream.next_if(|next| next.interval.from() <= end) {
                if next.interval.to() > end {
                    (end, whose) = (next.interval.to(), n);
                }
                steps += 1;
                if steps == RUN_LIMIT || end >= latest {
                    return (None, Some(whose));
                }
            }
        }
        if end == before {
            return ((end < latest).then_some(end), Some(whose));
        }
    }
}

/// Of the occurrences that are open at `instant` the furthest end, and whose it is.
fn furthest(entries: &[Entry], role: Role, instant: Instant) -> Option<(Instant, usize)> {
    let open = entries.iter().enumerate();
    let ends = open.filter_map(|(n, entry)| Some((entry.reach(role, Sure::Possible, instant)?, n)));
    ends.max_by_key(|(end, n)| (*end, std::cmp::Reverse(*n)))
}

/// Whether the whole change lies inside the union of the windows, of which those that touch count as one.
///
/// A change so long that more than 400 occurrences in a row would have to be followed is unknown, unless the windows of
/// one zone alone never pause.
#[must_use]
pub fn union_inside(windows: &[Entry], tested: Tested) -> Kleene {
    match inside(windows, Sure::Possible, tested) {
        Kleene::Yes if windows.iter().all(Entry::is_all_certain) => Kleene::Yes,
        Kleene::No => Kleene::No,
        _ => match inside(windows, Sure::Certain, tested) {
            Kleene::Yes => Kleene::Yes,
            _ => Kleene::Unknown,
        },
    }
}

/// Whether the change lies inside the windows that count.
fn inside(windows: &[Entry], sure: Sure, tested: Tested) -> Kleene {
    let mut gave_up = false;
    let verdict = tested.judge_inside(|interval| {
        let cover = covers(windows, sure, interval);
        gave_up |= cover == Kleene::Unknown;
        cover == Kleene::Yes
    });
    if verdict == Kleene::No && gave_up { Kleene::Unknown } else { verdict }
}

/// Whether the windows cover `interval` without a gap; unknown where that would take too long to find out.
fn covers(windows: &[Entry], sure: Sure, interval: Interval) -> Kleene {
    if interval.length().micros() > LONG_MICROS && never_pause_together(windows) {
        return Kleene::Yes;
    }
    if interval.is_instant() {
        let met = |window: &Entry| window.first_ending_after(Role::Window, sure, interval.from());
        let open = windows.iter().any(|window| met(window).is_some_and(|first| first.interval.meets(interval)));
        return if open { Kleene::Yes } else { Kleene::No };
    }
    let mut covered_to = interval.from();
    for _ in 0..MERGE_LIMIT {
        // Of the windows that are open at the moment reached, the one that stays open longest.
        match windows.iter().filter_map(|window| window.reach(Role::Window, sure, covered_to)).max() {
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
fn never_pause_together(windows: &[Entry]) -> bool {
    windows.iter().any(|window| {
        let same_zone: Vec<&Entry> = windows.iter().filter(|other| other.zone == window.zone).collect();
        never_pauses(&same_zone)
    })
}

/// Whether weekly recurrences of one zone, of which nothing is left out, cover the whole week by the wall clock.
///
/// Then they cover all time: an end and a start at the same wall clock are the same instant for a window, and a
/// blackout's end is never the earlier. What lasts for elapsed time may end earlier by the wall clock, by as much as the
/// clocks go back meanwhile: by a day at most.
fn never_pauses(entries: &[&Entry]) -> bool {
    const WEEK: i64 = 7 * DAY;
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.not_on.is_empty()) {
        let Recurrence::Weekly(weekly) = &entry.recurrence else { continue };
        let (from, to) = wall_seconds(weekly.hours());
        if to - from >= WEEK {
            return true;
        }
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

/// Start and end in seconds from the start's midnight by the wall clock, the end never later than it is.
fn wall_seconds(hours: Hours) -> (i64, i64) {
    let from = hours.from().seconds();
    let length = match hours {
        Hours::Clock { .. } => return hours.seconds().unwrap_or((from, from)),
        Hours::Lasting { lasting: Lasting::Exact(length), .. } => length.micros() / 1_000_000 - DAY,
        Hours::Lasting { lasting: Lasting::Span(span), .. } => {
            // A month has 28 days at least.
            let days = match span.unit {
                SpanUnit::Day => 1,
                SpanUnit::Week => 7,
                SpanUnit::Month => 28,
                SpanUnit::Year => 365,
                SpanUnit::BusinessDay => 0,
            };
            span.amount.saturating_mul(days).saturating_mul(DAY)
        }
    };
    (from, from.saturating_add(length.max(0)))
}
