//! `check`: each exit status in each format.

use crate::support::{Folder, NOW, change};

const FORMATS: [&str; 3] = ["human", "json", "ndjson"];

#[test]
fn each_verdict_has_the_same_status_in_each_format() {
    for (model, status) in [("none", 0), ("warn", 0), ("hold", 1), ("defer", 1), ("deny", 1)] {
        let folder = Folder::project(model);
        for format in FORMATS {
            let run = folder.run(["check", "--now", NOW, "--format", format]).status(status);
            let verdict = if model == "none" { "permit" } else { model };
            let shown = if format == "human" { verdict.to_uppercase() } else { format!("\"verdict\":\"{verdict}\"") };
            assert!(run.stdout.contains(&shown), "{run:#?}");
            assert_eq!(run.stderr, "", "{model} {format}");
        }
    }
}

#[test]
fn fail_on_moves_the_limit() {
    let strength = ["none", "warn", "hold", "defer", "deny"];
    for (at, model) in strength.into_iter().enumerate() {
        let folder = Folder::project(model);
        for (limit, name) in strength.into_iter().enumerate().skip(1) {
            folder.run(["check", "--now", NOW, "--fail-on", name]).status(i32::from(at >= limit));
        }
    }
}

#[test]
fn json_is_one_object_and_ndjson_one_on_each_line() {
    let folder = Folder::project("hold");
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).json();
    assert_eq!(json["decisions"].as_array().unwrap().len(), 2);
    assert_eq!(json["decisions"][0]["asset"], "db-1");
    assert_eq!(json["changes"][0]["change"], "CHG0001");
    assert_eq!(json["changes"][0]["counts"]["hold"], 2);
    assert_eq!(json["changes"][0]["record"]["now"], NOW);

    let lines = folder.run(["check", "--now", NOW, "--format", "ndjson"]).lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], json["decisions"][0]);
    assert_eq!(lines[2]["summary"], json["changes"][0]);
}

#[test]
fn keys_of_a_decision_stand_in_their_order() {
    let run = Folder::project("deny").run(["check", "--now", NOW, "--format", "ndjson"]);
    let line = run.stdout.lines().next().unwrap();
    let keys = [
        "change",
        "asset",
        "verdict",
        "effects",
        "category",
        "category_possible",
        "tested",
        "not_before",
        "reasons",
        "obligations",
        "triage",
        "assumed",
    ];
    let places: Vec<usize> = keys.iter().map(|key| line.find(&format!("\"{key}\":")).expect(key)).collect();
    assert!(places.is_sorted(), "{line}");
}

#[test]
fn threads_and_batches_change_nothing() {
    let folder = Folder::project("hold");
    let plain = folder.run(["check", "--now", NOW, "--format", "json"]).stdout;
    for flags in [["--threads", "1"], ["--threads", "3"], ["--batch-size", "1"], ["--batch-size", "1000"]] {
        assert_eq!(folder.run(["check", "--now", NOW, "--format", "json"].iter().chain(&flags)).stdout, plain);
    }
}

#[test]
fn ids_choose_changes() {
    let folder = Folder::project("deny");
    folder.write("changes/two.json", change("CHG0002", "none"));
    folder.run(["check", "--now", NOW]).status(1);
    let run = folder.run(["check", "CHG0002", "--now", NOW, "--format", "json"]).status(0);
    assert_eq!(run.json()["changes"].as_array().unwrap().len(), 1);
    folder.run(["check", "CHG0003", "--now", NOW]).refuses("there is no change `CHG0003`");
    let run = folder.run(["check", "chg0001", "--now", NOW]).refuses("there is no change `chg0001`");
    assert!(run.stderr.contains("did you mean `CHG0001`?"));
}

