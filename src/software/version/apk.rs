//! Alpine's order: `number{.number}{letter}{_suffix{number}}{~hash}{-r#}`, apk-package(5).

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "an Alpine version: `number{.number}{letter}{_suffix{number}}{-r#}`";

/// In their order; a version without a suffix stands between `rc` and `cvs`.
const SUFFIXES: [&str; 9] = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];
const FIRST_AFTER: usize = 4;

pub(super) struct Version<'a> {
    release: &'a str,
    letter: &'a str,
    suffixes: &'a str,
    hash: Option<&'a str>,
    build: Option<&'a str>,
    rest: Option<&'a str>,
}

/// A malformed version is read as far as it goes; `rest` holds what is left.
pub(super) fn read(text: &str) -> Option<Version<'_>> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (release, after) = scan::dotted(text);
    let letters = usize::from(after.bytes().next().is_some_and(|b| b.is_ascii_lowercase()));
    let (letter, after) = after.split_at(letters);
    let mut rest = after;
    while let Some((_, _, next)) = suffix(rest) {
        rest = next;
    }
    let (suffixes, mut rest) = after.split_at(after.len() - rest.len());
    let mut hash = None;
    if let Some((found, next)) =
        rest.strip_prefix('~').map(|r| scan::run(r, |c| c.is_ascii_digit() || ('a'..='f').contains(&c)))
        && !found.is_empty()
    {
        (hash, rest) = (Some(found), next);
    }
    let mut build = None;
    if let Some((found, next)) = rest.strip_prefix("-r").map(scan::digits) {
        // What follows a build is without weight, however it is written: apk 3 stops there.
        (build, rest) = (Some(found), if next.is_empty() { "" } else { "-" });
    }
    Some(Version { release, letter, suffixes, hash, build, rest: (!rest.is_empty()).then_some(rest) })
}

/// The suffix that a text begins with: its place among them, its number and what follows.
fn suffix(text: &str) -> Option<(usize, &str, &str)> {
    let (word, after) = scan::run(text.strip_prefix('_')?, |c| c.is_ascii_lowercase());
    let place = SUFFIXES.iter().position(|known| *known == word)?;
    let (number, rest) = scan::digits(after);
    Some((place, number, rest))
}

fn suffixes(mut rest: &str) -> impl Iterator<Item = (usize, &str)> {
    std::iter::from_fn(move || {
        let (place, number, after) = suffix(rest)?;
        rest = after;
        Some((place, number))
    })
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    numbers(a.release, b.release)
        .then_with(|| a.letter.cmp(b.letter))
        .then_with(|| {
            let item = |x: &(usize, &str), y: &(usize, &str)| x.0.cmp(&y.0).then_with(|| scan::number(x.1, y.1));
            let end = |x: &(usize, &str)| if x.0 < FIRST_AFTER { Ordering::Less } else { Ordering::Greater };
            scan::lexicographic(suffixes(a.suffixes), suffixes(b.suffixes), item, end)
        })
        .then_with(|| a.hash.cmp(&b.hash))
        .then_with(|| scan::number(a.build.unwrap_or(""), b.build.unwrap_or("")))
        .then_with(|| match (a.rest, b.rest) {
            (Some(x), Some(y)) => x.cmp(y),
            (x, y) => y.is_some().cmp(&x.is_some()),
        })
        .then_with(|| a.build.is_some().cmp(&b.build.is_some()))
}

/// The first numbers compare as numbers; of later ones, those that begin with zero compare as text, before all others.
fn numbers(a: &str, b: &str) -> Ordering {
    let split = |text: &'_ str| -> usize { text.find('.').unwrap_or(text.len()) };
    let ((first_a, rest_a), (first_b, rest_b)) = (a.split_at(split(a)), b.split_at(split(b)));
    let item = |x: &&str, y: &&str| {
        if x.starts_with('0') || y.starts_with('0') { x.cmp(y) } else { scan::number(x, y) }
    };
    scan::number(first_a, first_b).then_with(|| {
        scan::lexicographic(rest_a.split('.').skip(1), rest_b.split('.').skip(1), item, |_| Ordering::Greater)
    })
}
