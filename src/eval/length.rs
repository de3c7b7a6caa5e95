//! Lengths of deadlines: an exact duration or a calendar span in one number, so that a column can hold either.

use crate::check::program::{CalendarId, Const, ContextId};
use crate::syntax::expr::SpanUnit;
use crate::time::{Date, Duration, Instant, Span, Unreached};

use super::calendar::business_on;
use super::env::Env;
use super::value::Raw;

const SHIFT: u32 = 64;

/// The first tag of business days on a calendar; the calendar's number is added to it.
const BUSINESS_DAYS_ON: i128 = 6;

/// A duration or span as one value of type `Span`.
#[must_use]
pub fn pack(value: &Const) -> Option<Raw> {
    let (tag, amount) = match value {
        Const::Duration(micros) => (0_i128, *micros),
        Const::Span(amount, unit) => (
            match unit {
                SpanUnit::Day => 1,
                SpanUnit::Week => 2,
                SpanUnit::Month => 3,
                SpanUnit::Year => 4,
                SpanUnit::BusinessDay => 5,
            },
            *amount,
        ),
        Const::BusinessDays(amount, calendar) => (i128::from(calendar.0) + BUSINESS_DAYS_ON, *amount),
        Const::None => return Some(Raw::None),
        _ => return None,
    };
    Some(Raw::Decimal((tag << SHIFT) | i128::from(amount.cast_unsigned())))
}

/// A duration as a value of type `Span`.
#[must_use]
pub fn from_duration(value: Raw) -> Raw {
    match value {
        Raw::Int(micros) => pack(&Const::Duration(micros)).unwrap_or(Raw::None),
        other => other,
    }
}

/// What a packed length is.
#[must_use]
pub fn unpack(value: Raw) -> Option<Const> {
    let Raw::Decimal(packed) = value else { return None };
    let amount = u64::try_from(packed & i128::from(u64::MAX)).ok()?.cast_signed();
    Some(match packed >> SHIFT {
        0 => Const::Duration(amount),
        1 => Const::Span(amount, SpanUnit::Day),
        2 => Const::Span(amount, SpanUnit::Week),
        3 => Const::Span(amount, SpanUnit::Month),
        4 => Const::Span(amount, SpanUnit::Year),
        5 => Const::Span(amount, SpanUnit::BusinessDay),
        tag => Const::BusinessDays(amount, CalendarId(u16::try_from(tag - BUSINESS_DAYS_ON).ok()?)),
    })
}

fn calendar_span(amount: i64, unit: SpanUnit) -> Span {
    let unit = match unit {
        SpanUnit::Day => crate::time::SpanUnit::Day,
        SpanUnit::Week => crate::time::SpanUnit::Week,
        SpanUnit::Month => crate::time::SpanUnit::Month,
        SpanUnit::Year => crate::time::SpanUnit::Year,
        SpanUnit::BusinessDay => crate::time::SpanUnit::BusinessDay,
    };
    Span::new(amount, unit)
}

/// An instant moved by a length; none where it leaves what can be told.
#[must_use]
pub fn move_time(env: &Env<'_>, micros: i64, length: &Const, back: bool, context: ContextId) -> Option<i64> {
    reach_time(env, micros, length, back, context).ok()
}

/// The same, with why not.
///
/// # Errors
/// Where it is out of range, or lies beyond what a calendar knows.
pub fn reach_time(
    env: &Env<'_>,
    micros: i64,
    length: &Const,
    back: bool,
    context: ContextId,
) -> Result<i64, Unreached> {
    let out = Unreached::OutOfRange;
    let at = Instant::from_micros(micros).ok_or(out)?;
    let signed = |amount: i64| if back { amount.checked_neg() } else { Some(amount) }.ok_or(out);
    let zone = || env.context_zone(context).ok_or(out);
    let moved = match length {
        Const::Duration(length) => at.checked_add(Duration::from_micros(signed(*length)?)).ok_or(out)?,
        Const::Span(amount, unit) => {
            let span = calendar_span(signed(*amount)?, *unit);
            env.business(context).ok_or(out)?.add(at, span, zone()?)?
        }
        Const::BusinessDays(amount, calendar) => {
            let span = Span::new(signed(*amount)?, crate::time::SpanUnit::BusinessDay);
            business_on(env, context, *calendar).ok_or(out)?.add(at, span, zone()?)?
        }
        _ => return Err(out),
    };
    Ok(moved.micros())
}

/// A date moved by a length. An exact length of whole days moves by these; another cannot move a date.
#[must_use]
pub fn move_date(env: &Env<'_>, days: i64, length: &Const, back: bool, context: ContextId) -> Option<i64> {
    reach_date(env, days, length, back, context).ok()
}

/// The same, with why not.
///
/// # Errors
/// Where it is out of range, or lies beyond what a calendar knows.
pub fn reach_date(env: &Env<'_>, days: i64, length: &Const, back: bool, context: ContextId) -> Result<i64, Unreached> {
    const DAY: i64 = 86_400_000_000;
    let out = Unreached::OutOfRange;
    let at = Date::from_days(days).ok_or(out)?;
    let signed = |amount: i64| if back { amount.checked_neg() } else { Some(amount) }.ok_or(out);
    let moved = match length {
        Const::Duration(length) if length % DAY == 0 => at.add_days(signed(length / DAY)?).ok_or(out)?,
        Const::Span(amount, unit) => {
            env.business(context).ok_or(out)?.add_to_date(at, calendar_span(signed(*amount)?, *unit))?
        }
        Const::BusinessDays(amount, calendar) => {
            let span = Span::new(signed(*amount)?, crate::time::SpanUnit::BusinessDay);
            business_on(env, context, *calendar).ok_or(out)?.add_to_date(at, span)?
        }
        _ => return Err(out),
    };
    Ok(moved.days())
}
