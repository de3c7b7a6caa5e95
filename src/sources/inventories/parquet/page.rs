//! Pages: their heads, unpacking them, and the values in them one by one.

use std::io::Read as _;

use super::delta::Deltas;
use super::levels::{Runs, bits};
use super::schema::Physical;
use super::thrift::{Thrift, kind};
use super::{Budget, Read};

/// What the head of a page says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    /// 0 values, 2 a dictionary, 3 values in the newer form.
    pub kind: i64,
    pub unpacked: i64,
    pub packed: i64,
    pub values: i64,
    pub encoding: i64,
    /// How levels are kept, in the older form.
    levels: i64,
    /// How long levels are, in the newer form.
    def_bytes: i64,
    rep_bytes: i64,
    is_packed: bool,
}

/// Reads the head of a page, and how long it is.
pub(super) fn head(bytes: &[u8]) -> Read<(Head, usize)> {
    let mut head = Head { is_packed: true, levels: 3, ..Head::default() };
    let mut thrift = Thrift::new(bytes);
    thrift.fields(|thrift, id, of| {
        match (id, of) {
            (1, _) => head.kind = thrift.int(of)?,
            (2, _) => head.unpacked = thrift.int(of)?,
            (3, _) => head.packed = thrift.int(of)?,
            (5 | 7 | 8, kind::STRUCT) => thrift.fields(|thrift, inner, of| {
                match (id, inner, of) {
                    (_, 1, _) => head.values = thrift.int(of)?,
                    (5 | 7, 2, _) | (8, 4, _) => head.encoding = thrift.int(of)?,
                    (5, 3, _) => head.levels = thrift.int(of)?,
                    (8, 5, _) => head.def_bytes = thrift.int(of)?,
                    (8, 6, _) => head.rep_bytes = thrift.int(of)?,
                    (8, 7, kind::TRUE | kind::FALSE) => head.is_packed = of == kind::TRUE,
                    _ => thrift.skip(of)?,
                }
                Ok(())
            })?,
            _ => thrift.skip(of)?,
        }
        Ok(())
    })?;
    Ok((head, thrift.at()))
}

/// A page of values.
#[derive(Debug)]
pub(super) struct Page {
    pub data: Vec<u8>,
    /// How many places are left, with a value or without.
    pub left: u64,
    pub rep: Runs,
    pub def: Runs,
    pub values: Values,
}

impl Page {
    /// Unpacks a page whose levels go up to `def` and `rep`.
    pub(super) fn new(
        head: &Head,
        packed: &[u8],
        codec: i64,
        physical: Physical,
        (def, rep): (u16, u16),
        budget: &mut Budget,
    ) -> Read<Self> {
        let length = |bytes: i64| usize::try_from(bytes).map_err(|_| "a page has a length that cannot be");
        let width = |most: u16| u16::BITS - most.leading_zeros();
        let unpacked = length(head.unpacked)?;
        let left = u64::try_from(head.values).map_err(|_| "a page has a number of values that cannot be")?;
        let (data, rep, def, at) = if head.kind == 3 {
            let (rep_end, def_bytes) = (length(head.rep_bytes)?, length(head.def_bytes)?);
            let end = rep_end.checked_add(def_bytes).ok_or("a page has a length that cannot be")?;
            let (levels, rest) = packed.split_at_checked(end).ok_or("the levels of a page are longer than the page")?;
            let rest_length = unpacked.checked_sub(end).ok_or("the levels of a page are longer than the page")?;
            budget.unpack(u64::try_from(end).unwrap_or(u64::MAX))?;
            let mut data = levels.to_vec();
            let codec = if head.is_packed { codec } else { 0 };
            unpack(codec, rest, rest_length, budget, &mut data)?;
            (data, Runs::new(0, rep_end, width(rep))?, Runs::new(rep_end, end, width(def))?, end)
        } else {
            let mut data = Vec::new();
            unpack(codec, packed, unpacked, budget, &mut data)?;
            let mut at = 0_usize;
            let mut levels = |most: u16| {
                if most == 0 {
                    return Runs::new(0, 0, 0);
                }
                if head.levels != 3 {
                    return Err("a page keeps its levels in a form that is no longer used".into());
                }
                let begin = at + 4;
                let end = begin.saturating_add(word(&data, at)?);
                if end > data.len() {
                    return Err("the levels of a page are longer than the page".into());
                }
                at = end;
                Runs::new(begin, end, width(most))
            };
            let rep = levels(rep)?;
            let def = levels(def)?;
            (data, rep, def, at)
        };
        let values = Values::new(head.encoding, &data, at, physical)?;
        Ok(Self { data, left, rep, def, values })
    }
}

