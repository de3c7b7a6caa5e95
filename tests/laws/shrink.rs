//! Smaller cases that still fail, so that a failure can be read.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::case::Case;
use crate::ir::*;

/// A smaller case for which `fails` still holds.
pub fn shrink(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Case {
    let until = Instant::now() + Duration::from_secs(20);
    let mut best = case.clone();
    'again: loop {
        for smaller in candidates(&best) {
            if Instant::now() > until {
                return best;
            }
            if fails(&smaller) {
                best = smaller;
                continue 'again;
            }
        }
        return best;
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut out = Vec::new();
    policies(&case.policy, &mut |policy| {
        let mut policy = policy;
        crate::r#gen::prune(&mut policy);
        crate::shrink_people::settle(&mut policy);
        out.push(Case { policy, ..case.clone() });
    });
    for at in 0..if case.facts.inventory.len() > 1 { case.facts.inventory.len() } else { 0 } {
        let mut smaller = case.clone();
        smaller.facts.inventory.remove(at);
        out.push(smaller);
    }
    for at in 0..if case.facts.changes.len() > 1 { case.facts.changes.len() } else { 0 } {
        let mut smaller = case.clone();
        smaller.facts.changes.remove(at);
        out.push(smaller);
    }
    crate::shrink_people::facts(case, &mut out);
    for at in 0..case.facts.inventory.len() {
        for record in records(&case.facts.inventory[at]) {
            let mut smaller = case.clone();
            smaller.facts.inventory[at] = record;
            out.push(smaller);
        }
    }
    for at in 0..case.facts.changes.len() {
        for record in records(&case.facts.changes[at]) {
            let mut smaller = case.clone();
            smaller.facts.changes[at] = record;
            out.push(smaller);
        }
    }
    out
}

/// The record with one thing less.
pub fn records(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    match value {
        Value::Object(map) => {
            for key in map.keys().filter(|k| *k != "id" && *k != "where") {
                let mut smaller = map.clone();
                smaller.remove(key);
                out.push(Value::Object(smaller));
                for inner in records(&map[key]) {
                    let mut smaller = map.clone();
                    smaller.insert(key.clone(), inner);
                    out.push(Value::Object(smaller));
                }
            }
        }
        Value::Array(items) => {
            for at in 0..items.len() {
                let mut smaller = items.clone();
                smaller.remove(at);
                out.push(Value::Array(smaller));
                for inner in records(&items[at]) {
                    let mut smaller = items.clone();
                    smaller[at] = inner;
                    out.push(Value::Array(smaller));
                }
            }
        }
        _ => {}
    }
    out
}

fn policies(policy: &Policy, see: &mut dyn FnMut(Policy)) {
    macro_rules! drop_each {
        ($field:ident) => {
            for at in 0..policy.$field.len() {
                let mut smaller = policy.clone();
                smaller.$field.remove(at);
                see(smaller);
            }
        };
    }
    drop_each!(rules);
    drop_each!(periods);
    drop_each!(triages);
    drop_each!(categorises);
    drop_each!(risks);
    drop_each!(approvals);
    drop_each!(obligations);
    drop_each!(waivers);
    crate::shrink_people::policies(policy, see);
    for at in 0..policy.rules.len() {
        commons(policy, &|p| &mut p.rules[at].common, see);
        for n in 0..policy.rules[at].demands.len() {
            let mut smaller = policy.clone();
            smaller.rules[at].demands.remove(n);
            if !smaller.rules[at].demands.is_empty() {
                see(smaller);
            }
        }
    }
    for at in 0..policy.periods.len() {
        commons(policy, &|p| &mut p.periods[at].common, see);
        for n in 0..policy.periods[at].times.len() {
            let mut smaller = policy.clone();
            smaller.periods[at].times.remove(n);
            if !smaller.periods[at].times.is_empty() || smaller.periods[at].while_.is_some() {
                see(smaller);
            }
        }
        change(policy, see, |p| p.periods[at].while_.take().is_some() && !p.periods[at].times.is_empty());
        change(policy, see, |p| std::mem::take(&mut p.periods[at].mandatory));
        change(policy, see, |p| std::mem::take(&mut p.periods[at].overrun));
    }
    for at in 0..policy.triages.len() {
        commons(policy, &|p| &mut p.triages[at].common, see);
        change(policy, see, |p| p.triages[at].done.take().is_some());
        change(policy, see, |p| p.triages[at].clock.take().is_some());
        change(policy, see, |p| p.triages[at].within.take().is_some());
        for n in 0..policy.triages[at].arms.len() {
            change(policy, see, |p| p.triages[at].arms.remove(n).when.is_some());
            change(policy, see, |p| p.triages[at].arms[n].deadline.take().is_some());
            change(policy, see, |p| {
                p.triages[at].arms[n].deadline.as_mut().is_some_and(|d| d.end_of_day.take().is_some())
            });
        }
    }
    for at in 0..policy.categorises.len() {
        change(policy, see, |p| std::mem::take(&mut p.categorises[at].each_asset));
        for n in 0..policy.categorises[at].arms.len() {
            change(policy, see, |p| p.categorises[at].arms.remove(n).when.is_some());
        }
    }
    change(policy, see, |p| p.holidays.pop().is_some());
    for at in 0..policy.approvals.len() {
        change(policy, see, |p| p.approvals[at].meets.take().is_some());
    }
    for at in 0..policy.cals.len() {
        change(policy, see, |p| p.cals[at].times.len() > 1 && p.cals[at].times.pop().is_some());
        change(policy, see, |p| p.cals[at].covers.take().is_some());
    }
    for at in 0..policy.files.len() {
        change(policy, see, |p| p.files[at].events.len() > 1 && p.files[at].events.pop().is_some());
    }
    let clauses = |p: &mut Policy| -> usize { every_clause(p).len() };
    for at in 0..clauses(&mut policy.clone()) {
        change(policy, see, |p| every_clause(p)[at].not_on.pop().is_some());
        change(policy, see, |p| match &mut every_clause(p)[at].times {
            Times::Recur(Recur::On(_, which), _) if which.len() > 1 => which.pop().is_some(),
            _ => false,
        });
    }
    change(policy, see, |p| p.longest_change.take().is_some());
    change(policy, see, |p| p.business_days.take().is_some());
    change(policy, see, |p| p.cvss_prefer.take().is_some());
    change(policy, see, |p| std::mem::replace(&mut p.zone, "UTC") != "UTC");
    let many = expressions(&mut policy.clone()).len();
    for at in 0..many {
        let e = expressions(&mut policy.clone())[at].clone();
        for simpler in simpler(&e) {
            let mut smaller = policy.clone();
            *expressions(&mut smaller)[at] = simpler;
            see(smaller);
        }
    }
}

pub fn change(policy: &Policy, see: &mut dyn FnMut(Policy), f: impl Fn(&mut Policy) -> bool) {
    let mut smaller = policy.clone();
    if f(&mut smaller) {
        see(smaller);
    }
}

pub fn commons(policy: &Policy, of: &dyn Fn(&mut Policy) -> &mut Common, see: &mut dyn FnMut(Policy)) {
    change(policy, see, |p| of(p).scope.take().is_some());
    change(policy, see, |p| of(p).when.take().is_some());
    change(policy, see, |p| of(p).except.take().is_some());
    change(policy, see, |p| of(p).effective.take().is_some());
    change(policy, see, |p| of(p).trial.take().is_some());
    change(policy, see, |p| of(p).effect.take().is_some());
    change(policy, see, |p| of(p).unknown.take().is_some());
    change(policy, see, |p| of(p).because.take().is_some());
    change(policy, see, |p| of(p).waivable.take().is_some());
    change(policy, see, |p| !std::mem::take(&mut of(p).noise).is_empty());
}

/// The clauses of time that take more than hours.
fn every_clause(policy: &mut Policy) -> Vec<&mut Clause> {
    let times = policy.periods.iter_mut().flat_map(|p| &mut p.times);
    let all = times.chain(policy.cals.iter_mut().flat_map(|c| &mut c.times));
    all.filter_map(|t| match t {
        TimeClause::Clause(clause) => Some(clause),
        TimeClause::Range { .. } | TimeClause::Weekly { .. } => None,
    })
    .collect()
}

/// All expressions of a policy.
pub fn expressions(policy: &mut Policy) -> Vec<&mut E> {
    let mut out: Vec<&mut E> = Vec::new();
    fn common<'a>(c: &'a mut Common, out: &mut Vec<&'a mut E>) {
        out.extend([&mut c.scope, &mut c.when, &mut c.except].into_iter().flatten());
    }
    for l in &mut policy.lets {
        if let LetBody::Expr(e) = &mut l.body {
            out.push(e);
        }
    }
    out.extend(policy.tables.iter_mut().flat_map(|t| t.inputs.iter_mut().filter_map(|(_, e)| e.as_mut())));
    for t in &mut policy.triages {
        common(&mut t.common, &mut out);
        out.extend(t.done.as_mut().into_iter().chain(t.clock.as_mut()));
        for a in &mut t.arms {
            out.extend(a.when.as_mut());
            match a.deadline.as_mut().map(|d| &mut d.form) {
                Some(DeadlineForm::Within(a, b)) => out.extend(std::iter::once(a).chain(b.as_mut())),
                Some(DeadlineForm::Before(a, b) | DeadlineForm::After(a, b)) => out.extend([a, b]),
                Some(DeadlineForm::By(a)) => out.push(a),
                None => {}
            }
        }
    }
    out.extend(policy.categorises.iter_mut().flat_map(|c| c.arms.iter_mut().filter_map(|a| a.when.as_mut())));
    for r in &mut policy.rules {
        common(&mut r.common, &mut out);
        out.extend(r.demands.iter_mut().map(|(_, e)| e));
    }
    for p in &mut policy.periods {
        common(&mut p.common, &mut out);
        out.extend(&mut p.while_);
    }
    for r in &mut policy.risks {
        common(&mut r.common, &mut out);
        out.extend(r.adds.iter_mut().flat_map(|a| a.when.as_mut().into_iter().chain([&mut a.value])));
    }
    for a in &mut policy.approvals {
        common(&mut a.common, &mut out);
    }
    for o in &mut policy.obligations {
        common(&mut o.common, &mut out);
        out.extend(o.met.as_mut());
    }
    for w in &mut policy.waivers {
        common(&mut w.common, &mut out);
        out.extend(w.provided.as_mut());
    }
    out
}

