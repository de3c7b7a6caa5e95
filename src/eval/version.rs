//! The order of versions where no ecosystem says its own: runs of digits compare as numbers, other runs as text.

use std::cmp::Ordering;

/// Compares two versions; `1.10` is after `1.9`, `1.0` equals `1.00`, and a version equals itself with `.0` after it.
///
/// Both are read as if zeros without end stood behind them, so that any three versions have one order.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (parts(a), parts(b));
    loop {
        let ordering = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => part_order(x.unwrap_or("0"), y.unwrap_or("0")),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// Words that say that a version comes before the one without them.
const EARLIER: &[&str] = &["alpha", "beta", "dev", "pre", "preview", "rc", "snapshot"];

/// What a part is: a pre-release is before nothing at all, other words (`R2`, `p1`) after it, and numbers last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Earlier,
    Nothing,
    Word,
    Number,
}

fn rank(part: &str) -> Rank {
    if is_number(part) {
        if part.bytes().all(|b| b == b'0') { Rank::Nothing } else { Rank::Number }
    } else if EARLIER.iter().any(|word| part.eq_ignore_ascii_case(word)) {
        Rank::Earlier
    } else {
        Rank::Word
    }
}

fn is_number(part: &str) -> bool {
    part.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

fn part_order(a: &str, b: &str) -> Ordering {
    let rank = rank(a);
    rank.cmp(&self::rank(b)).then_with(|| match rank {
        Rank::Nothing => Ordering::Equal,
        Rank::Number => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        Rank::Earlier | Rank::Word => a.cmp(b),
    })
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
