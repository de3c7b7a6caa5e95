//! The parts of a condition that decided, and the facts that they read.

use std::collections::HashSet;

use crate::check::program::{ApprovalField, ListRef, NodeId, Op, PluginInput, RiskField, TriageField, VarId};
use crate::check::types::Type;
use crate::eval::display;
use crate::eval::env::{Env, children};
use crate::eval::facts::{fact_path, record_path};
use crate::eval::frame::{Frame, poss};
use crate::eval::quant::{element_frame, elements};
use crate::eval::unknown::single;
use crate::eval::value::Could;
use crate::syntax::source::Span;

use super::rows::FactValue;

/// A part of a condition that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands.
    pub span: Span,
    /// `true`, `false` or `unknown`.
    pub value: &'static str,
}

/// What decided a condition in one row.
#[derive(Debug, Default)]
pub struct Decisive {
    /// The parts, in the order of the text.
    pub parts: Vec<Part>,
    /// The facts that they read, in the order found, each once.
    pub facts: Vec<FactValue>,
    seen: HashSet<String>,
    /// The conditions that were looked at, and the expressions whose facts are there: of this row, or of the element that is looked at. One that is
    /// named by `let` may be in many places.
    conditions: HashSet<NodeId>,
    read: HashSet<NodeId>,
}

/// How many elements of a list are shown as examples.
const EXAMPLES: usize = 3;

const fn word(could: Could) -> &'static str {
    match (could.be_true, could.be_false) {
        (true, false) => "true",
        (false, true) => "false",
        _ => "unknown",
    }
}

impl Decisive {
    /// Adds what decided a condition: of an `and` that is false the false parts, of an `or` that is true the true ones, and so on.
    pub fn condition(&mut self, frame: &Frame<'_>, row: usize, id: NodeId) {
        let Some(node) = frame.env.node(id).filter(|_| self.conditions.insert(id)) else { return };
        let could = frame.truth(id).at(row);
        match &node.op {
            Op::And(items) | Op::Or(items) => {
                let all = matches!((&node.op, word(could)), (Op::And(_), "true") | (Op::Or(_), "false"));
                for item in items {
                    if all || frame.truth(*item).at(row) == could {
                        self.condition(frame, row, *item);
                    }
                }
            }
            Op::Not(inner) => self.condition(frame, row, *inner),
            _ => {
                let part = Part { span: node.span, value: word(could) };
                if !self.parts.contains(&part) {
                    self.parts.push(part);
                }
                self.facts_of(frame, row, id);
            }
        }
    }

    /// Puts the parts in the order of the text.
    pub fn sort(&mut self) {
        self.parts.sort_by_key(|part| part.span);
    }

    fn add(&mut self, fact: String, value: String, known: bool) {
        if self.seen.insert(fact.clone()) {
            self.facts.push(FactValue { fact, value, known });
        }
    }

