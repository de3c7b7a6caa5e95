#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod calendar;
mod cover;
mod daylight;
mod edges;
mod oracle;
mod recurrences;
mod starts;
mod text;
mod vectors;
mod walk;

use super::*;

/// The moment of an RFC 3339 text.
fn at(text: &str) -> Instant {
    parse_instant(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn local(text: &str) -> LocalDateTime {
    parse_local_datetime(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn date(text: &str) -> Date {
    parse_date(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(name: &str) -> Zone {
    Zone::get(name).unwrap_or_else(|| panic!("{name}"))
}

fn weekly(days: &[Weekday], from: &str, to: &str) -> Recurrence {
    let days = days.iter().copied().collect();
    let (from, to) = (parse_local_time(from).unwrap(), parse_local_time(to).unwrap());
    Recurrence::Weekly(Weekly::new(days, from, to).unwrap())
}

fn daily(from: &str, to: &str) -> Recurrence {
    weekly(&Weekday::ALL, from, to)
}

/// Whether and until when a change overlaps one recurrence.
fn overlap_of(recurrence: &Recurrence, role: Role, zone: &Zone, tested: Tested) -> (Kleene, Option<Instant>) {
    let overlap = overlap(&[Entry::new(recurrence.clone(), zone.clone())], role, tested);
    (overlap.verdict, overlap.until)
}

fn inside_of(windows: &[(&Recurrence, &Zone)], tested: Tested) -> Kleene {
    let entry = |(recurrence, zone): &(&Recurrence, &Zone)| Entry::new((*recurrence).clone(), (*zone).clone());
    union_inside(&windows.iter().map(entry).collect::<Vec<_>>(), tested)
}

/// The occurrences of one recurrence between two instants.
fn occurrences_of(
    recurrence: &Recurrence,
    role: Role,
    zone: &Zone,
    from: Instant,
    to: Instant,
) -> impl Iterator<Item = Interval> {
    let entry = Entry::new(recurrence.clone(), zone.clone());
    let found: Vec<Interval> = occurrences(&entry, role, from, to).map(|o| o.interval).take(1_000).collect();
    found.into_iter()
}

fn hours(count: i64) -> Duration {
    Duration::from_hours(count).unwrap()
}

/// A small generator of pseudo-random numbers (xorshift64*, Vigna 2016), so that every run sees the same cases.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from 0 up to, not including, `limit`.
    fn below(&mut self, limit: i64) -> i64 {
        i64::try_from(self.next() >> 33).unwrap() % limit
    }
}
