//! Several records for one id become one: what is equal or given only once counts, what differs is unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, State, TableBuild};
use super::order::settle;
use super::plan::{FieldPlan, ShapePlan, TablePlan};
use super::pool::Pool;
use super::problem::{Place, Report, Trouble};
use super::table::Cause;

/// A row of one of several tables of the same form.
pub(super) type RowOf<'t> = (&'t TableBuild, usize);

/// Two records that contradict each other, the earlier first.
pub(super) type Pair = (usize, usize);

/// Merges the records of one id into the next row of `out`; `place` says where two of them are.
pub(super) fn merge(
    plan: &TablePlan,
    records: &[RowOf<'_>],
    out: &mut TableBuild,
    pool: &Pool,
    report: &mut Report,
    place: &dyn Fn(Pair) -> Place,
) {
    for (at, (field, column)) in plan.fields.iter().zip(&mut out.columns).enumerate() {
        match (&field.shape, column) {
            (ShapePlan::Scalar(_), ColumnBuild::Scalar(column)) => {
                let cells = records.iter().map(|(table, row)| table.scalar(at).map(|column| column.cell(*row)));
                let (cell, differ) = merge_cells(cells);
                column.push(cell);
                if let Some(pair) = differ {
                    warn(field, report, &|| place(pair), "it counts as unknown");
                }
            }
            (ShapePlan::List(inner), ColumnBuild::List(column)) => {
                let lists: Vec<ListOf<'_>> = records
                    .iter()
                    .enumerate()
                    .filter_map(|(record, (table, row))| match table.columns.get(at)? {
                        ColumnBuild::List(list) => Some((record, list, *row)),
                        ColumnBuild::Scalar(_) | ColumnBuild::Unread => None,
                    })
                    .collect();
                if let Some(pair) = merge_lists(inner, &lists, column, pool) {
                    warn(field, report, &|| place(pair), "the elements of both count, as an incomplete list");
                }
            }
            _ => {}
        }
    }
    out.end_row();
}

/// The list of a record, by its number.
type ListOf<'t> = (usize, &'t ListBuild, usize);

fn warn(field: &FieldPlan, report: &mut Report, place: &dyn Fn() -> Place, meaning: &str) {
    let words = || {
        let message = format!("records of one id give different values for `{}`: {meaning}", field.path);
        (message, Some("give each record once, or the same value in each".to_owned()))
    };
    report.warn(&Arc::clone(&field.path), Trouble::Records, words, place);
}

/// What the cells of one field amount to, one of each record, and which records contradict each other.
fn merge_cells(cells: impl Iterator<Item = Option<Cell>>) -> (Cell, Option<Pair>) {
    let mut merged = Cell::Without(State::Absent);
    let disagreement = Cell::Without(State::Unknown(Cause::Disagreement));
    let (mut differ, mut from) = (None, 0);
    for (record, cell) in cells.enumerate() {
        let Some(cell) = cell else { continue };
        let before = merged;
        merged = match (merged, cell) {
            (mine, other) if mine == other => mine,
            (mine, _) if mine == disagreement => mine,
            (_, other) if other == disagreement => other,
            // One of the two says something.
            (mine @ Cell::Without(state), other) if state != State::None => match other {
                Cell::Without(other_state) if other_state != State::None => weaker(state, other_state, mine, other),
                _ => other,
            },
            (mine, Cell::Without(state)) if state != State::None => mine,
            _ => {
                differ = differ.or(Some((from, record)));
                disagreement
            }
        };
        if merged != before {
            from = record;
        }
    }
    (merged, differ)
}

/// Of two cells without a value: what is said to be unknown weighs more than what an absent key means.
fn weaker(state: State, other_state: State, mine: Cell, other: Cell) -> Cell {
    if state >= other_state { mine } else { other }
}

