//! Rows by their columns, for who wants no record of each: only the cells are looked at that are wanted.
//!
//! It reads what is written as RFC 4180 has it. Where a quotation mark is out of place there is no batch, and where a row does not fit the header
//! or is not UTF-8, that row is for who reads row by row.

use std::ops::Range;

use csv::{ByteRecord, ReaderBuilder};

use super::{Columns, row};
use crate::check::types::Type;
use crate::facts::{self, ColumnRule, ColumnShape, Plain, Row};
use crate::sources::mapping::{Kind, Mapping, Rule};

/// About how many bytes are taken apart at once.
const CHUNK: usize = 256 << 10;

/// What rows are read by.
#[derive(Debug)]
pub struct Layout {
    delimiter: u8,
    columns: Columns,
    mapping: Mapping,
    /// By column, what its cells hold; nothing where nobody wants them.
    holds: Vec<Option<Holds>>,
    shapes: Vec<(String, ColumnShape)>,
    rules: Vec<ColumnRule>,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    One(Form),
    /// Several, with `;` between them.
    Set(Form),
}

/// How a text is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Bool,
    Number,
}

impl Form {
    fn of(base: &Type) -> Self {
        match base {
            Type::Bool => Self::Bool,
            Type::Int | Type::Number | Type::Percent => Self::Number,
            _ => Self::Text,
        }
    }

    fn plain(self, text: &str) -> Plain<'_> {
        match self {
            Self::Bool if text.eq_ignore_ascii_case("true") => Plain::Bool(true),
            Self::Bool if text.eq_ignore_ascii_case("false") => Plain::Bool(false),
            Self::Number if is_number(text) => Plain::Number(text),
            _ => Plain::Text(text),
        }
    }
}

/// Whether a text is a number as JSON writes them, without an exponent.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(are_digits)
}

impl Layout {
    /// How rows are read by a mapping of columns of these names; none where that is more than names can say.
    #[must_use]
    pub fn new(names: &[String], delimiter: u8, mapping: &Mapping) -> Option<Self> {
        if matches!(delimiter, b'"' | b'\r' | b'\n') {
            return None;
        }
        let rules = mapping.column_rules()?;
        let rules = rules.into_iter().map(|rule| ColumnRule { blank_is_absent: true, ..rule }).collect();
        let columns = Columns::new(names);
        let mut holds = vec![None; names.len()];
        let mut shapes = Vec::new();
        for Rule { from, kind, .. } in &mapping.rules {
            let Some(at) = from.first().and_then(|path| columns.by_name.get(&path.text)) else { continue };
            let shape = match kind {
                Kind::One(_) => ColumnShape::Leaf { leaf: *at, def: 1 },
                Kind::Set(_) => {
                    ColumnShape::List { element: Box::new(ColumnShape::Leaf { leaf: *at, def: 2 }), def: 1 }
                }
                Kind::Records => return None,
            };
            let held = match kind {
                Kind::One(base) => Holds::One(Form::of(base)),
                Kind::Set(base) => Holds::Set(Form::of(base)),
                Kind::Records => return None,
            };
            // One column for two fields, which may take it in two ways.
            if holds.get_mut(*at)?.replace(held).is_some() {
                return None;
            }
            shapes.push((names.get(*at)?.clone(), shape));
        }
        let mapping = mapping.clone().split_at(";");
        Some(Self { delimiter, columns, mapping, holds, shapes, rules })
    }

    /// What its columns look like.
    #[must_use]
    pub fn shapes(&self) -> &[(String, ColumnShape)] {
        &self.shapes
    }

    /// Where fields are found.
    #[must_use]
    pub fn rules(&self) -> &[ColumnRule] {
        &self.rules
    }

    /// How many columns there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.holds.len()
    }

    /// Takes whole rows apart, the first of which begins on this line; none where a quotation mark is out of place.
    #[must_use]
    pub fn batch<'b>(&'b self, bytes: &'b [u8], line: usize) -> Option<Batch<'b>> {
        let columns = self.holds.iter().map(|holds| holds.map(|_| Cells::default())).collect();
        let text = std::str::from_utf8(bytes).ok();
        let mut batch = Batch { layout: self, bytes, text, spare: String::new(), rows: Vec::new(), columns };
        Apart { bytes, at: 0, line, has_quotes: memchr::memchr(b'"', bytes).is_some() }.rows(&mut batch)?;
        Some(batch)
    }
}

/// Rows by their columns.
#[derive(Debug)]
pub struct Batch<'b> {
    layout: &'b Layout,
    bytes: &'b [u8],
    /// The same, if they are UTF-8.
    text: Option<&'b str>,
    /// Cells that are written with `""`.
    spare: String,
    rows: Vec<Place>,
    columns: Vec<Option<Cells>>,
}

/// Where a row stands.
#[derive(Debug)]
struct Place {
    line: u32,
    bytes: Range<usize>,
    is_odd: bool,
}

/// Where the values of a column stand: beyond the bytes, in what is spare.
#[derive(Debug, Default)]
struct Cells {
    /// Of sets, for each place whether it goes on a row.
    reps: Vec<u8>,
    defs: Vec<u8>,
    values: Vec<Cell>,
}

