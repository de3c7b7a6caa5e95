//! Facts in columns: one array for each field, with what is unknown and why.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{BooleanArray, Decimal128Array, Int64Array};
use arrow_buffer::BooleanBuffer;
use hashbrown::HashTable;

use super::pen::SHORT;
use super::texts::Texts;
use crate::check::schema::{FieldId, TableId};

/// Why a fact is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It was not given.
    Missing,
    /// The list it would be in was cut off.
    Incomplete,
    /// It was given in a form that cannot be read.
    Malformed,
    /// A value over nothing.
    Empty,
    /// A division by zero.
    Division,
    /// A result outside what the type holds, or a time that cannot be.
    OutOfRange,
    /// A plugin gave no answer.
    Plugin,
    /// Two sources say different things.
    Disagreement,
}

impl Cause {
    /// As decisions print it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Incomplete => "incomplete",
            Self::Malformed => "malformed",
            Self::Empty => "empty",
            Self::Division => "division",
            Self::OutOfRange => "out_of_range",
            Self::Plugin => "plugin",
            Self::Disagreement => "disagreement",
        }
    }
}

/// The first bytes of a text as a number that is in the order of texts, as far as they go.
fn head(text: &str) -> u64 {
    if let Some(head) = text.as_bytes().first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let mut head = [0; 8];
    head.iter_mut().zip(text.as_bytes()).for_each(|(head, byte)| *head = *byte);
    u64::from_be_bytes(head)
}

/// Hashes texts from outside: fast, and seeded anew in each process, so that nobody can choose texts that collide.
pub(super) type Hasher = ahash::RandomState;

/// The texts of the facts, each once; a column holds their numbers.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    /// Texts that others share; those of this one are numbered after them.
    base: Option<Arc<Strings>>,
    first: i64,
    texts: Texts,
    /// The first bytes of each, which mostly tell which of two comes first.
    heads: Vec<u64>,
    hashes: Vec<u64>,
    /// The places of all, found by their hashes.
    places: HashTable<u32>,
    /// The same for all that share texts, so that a text is hashed once.
    hasher: Hasher,
}

impl Strings {
    /// No texts but those of another, which keep their numbers.
    #[must_use]
    pub fn over(base: Arc<Self>) -> Self {
        let (first, hasher) = (base.next(), base.hasher.clone());
        Self { base: Some(base), first, hasher, ..Self::default() }
    }

    fn next(&self) -> i64 {
        self.first.saturating_add(i64::try_from(self.texts.len()).unwrap_or(i64::MAX))
    }

    /// Makes room for as many texts more, if they are as long as those that are there.
    pub(super) fn reserve(&mut self, more: usize) {
        self.texts.reserve(more);
        self.heads.reserve(more);
        self.hashes.reserve(more);
        let hashes = &self.hashes;
        self.places.reserve(more, |at| hash_at(hashes, *at));
    }

    /// The number of a text, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> i64 {
        let hash = self.hasher.hash_one(text);
        match self.find_hashed(hash, text) {
            Some(number) => number,
            None => self.add(hash, text),
        }
    }

    fn add(&mut self, hash: u64, text: &str) -> i64 {
        let number = self.next();
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text);
        self.heads.push(head(text));
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.places.insert_unique(hash, place, |at| hash_at(hashes, *at));
        number
    }

    /// Its own texts, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter()
    }

    /// The number of a text that is there.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<i64> {
        self.find_hashed(self.hasher.hash_one(text), text)
    }

    fn find_hashed(&self, hash: u64, text: &str) -> Option<i64> {
        let is_it =
            |at: &u32| hash_at(&self.hashes, *at) == hash && self.texts.bytes(*at as usize) == Some(text.as_bytes());
        match self.places.find(hash, is_it) {
            Some(at) => Some(self.first.saturating_add(i64::from(*at))),
            None => self.base.as_ref()?.find_hashed(hash, text),
        }
    }

    /// Which of the texts with these numbers comes first.
    pub(super) fn order(&self, a: i64, b: i64) -> Ordering {
        match (self.head_of(a), self.head_of(b)) {
            (Some(first), Some(second)) if first != second => first.cmp(&second),
            _ => self.get(a).cmp(&self.get(b)),
        }
    }

    /// The first bytes of a text, in its order among others; nothing of one that there is not.
    #[inline]
    pub(super) fn head(&self, number: i64) -> u64 {
        self.head_of(number).unwrap_or_default()
    }

    fn head_of(&self, number: i64) -> Option<u64> {
        if number < self.first {
            return self.base.as_ref()?.head_of(number);
        }
        self.heads.get(usize::try_from(number - self.first).ok()?).copied()
    }

    /// The text with this number.
    #[must_use]
    pub fn get(&self, number: i64) -> Option<&str> {
        if number < self.first {
            return self.base.as_ref()?.get(number);
        }
        self.texts.get(usize::try_from(number - self.first).ok()?)
    }

    /// The bytes of the text with this number, where it is short: see [`Texts::short`].
    #[inline]
    pub(super) fn short(&self, number: i64) -> Option<([u8; SHORT], usize)> {
        if number < self.first {
            return self.base.as_ref()?.short(number);
        }
        self.texts.short(usize::try_from(number - self.first).ok()?)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.next()).unwrap_or(usize::MAX)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The hash of the text at a place.
#[inline]
fn hash_at(hashes: &[u64], at: u32) -> u64 {
    hashes.get(at as usize).copied().unwrap_or_default()
}

