//! What other languages write: said once, then read as if it had been written right.

use super::super::codes;
use super::super::diagnostic::{Code, Diagnostic};
use super::super::expr::{BinaryOp, Expr, ExprKind, Name, Presence, QuantKind, UnaryOp};
use super::super::grammar::Rule;
use super::super::source::Span;
use super::primary::Range;
use super::{Builder, Pair};

/// What a comparison sign of another language means, and how it is written here.
pub(super) fn foreign_comparison(text: &str) -> (BinaryOp, &'static str) {
    match text {
        "===" => (BinaryOp::Eq, "=="),
        "=<" | "≤" => (BinaryOp::Le, "<="),
        "=>" | "≥" => (BinaryOp::Ge, ">="),
        _ => (BinaryOp::Ne, "!="),
    }
}

/// A word that says "nothing there" elsewhere.
fn is_null(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if matches!(name.as_str(), "null" | "NULL" | "Null" | "nil" | "None" | "undefined" | "unknown"))
}

impl Builder<'_> {
    pub(super) fn foreign(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: &str,
        help: impl Into<String>,
    ) {
        self.report(Diagnostic::error(code, span, message).label(label).help(help));
    }

    pub(super) fn source(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// `ours` is what a word in capitals should have been.
    pub(super) fn capitals(&mut self, pair: &Pair<'_>, ours: &str) {
        let text = pair.as_str().trim().to_owned();
        let span = self.tight(pair);
        self.foreign(
            codes::FOREIGN_CAPITALS,
            span,
            format!("`{text}` is written in small letters"),
            "keyword in capitals",
            format!("write `{ours}`"),
        );
    }

    /// Reports an operator of another language; one of ours is left alone.
    pub(super) fn foreign_operator(&mut self, pair: &Pair<'_>) {
        let text = pair.as_str().trim().to_owned();
        let span = self.tight(pair);
        let (code, ours) = match pair.as_rule() {
            Rule::compat_and => (codes::FOREIGN_AND, "and"),
            Rule::compat_or => (codes::FOREIGN_OR, "or"),
            Rule::compat_not => (codes::FOREIGN_NOT, "not"),
            Rule::compat_equals => (codes::FOREIGN_EQUALS, "=="),
            Rule::compat_compare if text == "===" => (codes::FOREIGN_EQUALS, "=="),
            Rule::compat_compare => (codes::FOREIGN_COMPARE, foreign_comparison(&text).1),
            Rule::in_op if text != "in" => (codes::FOREIGN_CAPITALS, "in"),
            Rule::like_op if text != "like" => (codes::FOREIGN_CAPITALS, "like"),
            Rule::not_in_op if text.contains(|c: char| c.is_ascii_uppercase()) => (codes::FOREIGN_CAPITALS, "not in"),
            _ => return,
        };
        let label = if code == codes::FOREIGN_EQUALS && text == "=" {
            "`=` gives a name its value"
        } else {
            "an operator of another language"
        };
        let message = match code {
            codes::FOREIGN_EQUALS => format!("a comparison is written `==`, not `{text}`"),
            _ => format!("`{text}` is written `{ours}` here"),
        };
        self.foreign(code, span, message, label, format!("write `{ours}`"));
    }

    /// `x == null`: what was meant is whether `x` is known.
    pub(super) fn unknown_compared(&mut self, op: BinaryOp, span: Span, left: &Expr, right: &Expr) -> Option<Presence> {
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) || !is_null(right) || matches!(left.kind, ExprKind::Bool(_)) {
            return None;
        }
        let (presence, word) =
            if op == BinaryOp::Eq { (Presence::Unknown, "unknown") } else { (Presence::Known, "known") };
        let shown = self.source(right.span).to_owned();
        let value = self.source(left.span).to_owned();
        self.foreign(
            codes::FOREIGN_NULL,
            span,
            format!("nothing equals `{shown}`: a comparison with what is unknown is unknown"),
            "asks for absence by a comparison",
            format!("write `{value} is {word}`, or compare with `none` where the fact is that there is none"),
        );
        Some(presence)
    }

    /// `x is not known`, `x is null`, `x is 3`.
    pub(super) fn foreign_presence(&mut self, left: Expr, left_height: u32, end: Span, foreign: Pair<'_>) -> Expr {
        let span = left.span.to(end);
        let negated = foreign.clone().into_inner().any(|inner| inner.as_rule() == Rule::compat_is_not);
        let subject = self.source(left.span).to_owned();
        let mut presence = None;
        let mut value = None;
        for inner in foreign.into_inner() {
            presence = match inner.as_rule() {
                Rule::kw_known => Some(Presence::Known),
                Rule::kw_unknown | Rule::compat_null => Some(Presence::Unknown),
                Rule::kw_given => Some(Presence::Given),
                Rule::kw_empty | Rule::kw_none => {
                    let place = self.span(&inner);
                    let kind = if inner.as_rule() == Rule::kw_none {
                        ExprKind::Name("none".to_owned())
                    } else {
                        ExprKind::Set(Vec::new())
                    };
                    value = Some((self.leaf(place, kind), 1));
                    None
                }
                Rule::compat_is_value => {
                    let mut stream = inner.into_inner().peekable();
                    let expr = self.primary(&mut stream);
                    value = Some((expr, self.height));
                    None
                }
                _ => presence,
            };
        }
        if let Some((right, right_height)) = value {
            let (op, sign) = if negated { (BinaryOp::Ne, "!=") } else { (BinaryOp::Eq, "==") };
            let shown = if matches!(right.kind, ExprKind::Set(_)) { "{}" } else { self.source(right.span) };
            let help = format!("write `{subject} {sign} {shown}`");
            self.foreign(
                codes::FOREIGN_IS,
                span,
                "`is` asks only for `known`, `unknown` and `given`",
                "a comparison of values",
                help,
            );
            return self.binary(op, end, (left, left_height), (right, right_height));
        }
        let presence = presence.unwrap_or(Presence::Known);
        let code = if presence == Presence::Unknown && !self.source(end).contains("unknown") {
            codes::FOREIGN_NULL
        } else {
            codes::FOREIGN_IS
        };
        let (read, help) = match (presence, negated) {
            (Presence::Known, true) => (Presence::Unknown, format!("write `{subject} is unknown`")),
            (Presence::Unknown, true) => (Presence::Known, format!("write `{subject} is known`")),
            (Presence::Known, false) => (presence, format!("write `{subject} is known`")),
            (Presence::Unknown, false) => (
                presence,
                format!("write `{subject} is unknown`, or `{subject} == none` where the fact is that there is none"),
            ),
            (Presence::Given, _) => (presence, format!("write `not ({subject} is given)`")),
        };
        let message =
            if code == codes::FOREIGN_NULL { "what is not there is `unknown` here" } else { "`is` takes no `not`" };
        self.foreign(code, span, message, "asks whether something is there", help);
        let expr = self.grown(left_height, Expr { span, kind: ExprKind::Is(Box::new(left), read) });
        if presence == Presence::Given && negated {
            return self.grown(self.height, Expr { span, kind: ExprKind::Unary(UnaryOp::Not, Box::new(expr)) });
        }
        expr
    }

    /// `x in ["a", "b"]`: what stands after `in` is a set.
    pub(super) fn fit_right(&mut self, op: BinaryOp, right: Expr) -> Expr {
        match right.kind {
            ExprKind::List { items, incomplete: false } if matches!(op, BinaryOp::In | BinaryOp::NotIn) => {
                let help = self.in_braces(right.span);
                self.foreign(codes::FOREIGN_SET, right.span, "a set is written in braces", "a list in brackets", help);
                Expr { span: right.span, kind: ExprKind::Set(items) }
            }
            kind => Expr { span: right.span, kind },
        }
    }

    /// `x in ("a", "b")`
    pub(super) fn foreign_tuple(&mut self, span: Span, parts: Vec<Expr>, highest: u32) -> Expr {
        let help = self.in_braces(span);
        self.foreign(codes::FOREIGN_SET, span, "a set is written in braces", "values in parentheses", help);
        self.grown(highest, Expr { span, kind: ExprKind::Set(parts) })
    }

    /// How values in brackets or parentheses are written as a set; a long list by its form.
    fn in_braces(&self, span: Span) -> String {
        let text = self.source(span);
        let within = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let values = within.split_whitespace().collect::<Vec<&str>>().join(" ");
        match values.trim_end_matches(',') {
            "" => "write `{}`".to_owned(),
            values if values.len() <= 60 => format!("write `{{ {values} }}`"),
            _ => "write `{ a, b }`".to_owned(),
        }
    }

    /// `c ? a : b`
    pub(super) fn ternary(&mut self, condition: Expr, pair: Pair<'_>) -> Expr {
        let mut highest = self.height;
        let mark = pair
            .clone()
            .into_inner()
            .find(|inner| inner.as_rule() == Rule::question)
            .map_or_else(|| self.tight(&pair), |q| self.span(&q));
        let mut parts = Vec::new();
        for inner in pair.into_inner().filter(|inner| inner.as_rule() == Rule::expr) {
            parts.push(self.expr(inner));
            highest = highest.max(self.height);
        }
        self.foreign(
            codes::FOREIGN_TERNARY,
            mark,
            "a choice is written `if c then a else b`",
            "an operator of another language",
            "write `(if c then a else b)`",
        );
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next()) {
            (Some(then), Some(otherwise)) => {
                let span = condition.span.to(otherwise.span);
                self.grown(
                    highest,
                    Expr { span, kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)) },
                )
            }
            _ => condition,
        }
    }

    pub(super) fn foreign_boolean(&mut self, pair: &Pair<'_>, span: Span) {
        let text = pair.as_str();
        let ours = text.to_ascii_lowercase();
        if text != ours {
            self.foreign(
                codes::FOREIGN_BOOLEAN,
                span,
                format!("`{text}` is written `{ours}` here"),
                "in capitals",
                format!("write `{ours}`"),
            );
        }
    }

    pub(super) fn foreign_quotes(&mut self, span: Span, inner: &str) {
        let corrected = inner.replace("\\'", "'").replace('"', "\\\"");
        self.foreign(
            codes::FOREIGN_QUOTES,
            span,
            "a text stands in double quotes",
            "other quotes",
            format!("write `\"{corrected}\"`"),
        );
    }

    /// `2026-1-1`, `2026/01/01`, `2026-12-18 18:00`
    pub(super) fn foreign_timestamp(&mut self, text: &str, span: Span) -> ExprKind {
        let text = text.trim();
        let (date, rest) = match text.find(['T', 't', ' ']) {
            Some(at) => text.split_at_checked(at).unwrap_or((text, "")),
            None => (text, ""),
        };
        let date: Vec<String> = date.split(['-', '/']).map(|part| format!("{part:0>2}")).collect();
        let mut ours = date.join("-");
        let rest = rest.trim_start_matches(['T', 't', ' ']);
        if !rest.is_empty() {
            let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
            let (clock, zone) = rest.split_at_checked(zone_at).unwrap_or((rest, ""));
            let mut parts: Vec<String> = clock.split(':').map(|part| format!("{part:0>2}")).collect();
            if parts.len() == 1 {
                parts.push("00".to_owned());
            }
            ours = format!("{ours}T{}{}", parts.join(":"), zone.to_ascii_uppercase());
        }
        self.foreign(
            codes::FOREIGN_DATE,
            span,
            format!("`{text}` is no date of this language"),
            "dates are year-month-day with two digits, times follow after `T`",
            format!("write `{ours}`"),
        );
        ExprKind::Time(ours)
    }

    /// `30m`, `2 hours`, `1.5h`
    pub(super) fn foreign_duration(&mut self, text: &str, span: Span) -> ExprKind {
        let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
        let (number, unit) = super::literal::split_unit(&compact);
        let small = unit.to_ascii_lowercase();
        let ours = match (unit, small.as_str()) {
            ("M", _) | (_, "month" | "months") => Err(if number == "1" { "month" } else { "months" }),
            (_, "y" | "year" | "years") => Err(if number == "1" { "year" } else { "years" }),
            (_, "workingdays" | "workingday") => Err(if number == "1" { "business day" } else { "business days" }),
            (_, "calendardays" | "calendarday") => Err(if number == "1" { "day" } else { "days" }),
            (_, "ms" | "milliseconds") => Ok("ms"),
            (_, "m" | "mins" | "minute" | "minutes" | "min") => Ok("min"),
            (_, "s" | "sec" | "secs" | "second" | "seconds") => Ok("s"),
            (_, "h" | "hr" | "hrs" | "hour" | "hours") => Ok("h"),
            (_, "w" | "wk" | "wks" | "week" | "weeks") => Ok("w"),
            _ => Ok("d"),
        };
        let (kind, corrected) = match ours {
            Err(unit) => self.foreign_span(&number, unit),
            Ok(unit) => exact(&number, unit),
        };
        self.foreign(
            codes::FOREIGN_DURATION,
            span,
            format!("`{text}` is no length of this language"),
            "exact lengths are whole numbers of `s`, `min`, `h`, `d` and `w`",
            format!("write `{corrected}`"),
        );
        kind
    }

    fn foreign_span(&mut self, number: &str, unit: &str) -> (ExprKind, String) {
        use super::super::expr::SpanUnit;
        let amount = number.split('.').next().and_then(|n| n.parse().ok()).unwrap_or_default();
        let span_unit = match unit {
            "month" | "months" => SpanUnit::Month,
            "year" | "years" => SpanUnit::Year,
            "business day" | "business days" => SpanUnit::BusinessDay,
            _ => SpanUnit::Day,
        };
        (ExprKind::Span { amount, unit: span_unit, on: None }, format!("{number} {unit}"))
    }

    /// `else if`: allowed, but parentheses say that it is one `if` within another.
    pub(super) fn foreign_else_if(&mut self, pair: &Pair<'_>, index: usize) {
        let text = pair.as_str();
        let nested =
            text.strip_prefix("if").is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '('));
        if index != 2 || !nested {
            return;
        }
        let start = self.span(pair).start as usize;
        let before = self.tokens.partition_point(|token| token.start < start);
        let opening = before.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(start, |token| token.start);
        let span = Span::new(self.file, opening, start + 2);
        self.report(
            Diagnostic::warning(codes::FOREIGN_ELSE_IF, span, "`else if` is one `if` within another")
                .label("no form of its own")
                .help("write `else (if c then a else b)`, or a `table`"),
        );
    }

    /// `elif`
    pub(super) fn foreign_elif(&mut self, pair: &Pair<'_>) {
        if let Some(word) = pair.clone().into_inner().find(|inner| inner.as_rule() == Rule::compat_elif_word) {
            let text = word.as_str().to_owned();
            let span = self.span(&word);
            self.foreign(
                codes::FOREIGN_ELSE_IF,
                span,
                format!("`{text}` is written `else (if …)`"),
                "a word of another language",
                "write `else (if c then a else b)`",
            );
        }
    }

    /// The `if` of a comprehension; where the comprehension itself is foreign, that has been said.
    pub(super) fn foreign_if(&mut self, pair: &Pair<'_>) {
        if self.problems.last().is_some_and(|problem| problem.code == codes::FOREIGN_COMPREHENSION) {
            return;
        }
        let span = self.span(pair);
        let place = Span::new(self.file, span.start as usize, span.start as usize + 2);
        self.foreign(
            codes::FOREIGN_COMPREHENSION,
            place,
            "a list is narrowed by `where`",
            "`if` chooses between two values",
            "write `where`",
        );
    }

    /// The `:` or `|` of `forall x in xs: …`; where the quantifier itself is foreign, that has been said.
    pub(super) fn foreign_body(&mut self, pair: &Pair<'_>) {
        let span = self.span(pair);
        let reported = self.problems.last().is_some_and(|problem| problem.code == codes::FOREIGN_QUANTIFIER);
        if !reported {
            let place = Span::new(self.file, span.start as usize, span.start as usize + 1);
            let sign = self.source(place).to_owned();
            self.foreign(
                codes::FOREIGN_QUANTIFIER,
                place,
                format!("a quantifier's condition does not follow `{sign}`"),
                "a sign of another language",
                "write `any x in … where …`, `every x in … satisfies …`",
            );
        }
    }

    /// `forall`, `exists` …: which of ours it is.
    pub(super) fn foreign_quantifier(&mut self, pair: &Pair<'_>) -> QuantKind {
        let text = pair.as_str().trim().to_owned();
        let (kind, ours) = match text.to_ascii_lowercase().as_str() {
            "forall" | "all" | "every" => (QuantKind::Every, "every x in … satisfies …"),
            _ => (QuantKind::Any, "any x in … where …"),
        };
        let span = self.tight(pair);
        self.foreign(
            codes::FOREIGN_QUANTIFIER,
            span,
            format!("`{text}` is no quantifier of this language"),
            "a word of another language",
            format!("write `{ours}`"),
        );
        kind
    }

    /// `any(f.kev for f in fs)`
    pub(super) fn comprehension(&mut self, pair: Pair<'_>, kind: QuantKind, span: Span) -> Expr {
        let mut value = None;
        for inner in pair.clone().into_inner().filter(|inner| inner.as_rule() == Rule::expr).take(1) {
            value = Some((self.expr(inner), self.height));
        }
        let place = self.tight(&pair);
        self.foreign(
            codes::FOREIGN_COMPREHENSION,
            place,
            "the condition stands after the list",
            "a comprehension of another language",
            "write `any x in xs where …` or `every x in xs satisfies …`",
        );
        let mut range = self.range(pair);
        let Some((value, height)) = value else { return self.missing(span) };
        range.height = range.height.max(height).saturating_add(1);
        let range = match (kind, range.filter.take()) {
            (QuantKind::Any, Some(filter)) => {
                let joined = Expr {
                    span: place,
                    kind: ExprKind::Binary(BinaryOp::And, place, Box::new(filter), Box::new(value)),
                };
                Range { filter: Some(joined), ..range }
            }
            (QuantKind::Any, None) => Range { filter: Some(value), ..range },
            (_, filter) => Range { filter, body: Some(value), ..range },
        };
        self.quantified(kind, range, span)
    }

    /// A record's key; one in quotes is another language's.
    pub(super) fn record_key(&mut self, pair: &Pair<'_>) -> Name {
        let span = self.tight(pair);
        let text = pair.as_str().trim();
        let bare = text.trim_matches(|c| matches!(c, '"' | '\'' | '“' | '”' | '„'));
        if bare.len() != text.len() {
            self.foreign(
                codes::FOREIGN_KEY,
                span,
                "a record's keys stand without quotes",
                "a key in quotes",
                format!("write `{bare}: …`"),
            );
        }
        Name { text: bare.to_owned(), span }
    }
}

/// An exact length as it should have been written; one with a fraction is written in a smaller unit.
fn exact(number: &str, unit: &str) -> (ExprKind, String) {
    let factor: i64 = match unit {
        "ms" => 1_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        "w" => 604_800_000_000,
        _ => 1_000_000,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let scale = 10_i64.checked_pow(u32::try_from(fraction.len()).unwrap_or(u32::MAX));
    let microseconds = scale.and_then(|scale| {
        let part = fraction.parse::<i64>().unwrap_or(0).checked_mul(factor)?.checked_div(scale)?;
        whole.parse::<i64>().ok()?.checked_mul(factor)?.checked_add(part)
    });
    let microseconds = microseconds.unwrap_or_default();
    let corrected = if fraction.is_empty() && unit != "ms" {
        format!("{number}{unit}")
    } else {
        let (length, name) = [(60_000_000, "min"), (1_000_000, "s")]
            .into_iter()
            .find(|(length, _)| microseconds % length == 0)
            .unwrap_or((1_000_000, "s"));
        format!("{}{name}", microseconds / length)
    };
    (ExprKind::Duration(microseconds), corrected)
}
