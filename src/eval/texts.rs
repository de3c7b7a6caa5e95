//! Conditions on texts, and texts that are put together: each once for all rows that give the same.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use arrow_buffer::BooleanBuffer;

use crate::check::program::{NodeId, Op, TextPart};

use super::column::{Col, Truth, Vals};
use super::display;
use super::env::Env;
use super::frame::{ByNumber, Frame, poss};
use super::groups::Groups;
use super::mask;
use super::value::{Could, Poss, Raw};

/// What was found so far of the texts of the facts, by their numbers.
type Found = Arc<[AtomicU8]>;

/// For so few rows nothing is remembered.
const FEW: usize = 4;

const NO: u8 = 1;
const YES: u8 = 2;

/// What conditions on texts have found.
#[derive(Debug, Default)]
pub struct Cache(RwLock<HashMap<NodeId, Found, ByNumber>>);

impl Cache {
    fn of(&self, env: &Env<'_>, id: NodeId) -> Found {
        if let Some(found) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Arc::clone(found);
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let new = || (0..env.facts.strings.len()).map(|_| AtomicU8::new(0)).collect();
        Arc::clone(all.entry(id).or_insert_with(new))
    }
}

/// Whether a node puts a text to a test.
#[must_use]
pub fn is_test(frame: &Frame<'_>, id: NodeId) -> bool {
    frame.env.node(id).is_some_and(|node| matches!(node.op, Op::Like(..) | Op::Matches(..)))
}

/// Where a text holds against the pattern of a node; if only some rows are asked about, what it is of the others is of no account. Nothing
/// for a node that puts no text to a test.
#[must_use]
pub fn holds(frame: &Frame<'_>, id: NodeId, asked: Option<&BooleanBuffer>) -> Option<Truth> {
    Some(match &frame.env.node(id)?.op {
        Op::Like(x, pattern) => tested(frame, id, *x, asked, |text| glob(pattern, text)),
        Op::Matches(x, pattern) => match frame.env.patterns.get(pattern) {
            Some(regex) => tested(frame, id, *x, asked, |text| regex.is_match(text)),
            None => Truth::constant(frame.len(), Could::UNKNOWN),
        },
        _ => return None,
    })
}

/// A condition on a text, worked out once for each distinct one; `id` is the node that asks.
fn tested(
    frame: &Frame<'_>,
    id: NodeId,
    x: NodeId,
    asked: Option<&BooleanBuffer>,
    test: impl Fn(&str) -> bool,
) -> Truth {
    let vals = frame.vals(x);
    let found = if frame.len() > FEW { frame.env.texts.of(frame.env, id) } else { Found::default() };
    let check = |symbol: i64| {
        let slot = usize::try_from(symbol).ok().and_then(|at| found.get(at));
        match slot.map_or(0, |slot| slot.load(Ordering::Relaxed)) {
            NO => false,
            YES => true,
            _ => {
                let holds = test(&frame.env.text(symbol));
                if let Some(slot) = slot {
                    slot.store(if holds { YES } else { NO }, Ordering::Relaxed);
                }
                holds
            }
        }
    };
    let could = |raw: Raw| Could::certain(raw.int().is_some_and(check));
    let one = |row| match vals.at(row) {
        Poss::One(raw) => could(raw),
        Poss::Set(values) => values.iter().fold(Could::default(), |so_far, raw| so_far.or_else(could(*raw))),
        Poss::Range(..) | Poss::Any => Could::UNKNOWN,
    };
    if let Some(asked) = asked {
        let nowhere = mask::all(frame.len(), false);
        return Truth::sure_but(nowhere, mask::rows(asked), one);
    }
    let Some(symbols) = vals.ints() else { return Truth::collect(frame.len(), one) };
    let holds = match frame.partition(x) {
        Some(partition) => partition.chosen(|raw| raw.int().is_some_and(check)),
        None => mask::of(symbols, check),
    };
    Truth::sure_but(holds, vals.others(), one)
}

/// `*` is any text, `?` one character; linear in the product of the lengths, without recursion.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    if !pattern.contains('?') {
        let inner = pattern.trim_matches('*');
        if !inner.contains('*') {
            return match (pattern.starts_with('*'), pattern.ends_with('*')) {
                (true, true) => text.contains(inner),
                (true, false) => text.ends_with(inner),
                (false, true) => text.starts_with(inner),
                (false, false) => text == inner,
            };
        }
    }
    if pattern.is_ascii() && text.is_ascii() {
        return matches(pattern.as_bytes(), text.as_bytes(), b'*', b'?');
    }
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    matches(&pattern, &text, '*', '?')
}

fn matches<T: PartialEq>(pattern: &[T], text: &[T], any: T, one: T) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(c) if *c == any => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == one || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == any)
}

/// A text that is put together and longer than this, in bytes, is unknown.
const LONGEST_TEXT: usize = 1 << 16;

/// A text with holes, for every row; unknown where a hole is.
#[must_use]
pub fn together(frame: &Frame<'_>, parts: &[TextPart]) -> Vals {
    let holes: Vec<(Arc<Col>, NodeId)> = parts
        .iter()
        .filter_map(|part| match part {
            TextPart::Text(_) => None,
            TextPart::Hole(node) => Some((frame.eval(*node), *node)),
        })
        .collect();
    let groups = Groups::new(holes.iter().map(|(col, _)| &**col), frame.len());
    groups.each(false, |row| {
        let mut text = String::new();
        let mut holes = holes.iter();
        for part in parts {
            match part {
                TextPart::Text(part) => text.push_str(part),
                TextPart::Hole(_) => {
                    let Some((col, node)) = holes.next() else { return Poss::Any };
                    let Some(raw) = poss(col, row).one() else { return Poss::Any };
                    text.push_str(&display::raw(frame.env, frame.env.base(*node), raw));
                    // `let`s that name each other twice can double a text again and again.
                    if text.len() > LONGEST_TEXT {
                        return Poss::Any;
                    }
                }
            }
        }
        Poss::One(Raw::Int(frame.env.symbol(&text)))
    })
}
