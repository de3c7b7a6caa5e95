//! The values of a `min`, `max` or `sum`, as few of them as give the same.

use std::collections::BTreeSet;

use crate::check::decimal::Decimal;
use crate::syntax::expr::AggKind;

use super::super::agg::Over;
use super::super::value::{Poss, Raw, greatest, least};

/// More different values that perhaps count than this become a range between the least and the greatest, whichever others there are.
const MANY: usize = 128;

/// The values that an aggregate goes through.
#[derive(Clone, Debug)]
pub(super) struct Values {
    kind: AggKind,
    over: Over,
    /// All values of a sum, each without its sign: as long as these fit, no order of adding them makes a difference.
    weight: Option<i128>,
    /// Values of which no few give the same.
    is_odd: bool,
}

impl Values {
    /// Of some elements.
    pub(super) fn new(kind: AggKind, over: Over) -> Self {
        let mut values = Self { kind, over, weight: Some(0), is_odd: false };
        values.weigh();
        values.settle();
        values
    }

    /// Those that give the same.
    pub(super) fn over(&self) -> Over {
        self.over.clone()
    }

    /// Whether these give the same as all.
    pub(super) const fn is_sound(&self) -> bool {
        !self.is_odd
    }

    /// Takes in those of other elements.
    pub(super) fn merge(&mut self, other: Self) {
        self.over.certain.extend(other.over.certain);
        self.over.perhaps.extend(other.over.perhaps);
        self.over.unseen |= other.over.unseen;
        self.is_odd |= other.is_odd;
        self.weight = self.weight.zip(other.weight).and_then(|(a, b)| a.checked_add(b));
        self.settle();
    }

    fn weigh(&mut self) {
        if !matches!(self.kind, AggKind::Sum) {
            return;
        }
        let size = |value: &Poss| match value.one() {
            Some(Raw::Int(value)) => i128::from(value).checked_abs(),
            Some(Raw::Decimal(value)) => value.checked_abs(),
            Some(Raw::None) | None => Some(0),
        };
        let mut all = self.over.certain.iter().chain(&self.over.perhaps);
        self.weight = all.try_fold(0_i128, |sum, value| sum.checked_add(size(value)?));
    }

    fn settle(&mut self) {
        let plain = |value: &Poss| matches!(value, Poss::Any | Poss::One(Raw::Int(_) | Raw::Decimal(_)));
        if self.is_odd || !self.over.certain.iter().chain(&self.over.perhaps).all(plain) {
            (self.is_odd, self.over) = (true, Over::default());
            return;
        }
        match self.kind {
            AggKind::Min => self.settle_extreme(least),
            AggKind::Max => self.settle_extreme(greatest),
            AggKind::Sum => self.settle_sum(),
            AggKind::Avg | AggKind::Count | AggKind::Share => self.is_odd = true,
        }
    }

    /// Of what certainly counts the extreme one; of what perhaps counts each value once, or those at both ends.
    fn settle_extreme(&mut self, pick: fn(Raw, Raw) -> Raw) {
        let Over { certain, perhaps, .. } = &mut self.over;
        let extreme = certain.iter().filter_map(Poss::one).reduce(pick);
        *certain = but_one(certain).chain(extreme.map(Poss::One)).collect();
        let mut each: BTreeSet<(Option<i64>, Option<i128>)> = BTreeSet::new();
        for value in perhaps.iter().filter_map(Poss::one) {
            each.insert(match value {
                Raw::Int(value) => (Some(value), None),
                Raw::Decimal(value) => (None, Some(value)),
                Raw::None => (None, None),
            });
        }
        let count = each.len();
        let at_ends = each.into_iter().enumerate().filter(|(at, _)| *at < MANY || at + MANY >= count);
        let few = at_ends.filter_map(|(_, value)| match value {
            (Some(value), _) => Some(Poss::One(Raw::Int(value))),
            (_, value) => value.map(|value| Poss::One(Raw::Decimal(value))),
        });
        *perhaps = but_one(perhaps).chain(few).collect();
    }

    /// Of what certainly counts the sum; of what perhaps counts that of the negative values, and that of the others.
    fn settle_sum(&mut self) {
        let of_decimals = self.over.certain.iter().chain(&self.over.perhaps).find_map(|value| match value.one()? {
            Raw::Decimal(_) => Some(true),
            Raw::Int(_) => Some(false),
            Raw::None => None,
        });
        let is_decimal = of_decimals.unwrap_or(false);
        let fits = |weight: i128| match is_decimal {
            true => Decimal::from_raw(weight).is_some(),
            false => i64::try_from(weight).is_ok(),
        };
        if !self.weight.is_some_and(fits) {
            (self.is_odd, self.over) = (true, Over::default());
            return;
        }
        let wide = |value: Raw| match value {
            Raw::Int(value) => i128::from(value),
            Raw::Decimal(value) => value,
            Raw::None => 0,
        };
        let narrow = |sum: i128| match is_decimal {
            true => Some(Poss::One(Raw::Decimal(sum))),
            false => i64::try_from(sum).ok().map(|sum| Poss::One(Raw::Int(sum))),
        };
        // They fit, since their weight does.
        let sum = |values: &[Poss], is: fn(i128) -> bool| {
            let few = values.iter().filter_map(Poss::one).map(wide).filter(|value| is(*value));
            few.reduce(i128::saturating_add).and_then(narrow)
        };
        let Over { certain, perhaps, .. } = &mut self.over;
        let all = sum(certain, |_| true);
        *certain = but_one(certain).chain(all).collect();
        let (below, rest) = (sum(perhaps, |value| value < 0), sum(perhaps, |value| value >= 0));
        *perhaps = but_one(perhaps).chain(below).chain(rest).collect();
    }
}

/// A value of which nothing is known, where there is one.
fn but_one(values: &[Poss]) -> impl Iterator<Item = Poss> + use<> {
    values.contains(&Poss::Any).then_some(Poss::Any).into_iter()
}

#[cfg(test)]
mod tests;
