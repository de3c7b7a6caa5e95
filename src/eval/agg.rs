//! Aggregates: `count`, `share`, `min`, `max`, `sum`, `avg`. Over what is not certain they are ranges.

use crate::check::decimal::Decimal;
use crate::check::program::{ListRef, NodeId, VarId};
use crate::check::types::Type;
use crate::syntax::expr::AggKind;

use super::column::{Truth, Vals, ValsBuilder};
use super::expr::is_decimal;
use super::frame::{Frame, poss};
use super::quant::each_chunk;
use super::survey::{self, Found, Root};
use super::value::{Could, Extreme, Poss, Raw, greatest, least};

/// The parts of an aggregate.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The aggregate itself.
    pub id: NodeId,
    /// What is aggregated; none for `count` and `share`.
    pub value: Option<NodeId>,
    /// The variable.
    pub var: VarId,
    /// The list.
    pub list: &'a ListRef,
    /// The filter.
    pub filter: Option<NodeId>,
    /// The value over nothing.
    pub empty: Option<NodeId>,
}

/// An aggregate for every row.
#[must_use]
pub fn aggregate(frame: &Frame<'_>, base: &Type, kind: AggKind, parts: &Parts<'_>) -> Vals {
    let mut builder = ValsBuilder::new(frame.len(), is_decimal(base));
    match kind {
        AggKind::Count | AggKind::Share => {
            for tally in tallies(frame, parts) {
                builder.push(if matches!(kind, AggKind::Count) { tally.count() } else { tally.share() });
            }
        }
        AggKind::Min | AggKind::Max | AggKind::Sum | AggKind::Avg => {
            let value_base = parts.value.map_or(&Type::Error, |node| frame.env.base(node));
            let empty = parts.empty.map(|node| frame.eval(node));
            for (row, over) in gather(frame, parts).into_iter().enumerate() {
                let empty = empty.as_ref().map(|col| poss(col, row));
                builder.push(match kind {
                    AggKind::Sum => over.sum(empty, is_decimal(value_base)),
                    AggKind::Avg => over.avg(empty, value_base, base),
                    AggKind::Min => over.extreme(empty, least),
                    AggKind::Max | AggKind::Count | AggKind::Share => over.extreme(empty, greatest),
                });
            }
        }
    }
    builder.finish()
}

/// What a `min`, `max`, `sum` or `avg` of values of a type gives.
#[cfg(test)]
pub fn aggregated(kind: AggKind, over: &Over, of: &Type, empty: Option<Poss>) -> Poss {
    let mean = if matches!(of, Type::Int) { &Type::Number } else { of };
    match kind {
        AggKind::Sum => over.sum(empty, is_decimal(of)),
        AggKind::Min => over.extreme(empty, least),
        AggKind::Avg => over.avg(empty, of, mean),
        _ => over.extreme(empty, greatest),
    }
}

/// How many elements fit, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Certain elements, and those of them that must and may fit.
    certain: i64,
    certain_must: i64,
    certain_may: i64,
    /// Uncertain elements that may fit, and that may not.
    perhaps_may: i64,
    perhaps_may_not: i64,
    /// Unseen elements may fit; may not.
    unseen_may: bool,
    unseen_may_not: bool,
}

/// How many elements fit in each row.
#[must_use]
pub fn tallies(frame: &Frame<'_>, parts: &Parts<'_>) -> Vec<Tally> {
    if let Some(known) = survey::known(frame, Root::Node(parts.id), Found::tally) {
        return known;
    }
    let mut tallies = vec![Tally::default(); frame.len()];
    each_chunk(frame, parts.var, parts.list, |elements, inner| {
        let fits =
            parts.filter.map_or_else(|| Truth::constant(inner.len(), Could::certain(true)), |node| inner.truth(node));
        for (at, element) in elements.iter().enumerate() {
            let Some(tally) = tallies.get_mut(element.parent as usize) else { continue };
            let (must, may) = (fits.must_at(at), fits.may_at(at));
            if element.phantom {
                tally.unseen_may |= may;
                tally.unseen_may_not |= !must;
            } else if element.certain {
                tally.certain += 1;
                tally.certain_must += i64::from(must);
                tally.certain_may += i64::from(may);
            } else {
                tally.perhaps_may += i64::from(may);
                tally.perhaps_may_not += i64::from(!must);
            }
        }
    });
    tallies
}

