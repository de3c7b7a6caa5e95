//! Masks over rows, built a word at a time.

use std::ops::Range;

use arrow_buffer::{BooleanBuffer, Buffer};

/// Rows in a word.
const WORD: usize = 64;

/// Where `test` holds of a value.
#[must_use]
pub fn of<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> BooleanBuffer {
    let word =
        |chunk: &[T]| chunk.iter().enumerate().fold(0_u64, |word, (at, value)| word | (u64::from(test(*value)) << at));
    wrap(values.chunks(WORD).map(word).collect(), values.len())
}

/// Where `test` holds of two values that stand beside each other.
#[must_use]
pub fn of_pairs<T: Copy>(a: &[T], b: &[T], test: impl Fn(T, T) -> bool) -> BooleanBuffer {
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
        wrap(self.words, self.len)
    }
}

/// The rows from the first to the last, where each is the one after that before it.
#[must_use]
pub fn run(rows: &[u32]) -> Option<Range<usize>> {
    let first = *rows.first()?;
    let end = first.checked_add(u32::try_from(rows.len()).ok()?)?;
    // Without a way out of the loop the compiler compares several at once.
    let one_by_one = rows.iter().zip(first..end).fold(true, |so_far, (row, next)| so_far & (*row == next));
    one_by_one.then_some(first as usize..end as usize)
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
