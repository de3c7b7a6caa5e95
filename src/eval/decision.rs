//! What comes out: one decision for each change and asset, and one summary for each change. Every output derives from these.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::check::program::Effect;
use crate::syntax::source::Span;
use crate::time::Instant;

/// A verdict, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// May go.
    #[default]
    Permit,
    /// May go, with a warning.
    Warn,
    /// Waits for somebody.
    Hold,
    /// Waits for another time.
    Defer,
    /// May not go.
    Deny,
}

impl Verdict {
    /// Whether the change may go.
    #[must_use]
    pub const fn permits(self) -> bool {
        matches!(self, Self::Permit | Self::Warn)
    }

    /// As decisions print it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Defer => "defer",
            Self::Deny => "deny",
        }
    }
}

impl Effect {
    /// As policies and decisions write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Warn => "warn",
            Self::Hold => "hold",
            Self::Defer => "defer",
            Self::Deny => "deny",
        }
    }

    /// The verdict that it leads to; a report leads to none.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Report => Verdict::Permit,
            Self::Warn => Verdict::Warn,
            Self::Hold => Verdict::Hold,
            Self::Defer => Verdict::Defer,
            Self::Deny => Verdict::Deny,
        }
    }
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn instant<S: Serializer>(value: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(instant) => serializer.serialize_str(&instant.to_rfc3339()),
        None => serializer.serialize_none(),
    }
}

/// The answer for one change and one asset. What is said alike of many assets is shared by their decisions.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The asset; none where it is not known which.
    pub asset: Option<Arc<str>>,
    /// What is said of it, and perhaps of others.
    pub answer: Arc<Answer>,
    /// The first instant at which no blackout and no window is in the way; none where there is none, or where it hangs on something unknown.
    pub not_before: Option<Instant>,
    /// The approvals that will have lapsed by then; sorted.
    pub lapses: Vec<String>,
    /// The urgency of the asset's findings, by triage block.
    pub triage: ByBlock,
    /// Where the policy says what an absence means.
    pub assumed: Arc<[Assumed]>,
}

/// What may be said of several assets alike.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The change; none in a report without one.
    pub change: Option<String>,
    /// The strongest effect.
    pub verdict: Verdict,
    /// The effects of the reasons, strongest first, each once; reports are not among them.
    pub effects: Vec<Effect>,
    /// The first category whose arm is certain.
    pub category: Option<String>,
    /// Every category that it may be.
    pub category_possible: Vec<String>,
    /// The interval that was tested.
    pub tested: Tested,
    /// Why, strongest first.
    pub reasons: Vec<Arc<Reason>>,
    /// What somebody must do; met ones too.
    pub obligations: Vec<Arc<Obligation>>,
}

/// A decision says what its answer says.
impl Deref for Decision {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

/// A decision in the order in which it is printed.
#[derive(Serialize)]
struct Printed<'d> {
    change: &'d Option<String>,
    asset: &'d Option<Arc<str>>,
    verdict: Verdict,
    effects: &'d [Effect],
    category: &'d Option<String>,
    category_possible: &'d [String],
    tested: &'d Tested,
    #[serde(serialize_with = "instant")]
    not_before: Option<Instant>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    lapses: &'d [String],
    reasons: &'d [Arc<Reason>],
    obligations: &'d [Arc<Obligation>],
    triage: &'d [BlockTriage],
    assumed: &'d [Assumed],
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Answer { change, verdict, effects, category, category_possible, tested, reasons, obligations } = &**self;
        Printed {
            change,
            asset: &self.asset,
            verdict: *verdict,
            effects,
            category,
            category_possible,
            tested,
            not_before: self.not_before,
            lapses: &self.lapses,
            reasons,
            obligations,
            triage: &self.triage,
            assumed: &self.assumed,
        }
        .serialize(serializer)
    }
}

/// The interval that was tested.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tested {
    /// Its start, if it is known.
    #[serde(serialize_with = "instant")]
    pub from: Option<Instant>,
    /// Its end, if it is known.
    #[serde(serialize_with = "instant")]
    pub to: Option<Instant>,
    /// `schedule`, or `now` for a change that names neither start nor end.
    pub by: &'static str,
}

