//! The verbs beside `check` and `fmt`.

use crate::support::{Folder, NOW, POLICY};

#[test]
fn triage_prints_the_most_urgent_first() {
    let folder = Folder::project("none");
    let json = folder.run(["triage", "--now", NOW, "--format", "json"]).status(0).json();
    let rows = json["findings"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["asset"], &rows[0]["level"], &rows[0]["overdue"]),
        (&"db-1".into(), &"act".into(), &true.into())
    );
    assert_eq!((&rows[1]["asset"], &rows[1]["level"], &rows[1]["due"]), (&"web-1".into(), &"track".into(), &().into()));
    assert_eq!(json["counts"][0]["findings"], 1);
    assert_eq!(json["counts"][0]["overdue"], 1);
    let lines = folder.run(["triage", "--now", NOW, "--format", "ndjson"]).status(0).lines();
    assert_eq!(lines[0], rows[0]);
    assert_eq!(lines[2]["summary"]["counts"], json["counts"]);
    let human = folder.run(["triage", "--now", NOW]).status(0).stdout;
    assert!(human.starts_with("patching\n"), "{human}");
    assert!(human.contains("overdue by"), "{human}");
    let overdue = folder.run(["triage", "--now", NOW, "--overdue", "--format", "json"]).status(0).json();
    assert_eq!(overdue["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn tests_pass_or_fail() {
    let folder = Folder::project("none");
    let run = folder.run(["test"]).status(1);
    for said in ["FAILED", "backup", "expected", "verdict == deny", "actual", "1 passed, 1 failed"] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {run:#?}");
    }
    folder.run(["test", "--run", "^fre"]).status(0);
    folder.run(["test", "--run", "nothing"]).refuses("no test's name matches `nothing`");
    folder.run(["test", "--run", "("]).refuses("`--run (` is not a regular expression");
    let json = folder.run(["test", "--format", "json"]).status(1).json();
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &1.into()));
    assert_eq!(folder.run(["test", "--format", "ndjson"]).status(1).lines().len(), 3);
}

#[test]
fn eval_prints_a_value_for_each_record() {
    let folder = Folder::project("none");
    let lines = folder.run(["eval", "asset.tier", "--now", NOW, "--format", "ndjson"]).status(0).lines();
    assert_eq!(lines[0], serde_json::json!({ "subject": "db-1", "value": 1 }));
    assert_eq!(lines[1]["value"], serde_json::Value::Null);
    assert_eq!(lines[1]["unknown"][0], serde_json::json!({ "fact": "asset.tier", "cause": "missing" }));
    let json = folder.run(["eval", "asset.tier", "--now", NOW, "--format", "json"]).status(0).json();
    assert!(json["type"].as_str().unwrap().starts_with("int"));
    folder.run(["eval", "no_such + 1", "--now", NOW]).refuses("no_such");
}

#[test]
fn why_names_the_reason() {
    let folder = Folder::project("deny");
    let run = folder.run(["why", "CHG0001", "--now", NOW]).status(0);
    for said in ["CHG0001", "denied", "no_deny", "The model says so", "db-1", "web-1"] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {run:#?}");
    }
    let json = folder.run(["why", "CHG0001", "db-1", "--now", NOW, "--format", "json"]).status(0).json();
    assert_eq!(json["why"][0]["groups"][0]["assets"], serde_json::json!(["db-1"]));
    folder.run(["why", "CHG0001", "db-2", "--now", NOW]).refuses("did you mean `db-1`?");
    folder.run(["why", "CHG9", "--now", NOW]).refuses("there is no change `CHG9`");
}

#[test]
fn lint_prints_diagnostics_on_stdout() {
    let folder = Folder::project("none");
    folder.run(["lint"]).status(0);
    folder.write("bad.gate", "rule r { forbid no_such == 1 }\n");
    let run = folder.run(["lint", "bad.gate"]).status(2);
    assert!(run.stdout.contains("no_such") && run.stdout.contains("bad.gate:1:17"), "{run:#?}");
    let json = folder.run(["lint", "bad.gate", "--format", "json"]).status(2).json();
    assert_eq!(json["diagnostics"][0]["severity"], "error");
    assert_eq!(folder.run(["lint", "bad.gate", "--format", "ndjson"]).status(2).lines()[0], json["diagnostics"][0]);
}

