#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::{Differences, Step, differences};
use crate::check::NoLoader;
use crate::eval::decision::Verdict;
use crate::time::{Instant, parse_instant};
use crate::{DecideOptions, Outcome, Policy, decide};

const POLICY: &str = r#"
rule tier { forbid asset.tier == 1  because "tier {asset.tier}" }
rule age { forbid asset.disk_free < 10%  effect warn  because "at {now}: {asset.disk_free}" }
"#;
const ASSETS: &str = "{\"id\":\"a\",\"tier\":1,\"disk_free\":5}\n{\"id\":\"b\",\"tier\":2,\"disk_free\":50}\n";

fn outcome(policy: &str, assets: &str, changes: &str, now: Instant) -> Outcome {
    let (policy, diagnostics, _) = Policy::load(vec![("p.gate".to_owned(), policy.into())], &mut NoLoader);
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("assets", assets.as_bytes());
    builder.add_changes("changes", changes.as_bytes());
    let (facts, _) = builder.finish();
    decide(&policy, &facts, now, &DecideOptions::default())
}

fn change(id: &str, assets: &str) -> String {
    format!("{{\"id\":\"{id}\",\"assets\":[{assets}]}}\n")
}

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

/// Change, asset, keys and reasons of each decision that differs.
fn shown(found: &Differences<'_>) -> Vec<String> {
    let reason = |step: &Step<&crate::eval::decision::Reason>| match step {
        Step::Came(new) => format!("+{}", new.rule),
        Step::Went(old) => format!("-{}", old.rule),
        Step::Became(_, new) => format!("~{}", new.rule),
    };
    let line = |one: &super::Difference<'_>| {
        let reasons: Vec<String> = one.reasons.iter().map(reason).collect();
        let (change, asset) = one.of();
        format!("{} {} [{}] {}", change.unwrap(), asset.unwrap(), one.keys.join(" "), reasons.join(" "))
    };
    found.decisions.iter().map(line).collect()
}

#[test]
fn what_is_as_it_was_is_no_difference() {
    let now = at("2026-11-20T15:00:00Z");
    let changes = change("C", r#""a","b""#);
    let one = outcome(POLICY, ASSETS, &changes, now);
    // Statements that stand elsewhere and in another order say the same.
    let moved = format!("# one\n# two\n{}", POLICY.replace("\nrule age", "\n\n\nrule age"));
    let other = outcome(&moved, ASSETS, &changes, now);
    let found = differences(&one, &other, &[now], now);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(found.same, 2);
}

#[test]
fn what_only_follows_the_clock_is_no_difference() {
    let (then, now) = (at("2026-11-20T15:00:00Z"), at("2026-11-20T15:05:00Z"));
    let changes = change("C", r#""a","b""#);
    let (one, other) = (outcome(POLICY, ASSETS, &changes, then), outcome(POLICY, ASSETS, &changes, now));
    assert_ne!(one.decisions[0].tested.from, other.decisions[0].tested.from);
    let found = differences(&one, &other, &[then], now);
    assert!(found.is_empty(), "{found:#?}");
    // At one time other words are other words.
    let told = outcome(&POLICY.replace("at {now}", "now"), ASSETS, &changes, then);
    assert_eq!(shown(&differences(&one, &told, &[then], then)), ["C a [reasons] ~age"]);
}

#[test]
fn reasons_come_and_go() {
    let now = at("2026-11-20T15:00:00Z");
    let changes = change("C", r#""a","b""#);
    let one = outcome(POLICY, ASSETS, &changes, now);
    let other = outcome(POLICY, &ASSETS.replace("\"tier\":1", "\"tier\":2").replace(":50", ":5"), &changes, now);
    let found = differences(&one, &other, &[now], now);
    assert_eq!(shown(&found), ["C a [verdict effects reasons] -tier", "C b [verdict effects reasons] +age"]);
    assert_eq!(found.same, 0);
    assert_eq!(found.changes.len(), 1);
    assert_eq!(found.changes[0].keys, ["verdict", "counts"]);
    assert_eq!(found.changes[0].after.unwrap().verdict, Verdict::Warn);
}

#[test]
fn decisions_and_changes_are_new_or_gone() {
    let now = at("2026-11-20T15:00:00Z");
    let one = outcome(POLICY, ASSETS, &(change("B", r#""a","b""#) + &change("C", r#""a""#)), now);
    let other = outcome(POLICY, ASSETS, &(change("A", r#""b""#) + &change("B", r#""b""#)), now);
    let found = differences(&one, &other, &[now], now);
    assert_eq!(shown(&found), ["A b [] ", "B a [] -tier -age", "C a [] -tier -age"]);
    assert_eq!(found.same, 1);
    let changes: Vec<_> = found
        .changes
        .iter()
        .map(|change| (change.before.map(|s| s.change.as_str()), change.after.map(|s| s.change.as_str())))
        .collect();
    assert_eq!(changes, [(None, Some("A")), (Some("B"), Some("B")), (Some("C"), None)]);
}

#[test]
fn duties_are_told_when_they_are_done() {
    let now = at("2026-11-20T15:00:00Z");
    let policy = "approval board { need 1 from \"cab\" }\n";
    let with = |votes: &str| {
        let change = format!(
            "{{\"id\":\"C\",\"assets\":[\"a\"],\"requester\":\"r\",\"implementer\":\"i\",\"updated_at\":\"2026-11-17T09:00:00Z\",\"approvals\":[{votes}]}}"
        );
        outcome(policy, ASSETS, &change, now)
    };
    let one = with("");
    let other = with(r#"{"by":"x","role":"cab","decision":"approve","at":"2026-11-20T14:00:00Z"}"#);
    let found = differences(&one, &other, &[now], now);
    assert_eq!(found.decisions.len(), 1, "{found:#?}");
    assert!(found.decisions[0].keys.contains(&"obligations"));
    match found.decisions[0].duties.as_slice() {
        [Step::Became(old, new)] => assert_eq!((old.missing, new.missing), (1, 0)),
        other => panic!("{other:#?}"),
    }
}
