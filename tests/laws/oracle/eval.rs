//! Expressions, one row at a time.

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::{self, Ent, Ty};

use super::World;
use super::facts::{self, Rec};
use super::time;
use super::value::{self, K, P};

/// What a variable names.
#[derive(Clone, Debug)]
pub enum Binding<'a> {
    Asset(Rec<'a>),
    Finding(Rec<'a>, Rec<'a>),
    Change(Rec<'a>, usize),
    Other(Ent, Rec<'a>),
    Text(P),
}

/// The variables in scope, and the level of the arm whose deadline is worked out.
#[derive(Clone, Debug, Default)]
pub struct Env<'a> {
    vars: Vec<(String, Binding<'a>)>,
    pub level: Option<Val>,
}

impl<'a> Env<'a> {
    pub fn with(&self, name: &str, binding: Binding<'a>) -> Self {
        let mut env = self.clone();
        env.vars.push((name.to_owned(), binding));
        env
    }

    pub fn get(&self, name: &str) -> &Binding<'a> {
        self.vars.iter().rev().find(|(n, _)| n == name).map_or_else(|| panic!("{name} is not in scope"), |(_, b)| b)
    }

    pub fn without(&self, name: &str) -> Self {
        let mut env = self.clone();
        env.vars.retain(|(n, _)| n != name);
        env
    }

    pub fn find(&self, name: &str) -> Option<&Binding<'a>> {
        self.vars.iter().rev().find(|(n, _)| n == name).map(|(_, b)| b)
    }

    /// The change that is decided.
    pub fn change(&self) -> usize {
        match self.get("change") {
            Binding::Change(_, at) => *at,
            other => panic!("change is {other:?}"),
        }
    }
}

/// A member of a list, and whether it certainly is one.
pub type Member<'a> = (Binding<'a>, bool);

/// What a quantifier looks through.
pub struct Members<'a> {
    pub seen: Vec<Member<'a>>,
    /// What stands for the unseen, where there may be any.
    pub phantom: Option<Binding<'a>>,
}

impl<'a> World<'a> {
    pub fn cond(&'a self, e: &E, env: &Env<'a>) -> K {
        match e {
            E::Not(a) => self.cond(a, env).not(),
            E::And(parts) => parts.iter().map(|p| self.cond(p, env)).fold(K::TRUE, K::and),
            E::Or(parts) => parts.iter().map(|p| self.cond(p, env)).fold(K::FALSE, K::or),
            E::Cmp(op, a, b) => self.compare(*op, a, b, env),
            E::InLit(x, items) => {
                let one_of =
                    |x: &P| items.iter().map(|v| value::compare(Cmp::Eq, x, &P::one(v.clone()))).fold(K::FALSE, K::or);
                for_each(&self.value(x, env), one_of)
            }
            E::In(x, list) => for_each(&self.value(x, env), |x| self.contains(x, list, env)),
            E::Like(x, glob) | E::Matches(x, glob) => match self.value(x, env) {
                P::Set(set) => {
                    let hits = set.iter().filter(|v| matches!(v, Val::Str(s) if like(s, glob))).count();
                    K { must: hits == set.len(), may: hits > 0 }
                }
                _ => K::UNKNOWN,
            },
            // A check is asked only with what is certainly one thing.
            E::Plugin(x) => match self.value(x, env).only().and_then(crate::plugins::even) {
                Some(answer) => K::of(answer),
                None => K::UNKNOWN,
            },
            E::Is(x, presence) => self.presence(x, *presence, env),
            E::If(c, a, b) => match self.cond(c, env) {
                K { must: true, .. } => self.cond(a, env),
                K { may: false, .. } => self.cond(b, env),
                _ => {
                    let (a, b) = (self.cond(a, env), self.cond(b, env));
                    K { must: a.must && b.must, may: a.may || b.may }
                }
            },
            E::Quant { kind, var, list, filter, body } => self.quant(*kind, var, list, filter.as_deref(), body, env),
            E::Let(name, of) => match &self.policy.let_(name).body {
                LetBody::Expr(body) => self.cond(body, &self.rebind(env, of.as_deref())),
                LetBody::Param(..) | LetBody::Set(_) => panic!("{name} is no condition"),
            },
            E::Ask(ask, name) => match ask {
                Ask::Approved | Ask::Cleared => self.read_approval(name, *ask == Ask::Cleared, env),
                Ask::Met => self.read_met(name, env),
                Ask::Waived => self.read_waived(name, env),
            },
            E::Meets(a, b) => self.changes_meet(a, b, env),
            E::RecIn(var, list) => self.record_in(var, list, env),
            E::Overlaps(name) => self.read_overlaps(name, env),
            E::During(at, name) => self.read_during(&self.value(at, env), name),
            E::Triage(block, TriageField::Overdue, var, ent) if self.triage_waivers() => {
                self.overdue_unless_waived(block.as_deref(), var, *ent, env)
            }
            E::Triage(block, TriageField::Overdue, var, ent) => {
                let due = self.read_due(block.as_deref(), var, *ent, env);
                value::compare(Cmp::Lt, &due, &P::one(Val::Time(self.now)))
            }
            E::Default(..) | E::Field(..) | E::Lit(_) => match self.value(e, env) {
                P::Any if self.is(Mutant::UnknownIsFalse) => K::FALSE,
                P::Any => K::UNKNOWN,
                P::Set(set) => {
                    K { must: set.iter().all(|v| *v == Val::Bool(true)), may: set.contains(&Val::Bool(true)) }
                }
                P::Range(_) => panic!("{e:?} is no condition"),
            },
            _ => panic!("{e:?} is no condition"),
        }
    }

