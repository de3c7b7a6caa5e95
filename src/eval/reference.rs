//! Records that a field refers to by their ids.

use std::collections::HashMap;

use crate::check::program::VarId;
use crate::check::schema::{FieldId, TableId};
use crate::facts::table::{Column, Facts, TableData};

use super::frame::Frame;
use super::quant::scalar_at;
use super::value::{Poss, Raw};

/// For each entity that can be referred to: the row of each id.
#[derive(Debug, Default)]
pub struct Index {
    tables: HashMap<TableId, HashMap<i64, u32>>,
}

impl Index {
    /// Indexes the entities of the given tables.
    #[must_use]
    pub fn new(facts: &Facts, key: impl Fn(TableId) -> Option<FieldId>, wanted: &[TableId]) -> Self {
        let roots = std::iter::once(&facts.assets).chain(&facts.others);
        let tables = roots
            .filter(|rows| wanted.contains(&rows.table))
            .filter_map(|rows| Some((rows.table, ids(rows, key(rows.table)?))))
            .collect();
        Self { tables }
    }

    /// The row of the record with this id.
    #[must_use]
    pub fn row(&self, table: TableId, id: i64) -> Option<u32> {
        self.tables.get(&table)?.get(&id).copied()
    }
}

fn ids(rows: &TableData, key: FieldId) -> HashMap<i64, u32> {
    let Some(Column::Scalar(scalar)) = rows.column(key) else { return HashMap::new() };
    let row = |at: usize| match scalar_at(scalar, at) {
        Poss::One(Raw::Int(id)) => Some((id, u32::try_from(at).ok()?)),
        _ => None,
    };
    (0..rows.len).filter_map(row).collect()
}

/// The rows that a variable stands for whose record another one's field refers to. Where the id is not known, is `none` or no record has it,
/// that is the last row of the table, of which nothing is known.
#[must_use]
pub fn rows(frame: &Frame<'_>, base: VarId, field: FieldId, var: VarId) -> Option<Vec<u32>> {
    let env = frame.env;
    let table = env.program.vars.get(usize::from(var.0))?.table;
    let unknown = u32::try_from(env.rows_of(table)?.len.checked_sub(1)?).ok()?;
    let Some(Column::Scalar(scalar)) = env.table(base)?.column(field) else { return None };
    let row = |at: &u32| match scalar_at(scalar, *at as usize) {
        Poss::One(Raw::Int(id)) => env.common.index.row(table, id).unwrap_or(unknown),
        _ => unknown,
    };
    Some(frame.rows(base)?.iter().map(row).collect())
}
