//! Arithmetic on values, dates and lengths. Whatever overflows, divides by zero or has a `none` in it is unknown.

use crate::check::decimal::Decimal;
use crate::check::program::{ArithOp, Const, ContextId, NodeId, Zone};
use crate::check::types::Type;
use crate::time::{Date, Instant};

use super::column::{Col, Data, State, Vals, ValsBuilder};
use super::expr::{build, is_decimal};
use super::frame::Frame;
use super::length;
use super::value::{Poss, Raw};

const DAY: i64 = 86_400_000_000;

/// One operation on two certain values.
fn apply(op: ArithOp, left: &Type, right: &Type, result: &Type, a: Raw, b: Raw) -> Option<Raw> {
    match (left, right) {
        (Type::Int, Type::Int) if matches!(result, Type::Int) => {
            let (a, b) = (a.int()?, b.int()?);
            Some(Raw::Int(match op {
                ArithOp::Add => a.checked_add(b)?,
                ArithOp::Sub => a.checked_sub(b)?,
                ArithOp::Mul => a.checked_mul(b)?,
                ArithOp::Div => return None,
            }))
        }
        (Type::Int | Type::Number | Type::Percent, Type::Int | Type::Number | Type::Percent) => {
            let (a, b) = (decimal(a)?, decimal(b)?);
            let value = match op {
                ArithOp::Add => a.checked_add(b)?,
                ArithOp::Sub => a.checked_sub(b)?,
                ArithOp::Mul => a.checked_mul(b)?,
                ArithOp::Div => a.checked_div(b)?,
            };
            Some(Raw::Decimal(value.raw()))
        }
        (Type::Date, Type::Date) => {
            let days = a.int()?.checked_sub(b.int()?)?;
            Some(Raw::Int(days.checked_mul(DAY)?))
        }
        (Type::Time, Type::Duration) | (Type::Duration, Type::Time) => {
            let (a, b) = (a.int()?, b.int()?);
            let value = match op {
                ArithOp::Add => a.checked_add(b)?,
                ArithOp::Sub => a.checked_sub(b)?,
                ArithOp::Mul | ArithOp::Div => return None,
            };
            Instant::from_micros(value).map(|t| Raw::Int(t.micros()))
        }
        (Type::Duration | Type::Time, Type::Duration | Type::Time) => {
            let (a, b) = (a.int()?, b.int()?);
            match op {
                ArithOp::Add => Some(Raw::Int(a.checked_add(b)?)),
                ArithOp::Sub => Some(Raw::Int(a.checked_sub(b)?)),
                ArithOp::Div => {
                    let (a, b) = (Decimal::from_raw(i128::from(a))?, Decimal::from_raw(i128::from(b))?);
                    Some(Raw::Decimal(a.checked_div(b)?.raw()))
                }
                ArithOp::Mul => None,
            }
        }
        (Type::Duration, Type::Int | Type::Number) => scale(op, a.int()?, decimal(b)?),
        (Type::Int | Type::Number, Type::Duration) => match op {
            ArithOp::Mul => scale(op, b.int()?, decimal(a)?),
            ArithOp::Add | ArithOp::Sub | ArithOp::Div => None,
        },
        _ => None,
    }
}

/// A length times or by a number, rounded half to even to a microsecond.
fn scale(op: ArithOp, micros: i64, by: Decimal) -> Option<Raw> {
    // Microseconds as billionths of themselves: exact until the one rounding.
    let micros = Decimal::from_raw(i128::from(micros))?;
    let value = match op {
        ArithOp::Mul => micros.checked_mul(by)?,
        ArithOp::Div => micros.checked_div(by)?,
        ArithOp::Add | ArithOp::Sub => return None,
    };
    i64::try_from(value.raw()).ok().map(Raw::Int)
}

fn decimal(value: Raw) -> Option<Decimal> {
    match value {
        Raw::Int(value) => Some(Decimal::from_int(value)),
        Raw::Decimal(raw) => Decimal::from_raw(raw),
        Raw::None => None,
    }
}

/// `a op b` for every row.
#[must_use]
pub fn arith(frame: &Frame<'_>, result: &Type, op: ArithOp, a: NodeId, b: NodeId) -> Vals {
    let (left, right) = (frame.env.base(a), frame.env.base(b));
    let (x, y) = (frame.vals(a), frame.vals(b));
    let f = |p: Raw, q: Raw| apply(op, left, right, result, p, q);
    if let Some(values) = of_lengths(op, (left, right), &x, &y) {
        return Vals::known(Data::Int(values.into()));
    }
    if x.is_plain() && y.is_plain() {
        let mut builder = ValsBuilder::new(frame.len(), is_decimal(result));
        for row in 0..frame.len() {
            builder.push_one(x.certain(row).zip(y.certain(row)).and_then(|(p, q)| f(p, q)));
        }
        return builder.finish();
    }
    vals(build(frame.len(), result, |row| match (x.certain(row), y.certain(row)) {
        (Some(p), Some(q)) => f(p, q).map_or(Poss::Any, Poss::One),
        _ => several(op, &x.at(row), &y.at(row), &f),
    }))
}

