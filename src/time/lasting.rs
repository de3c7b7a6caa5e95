//! How long an occurrence is: from one time of day to another, or for a length.

use super::instant::DAY_MICROS;
use super::{Date, Duration, Instant, Interval, LocalTime, Role, Span, SpanUnit, Zone, add_calendar_span};

/// The length behind `lasting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lasting {
    /// Elapsed time: `60min`.
    Exact(Duration),
    /// Calendar time, which ends at the same wall clock: `1 day`, `2 weeks`; of business days there are none.
    Span(Span),
}

impl Lasting {
    /// Whether an occurrence can be that long: more than nothing, and not of business days.
    #[must_use]
    pub fn is_usable(self) -> bool {
        match self {
            Self::Exact(length) => length > Duration::ZERO,
            Self::Span(span) => span.amount > 0 && span.unit != SpanUnit::BusinessDay,
        }
    }

    /// An elapsed time that no occurrence of this length reaches, in microseconds.
    pub(super) fn at_most(self) -> i64 {
        let days = |span: Span| match span.unit {
            SpanUnit::Day | SpanUnit::BusinessDay => span.amount,
            SpanUnit::Week => span.amount.saturating_mul(7),
            SpanUnit::Month => span.amount.saturating_mul(31),
            SpanUnit::Year => span.amount.saturating_mul(366),
        };
        match self {
            Self::Exact(length) => length.micros().saturating_add(1),
            // The clocks may go back meanwhile, by a day at most (over the date line).
            Self::Span(span) => days(span).saturating_add(2).saturating_mul(DAY_MICROS),
        }
    }
}

/// The part of a day at which a recurrence is, or which it starts with.
///
/// An occurrence belongs to the day on which it starts. An end that is not after the start lies on the next day, so
/// `22:00 to 02:00` crosses midnight and equal times last a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hours {
    /// From one time of day to another.
    Clock {
        /// Its start, before 24:00.
        from: LocalTime,
        /// Its end.
        to: LocalTime,
    },
    /// From a time of day, for that long.
    Lasting {
        /// Its start, before 24:00.
        from: LocalTime,
        /// Its length, a usable one.
        lasting: Lasting,
    },
}

impl Hours {
    /// `00:00 to 24:00`, which is also what a recurrence without times means.
    pub const WHOLE_DAY: Self = Self::Clock { from: LocalTime::MIDNIGHT, to: LocalTime::END_OF_DAY };

    /// From one time of day to another; none for a start at 24:00.
    #[must_use]
    pub fn clock(from: LocalTime, to: LocalTime) -> Option<Self> {
        (from < LocalTime::END_OF_DAY).then_some(Self::Clock { from, to })
    }

    /// From a time of day (00:00 where the text names none) for that long; none where the length is not usable.
    #[must_use]
    pub fn lasting(from: LocalTime, lasting: Lasting) -> Option<Self> {
        (from < LocalTime::END_OF_DAY && lasting.is_usable()).then_some(Self::Lasting { from, lasting })
    }

    /// The time of day at which it starts.
    #[must_use]
    pub fn from(self) -> LocalTime {
        match self {
            Self::Clock { from, .. } | Self::Lasting { from, .. } => from,
        }
    }

    /// The number of whole days that it covers from its start's date on, where it is made of whole days.
    pub(super) fn whole_days(self, date: Date) -> Option<i64> {
        if self.from() != LocalTime::MIDNIGHT {
            return None;
        }
        match self {
            Self::Clock { to, .. } => (to == LocalTime::END_OF_DAY || to == LocalTime::MIDNIGHT).then_some(1),
            Self::Lasting { lasting: Lasting::Span(span), .. } => {
                add_calendar_span(date, span).map(|end| end.days_since(date))
            }
            Self::Lasting { lasting: Lasting::Exact(_), .. } => None,
        }
    }

    /// An elapsed time that no occurrence reaches, in microseconds.
    pub(super) fn at_most(self) -> i64 {
        match self {
            // A day, and the clocks may go back by as much as a day meanwhile.
            Self::Clock { .. } => 3 * DAY_MICROS,
            Self::Lasting { lasting, .. } => lasting.at_most(),
        }
    }

    /// Start and end in seconds from the start's midnight, where both are times of day.
    pub(super) fn seconds(self) -> Option<(i64, i64)> {
        match self {
            Self::Clock { from, to } => {
                let (from, to) = (from.seconds(), to.seconds());
                Some((from, if to > from { to } else { to + LocalTime::END_OF_DAY.seconds() }))
            }
            Self::Lasting { .. } => None,
        }
    }

    /// The occurrence that starts on that day (since 1970-01-01); none where a change of offset swallows it.
    pub(super) fn on(self, day: i64, zone: &Zone, role: Role) -> Option<Interval> {
        let wall = |seconds: i64| day * DAY_MICROS + seconds * 1_000_000;
        let from = Instant::clamped(zone.first(wall(self.from().seconds())));
        let to = match self {
            Self::Clock { .. } => {
                let (_, to) = self.seconds()?;
                Instant::clamped(zone.last_of(wall(to), role))
            }
            Self::Lasting { lasting: Lasting::Exact(length), .. } => from.saturating_add(length),
            Self::Lasting { from: start, lasting: Lasting::Span(span) } => {
                // What starts on the day before the first date ends a day before what starts on that.
                let first = day.max(Date::MIN.days());
                match Date::from_days(first).and_then(|date| add_calendar_span(date, span)) {
                    Some(end) => {
                        let wall = (end.days() - (first - day)) * DAY_MICROS + start.seconds() * 1_000_000;
                        Instant::clamped(zone.last_of(wall, role))
                    }
                    None => Instant::MAX,
                }
            }
        };
        if from < to { Interval::new(from, to) } else { None }
    }
}
