//! The occurrences of a recurrence rule, as instants.

use super::instant::DAY_MICROS;
use super::{Instant, Interval, Lasting, LocalDateTime, RRuleStarts, Rule, Zone, add_calendar_span};
use std::collections::VecDeque;

/// Starts that are sorted at a time where the wall clock jumps; a whole day of seconds is skipped at the date line.
const SORT_LIMIT: usize = 100_000;

/// The occurrences of a rule from some instant on, ascending by start.
#[derive(Debug)]
pub(super) struct RuleStream<'a> {
    rule: &'a Rule,
    zone: &'a Zone,
    starts: RRuleStarts<'a>,
    /// The next start, where it has been looked at.
    peeked: Option<LocalDateTime>,
    sorted: VecDeque<Interval>,
    from: Instant,
    last: Instant,
}

impl<'a> RuleStream<'a> {
    /// Those that start at `from` or later, and before `to` (and perhaps a few later ones).
    pub(super) fn new(rule: &'a Rule, zone: &'a Zone, from: Instant, to: Instant) -> Self {
        let wall = zone.local(from).unwrap_or_else(|| from.utc());
        // What lies in a gap starts up to the gap's length after the change, by a wall clock that is behind.
        let skipped = zone.gained_before(from);
        let first = LocalDateTime::from_wall(wall.wall() - skipped).unwrap_or(wall);
        let mut starts = rule.rule.starts_in(rule.dtstart, first, zone);
        // A search that has an end is not given up; no change of the clocks is longer than a day.
        let end = zone.local(to).and_then(|wall| LocalDateTime::from_wall(wall.wall() + 2 * DAY_MICROS));
        if let Some(end) = end {
            starts = starts.before(end);
        }
        Self { rule, zone, starts, peeked: None, sorted: VecDeque::new(), from, last: from }
    }

    /// Those that are not over at `instant`, and some that are.
    pub(super) fn ending_after(rule: &'a Rule, zone: &'a Zone, instant: Instant, to: Instant) -> Self {
        let earliest = instant.micros().saturating_sub(rule.lasting.at_most());
        Self::new(rule, zone, Instant::clamped(earliest), to)
    }

    /// Where the search for a further occurrence was given up, if it was.
    pub(super) fn gave_up_at(&self) -> Option<Instant> {
        self.starts.gave_up().then_some(self.last)
    }

    fn next_start(&mut self) -> Option<LocalDateTime> {
        self.peeked.take().or_else(|| self.starts.next())
    }

    /// The occurrence that starts at that local time, and the length of the gap in which that lies.
    fn at(&self, start: LocalDateTime) -> (Option<Interval>, Option<i64>) {
        let (from, gap) = self.zone.by_rfc5545(start);
        let Some(from) = Instant::from_micros(from) else { return (None, gap) };
        let to = match self.rule.lasting {
            Lasting::Exact(length) => from.saturating_add(length),
            Lasting::Span(span) => add_calendar_span(start.date(), span)
                .and_then(|date| self.zone.rfc5545(start.on(date)))
                .unwrap_or(Instant::MAX),
        };
        (if from < to { Interval::new(from, to) } else { None }, gap)
    }
}

impl Iterator for RuleStream<'_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        while self.sorted.is_empty() {
            let start = self.next_start()?;
            let (occurrence, gap) = self.at(start);
            // A time in a gap lies as far behind the change as the clock would have shown: later ones come before it.
            let Some(gap) = gap else {
                self.sorted.extend(occurrence.filter(|occurrence| occurrence.from() >= self.from));
                continue;
            };
            let mut together: Vec<Interval> = occurrence.into_iter().collect();
            let mut behind = start.wall() + gap;
            while together.len() < SORT_LIMIT
                && let Some(next) = self.next_start()
            {
                if next.wall() > behind {
                    self.peeked = Some(next);
                    break;
                }
                let (occurrence, gap) = self.at(next);
                together.extend(occurrence);
                behind = gap.map_or(behind, |gap| behind.max(next.wall() + gap));
            }
            together.sort_by_key(|occurrence| (occurrence.from(), occurrence.to()));
            together.dedup();
            together.retain(|occurrence| occurrence.from() >= self.from);
            self.sorted = together.into();
        }
        let found = self.sorted.pop_front()?;
        self.last = self.last.max(found.from());
        Some(found)
    }
}
