//! Python's order: PEP 440, read as its appendix B does.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a Python version: `[N!]N(.N)*[{a|b|rc}N][.postN][.devN]`";

pub(super) enum Version<'a> {
    /// Not of PEP 440: older than all that are.
    Legacy(&'a str),
    Modern(Modern<'a>),
}

pub(super) struct Modern<'a> {
    epoch: &'a str,
    release: &'a str,
    /// `a`, `b` or `c` with its number.
    pre: Option<(u8, &'a str)>,
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: Option<&'a str>,
}

const PRE: [(&str, u8); 8] = [
    ("alpha", b'a'),
    ("a", b'a'),
    ("beta", b'b'),
    ("b", b'b'),
    ("preview", b'c'),
    ("pre", b'c'),
    ("rc", b'c'),
    ("c", b'c'),
];
const POST: [(&str, u8); 3] = [("post", b'p'), ("rev", b'p'), ("r", b'p')];
const DEV: [(&str, u8); 1] = [("dev", b'd')];

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    Some(modern(text).map_or(Version::Legacy(text), Version::Modern))
}

fn modern(text: &str) -> Option<Modern<'_>> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (text, local) = match text.split_once('+') {
        Some((text, local)) => (text, Some(local)),
        None => (text, None),
    };
    let (epoch, rest) = text.split_once('!').unwrap_or(("", text));
    let (release, rest) = scan::dotted(rest);
    let (pre, rest) = labelled(rest, &PRE).map_or((None, rest), |(pre, rest)| (Some(pre), rest));
    let implicit = rest.strip_prefix('-').map(scan::digits).filter(|(number, _)| !number.is_empty());
    let (post, rest) = match implicit {
        Some((number, rest)) => (Some(number), rest),
        None => labelled(rest, &POST).map_or((None, rest), |((_, number), rest)| (Some(number), rest)),
    };
    let (dev, rest) = labelled(rest, &DEV).map_or((None, rest), |((_, number), rest)| (Some(number), rest));
    let segment = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
    let valid = rest.is_empty()
        && !release.is_empty()
        && epoch.bytes().all(|b| b.is_ascii_digit())
        && local.is_none_or(|l| l.split(['.', '-', '_']).all(segment));
    valid.then_some(Modern { epoch, release, pre, post, dev, local })
}

type Labelled<'a> = ((u8, &'a str), &'a str);

/// `[sep]word[sep][number]`, and what follows it.
fn labelled<'a>(text: &'a str, words: &[(&str, u8)]) -> Option<Labelled<'a>> {
    let part = |c: char| matches!(c, '.' | '-' | '_');
    let bare = text.strip_prefix(part).unwrap_or(text);
    words.iter().find_map(|(word, label)| {
        let (head, rest) = bare.split_at_checked(word.len())?;
        if !head.eq_ignore_ascii_case(word) {
            return None;
        }
        let (number, rest) = scan::digits(rest.strip_prefix(part).unwrap_or(rest));
        Some(((*label, number), rest))
    })
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    match (a, b) {
        (Version::Modern(a), Version::Modern(b)) => compare_modern(a, b),
        (Version::Legacy(a), Version::Legacy(b)) => compare_legacy(a, b),
        (Version::Modern(_), Version::Legacy(_)) => Ordering::Greater,
        (Version::Legacy(_), Version::Modern(_)) => Ordering::Less,
    }
}

fn compare_modern(a: &Modern<'_>, b: &Modern<'_>) -> Ordering {
    scan::number(a.epoch, b.epoch)
        .then_with(|| scan::release(a.release, b.release))
        .then_with(|| pre_place(a).cmp(&pre_place(b)))
        .then_with(|| match (a.pre, b.pre) {
            (Some((x, n)), Some((y, m))) => x.cmp(&y).then_with(|| scan::number(n, m)),
            _ => Ordering::Equal,
        })
        .then_with(|| match (a.post, b.post) {
            (Some(n), Some(m)) => scan::number(n, m),
            (x, y) => x.is_some().cmp(&y.is_some()),
        })
        .then_with(|| match (a.dev, b.dev) {
            (Some(n), Some(m)) => scan::number(n, m),
            (x, y) => y.is_some().cmp(&x.is_some()),
        })
        .then_with(|| match (a.local, b.local) {
            (Some(x), Some(y)) => compare_local(x, y),
            (x, y) => x.is_some().cmp(&y.is_some()),
        })
}

/// A development release of the final one comes before its pre-releases, and they before it.
fn pre_place(version: &Modern<'_>) -> u8 {
    match (version.pre, version.post, version.dev) {
        (None, None, Some(_)) => 0,
        (Some(_), _, _) => 1,
        _ => 2,
    }
}

/// Words come before numbers; a longer version after its beginning.
fn compare_local(a: &str, b: &str) -> Ordering {
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let item = |x: &&str, y: &&str| match (numeric(x), numeric(y)) {
        (true, true) => scan::number(x, y),
        (false, false) => scan::ignoring_case(x, y),
        (x, y) => x.cmp(&y),
    };
    let parts = |c: char| matches!(c, '.' | '-' | '_');
    scan::lexicographic(a.split(parts), b.split(parts), item, |_| Ordering::Greater)
}

/// Digits as numbers, before letters; what else there is only parts them.
fn compare_legacy(a: &str, b: &str) -> Ordering {
    let item = |x: &&str, y: &&str| match (scan::is_number(x), scan::is_number(y)) {
        (true, true) => scan::number(x, y),
        (false, false) => scan::ignoring_case(x, y),
        (x, y) => y.cmp(&x),
    };
    scan::lexicographic(super::plain::words(a), super::plain::words(b), item, |_| Ordering::Greater)
        .then_with(|| a.cmp(b))
}
