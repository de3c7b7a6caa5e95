//! What `changegate calendar` reports, in the order in which it is printed.

use serde::{Serialize, Serializer};

use crate::check::program::Effect;
use crate::eval::decision::{At, Record};
use crate::time::Instant;

fn instant<S: Serializer>(value: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_rfc3339())
}

fn optional<S: Serializer>(value: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => instant(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// One time at which a blackout or window is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarRow {
    /// The statement's name.
    pub rule: String,
    /// `blackout` or `window`.
    pub kind: &'static str,
    /// Its title.
    pub title: Option<String>,
    /// Its start.
    #[serde(serialize_with = "instant")]
    pub from: Instant,
    /// Its end, excluded; none where it has no known end.
    #[serde(serialize_with = "optional")]
    pub to: Option<Instant>,
    /// Whether it is certain that it is then, and for the asset that was asked about.
    pub certain: bool,
    /// When it is, as the policy writes it.
    pub when: String,
    /// The time zone by whose clock it goes.
    pub zone: String,
    /// What it does to a change that does not keep to it.
    pub effect: Effect,
    /// The conditions under which it applies, as the policy writes them, where these could not be settled.
    #[serde(rename = "for")]
    pub scope: Option<String>,
    /// Whom it lets through, as the policy writes it.
    pub except: Option<String>,
    /// The statement in the policy.
    pub at: At,
}

/// A statement of which it cannot be said when it is on, or not of all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Untimed {
    /// The statement's name.
    pub rule: String,
    /// `blackout` or `window`.
    pub kind: &'static str,
    /// Its title.
    pub title: Option<String>,
    /// Why.
    pub why: String,
}

/// What stands beside the times.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarSummary<'r> {
    #[serde(serialize_with = "instant")]
    from: Instant,
    #[serde(serialize_with = "instant")]
    to: Instant,
    asset: Option<&'r str>,
    untimed: &'r [Untimed],
    record: &'r Record,
}

/// When a policy's blackouts and windows are on.
#[derive(Clone, Debug)]
pub struct CalendarReport {
    /// From here on.
    pub from: Instant,
    /// Up to here, excluded.
    pub to: Instant,
    /// The asset that was asked about.
    pub asset: Option<String>,
    /// The asset's time zone, where it is known.
    pub zone: Option<String>,
    /// By start, then kind, name and zone.
    pub rows: Vec<CalendarRow>,
    /// What is not among them.
    pub untimed: Vec<Untimed>,
    /// What the answer hangs on.
    pub record: Record,
}

impl CalendarReport {
    /// What stands beside the times.
    #[must_use]
    pub fn summary(&self) -> CalendarSummary<'_> {
        CalendarSummary {
            from: self.from,
            to: self.to,
            asset: self.asset.as_deref(),
            untimed: &self.untimed,
            record: &self.record,
        }
    }
}
