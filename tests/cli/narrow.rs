//! `check` reads of the inventory what the policy reads, and nothing hangs on what else records say.

use serde_json::Value;

use crate::support::{Folder, NOW};

const POLICY: &str = r#"policy play { timezone "UTC" }
rule old "No end of life" { forbid asset.os.eol < now effect hold }
rule tagged "No cards" { forbid "pci" in asset.tags }
"#;

/// The same facts: other files, other orders, other things beside them.
const INVENTORIES: [&str; 4] = [
    r#"{"id":"db-1","os":{"eol":"2026-01-01","name":"Debian"},"tags":["b","a"],"region":"eu","tier":1}
{"id":"web-1","tags":["pci"],"region":"us"}
"#,
    r#"{"region":"us","tags":["pci"],"id":"web-1"}
{"tags":["a","b","a"],"os":{"name":"x","eol":"2026-01-01"},"tier":2,"id":"db-1","region":"eu","hostname":"h"}
"#,
    r#"[{"id":"web-1","tags":["pci"],"region":"us"},
{"id":"db-1","os":{"eol":"2026-01-01"},"tags":["a","b"],"region":"eu","tier":"high"}]
"#,
    r#"{"id":"db-1","os":{"eol":"2026-01-01"},"t\u0061gs":["a","b"],"region":"eu","findings":7,"last_patched":"never"}
{"id":"web-1","tags":["pci"],"region":"us","software":[{"name":1}]}
"#,
];

fn project(inventory: &str) -> Folder {
    let folder = Folder::empty();
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\ninventory = \"inventory.ndjson\"\nchanges = \"change.json\"\n",
    );
    folder.write("policy.gate", POLICY);
    folder.write("inventory.ndjson", inventory);
    folder
        .write("change.json", r#"{"id":"CHG1","assets":{"where":"asset.region == \"eu\""},"fixes":[],"approvals":[]}"#);
    folder
}

/// The digest of the facts in the first record that there is.
fn facts_digest(json: &Value) -> String {
    fn find(json: &Value) -> Option<&str> {
        match json {
            Value::Object(entries) => {
                let own = entries.get("record").and_then(|record| record["facts"].as_str());
                own.or_else(|| entries.values().find_map(find))
            }
            Value::Array(elements) => elements.iter().find_map(find),
            _ => None,
        }
    }
    find(json).unwrap_or_else(|| panic!("{json:#}")).to_owned()
}

#[test]
fn what_the_policy_does_not_read_changes_nothing() {
    let mut seen: Vec<(Value, String)> = Vec::new();
    for inventory in INVENTORIES {
        let folder = project(inventory);
        let run = folder.run(["check", "--now", NOW, "--format", "json"]).status(1);
        assert!(!run.stderr.contains("asset."), "{}", run.stderr);
        let json = run.json();
        let decisions = json["decisions"].clone();
        // What the change selects by is read, though the policy does not name it.
        assert_eq!(decisions.as_array().unwrap().len(), 1, "{decisions:#}");
        assert_eq!(decisions[0]["asset"], "db-1");
        assert_eq!(decisions[0]["verdict"], "hold");
        seen.push((decisions, facts_digest(&json)));
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:#?}");
}

#[test]
fn other_verbs_name_the_same_facts() {
    let folder = project(INVENTORIES[0]);
    let check = facts_digest(&folder.run(["check", "--now", NOW, "--format", "json"]).status(1).json());
    let why = folder.run(["why", "CHG1", "--now", NOW, "--format", "json"]).json();
    assert_eq!(facts_digest(&why), check);
    let audit = folder.run(["audit", "--now", NOW, "--format", "json"]).json();
    assert_eq!(facts_digest(&audit), check);
    let other = project(&INVENTORIES[0].replace("[\"b\",\"a\"]", "[\"b\",\"c\"]"));
    assert_ne!(facts_digest(&other.run(["check", "--now", NOW, "--format", "json"]).status(1).json()), check);
}

#[test]
fn who_wants_everything_judged_has_it_judged() {
    let folder = project(INVENTORIES[3]);
    let said = folder.run(["facts", "check", "--now", NOW]).stderr;
    assert!(said.contains("asset.findings") && said.contains("asset.last_patched"), "{said}");
    folder.run(["check", "--now", NOW, "--strict-facts"]).refuses("asset.last_patched");
    // What is no JSON, or no key, is told all the same.
    let folder = project("{\"id\":\"db-1\",\"hostname\":tru}\n");
    folder.run(["check", "--now", NOW]).refuses("a record is not JSON");
    let folder = project("{\"id\":\"db-1\",\"region\":\"eu\",\"colour\":7}\n");
    let said = folder.run(["check", "--now", NOW]).stderr;
    assert!(said.contains("colour"), "{said}");
}
