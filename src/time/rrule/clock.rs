//! The times of day of a rule.

use super::{Frequency, RRule};

/// Times of day as all combinations of hours, minutes and seconds, each in seconds and in order.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    hours: Vec<i64>,
    minutes: Vec<i64>,
    seconds: Vec<i64>,
}

impl Clock {
    /// The times of day at which the rule's periods may begin.
    pub(super) fn limit(rule: &RRule) -> Self {
        let by = |allowed: bool, list: &[i64], count: i64, unit: i64| -> Vec<i64> {
            match (allowed, list.is_empty()) {
                (false, _) => vec![0],
                (true, true) => (0..count).map(|n| n * unit).collect(),
                (true, false) => list.iter().map(|n| n * unit).collect(),
            }
        };
        Self {
            hours: by(rule.frequency < Frequency::Daily, &rule.by.hour, 24, 3_600),
            minutes: by(rule.frequency < Frequency::Hourly, &rule.by.minute, 60, 60),
            seconds: by(rule.frequency < Frequency::Minutely, &rule.by.second, 60, 1),
        }
    }

    /// The times within one of the rule's periods, where it starts at the second `time` of a day.
    pub(super) fn spread(rule: &RRule, time: i64) -> Self {
        let by = |spread: bool, list: &[i64], own: i64, unit: i64| -> Vec<i64> {
            match (spread, list.is_empty()) {
                (false, _) => vec![0],
                (true, true) => vec![own * unit],
                (true, false) => list.iter().map(|n| n * unit).collect(),
            }
        };
        Self {
            hours: by(rule.frequency >= Frequency::Daily, &rule.by.hour, time / 3_600, 3_600),
            minutes: by(rule.frequency >= Frequency::Hourly, &rule.by.minute, time / 60 % 60, 60),
            seconds: by(rule.frequency >= Frequency::Minutely, &rule.by.second, time % 60, 1),
        }
    }

    /// How many times there are.
    pub(super) fn len(&self) -> i64 {
        length(&self.hours) * length(&self.minutes) * length(&self.seconds)
    }

    /// The nth of them in order, from 0.
    pub(super) fn get(&self, n: i64) -> Option<i64> {
        let (seconds, minutes) = (length(&self.seconds), length(&self.minutes));
        let hour = item(&self.hours, n / seconds / minutes)?;
        Some(hour + item(&self.minutes, n / seconds % minutes)? + item(&self.seconds, n % seconds)?)
    }

    /// The first of them that is not before `time`.
    pub(super) fn next(&self, time: i64) -> Option<i64> {
        let (hour, minute, second) = (time / 3_600 * 3_600, time / 60 % 60 * 60, time % 60);
        let (first_minute, first_second) = (item(&self.minutes, 0)?, item(&self.seconds, 0)?);
        if self.hours.contains(&hour) {
            if self.minutes.contains(&minute)
                && let Some(second) = self.seconds.iter().find(|s| **s >= second)
            {
                return Some(hour + minute + second);
            }
            if let Some(minute) = self.minutes.iter().find(|m| **m > minute) {
                return Some(hour + minute + first_second);
            }
        }
        self.hours.iter().find(|h| **h > hour).map(|hour| hour + first_minute + first_second)
    }
}

pub(super) fn length<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

pub(super) fn item(list: &[i64], at: i64) -> Option<i64> {
    list.get(usize::try_from(at).ok()?).copied()
}
