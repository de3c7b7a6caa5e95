//! The occurrences of an entry, one after the other, worked out as they are asked for.

use super::days::Days;
use super::instant::DAY_MICROS;
use super::rules::RuleStream;
use super::{Bound, Entry, Hours, Instant, Interval, Kleene, Occurrence, Recurrence, Role, Sure, Zone, ical};
use std::collections::VecDeque;

/// Occurrences in a row that may be left out before the search for one that is not left out ends.
const LEFT_OUT_LIMIT: usize = 20_000;

/// Days between the local date of an instant and that of an occurrence's start, beyond the occurrence's length.
///
/// The date line has moved by a day at most: one each, and one to spare.
const REACH_DAYS: i64 = 3;

/// The occurrences that have a part between `from` and `to`, ascending by start.
///
/// Where the knowledge of a file or of a calendar that is left out ends, possible occurrences follow that are not
/// certain: of a file one without end. Nothing is unrolled but what is asked for.
#[must_use]
pub fn occurrences(entry: &Entry, role: Role, from: Instant, to: Instant) -> Occurrences<'_> {
    Occurrences::new(entry, role, Sure::Possible, from, to)
}

/// The occurrences of an entry in a stretch of time; see [`occurrences`].
#[derive(Debug)]
pub struct Occurrences<'a> {
    entry: &'a Entry,
    role: Role,
    sure: Sure,
    from: Instant,
    to: Instant,
    source: Source<'a>,
    /// The next of the source, where it has been looked at.
    peeked: Option<Occurrence>,
    /// Occurrences that the source does not give, ascending by start.
    held: VecDeque<Occurrence>,
    /// From here on none is certain.
    certain_until: Instant,
    done: bool,
}

/// Where occurrences come from before anything is left out.
#[derive(Debug)]
enum Source<'a> {
    Once(Option<Occurrence>),
    Days { days: Days<'a>, hours: Hours, next: i64 },
    Rule(Box<RuleStream<'a>>),
    File(Box<ical::Occurrences<'a>>),
}

impl<'a> Occurrences<'a> {
    /// Those that are not over at `from` and start before `to`.
    pub(super) fn new(entry: &'a Entry, role: Role, sure: Sure, from: Instant, to: Instant) -> Self {
        Self::of(entry, role, sure, (from, to), false)
    }

    /// Those that start at `from` or later and before `to`, and some that are going on at `from`.
    pub(super) fn starting(entry: &'a Entry, role: Role, sure: Sure, from: Instant, to: Instant) -> Self {
        Self::of(entry, role, sure, (from, to), true)
    }

    fn of(entry: &'a Entry, role: Role, sure: Sure, (from, to): (Instant, Instant), starting: bool) -> Self {
        let mut held = VecDeque::new();
        let source = match &entry.recurrence {
            Recurrence::Fixed { from, to } => Source::Once(fixed(*from, *to, &entry.zone, role)),
            Recurrence::Always => Source::Once(Some(Occurrence { interval: Interval::ALWAYS, certain: true })),
            Recurrence::Unknown => Source::Once(Some(Occurrence { interval: Interval::ALWAYS, certain: false })),
            Recurrence::Weekly(weekly) => days(Days::Weekly(*weekly), entry, from, starting),
            Recurrence::Periodic(periodic) => days(Days::Periodic(periodic), entry, from, starting),
            Recurrence::Rule(rule) if starting => Source::Rule(Box::new(RuleStream::new(rule, &entry.zone, from, to))),
            Recurrence::Rule(rule) => Source::Rule(Box::new(RuleStream::ending_after(rule, &entry.zone, from, to))),
            Recurrence::File { file, .. } => {
                if let Some(tail) = entry.tail(role) {
                    held.push_back(tail);
                }
                Source::File(Box::new(file.between(&entry.zone, from, to)))
            }
        };
        let certain_until = if sure == Sure::Certain { entry.certain_until() } else { Instant::MAX };
        let mut stream = Self { entry, role, sure, from, to, source, peeked: None, held, certain_until, done: false };
        stream.hold_overrun();
        stream
    }

    /// Adds the occurrences that are over at `from` but for the work that began in them.
    fn hold_overrun(&mut self) {
        let Some(begun) = self.entry.overrun.filter(|begun| *begun < self.from) else { return };
        let plain = Entry { overrun: None, ..self.entry.clone() };
        let containing = Occurrences::new(&plain, self.role, self.sure, begun, self.to);
        let over = containing.take_while(|o| o.interval.from() <= begun).filter(|o| o.interval.to() <= self.from);
        self.held.extend(over.filter_map(Occurrence::without_end));
        self.held.make_contiguous().sort_by_key(|o| o.interval.from());
    }

    /// The next occurrence of the source that is not over at `from`.
    fn next_of_source(&mut self) -> Option<Occurrence> {
        let (zone, role, from) = (&self.entry.zone, self.role, self.from);
        let certain = |interval| Occurrence { interval, certain: true };
        match &mut self.source {
            Source::Once(once) => once.take().filter(|o| is_left(o.interval, from)),
            Source::Days { days, hours, next } => loop {
                let (day, certain) = days.next(*next)?;
                *next = day + 1;
                if let Some(interval) = hours.on(day, zone, role)
                    && is_left(interval, from)
                {
                    return Some(Occurrence { interval, certain });
                }
            },
            Source::Rule(rule) => loop {
                match rule.next() {
                    Some(interval) if is_left(interval, from) => return Some(certain(interval)),
                    Some(_) => {}
                    None => return rule.gave_up_at().and_then(Occurrence::possible_from),
                }
            },
            Source::File(events) => loop {
                match events.next() {
                    Some(found) if is_left(found.interval, from) => return Some(certain(found.interval)),
                    Some(_) => {}
                    None => return events.gave_up_at().and_then(Occurrence::possible_from),
                }
            },
        }
    }

    /// The next of the source that is not left out.
    fn next_not_left_out(&mut self) -> Option<Occurrence> {
        let mut last = self.from;
        for _ in 0..LEFT_OUT_LIMIT {
            let found = match self.peeked.take() {
                Some(found) => return Some(found),
                None => self.next_of_source()?,
            };
            last = last.max(found.interval.from());
            if found.interval.from() >= self.to || found.interval.from() >= self.certain_until {
                return None;
            }
            if let Some(kept) = self.entry.kept(found).filter(|kept| self.sure.counts(*kept)) {
                return Some(kept);
            }
        }
        // Nobody knows what comes after so many that are left out.
        self.source = Source::Once(None);
        Occurrence::possible_from(last).filter(|o| self.sure.counts(*o))
    }
}

impl Iterator for Occurrences<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        if self.done {
            return None;
        }
        let source = self.next_not_left_out();
        let found = match (source, self.held.front().copied()) {
            (Some(source), Some(held)) if held.interval.from() < source.interval.from() => {
                self.peeked = Some(source);
                self.held.pop_front()
            }
            (None, Some(_)) => self.held.pop_front(),
            (source, _) => source,
        };
        let found = found.filter(|o| o.interval.from() < self.to);
        self.done = found.is_none();
        match found {
            Some(found) if !self.sure.counts(found) => self.next(),
            found => found,
        }
    }
}

