//! JSON of any shape, by a mapping: one record on each line, a list, records one after another, or a list under a key.

use rayon::prelude::*;

use super::broken;
use crate::facts::{Broken, Json, Misread, Piece, Row, Split, Wrapper, split};
use crate::sources::mapping::{Mapping, Path, Rule, look};

/// Takes a file apart; `list` is the key under which its records may stand.
#[must_use]
pub fn apart<'b>(file: &str, bytes: &'b [u8], list: &str) -> (Split<'b>, Option<Box<Broken>>) {
    let wrapper = Wrapper { lists: &[list], of_records: &[], silent: &[] };
    let split = split(bytes, file, &wrapper);
    let fault = split.broken.map(|(what, line)| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Box::new(broken(file, Some(line), "a file cannot be read to its end", what, ""))
    });
    (split, fault)
}

/// The records of a file by themselves.
#[must_use]
pub fn pieces<'b>(file: &str, bytes: &'b [u8], list: &str) -> (Vec<Piece<'b>>, Option<Box<Broken>>) {
    let (split, fault) = apart(file, bytes, list);
    (split.pieces(), fault)
}

/// Reads the text of a record.
///
/// # Errors
/// Why it is none, and on which line.
pub fn parse<'b>(piece: &Piece<'b>) -> Result<Json<'b>, Box<Row>> {
    let misread = |line: usize, message: &str, found: String| {
        let record = Err(Misread { message: message.to_owned(), found, help: None });
        Box::new(Row { line: Some(u32::try_from(line).unwrap_or(u32::MAX)), record, remarks: Vec::new() })
    };
    let text = std::str::from_utf8(piece.bytes).map_err(|error| {
        let found = format!("the byte at {} of the record does not belong to UTF-8", error.valid_up_to() + 1);
        misread(piece.line, "a record is not UTF-8", found)
    })?;
    Json::parse(text).map_err(|error| {
        let line = piece.line.saturating_add(error.line.saturating_sub(1));
        misread(line, "a record is not JSON", format!("{} at column {}", error.message, error.column))
    })
}

/// Maps records; in parallel.
#[must_use]
pub fn rows(mapping: &Mapping, pieces: &[Piece<'_>]) -> Vec<Row> {
    pieces.par_iter().map(|piece| mapped(mapping, piece)).collect()
}

/// Reads the text of a record and maps it.
#[must_use]
pub fn mapped(mapping: &Mapping, piece: &Piece<'_>) -> Row {
    parse(piece).map_or_else(|row| *row, |record| row(mapping, piece.line, &record))
}

/// Records as they stand.
#[must_use]
pub fn plain_rows(mapping: &Mapping, pieces: &[Piece<'_>]) -> Vec<Row> {
    let row = |piece: &Piece<'_>, record: Json<'_>| {
        let line = Some(u32::try_from(piece.line).unwrap_or(u32::MAX));
        let record =
            if matches!(record, Json::Object(_)) { Ok(record.into_owned()) } else { Err(none(mapping, &record)) };
        Row { line, record, remarks: Vec::new() }
    };
    pieces.par_iter().map(|piece| parse(piece).map_or_else(|row| *row, |record| row(piece, record))).collect()
}

/// Why a value is no record.
fn none(mapping: &Mapping, value: &Json<'_>) -> Misread {
    let message = format!("a record of `{}` is not an object", mapping.name);
    Misread { message, found: format!("found `{}`", value.excerpt()), help: None }
}

/// Maps a record.
#[must_use]
pub fn row(mapping: &Mapping, line: usize, record: &Json<'_>) -> Row {
    let line = Some(u32::try_from(line).unwrap_or(u32::MAX));
    if !matches!(record, Json::Object(_)) {
        return Row { line, record: Err(none(mapping, record)), remarks: Vec::new() };
    }
    let get = |_: &Rule, path: &Path| look(record, path);
    let mapped = mapping.record(&get);
    Row { line, record: Ok(mapped.record), remarks: mapped.remarks }
}
