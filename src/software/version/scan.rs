//! What the orders share: runs of digits and letters, and numbers of any length.

use std::cmp::Ordering;

/// Compares two runs of digits as numbers; an empty run is zero.
pub(super) fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Whether a run of digits is zero.
pub(super) fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|b| b == b'0')
}

/// Whether a text begins with a digit.
pub(super) fn is_number(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

/// The longest beginning whose characters all pass, and what follows it.
pub(super) fn run(text: &str, passes: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !passes(c)).unwrap_or(text.len()))
}

/// The digits that a text begins with, and what follows them.
pub(super) fn digits(text: &str) -> (&str, &str) {
    run(text, |c| c.is_ascii_digit())
}

/// Compares without regard to the case of ASCII letters.
pub(super) fn ignoring_case(a: &str, b: &str) -> Ordering {
    a.bytes().map(|x| x.to_ascii_lowercase()).cmp(b.bytes().map(|x| x.to_ascii_lowercase()))
}

/// Numbers parted by dots at the beginning of a text, and what follows them; nothing if it begins with no digit. A dot that no digit follows is
/// left.
pub(super) fn dotted(text: &str) -> (&str, &str) {
    let (mut end, mut rest) = (0, text);
    loop {
        let (number, after) = digits(rest);
        if number.is_empty() {
            break;
        }
        end = text.len() - after.len();
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    text.split_at(end)
}

/// Compares numbers parted by dots; those that one of them lacks are zero.
pub(super) fn release(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = (a.next(), b.next());
        if x.is_none() && y.is_none() {
            return Ordering::Equal;
        }
        let order = number(x.unwrap_or(""), y.unwrap_or(""));
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Compares two sequences item by item; `end` says where an item stands against the end of the other sequence.
pub(super) fn lexicographic<T>(
    a: impl IntoIterator<Item = T>,
    b: impl IntoIterator<Item = T>,
    item: impl Fn(&T, &T) -> Ordering,
    end: impl Fn(&T) -> Ordering,
) -> Ordering {
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(x), Some(y)) => item(&x, &y),
            (Some(x), None) => end(&x),
            (None, Some(y)) => end(&y).reverse(),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
