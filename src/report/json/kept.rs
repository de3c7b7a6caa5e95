//! Decisions that are kept until they are printed: a few bytes each, and what many of them share once.
//!
//! A decision is put together from pieces of JSON. A piece that is shared is known by its number, across all that is kept with the same
//! [`Shared`]; any other stands where it is used. What is shared is bounded: a policy that says something of its own of each asset fills it,
//! and what comes then stands for itself.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::decisions::{Kept, Place};
use super::write::{self, optional, text, value};
use crate::eval::decision::{Answer, Assumed, BlockTriage, Decision, Obligation, Reason};
use crate::report::Format;
use crate::time::Instant;

/// How many bytes of pieces are shared.
const PIECES: usize = 4 << 20;
/// How many bytes answers have that are put together once.
const ANSWERS: usize = 16 << 20;

/// What the kept decisions share.
#[derive(Debug)]
pub struct Shared {
    inner: Mutex<Inner>,
    /// How many bytes of pieces there may be, and how many of answers.
    room: [usize; 2],
}

impl Default for Shared {
    fn default() -> Self {
        Self::with_room([PIECES, ANSWERS])
    }
}

#[derive(Debug, Default)]
struct Inner {
    pieces: Numbered<u8>,
    /// How many bytes these have.
    held: usize,
    /// Answers as the numbers of their pieces: before the asset, after it, how many reasons, these, what is to be done.
    answers: Numbered<u32>,
    /// How many bytes these will have.
    answered: usize,
}

/// Different things by number.
#[derive(Debug)]
struct Numbered<T> {
    numbers: HashMap<Arc<[T]>, u32, ahash::RandomState>,
    all: Vec<Arc<[T]>>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), all: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    /// The number of what is known, or of what there is room for.
    fn number(&mut self, thing: &[T], has_room: impl FnOnce() -> bool) -> Option<u32> {
        if let Some(number) = self.numbers.get(thing) {
            return Some(*number);
        }
        if !has_room() {
            return None;
        }
        let number = u32::try_from(self.all.len()).ok()?;
        let thing: Arc<[T]> = Arc::from(thing);
        self.all.push(Arc::clone(&thing));
        self.numbers.insert(thing, number);
        Some(number)
    }
}

impl Shared {
    /// So many bytes of pieces at most, and of answers that are put together. No output depends on it.
    #[must_use]
    pub fn with_room(room: [usize; 2]) -> Self {
        Self { inner: Mutex::default(), room }
    }

    fn piece(&self, piece: &[u8]) -> Option<u32> {
        let inner = &mut *self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let more = inner.held.saturating_add(piece.len());
        let before = inner.pieces.all.len();
        let number = inner.pieces.number(piece, || more <= self.room[0]);
        if inner.pieces.all.len() > before {
            inner.held = more;
        }
        number
    }

    fn answer(&self, parts: &[u32]) -> Option<u32> {
        let inner = &mut *self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { pieces, answers, answered, .. } = inner;
        let bytes = |part: &u32| pieces.all.get(*part as usize).map_or(0, |piece| piece.len() + 1);
        let more = answered.saturating_add(parts.iter().map(bytes).sum());
        let before = answers.all.len();
        let number = answers.number(parts, || more <= self.room[1]);
        if answers.all.len() > before {
            *answered = more;
        }
        number
    }

    /// What is shared, when no more is kept.
    #[must_use]
    pub fn known(self, format: Format) -> Known {
        let Inner { pieces, answers, .. } = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut known = Known { format, pieces: pieces.all, answers: Vec::new(), bytes: Vec::new() };
        for parts in answers.all {
            let ready = known.together(&parts);
            known.answers.push(ready);
        }
        known
    }
}

/// Writes decisions as they are kept. One for each thread.
#[derive(Debug)]
pub struct Keeper<'s> {
    shared: &'s Shared,
    /// References as they are written.
    bytes: Vec<u8>,
    answers: Kept<Answer, Range<usize>>,
    reasons: Kept<Reason, Range<usize>>,
    obligations: Kept<Obligation, Range<usize>>,
    endings: Kept<[Assumed], Range<usize>>,
    times: Vec<(Option<Instant>, Range<usize>)>,
    heads: Vec<Head>,
    /// What answers say before their reasons: many have the same in common.
    sayings: Vec<(Arc<Answer>, [Range<usize>; 2])>,
    scratch: Vec<u8>,
}

