//! Calendars: their minutes and days, and what comes next.

use crate::ir::*;
use crate::mutants::Mutant;

use super::World;
use super::clock::{Clock, DAY};
use super::days;
use super::period::Side;
use super::recur::Minute;
use super::time::MINUTE;
use super::value::{K, P};

/// So many days are looked through for what comes next.
const FAR: i64 = 420;

/// The start of an occurrence that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    At(Minute),
    Nothing,
    Unknown,
}

impl World<'_> {
    pub fn calendar(&self, name: &str) -> &Cal {
        self.policy.cals.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("no calendar {name}"))
    }

    fn number(&self, name: &str) -> usize {
        self.policy.cals.iter().position(|c| c.name == name).unwrap_or_else(|| panic!("no calendar {name}"))
    }

    pub fn ics(&self, name: &str) -> &IcsFile {
        self.policy.files.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no file {name}"))
    }

    /// The clock of what is not a field of an asset.
    fn clock_of(&self, zone: &RangeZone) -> Clock {
        match zone {
            RangeZone::Policy => self.clock(self.policy.zone),
            RangeZone::Fixed(name) => self.clock(name),
            RangeZone::Asset => panic!("a calendar reads no asset"),
        }
        .expect("a known zone")
    }

    /// Whether a minute lies in a calendar.
    pub fn in_calendar(&self, name: &str, side: Side, minute: Minute) -> K {
        let cal = self.calendar(name);
        cal.times.iter().map(|t| self.calendar_clause(cal, t, side, minute)).fold(K::FALSE, K::or)
    }

    /// Whether a minute lies in one of these clauses, which read no asset.
    pub fn at_minute(&self, clauses: &[TimeClause], side: Side, minute: Minute) -> K {
        let one = |clause: &TimeClause| match clause {
            TimeClause::Range { zone, .. } => self.in_range(clause, &self.clock_of(zone), side, minute),
            TimeClause::Weekly { days, from, to, zone } => {
                let times = Times::Recur(Recur::Weekly(days.clone()), Hours::Clock(*from, *to));
                let clause = Clause { times, zone: zone.clone(), not_on: Vec::new() };
                self.recurs(&clause, &self.clock_of(zone), side, minute)
            }
            TimeClause::Clause(c) => match &c.times {
                Times::File(file, covers) => self.in_file(file, *covers, &self.clock_of(&c.zone), minute),
                Times::Calendar(name) => self.in_calendar(name, side, minute),
                Times::Recur(..) | Times::Rule(..) => self.recurs(c, &self.clock_of(&c.zone), side, minute),
            },
        };
        clauses.iter().map(one).fold(K::FALSE, K::or)
    }

    fn calendar_clause(&self, cal: &Cal, clause: &TimeClause, side: Side, minute: Minute) -> K {
        match clause {
            TimeClause::Clause(Clause { times: Times::File(file, _), zone, not_on }) => {
                assert!(not_on.is_empty(), "the generator leaves no days of a file out");
                self.in_file(file, cal.covers, &self.clock_of(zone), minute)
            }
            TimeClause::Clause(clause) => self.recurs(clause, &self.clock_of(&clause.zone), side, minute),
            TimeClause::Range { zone, .. } => self.in_range(clause, &self.clock_of(zone), side, minute),
            TimeClause::Weekly { .. } => panic!("calendars are written with the other form"),
        }
    }

    /// Whether a minute lies in an event of a file, whose events go by a clock where they have none.
    pub fn in_file(&self, file: &str, covers: Option<i32>, clock: &Clock, minute: Minute) -> K {
        let inside = self.ics(file).events.iter().any(|event| in_event(event, clock, minute));
        let known = self.knows(file, covers, clock).is_none_or(|until| minute < until);
        if known || self.is(Mutant::FilesKnowEverything) { K::of(inside) } else { K { must: inside, may: true } }
    }

    /// The first minute of which a file knows nothing.
    pub fn knows(&self, file: &str, covers: Option<i32>, clock: &Clock) -> Option<Minute> {
        if let Some(day) = covers {
            return Some(clock.first(i64::from(day + 1) * DAY));
        }
        let events: Vec<&Event> = self.ics(file).events.iter().filter(|e| !e.cancelled).collect();
        if events.iter().any(|e| e.yearly) {
            return None;
        }
        let end = |event: &&Event| match &event.at {
            EventAt::Days(day, many) => clock.rfc(i64::from(day + many) * DAY),
            EventAt::Utc(from, many) => from + many,
            EventAt::Floating(day, minute, many) => clock.rfc(i64::from(*day) * DAY + i64::from(*minute)) + many,
        };
        Some(events.iter().map(end).max().unwrap_or(i64::MIN / 4))
    }

    /// Whether an occurrence of a calendar starts at a minute.
    fn calendar_starts(&self, name: &str, minute: Minute) -> K {
        let cal = self.calendar(name);
        let mut starts = K::FALSE;
        for clause in &cal.times {
            starts = starts.or(match clause {
                TimeClause::Clause(Clause { times: Times::File(file, _), zone, .. }) => {
                    let clock = self.clock_of(zone);
                    let here = self.ics(file).events.iter().any(|event| {
                        !event.cancelled && in_event(event, &clock, minute) && starts_at(event, &clock, minute)
                    });
                    let known = self.knows(file, cal.covers, &clock).is_none_or(|until| minute < until);
                    K { must: here, may: here || !known }
                }
                TimeClause::Clause(clause) => self.recurs_from(clause, &self.clock_of(&clause.zone), minute),
                TimeClause::Range { zone, .. } => {
                    let clock = self.clock_of(zone);
                    let side = Side::Blackout;
                    let on = self.in_range(clause, &clock, side, minute).must;
                    K::of(on && !self.in_range(clause, &clock, side, minute - 1).must)
                }
                TimeClause::Weekly { .. } => panic!("calendars are written with the other form"),
            });
        }
        starts
    }

    /// The first start after a minute, or the last before it.
    pub fn nearest(&self, name: &str, next: bool, minute: Minute) -> Found {
        let key = (name.to_owned(), next, minute);
        if let Some(known) = self.nearest.borrow().get(&key) {
            return *known;
        }
        let found = self.walk(name, next, minute);
        self.nearest.borrow_mut().insert(key, found);
        found
    }

    fn walk(&self, name: &str, next: bool, minute: Minute) -> Found {
        let cal = self.calendar(name);
        let mut empty: Option<(i32, bool)> = None;
        for away in i64::from(!self.is(Mutant::NextMayBeNow))..FAR * DAY {
            let at = if next { minute + away } else { minute - away };
            // Most days have nothing at all.
            let day = at.div_euclid(DAY) as i32;
            if empty.is_none_or(|(known, _)| known != day) {
                empty = Some((day, !self.may_start(cal, day)));
            }
            if empty == Some((day, true)) {
                continue;
            }
            match self.calendar_starts(name, at) {
                K { must: true, .. } => return Found::At(at),
                K { may: true, .. } => return Found::Unknown,
                _ => {}
            }
        }
        Found::Nothing
    }

    fn may_start(&self, cal: &Cal, day: i32) -> bool {
        cal.times.iter().any(|t| match t {
            TimeClause::Clause(Clause { times: Times::File(file, _), zone, .. }) => {
                let unknown =
                    self.knows(file, cal.covers, &self.clock_of(zone)).is_some_and(|u| i64::from(day + 2) * DAY > u);
                unknown
                    || self.ics(file).events.iter().any(|event| match &event.at {
                        EventAt::Days(from, _) | EventAt::Floating(from, ..) => {
                            (day - 1..=day + 1).any(|d| event_day(event, *from, d))
                        }
                        EventAt::Utc(from, _) => (i64::from(day) * DAY - from).abs() < 2 * DAY,
                    })
            }
            TimeClause::Clause(clause) => self.may_start_on(clause, &self.clock_of(&clause.zone), day),
            TimeClause::Range { from: EndPoint::Date(from), .. } => (day - *from).abs() < 3,
            TimeClause::Range { .. } | TimeClause::Weekly { .. } => true,
        })
    }

    /// Whether a date is a day of a calendar: whole days are on their dates, the rest on those that they touch by a clock.
    pub fn has_day(&self, name: &str, day: i32, clock: &Clock) -> K {
        let key = (self.number(name), day, clock.number());
        if let Some(known) = self.days.borrow().get(&key) {
            return *known;
        }
        let cal = self.calendar(name);
        let k = cal.times.iter().map(|t| self.clause_has_day(cal, t, day, clock)).fold(K::FALSE, K::or);
        self.days.borrow_mut().insert(key, k);
        k
    }

    fn clause_has_day(&self, cal: &Cal, clause: &TimeClause, day: i32, clock: &Clock) -> K {
        let first = clock.first(i64::from(day) * DAY);
        let past = clock.first(i64::from(day + 1) * DAY);
        let touched = |inside: &dyn Fn(Minute) -> K| {
            let mut so_far = K::FALSE;
            for minute in first..past {
                so_far = so_far.or(inside(minute));
                if so_far.must {
                    break;
                }
            }
            so_far
        };
        match clause {
            TimeClause::Clause(Clause { times: Times::File(file, _), .. }) => {
                // A file's days go by the clock of whoever asks.
                let on = |event: &Event| match &event.at {
                    _ if event.cancelled => false,
                    EventAt::Days(from, many) => (0..*many).any(|n| event_day(event, *from, day - n)),
                    _ => touched(&|minute| K::of(in_event(event, clock, minute))).must,
                };
                let here = self.ics(file).events.iter().any(on);
                // Only of days that are over before its end does it know everything.
                let known = self.knows(file, cal.covers, clock).is_none_or(|until| past <= until);
                if known || self.is(Mutant::FilesKnowEverything) { K::of(here) } else { K { must: here, may: true } }
            }
            TimeClause::Clause(c) => match &c.times {
                Times::Recur(on, Hours::WholeDay) => self.whole_days(c, on, 1, day),
                Times::Recur(on, Hours::Clock(0, 0 | 1440)) => self.whole_days(c, on, 1, day),
                Times::Recur(on, Hours::Lasting(None | Some(0), Length::Days(n))) => {
                    self.whole_days(c, on, *n as i32, day)
                }
                _ => {
                    let own = self.clock_of(&c.zone);
                    touched(&|minute| self.recurs(c, &own, Side::Blackout, minute))
                }
            },
            TimeClause::Range { from: EndPoint::Date(from), to: EndPoint::Date(to), .. } => {
                K::of(*from <= day && day <= *to)
            }
            TimeClause::Range { zone, .. } => {
                let own = self.clock_of(zone);
                touched(&|minute| self.in_range(clause, &own, Side::Blackout, minute))
            }
            TimeClause::Weekly { .. } => panic!("calendars are written with the other form"),
        }
    }

    fn whole_days(&self, clause: &Clause, on: &Recur, many: i32, day: i32) -> K {
        let own = self.clock_of(&clause.zone);
        let starts = |start: i32| {
            let off = clause.not_on.iter().map(|name| self.has_day(name, start, &own)).fold(K::FALSE, K::or);
            let off = if self.is(Mutant::NotOnIsIgnored) { K::FALSE } else { off };
            self.recurs_on(on, start).and(off.not())
        };
        (0..many).map(|n| starts(day - n)).fold(K::FALSE, K::or)
    }

    /// Whether a date is a business day: by the policy's holidays, or by the days of a calendar.
    pub fn business_day(&self, day: i32, on: Option<&str>) -> K {
        let key = (on.map(|name| self.number(name)), day);
        if let Some(known) = self.business_days.borrow().get(&key) {
            return *known;
        }
        let k = self.is_business_day(day, on);
        self.business_days.borrow_mut().insert(key, k);
        k
    }

    fn is_business_day(&self, day: i32, on: Option<&str>) -> K {
        let (first, last) = self.business();
        let mut business = K::of((first..=last).contains(&days::weekday(day)));
        let clock = self.clock(self.policy.zone).expect("a known zone");
        // Those of a calendar are in place of the policy's own.
        let own = self.policy.holidays.iter().map(String::as_str).filter(|_| on.is_none());
        for name in own.chain(on) {
            if business.may && !self.is(Mutant::HolidaysAreBusinessDays) {
                business = business.and(self.has_day(name, day, &clock).not());
            }
        }
        business
    }
}

