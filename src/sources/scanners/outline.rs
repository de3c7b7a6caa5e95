//! What a JSON document looks like from outside: its first keys, found without building it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::document::{utf16, without_mark};

/// The uppermost levels of a document, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::sources) struct Outline {
    /// It is a list; the keys are those of its first element.
    pub(in crate::sources) list: bool,
    /// It is `null`.
    pub(in crate::sources) null: bool,
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Key {
    name: String,
    text: Option<String>,
    /// The keys of an object under it, or of the first element of a list.
    within: Vec<String>,
    empty_list: bool,
}

impl Outline {
    /// The outline of what begins like a document.
    pub(in crate::sources) fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = without_mark(bytes);
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
        if utf16(bytes) || !matches!(first, b'{' | b'[' | b'n') {
            return None;
        }
        let mut outline = Self::default();
        let mut source = serde_json::Deserializer::from_slice(bytes);
        let whole = source.deserialize_any(Top(&mut outline)).is_ok();
        (whole || !outline.keys.is_empty()).then_some(outline)
    }

    pub(in crate::sources) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known.name == key)
    }

    pub(in crate::sources) fn has_no_keys(&self) -> bool {
        self.keys.is_empty()
    }

    /// The text under a key.
    pub(in crate::sources) fn text(&self, key: &str) -> Option<&str> {
        self.keys.iter().find(|known| known.name == key)?.text.as_deref()
    }

    /// Whether the object under a key, or the first element of its list, has another.
    pub(in crate::sources) fn within(&self, key: &str, inner: &str) -> bool {
        self.keys.iter().any(|known| known.name == key && known.within.iter().any(|name| name == inner))
    }

    /// Whether a key has an empty list, or none.
    pub(in crate::sources) fn empty(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known.name == key && known.empty_list)
    }

    /// Whether each key is among those that a function knows.
    pub(in crate::sources) fn only(&self, known: impl Fn(&str) -> bool) -> bool {
        self.keys.iter().all(|key| known(&key.name))
    }
}

/// The document.
struct Top<'o>(&'o mut Outline);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.null = true;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        while let Some(name) = source.next_key::<String>()? {
            self.0.keys.push(Key { name, ..Key::default() });
            if let Some(key) = self.0.keys.last_mut() {
                source.next_value_seed(Inner(key))?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        self.0.list = true;
        let mut first = Key::default();
        let read = source.next_element_seed(Inner(&mut first));
        self.0.keys = first.within.into_iter().map(|name| Key { name, ..Key::default() }).collect();
        read?;
        while source.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A value under a key, of which only the outside is looked at.
struct Inner<'k>(&'k mut Key);

impl<'de> DeserializeSeed<'de> for Inner<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inner<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.empty_list = true;
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        // Longer than any word that a format is known by.
        if text.len() <= 64 {
            self.0.text = Some(text.to_owned());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        while let Some(name) = source.next_key::<String>()? {
            self.0.within.push(name);
            source.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<(), A::Error> {
        self.0.empty_list = source.next_element_seed(Inner(&mut *self.0))?.is_none();
        while source.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
