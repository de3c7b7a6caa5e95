//! A zone's offsets from UTC: the one at an instant, and those that a wall clock can mean.

use super::Instant;
use super::instant::DAY_MICROS;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The stretch of time whose changes of offset are listed, 1970 to 2099, so that looking one up is a short search.
const LISTED_FROM: i64 = 0;
const LISTED_TO: i64 = 47_482 * DAY_MICROS;

/// No wall clock is further from UTC than this, a day and two hours in microseconds.
const FURTHEST: i64 = DAY_MICROS + DAY_MICROS / 12;

/// Changes of offset that two sets of rules are compared over; more than two a year for the rest of the calendar.
const COMPARED: usize = 20_000;

/// All times count microseconds since 1970-01-01T00:00, of UTC or by the wall clock.
pub(super) struct Offsets {
    rules: TimeZone,
    /// From when on which offset holds, ascending.
    listed: Vec<(i64, i64)>,
}

/// What a wall clock can mean, as offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is shown once.
    Once(i64),
    /// It is shown twice: by the offset before a change, and by the one after it.
    Twice(i64, i64),
    /// It is not shown: the offsets before and after the change.
    Never(i64, i64),
}

impl Offsets {
    /// The offsets by those bytes of TZif (RFC 8536); none where they are no such rules.
    pub(super) fn read(name: &str, tzif: &[u8]) -> Option<Self> {
        TimeZone::tzif(name, tzif).ok().map(Self::new)
    }

    pub(super) fn utc() -> Self {
        Self::new(TimeZone::UTC)
    }

    fn new(rules: TimeZone) -> Self {
        let mut listed = vec![(LISTED_FROM, micros_of(rules.to_offset(timestamp(LISTED_FROM))))];
        let following = rules.following(timestamp(LISTED_FROM)).take(COMPARED);
        let changes = following.map(|change| (change.timestamp().as_microsecond(), micros_of(change.offset())));
        listed.extend(changes.take_while(|(at, _)| *at < LISTED_TO));
        Self { rules, listed }
    }

    /// How far the wall clock is ahead of UTC.
    pub(super) fn at(&self, instant: i64) -> i64 {
        if !(LISTED_FROM..LISTED_TO).contains(&instant) {
            return micros_of(self.rules.to_offset(timestamp(instant)));
        }
        let after = self.listed.partition_point(|(at, _)| *at <= instant);
        after.checked_sub(1).and_then(|last| self.listed.get(last)).map_or(0, |(_, offset)| *offset)
    }

    /// What the wall clock means that shows `wall`.
    pub(super) fn meaning(&self, wall: i64) -> Meaning {
        if let Some(offset) = self.steady(wall - FURTHEST, wall + FURTHEST) {
            return Meaning::Once(offset);
        }
        let shown = Offset::UTC.to_datetime(timestamp(wall));
        match self.rules.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => Meaning::Once(micros_of(offset)),
            AmbiguousOffset::Fold { before, after } => Meaning::Twice(micros_of(before), micros_of(after)),
            AmbiguousOffset::Gap { before, after } => Meaning::Never(micros_of(before), micros_of(after)),
        }
    }

    /// The offset between two instants, where it is listed and does not change.
    fn steady(&self, from: i64, to: i64) -> Option<i64> {
        if from < LISTED_FROM || to >= LISTED_TO {
            return None;
        }
        let after = self.listed.partition_point(|(at, _)| *at <= from);
        let (_, offset) = self.listed.get(after.checked_sub(1)?)?;
        self.listed.get(after).is_none_or(|(next, _)| *next > to).then_some(*offset)
    }

    /// The first change of offset after `instant` that takes the wall clock to or past `wall`.
    pub(super) fn change_past(&self, wall: i64, instant: i64) -> Option<i64> {
        // Two days of the densest table hold far fewer changes than this.
        let changes = self.rules.following(timestamp(instant)).take(16);
        changes
            .map(|change| (change.timestamp().as_microsecond(), micros_of(change.offset())))
            .find(|(at, offset)| at + offset >= wall)
            .map(|(at, _)| at)
    }

    /// The changes of offset after `from` and before `until`.
    fn changes(&self, from: Instant, until: Instant) -> impl Iterator<Item = Instant> {
        let following = self.rules.following(timestamp(from.micros())).take(COMPARED);
        let instants = following.map(|change| Instant::clamped(change.timestamp().as_microsecond()));
        instants.take_while(move |instant| *instant < until)
    }

    /// The first instant from `from` on and before `until` at which the offset is another.
    pub(super) fn first_difference(&self, other: &Self, from: Instant, until: Instant) -> Option<Instant> {
        let mut instants: Vec<Instant> = std::iter::once(from).filter(|from| *from < until).collect();
        instants.extend(self.changes(from, until).chain(other.changes(from, until)));
        instants.sort_unstable();
        instants.into_iter().find(|instant| self.at(instant.micros()) != other.at(instant.micros()))
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
