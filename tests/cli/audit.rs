//! `audit`: what it lists, its forms, its exit statuses.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::conform::conforms;
use crate::support::{Folder, NOW, change, program};

const POLICY: &str = r#"policy play { timezone "UTC" }

triage patching "Patches" {
  levels   act > track
  clock    finding.published
  act      within 7d when finding.kev
  track    otherwise
  waivable by "ciso"
}

rule no_eol "No end of life" {
  forbid   asset.os.eol < now
  waivable by "ciso" up to 365d
}

rule restored "A restore was tested" {
  for     asset.tier <= 2
  require asset.backup.verified
  effect  warn
}

rule quiet "Not on a Friday" {
  forbid change.model == "friday"
}

obligation hardened "Harden it" {
  for      asset.tier == 1
  assigned to "operations"
  due      within 30d of asset.first_seen
  met      "hardened" in asset.tags
  effect   warn
}

obligation told "Tell the owner" {
  for      asset.tier == 1
  assigned to "operations"
  due      within 3d of change.start
  effect   warn
}

waiver old "Support contract" {
  waives no_eol
  for    "kiosk" in asset.tags
  from   2026-11-01 until 2026-12-10
  by     "ciso"
}
"#;

const INVENTORY: &str = r#"{"id":"db-1","tier":1,"business_unit":"finance","owner":"alice","last_scanned":"2026-11-20T00:00:00Z","first_seen":"2026-01-01T00:00:00Z","tags":[],"os":{"eol":"2026-01-01"},"backup":{"verified":true},"findings":[{"cve":"CVE-2024-1","kev":true,"published":"2024-01-01T00:00:00Z"},{"cve":"CVE-2024-2","kev":false,"published":"2024-01-01T00:00:00Z"}]}
{"id":"kiosk-1","tier":3,"business_unit":"retail","owner":"bob","last_scanned":"2026-09-01T00:00:00Z","tags":["kiosk"],"os":{"eol":"2026-01-01"},"findings":[]}
{"id":"web-1","tier":2,"business_unit":"retail","owner":"bob","last_scanned":"2026-11-20T00:00:00Z","tags":[],"os":{"eol":"none"},"findings":[]}
{"id":"web-2","tier":3,"business_unit":"retail","owner":"bob","last_scanned":"2026-11-20T00:00:00Z","tags":[],"os":{"eol":"none"},"findings":[]}
{"id":"lost-1"}
"#;

const WAIVERS: &str = "id,waives,assets,from,until,by\n\
    w-ended,no_eol,db-1,2026-01-01,2026-10-31,ciso\n\
    w-long,patching,db-1,2026-11-01,2027-10-31,ciso\n\
    w-later,patching,web-1,2027-01-01,2027-10-31,ciso\n\
    w-open,no_eol,web-1,2026-01-01,,ciso\n";

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"inventory.ndjson\"\n");
    folder.write("policy/policy.gate", POLICY);
    folder.write("inventory.ndjson", INVENTORY);
    folder
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["asset"].as_str()).collect()
}

#[test]
fn an_asset_with_nothing_to_say_is_counted_only() {
    let folder = project();
    let lines = folder.run(["audit", "--now", NOW, "--format", "ndjson"]).status(1).lines();
    assert_eq!(ids(&lines), ["db-1", "lost-1", "kiosk-1", "web-1"]);
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!(summary["counts"], json!({"assets":5,"permit":1,"warn":2,"hold":0,"defer":0,"deny":2}));
    assert_eq!((&summary["verdict"], &summary["reported"]), (&json!("deny"), &json!(4)));
    assert!(lines[..4].iter().all(|row| row["change"].is_null()));
}

