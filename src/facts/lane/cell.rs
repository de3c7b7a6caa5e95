//! One value into one cell, where it has the plainest form that its field's type knows.

use std::borrow::Cow;

use super::super::column::{Cell, ScalarBuild, State};
use super::super::columns::Plain;
use super::super::json::Json;
use super::super::plan::{FieldPlan, ShapePlan};
use super::super::reader::Reader;
use super::super::table::Cause;
use super::super::value::{duration, percent};
use super::column_plan::Clock;
use super::plan::{LanePlan, Quick, QuickText};
use super::scan::{Odd, POWERS, Scan, Short};
use crate::check::decimal::Decimal;
use crate::check::types::Type;
use crate::cvss::{Tenths, parse};
use crate::time::{LocalDateTime, TimeValue, Zone, parse_date, parse_time};

impl LanePlan {
    /// The cell of the value that begins here, of a field by its number; `absence` where an empty text is none.
    pub(super) fn cell(
        &self,
        scan: &mut Scan<'_>,
        reader: &mut Reader,
        field: &FieldPlan,
        (at, absence): (usize, State),
        is_mapped: bool,
    ) -> Result<Cell, Odd> {
        let default = || self.default(at).filter(|_| is_mapped);
        let cell = match scan.peek() {
            b'"' => {
                let text = scan.string()?;
                match default() {
                    _ if !is_mapped || !text.is_empty() => reader.lane_string(field, text, is_mapped)?,
                    // To a mapping, an empty text is none.
                    Some(text) => Cell::Int(reader.pool.strings.intern(text)),
                    None => Cell::Without(absence),
                }
            }
            b'n' if let Some(text) = default() => {
                scan.word(b"null")?;
                Cell::Int(reader.pool.strings.intern(text))
            }
            _ => reader.lane_cell(field, scan, is_mapped)?,
        };
        if field.required && matches!(cell, Cell::Without(_)) { Err(Odd) } else { Ok(cell) }
    }
}

/// How many digits a number has at most that fits 64 bits as billionths.
const DIGITS: usize = 18;

impl Reader {
    /// The cell of the value that begins here.
    pub(super) fn lane_cell(&mut self, field: &FieldPlan, scan: &mut Scan<'_>, is_mapped: bool) -> Result<Cell, Odd> {
        let ShapePlan::Scalar(base) = &field.shape else { return Err(Odd) };
        match scan.peek() {
            b'"' => self.lane_string(field, scan.string()?, is_mapped),
            b't' => boolean(base, scan.word(b"true").map(|()| true)?),
            b'f' => boolean(base, scan.word(b"false").map(|()| false)?),
            b'n' => scan.word(b"null").map(|()| Cell::Without(State::Unknown(Cause::Missing))),
            _ => {
                let short = if matches!(base, Type::Number | Type::Percent) { scan.billionths() } else { None };
                match (base, short) {
                    (Type::Percent, Some(value)) => lane_percent(field, value),
                    (_, Some(value)) => Ok(Cell::Decimal(value)),
                    (_, None) => self.lane_number(field, base, scan.number()?),
                }
            }
        }
    }

    /// The cell of a text.
    pub(super) fn lane_string(&mut self, field: &FieldPlan, text: &str, is_mapped: bool) -> Result<Cell, Odd> {
        let ShapePlan::Scalar(base) = &field.shape else { return Err(Odd) };
        if is_mapped && !is_trimmed(text) {
            return Err(Odd);
        }
        if field.or_none && text == "none" {
            return Ok(Cell::Without(State::None));
        }
        self.lane_text(field, base, text, is_mapped)
    }

