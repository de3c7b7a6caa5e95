#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests"
)]

use super::*;
use crate::time::{Zone, parse_instant};

#[test]
fn reads() {
    let (file, notes) = File::read("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20261218T180000\r\nDTEND;TZID=Europe/Berlin:20261218T190000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").unwrap();
    assert_eq!(notes, []);
    let all: Vec<String> = file
        .occurrences(&Zone::utc(), parse_instant("2026-01-01T00:00Z").unwrap())
        .map(|i| format!("{} {}", i.interval.from(), i.interval.to()))
        .collect();
    assert_eq!(all.len(), 3, "{all:?}");
}
