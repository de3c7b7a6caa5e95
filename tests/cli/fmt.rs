//! `fmt`.

use std::fs;

use crate::support::{Folder, POLICY};

/// Surely not in the one style.
const UGLY: &str = "rule r \"R\"   {   \n  forbid change.model == \"x\"   \n\n\n\n}\n";

#[test]
fn files_are_written_and_then_stay() {
    let folder = Folder::empty();
    folder.write("a.gate", UGLY);
    folder.run(["fmt", "a.gate"]).status(0);
    let once = folder.read("a.gate");
    assert_ne!(once, UGLY);
    folder.run(["fmt", "a.gate"]).status(0);
    assert_eq!(folder.read("a.gate"), once);
    folder.run(["fmt", "--check", "a.gate"]).status(0);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn check_names_and_writes_nothing() {
    let folder = Folder::empty();
    folder.write("p/a.gate", UGLY);
    folder.write("p/deep/b.gate", UGLY);
    let run = folder.run(["fmt", "--check", "p"]).status(1);
    assert_eq!(run.stdout, "p/a.gate\np/deep/b.gate\n");
    assert_eq!(folder.read("p/a.gate"), UGLY);
}

#[test]
fn diff_shows_and_writes_nothing() {
    let folder = Folder::empty();
    folder.write("a.gate", UGLY);
    let run = folder.run(["fmt", "--diff", "a.gate"]).status(1);
    assert!(run.stdout.starts_with("--- a.gate\n+++ a.gate\n@@ -1,"), "{run:#?}");
    assert!(run.stdout.contains("\n-rule r \"R\"   {   \n"), "{run:#?}");
    assert_eq!(folder.read("a.gate"), UGLY);
}

#[test]
fn stdin_goes_to_stdout() {
    let folder = Folder::empty();
    let run = folder.pipe(["fmt", "-"], UGLY).status(0);
    folder.write("a.gate", UGLY);
    folder.run(["fmt", "a.gate"]).status(0);
    assert_eq!(run.stdout, folder.read("a.gate"));
    folder.pipe(["fmt", "--check", "-"], UGLY).status(1);
    folder.pipe(["fmt", "--check", "-"], &run.stdout).status(0);
    folder.pipe(["fmt", "-", "a.gate"], UGLY).refuses("`-` stands alone");
}

#[test]
fn the_configured_policy_is_the_default() {
    let folder = Folder::project("none");
    folder.write("policy/ugly.gate", UGLY);
    folder.run(["fmt"]).status(0);
    assert_ne!(folder.read("policy/ugly.gate"), UGLY);
}

#[test]
fn what_does_not_parse_is_reported_and_left() {
    let folder = Folder::empty();
    folder.write("a.gate", "rule r { @@ }\n");
    folder.write("b.gate", UGLY);
    let run = folder.run(["fmt", "a.gate", "b.gate"]).status(2);
    assert!(run.stderr.contains("a.gate"), "{run:#?}");
    assert_eq!(folder.read("a.gate"), "rule r { @@ }\n");
    assert_ne!(folder.read("b.gate"), UGLY, "the others are formatted");
    folder.pipe(["fmt", "-"], "rule r { @@ }\n").refuses("CG0");
}

#[test]
fn a_file_that_may_not_be_written_is_named() {
    let folder = Folder::empty();
    let path = folder.write("a.gate", UGLY);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    folder.run(["fmt", "a.gate"]).refuses("cannot write `a.gate`: permission denied");
    assert_eq!(folder.read("a.gate"), UGLY);
    folder.run(["fmt", "--check", "a.gate"]).status(1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::empty();
    folder.write("p/a.gate", UGLY);
    let inner = folder.0.join("p");
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o555)).unwrap();
    // Some users may write anywhere.
    let everywhere = fs::write(inner.join("probe"), "").is_ok();
    if !everywhere {
        folder.run(["fmt", "p/a.gate"]).refuses("cannot write `p/a.gate`: permission denied");
        assert_eq!(folder.read("p/a.gate"), UGLY);
    }
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::empty();
    let path = folder.write("a.gate", UGLY);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.0.join("link.gate");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    folder.run(["fmt", "link.gate"]).status(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_ne!(folder.read("a.gate"), UGLY);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_policies_of_the_tests_are_in_the_one_style() {
    let folder = Folder::empty();
    let run = folder.pipe(["fmt", "-"], POLICY).status(0);
    assert_eq!(run.stdout, POLICY);
}
