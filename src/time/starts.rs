//! When a change of a known length may start: sets of instants, as ranges with what opens and closes each.

use std::borrow::Cow;

use super::{Entry, Instant, Interval};

/// An entry, and the number by which the caller knows the statement that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// When.
    pub entry: &'a Entry,
    /// Of which statement.
    pub tag: usize,
}

/// What an end of a range is due to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The end of the horizon.
    Horizon,
    /// The statement of that tag.
    By(usize),
}

/// Instants in a row at which a change may start: from `from` up to, not including, `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StartRange {
    /// The first of them.
    pub from: Instant,
    /// The first instant after them.
    pub to: Instant,
    /// What kept the change from starting earlier.
    pub opened_by: Limit,
    /// What keeps it from starting later.
    pub closed_by: Limit,
}

/// The instants of a horizon at which a change may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starts {
    horizon: Interval,
    /// Sorted, disjoint, none empty, all before `known_to`.
    ranges: Vec<StartRange>,
    /// What lies after this, up to the horizon's end, has not been worked out.
    known_to: Instant,
}

/// The first instant of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum First {
    /// That one.
    At(Instant),
    /// There is none within the horizon.
    Never,
    /// There is none before that instant; what comes later takes too long to work out.
    NotBefore(Instant),
}

impl Starts {
    /// Every instant of the horizon.
    #[must_use]
    pub fn all(horizon: Interval) -> Self {
        let range =
            StartRange { from: horizon.from(), to: horizon.to(), opened_by: Limit::Horizon, closed_by: Limit::Horizon };
        Self { horizon, ranges: vec![range], known_to: horizon.to() }
    }

    /// No instant.
    #[must_use]
    pub fn none(horizon: Interval) -> Self {
        Self { horizon, ranges: Vec::new(), known_to: horizon.to() }
    }

    /// The ranges, in order.
    #[must_use]
    pub fn ranges(&self) -> &[StartRange] {
        &self.ranges
    }

    /// The stretch of time that was asked about.
    #[must_use]
    pub fn horizon(&self) -> Interval {
        self.horizon
    }

    /// The instant up to which the set is worked out: the horizon's end, but for rules of a million occurrences.
    #[must_use]
    pub fn known_to(&self) -> Instant {
        self.known_to
    }

    /// Whether a change may start at `instant`.
    #[must_use]
    pub fn contains(&self, instant: Instant) -> bool {
        let after = self.ranges.partition_point(|range| range.from <= instant);
        after.checked_sub(1).and_then(|last| self.ranges.get(last)).is_some_and(|range| instant < range.to)
    }

    /// The first instant of the set.
    #[must_use]
    pub fn first(&self) -> First {
        match self.ranges.first() {
            Some(range) => First::At(range.from),
            None if self.known_to < self.horizon.to() => First::NotBefore(self.known_to),
            None => First::Never,
        }
    }

    /// The set of these ranges, as far as they lie in the horizon and before `known_to`; they are sorted and disjoint.
    pub(super) fn of(horizon: Interval, known_to: Instant, ranges: impl IntoIterator<Item = StartRange>) -> Self {
        let known_to = known_to.clamp(horizon.from(), horizon.to());
        let clipped = ranges.into_iter().map(|mut range| {
            if range.from <= horizon.from() {
                (range.from, range.opened_by) = (horizon.from(), Limit::Horizon);
            }
            if range.to >= known_to {
                (range.to, range.closed_by) = (known_to, Limit::Horizon);
            }
            range
        });
        let ranges = clipped.filter(|range| range.from < range.to).collect();
        Self { horizon, ranges, known_to }
    }

    /// The instants that are in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        let (mut mine, mut theirs) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        while let (Some(left), Some(right)) = (mine.peek(), theirs.peek()) {
            let (from, opened_by) = later(left, right);
            let (to, closed_by) = earlier(left, right);
            if from < to {
                both.push(StartRange { from, to, opened_by, closed_by });
            }
            if left.to <= right.to {
                mine.next()
            } else {
                theirs.next()
            };
        }
        // Where one of them has no instant left, it does not matter that the other is not worked out.
        let (less, more) = if self.known_to <= other.known_to { (self, other) } else { (other, self) };
        let nothing_left = more.ranges.last().is_none_or(|last| last.to <= less.known_to);
        Self::of(self.horizon, if nothing_left { more.known_to } else { less.known_to }, both)
    }

    /// The instants of a horizon that are in all of the sets.
    #[must_use]
    pub fn all_of<'s>(horizon: Interval, sets: impl IntoIterator<Item = &'s Self>) -> Self {
        let mut left: Vec<Cow<'s, Self>> = sets.into_iter().map(Cow::Borrowed).collect();
        // By pairs, so that long sets are gone through few times.
        while left.len() > 1 {
            left = left
                .chunks(2)
                .map(|pair| match pair {
                    [one, other] => Cow::Owned(one.intersect(other)),
                    rest => rest.first().cloned().unwrap_or_else(|| Cow::Owned(Self::all(horizon))),
                })
                .collect();
        }
        left.pop().map_or_else(|| Self::all(horizon), Cow::into_owned)
    }

    /// The instants that are in one of the two at least.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<StartRange> = self.ranges.iter().chain(&other.ranges).copied().collect();
        all.sort_by_key(|range| range.from);
        Self::of(self.horizon, self.known_to.min(other.known_to), merge(all))
    }

    /// The instants that are in this set and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut cuts = other.ranges.iter().peekable();
        for range in &self.ranges {
            let mut rest = *range;
            while let Some(cut) = cuts.peek().filter(|cut| cut.from < rest.to) {
                if cut.from > rest.from {
                    left.push(StartRange { to: cut.from, closed_by: cut.opened_by, ..rest });
                }
                if cut.to > rest.from {
                    (rest.from, rest.opened_by) = (cut.to, cut.closed_by);
                }
                // What reaches past this range may cut the next one as well.
                if cut.to > rest.to {
                    break;
                }
                cuts.next();
            }
            if rest.from < rest.to {
                left.push(rest);
            }
        }
        Self::of(self.horizon, self.known_to.min(other.known_to), left)
    }
}

/// The later start of two ranges; where both start together, the one that a statement is to blame for.
fn later(left: &StartRange, right: &StartRange) -> (Instant, Limit) {
    if right.from > left.from || right.from == left.from && left.opened_by == Limit::Horizon {
        (right.from, right.opened_by)
    } else {
        (left.from, left.opened_by)
    }
}

/// The earlier end of two ranges; where both end together, the one that a statement is to blame for.
fn earlier(left: &StartRange, right: &StartRange) -> (Instant, Limit) {
    if right.to < left.to || right.to == left.to && left.closed_by == Limit::Horizon {
        (right.to, right.closed_by)
    } else {
        (left.to, left.closed_by)
    }
}

/// Ranges that are sorted by start, with those that overlap or touch made one.
pub(super) fn merge(sorted: impl IntoIterator<Item = StartRange>) -> Vec<StartRange> {
    let mut merged: Vec<StartRange> = Vec::new();
    for range in sorted {
        match merged.last_mut().filter(|last| range.from <= last.to) {
            Some(last) if range.to > last.to => (last.to, last.closed_by) = (range.to, range.closed_by),
            Some(_) => {}
            None => merged.push(range),
        }
    }
    merged
}
