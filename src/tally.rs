//! How far a long piece of work has come, for somebody who waits for it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Work done of work to do, in units of the worker: bytes, rows. Nothing that is worked out depends on it.
#[derive(Debug, Default)]
pub struct Tally {
    done: AtomicU64,
    total: AtomicU64,
}

impl Tally {
    /// There is that much more to do.
    pub fn add_work(&self, units: usize) {
        self.total.fetch_add(u64::try_from(units).unwrap_or(0), Ordering::Relaxed);
    }

    /// That much more is done.
    pub fn advance(&self, units: usize) {
        self.done.fetch_add(u64::try_from(units).unwrap_or(0), Ordering::Relaxed);
    }

    /// What is done, and what there is to do in all.
    #[must_use]
    pub fn state(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}
