#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod alike;
mod candidates;
mod known;
mod metrics;
mod people;
mod periods;
mod plugins;
mod sittings;
mod time;
mod timing;

use std::cmp::Ordering;

use proptest::prelude::*;

use super::texts::glob;
use super::value::{Could, Extreme, Poss, Raw, compare, compare_raw, numeric};
use super::version;
use crate::check::decimal::Decimal;
use crate::check::program::CompareOp;

const OPS: [CompareOp; 6] = [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];

/// Something a value may be, beside some of the values that it then may have.
fn possible() -> impl Strategy<Value = (Poss, Vec<Raw>)> {
    let raw = || prop_oneof![9 => (-4_i64..5).prop_map(Raw::Int), 1 => Just(Raw::None)];
    prop_oneof![
        raw().prop_map(|v| (Poss::One(v), vec![v])),
        prop::collection::vec(raw(), 2..5).prop_map(|v| (Poss::of(v.clone()), v)),
        (-4_i64..5, 0_i64..4, any::<(bool, bool, bool)>()).prop_map(|(low, length, (open_low, open_high, none))| {
            let mut values: Vec<Raw> = (low..=low + length).map(Raw::Int).collect();
            if open_low {
                values.push(Raw::Int(low - 3));
            }
            if open_high {
                values.push(Raw::Int(low + length + 3));
            }
            if none {
                values.push(Raw::None);
            }
            let low = (!open_low).then_some(Raw::Int(low));
            let high =
                (!open_high).then_some(values.iter().copied().filter_map(Raw::int).max().map(Raw::Int)).flatten();
            let poss = if low.is_none() && high.is_none() { Poss::Any } else { Poss::Range(low, high, none) };
            (poss, values)
        }),
    ]
}

