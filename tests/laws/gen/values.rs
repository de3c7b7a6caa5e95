//! Values of quantities: fields, literals, arithmetic, figures with names.

use crate::ir::*;
use crate::oracle::time;
use crate::vocab::{self, Absent, Ent, Ty};

use super::cond::let_scope;
use super::{Gen, Scope, Var};

const BILLION: i128 = 1_000_000_000;

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

/// The kind of a field that is a quantity.
pub fn kind_of(ty: Ty) -> Option<Kind> {
    Some(match ty {
        Ty::Int(..) => Kind::Int,
        Ty::Number | Ty::Cvss => Kind::Num,
        Ty::Percent => Kind::Pct,
        Ty::Date => Kind::Date,
        Ty::Time => Kind::Time,
        Ty::Duration => Kind::Dur,
        _ => return None,
    })
}

impl Gen {
    /// A field of this kind. Where `none` is not wanted it is of a type without it.
    pub fn plain(&mut self, var: &str, ent: Ent, kind: Kind, none: bool) -> Option<E> {
        let fits = |f: &vocab::Field| kind_of(f.ty) == Some(kind) && (none || !(f.or_none || f.absent == Absent::None));
        let field = self.field(ent, fits)?;
        let e = E::Field(var.to_owned(), ent, field.name);
        Some(if field.ty == Ty::Cvss { E::Cvss(boxed(e), None, CvssPart::Score) } else { e })
    }

    pub fn literal(&mut self, kind: Kind) -> E {
        match kind {
            Kind::Int => E::Lit(Val::Int(self.rng.between(1, 6))),
            Kind::Num => E::Lit(Val::Num(i128::from(self.rng.between(1, 99)) * BILLION / 10)),
            Kind::Pct => E::Lit(Val::Pct(i128::from(self.rng.between(2, 198)) * BILLION / 2)),
            Kind::Date => E::Lit(Val::Date(self.day(40))),
            Kind::Time => {
                if self.rng.chance(30) {
                    E::Now
                } else {
                    E::TimeLit(self.time_literal(20))
                }
            }
            Kind::Dur => E::Lit(self.duration()),
            Kind::Bool | Kind::Str => unreachable!("no quantity"),
        }
    }

    pub fn duration(&mut self) -> Val {
        let unit = *self.rng.pick(&[30 * time::MINUTE, time::HOUR, 12 * time::HOUR, time::DAY, 7 * time::DAY]);
        Val::Dur(unit * self.rng.between(1, 5))
    }

    pub fn span(&mut self) -> Val {
        if self.times
            && self.rng.chance(25)
            && let Some(name) = self.policy.cals.first().map(|c| c.name.clone())
        {
            return Val::BusinessDays(self.rng.between(1, 5), name.as_str().into());
        }
        let unit = *self.rng.pick(&[Unit::Day, Unit::Week, Unit::Month, Unit::BusinessDay]);
        Val::Span(self.rng.between(1, 5), unit)
    }

    /// A quantity that reads the variable.
    pub fn quantity(&mut self, scope: &Scope, var: &str, kind: Kind, depth: usize) -> Option<E> {
        let Var::Rec(ent) = scope.kind(var) else { return None };
        if scope.names
            && self.defining < 2
            && self.rng.chance(8)
            && let Some(e) = self.named_quantity(scope, var, kind)
        {
            return Some(e);
        }
        let plain = self.plain(var, ent, kind, true)?;
        if depth == 0 {
            return Some(plain);
        }
        // An `if` between a tier and a figure compares with bounds that the checker knows.
        let bounded = matches!(&plain, E::Field(_, ent, name) if matches!(vocab::find(*ent, name).ty, Ty::Int(1, 4)));
        Some(match self.rng.below(12) {
            2 | 3 if bounded => plain,
            0 | 1 => self.sum(var, ent, kind, plain),
            2 => {
                let c = self.cond(scope, Some(var), 0);
                let other = self.literal_or_plain(var, ent, kind);
                if self.rng.chance(50) {
                    E::If(boxed(c), boxed(plain), boxed(other))
                } else {
                    E::If(boxed(c), boxed(other), boxed(plain))
                }
            }
            6 if !matches!(kind, Kind::Time | Kind::Date) && !bounded => {
                // Several values are possible, and each is worked with.
                let c = self.cond(scope, Some(var), 0);
                let either = E::If(boxed(c), boxed(plain), boxed(self.literal(kind)));
                E::Arith(*self.rng.pick(&[Op::Add, Op::Sub]), boxed(either), boxed(self.literal(kind)))
            }
            3 if self.absence && matches!(plain, E::Field(..)) => E::Default(boxed(plain), boxed(self.literal(kind))),
            4 if scope.names && kind == Kind::Int => E::Arith(Op::Add, boxed(plain), boxed(self.param())),
            5 if scope.names
                && matches!(kind, Kind::Num | Kind::Pct)
                && scope.has("asset")
                && (var == "asset" || var == "finding") =>
            {
                let subject = if var == "finding" { Subject::Finding } else { Subject::Asset };
                E::Table(self.quantity_table(subject, kind))
            }
            _ => plain,
        })
    }

