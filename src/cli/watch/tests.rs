#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use super::files::{Changed, Files};
use super::places;
use super::targets::{Kind, Role, Target};
use super::watcher::{Pause, Watcher};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder that is taken away in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("changegate-watch-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn target(&self, name: &str, kind: Kind) -> Target {
        Target { path: self.0.join(name), kind, role: Role::Facts }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

const JSON: Kind = Kind::Folder(&["json"]);

fn names(changed: &Changed, folder: &Folder) -> Vec<String> {
    let name = |path: &PathBuf| path.strip_prefix(&folder.0).unwrap().display().to_string();
    changed.files.keys().map(name).collect()
}

/// Gives a file another time, long ago.
fn touch(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + seconds);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn a_folder_may_hold_policies_and_data() {
    let folder = Folder::new();
    folder.write("p.gate", "");
    folder.write("c.json", "{}");
    let policy = Target { path: folder.0.clone(), kind: Kind::Policy, role: Role::Policy };
    let places = places::of(&[policy, Target { path: folder.0.clone(), kind: JSON, role: Role::Facts }]);
    let interest = &places[&folder.0];
    for (name, matters) in [
        ("p.gate", true),
        ("new.gate", true),
        ("more", true),
        ("new.json", true),
        (".new.json", false),
        (".p.gate.swp", false),
        ("notes.txt", false),
    ] {
        assert_eq!(interest.is_in(name.as_ref()), matters, "{name}");
    }
}

#[test]
fn a_new_folder_of_policies_may_have_a_dot_in_its_name() {
    let folder = Folder::new();
    folder.write("p.gate", "");
    let policy = Target { path: folder.0.clone(), kind: Kind::Policy, role: Role::Policy };
    let places = places::of(&[policy]);
    for name in ["v1.2", ".git"] {
        fs::create_dir(folder.0.join(name)).unwrap();
    }
    folder.write("notes.v2", "");
    for (name, matters) in [("v1.2", true), (".git", false), ("notes.v2", false), ("gone.d", false)] {
        assert_eq!(places[&folder.0].takes(&folder.0.join(name)), matters, "{name}");
    }
}

#[test]
fn a_pause_grows_with_what_goes_on_and_ends() {
    let millis = Duration::from_millis;
    let pause = Pause::new(None);
    assert_eq!(pause.after(millis(0), false), Some(millis(20)));
    assert_eq!(pause.after(millis(0), true), Some(millis(250)));
    assert_eq!(pause.after(millis(100), false), Some(millis(100)));
    assert_eq!(pause.after(millis(4_000), false), Some(millis(250)));
    assert_eq!(pause.after(millis(5_000), false), None);
    let fixed = Pause::new(Some(millis(2_000)));
    assert_eq!(fixed.after(millis(19_000), false), Some(millis(2_000)));
    assert_eq!(fixed.after(millis(20_000), false), None);
}

#[test]
fn what_was_done_beforehand_counts_where_nothing_changed_since() {
    let folder = Folder::new();
    folder.write("in/a.json", "1");
    let targets = [folder.target("in", JSON)];
    let (mut watcher, deaf) = Watcher::start();
    assert_eq!(deaf, None);
    assert_eq!(watcher.follow(places::of(&targets)), None);
    let save = |text: &str| {
        folder.write("new", text);
        fs::rename(folder.0.join("new"), folder.0.join("in/a.json")).unwrap();
    };
    let pause = Pause::new(None);
    save("2");
    watcher.wait(Duration::from_secs(10));
    assert_eq!(watcher.settle(&pause, || Some(1)), Some(1));
    assert!(!watcher.is_woken());
    save("3");
    watcher.wait(Duration::from_secs(10));
    let beforehand = || {
        save("4");
        Some(2)
    };
    assert_eq!(watcher.settle(&pause, beforehand), None);
}

#[test]
fn content_counts_and_not_time() {
    let folder = Folder::new();
    folder.write("in/a.json", "1");
    folder.write("in/b.json", "2");
    folder.write("in/c.txt", "3");
    touch(&folder.0.join("in/a.json"), 0);
    let targets = [folder.target("in", JSON), folder.target("one.json", Kind::File)];
    let mut files = Files::default();
    files.note(&targets, SystemTime::now(), |_| false);
    assert!(files.look(&targets).is_empty());
    files.fill(&|| true);
    touch(&folder.0.join("in/a.json"), 1);
    touch(&folder.0.join("in/b.json"), 1);
    folder.write("in/c.txt", "4");
    assert!(files.look(&targets).is_empty());
    // The same length and the same time.
    folder.write("in/b.json", "5");
    touch(&folder.0.join("in/b.json"), 1);
    folder.write("in/d.json", "");
    folder.write("one.json", "");
    assert_eq!(names(&files.look(&targets), &folder), ["in/b.json", "in/d.json", "one.json"]);
    assert!(files.look(&targets).is_empty());
    fs::remove_dir_all(folder.0.join("in")).unwrap();
    assert_eq!(names(&files.look(&targets), &folder), ["in/a.json", "in/b.json", "in/d.json"]);
    assert!(files.look(&targets).is_empty());
}

#[test]
fn what_changes_while_it_is_read_is_doubtful() {
    let folder = Folder::new();
    folder.write("a", "1");
    let targets = [folder.target("a", Kind::File)];
    let mut files = Files::default();
    files.note(&targets, SystemTime::now(), |_| false);
    // Read here as something else, and then as it was before.
    folder.write("a", "2");
    touch(&folder.0.join("a"), 1);
    files.recheck();
    folder.write("a", "1");
    let found = files.look(&targets);
    assert!(found.files.is_empty() && found.doubtful.len() == 1, "{found:?}");
    assert!(files.look(&targets).is_empty());
    // One that was known only after it was read, and is young.
    folder.write("b", "1");
    let targets = [folder.target("a", Kind::File), folder.target("b", Kind::File)];
    files.note(&targets, SystemTime::now(), |_| true);
    assert_eq!(files.look(&targets).doubtful.len(), 1);
    assert!(files.look(&targets).is_empty());
}

#[test]
fn a_large_file_is_compared_to_its_end() {
    let folder = Folder::new();
    let mut text = "x".repeat(20 << 20);
    folder.write("a", &text);
    let targets = [folder.target("a", Kind::File)];
    let mut files = Files::default();
    files.note(&targets, SystemTime::now(), |_| false);
    assert!(files.look(&targets).is_empty());
    text.replace_range((17 << 20)..=(17 << 20), "y");
    folder.write("a", &text);
    assert_eq!(names(&files.look(&targets), &folder), ["a"]);
}

#[test]
fn folders_are_listened_to_and_not_files() {
    let folder = Folder::new();
    folder.write("data/in/a.json", "1");
    let targets =
        [folder.target("data/in", JSON), folder.target("data/one", Kind::File), folder.target("no/such", Kind::File)];
    let places = places::of(&targets);
    let interest = |name: &str| &places[&folder.0.join(name)];
    assert!(interest("data/in").is_in("b.json".as_ref()) && interest("data/in").is_in("b.json.gz".as_ref()));
    assert!(!interest("data/in").is_in(".b.json.swp".as_ref()));
    assert!(interest("data").is_in("in".as_ref()) && interest("data").is_in("one".as_ref()));
    assert!(!interest("data").is_in("two".as_ref()));
    // Its folder may be moved, and one that is missing may come.
    assert!(places[&folder.0].is_in("data".as_ref()) && places[&folder.0].is_in("no".as_ref()));
}

#[cfg(unix)]
#[test]
fn every_link_of_a_path_is_listened_to() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("v1/in/a.json", "1");
    symlink("v1", folder.0.join("now")).unwrap();
    symlink(folder.0.join("now/in/a.json"), folder.0.join("one")).unwrap();
    let places = places::of(&[folder.target("one", Kind::File)]);
    assert!(places[&folder.0].is_in("one".as_ref()) && places[&folder.0].is_in("now".as_ref()));
    assert!(places[&folder.0.join("v1/in")].is_in("a.json".as_ref()));
    // In a circle there is nothing to find.
    symlink("round", folder.0.join("round")).unwrap();
    let places = places::of(&[folder.target("round/in", JSON)]);
    assert!(places[&folder.0].is_in("round".as_ref()));
}
