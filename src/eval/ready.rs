//! One asset after the other: what a change says whatever the asset is worked out before the first.

use super::assumed;
use super::decide::{Whole, change_frame, changes, decide_batch, expensive, targets, whole_category};
use super::decision::Decision;
use super::env::{Env, Shared};
use super::frame::Frame;
use super::period::{Schedule, schedule};
use super::risk::Risks;
use super::unknown::Known;
use super::when::decided::timing;
use crate::check::program::{NodeId, Op, VarId};

/// A change, and what holds for it whatever the asset.
#[derive(Debug)]
pub struct Ready {
    id: String,
    row: u32,
    schedule: Schedule,
    known: Known,
    whole: Whole,
}

impl Ready {
    /// The changes of facts without assets, by their ids. Only for a program that decides each asset by itself.
    #[must_use]
    pub fn all(env: &Env<'_>) -> Vec<Self> {
        changes(env, |_| true).into_iter().map(|(id, row)| Self::new(env, id, row)).collect()
    }

    fn new(env: &Env<'_>, id: String, row: u32) -> Self {
        let root = Frame::root(env);
        let frame = change_frame(&root, row);
        for node in expensive(env.program).into_iter().chain(of_change(env)) {
            let _ = frame.eval(node);
        }
        let by_asset = env.program.category.and_then(|block| env.program.categorises.get(usize::from(block)));
        // Where each asset has a category of its own it is said of each.
        let is_own = by_asset.is_some_and(|def| def.each_asset);
        let category = if is_own { Default::default() } else { whole_category(env, &frame) };
        let risks = Risks::of_change(&frame);
        let shared: Shared = frame.into_results();
        Self {
            id,
            row,
            schedule: schedule(env, row),
            known: Known::default(),
            whole: Whole::new(category, risks, shared),
        }
    }

    /// Whether the change touches any of the assets of some facts.
    #[must_use]
    pub fn touches(&self, env: &Env<'_>) -> bool {
        env.facts.touched.get(self.row as usize).is_some_and(|touched| !touched.rows.is_empty())
    }

    /// Decides the change for the assets that it touches.
    #[must_use]
    pub fn decide(&self, env: &Env<'_>) -> Vec<Decision> {
        let places = assumed::places(env.program);
        let root = Frame::root(env).with_shared(self.whole.shared());
        let frame = change_frame(&root, self.row).with_shared(self.whole.shared());
        let mut targets = targets(env, &frame, self.row);
        let mut decided =
            decide_batch(env, &self.id, self.row, &self.schedule, &mut targets, places, &self.known, &self.whole, None);
        let _ = timing((env, None), self.row, self.whole.shared(), &mut decided);
        decided.decisions
    }
}

/// The nodes that read nothing but the change. Nobody is asked who answers only where it must be.
fn of_change<'e>(env: &'e Env<'_>) -> impl Iterator<Item = NodeId> + 'e {
    let numbered = (0_u32..).map(NodeId).zip(&env.program.nodes);
    numbered
        .filter(|(id, node)| {
            let is_plain = !matches!(node.op, Op::Error | Op::ArmLevel | Op::Element(_));
            let reads_arm = env.reads_arm.get(id.0 as usize).copied().unwrap_or(true);
            is_plain && !reads_arm && !env.asks(*id) && node.vars.iter().all(|var| *var == VarId::CHANGE)
        })
        .map(|(id, _)| id)
}
