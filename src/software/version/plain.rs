//! The order where no ecosystem says its own.
//!
//! It agrees with the policy language's own order of versions on numbers and on common pre-releases (a test says so). It differs in that the
//! numbers at the beginning decide first, and in words that say nothing (`1.0-ga`).

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a version with a number in it";

/// Words that say that a version comes before the one without them, in their order.
const EARLIER: [&str; 10] = ["snapshot", "dev", "nightly", "alpha", "beta", "milestone", "preview", "pre", "cr", "rc"];
/// Words that say nothing.
const NEUTRAL: [&str; 4] = ["final", "ga", "release", "stable"];

pub(super) struct Version<'a> {
    release: &'a str,
    tail: &'a str,
}

/// No version: a text without a digit (`latest`), and one with a wildcard (`2.x`, `2.*`).
pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let bare = text.strip_prefix(['v', 'V']).filter(|t| scan::is_number(t)).unwrap_or(text);
    let wild = text.contains('*') || words(bare).any(|word| word.eq_ignore_ascii_case("x"));
    let (release, _) = scan::run(bare, |c| c.is_ascii_digit() || (!c.is_alphanumeric() && !c.is_control()));
    let (_, tail) = bare.split_at(release.len());
    (bare.contains(|c: char| c.is_ascii_digit()) && !wild && !text.contains(char::is_control))
        .then_some(Version { release, tail })
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    let zero = |x: &&str| if scan::is_zero(x) { Ordering::Equal } else { Ordering::Greater };
    scan::lexicographic(words(a.release), words(b.release), |x, y| scan::number(x, y), zero).then_with(|| {
        let neutral = |word: &&str| !NEUTRAL.iter().any(|n| n.eq_ignore_ascii_case(word));
        let (a, b) = (words(a.tail).filter(neutral), words(b.tail).filter(neutral));
        scan::lexicographic(a, b, |x, y| item(x, y), |x| place(x).cmp(&END))
    })
}

const END: usize = EARLIER.len();

/// Pre-releases, the end, other words, numbers.
fn place(word: &str) -> usize {
    if scan::is_number(word) {
        END + 2
    } else {
        EARLIER.iter().position(|known| known.eq_ignore_ascii_case(word)).unwrap_or(END + 1)
    }
}

fn item(a: &str, b: &str) -> Ordering {
    place(a).cmp(&place(b)).then_with(|| {
        if scan::is_number(a) && scan::is_number(b) { scan::number(a, b) } else { scan::ignoring_case(a, b) }
    })
}

/// The runs of digits and of letters; what stands between them only parts them.
pub(super) fn words(mut rest: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let digit = rest.chars().next()?.is_ascii_digit();
        let (word, after) = scan::run(rest, |c| c.is_alphanumeric() && c.is_ascii_digit() == digit);
        rest = after;
        Some(word)
    })
}
