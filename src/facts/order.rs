//! The order of a list's elements, which is that of their cells: what stood first in a file leaves no trace.

use std::cmp::Ordering;
use std::ops::Range;

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, Store, TableBuild};
use super::duplicates::copy_row;
use super::plan::{ShapePlan, TablePlan};
use super::pool::Pool;
use super::table::{CvssFact, Strings};

/// How many rows are sorted where they stand.
const FEW: usize = 8;

/// How many texts are.
const SOME: usize = 32;

/// Sorts the rows from `from` on, none of which is a phantom.
pub(super) fn settle(plan: &TablePlan, table: &mut TableBuild, from: usize, pool: &Pool) {
    if table.len - from < 2 || sorted_texts(table, from, pool).is_some() {
        return;
    }
    let has_lists = table.columns.iter().any(|column| matches!(column, ColumnBuild::List(_)));
    if !has_lists {
        return settle_rows(plan, table, from..table.len, pool);
    }
    if is_settled(plan, table, from..table.len, pool) {
        return;
    }
    let mut rows: Vec<usize> = (from..table.len).collect();
    rows.sort_by(|a, b| compare(plan, table, *a, *b, pool));
    let mut sorted = TableBuild::new(plan);
    rows.iter().for_each(|row| copy_row(table, *row, &mut sorted));
    table.truncate(from);
    (0..sorted.len).for_each(|row| copy_row(&sorted, row, table));
}

fn is_settled(plan: &TablePlan, table: &TableBuild, rows: Range<usize>, pool: &Pool) -> bool {
    rows.clone().zip(rows.skip(1)).all(|(before, row)| compare(plan, table, before, row, pool).is_le())
}

/// Sorts some rows of a table without lists, none of which is a phantom.
pub(super) fn settle_rows(plan: &TablePlan, table: &mut TableBuild, range: Range<usize>, pool: &Pool) {
    if range.len() <= FEW {
        return settle_few(plan, table, range, pool);
    }
    if is_settled(plan, table, range.clone(), pool) {
        return;
    }
    let from = range.start;
    let mut rows: Vec<usize> = range.collect();
    rows.sort_by(|a, b| compare(plan, table, *a, *b, pool));
    let mut goes_to = vec![0; rows.len()];
    arrange(table, from, &rows, &mut goes_to);
}

/// Sorts at most [`FEW`] rows, by the first bytes of what names them where that is enough.
fn settle_few(plan: &TablePlan, table: &mut TableBuild, range: Range<usize>, pool: &Pool) {
    if range.len() < 2 {
        return;
    }
    let from = range.start;
    let names = match plan.order.first().and_then(|at| table.scalar(*at)) {
        Some(ScalarBuild { store: Store::Int(names), states, numbered: Numbered::Text, .. })
            if states.are_known_below(range.end) =>
        {
            names.get(range.clone()).unwrap_or_default()
        }
        _ => &[],
    };
    let mut sorted = [(0, 0); FEW];
    for (place, row) in sorted.iter_mut().zip(range.clone()) {
        *place = (names.get(row - from).map_or(0, |name| pool.strings.head(*name)), row);
    }
    let is_behind = |(before, a): (u64, usize), (behind, b): (u64, usize)| {
        if before == behind { compare(plan, table, a, b, pool).is_gt() } else { before > behind }
    };
    for last in 1..range.len() {
        for at in (1..=last).rev() {
            match sorted.get_mut(at - 1..=at) {
                Some([before, behind]) if is_behind(*before, *behind) => std::mem::swap(before, behind),
                _ => break,
            }
        }
    }
    let rows = sorted.map(|(_, row)| row);
    let rows = rows.get(..range.len()).unwrap_or_default();
    if !rows.is_sorted() {
        arrange(table, from, rows, &mut [0; FEW]);
    }
}

/// Puts rows, from the first on, in this order; there is room for as many numbers.
fn arrange(table: &mut TableBuild, from: usize, rows: &[usize], goes_to: &mut [usize]) {
    // Where each of the rows goes to.
    for (to, row) in rows.iter().enumerate() {
        if let Some(place) = goes_to.get_mut(row - from) {
            *place = to;
        }
    }
    for at in 0..rows.len() {
        while let Some(to) = goes_to.get(at).copied()
            && to != at
        {
            table.swap_scalars(from + at, from + to);
            goes_to.swap(at, to);
        }
    }
}

/// Sorts a few texts where they stand; none where they are not that.
fn sorted_texts(table: &mut TableBuild, from: usize, pool: &Pool) -> Option<()> {
    let [ColumnBuild::Scalar(ScalarBuild { store: Store::Int(values), states, numbered: Numbered::Text, .. })] =
        table.columns.as_mut_slice()
    else {
        return None;
    };
    let values = values.get_mut(from..)?;
    if values.len() > SOME || !states.are_known() {
        return None;
    }
    sort_texts(values, &pool.strings);
    Some(())
}

/// Sorts some texts.
pub(super) fn sort_texts(values: &mut [i64], strings: &Strings) {
    if values.len() <= FEW {
        return sort_few(values, strings);
    }
    for sorted in 1..values.len() {
        let mut at = sorted;
        while let Some([before, behind]) = at.checked_sub(1).and_then(|from| values.get_mut(from..=at))
            && strings.order(*before, *behind).is_gt()
        {
            std::mem::swap(before, behind);
            at -= 1;
        }
    }
}

/// Sorts at most [`FEW`] texts, by what their first bytes tell where that is enough.
fn sort_few(values: &mut [i64], strings: &Strings) {
    let mut sorted = [(0, 0); FEW];
    for (place, value) in sorted.iter_mut().zip(&*values) {
        *place = (strings.head(*value), *value);
    }
    let is_behind = |(before, a): (u64, i64), (behind, b): (u64, i64)| {
        if before == behind { strings.get(a) > strings.get(b) } else { before > behind }
    };
    for from in 1..values.len() {
        for at in (1..=from).rev() {
            match sorted.get_mut(at - 1..=at) {
                Some([before, behind]) if is_behind(*before, *behind) => std::mem::swap(before, behind),
                _ => break,
            }
        }
    }
    for (value, (_, number)) in values.iter_mut().zip(sorted) {
        *value = number;
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
        (Cell::Int(a), Cell::Int(b), Numbered::Text) => pool.strings.order(a, b),
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
