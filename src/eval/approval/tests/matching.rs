use std::time::Instant;

use crate::eval::approval::graph;
use crate::eval::approval::matching::{Ballot, Filled, Slot, fill};

/// A small generator of numbers, the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let with = usize::try_from(self.below(at as u64 + 1)).unwrap();
            items.swap(at, with);
        }
    }
}

/// The best way of all: every set of votes for every slot is tried.
fn brute(slots: &[Slot], votes: &[Ballot]) -> Vec<u32> {
    // For each slot the sets of votes that it could be given: how many, and whom they use up.
    let sets = |at: usize, slot: &Slot| -> Vec<(u32, u32)> {
        let persons = |set: u32| {
            let mut used = 0_u32;
            for (_, vote) in votes.iter().enumerate().filter(|(v, _)| set >> v & 1 == 1) {
                let both = 1 << vote.persons.0 | 1 << vote.persons.1;
                if used & both != 0 || !vote.slots.contains(&at) {
                    return None;
                }
                used |= both;
            }
            Some((set.count_ones(), used))
        };
        (0_u32..1 << votes.len()).filter(|set| set.count_ones() <= slot.need).filter_map(persons).collect()
    };
    let sets: Vec<Vec<(u32, u32)>> = slots.iter().enumerate().map(|(at, slot)| sets(at, slot)).collect();
    let mut best = vec![0; slots.len()];
    choose(slots, &sets, &mut [0; 3], &mut Vec::new(), &mut best);
    best
}

fn choose(slots: &[Slot], sets: &[Vec<(u32, u32)>], used: &mut [u32; 3], have: &mut Vec<u32>, best: &mut Vec<u32>) {
    let at = have.len();
    let Some(slot) = slots.get(at) else {
        let sum = |v: &Vec<u32>| v.iter().sum::<u32>();
        if (sum(have), &*have) > (sum(best), &*best) {
            best.clone_from(have);
        }
        return;
    };
    for (count, persons) in &sets[at] {
        let elsewhere: u32 =
            (0..3).filter(|clause| *clause != slot.clause).map(|clause| used[clause]).fold(0, |a, b| a | b);
        if elsewhere & persons == 0 {
            let before = used[slot.clause];
            used[slot.clause] |= persons;
            have.push(*count);
            choose(slots, sets, used, have, best);
            have.pop();
            used[slot.clause] = before;
        }
    }
}

fn instance(random: &mut Random) -> (Vec<Slot>, Vec<Ballot>) {
    let clauses = 1 + random.below(3);
    let mut slots = Vec::new();
    for clause in 0..clauses {
        let items = if random.below(3) == 0 { 1 + random.below(3) } else { 1 };
        let need = 1 + random.below(2) as u32;
        for _ in 0..items {
            slots.push(Slot { clause: clause as usize, need });
        }
    }
    let persons = 1 + random.below(6);
    let delegates = random.below(3);
    let votes = (0..random.below(8))
        .map(|_| {
            let by = random.below(persons) as u32;
            let other = if random.below(3) < delegates { random.below(persons) as u32 } else { by };
            let wide = random.below(3);
            let eligible = (0..slots.len()).filter(|_| random.below(3) <= wide).collect();
            Ballot { persons: (by, other), slots: eligible }
        })
        .collect();
    (slots, votes)
}

#[test]
fn votes_are_shared_out_as_the_best_of_all_ways() {
    let wanted: u64 = std::env::var("CHANGEGATE_MATCHING_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut filled, mut tight) = (0_u64, 0_u64);
    for case in 0..wanted {
        let (slots, votes) = instance(&mut random);
        let found = fill(&slots, &votes);
        let best = brute(&slots, &votes);
        assert!(found.exact, "case {case}: {slots:?} {votes:?}");
        assert_eq!(found.have, best, "case {case}: {slots:?} {votes:?}");
        assert_eq!(found.all, best.iter().zip(&slots).all(|(have, slot)| *have == slot.need), "case {case}");
        let (mut shuffled, mut names) = (votes.clone(), [0, 1, 2, 3, 4, 5]);
        random.shuffle(&mut shuffled);
        random.shuffle(&mut names);
        for vote in &mut shuffled {
            vote.persons = (names[vote.persons.1 as usize], names[vote.persons.0 as usize]);
        }
        assert_eq!(fill(&slots, &shuffled), found, "case {case}: {slots:?} {votes:?}");
        filled += u64::from(found.all);
        tight += u64::from(!found.all && (0..slots.len()).all(|at| alone(&slots, &votes, at) >= slots[at].need));
    }
    println!(
        "{wanted} instances against brute force: {filled} filled, {tight} short although each need alone could be met"
    );
    assert!(filled > wanted / 20 && tight > wanted / 100);
}

fn alone(slots: &[Slot], votes: &[Ballot], at: usize) -> u32 {
    let own = votes.iter().filter(|v| v.slots.contains(&at)).map(|v| Ballot { persons: v.persons, slots: vec![0] });
    fill(&[slots[at]], &own.collect::<Vec<_>>()).have[0]
}

#[test]
fn a_matching_is_as_large_as_any() {
    let mut random = Random(88_172_645_463_325_252);
    for case in 0..5_000 {
        let n = 2 + random.below(7);
        let density = 1 + random.below(6);
        let loops = random.below(2);
        let mut edges = Vec::new();
        for a in 0..n as u32 {
            for b in a..n as u32 {
                if (a != b || loops == 1) && random.below(8) < density {
                    edges.push((a, b));
                }
            }
        }
        random.shuffle(&mut edges);
        let best = largest(&edges, 0);
        assert_eq!(graph::maximum(&edges, usize::MAX).edges, best, "case {case}: {edges:?}");
        assert_eq!(graph::maximum(&edges, 2).edges, best.min(2), "case {case}: {edges:?}");
    }
}

fn largest(edges: &[(u32, u32)], used: u32) -> usize {
    let Some(((a, b), rest)) = edges.split_first() else { return 0 };
    let without = largest(rest, used);
    let both = 1_u32 << a | 1 << b;
    if used & both != 0 { without } else { without.max(1 + largest(rest, used | both)) }
}

#[test]
fn odd_cycles_that_hang_together_are_contracted() {
    // Two triangles and a pentagon in a row, with one way through.
    let edges = [
        (0, 1),
        (1, 2),
        (2, 0),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 3),
        (5, 6),
        (6, 7),
        (7, 8),
        (8, 9),
        (9, 6),
        (9, 10),
        (10, 6),
    ];
    assert_eq!(graph::maximum(&edges, usize::MAX).edges, 5);
    let petersen = [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 0),
        (0, 5),
        (1, 6),
        (2, 7),
        (3, 8),
        (4, 9),
        (5, 7),
        (7, 9),
        (9, 6),
        (6, 8),
        (8, 5),
    ];
    assert_eq!(graph::maximum(&petersen, usize::MAX).edges, 5);
}

