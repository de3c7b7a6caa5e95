//! The arms of a `triage` or `categorise`: which may be the one that counts.

use arrow_buffer::BooleanBuffer;

use crate::check::program::{Arm, Head, NodeId};

use super::candidates::{Candidates, Kind, candidates};
use super::column::{Data, State, Truth, Vals};
use super::frame::Frame;
use super::value::{Could, Poss, Raw};
use super::{few, mask};

/// For every row, which arms are possible.
#[derive(Debug)]
pub struct Walk {
    /// The statement may not apply: there is no level or category.
    pub none: BooleanBuffer,
    /// `done` is possible.
    pub done: BooleanBuffer,
    /// Each arm is possible.
    pub possible: Vec<BooleanBuffer>,
    /// Each arm is certainly the one, or one after a possible one: its own condition certainly holds.
    pub certain: Vec<BooleanBuffer>,
}

/// Whether `for` and `when` of a statement hold in each row.
#[must_use]
pub fn scope(frame: &Frame<'_>, head: &Head) -> Truth {
    let all = Truth::constant(frame.len(), Could::certain(true));
    head.scope.iter().fold(all, |scope, condition| scope.and(&frame.truth_where(*condition, || scope.may.clone())))
}

/// Whether a triage or categorisation applies to each row. Where its `except` is unknown, that it does not is one more possibility.
#[must_use]
pub fn decides(frame: &Frame<'_>, head: &Head) -> Truth {
    let scope = scope(frame, head);
    head.except
        .map_or_else(|| scope.clone(), |except| scope.and(&frame.truth_where(except, || scope.may.clone()).not()))
}

/// Whether a statement that restricts applies to each row: its scope holds, and its `except` is not certain.
#[must_use]
pub fn applies(frame: &Frame<'_>, head: &Head) -> Truth {
    if let Some(stands) = few::stands(frame, head) {
        return Truth::collect(frame.len(), |row| stands(row).applies());
    }
    let mut scope = scope(frame, head);
    if let Some(except) = head.except {
        // An exception relaxes: it acts only where it is certain, and then for certain.
        let except = frame.truth_where(except, || scope.may.clone());
        let excepted = Truth { must: except.must.clone(), may: except.must };
        scope = scope.and(&excepted.not());
    }
    scope
}

/// Goes through the arms in order: an arm is possible if it may hold and none before it certainly does. Those that certainly hold nowhere are
/// passed over, if it is said whose arms they are.
#[must_use]
pub fn walk(frame: &Frame<'_>, scope: &Truth, done: Option<NodeId>, arms: &[Arm], kind: Option<Kind>) -> Walk {
    let len = frame.len();
    let mut open = scope.may.clone();
    let mut is_done = mask::all(len, false);
    if let Some(done) = done {
        let done = frame.truth_where(done, || open.clone());
        is_done = mask::and(&open, &done.may);
        open = mask::but(&open, &done.must);
    }
    let candidates = kind.map_or_else(Candidates::default, |kind| candidates(frame, kind));
    let mut possible = Vec::with_capacity(arms.len());
    let mut certain = Vec::with_capacity(arms.len());
    if few::walks(frame, arms) {
        let each: Vec<(u64, u64)> =
            (0..len).map(|row| few::arms(frame, bit(&open, row), arms, row, &candidates)).collect();
        let mask = |of: fn(&(u64, u64)) -> u64, at: usize| {
            mask::collect(len, |row| each.get(row).is_some_and(|bits| of(bits) >> at & 1 == 1))
        };
        possible.extend((0..arms.len()).map(|at| mask(|(possible, _)| *possible, at)));
        certain.extend((0..arms.len()).map(|at| mask(|(_, certain)| *certain, at)));
        return Walk { none: mask::not(&scope.must), done: is_done, possible, certain };
    }
    let nowhere = mask::all(len, false);
    for (at, arm) in arms.iter().enumerate() {
        if !candidates.has(at) {
            possible.push(nowhere.clone());
            certain.push(nowhere.clone());
            continue;
        }
        if !mask::any(&open) {
            possible.push(open.clone());
            certain.push(open.clone());
            continue;
        }
        let holds = arm.when.map_or_else(
            || Truth::constant(len, Could::certain(true)),
            |condition| frame.truth_where(condition, || open.clone()),
        );
        possible.push(mask::and(&open, &holds.may));
        certain.push(mask::and(&open, &holds.must));
        open = mask::but(&open, &holds.must);
    }
    Walk { none: mask::not(&scope.must), done: is_done, possible, certain }
}

/// One of several answers for each row, put together from the masks where each is possible.
#[derive(Debug)]
pub struct Choice {
    values: Vec<i64>,
    states: Vec<State>,
    /// The rows with one possible answer.
    settled: BooleanBuffer,
}

impl Choice {
    /// The answers, each with where it is possible.
    #[must_use]
    pub fn new<'m>(len: usize, answers: impl Iterator<Item = (Raw, &'m BooleanBuffer)>) -> Self {
        let mut any = mask::all(len, false);
        let mut more = any.clone();
        let mut choice = Self { values: vec![0; len], states: vec![State::Known; len], settled: any.clone() };
        for (answer, mask) in answers {
            more = mask::or(&more, &mask::and(&any, mask));
            any = mask::or(&any, mask);
            for row in mask::rows(mask) {
                match answer {
                    Raw::Int(value) => {
                        if let Some(slot) = choice.values.get_mut(row) {
                            *slot = value;
                        }
                    }
                    Raw::Decimal(_) | Raw::None => {
                        if let Some(state) = choice.states.get_mut(row) {
                            *state = State::None;
                        }
                    }
                }
            }
        }
        choice.settled = mask::but(&any, &more);
        choice
    }

    /// The column; of rows with several possible answers, or none, `others` tells what they may be.
    #[must_use]
    pub fn finish(mut self, others: impl Fn(usize) -> Poss) -> Vals {
        let mut several = Vec::new();
        for row in mask::rows(&mask::not(&self.settled)) {
            let (Some(value), Some(state)) = (self.values.get_mut(row), self.states.get_mut(row)) else { continue };
            *value = 0;
            *state = match others(row) {
                Poss::One(Raw::Int(one)) => {
                    *value = one;
                    State::Known
                }
                Poss::One(_) => State::None,
                Poss::Any => State::Unknown,
                poss @ (Poss::Set(_) | Poss::Range(..)) => {
                    if let Ok(at) = u32::try_from(row) {
                        several.push((at, poss));
                    }
                    State::Several
                }
            };
        }
        Vals::new(Data::Int(self.values.into()), self.states, several)
    }

    /// The rows with one possible answer.
    #[must_use]
    pub const fn settled(&self) -> &BooleanBuffer {
        &self.settled
    }
}

/// A bit of a mask; unset beyond its end.
#[must_use]
pub fn bit(mask: &BooleanBuffer, row: usize) -> bool {
    row < mask.len() && mask.value(row)
}
