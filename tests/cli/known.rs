//! Feeds in decisions: findings are joined with them, what is missing stays unknown, and what is wrong with them is told.

use super::support::Folder;

const POLICY: &str = r#"policy play "Play" {
  version  "1"
  timezone "UTC"
}

rule exploited "Exploited" {
  forbid  any f in asset.findings where f.state == open and f.kev
  because "an open finding is exploited"
}
"#;

pub(super) const KEV: &str = r#"{"catalogVersion": "2026.08.22", "dateReleased": "2026-08-22T00:00:00Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-2026-1000", "dateAdded": "2026-08-07", "dueDate": "2026-08-10", "knownRansomwareCampaignUse": "Known"}]}"#;
const EPSS: &str = "#model_version:v5,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1000,0.9,0.99\nCVE-2026-1001,0.01,0.3\n";
pub(super) const NOW: [&str; 2] = ["--now", "2026-08-22T12:00:00Z"];

/// Two assets: the finding of the one is in the catalogue, that of the other is not; a change of each.
pub(super) fn project() -> Folder {
    let folder = Folder::empty();
    folder
        .write("changegate.toml", "policy = \"policy\"\ninventory = \"assets.ndjson\"\nchanges = \"changes.ndjson\"\n");
    folder.write("policy/policy.gate", POLICY);
    folder.write(
        "assets.ndjson",
        r#"{"id":"a","findings":[{"cve":"CVE-2026-1000","state":"open","package":"bash","version":"5.1"}]}
{"id":"b","findings":[{"cve":"CVE-2026-1001","state":"open","package":"bash","version":"5.1"}]}
"#,
    );
    folder.write(
        "changes.ndjson",
        r#"{"id":"CHG-A","assets":["a"],"fixes":[]}
{"id":"CHG-B","assets":["b"],"fixes":[]}
"#,
    );
    folder.write("feeds/kev.json", KEV);
    folder.write("feeds/epss.csv", EPSS);
    folder
}

/// `CHANGE verdict` of each change.
pub(super) fn verdicts(folder: &Folder, more: &[&str]) -> Vec<String> {
    let run = folder.run(["check", "--format", "json", "--fail-on", "deny"].iter().chain(&NOW).chain(more));
    let json = run.json();
    let told = json["decisions"].as_array().unwrap().iter();
    told.map(|it| format!("{} {}", it["change"].as_str().unwrap(), it["verdict"].as_str().unwrap())).collect()
}