    /// Adds the facts that an expression reads.
    pub fn facts_of(&mut self, frame: &Frame<'_>, row: usize, id: NodeId) {
        let env = frame.env;
        let Some(node) = env.node(id).filter(|_| self.read.insert(id)) else { return };
        let printed = || display::poss(env, &node.ty.base, &poss(&frame.eval(id), row));
        match &node.op {
            Op::Field(var, field) => {
                let Some((path, cause)) = fact_path(frame, row, *var, *field, "asset") else { return };
                if let Some(text) = list_text(frame, row, *var, *field) {
                    self.add(path, text, true);
                    return;
                }
                let known = poss(&frame.eval(id), row).one().is_some();
                let value = if known { printed() } else { format!("unknown ({})", cause.as_str()) };
                self.add(path, value, known);
            }
            Op::Now => self.add("now".to_owned(), env.now.to_rfc3339(), true),
            Op::Category(block, var) => {
                let known = poss(&frame.eval(id), row).one().is_some();
                let name = category_name(env, *block, var.is_none());
                let other = var.filter(|var| *var != VarId::ASSET);
                self.add(of_other(frame, row, name, other), printed(), known);
            }
            Op::Waived(target, Some(finding)) => {
                let known = poss(&frame.eval(id), row).one().is_some();
                let name = crate::eval::waiver::head_of(env.program, *target).map_or("", |head| head.name.as_str());
                let other = Some(*finding).filter(|var| *var != VarId::FINDING);
                self.add(of_other(frame, row, format!("waived({name})"), other), printed(), known);
            }
            Op::Risk(..) | Op::Approval(..) | Op::Met(_) | Op::Waived(..) | Op::Meets(..) => {
                let known = poss(&frame.eval(id), row).one().is_some();
                self.add(
                    called(env, &node.op).unwrap_or_else(|| env.program.sources.phrase(node.span)),
                    printed(),
                    known,
                );
            }
            Op::Triage(_, field, var) => {
                let path = record_path(frame, row, *var, "asset");
                let field = match field {
                    TriageField::Level => "level",
                    TriageField::Due => "due",
                    TriageField::Overdue => "overdue",
                };
                let known = poss(&frame.eval(id), row).one().is_some();
                let value = display::poss(env, &node.ty.base, &poss(&frame.eval(id), row));
                self.add(format!("{path}.triage.{field}"), value, known);
            }
            Op::In(x, list) => {
                self.facts_of(frame, row, *x);
                self.list(frame, row, list);
            }
            Op::Plugin(_, inputs) => self.inputs(frame, row, inputs),
            Op::Quant(_, var, list, filter, body) => self.elements(frame, row, *var, list, &[*filter, *body], id),
            Op::Agg { value, var, list, filter, .. } => {
                let known = poss(&frame.eval(id), row).one().is_some();
                self.add(env.program.sources.phrase(node.span), printed(), known);
                self.elements(frame, row, *var, list, &[*filter, *value], id);
            }
            op => children(op).into_iter().for_each(|child| self.facts_of(frame, row, child)),
        }
    }

    /// Adds what a check was asked with.
    fn inputs(&mut self, frame: &Frame<'_>, row: usize, inputs: &[PluginInput]) {
        inputs.iter().for_each(|input| match input {
            PluginInput::Value(node) => self.facts_of(frame, row, *node),
            PluginInput::Record(fields) => self.inputs(frame, row, fields),
            PluginInput::List(list, ..) => self.list(frame, row, list),
        });
    }

    /// Adds a list that is read as a whole.
    fn list(&mut self, frame: &Frame<'_>, row: usize, list: &ListRef) {
        match list {
            ListRef::Field(var, field) => {
                if let (Some((path, _)), Some(text)) =
                    (fact_path(frame, row, *var, *field, "asset"), list_text(frame, row, *var, *field))
                {
                    self.add(path, text, true);
                }
            }
            ListRef::Literal(items) => items.iter().for_each(|item| self.facts_of(frame, row, *item)),
            ListRef::Answer(node) => {
                if let (Some(found), Some(text)) = (frame.env.node(*node), answered_text(frame, row, *node)) {
                    self.add(frame.env.program.sources.phrase(found.span), text, true);
                }
                self.facts_of(frame, row, *node);
            }
            ListRef::AssetsOf(_) | ListRef::Inventory | ListRef::Changes | ListRef::Incidents | ListRef::People => {}
        }
    }

    /// Adds the facts of the elements that decided: the first few for which the body is as the whole, or is unknown.
    fn elements(
        &mut self,
        frame: &Frame<'_>,
        row: usize,
        var: VarId,
        list: &ListRef,
        nodes: &[Option<NodeId>],
        whole: NodeId,
    ) {
        let one = single(frame, row);
        let found = elements(&one, list);
        if matches!(list, ListRef::Answer(_)) {
            self.list(frame, row, list);
        }
        if found.is_empty() {
            if let ListRef::Field(owner, field) = list
                && let Some((path, _)) = fact_path(frame, row, *owner, *field, "asset")
            {
                self.add(path, "empty".to_owned(), true);
            }
            return;
        }
        let inner = element_frame(&one, var, list, &found);
        let all_true = |at: usize| {
            nodes.iter().flatten().fold(Could::certain(true), |so_far, node| {
                if !matches!(frame.env.base(*node), Type::Bool) {
                    return so_far;
                }
                let here = inner.truth(*node).at(at);
                Could { be_true: so_far.be_true && here.be_true, be_false: so_far.be_false || here.be_false }
            })
        };
        // For `any` that is true the elements that fit; for `every` that is false those that do not; where it is unknown the unknown ones.
        let whole_is = match frame.env.base(whole) {
            Type::Bool => frame.truth(whole).at(row),
            _ => Could::UNKNOWN,
        };
        let mut shown = 0;
        let outside = std::mem::take(&mut self.read);
        for (at, element) in found.iter().enumerate() {
            if element.phantom {
                if let ListRef::Field(owner, field) = list
                    && let Some((path, cause)) = fact_path(frame, row, *owner, *field, "asset")
                {
                    self.add(path, format!("unknown ({})", cause.as_str()), false);
                }
                continue;
            }
            let interesting = all_true(at) == whole_is;
            if interesting && shown < EXAMPLES {
                shown += 1;
                self.read.clear();
                nodes.iter().flatten().for_each(|node| self.facts_of(&inner, at, *node));
            }
        }
        self.read = outside;
    }
}

