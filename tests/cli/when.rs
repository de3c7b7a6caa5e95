//! `when`: the first instant, what opens and closes it, who is needed, what would be late.

use serde_json::{Value, json};

use crate::support::{Folder, NOW, Run};

const POLICY: &str = r#"policy play "Play" {
  version  "1"
  timezone "Europe/Berlin"
}

triage patching "Patch triage" {
  levels act > track
  clock  finding.published
  act    within 21d  when finding.kev
  track  otherwise
  waivable by "ciso" up to 30d
}

blackout year_end "Year-end freeze" {
  from   2026-12-18T18:00 to 2027-01-04T06:00 in "America/New_York"
  for    asset.business_unit == "finance"
  except change.urgency == high
}

window nights "Nights" { every day 22:00 to 02:00 in asset.timezone }

approval owner "The owner agrees" {
  when  change.model == "big"
  need  2 from "service-owner"
}

rule backup "A backup first" {
  forbid change.model == "big"
  effect hold
  waivable by "ciso" up to 7d
}
"#;

const INVENTORY: &str = r#"{"id":"db-1","business_unit":"finance","timezone":"America/New_York","findings":[{"cve":"CVE-2026-1","kev":true,"published":"2026-11-20T00:00:00Z"}]}
{"id":"db-2","business_unit":"sales","timezone":"America/New_York","findings":[]}
{"id":"db-3","business_unit":"sales","timezone":"Asia/Tokyo","findings":[]}
{"id":"db-4","business_unit":"sales","findings":[]}
"#;

/// The policy and the inventory, and a change with these fields.
fn project(change: Value) -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"inventory.ndjson\"\nchanges = \"changes\"\n");
    folder.write("policy/policy.gate", POLICY);
    folder.write("inventory.ndjson", INVENTORY);
    let mut whole = json!({
        "id": "CHG1", "start": "2026-12-20T03:00:00Z", "end": "2026-12-20T04:00:00Z", "urgency": "low",
        "model": "small", "fixes": [], "approvals": [],
    });
    whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    folder.write("changes/one.json", whole.to_string());
    folder
}

fn when(folder: &Folder, more: &[&str]) -> Run {
    folder.run(["when", "CHG1", "--now", NOW].iter().chain(more))
}

#[test]
fn the_first_instant_and_what_opens_it() {
    let folder = project(json!({ "assets": ["db-1"] }));
    let json = when(&folder, &["--format", "json"]).status(1).json();
    let whole = &json["when"]["whole"];
    // The freeze ends on Monday morning; the window opens on Monday night.
    assert_eq!(whole["first"], "2027-01-05T03:00:00Z", "{json:#}");
    let first = &whole["starts"][0];
    assert_eq!(first["from"], whole["first"]);
    assert_eq!(first["opened_by"][0]["rule"], "nights");
    assert_eq!(first["closed_by"][0]["rule"], "nights");
    assert_eq!(first["last"], "2027-01-05T06:00:00Z");
    assert_eq!(whole["starts"][1]["from"], "2027-01-06T03:00:00Z");
    assert_eq!((&json["when"]["length"], &json["when"]["verdict"]), (&"1h".into(), &"defer".into()));
    let text = when(&folder, &[]).status(1).stdout;
    assert!(
        text.starts_with("CHG1  may go from Mon 2027-01-04 22:00 America/New_York (2027-01-05 03:00 UTC), in "),
        "{text}"
    );
    for said in
        ["planned Sat 2026-12-19 22:00 to 23:00 (1h): deferred", "window nights (Nights) opens", "within 400 days"]
    {
        assert!(text.contains(said), "`{said}` is missing: {text}");
    }
    let there = when(&folder, &["--zone", "Asia/Tokyo"]).status(1).stdout;
    assert!(there.contains("Tue 2027-01-05 12:00 Asia/Tokyo (03:00 UTC)"), "{there}");
}

/// What is said holds: moved there it is permitted, and a second earlier it is not.
#[test]
fn a_change_may_go_when_it_is_said() {
    for (start, end, status) in
        [("2027-01-05T03:00:00Z", "2027-01-05T04:00:00Z", 0), ("2027-01-05T02:59:59Z", "2027-01-05T03:59:59Z", 1)]
    {
        let folder = project(json!({ "assets": ["db-1"], "start": start, "end": end }));
        folder.run(["check", "--now", NOW]).status(status);
        let json = when(&folder, &["--format", "json"]).status(status).json();
        assert_eq!(json["when"]["whole"]["first"], "2027-01-05T03:00:00Z", "{json:#}");
        let decision = &folder.run(["check", "--now", NOW, "--format", "json"]).json()["decisions"][0];
        assert_eq!(decision["not_before"], "2027-01-05T03:00:00Z");
    }
}

