//! The digest of all facts, which no order of records, keys or list elements changes: of the cells that were read, not of the text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, State, Store, TableBuild};
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

/// Digests rows of an entity, each tagged with the entity so that an asset is never taken for a change. What is the same in every order of the
/// input is the same here: texts count by their bytes, not by their numbers.
#[derive(Debug)]
pub(super) struct Digester<'t> {
    entity: &'t str,
    columns: Vec<Counted<'t>>,
    pool: &'t Pool,
    /// What was digested last.
    pub buffer: Vec<u8>,
}

/// A column that counts and holds something, with its place among those that count.
#[derive(Debug)]
struct Counted<'t> {
    place: usize,
    cells: Cells<'t>,
}

#[derive(Debug)]
enum Cells<'t> {
    Scalar(&'t ScalarBuild, Seen<'t>),
    List(&'t ListBuild, Vec<Counted<'t>>),
}

/// The values of a column, where nearly all that is looked up is at hand.
#[derive(Clone, Copy, Debug)]
enum Seen<'t> {
    Texts(&'t [i64]),
    Ints(&'t [i64]),
    Decimals(&'t [i128]),
    Other,
}

impl<'t> Seen<'t> {
    fn of(scalar: &'t ScalarBuild) -> Self {
        match (&scalar.store, scalar.numbered) {
            (Store::Int(values), Numbered::Text) => Self::Texts(values),
            (Store::Int(values), Numbered::Itself) => Self::Ints(values),
            (Store::Decimal(values), _) => Self::Decimals(values),
            (Store::Int(_), Numbered::Cvss) | (Store::Bool(_), _) => Self::Other,
        }
    }
}

impl<'t> Digester<'t> {
    pub(super) fn new(plan: &'t TablePlan, table: &'t TableBuild, pool: &'t Pool) -> Self {
        Self { entity: &plan.path, columns: counted(plan, table), pool, buffer: Vec::new() }
    }

    pub(super) fn of_row(&mut self, row: usize, named: Option<&Named>) -> RecordDigest {
        let buffer = &mut self.buffer;
        buffer.clear();
        text(b'e', self.entity, buffer);
        write_row(&self.columns, row, self.pool, buffer);
        if let Some(named) = named {
            state(named.state, buffer);
            for (tag, texts) in [(b'n', &named.ids), (b'w', &named.selections)] {
                length(texts.len(), buffer);
                texts.iter().for_each(|one| text(tag, one, buffer));
            }
        }
        Sha256::digest(&buffer).into()
    }
}

/// The columns that count, but for those in which every cell lacks.
fn counted<'t>(plan: &'t TablePlan, table: &'t TableBuild) -> Vec<Counted<'t>> {
    let column = |(place, at): (usize, &usize)| {
        let cells = match (&plan.fields.get(*at)?.shape, table.columns.get(*at)?) {
            (ShapePlan::Scalar(_), ColumnBuild::Scalar(scalar)) if !scalar.states.is_empty() => {
                Cells::Scalar(scalar, Seen::of(scalar))
            }
            (ShapePlan::List(inner), ColumnBuild::List(list)) => Cells::List(list, counted(inner, &list.rows)),
            _ => return None,
        };
        Some(Counted { place, cells })
    };
    plan.counted.iter().enumerate().filter_map(column).collect()
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

/// Writes the cells that count, each behind its place, so that no two rows look the same; but for those whose key was not there.
fn write_row(columns: &[Counted<'_>], row: usize, pool: &Pool, out: &mut Vec<u8>) {
    for Counted { place, cells } in columns {
        match cells {
            Cells::Scalar(scalar, seen) => match scalar.state(row) {
                State::Known => {
                    length(place + 1, out);
                    match seen {
                        Seen::Texts(numbers) => write_text(numbers.get(row), pool, out),
                        Seen::Ints(values) => write_int(values.get(row).copied().unwrap_or_default(), out),
                        Seen::Decimals(values) => write_decimal(values.get(row).copied().unwrap_or_default(), out),
                        Seen::Other => write_cell(scalar, row, pool, out),
                    }
                }
                lacking if lacking == scalar.lacking => {}
                without => {
                    length(place + 1, out);
                    state(without, out);
                }
            },
            Cells::List(list, inner) => {
                length(place + 1, out);
                write_list(inner, list, row, pool, out);
            }
        }
    }
    length(0, out);
}

fn write_list(inner: &[Counted<'_>], list: &ListBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    out.push(b'[');
    state(list.state(row), out);
    let range = list.range(row);
    length(range.len(), out);
    let is_phantom = |element: usize| list.rows.phantom.get(element).copied().unwrap_or(false);
    if let [Counted { place: 0, cells: Cells::Scalar(scalar, Seen::Texts(numbers)) }] = inner
        && scalar.states.are_known()
        && let Some(numbers) = numbers.get(range.clone())
    {
        for number in numbers {
            out.extend_from_slice(b".\x01");
            write_text(Some(number), pool, out);
            out.push(0);
        }
        return;
    }
    for element in range {
        let phantom = is_phantom(element);
        out.push(if phantom { b'?' } else { b'.' });
        if !phantom {
            write_row(inner, element, pool, out);
        }
    }
}

fn write_cell(scalar: &ScalarBuild, row: usize, pool: &Pool, out: &mut Vec<u8>) {
    match (scalar.cell(row), scalar.numbered) {
        (Cell::Int(number), Numbered::Text) => write_text(Some(&number), pool, out),
        (Cell::Int(number), Numbered::Cvss) => {
            let fact = usize::try_from(number).ok().and_then(|number| pool.cvss.get(number));
            write_cvss(fact, out);
        }
        (Cell::Int(value), Numbered::Itself) => write_int(value, out),
        (Cell::Decimal(value), _) => write_decimal(value, out),
        (Cell::Bool(value), _) => out.push(if value { b't' } else { b'f' }),
        (Cell::Without(without), _) => state(without, out),
    }
}

#[inline]
fn write_text(number: Option<&i64>, pool: &Pool, out: &mut Vec<u8>) {
    text(b's', number.and_then(|number| pool.strings.get(*number)).map_or("", |text| text), out);
}

#[inline]
fn write_int(value: i64, out: &mut Vec<u8>) {
    match u8::try_from(value) {
        Ok(small) => out.extend_from_slice(&[b'j', small]),
        Err(_) => tagged(b'i', value.to_le_bytes(), out),
    }
}

#[inline]
fn write_decimal(value: i128, out: &mut Vec<u8>) {
    match i64::try_from(value) {
        Ok(small) => tagged(b'd', small.to_le_bytes(), out),
        Err(_) => {
            out.push(b'D');
            out.extend_from_slice(&value.to_le_bytes());
        }
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

#[inline]
fn text(tag: u8, text: &str, out: &mut Vec<u8>) {
    match u8::try_from(text.len()) {
        Ok(short) if short < u8::MAX => out.extend_from_slice(&[tag, short]),
        _ => {
            out.push(tag);
            length(text.len(), out);
        }
    }
    out.extend_from_slice(text.as_bytes());
}

#[inline]
fn tagged(tag: u8, [a, b, c, d, e, f, g, h]: [u8; 8], out: &mut Vec<u8>) {
    out.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
}

/// In one byte where that is enough, else behind a 255 in 64 bits on every machine.
#[inline]
fn length(length: usize, out: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(small) if small < u8::MAX => out.push(small),
        _ => tagged(u8::MAX, u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes(), out),
    }
}
