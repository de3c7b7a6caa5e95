//! Decisions as JSON.
//!
//! What decisions serialise to is the definition; here the same bytes are put together from pieces. What many decisions share, their answer
//! and what they assume, is serialised once and copied; what is an asset's own is few and short fields.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::Format;
use super::write::{before_asset, block_head, ending, instant, list, optional, overdue, said, text, times, value};
use super::{Last, array, lines};
use crate::eval::decision::{Answer, Assumed, Decision, Obligation, Reason, Summary};

/// Decisions that are rendered at once, by one thread.
const TOGETHER: usize = 4096;

/// Batches that are rendered before they are written.
const AHEAD: usize = 16;

/// `{"decisions": […], "changes": […]}`, or a decision on each line and then `{"summary": …}` for each change.
///
/// # Errors
/// What writing fails with.
pub fn decisions(
    out: &mut impl Write,
    decisions: &[&Decision],
    summaries: &[Summary],
    format: Format,
) -> io::Result<()> {
    let mut report = Report::begin(out, format)?;
    for ahead in decisions.chunks(TOGETHER * AHEAD) {
        let rendered: Vec<Vec<u8>> =
            ahead.par_chunks(TOGETHER).map(|some| render(some.iter().copied(), format)).collect();
        rendered.iter().try_for_each(|bytes| report.add(bytes))?;
    }
    report.end(summaries)
}

/// Decisions as a part of a [`Report`].
#[must_use]
pub fn render<'d>(decisions: impl IntoIterator<Item = &'d Decision>, format: Format) -> Vec<u8> {
    let mut renderer = Renderer::new(format);
    let mut out = Vec::new();
    decisions.into_iter().for_each(|decision| renderer.add(&mut out, decision));
    out
}

/// A report that is written part by part, in the order of the decisions.
#[derive(Debug)]
pub struct Report<'o, W> {
    out: &'o mut W,
    format: Format,
    empty: bool,
}

impl<'o, W: Write> Report<'o, W> {
    /// Begins it.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn begin(out: &'o mut W, format: Format) -> io::Result<Self> {
        if format != Format::Ndjson {
            out.write_all(b"{\"decisions\":[")?;
        }
        Ok(Self { out, format, empty: true })
    }

    /// Adds decisions that a [`Renderer`] of the same format rendered.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn add(&mut self, rendered: &[u8]) -> io::Result<()> {
        let rendered = match rendered {
            // Before the first there is none that it would have to be kept apart from.
            [b',', rest @ ..] if self.empty => rest,
            all => all,
        };
        self.empty &= rendered.is_empty();
        self.out.write_all(rendered)
    }

    /// Ends it with the changes.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn end(self, summaries: &[Summary]) -> io::Result<()> {
        let out = self.out;
        if self.format == Format::Ndjson {
            return lines(out, summaries.iter().map(|summary| Last { summary }));
        }
        out.write_all(if self.empty { b"]," } else { b"\n]," })?;
        array(out, "changes", summaries)?;
        writeln!(out, "}}")
    }
}

/// Renders decisions.
#[derive(Debug)]
pub struct Renderer {
    format: Format,
    /// What was serialised so far.
    bytes: Vec<u8>,
    answers: Kept<Answer, Pieces>,
    reasons: Kept<Reason, Range<usize>>,
    obligations: Kept<Obligation, Range<usize>>,
    endings: Kept<[Assumed], Range<usize>>,
}

/// By the places where they are; kept, so that no other comes to the same place.
pub(super) type Kept<T, P> = HashMap<Place, (Arc<T>, P), BuildHasherDefault<ByPlace>>;

/// The pieces of an answer: up to the asset, from there to `not_before`, and after the lapses.
#[derive(Clone, Debug)]
struct Pieces {
    change: Range<usize>,
    said: Range<usize>,
    why: Range<usize>,
}