/// Whether an occurrence is not over at `from`; what runs to the end of time never is.
fn is_left(interval: Interval, from: Instant) -> bool {
    interval.to() > from || interval.to() == Instant::MAX || interval.is_instant() && interval.to() == from
}

fn fixed(from: Bound, to: Bound, zone: &Zone, role: Role) -> Option<Occurrence> {
    let (from, to) = (from.start(zone), to.end(zone, role));
    let interval = if from < to { Interval::new(from, to) } else { None };
    interval.map(|interval| Occurrence { interval, certain: true })
}

fn days<'a>(days: Days<'a>, entry: &Entry, from: Instant, starting: bool) -> Source<'a> {
    let hours = days.hours();
    let longest = if starting { 0 } else { hours.at_most() };
    let earliest = from.micros().saturating_sub(longest).max(Instant::MIN.micros());
    let next = local_day(earliest, &entry.zone) - REACH_DAYS;
    Source::Days { days, hours, next }
}

/// The day since 1970-01-01 that the wall clock shows.
pub(super) fn local_day(instant: i64, zone: &Zone) -> i64 {
    zone.wall(instant).div_euclid(DAY_MICROS)
}

impl Sure {
    /// Whether an occurrence counts.
    pub(super) fn counts(self, occurrence: Occurrence) -> bool {
        self == Self::Possible || occurrence.certain
    }
}

impl Occurrence {
    /// Whether it is certain, as an answer.
    pub(super) fn is_certain(self) -> Kleene {
        if self.certain { Kleene::Yes } else { Kleene::Unknown }
    }

    /// Something that may be, from `from` on without end.
    pub(super) fn possible_from(from: Instant) -> Option<Self> {
        Interval::new(from, Instant::MAX).map(|interval| Self { interval, certain: false })
    }

    /// The same start, without end.
    fn without_end(self) -> Option<Self> {
        Interval::new(self.interval.from(), Instant::MAX).map(|interval| Self { interval, certain: self.certain })
    }
}

impl Entry {
    /// What an occurrence of the recurrence is when the calendars of `not_on` and work that has begun are looked at.
    pub(super) fn kept(&self, occurrence: Occurrence) -> Option<Occurrence> {
        let mut kept = occurrence;
        if !self.not_on.is_empty() {
            match self.left_out(occurrence.interval.from()) {
                Kleene::Yes => return None,
                Kleene::Unknown => kept.certain = false,
                Kleene::No => {}
            }
        }
        if self.overrun.is_some_and(|begun| kept.interval.contains(begun)) {
            kept = kept.without_end()?;
        }
        Some(kept)
    }

    /// Whether an occurrence that starts then is left out.
    fn left_out(&self, start: Instant) -> Kleene {
        // The years 1 and 9999 have no calendar beyond their ends.
        let Some(date) = self.zone.date(start) else { return Kleene::No };
        self.not_on.iter().map(|calendar| calendar.has_day(date, &self.zone)).max().unwrap_or(Kleene::No)
    }

    /// Whether all its occurrences are certain, which saves a second look.
    pub(super) fn is_all_certain(&self) -> bool {
        self.not_on.is_empty()
            && matches!(self.recurrence, Recurrence::Fixed { .. } | Recurrence::Weekly(_) | Recurrence::Always)
    }

    /// The stretch past the knowledge of a file.
    pub(super) fn tail(&self, role: Role) -> Option<Occurrence> {
        let Recurrence::File { file, covers_until } = &self.recurrence else { return None };
        let known = match covers_until {
            Some(bound) => bound.end(&self.zone, role),
            None => file.knows_until(&self.zone)?,
        };
        Occurrence::possible_from(known)
    }

    /// An instant from which on no occurrence is certain, as far as that hangs on days that calendars leave out.
    pub(super) fn certain_until(&self) -> Instant {
        let left_out = self.not_on.iter().filter_map(|calendar| calendar.knows_until(&self.zone)).min();
        let business = match &self.recurrence {
            Recurrence::Periodic(periodic) => periodic.knows_until(),
            _ => None,
        };
        left_out.into_iter().chain(business).min().unwrap_or(Instant::MAX)
    }
}
