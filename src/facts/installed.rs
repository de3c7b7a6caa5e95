//! The software of assets as all their records have it, and what is said of it afterwards.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::assemble::Address;
use super::column::{Cell, ColumnBuild, ListBuild, State, TableBuild};
use super::pool::Pool;
use super::problem::{Place, printable};
use super::records::Records;
use super::table::Cause;
use crate::check::schema::{Schema, Shape, TableId};
use crate::check::types::{EnumDef, Type};

/// How many assets are handed over at a time.
const TOGETHER: usize = 1024;

/// An asset that has software.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its identifier.
    pub id: Arc<str>,
    /// Where its first record stands.
    pub place: Place,
    /// Its software: the texts of each element; `null` is a name that was given and cannot be read.
    pub software: Vec<Map<String, Value>>,
    /// That is all that it has.
    pub is_complete: bool,
    /// A part of the list was left out, or could not be read.
    pub is_cut: bool,
    /// What was found on it.
    pub findings: Vec<Reported>,
}

/// A finding of an asset.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The name of the vulnerability.
    pub id: String,
    /// The package that it was found in, and its version.
    pub package: Option<String>,
    pub version: Option<String>,
    /// Its state, where that is known not to be `open`.
    pub closed: Option<String>,
}

/// The fields by which software is looked up.
const NAMES: [&str; 2] = ["purl", "cpe"];

/// The fields that are read of a list's elements: their names, and their places in the list's plan.
struct Reads {
    list: usize,
    fields: Vec<(String, usize)>,
    /// The place of the field `state`, and its values.
    state: Option<(usize, Arc<EnumDef>)>,
}

impl Reads {
    fn new(schema: &Schema, list: &str, elements: TableId, fields: &[&str]) -> Option<Self> {
        let (list, _) = schema.find(TableId::ASSET, list)?;
        let place = |name: &&str| {
            let (field, _) = schema.find(elements, name)?;
            Some(((*name).to_owned(), usize::from(field.0)))
        };
        let state = schema.find(elements, "state").and_then(|(field, of)| match &of.shape {
            Shape::Scalar(Type::Enum(values)) => Some((usize::from(field.0), Arc::clone(values))),
            _ => None,
        });
        Some(Self { list: usize::from(list.0), fields: fields.iter().filter_map(place).collect(), state })
    }

    fn list<'t>(&self, table: &'t TableBuild) -> Option<&'t ListBuild> {
        match table.columns.get(self.list)? {
            ColumnBuild::List(list) => Some(list),
            ColumnBuild::Scalar(_) | ColumnBuild::Unread => None,
        }
    }

    /// The texts of the elements of a row.
    fn elements(&self, list: &ListBuild, row: usize, pool: &Pool) -> Vec<Map<String, Value>> {
        let element = |inner: usize| self.texts(list, inner, pool);
        seen(list, row).map(element).collect()
    }

    /// The texts of an element.
    fn texts(&self, list: &ListBuild, inner: usize, pool: &Pool) -> Map<String, Value> {
        let text = |(name, field): &(String, usize)| match list.rows.scalar(*field)?.cell(inner) {
            Cell::Int(number) => Some((name.clone(), Value::from(pool.strings.get(number)?))),
            Cell::Without(state) if is_unreadable(state) && NAMES.contains(&name.as_str()) => {
                Some((name.clone(), Value::Null))
            }
            _ => None,
        };
        self.fields.iter().filter_map(text).collect()
    }

    /// A finding, by the name of its vulnerability. What is not known of a finding is no package or version that it leaves open: it stands for none.
    fn reported(&self, list: &ListBuild, inner: usize, pool: &Pool) -> Option<Reported> {
        let is_known = |key: &str| {
            let field = self.fields.iter().find(|(name, _)| name == key);
            let cell = field.and_then(|(_, field)| Some(list.rows.scalar(*field)?.cell(inner)));
            !matches!(cell, Some(Cell::Without(State::Unknown(_))))
        };
        let mut fields = self.texts(list, inner, pool);
        let mut text = |key: &str| match fields.remove(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let closed = self.state.as_ref().and_then(|(field, values)| match list.rows.scalar(*field)?.cell(inner) {
            Cell::Int(code) => values.value(code).filter(|state| *state != "open").map(str::to_owned),
            _ => None,
        });
        // One that is open stands for a package in any version.
        if !is_known("package") || (closed.is_some() && !is_known("version")) {
            return None;
        }
        Some(Reported { id: text("cve")?, package: text("package"), version: text("version"), closed })
    }
}

/// Whether something was given that cannot be read, or not all of it: `null` says no more than an absence.
fn is_unreadable(state: State) -> bool {
    matches!(state, State::Unknown(cause) if cause != Cause::Missing)
}

/// The elements of a row that are known.
fn seen(list: &ListBuild, row: usize) -> impl Iterator<Item = usize> {
    list.range(row).filter(|inner| !list.rows.phantom.get(*inner).copied().unwrap_or(false))
}

impl Records {
    /// Hands over the assets that have software, in the order of their identifiers, some at a time.
    pub(super) fn installed(&self, schema: &Schema, pool: &Pool, take: &mut dyn FnMut(Vec<Installed>)) {
        let fields = ["vendor", "name", "version", "purl", "cpe"];
        let (Some(software), Some(findings)) = (
            Reads::new(schema, "software", TableId::SOFTWARE, &fields),
            Reads::new(schema, "findings", TableId::FINDING, &["cve", "package", "version"]),
        ) else {
            return;
        };
        let mut rows = self.rows_by_id(pool);
        rows.par_sort_by(|(id, _), (other, _)| id.cmp(other));
        let groups: Vec<&[(&str, Address)]> = rows.chunk_by(|(id, _), (other, _)| id == other).collect();
        for some in groups.chunks(TOGETHER) {
            let one = |group: &&[(&str, Address)]| self.one(group, &software, &findings, pool);
            take(some.par_iter().filter_map(one).collect());
        }
    }

    fn one(&self, group: &[(&str, Address)], software: &Reads, findings: &Reads, pool: &Pool) -> Option<Installed> {
        let (id, first) = group.first()?;
        let tables = || group.iter().filter_map(|(_, (part, at))| Some((self.table(*part)?, *at as usize)));
        let says = |list: &ListBuild, row: usize| !matches!(list.state(row), State::Absent | State::AbsentMeant);
        let lists: Vec<(&ListBuild, usize)> = tables()
            .filter_map(|(table, row)| Some((software.list(table)?, row)))
            .filter(|(list, row)| says(list, *row))
            .collect();
        let elements: Vec<Map<String, Value>> =
            lists.iter().flat_map(|(list, row)| software.elements(list, *row, pool)).collect();
        let is_cut = lists.iter().any(|(list, row)| is_unreadable(list.state(*row)));
        if elements.is_empty() && !is_cut {
            return None;
        }
        let found = tables().filter_map(|(table, row)| Some((findings.list(table)?, row)));
        let found = found
            .flat_map(|(list, row)| seen(list, row).filter_map(|inner| findings.reported(list, inner, pool)))
            .collect();
        let place = Place { record: Some(printable(id)), ..self.place(id, *first, None) };
        Some(Installed {
            id: Arc::from(*id),
            place,
            software: elements,
            // Two lists may each lack what the other has, and more.
            is_complete: matches!(lists.as_slice(), [(list, row)] if list.state(*row) == State::Known),
            is_cut,
            findings: found,
        })
    }
}

#[cfg(test)]
mod tests;