/// The values of a scalar column. A null is unknown, or `none` where [`Scalar::none`] says so.
#[derive(Clone, Debug)]
pub enum Values {
    /// `bool`
    Bool(BooleanArray),
    /// Whole numbers; days of dates; microseconds of times and durations; codes of enumerations; numbers of texts, zones and versions in
    /// [`Strings`]; numbers of CVSS facts in [`Facts::cvss`].
    Int(Int64Array),
    /// `number` and `percent`: billionths.
    Decimal(Decimal128Array),
}

/// A column of one value for each row.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// The values.
    pub values: Values,
    /// Where the fact is `none`; absent if it nowhere is.
    pub none: Option<BooleanBuffer>,
    /// Why a null is unknown, where it is not simply missing; sorted by row.
    pub causes: Vec<(u32, Cause)>,
}

impl Scalar {
    /// Why row `row` is unknown.
    #[must_use]
    pub fn cause(&self, row: u32) -> Cause {
        self.causes
            .binary_search_by_key(&row, |(at, _)| *at)
            .ok()
            .and_then(|at| self.causes.get(at))
            .map_or(Cause::Missing, |(_, cause)| *cause)
    }
}

/// A column of lists or sets: row `r` owns rows `offsets[r]..offsets[r + 1]` of the inner table. An incomplete list ends with a phantom row.
#[derive(Clone, Debug)]
pub struct ListColumn {
    /// One more than there are rows.
    pub offsets: Vec<u32>,
    /// The inner rows.
    pub rows: Arc<TableData>,
    /// Why a list is incomplete, where it is not simply missing; sorted by row.
    pub causes: Vec<(u32, Cause)>,
}

impl ListColumn {
    /// Why the list of row `row` is incomplete.
    #[must_use]
    pub fn cause(&self, row: u32) -> Cause {
        let found = self.causes.binary_search_by_key(&row, |(at, _)| *at).ok().and_then(|at| self.causes.get(at));
        found.map_or(Cause::Missing, |(_, cause)| *cause)
    }
}

/// A column.
#[derive(Clone, Debug)]
pub enum Column {
    /// One value for each row.
    Scalar(Scalar),
    /// A list or set for each row.
    List(ListColumn),
    /// Nothing: nobody reads the field, so that nothing is known of it.
    Unread,
}

/// The rows of one table.
#[derive(Clone, Debug)]
pub struct TableData {
    /// Which table of the schema.
    pub table: TableId,
    /// How many rows.
    pub len: usize,
    /// By [`FieldId`].
    pub columns: Vec<Column>,
    /// Rows that stand for the unseen elements of an incomplete list: all their facts are unknown, and there may be none or many of them.
    pub phantom: BooleanBuffer,
    /// For the rows of a list: the row that each belongs to.
    pub owner: Vec<u32>,
}

impl TableData {
    /// The column of a field; none where nobody reads it.
    #[must_use]
    pub fn column(&self, field: FieldId) -> Option<&Column> {
        self.columns.get(usize::from(field.0)).filter(|column| !matches!(column, Column::Unread))
    }
}

/// Which assets a change touches.
///
/// Where it is not known (`assets` missing, unreadable, empty or matching nothing), `rows` holds the phantom asset alone.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Rows of [`Facts::assets`], each with whether it is certain that the change touches it.
    pub rows: Vec<(u32, bool)>,
    /// Some of the assets are not known. The list then ends with the phantom asset.
    pub incomplete: bool,
    /// Why nothing is known, where `rows` names no asset.
    pub cause: Option<Cause>,
}

/// A CVSS fact: what was given for each version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CvssFact {
    /// In the order given: a vector or why it is none, and a score given beside it or alone.
    pub entries: Vec<CvssEntry>,
}

/// One of the vectors or scores of a CVSS fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CvssEntry {
    /// The version: `2.0`, `3.0`, `3.1`, `4.0`; none where even that cannot be told.
    pub version: Option<&'static str>,
    /// The canonical text of a well-formed vector; parsed again by who needs it.
    pub vector: Option<Arc<str>>,
    /// A vector was given, and it is malformed.
    pub malformed: bool,
    /// A score that was given, in tenths.
    pub score: Option<u8>,
}

/// Everything that decisions are made from, beside the program and `now`.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The texts.
    pub strings: Strings,
    /// The CVSS facts, each once.
    pub cvss: Vec<CvssFact>,
    /// The inventory, by id; then assets that a change names and no record has, all but their ids unknown; the last row is a phantom that
    /// stands for assets not seen.
    pub assets: Arc<TableData>,
    /// How many rows of `assets` have a record. A selection by `where` ranges over these, and a report without a change lists them.
    pub recorded: usize,
    /// The inventory was cut off: there may be more assets.
    pub assets_incomplete: bool,
    /// These are the facts of a part of the inventory: what a change touches beside its assets is decided elsewhere.
    pub part: bool,
    /// The changes; the last row is a phantom that stands for changes not seen.
    pub changes: Arc<TableData>,
    /// The other entities of the input: people, services, incidents, waivers, duties; each table ends with a phantom row.
    pub others: Vec<Arc<TableData>>,
    /// The tables of which a file or a record was given, even an empty one.
    pub given: Vec<TableId>,
    /// The tables of `others`, and that of the changes, of which there may be more records than were read.
    pub others_incomplete: Vec<TableId>,
    /// For each change, the assets that it touches.
    pub touched: Vec<Touched>,
    /// For each change: neither `start` nor `end` was given, so it asks to go now.
    pub goes_now: Vec<bool>,
    /// The calendar files that facts name, by the name as the fact has it; one that could not be read is not there.
    pub calendars: BTreeMap<Arc<str>, Arc<crate::time::ical::File>>,
    /// Digest of all facts: the same for any order of records, keys and list elements.
    pub digest: String,
}
