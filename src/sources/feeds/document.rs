//! JSON documents and lines of JSON, with the place of everything that is wrong in them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::strict;
use crate::sources::{At, Harvest, Origin};
use crate::time::{TimeValue, parse_date, parse_instant, parse_time};

/// Where a value stands.
#[derive(Clone, Debug)]
pub(in crate::sources) struct Place {
    file: Arc<str>,
    line: Option<u32>,
    pointer: String,
}

impl Place {
    /// The whole of a file.
    pub(in crate::sources) fn of(file: &Arc<str>) -> Place {
        Place { file: Arc::clone(file), line: None, pointer: String::new() }
    }

    /// A line of it.
    pub(in crate::sources) fn line(file: &Arc<str>, line: u32) -> Place {
        Place { file: Arc::clone(file), line: Some(line), pointer: String::new() }
    }

    /// What stands in it under a key.
    pub(in crate::sources) fn key(&self, key: &str) -> Place {
        let mut place = self.clone();
        place.pointer.push('/');
        place.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        place
    }

    /// What stands at a place of a list.
    pub(in crate::sources) fn index(&self, index: usize) -> Place {
        let mut place = self.clone();
        place.pointer.push('/');
        place.pointer.push_str(&index.to_string());
        place
    }

    /// The same for a record: a line, or else a pointer.
    pub(in crate::sources) fn origin(&self) -> Origin {
        let at = match self.line {
            Some(line) => At::Line(line),
            None if self.pointer.is_empty() => At::File,
            None => At::Pointer(self.pointer.clone()),
        };
        Origin { file: Arc::clone(&self.file), at }
    }

    /// Notes that what stands here was left out.
    pub(in crate::sources) fn refuse(&self, harvest: &mut Harvest, message: impl Into<String>, expected: &str) {
        let mut message = message.into();
        if self.line.is_some() && !self.pointer.is_empty() {
            message = format!("{message}, at `{}`", self.pointer);
        }
        let expected = (!expected.is_empty()).then(|| expected.to_owned());
        harvest.refuse(self.origin(), message, expected);
    }
}

/// Hands over every record of a file: the one that it is, those of the list that it is, or those of its lines.
///
/// Lines are tried where the first of several is a value of its own. What is no JSON is refused with its line, what contradicts itself with its place. Returns how many records were
/// refused because they are none.
pub(in crate::sources) fn records(
    file: &Arc<str>,
    bytes: &[u8],
    harvest: &mut Harvest,
    mut take: impl FnMut(Value, Place, &mut Harvest),
) -> u64 {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if is_lines(bytes) {
        return lines(file, bytes, harvest, take);
    }
    let place = Place::of(file);
    match strict::read(bytes, &place, harvest) {
        Ok(None) => 1,
        Ok(Some(Value::Array(elements))) => {
            for (index, element) in elements.into_iter().enumerate() {
                take(element, place.index(index), harvest);
            }
            0
        }
        Ok(Some(value)) => {
            take(value, place, harvest);
            0
        }
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
            Place::line(file, line).refuse(harvest, not_json(&error), "a JSON document");
            1
        }
    }
}

/// Hands over a file's one document; anything else is refused.
pub(in crate::sources) fn single(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) -> Option<Value> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match strict::read(bytes, &Place::of(file), harvest) {
        Ok(value) => value,
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
            Place::line(file, line).refuse(harvest, not_json(&error), "a JSON document");
            None
        }
    }
}

fn lines(
    file: &Arc<str>,
    bytes: &[u8],
    harvest: &mut Harvest,
    mut take: impl FnMut(Value, Place, &mut Harvest),
) -> u64 {
    let mut refused = 0;
    for (number, line) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let place = Place::line(file, number);
        match strict::read(line, &place, harvest) {
            Ok(Some(value)) => take(value, place, harvest),
            Ok(None) => refused += 1,
            Err(error) => {
                refused += 1;
                place.refuse(harvest, not_json(&error), "one JSON value in each line");
            }
        }
    }
    refused
}

/// Whether the first line is a value of its own and others follow.
fn is_lines(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return false };
    bytes.get(..end).is_some_and(|line| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok())
}

