//! Which needs the votes fill, where no person may serve two of them.
//!
//! Votes are shared out to slots. A vote uses up one or two persons: its giver, and whoever they stand in for. Within a slot all persons
//! differ; slots of one clause (the items of a `for each`) may share persons, slots of different clauses share none. The answer is exact: it
//! is that of the best of all ways to share the votes out, wherever the work stays within bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::maximum;
use super::share::{Gains, Share, share};

/// Something that asks for votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The clause that it belongs to.
    pub clause: usize,
    /// How many votes it asks for.
    pub need: u32,
}

/// A vote that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ballot {
    /// Whom it uses up; twice the same if it is one person's own vote.
    pub persons: (u32, u32),
    /// The slots that it may serve, ascending.
    pub slots: Vec<usize>,
}

/// How the slots are filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// How many votes each slot has, at most as many as it needs: of all ways to share out the votes one with the greatest sum, and of these
    /// the one that gives most to the first slot, then to the second, and so on.
    pub have: Vec<u32>,
    /// Every slot has what it needs.
    pub all: bool,
    /// The answer is that of the best way. Otherwise it would have taken too long to find: `have` is a way, and there may be better ones.
    pub exact: bool,
}

/// Shares out votes to slots.
#[must_use]
pub fn fill(slots: &[Slot], votes: &[Ballot]) -> Filled {
    let mut open = Open { slots, votes, active: slots.iter().map(|slot| slot.need > 0).collect(), exact: true };
    let mut have: Vec<u32> = slots.iter().map(|_| 0).collect();
    let possible = open.possible();
    // A slot that even the other clauses together cannot spoil is filled last, and is of no concern to them.
    loop {
        let done: Vec<usize> = (0..slots.len()).filter(|at| open.is(*at) && open.spare(&possible, *at)).collect();
        if done.is_empty() {
            break;
        }
        // One at a time: each is filled after those that are still open then.
        for at in done.into_iter().take(1) {
            open.close(at);
            give(&mut have, at, open.need(at));
        }
    }
    let mut base = have.clone();
    let shares = loop {
        let (alone, mixed) = open.components();
        base.clone_from(&have);
        for component in alone {
            for (at, gain) in component {
                let more = gain.min(open.need(at).saturating_sub(got(&base, at)));
                give(&mut base, at, more);
            }
        }
        let full: Vec<usize> =
            (0..slots.len()).filter(|at| open.is(*at) && got(&base, *at) >= open.need(*at)).collect();
        if full.is_empty() || mixed.is_empty() {
            break mixed;
        }
        // Filled by persons who can do nothing else.
        for at in full {
            open.close(at);
            have.get_mut(at).into_iter().for_each(|have| *have = open.need(at));
        }
    };
    let mut exact = open.exact;
    if !shares.is_empty() {
        let missing: Vec<u32> =
            slots.iter().enumerate().map(|(at, slot)| slot.need.saturating_sub(got(&base, at))).collect();
        let answer = share(slots, &missing, shares);
        exact &= answer.exact;
        for (at, gain) in answer.gains.iter().enumerate() {
            give(&mut base, at, *gain);
        }
    }
    let all = slots.iter().enumerate().all(|(at, slot)| got(&base, at) >= slot.need);
    // What no slot could reach alone is not reached together: that is certain, however much was left untried.
    let never = slots.iter().enumerate().any(|(at, slot)| got(&possible, at) < slot.need);
    Filled { have: base, all, exact: exact || all || (never && open.exact) }
}

fn got(have: &[u32], at: usize) -> u32 {
    have.get(at).copied().unwrap_or(0)
}

fn give(have: &mut [u32], at: usize, more: u32) {
    if let Some(have) = have.get_mut(at) {
        *have = have.saturating_add(more);
    }
}

/// What is still to be shared out.
struct Open<'v> {
    slots: &'v [Slot],
    votes: &'v [Ballot],
    active: Vec<bool>,
    exact: bool,
}

