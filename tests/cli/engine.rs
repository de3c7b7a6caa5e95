//! The library's engine: what it decides of one asset is what is decided of it among all, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use changegate::check::NoLoader;
use changegate::time::{Instant, parse_instant};
use changegate::{DecideOptions, Decision, Engine, FactsBuilder, Policy, decide};

use crate::{portions, workload};

fn policy(text: &str) -> Policy {
    let files = vec![("policy.gate".to_owned(), Arc::from(text))];
    Policy::load_to_decide(files, &mut NoLoader).0.unwrap()
}

fn printed(decisions: &[Decision]) -> Vec<String> {
    decisions.iter().map(|decision| serde_json::to_string(decision).unwrap()).collect()
}

/// Holds the engine's decisions on each line against those on all lines.
fn compare(text: &str, now: Instant, changes: &[&str], lines: &str) -> usize {
    let policy = policy(text);
    let with_changes = || {
        let mut records: FactsBuilder = policy.facts_builder(now, None);
        changes.iter().for_each(|change| records.add_changes("change.json", change.as_bytes()));
        records
    };
    let mut records = with_changes();
    records.add_inventory("assets.ndjson", lines.as_bytes());
    let mut among: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for decision in decide(&policy, &records.finish().0, now, &DecideOptions::default()).decisions {
        let asset = decision.asset.clone().unwrap();
        among.entry(asset.to_string()).or_default().extend(printed(&[decision]));
    }
    let engine = Engine::new(&policy, with_changes()).unwrap();
    let lines: Vec<&str> = lines.lines().filter(|line| !line.is_empty()).collect();
    let decided = |line: &&str| printed(&engine.decide(&engine.read(line.as_bytes())));
    let alone: Vec<Vec<String>> = lines.iter().map(decided).collect();
    for (line, decisions) in lines.iter().zip(&alone) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let own = among.remove(record["id"].as_str().unwrap()).unwrap_or_default();
        assert_eq!(*decisions, own, "{line}");
    }
    assert_eq!(among.len(), 0, "decisions on assets that nobody asked about");
    // Threads share it, and what one asked about leaves no trace in what another is told.
    thread::scope(|scope| {
        let again = || lines.iter().rev().map(decided).collect::<Vec<_>>();
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(again)).collect();
        for thread in threads {
            let mut found = thread.join().unwrap();
            found.reverse();
            assert_eq!(found, alone);
        }
    });
    alone.iter().map(Vec::len).sum()
}

#[test]
fn assets_of_the_workload_one_by_one() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workload");
    let text = fs::read_to_string(home.join("policy/workload.gate")).unwrap();
    let change = fs::read_to_string(home.join("change.json")).unwrap();
    let lines = String::from_utf8(workload::inventory(400)).unwrap();
    let lines = lines.replace("\"eol_date\"", "\"eol\"").replace("\"disk_free_pct\"", "\"disk_free\"");
    assert_eq!(compare(&text, parse_instant("2026-11-20T21:30:00Z").unwrap(), &[&change], &lines), 400);
}

#[test]
fn assets_of_all_sorts_one_by_one() {
    let changes = [
        r#"{"id":"CHG1","assets":{"where":"asset.tier <= 2"},"fixes":["CVE-2026-0007"]}"#,
        r#"{"id":"CHG2","assets":["a001","a002","a007"],"fixes":[],"start":"2026-12-22T09:00:00Z","duration":"2h"}"#,
        r#"{"id":"CHG3","assets":{"where":"asset.team == \"night\" or asset.environment == prod"},"fixes":[]}"#,
    ];
    let decisions = compare(portions::POLICY, parse_instant(portions::NOW).unwrap(), &changes, &portions::inventory());
    assert!(decisions > 60, "{decisions}");
}

#[test]
fn texts_that_are_worked_out_of_a_change_are_the_same_for_every_asset() {
    let text = r#"policy play "Play" { version "1"  timezone "UTC" }
extend asset { team: string }
rule own "Its own" { forbid asset.team == "{change.id}/{change.model}"  because "{change.id} is of {asset.team}" }
blackout nights "Nights" { every day 20:00 to 24:00 in asset.timezone  for asset.team in { "CHG1/agent", "b" } }
approval board "Board" { when asset.team != "b"  need 1 from "board" }
"#;
    let change = r#"{"id":"CHG1","model":"agent","assets":{"where":"true"},"fixes":[]}"#;
    let zones = ["\"Europe/Paris\"", "\"Asia/Tokyo\"", "null"];
    let teams = ["CHG1/agent", "b", "c", "CHG1"];
    let record =
        |n: usize| format!("{{\"id\":\"a{n:02}\",\"team\":\"{}\",\"timezone\":{}}}\n", teams[n % 4], zones[n % 3]);
    let lines: String = (0..24).map(record).collect();
    assert_eq!(compare(text, parse_instant("2026-12-21T20:30:00Z").unwrap(), &[change], &lines), 24);
}

#[test]
fn what_looks_at_other_assets_is_not_decided_alone() {
    let now = parse_instant("2026-12-21T22:30:00Z").unwrap();
    let whole = [
        "approval owners { need 1 from \"owner\" for each a in assets }",
        "rule few { forbid count(a in assets) > 3 }",
        "rule known { forbid any a in inventory where a.tier == 1 }",
    ];
    for statement in whole {
        let policy = policy(statement);
        assert!(!policy.is_splittable(), "{statement}");
        assert!(Engine::new(&policy, policy.facts_builder(now, None)).is_err(), "{statement}");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_told() {
    let now = parse_instant("2026-12-21T22:30:00Z").unwrap();
    let policy = policy("rule one { forbid asset.tier == 1 }");
    let mut records = policy.facts_builder(now, None);
    records.add_changes("change.json", br#"{"id":"CHG1","assets":{"where":"true"},"fixes":[]}"#);
    let engine = Engine::new(&policy, records).unwrap();
    let broken = engine.read(b"{\"id\":\"a\",");
    assert_eq!(broken.problems().error_count, 1);
    assert!(engine.decide(&broken).is_empty());
    let odd = engine.read(br#"{"id":"a","tier":"one"}"#);
    assert_eq!((odd.problems().error_count, odd.problems().warnings.len()), (0, 1));
    assert_eq!(engine.decide(&odd)[0].verdict.as_str(), "deny");
}
