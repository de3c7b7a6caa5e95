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
    let state = |(part, row): &Address| parts.get(*part as usize)?.as_ref()?.states.get(*row as usize);
    let states = order.iter().map(|address| state(address).unwrap_or_default()).collect();
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
    ScalarBuild { store, states, ..form }
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
    let len = scalar.states.len();
    // Most columns are known everywhere, or everywhere but in the row that stands for unseen ones, or nowhere.
    let (ahead, states) = scalar.states.parts();
    let is_none = |state: &State| matches!(state, State::None | State::AbsentMeant);
    let (mut known, mut nones, mut caused) = (ahead, 0, 0);
    for state in states {
        known += usize::from(*state == State::Known);
        nones += usize::from(is_none(state));
        caused += usize::from(has_cause(state));
    }
    let nulls = match known {
        _ if known == len => None,
        0 => Some(NullBuffer::new_null(len)),
        _ => Some(NullBuffer::new(bits(ahead, true, states, |state| *state == State::Known))),
    };
    let none = match nones {
        0 => None,
        _ if nones == len => Some(BooleanBuffer::new_set(len)),
        _ => Some(bits(ahead, false, states, is_none)),
    };
    let causes = if caused == 0 { Vec::new() } else { causes(ahead, states) };
    Scalar { values: values(scalar.store, len, nulls), none, causes }
}

/// So many rows of which the same is so, and what is so of the states behind them.
fn bits(ahead: usize, is: bool, states: &[State], wanted: impl Fn(&State) -> bool) -> BooleanBuffer {
    BooleanBuffer::collect_bool(ahead + states.len(), |row| match row.checked_sub(ahead) {
        None => is,
        Some(at) => states.get(at).is_some_and(&wanted),
    })
}

fn values(store: Store, len: usize, nulls: Option<NullBuffer>) -> Values {
    match store {
        Store::Bool(values) => Values::Bool(BooleanArray::new(BooleanBuffer::from(values), nulls)),
        Store::Int(values) => Values::Int(Int64Array::new(ScalarBuffer::from(values), nulls)),
        Store::Decimal(values) => {
            let array = Decimal128Array::new(ScalarBuffer::from(values), nulls);
            Values::Decimal(array.with_precision_and_scale(28, 9).unwrap_or_else(|_| Decimal128Array::new_null(len)))
        }
    }
}

fn finish_list(inner: &TablePlan, list: ListBuild) -> ListColumn {
    let mut owner = Vec::with_capacity(list.rows.len);
    for at in 0..list.ends.len() {
        owner.extend(list.range(at).map(|_| row(at)));
    }
    ListColumn {
        offsets: std::iter::once(0).chain(list.ends.iter().copied()).collect(),
        rows: Arc::new(finish(inner, list.rows, owner)),
        causes: causes(0, &list.states),
    }
}

/// Whether a fact is unknown, and not simply missing.
const fn has_cause(state: &State) -> bool {
    matches!(state, State::Unknown(cause) if !matches!(cause, Cause::Missing))
}

/// Why rows are unknown, where the fact is not simply missing; `ahead` rows are not.
fn causes(ahead: usize, states: &[State]) -> Vec<(u32, Cause)> {
    let cause = |(at, state): (usize, &State)| match state {
        State::Unknown(cause) if has_cause(state) => Some((row(at), *cause)),
        _ => None,
    };
    (ahead..).zip(states).filter_map(cause).collect()
}
