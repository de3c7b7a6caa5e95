//! Runs the laws over many cases, on several threads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::case::Case;
use crate::engine::{self, Input};
use crate::laws::{agree, deletion, format, order, suffice};
use crate::oracle::World;
use crate::rng::Rng;
use crate::shrink::shrink;

/// Cases whose policy has an arm that is never reached.
static SKIPPED: AtomicU64 = AtomicU64::new(0);

pub const SEED: u64 = 20_261_122;

/// A number from the environment.
pub fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(usual)
}

/// A case by its number; every fourth is large.
pub fn case(seed: u64, number: u64) -> Case {
    crate::r#gen::case(Rng::of_case(seed, number), 1 + (number % 4) as usize)
}

/// A law that does not hold.
pub struct Broken {
    pub law: String,
    pub why: String,
}

/// Everything that is asked of one case; or, where `only` names a law, that law and what comes before it.
pub fn broken(case: &Case, seed: u64, number: u64, only: Option<&str>) -> Option<Broken> {
    let of = |law: &'static str| move |why: String| Broken { law: law.to_owned(), why };
    let input = Input::of(case, number % 5);
    let policy = match engine::load(&input.files) {
        Ok(policy) => policy,
        // Whether an arm can be reached is more than the generator tells.
        Err(why) if why.lines().all(|line| line.starts_with("this arm is never reached")) => {
            SKIPPED.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Err(why) => return Some(of("a random policy checks")(why)),
    };
    let answer = match engine::answer_with(&policy, &input, None) {
        Ok(answer) => answer,
        Err(why) => return Some(of("the engine answers")(why)),
    };
    let oracle = match catch_unwind(AssertUnwindSafe(|| World::new(case, None).decide())) {
        Ok(rows) => rows,
        Err(_) => return Some(of("the oracle answers")("it panicked".to_owned())),
    };
    if let Some((what, why)) = agree::differ(&answer.rows, &oracle) {
        return Some(Broken { law: format!("engine = oracle ({what})"), why });
    }
    if only.is_some_and(|law| law.starts_with("engine = oracle")) {
        return None;
    }
    if let Some(change) =
        case.facts.changes.iter().find(|c| !answer.rows.iter().any(|r| Some(r.change.as_str()) == c["id"].as_str()))
    {
        return Some(of("Total")(format!("{} has no row", change["id"])));
    }
    let mut rng = Rng::of_case(seed ^ 1, number);
    for _ in 0..2 {
        let mut other = case.clone();
        let mut what = Vec::new();
        for _ in 0..1 + rng.below(2) {
            what.extend(deletion::delete(&mut other, &mut rng));
        }
        if what.is_empty() {
            continue;
        }
        let after = match engine::answer_with(&policy, &Input { files: Vec::new(), ..Input::of(&other, 0) }, None) {
            Ok(after) => after,
            Err(why) => return Some(of("the engine answers")(format!("without {what:?}: {why}"))),
        };
        if let Some(why) = deletion::weaker(&case.policy, &case.now_text(), &answer.rows, &after.rows) {
            return Some(of("U1 U2 U3")(format!("without {what:?}: {why}")));
        }
    }
    if only == Some("U1 U2 U3") {
        return None;
    }
    let which = number % 4;
    match which {
        0 => order::order(case, &answer, &mut rng).map(of("Order")),
        1 => order::same_bytes(&policy, &input, &answer).map(of("Same bytes")),
        2 => suffice::suffice(case, &answer, &mut rng).map(of("Reasons suffice")),
        _ => format::format_laws(&input, &answer, &mut rng).map(of("fmt")),
    }
}

/// Runs all cases and says what it found.
pub fn all() {
    let seed = number("CHANGEGATE_LAW_SEED", SEED);
    let only = std::env::var("CHANGEGATE_LAW_ONLY").ok().and_then(|n| n.parse::<u64>().ok());
    let first = only.unwrap_or_else(|| number("CHANGEGATE_LAW_FIRST", 0));
    let cases = if only.is_some() { 1 } else { number("CHANGEGATE_LAW_CASES", 200) };
    let keep_going = std::env::var("CHANGEGATE_LAW_KEEP_GOING").is_ok();
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(number("CHANGEGATE_LAW_THREADS", 64) as usize);
    let next = AtomicU64::new(first);
    let found: Mutex<BTreeMap<String, (u64, u64, String)>> = Mutex::default();
    let started = Instant::now();
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= first + cases {
                        return;
                    }
                    let Some(wrong) = broken(&case(seed, n), seed, n, None) else { continue };
                    let mut found = found.lock().expect("no thread panics with it");
                    let entry = found.entry(wrong.law).or_insert_with(|| (0, n, wrong.why.clone()));
                    entry.0 += 1;
                    if n < entry.1 {
                        (entry.1, entry.2) = (n, wrong.why);
                    }
                    if !keep_going {
                        next.store(first + cases, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let _ = std::panic::take_hook();
    let found = found.into_inner().expect("no thread panics with it");
    println!(
        "laws: {cases} cases from {first}, seed {seed}, {threads} threads, {:.1} s",
        started.elapsed().as_secs_f64()
    );
    if found.is_empty() {
        return;
    }
    let mut report = String::new();
    for (law, (times, n, why)) in &found {
        let smaller = shrink(&case(seed, *n), &|c| {
            broken(c, seed, *n, Some(law))
                .is_some_and(|b| b.law == *law && (law != "a random policy checks" || b.why == *why))
        });
        let again = broken(&smaller, seed, *n, Some(law)).map_or_else(|| why.clone(), |b| b.why);
        report.push_str(&format!(
            "##### {law}: {times} times, first in case {n} of seed {seed} (CHANGEGATE_LAW_SEED={seed} CHANGEGATE_LAW_ONLY={n})\n{again}\n--- made smaller\n{}\n",
            smaller.show()
        ));
    }
    panic!("{report}");
}