    /// Puts the value that begins here into a row, behind which there is no cell yet, if it is written as most are; else nothing is taken.
    #[inline]
    pub(super) fn lane_quick(
        &mut self,
        scan: &mut Scan<'_>,
        quick: &Quick,
        is_mapped: bool,
        column: &mut ScalarBuild,
        row: usize,
    ) -> Option<()> {
        match quick {
            Quick::No | Quick::Vector => return None,
            Quick::Text(_) | Quick::Words(_) => column.push_int_at(row, self.quick_text(scan, quick, is_mapped)?),
            Quick::Time(past) => {
                let micros = scan.instant()?;
                if *past && micros > self.latest {
                    // What is said of it is said by the tree, which reads the record anew.
                    return None;
                }
                column.push_int_at(row, micros);
            }
            Quick::Date => column.push_int_at(row, scan.date()?),
            Quick::Int(low, high) => {
                let value = scan.few_digits()?;
                if value < *low || value > *high {
                    return None;
                }
                column.push_int_at(row, value);
            }
            Quick::Number => column.push_decimal_at(row, scan.billionths()?),
            Quick::Percent(is_fraction, range) => {
                let (after, value) = scan.billionths_ahead()?;
                let value = percent_of(*is_fraction, *range, value)?;
                scan.go_to(after);
                column.push_decimal_at(row, value);
            }
            Quick::Bool => {
                let value = scan.peek() == b't';
                let taken = if value { scan.word(b"true") } else { scan.word(b"false") };
                taken.ok()?;
                column.push_bool_at(row, value);
            }
        }
        Some(())
    }

    /// The number of the text that begins here, if it is short and needs little to become one; else nothing is taken.
    #[inline]
    pub(super) fn quick_text(&mut self, scan: &mut Scan<'_>, quick: &Quick, is_mapped: bool) -> Option<i64> {
        match quick {
            Quick::Words(words) => quick_word(scan, words),
            Quick::Text(text) => {
                let short = scan.short()?;
                self.number_of(scan, short, text, is_mapped)
            }
            _ => None,
        }
    }

    /// The number of the short text that begins here, if it needs little to become one; else nothing is taken.
    #[inline]
    pub(super) fn number_of(
        &mut self,
        scan: &mut Scan<'_>,
        short: Short,
        text: &QuickText,
        is_mapped: bool,
    ) -> Option<i64> {
        if text.again
            && let Some(number) = self.met_lately(short)
        {
            // What is kept at hand is solid, and `none` only of those to which it is a text.
            if text.or_none && short.packed == NO_TEXT {
                return None;
            }
            scan.pass_short(short);
            return Some(number);
        }
        self.new_text(scan, short, text, is_mapped)
    }

    /// The number of a short text that is not at hand.
    fn new_text(&mut self, scan: &mut Scan<'_>, short: Short, text: &QuickText, is_mapped: bool) -> Option<i64> {
        let is_solid = scan.is_solid(short);
        // A mapping trims texts, and blanks are of no use to a row.
        if (is_mapped || text.solid) && !is_solid || text.or_none && short.packed == NO_TEXT {
            return None;
        }
        let number = self.pool.strings.intern(scan.take_short(short));
        if text.again && is_solid {
            self.lately.keep(short.packed, number);
        }
        Some(number)
    }

    /// The number of a text that begins and ends with what can be seen, where it was met lately.
    #[inline]
    fn met_lately(&self, short: Short) -> Option<i64> {
        self.lately.find(short.packed)
    }

    /// The cell of a value of a column; `clock` where a mapping takes it, which trims texts and may name a zone.
    pub(super) fn column_cell(
        &mut self,
        field: &FieldPlan,
        plain: Plain<'_>,
        clock: Option<&Clock>,
    ) -> Result<Cell, Odd> {
        let ShapePlan::Scalar(base) = &field.shape else { return Err(Odd) };
        match plain {
            Plain::Null => Ok(Cell::Without(State::Unknown(Cause::Missing))),
            Plain::Bool(value) => boolean(base, value),
            Plain::Text(text) => {
                if clock.is_some() && !is_trimmed(text) {
                    return Err(Odd);
                }
                if field.or_none && text == "none" {
                    return Ok(Cell::Without(State::None));
                }
                match (clock, base) {
                    (Some(clock), Type::Time) => match parse_time(text).map_err(|_| Odd)? {
                        TimeValue::Instant(instant) => self.lane_instant(field, instant.micros()),
                        TimeValue::Local(local) => self.lane_local(field, local, Some(clock)),
                        TimeValue::Date(date) => {
                            let zone = if let Clock::Zone(zone) = clock { zone.clone() } else { self.local_zone() };
                            self.lane_instant(field, zone.start_of_day(date).ok_or(Odd)?.micros())
                        }
                    },
                    _ => self.lane_text(field, base, text, clock.is_some()),
                }
            }
            Plain::Number(text) => self.lane_number(field, base, text),
            Plain::Int(value) => match (base, field.range) {
                (Type::Int, Some((low, high))) if value < low || value > high => Err(Odd),
                (Type::Int, _) => Ok(Cell::Int(value)),
                _ => self.lane_number(field, base, &value.to_string()),
            },
            Plain::Double(value) if !value.is_finite() => Ok(Cell::Without(State::Unknown(Cause::Missing))),
            Plain::Double(value) => match (base, few_billionths(value)) {
                (Type::Number, Some(value)) => Ok(Cell::Decimal(value)),
                (Type::Percent, Some(value)) => lane_percent(field, value),
                _ => self.lane_number(field, base, &value.to_string()),
            },
            Plain::Float(value) if !value.is_finite() => Ok(Cell::Without(State::Unknown(Cause::Missing))),
            Plain::Float(value) => self.lane_number(field, base, &value.to_string()),
            Plain::Decimal(value) => match base {
                Type::Number => Ok(Cell::Decimal(value)),
                Type::Percent => lane_percent(field, value),
                _ => Err(Odd),
            },
            Plain::Date(days) if *base == Type::Date => Ok(Cell::Int(days)),
            Plain::Instant(micros) if *base == Type::Time => self.lane_instant(field, micros),
            Plain::Local(micros) if *base == Type::Time => {
                self.lane_local(field, LocalDateTime::from_wall(micros).ok_or(Odd)?, clock)
            }
            Plain::Date(_) | Plain::Instant(_) | Plain::Local(_) | Plain::Odd => Err(Odd),
        }
    }

