//! What a run reads: files, and folders of which it reads some files.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use super::super::input;

/// What the content of a file counts for, the one that others hang on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It is the project's file, or would be.
    Config,
    /// It is the time-zone database.
    Zones,
    /// It belongs to the policy.
    Policy,
    /// It holds facts.
    Facts,
}

/// Which files of a folder are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// None: it is a file.
    File,
    /// Those that are called so.
    Folder(&'static [&'static str]),
    /// Those of policies, in folders inside it too.
    Policy,
}

/// A file or a folder that a run reads, there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its path, as seen from the current folder.
    pub path: PathBuf,
    /// What is read of it.
    pub kind: Kind,
    /// What it counts for.
    pub role: Role,
}

impl Target {
    /// The files that are read now; one that is not there is named all the same.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let here = || vec![self.path.clone()];
        match self.kind {
            Kind::Folder(called) if self.path.is_dir() => {
                input::of_folder(&self.path, called).unwrap_or_else(|_| here())
            }
            Kind::Policy if self.path.is_dir() => input::below(&self.path, "gate").unwrap_or_else(|_| here()),
            Kind::File | Kind::Folder(_) | Kind::Policy => here(),
        }
    }

    /// The folders in which files may appear that are read.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        match self.kind {
            Kind::File => Vec::new(),
            Kind::Folder(_) => vec![self.path.clone()],
            Kind::Policy => below(&self.path),
        }
    }

    /// Whether it can be read more than once.
    ///
    /// # Errors
    /// It cannot: what it is.
    pub(super) fn again(&self) -> Result<(), Failure> {
        if self.path.as_os_str() == "-" {
            return Err(Failure::new("stdin can be read only once, so it cannot be watched").help("name a file"));
        }
        if fs::metadata(&self.path).is_ok_and(|found| is_pipe(&found)) {
            let message = format!("`{}` is a pipe, which can be read only once", self.path.display());
            return Err(Failure::new(message).help("name a file: it cannot be watched otherwise"));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
    kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_pipe(_found: &fs::Metadata) -> bool {
    false
}

/// The folder and those inside it, as far as policies are read.
fn below(root: &Path) -> Vec<PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut visited: std::collections::HashSet<PathBuf> = fs::canonicalize(root).into_iter().collect();
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let path = entry.path();
            // Links may lead in circles.
            if !hidden && path.is_dir() && fs::canonicalize(&path).is_ok_and(|real| visited.insert(real)) {
                folders.push(path);
            }
        }
    }
    folders
}
