//! Values as people read them.

use crate::check::decimal::Decimal;
use crate::check::program::Const;
use crate::check::types::Type;
use crate::syntax::expr::SpanUnit;
use crate::time::{Date, Duration, Instant};

use super::env::Env;
use super::length;
use super::value::{Poss, Raw};

/// A value of a type, as text.
#[must_use]
pub fn raw(env: &Env<'_>, base: &Type, value: Raw) -> String {
    match (base, value) {
        (_, Raw::None) => "none".to_owned(),
        (Type::Bool, Raw::Int(v)) => (v != 0).to_string(),
        (Type::String | Type::Version | Type::Zone | Type::Row(_), Raw::Int(v)) => env.text(v).to_string(),
        (Type::Date, Raw::Int(v)) => Date::from_days(v).map_or_else(|| v.to_string(), |d| d.to_string()),
        (Type::Time, Raw::Int(v)) => Instant::from_micros(v).map_or_else(|| v.to_string(), |t| t.to_rfc3339()),
        (Type::Duration, Raw::Int(v)) => Duration::from_micros(v).to_string(),
        (Type::Enum(def), Raw::Int(v)) => def.value(v).unwrap_or("?").to_owned(),
        (Type::Cvss, Raw::Int(v)) => cvss(env, v),
        (Type::Span, value @ Raw::Decimal(_)) => length::unpack(value).map_or_else(String::new, |c| length_text(&c)),
        (Type::Percent, Raw::Decimal(v)) => decimal(v) + "%",
        (_, Raw::Decimal(v)) => decimal(v),
        (_, Raw::Int(v)) => v.to_string(),
    }
}

fn decimal(raw: i128) -> String {
    Decimal::from_raw(raw).map_or_else(|| raw.to_string(), |d| d.to_string())
}

/// A CVSS fact: its vectors and scores.
fn cvss(env: &Env<'_>, id: i64) -> String {
    let Some(fact) = usize::try_from(id).ok().and_then(|at| env.facts.cvss.get(at)) else { return String::new() };
    let entries: Vec<String> = fact
        .entries
        .iter()
        .map(|entry| match (&entry.vector, entry.score) {
            (Some(vector), _) => vector.to_string(),
            (None, Some(score)) => crate::cvss::Tenths::new(score).map_or_else(String::new, |t| t.to_string()),
            (None, None) => "malformed".to_owned(),
        })
        .collect();
    entries.join(", ")
}

/// `48h`, `5 business days`, `none`.
#[must_use]
pub fn length_text(value: &Const) -> String {
    match value {
        Const::Duration(micros) => Duration::from_micros(*micros).to_string(),
        Const::BusinessDays(amount, _) => format!("{amount} business day{}", if *amount == 1 { "" } else { "s" }),
        Const::Span(amount, unit) => {
            let (one, many) = match unit {
                SpanUnit::Day => ("day", "days"),
                SpanUnit::Week => ("week", "weeks"),
                SpanUnit::Month => ("month", "months"),
                SpanUnit::Year => ("year", "years"),
                SpanUnit::BusinessDay => ("business day", "business days"),
            };
            format!("{amount} {}", if *amount == 1 { one } else { many })
        }
        _ => "none".to_owned(),
    }
}

/// Everything that a value may be, as text.
#[must_use]
pub fn poss(env: &Env<'_>, base: &Type, value: &Poss) -> String {
    match value {
        Poss::One(value) => raw(env, base, *value),
        Poss::Set(values) => values.iter().map(|v| raw(env, base, *v)).collect::<Vec<_>>().join(" or "),
        Poss::Range(low, high, none) => {
            let end = |v: &Option<Raw>| v.map(|v| raw(env, base, v));
            let text = match (end(low), end(high)) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                (Some(low), None) => format!("{low} or more"),
                (None, Some(high)) => format!("{high} or less"),
                (None, None) => "unknown".to_owned(),
            };
            if *none { text + " or none" } else { text }
        }
        Poss::Any => "unknown".to_owned(),
    }
}