    /// The cell of a time by a clock.
    fn lane_local(&self, field: &FieldPlan, local: LocalDateTime, clock: Option<&Clock>) -> Result<Cell, Odd> {
        let instant = match clock {
            Some(Clock::Zone(zone)) => zone.instant(local),
            Some(Clock::Nobody) => None,
            _ if self.zone.is_some() => self.local_zone().instant(local),
            _ => None,
        };
        self.lane_instant(field, instant.ok_or(Odd)?.micros())
    }

    /// The cell of a time, unless it should be past and is not.
    fn lane_instant(&self, field: &FieldPlan, micros: i64) -> Result<Cell, Odd> {
        if field.past && micros > self.latest {
            return Err(Odd);
        }
        Ok(Cell::Int(micros))
    }

    fn lane_text(&mut self, field: &FieldPlan, base: &Type, text: &str, is_mapped: bool) -> Result<Cell, Odd> {
        let json = || Json::String(Cow::Borrowed(text));
        match base {
            Type::String if field.required && text.trim().is_empty() => Err(Odd),
            Type::String | Type::Version => Ok(Cell::Int(self.pool.strings.intern(text))),
            Type::Row(_) if text.trim().is_empty() => Err(Odd),
            Type::Row(_) => Ok(Cell::Int(self.pool.strings.intern(text))),
            Type::Enum(def) => def.code(text).map(Cell::Int).ok_or(Odd),
            Type::Time => self.lane_time(field, text, is_mapped),
            Type::Date => parse_date(text).map(|date| Cell::Int(date.days())).map_err(|_| Odd),
            Type::Zone => match self.zones.get(text) {
                Some(known) => known.map(Cell::Int).ok_or(Odd),
                None => {
                    let number = self.pool.strings.intern(Zone::get(text).ok_or(Odd)?.name());
                    self.zones.insert(text.to_owned(), Some(number));
                    Ok(Cell::Int(number))
                }
            },
            Type::Duration => duration(&json()).map_err(|_| Odd),
            Type::Percent => percent(field, &json()).map_err(|_| Odd),
            Type::Cvss => match self.vectors.get(text) {
                Some(number) => Ok(Cell::Int(*number)),
                None if parse(text).is_ok() => Ok(self.cvss(field, &json())),
                None => Err(Odd),
            },
            _ => Err(Odd),
        }
    }

    fn lane_time(&self, field: &FieldPlan, text: &str, is_mapped: bool) -> Result<Cell, Odd> {
        let instant = match parse_time(text).map_err(|_| Odd)? {
            TimeValue::Instant(instant) => instant,
            // A mapping may name another zone.
            TimeValue::Date(date) if !is_mapped => self.local_zone().start_of_day(date).ok_or(Odd)?,
            TimeValue::Local(local) if !is_mapped && self.zone.is_some() => {
                self.local_zone().instant(local).ok_or(Odd)?
            }
            TimeValue::Date(_) | TimeValue::Local(_) => return Err(Odd),
        };
        self.lane_instant(field, instant.micros())
    }