/// The beginning of a block's urgency.
#[derive(Debug)]
struct Head {
    block: Arc<str>,
    level: Option<Arc<str>>,
    at: Range<usize>,
}

impl Head {
    fn is_of(&self, block: &BlockTriage) -> bool {
        let is_level = match (&self.level, &block.level) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        is_level && Arc::ptr_eq(&self.block, &block.block)
    }
}

/// More beginnings, times and sayings than this are not looked through.
const HEADS: usize = 64;

impl<'s> Keeper<'s> {
    /// Of decisions that share with those of other keepers.
    #[must_use]
    pub fn new(shared: &'s Shared) -> Self {
        Self {
            shared,
            bytes: Vec::new(),
            answers: Kept::default(),
            reasons: Kept::default(),
            obligations: Kept::default(),
            endings: Kept::default(),
            times: Vec::new(),
            heads: Vec::new(),
            sayings: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Forgets what decisions of before had in common with each other; what comes has other places.
    pub fn forget(&mut self) {
        self.bytes.clear();
        self.answers.clear();
        self.reasons.clear();
        self.obligations.clear();
        self.endings.clear();
        self.times.clear();
        self.heads.clear();
        self.sayings.clear();
    }

    /// Appends a decision, but for the name of its asset.
    pub fn add(&mut self, out: &mut Vec<u8>, decision: &Decision) {
        let answer = self.answer(&decision.answer);
        self.copy(out, answer);
        let times = self.times(decision);
        self.copy(out, times);
        let ending = self.ending(&decision.assumed);
        self.copy(out, ending);
        count(out, decision.triage.len());
        for block in decision.triage.iter() {
            self.block(out, block);
        }
    }

    fn copy(&self, out: &mut Vec<u8>, at: Range<usize>) {
        out.extend_from_slice(self.bytes.get(at).unwrap_or_default());
    }

    /// Appends a piece; where its reference is.
    fn piece(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        self.scratch.clear();
        write(&mut self.scratch);
        let from = self.bytes.len();
        match self.shared.piece(&self.scratch) {
            Some(number) => put(&mut self.bytes, u64::from(number) + 1),
            None => {
                put(&mut self.bytes, 0);
                count(&mut self.bytes, self.scratch.len());
                self.bytes.extend_from_slice(&self.scratch);
            }
        }
        from..self.bytes.len()
    }

    fn answer(&mut self, answer: &Arc<Answer>) -> Range<usize> {
        if let Some((_, at)) = self.answers.get(&Place::of(answer)) {
            return at.clone();
        }
        let mut parts = self.said(answer).to_vec();
        for reason in &answer.reasons {
            parts.push(self.reason(reason));
        }
        for obligation in &answer.obligations {
            parts.push(self.obligation(obligation));
        }
        let counts = [answer.reasons.len(), answer.obligations.len()];
        let from = self.bytes.len();
        match self.numbers(&parts, counts).and_then(|parts| self.shared.answer(&parts)) {
            Some(number) => put(&mut self.bytes, u64::from(number) + 1),
            None => {
                put(&mut self.bytes, 0);
                counts.iter().for_each(|many| count(&mut self.bytes, *many));
                parts.into_iter().for_each(|part| self.bytes.extend_from_within(part));
            }
        }
        let at = from..self.bytes.len();
        self.answers.insert(Place::of(answer), (Arc::clone(answer), at.clone()));
        at
    }

    /// What an answer says before its reasons: up to the asset, and from there on.
    fn said(&mut self, answer: &Arc<Answer>) -> [Range<usize>; 2] {
        if let Some((_, at)) = self.sayings.iter().find(|(other, _)| write::says_the_same(other, answer)) {
            return at.clone();
        }
        let at = [
            self.piece(|out| write::before_asset(out, answer.change.as_ref())),
            self.piece(|out| write::said(out, answer)),
        ];
        if self.sayings.len() < HEADS {
            self.sayings.push((Arc::clone(answer), at.clone()));
        }
        at
    }

    /// The numbers of an answer's pieces; none where one has none.
    fn numbers(&self, parts: &[Range<usize>], counts: [usize; 2]) -> Option<Vec<u32>> {
        let mut numbers = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            let mut reference = Reader(self.bytes.get(part.clone())?);
            match reference.piece()? {
                Reference::Shared(number) => numbers.push(number),
                Reference::Own(_) => return None,
            }
        }
        numbers.insert(2.min(numbers.len()), u32::try_from(counts[0]).ok()?);
        Some(numbers)
    }

    fn reason(&mut self, reason: &Arc<Reason>) -> Range<usize> {
        if let Some((_, at)) = self.reasons.get(&Place::of(reason)) {
            return at.clone();
        }
        let at = self.piece(|out| value(out, reason));
        self.reasons.insert(Place::of(reason), (Arc::clone(reason), at.clone()));
        at
    }

    fn obligation(&mut self, obligation: &Arc<Obligation>) -> Range<usize> {
        if let Some((_, at)) = self.obligations.get(&Place::of(obligation)) {
            return at.clone();
        }
        let at = self.piece(|out| value(out, obligation));
        self.obligations.insert(Place::of(obligation), (Arc::clone(obligation), at.clone()));
        at
    }

    fn ending(&mut self, assumed: &Arc<[Assumed]>) -> Range<usize> {
        if let Some((_, at)) = self.endings.get(&Place::of(assumed)) {
            return at.clone();
        }
        let at = self.piece(|out| write::ending(out, assumed));
        self.endings.insert(Place::of(assumed), (Arc::clone(assumed), at.clone()));
        at
    }

    fn times(&mut self, decision: &Decision) -> Range<usize> {
        let at = decision.not_before;
        if !decision.lapses.is_empty() {
            return self.piece(|out| write::times(out, at, &decision.lapses));
        }
        if let Some((_, known)) = self.times.iter().find(|(other, _)| *other == at) {
            return known.clone();
        }
        let piece = self.piece(|out| write::times(out, at, &[]));
        if self.times.len() < HEADS {
            self.times.push((at, piece.clone()));
        }
        piece
    }

    fn block(&mut self, out: &mut Vec<u8>, block: &BlockTriage) {
        let known = self.heads.iter().find(|head| head.is_of(block)).map(|head| head.at.clone());
        let head = known.unwrap_or_else(|| {
            let at = self.piece(|out| write::block_head(out, &block.block, block.level.as_deref()));
            if self.heads.len() < HEADS {
                let (block, level) = (Arc::clone(&block.block), block.level.clone());
                self.heads.push(Head { block, level, at: at.clone() });
            }
            at
        });
        self.copy(out, head);
        match block.due.map(Instant::micros) {
            None => out.push(0),
            Some(micros) if micros % SECOND == 0 => {
                out.push(1);
                put(out, zigzag(micros / SECOND));
            }
            Some(micros) => {
                out.push(2);
                put(out, zigzag(micros));
            }
        }
        put(out, block.overdue);
        self.scratch.clear();
        if !block.findings.is_empty() {
            write::list(&mut self.scratch, &block.findings, value);
        }
        count(out, self.scratch.len());
        out.extend_from_slice(&self.scratch);
    }
}

const SECOND: i64 = 1_000_000;

/// What kept decisions share, ready to print them.
#[derive(Debug)]
pub struct Known {
    format: Format,
    pieces: Vec<Arc<[u8]>>,
    answers: Vec<Ready>,
    bytes: Vec<u8>,
}

/// An answer put together: up to the asset, from there to `not_before`, and after that.
#[derive(Clone, Debug)]
struct Ready {
    change: Range<usize>,
    said: Range<usize>,
    why: Range<usize>,
}

impl Known {
    fn together(&mut self, parts: &[u32]) -> Ready {
        let Self { pieces, bytes, .. } = self;
        let mut add = |part: Option<&u32>| {
            let from = bytes.len();
            bytes.extend_from_slice(part.and_then(|part| pieces.get(*part as usize)).map_or(&[], |piece| &piece[..]));
            from..bytes.len()
        };
        let (change, said) = (add(parts.first()), add(parts.get(1)));
        let reasons = parts.get(2).map_or(0, |many| *many as usize);
        let rest = parts.get(3..).unwrap_or_default();
        let (reasons, obligations) = rest.split_at_checked(reasons).unwrap_or((rest, &[]));
        let from = self.bytes.len();
        for (name, parts) in [(REASONS, reasons), (OBLIGATIONS, obligations)] {
            self.bytes.extend_from_slice(name);
            for (n, part) in parts.iter().enumerate() {
                if n > 0 {
                    self.bytes.push(b',');
                }
                let piece = self.pieces.get(*part as usize).map_or(&[][..], |piece| &piece[..]);
                self.bytes.extend_from_slice(piece);
            }
        }
        self.bytes.extend_from_slice(TRIAGE);
        Ready { change, said, why: from..self.bytes.len() }
    }