impl<'a> World<'a> {
    /// The same, where it is known.
    pub fn known_business_day(&self, day: i32, on: Option<&str>) -> Option<bool> {
        let k = self.business_day(day, on.filter(|_| !self.is(Mutant::BusinessDaysOfTheWeekOnly)));
        (!k.unknown()).then_some(k.must)
    }

    /// `T during C`
    pub fn read_during(&self, at: &P, name: &str) -> K {
        let one = |v: &Val| match v {
            Val::Time(t) => self.in_calendar(name, Side::Blackout, t.div_euclid(MINUTE)),
            // None lies in none.
            _ => K::FALSE,
        };
        match at {
            P::Set(set) => {
                let all: Vec<K> = set.iter().map(one).collect();
                K { must: all.iter().all(|k| k.must), may: all.iter().any(|k| k.may) }
            }
            _ => K::UNKNOWN,
        }
    }

    /// `next C after T` and `last C before T`
    pub fn read_nearest(&self, at: &P, name: &str, next: bool) -> P {
        if at.may_none() {
            return P::Any;
        }
        at.map(Kind::Time, |v| match v {
            Val::Time(t) => {
                match self.nearest(name, next, if next { t.div_euclid(MINUTE) } else { (t - 1).div_euclid(MINUTE) + 1 })
                {
                    Found::At(minute) => Some(Val::Time(minute * MINUTE)),
                    Found::Nothing | Found::Unknown => None,
                }
            }
            _ => None,
        })
    }

