#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::eval::agg::aggregated;

const KINDS: [AggKind; 3] = [AggKind::Min, AggKind::Max, AggKind::Sum];

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
    Over { certain: of(true).collect(), perhaps: of(false).collect(), unseen }
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
        let empty = empty.map(|empty| Poss::One(Raw::Int(empty)));
        for kind in KINDS {
            let all = over(&values, unseen);
            let mut chunks: Vec<&[(Poss, bool)]> = values.chunks(values.len().div_ceil(parts).max(1)).collect();
            if backwards {
                chunks.reverse();
            }
            let mut merged = Values::new(kind, Over { unseen, ..Over::default() });
            chunks.into_iter().for_each(|chunk| merged.merge(Values::new(kind, over(chunk, false))));
            prop_assert!(merged.is_sound());
            let few = merged.over();
            prop_assert!(few.certain.len() <= 2 && few.perhaps.len() <= 2 * MANY + 1);
            prop_assert_eq!(aggregated(kind, &few, empty.clone()), aggregated(kind, &all, empty.clone()));
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
fn a_value_that_is_one_of_several_is_not_put_together() {
    let several = Over { perhaps: vec![Poss::of(vec![Raw::Int(1), Raw::Int(2)])], ..Over::default() };
    assert!(!Values::new(AggKind::Min, several).is_sound());
}
