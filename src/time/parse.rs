//! Reading dates and times: strict, in one pass, and the whole text or nothing.

use super::duration::fraction_micros;
use super::instant::DAY_MICROS;
use super::{Date, Instant, LocalDateTime, LocalTime};
use std::fmt;

/// What a text that stands for a time turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeValue {
    /// With `Z` or an offset: a moment.
    Instant(Instant),
    /// Without: a date and time in a zone yet to be named.
    Local(LocalDateTime),
    /// A date alone.
    Date(Date),
}

/// Why a text is no date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// It does not have the form of one.
    Form,
    /// A date whose month or day lacks its leading zero; the date that was meant.
    Unpadded(Date),
    /// The right form, but no such date, time or offset, or outside the years 1 to 9999.
    OutOfRange,
    /// A moment needs `Z` or an offset.
    NoOffset,
}

impl TimeError {
    /// What to write instead, where that can be said.
    #[must_use]
    pub fn help(self) -> Option<String> {
        match self {
            Self::Unpadded(date) => Some(format!("write `{date}`")),
            Self::NoOffset => Some("add `Z`, or an offset like `+01:00`".to_owned()),
            Self::Form => Some("write `2026-12-18`, `2026-12-18T18:00` or `2026-12-18T18:00:00Z`".to_owned()),
            Self::OutOfRange => None,
        }
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a date or time",
            Self::Unpadded(_) => "a date has two digits each for month and day",
            Self::OutOfRange => "there is no such date or time",
            Self::NoOffset => "the time has neither `Z` nor an offset",
        })
    }
}

impl std::error::Error for TimeError {}

/// Reads `2026-12-18`.
///
/// # Errors
/// Another form, or a date that does not exist.
pub fn parse_date(text: &str) -> Result<Date, TimeError> {
    if let Some(date) = text.as_bytes().as_array().and_then(plain_date) {
        return Ok(date);
    }
    let mut reader = Reader(text.as_bytes());
    let date = reader.date().map_err(|error| unpadded(text).unwrap_or(error))?;
    reader.finish(date)
}

/// `2026-12-18`; none for every other text.
#[inline]
pub(crate) fn plain_date(text: &[u8; 10]) -> Option<Date> {
    let (year_month, day) = text.split_first_chunk::<8>()?;
    let ([century, _, year, _, _, month, ..], [d1, d2]) = (pairs(*year_month, *b"0000-00-")?, day) else { return None };
    let is_number = d1.is_ascii_digit() && d2.is_ascii_digit();
    let day = two(*d1, *d2);
    if is_number { Date::from_ymd(i64::from(century) * 100 + i64::from(year), i64::from(month), day) } else { None }
}

/// `2026-12-18T18:00:00Z`, as most moments are written; none for every other text.
#[inline]
pub(crate) fn plain_instant(text: &[u8; 20]) -> Option<Instant> {
    let (year_month, rest) = text.split_first_chunk::<8>()?;
    let (day_time, [b':', s1, s2, b'Z']) = rest.split_first_chunk::<8>()? else { return None };
    let [century, _, year, _, _, month, ..] = pairs(*year_month, *b"0000-00-")?;
    let [day, _, _, hour, _, _, minute, _] = pairs(*day_time, *b"00T00:00")?;
    let second = two(*s1, *s2);
    if !s1.is_ascii_digit() || !s2.is_ascii_digit() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = Date::from_ymd(i64::from(century) * 100 + i64::from(year), i64::from(month), i64::from(day))?;
    let clock = (i64::from(hour) * 3_600 + i64::from(minute) * 60 + second) * 1_000_000;
    Instant::from_micros(date.days() * DAY_MICROS + clock)
}

