//! When a change may go: what the engine says, against trying one instant after the other; and moving the change there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use changegate::Policy;

use crate::case::Case;
use crate::engine::{self, Answer, Input, Openings};
use crate::r#gen::each_expression;
use crate::ir::*;
use crate::oracle::World;
use crate::oracle::facts::Rec;
use crate::oracle::first::First;
use crate::oracle::time;
use crate::vocab::Ent;

/// So many days are tried.
const DAYS: i64 = 6;

/// What `not_before` says that trying does not.
pub fn tried(case: &Case, answer: &Answer) -> Option<String> {
    let world = World::new(case, None);
    for (at, change) in case.facts.changes.iter().enumerate() {
        let touched = world.touched(at);
        if touched.incomplete {
            continue;
        }
        let assets: Vec<Rec<'_>> = touched.seen.iter().map(|(asset, _)| asset.clone()).collect();
        let mut all = vec![(None, assets.clone())];
        for asset in assets {
            let id = match &asset {
                Rec::Json(json) => json["id"].as_str().map(str::to_owned),
                Rec::Id(id) => Some((*id).to_owned()),
                Rec::Nothing => None,
            };
            all.push((id, vec![asset]));
        }
        for (id, assets) in all {
            let Some(first) = world.first(at, &assets, DAYS) else { continue };
            let said = said(answer, &change["id"], id.as_deref());
            let who = format!("{} {}", change["id"], id.as_deref().unwrap_or("as a whole"));
            let until = world.schedule_of(at).map_or(0, |(from, _)| from + DAYS * time::DAY);
            let agree = match first {
                First::At(t) => said == Value::String(time::print(t)),
                First::Unknown => said.is_null(),
                First::Later => said.as_str().and_then(time::parse).is_none_or(|t| t >= until),
            };
            if !agree {
                let first = match first {
                    First::At(t) => time::print(t),
                    other => format!("{other:?}"),
                };
                return Some(format!("{who}: not before {said}, tried: {first}"));
            }
        }
    }
    None
}

/// `not_before` of a change, or of one of its assets.
fn said(answer: &Answer, change: &Value, asset: Option<&str>) -> Value {
    let rows = if asset.is_some() { &answer.printed["decisions"] } else { &answer.printed["changes"] };
    let mut rows = rows.as_array().into_iter().flatten();
    let row = rows.find(|r| r["change"] == *change && asset.is_none_or(|id| r["asset"].as_str() == Some(id)));
    row.map_or(Value::Null, |r| r["not_before"].clone())
}

/// Whether a policy reads when a change is, so that moving it changes more than the time.
fn reads_the_schedule(case: &Case) -> bool {
    let mut reads = false;
    let mut see = |e: &E| {
        walk(e, &mut |e| {
            reads |= match e {
                E::Field(_, Ent::Change, name) => ["start", "end", "duration", "backout_time"].contains(name),
                E::Meets(..) | E::Overlaps(_) => true,
                _ => false,
            };
        });
    };
    each_expression(&case.policy, &mut see);
    case.facts.selections.values().for_each(&mut see);
    reads
}

/// An asset, or none for all of a change's together; and whether nothing may be in its way.
type Wanted = (Option<String>, bool);

/// A change that is moved to where it may go meets no blackout and no shut window, and a second earlier it does: for the first instant that a
/// decision gives, and for the first stretches of `when`, also at their last instants.
pub fn moved(case: &Case, policy: &Policy, answer: &Answer) -> Option<String> {
    if reads_the_schedule(case) {
        return None;
    }
    let world = World::new(case, None);
    for (at, change) in case.facts.changes.iter().enumerate() {
        let Some((from, length)) = world.schedule_of(at) else { continue };
        let id = change["id"].as_str().expect("a change's id");
        let (when, until) = match engine::when(policy, &Input { files: Vec::new(), ..Input::of(case, 0) }, id) {
            Ok(when) => when,
            Err(why) => return Some(format!("when {id}: {why}")),
        };
        let mut wanted: BTreeMap<i64, Vec<Wanted>> = BTreeMap::new();
        let mut want = |start: i64, asset: &Option<String>, free: bool| {
            if start >= from && start < until {
                wanted.entry(start).or_default().push((asset.clone(), free));
            }
        };
        for Openings { asset, first, stretches } in when {
            let said = said(answer, &change["id"], asset.as_deref());
            if said.as_str().and_then(time::parse) != first {
                let first = first.map(time::print);
                return Some(format!("{id} {asset:?}: not before {said}, and `when` says {first:?}"));
            }
            if let Some(first) = first {
                want(first, &asset, true);
                want(first - time::SECOND, &asset, false);
            }
            for (first, last) in stretches.into_iter().take(2) {
                // What lies between two stretches may be a single instant.
                want(first, &asset, true);
                want(first - 1, &asset, false);
                want(last, &asset, true);
                want(last + 1, &asset, false);
            }
        }
        for (start, wanted) in wanted {
            let mut other = case.clone();
            let moved = &mut other.facts.changes[at];
            moved["start"] = json!(time::print(start));
            moved["end"] = json!(time::print(start + length));
            let start = time::print(start);
            let after = match engine::answer_with(policy, &Input { files: Vec::new(), ..Input::of(&other, 0) }, None) {
                Ok(after) => after,
                Err(why) => return Some(format!("{id} moved to {start}: {why}")),
            };
            TRIED.fetch_add(wanted.len() as u64, Ordering::Relaxed);
            for (asset, free) in wanted {
                let own = after.rows.iter().filter(|r| r.change == id && (asset.is_none() || r.asset == asset));
                let blocks = own.flat_map(|r| &r.reasons).filter(|(_, kind, effect, _)| {
                    ["blackout", "window"].contains(&kind.as_str())
                        && ["hold", "defer", "deny"].contains(&effect.as_str())
                });
                let blocks: Vec<_> = blocks.collect();
                if blocks.is_empty() != free {
                    let who = asset.as_deref().unwrap_or("as a whole");
                    let should = if free { "nothing should be in the way" } else { "something should be in the way" };
                    return Some(format!("{id} {who} moved to {start}: {should}, and there is {blocks:?}"));
                }
            }
        }
    }
    None
}

/// How often a change was moved.
pub static TRIED: AtomicU64 = AtomicU64::new(0);
