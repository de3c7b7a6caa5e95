//! What the reader does with good input, with every kind of bad value, and with hostile bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod changes;
mod duplicates;
mod duties;
mod files;
mod hostile;
mod lists;
mod order;
mod others;
mod samples;
mod tables;
mod values;
mod vectors;

use std::sync::Arc;

use arrow_array::Array;

use super::table::{Cause, Column, ListColumn, Scalar, TableData, Values};
use super::{Facts, FactsBuilder, Input, Options, Problem};
use crate::check::schema::{FieldId, Schema, TableId};
use crate::check::vocabulary;
use crate::time::{Instant, parse_instant};

fn now() -> Instant {
    parse_instant("2026-11-20T15:00:00Z").unwrap()
}

fn schema() -> Arc<Schema> {
    Arc::new(vocabulary::standard())
}

fn builder() -> FactsBuilder {
    FactsBuilder::new(schema(), now(), Options::default())
}

/// Reads one inventory.
fn read(text: impl AsRef<[u8]>) -> Input {
    let mut builder = builder();
    builder.add_inventory("i.ndjson", text.as_ref());
    builder.finish()
}

/// Reads one file of changes, with the assets `a` and `b`.
fn read_changes(text: impl AsRef<[u8]>) -> Input {
    let mut builder = builder();
    builder.add_inventory("i.ndjson", b"{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
    builder.add_changes("c.json", text.as_ref());
    builder.finish()
}

/// Reads an asset `a` with these further fields.
fn asset(fields: &str) -> Input {
    read(format!("{{\"id\":\"a\",{fields}}}"))
}

fn column<'f>(table: &'f TableData, name: &str) -> (FieldId, &'f Column) {
    let schema = schema();
    let (id, _) = schema.find(table.table, name).expect(name);
    (id, table.column(id).expect(name))
}

fn scalar<'f>(table: &'f TableData, name: &str) -> &'f Scalar {
    match column(table, name).1 {
        Column::Scalar(scalar) => scalar,
        Column::List(_) | Column::Unread => panic!("{name} is a list"),
    }
}

fn list<'f>(table: &'f TableData, name: &str) -> &'f ListColumn {
    match column(table, name).1 {
        Column::List(list) => list,
        Column::Scalar(_) | Column::Unread => panic!("{name} is a scalar"),
    }
}

/// A value as people read it, or why it is unknown.
fn shown(facts: &Facts, table: &TableData, name: &str, row: usize) -> String {
    let (id, _) = column(table, name);
    facts
        .scalar_text(&schema(), table, id, row)
        .unwrap_or_else(|| format!("?{}", scalar(table, name).cause(u32::try_from(row).unwrap()).as_str()))
}

/// A field of the first asset.
fn value(input: &Input, name: &str) -> String {
    shown(&input.facts, &input.facts.assets, name, 0)
}

/// A field of the first element of the first asset's findings.
fn finding(input: &Input, name: &str) -> String {
    shown(&input.facts, &list(&input.facts.assets, "findings").rows, name, 0)
}

/// A field of the first change.
fn change(input: &Input, name: &str) -> String {
    shown(&input.facts, &input.facts.changes, name, 0)
}

/// A list of the first row: how many elements it has, whether it is incomplete, and why.
fn length(table: &TableData, name: &str) -> (usize, Option<Cause>) {
    let list = list(table, name);
    let rows = list.offsets[0] as usize..list.offsets[1] as usize;
    let seen = rows.clone().filter(|row| !list.rows.phantom.value(*row)).count();
    let cause = list.causes.iter().find(|(row, _)| *row == 0).map_or(Cause::Missing, |(_, cause)| *cause);
    let last_unseen = rows.last().is_some_and(|row| list.rows.phantom.value(row));
    (seen, last_unseen.then_some(cause))
}

