//! The checker from end to end.

use std::sync::Arc;

use crate::syntax::diagnostic::{Code, Diagnostic, Severity};
use crate::syntax::source::{Sources, Span};
use crate::syntax::tree::{Body, Statement};

use super::checker::{Checker, Symbol};
use super::codes;
use super::load::{Load, LoadedUnit, Loader, PolicyInput};
use super::program::Program;

/// What came out of a check: the program if there was no error, and every message.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The texts that the messages point into.
    pub sources: Sources,
    /// The program; none if there is an error among the messages.
    pub program: Option<Program>,
    /// The messages, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a policy and everything that it imports.
pub fn check(input: PolicyInput, loader: &mut dyn Loader) -> Checked {
    run(Load::run(input, loader, true))
}

/// The same without its tests, which decide nothing: they are not even parsed.
pub fn check_without_tests(input: PolicyInput, loader: &mut dyn Loader) -> Checked {
    run(Load::run(input, loader, false))
}

fn run(load: Load<'_>) -> Checked {
    let mut checker = Checker::new();
    let sources = load.sources.clone();
    checker.program.sources = Arc::new(load.sources);
    checker.diagnostics = load.diagnostics;
    checker.calendar_files = load.calendars;
    checker.calendars_read = load.calendars_read;
    checker.modules = load.modules;
    checker.tests = load.tests.unwrap_or_default();
    checker.test_files = load.test_files;
    checker.run(&load.units);
    let mut diagnostics = std::mem::take(&mut checker.diagnostics);
    drop_follow_ups(&mut diagnostics, &checker);
    tidy(&mut diagnostics);
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Checked { sources, program: (!failed).then(|| checker.finish()), diagnostics }
}

/// So many bytes of statements make about one node: room is made at once for those of so much text.
const BYTES_FOR_A_NODE: usize = 16;
const MOST_TEXT: usize = 1 << 20;

/// The codes of what is missing, which it may be only because a clause could not be read.
const MISSING: &[Code] = &[
    codes::MISSING_CLAUSE,
    codes::OTHERWISE,
    codes::LEVEL_WITHOUT_ARM,
    codes::TABLE_INCOMPLETE,
    codes::TABLE_SHAPE,
    codes::DEADLINE,
    codes::WRONG_TYPE,
    codes::NOT_A_CONDITION,
];

/// Leaves out what is reported only because something could not be read, or because a name is wrong.
fn drop_follow_ups(diagnostics: &mut Vec<Diagnostic>, checker: &Checker) {
    let wrong_names = [codes::UNKNOWN_NAME, codes::RESERVED_WORD, codes::DUPLICATE_NAME, codes::TOO_LARGE];
    if diagnostics.iter().any(|diagnostic| wrong_names.contains(&diagnostic.code)) {
        diagnostics.retain(|diagnostic| diagnostic.code != codes::UNUSED);
    }
    let unread: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.0 < 100 && diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.span)
        .collect();
    if unread.is_empty() {
        return;
    }
    let inside =
        |span: Span, outer: Span| span.file == outer.file && outer.start <= span.start && span.end <= outer.end;
    let statements: Vec<Span> =
        checker.units.iter().flat_map(|unit| &unit.statements).map(|statement| statement.span).collect();
    let half_read: Vec<Span> =
        statements.iter().copied().filter(|statement| unread.iter().any(|span| inside(*span, *statement))).collect();
    // A statement that is left out altogether may have declared what is now unknown.
    let lost: Vec<&str> = unread
        .iter()
        .filter(|span| !statements.iter().any(|statement| inside(**span, *statement)))
        .flat_map(|span| {
            let text = checker.program.sources.get(span.file).map(|file| &*file.text).unwrap_or_default();
            let at = usize::try_from(span.start).unwrap_or(usize::MAX).min(text.len());
            let from = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
            let line = text.get(from..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        })
        .collect();
    diagnostics.retain(|diagnostic| match diagnostic.code {
        codes::UNUSED | codes::UNUSED_IMPORT => false,
        codes::UNKNOWN_NAME => !lost.contains(&checker.program.sources.text(diagnostic.span)),
        code if MISSING.contains(&code) => !half_read.iter().any(|statement| inside(diagnostic.span, *statement)),
        _ => true,
    });
}

