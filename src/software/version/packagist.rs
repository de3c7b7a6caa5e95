//! Composer's order: its normalised versions under PHP's `version_compare`.
//!
//! Composer fills the numbers at the beginning with zeros, so that `1.0` equals `1.0.0`; PHP's function alone does not. What PHP calls `#`, a
//! placeholder that equals every number, is not taken: no order can have it.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a Composer version: `1.2.3`, `1.2.3-beta2`, `dev-main`";

pub(super) struct Version<'a> {
    release: &'a str,
    tail: &'a str,
}

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let bare = text.strip_prefix(['v', 'V']).filter(|t| scan::is_number(t)).unwrap_or(text);
    // Build metadata is without weight.
    let (bare, _) = bare.split_once('+').unwrap_or((bare, ""));
    let (release, _) = scan::run(bare, |c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'));
    let (_, tail) = bare.split_at(release.len());
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '#' && c != '*';
    (!bare.is_empty() && bare.chars().all(fits)).then_some(Version { release, tail })
}

/// Where a part of what follows the numbers stands. PHP looks at how a word begins; Composer drops `stable`.
fn place(word: &str) -> usize {
    const WORDS: [(&str, usize); 9] = [
        ("dev", 1),
        ("alpha", 2),
        ("beta", 3),
        ("rc", 4),
        ("a", 2),
        ("b", 3),
        ("stable", END),
        ("pl", END + 2),
        ("p", END + 2),
    ];
    if scan::is_number(word) {
        return END + 1;
    }
    let begins = |start: &str| word.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    WORDS.iter().find(|(start, _)| begins(start)).map_or(0, |(_, place)| *place)
}

const END: usize = 5;

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    let zero = |x: &&str| if scan::is_zero(x) { Ordering::Equal } else { Ordering::Greater };
    let words = super::plain::words;
    let item = |x: &&str, y: &&str| {
        place(x).cmp(&place(y)).then_with(|| if place(x) == END + 1 { scan::number(x, y) } else { Ordering::Equal })
    };
    scan::lexicographic(words(a.release), words(b.release), |x, y| scan::number(x, y), zero).then_with(|| {
        let told = |word: &&str| place(word) != END;
        scan::lexicographic(words(a.tail).filter(told), words(b.tail).filter(told), item, |x| place(x).cmp(&END))
    })
}
