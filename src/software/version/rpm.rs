//! The order of RPM, with `~` (before) and `^` (after) since 4.15.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "an RPM version: `[epoch:]version[-release]`";

pub(super) struct Version<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => (epoch, rest),
        _ => ("0", text),
    };
    let (version, release) = match rest.rsplit_once('-') {
        Some((version, release)) => (version, Some(release)),
        None => (rest, None),
    };
    let valid = !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
    valid.then_some(Version { epoch, version, release })
}

/// A version without a release is older than the same with any.
pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    scan::number(a.epoch, b.epoch).then_with(|| part(a.version, b.version)).then_with(|| match (a.release, b.release) {
        (Some(x), Some(y)) => part(x, y),
        (x, y) => x.is_some().cmp(&y.is_some()),
    })
}

/// A piece, in the order of their kinds; the end of a text stands between `Tilde` and `Caret`.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Kind {
    Tilde,
    Caret,
    Letters,
    Digits,
}

fn part(a: &str, b: &str) -> Ordering {
    let item = |x: &(Kind, &str), y: &(Kind, &str)| {
        x.0.cmp(&y.0).then_with(|| if x.0 == Kind::Digits { scan::number(x.1, y.1) } else { x.1.cmp(y.1) })
    };
    let end = |x: &(Kind, &str)| if x.0 == Kind::Tilde { Ordering::Less } else { Ordering::Greater };
    scan::lexicographic(pieces(a), pieces(b), item, end)
}

/// What is neither letter, digit, `~` nor `^` only parts the pieces.
fn pieces(mut rest: &str) -> impl Iterator<Item = (Kind, &str)> {
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^');
        let (kind, (piece, after)) = match rest.bytes().next()? {
            b'~' => (Kind::Tilde, rest.split_at(1)),
            b'^' => (Kind::Caret, rest.split_at(1)),
            b if b.is_ascii_digit() => (Kind::Digits, scan::digits(rest)),
            _ => (Kind::Letters, scan::run(rest, |c| c.is_ascii_alphabetic())),
        };
        rest = after;
        Some((kind, piece))
    })
}
