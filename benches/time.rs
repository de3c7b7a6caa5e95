//! What time costs: a thousand blackouts beside one, over many assets in fifty zones; and when a change over 10,000 assets may go.
//!
//! The assets are in 50 zones, 97 business units and 4 tiers, so that 9,700 of them differ in what blackouts read. One change touches all of
//! them, for an hour of a Wednesday; both policies stop it by trading hours in each asset's zone. The policy of 1,000 adds 999 blackouts in the
//! asset's zone: fixed days, weekly, monthly by business days, yearly and by a rule of RFC 5545. Two in three are for one business unit, as a
//! team's own freeze is, the others for everybody. 20 of them are on at the change's own time, each for one unit. All others are at other times,
//! and many of these lie between the change's own time and the first at which it may go, which is worked out for every asset and for all.
//!
//! A blackout that stops an asset is a reason of its decision, with what that costs to make, sort and print, however few blackouts there are.
//! That cost is measured by itself, by 10 blackouts that stop every asset.
//!
//! `CHANGEGATE_BENCH_ASSETS` says how many assets (100,000 if it is not set). Each round runs one policy after the other, each in a process of
//! its own, as people run it, and each first in every second round. All figures are medians, that of the ratio of whole runs (read, decide, write)
//! the median of the rounds' ratios. The last lines are the seconds of `when`, of the best of as many runs.

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
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant as Clock;

use changegate::check::NoLoader;
use changegate::report::{Format, json};
use changegate::time::{Duration, Instant, parse_duration, parse_instant, zone_names};
use changegate::{DecideOptions, Decision, Policy, decide, when};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many zones the assets are in.
const ZONES: usize = 50;
/// Rounds.
const RUNS: usize = 12;
/// Set for a process that runs one policy once: which.
const ONE: &str = "CHANGEGATE_BENCH_POLICY";

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

/// Which blackouts there are beside the trading hours.
#[derive(Clone, Copy)]
enum Beside {
    /// None.
    Nothing,
    /// 999, of which 20 are on at the change's own time.
    Others,
    /// 10 that stop every asset.
    Reasons,
}

fn policy(beside: Beside) -> Policy {
    let mut text = String::from(
        "policy bench { timezone \"UTC\" }\nrule eol { forbid asset.os.eol < now }\nrule unit { forbid asset.business_unit == \"closed\" }\n",
    );
    text.push_str("blackout trading { every weekday 09:30 to 16:00 in asset.timezone for asset.tier <= 2 }\n");
    match beside {
        Beside::Nothing => {}
        Beside::Others => (1..1_000).for_each(|n| other(&mut text, n)),
        Beside::Reasons => (0..10).for_each(|n| {
            writeln!(text, "blackout r{n} {{ from 2026-12-{:02} to 2026-12-18 in asset.timezone }}", n + 5)
                .expect("a text");
        }),
    }
    let (policy, diagnostics, _) = Policy::load(vec![("bench.gate".to_owned(), Arc::from(text))], &mut NoLoader);
    policy.unwrap_or_else(|| {
        eprintln!("the policy does not check: {:#?}", diagnostics.first());
        std::process::exit(2)
    })
}