/// One statement that restricts the change.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// The statement's name.
    pub rule: String,
    /// `rule`, `approval`, `obligation`, `blackout`, `window`, or `input` for what the engine itself holds.
    pub kind: &'static str,
    /// Its effect.
    pub effect: Effect,
    /// Its title.
    pub title: Option<String>,
    /// Its text for the person who is blocked.
    pub because: Option<String>,
    /// When the period that blocks ends.
    #[serde(serialize_with = "instant")]
    pub until: Option<Instant>,
    /// The controls that it implements.
    pub refs: Vec<String>,
    /// The facts that were missing, where the effect hangs on them; sorted.
    pub unknown: Vec<UnknownFact>,
    /// The statement in the policy.
    pub at: Option<At>,
    /// The same place, as a span.
    #[serde(skip)]
    pub span: Option<Span>,
    /// What it is about, where that is less than the row: the finding of a duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The waiver that turned its effect into a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
    /// Waivers that are for it and do not apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_waivers: Vec<RefusedWaiver>,
    /// The risks that its conditions read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<RiskReport>,
}

/// A waiver that applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedWaiver {
    /// Its name; the id of one given as data.
    pub name: String,
    /// When it ends, excluded.
    #[serde(serialize_with = "instant")]
    pub until: Option<Instant>,
    /// Why it was granted.
    pub because: Option<String>,
    /// It ends within 30 days.
    pub ends_soon: bool,
}

/// A waiver that is for a statement and does not apply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RefusedWaiver {
    /// Its name; the id of one given as data.
    pub name: String,
    /// Why it does not apply.
    pub why: String,
}

/// What a risk came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskReport {
    /// The risk.
    pub risk: String,
    /// The highest score that it may have; none where the risk is out of scope, or the score has no upper end.
    pub score: Option<String>,
    /// The lowest and the highest score, where they differ; an open end is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_possible: Option<[Option<String>; 2]>,
    /// The highest band that it may be in.
    pub band: Option<String>,
    /// Every band that it may be in, highest first, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub band_possible: Vec<String>,
    /// What counts towards it, or may.
    pub factors: Vec<RiskFactor>,
}

/// A factor of a risk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskFactor {
    /// What it adds; none where that is not known.
    pub value: Option<String>,
    /// Its condition as written.
    pub when: Option<String>,
    /// Whether it certainly counts.
    pub certain: bool,
}

/// A place in the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// A fact that was missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UnknownFact {
    /// Its path: `asset.business_unit`, `asset.findings[CVE-2026-1234].epss`.
    pub fact: String,
    /// Why it is unknown.
    pub cause: &'static str,
}

/// A duty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Obligation {
    /// `approval`, `review` or `obligation`.
    pub kind: &'static str,
    /// The statement.
    pub rule: String,
    /// Who: the roles, joined by ` or `; none where it is not said.
    pub role: Option<String>,
    /// How many are needed.
    pub need: u32,
    /// How many there are.
    pub have: u32,
    /// How many are missing.
    pub missing: u32,
    /// By when.
    #[serde(serialize_with = "instant")]
    pub due: Option<Instant>,
    /// The sitting at which it is given; printed where there is one and it is known which.
    #[serde(serialize_with = "instant", skip_serializing_if = "Option::is_none")]
    pub sitting: Option<Instant>,
    /// The facts that were missing for its due date; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownFact>,
    /// What it is about: the item of a `for each`, or the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The votes in the roles of the approval that did not count, in the order of their times; with the approval's first entry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_counted: Vec<UncountedVote>,
}

/// A vote that did not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UncountedVote {
    /// When it was given.
    #[serde(serialize_with = "instant")]
    pub at: Option<Instant>,
    /// Who gave it.
    pub by: Option<String>,
    /// For whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// In which role.
    pub role: Option<String>,
    /// What it says: `approve`, `reject`, `pending`, `abstain`.
    pub decision: Option<String>,
    /// Why it did not count; or that it is a rejection, which counts.
    pub why: String,
}