/// What people call the category by a block: of the whole change, or of one asset where each has its own.
fn category_name(env: &Env<'_>, block: u16, whole: bool) -> String {
    let def = env.program.categorises.get(usize::from(block));
    let of_change = if whole && def.is_some_and(|def| def.each_asset) { "change." } else { "" };
    let named = def
        .filter(|_| env.program.category != Some(block))
        .map_or_else(String::new, |def| format!(".{}", def.head.name));
    format!("{of_change}category{named}")
}

/// What is read of another record than the one at hand.
fn of_other(frame: &Frame<'_>, row: usize, name: String, other: Option<VarId>) -> String {
    match other {
        Some(var) => format!("{name} of {}", record_path(frame, row, var, "asset")),
        None => name,
    }
}

/// What people call a reading of a statement.
fn called(env: &Env<'_>, op: &Op) -> Option<String> {
    let program = env.program;
    Some(match op {
        Op::Risk(index, field) => {
            let field = match field {
                RiskField::Score => "score",
                RiskField::Band => "band",
            };
            format!("risk.{}.{field}", program.risks.get(usize::from(*index))?.head.name)
        }
        Op::Approval(index, field) => {
            let name = &program.approvals.get(usize::from(*index))?.head.name;
            match field {
                ApprovalField::Approved => format!("approved({name})"),
                ApprovalField::Cleared => format!("cleared({name})"),
            }
        }
        Op::Met(index) => format!("met({})", program.obligations.get(usize::from(*index))?.head.name),
        Op::Waived(target, _) => format!("waived({})", crate::eval::waiver::head_of(program, *target)?.name),
        _ => return None,
    })
}

/// How many elements of a set are shown.
const SHOWN: usize = 12;

/// The elements of a set that a check answers; none where it gave no answer.
fn answered_text(frame: &Frame<'_>, row: usize, node: NodeId) -> Option<String> {
    let one = single(frame, row);
    let found = elements(&one, &ListRef::Answer(node));
    if found.iter().any(|element| element.phantom) {
        return None;
    }
    let Type::Set(base) = frame.env.base(node) else { return None };
    let few = found.get(..SHOWN).unwrap_or(&found);
    let col = crate::eval::plugin::answered_values(&one, node, few);
    let texts: Vec<String> = (0..few.len()).map(|at| display::poss(frame.env, base, &poss(&col, at))).collect();
    let more = found.len().saturating_sub(few.len());
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Some(format!("{{ {}{more} }}", texts.join(", ")).replace("{  }", "{}"))
}

/// The elements of a set, or how many records a list has.
fn list_text(frame: &Frame<'_>, row: usize, var: VarId, field: crate::check::schema::FieldId) -> Option<String> {
    use crate::facts::table::Column;
    let env = frame.env;
    let Some(Column::List(column)) = env.table(var)?.column(field) else { return None };
    let list = ListRef::Field(var, field);
    let one = single(frame, row);
    let found = elements(&one, &list);
    let unseen = found.iter().any(|e| e.phantom);
    let seen: Vec<u32> = found.iter().filter(|e| !e.phantom).map(|e| e.row).collect();
    let mut names: Vec<String> =
        seen.iter().filter_map(|at| crate::eval::facts::key(env, column.rows.table, *at)).collect();
    names.sort();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let mut text = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(", and {more} more"));
    }
    Some(match (unseen, names.is_empty()) {
        (false, _) => format!("{{ {text} }}").replace("{  }", "{}"),
        (true, true) => "unknown".to_owned(),
        (true, false) => format!("{{ {text}, and what was not seen }}"),
    })
}
