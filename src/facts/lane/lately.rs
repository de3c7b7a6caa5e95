//! Short texts that were met lately, with their numbers: most texts of a record are among them.

/// How many are kept, each at the place that its bytes give it.
const KEPT: usize = 1 << 9;

/// How many come before any is kept: who reads one record meets none again.
const FIRST: usize = 32;

/// Numbers of short texts by their bytes.
#[derive(Debug, Default)]
pub(in super::super) struct Lately {
    /// The empty text, which is not kept, where there is none.
    kept: Option<Box<[(u128, i64); KEPT]>>,
    met: usize,
}

impl Lately {
    #[inline]
    pub(super) fn find(&self, text: u128) -> Option<i64> {
        let (known, number) = self.kept.as_ref()?.get(place(text))?;
        (*known == text && text != 0).then_some(*number)
    }

    #[inline]
    pub(super) fn keep(&mut self, text: u128, number: i64) {
        self.met += 1;
        if self.met > FIRST && self.kept.is_none() {
            self.kept = vec![(0, 0); KEPT].into_boxed_slice().try_into().ok();
        }
        if let Some(kept) = self.kept.as_mut().and_then(|kept| kept.get_mut(place(text))) {
            *kept = (text, number);
        }
    }
}

#[inline]
fn place(text: u128) -> usize {
    let folded = (text as u64) ^ ((text >> 64) as u64).rotate_left(23);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}
