//! Rows by the value of one column: comparisons with many constants look their rows up.

use arrow_buffer::BooleanBuffer;

use crate::check::program::CompareOp;

use super::column::{Data, Vals};
use super::mask::Marks;
use super::value::Raw;

/// Columns with more distinct values are compared row by row.
const MOST: usize = 128;

/// The rows of a column by their values, where these are few; of rows without a known value it says nothing.
#[derive(Debug)]
pub struct Partition {
    /// The values, sorted: whole numbers or billionths.
    values: Vec<i128>,
    /// Where each is.
    at: Vec<BooleanBuffer>,
    /// Where it or a lesser one is.
    up_to: Vec<BooleanBuffer>,
    decimal: bool,
    len: usize,
}

impl Partition {
    /// Sorts the rows of a column; nothing where it has too many values.
    #[must_use]
    pub fn new(vals: &Vals) -> Option<Self> {
        let (marks, decimal) = match vals.data() {
            Data::Int(values) => (sorted(values)?, false),
            Data::Decimal(values) => (sorted(values)?, true),
        };
        let (values, at): (Vec<i128>, Vec<BooleanBuffer>) =
            marks.into_iter().map(|(value, marks)| (value, marks.finish())).unzip();
        let mut up_to: Vec<BooleanBuffer> = Vec::with_capacity(at.len());
        for mask in &at {
            let next = up_to.last().map_or_else(|| mask.clone(), |before| before | mask);
            up_to.push(next);
        }
        Some(Self { values, at, up_to, decimal, len: vals.len() })
    }

    /// Where a test holds of the value.
    #[must_use]
    pub fn chosen(&self, test: impl Fn(Raw) -> bool) -> BooleanBuffer {
        let raw = |value: i128| {
            if self.decimal { Some(Raw::Decimal(value)) } else { i64::try_from(value).ok().map(Raw::Int) }
        };
        let chosen = self.values.iter().zip(&self.at).filter(|(value, _)| raw(**value).is_some_and(&test));
        chosen.fold(BooleanBuffer::new_unset(self.len), |so_far, (_, rows)| &so_far | rows)
    }

    fn wide(&self, value: Raw) -> Option<i128> {
        match value {
            Raw::Int(value) if !self.decimal => Some(i128::from(value)),
            Raw::Decimal(value) if self.decimal => Some(value),
            Raw::Int(_) | Raw::Decimal(_) | Raw::None => None,
        }
    }

    /// Where a comparison with a value holds; nothing for a value of another type.
    #[must_use]
    pub fn compared(&self, op: CompareOp, value: Raw) -> Option<BooleanBuffer> {
        let value = self.wide(value)?;
        let first = |count: usize| match count.checked_sub(1).and_then(|at| self.up_to.get(at)) {
            Some(mask) => mask.clone(),
            None => BooleanBuffer::new_unset(self.len),
        };
        let below = || first(self.values.partition_point(|other| *other < value));
        let not_above = || first(self.values.partition_point(|other| *other <= value));
        let equal = || match self.values.binary_search(&value) {
            Ok(at) => self.at.get(at).cloned(),
            Err(_) => Some(BooleanBuffer::new_unset(self.len)),
        };
        Some(match op {
            CompareOp::Eq => equal()?,
            CompareOp::Ne => !&equal()?,
            CompareOp::Lt => below(),
            CompareOp::Le => not_above(),
            CompareOp::Gt => !&not_above(),
            CompareOp::Ge => !&below(),
        })
    }
}

/// The distinct values, each with its rows.
fn sorted<T: Copy + Ord + Into<i128>>(values: &[T]) -> Option<Vec<(i128, Marks)>> {
    let mut found: Vec<(T, Marks)> = Vec::new();
    let mut last = 0;
    for (row, value) in values.iter().enumerate() {
        // Neighbours are often alike.
        if found.get(last).is_none_or(|(known, _)| known != value) {
            last = match found.binary_search_by(|(known, _)| known.cmp(value)) {
                Ok(at) => at,
                Err(_) if found.len() == MOST => return None,
                Err(at) => {
                    found.insert(at, (*value, Marks::new(values.len())));
                    at
                }
            };
        }
        if let Some((_, marks)) = found.get_mut(last) {
            marks.set(row);
        }
    }
    Some(found.into_iter().map(|(value, marks)| (value.into(), marks)).collect())
}
