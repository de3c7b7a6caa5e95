//! Which instant a local time of a calendar means.

use super::table::Table;
use crate::time::{Date, Instant, LocalDateTime, Zone};
use std::sync::Arc;

/// The clock by which a local time goes.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    Utc,
    /// The reader's own, wherever that is.
    Floating,
    /// Of the time-zone database.
    Zone(Zone),
    /// Of a VTIMEZONE in the text.
    Own(Arc<Table>),
}

impl Clock {
    /// The instant of a local time by RFC 5545, section 3.3.5: of a time that occurs twice the first; in a gap by the
    /// offset before it. `floating` is the zone of floating times.
    pub(super) fn instant(&self, local: LocalDateTime, floating: &Zone) -> Instant {
        match self {
            Self::Utc => Instant::clamped(local.wall()),
            Self::Floating => by_zone(floating, local),
            Self::Zone(zone) => by_zone(zone, local),
            Self::Own(table) => Instant::clamped(table.instant(local.wall())),
        }
    }

    /// What this clock shows at an instant; none beyond the years 1 to 9999.
    pub(super) fn local(&self, instant: Instant, floating: &Zone) -> Option<LocalDateTime> {
        match self {
            Self::Utc => Some(instant.utc()),
            Self::Floating => floating.local(instant),
            Self::Zone(zone) => zone.local(instant),
            Self::Own(table) => LocalDateTime::from_wall(table.wall(instant.micros())),
        }
    }

    /// Whether the two show the same at every instant, as far as is known without the reader's zone.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Utc, Self::Utc) | (Self::Floating, Self::Floating) => true,
            (Self::Zone(left), Self::Zone(right)) => left == right,
            (Self::Own(left), Self::Own(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}

/// See [`Clock::instant`].
fn by_zone(zone: &Zone, local: LocalDateTime) -> Instant {
    zone.rfc5545(local).unwrap_or_else(|| Instant::clamped(local.wall()))
}

/// The first instant of a date in the reader's zone: all-day events go by dates, not by times.
pub(super) fn day_start(date: Date, floating: &Zone) -> Instant {
    Instant::clamped(floating.first(LocalDateTime::start_of(date).wall()))
}
