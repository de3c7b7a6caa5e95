//! Runs of small numbers: one number many times, or numbers packed in bits. Levels and the places in a dictionary are kept so.

use super::Read;

/// Numbers in a part of a page, read one by one.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    at: usize,
    end: usize,
    /// Bits of each number, at most 32.
    width: u32,
    /// Numbers left of the run.
    left: u64,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// The same.
    Same(u32),
    /// From this bit on, counted from where the run begins.
    Packed { at: usize, bit: u64 },
}

impl Runs {
    /// Numbers of `width` bits between two places.
    pub(super) fn new(at: usize, end: usize, width: u32) -> Read<Self> {
        if width > 32 {
            return Err("a page has numbers of more than 32 bits".into());
        }
        Ok(Self { at, end, width, left: 0, run: Run::Same(0) })
    }

    /// The next number.
    pub(super) fn next(&mut self, data: &[u8]) -> Read<u32> {
        if self.width == 0 {
            return Ok(0);
        }
        while self.left == 0 {
            self.begin(data)?;
        }
        self.left -= 1;
        match &mut self.run {
            Run::Same(value) => Ok(*value),
            Run::Packed { at, bit } => {
                let value = bits(data.get(*at..self.at).unwrap_or_default(), *bit, self.width);
                *bit += u64::from(self.width);
                Ok(value.unwrap_or(0))
            }
        }
    }

    /// The next `count` numbers, each as `keep` makes it; none where it does not take one.
    pub(super) fn many<T: Copy>(
        &mut self,
        data: &[u8],
        mut count: usize,
        out: &mut Vec<T>,
        keep: impl Fn(u32) -> Option<T>,
    ) -> Read<bool> {
        if self.width == 0 {
            let Some(zero) = keep(0) else { return Ok(false) };
            out.resize(out.len() + count, zero);
            return Ok(true);
        }
        let mask = (1_u64 << self.width) - 1;
        while count > 0 {
            while self.left == 0 {
                self.begin(data)?;
            }
            let run = usize::try_from(self.left).unwrap_or(usize::MAX).min(count);
            match &mut self.run {
                Run::Same(value) => {
                    let Some(value) = keep(*value) else { return Ok(false) };
                    out.resize(out.len() + run, value);
                }
                Run::Packed { at, bit } => {
                    let packed = data.get(*at..self.at).unwrap_or_default();
                    out.reserve(run);
                    for _ in 0..run {
                        let first = usize::try_from(*bit / 8).unwrap_or(usize::MAX);
                        let value = match packed.get(first..).and_then(<[u8]>::first_chunk::<8>) {
                            Some(eight) => u32::try_from((u64::from_le_bytes(*eight) >> (*bit % 8)) & mask).ok(),
                            None => bits(packed, *bit, self.width),
                        };
                        let Some(value) = keep(value.unwrap_or(0)) else { return Ok(false) };
                        out.push(value);
                        *bit += u64::from(self.width);
                    }
                }
            }
            count -= run;
            self.left -= u64::try_from(run).unwrap_or(u64::MAX);
        }
        Ok(true)
    }

    fn begin(&mut self, data: &[u8]) -> Read<()> {
        let data = data.get(..self.end).unwrap_or(data);
        let head = varint(data, &mut self.at)?;
        let count = head >> 1;
        if head & 1 == 0 {
            let bytes = usize::try_from(self.width.div_ceil(8)).unwrap_or(4);
            let given = data.get(self.at..self.at.saturating_add(bytes)).ok_or("a page ends in the middle of a run")?;
            let value = given.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
            self.at += bytes;
            (self.left, self.run) = (count, Run::Same(value));
            return Ok(());
        }
        // Eight at a time; the last run may end before its eighth, where the page does.
        let bytes = usize::try_from(count.saturating_mul(u64::from(self.width))).unwrap_or(usize::MAX);
        let begin = self.at;
        let end = begin.saturating_add(bytes).min(data.len());
        if begin >= end {
            return Err("a page ends in the middle of a run".into());
        }
        let whole = u64::try_from(end - begin).unwrap_or(0).saturating_mul(8) / u64::from(self.width);
        self.at = end;
        (self.left, self.run) = (count.saturating_mul(8).min(whole), Run::Packed { at: begin, bit: 0 });
        if self.left == 0 {
            return Err("a page ends in the middle of a run".into());
        }
        Ok(())
    }
}

/// A number of `width` bits (at most 32) from a bit on, the lowest first.
pub(super) fn bits(bytes: &[u8], bit: u64, width: u32) -> Option<u32> {
    let value = wide_bits(bytes, bit, width)?;
    u32::try_from(value).ok()
}

/// The same, of at most 64 bits.
pub(super) fn wide_bits(bytes: &[u8], bit: u64, width: u32) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let first = usize::try_from(bit / 8).ok()?;
    let shift = u32::try_from(bit % 8).ok()?;
    let count = usize::try_from((shift + width).div_ceil(8)).ok()?;
    let given = bytes.get(first..first.checked_add(count)?)?;
    let value = given.iter().rev().fold(0_u128, |value, byte| value << 8 | u128::from(*byte)) >> shift;
    let mask = (1_u128 << width) - 1;
    u64::try_from(value & mask).ok()
}

/// A number whose bytes say whether another follows.
pub(super) fn varint(data: &[u8], at: &mut usize) -> Read<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *data.get(*at).ok_or("a page is cut off")?;
        *at += 1;
        value |= u64::from(byte & 0x7F).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number in a page has no end".into())
}