    /// Appends a decision that was kept to a part of a [`Report`](super::Report).
    pub fn render(&self, out: &mut Vec<u8>, asset: Option<&str>, kept: &[u8]) {
        if self.format != Format::Ndjson {
            out.extend_from_slice(b",\n");
        }
        // Only what a keeper wrote is read.
        let _whole = self.read(out, asset, Reader(kept));
        if self.format == Format::Ndjson {
            out.push(b'\n');
        }
    }

    fn read<'k>(&'k self, out: &mut Vec<u8>, asset: Option<&str>, mut kept: Reader<'k>) -> Option<()> {
        let range = |at: &Range<usize>| self.bytes.get(at.clone()).unwrap_or_default();
        match kept.number()? {
            0 => {
                let reasons = kept.count()?;
                let obligations = kept.count()?;
                out.extend_from_slice(self.piece(&mut kept)?);
                optional(out, asset, text);
                out.extend_from_slice(self.piece(&mut kept)?);
                let mut why = kept;
                for _ in 0..reasons + obligations {
                    kept.piece()?;
                }
                out.extend_from_slice(self.piece(&mut kept)?);
                for (name, many) in [(REASONS, reasons), (OBLIGATIONS, obligations)] {
                    out.extend_from_slice(name);
                    for n in 0..many {
                        if n > 0 {
                            out.push(b',');
                        }
                        out.extend_from_slice(self.piece(&mut why)?);
                    }
                }
                out.extend_from_slice(TRIAGE);
            }
            number => {
                let ready = self.answers.get(usize::try_from(number - 1).ok()?)?;
                out.extend_from_slice(range(&ready.change));
                optional(out, asset, text);
                out.extend_from_slice(range(&ready.said));
                out.extend_from_slice(self.piece(&mut kept)?);
                out.extend_from_slice(range(&ready.why));
            }
        }
        let ending = self.piece(&mut kept)?;
        out.push(b'[');
        for n in 0..kept.count()? {
            if n > 0 {
                out.push(b',');
            }
            self.block(out, &mut kept)?;
        }
        out.push(b']');
        out.extend_from_slice(ending);
        Some(())
    }

