//! Mistakes that are plain from the words around them, said better than by what the grammar expected.

use super::codes;
use super::diagnostic::Diagnostic;
use super::lexer::{Token, TokenKind};
use super::mistakes::Stretch;
use super::source::Span;

/// How many words and signs a deadline has at most, for looking back to its `within`.
const DEADLINE_TOKENS: usize = 24;

/// What is known to be meant where the grammar stopped before the token at `index`.
pub(crate) fn plain(stretch: Stretch<'_>, index: usize) -> Option<Diagnostic> {
    zone_of_a_time(stretch, index).or_else(|| within_after(stretch, index)).or_else(|| recurrence(stretch, index))
}

/// `2026-12-18T18:00 in "Europe/London"` without its parentheses.
pub(crate) fn loose_zone(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(codes::LOOSE_ZONE, span, "a time and its zone stand in parentheses")
        .label("without parentheses here")
        .help(format!("write `({})`", one_line(text)))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// The token at `index`, if it belongs to the stretch.
fn token(stretch: Stretch<'_>, index: usize) -> Option<Token> {
    stretch.tokens.get(index).copied().filter(|token| token.start >= stretch.start && token.end <= stretch.end)
}

fn word<'t>(stretch: Stretch<'t>, index: usize) -> &'t str {
    token(stretch, index).map_or("", |token| token.text(stretch.text))
}

fn between<'t>(stretch: Stretch<'t>, first: Token, last: Token) -> &'t str {
    stretch.text.get(first.start..last.end).unwrap_or_default()
}

/// A time, `in` and a text, where the grammar reads no `in`.
fn zone_of_a_time(stretch: Stretch<'_>, index: usize) -> Option<Diagnostic> {
    let time = token(stretch, index.checked_sub(1)?)?;
    let zone = token(stretch, index + 1).filter(|zone| zone.kind == TokenKind::Text)?;
    let is_time = time.kind == TokenKind::Number && time.text(stretch.text).contains(['-', 'T']);
    if word(stretch, index) != "in" || !is_time {
        return None;
    }
    Some(loose_zone(time.span(stretch.file).to(zone.span(stretch.file)), between(stretch, time, zone)))
}

/// `within 3 days after X`: `within` counts from its `of`.
fn within_after(stretch: Stretch<'_>, index: usize) -> Option<Diagnostic> {
    let first = index.saturating_sub(DEADLINE_TOKENS);
    let within = (first..index).rev().find(|at| word(stretch, *at) == "within")?;
    let wrong = (within + 2..=index)
        .find(|at| matches!(word(stretch, *at), "after" | "from" | "since" | "before" | "until"))?;
    let span = between(stretch, token(stretch, within + 1)?, token(stretch, wrong - 1)?);
    let (end, start) = (index.max(wrong + 2) - 1, wrong + 1);
    let time = match (token(stretch, start), token(stretch, end)) {
        (Some(start), Some(end)) if end.end > start.start => between(stretch, start, end),
        _ => "TIME",
    };
    let (span, time, found) = (one_line(span), one_line(time), word(stretch, wrong));
    let place = token(stretch, wrong)?.span(stretch.file);
    let help = match found {
        "before" | "until" => format!("write `{span} before {time}`, without `within`"),
        _ => format!("write `within {span} of {time}`"),
    };
    Some(
        Diagnostic::error(codes::UNEXPECTED, place, format!("unexpected `{found}`"))
            .label("`within` counts from the time behind its `of`")
            .help(help),
    )
}

/// `daily 02:00 to 06:00`, `weekly sunday …`: a recurrence starts with `every`.
fn recurrence(stretch: Stretch<'_>, index: usize) -> Option<Diagnostic> {
    if !matches!(stretch.kind, "blackout" | "window" | "calendar") {
        return None;
    }
    let found = word(stretch, index);
    let starts =
        |at: usize| token(stretch, at).is_some_and(|t| t.kind == TokenKind::Number) || word(stretch, at) == "on";
    let next = day(word(stretch, index + 1));
    let meant = match (found, next) {
        ("daily" | "nightly", _) => "every day".to_owned(),
        ("weekly" | "each" | "on", Some(next)) => format!("every {next}"),
        ("weekly", None) => "every sunday".to_owned(),
        ("each", None) => format!("every {}", word(stretch, index + 1)),
        ("weekdays" | "workdays", _) => "every weekday".to_owned(),
        ("weekends" | "weekend", _) => "every saturday, sunday".to_owned(),
        ("monthly", _) => "every month".to_owned(),
        ("quarterly", _) => "every quarter".to_owned(),
        ("yearly" | "annually", _) => "every year".to_owned(),
        _ => match day(found) {
            Some(day) if starts(index + 1) || matches!(word(stretch, index + 1), "," | "to") => format!("every {day}"),
            _ => return None,
        },
    };
    let place = token(stretch, index)?.span(stretch.file);
    Some(
        Diagnostic::error(codes::UNEXPECTED, place, format!("unexpected `{found}`"))
            .label("what comes again starts with `every`")
            .help(format!("write `{meant} …`")),
    )
}

/// The day of the week that a word names, also in the plural.
fn day(word: &str) -> Option<&'static str> {
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        .into_iter()
        .find(|day| word.strip_suffix('s').unwrap_or(word).eq_ignore_ascii_case(day))
}
