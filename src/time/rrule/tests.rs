#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod bounds;
mod examples;
mod naive;
mod texts;
mod vectors;

use super::*;
use crate::time::LocalTime;

/// The time of an iCalendar text; a date is its midnight, and a `Z` says nothing.
fn local(text: &str) -> LocalDateTime {
    let digits = |range: Range<usize>| text[range].parse::<i64>().unwrap();
    let date = Date::from_ymd(digits(0..4), digits(4..6), digits(6..8)).unwrap();
    if text.len() < 15 {
        return LocalDateTime::start_of(date);
    }
    LocalDateTime::new(date, LocalTime::from_hms(digits(9..11), digits(11..13), digits(13..15)).unwrap()).unwrap()
}

fn rule(text: &str) -> RRule {
    RRule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