/// Merges lists as multisets; returns which records contradict each other.
fn merge_lists(inner: &TablePlan, lists: &[ListOf<'_>], out: &mut ListBuild, pool: &Pool) -> Option<Pair> {
    // The lists that say anything: elements, that there are none, or that there are some that nobody can read.
    let says = |(_, list, row): &&ListOf<'_>| {
        matches!(list.state(*row), State::Known | State::Unknown(Cause::Incomplete | Cause::Malformed))
            || list.range(*row).any(|inner| !is_phantom(&list.rows, inner))
    };
    let saying: Vec<&ListOf<'_>> = lists.iter().filter(says).collect();
    if saying.is_empty() {
        let state = lists.iter().map(|(_, list, row)| list.state(*row)).max();
        out.close(state.unwrap_or(State::Absent));
        return None;
    }
    let mut union: BTreeMap<Vec<u8>, (usize, RowOf<'_>)> = BTreeMap::new();
    let mut same = true;
    let mut size = None;
    let first = saying.first().map_or(0, |(record, ..)| *record);
    let mut differ = None;
    for (record, list, row) in &saying {
        let mut counts: BTreeMap<Vec<u8>, (usize, RowOf<'_>)> = BTreeMap::new();
        for inner in list.range(*row).filter(|inner| !is_phantom(&list.rows, *inner)) {
            let mut key = Vec::new();
            encode(&list.rows, inner, pool, &mut key);
            counts.entry(key).or_insert((0, (&list.rows, inner))).0 += 1;
        }
        same &= size.is_none_or(|size| size == counts.len());
        size = Some(counts.len());
        for (key, (count, element)) in counts {
            match union.get_mut(&key) {
                Some(mine) => {
                    same &= mine.0 == count;
                    mine.0 = mine.0.max(count);
                }
                None => {
                    union.insert(key, (count, element));
                }
            }
        }
        same &= size.is_none_or(|size| size == union.len());
        if !same {
            differ = differ.or(Some((first, *record)));
        }
    }
    let from = out.rows.len;
    for (count, (table, row)) in union.values() {
        for _ in 0..*count {
            copy_row(table, *row, &mut out.rows);
        }
    }
    settle(inner, &mut out.rows, from, pool);
    let disagreement = State::Unknown(Cause::Disagreement);
    let disputed = !same || lists.iter().any(|(_, list, row)| list.state(*row) == disagreement);
    let weakest = saying.iter().map(|(_, list, row)| list.state(*row)).min().unwrap_or(State::Absent);
    out.close(if disputed { disagreement } else { weakest });
    differ
}

fn is_phantom(table: &TableBuild, row: usize) -> bool {
    table.phantom.get(row).copied().unwrap_or(false)
}

/// Copies a row to the end of a table of the same form.
pub(super) fn copy_row(from: &TableBuild, row: usize, to: &mut TableBuild) {
    for (from, to) in from.columns.iter().zip(&mut to.columns) {
        match (from, to) {
            (ColumnBuild::Scalar(from), ColumnBuild::Scalar(to)) => to.push(from.cell(row)),
            (ColumnBuild::List(from), ColumnBuild::List(to)) => {
                for inner in from.range(row).filter(|inner| !is_phantom(&from.rows, *inner)) {
                    copy_row(&from.rows, inner, &mut to.rows);
                }
                to.close(from.state(row));
            }
            _ => {}
        }
    }
    to.end_row();
}

/// Adds the elements of a row's lists to those of the last row of a table of the same form. A list that was not there is then incomplete, and one
/// that is incomplete makes the other so.
pub(super) fn add_elements(from: &TableBuild, row: usize, to: &mut TableBuild) {
    for (from, to) in from.columns.iter().zip(&mut to.columns) {
        let (ColumnBuild::List(from), ColumnBuild::List(to)) = (from, to) else { continue };
        let more = from.state(row);
        if matches!(more, State::Absent | State::AbsentMeant) {
            continue;
        }
        let adds = from.range(row).any(|inner| !is_phantom(&from.rows, inner));
        let state = match (to.reopen(), more) {
            // Nobody gave the list, and this is none either.
            (State::Absent, State::Unknown(_)) if !adds => State::Absent,
            (State::Unknown(cause), _) | (_, State::Unknown(cause)) => State::Unknown(cause),
            (State::Absent, _) => State::Unknown(Cause::Incomplete),
            _ => State::Known,
        };
        for inner in from.range(row).filter(|inner| !is_phantom(&from.rows, *inner)) {
            copy_row(&from.rows, inner, &mut to.rows);
        }
        to.close(state);
    }
}

/// Writes a row so that equal rows look the same, and so that their order hangs on no number of a text.
fn encode(table: &TableBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    for column in &table.columns {
        match column {
            ColumnBuild::Scalar(scalar) => match (scalar.cell(row), scalar.numbered) {
                (Cell::Int(number), Numbered::Text) => {
                    let text = pool.strings.get(number).map_or("", |text| text);
                    framed(b't', text.as_bytes(), out);
                }
                (Cell::Int(number), Numbered::Cvss) => {
                    let fact = usize::try_from(number).ok().and_then(|number| pool.cvss.get(number));
                    framed(b'c', format!("{fact:?}").as_bytes(), out);
                }
                (Cell::Int(value), Numbered::Itself) => framed(b'i', &value.to_be_bytes(), out),
                (Cell::Bool(value), _) => framed(b'b', &[u8::from(value)], out),
                (Cell::Decimal(value), _) => framed(b'd', &value.to_be_bytes(), out),
                (Cell::Without(state), _) => framed(b'w', format!("{state:?}").as_bytes(), out),
            },
            ColumnBuild::List(list) => {
                framed(b'l', format!("{:?}", list.state(row)).as_bytes(), out);
                let mut elements: Vec<Vec<u8>> = Vec::new();
                for inner in list.range(row) {
                    let mut element = Vec::new();
                    encode(&list.rows, inner, pool, &mut element);
                    elements.push(element);
                }
                elements.sort_unstable();
                elements.iter().for_each(|element| framed(b'e', element, out));
            }
            ColumnBuild::Unread => {}
        }
    }
}

fn framed(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&bytes.len().to_be_bytes());
    out.extend_from_slice(bytes);
}
