//! From the fields of any source to those of the vocabulary, as `[[source]]` of `changegate.toml` says.
//!
//! [`read`] takes the tables apart and holds every key and every field against what there is; [`Mapping::record`] makes one record of the
//! vocabulary from one of the source.
//!
//! **Invariants.** A value that `values`, `time` or the field's type does not fit is unknown and is told, never guessed. Only `default` fills what
//! is not there.

mod apply;
pub mod builtin;
mod form;
mod read;
mod time;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::facts::{ColumnRule, Json, Rename};
use crate::time::Zone;

pub(crate) use apply::insert;
pub use apply::{Got, Mapped, look, under};
pub use form::Form;
pub use read::{Wrong, builtin as parse_rules, parent, read};

/// A `[[source]]`.
#[derive(Clone, Debug)]
pub struct Source {
    /// The line on which it begins.
    pub line: usize,
    /// The files and folders that it is for, as written.
    pub files: Vec<String>,
    /// Their form, where it is said.
    pub form: Option<Form>,
    /// The asset that the files' findings and software belong to.
    pub asset: Option<String>,
    /// What separates the cells of a row.
    pub delimiter: u8,
    /// The key under which a file of JSON holds its records.
    pub records: Option<String>,
    /// What their records become.
    pub mapping: Mapping,
    /// The source has `fields` of its own.
    pub has_fields: bool,
}

/// What records become.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The entity; findings, software and approvals are put together by whom they belong to.
    pub entity: TableId,
    /// Its name.
    pub name: String,
    /// The zone of times without an offset.
    pub zone: Option<Zone>,
    /// Times without an offset are by a clock that nobody has named: where no zone is, they are unknown, and not UTC.
    pub is_of_user: bool,
    /// One for each field.
    pub rules: Vec<Rule>,
}

impl Mapping {
    /// Takes the texts of sets apart at this mark, where nothing else is said.
    #[must_use]
    pub(crate) fn split_at(mut self, mark: &str) -> Self {
        let sets = self.rules.iter_mut().filter(|rule| matches!(rule.kind, Kind::Set(_)));
        sets.for_each(|rule| {
            rule.split.get_or_insert_with(|| mark.to_owned());
        });
        self
    }
}

/// How one field is filled.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The field: `tier`, `os.name`.
    pub field: String,
    /// What messages call it: `asset.tier`.
    pub path: Arc<str>,
    /// What it holds.
    pub kind: Kind,
    /// Where in a record of the source to look, in this order.
    pub from: Vec<Path>,
    /// What the source's texts stand for; others are unknown.
    pub values: Option<BTreeMap<String, Json<'static>>>,
    /// What separates the items of a list, where that is said.
    pub split: Option<String>,
    /// How times are written.
    pub time: Option<String>,
    /// The zone of this field's times.
    pub zone: Option<Zone>,
    /// The unit of a length of time that is a bare number.
    pub unit: Option<String>,
    /// Texts that mean that nobody knows.
    pub unknown: Vec<String>,
    /// Texts that mean that there is none.
    pub none: Vec<String>,
    /// What holds where the source says nothing.
    pub default: Option<Json<'static>>,
    /// The line of `changegate.toml` that says so; 0 for what is built in.
    pub line: usize,
}

/// A place in a record of a source: a column, or keys with points between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// As written.
    pub text: String,
    /// Its keys; `*` is every element of a list.
    pub keys: Vec<String>,
}

impl Mapping {
    /// What the mapping comes to where it only gives other names: then a value that has its field's form already is taken as it is. None where a
    /// rule says more than where to look.
    #[must_use]
    pub fn renames(&self) -> Option<Vec<Rename>> {
        let rename = |rule: &Rule| {
            let Rule { from, values: None, split: None, time: None, unit: None, default, .. } = rule else {
                return None;
            };
            let [path] = from.as_slice() else { return None };
            let default = match default {
                None => None,
                Some(Json::String(text)) => Some(text.clone().into_owned()),
                Some(_) => return None,
            };
            let plain = rule.unknown.is_empty() && rule.none.is_empty();
            plain.then(|| Rename { field: rule.field.clone(), from: path.keys.clone(), default })
        };
        self.rules.iter().map(rename).collect()
    }
}

impl Mapping {
    /// The same for a file that keeps columns.
    #[must_use]
    pub fn column_rules(&self) -> Option<Vec<ColumnRule>> {
        let rule = |(rule, rename): (&Rule, Rename)| {
            let zone = rule.zone.as_ref().or(self.zone.as_ref()).cloned();
            let text = rule.from.first().map(|path| path.text.clone()).unwrap_or_default();
            let Rename { field, from, default } = rename;
            ColumnRule { field, text, keys: from, default, zone, needs_zone: self.is_of_user, blank_is_absent: false }
        };
        Some(self.rules.iter().zip(self.renames()?).map(rule).collect())
    }
}

impl Path {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), keys: text.split('.').map(str::to_owned).collect() }
    }
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One value.
    One(Type),
    /// A set of values.
    Set(Type),
    /// A list of records, taken as it is.
    Records,
}

#[cfg(test)]
mod tests;
