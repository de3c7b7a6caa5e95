//! Every published file that is at hand, through the program as it is called: what it is read as, what of it reaches the facts, and what is
//! refused with why. `CHANGEGATE_DATA` names the folder that holds them; where it is not set there is nothing to say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Folder, Run};

const NOW: [&str; 2] = ["--now", "2026-11-20T00:00:00Z"];
const POLICY: &str = r#"policy published { timezone "UTC" }
triage patching { levels act > track  clock finding.published  act within 7d when finding.kev  track otherwise }
rule patched { forbid any f in asset.findings where f.kev  effect hold }
"#;

/// Files that are refused, or of which a part is, and what is said of them.
const REFUSED: &[(&str, &str)] = &[
    // Empty: what that scanner leaves where it finds nothing.
    ("scanner/defectdojo/osv_scanner/no_findings.json", "it has the form of none that is known"),
    // Images, which the reports beside them are about.
    ("scanner/grype/anchore-fixture-image-simple.golden", "it has the form of none that is known"),
    ("scanner/grype/stereoscope-fixture-image-simple.golden", "it has the form of none that is known"),
    // One vulnerability without a name.
    ("scanner/defectdojo/trivy/legacy_trivy_mix.json", "a vulnerability has no `VulnerabilityID`, expected a text"),
    // Schemas.
    ("kev/kev-schema.json", "is no feed that is known"),
    ("osv/schema.json", "is no feed that is known"),
    // `{}`
    ("vex/trivy/unknown.json", "is no feed that is known"),
    // Made to be broken.
    ("epss/invalid-header.csv", "there is no column `cve` in `invalid,header,format`"),
    ("epss/missing-date.csv", "the scores have no date"),
    ("osv/dtrack/osv-vulnerability-invalid-cvss.json", "the severity has no type"),
    ("osv/osv-schema/nointroduced-CVE-2023-41045.json", "the range begins nowhere"),
    ("vex/trivy/cyclonedx.json", "is said not to affect the product, without a reason"),
];

/// What came of a file.
#[derive(Clone, Debug, Default)]
struct Read {
    format: String,
    records: u64,
    findings: u64,
    software: u64,
    refused: u64,
    /// What is said of what was refused.
    why: String,
}

#[test]
fn every_published_file_is_read_or_refused_by_name() {
    let Some(data) = std::env::var_os("CHANGEGATE_DATA").map(PathBuf::from) else { return };
    let folder = Folder::empty();
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\ninventory = \"inventory.ndjson\"\nchanges = \"change.json\"\n",
    );
    folder.write("policy.gate", POLICY);
    folder.write("inventory.ndjson", "{\"id\":\"web-1\"}\n");
    folder.write(
        "found.ndjson",
        r#"{"id":"web-1","findings":[{"cve":"CVE-2021-44228"},{"cve":"CVE-2024-3094"},{"cve":"CVE-2023-4863"}],"software":[{"name":"curl","version":"7.1","purl":"pkg:deb/debian/curl@7.1?distro=debian-12"}]}"#,
    );
    folder.write("change.json", r#"{"id":"CHG1","assets":["web-1"],"fixes":[]}"#);
    let mut rows: Vec<(String, Read)> = Vec::new();
    for name in ["scanner", "sbom"] {
        rows.extend(files(&data, name).into_iter().map(|(name, path)| (name, report(&folder, &path))));
    }
    for name in ["kev", "epss", "nvd", "cve5", "osv", "eol", "vex"] {
        let all = files(&data, name).into_iter().enumerate();
        rows.extend(all.map(|(number, (file, path))| (file, feed(&folder, &path, &format!("store-{name}-{number}")))));
    }
    for (name, path) in files(&data, "itsm") {
        let bytes = std::fs::read(&path).unwrap();
        if name.contains("osquery") {
            rows.push((name, report(&folder, &path)));
            continue;
        }
        // One file holds the three shapes of an export.
        let json: Value = serde_json::from_slice(&bytes).unwrap();
        let shapes: Vec<(String, Value)> = match json.get("result") {
            Some(_) => vec![(String::new(), json)],
            None => ["false", "true", "all"].map(|shape| (format!("#{shape}"), json[shape].clone())).into(),
        };
        for (shape, json) in shapes {
            folder.write("ticket.json", json.to_string());
            rows.push((format!("{name}{shape}"), facts(&folder, "ticket.json", &["--change", "ticket.json"])));
        }
    }
    print(&rows);
    let found: BTreeSet<&str> =
        rows.iter().filter(|(_, read)| read.refused > 0).map(|(name, _)| name.as_str()).collect();
    let known: BTreeSet<&str> = REFUSED.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, known, "what is refused is listed with its reason, and nothing else is refused");
    for (name, said) in REFUSED {
        let why = &rows.iter().find(|(row, _)| row == name).unwrap().1.why;
        assert!(why.contains(said), "{name}: `{said}` is missing: {why}");
    }
    let idle = rows.iter().filter(|(name, read)| !known.contains(name.as_str()) && !says_something(read)).count();
    // Reports of scanners that found nothing, and bills of nothing.
    assert!(idle <= 20, "{idle} files were read, and nothing came of them");
}

fn says_something(read: &Read) -> bool {
    read.records + read.findings + read.software > 0
}

