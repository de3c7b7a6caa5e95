//! The occurrences of a file for one reader's zone: those that are listed, and the rules that give the others.

use super::clock::{Clock, day_start};
use super::event::{Length, Mark, Moment};
use super::series::Series;
use super::value::Nominal;
use crate::time::{Date, Instant, Interval, LocalDateTime, RRule, RRuleStarts, Zone};
use std::sync::{Arc, OnceLock};

const DAY: i64 = 86_400_000_000;
/// A search for the last occurrence passes so many that are taken out.
const MAX_LOOKED_BACK: usize = 4_000;
/// The last second on the wall.
const LAST: i64 = 253_402_300_799_000_000;

/// All that the reader's zone decides.
#[derive(Debug)]
pub(super) struct Resolved {
    /// Listed occurrences with the index of their event, ascending.
    pub(super) listed: Vec<(Interval, usize)>,
    /// The latest end of the listed ones up to and including each.
    reach: Vec<Instant>,
    pub(super) streams: Vec<Stream>,
    /// See `File::knows_until`.
    pub(super) known: OnceLock<Option<Instant>>,
}

/// One rule of one series, between two changes to it.
#[derive(Debug)]
pub(super) struct Stream {
    series: usize,
    rule: usize,
    /// The event whose occurrences these are.
    pub(super) event: usize,
    /// The starts by the series' own clock that belong here.
    lower: Instant,
    upper: Option<Instant>,
    removed: Arc<Removed>,
    to: Placing,
}

/// How a start of a series becomes an occurrence.
#[derive(Clone, Debug)]
struct Placing {
    /// Wall-clock microseconds by which the start is moved.
    shift: i64,
    /// None for whole days.
    clock: Option<Clock>,
    length: Nominal,
}

impl Placing {
    /// The occurrence that starts at that local time.
    fn place(&self, local: LocalDateTime, zone: &Zone) -> Option<Interval> {
        let start = LocalDateTime::from_wall(local.wall().checked_add(self.shift)?)?;
        let later = |days: i64| start.date().add_days(days);
        let Some(clock) = &self.clock else {
            let end = later(self.length.days).map_or(Instant::MAX, |date| day_start(date, zone));
            return Interval::new(day_start(start.date(), zone), end);
        };
        let from = clock.instant(start, zone);
        let day = match self.length.days {
            0 => Some(from),
            days => later(days).map(|date| clock.instant(start.on(date), zone)),
        };
        let end = day.map_or(Instant::MAX, |day| Instant::clamped(day.micros().saturating_add(self.length.micros)));
        Interval::new(from, end.max(from))
    }

    /// Whether the clock skips that start, which is then later than the local times after it.
    fn is_skipped(&self, local: LocalDateTime, from: Instant, zone: &Zone) -> bool {
        let Some(clock) = &self.clock else { return false };
        clock.local(from, zone).is_none_or(|shown| shown.wall() != local.wall().saturating_add(self.shift))
    }

    /// The first local start, before it is moved, whose occurrence can have a part at or after `from`.
    fn first(&self, from: Instant, zone: &Zone) -> i64 {
        let days = self.length.days.saturating_mul(DAY);
        // Days of the calendar are longer than others by what the clock goes back in them.
        let spare = if days == 0 { 0 } else { DAY };
        let earliest = from.micros().saturating_sub(days).saturating_sub(spare).saturating_sub(self.length.micros);
        let clock = self.clock.as_ref().unwrap_or(&Clock::Floating);
        let local = first_local(clock, Instant::clamped(earliest), zone);
        let start_of_day = if self.clock.is_none() { local.div_euclid(DAY) * DAY } else { local };
        start_of_day.saturating_sub(self.shift)
    }
}

/// The first local time that can mean an instant at or after `from`, on the wall.
fn first_local(clock: &Clock, from: Instant, zone: &Zone) -> i64 {
    let wall = |at: Instant| clock.local(at, zone).map_or(at.micros(), LocalDateTime::wall);
    let before = Instant::clamped(from.micros().saturating_sub(DAY + DAY / 24));
    // A local time that the clock has skipped in the last day is later than it shows.
    let gap = (wall(from) - from.micros()) - (wall(before) - before.micros());
    wall(from) - gap.max(0)
}

/// The starts that are taken out of a series, sorted.
#[derive(Debug, Default)]
struct Removed {
    dates: Vec<Date>,
    instants: Vec<Instant>,
}

impl Removed {
    fn of(marks: &[Mark], zone: &Zone) -> Self {
        let mut removed = Self::default();
        for mark in marks {
            match mark {
                Mark::Date(date) => removed.dates.push(*date),
                Mark::At(moment) => removed.instants.push(instant(moment, zone)),
            }
        }
        removed.dates.sort_unstable();
        removed.instants.sort_unstable();
        removed
    }

    fn has(&self, local: LocalDateTime, instant: Instant) -> bool {
        self.dates.binary_search(&local.date()).is_ok() || self.instants.binary_search(&instant).is_ok()
    }
}

fn instant(moment: &Moment, zone: &Zone) -> Instant {
    moment.clock.instant(moment.local, zone)
}