/// The fields of the only finding of an asset.
pub(super) fn finding(folder: &Folder, asset: &str, more: &[&str]) -> serde_json::Value {
    let shown =
        folder.run(["facts", "show", asset, "--format", "json"].iter().chain(&NOW).chain(more)).status(0).json();
    let rows = shown["lists"]["findings"]["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1, "{shown}");
    rows[0].clone()
}

#[test]
fn a_catalogue_says_yes_and_no_and_without_one_it_is_not_known() {
    let folder = project();
    // Not known counts against the change.
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B deny"]);
    assert_eq!(finding(&folder, "b", &[])["fields"].get("kev"), None);
    assert_eq!(verdicts(&folder, &["--feeds", "feeds/kev.json"]), ["CHG-A deny", "CHG-B permit"]);
    let told = finding(&folder, "a", &["--feeds", "feeds"]);
    let fields = &told["fields"];
    assert_eq!(
        (&fields["kev"], &fields["kev_due"], &fields["ransomware"]),
        (&"true".into(), &"2026-08-10".into(), &"true".into())
    );
    assert_eq!((&fields["epss"], &fields["epss_model"]), (&"90%".into(), &"\"v5\"".into()));
    assert_eq!(
        told["from"],
        serde_json::json!([
            "assets.ndjson:1",
            "feeds/epss.csv:3 (epss, epss_model)",
            "feeds/kev.json#/vulnerabilities/0 (kev, kev_added, kev_due, ransomware)",
        ])
    );
    let absent = finding(&folder, "b", &["--feeds", "feeds"]);
    let fields = &absent["fields"];
    assert_eq!(
        (&fields["kev"], &fields["kev_added"], &fields["epss"]),
        (&"false".into(), &"none".into(), &"1%".into())
    );
    // A feed of scores is no catalogue.
    assert_eq!(finding(&folder, "b", &["--feeds", "feeds/epss.csv"])["fields"].get("kev"), None);
}

#[test]
fn feeds_come_from_the_call_or_else_from_the_project() {
    let folder = project();
    let config = folder.read("changegate.toml");
    folder.write("changegate.toml", format!("{config}\n[feeds]\nfiles = \"feeds\"\n"));
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    assert_eq!(verdicts(&folder, &["--no-feeds"]), ["CHG-A deny", "CHG-B deny"]);
    assert_eq!(verdicts(&folder, &["--feeds", "feeds/epss.csv"]), ["CHG-A deny", "CHG-B deny"]);
    folder.run(["check", "--feeds", "feeds", "--no-feeds"]).refuses("cannot be used with");
    folder.run(["check", "--feeds", "changes.ndjson"]).refuses("`changes.ndjson` is no feed that is known");
    folder.run(["check", "--feeds", "nothing"]).refuses("cannot read `nothing`");
    for (table, said) in [
        ("files = \"nothing\"", "line 5: `feeds` names `nothing`: there is no such file or folder"),
        ("file = \"feeds\"", "there is no key `feeds.file`\n  help: did you mean `files`?"),
        ("limit = \"soon\"", "`feeds.limit`: "),
        ("limit = 48", "`feeds.limit` must be a text"),
        ("limits = { kevv = \"1d\" }", "there is no feed `kevv`\n  help: did you mean `kev`?"),
    ] {
        folder.write("changegate.toml", format!("{config}\n[feeds]\n{table}\n"));
        folder.run(["check"].iter().chain(&NOW)).refuses(said);
    }
}

#[test]
fn the_store_of_the_project_counts_and_says_the_same_as_its_files() {
    let folder = project();
    let of_files = folder.run(["check", "--format", "json", "--feeds", "feeds"].iter().chain(&NOW)).json();
    folder.run(["feeds", "add", "feeds/kev.json", "feeds/epss.csv"].iter().chain(&NOW)).status(0);
    let of_store = folder.run(["check", "--format", "json"].iter().chain(&NOW));
    assert_eq!(of_store.stderr, "");
    assert_eq!(of_store.json(), of_files);
    let told = finding(&folder, "a", &[]);
    assert_eq!(told["from"][1], ".changegate/feeds: feeds/epss.csv:3 (epss, epss_model)");
    let without = folder.run(["check", "--format", "json", "--no-feeds"].iter().chain(&NOW)).json();
    assert_ne!(without["changes"][0]["record"]["facts"], of_files["changes"][0]["record"]["facts"]);
    // Two stores at once are none: nobody could say which counts.
    folder.run(["feeds", "add", "feeds/kev.json", "--store", "other"].iter().chain(&NOW)).status(0);
    folder.run(["check", "--feeds", "other", "--feeds", ".changegate/feeds"]).refuses("are two stores of feeds");
    // Of a catalogue in a store and in a file the later edition counts.
    folder.write("old.json", KEV.replace("2026-08-22", "2026-08-20").replace("CVE-2026-1000", "CVE-2026-1001"));
    assert_eq!(verdicts(&folder, &["--feeds", "other", "--feeds", "old.json"]), ["CHG-A deny", "CHG-B permit"]);
    folder.write("new.json", KEV.replace("2026-08-22T00", "2026-08-22T10").replace("CVE-2026-1000", "CVE-2026-1001"));
    assert_eq!(verdicts(&folder, &["--feeds", "other", "--feeds", "new.json"]), ["CHG-A permit", "CHG-B deny"]);
}

#[test]
fn a_catalogue_of_no_known_date_beside_another_leaves_it_open_what_is_in_none() {
    let folder = project();
    folder.write("cut.json", &KEV[..KEV.len() - 4]);
    folder.write("undated.csv", "cveID,dateAdded\nCVE-2026-1002,2026-08-07\n");
    let kev = |feeds: &[&str], more: &[&str]| {
        let mut arguments = more.to_vec();
        feeds.iter().for_each(|feed| arguments.extend(["--feeds", feed]));
        finding(&folder, "b", &arguments)["fields"].get("kev").cloned()
    };
    assert_eq!(kev(&["feeds/kev.json"], &[]), Some("false".into()));
    for both in [["feeds/kev.json", "cut.json"], ["cut.json", "feeds/kev.json"]] {
        assert_eq!(kev(&both, &["--keep-going"]), None, "{both:?}");
    }
    for both in [["feeds/kev.json", "undated.csv"], ["undated.csv", "feeds/kev.json"]] {
        assert_eq!(kev(&both, &[]), None, "{both:?}");
    }
    folder.run(["feeds", "add", "undated.csv", "--store", "s"].iter().chain(&NOW)).status(0);
    assert_eq!(kev(&["s"], &[]), Some("false".into()));
    assert_eq!(kev(&["s", "feeds/kev.json"], &[]), None);
    let told = folder.run(["check", "--feeds", "s", "--feeds", "feeds/kev.json"].iter().chain(&NOW)).stderr;
    assert!(told.contains("of two editions of kev one does not say of when it is"), "{told}");
    // One of a time that is yet to come takes the place of none.
    folder.write("later.json", KEV.replace("2026-08-22", "2099-08-22").replace("CVE-2026-1000", "CVE-2026-1003"));
    for both in [["feeds/kev.json", "later.json"], ["later.json", "feeds/kev.json"]] {
        let shown = finding(&folder, "a", &["--feeds", both[0], "--feeds", both[1]]);
        assert_eq!(shown["fields"]["kev"], "true", "{both:?}");
        assert_eq!(kev(&both, &[]), None, "{both:?}");
    }
    let told = folder.run(["check", "--feeds", "later.json"].iter().chain(&NOW)).stderr;
    assert!(told.contains("kev is dated 2099-08-22T00:00:00Z, which is after"), "{told}");
}

#[test]
fn ends_of_support_do_not_depend_on_the_order_of_tables() {
    let folder = project();
    folder.write("assets.ndjson", r#"{"id":"a","os":{"family":"debian","version":"12"}}"#);
    let table = |end: &str| {
        format!("{{\"product\": \"debian\", \"releases\": [{{\"releaseCycle\": \"12\", \"eol\": {end}}}]}}\n")
    };
    for (one, other, end) in [
        ("false", "\"2026-05-01\"", Some("2026-05-01")),
        ("\"2028-05-01\"", "\"2026-05-01\"", Some("2026-05-01")),
        ("true", "false", None),
        ("false", "false", Some("none")),
    ] {
        folder.write("one.json", table(one));
        folder.write("other.json", table(other));
        for both in [["one.json", "other.json"], ["other.json", "one.json"]] {
            let feeds = ["--format", "json", "--feeds", both[0], "--feeds", both[1]];
            let shown = folder.run(["facts", "show", "a"].iter().chain(&NOW).chain(&feeds)).status(0).json();
            let eol = shown["fields"].as_array().unwrap().iter().find(|field| field["field"] == "os.eol");
            assert_eq!(eol.and_then(|eol| eol["value"].as_str()), end, "{shown}");
        }
    }
}

#[test]
fn a_store_that_was_damaged_decides_nothing() {
    let folder = project();
    folder.run(["feeds", "add", "feeds/kev.json", "--store", "s"].iter().chain(&NOW)).status(0);
    let path = folder.0.join("s");
    let mut bytes = std::fs::read(&path).unwrap();
    // A brace of the first record.
    bytes[16] = b'!';
    std::fs::write(&path, bytes).unwrap();
    let refused = folder.run(["check", "--feeds", "s"].iter().chain(&NOW));
    refused.refuses("the store `s` is damaged: a record");
    // A digit of a CVE, which leaves it a record.
    folder.run(["feeds", "add", "feeds/kev.json", "--store", "t"].iter().chain(&NOW)).status(0);
    let path = folder.0.join("t");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(13).position(|part| part == b"CVE-2026-1000").unwrap();
    bytes[at + 12] = b'9';
    std::fs::write(&path, bytes).unwrap();
    for command in [["check"].as_slice(), &["facts", "show", "a"]] {
        folder.run(command.iter().chain(&["--feeds", "t"]).chain(&NOW)).refuses("the store `t` is damaged: a record");
    }
}

#[test]
fn old_and_partial_feeds_are_told_and_refused_where_they_must_not_be() {
    let folder = project();
    let config = folder.read("changegate.toml");
    folder.write(
        "changegate.toml",
        format!("{config}\n[feeds]\nfiles = \"feeds\"\nlimit = \"24h\"\nlimits = {{ epss = \"7d\" }}\n"),
    );
    let late = ["check", "--now", "2026-08-24T12:00:00Z"];
    let told = folder.run(late);
    assert!(
        told.stderr.contains("warning: kev is of 2026-08-22T00:00:00Z, longer ago than 24h (feed_stale)\n"),
        "{told:?}"
    );
    assert!(!told.stderr.contains("epss"), "{told:?}");
    let json = folder.run(late.iter().chain(&["--format", "json"]));
    assert!(json.stderr.contains(r#""name":"feed_stale""#), "{json:?}");
    folder
        .run(late.iter().chain(&["--strict-facts"]))
        .refuses("the input has 1 warning, and `--strict-facts` makes it an error");
    assert_eq!(folder.run(["check", "--strict-facts"].iter().chain(&NOW)).stderr, "");
    // With a part of the catalogue nobody can say that something is not in it.
    folder.write("feeds/kev.json", KEV.replace("\"count\": 1", "\"count\": 2"));
    folder.run(["check"].iter().chain(&NOW)).refuses("a part of a feed cannot be read");
    assert_eq!(verdicts(&folder, &["--keep-going"]), ["CHG-A deny", "CHG-B deny"]);
}

#[test]
fn a_word_of_a_vendor_silences_a_finding_and_is_told() {
    let folder = project();
    folder.write("assets.ndjson", folder.read("assets.ndjson").replace("5.1", "5.1-2+deb11u1"));
    folder.write(
        "vex.json",
        r#"{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-08-20T00:00:00Z", "statements": [{"vulnerability": "CVE-2026-1000", "status": "not_affected",
          "justification": "component_not_present", "products": ["pkg:deb/debian/bash@5.1-2+deb11u1"]}]}"#,
    );
    let run =
        folder.run(["check", "--feeds", "feeds", "--feeds", "vex.json", "--strict-facts"].iter().chain(&NOW)).status(0);
    assert!(run.stderr.contains("note: a VEX document says that the product is not affected: the finding is not open (vex_not_affected)\n  assets.ndjson:1 `a`: `CVE-2026-1000` does not affect `pkg:deb/debian/bash@5.1-2+deb11u1`: component_not_present (vex.json)\n"), "{run:?}");
    let told = finding(&folder, "a", &["--feeds", "vex.json"]);
    assert_eq!(told["fields"]["state"], "not_affected");
}

#[test]
fn what_differs_from_the_scanner_is_told_once_for_all() {
    let folder = project();
    let line =
        |number: usize| format!(r#"{{"id":"h{number}","findings":[{{"cve":"CVE-2026-1001","kev":true,"epss":0.5}}]}}"#);
    folder.write("assets.ndjson", (0..200).map(line).collect::<Vec<_>>().join("\n"));
    folder.write("changes.ndjson", r#"{"id":"CHG","assets":["h1"],"fixes":[]}"#);
    let run = folder.run(["check", "--feeds", "feeds"].iter().chain(&NOW)).status(1);
    assert!(
        run.stderr.contains("(kev_disagrees) (200 times)") && run.stderr.contains("(feed_replaced) (200 times)"),
        "{run:?}"
    );
    assert!(run.stderr.lines().count() < 20, "{run:?}");
}

#[test]
fn a_report_of_a_scanner_is_joined_by_its_aliases() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    folder.write(
        "grype.json",
        r#"{"matches": [{"vulnerability": {"id": "GHSA-aaaa-bbbb-cccc", "dataSource": "x", "namespace": "github:language:python", "severity": "High", "fix": {"versions": [], "state": "unknown"}},
          "relatedVulnerabilities": [{"id": "CVE-2026-1000", "namespace": "nvd:cpe", "severity": "High"}],
          "artifact": {"name": "thing", "version": "1.0", "type": "python", "purl": "pkg:pypi/thing@1.0"}}],
          "source": {"type": "directory", "target": "a"}, "descriptor": {"name": "grype", "version": "0.80.0"}}"#,
    );
    let told = finding(&folder, "a", &["--feeds", "feeds", "--report", "a=grype.json"]);
    assert_eq!(told["fields"]["kev"], "true", "{told}");
    assert_eq!(told["fields"]["cve"], "\"CVE-2026-1000\"");
    assert!(told["from"].to_string().contains("feeds/kev.json#/vulnerabilities/0"), "{told}");
}

