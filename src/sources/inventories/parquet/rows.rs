//! Rows, put together from the columns of a row group.

use std::borrow::Cow;

use super::column::Column;
use super::footer::RowGroup;
use super::schema::{Kind, Leaf, Node, Schema};
use super::value::{self, Unreadable};
use super::{Budget, Read};
use crate::facts::{Json, Misread, printable};

/// What an element of a list takes in memory before it says anything.
const ELEMENT: usize = 32;

/// The rows of a row group, read forward.
pub(super) struct Rows<'s, 'b> {
    schema: &'s Schema,
    columns: Columns<'s, 'b>,
    left: u64,
}

struct Columns<'s, 'b> {
    leaves: &'s [Leaf],
    columns: Vec<Column<'b>>,
    /// The first value of the row at hand that cannot be read.
    trouble: Option<(usize, Unreadable)>,
}

impl<'s, 'b> Rows<'s, 'b> {
    /// The rows of a group; `bytes` is the file without its end.
    pub(super) fn new(schema: &'s Schema, group: &RowGroup, bytes: &'b [u8]) -> Read<Self> {
        let leaves = schema.leaves.as_slice();
        if group.chunks.len() != leaves.len() {
            return Err(format!("a row group has {} columns, the file {}", group.chunks.len(), leaves.len()).into());
        }
        let left = u64::try_from(group.rows).map_err(|_| "a row group has a number of rows that cannot be")?;
        let columns = group
            .chunks
            .iter()
            .zip(leaves)
            .map(|(chunk, leaf)| Column::new(bytes, chunk, leaf).map_err(|why| of_column(leaf, &why)))
            .collect::<Read<Vec<_>>>()?;
        Ok(Self { schema, columns: Columns { leaves, columns, trouble: None }, left })
    }

    /// The next row, or why it is no record; none behind the last.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Read<Option<Result<Json<'s>, Misread>>> {
        if self.left == 0 {
            // What is left of a column belongs to no row.
            self.columns.at_start(budget, false)?;
            return Ok(None);
        }
        self.left -= 1;
        self.columns.at_start(budget, true)?;
        let mut entries = Vec::with_capacity(self.schema.fields.len());
        for (name, node) in &self.schema.fields {
            entries.push((Cow::Borrowed(name.as_str()), self.columns.read(node, budget)?));
        }
        Ok(Some(match self.columns.trouble.take() {
            None => Ok(Json::Object(entries)),
            Some((at, what)) => {
                let name = self.schema.leaves.get(at).map_or_else(String::new, |leaf| printable(&leaf.path));
                let found = format!("{what}, in column `{name}`");
                Err(Misread { message: "a row cannot be read".to_owned(), found, help: None })
            }
        }))
    }
}

/// What is wrong with a column, by its name.
fn of_column(leaf: &Leaf, why: &str) -> Cow<'static, str> {
    if why == super::TOO_LARGE {
        return super::TOO_LARGE.into();
    }
    format!("{why}, in column `{}`", printable(&leaf.path)).into()
}

impl<'s> Columns<'s, '_> {
    /// Holds that every column is where a row begins, or at its end.
    fn at_start(&mut self, budget: &mut Budget, wanted: bool) -> Read<()> {
        for (column, leaf) in self.columns.iter_mut().zip(self.leaves) {
            let level = column.peek(leaf, budget).map_err(|why| of_column(leaf, &why))?;
            let fits = match level {
                Some(level) => wanted && level.rep == 0,
                None => !wanted,
            };
            if !fits {
                return Err(of_column(leaf, "it does not have as many values as there are rows"));
            }
        }
        Ok(())
    }

    /// The levels of the next place of a column; none behind the last.
    fn peek(&mut self, leaf: usize, budget: &mut Budget) -> Read<Option<super::column::Level>> {
        let (Some(column), Some(of)) = (self.columns.get_mut(leaf), self.leaves.get(leaf)) else { return Ok(None) };
        column.peek(of, budget).map_err(|why| of_column(of, &why))
    }

    /// The value at the next place of a column.
    fn take(&mut self, leaf: usize, budget: &mut Budget) -> Read<Json<'static>> {
        let (Some(column), Some(of)) = (self.columns.get_mut(leaf), self.leaves.get(leaf)) else {
            return Ok(Json::Null);
        };
        let value = column.take(of, budget).map_err(|why| of_column(of, &why))?;
        let length = match value {
            Some(super::page::Value::Bytes(bytes)) => bytes.len(),
            _ => 4,
        };
        let element = if of.rep > 0 { ELEMENT } else { 0 };
        budget.write(of.path.len().saturating_add(length).saturating_add(4 + element))?;
        Ok(match value.map(|value| value::json(of, value)) {
            None => Json::Null,
            Some(Ok(json)) => json,
            Some(Err(what)) => {
                self.trouble.get_or_insert((leaf, what));
                Json::Null
            }
        })
    }

    /// Passes over one place of each column of a part that is not there.
    fn pass(&mut self, node: &Node, budget: &mut Budget) -> Read<()> {
        (node.leaves.0..node.leaves.1).try_for_each(|leaf| self.take(leaf, budget).map(drop))
    }

    fn read(&mut self, node: &'s Node, budget: &mut Budget) -> Read<Json<'s>> {
        let first = node.leaves.0;
        let Some(level) = self.peek(first, budget)? else {
            return Err("its columns do not have as many values as each other".into());
        };
        if level.def < node.def {
            self.pass(node, budget)?;
            return Ok(Json::Null);
        }
        match &node.kind {
            Kind::Leaf => self.take(first, budget),
            Kind::Record(fields) => {
                let mut entries = Vec::with_capacity(fields.len());
                for (name, field) in fields {
                    entries.push((Cow::Borrowed(name.as_str()), self.read(field, budget)?));
                }
                Ok(Json::Object(entries))
            }
            Kind::List(..) if level.def <= node.def => {
                self.pass(node, budget)?;
                Ok(Json::Array(Vec::new()))
            }
            Kind::Map(..) if level.def <= node.def => {
                self.pass(node, budget)?;
                Ok(Json::Object(Vec::new()))
            }
            Kind::List(element, rep) => {
                let mut elements = Vec::new();
                loop {
                    elements.push(self.read(element, budget)?);
                    if self.peek(first, budget)?.is_none_or(|next| next.rep < *rep) {
                        return Ok(Json::Array(elements));
                    }
                }
            }
            Kind::Map(key, value, rep) => {
                let mut entries = Vec::new();
                loop {
                    let name = match self.read(key, budget)? {
                        Json::String(name) | Json::Number(name) => name,
                        other => Cow::Owned(other.excerpt()),
                    };
                    let value = match value {
                        Some(value) => self.read(value, budget)?,
                        None => Json::Null,
                    };
                    entries.push((name, value));
                    if self.peek(first, budget)?.is_none_or(|next| next.rep < *rep) {
                        return Ok(Json::Object(entries));
                    }
                }
            }
        }
    }
}
