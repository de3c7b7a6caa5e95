//! Reports as their tools write them, and as nobody should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod json;
mod kinds;
mod pages;
pub(in crate::sources) mod support;
mod tables;
mod vectors;
mod words;