    fn compare(&'a self, op: Cmp, a: &E, b: &E, env: &Env<'a>) -> K {
        let (mut x, mut y) = (self.value(a, env), self.value(b, env));
        let kind = |p: &P| p.hull().map(|r| r.kind);
        match (kind(&x), kind(&y)) {
            (Some(Kind::Date), Some(Kind::Time)) => y = self.as_date(&y),
            (Some(Kind::Time), Some(Kind::Date)) => x = self.as_date(&x),
            (Some(Kind::Int), Some(Kind::Num)) => x = as_number(&x),
            (Some(Kind::Num), Some(Kind::Int)) => y = as_number(&y),
            _ => {}
        }
        if self.is(Mutant::NoneOrders) && !matches!(op, Cmp::Eq | Cmp::Ne) && (x.is_none() || y.is_none()) {
            return K::TRUE;
        }
        value::compare(op, &x, &y)
    }

    fn as_date(&self, p: &P) -> P {
        p.map(Kind::Date, |v| match v {
            Val::Time(t) => time::local_day(*t, &self.zone).map(Val::Date),
            _ => None,
        })
    }

    fn contains(&'a self, x: &P, list: &List, env: &Env<'a>) -> K {
        let members = self.members(list, env);
        let mut found = K::FALSE;
        for (member, certain) in members.seen {
            let Binding::Text(member) = member else { panic!("no set") };
            let same = value::compare(Cmp::Eq, x, &member);
            found = found.or(if certain { same } else { K { must: false, may: same.may } });
        }
        if members.phantom.is_some() && !x.is_none() {
            found = found.or(K::UNKNOWN);
        }
        found
    }

    fn presence(&'a self, x: &E, presence: Presence, env: &Env<'a>) -> K {
        if let E::Field(var, ent, name) = x
            && matches!(vocab::find(*ent, name).ty, Ty::Set(_) | Ty::List(_))
        {
            let members = self.members(&List::Field(var.clone(), name), env);
            return K::of(match presence {
                Presence::Known => members.phantom.is_none(),
                Presence::Unknown => members.phantom.is_some(),
                Presence::Given => !members.seen.is_empty(),
            });
        }
        let v = self.value(x, env);
        let known = v.only();
        K::of(match presence {
            Presence::Known => known.is_some(),
            Presence::Unknown => known.is_none(),
            Presence::Given => match known {
                None | Some(Val::None) => false,
                Some(Val::Str(s)) => !s.trim().is_empty(),
                Some(_) => true,
            },
        })
    }

