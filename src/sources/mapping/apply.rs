//! One record of a source into one of the vocabulary.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Kind, Mapping, Path, Rule, time};
use crate::check::types::Type;
use crate::facts::{Json, Remark, printable};

/// What a record of a source has at a path.
#[derive(Clone, Debug)]
pub enum Got<'r, 'j> {
    /// Nothing.
    Nothing,
    /// A cell.
    Cell(&'r str),
    /// A value.
    Value(&'r Json<'j>),
    /// Values of several elements.
    Several(Vec<&'r Json<'j>>),
    /// A key on the way is there twice, with these values that are not the same.
    Twice(Vec<&'r Json<'j>>),
    /// What a key on the way leads to, which is no record.
    Odd(&'r Json<'j>),
}

/// A record of the vocabulary, and what of it could not be read.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The record.
    pub record: Json<'static>,
    /// What could not be read.
    pub remarks: Vec<Remark>,
}

/// A value that is not known, for a reason that is told; `None` where the source itself says that nobody knows.
type Unread = Option<Remark>;

impl Mapping {
    /// Makes a record; `get` looks up what the source has.
    pub fn record<'r, 'j: 'r>(&self, get: &dyn Fn(&Rule, &Path) -> Got<'r, 'j>) -> Mapped {
        let mut entries = Vec::with_capacity(self.rules.len());
        let mut remarks = Vec::new();
        for rule in &self.rules {
            for value in rule.values(self, get, &mut remarks) {
                insert(&mut entries, &rule.field, value);
            }
        }
        Mapped { record: Json::Object(entries), remarks }
    }
}

/// Puts a value under its name, in a record for each point.
pub(crate) fn insert(entries: &mut Vec<(Cow<'static, str>, Json<'static>)>, field: &str, value: Json<'static>) {
    let Some((head, rest)) = field.split_once('.') else {
        entries.push((Cow::Owned(field.to_owned()), value));
        return;
    };
    let known = entries.iter().position(|(key, _)| key == head).unwrap_or_else(|| {
        entries.push((Cow::Owned(head.to_owned()), Json::Object(Vec::new())));
        entries.len() - 1
    });
    if let Some((_, Json::Object(inner))) = entries.get_mut(known) {
        insert(inner, rest, value);
    }
}

/// Looks up a path in a value: a key of that very name first, then key by key.
pub fn look<'r, 'j>(record: &'r Json<'j>, path: &Path) -> Got<'r, 'j> {
    match under(record, &path.text) {
        Got::Nothing => {}
        got => return got,
    }
    let mut found = vec![record];
    let mut several = false;
    for key in &path.keys {
        let mut next = Vec::with_capacity(found.len());
        for value in found {
            match value {
                Json::Array(elements) if key == "*" => {
                    several = true;
                    next.extend(elements);
                }
                other => match step(other, key) {
                    Got::Value(inner) => next.push(inner),
                    // Of several, one that says nothing is one of which nobody knows.
                    _ if several => next.push(&Json::Null),
                    got => return got,
                },
            }
        }
        found = next;
    }
    match (several, found.as_slice()) {
        (true, _) => Got::Several(found),
        (false, [one]) => Got::Value(one),
        (false, _) => Got::Nothing,
    }
}

/// What a value has under one key of a path.
fn step<'r, 'j>(value: &'r Json<'j>, key: &str) -> Got<'r, 'j> {
    match value {
        Json::Object(_) => match under(value, key) {
            Got::Nothing if key == "*" => Got::Odd(value),
            got => got,
        },
        Json::Array(elements) => match key.parse::<usize>() {
            Ok(at) => elements.get(at).map_or(Got::Nothing, Got::Value),
            Err(_) => Got::Odd(value),
        },
        // Nobody knows what a record says that is null, or that could not be read.
        Json::Null | Json::Unreadable => Got::Value(value),
        Json::String(text) if text.trim().is_empty() => Got::Nothing,
        _ => Got::Odd(value),
    }
}

