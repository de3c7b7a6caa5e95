//! Approvals: who has to say yes, and who has.

use std::rc::Rc;

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::matching::{self, Slot, Voice};
use super::votes::{Decision, Item, Vote, same_person};
use super::{DutyRow, Haves, fold};
use crate::oracle::World;
use crate::oracle::decide::Reason;
use crate::oracle::eval::{Binding, Env};
use crate::oracle::facts::{self, Rec};
use crate::oracle::time;
use crate::oracle::value::{self, K, P};

/// A need, or one of a `for each`.
#[derive(Clone, Debug)]
struct Wanted {
    slot: Slot,
    roles: Vec<&'static str>,
    item: Item,
    /// The item is certainly there.
    certain: bool,
}

/// What an approval has come to for a row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its scope, and whether it is in force.
    pub concerned: K,
    /// Whether `except` lifts it.
    pub except: K,
    /// Enough votes certainly count; or may.
    pub filled: K,
    /// A rejection that certainly counts; or may.
    pub rejected: K,
    /// A rejection that denies.
    pub denies: bool,
    /// The earliest instant by which it was certainly met, and by which it may have been.
    met_at: (i64, i64),
    pub entries: Vec<DutyRow>,
    pub haves: Vec<Haves>,
}

impl Outcome {
    pub fn required(&self) -> K {
        self.concerned.and(self.except.not())
    }

    pub fn met(&self) -> K {
        self.filled.and(self.rejected.not())
    }
}

/// The beginning of time.
const EVER: i64 = i64::MIN;

