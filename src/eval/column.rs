//! Columns of results: conditions as two bit masks, values with what they may be.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::mask::{self, Marks};
pub use super::vals::{Data, State, Vals, ValsBuilder};
use super::value::Could;

/// A condition for each row: where it certainly holds, and where it may. What certainly holds may hold.
#[derive(Clone, Debug)]
pub struct Truth {
    /// Certainly true.
    pub must: BooleanBuffer,
    /// True or unknown.
    pub may: BooleanBuffer,
}

impl Truth {
    /// The same for every row.
    #[must_use]
    pub fn constant(len: usize, could: Could) -> Self {
        let fill = |bit| mask::all(len, bit);
        if could.is_certain() {
            return Self::sure(fill(could.be_true));
        }
        Self { must: fill(!could.be_false), may: fill(could.be_true) }
    }

    /// Known in every row.
    #[must_use]
    pub fn sure(mask: BooleanBuffer) -> Self {
        Self { must: mask.clone(), may: mask }
    }

    /// Whether it is known in every row, and that can be told at a glance.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.must.ptr_eq(&self.may)
    }

    /// Row by row.
    #[must_use]
    pub fn collect(len: usize, mut f: impl FnMut(usize) -> Could) -> Self {
        if len <= 4 {
            let mut could = [Could::default(); 4];
            could.iter_mut().zip(0..len).for_each(|(could, row)| *could = f(row));
            let at = |row: usize| could.get(row).copied().unwrap_or_default();
            return Self {
                must: mask::collect(len, |row| !at(row).be_false),
                may: mask::collect(len, |row| at(row).be_true),
            };
        }
        let (mut must, mut may) = (Marks::new(len), Marks::new(len));
        let mut certain = true;
        for row in 0..len {
            let could = f(row);
            must.put(row, !could.be_false);
            may.put(row, could.be_true);
            certain &= could.is_certain();
        }
        if certain { Self::sure(may.finish()) } else { Self { must: must.finish(), may: may.finish() } }
    }

    /// Known as `mask` says, but for some rows.
    #[must_use]
    pub fn sure_but(mask: BooleanBuffer, others: impl Iterator<Item = usize>, f: impl Fn(usize) -> Could) -> Self {
        let mut others = others.peekable();
        if others.peek().is_none() {
            return Self::sure(mask);
        }
        let mut must = Marks::like(&mask);
        let mut may = must.clone();
        let mut certain = true;
        for row in others {
            let could = f(row);
            must.put(row, !could.be_false);
            may.put(row, could.be_true);
            certain &= could.is_certain();
        }
        if certain { Self::sure(may.finish()) } else { Self { must: must.finish(), may: may.finish() } }
    }

    /// By each row's code; what has none is unknown.
    #[must_use]
    pub fn by_code(codes: &[u32], could: &[Could]) -> Self {
        let mask = |bit: fn(Could) -> bool| {
            let bits: Vec<bool> = could.iter().copied().map(bit).collect();
            let missing = bit(Could::UNKNOWN);
            mask::of(codes, |code| bits.get(code as usize).copied().unwrap_or(missing))
        };
        let may = mask(|could| could.be_true);
        if could.iter().all(|could| could.is_certain()) && mask::are_below(codes, could.len()) {
            return Self::sure(may);
        }
        Self { must: mask(|could| !could.be_false), may }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.may.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.may.is_empty()
    }

    /// One row.
    #[must_use]
    pub fn at(&self, row: usize) -> Could {
        if row >= self.may.len() {
            return Could::UNKNOWN;
        }
        Could { be_true: self.may.value(row), be_false: !self.must.value(row) }
    }

    /// Whether row `row` is certainly true.
    #[must_use]
    pub fn must_at(&self, row: usize) -> bool {
        row < self.must.len() && self.must.value(row)
    }

    /// Whether row `row` may be true.
    #[must_use]
    pub fn may_at(&self, row: usize) -> bool {
        row < self.may.len() && self.may.value(row)
    }

    /// `not`
    #[must_use]
    pub fn not(&self) -> Self {
        if self.is_sure() {
            return Self::sure(mask::not(&self.may));
        }
        Self { must: mask::not(&self.may), may: mask::not(&self.must) }
    }

    /// `and`
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let may = mask::and(&self.may, &other.may);
        if self.is_sure() && other.is_sure() {
            return Self::sure(may);
        }
        Self { must: mask::and(&self.must, &other.must), may }
    }

    /// `or`
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let may = mask::or(&self.may, &other.may);
        if self.is_sure() && other.is_sure() {
            return Self::sure(may);
        }
        Self { must: mask::or(&self.must, &other.must), may }
    }

    /// The rows of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &Rows, len: usize) -> Self {
        if matches!(rows, Rows::First) {
            return Self::constant(len, self.at(0));
        }
        rows.outer(len).map_or_else(|| self.clone(), |rows| self.pick(&rows))
    }

    fn pick(&self, rows: &[u32]) -> Self {
        if self.is_sure() {
            return Self::sure(mask::gather(&self.may, rows));
        }
        Self { must: mask::gather(&self.must, rows), may: mask::gather(&self.may, rows) }
    }
}

/// Which rows of an outer frame the rows of an inner one belong to.
#[derive(Clone, Debug)]
pub enum Rows {
    /// The same rows.
    Same,
    /// The outer frame has one row.
    First,
    /// These.
    These(Arc<Vec<u32>>),
}

impl Rows {
    /// The outer rows of so many inner ones; none where they are the same.
    #[must_use]
    pub fn outer(&self, len: usize) -> Option<Cow<'_, [u32]>> {
        match self {
            Self::Same => None,
            Self::First => Some(Cow::Owned(vec![0; len])),
            Self::These(rows) if rows.len() == len => Some(Cow::Borrowed(rows)),
            Self::These(rows) => {
                Some(Cow::Owned((0..len).map(|at| rows.get(at).copied().unwrap_or(u32::MAX)).collect()))
            }
        }
    }

    /// The outer row of an inner row.
    #[must_use]
    pub fn get(&self, row: usize) -> usize {
        match self {
            Self::Same => row,
            Self::First => 0,
            Self::These(rows) => rows.get(row).map_or(usize::MAX, |at| *at as usize),
        }
    }
}

/// A column of results.
#[derive(Clone, Debug)]
pub enum Col {
    /// A condition.
    Truth(Truth),
    /// A value.
    Vals(Vals),
}

impl Col {
    /// The condition; unknown everywhere if it is none.
    #[must_use]
    pub fn truth(&self) -> Truth {
        match self {
            Self::Truth(truth) => truth.clone(),
            Self::Vals(vals) => Truth::constant(vals.len(), Could::UNKNOWN),
        }
    }

    /// The rows of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &Rows, len: usize) -> Self {
        match self {
            Self::Truth(truth) => Self::Truth(truth.gather(rows, len)),
            Self::Vals(vals) => Self::Vals(vals.gather(rows, len)),
        }
    }
}
