//! Deadlines: how an arm's due time is worked out.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::source::Span;
use crate::syntax::tree::{Deadline, DeadlineKind, EndOfDay};

use super::checker::Checker;
use super::codes;
use super::env::Env;
use super::program::{Const, DueNode, NodeId, Op, ZoneRef};
use super::types::{Ty, Type};

impl Checker {
    /// The clock of a block: the first that is known.
    pub(super) fn clock_of_block(&mut self, expr: &Expr, env: &Env) -> NodeId {
        let node = self.clock(expr, env);
        self.moment(node)
    }

    /// A part of a clock: a chain of `default` needs no `assumes` there.
    pub(super) fn clock(&mut self, expr: &Expr, env: &Env) -> NodeId {
        match &expr.kind {
            ExprKind::Default(value, other) => self.default(value, other, true, env, None, expr.span),
            _ => self.lower(expr, env, None),
        }
    }

    /// A node that has to be a time or date.
    fn moment(&mut self, node: NodeId) -> NodeId {
        match self.base(node) {
            Type::Time | Type::Date | Type::Error | Type::Nothing => node,
            _ => {
                self.expected(node, "time or date");
                let span = self.span_of(node);
                self.failed(span)
            }
        }
    }

    /// How a deadline is worked out; none is no deadline.
    pub(super) fn deadline(&mut self, deadline: &Deadline, clock: Option<NodeId>, env: &Env) -> Option<DueNode> {
        let node = match &deadline.kind {
            DeadlineKind::Within { span, of } => {
                let length = self.deadline_length(span, env);
                let time = of.as_ref().map(|of| {
                    let node = self.lower(of, env, None);
                    self.moment(node)
                });
                if time.is_none() && clock.is_none() && self.base(length) != Type::Nothing {
                    self.report(
                        Diagnostic::error(codes::DEADLINE, deadline.span, "nothing says from when this counts").help(
                            if env.level.is_some() {
                                "give the block a `clock`, or write `within … of TIME`"
                            } else {
                                "write `within … of TIME`, such as `within 3d of change.finished_at`"
                            },
                        ),
                    );
                    return None;
                }
                self.due(length, time.or(clock)?, false, env, deadline.span)?
            }
            DeadlineKind::Before { span, time } | DeadlineKind::After { span, time } => {
                let length = self.deadline_length(span, env);
                let time = self.lower(time, env, None);
                let time = self.moment(time);
                let before = matches!(deadline.kind, DeadlineKind::Before { .. });
                self.due(length, time, before, env, deadline.span)?
            }
            DeadlineKind::By(time) => {
                let node = self.lower(time, env, None);
                let node = self.moment(node);
                if self.base(node) == Type::Nothing {
                    return None;
                }
                node
            }
        };
        if self.base(node) == Type::Date && !self.date_is_placed(node, env.unit) {
            return None;
        }
        let zone = self.day_zone(env.unit);
        let end_of_day = match &deadline.end_of_day {
            Some(end) => Some(self.end_of_day(end, env)?),
            None => None,
        };
        Some(DueNode { node, end_of_day, zone })
    }

    fn date_is_placed(&mut self, node: NodeId, unit: usize) -> bool {
        if self.own_zone(unit).is_none() && self.constant(node).is_some() {
            let span = self.span_of(node);
            let text = self.shown(span);
            self.no_zone(&text, span);
            return false;
        }
        true
    }

    pub(super) fn deadline_length(&mut self, expr: &Expr, env: &Env) -> NodeId {
        let node = self.lower(expr, env, None);
        match self.base(node) {
            Type::Duration | Type::Span | Type::Nothing | Type::Error => {
                let negative = match self.constant(node) {
                    Some(Const::Duration(length)) => *length < 0,
                    Some(Const::Span(amount, _) | Const::BusinessDays(amount, _)) => *amount < 0,
                    _ => false,
                };
                if negative {
                    self.report(
                        Diagnostic::error(codes::DEADLINE, expr.span, "a deadline's length is not negative")
                            .help("write `… before TIME`"),
                    );
                    return self.failed(expr.span);
                }
                node
            }
            _ => {
                self.expected(node, "length");
                self.failed(expr.span)
            }
        }
    }

    /// The time with the length added; none where the length is certainly none.
    fn due(&mut self, length: NodeId, time: NodeId, before: bool, env: &Env, span: Span) -> Option<NodeId> {
        if self.is_error(length) || self.is_error(time) {
            return None;
        }
        if self.base(length) == Type::Nothing || self.base(time) == Type::Nothing {
            return None;
        }
        // A day that is moved by days stays a day; an exact length counts from its start.
        let stays_a_day = self.base(time) == Type::Date && self.only_spans(length, 0);
        let (time, base) = if self.base(time) == Type::Date && !stays_a_day {
            (self.start_of_day(time, env.unit)?, Type::Time)
        } else {
            (time, self.base(time))
        };
        let or_none = self.ty(length).or_none || self.ty(time).or_none;
        let op = Op::Due { length, time: Some(time), before, context: Self::context(env.unit) };
        Some(self.push(op, Ty { base, or_none, range: None }, span))
    }

    /// Whether a length is a calendar span whatever the facts are.
    fn only_spans(&self, node: NodeId, depth: usize) -> bool {
        if depth > 64 {
            return false;
        }
        match self.node(node).map(|found| &found.op) {
            Some(Op::Const(Const::Span(..) | Const::BusinessDays(..) | Const::None)) => true,
            Some(Op::If(_, a, b) | Op::Default(a, b, _)) => {
                self.only_spans(*a, depth + 1) && self.only_spans(*b, depth + 1)
            }
            Some(Op::Table(index, _)) => self.program.tables.get(usize::from(*index)).is_some_and(|table| {
                let in_days = |value: &Const| matches!(value, Const::Span(..) | Const::BusinessDays(..) | Const::None);
                table.rows.iter().all(|row| in_days(&row.outcome))
            }),
            _ => false,
        }
    }

    fn end_of_day(&mut self, end: &EndOfDay, env: &Env) -> Option<ZoneRef> {
        match &end.zone {
            None => Some(ZoneRef::Fixed(self.day_zone(env.unit))),
            Some(_) => self.zone_clause(end.zone.as_ref(), env, end.span),
        }
    }
}
