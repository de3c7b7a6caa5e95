//! Conditions.

use crate::ir::*;
use crate::vocab::Ent;

use super::{CATEGORIES, Gen, Scope, Var};

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

impl Gen {
    /// A condition. With a `focus` every part of its `and`s and `or`s uses that variable.
    pub fn cond(&mut self, scope: &Scope, focus: Option<&str>, depth: usize) -> E {
        if scope.names
            && self.defining < 2
            && self.rng.chance(8)
            && let Some(e) = self.named_cond(scope, focus)
        {
            return e;
        }
        if depth == 0 {
            return self.atom(scope, focus);
        }
        match self.rng.below(100) {
            0..30 => {
                let many = if self.rng.chance(25) { 3 } else { 2 };
                let mut parts: Vec<E> = (0..many).map(|_| self.cond(scope, focus, depth - 1)).collect();
                if focus.is_some() && self.rng.chance(10) {
                    // A part about something else: it stands in parentheses.
                    let other = vec![self.cond(scope, None, 0), self.cond(scope, None, 0)];
                    parts.push(if self.rng.chance(50) { E::Or(other) } else { E::And(other) });
                }
                if self.rng.chance(50) { E::And(parts) } else { E::Or(parts) }
            }
            30..38 => E::Not(boxed(self.cond(scope, focus, depth - 1))),
            38..62 => self.quant(scope, focus, depth).unwrap_or_else(|| self.atom(scope, focus)),
            62..74 => self.count_compare(scope, focus, depth).unwrap_or_else(|| self.atom(scope, focus)),
            74..78 => {
                let c = self.cond(scope, focus, 0);
                E::If(boxed(c), boxed(self.cond(scope, focus, depth - 1)), boxed(self.cond(scope, focus, depth - 1)))
            }
            _ => self.atom(scope, focus),
        }
    }

    fn quant(&mut self, scope: &Scope, focus: Option<&str>, depth: usize) -> Option<E> {
        let (list, var, name, inner) = self.enter(scope, focus)?;
        let _ = var;
        let kind = *self.rng.pick(&[Quant::Any, Quant::Any, Quant::Every, Quant::Each]);
        let body = boxed(self.cond(&inner, Some(&name), depth - 1));
        let filter = (kind != Quant::Any && self.rng.chance(50)).then(|| boxed(self.cond(&inner, Some(&name), 0)));
        Some(E::Quant { kind, var: name, list, filter, body })
    }

    /// A list, the name of a new variable for its elements, and the scope in which it is.
    pub fn enter(&mut self, scope: &Scope, focus: Option<&str>) -> Option<(List, Var, String, Scope)> {
        let lists = self.lists(scope, focus);
        if lists.is_empty() {
            return None;
        }
        let (list, var) = self.rng.pick(&lists).clone();
        let depth = scope.vars.len();
        let name = format!("x{depth}");
        let inner = scope.with(&name, var);
        Some((list, var, name, inner))
    }

    fn count_compare(&mut self, scope: &Scope, focus: Option<&str>, depth: usize) -> Option<E> {
        let (list, var, name, inner) = self.enter(scope, focus)?;
        if self.rng.chance(30)
            && let Var::Rec(ent) = var
        {
            return self.fold_compare(list, ent, &name, &inner);
        }
        let share = self.rng.chance(40);
        let filter = (share || self.rng.chance(70))
            .then(|| boxed(self.cond(&inner, Some(&name), depth.saturating_sub(1).min(1))));
        let kind = if share { Agg::Share } else { Agg::Count };
        let agg = E::Agg { kind, value: None, var: name, list, filter, empty: None };
        let op = *self.rng.pick(&[Cmp::Gt, Cmp::Ge, Cmp::Lt, Cmp::Le, Cmp::Eq, Cmp::Ne]);
        if share {
            let n = i128::from(self.rng.between(1, 99));
            return Some(E::Cmp(op, boxed(agg), boxed(E::Lit(Val::Pct(n * 1_000_000_000)))));
        }
        let n = E::Lit(Val::Int(self.rng.between(1, 3)));
        let agg = match self.rng.below(5) {
            0 => E::Arith(Op::Add, boxed(agg), boxed(E::Lit(Val::Int(1)))),
            1 => E::Arith(Op::Mul, boxed(E::Lit(Val::Int(2))), boxed(agg)),
            _ => agg,
        };
        Some(E::Cmp(op, boxed(agg), boxed(n)))
    }

