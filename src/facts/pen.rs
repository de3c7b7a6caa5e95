//! Bytes written one behind the other, again and again into the same memory.

/// How many bytes of a short text are copied at once, whatever its length.
pub(super) const SHORT: usize = 16;

/// By how much the memory grows beyond what is needed.
const SPARE: usize = 1 << 10;

/// What is being written.
#[derive(Debug, Default)]
pub(super) struct Pen {
    paper: Vec<u8>,
    at: usize,
}

impl Pen {
    /// Begins anew.
    pub(super) fn begin(&mut self) {
        self.at = 0;
    }

    /// What was written since.
    pub(super) fn written(&self) -> &[u8] {
        self.paper.get(..self.at).unwrap_or_default()
    }

    #[inline]
    pub(super) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        match self.paper.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) {
            Some(place) => {
                *place = bytes;
                self.at += N;
            }
            None => self.put_all(&bytes),
        }
    }

    /// Writes the first `count` of these.
    #[inline]
    pub(super) fn put_some(&mut self, bytes: [u8; SHORT], count: usize) {
        self.put(bytes);
        self.at -= SHORT.saturating_sub(count);
    }

    pub(super) fn put_all(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if self.paper.len() < end {
            self.paper.resize(end + SPARE, 0);
        }
        if let Some(place) = self.paper.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
            self.at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pen;

    #[test]
    fn what_is_written_stands_one_behind_the_other() {
        let (mut pen, mut plain) = (Pen::default(), Vec::new());
        for round in 0..3 {
            pen.begin();
            plain.clear();
            for step in 0..200_u8 {
                pen.put([step, round]);
                plain.extend([step, round]);
                pen.put_some(*b"0123456789abcdef", usize::from(step % 17));
                plain.extend(b"0123456789abcdef".iter().take(usize::from(step % 17)));
                let long = vec![step; usize::from(step) * usize::from(round)];
                pen.put_all(&long);
                plain.extend(long);
            }
            assert_eq!(pen.written(), plain);
        }
    }
}
