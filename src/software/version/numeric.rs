//! CRAN's and Hackage's orders: lists of numbers, of which a longer one is newer than its beginning.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED_CRAN: &str = "an R version: numbers parted by `.` or `-`";
pub(super) const EXPECTED_HACKAGE: &str = "a Haskell version: numbers parted by `.`";

pub(super) struct Version<'a>(&'a str);

pub(super) fn read_cran(text: &str) -> Option<Version<'_>> {
    read(text, |c| c == '.' || c == '-')
}

pub(super) fn read_hackage(text: &str) -> Option<Version<'_>> {
    read(text, |c| c == '.')
}

fn read(text: &str, parts: impl Fn(char) -> bool) -> Option<Version<'_>> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split(parts).all(number).then_some(Version(text))
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    let item = |x: &&str, y: &&str| scan::number(x, y);
    scan::lexicographic(a.0.split(['.', '-']), b.0.split(['.', '-']), item, |_| Ordering::Greater)
}
