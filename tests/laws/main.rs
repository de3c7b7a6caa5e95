//! The laws of the language over random policies and facts, with a second evaluator that is simple, slow and shares nothing with the engine.
//!
//! `CHANGEGATE_LAW_CASES` says how many cases, `CHANGEGATE_LAW_SEED` which ones, `CHANGEGATE_LAW_ONLY` names one case by its number,
//! `CHANGEGATE_LAW_KEEP_GOING` goes on after a failure and counts, `CHANGEGATE_LAW_SHRINK=0` shows a failure as it is found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]
#![allow(unreachable_pub, reason = "a test has no public items")]
#![allow(
    clippy::unreachable,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod absence;
mod case;
mod census;
mod core;
mod engine;
mod engine_people;
mod engine_time;
mod r#gen;
mod ir;
mod ir_people;
mod ir_time;
mod laws;
mod mutants;
mod oracle;
mod plugins;
mod print;
mod print_people;
mod print_time;
mod rng;
mod run;
mod seeds;
mod shrink;
mod shrink_people;
mod vocab;

use mutants::Mutant;
use oracle::World;

#[test]
fn the_laws_hold_over_random_cases() {
    run::all(run::About::Anything);
}

#[test]
fn the_laws_hold_over_random_times() {
    run::all(run::About::Times);
}

#[test]
fn the_core_of_time_is_right_at_every_minute() {
    core::all();
}

#[test]
fn what_went_wrong_once_does_not_again() {
    seeds::all();
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimisation: CI runs it with")]
fn the_cases_speak_of_every_construct() {
    census::count();
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimisation: CI runs it with")]
fn the_cases_of_time_speak_of_every_construct() {
    census::count_times();
}

/// An oracle that gets one thing wrong is told from the true one: the cases reach that construct.
#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimisation: CI runs it with")]
fn the_cases_tell_every_mutant_from_the_oracle() {
    tell(Mutant::of_time(false), run::case);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "minutes without optimisation: CI runs it with")]
fn the_cases_of_time_tell_every_mutant_from_the_oracle() {
    tell(Mutant::of_time(true), run::case_of_times);
}

fn tell(mutants: &[Mutant], make: fn(u64, u64) -> case::Case) {
    let most = run::number("CHANGEGATE_LAW_MUTANT_CASES", 4_000);
    let seed = run::number("CHANGEGATE_LAW_SEED", run::SEED);
    let mut caught: Vec<Option<u64>> = vec![None; mutants.len()];
    for number in 0..most {
        let case = make(seed, number);
        crate::absence::note_assuming(&case.policy);
        let text: String = print::files(&case.policy, 0).into_iter().map(|(_, text)| text).collect();
        let has = |mutant: &Mutant| mutant.needs().iter().any(|word| text.contains(word));
        let left: Vec<_> = caught.iter_mut().zip(mutants).filter(|(slot, m)| slot.is_none() && has(m)).collect();
        if left.is_empty() {
            continue;
        }
        let truth = World::new(&case, None).decide();
        for (slot, mutant) in left {
            if World::new(&case, Some(*mutant)).decide() != truth {
                *slot = Some(number);
            }
        }
        if caught.iter().all(Option::is_some) {
            break;
        }
    }
    let line = |(mutant, at): (&Mutant, &Option<u64>)| {
        let at = at.map_or_else(|| "never".to_owned(), |at| format!("case {at}"));
        format!("  {:<64} {at}\n", mutant.says())
    };
    let table: String = mutants.iter().zip(&caught).map(line).collect();
    println!("mutants of the oracle, and the case that tells each from the truth (seed {seed}):\n{table}");
    assert!(caught.iter().all(Option::is_some), "the cases do not reach everything:\n{table}");
}
