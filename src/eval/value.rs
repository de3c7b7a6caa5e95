//! What a value may still be.
//!
//! A value read from complete facts is one value. Where facts are missing it is a set or a range of values, or anything at all. A
//! comparison is then true or false only where all of these agree.

use std::cmp::Ordering;

use crate::check::decimal::Decimal;
use crate::check::program::CompareOp;

/// A single value, without its type: the type is known from the expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Raw {
    /// A whole number, or anything that is kept as one: days, microseconds, codes, numbers of texts.
    Int(i64),
    /// Billionths.
    Decimal(i128),
    /// `none`
    None,
}

impl Raw {
    /// Whether it is `none`.
    #[must_use]
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// The whole number, if it is one.
    #[must_use]
    pub const fn int(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Decimal(_) | Self::None => None,
        }
    }

    /// The decimal, if it is one.
    #[must_use]
    pub fn decimal(self) -> Option<Decimal> {
        match self {
            Self::Decimal(raw) => Decimal::from_raw(raw),
            Self::Int(_) | Self::None => None,
        }
    }

    fn wide(self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(i128::from(value)),
            Self::Decimal(raw) => Some(raw),
            Self::None => None,
        }
    }
}

/// The order that sets are kept in: by value, `none` last.
fn by_value(a: &Raw, b: &Raw) -> Ordering {
    match (a.wide(), b.wide()) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// Everything that a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poss {
    /// This value.
    One(Raw),
    /// One of these: two or more, sorted, each once.
    Set(Vec<Raw>),
    /// A value between the two ends, both included; an end that is absent is open. With the flag also `none`.
    Range(Option<Raw>, Option<Raw>, bool),
    /// Anything.
    Any,
}

/// Sets larger than this are kept as ranges: their cost stays bounded.
const LARGEST_SET: usize = 64;

impl Poss {
    /// One of these values; anything if there are none.
    #[must_use]
    pub fn of(mut values: Vec<Raw>) -> Self {
        values.sort_by(by_value);
        values.dedup();
        if values.len() > LARGEST_SET {
            let none = values.last().is_some_and(|v| v.is_none());
            let mut plain = values.iter().copied().filter(|v| !v.is_none());
            let low = plain.next();
            let high = plain.next_back().or(low);
            return Self::Range(low, high, none);
        }
        match values.as_slice() {
            [] => Self::Any,
            [one] => Self::One(*one),
            _ => Self::Set(values),
        }
    }

    /// A range; one value where the ends agree.
    #[must_use]
    pub fn range(low: Option<Raw>, high: Option<Raw>) -> Self {
        match (low, high) {
            (Some(a), Some(b)) if a == b => Self::One(a),
            (None, None) => Self::Any,
            _ => Self::Range(low, high, false),
        }
    }

    /// The value, where there is only one.
    #[must_use]
    pub const fn one(&self) -> Option<Raw> {
        match self {
            Self::One(value) => Some(*value),
            _ => None,
        }
    }

    /// The values, where they can be listed.
    #[must_use]
    pub fn list(&self) -> Option<&[Raw]> {
        match self {
            Self::One(value) => Some(std::slice::from_ref(value)),
            Self::Set(values) => Some(values),
            Self::Range(..) | Self::Any => None,
        }
    }

    /// Whether `none` is among the values.
    #[must_use]
    pub fn may_be_none(&self) -> bool {
        match self {
            Self::One(value) => value.is_none(),
            Self::Set(values) => values.last().is_some_and(|v| v.is_none()),
            Self::Range(_, _, none) => *none,
            Self::Any => true,
        }
    }

