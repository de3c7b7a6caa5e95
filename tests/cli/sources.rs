//! Files of other tools: by their content, by `[[source]]`, packed; `facts check` and `facts show`.

use std::io::Write as _;

use serde_json::json;

use crate::support::{Folder, NOW};

const POLICY: &str = r#"policy play { timezone "UTC" }
rule closed { forbid asset.tier == 1 and asset.region == "north"  effect hold }
rule quiet { forbid any i in incidents where i.closed == none  effect hold }
rule patched { forbid any f in asset.findings where f.kev  effect hold }
"#;

const CMDB: &str = "Name,Tier,Seen\nweb-1,1 - High,20/11/2026 04:00\ndb-1,9,\n";

const SOURCE: &str = r#"policy = "policy.gate"
changes = "changes.json"

[[source]]
files = "cmdb.csv"
timezone = "Europe/London"

[source.fields]
id = "Name"
tier = { from = "Tier", values = { "1 - High" = 1 } }
last_scanned = { from = "Seen", time = "%d/%m/%Y %H:%M" }
"#;

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", SOURCE);
    folder.write("policy.gate", POLICY);
    folder.write("cmdb.csv", CMDB);
    folder.write("changes.json", r#"{"id":"CHG1","assets":["web-1","db-1"],"fixes":[]}"#);
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn facts_check_counts_fields_and_says_what_the_policy_misses() {
    let folder = project();
    let run = folder.run(["facts", "check", "--now", NOW]).status(0);
    for said in [
        "cmdb.csv",
        "asset.tier",
        "cmdb.csv:3 `db-1`: found `9`",
        "The policy reads, but the data lack",
        "incident        no file of them is given",
        "asset.findings  no record has it",
        "asset.region    no record has it",
        "no change says what it `fixes`",
    ] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {}", run.stdout);
    }
    let json = folder.run(["facts", "check", "--now", NOW, "--format", "json"]).status(0).json();
    assert_eq!(
        json["files"][0],
        json!({"file":"changes.json","format":"json","entity":"change","records":1,"findings":0,"refused":0})
    );
    assert_eq!(json["files"][1]["records"], 2);
    let tier = json["fields"].as_array().unwrap().iter().find(|field| field["field"] == "asset.tier").unwrap();
    assert_eq!(
        (tier["known"].as_u64(), tier["records"].as_u64(), tier["read"].as_bool()),
        (Some(1), Some(2), Some(true))
    );
    assert_eq!(tier["examples"][0], "cmdb.csv:3 `db-1`: found `9`");
    folder.run(["facts", "check", "--now", NOW, "--format", "ndjson"]).status(0).lines();
    folder.write("changes.json", r#"{"id":"CHG1","assets":["web-1"],"fixes":["CVE-2026-1"]}"#);
    assert!(!folder.run(["facts", "check", "--now", NOW]).status(0).stdout.contains("no change says"));
    let nothing = Folder::empty();
    nothing.run(["facts", "check", "--now", NOW]).refuses("no file of facts is named");
}

#[test]
fn facts_show_says_where_each_fact_comes_from() {
    let folder = project();
    folder.write(
        "more.ndjson",
        "\n{\"id\":\"web-1\",\"region\":\"north\",\"findings\":[{\"cve\":\"CVE-2026-1\",\"kev\":true}]}\n",
    );
    let all = ["facts", "show", "web-1", "--now", NOW, "--inventory", "cmdb.csv", "--inventory", "more.ndjson"];
    let run = folder.run(all).status(0);
    assert!(run.stdout.starts_with("asset web-1\n  tier          1 "), "{}", run.stdout);
    for said in [
        "cmdb.csv:2",
        "last_scanned  2026-11-20T04:00:00Z",
        "region        \"north\"",
        "more.ndjson:2",
        "findings (1)\n  cve \"CVE-2026-1\", kev true\n      more.ndjson:2",
        "unknown: hostname, ",
    ] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {}", run.stdout);
    }
    let json = folder.run(all.iter().chain(&["--format", "json"])).status(0).json();
    assert_eq!(json["fields"][0], json!({"field":"tier","value":"1","from":["cmdb.csv:2"]}));
    assert_eq!(json["lists"]["findings"]["rows"][0]["fields"]["kev"], "true");
    folder
        .run(["facts", "show", "web-2", "--now", NOW])
        .refuses("there is no asset `web-2`")
        .refuses("did you mean `web-1`?");
}

