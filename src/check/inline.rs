//! `let`s and tables in expressions: lowered anew for each binding of the subjects, and kept, so that chains stay linear.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::source::Span;
use crate::syntax::tree::{Body, Table};

use super::checker::{Checker, Inlined, Item, Progress};
use super::codes;
use super::env::{Binding, Env, Needs};
use super::path::Thing;
use super::program::{NodeId, Op, VarId};
use super::schema::TableId;

impl Checker {
    /// Checks a `let` or table once by itself, with every subject in scope.
    pub(super) fn ensure(&mut self, id: usize) {
        let Some(inline) = self.inlines.get_mut(id) else { return };
        if inline.progress != Progress::Untouched {
            return;
        }
        inline.progress = Progress::Running;
        let (unit, table) = (inline.unit, inline.table.is_some());
        let muted = std::mem::take(&mut self.muted);
        self.readers.push(Item::Inline(id));
        self.needs.push(Needs::default());
        let env = Env::all(unit, if table { "a `table`" } else { "a `let`" });
        let result = self.lower_inline(id, &env);
        let needs = self.needs.pop().unwrap_or_default();
        self.readers.pop();
        self.muted = muted;
        let broken = match &result {
            Some(Inlined::Node(node)) => self.is_error(*node),
            Some(Inlined::List(..)) => false,
            None => true,
        };
        if let Some(inline) = self.inlines.get_mut(id) {
            inline.progress = Progress::Done;
            inline.needs = needs;
            inline.broken = broken;
            if let (Some(result), false) = (result, broken) {
                inline.memo.insert(binding(needs, &env), result);
            }
        }
    }

    /// What a `let` or table is with the subjects at hand.
    pub(super) fn inline(&mut self, id: usize, env: &Env, span: Span) -> Option<Inlined> {
        self.ensure(id);
        let inline = self.inlines.get(id)?;
        if inline.progress == Progress::Running {
            self.cycle(id, span);
            return None;
        }
        if inline.broken {
            return None;
        }
        let (needs, unit, table) = (inline.needs, inline.unit, inline.table);
        if let Some(table) = table {
            self.level_in_place(table, env, span)?;
        }
        self.need(needs);
        if !self.has_subjects(id, needs, env, span) {
            return None;
        }
        let key = binding(needs, env);
        if let Some(known) = self.inlines.get(id).and_then(|inline| inline.memo.get(&key)) {
            return Some(known.clone());
        }
        let inner = Env { unit, level: None, locals: Vec::new(), ..env.clone() };
        self.muted += 1;
        self.readers.push(Item::Inline(id));
        let result = self.lower_inline(id, &inner);
        self.readers.pop();
        self.muted -= 1;
        if let (Some(result), Some(inline)) = (&result, self.inlines.get_mut(id)) {
            inline.memo.insert(key, result.clone());
        }
        result
    }

    fn lower_inline(&mut self, id: usize, env: &Env) -> Option<Inlined> {
        let inline = self.inlines.get(id)?;
        let (statement, table) = (Arc::clone(&inline.statement), inline.table);
        match (&statement.body, table) {
            (Body::Let(expr), _) => self.lower_let(expr, env),
            (Body::Table(tree), Some(table)) => {
                let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
                self.table_value(tree, table, env, name).map(Inlined::Node)
            }
            _ => None,
        }
    }

    fn lower_let(&mut self, expr: &Expr, env: &Env) -> Option<Inlined> {
        let mut inner = expr;
        while let ExprKind::Paren(deeper) = &inner.kind {
            inner = deeper;
        }
        match &inner.kind {
            ExprKind::Set(_) => self.list(inner, env).map(|(list, elem)| Inlined::List(list, elem)),
            ExprKind::Name(word) if !self.is_name(word, env) => Some(Inlined::Node(self.lower(expr, env, None))),
            ExprKind::Name(_) | ExprKind::Field(..) | ExprKind::Of(..) => Some(match self.thing(inner, env) {
                Thing::List(list, elem) => Inlined::List(list, elem),
                thing => Inlined::Node(self.thing_as_value(thing, inner.span, env)),
            }),
            _ => {
                let node = self.lower(expr, env, None);
                Some(match self.answered_set(node) {
                    Some((list, elem)) => Inlined::List(list, elem),
                    None => Inlined::Node(node),
                })
            }
        }
    }

