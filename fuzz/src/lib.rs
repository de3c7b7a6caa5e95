//! What the fuzz targets do with their bytes. `cargo fuzz` feeds them from `fuzz_targets/`, the tests here from `seeds/`.

pub mod cvss;
pub mod evaluation;
pub mod expression;
pub mod fmt_roundtrip;
pub mod ical;
pub mod inventory;
pub mod parse;
pub mod people;
pub mod rrule;
mod sample;

// The laws' generator, oracle and laws, as they are; only the source of chance is another.
#[path = "../../tests/laws/absence.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod absence;
#[path = "../../tests/laws/case.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod case;
#[path = "../../tests/laws/engine.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod engine;
#[path = "../../tests/laws/engine_people.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod engine_people;
#[path = "../../tests/laws/gen/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod r#gen;
#[path = "../../tests/laws/ir.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod ir;
#[path = "../../tests/laws/ir_people.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod ir_people;
#[path = "../../tests/laws/ir_time.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod ir_time;
#[path = "../../tests/laws/laws/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod laws;
#[path = "../../tests/laws/mutants.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod mutants;
#[path = "../../tests/laws/oracle/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod oracle;
#[path = "../../tests/laws/print.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod print;
#[path = "../../tests/laws/print_people.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod print_people;
#[path = "../../tests/laws/print_time.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod print_time;
mod rng;
#[path = "../../tests/laws/run.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod run;
#[path = "../../tests/laws/shrink.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod shrink;
#[path = "../../tests/laws/shrink_people.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod shrink_people;
#[path = "../../tests/laws/vocab.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
mod vocab;

#[cfg(test)]
mod tests;
