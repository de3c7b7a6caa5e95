//! People, services, incidents, waivers and duties: flags, keys of the file, forms, hostile files.

use std::fs;

use crate::conform::conforms;
use crate::support::{CONFIG, Folder, NOW};

const POLICY: &str = r#"policy play { timezone "UTC" }

rule no_eol "No end of life" {
  forbid   asset.os.eol < now
  waivable by "ciso" up to 365d
}

obligation told "Tell the owner" {
  for      asset.tier == 1
  assigned to "operations"
  due      within 3d of change.start
  met      any e in change.evidence where e.kind == "told" and e.result == passed
  effect   warn
}

rule owned "An owner who is known" {
  for     asset.tier == 1
  require asset.owner.name is known
  effect  hold
}

rule quiet "No open incident" {
  forbid any i in incidents where i.closed == none
  effect hold
}
"#;

const INVENTORY: &str = r#"{"id":"db-1","tier":1,"owner":"alice","os":{"eol":"2026-01-01"},"findings":[]}
{"id":"web-1","tier":3,"owner":"bob","os":{"eol":"none"},"findings":[]}
"#;

const PEOPLE: &str = r#"{"people":[{"id":"alice","name":"Alice"},{"id":"bob","name":"Bob"}]}"#;

const WAIVERS: &str = "id,waives,assets,changes,findings,from,until,by,because\r\n\
    w-17,no_eol,db-1; web-1,,,2026-11-01,2027-03-31,ciso,\"Contract \"\"8841\"\", paid\"\r\n";

const CHANGE: &str = r#"{"id":"CHG1","assets":["db-1","web-1"],"start":"2026-11-22T10:00:00Z","end":"2026-11-22T11:00:00Z","evidence":[]}"#;

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", CONFIG);
    folder.write("policy/policy.gate", POLICY);
    folder.write("inventory.ndjson", INVENTORY);
    folder.write("changes/one.json", CHANGE);
    folder.write("people.json", PEOPLE);
    folder.write("incidents.ndjson", "");
    folder.write("waivers.csv", WAIVERS);
    folder
}

const ALL: [&str; 9] =
    ["check", "--now", NOW, "--people", "people.json", "--incidents", "incidents.ndjson", "--waivers", "waivers.csv"];

/// The reasons of a decision: statement and effect.
fn reasons(decision: &serde_json::Value) -> Vec<String> {
    let reasons = decision["reasons"].as_array().unwrap().iter();
    reasons.map(|r| format!("{} {}", r["rule"].as_str().unwrap(), r["effect"].as_str().unwrap())).collect()
}

#[test]
fn what_is_not_given_is_not_known() {
    let folder = project();
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).status(1).json();
    assert_eq!(reasons(&json["decisions"][0]), ["no_eol deny", "owned hold", "quiet hold", "told warn"]);
    assert_eq!(reasons(&json["decisions"][1]), ["quiet hold"]);
}

#[test]
fn every_kind_is_a_flag_and_a_key() {
    let folder = project();
    let by_flag = folder.run(ALL.iter().chain(&["--format", "json"])).status(0);
    assert_eq!(by_flag.stderr, "");
    let json = by_flag.json();
    assert_eq!(reasons(&json["decisions"][0]), ["told warn", "no_eol warn"]);
    assert_eq!(json["decisions"][0]["reasons"][1]["waiver"]["name"], "w-17");
    assert_eq!(reasons(&json["decisions"][1]), Vec::<String>::new());
    let keys = "people = \"people.json\"\nincidents = [\"incidents.ndjson\"]\nwaivers = \"waivers.csv\"\n";
    folder.write("changegate.toml", format!("{CONFIG}{keys}"));
    let by_key = folder.run(["check", "--now", NOW, "--format", "json"]).status(0);
    assert_eq!(by_flag.stdout, by_key.stdout);
    for verb in [&["why", "CHG1"][..], &["triage"], &["eval", "asset.owner.name"]] {
        folder.run(verb.iter().chain(&["--now", NOW])).status(0);
    }
    let lines = folder.run(["eval", "--now", NOW, "--format", "ndjson", "asset.owner.name"]).status(0).lines();
    assert_eq!(lines.iter().map(|line| line["value"].as_str().unwrap()).collect::<Vec<_>>(), ["Alice", "Bob"]);
    folder.write("changegate.toml", format!("{CONFIG}persons = \"people.json\"\n"));
    folder.run(["check", "--now", NOW]).refuses("there is no key `persons`");
}

