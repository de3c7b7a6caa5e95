//! Lowering expressions: which form goes where, and what conditions are made of.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind, Presence, UnaryOp};
use crate::syntax::source::Span;

use super::checker::{Checker, MOST_DEPTH};
use super::codes;
use super::coerce::{Purpose, describe};
use super::env::Env;
use super::program::{Const, NodeId, Op, VarId};
use super::schema::TableId;
use super::types::{Ty, Type};

impl Checker {
    /// Lowers an expression. `want` is the type on the other side, from which bare words and numbers take theirs.
    pub(super) fn lower(&mut self, expr: &Expr, env: &Env, want: Option<&Ty>) -> NodeId {
        if self.depth >= MOST_DEPTH || self.too_large {
            if !self.too_large {
                self.report(
                    Diagnostic::error(codes::TOO_LARGE, expr.span, "expressions nest too deeply here")
                        .help("give parts of it names with `let`, and let fewer of these build on each other"),
                );
            }
            return self.failed(expr.span);
        }
        self.depth += 1;
        let node = self.lower_kind(expr, env, want);
        self.depth -= 1;
        node
    }

    fn lower_kind(&mut self, expr: &Expr, env: &Env, want: Option<&Ty>) -> NodeId {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(value) => self.value(Const::Bool(*value), Type::Bool, span),
            ExprKind::Number(text) => self.number(text, false, want, span),
            ExprKind::Percent(text) => self.percent(text, false, span),
            ExprKind::Str(text) => self.text(text, env),
            ExprKind::Duration(micros) => self.value(Const::Duration(*micros), Type::Duration, span),
            ExprKind::Span { amount, unit, on } => self.calendar_span(*amount, *unit, on.as_ref(), env, span),
            ExprKind::Time(text) => self.time(text, env, span),
            ExprKind::TimeIn(text, zone) => self.time_in(text, zone, span),
            ExprKind::Name(_) | ExprKind::Field(..) => self.path(expr, env, want),
            ExprKind::Call(path, arguments) => self.call(path, arguments, env, span),
            ExprKind::Unary(UnaryOp::Not, inner) => self.not(inner, env, span),
            ExprKind::Unary(UnaryOp::Neg, inner) => self.negative(inner, env, want, span),
            ExprKind::Binary(op, _, left, right) => self.binary(*op, expr, (left, right), env),
            ExprKind::If(condition, then, other) => self.choice(condition, (then, other), env, want, span),
            ExprKind::Quant { kind, var, list, filter, body } => {
                self.quantifier(*kind, var, list, filter.as_deref(), body.as_deref(), env, span)
            }
            ExprKind::Agg { kind, value, var, list, filter, empty } => {
                let parts =
                    super::list::Parts { value: value.as_deref(), filter: filter.as_deref(), empty: empty.as_deref() };
                self.aggregate(*kind, var, list, &parts, env, span)
            }
            ExprKind::Default(value, other) => self.default(value, other, false, env, want, span),
            ExprKind::Is(inner, presence) => self.presence(inner, *presence, env, span),
            ExprKind::Of(name, subject) => self.of(name, subject, env, span),
            ExprKind::Paren(inner) => self.lower(inner, env, want),
            ExprKind::Calendar(next, calendar, time) => self.nearest(*next, calendar, time, env, span),
            ExprKind::Over { .. } => {
                self.later(span, "averages of metrics");
                self.failed(span)
            }
            ExprKind::List { .. } => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, "a list in brackets cannot stand here")
                        .label("brackets are for lists in a test's records")
                        .help("write a set, in braces: `{ a, b }`"),
                );
                self.failed(span)
            }
            ExprKind::Set(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, "a set cannot stand here")
                        .help("a set stands behind `in`, in a `let`, or is what a quantifier looks through"),
                );
                self.failed(span)
            }
            ExprKind::Record(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, "a record cannot stand here")
                        .help("records are written in a `test` only"),
                );
                self.failed(span)
            }
            ExprKind::Regex(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, "a regular expression stands only behind `matches`")
                        .help("write `x matches /…/`"),
                );
                self.failed(span)
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, expr: &Expr, sides: (&Expr, &Expr), env: &Env) -> NodeId {
        let span = expr.span;
        match op {
            BinaryOp::And | BinaryOp::Or => self.chain(op, expr, env),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.compare(op, sides, env, span)
            }
            BinaryOp::In => self.member(sides.0, sides.1, env, span),
            BinaryOp::NotIn => {
                let inner = self.member(sides.0, sides.1, env, span);
                self.negated(inner, span)
            }
            BinaryOp::Like => self.like(sides.0, sides.1, env, span),
            BinaryOp::Matches => self.matches(sides.0, sides.1, env, span),
            BinaryOp::Overlaps => self.changes_meet(sides, env, span),
            BinaryOp::During => self.during(sides.0, sides.1, env, span),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => self.arithmetic(op, sides, env, span),
        }
    }

    /// `a and b and c` as one node, so that long chains nest no deeper than short ones.
    fn chain(&mut self, op: BinaryOp, expr: &Expr, env: &Env) -> NodeId {
        let mut nodes = Vec::new();
        let mut broken = false;
        for operand in operands(op, expr) {
            let node = self.condition(operand, env);
            broken |= self.is_error(node);
            nodes.push(node);
        }
        if broken {
            return self.failed(expr.span);
        }
        if op == BinaryOp::And {
            self.split_condition(expr, &nodes);
        }
        let op = if op == BinaryOp::And { Op::And(nodes) } else { Op::Or(nodes) };
        self.push(op, Ty::plain(Type::Bool), expr.span)
    }

    /// Lowers an expression that has to be a condition.
    pub(super) fn condition(&mut self, expr: &Expr, env: &Env) -> NodeId {
        let node = self.lower(expr, env, Some(&Ty::plain(Type::Bool)));
        let ty = self.ty(node);
        match ty.base {
            Type::Error => node,
            Type::Bool if !ty.or_none => node,
            _ => {
                let shown = self.shown(expr.span);
                let help = match &ty.base {
                    Type::Bool => format!("it may be `none`: write `{shown} == true`"),
                    Type::String => format!("`{shown} is given` asks whether there is one"),
                    Type::Set(_) | Type::List(_) => format!("write `any x in {shown} where …`"),
                    _ => format!("compare it: `{shown} == …`"),
                };
                self.report(
                    Diagnostic::error(codes::NOT_A_CONDITION, expr.span, format!("`{shown}` is no condition"))
                        .label(describe(&ty))
                        .help(help),
                );
                self.failed(expr.span)
            }
        }
    }

    fn not(&mut self, inner: &Expr, env: &Env, span: Span) -> NodeId {
        let node = self.condition(inner, env);
        self.negated(node, span)
    }

    pub(super) fn negated(&mut self, node: NodeId, span: Span) -> NodeId {
        if self.is_error(node) {
            return self.failed(span);
        }
        self.push(Op::Not(node), Ty::plain(Type::Bool), span)
    }

    fn choice(
        &mut self,
        condition: &Expr,
        branches: (&Expr, &Expr),
        env: &Env,
        want: Option<&Ty>,
        span: Span,
    ) -> NodeId {
        let condition = self.condition(condition, env);
        let (then, other) = match want {
            Some(_) => (self.lower(branches.0, env, want), self.lower(branches.1, env, want)),
            None => self.pair(branches.0, branches.1, env, None),
        };
        if self.is_error(condition) {
            return self.failed(span);
        }
        let Some((then, other)) = self.unify(then, other, Purpose::Join, env.unit, span) else {
            return self.failed(span);
        };
        let ty = self.joined(then, other);
        self.push(Op::If(condition, then, other), ty, span)
    }

    /// The type of a value that is one of two.
    pub(super) fn joined(&self, left: NodeId, right: NodeId) -> Ty {
        let (l, r) = (self.ty(left), self.ty(right));
        let base = match (&l.base, &r.base) {
            (Type::Nothing, other) | (other, Type::Nothing) => other.clone(),
            (Type::Span, Type::Duration) | (Type::Duration, Type::Span) => Type::Span,
            (base, _) => base.clone(),
        };
        let nothing = l.base == Type::Nothing || r.base == Type::Nothing;
        let range = match (self.range(left), self.range(right)) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            _ => None,
        };
        Ty { base, or_none: l.or_none || r.or_none || nothing, range }
    }

    fn range(&self, node: NodeId) -> Option<(i64, i64)> {
        match self.constant(node) {
            Some(Const::Int(value)) => Some((*value, *value)),
            _ => self.ty(node).range,
        }
    }

    /// `x default d`; `clock` says that it is a triage's clock.
    pub(super) fn default(
        &mut self,
        value: &Expr,
        other: &Expr,
        clock: bool,
        env: &Env,
        want: Option<&Ty>,
        span: Span,
    ) -> NodeId {
        let (value, other) = if clock {
            (self.clock(value, env), self.clock(other, env))
        } else if want.is_some() && self.needs_context(value, env) {
            (self.lower(value, env, want), self.lower(other, env, want))
        } else {
            self.pair(value, other, env, want)
        };
        let Some((value, other)) = self.unify(value, other, Purpose::Join, env.unit, span) else {
            return self.failed(span);
        };
        let ty = self.joined(value, other);
        self.push(Op::Default(value, other, clock), ty, span)
    }

    /// Whether a node is the id of the record that its variable stands for, rather than of one that a field of it refers to.
    fn is_own_id(&self, node: NodeId, table: TableId) -> bool {
        let key = self.program.schema.table(table).and_then(|def| def.key);
        let of = |var: VarId| self.program.vars.get(usize::from(var.0)).map(|info| info.table);
        match self.node(node).map(|found| &found.op) {
            Some(Op::Field(var, field)) => of(*var) == Some(table) && Some(*field) == key,
            _ => false,
        }
    }

    fn presence(&mut self, inner: &Expr, presence: Presence, env: &Env, span: Span) -> NodeId {
        let node = self.lower(inner, env, None);
        match self.base(node) {
            Type::Error => self.failed(span),
            // What a field refers to may be missing; the record at hand is there.
            Type::Row(table) if self.is_own_id(node, table) => {
                self.report(
                    Diagnostic::error(
                        codes::WRONG_TYPE,
                        inner.span,
                        "a record is always there: ask for one of its facts",
                    )
                    .help("name a field, such as `asset.owner is known`"),
                );
                self.failed(span)
            }
            _ => self.push(Op::Is(node, presence), Ty::plain(Type::Bool), span),
        }
    }
}

/// The operands of a chain of `and`, or of `or`, in the order written.
pub(super) fn operands(op: BinaryOp, expr: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(next) = stack.pop() {
        match &next.kind {
            ExprKind::Binary(inner, _, left, right) if *inner == op => {
                stack.push(right);
                stack.push(left);
            }
            _ => found.push(next),
        }
    }
    found
}