    fn lane_number(&mut self, field: &FieldPlan, base: &Type, number: &str) -> Result<Cell, Odd> {
        match base {
            Type::Int => {
                let plain = !number.starts_with("-0") && number.len() <= DIGITS;
                let value: i64 = if plain { number.parse().map_err(|_| Odd)? } else { return Err(Odd) };
                match field.range {
                    Some((low, high)) if value < low || value > high => Err(Odd),
                    _ => Ok(Cell::Int(value)),
                }
            }
            Type::Number => decimal(number).map(Cell::Decimal),
            Type::Percent => lane_percent(field, decimal(number)?),
            Type::Cvss => {
                let mut json = Json::Number(Cow::Borrowed(number));
                json.canonical();
                match &json {
                    Json::Number(text) if Tenths::from_decimal(text).is_some() => Ok(self.cvss(field, &json)),
                    _ => Err(Odd),
                }
            }
            _ => Err(Odd),
        }
    }
}

/// The text `none`.
const NO_TEXT: u128 = u32::from_le_bytes(*b"none") as u128;

/// The number of the word that begins here, if it is one of these; else nothing is taken.
#[inline]
fn quick_word(scan: &mut Scan<'_>, words: &[(u128, i64)]) -> Option<i64> {
    let short = scan.short()?;
    let (_, code) = words.iter().find(|(word, _)| *word == short.packed)?;
    scan.pass_short(short);
    Some(*code)
}

/// The cell of a percentage or fraction, in billionths.
fn lane_percent(field: &FieldPlan, value: i128) -> Result<Cell, Odd> {
    percent_of(field.fraction, field.range, value).map(Cell::Decimal).ok_or(Odd)
}

/// The percentage, in billionths, that a number stands for; none where it lies outside its range.
#[inline]
pub(super) fn percent_of(is_fraction: bool, range: Option<(i64, i64)>, value: i128) -> Option<i128> {
    let value = if is_fraction { value.checked_mul(100)? } else { value };
    let value = Decimal::from_raw(value)?;
    match range {
        Some((low, high)) if value < Decimal::from_int(low) || value > Decimal::from_int(high) => None,
        _ => Some(value.raw()),
    }
}

/// The billionths of the shortest decimal number that is nearest to a number, where that has at most 15 digits, 9 of them behind the point: no
/// two of those are nearest to the same number.
fn few_billionths(value: f64) -> Option<i128> {
    const BILLION: f64 = 1e9;
    const MOST: f64 = 1e15;
    let billionths = (value * BILLION).round();
    (billionths.abs() < MOST && billionths / BILLION == value).then_some(billionths as i128)
}

fn boolean(base: &Type, value: bool) -> Result<Cell, Odd> {
    if *base == Type::Bool { Ok(Cell::Bool(value)) } else { Err(Odd) }
}

/// Whether a mapping would take a text as it is.
fn is_trimmed(text: &str) -> bool {
    is_solid(text) || (!text.is_empty() && text.trim().len() == text.len())
}

/// Whether a text begins and ends with a character of ASCII that can be seen.
#[inline]
fn is_solid(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| (0x21..0x7f).contains(byte));
    let bytes = text.as_bytes();
    plain(bytes.first()) && plain(bytes.last())
}

/// The billionths of a JSON number.
fn decimal(number: &str) -> Result<i128, Odd> {
    let (is_negative, digits) = match number.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, number),
    };
    let mut value: i64 = 0;
    let mut behind = None;
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
                behind = behind.map(|behind: usize| behind + 1);
            }
            b'.' => behind = Some(0),
            _ => return parsed(number),
        }
    }
    let behind = behind.unwrap_or_default();
    // Too long to be sure that nothing was lost.
    let Some(missing) = 9_usize.checked_sub(behind).filter(|_| digits.len() <= DIGITS) else { return parsed(number) };
    let scale = POWERS.get(missing).copied().ok_or(Odd)?;
    let value = i128::from(value) * i128::from(scale);
    Ok(if is_negative { -value } else { value })
}

fn parsed(number: &str) -> Result<i128, Odd> {
    Decimal::parse(number).map(Decimal::raw).ok_or(Odd)
}

#[cfg(test)]
mod tests;
