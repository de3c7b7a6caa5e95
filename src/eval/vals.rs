//! Columns of values, with what each row may be where it is not known.

use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, ScalarBuffer};

use super::column::Rows;
use super::mask::{are_below, run};
use super::value::{Poss, Raw};

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

impl State {
    /// Whether it is a known value or `none`.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        matches!(self, Self::Known | Self::None)
    }
}

/// The values themselves.
#[derive(Clone, Debug)]
pub enum Data {
    /// Whole numbers and what is kept as such.
    Int(ScalarBuffer<i64>),
    /// Billionths.
    Decimal(ScalarBuffer<i128>),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::Int(values) => values.len(),
            Self::Decimal(values) => values.len(),
        }
    }
}

/// A value for each row. A copy costs little.
#[derive(Clone, Debug)]
pub struct Vals {
    /// The values; anything where the state is not `Known`.
    data: Data,
    /// What is known of each row; absent where every row has a known value.
    states: Option<Arc<[State]>>,
    /// What the rows in state `Several` may be; sorted by row.
    several: Arc<[(u32, Poss)]>,
}

impl Vals {
    /// The same value for every row.
    #[must_use]
    pub fn constant(len: usize, value: Raw) -> Self {
        match value {
            Raw::Int(v) => Self::known(Data::Int(vec![v; len].into())),
            Raw::Decimal(v) => Self::known(Data::Decimal(vec![v; len].into())),
            Raw::None => Self::new(Data::Int(vec![0; len].into()), vec![State::None; len], Vec::new()),
        }
    }

    /// Nothing known in any row.
    #[must_use]
    pub fn unknown(len: usize) -> Self {
        Self::new(Data::Int(vec![0; len].into()), vec![State::Unknown; len], Vec::new())
    }

    /// A known value for each row.
    #[must_use]
    pub fn known(data: Data) -> Self {
        Self { data, states: None, several: Arc::default() }
    }

    /// Values, with what is known of each.
    #[must_use]
    pub fn new(data: Data, states: Vec<State>, several: Vec<(u32, Poss)>) -> Self {
        let all_known = states.iter().fold(true, |so_far, state| so_far & (*state == State::Known));
        let states = (!all_known).then(|| Arc::from(states));
        let several = if several.is_empty() { Arc::default() } else { Arc::from(several) };
        Self { data, states, several }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every row has a known value that is not `none`.
    #[must_use]
    pub const fn all_known(&self) -> bool {
        self.states.is_none()
    }

    /// Whether each row has a known value or is `none`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |states: &[State]| states.iter().fold(true, |so_far, state| so_far & state.is_plain());
        self.states.as_deref().is_none_or(plain)
    }

    /// Whether each row is one value or may be anything.
    #[must_use]
    pub fn is_one_or_any(&self) -> bool {
        self.several.is_empty()
    }

    /// What is known of each row; nothing where every row has a known value.
    #[must_use]
    pub fn states(&self) -> Option<&[State]> {
        self.states.as_deref()
    }