impl<'a> World<'a> {
    fn approval_named(&self, name: &str) -> &'a Approval {
        self.policy.approvals.iter().find(|a| a.name == name).unwrap_or_else(|| panic!("no approval {name}"))
    }

    pub fn read_approval(&'a self, name: &str, cleared: bool, env: &Env<'a>) -> K {
        let outcome = self.outcome(self.approval_named(name), env);
        let (required, met) = (outcome.required(), outcome.met());
        if cleared { met.or(required.not()) } else { required.and(met) }
    }

    /// What an approval has come to: worked out once for each change and asset.
    pub fn outcome(&'a self, approval: &Approval, env: &Env<'a>) -> Rc<Outcome> {
        let asset = match env.find("asset") {
            Some(Binding::Asset(Rec::Json(json))) => json["id"].to_string(),
            Some(Binding::Asset(Rec::Id(id))) => format!("no record {id}"),
            _ => String::new(),
        };
        let key = (approval.name.clone(), env.change(), asset);
        if let Some(known) = self.outcomes.borrow().get(&key) {
            return Rc::clone(known);
        }
        let outcome = Rc::new(self.work_out(approval, env));
        self.outcomes.borrow_mut().insert(key, Rc::clone(&outcome));
        outcome
    }

    fn wanted(&'a self, approval: &Approval, env: &Env<'a>) -> Vec<Wanted> {
        let mut all: Vec<Wanted> = Vec::new();
        for (clause, need) in approval.needs.iter().enumerate() {
            let slot = || Slot { clause, need: need.count };
            let mut want = |item, certain| {
                all.push(Wanted { slot: slot(), roles: need.roles.clone(), item, certain });
            };
            let Some((_, list)) = &need.each else {
                want(Item::Plain, true);
                continue;
            };
            let members = self.members(list, env);
            let mut items: Vec<(P, bool)> = Vec::new();
            for (member, certain) in &members.seen {
                let id = self.id_of(member);
                match items.iter_mut().find(|(other, _)| *other == id) {
                    Some((_, other)) => *other |= certain,
                    None => items.push((id, *certain)),
                }
            }
            for (item, certain) in items {
                want(Item::One(item), certain);
            }
            if members.phantom.is_some() && !self.is(Mutant::UnseenItemIsNothing) {
                want(Item::Unseen, false);
            }
        }
        all
    }

    fn work_out(&'a self, approval: &Approval, env: &Env<'a>) -> Outcome {
        let tested = self.tested(env.change());
        let concerned = self.concerned(&approval.common, &tested, env);
        let except = self.except(&approval.common, env);
        let wanted = self.wanted(approval, env);
        let (votes, more) = self.votes(approval, env);
        let counts: Vec<Vec<K>> =
            wanted.iter().map(|w| (0..votes.len()).map(|at| self.approves(&votes, at, w)).collect()).collect();
        let (rejected, denies) = self.rejected(&votes, more, &wanted);

        // Only certain votes, and every need that there may be.
        let strict: Vec<usize> = (0..wanted.len()).collect();
        let unseen = wanted.iter().any(|w| w.item == Item::Unseen);
        let lower = |until: i64| {
            let voices = self.voices(&votes, &strict, |slot, at| {
                counts[slot][at].must && value::compare(Cmp::Le, &votes[at].at, &P::one(Val::Time(until))).must
            });
            self.share(&wanted, &strict, &voices)
        };
        // Every vote that may count, and the needs that are certain.
        let lenient: Vec<usize> = (0..wanted.len()).filter(|at| wanted[*at].certain).collect();
        let upper = |until: i64| {
            let voices = self.voices_at_most(&votes, &lenient, |slot, at| {
                counts[slot][at].may && value::compare(Cmp::Le, &votes[at].at, &P::one(Val::Time(until))).may
            });
            self.share(&wanted, &lenient, &voices).filled
        };
        let best = lower(i64::MAX);
        let filled =
            K { must: best.filled && !unseen, may: (more && !self.is(Mutant::PhantomIsNothing)) || upper(i64::MAX) };
        let filled = if self.is(Mutant::MetByWhatMayCount) { K::of(filled.may) } else { filled };
        let mut times: Vec<i64> = votes
            .iter()
            .filter_map(|v| match v.at.only() {
                Some(Val::Time(t)) => Some(*t),
                _ => None,
            })
            .collect();
        times.push(EVER);
        times.sort_unstable();
        // Only what others follow is asked when it was met.
        if !self.policy.approvals.iter().any(|a| a.after.contains(&approval.name)) {
            times.clear();
        }
        let surely = if filled.must { times.iter().copied().find(|t| lower(*t).filled) } else { None };
        let perhaps = if more { Some(EVER) } else { times.iter().copied().find(|t| upper(*t)) };
        let met_at = (surely.unwrap_or(i64::MAX), perhaps.unwrap_or(EVER));

        let mut outcome =
            Outcome { concerned, except, filled, rejected, denies, met_at, entries: Vec::new(), haves: Vec::new() };
        self.list(approval, env, &wanted, &best, &mut outcome);
        outcome
    }

    /// Whether a vote counts as a yes for a need.
    fn approves(&self, votes: &[Vote], at: usize, wanted: &Wanted) -> K {
        let vote = &votes[at];
        let item = if self.is(Mutant::ScopeIgnored) { &Item::Plain } else { &wanted.item };
        let yes =
            vote.decided(Decision::Approve).and(vote.in_roles(&wanted.roles)).and(vote.base).and(vote.names(item));
        self.others(votes, at, item, false).fold(yes, |k, superseded| k.and(superseded.not()))
    }

    /// Whether each other vote takes the place of this one.
    fn others<'b>(
        &'b self,
        votes: &'b [Vote],
        at: usize,
        item: &'b Item,
        rejected: bool,
    ) -> impl Iterator<Item = K> + 'b {
        let others = votes.iter().enumerate().filter(move |(other, _)| *other != at);
        others.map(move |(_, other)| self.supersedes(other, &votes[at], item, rejected))
    }

    /// Whether a rejection counts, and whether one denies.
    fn rejected(&self, votes: &[Vote], more: bool, wanted: &[Wanted]) -> (K, bool) {
        if self.is(Mutant::RejectionIgnored) {
            return (K::FALSE, false);
        }
        let mut rejected = if more && !wanted.is_empty() { K::UNKNOWN } else { K::FALSE };
        let mut denies = false;
        for want in wanted {
            for (at, vote) in votes.iter().enumerate() {
                let no = vote.decided(Decision::Reject).and(vote.in_roles(&want.roles)).and(vote.base);
                let no = self.others(votes, at, &want.item, true).fold(no, |k, superseded| k.and(superseded.not()));
                let unscoped = vote.scope.seen.is_empty();
                let aims = if unscoped && !vote.scope.incomplete { K::TRUE } else { vote.names(&want.item) };
                denies |= want.certain && no.must && (aims.must || unscoped);
                let there = if want.certain { K::TRUE } else { K::UNKNOWN };
                rejected = rejected.or(no.and(aims).and(there));
            }
        }
        if self.is(Mutant::DoubtfulRejectionIgnored) { (K::of(rejected.must), denies) } else { (rejected, denies) }
    }

    /// The votes that certainly count.
    fn voices(&self, votes: &[Vote], slots: &[usize], serves: impl Fn(usize, usize) -> bool) -> Vec<Voice> {
        let one_case = !self.is(Mutant::OtherCaseIsAnother);
        let mut known: Vec<String> = Vec::new();
        let mut person = |p: &P| {
            let Some(Val::Str(id)) = p.only() else { return None };
            let id = if one_case { fold(id) } else { id.to_string() };
            let at = known.iter().position(|k| *k == id).unwrap_or_else(|| {
                known.push(id);
                known.len() - 1
            });
            Some(at)
        };
        let one = |(at, vote): (usize, &Vote)| {
            let behalf = if self.is(Mutant::DelegatorIsNotUsedUp) { None } else { person(&vote.behalf) };
            let persons = [person(&vote.by), behalf].into_iter().flatten().collect();
            Voice { persons, slots: (0..slots.len()).filter(|n| serves(slots[*n], at)).collect() }
        };
        votes.iter().enumerate().map(one).collect()
    }

    /// The votes that may count: who is not known is somebody else.
    fn voices_at_most(&self, votes: &[Vote], slots: &[usize], serves: impl Fn(usize, usize) -> bool) -> Vec<Voice> {
        let ids: Vec<&P> = votes.iter().flat_map(|v| [&v.by, &v.behalf]).collect();
        let one_case = !self.is(Mutant::OtherCaseIsAnother);
        let first = |p: &P| ids.iter().position(|other| same_person(other, p, one_case).must);
        let one = |(at, vote): (usize, &Vote)| {
            // Who is not known is somebody else, but one and the same for all that the vote serves.
            let persons = [first(&vote.by), first(&vote.behalf), Some(1000 + at)].into_iter().flatten().collect();
            Voice { persons, slots: (0..slots.len()).filter(|n| serves(slots[*n], at)).collect() }
        };
        votes.iter().enumerate().map(one).collect()
    }

    fn share(&self, wanted: &[Wanted], slots: &[usize], voices: &[Voice]) -> matching::Best {
        let slots: Vec<Slot> = slots.iter().map(|at| wanted[*at].slot.clone()).collect();
        if self.is(Mutant::Greedy) { matching::greedy(&slots, voices) } else { matching::best(&slots, voices) }
    }

    /// Whether a vote is later than another approval was met, if that one is required.
    pub fn comes_after(&'a self, vote: &Vote, before: &str, env: &Env<'a>) -> K {
        let other = self.outcome(self.approval_named(before), env);
        let later = |t: i64| t == EVER || value::compare(Cmp::Gt, &vote.at, &P::one(Val::Time(t))).must;
        let perhaps_later = |t: i64| t == EVER || value::compare(Cmp::Gt, &vote.at, &P::one(Val::Time(t))).may;
        let (required, met) = (other.required(), other.met());
        K {
            must: !required.may || (met.must && later(other.met_at.0)),
            may: !required.must || (met.may && perhaps_later(other.met_at.1)),
        }
    }

    /// What somebody has to do for it.
    fn list(
        &'a self,
        approval: &Approval,
        env: &Env<'a>,
        wanted: &[Wanted],
        best: &matching::Best,
        into: &mut Outcome,
    ) {
        if !into.concerned.may || into.except.must {
            return;
        }
        let due = |deadline: &Deadline| self.earliest_due(&self.due_of(deadline, env)).map(time::print);
        let change = Rec::Json(&self.changes[env.change()]);
        let sitting = approval.meets.as_ref().and_then(|m| match self.sitting_of(m, &change).only() {
            Some(Val::Time(t)) => Some(time::print(*t)),
            _ => None,
        });
        let subject = |item: &Item| match item {
            Item::One(p) => match p.only() {
                Some(Val::Str(s)) => Some(s.to_string()),
                _ => None,
            },
            Item::Plain | Item::Unseen => None,
        };
        for want in wanted {
            into.entries.push(DutyRow {
                kind: "approval",
                rule: approval.name.clone(),
                role: Some(want.roles.join(" or ")),
                subject: subject(&want.item),
                need: want.slot.need,
                have: None,
                due: approval.afterwards.as_ref().and_then(due),
                sitting: sitting.clone(),
            });
        }
        for haves in &best.haves {
            let mut haves: Haves = wanted
                .iter()
                .zip(haves)
                .map(|(w, have)| (w.roles.join(" or "), subject(&w.item), w.slot.need, *have))
                .collect();
            haves.sort();
            into.haves.push(haves);
        }
        if let Some(review) = &approval.review {
            into.entries.push(DutyRow {
                kind: "review",
                rule: approval.name.clone(),
                role: None,
                subject: None,
                need: 1,
                have: Some(u32::from(self.reviewed(env))),
                due: due(review),
                sitting: None,
            });
        }
    }

    /// Whether somebody who did not carry out the change certainly reviewed it after it was finished.
    fn reviewed(&'a self, env: &Env<'a>) -> bool {
        let change = Rec::Json(&self.changes[env.change()]);
        let of_change = |name: &str| facts::scalar(&change, Ent::Change, name, self.now);
        let (implementer, finished) = (of_change("implementer"), of_change("finished_at"));
        let evidence = facts::list(&change, Ent::Change, "evidence");
        evidence.seen.iter().any(|record| {
            let read = |name: &str| facts::scalar(record, Ent::Evidence, name, self.now);
            let is = |p: &P, v: Val| value::compare(Cmp::Eq, p, &P::one(v)).must;
            let own = same_person(&read("by"), &implementer, true);
            let own = if self.is(Mutant::ReviewOfOnesOwn) { K::FALSE } else { own };
            is(&read("kind"), Val::text("post-implementation-review"))
                && is(&read("result"), Val::Word(0, "passed".into()))
                && !own.may
                && value::compare(Cmp::Ge, &read("at"), &finished).must
                && value::compare(Cmp::Le, &read("at"), &P::one(Val::Time(self.now))).must
        })
    }

    /// What an approval does to a row.
    pub fn approval_reason(&'a self, approval: &Approval, outcome: &Outcome) -> Option<Reason> {
        let common = &approval.common;
        if !outcome.concerned.may || outcome.except.must {
            return None;
        }
        let effect = common.effect.unwrap_or(Effect::Hold);
        let unknown = common.unknown.filter(|_| !self.is(Mutant::UnknownEffectIgnored)).unwrap_or(effect);
        let certain = outcome.concerned.must && !outcome.filled.may;
        let missing = (!outcome.filled.must && approval.afterwards.is_none())
            .then_some(if outcome.concerned.must && !outcome.met().may { effect } else { unknown });
        let effect_now = if outcome.denies {
            Some(Effect::Deny)
        } else if outcome.rejected.may {
            missing.max(Some(Effect::Hold))
        } else {
            missing
        };
        let quiet = self.on_trial(common) || effect == Effect::Report;
        let effect = effect_now.map(|e| if quiet { Effect::Report } else { e })?;
        Some(Reason {
            name: approval.name.clone(),
            kind: "approval",
            effect,
            certain: certain && !outcome.except.may && approval.afterwards.is_none(),
            subject: None,
        })
    }
}