#[test]
fn assets_that_stand_otherwise_are_told_apart() {
    let folder = project(json!({ "assets": ["db-1", "db-2", "db-3"] }));
    let json = when(&folder, &["--format", "json"]).status(1).json();
    // New York's night is Tokyo's noon: there is no time for both.
    assert_eq!(json["when"]["whole"]["first"], Value::Null);
    assert_eq!(json["when"]["groups"].as_array().unwrap().len(), 3);
    let text = when(&folder, &[]).status(1).stdout;
    for said in ["CHG1  never within 400 days", "asset by asset", "db-3", "window   nights"] {
        assert!(text.contains(said), "`{said}` is missing: {text}");
    }
    let one = when(&folder, &["--asset", "db-2", "--format", "json"]).json();
    assert_eq!(one["when"]["whole"]["first"], "2026-12-20T03:00:00Z");
    assert_eq!(one["when"]["groups"][0]["assets"], json!(["db-2"]));
    when(&folder, &["--asset", "db-2"]).status(0);
    when(&folder, &["--asset", "db-9"]).refuses("does not touch the asset `db-9`");
}

#[test]
fn what_is_not_known_is_named() {
    let folder = project(json!({ "assets": ["db-4"] }));
    let run = when(&folder, &[]).status(1);
    assert!(run.stdout.contains("it is not known when it may go"), "{run:#?}");
    assert!(run.stdout.contains("asset.timezone"), "{run:#?}");
    let folder = project(json!({ "assets": ["db-1"], "start": null, "end": null }));
    let json = when(&folder, &["--format", "json"]).status(1).json();
    assert_eq!(json["when"]["whole"]["first"], Value::Null, "{json:#}");
}

#[test]
fn people_and_rules_stand_beside_it() {
    let folder = project(json!({ "assets": ["db-2"], "model": "big" }));
    let json = when(&folder, &["--format", "json"]).status(1).json();
    assert_eq!(json["when"]["people"][0]["rule"], "owner", "{json:#}");
    assert_eq!(json["when"]["people"][0]["missing"], 2);
    assert_eq!(json["when"]["others"][0]["rule"], "backup");
    assert_eq!(json["when"]["ways_out"][0]["by"], json!(["ciso"]));
    let text = when(&folder, &[]).status(1).stdout;
    for said in [
        "as for time, from",
        "2 approvals by service-owner",
        "in the way at any time",
        "a waiver of rule backup by ciso, up to 7d",
    ] {
        assert!(text.contains(said), "`{said}` is missing: {text}");
    }
}

#[test]
fn a_deadline_before_the_first_instant_is_told() {
    let folder = project(json!({ "assets": ["db-1"], "fixes": ["CVE-2026-1"] }));
    let json = when(&folder, &["--format", "json"]).status(1).json();
    let late = &json["when"]["late"];
    assert_eq!(
        (&late[0]["finding"], &late[0]["due"]),
        (&"CVE-2026-1".into(), &"2026-12-11T00:00:00Z".into()),
        "{json:#}"
    );
    let ways: Vec<_> = json["when"]["ways_out"].as_array().unwrap().iter().map(|way| &way["rule"]).collect();
    assert_eq!(ways, ["year_end", "patching"]);
    let text = when(&folder, &[]).status(1).stdout;
    for said in [
        "too late for 1 deadline: it is due before Mon 2027-01-04 22:00",
        "CVE-2026-1 on db-1: patching act, due Thu 2026-12-10 19:00, in 19 days",
        "blackout year_end lets through: change.urgency == high",
        "a waiver of triage patching by ciso, up to 30d",
    ] {
        assert!(text.contains(said), "`{said}` is missing: {text}");
    }
    // In time it is no matter.
    let folder = project(
        json!({ "assets": ["db-1"], "fixes": ["CVE-2026-1"], "start": "2026-12-02T03:00:00Z", "end": "2026-12-02T04:00:00Z" }),
    );
    let json = when(&folder, &["--format", "json"]).status(0).json();
    assert_eq!((&json["when"]["late"], &json["when"]["ways_out"]), (&json!([]), &json!([])));
}

#[test]
fn horizons() {
    let folder = project(json!({ "assets": ["db-1"] }));
    let short = when(&folder, &["--horizon", "48h"]).status(1);
    assert!(short.stdout.starts_with("CHG1  never within 2 days"), "{short:#?}");
    assert!(short.stdout.contains("blackout year_end"), "{short:#?}");
    let far = when(&folder, &["--horizon", "36600d", "--format", "json"]).status(1).json();
    assert_eq!(far["when"]["whole"]["first"], "2027-01-05T03:00:00Z");
    for (text, said) in [
        ("30m", "`--horizon 30m`"),
        ("0s", "longer than nothing"),
        ("-5d", "--horizon"),
        ("99999999d", "farther than anybody plans"),
        ("99999999999999999999d", "--horizon"),
        ("soon", "`--horizon soon`"),
    ] {
        let run = folder.run(["when", "CHG1", "--now", NOW, &format!("--horizon={text}")]);
        run.refuses(said);
    }
    when(&folder, &["--zone", "Mars/Olympus"]).refuses("there is no time zone `Mars/Olympus`");
    folder.run(["when", "CHG9", "--now", NOW]).refuses("did you mean `CHG1`?");
    folder.run(["when"]).status(2);
    // At the end of time nothing is left.
    folder.run(["when", "CHG1", "--now", "9999-12-31T00:00:00Z"]).status(1);
}
