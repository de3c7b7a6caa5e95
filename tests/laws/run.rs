//! Runs the laws over many cases, on several threads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use changegate::Policy;

use crate::case::Case;
use crate::engine::{self, Answer, Input};
use crate::laws::{agree, alone, deletion, format, lacks, not_before, order, passed_over, portions, suffice};
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

/// What cases are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Anything,
    /// Time above all.
    Times,
}

/// A case about time by its number.
pub fn case_of_times(seed: u64, number: u64) -> Case {
    crate::r#gen::case(Rng::of_case(seed ^ 3, number), 1 + (number % 4) as usize, number / 4 % 2 == 1, true)
}

/// A case by its number; every fourth is large.
pub fn case(seed: u64, number: u64) -> Case {
    // The facts of four in eight are about people and duties too.
    crate::r#gen::case(Rng::of_case(seed, number), 1 + (number % 4) as usize, number / 4 % 2 == 1, false)
}

/// Where the time goes: what is done, and for how many nanoseconds.
static SPENT: [(&str, AtomicU64); 13] = [
    ("cases", AtomicU64::new(0)),
    ("policies", AtomicU64::new(0)),
    ("engine", AtomicU64::new(0)),
    ("oracle", AtomicU64::new(0)),
    ("deletions", AtomicU64::new(0)),
    ("order", AtomicU64::new(0)),
    ("among many", AtomicU64::new(0)),
    ("bytes", AtomicU64::new(0)),
    ("portions", AtomicU64::new(0)),
    ("reasons", AtomicU64::new(0)),
    ("fmt", AtomicU64::new(0)),
    ("not before", AtomicU64::new(0)),
    ("moved", AtomicU64::new(0)),
];