#[test]
fn only_blocked_leaves_out_what_may_go() {
    let folder = Folder::project("deny");
    folder.write("changes/two.json", change("CHG0002", "warn"));
    let json = folder.run(["check", "--now", NOW, "--only", "blocked", "--format", "json"]).status(1).json();
    assert_eq!(json["decisions"].as_array().unwrap().len(), 2);
    assert_eq!(json["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn nothing_decided_is_an_error_unless_allowed() {
    let folder = Folder::project("deny");
    folder.write("none.json", "[]");
    for format in FORMATS {
        let call = ["check", "--now", NOW, "--format", format, "--change", "none.json"];
        let run = folder.run(call).status(2);
        assert!(run.stderr.contains("nothing was decided"), "{run:#?}");
        folder.run(call.iter().chain(&["--allow-empty"])).status(0);
    }
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"inventory.ndjson\"\n");
    folder.run(["check", "--now", NOW]).refuses("no change is named, so nothing was decided");
    folder.run(["check", "--now", NOW, "--allow-empty"]).status(0);
}

#[test]
fn now_defaults_to_the_clock_and_is_recorded() {
    let json = Folder::project("none").run(["check", "--format", "json"]).status(0).json();
    let now = json["changes"][0]["record"]["now"].as_str().unwrap();
    assert!(now.starts_with("20") && now.ends_with('Z'), "{now}");
}

#[test]
fn now_must_be_a_time_with_a_zone() {
    let folder = Folder::project("none");
    folder.run(["check", "--now", "tomorrow"]).refuses("`--now tomorrow`: not a date or time");
    folder.run(["check", "--now", "2026-13-01T00:00Z"]).refuses("there is no such date or time");
    folder.run(["check", "--now", "2026-11-21T09:00"]).refuses("it names no zone");
    folder.write("changegate.toml", format!("{}timezone = \"Europe/London\"\n", crate::support::CONFIG));
    let json = folder.run(["check", "--now", "2026-07-01T09:00", "--format", "json"]).json();
    assert_eq!(json["changes"][0]["record"]["now"], "2026-07-01T08:00:00Z");
}

#[test]
fn stdin_is_read_once() {
    let folder = Folder::project("none");
    let line = change("CHG0009", "hold");
    let run = folder.pipe(["check", "--now", NOW, "--change", "-", "--format", "json"], &line).status(1);
    assert_eq!(run.json()["changes"][0]["change"], "CHG0009");
    folder
        .pipe(["check", "--now", NOW, "--change", "-", "--inventory", "-"], &line)
        .refuses("stdin can be read only once");
}

#[test]
fn a_broken_inventory_decides_nothing_unless_told() {
    let folder = Folder::project("none");
    folder.write("inventory.ndjson", "{\"id\":\"db-1\",\"tier\":1,\"findings\":[]}\n{ not json\n");
    for format in FORMATS {
        let run = folder.run(["check", "--now", NOW, "--format", format]).status(2);
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("inventory.ndjson"), "{run:#?}");
        assert!(run.stderr.contains("nothing was decided"), "{run:#?}");
        let run = folder.run(["check", "--now", NOW, "--format", format, "--keep-going"]);
        assert!(run.status == 1 || run.status == 2, "{run:#?}");
        assert!(run.stdout.contains("CHG0001"), "{run:#?}");
    }
}

/// A change that could not be read may be the one that another must not meet.
#[test]
fn changes_that_cannot_be_read_are_changes_that_nobody_knows() {
    let folder = Folder::project("none");
    folder.write("policy/policy.gate", "policy p { timezone \"UTC\" }\nrule r { forbid any c in changes where (any a in assets where a in c.assets) and c overlaps change }\n");
    let first = "{\"id\":\"CHG-1\",\"assets\":[\"db-1\"],\"start\":\"2026-11-25T20:00:00Z\",\"end\":\"2026-11-25T21:00:00Z\"}\n";
    folder.write("changes.ndjson", first);
    let call = ["check", "--now", NOW, "--format", "json", "--keep-going", "--change", "changes.ndjson"];
    assert_eq!(folder.run(call).status(0).json()["changes"][0]["verdict"], "permit");
    folder.write("changes.ndjson", format!("{first}{{\"id\":\"CHG-2\" \"assets\":[\"db-1\"]}}\n"));
    let json = folder.run(call).status(1).json();
    assert_ne!(json["changes"][0]["verdict"], "permit");
    assert_eq!(
        json["decisions"][0]["reasons"][0]["unknown"][0],
        serde_json::json!({"fact": "changes", "cause": "incomplete"})
    );
}

#[test]
fn a_wrong_policy_ends_with_two() {
    let folder = Folder::project("none");
    folder.write("policy/more.gate", "rule r { forbid no_such == 1 }\n");
    for format in FORMATS {
        let run = folder.run(["check", "--now", NOW, "--format", format]).refuses("no_such");
        assert!(run.stderr.contains("CG0"), "{run:#?}");
        assert!(run.stderr.contains("more.gate"), "{run:#?}");
    }
    let run = folder.run(["check", "--now", NOW, "--format", "json"]);
    let object: serde_json::Value = serde_json::from_str(run.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(object["severity"], "error");
    assert_eq!(object["at"]["line"], 1);
}

#[test]
fn a_policy_that_decides_nothing_is_refused() {
    let folder = Folder::project("none");
    for text in ["", "# nothing\n", "policy empty { version \"1\" }\n", "let x = 1\n"] {
        folder.write("empty.gate", text);
        folder.run(["check", "--now", NOW, "--policy", "empty.gate"]).refuses("no statement that decides anything");
    }
    folder.run(["check", "--now", NOW, "--policy", "empty.gate", "--allow-empty"]).status(0);
}

#[test]
fn a_text_that_doubles_again_and_again_is_unknown() {
    let folder = Folder::project("none");
    let mut policy = "let a0 = \"{asset.id}{asset.id}\"\n".to_owned();
    for n in 1..60 {
        policy.push_str(&format!("let a{n} = \"{{a{}}}{{a{}}}\"\n", n - 1, n - 1));
    }
    policy.push_str("rule a { forbid a59 == \"x\" because \"{a59}\" }\n");
    folder.write("double.gate", policy);
    let run = folder.run(["check", "--now", NOW, "--policy", "double.gate"]).status(1);
    assert!(run.stdout.contains("(out_of_range)"), "{run:#?}");
}

#[test]
fn an_id_that_is_not_there_is_answered_with_those_that_are() {
    let folder = Folder::project("none");
    folder.run(["check", "--now", NOW, "CHG001"]).refuses("did you mean `CHG0001`?");
    folder.run(["check", "--now", NOW, "other"]).refuses("there are `CHG0001`");
}
