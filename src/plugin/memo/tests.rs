#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::hash::{BuildHasher as _, Hasher as _};

use super::{Passed, Question};
use crate::check::plugin::Value;

#[test]
fn hashes_are_passed_on() {
    let mut hasher = Passed.build_hasher();
    hasher.write_u64(42);
    assert_eq!(hasher.finish(), 42);
}

#[test]
fn questions_with_one_hash_are_told_apart() {
    let inputs = |n: i64| [Value::Int(n)];
    let first = Question::new(0, &inputs(1));
    for (last, question) in [(1, Question::new(0, &inputs(2))), (2, Question::new(1, &inputs(1)))] {
        assert_eq!(first.all().count(), last);
        first.all().last().unwrap().other.set(question).unwrap();
    }
    let found: Vec<bool> = first.all().map(|question| question.is(1, &inputs(1))).collect();
    assert_eq!(found, [false, false, true]);
}

#[test]
fn equal_values_have_equal_hashes() {
    let hash = |values: &[Value]| {
        let mut hasher = ahash::RandomState::with_seeds(1, 2, 3, 4).build_hasher();
        Value::hash_all(values, &mut hasher);
        hasher.finish()
    };
    let texts = |all: &[&str]| Value::List(all.iter().map(|text| Value::Text((*text).into())).collect());
    let all = [
        vec![texts(&["a", "bc"]), Value::Time(1)],
        vec![texts(&["ab", "c"]), Value::Time(1)],
        vec![texts(&["a", "bc"]), Value::Time(2)],
        vec![texts(&["a"]), texts(&["bc"])],
        vec![Value::None],
        vec![Value::Bool(true)],
    ];
    for (n, one) in all.iter().enumerate() {
        for (m, other) in all.iter().enumerate() {
            assert_eq!(hash(one) == hash(other), n == m, "{one:?} {other:?}");
        }
    }
}