/// In the order of the text, each once.
pub(super) fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span, a.severity, a.code, &a.message).cmp(&(b.span, b.severity, b.code, &b.message)));
    diagnostics.dedup_by(|a, b| a.span == b.span && a.code == b.code && a.message == b.message);
}

impl Checker {
    fn run(&mut self, loaded: &[LoadedUnit]) {
        let texts = loaded.iter().flat_map(|unit| &unit.statements).map(|statement| statement.span);
        let length: usize = texts.map(|span| (span.end - span.start) as usize).sum();
        self.program.nodes.reserve(length.min(MOST_TEXT) / BYTES_FOR_A_NODE);
        self.declare_units(loaded);
        for (n, unit) in loaded.iter().enumerate() {
            self.unknown_params(n, unit);
        }
        // Tables first, because triages copy those that decide; tables `given level` last, because triages say which levels.
        let (with_level, others): (Vec<usize>, Vec<usize>) =
            (0..self.inlines.len()).partition(|id| self.inline_table(*id).is_some_and(|table| table.level.is_some()));
        for id in others {
            self.ensure(id);
            self.table(id);
        }
        // What a waiver is for is checked before it, and what a test asks for before that.
        for turn in [Turn::First, Turn::Waivers, Turn::Tests] {
            for unit in 0..self.units.len() {
                let statements = self.units.get(unit).map(|unit| unit.statements.clone()).unwrap_or_default();
                for statement in statements.iter().filter(|statement| turn_of(&statement.body) == turn) {
                    self.statement(unit, statement);
                }
            }
        }
        for id in with_level {
            self.table(id);
        }
        self.strata();
        self.absences();
        self.unused();
        self.unused_imports();
    }

    fn inline_table(&self, id: usize) -> Option<&super::program::Table> {
        let index = self.inlines.get(id)?.table?;
        self.program.tables.get(usize::from(index))
    }

    fn statement(&mut self, unit: usize, statement: &Statement) {
        let symbol = statement
            .name
            .as_ref()
            .and_then(|name| self.units.get(unit)?.names.get(&name.text))
            .filter(|declared| statement.name.as_ref().is_some_and(|name| name.span == declared.span))
            .map(|declared| declared.symbol.clone());
        match (&statement.body, symbol) {
            (Body::Triage(_), Some(Symbol::Triage(index))) => self.triage(unit, statement, index),
            (Body::Categorise(_), Some(Symbol::Categorise(index))) => self.categorise(unit, statement, index),
            (Body::Blackout(clauses) | Body::Window(clauses), Some(Symbol::Period(id))) => {
                self.period(unit, statement, id, clauses);
            }
            (Body::Plugin(_), Some(Symbol::Plugin(index))) => self.ensure_plugin(index),
            (Body::Metric(tree), Some(Symbol::Metric(index))) => self.metric(unit, statement, index, tree),
            (Body::Test(test), _) => self.test(unit, statement, test),
            (Body::Later(later), _) => {
                let end = statement.name.as_ref().map_or(later.span.end, |name| name.span.end);
                self.later(Span { end, ..statement.span }, &later.what);
            }
            (body, _) => {
                let Some(index) = self.places.get(&(unit, statement.span)).copied() else { return };
                match body {
                    Body::Rule(demands) => self.rule(unit, statement, index, demands),
                    Body::Risk(tree) => self.risk(unit, statement, index, tree),
                    Body::Approval(_) => self.ensure_approval(index),
                    Body::Obligation(tree) => self.obligation(unit, statement, index, tree),
                    Body::Waiver(tree) => self.waiver(unit, statement, index, tree),
                    _ => {}
                }
            }
        }
    }
}

/// When a statement is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    First,
    Waivers,
    Tests,
}

fn turn_of(body: &Body) -> Turn {
    match body {
        Body::Waiver(_) => Turn::Waivers,
        Body::Test(_) => Turn::Tests,
        _ => Turn::First,
    }
}
