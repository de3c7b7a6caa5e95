//! Literals: numbers, lengths, times, patterns.

use super::super::codes;
use super::super::diagnostic::Diagnostic;
use super::super::expr::{Expr, ExprKind, SpanUnit};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::{Builder, Pair};

const SECOND: i64 = 1_000_000;

/// Microseconds in one unit of an exact length.
fn unit_length(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" => SECOND,
        "min" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 7 * 86_400 * SECOND,
        _ => return None,
    })
}

/// Number and unit of `48h`.
pub(super) fn split_unit(text: &str) -> (String, &str) {
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    (number.replace('_', ""), unit)
}

/// Microseconds of `48h`.
pub(super) fn duration_microseconds(text: &str) -> Option<i64> {
    let (number, unit) = split_unit(text);
    number.parse::<i64>().ok()?.checked_mul(unit_length(unit)?)
}

impl Builder<'_> {
    /// A literal pair, or `None` if the pair is none.
    pub(super) fn literal(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        let span = self.tight(pair);
        let text = pair.as_str();
        let kind = match pair.as_rule() {
            Rule::boolean => {
                self.foreign_boolean(pair, span);
                ExprKind::Bool(text.eq_ignore_ascii_case("true"))
            }
            Rule::number => ExprKind::Number(text.replace('_', "")),
            Rule::percent => ExprKind::Percent(text.trim_end_matches('%').replace('_', "")),
            Rule::string | Rule::compat_string => ExprKind::Str(self.text(pair)),
            Rule::regex => {
                let inner = text.strip_prefix('/').and_then(|t| t.strip_suffix('/')).unwrap_or(text);
                ExprKind::Regex(inner.replace("\\/", "/"))
            }
            Rule::duration => self.duration(text, span),
            Rule::timestamp => ExprKind::Time(text.to_owned()),
            Rule::calendar_span => self.calendar_span(pair),
            Rule::compat_timestamp => self.foreign_timestamp(text, span),
            Rule::compat_duration | Rule::compat_span => self.foreign_duration(text.trim_end(), span),
            _ => return None,
        };
        Some(self.leaf(span, kind))
    }

    pub(super) fn duration(&mut self, text: &str, span: Span) -> ExprKind {
        let length = duration_microseconds(text);
        ExprKind::Duration(length.unwrap_or_else(|| {
            self.report(
                Diagnostic::error(codes::OUT_OF_RANGE, span, format!("`{text}` is too long"))
                    .label("more than 292,000 years")
                    .help("write a shorter length"),
            );
            0
        }))
    }

    fn calendar_span(&mut self, pair: &Pair<'_>) -> ExprKind {
        let (mut amount, mut unit, mut on, mut business) = (0, SpanUnit::Day, None, false);
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::span_amount => amount = self.whole(&inner),
                Rule::kw_business => business = true,
                Rule::span_unit | Rule::span_day => {
                    unit = match inner.as_str().trim_end_matches('s') {
                        "week" => SpanUnit::Week,
                        "month" => SpanUnit::Month,
                        "year" => SpanUnit::Year,
                        _ if business => SpanUnit::BusinessDay,
                        _ => SpanUnit::Day,
                    }
                }
                Rule::path => on = Some(self.path(&inner)),
                _ => {}
            }
        }
        ExprKind::Span { amount, unit, on }
    }

    /// A whole number; one that is out of range is reported, and read as the widest bound or as zero.
    pub(super) fn whole(&mut self, pair: &Pair<'_>) -> i64 {
        // A sign and its digits may stand apart.
        let text: String = match pair.as_rule() {
            Rule::int_bound => pair.clone().into_inner().map(|part| part.as_str().trim().replace('_', "")).collect(),
            _ => pair.as_str().replace('_', ""),
        };
        text.parse().unwrap_or_else(|_| {
            let span = self.tight(pair);
            let below = text.starts_with('-');
            let (nearest, help) =
                if below { (i64::MIN, "write a greater number") } else { (i64::MAX, "write a smaller number") };
            self.report(
                Diagnostic::error(codes::OUT_OF_RANGE, span, format!("`{text}` is out of range"))
                    .label(format!("whole numbers go {} {nearest}", if below { "down to" } else { "up to" }))
                    .help(help),
            );
            if pair.as_rule() == Rule::int_bound { nearest } else { 0 }
        })
    }

    /// `span_value`: a length, a name or parentheses.
    pub(super) fn span_value(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.tight(&pair);
        match pair.into_inner().next() {
            Some(inner) => self.single(inner),
            None => self.missing(span),
        }
    }
}
