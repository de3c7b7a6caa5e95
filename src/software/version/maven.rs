//! Maven's order, as its POM reference describes it: tokens with the separator before them, in lexicographic order.
//!
//! The reference lists the null values that are dropped at a hyphen; like Maven since 3.8.7 this also drops them before a qualifier that follows a
//! dot (`1.0.alpha` is `1-alpha`), without which the order contradicts itself.

use std::cmp::Ordering;

use super::scan;

pub(super) const EXPECTED: &str = "a Maven version, such as `1.2.3` or `1.2.3-beta-2`";

#[derive(Clone, Copy)]
struct Token<'a> {
    /// A hyphen stands before it, or it begins where digits and letters meet.
    hyphen: bool,
    place: Place,
    text: &'a str,
}

/// Where a token stands: known qualifiers, the end, others, numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Alpha,
    Beta,
    Milestone,
    Rc,
    Snapshot,
    End,
    Release,
    Sp,
    Other,
    HyphenNumber,
    DotNumber,
}

pub(super) struct Version<'a>(Vec<Token<'a>>);

pub(super) fn read(text: &str) -> Option<Version<'_>> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "[](){},$".contains(c);
    if text.is_empty() || text.contains(bad) {
        return None;
    }
    Some(Version(trimmed(&tokens(text))))
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut hyphen) = (text, false);
    loop {
        let (section, after) = scan::run(rest, |c| c != '.' && c != '-');
        push_section(&mut tokens, section, hyphen);
        let mut chars = after.chars();
        match chars.next() {
            None => return tokens,
            Some(separator) => hyphen = separator == '-',
        }
        rest = chars.as_str();
    }
}

/// The tokens of a text without separators; an empty one is zero.
fn push_section<'a>(tokens: &mut Vec<Token<'a>>, section: &'a str, mut hyphen: bool) {
    let mut rest = section;
    loop {
        let digits = rest.is_empty() || scan::is_number(rest);
        let (text, after) = scan::run(rest, |c| c.is_ascii_digit() == digits);
        let place = match (digits, hyphen) {
            (true, true) => Place::HyphenNumber,
            (true, false) => Place::DotNumber,
            (false, _) => qualifier(text, !after.is_empty()),
        };
        tokens.push(Token { hyphen, place, text });
        if after.is_empty() {
            return;
        }
        (rest, hyphen) = (after, true);
    }
}

/// `a`, `b` and `m` are short for a stage where a number follows at once.
fn qualifier(text: &str, before_number: bool) -> Place {
    const KNOWN: [(&str, Place); 10] = [
        ("alpha", Place::Alpha),
        ("beta", Place::Beta),
        ("milestone", Place::Milestone),
        ("rc", Place::Rc),
        ("cr", Place::Rc),
        ("snapshot", Place::Snapshot),
        ("final", Place::Release),
        ("ga", Place::Release),
        ("release", Place::Release),
        ("sp", Place::Sp),
    ];
    const SHORT: [(&str, Place); 3] = [("a", Place::Alpha), ("b", Place::Beta), ("m", Place::Milestone)];
    let short = if before_number { SHORT.as_slice() } else { &[] };
    KNOWN
        .iter()
        .chain(short)
        .find(|(word, _)| word.eq_ignore_ascii_case(text))
        .map_or(Place::Other, |(_, place)| *place)
}

/// Without the null values at the end, and before each hyphen and qualifier; the first token stays.
fn trimmed<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut trimming = true;
    for (i, token) in tokens.iter().enumerate().rev() {
        let number = matches!(token.place, Place::HyphenNumber | Place::DotNumber);
        let null = if number { scan::is_zero(token.text) } else { token.place == Place::Release };
        if null && trimming && i > 0 {
            continue;
        }
        kept.push(*token);
        trimming = token.hyphen || !number;
    }
    kept.reverse();
    kept
}

pub(super) fn compare(a: &Version<'_>, b: &Version<'_>) -> Ordering {
    let item = |x: &&Token<'_>, y: &&Token<'_>| {
        x.place.cmp(&y.place).then_with(|| match x.place {
            Place::HyphenNumber | Place::DotNumber => scan::number(x.text, y.text),
            Place::Other => scan::ignoring_case(x.text, y.text),
            _ => Ordering::Equal,
        })
    };
    scan::lexicographic(&a.0, &b.0, item, |x| x.place.cmp(&Place::End))
}