/// The length of every occurrence, from that of the first (RFC 5545, section 3.8.5.3): an end means an exact length.
fn nominal(length: &Length, start: &Moment, zone: &Zone) -> Nominal {
    match length {
        Length::Nominal(nominal) => *nominal,
        Length::Ends(end) => {
            let exact = instant(end, zone).micros() - instant(start, zone).micros();
            // Between a start that the clock skips and an end right after it no time would be left.
            let written = if start.clock.is_same(&end.clock) { end.local.wall() - start.local.wall() } else { 0 };
            Nominal { days: 0, micros: if exact > 0 { exact } else { written.max(0) } }
        }
    }
}

/// Which starts of a series belong together.
struct Part {
    lower: Instant,
    upper: Option<Instant>,
    /// The event, and how its starts are placed; none where they are out.
    kept: Option<(usize, Placing)>,
}

/// The parts of a series, in order: the series itself, and what stands for all its occurrences from some start on.
fn parts(series: &Series, zone: &Zone) -> Vec<Part> {
    let times = &series.times;
    let clock = |all_day: bool, clock: &Clock| if all_day { None } else { Some(clock.clone()) };
    let own = Placing {
        shift: 0,
        clock: clock(times.all_day, &times.start.clock),
        length: nominal(&times.length, &times.start, zone),
    };
    let mut parts = vec![Part { lower: Instant::MIN, upper: None, kept: Some((series.event, own)) }];
    for segment in &series.segments {
        let kept = segment.kept.as_ref().map(|kept| {
            let length = nominal(&kept.length, &kept.start, zone);
            // Starts keep the series' clock where both have times; so a daily 09:00 that moves by an hour stays at 10:00.
            let keeps = !times.all_day && !kept.all_day;
            let to = if keeps { &times.start.clock } else { &kept.start.clock };
            let shown = |moment: &Moment| match keeps && !moment.clock.is_same(to) {
                true => to.local(instant(moment, zone), zone).unwrap_or(moment.local),
                false => moment.local,
            };
            let shift = shown(&kept.start).wall() - shown(&segment.from).wall();
            (kept.event, Placing { shift, clock: clock(kept.all_day, to), length })
        });
        parts.push(Part { lower: instant(&segment.from, zone), upper: None, kept });
    }
    parts.sort_by_key(|part| part.lower);
    let lowers: Vec<Instant> = parts.iter().skip(1).map(|part| part.lower).collect();
    for (part, next) in parts.iter_mut().zip(lowers) {
        part.upper = Some(next);
    }
    parts
}

impl Resolved {
    pub(super) fn new(all: &[Series], zone: &Zone) -> Self {
        let mut listed = Vec::new();
        let mut streams = Vec::new();
        for (index, series) in all.iter().enumerate() {
            let times = &series.times;
            let removed = Arc::new(Removed::of(&times.removed, zone));
            let parts = parts(series, zone);
            let first = std::iter::once((&times.start, None));
            let starts = first.chain(times.dates.iter().map(|start| (&start.at, start.length.as_ref())));
            for (at, length) in starts {
                let when = instant(at, zone);
                // The mark of another start goes by the series' own clock.
                let local = times.start.clock.local(when, zone).filter(|_| !times.all_day).unwrap_or(at.local);
                if removed.has(local, when) {
                    continue;
                }
                let last = parts.partition_point(|part| part.lower <= when).checked_sub(1);
                let part = last.and_then(|last| parts.get(last));
                let Some((event, placing)) = part.and_then(|part| part.kept.as_ref()) else { continue };
                let mut placing = placing.clone();
                let mut from = local;
                if placing.shift == 0 && !times.all_day && placing.clock.is_some() {
                    placing.clock = Some(at.clock.clone());
                    from = at.local;
                }
                if let Some(length) = length {
                    placing.length = nominal(length, at, zone);
                }
                listed.extend(placing.place(from, zone).map(|interval| (interval, *event)));
            }
            for rule in 0..times.rules.len() {
                for part in &parts {
                    if let Some((event, to)) = &part.kept {
                        let (lower, upper, to) = (part.lower, part.upper, to.clone());
                        streams.push(Stream {
                            series: index,
                            rule,
                            event: *event,
                            lower,
                            upper,
                            removed: removed.clone(),
                            to,
                        });
                    }
                }
            }
        }
        listed.sort_by_key(|(interval, event)| (interval.from(), interval.to(), *event));
        listed.dedup();
        let mut latest = Instant::MIN;
        let reach = listed.iter().map(|(interval, _)| {
            latest = latest.max(interval.to());
            latest
        });
        let reach = reach.collect();
        Self { listed, reach, streams, known: OnceLock::new() }
    }

    /// The index of the first listed occurrence that may have a part at or after `from`.
    pub(super) fn first_listed(&self, from: Instant) -> usize {
        self.reach.partition_point(|end| *end < from)
    }

    /// The latest end of all listed occurrences.
    pub(super) fn last_listed(&self) -> Option<Instant> {
        self.reach.last().copied()
    }
}

