//! Blackouts and windows of every kind.

use serde_json::json;

use super::time::Given;

#[test]
fn a_monthly_blackout_and_one_for_a_length() {
    let policy = "blackout month_end { every month on last 2 business days }
        blackout tuesday { every month on second tuesday 22:00 lasting 4h in \"Europe/London\" }";
    for (from, to, wanted) in [
        ("2026-11-27T10:00:00Z", "2026-11-27T11:00:00Z", "month_end"),
        ("2026-11-29T10:00:00Z", "2026-11-29T11:00:00Z", ""),
        ("2026-12-09T01:59:00Z", "2026-12-09T02:30:00Z", "tuesday"),
        ("2026-12-09T02:00:00Z", "2026-12-09T02:30:00Z", ""),
    ] {
        assert_eq!(Given::new(policy, from, to).reasons().join(" "), wanted, "{from}");
    }
}

#[test]
fn a_zone_of_the_asset_is_looked_up_once_for_each() {
    let policy = "blackout trading { every weekday 09:30 to 16:00 in asset.timezone }";
    let mut given = Given::new(policy, "2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z");
    let zones = ["Europe/London", "America/New_York", "Asia/Tokyo"];
    given.inventory = (0..200).map(|n| json!({"id": format!("{n:03}"), "timezone": zones[n % 3]})).collect();
    given.inventory.push(json!({"id": "x"}));
    let outcome = given.outcome();
    for (n, decision) in outcome.decisions.iter().enumerate().take(200) {
        assert_eq!(decision.reasons.len(), usize::from(n % 3 < 2), "{n}");
    }
    let last = outcome.decisions.last().unwrap();
    assert_eq!(last.reasons[0].unknown[0].fact, "asset.timezone");
}

#[test]
fn a_rule_and_a_file_may_be_facts_and_are_unknown_where_they_cannot_be_read() {
    let policy = "extend asset { freeze: string  dates: string }
        blackout own { rrule asset.freeze lasting 24h in \"UTC\" }
        blackout listed { calendar asset.dates }";
    let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261125T100000Z\r\nDTEND:20261125T120000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let asset = |freeze: &str, dates: &str| json!({"id": "a", "freeze": freeze, "dates": dates});
    for (freeze, dates, wanted) in [
        ("FREQ=MONTHLY;BYMONTHDAY=25", "gone.ics", "listed? asset.dates malformed; own"),
        ("FREQ=MONTHLY;BYMONTHDAY=24", "f.ics", "listed"),
        ("FREQ=NEVER", "f.ics", "listed; own? asset.freeze malformed"),
        ("FREQ=DAILY;COUNT=3", "f.ics", "listed; own? asset.freeze malformed"),
    ] {
        let mut given = Given::new(policy, "2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z").asset(asset(freeze, dates));
        given.files = vec![("f.ics", file)];
        assert_eq!(given.reasons().join("; "), wanted, "{freeze} {dates}");
    }
    // Beyond the file's last event nothing is known.
    let mut given = Given::new(policy, "2026-11-26T11:00:00Z", "2026-11-26T11:30:00Z")
        .asset(asset("FREQ=YEARLY;BYYEARDAY=1", "f.ics"));
    given.files = vec![("f.ics", file)];
    assert_eq!(given.reasons(), ["listed? listed after 2026-11-25 missing"]);
}

#[test]
fn while_a_condition_holds() {
    let policy = "blackout frozen { while \"frozen\" in asset.tags } window open { while \"open\" in asset.tags }";
    for (asset, wanted) in [
        (json!({"id": "a", "tags": ["frozen", "open"]}), "frozen"),
        (json!({"id": "a", "tags": ["open"]}), ""),
        (json!({"id": "a", "tags": []}), "open"),
        (json!({"id": "a"}), "frozen? asset.tags missing; open? asset.tags missing"),
    ] {
        let given = Given::new(policy, "2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z").asset(asset.clone());
        assert_eq!(given.reasons().join("; "), wanted, "{asset}");
    }
}

#[test]
fn a_mandatory_window_must_hold_beside_the_others() {
    let policy = "window night { every day 22:00 to 06:00 }
        window sunday { every sunday 02:00 to 08:00  mandatory  for asset.tier == 1 }";
    for (from, to, tier, wanted) in [
        ("2026-11-22T03:00:00Z", "2026-11-22T04:00:00Z", 1, ""),
        ("2026-11-22T07:00:00Z", "2026-11-22T07:30:00Z", 1, ""),
        ("2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z", 1, "sunday"),
        ("2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z", 2, ""),
        ("2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z", 1, "night sunday"),
    ] {
        let given = Given::new(policy, from, to).asset(json!({"id": "a", "tier": tier}));
        assert_eq!(given.reasons().join(" "), wanted, "{from} {tier}");
    }
    let given = Given::new(policy, "2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z").asset(json!({"id": "a"}));
    assert_eq!(given.reasons(), ["sunday? asset.tier missing"]);
}

#[test]
fn work_that_began_in_a_window_may_finish_where_it_says_so() {
    let policy = "window late { every sunday 02:00 to 06:00  overrun allow }";
    let strict = "window late { every sunday 02:00 to 06:00 }";
    let given = |policy, started| {
        let given = Given::new(policy, "2026-11-22T04:00:00Z", "2026-11-22T08:00:00Z").with("started_at", started);
        Given { now: "2026-11-22T05:00:00Z", ..given }
    };
    assert_eq!(given(policy, json!("2026-11-22T04:05:00Z")).reasons(), [""; 0]);
    assert_eq!(given(strict, json!("2026-11-22T04:05:00Z")).reasons(), ["late"]);
    assert_eq!(given(policy, json!("2026-11-22T01:05:00Z")).reasons(), ["late"]);
    assert_eq!(given(policy, json!("none")).reasons(), ["late"]);
    assert_eq!(given(policy, json!(null)).reasons(), ["late? change.started_at missing"]);
}

#[test]
fn scope_and_time_of_a_blackout_can_be_asked_whatever_its_exception() {
    let policy = "blackout freeze { from 2026-11-24T00:00 to 2026-11-26T00:00  for asset.tier == 1  except change.model == \"x\" }
        rule asks { forbid overlaps(freeze) }";
    let names = |given: Given<'_>| -> Vec<String> {
        given
            .decision()
            .reasons
            .iter()
            .map(|reason| format!("{}{}", reason.rule, if reason.unknown.is_empty() { "" } else { "?" }))
            .collect()
    };
    let given = |from: &str, to: &str| Given::new(policy, from, to).with("model", json!("x"));
    assert_eq!(names(given("2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z")), ["asks"]);
    assert_eq!(names(given("2026-11-26T00:00:00Z", "2026-11-26T12:00:00Z")), [""; 0]);
    assert_eq!(names(given("2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z").asset(json!({"id": "a"}))), ["asks?"]);
}

#[test]
fn calendars_are_asked_for_the_time_next_to_another() {
    let policy = "calendar sittings { every tuesday 14:00 to 15:00 }
        rule late { forbid change.start > (next sittings after change.submitted_at) + 1 day }
        rule within { forbid change.start during sittings }";
    let names = |submitted: serde_json::Value, from: &str| -> Vec<String> {
        let given = Given::new(policy, from, "2026-11-30T00:00:00Z").with("submitted_at", submitted);
        given.decision().reasons.iter().map(|reason| reason.rule.clone()).collect()
    };
    let submitted = || json!("2026-11-17T14:00:00Z");
    // The next one starts after that instant: on the 24th.
    assert_eq!(names(submitted(), "2026-11-25T14:00:00Z"), [""; 0]);
    assert_eq!(names(submitted(), "2026-11-25T14:00:01Z"), ["late"]);
    assert_eq!(names(submitted(), "2026-11-24T14:59:59Z"), ["within"]);
    assert_eq!(names(json!(null), "2026-11-25T14:00:00Z"), ["late"]);
}
