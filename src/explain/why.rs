//! Why a change got its verdicts: the reasons with what decided them, assets with the same reasons together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::program::VarId;
use crate::check::schema::TableId;
use crate::eval::column::Rows;
use crate::eval::decide::{Options, change_frame, decide_one};
use crate::eval::decision::{Decision, Record};
use crate::eval::env::Env;
use crate::eval::facts;
use crate::eval::found::{Hit, found};
use crate::eval::frame::{Binding, Frame};
use crate::eval::obligation::duty_frame;
use crate::eval::reason::place_of;

use super::decisive::Decisive;
use super::rows::{self, FactValue, Why, WhyGroup, WhyReason};
use super::why_times;

/// Explains a change, for one of its assets or for all; none where it does not touch that asset. Beside it the ids of the assets that it does
/// touch.
#[must_use]
pub fn why(
    env: &Env<'_>,
    record: &Record,
    change: u32,
    asset: Option<&str>,
    options: Options,
) -> (Option<Why>, Vec<String>) {
    let decided = decide_one(env, change, options);
    let ids: Vec<String> =
        decided.iter().filter_map(|(decision, _)| decision.asset.as_deref().map(str::to_owned)).collect();
    let wanted: Vec<&(Decision, u32)> = decided
        .iter()
        .filter(|(decision, _)| asset.is_none_or(|asset| decision.asset.as_deref() == Some(asset)))
        .collect();
    if wanted.is_empty() {
        return (None, ids);
    }
    let mut groups: BTreeMap<Key, Vec<&(Decision, u32)>> = BTreeMap::new();
    for one in &wanted {
        groups.entry(key(&one.0)).or_default().push(one);
    }
    let mut explained: Vec<WhyGroup> =
        groups.into_values().filter_map(|members| group(env, change, &members)).collect();
    explained.sort_by(|a, b| {
        b.verdict
            .cmp(&a.verdict)
            .then_with(|| b.assets.len().cmp(&a.assets.len()))
            .then_with(|| a.assets.cmp(&b.assets))
    });
    let verdict = explained.iter().map(|group| group.verdict).max();
    let why = verdict.map(|verdict| Why {
        change: facts::text(env, TableId::CHANGE, "id", change).unwrap_or_default(),
        verdict,
        groups: explained,
        record: record.clone(),
    });
    (why, ids)
}

/// What makes the answers for two assets the same.
type Key = (u8, Option<String>, Vec<(String, String, &'static str, Vec<String>)>, String);

fn key(decision: &Decision) -> Key {
    let reasons = decision
        .reasons
        .iter()
        .map(|r| {
            // What is said to the person who is blocked is said of one asset.
            let of = r.subject.iter().cloned().chain(r.waiver.iter().map(|waiver| waiver.name.clone()));
            let refused = r.refused_waivers.iter().map(|waiver| format!("{}: {}", waiver.name, waiver.why));
            let unknown = r.unknown.iter().map(|u| u.fact.clone());
            // A period ends at another time in another zone.
            let of = of.chain(r.until.map(|until| until.to_rfc3339()));
            let said = r.because.iter().cloned().chain(unknown).chain(of).chain(refused).collect();
            (r.rule.clone(), r.kind.to_owned(), r.effect.as_str(), said)
        })
        .collect();
    let duties = serde_json::to_string(&decision.obligations).unwrap_or_default();
    let from = decision.not_before.map(|from| from.to_rfc3339()).unwrap_or_default();
    (decision.verdict as u8, decision.category.clone(), reasons, duties + &from)
}

fn group(env: &Env<'_>, change: u32, members: &[&(Decision, u32)]) -> Option<WhyGroup> {
    let (first, row) = members.first().map(|one| (&one.0, one.1))?;
    let root = Frame::root(env);
    let of = change_frame(&root, change);
    let frame = of.inner(1, Rows::First, vec![(VarId::ASSET, Binding::Rows(Arc::new(vec![row])))]);
    let schedule = crate::eval::period::schedule(env, change);
    let found = found(&frame, schedule.tested);
    let hits: Vec<&Hit<'_>> = found.hits(found.rows.kind(0)).collect();
    let reasons = first
        .reasons
        .iter()
        .map(|reason| {
            let same = |hit: &&&Hit<'_>| {
                hit.head.name == reason.rule && hit.kind == reason.kind && hit.subject == reason.subject
            };
            let hit = hits.iter().find(same).copied();
            let decisive = hit.map_or_else(Decisive::default, |hit| match hit.finding {
                Some(finding) => decide(&duty_frame(&frame, 0, finding), hit),
                None => decide(&frame, hit),
            });
            let period = hit.and_then(|hit| Some((hit.period?, hit.until)));
            let told =
                period.map_or_else(Vec::new, |(id, until)| why_times::times(&frame, id, schedule.tested, until, first));
            WhyReason {
                reason: reason.clone(),
                decisive: decisive
                    .parts
                    .iter()
                    .map(|part| rows::Decisive {
                        at: place_of(env, part.span),
                        text: env.program.sources.text(part.span).to_owned(),
                        value: part.value,
                        span: part.span,
                    })
                    .collect(),
                facts: decisive.facts.into_iter().chain(times(reason.kind, first)).chain(told).collect(),
            }
        })
        .collect();
    Some(WhyGroup {
        assets: members.iter().map(|one| one.0.asset.as_deref().map(str::to_owned)).collect(),
        verdict: first.verdict,
        category: first.category.clone(),
        reasons,
        obligations: first.obligations.clone(),
    })
}

fn decide(frame: &Frame<'_>, hit: &Hit<'_>) -> Decisive {
    let mut decisive = Decisive::default();
    for node in &hit.nodes {
        if matches!(frame.env.base(*node), crate::check::types::Type::Bool) {
            // Of several ways to break a rule only those that do, or may, are of interest; of a duty also what would be its end.
            if frame.truth(*node).may_at(0) || hit.kind == "obligation" {
                decisive.condition(frame, 0, *node);
            }
        } else {
            decisive.facts_of(frame, 0, *node);
        }
    }
    decisive.sort();
    decisive
}

/// The interval that a blackout or window was tested against.
fn times(kind: &str, decision: &Decision) -> Vec<FactValue> {
    if !matches!(kind, "blackout" | "window") {
        return Vec::new();
    }
    let end = |name: &str, value: Option<crate::time::Instant>| FactValue {
        fact: name.to_owned(),
        value: value.map_or_else(|| "unknown".to_owned(), |value| value.to_rfc3339()),
        known: value.is_some(),
    };
    if decision.tested.by == "now" {
        return vec![end("now", decision.tested.from)];
    }
    vec![end("change.start", decision.tested.from), end("change.end", decision.tested.to)]
}
