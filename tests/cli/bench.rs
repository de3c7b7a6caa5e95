//! `changegate bench`: that it measures what `check` does, and says by which way.

use serde_json::Value;

use crate::support::{Folder, NOW, POLICY};

fn bench(folder: &Folder, flags: &[&str]) -> Value {
    folder.run(["bench", "--now", NOW, "--json", "--runs", "2"].iter().chain(flags)).status(0).json()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn bench_says_what_each_stage_and_statement_costs() {
    let folder = Folder::project("deny");
    let json = bench(&folder, &["--threads", "1"]);
    let mut shape = [
        "runs",
        "threads",
        "path",
        "changes",
        "decisions",
        "bytes",
        "seconds",
        "decisions_per_second",
        "peak_memory",
        "statements",
        "dearest",
        "beside",
    ];
    shape.sort_unstable();
    assert_eq!(keys(&json), shape);
    assert_eq!((&json["runs"], &json["threads"], &json["path"]), (&2.into(), &1.into(), &"whole".into()));
    assert_eq!((&json["changes"], &json["decisions"]), (&1.into(), &2.into()));
    assert_eq!(keys(&json["seconds"]), ["all", "evaluate", "policy", "read", "write"]);
    let all = json["seconds"]["all"].as_f64().unwrap();
    for stage in ["policy", "read", "evaluate", "write"] {
        let seconds = json["seconds"][stage].as_f64().unwrap();
        assert!(seconds > 0.0 && seconds <= all, "{stage}: {json:#}");
    }
    let dearest = json["dearest"].as_array().unwrap();
    assert_eq!((dearest.len(), &json["statements"]), (5, &5.into()));
    let at = |kind: &str, name: &str| {
        let mut found = dearest.iter().filter(|cost| cost["kind"] == kind && cost["name"] == name);
        found.next().unwrap_or_else(|| panic!("{kind} {name}: {json:#}"))["at"].as_str().unwrap().to_owned()
    };
    let line = |text: &str| POLICY.lines().position(|line| line.starts_with(text)).unwrap() + 1;
    assert_eq!(at("rule", "no_deny"), format!("policy.gate:{}", line("rule no_deny")));
    assert_eq!(at("blackout", "freeze"), format!("policy.gate:{}", line("blackout freeze")));
    let shares: f64 =
        dearest.iter().chain(json["beside"].as_array().unwrap()).map(|one| one["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-6, "{json:#}");
    if cfg!(target_os = "linux") {
        assert!(json["peak_memory"].as_u64().unwrap() > 1 << 20);
    }
}

#[test]
fn bench_renders_what_check_prints() {
    let folder = Folder::project("hold");
    for flags in [&[][..], &["--only", "blocked"], &["CHG0001"]] {
        let check = folder.run(["check", "--now", NOW, "--format", "ndjson"].iter().chain(flags)).status(1);
        assert_eq!(bench(&folder, flags)["bytes"], check.stdout.len());
    }
}

#[test]
fn bench_says_by_which_way_the_inventory_was_read() {
    let folder = Folder::project("none");
    let json = bench(&folder, &["--portion-size", "64"]);
    assert_eq!((&json["path"], &json["decisions"]), (&"portions".into(), &2.into()));
    let human = folder.run(["bench", "--now", NOW, "--runs", "1", "--portion-size", "64"]).status(0).stdout;
    assert!(human.starts_with("2 decisions of 1 change, 1 run on "), "{human}");
    for said in ["one portion at a time", "stage", "read", "decisions a second", "rule no_deny", "policy.gate:"] {
        assert!(human.contains(said), "`{said}` is missing: {human}");
    }
    let human = folder.run(["bench", "--now", NOW, "--runs", "1"]).status(0).stdout;
    assert!(human.contains("as a whole"), "{human}");
}

#[test]
fn bench_refuses_what_check_refuses() {
    let folder = Folder::project("none");
    folder.run(["bench", "--now", NOW, "CHG9"]).refuses("there is no change `CHG9`");
    folder.run(["bench", "--now", NOW, "--watch"]).refuses("`--watch` has no end");
    folder.run(["bench", "--now", NOW, "--runs", "0"]).refuses("--runs");
    folder.write("broken.ndjson", "{\"id\":\n");
    folder.run(["bench", "--now", NOW, "--inventory", "broken.ndjson"]).refuses("nothing was decided");
}
