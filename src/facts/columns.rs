//! Records that a file keeps by their columns.

use std::ops::Range;

use crate::time::Zone;

/// A value as a file keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain<'v> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number, which stands for the shortest decimal number that is nearest to it; what is not finite says nothing.
    Double(f64),
    /// The same of fewer bits.
    Float(f32),
    /// Billionths.
    Decimal(i128),
    /// A number as JSON writes it.
    Number(&'v str),
    /// A text.
    Text(&'v str),
    /// A day, counted from 1970-01-01.
    Date(i64),
    /// Microseconds since 1970 in UTC, in range.
    Instant(i64),
    /// The same by a clock that is not named.
    Local(i64),
    /// Anything else: its record has to be read by way of a tree.
    Odd,
}

/// Some rows by their columns, which are told apart by numbers.
///
/// A column has places: one for each row, or where it is in a list one for each element, and one for each row whose list has none. A place has
/// a value where its level is the highest that the column has.
pub trait Columns: Sync {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row, as messages have it.
    fn number(&self, row: usize) -> u32;

    /// How many places a column has.
    fn places(&self, column: usize) -> usize;

    /// For each place of a column in how many lists it goes on (0 where a row begins), and up to what level it is there; nothing where all places
    /// begin a row, and nothing where all have a value. And the level of a place that has one.
    fn levels(&self, column: usize) -> (&[u8], &[u8], u8);

    /// The values of a column by their numbers in a dictionary of so many, where it has one.
    fn codes(&self, column: usize) -> Option<(&[u32], usize)>;

    /// A value of the dictionary.
    fn coded(&self, column: usize, code: u32) -> Plain<'_>;

    /// A value by its number, from 0.
    fn value(&self, column: usize, at: usize) -> Plain<'_>;
}

/// What a part of the records of a file looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnShape {
    /// One value.
    Leaf {
        /// The number of the column.
        leaf: usize,
        /// The level of a place that has a value.
        def: u16,
    },
    /// Parts with names.
    Record {
        /// The parts.
        fields: Vec<(String, ColumnShape)>,
        /// The level from which on the record is there.
        def: u16,
        /// Its first column.
        leaf: usize,
    },
    /// A list that is in no other list: at its level it is empty, above it there are elements.
    List {
        /// What its elements are.
        element: Box<ColumnShape>,
        /// The level from which on the list is there.
        def: u16,
    },
    /// Anything else.
    Other {
        /// Its columns.
        leaves: Range<usize>,
    },
}

/// Where a field of the vocabulary is found in a file.
#[derive(Clone, Debug)]
pub struct ColumnRule {
    /// The field: `os.eol`.
    pub field: String,
    /// A column of that very name comes first.
    pub text: String,
    /// The names of records that lead to it.
    pub keys: Vec<String>,
    /// The text that stands for nothing.
    pub default: Option<String>,
    /// The zone of times that name none.
    pub zone: Option<Zone>,
    /// Where no zone is named either, nobody knows such times.
    pub needs_zone: bool,
    /// At level 0 a value was not given at all, rather than that nobody knows it.
    pub blank_is_absent: bool,
}