/// Does it, and notes how long it took.
fn timed<T>(what: &str, f: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = f();
    if let Some((_, spent)) = SPENT.iter().find(|(name, _)| *name == what) {
        spent.fetch_add(u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
    done
}

/// What a panic of the laws themselves is called.
const CANNOT_BE_TRIED: &str = "the laws can be tried";

/// A law that does not hold.
pub struct Broken {
    pub law: String,
    pub why: String,
}

fn of(law: &'static str) -> impl Fn(String) -> Broken {
    move |why| Broken { law: law.to_owned(), why }
}

/// What a policy may be refused for.
fn is_skipped(line: &str) -> bool {
    ["this arm is never reached", "this rule never happens"].iter().any(|why| line.starts_with(why))
}

/// Everything that is asked of one case; or, where `only` names a law, that law and what comes before it.
pub fn broken(case: &Case, seed: u64, number: u64, only: Option<&str>) -> Option<Broken> {
    let input = Input::of(case, number % 5);
    let policy = match timed("policies", || engine::load(&input.files, &input.calendars)) {
        Ok(policy) => policy,
        // Whether an arm can be reached, or a rule of RFC 5545 ever happens, is more than the generator tells.
        Err(why) if why.lines().all(is_skipped) => {
            SKIPPED.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Err(why) => return Some(of("a random policy checks")(why)),
    };
    let answer = match timed("engine", || engine::answer_with(&policy, &input, None)) {
        Ok(answer) => answer,
        Err(why) => return Some(of("the engine answers")(why)),
    };
    let decided = || catch_unwind(AssertUnwindSafe(|| World::new(case, None).decide()));
    let oracle = match timed("oracle", decided) {
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
    if let Some(why) = lacks::lacks(case, &answer, &oracle) {
        return Some(of("What is missing")(why));
    }
    if only == Some("What is missing") {
        return None;
    }
    let mut rng = Rng::of_case(seed ^ 1, number);
    if let Some(wrong) = timed("deletions", || deleted(case, &policy, &answer, &mut rng)) {
        return Some(wrong);
    }
    if only == Some("U1 U2 U3") {
        return None;
    }
    // Trying one instant after the other takes its time.
    if !case.policy.periods.is_empty() && (number.is_multiple_of(64) || case.is_about_time()) {
        let found = timed("not before", || not_before::tried(case, &answer));
        if let Some(why) = found {
            return Some(of("not_before = tried")(why));
        }
        if let Some(why) = timed("moved", || not_before::moved(case, &policy, &answer)) {
            return Some(of("not_before holds")(why));
        }
    }
    if only.is_some_and(|law| law.starts_with("not_before")) {
        return None;
    }
    // Every third of those with conditions over all assets, and fewer of the others, which are tried in other ways too.
    if policy.is_surveyed() && number.is_multiple_of(3) || number / 8 % 16 >= 12 {
        let found =
            timed("portions", || portions::portions(&policy, &input, &answer, &mut Rng::of_case(seed ^ 4, number)));
        if let Some(why) = found {
            return Some(of("Portions")(why));
        }
    }
    // Not by what chooses the size and the people: every law meets cases of every size. The dearest two take a share of a sixteenth each.
    match number / 8 % 16 {
        0 | 1 => timed("among many", || passed_over::among_many(case, &answer)).map(of("Among many")),
        2..=6 => timed("order", || order::order(case, &answer, &mut rng)).map(of("Order")),
        7..=11 => timed("reasons", || suffice::suffice(case, &answer, &mut rng)).map(of("Reasons suffice")),
        12 | 13 => timed("alone", || alone::alone(&policy, &input)).map(of("Alone")),
        14 => timed("bytes", || order::same_bytes(&policy, &input, &answer, &mut rng)).map(of("Same bytes")),
        _ => timed("fmt", || format::format_laws(&input, &answer, &mut rng)).map(of("fmt")),
    }
}

/// Takes facts away, once or twice.
fn deleted(case: &Case, policy: &Policy, answer: &Answer, rng: &mut Rng) -> Option<Broken> {
    for _ in 0..1 + rng.below(4) / 3 {
        let mut other = case.clone();
        let mut what = Vec::new();
        for _ in 0..1 + rng.below(2) {
            what.extend(deletion::delete(&mut other, rng));
        }
        if what.is_empty() {
            continue;
        }
        let after = match engine::answer_with(policy, &Input { files: Vec::new(), ..Input::of(&other, 0) }, None) {
            Ok(after) => after,
            Err(why) => return Some(of("the engine answers")(format!("without {what:?}: {why}"))),
        };
        if let Some(why) = deletion::weaker(&case.policy, &case.now_text(), &answer.rows, &after.rows) {
            return Some(of("U1 U2 U3")(format!("without {what:?}: {why}")));
        }
    }
    None
}

/// Runs all cases and says what it found.
pub fn all(about: About) {
    // One after the other: what a panic prints is the whole process's.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let case = if about == About::Times { case_of_times } else { case };
    let seed = number("CHANGEGATE_LAW_SEED", SEED);
    let only = std::env::var("CHANGEGATE_LAW_ONLY").ok().and_then(|n| n.parse::<u64>().ok());
    let first = only.unwrap_or_else(|| number("CHANGEGATE_LAW_FIRST", 0));
    // Whoever walks from minute to minute takes his time.
    let few = if cfg!(debug_assertions) { 8 } else { 200 };
    let cases = match about {
        _ if only.is_some() => 1,
        About::Anything => number("CHANGEGATE_LAW_CASES", 200),
        About::Times => number("CHANGEGATE_LAW_TIME_CASES", few),
    };
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
                // What the engine does in parallel it does here, and not beside the other cases; "Same bytes" has threads of its own.
                let _pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= first + cases {
                        return;
                    }
                    let tried = || broken(&timed("cases", || case(seed, n)), seed, n, None);
                    let tried = catch_unwind(AssertUnwindSafe(tried));
                    let panicked =
                        |panic: Box<dyn std::any::Any + Send>| Some(of(CANNOT_BE_TRIED)(engine::said(&*panic)));
                    let Some(wrong) = tried.unwrap_or_else(panicked) else { continue };
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
    let of = if about == About::Times { " of time" } else { "" };
    println!(
        "laws{of}: {cases} cases from {first}, seed {seed}, {threads} threads, {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let seconds =
        |(what, spent): &(&str, AtomicU64)| format!("{what} {:.1}", spent.load(Ordering::Relaxed) as f64 / 1e9);
    println!("laws: seconds of one thread: {}", SPENT.iter().map(seconds).collect::<Vec<_>>().join(", "));
    if about == About::Times {
        println!("laws of time: {} times a change was moved", not_before::TRIED.load(Ordering::Relaxed));
    }
    let portioned = [&portions::ALONE, &portions::SURVEYED].map(|count| count.load(Ordering::Relaxed));
    let averaged = portions::AVERAGED.load(Ordering::Relaxed);
    println!(
        "laws{of}: {} inventories were decided in portions, and {} after a survey, {averaged} of them for a mean",
        portioned[0], portioned[1]
    );
    if found.is_empty() {
        let enough = cases < 200
            || about == About::Times
            || portioned.iter().all(|count| *count > cases / 50) && (cases < 4_000 || averaged > 0);
        assert!(enough, "hardly any inventory was decided in portions");
        return;
    }
    let mut report = String::new();
    for (law, (times, n, why)) in &found {
        if law == CANNOT_BE_TRIED {
            report.push_str(&format!("##### {law}: {times} times, first in case {n} of seed {seed}\n{why}\n"));
            continue;
        }
        let again = |c: &Case| {
            broken(c, seed, *n, Some(law))
                .is_some_and(|b| b.law == *law && (law != "a random policy checks" || b.why == *why))
        };
        let whole = case(seed, *n);
        let smaller = if number("CHANGEGATE_LAW_SHRINK", 1) == 0 { whole } else { shrink(&whole, &again) };
        let again = broken(&smaller, seed, *n, Some(law)).map_or_else(|| why.clone(), |b| b.why);
        report.push_str(&format!(
            "##### {law}: {times} times, first in case {n} of seed {seed} (CHANGEGATE_LAW_SEED={seed} CHANGEGATE_LAW_ONLY={n})\n{again}\n--- made smaller\n{}\n",
            smaller.show()
        ));
    }
    panic!("{report}");
}
