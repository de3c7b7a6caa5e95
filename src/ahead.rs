//! What is worked out once: by a thread that has the time for it, or by whoever needs it first.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Work for whoever has the time.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Something that will be needed.
pub(crate) struct Ahead<T>(Arc<Needed<T>>);

struct Needed<T> {
    found: OnceLock<T>,
    work: Box<dyn Fn() -> T + Send + Sync>,
}

impl<T: Send + Sync + 'static> Ahead<T> {
    /// What this work comes to.
    pub(crate) fn new(work: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(Arc::new(Needed { found: OnceLock::new(), work: Box::new(work) }))
    }

    /// The work for another thread; nothing is left of it once it was done here.
    pub(crate) fn work(&self) -> Work {
        let own = self.clone();
        Box::new(move || {
            own.get();
        })
    }

    /// What it came to: waits for who works at it, and does it where nobody does.
    pub(crate) fn get(&self) -> &T {
        self.0.found.get_or_init(|| (self.0.work)())
    }
}

impl<T> Clone for Ahead<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Ahead<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").field("found", &self.0.found.get().is_some()).finish_non_exhaustive()
    }
}
