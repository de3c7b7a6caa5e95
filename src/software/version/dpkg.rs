//! Debian's order: Debian Policy 5.6.12.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a Debian version: `[epoch:]upstream[-revision]`, upstream beginning with a digit";

pub(super) struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    let digits = !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit());
    let fits = |b: u8| b.is_ascii_alphanumeric() || b".+~-:".contains(&b);
    let valid = digits && scan::is_number(upstream) && rest.bytes().all(fits) && !revision.contains(':');
    valid.then_some(Version { epoch, upstream, revision })
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    scan::number(a.epoch, b.epoch).then_with(|| part(a.upstream, b.upstream)).then_with(|| part(a.revision, b.revision))
}

/// Runs without digits compare character by character, runs of digits as numbers, in turn.
fn part(mut a: &str, mut b: &str) -> Ordering {
    while !(a.is_empty() && b.is_empty()) {
        let (words_a, after_a) = scan::run(a, |c| !c.is_ascii_digit());
        let (words_b, after_b) = scan::run(b, |c| !c.is_ascii_digit());
        let order = scan::lexicographic(
            words_a.bytes(),
            words_b.bytes(),
            |x, y| weight(*x).cmp(&weight(*y)),
            |x| weight(*x).cmp(&0),
        );
        let (number_a, rest_a) = scan::digits(after_a);
        let (number_b, rest_b) = scan::digits(after_b);
        let order = order.then_with(|| scan::number(number_a, number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// `~` sorts before the end, letters after it, everything else after the letters.
fn weight(b: u8) -> i32 {
    match b {
        b'~' => -1,
        b if b.is_ascii_alphabetic() => i32::from(b),
        b => i32::from(b) + 256,
    }
}
