//! Which votes serve which needs: every way to share them out is tried.

use std::collections::BTreeSet;

/// One need: so many votes. Needs of one clause may share persons, others not.
#[derive(Clone, Debug)]
pub struct Slot {
    pub clause: usize,
    pub need: u32,
}

/// A vote: the persons that it uses up, and the needs that it may serve.
#[derive(Clone, Debug)]
pub struct Voice {
    pub persons: Vec<usize>,
    pub slots: Vec<usize>,
}

/// The best that can be had.
#[derive(Clone, Debug)]
pub struct Best {
    pub filled: bool,
    /// How many each need has, for each of the best sharings.
    pub haves: BTreeSet<Vec<u32>>,
}

/// Tries every sharing.
pub fn best(slots: &[Slot], voices: &[Voice]) -> Best {
    let mut search = Search { slots, voices, chosen: vec![Vec::new(); slots.len()], sum: 0, haves: BTreeSet::new() };
    search.slot(0);
    let wanted: u32 = slots.iter().map(|s| s.need).sum();
    Best { filled: search.sum == wanted, haves: search.haves }
}

/// The first vote that fits, need by need.
pub fn greedy(slots: &[Slot], voices: &[Voice]) -> Best {
    let mut search = Search { slots, voices, chosen: vec![Vec::new(); slots.len()], sum: 0, haves: BTreeSet::new() };
    for (at, slot) in slots.iter().enumerate() {
        for voice in 0..voices.len() {
            if search.chosen[at].len() < slot.need as usize && search.fits(at, voice) {
                search.chosen[at].push(voice);
            }
        }
    }
    search.note();
    let wanted: u32 = slots.iter().map(|s| s.need).sum();
    Best { filled: search.sum == wanted, haves: search.haves }
}

struct Search<'a> {
    slots: &'a [Slot],
    voices: &'a [Voice],
    /// The votes of each need so far.
    chosen: Vec<Vec<usize>>,
    /// The most that were had.
    sum: u32,
    haves: BTreeSet<Vec<u32>>,
}

impl Search<'_> {
    /// Every choice for this need and those after it.
    fn slot(&mut self, at: usize) {
        if at == self.slots.len() {
            self.note();
        } else {
            self.choose(at, 0);
        }
    }

    fn choose(&mut self, at: usize, from: usize) {
        self.slot(at + 1);
        if self.chosen[at].len() == self.slots[at].need as usize {
            return;
        }
        for voice in from..self.voices.len() {
            if self.fits(at, voice) {
                self.chosen[at].push(voice);
                self.choose(at, voice + 1);
                self.chosen[at].pop();
            }
        }
    }

    /// Whether a vote may serve a need beside those that were chosen: in the need, and across clauses, no person twice.
    fn fits(&self, at: usize, voice: usize) -> bool {
        let new = &self.voices[voice];
        new.slots.contains(&at)
            && self.chosen.iter().enumerate().all(|(other, chosen)| {
                let apart = other == at || self.slots[other].clause != self.slots[at].clause;
                !apart
                    || chosen.iter().all(|v| self.voices[*v].persons.iter().all(|person| !new.persons.contains(person)))
            })
    }

    fn note(&mut self) {
        let have: Vec<u32> = self.chosen.iter().map(|c| c.len() as u32).collect();
        let sum = have.iter().sum();
        if sum > self.sum {
            self.sum = sum;
            self.haves.clear();
        }
        if sum == self.sum {
            self.haves.insert(have);
        }
    }
}
