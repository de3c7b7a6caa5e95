//! Conditions over a few rows, one row after the other: columns of one row cost more than what they hold.
//!
//! What an expression means is not said again here: comparisons, `and`, `or` and `in` of one row are those by which a column decides the rows
//! that it cannot decide together. Whatever else there is becomes a column, and its rows are read.

use crate::check::program::{Arm, CompareOp, Const, Head, ListRef, Node, NodeId, Op, VarId};
use crate::check::schema::FieldId;
use crate::check::types::Type;
use crate::facts::table::{Column, Scalar, Values};

use super::candidates::Candidates;
use super::column::{Col, Truth};
use super::expr::with_order;
use super::frame::{Frame, could_poss};
use super::period::stands::Stand;
use super::quant::{holds_value, one_of, scalar_at};
use super::value::{Could, Poss, Raw, compare};

/// So few rows are looked at one after the other.
pub(super) const FEW: usize = 4;

/// A condition for each row of a frame; nothing where there are more rows, or where the condition is not put together of others or of values.
#[must_use]
pub fn truth(frame: &Frame<'_>, id: NodeId) -> Option<Truth> {
    if frame.len() > FEW || frame.env.asks(id) {
        return None;
    }
    let node = frame.env.node(id).filter(|node| is_put_together(&node.op))?;
    Some(Truth::collect(frame.len(), |row| of(frame, node, row).unwrap_or(Could::UNKNOWN)))
}

/// How `for`, `when` and `except` of a statement stand to each row of a frame; nothing where there are more rows, or where a plugin is asked.
#[must_use]
pub fn stands(frame: &Frame<'_>, head: &Head) -> Option<impl Fn(usize) -> Stand> {
    if frame.len() > FEW || head.scope.iter().chain(&head.except).any(|node| frame.env.asks(*node)) {
        return None;
    }
    Some(move |row| {
        let scope = all(frame, &head.scope, row);
        let except = head.except.filter(|_| scope.be_true);
        Stand { scope, except: except.map_or(Could::certain(false), |except| could(frame, except, row)) }
    })
}

/// Which arms are possible for one row, and which certainly are the one or come after a possible one; by their bits, where nobody asks a plugin.
#[must_use]
pub fn arms(frame: &Frame<'_>, open: bool, arms: &[Arm], row: usize, candidates: &Candidates) -> (u64, u64) {
    let (mut open, mut possible, mut certain) = (open, 0, 0);
    for at in candidates.of(arms.len()) {
        let Some(arm) = arms.get(at).filter(|_| open) else { break };
        let holds = arm.when.map_or(Could::certain(true), |when| could(frame, when, row));
        possible |= u64::from(holds.be_true) << at;
        certain |= u64::from(!holds.be_false) << at;
        open = holds.be_false;
    }
    (possible, certain)
}

/// Whether a frame has so few rows that [`arms`] can be asked about each of so many.
#[must_use]
pub fn walks(frame: &Frame<'_>, arms: &[Arm]) -> bool {
    let asks = |arm: &Arm| arm.when.is_some_and(|when| frame.env.asks(when));
    frame.len() <= FEW && arms.len() <= 64 && !arms.iter().any(asks)
}

/// Whether all of some conditions hold in one row.
fn all(frame: &Frame<'_>, items: &[NodeId], row: usize) -> Could {
    let mut all = Could::certain(true);
    for item in items {
        all = all.and(could(frame, *item, row));
        if !all.be_true {
            break;
        }
    }
    all
}

/// Whether one of some conditions holds in one row.
fn any(frame: &Frame<'_>, items: &[NodeId], row: usize) -> Could {
    let mut any = Could::certain(false);
    for item in items {
        any = any.or(could(frame, *item, row));
        if !any.be_false {
            break;
        }
    }
    any
}

/// Where one of some conditions holds that nobody asks a plugin for, for each row of a frame that has few.
#[must_use]
pub fn holds(frame: &Frame<'_>, items: &[NodeId]) -> Option<impl Fn(usize) -> Could> {
    let few = frame.len() <= FEW && !items.iter().any(|item| frame.env.asks(*item));
    few.then_some(move |row| any(frame, items, row))
}

