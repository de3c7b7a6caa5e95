//! Where the policy says what an absence means: listed with every decision that may rest on it.

use std::collections::BTreeSet;

use crate::check::program::{DueNode, Excluded, Head, ListRef, NodeId, Op, Program, VarId, When};
use crate::check::schema::{FieldId, TableId};
use crate::facts::table::Column;
use crate::syntax::expr::Presence;

use super::decision::Assumed;
use super::env::{Env, children};
use super::period::Schedule;
use super::quant::scalar_at;
use super::value::Poss;

/// One place in one statement where an absence has a meaning.
#[derive(Clone, Debug)]
pub struct Place {
    table: TableId,
    field: FieldId,
    /// `finding.epss`
    fact: String,
    /// What stands for it.
    value: String,
    rule: String,
    because: Option<String>,
    /// The statement is decided without a change too.
    of_estate: bool,
}

impl Place {
    fn assumed(&self, env: &Env<'_>, change: Option<u32>, asset: u32) -> Assumed {
        Assumed {
            fact: self.fact.clone(),
            value: self.value.clone(),
            applied: absent(env, self, change, asset),
            rule: self.rule.clone(),
            because: self.because.clone(),
        }
    }
}

/// All such places of a program.
#[must_use]
pub fn places(program: &Program) -> Vec<Place> {
    let mut places = Vec::new();
    let mut statement = |head: &Head, nodes: Vec<NodeId>| {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<NodeId> = head.scope.iter().chain(&head.except).copied().chain(nodes).collect();
        while let Some(id) = todo.pop() {
            let Some(node) = program.nodes.get(id.0 as usize).filter(|_| seen.insert(id)) else { continue };
            // A clock assumes without saying so.
            let because = match &node.op {
                Op::Default(_, _, true) => None,
                _ => head.assumes.clone(),
            };
            let (of, value) = match &node.op {
                Op::Default(x, d, clock) if *clock || head.assumes.is_some() => (Some(*x), text(program, *d)),
                Op::Is(x, presence) if head.assumes.is_some() => (
                    Some(*x),
                    match presence {
                        Presence::Known => "is known",
                        Presence::Unknown => "is unknown",
                        Presence::Given => "is given",
                    }
                    .to_owned(),
                ),
                _ => (None, String::new()),
            };
            if let Some(x) = of {
                for (table, field) in leaves(program, x) {
                    let (Some(def), Some(name)) = (program.schema.table(table), program.schema.field(table, field))
                    else {
                        continue;
                    };
                    places.push(Place {
                        table,
                        field,
                        fact: format!("{}.{}", def.name, name.name),
                        value: value.clone(),
                        rule: head.name.clone(),
                        because: because.clone(),
                        of_estate: !head.vars.contains(&VarId::CHANGE),
                    });
                }
            }
            todo.extend(children(&node.op));
        }
    };
    for rule in &program.rules {
        statement(&rule.head, rule.broken.clone());
    }
    for period in program.blackouts.iter().chain(&program.windows) {
        statement(&period.head, period.times.iter().flat_map(When::nodes).collect());
    }
    for block in &program.triages {
        let arms =
            block.arms.iter().flat_map(|arm| arm.when.into_iter().chain(arm.due.iter().flat_map(DueNode::nodes)));
        statement(&block.head, block.done.into_iter().chain(block.decide).chain(arms).collect());
    }
    for block in &program.categorises {
        statement(&block.head, block.arms.iter().filter_map(|arm| arm.when).collect());
    }
    for risk in &program.risks {
        statement(&risk.head, risk.adds.iter().flat_map(|add| add.when.into_iter().chain([add.value])).collect());
    }
    for approval in &program.approvals {
        let excluded = approval.not_by.iter().flat_map(|excluded| match excluded {
            Excluded::One(node) => vec![*node],
            Excluded::Each(ListRef::Literal(items)) => items.clone(),
            Excluded::Each(_) => Vec::new(),
        });
        let dues = approval.afterwards.iter().chain(&approval.review).flat_map(DueNode::nodes);
        let closes = approval.meets.as_ref().and_then(|meets| meets.closes);
        statement(&approval.head, excluded.chain(approval.valid).chain(closes).chain(dues).collect());
    }
    for duty in &program.obligations {
        statement(&duty.head, duty.met.into_iter().chain(duty.due.iter().flat_map(DueNode::nodes)).collect());
    }
    for waiver in &program.waivers {
        statement(&waiver.head, waiver.provided.into_iter().collect());
    }
    places.sort_by(|a, b| (&a.fact, &a.value, &a.rule).cmp(&(&b.fact, &b.value, &b.rule)));
    places.dedup_by(|a, b| a.fact == b.fact && a.value == b.value && a.rule == b.rule);
    places
}

fn text(program: &Program, id: NodeId) -> String {
    program.nodes.get(id.0 as usize).map_or_else(String::new, |node| program.sources.phrase(node.span))
}

/// The fields that an expression reads.
fn leaves(program: &Program, id: NodeId) -> Vec<(TableId, FieldId)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut todo = vec![id];
    while let Some(id) = todo.pop() {
        let Some(node) = program.nodes.get(id.0 as usize).filter(|_| seen.insert(id)) else { continue };
        if let Op::Field(var, field) = &node.op
            && let Some(info) = program.vars.get(usize::from(var.0))
        {
            found.push((info.table, *field));
        }
        todo.extend(children(&node.op));
    }
    found
}

/// What is assumed in what is said of one asset without a change.
#[must_use]
pub fn of_estate(env: &Env<'_>, places: &[Place], asset: u32) -> Vec<Assumed> {
    let mut all: Vec<Assumed> =
        places.iter().filter(|place| place.of_estate).map(|place| place.assumed(env, None, asset)).collect();
    all.sort();
    all.dedup();
    all
}

/// What is assumed in the decision on one asset.
#[must_use]
pub fn assumed(env: &Env<'_>, places: &[Place], schedule: &Schedule, change: Option<u32>, asset: u32) -> Vec<Assumed> {
    let mut all: Vec<Assumed> = places.iter().map(|place| place.assumed(env, change, asset)).collect();
    let longest = |fact: &str, applied| Assumed {
        fact: fact.to_owned(),
        value: super::display::length_text(&crate::check::program::Const::Duration(
            env.program.settings.longest_change,
        )),
        applied,
        rule: "longest_change".to_owned(),
        because: None,
    };
    if let Some(fact) = schedule.assumed {
        all.push(longest(fact, true));
    } else if schedule.longer {
        // Were an end of this change not known, less than its whole length would be assumed.
        all.push(longest("change.end", false));
        all.push(longest("change.start", false));
    }
    all.sort();
    all.dedup();
    all
}

/// Whether the fact is absent where this decision reads it.
fn absent(env: &Env<'_>, place: &Place, change: Option<u32>, asset: u32) -> bool {
    let Some(table) = env.rows_of(place.table) else { return false };
    let Some(Column::Scalar(scalar)) = table.column(place.field) else { return false };
    let unknown = |row: u32| matches!(scalar_at(scalar, row as usize), Poss::Any);
    match place.table {
        TableId::ASSET => unknown(asset),
        TableId::CHANGE => change.is_some_and(unknown),
        TableId::FINDING => super::decide::findings_of(env, asset).any(unknown),
        _ => false,
    }
}
