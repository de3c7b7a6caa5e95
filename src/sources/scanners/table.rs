//! Comma-separated reports: a header that may stand below a preamble, and rows by the names of their columns.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder};

use super::document::{Reading, line_of, utf16, without_mark};
use crate::sources::feeds::document::shown;

/// How far down a header is looked for: Qualys writes up to a dozen lines before it.
const PREAMBLE: usize = 64;

/// The columns of a table, by their names in lower case, and its rows.
pub(super) struct Table {
    columns: HashMap<String, usize>,
    /// Columns of one name: the first, and another.
    twice: Vec<(usize, usize)>,
    width: usize,
    rows: Vec<(u64, ByteRecord)>,
    /// The line in which a quotation mark opens that does not close.
    unclosed: Option<u64>,
}

/// A row, with the line on which it begins.
pub(super) struct Row<'t> {
    pub(super) line: u64,
    table: &'t Table,
    record: &'t ByteRecord,
}

/// What the columns of the first row that is a header are, to whom it seems to be one.
pub(super) fn columns<T>(bytes: &[u8], is: impl Fn(&[String]) -> Option<T>) -> Option<T> {
    if utf16(bytes) {
        return None;
    }
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(without_mark(bytes));
    let mut record = ByteRecord::new();
    for _ in 0..PREAMBLE {
        if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
            return None;
        }
        if let Some(found) = is(&names(&record)) {
            return Some(found);
        }
    }
    None
}

fn names(record: &ByteRecord) -> Vec<String> {
    record.iter().map(name).collect()
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().to_ascii_lowercase()
}

impl Table {
    /// The table below the first row that has one column of each of the `required` sets; without one, the file is refused.
    pub(super) fn read(bytes: &[u8], required: &[&[&str]], reading: &mut Reading<'_>) -> Option<Self> {
        let wanted: Vec<String> = required
            .iter()
            .map(|names| names.iter().take(2).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "))
            .collect();
        let wanted = format!("a header with {}", wanted.join(", "));
        if utf16(bytes) {
            reading.refuse_line(1, "the file is UTF-16", "UTF-8");
            return None;
        }
        let bytes = without_mark(bytes);
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut table =
            Self { columns: HashMap::new(), twice: Vec::new(), width: 0, rows: Vec::new(), unclosed: unclosed(bytes) };
        let mut record = ByteRecord::new();
        let (mut seen, mut counted, mut line) = (0_usize, 0_usize, 1_u64);
        while let Ok(true) = reader.read_byte_record(&mut record) {
            if table.columns.is_empty() {
                seen += 1;
                let names = names(&record);
                let is_header = required.iter().all(|any| any.iter().any(|name| names.iter().any(|own| own == name)));
                if is_header {
                    table.width = names.len();
                    for (column, name) in names.into_iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                        let first = *table.columns.entry(name).or_insert(column);
                        if first != column {
                            table.twice.push((first, column));
                        }
                    }
                } else if seen >= PREAMBLE {
                    break;
                }
                continue;
            }
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            // The reader's own count stops before line ends that it has yet to skip.
            let from = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(bytes.len());
            let is_end = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
            let ends = bytes.get(from..).unwrap_or_default().iter().take_while(is_end).count();
            let place = from.saturating_add(ends);
            let more = bytes.get(counted..place).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
            line = line.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
            counted = counted.max(place);
            table.rows.push((line, record.clone()));
        }
        if table.columns.is_empty() {
            reading.refuse_line(1, "there is no header", &wanted);
            return None;
        }
        if let Some(line) = table.unclosed.filter(|_| table.rows.is_empty()) {
            reading.refuse_line(line, "a `\"` has no end", "a closing `\"`");
            return None;
        }
        Some(table)
    }

