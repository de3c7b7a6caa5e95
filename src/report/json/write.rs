//! The parts of a decision as they serialise.

use serde::Serialize;

use super::to_writer;
use crate::eval::decision::{Answer, Assumed};
use crate::time::Instant;

/// A value as it serialises.
pub(super) fn value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Nothing that is printed fails to serialise, and memory takes every byte.
    let _ = to_writer(out, value);
}

/// A member that is not the first.
pub(super) fn member<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &str, content: &T) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    value(out, content);
}

pub(super) fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

pub(super) fn list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// A text. One of which every character stands for itself is copied.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        value(out, text);
    }
}

/// An instant, to the second where it has no fraction.
pub(super) fn instant(out: &mut Vec<u8>, instant: Instant) {
    if instant.micros() % 1_000_000 != 0 {
        return value(out, &instant.to_rfc3339());
    }
    let utc = instant.utc();
    let ((year, month, day), seconds) = (utc.date().ymd(), utc.micros_of_day() / 1_000_000);
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let two = |number: i64| [digit(number / 10), digit(number)];
    let [y, e] = [two(year / 100), two(year % 100)];
    let [m, d] = [two(month), two(day)];
    let [h, i, s] = [two(seconds / 3_600), two(seconds / 60 % 60), two(seconds % 60)];
    out.extend_from_slice(&[
        b'"', y[0], y[1], e[0], e[1], b'-', m[0], m[1], b'-', d[0], d[1], b'T', h[0], h[1], b':', i[0], i[1], b':',
        s[0], s[1], b'Z', b'"',
    ]);
}

pub(super) fn number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut used = 0;
    for (n, place) in digits.iter_mut().rev().enumerate() {
        if rest == 0 && n > 0 {
            break;
        }
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        used = n + 1;
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// A block's urgency up to its due date.
pub(super) fn block_head(out: &mut Vec<u8>, block: &str, level: Option<&str>) {
    out.extend_from_slice(b"{\"block\":");
    text(out, block);
    out.extend_from_slice(b",\"level\":");
    optional(out, level, text);
    out.extend_from_slice(b",\"due\":");
}

/// What comes behind the due date, up to the findings.
pub(super) fn overdue(out: &mut Vec<u8>, count: u64) {
    out.extend_from_slice(b",\"overdue\":");
    number(out, count);
    out.extend_from_slice(b",\"findings\":");
}

/// The answer's part before the asset.
pub(super) fn before_asset(out: &mut Vec<u8>, change: Option<&String>) {
    out.extend_from_slice(b"{\"change\":");
    value(out, &change);
    out.extend_from_slice(b",\"asset\":");
}

/// The answer's part between the asset and `not_before`.
pub(super) fn said(out: &mut Vec<u8>, answer: &Answer) {
    member(out, "verdict", &answer.verdict);
    member(out, "effects", &answer.effects);
    member(out, "category", &answer.category);
    member(out, "category_possible", &answer.category_possible);
    member(out, "tested", &answer.tested);
    out.extend_from_slice(b",\"not_before\":");
}

/// Whether two answers have the same parts before the asset, and between it and `not_before`.
pub(super) fn says_the_same(a: &Answer, b: &Answer) -> bool {
    let tested = |answer: &Answer| (answer.tested.from, answer.tested.to, answer.tested.by);
    a.verdict == b.verdict
        && a.category == b.category
        && a.effects == b.effects
        && a.category_possible == b.category_possible
        && tested(a) == tested(b)
        && a.change == b.change
}

/// The first instant, and what will have lapsed by then.
pub(super) fn times(out: &mut Vec<u8>, not_before: Option<Instant>, lapses: &[String]) {
    optional(out, not_before, instant);
    if !lapses.is_empty() {
        out.extend_from_slice(b",\"lapses\":");
        value(out, lapses);
    }
}

/// What is assumed, and the end of the decision.
pub(super) fn ending(out: &mut Vec<u8>, assumed: &[Assumed]) {
    member(out, "assumed", assumed);
    out.push(b'}');
}
