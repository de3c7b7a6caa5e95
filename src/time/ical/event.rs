//! A VEVENT (RFC 5545, section 3.6.1) as it stands in the text.

use super::clock::Clock;
use super::component::Component;
use super::lines::{Line, plain, shown};
use super::revisions::Revision;
use super::value::{self, Nominal, PeriodEnd, Stamp};
use super::zones::Zones;
use super::{MAX_RULES, Notes, ReadError, rule};
use crate::time::{Date, LocalDateTime, RRule, Zone};

/// A local time and its clock; of a date its midnight.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) local: LocalDateTime,
    pub(super) clock: Clock,
}

/// How long an occurrence lasts.
#[derive(Clone, Debug)]
pub(super) enum Length {
    /// Up to this moment for the first one; as much elapsed time for the others.
    Ends(Moment),
    /// Calendar days, and elapsed time after them.
    Nominal(Nominal),
}

/// A start that is listed in so many words (DTSTART, RDATE); with a length of its own where it is a PERIOD.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) at: Moment,
    pub(super) length: Option<Length>,
}

/// What names an occurrence (EXDATE, RECURRENCE-ID): its start, or its date.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Date(Date),
    At(Moment),
}

/// The times of an event.
#[derive(Clone, Debug)]
pub(super) struct Times {
    pub(super) start: Moment,
    pub(super) all_day: bool,
    pub(super) length: Length,
    pub(super) rules: Vec<RRule>,
    pub(super) dates: Vec<Start>,
    pub(super) removed: Vec<Mark>,
}

/// Which occurrence of another event with its UID an event stands for (RECURRENCE-ID).
#[derive(Clone, Debug)]
pub(super) struct Instead {
    pub(super) of: Mark,
    /// As a moment; its midnight where it is a date.
    pub(super) from: Moment,
    pub(super) and_future: bool,
}

/// One VEVENT.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) line: usize,
    pub(super) uid: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) instead: Option<Instead>,
    pub(super) revision: Revision,
    /// None where the event does not count: it is cancelled, or takes up no time.
    pub(super) times: Option<Times>,
}

impl Read {
    /// Whether it takes up time.
    pub(super) const fn counts(&self) -> bool {
        self.times.is_some()
    }
}

/// What reading needs beside the component.
pub(super) struct Reading<'a, 'b> {
    pub(super) zones: &'b mut Zones<'a>,
    /// How many changes the zones of the text may still have, and how many rules its events.
    pub(super) changes: &'b mut usize,
    pub(super) rules: &'b mut usize,
    pub(super) notes: &'b mut Notes,
    /// Whether the whole calendar takes back what it lists (METHOD:CANCEL).
    pub(super) cancelled: bool,
}

impl Reading<'_, '_> {
    /// Reads an event.
    pub(super) fn event(&mut self, event: &Component) -> Result<Read, ReadError> {
        let text = |name| Ok::<_, ReadError>(event.only(name)?.map(|line| plain(&line.value)));
        let uid = text("UID")?.filter(|uid| !uid.is_empty());
        let summary = event.first("SUMMARY").map(|line| plain(&line.value)).filter(|text| !text.is_empty());
        let status = text("STATUS")?.unwrap_or_default();
        let transparent = text("TRANSP")?.is_some_and(|transp| transp.eq_ignore_ascii_case("TRANSPARENT"));
        let cancelled = self.cancelled || status.eq_ignore_ascii_case("CANCELLED");
        // That an event is called off is plain from the file; who reads it need not be told.
        if !cancelled && status.eq_ignore_ascii_case("TENTATIVE") {
            self.notes.add(event.line, "an event that is tentative counts like any other");
        }
        // A cancelled event needs no times of its own, but what it cancels has to be understood.
        let times = if cancelled { None } else { Some(self.times(event)?) };
        let clock = match (&times, event.only("DTSTART")?) {
            (Some(times), _) => times.start.clock.clone(),
            (None, Some(line)) => self.moment(line, value::stamp_of(line)?, &Clock::Floating)?.clock,
            (None, None) => Clock::Floating,
        };
        let instead = match event.only("RECURRENCE-ID")? {
            Some(line) => Some(self.instead(line, &clock)?),
            None => None,
        };
        // Calendar programs make all-day events free by themselves: a freeze or a holiday that was typed in is one.
        let out = transparent && times.as_ref().is_some_and(|times| !times.all_day);
        if out {
            self.notes.add(event.line, "an event that takes up no time (`TRANSP:TRANSPARENT`) is left out");
        } else if transparent && times.is_some() {
            self.notes.add(event.line, "an all-day event counts though it is marked as free (`TRANSP:TRANSPARENT`)");
        }
        let times = times.filter(|_| !out);
        if times.as_ref().is_some_and(|times| !times.all_day && matches!(times.start.clock, Clock::Floating)) {
            self.notes.add(event.line, "an event at a time without a zone goes by the zone of whoever reads");
        }
        let revision = self.revision(event);
        Ok(Read { line: event.line, uid, summary, instead, revision, times })
    }

