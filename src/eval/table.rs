//! Decision tables: which outcomes are possible, given what may still be.

use crate::check::program::{Cell, CellTest, CompareOp, Const, NodeId, Table};
use crate::check::types::{Ty, Type};

use super::column::Vals;
use super::expr::{is_decimal, with_order};
use super::frame::{Frame, poss};
use super::groups::Groups;
use super::length;
use super::value::{Could, Poss, Raw, compare};

/// The outcome of a table for every row.
#[must_use]
pub fn decide(frame: &Frame<'_>, base: &Type, index: u16, inputs: &[NodeId]) -> Vals {
    let len = frame.len();
    let Some(table) = frame.env.program.tables.get(usize::from(index)) else { return Vals::unknown(len) };
    let cols: Vec<_> = inputs.iter().map(|node| frame.eval(*node)).collect();
    let level = frame.arm();
    let groups = Groups::new(cols.iter().map(|col| &**col), len);
    groups.each(is_decimal(base), |row| {
        let mut next = cols.iter();
        let given: Vec<Poss> = (0..table.inputs.len())
            .map(|at| {
                if table.level == Some(at) {
                    level.map_or(Poss::Any, |level| Poss::One(Raw::Int(level)))
                } else {
                    next.next().map_or(Poss::Any, |col| poss(col, row))
                }
            })
            .collect();
        outcomes(frame, table, base, &given)
    })
}

/// Whether each row of the table may be the one that counts.
pub fn possible_rows<'t>(
    frame: &Frame<'_>,
    table: &'t Table,
    given: &[Poss],
) -> impl Iterator<Item = &'t crate::check::program::TableRow> {
    table.rows.iter().filter(move |row| {
        row.cells.iter().zip(given).zip(&table.inputs).all(|((cell, value), (_, ty))| may_match(frame, cell, value, ty))
    })
}

fn outcomes(frame: &Frame<'_>, table: &Table, base: &Type, given: &[Poss]) -> Poss {
    let certain = given.iter().all(|value| value.one().is_some());
    let mut found = Vec::new();
    for row in possible_rows(frame, table, given) {
        let raw =
            if matches!(base, Type::Span) { length::pack(&row.outcome) } else { frame.env.constant(&row.outcome) };
        match raw {
            // The rows of a checked table do not overlap with different outcomes: the first is the one.
            Some(raw) if certain => return Poss::One(raw),
            Some(raw) => found.push(raw),
            None => return Poss::Any,
        }
    }
    Poss::of(found)
}

fn may_match(frame: &Frame<'_>, cell: &Cell, value: &Poss, ty: &Ty) -> bool {
    match cell {
        Cell::Any => true,
        Cell::OneOf(tests) => tests.iter().any(|test| test_could(frame, test, value, ty).be_true),
    }
}

fn test_could(frame: &Frame<'_>, test: &CellTest, value: &Poss, ty: &Ty) -> Could {
    let constant = |c: &Const| frame.env.constant(c).map_or(Poss::Any, Poss::One);
    with_order(frame, &ty.base, |order| match test {
        CellTest::Is(c) => compare(CompareOp::Eq, value, &constant(c), order),
        CellTest::Compare(op, c) => compare(*op, value, &constant(c), order),
        CellTest::Between(low, high) => {
            let (low, high) = (constant(low), constant(high));
            match value.list() {
                Some(values) => values
                    .iter()
                    .map(|v| {
                        let v = Poss::One(*v);
                        let above = compare(CompareOp::Ge, &v, &low, order);
                        let below = compare(CompareOp::Lt, &v, &high, order);
                        Could { be_true: above.be_true && below.be_true, be_false: above.be_false || below.be_false }
                    })
                    .reduce(Could::or_else)
                    .unwrap_or(Could::UNKNOWN),
                None => {
                    let above = compare(CompareOp::Ge, value, &low, order);
                    let below = compare(CompareOp::Lt, value, &high, order);
                    Could { be_true: above.be_true && below.be_true, be_false: above.be_false || below.be_false }
                }
            }
        }
    })
}