const OSV: &str = r#"{"id": "GHSA-xxxx-yyyy-zzzz", "modified": "2026-08-01T00:00:00Z", "schema_version": "1.6.0", "aliases": ["CVE-2026-1000"], "published": "2026-08-01T00:00:00Z", "affected": [
  {"package": {"ecosystem": "PyPI", "name": "Flask_Thing"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}]}"#;

/// Assets with one version each of the package that the advisory is about: affected, fixed, of unknown version, seen by a scanner.
fn installed(folder: &Folder) {
    let with = |id: &str, version: &str, findings: &str| {
        format!(
            r#"{{"id":"{id}","software":[{{"name":"flask-thing","purl":"pkg:pypi/flask-thing{version}"}}]{findings}}}"#
        )
    };
    let assets = [
        with("affected", "@1.9", r#","findings":[]"#),
        with("fixed", "@2.0", r#","findings":[]"#),
        with("of-no-version", "", r#","findings":[]"#),
        with("seen", "@1.9", r#","findings":[{"cve":"CVE-2026-1000","package":"flask-thing","source":"trivy"}]"#),
        with("unscanned", "@1.9", ""),
        r#"{"id":"apart","findings":[]}"#.to_owned(),
    ];
    folder.write("assets.ndjson", assets.join("\n"));
    folder.write("osv.json", OSV);
    folder.write(
        "bom.json",
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "flask-thing", "version": "1.0", "purl": "pkg:pypi/flask-thing@1.0"}]}"#,
    );
}

#[test]
fn software_is_looked_up_in_advisories() {
    let folder = project();
    installed(&folder);
    folder.run(["feeds", "add", "osv.json", "feeds/kev.json", "--store", "s"].iter().chain(&NOW)).status(0);
    for feeds in [
        ["--feeds", "s", "--report", "apart=bom.json"].as_slice(),
        &["--feeds", "osv.json", "--feeds", "feeds/kev.json", "--report", "apart=bom.json"],
    ] {
        let of = |asset: &str| {
            let shown =
                folder.run(["facts", "show", asset, "--format", "json"].iter().chain(&NOW).chain(feeds)).status(0);
            let list = shown.json()["lists"]["findings"].clone();
            let rows = list["rows"].as_array().map(|rows| {
                rows.iter()
                    .map(|row| {
                        ["cve", "package", "version", "fixed_version", "kev", "source"]
                            .map(|field| row["fields"][field].as_str().unwrap_or("-").replace('"', ""))
                            .join(" ")
                    })
                    .collect::<Vec<_>>()
            });
            (rows.unwrap_or_default(), list["incomplete"].as_bool(), shown)
        };
        let found = "CVE-2026-1000 Flask_Thing 1.9 2.0 true osv";
        let (rows, incomplete, shown) = of("affected");
        assert_eq!((rows, incomplete), (vec![found.to_owned()], Some(false)), "{shown:?}");
        assert!(shown.stdout.contains("osv.json (cve, fixed_version, package, source, version)"), "{shown:?}");
        assert!(shown.stderr.contains(r#""name":"software_affected""#), "{shown:?}");
        assert_eq!(of("fixed").0, [""; 0]);
        assert_eq!(of("fixed").1, Some(false));
        let (rows, incomplete, shown) = of("of-no-version");
        assert_eq!((rows, incomplete), (vec![], None), "{shown:?}");
        assert_eq!(shown.json()["unknown"]["findings"], "incomplete");
        assert!(
            shown.stderr.contains(
                r#""found":"`CVE-2026-1000` in `flask-thing`: the package's version is not known","line":3,"record":"of-no-version""#
            ),
            "{shown:?}"
        );
        assert_eq!(of("seen").0, ["CVE-2026-1000 flask-thing - - true trivy"]);
        // Nobody has looked for anything else.
        assert_eq!((of("unscanned").0, of("unscanned").1), (vec![found.to_owned()], Some(true)));
        // A bill of materials is software of the asset too; it says nothing of findings itself.
        assert_eq!((of("apart").0, of("apart").1), (vec![found.replace("1.9", "1.0")], Some(false)));
    }
    folder.run(["check", "--feeds", "s", "--strict-facts"].iter().chain(&NOW)).refuses("(software_in_doubt)");
}

#[test]
fn what_was_told_when_a_store_was_filled_is_told_until_it_is_filled_again() {
    let folder = project();
    let kev = |day: &str, count: usize| {
        let entry = |number: usize| format!(r#"{{"cveID": "CVE-2026-{}", "dateAdded": "2026-08-01"}}"#, 1000 + number);
        let entries: Vec<String> = (0..count).map(entry).collect();
        format!(
            r#"{{"catalogVersion": "{day}", "dateReleased": "{day}T00:00:00Z", "count": {count}, "vulnerabilities": [{}]}}"#,
            entries.join(",")
        )
    };
    for (day, count) in [("2026-08-20", 30), ("2026-08-21", 10)] {
        folder.write("kev.json", kev(day, count));
        folder.run(["feeds", "add", "kev.json"].iter().chain(&NOW)).status(0);
    }
    let told = folder.run(["check"].iter().chain(&NOW));
    assert!(
        told.stderr.contains("warning: kev has 10 records and had 30: more than a tenth is gone (feed_shrank)\n"),
        "{told:?}"
    );
    assert!(told.stderr.contains("warning: records that a feed had are no longer in it (record_gone) (20 times)\n  .changegate/feeds: `CVE-2026-1010` is no longer in kev\n"), "{told:?}");
    folder.run(["check", "--strict-facts"].iter().chain(&NOW)).refuses("`--strict-facts` makes");
    // The same once more is no news.
    folder.run(["feeds", "add", "kev.json"].iter().chain(&NOW)).status(0);
    assert_eq!(folder.run(["check"].iter().chain(&NOW)).stderr, told.stderr);
    folder.write("kev.json", kev("2026-08-22", 11));
    folder.run(["feeds", "add", "kev.json"].iter().chain(&NOW)).status(0);
    assert_eq!(folder.run(["check"].iter().chain(&NOW)).stderr, "");
}

#[test]
fn facts_check_lists_the_feeds() {
    let folder = project();
    folder.run(["feeds", "add", "feeds/kev.json"].iter().chain(&NOW)).status(0);
    let run = folder
        .run([
            "facts",
            "check",
            "--feeds",
            ".changegate/feeds",
            "--feeds",
            "feeds/epss.csv",
            "--now",
            "2026-08-25T00:00:00Z",
        ])
        .status(0);
    assert!(
        run.stdout.contains(
            "Feed  version     of                    age  records  refused  file\n\
             kev   2026.08.22  2026-08-22T00:00:00Z   3d        1        0  .changegate/feeds: feeds/kev.json\n\
             epss  v5          2026-08-22T00:00:00Z   3d        2        0  feeds/epss.csv\n"
        ),
        "{run:?}"
    );
    let json = folder.run(["facts", "check", "--format", "json"].iter().chain(&NOW)).status(0).json();
    assert_eq!(
        json["feeds"][0],
        serde_json::json!({"feed": "kev", "version": "2026.08.22", "made": "2026-08-22T00:00:00Z", "records": 1, "refused": 0, "file": "feeds/kev.json", "store": ".changegate/feeds", "age_days": 0})
    );
    let json = folder.run(["facts", "check", "--format", "json", "--no-feeds"].iter().chain(&NOW)).status(0).json();
    assert_eq!(json.get("feeds"), None);
}

#[test]
fn what_reports_disagree_on_is_told() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    let grype = |severity: &str| {
        format!(
            r#"{{"matches": [{{"vulnerability": {{"id": "CVE-2026-1000", "dataSource": "x", "namespace": "debian:distro:debian:12", "severity": "{severity}", "fix": {{"versions": [], "state": "unknown"}}}},
          "artifact": {{"name": "thing", "version": "1.0", "type": "deb", "purl": "pkg:deb/debian/thing@1.0"}}}}],
          "source": {{"type": "directory", "target": "a"}}, "descriptor": {{"name": "grype", "version": "0.80.0"}}}}"#
        )
    };
    for (name, severity) in [("1.json", "High"), ("2.json", "Low"), ("3.json", "Low")] {
        folder.write(name, grype(severity));
    }
    let reports = ["--report", "a=1.json", "--report", "a=2.json", "--report", "a=3.json"];
    let run = folder.run(["check"].iter().chain(&NOW).chain(&reports));
    assert!(run.stderr.contains("warning: reports say different things of one finding: what they differ in counts as unknown (reports_disagree)\n  1.json"), "{run:?}");
    assert_eq!(finding(&folder, "a", &reports)["fields"].get("vendor_severity"), None);
}

