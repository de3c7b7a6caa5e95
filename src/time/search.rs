//! Single occurrences near an instant: the ones that contain it, the first one after it, the last one before it.

use super::days::Days;
use super::stream::{Occurrences, local_day};
use super::{Entry, Instant, Interval, Occurrence, Recurrence, Role, Sure};

/// Days beside the local date of an instant that a backward search starts with.
const REACH_DAYS: i64 = 3;

/// Occurrences that a backward search passes over before it gives up.
const BACK_LIMIT: usize = 20_000;

/// The first stretch that is searched backwards, in microseconds; each further one is [`GROWTH`] times as long.
const FIRST_STRETCH: i64 = 3_600_000_000;
const GROWTH: i64 = 24;

impl Entry {
    /// The first occurrence (by its start) that is not over at `instant`.
    pub(super) fn first_ending_after(&self, role: Role, sure: Sure, instant: Instant) -> Option<Occurrence> {
        Occurrences::new(self, role, sure, instant, Instant::MAX).next()
    }

    /// The furthest end of the occurrences that contain `instant`.
    pub(super) fn reach(&self, role: Role, sure: Sure, instant: Instant) -> Option<Instant> {
        if let Some(days) = self.days().filter(|_| self.overrun.is_none()) {
            // Later starts end later, so the last one that has started reaches furthest.
            let open = self.back_through(days, role, sure, instant).next();
            return open.map(|o| o.interval.to()).filter(|end| *end > instant);
        }
        let stream = Occurrences::new(self, role, sure, instant, Instant::MAX);
        stream.take_while(|o| o.interval.from() <= instant).map(|o| o.interval.to()).max().filter(|end| *end > instant)
    }

    /// The days of a recurrence by days.
    fn days(&self) -> Option<Days<'_>> {
        match &self.recurrence {
            Recurrence::Weekly(weekly) => Some(Days::Weekly(*weekly)),
            Recurrence::Periodic(periodic) => Some(Days::Periodic(periodic)),
            _ => None,
        }
    }

    /// The occurrences of a recurrence by days that have started at `instant`, the latest first.
    fn back_through<'a>(
        &'a self,
        days: Days<'a>,
        role: Role,
        sure: Sure,
        instant: Instant,
    ) -> impl Iterator<Item = Occurrence> + 'a {
        let hours = days.hours();
        let mut day = local_day(instant.micros(), &self.zone) + REACH_DAYS;
        let starts = std::iter::from_fn(move || {
            let (found, certain) = days.previous(day)?;
            day = found - 1;
            Some((found, certain))
        });
        starts
            .take(BACK_LIMIT)
            .filter_map(move |(day, certain)| {
                let interval = hours.on(day, &self.zone, role)?;
                Some(Occurrence { interval, certain })
            })
            .filter(move |o| o.interval.from() <= instant)
            .filter_map(|o| self.kept(o))
            .filter(move |o| sure.counts(*o))
    }

    /// The last end of the occurrences that `hull` meets.
    pub(super) fn last_end(&self, role: Role, sure: Sure, hull: Interval) -> Option<Instant> {
        if let Some(days) = self.days().filter(|_| self.overrun.is_none() && !hull.is_instant()) {
            let last = Instant::clamped(hull.to().micros() - 1);
            let found = self.back_through(days, role, sure, last).next();
            return found.map(|o| o.interval).filter(|o| o.meets(hull)).map(Interval::to);
        }
        let stretch = Occurrences::new(self, role, sure, hull.from(), Instant::MAX);
        let met = stretch.take(BACK_LIMIT).map(|o| o.interval).take_while(|o| o.from() <= hull.to());
        met.filter(|o| o.meets(hull)).map(Interval::to).max()
    }
}

/// The first start of an occurrence after `instant`.
pub(super) fn first_start_after(entry: &Entry, sure: Sure, instant: Instant) -> Option<Instant> {
    let stream = Occurrences::new(entry, Role::Blackout, sure, instant, Instant::MAX);
    for occurrence in stream {
        let start = occurrence.interval.from();
        if start > instant {
            return Some(start);
        }
        // Within a stretch of which nothing is known one may start at any time.
        if occurrence.is_blank() {
            return Instant::from_micros(instant.micros() + 1);
        }
    }
    None
}

/// The last start of an occurrence before `instant`.
pub(super) fn last_start_before(entry: &Entry, sure: Sure, instant: Instant) -> Option<Instant> {
    let last = Instant::from_micros(instant.micros() - 1)?;
    if let Some(days) = entry.days() {
        let started = entry.back_through(days, Role::Blackout, sure, last).next();
        return started.map(|o| o.interval.from());
    }
    let mut stretch = FIRST_STRETCH;
    loop {
        let from = Instant::clamped(instant.micros().saturating_sub(stretch));
        let stream = Occurrences::new(entry, Role::Blackout, sure, from, instant);
        let starts = stream.map(|o| if o.is_blank() { last } else { o.interval.from() });
        // Between an earlier start and this stretch there may be a later one that is over by now.
        let starts = starts.filter(|start| *start >= from);
        if let Some(found) = starts.max() {
            return Some(found);
        }
        if from == Instant::MIN {
            return None;
        }
        stretch = stretch.saturating_mul(GROWTH);
    }
}

impl Occurrence {
    /// Whether it is no occurrence, but a stretch of which nothing is known.
    fn is_blank(self) -> bool {
        !self.certain && self.interval.to() == Instant::MAX
    }
}
