//! How many allocations an asset costs, from bytes to bytes: time differs from run to run, this does not, so that it can be held to.
//!
//! The workload is checked by the program's own `run` on one thread, with [`FEW`] and with [`MANY`] assets, each in a process of its own; what both
//! have in common (the policy, the program itself) is taken away. The test fails where an asset costs a tenth more than [`RECORDED`]. Whoever
//! makes it cost less writes the new figure there, so that it stays: it is printed by `cargo test --test allocations -- --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

use std::alloc::System;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[path = "../benches/workload/generate.rs"]
mod generate;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations for each asset of the workload, reallocations among them.
const RECORDED: f64 = 2.8;

const FEW: u64 = 2_000;
const MANY: u64 = 12_000;

/// Set for a process that checks one project: its folder.
const PROJECT: &str = "CHANGEGATE_ALLOCATIONS";

#[test]
fn an_asset_costs_no_more_allocations() {
    if let Some(folder) = std::env::var_os(PROJECT) {
        return check(Path::new(&folder));
    }
    let more = allocations(MANY) - allocations(FEW);
    let each = f64::from(u32::try_from(more).unwrap()) / f64::from(u32::try_from(MANY - FEW).unwrap());
    println!("{each:.1} allocations for each asset, {RECORDED} recorded");
    assert!(each <= RECORDED * 1.1, "an asset costs {each:.1} allocations, and cost {RECORDED}");
}

/// Checks a project in this process, and says on stderr how many allocations that took.
fn check(folder: &Path) {
    let arguments = ["changegate", "-C", folder.to_str().unwrap(), "check", "--now", "2026-11-20T21:30:00Z"];
    let flags = ["--format", "ndjson", "--threads", "1"];
    let region = Region::new(ALLOCATOR);
    changegate::cli::run(arguments.iter().chain(&flags).map(Into::into));
    let taken = region.change();
    eprintln!("\nallocations {}", taken.allocations + taken.reallocations);
}

/// The allocations of a process that checks the workload with so many assets.
fn allocations(assets: u64) -> u64 {
    let project = Project::new(assets);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["an_asset_costs_no_more_allocations", "--exact", "--nocapture"])
        .env(PROJECT, &project.0)
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    let count = said.lines().find_map(|line| line.strip_prefix("allocations "));
    count.unwrap_or_else(|| panic!("{said}")).parse().unwrap()
}

/// A folder with the workload, taken away in the end.
struct Project(PathBuf);

impl Project {
    fn new(assets: u64) -> Self {
        let workload = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workload");
        let folder = std::env::temp_dir().join(format!("changegate-allocations-{}-{assets}", std::process::id()));
        fs::create_dir_all(folder.join("policy")).unwrap();
        for name in ["changegate.toml", "change.json", "policy/workload.gate"] {
            fs::copy(workload.join(name), folder.join(name)).unwrap();
        }
        let mut inventory = Vec::new();
        generate::write_assets(&mut inventory, assets).unwrap();
        fs::write(folder.join("assets.ndjson"), inventory).unwrap();
        Self(folder)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
