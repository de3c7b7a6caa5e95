//! Rows that give the same: what is worked out of them is worked out once.

use std::collections::HashMap;

use super::column::{Col, State, Vals, ValsBuilder};
use super::value::{Poss, Raw};

/// In [`Groups::of`]: not all that this row gives is certain.
const ALONE: u32 = u32::MAX;

/// So many combinations are numbered by a table; beyond that they are looked up.
const TABLE: usize = 1 << 16;

/// Fewer rows than this are not worth sorting.
const FEW: usize = 4;

/// The rows of a frame by the values of some columns.
#[derive(Debug)]
pub struct Groups {
    /// The group of each row.
    of: Vec<u32>,
    /// The first row of each group.
    first: Vec<usize>,
}

impl Groups {
    /// Sorts the rows of some columns of this length.
    #[must_use]
    pub fn new<'c>(cols: impl IntoIterator<Item = &'c Col>, len: usize) -> Self {
        if len < FEW {
            return Self { of: vec![ALONE; len], first: Vec::new() };
        }
        let mut groups = Self { of: vec![0; len], first: if len == 0 { Vec::new() } else { vec![0] } };
        for col in cols {
            let (codes, bound) = codes(col, len);
            groups.split(&codes, bound);
        }
        groups
    }

    /// Tells groups apart by one column more.
    fn split(&mut self, codes: &[u32], bound: usize) {
        let combinations = self.first.len().saturating_mul(bound);
        let mut table: Vec<u32> = if combinations <= TABLE { vec![ALONE; combinations] } else { Vec::new() };
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        let mut first: Vec<usize> = Vec::new();
        let mut next = |row: usize| {
            first.push(row);
            u32::try_from(first.len() - 1).unwrap_or(ALONE)
        };
        for (row, (group, code)) in self.of.iter_mut().zip(codes).enumerate() {
            if *group == ALONE || *code == ALONE {
                *group = ALONE;
                continue;
            }
            *group = match table.get_mut(*group as usize * bound + *code as usize) {
                Some(slot) => {
                    if *slot == ALONE {
                        *slot = next(row);
                    }
                    *slot
                }
                None => *known.entry((*group, *code)).or_insert_with(|| next(row)),
            };
        }
        self.first = first;
    }

    /// What `f` says of each row: asked once for each group, and for each row by itself of which not all is certain.
    #[must_use]
    pub fn each(&self, decimal: bool, f: impl Fn(usize) -> Poss) -> Vals {
        let mut builder = ValsBuilder::new(self.first.len(), decimal);
        self.first.iter().for_each(|row| builder.push(f(*row)));
        let by_group = builder.finish();
        if !self.of.contains(&ALONE) {
            return by_group.pick(&self.of);
        }
        let mut builder = ValsBuilder::new(self.of.len(), decimal);
        for (row, group) in self.of.iter().enumerate() {
            builder.push(if *group == ALONE { f(row) } else { by_group.at(*group as usize) });
        }
        builder.finish()
    }
}

/// A number for what each row gives, below a bound; none where that is not certain.
fn codes(col: &Col, len: usize) -> (Vec<u32>, usize) {
    match col {
        Col::Truth(truth) if truth.is_sure() => {
            let mut codes = vec![0; len];
            truth.may.set_indices().for_each(|row| codes.get_mut(row).into_iter().for_each(|code| *code = 1));
            (codes, 2)
        }
        Col::Truth(truth) => {
            let code = |row| match truth.at(row) {
                could if could.is_certain() => u32::from(could.be_true),
                _ => ALONE,
            };
            ((0..len).map(code).collect(), 2)
        }
        Col::Vals(vals) => of_vals(vals, len),
    }
}

fn of_vals(vals: &Vals, len: usize) -> (Vec<u32>, usize) {
    if let Some(ints) = vals.ints() {
        let known =
            || ints.iter().enumerate().filter(|(row, _)| vals.state(*row) == State::Known).map(|(_, value)| *value);
        let ends = if vals.all_known() {
            let ends = |(low, high): (i64, i64), value: &i64| (low.min(*value), high.max(*value));
            ints.first().map(|first| ints.iter().fold((*first, *first), ends))
        } else {
            known().min().zip(known().max())
        };
        let (low, high) = ends.unwrap_or((0, 0));
        if let Some(span) =
            high.checked_sub(low).and_then(|span| usize::try_from(span).ok()).filter(|span| *span < len.max(64))
        {
            // `none` is 0, the least value 1.
            let code = |value: i64| u32::try_from(value.wrapping_sub(low)).unwrap_or(0) + 1;
            let codes = match vals.states() {
                None => ints.iter().map(|value| code(*value)).collect(),
                Some(states) => ints
                    .iter()
                    .zip(states)
                    .map(|(value, state)| match state {
                        State::Known => code(*value),
                        State::None => 0,
                        State::Several | State::Unknown => ALONE,
                    })
                    .collect(),
            };
            return (codes, span + 2);
        }
    }
    let mut seen: HashMap<Raw, u32> = HashMap::new();
    let mut code = |raw: Raw| {
        let next = u32::try_from(seen.len()).unwrap_or(ALONE);
        *seen.entry(raw).or_insert(next)
    };
    let codes = (0..len).map(|row| vals.certain(row).map_or(ALONE, &mut code)).collect();
    (codes, seen.len())
}
