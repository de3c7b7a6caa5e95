//! The time zones that facts name.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::check::schema::{Schema, Shape};
use crate::check::types::Type;
use crate::facts::Facts;
use crate::facts::table::{Column, TableData, Values};

/// The texts of every field of type `timezone`, each once.
pub(super) fn named(schema: &Schema, facts: &Facts) -> BTreeSet<Arc<str>> {
    let tables = [&facts.assets, &facts.changes].into_iter().chain(&facts.others);
    let mut numbers = HashSet::new();
    for table in tables {
        numbers.extend(of_table(schema, table));
    }
    numbers.into_iter().filter_map(|number| facts.strings.get(number)).map(Arc::from).collect()
}

fn of_table(schema: &Schema, table: &TableData) -> HashSet<i64> {
    let fields = schema.table(table.table).map(|def| def.fields.as_slice()).unwrap_or_default();
    let mut numbers = HashSet::new();
    for (field, column) in fields.iter().zip(&table.columns) {
        if !matches!(field.shape, Shape::Scalar(Type::Zone)) {
            continue;
        }
        if let Column::Scalar(scalar) = column
            && let Values::Int(values) = &scalar.values
        {
            numbers.extend(values.iter().flatten());
        }
    }
    numbers
}