/// The values of a page, by how they are kept.
#[derive(Debug)]
pub(super) enum Values {
    /// One after another from here on; truths are bits from the first on.
    Plain {
        at: usize,
        bit: u64,
    },
    /// Places in the dictionary.
    Dictionary(Runs),
    /// Truths as runs.
    Truths(Runs),
    Deltas(Deltas),
    /// The lengths of texts, and where the next text begins.
    Lengths(Deltas, usize),
    /// How much of the text before counts for each, the lengths of what follows, where the next begins, and the text before.
    Prefixes(Deltas, Deltas, usize, Vec<u8>),
    /// The first byte of each value, then the second of each: where, how many values, and which is next; the value.
    Spread {
        at: usize,
        count: usize,
        next: usize,
        value: Vec<u8>,
    },
}

/// A value as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'d> {
    Bool(bool),
    Int(i64),
    Float(f32),
    Double(f64),
    Bytes(&'d [u8]),
}

impl Values {
    fn new(encoding: i64, data: &[u8], at: usize, physical: Physical) -> Read<Self> {
        Ok(match (encoding, physical) {
            (0, _) => Self::Plain { at, bit: 0 },
            // Where no value is there may be nothing at all.
            (2 | 8, _) => match data.get(at) {
                Some(width) => Self::Dictionary(Runs::new(at + 1, data.len(), u32::from(*width))?),
                None => Self::Plain { at, bit: 0 },
            },
            (3, Physical::Bool) => match word(data, at) {
                Ok(length) => {
                    let begin = at + 4;
                    Self::Truths(Runs::new(begin, begin.saturating_add(length).min(data.len()), 1)?)
                }
                Err(_) => Self::Plain { at, bit: 0 },
            },
            (5..=7, _) if at >= data.len() => Self::Plain { at, bit: 0 },
            (5, Physical::Int32 | Physical::Int64) => Self::Deltas(Deltas::new(data, at)?),
            (6, Physical::Bytes) => {
                let lengths = Deltas::new(data, at)?;
                let begin = lengths.end(data)?;
                Self::Lengths(lengths, begin)
            }
            (7, Physical::Bytes | Physical::Fixed(_)) => {
                let prefixes = Deltas::new(data, at)?;
                let lengths = Deltas::new(data, prefixes.end(data)?)?;
                let begin = lengths.end(data)?;
                Self::Prefixes(prefixes, lengths, begin, Vec::new())
            }
            (9, _) => {
                let width = width(physical).ok_or("a page keeps its values in a form that does not fit them")?;
                let count = data.len().saturating_sub(at) / width;
                Self::Spread { at, count, next: 0, value: vec![0; width] }
            }
            _ => return Err(format!("a page keeps its values in a form that is not read (encoding {encoding})").into()),
        })
    }

    /// The next value.
    pub(super) fn next<'d>(
        &'d mut self,
        data: &'d [u8],
        dictionary: Option<&'d Dictionary>,
        physical: Physical,
    ) -> Read<Value<'d>> {
        match self {
            Self::Plain { at, bit } if physical == Physical::Bool => {
                let value = bits(data.get(*at..).unwrap_or_default(), *bit, 1).ok_or(SHORT)?;
                *bit += 1;
                Ok(Value::Bool(value == 1))
            }
            Self::Plain { at, .. } => plain(data, at, physical),
            Self::Dictionary(places) => {
                let place = places.next(data)?;
                dictionary.ok_or("a page needs a dictionary, and there is none")?.get(place, physical)
            }
            Self::Truths(runs) => Ok(Value::Bool(runs.next(data)? == 1)),
            Self::Deltas(deltas) => {
                let value = deltas.next(data)?;
                // Sums of 32 bits wrap in 32 bits.
                let wrapped =
                    || i64::from(i32::from_le_bytes(value.to_le_bytes().first_chunk().copied().unwrap_or_default()));
                Ok(Value::Int(if physical == Physical::Int32 { wrapped() } else { value }))
            }
            Self::Lengths(lengths, at) => {
                let length = usize::try_from(lengths.next(data)?).map_err(|_| SHORT)?;
                Ok(Value::Bytes(slice(data, at, length)?))
            }
            Self::Prefixes(prefixes, lengths, at, text) => {
                let kept = usize::try_from(prefixes.next(data)?).map_err(|_| SHORT)?;
                let length = usize::try_from(lengths.next(data)?).map_err(|_| SHORT)?;
                if kept > text.len() {
                    return Err("a text in a page begins with more than the one before has".into());
                }
                text.truncate(kept);
                text.extend_from_slice(slice(data, at, length)?);
                Ok(Value::Bytes(text))
            }
            Self::Spread { at, count, next, value } => {
                if *next >= *count {
                    return Err(SHORT.into());
                }
                for (part, byte) in value.iter_mut().enumerate() {
                    *byte = data.get(*at + part * *count + *next).copied().ok_or(SHORT)?;
                }
                *next += 1;
                plain(value, &mut 0, physical)
            }
        }
    }
}

const SHORT: &str = "a page has fewer values than it says";

/// Bytes of a value, where all have as many.
fn width(physical: Physical) -> Option<usize> {
    match physical {
        Physical::Int32 | Physical::Float => Some(4),
        Physical::Int64 | Physical::Double => Some(8),
        Physical::Int96 => Some(12),
        Physical::Fixed(length) => Some(length),
        Physical::Bool | Physical::Bytes => None,
    }
}

