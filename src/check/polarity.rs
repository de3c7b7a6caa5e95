//! Absences that could help: a missing fact must never open a gate or make a finding less urgent.

use std::collections::HashSet;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Presence, QuantKind};

use super::checker::Checker;
use super::codes;
use super::domain;
use super::program::{CompareOp, Const, DueNode, Head, ListRef, NodeId, Op, PluginInput, RiskField, When};

/// What it means for a condition to be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// It restricts: an absence must not make it false.
    Restricts,
    /// It relaxes: an absence must not make it true.
    Relaxes,
    /// Either: an absence must not decide it.
    Both,
}

impl Place {
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Restricts => Self::Relaxes,
            Self::Relaxes => Self::Restricts,
            Self::Both => Self::Both,
        }
    }

    /// Whether it helps if an absence makes a condition of this place `value`.
    fn helped_by(self, value: bool) -> bool {
        match self {
            Self::Restricts => !value,
            Self::Relaxes => value,
            Self::Both => true,
        }
    }
}

/// What is still to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Look {
    /// A condition, or a value of which nothing more is known: what it means where it is true.
    Truth(NodeId, Place),
    /// A number: what it means where it is great.
    Amount(NodeId, Place),
}

impl Checker {
    /// Looks at every decided statement that does not say what it assumes.
    pub(super) fn absences(&mut self) {
        let mut roots: Vec<(String, NodeId, Place)> = Vec::new();
        let mut add = |head: &Head, kind: &str, nodes: &mut dyn Iterator<Item = NodeId>, place: Place| {
            if head.assumes.is_none() {
                roots.extend(nodes.map(|node| (format!("{kind} `{}`", head.name), node, place)));
            }
        };
        for rule in &self.program.rules {
            let restricting = rule.head.scope.iter().chain(&rule.broken).copied();
            add(&rule.head, "rule", &mut { restricting }, Place::Restricts);
            add(&rule.head, "rule", &mut rule.head.except.into_iter(), Place::Relaxes);
        }
        for period in &self.program.blackouts {
            add(&period.head, "blackout", &mut period.head.scope.iter().copied(), Place::Restricts);
            add(&period.head, "blackout", &mut period.head.except.into_iter(), Place::Relaxes);
            let while_on = period.times.iter().filter_map(When::condition);
            add(&period.head, "blackout", &mut { while_on }, Place::Restricts);
            let others = period.times.iter().flat_map(When::sources);
            add(&period.head, "blackout", &mut { others }, Place::Both);
        }
        for period in &self.program.windows {
            // A window restricts what lies outside it, and permits what lies inside.
            let all = period.head.scope.iter().copied().chain(period.head.except);
            add(&period.head, "window", &mut { all }, Place::Both);
            let while_open = period.times.iter().filter_map(When::condition);
            add(&period.head, "window", &mut { while_open }, Place::Relaxes);
            let others = period.times.iter().flat_map(When::sources);
            add(&period.head, "window", &mut { others }, Place::Both);
        }
        for triage in &self.program.triages {
            let arms =
                triage.arms.iter().flat_map(|arm| arm.when.into_iter().chain(arm.due.iter().flat_map(DueNode::nodes)));
            let all = triage
                .head
                .scope
                .iter()
                .copied()
                .chain(triage.head.except)
                .chain(triage.done)
                .chain(triage.decide)
                .chain(arms);
            add(&triage.head, "triage", &mut { all }, Place::Both);
        }
        for categorise in &self.program.categorises {
            let arms = categorise.arms.iter().filter_map(|arm| arm.when);
            add(&categorise.head, "categorise", &mut { arms }, Place::Both);
        }
        let mut roots: Vec<(String, Look)> =
            roots.into_iter().map(|(statement, node, place)| (statement, Look::Truth(node, place))).collect();
        roots.extend(self.absences_of_people());
        let mut seen = HashSet::new();
        for (statement, root) in roots {
            self.absences_in(root, &statement, &mut seen);
        }
    }

