//! `rule`, `blackout` and `window`: what restricts a change.

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name};
use crate::syntax::source::Span;
use crate::syntax::tree::{self, Body, ClockRange, ClockTime, Demand, Statement, TimeClause, TimeForm};
use crate::time::{Bound, LocalTime, Recurrence, Role, TimeValue, Weekdays, Weekly, parse_time};

use super::checker::{Checker, Item};
use super::codes;
use super::env::Env;
use super::head::{self, Kind};
use super::program::{Const, NodeId, Period, Rule, Times, VarId, When, ZoneRef, weekday};
use super::types::Type;

/// Times of day on some days of the week.
fn weekly(days: &[tree::Weekday], clock: (u32, u32), zone: ZoneRef, span: Span) -> Option<When> {
    let days: Weekdays = days.iter().map(|day| weekday(*day)).collect();
    let time = |seconds: u32| LocalTime::from_seconds(i64::from(seconds));
    let weekly = Weekly::new(days, time(clock.0)?, time(clock.1)?)?;
    Some(When { times: Times::Known(Recurrence::Weekly(weekly)), zone, not_on: Vec::new(), span })
}

impl Checker {
    pub(super) fn declare_rule(&mut self, unit: usize, statement: &Statement, name: &Name) -> u16 {
        let head = self.bare_head(unit, name, statement, head::RULE.effect);
        self.program.rules.push(Rule { head, broken: Vec::new() });
        self.place_of_last(self.program.rules.len(), name.span, "rules")
    }

    pub(super) fn rule(&mut self, unit: usize, statement: &Statement, index: u16, demands: &[Demand]) {
        let env = Env::gate(unit, head::RULE.place);
        let Some(mut head) = self.head(unit, statement, &head::RULE, &env) else { return };
        self.readers.push(Item::Decided("rule", head.name.clone()));
        let mut broken = Vec::new();
        for demand in demands {
            let node = self.condition(&demand.condition, &env);
            broken.push(if demand.forbid { node } else { self.negated(node, demand.span) });
        }
        self.readers.pop();
        if demands.is_empty() {
            let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this rule demands nothing")
                    .help("write `require CONDITION` or `forbid CONDITION`"),
            );
        }
        head.vars = self.vars_of_all(head.scope.iter().copied().chain(head.except).chain(broken.iter().copied()));
        if let Some(rule) = self.program.rules.get_mut(usize::from(index)) {
            *rule = Rule { head, broken };
        }
    }

    pub(super) fn period(&mut self, unit: usize, statement: &Statement, clauses: &[TimeClause]) {
        let window = matches!(statement.body, Body::Window(_));
        let kind: &Kind = if window { &head::WINDOW } else { &head::BLACKOUT };
        let role = if window { Role::Window } else { Role::Blackout };
        let env = Env::gate(unit, kind.place);
        let Some(mut head) = self.head(unit, statement, kind, &env) else { return };
        self.readers.push(Item::Decided(kind.keyword, head.name.clone()));
        let mut times = Vec::new();
        for clause in clauses {
            let TimeClause { span, form, lasting, zone, not_on } = clause;
            match form {
                TimeForm::Range { from, to } if not_on.is_empty() => {
                    times.extend(self.range_clause(unit, (from, to), zone.as_ref(), role, &env, *span));
                }
                TimeForm::Weekly { days, clock: Some(ClockRange { from, to: Some(to) }) }
                    if not_on.is_empty() && lasting.is_none() =>
                {
                    let zone = self.zone_clause(unit, zone.as_ref(), &env, *span);
                    if !self.clock_time(*from) || days.is_empty() {
                        continue;
                    }
                    if let Some(zone) = zone {
                        times.extend(weekly(days, (from.seconds, to.seconds), zone, *span));
                    }
                }
                _ => self.later(*span, "such times"),
            }
        }
        self.readers.pop();
        if clauses.is_empty() {
            let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "nothing says when this is")
                    .help("write `from TIME to TIME`, or `every sunday 02:00 to 06:00 in \"Europe/London\"`"),
            );
        }
        let zones = times.iter().flat_map(When::nodes);
        let nodes: Vec<NodeId> = head.scope.iter().copied().chain(head.except).chain(zones).collect();
        head.vars = self.vars_of_all(nodes);
        // The interval that is tested is the change's.
        if !head.vars.contains(&VarId::CHANGE) {
            head.vars.push(VarId::CHANGE);
            head.vars.sort_unstable();
        }
        let context = Self::context(unit);
        let period = Period { head, times, mandatory: false, overrun: false, context };
        if window {
            self.program.windows.push(period);
        } else {
            self.program.blackouts.push(period);
        }
    }

    fn clock_time(&mut self, from: ClockTime) -> bool {
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

    /// The zone of a time clause: the one that it names, or the policy's.
    fn zone_clause(&mut self, unit: usize, zone: Option<&Expr>, env: &Env, span: Span) -> Option<ZoneRef> {
        let Some(expr) = zone else {
            let own = self.own_zone(unit);
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

    fn range_clause(
        &mut self,
        unit: usize,
        ends: (&Expr, &Expr),
        zone: Option<&Expr>,
        role: Role,
        env: &Env,
        span: Span,
    ) -> Option<When> {
        let from = self.bound(unit, ends.0);
        let to = self.bound(unit, ends.1);
        let (from, to) = (from?, to?);
        let absolute = |bound: &Bound| matches!(bound, Bound::Instant(_));
        let zone = if absolute(&from) && absolute(&to) && zone.is_none() {
            ZoneRef::Fixed(self.day_zone(unit))
        } else {
            self.zone_clause(unit, zone, env, span)?
        };
        match zone {
            ZoneRef::Fixed(zone) => {
                let rules = self.rules(zone);
                let (start, end) = (from.start(&rules).micros(), to.end(&rules, role).micros());
                if end <= start {
                    self.ends_first(span);
                    return None;
                }
            }
            ZoneRef::Node(_) => {}
        }
        let times = Times::Known(Recurrence::Fixed { from, to });
        Some(When { times, zone, not_on: Vec::new(), span })
    }

    /// One end of a range: written out, or a name for what is.
    fn bound(&mut self, unit: usize, expr: &Expr) -> Option<Bound> {
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
}
