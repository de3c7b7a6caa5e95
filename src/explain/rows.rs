//! What the verbs beside `check` report, in the order in which it is printed.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::eval::decision::{AppliedWaiver, At, Decision, Obligation, Reason, Record, UnknownFact, Verdict};
use crate::syntax::source::Span;
use crate::time::Instant;

fn instant<S: Serializer>(value: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(instant) => serializer.serialize_str(&instant.to_rfc3339()),
        None => serializer.serialize_none(),
    }
}

/// The urgency of one finding of one asset by one triage block.
#[derive(Clone, Debug, Serialize)]
pub struct TriageRow {
    /// The asset's id; none where it is not known.
    pub asset: Option<String>,
    /// The finding's CVE id; none where it is not known.
    pub finding: Option<String>,
    /// The triage block.
    pub block: String,
    /// The most urgent level that it may have.
    pub level: Option<String>,
    /// The earliest due date that it may have; `now` where it cannot be worked out.
    #[serde(serialize_with = "instant")]
    pub due: Option<Instant>,
    /// Whether it is overdue, or may be.
    pub overdue: bool,
    /// The facts that were missing; sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownFact>,
    /// The waiver for which it is not overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
}

/// How many findings a block gives a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelCount {
    /// The triage block.
    pub block: String,
    /// The level.
    pub level: Option<String>,
    /// How many findings have it.
    pub findings: u64,
    /// How many of these are overdue, or may be.
    pub overdue: u64,
}

/// The urgency of every finding: most urgent first, then most overdue.
#[derive(Clone, Debug)]
pub struct TriageReport {
    /// By level (most urgent first), due date, asset and finding.
    pub rows: Vec<TriageRow>,
    /// What the answer hangs on.
    pub record: Record,
    /// The `now` that was asked about.
    pub now: Instant,
}

impl TriageReport {
    /// How many findings each level has, by block and then in the order of the rows.
    #[must_use]
    pub fn counts(&self) -> Vec<LevelCount> {
        let mut counts: Vec<LevelCount> = Vec::new();
        for row in &self.rows {
            let at = counts.iter().position(|count| count.block == row.block && count.level == row.level);
            let overdue = u64::from(row.overdue);
            match at.and_then(|at| counts.get_mut(at)) {
                Some(count) => {
                    count.findings += 1;
                    count.overdue += overdue;
                }
                None => {
                    counts.push(LevelCount { block: row.block.clone(), level: row.level.clone(), findings: 1, overdue })
                }
            }
        }
        counts.sort_by(|a, b| a.block.cmp(&b.block));
        counts
    }
}

/// The value of an expression for one record.
#[derive(Clone, Debug, Serialize)]
pub struct ValueRow {
    /// The record: an asset's or a change's id, `ASSET/CVE` for a finding; none for an expression that names no subject.
    pub subject: Option<String>,
    /// The value as data write it; null where it is unknown.
    pub value: serde_json::Value,
    /// What it could still be, where it is unknown and that can be said: `4 to 9`, `act | attend`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible: Option<String>,
    /// The facts that were missing; sorted. Not printed where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownFact>,
}

/// The values of an expression.
#[derive(Clone, Debug)]
pub struct Values {
    /// The type of the expression, as the language writes it.
    pub ty: String,
    /// One for each record, in the order of their ids.
    pub rows: Vec<ValueRow>,
}

/// What became of one of the policy's own tests.
#[derive(Clone, Debug, Serialize)]
pub struct TestResult {
    /// The test's name.
    pub test: String,
    /// Its title.
    pub title: Option<String>,
    /// Whether everything that it expects holds.
    pub passed: bool,
    /// Where it stands.
    pub at: At,
    /// What does not hold.
    pub failures: Vec<TestFailure>,
    /// What was decided; only where it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
}

/// One expectation that does not hold.
#[derive(Clone, Debug, Serialize)]
pub struct TestFailure {
    /// The expectation as it is written.
    pub expected: String,
    /// What was found instead.
    pub actual: String,
    /// Where it stands.
    pub at: At,
}

/// Why a change got its verdicts.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// The change.
    pub change: String,
    /// The strongest verdict over the assets that were asked about.
    pub verdict: Verdict,
    /// One group for each set of reasons, the strongest verdict first.
    pub groups: Vec<WhyGroup>,
    /// What the answer hangs on.
    pub record: Record,
}

/// Assets that have the same verdict for the same reasons.
#[derive(Clone, Debug, Serialize)]
pub struct WhyGroup {
    /// Their ids; none for a row whose asset is not known.
    pub assets: Vec<Option<String>>,
    /// Their verdict.
    pub verdict: Verdict,
    /// Their category.
    pub category: Option<String>,
    /// Why, strongest first.
    pub reasons: Vec<WhyReason>,
    /// What somebody must do; met ones too.
    pub obligations: Vec<Arc<Obligation>>,
}

/// One reason with what decided it.
#[derive(Clone, Debug, Serialize)]
pub struct WhyReason {
    /// The reason as the decision has it.
    #[serde(flatten)]
    pub reason: Arc<Reason>,
    /// The parts of the condition that decided, in the order of the text.
    pub decisive: Vec<Decisive>,
    /// The facts that they read, each with its value.
    pub facts: Vec<FactValue>,
}

/// A part of a condition that decided.
#[derive(Clone, Debug, Serialize)]
pub struct Decisive {
    /// Where it begins.
    pub at: At,
    /// As the policy writes it.
    pub text: String,
    /// `true`, `false` or `unknown`.
    pub value: &'static str,
    /// The same place, as a span.
    #[serde(skip)]
    pub span: Span,
}

/// A fact and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactValue {
    /// Its path: `asset.tier`.
    pub fact: String,
    /// Its value as people write it; `unknown (missing)` where it is not known.
    pub value: String,
    /// Whether it is known.
    pub known: bool,
}
