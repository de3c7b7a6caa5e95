//! The end of a file: its columns as a list, and where each row group has them.

use super::Read;
use super::thrift::{Thrift, kind};

/// The largest end that is read.
const LARGEST: usize = 32 << 20;
/// How many columns and groups of columns a file may have.
const COLUMNS: usize = 10_000;
/// How many row groups, and how many columns they may have together: a struct of one byte takes far more when it is read.
const GROUPS: usize = 100_000;
const CHUNKS: usize = 1_000_000;
const SIGN: &[u8] = b"PAR1";

/// What the end of a file says.
#[derive(Debug, Default)]
pub(super) struct Footer<'b> {
    /// Columns and groups of columns, a group before its parts.
    pub elements: Vec<Element<'b>>,
    pub groups: Vec<RowGroup>,
    /// Where it begins; no column goes further.
    pub at: usize,
}

/// A column, or a group of columns.
#[derive(Debug, Default)]
pub(super) struct Element<'b> {
    pub name: &'b [u8],
    /// The physical type; none of a group.
    pub physical: Option<i64>,
    pub length: i64,
    /// 0 required, 1 optional, 2 repeated.
    pub repetition: i64,
    pub children: i64,
    pub converted: Option<i64>,
    pub scale: i64,
    pub logical: Option<Logical>,
}

/// What a column means, in the newer way to say it: the number of the union's member, and what that says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Logical {
    pub member: i64,
    /// Times are UTC.
    pub is_utc: bool,
    /// The unit of times: 1 milliseconds, 2 microseconds, 3 nanoseconds.
    pub unit: i64,
    pub scale: i64,
    pub is_signed: bool,
}

/// Rows that are kept together.
#[derive(Debug, Default)]
pub(super) struct RowGroup {
    pub chunks: Vec<Chunk>,
    pub rows: i64,
}

/// The values of one column in one row group.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub physical: i64,
    pub codec: i64,
    pub values: i64,
    /// Where its first page begins.
    pub at: i64,
    /// How many bytes its pages take.
    pub packed: i64,
    /// It is in another file, or encrypted.
    pub is_elsewhere: bool,
}

/// Reads the end of a file.
pub(super) fn read(bytes: &[u8]) -> Read<Footer<'_>> {
    if !bytes.starts_with(SIGN) {
        return Err("it does not begin as Parquet does".into());
    }
    let (rest, sign) = bytes.split_at_checked(bytes.len().saturating_sub(SIGN.len())).unwrap_or((bytes, &[]));
    if sign == b"PARE" {
        return Err("it is encrypted".into());
    }
    if sign != SIGN || rest.len() < SIGN.len() + 4 {
        return Err("it does not end as Parquet does: it is cut off or damaged".into());
    }
    let (rest, length) = rest.split_last_chunk::<4>().ok_or("it is cut off")?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let at = rest.len().checked_sub(length).filter(|at| *at >= SIGN.len());
    let at = at.ok_or("the length of its end does not fit the file")?;
    if length > LARGEST {
        return Err("its end is larger than 32 MiB".into());
    }
    read_end(rest.get(at..).unwrap_or_default(), at)
}

/// Where the end of a file of so many bytes begins, and the end; none where it is not as it should be.
pub(super) fn end_of(bytes: &dyn super::Ranges, len: u64) -> Option<(usize, Vec<u8>)> {
    let mut sign = [0; 4];
    let mut last = [0; 8];
    let behind = len.checked_sub(8)?;
    if !bytes.read(0, &mut sign) || !bytes.read(behind, &mut last) || sign != *SIGN {
        return None;
    }
    let (length, sign) = last.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let at = usize::try_from(behind).ok()?.checked_sub(length)?;
    if sign != SIGN || length > LARGEST || at < SIGN.len() {
        return None;
    }
    let mut end = vec![0; length];
    bytes.read(u64::try_from(at).ok()?, &mut end).then_some((at, end))
}

/// Reads the end of a file, which begins at a place of it.
pub(super) fn read_end(end: &[u8], at: usize) -> Read<Footer<'_>> {
    let mut footer = Footer { at, ..Footer::default() };
    let mut chunks = 0_usize;
    let mut thrift = Thrift::new(end);
    thrift.fields(|thrift, id, kind| match id {
        2 => list(thrift, kind, |thrift| {
            if footer.elements.len() >= COLUMNS {
                return Err("it has too many columns".into());
            }
            footer.elements.push(element(thrift)?);
            Ok(())
        }),
        4 => list(thrift, kind, |thrift| {
            if footer.groups.len() >= GROUPS {
                return Err("it has too many groups of rows".into());
            }
            footer.groups.push(row_group(thrift, &mut chunks)?);
            Ok(())
        }),
        8 => Err("it is encrypted".into()),
        _ => thrift.skip(kind),
    })?;
    Ok(footer)
}

