//! Rows of many chunks, in a given order, into one table of Arrow arrays.

use std::sync::Arc;

use arrow_array::{BooleanArray, Decimal128Array, Int64Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use rayon::prelude::*;

use super::column::{ColumnBuild, ListBuild, ScalarBuild, State, Store, TableBuild, absence, row};
use super::plan::{ShapePlan, TablePlan};
use super::table::{Cause, Column, ListColumn, Scalar, TableData, Values};

/// A row by the number of its table and its number there.
pub(super) type Address = (u32, u32);

/// The rows at these addresses, in this order.
pub(super) fn gather(plan: &TablePlan, tables: &[&TableBuild], order: &[Address]) -> TableBuild {
    let columns = plan.fields.par_iter().enumerate().map(|(at, field)| match &field.shape {
        _ if !field.read => ColumnBuild::Unread,
        ShapePlan::Scalar(base) => {
            let parts: Vec<Option<&ScalarBuild>> = tables.iter().map(|table| table.scalar(at)).collect();
            ColumnBuild::Scalar(gather_scalar(ScalarBuild::new(base, absence(field)), &parts, order))
        }
        ShapePlan::List(inner) => {
            let parts: Vec<Option<&ListBuild>> = tables
                .iter()
                .map(|table| match table.columns.get(at) {
                    Some(ColumnBuild::List(list)) => Some(list),
                    _ => None,
                })
                .collect();
            ColumnBuild::List(gather_list(inner, &parts, order))
        }
    });
    let phantom = pick(&tables.iter().map(|table| table.phantom.as_slice()).collect::<Vec<_>>(), order);
    TableBuild { len: order.len(), columns: columns.collect(), phantom }
}

/// The values at these addresses.
fn pick<T: Copy + Default>(parts: &[&[T]], order: &[Address]) -> Vec<T> {
    let at = |(part, row): &Address| parts.get(*part as usize)?.get(*row as usize).copied();
    order.iter().map(|address| at(address).unwrap_or_default()).collect()
}

fn gather_scalar(form: ScalarBuild, parts: &[Option<&ScalarBuild>], order: &[Address]) -> ScalarBuild {
    let states: Vec<&[State]> = parts.iter().map(|part| part.map_or(&[][..], |part| part.states.as_slice())).collect();
    macro_rules! store {
        ($kind:ident) => {{
            let values = parts.iter().map(|part| match part {
                Some(ScalarBuild { store: Store::$kind(values), .. }) => values.as_slice(),
                _ => &[],
            });
            Store::$kind(pick(&values.collect::<Vec<_>>(), order))
        }};
    }
    let store = match form.store {
        Store::Bool(_) => store!(Bool),
        Store::Int(_) => store!(Int),
        Store::Decimal(_) => store!(Decimal),
    };
    ScalarBuild { store, states: pick(&states, order), ..form }
}

fn gather_list(inner: &TablePlan, parts: &[Option<&ListBuild>], order: &[Address]) -> ListBuild {
    let mut elements = Vec::new();
    let mut ends = Vec::with_capacity(order.len());
    for (part, at) in order {
        if let Some(Some(list)) = parts.get(*part as usize) {
            elements.extend(list.range(*at as usize).map(|element| (*part, row(element))));
        }
        ends.push(row(elements.len()));
    }
    let states: Vec<&[State]> = parts.iter().map(|part| part.map_or(&[][..], |part| part.states.as_slice())).collect();
    let empty = TableBuild::new(inner);
    let tables: Vec<&TableBuild> = parts.iter().map(|part| part.map_or(&empty, |part| &part.rows)).collect();
    ListBuild { ends, states: pick(&states, order), rows: gather(inner, &tables, &elements) }
}

/// The finished table.
pub(super) fn finish(plan: &TablePlan, table: TableBuild, owner: Vec<u32>) -> TableData {
    let columns = plan.fields.iter().zip(table.columns).map(|(field, column)| match (&field.shape, column) {
        (ShapePlan::List(inner), ColumnBuild::List(list)) => Column::List(finish_list(inner, list)),
        (_, ColumnBuild::Scalar(scalar)) => Column::Scalar(finish_scalar(scalar)),
        (_, ColumnBuild::Unread) => Column::Unread,
        // A plan and its table have the same form.
        (ShapePlan::Scalar(_), ColumnBuild::List(_)) => Column::Scalar(finish_scalar(ScalarBuild::default())),
    });
    TableData {
        table: plan.table,
        len: table.len,
        columns: columns.collect(),
        phantom: BooleanBuffer::from(table.phantom),
        owner,
    }
}

fn finish_scalar(scalar: ScalarBuild) -> Scalar {
    let states = &scalar.states;
    let bits = |wanted: fn(&State) -> bool| {
        BooleanBuffer::collect_bool(states.len(), |row| states.get(row).is_some_and(wanted))
    };
    // Most columns are known everywhere or nowhere.
    let known = states.iter().filter(|state| **state == State::Known).count();
    let nulls = match known {
        _ if known == states.len() => None,
        0 => Some(NullBuffer::new_null(states.len())),
        _ => Some(NullBuffer::new(bits(|state| *state == State::Known))),
    };
    let all_known = nulls.is_none();
    let values = match scalar.store {
        Store::Bool(values) => Values::Bool(BooleanArray::new(BooleanBuffer::from(values), nulls)),
        Store::Int(values) => Values::Int(Int64Array::new(ScalarBuffer::from(values), nulls)),
        Store::Decimal(values) => {
            let array = Decimal128Array::new(ScalarBuffer::from(values), nulls);
            let len = states.len();
            Values::Decimal(array.with_precision_and_scale(28, 9).unwrap_or_else(|_| Decimal128Array::new_null(len)))
        }
    };
    if all_known {
        return Scalar { values, none: None, causes: Vec::new() };
    }
    let is_none: fn(&State) -> bool = |state| matches!(state, State::None | State::AbsentMeant);
    let none = match states.iter().filter(|state| is_none(state)).count() {
        0 => None,
        count if count == states.len() => Some(BooleanBuffer::new_set(count)),
        _ => Some(bits(is_none)),
    };
    Scalar { values, none, causes: causes(states) }
}

fn finish_list(inner: &TablePlan, list: ListBuild) -> ListColumn {
    let mut owner = Vec::with_capacity(list.rows.len);
    for at in 0..list.ends.len() {
        owner.extend(list.range(at).map(|_| row(at)));
    }
    ListColumn {
        offsets: std::iter::once(0).chain(list.ends.iter().copied()).collect(),
        rows: Arc::new(finish(inner, list.rows, owner)),
        causes: causes(&list.states),
    }
}

/// Why rows are unknown, where the fact is not simply missing.
fn causes(states: &[State]) -> Vec<(u32, Cause)> {
    let cause = |(at, state): (usize, &State)| match state {
        State::Unknown(cause) if *cause != Cause::Missing => Some((row(at), *cause)),
        _ => None,
    };
    states.iter().enumerate().filter_map(cause).collect()
}
