//! Columns of results: conditions as two bit masks, values with what they may be.

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use super::value::{Could, Poss, Raw};

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
        let fill = |bit| if bit { BooleanBuffer::new_set(len) } else { BooleanBuffer::new_unset(len) };
        Self { must: fill(!could.be_false), may: fill(could.be_true) }
    }

    /// Row by row.
    #[must_use]
    pub fn collect(len: usize, mut f: impl FnMut(usize) -> Could) -> Self {
        let rows: Vec<Could> = (0..len).map(&mut f).collect();
        let bit = |pick: fn(&Could) -> bool| BooleanBuffer::collect_bool(len, |row| rows.get(row).is_some_and(pick));
        Self { must: bit(|c| !c.be_false), may: bit(|c| c.be_true) }
    }

    /// By each row's code; what has none is unknown.
    #[must_use]
    pub fn by_code(codes: &[u32], could: &[Could]) -> Self {
        let mask = |bit: fn(Could) -> bool| {
            let bits: Vec<bool> = could.iter().copied().map(bit).collect();
            let missing = bit(Could::UNKNOWN);
            let of = |code: &u32| bits.get(*code as usize).copied().unwrap_or(missing);
            BooleanBuffer::collect_bool(codes.len(), |row| codes.get(row).is_none_or(of))
        };
        let may = mask(|could| could.be_true);
        let certain = could.iter().all(|could| could.is_certain());
        let must = if certain && codes.iter().all(|code| (*code as usize) < could.len()) {
            may.clone()
        } else {
            mask(|could| !could.be_false)
        };
        Self { must, may }
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
        Self { must: !&self.may, may: !&self.must }
    }

    /// `and`
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { must: &self.must & &other.must, may: &self.may & &other.may }
    }

    /// `or`
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self { must: &self.must | &other.must, may: &self.may | &other.may }
    }

    /// The rows of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &Rows, len: usize) -> Self {
        let pick = |buffer: &BooleanBuffer| {
            BooleanBuffer::collect_bool(len, |row| {
                let at = rows.get(row);
                at < buffer.len() && buffer.value(at)
            })
        };
        match rows {
            Rows::Same => self.clone(),
            Rows::First | Rows::These(_) => Self { must: pick(&self.must), may: pick(&self.may) },
        }
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

/// What is known of one row's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// The value.
    Known,
    /// `none`
    None,
    /// Several values are possible; they are listed apart.
    Several,
    /// Anything.
    Unknown,
}

/// The values themselves.
#[derive(Clone, Debug)]
pub enum Data {
    /// Whole numbers and what is kept as such.
    Int(Vec<i64>),
    /// Billionths.
    Decimal(Vec<i128>),
}

/// A value for each row.
#[derive(Clone, Debug)]
pub struct Vals {
    /// The values; anything where the state is not `Known`.
    pub data: Data,
    /// What is known of each row.
    pub state: Vec<State>,
    /// What the rows in state `Several` may be; sorted by row.
    pub several: Vec<(u32, Poss)>,
}

impl Vals {
    /// The same value for every row.
    #[must_use]
    pub fn constant(len: usize, value: Raw) -> Self {
        match value {
            Raw::Int(v) => Self { data: Data::Int(vec![v; len]), state: vec![State::Known; len], several: Vec::new() },
            Raw::Decimal(v) => {
                Self { data: Data::Decimal(vec![v; len]), state: vec![State::Known; len], several: Vec::new() }
            }
            Raw::None => Self { data: Data::Int(vec![0; len]), state: vec![State::None; len], several: Vec::new() },
        }
    }

    /// Nothing known in any row.
    #[must_use]
    pub fn unknown(len: usize) -> Self {
        Self { data: Data::Int(vec![0; len]), state: vec![State::Unknown; len], several: Vec::new() }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.is_empty()
    }

    /// Whether every row has a known value that is not `none`.
    #[must_use]
    pub fn all_known(&self) -> bool {
        self.state.iter().all(|s| *s == State::Known)
    }

    /// What one row may be.
    #[must_use]
    pub fn at(&self, row: usize) -> Poss {
        match self.state.get(row) {
            Some(State::Known) => self.raw(row).map_or(Poss::Any, Poss::One),
            Some(State::None) => Poss::One(Raw::None),
            Some(State::Several) => u32::try_from(row)
                .ok()
                .and_then(|row| self.several.binary_search_by_key(&row, |(at, _)| *at).ok())
                .and_then(|at| self.several.get(at))
                .map_or(Poss::Any, |(_, poss)| poss.clone()),
            Some(State::Unknown) | None => Poss::Any,
        }
    }

    /// The value of one row, if it is certain.
    #[must_use]
    pub fn certain(&self, row: usize) -> Option<Raw> {
        match self.state.get(row)? {
            State::Known => self.raw(row),
            State::None => Some(Raw::None),
            State::Several | State::Unknown => None,
        }
    }

    fn raw(&self, row: usize) -> Option<Raw> {
        match &self.data {
            Data::Int(values) => values.get(row).copied().map(Raw::Int),
            Data::Decimal(values) => values.get(row).copied().map(Raw::Decimal),
        }
    }

    /// The rows of `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &Rows, len: usize) -> Self {
        if matches!(rows, Rows::Same) {
            return self.clone();
        }
        let state: Vec<State> =
            (0..len).map(|row| self.state.get(rows.get(row)).copied().unwrap_or(State::Unknown)).collect();
        let data = match &self.data {
            Data::Int(values) => {
                Data::Int((0..len).map(|row| values.get(rows.get(row)).copied().unwrap_or_default()).collect())
            }
            Data::Decimal(values) => {
                Data::Decimal((0..len).map(|row| values.get(rows.get(row)).copied().unwrap_or_default()).collect())
            }
        };
        let mut several = Vec::new();
        if !self.several.is_empty() {
            for (row, state) in state.iter().enumerate() {
                if *state == State::Several
                    && let Ok(at) = u32::try_from(row)
                {
                    several.push((at, self.at(rows.get(row))));
                }
            }
        }
        Self { data, state, several }
    }
}

/// Builds a column of values row by row.
#[derive(Debug)]
pub struct ValsBuilder {
    ints: Vec<i64>,
    decimals: Vec<i128>,
    decimal: bool,
    state: Vec<State>,
    several: Vec<(u32, Poss)>,
}

impl ValsBuilder {
    /// For so many rows of decimals or of whole numbers.
    #[must_use]
    pub fn new(len: usize, decimal: bool) -> Self {
        Self {
            ints: Vec::with_capacity(if decimal { 0 } else { len }),
            decimals: Vec::with_capacity(if decimal { len } else { 0 }),
            decimal,
            state: Vec::with_capacity(len),
            several: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, value: Poss) {
        let (state, raw) = match value {
            Poss::One(Raw::None) => (State::None, Raw::None),
            Poss::One(raw) => (State::Known, raw),
            Poss::Any => (State::Unknown, Raw::None),
            Poss::Set(_) | Poss::Range(..) => {
                if let Ok(row) = u32::try_from(self.state.len()) {
                    self.several.push((row, value));
                }
                (State::Several, Raw::None)
            }
        };
        self.state.push(state);
        if self.decimal {
            self.decimals.push(if let Raw::Decimal(v) = raw { v } else { 0 });
        } else {
            self.ints.push(if let Raw::Int(v) = raw { v } else { 0 });
        }
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Vals {
        let data = if self.decimal { Data::Decimal(self.decimals) } else { Data::Int(self.ints) };
        Vals { data, state: self.state, several: self.several }
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
