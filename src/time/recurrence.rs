//! When blackouts and windows are: fixed ranges and weekly recurrences, and their occurrences one by one.

use super::instant::DAY_MICROS;
use super::{Date, Instant, Interval, LocalDateTime, LocalTime, Weekday, Weekdays, Zone};

/// What a recurrence is for; it decides what an end that occurs twice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Changes must stay out: of two ends the later counts.
    Blackout,
    /// Changes must stay inside: of two ends the earlier counts.
    Window,
}

/// One end of a fixed range, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// A moment.
    Instant(Instant),
    /// A date and time in the range's zone.
    Local(LocalDateTime),
    /// A whole day in the range's zone: its start as a start, its end as an end.
    Date(Date),
}

impl Bound {
    /// The instant at which a range that is written `from` this starts.
    #[must_use]
    pub fn start(self, zone: &Zone) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => Instant::clamped(zone.first(local.wall())),
            Self::Date(date) => Instant::clamped(zone.first(date.days() * DAY_MICROS)),
        }
    }

    /// The instant at which a range that is written `to` this ends; of 9999-12-31 the last there is.
    #[must_use]
    pub fn end(self, zone: &Zone, role: Role) -> Instant {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => Instant::clamped(zone.last_of(local.wall(), role)),
            // Where the clock goes back over midnight the day comes again, so a blackout waits for its second end.
            Self::Date(date) => Instant::clamped(zone.last_of((date.days() + 1) * DAY_MICROS, role)),
        }
    }
}

/// Times of day on some days of every week.
///
/// An occurrence belongs to the day on which it starts. An end that is not after the start lies on the next day, so
/// `22:00 to 02:00` crosses midnight and equal times last a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekly {
    days: Weekdays,
    from: LocalTime,
    to: LocalTime,
}

impl Weekly {
    /// On `days` from `from` to `to`; none for no days, or for a start at 24:00.
    #[must_use]
    pub fn new(days: Weekdays, from: LocalTime, to: LocalTime) -> Option<Self> {
        (!days.is_empty() && from < LocalTime::END_OF_DAY).then_some(Self { days, from, to })
    }

    /// The days of the week.
    #[must_use]
    pub fn days(self) -> Weekdays {
        self.days
    }

    /// The time of day at which it starts.
    #[must_use]
    pub fn from(self) -> LocalTime {
        self.from
    }

    /// The time of day at which it ends, on the next day where that is not later than the start.
    #[must_use]
    pub fn to(self) -> LocalTime {
        self.to
    }

    /// Start and end in seconds from the start's midnight.
    pub(super) fn seconds(self) -> (i64, i64) {
        let (from, to) = (self.from.seconds(), self.to.seconds());
        (from, if to > from { to } else { to + LocalTime::END_OF_DAY.seconds() })
    }

    /// The occurrence of that day (since 1970-01-01); none on other days, and where a change of offset swallows it.
    fn on(self, day: i64, zone: &Zone, role: Role) -> Option<Interval> {
        if !self.days.contains(Weekday::from_monday(day + 3)) {
            return None;
        }
        let (from, to) = self.seconds();
        let from = Instant::clamped(zone.first(day * DAY_MICROS + from * 1_000_000));
        let to = Instant::clamped(zone.last_of(day * DAY_MICROS + to * 1_000_000, role));
        if from < to { Interval::new(from, to) } else { None }
    }
}

/// When a blackout or window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recurrence {
    /// Once.
    Fixed {
        /// Its start.
        from: Bound,
        /// Its end.
        to: Bound,
    },
    /// Every week.
    Weekly(Weekly),
}

/// Days beside the local date of an instant whose occurrences can still contain it.
///
/// An occurrence lasts a day, and the date line has moved by a day at most: one each, and one to spare.
const REACH_DAYS: i64 = 3;

/// Days after which a search for an occurrence ends. A weekly one is swallowed by a change of offset now and then, but
/// never twice running.
const SEARCH_DAYS: i64 = 64;

impl Recurrence {
    /// Whether there is any occurrence at all; there is none of a fixed range that ends before it starts.
    #[must_use]
    pub fn happens(&self, zone: &Zone, role: Role) -> bool {
        occurrences(self, role, zone, Instant::MIN, Instant::MAX).next().is_some()
    }

    /// The occurrence of a fixed range; none where it ends before it starts.
    fn fixed(from: Bound, to: Bound, zone: &Zone, role: Role) -> Option<Interval> {
        let (from, to) = (from.start(zone), to.end(zone, role));
        if from < to { Interval::new(from, to) } else { None }
    }

    /// The first occurrence that ends after `instant`.
    pub(super) fn first_ending_after(&self, instant: Instant, zone: &Zone, role: Role) -> Option<Interval> {
        occurrences(self, role, zone, instant, Instant::MAX).next()
    }

    /// The last occurrence that starts before `instant`.
    pub(super) fn last_starting_before(&self, instant: Instant, zone: &Zone, role: Role) -> Option<Interval> {
        match *self {
            Self::Fixed { from, to } => Self::fixed(from, to, zone, role).filter(|o| o.from() < instant),
            Self::Weekly(weekly) => {
                let last = local_day(instant, zone) + REACH_DAYS;
                let days = (last - SEARCH_DAYS..=last).rev();
                days.filter_map(|day| weekly.on(day, zone, role)).find(|o| o.from() < instant)
            }
        }
    }
}

/// The day since 1970-01-01 that the wall clock shows.
fn local_day(instant: Instant, zone: &Zone) -> i64 {
    zone.wall(instant.micros()).div_euclid(DAY_MICROS)
}

/// The occurrences that have a part between `from` and `to`, in order, worked out as they are asked for.
#[must_use]
pub fn occurrences<'a>(
    recurrence: &'a Recurrence,
    role: Role,
    zone: &'a Zone,
    from: Instant,
    to: Instant,
) -> Occurrences<'a> {
    let day = local_day(from, zone) - REACH_DAYS;
    Occurrences { recurrence, role, zone, from, to, day, done: false }
}

/// The occurrences of a recurrence in a stretch of time; see [`occurrences`].
#[derive(Clone, Debug)]
pub struct Occurrences<'a> {
    recurrence: &'a Recurrence,
    role: Role,
    zone: &'a Zone,
    from: Instant,
    to: Instant,
    /// The next day to look at.
    day: i64,
    done: bool,
}

impl Iterator for Occurrences<'_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        if self.done {
            return None;
        }
        let found = match *self.recurrence {
            Recurrence::Fixed { from, to } => {
                self.done = true;
                Recurrence::fixed(from, to, self.zone, self.role).filter(|o| o.to() > self.from)
            }
            Recurrence::Weekly(weekly) => {
                let days = self.day..=self.day + SEARCH_DAYS;
                let hit = days.filter_map(|day| Some((day, weekly.on(day, self.zone, self.role)?)));
                hit.filter(|(_, o)| o.to() > self.from)
                    .map(|(day, o)| {
                        self.day = day + 1;
                        o
                    })
                    .next()
            }
        };
        let found = found.filter(|o| o.from() < self.to);
        self.done |= found.is_none();
        found
    }
}