    /// Everything that either may be.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::One(a), Self::One(b)) if a == b => Self::One(*a),
            _ => match (self.list(), other.list()) {
                (Some(a), Some(b)) => Self::of(a.iter().chain(b).copied().collect()),
                _ => {
                    let (low_a, high_a, none_a) = self.ends();
                    let (low_b, high_b, none_b) = other.ends();
                    let low = both(low_a, low_b).map(|(a, b)| least(a, b));
                    let high = both(high_a, high_b).map(|(a, b)| greatest(a, b));
                    // A side that is only `none` has no ends and must not open the range.
                    let low = if self.only_none() {
                        low_b
                    } else if other.only_none() {
                        low_a
                    } else {
                        low
                    };
                    let high = if self.only_none() {
                        high_b
                    } else if other.only_none() {
                        high_a
                    } else {
                        high
                    };
                    if low.is_none() && high.is_none() { Self::Any } else { Self::Range(low, high, none_a || none_b) }
                }
            },
        }
    }

    fn only_none(&self) -> bool {
        matches!(self, Self::One(Raw::None))
    }

    /// The least and greatest value, and whether it may be `none`.
    #[must_use]
    pub fn ends(&self) -> (Option<Raw>, Option<Raw>, bool) {
        match self {
            Self::Any => (None, None, true),
            Self::Range(low, high, none) => (*low, *high, *none),
            Self::One(_) | Self::Set(_) => {
                let values = self.list().unwrap_or_default();
                let mut plain = values.iter().copied().filter(|v| !v.is_none());
                let low = plain.next();
                let high = plain.next_back().or(low);
                (low, high, self.may_be_none())
            }
        }
    }

    /// The results of `f` over every value of both; anything where one result is unknown or the values cannot be listed.
    #[must_use]
    pub fn combine(&self, other: &Self, f: impl Fn(Raw, Raw) -> Option<Raw>) -> Option<Self> {
        let (a, b) = (self.list()?, other.list()?);
        let mut results = Vec::with_capacity(a.len() * b.len());
        for x in a {
            for y in b {
                match f(*x, *y) {
                    Some(value) => results.push(value),
                    None => return Some(Self::Any),
                }
            }
        }
        Some(Self::of(results))
    }

    /// The results of `f` over every value; `f` must not decrease, or not increase, over a range.
    #[must_use]
    pub fn map(&self, f: impl Fn(Raw) -> Option<Raw>, none: Option<Raw>) -> Self {
        let apply = |value: Raw| if value.is_none() { none } else { f(value) };
        match self {
            Self::Any => Self::Any,
            Self::One(value) => apply(*value).map_or(Self::Any, Self::One),
            Self::Set(values) => {
                values.iter().map(|v| apply(*v)).collect::<Option<Vec<_>>>().map_or(Self::Any, Self::of)
            }
            Self::Range(low, high, may_none) => {
                if *may_none && none.is_none() {
                    return Self::Any;
                }
                let low = low.and_then(&f);
                let high = high.and_then(&f);
                let (low, high) = match (low, high) {
                    (Some(a), Some(b)) if by_value(&a, &b) == Ordering::Greater => (Some(b), Some(a)),
                    ends => ends,
                };
                if low.is_none() && high.is_none() { Self::Any } else { Self::Range(low, high, *may_none) }
            }
        }
    }
}

fn both<T>(a: Option<T>, b: Option<T>) -> Option<(T, T)> {
    Some((a?, b?))
}

/// The lesser of two values; both of one type.
#[must_use]
pub fn least(a: Raw, b: Raw) -> Raw {
    if by_value(&b, &a) == Ordering::Less { b } else { a }
}

/// The greater of two values; both of one type.
#[must_use]
pub fn greatest(a: Raw, b: Raw) -> Raw {
    if by_value(&b, &a) == Ordering::Greater { b } else { a }
}

/// Which end an extreme looks for, and where `none` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The least value; `none` is greater than all: the earliest due date.
    Earliest,
    /// The greatest value; `none` is less than all: the most urgent level.
    Highest,
}

impl Extreme {
    fn pick(self, a: Raw, b: Raw) -> Raw {
        match (self, a, b) {
            (_, Raw::None, other) | (_, other, Raw::None) => other,
            (Self::Earliest, a, b) => least(a, b),
            (Self::Highest, a, b) => greatest(a, b),
        }
    }

    /// The extreme of one value out of each.
    #[must_use]
    pub fn of(self, a: &Poss, b: &Poss) -> Poss {
        if let (Poss::One(a), Poss::One(b)) = (a, b) {
            return Poss::One(self.pick(*a, *b));
        }
        if let Some(result) = a.combine(b, |x, y| Some(self.pick(x, y))) {
            return result;
        }
        let (low_a, high_a, none_a) = a.ends();
        let (low_b, high_b, none_b) = b.ends();
        // An open end stays open on the side that wins; on the other side a known end bounds the result, unless that value may be `none`.
        let bound = |end_a: Option<Raw>, end_b: Option<Raw>, pick: fn(Raw, Raw) -> Raw| match (
            end_a.filter(|_| !none_a),
            end_b.filter(|_| !none_b),
        ) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (Some(a), None) => Some(a),
            (None, end) => end,
        };
        let widest = |end_a: Option<Raw>, end_b: Option<Raw>, pick: fn(Raw, Raw) -> Raw| match (end_a, end_b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            _ => None,
        };
        let open = |p: &Poss| matches!(p, Poss::Any | Poss::Range(..));
        let none = none_a && none_b;
        let (low, high) = match self {
            Self::Earliest => {
                let low = if a.only_none() {
                    low_b
                } else if b.only_none() {
                    low_a
                } else {
                    widest(low_a, low_b, least)
                };
                let high =
                    bound(high_a, high_b, least).or_else(|| if none { widest(high_a, high_b, greatest) } else { None });
                (low, high)
            }
            Self::Highest => {
                let high = if a.only_none() {
                    high_b
                } else if b.only_none() {
                    high_a
                } else {
                    widest(high_a, high_b, greatest)
                };
                let low =
                    bound(low_a, low_b, greatest).or_else(|| if none { widest(low_a, low_b, least) } else { None });
                (low, high)
            }
        };
        debug_assert!(open(a) || open(b));
        if low.is_none() && high.is_none() { Poss::Any } else { Poss::Range(low, high, none) }
    }

    /// The extreme of `a` and of `b`, where `b` may not be there at all.
    #[must_use]
    pub fn of_maybe(self, a: &Poss, b: &Poss) -> Poss {
        self.of(a, b).union(a)
    }
}

