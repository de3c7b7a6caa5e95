//! Clauses that say when: ranges, recurrences, rules, calendar files and calendars by their names.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Path, SpanUnit};
use crate::syntax::source::Span;
use crate::syntax::tree::{self, ClockRange, ClockTime, PeriodDay, PeriodDayKind, TimeClause, TimeForm};
use crate::time::{
    self, Bound, Duration, Every, Hours, Lasting, LocalTime, OnDay, Periodic, Recurrence, Role, TimeValue, Weekdays,
    Weekly, parse_time,
};

use super::checker::{Checker, Symbol};
use super::codes;
use super::env::Env;
use super::program::{CalendarId, Const, Times, When, ZoneRef, weekday};
use super::types::Type;

/// The most business days that a recurrence may count from the end of its period.
const MOST_BUSINESS_DAYS: i64 = 250;

/// A calendar span as the time room has it.
fn span_of(amount: i64, unit: SpanUnit) -> time::Span {
    let unit = match unit {
        SpanUnit::Day => time::SpanUnit::Day,
        SpanUnit::Week => time::SpanUnit::Week,
        SpanUnit::Month => time::SpanUnit::Month,
        SpanUnit::Year => time::SpanUnit::Year,
        SpanUnit::BusinessDay => time::SpanUnit::BusinessDay,
    };
    time::Span { amount, unit }
}

/// Whose clause it is.
#[derive(Clone, Copy)]
pub(super) struct Of<'e> {
    /// What it can name.
    pub(super) env: &'e Env,
    /// A window, or what restricts.
    pub(super) role: Role,
    /// The reach that a `calendar` statement gives its files.
    pub(super) covers: Option<&'e Expr>,
}

impl Checker {
    /// The times of a clause; none where it has an error, which was reported.
    pub(super) fn times(&mut self, clause: &TimeClause, of: Of<'_>) -> Vec<When> {
        let unit = of.env.unit;
        let not_on = self.calendars_named(&clause.not_on, unit);
        let span = clause.span;
        let found = match &clause.form {
            TimeForm::Range { from, to } => self.range_clause((from, to), clause, of).into_iter().collect(),
            TimeForm::Weekly { days, clock } => self.weekly(days, *clock, clause, of).into_iter().collect(),
            TimeForm::Periodic { period, days, clock } => self.periodic(*period, days, *clock, clause, of),
            TimeForm::Rule(rule) => self.rule_clause(rule, clause, of).into_iter().collect(),
            TimeForm::Calendar { source, covers, file } => {
                let named = if *file { None } else { self.as_calendar_name(source, of.env) };
                let covers = covers.as_ref().or(of.covers);
                return self.calendar_clause((source, named), covers, (clause, not_on), of);
            }
            TimeForm::Covers(_) | TimeForm::While(_) | TimeForm::Mandatory | TimeForm::Overrun => Vec::new(),
        };
        found.into_iter().map(|(times, zone)| When { times, zone, not_on: not_on.clone(), span }).collect()
    }

    fn weekly(
        &mut self,
        days: &[tree::Weekday],
        clock: Option<ClockRange>,
        clause: &TimeClause,
        of: Of<'_>,
    ) -> Option<(Times, ZoneRef)> {
        let hours = self.hours(clock, clause, of.env.unit);
        let zone = self.zone_clause(clause.zone.as_ref(), of.env, clause.span);
        let days: Weekdays = days.iter().map(|day| weekday(*day)).collect();
        let weekly = Weekly::on(days, hours?)?;
        Some((Times::Known(Recurrence::Weekly(weekly)), zone?))
    }

    fn periodic(
        &mut self,
        period: tree::Period,
        days: &[PeriodDay],
        clock: Option<ClockRange>,
        clause: &TimeClause,
        of: Of<'_>,
    ) -> Vec<(Times, ZoneRef)> {
        let hours = self.hours(clock, clause, of.env.unit);
        let zone = self.zone_clause(clause.zone.as_ref(), of.env, clause.span);
        let days: Vec<OnDay> = days.iter().filter_map(|day| self.on_day(period, *day, of.env.unit)).collect();
        let (Some(hours), Some(zone)) = (hours, zone) else { return Vec::new() };
        let every = match period {
            tree::Period::Month => Every::Month,
            tree::Period::Quarter => Every::Quarter,
            tree::Period::Year => Every::Year,
        };
        let periodic = days.into_iter().filter_map(|day| Periodic::new(every, day, hours));
        periodic.map(|periodic| (Times::Known(Recurrence::Periodic(periodic)), zone)).collect()
    }

