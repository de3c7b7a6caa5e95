//! When a change may go, as its decisions say it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::check::program::{Approval, VarId};
use crate::time::Instant;

use super::super::approval::lapse::lapsed;
use super::super::beside;
use super::super::column::Rows;
use super::super::decide::{Decided, change_frame};
use super::super::env::{Env, Shared};
use super::super::frame::{Binding, Frame};
use super::not_before::{Batch, Openings, Sorting, not_before, part};

/// The approvals that lapse, for each row.
type Names = Vec<Vec<String>>;

/// Hands the frame of some assets of a change to a function.
fn of_rows(env: &Env<'_>, change: u32, shared: &Shared, rows: &[u32], f: &mut dyn FnMut(&Frame<'_>)) {
    let root = Frame::root(env).with_shared(shared);
    let of = change_frame(&root, change).with_shared(shared);
    f(&of.inner(rows.len(), Rows::First, vec![(VarId::ASSET, Binding::Rows(Arc::new(rows.to_vec())))]));
}

/// When a change may go by a portion of its assets: says it of each decision, where no approval lapses.
#[must_use]
pub fn timing_of_part<'e>(
    (env, sorting): (&'e Env<'_>, Option<Sorting<'e, '_>>),
    change: u32,
    shared: &Shared,
    decided: &mut Decided,
) -> Option<Openings> {
    let in_frame = |rows: &[u32], f: &mut dyn FnMut(&Frame<'_>)| of_rows(env, change, shared, rows, f);
    let found = part((env, sorting), change, decided.rows(), decided.blocked, &decided.batches, in_frame);
    for (decision, at) in decided.decisions.iter_mut().zip(found.rows) {
        decision.not_before = at;
    }
    found.openings
}

/// When the change may go: says it of each decision, and of all of them together.
#[must_use]
pub fn timing<'e>(
    (env, sorting): (&'e Env<'_>, Option<Sorting<'e, '_>>),
    change: u32,
    shared: &Shared,
    decided: &mut Decided,
) -> (Option<Instant>, Vec<String>) {
    let in_frame = |rows: &[u32], f: &mut dyn FnMut(&Frame<'_>)| of_rows(env, change, shared, rows, f);
    let found = not_before((env, sorting), change, decided.rows(), decided.blocked, &decided.batches, in_frame);
    let mut lapses: BTreeSet<String> = BTreeSet::new();
    let lapsing = |approval: &&Approval| approval.valid.is_some();
    let of_asset = |approval: &Approval| approval.head.vars.contains(&VarId::ASSET);
    if env.program.approvals.iter().any(|approval| lapsing(&approval)) {
        let root = Frame::root(env).with_shared(shared);
        let of = change_frame(&root, change).with_shared(shared);
        lapses.extend(lapsed(&of, false, &[found.whole]).into_iter().flatten());
        let mut known: HashMap<Instant, Vec<String>> = HashMap::new();
        // Approvals that do not tell assets apart are looked at once.
        let own_ones = env.program.approvals.iter().filter(lapsing).any(of_asset);
        let mut left = found.rows.as_slice();
        let each: Vec<(&Batch, &[Option<Instant>])> = if own_ones { decided.batches.as_slice() } else { &[] }
            .iter()
            .filter_map(|batch| {
                let (own, rest) = left.split_at_checked(batch.rows.len())?;
                left = rest;
                Some((batch, own))
            })
            .collect();
        let each: Vec<(Names, Names)> = beside::each(&each, |(Batch { rows, .. }, by)| {
            let mut lapse = (Vec::new(), Vec::new());
            in_frame(rows, &mut |frame| {
                lapse.0 = lapsed(frame, true, by);
                lapse.1 = if found.whole.is_some() {
                    lapsed(frame, true, &vec![found.whole; rows.len()])
                } else {
                    Vec::new()
                };
            });
            lapse
        });
        let none = Vec::new();
        let own = each.iter().flat_map(|(own, _)| own).chain(std::iter::repeat(&none));
        for ((decision, at), own) in decided.decisions.iter_mut().zip(&found.rows).zip(own) {
            let Some(at) = at else { continue };
            let of_change = known.entry(*at).or_insert_with(|| lapsed(&of, false, &[Some(*at)]).concat());
            decision.lapses = of_change.iter().chain(own).cloned().collect();
            decision.lapses.sort();
        }
        lapses.extend(each.into_iter().flat_map(|(_, whole)| whole).flatten());
    }
    for (decision, at) in decided.decisions.iter_mut().zip(&found.rows) {
        decision.not_before = *at;
    }
    (found.whole, lapses.into_iter().collect())
}
