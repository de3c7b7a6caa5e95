//! Short texts that were met lately, with their numbers: most texts of a record are among them.

/// How many are kept, each at the place that its bytes give it.
const KEPT: usize = 1 << 9;

/// Numbers of short texts by their bytes.
#[derive(Debug)]
pub(in super::super) struct Lately {
    /// The empty text, which is not kept, where there is none.
    kept: Box<[(u128, i64); KEPT]>,
}

impl Default for Lately {
    fn default() -> Self {
        Self { kept: Box::new([(0, 0); KEPT]) }
    }
}

impl Lately {
    #[inline]
    pub(super) fn find(&self, text: u128) -> Option<i64> {
        let (known, number) = self.kept.get(place(text))?;
        (*known == text && text != 0).then_some(*number)
    }

    #[inline]
    pub(super) fn keep(&mut self, text: u128, number: i64) {
        if let Some(kept) = self.kept.get_mut(place(text)) {
            *kept = (text, number);
        }
    }
}

#[inline]
fn place(text: u128) -> usize {
    let folded = (text as u64) ^ ((text >> 64) as u64).rotate_left(23);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}
