//! The values of properties (RFC 5545, section 3.3): dates, times, periods, durations, offsets.

use super::ReadError;
use super::lines::{Line, shown};
use crate::time::{Date, LocalDateTime, LocalTime};

/// A date or a time as written, before its zone is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    Date(Date),
    Local(LocalDateTime),
    /// With a `Z`.
    Utc(LocalDateTime),
}

/// A DURATION: days are those of the calendar, the rest is elapsed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nominal {
    pub(super) days: i64,
    pub(super) micros: i64,
}

/// What a period ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PeriodEnd {
    At(Stamp),
    After(Nominal),
}

/// One value of an RDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) start: Stamp,
    pub(super) end: Option<PeriodEnd>,
}

/// The number that these digits write.
fn number(digits: &str) -> Option<i64> {
    let all = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all { digits.parse().ok() } else { None }
}

/// `YYYYMMDD`.
fn date(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    Date::from_ymd(number(text.get(..4)?)?, number(text.get(4..6)?)?, number(text.get(6..8)?)?)
}

/// `HHMMSS`; a leap second is the one before it, as section 3.3.12 advises.
fn time(text: &str) -> Option<LocalTime> {
    if text.len() != 6 {
        return None;
    }
    let (hour, minute) = (number(text.get(..2)?)?, number(text.get(2..4)?)?);
    let second = number(text.get(4..6)?)?;
    if hour > 23 || second > 60 {
        return None;
    }
    LocalTime::from_hms(hour, minute, second.min(59))
}

/// `20260102`, `20260102T030405` or `20260102T030405Z`.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let Some((day, clock)) = text.split_once(['T', 't']) else { return date(text).map(Stamp::Date) };
    let utc = clock.strip_suffix(['Z', 'z']);
    let local = LocalDateTime::new(date(day)?, time(utc.unwrap_or(clock))?)?;
    Some(if utc.is_some() { Stamp::Utc(local) } else { Stamp::Local(local) })
}

/// The one date or time of a line, of the type that its `VALUE` names.
pub(super) fn stamp_of(line: &Line) -> Result<Stamp, ReadError> {
    let text = line.value.trim();
    let stamp = stamp(text).ok_or_else(|| line.error(unfit(line, text)))?;
    agrees(line, stamp, text)?;
    Ok(stamp)
}

fn unfit(line: &Line, text: &str) -> String {
    format!("`{}` needs a date or a time such as `20260131` or `20260131T090000Z`, not `{}`", line.name, shown(text))
}

/// That a value is of the type that its line claims; without a claim its form decides.
fn agrees(line: &Line, stamp: Stamp, text: &str) -> Result<(), ReadError> {
    let is_date = matches!(stamp, Stamp::Date(_));
    match line.param("VALUE").map(str::to_ascii_uppercase).as_deref() {
        None => Ok(()),
        Some("DATE") if is_date => Ok(()),
        Some("DATE-TIME") if !is_date => Ok(()),
        Some(claimed @ ("DATE" | "DATE-TIME")) => {
            Err(line.error(format!("`{}` says `VALUE={claimed}`, but `{}` is not one", line.name, shown(text))))
        }
        Some(other) => Err(line.error(format!("`{}` cannot be of type `{}`", line.name, shown(other)))),
    }
}

/// The dates and times of an EXDATE, or the dates, times and periods of an RDATE.
pub(super) fn listed(line: &Line, periods: bool) -> Result<Vec<Listed>, ReadError> {
    let value = line.value.trim();
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let claims_period = line.param("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("PERIOD"));
    if claims_period && !periods {
        return Err(line.error(format!("`{}` cannot be of type `PERIOD`", line.name)));
    }
    let one = |text: &str| {
        let text = text.trim();
        if claims_period {
            return period(text).ok_or_else(|| {
                line.error(format!("`{}` is not a period such as `20260131T090000Z/PT2H`", shown(text)))
            });
        }
        let start = stamp(text).ok_or_else(|| line.error(unfit(line, text)))?;
        agrees(line, start, text)?;
        Ok(Listed { start, end: None })
    };
    value.split(',').map(one).collect()
}

/// `start/end` or `start/duration`; both ends are times.
fn period(text: &str) -> Option<Listed> {
    let (start, end) = text.split_once('/')?;
    let timed = |text: &str| stamp(text).filter(|stamp| !matches!(stamp, Stamp::Date(_)));
    let end = match timed(end) {
        Some(end) => PeriodEnd::At(end),
        None => PeriodEnd::After(duration(end)?),
    };
    Some(Listed { start: timed(start)?, end: Some(end) })
}

/// `P2W`, `P1DT12H`, `PT90M`; not a negative one.
pub(super) fn duration(text: &str) -> Option<Nominal> {
    let text = text.strip_prefix('+').unwrap_or(text).to_ascii_uppercase();
    let (days, clock) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, clock)) => (days.to_owned(), Some(clock.to_owned())),
        None => (text.strip_prefix('P')?.to_owned(), None),
    };
    if days.is_empty() && clock.is_none() {
        return None;
    }
    let whole = parts(&days, &[('W', 7), ('D', 1)])?;
    let micros = match clock {
        Some(clock) if clock.is_empty() => return None,
        Some(clock) => parts(&clock, &[('H', 3_600), ('M', 60), ('S', 1)])?.checked_mul(1_000_000)?,
        None => 0,
    };
    Some(Nominal { days: whole, micros })
}

/// The sum of numbers with their units, each unit at most once and in this order.
fn parts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    for (unit, worth) in units {
        if let Some((digits, rest)) = text.split_once(*unit) {
            sum = sum.checked_add(number(digits)?.checked_mul(*worth)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

/// `+0100` or `-000115`, in microseconds.
pub(super) fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hour, minute) = (number(digits.get(..2)?)?, number(digits.get(2..4)?)?);
    let second = match digits.get(4..)? {
        "" => 0,
        seconds if seconds.len() == 2 => number(seconds)?,
        _ => return None,
    };
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then_some(sign * (hour * 3_600 + minute * 60 + second) * 1_000_000)
}
