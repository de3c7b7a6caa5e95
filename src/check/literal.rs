//! Numbers, dates, times, lengths and texts as written.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, StrLit, StrPart};
use crate::syntax::source::Span;
use crate::time::{LocalDateTime, TimeValue, parse_time};

use super::checker::Checker;
use super::codes;
use super::decimal::Decimal;
use super::env::Env;
use super::program::{Const, NodeId, Op, TextPart};
use super::types::{Ty, Type};

impl Checker {
    /// `7`, `9.0`: a whole number where it has no point and nothing else is wanted.
    pub(super) fn number(&mut self, text: &str, negative: bool, want: Option<&Ty>, span: Span) -> NodeId {
        let signed = if negative { format!("-{text}") } else { text.to_owned() };
        let decimal_wanted = want.is_some_and(|ty| matches!(ty.base, Type::Number | Type::Cvss));
        if !text.contains('.') && !decimal_wanted {
            return match signed.parse::<i64>() {
                Ok(value) => self.value(Const::Int(value), Type::Int, span),
                Err(_) => {
                    self.report(
                        Diagnostic::error(codes::BAD_LITERAL, span, format!("`{signed}` is too large"))
                            .label("not a whole number of 64 bits")
                            .help("whole numbers go up to 9223372036854775807"),
                    );
                    self.failed(span)
                }
            };
        }
        match Decimal::parse(&signed) {
            Some(value) => self.value(Const::Decimal(value), Type::Number, span),
            None => self.long_number(&signed, span),
        }
    }

    /// `15%`
    pub(super) fn percent(&mut self, text: &str, negative: bool, span: Span) -> NodeId {
        let signed = if negative { format!("-{text}") } else { text.to_owned() };
        match Decimal::parse(&signed) {
            Some(value) => self.value(Const::Decimal(value), Type::Percent, span),
            None => self.long_number(&signed, span),
        }
    }

    fn long_number(&mut self, text: &str, span: Span) -> NodeId {
        self.report(
            Diagnostic::error(codes::BAD_LITERAL, span, format!("`{text}` has too many digits"))
                .label(digits(text))
                .help("a number has at most 28 digits, 9 of them after the point"),
        );
        self.failed(span)
    }

    /// A date or time literal, in the zone of its unit.
    pub(super) fn time(&mut self, text: &str, env: &Env, span: Span) -> NodeId {
        match parse_time(text) {
            Ok(TimeValue::Instant(instant)) => self.value(Const::Time(instant.micros()), Type::Time, span),
            Ok(TimeValue::Date(date)) => match i32::try_from(date.days()) {
                Ok(days) => self.value(Const::Date(days), Type::Date, span),
                Err(_) => self.failed(span),
            },
            Ok(TimeValue::Local(local)) => match self.own_zone(env.unit) {
                Some(zone) => self.local_time(local, &self.rules(zone), span),
                None => {
                    self.no_zone(text, span);
                    self.failed(span)
                }
            },
            Err(error) => {
                let diagnostic = Diagnostic::error(codes::BAD_LITERAL, span, format!("`{text}`: {error}"));
                let (label, help) = (no_such_time(text), error.help());
                let help = help.unwrap_or_else(|| "check the month, the day and the time".to_owned());
                self.report(diagnostic.label(label).help(help));
                self.failed(span)
            }
        }
    }

    fn local_time(&mut self, local: LocalDateTime, zone: &crate::time::Zone, span: Span) -> NodeId {
        match zone.instant(local) {
            Some(instant) => self.value(Const::Time(instant.micros()), Type::Time, span),
            None => {
                self.error(codes::BAD_LITERAL, span, "the time lies outside the years 1 to 9999", "check the year");
                self.failed(span)
            }
        }
    }

    pub(super) fn no_zone(&mut self, text: &str, span: Span) {
        self.report(
            Diagnostic::error(codes::NO_ZONE, span, format!("`{text}` names no zone, and neither does the policy"))
                .help(format!("write `timezone \"Europe/London\"` (or yours) in the `policy` statement, or add `Z`, an offset or `({text} in \"Europe/London\")`")),
        );
    }

