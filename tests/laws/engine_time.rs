//! What a generated policy says of time, as the core of the engine takes it. The only file that knows its API.

use std::collections::BTreeMap;
use std::sync::Arc;

use changegate::time::{
    self, Bound, BusinessDays, BusinessWeek, Calendar, Date, Duration, Entry, Instant, Lasting, LocalDateTime,
    LocalTime, Periodic, RRule, Recurrence, Span, SpanUnit, Weekday, Weekdays, Weekly, Zone,
};

use crate::ir::*;
use crate::print_time;

/// Microseconds of a minute.
pub const MINUTE: i64 = 60_000_000;

/// The calendars of a policy and its business days.
pub struct Core<'a> {
    policy: &'a Policy,
    pub calendars: BTreeMap<String, Arc<Calendar>>,
    pub business: Arc<BusinessDays>,
}

pub fn instant(minute: i64) -> Instant {
    Instant::from_micros(minute * MINUTE).expect("an instant of our days")
}

pub fn zone(name: &str) -> Zone {
    Zone::get(name).expect("a known zone")
}

pub fn date(day: i32) -> Date {
    Date::from_days(i64::from(day)).expect("a date of our days")
}

fn weekday(day: u8) -> Weekday {
    Weekday::from_monday(i64::from(day))
}

fn time_of_day(minute: i32) -> LocalTime {
    LocalTime::from_seconds(i64::from(minute) * 60).expect("a time of day")
}

fn local(day: i32, minute: i32) -> LocalDateTime {
    LocalDateTime::new(date(day), time_of_day(minute)).expect("a local time")
}

fn lasting(length: Length) -> Lasting {
    match length {
        Length::Minutes(n) => Lasting::Exact(Duration::from_seconds(n * 60).expect("a length")),
        Length::Days(n) => Lasting::Span(Span::new(n, SpanUnit::Day)),
    }
}

impl<'a> Core<'a> {
    pub fn of(policy: &'a Policy) -> Self {
        let mut core = Self { policy, calendars: BTreeMap::new(), business: Arc::default() };
        let (first, last) = policy.business_days.unwrap_or((0, 4));
        let week = BusinessWeek::new(Weekdays::range(weekday(first), weekday(last)));
        core.business = Arc::new(BusinessDays { week, not_on: Vec::new(), zone: zone(policy.zone) });
        for cal in &policy.cals {
            let entries = cal.times.iter().flat_map(|t| core.entries(t)).collect();
            let covers = cal.covers.map(|day| Bound::Date(date(day)));
            core.calendars.insert(cal.name.clone(), Arc::new(Calendar::new(entries, covers)));
            if policy.holidays.contains(&cal.name) {
                let mut business = (*core.business).clone();
                business.not_on.push(Arc::clone(&core.calendars[&cal.name]));
                core.business = Arc::new(business);
            }
        }
        core
    }

    /// Business days of which those of a calendar are none.
    pub fn business_on(&self, name: &str) -> BusinessDays {
        let mut business = (*self.business).clone();
        business.not_on = vec![Arc::clone(&self.calendars[name])];
        business
    }

    /// The entries of a clause, one for each day of a period that it names.
    pub fn entries(&self, clause: &TimeClause) -> Vec<Entry> {
        let (spec, not_on) = match clause {
            TimeClause::Range { zone, .. } | TimeClause::Weekly { zone, .. } => (zone, &[][..]),
            TimeClause::Clause(c) => (&c.zone, &c.not_on[..]),
        };
        let clock = match spec {
            RangeZone::Policy => zone(self.policy.zone),
            RangeZone::Fixed(name) => zone(name),
            RangeZone::Asset => panic!("there is no asset here"),
        };
        let recurrences = match clause {
            TimeClause::Range { from, to, .. } => {
                let bound = |p: &EndPoint| match p {
                    EndPoint::Date(day) => Bound::Date(date(*day)),
                    EndPoint::Time(t) if t.zone == ZoneSpec::Policy => Bound::Local(local(t.date, t.minute)),
                    EndPoint::Time(t) => Bound::Instant(instant(i64::from(t.date) * 1440 + i64::from(t.minute))),
                };
                vec![Recurrence::Fixed { from: bound(from), to: bound(to) }]
            }
            TimeClause::Weekly { days, from, to, .. } => {
                self.recurring(&Recur::Weekly(days.clone()), &Hours::Clock(*from, *to))
            }
            TimeClause::Clause(Clause { times: Times::Recur(on, hours), .. }) => self.recurring(on, hours),
            TimeClause::Clause(Clause { times: Times::Rule(rule, length), .. }) => {
                let text = print_time::rule_text(rule).replace("\\n", "\n");
                let (parsed, dtstart) = RRule::parse_text(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
                let dtstart = dtstart.unwrap_or(local(0, 0));
                vec![Recurrence::Rule(Arc::new(time::Rule { rule: parsed, dtstart, lasting: lasting(*length) }))]
            }
            TimeClause::Clause(Clause { times: Times::File(name, covers), .. }) => {
                let file = self.policy.files.iter().find(|f| f.name == *name).expect("a file");
                let (file, _) = time::ical::File::read(&print_time::ics(file)).expect("a calendar file");
                vec![Recurrence::File { file: Arc::new(file), covers_until: covers.map(|day| Bound::Date(date(day))) }]
            }
            TimeClause::Clause(Clause { times: Times::Calendar(name), .. }) => {
                return self.calendars[name].entries().to_vec();
            }
        };
        let mut entries = Vec::new();
        for recurrence in recurrences {
            let mut entry = Entry::new(recurrence, clock.clone());
            for name in not_on {
                entry = entry.not_on(Arc::clone(&self.calendars[name]));
            }
            entries.push(entry);
        }
        entries
    }

    fn recurring(&self, on: &Recur, hours: &Hours) -> Vec<Recurrence> {
        let hours = match hours {
            Hours::WholeDay => time::Hours::WHOLE_DAY,
            Hours::Clock(from, to) => time::Hours::clock(time_of_day(*from), time_of_day(*to)).expect("hours"),
            Hours::Lasting(from, length) => {
                time::Hours::lasting(time_of_day(from.unwrap_or(0)), lasting(*length)).expect("hours")
            }
        };
        match on {
            Recur::Weekly(days) => {
                let days: Weekdays = days.iter().map(|d| weekday(*d)).collect();
                vec![Recurrence::Weekly(Weekly::on(days, hours).expect("days"))]
            }
            Recur::On(every, which) => {
                let every = match every {
                    Every::Month => time::Every::Month,
                    Every::Quarter => time::Every::Quarter,
                    Every::Year => time::Every::Year,
                };
                let one = |on: &OnDay| match on {
                    OnDay::Day(n) => time::OnDay::Day(*n),
                    OnDay::Last => time::OnDay::LastDay,
                    OnDay::Nth(n, d) => time::OnDay::Nth(*n, weekday(*d)),
                    OnDay::LastWeekday(d) => time::OnDay::Last(weekday(*d)),
                    OnDay::LastBusinessDays(n) => time::OnDay::LastBusinessDays(*n, Arc::clone(&self.business)),
                };
                let of = |on: &OnDay| Recurrence::Periodic(Periodic::new(every, one(on), hours).expect("a day"));
                which.iter().map(of).collect()
            }
        }
    }
}
