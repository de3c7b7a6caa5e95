//! Intervals of time, and the interval of a change of which an end may be missing.

use super::{Duration, Instant};

/// The three answers of Kleene's logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kleene {
    /// Certainly not.
    No,
    /// It could be either.
    Unknown,
    /// Certainly.
    Yes,
}

/// A stretch of time from `from` up to, not including, `to`; where both are equal, that one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    from: Instant,
    to: Instant,
}

impl Interval {
    /// From the first instant to the last.
    pub const ALWAYS: Self = Self { from: Instant::MIN, to: Instant::MAX };

    /// The stretch between the two; none where the end comes before the start.
    #[must_use]
    pub fn new(from: Instant, to: Instant) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// The one instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self { from: instant, to: instant }
    }

    /// Its first instant.
    #[must_use]
    pub fn from(self) -> Instant {
        self.from
    }

    /// The instant at which it is over.
    #[must_use]
    pub fn to(self) -> Instant {
        self.to
    }

    /// Its length; none for an instant.
    #[must_use]
    pub fn length(self) -> Duration {
        self.to.since(self.from)
    }

    /// Whether it is a single instant.
    #[must_use]
    pub fn is_instant(self) -> bool {
        self.from == self.to
    }

    /// Whether `instant` lies in it.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.from <= instant && (instant < self.to || self.is_instant() && instant == self.to)
    }

    /// Whether the two have an instant in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        // An instant has no extent, so the usual comparison of ends would miss it at a start.
        if self.is_instant() {
            other.contains(self.from)
        } else if other.is_instant() {
            self.contains(other.from)
        } else {
            self.from < other.to && other.from < self.to
        }
    }

    /// Whether all of it lies in `outer`.
    #[must_use]
    pub fn is_inside(self, outer: Self) -> bool {
        outer.contains(self.from) && self.to <= outer.to
    }
}

/// The interval of a change, as far as it is known.
///
/// It is held as the smallest intervals that the change can have, one of which each possible one includes, and the hull
/// of them all. What the smallest ones all meet is certain, what only the hull meets is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tested {
    cores: Cores,
    hull: Interval,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cores {
    One(Interval),
    /// Of a change of which only the end is known: the last microsecond before it, or the end itself where the change
    /// takes no time.
    Two(Interval, Interval),
    /// Any instant at all.
    Any,
}

impl Tested {
    /// From `start` to `end`; none where the end comes before the start.
    #[must_use]
    pub fn between(start: Instant, end: Instant) -> Option<Self> {
        Interval::new(start, end).map(Self::exactly)
    }

    /// Exactly that interval.
    #[must_use]
    pub fn exactly(interval: Interval) -> Self {
        Self { cores: Cores::One(interval), hull: interval }
    }

    /// A change that asks to go at `now`.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self::exactly(Interval::at(now))
    }

    /// A change that starts at `start` and takes up to `longest`; the start itself is certain.
    #[must_use]
    pub fn starting(start: Instant, longest: Duration) -> Self {
        let to = start.saturating_add(longest.max(Duration::ZERO));
        Self { cores: Cores::One(Interval::at(start)), hull: Interval { from: start, to } }
    }

    /// A change that ends at `end` and takes up to `longest`, perhaps no time at all.
    ///
    /// The hull includes `end` itself, since a change that takes no time would lie there.
    #[must_use]
    pub fn ending(end: Instant, longest: Duration) -> Self {
        let tick = Duration::from_micros(1);
        let from = end.saturating_sub(longest.max(Duration::ZERO));
        let hull = Interval { from, to: end.saturating_add(tick) };
        let just_before = Interval::at(end.saturating_sub(tick));
        let cores =
            if from == end { Cores::One(Interval::at(end)) } else { Cores::Two(just_before, Interval::at(end)) };
        Self { cores, hull }
    }

    /// A change of which no time is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { cores: Cores::Any, hull: Interval::ALWAYS }
    }

    /// All that the change could touch.
    #[must_use]
    pub fn hull(self) -> Interval {
        self.hull
    }

    /// Whether both ends are known.
    #[must_use]
    pub fn is_exact(self) -> bool {
        matches!(self.cores, Cores::One(core) if core == self.hull)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self.cores == Cores::Any
    }

    /// Whether the change meets something: `meets` says so of one interval.
    pub(super) fn judge_meeting(self, mut meets: impl FnMut(Interval) -> bool) -> Kleene {
        let certainly = match self.cores {
            Cores::One(core) => meets(core),
            Cores::Two(first, second) => meets(first) && meets(second),
            Cores::Any => false,
        };
        if certainly {
            Kleene::Yes
        } else if !self.is_exact() && meets(self.hull) {
            Kleene::Unknown
        } else {
            Kleene::No
        }
    }

    /// Whether the change lies inside something: `lies_inside` says so of one interval.
    pub(super) fn judge_inside(self, mut lies_inside: impl FnMut(Interval) -> bool) -> Kleene {
        if lies_inside(self.hull) {
            return Kleene::Yes;
        }
        let possibly = match self.cores {
            Cores::One(core) => !self.is_exact() && lies_inside(core),
            Cores::Two(first, second) => lies_inside(first) || lies_inside(second),
            Cores::Any => true,
        };
        if possibly { Kleene::Unknown } else { Kleene::No }
    }

    /// Whether the change overlaps `interval`.
    #[must_use]
    pub fn overlaps(self, interval: Interval) -> Kleene {
        self.judge_meeting(|tested| tested.meets(interval))
    }

    /// Whether the whole change lies within `interval`.
    #[must_use]
    pub fn within(self, interval: Interval) -> Kleene {
        self.judge_inside(|tested| tested.is_inside(interval))
    }

    /// Whether two changes overlap.
    #[must_use]
    pub fn overlaps_change(self, other: Self) -> Kleene {
        let certain = |mine: Interval| other.overlaps(mine) == Kleene::Yes;
        let possible = |mine: Interval| other.overlaps(mine) != Kleene::No;
        let certainly = match self.cores {
            Cores::One(core) => certain(core),
            Cores::Two(first, second) => certain(first) && certain(second),
            Cores::Any => false,
        };
        match (certainly, possible(self.hull)) {
            (true, _) => Kleene::Yes,
            (false, true) => Kleene::Unknown,
            (false, false) => Kleene::No,
        }
    }
}
