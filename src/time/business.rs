//! Business days: the days of the business week that are no holidays.

use super::{Asked, BusinessWeek, Calendar, Date, Instant, Kleene, Span, SpanUnit, Zone, add_calendar_span};
use std::sync::Arc;

/// Days that are looked at for a business day before the search ends: ten years of holidays.
const SEARCH_DAYS: i64 = 3_660;

/// The days on which business is done.
#[derive(Clone, Debug, Default)]
pub struct BusinessDays {
    /// The days of the week.
    pub week: BusinessWeek,
    /// The calendars whose days are holidays.
    pub not_on: Vec<Arc<Calendar>>,
    /// By whose wall clock a holiday that has times touches its dates.
    pub zone: Zone,
}

/// Why no day or moment could be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unreached {
    /// It would lie outside the years 1 to 9999, or no business is ever done.
    OutOfRange,
    /// It hangs on a day of which a calendar knows nothing.
    BeyondCalendar,
}

impl BusinessDays {
    /// The week alone, without holidays.
    #[must_use]
    pub fn of_week(week: BusinessWeek) -> Self {
        Self { week, not_on: Vec::new(), zone: Zone::utc() }
    }

    /// Whether business is done on `date`.
    #[must_use]
    pub fn is_on(&self, date: Date) -> Kleene {
        if !self.week.contains(date) {
            return Kleene::No;
        }
        let holiday = self.not_on.iter().map(|calendar| calendar.has_day(date, &self.zone)).max();
        match holiday.unwrap_or(Kleene::No) {
            Kleene::No => Kleene::Yes,
            Kleene::Unknown => Kleene::Unknown,
            Kleene::Yes => Kleene::No,
        }
    }

    /// An instant from which on its calendars do not know their days; none where they always do.
    #[must_use]
    pub fn knows_until(&self) -> Option<Instant> {
        self.not_on.iter().filter_map(|calendar| calendar.knows_until(&self.zone)).min()
    }

    /// The calendars that it asks for the days up to `last`.
    pub(super) fn asks(&self, last: Date) -> impl Iterator<Item = Asked<'_>> {
        let to = self.zone.last_of_day(last);
        self.not_on.iter().map(move |calendar| Asked { calendar, zone: &self.zone, to })
    }

    /// The `count`-th business day after `date`, or before it where negative; `date` itself for none.
    ///
    /// # Errors
    /// Where that day is out of range, or not known.
    pub fn step(&self, date: Date, count: i64) -> Result<Date, Unreached> {
        if self.not_on.is_empty() || count == 0 {
            return self.week.step(date, count).ok_or(Unreached::OutOfRange);
        }
        // No step is shorter than the week's own: what leaves the calendar without holidays leaves it with them.
        self.week.step(date, count).ok_or(Unreached::OutOfRange)?;
        let holidays: Vec<_> = self.not_on.iter().map(|calendar| calendar.days(&self.zone)).collect();
        let holiday = |date: Date| holidays.iter().map(|days| days.get(date)).max().unwrap_or(Kleene::No);
        let direction = count.signum();
        let mut left = count.unsigned_abs();
        let (mut date, mut without) = (date, 0);
        while left > 0 {
            date = date.add_days(direction).ok_or(Unreached::OutOfRange)?;
            match if self.week.contains(date) { holiday(date) } else { Kleene::Yes } {
                Kleene::No => (left, without) = (left - 1, 0),
                Kleene::Yes if without < SEARCH_DAYS => without += 1,
                Kleene::Yes => return Err(Unreached::OutOfRange),
                Kleene::Unknown => return Err(Unreached::BeyondCalendar),
            }
        }
        Ok(date)
    }

    /// The date that lies `span` after `date`; see [`add_span_to_date`](super::add_span_to_date).
    ///
    /// # Errors
    /// Where that date is out of range, or not known.
    pub fn add_to_date(&self, date: Date, span: Span) -> Result<Date, Unreached> {
        match span.unit {
            SpanUnit::BusinessDay => self.step(date, span.amount),
            _ => add_calendar_span(date, span).ok_or(Unreached::OutOfRange),
        }
    }

    /// The moment that lies `span` after `instant` by the wall clock of `zone`; see [`add_span`](super::add_span).
    ///
    /// # Errors
    /// Where that moment is out of range, or not known.
    pub fn add(&self, instant: Instant, span: Span, zone: &Zone) -> Result<Instant, Unreached> {
        if span.amount == 0 {
            return Ok(instant);
        }
        let local = zone.local(instant).ok_or(Unreached::OutOfRange)?;
        let date = self.add_to_date(local.date(), span)?;
        zone.instant(local.on(date)).ok_or(Unreached::OutOfRange)
    }
}