impl Tally {
    /// Adds what was counted of other elements.
    pub fn merge(&mut self, other: Self) {
        self.certain += other.certain;
        self.certain_must += other.certain_must;
        self.certain_may += other.certain_may;
        self.perhaps_may += other.perhaps_may;
        self.perhaps_may_not += other.perhaps_may_not;
        self.unseen_may |= other.unseen_may;
        self.unseen_may_not |= other.unseen_may_not;
    }

    fn count(self) -> Poss {
        let high = if self.unseen_may { None } else { Some(Raw::Int(self.certain_may + self.perhaps_may)) };
        Poss::range(Some(Raw::Int(self.certain_must)), high)
    }

    fn share(self) -> Poss {
        if self.certain == 0 {
            return Poss::Any;
        }
        let percent = |part: i64, of: i64| {
            let hundred = Decimal::from_int(part).checked_mul(Decimal::from_int(100))?;
            Some(Raw::Decimal(hundred.checked_div(Decimal::from_int(of))?.raw()))
        };
        let low = if self.unseen_may_not {
            Some(Raw::Decimal(0))
        } else {
            percent(self.certain_must, self.certain + self.perhaps_may_not)
        };
        let high = if self.unseen_may {
            percent(1, 1)
        } else {
            percent(self.certain_may + self.perhaps_may, self.certain + self.perhaps_may)
        };
        Poss::range(low, high)
    }
}

/// The values to aggregate for one row.
#[derive(Clone, Debug, Default)]
pub struct Over {
    /// Those that certainly count.
    pub certain: Vec<Poss>,
    /// Those that perhaps count.
    pub perhaps: Vec<Poss>,
    /// There may be many unseen ones.
    pub unseen: bool,
    /// The sum of those that certainly count, and how many they are, where not each of them is kept.
    pub total: Option<(Raw, i64)>,
}

/// The values to aggregate for each row.
#[must_use]
pub fn gather(frame: &Frame<'_>, parts: &Parts<'_>) -> Vec<Over> {
    if let Some(known) = survey::known(frame, Root::Node(parts.id), Found::over) {
        return known;
    }
    let mut over = vec![Over::default(); frame.len()];
    let Some(value) = parts.value else { return over };
    each_chunk(frame, parts.var, parts.list, |elements, inner| {
        let fits =
            parts.filter.map_or_else(|| Truth::constant(inner.len(), Could::certain(true)), |node| inner.truth(node));
        let values = inner.eval(value);
        for (at, element) in elements.iter().enumerate() {
            let Some(over) = over.get_mut(element.parent as usize) else { continue };
            if !fits.may_at(at) {
                continue;
            }
            let mut value = poss(&values, at);
            if value.may_be_none() {
                value = Poss::Any;
            }
            if element.certain && fits.must_at(at) {
                over.certain.push(value);
            } else {
                over.unseen |= element.phantom;
                over.perhaps.push(value);
            }
        }
    });
    over
}

impl Over {
    fn nothing(&self) -> bool {
        self.certain.is_empty() && self.perhaps.is_empty()
    }

    fn extreme(&self, empty: Option<Poss>, pick: fn(Raw, Raw) -> Raw) -> Poss {
        let towards = if pick(Raw::Int(0), Raw::Int(1)) == Raw::Int(0) { Extreme::Earliest } else { Extreme::Highest };
        let Some(first) = self.certain.iter().cloned().reduce(|a, b| towards.of(&a, &b)) else {
            let nothing = empty.unwrap_or(Poss::Any);
            return self.perhaps.iter().fold(nothing, |a, b| a.union(b));
        };
        self.perhaps.iter().fold(first, |a, b| towards.of_maybe(&a, b))
    }

