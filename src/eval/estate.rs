//! The state of the estate: what the rules and obligations that name no change say of every asset.

use std::sync::Arc;

use rayon::prelude::*;

use crate::check::program::VarId;
use crate::check::schema::TableId;

use super::column::Rows;
use super::decide::{Options, triage_of, verdict};
use super::decision::{Decision, Tested};
use super::env::Env;
use super::frame::{Binding, Frame};
use super::reason::{found, reasons};
use super::risk::Risks;
use super::unknown::Known;
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
            let each = assets.iter().zip(&found.hits).zip(found.entries).enumerate();
            each.map(|(row, (((id, asset), hits), obligations))| {
                let reasons = reasons(&frame, row, hits, tested, &known, &Risks::default());
                let (effects, verdict) = verdict(&reasons);
                let decision = Decision {
                    change: None,
                    asset: id.clone(),
                    verdict,
                    effects,
                    category: None,
                    category_possible: Vec::new(),
                    tested: Tested { from: Some(env.now), to: Some(env.now), by: "now" },
                    not_before: None,
                    lapses: Vec::new(),
                    reasons,
                    obligations,
                    triage: triage_of(env, *asset, None),
                    assumed: assumed::of_estate(env, &places, *asset),
                };
                (decision, *asset)
            })
            .collect()
        })
        .collect();
    batches.into_iter().flatten().collect()
}
