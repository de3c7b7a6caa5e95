//! What the fuzz targets do with their bytes. `cargo fuzz` feeds them from `fuzz_targets/`, `cargo test` from `seeds/`: this file is a test of the
//! program's own package too.

#![allow(dead_code, unused_imports, unreachable_pub, reason = "the laws use what is not used here")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

pub mod cvss;
pub mod evaluation;
pub mod expression;
pub mod feeds;
pub mod fmt_roundtrip;
pub mod ical;
pub mod inventory;
pub mod moments;
pub mod parse;
pub mod people;
pub mod plugin;
pub mod rrule;
mod sample;
pub mod scanners;
pub mod tables;

// The laws' generator, oracle and laws, as they are; only the source of chance is another.
#[path = "../../tests/laws/absence.rs"]
mod absence;
#[path = "../../tests/laws/case.rs"]
mod case;
#[path = "../../tests/laws/engine.rs"]
mod engine;
#[path = "../../tests/laws/engine_people.rs"]
mod engine_people;
#[path = "../../tests/laws/gen/mod.rs"]
mod r#gen;
#[path = "../../tests/laws/ir.rs"]
mod ir;
#[path = "../../tests/laws/ir_people.rs"]
mod ir_people;
#[path = "../../tests/laws/ir_time.rs"]
mod ir_time;
#[path = "../../tests/laws/laws/mod.rs"]
mod laws;
#[path = "../../tests/laws/mutants.rs"]
mod mutants;
#[path = "../../tests/laws/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/laws/plugins.rs"]
mod plugins;
#[path = "../../tests/laws/print.rs"]
mod print;
#[path = "../../tests/laws/print_people.rs"]
mod print_people;
#[path = "../../tests/laws/print_time.rs"]
mod print_time;
mod rng;
#[path = "../../tests/laws/run.rs"]
mod run;
#[path = "../../tests/laws/shrink.rs"]
mod shrink;
#[path = "../../tests/laws/shrink_people.rs"]
mod shrink_people;
#[path = "../../tests/laws/vocab.rs"]
mod vocab;

#[cfg(test)]
mod tests;
