//! One JSON value into one cell, by the field's type. What does not fit is unknown, with a warning.

use std::sync::Arc;

use super::column::{Cell, State};
use super::json::Json;
use super::plan::{FieldPlan, ShapePlan};
use super::problem::Trouble;
use super::reader::Reader;
use super::table::Cause;
use crate::check::decimal::Decimal;
use crate::check::types::{EnumDef, Type};
use crate::time::{Duration, TimeError, TimeValue, Zone, parse_date, parse_duration, parse_iso_duration, parse_time};

/// How far ahead of `now` a time that can only be past may lie, for clocks that disagree: five minutes, in microseconds.
pub(super) const CLOCK_SKEW: i64 = 5 * 60 * 1_000_000;

/// Why a value does not fit, where more can be said than what was expected.
type Misfit = Option<String>;

impl Reader {
    /// Reads a scalar; warns where it does not fit.
    pub(super) fn scalar(&mut self, field: &FieldPlan, base: &Type, json: &Json<'_>) -> Cell {
        match json {
            Json::Null => return Cell::Without(State::Unknown(Cause::Missing)),
            Json::Unreadable => return Cell::Without(State::Unknown(Cause::Malformed)),
            Json::String(text) if field.or_none && text == "none" => return Cell::Without(State::None),
            _ => {}
        }
        let read = match base {
            Type::Time => return self.time(field, json),
            Type::Cvss => return self.cvss(field, json),
            Type::Bool => boolean(json),
            Type::Int => int(field, json),
            Type::Number => decimal(json),
            Type::Percent => percent(field, json),
            Type::String | Type::Version => self.text(json),
            Type::Row(_) => self.reference(json),
            Type::Date => date(json),
            Type::Duration => duration(json),
            Type::Zone => self.zone(json),
            Type::Enum(def) => enumeration(def, json),
            Type::Span | Type::Set(_) | Type::List(_) | Type::Nothing | Type::Error => Err(None),
        };
        read.unwrap_or_else(|misfit| self.misfit(field, json, misfit))
    }

    /// The cell of a value that does not fit, after a warning.
    pub(super) fn misfit(&mut self, field: &FieldPlan, json: &Json<'_>, more: Misfit) -> Cell {
        // The lack of a required field is an error, which says as much.
        if !field.required {
            let meaning =
                if field.path.ends_with("[]") { "the list counts as incomplete" } else { "it counts as unknown" };
            let words = || (format!("`{}` is not {}: {meaning}", field.path, expected(field)), None);
            self.warn(&field.path, Trouble::Type, words, json, || more);
        }
        Cell::Without(State::Unknown(Cause::Malformed))
    }

    fn text(&mut self, json: &Json<'_>) -> Result<Cell, Misfit> {
        match json {
            Json::String(text) => Ok(Cell::Int(self.pool.strings.intern(text))),
            Json::Number(_) => Err(Some("write it in quotation marks".to_owned())),
            _ => Err(None),
        }
    }

    /// A record of another entity, by its id. A blank one is how exports write that they do not know: were it an id, nobody would be excluded by it.
    fn reference(&mut self, json: &Json<'_>) -> Result<Cell, Misfit> {
        match json {
            Json::String(id) if id.trim().is_empty() => Err(Some("it is blank".to_owned())),
            _ => self.text(json),
        }
    }

    fn zone(&mut self, json: &Json<'_>) -> Result<Cell, Misfit> {
        let Json::String(text) = json else { return Err(None) };
        if let Some(known) = self.zones.get(text.as_ref()) {
            return known.map(Cell::Int).ok_or(None);
        }
        let number = Zone::get(text).map(|zone| self.pool.strings.intern(zone.name()));
        self.zones.insert(text.clone().into_owned(), number);
        number.map(Cell::Int).ok_or(None)
    }

    /// The zone of dates, and of times without an offset.
    pub(super) fn local_zone(&self) -> Zone {
        self.zone.clone().unwrap_or_else(Zone::utc)
    }

    fn time(&mut self, field: &FieldPlan, json: &Json<'_>) -> Cell {
        let Json::String(text) = json else { return self.misfit(field, json, None) };
        let instant = match parse_time(text) {
            Ok(TimeValue::Instant(instant)) => Some(instant),
            Ok(TimeValue::Date(date)) => self.local_zone().start_of_day(date),
            Ok(TimeValue::Local(local)) if self.zone.is_some() => self.local_zone().instant(local),
            Ok(TimeValue::Local(local)) => {
                let words = || {
                    let message = format!("`{}` has no offset: it is read as UTC", field.path);
                    (message, Some("add `Z`, or an offset like `+01:00`".to_owned()))
                };
                self.warn(&field.path, Trouble::NoOffset, words, json, || None);
                self.local_zone().instant(local)
            }
            Err(error) => return self.misfit(field, json, time_hint(error)),
        };
        let Some(instant) = instant else { return self.misfit(field, json, None) };
        if field.past && instant.micros() > self.latest {
            let words = || {
                let message =
                    format!("`{}` can only be past, but lies in the future: it counts as unknown", field.path);
                (message, None)
            };
            let now = self.now;
            self.warn(&field.path, Trouble::Future, words, json, || Some(format!("now is `{now}`")));
            return Cell::Without(State::Unknown(Cause::OutOfRange));
        }
        Cell::Int(instant.micros())
    }
}