fn is_put_together(op: &Op) -> bool {
    match op {
        Op::Not(_) | Op::And(_) | Op::Or(_) | Op::Compare(..) => true,
        Op::In(_, list) => matches!(list, ListRef::Literal(_) | ListRef::Field(..)),
        _ => false,
    }
}

/// What a condition that is put together says of one row.
fn of(frame: &Frame<'_>, node: &Node, row: usize) -> Option<Could> {
    Some(match &node.op {
        Op::Not(a) => could(frame, *a, row).not(),
        Op::And(items) => all(frame, items, row),
        Op::Or(items) => any(frame, items, row),
        Op::Compare(op, a, b) => compared(frame, *op, (*a, *b), row),
        Op::In(x, ListRef::Literal(items)) => {
            let (x, base) = (*x, frame.env.base(*x));
            let items = items.iter().map(|item| (value(frame, *item, row), true));
            with_order(frame, base, |order| {
                one_of(&value(frame, x, row), items, |a, b| compare(CompareOp::Eq, a, b, order))
            })
        }
        Op::In(x, ListRef::Field(var, field)) => {
            holds_value(frame, frame.env.base(*x), &value(frame, *x, row), (*var, *field), row)
        }
        _ => return None,
    })
}

fn compared(frame: &Frame<'_>, op: CompareOp, (a, b): (NodeId, NodeId), row: usize) -> Could {
    let base = match frame.env.base(a) {
        Type::Nothing => frame.env.base(b),
        other => other,
    };
    let (a, b) = (value(frame, a, row), value(frame, b, row));
    with_order(frame, base, |order| compare(op, &a, &b, order))
}

/// What a condition says of one row.
fn could(frame: &Frame<'_>, id: NodeId, row: usize) -> Could {
    let Some(node) = frame.env.node(id) else { return Could::UNKNOWN };
    if let Op::Field(var, field) = &node.op {
        return match cell(frame, *var, *field, row) {
            Some((Scalar { values: Values::Bool(_), .. }, poss)) => yes(&poss),
            _ => Could::UNKNOWN,
        };
    }
    let here = if frame.env.is_heavy(id) { None } else { of(frame, node, row) };
    here.unwrap_or_else(|| match &*frame.eval(id) {
        Col::Truth(truth) => truth.at(row),
        Col::Vals(_) => Could::UNKNOWN,
    })
}

/// What one row of a value may be.
pub(super) fn value(frame: &Frame<'_>, id: NodeId, row: usize) -> Poss {
    let Some(node) = frame.env.node(id) else { return Poss::Any };
    match &node.op {
        Op::Const(Const::Bool(_)) => frame.poss(id, row),
        Op::Const(of) => frame.env.constant_at(id, of, &node.ty.base).map_or(Poss::Any, Poss::One),
        Op::Now => Poss::One(Raw::Int(frame.env.now.micros())),
        Op::Field(var, field) => match cell(frame, *var, *field, row) {
            Some((Scalar { values: Values::Bool(_), .. }, poss)) => could_poss(yes(&poss)),
            Some((_, poss)) => poss,
            None => Poss::Any,
        },
        _ if frame.env.is_heavy(id) => frame.poss(id, row),
        _ => of(frame, node, row).map_or_else(|| frame.poss(id, row), could_poss),
    }
}

/// A cell as a condition: what is `none` is no yes.
fn yes(cell: &Poss) -> Could {
    match cell {
        Poss::One(Raw::Int(value)) => Could::certain(*value != 0),
        Poss::One(_) => Could::certain(false),
        _ => Could::UNKNOWN,
    }
}

/// A cell of a column of facts.
fn cell<'e>(frame: &Frame<'e>, var: VarId, field: FieldId, row: usize) -> Option<(&'e Scalar, Poss)> {
    let row = frame.row(var, row)?;
    match frame.env.table(var)?.column(field)? {
        Column::Scalar(scalar) => Some((scalar, scalar_at(scalar, row as usize))),
        Column::List(_) | Column::Unread => None,
    }
}
