//! Quantifiers and aggregates.

use std::collections::BTreeSet;

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::{self, Ent, Ty};

use super::World;
use super::eval::{Binding, Env, Member, Members, record};
use super::facts::{self, Rec};
use super::value::{self, K, P, Range};

impl<'a> World<'a> {
    pub fn members(&'a self, list: &List, env: &Env<'a>) -> Members<'a> {
        let mut members = match list {
            List::Assets => {
                let touched = self.touched(env.change());
                let seen = touched.seen.into_iter().map(|(asset, certain)| (Binding::Asset(asset), certain)).collect();
                Members { seen, phantom: touched.incomplete.then_some(Binding::Asset(Rec::Nothing)) }
            }
            List::Inventory => {
                let seen = self.assets.iter().map(|asset| (Binding::Asset(Rec::Json(asset)), true)).collect();
                Members { seen, phantom: None }
            }
            List::Changes => {
                let this = env.change();
                let others = self.changes.iter().enumerate().filter(|(at, _)| *at != this);
                Members {
                    seen: others.map(|(at, c)| (Binding::Change(Rec::Json(c), at), true)).collect(),
                    phantom: None,
                }
            }
            List::Const(name) => {
                let LetBody::Set(items) = &self.policy.let_(name).body else { panic!("{name} is no set") };
                Members {
                    seen: items.iter().map(|i| (Binding::Text(P::one(Val::text(i))), true)).collect(),
                    phantom: None,
                }
            }
            List::AssetsOf(var) => {
                let Binding::Change(_, at) = env.get(var) else { panic!("{var} is no change") };
                let touched = self.touched(*at);
                let seen = touched.seen.into_iter().map(|(asset, certain)| (Binding::Asset(asset), certain)).collect();
                Members { seen, phantom: touched.incomplete.then_some(Binding::Asset(Rec::Nothing)) }
            }
            List::People => self.all(Ent::Person),
            List::Incidents => self.all(Ent::Incident),
            List::Through(base, ent, name) => self.list_through(base, *ent, name, env),
            List::Field(var, name) => self.field_members(env.get(var), name),
        };
        if self.is(Mutant::PhantomIsNothing) {
            members.phantom = None;
        }
        members
    }

    fn field_members(&'a self, owner: &Binding<'a>, name: &str) -> Members<'a> {
        let ent = match owner {
            Binding::Asset(_) => Ent::Asset,
            Binding::Finding(..) => Ent::Finding,
            Binding::Change(..) => Ent::Change,
            Binding::Other(ent, _) => *ent,
            Binding::Text(_) => panic!("a text has no lists"),
        };
        let record = record(owner);
        match vocab::find(ent, name).ty {
            Ty::Set(_) => {
                let set = facts::set(record, ent, name);
                let seen = set.seen.into_iter().map(|v| (Binding::Text(P::one(v)), true)).collect();
                Members { seen, phantom: set.incomplete.then_some(Binding::Text(P::Any)) }
            }
            Ty::List(of) => {
                let list = facts::list(record, ent, name);
                let bind = |element: Rec<'a>| match of {
                    Ent::Finding => Binding::Finding(record.clone(), element),
                    of => Binding::Other(of, element),
                };
                let seen = list.seen.into_iter().map(|r| (bind(r), true)).collect();
                Members { seen, phantom: list.incomplete.then(|| bind(Rec::Nothing)) }
            }
            _ => panic!("{name} is no list"),
        }
    }

    pub fn quant(&'a self, kind: Quant, var: &str, list: &List, filter: Option<&E>, body: &E, env: &Env<'a>) -> K {
        let members = self.members(list, env);
        let test = |member: &Binding<'a>| {
            let env = env.with(var, member.clone());
            let filter = filter.map_or(K::TRUE, |f| self.cond(f, &env));
            (filter, self.cond(body, &env))
        };
        // Whether there is one that passes the filter, and one that decides: for `any` a true body, else a false one.
        let mut one = K::FALSE;
        let mut decides = K::FALSE;
        let phantom =
            members.phantom.iter().filter(|_| !(kind == Quant::Any && self.is(Mutant::AnyOfIncompleteIsFalse)));
        let all = members.seen.iter().map(|(m, certain)| (m, *certain)).chain(phantom.map(|m| (m, false)));
        for (member, certain) in all {
            let (passes, holds) = test(member);
            let here = passes.and(if kind == Quant::Any { holds } else { holds.not() });
            let sure = |k: K| K { must: certain && k.must, may: k.may };
            one = one.or(sure(passes));
            decides = decides.or(sure(here));
        }
        match kind {
            Quant::Any => decides,
            Quant::Every => decides.not(),
            Quant::Each if self.is(Mutant::EachIsEvery) => decides.not(),
            Quant::Each => decides.not().and(one),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an aggregate")]
    pub fn aggregate(
        &'a self,
        kind: Agg,
        of: Option<&E>,
        var: &str,
        list: &List,
        filter: Option<&E>,
        empty: Option<&E>,
        env: &Env<'a>,
    ) -> P {
        let members = self.members(list, env);
        let phantom = members.phantom.is_some();
        let passes = |m: &Binding<'a>| filter.map_or(K::TRUE, |f| self.cond(f, &env.with(var, m.clone())));
        let seen: Vec<(&Member<'a>, K)> = members.seen.iter().map(|m| (m, passes(&m.0))).collect();
        let phantom_passes = members.phantom.as_ref().map_or(K::FALSE, passes);
        match kind {
            Agg::Count => {
                let low = seen.iter().filter(|((_, certain), k)| *certain && k.must).count() as i128;
                let high = seen.iter().filter(|(_, k)| k.may).count() as i128;
                if self.is(Mutant::CountOnlyCertain) {
                    return P::one(Val::Int(low as i64));
                }
                P::range(Kind::Int, Some(low), (!phantom_passes.may).then_some(high), false)
            }
            Agg::Share => share(&seen, phantom.then_some(phantom_passes)),
            _ => {
                let of = of.expect("a value");
                let value = |m: &Binding<'a>| self.value(of, &env.with(var, m.clone()));
                let mut certain: Vec<P> = Vec::new();
                let mut possible: Vec<P> = Vec::new();
                for ((member, is_member), k) in seen {
                    if k.may {
                        let group = if *is_member && k.must { &mut certain } else { &mut possible };
                        group.push(value(member));
                    }
                }
                let unseen = members.phantom.as_ref().filter(|_| phantom_passes.may).map(value);
                possible.extend(unseen.clone());
                // Arithmetic with none is unknown.
                let plain = |p: P| if p.may_none() { P::Any } else { p };
                certain = certain.into_iter().map(plain).collect();
                possible = possible.into_iter().map(plain).collect();
                if self.is(Mutant::UnknownElementsDropped) {
                    certain.retain(|p| *p != P::Any);
                    possible.clear();
                }
                let empty = empty.map(|e| self.value(e, env));
                fold(kind, &certain, &possible, unseen.as_ref(), empty.as_ref())
            }
        }
    }
}

/// The part of the members that pass, in billionths of a percent. Every choice of the uncertain ones is covered.
fn share(seen: &[(&Member<'_>, K)], phantom: Option<K>) -> P {
    let count =
        |test: &dyn Fn(bool, K) -> bool| seen.iter().filter(|((_, certain), k)| test(*certain, *k)).count() as i128;
    let certain = count(&|c, _| c);
    if certain == 0 {
        // There may be nothing to divide by.
        return P::Any;
    }
    let percent = |n: i128, all: i128| value::divide(n * 100_000_000_000, all);
    let low = match phantom {
        Some(k) if !k.must => Some(0),
        _ => percent(count(&|c, k| c && k.must), certain + count(&|c, k| !c && !k.must)),
    };
    let passing = count(&|c, k| !c && k.may);
    let high = match phantom {
        Some(k) if k.may => Some(100_000_000_000),
        _ => percent(count(&|c, k| c && k.may) + passing, certain + passing),
    };
    P::range(Kind::Pct, low, high, false)
}

/// `min`, `max`, `sum`, `avg` over values that are certainly there and others that may be.
fn fold(kind: Agg, certain: &[P], possible: &[P], unseen: Option<&P>, empty: Option<&P>) -> P {
    if certain.is_empty() && possible.is_empty() {
        return empty.cloned().unwrap_or(P::Any);
    }
    if matches!(kind, Agg::Min | Agg::Max)
        && let Some(p) = extremes(kind, certain, possible, empty)
    {
        return p;
    }
    let all: Vec<Option<Range>> = certain.iter().chain(possible).map(|p| p.hull().filter(|r| !r.none)).collect();
    let Some(unit) = all.iter().flatten().map(|r| r.kind).next() else { return P::Any };
    let low = |p: &P| p.hull().filter(|r| !r.none).and_then(|r| r.low);
    let high = |p: &P| p.hull().filter(|r| !r.none).and_then(|r| r.high);
    // The least and greatest of all; open as soon as one is.
    let least = |ends: &mut dyn Iterator<Item = Option<i128>>| {
        ends.collect::<Option<Vec<_>>>().and_then(|e| e.into_iter().min())
    };
    let most = |ends: &mut dyn Iterator<Item = Option<i128>>| {
        ends.collect::<Option<Vec<_>>>().and_then(|e| e.into_iter().max())
    };
    let everything = || certain.iter().chain(possible);
    let (mut unit, mut from, mut to) = match kind {
        Agg::Max if certain.is_empty() => (unit, least(&mut everything().map(low)), most(&mut everything().map(high))),
        Agg::Max => (unit, certain.iter().filter_map(low).max(), most(&mut everything().map(high))),
        Agg::Min if certain.is_empty() => (unit, least(&mut everything().map(low)), most(&mut everything().map(high))),
        Agg::Min => (unit, least(&mut everything().map(low)), certain.iter().filter_map(high).min()),
        Agg::Sum => {
            // A possible member may be left out: then it adds nothing.
            let sum =
                |ends: Vec<Option<i128>>| ends.into_iter().collect::<Option<Vec<_>>>().map(|e| e.iter().sum::<i128>());
            // Of the unseen there may be many.
            let many = |end: Option<i128>, grows: fn(i128) -> bool| unseen.is_some() && end.is_none_or(grows);
            let endless_low = many(unseen.and_then(low), |n| n < 0);
            let endless_high = many(unseen.and_then(high), |n| n > 0);
            let from = sum(certain.iter().map(low).chain(possible.iter().map(|p| low(p).map(|n| n.min(0)))).collect());
            let to = sum(certain.iter().map(high).chain(possible.iter().map(|p| high(p).map(|n| n.max(0)))).collect());
            // A sum that is no number that there is bounds nothing.
            let fits = |sum: &i128| value::quantity(unit, *sum).is_some();
            (unit, from.filter(fits).filter(|_| !endless_low), to.filter(fits).filter(|_| !endless_high))
        }
        Agg::Avg => {
            // The mean of whole numbers is a number.
            let (unit, scale) = if unit == Kind::Int { (Kind::Num, 1_000_000_000) } else { (unit, 1) };
            if possible.is_empty() {
                let mean = |end: &dyn Fn(&P) -> Option<i128>| {
                    let ends: Option<Vec<i128>> = certain.iter().map(end).collect();
                    // The sum has to be a number that there is.
                    let fits = |sum: &i128| value::quantity(unit, *sum * scale).is_some();
                    let sum = ends.as_ref().map(|e| e.iter().sum::<i128>()).filter(fits);
                    sum.zip(ends).and_then(|(sum, e)| value::divide(sum * scale, e.len() as i128))
                };
                (unit, mean(&low), mean(&high))
            } else {
                let scaled = |n: i128| n * scale;
                (unit, least(&mut everything().map(low)).map(scaled), most(&mut everything().map(high)).map(scaled))
            }
        }
        Agg::Count | Agg::Share => unreachable!("counted elsewhere"),
    };
    if certain.is_empty() {
        // It may be over nothing.
        let Some(empty) = empty.and_then(P::hull) else { return P::Any };
        let scale = |n: i128| if empty.kind == Kind::Int && unit == Kind::Num { n * 1_000_000_000 } else { n };
        from = from.zip(empty.low).map(|(a, b)| a.min(scale(b)));
        to = to.zip(empty.high).map(|(a, b)| a.max(scale(b)));
        if unit == Kind::Int && empty.kind == Kind::Num {
            unit = Kind::Num;
        }
    }
    P::range(unit, from, to, false)
}

/// The least or greatest where every member is one of a few values: all that it can be.
fn extremes(kind: Agg, certain: &[P], possible: &[P], empty: Option<&P>) -> Option<P> {
    let values = |p: &P| match p {
        P::Set(set) => Some(set.iter().cloned().map(Some).collect::<Vec<_>>()),
        _ => None,
    };
    let mut so_far: BTreeSet<Option<Val>> = BTreeSet::from([None]);
    for (at, p) in certain.iter().chain(possible).enumerate() {
        let mut next = values(p)?;
        if at >= certain.len() {
            next.push(None);
        }
        let pick = |a: &Option<Val>, b: &Option<Val>| match (a, b) {
            (None, other) | (other, None) => other.clone(),
            (Some(a), Some(b)) => Some(if kind == Agg::Min { a.min(b).clone() } else { a.max(b).clone() }),
        };
        so_far = so_far.iter().flat_map(|a| next.iter().map(move |b| pick(a, b))).collect();
    }
    if so_far.remove(&None) {
        so_far.extend(values(empty?)?);
    }
    Some(P::Set(so_far.into_iter().flatten().collect()).settle())
}
