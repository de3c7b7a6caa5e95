//! Deletions as the laws define them, and what may not happen by one (U1, U2, U3).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::r#gen::each_expression;
use crate::ir::*;
use crate::oracle::World;
use crate::oracle::decide::{BlockRow, Row};
use crate::oracle::time::HOUR;
use crate::rng::Rng;
use crate::vocab::{self, Absent, Ent, Ty};

/// The fields whose absence the policy gives a meaning: decisions list them as assumed.
pub fn assumed(policy: &Policy) -> BTreeSet<(Ent, &'static str)> {
    let mut fields = BTreeSet::new();
    each_expression(policy, &mut |e| {
        walk(e, &mut |e| {
            if let E::Is(x, _) | E::Default(x, _) = e
                && let E::Field(_, ent, name) = &**x
            {
                fields.insert((*ent, *name));
            }
        });
    });
    fields
}

/// Whether records of this kind, or those in their lists, have facts that are assumed.
fn holds_assumed(ent: Ent, assumed: &BTreeSet<(Ent, &'static str)>) -> bool {
    let inner = vocab::fields(ent).iter().filter_map(|f| match f.ty {
        Ty::List(of) => Some(of),
        _ => None,
    });
    assumed.iter().any(|(e, _)| *e == ent) || inner.into_iter().any(|of| holds_assumed(of, assumed))
}

/// Takes one fact away. Says which, or none where this try hit nothing that is one.
pub fn delete(case: &mut Case, rng: &mut Rng) -> Option<String> {
    let assumed = assumed(&case.policy);
    let longest = case.policy.longest_change.unwrap_or(72) * HOUR;
    let people = crate::r#gen::speaks_of_people(&case.policy);
    if people && rng.chance(30) {
        let inputs = [Ent::Person, Ent::Delegation, Ent::Service, Ent::Incident];
        if inputs.iter().any(|ent| holds_assumed(*ent, &assumed)) {
            return None;
        }
        return super::duties::delete(case, rng);
    }
    if people && rng.chance(40) {
        let (ent, records) = match rng.below(8) {
            0 => (Ent::Asset, &mut case.facts.inventory),
            _ => (Ent::Change, &mut case.facts.changes),
        };
        let at = rng.below(records.len());
        let id = records[at]["id"].clone();
        if records.iter().filter(|r| r["id"] == id).count() > 1 {
            return None;
        }
        let record = records[at].as_object_mut()?;
        return delete_of(vocab::more(ent), ent, record, &assumed, rng).map(|what| format!("{id} {what}"));
    }
    if let Some(samples) = case.facts.samples.as_mut().filter(|s| !s.is_empty())
        && rng.chance(30)
    {
        // Without an asset or labels a sample is another one.
        let at = rng.below(samples.len());
        let key = rng.word(&["metric", "at", "value"]);
        let sample = samples[at].as_object_mut()?;
        if !sample.contains_key(key) {
            return None;
        }
        if rng.chance(50) {
            sample.remove(key);
        } else {
            sample.insert(key.to_owned(), Value::Null);
        }
        return Some(format!("sample {at} {key}"));
    }
    if rng.chance(60) {
        let at = rng.below(case.facts.inventory.len());
        let id = case.facts.inventory[at]["id"].clone();
        if case.facts.inventory.iter().filter(|a| a["id"] == id).count() > 1 {
            // A fact told twice is another thing.
            return None;
        }
        let record = case.facts.inventory[at].as_object_mut()?;
        return delete_from(record, Ent::Asset, &assumed, rng).map(|what| format!("{id} {what}"));
    }
    let at = rng.below(case.facts.changes.len());
    let tested = World::new(case, None).tested(at);
    let length = tested.from.zip(tested.to).map(|(a, b)| b - a);
    let record = case.facts.changes[at].as_object_mut()?;
    let id = record["id"].clone();
    let what = match rng.below(10) {
        0 if !holds_assumed(Ent::Asset, &assumed) => {
            let assets = record.get_mut("assets")?;
            match assets {
                Value::Array(items) if rng.chance(50) => items.push(json!(7)),
                other => *other = Value::Null,
            }
            "assets".to_owned()
        }
        1 | 2 => {
            let key = rng.word(&["start", "end", "duration", "backout_time"]);
            // An interval longer than `longest_change` is not assumed again without one of its ends.
            let fits = length.is_some_and(|l| l <= longest);
            let beside = key == "end" && record.contains_key("duration");
            if !record.contains_key(key) || !fits || beside || assumed.contains(&(Ent::Change, key)) {
                return None;
            }
            record.insert(key.to_owned(), Value::Null);
            key.to_owned()
        }
        _ => delete_from(record, Ent::Change, &assumed, rng)?,
    };
    Some(format!("{id} {what}"))
}

fn delete_from(
    record: &mut Map<String, Value>,
    ent: Ent,
    assumed: &BTreeSet<(Ent, &'static str)>,
    rng: &mut Rng,
) -> Option<String> {
    delete_of(vocab::fields(ent), ent, record, assumed, rng)
}

/// Takes one of these fields away, or something in it.
fn delete_of(
    fields: &[vocab::Field],
    ent: Ent,
    record: &mut Map<String, Value>,
    assumed: &BTreeSet<(Ent, &'static str)>,
    rng: &mut Rng,
) -> Option<String> {
    let field = rng.pick(fields);
    if field.name == "id" || ["start", "end", "duration", "backout_time"].contains(&field.name) && ent == Ent::Change {
        return None;
    }
    let (holder, key) = match field.name.split_once('.') {
        Some((first, rest)) => (record.get_mut(first)?.as_object_mut()?, rest),
        None => (record, field.name),
    };
    if let Ty::List(of) = field.ty
        && rng.chance(75)
    {
        let items = holder.get_mut(key)?.as_array_mut()?;
        if items.is_empty() {
            return None;
        }
        let at = rng.below(items.len());
        let inner = items[at].as_object_mut()?;
        return delete_from(inner, of, assumed, rng).map(|what| format!("{key}[{at}].{what}"));
    }
    let inner_assumed = matches!(field.ty, Ty::List(of) if holds_assumed(of, assumed));
    if assumed.contains(&(ent, field.name)) || inner_assumed {
        return None;
    }
    let there = holder.contains_key(key);
    if matches!(field.ty, Ty::List(_) | Ty::Set(_)) && rng.chance(50) {
        if !there && field.absent == Absent::Empty {
            holder.insert(key.to_owned(), json!([7]));
        } else {
            holder.get_mut(key)?.as_array_mut()?.push(json!(7));
        }
        return Some(format!("{key} (cut off)"));
    }
    if !there {
        return None;
    }
    if field.absent == Absent::Unknown && rng.chance(50) {
        holder.remove(key);
    } else {
        holder.insert(key.to_owned(), Value::Null);
    }
    Some(field.name.to_owned())
}

fn effect(word: &str) -> Effect {
    [Effect::Report, Effect::Warn, Effect::Hold, Effect::Defer, Effect::Deny]
        .into_iter()
        .find(|e| e.word() == word)
        .expect("an effect")
}

fn unknown_effect(policy: &Policy, rule: &str) -> Option<Effect> {
    let rules = policy.rules.iter().map(|r| (&r.name, &r.common));
    let periods = policy.periods.iter().map(|p| (&p.name, &p.common));
    let approvals = policy.approvals.iter().map(|p| (&p.name, &p.common));
    let obligations = policy.obligations.iter().map(|p| (&p.name, &p.common));
    rules
        .chain(periods)
        .chain(approvals)
        .chain(obligations)
        .find(|(name, _)| *name == rule)
        .and_then(|(_, common)| common.unknown)
}

fn blocks(row: &Row) -> bool {
    ["hold", "defer", "deny"].contains(&row.verdict.as_str())
}

/// What a deletion did that it may not do.
pub fn weaker(policy: &Policy, now: &str, before: &[Row], after: &[Row]) -> Option<String> {
    for row in before {
        let same = after.iter().find(|r| r.change == row.change && r.asset == row.asset);
        let instead = || after.iter().find(|r| r.change == row.change && r.asset.is_none());
        let Some(other) = same.or_else(instead) else {
            return Some(format!("{} {:?} has no row", row.change, row.asset));
        };
        let who = format!("{} {:?}", row.change, row.asset);
        if blocks(row) && !blocks(other) {
            return Some(format!("U1: {who} blocks no more: {:?} became {:?}", row.reasons, other.reasons));
        }
        for (rule, kind, word, subject) in &row.reasons {
            let others: Vec<Effect> = other
                .reasons
                .iter()
                .filter(|r| r.0 == *rule && r.1 == *kind && (r.3 == *subject || r.3.is_none()))
                .map(|r| effect(&r.2))
                .collect();
            let before = effect(word);
            // A rejection that cannot be read holds.
            let unreadable = kind == "approval" && before == Effect::Deny;
            let kept = others.iter().any(|e| {
                *e >= before || Some(*e) == unknown_effect(policy, rule) || (unreadable && *e >= Effect::Hold)
            });
            if !(kept || rule == "assets" && same.is_none()) {
                return Some(format!("U2: {who}: {rule} was {word} and is {others:?}"));
            }
        }
        if same.is_some()
            && let Some(rule) = other.certain.difference(&row.certain).next()
        {
            return Some(format!("certainty: {who}: {rule} is certain without the fact, and was not with it"));
        }
        if same.is_some()
            && let Some(why) = super::duties::weaker(now, row, other)
        {
            return Some(format!("U4: {who}: {why}"));
        }
        if let Some(lost) = row.category_possible.iter().find(|c| !other.category_possible.contains(c)) {
            return Some(format!("category: {who} can no longer be {lost}"));
        }
        if same.is_some() {
            for (block, other) in row.triage.iter().zip(&other.triage) {
                if let Some(why) = less_urgent(policy, now, block, other) {
                    return Some(format!("U3: {who}: {why}"));
                }
            }
        }
    }
    None
}

fn less_urgent(policy: &Policy, now: &str, before: &BlockRow, after: &BlockRow) -> Option<String> {
    let triage = policy.triages.iter().find(|t| t.name == before.block)?;
    let rank = |level: Option<&String>| level.map(|l| triage.level(l));
    let later = |a: &Option<String>, b: &Option<String>| match (a, b) {
        // An unknown due date is printed as `now`. The texts of one length sort by time.
        (Some(a), Some(b)) => b > a && b.as_str() > now,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if rank(after.level.as_ref()) < rank(before.level.as_ref())
        || later(&before.due, &after.due)
        || (after.overdue == 0 && before.overdue > 0)
    {
        return Some(format!("block {before:?} became {after:?}"));
    }
    for finding in &before.findings {
        let kept = after.findings.iter().any(|f| {
            (f.finding == finding.finding || f.finding.is_none())
                && rank(Some(&f.level)) >= rank(Some(&finding.level))
                && !later(&finding.due, &f.due)
                && f.overdue >= finding.overdue
        });
        if !kept {
            return Some(format!("finding {finding:?} became {:?}", after.findings));
        }
    }
    None
}
