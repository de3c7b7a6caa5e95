//! Some thousands of rows at once: the places of each column as they are kept, for who wants no tree of them.

use std::sync::{Arc, OnceLock};

use super::column::{Column, Level};
use super::footer::RowGroup;
use super::page::{Dictionary, Value, Values};
use super::rows::{Places, Tree};
use super::schema::{Kind, Leaf, Node, Physical, Schema};
use super::{Body, Budget, Read, plain};
use crate::facts::{self, Json, Misread, Plain};

/// How many levels of a list are unpacked ahead of what is wanted.
const AHEAD: usize = 4096;

/// Rows by their columns. Of a column that is not wanted there is nothing.
#[derive(Debug)]
pub struct Batch {
    schema: Arc<Schema>,
    /// The number of its first row, from 1.
    first: u32,
    rows: usize,
    columns: Vec<Option<Stretch>>,
    starts: OnceLock<Vec<Vec<Start>>>,
}

/// A stretch of one column.
#[derive(Debug, Default)]
struct Stretch {
    /// For each place how many lists go on there; nothing where that is none.
    reps: Vec<u8>,
    /// For each place up to what it is there; nothing where that is always the same.
    defs: Vec<u8>,
    places: usize,
    store: Store,
}

/// Values as they are kept.
#[derive(Debug)]
enum Store {
    Bools(Vec<bool>),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    /// And where each ends.
    Bytes(Vec<u8>, Vec<usize>),
    /// By their places in a dictionary.
    Coded(Vec<u32>, Arc<Dictionary>),
}

/// Where a row begins in a column: its first place, and the first value from there on.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    place: usize,
    value: usize,
}

impl Default for Store {
    fn default() -> Self {
        Self::Ints(Vec::new())
    }
}

impl Store {
    fn new(physical: Physical) -> Self {
        match physical {
            Physical::Bool => Self::Bools(Vec::new()),
            Physical::Int32 | Physical::Int64 => Self::Ints(Vec::new()),
            Physical::Float => Self::Floats(Vec::new()),
            Physical::Double => Self::Doubles(Vec::new()),
            Physical::Int96 | Physical::Bytes | Physical::Fixed(_) => Self::Bytes(Vec::new(), Vec::new()),
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Bools(values), Value::Bool(value)) => values.push(value),
            (Self::Ints(values), Value::Int(value)) => values.push(value),
            (Self::Floats(values), Value::Float(value)) => values.push(value),
            (Self::Doubles(values), Value::Double(value)) => values.push(value),
            (Self::Bytes(bytes, ends), Value::Bytes(value)) => {
                bytes.extend_from_slice(value);
                ends.push(bytes.len());
            }
            // A column has values of one kind.
            _ => {}
        }
    }

    fn get(&self, at: usize, physical: Physical) -> Option<Value<'_>> {
        Some(match self {
            Self::Bools(values) => Value::Bool(*values.get(at)?),
            Self::Ints(values) => Value::Int(*values.get(at)?),
            Self::Floats(values) => Value::Float(*values.get(at)?),
            Self::Doubles(values) => Value::Double(*values.get(at)?),
            Self::Bytes(bytes, ends) => {
                let from = at.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
                Value::Bytes(bytes.get(from..*ends.get(at)?)?)
            }
            Self::Coded(codes, dictionary) => dictionary.get(*codes.get(at)?, physical).ok()?,
        })
    }

    /// The same by its values, where it has places in a dictionary.
    fn spelled(self, physical: Physical) -> Read<Self> {
        let Self::Coded(codes, dictionary) = self else { return Ok(self) };
        let mut store = Self::new(physical);
        for code in codes {
            store.push(dictionary.get(code, physical)?);
        }
        Ok(store)
    }
}

/// The rows of a row group, a batch at a time.
#[derive(Debug)]
pub(super) struct Batches<'b> {
    schema: Arc<Schema>,
    columns: Vec<Option<Ahead<'b>>>,
    left: u64,
}

/// A column, and levels of the page at hand that were read ahead.
#[derive(Debug)]
struct Ahead<'b> {
    column: Column<'b>,
    reps: Vec<u8>,
    defs: Vec<u8>,
    at: usize,
}

impl<'b> Batches<'b> {
    pub(super) fn new(schema: &Arc<Schema>, group: &RowGroup, body: &Body<'b>, wanted: &[bool]) -> Read<Self> {
        let (columns, left) = super::rows::open(schema, group, body, wanted)?;
        let ahead = |column: Column<'b>| Ahead { column, reps: Vec::new(), defs: Vec::new(), at: 0 };
        let columns = columns.into_iter().map(|column| column.map(ahead)).collect();
        Ok(Self { schema: Arc::clone(schema), columns, left })
    }

