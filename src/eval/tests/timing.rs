//! When a change may go.

use serde_json::json;

use super::time::{Given, at};
use crate::time::{Duration, Instant};

const POLICY: &str =
    "blackout year_end { from 2026-12-18T18:00 to 2027-01-04T06:00 in \"America/New_York\"  for asset.tier == 1 }
    blackout trading { every weekday 09:30 to 16:00 in asset.timezone }
    blackout month_end { every month on last 2 business days }
    blackout old { every day 00:00 to 12:00  effective from 2026-12-01 until 2026-12-20 }
    window sunday { every sunday 02:00 to 06:00 in asset.timezone  for asset.tier == 1 }
    window night { every day 20:00 to 06:00 in \"Europe/London\"  for asset.tier <= 2 }
    window new { every saturday 10:00 to 14:00  for asset.tier == 2  effective from 2026-12-05 }
    window hourly { rrule \"FREQ=DAILY;BYHOUR=1,5,9\" lasting 90min in \"UTC\"  mandatory  for \"m\" in asset.tags }";

fn moved(given: &mut Given<'_>, start: Instant, length: Duration) {
    given.change["start"] = start.to_rfc3339().into();
    given.change["end"] = start.checked_add(length).unwrap().to_rfc3339().into();
}

#[test]
fn the_first_instant_is_not_deferred_and_a_second_earlier_is() {
    let second = Duration::from_micros(1_000_000);
    let mut late = 0;
    for tier in 1..=3 {
        for zone in ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"] {
            for tags in [json!([]), json!(["m"])] {
                for (start, hours) in [
                    ("2026-11-24T10:00:00Z", 1_i64),
                    ("2026-12-18T22:59:00Z", 3),
                    ("2026-11-27T23:00:00Z", 0),
                    ("2026-10-30T10:00:00Z", 1),
                ] {
                    let asset = json!({"id": "a", "tier": tier, "timezone": zone, "tags": tags});
                    let mut given = Given::new(POLICY, start, start).asset(asset.clone());
                    let length = Duration::from_micros(hours * 3_600_000_000);
                    let start = at(start);
                    moved(&mut given, start, length);
                    let decision = given.decision();
                    let Some(first) = decision.not_before else {
                        // Only where ninety minutes are too short.
                        assert!(tags == json!(["m"]) && hours > 1, "{asset} {start}");
                        continue;
                    };
                    assert_eq!(given.outcome().summaries[0].not_before, Some(first));
                    let from = start.max(at(given.now));
                    assert!(first >= from);
                    moved(&mut given, first, length);
                    assert_eq!(given.reasons(), [""; 0], "{asset} {start} {first}");
                    if first > from {
                        late += 1;
                        moved(&mut given, first.checked_sub(second).unwrap(), length);
                        assert_ne!(given.reasons(), [""; 0], "{asset} {start} {first}");
                    }
                }
            }
        }
    }
    assert!(late > 40, "{late}");
}

#[test]
fn what_is_permitted_may_go_at_its_own_time_and_what_has_no_time_now() {
    let given = Given::new(POLICY, "2026-11-25T21:00:00Z", "2026-11-25T22:00:00Z").asset(json!({"id": "a", "tier": 2}));
    assert_eq!(given.not_before(), None, "its zone is not known");
    let asset = json!({"id": "a", "tier": 2, "timezone": "Europe/London", "tags": []});
    let given = Given::new(POLICY, "2026-12-05T21:00:00Z", "2026-12-05T22:00:00Z").asset(asset.clone());
    assert_eq!(given.not_before().as_deref(), Some("2026-12-05T21:00:00Z"));
    let mut given = Given::new(POLICY, "2026-12-05T21:00:00Z", "2026-12-05T22:00:00Z").asset(asset);
    given.change = json!({"started_at": "none"});
    assert_eq!(given.not_before().as_deref(), Some("2026-11-20T20:00:00Z"));
}

#[test]
fn for_all_assets_together_it_is_the_first_instant_that_suits_each() {
    let mut given = Given::new(
        "window home { every day 02:00 to 06:00 in asset.timezone }",
        "2026-11-24T12:00:00Z",
        "2026-11-24T13:00:00Z",
    );
    given.inventory = ["Europe/London", "Europe/Paris", "Europe/Helsinki"]
        .iter()
        .enumerate()
        .map(|(n, zone)| json!({"id": n.to_string(), "timezone": zone}))
        .collect();
    let outcome = given.outcome();
    let each: Vec<String> = outcome.decisions.iter().map(|one| one.not_before.unwrap().to_rfc3339()).collect();
    assert_eq!(each, ["2026-11-25T02:00:00Z", "2026-11-25T01:00:00Z", "2026-11-25T00:00:00Z"]);
    assert_eq!(outcome.summaries[0].not_before.unwrap().to_rfc3339(), "2026-11-25T02:00:00Z");
    given.inventory.push(json!({"id": "t", "timezone": "Asia/Tokyo"}));
    let outcome = given.outcome();
    assert_eq!(outcome.summaries[0].not_before, None, "no hour of the night is one in Tokyo and London");
    let timing = given.when("400d");
    assert_eq!(timing.whole.first, None);
    assert_eq!(timing.whole.hangs_on, []);
    assert_eq!(timing.whole.blockers.len(), 1);
    assert_eq!((timing.whole.blockers[0].rule.as_str(), timing.whole.blockers[0].kind), ("home", "window"));
}

#[test]
fn it_is_said_what_opens_and_closes_a_stretch_and_what_it_hangs_on() {
    let policy = "window night { every day 20:00 to 06:00 }
        blackout freeze { from 2026-11-24T22:00 to 2026-11-25T02:00 }
        blackout maybe { from 2026-11-27T00:00 to 2026-11-29T00:00  for asset.tier == 1 }";
    let given = Given::new(policy, "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z");
    let timing = given.when("10d");
    let shown: Vec<String> = timing.assets[0]
        .chances
        .ranges
        .iter()
        .map(|range| {
            let names = |limits: &[crate::eval::when::Limit]| {
                limits.iter().map(|limit| limit.rule.as_str()).collect::<Vec<_>>().join("+")
            };
            format!("{} {} {}..{}", range.from, range.to, names(&range.opened_by), names(&range.closed_by))
        })
        .collect();
    assert_eq!(shown[0], "2026-11-24T20:00:00Z 2026-11-24T21:00:00.000001Z night..freeze");
    assert_eq!(shown[1], "2026-11-25T02:00:00Z 2026-11-25T05:00:00.000001Z freeze..night");
    assert_eq!(timing.assets[0].chances.first, Some(at("2026-11-24T20:00:00Z")));
    assert_eq!(timing.length, Some(Duration::from_micros(3_600_000_000)));
    let unknown = Given::new(policy, "2026-11-27T12:00:00Z", "2026-11-27T13:00:00Z").asset(json!({"id": "a"}));
    let chances = unknown.when("10d").assets[0].chances.clone();
    assert_eq!(chances.first, None);
    assert_eq!(chances.hangs_on[0].fact, "asset.tier");
    assert_eq!(chances.ranges[0].from, at("2026-11-29T00:00:00Z"), "from then on it is certain");
}

#[test]
fn a_change_longer_than_any_window_never_goes() {
    let policy = "window sunday { every sunday 02:00 to 06:00 }";
    let given = Given::new(policy, "2026-11-24T12:00:00Z", "2026-11-24T17:00:00Z");
    assert_eq!(given.not_before(), None);
    let timing = given.when("400d");
    assert_eq!(timing.whole.blockers[0].rule, "sunday");
    assert_eq!(timing.until.since(timing.from), Duration::from_micros(400 * 86_400_000_000));
}

#[test]
fn approvals_that_no_longer_hold_by_then_are_named() {
    let policy = "blackout freeze { from 2026-11-24 to 2026-12-24 }
        approval cab { need 1 from \"cab\"  valid 14d }
        approval owner { need 1 from \"owner\"  valid 90d }";
    let vote = |role: &str| json!({"role": role, "by": "alice", "at": "2026-11-19T10:00:00Z", "decision": "approve"});
    let given = Given::new(policy, "2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z")
        .with("updated_at", json!("2026-11-01T00:00:00Z"))
        .with("approvals", json!([vote("cab"), vote("owner")]));
    let outcome = given.outcome();
    assert_eq!(outcome.decisions[0].lapses, ["cab"]);
    assert_eq!(outcome.summaries[0].lapses, ["cab"]);
    assert_eq!(outcome.decisions[0].not_before, Some(at("2026-12-25T00:00:00Z")));
}

#[test]
fn an_end_that_is_not_known_is_looked_at_both_ways() {
    let policy = "blackout freeze { from 2026-11-24T00:00 to 2026-11-25T00:00 }";
    let mut given = Given::new(policy, "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z");
    given.change["end"] = json!(null);
    assert_eq!(given.not_before().as_deref(), Some("2026-11-25T00:00:00Z"));
    let policy =
        "blackout freeze { from 2026-11-24T00:00 to 2026-11-25T00:00  from 2026-11-26T00:00 to 2026-11-27T00:00 }";
    given.policy = policy;
    assert_eq!(given.not_before(), None, "72 hours reach into the second");
    given.change = json!({"end": "2026-11-24T13:00:00Z", "started_at": "none"});
    assert_eq!(given.not_before(), None);
}