/// Sums and differences of times and durations that are all known; nothing where one overflows.
fn of_lengths(op: ArithOp, types: (&Type, &Type), x: &Vals, y: &Vals) -> Option<Vec<i64>> {
    let f = match op {
        ArithOp::Add => i64::checked_add,
        ArithOp::Sub => i64::checked_sub,
        ArithOp::Mul | ArithOp::Div => return None,
    };
    if !(x.all_known() && y.all_known()) {
        return None;
    }
    let (x, y) = (x.ints()?, y.ints()?);
    let is_time = match types {
        (Type::Duration, Type::Duration) | (Type::Time, Type::Time) => false,
        (Type::Time, Type::Duration) | (Type::Duration, Type::Time) => true,
        _ => return None,
    };
    let mut values = Vec::with_capacity(x.len());
    for (a, b) in x.iter().zip(y) {
        let value = f(*a, *b)?;
        if is_time {
            let _ = Instant::from_micros(value)?;
        }
        values.push(value);
    }
    Some(values)
}

fn several(op: ArithOp, x: &Poss, y: &Poss, f: &dyn Fn(Raw, Raw) -> Option<Raw>) -> Poss {
    if let Some(result) = x.combine(y, f) {
        return result;
    }
    let (low_x, high_x, none_x) = x.ends();
    let (low_y, high_y, none_y) = y.ends();
    if none_x || none_y {
        return Poss::Any;
    }
    let both = |a: Option<Raw>, b: Option<Raw>| a.zip(b).and_then(|(a, b)| f(a, b));
    match op {
        ArithOp::Add => Poss::range(both(low_x, low_y), both(high_x, high_y)),
        ArithOp::Sub => Poss::range(both(low_x, high_y), both(high_x, low_y)),
        ArithOp::Mul | ArithOp::Div => {
            // Only by a certain positive number is the order kept; by a certain negative one it turns round.
            let positive = |v: Raw| matches!(v, Raw::Int(v) if v > 0) || matches!(v, Raw::Decimal(v) if v > 0);
            match (x, y) {
                (Poss::Range(..), Poss::One(by)) if positive(*by) => {
                    Poss::range(both(low_x, Some(*by)), both(high_x, Some(*by)))
                }
                (Poss::One(by), Poss::Range(..)) if matches!(op, ArithOp::Mul) && positive(*by) => {
                    Poss::range(both(Some(*by), low_y), both(Some(*by), high_y))
                }
                _ => Poss::Any,
            }
        }
    }
}

fn vals(col: Col) -> Vals {
    match col {
        Col::Vals(vals) => vals,
        Col::Truth(truth) => super::frame::truth_vals(&truth),
    }
}

fn mapped(frame: &Frame<'_>, result: &Type, a: NodeId, f: impl Fn(Raw) -> Option<Raw>) -> Vals {
    let x = frame.vals(a);
    vals(build(frame.len(), result, |row| x.at(row).map(&f, Some(Raw::None))))
}

/// `-x` for every row.
#[must_use]
pub fn negate(frame: &Frame<'_>, a: NodeId) -> Vals {
    let x = frame.vals(a);
    vals(build(frame.len(), frame.env.base(a), |row| {
        x.at(row).map(
            |raw| match raw {
                Raw::Int(v) => v.checked_neg().map(Raw::Int),
                Raw::Decimal(v) => Some(Raw::Decimal(-v)),
                Raw::None => None,
            },
            None,
        )
    }))
}

/// A whole number as a decimal.
#[must_use]
pub fn to_number(frame: &Frame<'_>, a: NodeId) -> Vals {
    mapped(frame, &Type::Number, a, |raw| decimal(raw).map(|d| Raw::Decimal(d.raw())))
}

/// The local date of an instant.
#[must_use]
pub fn to_date(frame: &Frame<'_>, a: NodeId, zone: Zone) -> Vals {
    let zone = frame.env.zone(zone);
    mapped(frame, &Type::Date, a, |raw| {
        let local = zone?.local(Instant::from_micros(raw.int()?)?)?;
        Some(Raw::Int(local.date().days()))
    })
}

/// The start of a day.
#[must_use]
pub fn to_time(frame: &Frame<'_>, a: NodeId, zone: Zone) -> Vals {
    let zone = frame.env.zone(zone);
    mapped(frame, &Type::Time, a, |raw| {
        let start = zone?.start_of_day(Date::from_days(raw.int()?)?)?;
        Some(Raw::Int(start.micros()))
    })
}

