//! A second opinion on every kind of recurrence, that walks the minutes and knows nothing of intervals.
//!
//! `CHANGEGATE_ORACLE` is the number of random scenes for each change of the clocks (1 unless said; 0 for a tenth of the
//! changes only).

mod calendars;
mod clock;
mod model;
mod questions;
mod starts;

use super::*;
use clock::Clock;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440;

/// Days walked on either side of a change of the clocks.
const REACH_DAYS: i64 = 16;

/// Days on either side of a change within which questions are asked, so that no occurrence is cut off.
const NEAR_DAYS: i64 = 4;

/// How much is known of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Free,
    Possible,
    Certain,
}

impl Mark {
    fn of(certain: bool) -> Self {
        if certain { Self::Certain } else { Self::Possible }
    }
}

/// Calls `ask` for the scenes that the environment asks for.
fn scenes(seed: u64, mut ask: impl FnMut(&mut Random, &Clock, &Clock)) {
    let count: usize = std::env::var("CHANGEGATE_ORACLE").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut random = Random(seed);
    let others =
        ["UTC", "Asia/Kolkata", "Europe/London", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"];
    let (step, count) = if count == 0 { (10, 1) } else { (1, count) };
    for (zone, centre) in walk::places().into_iter().step_by(step) {
        let clock = Clock::around(&zone, centre);
        let other = others[usize::try_from(random.below(6)).unwrap()];
        let other = Clock::around(&super::zone(other), centre);
        for _ in 0..count {
            ask(&mut random, &clock, &other);
        }
    }
}
