//! Chance for the laws' generator that comes from bytes: to change a byte is to change a choice.

use std::sync::Arc;

/// Choices from bytes; when they are used up, from a fixed stream (splitmix64), so that generating always ends.
#[derive(Clone, Debug)]
pub struct Rng {
    bytes: Arc<[u8]>,
    at: usize,
    rest: u64,
}

impl Rng {
    /// Choices from bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { bytes: Arc::from(bytes), at: 0, rest: 0 }
    }

    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self { bytes: Arc::from([]), at: 0, rest: seed }
    }

    /// The stream of one case of a run.
    pub fn of_case(seed: u64, case: u64) -> Self {
        Self::new(seed ^ case.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        (0..8).fold(0, |bits, _| bits << 8 | u64::from(self.byte()))
    }

    /// A number below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        match n {
            0 | 1 => 0,
            2..=256 => usize::from(self.byte()) % n,
            _ => (self.next() % n as u64) as usize,
        }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of these texts.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    /// Some of these, at least `least`, in their order.
    pub fn some<T: Clone>(&mut self, items: &[T], least: usize) -> Vec<T> {
        let least = least.min(items.len());
        let mut picked: Vec<T> = items.iter().filter(|_| self.byte() & 1 == 1).cloned().collect();
        if picked.len() < least {
            picked = items.iter().take(least).cloned().collect();
        }
        picked
    }

    /// In a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    fn byte(&mut self) -> u8 {
        if let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            return *byte;
        }
        self.rest = self.rest.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.rest;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 56) as u8
    }
}
