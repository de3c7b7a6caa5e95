//! A thread beside the one that reads and decides: it does what that one will need, and becomes one of those that decide.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::ThreadBuilder;

use super::{STACK, processors};
use crate::ahead::Work;

/// Hands work to the thread, which begins with the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Helper(Arc<Mutex<Option<Sender<Work>>>>);

impl Helper {
    /// Hands over what will be needed; what is not taken has to be done by whoever needs it.
    pub(super) fn aside(&self, work: Work) {
        // One processor does one thing at a time.
        if processors() < 2 {
            return;
        }
        let mut works = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if works.is_none() {
            *works = start().ok();
        }
        if let Some(works) = works.as_ref() {
            drop(works.send(work));
        }
    }

    /// Makes a thread one of those that decide: this one if there is one, which helps nobody from then on.
    ///
    /// # Errors
    /// There can be no more threads.
    pub(super) fn lend(&self, thread: ThreadBuilder) -> io::Result<()> {
        let helping = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let works = helping.map_or_else(start, Ok)?;
        works.send(Box::new(move || thread.run())).map_err(|_| io::ErrorKind::Other.into())
    }
}

/// A thread that does one thing after another, for as long as there is somebody who could hand it more.
fn start() -> io::Result<Sender<Work>> {
    let (works, taken) = channel::<Work>();
    // Should one of them panic, so will whoever needs it.
    let run = move || taken.into_iter().for_each(|work| drop(catch_unwind(AssertUnwindSafe(work))));
    std::thread::Builder::new().stack_size(STACK).spawn(run)?;
    Ok(works)
}
