//! `triage`: levels, arms and the table that decides.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Name, Path};
use crate::syntax::source::Span;
use crate::syntax::tree::{Arm as ArmTree, Body, Statement, Triage as Tree};

use super::checker::{Checker, Inlined, Item, Symbol};
use super::codes;
use super::env::Env;
use super::head;
use super::program::{Arm, Const, NodeId, Op, Triage};
use super::suggest;
use super::types::{EnumDef, Ty, Type};

impl Checker {
    /// Declares a triage with its levels.
    pub(super) fn declare_triage(&mut self, unit: usize, statement: &Statement, name: &Name, tree: &Tree) -> u16 {
        let written: Vec<Name> = match tree.levels.first() {
            Some(levels) => levels.clone(),
            None => {
                self.report(
                    Diagnostic::error(codes::MISSING_CLAUSE, name.span, format!("`{}` declares no levels", name.text))
                        .help("list them, the most urgent first: `levels act > attend > track`"),
                );
                // So that arms and readers are not reported as well.
                let mut seen: Vec<Name> = Vec::new();
                for arm in &tree.arms {
                    if !seen.iter().any(|level| level.text == arm.name.text) {
                        seen.push(arm.name.clone());
                    }
                }
                seen
            }
        };
        self.once(&tree.levels, |levels| levels.first().map(|level| level.span).unwrap_or_default(), "levels");
        let mut values = self.distinct(&written, "level").unwrap_or_default();
        values.reverse();
        if let Some(done) = written.iter().find(|level| level.text == "done") {
            if !tree.done.is_empty() {
                self.report(
                    Diagnostic::error(codes::DUPLICATE_NAME, done.span, "`done when` declares the level `done`")
                        .help("leave it out of `levels`: it is below all of them"),
                );
            }
        } else if !tree.done.is_empty() {
            values.insert(0, "done".to_owned());
        }
        let def = EnumDef { name: format!("the levels of {}", name.text), values, ordered: true, descending: true };
        let head = self.bare_head(unit, name, statement, head::TRIAGE.effect);
        self.program.triages.push(Triage { head, levels: Arc::new(def), done: None, decide: None, arms: Vec::new() });
        self.place_of_last(self.program.triages.len(), name.span, "triages")
    }

    /// Checks a triage and fills it in.
    pub(super) fn triage(&mut self, unit: usize, statement: &Statement, index: u16) {
        let Body::Triage(tree) = &statement.body else { return };
        let Some(levels) = self.program.triages.get(usize::from(index)).map(|t| Arc::clone(&t.levels)) else { return };
        let env = Env::triage(unit);
        let Some(mut head) = self.head(unit, statement, &head::TRIAGE, &env) else { return };
        self.readers.push(Item::Decided("triage", head.name.clone()));
        self.once(&tree.clock, |expr| expr.span, "clock");
        self.once(&tree.done, |expr| expr.span, "done when");
        self.once(&tree.decide, |path| path.span, "decide");
        self.once(&tree.deadline, |deadline| deadline.span, "within");
        for span in &tree.misplaced {
            self.report(
                Diagnostic::error(codes::DEADLINE, *span, "this deadline belongs to no arm")
                    .help("the deadline of all arms that have none of their own stands before the first arm"),
            );
        }
        let done = tree.done.first().map(|expr| self.condition(expr, &env));
        let clock = tree.clock.first().map(|expr| self.clock_of_block(expr, &env));
        let decide = tree.decide.first().and_then(|path| self.decide(path, &levels, &env));
        let inner = Env { level: Some(Arc::clone(&levels)), ..env.clone() };
        let mut arms = Vec::new();
        for arm in &tree.arms {
            let Some(code) = self.level_code(&arm.name, &levels, !tree.done.is_empty()) else { continue };
            let when = arm.when.as_ref().map(|expr| self.condition(expr, &env));
            let written = arm.deadline.as_ref().or_else(|| tree.deadline.first());
            let due = written.and_then(|deadline| self.deadline(deadline, clock, &inner));
            arms.push(Arm { code, when, due, span: arm.span });
        }
        self.few_enough(tree.arms.len(), "arm", statement.name.as_ref().map_or(statement.span, |name| name.span));
        self.few_enough(levels.values.len(), "level", statement.name.as_ref().map_or(statement.span, |name| name.span));
        self.unreachable_arms(&arms);
        if tree.decide.is_empty() {
            self.arms_in_order(&tree.arms, statement, "a triage");
        } else {
            self.arms_of_decide(&tree.arms, tree.decide.first(), decide, &levels);
        }
        self.levels_have_arms(tree, &levels);
        self.readers.pop();
        let conditions = arms.iter().filter_map(|arm| arm.when);
        head.vars =
            self.vars_of_all(head.scope.iter().copied().chain(head.except).chain(done).chain(decide).chain(conditions));
        if let Some(triage) = self.program.triages.get_mut(usize::from(index)) {
            *triage = Triage { head, levels, done, decide, arms };
        }
    }

