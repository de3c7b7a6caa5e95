//! What plugins cost: loading, calls from a fresh state, threads, remembered answers, and the limits, beside native Rust that does the same work.
//!
//! The plugin is `wasm-plugins/licence.wasm`, its question `allowed(tags, start)` with three tags. The loop for the limits is a call of 100,000
//! steps of ten instructions on numbers alone, none of which waits for the step before: there counting fuel and looking at the guard cost most.
//! `CHANGEGATE_BENCH_LARGE` may name a large component, such as the one in Python,
//! to be compiled and loaded as well. All figures are medians of rounds in turns.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads its settings and the clock, and ends where something is missing"
)]

#[path = "../src/plugin/tests/guest.rs"]
#[allow(dead_code, clippy::panic, clippy::unwrap_used, reason = "a test's own")]
mod guest;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use changegate::check::plugin::{Limits, Value};
use changegate::plugin::{Cache, Host, HostOptions, Memo, Metered, Module};

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 9;

/// Median seconds of some rounds.
fn median(mut round: impl FnMut() -> f64) -> f64 {
    let mut seconds: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[ROUNDS / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

fn host(metered: Metered, cache: Option<Arc<Cache>>) -> Host {
    Host::new(HostOptions { metered, cache, ..HostOptions::default() }).expect("a host")
}

const BOTH: Metered = Metered { fuel: true, guard: true };

fn inputs(n: usize) -> Vec<Value> {
    let tag = |text: String| Value::Text(text.into());
    let mut tags = vec![
        tag(format!("application-{}", n % 977)),
        tag(format!("licence-oracle-until-{}-{:02}-{:02}", 2027 + n % 7, n % 12 + 1, n % 28 + 1)),
        tag("zone-red".to_owned()),
    ];
    tags.sort();
    vec![Value::List(tags), Value::Time(1_795_000_000_000_000 + i64::try_from(n).expect("a small number") * 1_000_000)]
}

/// The same as the plugin's check, in Rust.
fn native(inputs: &[Value]) -> Option<bool> {
    let [Value::List(tags), Value::Time(start)] = inputs else { return None };
    let today = start.div_euclid(86_400_000_000);
    let mut allowed = true;
    for tag in tags {
        let Value::Text(tag) = tag else { return None };
        let Some((_, end)) = tag.strip_prefix("licence-").and_then(|rest| rest.split_once("-until-")) else { continue };
        let mut parts = end.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        allowed &= changegate::time::Date::from_ymd(year, month, day)?.days() >= today;
    }
    Some(allowed)
}

fn loading(name: &str, bytes: &[u8]) {
    let folder = std::env::temp_dir().join(format!("changegate-bench-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let cache = || Arc::new(Cache::new(&folder.join("code"), &folder.join("cache.key")).expect("a cache"));
    let rounds = if bytes.len() > 1 << 20 { 1 } else { ROUNDS };
    let mut compile: Vec<f64> = (0..rounds)
        .map(|_| {
            let host = host(BOTH, None);
            timed(|| host.load(bytes).expect("a module"))
        })
        .collect();
    compile.sort_by(f64::total_cmp);
    host(BOTH, Some(cache())).load(bytes).expect("a module");
    let stored = host(BOTH, Some(cache()));
    let load = median(|| timed(|| assert!(stored.load(bytes).expect("a module").from_cache())));
    let digest = median(|| timed(|| changegate::plugin::digest(bytes)));
    println!(
        "{name} ({} KB): compiled {:.1} ms; from the cache {:.3} ms, of which its digest {:.3} ms",
        bytes.len() / 1000,
        compile[rounds / 2] * 1e3,
        load * 1e3,
        digest * 1e3
    );
    let _ = std::fs::remove_dir_all(&folder);
}

fn calls(module: &Module) {
    const CALLS: usize = 20_000;
    let check =
        module.described().checks.iter().position(|check| check.signature.name == "allowed").expect("the check");
    let questions: Vec<Vec<Value>> = (0..CALLS).map(inputs).collect();
    let fresh = median(|| {
        timed(|| {
            questions.iter().for_each(|inputs| {
                black_box(module.ask(check, inputs, Limits::DEFAULT)).expect("an answer");
            })
        })
    });
    println!("a call of `licence.allowed` from a fresh state: {:.2} µs", fresh / CALLS as f64 * 1e6);
    let least = guest::guest(
        &[guest::Check { signature: "go(n: int) -> bool", export: "go", ty: "(func (param \"n\" s64) (result bool))" }],
        "(func (export \"go\") (param i64) (result i32) (i32.const 1))",
    );
    let least = host(BOTH, None).load(&least).expect("a module");
    let fresh = median(|| {
        timed(|| {
            (0..CALLS as i64).for_each(|n| {
                black_box(least.ask(0, &[Value::Int(n)], Limits::DEFAULT)).expect("an answer");
            })
        })
    });
    println!("a call of what does nothing from a fresh state: {:.2} µs", fresh / CALLS as f64 * 1e6);
    let rust = median(|| {
        timed(|| {
            questions.iter().for_each(|inputs| {
                black_box(native(black_box(inputs))).expect("an answer");
            })
        })
    });
    println!("the same in native Rust: {:.3} µs", rust / CALLS as f64 * 1e6);
    for threads in [1, 2] {
        let seconds = median(|| {
            let memo = Memo::new(module.clone(), Limits::DEFAULT);
            timed(|| {
                std::thread::scope(|scope| {
                    for part in questions.chunks(CALLS.div_ceil(threads)) {
                        let memo = &memo;
                        scope.spawn(move || {
                            part.iter().for_each(|inputs| {
                                black_box(memo.ask(check, inputs));
                            })
                        });
                    }
                });
            })
        });
        println!(
            "distinct inputs, {threads} thread{}: {:.0} a second",
            if threads == 1 { "" } else { "s" },
            CALLS as f64 / seconds
        );
    }
    let memo = Memo::new(module.clone(), Limits::DEFAULT);
    let few = &questions[..1_000];
    few.iter().for_each(|inputs| {
        black_box(memo.ask(check, inputs));
    });
    let seconds = median(|| {
        timed(|| {
            (0..200).for_each(|_| {
                few.iter().for_each(|inputs| {
                    black_box(memo.ask(check, black_box(inputs)));
                })
            })
        })
    });
    println!("a remembered answer: {:.0} ns", seconds / 200_000.0 * 1e9);
    let one = [few[0][1].clone()];
    let seconds = median(|| {
        timed(|| {
            (0..200_000).for_each(|_| {
                black_box(memo.ask(99, black_box(&one)));
            })
        })
    });
    println!("a remembered answer to a single number: {:.0} ns", seconds / 200_000.0 * 1e9);
}

/// How many of the first numbers have an odd half of a product: no step waits for the one before.
fn steps(n: i64) -> i64 {
    (0..n).fold(0_i64, |x, n| x + ((n.wrapping_mul(6_364_136_223_846_793_005) >> 32) & 1))
}

fn limits() {
    const STEPS: i64 = 100_000;
    const CALLS: u32 = 200;
    let all = STEPS as f64 * f64::from(CALLS);
    let again = |call: &dyn Fn()| (0..CALLS).for_each(|_| call());
    let body = "(func (export \"go\") (param $n i64) (result i64) (local $x i64) (local $i i64)
        (loop $again
          (local.set $x (i64.add (local.get $x)
            (i64.and (i64.shr_s (i64.mul (local.get $i) (i64.const 6364136223846793005)) (i64.const 32)) (i64.const 1))))
          (local.set $i (i64.add (local.get $i) (i64.const 1)))
          (br_if $again (i64.lt_s (local.get $i) (local.get $n))))
        (local.get $x))";
    let bytes = guest::guest(
        &[guest::Check { signature: "go(n: int) -> int", export: "go", ty: "(func (param \"n\" s64) (result s64))" }],
        body,
    );
    let rust = median(|| timed(|| again(&|| assert_ne!(steps(black_box(STEPS)), 0))));
    println!("a loop of {STEPS} steps in native Rust: {:.2} ns a step", rust / all * 1e9);
    for (what, metered) in [
        ("no limits", Metered { fuel: false, guard: false }),
        ("the guard alone", Metered { fuel: false, guard: true }),
        ("fuel alone", Metered { fuel: true, guard: false }),
        ("fuel and guard, as always", BOTH),
    ] {
        let module = host(metered, None).load(&bytes).expect("a module");
        let call = || assert_eq!(module.ask(0, &[Value::Int(STEPS)], Limits::MOST), Ok(Value::Int(steps_known(STEPS))));
        let seconds = median(|| timed(|| again(&call)));
        println!(
            "the loop in a plugin, {what}: {:.2} ns a step, {:.2} times native",
            seconds / all * 1e9,
            seconds / rust
        );
    }
}

/// Once is enough.
fn steps_known(n: i64) -> i64 {
    static KNOWN: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
    *KNOWN.get_or_init(|| steps(n))
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let licence = std::fs::read(root.join("wasm-plugins/licence.wasm")).expect("the licence plugin");
    loading("licence.wasm", &licence);
    if let Some(large) = std::env::var_os("CHANGEGATE_BENCH_LARGE") {
        loading(&large.to_string_lossy(), &std::fs::read(&large).expect("the large component"));
    }
    calls(&host(BOTH, None).load(&licence).expect("a module"));
    limits();
}