#[test]
fn statements_are_counted_and_what_names_a_change_is_not_asked() {
    let folder = project();
    let json = folder.run(["audit", "--now", NOW, "--format", "json"]).status(1).json();
    let statements: Vec<String> = json["summary"]["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            format!(
                "{} {} {} {} unknown {} waived {}",
                s["effect"], s["kind"], s["rule"], s["assets"], s["unknown"], s["waived"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        statements,
        [
            "deny rule no_eol 3 unknown 1 waived 1",
            "warn obligation hardened 2 unknown 1 waived 0",
            "warn rule restored 2 unknown 2 waived 0",
        ]
    );
}

#[test]
fn what_the_inventory_lacks_is_listed() {
    let folder = project();
    let json = folder.run(["audit", "--now", NOW, "--format", "json"]).status(1).json();
    let summary = &json["summary"];
    assert_eq!(summary["no_owner"], json!({"assets":1,"first":["lost-1"]}));
    assert_eq!(summary["never_scanned"], json!({"assets":1,"first":["lost-1"]}));
    assert_eq!(summary["not_scanned"], json!({"assets":1,"first":["kiosk-1"]}));
    assert_eq!(summary["scan_days"], 30);
    let units: Vec<String> = summary["business_units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| format!("{} {}", u["value"], u["counts"]["assets"]))
        .collect();
    assert_eq!(units, ["\"finance\" 1", "\"retail\" 3", "null 1"]);
    let tiers: Vec<&Value> = summary["tiers"].as_array().unwrap().iter().map(|tier| &tier["value"]).collect();
    assert_eq!(tiers, [&json!("1"), &json!("2"), &json!("3"), &Value::Null]);
}

#[test]
fn waivers_are_listed_by_where_they_stand() {
    let folder = project();
    folder.write("waivers.csv", WAIVERS);
    let run = folder.run(["audit", "--now", NOW, "--format", "json", "--waivers", "waivers.csv"]);
    let json = run.json();
    let waivers: Vec<String> = json["summary"]["waivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| format!("{} {} {} {}", w["standing"], w["name"], w["until"], w["assets"]).replace('"', ""))
        .collect();
    assert_eq!(
        waivers,
        [
            "ended w-ended 2026-11-01T00:00:00Z 0",
            "ends_soon old 2026-12-11T00:00:00Z 1",
            "end_unknown w-open null 0",
            "holds w-long 2027-11-01T00:00:00Z 1",
            "not_begun w-later 2027-11-01T00:00:00Z 0",
        ]
    );
    // A waived finding is not overdue.
    assert_eq!((&json["summary"]["overdue_findings"], &json["summary"]["triage"][0]["waived"]), (&json!(1), &json!(1)));
    let without = folder.run(["audit", "--now", NOW, "--format", "json"]).json();
    assert_eq!(without["summary"]["overdue_findings"], json!(2));
}

#[test]
fn duties_of_the_estate_and_of_earlier_runs_are_listed() {
    let folder = project();
    folder.write("change.json", change("CHG1", "none").replace("\"web-1\"", "\"gone-1\""));
    let earlier = folder.run(["check", "--now", NOW, "--format", "json", "--change", "change.json"]);
    folder.write("earlier.json", &earlier.stdout);
    let later = "2026-12-20T00:00:00Z";
    let audit = |more: &[&str]| {
        let arguments = ["audit", "--now", later, "--format", "json"];
        folder.run(arguments.iter().chain(more)).json()
    };
    let alone = audit(&[]);
    let duties = |json: &Value| -> Vec<String> {
        let rows = json["summary"]["duties"].as_array().unwrap().iter();
        rows.map(|d| {
            format!("{} {} {}/{} {}", d["kind"], d["rule"], d["overdue"], d["open"], d["first"]).replace('"', "")
        })
        .collect()
    };
    assert_eq!(duties(&alone), ["obligation hardened 2/2 [db-1,lost-1]"]);
    // Of `lost-1` it is not known since when it is there.
    assert_eq!(alone["summary"]["duties"][0]["due_unknown"], 1);
    assert_eq!(alone["summary"]["duties"][0]["oldest"], "2026-01-31T00:00:00Z");
    let page = folder.run(["audit", "--now", later]).stdout;
    let line = "  obligation hardened: 2 of 2 overdue, by operations, the first was due 2026-01-31 00:00, the deadline of 1 is not known";
    assert!(page.contains(line), "{page}");
    let json = audit(&["--obligations", "earlier.json"]);
    // That of an asset which the inventory does not have is told too, and what names no change only once for each asset.
    assert_eq!(
        duties(&json),
        ["obligation hardened 3/3 [db-1,CHG1 gone-1,lost-1]", "obligation told 2/2 [CHG1 db-1,CHG1 gone-1]"]
    );
    assert_eq!(json["summary"]["overdue_duties"], 5);
    assert_eq!(json["summary"]["elsewhere"][0]["asset"], "gone-1");
    assert_eq!(json["decisions"][0]["duties"][0]["change"], "CHG1");
    // A statement that is no longer there leaves its duties behind.
    folder.write("policy/policy.gate", POLICY.replace("obligation told", "obligation informed"));
    let json = audit(&["--obligations", "earlier.json"]);
    let told = json["summary"]["duties"].as_array().unwrap().iter().find(|d| d["rule"] == "told").unwrap();
    assert_eq!(told["in_policy"], false);
}

#[test]
fn a_duty_of_the_estate_stays_though_nothing_asks_for_it_any_more() {
    let folder = project();
    let first = folder.run(["audit", "--now", NOW, "--format", "ndjson"]);
    folder.write("earlier.ndjson", &first.stdout);
    folder.write("inventory.ndjson", INVENTORY.replace("\"tier\":1", "\"tier\":4"));
    let json = folder.run(["audit", "--now", NOW, "--format", "json", "--obligations", "earlier.ndjson"]).json();
    let kept = &json["decisions"][0]["obligations"][0];
    assert_eq!(
        (&kept["rule"], &kept["missing"], &kept["due"]),
        (&json!("hardened"), &json!(1), &json!("2026-01-31T00:00:00Z"))
    );
    assert_eq!(json["decisions"][0]["duties"], json!([]), "it is not told twice");
}

#[test]
fn the_status_is_as_the_call_asks() {
    let folder = project();
    let status = |fail_on: &str| folder.run(["audit", "--now", NOW, "--fail-on", fail_on]).status;
    assert_eq!(["deny", "defer", "hold", "warn", "overdue", "deny,overdue"].map(status), [1; 6]);
    folder.write("inventory.ndjson", INVENTORY.lines().nth(2).unwrap());
    assert_eq!(["deny", "defer", "hold", "warn", "overdue", "warn,overdue"].map(status), [0, 0, 0, 1, 0, 1]);
    folder.run(["audit", "--now", NOW]).status(0);
    folder.write("inventory.ndjson", "");
    folder.run(["audit", "--now", NOW]).refuses("the inventory has no asset");
    folder.run(["audit", "--now", NOW, "--allow-empty"]).status(0);
    folder.write("inventory.ndjson", INVENTORY.lines().nth(3).unwrap().to_owned() + "\n{\n");
    folder.run(["audit", "--now", NOW]).refuses("nothing was decided");
    let run = folder.run(["audit", "--now", NOW, "--keep-going"]).status(2);
    assert!(run.stdout.contains("1 asset") && run.stderr.contains("may not be all there is"), "{run:#?}");
    folder.write("policy/policy.gate", "policy play { timezone \"UTC\" }\n");
    folder.write("inventory.ndjson", INVENTORY);
    folder.run(["audit", "--now", NOW]).refuses("no statement that decides anything");
}

#[test]
fn all_that_it_prints_fits_its_schema() {
    let folder = project();
    folder.write("waivers.csv", WAIVERS);
    folder.write("change.json", change("CHG1", "none").replace("\"web-1\"", "\"gone-1\""));
    let earlier = folder.run(["check", "--now", NOW, "--format", "json", "--change", "change.json"]);
    folder.write("earlier.json", &earlier.stdout);
    let call = ["audit", "--now", NOW, "--waivers", "waivers.csv", "--obligations", "earlier.json", "--format"];
    let schema = folder.run(["schema", "--json-schema", "audit-line"]).status(0).json();
    let lines = folder.run(call.iter().chain(&["ndjson"])).lines();
    lines.iter().for_each(|line| conforms(&schema, line));
    let schema = folder.run(["schema", "--json-schema", "audit"]).status(0).json();
    let mut whole = folder.run(call.iter().chain(&["json"])).json();
    conforms(&schema, &whole);
    whole["summary"]["whim"] = true.into();
    assert!(std::panic::catch_unwind(|| conforms(&schema, &whole)).is_err());
}

#[test]
fn no_threads_batches_or_orders_change_a_byte() {
    let folder = project();
    folder.write("waivers.csv", WAIVERS);
    for format in ["human", "json", "ndjson"] {
        let call = ["audit", "--now", NOW, "--waivers", "waivers.csv", "--format", format];
        let one = folder.run(call);
        let other = folder.run(call.iter().chain(&["--threads", "1", "--batch-size", "1"]));
        assert_eq!(one.stdout, other.stdout);
        let turned: Vec<&str> = INVENTORY.lines().rev().collect();
        folder.write("turned.ndjson", turned.join("\n"));
        let other = folder.run(call.iter().chain(&["--inventory", "turned.ndjson"]));
        assert_eq!(one.stdout, other.stdout);
    }
}

#[test]
fn the_page_is_one_page() {
    let folder = project();
    let many: String =
        (0..3000).map(|n| INVENTORY.lines().next().unwrap().replace("db-1", &format!("db-{n:04}")) + "\n").collect();
    folder.write("inventory.ndjson", many);
    let run = folder.run(["audit", "--now", NOW]).status(1);
    let lines = run.stdout.lines().count();
    assert!(lines < 60, "{lines} lines for 3000 assets:\n{}", run.stdout);
    assert!(run.stdout.contains("3000 assets  DENY") && run.stdout.contains("and 2996 more"), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'));
    let coloured = folder.run(["audit", "--now", NOW, "--color", "always"]);
    assert!(coloured.stdout.contains("\u{1b}["));
}

#[test]
fn nothing_to_be_done_is_said() {
    let folder = project();
    folder.write("policy/policy.gate", POLICY.split("waiver old").next().unwrap());
    folder.write("inventory.ndjson", INVENTORY.lines().nth(3).unwrap());
    let run = folder.run(["audit", "--now", NOW]).status(0);
    assert!(run.stdout.starts_with("1 asset  PERMIT  1 permit\n  nothing to be done\n"), "{}", run.stdout);
}

#[test]
fn names_steer_no_terminal() {
    let folder = project();
    folder.write("inventory.ndjson", INVENTORY.replace("lost-1", "lost\\u001b[31m").replace("finance", "\\u202efin"));
    for format in ["human", "json", "ndjson"] {
        let run = folder.run(["audit", "--now", NOW, "--format", format]);
        assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']), "{}", run.stdout);
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = project();
    let many: String =
        (0..3000).map(|n| INVENTORY.lines().next().unwrap().replace("db-1", &format!("db-{n:04}")) + "\n").collect();
    folder.write("inventory.ndjson", many);
    let mut child = program(&folder.0)
        .args(["audit", "--now", NOW, "--format", "ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(1), ""));
}