#[test]
fn every_code_has_its_page() {
    let folder = Folder::empty();
    let list = folder.run(["explain"]).status(0).stdout;
    for line in list.lines() {
        let code = line.split_whitespace().next().unwrap();
        let page = folder.run(["explain", code]).status(0).stdout;
        assert!(page.starts_with(&format!("# {code}: ")), "{page}");
        // A text that is too large would make a page that is too large.
        assert!(page.contains("```gate") || code == "CG0002", "{code} has no example");
    }
    folder.run(["explain", "CG9999"]).refuses("there is no code `CG9999`");
    folder.run(["explain", "sense"]).refuses("there is no code `sense`");
}

#[test]
fn packs_are_listed_and_shown() {
    let folder = Folder::empty();
    let list = folder.run(["packs"]).status(0).stdout;
    assert_eq!(folder.run(["packs", "list"]).status(0).stdout, list);
    for line in list.lines() {
        let (name, summary) = line.split_once(' ').unwrap();
        assert!(!summary.trim().is_empty(), "{name} says nothing about itself");
        let text = folder.run(["packs", "show", name]).status(0).stdout;
        assert!(text.contains("policy "), "{text}");
        assert!(folder.run(["packs", "show", name, "--tests"]).status(0).stdout.contains("\ntest "));
    }
    assert!(list.contains("cisa/bod-26-04"));
    folder.run(["packs", "show", "bod-26-04"]).refuses("did you mean `cisa/bod-26-04`?");
    folder.run(["packs", "show", "none"]).refuses("there is no pack `none`");
}

#[test]
fn init_writes_a_policy_that_works_and_overwrites_nothing() {
    let folder = Folder::empty();
    folder.run(["init", "new"]).status(0);
    let inside = |call: &[&str]| folder.run(["-C", "new"].iter().chain(call));
    inside(&["lint", "--strict"]).status(0);
    inside(&["fmt", "--check"]).status(0);
    let before = folder.read("new/policy/policy.gate");
    folder.run(["init", "new"]).refuses("exists already, so nothing was written");
    assert_eq!(folder.read("new/policy/policy.gate"), before);
    // What cannot be written whole is not written at all.
    folder.write("half/policy", "a file");
    folder.run(["init", "half"]).refuses("cannot write `half/policy/policy.gate`");
    assert!(!folder.0.join("half/changegate.toml").exists());
    inside(&["check", "--now", NOW]);
    inside(&["triage", "--now", NOW]).status(0);
}

/// The engine's answers to the policy that `init` writes.
#[test]
fn what_init_writes_gives_the_answers_that_it_promises() {
    let folder = Folder::empty();
    folder.run(["init"]).status(0);
    folder.run(["test"]).status(0);
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).status(1).json();
    let verdicts: Vec<_> =
        json["decisions"].as_array().unwrap().iter().map(|d| d["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["deny", "permit"]);
}

#[test]
fn the_vocabulary_and_its_schemas() {
    let folder = Folder::empty();
    let text = folder.run(["schema"]).status(0).stdout;
    for entity in [
        "asset", "finding", "change", "approval", "evidence", "sample", "incident", "person", "service", "waiver",
        "duty",
    ] {
        assert!(text.lines().any(|line| line == entity), "{entity} is missing");
    }
    folder.run(["schema", "fining"]).refuses("did you mean `finding`?");
    for of in ["inventory", "change", "people", "services", "incidents", "waivers", "obligations", "decision"] {
        let json = folder.run(["schema", "--json-schema", of]).status(0).json();
        assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(json["type"], "object");
    }
    let json = folder.run(["schema", "--json-schema", "inventory"]).json();
    assert_eq!(json["required"], serde_json::json!(["id"]));
    folder.write("p.gate", format!("{POLICY}\nextend asset {{ cost_centre: string }}\n"));
    assert!(folder.run(["schema", "asset", "--policy", "p.gate"]).status(0).stdout.contains("id "));
    assert!(folder.run(["schema", "asset", "--format", "json"]).status(0).json()["asset"].is_array());
}

#[test]
fn completions_and_the_manual_page() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(folder.run(["completions", shell]).status(0).stdout.contains("changegate"));
    }
    let page = folder.run(["man"]).status(0).stdout;
    assert!(page.contains(".TH changegate 1"), "{page}");
    assert!(page.contains("keep\\-going"));
}