    /// A table with its inputs.
    fn table_value(&mut self, tree: &Table, table: u16, env: &Env, span: Span) -> Option<NodeId> {
        let mut inputs = Vec::new();
        let mut broken = false;
        let givens = tree.given.iter().chain(tree.across.iter().map(|across| &across.given));
        for value in givens.filter_map(|given| given.value.as_ref()) {
            let node = self.lower(value, env, None);
            let node = self.key_as_text(node);
            let node = if self.base(node) == super::types::Type::Cvss { self.score(node, env.unit) } else { node };
            broken |= self.is_error(node);
            inputs.push(node);
        }
        let outcome = self.program.tables.get(usize::from(table)).map(|t| t.outcome.clone())?;
        if broken {
            return None;
        }
        Some(self.push(Op::Table(table, inputs), outcome, span))
    }

    /// A table `given level` stands in a deadline only; there the triage's levels become those of the table.
    fn level_in_place(&mut self, table: u16, env: &Env, span: Span) -> Option<()> {
        let found = self.program.tables.get(usize::from(table))?;
        if found.level.is_none() {
            return Some(());
        }
        let name = found.name.clone();
        let Some(levels) = env.level.clone() else {
            self.report(
                Diagnostic::error(codes::LEVEL_TABLE, span, format!("`{name}` is given the level of a triage's arm, and here is no arm"))
                    .help("a table `given level` stands only in a triage's `within`; otherwise give it the level: `given level = finding.triage.level`"),
            );
            return None;
        };
        let known = self.level_of.entry(table).or_insert_with(|| Arc::clone(&levels));
        if known.values != levels.values {
            self.report(
                Diagnostic::error(
                    codes::LEVEL_TABLE,
                    span,
                    format!("`{name}` already serves a triage with other levels"),
                )
                .help("write a table of its own for this triage"),
            );
            return None;
        }
        Some(())
    }

    /// Whether every subject that a `let` or table reads is there; reports the first that is not.
    fn has_subjects(&mut self, id: usize, needs: Needs, env: &Env, span: Span) -> bool {
        let missing = if needs.finding && env.finding.is_none() {
            "finding"
        } else if needs.asset && env.asset.is_none() {
            "asset"
        } else if needs.change && env.change.is_none() {
            "change"
        } else if needs.assets && !env.assets {
            "assets"
        } else if needs.own_asset && env.asset != Some(VarId::ASSET) {
            self.of_another("asset", span);
            return false;
        } else {
            return true;
        };
        let name = self.inlines.get(id).map(|inline| inline.name.clone()).unwrap_or_default();
        let declared = self.inlines.get(id).map(|inline| inline.span).unwrap_or_default();
        let wanted = match missing {
            "finding" => TableId::FINDING,
            "asset" => TableId::ASSET,
            _ => TableId::CHANGE,
        };
        let shown = self.shown(span);
        let at_hand: Vec<String> = env
            .locals
            .iter()
            .filter(|local| matches!(local.elem, super::env::Elem::Row(table) if table == wanted))
            .map(|local| format!("`{shown} of {}`", local.name))
            .collect();
        let help = match (at_hand.is_empty(), missing) {
            (false, _) => format!("write {}", at_hand.join(" or ")),
            (true, "finding") => format!("write `any f in asset.findings where {shown} of f`"),
            (true, "asset") => format!("write `any a in assets where {shown} of a`"),
            (true, _) => "move the condition to a statement that is decided for a change".to_owned(),
        };
        let place = env.place;
        self.report(
            Diagnostic::error(codes::SUBJECT, span, format!("`{name}` reads `{missing}`, which {place} cannot name"))
                .also(declared, "declared here")
                .help(help),
        );
        false
    }