/// What a condition over unknown values may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct Could {
    /// It may be true.
    pub be_true: bool,
    /// It may be false.
    pub be_false: bool,
}

impl Could {
    /// True or false for certain.
    #[must_use]
    pub const fn certain(value: bool) -> Self {
        Self { be_true: value, be_false: !value }
    }

    /// Whether it is known which.
    #[must_use]
    pub const fn is_certain(self) -> bool {
        self.be_true != self.be_false
    }

    /// Not known.
    pub const UNKNOWN: Self = Self { be_true: true, be_false: true };

    /// Both, in Kleene's logic.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { be_true: self.be_true && other.be_true, be_false: self.be_false || other.be_false }
    }

    /// One of them or both, in Kleene's logic.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { be_true: self.be_true || other.be_true, be_false: self.be_false && other.be_false }
    }

    /// The opposite.
    #[must_use]
    pub const fn not(self) -> Self {
        Self { be_true: self.be_false, be_false: self.be_true }
    }

    /// Either.
    #[must_use]
    pub const fn or_else(self, other: Self) -> Self {
        Self { be_true: self.be_true || other.be_true, be_false: self.be_false || other.be_false }
    }
}

/// Compares two values of one type that are not `none`.
pub type Order<'a> = &'a dyn Fn(Raw, Raw) -> Ordering;

/// The order of values that are kept as numbers.
#[must_use]
pub fn numeric(a: Raw, b: Raw) -> Ordering {
    by_value(&a, &b)
}

/// Whether `ordering` is what `op` asks for.
#[must_use]
pub const fn holds(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => matches!(ordering, Ordering::Equal),
        CompareOp::Ne => !matches!(ordering, Ordering::Equal),
        CompareOp::Lt => matches!(ordering, Ordering::Less),
        CompareOp::Le => !matches!(ordering, Ordering::Greater),
        CompareOp::Gt => matches!(ordering, Ordering::Greater),
        CompareOp::Ge => !matches!(ordering, Ordering::Less),
    }
}

/// Compares two values: `none` equals only `none`, and ordering with it is false.
#[must_use]
pub fn compare_raw(op: CompareOp, a: Raw, b: Raw, order: Order<'_>) -> bool {
    match (a, b, op) {
        (Raw::None, Raw::None, CompareOp::Eq) => true,
        (Raw::None, _, CompareOp::Ne) | (_, Raw::None, CompareOp::Ne) => !(a.is_none() && b.is_none()),
        (Raw::None, ..) | (_, Raw::None, _) => false,
        _ => holds(op, order(a, b)),
    }
}

/// Compares everything that the two may be.
#[must_use]
pub fn compare(op: CompareOp, a: &Poss, b: &Poss, order: Order<'_>) -> Could {
    if let (Poss::One(a), Poss::One(b)) = (a, b) {
        return Could::certain(compare_raw(op, *a, *b, order));
    }
    if let (Some(xs), Some(ys)) = (a.list(), b.list()) {
        let mut could = Could::default();
        for x in xs {
            for y in ys {
                could = could.or_else(Could::certain(compare_raw(op, *x, *y, order)));
            }
        }
        return could;
    }
    let ordering = !matches!(op, CompareOp::Eq | CompareOp::Ne);
    if ordering && (a.only_none() || b.only_none()) {
        return Could::certain(false);
    }
    if matches!(a, Poss::Any) || matches!(b, Poss::Any) {
        return Could::UNKNOWN;
    }
    // At least one is a range: look at its ends, and at `none` apart.
    let (low_a, high_a, none_a) = a.ends();
    let (low_b, high_b, none_b) = b.ends();
    let mut could = Could::default();
    let (value_a, value_b) = (low_a.is_some() || high_a.is_some(), low_b.is_some() || high_b.is_some());
    if value_a && value_b {
        let is = |op, x: Option<Raw>, y: Option<Raw>| both(x, y).is_some_and(|(x, y)| holds(op, order(x, y)));
        let below = is(CompareOp::Lt, high_a, low_b);
        let not_above = is(CompareOp::Le, high_a, low_b);
        let above = is(CompareOp::Gt, low_a, high_b);
        let not_below = is(CompareOp::Ge, low_a, high_b);
        let (certainly, never) = match op {
            CompareOp::Lt => (below, not_below),
            CompareOp::Le => (not_above, above),
            CompareOp::Gt => (above, not_above),
            CompareOp::Ge => (not_below, below),
            CompareOp::Eq => (false, below || above),
            CompareOp::Ne => (below || above, false),
        };
        could = Could { be_true: !never, be_false: !certainly };
    }
    if none_a {
        could = could.or_else(Could::certain(compare_raw(op, Raw::None, Raw::Int(0), order)));
    }
    if none_b {
        could = could.or_else(Could::certain(compare_raw(op, Raw::Int(0), Raw::None, order)));
    }
    if none_a && none_b {
        could = could.or_else(Could::certain(compare_raw(op, Raw::None, Raw::None, order)));
    }
    could
}
