//! The state of the estate: what the rules and obligations that name no change say of every asset.

use std::sync::Arc;

use rayon::prelude::*;

use crate::check::program::VarId;
use crate::check::schema::TableId;

use super::answers::Answers;
use super::assumed::Assumptions;
use super::column::Rows;
use super::decide::Options;
use super::decision::{Answer, Decision, Tested};
use super::env::Env;
use super::found::found;
use super::frame::{Binding, Frame};
use super::reason::Reasons;
use super::risk::Risks;
use super::unknown::Known;
use super::urgency::Urgency;
use super::{assumed, facts};

/// A decision without a change for every asset of the inventory that has a record, with the asset's row, by its id.
#[must_use]
pub fn decide(env: &Env<'_>, options: Options) -> Vec<(Decision, u32)> {
    let places = assumed::places(env.program);
    let known = Known::default();
    let mut assets: Vec<(Option<String>, u32)> = (0..u32::try_from(env.facts.recorded).unwrap_or(u32::MAX))
        .map(|row| (facts::text(env, TableId::ASSET, "id", row), row))
        .collect();
    assets.sort();
    let batches: Vec<Vec<(Decision, u32)>> = assets
        .par_chunks(options.batch.max(1))
        .map(|assets| {
            let root = Frame::root(env);
            let rows = Arc::new(assets.iter().map(|(_, row)| *row).collect());
            let frame = root.inner(assets.len(), Rows::First, vec![(VarId::ASSET, Binding::Rows(rows))]);
            let tested = crate::time::Tested::at(env.now);
            let found = found(&frame, tested);
            let risks = Risks::default();
            let tested_now = Tested { from: Some(env.now), to: Some(env.now), by: "now" };
            let begin = |_: Option<&_>| Answer { tested: tested_now.clone(), ..Answer::default() };
            let mut answers = Answers::new(Reasons::new(&frame, &found, tested, &known, &risks), begin);
            let urgency = Urgency::new(env, None);
            let mut assumptions = Assumptions::of_estate(env, places);
            let each = assets.iter().enumerate();
            each.map(|(row, (id, asset))| {
                let decision = Decision {
                    asset: id.as_deref().map(Arc::from),
                    answer: answers.of(row),
                    not_before: None,
                    lapses: Vec::new(),
                    triage: urgency.of(*asset),
                    assumed: assumptions.of(*asset),
                };
                (decision, *asset)
            })
            .collect()
        })
        .collect();
    batches.into_iter().flatten().collect()
}
