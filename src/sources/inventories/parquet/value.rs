//! Values as JSON has them.

use std::borrow::Cow;

use super::page::Value;
use super::schema::{Leaf, Meaning};
use crate::facts::Json;
use crate::time::{Date, Instant};

/// Why a value cannot be said in JSON.
pub(super) type Unreadable = &'static str;

/// A value in JSON.
pub(super) fn json(leaf: &Leaf, value: Value<'_>) -> Result<Json<'static>, Unreadable> {
    Ok(match (leaf.meaning, value) {
        (_, Value::Bool(value)) => Json::Bool(value),
        (Meaning::Plain, Value::Int(value)) => number(value.to_string()),
        // Kept in as many bits as a signed number of that size.
        (Meaning::Unsigned, Value::Int(value)) => match leaf.physical {
            super::schema::Physical::Int32 => number((value & 0xFFFF_FFFF).to_string()),
            _ => number(value.cast_unsigned().to_string()),
        },
        (Meaning::Decimal(scale), Value::Int(value)) => number(decimal(i128::from(value), scale)),
        (Meaning::Decimal(scale), Value::Bytes(bytes)) => {
            number(decimal(big(bytes).ok_or("a decimal number has more than 38 digits")?, scale))
        }
        (Meaning::Date, Value::Int(days)) => {
            let date = Date::from_days(days).ok_or("a date is out of range")?;
            text(date.to_string())
        }
        (Meaning::Time(unit), Value::Int(value)) => text(clock(value, unit).ok_or("a time of day is out of range")?),
        (Meaning::Timestamp(unit, is_utc), Value::Int(value)) => {
            text(timestamp(micros(i128::from(value), unit), is_utc).ok_or("a time is out of range")?)
        }
        (Meaning::Timestamp(unit, is_utc), Value::Bytes(bytes)) => {
            text(timestamp(micros_of_julian(bytes, unit), is_utc).ok_or("a time is out of range")?)
        }
        (Meaning::Text, Value::Bytes(bytes)) => text(utf8(bytes)?.to_owned()),
        (Meaning::Json, Value::Bytes(bytes)) => {
            Json::parse(utf8(bytes)?).map_err(|_| "a cell of JSON is not JSON")?.into_owned()
        }
        (Meaning::Uuid, Value::Bytes(bytes)) => text(uuid(bytes)),
        (Meaning::Half, Value::Bytes(bytes)) => float(half(bytes)),
        (_, Value::Float(value)) if value.is_finite() => number(value.to_string()),
        (_, Value::Float(_)) => Json::Null,
        (_, Value::Double(value)) => float(value),
        // Nothing that a field could hold: it says so itself.
        (_, Value::Int(value)) => number(value.to_string()),
        (_, Value::Bytes(bytes)) => text(format!("{} bytes", bytes.len())),
    })
}

fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")
}

fn text(text: String) -> Json<'static> {
    Json::String(Cow::Owned(text))
}

fn number(text: String) -> Json<'static> {
    Json::Number(Cow::Owned(text))
}

/// What is no number is how tables of numbers write that there is none.
fn float(value: f64) -> Json<'static> {
    if value.is_finite() { number(value.to_string()) } else { Json::Null }
}

/// A whole number with a point before its last digits.
fn decimal(value: i128, scale: u32) -> String {
    let scale = usize::try_from(scale).unwrap_or(0);
    if scale == 0 {
        return value.to_string();
    }
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - scale).unwrap_or((&digits, ""));
    format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" })
}

/// A signed number, its highest byte first.
pub(super) fn big(bytes: &[u8]) -> Option<i128> {
    let (first, rest) = bytes.split_first()?;
    let mut value = i128::from(i8::from_be_bytes([*first]));
    for byte in rest {
        value = value.checked_mul(256)?.checked_add(i128::from(*byte))?;
    }
    Some(value)
}

fn timestamp(micros: Option<i64>, is_utc: bool) -> Option<String> {
    let written = Instant::from_micros(micros?)?.to_rfc3339();
    Some(if is_utc { written } else { written.trim_end_matches('Z').to_owned() })
}

/// Microseconds of a time, where they are in range; fractions of one are cut off.
pub(super) fn micros(value: i128, per_second: i64) -> Option<i64> {
    let micros = value.checked_mul(1_000_000)?.div_euclid(i128::from(per_second));
    Instant::from_micros(i64::try_from(micros).ok()?).map(Instant::micros)
}

/// The same of nanoseconds of the day and a Julian day number.
pub(super) fn micros_of_julian(bytes: &[u8], per_second: i64) -> Option<i64> {
    let (nanos, day) = bytes.split_first_chunk::<8>()?;
    let day = i32::from_le_bytes(*day.first_chunk::<4>()?);
    let days = i128::from(day) - 2_440_588;
    let value = days.checked_mul(86_400_000_000_000)?.checked_add(i128::from(i64::from_le_bytes(*nanos)))?;
    micros(value, per_second)
}

fn clock(value: i64, per_second: i64) -> Option<String> {
    let seconds = value.div_euclid(per_second);
    (0..86_400)
        .contains(&seconds)
        .then(|| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

fn uuid(bytes: &[u8]) -> String {
    let mut written = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            written.push('-');
        }
        written.push_str(&format!("{byte:02x}"));
    }
    written
}

/// A number of 16 bits: a sign, five bits of exponent, ten of fraction.
fn half(bytes: &[u8]) -> f64 {
    let bits = u16::from_le_bytes(bytes.first_chunk().copied().unwrap_or_default());
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f64::from(bits & 0x03FF) / 1024.0;
    match (bits >> 10) & 0x1F {
        0 => sign * fraction * f64::powi(2.0, -14),
        31 => f64::NAN,
        exponent => sign * (1.0 + fraction) * f64::powi(2.0, i32::from(exponent) - 15),
    }
}
