//! The order of a list's elements, which is that of their cells: what stood first in a file leaves no trace.

use std::cmp::Ordering;

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, TableBuild};
use super::duplicates::copy_row;
use super::plan::{ShapePlan, TablePlan};
use super::pool::Pool;
use super::table::CvssFact;

/// Sorts the rows from `from` on, none of which is a phantom.
pub(super) fn settle(plan: &TablePlan, table: &mut TableBuild, from: usize, pool: &Pool) {
    let is_settled =
        |table: &TableBuild| (from + 1..table.len).all(|row| compare(plan, table, row - 1, row, pool).is_le());
    if is_settled(table) {
        return;
    }
    let mut rows: Vec<usize> = (from..table.len).collect();
    rows.sort_by(|a, b| compare(plan, table, *a, *b, pool));
    if table.columns.iter().any(|column| matches!(column, ColumnBuild::List(_))) {
        let mut sorted = TableBuild::new(plan);
        rows.iter().for_each(|row| copy_row(table, *row, &mut sorted));
        table.truncate(from);
        (0..sorted.len).for_each(|row| copy_row(&sorted, row, table));
        return;
    }
    // Where each of the rows goes to.
    let mut goes_to = vec![0; rows.len()];
    for (to, row) in rows.iter().enumerate() {
        if let Some(place) = goes_to.get_mut(row - from) {
            *place = to;
        }
    }
    for at in 0..goes_to.len() {
        while let Some(to) = goes_to.get(at).copied()
            && to != at
        {
            table.swap_scalars(from + at, from + to);
            goes_to.swap(at, to);
        }
    }
}

/// Compares two rows: by what names them, then by what counts, then by the rest.
fn compare(plan: &TablePlan, table: &TableBuild, a: usize, b: usize, pool: &Pool) -> Ordering {
    for at in &plan.order {
        let ordering = match (table.columns.get(*at), plan.fields.get(*at).map(|field| &field.shape)) {
            (Some(ColumnBuild::Scalar(scalar)), _) => compare_cells(scalar, a, b, pool),
            (Some(ColumnBuild::List(list)), Some(ShapePlan::List(inner))) => compare_lists(inner, list, a, b, pool),
            _ => Ordering::Equal,
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    Ordering::Equal
}

fn compare_lists(inner: &TablePlan, list: &ListBuild, a: usize, b: usize, pool: &Pool) -> Ordering {
    let rows = list.range(a).zip(list.range(b));
    let elements = rows.map(|(a, b)| compare(inner, &list.rows, a, b, pool)).find(|ordering| ordering.is_ne());
    elements
        .unwrap_or_else(|| list.range(a).len().cmp(&list.range(b).len()))
        .then_with(|| list.state(a).cmp(&list.state(b)))
}

pub(super) fn compare_cells(scalar: &ScalarBuild, a: usize, b: usize, pool: &Pool) -> Ordering {
    match (scalar.cell(a), scalar.cell(b), scalar.numbered) {
        (Cell::Int(a), Cell::Int(b), _) if a == b => Ordering::Equal,
        (Cell::Int(a), Cell::Int(b), Numbered::Text) => pool.strings.get(a).cmp(&pool.strings.get(b)),
        (Cell::Int(a), Cell::Int(b), Numbered::Cvss) => compare_cvss(fact(pool, a), fact(pool, b)),
        (Cell::Int(a), Cell::Int(b), Numbered::Itself) => a.cmp(&b),
        (Cell::Bool(a), Cell::Bool(b), _) => a.cmp(&b),
        (Cell::Decimal(a), Cell::Decimal(b), _) => a.cmp(&b),
        (Cell::Without(a), Cell::Without(b), _) => a.cmp(&b),
        // What is there comes first.
        (Cell::Without(_), _, _) => Ordering::Greater,
        (_, Cell::Without(_), _) => Ordering::Less,
        // A column holds values of one type.
        _ => Ordering::Equal,
    }
}

fn fact(pool: &Pool, number: i64) -> Option<&CvssFact> {
    usize::try_from(number).ok().and_then(|number| pool.cvss.get(number))
}

fn compare_cvss(a: Option<&CvssFact>, b: Option<&CvssFact>) -> Ordering {
    let key = |fact: Option<&CvssFact>| -> Vec<_> {
        let entries = fact.map_or(&[][..], |fact| fact.entries.as_slice());
        entries.iter().map(|entry| (entry.version, entry.malformed, entry.vector.clone(), entry.score)).collect()
    };
    key(a).cmp(&key(b))
}
