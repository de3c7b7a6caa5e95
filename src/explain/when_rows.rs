//! What `changegate when` reports, in the order in which it is printed.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::eval::decision::{At, Obligation, Record, Tested, UnknownFact, Verdict};
use crate::time::{Duration, Instant};

fn instant<S: Serializer>(value: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_rfc3339())
}

fn optional<S: Serializer>(value: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => instant(value, serializer),
        None => serializer.serialize_none(),
    }
}

fn length<S: Serializer>(value: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// When a change may go, and what is in the way until then.
#[derive(Clone, Debug, Serialize)]
pub struct When {
    /// The change.
    pub change: String,
    /// The strongest verdict at its own time, over the assets that were asked about.
    pub verdict: Verdict,
    /// Its own time.
    pub asked: Tested,
    /// How long it takes, as the language writes it; none where that is not known.
    #[serde(serialize_with = "length")]
    pub length: Option<Duration>,
    /// The first instant that was asked about.
    #[serde(serialize_with = "instant")]
    pub from: Instant,
    /// The end of the horizon.
    #[serde(serialize_with = "instant")]
    pub until: Instant,
    /// For all its assets together.
    pub whole: Standing,
    /// Asset by asset; those that stand alike together.
    pub groups: Vec<WhenGroup>,
    /// What somebody still has to do before it may go, each with its date or sitting.
    pub people: Vec<Arc<Obligation>>,
    /// What else is in the way, whatever the time.
    pub others: Vec<Other>,
    /// Deadlines of what the change fixes that lie before the first instant.
    pub late: Vec<Late>,
    /// The ways that the policy has around what is in the way.
    pub ways_out: Vec<WayOut>,
    /// What the answer hangs on.
    pub record: Record,
}

/// When a change may start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The first instant at which nothing but time was in the way.
    #[serde(serialize_with = "optional")]
    pub first: Option<Instant>,
    /// The stretches in which it may start, the next ones.
    pub starts: Vec<Stretch>,
    /// How many more there are within the horizon.
    pub more: u64,
    /// What the first instant hangs on, where it is not known.
    pub hangs_on: Vec<UnknownFact>,
    /// The statements that exclude each other, where there is none.
    pub blockers: Vec<LimitRow>,
    /// Approvals that will have lapsed by then.
    pub lapses: Vec<String>,
}

/// A stretch of instants at which a change may start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The first.
    #[serde(serialize_with = "instant")]
    pub from: Instant,
    /// The last.
    #[serde(serialize_with = "instant")]
    pub last: Instant,
    /// What opens it: windows that open, blackouts that end.
    pub opened_by: Vec<LimitRow>,
    /// What closes it: windows that close, blackouts that begin.
    pub closed_by: Vec<LimitRow>,
}

/// A blackout or window that limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitRow {
    /// Its name.
    pub rule: String,
    /// `blackout` or `window`.
    pub kind: &'static str,
    /// Its title.
    pub title: Option<String>,
    /// When the period that limits ends, where that is known.
    #[serde(serialize_with = "optional")]
    pub until: Option<Instant>,
    /// The condition as long as which it is on, as the policy writes it: nobody knows for how long.
    #[serde(rename = "while")]
    pub condition: Option<String>,
    /// Its place in the policy.
    pub at: At,
}

impl Standing {
    /// Whether something is in the way of which nobody knows how long it will be, so that "never" would be too much.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.first.is_none()
            && (!self.hangs_on.is_empty() || self.blockers.iter().any(|limit| limit.condition.is_some()))
    }
}

/// Assets that stand alike.
#[derive(Clone, Debug, Serialize)]
pub struct WhenGroup {
    /// Their ids; none for a row whose asset is not known.
    pub assets: Vec<Option<String>>,
    /// Their time zone, where they have one and the same.
    pub zone: Option<String>,
    /// When the change may start for them.
    #[serde(flatten)]
    pub standing: Standing,
}

/// A statement that is in the way whatever the time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Other {
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub rule: String,
    /// Its title.
    pub title: Option<String>,
    /// Its effect.
    pub effect: &'static str,
    /// On how many assets.
    pub assets: u64,
}

/// A remediation deadline that falls before the change may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Late {
    /// The triage block.
    pub block: String,
    /// The most urgent level.
    pub level: Option<String>,
    /// The finding.
    pub finding: Option<String>,
    /// The assets, each by its id.
    pub assets: Vec<Option<String>>,
    /// The earliest due date.
    #[serde(serialize_with = "instant")]
    pub due: Instant,
    /// Whether it was due before now.
    pub overdue: bool,
    /// The facts that were missing for it; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownFact>,
}

/// A way around what is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayOut {
    /// `exception` of a blackout or window, or `waiver` of a triage or another statement.
    pub way: &'static str,
    /// The kind of the statement.
    pub kind: &'static str,
    /// The statement.
    pub rule: String,
    /// An exception's condition, as the policy writes it.
    pub condition: Option<String>,
    /// The roles that may grant a waiver.
    pub by: Vec<String>,
    /// The longest waiver, as the language writes it.
    #[serde(serialize_with = "length")]
    pub up_to: Option<Duration>,
    /// The statement in the policy.
    pub at: At,
}