    /// Which revision of the event it is; what cannot be read of that is as if it were not there.
    fn revision(&mut self, event: &Component) -> Revision {
        let mut revision = Revision::default();
        if let Some(line) = event.first("SEQUENCE") {
            match line.value.trim().parse() {
                Ok(sequence) => revision.sequence = sequence,
                Err(_) => self.notes.add(line.number, "a `SEQUENCE` that is no number counts as 0"),
            }
        }
        revision.stamp = match event.first("DTSTAMP").map(value::stamp_of) {
            Some(Ok(Stamp::Utc(stamp) | Stamp::Local(stamp))) => Some(stamp),
            _ => None,
        };
        revision
    }

    fn times(&mut self, event: &Component) -> Result<Times, ReadError> {
        let missing = || ReadError { line: event.line, message: "an event without `DTSTART` has no time".into() };
        let line = event.only("DTSTART")?.ok_or_else(missing)?;
        let stamp = value::stamp_of(line)?;
        let all_day = matches!(stamp, Stamp::Date(_));
        let start = self.moment(line, stamp, &Clock::Floating)?;
        let length = self.length(event, &start, all_day)?;
        if let Some(line) = event.first("EXRULE") {
            return Err(line.error("`EXRULE` is obsolete and is not read; the dates belong into `EXDATE`"));
        }
        let mut times = Times { start, all_day, length, rules: Vec::new(), dates: Vec::new(), removed: Vec::new() };
        for line in event.all("RRULE") {
            times.rules.push(self.rule(line, &times)?);
        }
        for line in event.all("RDATE") {
            self.dates(line, &mut times)?;
        }
        for line in event.all("EXDATE") {
            for listed in value::listed(line, false)? {
                let mark = self.mark(line, listed.start, &times)?;
                times.removed.push(mark);
            }
        }
        Ok(times)
    }

    /// The moment of a value by its `Z` or `TZID`; without either by `otherwise`.
    fn moment(&mut self, line: &Line, stamp: Stamp, otherwise: &Clock) -> Result<Moment, ReadError> {
        let (local, clock) = match stamp {
            Stamp::Date(date) => (LocalDateTime::start_of(date), Clock::Floating),
            Stamp::Utc(local) => (local, Clock::Utc),
            Stamp::Local(local) => match line.param("TZID") {
                Some(name) => (local, self.zones.clock(name, line, self.changes, self.notes)?),
                None => (local, otherwise.clone()),
            },
        };
        Ok(Moment { local, clock })
    }

    fn length(&mut self, event: &Component, start: &Moment, all_day: bool) -> Result<Length, ReadError> {
        match (event.only("DTEND")?, event.only("DURATION")?) {
            (Some(_), Some(line)) => Err(line.error("an event with both `DTEND` and `DURATION`")),
            (Some(line), None) => self.until(line, start, all_day),
            (None, Some(line)) => self.lasting(line, all_day),
            (None, None) if all_day => Ok(Length::Nominal(Nominal { days: 1, micros: 0 })),
            (None, None) => {
                self.notes.add(event.line, "an event without an end is a single instant");
                Ok(Length::Nominal(Nominal { days: 0, micros: 0 }))
            }
        }
    }

    fn until(&mut self, line: &Line, start: &Moment, all_day: bool) -> Result<Length, ReadError> {
        let stamp = value::stamp_of(line)?;
        let end = self.moment(line, stamp, &start.clock)?;
        match stamp {
            Stamp::Date(date) if all_day => {
                let days = date.days_since(start.local.date());
                if days < 0 {
                    return Err(line.error("an event that ends before it starts"));
                }
                if days == 0 {
                    self.notes.add(line.number, "an event that ends on the date of its start is taken as that one day");
                }
                Ok(Length::Nominal(Nominal { days: days.max(1), micros: 0 }))
            }
            Stamp::Date(_) => Err(line.error("an event that starts at a time and ends on a date")),
            _ if all_day => Err(line.error("an event that starts on a date and ends at a time")),
            _ => {
                self.ends_after(line, start, &end)?;
                Ok(Length::Ends(end))
            }
        }
    }

