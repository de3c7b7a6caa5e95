//! What expressions read: nodes that compute the same, and conditions that hang on a few fields of the asset and nothing else.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

use crate::check::program::{ListRef, NodeId, Op, PluginInput, Program, VarId};
use crate::check::schema::{Shape, TableId};
use crate::check::types::Type;

use super::env::children;

/// For each node the first that computes the same: it is worked out once for all the statements that have it.
#[must_use]
pub fn same_nodes(program: &Program) -> Vec<NodeId> {
    let mut first: HashMap<(Op, Discriminant<Type>), NodeId> = HashMap::with_capacity(program.nodes.len() / 2);
    let mut same: Vec<NodeId> = Vec::with_capacity(program.nodes.len());
    for (id, node) in (0_u32..).map(NodeId).zip(&program.nodes) {
        // Children come first, and stand for themselves or for one before them.
        let one = |child: &NodeId| same.get(child.0 as usize).copied().unwrap_or(*child);
        // A constant is kept as its type has it.
        let found = by_first(&node.op, one).map(|op| *first.entry((op, discriminant(&node.ty.base))).or_insert(id));
        same.push(found.unwrap_or(id));
    }
    same
}

/// With so many constants or patterns a node has to be compared for its rows to be sorted.
const OFTEN: usize = 6;

/// The nodes with which many different constants or patterns are compared.
#[must_use]
pub fn compared_often(program: &Program, same: &[NodeId]) -> HashSet<NodeId> {
    let mut with: HashMap<NodeId, HashSet<NodeId>> = HashMap::new();
    let one = |id: &NodeId| same.get(id.0 as usize).copied().unwrap_or(*id);
    let is_const = |id: &NodeId| program.nodes.get(id.0 as usize).is_some_and(|node| matches!(node.op, Op::Const(_)));
    let mut add = |x: &NodeId, other: &NodeId| {
        with.entry(one(x)).or_default().insert(one(other));
    };
    for (id, node) in (0_u32..).map(NodeId).zip(&program.nodes) {
        match &node.op {
            // Each text is put to the test of each pattern once.
            Op::Like(x, _) | Op::Matches(x, _) => {
                add(x, &id);
            }
            Op::Compare(_, a, b) => {
                for (x, other) in [(a, b), (b, a)].into_iter().filter(|(_, other)| is_const(other)) {
                    add(x, other);
                }
            }
            Op::In(x, ListRef::Literal(items)) => {
                items.iter().filter(|item| is_const(item)).for_each(|item| add(x, item));
            }
            _ => {}
        }
    }
    with.retain(|_, constants| constants.len() >= OFTEN);
    with.into_keys().collect()
}

/// An expression with its children exchanged for those that stand for them; none where it is not looked for another like it.
fn by_first(op: &Op, one: impl Fn(&NodeId) -> NodeId) -> Option<Op> {
    let all = |nodes: &[NodeId]| nodes.iter().map(&one).collect::<Vec<NodeId>>();
    Some(match op {
        Op::Field(..)
        | Op::Const(_)
        | Op::Now
        | Op::Triage(..)
        | Op::Category(..)
        | Op::Risk(..)
        | Op::Approval(..)
        | Op::Met(_)
        | Op::Waived(..)
        | Op::Overlaps(_)
        | Op::Metric(_) => op.clone(),
        Op::Not(a) => Op::Not(one(a)),
        Op::And(items) => Op::And(all(items)),
        Op::Or(items) => Op::Or(all(items)),
        Op::Compare(op, a, b) => Op::Compare(*op, one(a), one(b)),
        Op::In(a, ListRef::Literal(items)) => Op::In(one(a), ListRef::Literal(all(items))),
        Op::In(a, list) => Op::In(one(a), list.clone()),
        Op::Like(a, pattern) => Op::Like(one(a), Arc::clone(pattern)),
        Op::Matches(a, pattern) => Op::Matches(one(a), Arc::clone(pattern)),
        Op::Is(a, presence) => Op::Is(one(a), *presence),
        Op::If(a, b, c) => Op::If(one(a), one(b), one(c)),
        Op::Arith(op, a, b) => Op::Arith(*op, one(a), one(b)),
        Op::Neg(a) => Op::Neg(one(a)),
        Op::ToNumber(a) => Op::ToNumber(one(a)),
        Op::ToDate(a, zone) => Op::ToDate(one(a), *zone),
        Op::ToTime(a, zone) => Op::ToTime(one(a), *zone),
        Op::Table(table, inputs) => Op::Table(*table, all(inputs)),
        Op::Plugin(asked, inputs) if inputs.iter().all(|input| input.lists().is_empty()) => {
            Op::Plugin(*asked, inputs.iter().map(|input| input_by_first(input, &one)).collect())
        }
        _ => return None,
    })
}

fn input_by_first(input: &PluginInput, one: &impl Fn(&NodeId) -> NodeId) -> PluginInput {
    match input {
        PluginInput::Value(node) => PluginInput::Value(one(node)),
        PluginInput::Record(fields) => {
            PluginInput::Record(fields.iter().map(|field| input_by_first(field, one)).collect())
        }
        PluginInput::List(..) => input.clone(),
    }
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
                // CVSS facts are numbered anew in each portion of an inventory.
                if !matches!(&def.shape, Shape::Scalar(base) if !matches!(base, Type::Cvss)) {
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
