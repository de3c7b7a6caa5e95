//! Smaller cases of policies that speak of people and duties.

use crate::case::Case;
use crate::ir::*;
use crate::shrink::{change, commons, records};

/// Policies with one thing less in such a statement.
pub fn policies(policy: &Policy, see: &mut dyn FnMut(Policy)) {
    for at in 0..policy.risks.len() {
        commons(policy, &|p| &mut p.risks[at].common, see);
        for n in 0..policy.risks[at].adds.len() {
            change(policy, see, |p| {
                p.risks[at].adds.remove(n);
                !p.risks[at].adds.is_empty()
            });
            change(policy, see, |p| p.risks[at].adds[n].when.take().is_some());
        }
    }
    for at in 0..policy.approvals.len() {
        commons(policy, &|p| &mut p.approvals[at].common, see);
        for n in 0..policy.approvals[at].needs.len() {
            change(policy, see, |p| {
                p.approvals[at].needs.remove(n);
                !p.approvals[at].needs.is_empty()
            });
            change(policy, see, |p| p.approvals[at].needs[n].each.take().is_some());
            change(policy, see, |p| {
                p.approvals[at].needs[n].roles.pop().is_some() && !p.approvals[at].needs[n].roles.is_empty()
            });
            change(policy, see, |p| std::mem::replace(&mut p.approvals[at].needs[n].count, 1) > 1);
        }
        change(policy, see, |p| p.approvals[at].not_by.pop().is_some());
        change(policy, see, |p| p.approvals[at].not_by.len() > 1 && p.approvals[at].not_by.drain(..1).next().is_some());
        change(policy, see, |p| p.approvals[at].after.pop().is_some());
        change(policy, see, |p| p.approvals[at].valid.take().is_some());
        change(policy, see, |p| p.approvals[at].afterwards.take().is_some());
        change(policy, see, |p| p.approvals[at].review.take().is_some());
        change(policy, see, |p| !std::mem::replace(&mut p.approvals[at].survives_edits, true));
    }
    for at in 0..policy.obligations.len() {
        commons(policy, &|p| &mut p.obligations[at].common, see);
        change(policy, see, |p| !std::mem::take(&mut p.obligations[at].assigned).is_empty());
        change(policy, see, |p| p.obligations[at].due.take().is_some());
        change(policy, see, |p| p.obligations[at].met.take().is_some());
    }
    for at in 0..policy.waivers.len() {
        commons(policy, &|p| &mut p.waivers[at].common, see);
        change(policy, see, |p| p.waivers[at].provided.take().is_some());
        change(policy, see, |p| p.waivers[at].waives.len() > 1 && p.waivers[at].waives.pop().is_some());
    }
}

/// What a duty is about hangs on what it names.
pub fn settle(policy: &mut Policy) {
    for at in 0..policy.obligations.len() {
        let about = crate::r#gen::about_of(policy, &policy.obligations[at]);
        policy.obligations[at].about = about;
    }
}

/// Cases with one fact less among the other inputs.
pub fn facts(case: &Case, out: &mut Vec<Case>) {
    let many = case.clone().facts.others_mut().len();
    for input in 0..many {
        let list = case.clone().facts.others_mut()[input].clone();
        for (at, given) in list.iter().enumerate() {
            let mut smaller = case.clone();
            smaller.facts.others_mut()[input].remove(at);
            out.push(smaller);
            for record in records(given) {
                let mut smaller = case.clone();
                smaller.facts.others_mut()[input][at] = record;
                out.push(smaller);
            }
        }
    }
    let takes: [fn(&mut Case) -> bool; 5] = [
        |c| c.facts.people.take().is_some(),
        |c| c.facts.services.take().is_some(),
        |c| c.facts.incidents.take().is_some(),
        |c| c.facts.waivers.take().is_some(),
        |c| c.facts.duties.take().is_some(),
    ];
    for take in takes {
        let mut smaller = case.clone();
        if take(&mut smaller) {
            out.push(smaller);
        }
    }
}