impl Renderer {
    /// For reports of a format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            bytes: Vec::new(),
            answers: HashMap::default(),
            reasons: HashMap::default(),
            obligations: HashMap::default(),
            endings: HashMap::default(),
        }
    }

    /// Appends a decision to a part of a report.
    pub fn add(&mut self, out: &mut Vec<u8>, decision: &Decision) {
        if self.format != Format::Ndjson {
            out.extend_from_slice(b",\n");
        }
        let Pieces { change, said, why } = self.answer(&decision.answer);
        let assumed = self.assumed(&decision.assumed);
        let copy = |out: &mut Vec<u8>, piece: Range<usize>| {
            out.extend_from_slice(self.bytes.get(piece).unwrap_or_default());
        };
        copy(out, change);
        optional(out, decision.asset.as_deref(), text);
        copy(out, said);
        times(out, decision.not_before, &decision.lapses);
        copy(out, why);
        list(out, &decision.triage, |out, block| {
            block_head(out, &block.block, block.level.as_deref());
            optional(out, block.due, instant);
            overdue(out, block.overdue);
            list(out, &block.findings, value);
            out.push(b'}');
        });
        copy(out, assumed);
        if self.format == Format::Ndjson {
            out.push(b'\n');
        }
    }

    /// Serialises something, and says where.
    fn piece(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let from = self.bytes.len();
        write(&mut self.bytes);
        from..self.bytes.len()
    }

    fn answer(&mut self, answer: &Arc<Answer>) -> Pieces {
        if let Some((_, pieces)) = self.answers.get(&Place::of(answer)) {
            return pieces.clone();
        }
        let change = self.piece(|out| before_asset(out, answer.change.as_ref()));
        let said = self.piece(|out| said(out, answer));
        // What an answer shares with others is there before it.
        let reasons: Vec<Range<usize>> = answer.reasons.iter().map(|one| self.reason(one)).collect();
        let obligations: Vec<Range<usize>> = answer.obligations.iter().map(|one| self.obligation(one)).collect();
        let from = self.bytes.len();
        self.bytes.extend_from_slice(b",\"reasons\":");
        self.again(reasons);
        self.bytes.extend_from_slice(b",\"obligations\":");
        self.again(obligations);
        self.bytes.extend_from_slice(b",\"triage\":");
        let pieces = Pieces { change, said, why: from..self.bytes.len() };
        self.answers.insert(Place::of(answer), (Arc::clone(answer), pieces.clone()));
        pieces
    }

    /// A list of what was serialised before.
    fn again(&mut self, pieces: Vec<Range<usize>>) {
        self.bytes.push(b'[');
        for (n, piece) in pieces.into_iter().enumerate() {
            if n > 0 {
                self.bytes.push(b',');
            }
            self.bytes.extend_from_within(piece);
        }
        self.bytes.push(b']');
    }

    fn reason(&mut self, reason: &Arc<Reason>) -> Range<usize> {
        if let Some((_, piece)) = self.reasons.get(&Place::of(reason)) {
            return piece.clone();
        }
        let piece = self.piece(|out| value(out, reason));
        self.reasons.insert(Place::of(reason), (Arc::clone(reason), piece.clone()));
        piece
    }

    fn obligation(&mut self, obligation: &Arc<Obligation>) -> Range<usize> {
        if let Some((_, piece)) = self.obligations.get(&Place::of(obligation)) {
            return piece.clone();
        }
        let piece = self.piece(|out| value(out, obligation));
        self.obligations.insert(Place::of(obligation), (Arc::clone(obligation), piece.clone()));
        piece
    }

    /// What is assumed, and the end of the decision.
    fn assumed(&mut self, assumed: &Arc<[Assumed]>) -> Range<usize> {
        if let Some((_, piece)) = self.endings.get(&Place::of(assumed)) {
            return piece.clone();
        }
        let piece = self.piece(|out| ending(out, assumed));
        self.endings.insert(Place::of(assumed), (Arc::clone(assumed), piece.clone()));
        piece
    }
}

/// Where something shared is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Place {
    pub(super) fn of<T: ?Sized>(shared: &Arc<T>) -> Self {
        Self(Arc::as_ptr(shared).cast::<u8>().addr())
    }
}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.0);
    }
}

/// Spreads places, which no input chooses.
#[derive(Debug, Default)]
pub(super) struct ByPlace(u64);

impl Hasher for ByPlace {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, number: usize) {
        let number = u64::try_from(number).unwrap_or_default();
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
