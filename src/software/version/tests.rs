#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

mod vectors;

pub(super) const ORDERS: [Order; 13] = [
    Order::Dpkg,
    Order::Rpm,
    Order::Apk,
    Order::Semver,
    Order::Pep440,
    Order::Maven,
    Order::NuGet,
    Order::RubyGems,
    Order::Packagist,
    Order::Pub,
    Order::Cran,
    Order::Hackage,
    Order::Plain,
];

fn is(order: Order, text: &str) {
    let mut words = text.split_whitespace();
    let (a, sign, b) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let expected = match sign {
        "<" => Ordering::Less,
        "=" => Ordering::Equal,
        _ => Ordering::Greater,
    };
    assert_eq!(compare(order, a, b), Ok(expected), "{order:?}: {text}");
    assert_eq!(compare(order, b, a), Ok(expected.reverse()), "{order:?}: {text}, turned round");
}

#[test]
fn what_the_vectors_do_not_have() {
    is(Order::Rpm, "1.2-3-4 > 1.2-2-9");
    is(Order::Rpm, "0:1.2-3.el8 = 1.2-3.el8");
    is(Order::Apk, "1.2 < 1.2.0");
    is(Order::Apk, "1.0.2q < 1.0.2q-r0");
    is(Order::Apk, "1.2_p1 > 1.2-r9");
    is(Order::Apk, "1.2.01 < 1.2.1");
    is(Order::Semver, "1.2.3.4 > 1.2.3");
    is(Order::Semver, "go1.21rc2 < go1.21.0");
    is(Order::Semver, "2.0.0+incompatible = 2.0.0");
    is(Order::Semver, "1 = 1.0.0");
    is(Order::RubyGems, "1.0-1 < 1.0");
    is(Order::RubyGems, "1.0.a.0 = 1.a");
    is(Order::Maven, "1.0.alpha = 1-alpha");
    is(Order::Maven, "1.0.alpha < 1-1");
    is(Order::Maven, "2.0.0.RELEASE = 2.0");
    is(Order::Packagist, "1.0 = 1.0.0");
    is(Order::Packagist, "1.0-stable = 1.0.0");
    is(Order::Packagist, "1.0-p1 < 1.0.0.1");
    is(Order::Plain, "1.0.2k < 1.0.2zk");
    is(Order::Plain, "1.0.2zk < 1.0.3");
    is(Order::Plain, "8.0.6001 > 8.0.501");
    is(Order::Plain, "1.8.0_261 > 1.8.0_51");
    is(Order::Plain, "1.0-alpha < 1.0-a");
    is(Order::Plain, "1.0-rc1 < 1.0.0");
    is(Order::Plain, "5.0.0.GA = 5.0");
    is(Order::Hackage, "1.0 < 1.0.0");
}

#[test]
fn no_versions() {
    for order in ORDERS {
        assert!(check(order, "").is_err(), "{order:?}");
        assert!(check(order, "  ").is_err(), "{order:?}");
        assert!(check(order, "1\u{0}2").is_err(), "{order:?}");
        assert!(check(order, "1 2").is_err() || order == Order::Plain, "{order:?}");
    }
    let bad = [
        (Order::Semver, "latest"),
        (Order::Semver, "1.x"),
        (Order::Semver, "1.0.0-"),
        (Order::Dpkg, "a:1"),
        (Order::Dpkg, "latest"),
        (Order::Dpkg, "1.0_1"),
        (Order::Maven, "[1.0,2.0)"),
        (Order::Maven, "${project.version}"),
        (Order::RubyGems, "beta"),
        (Order::Cran, "1.0-a"),
        (Order::Hackage, "1..0"),
        (Order::Packagist, "1.2.3.#"),
        (Order::Plain, "2.x"),
        (Order::Plain, "8.*"),
        (Order::Plain, "latest"),
    ];
    for (order, text) in bad {
        assert!(check(order, text).is_err(), "{order:?} {text}");
    }
    let error = check(Order::Semver, &"x".repeat(1_000_000)).unwrap_err();
    assert!(error.to_string().len() < 250, "a message is short");
    assert!(
        check(Order::Semver, "latest")
            .unwrap_err()
            .to_string()
            .starts_with("`latest` is no version; expected a semantic version")
    );
}

#[test]
fn long_texts_take_linear_time() {
    let texts: Vec<String> =
        ["1.", "1-", "0.", "a", "1a", "~", "^", "9", "_p1", "-a.", ".-", "1-0.", "é", ".0", "-ga", "00"]
            .iter()
            .map(|piece| format!("1{}1", piece.repeat(20_000)))
            .collect();
    for order in ORDERS {
        for text in &texts {
            let begun = Instant::now();
            let longer = format!("{text}2");
            let _ = compare(order, text, &longer);
            assert!(
                begun.elapsed() < Duration::from_secs(4),
                "{order:?} {} takes {:?}",
                text.get(..4).unwrap(),
                begun.elapsed()
            );
        }
    }
}

/// Texts made of what versions are made of.
fn version() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "0",
        "1",
        "2",
        "10",
        "01",
        "00",
        "9",
        "123456789012345678901",
        ".",
        ".",
        ".",
        "-",
        "-",
        "_",
        "+",
        "~",
        "^",
        ":",
        "!",
        "a",
        "b",
        "alpha",
        "beta",
        "rc",
        "pre",
        "dev",
        "post",
        "sp",
        "ga",
        "final",
        "SNAPSHOT",
        "x",
        "RC",
        "pl",
        "p",
        "_p",
        "_rc",
        "-r",
        "v",
        "el8",
        "é",
        "*",
    ]);
    let tail = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    prop_oneof![
        tail.clone(),
        ("[0-2](\\.[0-2]){0,3}", tail).prop_map(|(release, tail)| release + &tail),
        "[0-2](\\.(0|1|a|rc)){0,3}(-(0|1|a|rc|ga|alpha)){0,2}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    #[test]
    fn every_order_is_total(texts in [version(), version(), version()]) {
        for order in ORDERS {
            let known: Vec<&String> = texts.iter().filter(|text| check(order, text).is_ok()).collect();
            let than = |a: &str, b: &str| compare(order, a, b).unwrap();
            for a in &known {
                prop_assert_eq!(than(a, a), Ordering::Equal);
                for b in &known {
                    prop_assert_eq!(than(a, b), than(b, a).reverse(), "{:?} {} {}", order, a, b);
                    for c in &known {
                        if than(a, b).is_le() && than(b, c).is_le() {
                            let both = than(a, b).then(than(b, c));
                            prop_assert_eq!(than(a, c), both, "{:?}: {} {} {}", order, a, b, c);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_text_is_too_much(a in "\\PC{0,24}", b in any::<String>()) {
        for order in ORDERS {
            let _ = compare(order, &a, &b);
        }
    }
}
