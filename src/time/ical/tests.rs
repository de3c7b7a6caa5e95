#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "tests"
)]

mod hostile;
mod reading;
mod recurring;
mod refused;
mod vectors;
mod writing;

use super::*;
use crate::time::{Date, Instant, Kleene, Zone, parse_date, parse_instant};

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(name: &str) -> Zone {
    Zone::get(name).unwrap_or_else(|| panic!("{name}"))
}

/// A calendar of these lines.
fn calendar(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\n{}\r\nEND:VCALENDAR\r\n",
        lines.trim().lines().map(str::trim).collect::<Vec<_>>().join("\r\n")
    )
}

/// What a calendar of these lines holds.
fn read(lines: &str) -> File {
    File::read(&calendar(lines)).unwrap_or_else(|error| panic!("{error}")).0
}

/// An event of these lines.
fn event(lines: &str) -> File {
    read(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT", lines.trim()))
}

/// The notes on a calendar of these lines.
fn notes(lines: &str) -> Vec<String> {
    let (_, notes) = File::read(&calendar(lines)).unwrap_or_else(|error| panic!("{error}"));
    notes.into_iter().map(|note| format!("{}: {}", note.line, note.message)).collect()
}

/// The first occurrences: start and length.
fn first(file: &File, zone: &Zone, count: usize) -> Vec<String> {
    let occurrences = file.occurrences(zone, Instant::MIN).take(count);
    occurrences.map(|o| format!("{} {}", o.interval.from(), o.interval.length())).collect()
}