/// The values of a set of the first row.
fn set(input: &Input, table: &TableData, name: &str) -> Vec<String> {
    let list = list(table, name);
    let rows = list.offsets[0] as usize..list.offsets[1] as usize;
    let mut values: Vec<String> = rows
        .filter(|row| !list.rows.phantom.value(*row))
        .map(|row| input.facts.scalar_text(&schema(), &list.rows, FieldId(0), row).unwrap())
        .collect();
    values.sort();
    values
}

/// The only warning.
fn warning(input: &Input) -> &Problem {
    assert_eq!(input.problems.errors, []);
    match input.problems.warnings.as_slice() {
        [warning] => warning,
        others => panic!("{others:#?}"),
    }
}

/// That nothing at all was said.
fn quiet(input: &Input) {
    assert_eq!(input.problems.iter().collect::<Vec<_>>(), Vec::<&Problem>::new());
}

/// Every column has one cell for each row, every list its rows; nulls and causes agree.
fn assert_whole(table: &TableData) {
    let schema = schema();
    assert_eq!(table.columns.len(), schema.table(table.table).unwrap().fields.len());
    assert_eq!(table.phantom.len(), table.len);
    for column in &table.columns {
        match column {
            Column::Scalar(scalar) => {
                let array: &dyn Array = match &scalar.values {
                    Values::Bool(array) => array,
                    Values::Int(array) => array,
                    Values::Decimal(array) => array,
                };
                assert_eq!(array.len(), table.len);
                for (row, _) in &scalar.causes {
                    assert!(array.is_null(*row as usize));
                }
                assert!(scalar.causes.is_sorted_by(|(a, _), (b, _)| a < b));
                if let Some(none) = &scalar.none {
                    assert_eq!(none.len(), table.len);
                    assert!((0..table.len).all(|row| !none.value(row) || array.is_null(row)));
                }
            }
            Column::List(list) => {
                assert_eq!(list.offsets.len(), table.len + 1);
                assert_eq!(*list.offsets.last().unwrap() as usize, list.rows.len);
                assert_eq!(list.rows.owner.len(), list.rows.len);
                for row in 0..table.len {
                    let (from, to) = (list.offsets[row] as usize, list.offsets[row + 1] as usize);
                    for inner in from..to {
                        assert_eq!(list.rows.owner[inner] as usize, row);
                        // Only the last may be a phantom.
                        assert!(!list.rows.phantom.value(inner) || inner + 1 == to);
                    }
                    if table.phantom.value(row) {
                        assert_eq!(to - from, 1);
                        assert!(list.rows.phantom.value(from));
                    }
                }
                assert_whole(&list.rows);
            }
            Column::Unread => panic!("everything is read"),
        }
    }
}

/// That the facts hold together, whatever they are.
fn assert_sound(input: &Input) {
    let facts = &input.facts;
    assert_eq!(facts.assets.table, TableId::ASSET);
    assert_eq!(facts.changes.table, TableId::CHANGE);
    assert_whole(&facts.assets);
    assert_whole(&facts.changes);
    for rows in &facts.others {
        assert_whole(rows);
        assert_eq!(rows.phantom.iter().filter(|is_phantom| *is_phantom).count(), 1);
        assert!(rows.phantom.value(rows.len - 1));
    }
    let phantom = facts.phantom_asset();
    assert_eq!(phantom as usize + 1, facts.assets.len);
    assert_eq!(facts.assets.phantom.iter().filter(|is_phantom| *is_phantom).count(), 1);
    assert!(facts.assets.phantom.value(phantom as usize));
    assert!(facts.recorded <= phantom as usize);
    assert_eq!(facts.changes.phantom.iter().filter(|is_phantom| *is_phantom).count(), 1);
    assert!(facts.changes.phantom.value(facts.change_count()));
    assert_eq!(facts.touched.len(), facts.change_count());
    assert_eq!(facts.goes_now.len(), facts.change_count());
    for touched in &facts.touched {
        assert!(!touched.rows.is_empty());
        assert_eq!(touched.incomplete, touched.rows.last() == Some(&(phantom, false)));
    }
    assert!(input.problems.errors.len() as u64 <= input.problems.error_count);
}
