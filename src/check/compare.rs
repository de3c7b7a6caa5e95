//! Comparisons: what may be compared, and what can never hold.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr};
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::coerce::Purpose;
use super::decimal::Decimal;
use super::env::Env;
use super::literal::is_literal;
use super::program::{CompareOp, Const, NodeId, Op};
use super::types::{Ty, Type};

impl Checker {
    /// Lowers two expressions, of which one may say what the bare words of the other mean.
    pub(super) fn pair(&mut self, left: &Expr, right: &Expr, env: &Env, want: Option<&Ty>) -> (NodeId, NodeId) {
        if self.needs_context(left, env) && !self.needs_context(right, env) {
            let right = self.lower(right, env, want);
            let left = self.beside(left, right, env);
            (left, right)
        } else {
            let left = self.lower(left, env, want);
            let right = self.beside(right, left, env);
            (left, right)
        }
    }

    /// Lowers an expression beside another. Beside an error nothing says what a bare word means, so it is not reported as well.
    pub(super) fn beside(&mut self, expr: &Expr, other: NodeId, env: &Env) -> NodeId {
        if self.is_error(other) && self.needs_context(expr, env) {
            return self.failed(expr.span);
        }
        let ty = self.ty(other);
        self.lower(expr, env, Some(&ty))
    }

    pub(super) fn compare(&mut self, op: BinaryOp, sides: (&Expr, &Expr), env: &Env, span: Span) -> NodeId {
        let Some(op) = compare_op(op) else { return self.failed(span) };
        let (left, right) = self.pair(sides.0, sides.1, env, None);
        let constant = is_literal(sides.0) && is_literal(sides.1);
        self.compare_nodes(op, left, right, constant, env, span)
    }

