//! Many texts in one piece of memory.

use super::pen::SHORT;

/// Texts one behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let (from, end) = self.span(at)?;
        self.all.get(from..end)
    }

    #[inline]
    fn span(&self, at: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(at)?;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        Some((from, end))
    }

    #[inline]
    pub(super) fn bytes(&self, at: usize) -> Option<&[u8]> {
        let (from, end) = self.span(at)?;
        self.all.as_bytes().get(from..end)
    }

    /// The bytes of a short text with some of what stands behind it, and how many are its own; none where that is not at hand.
    #[inline]
    pub(super) fn short(&self, at: usize) -> Option<([u8; SHORT], usize)> {
        let (from, end) = self.span(at)?;
        let bytes = self.all.as_bytes().get(from..)?.first_chunk()?;
        (end - from <= SHORT).then_some((*bytes, end - from))
    }

    pub(super) fn last(&self) -> Option<&str> {
        self.get(self.len().checked_sub(1)?)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at).unwrap_or_default())
    }

    /// Makes room for as many more, if they are as long as those that are there.
    pub(super) fn reserve(&mut self, more: usize) {
        let bytes = (self.all.len() * more).checked_div(self.len()).unwrap_or_default();
        // A little more, since what is short by a text is copied as a whole.
        self.all.reserve(bytes + bytes / 16);
        self.ends.reserve(more);
    }
}

impl<'t> FromIterator<&'t str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'t str>>(texts: I) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| all.push(text));
        all
    }
}