/// A decision is as the published schema says, and has no other keys.
#[test]
fn decisions_fit_their_schema() {
    let folder = Folder::project("deny");
    let schema = folder.run(["schema", "--json-schema", "decision"]).status(0).json();
    let decision = &folder.run(["check", "--now", NOW, "--format", "ndjson"]).lines()[0];
    crate::conform::conforms(&schema, decision);
    let mut stranger = decision.clone();
    stranger["reasons"][0]["whim"] = true.into();
    assert!(std::panic::catch_unwind(|| crate::conform::conforms(&schema, &stranger)).is_err());
}

/// So are all lines of the result, and the result as one object.
#[test]
fn results_fit_their_schemas() {
    for model in ["deny", "hold", "none"] {
        let folder = Folder::project(model);
        let schema = folder.run(["schema", "--json-schema", "line"]).status(0).json();
        let lines = folder.run(["check", "--now", NOW, "--format", "ndjson"]).lines();
        assert!(lines.iter().any(|line| line.get("summary").is_some()));
        lines.iter().for_each(|line| crate::conform::conforms(&schema, line));
        let schema = folder.run(["schema", "--json-schema", "check"]).status(0).json();
        let mut whole = folder.run(["check", "--now", NOW, "--format", "json"]).json();
        crate::conform::conforms(&schema, &whole);
        whole["changes"][0]["record"]["whim"] = true.into();
        assert!(std::panic::catch_unwind(|| crate::conform::conforms(&schema, &whole)).is_err());
    }
}

#[test]
fn eval_names_a_record_by_its_id() {
    let folder = Folder::project("none");
    let lines = folder.run(["eval", "asset", "--now", NOW, "--format", "ndjson"]).status(0).lines();
    assert_eq!(lines[0]["value"], "db-1");
}

#[test]
fn what_stands_in_an_expression_steers_no_terminal() {
    let folder = Folder::project("none");
    let run = folder.run(["eval", "\"\u{1b}[31m", "--now", NOW]).status(2);
    assert!(run.stderr.contains("CG00") && !run.stderr.contains('\u{1b}'), "{run:#?}");
}

#[test]
fn eval_tells_a_mistake_before_it_reads_the_facts() {
    let folder = Folder::project("none");
    let run = folder
        .run(["eval", "asset.teir", "--now", NOW, "--inventory", "missing.ndjson"])
        .refuses("did you mean `tier`?");
    assert!(!run.stderr.contains("missing.ndjson"), "{run:#?}");
}

#[test]
fn eval_of_a_list_says_how_to_ask() {
    let folder = Folder::project("none");
    folder.run(["eval", "asset.findings", "--now", NOW]).refuses("ask about its elements");
    folder.run(["eval", "asset.tags", "--now", NOW]).refuses("ask about its elements");
}

#[test]
fn eval_without_a_record_says_so() {
    let folder = Folder::empty();
    let run = folder.run(["eval", "asset.tier", "--now", NOW]).status(2);
    assert!(run.stderr.contains("there is no record") && run.stdout.contains("int 1..4"), "{run:#?}");
    folder.run(["eval", "1 + 1", "--now", NOW]).status(0);
}

#[test]
fn a_wrong_test_stands_in_no_decisions_way() {
    let folder = Folder::project("none");
    folder.write("policy/tests.gate", "test broken { now 2026-11-01T09:00Z  expect nobody_knows == 1 }\n");
    folder.write("policy/extra.gate", "let only_tested = 1\nlet of_no_use = 2\n");
    folder.write("policy/uses.gate", "test uses { now 2026-11-01T09:00Z  expect only_tested == 1 }\n");
    let run = folder.run(["check", "--now", NOW]).status(0);
    assert!(run.stderr.contains("nothing reads the let `of_no_use`"), "{run:#?}");
    assert!(!run.stderr.contains("the let `only_tested`"), "{run:#?}");
    assert!(!run.stderr.contains("nobody_knows"), "{run:#?}");
    folder.run(["why", "CHG0001", "--now", NOW]).status(0);
    for verb in ["lint", "test"] {
        let run = folder.run([verb]).status(2);
        assert!(format!("{}{}", run.stdout, run.stderr).contains("nobody_knows"), "{run:#?}");
    }
    // Where its end is not known, it may have swallowed what decides.
    folder.write("policy/tests.gate", "test broken { now 2026-11-01T09:00Z  expect verdict == permit\n");
    folder.run(["check", "--now", NOW]).status(2);
}
