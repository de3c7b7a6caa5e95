#![allow(clippy::expect_used, reason = "tests")]

use std::io::Read as _;

use super::fill;

#[test]
fn what_is_held_grows_to_one_byte_more_than_the_limit() {
    for (has, limit) in
        [(0, 100), (100, 100), (65_536, 65_536), (200_000, 200_000), (200_000, 150_000), (400_000, 150_000)]
    {
        let mut bytes = Vec::new();
        fill(std::io::repeat(7).take(has), limit, &mut bytes).expect("memory can be read");
        assert_eq!(bytes.len() as u64, has.min(limit + 1));
        assert!(bytes.capacity() as u64 <= limit + 1, "{has} {limit} {}", bytes.capacity());
    }
}
