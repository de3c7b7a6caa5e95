//! Arithmetic: sums, products, and moving times.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{BinaryOp, Expr, ExprKind};
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::coerce::describe;
use super::env::Env;
use super::program::{ArithOp, Const, NodeId, Op};
use super::types::{Ty, Type};

/// What the operands have to become, and what comes out.
enum Plan {
    /// As they are.
    Plain(Type),
    /// Both as numbers.
    Numbers,
    /// The left as the start of its day.
    LeftStarts(Type),
    /// The right as the start of its day.
    RightStarts(Type),
    /// The left moved by the span on the right, or the other way round.
    Shift {
        /// The time stands on the right.
        swapped: bool,
        /// The type of the time.
        base: Type,
    },
}

impl Checker {
    pub(super) fn arithmetic(&mut self, op: BinaryOp, sides: (&Expr, &Expr), env: &Env, span: Span) -> NodeId {
        let left = self.operand(sides.0, env);
        let right = self.operand(sides.1, env);
        if self.is_error(left) || self.is_error(right) {
            return self.failed(span);
        }
        let arith = match op {
            BinaryOp::Add => ArithOp::Add,
            BinaryOp::Sub => ArithOp::Sub,
            BinaryOp::Mul => ArithOp::Mul,
            _ => ArithOp::Div,
        };
        let (l, r) = (self.base(left), self.base(right));
        let Some(plan) = plan(arith, &l, &r) else {
            self.no_arithmetic(arith, left, right, span);
            return self.failed(span);
        };
        let (left, right, base) = match plan {
            Plan::Plain(base) => (left, right, base),
            Plan::Numbers => (self.as_number(left), self.as_number(right), Type::Number),
            Plan::LeftStarts(base) => match self.start_of_day(left, env.unit) {
                Some(left) => (left, right, base),
                None => return self.failed(span),
            },
            Plan::RightStarts(base) => match self.start_of_day(right, env.unit) {
                Some(right) => (left, right, base),
                None => return self.failed(span),
            },
            Plan::Shift { swapped, base } => {
                let (time, length) = if swapped { (right, left) } else { (left, right) };
                let op = Op::Shift(time, length, arith == ArithOp::Sub, Self::context(env.unit));
                return self.push(op, Ty::plain(base), span);
            }
        };
        if arith == ArithOp::Div && matches!(self.constant(right), Some(Const::Int(0))) {
            self.report(
                Diagnostic::error(codes::BAD_LITERAL, span, "a division by zero is never known")
                    .help("divide by something else"),
            );
            return self.failed(span);
        }
        self.push(Op::Arith(arith, left, right), Ty::plain(base), span)
    }

