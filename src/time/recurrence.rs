//! When blackouts, windows and calendars are, as the policy writes it.

use super::instant::DAY_MICROS;
use super::{Date, Instant, Lasting, LocalDateTime, Periodic, RRule, Weekly, Zone, ical};
use std::sync::Arc;

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

/// A recurrence rule of RFC 5545 with its first start and the length of each occurrence.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule.
    pub rule: RRule,
    /// The start that the rule counts from.
    pub dtstart: LocalDateTime,
    /// How long an occurrence is, a usable length.
    pub lasting: Lasting,
}

/// When a blackout, a window or a calendar is.
#[derive(Clone, Debug)]
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
    /// Every month, quarter or year.
    Periodic(Periodic),
    /// By a rule of RFC 5545.
    Rule(Arc<Rule>),
    /// Whenever an iCalendar file has an event.
    File {
        /// The file.
        file: Arc<ical::File>,
        /// How far the file reaches, where that is not the end of its last event.
        covers_until: Option<Bound>,
    },
    /// At all times.
    Always,
    /// It is not known when: possible at all times, certain at none.
    Unknown,
}