#[test]
fn a_report_without_findings_says_that_there_are_none() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
    let trivy = |results: &str| {
        folder.write("clean.json", format!(r#"{{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{results}]}}"#))
    };
    trivy(r#"{"Target": "a (debian 12)", "Class": "os-pkgs", "Type": "debian"}"#);
    assert_eq!(verdicts(&folder, &["--report", "a=clean.json"]), ["CHG-A permit", "CHG-B deny"]);
    // Who looked for something else, or for nothing, says nothing of vulnerabilities.
    for other in [
        "",
        r#"{"Target": "Dockerfile", "Class": "config", "Type": "dockerfile", "MisconfSummary": {"Successes": 20}}"#,
        r#"{"Target": "x", "Class": "config", "Misconfigurations": [{"AVDID": "AVD-DS-0001", "Status": "FAIL"}]}"#,
        r#"{"Target": "y", "Class": "license", "Licenses": []}"#,
        r#"{"Target": "z", "Class": "secret"}"#,
    ] {
        trivy(other);
        assert_eq!(verdicts(&folder, &["--report", "a=clean.json"]), ["CHG-A deny", "CHG-B deny"], "{other}");
        assert_eq!(verdicts(&folder, &["--report", "clean.json"]), ["CHG-A deny", "CHG-B deny"], "{other}");
    }
    // Unless another report does.
    folder.write(
        "other.json",
        r#"{"matches": [], "source": {"type": "directory", "target": "a"}, "descriptor": {"name": "grype"}}"#,
    );
    trivy(r#"{"Target": "x", "Class": "config", "Misconfigurations": [{"AVDID": "AVD-DS-0001", "Status": "FAIL"}]}"#);
    let count = |reports: &[&str]| {
        let eval = ["eval", "count(f in asset.findings)", "--format", "ndjson"];
        folder.run(eval.iter().chain(&NOW).chain(reports)).status(0).lines()[0]["value"].clone()
    };
    assert_eq!(count(&["--report", "clean.json"]), serde_json::json!(null));
    assert_eq!(count(&["--report", "clean.json", "--report", "other.json"]), 1);
    folder.write(
        "bom.json",
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [], "vulnerabilities": []}"#,
    );
    assert_eq!(verdicts(&folder, &["--report", "a=bom.json"]), ["CHG-A deny", "CHG-B deny"]);
    folder.write("bom.json", r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x", "version": "1"}]}"#);
    assert_eq!(verdicts(&folder, &["--report", "a=bom.json"]), ["CHG-A deny", "CHG-B deny"]);
}

#[test]
fn neither_the_order_of_feeds_nor_of_findings_makes_a_difference() {
    let folder = project();
    installed(&folder);
    folder.write(
        "more.ndjson",
        r#"{"id":"m","findings":[{"cve":"CVE-2026-1000","cvss":["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]},{"cve":"CVE-2026-1001","epss":0.5}]}"#,
    );
    folder.write("other.json", KEV.replace("CVE-2026-1000", "CVE-2026-1001").replace("2026.08.22", "2026.08.21"));
    let record = |inventory: [&str; 2], feeds: [&str; 4]| {
        let mut arguments = vec!["check", "--format", "json"];
        arguments.extend(NOW);
        inventory.iter().for_each(|file| arguments.extend(["--inventory", file]));
        feeds.iter().for_each(|file| arguments.extend(["--feeds", file]));
        folder.run(arguments).json()["changes"][0]["record"]["facts"].clone()
    };
    let one = record(["assets.ndjson", "more.ndjson"], ["osv.json", "feeds/kev.json", "other.json", "feeds/epss.csv"]);
    let reversed = |name: &str| folder.read(name).lines().rev().collect::<Vec<_>>().join("\n");
    folder.write("assets.ndjson", reversed("assets.ndjson"));
    folder.write(
        "more.ndjson",
        r#"{"findings":[{"epss":0.5,"cve":"CVE-2026-1001"},{"cvss":["CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],"cve":"CVE-2026-1000"}],"id":"m"}"#,
    );
    let other =
        record(["more.ndjson", "assets.ndjson"], ["other.json", "feeds/epss.csv", "feeds/kev.json", "osv.json"]);
    assert_eq!(one, other);
    assert!(one.is_string());
}

#[test]
fn an_older_form_of_the_store_is_refused() {
    let folder = project();
    folder.write(".changegate/feeds", "changegate-feed1 and so on, and longer than the end of a store, which is of ninety-six bytes, whatever there is in it");
    folder.run(["check"].iter().chain(&NOW)).refuses("the store `.changegate/feeds` is damaged: it is no store, or was cut off\n  help: remove it and add the feeds again");
}

#[test]
fn limits_of_the_project_hold_for_its_store() {
    let folder = project();
    folder.write("changegate.toml", "[feeds]\nlimits = { kev = \"1h\" }\n");
    let stale = "warning: kev is of 2026-08-22T00:00:00Z, longer ago than 1h (feed_stale)\n";
    assert_eq!(
        folder.run(["feeds", "add", "feeds/kev.json", "feeds/epss.csv"].iter().chain(&NOW)).status(0).stderr,
        stale
    );
    assert_eq!(folder.run(["feeds", "status"].iter().chain(&NOW)).status(0).stderr, stale);
    assert_eq!(folder.run(["feeds", "status", "--limit", "2d"].iter().chain(&NOW)).status(0).stderr, "");
}

#[test]
fn ends_of_support_come_from_a_table_of_products() {
    let folder = project();
    folder.write(
        "assets.ndjson",
        r#"{"id":"a","os":{"family":"debian","version":"12.4"},"software":[{"name":"PostgreSQL","version":"14.2"},{"name":"thing","version":"1"}]}"#,
    );
    folder.write(
        "eol.ndjson",
        r#"{"product": "debian", "releases": [{"releaseCycle": "12", "eol": "2026-06-10"}]}
{"product": "postgresql", "releases": [{"releaseCycle": "14", "eol": "2026-11-12"}]}
"#,
    );
    folder.run(["feeds", "add", "eol.ndjson", "--store", "s"].iter().chain(&NOW)).status(0);
    for (feeds, place) in [("eol.ndjson", "eol.ndjson (eol)"), ("s", "s: eol.ndjson (eol)")] {
        let shown = folder
            .run(["facts", "show", "a", "--format", "json", "--feeds", feeds].iter().chain(&NOW))
            .status(0)
            .json();
        let eol = shown["fields"].as_array().unwrap().iter().find(|field| field["field"] == "os.eol").unwrap();
        assert_eq!((&eol["value"], &eol["from"][1]), (&"2026-06-10".into(), &place.into()), "{shown}");
        let software = &shown["lists"]["software"]["rows"];
        assert_eq!(
            (&software[0]["fields"]["eol"], &software[0]["from"][1]),
            (&"2026-11-12".into(), &place.into()),
            "{shown}"
        );
        assert_eq!(software[1]["fields"].get("eol"), None);
    }
}

#[test]
fn software_is_looked_up_by_its_cpe_name() {
    let folder = project();
    let record = |id: &str, criteria: &str| {
        format!(
            r#"{{"id": "{id}", "sourceIdentifier": "x", "vulnStatus": "Analyzed", "published": "2026-08-01T00:00:00.000", "configurations": [{{"nodes": [{{"operator": "OR", "negate": false,
              "cpeMatch": [{{"vulnerable": true, "criteria": "{criteria}", "versionEndExcluding": "1.25"}}]}}]}}]}}"#
        )
    };
    folder.write("1.json", record("CVE-2026-2000", "cpe:2.3:a:nginx:nginx:*:*:*:*:*:*:*:*"));
    // Whatever the vendor.
    folder.write("2.json", record("CVE-2026-2001", "cpe:2.3:a:*:nginx:*:*:*:*:*:*:*:*"));
    folder.write("3.json", record("CVE-2026-2002", "cpe:2.3:a:nginx:unit:*:*:*:*:*:*:*:*"));
    folder.write(
        "assets.ndjson",
        r#"{"id":"a","software":[{"name":"nginx","version":"1.24","cpe":"cpe:2.3:a:nginx:nginx:1.24:*:*:*:*:*:*:*"}],"findings":[]}
{"id":"b","software":[{"name":"nginx","version":"1.25","cpe":"cpe:2.3:a:nginx:nginx:1.25:*:*:*:*:*:*:*"}],"findings":[]}"#,
    );
    folder.run(["feeds", "add", "1.json", "2.json", "3.json", "--store", "s"].iter().chain(&NOW)).status(0);
    let files = ["--feeds", "1.json", "--feeds", "2.json", "--feeds", "3.json"];
    for feeds in [["--feeds", "s"].as_slice(), &files] {
        let found = |asset: &str| {
            let shown = folder.run(["facts", "show", asset, "--format", "json"].iter().chain(&NOW).chain(feeds));
            let rows = shown.status(0).json()["lists"]["findings"]["rows"].clone();
            let text =
                |row: &serde_json::Value, field: &str| row["fields"][field].as_str().unwrap_or("-").replace('"', "");
            let told = rows.as_array().unwrap().iter();
            let mut told: Vec<String> =
                told.map(|row| format!("{} {}", text(row, "cve"), text(row, "source"))).collect();
            told.sort();
            told
        };
        assert_eq!(found("a"), ["CVE-2026-2000 nvd", "CVE-2026-2001 nvd"]);
        assert_eq!(found("b"), [""; 0]);
    }
}