impl Stream {
    /// Whether it goes on for ever.
    pub(super) fn is_endless(&self, series: &[Series]) -> bool {
        self.upper.is_none() && self.rule(series).is_none_or(RRule::is_endless)
    }

    fn rule<'a>(&self, series: &'a [Series]) -> Option<&'a RRule> {
        series.get(self.series)?.times.rules.get(self.rule)
    }

    /// Its last occurrence; none where there is none, or where the search for it was given up.
    pub(super) fn last(&self, series: &[Series], zone: &Zone) -> Option<Interval> {
        let times = &series.get(self.series)?.times;
        let rule = times.rules.get(self.rule)?;
        let clock = &times.start.clock;
        let utc = Zone::utc();
        let by = match clock {
            _ if times.all_day => &utc,
            Clock::Utc | Clock::Own(_) => &utc,
            Clock::Floating => zone,
            Clock::Zone(own) => own,
        };
        let mut before = match self.upper {
            Some(upper) => LocalDateTime::from_wall(first_local(clock, upper, zone).saturating_add(DAY)),
            None => None,
        }
        .unwrap_or(LocalDateTime::start_of(Date::MAX));
        for _ in 0..MAX_LOOKED_BACK {
            let local = rule.last_before(times.start.local, before, by).ok()??;
            let when = clock.instant(local, zone);
            if when < self.lower {
                return None;
            }
            if self.upper.is_none_or(|upper| when < upper) && !self.removed.has(local, when) {
                let last = self.to.place(local, zone)?;
                // One that the clock skipped may end later still.
                let mut running = self.run(series, last.to(), Instant::MAX, zone)?;
                let ends = std::iter::from_fn(|| running.next(self, zone)).take(MAX_LOOKED_BACK);
                return ends.chain([last]).max_by_key(|interval| interval.to());
            }
            before = local;
        }
        None
    }

    /// Its occurrences that may have a part at or after `from`, and start before `to`.
    pub(super) fn run<'a>(&self, series: &'a [Series], from: Instant, to: Instant, zone: &Zone) -> Option<Running<'a>> {
        let times = &series.get(self.series)?.times;
        let rule = times.rules.get(self.rule)?;
        let start = times.start.local;
        let lower = first_local(&times.start.clock, self.lower, zone);
        let asked = self.to.first(from, zone).max(lower).min(LAST).max(start.wall());
        let first = LocalDateTime::from_wall(asked).unwrap_or(start);
        let starts = match &times.start.clock {
            _ if times.all_day => rule.starts(start, first),
            Clock::Utc | Clock::Own(_) => rule.starts(start, first),
            Clock::Floating => rule.starts_in(start, first, zone),
            Clock::Zone(own) => rule.starts_in(start, first, own),
        };
        // No occurrence starts earlier than a day before what its clock shows, however it is moved.
        let clock = self.to.clock.as_ref().unwrap_or(&Clock::Floating);
        let end = first_local(clock, to, zone).saturating_add(2 * DAY).saturating_sub(self.to.shift);
        let starts = match LocalDateTime::from_wall(end) {
            Some(end) => starts.before(end),
            None => starts,
        };
        Some(Running { clock: &times.start.clock, starts, held: Vec::new(), settled: None, done: false })
    }
}

/// The occurrences of a stream, in order.
#[derive(Debug)]
pub(super) struct Running<'a> {
    clock: &'a Clock,
    starts: RRuleStarts<'a>,
    /// Occurrences whose turn has not come: a start that the clock skips is later than local times after it.
    held: Vec<Interval>,
    /// No occurrence that is still to be found starts before this.
    settled: Option<Instant>,
    done: bool,
}

impl Running<'_> {
    /// The next occurrence of `stream`, to which this belongs.
    pub(super) fn next(&mut self, stream: &Stream, zone: &Zone) -> Option<Interval> {
        loop {
            let earliest = self.held.iter().enumerate().min_by_key(|(_, interval)| (interval.from(), interval.to()));
            if let Some((at, interval)) = earliest
                && (self.done || self.settled.is_some_and(|settled| interval.from() <= settled))
            {
                let interval = *interval;
                self.held.swap_remove(at);
                return Some(interval);
            }
            if self.done {
                return None;
            }
            let Some(local) = self.starts.next() else {
                self.done = true;
                continue;
            };
            let when = self.clock.instant(local, zone);
            if stream.upper.is_some_and(|upper| when >= upper) {
                // Nothing that comes later can start before this, except what a gap has pushed: a day covers that.
                self.done = stream.upper.is_some_and(|upper| when.micros() - DAY >= upper.micros());
                continue;
            }
            if when < stream.lower || stream.removed.has(local, when) {
                continue;
            }
            let Some(interval) = stream.to.place(local, zone) else {
                // Moved out of the years there are: forward, then all later ones are as well.
                self.done = stream.to.shift > 0;
                continue;
            };
            if !stream.to.is_skipped(local, interval.from(), zone) {
                self.settled = Some(interval.from());
            }
            self.held.push(interval);
        }
    }

    /// Whether the search was given up.
    pub(super) fn gave_up(&self) -> bool {
        self.starts.gave_up()
    }
}
