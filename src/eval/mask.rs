//! Masks over rows, built a word at a time.

use std::ops::Range;

use arrow_buffer::{BooleanBuffer, Buffer};
use either::Either;

/// Rows in a word.
const WORD: usize = 64;

/// So many rows have masks that are there already: most frames of one asset have no more, and nothing has to be made for them.
const FEW: usize = 4;

thread_local! {
    /// By the bits, above which one more bit says how many they are.
    static KNOWN: Vec<BooleanBuffer> = (0..2_usize << FEW).map(made).collect();
}

fn made(number: usize) -> BooleanBuffer {
    let len = number.checked_ilog2().map_or(0, |len| len as usize);
    BooleanBuffer::collect_bool(len, |row| number >> row & 1 == 1)
}

/// A mask of few rows, by its bits.
fn few(len: usize, bits: usize) -> BooleanBuffer {
    let number = 1 << len | bits & ((1 << len) - 1);
    let known = KNOWN.try_with(|known| known.get(number).cloned());
    known.ok().flatten().unwrap_or_else(|| made(number))
}

/// The bits of a mask of few rows.
fn bits(mask: &BooleanBuffer) -> Option<usize> {
    let len = mask.len();
    if len == 1 {
        return Some(usize::from(mask.value(0)));
    }
    (len <= FEW).then(|| (0..len).fold(0, |bits, row| bits | usize::from(mask.value(row)) << row))
}

/// The same for every row.
#[must_use]
pub fn all(len: usize, is: bool) -> BooleanBuffer {
    match (len <= FEW, is) {
        (true, true) => few(len, usize::MAX),
        (true, false) => few(len, 0),
        (false, true) => BooleanBuffer::new_set(len),
        (false, false) => BooleanBuffer::new_unset(len),
    }
}

/// Row by row.
#[must_use]
pub fn collect(len: usize, is: impl Fn(usize) -> bool) -> BooleanBuffer {
    if len > FEW {
        return BooleanBuffer::collect_bool(len, is);
    }
    few(len, (0..len).fold(0, |bits, row| bits | usize::from(is(row)) << row))
}

/// Where both are set; of masks of one length.
#[must_use]
pub fn and(a: &BooleanBuffer, b: &BooleanBuffer) -> BooleanBuffer {
    match (bits(a), bits(b)) {
        (Some(x), Some(y)) => few(a.len(), x & y),
        _ => a & b,
    }
}

/// Where either is set.
#[must_use]
pub fn or(a: &BooleanBuffer, b: &BooleanBuffer) -> BooleanBuffer {
    match (bits(a), bits(b)) {
        (Some(x), Some(y)) => few(a.len(), x | y),
        _ => a | b,
    }
}

/// Where it is not set.
#[must_use]
pub fn not(a: &BooleanBuffer) -> BooleanBuffer {
    bits(a).map_or_else(|| !a, |bits| few(a.len(), !bits))
}

/// Where the first is set and the second is not.
#[must_use]
pub fn but(a: &BooleanBuffer, b: &BooleanBuffer) -> BooleanBuffer {
    match (bits(a), bits(b)) {
        (Some(x), Some(y)) => few(a.len(), x & !y),
        _ => a & &!b,
    }
}

/// Whether any row is set.
#[must_use]
pub fn any(mask: &BooleanBuffer) -> bool {
    bits(mask).map_or_else(|| mask.has_true(), |bits| bits != 0)
}

/// Whether every row is set.
#[must_use]
pub fn every(mask: &BooleanBuffer) -> bool {
    bits(mask).map_or_else(|| !mask.has_false(), |bits| bits == (1 << mask.len()) - 1)
}

/// The rows that are set.
pub fn rows(mask: &BooleanBuffer) -> impl Iterator<Item = usize> + '_ {
    match bits(mask) {
        Some(bits) => Either::Left((0..mask.len()).filter(move |row| bits >> row & 1 == 1)),
        None => Either::Right(mask.set_indices()),
    }
}

