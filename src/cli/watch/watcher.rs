//! What the system tells of files: that something may have changed, no more.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::places::Places;

/// For how long files rest at least before they are read.
const SHORTEST: Duration = Duration::from_millis(20);
/// For how long they rest where many change.
const LONGEST: Duration = Duration::from_millis(250);
/// For how long nothing is told of one save after another, as a rule.
const BRIEF: Duration = Duration::from_millis(2);
/// How long to wait for rest where there is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long files must rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// What the call says.
    fixed: Option<Duration>,
}

impl Pause {
    pub(super) const fn new(fixed: Option<Duration>) -> Self {
        Self { fixed }
    }

    /// How long nothing may change from now on, where changes have gone on for so long; nothing where that was long enough.
    ///
    /// A single save is answered at once; who writes many files takes longer between two, and who has not closed one will go on writing.
    pub(super) fn after(self, gone_on: Duration, is_open: bool) -> Option<Duration> {
        let shortest = if is_open { LONGEST } else { SHORTEST };
        let rest = self.fixed.unwrap_or_else(|| gone_on.clamp(shortest, LONGEST));
        (gone_on < PATIENCE.max(rest.saturating_mul(10))).then_some(rest)
    }
}

/// Listens to folders.
#[derive(Debug)]
pub(super) struct Watcher {
    /// Absent where the system cannot tell of files.
    inner: Option<RecommendedWatcher>,
    shared: Arc<Shared>,
    woken: Receiver<()>,
    /// The folders that are listened to, each as it was found.
    followed: BTreeMap<PathBuf, Identity>,
}

/// What the thread that hears and the one that waits have in common.
#[derive(Debug)]
struct Shared {
    places: Mutex<Places>,
    /// Folders that are no longer where they were, or may not be.
    disturbed: Mutex<HashSet<PathBuf>>,
    /// Files that somebody is writing to, where the system says when that ends.
    open: Mutex<HashSet<PathBuf>>,
    /// Events were lost.
    lost: AtomicBool,
    is_woken: AtomicBool,
    wake: SyncSender<()>,
}

/// What tells a folder from another of the same name.
type Identity = Option<(u64, u64)>;

impl Watcher {
    /// Begins to listen, to nothing yet; says why where the system cannot tell of files.
    pub(super) fn start() -> (Self, Option<String>) {
        let (wake, woken) = mpsc::sync_channel(1);
        let shared = Arc::new(Shared {
            places: Mutex::default(),
            disturbed: Mutex::default(),
            open: Mutex::default(),
            lost: AtomicBool::new(false),
            is_woken: AtomicBool::new(false),
            wake,
        });
        let hearing = Arc::clone(&shared);
        let (inner, deaf) = match notify::recommended_watcher(move |event| hearing.hear(event)) {
            Ok(inner) => (Some(inner), None),
            Err(error) => (None, Some(said(&error))),
        };
        (Self { inner, shared, woken, followed: BTreeMap::new() }, deaf)
    }

