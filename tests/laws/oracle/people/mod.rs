//! People and duties: who refers to whom, risks, approvals, obligations, waivers.

pub mod approval;
pub mod matching;
pub mod obligation;
pub mod refs;
pub mod risk;
pub mod votes;
pub mod waiver;

use std::collections::BTreeSet;

use crate::ir::*;

use super::World;
use super::eval::Env;
use super::tested::Tested;
use super::value::{K, P};

/// A duty of a decision. Of an approval it is not said here how many there are: several sharings can be the best.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DutyRow {
    pub kind: &'static str,
    pub rule: String,
    pub role: Option<String>,
    pub subject: Option<String>,
    pub need: u32,
    pub have: Option<u32>,
    pub due: Option<String>,
    /// When those who approve sit together.
    pub sitting: Option<String>,
}

/// How many each entry of an approval has: role, subject, need, have; sorted.
pub type Haves = Vec<(String, Option<String>, u32, u32)>;

/// What a risk came to: the ends of the score, and the bands from the highest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskRow {
    pub risk: String,
    pub low: Option<i128>,
    pub high: Option<i128>,
    pub bands: Vec<String>,
    /// Whether each factor certainly counts.
    pub factors: Vec<bool>,
}

/// The waivers of a reason: those that apply (the decision names one) and those that do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waived {
    pub by: BTreeSet<String>,
    pub refused: BTreeSet<String>,
}

impl<'a> World<'a> {
    /// Whether a statement concerns this row.
    pub fn concerned(&'a self, common: &Common, tested: &Tested, env: &Env<'a>) -> K {
        self.scope(common, env).and(self.in_force(common, Some(tested)))
    }

    /// When it is due at the earliest; `now` where that cannot be told, none where there is certainly no deadline.
    pub fn earliest_due(&self, due: &P) -> Option<i64> {
        if due.is_none() {
            return None;
        }
        Some(due.hull().and_then(|r| r.low).map_or(self.now, |n| n as i64))
    }
}

/// One person's id: names that differ only in case are one person's.
pub fn fold(id: &str) -> String {
    id.trim().to_lowercase()
}