impl Open<'_> {
    fn is(&self, at: usize) -> bool {
        self.active.get(at).copied().unwrap_or(false)
    }

    fn close(&mut self, at: usize) {
        self.active.get_mut(at).into_iter().for_each(|active| *active = false);
    }

    fn need(&self, at: usize) -> u32 {
        self.slots.get(at).map_or(0, |slot| slot.need)
    }

    fn clause(&self, at: usize) -> usize {
        self.slots.get(at).map_or(usize::MAX, |slot| slot.clause)
    }

    /// How many persons the slots of other clauses can use up.
    fn others(&self, at: usize) -> u64 {
        let clause = self.clause(at);
        let other = |(other, slot): &(usize, &Slot)| self.is(*other) && slot.clause != clause;
        self.slots.iter().enumerate().filter(other).map(|(_, slot)| u64::from(slot.need) * 2).sum()
    }

    /// How many votes each slot could have by itself, as far as that matters.
    fn possible(&mut self) -> Vec<u32> {
        let mut edges: Vec<Vec<(u32, u32)>> = vec![Vec::new(); self.slots.len()];
        for vote in self.votes {
            for at in &vote.slots {
                edges.get_mut(*at).into_iter().for_each(|edges| edges.push(vote.persons));
            }
        }
        let mut possible = Vec::with_capacity(edges.len());
        for (at, edges) in edges.iter().enumerate() {
            let enough = u64::from(self.need(at)).saturating_add(self.others(at));
            let size = maximum(edges, usize::try_from(enough).unwrap_or(usize::MAX));
            self.exact &= size.exact;
            possible.push(u32::try_from(size.edges).unwrap_or(u32::MAX));
        }
        possible
    }

    fn spare(&self, possible: &[u32], at: usize) -> bool {
        u64::from(got(possible, at)) >= u64::from(self.need(at)).saturating_add(self.others(at))
    }

    /// The groups of persons that votes for open slots bind together: what each group whose votes are all for one clause gives, and for each
    /// other one what it could give.
    fn components(&mut self) -> (Vec<Gains>, Vec<Share>) {
        let mut groups = Groups::default();
        let mut useful: Vec<(&Ballot, Vec<usize>)> = Vec::new();
        for vote in self.votes {
            let slots: Vec<usize> = vote.slots.iter().copied().filter(|at| self.is(*at)).collect();
            if !slots.is_empty() {
                groups.join(vote.persons.0, vote.persons.1);
                useful.push((vote, slots));
            }
        }
        let mut members: BTreeMap<u32, Vec<Ballot>> = BTreeMap::new();
        for (vote, slots) in useful {
            let group = groups.root(vote.persons.0);
            members.entry(group).or_default().push(Ballot { persons: vote.persons, slots });
        }
        let (mut alone, mut mixed) = (Vec::new(), Vec::new());
        for votes in members.into_values() {
            let clauses: BTreeSet<usize> =
                votes.iter().flat_map(|vote| &vote.slots).map(|at| self.clause(*at)).collect();
            let mut one = |allowed: &dyn Fn(u32, usize) -> bool| {
                let (gains, exact) = gains(&votes, &|at| self.need(at), allowed);
                self.exact &= exact;
                gains
            };
            if clauses.len() < 2 {
                alone.push(one(&|_, _| true));
            } else {
                let slots = self.slots;
                let clause = |at: usize| slots.get(at).map_or(usize::MAX, |slot| slot.clause);
                let (share, exact) = Share::new(&votes, &clauses, &clause, &|at| slots.get(at).map_or(0, |s| s.need));
                self.exact &= exact;
                mixed.push(share);
            }
        }
        (alone, mixed)
    }
}

/// What some votes give each slot if only these persons may serve it.
pub fn gains(votes: &[Ballot], need: &dyn Fn(usize) -> u32, allowed: &dyn Fn(u32, usize) -> bool) -> (Gains, bool) {
    let mut edges: BTreeMap<usize, Vec<(u32, u32)>> = BTreeMap::new();
    for vote in votes {
        for at in &vote.slots {
            if allowed(vote.persons.0, *at) && allowed(vote.persons.1, *at) {
                edges.entry(*at).or_default().push(vote.persons);
            }
        }
    }
    let mut exact = true;
    let mut gains = Vec::with_capacity(edges.len());
    for (at, edges) in edges {
        let size = maximum(&edges, need(at) as usize);
        exact &= size.exact;
        gains.push((at, u32::try_from(size.edges).unwrap_or(u32::MAX)));
    }
    (gains, exact)
}

/// Persons that votes bind together.
#[derive(Default)]
struct Groups {
    parent: BTreeMap<u32, u32>,
}

impl Groups {
    fn root(&mut self, person: u32) -> u32 {
        let mut at = person;
        loop {
            let parent = *self.parent.entry(at).or_insert(at);
            if parent == at {
                return at;
            }
            let above = self.parent.get(&parent).copied().unwrap_or(parent);
            self.parent.insert(at, above);
            at = above;
        }
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parent.insert(high, low);
    }
}
