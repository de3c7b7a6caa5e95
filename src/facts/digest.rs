//! The digest of all facts, which no order of records, keys or list elements changes: of the cells that were read, not of the text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, State, TableBuild};
use super::named::Named;
use super::plan::{ShapePlan, TablePlan};
use super::pool::Pool;
use super::table::CvssFact;

/// The digest of one record.
pub(super) type RecordDigest = [u8; 32];

/// The digests of the records of one entity, combined as they come: in the order of their ids, and those of one id in the order of their digests.
#[derive(Clone, Debug, Default)]
pub(super) struct DigestSum {
    hasher: Sha256,
}

impl DigestSum {
    /// Takes the next record.
    pub(super) fn add(&mut self, record: &RecordDigest) {
        self.hasher.update(record);
    }

    /// The digest of the records taken.
    pub(super) fn finish(self) -> RecordDigest {
        self.hasher.finalize().into()
    }
}

/// The digest of a row of an entity, tagged with the entity so that an asset is never taken for a change. What is the same in every order of the
/// input is the same here: texts count by their bytes, not by their numbers.
pub(super) fn of_row(
    plan: &TablePlan,
    table: &TableBuild,
    row: usize,
    named: Option<&Named>,
    pool: &Pool,
    buffer: &mut Vec<u8>,
) -> RecordDigest {
    buffer.clear();
    text(b'e', &plan.path, buffer);
    write_row(plan, table, row, pool, buffer);
    if let Some(named) = named {
        state(named.state, buffer);
        for (tag, texts) in [(b'n', &named.ids), (b'w', &named.selections)] {
            length(texts.len(), buffer);
            texts.iter().for_each(|one| text(tag, one, buffer));
        }
    }
    Sha256::digest(&buffer).into()
}

/// The digest of everything, in hexadecimal: the sums of the entities in a fixed order, and what else facts say in a fixed order.
pub(super) fn of_all(sums: &[RecordDigest], incomplete: bool, marks: &[String]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(if incomplete { b"incomplete" } else { b"complete  " });
    for sum in sums {
        hasher.update(sum);
    }
    let mut buffer = Vec::new();
    marks.iter().for_each(|mark| text(b'm', mark, &mut buffer));
    hasher.update(&buffer);
    let mut text = String::from("sha256:");
    for byte in hasher.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes the cells that count so that no two rows look the same.
fn write_row(plan: &TablePlan, table: &TableBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    for at in &plan.counted {
        let (Some(field), Some(column)) = (plan.fields.get(*at), table.columns.get(*at)) else { continue };
        match (&field.shape, column) {
            (ShapePlan::Scalar(_), ColumnBuild::Scalar(scalar)) => write_cell(scalar, row, pool, out),
            (ShapePlan::List(inner), ColumnBuild::List(list)) => write_list(inner, list, row, pool, out),
            _ => {}
        }
    }
}

fn write_list(inner: &TablePlan, list: &ListBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    out.push(b'[');
    state(list.state(row), out);
    let range = list.range(row);
    length(range.len(), out);
    for element in range {
        let phantom = list.rows.phantom.get(element).copied().unwrap_or(false);
        out.push(if phantom { b'?' } else { b'.' });
        if !phantom {
            write_row(inner, &list.rows, element, pool, out);
        }
    }
}

fn write_cell(scalar: &ScalarBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    match (scalar.cell(row), scalar.numbered) {
        (Cell::Int(number), Numbered::Text) => text(b's', pool.strings.get(number).map_or("", |text| text), out),
        (Cell::Int(number), Numbered::Cvss) => {
            let fact = usize::try_from(number).ok().and_then(|number| pool.cvss.get(number));
            write_cvss(fact, out);
        }
        (Cell::Int(value), Numbered::Itself) => {
            out.push(b'i');
            out.extend_from_slice(&value.to_le_bytes());
        }
        (Cell::Decimal(value), _) => {
            out.push(b'd');
            out.extend_from_slice(&value.to_le_bytes());
        }
        (Cell::Bool(value), _) => out.push(if value { b't' } else { b'f' }),
        (Cell::Without(without), _) => state(without, out),
    }
}

fn write_cvss(fact: Option<&CvssFact>, out: &mut Vec<u8>) {
    let entries = fact.map_or(&[][..], |fact| fact.entries.as_slice());
    out.push(b'c');
    length(entries.len(), out);
    for entry in entries {
        text(b'v', entry.version.unwrap_or_default(), out);
        text(if entry.malformed { b'x' } else { b'o' }, entry.vector.as_deref().unwrap_or_default(), out);
        out.extend_from_slice(&[u8::from(entry.score.is_some()), entry.score.unwrap_or_default()]);
    }
}

fn state(state: State, out: &mut Vec<u8>) {
    match state {
        State::Absent => out.push(b'-'),
        State::AbsentMeant => out.push(b'_'),
        State::Unknown(cause) => {
            out.push(b'u');
            out.extend_from_slice(cause.as_str().as_bytes());
        }
        State::None => out.push(b'0'),
        State::Known => out.push(b'='),
    }
}

fn text(tag: u8, text: &str, out: &mut Vec<u8>) {
    out.push(tag);
    length(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

/// In 64 bits on every machine.
fn length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes());
}
