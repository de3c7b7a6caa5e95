//! Local time, by the zone database and nothing else.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use crate::ir::Unit;

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

pub fn civil_date(days: i32) -> Option<civil::Date> {
    civil::date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

pub fn days_of(date: civil::Date) -> i32 {
    (date - civil::date(1970, 1, 1)).get_days()
}

/// The instant of a local time: `minute` may be 1440 (the next midnight) or more. In a gap it is the moment of the change.
pub fn at(days: i32, minute: i32, zone: &TimeZone) -> Option<i64> {
    let date = civil_date(days + minute.div_euclid(1440))?;
    let minute = minute.rem_euclid(1440);
    at_local(date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0), zone)
}

/// The instant of a local time; of one that occurs twice the first.
pub fn at_local(local: civil::DateTime, zone: &TimeZone) -> Option<i64> {
    let as_utc = local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
    let with = |offset: jiff::tz::Offset| as_utc - i64::from(offset.seconds()) * SECOND;
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => Some(with(offset)),
        AmbiguousOffset::Fold { before, .. } => Some(with(before)),
        AmbiguousOffset::Gap { before, .. } => {
            // The last change of the offset at or before the instant that the old offset would give.
            let beyond = Timestamp::from_microsecond(with(before) + 1).ok()?;
            zone.preceding(beyond).next().map(|change| change.timestamp().as_microsecond())
        }
    }
}

/// The local date and the time of that day.
pub fn local(instant: i64, zone: &TimeZone) -> Option<civil::DateTime> {
    Some(zone.to_datetime(Timestamp::from_microsecond(instant).ok()?))
}

pub fn local_day(instant: i64, zone: &TimeZone) -> Option<i32> {
    Some(days_of(local(instant, zone)?.date()))
}

/// The end of a day: the start of the next.
pub fn end_of_day(days: i32, zone: &TimeZone) -> Option<i64> {
    at(days + 1, 0, zone)
}

/// A day moved by a calendar span; none where it is not known of a day whether it is a business day.
pub fn move_date(days: i32, amount: i64, unit: Unit, business: &dyn Fn(i32) -> Option<bool>) -> Option<i32> {
    match unit {
        Unit::Day => days.checked_add(i32::try_from(amount).ok()?),
        Unit::Week => days.checked_add(i32::try_from(amount * 7).ok()?),
        Unit::Month => Some(days_of(civil_date(days)?.checked_add(Span::new().try_months(amount).ok()?).ok()?)),
        Unit::BusinessDay => {
            let mut day = days;
            let mut left = amount.abs();
            while left > 0 {
                day += amount.signum() as i32;
                if (days - day).abs() > 3_660 {
                    return None;
                }
                if business(day)? {
                    left -= 1;
                }
            }
            Some(day)
        }
    }
}

/// An instant moved by a calendar span: the local date moves, the local time of day stays.
pub fn move_instant(
    instant: i64,
    amount: i64,
    unit: Unit,
    business: &dyn Fn(i32) -> Option<bool>,
    zone: &TimeZone,
) -> Option<i64> {
    let from = local(instant, zone)?;
    if amount == 0 {
        return Some(instant);
    }
    let date = civil_date(move_date(days_of(from.date()), amount, unit, business)?)?;
    at_local(date.to_datetime(from.time()), zone)
}

/// RFC 3339 in UTC, as decisions print it.
pub fn print(instant: i64) -> String {
    Timestamp::from_microsecond(instant).map_or_else(|_| "?".to_owned(), |t| t.to_string())
}

/// A time of the data: RFC 3339, or a day (its start in UTC).
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.as_microsecond());
    }
    parse_date(text).map(|d| i64::from(d) * DAY)
}

pub fn parse_date(text: &str) -> Option<i32> {
    if text.len() != 10 {
        return None;
    }
    Some(days_of(text.parse::<civil::Date>().ok()?))
}

/// `90s`, `30min`, `48h`, `14d`, `2w`
pub fn parse_duration(text: &str) -> Option<i64> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let n: i64 = text[..at].parse().ok()?;
    let size = match &text[at..] {
        "s" => SECOND,
        "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    n.checked_mul(size)
}
