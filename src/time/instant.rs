//! Points on the time line.

use super::{Date, Duration, LocalDateTime};
use std::fmt;

/// Microseconds of a day without a change of offset.
pub(super) const DAY_MICROS: i64 = 86_400_000_000;

/// A moment, in microseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999 of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-719_162 * DAY_MICROS);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(2_932_897 * DAY_MICROS - 1);

    /// The moment that many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// The nearest moment in range; for bounds, where "since ever" and "for ever" are meant.
    pub(super) fn clamped(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The moment `length` later, or earlier where it is negative.
    #[must_use]
    pub fn checked_add(self, length: Duration) -> Option<Self> {
        Self::from_micros(self.0.checked_add(length.micros())?)
    }

    /// The moment `length` earlier, or later where it is negative.
    #[must_use]
    pub fn checked_sub(self, length: Duration) -> Option<Self> {
        Self::from_micros(self.0.checked_sub(length.micros())?)
    }

    /// The moment `length` later, or the last (first) one there is.
    #[must_use]
    pub fn saturating_add(self, length: Duration) -> Self {
        Self::clamped(self.0.saturating_add(length.micros()))
    }

    /// The moment `length` earlier, or the first (last) one there is.
    #[must_use]
    pub fn saturating_sub(self, length: Duration) -> Self {
        Self::clamped(self.0.saturating_sub(length.micros()))
    }

    /// The time elapsed since `earlier`; negative where that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        // Both lie within 10,000 years, so the difference cannot overflow.
        Duration::from_micros(self.0 - earlier.0)
    }

    /// What a clock in UTC shows.
    #[must_use]
    pub fn utc(self) -> LocalDateTime {
        // Every instant's UTC date is in range, so the fallbacks are never taken.
        LocalDateTime::from_wall(self.0).unwrap_or(LocalDateTime::start_of(Date::MIN))
    }

    /// RFC 3339 in UTC, with a fraction only where there is one: `2027-01-04T11:00:00Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.utc())
    }
}
