//! CSV feeds: rows by the names of their columns, with the line on which each begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Place, shown};
use crate::sources::Harvest;

/// A row's cells by the lower-case names of their columns.
pub(super) type Row<'a> = BTreeMap<&'a str, String>;

/// Reads a table whose first line, the `first_line`-th of the file, names the columns, all of `wanted` among them (in lower case). Rows that cannot
/// be read are refused and counted; `None`: there is nothing that could be read.
pub(super) fn rows(
    file: &Arc<str>,
    bytes: &[u8],
    first_line: u32,
    wanted: &[&str],
    harvest: &mut Harvest,
    mut take: impl FnMut(&Row<'_>, Place, &mut Harvest),
) -> Option<u64> {
    let (whole, unclosed) = match unclosed_quote(bytes) {
        Some((start, line)) => (bytes.get(..start).unwrap_or_default(), Some(line)),
        None => (bytes, None),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(whole);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect(),
        Err(_) => Vec::new(),
    };
    if let Some(missing) = wanted.iter().find(|wanted| !header.iter().any(|cell| cell == *wanted)) {
        let place = Place::line(file, first_line);
        let found = shown(&header.join(","));
        place.refuse(harvest, format!("there is no column `{missing}` in `{found}`"), &wanted.join(","));
        return None;
    }
    // Which of them counts nobody knows.
    let mut names: Vec<&String> = header.iter().filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(one, other)| one == other);
    if let Some((name, _)) = twice {
        let message = format!("two columns are named `{}`", shown(name));
        Place::line(file, first_line).refuse(harvest, message, "each name once");
        return None;
    }
    let mut dropped = 0;
    let line_of = |line: u64| u32::try_from(line).unwrap_or(u32::MAX).saturating_add(first_line).saturating_sub(1);
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let place = Place::line(file, line_of(record.position().map_or(1, csv::Position::line)));
                if record.len() != header.len() {
                    dropped += 1;
                    let message = format!("the row has {} cells", record.len());
                    place.refuse(harvest, message, &format!("{} as in the header", header.len()));
                    continue;
                }
                let row =
                    header.iter().map(String::as_str).zip(record.iter().map(|cell| cell.trim().to_owned())).collect();
                take(&row, place, harvest);
            }
            Err(error) => {
                dropped += 1;
                let line = error.position().map_or_else(|| reader.position().line(), csv::Position::line);
                Place::line(file, line_of(line)).refuse(harvest, "the row is not UTF-8", "UTF-8");
            }
        }
    }
    if let Some(line) = unclosed {
        dropped += 1;
        let place = Place::line(file, line_of(u64::from(line)));
        place.refuse(harvest, "a quote is opened here and never closed: this row and all below it are left out", "");
    }
    Some(dropped)
}

/// The start of the record in which a quoted cell does not end, and the line on which the quote stands.
fn unclosed_quote(bytes: &[u8]) -> Option<(usize, u32)> {
    let (mut quoted, mut cell_begins, mut line, mut opened, mut start) = (false, true, 1_u32, 1_u32, 0_usize);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            line = line.saturating_add(1);
        }
        if quoted {
            // A doubled quote closes and opens again.
            quoted = *byte != b'"';
            cell_begins = false;
            continue;
        }
        match byte {
            b'"' if cell_begins || at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'"') => {
                if cell_begins {
                    opened = line;
                }
                quoted = true;
                cell_begins = false;
            }
            b'\n' => {
                start = at.saturating_add(1);
                cell_begins = true;
            }
            b',' => cell_begins = true,
            _ => cell_begins = false,
        }
    }
    quoted.then_some((start, opened))
}
