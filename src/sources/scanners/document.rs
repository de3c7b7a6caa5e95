//! A JSON document and what its readers ask of it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::facts::{Caveat, Json, ProblemKind};
use crate::sources::{At, Harvest, Origin};

/// A file that is being read.
pub(in crate::sources) struct Reading<'h> {
    file: &'h Arc<str>,
    pub(in crate::sources) harvest: &'h mut Harvest,
}

/// A value and its JSON pointer.
pub(in crate::sources) struct Element<'j, 't> {
    pub(in crate::sources) json: &'j Json<'t>,
    pub(in crate::sources) pointer: String,
}

impl<'h> Reading<'h> {
    pub(in crate::sources) fn new(file: &'h Arc<str>, harvest: &'h mut Harvest) -> Self {
        Self { file, harvest }
    }

    pub(in crate::sources) fn pointer(&self, pointer: &str) -> Origin {
        Origin { file: Arc::clone(self.file), at: At::Pointer(pointer.to_owned()) }
    }

    pub(in crate::sources) fn line(&self, line: u64) -> Origin {
        Origin { file: Arc::clone(self.file), at: At::Line(u32::try_from(line).unwrap_or(u32::MAX)) }
    }

    pub(in crate::sources) fn refuse_at(&mut self, pointer: &str, message: impl Into<String>, expected: &str) {
        let origin = self.pointer(pointer);
        self.harvest.refuse(origin, message, Some(expected.to_owned()));
    }

    pub(in crate::sources) fn refuse_line(&mut self, line: u64, message: impl Into<String>, expected: &str) {
        let origin = self.line(line);
        self.harvest.refuse(origin, message, Some(expected.to_owned()));
    }

    /// Notes that the scanner looked at something, whatever it found there.
    pub(in crate::sources) fn looked_at(&mut self, target: Option<&str>, origin: Origin) {
        if let Some(target) = target.and_then(said) {
            self.harvest.looked_at.entry(target.to_owned()).or_insert(origin);
        }
    }

