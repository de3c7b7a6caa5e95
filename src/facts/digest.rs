//! The digest of all facts, which no order of records, keys or list elements changes: of the cells that were read, not of the text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, State, Store, TableBuild};
use super::named::Named;
use super::pen::Pen;
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
    pub pen: Pen,
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
        Self { entity: &plan.path, columns: counted(plan, table), pool, pen: Pen::default() }
    }

    pub(super) fn of_row(&mut self, row: usize, named: Option<&Named>) -> RecordDigest {
        let pen = &mut self.pen;
        pen.begin();
        text(b'e', self.entity, pen);
        write_row(&self.columns, row, self.pool, pen);
        if let Some(named) = named {
            state(named.state, pen);
            for (tag, texts) in [(b'n', &named.ids), (b'w', &named.selections)] {
                length(texts.len(), pen);
                texts.iter().for_each(|one| text(tag, one, pen));
            }
        }
        Sha256::digest(pen.written()).into()
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
    let mut pen = Pen::default();
    marks.iter().for_each(|mark| text(b'm', mark, &mut pen));
    hasher.update(pen.written());
    let mut text = String::from("sha256:");
    for byte in hasher.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes the cells that count, each behind its place, so that no two rows look the same; but for those whose key was not there.
fn write_row(columns: &[Counted<'_>], row: usize, pool: &Pool, pen: &mut Pen) {
    for Counted { place, cells } in columns {
        match cells {
            Cells::Scalar(scalar, seen) => match scalar.state(row) {
                State::Known => {
                    length(place + 1, pen);
                    match seen {
                        Seen::Texts(numbers) => write_text(numbers.get(row), pool, pen),
                        Seen::Ints(values) => write_int(values.get(row).copied().unwrap_or_default(), pen),
                        Seen::Decimals(values) => write_decimal(values.get(row).copied().unwrap_or_default(), pen),
                        Seen::Other => write_cell(scalar, row, pool, pen),
                    }
                }
                lacking if lacking == scalar.lacking => {}
                without => {
                    length(place + 1, pen);
                    state(without, pen);
                }
            },
            Cells::List(list, inner) => {
                length(place + 1, pen);
                write_list(inner, list, row, pool, pen);
            }
        }
    }
    length(0, pen);
}

fn write_list(inner: &[Counted<'_>], list: &ListBuild, row: usize, pool: &Pool, pen: &mut Pen) {
    pen.put(*b"[");
    state(list.state(row), pen);
    let range = list.range(row);
    length(range.len(), pen);
    let is_phantom = |element: usize| list.rows.phantom.get(element).copied().unwrap_or(false);
    if let [Counted { place: 0, cells: Cells::Scalar(scalar, Seen::Texts(numbers)) }] = inner
        && scalar.states.are_known()
        && let Some(numbers) = numbers.get(range.clone())
    {
        for number in numbers {
            pen.put(*b".\x01");
            write_text(Some(number), pool, pen);
            pen.put([0]);
        }
        return;
    }
    for element in range {
        let phantom = is_phantom(element);
        pen.put([if phantom { b'?' } else { b'.' }]);
        if !phantom {
            write_row(inner, element, pool, pen);
        }
    }
}

fn write_cell(scalar: &ScalarBuild, row: usize, pool: &Pool, pen: &mut Pen) {
    match (scalar.cell(row), scalar.numbered) {
        (Cell::Int(number), Numbered::Text) => write_text(Some(&number), pool, pen),
        (Cell::Int(number), Numbered::Cvss) => {
            let fact = usize::try_from(number).ok().and_then(|number| pool.cvss.get(number));
            write_cvss(fact, pen);
        }
        (Cell::Int(value), Numbered::Itself) => write_int(value, pen),
        (Cell::Decimal(value), _) => write_decimal(value, pen),
        (Cell::Bool(value), _) => pen.put([if value { b't' } else { b'f' }]),
        (Cell::Without(without), _) => state(without, pen),
    }
}

#[inline]
fn write_text(number: Option<&i64>, pool: &Pool, pen: &mut Pen) {
    match number.and_then(|number| pool.strings.short(*number)) {
        Some((bytes, len)) => {
            pen.put([b's', u8::try_from(len).unwrap_or(u8::MAX)]);
            pen.put_some(bytes, len);
        }
        None => text(b's', number.and_then(|number| pool.strings.get(*number)).unwrap_or_default(), pen),
    }
}

#[inline]
fn write_int(value: i64, pen: &mut Pen) {
    match u8::try_from(value) {
        Ok(small) => pen.put([b'j', small]),
        Err(_) => tagged(b'i', value.to_le_bytes(), pen),
    }
}

#[inline]
fn write_decimal(value: i128, pen: &mut Pen) {
    match i64::try_from(value) {
        Ok(small) => tagged(b'd', small.to_le_bytes(), pen),
        Err(_) => {
            pen.put(*b"D");
            pen.put(value.to_le_bytes());
        }
    }
}

fn write_cvss(fact: Option<&CvssFact>, pen: &mut Pen) {
    let entries = fact.map_or(&[][..], |fact| fact.entries.as_slice());
    pen.put(*b"c");
    length(entries.len(), pen);
    for entry in entries {
        text(b'v', entry.version.unwrap_or_default(), pen);
        text(if entry.malformed { b'x' } else { b'o' }, entry.vector.as_deref().unwrap_or_default(), pen);
        pen.put([u8::from(entry.score.is_some()), entry.score.unwrap_or_default()]);
    }
}

fn state(state: State, pen: &mut Pen) {
    match state {
        State::Absent => pen.put(*b"-"),
        State::AbsentMeant => pen.put(*b"_"),
        State::Unknown(cause) => {
            pen.put(*b"u");
            pen.put_all(cause.as_str().as_bytes());
        }
        State::None => pen.put(*b"0"),
        State::Known => pen.put(*b"="),
    }
}

#[inline]
fn text(tag: u8, text: &str, pen: &mut Pen) {
    pen.put([tag]);
    length(text.len(), pen);
    pen.put_all(text.as_bytes());
}

#[inline]
fn tagged(tag: u8, [a, b, c, d, e, f, g, h]: [u8; 8], pen: &mut Pen) {
    pen.put([tag, a, b, c, d, e, f, g, h]);
}

/// In one byte where that is enough, else behind a 255 in 64 bits on every machine.
#[inline]
fn length(length: usize, pen: &mut Pen) {
    match u8::try_from(length) {
        Ok(small) if small < u8::MAX => pen.put([small]),
        _ => tagged(u8::MAX, u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes(), pen),
    }
}