type Cell = (usize, usize);

impl Batch<'_> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row by way of a record.
    #[must_use]
    pub fn row(&self, at: usize) -> Row {
        let mut record = ByteRecord::new();
        let (mut line, mut bytes) = (0, [].as_slice());
        if let Some(place) = self.rows.get(at) {
            (line, bytes) = (place.line, self.bytes.get(place.bytes.clone()).unwrap_or_default());
        }
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).delimiter(self.layout.delimiter);
        // The row was taken apart before: there is nothing that could go wrong with it.
        let _ = builder.from_reader(bytes).read_byte_record(&mut record);
        row(&self.layout.mapping, &self.layout.columns, line, &record)
    }

    fn cell(&self, cell: Cell) -> Option<&str> {
        text_of(cell, self.bytes.len(), self.text, &self.spare)
    }

    /// Takes the cells of a row in.
    fn take(&mut self, place: Place, cells: &[Cell]) {
        for (at, (column, holds)) in self.columns.iter_mut().zip(&self.layout.holds).enumerate() {
            let (Some(column), Some(holds)) = (column, holds) else { continue };
            let cell = cells.get(at).copied().filter(|_| !place.is_odd).unwrap_or_default();
            if let Holds::One(_) = holds {
                column.values.push(cell);
                continue;
            }
            let text = text_of(cell, self.bytes.len(), self.text, &self.spare).unwrap_or_default();
            let before = column.values.len();
            let mut from = cell.0;
            for item in text.split(';') {
                let lead = item.len() - item.trim_start().len();
                let length = item.trim().len();
                if length > 0 {
                    column.reps.push(u8::from(column.values.len() > before));
                    column.defs.push(2);
                    column.values.push((from + lead, from + lead + length));
                }
                from += item.len() + 1;
            }
            if column.values.len() == before {
                column.reps.push(0);
                column.defs.push(u8::from(!text.trim().is_empty()));
            }
        }
        self.rows.push(place);
    }
}

/// The text of a cell, of so many bytes or of what is spare.
fn text_of<'t>((from, to): Cell, bytes: usize, text: Option<&'t str>, spare: &'t str) -> Option<&'t str> {
    match from.checked_sub(bytes) {
        Some(from) => spare.get(from..to.checked_sub(bytes)?),
        None => text?.get(from..to),
    }
}

impl facts::Columns for Batch<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn number(&self, row: usize) -> u32 {
        self.rows.get(row).map_or(0, |place| place.line)
    }

    fn places(&self, column: usize) -> usize {
        let Some(Some(cells)) = self.columns.get(column) else { return 0 };
        if cells.reps.is_empty() { cells.values.len() } else { cells.reps.len() }
    }

    fn levels(&self, column: usize) -> (&[u8], &[u8], u8) {
        match (self.columns.get(column), self.layout.holds.get(column)) {
            (Some(Some(cells)), Some(Some(Holds::Set(_)))) => (&cells.reps, &cells.defs, 2),
            _ => (&[], &[], 1),
        }
    }

    fn codes(&self, _: usize) -> Option<(&[u32], usize)> {
        None
    }

    fn coded(&self, _: usize, _: u32) -> Plain<'_> {
        Plain::Odd
    }

    fn value(&self, column: usize, at: usize) -> Plain<'_> {
        let (Some(Some(cells)), Some(Some(holds))) = (self.columns.get(column), self.layout.holds.get(column)) else {
            return Plain::Odd;
        };
        let Some(text) = cells.values.get(at).and_then(|cell| self.cell(*cell)) else { return Plain::Odd };
        match holds {
            Holds::One(_) if self.rows.get(at).is_none_or(|place| place.is_odd) => Plain::Odd,
            Holds::One(form) => form.plain(text.trim()),
            Holds::Set(form) => form.plain(text),
        }
    }
}

/// A place in bytes that moves forward only.
struct Apart<'b> {
    bytes: &'b [u8],
    at: usize,
    line: usize,
    has_quotes: bool,
}

impl<'b> Apart<'b> {
    /// Takes rows apart up to the end; none where a quotation mark is out of place.
    fn rows(mut self, batch: &mut Batch<'b>) -> Option<()> {
        let layout = batch.layout;
        let mut cells: Vec<Cell> = vec![(0, 0); layout.holds.len()];
        while let Some(byte) = self.bytes.get(self.at) {
            if matches!(byte, b'\n' | b'\r') {
                self.line += usize::from(*byte == b'\n');
                self.at += 1;
                continue;
            }
            let (from, line) = (self.at, self.line);
            let (mut count, mut is_blank) = (0, true);
            loop {
                let cell = self.cell(layout.delimiter, &mut batch.spare)?;
                is_blank = is_blank && batch.is_blank(cell);
                if let Some(place) = cells.get_mut(count) {
                    *place = cell;
                }
                count += 1;
                if self.bytes.get(self.at) != Some(&layout.delimiter) {
                    break;
                }
                self.at += 1;
            }
            // What a spreadsheet leaves behind its last row.
            if is_blank {
                continue;
            }
            let is_odd = count != layout.holds.len() || batch.text.is_none();
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            batch.take(Place { line, bytes: from..self.at, is_odd }, &cells);
        }
        Some(())
    }

