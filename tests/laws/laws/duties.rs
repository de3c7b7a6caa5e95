//! Deletions from the other inputs, and what may not happen to duties, risks and waivers by any (U4).

use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::oracle::decide::Row;
use crate::oracle::people::DutyRow;
use crate::rng::Rng;

/// Takes one fact away from people, services, incidents, waivers or duties. Says which.
pub fn delete(case: &mut Case, rng: &mut Rng) -> Option<String> {
    let facts = &mut case.facts;
    let (name, records) = match rng.below(8) {
        0..4 => ("person", facts.people.as_mut()),
        4 => ("service", facts.services.as_mut()),
        5 => ("incident", facts.incidents.as_mut()),
        6 => ("waiver", facts.waivers.as_mut()),
        _ => ("duty", facts.duties.as_mut()),
    };
    let records = records?;
    if records.is_empty() {
        return None;
    }
    let at = rng.below(records.len());
    let id = records[at]["id"].clone();
    if records.iter().filter(|r| r["id"] == id).count() > 1 {
        return None;
    }
    let record = records[at].as_object_mut()?;
    take(record, rng).map(|what| format!("{name} {id} {what}"))
}

/// A fact of a record, at any depth. All fields of these records are optional but `id`; some have a meaning where they are absent, so that `null` stands for
/// what is gone.
fn take(record: &mut Map<String, Value>, rng: &mut Rng) -> Option<String> {
    let keys: Vec<String> = record.keys().filter(|k| *k != "id").cloned().collect();
    if keys.is_empty() {
        return None;
    }
    let key = rng.pick(&keys).clone();
    let value = record.get_mut(&key)?;
    if let Value::Array(items) = value {
        if rng.chance(50) && items.iter().any(Value::is_object) {
            let at = rng.below(items.len());
            return take(items[at].as_object_mut()?, rng).map(|what| format!("{key}[{at}].{what}"));
        }
        if rng.chance(50) {
            items.push(json!(7));
            return Some(format!("{key} (cut off)"));
        }
    }
    *value = Value::Null;
    Some(key)
}

/// What a deletion did to the duties and risks of a row that it may not do.
pub fn weaker(now: &str, before: &Row, after: &Row) -> Option<String> {
    let later = |a: &Option<String>, b: &Option<String>| match (a, b) {
        // An unknown date is printed as `now`. The texts of one length sort by time.
        (Some(a), Some(b)) => b > a && b.as_str() > now,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let same = |d: &&DutyRow, e: &DutyRow| {
        d.kind == e.kind && d.rule == e.rule && (d.subject == e.subject || d.subject.is_none())
    };
    for duty in &before.duties {
        let others: Vec<&DutyRow> = after.duties.iter().filter(|d| same(d, duty) && d.need >= duty.need).collect();
        if others.is_empty() {
            return Some(format!("{duty:?} is gone: {:?}", after.duties));
        }
        if !others.iter().any(|d| !later(&duty.due, &d.due)) {
            return Some(format!("{duty:?} is delayed: {others:?}"));
        }
        if duty.have == Some(0) && !others.iter().any(|d| d.have == Some(0)) {
            return Some(format!("{duty:?} is done: {others:?}"));
        }
    }
    for (rule, haves) in &before.haves {
        type Haves = Vec<Vec<(String, Option<String>, u32, u32)>>;
        let open = |haves: &Haves| haves.iter().flatten().any(|(_, _, need, have)| have < need);
        if open(haves) && !after.haves.get(rule).is_some_and(open) {
            return Some(format!("{rule} had {haves:?} and has {:?}", after.haves.get(rule)));
        }
    }
    for (risk, other) in before.risks.iter().zip(&after.risks) {
        let higher = |a: Option<i128>, b: Option<i128>| match (a, b) {
            (Some(a), Some(b)) => b >= a,
            (None, Some(_)) => risk.bands.is_empty() && risk.factors.is_empty(),
            (_, None) => true,
        };
        if !higher(risk.high, other.high) || !risk.bands.iter().all(|b| other.bands.contains(b)) {
            return Some(format!("{risk:?} became {other:?}"));
        }
    }
    None
}
