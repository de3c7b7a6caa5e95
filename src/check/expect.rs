//! `test`: its records, and what it expects of the decision.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind, Name};
use crate::syntax::tree::{Statement, Test};

use super::calls::ABOUT;
use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::env::Env;
use super::expr::operands;
use super::head::Edge;
use super::program::{Expectation, PolicyTest};
use super::suggest;

/// What a reported decision has, to be named in `expect`.
const REPORTED: &[&str] = &[
    "verdict",
    "effects",
    "reasons",
    "category",
    "category_possible",
    "tested",
    "not_before",
    "obligations",
    "triage",
    "assumed",
];

impl Checker {
    pub(super) fn test(&mut self, unit: usize, statement: &Statement, tree: &Test) {
        let Some(name) = &statement.name else { return };
        self.common_not_here(&statement.common, "a `test`", &["ref", "owner", "because"]);
        self.once(&tree.now, |expr| expr.span, "now");
        self.readers.push(Item::Test);
        let now = match tree.now.first() {
            Some(expr) => self.instant(unit, expr, Edge::Start),
            None => {
                self.report(
                    Diagnostic::error(codes::MISSING_CLAUSE, name.span, "the test does not say when it is")
                        .help("write `now 2026-12-19T09:00Z`"),
                );
                None
            }
        };
        if tree.expect.is_empty() {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name.span, "the test expects nothing")
                    .help("write `expect verdict == deny`, or what else has to hold"),
            );
        }
        for (entity, record) in &tree.records {
            self.test_record(entity, record);
        }
        let only = self.only(unit, tree);
        let env = Env::all(unit, "a `test`");
        let expectations = tree.expect.iter().map(|expr| self.expectation(unit, expr, &env)).collect();
        self.readers.pop();
        let Some(now) = now else { return };
        let (prefix, pack) = self.units.get(unit).map(|unit| (unit.prefix.clone(), unit.pack)).unwrap_or_default();
        self.program.tests.push(PolicyTest {
            name: format!("{prefix}{}", name.text),
            title: statement.title.as_ref().and_then(crate::syntax::expr::StrLit::plain),
            span: statement.span,
            now,
            records: tree.records.iter().map(|(entity, record)| (entity.text.clone(), record.clone())).collect(),
            only,
            expect: tree.expect.clone(),
            expectations,
            prefix,
            pack,
        });
    }

    /// The statements of `only`, by the names that decisions print.
    fn only(&mut self, unit: usize, tree: &Test) -> Option<Vec<String>> {
        if tree.only.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for path in &tree.only {
            let mut at = unit;
            for (n, part) in path.parts.iter().enumerate() {
                let found = self.units.get(at).and_then(|unit| unit.names.get(&part.text)).map(|d| d.symbol.clone());
                match found {
                    Some(Symbol::Import(inner)) if n + 1 < path.parts.len() => {
                        self.reading(Item::Import(inner), part.span);
                        at = inner;
                    }
                    Some(symbol) if takes_effect(&symbol) && n + 1 == path.parts.len() => {
                        let prefix = self.units.get(at).map(|unit| unit.prefix.clone()).unwrap_or_default();
                        all.push(format!("{prefix}{}", part.text));
                    }
                    Some(_) => {
                        self.report(
                            Diagnostic::error(
                                codes::UNKNOWN_NAME,
                                part.span,
                                format!("`{}` takes no effect", path.text()),
                            )
                            .help("`only` names triages, categorisations, approvals, obligations, rules, blackouts, windows and waivers"),
                        );
                        break;
                    }
                    None => {
                        self.unknown_statement(at, part);
                        break;
                    }
                }
            }
        }
        Some(all)
    }

    fn unknown_statement(&mut self, unit: usize, name: &Name) {
        let known: Vec<String> = self
            .units
            .get(unit)
            .into_iter()
            .flat_map(|unit| &unit.names)
            .filter(|(_, declared)| takes_effect(&declared.symbol))
            .map(|(name, _)| name.clone())
            .collect();
        let error = Diagnostic::error(codes::UNKNOWN_NAME, name.span, format!("there is no statement `{}`", name.text));
        self.report(error.help(suggest::help(&name.text, "there are", known.iter().map(String::as_str))));
    }

    /// One `expect`: its parts are each about the decision or about the facts.
    fn expectation(&mut self, unit: usize, expr: &Expr, env: &Env) -> Vec<Expectation> {
        let mut found = Vec::new();
        for part in operands(BinaryOp::And, expr) {
            let mut names = Vec::new();
            roots(part, &mut names);
            let reported = names.iter().any(|name| REPORTED.contains(&name.as_str()));
            let facts = names.iter().find(|name| {
                matches!(
                    name.as_str(),
                    "asset"
                        | "change"
                        | "assets"
                        | "changes"
                        | "inventory"
                        | "finding"
                        | "people"
                        | "incidents"
                        | "risk"
                ) || ABOUT.contains(&name.as_str())
                    || (env.local(name).is_none() && self.names_a_value(unit, name))
            });
            match (reported, facts) {
                (true, Some(name)) => self.report(
                    Diagnostic::error(
                        codes::MIXED_EXPECTATION,
                        part.span,
                        format!("this is about the decision and about `{name}`"),
                    )
                    .help("write an `expect` for each"),
                ),
                (true, None) => {
                    self.reported_names(part);
                    found.push(Expectation::Decision(part.clone()));
                }
                (false, _) => {
                    let node = self.condition(part, env);
                    found.push(Expectation::Facts(node));
                }
            }
        }
        found
    }

    fn names_a_value(&self, unit: usize, name: &str) -> bool {
        self.units.get(unit).and_then(|unit| unit.names.get(name)).is_some_and(|declared| {
            matches!(declared.symbol, Symbol::Let(_) | Symbol::Table(_) | Symbol::Param(_) | Symbol::Metric(_))
        })
    }
}

