//! Values as facts take them without JSON between: the same as JSON would say, or odd.

use super::page::Value;
use super::schema::{Leaf, Meaning, Physical};
use super::value::{big, micros, micros_of_julian};
use crate::check::decimal::Decimal;
use crate::facts::Plain;

/// What a value is; odd where only its JSON knows.
pub(super) fn plain<'v>(leaf: &Leaf, value: Value<'v>) -> Plain<'v> {
    let time = |micros: Option<i64>, is_utc: bool| match micros {
        Some(micros) if is_utc => Plain::Instant(micros),
        Some(micros) => Plain::Local(micros),
        None => Plain::Odd,
    };
    match (leaf.meaning, value) {
        (_, Value::Bool(value)) => Plain::Bool(value),
        (Meaning::Plain, Value::Int(value)) => Plain::Int(value),
        (Meaning::Unsigned, Value::Int(value)) => match leaf.physical {
            Physical::Int32 => Plain::Int(value & 0xFFFF_FFFF),
            _ if value >= 0 => Plain::Int(value),
            _ => Plain::Odd,
        },
        (Meaning::Date, Value::Int(days)) => Plain::Date(days),
        (Meaning::Timestamp(unit, is_utc), Value::Int(value)) => time(micros(i128::from(value), unit), is_utc),
        (Meaning::Timestamp(unit, is_utc), Value::Bytes(bytes)) => time(micros_of_julian(bytes, unit), is_utc),
        (Meaning::Text, Value::Bytes(bytes)) => std::str::from_utf8(bytes).map_or(Plain::Odd, Plain::Text),
        (Meaning::Plain, Value::Double(value)) => Plain::Double(value),
        (Meaning::Plain, Value::Float(value)) => Plain::Float(value),
        (Meaning::Decimal(scale), Value::Int(value)) => billionths(i128::from(value), scale),
        (Meaning::Decimal(scale), Value::Bytes(bytes)) => {
            big(bytes).map_or(Plain::Odd, |value| billionths(value, scale))
        }
        _ => Plain::Odd,
    }
}

/// Tenths, hundredths and so on as billionths, where that loses nothing and is no more than any number may be.
fn billionths<'v>(value: i128, scale: u32) -> Plain<'v> {
    let missing = 9_u32.checked_sub(scale).and_then(|missing| 10_i128.checked_pow(missing));
    let value = missing.and_then(|factor| value.checked_mul(factor)).and_then(Decimal::from_raw);
    value.map_or(Plain::Odd, |value| Plain::Decimal(value.raw()))
}