/// What a record has under a key.
pub fn under<'r, 'j>(record: &'r Json<'j>, key: &str) -> Got<'r, 'j> {
    let Json::Object(entries) = record else { return Got::Nothing };
    let mut found = entries.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
    let Some(first) = found.next() else { return Got::Nothing };
    match found.find(|other| *other != first) {
        None => Got::Value(first),
        Some(other) => Got::Twice(vec![first, other]),
    }
}

impl Rule {
    /// The value of the field, if there is one: several where the source has several that are not the same, so that whoever reads the record sees it.
    fn values<'r, 'j: 'r>(
        &self,
        mapping: &Mapping,
        get: &dyn Fn(&Rule, &Path) -> Got<'r, 'j>,
        remarks: &mut Vec<Remark>,
    ) -> Vec<Json<'static>> {
        let mut is_null = false;
        let mut odd = None;
        for path in &self.from {
            let value = match get(self, path) {
                Got::Nothing => continue,
                Got::Cell(text) if text.trim().is_empty() => continue,
                Got::Value(Json::String(text)) if text.trim().is_empty() => continue,
                Got::Value(Json::Null) => {
                    is_null = true;
                    continue;
                }
                Got::Odd(found) => {
                    odd.get_or_insert((path, found));
                    continue;
                }
                Got::Twice(values) => return values.into_iter().cloned().map(Json::into_owned).collect(),
                Got::Cell(text) => self.text(mapping, path, text.trim(), remarks),
                Got::Value(value) => self.json(mapping, path, value, remarks),
                Got::Several(values) => match &self.kind {
                    Kind::Set(of) => self.set(mapping, path, of, values.into_iter(), remarks),
                    _ => Json::Array(values.into_iter().cloned().map(Json::into_owned).collect()),
                },
            };
            return vec![value];
        }
        if let Some((path, found)) = odd {
            let what = format!("what should have `{}` in it is not a record", path.text);
            return vec![unread(Some(self.remark(what, &found.excerpt())), remarks)];
        }
        self.default.clone().or(is_null.then_some(Json::Null)).into_iter().collect()
    }

    fn text(&self, mapping: &Mapping, path: &Path, text: &str, remarks: &mut Vec<Remark>) -> Json<'static> {
        match &self.kind {
            Kind::Set(of) if self.is_known(text) => {
                let items = self.items(text);
                self.set(mapping, path, of, items.iter(), remarks)
            }
            Kind::Set(_) => Json::Null,
            // One row may name several vulnerabilities.
            Kind::One(of) if self.split.is_some() => {
                let items = self.items(text);
                self.set(mapping, path, of, items.iter(), remarks)
            }
            Kind::One(of) => self.one(mapping, path, of, text).unwrap_or_else(|remark| unread(remark, remarks)),
            Kind::Records => Json::String(Cow::Owned(text.to_owned())),
        }
    }

    fn json(&self, mapping: &Mapping, path: &Path, value: &Json<'_>, remarks: &mut Vec<Remark>) -> Json<'static> {
        match (&self.kind, value) {
            (Kind::Records, value) => value.clone().into_owned(),
            (_, Json::String(text)) => self.text(mapping, path, text.trim(), remarks),
            (Kind::Set(of), Json::Array(elements)) => self.set(mapping, path, of, elements.iter(), remarks),
            (Kind::One(of), Json::Number(text)) if self.reads_numbers(of) => self.text(mapping, path, text, remarks),
            (Kind::One(_), Json::Bool(value)) if self.values.is_some() => {
                self.text(mapping, path, if *value { "true" } else { "false" }, remarks)
            }
            (_, value) => value.clone().into_owned(),
        }
    }

    /// Whether a bare number stands for something else here.
    fn reads_numbers(&self, of: &Type) -> bool {
        self.values.is_some()
            || self.time.is_some()
            || self.unit.is_some()
            || matches!(of, Type::String | Type::Version | Type::Row(_))
    }

    fn set<'v>(
        &self,
        mapping: &Mapping,
        path: &Path,
        of: &Type,
        items: impl Iterator<Item = &'v Json<'v>>,
        remarks: &mut Vec<Remark>,
    ) -> Json<'static> {
        let mut elements = Vec::new();
        for item in items {
            let text = match item {
                Json::String(text) => text.trim(),
                Json::Number(text) => text.as_ref(),
                other => {
                    elements.push(other.clone().into_owned());
                    continue;
                }
            };
            // An element that says nothing is one that nobody knows; blanks between marks are gone by now.
            if text.is_empty() {
                elements.push(Json::Null);
                continue;
            }
            // Whoever reads the list sees that one of its elements is missing.
            elements.push(self.one(mapping, path, of, text).unwrap_or_else(|remark| unread(remark, remarks)));
        }
        // `values` may make several of one.
        let flat = elements.into_iter().flat_map(|element| match element {
            Json::Array(inner) => inner,
            other => vec![other],
        });
        Json::Array(flat.collect())
    }

    fn items<'t>(&self, text: &'t str) -> Vec<Json<'t>> {
        let items: Vec<&str> = match &self.split {
            Some(mark) => text.split(mark.as_str()).map(str::trim).filter(|item| !item.is_empty()).collect(),
            None => vec![text],
        };
        items.into_iter().map(|item| Json::String(Cow::Borrowed(item))).collect()
    }

    fn is_known(&self, text: &str) -> bool {
        !self.unknown.iter().any(|word| word == text)
    }

    fn one(&self, mapping: &Mapping, path: &Path, of: &Type, text: &str) -> Result<Json<'static>, Unread> {
        if !self.is_known(text) {
            return Err(None);
        }
        if self.none.iter().any(|word| word == text) {
            return Ok(string("none"));
        }
        if let Some(values) = &self.values {
            return values.get(text).cloned().ok_or_else(|| {
                Some(self.remark(format!("what stands in `{}` is not among its `values`", path.text), text))
            });
        }
        Ok(match of {
            Type::Bool if text.eq_ignore_ascii_case("true") => Json::Bool(true),
            Type::Bool if text.eq_ignore_ascii_case("false") => Json::Bool(false),
            Type::Int | Type::Number | Type::Percent if serde_json::from_str::<serde_json::Number>(text).is_ok() => {
                Json::Number(Cow::Owned(text.to_owned()))
            }
            Type::Duration => match &self.unit {
                Some(unit) => Json::String(Cow::Owned(format!("{text}{unit}"))),
                None => string(text),
            },
            Type::Time | Type::Date => {
                let zone = self.zone.as_ref().or(mapping.zone.as_ref());
                if mapping.is_of_user && zone.is_none() && time::is_local(text, self.time.as_deref()) {
                    let what =
                        format!("the time in `{}` is by the clock of whoever exported it: name `timezone`", path.text);
                    return Err(Some(self.remark(what, text)));
                }
                time::read(text, self.time.as_deref(), zone, matches!(of, Type::Date)).map_or_else(
                    |form| Err(Some(self.remark(format!("what stands in `{}` is not {form}", path.text), text))),
                    |text| Ok(Json::String(Cow::Owned(text))),
                )?
            }
            Type::Enum(def) => {
                let folded = text.to_lowercase().replace(['-', ' '], "_");
                let meant = def.values.iter().find(|value| value.to_lowercase() == folded);
                string(meant.map_or(text, String::as_str))
            }
            _ => string(text),
        })
    }

    fn remark(&self, what: String, found: &str) -> Remark {
        let help = match self.line {
            0 => "say what it means in `[source.fields]` of changegate.toml".to_owned(),
            line => format!("see line {line} of changegate.toml"),
        };
        let message = format!("`{}`: {what}: it counts as unknown", self.path);
        Remark { field: Arc::clone(&self.path), message, found: printable(found), help: Some(help) }
    }
}

/// What stands for a value that is not known.
fn unread(remark: Unread, remarks: &mut Vec<Remark>) -> Json<'static> {
    let Some(remark) = remark else { return Json::Null };
    remarks.push(remark);
    Json::Unreadable
}

fn string(text: &str) -> Json<'static> {
    Json::String(Cow::Owned(text.to_owned()))
}
