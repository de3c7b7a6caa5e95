//! Where a policy's text comes from: its folder, the files that it imports, and the packs inside the program.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::embedded;
use super::failure::Failure;
use super::helper::Helper;
use super::input;
use super::plugin::Modules;
use crate::Policy;
use crate::ahead::{Ahead, Work};
use crate::check::Loader;
use crate::check::plugin::{Described, Refused};

/// The largest module that is read.
pub(super) const LARGEST_MODULE: u64 = crate::plugin::MAX_COMPONENT as u64;

/// A policy file: its name relative to the policy's folder, and its text.
pub(super) type PolicyFile = (String, Arc<str>);

/// Reads the files of a policy: those of a folder, or one file.
///
/// # Errors
/// Files that cannot be read; a folder without any.
pub(super) fn open(path: &Path, modules: Modules, helper: Helper) -> Result<(Vec<PolicyFile>, FolderLoader), Failure> {
    let (root, paths) = if input::folder(path)? {
        let paths = input::below(path, "gate")?;
        if paths.is_empty() {
            let help = "begin a policy with `changegate init`";
            return Err(Failure::new(format!("`{}` has no *.gate file", path.display())).help(help));
        }
        (path.to_owned(), paths)
    } else {
        (path.parent().map(Path::to_owned).unwrap_or_default(), vec![path.to_owned()])
    };
    let mut files = Vec::new();
    for path in paths {
        let name = name(path.strip_prefix(&root).unwrap_or(&path));
        files.push((name, Arc::from(input::text(&path)?)));
    }
    let modules = Arc::new(Mutex::new(modules));
    Ok((files, FolderLoader { root, tried: Vec::new(), modules, coming: Vec::new(), helper }))
}

/// Gives the checker what a policy imports.
#[derive(Debug)]
pub(super) struct FolderLoader {
    root: PathBuf,
    /// The files that the policy has asked for, there or not.
    pub tried: Vec<PathBuf>,
    /// The modules of its plugins.
    modules: Arc<Mutex<Modules>>,
    /// The modules that will be asked for.
    coming: Vec<Coming>,
    /// Does what will be needed.
    helper: Helper,
}

/// A module that will be asked for: its path and its digest as the policy has them, and what it says of itself.
#[derive(Debug)]
struct Coming {
    place: PathBuf,
    digest: Option<String>,
    described: Ahead<Result<Arc<Described>, Refused>>,
}

impl Loader for FolderLoader {
    fn file(&mut self, from: &str, path: &str) -> Result<PolicyFile, String> {
        self.near(from, path, "gate")
    }

    fn pack(&mut self, name: &str) -> Result<Vec<PolicyFile>, Vec<String>> {
        match embedded::pack(name) {
            Some(files) => Ok(files.iter().map(|(file, text)| (format!("{name}/{file}"), Arc::from(*text))).collect()),
            None => Err(embedded::pack_names().map(str::to_owned).collect()),
        }
    }

    fn holds_only_tests(&self, file: &str) -> bool {
        file.rsplit('/').next().is_some_and(embedded::holds_only_tests)
    }

    fn calendar(&mut self, from: &str, path: &str) -> Result<PolicyFile, String> {
        self.near(from, path, "ics")
    }

    fn aside(&mut self, work: Work) {
        self.helper.aside(work);
    }

    fn plugin_comes(&mut self, from: &str, path: &str, digest: Option<&str>) {
        if let Ok((_, place)) = self.place(from, path, "wasm") {
            let described = self.described(&place, path, digest);
            self.aside(described.work());
            self.coming.push(Coming { place, digest: digest.map(str::to_owned), described });
        }
    }

    fn plugin(&mut self, from: &str, path: &str, digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        let (_, place) = self.place(from, path, "wasm").map_err(Refused::Unusable)?;
        self.tried.push(place.clone());
        let coming = self.coming.iter().find(|coming| coming.place == place && coming.digest.as_deref() == digest);
        match coming {
            Some(coming) => coming.described.get().clone(),
            None => self.described(&place, path, digest).get().clone(),
        }
    }
}

impl FolderLoader {
    /// The policy, whose plugins are asked by way of the modules that were loaded for it.
    pub(super) fn answering(&self, policy: Policy) -> Policy {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).answering(policy)
    }

    /// What a module says of itself.
    fn described(&self, place: &Path, path: &str, digest: Option<&str>) -> Ahead<Result<Arc<Described>, Refused>> {
        let (modules, place) = (Arc::clone(&self.modules), place.to_owned());
        let (path, digest) = (path.to_owned(), digest.map(str::to_owned));
        Ahead::new(move || {
            let bytes = input::bytes(&place, LARGEST_MODULE).map_err(|failure| match failure {
                Failure::Message { message, .. } => Refused::Unusable(message),
                _ => Refused::Unusable(format!("cannot read `{path}`")),
            })?;
            modules.lock().unwrap_or_else(PoisonError::into_inner).describe(&bytes, digest.as_deref())
        })
    }

    /// The text that a file of the policy names by a path relative to itself.
    fn near(&mut self, from: &str, path: &str, extension: &str) -> Result<PolicyFile, String> {
        let (relative, path_here) = self.place(from, path, extension)?;
        self.tried.push(path_here.clone());
        match input::text(&path_here) {
            Ok(text) => Ok((name(&relative), Arc::from(text))),
            Err(Failure::Message { message, .. }) => Err(message),
            Err(_) => Err(format!("cannot read `{path}`")),
        }
    }

    /// Where a path leads that a file of the policy names relative to itself: from the policy's folder, and from here.
    fn place(&self, from: &str, path: &str, extension: &str) -> Result<(PathBuf, PathBuf), String> {
        // A policy from elsewhere must not be able to show what other files hold.
        if Path::new(path).is_absolute() || Path::new(path).extension().is_none_or(|found| found != extension) {
            return Err(format!("`{path}` is not the relative path of a *.{extension} file"));
        }
        let near = Path::new(from).parent().map(Path::to_owned).unwrap_or_default();
        let relative = straight(&near.join(path));
        let path_here = self.root.join(&relative);
        Ok((relative, path_here))
    }
}

/// The path without `.` and with `..` taken up, so that one file has one name.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(straight.components().next_back(), Some(Component::Normal(_))) => {
                straight.pop();
            }
            other => straight.push(other),
        }
    }
    straight
}

/// The same on every system.
fn name(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
