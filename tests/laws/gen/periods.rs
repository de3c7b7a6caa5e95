//! Blackouts and windows.

use crate::ir::*;
use crate::vocab;

use super::Gen;

impl Gen {
    pub fn periods(&mut self) {
        for n in 0..self.rng.below(3) {
            let period = self.period(n, false);
            self.policy.periods.push(period);
        }
        for n in 0..[0, 0, 1, 2, 3][self.rng.below(5)] {
            let period = self.period(n, true);
            self.policy.periods.push(period);
        }
    }

    fn period(&mut self, n: usize, window: bool) -> Period {
        let times = (0..1 + self.rng.below(2)).map(|_| self.time_clause(window)).collect();
        let scope = self.rule_scope(5);
        let mut common = self.common(&scope, &mut Vec::new());
        // Scope and condition together are seldom true: most periods take one.
        if self.rng.chance(60) {
            common.when = None;
        }
        let name = format!("{}_{n}", if window { "window" } else { "blackout" });
        Period { name, window, common, times, while_: None, mandatory: false, overrun: false }
    }

    pub fn time_clause(&mut self, window: bool) -> TimeClause {
        if let Some((zone, _)) = self.twice
            && self.rng.chance(60)
        {
            let to = *self.rng.pick(&[75, 90, 105]);
            return TimeClause::Weekly {
                days: (0..7).collect(),
                from: to - 60 * self.rng.between(1, 5) as i32,
                to,
                zone: RangeZone::Fixed(zone),
            }
            .crossing();
        }
        if self.rng.chance(if window { 25 } else { 40 }) {
            return self.range();
        }
        let days: Vec<u8> = match self.rng.below(5) {
            0 => (0..7).collect(),
            1 => (0..5).collect(),
            2 => vec![5, 6],
            _ => self.rng.some(&[0, 1, 2, 3, 4, 5, 6], 1),
        };
        let zone = match self.rng.below(3) {
            0 => RangeZone::Policy,
            1 => RangeZone::Fixed(self.rng.word(vocab::ZONES)),
            _ => RangeZone::Asset,
        };
        let (from, to) = match self.rng.below(8) {
            0 => (0, 1440),
            1 => (22 * 60, 2 * 60),
            // Where clocks change.
            2 => (60, 150),
            3 => (90, 180),
            4 => (150, 210),
            5 => (120, 120),
            _ => (self.rng.between(0, 95) as i32 * 15, self.rng.between(1, 96) as i32 * 15),
        };
        TimeClause::Weekly { days, from, to, zone }
    }

    pub fn range(&mut self) -> TimeClause {
        let first = self.day(5);
        let last = first + self.rng.between(1, 8) as i32;
        let zone = if self.rng.chance(40) { RangeZone::Policy } else { RangeZone::Fixed(self.rng.word(vocab::ZONES)) };
        let mut end = |date: i32| {
            if self.rng.chance(30) {
                return EndPoint::Date(date);
            }
            let zone = if self.rng.chance(20) { ZoneSpec::Utc } else { ZoneSpec::Policy };
            EndPoint::Time(TimeLit { date, minute: self.rng.between(0, 47) as i32 * 30, zone })
        };
        // A day and more apart, so that no zone turns them round.
        TimeClause::Range { from: end(first), to: end(last + 1), zone }
    }
}

impl TimeClause {
    /// A start before midnight is the evening before.
    fn crossing(self) -> Self {
        match self {
            Self::Weekly { days, from, to, zone } => Self::Weekly { days, from: from.rem_euclid(1440), to, zone },
            other => other,
        }
    }
}