    /// `(2026-12-18T18:00 in "Europe/London")`; a date is its first instant there.
    pub(super) fn time_in(&mut self, text: &str, zone: &StrLit, span: Span) -> NodeId {
        let Some(zone) = self.zone_literal(zone) else { return self.failed(span) };
        let rules = self.rules(zone);
        match parse_time(text) {
            Ok(TimeValue::Local(local)) => self.local_time(local, &rules, span),
            Ok(TimeValue::Date(date)) => self.local_time(LocalDateTime::start_of(date), &rules, span),
            Ok(TimeValue::Instant(_)) => {
                self.report(
                    Diagnostic::error(codes::BAD_LITERAL, span, "the time has an offset and a zone")
                        .label("two answers to one question")
                        .help("leave one of them out"),
                );
                self.failed(span)
            }
            Err(error) => {
                self.report(
                    Diagnostic::error(codes::BAD_LITERAL, span, format!("`{text}`: {error}"))
                        .label(no_such_time(text))
                        .help("write it as `2026-12-18T18:00`"),
                );
                self.failed(span)
            }
        }
    }

    /// A zone's name as written.
    pub(super) fn zone_literal(&mut self, text: &StrLit) -> Option<super::program::Zone> {
        let name = text.plain();
        let zone = name.as_ref().and_then(|name| self.zone(name));
        if zone.is_none() {
            let shown = name.unwrap_or_default();
            let help = super::suggest::nearest(&shown, crate::time::zone_names()).map_or_else(
                || "zones have names such as `Europe/London`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            self.report(
                Diagnostic::error(codes::UNKNOWN_ZONE, text.span, format!("there is no time zone `{shown}`"))
                    .help(help),
            );
        }
        zone
    }

    /// A text, with or without holes.
    pub(super) fn text(&mut self, literal: &StrLit, env: &Env) -> NodeId {
        if let Some(text) = literal.plain() {
            return self.value(Const::Text(Arc::from(text)), Type::String, literal.span);
        }
        let mut parts = Vec::new();
        let mut broken = false;
        for part in &literal.parts {
            match part {
                StrPart::Text(text) => parts.push(TextPart::Text(Arc::from(text.as_str()))),
                StrPart::Hole(path) => {
                    let node = self.hole(path, env);
                    broken |= self.is_error(node);
                    parts.push(TextPart::Hole(node));
                }
            }
        }
        if broken {
            return self.failed(literal.span);
        }
        self.push(Op::Text(parts), Ty::plain(Type::String), literal.span)
    }

    fn hole(&mut self, path: &Expr, env: &Env) -> NodeId {
        let node = self.lower(path, env, None);
        let node = self.key_as_text(node);
        match self.base(node) {
            Type::Set(_) | Type::List(_) | Type::Row(_) => {
                self.report(
                    Diagnostic::error(codes::WRONG_TYPE, path.span, "a hole takes one value, and this is a list")
                        .help("name a single fact, such as `{asset.owner}`"),
                );
                self.failed(path.span)
            }
            Type::Cvss => self.score(node, env.unit),
            _ => node,
        }
    }
}

/// How many digits a number has.
fn digits(text: &str) -> String {
    let count = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    match text.split_once('.') {
        Some((whole, fraction)) => {
            format!("{} digits, {} of them after the point", count(whole) + count(fraction), count(fraction))
        }
        None => format!("{} digits", count(text)),
    }
}

/// Why no calendar has a date, or no clock a time.
fn no_such_time(text: &str) -> String {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<i64>().unwrap_or(0));
    let (year, month, day) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let Some((name, days)) = name else { return "months go from 01 to 12".to_owned() };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = if month == 2 && leap { days + 1 } else { *days };
    if day < 1 || day > days {
        return format!("{name} {year} has {days} days");
    }
    "hours go from 00 to 23, minutes and seconds to 59".to_owned()
}

/// The months and their days, February's of a common year.
const MONTHS: [(&str, i64); 12] = [
    ("January", 31),
    ("February", 28),
    ("March", 31),
    ("April", 30),
    ("May", 31),
    ("June", 30),
    ("July", 31),
    ("August", 31),
    ("September", 30),
    ("October", 31),
    ("November", 30),
    ("December", 31),
];

/// Whether an expression is written out, so that it reads no fact and no parameter.
pub(super) fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Duration(_)
        | ExprKind::Span { .. }
        | ExprKind::Time(_)
        | ExprKind::TimeIn(..) => true,
        ExprKind::Str(text) => text.plain().is_some(),
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => is_literal(inner),
        _ => false,
    }
}
