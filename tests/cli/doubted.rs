//! Feeds of which a part cannot be read: what may be in that part is unknown, from files as from a store.

use super::known::{KEV, NOW, finding, project, verdicts};
use super::support::Folder;

#[test]
fn a_catalogue_that_could_not_be_read_leaves_open_what_is_not_in_the_one_before() {
    let folder = project();
    folder.write("later.json", &KEV.replace("2026-08-22", "2026-08-23")[..KEV.len() - 4]);
    folder.run(["feeds", "add", "feeds/kev.json"].iter().chain(&NOW)).status(0);
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    folder.run(["feeds", "add", "later.json"].iter().chain(&NOW)).refuses("nothing was stored");
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    let told = folder.run(["feeds", "add", "later.json", "--keep-going"].iter().chain(&NOW)).status(0).stderr;
    let unsure = "of two editions of kev one does not say of when it is: what is not in the other is unknown";
    assert!(told.contains(&format!("warning: {unsure} (feed_undated)\n")) && !told.contains("feed_shrank"), "{told}");
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B deny"]);
    assert_eq!(finding(&folder, "b", &[])["fields"].get("kev"), None);
    assert!(folder.run(["check"].iter().chain(&NOW)).stderr.contains(unsure));
    // The file as it should have been.
    folder.write("later.json", KEV.replace("2026-08-22T00", "2026-08-22T06"));
    folder.run(["feeds", "add", "later.json"].iter().chain(&NOW)).status(0);
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    assert_eq!(folder.run(["check"].iter().chain(&NOW)).stderr, "");
}

#[test]
fn an_edition_that_is_not_taken_is_told_as_that() {
    let folder = project();
    folder.run(["feeds", "add", "feeds/kev.json"].iter().chain(&NOW)).status(0);
    folder.write("older.json", KEV.replace("2026-08-22", "2026-08-20"));
    folder.write("undated.csv", "cveID,dateAdded\nCVE-2026-1002,2026-08-07\n");
    for (file, name) in [("older.json", "(feed_older)\n"), ("undated.csv", "(feed_undated)\n")] {
        let run = folder.run(["feeds", "add", file].iter().chain(&NOW)).status(0);
        assert!(run.stdout.contains("0 records added") && run.stderr.ends_with(name), "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
}

#[test]
fn an_advisory_that_does_not_say_what_it_is_about_leaves_findings_incomplete() {
    let folder = project();
    folder.write(
        "assets.ndjson",
        r#"{"id":"a","findings":[],"software":[{"name":"lib","purl":"pkg:npm/lib@1.0"}]}
{"id":"b","findings":[],"software":[{"name":"none"}]}
{"id":"c","findings":[{"cve":"CVE-2026-1000","package":"lib"}],"software":[{"name":"lib","purl":"pkg:npm/lib@1.0"}]}"#,
    );
    let record = |affected: &str| {
        format!(
            r#"{{"id": "CVE-2026-1000", "schema_version": "1.6", "modified": "2026-08-01T00:00:00Z", "affected": {affected}}}"#
        )
    };
    for affected in ["\"x\"", "[7]", r#"[{"package": {"ecosystem": "npm"}, "versions": ["1.0"]}]"#] {
        folder.write("osv.json", record(affected));
        folder.run(["check", "--feeds", "osv.json"].iter().chain(&NOW)).refuses("a part of a feed cannot be read");
        folder.run(["feeds", "add", "osv.json", "--keep-going", "--store", "s"].iter().chain(&NOW)).status(0);
        for feeds in ["osv.json", "s"] {
            let shown = |asset: &str| {
                let call = ["facts", "show", asset, "--format", "json", "--keep-going", "--feeds", feeds];
                folder.run(call.iter().chain(&NOW)).status(0)
            };
            let run = shown("a");
            assert_eq!(run.json()["unknown"]["findings"], "incomplete", "{affected} {run:?}");
            for name in ["feed_incomplete", "software_in_doubt"] {
                assert!(run.stderr.contains(&format!("\"name\":\"{name}\"")), "{affected} {run:?}");
            }
            // What has no package URL is in no package, and what a scanner has reported is known.
            for known in ["b", "c"] {
                assert_eq!(shown(known).json()["lists"]["findings"]["incomplete"], false, "{affected} {run:?}");
            }
        }
    }
}

/// What a maker says on a day of August.
fn word(day: u8, status: &str) -> String {
    format!(
        r#"{{"vulnerability": "CVE-2026-1000", "products": ["pkg:deb/debian/bash@5.1-2+deb11u1"], "timestamp": "2026-08-{day:02}T00:00:00Z", {status}, "justification": "x"}}"#
    )
}

/// A finding in the catalogue and what makers say of it.
fn silenced() -> Folder {
    let folder = project();
    folder.write(
        "assets.ndjson",
        r#"{"id":"a","findings":[{"cve":"CVE-2026-1000","state":"open","package":"bash","version":"5.1-2+deb11u1"}]}
{"id":"b","findings":[]}
"#,
    );
    folder
}

fn vex(statement: &str) -> String {
    format!(r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{statement}]}}"#)
}

