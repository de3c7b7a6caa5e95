//! Recurrences, calendars, calendar files, metrics, and conditions on them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::ir::*;
use crate::oracle::{days, time};
use crate::print;
use crate::vocab::{self, Ent, Ty};

use super::{Gen, Scope, Var, each_expression};

fn boxed(e: E) -> Box<E> {
    Box::new(e)
}

fn cmp(op: Cmp, a: E, b: E) -> E {
    E::Cmp(op, boxed(a), boxed(b))
}

const SERIES: [&str; 2] = ["http_5xx_ratio", "disk_busy"];

impl Gen {
    /// A `now` near a change of the clocks of a zone, from 2024 to 2031.
    pub fn moment_of_change(&mut self) -> i64 {
        let zone = self.rng.word(vocab::CHANGING_ZONES);
        let from = i64::from(days::number((2024, 1, 1))) * time::DAY + self.rng.between(0, 7 * 365) * time::DAY;
        let tz = time::zone(zone).expect("a known zone");
        let from = Timestamp::from_microsecond(from).expect("a time");
        let change = tz.following(from).next().map_or(from, |change| change.timestamp());
        self.moment_near(zone, change.as_microsecond())
    }

    /// A `now` near an instant at which the clocks of a zone change.
    fn moment_near(&mut self, zone: &'static str, change: i64) -> i64 {
        self.change = Some((zone, change));
        let near = change + self.rng.between(-4 * 96, 4 * 96) * 15 * time::MINUTE;
        near.div_euclid(5 * time::MINUTE) * 5 * time::MINUTE
    }

