//! What is known of each cell of a column: of those from the first on that are known nothing is written out.

use super::column::State;

/// The states of a column's cells.
#[derive(Clone, Debug, Default)]
pub(super) struct States {
    /// So many are [`State::Known`], from the first.
    known: usize,
    /// The others, whose first is not.
    written: Vec<State>,
}

impl States {
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.known + self.written.len()
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are known from the first on, and the states behind these.
    #[inline]
    pub(super) fn parts(&self) -> (usize, &[State]) {
        (self.known, &self.written)
    }

    /// Whether all are known.
    #[inline]
    pub(super) const fn are_known(&self) -> bool {
        self.written.is_empty()
    }

    /// Whether at least so many are known from the first on.
    #[inline]
    pub(super) const fn are_known_below(&self, row: usize) -> bool {
        row <= self.known
    }

    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<State> {
        match row.checked_sub(self.known) {
            None => Some(State::Known),
            Some(at) => self.written.get(at).copied(),
        }
    }

    #[inline]
    pub(super) fn push_known(&mut self) {
        if self.written.is_empty() {
            self.known += 1;
        } else {
            self.written.push(State::Known);
        }
    }

    #[inline]
    pub(super) fn push(&mut self, state: State) {
        if state == State::Known {
            self.push_known();
        } else {
            self.written.push(state);
        }
    }

    /// Adds cells of one state, or takes some back, up to a length.
    pub(super) fn resize(&mut self, len: usize, state: State) {
        match len.checked_sub(self.known) {
            None => self.truncate(len),
            Some(_) if state == State::Known && self.written.is_empty() => self.known = len,
            Some(behind) => {
                self.written.reserve(behind.saturating_sub(self.written.len()) + 1);
                self.written.resize(behind, state);
            }
        }
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.written.truncate(len.saturating_sub(self.known));
        self.known = self.known.min(len);
    }

    /// Makes room for more, where they are written out.
    pub(super) fn reserve(&mut self, more: usize) {
        if !self.written.is_empty() {
            self.written.reserve(more);
        }
    }

    /// Writes out the states from a row on.
    fn write_from(&mut self, row: usize) {
        if row < self.known {
            let lacking = std::iter::repeat_n(State::Known, self.known - row);
            self.written.splice(..0, lacking);
            self.known = row;
        }
    }

    /// Says otherwise of a cell that there is.
    pub(super) fn set(&mut self, row: usize, state: State) {
        if row < self.len() && self.get(row) != Some(state) {
            self.write_from(row);
            if let Some(cell) = self.written.get_mut(row - self.known) {
                *cell = state;
            }
        }
    }

    /// Exchanges two cells that there are.
    pub(super) fn swap(&mut self, a: usize, b: usize) {
        if let (Some(one), Some(other)) = (self.get(a), self.get(b))
            && one != other
        {
            self.set(a, other);
            self.set(b, one);
        }
    }
}

impl FromIterator<State> for States {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> Self {
        let mut all = Self::default();
        states.into_iter().for_each(|state| all.push(state));
        all
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{State, States};

    #[test]
    fn states_are_the_same_written_out_or_not() {
        const SOME: [State; 3] = [State::Known, State::None, State::Absent];
        for steps in 0..4_u32.pow(6) {
            let (mut states, mut plain) = (States::default(), Vec::new());
            for step in 0..6 {
                let what = (steps / 4_u32.pow(step) % 4) as usize;
                let (at, last) = (plain.len() / 2, plain.len().saturating_sub(1));
                match (SOME.get(what), step % 2) {
                    (Some(state), 0) => {
                        states.push(*state);
                        plain.push(*state);
                    }
                    (Some(state), _) => {
                        states.resize(at + 3, *state);
                        plain.resize(at + 3, *state);
                    }
                    (None, 0) => {
                        states.set(at, State::None);
                        plain.get_mut(at).into_iter().for_each(|cell| *cell = State::None);
                    }
                    (None, _) if !plain.is_empty() => {
                        states.swap(at, last);
                        plain.swap(at, last);
                    }
                    (None, _) => {}
                }
                assert_eq!(states.len(), plain.len());
                assert_eq!((0..7).map(|row| states.get(row)).collect::<Vec<_>>(), {
                    (0..7).map(|row| plain.get(row).copied()).collect::<Vec<_>>()
                });
                let known = plain.iter().take_while(|state| **state == State::Known).count();
                let (ahead, behind) = states.parts();
                assert!(ahead <= known && plain.get(ahead..) == Some(behind));
                assert_eq!(plain.iter().copied().collect::<States>().parts(), (known, plain.get(known..).unwrap()));
                assert_eq!(states.are_known(), plain.get(ahead..) == Some(&[]));
            }
        }
    }
}
