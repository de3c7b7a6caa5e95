//! A time zone that the text itself defines (VTIMEZONE, RFC 5545, section 3.6.5), as a table of its changes.

use super::component::Component;
use super::value::{self, Stamp};
use super::{ReadError, rule};
use crate::time::{Date, LocalDateTime};

/// The table ends with this year; after it the last offset stands. Rules without an end have to stop somewhere.
const LAST_YEAR: i64 = 2199;
/// More changes than this in all tables of one text are refused.
pub(super) const MAX_CHANGES: usize = 200_000;

/// The changes of offset of a zone.
#[derive(Debug)]
pub(super) struct Table {
    /// The offset before the first change, in microseconds.
    first: i64,
    /// Instant and new offset in microseconds, ascending.
    changes: Vec<(i64, i64)>,
}

impl Table {
    /// Reads a VTIMEZONE; `budget` is how many changes all tables together may still have.
    pub(super) fn read(component: &Component, budget: &mut usize) -> Result<Self, ReadError> {
        let mut changes = Vec::new();
        let mut first: Option<(i64, i64)> = None;
        for observance in &component.children {
            if !matches!(observance.name.as_str(), "STANDARD" | "DAYLIGHT") {
                continue;
            }
            let from = offset(observance, "TZOFFSETFROM")?;
            let to = offset(observance, "TZOFFSETTO")?;
            for onset in onsets(observance, from, budget)? {
                changes.push((onset, to));
                if first.is_none_or(|(earliest, _)| onset < earliest) {
                    first = Some((onset, from));
                }
            }
        }
        // Stable: of two changes at one instant the one that stands later in the text has the last word.
        changes.sort_by_key(|(at, _)| *at);
        match first {
            Some((_, first)) => Ok(Self { first, changes }),
            None => Err(ReadError {
                line: component.line,
                message: "a `VTIMEZONE` without `STANDARD` and `DAYLIGHT` says nothing".into(),
            }),
        }
    }

    /// How many changes there are up to and at that instant.
    fn count(&self, instant: i64) -> usize {
        self.changes.partition_point(|(at, _)| *at <= instant)
    }

    /// The offset after that many changes.
    fn offset_after(&self, count: usize) -> i64 {
        count.checked_sub(1).and_then(|last| self.changes.get(last)).map_or(self.first, |(_, offset)| *offset)
    }

    /// The offset at an instant, in microseconds.
    pub(super) fn offset(&self, instant: i64) -> i64 {
        self.offset_after(self.count(instant))
    }

    /// What the clock shows; both in microseconds since 1970-01-01T00:00.
    pub(super) fn wall(&self, instant: i64) -> i64 {
        instant + self.offset(instant)
    }

    /// The instant of a local time: the first of two; in a gap by the offset before it.
    pub(super) fn instant(&self, wall: i64) -> i64 {
        // No offset reaches a day, so the changes of a day before and after are all that can matter.
        const DAY: i64 = 86_400_000_000;
        let (from, to) = (self.count(wall - DAY), self.count(wall + DAY));
        let mut gap = wall - self.offset_after(from);
        for count in from..=to {
            let offset = self.offset_after(count);
            let instant = wall - offset;
            let begun =
                count.checked_sub(1).and_then(|last| self.changes.get(last)).is_none_or(|(at, _)| *at <= instant);
            let over = self.changes.get(count).is_some_and(|(at, _)| *at <= instant);
            if begun && !over {
                return instant;
            }
            if over {
                gap = instant;
            }
        }
        gap
    }
}

fn offset(observance: &Component, name: &'static str) -> Result<i64, ReadError> {
    let missing = || ReadError { line: observance.line, message: format!("`{}` without `{name}`", observance.name) };
    let line = observance.only(name)?.ok_or_else(missing)?;
    value::offset(line.value.trim())
        .ok_or_else(|| line.error(format!("`{name}` needs an offset such as `+0100`, not `{}`", line.value)))
}

/// The instants at which an observance begins.
fn onsets(observance: &Component, from: i64, budget: &mut usize) -> Result<Vec<i64>, ReadError> {
    let missing = || ReadError { line: observance.line, message: format!("`{}` without `DTSTART`", observance.name) };
    let line = observance.only("DTSTART")?.ok_or_else(missing)?;
    let at = |stamp: Stamp| match stamp {
        Stamp::Date(date) => LocalDateTime::start_of(date).wall() - from,
        Stamp::Local(local) => local.wall() - from,
        Stamp::Utc(utc) => utc.wall(),
    };
    let start = at(value::stamp_of(line)?);
    let mut onsets = vec![start];
    for line in observance.all("RDATE") {
        for listed in value::listed(line, false)? {
            onsets.push(at(listed.start));
        }
    }
    let end = Date::from_ymd(LAST_YEAR + 1, 1, 1).map(LocalDateTime::start_of);
    let local = LocalDateTime::from_wall(start + from);
    if let (Some(end), Some(local)) = (end, local) {
        for line in observance.all("RRULE") {
            let rule = rule::read(line, |until| LocalDateTime::from_wall(until.micros() + from))?;
            let starts = rule.starts(local, local).take_while(|onset| *onset < end);
            onsets.extend(starts.take(*budget + 1).map(|onset| onset.wall() - from));
        }
    }
    *budget = budget
        .checked_sub(onsets.len())
        .ok_or_else(|| line.error(format!("time zones with more than {MAX_CHANGES} changes")))?;
    Ok(onsets)
}