    /// Every text of a column, for what can only be told from all of them.
    pub(super) fn column<'t>(&'t self, names: &'t [&'t str]) -> impl Iterator<Item = &'t str> {
        let column = names.iter().find_map(|name| self.columns.get(*name).copied());
        self.rows.iter().filter_map(move |(_, record)| std::str::from_utf8(record.get(column?)?).ok())
    }

    /// Visits the rows that can be read; the others are refused with their lines. What has another width than the header and is no row to
    /// `is_row` belongs to a summary.
    pub(super) fn each(
        &self,
        reading: &mut Reading<'_>,
        is_row: impl Fn(&Row<'_>) -> bool,
        mut visit: impl FnMut(&Row<'_>, &mut Reading<'_>),
    ) {
        for (place, (line, record)) in self.rows.iter().enumerate() {
            // What has no end reaches to the end of the file, so that it stands in the last row.
            if let Some(opened) = self.unclosed.filter(|_| place.saturating_add(1) == self.rows.len()) {
                reading.refuse_line(opened, "a `\"` has no end", "a closing `\"`");
                continue;
            }
            let row = Row { line: *line, table: self, record };
            let more = record.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty());
            if record.len() >= self.width && !more {
                // Reports that were put together have their headers again.
                if record.iter().enumerate().all(|(column, cell)| self.is_named(column, cell)) {
                    continue;
                }
                match self.contradiction(record) {
                    Some(name) => {
                        let message = format!("two columns are named `{}` and say different things", shown(name));
                        reading.refuse_line(*line, message, "each name once");
                    }
                    None => visit(&row, reading),
                }
            } else if is_row(&row) {
                let message = format!("a row has {} cells", record.len());
                reading.refuse_line(*line, message, &format!("{}, as the header has", self.width));
            }
        }
    }

    /// The name of columns of which a row's cells are not the same.
    fn contradiction(&self, record: &ByteRecord) -> Option<&str> {
        let cell = |column: usize| record.get(column).map(<[u8]>::trim_ascii);
        let (first, _) = self.twice.iter().find(|(first, other)| cell(*first) != cell(*other))?;
        self.columns.iter().find_map(|(name, column)| (column == first).then_some(name.as_str()))
    }

    /// Whether a cell is its column's name.
    fn is_named(&self, column: usize, cell: &[u8]) -> bool {
        cell.trim_ascii().is_empty() || self.columns.get(&name(cell)) == Some(&column)
    }
}

impl<'t> Row<'t> {
    /// The first cell of these columns that says something; `None` too where it is not UTF-8.
    pub(super) fn get(&self, names: &[&str]) -> Option<&'t str> {
        names.iter().find_map(|name| {
            let cell = self.record.get(*self.table.columns.get(*name)?)?;
            let text = std::str::from_utf8(cell).ok()?.trim();
            (!text.is_empty() && !matches!(text, "-" | "N/A" | "n/a")).then_some(text)
        })
    }

    /// Whether one of these cells is not UTF-8.
    pub(super) fn broken(&self, names: &[&str]) -> bool {
        let cell = |name: &&str| self.record.get(*self.table.columns.get(*name)?);
        names.iter().filter_map(cell).any(|cell| std::str::from_utf8(cell).is_err())
    }
}

/// The line of a `"` that opens a cell and has no end. What stands between a closing `"` and the next comma belongs to the cell.
fn unclosed(bytes: &[u8]) -> Option<u64> {
    let (mut opened, mut at_start, mut inside) = (0_usize, true, false);
    let mut rest = bytes.iter().copied().enumerate().peekable();
    while let Some((place, byte)) = rest.next() {
        match byte {
            b'"' if inside && rest.peek().is_some_and(|(_, next)| *next == b'"') => {
                rest.next();
            }
            b'"' if inside => inside = false,
            b'"' if at_start => (inside, opened) = (true, place),
            _ => {}
        }
        at_start = !inside && matches!(byte, b',' | b'\n' | b'\r');
    }
    inside.then(|| line_of(bytes, opened))
}