/// The urgency of an asset's findings by one triage block.
#[derive(Clone, Debug, Serialize)]
pub struct BlockTriage {
    /// The block.
    pub block: Arc<str>,
    /// The most urgent level that a finding may have; none where no finding has one.
    pub level: Option<Arc<str>>,
    /// The earliest due date.
    #[serde(serialize_with = "instant")]
    pub due: Option<Instant>,
    /// How many findings are overdue, or may be.
    pub overdue: u64,
    /// The findings that the change fixes, or all where there is no change; most urgent first.
    pub findings: Vec<FindingTriage>,
}

/// The urgency of an asset's findings, by triage block. Most policies have one, which needs no list of its own.
#[derive(Clone, Debug)]
pub enum ByBlock {
    /// By the only block.
    One(BlockTriage),
    /// By each block, or by none.
    Each(Vec<BlockTriage>),
}

impl Default for ByBlock {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl Deref for ByBlock {
    type Target = [BlockTriage];

    fn deref(&self) -> &[BlockTriage] {
        match self {
            Self::One(block) => std::slice::from_ref(block),
            Self::Each(blocks) => blocks,
        }
    }
}

/// The urgency of one finding by one triage block.
#[derive(Clone, Debug, Serialize)]
pub struct FindingTriage {
    /// Its CVE id; none where it is not known.
    pub finding: Option<String>,
    /// The most urgent level that it may have.
    pub level: Option<String>,
    /// The earliest due date that it may have; `now` where it cannot be worked out.
    #[serde(serialize_with = "instant")]
    pub due: Option<Instant>,
    /// Whether it is overdue, or may be.
    pub overdue: bool,
    /// The facts that were missing; sorted. Not printed where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownFact>,
    /// The waiver for which it is not overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
}

/// A fact whose absence a statement gives a meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Assumed {
    /// The fact.
    pub fact: String,
    /// What stands for it where it is absent.
    pub value: String,
    /// Whether it was absent, so that this was used.
    pub applied: bool,
    /// The statement.
    pub rule: String,
    /// Why, in the statement's own words.
    pub because: Option<String>,
}

/// One line on a whole change.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The change.
    pub change: String,
    /// The strongest verdict over its assets.
    pub verdict: Verdict,
    /// How many decisions have each verdict.
    pub counts: Counts,
    /// The category.
    pub category: Option<String>,
    /// Every category that it may be.
    pub category_possible: Vec<String>,
    /// The first instant at which no blackout and no window is in the way of any of its assets.
    #[serde(serialize_with = "instant")]
    pub not_before: Option<Instant>,
    /// The approvals that will have lapsed by then; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lapses: Vec<String>,
    /// What the policy's risks came to.
    pub risk: Vec<RiskReport>,
    /// What somebody must do.
    pub obligations: Vec<Obligation>,
    /// The digests and versions that the answer hangs on.
    pub record: Record,
}

/// How many decisions have each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub assets: u64,
    /// `permit`
    pub permit: u64,
    /// `warn`
    pub warn: u64,
    /// `hold`
    pub hold: u64,
    /// `defer`
    pub defer: u64,
    /// `deny`
    pub deny: u64,
}

impl Counts {
    /// How many have a verdict.
    #[must_use]
    pub const fn of(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Permit => self.permit,
            Verdict::Warn => self.warn,
            Verdict::Hold => self.hold,
            Verdict::Defer => self.defer,
            Verdict::Deny => self.deny,
        }
    }
}

/// What an answer hangs on.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// SHA-256 of the policy's files.
    pub policy: String,
    /// SHA-256 of the facts, the same for any order of them.
    pub facts: String,
    /// The digests of the modules that plugins are, sorted.
    pub plugins: Vec<String>,
    /// The `now` that was asked about.
    pub now: String,
    /// The version of the time-zone database.
    pub tzdb: String,
    /// The program's version.
    pub version: String,
}
