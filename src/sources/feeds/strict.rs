//! JSON of feeds: a key that stands twice with different values says nothing, and what it belongs to is left out.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::document::Place;
use crate::facts::{Key, KeySeed};
use crate::sources::Harvest;

/// The key under which an object keeps the names of those that stand in it twice.
const TWICE: &str = "\u{0}";
/// Keys without which the rest is read on: whoever reads it says what it means that nobody knows.
const OPEN: [&str; 2] = ["status", "state"];

/// Reads one value, and refuses what contradicts itself: the element of the outermost list that it is in, which then is `null`, or else the whole, of
/// which then is nothing. Where nothing but a status is contradicted, that is what is left out: it is of no type that one can have.
///
/// # Errors
/// What is no JSON.
pub(in crate::sources) fn read(
    bytes: &[u8],
    place: &Place,
    harvest: &mut Harvest,
) -> Result<Option<Value>, serde_json::Error> {
    let twice = Cell::new(false);
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let mut value = Tree(&twice).deserialize(&mut source)?;
    source.end()?;
    if !twice.get() {
        return Ok(Some(value));
    }
    refuse(&value, place.clone(), harvest);
    leave_open(&mut value);
    let gone = take_out(&mut value);
    Ok((!gone).then_some(value))
}

/// Tells of every key that stands twice.
fn refuse(value: &Value, place: Place, harvest: &mut Harvest) {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate().filter(|(_, element)| is_contradicted(element)) {
                refuse(element, place.index(index), harvest);
            }
        }
        Value::Object(entries) => {
            for key in entries.get(TWICE).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                let message = format!("`{}` stands there twice, with different values", super::document::shown(key));
                place.refuse(harvest, message, "one value");
            }
            for (key, value) in entries.iter().filter(|(key, value)| *key != TWICE && is_contradicted(value)) {
                refuse(value, place.key(key), harvest);
            }
        }
        _ => {}
    }
}

/// Leaves out a status that is contradicted.
fn leave_open(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(leave_open),
        Value::Object(entries) => {
            let keys: Vec<&str> =
                entries.get(TWICE).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            if !keys.is_empty() && keys.iter().all(|key| OPEN.contains(key)) {
                let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
                entries.remove(TWICE);
                entries.extend(keys.into_iter().map(|key| (key, Value::Array(Vec::new()))));
            }
            entries.values_mut().for_each(leave_open);
        }
        _ => {}
    }
}

fn is_contradicted(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(is_contradicted),
        Value::Object(entries) => entries.contains_key(TWICE) || entries.values().any(is_contradicted),
        _ => false,
    }
}

/// Takes out the elements of the outermost lists in which something contradicts itself; returns whether the value itself has to go.
fn take_out(value: &mut Value) -> bool {
    match value {
        Value::Array(elements) => {
            for element in elements.iter_mut().filter(|element| is_contradicted(element)) {
                *element = Value::Null;
            }
            false
        }
        Value::Object(entries) => {
            let mut gone = entries.contains_key(TWICE);
            for value in entries.values_mut() {
                gone |= take_out(value);
            }
            gone
        }
        _ => false,
    }
}

/// Builds the tree, and notes whether a key stood twice.
#[derive(Clone, Copy)]
struct Tree<'c>(&'c Cell<bool>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = source.next_element_seed(self)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = source.next_key_seed(KeySeed)? {
            let key = match key {
                Key::Text(key) => key.into_owned(),
                Key::Number => {
                    let text: String = source.next_value()?;
                    return text.parse::<Number>().map(Value::Number).map_err(A::Error::custom);
                }
            };
            let value = source.next_value_seed(self)?;
            match entries.get(&key) {
                Some(known) if *known != value => {
                    self.0.set(true);
                    let twice = entries.entry(TWICE).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(keys) = twice {
                        keys.push(Value::String(key));
                    }
                }
                _ => {
                    entries.insert(key, value);
                }
            }
        }
        Ok(Value::Object(entries))
    }
}
