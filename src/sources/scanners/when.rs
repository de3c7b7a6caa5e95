//! Times as scanners write them, into the forms that facts read: RFC 3339, a date, or a local time where no offset is given.

use crate::time::{Date, Instant, LocalDateTime, LocalTime, TimeValue, parse_time};

/// In which order a file writes the numbers of `05/06/2021`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) enum Order {
    MonthFirst,
    DayFirst,
}

/// A time in one of the forms that say which it is.
pub(in crate::sources) fn time(text: &str) -> Option<String> {
    let text = text.trim();
    let value = parse_time(text)
        .ok()
        .or_else(|| parse_time(&text.replacen('/', "-", 2)).ok())
        .or_else(|| named_month(text))
        .or_else(|| control_time(text))?;
    written(value)
}

/// A time with slashes, in the order of its file; any other form too.
pub(in crate::sources) fn slashed(text: &str, order: Option<Order>) -> Option<String> {
    let Some((first, second, year, rest)) = split(text) else { return time(text) };
    let (month, day) = match order? {
        Order::MonthFirst => (first, second),
        Order::DayFirst => (second, first),
    };
    written(at(Date::from_ymd(year, month, day)?, rest)?)
}

/// The order that a file's times have, by those that can have only one: none, and orders that differ, leave it open.
pub(in crate::sources) fn order<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Order> {
    let (mut month_first, mut day_first) = (false, false);
    for (first, second, ..) in texts.filter_map(split) {
        month_first |= second > 12;
        day_first |= first > 12;
    }
    match (month_first, day_first) {
        (true, false) => Some(Order::MonthFirst),
        (false, true) => Some(Order::DayFirst),
        _ => None,
    }
}

/// Milliseconds since 1970.
pub(in crate::sources) fn millis(text: &str) -> Option<String> {
    let micros = text.parse::<i64>().ok()?.checked_mul(1000)?;
    written(TimeValue::Instant(Instant::from_micros(micros)?))
}

/// `05/13/2021 07:08:28` in its parts: the two numbers, the year, and the time of day.
fn split(text: &str) -> Option<(i64, i64, i64, &str)> {
    let text = text.trim();
    let (date, clock) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = date.split('/');
    let mut number = |longest: usize| {
        let part = parts.next()?;
        let digits = !part.is_empty() && part.len() <= longest && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i64>().ok() } else { None }
    };
    let (first, second, year) = (number(2)?, number(2)?, number(4)?);
    (parts.next().is_none() && year > 999).then_some((first, second, year, clock.trim()))
}

/// `Jul 26, 2022 13:00:05 UTC`.
fn named_month(text: &str) -> Option<TimeValue> {
    let mut words = text.split_whitespace();
    let month = month(words.next()?)?;
    let day = words.next()?.strip_suffix(',')?.parse::<i64>().ok()?;
    let year = words.next()?.parse::<i64>().ok()?;
    let clock = words.next().unwrap_or_default();
    let date = Date::from_ymd(year, month, day)?;
    match (words.next(), words.next()) {
        (None, _) => at(date, clock),
        (Some("UTC" | "GMT"), None) => parse_time(&format!("{date}T{clock}Z")).ok(),
        _ => None,
    }
}

/// `Tue Mar 22 14:54:47 2022`, as C's `asctime` writes it.
fn control_time(text: &str) -> Option<TimeValue> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, name, day, clock, year] = words.as_slice() else { return None };
    let date = Date::from_ymd(year.parse().ok()?, month(name)?, day.parse().ok()?)?;
    at(date, clock)
}

fn month(name: &str) -> Option<i64> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.to_ascii_lowercase();
    let place = NAMES.iter().position(|short| name.get(..3) == Some(short))?;
    i64::try_from(place).ok()?.checked_add(1)
}

fn at(date: Date, clock: &str) -> Option<TimeValue> {
    if clock.is_empty() {
        return Some(TimeValue::Date(date));
    }
    let (hour, minute, second) = match clock.split(':').collect::<Vec<_>>().as_slice() {
        [hour, minute] => (hour.parse().ok()?, minute.parse().ok()?, 0),
        [hour, minute, second] => (hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?),
        _ => return None,
    };
    LocalDateTime::new(date, LocalTime::from_hms(hour, minute, second)?).map(TimeValue::Local)
}

fn written(value: TimeValue) -> Option<String> {
    let (date, text) = match value {
        TimeValue::Instant(instant) => (instant.utc().date(), instant.to_rfc3339()),
        TimeValue::Local(local) => (local.date(), local.to_string()),
        TimeValue::Date(date) => (date, date.to_string()),
    };
    // Year 1 is how Go writes a time that was never set.
    (date.ymd().0 > 1).then_some(text)
}