/// A report of Dependency-Track about a project: package URLs, each with a CVE and the alias that it has.
fn tracked(project: &str, findings: &[(&str, &str, &str)]) -> String {
    let one = |(purl, cve, alias): &(&str, &str, &str)| {
        format!(
            r#"{{"component": {{"uuid": "c", "name": "lib", "version": "1.0", "purl": "{purl}"}}, "vulnerability": {{"uuid": "v", "source": "NVD", "vulnId": "{cve}", "severity": "HIGH",
            "aliases": [{{"cveId": "{cve}", "ghsaId": "{alias}"}}]}}, "analysis": {{"isSuppressed": false}}, "matrix": "x"}}"#
        )
    };
    let findings: Vec<String> = findings.iter().map(one).collect();
    format!(
        r#"{{"version": "1.2", "meta": {{"application": "Dependency-Track", "version": "4.11", "timestamp": "2026-08-01T00:00:00Z"}},
        "project": {{"uuid": "u", "name": "{project}", "version": "1"}}, "findings": [{}]}}"#,
        findings.join(",")
    )
}

/// That a vulnerability does not affect a product.
fn denied(product: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2026-08-01T00:00:00Z", "version": 1, "statements": [
        {{"vulnerability": {{"name": "CVE-2026-1001"}}, "products": [{product}], "status": "not_affected", "justification": "component_not_present"}}]}}"#
    )
}

