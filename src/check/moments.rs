//! What is asked of calendars, blackouts and windows: `next C after T`, `T during C`, `overlaps(x)`, `meets C`.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Path, SpanUnit};
use crate::syntax::source::Span;
use crate::syntax::tree;

use super::checker::{Checker, Item, Symbol};
use super::codes;
use super::env::Env;
use super::program::{Const, Meets, Nearest, NodeId, Op, PeriodId};
use super::types::{Ty, Type};

impl Checker {
    /// `next C after T`, `last C before T`
    pub(super) fn nearest(&mut self, next: bool, calendar: &Path, time: &Expr, env: &Env, span: Span) -> NodeId {
        let calendar = self.calendar_id(calendar, env.unit);
        let time = self.instant_of(time, env);
        let (Some(calendar), Some(time)) = (calendar, time) else { return self.failed(span) };
        let which = if next { Nearest::Next } else { Nearest::Last };
        self.push(Op::Nearest(which, calendar, time), Ty::plain(Type::Time), span)
    }

    /// `T during C`
    pub(super) fn during(&mut self, time: &Expr, calendar: &Expr, env: &Env, span: Span) -> NodeId {
        let time = self.instant_of(time, env);
        let named = self.calendar_behind(calendar, env);
        let (Some(calendar), Some(time)) = (named, time) else { return self.failed(span) };
        self.push(Op::During(time, calendar), Ty::plain(Type::Bool), span)
    }

    /// The calendar behind `during`.
    fn calendar_behind(&mut self, expr: &Expr, env: &Env) -> Option<super::program::CalendarId> {
        let mut inner = expr;
        while let ExprKind::Paren(deeper) = &inner.kind {
            inner = deeper;
        }
        let Some(path) = super::calls::expr_as_path(inner) else {
            let shown = self.shown(expr.span);
            self.report(
                Diagnostic::error(codes::BAD_CALL, expr.span, format!("`{shown}` is no calendar"))
                    .help("behind `during` stands the name of a `calendar`: `change.start during nyse`"),
            );
            return None;
        };
        if let Some(id) = self.period_named(&path, env.unit) {
            let (name, kind) = (path.text(), if matches!(id, PeriodId::Window(_)) { "window" } else { "blackout" });
            self.report(
                Diagnostic::error(codes::BAD_CALL, path.span, format!("`{name}` is a {kind} and no calendar"))
                    .help(format!("whether the change meets it is `overlaps({name})`")),
            );
            return None;
        }
        self.calendar_id(&path, env.unit)
    }

    /// An expression that has to be a moment; a date is its start.
    fn instant_of(&mut self, expr: &Expr, env: &Env) -> Option<NodeId> {
        let node = self.lower(expr, env, None);
        match self.base(node) {
            Type::Error => None,
            Type::Time => Some(node),
            Type::Date => self.start_of_day(node, env.unit),
            _ => {
                self.expected(node, "time or date");
                None
            }
        }
    }

    /// `overlaps(x)`: whether the change meets the time and scope of a blackout or window.
    pub(super) fn overlaps(&mut self, named: &Path, env: &Env, span: Span) -> Option<NodeId> {
        let fits = |symbol: &Symbol| matches!(symbol, Symbol::Period(_));
        let (Symbol::Period(id), _) = self.statement_named(named, env.unit, ("blackout or window", false), &fits)?
        else {
            return None;
        };
        self.reading(Item::Period(id), span);
        self.about_here(true, env, span)?;
        Some(self.push(Op::Overlaps(id), Ty::plain(Type::Bool), span))
    }

    /// The blackout or window that a path names.
    pub(super) fn period_named(&self, path: &Path, unit: usize) -> Option<PeriodId> {
        let mut unit = unit;
        for (n, name) in path.parts.iter().enumerate() {
            match self.units.get(unit)?.names.get(&name.text)?.symbol {
                Symbol::Import(inner) => unit = inner,
                Symbol::Period(id) if n + 1 == path.parts.len() => return Some(id),
                _ => return None,
            }
        }
        None
    }

    /// `meets C, closes SPAN before`
    pub(super) fn meets(&mut self, tree: &tree::Meets, env: &Env) -> Option<Meets> {
        let calendar = self.calendar_id(&tree.calendar, env.unit);
        let closes = match &tree.closes {
            None => None,
            Some(length) => {
                let node = self.deadline_length(length, env);
                match self.base(node) {
                    Type::Error => return None,
                    Type::Nothing => {
                        self.expected(node, "length");
                        return None;
                    }
                    _ => Some(node),
                }
            }
        };
        Some(Meets { calendar: calendar?, closes, span: tree.span })
    }

    /// `5 business days [on CALENDAR]`, `1 month`
    pub(super) fn calendar_span(
        &mut self,
        amount: i64,
        unit: SpanUnit,
        on: Option<&Path>,
        env: &Env,
        span: Span,
    ) -> NodeId {
        let Some(path) = on else { return self.value(Const::Span(amount, unit), Type::Span, span) };
        match self.calendar_id(path, env.unit) {
            Some(calendar) => self.value(Const::BusinessDays(amount, calendar), Type::Span, span),
            None => self.failed(span),
        }
    }
}