    /// The cell that begins here; goes to what ends it.
    fn cell(&mut self, delimiter: u8, spare: &mut String) -> Option<Cell> {
        let from = self.at;
        let rest = self.bytes.get(from..).unwrap_or_default();
        if !self.has_quotes || rest.first() != Some(&b'"') {
            let end = memchr::memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
            self.at = from + end;
            let is_plain = !self.has_quotes || memchr::memchr(b'"', rest.get(..end).unwrap_or_default()).is_none();
            return is_plain.then_some((from, from + end));
        }
        let mut end = from + 1;
        let mut is_doubled = false;
        loop {
            end += memchr::memchr(b'"', self.bytes.get(end..)?)?;
            if self.bytes.get(end + 1) != Some(&b'"') {
                break;
            }
            is_doubled = true;
            end += 2;
        }
        let inner = self.bytes.get(from + 1..end).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', inner).count();
        self.at = end + 1;
        if !self.bytes.get(self.at).is_none_or(|next| *next == delimiter || matches!(next, b'\r' | b'\n')) {
            return None;
        }
        if !is_doubled {
            return Some((from + 1, end));
        }
        let begin = self.bytes.len() + spare.len();
        // Of what is not UTF-8, nothing is looked at.
        spare.push_str(&std::str::from_utf8(inner).unwrap_or("?").replace("\"\"", "\""));
        Some((begin, self.bytes.len() + spare.len()))
    }
}

impl Batch<'_> {
    fn is_blank(&self, (from, to): Cell) -> bool {
        match from.checked_sub(self.bytes.len()) {
            Some(from) => {
                let to = to.saturating_sub(self.bytes.len());
                self.spare.as_bytes().get(from..to).unwrap_or_default().trim_ascii().is_empty()
            }
            None => self.bytes.get(from..to).unwrap_or_default().trim_ascii().is_empty(),
        }
    }
}

/// The head of a file, and where its rows begin.
#[derive(Debug)]
pub struct Head {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The first byte of the rows.
    pub at: usize,
    /// The line on which they begin.
    pub line: usize,
}

/// Reads the names of the columns from the beginning of a file, without what some programs put before UTF-8; none where something is odd.
#[must_use]
pub fn head(bytes: &[u8], delimiter: u8) -> Option<Head> {
    let (mut apart, mut spare) =
        (Apart { bytes, at: 0, line: 1, has_quotes: memchr::memchr(b'"', bytes).is_some() }, String::new());
    loop {
        match bytes.get(apart.at)? {
            b'\n' => (apart.at, apart.line) = (apart.at + 1, apart.line + 1),
            b'\r' => apart.at += 1,
            _ => break,
        }
    }
    let mut names = Vec::new();
    loop {
        let (from, to) = apart.cell(delimiter, &mut spare)?;
        let name = match from.checked_sub(bytes.len()) {
            Some(from) => spare.get(from..to.checked_sub(bytes.len())?)?,
            None => std::str::from_utf8(bytes.get(from..to)?).ok()?,
        };
        names.push(name.trim().to_owned());
        if bytes.get(apart.at) != Some(&delimiter) {
            break;
        }
        apart.at += 1;
    }
    let is_odd = Columns::new(&names).twice.is_some() || names.iter().all(String::is_empty);
    // Where the first rows end with it, nobody knows whether more was to come.
    (!is_odd && apart.at < bytes.len()).then_some(Head { names, at: apart.at, line: apart.line })
}

/// Cuts rows at their ends into chunks, each with the line on which it begins. Quotation marks are where they should be.
#[must_use]
pub fn chunks(bytes: &[u8], mut line: usize) -> Vec<(&[u8], usize)> {
    let mut chunks = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = if rest.len() <= CHUNK { rest.len() } else { first_end(rest, CHUNK).unwrap_or(rest.len()) };
        let (chunk, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        chunks.push((chunk, line));
        line += memchr::memchr_iter(b'\n', chunk).count();
        rest = after;
    }
    chunks
}

/// Where the first row ends that ends behind a place.
fn first_end(bytes: &[u8], behind: usize) -> Option<usize> {
    let mut is_inside = memchr::memchr_iter(b'"', bytes.get(..behind)?).count() % 2 == 1;
    for at in memchr::memchr2_iter(b'"', b'\n', bytes.get(behind..)?) {
        match bytes.get(behind + at) {
            Some(b'"') => is_inside = !is_inside,
            _ if !is_inside => return Some(behind + at + 1),
            _ => {}
        }
    }
    None
}

/// Where the last row ends that ends in these bytes, which begin with a row.
#[must_use]
pub fn last_end(bytes: &[u8]) -> Option<usize> {
    let mut is_inside = memchr::memchr_iter(b'"', bytes).count() % 2 == 1;
    for at in memchr::memchr2_iter(b'"', b'\n', bytes).rev() {
        match bytes.get(at) {
            Some(b'"') => is_inside = !is_inside,
            _ if !is_inside => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
