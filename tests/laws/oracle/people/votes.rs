//! One vote: whether it counts, and what it takes from others.

use crate::ir::*;
use crate::mutants::Mutant;
use crate::vocab::Ent;

use super::fold;
use crate::oracle::World;
use crate::oracle::eval::Env;
use crate::oracle::facts::{self, Elements, Rec};
use crate::oracle::value::{self, K, P};

/// What a vote says, and whether it counts apart from its decision, its role, its scope and later votes.
#[derive(Clone, Debug)]
pub struct Vote {
    pub role: P,
    pub by: P,
    pub behalf: P,
    pub at: P,
    pub decision: P,
    pub scope: Elements<Val>,
    pub base: K,
}

/// What a need is for: nothing in particular, an item, or one that was not seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Plain,
    One(P),
    Unseen,
}

fn is(p: &P, v: &Val) -> K {
    value::compare(Cmp::Eq, p, &P::one(v.clone()))
}

fn word(at: i32, text: &str) -> Val {
    Val::Word(at, text.into())
}

/// Whether two are one person.
pub fn same_person(a: &P, b: &P, one_case: bool) -> K {
    let (Some(Val::Str(x)), Some(Val::Str(y))) = (a.only(), b.only()) else {
        return if a.is_none() || b.is_none() { K::FALSE } else { K::UNKNOWN };
    };
    K::of(if one_case { fold(x) == fold(y) } else { x == y })
}

impl Vote {
    /// The person whose role it is.
    pub fn holder(&self) -> &P {
        match &self.behalf {
            p if p.is_none() => &self.by,
            p if p.only().is_some() => p,
            _ => &P::Any,
        }
    }

    pub fn decided(&self, decision: Decision) -> K {
        is(&self.decision, &decision.value())
    }

