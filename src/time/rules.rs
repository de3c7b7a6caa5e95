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
    last: Instant,
}

impl<'a> RuleStream<'a> {
    /// Those that may still be going on at `from`, and all later ones.
    pub(super) fn new(rule: &'a Rule, zone: &'a Zone, from: Instant) -> Self {
        // The wall clock may have gone back over the date line since.
        let earliest = from.micros().saturating_sub(rule.lasting.at_most()).saturating_sub(2 * DAY_MICROS);
        let first = Instant::clamped(earliest);
        let wall = zone.local(first).unwrap_or_else(|| first.utc());
        let starts = rule.rule.starts_in(rule.dtstart, wall, zone);
        Self { rule, zone, starts, peeked: None, sorted: VecDeque::new(), last: first }
    }

    /// Where the search for a further occurrence was given up, if it was.
    pub(super) fn gave_up_at(&self) -> Option<Instant> {
        self.starts.gave_up().then_some(self.last)
    }

    fn next_start(&mut self) -> Option<LocalDateTime> {
        self.peeked.take().or_else(|| self.starts.next())
    }

    /// The occurrence that starts at that local time.
    fn at(&self, start: LocalDateTime) -> Option<Interval> {
        let from = self.zone.rfc5545(start)?;
        let to = match self.rule.lasting {
            Lasting::Exact(length) => from.saturating_add(length),
            Lasting::Span(span) => add_calendar_span(start.date(), span)
                .and_then(|date| self.zone.rfc5545(start.on(date)))
                .unwrap_or(Instant::MAX),
        };
        if from < to { Interval::new(from, to) } else { None }
    }
}

impl Iterator for RuleStream<'_> {
    type Item = Interval;

    fn next(&mut self) -> Option<Interval> {
        while self.sorted.is_empty() {
            let start = self.next_start()?;
            let mut together: Vec<Interval> = self.at(start).into_iter().collect();
            // A time in a gap lies as far behind the change as the clock would have shown: later ones come before it.
            let mut behind = self.zone.gap_at(start).map(|gap| start.wall() + gap);
            while let Some(end) = behind
                && together.len() < SORT_LIMIT
                && let Some(next) = self.next_start()
            {
                if next.wall() > end {
                    self.peeked = Some(next);
                    break;
                }
                together.extend(self.at(next));
                behind = self.zone.gap_at(next).map(|gap| next.wall() + gap).max(behind);
            }
            together.sort_by_key(|occurrence| (occurrence.from(), occurrence.to()));
            together.dedup();
            self.sorted = together.into();
        }
        let found = self.sorted.pop_front()?;
        self.last = self.last.max(found.from());
        Some(found)
    }
}