    /// A day of a month, quarter or year that there can be.
    fn on_day(&mut self, period: tree::Period, day: PeriodDay, unit: usize) -> Option<OnDay> {
        match day.kind {
            PeriodDayKind::Numbered(number) => {
                let found = u8::try_from(number).ok().filter(|number| (1..=31).contains(number));
                if found.is_none() {
                    self.never_day(period, number, day.span);
                }
                found.map(OnDay::Day)
            }
            PeriodDayKind::Last => Some(OnDay::LastDay),
            PeriodDayKind::Nth(nth, day) => Some(OnDay::Nth(nth, weekday(day))),
            PeriodDayKind::LastWeekday(day) => Some(OnDay::Last(weekday(day))),
            PeriodDayKind::LastBusinessDays(count) => {
                let known = u8::try_from(count).ok().filter(|_| (1..=MOST_BUSINESS_DAYS).contains(&count));
                let Some(count) = known else {
                    self.report(
                        Diagnostic::error(
                            codes::NEVER_HAPPENS,
                            day.span,
                            format!("there are no last {count} business days"),
                        )
                        .label("never happens")
                        .help(format!("count from 1 to {MOST_BUSINESS_DAYS}, such as `last 2 business days`")),
                    );
                    return None;
                };
                let business = self.ensure_week(unit, day.span)?;
                Some(OnDay::LastBusinessDays(count, business))
            }
        }
    }

    fn never_day(&mut self, period: tree::Period, number: i64, span: Span) {
        let (message, help) = match period {
            tree::Period::Month => {
                (format!("no month has a day {number}"), "write a day from 1 to 31, or `last day`".to_owned())
            }
            tree::Period::Quarter | tree::Period::Year => {
                let word = if period == tree::Period::Quarter { "quarter" } else { "year" };
                let help = if (32..=366).contains(&number) && period == tree::Period::Year {
                    format!("write a rule, such as `rrule \"FREQ=YEARLY;BYYEARDAY={number}\" lasting 24h`")
                } else {
                    "write a day from 1 to 31, `last day`, or an `rrule`".to_owned()
                };
                (format!("a {word}'s days are counted in its first month, which has no day {number}"), help)
            }
        };
        self.report(Diagnostic::error(codes::NEVER_HAPPENS, span, message).label("never happens").help(help));
    }

    /// The part of a day that a recurrence takes.
    fn hours(&mut self, clock: Option<ClockRange>, clause: &TimeClause, unit: usize) -> Option<Hours> {
        let lasting = match &clause.lasting {
            Some(length) => Some(self.lasting(length, unit)?),
            None => None,
        };
        let time = |clock: ClockTime| LocalTime::from_seconds(i64::from(clock.seconds));
        let Some(ClockRange { from, to }) = clock else {
            return match lasting {
                Some(lasting) => Hours::lasting(LocalTime::MIDNIGHT, lasting),
                None => Some(Hours::WHOLE_DAY),
            };
        };
        if !self.starts_a_day(from) {
            return None;
        }
        match (to, lasting) {
            (Some(to), None) => Hours::clock(time(from)?, time(to)?),
            (None, Some(lasting)) => Hours::lasting(time(from)?, lasting),
            (Some(to), Some(_)) => {
                let length = clause.lasting.as_ref().map_or(clause.span, |length| length.span);
                let shown = self.shown(length);
                self.report(
                    Diagnostic::error(codes::BAD_LASTING, length, "the end is said twice")
                        .also(to.span, "it ends here")
                        .label("and after this length")
                        .help(format!("leave `lasting {shown}` out, or `to …`")),
                );
                None
            }
            (None, None) => {
                let shown = self.shown(from.span);
                self.report(
                    Diagnostic::error(codes::BAD_LASTING, from.span, "this does not say when it ends")
                        .label("a start alone")
                        .help(format!("write `{shown} to 06:00`, or `{shown} lasting 4h`")),
                );
                None
            }
        }
    }

    fn starts_a_day(&mut self, from: ClockTime) -> bool {
        if from.seconds >= 86_400 {
            self.report(
                Diagnostic::error(codes::BAD_LITERAL, from.span, "a day does not start at its end")
                    .label("the end of a day")
                    .help("write `00:00`, on the day after if that is meant"),
            );
            return false;
        }
        true
    }