fn slice<'d>(data: &'d [u8], at: &mut usize, length: usize) -> Read<&'d [u8]> {
    let end = at.checked_add(length).ok_or(SHORT)?;
    let slice = data.get(*at..end).ok_or(SHORT)?;
    *at = end;
    Ok(slice)
}

fn word(data: &[u8], at: usize) -> Read<usize> {
    let bytes = data.get(at..).and_then(<[u8]>::first_chunk::<4>).ok_or(SHORT)?;
    Ok(usize::try_from(u32::from_le_bytes(*bytes)).unwrap_or(usize::MAX))
}

fn plain<'d>(data: &'d [u8], at: &mut usize, physical: Physical) -> Read<Value<'d>> {
    let length = match width(physical) {
        Some(width) => width,
        None => {
            let length = word(data, *at)?;
            *at += 4;
            length
        }
    };
    let bytes = slice(data, at, length)?;
    let four = || bytes.first_chunk::<4>().copied().unwrap_or_default();
    let eight = || bytes.first_chunk::<8>().copied().unwrap_or_default();
    Ok(match physical {
        Physical::Int32 => Value::Int(i64::from(i32::from_le_bytes(four()))),
        Physical::Int64 => Value::Int(i64::from_le_bytes(eight())),
        Physical::Float => Value::Float(f32::from_le_bytes(four())),
        Physical::Double => Value::Double(f64::from_le_bytes(eight())),
        _ => Value::Bytes(bytes),
    })
}

/// The values that pages name by their places.
#[derive(Debug)]
pub(super) struct Dictionary {
    data: Vec<u8>,
    /// Where each begins; nothing where all are as long.
    begins: Vec<usize>,
    count: usize,
}

impl Dictionary {
    pub(super) fn new(head: &Head, packed: &[u8], codec: i64, physical: Physical, budget: &mut Budget) -> Read<Self> {
        if !matches!(head.encoding, 0 | 2) {
            return Err("a dictionary is kept in a form that is not read".into());
        }
        let unpacked = usize::try_from(head.unpacked).map_err(|_| "a page has a length that cannot be")?;
        let mut data = Vec::new();
        unpack(codec, packed, unpacked, budget, &mut data)?;
        let count = usize::try_from(head.values).map_err(|_| "a page has a number of values that cannot be")?;
        let mut begins = Vec::new();
        if width(physical).is_none() {
            let mut at = 0;
            // Each takes four bytes at least, so they are no more than the page has room for.
            for _ in 0..count {
                begins.push(at);
                plain(&data, &mut at, physical)?;
            }
        }
        Ok(Self { data, begins, count })
    }

    /// How many values it has.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The value at a place.
    pub(super) fn get(&self, place: u32, physical: Physical) -> Read<Value<'_>> {
        const BEYOND: &str = "a page names a value that its dictionary does not have";
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if place >= self.count {
            return Err(BEYOND.into());
        }
        let mut at = match width(physical) {
            Some(width) => place.saturating_mul(width),
            None => *self.begins.get(place).ok_or(BEYOND)?,
        };
        plain(&self.data, &mut at, physical)
    }
}

/// Unpacks bytes behind those of `data`; never more than are announced, which the budget has to allow before.
fn unpack(codec: i64, packed: &[u8], length: usize, budget: &mut Budget, data: &mut Vec<u8>) -> Read<()> {
    budget.unpack(u64::try_from(length).unwrap_or(u64::MAX))?;
    let before = data.len();
    let wanted = u64::try_from(length).unwrap_or(u64::MAX);
    // One more shows that there is more.
    let most = wanted.saturating_add(1);
    let broken = |_| "a page cannot be unpacked";
    // A page of nulls alone may be packed to nothing.
    match codec {
        _ if packed.is_empty() && length == 0 => {}
        0 => data.extend_from_slice(packed.get(..length).ok_or("a page is shorter than it says")?),
        1 => {
            let announced = snap::raw::decompress_len(packed).map_err(|_| "a page cannot be unpacked")?;
            if announced != length {
                return Err("a page is not as long as it says when unpacked".into());
            }
            data.resize(before + length, 0);
            let room = data.get_mut(before..).unwrap_or_default();
            snap::raw::Decoder::new().decompress(packed, room).map_err(|_| "a page cannot be unpacked")?;
        }
        2 => {
            flate2::bufread::MultiGzDecoder::new(packed).take(most).read_to_end(data).map_err(broken)?;
        }
        6 => {
            let frame = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|_| "a page cannot be unpacked")?;
            frame.take(most).read_to_end(data).map_err(broken)?;
        }
        other => {
            let name = match other {
                3 => "LZO",
                4 => "Brotli",
                5 | 7 => "LZ4",
                _ => "a form that is not known",
            };
            return Err(format!("it is packed with {name}: write it with Snappy, gzip or zstd").into());
        }
    }
    if data.len() - before != length {
        return Err("a page is not as long as it says when unpacked".into());
    }
    Ok(())
}