    /// The sitting that a change submitted then can reach.
    pub fn sitting(&self, meets: &Meets, submitted: i64) -> Option<i64> {
        let mut minute = (submitted - 1).div_euclid(MINUTE);
        loop {
            let Found::At(start) = self.nearest(&meets.calendar, true, minute) else { return None };
            let start_time = P::one(Val::Time(start * MINUTE));
            let closes = meets.closes.as_ref().filter(|_| !self.is(Mutant::SittingNeverCloses));
            let cut_off = match closes {
                Some(length) => self.shift(&start_time, length, true),
                None => start_time,
            };
            let Some(Val::Time(cut_off)) = cut_off.only() else { return None };
            if *cut_off >= submitted {
                return Some(start * MINUTE);
            }
            // The mutant would find the same one for ever.
            minute = start + i64::from(self.is(Mutant::NextMayBeNow));
        }
    }
}

/// Whether an event that recurs every year, or not, is on from that day.
fn event_day(event: &Event, from: i32, day: i32) -> bool {
    if !event.yearly {
        return from == day;
    }
    let ((year, month, of_month), (first, own_month, own_day)) = (days::civil(day), days::civil(from));
    year >= first && (month, of_month) == (own_month, own_day)
}

/// The first days on which an event may be that a minute could be part of.
fn event_starts(event: &Event, from: i32, clock: &Clock, minute: Minute, back: i32) -> Vec<i32> {
    let day = clock.shown(minute).div_euclid(DAY) as i32;
    (day - back..=day + 1).filter(|d| event_day(event, from, *d)).collect()
}

