#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

//! The checker over the shipped packs, the example, and one policy for each message.

mod messages;
mod pages;
mod people;
mod shape;
mod shipped;
mod support;
mod time;
