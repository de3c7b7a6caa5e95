//! A calendar that was read.

use super::clock::Clock;
use super::component::{self, Component};
use super::event::{Moment, Read, Reading};
use super::expand::Resolved;
use super::revisions;
use super::series::{self, Series};
use super::zones::Zones;
use super::{Event, MAX_BYTES, MAX_EVENTS, MAX_RULES, Note, Notes, Occurrences, ReadError, lines, table};
use crate::time::{Date, Instant, Kleene, Zone};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// For so many zones at a time a file keeps what it has worked out.
const KEPT_ZONES: usize = 16;

/// The events of a calendar file.
pub struct File {
    events: Vec<Event>,
    pub(super) series: Vec<Series>,
    resolved: RwLock<Vec<(Zone, Arc<Resolved>)>>,
}

impl File {
    /// Reads a calendar; see the notes on this module for what counts and what is refused.
    ///
    /// # Errors
    /// The first line that was not understood, and why.
    pub fn read(text: &str) -> Result<(Self, Vec<Note>), ReadError> {
        Self::read_bytes(text.as_bytes())
    }

    /// Reads a calendar whose lines may be folded within a character, as RFC 5545 allows.
    ///
    /// # Errors
    /// As [`File::read`].
    pub fn read_bytes(text: &[u8]) -> Result<(Self, Vec<Note>), ReadError> {
        if text.len() > MAX_BYTES {
            return Err(ReadError { line: 1, message: "a calendar of more than 10 MB".into() });
        }
        let mut notes = Notes::default();
        let mut top = component::read(text, &mut notes)?;
        // What stands outside a calendar is taken as one of its own.
        let is_calendar = |component: &Component| component.name == "VCALENDAR";
        let loose: Vec<Component> = top.extract_if(.., |component| !is_calendar(component)).collect();
        if let Some(first) = loose.first() {
            notes.add(first.line, "a component outside `VCALENDAR`");
        } else if top.is_empty() {
            return Err(ReadError { line: 1, message: "no calendar in the text".into() });
        }
        let mut reads = Vec::new();
        let mut budget = Budget { changes: table::MAX_CHANGES, rules: MAX_RULES };
        let mut zones = Vec::new();
        zones.push(events(&loose, false, &mut reads, &mut budget, &mut notes)?);
        for calendar in flattened(&top, &mut notes)? {
            let method = calendar.first("METHOD");
            let cancelled = method.filter(|line| line.value.trim().eq_ignore_ascii_case("CANCEL"));
            if let Some(method) = cancelled {
                notes
                    .add(method.number, "a calendar that takes back its events (`METHOD:CANCEL`): none of them counts");
            }
            let cancelled = cancelled.is_some();
            zones.push(events(&calendar.children, cancelled, &mut reads, &mut budget, &mut notes)?);
        }
        let reads = revisions::latest(reads, &mut notes)?;
        let (events, series) = series::group(reads, &mut notes)?;
        if events.is_empty() {
            notes.add(1, "no event that counts: the calendar says nothing of any time");
        }
        let file = Self { events, series, resolved: RwLock::default() };
        let first = file.series.iter().map(|series| series.times.start.local).min();
        if let Some(first) = first.filter(|_| zones.iter().any(Zones::has_to_compare)) {
            let until = file.knows_until(&Zone::utc());
            for zones in zones {
                zones.compare(Instant::clamped(first.wall()), until, &mut budget.changes, &mut notes);
            }
        }
        Ok((file, notes.finish()))
    }

    /// The event of an occurrence.
    #[must_use]
    pub fn event(&self, number: usize) -> Option<&Event> {
        self.events.get(number)
    }

    /// All events that count, in the order of the text.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether the zone of whoever reads makes a difference: whether there are all-day events, or times without a zone.
    #[must_use]
    pub fn needs_zone(&self) -> bool {
        let floats = |moment: &Moment| matches!(moment.clock, Clock::Floating);
        let times = self.series.iter().map(|series| &series.times);
        times.into_iter().any(|times| floats(&times.start) || times.dates.iter().any(|start| floats(&start.at)))
    }

