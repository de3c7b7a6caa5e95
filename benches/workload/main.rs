//! What the workload costs: reading, deciding, writing, one decision, and, in whole processes as people run it, ten times the assets, a hundred
//! times the rules, more threads, and a cold start.
//!
//! `CHANGEGATE_BENCH_ASSETS` says how many assets (100,000 if it is not set); the steps and the rules are measured over a tenth of them. Steps are
//! criterion's. Whole processes run in turns, [`ROUNDS`] times, each first in another round; times are medians, ratios the medians of the rounds'
//! ratios. What else the machine does slows both sides of a ratio, and is said by its load.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads files, its settings and the clock, and ends where something is missing"
)]

mod generate;
mod rules;

use std::fs;
use std::hint::black_box;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant as Clock;

use changegate::check::NoLoader;
use changegate::report::{Format, json};
use changegate::time::{Instant, parse_instant};
use changegate::{Asset, DecideOptions, Decision, Engine, Facts, Policy, decide};
use criterion::{Criterion, SamplingMode, Throughput};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many assets an engine is asked about, one after the other.
const TURNS: u64 = 500;

/// Rounds of whole processes.
const ROUNDS: usize = 7;
const NOW: &str = "2026-11-20T21:30:00Z";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join("benches/workload").join(name)).expect(name)
}

/// The assets as records of the vocabulary, which need no mapping.
fn records(assets: u64) -> Vec<u8> {
    let mut inventory = Vec::new();
    generate::write_assets(&mut inventory, assets).expect("a vector takes all");
    let inventory = String::from_utf8(inventory).expect("a text");
    inventory.replace("\"eol_date\"", "\"eol\"").replace("\"disk_free_pct\"", "\"disk_free\"").into_bytes()
}

fn read(policy: &Policy, now: Instant, inventory: &[u8], change: &[u8]) -> Facts {
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("assets.ndjson", inventory);
    builder.add_changes("change.json", change);
    let (facts, problems) = builder.finish();
    assert_eq!(problems.error_count, 0, "the workload can be read");
    facts
}