    /// Listens to these places and no others; says why where the system cannot tell of one that is needed.
    ///
    /// What happens after this wakes, so whoever looks at the files after it misses nothing.
    pub(super) fn follow(&mut self, places: Places) -> Option<String> {
        let Some(inner) = &mut self.inner else { return None };
        let mut disturbed = std::mem::take(&mut *locked(&self.shared.disturbed));
        let lost = self.shared.lost.swap(false, Ordering::SeqCst);
        let now: BTreeMap<PathBuf, (Identity, bool)> =
            places.iter().map(|(folder, interest)| (folder.clone(), (identity(folder), interest.is_needed))).collect();
        *locked(&self.shared.places) = places;
        self.followed.retain(|folder, old| {
            let stays = !lost && !disturbed.remove(folder) && now.get(folder).is_some_and(|(new, _)| new == old);
            if !stays {
                // It may be gone, and then is listened to no longer anyway.
                drop(inner.unwatch(folder));
            }
            stays
        });
        let mut deaf = None;
        for (folder, (identity, is_needed)) in now {
            if self.followed.contains_key(&folder) {
                continue;
            }
            match inner.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.followed.insert(folder, identity);
                }
                // It went meanwhile: its own folder tells of that.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) if is_needed => deaf = Some(format!("`{}`: {}", folder.display(), said(&error))),
                Err(_) => {}
            }
        }
        deaf
    }

    /// Waits until something that matters may have changed.
    pub(super) fn wait(&self, longest: Duration) {
        if self.woken.recv_timeout(longest) == Err(RecvTimeoutError::Disconnected) {
            // The other end is held here, so this cannot be; it must not turn into a loop that never rests.
            std::thread::sleep(longest);
        }
    }

    /// Waits until nothing changes any more, or has not stopped changing for long. While files rest something is done beforehand, once; what came of
    /// it, where nothing has changed since.
    pub(super) fn settle<T>(&self, pause: &Pause, beforehand: impl FnOnce() -> Option<T>) -> Option<T> {
        let began = Instant::now();
        let mut last = began;
        let mut beforehand = Some(beforehand);
        let mut done = None;
        loop {
            let is_open = !locked(&self.shared.open).is_empty();
            let Some(rest) = pause.after(began.elapsed(), is_open) else { break };
            let left = rest.saturating_sub(last.elapsed());
            let brief = BRIEF.saturating_sub(last.elapsed());
            let is_early = beforehand.is_some() && !is_open && brief < left;
            if self.woken.recv_timeout(if is_early { brief } else { left }).is_ok() {
                (last, done) = (Instant::now(), None);
            } else if !is_early {
                break;
            } else if let Some(beforehand) = beforehand.take() {
                done = beforehand();
            }
        }
        // Who never closes a file does not hold up what others do.
        locked(&self.shared.open).clear();
        self.shared.is_woken.store(false, Ordering::SeqCst);
        // What came last has settled with the rest, or comes again.
        let came = self.woken.try_recv().is_ok();
        done.filter(|_| !came)
    }

    /// Whether something may have changed since files last settled.
    pub(super) fn is_woken(&self) -> bool {
        self.alarm()()
    }

    /// Says the same to other threads.
    pub(super) fn alarm(&self) -> impl Fn() -> bool + Sync + use<> {
        let shared = Arc::clone(&self.shared);
        move || shared.is_woken.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// Takes up what the system tells.
    fn hear(&self, event: notify::Result<Event>) {
        let matters = match event {
            Ok(event) if event.need_rescan() => {
                self.lost.store(true, Ordering::SeqCst);
                true
            }
            Ok(event) => match event.kind {
                // That somebody reads, such as this program.
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => self.matters(&event.paths, Some(false)),
                EventKind::Access(_) => false,
                EventKind::Modify(ModifyKind::Data(_)) if cfg!(target_os = "linux") => {
                    self.matters(&event.paths, Some(true))
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                    self.matters(&event.paths, Some(false))
                }
                _ => self.matters(&event.paths, None),
            },
            Err(_) => {
                self.lost.store(true, Ordering::SeqCst);
                true
            }
        };
        if matters {
            self.is_woken.store(true, Ordering::SeqCst);
            // One that waits to be heard is enough.
            let _heard = self.wake.try_send(());
        }
    }

    /// Whether one of the paths matters; notes whether somebody goes on writing to it, where that is said.
    fn matters(&self, paths: &[PathBuf], is_open: Option<bool>) -> bool {
        let places = locked(&self.places);
        let mut matters = false;
        for path in paths {
            if places.contains_key(path) {
                locked(&self.disturbed).insert(path.clone());
                matters = true;
            }
            let interest = path.parent().and_then(|folder| places.get(folder));
            if interest.is_some_and(|interest| interest.takes(path)) {
                matters = true;
                match is_open {
                    Some(true) => drop(locked(&self.open).insert(path.clone())),
                    Some(false) => drop(locked(&self.open).remove(path)),
                    None => {}
                }
            }
        }
        matters
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn said(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "more folders are listened to than the system allows".to_owned(),
        ErrorKind::Io(error) => super::super::failure::reason(error),
        _ => error.to_string().to_lowercase(),
    }
}

#[cfg(unix)]
fn identity(folder: &Path) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(folder).ok().map(|found| (found.dev(), found.ino()))
}

/// Without such a thing each is taken for another: it is listened to anew.
#[cfg(not(unix))]
fn identity(folder: &Path) -> Identity {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    folder.exists().then(|| (NEXT.fetch_add(1, Ordering::Relaxed), 0))
}
