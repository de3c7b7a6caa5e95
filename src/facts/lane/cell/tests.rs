#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use super::{decimal, is_trimmed};
use crate::check::decimal::Decimal;

#[test]
fn numbers_are_those_of_the_slow_way() {
    let mut digits = vec!["0", "-0", "7", "0.5", "-12.25", "9.999999999", "123456789012345678", "1234567890123456789"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    digits.extend(
        ["1e3", "1E-9", "1e-10", "0.1234567891", "1.0000000000", "99999999999999999.5", "1e400"].map(str::to_owned),
    );
    digits.extend((0..30).map(|count| format!("1{}", "0".repeat(count))));
    digits.extend((1..30).map(|count| format!("0.{}1", "0".repeat(count))));
    digits.extend((1..30).map(|count| format!("-{}.5", "9".repeat(count))));
    for number in digits {
        assert_eq!(decimal(&number).ok(), Decimal::parse(&number).map(Decimal::raw), "{number}");
    }
}

#[test]
fn a_text_with_room_around_it_is_not_as_a_mapping_takes_it() {
    for (text, is_it) in
        [("a", true), ("a b", true), (" a", false), ("a\u{a0}", false), ("", false), ("é", true), ("\t", false)]
    {
        assert_eq!(is_trimmed(text), is_it, "{text:?}");
    }
}
