//! The program from outside: exit statuses, formats, files, terminals.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "tests"
)]

mod acme;
mod audit;
mod bench;
mod calls;
mod check;
mod conform;
mod doubted;
mod engine;
mod feeds;
mod files;
mod fmt;
mod gaps;
mod hostile;
mod inputs;
mod known;
mod narrow;
mod parquet;
mod plugins;
mod portions;
mod published;
mod sources;
mod support;
mod survey;
mod time;
mod verbs;
mod vex;
mod watch;
mod when;
mod workload;
