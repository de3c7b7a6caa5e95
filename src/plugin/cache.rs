//! Compiled code and answers on disk, sealed with a key that this user alone can read.
//!
//! The folder may be shared, restored from elsewhere or written to by others: whatever in it was not written with the key is not used, and written
//! anew. The key stands apart from it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the cache is the one part of this room that touches files, and an answer is the same with and without it"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use changegate_compiled_code::{self as compiled, Key};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::failure::LoadError;

/// The most bytes of one file that are read: of code, and of answers.
const MAX_FILE: u64 = 1 << 30;
const MAX_ANSWERS: u64 = 257 << 20;
/// The most files, and bytes of them, that are kept; the oldest go first.
const MAX_FILES: usize = 100;
const MAX_BYTES: u64 = 2 << 30;

/// A folder with compiled code and answers.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    key: Key,
    /// Whether a file was found that was not written with the key, or not to its end.
    refused: AtomicBool,
    written: AtomicU64,
}

impl Cache {
    /// The cache in `folder`, with the key in the file `key`; both are made where they are not there.
    ///
    /// # Errors
    /// They cannot be made or read, or others can read the key.
    pub fn new(folder: &Path, key: &Path) -> Result<Self, LoadError> {
        let wrong = |path: &Path, what: &dyn std::fmt::Display| {
            LoadError::host(format!("the cache cannot be used: `{}`: {what}", path.display()))
        };
        make_folder(folder).map_err(|e| wrong(folder, &e))?;
        if let Some(parent) = key.parent() {
            make_folder(parent).map_err(|e| wrong(parent, &e))?;
        }
        let key = match read_key(key) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => make_key(key).map_err(|e| wrong(key, &e))?,
            Err(what) => return Err(wrong(key, &what)),
        };
        Ok(Self {
            folder: folder.to_owned(),
            key: Key::new(key),
            refused: AtomicBool::new(false),
            written: AtomicU64::new(0),
        })
    }

    /// Whether a file was found that was changed, cut off or put there by somebody else; it was not used and was written anew.
    #[must_use]
    pub fn found_foreign(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// The compiled component of this digest, with its notes.
    pub(super) fn open(&self, engine: &Engine, digest: &str) -> Option<(Component, Vec<u8>)> {
        let sealed = self.read(&self.code(engine, digest)?, MAX_FILE)?;
        let found = compiled::open(engine, &self.key, digest.as_bytes(), &sealed);
        if found.is_none() {
            self.refused.store(true, Ordering::Relaxed);
        }
        found
    }

    /// Keeps compiled code. That it cannot be written is no failure: it is compiled again the next time.
    pub(super) fn keep(&self, digest: &str, notes: &[u8], component: &Component) {
        let Some(path) = self.code(component.engine(), digest) else { return };
        if let Some(sealed) = compiled::seal(&self.key, digest.as_bytes(), notes, component) {
            self.write(&path, &sealed);
        }
    }

    /// The bytes kept under a name, if they are as they were written.
    pub(super) fn open_bytes(&self, name: &str) -> Option<Vec<u8>> {
        let sealed = self.read(&self.folder.join(name), MAX_ANSWERS)?;
        let bytes = sealed.split_first_chunk::<32>().and_then(|(hash, bytes)| {
            self.key.verifies(&[b"answers", name.as_bytes(), bytes], hash).then(|| bytes.to_vec())
        });
        if bytes.is_none() {
            self.refused.store(true, Ordering::Relaxed);
        }
        bytes
    }

    /// Keeps bytes under a name.
    pub(super) fn keep_bytes(&self, name: &str, bytes: &[u8]) {
        let mut sealed = self.key.hash(&[b"answers", name.as_bytes(), bytes]).to_vec();
        sealed.extend_from_slice(bytes);
        self.write(&self.folder.join(name), &sealed);
    }

    /// `sha256` of the module and the beginning of what the code fits.
    fn code(&self, engine: &Engine, digest: &str) -> Option<PathBuf> {
        let digest = digest.strip_prefix("sha256:")?;
        Some(self.folder.join(format!("{digest}-{}.code", hex(compiled::fingerprint(engine).get(..8)?))))
    }

    fn read(&self, path: &Path, most: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(path).ok()?;
        let about = file.metadata().ok().filter(fs::Metadata::is_file)?;
        bytes.reserve_exact(usize::try_from(about.len().min(most)).ok()?);
        file.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Writes beside and renames, so that nobody reads half a file.
    fn write(&self, path: &Path, bytes: &[u8]) {
        let turn = self.written.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_extension(format!("{}-{turn}.part", std::process::id()));
        let written = create(&beside).and_then(|mut file| file.write_all(bytes));
        if written.and_then(|()| fs::rename(&beside, path)).is_err() {
            let _ = fs::remove_file(&beside);
        }
        self.clear();
    }

    /// Removes the oldest files of the cache where there are too many; others may stand in the same folder.
    fn clear(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let entry = entry.ok().filter(|entry| is_own(&entry.path()))?;
                let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((about.modified().ok()?, about.len(), entry.path()))
            })
            .collect();
        files.sort();
        let (mut count, mut bytes) = (files.len(), files.iter().map(|(_, size, _)| size).sum::<u64>());
        for (_, size, path) in files {
            if count <= MAX_FILES && bytes <= MAX_BYTES {
                return;
            }
            if fs::remove_file(path).is_ok() {
                count -= 1;
                bytes = bytes.saturating_sub(size);
            }
        }
    }
}

/// Whether a file has a name as the cache gives it: the 64 digits of a module's digest, and what it is.
fn is_own(path: &Path) -> bool {
    let is_named = |name: &str| {
        name.get(..64).is_some_and(|digest| digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
            && name.get(64..65) == Some("-")
    };
    path.file_stem().and_then(std::ffi::OsStr::to_str).is_some_and(is_named)
        && path.extension().is_some_and(|ending| ending == "code" || ending == "answers" || ending == "part")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn make_folder(path: &Path) -> std::io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The key; none where there is no such file.
fn read_key(path: &Path) -> Result<Option<[u8; 32]>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e.to_string()),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(|e| e.to_string())?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err("others can read this key, which only you may; delete it, and another is made".to_owned());
        }
    }
    let mut bytes = Vec::new();
    file.take(33).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    let key =
        <[u8; 32]>::try_from(bytes).map_err(|_| "it is no key, which has 32 bytes; delete it, and another is made")?;
    Ok(Some(key))
}

fn make_key(path: &Path) -> Result<[u8; 32], String> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|e| e.to_string())?;
    // Written beside and linked, so that of two programs that start at once both take the same key.
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let _ = fs::remove_file(&beside);
    let written = create(&beside).and_then(|mut file| file.write_all(&key));
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    let _ = fs::remove_file(&beside);
    match linked {
        Ok(()) => Ok(key),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            read_key(path)?.ok_or_else(|| "it went away while it was read".to_owned())
        }
        Err(e) => Err(e.to_string()),
    }
}

#[cfg(test)]
mod tests;
