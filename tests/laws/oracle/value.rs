//! Conditions that may be unknown, and values of which several are possible.

use std::collections::BTreeSet;

use crate::ir::{Cmp, Dec, Kind, Op, Val};

/// A condition: what is certain, and what is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct K {
    pub must: bool,
    pub may: bool,
}

impl K {
    pub const TRUE: Self = Self { must: true, may: true };
    pub const FALSE: Self = Self { must: false, may: false };
    pub const UNKNOWN: Self = Self { must: false, may: true };

    pub fn of(sure: bool) -> Self {
        Self { must: sure, may: sure }
    }

    pub fn not(self) -> Self {
        Self { must: !self.may, may: !self.must }
    }

    pub fn and(self, other: Self) -> Self {
        Self { must: self.must && other.must, may: self.may && other.may }
    }

    pub fn or(self, other: Self) -> Self {
        Self { must: self.must || other.must, may: self.may || other.may }
    }

    pub fn unknown(self) -> bool {
        self.may && !self.must
    }
}

/// What a value can be.
#[derive(Clone, Debug, PartialEq)]
pub enum P {
    /// Nothing is known of it.
    Any,
    /// One of these; never empty.
    Set(BTreeSet<Val>),
    /// Between two ends; an open end is not known. Or, where so marked, none.
    Range(Range),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub kind: Kind,
    pub low: Option<i128>,
    pub high: Option<i128>,
    pub none: bool,
}

/// So many values are kept apart.
const MOST_VALUES: usize = 64;

/// A quantity as one number.
pub fn number(v: &Val) -> Option<(Kind, i128)> {
    Some(match v {
        Val::Int(n) => (Kind::Int, i128::from(*n)),
        Val::Num(d) => (Kind::Num, *d),
        Val::Pct(d) => (Kind::Pct, *d),
        Val::Date(d) => (Kind::Date, i128::from(*d)),
        Val::Time(t) => (Kind::Time, i128::from(*t)),
        Val::Dur(d) => (Kind::Dur, i128::from(*d)),
        _ => return None,
    })
}

/// The quantity with this number; none where the type cannot hold it.
pub fn quantity(kind: Kind, n: i128) -> Option<Val> {
    const TOP: Dec = 10_i128.pow(28);
    Some(match kind {
        Kind::Int => Val::Int(i64::try_from(n).ok()?),
        Kind::Num if n.abs() < TOP => Val::Num(n),
        Kind::Pct if n.abs() < TOP => Val::Pct(n),
        Kind::Date => Val::Date(i32::try_from(n).ok()?),
        Kind::Time => Val::Time(i64::try_from(n).ok()?),
        Kind::Dur => Val::Dur(i64::try_from(n).ok()?),
        _ => return None,
    })
}

impl P {
    pub fn one(v: Val) -> Self {
        Self::Set(BTreeSet::from([v]))
    }

    /// The value, if only one is possible.
    pub fn only(&self) -> Option<&Val> {
        match self {
            Self::Set(set) if set.len() == 1 => set.first(),
            _ => None,
        }
    }

    pub fn is_none(&self) -> bool {
        self.only() == Some(&Val::None)
    }

