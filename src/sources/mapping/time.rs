//! Times as other programs write them.

use jiff::fmt::strtime::BrokenDownTime;

use crate::time::{Instant, LocalDateTime, TimeValue, Zone, parse_time};

/// Reads a time or date: by a form such as `%d/%m/%Y %H:%M`, `unix` or `unix-ms`, or as RFC 3339 with a space for the `T` and without an offset.
/// Gives RFC 3339; a time without an offset is left without one where no zone is named, for its reader to warn of. A date is the first moment of it in
/// the zone, where a time is wanted.
///
/// # Errors
/// What was expected.
pub(super) fn read(text: &str, form: Option<&str>, zone: Option<&Zone>, as_date: bool) -> Result<String, String> {
    let expected = || match form {
        None => "a time, like `2026-12-18 18:00:00`".to_owned(),
        Some("unix") => "a number of seconds since 1970".to_owned(),
        Some("unix-ms") => "a number of milliseconds since 1970".to_owned(),
        Some(form) => format!("of the form `{form}`"),
    };
    let (value, own) = match form {
        None => match parse_time(text) {
            Ok(value) => (value, None),
            // Left to its reader, who says what it is not.
            Err(_) => return Ok(text.to_owned()),
        },
        Some("unix") => (since_epoch(text, 1_000_000).ok_or_else(expected)?, None),
        Some("unix-ms") => (since_epoch(text, 1_000).ok_or_else(expected)?, None),
        Some(form) => by_form(text, form).ok_or_else(expected)?,
    };
    let zone = own.as_ref().or(zone);
    Ok(match value {
        // Where the field holds a time, its first moment by that clock.
        TimeValue::Date(date) => match zone.filter(|_| !as_date) {
            Some(zone) => zone.start_of_day(date).ok_or_else(expected)?.to_rfc3339(),
            None => date.to_string(),
        },
        TimeValue::Instant(instant) if as_date => {
            zone.cloned().unwrap_or_else(Zone::utc).date(instant).ok_or_else(expected)?.to_string()
        }
        TimeValue::Local(local) if as_date => local.date().to_string(),
        TimeValue::Instant(instant) => instant.to_rfc3339(),
        TimeValue::Local(local) => match zone {
            Some(zone) => zone.instant(local).ok_or_else(expected)?.to_rfc3339(),
            None => written(local),
        },
    })
}

/// Whether a text is a time without an offset.
pub(super) fn is_local(text: &str, form: Option<&str>) -> bool {
    let value = match form {
        None => parse_time(text).ok().map(|value| (value, None)),
        Some("unix" | "unix-ms") => None,
        Some(form) => by_form(text, form),
    };
    matches!(value, Some((TimeValue::Local(_), None)))
}

/// A local time as its reader takes it.
fn written(local: LocalDateTime) -> String {
    let micros = local.micros_of_day();
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}", local.date())
}

fn since_epoch(text: &str, micros: i64) -> Option<TimeValue> {
    // Fractions of a second are cut off.
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    Instant::from_micros(whole.parse::<i64>().ok()?.checked_mul(micros)?).map(TimeValue::Instant)
}

/// What a text says by a form, and the zone that it names.
fn by_form(text: &str, form: &str) -> Option<(TimeValue, Option<Zone>)> {
    let parsed = BrokenDownTime::parse(form, text).ok()?;
    // Where there is no zone of that name, nobody knows the time.
    let zone = parsed.iana_time_zone().map(|name| Zone::get(name).ok_or(())).transpose().ok()?;
    if parsed.offset().is_some()
        && let Ok(timestamp) = parsed.to_timestamp()
    {
        let instant = Instant::from_micros(timestamp.as_microsecond())?;
        let offset = parsed.offset().map(|offset| i64::from(offset.seconds()));
        let fits = zone.as_ref().is_none_or(|zone| Some(zone.offset_seconds(instant)) == offset);
        return fits.then_some((TimeValue::Instant(instant), None));
    }
    let date = parsed.to_date().ok()?;
    let text = match parsed.to_time() {
        Ok(time) if parsed.hour().is_some() => format!("{date}T{time}"),
        _ => date.to_string(),
    };
    Some((parse_time(&text).ok()?, zone))
}

/// Whether a form can be understood: what it writes of a time it has to read again, of the day and, where it has one, of the hour.
pub(super) fn is_form(form: &str) -> bool {
    let comes_back = |hour: i8| {
        let sample = jiff::civil::date(2026, 12, 18).at(hour, 5, 0, 0);
        let zoned = sample.to_zoned(jiff::tz::TimeZone::UTC).ok();
        let text = zoned.and_then(|zoned| jiff::fmt::strtime::format(form, &zoned).ok());
        let back = text.and_then(|text| BrokenDownTime::parse(form, text).ok());
        back.is_some_and(|back| {
            let has_time = back.hour().is_some() || back.minute().is_some();
            back.to_date().is_ok() && (!has_time || back.to_time().is_ok_and(|time| time.hour() == hour))
        })
    };
    matches!(form, "unix" | "unix-ms") || (form.contains('%') && comes_back(6) && comes_back(18))
}