    pub fn in_roles(&self, roles: &[&'static str]) -> K {
        roles.iter().map(|r| is(&self.role, &Val::text(r))).fold(K::FALSE, K::or)
    }

    /// Whether its scope names an item.
    pub fn names(&self, item: &Item) -> K {
        match item {
            Item::Plain => K::TRUE,
            Item::Unseen => K::UNKNOWN,
            Item::One(item) => {
                let named = self.scope.seen.iter().map(|v| is(item, v)).fold(K::FALSE, K::or);
                if self.scope.incomplete { named.or(K::UNKNOWN) } else { named }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Reject,
}

impl Decision {
    fn value(self) -> Val {
        match self {
            Self::Approve => word(0, "approve"),
            Self::Reject => word(1, "reject"),
        }
    }
}

impl<'a> World<'a> {
    /// The votes of a change, as an approval sees them; and whether there may be more.
    pub fn votes(&'a self, approval: &Approval, env: &Env<'a>) -> (Vec<Vote>, bool) {
        let change = Rec::Json(&self.changes[env.change()]);
        let list = facts::list(&change, Ent::Change, "approvals");
        let votes = list.seen.iter().map(|record| {
            let read = |name: &str| facts::scalar(record, Ent::Vote, name, self.now);
            let mut vote = Vote {
                role: read("role"),
                by: read("by"),
                behalf: read("on_behalf_of"),
                at: read("at"),
                decision: read("decision"),
                scope: facts::set(record, Ent::Vote, "scope"),
                base: K::TRUE,
            };
            // Who votes for himself stands in for nobody.
            if same_person(&vote.behalf, &vote.by, false).must {
                vote.behalf = P::one(Val::None);
            }
            vote.base = self.counts(&vote, approval, &change, env);
            vote
        });
        (votes.collect(), list.incomplete)
    }

    /// Whether a vote counts, apart from its decision, its role, its scope and later votes.
    fn counts(&'a self, vote: &Vote, approval: &Approval, change: &Rec<'a>, env: &Env<'a>) -> K {
        let now = P::one(Val::Time(self.now));
        let mut counts =
            if self.is(Mutant::FutureVoteCounts) { K::TRUE } else { value::compare(Cmp::Le, &vote.at, &now) };
        if vote.at == P::Any {
            counts = counts.and(K::UNKNOWN);
        }
        if vote.by.only().is_none() || (vote.behalf.only().is_none() && !vote.behalf.is_none()) {
            counts = counts.and(K::UNKNOWN);
        }
        if !approval.survives_edits && !self.is(Mutant::EditsIgnored) {
            let updated = facts::scalar(change, Ent::Change, "updated_at", self.now);
            counts = counts.and(value::compare(Cmp::Ge, &vote.at, &updated));
        }
        if let Some(valid) = approval.valid.as_ref().filter(|_| !self.is(Mutant::ValidIgnored)) {
            let lapses = self.shift(&vote.at, valid, false);
            counts = counts.and(value::compare(Cmp::Ge, &lapses, &now));
        }
        if let Some(meets) = approval.meets.as_ref().filter(|_| !self.is(Mutant::SittingIgnored)) {
            // Who says yes before they sat together has not heard the others.
            counts = counts.and(match self.sitting_of(meets, change).only() {
                Some(sitting) => value::compare(Cmp::Ge, &vote.at, &P::one(sitting.clone())),
                None => K::UNKNOWN,
            });
        }
        for before in approval.after.iter().filter(|_| !self.is(Mutant::AfterIgnored)) {
            counts = counts.and(self.comes_after(vote, before, env));
        }
        if !self.is(Mutant::SelfApproval) {
            counts = counts.and(self.excluded(vote, approval, env).not());
        }
        if self.people.is_some() { counts.and(self.known_person(vote)) } else { counts }
    }

    /// The sitting of an approval that a change can reach.
    pub fn sitting_of(&self, meets: &Meets, change: &Rec<'a>) -> P {
        let submitted = facts::scalar(change, Ent::Change, "submitted_at", self.now);
        match submitted.only() {
            Some(Val::Time(t)) => self.sitting(meets, *t).map_or(P::Any, |s| P::one(Val::Time(s))),
            _ => P::Any,
        }
    }

    /// Whether the giver, or the one stood in for, is one who cannot approve.
    fn excluded(&'a self, vote: &Vote, approval: &Approval, env: &Env<'a>) -> K {
        let one_case = !self.is(Mutant::OtherCaseIsAnother);
        let mut excluded = K::FALSE;
        for by in &approval.not_by {
            let (persons, more) = match by {
                Excluded::One(e) => (vec![self.value(e, env)], false),
                Excluded::Each(list) => {
                    let members = self.members(list, env);
                    (members.seen.iter().map(|(m, _)| self.id_of(m)).collect(), members.phantom.is_some())
                }
            };
            for person in &persons {
                // Names that differ only in case may be one person's: such a vote neither counts for certain nor certainly does not.
                let is =
                    |p: &P| K { must: same_person(p, person, false).must, may: same_person(p, person, one_case).may };
                let (giver, principal) = (is(&vote.by), is(&vote.behalf));
                let principal = if self.is(Mutant::DelegatorMayBeExcluded) { K::FALSE } else { principal };
                excluded = excluded.or(giver).or(principal);
            }
            if more {
                excluded = excluded.or(K::UNKNOWN);
            }
        }
        excluded
    }

    /// Whether the role is that of whoever it is taken from, and the one who stands in may do so.
    fn known_person(&'a self, vote: &Vote) -> K {
        // What nobody knows of the giver, of the one stood in for or of the role leaves everything open.
        let known = |id: &P| matches!(self.lookup(Ent::Person, id), Rec::Json(_));
        if vote.role.only().is_none() || !known(&vote.by) || !known(vote.holder()) {
            return K::UNKNOWN;
        }
        let holder = self.lookup(Ent::Person, vote.holder());
        let roles = facts::set(&holder, Ent::Person, "roles");
        let mut holds = roles.seen.iter().map(|r| is(&vote.role, r)).fold(K::FALSE, K::or);
        if roles.incomplete {
            holds = holds.or(K::UNKNOWN);
        }
        if self.is(Mutant::RolesUnchecked) {
            holds = K::TRUE;
        }
        if vote.behalf.is_none() || self.is(Mutant::DelegationUnchecked) {
            return holds;
        }
        let list = facts::list(&holder, Ent::Person, "delegations");
        let mut given = if list.incomplete { K::UNKNOWN } else { K::FALSE };
        for delegation in &list.seen {
            let read = |name: &str| facts::scalar(delegation, Ent::Delegation, name, self.now);
            let role = read("role");
            let any_role = is(&role, &Val::None);
            let until = read("until");
            let in_time = value::compare(Cmp::Le, &read("from"), &vote.at)
                .and(is(&until, &Val::None).or(value::compare(Cmp::Lt, &vote.at, &until)));
            let this = value::compare(Cmp::Eq, &read("to"), &vote.by)
                .and(any_role.or(value::compare(Cmp::Eq, &role, &vote.role)))
                .and(in_time);
            given = given.or(this);
        }
        holds.and(given)
    }

    /// Whether `by` takes the place of `vote` for a need: it is the same person's in the same role, and later. A rejection gives way only to what counts itself.
    pub fn supersedes(&self, by: &Vote, vote: &Vote, item: &Item, rejected: bool) -> K {
        if self.is(Mutant::SupersededCounts) {
            return K::FALSE;
        }
        let same = same_person(by.holder(), vote.holder(), !self.is(Mutant::OtherCaseIsAnother)).and(value::compare(
            Cmp::Eq,
            &by.role,
            &vote.role,
        ));
        let later = value::compare(Cmp::Gt, &by.at, &vote.at);
        let given = value::compare(Cmp::Le, &by.at, &P::one(Val::Time(self.now)));
        let concerns = if by.scope.seen.is_empty() && *item != Item::Plain {
            if by.scope.incomplete { K::UNKNOWN } else { K::TRUE }
        } else {
            by.names(item)
        };
        let takes = if rejected {
            // Only a later vote that is none.
            let heard = if self.is(Mutant::RejectionGivesWayToAnything) { K::TRUE } else { by.base };
            later.and(by.decided(Decision::Reject).not()).and(heard)
        } else if self.is(Mutant::EqualRejectionLoses) {
            later
        } else {
            // Of equal times the approval is the weakest.
            let equal = value::compare(Cmp::Eq, &by.at, &vote.at);
            later.or(equal.and(by.decided(Decision::Approve).not()))
        };
        same.and(takes).and(given).and(concerns)
    }
}
