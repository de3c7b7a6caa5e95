//! The workload of `benches/workload`: its inventory, its policy, the decisions that other engines print too, and the same bytes whatever
//! the number of threads and the size of batches.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::support::{Folder, Run};

#[path = "../../benches/workload/generate.rs"]
mod generate;
#[path = "../../benches/workload/lines.rs"]
mod lines;

const NOW: &str = "2026-11-20T21:30:00Z";

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workload")
}

pub(crate) fn inventory(assets: u64) -> Vec<u8> {
    let mut inventory = Vec::new();
    generate::write_assets(&mut inventory, assets).unwrap();
    inventory
}

/// The workload's project with so many assets.
fn project(assets: u64) -> Folder {
    let folder = Folder::empty();
    for name in ["changegate.toml", "change.json", "policy/workload.gate", "policy/tests.gate"] {
        folder.write(name, fs::read(home().join(name)).unwrap());
    }
    folder.write("assets.ndjson", inventory(assets));
    folder
}

fn check(folder: &Folder, flags: &[&str]) -> Run {
    folder.run(["check", "--now", NOW, "--format", "ndjson"].iter().chain(flags)).status(1)
}

#[test]
fn the_inventory_has_the_bytes_that_other_engines_read() {
    let digest: String = Sha256::digest(inventory(10_000)).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "fd21c2525c64016df532605327778eab7f7b892be80d98a6312d47a1e0b701d0");
}

#[test]
fn ten_thousand_decisions_are_those_of_the_other_engines() {
    let run = check(&project(10_000), &[]);
    assert_eq!(run.stderr, "");
    let digest = lines::digest(run.stdout.as_bytes()).unwrap();
    assert_eq!(digest, "5fedee6b1996f0fd0364478bbf07b17211f5d6ed33adb3d2e88a8a9fe69a8b63");
    let summary = run.stdout.lines().last().unwrap();
    for count in ["\"assets\":10000", "\"permit\":1007", "\"hold\":5322", "\"defer\":1797", "\"deny\":1874"] {
        assert!(summary.contains(count), "{count} is missing: {summary}");
    }
    assert!(!run.stdout.contains("\"cause\""), "a fact is unknown");
}

#[test]
fn a_decision_is_one_line() {
    let run = check(&project(5), &[]);
    let decisions = run.lines();
    let lines: Vec<String> = decisions.iter().filter_map(lines::line).collect();
    assert_eq!(
        lines,
        [
            "A00000000|deny|standard|4|1|1783898494|compliance,db-lead|BLACKOUT_B1",
            "A00000001|needs_approval|standard|7|0|0|compliance,db-lead|NEEDS_compliance,NEEDS_db-lead",
            "A00000002|permit|standard|4|1|1788494670||OK",
            "A00000003|needs_approval|standard|6|0|0|db-lead|NEEDS_db-lead",
            "A00000004|deny|normal|7|0|0|change-manager,compliance,service-owner|BLACKOUT_B3",
        ]
    );
}

#[test]
fn threads_and_batches_change_no_byte() {
    let same = |assets: u64, calls: &[(&str, &str)]| {
        let folder = project(assets);
        let plain = check(&folder, &[]);
        for (threads, batch) in calls {
            let run = check(&folder, &["--threads", threads, "--batch-size", batch]);
            assert!(
                run.stdout == plain.stdout && run.stderr == plain.stderr,
                "{assets} assets on {threads} threads in batches of {batch}"
            );
        }
    };
    let every = ["1", "2", "8"].into_iter().flat_map(|threads| ["1", "7", "4096"].map(|batch| (threads, batch)));
    same(300, &every.collect::<Vec<_>>());
    same(9_000, &[("1", "4096"), ("8", "1000")]);
}

#[test]
fn the_policy_is_clean_and_passes_its_tests() {
    let folder = project(1);
    folder.run(["fmt", "--check"]).status(0);
    folder.run(["lint"]).status(0);
    let tests = folder.run(["test"]).status(0);
    assert!(tests.stdout.contains("7 tests: all passed"), "{tests:#?}");
}

/// `docs/compare.md` holds both policies piece by piece, and every line of either.
#[test]
fn the_page_that_compares_has_both_policies() {
    let page = fs::read_to_string(home().join("../../docs/compare.md")).unwrap();
    let shown = |kind: &str| -> Vec<String> {
        let (_, section) = page.split_once("\n## The same policy twice\n").unwrap();
        let (section, _) = section.split_once("\n## A missing fact\n").unwrap();
        let blocks = section.split("\n```").filter(|block| block.starts_with(kind));
        blocks.flat_map(|block| block.lines().skip(1)).map(code).filter(|line| !line.is_empty()).collect()
    };
    for (kind, file) in [("gate", "policy/workload.gate"), ("rego", "patch.rego")] {
        let text = fs::read_to_string(home().join(file)).unwrap();
        let lines: Vec<String> = text.lines().map(code).filter(|line| !line.is_empty()).collect();
        assert_eq!(shown(kind), lines, "docs/compare.md and benches/workload/{file} are not the same");
    }
}

/// A line without the indentation, and nothing of a comment between statements.
fn code(line: &str) -> String {
    if line.starts_with("# ") { String::new() } else { line.trim().to_owned() }
}