    /// The next rows, `most` or fewer, of which the first has this number; none behind the last.
    ///
    /// # Errors
    /// Whatever is not as it should be; what exactly, and from which row on, is for who reads row by row to find out.
    pub(super) fn next(&mut self, first: u32, most: usize, budget: &mut Budget) -> Read<Option<Batch>> {
        let rows = usize::try_from(self.left).unwrap_or(usize::MAX).min(most);
        if rows == 0 {
            let is_done = self.columns.iter().flatten().all(Ahead::is_done);
            return if is_done { Ok(None) } else { Err("it does not have as many values as there are rows".into()) };
        }
        self.left -= u64::try_from(rows).unwrap_or(u64::MAX);
        let mut columns = Vec::with_capacity(self.columns.len());
        for (column, leaf) in self.columns.iter_mut().zip(&self.schema.leaves) {
            columns.push(match column {
                Some(column) => {
                    let stretch = column.stretch(rows, leaf, budget)?;
                    if self.left == 0 && !column.is_done() {
                        return Err("it does not have as many values as there are rows".into());
                    }
                    Some(stretch)
                }
                None => None,
            });
        }
        let batch = Batch { schema: Arc::clone(&self.schema), first, rows, columns, starts: OnceLock::new() };
        if !self.schema.fields.iter().all(|(_, node)| batch.is_even(node)) {
            return Err("its columns do not have as many values as each other".into());
        }
        Ok(Some(batch))
    }
}