    /// A zone: often the one whose clocks change.
    pub fn some_zone(&mut self) -> &'static str {
        match self.change {
            Some((zone, _)) if self.rng.chance(60) => zone,
            _ => self.rng.word(vocab::CHANGING_ZONES),
        }
    }

    pub fn time_statements(&mut self) {
        self.calendars();
        if self.rng.chance(60) {
            let many = 1 + self.rng.below(2);
            for (n, series) in SERIES.iter().copied().enumerate().take(many) {
                let of_services = self.rng.chance(40);
                let stale_minutes = self.rng.chance(70).then(|| *self.rng.pick(&[10, 60, 240]));
                let percent = self.rng.chance(60);
                self.policy.metrics.push(Metric {
                    name: format!("metric_{n}"),
                    series,
                    of_services,
                    stale_minutes,
                    percent,
                });
            }
        }
        if self.rng.chance(40) {
            let triage = self.triage(0);
            self.policy.triages.push(triage);
        }
        for n in 0..[0, 1, 1, 2, 3][self.rng.below(5)] {
            let period = self.period_of_any_kind(n, false);
            self.policy.periods.push(period);
        }
        for n in 0..[0, 1, 1, 2, 3][self.rng.below(5)] {
            let period = self.period_of_any_kind(n, true);
            self.policy.periods.push(period);
        }
        if self.people {
            for n in 0..1 + self.rng.below(2) {
                let mut approval = self.approval(n);
                if self.rng.chance(70)
                    && let Some(calendar) = self.any_calendar()
                {
                    let closes = match self.rng.below(4) {
                        0 => None,
                        1 => Some(self.duration()),
                        2 => Some(Val::BusinessDays(self.rng.between(1, 3), calendar.as_str().into())),
                        _ => Some(Val::Span(self.rng.between(1, 3), *self.rng.pick(&[Unit::Day, Unit::BusinessDay]))),
                    };
                    approval.meets = Some(Meets { calendar, closes });
                }
                self.policy.approvals.push(approval);
            }
        }
        for n in 0..self.rng.below(3) {
            let rule = self.rule(n);
            self.policy.rules.push(rule);
        }
    }

    fn any_calendar(&mut self) -> Option<String> {
        let names: Vec<String> = self.policy.cals.iter().map(|c| c.name.clone()).collect();
        if names.is_empty() { None } else { Some(self.rng.pick(&names).clone()) }
    }

    pub fn calendars(&mut self) {
        for n in 0..[0, 1, 2, 2, 3][self.rng.below(5)] {
            let name = format!("cal_{n}");
            let cal = if n == 0 || self.rng.chance(30) { self.holidays(name) } else { self.calendar(name) };
            self.policy.cals.push(cal);
            // What says which days are business days hangs on none of them.
            if n == 0 && self.rng.chance(50) {
                self.policy.business_days.get_or_insert((0, 4));
                self.policy.holidays.push("cal_0".to_owned());
            }
        }
    }

    /// A few days that are off.
    fn holidays(&mut self, name: String) -> Cal {
        let zone = self.fixed_zone();
        if self.rng.chance(30) {
            let on = match self.rng.below(3) {
                0 => Recur::Weekly(self.rng.some(&[0, 1, 2, 3, 4, 5, 6], 1).into_iter().take(2).collect()),
                1 => Recur::On(Every::Month, vec![self.on_day(false)]),
                _ => Recur::On(Every::Year, vec![self.on_day(false)]),
            };
            let clause = Clause { times: Times::Recur(on, Hours::WholeDay), zone, not_on: Vec::new() };
            return Cal { name, times: vec![TimeClause::Clause(clause)], covers: None };
        }
        let mut clauses = Vec::new();
        let file = self.file(&zone);
        let covers = self.covers(&file);
        clauses.push(TimeClause::Clause(Clause { times: Times::File(file, None), zone, not_on: Vec::new() }));
        if self.rng.chance(15) {
            clauses.push(self.date_range());
        }
        Cal { name, times: clauses, covers }
    }

    fn date_range(&mut self) -> TimeClause {
        let from = self.day(12);
        let to = from + self.rng.between(0, 3) as i32;
        TimeClause::Range { from: EndPoint::Date(from), to: EndPoint::Date(to), zone: self.fixed_zone() }
    }

    /// How far a file says that it reaches: not before its last event.
    fn covers(&mut self, file: &str) -> Option<i32> {
        if !self.rng.chance(60) {
            return None;
        }
        let file = self.policy.files.iter().find(|f| f.name == file).expect("a file");
        let last = file.events.iter().map(|e| match e.at {
            EventAt::Days(from, many) => from + many,
            EventAt::Utc(from, many) => ((from + many) / 1440) as i32 + 2,
            EventAt::Floating(day, _, many) => day + (many / 1440) as i32 + 2,
        });
        let least = last.max().unwrap_or(0);
        let wanted = self.day(3) + self.rng.between(-2, 30) as i32;
        Some(wanted.max(least))
    }

    fn file(&mut self, zone: &RangeZone) -> String {
        let many = 1 + self.rng.below(4);
        let mut events: Vec<Event> = Vec::new();
        for _ in 0..many {
            let day = if self.rng.chance(60) { self.day(4) } else { self.day(25) };
            let at = match self.rng.below(10) {
                0 => EventAt::Utc(i64::from(day) * 1440 + self.rng.between(0, 95) * 15, self.rng.between(1, 60) * 15),
                // By the clock of whoever asks.
                1 if matches!(zone, RangeZone::Policy) => {
                    EventAt::Floating(day, self.rng.between(0, 95) as i32 * 15, self.rng.between(1, 60) * 15)
                }
                _ => EventAt::Days(day, *self.rng.pick(&[1, 1, 1, 2, 3])),
            };
            let yearly = matches!(at, EventAt::Days(..)) && self.rng.chance(8) && {
                let EventAt::Days(day, _) = at else { unreachable!() };
                days::civil(day) != (days::civil(day).0, 2, 29)
            };
            events.push(Event { at, yearly, cancelled: self.rng.chance(8) });
        }
        let name = format!("calendars/file_{}.ics", self.policy.files.len());
        self.policy.files.push(IcsFile { name: name.clone(), events });
        name
    }

    /// A calendar of times of day, or of days.
    fn calendar(&mut self, name: String) -> Cal {
        let many = if self.rng.chance(20) { 2 } else { 1 };
        let times = (0..many)
            .map(|_| {
                let zone = self.fixed_zone();
                TimeClause::Clause(self.recurrence(zone))
            })
            .collect();
        Cal { name, times, covers: None }
    }

    fn fixed_zone(&mut self) -> RangeZone {
        if self.rng.chance(40) { RangeZone::Policy } else { RangeZone::Fixed(self.some_zone()) }
    }

    /// Something that recurs, by words or by a rule.
    pub fn recurrence(&mut self, zone: RangeZone) -> Clause {
        let times = if self.rng.chance(25) {
            let lasting = self.lasting();
            Times::Rule(self.rrule(), lasting)
        } else {
            let on = if self.rng.chance(60) {
                Recur::Weekly(match self.rng.below(4) {
                    0 => (0..7).collect(),
                    1 => (0..5).collect(),
                    _ => self.rng.some(&[0, 1, 2, 3, 4, 5, 6], 1),
                })
            } else {
                let every = *self.rng.pick(&[Every::Month, Every::Month, Every::Quarter, Every::Year]);
                let many = if self.rng.chance(30) { 2 } else { 1 };
                let mut which: Vec<OnDay> = Vec::new();
                for _ in 0..many {
                    let on = self.on_day(true);
                    if !which.contains(&on) {
                        which.push(on);
                    }
                }
                Recur::On(every, which)
            };
            Times::Recur(on, self.hours())
        };
        let not_on = if self.rng.chance(35) {
            let names: Vec<String> = self.policy.cals.iter().map(|c| c.name.clone()).collect();
            if names.is_empty() { Vec::new() } else { self.rng.some(&names, 1) }
        } else {
            Vec::new()
        };
        Clause { times, zone, not_on }
    }

    fn on_day(&mut self, business: bool) -> OnDay {
        // Often the day that `now` is near.
        let day = self.day(2);
        let (_, _, of_month) = days::civil(day);
        let weekday = days::weekday(day);
        match self.rng.below(7) {
            0 | 1 => OnDay::Day(if self.rng.chance(50) { of_month as u8 } else { self.rng.between(1, 31) as u8 }),
            2 => OnDay::Last,
            3 | 4 => {
                let nth = if self.rng.chance(60) { (of_month - 1) / 7 + 1 } else { self.rng.between(1, 5) as i32 };
                OnDay::Nth(nth as u8, weekday)
            }
            5 if business => OnDay::LastBusinessDays(self.rng.between(1, 4) as u8),
            _ => OnDay::LastWeekday(weekday),
        }
    }

    pub fn lasting(&mut self) -> Length {
        if self.rng.chance(25) {
            Length::Days(*self.rng.pick(&[1, 1, 2, 3, 7]))
        } else {
            Length::Minutes(*self.rng.pick(&[15, 30, 60, 90, 120, 240, 600, 1440, 2880]))
        }
    }

    fn hours(&mut self) -> Hours {
        match self.rng.below(8) {
            0 | 1 => Hours::WholeDay,
            2 => Hours::Lasting(None, self.lasting()),
            3 | 4 => Hours::Lasting(Some(self.minute_of_day()), self.lasting()),
            5 => Hours::Clock(self.minute_of_day(), self.minute_of_day()),
            6 => {
                let from = self.minute_of_day();
                Hours::Clock(from, (from + *self.rng.pick(&[15, 30, 60, 90, 120])) % 1440)
            }
            _ => *self.rng.pick(&[
                Hours::Clock(0, 1440),
                Hours::Clock(22 * 60, 2 * 60),
                Hours::Clock(60, 150),
                Hours::Clock(90, 150),
                Hours::Clock(150, 1440),
                Hours::Clock(9 * 60 + 30, 16 * 60),
            ]),
        }
    }

    /// A time of day: often within the hours in which the clocks change.
    fn minute_of_day(&mut self) -> i32 {
        if let Some((zone, at)) = self.change
            && self.rng.chance(50)
        {
            let tz = time::zone(zone).expect("a known zone");
            let shown = time::local(at - time::MINUTE, &tz).expect("a time").time();
            let minute = i32::from(shown.hour()) * 60 + i32::from(shown.minute());
            let minute = minute + self.rng.between(-8, 8) as i32 * 15 + 1;
            return minute.rem_euclid(1440) / 15 * 15;
        }
        self.rng.between(0, 95) as i32 * 15
    }

    fn rrule(&mut self) -> RRule {
        let freq =
            *self.rng.pick(&[Freq::Daily, Freq::Weekly, Freq::Weekly, Freq::Monthly, Freq::Monthly, Freq::Yearly]);
        let start = self.rng.chance(40).then(|| (self.day(1) - self.rng.between(0, 60) as i32, self.minute_of_day()));
        let mut rule = RRule {
            freq,
            interval: if start.is_some() && self.rng.chance(40) { self.rng.between(2, 3) } else { 1 },
            start,
            count: None,
            until: None,
            by_month: Vec::new(),
            by_month_day: Vec::new(),
            by_day: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            prefix: self.rng.chance(20),
        };
        if start.is_some() && self.rng.chance(30) {
            if self.rng.chance(50) {
                rule.count = Some(self.rng.between(3, 40));
            } else {
                rule.until = Some((self.day(5), self.rng.between(0, 95) as i32 * 15));
            }
        }
        let near = self.day(2);
        let (_, month, of_month) = days::civil(near);
        let weekday = days::weekday(near);
        let some_days = |g: &mut Self| -> Vec<(Option<i32>, u8)> {
            let mut days: Vec<u8> = g.rng.some(&[0, 1, 2, 3, 4, 5, 6], 1);
            if !days.contains(&weekday) {
                days.push(weekday);
            }
            days.into_iter().map(|d| (None, d)).collect()
        };
        match freq {
            Freq::Daily => {
                if self.rng.chance(40) {
                    rule.by_day = some_days(self);
                }
            }
            Freq::Weekly => {
                if start.is_none() || self.rng.chance(60) {
                    rule.by_day = some_days(self);
                }
            }
            Freq::Monthly => match self.rng.below(3) {
                0 => rule.by_month_day = vec![of_month, -1],
                1 => {
                    let nth = if self.rng.chance(60) { (of_month - 1) / 7 + 1 } else { -1 };
                    rule.by_day = vec![(Some(nth), weekday)];
                }
                _ if start.is_some() => {}
                _ => rule.by_month_day = vec![*self.rng.pick(&[1, 15, -1, -2, 13])],
            },
            Freq::Yearly => {
                rule.by_month = vec![month];
                if self.rng.chance(60) {
                    rule.by_month_day = vec![of_month];
                } else {
                    rule.by_day = vec![(Some((of_month - 1) / 7 + 1), weekday)];
                }
            }
        }
        if freq != Freq::Yearly && self.rng.chance(15) {
            rule.by_month = vec![month, month % 12 + 1];
            rule.by_month.sort_unstable();
        }
        if self.rng.chance(60) || start.is_none() {
            let at = self.minute_of_day();
            rule.by_hour = vec![at / 60];
            rule.by_minute = vec![at % 60];
            if self.rng.chance(15) {
                rule.by_hour = vec![at / 60 / 2, 12 + at / 60 / 2];
            }
        }
        rule
    }

    fn period_of_any_kind(&mut self, n: usize, window: bool) -> Period {
        let mut times: Vec<TimeClause> = (0..1 + self.rng.below(2)).map(|_| self.clause_of_any_kind()).collect();
        let scope = self.rule_scope(5);
        let mut seen = Vec::new();
        let mut common = self.common(&scope, &mut seen);
        if self.rng.chance(70) {
            common.when = None;
        }
        if self.rng.chance(50) {
            common.scope = None;
        }
        if self.rng.chance(70) {
            common.trial = None;
        }
        let mut while_ = None;
        if self.rng.chance(if window { 12 } else { 25 }) {
            while_ = Some(self.another(&scope, &mut seen));
            if self.rng.chance(60) {
                times.clear();
            }
        }
        let name = format!("{}_{n}", if window { "window" } else { "blackout" });
        let (mandatory, overrun) = (window && self.rng.chance(25), window && self.rng.chance(35));
        Period { name, window, common, times, while_, mandatory, overrun }
    }

    /// A policy that has nothing but calendars, and a `now`: near a change of a zone's clocks, or near any.
    pub fn times_only(&mut self, change: Option<(&'static str, i64)>) -> (Policy, i64) {
        self.times = true;
        self.now = match change {
            Some((zone, at)) => self.moment_near(zone, at),
            None => self.moment_of_change(),
        };
        self.policy.zone = self.some_zone();
        self.policy.business_days = self.rng.chance(40).then(|| *self.rng.pick(&[(0, 4), (0, 3), (1, 5), (0, 5)]));
        self.calendars();
        (self.policy.clone(), self.now)
    }

    /// A time clause that reads no asset.
    pub fn clause_of_a_zone(&mut self) -> TimeClause {
        loop {
            let clause = self.clause_of_any_kind();
            let (TimeClause::Range { zone, .. }
            | TimeClause::Weekly { zone, .. }
            | TimeClause::Clause(Clause { zone, .. })) = &clause;
            if !matches!(zone, RangeZone::Asset) {
                return clause;
            }
        }
    }

    fn clause_of_any_kind(&mut self) -> TimeClause {
        let zone = match self.rng.below(3) {
            0 => RangeZone::Policy,
            1 => RangeZone::Fixed(self.some_zone()),
            _ => RangeZone::Asset,
        };
        match self.rng.below(10) {
            0 => self.range(),
            1 => self.time_clause(true),
            2 => {
                let file = self.file(&zone);
                let covers = self.covers(&file);
                TimeClause::Clause(Clause { times: Times::File(file, covers), zone, not_on: Vec::new() })
            }
            3 => match self.any_calendar() {
                Some(name) => TimeClause::Clause(Clause {
                    times: Times::Calendar(name),
                    zone: RangeZone::Policy,
                    not_on: Vec::new(),
                }),
                None => TimeClause::Clause(self.recurrence(zone)),
            },
            _ => TimeClause::Clause(self.recurrence(zone)),
        }
    }

    /// A time that reads a variable; of a change in the first place its schedule.
    fn time_of(&mut self, scope: &Scope, var: &str) -> Option<E> {
        let Var::Rec(ent) = scope.kind(var) else { return None };
        let field = if ent == Ent::Change && self.rng.chance(70) {
            self.rng.word(&["start", "end", "submitted_at"])
        } else {
            self.field(ent, |f| f.ty == Ty::Time)?.name
        };
        let at = E::Field(var.to_owned(), ent, field);
        Some(match self.rng.below(5) {
            0 => E::Arith(*self.rng.pick(&[Op::Add, Op::Sub]), boxed(at), boxed(E::Lit(self.duration()))),
            1 => {
                let length = match self.any_calendar() {
                    Some(name) => Val::BusinessDays(self.rng.between(1, 5), name.as_str().into()),
                    None => self.span(),
                };
                E::Arith(*self.rng.pick(&[Op::Add, Op::Sub]), boxed(at), boxed(E::Lit(length)))
            }
            _ => at,
        })
    }

    /// A condition on calendars, metrics, or other periods.
    pub fn calendar_atom(&mut self, scope: &Scope, focus: Option<&str>) -> Option<E> {
        if !scope.names {
            return None;
        }
        // What is about the row itself cannot be asked of another asset, as a name may be.
        let own = self.defining == 0;
        if own
            && focus.is_none()
            && scope.stratum > 5
            && scope.has("change")
            && scope.has("asset")
            && self.rng.chance(30)
        {
            let names: Vec<String> = self.policy.periods.iter().map(|p| p.name.clone()).collect();
            if !names.is_empty() {
                let e = E::Overlaps(self.rng.pick(&names).clone());
                return Some(if self.rng.chance(25) { E::Not(boxed(e)) } else { e });
            }
        }
        let var = match focus {
            Some(f) => f.to_owned(),
            None => self.rng.pick(&scope.vars).0.clone(),
        };
        if own && var == "asset" && scope.names && !self.policy.metrics.is_empty() && self.rng.chance(50) {
            let at = self.rng.below(self.policy.metrics.len());
            let metric = self.policy.metrics[at].clone();
            let n = i128::from(self.rng.between(1, 30)) * 1_000_000_000;
            let limit = if metric.percent { Val::Pct(n) } else { Val::Num(n) };
            let op = *self.rng.pick(&[Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
            return Some(cmp(op, E::Metric(metric.name), E::Lit(limit)));
        }
        let at = self.time_of(scope, &var)?;
        let calendar = self.any_calendar();
        Some(match (self.rng.below(5), calendar) {
            (0 | 1, Some(calendar)) => {
                let e = E::During(boxed(at), calendar);
                if self.rng.chance(25) { E::Not(boxed(e)) } else { e }
            }
            (2 | 3, Some(calendar)) => {
                let next = self.rng.chance(60);
                let near = E::Nearest(next, calendar, boxed(at.clone()));
                // What is next is never the time itself, nor what was last.
                if self.rng.chance(25) {
                    return Some(cmp(if next { Cmp::Le } else { Cmp::Ge }, near, at));
                }
                let op = *self.rng.pick(&[Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
                let other = match self.rng.below(3) {
                    0 => E::Now,
                    1 => E::TimeLit(self.time_literal(6)),
                    _ => E::Arith(Op::Add, boxed(E::Now), boxed(E::Lit(self.duration()))),
                };
                cmp(op, near, other)
            }
            _ => {
                let op = *self.rng.pick(&[Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]);
                cmp(op, at, E::TimeLit(self.time_literal(6)))
            }
        })
    }

    /// What was measured.
    pub fn samples(&mut self, assets: usize, holes: usize) -> Option<Vec<Value>> {
        if self.policy.metrics.is_empty() || self.rng.chance(10) {
            return None;
        }
        let mut samples = Vec::new();
        for _ in 0..self.rng.below(8) {
            let metric = self.rng.below(self.policy.metrics.len());
            let metric = self.policy.metrics[metric].clone();
            let mut sample = Map::new();
            let series = if self.rng.chance(90) { metric.series } else { self.rng.word(&SERIES) };
            sample.insert("metric".to_owned(), json!(series));
            // Few times, so that some are equal.
            let at = self.now - self.rng.between(-1, 8) * *self.rng.pick(&[1, 5, 40]) * time::MINUTE;
            sample.insert("at".to_owned(), json!(time::print(at)));
            let value = i128::from(self.rng.between(-5, 350)) * 100_000_000;
            let text = print::decimal(value, 0);
            let value = if self.rng.chance(30) { json!(text) } else { serde_json::from_str(&text).expect("a number") };
            sample.insert("value".to_owned(), value);
            if metric.of_services || self.rng.chance(20) {
                let mut labels = Map::new();
                if self.rng.chance(90) {
                    labels.insert("service".to_owned(), json!(*self.rng.pick(vocab::SERVICES)));
                }
                if self.rng.chance(25) {
                    labels.insert("site".to_owned(), json!(*self.rng.pick(&["east", "west"])));
                }
                sample.insert("labels".to_owned(), Value::Object(labels));
            }
            if !metric.of_services && self.rng.chance(70) {
                sample.insert("asset".to_owned(), json!(format!("a{}", 1 + self.rng.below(assets))));
            }
            for key in ["metric", "at", "value"] {
                if self.rng.chance(holes.min(20) / 2) {
                    match self.rng.below(3) {
                        0 => {
                            sample.remove(key);
                        }
                        1 => {
                            sample.insert(key.to_owned(), Value::Null);
                        }
                        _ => {
                            sample.insert(key.to_owned(), json!(if key == "value" { "NaN" } else { "" }));
                        }
                    }
                }
            }
            samples.push(Value::Object(sample));
        }
        Some(samples)
    }
}

/// The names of the calendars that a clause uses.
fn of_clause(clause: &TimeClause, used: &mut BTreeSet<String>) {
    if let TimeClause::Clause(c) = clause {
        used.extend(c.not_on.iter().cloned());
        match &c.times {
            Times::Calendar(name) | Times::File(name, _) => {
                used.insert(name.clone());
            }
            Times::Recur(..) | Times::Rule(..) => {}
        }
    }
}

/// Drops the calendars, files and metrics that nothing uses.
pub fn prune(policy: &mut Policy) {
    loop {
        let mut used: BTreeSet<String> = policy.holidays.iter().cloned().collect();
        let mut see = |v: &Val| {
            if let Val::BusinessDays(_, name) = v {
                used.insert(name.to_string());
            }
        };
        for a in &policy.approvals {
            a.meets.iter().flat_map(|m| &m.closes).chain(&a.valid).for_each(&mut see);
        }
        each_expression(policy, &mut |e| {
            walk(e, &mut |e| {
                if let E::Lit(v) = e {
                    see(v);
                }
            });
        });
        for t in &policy.tables {
            t.rows.iter().flat_map(|(_, outcomes)| outcomes).for_each(&mut see);
        }
        each_expression(policy, &mut |e| {
            walk(e, &mut |e| match e {
                E::Nearest(_, name, _) | E::During(_, name) | E::Metric(name) => {
                    used.insert(name.clone());
                }
                _ => {}
            });
        });
        used.extend(policy.approvals.iter().filter_map(|a| a.meets.as_ref().map(|m| m.calendar.clone())));
        let clauses = policy.periods.iter().flat_map(|p| &p.times).chain(policy.cals.iter().flat_map(|c| &c.times));
        clauses.for_each(|clause| of_clause(clause, &mut used));
        let before = policy.cals.len() + policy.files.len() + policy.metrics.len();
        policy.cals.retain(|c| used.contains(&c.name));
        policy.files.retain(|f| used.contains(&f.name));
        policy.metrics.retain(|m| used.contains(&m.name));
        if before == policy.cals.len() + policy.files.len() + policy.metrics.len() {
            return;
        }
    }
}
