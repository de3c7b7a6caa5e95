//! What has to be so for a condition to hold: a field is one of some constants, or lies beyond one, or a list has one of them.
//!
//! Of a condition this says less than there is to say, never more: where a guard certainly fails the condition is certainly false, and
//! where a condition has no guards nothing is said of it.

use crate::check::program::{CompareOp, Const, ListRef, NodeId, Op, VarId};
use crate::check::schema::{FieldId, Shape};
use crate::check::types::Type;
use crate::syntax::expr::QuantKind;

use super::env::{Env, children};
use super::expr::is_decimal;
use super::value::Raw;

/// What a guard looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The value of a node, which is the first that computes the same.
    Value(NodeId),
    /// The elements of a set.
    Elements(VarId, FieldId),
}

/// What has to be so of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// It is one of these.
    OneOf(Vec<i128>),
    /// It is this or more.
    From(i128),
    /// It is this or less.
    To(i128),
}

/// Something that has to be so: whole numbers, or billionths where the subject is a decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// What it looks at.
    pub subject: Subject,
    /// What has to be so of it.
    pub need: Need,
}

/// The guards of conditions that all have to hold.
#[must_use]
pub fn of_all(env: &Env<'_>, conditions: &[NodeId]) -> Vec<Guard> {
    conditions.iter().flat_map(|condition| of(env, *condition, true)).collect()
}

/// The guards of conditions of which one has to hold.
#[must_use]
pub fn of_either(env: &Env<'_>, conditions: &[NodeId]) -> Vec<Guard> {
    either(env, conditions, true)
}

/// The guards of a condition that has to be true, or has to be false.
fn of(env: &Env<'_>, id: NodeId, is: bool) -> Vec<Guard> {
    let Some(node) = env.node(id) else { return Vec::new() };
    match &node.op {
        Op::Not(a) => of(env, *a, !is),
        Op::And(items) if is => of_all(env, items),
        Op::Or(items) if !is => items.iter().flat_map(|item| of(env, *item, false)).collect(),
        Op::And(items) | Op::Or(items) => either(env, items, is),
        Op::Field(..) if matches!(node.ty.base, Type::Bool) => {
            vec![Guard { subject: Subject::Value(env.same(id)), need: Need::OneOf(vec![i128::from(is)]) }]
        }
        Op::Compare(op, a, b) => compared(env, *op, (*a, *b), is).into_iter().collect(),
        Op::In(x, ListRef::Literal(items)) if is => among(env, *x, items).into_iter().collect(),
        Op::In(x, ListRef::Field(var, field)) if is => held(env, *x, (*var, *field)).into_iter().collect(),
        Op::Quant(QuantKind::Any, var, ListRef::Field(owner, field), filter, body) if is => {
            let conditions: Vec<NodeId> = filter.iter().chain(body).copied().collect();
            let all = of_all(env, &conditions).into_iter();
            all.filter_map(|guard| of_some(env, guard, *var, (*owner, *field))).collect()
        }
        _ => Vec::new(),
    }
}

/// The guards that each of some conditions has, of which one has to be true, or false.
fn either(env: &Env<'_>, conditions: &[NodeId], is: bool) -> Vec<Guard> {
    let mut each = conditions.iter().map(|condition| of(env, *condition, is));
    let first = each.next().unwrap_or_default();
    each.fold(first, |so_far, guards| {
        let merged = so_far.into_iter().filter_map(|guard| {
            let same = guards.iter().filter(|other| other.subject == guard.subject);
            same.filter_map(|other| one_or_other(&guard.need, &other.need)).next().map(|need| Guard { need, ..guard })
        });
        merged.collect()
    })
}

fn one_or_other(a: &Need, b: &Need) -> Option<Need> {
    Some(match (a, b) {
        (Need::OneOf(a), Need::OneOf(b)) => Need::OneOf(a.iter().chain(b).copied().collect()),
        (Need::From(a), Need::From(b)) => Need::From(*a.min(b)),
        (Need::To(a), Need::To(b)) => Need::To(*a.max(b)),
        _ => return None,
    })
}