#[test]
fn a_source_that_is_wrong_is_told_with_its_line() {
    let folder = project();
    for (text, said, help) in [
        (
            SOURCE.replace("tier =", "teir ="),
            "`changegate.toml` line 10: `asset` has no field `teir`",
            "did you mean `tier`?",
        ),
        (
            SOURCE.replace("cmdb.csv", "cmbd.csv"),
            "`changegate.toml` line 4: a source names `cmbd.csv`: there is no such file or folder",
            "correct the path",
        ),
        (
            SOURCE.replace("\"Tier\"", "\"Teir\""),
            "there is no column `Teir`",
            "did you mean `Tier`? see line 10 of changegate.toml",
        ),
        (format!("max_unpacked = \"lots\"\n{SOURCE}"), "`max_unpacked` is no size: `lots`", "like `512MiB`"),
    ] {
        folder.write("changegate.toml", text);
        folder.run(["check", "--now", NOW]).refuses(said).refuses(help);
    }
}

#[test]
fn warnings_are_errors_where_facts_are_strict() {
    let folder = project();
    let said = "the input has 1 warning, and `--strict-facts` makes it an error";
    folder.run(["check", "--now", NOW, "--strict-facts"]).refuses(said);
    folder.run(["check", "--now", NOW]).status(1);
    folder.write("cmdb.csv", CMDB.replace("9", "1 - High"));
    folder.run(["check", "--now", NOW, "--strict-facts"]).status(1);
    folder.write("cmdb.csv", CMDB);
    let run = folder.run(["facts", "check", "--now", NOW, "--strict-facts"]).status(2);
    assert!(run.stderr.contains("which `--strict-facts` makes errors"), "{run:#?}");
}

#[test]
fn a_row_that_cannot_be_read_stops_all_unless_told_to_keep_going() {
    let folder = project();
    folder.write("cmdb.csv", format!("{CMDB}x\n"));
    folder.run(["check", "--now", NOW]).refuses("a row does not fit the header");
    let run = folder.run(["check", "--now", NOW, "--keep-going"]).status(1);
    assert!(run.stderr.contains("cmdb.csv:4: the row has 1 cell, the header 3"), "{run:#?}");
    let run = folder.run(["facts", "check", "--now", NOW]).status(2);
    assert!(run.stderr.contains("a part of the input cannot be read"), "{run:#?}");
    folder.write("cmdb.csv", format!("{CMDB}\"x\n"));
    folder.run(["check", "--now", NOW]).refuses("cmdb.csv:4: a `\"` has no end");
}

#[test]
fn packed_files_are_read_and_bounded() {
    let folder = project();
    let inventory = b"{\"id\":\"web-1\",\"tier\":1}\n{\"id\":\"db-1\",\"tier\":2}\n";
    folder.write("inventory.ndjson.gz", gzip(inventory));
    // A frame of zstd with one raw block: `{"id":"web-1","tier":3}`.
    let text = br#"{"id":"web-1","tier":3}"#;
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x20, u8::try_from(text.len()).unwrap()];
    let head = u32::try_from(text.len()).unwrap() << 3 | 1;
    frame.extend(&head.to_le_bytes()[..3]);
    frame.extend(text);
    folder.write("inventory.zst", &frame);
    let tier = |file: &str| {
        folder.run(["eval", "asset.tier", "--now", NOW, "--format", "ndjson", "--inventory", file]).status(0).lines()
    };
    assert_eq!(tier("inventory.ndjson.gz").len(), 2);
    assert_eq!(tier("inventory.zst")[0]["value"], 3);
    let mut damaged = gzip(inventory);
    damaged.truncate(damaged.len() - 6);
    folder.write("damaged.gz", damaged);
    let eval = ["eval", "asset.tier", "--now", NOW, "--inventory"];
    folder
        .run(eval.iter().chain(&["damaged.gz"]))
        .refuses("cannot read `damaged.gz`: it begins as gzip but cannot be unpacked");
    frame.truncate(frame.len() - 3);
    folder.write("damaged.zst", &frame);
    folder
        .run(eval.iter().chain(&["damaged.zst"]))
        .refuses("cannot read `damaged.zst`: it begins as zstd but cannot be unpacked");
    folder.write("bomb.gz", gzip(&vec![b' '; 3 << 20]));
    folder.write("changegate.toml", format!("max_unpacked = \"2MiB\"\n{SOURCE}"));
    folder
        .run(eval.iter().chain(&["bomb.gz"]))
        .refuses("cannot read `bomb.gz`: it is larger than 2 MiB when unpacked")
        .refuses("set `max_unpacked` in changegate.toml");
}

