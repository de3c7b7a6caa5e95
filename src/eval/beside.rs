//! Parts that are worked on beside each other.

use rayon::prelude::*;

/// What a function makes of each part. One part alone is worked on at once: no other thread has to be woken for it.
#[must_use]
pub fn each<T: Sync, R: Send>(parts: &[T], f: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    match parts {
        [] => Vec::new(),
        [one] => vec![f(one)],
        _ => parts.par_iter().map(f).collect(),
    }
}

/// The same of so many things at a time, which it may change.
#[must_use]
pub fn each_chunk<T: Send, R: Send>(all: &mut [T], size: usize, f: impl Fn(&mut [T]) -> R + Sync + Send) -> Vec<R> {
    match all.len() {
        0 => Vec::new(),
        len if len <= size => vec![f(all)],
        _ => all.par_chunks_mut(size).map(f).collect(),
    }
}
