//! The grammar's table and what runs it: a text without mistakes is read by its first bytes, without a note of what else could have stood there.
//! Whatever it cannot read is read again by the parser, which says what it expected.

use super::grammar::Rule;
use super::pairs::Node;

/// What is done at one place of a text. Where it fails the place is the same as before, and so are the nodes. Texts and parts are given by their
/// place in the lists of the table and their length.
#[derive(Clone, Copy)]
enum Step {
    /// Another step.
    Same(u16),
    /// A rule that becomes a node.
    Node(Rule, u16),
    Text(u16, u16),
    /// The same, and no byte of a set behind it.
    Word(u16, u16, u16),
    /// A text, whatever the case of its letters.
    Caseless(u16, u16),
    /// One of the bytes that the step may begin with.
    One,
    /// As many bytes of a set as there are.
    Many(u16),
    /// One character.
    Any,
    Start,
    End,
    /// One after the other.
    All(u16, u16),
    /// The same with blanks between.
    Spaced(u16, u16),
    /// The first that fits.
    First(u16, u16),
    Maybe(u16),
    /// As often as it fits, at least once where the second is true; with blanks between where the third is.
    Again(u16, bool, bool),
    Ahead(u16),
    Not(u16),
}

mod table {
    use super::{Rule, Step};

    include!(concat!(env!("OUT_DIR"), "/grammar.rs"));
}

/// Steps for each byte of a text; a dense one takes some 20.
const STEPS_FOR_A_BYTE: usize = 200;

/// The nodes of a text in the order in which they begin; nothing where it has a mistake, or takes more steps than a policy does.
pub(super) fn nodes(rule: Rule, text: &str) -> Option<Vec<Node>> {
    let start = table::start(rule)?;
    u32::try_from(text.len()).ok()?;
    let nodes = Vec::with_capacity(text.len() / 2 + 16);
    let left = text.len().saturating_add(16).saturating_mul(STEPS_FOR_A_BYTE);
    let mut matcher = Matcher { text, bytes: text.as_bytes(), at: 0, nodes, left };
    (matcher.step(start) && matcher.left > 0).then_some(matcher.nodes)
}

struct Matcher<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// How many steps may still be done.
    left: usize,
}

impl Matcher<'_> {
    #[inline]
    fn step(&mut self, step: u16) -> bool {
        let Some((begins, step)) = table::STEPS.get(usize::from(step)) else { return false };
        let next = self.bytes.get(self.at).copied();
        // Most of what could stand at a place begins with something else.
        next.is_none_or(|byte| holds(*begins, byte)) && self.run(*step, next)
    }

    // By itself, so that whoever asks for a step that cannot begin here calls nothing.
    #[inline(never)]
    fn run(&mut self, step: Step, next: Option<u8>) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        match step {
            Step::Same(step) => self.step(step),
            Step::Node(rule, body) => self.node(rule, body),
            Step::Text(start, length) => {
                let fits = self.rest().starts_with(text(start, length));
                self.go(fits, usize::from(length))
            }
            Step::Word(start, length, set) => {
                let behind = self.rest().strip_prefix(text(start, length));
                let fits = behind.is_some_and(|rest| rest.first().is_none_or(|byte| !holds(set, *byte)));
                self.go(fits, usize::from(length))
            }
            Step::Caseless(start, length) => {
                let found = self.rest().get(..usize::from(length));
                let fits = found.is_some_and(|found| found.eq_ignore_ascii_case(text(start, length)));
                self.go(fits, usize::from(length))
            }
            Step::One => self.go(next.is_some(), 1),
            Step::Many(set) => {
                let many = self.rest().iter().take_while(|byte| holds(set, **byte)).count();
                self.go(true, many)
            }
            Step::Any => {
                let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map(char::len_utf8);
                self.go(length.is_some(), length.unwrap_or_default())
            }
            Step::Start => self.at == 0,
            Step::End => next.is_none(),
            Step::All(start, length) => self.all(parts(start, length), false),
            Step::Spaced(start, length) => self.all(parts(start, length), true),
            Step::First(start, length) => parts(start, length).iter().any(|part| self.step(*part)),
            Step::Maybe(inner) => self.step(inner) || self.left > 0,
            Step::Again(inner, once, spaced) => self.again(inner, once, spaced),
            Step::Ahead(inner) => self.look(inner),
            Step::Not(inner) => !self.look(inner),
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Goes on by so many bytes if a step fits.
    fn go(&mut self, fits: bool, length: usize) -> bool {
        self.at += if fits { length } else { 0 };
        fits
    }

    fn node(&mut self, rule: Rule, body: u16) -> bool {
        let (start, own) = (self.at, self.nodes.len());
        self.nodes.push(Node { rule, start: place(start), end: 0, next: 0 });
        if !self.step(body) {
            self.nodes.truncate(own);
            return false;
        }
        let (end, next) = (place(self.at), place(self.nodes.len()));
        if let Some(node) = self.nodes.get_mut(own) {
            (node.end, node.next) = (end, next);
        }
        true
    }

    fn all(&mut self, parts: &[u16], spaced: bool) -> bool {
        let (at, own) = (self.at, self.nodes.len());
        let mut first = true;
        for part in parts {
            if spaced && !std::mem::take(&mut first) {
                self.blanks();
            }
            if !self.step(*part) {
                self.back(at, own);
                return false;
            }
        }
        true
    }

    fn again(&mut self, inner: u16, once: bool, spaced: bool) -> bool {
        if !self.step(inner) {
            return !once;
        }
        loop {
            let (at, own) = (self.at, self.nodes.len());
            if spaced {
                self.blanks();
            }
            if !self.step(inner) {
                self.back(at, own);
                return true;
            }
        }
    }

    /// Whether a step fits here, without going on.
    fn look(&mut self, inner: u16) -> bool {
        let (at, own) = (self.at, self.nodes.len());
        let fits = self.step(inner);
        self.back(at, own);
        fits
    }

    fn back(&mut self, at: usize, nodes: usize) {
        self.at = at;
        self.nodes.truncate(nodes);
    }

    fn blanks(&mut self) {
        let (begins, blanks) = table::BLANKS;
        if self.bytes.get(self.at).is_some_and(|byte| holds(begins, *byte)) {
            self.step(blanks);
        }
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn parts(start: u16, length: u16) -> &'static [u16] {
    let start = usize::from(start);
    table::PARTS.get(start..start + usize::from(length)).unwrap_or_default()
}

fn text(start: u16, length: u16) -> &'static [u8] {
    let start = usize::from(start);
    table::TEXTS.get(start..start + usize::from(length)).unwrap_or_default()
}

#[inline]
fn holds(set: u16, byte: u8) -> bool {
    let bits = table::SETS.get(usize::from(set)).and_then(|set| set.get(usize::from(byte >> 6)));
    bits.is_some_and(|bits| bits >> (byte & 63) & 1 == 1)
}

#[cfg(test)]
mod tests;
