//! The occurrences of a file, one by one.

use super::expand::{Resolved, Running};
use super::{File, Instance};
use crate::time::{Instant, Interval, Zone};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// The occurrences of a file from an instant on; see `File::occurrences`.
#[derive(Debug)]
pub struct Occurrences<'a> {
    zone: Zone,
    from: Instant,
    to: Instant,
    resolved: Arc<Resolved>,
    /// The next listed occurrence.
    listed: usize,
    running: Vec<(usize, Running<'a>)>,
    /// The next occurrence of each running stream: start, end, event, and which stream it is.
    heads: BinaryHeap<Reverse<(Instant, Instant, usize, usize)>>,
    last: Option<(Interval, usize)>,
    gave_up: bool,
}

impl<'a> Occurrences<'a> {
    pub(super) fn new(file: &'a File, resolved: Arc<Resolved>, zone: &Zone, from: Instant, to: Instant) -> Self {
        let running = resolved.streams.iter().enumerate();
        let running =
            running.filter_map(|(index, stream)| Some((index, stream.run(&file.series, from, to, zone)?))).collect();
        let listed = resolved.first_listed(from);
        let mut occurrences = Self {
            zone: zone.clone(),
            from,
            to,
            resolved,
            listed,
            running,
            heads: BinaryHeap::new(),
            last: None,
            gave_up: false,
        };
        for index in 0..occurrences.running.len() {
            occurrences.advance(index);
        }
        occurrences
    }

    /// Where the search for a further occurrence was given up, if it was: whether there are any from there on is not
    /// known, and none are given here.
    #[must_use]
    pub fn gave_up_at(&self) -> Option<Instant> {
        let last = self.last.map_or(self.from, |(interval, _)| interval.from());
        self.gave_up.then_some(last.max(self.from))
    }

    /// Puts the next occurrence of a stream among the heads.
    fn advance(&mut self, index: usize) {
        if self.gave_up {
            return;
        }
        let Some((number, running)) = self.running.get_mut(index) else { return };
        let Some(stream) = self.resolved.streams.get(*number) else { return };
        loop {
            let Some(interval) = running.next(stream, &self.zone) else {
                self.gave_up |= running.gave_up();
                return;
            };
            if interval.from() >= self.to && self.to < Instant::MAX {
                return;
            }
            if has_part_from(interval, self.from) {
                self.heads.push(Reverse((interval.from(), interval.to(), stream.event, index)));
                return;
            }
        }
    }

    fn next_listed(&mut self) -> Option<(Interval, usize)> {
        loop {
            let found = *self.resolved.listed.get(self.listed)?;
            if found.0.from() >= self.to && self.to < Instant::MAX {
                return None;
            }
            if has_part_from(found.0, self.from) {
                return Some(found);
            }
            self.listed += 1;
        }
    }
}

/// Whether the interval, or the instant that it is, has a part at or after `from`. What lasts to the end of time is never
/// over.
fn has_part_from(interval: Interval, from: Instant) -> bool {
    interval.to() > from || interval.to() == Instant::MAX || interval.is_instant() && interval.from() == from
}

impl Iterator for Occurrences<'_> {
    type Item = Instance;

    fn next(&mut self) -> Option<Instance> {
        loop {
            if self.gave_up {
                return None;
            }
            let listed = self.next_listed();
            let head = self.heads.peek().map(|Reverse((from, to, event, index))| ((*from, *to, *event), *index));
            let key = |(interval, event): (Interval, usize)| (interval.from(), interval.to(), event);
            let found = match (listed, head) {
                (None, None) => return None,
                (Some(listed), None) => {
                    self.listed += 1;
                    listed
                }
                (Some(listed), Some((head, _))) if key(listed) <= head => {
                    self.listed += 1;
                    listed
                }
                (_, Some(((from, to, event), index))) => {
                    self.heads.pop();
                    self.advance(index);
                    (Interval::new(from, to)?, event)
                }
            };
            // A start that is listed and also fits a rule is one occurrence.
            if self.last != Some(found) {
                self.last = Some(found);
                return Some(Instance { interval: found.0, event: found.1 });
            }
        }
    }
}