    fn absences_in(&mut self, root: Look, statement: &str, seen: &mut HashSet<Look>) {
        let mut stack = vec![root];
        while let Some(look) = stack.pop() {
            if !seen.insert(look) {
                continue;
            }
            let (node, place) = match look {
                Look::Truth(node, place) => (node, place),
                Look::Amount(node, place) => {
                    self.amount(node, place, &mut stack);
                    continue;
                }
            };
            let Some(op) = self.node(node).map(|found| found.op.clone()) else { continue };
            let mut both = |nodes: &[NodeId]| stack.extend(nodes.iter().map(|node| Look::Truth(*node, Place::Both)));
            match op {
                Op::Const(_)
                | Op::Now
                | Op::Field(..)
                | Op::Element(_)
                | Op::ArmLevel
                | Op::Triage(..)
                | Op::Category(..)
                | Op::Meets(..)
                | Op::Metric(_)
                | Op::Text(_)
                | Op::Error => {}
                Op::Risk(index, _) => stack.extend(self.of_risk(index, Place::Both, Place::Both)),
                Op::Approval(index, field) => stack.extend(self.of_approval(index, field, place)),
                Op::Met(index) => stack.extend(self.of_obligation(index, place)),
                Op::Overlaps(id) => stack.extend(self.of_period(id, place)),
                Op::Waived(target, _) => stack.extend(self.of_waivers(target, place)),
                Op::Not(inner) => stack.push(Look::Truth(inner, place.turned())),
                Op::And(all) | Op::Or(all) => stack.extend(all.into_iter().map(|part| Look::Truth(part, place))),
                Op::Is(inner, presence) => {
                    if place.helped_by(presence == Presence::Unknown) {
                        self.presence_helps(node, presence, place, statement);
                    }
                    both(&[inner]);
                }
                Op::Default(value, other, clock) => {
                    let lenient = match self.constant(other) {
                        Some(Const::Bool(truth)) => place.helped_by(*truth),
                        _ => true,
                    };
                    if lenient && !clock {
                        self.default_helps(node, value, statement);
                    }
                    stack.extend([Look::Truth(value, place), Look::Truth(other, place)]);
                }
                Op::If(condition, then, other) => {
                    stack.extend([
                        Look::Truth(condition, Place::Both),
                        Look::Truth(then, place),
                        Look::Truth(other, place),
                    ]);
                }
                Op::Compare(op, left, right) => self.comparison(op, (left, right), place, statement, &mut stack),
                Op::Quant(kind, _, list, filter, body) => {
                    let of_filter = match kind {
                        QuantKind::Any => place,
                        QuantKind::Every => place.turned(),
                        QuantKind::Each => Place::Both,
                    };
                    stack.extend(filter.map(|filter| Look::Truth(filter, of_filter)));
                    stack.extend(body.map(|body| Look::Truth(body, place)));
                    stack.extend(elements(&list).into_iter().map(|node| Look::Truth(node, Place::Both)));
                }
                Op::Agg { value, filter, empty, list, .. } => {
                    let parts: Vec<NodeId> =
                        value.into_iter().chain(filter).chain(empty).chain(elements(&list)).collect();
                    both(&parts);
                }
                Op::Table(index, inputs) => {
                    if !self.table_assumes.contains(&index) {
                        both(&inputs);
                    }
                }
                Op::In(value, list) => {
                    let items = elements(&list);
                    match self.bands_in(value, &items, place) {
                        Some(looks) => stack.extend(looks),
                        None => {
                            both(&[value]);
                            both(&items);
                        }
                    }
                }
                Op::Like(inner, _)
                | Op::Matches(inner, _)
                | Op::Neg(inner)
                | Op::ToNumber(inner)
                | Op::ToDate(inner, _)
                | Op::ToTime(inner, _)
                | Op::Nearest(_, _, inner)
                | Op::During(inner, _)
                | Op::Cvss(inner, ..) => both(&[inner]),
                Op::Plugin(_, inputs) => both(&inputs.iter().flat_map(PluginInput::nodes).collect::<Vec<_>>()),
                Op::Arith(_, left, right) | Op::Shift(left, right, ..) => both(&[left, right]),
                Op::Due { length, time, .. } => {
                    both(&[length]);
                    both(&time.into_iter().collect::<Vec<_>>());
                }
            }
        }
    }