fn not_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("this is not JSON: {what}, at byte {} of the line", error.column())
}

/// The object that a value is; anything else is refused.
pub(in crate::sources) fn object<'v>(
    value: &'v Value,
    place: &Place,
    harvest: &mut Harvest,
) -> Option<&'v Map<String, Value>> {
    let object = value.as_object();
    if object.is_none() {
        place.refuse(harvest, format!("{} is no record", kind(value)), "an object");
    }
    object
}

/// A text that is not blank; one of another type is refused, and one that is missing or `null` is none.
pub(in crate::sources) fn text<'v>(
    record: &'v Map<String, Value>,
    key: &str,
    place: &Place,
    harvest: &mut Harvest,
) -> Option<&'v str> {
    match record.get(key) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
        Some(other) => {
            place.key(key).refuse(harvest, format!("`{key}` is {}", kind(other)), "a text");
            None
        }
    }
}

/// The elements of a list; one of another type is refused, and one that is missing or `null` has none.
pub(in crate::sources) fn list<'v>(
    record: &'v Map<String, Value>,
    key: &str,
    place: &Place,
    harvest: &mut Harvest,
) -> &'v [Value] {
    match record.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements,
        Some(other) => {
            place.key(key).refuse(harvest, format!("`{key}` is {}", kind(other)), "a list");
            &[]
        }
    }
}

/// The texts of a list; others in it are refused.
pub(in crate::sources) fn texts(
    record: &Map<String, Value>,
    key: &str,
    place: &Place,
    harvest: &mut Harvest,
) -> Vec<String> {
    let mut texts = Vec::new();
    for (index, element) in list(record, key, place, harvest).iter().enumerate() {
        match element {
            Value::String(text) if !text.trim().is_empty() => texts.push(text.trim().to_owned()),
            other => place.key(key).index(index).refuse(harvest, format!("{} is no identifier", kind(other)), "a text"),
        }
    }
    texts
}

/// A day; what is none is refused.
pub(in crate::sources) fn day(
    record: &Map<String, Value>,
    key: &str,
    place: &Place,
    harvest: &mut Harvest,
) -> Option<String> {
    let text = text(record, key, place, harvest)?;
    let day = day_text(text);
    if day.is_none() {
        place.key(key).refuse(harvest, format!("`{}` is no date", shown(text)), "a date such as `2026-08-07`");
    }
    day
}

/// The day of a date or a time, as it is written.
pub(in crate::sources) fn day_text(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    parse_date(day).ok()?;
    (text.len() == 10 || parse_time(text).is_ok()).then(|| day.to_owned())
}

/// A moment in RFC 3339; what is none is refused.
pub(in crate::sources) fn moment(
    record: &Map<String, Value>,
    key: &str,
    place: &Place,
    harvest: &mut Harvest,
) -> Option<String> {
    let text = text(record, key, place, harvest)?;
    let moment = moment_text(text);
    if moment.is_none() {
        let expected = "a time such as `2026-08-07T16:45:47Z`";
        place.key(key).refuse(harvest, format!("`{}` is no time", shown(text)), expected);
    }
    moment
}

/// A moment in RFC 3339 and UTC: one without an offset is in UTC, as in the feeds that leave it out, and a date is its first moment.
pub(in crate::sources) fn moment_text(text: &str) -> Option<String> {
    let instant = match parse_time(text).ok()? {
        TimeValue::Instant(instant) => instant,
        TimeValue::Local(_) => parse_instant(&format!("{text}Z")).ok()?,
        TimeValue::Date(_) => parse_instant(&format!("{text}T00:00:00Z")).ok()?,
    };
    Some(instant.to_rfc3339())
}

/// What a value is, for people.
pub(in crate::sources) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The beginning of a text, so that no message is as long as the file.
pub(in crate::sources) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let clean = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", clean(text.get(..end).unwrap_or_default())),
        None => clean(text),
    }
}

/// Writes a value if there is one.
pub(in crate::sources) fn put(fields: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value.into());
    }
}

/// Percent escapes undone; those that are none are left as they are.
pub(in crate::sources) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        let escaped = behind.get(..2).filter(|_| *byte == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match escaped.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(value) => {
                bytes.push(value);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