#[test]
fn exports_of_tickets_are_changes() {
    let folder = project();
    let change = r#"{"result":[{"sys_id":"c1","number":"CHG7","state":"-3","type":"normal","short_description":"x","cmdb_ci":{"display_value":"web-1","link":"l","value":"k1"},"requested_by":{"display_value":"Ada","link":"l","value":"u1"},"start_date":{"display_value":"x","value":"2026-11-22 10:00:00"},"end_date":{"display_value":"y","value":"2026-11-22 11:00:00"}}]}"#;
    folder.write("change.json", change);
    let votes = r#"{"result":[{"sysapproval":{"link":"l","value":"c1"},"approver":{"link":"l","value":"u2"},"state":"approved","sys_updated_on":"2026-11-20 10:00:00","group":"cab"}]}"#;
    folder.write("votes.json", votes);
    let source = "\n[[source]]\nfiles = \"votes.json\"\nformat = \"servicenow\"\nentity = \"approval\"\n\n[[source]]\nfiles = \"change.json\"\nentity = \"change\"\n";
    folder.write("changegate.toml", SOURCE.replace("changes = \"changes.json\"\n", "") + source);
    folder.write("policy.gate", format!("{POLICY}approval cab {{ need 1 from \"cab\"  not by change.requester }}\n"));
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).json();
    let decision = &json["decisions"][0];
    assert_eq!((decision["change"].as_str(), decision["asset"].as_str()), (Some("CHG7"), Some("web-1")));
    assert_eq!(decision["tested"]["from"], "2026-11-22T10:00:00Z");
    let values =
        |expression: &str| folder.run(["eval", expression, "--now", NOW, "--format", "ndjson"]).status(0).lines();
    assert_eq!(values("any v in change.approvals where v.decision == approve and v.role == \"cab\"")[0]["value"], true);
    assert_eq!(values("count(f in change.fixes)")[0]["value"], serde_json::Value::Null);
    // Votes that are configured and not read say nothing of who has voted.
    let eval = ["eval", "any v in change.approvals where v.decision == reject", "--now", NOW, "--format", "ndjson"];
    assert_eq!(folder.run(eval).status(0).lines()[0]["value"], false);
    let lines = folder.run(eval.iter().chain(&["--change", "change.json"])).status(0).lines();
    assert_eq!(lines[0]["value"], serde_json::Value::Null);
    // Somebody who would be `u1` here and `Ada` there.
    folder.write(
        "votes.json",
        votes
            .replace(r#"{"link":"l","value":"u2"}"#, r#"{"link":"l","display_value":"Bob"}"#)
            .replace(r#"{"link":"l","value":"c1"}"#, r#"{"link":"l","display_value":"CHG7"}"#),
    );
    folder.run(["check", "--now", NOW]).refuses("exports of ServiceNow do not fit together");
    folder.write("jira.json", r#"{"startAt":0,"maxResults":1,"total":1,"issues":[{"key":"OPS-1","fields":{"summary":"s","created":"2026-11-01T05:30:00.000+0100","status":{"name":"To do"}}}]}"#);
    let lines = folder
        .run(["eval", "change.submitted_at", "--change", "jira.json", "--now", NOW, "--format", "ndjson"])
        .status(0)
        .lines();
    assert_eq!(
        (lines[0]["subject"].as_str(), lines[0]["value"].as_str()),
        (Some("OPS-1"), Some("2026-11-01T04:30:00Z"))
    );
    folder.write("c.yaml", "- id: CHG9\n  assets: [web-1]\n  reboot: true\n");
    let lines = folder
        .run(["eval", "change.reboot", "--change", "c.yaml", "--now", NOW, "--format", "ndjson"])
        .status(0)
        .lines();
    assert_eq!(lines[0]["value"], true);
    folder.write("c.yaml", "- id: [CHG9\n");
    folder.run(["eval", "change.reboot", "--change", "c.yaml", "--now", NOW]).refuses("a file of YAML cannot be read");
}

/// A change, the votes on it as `votes` has them, and a rule that needs to know of every rejection.
fn voted(votes: &str) -> Folder {
    let folder = project();
    folder.write("changes.json", r#"{"id":"CHG7","assets":["db-1"],"fixes":[]}"#);
    folder.write("votes.json", votes);
    let source = "\n[[source]]\nfiles = \"votes.json\"\nformat = \"servicenow\"\nentity = \"approval\"\n";
    folder.write("changegate.toml", format!("{SOURCE}{source}"));
    folder.write("policy.gate", "policy play { timezone \"UTC\" }\nrule vetoed { forbid any v in change.approvals where v.decision == reject  effect hold }\n");
    folder
}

fn vote(on: &str) -> String {
    format!(
        r#"{{"sysapproval":{on},"approver":{{"link":"l","value":"u2"}},"state":"rejected","sys_updated_on":"2026-11-20 10:00:00","source_table":"change_request"}}"#
    )
}

#[test]
fn votes_that_may_be_on_a_change_are_not_lost() {
    let known = |folder: &Folder| {
        let eval = ["eval", "any v in change.approvals where v.decision == reject", "--now", NOW, "--format", "ndjson"];
        let run = folder.run(eval).status(0);
        let lines = run.lines();
        assert_eq!((lines.len(), lines[0]["subject"].as_str()), (1, Some("CHG7")), "{}", run.stdout);
        (lines[0]["value"].as_bool(), run.stderr)
    };
    let of = |votes: &[String]| known(&voted(&format!("{{\"result\":[{}]}}", votes.join(","))));
    let named = |name: &str| vote(&format!(r#"{{"link":"l","value":"x","display_value":"{name}"}}"#));
    assert_eq!(of(&[named("CHG7")]).0, Some(true));
    assert_eq!(of(&[named("chg7")]).0, Some(true));
    // Written otherwise: perhaps that change.
    let (value, said) = of(&[named("CHG-0007")]);
    assert_eq!(value, None);
    assert!(said.contains("votes_unmatched") && said.contains("there is a change `CHG7`"), "{said}");
    // By a key of which no change is known to have it.
    let (value, said) = of(&[vote(r#"{"link":"l","value":"c1"}"#)]);
    assert_eq!(value, None);
    assert!(said.contains("votes_unmatched") && said.contains("not all changes have a `sys_id`"), "{said}");
    // On another change, and on no change at all.
    assert_eq!(of(&[named("CHG8")]).0, Some(false));
    let request = named("CHG7").replace("change_request", "sc_request");
    assert_eq!(of(&[request]).0, Some(false));
    let json = voted(&format!("{{\"result\":[{}]}}", named("CHG8"))).run(["check", "--now", NOW, "--format", "json"]);
    let json = json.status(0).json();
    assert_eq!(json["decisions"].as_array().map(Vec::len), Some(1), "{json}");
}

#[test]
fn an_export_that_broke_off_is_not_read_as_whole() {
    let folder = voted(
        r#"{"result":[],"error":{"message":"Transaction cancelled: maximum execution time exceeded"},"status":"failure"}"#,
    );
    let said = folder.run(["check", "--now", NOW]).refuses("a file cannot be read to its end").stderr;
    assert!(said.contains("an error is reported beside the list of records"), "{said}");
    let check = ["check", "--keep-going", "--now", NOW, "--format", "json"];
    assert_eq!(folder.run(check).json()["changes"][0]["verdict"], "hold");
    // A search in Jira of which only the first page was given: there is one other change, of which nobody knows.
    let folder = project();
    folder.write(
        "policy.gate",
        "policy play { timezone \"UTC\" }\nrule alone { forbid count(c in changes) > 0  effect hold }\n",
    );
    let page = r#"{"startAt":0,"maxResults":1,"total":2,"issues":[{"key":"OPS-1","fields":{"summary":"s"}}]}"#;
    folder.write("changes.json", page);
    let eval = ["eval", "count(c in changes)", "--now", NOW, "--format", "ndjson"];
    let run = folder.run(eval).status(0);
    assert_eq!(run.lines()[0]["value"], serde_json::Value::Null);
    assert!(run.stderr.contains("pages_missing") && run.stderr.contains("behind the first 1"), "{}", run.stderr);
    folder.write("changes.json", page.replace("\"total\":2", "\"total\":1"));
    assert_eq!(folder.run(eval).status(0).lines()[0]["value"], 0);
}

#[test]
fn what_lies_in_a_folder_of_facts_is_read_or_refused() {
    let folder = project();
    folder.write("todo/a.json", r#"{"id":"CHG1","assets":["web-1"],"fixes":[]}"#);
    folder.write("todo/README.md", "Changes of this week.");
    folder.write("todo/.done/b.json", r#"{"id":"CHG2"}"#);
    let check = ["check", "--change", "todo", "--now", NOW];
    let clear = folder.run(check).stdout;
    assert!(clear.contains("CHG1") && !clear.contains("CHG2"), "{clear}");
    folder.write("todo/week/more/c.json", r#"{"id":"CHG3"}"#);
    folder.run(check).refuses("`todo/week/more/c.json` would not be read: it stands in a folder within `todo`");
    std::fs::remove_dir_all(folder.0.join("todo/week")).unwrap();
    folder.write("todo/d.xml", "<change/>");
    folder.run(check).refuses("`todo/d.xml` would not be read: of `todo` only *.json, ");
    std::fs::remove_file(folder.0.join("todo/d.xml")).unwrap();
    assert_eq!(folder.run(check).stdout, clear);
    for name in ["todo/e.json", "todo/e.yaml"] {
        folder.write(name, "\n");
        folder.run(check).refuses(&format!("`{name}` is empty, expected a change or a list of them"));
        std::fs::remove_file(folder.0.join(name)).unwrap();
    }
    folder.write("todo/e.ndjson", "");
    folder.write("todo/f.json", "[]");
    assert_eq!(folder.run(check).stdout, clear);
    folder.write("todo/x\ny.json", "{\"id\": 7}");
    let said = folder.run(check).status(2).stderr;
    assert!(said.contains("todo/x\\u{a}y.json"), "{said}");
}

#[test]
fn findings_of_a_table_are_put_together_by_asset() {
    let folder = project();
    folder.write("scan.csv", "Host,CVEs,Package\nweb-1,\"CVE-2026-1, CVE-2026-2\",openssl\nweb-1,CVE-2026-1,openssl\ndb-1,CVE-2026-3,zlib\n,CVE-2026-4,x\n");
    let source = "\n[[source]]\nfiles = \"scan.csv\"\nentity = \"finding\"\n[source.fields]\nasset = \"Host\"\ncve = { from = \"CVEs\", split = \",\" }\npackage = \"Package\"\n";
    folder.write("changegate.toml", format!("{SOURCE}{source}"));
    folder.run(["check", "--now", NOW]).refuses("a row of `findings` does not say to which `asset` it belongs");
    let count = || {
        let eval = ["eval", "count(f in asset.findings)", "--keep-going", "--now", NOW, "--format", "ndjson"];
        folder.run(eval).lines().iter().map(|line| line["value"].as_u64()).collect::<Vec<_>>()
    };
    // The row that names none may be of any.
    assert_eq!(count(), [None, None]);
    let whole = folder.read("scan.csv").replace(",CVE-2026-4,x\n", "");
    folder.write("scan.csv", whole);
    assert_eq!(count(), [Some(1), Some(2)]);
    let run = folder.run(["facts", "show", "web-1", "--keep-going", "--now", NOW]).status(0);
    assert!(run.stdout.contains("cve \"CVE-2026-2\", package \"openssl\"\n      scan.csv:2"), "{}", run.stdout);
    // What the inventory says too stands in both.
    folder.write(
        "assets.ndjson",
        "{\"id\":\"web-1\",\"findings\":[{\"cve\":\"CVE-2026-1\",\"package\":\"openssl\"},{\"cve\":\"CVE-2026-9\"}]}\n",
    );
    let arguments = ["facts", "show", "web-1", "--keep-going", "--now", NOW, "--format", "json"];
    folder.write(
        "changegate.toml",
        format!("{}{source}", SOURCE.replace("changes =", "inventory = \"assets.ndjson\"\nchanges =")),
    );
    let shown = folder.run(arguments).status(0).json();
    let from = |cve: &str| {
        let rows = shown["lists"]["findings"]["rows"].as_array().unwrap().iter();
        let rows = rows.filter(|row| row["fields"]["cve"] == format!("\"{cve}\""));
        rows.map(|row| row["from"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(from("CVE-2026-1"), [json!(["assets.ndjson:1", "scan.csv:2", "scan.csv:3"])], "{shown}");
    assert_eq!(from("CVE-2026-2"), [json!(["scan.csv:2"])], "{shown}");
    assert_eq!(from("CVE-2026-9"), [json!(["assets.ndjson:1"])], "{shown}");
}

#[test]
fn sets_of_a_table_are_split_without_a_word_and_records_of_lines_need_no_mapping() {
    let folder = Folder::empty();
    folder.write("policy.gate", POLICY);
    folder.write("changes.csv", "Nr,On,Fix\nCHG1,web-1;db-1,CVE-2026-1;CVE-2026-2\n");
    folder.write("cmdb.csv", "Name,Labels\nweb-1,pci; edge\ndb-1,\n");
    folder.write(
        "findings.ndjson",
        "{\"asset\":\"web-1\",\"cve\":\"CVE-2026-1\"}\n{\"asset\":\"web-1\",\"cve\":\"CVE-2026-2\"}\n",
    );
    let config = r#"policy = "policy.gate"
[[source]]
files = "cmdb.csv"
fields = { id = "Name", tags = "Labels" }
[[source]]
files = "changes.csv"
entity = "change"
fields = { id = "Nr", assets = "On", fixes = "Fix" }
[[source]]
files = "findings.ndjson"
entity = "finding"
"#;
    folder.write("changegate.toml", config);
    let eval = |expression: &str| {
        let lines = folder.run(["eval", expression, "--now", NOW, "--format", "ndjson"]).status(0).lines();
        lines.iter().map(|line| line["value"].clone()).collect::<Vec<_>>()
    };
    // In the order of the assets: `db-1`, `web-1`.
    assert_eq!(eval("\"edge\" in asset.tags"), [json!(null), json!(true)]);
    assert_eq!(eval("count(f in asset.findings)"), [json!(null), json!(2)]);
    let run = folder.run(["check", "--now", NOW, "--format", "json"]);
    assert_eq!(run.json()["changes"][0]["counts"]["assets"], 2, "{run:#?}");
    folder.write("findings.ndjson", "{\"asset\":\"web-1\",\"cve\":\"CVE-2026-1\"}\n[1]\n");
    folder.run(["check", "--now", NOW]).refuses("a record of `finding` is not an object");
}

#[test]
fn rows_of_osquery_are_an_asset_with_its_software() {
    let folder = project();
    folder.write("host.json", r#"{"system_info":[{"hostname":"web-9"}],"os_version":[{"name":"Ubuntu","version":"24.04","platform":"ubuntu","major":"24","minor":"4"}],"deb_packages":[{"name":"zlib1g","version":"1.3","arch":"amd64"}]}"#);
    let run = folder.run(["facts", "show", "web-9", "--inventory", "host.json", "--now", NOW]).status(0);
    assert!(run.stdout.contains("pkg:deb/ubuntu/zlib1g@1.3?arch=amd64&distro=ubuntu-24.04"), "{}", run.stdout);
    folder.write("host.json", r#"{"os_version":[{"name":"Ubuntu"}]}"#);
    folder
        .run(["eval", "asset.id", "--inventory", "host.json", "--now", NOW])
        .refuses("rows of osquery belong to no asset");
    let lines = folder
        .run(["eval", "asset.os.name", "--report", "web-1=host.json", "--now", NOW, "--format", "ndjson"])
        .status(0)
        .lines();
    assert_eq!(lines[1]["value"], "Ubuntu");
    folder.write("note.json", "{\"id\":3}");
    folder.run(["eval", "asset.id", "--report", "note.json", "--now", NOW]).refuses("a report cannot be read");
}

#[test]
fn a_report_that_found_nothing_on_an_asset_says_so() {
    let folder = project();
    let count = |report: &str| {
        let args = ["eval", "count(f in asset.findings)", "--report", report, "--now", NOW, "--format", "ndjson"];
        folder.run(args).status(0).lines().iter().map(|line| line["value"].clone()).collect::<Vec<_>>()
    };
    folder.write("trivy.json", r#"{"SchemaVersion":2,"ArtifactName":"web-1","ArtifactType":"filesystem","Results":[{"Target":"web-1 (debian 12.5)","Class":"os-pkgs","Type":"debian"}]}"#);
    // In the order of the assets: `db-1`, `web-1`.
    assert_eq!(count("trivy.json"), [json!(null), json!(0)]);
    folder.write(
        "grype.json",
        r#"{"matches":[],"source":{"type":"directory","target":"web-1"},"descriptor":{"name":"grype"}}"#,
    );
    assert_eq!(count("grype.json"), [json!(null), json!(0)]);
    folder.write(
        "nessus.csv",
        "Plugin ID,CVE,Risk,Host,Name\n19506,,None,WEB-1,Scan Information\n10,CVE-2026-1,High,db-1,x\n",
    );
    assert_eq!(count("nessus.csv"), [json!(1), json!(0)]);
    // Who looked at another thing says nothing of these.
    folder.write(
        "other.json",
        r#"{"matches":[],"source":{"type":"directory","target":"elsewhere"},"descriptor":{"name":"grype"}}"#,
    );
    assert_eq!(count("other.json"), [json!(null), json!(null)]);
}

#[test]
fn changes_of_csv_may_be_rows_too() {
    let folder = project();
    folder.write("assets.csv", "id,tier\nweb-1,1\n");
    folder.write("changes.csv", "id,assets,fixes,start\nCHG9,web-1;db-1,CVE-2026-1,2026-11-22T10:00:00Z\n");
    let run = folder
        .run(["check", "--now", NOW, "--inventory", "assets.csv", "--change", "changes.csv", "--format", "json"])
        .status(1);
    assert_eq!(run.json()["changes"][0]["counts"]["assets"], 2, "{run:#?}");
}

#[test]
fn what_can_be_read_beside_what_cannot_counts_only_if_told_so() {
    let folder = project();
    folder.write("changegate.toml", "policy = \"policy.gate\"\nchanges = \"changes.json\"\n");
    let (good, last) = (r#"{"id":"web-1","tier":1}"#, r#"{"id":"db-1","tier":2}"#);
    for (name, text, said) in [
        (
            "a.ndjson",
            format!("{good}\n{{\"id\":\"b\",\"tier\":}}\n{{\"tier\":2}}\n[1]\n{last}\n{{\"id\":\"d\""),
            &[
                "a.ndjson:2: expected value at column 18",
                "a.ndjson:3: it is missing",
                "a.ndjson:4: found `[1]`",
                "a.ndjson:6: it ends in the middle of a value",
            ][..],
        ),
        (
            "a.json",
            format!("[{good},\n{{\"id\":\"b\",\"tier\":}},\n{{\"tier\":2}},\n7,\n{last},\n{{\"id\":\"d\""),
            &[
                "a.json:2: expected value",
                "a.json:3: it is missing",
                "a.json:4: found `7`",
                "a.json:6: the list ends in the middle of a record",
            ],
        ),
        (
            "a.csv",
            "id,tier\nweb-1,1\nb\n,2\ndb-1,2\n\"d,4\n".to_owned(),
            &["a.csv:3: the row has 1 cell, the header 2", "a.csv:4: it is missing", "a.csv:6: a `\"` has no end"],
        ),
        (
            "a.yaml",
            "assets:\n- id: web-1\n  tier: 1\n- tier: 2\n- 7\n- id: db-1\n  tier: 2\n- id: [d\n".to_owned(),
            &[
                "a.yaml:4: it is missing",
                "a.yaml:5: found `7`",
                "a.yaml:9: while parsing a flow sequence, expected ',' or ']'",
            ],
        ),
    ] {
        folder.write(name, text);
        let check = ["check", "--now", NOW, "--inventory", name];
        let mut run = folder.run(check).refuses("so nothing was decided");
        for said in said {
            run = run.refuses(said);
        }
        // Whatever else there may be is not known, so no change is permitted for what it does not name.
        let run = folder.run(["audit", "--now", NOW, "--keep-going", "--format", "json", "--inventory", name]);
        assert!(run.stdout.contains("web-1") || run.status < 2, "{run:#?}");
        let tier = ["eval", "asset.tier", "--now", NOW, "--keep-going", "--format", "ndjson", "--inventory", name];
        let tiers: Vec<_> = folder.run(tier).lines().iter().map(|line| line["value"].as_u64()).collect();
        assert_eq!(tiers, [Some(2), Some(1)], "{name}: `db-1`, `web-1`");
    }
}