    /// A score, where the operand is a CVSS value; never a bare word.
    fn operand(&mut self, expr: &Expr, env: &Env) -> NodeId {
        let node = self.lower(expr, env, None);
        match self.base(node) {
            Type::Cvss => self.score(node, env.unit),
            Type::Nothing => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, expr.span, "there is no arithmetic with `none`")
                        .help("it would never be known"),
                );
                self.failed(expr.span)
            }
            _ => node,
        }
    }

    fn no_arithmetic(&mut self, op: ArithOp, left: NodeId, right: NodeId, span: Span) {
        let (l, r) = (self.ty(left), self.ty(right));
        let word = match op {
            ArithOp::Add => "added",
            ArithOp::Sub => "subtracted",
            ArithOp::Mul => "multiplied",
            ArithOp::Div => "divided",
        };
        if l.base == Type::Span || r.base == Type::Span {
            self.report(
                Diagnostic::error(codes::SPAN_PLACE, span, "a calendar span stands only beside `+` or `-` with a time")
                    .help("use an exact length such as `14d`"),
            );
            return;
        }
        let error = Diagnostic::error(codes::WRONG_TYPE, span, format!("these cannot be {word}"))
            .also(self.span_of(left), describe(&l))
            .also(self.span_of(right), describe(&r));
        self.report(match (&l.base, &r.base) {
            (Type::String | Type::Row(_), _) | (_, Type::String | Type::Row(_)) => {
                error.help("texts are put together with holes: `\"{asset.id}: {asset.owner}\"`")
            }
            (Type::Percent, Type::Int | Type::Number) | (Type::Int | Type::Number, Type::Percent) => {
                error.help("add a percent to a percent: `10% + 5%`")
            }
            (Type::Time | Type::Date, Type::Int | Type::Number) => {
                let (sign, written) = (if op == ArithOp::Sub { "-" } else { "+" }, self.shown(self.span_of(right)));
                let plain = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
                let amount = if plain { written.as_str() } else { "3" };
                error.help(format!("say how long: `{sign} {amount} days` or `{sign} {amount}h`"))
            }
            _ => error.help("numbers, percents and lengths are added to their like; a time takes a length"),
        });
    }

    /// `-x`
    pub(super) fn negative(&mut self, inner: &Expr, env: &Env, want: Option<&Ty>, span: Span) -> NodeId {
        match &inner.kind {
            ExprKind::Number(text) => return self.number(text, true, want, span),
            ExprKind::Percent(text) => return self.percent(text, true, span),
            _ => {}
        }
        let node = self.operand(inner, env);
        let negated = match self.constant(node) {
            Some(Const::Duration(length)) => {
                length.checked_neg().map(|length| (Const::Duration(length), Type::Duration))
            }
            Some(Const::Span(amount, unit)) => {
                amount.checked_neg().map(|amount| (Const::Span(amount, *unit), Type::Span))
            }
            Some(Const::BusinessDays(amount, calendar)) => {
                amount.checked_neg().map(|amount| (Const::BusinessDays(amount, *calendar), Type::Span))
            }
            _ => None,
        };
        if let Some((value, base)) = negated {
            return self.value(value, base, span);
        }
        match self.base(node) {
            Type::Error => self.failed(span),
            base @ (Type::Int | Type::Number | Type::Percent | Type::Duration) => {
                self.push(Op::Neg(node), Ty::plain(base), span)
            }
            _ => {
                self.expected(node, "number or length");
                self.failed(span)
            }
        }
    }
}

fn plan(op: ArithOp, left: &Type, right: &Type) -> Option<Plan> {
    use Type::{Date, Duration, Int, Number, Percent, Span, Time};
    let number = |ty: &Type| matches!(ty, Int | Number);
    Some(match (op, left, right) {
        (ArithOp::Add | ArithOp::Sub | ArithOp::Mul, Int, Int) => Plan::Plain(Int),
        (ArithOp::Div, Int, Int) => Plan::Numbers,
        (_, l, r) if number(l) && number(r) => Plan::Numbers,
        (ArithOp::Add | ArithOp::Sub, Percent, Percent) => Plan::Plain(Percent),
        (ArithOp::Mul, Percent, r) if number(r) => Plan::Plain(Percent),
        (ArithOp::Mul, l, Percent) if number(l) => Plan::Plain(Percent),
        (ArithOp::Div, Percent, r) if number(r) => Plan::Plain(Percent),
        (ArithOp::Div, Percent, Percent) | (ArithOp::Div, Duration, Duration) => Plan::Plain(Number),
        (ArithOp::Add | ArithOp::Sub, Duration, Duration) => Plan::Plain(Duration),
        (ArithOp::Mul, Duration, r) if number(r) => Plan::Plain(Duration),
        (ArithOp::Mul, l, Duration) if number(l) => Plan::Plain(Duration),
        (ArithOp::Div, Duration, r) if number(r) => Plan::Plain(Duration),
        (ArithOp::Add | ArithOp::Sub, Time, Duration) | (ArithOp::Add, Duration, Time) => Plan::Plain(Time),
        (ArithOp::Add | ArithOp::Sub, Date, Duration) => Plan::LeftStarts(Time),
        (ArithOp::Add, Duration, Date) => Plan::RightStarts(Time),
        (ArithOp::Add | ArithOp::Sub, Time | Date, Span) => Plan::Shift { swapped: false, base: left.clone() },
        (ArithOp::Add, Span, Time | Date) => Plan::Shift { swapped: true, base: right.clone() },
        (ArithOp::Sub, Time, Time) | (ArithOp::Sub, Date, Date) => Plan::Plain(Duration),
        (ArithOp::Sub, Date, Time) => Plan::LeftStarts(Duration),
        (ArithOp::Sub, Time, Date) => Plan::RightStarts(Duration),
        _ => return None,
    })
}
