//! What each name of the policy and its packs stands for, before any expression is read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::Name;
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Statement};

use super::calendar::WeekState;
use super::checker::{Checker, Declared, Inline, Progress, Symbol, Unit};
use super::codes;
use super::env::Needs;
use super::load::LoadedUnit;

/// The words that no statement and no field can be called.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "like",
    "matches",
    "if",
    "then",
    "else",
    "any",
    "every",
    "each",
    "where",
    "satisfies",
    "for",
    "of",
    "over",
    "during",
    "overlaps",
    "default",
    "true",
    "false",
    "none",
    "asset",
    "finding",
    "change",
    "assets",
    "changes",
    "inventory",
    "now",
    "category",
    "incidents",
    "people",
];

/// The kind of a statement, as its keyword.
pub(super) fn kind_of(body: &Body) -> &'static str {
    match body {
        Body::Policy(_) => "policy",
        Body::Import(_) => "import",
        Body::Param(_) => "param",
        Body::Extend(_) => "extend",
        Body::Let(_) => "let",
        Body::Triage(_) => "triage",
        Body::Table(_) => "table",
        Body::Categorise(_) => "categorise",
        Body::Rule(_) => "rule",
        Body::Blackout(_) => "blackout",
        Body::Window(_) => "window",
        Body::Risk(_) => "risk",
        Body::Approval(_) => "approval",
        Body::Obligation(_) => "obligation",
        Body::Waiver(_) => "waiver",
        Body::Calendar(_) => "calendar",
        Body::Metric(_) => "metric",
        Body::Plugin(_) => "plugin",
        Body::Test(_) => "test",
        Body::Later(_) => "later",
    }
}

impl Checker {
    /// Takes over the units, and declares what needs no other statement to be known.
    pub(super) fn declare_units(&mut self, loaded: &[LoadedUnit]) {
        for unit in loaded {
            let prefix: String = unit.prefix.iter().map(|alias| format!("{alias}.")).collect();
            self.units.push(Unit {
                prefix,
                pack: unit.importer.is_some(),
                statements: unit.statements.clone(),
                ..Unit::default()
            });
        }
        for (n, unit) in loaded.iter().enumerate() {
            self.settings(n);
            for import in &unit.imports {
                let name = Name { text: import.alias.clone(), span: import.span };
                self.declare(n, &name, Symbol::Import(import.unit));
            }
        }
        for n in 0..loaded.len() {
            self.extensions(n);
        }
        // Calendars first: the values of parameters may be spans of business days on one.
        for of_calendars in [true, false] {
            for (n, unit) in loaded.iter().enumerate() {
                let of_turn = |body: &Body| matches!(body, Body::Calendar(_)) == of_calendars;
                for statement in unit.statements.iter().filter(|statement| of_turn(&statement.body)) {
                    self.declare_statement(n, statement, unit);
                }
            }
        }
        for n in 0..loaded.len() {
            self.category_setting(n);
        }
        self.weeks = vec![WeekState { progress: Progress::Untouched, days: None }; self.units.len()];
        self.all_calendars();
    }

    fn declare_statement(&mut self, unit: usize, statement: &Arc<Statement>, loaded: &LoadedUnit) {
        let Some(name) = &statement.name else { return };
        let symbol = match &statement.body {
            Body::Import(_) | Body::Extend(_) => return,
            Body::Let(_) => Symbol::Let(self.add_inline(unit, name, statement, None)),
            Body::Table(table) => {
                let index = self.declare_table(unit, name, statement.span, table);
                Symbol::Table(self.add_inline(unit, name, statement, Some(index)))
            }
            Body::Param(param) => Symbol::Param(self.declare_param(unit, name, param, loaded)),
            Body::Triage(triage) => {
                let index = self.declare_triage(unit, statement, name, triage);
                if let Some(unit) = self.units.get_mut(unit) {
                    unit.triages.push(index);
                }
                Symbol::Triage(index)
            }
            Body::Categorise(categorise) => {
                let index = self.declare_categorise(unit, statement, name, categorise);
                if let Some(unit) = self.units.get_mut(unit) {
                    unit.categorises.push(index);
                }
                Symbol::Categorise(index)
            }
            Body::Rule(_) => Symbol::Rule(self.declare_rule(unit, statement, name)),
            Body::Risk(risk) => Symbol::Risk(self.declare_risk(unit, statement, name, risk)),
            Body::Approval(_) => Symbol::Approval(self.declare_approval(unit, statement, name)),
            Body::Obligation(_) => Symbol::Obligation(self.declare_obligation(unit, statement, name)),
            Body::Waiver(_) => Symbol::Waiver(self.declare_waiver(unit, statement, name)),
            Body::Blackout(_) | Body::Window(_) => Symbol::Period(self.declare_period(unit, statement, name)),
            Body::Calendar(_) => Symbol::Calendar(self.declare_calendar(unit, statement, name)),
            Body::Metric(metric) => Symbol::Metric(self.declare_metric(unit, statement, name, metric)),
            Body::Plugin(_) => Symbol::Plugin(self.declare_plugin(unit, statement, name)),
            body => Symbol::Other(kind_of(body)),
        };
        if let Symbol::Rule(n) | Symbol::Risk(n) | Symbol::Approval(n) | Symbol::Obligation(n) | Symbol::Waiver(n) =
            symbol
        {
            self.places.insert((unit, statement.span), n);
        }
        self.declare(unit, name, symbol);
    }

    fn add_inline(&mut self, unit: usize, name: &Name, statement: &Arc<Statement>, table: Option<u16>) -> usize {
        self.inlines.push(Inline {
            name: name.text.clone(),
            span: name.span,
            unit,
            statement: Arc::clone(statement),
            table,
            progress: Progress::Untouched,
            needs: Needs::default(),
            broken: false,
            memo: HashMap::new(),
        });
        self.inlines.len() - 1
    }

    fn declare(&mut self, unit: usize, name: &Name, symbol: Symbol) {
        if RESERVED.contains(&name.text.as_str()) {
            self.report(
                Diagnostic::error(
                    codes::RESERVED_WORD,
                    name.span,
                    format!("`{}` is a word of the language", name.text),
                )
                .help(format!("choose another name, such as `our_{}`", name.text)),
            );
            return;
        }
        let Some(names) = self.units.get_mut(unit).map(|unit| &mut unit.names) else { return };
        let earlier: Option<Span> = names.get(&name.text).map(|declared| declared.span);
        match earlier {
            Some(earlier) => self.report(
                Diagnostic::error(codes::DUPLICATE_NAME, name.span, format!("`{}` is declared twice", name.text))
                    .also(earlier, "first declared here")
                    .help("all statements of a policy share one namespace: rename one of them"),
            ),
            None => {
                names.insert(name.text.clone(), Declared { symbol, span: name.span });
            }
        }
    }
}
