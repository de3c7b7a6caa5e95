//! How urgent a finding is, and when it is due.

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::World;
use super::eval::{Binding, Env};
use super::facts::{self, Rec};
use super::time;
use super::value::{self, K, P};

/// A level that a finding may have (none: the block does not concern it), and when it would be due.
#[derive(Clone, Debug)]
pub struct Possible {
    pub level: Option<Val>,
    pub due: P,
}

fn nothing() -> Possible {
    Possible { level: None, due: P::one(Val::None) }
}

impl<'a> World<'a> {
    /// Everything that a block may say of a finding.
    pub fn triage(&'a self, block: &Triage, asset: &Rec<'a>, finding: &Rec<'a>) -> Vec<Possible> {
        let env = Env::default()
            .with("asset", Binding::Asset(asset.clone()))
            .with("finding", Binding::Finding(asset.clone(), finding.clone()));
        if !self.in_force(&block.common, None).must {
            return vec![nothing()];
        }
        let common = &block.common;
        let scope =
            [&common.scope, &common.when].into_iter().flatten().map(|e| self.cond(e, &env)).fold(K::TRUE, K::and);
        let except = common.except.as_ref().map_or(K::FALSE, |e| self.cond(e, &env));
        let concerned = scope.and(except.not());
        if !concerned.may {
            return vec![nothing()];
        }
        let mut possible = Vec::new();
        if !concerned.must {
            possible.push(nothing());
        }
        if let Some(done) = block.done.as_ref().filter(|_| !self.is(Mutant::DoneIsIgnored)) {
            let done = self.cond(done, &env);
            if done.may {
                possible.push(Possible { level: Some(block.level("done")), due: P::one(Val::None) });
            }
            if done.must {
                return possible;
            }
        }
        let decided = block.decide.as_ref().map(|table| self.table(self.policy.table(table), &env));
        for arm in &block.arms {
            let holds = match (&decided, &arm.when) {
                (Some(outcomes), _) => {
                    value::compare(Cmp::Eq, outcomes, &P::one(Val::Word(0, arm.name.as_str().into())))
                }
                (None, Some(when)) => self.cond(when, &env),
                (None, None) => K::TRUE,
            };
            let skipped = self.is(Mutant::UnknownArmFallsThrough) && holds.unknown() && block.decide.is_none();
            if holds.may && !skipped {
                let level = block.level(&arm.name);
                let due = self.due(block, arm, &level, &env);
                possible.push(Possible { level: Some(level), due });
            }
            if holds.must {
                break;
            }
        }
        possible
    }

    fn due(&'a self, block: &Triage, arm: &Arm, level: &Val, env: &Env<'a>) -> P {
        let Some(deadline) = arm.deadline.as_ref().or(block.within.as_ref()) else { return P::one(Val::None) };
        let mut env = env.clone();
        env.level = Some(level.clone());
        self.deadline(deadline, block.clock.as_ref(), &env)
    }

    /// When something without a clock of its own is due.
    pub fn due_of(&'a self, deadline: &Deadline, env: &Env<'a>) -> P {
        self.deadline(deadline, None, env)
    }

    fn deadline(&'a self, deadline: &Deadline, clock: Option<&E>, env: &Env<'a>) -> P {
        let clock = || clock.expect("a clock where a deadline needs one");
        let (length, from, back) = match &deadline.form {
            DeadlineForm::Within(span, of) => (Some(span), of.as_ref().unwrap_or_else(clock), false),
            DeadlineForm::Before(span, time) => (Some(span), time, true),
            DeadlineForm::After(span, time) => (Some(span), time, false),
            DeadlineForm::By(time) => (None, time, false),
        };
        let from = self.value(from, env);
        let due = match length {
            None => from,
            Some(length) => self.shift_by(&from, &self.value(length, env), back),
        };
        let policy = || self.zone.clone();
        let mut named = deadline.end_of_day.map(|zone| zone.filter(|_| !self.is(Mutant::EndOfDayInPolicyZone)));
        let own: String;
        if named == Some(Some(ASSET_ZONE)) {
            // A zone that is a fact.
            let Binding::Asset(asset) = env.get("asset") else { panic!("asset is no asset") };
            match facts::scalar(asset, Ent::Asset, "timezone", self.now).only() {
                Some(Val::Str(name)) => own = name.to_string(),
                _ if due.is_none() => return due,
                _ => return P::Any,
            }
            named = Some(Some(own.as_str()));
        }
        let zone = named.flatten().and_then(time::zone).unwrap_or_else(policy);
        due.map(Kind::Time, |v| match v {
            Val::Date(d) => time::end_of_day(*d, &zone).map(Val::Time),
            Val::Time(t) if named.is_some() => time::end_of_day(time::local_day(*t, &zone)?, &zone).map(Val::Time),
            other => Some(other.clone()),
        })
    }

    /// A time moved by what a length can be; no length and no time are no deadline.
    fn shift_by(&self, from: &P, length: &P, back: bool) -> P {
        if from.is_none() || length.is_none() {
            return P::one(Val::None);
        }
        match (from, length) {
            (P::Any, _) | (_, P::Any) => P::Any,
            (from, P::Set(lengths)) => {
                let each =
                    lengths.iter().map(|l| if *l == Val::None { P::one(Val::None) } else { self.shift(from, l, back) });
                each.reduce(P::union).unwrap_or(P::Any)
            }
            (from, P::Range(r)) => {
                let (Some(low), Some(high)) = (r.low, r.high) else { return P::Any };
                let ends = [low, high].map(|n| self.shift(from, &Val::Dur(n as i64), back));
                let [a, b] = ends;
                let due = a.union(b);
                if r.none { due.union(P::one(Val::None)) } else { due }
            }
        }
    }

