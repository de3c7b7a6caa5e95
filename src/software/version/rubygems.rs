//! Ruby's order: `Gem::Version`.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a Ruby version: `1.2.3`, `1.2.3.beta1`";

/// Segments, without the zeros at the end of the numbers and at the end of all.
pub(super) struct Version<'a>(Vec<&'a str>);

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    if !scan::is_number(text) || !text.bytes().all(fits) {
        return None;
    }
    let mut segments = Vec::new();
    let mut words = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (segment, after) = match first {
            '.' => {
                rest = rest.trim_start_matches('.');
                continue;
            }
            '-' => ("pre", rest.strip_prefix('-').unwrap_or_default()),
            _ => scan::run(rest, |c| c.is_ascii_alphanumeric() && c.is_ascii_digit() == first.is_ascii_digit()),
        };
        if !words && !scan::is_number(segment) {
            words = true;
            drop_zeros(&mut segments);
        }
        segments.push(segment);
        rest = after;
    }
    drop_zeros(&mut segments);
    Some(Version(segments))
}

fn drop_zeros(segments: &mut Vec<&str>) {
    while segments.last().is_some_and(|s| scan::is_number(s) && scan::is_zero(s)) {
        segments.pop();
    }
}

/// Words come before numbers; segments that one version lacks are zero.
pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    let item = |x: &str, y: &str| match (scan::is_number(x), scan::is_number(y)) {
        (true, true) => scan::number(x, y),
        (false, false) => x.cmp(y),
        (x, y) => x.cmp(&y),
    };
    scan::lexicographic(a.0.iter().copied(), b.0.iter().copied(), |x, y| item(x, y), |x| item(x, "0"))
}
