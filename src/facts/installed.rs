//! The software of assets as all their records have it, and what is said of it afterwards.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::assemble::Address;
use super::column::{Cell, ColumnBuild, ListBuild, State, TableBuild};
use super::pool::Pool;
use super::problem::{Place, printable};
use super::records::Records;
use crate::check::schema::{Schema, TableId};

/// How many assets are handed over at a time.
const TOGETHER: usize = 1024;

/// An asset that has software.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its identifier.
    pub id: Arc<str>,
    /// Where its first record stands.
    pub place: Place,
    /// Its software: the texts of each element.
    pub software: Vec<Map<String, Value>>,
    /// That is all that it has.
    pub is_complete: bool,
    /// What was found on it: the name of the vulnerability, and the package.
    pub findings: Vec<(String, Option<String>)>,
}

/// The fields that are read of a list's elements: their names, and their places in the list's plan.
struct Reads {
    list: usize,
    fields: Vec<(String, usize)>,
}

impl Reads {
    fn new(schema: &Schema, list: &str, elements: TableId, fields: &[&str]) -> Option<Self> {
        let (list, _) = schema.find(TableId::ASSET, list)?;
        let place = |name: &&str| {
            let (field, _) = schema.find(elements, name)?;
            Some(((*name).to_owned(), usize::from(field.0)))
        };
        Some(Self { list: usize::from(list.0), fields: fields.iter().filter_map(place).collect() })
    }

    fn list<'t>(&self, table: &'t TableBuild) -> Option<&'t ListBuild> {
        match table.columns.get(self.list)? {
            ColumnBuild::List(list) => Some(list),
            ColumnBuild::Scalar(_) => None,
        }
    }

    /// The texts of the elements of a row.
    fn elements(&self, list: &ListBuild, row: usize, pool: &Pool) -> Vec<Map<String, Value>> {
        let seen = list.range(row).filter(|inner| !list.rows.phantom.get(*inner).copied().unwrap_or(false));
        let element = |inner: usize| {
            let text = |(name, field): &(String, usize)| match list.rows.scalar(*field)?.cell(inner) {
                Cell::Int(number) => Some((name.clone(), Value::from(pool.strings.get(number)?.as_ref()))),
                _ => None,
            };
            self.fields.iter().filter_map(text).collect()
        };
        seen.map(element).collect()
    }
}

impl Records {
    /// Hands over the assets that have software, in the order of their identifiers, some at a time.
    pub(super) fn installed(&self, schema: &Schema, pool: &Pool, take: &mut dyn FnMut(Vec<Installed>)) {
        let fields = ["vendor", "name", "version", "purl", "cpe"];
        let (Some(software), Some(findings)) = (
            Reads::new(schema, "software", TableId::SOFTWARE, &fields),
            Reads::new(schema, "findings", TableId::FINDING, &["cve", "package"]),
        ) else {
            return;
        };
        let mut rows = self.rows_by_id(pool);
        rows.par_sort_by(|(id, _), (other, _)| id.cmp(other));
        let groups: Vec<&[(Arc<str>, Address)]> = rows.chunk_by(|(id, _), (other, _)| id == other).collect();
        for some in groups.chunks(TOGETHER) {
            let one = |group: &&[(Arc<str>, Address)]| self.one(group, &software, &findings, pool);
            take(some.par_iter().filter_map(one).collect());
        }
    }

    fn one(&self, group: &[(Arc<str>, Address)], software: &Reads, findings: &Reads, pool: &Pool) -> Option<Installed> {
        let (id, first) = group.first()?;
        let tables = || group.iter().filter_map(|(_, (part, at))| Some((self.table(*part)?, *at as usize)));
        let says = |list: &ListBuild, row: usize| !matches!(list.state(row), State::Absent | State::AbsentMeant);
        let lists: Vec<(&ListBuild, usize)> = tables()
            .filter_map(|(table, row)| Some((software.list(table)?, row)))
            .filter(|(list, row)| says(list, *row))
            .collect();
        let elements: Vec<Map<String, Value>> =
            lists.iter().flat_map(|(list, row)| software.elements(list, *row, pool)).collect();
        if elements.is_empty() {
            return None;
        }
        let found = tables().filter_map(|(table, row)| Some((findings.list(table)?, row)));
        let text = |fields: &Map<String, Value>, key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
        let found = found
            .flat_map(|(list, row)| findings.elements(list, row, pool))
            .filter_map(|fields| Some((text(&fields, "cve")?, text(&fields, "package"))))
            .collect();
        let place = Place { record: Some(printable(id)), ..self.place(id, *first, None) };
        Some(Installed {
            id: Arc::clone(id),
            place,
            software: elements,
            // Two lists may each lack what the other has, and more.
            is_complete: matches!(lists.as_slice(), [(list, row)] if list.state(*row) == State::Known),
            findings: found,
        })
    }
}