/// What each two digits beside each other say, at the place of the first, eight bytes at once; none where digits and what is between them do not
/// stand as in `form`, which has a `0` for each digit.
#[inline]
fn pairs(text: [u8; 8], form: [u8; 8]) -> Option<[u8; 8]> {
    const TOPS: u64 = 0x8080_8080_8080_8080;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let form = u64::from_le_bytes(form);
    let digits = u64::from_le_bytes(text) ^ form;
    // What is added brings 10 where a digit is, and 1 elsewhere, to the top bit.
    let is_digit = zero_bytes(form ^ ZEROS) >> 7;
    let most = (TOPS - (TOPS >> 7)) - is_digit * 9;
    let wrong = (digits | digits.wrapping_add(most)) & TOPS;
    (wrong == 0).then(|| (digits.wrapping_mul(10).wrapping_add(digits >> 8)).to_le_bytes())
}

/// The top bit of each byte that is zero, of bytes below 0x80.
const fn zero_bytes(word: u64) -> u64 {
    const TOPS: u64 = 0x8080_8080_8080_8080;
    (TOPS - (word & !TOPS)) & TOPS & !word
}

/// What two digits say.
#[inline]
fn two(tens: u8, ones: u8) -> i64 {
    i64::from(tens & 15) * 10 + i64::from(ones & 15)
}

/// Reads `09:30` or `09:30:15`, up to `24:00`.
///
/// # Errors
/// Another form, or a time that does not exist.
pub fn parse_local_time(text: &str) -> Result<LocalTime, TimeError> {
    let mut reader = Reader(text.as_bytes());
    let (hour, minute) = (reader.digits(2)?, reader.after(b':')?);
    let second = if reader.eat(b":") { reader.digits(2)? } else { 0 };
    let time = LocalTime::from_hms(hour, minute, second).ok_or(TimeError::OutOfRange)?;
    reader.finish(time)
}

/// Reads `2026-12-18T18:00`, with seconds and a fraction where given, cut to microseconds.
///
/// A lower-case `t` or a space may stand for the `T`; `24:00` is the next day's `00:00`. A leap second is read as the
/// last microsecond before it, and only where one can be: at the end of a quarter of an hour.
///
/// # Errors
/// Another form (an offset too), or a time that does not exist.
pub fn parse_local_datetime(text: &str) -> Result<LocalDateTime, TimeError> {
    match parse_time(text)? {
        TimeValue::Local(local) => Ok(local),
        TimeValue::Instant(_) | TimeValue::Date(_) => Err(TimeError::Form),
    }
}

/// Reads a moment as RFC 3339 writes it: `2026-12-18T18:00:00.5+01:00`.
///
/// Beyond the RFC, seconds may be missing, and an offset may be `+0100` or `+01`. A leap second (`23:59:60` in UTC)
/// is read as the last microsecond before it.
///
/// # Errors
/// Another form, a time without offset, or a moment that does not exist.
pub fn parse_instant(text: &str) -> Result<Instant, TimeError> {
    match parse_time(text)? {
        TimeValue::Instant(instant) => Ok(instant),
        TimeValue::Local(_) => Err(TimeError::NoOffset),
        TimeValue::Date(_) => Err(TimeError::Form),
    }
}

/// Reads whichever a text is: a moment, a local date and time, or a date.
///
/// # Errors
/// Neither of the three, or one that does not exist.
pub fn parse_time(text: &str) -> Result<TimeValue, TimeError> {
    if let Some(instant) = text.as_bytes().as_array().and_then(plain_instant) {
        return Ok(TimeValue::Instant(instant));
    }
    let mut reader = Reader(text.as_bytes());
    let date = reader.date().map_err(|error| unpadded(text).unwrap_or(error))?;
    if reader.0.is_empty() {
        return Ok(TimeValue::Date(date));
    }
    if !(reader.eat(b"T") || reader.eat(b"t") || reader.eat(b" ")) {
        return Err(TimeError::Form);
    }
    let clock = reader.clock()?;
    let offset = reader.offset()?;
    // An offset can bring a wall clock beyond 9999-12-31 back into range, so the sum is checked and not its parts.
    let wall = date.days() * DAY_MICROS + clock.micros;
    match offset {
        None if clock.leap && clock.minute % 15 != 14 => Err(TimeError::OutOfRange),
        None => LocalDateTime::from_wall(wall).map(TimeValue::Local).ok_or(TimeError::OutOfRange),
        Some(offset) => {
            let instant = Instant::from_micros(wall - offset * 1_000_000).ok_or(TimeError::OutOfRange)?;
            let last_minute = instant.micros().rem_euclid(DAY_MICROS) >= DAY_MICROS - 60_000_000;
            if clock.leap && !last_minute {
                return Err(TimeError::OutOfRange);
            }
            Ok(TimeValue::Instant(instant))
        }
    }
}