impl Ahead<'_> {
    fn is_done(&self) -> bool {
        self.at >= self.reps.len() && self.column.left == 0
    }

    /// Turns to a page that has places left.
    fn turn(&mut self, leaf: &Leaf, budget: &mut Budget) -> Read<()> {
        while self.column.page.as_ref().is_none_or(|page| page.left == 0) {
            self.column.turn(leaf, budget)?;
        }
        Ok(())
    }

    fn stretch(&mut self, rows: usize, leaf: &Leaf, budget: &mut Budget) -> Read<Stretch> {
        let mut stretch = Stretch { store: Store::new(leaf.physical), ..Stretch::default() };
        if leaf.rep == 0 {
            self.flat(rows, leaf, &mut stretch, budget)?
        } else {
            self.listed(rows, leaf, &mut stretch, budget)?
        }
        let texts = match &stretch.store {
            Store::Bytes(bytes, ends) => (bytes.len(), ends.len()),
            Store::Coded(codes, dictionary) => {
                let length = |code: &u32| match dictionary.get(*code, leaf.physical) {
                    Ok(Value::Bytes(bytes)) => bytes.len(),
                    _ => 4,
                };
                (codes.iter().map(length).sum(), codes.len())
            }
            _ => (0, 0),
        };
        budget.write(super::rows::cost(leaf).saturating_mul(stretch.places))?;
        budget.write(texts.0.saturating_add(4 * stretch.places.saturating_sub(texts.1)))?;
        Ok(stretch)
    }

    /// The places of a column that is in no list: one for each row.
    fn flat(&mut self, rows: usize, leaf: &Leaf, stretch: &mut Stretch, budget: &mut Budget) -> Read<()> {
        let most = u8::try_from(leaf.def).map_err(|_| LEVEL)?;
        while stretch.places < rows {
            if self.column.left == 0 {
                return Err("it does not have as many values as there are rows".into());
            }
            self.turn(leaf, budget)?;
            let Some(page) = &mut self.column.page else { return Err(LEVEL.into()) };
            let left = usize::try_from(page.left.min(self.column.left)).unwrap_or(usize::MAX);
            let places = left.min(rows - stretch.places);
            let mut values = places;
            if leaf.def > 0 {
                let from = stretch.defs.len();
                if !page.def.many(&page.data, places, &mut stretch.defs, level(most))? {
                    return Err(LEVEL.into());
                }
                let defs = stretch.defs.get(from..).unwrap_or_default();
                values = defs.iter().filter(|def| **def == most).count();
            }
            page.left -= u64::try_from(places).unwrap_or(u64::MAX);
            self.column.left -= u64::try_from(places).unwrap_or(u64::MAX);
            stretch.places += places;
            self.values(values, leaf, stretch)?;
        }
        Ok(())
    }

    /// The places of a column that is in lists: those of a row end where another begins.
    fn listed(&mut self, rows: usize, leaf: &Leaf, stretch: &mut Stretch, budget: &mut Budget) -> Read<()> {
        let (most, most_rep) = (u8::try_from(leaf.def).map_err(|_| LEVEL)?, u8::try_from(leaf.rep).map_err(|_| LEVEL)?);
        let mut begun = 0;
        loop {
            if self.at >= self.reps.len() {
                (self.at, self.reps, self.defs) = (0, Vec::new(), Vec::new());
                if self.column.left == 0 {
                    return if begun == rows { Ok(()) } else { Err(LEVEL.into()) };
                }
                self.turn(leaf, budget)?;
                let Some(page) = &mut self.column.page else { return Err(LEVEL.into()) };
                let left = usize::try_from(page.left.min(self.column.left)).unwrap_or(usize::MAX);
                let places = left.min(AHEAD);
                if !page.rep.many(&page.data, places, &mut self.reps, level(most_rep))?
                    || !page.def.many(&page.data, places, &mut self.defs, level(most))?
                {
                    return Err(LEVEL.into());
                }
                page.left -= u64::try_from(places).unwrap_or(u64::MAX);
                self.column.left -= u64::try_from(places).unwrap_or(u64::MAX);
            }
            let reps = self.reps.get(self.at..).unwrap_or_default();
            let mut count = reps.len();
            for (at, rep) in reps.iter().enumerate() {
                if *rep == 0 {
                    if begun == rows {
                        count = at;
                        break;
                    }
                    begun += 1;
                } else if begun == 0 {
                    return Err(LEVEL.into());
                }
            }
            let is_whole = count < reps.len();
            let defs = self.defs.get(self.at..self.at + count).unwrap_or_default();
            let values = defs.iter().filter(|def| **def == most).count();
            stretch.reps.extend_from_slice(reps.get(..count).unwrap_or_default());
            stretch.defs.extend_from_slice(defs);
            stretch.places += count;
            self.at += count;
            self.values(values, leaf, stretch)?;
            if is_whole {
                return Ok(());
            }
        }
    }

    /// The next values of the page at hand.
    fn values(&mut self, count: usize, leaf: &Leaf, stretch: &mut Stretch) -> Read<()> {
        if count == 0 {
            return Ok(());
        }
        let Some(page) = &mut self.column.page else { return Err(LEVEL.into()) };
        if let Values::Dictionary(places) = &mut page.values {
            let dictionary = self.column.dictionary.as_ref().ok_or("a page needs a dictionary, and there is none")?;
            let known = |place: u32| Some(place).filter(|place| (*place as usize) < dictionary.len());
            match &mut stretch.store {
                Store::Coded(codes, _) => {
                    return if places.many(&page.data, count, codes, known)? { Ok(()) } else { Err(LEVEL.into()) };
                }
                store if store.get(0, leaf.physical).is_none() => {
                    let mut codes = Vec::with_capacity(count);
                    if !places.many(&page.data, count, &mut codes, known)? {
                        return Err(LEVEL.into());
                    }
                    *store = Store::Coded(codes, Arc::clone(dictionary));
                    return Ok(());
                }
                _ => {}
            }
        }
        if matches!(stretch.store, Store::Coded(..)) {
            stretch.store = std::mem::take(&mut stretch.store).spelled(leaf.physical)?;
        }
        for _ in 0..count {
            stretch.store.push(page.values.next(&page.data, self.column.dictionary.as_deref(), leaf.physical)?);
        }
        Ok(())
    }
}

const LEVEL: &str = "a page has a level that its column has not";

fn level(most: u8) -> impl Fn(u32) -> Option<u8> {
    move |level| u8::try_from(level).ok().filter(|level| *level <= most)
}

impl Batch {
    fn column(&self, leaf: usize) -> Option<&Stretch> {
        self.columns.get(leaf)?.as_ref()
    }