    /// The rows without a known value: those of `none`, and those of which one cannot tell.
    pub fn others(&self) -> impl Iterator<Item = usize> + '_ {
        let states = self.states.as_deref().unwrap_or_default();
        states.iter().enumerate().filter(|(_, state)| **state != State::Known).map(|(row, _)| row)
    }

    /// What is known of one row; nothing beyond the end.
    #[must_use]
    pub fn state(&self, row: usize) -> State {
        match &self.states {
            None if row < self.len() => State::Known,
            None => State::Unknown,
            Some(states) => states.get(row).copied().unwrap_or(State::Unknown),
        }
    }

    /// The whole numbers, where it is a column of these; anything in rows that are not known.
    #[must_use]
    pub fn ints(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Int(values) => Some(values),
            Data::Decimal(_) => None,
        }
    }

    /// The values.
    #[must_use]
    pub const fn data(&self) -> &Data {
        &self.data
    }

    /// What one row may be.
    #[must_use]
    pub fn at(&self, row: usize) -> Poss {
        match self.state(row) {
            State::Known => self.raw(row).map_or(Poss::Any, Poss::One),
            State::None => Poss::One(Raw::None),
            State::Several => u32::try_from(row)
                .ok()
                .and_then(|row| self.several.binary_search_by_key(&row, |(at, _)| *at).ok())
                .and_then(|at| self.several.get(at))
                .map_or(Poss::Any, |(_, poss)| poss.clone()),
            State::Unknown => Poss::Any,
        }
    }

    /// The value of one row, if it is certain.
    #[must_use]
    pub fn certain(&self, row: usize) -> Option<Raw> {
        match self.state(row) {
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
        if let (Rows::First, Some(value @ (Raw::Int(_) | Raw::Decimal(_)))) = (rows, self.certain(0)) {
            return Self::constant(len, value);
        }
        rows.outer(len).map_or_else(|| self.clone(), |rows| self.pick(&rows))
    }

    /// These rows, in that order; of one beyond the end nothing is known.
    #[must_use]
    pub fn pick(&self, rows: &[u32]) -> Self {
        if let Some(range) = run(rows).filter(|range| range.end <= self.len() && self.states.is_none()) {
            return Self::known(match &self.data {
                Data::Int(values) => Data::Int(values.slice(range.start, range.len())),
                Data::Decimal(values) => Data::Decimal(values.slice(range.start, range.len())),
            });
        }
        let data = match &self.data {
            Data::Int(values) => Data::Int(at_rows(values, rows).into()),
            Data::Decimal(values) => Data::Decimal(at_rows(values, rows).into()),
        };
        if self.states.is_none() && are_below(rows, self.len()) {
            return Self::known(data);
        }
        let states: Vec<State> = rows.iter().map(|row| self.state(*row as usize)).collect();
        let mut several = Vec::new();
        if !self.several.is_empty() {
            for ((at, state), row) in (0_u32..).zip(&states).zip(rows) {
                if *state == State::Several {
                    several.push((at, self.at(*row as usize)));
                }
            }
        }
        Self::new(data, states, several)
    }

    /// The whole numbers of one column where a mask is set, and of another where it is not; for columns whose rows are known or `none`.
    #[must_use]
    pub fn chosen(mask: &BooleanBuffer, a: &Self, b: &Self) -> Option<Self> {
        let (Data::Int(from), Data::Int(others)) = (&a.data, &b.data) else { return None };
        let mut values = others.to_vec();
        for row in mask.set_indices() {
            if let (Some(value), Some(chosen)) = (values.get_mut(row), from.get(row)) {
                *value = *chosen;
            }
        }
        if a.states.is_none() && b.states.is_none() {
            return Some(Self::known(Data::Int(values.into())));
        }
        let states = |vals: &Self| vals.states().map_or_else(|| vec![State::Known; vals.len()], <[State]>::to_vec);
        let (from, mut states) = (states(a), states(b));
        for row in mask.set_indices() {
            if let (Some(state), Some(chosen)) = (states.get_mut(row), from.get(row)) {
                *state = *chosen;
            }
        }
        Some(Self::new(Data::Int(values.into()), states, Vec::new()))
    }

    /// The columns of whole numbers one after the other.
    #[must_use]
    pub fn joined(parts: &[Self]) -> Self {
        if let [one] = parts {
            return one.clone();
        }
        let len = parts.iter().map(Self::len).sum();
        let mut values: Vec<i64> = Vec::with_capacity(len);
        for part in parts {
            match part.ints() {
                Some(ints) => values.extend_from_slice(ints),
                None => values.resize(values.len() + part.len(), 0),
            }
        }
        if parts.iter().all(Self::all_known) {
            return Self::known(Data::Int(values.into()));
        }
        let mut states: Vec<State> = Vec::with_capacity(len);
        let mut several = Vec::new();
        for part in parts {
            let before = u32::try_from(states.len()).unwrap_or(u32::MAX);
            several.extend(part.several.iter().map(|(row, poss)| (before.saturating_add(*row), poss.clone())));
            match part.states() {
                Some(own) => states.extend_from_slice(own),
                None => states.resize(states.len() + part.len(), State::Known),
            }
        }
        Self::new(Data::Int(values.into()), states, several)
    }
}

fn at_rows<T: Copy + Default>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect()
}

/// Builds a column of values row by row.
#[derive(Debug)]
pub struct ValsBuilder {
    ints: Vec<i64>,
    decimals: Vec<i128>,
    decimal: bool,
    /// Empty as long as every row is known.
    states: Vec<State>,
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
            states: Vec::new(),
            several: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        if self.decimal { self.decimals.len() } else { self.ints.len() }
    }

    fn state(&mut self, state: State) {
        if state == State::Known && self.states.is_empty() {
            return;
        }
        let len = self.len();
        if self.states.is_empty() {
            self.states.reserve(self.ints.capacity().max(self.decimals.capacity()));
        }
        self.states.resize(len, State::Known);
        self.states.push(state);
    }

    /// Adds a row.
    pub fn push(&mut self, value: Poss) {
        match value {
            Poss::One(raw) => self.push_one(Some(raw)),
            Poss::Any => self.push_one(None),
            Poss::Set(_) | Poss::Range(..) => {
                if let Ok(row) = u32::try_from(self.len()) {
                    self.several.push((row, value));
                }
                self.add(State::Several, Raw::None);
            }
        }
    }

    /// Adds a row with a certain value, or with anything.
    pub fn push_one(&mut self, value: Option<Raw>) {
        match value {
            Some(Raw::None) => self.add(State::None, Raw::None),
            Some(raw) => self.add(State::Known, raw),
            None => self.add(State::Unknown, Raw::None),
        }
    }

    fn add(&mut self, state: State, raw: Raw) {
        self.state(state);
        if self.decimal {
            self.decimals.push(if let Raw::Decimal(v) = raw { v } else { 0 });
        } else {
            self.ints.push(if let Raw::Int(v) = raw { v } else { 0 });
        }
    }

    /// The column.
    #[must_use]
    pub fn finish(self) -> Vals {
        let data = if self.decimal { Data::Decimal(self.decimals.into()) } else { Data::Int(self.ints.into()) };
        if self.states.is_empty() { Vals::known(data) } else { Vals::new(data, self.states, self.several) }
    }
}