    /// The occurrences that have a part at or after `from`, ascending by their start, worked out as they are asked for.
    ///
    /// `zone` is that of all-day events and of times without a zone.
    #[must_use]
    pub fn occurrences(&self, zone: &Zone, from: Instant) -> Occurrences<'_> {
        self.between(zone, from, Instant::MAX)
    }

    /// Those that start before `to` as well, so that nothing is searched for beyond it.
    #[must_use]
    pub fn between(&self, zone: &Zone, from: Instant, to: Instant) -> Occurrences<'_> {
        Occurrences::new(self, self.resolved(zone), zone, from, to)
    }

    /// The end of the last occurrence, after which the file says nothing; the first instant there is where it has no
    /// event, and none where one recurs for ever.
    #[must_use]
    pub fn knows_until(&self, zone: &Zone) -> Option<Instant> {
        let resolved = self.resolved(zone);
        *resolved.known.get_or_init(|| {
            let mut last = resolved.last_listed().unwrap_or(Instant::MIN);
            for stream in &resolved.streams {
                if stream.is_endless(&self.series) {
                    return None;
                }
                if let Some(interval) = stream.last(&self.series, zone) {
                    last = last.max(interval.to());
                }
            }
            Some(last)
        })
    }

    /// Whether an event touches that date in `zone`; unknown where the search for one was given up.
    #[must_use]
    pub fn on_day(&self, date: Date, zone: &Zone) -> Kleene {
        let (Some(from), Some(to)) = (zone.start_of_day(date), zone.end_of_day(date)) else { return Kleene::Unknown };
        let mut occurrences = self.between(zone, from, to);
        match occurrences.next() {
            Some(_) => Kleene::Yes,
            None if occurrences.gave_up_at().is_some() => Kleene::Unknown,
            None => Kleene::No,
        }
    }

    fn resolved(&self, zone: &Zone) -> Arc<Resolved> {
        let kept = self.resolved.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, resolved)) = kept.iter().find(|(known, _)| known == zone) {
            return resolved.clone();
        }
        drop(kept);
        let resolved = Arc::new(Resolved::new(&self.series, zone));
        let mut kept = self.resolved.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = kept.iter().find(|(known, _)| known == zone) {
            return known.clone();
        }
        if kept.len() == KEPT_ZONES {
            kept.remove(0);
        }
        kept.push((zone.clone(), resolved.clone()));
        resolved
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("events", &self.events).finish_non_exhaustive()
    }
}

/// What all calendars of a text may have together.
struct Budget {
    changes: usize,
    rules: usize,
}

/// All calendars: a VCALENDAR within another is one as well, since some programs nest them.
fn flattened<'a>(top: &'a [Component], notes: &mut Notes) -> Result<Vec<&'a Component>, ReadError> {
    let mut calendars: Vec<&Component> = Vec::new();
    let mut open: Vec<&Component> = top.iter().rev().collect();
    while let Some(calendar) = open.pop() {
        let times = ["DTSTART", "DTEND", "RRULE", "RDATE"];
        if let Some(line) = calendar.properties.iter().find(|line| times.contains(&line.name.as_str())) {
            return Err(line.error(format!("`{}` outside an event", line.name)));
        }
        calendars.push(calendar);
        let inner = calendar.children.iter().rev().filter(|component| component.name == "VCALENDAR");
        open.extend(inner.inspect(|inner| notes.add(inner.line, "a `VCALENDAR` within a `VCALENDAR`")));
    }
    Ok(calendars)
}

/// Reads the events among the components of a calendar, and returns its zones.
fn events<'a>(
    components: &'a [Component],
    cancelled: bool,
    reads: &mut Vec<Read>,
    budget: &mut Budget,
    notes: &mut Notes,
) -> Result<Zones<'a>, ReadError> {
    let mut zones = Zones::of(components);
    for component in components {
        match component.name.as_str() {
            "VEVENT" => {
                if reads.len() == MAX_EVENTS {
                    let message = format!("more than {MAX_EVENTS} events");
                    return Err(ReadError { line: component.line, message });
                }
                nested(component)?;
                let Budget { changes, rules } = budget;
                let mut reading = Reading { zones: &mut zones, changes, rules, notes, cancelled };
                reads.push(reading.event(component)?);
            }
            "VTIMEZONE" | "VCALENDAR" => {}
            name => notes.add(component.line, format!("`{}` is left out: only events count", lines::shown(name))),
        }
    }
    Ok(zones)
}

/// An event within an event would be lost.
fn nested(event: &Component) -> Result<(), ReadError> {
    match event.children.iter().find(|component| matches!(component.name.as_str(), "VEVENT" | "VCALENDAR")) {
        Some(inner) => Err(ReadError { line: inner.line, message: format!("`{}` within an event", inner.name) }),
        None => Ok(()),
    }
}