fn compared(env: &Env<'_>, op: CompareOp, (a, b): (NodeId, NodeId), is: bool) -> Option<Guard> {
    let (x, op, value) = match (written(env, b), written(env, a)) {
        (Some(value), None) => (a, op, value),
        (None, Some(value)) => (b, op.turned(), value),
        _ => return None,
    };
    let (subject, value) = (subject(env, x)?, number(env, x, value)?);
    let need = match (op, is) {
        (CompareOp::Eq, true) | (CompareOp::Ne, false) => Need::OneOf(vec![value]),
        // How versions follow each other their numbers do not say.
        _ if is_version(env, x) => return None,
        (CompareOp::Ge, true) => Need::From(value),
        (CompareOp::Gt, true) => Need::From(value.checked_add(1)?),
        (CompareOp::Le, true) => Need::To(value),
        (CompareOp::Lt, true) => Need::To(value.checked_sub(1)?),
        // What is `none` is neither before nor after anything: the opposite of a comparison holds for it too.
        _ => return None,
    };
    Some(Guard { subject, need })
}

fn among(env: &Env<'_>, x: NodeId, items: &[NodeId]) -> Option<Guard> {
    let all = items.iter().map(|item| number(env, x, written(env, *item)?)).collect::<Option<Vec<i128>>>()?;
    Some(Guard { subject: subject(env, x)?, need: Need::OneOf(all) })
}

fn held(env: &Env<'_>, x: NodeId, (var, field): (VarId, FieldId)) -> Option<Guard> {
    let value = number(env, x, written(env, x)?)?;
    let by_number = is_set(env, var, field) && !is_version(env, x);
    by_number.then(|| Guard { subject: Subject::Elements(var, field), need: Need::OneOf(vec![value]) })
}

/// A guard of some element of a list, as a guard of what has the list.
fn of_some(env: &Env<'_>, guard: Guard, var: VarId, (owner, field): (VarId, FieldId)) -> Option<Guard> {
    let Subject::Value(id) = guard.subject else { return Some(guard) };
    let node = env.node(id)?;
    if !node.vars.contains(&var) {
        return Some(guard);
    }
    let is_element =
        matches!(node.op, Op::Field(of, _) if of == var) && is_set(env, owner, field) && !is_version(env, id);
    let need = if is_element && matches!(guard.need, Need::OneOf(_)) { guard.need } else { return None };
    Some(Guard { subject: Subject::Elements(owner, field), need })
}

/// Whether values are told apart by the order of versions: those that are equal may be written otherwise.
#[must_use]
pub fn is_version(env: &Env<'_>, id: NodeId) -> bool {
    matches!(env.base(id), Type::Version)
}

fn is_set(env: &Env<'_>, var: VarId, field: FieldId) -> bool {
    let table = env.program.vars.get(usize::from(var.0)).map(|info| info.table);
    let def = table.and_then(|table| env.program.schema.field(table, field));
    def.is_some_and(|def| matches!(def.shape, Shape::Set(_)))
}

/// A constant that a node is, which is not `none`.
fn written(env: &Env<'_>, id: NodeId) -> Option<Raw> {
    let node = env.node(id)?;
    match &node.op {
        Op::Const(value) => env.constant_at(id, value, &node.ty.base).filter(|raw| !raw.is_none()),
        Op::Now => Some(Raw::Int(env.now.micros())),
        _ => None,
    }
}

/// A constant as the values of a node are kept, the number of its text for a version; none where there is no such number.
fn number(env: &Env<'_>, x: NodeId, value: Raw) -> Option<i128> {
    let base = env.base(x);
    if matches!(base, Type::Span | Type::Cvss | Type::Nothing | Type::Error) {
        return None;
    }
    match value {
        Raw::Int(value) if !is_decimal(base) => Some(i128::from(value)),
        Raw::Decimal(value) if is_decimal(base) => Some(value),
        Raw::Int(_) | Raw::Decimal(_) | Raw::None => None,
    }
}

/// A node whose values are looked at: one that costs little, and which nobody else is asked for.
fn subject(env: &Env<'_>, x: NodeId) -> Option<Subject> {
    is_plain(env, x).then(|| Subject::Value(env.same(x)))
}

fn is_plain(env: &Env<'_>, id: NodeId) -> bool {
    env.node(id).is_some_and(|node| match &node.op {
        Op::Field(..) | Op::Now => true,
        Op::Const(value) => !matches!(value, Const::Span(..) | Const::BusinessDays(..)),
        Op::Arith(..) | Op::Neg(_) | Op::ToNumber(_) | Op::Default(..) => {
            children(&node.op).iter().all(|child| is_plain(env, *child))
        }
        _ => false,
    })
}