    fn sum(&self, empty: Option<Poss>, decimal: bool) -> Poss {
        let zero = if decimal { Raw::Decimal(0) } else { Raw::Int(0) };
        if self.certain.is_empty() && empty.is_none() || self.nothing() {
            return empty.unwrap_or(Poss::Any);
        }
        let (mut low, mut high) = (Some(zero), Some(zero));
        for value in &self.certain {
            let (a, b, _) = value.ends();
            low = add(low, a);
            high = add(high, b);
        }
        for value in &self.perhaps {
            let (a, b, _) = value.ends();
            low = add(low, a.map(|a| least(a, zero)));
            high = add(high, b.map(|b| greatest(b, zero)));
        }
        if self.unseen {
            // Nothing bounds how many unseen ones there are, nor, where they may have either sign, what they add up to.
            for value in &self.perhaps {
                let (a, b, _) = value.ends();
                low = low.filter(|_| a.is_some_and(|a| least(a, zero) == zero));
                high = high.filter(|_| b.is_some_and(|b| greatest(b, zero) == zero));
            }
        }
        let sum = Poss::range(low, high);
        match empty {
            Some(empty) if self.certain.is_empty() => sum.union(&empty),
            _ => sum,
        }
    }

    fn avg(&self, empty: Option<Poss>, value_base: &Type, base: &Type) -> Poss {
        let nothing = empty.unwrap_or(Poss::Any);
        if self.nothing() {
            return nothing;
        }
        let known: Option<Vec<Raw>> = self.certain.iter().map(Poss::one).collect();
        if let (Some(values), true) = (known, self.perhaps.is_empty()) {
            let mean = match self.total {
                Some((sum, count)) => mean_of(as_decimal(sum, value_base), count, base),
                None => mean(&values, value_base, base),
            };
            return mean.map_or(Poss::Any, Poss::One);
        }
        if self.perhaps.is_empty() {
            let ends = || self.certain.iter().map(Poss::ends);
            let (low, high): (Option<Vec<Raw>>, Option<Vec<Raw>>) =
                (ends().map(|e| e.0).collect(), ends().map(|e| e.1).collect());
            let of = |ends: Option<Vec<Raw>>| ends.and_then(|ends| mean(&ends, value_base, base));
            return Poss::range(of(low), of(high));
        }
        let convert = |end: Option<Raw>| end.and_then(|end| mean(&[end], value_base, base));
        let mut ends = self.certain.iter().chain(&self.perhaps).map(Poss::ends);
        let Some((mut low, mut high, _)) = ends.next() else { return nothing };
        for (a, b, _) in ends {
            low = low.zip(a).map(|(x, y)| least(x, y));
            high = high.zip(b).map(|(x, y)| greatest(x, y));
        }
        let mean = Poss::range(convert(low), convert(high));
        if self.certain.is_empty() { mean.union(&nothing) } else { mean }
    }
}

fn add(a: Option<Raw>, b: Option<Raw>) -> Option<Raw> {
    match (a?, b?) {
        (Raw::Int(a), Raw::Int(b)) => a.checked_add(b).map(Raw::Int),
        (Raw::Decimal(a), Raw::Decimal(b)) => Some(Raw::Decimal(Decimal::from_raw(a.checked_add(b)?)?.raw())),
        _ => None,
    }
}

/// The mean, rounded once, half to even.
fn mean(values: &[Raw], value_base: &Type, base: &Type) -> Option<Raw> {
    let count = i64::try_from(values.len()).ok()?;
    let add = |sum: Decimal, value: &Raw| sum.checked_add(as_decimal(*value, value_base)?);
    mean_of(values.iter().try_fold(Decimal::ZERO, add), count, base)
}

/// A value as a mean adds it. A sum of whole numbers is kept in billionths of billionths, that is as raw decimals, so that the one division rounds
/// at the right place.
fn as_decimal(value: Raw, base: &Type) -> Option<Decimal> {
    match (value, base) {
        (Raw::Int(v), Type::Duration | Type::Time) => Decimal::from_raw(i128::from(v)),
        (Raw::Int(v), _) => Some(Decimal::from_int(v)),
        (Raw::Decimal(v), _) => Decimal::from_raw(v),
        (Raw::None, _) => None,
    }
}

/// The sum of so many, divided.
fn mean_of(sum: Option<Decimal>, count: i64, base: &Type) -> Option<Raw> {
    let mean = sum?.checked_div(Decimal::from_int(count))?;
    if is_decimal(base) { Some(Raw::Decimal(mean.raw())) } else { i64::try_from(mean.raw()).ok().map(Raw::Int) }
}
