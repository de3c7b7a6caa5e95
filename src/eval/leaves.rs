//! What expressions read: nodes that read the same field, and conditions that hang on a few fields of the asset and nothing else.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::check::program::{ListRef, NodeId, Op, Program, VarId};
use crate::check::schema::{Shape, TableId};

use super::env::children;

/// For each node one that reads the same field of the same variable, or the node itself: a field is gathered once for all the statements
/// that name it.
#[must_use]
pub fn same_fields(program: &Program) -> Vec<NodeId> {
    let mut first = HashMap::new();
    let numbered = (0_u32..).map(NodeId).zip(&program.nodes);
    numbered
        .map(|(id, node)| match node.op {
            Op::Field(var, field) => *first.entry((var, field)).or_insert(id),
            _ => id,
        })
        .collect()
}

/// The fields of the asset on which conditions hang, as nodes, sorted; none where they hang on anything else that differs from row to row, or
/// from change to change. Rows with the same values in these fields have the same answer.
#[must_use]
pub fn fields_of_asset(program: &Program, same: &[NodeId], conditions: &[NodeId]) -> Option<Vec<NodeId>> {
    let mut fields = BTreeSet::new();
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut open: Vec<NodeId> = conditions.to_vec();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = program.nodes.get(id.0 as usize)?;
        match &node.op {
            Op::Field(VarId::ASSET, field) => {
                let def = program.schema.field(TableId::ASSET, *field)?;
                if !matches!(def.shape, Shape::Scalar(_)) {
                    return None;
                }
                fields.insert(same.get(id.0 as usize).copied().unwrap_or(id));
            }
            Op::Const(_)
            | Op::Now
            | Op::Not(_)
            | Op::And(_)
            | Op::Or(_)
            | Op::Compare(..)
            | Op::In(_, ListRef::Literal(_))
            | Op::Like(..)
            | Op::Matches(..)
            | Op::Is(..)
            | Op::Default(..)
            | Op::If(..)
            | Op::Arith(..)
            | Op::Neg(_)
            | Op::ToNumber(_)
            | Op::ToDate(..)
            | Op::ToTime(..) => open.extend(children(&node.op)),
            _ => return None,
        }
    }
    Some(fields.into_iter().collect())
}