/// Reads each struct of a list.
fn list<'b>(thrift: &mut Thrift<'b>, of: u8, mut each: impl FnMut(&mut Thrift<'b>) -> Read<()>) -> Read<()> {
    let (of, count) = thrift.list(of)?;
    if of != kind::STRUCT && count > 0 {
        return Err("a list of it has elements of another kind than expected".into());
    }
    (0..count).try_for_each(|_| each(thrift))
}

fn element<'b>(thrift: &mut Thrift<'b>) -> Read<Element<'b>> {
    let mut element = Element::default();
    thrift.fields(|thrift, id, kind| {
        match id {
            1 => element.physical = Some(thrift.int(kind)?),
            2 => element.length = thrift.int(kind)?,
            3 => element.repetition = thrift.int(kind)?,
            4 => element.name = thrift.binary(kind)?,
            5 => element.children = thrift.int(kind)?,
            6 => element.converted = Some(thrift.int(kind)?),
            7 => element.scale = thrift.int(kind)?,
            10 => element.logical = Some(logical(thrift, kind)?),
            _ => thrift.skip(kind)?,
        }
        Ok(())
    })?;
    Ok(element)
}

fn logical(thrift: &mut Thrift<'_>, of: u8) -> Read<Logical> {
    let mut logical = Logical { is_signed: true, ..Logical::default() };
    fields_of(thrift, of, |thrift, member, of| {
        logical.member = member;
        fields_of(thrift, of, |thrift, id, of| {
            match (member, id, of) {
                (7 | 8, 1, kind::TRUE | kind::FALSE) => logical.is_utc = of == kind::TRUE,
                (7 | 8, 2, kind::STRUCT) => thrift.fields(|thrift, unit, of| {
                    logical.unit = unit;
                    thrift.skip(of)
                })?,
                (5, 1, _) => logical.scale = thrift.int(of)?,
                (10, 2, kind::TRUE | kind::FALSE) => logical.is_signed = of == kind::TRUE,
                _ => thrift.skip(of)?,
            }
            Ok(())
        })
    })?;
    Ok(logical)
}

/// Goes through a struct, or passes over what is none.
fn fields_of<'b>(thrift: &mut Thrift<'b>, of: u8, field: impl FnMut(&mut Thrift<'b>, i64, u8) -> Read<()>) -> Read<()> {
    if of == kind::STRUCT { thrift.fields(field) } else { thrift.skip(of) }
}

/// Reads a row group; `chunks` is how many columns the groups have so far.
fn row_group(thrift: &mut Thrift<'_>, chunks: &mut usize) -> Read<RowGroup> {
    let mut group = RowGroup::default();
    thrift.fields(|thrift, id, kind| match id {
        1 => list(thrift, kind, |thrift| {
            *chunks += 1;
            if *chunks > CHUNKS || group.chunks.len() >= COLUMNS {
                return Err("its groups of rows have too many columns".into());
            }
            group.chunks.push(chunk(thrift)?);
            Ok(())
        }),
        3 => {
            group.rows = thrift.int(kind)?;
            Ok(())
        }
        _ => thrift.skip(kind),
    })?;
    Ok(group)
}

fn chunk(thrift: &mut Thrift<'_>) -> Read<Chunk> {
    let mut chunk = Chunk { at: -1, ..Chunk::default() };
    let mut dictionary = None;
    let mut is_there = false;
    thrift.fields(|thrift, id, of| {
        match (id, of) {
            (3, kind::STRUCT) => {
                is_there = true;
                thrift.fields(|thrift, id, kind| {
                    match id {
                        1 => chunk.physical = thrift.int(kind)?,
                        4 => chunk.codec = thrift.int(kind)?,
                        5 => chunk.values = thrift.int(kind)?,
                        7 => chunk.packed = thrift.int(kind)?,
                        9 => chunk.at = thrift.int(kind)?,
                        11 => dictionary = Some(thrift.int(kind)?),
                        _ => thrift.skip(kind)?,
                    }
                    Ok(())
                })?;
            }
            (1 | 8, _) => {
                chunk.is_elsewhere = true;
                thrift.skip(of)?;
            }
            _ => thrift.skip(of)?,
        }
        Ok(())
    })?;
    chunk.is_elsewhere |= !is_there;
    // Where some writers say that there is no dictionary, they say 0.
    if let Some(dictionary) = dictionary.filter(|at| *at > 0 && *at < chunk.at) {
        chunk.at = dictionary;
    }
    Ok(chunk)
}