    fn literal_or_plain(&mut self, var: &str, ent: Ent, kind: Kind) -> E {
        let plain = if self.rng.chance(40) { self.plain(var, ent, kind, false) } else { None };
        plain.unwrap_or_else(|| match kind {
            // Both sides of an `if` have one type.
            Kind::Time => E::TimeLit(self.time_literal(10)),
            _ => self.literal(kind),
        })
    }

    fn sum(&mut self, var: &str, ent: Ent, kind: Kind, plain: E) -> E {
        let add = *self.rng.pick(&[Op::Add, Op::Sub]);
        match kind {
            Kind::Int => match self.rng.below(3) {
                0 => E::Arith(Op::Mul, boxed(plain), boxed(E::Lit(Val::Int(self.rng.between(2, 9))))),
                1 => E::Neg(boxed(plain)),
                _ => E::Arith(add, boxed(plain), boxed(self.literal(kind))),
            },
            Kind::Num => match self.rng.below(4) {
                0 => E::Arith(Op::Mul, boxed(plain), boxed(self.literal(kind))),
                1 => E::Arith(Op::Div, boxed(plain), boxed(E::Lit(Val::Num(3 * BILLION)))),
                2 => match self.plain(var, ent, Kind::Int, false) {
                    Some(divisor) => E::Arith(Op::Div, boxed(plain), boxed(divisor)),
                    None => E::Arith(add, boxed(plain), boxed(self.literal(kind))),
                },
                _ => E::Arith(add, boxed(plain), boxed(self.literal(kind))),
            },
            Kind::Pct => E::Arith(add, boxed(plain), boxed(self.literal(kind))),
            Kind::Dur => {
                let (t, u) = (self.plain(var, ent, Kind::Time, true), self.plain(var, ent, Kind::Time, true));
                match (t, u) {
                    (Some(t), _) if self.rng.chance(50) => E::Arith(Op::Sub, boxed(E::Now), boxed(t)),
                    (Some(t), Some(u)) if format!("{t:?}") != format!("{u:?}") => E::Arith(Op::Sub, boxed(t), boxed(u)),
                    _ if self.rng.chance(30) => E::Arith(Op::Mul, boxed(plain), boxed(E::Lit(Val::Int(2)))),
                    _ => E::Arith(add, boxed(plain), boxed(E::Lit(self.duration()))),
                }
            }
            Kind::Time => {
                let length = if self.rng.chance(60) { self.span() } else { self.duration() };
                E::Arith(add, boxed(plain), boxed(E::Lit(length)))
            }
            Kind::Date => E::Arith(add, boxed(plain), boxed(E::Lit(self.span()))),
            Kind::Bool | Kind::Str => unreachable!("no quantity"),
        }
    }

    fn param(&mut self) -> E {
        let name = self.fresh("param");
        let value = Val::Int(self.rng.between(1, 3));
        self.policy.lets.push(Let {
            name: name.clone(),
            subject: Subject::Nothing,
            kind: Kind::Int,
            stratum: 0,
            body: LetBody::Param("int 1..3", value),
        });
        E::Let(name, None)
    }

    fn named_quantity(&mut self, scope: &Scope, var: &str, kind: Kind) -> Option<E> {
        let (subject, of) = self.subject(scope, Some(var))?;
        let usable: Vec<String> = self
            .policy
            .lets
            .iter()
            .filter(|l| l.subject == subject && l.kind == kind && scope.may_name(l))
            .map(|l| l.name.clone())
            .collect();
        if !usable.is_empty() && self.rng.chance(60) {
            return Some(E::Let(self.rng.pick(&usable).clone(), of));
        }
        let (inner, own) = let_scope(subject, scope)?;
        self.defining += 1;
        let body = self.quantity(&inner, own, kind, 1);
        self.defining -= 1;
        // A bare name for a field says nothing.
        let body = body.filter(|b| !matches!(b, E::Field(..) | E::Table(_) | E::Let(..) | E::Cvss(..)))?;
        Some(E::Let(self.define(subject, kind, body), of))
    }
}
