//! Where the time of a call goes: by stages of the whole, and by what an evaluation is spent on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::eval::observe::{Observer, Step};

/// A part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    /// Parsing and checking the policy.
    Policy,
    /// Reading the facts.
    Read,
    /// Deciding.
    Evaluate,
    /// Reading and deciding at once.
    Portions,
    /// Rendering.
    Write,
}

thread_local! {
    /// The steps that go on, each with when it began or was last gone on with.
    static GOING: RefCell<Vec<(Step, Instant)>> = const { RefCell::new(Vec::new()) };
}

/// Takes the time of one call.
#[derive(Debug, Default)]
pub(super) struct Stopwatch(Mutex<Taken>);

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// How long each stage took.
    pub stages: HashMap<Stage, Duration>,
    /// What each step took, on all threads together.
    pub steps: HashMap<Step, Duration>,
    /// The inventory was read one portion at a time.
    pub portions: bool,
    /// How many decisions there were.
    pub decisions: usize,
    /// Of how many changes.
    pub changes: usize,
    /// How many bytes were rendered.
    pub bytes: usize,
}

impl Stopwatch {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the time of a stage.
    pub(super) fn stage<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        *self.lock().stages.entry(stage).or_default() += begun.elapsed();
        result
    }

    /// Notes what was decided, and how it was read.
    pub(super) fn decided(&self, decisions: usize, changes: usize, portions: bool) {
        let mut taken = self.lock();
        (taken.decisions, taken.changes, taken.portions) = (decisions, changes, portions);
    }

    /// Lets something be rendered that nobody reads.
    ///
    /// # Errors
    /// What rendering fails with.
    pub(super) fn render(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut counted = Counted(0);
        self.stage(Stage::Write, || write(&mut counted))?;
        self.lock().bytes = counted.0;
        Ok(())
    }

    /// What was measured.
    pub(super) fn taken(&self) -> Taken {
        self.lock().clone()
    }

    fn add(&self, step: Step, since: Instant, now: Instant) {
        *self.lock().steps.entry(step).or_default() += now.duration_since(since);
    }
}

impl Observer for Stopwatch {
    fn begin(&self, step: Step) {
        let now = Instant::now();
        GOING.with_borrow_mut(|going| {
            if let Some((outer, since)) = going.last() {
                self.add(*outer, *since, now);
            }
            going.push((step, now));
        });
    }

    fn end(&self) {
        let now = Instant::now();
        GOING.with_borrow_mut(|going| {
            if let Some((step, since)) = going.pop() {
                self.add(step, since, now);
            }
            if let Some((_, since)) = going.last_mut() {
                *since = now;
            }
        });
    }
}

/// Counts what is written and keeps none of it.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