    pub fn may_none(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Set(set) => set.contains(&Val::None),
            Self::Range(r) => r.none,
        }
    }

    /// A range, or the one value where it has only one.
    pub fn range(kind: Kind, low: Option<i128>, high: Option<i128>, none: bool) -> Self {
        match (low, high) {
            (Some(a), Some(b)) if a == b => {
                let Some(v) = quantity(kind, a) else { return Self::Any };
                let mut set = BTreeSet::from([v]);
                if none {
                    set.insert(Val::None);
                }
                Self::Set(set)
            }
            _ => Self::Range(Range { kind, low, high, none }),
        }
    }

    /// The same as a range, where it is a quantity (or none).
    pub fn hull(&self) -> Option<Range> {
        match self {
            Self::Any => None,
            Self::Range(r) => Some(*r),
            Self::Set(set) => {
                let numbers: Vec<(Kind, i128)> = set.iter().filter_map(number).collect();
                let none = set.contains(&Val::None);
                if numbers.len() + usize::from(none) != set.len() {
                    return None;
                }
                let kind = numbers.first()?.0;
                if numbers.iter().any(|(k, _)| *k != kind) {
                    return None;
                }
                let low = numbers.iter().map(|(_, n)| *n).min();
                Some(Range { kind, low, high: numbers.iter().map(|(_, n)| *n).max(), none })
            }
        }
    }

    /// What is possible where either is.
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::Set(mut a), Self::Set(b)) => {
                a.extend(b);
                Self::Set(a).settle()
            }
            (a, b) => {
                let none = a.may_none() || b.may_none();
                let only_none = |p: &Self| p.is_none();
                if only_none(&a) || only_none(&b) {
                    let Some(r) = (if only_none(&a) { b.hull() } else { a.hull() }) else { return Self::Any };
                    return Self::range(r.kind, r.low, r.high, true);
                }
                match (a.hull(), b.hull()) {
                    (Some(x), Some(y)) if x.kind == y.kind => {
                        let low = x.low.zip(y.low).map(|(p, q)| p.min(q));
                        let high = x.high.zip(y.high).map(|(p, q)| p.max(q));
                        Self::range(x.kind, low, high, none)
                    }
                    _ => Self::Any,
                }
            }
        }
    }

    /// More values than are kept apart become the range that they span.
    pub fn settle(self) -> Self {
        match (&self, self.hull()) {
            (Self::Set(set), Some(r)) if set.len() > MOST_VALUES => Self::range(r.kind, r.low, r.high, r.none),
            _ => self,
        }
    }

    /// Everything that comes out of one value of each; anything where nothing comes out of one pair.
    pub fn pairs(a: &BTreeSet<Val>, b: &BTreeSet<Val>, f: impl Fn(&Val, &Val) -> Option<Val>) -> Self {
        let all: Option<BTreeSet<Val>> =
            a.iter().flat_map(|x| b.iter().map(move |y| (x, y))).map(|(x, y)| f(x, y)).collect();
        all.map_or(Self::Any, |set| Self::Set(set).settle())
    }

    /// Every value moved by a function that keeps their order; none stays none. Where it gives nothing, nothing is known.
    pub fn map(&self, kind: Kind, f: impl Fn(&Val) -> Option<Val>) -> Self {
        match self {
            Self::Any => Self::Any,
            Self::Set(set) => {
                let moved: Option<BTreeSet<Val>> =
                    set.iter().map(|v| if *v == Val::None { Some(Val::None) } else { f(v) }).collect();
                moved.map_or(Self::Any, |set| Self::Set(set).settle())
            }
            Self::Range(r) => {
                let end = |n: Option<i128>| match n {
                    None => Some(None),
                    Some(n) => quantity(r.kind, n).and_then(|v| f(&v)).and_then(|v| number(&v)).map(|(_, n)| Some(n)),
                };
                match (end(r.low), end(r.high)) {
                    (Some(low), Some(high)) => Self::range(kind, low, high, r.none),
                    _ => Self::Any,
                }
            }
        }
    }
}

/// A comparison of two certain values.
pub fn compare_values(op: Cmp, a: &Val, b: &Val) -> bool {
    match (op, a == b) {
        (Cmp::Eq, same) => same,
        (Cmp::Ne, same) => !same,
        _ if *a == Val::None || *b == Val::None => false,
        (Cmp::Lt, _) => a < b,
        (Cmp::Le, _) => a <= b,
        (Cmp::Gt, _) => a > b,
        (Cmp::Ge, _) => a >= b,
    }
}

/// True or false where all possible values agree.
pub fn compare(op: Cmp, a: &P, b: &P) -> K {
    if let (P::Set(x), P::Set(y)) = (a, b) {
        let mut all = true;
        let mut any = false;
        for v in x {
            for w in y {
                let holds = compare_values(op, v, w);
                all &= holds;
                any |= holds;
            }
        }
        return K { must: all, may: any };
    }
    let ordering = !matches!(op, Cmp::Eq | Cmp::Ne);
    if ordering && (a.is_none() || b.is_none()) {
        return K::FALSE;
    }
    if op == Cmp::Ne {
        return compare(Cmp::Eq, a, b).not();
    }
    if op == Cmp::Eq && (a.is_none() || b.is_none()) {
        let other = if a.is_none() { b } else { a };
        return K { must: false, may: other.may_none() };
    }
    let (Some(x), Some(y)) = (a.hull(), b.hull()) else { return K::UNKNOWN };
    let none = x.none || y.none;
    let below = |p: Option<i128>, q: Option<i128>, or_equal: bool| {
        p.zip(q).is_some_and(|(p, q)| if or_equal { p <= q } else { p < q })
    };
    match op {
        Cmp::Lt => K { must: !none && below(x.high, y.low, false), may: !below(y.high, x.low, true) },
        Cmp::Le => K { must: !none && below(x.high, y.low, true), may: !below(y.high, x.low, false) },
        Cmp::Gt => compare(Cmp::Lt, b, a),
        Cmp::Ge => compare(Cmp::Le, b, a),
        Cmp::Eq | Cmp::Ne => {
            let apart = below(x.high, y.low, false) || below(y.high, x.low, false);
            K { must: false, may: !apart || (x.none && y.none) }
        }
    }
}

