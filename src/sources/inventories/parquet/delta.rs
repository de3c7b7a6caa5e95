//! Numbers by their differences, in blocks of packed bits.

use super::Read;
use super::levels::{varint, wide_bits};
use super::thrift::unzigzag;

/// Numbers by their differences, read one by one.
#[derive(Clone, Debug)]
pub(super) struct Deltas {
    at: usize,
    /// Numbers in each part of a block.
    part: u64,
    parts: usize,
    /// Numbers left, the first included.
    left: u64,
    last: i64,
    is_first: bool,
    least: i64,
    /// Where the widths of the block at hand stand, and which part of it is next.
    widths: usize,
    next_part: usize,
    /// Numbers left of the part at hand, its width, and the bit in it.
    in_part: u64,
    width: u32,
    begin: usize,
    bit: u64,
}

impl Deltas {
    pub(super) fn new(data: &[u8], mut at: usize) -> Read<Self> {
        let block = varint(data, &mut at)?;
        let parts = varint(data, &mut at)?;
        let left = varint(data, &mut at)?;
        let last = unzigzag(varint(data, &mut at)?);
        let part = block.checked_div(parts).unwrap_or(0);
        if part == 0 || !part.is_multiple_of(32) || block > 1 << 20 || !block.is_multiple_of(parts) {
            return Err("a page has blocks of no possible size".into());
        }
        let parts = usize::try_from(parts).unwrap_or(usize::MAX);
        Ok(Self {
            at,
            part,
            parts,
            left,
            last,
            is_first: true,
            least: 0,
            widths: 0,
            next_part: parts,
            in_part: 0,
            width: 0,
            begin: 0,
            bit: 0,
        })
    }

    /// The next number.
    pub(super) fn next(&mut self, data: &[u8]) -> Read<i64> {
        self.left = self.left.checked_sub(1).ok_or("a page has fewer values than it says")?;
        if std::mem::take(&mut self.is_first) {
            return Ok(self.last);
        }
        if self.in_part == 0 {
            self.begin_part(data)?;
        }
        self.in_part -= 1;
        let packed = data.get(self.begin..self.at).unwrap_or_default();
        // The last part of a page may be cut where its numbers end.
        let delta = wide_bits(packed, self.bit, self.width).ok_or("a page ends in the middle of a block")?;
        self.bit += u64::from(self.width);
        self.last = self.last.wrapping_add(self.least).wrapping_add(delta.cast_signed());
        Ok(self.last)
    }

    fn begin_part(&mut self, data: &[u8]) -> Read<()> {
        if self.next_part >= self.parts {
            self.least = unzigzag(varint(data, &mut self.at)?);
            self.widths = self.at;
            self.next_part = 0;
            self.at = self.at.saturating_add(self.parts);
        }
        let place = self.widths.saturating_add(self.next_part);
        self.width = u32::from(*data.get(place).ok_or("a page ends in the middle of a block")?);
        if self.width > 64 {
            return Err("a page has numbers of more than 64 bits".into());
        }
        self.next_part += 1;
        self.begin = self.at;
        let bytes = usize::try_from(self.part.saturating_mul(u64::from(self.width)) / 8).unwrap_or(usize::MAX);
        self.at = self.at.saturating_add(bytes).min(data.len());
        (self.in_part, self.bit) = (self.part, 0);
        Ok(())
    }

    /// Where what follows begins: behind the last block, which is as long as every block.
    pub(super) fn end(&self, data: &[u8]) -> Read<usize> {
        let mut rest = self.clone();
        let mut left = rest.left.saturating_sub(u64::from(rest.is_first));
        while left > 0 {
            rest.begin_part(data)?;
            left = left.saturating_sub(rest.part);
            // The widths of a block can say no more than its bytes: each block takes some.
            if rest.at > data.len() {
                return Err("a page ends in the middle of a block".into());
            }
        }
        Ok(rest.at)
    }
}
