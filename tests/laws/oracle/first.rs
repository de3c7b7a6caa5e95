//! When a change may go: the first instant, found by trying one after the other.

use crate::ir::*;

use super::World;
use super::decide::Reason;
use super::eval::{Binding, Env};
use super::facts::Rec;
use super::tested::Tested;
use super::time::MINUTE;

/// All times of a case are on quarters of an hour, so nothing changes in between; but a change whose end touches the first instant at which a
/// window is in force is offered that window a moment later.
const STEP: i64 = 15 * MINUTE;

/// What trying came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    At(i64),
    /// It hangs on what is not known.
    Unknown,
    /// None of those that were tried.
    Later,
}

impl<'a> World<'a> {
    /// What keeps a change from an asset at an instant: whether anything may, and whether anything certainly does.
    fn kept(&'a self, at: i64, length: i64, env: &Env<'a>) -> (bool, bool) {
        let span = (at, at + length);
        let tested =
            Tested { from: Some(at), to: Some(at + length), by: "schedule", core: vec![span], hull: Some(span) };
        let mut reasons: Vec<Reason> = self.windows(&tested, env);
        for period in self.policy.periods.iter().filter(|p| !p.window) {
            reasons.extend(self.blackout(period, &tested, env));
        }
        let blocks = |r: &&Reason| r.effect >= Effect::Hold;
        (reasons.iter().any(|r| blocks(&r)), reasons.iter().any(|r| blocks(&r) && r.certain))
    }

    /// The length of a change and the first instant that is asked about; none where they are not known.
    pub fn schedule_of(&self, change: usize) -> Option<(i64, i64)> {
        let tested = self.tested(change);
        let (from, to) = tested.from.zip(tested.to)?;
        Some((from.max(self.now), to - from))
    }

    /// The first instant for these assets together, within so many days.
    pub fn first(&'a self, change: usize, assets: &[Rec<'a>], days: i64) -> Option<First> {
        let (from, length) = self.schedule_of(change)?;
        let record = Rec::Json(&self.changes[change]);
        let envs: Vec<Env<'a>> = assets
            .iter()
            .map(|asset| {
                Env::default()
                    .with("change", Binding::Change(record.clone(), change))
                    .with("asset", Binding::Asset(asset.clone()))
            })
            .collect();
        let later = self.policy.periods.iter().any(|p| p.window && p.common.effective.is_some());
        let mut at = from;
        while at < from + days * 24 * 60 * MINUTE {
            let kept: Vec<(bool, bool)> = envs.iter().map(|env| self.kept(at, length, env)).collect();
            if !kept.iter().any(|(may, _)| *may) {
                return Some(First::At(at));
            }
            if !kept.iter().any(|(_, must)| *must) {
                return Some(First::Unknown);
            }
            at = if later && at.rem_euclid(STEP) == 0 { at + 1 } else { (at.div_euclid(STEP) + 1) * STEP };
        }
        Some(First::Later)
    }
}