/// A report or bill of materials, given as such.
fn report(folder: &Folder, path: &Path) -> Read {
    facts(folder, &path.display().to_string(), &["--report", &format!("web-1={}", path.display())])
}

/// What `facts check` says of a file, what `facts show` has of the asset, and that `check` decides on it, or says why not.
fn facts(folder: &Folder, file: &str, flags: &[&str]) -> Read {
    let call = |verb: &[&str], more: &[&str]| folder.run(verb.iter().chain(flags).chain(&NOW).chain(more));
    let run = call(&["facts", "check"], &["--format", "json"]);
    let found = run.json()["files"].as_array().unwrap().iter().find(|row| row["file"] == file).unwrap().clone();
    let number = |key: &str| found[key].as_u64().unwrap();
    let refused = number("refused");
    decides(&call(&["check"], &[]), refused > 0);
    decides(&call(&["check"], &["--keep-going"]), false);
    let shown = call(&["facts", "show", "web-1"], &["--keep-going", "--format", "json"]).status(0).json();
    let count = |list: &str| shown["lists"][list]["rows"].as_array().map_or(0, Vec::len) as u64;
    assert!(count("findings") <= number("findings"), "{file}: {found}");
    Read {
        format: found["format"].as_str().unwrap().to_owned(),
        records: number("records"),
        findings: number("findings"),
        software: count("software"),
        refused,
        why: run.stderr,
    }
}

/// A feed, as the store takes it; `facts check` and `check` join findings with it.
fn feed(folder: &Folder, path: &Path, store: &str) -> Read {
    let path = path.display().to_string();
    let joined = |verb: &[&str], more: &[&str]| {
        let flags = ["--feeds", path.as_str(), "--inventory", "found.ndjson"];
        folder.run(verb.iter().chain(&flags).chain(&NOW).chain(more))
    };
    let add = |more: &[&str]| folder.run(["feeds", "add", &path, "--store", store].iter().chain(&NOW).chain(more));
    let run = add(&[]);
    assert!(!run.stderr.contains("panicked"), "{run:#?}");
    // What the store does not take, nothing is decided on.
    decides(&joined(&["check"], &[]), run.status != 0);
    let checked = joined(&["facts", "check"], &[]);
    assert_eq!(checked.status, if run.status == 0 { 0 } else { 2 }, "{checked:#?}");
    if run.status != 0 && add(&["--keep-going"]).status != 0 {
        return Read { format: "-".to_owned(), refused: 1, why: run.stderr, ..Read::default() };
    }
    decides(&joined(&["check"], &["--keep-going"]), false);
    let json = folder.run(["feeds", "status", "--store", store, "--format", "json"].iter().chain(&NOW)).json();
    let feeds = json["feeds"].as_array().unwrap();
    let sum = |key: &str| feeds.iter().map(|feed| feed[key].as_u64().unwrap_or(0)).sum::<u64>();
    let format = feeds.first().map_or("-", |feed| feed["feed"].as_str().unwrap()).to_owned();
    // A part of a record that was refused leaves the record.
    let refused = sum("refused").max(u64::from(run.status != 0));
    Read { format, records: sum("records"), refused, why: run.stderr, ..Read::default() }
}

/// It decides, or refuses to.
#[track_caller]
fn decides(run: &Run, refuses: bool) {
    assert!(!run.stderr.contains("panicked"), "{run:#?}");
    let decided = matches!(run.status, 0 | 1) && !run.stdout.is_empty();
    let refused = run.status == 2 && run.stdout.is_empty() && !run.stderr.is_empty();
    assert!(if refuses { refused } else { decided }, "{run:#?}");
}

/// The files below a folder, by their paths below the data, in order.
fn files(data: &Path, folder: &str) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut left = vec![data.join(folder)];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.insert(path.strip_prefix(data).unwrap().display().to_string(), path);
        }
    }
    assert!(!found.is_empty(), "nothing in {}", data.join(folder).display());
    found
}

fn print(rows: &[(String, Read)]) {
    let head = ["format", "files", "records", "findings", "software", "refused"];
    println!("{:<72} {:<17} {:>7} {:>8} {:>8} {:>7}", "file", head[0], head[2], head[3], head[4], head[5]);
    let mut kinds: BTreeMap<&str, [u64; 5]> = BTreeMap::new();
    for (name, read) in rows {
        let numbers = [1, read.records, read.findings, read.software, read.refused];
        let [_, records, findings, software, refused] = numbers;
        println!("{name:<72} {:<17} {records:>7} {findings:>8} {software:>8} {refused:>7}", read.format);
        if let Some((_, why)) = REFUSED.iter().find(|(file, _)| file == name) {
            println!("    {why}");
        }
        kinds.entry(&read.format).or_default().iter_mut().zip(numbers).for_each(|(sum, more)| *sum += more);
    }
    println!("\n{:<17} {:>5} {:>7} {:>8} {:>8} {:>7}", head[0], head[1], head[2], head[3], head[4], head[5]);
    for (kind, [files, records, findings, software, refused]) in &kinds {
        println!("{kind:<17} {files:>5} {records:>7} {findings:>8} {software:>8} {refused:>7}");
    }
    let refused = rows.iter().filter(|(_, read)| read.refused > 0).count();
    println!("published: {} files, {} read, {refused} refused in whole or in part", rows.len(), rows.len() - refused);
}
