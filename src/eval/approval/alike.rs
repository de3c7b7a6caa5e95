//! Approvals that ask the same of every asset.

use crate::check::program::{Approval, Excluded, ListRef, NodeId, VarId};

use super::super::env::Env;

/// Whether what an approval asks of the votes, and until when, does not hang on the asset: only whether it is asked for may.
#[must_use]
pub fn asks_alike(env: &Env<'_>, def: &Approval) -> bool {
    let node = |id: NodeId, bound: Option<VarId>| {
        let own = |var: &VarId| *var == VarId::CHANGE || Some(*var) == bound;
        env.node(id).is_some_and(|node| node.vars.iter().all(own))
    };
    let list = |list: &ListRef| match list {
        ListRef::Field(var, _) | ListRef::AssetsOf(var) => *var == VarId::CHANGE,
        ListRef::Literal(items) => items.iter().all(|item| node(*item, None)),
        ListRef::Answer(set) => node(*set, None),
        ListRef::Inventory | ListRef::Changes | ListRef::Incidents | ListRef::People => true,
    };
    let needs = def
        .needs
        .iter()
        .all(|need| need.each.as_ref().is_none_or(|(var, of, name)| list(of) && node(*name, Some(*var))));
    let excluded = def.not_by.iter().all(|excluded| match excluded {
        Excluded::One(one) => node(*one, None),
        Excluded::Each(of) => list(of),
    });
    let closes = def.meets.as_ref().and_then(|meets| meets.closes);
    let times = [&def.afterwards, &def.review].into_iter().flatten().flat_map(|due| due.nodes());
    // What it follows may be asked for of some assets and not of others.
    needs
        && excluded
        && def.after.is_empty()
        && def.valid.iter().chain(&closes).copied().chain(times).all(|id| node(id, None))
}
