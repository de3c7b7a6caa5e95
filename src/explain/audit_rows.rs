//! What `audit` reports, in the order in which it is printed.

use serde::{Serialize, Serializer};

use crate::eval::decision::{Counts, Decision, Record, Verdict};
use crate::time::Instant;

fn instant<S: Serializer>(value: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(instant) => serializer.serialize_str(&instant.to_rfc3339()),
        None => serializer.serialize_none(),
    }
}

/// An asset of which there is something to say.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRow {
    /// What the policy says of it without a change.
    #[serde(flatten)]
    pub decision: Decision,
    /// Its business unit, if it is known.
    pub business_unit: Option<String>,
    /// Its tier, if it is known.
    pub tier: Option<String>,
    /// What its record lacks.
    pub inventory: Vec<Lack>,
    /// What earlier runs left open on it.
    pub duties: Vec<Duty>,
}

/// What the record of an asset lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Nobody is known to answer for it.
    NoOwner,
    /// No scan of it is known.
    NeverScanned,
    /// The last scan is longer ago than [`AuditSummary::scan_days`].
    NotScanned,
}

/// A duty that an earlier run left open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Duty {
    /// Whether it is overdue, or may be.
    pub overdue: bool,
    /// By when; none where there is no deadline, and where none is known.
    #[serde(serialize_with = "instant")]
    pub due: Option<Instant>,
    /// `approval`, `review` or `obligation`, if it is known.
    pub kind: Option<String>,
    /// The statement that asks for it, if it is known.
    pub rule: Option<String>,
    /// Whether the policy has that statement.
    pub in_policy: bool,
    /// The change.
    pub change: Option<String>,
    /// The asset.
    pub asset: Option<String>,
    /// The finding or item.
    pub subject: Option<String>,
    /// Who has to do it.
    pub role: Option<String>,
}

/// Where a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has ended.
    Ended,
    /// It ends within 30 days.
    EndsSoon,
    /// It is not known when it ends, so it is never applied.
    EndUnknown,
    /// It holds for longer.
    Holds,
    /// It has not begun.
    NotBegun,
}

/// A waiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct WaiverRow {
    /// Where it stands.
    pub standing: Standing,
    /// When it ends, excluded.
    #[serde(serialize_with = "instant")]
    pub until: Option<Instant>,
    /// Its name; the id of one given as data.
    pub name: String,
    /// Whether it was given as data.
    pub data: bool,
    /// The statements that it is for.
    pub waives: Vec<String>,
    /// The roles that granted it.
    pub by: Vec<String>,
    /// How many assets' decisions rest on it.
    pub assets: u64,
}

/// What one statement says of the estate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementRow {
    /// The strongest effect.
    pub effect: &'static str,
    /// `rule` or `obligation`.
    pub kind: &'static str,
    /// Its name.
    pub rule: String,
    /// Its title.
    pub title: Option<String>,
    /// On how many assets it has an effect.
    pub assets: u64,
    /// On how many of these it hangs on a missing fact.
    pub unknown: u64,
    /// On how many of these it is waived.
    pub waived: u64,
    /// The first of the assets: those of the strongest effect, by id.
    pub first: Vec<String>,
}

/// The findings to which a triage block gives one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelRow {
    /// The block.
    pub block: String,
    /// The level.
    pub level: Option<String>,
    /// How many findings.
    pub findings: u64,
    /// How many of them are overdue, or may be.
    pub overdue: u64,
    /// How many of them are waived.
    pub waived: u64,
    /// On how many assets there are overdue ones.
    pub assets: u64,
    /// The earliest due date of an overdue one.
    #[serde(serialize_with = "instant")]
    pub oldest: Option<Instant>,
    /// The first of the assets with overdue ones, by due date.
    pub first: Vec<String>,
}

/// The duties of one statement that are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DutyRow {
    /// `approval`, `review` or `obligation`.
    pub kind: String,
    /// The statement.
    pub rule: String,
    /// Who has to do it.
    pub role: Option<String>,
    /// Whether the policy has the statement.
    pub in_policy: bool,
    /// How many are open.
    pub open: u64,
    /// How many of these are overdue, or may be.
    pub overdue: u64,
    /// How many of these may be only because their deadline is not known.
    pub due_unknown: u64,
    /// The earliest deadline.
    #[serde(serialize_with = "instant")]
    pub oldest: Option<Instant>,
    /// The first of what they are about, by deadline.
    pub first: Vec<String>,
}

/// Assets that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// What they have in common; none where it is not known.
    pub value: Option<String>,
    /// How many have which verdict.
    pub counts: Counts,
    /// How many findings are overdue, or may be.
    pub overdue: u64,
    /// How many assets have no owner.
    pub no_owner: u64,
    /// How many assets were never scanned, as far as is known.
    pub never_scanned: u64,
    /// How many assets were last scanned too long ago.
    pub not_scanned: u64,
}

/// The assets of which something was found, and which they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// How many.
    pub assets: u64,
    /// The first of them, by id.
    pub first: Vec<String>,
}

/// The state of the estate.
#[derive(Clone, Debug, Serialize)]
pub struct AuditSummary {
    /// The strongest verdict of an asset.
    pub verdict: Verdict,
    /// How many assets have which verdict.
    pub counts: Counts,
    /// Of how many assets there is something to say.
    pub reported: u64,
    /// How many findings are overdue, or may be.
    pub overdue_findings: u64,
    /// How many duties are overdue, or may be.
    pub overdue_duties: u64,
    /// By statement: the strongest effect first, then the most assets.
    pub statements: Vec<StatementRow>,
    /// By triage block and level.
    pub triage: Vec<LevelRow>,
    /// Open duties by statement: the most overdue first.
    pub duties: Vec<DutyRow>,
    /// Duties of earlier runs that are about no asset of the inventory.
    pub elsewhere: Vec<Duty>,
    /// Waivers: those that have ended first.
    pub waivers: Vec<WaiverRow>,
    /// After how many days without a scan an asset is listed.
    pub scan_days: u32,
    /// Assets without an owner.
    pub no_owner: Listed,
    /// Assets of which no scan is known.
    pub never_scanned: Listed,
    /// Assets that were last scanned longer ago than `scan_days`.
    pub not_scanned: Listed,
    /// By business unit.
    pub business_units: Vec<GroupRow>,
    /// By tier.
    pub tiers: Vec<GroupRow>,
    /// What the answer hangs on.
    pub record: Record,
}

/// Everything that `audit` reports.
#[derive(Clone, Debug)]
pub struct AuditReport {
    /// Assets of which there is something to say: the strongest verdict first, then by id.
    pub rows: Vec<AuditRow>,
    /// All of it together.
    pub summary: AuditSummary,
    /// The `now` that was asked about.
    pub now: Instant,
}

impl AuditReport {
    /// Whether anything is overdue, or may be.
    #[must_use]
    pub const fn is_overdue(&self) -> bool {
        self.summary.overdue_findings > 0 || self.summary.overdue_duties > 0
    }
}
