//! Rows, put together from the columns of a row group.

use std::borrow::Cow;

use super::column::{Column, Level};
use super::footer::RowGroup;
use super::page::Value;
use super::schema::{Kind, Leaf, Node, Schema};
use super::value::{self, Unreadable};
use super::{Body, Budget, Read};
use crate::facts::{Json, Misread, printable};

/// What an element of a list takes in memory before it says anything.
const ELEMENT: usize = 32;

/// The rows of a row group, read forward.
pub(super) struct Rows<'s, 'b> {
    tree: Tree<'s, Ahead<'b>>,
    left: u64,
}

/// Where the places of columns come from.
pub(super) trait Places {
    /// Whether there is anything of a column.
    fn is_wanted(&self, leaf: usize) -> bool;

    /// The levels of the next place of a column; none behind the last.
    fn peek(&mut self, leaf: usize, of: &Leaf, budget: &mut Budget) -> Read<Option<Level>>;

    /// Goes past the next place of a column; its value, where it has one.
    fn take(&mut self, leaf: usize, of: &Leaf, budget: &mut Budget) -> Read<Option<Value<'_>>>;
}

/// The columns of a row group.
pub(super) struct Ahead<'b>(Vec<Option<Column<'b>>>);

/// Puts trees together of what stands at the next place of each column.
pub(super) struct Tree<'s, P> {
    schema: &'s Schema,
    places: P,
    /// The first value of the row at hand that cannot be read.
    trouble: Option<(usize, Unreadable)>,
}

/// Opens the columns of a group that are wanted, and says how many rows it has.
pub(super) fn open<'b>(
    schema: &Schema,
    group: &RowGroup,
    body: &Body<'b>,
    wanted: &[bool],
) -> Read<(Vec<Option<Column<'b>>>, u64)> {
    let leaves = schema.leaves.as_slice();
    if group.chunks.len() != leaves.len() {
        return Err(format!("a row group has {} columns, the file {}", group.chunks.len(), leaves.len()).into());
    }
    let left = u64::try_from(group.rows).map_err(|_| "a row group has a number of rows that cannot be")?;
    let all = group.chunks.iter().zip(leaves).enumerate();
    let columns = all.map(|(at, (chunk, leaf))| match wanted.get(at) {
        Some(true) => Column::new(body, chunk, leaf).map(Some).map_err(|why| of_column(leaf, &why)),
        _ => Ok(None),
    });
    Ok((columns.collect::<Read<_>>()?, left))
}

/// What each place of a column takes as text, its value aside.
pub(super) fn cost(leaf: &Leaf) -> usize {
    let element = if leaf.rep > 0 { ELEMENT } else { 0 };
    leaf.path.len().saturating_add(4 + element)
}

impl<'s, 'b> Rows<'s, 'b> {
    /// The rows of a group, as far as they are wanted.
    pub(super) fn new(schema: &'s Schema, group: &RowGroup, body: &Body<'b>, wanted: &[bool]) -> Read<Self> {
        let (columns, left) = open(schema, group, body, wanted)?;
        Ok(Self { tree: Tree::new(schema, Ahead(columns)), left })
    }