/// Whether a value is among those that something may be.
fn covers(poss: &Poss, value: Raw) -> bool {
    match poss {
        Poss::Any => true,
        Poss::One(one) => *one == value,
        Poss::Set(values) => values.contains(&value),
        Poss::Range(low, high, none) => match value {
            Raw::None => *none,
            value => {
                low.is_none_or(|low| numeric(low, value) != Ordering::Greater)
                    && high.is_none_or(|high| numeric(value, high) != Ordering::Greater)
            }
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_comparison_is_certain_only_where_all_values_agree((a, xs) in possible(), (b, ys) in possible()) {
        for op in OPS {
            let could = compare(op, &a, &b, &numeric);
            for x in &xs {
                for y in &ys {
                    let holds = compare_raw(op, *x, *y, &numeric);
                    prop_assert!(if holds { could.be_true } else { could.be_false }, "{op:?} {a:?} {b:?}: {x:?} {y:?}");
                }
            }
        }
    }

    #[test]
    fn a_union_covers_both_sides((a, xs) in possible(), (b, ys) in possible()) {
        let union = a.union(&b);
        for value in xs.iter().chain(&ys) {
            prop_assert!(covers(&union, *value), "{a:?} {b:?} -> {union:?} lacks {value:?}");
        }
    }

    #[test]
    fn an_extreme_covers_every_choice((a, xs) in possible(), (b, ys) in possible()) {
        for extreme in [Extreme::Earliest, Extreme::Highest] {
            let both = extreme.of(&a, &b);
            let maybe = extreme.of_maybe(&a, &b);
            for x in &xs {
                prop_assert!(covers(&maybe, *x), "{extreme:?} {a:?} {b:?} -> {maybe:?} lacks {x:?}");
                for y in &ys {
                    let Poss::One(of) = extreme.of(&Poss::One(*x), &Poss::One(*y)) else { panic!("two values have one extreme") };
                    prop_assert!(covers(&both, of), "{extreme:?} {a:?} {b:?} -> {both:?} lacks {of:?}");
                    prop_assert!(covers(&maybe, of));
                }
            }
        }
    }

    #[test]
    fn decimals_divide_as_exact_fractions_do(a in -1_000_000_i64..1_000_000, b in 1_i64..10_000) {
        let quotient = Decimal::from_int(a).checked_div(Decimal::from_int(b)).unwrap().raw();
        // |a/b - q| <= half a billionth, and a tie goes to the even neighbour.
        let twice_error = 2 * (i128::from(a) * 1_000_000_000 - quotient * i128::from(b));
        prop_assert!(twice_error.abs() <= i128::from(b));
        prop_assert!(twice_error.abs() < i128::from(b) || quotient % 2 == 0);
    }
}

#[test]
fn none_equals_only_none_and_has_no_order() {
    let none = Poss::One(Raw::None);
    let one = Poss::One(Raw::Int(1));
    assert_eq!(compare(CompareOp::Eq, &none, &none, &numeric), Could::certain(true));
    assert_eq!(compare(CompareOp::Ne, &none, &one, &numeric), Could::certain(true));
    for op in [CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge] {
        assert_eq!(compare(op, &none, &one, &numeric), Could::certain(false));
        assert_eq!(compare(op, &none, &Poss::Any, &numeric), Could::certain(false));
    }
    assert_eq!(compare(CompareOp::Eq, &none, &Poss::Any, &numeric), Could::UNKNOWN);
}

#[test]
fn decimals_are_read_exactly_or_not_at_all() {
    let print = |text: &str| Decimal::parse(text).map(|d| d.to_string());
    assert_eq!(print("0.1").as_deref(), Some("0.1"));
    assert_eq!(print("-12.50").as_deref(), Some("-12.5"));
    assert_eq!(print("1e3").as_deref(), Some("1000"));
    assert_eq!(print("25e-10").as_deref(), None);
    assert_eq!(print("0.1234567891"), None);
    assert_eq!(print("0.1234567890").as_deref(), Some("0.123456789"));
    assert_eq!(print("9999999999999999999.999999999").as_deref(), Some("9999999999999999999.999999999"));
    assert_eq!(print("10000000000000000000"), None);
    assert_eq!(print("1e999999999"), None);
    assert_eq!(print("0e999999999").as_deref(), Some("0"));
    for wrong in ["", ".", "1.", ".5", "+1", "1e", "0x1", "1_0", "--1"] {
        assert_eq!(print(wrong), None, "{wrong}");
    }
}

#[test]
fn globs_match_runs_and_single_characters() {
    for (pattern, text, matches) in [
        ("web-*", "web-1", true),
        ("web-*", "xweb-1", false),
        ("*AV:N*", "CVSS:3.1/AV:N/AC:L", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("", "", true),
        ("*", "", true),
        ("**a**", "bab", true),
        ("ä?", "äö", true),
        ("a*b*c", "aXbXbYc", true),
        ("a*b*c", "aXbX", false),
    ] {
        assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
    }
}

#[test]
fn a_hostile_glob_ends() {
    let text = "a".repeat(2_000);
    assert!(!glob(&("a*".repeat(500) + "b"), &text));
}

#[test]
fn versions_compare_by_their_numbers() {
    for (a, b, order) in [
        ("1.9", "1.10", Ordering::Less),
        ("1.0", "1.00", Ordering::Equal),
        ("1", "1.0.0", Ordering::Equal),
        ("1.0", "1.0.1", Ordering::Less),
        ("1.0-rc1", "1.0", Ordering::Less),
        ("v2.1", "2.1", Ordering::Equal),
        ("10.0.19045", "10.0.22631", Ordering::Less),
        ("99999999999999999999999", "100000000000000000000000", Ordering::Less),
        ("2012", "2012 R2", Ordering::Less),
        ("1.1.1", "1.1.1a", Ordering::Less),
        ("1.a", "1.b", Ordering::Less),
    ] {
        assert_eq!(version::compare(a, b), order, "{a} {b}");
        assert_eq!(version::compare(b, a), order.reverse(), "{b} {a}");
    }
}

/// `1.0-alpha` was before `1.0`, that before `1.0-a`, and that before `1.0-alpha`.
#[test]
fn versions_have_one_order() {
    let words = ["0", "2", "10", "00", "a", "alpha", "rc"];
    let mut versions: Vec<String> = words.map(str::to_owned).to_vec();
    versions.extend(words.iter().flat_map(|first| words.map(|second| format!("{first}-{second}"))));
    versions.extend(words.iter().flat_map(|first| words.map(|second| format!("1.{first}{second}"))));
    for a in &versions {
        for b in &versions {
            let order = version::compare(a, b);
            assert_eq!(version::compare(b, a), order.reverse(), "{a} {b}");
            for c in versions.iter().filter(|_| order != Ordering::Greater) {
                let (second, whole) = (version::compare(b, c), version::compare(a, c));
                if second != Ordering::Greater {
                    assert_eq!(whole, order.min(second), "{a} {b} {c}");
                }
            }
        }
    }
}