    /// That `end` is not before `start`; two local times of one clock are compared as they are written.
    fn ends_after(&mut self, line: &Line, start: &Moment, end: &Moment) -> Result<(), ReadError> {
        let (from, to) = if start.clock.is_same(&end.clock) {
            (start.local.wall(), end.local.wall())
        } else if matches!((&start.clock, &end.clock), (Clock::Floating, _) | (_, Clock::Floating)) {
            return Err(line.error("one end has a time zone and the other has none"));
        } else {
            // Neither floats, so the zone does not matter.
            let utc = Zone::utc();
            let instant = |moment: &Moment| moment.clock.instant(moment.local, &utc).micros();
            (instant(start), instant(end))
        };
        if to < from {
            return Err(line.error("an event that ends before it starts"));
        }
        if to == from {
            self.notes.add(line.number, "an event that ends when it starts is a single instant");
        }
        Ok(())
    }

    fn lasting(&mut self, line: &Line, all_day: bool) -> Result<Length, ReadError> {
        const DAY: i64 = 86_400_000_000;
        let text = line.value.trim();
        let refused = || format!("`DURATION` needs a length such as `PT2H` or `P1D`, not `{}`", shown(text));
        let mut length = value::duration(text).ok_or_else(|| line.error(refused()))?;
        if all_day {
            // `PT24H` of an event that starts on a date can only mean days.
            if length.micros % DAY != 0 {
                return Err(line.error("an event that starts on a date lasts whole days"));
            }
            let days = length.days.saturating_add(length.micros / DAY);
            if days == 0 {
                return Err(line.error("an event that starts on a date lasts a day at least"));
            }
            length = Nominal { days, micros: 0 };
        }
        Ok(Length::Nominal(length))
    }

    fn rule(&mut self, line: &Line, times: &Times) -> Result<RRule, ReadError> {
        *self.rules =
            self.rules.checked_sub(1).ok_or_else(|| line.error(format!("more than {MAX_RULES} recurrence rules")))?;
        let utc = Zone::utc();
        let rule = match &times.start.clock {
            clock @ Clock::Own(_) => rule::read(line, |until| clock.local(until, &utc))?,
            _ => rule::parse(line)?,
        };
        if !times.all_day {
            return Ok(rule);
        }
        rule.on_dates().ok_or_else(|| line.error("an event that starts on a date cannot recur within a day"))
    }

    fn dates(&mut self, line: &Line, times: &mut Times) -> Result<(), ReadError> {
        for listed in value::listed(line, true)? {
            let at = self.moment(line, listed.start, &times.start.clock)?;
            let length = match listed.end {
                None => None,
                Some(PeriodEnd::After(length)) => Some(Length::Nominal(length)),
                Some(PeriodEnd::At(end)) => {
                    let end = self.moment(line, end, &at.clock)?;
                    self.ends_after(line, &at, &end)?;
                    Some(Length::Ends(end))
                }
            };
            if matches!(listed.start, Stamp::Date(_)) != times.all_day {
                return Err(line.error("a date beside times, or a time beside dates: one event has either"));
            }
            times.dates.push(Start { at, length });
        }
        Ok(())
    }

    /// What a date or time takes out of an event. One that has a date where the event has times means all starts of
    /// that date, and the other way round the date on which it falls.
    fn mark(&mut self, line: &Line, stamp: Stamp, times: &Times) -> Result<Mark, ReadError> {
        match stamp {
            Stamp::Date(date) => {
                if !times.all_day {
                    self.notes.add(line.number, format!("a date in `{}` takes out all starts of that date", line.name));
                }
                Ok(Mark::Date(date))
            }
            Stamp::Local(local) | Stamp::Utc(local) if times.all_day => {
                self.notes
                    .add(line.number, format!("of a time in `{}` of an all-day event the date counts", line.name));
                Ok(Mark::Date(local.date()))
            }
            _ => Ok(Mark::At(self.moment(line, stamp, &times.start.clock)?)),
        }
    }

    fn instead(&mut self, line: &Line, clock: &Clock) -> Result<Instead, ReadError> {
        let stamp = value::stamp_of(line)?;
        let from = self.moment(line, stamp, clock)?;
        let of = match stamp {
            Stamp::Date(date) => Mark::Date(date),
            _ => Mark::At(from.clone()),
        };
        let and_future = match line.param("RANGE") {
            None => false,
            Some(range) if range.eq_ignore_ascii_case("THISANDFUTURE") => true,
            Some(range) => return Err(line.error(format!("`RANGE={}` is not read", shown(range)))),
        };
        Ok(Instead { of, from, and_future })
    }
}
