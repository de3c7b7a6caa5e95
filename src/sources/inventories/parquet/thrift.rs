//! Thrift's compact protocol, as far as Parquet uses it: borrowed, bounded by the bytes that there are, and never deeper than a fixed limit.

use super::Read;

/// How deep values that nobody reads may nest.
const DEEPEST: usize = 16;

/// What kind of value a field or element has, as the protocol numbers them.
pub(super) mod kind {
    pub(in super::super) const TRUE: u8 = 1;
    pub(in super::super) const FALSE: u8 = 2;
    pub(in super::super) const BYTE: u8 = 3;
    pub(in super::super) const I16: u8 = 4;
    pub(in super::super) const I32: u8 = 5;
    pub(in super::super) const I64: u8 = 6;
    pub(in super::super) const DOUBLE: u8 = 7;
    pub(in super::super) const BINARY: u8 = 8;
    pub(in super::super) const LIST: u8 = 9;
    pub(in super::super) const SET: u8 = 10;
    pub(in super::super) const MAP: u8 = 11;
    pub(in super::super) const STRUCT: u8 = 12;
}

/// A place in bytes that moves forward only.
#[derive(Clone, Debug)]
pub(super) struct Thrift<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Thrift<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Read<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or("it is cut off")?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, count: usize) -> Read<&'b [u8]> {
        let end = self.at.checked_add(count).ok_or("it is cut off")?;
        let taken = self.bytes.get(self.at..end).ok_or("it is cut off")?;
        self.at = end;
        Ok(taken)
    }

    fn varint(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number in it has no end".into())
    }

    /// A whole number, whatever its width.
    pub(super) fn int(&mut self, kind: u8) -> Read<i64> {
        match kind {
            kind::BYTE => Ok(i64::from(i8::from_le_bytes([self.byte()?]))),
            kind::I16 | kind::I32 | kind::I64 => Ok(unzigzag(self.varint()?)),
            _ => Err("a number is expected where it has something else".into()),
        }
    }

    /// Bytes.
    pub(super) fn binary(&mut self, kind: u8) -> Read<&'b [u8]> {
        if kind != kind::BINARY {
            return Err("a text is expected where it has something else".into());
        }
        let length = self.varint()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// The kind of a list's elements and how many there are; never more than there are bytes.
    pub(super) fn list(&mut self, kind: u8) -> Read<(u8, usize)> {
        if !matches!(kind, kind::LIST | kind::SET) {
            return Err("a list is expected where it has something else".into());
        }
        let first = self.byte()?;
        let count = match first >> 4 {
            15 => usize::try_from(self.varint()?).unwrap_or(usize::MAX),
            few => usize::from(few),
        };
        if count > self.bytes.len().saturating_sub(self.at) {
            return Err("a list in it is longer than the file".into());
        }
        Ok((first & 0x0F, count))
    }

    /// Goes through the fields of a struct; `field` gets the number and the kind of each, and reads or skips its value.
    pub(super) fn fields(&mut self, mut field: impl FnMut(&mut Self, i64, u8) -> Read<()>) -> Read<()> {
        let mut id = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => unzigzag(self.varint()?),
                step => id.saturating_add(i64::from(step)),
            };
            field(self, id, head & 0x0F)?;
        }
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self, kind: u8) -> Read<()> {
        self.skip_within(kind, DEEPEST, false)
    }

    fn skip_within(&mut self, kind: u8, depth: usize, is_element: bool) -> Read<()> {
        let depth = depth.checked_sub(1).ok_or("it is nested too deep")?;
        match kind {
            // A field has its truth in its kind, an element in a byte.
            kind::TRUE | kind::FALSE if is_element => self.byte().map(drop),
            kind::TRUE | kind::FALSE => Ok(()),
            kind::BYTE => self.byte().map(drop),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(drop),
            kind::DOUBLE => self.take(8).map(drop),
            kind::BINARY => self.binary(kind).map(drop),
            kind::LIST | kind::SET => {
                let (of, count) = self.list(kind)?;
                (0..count).try_for_each(|_| self.skip_within(of, depth, true))
            }
            kind::MAP => {
                let count = self.varint()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                (0..count).try_for_each(|_| {
                    self.skip_within(kinds >> 4, depth, true)?;
                    self.skip_within(kinds & 0x0F, depth, true)
                })
            }
            kind::STRUCT => self.fields(|thrift, _, kind| thrift.skip_within(kind, depth, false)),
            _ => Err("it has a value of no known kind".into()),
        }
    }
}

/// A signed number from one whose last bit is the sign.
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ (value & 1).cast_signed().wrapping_neg()
}
