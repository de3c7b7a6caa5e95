#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod calls;
mod fuzzed;
pub(super) mod guest;
mod loading;
mod values;

use super::*;

fn host() -> Host {
    Host::new(HostOptions { threads: 4, ..HostOptions::default() }).unwrap()
}
