//! The order of versions where no ecosystem says its own: runs of digits compare as numbers, other runs as text.

use std::cmp::Ordering;

/// Compares two versions; `1.10` is after `1.9`, `1.0` equals `1.00`, and a version equals itself with `.0` after it.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (parts(a), parts(b));
    loop {
        let (x, y) = (a.next(), b.next());
        let ordering = match (x, y) {
            (None, None) => return Ordering::Equal,
            (Some(x), Some(y)) => part_order(x, y),
            (Some(x), None) => beyond(x),
            (None, Some(y)) => beyond(y).reverse(),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// Words that say that a version comes before the one without them.
const EARLIER: &[&str] = &["alpha", "beta", "dev", "pre", "preview", "rc", "snapshot"];

/// A part that the shorter version lacks: a number other than zero and most words (`R2`, `p1`) are later, a pre-release earlier.
fn beyond(part: &str) -> Ordering {
    if is_number(part) {
        if part.bytes().all(|b| b == b'0') { Ordering::Equal } else { Ordering::Greater }
    } else if EARLIER.iter().any(|word| part.eq_ignore_ascii_case(word)) {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

fn is_number(part: &str) -> bool {
    part.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

fn part_order(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => a.cmp(b),
    }
}

/// The runs of digits and of letters; what stands between them only parts them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.strip_prefix(['v', 'V']).filter(|t| is_number(t)).unwrap_or(text);
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let first = rest.chars().next()?;
        let end = rest
            .find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit() != first.is_ascii_digit())
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}