    fn level_code(&mut self, name: &Name, levels: &EnumDef, has_done: bool) -> Option<i64> {
        if let Some(code) = levels.code(&name.text) {
            if name.text == "done" && has_done {
                self.report(
                    Diagnostic::error(
                        codes::UNDECLARED_LEVEL,
                        name.span,
                        "`done` is given by `done when`, not by an arm",
                    )
                    .help("join the condition to that of `done when`"),
                );
                return None;
            }
            return Some(code);
        }
        let error = Diagnostic::error(
            codes::UNDECLARED_LEVEL,
            name.span,
            format!("`{}` is no level of this triage", name.text),
        );
        self.report(error.help(suggest::help(&name.text, "the levels are", levels.values.iter().map(String::as_str))));
        None
    }

    /// Every arm has a condition but the last, which has `otherwise`.
    pub(super) fn arms_in_order(&mut self, arms: &[ArmTree], statement: &Statement, what: &str) {
        let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
        let Some((last, earlier)) = arms.split_last() else {
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, format!("{what} has at least one arm"))
                    .help("write `LEVEL when CONDITION`, and at the end `LEVEL otherwise`"),
            );
            return;
        };
        for arm in earlier {
            if let Some(span) = arm.otherwise {
                self.report(
                    Diagnostic::error(
                        codes::OTHERWISE,
                        span,
                        "`otherwise` takes everything: no arm after it is ever reached",
                    )
                    .help("make it the last arm"),
                );
            }
        }
        for arm in earlier.iter().chain([last]) {
            if arm.when.is_none() && arm.otherwise.is_none() {
                self.report(
                    Diagnostic::error(
                        codes::OTHERWISE,
                        arm.span,
                        format!("the arm `{}` has no condition", arm.name.text),
                    )
                    .help("write `when …`, or `otherwise` if it is the last"),
                );
            }
        }
        let misplaced = earlier.iter().any(|arm| arm.otherwise.is_some());
        if last.otherwise.is_none() && last.when.is_some() && !misplaced {
            self.report(
                Diagnostic::error(codes::OTHERWISE, last.span, "the last arm has to be `otherwise`")
                    .label("what none of the arms takes would have no answer")
                    .help("add an arm at the end: `LEVEL otherwise`"),
            );
        }
    }

    fn arms_of_decide(&mut self, arms: &[ArmTree], table: Option<&Path>, decide: Option<NodeId>, levels: &EnumDef) {
        for (n, arm) in arms.iter().enumerate() {
            for span in arm.when.iter().map(|when| when.span).chain(arm.otherwise) {
                self.report(
                    Diagnostic::error(codes::DECIDE, span, "the table decides: its arms have no conditions")
                        .help("take the condition out, or take `decide` out"),
                );
            }
            if let Some(earlier) = arms.iter().take(n).find(|earlier| earlier.name.text == arm.name.text) {
                self.report(
                    Diagnostic::error(codes::DECIDE, arm.name.span, format!("`{}` has two arms", arm.name.text))
                        .also(earlier.name.span, "the first stands here")
                        .help("leave one of them out"),
                );
            }
        }
        let Some(Op::Table(index, _)) = decide.and_then(|node| self.node(node)).map(|found| found.op.clone()) else {
            return;
        };
        let outcomes: Vec<i64> = self
            .program
            .tables
            .get(usize::from(index))
            .into_iter()
            .flat_map(|table| &table.rows)
            .filter_map(|row| match row.outcome {
                Const::Enum(code) => Some(code),
                _ => None,
            })
            .collect();
        let mut missing: Vec<&str> = Vec::new();
        for code in outcomes {
            let Some(word) = levels.value(code) else { continue };
            if !arms.iter().any(|arm| arm.name.text == word) && !missing.contains(&word) {
                missing.push(word);
            }
        }
        if let (Some(path), false) = (table, missing.is_empty()) {
            let list: Vec<String> = missing.iter().map(|word| format!("`{word}`")).collect();
            self.report(
                Diagnostic::error(codes::LEVEL_WITHOUT_ARM, path.span, format!("no arm for {}", list.join(", ")))
                    .help("add an arm for each outcome: its name, and its deadline if it has one"),
            );
        }
    }

    /// The table that decides, with its outcomes as levels.
    fn decide(&mut self, path: &Path, levels: &Arc<EnumDef>, env: &Env) -> Option<NodeId> {
        let (id, span) = self.table_named(path, env)?;
        let Inlined::Node(node) = self.inline(id, env, span)? else { return None };
        let Some(Op::Table(index, inputs)) = self.node(node).map(|found| found.op.clone()) else { return None };
        let mut table = self.program.tables.get(usize::from(index)).cloned()?;
        let Type::Enum(outcomes) = table.outcome.base.clone() else {
            if table.outcome.base != Type::Error {
                self.report(
                    Diagnostic::error(codes::DECIDE, span, format!("`{}` does not give levels", path.text()))
                        .label(format!("its outcomes are {}", table.outcome))
                        .help("a table that decides has names as outcomes; one that gives lengths stands in `within`"),
                );
            }
            return None;
        };
        let mut unknown: Vec<&str> = Vec::new();
        for row in &mut table.rows {
            let Const::Enum(code) = row.outcome else { continue };
            let Some(word) = outcomes.value(code) else { continue };
            match levels.code(word) {
                Some(code) => row.outcome = Const::Enum(code),
                None if !unknown.contains(&word) => unknown.push(word),
                None => {}
            }
        }
        if let Some(word) = unknown.first() {
            let help = suggest::help(word, "the levels are", levels.values.iter().map(String::as_str));
            let error = Diagnostic::error(
                codes::UNDECLARED_LEVEL,
                span,
                format!("the outcome `{word}` is no level of this triage"),
            );
            self.report(error.help(help));
            return None;
        }
        let ty = Ty::plain(Type::Enum(Arc::clone(levels)));
        table.outcome = ty.clone();
        self.program.tables.push(table);
        let assumes = self.table_assumes.contains(&index);
        let index = u16::try_from(self.program.tables.len() - 1).ok()?;
        if assumes {
            self.table_assumes.insert(index);
        }
        Some(self.push(Op::Table(index, inputs), ty, span))
    }

    /// The table that a path names.
    fn table_named(&mut self, path: &Path, env: &Env) -> Option<(usize, Span)> {
        let mut unit = env.unit;
        for (n, name) in path.parts.iter().enumerate() {
            let last = n + 1 == path.parts.len();
            let found = self.units.get(unit).and_then(|unit| unit.names.get(&name.text)).map(|d| d.symbol.clone());
            match found {
                Some(Symbol::Table(id)) if last => {
                    self.reading(Item::Inline(id), path.span);
                    return Some((id, path.span));
                }
                Some(Symbol::Import(inner)) if !last => {
                    self.reading(Item::Import(inner), name.span);
                    unit = inner;
                }
                Some(_) if last => {
                    self.report(
                        Diagnostic::error(codes::DECIDE, name.span, format!("`{}` is no table", path.text()))
                            .help("name a `table` whose outcomes are the levels"),
                    );
                    return None;
                }
                _ => {
                    let names = self.units.get(unit).map(|unit| &unit.names);
                    let known: Vec<String> = names
                        .into_iter()
                        .flatten()
                        .filter(|(_, declared)| matches!(declared.symbol, Symbol::Table(_)))
                        .map(|(name, _)| name.clone())
                        .collect();
                    let error = Diagnostic::error(
                        codes::UNKNOWN_NAME,
                        name.span,
                        format!("there is no table `{}`", path.text()),
                    );
                    self.report(error.help(suggest::help(
                        &name.text,
                        "the tables are",
                        known.iter().map(String::as_str),
                    )));
                    return None;
                }
            }
        }
        None
    }

    fn levels_have_arms(&mut self, tree: &Tree, levels: &EnumDef) {
        if !tree.decide.is_empty() && tree.arms.is_empty() {
            return;
        }
        for level in tree.levels.iter().flatten() {
            let known = levels.code(&level.text).is_some();
            let given = level.text == "done" && !tree.done.is_empty();
            if known && !given && !tree.arms.iter().any(|arm| arm.name.text == level.text) {
                self.report(
                    Diagnostic::error(
                        codes::LEVEL_WITHOUT_ARM,
                        level.span,
                        format!("no arm gives the level `{}`", level.text),
                    )
                    .help("add an arm for it, or leave it out of `levels`"),
                );
            }
        }
    }
}