    /// Reports that a `let` or table leads back to itself.
    fn cycle(&mut self, id: usize, span: Span) {
        let name =
            |checker: &Self, id: usize| checker.inlines.get(id).map(|inline| inline.name.clone()).unwrap_or_default();
        let from = self.readers.iter().position(|item| *item == Item::Inline(id)).unwrap_or(0);
        // By way of an approval it is the approval that is decided by itself, which the strata tell.
        if self.readers.iter().skip(from).any(|item| matches!(item, Item::Decided("approval", _))) {
            return;
        }
        let mut path: Vec<String> = self
            .readers
            .iter()
            .skip(from)
            .filter_map(|item| match item {
                Item::Inline(inner) => Some(name(self, *inner)),
                _ => None,
            })
            .collect();
        let own = name(self, id);
        path.push(own.clone());
        self.report(
            Diagnostic::error(codes::CYCLE, span, format!("`{own}` is defined by itself"))
                .label(path.join(" → "))
                .help("there is no recursion: write one of them out"),
        );
    }

    /// `name of x`
    pub(super) fn of(&mut self, name: &Expr, subject: &Expr, env: &Env, span: Span) -> NodeId {
        let thing = self.of_thing(name, subject, env, span);
        self.thing_as_value(thing, span, env)
    }

    /// `name of x` as a value or list: the text of `name`, of another record.
    pub(super) fn of_thing(&mut self, name: &Expr, subject: &Expr, env: &Env, span: Span) -> Thing {
        let (var, table) = match self.thing(subject, env) {
            Thing::Row(var, table, prefix) if prefix.is_empty() => (var, table),
            Thing::Failed => return Thing::Failed,
            _ => {
                let shown = self.shown(subject.span);
                self.report(
                    Diagnostic::error(
                        codes::WRONG_TYPE,
                        subject.span,
                        format!("`{shown}` is no asset, finding or change"),
                    )
                    .help("behind `of` stands a subject or a quantifier's variable"),
                );
                return Thing::Failed;
            }
        };
        let mut inner = Env { locals: Vec::new(), ..env.clone() };
        match table {
            TableId::ASSET => {
                inner.asset = Some(var);
                inner.finding = None;
            }
            TableId::FINDING => {
                inner.finding = Some(var);
                let owner = self.program.vars.get(usize::from(var.0)).and_then(|info| info.owner);
                inner.asset = owner.or(env.asset);
            }
            TableId::CHANGE => {
                inner.change = Some(var);
                inner.assets = env.assets && var == VarId::CHANGE;
            }
            _ => {
                let shown = self.shown(subject.span);
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, format!("`{shown}` is no asset, finding or change"))
                        .help("behind `of` stands a subject or a variable over assets, findings or changes"),
                );
                return Thing::Failed;
            }
        }
        // What the text needs of the record is not needed of the subject of that name.
        self.needs.push(Needs::default());
        let thing = match self.thing(name, &inner) {
            // Which asset's it is hangs on the subjects at hand, that is on these.
            Thing::Category { of_change } => Thing::Node(self.category(None, of_change, &inner, span)),
            thing => thing,
        };
        let mut needs = self.needs.pop().unwrap_or_default();
        match table {
            TableId::CHANGE => needs.change = false,
            _ => {
                needs.asset = false;
                needs.own_asset = false;
                needs.finding = false;
            }
        }
        self.need(needs);
        thing
    }
}

fn binding(needs: Needs, env: &Env) -> Binding {
    Binding {
        asset: env.asset.filter(|_| needs.asset),
        finding: env.finding.filter(|_| needs.finding),
        change: env.change.filter(|_| needs.change),
    }
}