    /// The bytes as text, without a byte order mark.
    pub(in crate::sources) fn text<'b>(&mut self, bytes: &'b [u8]) -> Option<&'b str> {
        if utf16(bytes) {
            self.refuse_line(1, "the file is UTF-16", "UTF-8");
            return None;
        }
        let bytes = without_mark(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                self.refuse_line(line_of(bytes, error.valid_up_to()), "the file is not UTF-8", "UTF-8");
                None
            }
        }
    }

    /// The document of a text; `what` is what was expected.
    pub(in crate::sources) fn document<'t>(&mut self, text: &'t str, what: &str) -> Option<Json<'t>> {
        if text.trim().is_empty() {
            self.refuse_line(1, "there is nothing in it", what);
            return None;
        }
        match Json::parse(text) {
            Ok(document) => Some(document),
            Err(error) => {
                let line = u64::try_from(error.line).unwrap_or(u64::MAX);
                self.refuse_line(line, format!("it is not JSON: {}", error.message), what);
                None
            }
        }
    }

    /// The objects of the list under a key: nothing where there is no such key or it is `null`; what is no object is refused.
    pub(in crate::sources) fn objects<'j, 't>(
        &mut self,
        of: &'j Json<'t>,
        pointer: &str,
        key: &str,
    ) -> Vec<Element<'j, 't>> {
        let pointer = format!("{pointer}/{key}");
        match of.get(key) {
            Some(Json::Null) => Vec::new(),
            Some(list) => self.elements(list, &pointer, key),
            None if has(of, key) => {
                self.refuse_at(&pointer, format!("`{key}` stands there twice"), "one list");
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// The objects of the list under a key that a form always has: where it is not there, or is `null`, nobody knows what it would have had.
    pub(in crate::sources) fn required<'j, 't>(
        &mut self,
        of: &'j Json<'t>,
        pointer: &str,
        key: &str,
    ) -> Vec<Element<'j, 't>> {
        match of.get(key) {
            Some(Json::Null) => self.lacks(&format!("{pointer}/{key}"), format!("`{key}` is `null`")),
            None if !has(of, key) => self.lacks(pointer, format!("there is no `{key}`")),
            _ => {}
        }
        self.objects(of, pointer, key)
    }

    /// Tells that a report does not have all that was found.
    pub(in crate::sources) fn lacks(&mut self, pointer: &str, found: String) {
        let origin = self.pointer(pointer);
        self.harvest.incomplete = true;
        let caveat = Caveat {
            name: "report_incomplete",
            kind: ProblemKind::Warning,
            field: Arc::from("asset.findings"),
            message: "a report lacks what such a report always has: its findings count as incomplete",
            found,
        };
        self.harvest.told.push((origin, caveat));
    }

    /// The objects of a list.
    pub(in crate::sources) fn elements<'j, 't>(
        &mut self,
        list: &'j Json<'t>,
        pointer: &str,
        name: &str,
    ) -> Vec<Element<'j, 't>> {
        let Json::Array(elements) = list else {
            self.refuse_at(pointer, format!("`{name}` is not a list"), "a list");
            return Vec::new();
        };
        let mut objects = Vec::with_capacity(elements.len());
        for (place, json) in elements.iter().enumerate() {
            let pointer = format!("{pointer}/{place}");
            match json {
                Json::Object(_) => objects.push(Element { json, pointer }),
                _ => self.refuse_at(&pointer, format!("an element of `{name}` is not an object"), "an object"),
            }
        }
        objects
    }
}

/// The text under a key, if it is one and says something.
pub(in crate::sources) fn text<'j>(of: &'j Json<'_>, key: &str) -> Option<&'j str> {
    match of.get(key)? {
        Json::String(text) => said(text),
        _ => None,
    }
}

/// The text or number under a key, as it was written.
pub(in crate::sources) fn written<'j>(of: &'j Json<'_>, key: &str) -> Option<&'j str> {
    match of.get(key)? {
        Json::String(text) | Json::Number(text) => said(text),
        _ => None,
    }
}

/// The text at the end of a path of keys.
pub(in crate::sources) fn text_at<'j>(of: &'j Json<'_>, keys: &[&str]) -> Option<&'j str> {
    let (last, path) = keys.split_last()?;
    text(path.iter().try_fold(of, |json, key| json.get(key))?, last)
}

/// The texts of the list under a key; what is no text is passed over.
pub(in crate::sources) fn texts<'j>(of: &'j Json<'_>, key: &str) -> Vec<&'j str> {
    let Some(Json::Array(elements)) = of.get(key) else { return Vec::new() };
    let text = |json: &'j Json<'_>| match json {
        Json::String(text) => said(text),
        _ => None,
    };
    elements.iter().filter_map(text).collect()
}

/// The elements of the list under a key.
pub(in crate::sources) fn list<'j, 't>(of: &'j Json<'t>, key: &str) -> &'j [Json<'t>] {
    match of.get(key) {
        Some(Json::Array(elements)) => elements,
        _ => &[],
    }
}

/// The entries of the object under a key.
pub(in crate::sources) fn entries<'j, 't>(of: &'j Json<'t>, key: &str) -> &'j [(Cow<'t, str>, Json<'t>)] {
    match of.get(key) {
        Some(Json::Object(entries)) => entries,
        _ => &[],
    }
}

/// Whether an object has a key, whatever its value.
pub(in crate::sources) fn has(of: &Json<'_>, key: &str) -> bool {
    matches!(of, Json::Object(entries) if entries.iter().any(|(name, _)| name == key))
}

/// How long what a report calls something may be: a record about several vulnerabilities is copied for each.
pub(in crate::sources) const LONGEST: usize = 4096;
/// How many other names, CVEs or advisories a record may have.
const MOST: usize = 1024;

/// A text without the space around it, unless nothing is left or it is too long to be a name.
pub(in crate::sources) fn said(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty() && text.len() <= LONGEST)
}

impl Reading<'_> {
    /// The first of a record's names; that there are more than are read is said.
    pub(in crate::sources) fn first<'l, T>(&mut self, list: &'l [T], origin: &Origin) -> &'l [T] {
        let Some(first) = list.get(..MOST).filter(|_| list.len() > MOST) else { return list };
        let message = format!("a record has {} names", list.len());
        self.harvest.refuse(origin.clone(), message, Some(format!("at most {MOST}")));
        first
    }
}

/// Whether a file begins with the mark of UTF-16.
pub(in crate::sources) fn utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

/// The bytes without UTF-8's byte order mark.
pub(in crate::sources) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The line, from 1, in which a byte stands.
pub(in crate::sources) fn line_of(bytes: &[u8], place: usize) -> u64 {
    let before = bytes.get(..place).unwrap_or(bytes);
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1)
}