    /// A comparison of two values; `constant` says that both are written out.
    pub(super) fn compare_nodes(
        &mut self,
        op: CompareOp,
        left: NodeId,
        right: NodeId,
        constant: bool,
        env: &Env,
        span: Span,
    ) -> NodeId {
        if self.is_error(left) || self.is_error(right) {
            return self.failed(span);
        }
        if !self.none_can_meet(op, left, right, span) {
            return self.failed(span);
        }
        let Some((left, right)) = self.unify(left, right, Purpose::Compare, env.unit, span) else {
            return self.failed(span);
        };
        let ty = if self.base(left) == Type::Nothing { self.ty(right) } else { self.ty(left) };
        match &ty.base {
            Type::Set(_) | Type::List(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, span, "lists are not compared as a whole")
                        .help("use `in`, or `every x in LIST satisfies …`"),
                );
                return self.failed(span);
            }
            Type::Span => {
                self.report(
                    Diagnostic::error(
                        codes::SPAN_PLACE,
                        span,
                        "calendar spans are not compared: a month is 28 to 31 days",
                    )
                    .help("use exact lengths such as `14d`"),
                );
                return self.failed(span);
            }
            _ => {}
        }
        let ordering = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        if ordering && !has_order(&ty.base) {
            self.no_order(&ty, left, op, span);
            return self.failed(span);
        }
        if !self.can_differ(op, left, right, span) {
            return self.failed(span);
        }
        if constant {
            self.report(
                Diagnostic::warning(
                    codes::CONSTANT_COMPARISON,
                    span,
                    "this comparison reads no fact: it is always the same",
                )
                .help("compare a fact with a value, or leave it out"),
            );
        } else if self.alike(left, right, 0) {
            self.report(
                Diagnostic::warning(codes::CONSTANT_COMPARISON, span, "both sides of this comparison are the same")
                    .help("compare with something else, or use `is known` if that is meant"),
            );
        }
        self.push(Op::Compare(op, left, right), Ty::plain(Type::Bool), span)
    }

    /// Whether `none` can stand on one side; reports where it cannot.
    fn none_can_meet(&mut self, op: CompareOp, left: NodeId, right: NodeId, span: Span) -> bool {
        for (none, other) in [(left, right), (right, left)] {
            if self.base(none) != Type::Nothing {
                continue;
            }
            let ty = self.ty(other);
            let shown = self.shown(self.span_of(other));
            if !ty.or_none && ty.base != Type::Nothing {
                self.report(
                    Diagnostic::error(codes::NEVER_HOLDS, span, format!("`{shown}` is never `none`"))
                        .label("no fact can make this comparison differ")
                        .help(format!("`none` is only for what is declared `or none`; where a fact is missing, say `{shown} is unknown`")),
                );
                return false;
            }
            if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
                self.report(
                    Diagnostic::error(codes::NEVER_HOLDS, span, "`none` is neither less nor greater than anything")
                        .help("ask for `== none` or `!= none`"),
                );
                return false;
            }
        }
        true
    }

    fn no_order(&mut self, ty: &Ty, left: NodeId, op: CompareOp, span: Span) {
        let help = match &ty.base {
            Type::Enum(def) => {
                format!(
                    "`{}` declares its values with `|`; name those that are meant: `in {{ {} }}`",
                    def.name,
                    def.values.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
                )
            }
            Type::Bool => "a condition stands alone, or behind `not`".to_owned(),
            _ => "compare with `==`, `in`, `like` or `matches`".to_owned(),
        };
        let shown = self.shown(self.span_of(left));
        self.report(
            Diagnostic::error(
                codes::NO_ORDER,
                span,
                format!("`{}` needs an order, and `{shown}` has none", symbol(op)),
            )
            .help(help),
        );
    }

    /// Whether facts can make the comparison both true and false; reports where they cannot.
    fn can_differ(&mut self, op: CompareOp, left: NodeId, right: NodeId, span: Span) -> bool {
        let (op, value, constant) = match (self.constant(left).cloned(), self.constant(right).cloned()) {
            (None, Some(constant)) => (op, left, constant),
            (Some(constant), None) => (op.turned(), right, constant),
            _ => return true,
        };
        let Some((low, high)) = self.bounds(value) else { return true };
        let number = match constant {
            Const::Int(n) => Decimal::from_int(n),
            Const::Decimal(n) => n,
            _ => return true,
        };
        let (never, always) = match op {
            CompareOp::Eq => (number < low || number > high, false),
            CompareOp::Ne => (false, number < low || number > high),
            CompareOp::Lt => (number <= low, number > high),
            CompareOp::Le => (number < low, number >= high),
            CompareOp::Gt => (number >= high, number < low),
            CompareOp::Ge => (number > high, number <= low),
        };
        if !never && !always {
            return true;
        }
        let shown = self.shown(self.span_of(value));
        let message = if never {
            "this comparison can never hold"
        } else {
            "this comparison always holds where the fact is known"
        };
        let diagnostic = Diagnostic {
            severity: if never {
                crate::syntax::diagnostic::Severity::Error
            } else {
                crate::syntax::diagnostic::Severity::Warning
            },
            ..Diagnostic::error(codes::NEVER_HOLDS, span, message)
        };
        let sign = if self.base(value) == Type::Percent { "%" } else { "" };
        self.report(
            diagnostic
                .label(format!("`{shown}` lies between {low}{sign} and {high}{sign}"))
                .help("choose a value in between"),
        );
        !never
    }

    /// Between what a number lies.
    fn bounds(&self, node: NodeId) -> Option<(Decimal, Decimal)> {
        let found = self.node(node)?;
        match (&found.op, found.ty.range) {
            (_, Some((low, high))) => Some((Decimal::from_int(low), Decimal::from_int(high))),
            (Op::ToNumber(inner), None) => self.bounds(*inner),
            _ => None,
        }
    }

    /// Whether two nodes compute the same from the same facts, as far as a shallow look tells.
    pub(super) fn alike(&self, left: NodeId, right: NodeId, depth: usize) -> bool {
        if left == right {
            return true;
        }
        let (Some(l), Some(r)) = (self.node(left), self.node(right)) else { return false };
        if depth > 8 || l.ty.base != r.ty.base {
            return false;
        }
        let both = |a: &NodeId, b: &NodeId| self.alike(*a, *b, depth + 1);
        match (&l.op, &r.op) {
            (Op::Not(a), Op::Not(b)) | (Op::Neg(a), Op::Neg(b)) | (Op::ToNumber(a), Op::ToNumber(b)) => both(a, b),
            (Op::ToDate(a, x), Op::ToDate(b, y)) | (Op::ToTime(a, x), Op::ToTime(b, y)) => x == y && both(a, b),
            (Op::Cvss(a, v, p, c), Op::Cvss(b, w, q, d)) => v == w && p == q && c == d && both(a, b),
            (Op::Arith(o, a, c), Op::Arith(p, b, d)) => o == p && both(a, b) && both(c, d),
            (Op::Compare(o, a, c), Op::Compare(p, b, d)) => o == p && both(a, b) && both(c, d),
            (Op::Is(a, o), Op::Is(b, p)) => o == p && both(a, b),
            (Op::Like(a, o), Op::Like(b, p)) | (Op::Matches(a, o), Op::Matches(b, p)) => o == p && both(a, b),
            (Op::And(a), Op::And(b)) | (Op::Or(a), Op::Or(b)) | (Op::Table(_, a), Op::Table(_, b)) => {
                let same_table = match (&l.op, &r.op) {
                    (Op::Table(x, _), Op::Table(y, _)) => x == y,
                    _ => true,
                };
                same_table && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| both(a, b))
            }
            (Op::In(a, x), Op::In(b, y)) => both(a, b) && self.same_list(x, y, depth),
            _ => l.op == r.op,
        }
    }

    pub(super) fn same_list(
        &self,
        left: &super::program::ListRef,
        right: &super::program::ListRef,
        depth: usize,
    ) -> bool {
        use super::program::ListRef::Literal;
        match (left, right) {
            (Literal(a), Literal(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.alike(*a, *b, depth + 1))
            }
            _ => left == right,
        }
    }
}

fn compare_op(op: BinaryOp) -> Option<CompareOp> {
    Some(match op {
        BinaryOp::Eq => CompareOp::Eq,
        BinaryOp::Ne => CompareOp::Ne,
        BinaryOp::Lt => CompareOp::Lt,
        BinaryOp::Le => CompareOp::Le,
        BinaryOp::Gt => CompareOp::Gt,
        BinaryOp::Ge => CompareOp::Ge,
        _ => return None,
    })
}

fn symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

/// Whether `<` means something.
pub(super) fn has_order(ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Number | Type::Percent | Type::Date | Type::Time | Type::Duration | Type::Version => true,
        Type::Enum(def) => def.ordered,
        _ => false,
    }
}
