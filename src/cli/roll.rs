//! The assets of an inventory that is not sorted, by their ids: whether one occurs twice, and their digests in order.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::failure::Failure;
use super::runs::{Run, Runs};
use crate::Sum;
use crate::facts::Note;

/// The assets of all portions.
#[derive(Debug)]
pub(super) struct Roll {
    runs: Runs,
    /// Of some ids, chosen by these, hashes: where many occur twice, that shows soon.
    sample: HashSet<u64>,
    hashes: RandomState,
    repeats: bool,
}

/// One in so many ids is remembered.
const SAMPLED: u64 = 64;

impl Roll {
    /// None yet, of which so many bytes may stay in memory; the usual number where it is not said.
    pub(super) fn new(bound: Option<usize>) -> Self {
        let runs = bound.map_or_else(Runs::default, Runs::holding);
        Self { runs, sample: HashSet::new(), hashes: RandomState::new(), repeats: false }
    }

    /// Takes in what a portion left; false where an id occurs twice, so that all assets have to be read together.
    #[must_use]
    pub(super) fn take(&mut self, sum: &mut Sum, note: Note) -> bool {
        let Some(assets) = sum.take_unsorted(note) else { return false };
        let mut run = Run::default();
        for (id, digest) in assets {
            self.repeats |= !self.is_new(&id) || !run.add(Some(&id), &digest);
        }
        self.runs.add(0, run);
        !self.repeats
    }

    /// Whether it is not known that the id was there before.
    fn is_new(&mut self, id: &Arc<str>) -> bool {
        let hash = self.hashes.hash_one(id);
        !hash.is_multiple_of(SAMPLED) || self.sample.insert(hash)
    }

    /// Adds the digests to the sum; false where an id occurs twice.
    ///
    /// # Errors
    /// What was put on the disk cannot be read.
    pub(super) fn finish(mut self, sum: &mut Sum) -> Result<bool, Failure> {
        let mut in_order = self.runs.in_order(0);
        let mut last: Option<String> = None;
        while let Some(run) = in_order.next().map_err(|error| Failure::lost(&error))? {
            let mut entries = run.entries();
            while let Some((id, digest)) = entries.next() {
                if last.as_deref() == id {
                    return Ok(false);
                }
                let last = last.get_or_insert_default();
                last.clear();
                last.push_str(id.unwrap_or_default());
                if let Ok(digest) = digest.try_into() {
                    sum.add(digest);
                }
            }
        }
        Ok(true)
    }
}
