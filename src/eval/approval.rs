//! Approvals: who has to say yes, and who has.

use std::sync::Arc;

use crate::check::program::{ApprovalField, Effect};

use super::column::Truth;
use super::decision::{Obligation, UnknownFact};
use super::frame::Frame;
use super::value::Could;

/// What an approval has come to in one row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// It is asked for.
    pub required: Could,
    /// Its needs are met.
    pub met: Could,
    /// A vote rejects.
    pub rejection: Could,
    /// How it restricts the change, if it does.
    pub blocks: Option<Block>,
    /// What somebody has to do.
    pub entries: Vec<Obligation>,
}

/// How an approval restricts a change.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its effect.
    pub effect: Effect,
    /// The effect hangs on something unknown.
    pub uncertain: bool,
    /// A vote certainly rejects.
    pub rejected: bool,
}

/// What an approval has come to, for every row.
#[must_use]
pub fn outcomes(_frame: &Frame<'_>, _index: u16) -> Arc<Vec<Arc<Outcome>>> {
    Arc::default()
}

/// The missing facts that an approval hangs on.
#[must_use]
pub fn missing(_frame: &Frame<'_>, _row: usize, _index: u16) -> Vec<UnknownFact> {
    Vec::new()
}

/// What an approval has come to, for every row.
#[must_use]
pub fn read(frame: &Frame<'_>, _index: u16, _field: ApprovalField) -> Truth {
    Truth::constant(frame.len(), Could::UNKNOWN)
}