/// How many rows are set.
#[must_use]
pub fn count(mask: &BooleanBuffer) -> usize {
    bits(mask).map_or_else(|| mask.count_set_bits(), |bits| bits.count_ones() as usize)
}

/// Whether the same rows are set; of masks of one length.
#[must_use]
pub fn are_same(a: &BooleanBuffer, b: &BooleanBuffer) -> bool {
    match (bits(a), bits(b)) {
        (Some(x), Some(y)) => x == y,
        _ => a == b,
    }
}

/// Where `test` holds of a value.
#[must_use]
pub fn of<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> BooleanBuffer {
    if values.len() <= FEW {
        let each = values.iter().enumerate();
        return few(values.len(), each.fold(0, |bits, (at, value)| bits | usize::from(test(*value)) << at));
    }
    let last_first = |values: &[T]| values.iter().rev().fold(0, |word, value| word << 1 | u64::from(test(*value)));
    let word = |chunk: &[T; WORD]| {
        // Small values are compared several at once, for large ones that costs more than one by one.
        if size_of::<T>() >= size_of::<u64>() {
            return last_first(chunk);
        }
        let mut bytes = [0; WORD];
        bytes.iter_mut().zip(chunk).for_each(|(byte, value)| *byte = u8::from(test(*value)));
        packed(&bytes)
    };
    let (chunks, rest) = values.as_chunks::<WORD>();
    let mut words: Vec<u64> = Vec::with_capacity(values.len().div_ceil(WORD));
    words.extend(chunks.iter().map(word));
    if !rest.is_empty() {
        words.push(last_first(rest));
    }
    wrap(words, values.len())
}

/// The bits of a word that are one byte each.
fn packed(bytes: &[u8; WORD]) -> u64 {
    // Every byte is 0 or 1: the product moves the eight of them beside each other, into its highest byte.
    let eight = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let (all, _) = bytes.as_chunks::<8>();
    all.iter().rev().fold(0, |word, bytes| word << 8 | eight(bytes))
}

/// Where `test` holds of two values that stand beside each other.
#[must_use]
pub fn of_pairs<T: Copy>(a: &[T], b: &[T], test: impl Fn(T, T) -> bool) -> BooleanBuffer {
    let len = a.len().min(b.len());
    if len <= FEW {
        let pairs = a.iter().zip(b).enumerate();
        return few(len, pairs.fold(0, |bits, (at, (a, b))| bits | usize::from(test(*a, *b)) << at));
    }
    let word = |(a, b): (&[T], &[T])| {
        a.iter().zip(b).enumerate().fold(0_u64, |word, (at, (a, b))| word | (u64::from(test(*a, *b)) << at))
    };
    wrap(a.chunks(WORD).zip(b.chunks(WORD)).map(word).collect(), a.len().min(b.len()))
}

fn wrap(words: Vec<u64>, len: usize) -> BooleanBuffer {
    let words: Vec<u64> =
        if cfg!(target_endian = "little") { words } else { words.into_iter().map(u64::to_le).collect() };
    BooleanBuffer::new(Buffer::from_vec(words), 0, len)
}

/// A mask whose bits are set one by one.
#[derive(Clone, Debug)]
pub struct Marks {
    words: Vec<u64>,
    len: usize,
}

impl Marks {
    /// Nothing is marked.
    #[must_use]
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(WORD)], len }
    }

    /// Marked as a mask is.
    #[must_use]
    pub fn like(mask: &BooleanBuffer) -> Self {
        let chunks = mask.bit_chunks();
        let mut words: Vec<u64> = chunks.iter_padded().collect();
        words.resize(mask.len().div_ceil(WORD), 0);
        Self { words, len: mask.len() }
    }

    /// Marks a row; one beyond the end is left out.
    pub fn set(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / WORD).filter(|_| row < self.len) {
            *word |= 1 << (row % WORD);
        }
    }

    /// Marks a row or takes its mark away.
    pub fn put(&mut self, row: usize, is: bool) {
        if let Some(word) = self.words.get_mut(row / WORD).filter(|_| row < self.len) {
            *word = (*word & !(1 << (row % WORD))) | (u64::from(is) << (row % WORD));
        }
    }

    /// The mask.
    #[must_use]
    pub fn finish(self) -> BooleanBuffer {
        if self.len <= FEW {
            let word = self.words.first().copied().unwrap_or(0);
            return few(self.len, usize::try_from(word & 0xFF).unwrap_or(0));
        }
        wrap(self.words, self.len)
    }
}

