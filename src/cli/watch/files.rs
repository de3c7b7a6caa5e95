//! What the files held when they were read, and which hold something else now.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::targets::{Role, Target};

/// A time of a file that is not older than this may be that of a later change too: file systems count in steps, the coarsest in two seconds.
const STEP: Duration = Duration::from_secs(2);
/// How much of a file is digested by one thread at a time, in bytes.
const PIECE: u64 = 8 << 20;
/// How much is read at once, in bytes.
const BUFFER: usize = 1 << 18;
/// How many threads digest a large file.
const MOST_WORKERS: u64 = 4;

/// A SHA-256 digest.
type Digest = [u8; 32];

/// What has changed since files were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Changed {
    /// The files, each with what it counts for.
    pub files: BTreeMap<PathBuf, Role>,
    /// Files that may have changed while they were read: not worth telling where nothing became different.
    pub doubtful: BTreeMap<PathBuf, Role>,
    /// Nothing has been read yet.
    pub is_everything: bool,
    /// It is time to decide anew.
    pub by_clock: bool,
}

impl Changed {
    /// Everything has yet to be read.
    pub(super) fn everything() -> Self {
        Self { is_everything: true, ..Self::default() }
    }

    /// Adds what has changed since.
    pub(super) fn extend(&mut self, later: Self) {
        self.files.extend(later.files);
        self.doubtful.extend(later.doubtful);
        self.is_everything |= later.is_everything;
        self.by_clock |= later.by_clock;
    }

    /// The same, where what may have changed has.
    pub(super) fn without_doubt(mut self) -> Self {
        self.files.append(&mut self.doubtful);
        self
    }

    /// Whether it is only this file.
    pub(super) fn is_only(&self, path: &Path) -> bool {
        let mut all = self.files.keys().chain(self.doubtful.keys());
        !self.is_everything && !self.by_clock && !self.is_empty() && all.all(|changed| changed == path)
    }

    /// Whether there is no more than doubt.
    pub(super) fn is_doubt(&self) -> bool {
        self.files.is_empty() && !self.is_everything && !self.by_clock
    }

    /// Whether nothing has.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.doubtful.is_empty() && !self.is_everything
    }

    /// Whether a file has that counts for this.
    pub(super) fn has(&self, role: Role) -> bool {
        self.is_everything || self.files.values().chain(self.doubtful.values()).any(|found| *found == role)
    }
}

/// The files that were read.
#[derive(Debug, Default)]
pub(super) struct Files {
    known: BTreeMap<PathBuf, Known>,
    /// The file of which whoever reads it knows what it held: it is not digested.
    remembered: Option<PathBuf>,
}

/// A file as it was read.
#[derive(Clone, Debug)]
struct Known {
    role: Role,
    /// Nothing where it was not there.
    stamp: Option<Stamp>,
    content: Content,
}

/// What is known of what a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Its digest; nothing where it could not be read.
    Digest(Option<Digest>),
    /// What was read is what it holds with this stamp, but it has not been digested.
    Later,
    /// It may not be what was read; what it held shortly before, where that is known.
    Doubtful(Option<Option<Digest>>),
}

impl Files {
    /// Finds what has changed, and takes it as read: whoever asks reads it next.
    pub(super) fn look(&mut self, targets: &[Target]) -> Changed {
        let mut changed = Changed::default();
        let now = listed(targets);
        self.known.retain(|path, known| {
            let is_there = now.contains_key(path);
            if !is_there && known.stamp.is_some() {
                changed.files.insert(path.clone(), known.role);
            }
            is_there
        });
        for (path, role) in now {
            let stamp = Stamp::of(&path);
            let Some(known) = self.known.get_mut(&path) else {
                let content = Content::Digest(stamp.as_ref().and_then(|_| digest(&path, &|| true)));
                if stamp.is_some() {
                    changed.files.insert(path.clone(), role);
                }
                self.known.insert(path, Known { role, stamp, content });
                continue;
            };
            known.role = role;
            let is_remembered = self.remembered.as_ref() == Some(&path);
            let is_doubtful = matches!(known.content, Content::Doubtful(_));
            let could_hide = known.stamp.as_ref().is_some_and(|stamp| stamp.is_fresh);
            if known.stamp == stamp && !is_doubtful && !could_hide {
                continue;
            }
            if is_remembered {
                known.content = Content::Later;
                if known.stamp == stamp {
                    changed.doubtful.insert(path, role);
                } else {
                    changed.files.insert(path, role);
                }
                known.stamp = stamp;
                continue;
            }
            let old = std::mem::replace(
                &mut known.content,
                Content::Digest(stamp.as_ref().and_then(|_| digest(&path, &|| true))),
            );
            let had = known.stamp.is_some();
            let has = stamp.is_some();
            known.stamp = stamp;
            let is_other = match (old, known.content) {
                (Content::Doubtful(None), _) => false,
                (Content::Doubtful(Some(old)), Content::Digest(new)) => old != new,
                (old, new) => old != new,
            };
            if is_other || had != has {
                changed.files.insert(path, role);
            } else if is_doubtful {
                changed.doubtful.insert(path, role);
            }
        }
        changed
    }