#[test]
fn two_cves_of_one_alias_stay_two_findings() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    let of = |cve| ("pkg:npm/lib@1.0", cve, "GHSA-aaaa-bbbb-cccc");
    // The advisory by its own name is one of the two.
    for reports in [
        vec![tracked("app", &[of("CVE-2026-1000"), of("CVE-2026-1001")])],
        vec![tracked("app", &[of("CVE-2026-1001")]), tracked("app", &[of("CVE-2026-1000")])],
        vec![
            tracked("app", &[of("CVE-2026-1001"), of("CVE-2026-1000")]),
            tracked("app", &[of("GHSA-aaaa-bbbb-cccc")]).replace(r#""cveId": "GHSA-aaaa-bbbb-cccc", "#, ""),
        ],
    ] {
        let mut call =
            vec!["facts".to_owned(), "show".to_owned(), "a".to_owned(), "--format".to_owned(), "json".to_owned()];
        call.extend(NOW.map(str::to_owned));
        call.extend(["--feeds".to_owned(), "feeds/kev.json".to_owned()]);
        for (number, report) in reports.iter().enumerate() {
            folder.write(&format!("{number}.json"), report);
            call.extend(["--report".to_owned(), format!("a={number}.json")]);
        }
        let shown = folder.run(&call).status(0).json();
        let rows = shown["lists"]["findings"]["rows"].as_array().unwrap().clone();
        let mut told: Vec<String> =
            rows.iter().map(|row| format!("{} {}", row["fields"]["cve"], row["fields"]["kev"])).collect();
        told.sort();
        assert_eq!(told, [r#""\"CVE-2026-1000\"" "true""#, r#""\"CVE-2026-1001\"" "false""#], "{shown}");
    }
}

#[test]
fn a_word_about_one_place_does_not_silence_what_was_found_in_another() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    let of = |purl| (purl, "CVE-2026-1001", "GHSA-aaaa-bbbb-cccc");
    let npm = of("pkg:npm/lib@1.0");
    folder.write("one.json", tracked("image-one:1.0", &[npm]));
    folder.write("two.json", tracked("image-two:1.0", &[npm]));
    folder.write("both.json", tracked("app", &[npm, of("pkg:pypi/lib@1.0")]));
    folder.write("vex1.json", denied(r#"{"@id": "image-one:1.0", "subcomponents": [{"@id": "pkg:npm/lib@1.0"}]}"#));
    folder.write("vex2.json", denied(r#"{"@id": "image-two:1.0", "subcomponents": [{"@id": "pkg:npm/lib@1.0"}]}"#));
    folder.write("npm.json", denied(r#"{"@id": "pkg:npm/lib@1.0"}"#));
    folder.write("pypi.json", denied(r#"{"@id": "pkg:pypi/lib@1.0"}"#));
    for (reports, vex, state) in [
        (["one.json"].as_slice(), ["vex1.json"].as_slice(), "not_affected"),
        (&["one.json", "two.json"], &["vex1.json"], "open"),
        (&["one.json", "two.json"], &["vex2.json"], "open"),
        (&["one.json", "two.json"], &["vex1.json", "vex2.json"], "not_affected"),
        (&["one.json", "two.json"], &["npm.json"], "not_affected"),
        (&["both.json"], &["npm.json"], "open"),
        (&["both.json"], &["pypi.json"], "open"),
        (&["both.json"], &["pypi.json", "npm.json"], "not_affected"),
    ] {
        let reports: Vec<String> = reports.iter().map(|report| format!("a={report}")).collect();
        let call: Vec<&str> = reports
            .iter()
            .flat_map(|report| ["--report", report])
            .chain(vex.iter().flat_map(|vex| ["--feeds", *vex]))
            .collect();
        let told = finding(&folder, "a", &call);
        assert_eq!(
            told["fields"].get("state").and_then(|state| state.as_str()).unwrap_or("open"),
            state,
            "{call:?} {told}"
        );
    }
}

#[test]
fn what_is_unknown_by_its_own_fault_no_feed_denies() {
    let folder = project();
    folder.write(
        "cve.json",
        r#"{"dataType": "CVE_RECORD", "cveMetadata": {"cveId": "CVE-2026-1001", "state": "PUBLISHED", "dateUpdated": "2026-08-01T00:00:00Z"}, "containers": {"cna": {}, "adp": [{"metrics": [
        {"other": {"type": "ssvc", "content": {"timestamp": "2026-08-01T00:00:00Z", "options": [{"Exploitation": "none"}, {"Automatable": "no"}, {"Technical Impact": "total"}]}}}]}]}}"#,
    );
    folder.write("vex.json", denied(r#"{"@id": "pkg:npm/%40x/lib@1.0"}"#));
    let feeds = ["--feeds", "feeds/kev.json", "--feeds", "cve.json", "--feeds", "vex.json"];
    for (own, field) in [
        (r#""kev":true,"kev":false"#, "kev"),
        (r#""kev":"true""#, "kev"),
        (r#""kev":1"#, "kev"),
        (r#""exploitation":"active","exploitation":"none""#, "exploitation"),
        (r#""exploitation":"weaponized""#, "exploitation"),
        (r#""automatable":true,"automatable":false"#, "automatable"),
        (r#""state":"open","state":"accepted""#, "state"),
        (r#""state":"Reopened""#, "state"),
        (r#""cvss":9.8,"cvss":1.2"#, "cvss"),
    ] {
        let of = |cve: &str| {
            let other = r#"{"id":"b","findings":[]}"#;
            folder.write(
                "assets.ndjson",
                format!("{{\"id\":\"a\",\"findings\":[{{\"cve\":\"{cve}\",\"package\":\"@x/lib\",\"version\":\"1.0\",{own}}}]}}\n{other}\n"),
            );
            finding(&folder, "a", &feeds)["fields"].clone()
        };
        assert_eq!(of("CVE-2026-1001").get(field), None, "{own}");
        let run = folder.run(["check"].iter().chain(&NOW).chain(&feeds));
        assert!(run.stderr.contains(&format!("warning: `asset.findings[].{field}` ")), "{own} {run:?}");
        // No other word than the record's own may be told of its state then.
        assert_eq!(run.stderr.contains("(vex_not_affected)"), field != "state", "{own} {run:?}");
        // A yes is none the less one.
        if field == "kev" {
            assert_eq!(of("CVE-2026-1000")["kev"], "true", "{own}");
        }
    }
    // What reports disagree on is unknown too.
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    let config = folder.read("changegate.toml");
    folder.write(
        "changegate.toml",
        format!("{config}[[source]]\nfiles = \"1.csv\"\nentity = \"finding\"\n[[source]]\nfiles = \"2.csv\"\nentity = \"finding\"\n"),
    );
    let head = "asset,cve,package,version,kev,exploitation,technical_impact,state\n";
    folder.write("1.csv", format!("{head}a,CVE-2026-1001,lib,1.0,true,active,total,open\n"));
    folder.write("2.csv", format!("{head}a,CVE-2026-1001,lib,1.0,false,none,partial,fixed\n"));
    let told = finding(&folder, "a", &feeds)["fields"].clone();
    for field in ["kev", "kev_added", "kev_due", "exploitation", "state"] {
        assert_eq!(told.get(field), None, "{told}");
    }
    assert_eq!(told["technical_impact"], "total");
}

#[test]
fn a_host_that_is_called_as_a_product_is_none() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"jira\"}\n{\"id\":\"b\",\"findings\":[]}\n");
    folder.write("changes.ndjson", r#"{"id":"CHG","assets":["jira"],"fixes":[]}"#);
    folder.write(
        "nessus.csv",
        "Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output\n\
         1,CVE-2026-1001,,High,jira,tcp,443,OpenSSL bug,x,x,x,,\n",
    );
    folder.write(
        "vex.json",
        r#"{"document": {"category": "csaf_vex", "csaf_version": "2.0", "tracking": {"id": "X-1", "current_release_date": "2026-08-01T00:00:00Z", "version": "1"}},
        "product_tree": {"full_product_names": [{"name": "Jira", "product_id": "P1"}]}, "vulnerabilities": [{"cve": "CVE-2026-1001", "product_status": {"fixed": ["P1"]}}]}"#,
    );
    // As a folder, too, and where the asset is named beside the file.
    folder.write(
        "trivy.json",
        r#"{"SchemaVersion": 2, "ArtifactName": "jira", "ArtifactType": "filesystem", "Results": [{"Target": "x", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [
        {"VulnerabilityID": "CVE-2026-1001", "PkgName": "lib", "InstalledVersion": "1.0", "Severity": "HIGH"}]}]}"#,
    );
    for (report, asset) in
        [("jira=nessus.csv", "jira"), ("b=nessus.csv", "b"), ("jira=trivy.json", "jira"), ("b=trivy.json", "b")]
    {
        let told = finding(&folder, asset, &["--report", report, "--feeds", "vex.json"]);
        assert_ne!(told["fields"].get("state"), Some(&"fixed".into()), "{report} {told}");
    }
}
