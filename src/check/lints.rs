//! What is probably not meant: names that nothing reads, and conditions that fall apart.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind, QuantKind};
use crate::syntax::source::{FileId, Span};
use crate::syntax::tree::Body;

use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::expr::operands;
use super::program::{CompareOp, Const, NodeId, Op, VarId};
use super::schema::TableId;

impl Checker {
    /// Reports what the policy's own text declares and nothing reads. What a pack declares is there for its importers.
    pub(super) fn unused(&mut self) {
        let mut found = Vec::new();
        for (id, inline) in self.inlines.iter().enumerate() {
            if inline.unit == 0 && !self.read.contains(&Item::Inline(id)) {
                let kind = if inline.table.is_some() { "table" } else { "let" };
                found.push((inline.span, kind, inline.name.clone()));
            }
        }
        if let Some(unit) = self.units.first() {
            for (name, declared) in &unit.names {
                let item = match declared.symbol {
                    Symbol::Param(id) => Item::Param(id),
                    Symbol::Calendar(index) => Item::Calendar(index),
                    Symbol::Metric(index) => Item::Metric(index),
                    Symbol::Plugin(index) => Item::Plugin(index),
                    _ => continue,
                };
                if !self.read.contains(&item) {
                    found.push((declared.span, declared.symbol.kind(), name.clone()));
                }
            }
        }
        for (span, kind, name) in found {
            if self.may_be_tested(&name) {
                continue;
            }
            self.report(
                Diagnostic::warning(codes::UNUSED, span, format!("nothing reads the {kind} `{name}`"))
                    .help("use it, or take it out"),
            );
        }
    }

    /// Reports packs that are imported and neither read nor decide anything by themselves.
    pub(super) fn unused_imports(&mut self) {
        let mut found = Vec::new();
        for unit in &self.units {
            for (name, declared) in &unit.names {
                let Symbol::Import(inner) = declared.symbol else { continue };
                if !self.read.contains(&Item::Import(inner)) && !self.adds_something(inner, 0) {
                    found.push((declared.span, name.clone()));
                }
            }
        }
        for (span, name) in found {
            if self.may_be_tested(&name) {
                continue;
            }
            self.report(
                Diagnostic::warning(codes::UNUSED_IMPORT, span, format!("the pack `{name}` adds nothing here"))
                    .label("it decides nothing by itself, and nothing reads it")
                    .help(format!("name something of it, `{name}.…`, or take the import out")),
            );
        }
    }

    /// Whether tests that were left out have the word: they may read what has that name.
    fn may_be_tested(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let sources = &self.program.sources;
        let has = |test: &Span| sources.text(*test).split(|c| !is_part(c)).any(|word| word == name);
        let within = |file: &FileId| {
            let text = sources.get(*file).map(|file| Arc::clone(&file.text)).unwrap_or_default();
            crate::syntax::parse_but(*file, &text, "test").2.iter().any(has)
        };
        self.tests.iter().any(has) || self.test_files.iter().any(within)
    }

    fn adds_something(&self, unit: usize, depth: usize) -> bool {
        let Some(unit) = self.units.get(unit) else { return false };
        let decides = unit.statements.iter().any(|statement| {
            matches!(
                statement.body,
                Body::Triage(_)
                    | Body::Categorise(_)
                    | Body::Risk(_)
                    | Body::Approval(_)
                    | Body::Obligation(_)
                    | Body::Waiver(_)
                    | Body::Rule(_)
                    | Body::Blackout(_)
                    | Body::Window(_)
                    | Body::Extend(_)
                    | Body::Later(_)
            )
        });
        decides
            || (depth < 8
                && unit.names.values().any(|declared| match declared.symbol {
                    Symbol::Import(inner) => self.adds_something(inner, depth + 1),
                    _ => false,
                }))
    }

    /// Reports `any f in L where A` and `any g in L where B` in one condition, where one element was probably meant to satisfy both.
    pub(super) fn split_condition(&mut self, expr: &Expr, children: &[NodeId]) {
        let parts: Vec<(&Expr, NodeId)> =
            operands(BinaryOp::And, expr).into_iter().zip(children.iter().copied()).collect();
        let quantified: Vec<(&Expr, VarId, NodeId, Op)> = parts
            .iter()
            .filter_map(|(part, node)| {
                let mut inner = *part;
                while let ExprKind::Paren(deeper) = &inner.kind {
                    inner = deeper;
                }
                let ExprKind::Quant { kind: QuantKind::Any, .. } = &inner.kind else { return None };
                match self.node(*node).map(|found| found.op.clone()) {
                    Some(op @ Op::Quant(QuantKind::Any, var, _, _, Some(body))) => Some((*part, var, body, op)),
                    _ => None,
                }
            })
            .collect();
        for (n, (second, second_var, second_body, second_op)) in quantified.iter().enumerate() {
            for (first, first_var, first_body, first_op) in quantified.iter().take(n) {
                let same_list = match (first_op, second_op) {
                    (Op::Quant(_, _, left, _, _), Op::Quant(_, _, right, _, _)) => left == right,
                    _ => false,
                };
                let records =
                    self.program.vars.get(usize::from(first_var.0)).is_some_and(|info| self.has_fields(info.table));
                if !same_list
                    || !records
                    || self.exclude_each_other((*first_var, *first_body), (*second_var, *second_body))
                {
                    continue;
                }
                self.report(
                    Diagnostic::warning(codes::SPLIT_CONDITION, second.span, "different elements may satisfy the two halves of this condition")
                        .also(first.span, "one element may satisfy this")
                        .label("and another this")
                        .help("join them in one: `any x in LIST where A and B`; if different ones are meant, name each half with a `let`"),
                );
                return;
            }
        }
    }

    fn has_fields(&self, table: TableId) -> bool {
        self.program.schema.table(table).is_some_and(|t| t.fields.len() > 1)
    }

    /// Whether no element can satisfy both bodies, because they ask one field for different values.
    fn exclude_each_other(&self, first: (VarId, NodeId), second: (VarId, NodeId)) -> bool {
        let asked = |(var, body): (VarId, NodeId)| {
            let mut found: Vec<(super::schema::FieldId, Const)> = Vec::new();
            let mut stack = vec![body];
            while let Some(node) = stack.pop() {
                match self.node(node).map(|found| &found.op) {
                    Some(Op::And(all)) => stack.extend(all),
                    Some(Op::Compare(CompareOp::Eq, left, right)) => {
                        if let (Some(Op::Field(of, field)), Some(value)) =
                            (self.node(*left).map(|found| &found.op), self.constant(*right))
                            && *of == var
                        {
                            found.push((*field, value.clone()));
                        }
                    }
                    _ => {}
                }
            }
            found
        };
        let (first, second) = (asked(first), asked(second));
        first.iter().any(|(field, value)| second.iter().any(|(other, wanted)| field == other && value != wanted))
    }
}