    /// A comparison tells on which side a default, a count or a score falls.
    fn comparison(
        &mut self,
        op: CompareOp,
        sides: (NodeId, NodeId),
        place: Place,
        statement: &str,
        stack: &mut Vec<Look>,
    ) {
        let (left, right) = sides;
        let (op, value, constant) = match (self.constant(left).is_some(), self.constant(right).cloned()) {
            (false, Some(constant)) => (op, left, constant),
            _ => match self.constant(left).cloned() {
                Some(constant) => (op.turned(), right, constant),
                None => {
                    stack.extend([Look::Truth(left, Place::Both), Look::Truth(right, Place::Both)]);
                    return;
                }
            },
        };
        let of_amount = match op {
            CompareOp::Gt | CompareOp::Ge => place,
            CompareOp::Lt | CompareOp::Le => place.turned(),
            CompareOp::Eq | CompareOp::Ne => Place::Both,
        };
        match self.node(value).map(|found| found.op.clone()) {
            Some(Op::Default(inner, other, false)) => {
                let truth = self.constant(other).and_then(|other| decided(op, other, &constant));
                if truth.is_none_or(|truth| place.helped_by(truth)) {
                    self.default_helps(value, inner, statement);
                }
                stack.push(Look::Truth(inner, Place::Both));
            }
            Some(Op::Risk(index, RiskField::Band)) => stack.extend(self.of_band(index, op, &constant, place)),
            Some(Op::Risk(index, RiskField::Score)) if of_amount != Place::Both => {
                stack.extend(self.of_risk(index, of_amount, place));
            }
            _ => stack.push(Look::Amount(value, of_amount)),
        }
    }

    fn presence_helps(&mut self, node: NodeId, presence: Presence, place: Place, statement: &str) {
        let span = self.span_of(node);
        let shown = self.shown(span);
        let help = match (presence, place) {
            (_, Place::Both) => {
                "a missing fact already counts as every value that it could have: leave this out, or say why it may decide with `assumes \"…\"`"
            }
            (Presence::Known | Presence::Given, _) => {
                "leave it out: where the fact is missing, the rest is unknown, and that restricts as well; or say why it may help with `assumes \"…\"`"
            }
            (Presence::Unknown, _) => {
                "ask for what has to be known instead: an exception holds only where it is certain; or say why it may help with `assumes \"…\"`"
            }
        };
        self.report(
            Diagnostic::error(codes::ABSENCE_HELPS, span, format!("`{shown}`: a missing fact would help here"))
                .label(format!("deleting the fact would make {statement} more lenient"))
                .help(help),
        );
    }

    fn default_helps(&mut self, node: NodeId, value: NodeId, statement: &str) {
        let span = self.span_of(node);
        let shown = self.shown(self.span_of(value));
        self.report(
            Diagnostic::error(
                codes::ABSENCE_HELPS,
                span,
                format!("where `{shown}` is missing, this default would help"),
            )
            .label(format!("deleting the fact would make {statement} more lenient"))
            .help("leave the default out, take one on the strict side, or say why it may help with `assumes \"…\"`"),
        );
    }
}

/// What says which elements a set has: those of one that is written out, and the call that answers one.
pub(super) fn elements(list: &ListRef) -> Vec<NodeId> {
    match list {
        ListRef::Literal(all) => all.clone(),
        ListRef::Answer(node) => vec![*node],
        _ => Vec::new(),
    }
}

/// The outcome of a comparison of two constants, where it is known.
fn decided(op: CompareOp, left: &Const, right: &Const) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match op {
        CompareOp::Eq => return Some(left == right || domain::compare(left, right) == Some(Equal)),
        CompareOp::Ne => return Some(left != right && domain::compare(left, right) != Some(Equal)),
        _ => {}
    }
    if *left == Const::None || *right == Const::None {
        return Some(false);
    }
    let order = domain::compare(left, right)?;
    Some(match op {
        CompareOp::Lt => order == Less,
        CompareOp::Le => order != Greater,
        CompareOp::Gt => order == Greater,
        _ => order != Less,
    })
}
