#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod contract;
mod foreign;
mod formatting;
mod hostile;
mod pages;
mod recovery;
mod shapes;
pub(super) mod written;