/// What a field wants, in words: `a whole number from 1 to 4`.
pub(super) fn expected(field: &FieldPlan) -> String {
    let mut words = match &field.shape {
        ShapePlan::List(_) => "a list".to_owned(),
        ShapePlan::Scalar(base) => match (base, field.range) {
            (Type::Bool, _) => "`true` or `false`".to_owned(),
            (Type::Int, Some((low, high))) => format!("a whole number from {low} to {high}"),
            (Type::Int, None) => "a whole number".to_owned(),
            (Type::Number, _) => "a number of at most 28 digits, 9 of them after the point".to_owned(),
            (Type::Percent, _) if field.fraction => "a fraction from 0 to 1, like `0.149`".to_owned(),
            (Type::Percent, Some((low, high))) => format!("a percentage from {low} to {high}, like `14.9`"),
            (Type::Percent, None) => "a percentage, like `14.9`".to_owned(),
            (Type::String, _) => "a text".to_owned(),
            (Type::Row(_), _) => "an id".to_owned(),
            (Type::Date, _) => "a date, like `2026-12-18`".to_owned(),
            (Type::Time, _) => "a time, like `2026-12-18T18:00:00Z`".to_owned(),
            (Type::Duration, _) => "a length of time, like `4h`".to_owned(),
            (Type::Zone, _) => "an IANA time zone, like `Europe/London`".to_owned(),
            (Type::Version, _) => "a version, like `\"9.6\"`".to_owned(),
            (Type::Cvss, _) => "a CVSS vector or score".to_owned(),
            (Type::Enum(def), _) => one_of(def),
            (other, _) => other.to_string(),
        },
    };
    if field.or_none {
        words.push_str(" or `none`");
    }
    words
}

fn one_of(def: &Arc<EnumDef>) -> String {
    let values: Vec<String> = def.values.iter().map(|value| format!("`{value}`")).collect();
    match values.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "a value: it has none".to_owned(),
    }
}

fn boolean(json: &Json<'_>) -> Result<Cell, Misfit> {
    match json {
        Json::Bool(value) => Ok(Cell::Bool(*value)),
        Json::String(text) if matches!(text.as_ref(), "true" | "false") => {
            Err(Some("write it without quotation marks".to_owned()))
        }
        _ => Err(None),
    }
}

fn int(field: &FieldPlan, json: &Json<'_>) -> Result<Cell, Misfit> {
    let Json::Number(text) = json else { return Err(quoted_number(json)) };
    // Canonical form writes `1.0` as `1`; what still has a point is not whole.
    let value: i64 = text.parse().map_err(|_| None)?;
    match field.range {
        Some((low, high)) if value < low || value > high => Err(None),
        _ => Ok(Cell::Int(value)),
    }
}

fn decimal(json: &Json<'_>) -> Result<Cell, Misfit> {
    let Json::Number(text) = json else { return Err(quoted_number(json)) };
    Decimal::parse(text).map(|value| Cell::Decimal(value.raw())).ok_or(None)
}

pub(super) fn percent(field: &FieldPlan, json: &Json<'_>) -> Result<Cell, Misfit> {
    let hundred = Decimal::from_int(100);
    let value = match json {
        Json::Number(text) if field.fraction => Decimal::parse(text).and_then(|fraction| fraction.checked_mul(hundred)),
        Json::Number(text) => Decimal::parse(text),
        Json::String(text) => match text.strip_suffix('%') {
            Some(number) => Decimal::parse(number),
            None => return Err(quoted_number(json)),
        },
        _ => None,
    };
    let value = value.ok_or(None)?;
    match field.range {
        Some((low, high)) if value < Decimal::from_int(low) || value > Decimal::from_int(high) => {
            Err(field.fraction.then(|| "a probability is at most 1".to_owned()))
        }
        _ => Ok(Cell::Decimal(value.raw())),
    }
}

fn quoted_number(json: &Json<'_>) -> Misfit {
    match json {
        Json::String(text) if Decimal::parse(text).is_some() => Some("write it without quotation marks".to_owned()),
        _ => None,
    }
}

fn date(json: &Json<'_>) -> Result<Cell, Misfit> {
    let Json::String(text) = json else { return Err(None) };
    match parse_date(text) {
        Ok(date) => Ok(Cell::Int(date.days())),
        Err(TimeError::Form) if parse_time(text).is_ok() => Err(Some("write the date alone".to_owned())),
        Err(error) => Err(time_hint(error)),
    }
}

fn time_hint(error: TimeError) -> Misfit {
    match error {
        TimeError::Form => None,
        TimeError::OutOfRange => Some(error.to_string()),
        TimeError::Unpadded(_) | TimeError::NoOffset => error.help(),
    }
}

pub(super) fn duration(json: &Json<'_>) -> Result<Cell, Misfit> {
    let text = match json {
        Json::String(text) => text,
        Json::Number(_) => return Err(Some("a length of time needs a unit".to_owned())),
        _ => return Err(None),
    };
    let read = if text.starts_with(['P', '-']) { parse_iso_duration(text) } else { parse_duration(text) };
    match read {
        Ok(length) if length < Duration::ZERO => Err(Some("nothing lasts less than no time".to_owned())),
        Ok(length) => Ok(Cell::Int(length.micros())),
        Err(error) => Err(Some(error.help().map_or_else(|| error.to_string(), str::to_owned))),
    }
}

fn enumeration(def: &EnumDef, json: &Json<'_>) -> Result<Cell, Misfit> {
    let Json::String(text) = json else { return Err(None) };
    if let Some(code) = def.code(text) {
        return Ok(Cell::Int(code));
    }
    let folded = text.to_lowercase().replace(['-', ' '], "_");
    let meant = def.values.iter().find(|value| value.to_lowercase() == folded);
    Err(meant.map(|value| format!("write `{value}`")))
}