fn steps(criterion: &mut Criterion, assets: u64) {
    let files = vec![("workload.gate".to_owned(), Arc::from(text("policy/workload.gate")))];
    let policy = Policy::load(files, &mut NoLoader).0.expect("the policy checks");
    let now = parse_instant(NOW).expect("a time");
    let (change, options) = (text("change.json").into_bytes(), DecideOptions::default());
    let write = |outcome: &changegate::Outcome| {
        let decisions: Vec<&Decision> = outcome.decisions.iter().collect();
        json::decisions(&mut io::sink(), &decisions, &outcome.summaries, Format::Ndjson).expect("a sink takes all");
    };
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("one thread");
    let inventory = records(assets);
    let facts = read(&policy, now, &inventory, &change);
    let outcome = decide(&policy, &facts, now, &options);
    let mut group = criterion.benchmark_group(format!("workload/{assets}"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(assets));
    group.bench_function("read", |b| b.iter_with_large_drop(|| read(&policy, now, black_box(&inventory), &change)));
    group.bench_function("decide", |b| b.iter_with_large_drop(|| decide(&policy, &facts, now, &options)));
    group.bench_function("write", |b| b.iter(|| write(&outcome)));
    group.finish();

    one(criterion, &policy, now, &change);
}

/// One decision by an engine that is warm, of assets in turns.
fn one(criterion: &mut Criterion, policy: &Policy, now: Instant, change: &[u8]) {
    let inventory = records(TURNS);
    let lines: Vec<&[u8]> = inventory.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let mut beside = policy.facts_builder(now, None);
    beside.add_changes("change.json", change);
    let Ok(engine) = Engine::new(policy, beside) else { panic!("the workload decides each asset by itself") };
    let assets: Vec<Asset> = lines.iter().map(|line| engine.read(line)).collect();
    let mut group = criterion.benchmark_group("workload/one");
    let (mut asset, mut line) = (assets.iter().cycle(), lines.iter().cycle());
    group.bench_function("from facts", |b| b.iter(|| asset.next().map(|asset| engine.decide(black_box(asset)))));
    group.bench_function("from json", |b| {
        b.iter(|| line.next().map(|line| engine.decide(&engine.read(black_box(line)))))
    });
    group.finish();
}

/// Folders with a project each, taken away in the end.
struct Projects(PathBuf);

impl Projects {
    /// The workload with so many assets.
    fn make(&self, assets: u64, policy: &str) -> PathBuf {
        let folder = self.0.join(format!("{assets}-{}", policy.len()));
        fs::create_dir_all(&folder).expect("a folder");
        for name in ["changegate.toml", "change.json"] {
            fs::write(folder.join(name), text(name)).expect(name);
        }
        fs::write(folder.join("policy"), policy).expect("the policy");
        let mut out = BufWriter::new(fs::File::create(folder.join("assets.ndjson")).expect("a file"));
        generate::write_assets(&mut out, assets).and_then(|()| out.flush()).expect("the inventory");
        folder
    }
}

impl Drop for Projects {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The seconds of one run of the program.
fn process(folder: &Path, arguments: &[&str]) -> f64 {
    let mut program = Command::new(env!("CARGO_BIN_EXE_changegate"));
    program.current_dir(folder).args(["check", "--now", NOW, "--format", "ndjson"]).args(arguments);
    let clock = Clock::now();
    let status = program.stdout(Stdio::null()).status().expect("the program");
    assert!(matches!(status.code(), Some(0 | 1)), "the program ended with {status}");
    clock.elapsed().as_secs_f64()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    *values.get(values.len() / 2).expect("a round")
}

/// Runs each in turns, and prints its time and how it compares with the first.
fn race(title: &str, runs: &[(String, &dyn Fn() -> f64)]) {
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    for round in 0..ROUNDS {
        let mut seconds = vec![0.0; runs.len()];
        for at in 0..runs.len() {
            let turn = (at + round) % runs.len();
            if let (Some((_, run)), Some(place)) = (runs.get(turn), seconds.get_mut(turn)) {
                *place = run();
            }
        }
        rounds.push(seconds);
    }
    println!("\n{title}");
    for (at, (name, _)) in runs.iter().enumerate() {
        let seconds = median(rounds.iter().filter_map(|round| round.get(at)).copied());
        let ratio = median(rounds.iter().filter_map(|round| Some(round.get(at)? / round.first()?)));
        println!("  {name:<16} {seconds:9.4} s   {ratio:7.3} of the first");
    }
}

fn processes(assets: u64) {
    let projects = Projects(std::env::temp_dir().join(format!("changegate-workload-{}", std::process::id())));
    let policy = text("policy/workload.gate");
    let (few, many) = (projects.make(assets / 10, &policy), projects.make(assets, &policy));
    let more_rules = projects.make(assets / 10, &rules::hundredfold(&policy));
    let one = |folder: &Path| process(folder, &["--threads", "1"]);
    race(
        "ten times the assets, one thread",
        &[(format!("{} assets", assets / 10), &|| one(&few)), (format!("{assets} assets"), &|| one(&many))],
    );
    race(
        &format!("{assets} assets"),
        &[
            ("1 thread".to_owned(), &|| one(&many)),
            ("2 threads".to_owned(), &|| process(&many, &["--threads", "2"])),
            ("8 threads".to_owned(), &|| process(&many, &["--threads", "8"])),
        ],
    );
    race(
        &format!("{} assets, one thread", assets / 10),
        &[("34 rules".to_owned(), &|| one(&few)), ("3,400 rules".to_owned(), &|| one(&more_rules))],
    );
    let acme = root().join("examples/acme/policy");
    let alone = root().join("benches/blow_up/assets.ndjson");
    let record = fs::read_to_string(alone).expect("the example's inventory");
    fs::write(projects.0.join("one.ndjson"), record.lines().next().expect("an asset")).expect("a file");
    let change = r#"{"id":"CHG1","model":"agent-update","assets":{"where":"true"},"fixes":[]}"#;
    fs::write(projects.0.join("one.json"), change).expect("a file");
    let acme = acme.to_str().expect("a path");
    let cold = || process(&projects.0, &["--policy", acme, "--inventory", "one.ndjson", "--change", "one.json"]);
    race("a cold start: the policy of the example, one change, one asset", &[("a process".to_owned(), &cold)]);
}

fn load() -> String {
    fs::read_to_string("/proc/loadavg").map_or_else(|_| "not known".to_owned(), |text| text.trim().to_owned())
}

fn main() {
    let assets: u64 = std::env::var("CHANGEGATE_BENCH_ASSETS")
        .map_or(100_000, |text| text.parse().expect("CHANGEGATE_BENCH_ASSETS is a number"));
    println!("load: {}", load());
    let mut criterion = Criterion::default().configure_from_args();
    steps(&mut criterion, assets / 10);
    criterion.final_summary();
    processes(assets);
    println!("\nload: {}", load());
}
