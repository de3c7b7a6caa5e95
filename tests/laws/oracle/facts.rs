//! What the JSON says: values of fields, elements of lists.

use std::rc::Rc;

use serde_json::Value;

use super::time;
use super::value::P;
use crate::ir::Val;
use crate::vocab::{self, Absent, Ent, Field, Ty};

/// A record: JSON, or something of which nothing is known but perhaps its id.
#[derive(Clone, Debug)]
pub enum Rec<'a> {
    Json(&'a Value),
    /// An id that no record has.
    Id(&'a str),
    /// Nothing at all: an element that was not seen.
    Nothing,
}

/// What a list or set holds.
#[derive(Clone, Debug)]
pub struct Elements<T> {
    pub seen: Vec<T>,
    /// There may be more.
    pub incomplete: bool,
}

/// The value at a field's path. `Err` where a record on the way is not one, or where nothing is known.
fn lookup<'a>(record: &Rec<'a>, name: &str) -> Result<Option<&'a Value>, ()> {
    let Rec::Json(record) = record else { return Err(()) };
    let mut at: &Value = record;
    for part in name.split('.') {
        let Value::Object(map) = at else { return Err(()) };
        match map.get(part) {
            Some(inner) => at = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// What a scalar field can be.
pub fn scalar(record: &Rec<'_>, ent: Ent, name: &str, now: i64) -> P {
    if let (Rec::Id(id), "id") = (record, name) {
        return P::one(Val::text(id));
    }
    let field = vocab::find(ent, name);
    match lookup(record, name) {
        Err(()) => P::Any,
        Ok(None) if field.absent == Absent::None => P::one(Val::None),
        Ok(None) => P::Any,
        // A blank reference refers to nobody.
        Ok(Some(Value::String(text))) if vocab::refers(ent, name).is_some() && text.trim().is_empty() => P::Any,
        Ok(Some(value)) => read(field, value, now).map_or(P::Any, P::one),
    }
}

/// One value, if it fits its type.
fn read(field: &Field, value: &Value, now: i64) -> Option<Val> {
    let is_word_none = matches!(field.ty, Ty::Enum(words, _) if words.contains(&"none"));
    if field.or_none && !is_word_none && value.as_str() == Some("none") {
        return Some(Val::None);
    }
    match field.ty {
        Ty::Bool => value.as_bool().map(Val::Bool),
        Ty::Int(low, high) => value.as_i64().filter(|n| (low..=high).contains(n)).map(Val::Int),
        Ty::Number => decimal(value).map(Val::Num),
        Ty::Percent => decimal(value).map(|d| Val::Pct(if field.fraction { d * 100 } else { d })),
        Ty::Str(_) => value.as_str().map(Val::text),
        Ty::Zone => value.as_str().filter(|name| time::zone(name).is_some()).map(Val::text),
        Ty::Date => value.as_str().and_then(time::parse_date).map(Val::Date),
        Ty::Time => {
            let t = value.as_str().and_then(time::parse)?;
            (!field.past || t <= now + 5 * time::MINUTE).then_some(Val::Time(t))
        }
        Ty::Duration => value.as_str().and_then(time::parse_duration).map(Val::Dur),
        Ty::Enum(words, _) => {
            let text = value.as_str()?;
            let at = words.iter().position(|w| *w == text)?;
            Some(Val::Word(at as i32, Rc::from(text)))
        }
        Ty::Cvss | Ty::Set(_) | Ty::List(_) => panic!("{} is no scalar", field.name),
    }
}

fn decimal(value: &Value) -> Option<i128> {
    let Value::Number(n) = value else { return None };
    let text = n.to_string();
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || whole.len() > 18 {
        return None;
    }
    Some(sign * format!("{whole}{fraction:0<9}").parse::<i128>().ok()?)
}

/// The JSON of a CVSS field.
pub fn raw<'a>(record: &Rec<'a>, name: &str) -> Option<&'a Value> {
    lookup(record, name).ok().flatten()
}

/// The elements of a set of texts.
pub fn set(record: &Rec<'_>, ent: Ent, name: &str) -> Elements<Val> {
    array(record, ent, name, |v| v.as_str().map(Val::text))
}

/// The records of a list.
pub fn list<'a>(record: &Rec<'a>, ent: Ent, name: &str) -> Elements<Rec<'a>> {
    array(record, ent, name, |v| v.is_object().then_some(Rec::Json(v)))
}

fn array<'a, T>(record: &Rec<'a>, ent: Ent, name: &str, read: impl Fn(&'a Value) -> Option<T>) -> Elements<T> {
    match lookup(record, name) {
        Ok(None) if vocab::find(ent, name).absent == Absent::Empty => Elements { seen: Vec::new(), incomplete: false },
        Ok(Some(Value::Array(items))) => {
            let seen: Vec<T> = items.iter().filter_map(read).collect();
            let incomplete = seen.len() < items.len();
            Elements { seen, incomplete }
        }
        _ => Elements { seen: Vec::new(), incomplete: true },
    }
}
