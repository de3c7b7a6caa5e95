//! Each distinct question is asked once.

use std::hash::{BuildHasher as _, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

use ahash::RandomState;
use std::collections::HashMap;

use crate::check::plugin::{Limits, Question as Asking, Value};

use super::failure::Failure;
use super::module::Module;

/// Threads that look at the same time seldom meet in one of so many.
const SHARDS: usize = 64;

/// An answer that was given before, or why there was none, with the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The answer, or why there is none.
    pub result: Result<Value, Failure>,
    /// The failure in words; none for an answer.
    pub words: Option<Arc<str>>,
}

impl Remembered {
    pub(super) fn new(result: Result<Value, Failure>) -> Self {
        let words = result.as_ref().err().map(|failure| Arc::from(failure.to_string()));
        Self { result, words }
    }
}

/// Asks a module each distinct question once, from any number of threads, and remembers the answers.
#[derive(Debug)]
pub struct Memo {
    module: Module,
    limits: Limits,
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
    /// What ends the run; nothing is asked any more.
    fatal: OnceLock<Failure>,
    kept: Option<super::kept::Kept>,
    /// How many questions there were when the answers were written last.
    written: AtomicUsize,
}

/// By hash, so that looking does not need a question of its own.
type Shard = HashMap<u64, Arc<Question>, Passed>;

#[derive(Debug)]
struct Question {
    check: usize,
    inputs: Box<[Value]>,
    answer: OnceLock<Remembered>,
    /// Another question with the same hash.
    other: OnceLock<Arc<Self>>,
}

impl Question {
    fn new(check: usize, inputs: &[Value]) -> Arc<Self> {
        Arc::new(Self { check, inputs: Box::from(inputs), answer: OnceLock::new(), other: OnceLock::new() })
    }

    /// This question, and the others with its hash.
    fn all(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Self>> {
        std::iter::successors(Some(self), |question| question.other.get())
    }

    fn is(&self, check: usize, inputs: &[Value]) -> bool {
        self.check == check && *self.inputs == *inputs
    }
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Passed;

impl std::hash::BuildHasher for Passed {
    type Hasher = PassedHasher;

    fn build_hasher(&self) -> PassedHasher {
        PassedHasher(0)
    }
}

struct PassedHasher(u64);

impl Hasher for PassedHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

impl Memo {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new(module: Module, limits: Limits) -> Self {
        Self {
            module,
            limits,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            fatal: OnceLock::new(),
            kept: None,
            written: AtomicUsize::new(0),
        }
    }

    /// Also takes answers from the cache, and [`keep`](Self::keep)s them there.
    #[must_use]
    pub fn with_cache(mut self, cache: Arc<super::cache::Cache>) -> Self {
        self.kept =
            Some(super::kept::Kept::open(cache, self.module.digest(), &self.module.engine_print(), self.limits));
        self
    }

    /// The module that is asked.
    #[must_use]
    pub const fn module(&self) -> &Module {
        &self.module
    }

    /// What ended the run, if anything did.
    #[must_use]
    pub fn fatal(&self) -> Option<&Failure> {
        self.fatal.get()
    }

    /// How many answers of earlier runs are at hand.
    #[must_use]
    pub fn from_disk(&self) -> usize {
        self.kept.as_ref().map_or(0, super::kept::Kept::len)
    }

    /// How many distinct questions were asked.
    #[must_use]
    pub fn distinct(&self) -> usize {
        let of = |shard: &Shard| shard.values().map(|first| first.all().count()).sum();
        let count = |shard: &RwLock<Shard>| shard.read().map_or(0, |shard| of(&shard));
        self.shards.iter().map(count).sum()
    }

    fn hash(&self, check: usize, add: impl FnOnce(&mut dyn Hasher)) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_usize(check);
        add(&mut hasher);
        hasher.finish()
    }

    fn shard(&self, hash: u64) -> Option<&RwLock<Shard>> {
        usize::try_from(hash >> 32).ok().and_then(|n| self.shards.get(n % SHARDS))
    }

    /// The answer to a question that is asked no more, by what it is asked with.
    fn find(&self, hash: u64, check: usize, is_it: impl Fn(&[Value]) -> bool) -> Option<Remembered> {
        let shard = self.shard(hash)?.read().ok()?;
        let question = shard.get(&hash)?.all().find(|known| known.check == check && is_it(&known.inputs))?;
        question.answer.get().cloned()
    }

    /// The answer to a question whose inputs are not made into values yet, if it was asked before.
    #[must_use]
    pub fn recall(&self, check: usize, question: &dyn Asking) -> Option<Remembered> {
        let hash = self.hash(check, |hasher| question.hash(hasher));
        self.find(hash, check, |inputs| question.is(inputs))
    }

    /// The answer to a question, by the index of the check in [`Described::checks`](crate::check::plugin::Described::checks).
    #[must_use]
    pub fn ask(&self, check: usize, inputs: &[Value]) -> Remembered {
        let hash = self.hash(check, |hasher| Value::hash_all(inputs, hasher));
        let known = |first: &Arc<Question>| first.all().find(|question| question.is(check, inputs)).cloned();
        let Some(shard) = self.shard(hash) else { return self.work_out(check, inputs) };
        if let Some(answer) = self.find(hash, check, |known| *known == *inputs) {
            return answer;
        }
        let Ok(mut questions) = shard.write() else { return self.work_out(check, inputs) };
        let question = match questions.get(&hash) {
            None => {
                let question = Question::new(check, inputs);
                questions.insert(hash, Arc::clone(&question));
                question
            }
            Some(first) => known(first).unwrap_or_else(|| {
                let question = Question::new(check, inputs);
                // Nobody else adds one while the shard is held.
                if let Some(last) = first.all().last() {
                    let _ = last.other.set(Arc::clone(&question));
                }
                question
            }),
        };
        drop(questions);
        // Another thread with the same question waits here for the one that came first.
        question.answer.get_or_init(|| self.work_out(check, inputs)).clone()
    }

    fn work_out(&self, check: usize, inputs: &[Value]) -> Remembered {
        if let Some(fatal) = self.fatal.get() {
            return Remembered::new(Err(fatal.clone()));
        }
        if let Some(known) = self.kept.as_ref().and_then(|kept| kept.get(check, inputs)) {
            return Remembered::new(known);
        }
        let result = self.module.ask(check, inputs, self.limits);
        if let Err(failure) = &result
            && failure.ends_run()
        {
            let _ = self.fatal.set(failure.clone());
        }
        Remembered::new(result)
    }

    /// Writes the answers of this run to the cache, beside those of earlier ones.
    pub fn keep(&self) {
        let Some(kept) = &self.kept else { return };
        let distinct = self.distinct();
        if self.written.swap(distinct, Ordering::Relaxed) == distinct {
            return;
        }
        let mut all = Vec::new();
        for shard in &self.shards {
            let Ok(shard) = shard.read() else { continue };
            for question in shard.values().flat_map(Question::all) {
                if let Some(answer) = question.answer.get() {
                    all.push((question.check, question.inputs.clone(), answer.result.clone()));
                }
            }
        }
        kept.keep(all);
    }
}

#[cfg(test)]
mod tests;