#[test]
fn a_later_word_that_cannot_be_read_takes_back_what_was_said_before() {
    let folder = silenced();
    let feeds = |files: &[&str]| {
        let mut more = vec!["--keep-going", "--feeds", "feeds/kev.json"];
        files.iter().for_each(|file| more.extend(["--feeds", file]));
        verdicts(&folder, &more)
    };
    folder.write("old.json", vex(&word(1, r#""status": "not_affected""#)));
    assert_eq!(feeds(&["old.json"]), ["CHG-A permit", "CHG-B permit"]);
    let twice = r#""status": "affected", "status": "not_affected""#;
    for status in [twice, r#""status": "Affected""#, r#""status": 7"#, r#""state": "affected""#] {
        folder.write("new.json", vex(&word(10, status)));
        assert_eq!(feeds(&["old.json", "new.json"]), ["CHG-A deny", "CHG-B permit"], "{status}");
        for store in [["old.json", "new.json"], ["new.json", "old.json"]] {
            let folder_of_store = format!("store-{}-{}", status.len(), store[0]);
            for file in ["feeds/kev.json", store[0], store[1]] {
                let add = ["feeds", "add", file, "--keep-going", "--store", &folder_of_store];
                folder.run(add.iter().chain(&NOW)).status(0);
            }
            let more = ["--keep-going", "--feeds", folder_of_store.as_str()];
            assert_eq!(verdicts(&folder, &more), ["CHG-A deny", "CHG-B permit"], "{status}");
        }
    }
    // What contradicts itself takes nothing away.
    folder.write("new.json", vex(&word(10, twice)));
    folder.run(["check", "--feeds", "new.json"].iter().chain(&NOW)).refuses("`status` stands there twice");
    assert_eq!(feeds(&["new.json"]), ["CHG-A deny", "CHG-B permit"]);
}

#[test]
fn an_older_word_under_the_same_name_does_not_replace_a_newer_one_in_the_store() {
    let folder = silenced();
    let add = |file: &str| folder.run(["feeds", "add", file].iter().chain(&NOW)).status(0);
    add("feeds/kev.json");
    folder.write("v.json", vex(&word(10, r#""status": "affected""#)));
    add("v.json");
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    folder.write("v.json", vex(&word(1, r#""status": "not_affected""#)));
    add("v.json");
    assert_eq!(verdicts(&folder, &[]), ["CHG-A deny", "CHG-B permit"]);
    folder.write("v.json", vex(&word(11, r#""status": "not_affected""#)));
    add("v.json");
    assert_eq!(verdicts(&folder, &[]), ["CHG-A permit", "CHG-B permit"]);
}
