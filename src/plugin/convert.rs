//! Values of the language into those of a component, and back. Nothing that comes back is believed.

use std::sync::Arc;

use wasmtime::component::Val;

use crate::check::plugin::{Kind, Value};
use crate::time::{Date, Instant};

/// Billionths of one.
const ONE: i128 = 1_000_000_000;

/// The value as the component takes it.
///
/// # Errors
/// It is not of this kind, or has no place in the component's type; in words for people.
pub(super) fn lower(kind: &Kind, value: &Value) -> Result<Val, String> {
    Ok(match (kind, value) {
        (Kind::Bool, Value::Bool(value)) => Val::Bool(*value),
        (Kind::Int, Value::Int(value)) => Val::S64(*value),
        (Kind::Number, Value::Decimal(value)) => decimal("whole", *value)?,
        (Kind::Percent, Value::Decimal(value)) => decimal("points", *value)?,
        (Kind::Text, Value::Text(text)) => Val::String(text.as_ref().to_owned()),
        (Kind::Date, Value::Date(days)) => date(*days)?,
        (Kind::Time, Value::Time(micros)) => record([("unix-microseconds", Val::S64(*micros))]),
        (Kind::Duration, Value::Duration(micros)) => record([("microseconds", Val::S64(*micros))]),
        (Kind::Word(words), Value::Word(n)) => {
            let word = usize::try_from(*n).ok().and_then(|n| words.get(n)).ok_or("a word is not of its enumeration")?;
            Val::Enum(word.replace('_', "-"))
        }
        (Kind::OrNone(_), Value::None) => Val::Option(None),
        (Kind::OrNone(of), value) => Val::Option(Some(Box::new(lower(of, value)?))),
        (Kind::Set(of) | Kind::List(of), Value::List(values)) => {
            Val::List(values.iter().map(|value| lower(of, value)).collect::<Result<_, _>>()?)
        }
        (Kind::Record(fields), Value::Record(values)) if fields.len() == values.len() => Val::Record(
            fields
                .iter()
                .zip(values)
                .map(|((name, of), value)| Ok((name.replace('_', "-"), lower(of, value)?)))
                .collect::<Result<_, String>>()?,
        ),
        (kind, _) => return Err(format!("an input is no `{kind}`")),
    })
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn decimal(whole: &str, raw: i128) -> Result<Val, String> {
    let units = i64::try_from(raw / ONE).map_err(|_| "a number is larger than a component can take".to_owned())?;
    let rest = i32::try_from(raw % ONE).unwrap_or(0);
    Ok(record([(whole, Val::S64(units)), ("billionths", Val::S32(rest))]))
}

fn date(days: i32) -> Result<Val, String> {
    let (year, month, day) = Date::from_days(i64::from(days)).ok_or("a date is out of range")?.ymd();
    let part = |n: i64| u8::try_from(n).unwrap_or(0);
    Ok(record([
        ("year", Val::S16(i16::try_from(year).unwrap_or(0))),
        ("month", Val::U8(part(month))),
        ("day", Val::U8(part(day))),
    ]))
}

/// What the component answered; a set is put in order, each element once.
///
/// # Errors
/// What is wrong with it, in words for people.
pub(super) fn lift(kind: &Kind, value: Val) -> Result<Value, String> {
    Ok(match (kind, value) {
        (Kind::Bool, Val::Bool(value)) => Value::Bool(value),
        (Kind::Int, Val::S64(value)) => Value::Int(value),
        (Kind::Text, Val::String(text)) => Value::Text(Arc::from(text)),
        (Kind::Word(words), Val::Enum(word)) => {
            let at = words.iter().position(|known| is_word(known, &word)).and_then(|n| u32::try_from(n).ok());
            Value::Word(at.ok_or("a word that is not of its enumeration")?)
        }
        (Kind::OrNone(_), Val::Option(None)) => Value::None,
        (Kind::OrNone(of), Val::Option(Some(value))) => lift(of, *value)?,
        (Kind::Set(of), Val::List(values)) => {
            let mut values: Vec<Value> = values.into_iter().map(|value| lift(of, value)).collect::<Result<_, _>>()?;
            values.sort_unstable();
            values.dedup();
            Value::List(values)
        }
        (Kind::Number | Kind::Percent, Val::Record(fields)) => match fields.as_slice() {
            [(_, Val::S64(units)), (_, Val::S32(rest))] => from_decimal(*units, *rest)?,
            _ => return Err("it is of another type".to_owned()),
        },
        (Kind::Time, Val::Record(fields)) => match fields.as_slice() {
            [(_, Val::S64(micros))] if Instant::from_micros(*micros).is_some() => Value::Time(*micros),
            _ => return Err("a time outside the years 1 to 9999".to_owned()),
        },
        (Kind::Duration, Val::Record(fields)) => match fields.as_slice() {
            [(_, Val::S64(micros))] => Value::Duration(*micros),
            _ => return Err("it is of another type".to_owned()),
        },
        (Kind::Date, Val::Record(fields)) => match fields.as_slice() {
            [(_, Val::S16(year)), (_, Val::U8(month)), (_, Val::U8(day))] => {
                let date = Date::from_ymd(i64::from(*year), i64::from(*month), i64::from(*day));
                let days = date.and_then(|date| i32::try_from(date.days()).ok());
                Value::Date(days.ok_or_else(|| format!("{year:04}-{month:02}-{day:02} is no date"))?)
            }
            _ => return Err("it is of another type".to_owned()),
        },
        _ => return Err("it is of another type".to_owned()),
    })
}

/// Whether a component's word is this one of the language, which writes `_` for `-`.
fn is_word(known: &str, word: &str) -> bool {
    known.len() == word.len() && known.bytes().zip(word.bytes()).all(|(a, b)| a == b || (a == b'_' && b == b'-'))
}

fn from_decimal(units: i64, rest: i32) -> Result<Value, String> {
    let (units, rest) = (i128::from(units), i128::from(rest));
    if rest.abs() >= ONE || (units > 0 && rest < 0) || (units < 0 && rest > 0) {
        return Err(format!("{units} and {rest} billionths are no number"));
    }
    Ok(Value::Decimal(units * ONE + rest))
}
