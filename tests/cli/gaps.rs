//! What is left out, or said by nobody, or said otherwise by somebody else never makes a finding go away.

use super::support::{Folder, Run};

const NOW: [&str; 2] = ["--now", "2026-08-22T12:00:00Z"];

/// Findings of a CVE that is in no catalogue harm nothing; a list that may lack one does.
const POLICY: &str = r#"policy play "Play" {
  version  "1"
  timezone "UTC"
}

rule exploited "Exploited" {
  forbid  any f in asset.findings where f.state == open and f.kev
  because "an open finding is exploited"
}
"#;

const KEV: &str = r#"{"catalogVersion": "2026.08.22", "dateReleased": "2026-08-22T00:00:00Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-2026-1000", "dateAdded": "2026-08-07", "dueDate": "2026-08-10", "knownRansomwareCampaignUse": "Unknown"}]}"#;

/// Assets, a change of each, a catalogue with CVE-2026-1000, and sources.
fn project(assets: &[&str], sources: &str) -> Folder {
    let folder = Folder::empty();
    let config = "policy = \"policy\"\ninventory = \"assets.ndjson\"\nchanges = \"changes.ndjson\"\n\n[feeds]\nfiles = \"kev.json\"\n\n";
    folder.write("changegate.toml", format!("{config}{sources}"));
    folder.write("policy/policy.gate", POLICY);
    folder.write("kev.json", KEV);
    folder.write("assets.ndjson", assets.join("\n"));
    let ids = ["a", "b"].iter().take(assets.len());
    let changes = ids.map(|id| format!(r#"{{"id":"CHG-{id}","assets":["{id}"],"fixes":[]}}"#));
    folder.write("changes.ndjson", changes.collect::<Vec<_>>().join("\n"));
    folder
}

fn check(folder: &Folder, more: &[&str]) -> Run {
    folder.run(["check", "--format", "json"].iter().chain(&NOW).chain(more))
}

/// The verdict of each change, as far as anything is decided.
fn verdicts(run: &Run) -> Vec<String> {
    let json = run.json();
    let told = json["decisions"].as_array().unwrap().iter();
    told.map(|it| it["verdict"].as_str().unwrap().to_owned()).collect()
}

/// `CVE state` of each finding of an asset.
fn states(folder: &Folder, asset: &str, more: &[&str]) -> Vec<String> {
    let run = folder.run(["facts", "show", asset, "--format", "json"].iter().chain(&NOW).chain(more));
    let json = run.json();
    let text = |row: &serde_json::Value, field: &str| row["fields"][field].as_str().unwrap_or("-").replace('"', "");
    let rows = json["lists"]["findings"]["rows"].as_array().unwrap_or_else(|| panic!("{run:?}")).clone();
    rows.iter().map(|row| format!("{} {}", text(row, "cve"), text(row, "state"))).collect()
}

const NESSUS: &str = "Plugin ID,CVE,Risk,Host,Name\n1,CVE-2026-1000,High,a,x\n";
const QUALYS: &str = "\"IP\",\"DNS\",\"QID\",\"Title\",\"Vuln Status\",\"Type\",\"CVE ID\"\n\"10.0.0.1\",\"a\",\"55\",\"old\",\"Fixed\",\"Vuln\",\"CVE-2026-1000\"\n";

#[test]
fn what_one_report_sees_another_does_not_close() {
    let folder = project(&[r#"{"id":"a"}"#], "");
    folder.write("n.csv", NESSUS);
    folder.write("q.csv", QUALYS);
    folder.write("o.csv", QUALYS.replace("Fixed", "Active"));
    let of = |reports: &[&str]| {
        let flags: Vec<&str> = reports.iter().flat_map(|report| ["--report", report]).collect();
        let run = check(&folder, &flags);
        (verdicts(&run).remove(0), run.stderr.contains("reports_disagree"), states(&folder, "a", &flags).remove(0))
    };
    let answer = |verdict: &str, told, state: &str| (verdict.to_owned(), told, format!("CVE-2026-1000 {state}"));
    assert_eq!(of(&["n.csv"]), answer("deny", false, "-"));
    assert_eq!(of(&["q.csv"]), answer("permit", false, "fixed"));
    for reports in [["n.csv", "q.csv"], ["q.csv", "n.csv"], ["q.csv", "o.csv"]] {
        assert_eq!(of(&reports), answer("deny", true, "-"), "{reports:?}");
    }
    assert_eq!(of(&["n.csv", "o.csv"]), answer("deny", false, "open"));
    // Three of them, two of which agree.
    assert_eq!(of(&["q.csv", "n.csv", "o.csv"]), answer("deny", true, "-"));
}

#[test]
fn what_a_register_decided_holds_until_it_says_that_it_is_gone() {
    let source = "[[source]]\nfiles = \"f.csv\"\nentity = \"finding\"\n";
    let folder = project(&[r#"{"id":"a"}"#], source);
    folder.write("n.csv", NESSUS);
    for (state, expected) in [
        ("accepted", "accepted"),
        ("mitigated", "mitigated"),
        ("false_positive", "false_positive"),
        ("open", "open"),
        ("fixed", "-"),
    ] {
        folder.write("f.csv", format!("asset,cve,state\na,CVE-2026-1000,{state}\n"));
        assert_eq!(states(&folder, "a", &["--report", "n.csv"]), [format!("CVE-2026-1000 {expected}")]);
    }
}

#[test]
fn findings_of_an_asset_that_is_not_in_the_inventory_are_told() {
    let source = "[[source]]\nfiles = \"f.csv\"\nentity = \"finding\"\n";
    let folder = project(&[r#"{"id":"a","hostname":"web-01.acme.example","findings":[]}"#], source);
    // By names as reports use them: in any case, and by the name of the host.
    for name in ["a", "A", "WEB-01.acme.example"] {
        folder.write("f.csv", format!("asset,cve,state\n{name},CVE-2026-1000,open\n"));
        let run = check(&folder, &["--fail-on", "deny"]);
        assert_eq!(verdicts(&run), ["deny"], "{name} {run:?}");
    }
    folder.write("f.csv", "asset,cve,state\nweb-1.acme.example,CVE-2026-1000,open\n");
    check(&folder, &[])
        .refuses("findings or software are of no asset of the inventory")
        .refuses("they are of `web-1.acme.example`");
    folder.write("f.csv", "asset,cve,state\n");
    folder.write("n.csv", NESSUS);
    assert_eq!(verdicts(&check(&folder, &["--report", "A=n.csv"])), ["deny"]);
    check(&folder, &["--report", "aa=n.csv"]).refuses("they are of `aa`");
    folder.write(
        "bom.json",
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x", "version": "1"}]}"#,
    );
    check(&folder, &["--report", "aa=bom.json"]).refuses("they are of `aa`");
    // Where nothing lists assets, reports do.
    folder.write("changegate.toml", "policy = \"policy\"\nchanges = \"changes.ndjson\"\n");
    assert_eq!(verdicts(&check(&folder, &["--report", "a=n.csv"])), ["deny"]);
}

#[test]
fn two_assets_whose_names_differ_in_case_are_two() {
    let folder = project(&[r#"{"id":"a","findings":[]}"#, r#"{"id":"b"}"#, r#"{"id":"B"}"#], "");
    folder.write("n.csv", NESSUS.replace(",a,", ",B,"));
    assert_eq!(states(&folder, "B", &["--report", "n.csv"]), ["CVE-2026-1000 -"]);
    folder.write("changegate.toml", folder.read("changegate.toml").replace("assets.ndjson", "more.ndjson"));
    folder.write("more.ndjson", "{\"id\":\"aB\"}\n{\"id\":\"Ab\"}\n");
    folder.write("n.csv", NESSUS.replace(",a,", ",AB,"));
    check(&folder, &["--report", "n.csv"]).refuses("it is about `AB`, 1 of its records");
}

#[test]
fn a_finding_without_a_cve_is_one() {
    let source = |files: &str, fields: &str| {
        format!("[[source]]\nfiles = \"{files}\"\nentity = \"finding\"\n[source.fields]\nasset = \"asset\"\n{fields}\n")
    };
    let cve = "cve = { from = \"cves\", split = \",\" }\npackage = \"package\"";
    for (file, text, fields) in [
        ("f.json", r#"[{"asset":"a","cves":[],"package":"lib"}]"#, cve),
        ("f.csv", "asset,cves,package\na,\",\",lib\n", cve),
        ("f.csv", "asset,cves,package\na,,lib\n", cve),
        ("f.json", r#"[{"asset":"a","cves":[],"package":"lib"}]"#, "cve = \"cves.*.id\"\npackage = \"package\""),
        ("f.json", r#"[{"asset":"a","cves":[{"x":1}],"package":"lib"}]"#, "cve = \"cves.*.id\"\npackage = \"package\""),
    ] {
        let format = if file.ends_with("csv") { "format = \"csv\"\n[source.fields]" } else { "[source.fields]" };
        let folder = project(&[r#"{"id":"a"}"#], &source(file, fields).replace("[source.fields]", format));
        folder.write(file, text);
        let run = check(&folder, &["--keep-going"]);
        assert_eq!(verdicts(&run), ["deny"], "{text} {run:?}");
    }
    // Beside one that has a name the other one stays.
    let folder = project(&[r#"{"id":"a"}"#], &source("f.json", "cve = \"cves.*.id\""));
    folder.write("f.json", r#"[{"asset":"a","cves":[{"id":"CVE-2026-1001"},{"x":1}]}]"#);
    let run = check(&folder, &["--keep-going"]);
    assert_eq!(verdicts(&run), ["deny"], "{run:?}");
    folder.write("f.json", r#"[{"asset":"a","cves":[{"id":"CVE-2026-1001"}]}]"#);
    assert_eq!(verdicts(&check(&folder, &[])), ["permit"]);
}

#[test]
fn a_row_that_was_refused_may_be_of_any_asset() {
    let source = "[[source]]\nfiles = \"f.csv\"\nentity = \"finding\"\n";
    let assets = [r#"{"id":"a","findings":[]}"#, r#"{"id":"b"}"#];
    let folder = project(&assets, source);
    folder.write("f.csv", "asset,cve,state\nb,CVE-2026-1001,open\n");
    let keep = ["--keep-going"];
    assert_eq!(verdicts(&check(&folder, &keep)), ["permit", "permit"]);
    for row in ["a,CVE-2026-1000", ",CVE-2026-1000,open", "\"a,CVE-2026-1000,open"] {
        folder.write("f.csv", format!("asset,cve,state\nb,CVE-2026-1001,open\n{row}\n"));
        let run = check(&folder, &keep);
        assert_eq!(verdicts(&run), ["deny", "deny"], "{row} {run:?}");
    }
    // Of a source that is about one asset it is of that one.
    folder.write("changegate.toml", format!("{}asset = \"b\"\n", folder.read("changegate.toml")));
    folder.write("f.csv", "asset,cve,state\nb,CVE-2026-1001,open\na,CVE-2026-1000\n");
    assert_eq!(verdicts(&check(&folder, &keep)), ["permit", "deny"]);
    // So are rows of reports that name no host, files that are no reports, and what is left out of a report of several hosts.
    let folder = project(&assets, "");
    let of = |text: &str, report: &str| {
        folder.write("n.csv", text);
        verdicts(&check(&folder, &["--keep-going", "--report", report]))
    };
    let host_b = "Plugin ID,CVE,Risk,Host,Name\n1,CVE-2026-1001,High,b,x\n";
    assert_eq!(of(host_b, "n.csv"), ["permit", "permit"]);
    assert_eq!(of(&format!("{host_b}1,CVE-2026-1000,High,,x\n"), "n.csv"), ["deny", "deny"]);
    assert_eq!(of("what, is, this\n", "n.csv"), ["deny", "deny"]);
    assert_eq!(of("what, is, this\n", "b=n.csv"), ["permit", "deny"]);
    assert_eq!(of(&format!("{host_b}x,CVE-2026-1000,High,a,x\n1,CVE-2026-1001,High,c,x\n"), "n.csv"), ["deny", "deny"]);
}

#[test]
fn an_analysis_in_a_report_silences_by_the_law_of_vex() {
    let folder = project(&[r#"{"id":"a"}"#], "");
    let of = |analysis: &str, affects: &str| {
        folder.write(
            "r.json",
            format!(
                r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [{{"type": "library", "bom-ref": "c", "name": "lib", "version": "1.0", "purl": "pkg:npm/lib@1.0"}}],
              "vulnerabilities": [{{"id": "CVE-2026-1000", "analysis": {{{analysis}}}, "affects": [{{"ref": "c"{affects}}}]}}]}}"#
            ),
        );
        let run = check(&folder, &["--report", "a=r.json"]);
        (states(&folder, "a", &["--report", "a=r.json"]).remove(0).replace("CVE-2026-1000 ", ""), run.stderr)
    };
    let (state, told) = of(r#""state": "not_affected""#, "");
    assert_eq!(state, "-");
    assert!(told.contains("state_without_reason") && told.contains("`CVE-2026-1000`"), "{told}");
    for (analysis, affects, expected) in [
        (r#""state": "not_affected", "justification": "code_not_present""#, "", "not_affected"),
        (r#""state": "not_affected", "detail": "not called""#, "", "not_affected"),
        (r#""state": "false_positive""#, "", "false_positive"),
        (r#""state": "resolved""#, "", "fixed"),
        (r#""state": "resolved""#, r#", "versions": [{"version": "1.0", "status": "affected"}]"#, "open"),
        (r#""state": "resolved""#, r#", "versions": [{"version": "1.0", "status": "unknown"}]"#, "open"),
        (r#""state": "resolved""#, r#", "versions": [{"version": "2.0", "status": "unaffected"}]"#, "open"),
        (r#""state": "resolved""#, r#", "versions": [{"range": "vers:npm/>=1.0", "status": "unaffected"}]"#, "open"),
        (
            r#""state": "resolved""#,
            r#", "versions": [{"version": "1.0", "status": "unaffected"}, {"version": "0.9", "status": "affected"}]"#,
            "fixed",
        ),
    ] {
        let (state, told) = of(analysis, affects);
        assert_eq!(state, expected, "{analysis} {affects}");
        assert!(!told.contains("state_without_reason"), "{told}");
    }
}

#[test]
fn a_debian_package_is_looked_up_by_its_source_or_is_in_doubt() {
    let folder = project(&[r#"{"id":"a"}"#], "");
    folder.write(
        "usn.json",
        r#"{"schema_version": "1.6", "id": "USN-1", "modified": "2026-08-01T00:00:00Z", "aliases": ["CVE-2026-1000"], "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "openssl"},
          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.2-0ubuntu1.18"}]}]}]}"#,
    );
    folder.run(["feeds", "add", "usn.json", "kev.json", "--store", "s"].iter().chain(&NOW)).status(0);
    let libssl3 = |version: &str, more: &str| {
        let purl = format!("pkg:deb/ubuntu/libssl3@{version}?distro=ubuntu-22.04{more}");
        folder.write(
            "assets.ndjson",
            format!(
                r#"{{"id":"a","findings":[],"software":[{{"name":"libssl3","version":"{version}","purl":"{purl}"}}]}}"#
            ),
        );
        let of = |feeds: &[&str]| {
            let run = check(&folder, feeds);
            (verdicts(&run).remove(0), run.stderr.contains("software_in_doubt"))
        };
        let files = of(&["--feeds", "usn.json", "--feeds", "kev.json"]);
        assert_eq!(of(&["--feeds", "s"]), files);
        files
    };
    assert_eq!(libssl3("3.0.2-0ubuntu1.10", "&upstream=openssl"), ("deny".to_owned(), false));
    assert_eq!(libssl3("3.0.2-0ubuntu1.18", "&upstream=openssl"), ("permit".to_owned(), false));
    assert_eq!(libssl3("3.0.2-0ubuntu1.18", ""), ("deny".to_owned(), true));
    // Where no feed speaks of packages there is nothing to doubt.
    assert_eq!(verdicts(&check(&folder, &[])), ["permit"]);
    folder.write("assets.ndjson", "");
    let tables = |source: &str| {
        folder.write(
            "osquery.json",
            format!(
                r#"{{"system_info": [{{"hostname": "a"}}], "os_version": [{{"name": "Ubuntu", "version": "22.04.5 LTS", "major": "22", "minor": "4", "platform": "ubuntu"}}],
              "deb_packages": [{{"name": "libssl3", "version": "3.0.2-0ubuntu1.10", "arch": "amd64"{source}}}]}}"#
            ),
        );
        let run = check(&folder, &["--feeds", "usn.json", "--inventory", "osquery.json"]);
        (run.stderr.contains("software_in_doubt"), run.stderr.contains("software_affected"))
    };
    assert_eq!(tables(r#", "source": "openssl""#), (false, true));
    assert_eq!(tables(""), (true, false));
    // Bills of materials of Trivy name it beside the package URL.
    folder.write("assets.ndjson", r#"{"id":"a","findings":[]}"#);
    let bills = [
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "libssl3", "version": "3.0.2-0ubuntu1.10", "purl": "pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?distro=ubuntu-22.04",
          "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "openssl"}, {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.2"}, {"name": "aquasecurity:trivy:SrcRelease", "value": "0ubuntu1.10"}]}]}"#,
        r#"{"spdxVersion": "SPDX-2.3", "name": "a", "packages": [{"name": "libssl3", "versionInfo": "3.0.2-0ubuntu1.10", "sourceInfo": "built package from: openssl 3.0.2-0ubuntu1.10",
          "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?distro=ubuntu-22.04"}]}]}"#,
    ];
    for bill in bills {
        folder.write("bill.json", bill);
        let run = check(&folder, &["--feeds", "usn.json", "--report", "a=bill.json"]);
        assert!(run.stderr.contains("software_affected") && !run.stderr.contains("software_in_doubt"), "{run:?}");
    }
}
