//! Exact lengths of time: how they are written, read and printed.

use std::fmt;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// Up to this length, lengths print in hours and not in days: `72h`, but `4d`.
///
/// Response times are usually named so (24, 48, 72 hours, then 7, 14, 30 days).
const LONGEST_IN_HOURS: i64 = 72 * HOUR;

/// An exact length of time in microseconds; negative ones point to the past.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// That many microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// That many seconds.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(SECOND).map(Self)
    }

    /// That many hours.
    #[must_use]
    pub fn from_hours(hours: i64) -> Option<Self> {
        hours.checked_mul(HOUR).map(Self)
    }

    /// That many days of 24 hours.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        days.checked_mul(DAY).map(Self)
    }

    /// The length in microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Both lengths together.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// This length without `other`.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// This length `times` over.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The same length in the other direction.
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }
}

impl fmt::Display for Duration {
    /// Whole units, the largest first and each at most once: `90s` is `1min30s`, `48h`, `14d`, `1h30min`, `0s`.
    ///
    /// Days appear above 72 hours. A fraction of a second prints as a decimal one, which only data can hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        if rest == 0 {
            return f.write_str("0s");
        }
        let in_days = rest > LONGEST_IN_HOURS.unsigned_abs();
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min")] {
            let unit = unit.unsigned_abs();
            if (name != "d" || in_days) && rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        if rest == 0 {
            return Ok(());
        }
        let second = SECOND.unsigned_abs();
        write!(f, "{}", rest / second)?;
        write_fraction(f, i64::try_from(rest % second).unwrap_or(0))?;
        f.write_str("s")
    }
}

/// Writes a fraction of a second given in microseconds, without trailing zeros, and nothing for none.
pub(super) fn write_fraction(f: &mut fmt::Formatter<'_>, micros: i64) -> fmt::Result {
    if micros == 0 {
        return Ok(());
    }
    f.write_str(".")?;
    let (mut rest, mut unit) = (micros, 100_000);
    while rest > 0 {
        write!(f, "{}", rest / unit)?;
        rest %= unit;
        unit /= 10;
    }
    Ok(())
}

/// Why a text is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// It does not have the form of one at all.
    Form,
    /// A number stands without its unit.
    NoUnit,
    /// The unit is not one of the language.
    UnknownUnit,
    /// `m`, which could be minutes or months.
    MinuteOrMonth,
    /// A decimal number.
    Decimal,
    /// A year or a month, which has no exact length.
    Calendar,
    /// Units that are not in descending order, or occur twice.
    Order,
    /// Longer than the range of a length (292,471 years).
    OutOfRange,
}

impl DurationError {
    /// What to write instead, where that can be said.
    #[must_use]
    pub fn help(self) -> Option<&'static str> {
        match self {
            Self::Form | Self::UnknownUnit | Self::NoUnit => {
                Some("write a length like `90s`, `30min`, `48h`, `14d` or `2w`")
            }
            Self::MinuteOrMonth => Some("write `min` for minutes, as in `30min`, or a span like `1 month`"),
            Self::Decimal => Some("write a whole number of a smaller unit, as `90min` for one and a half hours"),
            Self::Calendar => Some("a month or a year has no exact length; write it in days"),
            Self::Order => Some("write each unit once, the largest first, as in `1h30min`"),
            Self::OutOfRange => None,
        }
    }
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a length of time",
            Self::NoUnit => "a length of time needs a unit",
            Self::UnknownUnit => "unknown unit of time",
            Self::MinuteOrMonth => "`m` could mean minutes or months",
            Self::Decimal => "a length of time is written in whole numbers",
            Self::Calendar => "a month or a year is not an exact length of time",
            Self::Order => "the units of a length of time go from large to small, each once",
            Self::OutOfRange => "the length of time is out of range",
        })
    }
}

impl std::error::Error for DurationError {}

