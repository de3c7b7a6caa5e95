//! Sets of ids as one record holds them.

use crate::facts::table::{Column, TableData};

use super::arms::bit;
use super::env::Env;
use super::quant::scalar_at;
use super::value::{Could, Poss, Raw};

/// A set of texts, by their numbers.
#[derive(Debug, Default)]
pub struct Ids {
    /// Sorted.
    pub symbols: Vec<i64>,
    /// There may be others.
    pub open: bool,
}

impl Ids {
    /// The set that a field of a record holds.
    #[must_use]
    pub fn of(env: &Env<'_>, table: &TableData, name: &str, row: u32) -> Self {
        let column = env.program.schema.find(table.table, name).and_then(|(field, _)| table.column(field));
        let Some(Column::List(list)) = column else { return Self { symbols: Vec::new(), open: true } };
        let at = row as usize;
        let range = list.offsets.get(at).copied().unwrap_or(0)..list.offsets.get(at + 1).copied().unwrap_or(0);
        let Some(Column::Scalar(values)) = list.rows.columns.first() else {
            return Self { symbols: Vec::new(), open: true };
        };
        let mut ids = Self::default();
        for row in range {
            match scalar_at(values, row as usize) {
                Poss::One(Raw::Int(symbol)) if !bit(&list.rows.phantom, row as usize) => ids.symbols.push(symbol),
                _ => ids.open = true,
            }
        }
        ids.symbols.sort_unstable();
        ids.symbols.dedup();
        ids
    }

    /// Whether something is in the set; what is not known may be.
    #[must_use]
    pub fn has(&self, value: &Poss) -> Could {
        match value.one() {
            Some(Raw::Int(symbol)) if self.symbols.binary_search(&symbol).is_ok() => Could::certain(true),
            Some(Raw::Int(_)) => Could { be_true: self.open, be_false: true },
            _ => Could { be_true: self.open || !self.symbols.is_empty(), be_false: true },
        }
    }

    /// Whether what the set is about allows something: an empty one says nothing about it. None stands for a kind of thing that is not there.
    #[must_use]
    pub fn allows(&self, value: Option<&Poss>) -> Could {
        let empty = Could { be_true: self.symbols.is_empty(), be_false: self.open || !self.symbols.is_empty() };
        let has = value.map_or(Could::certain(false), |value| self.has(value));
        Could { be_true: empty.be_true || has.be_true, be_false: empty.be_false && has.be_false }
    }
}