/// The end of a day, which is the start of the next one.
#[must_use]
pub fn end_of_day(zone: &crate::time::Zone, days: i64) -> Option<i64> {
    Some(zone.end_of_day(Date::from_days(days)?)?.micros())
}

fn moved(frame: &Frame<'_>, date: bool, at: Raw, span: Raw, back: bool, context: ContextId) -> Option<Raw> {
    let length = match span {
        Raw::Int(micros) => Const::Duration(micros),
        packed => length::unpack(packed)?,
    };
    let f = if date { length::move_date } else { length::move_time };
    f(frame.env, at.int()?, &length, back, context).map(Raw::Int)
}

/// A time or date moved by a calendar span.
#[must_use]
pub fn shift(frame: &Frame<'_>, time: NodeId, span: NodeId, back: bool, context: ContextId) -> Vals {
    let (x, y) = (frame.vals(time), frame.vals(span));
    let base = frame.env.base(time);
    let date = matches!(base, Type::Date);
    vals(build(frame.len(), base, |row| {
        let spans = y.at(row);
        let Some(spans) = spans.list() else { return Poss::Any };
        let at = x.at(row);
        union(spans.iter().map(|span| at.map(|at| moved(frame, date, at, *span, back, context), None)))
    }))
}

fn union(all: impl Iterator<Item = Poss>) -> Poss {
    all.reduce(|a, b| a.union(&b)).unwrap_or(Poss::Any)
}

/// A deadline. A length of none, or a time of none, is no deadline.
#[must_use]
pub fn due(frame: &Frame<'_>, length: NodeId, time: Option<NodeId>, before: bool, context: ContextId) -> Vals {
    let y = frame.vals(length);
    let Some(time) = time else { return y };
    let x = frame.vals(time);
    let base = frame.env.base(time);
    let date = matches!(base, Type::Date);
    if x.is_plain() && y.is_plain() {
        return certainly_due(frame, date, &x, &y, before, context);
    }
    vals(build(frame.len(), base, |row| {
        if let (Some(at), Some(span)) = (x.certain(row), y.certain(row)) {
            let due = if at.is_none() || span.is_none() {
                Some(Raw::None)
            } else {
                moved(frame, date, at, span, before, context)
            };
            return due.map_or(Poss::Any, Poss::One);
        }
        let (at, spans) = (x.at(row), y.at(row));
        if at.one() == Some(Raw::None) {
            return Poss::One(Raw::None);
        }
        let Some(spans) = spans.list() else { return Poss::Any };
        union(spans.iter().map(|span| {
            if span.is_none() {
                Poss::One(Raw::None)
            } else {
                at.map(|at| moved(frame, date, at, *span, before, context), Some(Raw::None))
            }
        }))
    }))
}

/// Deadlines where every time and every length is known or `none`.
fn certainly_due(frame: &Frame<'_>, date: bool, x: &Vals, y: &Vals, before: bool, context: ContextId) -> Vals {
    let (Some(times), Data::Decimal(lengths)) = (x.ints(), y.data()) else {
        return due_by_row(frame, date, x, y, before, context);
    };
    let (mut values, mut states) = (Vec::with_capacity(frame.len()), Vec::with_capacity(frame.len()));
    // Neighbours often have the same length.
    let mut last: Option<(i128, Option<Const>)> = None;
    for (row, (at, packed)) in times.iter().zip(lengths.iter()).enumerate() {
        if x.state(row) == State::None || y.state(row) == State::None {
            values.push(0);
            states.push(State::None);
            continue;
        }
        let length = match &last {
            Some((known, length)) if known == packed => length,
            _ => &last.insert((*packed, length::unpack(Raw::Decimal(*packed)))).1,
        };
        let due = length.as_ref().and_then(|length| {
            let f = if date { length::move_date } else { length::move_time };
            f(frame.env, *at, length, before, context)
        });
        values.push(due.unwrap_or(0));
        states.push(if due.is_some() { State::Known } else { State::Unknown });
    }
    Vals::new(Data::Int(values.into()), states, Vec::new())
}

fn due_by_row(frame: &Frame<'_>, date: bool, x: &Vals, y: &Vals, before: bool, context: ContextId) -> Vals {
    let mut builder = ValsBuilder::new(frame.len(), false);
    for row in 0..frame.len() {
        let due = match (x.certain(row), y.certain(row)) {
            (Some(Raw::None), _) | (_, Some(Raw::None)) => Some(Raw::None),
            (Some(at), Some(span)) => moved(frame, date, at, span, before, context),
            _ => None,
        };
        builder.push_one(due);
    }
    builder.finish()
}
