//! What time costs: a thousand blackouts beside one, over many assets in fifty zones; and when a change over 10,000 assets may go.
//!
//! `CHANGEGATE_BENCH_ASSETS` says how many assets (100,000 if it is not set). Each figure is the best of several runs; the last lines are the
//! ratio of a whole run (read, decide, write) with 1,000 blackouts to one with a single blackout, and the seconds of `when`.

#![allow(
    clippy::expect_used,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads its settings and the clock, and ends where something is missing"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::time::Instant as Clock;

use changegate::check::NoLoader;
use changegate::report::{Format, json};
use changegate::time::{Duration, Instant, parse_duration, parse_instant, zone_names};
use changegate::{DecideOptions, Decision, Policy, decide, when};

/// How many zones the assets are in.
const ZONES: usize = 50;
/// The runs of which the best counts.
const RUNS: usize = 3;

/// Fifty zones all over the world.
fn zones() -> Vec<String> {
    let all: Vec<String> = zone_names().map(|name| name.to_string()).filter(|name| name.contains('/')).collect();
    let step = (all.len() / ZONES).max(1);
    all.into_iter().step_by(step).take(ZONES).collect()
}

fn inventory(assets: usize) -> Vec<u8> {
    let zones = zones();
    let mut text = String::new();
    for n in 0..assets {
        let zone = zones.get(n % zones.len()).expect("a zone");
        let (unit, tier) = (n % 97, n % 4 + 1);
        writeln!(
            text,
            r#"{{"id":"host-{n:07}","kind":"server","environment":"prod","tier":{tier},"business_unit":"unit-{unit}","timezone":"{zone}","region":"r{}","tags":["t{}"],"os":{{"family":"linux","eol":"none"}},"findings":[]}}"#,
            n % 11,
            n % 7,
        )
        .expect("a text");
    }
    text.into_bytes()
}

/// A policy with that many blackouts, of every kind; the first concerns the change of the benchmark in some zones.
fn policy(blackouts: usize) -> Policy {
    let mut text = String::from("policy bench { timezone \"UTC\" }\nrule eol { forbid asset.os.eol < now }\n");
    text.push_str("blackout trading { every weekday 09:30 to 16:00 in asset.timezone for asset.tier <= 2 }\n");
    let days = ["monday", "tuesday", "friday", "saturday", "sunday"];
    for n in 1..blackouts {
        let (day, hour, unit) = (days.get(n % 5).expect("a day"), n % 20, n % 97);
        let (month, date) = (n % 12 + 1, n % 28 + 1);
        let when = match n % 5 {
            0 => format!("every {day} {hour:02}:15 to {:02}:45 in asset.timezone", hour + 2),
            1 => format!("from 2027-{month:02}-{date:02}T18:00 to 2027-{month:02}-{date:02}T23:00 in asset.timezone"),
            2 => format!("every month on last 2 business days {hour:02}:00 to {:02}:30 in asset.timezone", hour + 1),
            3 => format!("every year on day {date} in asset.timezone"),
            _ => format!("rrule \"FREQ=MONTHLY;BYDAY=2TU;BYHOUR={hour}\" lasting 3h in asset.timezone"),
        };
        let scope = if n % 3 == 0 { String::new() } else { format!(" for asset.business_unit == \"unit-{unit}\"") };
        writeln!(text, "blackout b{n} {{ {when}{scope} }}").expect("a text");
    }
    let (policy, diagnostics, _) = Policy::load(vec![("bench.gate".to_owned(), Arc::from(text))], &mut NoLoader);
    policy.unwrap_or_else(|| {
        eprintln!("the policy does not check: {:#?}", diagnostics.first());
        std::process::exit(2)
    })
}

const CHANGE: &[u8] = br#"{"id":"CHG1","assets":{"where":"asset.environment == prod"},"start":"2026-12-16T15:00:00Z","end":"2026-12-16T16:00:00Z","started_at":"none","fixes":[]}"#;

/// Reads, decides and writes everything; returns the seconds of each.
fn run(policy: &Policy, now: Instant, inventory: &[u8]) -> [f64; 3] {
    let clock = Clock::now();
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("inventory.ndjson", inventory);
    builder.add_changes("change.json", CHANGE);
    let (facts, _) = builder.finish();
    let read = clock.elapsed().as_secs_f64();
    let outcome = decide(policy, &facts, now, &DecideOptions::default());
    let decided = clock.elapsed().as_secs_f64();
    let decisions: Vec<&Decision> = outcome.decisions.iter().collect();
    json::decisions(&mut io::sink(), &decisions, &outcome.summaries, Format::Ndjson).expect("a sink takes all");
    let written = clock.elapsed().as_secs_f64();
    black_box(outcome);
    [read, decided - read, written - decided]
}

fn best(policy: &Policy, now: Instant, inventory: &[u8]) -> [f64; 3] {
    let mut best = run(policy, now, inventory);
    for _ in 1..RUNS {
        let next = run(policy, now, inventory);
        best.iter_mut().zip(next).for_each(|(best, next)| *best = best.min(next));
    }
    best
}

/// The seconds that it takes to say when a change over that many assets may go.
fn when_takes(policy: &Policy, now: Instant, assets: usize) -> f64 {
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("inventory.ndjson", &inventory(assets));
    builder.add_changes("change.json", CHANGE);
    let (facts, _) = builder.finish();
    let horizon: Duration = parse_duration("400d").expect("a length");
    let one = || {
        let clock = Clock::now();
        black_box(when(policy, &facts, now, ("CHG1", None), horizon, &DecideOptions::default()));
        clock.elapsed().as_secs_f64()
    };
    (0..RUNS).map(|_| one()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let assets: usize = std::env::var("CHANGEGATE_BENCH_ASSETS")
        .map_or(100_000, |text| text.parse().expect("CHANGEGATE_BENCH_ASSETS is a number"));
    let now = parse_instant("2026-12-15T12:00:00Z").expect("a time");
    let inventory = inventory(assets);
    let mut whole = [0.0, 0.0];
    for (whole, blackouts) in whole.iter_mut().zip([1, 1_000]) {
        let [read, decide, write] = best(&policy(blackouts), now, &inventory);
        *whole = read + decide + write;
        println!("{assets} assets, {blackouts} blackouts: read {read:.3} s, decide {decide:.3} s, write {write:.3} s");
    }
    let [one, thousand] = whole;
    println!("a whole run with 1,000 blackouts to one with 1: {:.3}", thousand / one);
    for blackouts in [1, 1_000] {
        let seconds = when_takes(&policy(blackouts), now, 10_000);
        println!("when over 10,000 assets with {blackouts} blackouts: {seconds:.3} s");
    }
}
