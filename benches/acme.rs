//! How fast the example Acme is read, decided, triaged and written, blown up to many assets, with one thread and with two.
//!
//! `CHANGEGATE_BENCH_ASSETS` says how many assets (10,000 if it is not set). The last line is the most memory that the process had.

#![allow(
    clippy::expect_used,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads files, its settings and the clock, and ends where something is missing"
)]

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::sync::Arc;

use changegate::check::Loader;
use changegate::facts::Problems;
use changegate::report::{Format, json};
use changegate::time::{Instant, parse_instant};
use changegate::{DecideOptions, Decision, Facts, Policy, decide, triage};
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, measurement::WallTime};
use rayon::{ThreadPool, ThreadPoolBuilder};

mod blow_up;

/// The packs that the example imports, from the folder `policies`.
struct Packs;

impl Loader for Packs {
    fn file(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        Err(format!("the example is read whole, and does not import `{path}`"))
    }

    fn calendar(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        let text = fs::read_to_string(blow_up::acme().join("policy").join(path));
        text.map(|text| (path.to_owned(), Arc::from(text))).map_err(|error| format!("`{path}`: {error}"))
    }

    fn pack(&mut self, name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(name);
        gate_files(&folder, &format!("{name}/")).map_err(|_| Vec::new())
    }
}

/// The `*.gate` files of a folder, by name.
fn gate_files(folder: &Path, prefix: &str) -> io::Result<Vec<(String, Arc<str>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "gate") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((format!("{prefix}{name}"), Arc::from(fs::read_to_string(&path)?)));
        }
    }
    files.sort();
    Ok(files)
}

fn read(policy: &Policy, now: Instant, inventory: &[u8]) -> (Facts, Problems) {
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("inventory.ndjson", inventory);
    builder.add_changes("sweep.json", blow_up::sweep().as_bytes());
    builder.finish()
}

fn acme(criterion: &mut Criterion) {
    let assets: usize = std::env::var("CHANGEGATE_BENCH_ASSETS")
        .map_or(10_000, |text| text.parse().expect("CHANGEGATE_BENCH_ASSETS is a number"));
    let mut inventory = Vec::new();
    blow_up::write_inventory(&mut inventory, assets).expect("the example's inventory");
    let mut files = gate_files(&blow_up::acme().join("policy"), "").expect("the example's policy");
    // What plugins cost has a benchmark of its own.
    files.retain(|(name, _)| !name.ends_with("plugins.gate"));
    let (policy, diagnostics, _) = Policy::load(files, &mut Packs);
    let policy = policy.unwrap_or_else(|| fail(&format!("the example does not check: {diagnostics:#?}")));
    let now = parse_instant("2026-11-20T15:00:00Z").expect("a time");
    let (facts, problems) = read(&policy, now, &inventory);
    if problems.error_count > 0 {
        fail(&format!("the inventory cannot be read: {:#?}", problems.errors));
    }
    let options = DecideOptions::default();

    let mut group = criterion.benchmark_group(format!("acme/{assets}"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(assets as u64));
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        run(&mut group, "read", &pool, || read(&policy, now, &inventory));
        run(&mut group, "decide", &pool, || decide(&policy, &facts, now, &options));
        run(&mut group, "triage", &pool, || triage(&policy, &facts, now, None));
    }
    let outcome = decide(&policy, &facts, now, &options);
    let decisions: Vec<&Decision> = outcome.decisions.iter().collect();
    let one = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    run(&mut group, "write", &one, || json::decisions(&mut io::sink(), &decisions, &outcome.summaries, Format::Ndjson));
    group.finish();
}

/// Measures a step in a pool of threads; what it returns is dropped outside the measured time.
fn run<T: Send>(group: &mut BenchmarkGroup<'_, WallTime>, step: &str, pool: &ThreadPool, work: impl Fn() -> T + Sync) {
    let threads = pool.current_num_threads();
    group.bench_function(BenchmarkId::new(step, threads), |bencher| {
        bencher.iter_with_large_drop(|| pool.install(|| black_box(work())));
    });
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(2)
}

/// The most memory that the process had, where the system says so.
fn peak() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    acme(&mut criterion);
    criterion.final_summary();
    if let Some(peak) = peak() {
        println!("most memory: {peak}");
    }
}
