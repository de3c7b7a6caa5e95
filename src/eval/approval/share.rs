//! Sharing persons out to clauses, where they could serve several of them.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::{Ballot, Slot, gains};

/// Votes for slots: slot and how many, ascending by slot.
pub type Gains = Vec<(usize, u32)>;

/// How many votes are looked at while one group of persons is divided in all ways.
const LOOKS: usize = 400_000;

/// How many numbers are touched while the groups are put together.
const STEPS: usize = 4_000_000;

/// A group of persons, and what it could give: none of the ways gives at least as much everywhere as another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    ways: Vec<Gains>,
}

/// What all groups give together.
#[derive(Clone, Debug)]
pub struct Shared {
    /// By slot.
    pub gains: Vec<u32>,
    /// There is no better way.
    pub exact: bool,
}

impl Share {
    /// Every way to divide the persons of these votes between the clauses; whether all of them were looked at.
    #[must_use]
    pub fn new(
        votes: &[Ballot],
        clauses: &BTreeSet<usize>,
        clause: &dyn Fn(usize) -> usize,
        need: &dyn Fn(usize) -> u32,
    ) -> (Self, bool) {
        let slots: BTreeSet<usize> = votes.iter().flat_map(|vote| &vote.slots).copied().collect();
        // No more votes are used than are needed, and none uses two persons of one kind: further ones of a kind are of no use.
        let useful: u64 = slots.iter().map(|at| u64::from(need(*at))).sum();
        let persons = alike(votes, usize::try_from(useful).unwrap_or(usize::MAX));
        let kept: BTreeSet<u32> = persons.iter().map(|(person, _)| *person).collect();
        let all = votes;
        let votes: Vec<Ballot> = votes
            .iter()
            .filter(|vote| kept.contains(&vote.persons.0) && kept.contains(&vote.persons.1))
            .cloned()
            .collect();
        let votes = votes.as_slice();
        let choices: Vec<Vec<usize>> = persons
            .iter()
            .map(|(person, _)| {
                let own = votes.iter().filter(|vote| vote.persons.0 == *person || vote.persons.1 == *person);
                let own: BTreeSet<usize> = own.flat_map(|vote| &vote.slots).map(|at| clause(*at)).collect();
                own.into_iter().collect()
            })
            .collect();
        let mut division = Division {
            votes,
            clause,
            need,
            persons: &persons,
            choices: &choices,
            chosen: BTreeMap::new(),
            found: BTreeSet::new(),
            looks: 0,
            exact: true,
        };
        division.go(0, 0);
        let (mut found, mut exact) = (division.found, division.exact && division.looks <= LOOKS);
        if !exact {
            // Too many: everybody serves one clause.
            found = BTreeSet::new();
            for only in clauses {
                let (way, certain) = gains(all, need, &|_, at| clause(at) == *only);
                exact &= certain;
                found.insert(way);
            }
        }
        let ways: Vec<Gains> =
            found.iter().filter(|way| !found.iter().any(|o| o != *way && covers(o, way))).cloned().collect();
        (Self { ways }, exact)
    }
}

/// The persons, those whose votes are the same in all but their own name beside each other, with the number of their kind; so many of each.
fn alike(votes: &[Ballot], most: usize) -> Vec<(u32, usize)> {
    type Kind<'v> = BTreeSet<(Option<u32>, &'v [usize])>;
    let mut own: BTreeMap<u32, Kind<'_>> = BTreeMap::new();
    for vote in votes {
        let (a, b) = vote.persons;
        own.entry(a).or_default().insert(((a != b).then_some(b), &vote.slots));
        own.entry(b).or_default().insert(((a != b).then_some(a), &vote.slots));
    }
    let mut kinds: BTreeMap<Kind<'_>, Vec<u32>> = BTreeMap::new();
    for (person, kind) in own {
        kinds.entry(kind).or_default().push(person);
    }
    let numbered = kinds.into_values().enumerate();
    numbered.flat_map(|(kind, persons)| persons.into_iter().take(most).map(move |person| (person, kind))).collect()
}

/// Whether `a` gives at least what `b` gives.
fn covers(a: &Gains, b: &Gains) -> bool {
    b.iter().all(|(slot, gain)| *gain == 0 || a.iter().any(|(other, more)| other == slot && more >= gain))
}

struct Division<'v> {
    votes: &'v [Ballot],
    clause: &'v dyn Fn(usize) -> usize,
    need: &'v dyn Fn(usize) -> u32,
    persons: &'v [(u32, usize)],
    choices: &'v [Vec<usize>],
    chosen: BTreeMap<u32, usize>,
    found: BTreeSet<Gains>,
    looks: usize,
    exact: bool,
}

