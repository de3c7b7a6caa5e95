//! Arms that can never be the first true one.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Span;

use super::checker::Checker;
use super::codes;
use super::domain;
use super::program::{Arm, CompareOp, Const, ListRef, NodeId, Op};

/// Steps of one comparison of two conditions: enough for any that people write.
const MOST_STEPS: u32 = 2_000;

impl Checker {
    /// Reports arms whose condition holds only where an earlier arm's does.
    pub(super) fn unreachable_arms(&mut self, arms: &[Arm]) {
        for (n, arm) in arms.iter().enumerate() {
            let Some(when) = arm.when else { continue };
            if self.is_error(when) {
                continue;
            }
            if self.constant(when) == Some(&Const::Bool(false)) {
                self.no_arm(arm.span, None, "its condition is never true");
                continue;
            }
            let earlier = arms.iter().take(n).find(|earlier| {
                earlier.when.is_some_and(|earlier| {
                    let mut steps = MOST_STEPS;
                    !self.is_error(earlier) && self.implies(when, earlier, &mut steps)
                })
            });
            if let Some(earlier) = earlier {
                self.no_arm(
                    arm.span,
                    Some(earlier.span),
                    "wherever its condition is true, an earlier arm's is as well",
                );
            }
        }
    }

    fn no_arm(&mut self, span: Span, earlier: Option<Span>, why: &str) {
        let error = Diagnostic::error(codes::UNREACHABLE_ARM, span, "this arm is never reached")
            .label(why)
            .help("put the stricter condition first, or take the arm out");
        self.report(match earlier {
            Some(earlier) => error.also(earlier, "this arm is taken before"),
            None => error,
        });
    }

    /// Whether a condition is true only where another is, as far as their form tells.
    pub(super) fn implies(&self, left: NodeId, right: NodeId, steps: &mut u32) -> bool {
        if left == right {
            return true;
        }
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let (Some(l), Some(r)) = (self.node(left), self.node(right)) else { return false };
        match (&l.op, &r.op) {
            (Op::Const(Const::Bool(false)), _) | (_, Op::Const(Const::Bool(true))) => return true,
            (_, Op::And(all)) => return all.iter().all(|part| self.implies(left, *part, steps)),
            (Op::Or(all), _) => return all.iter().all(|part| self.implies(*part, right, steps)),
            _ => {}
        }
        if let Op::And(all) = &l.op
            && all.iter().any(|part| self.implies(*part, right, steps))
        {
            return true;
        }
        if let Op::Or(all) = &r.op
            && all.iter().any(|part| self.implies(left, *part, steps))
        {
            return true;
        }
        match (&l.op, &r.op) {
            (Op::Not(a), Op::Not(b)) => self.implies(*b, *a, steps),
            (Op::Compare(..) | Op::In(..), Op::Compare(..) | Op::In(..)) => {
                self.narrower(&l.op, &r.op) || self.alike(left, right, 0)
            }
            _ => self.alike(left, right, 0),
        }
    }

    /// Whether a comparison of a value with constants holds only where another of the same value does.
    fn narrower(&self, left: &Op, right: &Op) -> bool {
        let (Some((x, l)), Some((y, r))) = (self.against_constants(left), self.against_constants(right)) else {
            return false;
        };
        if !self.alike(x, y, 0) {
            return false;
        }
        match (&l, &r) {
            (Against::One(value), _) => holds(&r, value),
            (Against::OneOf(values), _) => values.iter().all(|value| holds(&r, value)),
            (Against::Is(low, a), Against::Is(high, b)) => bounds_imply(*low, a, *high, b),
            (Against::Is(..), Against::One(_) | Against::OneOf(_)) => false,
        }
    }

    fn against_constants<'a>(&'a self, op: &'a Op) -> Option<(NodeId, Against<'a>)> {
        match op {
            Op::Compare(op, x, y) => match (self.constant(*x), self.constant(*y)) {
                (None, Some(value)) if *op == CompareOp::Eq => Some((*x, Against::One(value))),
                (Some(value), None) if *op == CompareOp::Eq => Some((*y, Against::One(value))),
                (None, Some(value)) => Some((*x, Against::Is(*op, value))),
                (Some(value), None) => Some((*y, Against::Is(op.turned(), value))),
                _ => None,
            },
            Op::In(x, ListRef::Literal(all)) => {
                let values: Option<Vec<&Const>> = all.iter().map(|n| self.constant(*n)).collect();
                Some((*x, Against::OneOf(values?)))
            }
            _ => None,
        }
    }
}

/// What a value is held against.
enum Against<'a> {
    /// It equals this.
    One(&'a Const),
    /// It equals one of these.
    OneOf(Vec<&'a Const>),
    /// It compares to this.
    Is(CompareOp, &'a Const),
}

fn holds(against: &Against<'_>, value: &Const) -> bool {
    match against {
        Against::One(other) => value == *other,
        Against::OneOf(values) => values.contains(&value),
        Against::Is(CompareOp::Ne, other) => value != *other,
        Against::Is(op, other) => {
            use std::cmp::Ordering::{Equal, Greater, Less};
            let order = domain::compare(value, other);
            match op {
                CompareOp::Lt => order == Some(Less),
                CompareOp::Le => matches!(order, Some(Less | Equal)),
                CompareOp::Gt => order == Some(Greater),
                CompareOp::Ge => matches!(order, Some(Greater | Equal)),
                CompareOp::Eq | CompareOp::Ne => false,
            }
        }
    }
}

/// Whether `x low a` holds only where `x high b` does.
fn bounds_imply(low: CompareOp, a: &Const, high: CompareOp, b: &Const) -> bool {
    use CompareOp::{Ge, Gt, Le, Lt, Ne};
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = domain::compare(a, b);
    match (low, high) {
        (Ne, Ne) => a == b,
        (Ge | Gt, Gt) if low == Gt => matches!(order, Some(Greater | Equal)),
        (Ge, Gt) => order == Some(Greater),
        (Ge | Gt, Ge) => matches!(order, Some(Greater | Equal)),
        (Le | Lt, Lt) if low == Lt => matches!(order, Some(Less | Equal)),
        (Le, Lt) => order == Some(Less),
        (Le | Lt, Le) => matches!(order, Some(Less | Equal)),
        (Gt, Ne) => matches!(order, Some(Greater | Equal)),
        (Ge, Ne) => order == Some(Greater),
        (Lt, Ne) => matches!(order, Some(Less | Equal)),
        (Le, Ne) => order == Some(Less),
        _ => false,
    }
}