    /// The length behind `lasting`.
    pub(super) fn lasting(&mut self, expr: &Expr, unit: usize) -> Option<Lasting> {
        let env = Env::bare(unit, "this length");
        let node = self.lower(expr, &env, None);
        let lasting = match self.constant(node).cloned() {
            _ if self.is_error(node) => return None,
            Some(Const::Duration(length)) => Lasting::Exact(Duration::from_micros(length)),
            Some(Const::Span(amount, unit)) => Lasting::Span(span_of(amount, unit)),
            Some(Const::BusinessDays(..)) => {
                self.in_business_days(expr.span);
                return None;
            }
            _ => {
                self.report(
                    Diagnostic::error(codes::NOT_CONSTANT, expr.span, "a length is written out here")
                        .help("write it as `4h`, or as `1 day` where it ends at the same time of day"),
                );
                return None;
            }
        };
        if lasting.is_usable() {
            return Some(lasting);
        }
        match lasting {
            Lasting::Span(span) if span.amount > 0 => self.in_business_days(expr.span),
            _ => {
                self.report(
                    Diagnostic::error(codes::BAD_LASTING, expr.span, "this lasts no time at all")
                        .help("write a length above zero, such as `4h`"),
                );
            }
        }
        None
    }

    fn in_business_days(&mut self, span: Span) {
        self.report(
            Diagnostic::error(codes::BAD_LASTING, span, "nothing lasts business days: they have gaps between them")
                .help("write an exact length such as `48h`, or `2 days`"),
        );
    }

    /// The zone of a time clause: the one that it names, or the policy's.
    pub(super) fn zone_clause(&mut self, zone: Option<&Expr>, env: &Env, span: Span) -> Option<ZoneRef> {
        let Some(expr) = zone else {
            let own = self.own_zone(env.unit);
            if own.is_none() {
                let text = self.shown(span);
                self.no_zone_for(&text, span);
            }
            return own.map(ZoneRef::Fixed);
        };
        if let ExprKind::Str(text) = &expr.kind {
            return self.zone_literal(text).map(ZoneRef::Fixed);
        }
        let node = self.lower(expr, env, None);
        match (self.base(node), self.constant(node).cloned()) {
            (Type::Error, _) => None,
            (Type::Zone | Type::String, Some(Const::Text(name))) => {
                let zone = self.zone(&name);
                if zone.is_none() {
                    self.error(
                        codes::UNKNOWN_ZONE,
                        expr.span,
                        format!("there is no time zone `{name}`"),
                        "zones have names such as `Europe/London`",
                    );
                }
                zone.map(ZoneRef::Fixed)
            }
            (Type::Zone, _) => Some(ZoneRef::Node(node)),
            _ => {
                self.expected(node, "time zone");
                None
            }
        }
    }

    fn no_zone_for(&mut self, text: &str, span: Span) {
        self.report(
            Diagnostic::error(codes::NO_ZONE, span, format!("`{text}` names no zone, and neither does the policy"))
                .help("write `in \"Europe/London\"` or `in asset.timezone` behind it, or `timezone \"…\"` in the `policy` statement"),
        );
    }

    fn range_clause(&mut self, ends: (&Expr, &Expr), clause: &TimeClause, of: Of<'_>) -> Option<(Times, ZoneRef)> {
        let unit = of.env.unit;
        let from = self.bound(unit, ends.0);
        let to = self.bound(unit, ends.1);
        let (from, to) = (from?, to?);
        let absolute = |bound: &Bound| matches!(bound, Bound::Instant(_));
        let zone = if absolute(&from) && absolute(&to) && clause.zone.is_none() {
            ZoneRef::Fixed(self.day_zone(unit))
        } else {
            self.zone_clause(clause.zone.as_ref(), of.env, clause.span)?
        };
        if let ZoneRef::Fixed(zone) = zone {
            let rules = self.rules(zone);
            if to.end(&rules, of.role) <= from.start(&rules) {
                self.ends_first(clause.span);
                return None;
            }
        }
        Some((Times::Known(Recurrence::Fixed { from, to }), zone))
    }

    /// One end of a range: written out, or a name for what is.
    pub(super) fn bound(&mut self, unit: usize, expr: &Expr) -> Option<Bound> {
        if let ExprKind::Time(text) = &expr.kind
            && let Ok(value) = parse_time(text)
        {
            return Some(match value {
                TimeValue::Instant(instant) => Bound::Instant(instant),
                TimeValue::Local(local) => Bound::Local(local),
                TimeValue::Date(date) => Bound::Date(date),
            });
        }
        let env = Env::bare(unit, "this time");
        let node = self.lower(expr, &env, None);
        match self.constant(node).cloned() {
            Some(Const::Time(instant)) => crate::time::Instant::from_micros(instant).map(Bound::Instant),
            Some(Const::Date(days)) => crate::time::Date::from_days(i64::from(days)).map(Bound::Date),
            _ if self.is_error(node) => None,
            _ => {
                self.report(
                    Diagnostic::error(codes::NOT_CONSTANT, expr.span, "a date or time is written out here")
                        .help("write it as `2026-12-18T18:00`, with the zone behind the range"),
                );
                None
            }
        }
    }