impl Division<'_> {
    /// Gives clauses to the persons from `at` on. Of persons alike the first ones serve the earlier clauses: who of them is of no matter.
    fn go(&mut self, at: usize, least: usize) {
        if self.looks > LOOKS {
            return;
        }
        let (Some((person, kind)), Some(choices)) = (self.persons.get(at), self.choices.get(at)) else {
            self.looks += self.votes.len();
            let chosen = &self.chosen;
            let allowed = |person: u32, slot: usize| chosen.get(&person) == Some(&(self.clause)(slot));
            let (way, exact) = gains(self.votes, self.need, &allowed);
            self.exact &= exact;
            self.found.insert(way);
            return;
        };
        let again = self.persons.get(at + 1).is_some_and(|(_, next)| next == kind);
        for (position, clause) in choices.iter().enumerate().skip(least) {
            self.chosen.insert(*person, *clause);
            self.go(at + 1, if again { position } else { 0 });
        }
    }
}

/// Puts the groups together: the greatest sum, and of these the most for the first slot, then for the second, and so on.
#[must_use]
pub fn share(slots: &[Slot], missing: &[u32], groups: Vec<Share>) -> Shared {
    let greedy = greedy(missing, &groups);
    if greedy.iter().zip(missing).all(|(gain, missing)| gain >= missing) {
        return Shared { gains: greedy, exact: true };
    }
    let plain = {
        let mut clauses: Vec<usize> =
            slots.iter().zip(missing).filter(|(_, missing)| **missing > 0).map(|(slot, _)| slot.clause).collect();
        let count = clauses.len();
        clauses.sort_unstable();
        clauses.dedup();
        clauses.len() == count
    };
    let single = |way: &Gains| way.iter().map(|(_, gain)| *gain).sum::<u32>() <= 1;
    if plain && groups.iter().all(|group| group.ways.iter().all(single)) {
        return Shared { gains: flow(missing, &groups), exact: true };
    }
    match together(missing, groups) {
        Some(gains) => Shared { gains, exact: true },
        None => Shared { gains: greedy, exact: false },
    }
}

/// A way that is quickly found: each group, those with the fewest choices first, goes where most is missing.
fn greedy(missing: &[u32], groups: &[Share]) -> Vec<u32> {
    let mut order: Vec<&Share> = groups.iter().collect();
    order.sort_by(|a, b| a.ways.len().cmp(&b.ways.len()).then_with(|| a.cmp(b)));
    let mut offers: Vec<u64> = vec![0; missing.len()];
    let most = |group: &Share| {
        let mut most: BTreeMap<usize, u32> = BTreeMap::new();
        for (slot, gain) in group.ways.iter().flatten() {
            let so_far = most.entry(*slot).or_default();
            *so_far = (*so_far).max(*gain);
        }
        most
    };
    for group in &order {
        for (slot, gain) in most(group) {
            offers.get_mut(slot).into_iter().for_each(|offer| *offer += u64::from(gain));
        }
    }
    let mut have: Vec<u32> = vec![0; missing.len()];
    for group in order {
        let left: Vec<u32> = missing.iter().zip(&have).map(|(missing, have)| missing.saturating_sub(*have)).collect();
        let left = |slot: usize| left.get(slot).copied().unwrap_or(0);
        // What is missing counts for the more the fewer others offer it.
        let worth = |way: &Gains| -> u64 {
            way.iter()
                .map(|(slot, gain)| {
                    let left = left(*slot);
                    let offered = offers.get(*slot).copied().unwrap_or(0).max(1);
                    u64::from((*gain).min(left)) * 1_000_000 * u64::from(left) / offered
                })
                .sum()
        };
        let best = group.ways.iter().rev().max_by_key(|way| worth(way));
        for (slot, gain) in best.into_iter().flatten() {
            let more = (*gain).min(left(*slot));
            have.get_mut(*slot).into_iter().for_each(|have| *have += more);
        }
        for (slot, gain) in most(group) {
            offers.get_mut(slot).into_iter().for_each(|offer| *offer = offer.saturating_sub(u64::from(gain)));
        }
    }
    have
}

