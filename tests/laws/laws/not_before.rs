//! When a change may go: what the engine says, against trying one instant after the other; and moving the change there.

use serde_json::{Value, json};

use changegate::Policy;

use crate::case::Case;
use crate::engine::{self, Answer, Input};
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
    // What only an unknown lets block may be said to hang on it where it does not.
    let lenient =
        |c: &Common| c.effect.is_some_and(|e| e < Effect::Hold) && c.unknown.is_some_and(|e| e >= Effect::Hold);
    if case.policy.periods.iter().any(|p| lenient(&p.common)) {
        return None;
    }
    let world = World::new(case, None);
    for (at, change) in case.facts.changes.iter().enumerate() {
        let touched = world.touched(at);
        if touched.incomplete {
            continue;
        }
        let assets: Vec<Rec<'_>> = touched.seen.iter().map(|(asset, _)| asset.clone()).collect();
        let mut all = Vec::new();
        if std::env::var("CHANGEGATE_LAW_WHOLE").is_ok() {
            all.push((None, assets.clone()));
        }
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

/// A change that is moved to where it may go meets no blackout and no shut window, and a second earlier it does.
pub fn moved(case: &Case, policy: &Policy, answer: &Answer) -> Option<String> {
    if reads_the_schedule(case) {
        return None;
    }
    let world = World::new(case, None);
    for (at, change) in case.facts.changes.iter().enumerate() {
        let Some((from, length)) = world.schedule_of(at) else { continue };
        let rows = answer.rows.iter().filter(|r| Some(r.change.as_str()) == change["id"].as_str());
        for row in rows {
            let Some(asset) = &row.asset else { continue };
            let said = said(answer, &change["id"], Some(asset));
            let Some(first) = said.as_str().and_then(time::parse) else { continue };
            for (start, free) in [(first, true), (first - time::SECOND, false)] {
                if start < from {
                    continue;
                }
                let mut other = case.clone();
                let moved = &mut other.facts.changes[at];
                moved["start"] = json!(time::print(start));
                moved["end"] = json!(time::print(start + length));
                let input = Input { files: Vec::new(), ..Input::of(&other, 0) };
                let after = match engine::answer_with(policy, &input, None) {
                    Ok(after) => after,
                    Err(why) => return Some(format!("moved to {}: {why}", time::print(start))),
                };
                let row = after.rows.iter().find(|r| r.change == row.change && r.asset == row.asset)?;
                let blocks = row.reasons.iter().filter(|r| {
                    ["blackout", "window"].contains(&r.1.as_str()) && ["hold", "defer", "deny"].contains(&r.2.as_str())
                });
                let blocks: Vec<_> = blocks.collect();
                if blocks.is_empty() != free {
                    let at = time::print(start);
                    return Some(format!("{} {asset}: not before {said}, and at {at}: {blocks:?}", change["id"]));
                }
            }
        }
    }
    None
}
