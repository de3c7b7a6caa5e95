//! Single occurrences near an instant: the ones that contain it, the first one after it, the last one before it.

use super::days::Days;
use super::instant::DAY_MICROS;
use super::rules::RuleStream;
use super::stream::{Occurrences, local_day};
use super::{Entry, Instant, Interval, Lasting, Occurrence, Recurrence, Role, Rule, Sure};

/// Days beside the local date of an instant that a backward search starts with.
const REACH_DAYS: i64 = 3;

/// Occurrences that a backward search passes over before it gives up.
const BACK_LIMIT: usize = 20_000;

/// The first stretch that is searched backwards, a second in microseconds; each further one is [`GROWTH`] times as long.
const FIRST_STRETCH: i64 = 1_000_000;
const GROWTH: i64 = 60;

/// Within so much time, five days in microseconds, a change of the clocks can put calendar spans out of order: an hour or
/// a day of the clock, and the days by which the ends of months differ.
const DISORDER: i64 = 5 * DAY_MICROS;

/// A rule that starts more often than that in the stretch that is searched is not searched further for its order.
const MANY: usize = 16;

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
        if let Recurrence::Rule(rule) = &self.recurrence
            && self.overrun.is_none()
        {
            let longest = rule.lasting.at_most();
            return self.last_of_rule(rule, sure, instant, longest).map(|(_, end)| end).filter(|end| *end > instant);
        }
        let stream = Occurrences::new(self, role, sure, instant, Instant::MAX).take(BACK_LIMIT);
        stream.take_while(|o| o.interval.from() <= instant).map(|o| o.interval.to()).max().filter(|end| *end > instant)
    }

    /// Of the occurrences of a rule that have started at `instant`, and not longer ago than `longest`: the last start,
    /// and the furthest end.
    fn last_of_rule(&self, rule: &Rule, sure: Sure, instant: Instant, longest: i64) -> Option<(Instant, Instant)> {
        let mut stretch = FIRST_STRETCH.min(longest);
        loop {
            let from = Instant::clamped(instant.micros().saturating_sub(stretch));
            let mut stream = RuleStream::new(rule, &self.zone, from, instant);
            let mut passed = 0;
            let started = stream.by_ref().take_while(|o| o.from() <= instant).take(BACK_LIMIT).inspect(|_| passed += 1);
            let kept = started.filter_map(|interval| self.kept(Occurrence { interval, certain: true }));
            let (mut count, mut last) = (0, None);
            for occurrence in kept.filter(|o| sure.counts(*o)) {
                let (start, end) = (occurrence.interval.from(), occurrence.interval.to());
                let (_, furthest) = last.unwrap_or((start, end));
                last = Some((start, end.max(furthest)));
                count += 1;
            }
            // So many that are left out, or none for so long, that nobody knows.
            if passed == BACK_LIMIT || stream.gave_up_at().is_some_and(|at| at <= instant) {
                return if sure == Sure::Possible { Some((instant, Instant::MAX)) } else { last };
            }
            // The ends of calendar spans are in the order of the starts but for those near a change of the clocks.
            let in_order = matches!(rule.lasting, Lasting::Exact(_)) || count > MANY || stretch >= DISORDER;
            if last.is_some() && in_order || stretch >= longest || from == Instant::MIN {
                return last;
            }
            stretch = stretch.saturating_mul(GROWTH).min(longest);
        }
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
        let (mut count, mut last) = (0, None);
        for occurrence in stretch.map(|o| o.interval).take_while(|o| o.from() <= hull.to()) {
            count += 1;
            if count > BACK_LIMIT {
                return Some(Instant::MAX);
            }
            if occurrence.meets(hull) {
                last = last.max(Some(occurrence.to()));
            }
        }
        last
    }
}

/// The first start of an occurrence after `instant`.
pub(super) fn first_start_after(entry: &Entry, sure: Sure, instant: Instant) -> Option<Instant> {
    for occurrence in Occurrences::starting(entry, Role::Blackout, sure, instant, Instant::MAX) {
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
    if let Recurrence::Rule(rule) = &entry.recurrence {
        return entry.last_of_rule(rule, sure, last, i64::MAX).map(|(start, _)| start);
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