/// Reads a length as the language writes it: `90s`, `30min`, `48h`, `14d`, `2w`, or several of these, the largest first.
///
/// A day is 24 hours exactly.
///
/// # Errors
/// Whatever is not such a text as a whole, or out of range.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let mut rest = text.as_bytes();
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return Err(DurationError::Form);
    }
    let mut total = 0i64;
    let mut smallest = i64::MAX;
    while !rest.is_empty() {
        let amount = take(&mut rest, |b| b.is_ascii_digit());
        if amount.is_empty() {
            return Err(if rest.first() == Some(&b'.') { DurationError::Decimal } else { DurationError::Form });
        }
        let unit = match take(&mut rest, |b| b.is_ascii_alphabetic()) {
            b"s" => SECOND,
            b"min" => MINUTE,
            b"h" => HOUR,
            b"d" => DAY,
            b"w" => WEEK,
            b"m" => return Err(DurationError::MinuteOrMonth),
            b"" if rest.first() == Some(&b'.') => return Err(DurationError::Decimal),
            b"" => return Err(if rest.is_empty() { DurationError::NoUnit } else { DurationError::Form }),
            _ => return Err(DurationError::UnknownUnit),
        };
        if unit >= smallest {
            return Err(DurationError::Order);
        }
        smallest = unit;
        total = add(total, number(amount)?, unit)?;
    }
    Ok(Duration(total))
}

/// Reads an ISO 8601 duration as data write it: `PT1H30M`, `P2D`, `P1W`, `PT0.5S`; a day is 24 hours exactly.
///
/// Fractions stand with seconds only and are cut to microseconds.
///
/// # Errors
/// Whatever is not such a text as a whole; years and months, which have no exact length; out of range.
pub fn parse_iso_duration(text: &str) -> Result<Duration, DurationError> {
    let (mut rest, sign) = match text.as_bytes() {
        [b'-', b'P', rest @ ..] => (rest, -1),
        [b'P', rest @ ..] => (rest, 1),
        _ => return Err(DurationError::Form),
    };
    let mut total = 0i64;
    let mut smallest = i64::MAX;
    let mut in_time = false;
    while !rest.is_empty() {
        if let [b'T', after @ ..] = rest {
            // A `T` with nothing behind it, or a second one, is malformed.
            if in_time || after.is_empty() {
                return Err(DurationError::Form);
            }
            in_time = true;
            rest = after;
        }
        let whole = take(&mut rest, |b| b.is_ascii_digit());
        let mut fraction: &[u8] = &[];
        if let [b'.' | b',', after @ ..] = rest {
            rest = after;
            fraction = take(&mut rest, |b| b.is_ascii_digit());
            if fraction.is_empty() {
                return Err(DurationError::Form);
            }
        }
        let (unit_name, after) = rest.split_first().ok_or(DurationError::NoUnit)?;
        rest = after;
        let unit = match (in_time, unit_name) {
            (false, b'W') => WEEK,
            (false, b'D') => DAY,
            (true, b'H') => HOUR,
            (true, b'M') => MINUTE,
            (true, b'S') => SECOND,
            (false, b'Y' | b'M') => return Err(DurationError::Calendar),
            _ => return Err(DurationError::UnknownUnit),
        };
        if whole.is_empty() {
            return Err(DurationError::Form);
        }
        if !fraction.is_empty() && unit != SECOND {
            return Err(DurationError::Decimal);
        }
        if unit >= smallest {
            return Err(DurationError::Order);
        }
        smallest = unit;
        total = add(total, number(whole)?, unit)?;
        total = add(total, fraction_micros(fraction), 1)?;
    }
    // `P` alone names no length.
    if smallest == i64::MAX { Err(DurationError::Form) } else { Ok(Duration(total * sign)) }
}

/// The microseconds of the digits after a decimal point; what is finer is cut.
pub(super) fn fraction_micros(digits: &[u8]) -> i64 {
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
    padded.take(6).fold(0, |micros, digit| micros * 10 + i64::from(digit.saturating_sub(b'0')))
}

/// Cuts the longest head of bytes that satisfy `wanted` off `rest`.
fn take<'a>(rest: &mut &'a [u8], wanted: impl Fn(u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|b| wanted(**b)).count();
    let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    *rest = tail;
    head
}

fn number(digits: &[u8]) -> Result<i64, DurationError> {
    digits.iter().try_fold(0i64, |value, digit| {
        let shifted = value.checked_mul(10).ok_or(DurationError::OutOfRange)?;
        shifted.checked_add(i64::from(digit.saturating_sub(b'0'))).ok_or(DurationError::OutOfRange)
    })
}

fn add(total: i64, amount: i64, unit: i64) -> Result<i64, DurationError> {
    let length = amount.checked_mul(unit).ok_or(DurationError::OutOfRange)?;
    total.checked_add(length).ok_or(DurationError::OutOfRange)
}
