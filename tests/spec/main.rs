//! The language by example: runs the blocks of the Markdown files beside it and of `docs/`. How they are written is in `README.md` here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod adversarial;
mod case;
mod console;
mod coverage;
mod expect;
mod markdown;
mod program;
mod render;
mod shipped;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use case::Failure;
use markdown::{Section, files, root, sections, shown};

/// How strict a file's examples are held to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rigour {
    /// The specification: every policy asserts something, and every warning is asserted.
    Spec,
    /// The manuals: policies have no error.
    Docs,
}

#[test]
fn the_language_by_example() {
    let folder = root().join("tests/spec");
    run(files(&folder).into_iter().filter(|path| !path.ends_with("README.md")).collect(), Rigour::Spec);
}

#[test]
fn the_manuals_examples() {
    let mut paths = files(&root().join("docs"));
    paths.retain(|path| !path.starts_with(root().join("docs/errors")));
    paths.extend(
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "tests/spec/README.md"].map(|name| root().join(name)),
    );
    run(paths, Rigour::Docs);
}

/// Runs every section of the files on all processors; fails with everything that is wrong.
fn run(paths: Vec<PathBuf>, rigour: Rigour) {
    assert!(!paths.is_empty(), "there is nothing to run");
    let wanted = std::env::var("CHANGEGATE_SPEC").unwrap_or_default();
    let work: Vec<(PathBuf, Section)> = paths
        .iter()
        .flat_map(|path| sections(path).into_iter().map(|section| (path.clone(), section)))
        .filter(|(path, section)| format!("{} {}", shown(path), section.heading).contains(&wanted))
        .collect();
    let next = AtomicUsize::new(0);
    let failures: Mutex<Vec<Failure>> = Mutex::new(Vec::new());
    let blocks = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((_, section)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = case::run(section, rigour);
                    blocks.fetch_add(section.blocks.len(), Ordering::Relaxed);
                    failures.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    console::bless(&failures);
    failures.retain(|failure| failure.blessed.is_none());
    let count = blocks.into_inner();
    println!("{} files, {} sections, {count} blocks, {} failures", paths.len(), work.len(), failures.len());
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "\n{}\n", told.join("\n"));
}
