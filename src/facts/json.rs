//! JSON as it was written: numbers by their text, every key even where it occurs twice.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::check::decimal::Decimal;

/// A JSON value that borrows the texts which stand in the source as they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// A value that a reader of another form could not make sense of, and has told of; JSON has no such thing.
    Unreadable,
    /// `true` or `false`
    Bool(bool),
    /// A number, by its text.
    Number(Cow<'a, str>),
    /// A text.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Json<'a>>),
    /// A list that was cut off, as tests write `[ {…}, ... ]`; JSON has no such thing.
    Incomplete(Vec<Json<'a>>),
    /// An object: its keys and values, in the order of the source until [`Json::canonical`] sorts them.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in the house's style.
    pub message: String,
    /// The line in the text, from 1.
    pub line: usize,
    /// The byte in that line, from 1.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

impl<'a> Json<'a> {
    /// Reads one JSON value, nested at most 127 deep, and nothing behind it.
    ///
    /// # Errors
    /// Whatever RFC 8259 does not allow, and what is nested deeper.
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        let mut source = serde_json::Deserializer::from_str(text);
        Tree.deserialize(&mut source)
            .and_then(|tree| source.end().map(|()| tree))
            .map_err(|error| JsonError::new(&error))
    }

    /// Sorts the keys of objects and the elements of lists and writes numbers in one way, so that two values that say the same are equal.
    ///
    /// The order of a list's elements says nothing anywhere in facts, so nothing that is read from the result can hang on it.
    pub fn canonical(&mut self) {
        match self {
            Self::Null | Self::Unreadable | Self::Bool(_) | Self::String(_) => {}
            Self::Number(text) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                if !plain && let Some(number) = Decimal::parse(text) {
                    *text = Cow::Owned(number.to_string());
                }
            }
            Self::Array(elements) | Self::Incomplete(elements) => {
                elements.iter_mut().for_each(Json::canonical);
                elements.sort_unstable();
            }
            Self::Object(entries) => {
                entries.iter_mut().for_each(|(_, value)| value.canonical());
                entries.sort_unstable();
            }
        }
    }

    /// The value of a key, where the object has it exactly once or always with the same value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        let Self::Object(entries) = self else { return None };
        let mut found = entries.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// The same value, which borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        let text = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Json::Null,
            Self::Unreadable => Json::Unreadable,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(text(number)),
            Self::String(string) => Json::String(text(string)),
            Self::Array(elements) => Json::Array(elements.into_iter().map(Json::into_owned).collect()),
            Self::Incomplete(elements) => Json::Incomplete(elements.into_iter().map(Json::into_owned).collect()),
            Self::Object(entries) => {
                Json::Object(entries.into_iter().map(|(key, value)| (text(key), value.into_owned())).collect())
            }
        }
    }

    /// The value in at most 60 characters of JSON, for a message.
    #[must_use]
    pub fn excerpt(&self) -> String {
        const LONGEST: usize = 60;
        let mut text = String::new();
        self.write(&mut text, LONGEST * 4);
        if text.chars().nth(LONGEST).is_none() {
            return text;
        }
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }

    /// The whole value in JSON.
    #[must_use]
    pub(super) fn full(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, usize::MAX);
        text
    }

    /// Writes JSON until `text` has `enough` bytes; what follows then is left out.
    fn write(&self, text: &mut String, enough: usize) {
        if text.len() >= enough {
            return;
        }
        match self {
            Self::Null => text.push_str("null"),
            Self::Unreadable => text.push_str("..."),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => text.extend(number.chars().take(enough)),
            Self::String(string) => write_string(text, string, enough),
            Self::Array(elements) | Self::Incomplete(elements) => {
                text.push('[');
                for (place, element) in elements.iter().take(enough).enumerate() {
                    text.push_str(if place == 0 { "" } else { "," });
                    element.write(text, enough);
                }
                text.push_str(if matches!(self, Self::Incomplete(_)) { "...]" } else { "]" });
            }
            Self::Object(entries) => {
                text.push('{');
                for (place, (key, value)) in entries.iter().take(enough).enumerate() {
                    text.push_str(if place == 0 { "" } else { "," });
                    write_string(text, key, enough);
                    text.push(':');
                    value.write(text, enough);
                }
                text.push('}');
            }
        }
    }
}

/// Writes a text in quotation marks, with all that a terminal could take for a command made visible.
fn write_string(text: &mut String, string: &str, enough: usize) {
    text.push('"');
    for letter in string.chars().take(enough) {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            _ if letter.is_control() => text.extend(letter.escape_unicode()),
            _ => text.push(letter),
        }
    }
    text.push('"');
}

impl JsonError {
    fn new(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        let message = match message {
            "recursion limit exceeded" => "nested too deep",
            "trailing characters" => "something stands behind the value",
            _ if error.is_eof() => "it ends in the middle of a value",
            _ => message,
        };
        Self { message: message.to_owned(), line: error.line(), column: error.column() }
    }
}

impl From<serde_json::Value> for Json<'static> {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(Cow::Owned(number.to_string())),
            Value::String(text) => Self::String(Cow::Owned(text)),
            Value::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            Value::Object(entries) => {
                Self::Object(entries.into_iter().map(|(key, value)| (Cow::Owned(key), value.into())).collect())
            }
        }
    }
}

/// Builds the tree.
struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(Cow::Owned(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(Cow::Owned(value.to_string())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Json::String(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = source.next_element_seed(Tree)? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = source.next_key_seed(KeySeed)? {
            match key {
                Key::Text(key) => entries.push((key, source.next_value_seed(Tree)?)),
                Key::Number => {
                    let Json::String(text) = source.next_value_seed(Tree)? else { return Ok(Json::Null) };
                    return Ok(Json::Number(text));
                }
            }
        }
        Ok(Json::Object(entries))
    }
}

/// A key, or the sign by which `serde_json` announces a number's text.
pub(crate) enum Key<'a> {
    /// A key.
    Text(Cow<'a, str>),
    /// What follows is a number.
    Number,
}

/// Reads a key so that no key of an object can pass for a number: asked for bytes, a key comes as bytes, and only the announcement as text.
pub(crate) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, _: &'de str) -> Result<Self::Value, E> {
        Ok(Key::Number)
    }

    fn visit_borrowed_bytes<E: serde::de::Error>(self, key: &'de [u8]) -> Result<Self::Value, E> {
        // Read as bytes, a key is not checked for control characters, which JSON wants escaped.
        match std::str::from_utf8(key) {
            Ok(key) if !key.bytes().any(|byte| byte < b' ') => Ok(Key::Text(Cow::Borrowed(key))),
            _ => Err(E::custom("control character (\\u0000-\\u001F) found while parsing a string")),
        }
    }

    fn visit_bytes<E: serde::de::Error>(self, key: &[u8]) -> Result<Self::Value, E> {
        let key = std::str::from_utf8(key).map_err(|_| E::custom("lone surrogate found in a key"))?;
        Ok(Key::Text(Cow::Owned(key.to_owned())))
    }
}
