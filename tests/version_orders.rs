//! The order of versions where no ecosystem says its own, against the policy language's: they agree on what advisories and policies are about.

use std::cmp::Ordering;

use changegate::eval::version::compare as language;
use changegate::software::version::{Order, compare};

#[test]
fn the_plain_order_agrees_with_the_language() {
    let versions = [
        "0",
        "0.9",
        "1.0",
        "1.0.0",
        "1.0-alpha",
        "1.0-beta",
        "1.0-rc1",
        "1.0-rc2",
        "v1.0",
        "1.0.2k",
        "1.0.2zk",
        "1.00",
        "1.9",
        "1.10",
        "1.10.1",
        "2",
        "8.0.6001",
        "10.0.19045.3570",
        "1.8.0_261",
        "2.4.57-2.el9",
        "116.0.5845.187",
        "11 R2",
        "2026.11",
    ];
    for a in versions {
        for b in versions {
            assert_eq!(compare(Order::Plain, a, b), Ok(language(a, b)), "{a} {b}");
        }
    }
    // Words that say nothing to the one are words to the other.
    assert_eq!(
        (compare(Order::Plain, "1.0-ga", "1.0"), language("1.0-ga", "1.0")),
        (Ok(Ordering::Equal), Ordering::Greater)
    );
}
