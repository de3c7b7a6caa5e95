//! Rows of which statements say the same: what follows from it is worked out once for all of them.

use arrow_buffer::BooleanBuffer;

use super::mask;

/// Rows by what is said of them, one thing after the other. Of all rows of one kind the same things were said in the same order.
#[derive(Debug)]
pub struct Alike<T> {
    said: Vec<T>,
    kinds: Vec<Kind>,
    /// The kind of each row.
    of: Vec<u32>,
    /// What was said from here on is said by the statement that speaks now.
    begun: u32,
}

/// What was said of rows of an earlier kind, and one thing more.
#[derive(Clone, Copy, Debug)]
struct Kind {
    before: u32,
    last: u32,
    /// The kind that came last of those that continue this one.
    newest: u32,
    /// The one before it among those that continue the same kind.
    older: u32,
}

const NONE: u32 = u32::MAX;

/// Among so many kinds that continue another one by the same statement is looked for one that has it already: where each row has something
/// of its own there is none to be found.
const LOOKED_AT: usize = 64;

impl<T> Alike<T> {
    /// So many rows of which nothing was said yet.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        let nothing = Kind { before: NONE, last: NONE, newest: NONE, older: NONE };
        Self { said: Vec::new(), kinds: vec![nothing], of: vec![0; rows], begun: 0 }
    }

    /// Another statement speaks: what the one before could say is said no more.
    pub fn begin(&mut self) {
        self.begun = number(self.said.len());
    }

    /// Something that can be said of rows; its number.
    pub fn thing(&mut self, what: T) -> u32 {
        self.said.push(what);
        number(self.said.len() - 1)
    }

    /// Says it of a row.
    pub fn say(&mut self, row: usize, thing: u32) {
        let Some(place) = self.of.get_mut(row) else { return };
        let kind = |at: u32| self.kinds.get(at as usize).copied();
        let before = *place;
        let newest = kind(before).map_or(NONE, |kind| kind.newest);
        // Those of earlier statements come last.
        let mut next = newest;
        for _ in 0..LOOKED_AT {
            let Some(one) = kind(next).filter(|one| one.last >= self.begun) else { break };
            if one.last == thing {
                *place = next;
                return;
            }
            next = one.older;
        }
        let new = number(self.kinds.len());
        self.kinds.push(Kind { before, last: thing, newest: NONE, older: newest });
        if let Some(one) = self.kinds.get_mut(before as usize) {
            one.newest = new;
        }
        *place = new;
    }

    /// Says it of all rows of a mask.
    pub fn say_where(&mut self, rows: &BooleanBuffer, thing: u32) {
        // What the rows of a kind become is looked up once.
        let mut next: Vec<u32> = vec![NONE; self.kinds.len()];
        for row in mask::rows(rows) {
            let Some(kind) = self.of.get(row).copied() else { return };
            match next.get(kind as usize).copied() {
                Some(known) if known != NONE => {
                    if let Some(place) = self.of.get_mut(row) {
                        *place = known;
                    }
                }
                _ => {
                    self.say(row, thing);
                    if let (Some(place), Some(new)) = (next.get_mut(kind as usize), self.of.get(row)) {
                        *place = *new;
                    }
                }
            }
        }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// How many kinds there are, those of no row among them.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.kinds.len()
    }

    /// The kind of a row.
    #[must_use]
    pub fn kind(&self, row: usize) -> usize {
        self.of.get(row).map_or(0, |kind| *kind as usize)
    }

    /// The numbers of what was said of the rows of a kind, in that order.
    #[must_use]
    pub fn things(&self, kind: usize) -> Vec<usize> {
        let mut things = Vec::new();
        let mut at = self.kinds.get(kind);
        while let Some(kind) = at.filter(|kind| kind.last != NONE) {
            things.push(kind.last as usize);
            at = self.kinds.get(kind.before as usize);
        }
        things.reverse();
        things
    }

    /// What has a number.
    #[must_use]
    pub fn get(&self, thing: usize) -> Option<&T> {
        self.said.get(thing)
    }

    /// All that can be said.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &T> {
        self.said.iter()
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::Alike;

    #[test]
    fn rows_are_alike_where_the_same_was_said_of_them() {
        let mut rows = Alike::new(5);
        for statement in ["a", "b", "c"] {
            rows.begin();
            let certain = rows.thing(statement.to_owned());
            let perhaps = rows.thing(format!("{statement}?"));
            for row in 0..5 {
                match (statement, row) {
                    ("a", 0 | 2) | ("c", 3) => rows.say(row, certain),
                    ("a", 1 | 4) => rows.say(row, perhaps),
                    ("b", 0..=2) => rows.say(row, if row == 1 { perhaps } else { certain }),
                    _ => {}
                }
            }
        }
        let said = |row: usize| -> Vec<&str> {
            rows.things(rows.kind(row)).into_iter().map(|thing| rows.get(thing).unwrap().as_str()).collect()
        };
        assert_eq!(
            (0..5).map(said).collect::<Vec<_>>(),
            [vec!["a", "b"], vec!["a?", "b?"], vec!["a", "b"], vec!["c"], vec!["a?"],]
        );
        assert_eq!(rows.kind(0), rows.kind(2));
        assert_eq!((rows.len(), rows.kinds(), rows.all().len()), (5, 6, 6));
    }
}
