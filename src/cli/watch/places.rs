//! Which folders to listen to, and which names in them matter.
//!
//! A file is replaced by renaming another to its name, its folder may be moved away and back, and each part of its path may be a link that is led
//! elsewhere. So what is listened to are never files but the real folders in which the names of a path stand.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::super::input;
use super::targets::{Kind, Target};

/// How many links a path may lead over, as systems have it.
const MOST_LINKS: usize = 40;

/// What matters in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Interest {
    /// These names.
    pub names: HashSet<OsString>,
    /// Names of files that are called so.
    pub called: HashSet<&'static str>,
    /// Names of policies and of folders of them.
    pub policies: bool,
    /// A file stands here, so that listening elsewhere is not enough.
    pub is_needed: bool,
}

impl Interest {
    /// Whether what stands at a path, or stood there, matters. A folder of policies may be called as no policy is: `v1.2`.
    pub(super) fn takes(&self, path: &Path) -> bool {
        let Some(name) = path.file_name() else { return false };
        self.is_in(name) || (self.policies && !name.to_string_lossy().starts_with('.') && path.is_dir())
    }

    /// Whether something of that name matters.
    pub(super) fn is_in(&self, name: &OsStr) -> bool {
        if self.names.contains(name) {
            return true;
        }
        let text = name.to_string_lossy();
        // Without an end it may be a folder.
        let is_policy = text.ends_with(".gate") || !text.contains('.');
        self.policies && is_policy && !text.starts_with('.')
            || self.called.iter().any(|end| input::is_called(name, &[end]))
    }
}

/// The folders to listen to, by their real paths.
pub(super) type Places = BTreeMap<PathBuf, Interest>;

/// Where the targets' paths lead now.
pub(super) fn of(targets: &[Target]) -> Places {
    let mut places = Places::new();
    let Ok(here) = env::current_dir() else { return places };
    for target in targets {
        walk(&here, &target.path, &mut places);
        if target.kind != Kind::File {
            // Of files in folders only links lead elsewhere.
            for link in target.files().into_iter().filter(|path| path.is_symlink()) {
                walk(&here, &link, &mut places);
            }
        }
        for folder in target.folders() {
            let Some(real) = walk(&here, &folder, &mut places).filter(|real| real.is_dir()) else { continue };
            let interest = places.entry(real).or_default();
            interest.is_needed = true;
            match target.kind {
                Kind::Folder(called) => interest.called.extend(called),
                Kind::Policy => interest.policies = true,
                Kind::File => {}
            }
        }
    }
    places
}

/// Notes the names that a path stands on, and finds where it leads; nothing where it leads nowhere.
fn walk(here: &Path, path: &Path, places: &mut Places) -> Option<PathBuf> {
    let whole = here.join(path);
    let mut parts: VecDeque<OsString> = pieces(&whole);
    let mut at = root(&whole);
    // Above the project nobody moves folders about; but that of the file itself may be.
    let mut passed: Vec<(PathBuf, OsString)> = Vec::new();
    let mut links = 0_usize;
    while let Some(name) = parts.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let next = at.join(&name);
        let Ok(found) = fs::symlink_metadata(&next) else {
            // The first that is missing may come.
            note(places, at, name, true);
            passed.into_iter().rev().take(1).for_each(|(folder, name)| note(places, folder, name, false));
            return None;
        };
        if found.file_type().is_symlink() {
            links += 1;
            note(places, at.clone(), name, true);
            let target = fs::read_link(&next).ok().filter(|_| links <= MOST_LINKS)?;
            if target.is_absolute() {
                at = root(&target);
                passed.clear();
            }
            pieces(&target).into_iter().rev().for_each(|piece| parts.push_front(piece));
            continue;
        }
        passed.push((at, name));
        at = next;
    }
    let last = passed.pop();
    for (folder, name) in
        passed.iter().rev().take(1).chain(passed.iter().filter(|(folder, _)| folder.starts_with(here)))
    {
        note(places, folder.clone(), name.clone(), false);
    }
    if let Some((folder, name)) = last {
        note(places, folder, name, true);
    }
    Some(at)
}

fn note(places: &mut Places, folder: PathBuf, name: OsString, is_needed: bool) {
    let interest = places.entry(folder).or_default();
    interest.names.insert(name);
    interest.is_needed |= is_needed;
}

/// The root that an absolute path begins at.
fn root(path: &Path) -> PathBuf {
    path.components().take_while(|part| matches!(part, Component::Prefix(_) | Component::RootDir)).collect()
}

/// The names of a path, and `..`.
fn pieces(path: &Path) -> VecDeque<OsString> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    };
    path.components().filter_map(name).collect()
}
