//! The values of a `min`, `max`, `sum` or `avg`, as few of them as give the same.

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
    /// All values of a sum, or of a mean those that certainly count, each without its sign: as long as these fit, no order of adding them makes a
    /// difference.
    weight: Option<i128>,
    /// Values of which no few give the same.
    is_odd: bool,
}

impl Values {
    /// Of some elements.
    pub(super) fn new(kind: AggKind, over: Over) -> Self {
        let mut values = Self { kind, over, weight: Some(0), is_odd: false };
        values.weigh();
        values.total();
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
        self.over.total = match (self.over.total, other.over.total) {
            (Some((a, n)), Some((b, m))) => sum_of([a, b]).zip(n.checked_add(m)),
            (a, b) => a.or(b),
        };
        self.settle();
    }

    /// Of a mean the sum of what certainly counts: without it where that does not fit.
    fn total(&mut self) {
        let certain = &self.over.certain;
        if matches!(self.kind, AggKind::Avg) {
            self.over.total = sum_of(certain.iter().filter_map(Poss::one)).zip(i64::try_from(certain.len()).ok());
        }
    }

    fn weigh(&mut self) {
        if !matches!(self.kind, AggKind::Sum | AggKind::Avg) {
            return;
        }
        let size = |value: &Poss| match value.one() {
            Some(Raw::Int(value)) => i128::from(value).checked_abs(),
            Some(Raw::Decimal(value)) => value.checked_abs(),
            Some(Raw::None) | None => Some(0),
        };
        // Of what perhaps counts a mean needs the ends only.
        let perhaps = if matches!(self.kind, AggKind::Sum) { self.over.perhaps.as_slice() } else { &[] };
        let mut all = self.over.certain.iter().chain(perhaps);
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
            AggKind::Avg => self.settle_mean(),
            AggKind::Count | AggKind::Share => self.is_odd = true,
        }
    }

    /// Of what certainly counts, and of what perhaps counts, both ends.
    fn settle_mean(&mut self) {
        if !self.fits() {
            (self.is_odd, self.over) = (true, Over::default());
            return;
        }
        let Over { certain, perhaps, .. } = &mut self.over;
        for values in [certain, perhaps] {
            let end = |pick: fn(Raw, Raw) -> Raw| values.iter().filter_map(Poss::one).reduce(pick).map(Poss::One);
            let (low, high) = (end(least), end(greatest));
            let one_of_each = but_one(values).chain(low.clone()).chain(high.filter(|high| low.as_ref() != Some(high)));
            *values = one_of_each.collect();
        }
    }

    /// Whether all values that are added fit, in whatever order they are added.
    fn fits(&self) -> bool {
        let values = self.over.certain.iter().chain(&self.over.perhaps);
        let is_decimal = is_of_decimals(values.filter_map(Poss::one));
        self.weight.is_some_and(|weight| narrow(weight, is_decimal).is_some())
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
        if !self.fits() {
            (self.is_odd, self.over) = (true, Over::default());
            return;
        }
        // They fit, since their weight does.
        let sum = |values: &[Poss], is: fn(i128) -> bool| {
            let few = values.iter().filter_map(Poss::one).filter(|value| is(wide(*value)));
            sum_of(few).map(Poss::One)
        };
        let Over { certain, perhaps, .. } = &mut self.over;
        let all = sum(certain, |_| true);
        *certain = but_one(certain).chain(all).collect();
        let (below, rest) = (sum(perhaps, |value| value < 0), sum(perhaps, |value| value >= 0));
        *perhaps = but_one(perhaps).chain(below).chain(rest).collect();
    }
}

/// A value without its type.
fn wide(value: Raw) -> i128 {
    match value {
        Raw::Int(value) => i128::from(value),
        Raw::Decimal(value) => value,
        Raw::None => 0,
    }
}

/// The same as a value; none where there is no such one.
fn narrow(value: i128, is_decimal: bool) -> Option<Raw> {
    match is_decimal {
        true => Decimal::from_raw(value).map(|value| Raw::Decimal(value.raw())),
        false => i64::try_from(value).ok().map(Raw::Int),
    }
}

/// Whether values are decimals, rather than whole numbers.
fn is_of_decimals(mut values: impl Iterator<Item = Raw>) -> bool {
    values.any(|value| matches!(value, Raw::Decimal(_)))
}

/// The sum of values of one type; none of nothing, and where it does not fit.
fn sum_of(values: impl IntoIterator<Item = Raw>) -> Option<Raw> {
    let both = |(sum, of): (i128, Raw), (more, _): (i128, Raw)| Some((sum.checked_add(more)?, of));
    let (sum, of) = values.into_iter().map(|value| (wide(value), value)).map(Some).reduce(|a, b| both(a?, b?))??;
    narrow(sum, matches!(of, Raw::Decimal(_)))
}

/// A value of which nothing is known, where there is one.
fn but_one(values: &[Poss]) -> impl Iterator<Item = Poss> + use<> {
    values.contains(&Poss::Any).then_some(Poss::Any).into_iter()
}

#[cfg(test)]
mod tests;
