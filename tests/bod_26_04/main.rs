//! CISA BOD 26-04 over real records: feeds become an inventory, the pack decides, and a script that reads nothing but CERT/CC's table has to count
//! the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "tests read files, run programs and print"
)]

mod vectors;