fn other(text: &mut String, n: usize) {
    let days = ["monday", "tuesday", "friday", "saturday", "sunday"];
    let (day, hour, unit) = (days.get(n / 5 % 5).expect("a day"), n % 20, n % 97);
    let (month, date) = (n % 12 + 1, n % 28 + 1);
    let on = n % 50 == 7;
    let times = match n % 5 {
        _ if on => format!("from 2026-12-{:02}T18:00 to 2026-12-{}T06:00 in asset.timezone", n % 9 + 5, n % 6 + 18),
        0 => format!("every {day} {hour:02}:15 to {:02}:45 in asset.timezone", hour + 2),
        1 => format!("from 2027-{month:02}-{date:02}T18:00 to 2027-{month:02}-{date:02}T23:00 in asset.timezone"),
        2 => format!("every month on last 2 business days {hour:02}:00 to {:02}:30 in asset.timezone", hour + 1),
        3 => format!("every year on day {date} in asset.timezone"),
        _ => format!("rrule \"FREQ=MONTHLY;BYDAY=2TU;BYHOUR={hour}\" lasting 3h in asset.timezone"),
    };
    let scope =
        if n.is_multiple_of(3) && !on { String::new() } else { format!(" for asset.business_unit == \"unit-{unit}\"") };
    writeln!(text, "blackout b{n} {{ {times}{scope} }}").expect("a text");
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

/// The one in the middle, or the mean of the two in the middle.
fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    let (low, high) = ((all.len() - 1) / 2, all.len() / 2);
    f64::midpoint(*all.get(low).expect("a round"), *all.get(high).expect("a round"))
}

/// The seconds of one run in a process of its own.
fn in_a_process(which: usize) -> [f64; 3] {
    let own = std::env::current_exe().expect("the benchmark's own file");
    let ran = Command::new(own).env(ONE, which.to_string()).stderr(Stdio::inherit()).output().expect("a process");
    let printed = String::from_utf8(ran.stdout).expect("a text");
    let seconds: Vec<f64> = printed.split_whitespace().map(|part| part.parse().expect("seconds")).collect();
    seconds.try_into().expect("three parts")
}

fn main() {
    let assets: usize = std::env::var("CHANGEGATE_BENCH_ASSETS")
        .map_or(100_000, |text| text.parse().expect("CHANGEGATE_BENCH_ASSETS is a number"));
    let now = parse_instant("2026-12-15T12:00:00Z").expect("a time");
    let policies =
        [(Beside::Nothing, "1 blackout"), (Beside::Others, "1,000 blackouts"), (Beside::Reasons, "10 reasons more")];
    if let Ok(which) = std::env::var(ONE) {
        let (beside, _) = policies.get(which.parse::<usize>().expect("a number")).expect("a policy");
        let [read, decided, written] = run(&policy(*beside), now, &inventory(assets));
        println!("{read} {decided} {written}");
        return;
    }
    // What ran before leaves the machine's memory in one state or another: each policy goes first as often as the other.
    let round = |n: usize| {
        if n.is_multiple_of(2) {
            return [0, 1].map(in_a_process);
        }
        let [thousand, one] = [1, 0].map(in_a_process);
        [one, thousand]
    };
    let rounds: Vec<[[f64; 3]; 2]> = (0..RUNS).map(round).collect();
    let reasons: Vec<[[f64; 3]; 2]> = (0..RUNS / 4).map(|_| [0, 2].map(in_a_process)).collect();
    let ran = [(&rounds, 0), (&rounds, 1), (&reasons, 1)];
    for ((rounds, at), (_, name)) in ran.iter().zip(&policies) {
        let part = |part: usize| median(rounds.iter().filter_map(|round| round.get(*at)?.get(part)).copied());
        println!("{assets} assets, {name}: read {:.3} s, decide {:.3} s, write {:.3} s", part(0), part(1), part(2));
    }
    let whole = |round: &[[f64; 3]; 2]| round.map(|parts| parts.iter().sum::<f64>());
    let ratio = |[one, thousand]: [f64; 2]| thousand / one;
    println!("a whole run with 1,000 blackouts to one with 1: {:.3}", median(rounds.iter().map(whole).map(ratio)));
    let more = f64::from(u32::try_from(assets).expect("so many assets")) * 10.0;
    let each = |[one, ten]: [f64; 2]| (ten - one) / more * 1e6;
    println!("one reason more for one asset: {:.2} µs", median(reasons.iter().map(whole).map(each)));
    for (beside, name) in policies.iter().take(2) {
        println!("when over 10,000 assets with {name}: {:.3} s", when_takes(&policy(*beside), now, 10_000));
    }
}