    /// `max(x.epss for x in …) > 50%` and the like.
    fn fold_compare(&mut self, list: List, ent: Ent, name: &str, inner: &Scope) -> Option<E> {
        let kinds = [Kind::Int, Kind::Num, Kind::Pct, Kind::Dur, Kind::Time, Kind::Date];
        let kind = *self.rng.pick(&kinds);
        let mut value = self.plain(name, ent, kind, false)?;
        if self.rng.chance(30) && !matches!(kind, Kind::Time | Kind::Date) {
            let c = self.cond(inner, Some(name), 0);
            value = E::If(boxed(c), boxed(value), boxed(self.literal(kind)));
        }
        let quantity = !matches!(kind, Kind::Time | Kind::Date);
        let aggs: &[Agg] = match kind {
            Kind::Time | Kind::Date | Kind::Dur => &[Agg::Min, Agg::Max],
            _ => &[Agg::Min, Agg::Max, Agg::Sum, Agg::Avg],
        };
        let agg = *self.rng.pick(aggs);
        let filter = self.rng.chance(40).then(|| boxed(self.cond(inner, Some(name), 0)));
        let empty = (quantity && self.rng.chance(60)).then(|| match (agg, kind) {
            (Agg::Avg, Kind::Int) => boxed(E::Lit(Val::Num(0))),
            _ => boxed(self.literal(kind)),
        });
        let outcome = if agg == Agg::Avg && kind == Kind::Int { Kind::Num } else { kind };
        let limit = self.literal(outcome);
        let op = *self.rng.pick(&[Cmp::Gt, Cmp::Ge, Cmp::Lt, Cmp::Le]);
        let agg = E::Agg { kind: agg, value: Some(boxed(value)), var: name.to_owned(), list, filter, empty };
        Some(E::Cmp(op, boxed(agg), boxed(limit)))
    }

    /// A condition that has a name, an old or a new one.
    fn named_cond(&mut self, scope: &Scope, focus: Option<&str>) -> Option<E> {
        let (subject, of) = self.subject(scope, focus)?;
        let usable: Vec<String> = self
            .policy
            .lets
            .iter()
            .filter(|l| {
                l.subject == subject && l.kind == Kind::Bool && scope.may_name(l) && matches!(l.body, LetBody::Expr(_))
            })
            .map(|l| l.name.clone())
            .collect();
        if !usable.is_empty() && self.rng.chance(60) {
            return Some(E::Let(self.rng.pick(&usable).clone(), of));
        }
        let (inner, focus) = let_scope(subject, scope)?;
        self.defining += 1;
        let body = self.cond(&inner, Some(focus), 1);
        self.defining -= 1;
        // Another name for a name, or for a field, says nothing.
        if matches!(body, E::Let(..) | E::Field(..)) {
            return Some(match body {
                E::Let(name, _) => E::Let(name, of),
                _ => return None,
            });
        }
        Some(E::Let(self.define(subject, Kind::Bool, body), of))
    }

    /// Names an expression.
    pub fn define(&mut self, subject: Subject, kind: Kind, body: E) -> String {
        let name = self.fresh("let");
        let stratum = self.stratum(&body);
        self.policy.lets.push(Let { name: name.clone(), subject, kind, stratum, body: LetBody::Expr(body) });
        name
    }

    /// What an expression reads.
    fn stratum(&self, e: &E) -> u8 {
        let mut highest = 1;
        walk(e, &mut |e| {
            highest = highest.max(match e {
                E::Triage(..) => 2,
                E::Category | E::ChangeCategory | E::CategoryOf(_) => CATEGORIES,
                E::Risk(..) => 3,
                E::Ask(Ask::Waived, _) | E::Overlaps(_) => 5,
                E::Ask(Ask::Approved | Ask::Cleared, _) => 6,
                E::Ask(Ask::Met, _) => 7,
                E::Let(name, _) => self.policy.let_(name).stratum,
                _ => 0,
            });
        });
        highest
    }

    /// The subject that a `let` for this place has, and the variable that stands for it.
    pub fn subject(&mut self, scope: &Scope, focus: Option<&str>) -> Option<(Subject, Option<String>)> {
        let name = match focus {
            Some(f) => f.to_owned(),
            None => self.rng.pick(&scope.vars).0.clone(),
        };
        let of = |own: &str| (name != own).then(|| name.clone());
        match scope.kind(&name) {
            Var::Rec(Ent::Asset) => Some((Subject::Asset, of("asset"))),
            Var::Rec(Ent::Finding) => Some((Subject::Finding, of("finding"))),
            Var::Rec(Ent::Change) if name == "change" => Some((Subject::Change, None)),
            _ => None,
        }
    }
}

/// What a new `let` may name, and what it is about.
pub fn let_scope(subject: Subject, scope: &Scope) -> Option<(Scope, &'static str)> {
    Some(match subject {
        Subject::Asset => {
            let categories = scope.categories || scope.has("change");
            (Scope { stratum: scope.stratum, categories, ..Scope::of(&[("asset", Ent::Asset)], 0) }, "asset")
        }
        Subject::Finding => (Scope { stratum: scope.stratum, ..Scope::finding() }, "finding"),
        Subject::Change => (
            Scope { assets: scope.assets, stratum: scope.stratum, ..Scope::of(&[("change", Ent::Change)], 0) },
            "change",
        ),
        Subject::Nothing => return None,
    })
}