/// Whether a test's `only` can name the statement.
fn takes_effect(symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Triage(_)
        | Symbol::Categorise(_)
        | Symbol::Approval(_)
        | Symbol::Obligation(_)
        | Symbol::Rule(_)
        | Symbol::Waiver(_)
        | Symbol::Period(_) => true,
        Symbol::Let(_)
        | Symbol::Table(_)
        | Symbol::Param(_)
        | Symbol::Import(_)
        | Symbol::Risk(_)
        | Symbol::Calendar(_)
        | Symbol::Metric(_)
        | Symbol::Plugin(_)
        | Symbol::Other(_) => false,
    }
}

/// The first names of all paths in an expression that are read as facts or decisions.
fn roots(expr: &Expr, found: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Name(name) => found.push(name.clone()),
        ExprKind::Field(inner, _) | ExprKind::Paren(inner) | ExprKind::Unary(_, inner) | ExprKind::Is(inner, _) => {
            roots(inner, found);
        }
        // What stands behind is a calendar.
        ExprKind::Binary(BinaryOp::During, _, time, _) | ExprKind::Calendar(_, _, time) => roots(time, found),
        ExprKind::Binary(_, _, left, right) | ExprKind::Default(left, right) | ExprKind::Of(left, right) => {
            roots(left, found);
            roots(right, found);
        }
        ExprKind::If(condition, then, other) => [condition, then, other].into_iter().for_each(|e| roots(e, found)),
        ExprKind::Call(function, items) => {
            found.push(function.text());
            items.iter().for_each(|item| roots(item, found));
        }
        ExprKind::Set(items) => items.iter().for_each(|item| roots(item, found)),
        ExprKind::List { items, .. } => items.iter().for_each(|item| roots(item, found)),
        ExprKind::Quant { var, list, filter, body, .. } => {
            let mut inner = Vec::new();
            roots(list, found);
            filter.iter().chain(body).for_each(|e| roots(e, &mut inner));
            found.extend(inner.into_iter().filter(|name| *name != var.text));
        }
        ExprKind::Agg { value, var, list, filter, empty, .. } => {
            let mut inner = Vec::new();
            roots(list, found);
            value.iter().chain(filter).for_each(|e| roots(e, &mut inner));
            found.extend(inner.into_iter().filter(|name| *name != var.text));
            empty.iter().for_each(|e| roots(e, found));
        }
        _ => {}
    }
}
