//! Recurrence rules (RFC 5545) in a policy's text.

use std::ops::Range;
use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind};
use crate::syntax::source::Span;
use crate::time::{Date, Lasting, LocalDateTime, RRule, Recurrence, Rule};

use super::checker::Checker;
use super::codes;
use super::program::ZoneRef;

impl Checker {
    /// A rule that is known from the text; one that names no start begins with 1970.
    pub(super) fn known_rule(
        &mut self,
        expr: &Expr,
        text: &str,
        lasting: Option<Lasting>,
        zone: Option<ZoneRef>,
    ) -> Option<Recurrence> {
        let (rule, start) = match RRule::parse_text(text) {
            Ok(read) => read,
            Err(error) => {
                let place = self.within(expr, text, &error.at);
                let help = error
                    .help
                    .unwrap_or_else(|| "write it as RFC 5545 has it, such as `FREQ=MONTHLY;BYDAY=2TU`".to_owned());
                self.report(Diagnostic::error(codes::BAD_RULE, place, error.message).label("in this rule").help(help));
                return None;
            }
        };
        if let (None, Some(why)) = (start, rule.needs_start()) {
            self.report(
                Diagnostic::error(
                    codes::BAD_RULE,
                    expr.span,
                    "this rule hangs on its first start, which it does not name",
                )
                .label(why)
                .help(format!("write the first start before it: `\"DTSTART:20260105T090000\\nRRULE:{rule}\"`")),
            );
            return None;
        }
        let dtstart = match start {
            Some(start) => start,
            None => LocalDateTime::start_of(Date::from_days(0)?),
        };
        let rules = match zone {
            Some(ZoneRef::Fixed(zone)) => self.rules(zone),
            _ => crate::time::Zone::utc(),
        };
        let mut starts = rule.starts_in(dtstart, dtstart, &rules);
        if starts.next().is_none() {
            let label = if starts.gave_up() { "no start was found" } else { "it has no start at all" };
            self.report(
                Diagnostic::error(codes::NEVER_HAPPENS, expr.span, "this rule never happens")
                    .label(label)
                    .help("see whether its parts exclude each other, and whether `UNTIL` comes before the first start"),
            );
            return None;
        }
        Some(Recurrence::Rule(Arc::new(Rule { rule, dtstart, lasting: lasting? })))
    }

    /// The place of a part of a text; all of it where it is not written out here.
    fn within(&self, expr: &Expr, text: &str, part: &Range<usize>) -> Span {
        let ExprKind::Str(literal) = &expr.kind else { return expr.span };
        let raw = self.program.sources.text(literal.span);
        let Some((start, end)) = raw_place(raw, part) else { return expr.span };
        if text.get(part.clone()).is_none_or(str::is_empty) {
            return expr.span;
        }
        let base = usize::try_from(literal.span.start).unwrap_or(usize::MAX);
        Span::new(literal.span.file, base.saturating_add(start), base.saturating_add(end))
    }
}

/// Where a part of a text stands in the literal that spells it, quotes and escapes counted.
fn raw_place(raw: &str, part: &Range<usize>) -> Option<(usize, usize)> {
    let opening = raw.chars().next()?.len_utf8();
    let (mut meant, mut at) = (0, opening);
    let mut start = None;
    while let Some(c) = raw.get(at..).and_then(|rest| rest.chars().next()) {
        if meant >= part.start && start.is_none() {
            start = Some(at);
        }
        if meant >= part.end {
            break;
        }
        if c == '\\' {
            let next = raw.get(at + 1..).and_then(|rest| rest.chars().next())?;
            let length = match next {
                'u' => 1 + raw.get(at + 1..)?.find('}')? + 1,
                other => 1 + other.len_utf8(),
            };
            at += length;
            meant += 1;
        } else {
            at += c.len_utf8();
            meant += c.len_utf8();
        }
    }
    Some((start?, at))
}
