//! What the wall clock shows at each minute of some weeks.

use super::*;

pub(super) struct Clock {
    pub(super) zone: Zone,
    /// Its first minute, since 1970-01-01T00:00Z.
    pub(super) first: i64,
    /// What the clock shows at each, in minutes since 1970-01-01T00:00.
    pub(super) walls: Vec<i64>,
}

impl Clock {
    pub(super) fn around(zone: &Zone, centre: Instant) -> Self {
        let first = centre.micros() / MINUTE - REACH_DAYS * DAY;
        let offset = |minute: i64| zone.offset_seconds(Instant::from_micros(minute * MINUTE).unwrap()) / 60;
        let walls = (0..2 * REACH_DAYS * DAY).map(|n| first + n + offset(first + n)).collect();
        Self { zone: zone.clone(), first, walls }
    }

    pub(super) fn len(&self) -> usize {
        self.walls.len()
    }

    /// The middle of the walk.
    pub(super) fn middle(&self) -> usize {
        self.len() / 2
    }

    pub(super) fn instant(&self, minute: usize) -> Instant {
        Instant::from_micros((self.first + i64::try_from(minute).unwrap()) * MINUTE).unwrap()
    }

    /// The minute of an instant; none outside of the walk or between two minutes.
    pub(super) fn minute(&self, instant: Instant) -> Option<usize> {
        if instant.micros() % MINUTE != 0 {
            return None;
        }
        let minute = usize::try_from(instant.micros() / MINUTE - self.first).ok()?;
        (minute < self.len()).then_some(minute)
    }

    /// The day that the clock shows at a minute.
    pub(super) fn day(&self, minute: usize) -> i64 {
        self.walls[minute].div_euclid(DAY)
    }

    /// The days that are walked from their start to their end.
    pub(super) fn days(&self) -> std::ops::Range<i64> {
        let last = self.len() - 1;
        self.day(0) + 2..self.day(last) - 1
    }

    /// The minutes at which the clock could show `wall`: it is never two days off UTC.
    fn near(&self, wall: i64) -> std::ops::Range<usize> {
        let at = |minute: i64| usize::try_from(minute.clamp(0, i64::try_from(self.len()).unwrap())).unwrap();
        at(wall - self.first - 2 * DAY)..at(wall - self.first + 2 * DAY)
    }

    /// The first minute at which the clock is at or past `wall`.
    pub(super) fn start(&self, wall: i64) -> usize {
        self.near(wall).find(|n| self.walls[*n] >= wall).unwrap_or(self.len())
    }

    /// The minute at which the clock shows `wall`, the last or the first one; else the first past it.
    pub(super) fn end(&self, wall: i64, role: Role) -> usize {
        let shown = match role {
            Role::Blackout => self.near(wall).rev().find(|n| self.walls[*n] == wall),
            Role::Window => self.near(wall).find(|n| self.walls[*n] == wall),
        };
        shown.unwrap_or_else(|| self.start(wall))
    }

    /// The minute that `wall` means in RFC 5545: the first that shows it, or by the offset before the gap.
    pub(super) fn rfc5545(&self, wall: i64) -> usize {
        if let Some(shown) = self.near(wall).find(|n| self.walls[*n] == wall) {
            return shown;
        }
        let change = self.start(wall);
        if change == 0 || change == self.len() {
            return change;
        }
        change - 1 + usize::try_from(wall - self.walls[change - 1]).unwrap()
    }
}