/// Persons of one vote each to slots that share nobody, by augmenting paths. What was given to a slot is never taken away again, so that
/// earlier slots have as much as they can.
fn flow(missing: &[u32], groups: &[Share]) -> Vec<u32> {
    let mut kinds: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    for group in groups {
        let slots: BTreeSet<usize> =
            group.ways.iter().flatten().filter(|(_, gain)| *gain > 0).map(|(slot, _)| *slot).collect();
        *kinds.entry(slots.into_iter().collect()).or_default() += 1;
    }
    let mut flow =
        Flow { kinds: kinds.keys().cloned().collect(), free: kinds.values().copied().collect(), given: Vec::new() };
    flow.given = vec![BTreeMap::new(); flow.kinds.len()];
    missing
        .iter()
        .enumerate()
        .map(|(slot, missing)| {
            let mut have = 0;
            while have < *missing && flow.augment(slot, &mut BTreeSet::new(), &mut BTreeSet::new()) {
                have += 1;
            }
            have
        })
        .collect()
}

/// Kinds of persons by the slots that they may serve.
struct Flow {
    kinds: Vec<Vec<usize>>,
    free: Vec<u64>,
    /// How many of each kind serve each slot.
    given: Vec<BTreeMap<usize, u64>>,
}

impl Flow {
    /// Finds one more person for a slot; those who serve it elsewhere may move.
    fn augment(&mut self, slot: usize, seen: &mut BTreeSet<usize>, passed: &mut BTreeSet<usize>) -> bool {
        if !passed.insert(slot) {
            return false;
        }
        for kind in 0..self.kinds.len() {
            if !self.kinds.get(kind).is_some_and(|slots| slots.contains(&slot)) || !seen.insert(kind) {
                continue;
            }
            if let Some(free) = self.free.get_mut(kind).filter(|free| **free > 0) {
                *free -= 1;
                self.give(kind, slot);
                return true;
            }
            let served: Vec<usize> = self
                .given
                .get(kind)
                .into_iter()
                .flatten()
                .filter(|(other, count)| **other != slot && **count > 0)
                .map(|(other, _)| *other)
                .collect();
            for other in served {
                if self.augment(other, seen, passed) {
                    let count = self.given.get_mut(kind).and_then(|given| given.get_mut(&other));
                    count.into_iter().for_each(|count| *count -= 1);
                    self.give(kind, slot);
                    return true;
                }
            }
        }
        false
    }

    fn give(&mut self, kind: usize, slot: usize) {
        self.given.get_mut(kind).into_iter().for_each(|given| *given.entry(slot).or_default() += 1);
    }
}

/// Every state that the groups can lead to, one group after another; none if there are too many.
fn together(missing: &[u32], mut groups: Vec<Share>) -> Option<Vec<u32>> {
    groups.sort();
    let useful: u64 = missing.iter().map(|missing| u64::from(*missing)).sum();
    let mut states: BTreeSet<Vec<u32>> = BTreeSet::from([vec![0; missing.len()]]);
    let mut steps = 0_usize;
    let mut before: Option<&Share> = None;
    let mut times = 0_u64;
    for group in &groups {
        times = if before == Some(group) { times + 1 } else { 1 };
        before = Some(group);
        // Whoever is of use gives at least one vote: more groups of one kind than votes are missing are of no use.
        if times > useful {
            continue;
        }
        let mut next = BTreeSet::new();
        for state in &states {
            for way in &group.ways {
                steps = steps.saturating_add(missing.len() + 4);
                let mut state = state.clone();
                for (slot, gain) in way {
                    if let (Some(have), Some(missing)) = (state.get_mut(*slot), missing.get(*slot)) {
                        *have = have.saturating_add(*gain).min(*missing);
                    }
                }
                next.insert(state);
            }
            if steps > STEPS {
                return None;
            }
        }
        states = best(next, missing.len(), &mut steps);
        if steps > STEPS {
            return None;
        }
    }
    states.into_iter().max_by(|a, b| total(a).cmp(&total(b)).then_with(|| a.cmp(b)))
}

fn total(state: &[u32]) -> u64 {
    state.iter().map(|have| u64::from(*have)).sum()
}

/// The states that no other one covers.
fn best(states: BTreeSet<Vec<u32>>, width: usize, steps: &mut usize) -> BTreeSet<Vec<u32>> {
    let mut sorted: Vec<Vec<u32>> = states.into_iter().collect();
    sorted.sort_by_key(|state| std::cmp::Reverse(total(state)));
    let mut kept: Vec<Vec<u32>> = Vec::new();
    for state in sorted {
        *steps = steps.saturating_add(kept.len().saturating_mul(width) / 4);
        if *steps > STEPS {
            break;
        }
        if !kept.iter().any(|better| better.iter().zip(&state).all(|(a, b)| a >= b)) {
            kept.push(state);
        }
    }
    kept.into_iter().collect()
}
