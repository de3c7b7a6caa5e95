//! Time zones: what the wall clock shows at an instant, and which instant a wall clock means.

use super::instant::DAY_MICROS;
use super::offsets::{Meaning, Offsets};
use super::{Date, Instant, LocalDateTime, Role, tzdb};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A zone of the IANA database, compared by its name; cheap to clone.
#[derive(Clone)]
pub struct Zone(Arc<Rules>);

struct Rules {
    name: &'static str,
    offsets: Offsets,
}

impl Zone {
    /// The zone of that IANA name, in any case of letters; not a POSIX rule like `EST5EDT4`, nor an offset.
    #[must_use]
    pub fn get(name: &str) -> Option<Self> {
        tzdb::zone(name)
    }

    /// The zone of that name whose rules are those bytes of TZif (RFC 8536); none where they are no such rules.
    pub(super) fn load(name: &'static str, tzif: &[u8]) -> Option<Self> {
        Some(Self(Arc::new(Rules { name, offsets: Offsets::read(name, tzif)? })))
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self::get("UTC").unwrap_or_else(|| Self(Arc::new(Rules { name: "UTC", offsets: Offsets::utc() })))
    }

    /// The first instant, not before `from` and before `until`, at which the offset is not what other rules (TZif) say;
    /// none where there is no such instant, or where the bytes are no TZif.
    #[must_use]
    pub fn differs_from(&self, tzif: &[u8], from: Instant, until: Instant) -> Option<Instant> {
        self.0.offsets.first_difference(&Offsets::read(self.name(), tzif)?, from, until)
    }

    /// The name as the database spells it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// How far the zone's wall clock is ahead of UTC at `instant`, in seconds.
    #[must_use]
    pub fn offset_seconds(&self, instant: Instant) -> i64 {
        self.offset(instant.micros()) / 1_000_000
    }

    /// The date and time that the wall clock shows; none where that lies outside the years 1 to 9999.
    #[must_use]
    pub fn local(&self, instant: Instant) -> Option<LocalDateTime> {
        LocalDateTime::from_wall(self.wall(instant.micros()))
    }

    /// The date on which `instant` falls.
    #[must_use]
    pub fn date(&self, instant: Instant) -> Option<Date> {
        self.local(instant).map(LocalDateTime::date)
    }

    /// The moment that a local time means as a point or as a start: the first at which the wall clock is at or past it.
    ///
    /// In a daylight-saving gap that is the moment of the change; of a time that occurs twice it is the first.
    #[must_use]
    pub fn instant(&self, local: LocalDateTime) -> Option<Instant> {
        Instant::from_micros(self.first(local.wall()))
    }

    /// The moment that a local time means as the end of a blackout or of a window.
    ///
    /// In a daylight-saving gap that is the moment of the change; of a time that occurs twice it is the later for a
    /// blackout and the earlier for a window, so that doubt never opens a gate.
    #[must_use]
    pub fn end(&self, local: LocalDateTime, role: Role) -> Option<Instant> {
        Instant::from_micros(self.last_of(local.wall(), role))
    }

    /// The first moment of that date.
    #[must_use]
    pub fn start_of_day(&self, date: Date) -> Option<Instant> {
        self.instant(LocalDateTime::start_of(date))
    }

    /// The end of that date: the first moment of the next.
    #[must_use]
    pub fn end_of_day(&self, date: Date) -> Option<Instant> {
        self.start_of_day(date.add_days(1)?)
    }

    /// The last instant of that date.
    pub(super) fn last_of_day(&self, date: Date) -> Instant {
        self.end_of_day(date).map_or(Instant::MAX, |end| Instant::clamped(end.micros() - 1))
    }

    /// The moment that a local time means in RFC 5545 (section 3.3.5): in a daylight-saving gap by the offset before it,
    /// of a time that occurs twice the first.
    #[must_use]
    pub fn rfc5545(&self, local: LocalDateTime) -> Option<Instant> {
        Instant::from_micros(self.by_rfc5545(local).0)
    }

    /// The same in microseconds, and the length of the daylight-saving gap in which the local time lies.
    pub(super) fn by_rfc5545(&self, local: LocalDateTime) -> (i64, Option<i64>) {
        let wall = local.wall();
        match self.0.offsets.meaning(wall) {
            Meaning::Once(offset) | Meaning::Twice(offset, _) => (wall - offset, None),
            Meaning::Never(before, after) => (wall - before, Some(after - before)),
        }
    }

    /// By how much the clock has gone forward in the day or so before `instant`, in microseconds.
    pub(super) fn gained_before(&self, instant: Instant) -> i64 {
        let now = self.offset(instant.micros());
        let least = (1..=5).map(|n| self.offset(instant.micros() - n * DAY_MICROS / 4)).min();
        (now - least.unwrap_or(now)).max(0)
    }

    /// What the wall clock shows at `instant`; both count microseconds since 1970-01-01T00:00.
    pub(super) fn wall(&self, instant: i64) -> i64 {
        instant + self.offset(instant)
    }

    /// The first instant at which the wall clock is at or past `wall`.
    pub(super) fn first(&self, wall: i64) -> i64 {
        self.resolve(wall).0
    }

    /// The instant that an end at `wall` means.
    pub(super) fn last_of(&self, wall: i64, role: Role) -> i64 {
        let (first, last) = self.resolve(wall);
        match role {
            Role::Blackout => last,
            Role::Window => first,
        }
    }

    /// The offset in microseconds.
    fn offset(&self, instant: i64) -> i64 {
        self.0.offsets.at(instant)
    }

    /// The first and the last instant that `wall` means.
    fn resolve(&self, wall: i64) -> (i64, i64) {
        match self.0.offsets.meaning(wall) {
            Meaning::Once(offset) => (wall - offset, wall - offset),
            Meaning::Twice(before, after) => (wall - before, wall - after),
            Meaning::Never(before, after) => {
                let change = self.0.offsets.change_past(wall, wall - after).unwrap_or(wall - before);
                (change, change)
            }
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.0.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}