/// A time of day as written.
struct Clock {
    micros: i64,
    minute: i64,
    leap: bool,
}

/// What is left of a text.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn eat(&mut self, wanted: &[u8]) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn digits(&mut self, count: usize) -> Result<i64, TimeError> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(TimeError::Form)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return Err(TimeError::Form);
        }
        self.0 = rest;
        Ok(head.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    }

    /// Two digits behind `separator`.
    fn after(&mut self, separator: u8) -> Result<i64, TimeError> {
        if self.eat(&[separator]) { self.digits(2) } else { Err(TimeError::Form) }
    }

    fn date(&mut self) -> Result<Date, TimeError> {
        let (year, month, day) = (self.digits(4)?, self.after(b'-')?, self.after(b'-')?);
        Date::from_ymd(year, month, day).ok_or(TimeError::OutOfRange)
    }

    fn clock(&mut self) -> Result<Clock, TimeError> {
        let (hour, minute) = (self.digits(2)?, self.after(b':')?);
        let mut second = 0;
        let mut fraction = 0;
        if self.eat(b":") {
            second = self.digits(2)?;
            if self.eat(b".") {
                let length = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
                let (digits, rest) = self.0.split_at_checked(length).ok_or(TimeError::Form)?;
                if digits.is_empty() {
                    return Err(TimeError::Form);
                }
                fraction = fraction_micros(digits);
                self.0 = rest;
            }
        }
        let leap = second == 60;
        if leap {
            (second, fraction) = (59, 999_999);
        }
        if hour > 24 || minute > 59 || second > 59 {
            return Err(TimeError::OutOfRange);
        }
        let micros = (hour * 3_600 + minute * 60 + second) * 1_000_000 + fraction;
        if micros > DAY_MICROS { Err(TimeError::OutOfRange) } else { Ok(Clock { micros, minute, leap }) }
    }

    /// The offset in seconds that ends the text, if any.
    fn offset(&mut self) -> Result<Option<i64>, TimeError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        if self.eat(b"Z") || self.eat(b"z") {
            return self.finish(Some(0));
        }
        let sign = match (self.eat(b"+"), self.eat(b"-")) {
            (true, false) => 1,
            (false, true) => -1,
            _ => return Err(TimeError::Form),
        };
        let hours = self.digits(2)?;
        let colon = self.eat(b":");
        let minutes = if self.0.is_empty() && !colon { 0 } else { self.digits(2)? };
        if hours > 23 || minutes > 59 {
            return Err(TimeError::OutOfRange);
        }
        self.finish(Some(sign * (hours * 3_600 + minutes * 60)))
    }

    /// The value read, if nothing is left.
    fn finish<T>(&self, value: T) -> Result<T, TimeError> {
        if self.0.is_empty() { Ok(value) } else { Err(TimeError::Form) }
    }
}

/// The date meant by a text like `2026-1-1`, with or without a time behind it.
fn unpadded(text: &str) -> Option<TimeError> {
    let mut parts = text.split(['T', 't', ' ']).next()?.split('-');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        (part.len() <= digits && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then_some(part)
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if year.len() != 4 || (month.len() == 2 && day.len() == 2) || parts.next().is_some() {
        return None;
    }
    let date = Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some(TimeError::Unpadded(date))
}
