#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::check::types::Type;
use crate::eval::agg::aggregated;

const KINDS: [AggKind; 4] = [AggKind::Min, AggKind::Max, AggKind::Sum, AggKind::Avg];

/// What values are of: whole numbers, those of microseconds, and decimals.
const TYPES: [Type; 3] = [Type::Int, Type::Duration, Type::Number];

/// Values of assets, some of them not known, and whether each certainly counts.
fn values() -> impl Strategy<Value = Vec<(Poss, bool)>> {
    let few = prop_oneof![8 => (-5_i64..6).prop_map(|v| Poss::One(Raw::Int(v))), 1 => Just(Poss::Any)];
    let many = (-300_i64..300).prop_map(|v| Poss::One(Raw::Int(v)));
    prop_oneof![
        prop::collection::vec((few, any::<bool>()), 0..20),
        prop::collection::vec((many.clone(), prop::bool::weighted(0.1)), 0..400),
        prop::collection::vec((many, Just(false)), 0..400),
    ]
}

fn over(values: &[(Poss, bool)], unseen: bool) -> Over {
    let of =
        |wanted: bool| values.iter().filter(move |(_, certain)| *certain == wanted).map(|(value, _)| value.clone());
    Over { certain: of(true).collect(), perhaps: of(false).collect(), unseen, total: None }
}

/// The same values as a type keeps them.
fn typed(value: &Poss, ty: &Type) -> Poss {
    match (value, ty) {
        (Poss::One(Raw::Int(value)), Type::Number) => Poss::One(Raw::Decimal(i128::from(*value) * 1_234_567)),
        (value, _) => value.clone(),
    }
}

proptest! {
    #[test]
    fn few_values_give_what_all_give(
        values in values(),
        parts in 1_usize..7,
        unseen in any::<bool>(),
        empty in prop::option::of(-3_i64..4),
        backwards in any::<bool>(),
    ) {
        for (kind, ty) in KINDS.iter().flat_map(|kind| TYPES.iter().map(move |ty| (*kind, ty))) {
            let values: Vec<(Poss, bool)> = values.iter().map(|(value, certain)| (typed(value, ty), *certain)).collect();
            let of_mean = if matches!((kind, ty), (AggKind::Avg, Type::Int)) { &Type::Number } else { ty };
            let empty = empty.map(|empty| typed(&Poss::One(Raw::Int(empty)), of_mean));
            let all = over(&values, unseen);
            let mut chunks: Vec<&[(Poss, bool)]> = values.chunks(values.len().div_ceil(parts).max(1)).collect();
            if backwards {
                chunks.reverse();
            }
            let mut merged = Values::new(kind, Over { unseen, ..Over::default() });
            chunks.into_iter().for_each(|chunk| merged.merge(Values::new(kind, over(chunk, false))));
            prop_assert!(merged.is_sound());
            let few = merged.over();
            prop_assert!(few.certain.len() <= 3 && few.perhaps.len() <= 2 * MANY + 1);
            prop_assert_eq!(aggregated(kind, &few, ty, empty.clone()), aggregated(kind, &all, ty, empty.clone()));
        }
    }
}

#[test]
fn a_sum_that_may_not_fit_on_the_way_is_not_put_together() {
    let one = |value: i64| Over { certain: vec![Poss::One(Raw::Int(value))], ..Over::default() };
    let mut values = Values::new(AggKind::Sum, one(i64::MAX));
    assert!(values.is_sound());
    values.merge(Values::new(AggKind::Sum, one(-1)));
    assert!(!values.is_sound());
    // It stays so.
    values.merge(Values::new(AggKind::Sum, one(0)));
    assert!(!values.is_sound());
}

#[test]
fn a_mean_is_rounded_once_whatever_the_portions() {
    let of = |values: &[i64]| values.iter().map(|value| Poss::One(Raw::Int(*value))).collect::<Vec<Poss>>();
    let over = |values: &[i64]| Over { certain: of(values), ..Over::default() };
    // The mean of the means of the portions would be another.
    let mut values = Values::new(AggKind::Avg, over(&[1, 1]));
    values.merge(Values::new(AggKind::Avg, over(&[2])));
    let mean = Poss::One(Raw::Decimal(1_333_333_333));
    assert_eq!(aggregated(AggKind::Avg, &values.over(), &Type::Int, None), mean);
    assert_eq!(aggregated(AggKind::Avg, &over(&[1, 1, 2]), &Type::Int, None), mean);
    // Half to even, of lengths in microseconds.
    let mut lengths = Values::new(AggKind::Avg, over(&[1]));
    lengths.merge(Values::new(AggKind::Avg, over(&[2])));
    assert_eq!(aggregated(AggKind::Avg, &lengths.over(), &Type::Duration, None), Poss::One(Raw::Int(2)));
    // A portion without any value says nothing, and one that nobody knows makes the mean unknown.
    lengths.merge(Values::new(AggKind::Avg, Over::default()));
    assert_eq!(aggregated(AggKind::Avg, &lengths.over(), &Type::Duration, None), Poss::One(Raw::Int(2)));
    lengths.merge(Values::new(AggKind::Avg, Over { certain: vec![Poss::Any], ..Over::default() }));
    assert_eq!(aggregated(AggKind::Avg, &lengths.over(), &Type::Duration, None), Poss::Any);
    assert!(lengths.is_sound());
}

#[test]
fn a_mean_whose_sum_may_not_fit_is_not_put_together() {
    let one = |value: Raw| Over { certain: vec![Poss::One(value)], ..Over::default() };
    let most = 10_i128.pow(28) - 1;
    for (large, small) in [(Raw::Int(i64::MAX), Raw::Int(-1)), (Raw::Decimal(most), Raw::Decimal(-1))] {
        let mut values = Values::new(AggKind::Avg, one(large));
        assert!(values.is_sound());
        values.merge(Values::new(AggKind::Avg, one(small)));
        assert!(!values.is_sound());
    }
    // What perhaps counts is not added.
    let perhaps = Over { perhaps: vec![Poss::One(Raw::Int(i64::MAX))], ..Over::default() };
    let mut values = Values::new(AggKind::Avg, one(Raw::Int(i64::MAX)));
    values.merge(Values::new(AggKind::Avg, perhaps));
    assert!(values.is_sound());
}

#[test]
fn a_value_that_is_one_of_several_is_not_put_together() {
    let several = Over { perhaps: vec![Poss::of(vec![Raw::Int(1), Raw::Int(2)])], ..Over::default() };
    assert!(!Values::new(AggKind::Min, several).is_sound());
}
