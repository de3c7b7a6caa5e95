//! Decision tables: which outcomes are possible, given what may still be.

use crate::check::program::{Cell, CellTest, CompareOp, Const, NodeId, Table, TableRow};
use crate::check::types::{Ty, Type};

use super::column::Vals;
use super::env::Env;
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
        outcomes(frame, index, table, base, &given)
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

/// The rows of a table whose cells hold single whole numbers, and what they give.
#[derive(Debug, Default)]
pub struct Plain {
    /// They give calendar spans.
    are_spans: bool,
    rows: Vec<(Vec<Wanted>, Option<Raw>)>,
}

/// One of these values; anything where there are none.
type Wanted = Option<Vec<i64>>;

impl Plain {
    /// Looks through a table; nothing where a cell asks for more than to be one of some whole numbers.
    fn of(env: &Env<'_>, table: &Table, base: &Type) -> Option<Self> {
        if table.inputs.iter().any(|(_, ty)| matches!(ty.base, Type::Version)) {
            return None;
        }
        let one = |test: &CellTest| match test {
            CellTest::Is(c) => env.constant(c)?.int(),
            CellTest::Compare(..) | CellTest::Between(..) => None,
        };
        let cell = |cell: &Cell| match cell {
            Cell::Any => Some(None),
            Cell::OneOf(tests) => Some(Some(tests.iter().map(one).collect::<Option<Vec<i64>>>()?)),
        };
        let row = |row: &TableRow| {
            Some((row.cells.iter().map(cell).collect::<Option<Vec<_>>>()?, outcome_of(env, base, row)))
        };
        let are_spans = matches!(base, Type::Span);
        Some(Self { are_spans, rows: table.rows.iter().map(row).collect::<Option<Vec<_>>>()? })
    }

    /// The outcome for values that are known; nothing where one is no whole number.
    fn outcome(&self, given: &[Poss]) -> Option<Poss> {
        let given: Vec<i64> = given.iter().map(|value| value.one()?.int()).collect::<Option<_>>()?;
        let matches = |cells: &Vec<Wanted>| {
            cells.iter().zip(&given).all(|(cell, value)| cell.as_ref().is_none_or(|values| values.contains(value)))
        };
        match self.rows.iter().find(|(cells, _)| matches(cells)) {
            Some((_, outcome)) => Some(outcome.map_or(Poss::Any, Poss::One)),
            None => Some(Poss::of(Vec::new())),
        }
    }
}

fn outcome_of(env: &Env<'_>, base: &Type, row: &TableRow) -> Option<Raw> {
    if matches!(base, Type::Span) { length::pack(&row.outcome) } else { env.constant(&row.outcome) }
}

fn outcomes(frame: &Frame<'_>, index: u16, table: &Table, base: &Type, given: &[Poss]) -> Poss {
    let plain = frame.env.common.tables.get(usize::from(index));
    let plain = plain.and_then(|plain| plain.get_or_init(|| Plain::of(frame.env, table, base)).as_ref());
    let plain = plain.filter(|plain| plain.are_spans == matches!(base, Type::Span));
    if let Some(outcome) = plain.and_then(|plain| plain.outcome(given)) {
        return outcome;
    }
    let certain = given.iter().all(|value| value.one().is_some());
    let mut found = Vec::new();
    for row in possible_rows(frame, table, given) {
        match outcome_of(frame.env, base, row) {
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
    // Most cells hold one value, and most values are known.
    if let (CellTest::Is(c), Poss::One(Raw::Int(value))) = (test, value)
        && !matches!(ty.base, Type::Version)
        && let Some(Raw::Int(wanted)) = frame.env.constant(c)
    {
        return Could::certain(*value == wanted);
    }
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
