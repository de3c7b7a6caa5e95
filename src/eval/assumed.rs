//! Where the policy says what an absence means: listed with every decision that may rest on it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use crate::check::program::AssumedAt as Place;
use crate::check::program::{DueNode, Excluded, Head, ListRef, NodeId, Op, Program, VarId, When};
use crate::check::schema::{FieldId, TableId};
use crate::facts::table::{Column, ListColumn, Scalar};
use crate::syntax::expr::Presence;

use super::decision::Assumed;
use super::env::{Env, children};
use super::period::Schedule;
use super::quant::scalar_at;
use super::urgency::{findings, rows_of};
use super::value::Poss;

/// All places of a program where an absence has a meaning.
#[must_use]
pub fn places(program: &Program) -> &[Place] {
    program.learned.assumed.get_or_init(|| find_places(program))
}

fn find_places(program: &Program) -> Vec<Place> {
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
            Excluded::Each(ListRef::Answer(node)) => vec![*node],
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

/// What is assumed in decisions on assets; worked out once for all of which the same facts are absent.
#[derive(Debug)]
pub struct Assumptions<'e> {
    places: Vec<(&'e Place, Option<&'e Scalar>)>,
    findings: Option<&'e ListColumn>,
    change: Option<u32>,
    /// What does not hang on the asset.
    always: Vec<Assumed>,
    /// Which facts were absent for the last asset, and what follows.
    last: Option<(Vec<bool>, Arc<[Assumed]>)>,
    known: HashMap<Vec<bool>, Arc<[Assumed]>>,
}

impl<'e> Assumptions<'e> {
    /// In what is said without a change.
    #[must_use]
    pub fn of_estate(env: &'e Env<'_>, places: &'e [Place]) -> Self {
        Self::new(env, places.iter().filter(|place| place.of_estate), None, Vec::new())
    }

    /// In the decisions on a change.
    #[must_use]
    pub fn of_change(env: &'e Env<'_>, places: &'e [Place], schedule: &Schedule, change: u32) -> Self {
        let longest = |fact: &str, applied| Assumed {
            fact: fact.to_owned(),
            value: super::display::length_text(&crate::check::program::Const::Duration(
                env.program.settings.longest_change,
            )),
            applied,
            rule: "longest_change".to_owned(),
            because: None,
        };
        let always = match schedule.assumed {
            Some(fact) => vec![longest(fact, true)],
            // Were an end of this change not known, less than its whole length would be assumed.
            None if schedule.longer => vec![longest("change.end", false), longest("change.start", false)],
            None => Vec::new(),
        };
        Self::new(env, places.iter(), Some(change), always)
    }

    fn new(
        env: &'e Env<'_>,
        places: impl Iterator<Item = &'e Place>,
        change: Option<u32>,
        always: Vec<Assumed>,
    ) -> Self {
        let column = |place: &Place| match env.rows_of(place.table)?.column(place.field)? {
            Column::Scalar(scalar) => Some(scalar),
            Column::List(_) | Column::Unread => None,
        };
        let places = places.map(|place| (place, column(place))).collect();
        Self { places, findings: findings(env), change, always, last: None, known: HashMap::new() }
    }

    /// What is assumed in the decision on one asset; sorted.
    #[must_use]
    pub fn of(&mut self, asset: u32) -> Arc<[Assumed]> {
        let absent = |(place, column): &(&Place, Option<&Scalar>)| self.absent(place, *column, asset);
        if let Some((last, assumed)) = &self.last
            && last.iter().copied().eq(self.places.iter().map(absent))
        {
            return Arc::clone(assumed);
        }
        let absent: Vec<bool> = self.places.iter().map(absent).collect();
        let assumed = self.known.get(&absent).map(Arc::clone).unwrap_or_else(|| {
            let of_place = |((place, _), applied): (&(&Place, _), &bool)| Assumed {
                fact: place.fact.clone(),
                value: place.value.clone(),
                applied: *applied,
                rule: place.rule.clone(),
                because: place.because.clone(),
            };
            let all: BTreeSet<Assumed> =
                self.places.iter().zip(&absent).map(of_place).chain(self.always.iter().cloned()).collect();
            all.into_iter().collect()
        });
        self.known.insert(absent.clone(), Arc::clone(&assumed));
        self.last = Some((absent, Arc::clone(&assumed)));
        assumed
    }

    /// Whether the fact is absent where the decision on an asset reads it.
    fn absent(&self, place: &Place, column: Option<&Scalar>, asset: u32) -> bool {
        let Some(scalar) = column else { return false };
        let unknown = |row: u32| matches!(scalar_at(scalar, row as usize), Poss::Any);
        match place.table {
            TableId::ASSET => unknown(asset),
            TableId::CHANGE => self.change.is_some_and(unknown),
            TableId::FINDING => rows_of(self.findings, asset).any(unknown),
            _ => false,
        }
    }
}