#[test]
fn a_folder_of_waivers_may_hold_both_forms() {
    let folder = project();
    folder.write("waivers/a.csv", WAIVERS);
    folder.write("waivers/b.json", r#"[{"id":"w-18","waives":["no_eol"],"assets":["web-1"],"from":"2026-11-01","until":"2026-12-01","by":"ciso"}]"#);
    folder.write("waivers/readme.txt", "not read");
    let run = folder.run(["check", "--now", NOW, "--waivers", "waivers"]);
    assert!(run.stderr.is_empty(), "{run:#?}");
    folder.write("hollow/readme.txt", "");
    folder
        .run(["check", "--now", NOW, "--waivers", "hollow"])
        .refuses("`hollow` has no *.csv, *.json, *.ndjson or *.jsonl file");
    folder
        .run(["check", "--now", NOW, "--people", "hollow"])
        .refuses("`hollow` has no *.json, *.ndjson or *.jsonl file");
}

#[test]
fn a_waiver_says_what_is_wrong_with_it() {
    let folder = project();
    let header = "id,waives,assets,until\n";
    let told = |rows: &str| {
        folder.write("waivers.csv", format!("{header}{rows}"));
        folder.run(ALL).stderr
    };
    let stderr = told("w1,no_eof,db-1,2027-01-01\n");
    assert!(
        stderr.contains("the policy has no statement `no_eof`") && stderr.contains("did you mean `no_eol`?"),
        "{stderr}"
    );
    assert!(stderr.contains("waivers.csv:2"), "{stderr}");
    let stderr = told("w1,no_eol,,2027-01-01\n");
    assert!(stderr.contains("a waiver names neither assets nor changes nor findings: it is not applied"), "{stderr}");
    folder.write("policy/more.gate", "approval cab { need 1 from \"cab\"  except change.model == \"x\" }\n");
    let stderr = told("w1,cab,db-1,2027-01-01\n");
    assert!(stderr.contains("`waiver.waives` names `cab`, which is an approval"), "{stderr}");
}

#[test]
fn hostile_files_are_refused_by_name_and_line() {
    let folder = project();
    for (flag, name, text, wanted) in [
        ("--waivers", "w.csv", &b"id,waives\nw1,\"no_eol\nw2,x\n"[..], "w.csv:2: a `\"` has no end"),
        ("--waivers", "w.csv", b"id;waives\nw1;x\n", "w.csv:1: the first row has no column `id`"),
        ("--waivers", "w.csv", b"id,waives\nw1\n", "w.csv:2: the row has 1 cell, the header 2"),
        ("--waivers", "w.csv", b"id,waives\nw1,\xff\n", "w.csv:2: the file is not UTF-8"),
        ("--waivers", "w.json", b"[{\"waives\":[\"x\"]}]", "`waiver.id` is required"),
        ("--people", "p.json", b"{\"people\":[{\"id\":\"a\"},]}", "p.json:1"),
        ("--people", "p.ndjson", b"{\"id\":\"a\"}\n{\"id\":\n", "p.ndjson:2"),
        ("--people", "p.csv", b"name,roles\na,b\n", "p.csv:1: the first row has `name`, `roles`, but no column `id`"),
        ("--services", "s.json", b"[7]", "a record of `service` is not an object"),
        ("--incidents", "i.json", b"{\"id\":\" \"}", "`incident.id` is required"),
        (
            "--obligations",
            "o.json",
            b"{\"change\":\"C\",\"verdict\":\"hold\",\"obligations\":7}",
            "a decision's duties cannot be read",
        ),
        ("--obligations", "o.json", b"{\"rule\":\"told\"}", "`duty.id` is required"),
    ] {
        folder.write(name, text);
        let run = folder.run(["check", "--now", NOW, flag, name]).refuses(wanted);
        assert!(run.stderr.contains("so nothing was decided"), "{run:#?}");
        // What could be read is decided, but never as if it were all.
        let run = folder.run(["check", "--now", NOW, "--keep-going", flag, name]);
        assert!(matches!(run.status, 1 | 2) && !run.stdout.is_empty(), "{run:#?}");
    }
    folder.run(["check", "--now", NOW, "--people", "-", "--services", "-"]).refuses("stdin can be read only once");
}

#[test]
fn a_byte_order_mark_and_the_standard_input_do_no_harm() {
    let folder = project();
    folder.write("people.json", format!("\u{feff}{PEOPLE}"));
    folder.write("waivers.csv", format!("\u{feff}{}", WAIVERS.replace("\r\n", "\n")));
    let plain = folder.run(ALL).status(0);
    assert_eq!(plain.stderr, "");
    let arguments = ALL.map(|argument| if argument == "waivers.csv" { "-" } else { argument });
    let piped = folder.pipe(arguments, WAIVERS).status(0);
    assert_eq!((plain.stdout, piped.stderr.as_str()), (piped.stdout, ""));
}

#[test]
fn what_a_run_prints_is_what_the_next_one_takes() {
    let folder = project();
    let first = folder.run(ALL.iter().chain(&["--format", "ndjson"])).status(0);
    folder.write("earlier.ndjson", &first.stdout);
    folder.write("earlier.json", folder.run(ALL.iter().chain(&["--format", "json"])).status(0).stdout);
    // The duty's asset is no longer in its scope, but what was promised stays.
    folder.write("inventory.ndjson", INVENTORY.replace("\"tier\":1", "\"tier\":2"));
    let without = folder.run(ALL.iter().chain(&["--format", "json"])).status(0).json();
    assert_eq!(without["decisions"][0]["obligations"], serde_json::json!([]));
    for earlier in ["earlier.ndjson", "earlier.json"] {
        let run = folder.run(ALL.iter().chain(&["--format", "json", "--obligations", earlier])).status(0);
        assert_eq!(run.stderr, "");
        let kept = &run.json()["decisions"][0]["obligations"][0];
        assert_eq!((kept["rule"].as_str(), kept["missing"].as_u64()), (Some("told"), Some(1)));
        assert_eq!(kept["due"], "2026-11-25T10:00:00Z");
    }
    fs::write(folder.0.join("policy/policy.gate"), POLICY.replace("obligation told", "obligation informed")).unwrap();
    let run = folder.run(ALL.iter().chain(&["--obligations", "earlier.json"]));
    assert!(run.stderr.contains("the policy has no statement `told`, which `duty.rule` names"), "{run:#?}");
}

#[test]
fn decisions_about_people_fit_their_schema() {
    let folder = project();
    folder.write(
        "policy/more.gate",
        r#"risk change_risk { add 30 when asset_is_old  add 20 when not (change.test_plan is given)  bands high from 60, medium from 30, low from 0 }
let asset_is_old = any a in assets where a.os.eol < now
approval cab { need 1 from "cab"  need 1 from "owner" for each s in change.services  review within 5d of change.start }
rule risky { forbid risk.change_risk.band == high  effect hold }
waiver early { waives no_eol  from 2026-11-01 until 2026-11-05  by "ciso"  because "late" }
triage patching { levels act > track  clock finding.published  act within 7d when finding.kev  track otherwise }
"#,
    );
    folder.write(
        "inventory.ndjson",
        INVENTORY.replace("[]", "[{\"cve\":\"CVE-2024-1\",\"kev\":true,\"published\":\"2024-01-01T00:00:00Z\"}]"),
    );
    let votes = r#""services":["crm"],"approvals":[{"role":"cab","by":"bob","at":"2026-11-20T10:00:00Z","decision":"approve"},{"role":"cab","by":"eve","decision":"reject"}]"#;
    folder.write("changes/one.json", CHANGE.replace("\"evidence\":[]", votes));
    let schema = folder.run(["schema", "--json-schema", "decision"]).status(0).json();
    let run = folder.run(ALL.iter().chain(&["--format", "json"])).status(1);
    let json = run.json();
    for decision in json["decisions"].as_array().unwrap() {
        conforms(&schema, decision);
    }
    let text = &run.stdout;
    for key in ["not_counted", "refused_waivers", "factors", "\"waiver\"", "\"subject\"", "score"] {
        assert!(text.contains(key), "{key} is in no decision: {text}");
    }
}

#[test]
fn the_inputs_fit_their_schemas() {
    let folder = project();
    for (of, text) in [
        (
            "people",
            r#"{"id":"alice","name":"Alice","roles":["ciso"],"delegations":[{"to":"bob","from":"2026-11-01T00:00:00Z","until":"none"}]}"#,
        ),
        ("services", r#"{"id":"crm","owner":"none","tier":1}"#),
        ("incidents", r#"{"id":"INC1","opened":"2026-11-01T00:00:00Z","closed":"none","assets":["db-1"]}"#),
        (
            "waivers",
            r#"{"id":"w1","waives":["no_eol"],"assets":["db-1"],"from":"2026-11-01","until":"2027-03-31","by":"ciso","because":"none"}"#,
        ),
        (
            "obligations",
            r#"{"id":"d1","rule":"told","kind":"obligation","change":"CHG1","asset":"db-1","subject":"none","role":"ops","missing":1,"due":"none"}"#,
        ),
        ("inventory", INVENTORY.lines().next().unwrap()),
        ("change", CHANGE),
    ] {
        let schema = folder.run(["schema", "--json-schema", of]).status(0).json();
        assert_eq!(schema["required"], serde_json::json!(["id"]), "{of}");
        conforms(&schema, &serde_json::from_str(text).unwrap());
    }
}