    /// Whether the columns of each list have as many elements in each row; what is in lists within lists is not looked at, and so not even.
    fn is_even(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Leaf => true,
            Kind::Record(fields) => fields.iter().all(|(_, node)| self.is_even(node)),
            Kind::List(_, rep) | Kind::Map(_, _, rep) => {
                let mut columns = (node.leaves.0..node.leaves.1).filter_map(|leaf| {
                    Some((self.column(leaf)?, self.schema.leaves.get(leaf).is_some_and(|of| of.rep == 1)))
                });
                let Some((first, is_flat)) = columns.next() else { return true };
                *rep == 1
                    && is_flat
                    && first.ends_where_nothing_is(node.def)
                    && columns.all(|(other, is_flat)| is_flat && other.reps == first.reps)
            }
        }
    }

    /// Where each row begins in each column.
    fn starts(&self) -> &[Vec<Start>] {
        self.starts.get_or_init(|| {
            let of = |(column, leaf): (&Option<Stretch>, &Leaf)| {
                let Some(column) = column else { return Vec::new() };
                let mut starts = Vec::with_capacity(self.rows);
                let mut value = 0;
                for place in 0..column.places {
                    if column.reps.get(place).is_none_or(|rep| *rep == 0) {
                        starts.push(Start { place, value });
                    }
                    value += usize::from(column.def(place, leaf) == leaf.def);
                }
                starts
            };
            self.columns.iter().zip(&self.schema.leaves).map(of).collect()
        })
    }

    /// A row as a tree.
    pub(super) fn record(&self, row: usize) -> Result<Json<'_>, Misread> {
        let starts = self.starts();
        let cursors = starts.iter().map(|starts| starts.get(row).copied().unwrap_or_default()).collect();
        let mut tree = Tree::new(&self.schema, Cursors { batch: self, cursors });
        // What it costs was counted before.
        tree.record(&mut Budget::endless()).unwrap_or_else(|_| {
            Err(Misread { message: "a row cannot be read".to_owned(), found: String::new(), help: None })
        })
    }

    /// The number of a row.
    pub(super) fn number(&self, row: usize) -> u32 {
        self.first.saturating_add(u32::try_from(row).unwrap_or(u32::MAX))
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl Stretch {
    /// Whether a row whose list has no element, being there from this level on, has no further place.
    fn ends_where_nothing_is(&self, list: u16) -> bool {
        let next = self.reps.iter().skip(1);
        let mut places = self.reps.iter().zip(&self.defs).zip(next);
        places.all(|((rep, def), next)| *rep > 0 || u16::from(*def) > list || *next == 0)
    }

    fn def(&self, place: usize, leaf: &Leaf) -> u16 {
        self.defs.get(place).map_or(leaf.def, |def| u16::from(*def))
    }
}

/// A place in each column of a batch.
struct Cursors<'b> {
    batch: &'b Batch,
    cursors: Vec<Start>,
}

impl Places for Cursors<'_> {
    fn is_wanted(&self, leaf: usize) -> bool {
        self.batch.column(leaf).is_some()
    }

    fn peek(&mut self, leaf: usize, of: &Leaf, _: &mut Budget) -> Read<Option<Level>> {
        let (Some(column), Some(start)) = (self.batch.column(leaf), self.cursors.get(leaf)) else { return Ok(None) };
        let level =
            |place| Level { rep: column.reps.get(place).copied().map_or(0, u16::from), def: column.def(place, of) };
        Ok((start.place < column.places).then(|| level(start.place)))
    }

    fn take(&mut self, leaf: usize, of: &Leaf, _: &mut Budget) -> Read<Option<Value<'_>>> {
        let (Some(column), Some(start)) = (self.batch.column(leaf), self.cursors.get_mut(leaf)) else {
            return Ok(None);
        };
        let has_value = start.place < column.places && column.def(start.place, of) == of.def;
        start.place += 1;
        if !has_value {
            return Ok(None);
        }
        start.value += 1;
        Ok(column.store.get(start.value - 1, of.physical))
    }
}

impl facts::Columns for Batch {
    fn len(&self) -> usize {
        self.rows
    }

    fn number(&self, row: usize) -> u32 {
        Self::number(self, row)
    }

    fn places(&self, leaf: usize) -> usize {
        self.column(leaf).map_or(0, |column| column.places)
    }

    fn levels(&self, leaf: usize) -> (&[u8], &[u8], u8) {
        let most = self.schema.leaves.get(leaf).and_then(|of| u8::try_from(of.def).ok()).unwrap_or(u8::MAX);
        self.column(leaf).map_or((&[], &[], most), |column| (&column.reps, &column.defs, most))
    }

    fn codes(&self, leaf: usize) -> Option<(&[u32], usize)> {
        match &self.column(leaf)?.store {
            Store::Coded(codes, dictionary) => Some((codes, dictionary.len())),
            _ => None,
        }
    }

    fn coded(&self, leaf: usize, code: u32) -> Plain<'_> {
        let (Some(of), Some(Stretch { store: Store::Coded(_, dictionary), .. })) =
            (self.schema.leaves.get(leaf), self.column(leaf))
        else {
            return Plain::Odd;
        };
        dictionary.get(code, of.physical).map_or(Plain::Odd, |value| plain::plain(of, value))
    }

    fn value(&self, leaf: usize, at: usize) -> Plain<'_> {
        let (Some(of), Some(column)) = (self.schema.leaves.get(leaf), self.column(leaf)) else { return Plain::Odd };
        column.store.get(at, of.physical).map_or(Plain::Odd, |value| plain::plain(of, value))
    }
}

#[cfg(test)]
mod tests;