/// The rows from the first to the last, where each is the one after that before it.
#[must_use]
pub fn run(rows: &[u32]) -> Option<Range<usize>> {
    let first = *rows.first()?;
    let end = first.checked_add(u32::try_from(rows.len()).ok()?)?;
    if rows.last().is_some_and(|last| last.checked_add(1) != Some(end)) {
        return None;
    }
    // Without a way out of the loop the compiler compares several at once.
    let one_by_one = rows.iter().zip(first..end).fold(true, |so_far, (row, next)| so_far & (*row == next));
    one_by_one.then_some(first as usize..end as usize)
}

/// What is known of rows together, so that a column need not look at each.
#[derive(Clone, Debug)]
pub struct Span {
    /// The rows, where each is the one after that before it.
    pub run: Option<Range<usize>>,
    /// From the least row to the greatest; empty where there are no rows.
    pub all: Range<usize>,
}

impl Span {
    /// Of these rows.
    #[must_use]
    pub fn of(rows: &[u32]) -> Self {
        if let Some(run) = run(rows) {
            return Self { all: run.clone(), run: Some(run) };
        }
        let ends = rows.iter().fold((u32::MAX, 0), |(low, high), row| (low.min(*row), high.max(*row)));
        let all = if rows.is_empty() { 0..0 } else { ends.0 as usize..ends.1 as usize + 1 };
        Self { run: None, all }
    }

    /// The rows one after the other, where they are and lie below a length.
    #[must_use]
    pub fn run_below(&self, len: usize) -> Option<Range<usize>> {
        self.run.clone().filter(|run| run.end <= len)
    }
}

/// Whether all rows lie below a length.
#[must_use]
pub fn are_below(rows: &[u32], len: usize) -> bool {
    let most = rows.iter().fold(0, |most, row| most.max(*row));
    rows.is_empty() || (most as usize) < len
}

/// A mask at these rows; what lies beyond its end is unset.
#[must_use]
pub fn gather(mask: &BooleanBuffer, rows: &[u32]) -> BooleanBuffer {
    if let Some(range) = run(rows).filter(|range| range.end <= mask.len()) {
        return mask.slice(range.start, range.len());
    }
    of(rows, |row| (row as usize) < mask.len() && mask.value(row as usize))
}

#[cfg(test)]
mod tests {
    use arrow_buffer::BooleanBuffer;

    use super::{all, and, any, but, collect, every, not, of, of_pairs, or};

    #[test]
    fn masks_of_few_rows_are_those_of_many() {
        for len in 0..7 {
            for x in 0..1_usize << len {
                let bit = |number: usize| move |row: usize| number >> row & 1 == 1;
                let a = collect(len, bit(x));
                assert_eq!(a, BooleanBuffer::collect_bool(len, bit(x)));
                assert_eq!(not(&a), !&a);
                assert_eq!((any(&a), every(&a)), (a.has_true(), !a.has_false()));
                let rows: Vec<usize> = (0..len).collect();
                assert_eq!(of(&rows, bit(x)), a);
                for y in 0..1_usize << len {
                    let b = BooleanBuffer::collect_bool(len + 3, bit(y << 3)).slice(3, len);
                    assert_eq!(and(&a, &b), &a & &b);
                    assert_eq!(or(&a, &b), &a | &b);
                    assert_eq!(but(&a, &b), &a & &!&b);
                    assert_eq!(of_pairs(&rows, &rows, |p, q| bit(x)(p) && bit(y)(q)), &a & &b);
                }
            }
            assert_eq!(all(len, true), BooleanBuffer::new_set(len));
            assert_eq!(all(len, false), BooleanBuffer::new_unset(len));
        }
    }
}