    fn block<'k>(&'k self, out: &mut Vec<u8>, kept: &mut Reader<'k>) -> Option<()> {
        out.extend_from_slice(self.piece(kept)?);
        let micros = match kept.bytes(1)? {
            [0] => None,
            [1] => Some(unzigzag(kept.number()?).checked_mul(SECOND)?),
            _ => Some(unzigzag(kept.number()?)),
        };
        optional(out, micros.and_then(Instant::from_micros), write::instant);
        write::overdue(out, kept.number()?);
        let findings = kept.count()?;
        out.extend_from_slice(if findings == 0 { b"[]" } else { kept.bytes(findings)? });
        out.push(b'}');
        Some(())
    }

    fn piece<'k>(&'k self, kept: &mut Reader<'k>) -> Option<&'k [u8]> {
        match kept.piece()? {
            Reference::Shared(number) => self.pieces.get(number as usize).map(|piece| &piece[..]),
            Reference::Own(piece) => Some(piece),
        }
    }
}

const REASONS: &[u8] = b",\"reasons\":[";
const OBLIGATIONS: &[u8] = b"],\"obligations\":[";
const TRIAGE: &[u8] = b"],\"triage\":";

/// What is left of something kept.
#[derive(Clone, Copy, Debug)]
struct Reader<'k>(&'k [u8]);

/// A piece: its number, or itself.
enum Reference<'k> {
    Shared(u32),
    Own(&'k [u8]),
}

impl<'k> Reader<'k> {
    fn number(&mut self) -> Option<u64> {
        take(&mut self.0)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn bytes(&mut self, many: usize) -> Option<&'k [u8]> {
        let (bytes, rest) = self.0.split_at_checked(many)?;
        self.0 = rest;
        Some(bytes)
    }

    fn piece(&mut self) -> Option<Reference<'k>> {
        match self.number()? {
            0 => {
                let many = self.count()?;
                self.bytes(many).map(Reference::Own)
            }
            number => u32::try_from(number - 1).ok().map(Reference::Shared),
        }
    }
}

/// Appends a number: seven bits in each byte, the lowest first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number that [`put`] wrote; none where there is no whole one.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    let mut shift = 0_u32;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// Appends how many there are.
pub fn count(out: &mut Vec<u8>, many: usize) {
    put(out, u64::try_from(many).unwrap_or(u64::MAX));
}

/// Small numbers of either sign as small ones without.
const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}