    /// The variables that a `let` sees.
    fn rebind(&self, env: &Env<'a>, of: Option<&str>) -> Env<'a> {
        let Some(of) = of else { return env.clone() };
        match env.get(of).clone() {
            Binding::Asset(a) => env.with("asset", Binding::Asset(a)),
            Binding::Finding(a, f) => {
                env.with("asset", Binding::Asset(a.clone())).with("finding", Binding::Finding(a, f))
            }
            other => panic!("nothing is of {other:?}"),
        }
    }

    pub fn value(&'a self, e: &E, env: &Env<'a>) -> P {
        match e {
            E::Lit(v) => P::one(v.clone()),
            E::TimeLit(t) => self.time_literal(t).map_or(P::Any, |t| P::one(Val::Time(t))),
            E::Now => P::one(Val::Time(self.now)),
            E::Var(v) => match env.get(v) {
                Binding::Text(p) => p.clone(),
                other => panic!("{v} is {other:?}"),
            },
            E::Field(var, ent, name) => facts::scalar(record(env.get(var)), *ent, name, self.now),
            E::Default(a, b) => {
                let known = self.value(a, env);
                if known.only().is_some() { known } else { self.value(b, env) }
            }
            E::If(c, a, b) => match self.cond(c, env) {
                K { must: true, .. } => self.value(a, env),
                K { may: false, .. } => self.value(b, env),
                _ => self.value(a, env).union(self.value(b, env)),
            },
            E::Arith(op, a, b) => self.arith(*op, &self.value(a, env), &self.value(b, env)),
            E::Neg(a) => {
                let zero = |v: &Val| match v {
                    Val::Dur(_) => Val::Dur(0),
                    _ => Val::Int(0),
                };
                let x = self.value(a, env);
                match &x {
                    P::Set(set) => value::arith(Op::Sub, &P::one(zero(set.first().expect("a value"))), &x),
                    _ => P::Any,
                }
            }
            E::Text(pieces) => self.text(pieces, env),
            E::Agg { kind, value, var, list, filter, empty } => {
                self.aggregate(*kind, value.as_deref(), var, list, filter.as_deref(), empty.as_deref(), env)
            }
            E::Cvss(x, version, what) => {
                let E::Field(var, _, name) = &**x else { panic!("{x:?} is no CVSS field") };
                let prefer = if self.is(Mutant::CvssNewestFirst) { None } else { self.policy.cvss_prefer.as_deref() };
                super::cvss::part(facts::raw(record(env.get(var)), name), prefer, *version, *what)
            }
            E::Triage(block, TriageField::Level, var, ent) => self.read_level(block.as_deref(), var, *ent, env),
            E::Triage(block, TriageField::Due, var, ent) => self.read_due(block.as_deref(), var, *ent, env),
            E::Table(name) => self.table(self.policy.table(name), env),
            E::Let(name, of) => match &self.policy.let_(name).body {
                LetBody::Expr(body) => self.value(body, &self.rebind(env, of.as_deref())),
                LetBody::Param(_, v) => P::one(v.clone()),
                LetBody::Set(_) => panic!("{name} is a set"),
            },
            E::Category => self.read_category(env),
            E::Through(base, ent, name) => facts::scalar(&self.through(base, *ent, env), *ent, name, self.now),
            E::Risk(name, field) => self.read_risk(name, *field, env),
            E::ChangeCategory => self.read_change_category(env),
            E::CategoryOf(asset) => self.read_category(&self.rebind(env, Some(asset))),
            E::Nearest(next, name, at) => self.read_nearest(&self.value(at, env), name, *next),
            E::Metric(name) => self.read_metric(name, env),
            _ => {
                let k = self.cond(e, env);
                match k {
                    K { must: true, .. } => P::one(Val::Bool(true)),
                    K { may: false, .. } => P::one(Val::Bool(false)),
                    _ => P::Any,
                }
            }
        }
    }

    pub fn time_literal(&self, t: &TimeLit) -> Option<i64> {
        let zone = match &t.zone {
            ZoneSpec::Utc => time::zone("UTC")?,
            ZoneSpec::Policy => self.zone.clone(),
            ZoneSpec::Offset(m) => {
                return Some(time::at(t.date, t.minute, &time::zone("UTC")?)? - i64::from(*m) * time::MINUTE);
            }
            ZoneSpec::Named(name) => time::zone(name)?,
        };
        time::at(t.date, t.minute, &zone)
    }

    fn arith(&self, op: Op, a: &P, b: &P) -> P {
        let spans =
            |p: &P| matches!(p, P::Set(set) if set.iter().any(|v| matches!(v, Val::Span(..) | Val::BusinessDays(..))));
        if !spans(b) {
            return value::arith(op, a, b);
        }
        if a.may_none() || b.may_none() {
            return P::Any;
        }
        let P::Set(lengths) = b else { return P::Any };
        let moved = lengths.iter().map(|length| self.shift(a, length, op == Op::Sub));
        moved.reduce(P::union).unwrap_or(P::Any)
    }

    /// A time or date moved by one length; none stays none.
    pub fn shift(&self, p: &P, length: &Val, back: bool) -> P {
        let kind = p.hull().map_or(Kind::Time, |r| r.kind);
        let sign = if back { -1 } else { 1 };
        p.map(kind, |v| match (v, length) {
            (Val::Time(t), Val::Dur(d)) => t.checked_add(sign * d).map(Val::Time),
            (Val::Time(t), Val::Span(n, unit)) => {
                let unit =
                    if self.is(Mutant::BusinessDaysAreDays) && *unit == Unit::BusinessDay { Unit::Day } else { *unit };
                if self.is(Mutant::MonthIsThirtyDays) && unit == Unit::Month {
                    return t.checked_add(sign * n * 30 * time::DAY).map(Val::Time);
                }
                time::move_instant(*t, sign * n, unit, &|day| self.known_business_day(day, None), &self.zone)
                    .map(Val::Time)
            }
            (Val::Time(t), Val::BusinessDays(n, on)) => {
                let business = |day| self.known_business_day(day, Some(on));
                time::move_instant(*t, sign * n, Unit::BusinessDay, &business, &self.zone).map(Val::Time)
            }
            (Val::Date(d), Val::Span(n, unit)) => {
                time::move_date(*d, sign * n, *unit, &|day| self.known_business_day(day, None)).map(Val::Date)
            }
            (Val::Date(d), Val::BusinessDays(n, on)) => {
                let business = |day| self.known_business_day(day, Some(on));
                time::move_date(*d, sign * n, Unit::BusinessDay, &business).map(Val::Date)
            }
            other => panic!("no such sum: {other:?}"),
        })
    }

    fn text(&'a self, pieces: &[Piece], env: &Env<'a>) -> P {
        let empty = P::one(Val::text(""));
        pieces.iter().fold(empty, |so_far, piece| {
            let next = match piece {
                Piece::Text(t) => P::one(Val::text(t)),
                Piece::Hole(e) => self.value(e, env),
            };
            let (P::Set(a), P::Set(b)) = (&so_far, &next) else { return P::Any };
            P::pairs(a, b, |head, tail| Some(Val::text(&(shown(head) + &shown(tail)))))
        })
    }

    /// The outcomes of the rows that are still possible.
    pub fn table(&'a self, table: &Table, env: &Env<'a>) -> P {
        let inputs: Vec<P> = table
            .inputs
            .iter()
            .map(|(_, e)| match e {
                Some(e) => self.value(e, env),
                None => P::one(env.level.clone().expect("the level of an arm")),
            })
            .collect();
        let mut possible: Option<P> = None;
        for (cells, outcomes) in &table.rows {
            for (column, outcome) in outcomes.iter().enumerate() {
                let head = table.across.as_ref().map(|heads| &heads[column]);
                let may = cells.iter().chain(head).zip(&inputs).all(|(cell, input)| self.cell_may(cell, input));
                if may {
                    let outcome = P::one(outcome.clone());
                    possible = Some(possible.map_or(outcome.clone(), |p| p.union(outcome)));
                    if self.is(Mutant::TableFirstRow) {
                        return possible.expect("just set");
                    }
                }
            }
        }
        possible.expect("a complete table")
    }

    fn cell_may(&self, cell: &Cell, input: &P) -> bool {
        let Some(patterns) = cell else { return true };
        patterns.iter().any(|pattern| match pattern {
            Pattern::Is(v) => value::compare(Cmp::Eq, input, &P::one(v.clone())).may,
            Pattern::Cmp(op, v) => value::compare(*op, input, &P::one(v.clone())).may,
            Pattern::Range(a, b) => {
                let within = |p: &P| {
                    let from = value::compare(Cmp::Ge, p, &P::one(a.clone()));
                    from.and(value::compare(Cmp::Lt, p, &P::one(b.clone())))
                };
                for_each(input, within).may
            }
        })
    }
}

/// The record that a variable names.
pub fn record<'b, 'a>(binding: &'b Binding<'a>) -> &'b Rec<'a> {
    match binding {
        Binding::Asset(r) | Binding::Finding(_, r) | Binding::Change(r, _) | Binding::Other(_, r) => r,
        Binding::Text(_) => panic!("a text is no record"),
    }
}

/// What holds of each of several values, of all together.
fn for_each(p: &P, test: impl Fn(&P) -> K) -> K {
    let P::Set(set) = p else { return test(p) };
    let each: Vec<K> = set.iter().map(|v| test(&P::one(v.clone()))).collect();
    K { must: each.iter().all(|k| k.must), may: each.iter().any(|k| k.may) }
}

/// A value in a text that decides.
fn shown(v: &Val) -> String {
    match v {
        Val::Str(s) => s.to_string(),
        Val::Word(_, w) => w.to_string(),
        Val::Int(n) => n.to_string(),
        Val::None => "none".to_owned(),
        other => panic!("{other:?} in a text that decides"),
    }
}

fn as_number(p: &P) -> P {
    p.map(Kind::Num, |v| match v {
        Val::Int(n) => Some(Val::Num(i128::from(*n) * 1_000_000_000)),
        other => Some(other.clone()),
    })
}

/// `*` any run, `?` one character.
fn like(text: &str, glob: &str) -> bool {
    fn go(text: &[char], glob: &[char]) -> bool {
        match (glob.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => go(text, &glob[1..]) || (!text.is_empty() && go(&text[1..], glob)),
            (Some('?'), Some(_)) => go(&text[1..], &glob[1..]),
            (Some(g), Some(t)) if g == t => go(&text[1..], &glob[1..]),
            _ => false,
        }
    }
    let (text, glob): (Vec<char>, Vec<char>) = (text.chars().collect(), glob.chars().collect());
    go(&text, &glob)
}
