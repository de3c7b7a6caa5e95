//! Approvals that are met now and will not be by a later time, because their votes no longer hold then.

use std::collections::{BTreeSet, HashMap};

use crate::check::program::VarId;
use crate::time::Instant;

use super::super::frame::Frame;
use super::asked::{Asks, asks};
use super::count::count;
use super::judge::Judge;
use super::outcomes;
use super::persons::People;

/// The approvals that lapse before each row's time, sorted by name: those that tell assets apart, or those that do not.
#[must_use]
pub fn lapsed(frame: &Frame<'_>, of_assets: bool, by: &[Option<Instant>]) -> Vec<Vec<String>> {
    let env = frame.env;
    let mut found: Vec<BTreeSet<String>> = vec![BTreeSet::new(); frame.len()];
    let now = env.now;
    let later = |row: usize| by.get(row).copied().flatten().filter(|at| *at > now);
    let Some(changes) = frame.rows(VarId::CHANGE).filter(|_| (0..frame.len()).any(|row| later(row).is_some())) else {
        return found.into_iter().map(|names| names.into_iter().collect()).collect();
    };
    let people = env.approvals.people.get_or_init(|| People::new(env));
    for (index, def) in (0_u16..).zip(&env.program.approvals) {
        if def.valid.is_none() || def.head.muted || def.head.vars.contains(&VarId::ASSET) != of_assets {
            continue;
        }
        let outcomes = outcomes(frame, index);
        let met = |row: usize| outcomes.get(row).is_some_and(|one| one.required.be_true && !one.met.be_false);
        if !(0..frame.len()).any(|row| met(row) && later(row).is_some()) {
            continue;
        }
        let rows = asks(frame, def);
        let mut known: HashMap<(u32, &Asks, Instant), bool> = HashMap::new();
        for (row, names) in found.iter_mut().enumerate() {
            let (Some(at), Some(asks), Some(change)) = (later(row), rows.get(row), changes.get(row)) else { continue };
            if !met(row) {
                continue;
            }
            let lapses = *known.entry((*change, asks, at)).or_insert_with(|| {
                let votes = env.approvals.votes(env, *change);
                let judge = Judge { env, votes: &votes, people, def, asks, held_at: at.micros() };
                count(&judge, false).filled.be_false
            });
            if lapses {
                names.insert(def.head.name.clone());
            }
        }
    }
    found.into_iter().map(|names| names.into_iter().collect()).collect()
}