/// Half to even.
pub fn divide(a: i128, b: i128) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (q, r) = (a.checked_div_euclid(b)?, a.checked_rem_euclid(b)?);
    // `r` is not negative and less than |b|; a half is decided by the even neighbour.
    let step = if b > 0 { 1 } else { -1 };
    Some(match (r * 2).cmp(&b.abs()) {
        std::cmp::Ordering::Less => q,
        std::cmp::Ordering::Greater => q + step,
        std::cmp::Ordering::Equal => {
            if q % 2 == 0 {
                q
            } else {
                q + step
            }
        }
    })
}

const SCALE: i128 = 1_000_000_000;

/// Arithmetic on two certain values of quantities; calendar spans are added elsewhere.
pub fn arith_values(op: Op, a: &Val, b: &Val) -> Option<Val> {
    let ((ka, x), (kb, y)) = (number(a)?, number(b)?);
    let (kind, n) = match (op, ka, kb) {
        (Op::Div, Kind::Int, Kind::Int) => (Kind::Num, divide(x.checked_mul(SCALE)?, y)?),
        (Op::Mul, Kind::Int, Kind::Int) => (Kind::Int, x.checked_mul(y)?),
        (Op::Add | Op::Sub, k, l) if k == l && k != Kind::Time && k != Kind::Date => {
            (k, if op == Op::Add { x.checked_add(y)? } else { x.checked_sub(y)? })
        }
        (Op::Sub, Kind::Time, Kind::Time) => (Kind::Dur, x.checked_sub(y)?),
        (Op::Add, Kind::Time, Kind::Dur) | (Op::Add, Kind::Dur, Kind::Time) => (Kind::Time, x.checked_add(y)?),
        (Op::Sub, Kind::Time, Kind::Dur) => (Kind::Time, x.checked_sub(y)?),
        (Op::Mul, Kind::Dur, Kind::Int) | (Op::Mul, Kind::Int, Kind::Dur) => (Kind::Dur, x.checked_mul(y)?),
        (op, Kind::Int, Kind::Num) => return arith_values(op, &Val::Num(x.checked_mul(SCALE)?), b),
        (op, Kind::Num, Kind::Int) => return arith_values(op, a, &Val::Num(y.checked_mul(SCALE)?)),
        (Op::Mul, Kind::Num, Kind::Num) => (Kind::Num, divide(x.checked_mul(y)?, SCALE)?),
        (Op::Div, Kind::Num, Kind::Num) => (Kind::Num, divide(x.checked_mul(SCALE)?, y)?),
        _ => panic!("the generator made {a:?} {op:?} {b:?}"),
    };
    quantity(kind, n)
}

/// Arithmetic on what is possible. With ranges the generator only adds, subtracts, and multiplies by one positive value.
pub fn arith(op: Op, a: &P, b: &P) -> P {
    if matches!(a, P::Any) || matches!(b, P::Any) || a.may_none() || b.may_none() {
        return P::Any;
    }
    if let (P::Set(x), P::Set(y)) = (a, b) {
        return P::pairs(x, y, |v, w| arith_values(op, v, w));
    }
    let (Some(x), Some(y)) = (a.hull(), b.hull()) else { return P::Any };
    let ends = if op == Op::Sub { [(x.low, y.high), (x.high, y.low)] } else { [(x.low, y.low), (x.high, y.high)] };
    let mut out = [None, None];
    let mut kind = None;
    for (slot, (p, q)) in out.iter_mut().zip(ends) {
        let Some((p, q)) = p.zip(q) else { continue };
        let pair = quantity(x.kind, p).zip(quantity(y.kind, q));
        let Some(v) = pair.and_then(|(p, q)| arith_values(op, &p, &q)) else { return P::Any };
        let Some((k, n)) = number(&v) else { return P::Any };
        kind = Some(k);
        *slot = Some(n);
    }
    match kind {
        Some(kind) => P::range(kind, out[0], out[1], false),
        None => P::Any,
    }
}
