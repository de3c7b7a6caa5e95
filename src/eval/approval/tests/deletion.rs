//! What is taken out of the facts never helps: random votes, and the same with one fact less.

use serde_json::{Value, json};

use super::matching::Random;
use crate::check::schema::TableId;
use crate::{DecideOptions, Decision, Policy, decide};

const POLICIES: [&str; 3] = [
    r#"policy p { timezone "UTC" }
    approval review { need 1 from "lead"  valid 9h }
    approval cab { need 1 from "cab", "lead"  need 1 from "owner" for each s in change.services  not by change.requester  after review }
    rule gate { forbid asset.tier == 1  effect deny  unknown hold  except approved(cab) }
    rule odd { forbid asset.tier == 1  effect warn  unknown hold  except not approved(cab) }
    rule clear { forbid asset.tier == 1  effect warn  unknown hold  except not cleared(review) }"#,
    r#"policy p { timezone "UTC" }
    approval two { need 2 from "cab"  need 1 from "lead"  not by change.requester, asset.owner  survives edits }
    approval late { need 1 from "owner"  afterwards within 24h of change.finished_at  review within 48h of change.finished_at }
    rule gate { forbid not cleared(two)  effect deny  unknown hold }
    rule odd { forbid approved(late)  effect deny  unknown hold }"#,
    r#"approval board { when change.model == "big"  need 1 from "owner" for each s in change.services  need 1 from "cab" for each s in change.services
        except asset.tier == 2 }
    rule odd { forbid asset.tier == 1  effect warn  unknown hold  except not approved(board) }"#,
];

const PERSONS: [&str; 6] = ["ann", "bob", "Ann", "cat", "dan", "req"];

fn pick<'t>(random: &mut Random, all: &[&'t str]) -> &'t str {
    all[usize::try_from(random.below(all.len() as u64)).unwrap()]
}

fn vote(random: &mut Random) -> Value {
    let mut vote = json!({
        "role": pick(random, &["cab", "lead", "owner"]), "by": pick(random, &PERSONS),
        "at": format!("2026-11-20T{:02}:00:00Z", 5 + random.below(12)),
        "decision": pick(random, &["approve", "approve", "approve", "approve", "approve", "reject", "abstain"]),
    });
    if random.below(5) == 0 {
        vote["on_behalf_of"] = pick(random, &PERSONS).into();
    }
    if random.below(4) > 0 {
        let items: Vec<&str> = ["pay", "web", "db"].into_iter().filter(|_| random.below(2) == 0).collect();
        vote["scope"] = items.into();
    }
    vote
}

fn change(random: &mut Random) -> Value {
    let services: Vec<&str> = ["pay", "web"].into_iter().filter(|_| random.below(3) > 0).collect();
    let votes: Vec<Value> = (0..2 + random.below(8)).map(|_| vote(random)).collect();
    json!({
        "id": "C", "assets": ["a"], "requester": pick(random, &["req", "zed", "ann"]), "implementer": "imp", "model": pick(random, &["big", "small"]),
        "updated_at": format!("2026-11-20T{:02}:00:00Z", 4 + random.below(6)), "services": services, "approvals": votes,
        "finished_at": pick(random, &["none", "2026-11-20T09:00:00Z"]),
        "evidence": [{"kind": "post-implementation-review", "result": "passed", "by": "zed", "at": "2026-11-20T10:00:00Z"}],
    })
}

fn people(random: &mut Random) -> Vec<Value> {
    PERSONS
        .iter()
        .map(|id| {
            let roles: Vec<&str> = ["cab", "lead", "owner"].into_iter().filter(|_| random.below(4) > 0).collect();
            let mut delegations: Vec<Value> = Vec::new();
            for to in PERSONS {
                let until = pick(random, &["none", "2026-11-20T14:00:00Z"]);
                if random.below(2) == 0 {
                    delegations.push(json!({"to": to, "from": "2026-11-20T06:00:00Z", "until": until}));
                }
            }
            json!({"id": id, "name": id, "roles": roles, "delegations": delegations})
        })
        .collect()
}