    /// Notes files that are not yet known, and forgets those that are there and no longer read. Those for which `is_read` holds were read `since`
    /// then; where they changed about that time, they are doubtful.
    pub(super) fn note(&mut self, targets: &[Target], since: SystemTime, is_read: impl Fn(Role) -> bool) {
        let now = listed(targets);
        // One that is gone is told by the next look.
        self.known.retain(|path, _| now.contains_key(path) || !path.exists());
        for (path, role) in now {
            if self.known.contains_key(&path) {
                continue;
            }
            let stamp = Stamp::of(&path);
            let content = match &stamp {
                None => Content::Digest(None),
                Some(stamp) if is_read(role) && stamp.may_be_after(since) => Content::Doubtful(None),
                Some(stamp) if !is_read(role) && stamp.is_fresh => Content::Digest(digest(&path, &|| true)),
                Some(_) => Content::Later,
            };
            self.known.insert(path, Known { role, stamp, content });
        }
    }

    /// Doubts the files that changed while they were read; whether there are such.
    pub(super) fn recheck(&mut self) -> bool {
        let mut is_torn = false;
        for (path, known) in &mut self.known {
            if Stamp::of(path) != known.stamp {
                is_torn = true;
                known.content = Content::Doubtful(match known.content {
                    Content::Digest(digest) => Some(digest),
                    Content::Doubtful(digest) => digest,
                    Content::Later => None,
                });
            }
        }
        is_torn
    }

    /// Leaves one file to whoever reads it, who knows what it held; the one before is looked at again.
    pub(super) fn leave(&mut self, path: Option<&Path>) {
        if self.remembered.as_deref() == path {
            return;
        }
        if let Some(known) = self.remembered.as_ref().and_then(|before| self.known.get_mut(before)) {
            known.content = Content::Doubtful(None);
        }
        self.remembered = path.map(Path::to_owned);
    }

    /// Digests what has not been yet, while there is nothing else to do.
    pub(super) fn fill(&mut self, is_idle: &(dyn Fn() -> bool + Sync)) {
        for (path, known) in &mut self.known {
            if known.content != Content::Later || self.remembered.as_ref() == Some(path) {
                continue;
            }
            let found = digest(path, is_idle);
            // What has another stamp now is found by the next look.
            if is_idle() && Stamp::of(path) == known.stamp {
                known.content = Content::Digest(found);
            }
        }
    }
}

/// Every file that the targets name, with the strongest of what it counts for.
fn listed(targets: &[Target]) -> BTreeMap<PathBuf, Role> {
    let mut files = BTreeMap::new();
    for target in targets {
        for path in target.files() {
            let role = files.entry(path).or_insert(target.role);
            *role = target.role.min(*role);
        }
    }
    files
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Where the file lies and when that was changed, where systems say so.
    place: [i128; 4],
    /// It was so young that it may have changed again without getting another stamp.
    is_fresh: bool,
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        (self.length, self.modified, self.place) == (other.length, other.modified, other.place)
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        Some(Self::from(&fs::metadata(path).ok()?))
    }

    /// Whether the file may have changed after a time.
    fn may_be_after(&self, time: SystemTime) -> bool {
        self.modified.is_none_or(|modified| modified.checked_add(STEP).is_none_or(|latest| latest > time))
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        let modified = found.modified().ok();
        let mut stamp = Self { length: found.len(), modified, place: place(found), is_fresh: false };
        stamp.is_fresh = stamp.may_be_after(SystemTime::now());
        stamp
    }
}

#[cfg(unix)]
fn place(found: &Metadata) -> [i128; 4] {
    use std::os::unix::fs::MetadataExt as _;
    [found.dev().into(), found.ino().into(), found.ctime().into(), found.ctime_nsec().into()]
}

#[cfg(not(unix))]
fn place(_found: &Metadata) -> [i128; 4] {
    [0; 4]
}

/// The digest of what a file holds; nothing where it cannot be read or is none, and where `is_wanted` no longer holds.
fn digest(path: &Path, is_wanted: &(dyn Fn() -> bool + Sync)) -> Option<Digest> {
    let found = fs::metadata(path).ok()?;
    if !found.is_file() {
        return None;
    }
    // At least one, so that a file that grows from nothing has a digest.
    let count = found.len().div_ceil(PIECE).max(1);
    let workers = thread::available_parallelism().map_or(1, |number| number.get() as u64).min(MOST_WORKERS).min(count);
    // Not the pool's threads: how many it has is for the first run to say.
    let digests = thread::scope(|scope| {
        let work = |first: u64| {
            let mut file = File::open(path).ok()?;
            let mut digests = Vec::new();
            for at in (first..count).step_by(usize::try_from(workers).unwrap_or(1)) {
                let piece = is_wanted().then(|| piece(&mut file, at))??;
                digests.push((at, piece));
            }
            Some(digests)
        };
        let others: Vec<_> = (1..workers).map(|first| scope.spawn(move || work(first))).collect();
        let mut digests = work(0);
        for other in others {
            let found = other.join().ok().flatten();
            digests = digests.zip(found).map(|(mut all, found)| {
                all.extend(found);
                all
            });
        }
        digests
    });
    let mut digests = digests?;
    digests.sort_unstable_by_key(|(at, _)| *at);
    let mut hash = Sha256::new();
    digests.iter().for_each(|(_, digest)| hash.update(digest));
    Some(hash.finalize().into())
}

/// The digest of one piece of a file.
fn piece(file: &mut File, at: u64) -> Option<Digest> {
    file.seek(SeekFrom::Start(at.checked_mul(PIECE)?)).ok()?;
    let mut rest = file.take(PIECE);
    let mut hash = Sha256::new();
    let mut bytes = vec![0_u8; BUFFER];
    loop {
        match rest.read(&mut bytes) {
            Ok(0) => return Some(hash.finalize().into()),
            Ok(read) => hash.update(bytes.get(..read)?),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}
