#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::args::Cli;
use super::config::Config;
use super::diff::unified;
use super::failure::Failure;
use super::init::FILES;
use super::{embedded, loader};
use crate::check::Loader as _;
use crate::syntax::parse_but;
use crate::syntax::source::FileId;
use crate::syntax::suggest::nearest;

#[test]
fn arguments_are_consistent() {
    Cli::command().debug_assert();
}

/// What a verb does is said where the verbs are listed, and with its arguments, which are made when it is asked for.
#[test]
fn what_verbs_do_is_said_in_the_same_words_in_both_places() {
    let before = Cli::command();
    let mut after = before.clone();
    after.build();
    for verb in before.get_subcommands() {
        let built = after.find_subcommand(verb.get_name()).unwrap();
        let said = |verb: &clap::Command| verb.get_about().map(ToString::to_string);
        assert_eq!(said(built), said(verb), "{}", verb.get_name());
        assert_eq!(built.get_long_about().map(ToString::to_string), None, "{}", verb.get_name());
    }
}

/// Who decides passes over these files without a look at them.
#[test]
fn files_of_tests_hold_nothing_else() {
    for name in embedded::pack_names() {
        for (file, text) in embedded::pack(name).unwrap() {
            let (read, problems, tests) = parse_but(FileId(0), text, "test");
            assert!(problems.is_empty() && (read.statements.is_empty() || tests.is_empty()), "{name}/{file}");
            assert_eq!(read.statements.is_empty(), embedded::holds_only_tests(file), "{name}/{file}");
        }
    }
}

#[test]
fn near_names_are_suggested_and_far_ones_are_not() {
    assert_eq!(nearest("polcy", ["policy", "changes"]), Some("policy"));
    assert_eq!(nearest("inventroy", ["policy", "inventory"]), Some("inventory"));
    assert_eq!(nearest("CHG0001", ["CHG0010", "CHG9999"]), Some("CHG0010"));
    assert_eq!(nearest("x", ["policy"]), None);
    assert_eq!(nearest("", []), None);
    assert_eq!(nearest("tier", ["Tier"]), Some("Tier"));
}

#[test]
fn differences_are_unified() {
    assert_eq!(unified("a", "same\n", "same\n"), "");
    assert_eq!(unified("a", "1\n2\n3\n", "1\nx\n3\n"), "--- a\n+++ a\n@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n");
    assert_eq!(unified("a", "", "1\n"), "--- a\n+++ a\n@@ -0,0 +1,1 @@\n+1\n");
    assert_eq!(
        unified("a", "1\n2", "1\n2\n"),
        "--- a\n+++ a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n"
    );
}

#[test]
fn distant_changes_are_hunks_of_their_own() {
    let old: String = (0..30).map(|n| format!("{n}\n")).collect();
    let new = old.replace("\n5\n", "\nfive\n").replace("\n25\n", "\n");
    let diff = unified("a", &old, &new);
    assert_eq!(diff.matches("@@ ").count(), 2, "{diff}");
    assert!(diff.contains("@@ -3,7 +3,7 @@"), "{diff}");
    assert!(diff.contains("@@ -23,7 +23,6 @@"), "{diff}");
}

#[test]
fn a_huge_difference_is_bounded() {
    let old: String = (0..5_000).map(|n| format!("a{n}\n")).collect();
    let new: String = (0..5_000).map(|n| format!("b{n}\n")).collect();
    assert_eq!(unified("a", &old, &new).lines().count(), 10_003);
}

#[test]
fn paths_of_the_file_are_relative_to_it() {
    let config = Config::parse("policy = \"p\"\nchanges = [\"a\", \"/b\"]\n", Path::new("..")).unwrap();
    assert_eq!(config.policy, Some(PathBuf::from("../p")));
    assert_eq!(config.changes, [PathBuf::from("../a"), PathBuf::from("/b")]);
    assert!(config.inventory.is_empty() && config.zone.is_none());
}

#[test]
fn the_template_of_the_file_is_read() {
    let (_, text) = FILES.iter().find(|(name, _)| *name == "changegate.toml").unwrap();
    let mut config = Config::parse(text, Path::new("")).unwrap();
    config.find_zone().unwrap_or_else(|_| panic!());
    assert_eq!(config.zone.unwrap().name(), "UTC");
}

#[test]
fn a_broken_file_is_a_message() {
    let Err(Failure::Message { message, .. }) = Config::parse("a = 1\nb = = 2\n", Path::new("")) else { panic!() };
    assert!(message.starts_with("`changegate.toml` line 2 is not TOML: "), "{message}");
}

#[test]
fn packs_are_inside_the_program() {
    let folder = std::env::temp_dir().join(format!("changegate-loader-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    std::fs::write(folder.join("a.gate"), "# a\n").unwrap();
    std::fs::write(folder.join("inner/b.gate"), "# b\n").unwrap();
    let look = crate::report::Look { paint: crate::report::Paint(false), width: 80, zone: crate::time::Zone::utc() };
    let modules = super::plugin::Modules::new(false, (crate::report::Format::Human, look));
    let (files, mut loader) =
        loader::open(&folder, modules, super::helper::Helper::default()).unwrap_or_else(|_| panic!());
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.gate", "inner/b.gate"]);
    assert_eq!(loader.file("inner/b.gate", "../a.gate").unwrap().0, "a.gate");
    assert_eq!(loader.file("a.gate", "./inner/../inner/b.gate").unwrap().0, "inner/b.gate");
    assert!(loader.file("a.gate", "none.gate").unwrap_err().contains("none.gate"));
    assert!(!loader.pack("cisa/bod-26-04").unwrap().is_empty());
    assert_eq!(loader.pack("none").unwrap_err(), embedded::pack_names().collect::<Vec<_>>());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn names_of_pages_are_codes() {
    for code in embedded::codes() {
        assert!(code.len() == 6 && code.starts_with("CG"), "{code}");
        assert!(embedded::page(code).unwrap().starts_with(&format!("# {code}: ")), "{code}");
    }
}