fn in_event(event: &Event, clock: &Clock, minute: Minute) -> bool {
    if event.cancelled {
        return false;
    }
    match &event.at {
        EventAt::Days(from, many) => event_starts(event, *from, clock, minute, many + 1).into_iter().any(|day| {
            let (start, end) = (clock.rfc(i64::from(day) * DAY), clock.rfc(i64::from(day + many) * DAY));
            start <= minute && minute < end
        }),
        EventAt::Utc(from, many) => *from <= minute && minute < from + many,
        EventAt::Floating(day, at, many) => {
            let back = (many / DAY) as i32 + 2;
            event_starts(event, *day, clock, minute, back).into_iter().any(|day| {
                let start = clock.rfc(i64::from(day) * DAY + i64::from(*at));
                start <= minute && minute < start + many
            })
        }
    }
}

fn starts_at(event: &Event, clock: &Clock, minute: Minute) -> bool {
    match &event.at {
        EventAt::Utc(from, _) => *from == minute,
        EventAt::Days(from, _) => event_starts(event, *from, clock, minute, 1)
            .into_iter()
            .any(|day| clock.rfc(i64::from(day) * DAY) == minute),
        EventAt::Floating(from, at, _) => event_starts(event, *from, clock, minute, 1)
            .into_iter()
            .any(|day| clock.rfc(i64::from(day) * DAY + i64::from(*at)) == minute),
    }
}