    /// `rrule TEXT lasting LENGTH`
    fn rule_clause(&mut self, rule: &Expr, clause: &TimeClause, of: Of<'_>) -> Option<(Times, ZoneRef)> {
        let lasting = match &clause.lasting {
            Some(length) => self.lasting(length, of.env.unit),
            None => {
                let shown = self.shown(rule.span);
                self.report(
                    Diagnostic::error(
                        codes::BAD_LASTING,
                        rule.span,
                        "a rule says when something starts, not when it ends",
                    )
                    .label("how long it lasts is missing")
                    .help(format!("write `rrule {shown} lasting 4h`")),
                );
                None
            }
        };
        let zone = self.zone_clause(clause.zone.as_ref(), of.env, clause.span);
        let node = self.lower(rule, of.env, None);
        let text = match (self.base(node), self.constant(node)) {
            (Type::Error, _) => return None,
            (Type::String, Some(Const::Text(text))) => Arc::clone(text),
            (Type::String, None) => return Some((Times::Rule(node, lasting?), zone?)),
            _ => {
                self.expected(node, "text");
                return None;
            }
        };
        let recurrence = self.known_rule(rule, &text, lasting, zone)?;
        Some((Times::Known(recurrence), zone?))
    }

    /// `calendar NAME`, `calendar "file.ics"`, `calendar asset.calendar_file`
    fn calendar_clause(
        &mut self,
        (source, named): (&Expr, Option<Path>),
        covers: Option<&Expr>,
        (clause, not_on): (&TimeClause, Vec<CalendarId>),
        of: Of<'_>,
    ) -> Vec<When> {
        let unit = of.env.unit;
        if let Some(path) = named {
            if let Some(covers) = covers {
                self.report(
                    Diagnostic::error(
                        codes::COVERS,
                        covers.span,
                        "only a file has an end that the policy can know better",
                    )
                    .label("a calendar knows how far it reaches")
                    .help("write `covers until` into the `calendar` statement"),
                );
                return Vec::new();
            }
            let zone = match &clause.zone {
                Some(_) => match self.zone_clause(clause.zone.as_ref(), of.env, clause.span) {
                    Some(zone) => Some(zone),
                    None => return Vec::new(),
                },
                None => None,
            };
            let Some(id) = self.calendar_named(&path, unit) else { return Vec::new() };
            return self.times_of(id, zone, &not_on, clause.span);
        }
        let zone = self.zone_clause(clause.zone.as_ref(), of.env, clause.span);
        let file = match &source.kind {
            ExprKind::Str(text) => match text.plain() {
                Some(path) => self.calendar_file(&path, text.span).map(Times::Known),
                None => {
                    self.plain_text(text, "the path of a calendar file");
                    None
                }
            },
            _ => {
                let node = self.lower(source, of.env, None);
                match (self.base(node), self.constant(node)) {
                    (Type::Error, _) => None,
                    (Type::String, None) => {
                        if let Some(covers) = covers {
                            self.report(
                                Diagnostic::error(codes::COVERS, covers.span, "this file is another for each asset")
                                    .label("how far it reaches is not known here")
                                    .help("leave `covers until` out: such a file reaches to the end of its last event"),
                            );
                        }
                        Some(Times::File(node))
                    }
                    (Type::String, Some(_)) => {
                        self.report(
                            Diagnostic::error(
                                codes::NOT_CONSTANT,
                                source.span,
                                "the path of a calendar file is written out",
                            )
                            .help("write it here, in double quotes"),
                        );
                        None
                    }
                    _ => {
                        self.expected(node, "text");
                        None
                    }
                }
            }
        };
        let (Some(mut times), Some(zone)) = (file, zone) else { return Vec::new() };
        if let (Times::Known(recurrence), Some(covers)) = (&mut times, covers) {
            self.reach(recurrence, covers, zone, unit);
        }
        vec![When { times, zone, not_on, span: clause.span }]
    }

    /// The name that stands where a calendar is wanted, if it is that of a statement rather than a fact.
    fn as_calendar_name(&self, source: &Expr, env: &Env) -> Option<Path> {
        let path = super::calls::expr_as_path(source)?;
        let first = path.parts.first()?;
        if env.local(&first.text).is_some() {
            return None;
        }
        match self.units.get(env.unit)?.names.get(&first.text).map(|declared| &declared.symbol) {
            Some(Symbol::Let(_) | Symbol::Table(_) | Symbol::Param(_)) => None,
            Some(_) => Some(path),
            // One word that nothing else is called is a calendar that is not there.
            None => (path.parts.len() == 1 && !self.is_name(&first.text, env)).then_some(path),
        }
    }
}
