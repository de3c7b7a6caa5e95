//! The review after a change: who has looked back at it.

use crate::check::schema::{Shape, TableId};
use crate::check::types::Type;
use crate::facts::table::Column;

use super::super::env::Env;
use super::super::facts::value;
use super::super::quant::scalar_at;
use super::super::value::{Poss, Raw};
use super::persons::folded;

/// The kind of evidence that a review is.
const REVIEW: &str = "post-implementation-review";

/// Whether a change was certainly reviewed once it had ended, by somebody who did not carry it out.
#[must_use]
pub fn reviewed(env: &Env<'_>, change: u32) -> bool {
    let schema = &env.program.schema;
    let known = |name| value(env, TableId::CHANGE, name, change).one().and_then(Raw::int);
    let (Some(implementer), Some(finished)) = (known("implementer"), known("finished_at")) else { return false };
    let implementer = folded(&env.text(implementer));
    let list = schema.find(TableId::CHANGE, "evidence").and_then(|(field, _)| env.facts.changes.column(field));
    let Some(Column::List(list)) = list else { return false };
    let at = change as usize;
    let (Some(from), Some(to)) = (list.offsets.get(at), list.offsets.get(at.wrapping_add(1))) else { return false };
    let field = |name| schema.find(TableId::EVIDENCE, name);
    let passed = match field("result").map(|(_, field)| &field.shape) {
        Some(Shape::Scalar(Type::Enum(def))) => def.code("passed"),
        _ => None,
    };
    let read = |name, row: u32| match field(name).and_then(|(field, _)| list.rows.column(field)) {
        Some(Column::Scalar(scalar)) => match scalar_at(scalar, row as usize) {
            Poss::One(Raw::Int(value)) => Some(value),
            _ => None,
        },
        _ => None,
    };
    (*from..*to).any(|row| {
        let is_review = read("kind", row).is_some_and(|kind| &*env.text(kind) == REVIEW);
        let other = read("by", row).is_some_and(|by| folded(&env.text(by)) != implementer);
        let after = read("at", row).is_some_and(|at| at >= finished && at <= env.now.micros());
        is_review && other && after && passed.is_some() && read("result", row) == passed
    })
}