    /// The next row, or why it is no record; none behind the last.
    pub(super) fn next(&mut self, budget: &mut Budget) -> Read<Option<Result<Json<'s>, Misread>>> {
        if self.left == 0 {
            // What is left of a column belongs to no row.
            self.at_start(budget, false)?;
            return Ok(None);
        }
        self.left -= 1;
        self.at_start(budget, true)?;
        self.tree.record(budget).map(Some)
    }

    /// Holds that every column is where a row begins, or at its end.
    fn at_start(&mut self, budget: &mut Budget, wanted: bool) -> Read<()> {
        for (column, leaf) in self.tree.places.0.iter_mut().zip(&self.tree.schema.leaves) {
            let Some(column) = column else { continue };
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
}

impl Places for Ahead<'_> {
    fn is_wanted(&self, leaf: usize) -> bool {
        self.0.get(leaf).is_some_and(Option::is_some)
    }

    fn peek(&mut self, leaf: usize, of: &Leaf, budget: &mut Budget) -> Read<Option<Level>> {
        let Some(Some(column)) = self.0.get_mut(leaf) else { return Ok(None) };
        column.peek(of, budget).map_err(|why| of_column(of, &why))
    }

    fn take(&mut self, leaf: usize, of: &Leaf, budget: &mut Budget) -> Read<Option<Value<'_>>> {
        let Some(Some(column)) = self.0.get_mut(leaf) else { return Ok(None) };
        let value = column.take(of, budget).map_err(|why| of_column(of, &why))?;
        let length = match value {
            Some(Value::Bytes(bytes)) => bytes.len(),
            _ => 4,
        };
        budget.write(cost(of).saturating_add(length))?;
        Ok(value)
    }
}

/// What is wrong with a column, by its name.
fn of_column(leaf: &Leaf, why: &str) -> Cow<'static, str> {
    if why == super::TOO_LARGE {
        return super::TOO_LARGE.into();
    }
    format!("{why}, in column `{}`", printable(&leaf.path)).into()
}

impl<'s, P: Places> Tree<'s, P> {
    pub(super) const fn new(schema: &'s Schema, places: P) -> Self {
        Self { schema, places, trouble: None }
    }

    /// The record of the row that begins at the next places, or why it is none.
    pub(super) fn record(&mut self, budget: &mut Budget) -> Read<Result<Json<'s>, Misread>> {
        let schema = self.schema;
        let entries = self.fields(&schema.fields, budget)?;
        Ok(match self.trouble.take() {
            None => Ok(Json::Object(entries)),
            Some((at, what)) => {
                let name = self.schema.leaves.get(at).map_or_else(String::new, |leaf| printable(&leaf.path));
                let found = format!("{what}, in column `{name}`");
                Err(Misread { message: "a row cannot be read".to_owned(), found, help: None })
            }
        })
    }

    fn fields(&mut self, fields: &'s [(String, Node)], budget: &mut Budget) -> Read<Vec<(Cow<'s, str>, Json<'s>)>> {
        let mut entries = Vec::with_capacity(fields.len());
        for (name, node) in fields {
            if self.first(node).is_some() {
                entries.push((Cow::Borrowed(name.as_str()), self.read(node, budget)?));
            }
        }
        Ok(entries)
    }

    /// The first column of a part that is wanted.
    fn first(&self, node: &Node) -> Option<usize> {
        (node.leaves.0..node.leaves.1).find(|leaf| self.places.is_wanted(*leaf))
    }

    fn peek(&mut self, leaf: usize, budget: &mut Budget) -> Read<Option<Level>> {
        let Some(of) = self.schema.leaves.get(leaf) else { return Ok(None) };
        self.places.peek(leaf, of, budget)
    }

    /// The value at the next place of a column.
    fn take(&mut self, leaf: usize, budget: &mut Budget) -> Read<Json<'static>> {
        let Some(of) = self.schema.leaves.get(leaf) else { return Ok(Json::Null) };
        let value = self.places.take(leaf, of, budget)?;
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
        for leaf in node.leaves.0..node.leaves.1 {
            if self.places.is_wanted(leaf) {
                self.take(leaf, budget)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, node: &'s Node, budget: &mut Budget) -> Read<Json<'s>> {
        let Some(first) = self.first(node) else { return Ok(Json::Null) };
        let Some(level) = self.peek(first, budget)? else {
            return Err("its columns do not have as many values as each other".into());
        };
        if level.def < node.def {
            self.pass(node, budget)?;
            return Ok(Json::Null);
        }
        match &node.kind {
            Kind::Leaf => self.take(first, budget),
            Kind::Record(fields) => Ok(Json::Object(self.fields(fields, budget)?)),
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