    /// The blocks that a reading is of.
    fn blocks(&self, name: Option<&str>) -> Vec<&'a Triage> {
        self.policy.triages.iter().filter(|t| name.is_none_or(|name| t.name == name)).collect()
    }

    pub fn read_level(&'a self, block: Option<&str>, var: &str, ent: Ent, env: &Env<'a>) -> P {
        let blocks = self.blocks(block);
        let [block] = blocks.as_slice() else { panic!("a level of {} blocks", blocks.len()) };
        match env.get(var) {
            Binding::Finding(asset, finding) => levels(&self.triage(block, asset, finding)),
            Binding::Asset(asset) => {
                let findings = self.findings(asset);
                let each = findings.seen.iter().map(|f| levels(&self.triage(block, asset, f)));
                let phantom = findings
                    .incomplete
                    .then(|| levels(&self.triage(block, asset, &Rec::Nothing)).union(P::one(Val::None)));
                each.chain(phantom).fold(P::one(Val::None), |a, b| most_urgent(&a, &b))
            }
            other => panic!("{ent:?} {other:?} has no triage"),
        }
    }

    /// Whether a finding is overdue by one of the blocks, and that is not waived; of an asset, whether one of its findings is.
    pub fn overdue_unless_waived(&'a self, block: Option<&str>, var: &str, ent: Ent, env: &Env<'a>) -> K {
        let of = |asset: &Rec<'a>, finding: &Rec<'a>| {
            let by = |b: &'a Triage| {
                let due =
                    self.triage(b, asset, finding).into_iter().map(|p| p.due).reduce(P::union).expect("at least one");
                let late = value::compare(Cmp::Lt, &due, &P::one(Val::Time(self.now)));
                late.and(self.finding_waived(b, asset, finding).not())
            };
            self.blocks(block).into_iter().map(by).fold(K::FALSE, K::or)
        };
        match env.get(var) {
            Binding::Finding(asset, finding) => of(asset, finding),
            Binding::Asset(asset) => {
                let findings = self.findings(asset);
                let seen = findings.seen.iter().map(|f| of(asset, f)).fold(K::FALSE, K::or);
                if !findings.incomplete {
                    return seen;
                }
                let unseen = of(asset, &Rec::Nothing);
                seen.or(K { must: false, may: unseen.may })
            }
            other => panic!("{ent:?} {other:?} has no triage"),
        }
    }

    pub fn read_due(&'a self, block: Option<&str>, var: &str, ent: Ent, env: &Env<'a>) -> P {
        let blocks = self.blocks(block);
        let of = |asset: &Rec<'a>, finding: &Rec<'a>| -> P {
            let dues: Vec<P> = blocks
                .iter()
                .map(|b| {
                    self.triage(b, asset, finding).into_iter().map(|p| p.due).reduce(P::union).expect("at least one")
                })
                .collect();
            earliest(&dues)
        };
        match env.get(var) {
            Binding::Finding(asset, finding) => of(asset, finding),
            Binding::Asset(asset) => {
                let findings = self.findings(asset);
                let mut dues: Vec<P> = findings.seen.iter().map(|f| of(asset, f)).collect();
                if findings.incomplete {
                    dues.push(of(asset, &Rec::Nothing).union(P::one(Val::None)));
                }
                earliest(&dues)
            }
            other => panic!("{ent:?} {other:?} has no triage"),
        }
    }
}

fn levels(possible: &[Possible]) -> P {
    possible.iter().map(|p| P::one(p.level.clone().unwrap_or(Val::None))).reduce(P::union).expect("at least one")
}

fn most_urgent(a: &P, b: &P) -> P {
    let (P::Set(a), P::Set(b)) = (a, b) else { panic!("levels are sets") };
    // `Val::None` is the least of all values.
    P::Set(a.iter().flat_map(|x| b.iter().map(move |y| x.max(y).clone())).collect())
}

/// The earliest of several due dates, where none is later than all.
fn earliest(dues: &[P]) -> P {
    dues.iter().fold(P::one(Val::None), |a, b| earlier(&a, b))
}

fn earlier(a: &P, b: &P) -> P {
    if a.is_none() || b.is_none() {
        return if a.is_none() { b.clone() } else { a.clone() };
    }
    if let (P::Set(x), P::Set(y)) = (a, b) {
        let first = |v: &Val, w: &Val| match (v, w) {
            (Val::None, other) | (other, Val::None) => other.clone(),
            (v, w) => v.min(w).clone(),
        };
        return P::pairs(x, y, |v, w| Some(first(v, w)));
    }
    let ends = |p: &P| p.hull().map_or((None, None), |r| (r.low, r.high));
    let (x, y) = (ends(a), ends(b));
    let low = x.0.zip(y.0).map(|(p, q)| p.min(q));
    // Only what is certainly a date bounds the earliest from above.
    let (sure_a, sure_b) = (x.1.filter(|_| !a.may_none()), y.1.filter(|_| !b.may_none()));
    let none = a.may_none() && b.may_none();
    let high = match (sure_a, sure_b) {
        (Some(p), Some(q)) => Some(p.min(q)),
        (None, None) if none => x.1.zip(y.1).map(|(p, q)| p.max(q)),
        (one, other) => one.or(other),
    };
    if low.is_none() && high.is_none() { P::Any } else { P::range(Kind::Time, low, high, none) }
}
