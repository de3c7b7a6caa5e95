//! When a change may go: the instants at which nothing but time is in its way.
//!
//! What is in the way of a change at one instant is decided by `period`; here the same blackouts and windows are asked for all instants of a
//! horizon at once.

pub mod group;
pub mod not_before;
pub mod plan;

use crate::syntax::source::Span;
use crate::time::{Duration, Instant};

use super::decision::UnknownFact;

/// When a change may go.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The first instant that was asked about: `now` or the planned start, whichever is later.
    pub from: Instant,
    /// The instant at which the horizon ends.
    pub until: Instant,
    /// How long the change takes, where that is known.
    pub length: Option<Duration>,
    /// For each asset of the change, by its id.
    pub assets: Vec<AssetTiming>,
    /// For all its assets together.
    pub whole: Chances,
}

/// When a change may touch one asset.
#[derive(Clone, Debug)]
pub struct AssetTiming {
    /// The asset; none where it is not known which.
    pub asset: Option<String>,
    /// When the change may start.
    pub chances: Chances,
}

/// When a change may start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chances {
    /// The first instant; none where there is none within the horizon, or where it hangs on something unknown.
    pub first: Option<Instant>,
    /// The stretches in which the change may start, as far as that is certain; in order.
    pub ranges: Vec<Opening>,
    /// The facts and conditions that the first instant hangs on; sorted, and empty where it is known.
    pub hangs_on: Vec<UnknownFact>,
    /// Where there is no instant: the statements that exclude each other.
    pub blockers: Vec<Limit>,
    /// The approvals whose votes will no longer hold at the first instant; sorted.
    pub lapses: Vec<String>,
}

/// A stretch of instants at which a change may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The first instant.
    pub from: Instant,
    /// The instant at which it is over, excluded.
    pub to: Instant,
    /// The windows that open there, and the blackouts that end.
    pub opened_by: Vec<Limit>,
    /// The windows that close, and the blackouts that begin: what stops a change that starts at the end.
    pub closed_by: Vec<Limit>,
}

/// A blackout or window that limits when a change may go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// Its name.
    pub rule: String,
    /// `blackout` or `window`.
    pub kind: &'static str,
    /// Its title.
    pub title: Option<String>,
    /// Its place in the policy.
    pub at: Span,
    /// When the period that limits ends, where that is known.
    pub until: Option<Instant>,
}