#[test]
fn nobody_serves_two_clauses_but_one_may_serve_two_items() {
    let vote = |a, b, slots: &[usize]| Ballot { persons: (a, b), slots: slots.to_vec() };
    let two_clauses = [Slot { clause: 0, need: 1 }, Slot { clause: 1, need: 1 }];
    let two_items = [Slot { clause: 0, need: 1 }, Slot { clause: 0, need: 1 }];
    assert_eq!(fill(&two_clauses, &[vote(1, 1, &[0, 1])]).have, [1, 0]);
    assert_eq!(fill(&two_items, &[vote(1, 1, &[0, 1])]).have, [1, 1]);
    // The one stood in for is used up as well.
    assert_eq!(fill(&two_clauses, &[vote(1, 2, &[0]), vote(2, 2, &[1])]).have, [1, 0]);
    // Not greedily: the first could serve both, the second only one.
    assert_eq!(fill(&two_clauses, &[vote(1, 1, &[0, 1]), vote(2, 2, &[0])]).have, [1, 1]);
    assert!(fill(&[], &[]).all);
}

/// Prints how long large and hostile instances take; none may take long.
#[test]
fn large_instances_are_decided_in_bounded_time() {
    let mut random = Random(42);
    let mut person = |n: u64| random.below(n) as u32;
    let plain = [Slot { clause: 0, need: 2 }, Slot { clause: 1, need: 1 }, Slot { clause: 2, need: 3 }];
    let items: Vec<Slot> =
        (0..200).map(|at| Slot { clause: usize::from(at > 0), need: 1 + u32::from(at == 0) }).collect();
    let scarce: Vec<Slot> = (0..8).map(|clause| Slot { clause, need: 40 }).collect();
    let halves: Vec<Slot> = (0..40).map(|at| Slot { clause: at % 2, need: 1 }).collect();
    let mut cases: Vec<(&str, &[Slot], Vec<Ballot>)> = Vec::new();
    for n in [1_000_u64, 10_000] {
        let own = (0..n).map(|_| person(n)).map(|p| Ballot { persons: (p, p), slots: vec![0, 1, 2] });
        cases.push(("votes of one's own", &plain, own.collect()));
        let pairs = (0..n).map(|_| Ballot { persons: (person(n), person(n)), slots: vec![0, 1, 2] });
        cases.push(("delegates", &plain, pairs.collect()));
        let star = (0..n as u32).map(|p| Ballot { persons: (0, p), slots: vec![0, 1, 2] });
        cases.push(("one who stands in for all", &plain, star.collect()));
        let scoped =
            (0..n).map(|_| person(n)).map(|p| Ballot { persons: (p, p), slots: vec![0, 1 + (p as usize) % 199] });
        cases.push(("an owner for each of 199 items", &items, scoped.collect()));
        let few = (0..n).map(|_| Ballot {
            persons: (person(300), person(300)),
            slots: (0..8).filter(|_| person(4) == 0).collect(),
        });
        cases.push(("300 persons for 320 votes in 8 clauses", &scarce, few.collect()));
        let split = (0..n).map(|_| person(24)).map(|p| {
            let mut own = Random(u64::from(p) + 1);
            Ballot { persons: (p, p), slots: (0..40).filter(|_| own.below(6) == 0).collect() }
        });
        cases.push(("a partition of 24 persons for 40 items", &halves, split.collect()));
    }
    for (name, slots, votes) in cases {
        let start = Instant::now();
        let Filled { have, all, exact } = fill(slots, &votes);
        let (sum, took) = (have.iter().sum::<u32>(), start.elapsed());
        println!("{} votes, {name}: {sum} filled, all {all}, exact {exact}, {took:?}", votes.len());
        assert!(took.as_secs() < 20);
    }
}
