#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::hash::{BuildHasher as _, Hasher as _};

use super::Passed;

#[test]
fn hashes_are_passed_on() {
    let mut hasher = Passed.build_hasher();
    hasher.write_u64(42);
    assert_eq!(hasher.finish(), 42);
}