/// Takes one fact out; says which.
fn delete(random: &mut Random, change: &mut Value, people: &mut [Value], asset: &mut Value) -> String {
    let count = change["approvals"].as_array().map_or(0, Vec::len);
    match random.below(if count == 0 { 4 } else { 10 }) {
        0 => {
            let field = pick(
                random,
                &[
                    "requester",
                    "updated_at",
                    "services",
                    "approvals",
                    "finished_at",
                    "evidence",
                    "implementer",
                    "model",
                ],
            );
            change[field] = Value::Null;
            format!("change.{field}")
        }
        1 => {
            let field = pick(random, &["tier", "owner"]);
            asset[field] = Value::Null;
            format!("asset.{field}")
        }
        2 => {
            let person = usize::try_from(random.below(people.len().max(1) as u64)).unwrap();
            let field = pick(random, &["roles", "delegations"]);
            if let Some(person) = people.get_mut(person) {
                person[field] = Value::Null;
            }
            format!("people[{person}].{field}")
        }
        3 => {
            // An element of the services that cannot be read.
            if let Some(services) = change["services"].as_array_mut() {
                services.push(json!(7));
            }
            "change.services is cut off".to_owned()
        }
        _ => {
            let at = usize::try_from(random.below(count as u64)).unwrap();
            let field = pick(random, &["role", "by", "at", "decision", "on_behalf_of", "scope"]);
            let vote = &mut change["approvals"][at];
            // An absent `on_behalf_of` means something: taking it out is another fact.
            vote[field] = Value::Null;
            format!("approvals[{at}].{field}")
        }
    }
}

fn decided(policy: &Policy, change: &Value, people: Option<&[Value]>, asset: &Value) -> Decision {
    let now = crate::time::parse_instant("2026-11-20T15:00:00Z").unwrap();
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("inventory.json", json!([asset]).to_string().as_bytes());
    builder.add_changes("change.json", change.to_string().as_bytes());
    if let Some(people) = people {
        builder.add_file(TableId::PERSON, "people.json", json!(people).to_string().as_bytes());
    }
    let (facts, problems) = builder.finish();
    assert_eq!(problems.error_count, 0, "{problems:?}");
    decide(policy, &facts, now, &DecideOptions::default()).decisions.into_iter().next().unwrap()
}

/// The approvals and reviews that are asked for, and whether all of each is there.
fn duties(decision: &Decision) -> Vec<(String, &'static str, bool)> {
    let mut all: Vec<(String, &'static str, bool)> = Vec::new();
    for entry in &decision.obligations {
        match all.iter_mut().find(|(rule, kind, _)| *rule == entry.rule && *kind == entry.kind) {
            Some((_, _, met)) => *met &= entry.missing == 0,
            None => all.push((entry.rule.clone(), entry.kind, entry.missing == 0)),
        }
    }
    all
}

#[test]
fn a_fact_less_never_helps() {
    let wanted: u64 = std::env::var("CHANGEGATE_DELETION_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let policies: Vec<Policy> = POLICIES
        .iter()
        .map(|text| {
            let (policy, diagnostics, _) =
                Policy::load(vec![("p.gate".into(), (*text).into())], &mut crate::check::NoLoader);
            policy.unwrap_or_else(|| panic!("{diagnostics:?}"))
        })
        .collect();
    let mut random = Random(0x1234_5678_9abc_def1);
    let (mut blocked, mut let_through, mut met) = (0, 0, 0);
    for case in 0..wanted {
        let policy = &policies[usize::try_from(random.below(3)).unwrap()];
        let mut change = change(&mut random);
        let mut people = people(&mut random);
        let mut asset = json!({"id": "a", "tier": 1 + random.below(2), "owner": pick(&mut random, &["own", "bob"])});
        let given = random.below(2) == 0;
        let mut before = decided(policy, &change, given.then_some(&people), &asset);
        let mut turned = change.clone();
        for list in ["approvals", "services"] {
            turned[list].as_array_mut().unwrap().reverse();
        }
        let other_order = decided(policy, &turned, given.then_some(&people), &asset);
        assert_eq!(format!("{before:?}"), format!("{other_order:?}"), "case {case}: the order of the votes tells");
        for _ in 0..3 {
            let what = delete(&mut random, &mut change, &mut people, &mut asset);
            let after = decided(policy, &change, given.then_some(&people), &asset);
            let told = || format!("case {case}, {what}: {change}\n{}\n{before:?}\n{after:?}", json!(people));
            assert!(before.verdict.permits() || !after.verdict.permits(), "{}", told());
            let had = duties(&before);
            for (rule, kind, was_met) in &had {
                let now = duties(&after).into_iter().find(|(r, k, _)| r == rule && k == kind);
                assert!(now.is_some_and(|(_, _, now)| *was_met || !now), "{rule} {kind}: {}", told());
            }
            met += had.iter().filter(|(_, _, met)| *met).count();
            if before.verdict.permits() {
                let_through += 1
            } else {
                blocked += 1
            }
            before = after;
        }
    }
    println!(
        "{} deletions: {blocked} from what was blocked, {let_through} from what was let through, {met} duties met before",
        wanted * 3
    );
    assert!(let_through > wanted / 10 && met > 0);
}