/// The expression with one thing less, at any depth.
fn simpler(e: &E) -> Vec<E> {
    let mut out = Vec::new();
    // A part in its place.
    match e {
        E::And(parts) | E::Or(parts) => out.extend(parts.iter().cloned()),
        E::Not(a) | E::Default(a, _) | E::Neg(a) => out.push((**a).clone()),
        E::If(_, a, b) => out.extend([(**a).clone(), (**b).clone()]),
        E::Arith(_, a, b) => out.extend([(**a).clone(), (**b).clone()]),
        _ => {}
    }
    let one =
        |a: &E, build: &dyn Fn(Box<E>) -> E| simpler(a).into_iter().map(|a| build(Box::new(a))).collect::<Vec<_>>();
    match e {
        E::And(parts) | E::Or(parts) => {
            let build = |p| if matches!(e, E::And(_)) { E::And(p) } else { E::Or(p) };
            for at in 0..parts.len() {
                if parts.len() > 2 {
                    let mut fewer = parts.clone();
                    fewer.remove(at);
                    out.push(build(fewer));
                }
                for s in simpler(&parts[at]) {
                    let mut other = parts.clone();
                    other[at] = s;
                    out.push(build(other));
                }
            }
        }
        E::Not(a) => out.extend(one(a, &E::Not)),
        E::Cmp(op, a, b) => {
            out.extend(one(a, &|a| E::Cmp(*op, a, b.clone())));
            out.extend(one(b, &|b| E::Cmp(*op, a.clone(), b)));
        }
        E::Arith(op, a, b) => {
            out.extend(one(a, &|a| E::Arith(*op, a, b.clone())));
            out.extend(one(b, &|b| E::Arith(*op, a.clone(), b)));
        }
        E::If(c, a, b) => {
            out.extend(one(c, &|c| E::If(c, a.clone(), b.clone())));
            out.extend(one(a, &|a| E::If(c.clone(), a, b.clone())));
            out.extend(one(b, &|b| E::If(c.clone(), a.clone(), b)));
        }
        E::Quant { kind, var, list, filter, body } => {
            let build = |filter: Option<Box<E>>, body: Box<E>| E::Quant {
                kind: *kind,
                var: var.clone(),
                list: list.clone(),
                filter,
                body,
            };
            if let Some(f) = filter {
                out.push(build(None, body.clone()));
                out.extend(one(f, &|f| build(Some(f), body.clone())));
            }
            out.extend(one(body, &|b| build(filter.clone(), b)));
        }
        E::Agg { kind, value, var, list, filter, empty } => {
            let build = |filter: Option<Box<E>>, empty: Option<Box<E>>| E::Agg {
                kind: *kind,
                value: value.clone(),
                var: var.clone(),
                list: list.clone(),
                filter,
                empty,
            };
            if let Some(f) = filter {
                out.push(build(None, empty.clone()));
                out.extend(one(f, &|f| build(Some(f), empty.clone())));
            }
            if empty.is_some() {
                out.push(build(filter.clone(), None));
            }
        }
        _ => {}
    }
    out
}
