//! Reasons suffice: what a listed statement does not read changes nothing about it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::case::Case;
use crate::engine::{self, Answer, Input};
use crate::r#gen::{self, Gen, each_expression};
use crate::ir::*;
use crate::rng::Rng;
use crate::vocab::{self, Ent, Ty};

/// Keeps one listed statement with what it reads, changes every other fact, and asks for the same effect.
pub fn suffice(case: &Case, before: &Answer, rng: &mut Rng) -> Option<String> {
    let listed: Vec<(String, String, String, String, Option<String>)> = before
        .rows
        .iter()
        .flat_map(|row| {
            row.reasons.iter().map(|r| (r.0.clone(), r.1.clone(), r.2.clone(), row.change.clone(), row.asset.clone()))
        })
        .filter(|r| r.1 != "input")
        .collect();
    if listed.is_empty() {
        return None;
    }
    let (rule, kind, effect, change, asset) = rng.pick(&listed).clone();
    let mut other = case.clone();
    let policy = &mut other.policy;
    // A rule that can be waived is named by others.
    let mut waived: BTreeSet<String> = policy.waivers.iter().flat_map(|w| w.waives.clone()).collect();
    each_expression(policy, &mut |e| {
        walk(e, &mut |e| {
            if let E::Ask(Ask::Waived, name) = e {
                waived.insert(name.clone());
            }
        });
    });
    policy.rules.retain(|r| r.name == rule || r.common.waivable.is_some() || waived.contains(&r.name));
    // Windows count together.
    let mut asked: BTreeSet<String> = BTreeSet::new();
    each_expression(policy, &mut |e| {
        walk(e, &mut |e| {
            if let E::Overlaps(name) = e {
                asked.insert(name.clone());
            }
        });
    });
    policy.periods.retain(|p| p.name == rule || (kind == "window" && p.window) || asked.contains(&p.name));
    let reads = reads(&other);
    // The blocks and definitions stay: only what the statement reads of them counts.
    let mut g = Gen::new(rng.clone(), 1, other.now);
    let ids: Vec<Value> = other.facts.inventory.iter().map(|record| record["id"].clone()).collect();
    for record in other.facts.inventory.iter_mut().filter_map(Value::as_object_mut) {
        let twice = ids.iter().filter(|id| **id == record["id"]).count() > 1;
        change_rest(record, Ent::Asset, &reads, twice, &mut g);
    }
    for record in other.facts.changes.iter_mut().filter_map(Value::as_object_mut) {
        change_rest(record, Ent::Change, &reads, false, &mut g);
    }
    r#gen::prune(&mut other.policy);
    let after = match engine::answer(&Input::of(&other, 0)) {
        Err(why) => return Some(format!("without the rest: {why}")),
        Ok(after) => after,
    };
    let reason = (rule, kind, effect);
    let kept =
        after.rows.iter().any(|r| r.change == change && r.asset == asset && r.reasons.iter().any(|r| same(r, &reason)));
    let now: Vec<_> =
        after.rows.iter().filter(|r| r.change == change && r.asset == asset).map(|r| &r.reasons).collect();
    (!kept).then(|| {
        format!("{change} {asset:?}: of {reason:?} became {now:?} when what it does not read changed\n{}", other.show())
    })
}

fn same(reason: &(String, String, String, Option<String>), other: &(String, String, String)) -> bool {
    (&reason.0, &reason.1, &reason.2) == (&other.0, &other.1, &other.2)
}

/// The names of the fields that the statements that are left may read; what selects assets too.
fn reads(case: &Case) -> BTreeSet<&'static str> {
    let mut policy = Policy {
        rules: case.policy.rules.clone(),
        periods: case.policy.periods.clone(),
        risks: case.policy.risks.clone(),
        approvals: case.policy.approvals.clone(),
        obligations: case.policy.obligations.clone(),
        waivers: case.policy.waivers.clone(),
        ..Policy::default()
    };
    let mut seen: BTreeSet<&'static str> = ["timezone"].into_iter().collect();
    if policy.periods.iter().any(|p| p.overrun) {
        seen.insert("started_at");
    }
    if policy.approvals.iter().any(|a| a.meets.is_some()) {
        seen.insert("submitted_at");
    }
    if !case.policy.metrics.is_empty() {
        seen.insert("services");
    }
    if r#gen::speaks_of_people(&policy) {
        // What approvals, duties and waivers read of themselves.
        seen.extend(["implementer", "evidence", "kind", "result", "by", "at", "findings", "cve", "fixes"]);
        let lists = policy.approvals.iter().flat_map(Approval::lists);
        seen.extend(lists.filter_map(|l| match l {
            List::Field(_, name) => Some(*name),
            _ => None,
        }));
    }
    // Everything that what is kept names, and what that names.
    loop {
        let mut lets: BTreeSet<String> = BTreeSet::new();
        let mut triage = false;
        let mut category = false;
        let mut read = |e: &E| {
            walk(e, &mut |e| match e {
                E::Field(_, _, name) => {
                    seen.insert(name);
                }
                E::In(_, l) | E::Quant { list: l, .. } | E::Agg { list: l, .. } => {
                    if let List::Field(_, name) | List::Through(Base::Field(_, _, name), ..) = l {
                        seen.insert(name);
                    }
                }
                E::Through(Base::Field(_, _, name), ..) => {
                    seen.insert(name);
                }
                E::Let(name, _) | E::Table(name) => {
                    lets.insert(name.clone());
                }
                E::Triage(..) => triage = true,
                E::Category | E::ChangeCategory | E::CategoryOf(_) => category = true,
                _ => {}
            });
        };
        each_expression(&policy, &mut read);
        case.facts.selections.values().for_each(&mut read);
        let before = (policy.lets.len(), policy.tables.len(), policy.triages.len(), policy.categorises.len());
        lets.extend(policy.triages.iter().filter_map(|t| t.decide.clone()));
        policy.lets = case.policy.lets.iter().filter(|l| lets.contains(&l.name)).cloned().collect();
        policy.tables = case.policy.tables.iter().filter(|t| lets.contains(&t.name)).cloned().collect();
        if triage {
            policy.triages = case.policy.triages.clone();
            seen.insert("findings");
        }
        if category {
            policy.categorises = case.policy.categorises.clone();
        }
        if before == (policy.lets.len(), policy.tables.len(), policy.triages.len(), policy.categorises.len()) {
            return seen;
        }
    }
}

/// Gives every field that is not read another value. Of an asset that is told twice the lists that are read stay as they are: whether both
/// tell the same list hangs on all the fields of its elements.
fn change_rest(record: &mut Map<String, Value>, ent: Ent, reads: &BTreeSet<&'static str>, twice: bool, g: &mut Gen) {
    for field in vocab::fields(ent) {
        let kept = field.name == "id"
            || (ent == Ent::Change && ["start", "end", "duration", "backout_time"].contains(&field.name));
        if kept {
            continue;
        }
        if reads.contains(field.name) {
            if let (Ty::List(of), false, Some(Value::Array(items))) = (field.ty, twice, record.get_mut(field.name)) {
                let records = items.iter_mut().filter_map(Value::as_object_mut);
                records.for_each(|item| change_rest(item, of, reads, false, g));
            }
            continue;
        }
        // A value in the place of another record is left as it is.
        if field.name.split_once('.').is_some_and(|(first, _)| record.get(first).is_some_and(|v| !v.is_object())) {
            continue;
        }
        let value = if g.rng.chance(30) { Value::Null } else { g.field_value(field, 5) };
        r#gen::put(record, field.name, value);
    }
}
