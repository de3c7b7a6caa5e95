//! Every element of `affected` of every record, valid or not, asked about each version that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::*;

fn records() -> Option<Vec<(String, Value)>> {
    let folder = crate::testing::data("osv")?;
    let mut files: Vec<PathBuf> = ["dtrack", "osv-schema"]
        .iter()
        .flat_map(|part| std::fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    files.sort();
    let name = |path: &PathBuf| path.strip_prefix(&folder).unwrap().display().to_string();
    Some(
        files.iter().map(|path| (name(path), serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())).collect(),
    )
}

/// Entries that cannot be answered for any version, and why.
const UNANSWERED: [(&str, usize, &str); 5] = [
    ("dtrack/osv-vulnerability-no-range.json", 1, "no range and no version"),
    ("osv-schema/CVE-2018-5407.json", 1, "no package, commits alone"),
    ("osv-schema/CVE-2023-41045.json", 1, "no package, commits alone"),
    ("osv-schema/nointroduced-CVE-2023-41045.json", 1, "no package, commits alone"),
    ("osv-schema/nondistinct-CVE-2018-5407.json", 1, "no package, commits alone"),
];

#[test]
fn every_record() {
    let Some(records) = records() else { return };
    println!(
        "{:<52} {:>7} {:>6} {:>6} {:>5} {:>5} {:>7}",
        "record", "entries", "ranges", "asked", "yes", "no", "unknown"
    );
    let (mut total, mut unanswered) = ([0; 6], BTreeMap::new());
    for (name, record) in &records {
        let none = Vec::new();
        let entries = record["affected"].as_array().unwrap_or(&none);
        let mut counts = [entries.len(), 0, 0, 0, 0, 0];
        for entry in entries {
            let ranges = entry["ranges"].as_array().unwrap_or(&none);
            counts[1] += ranges.len();
            let (ecosystem, package_name) =
                (entry["package"]["ecosystem"].as_str().unwrap_or(""), entry["package"]["name"].as_str().unwrap_or(""));
            let listed: Vec<&str> =
                entry["versions"].as_array().unwrap_or(&none).iter().filter_map(Value::as_str).collect();
            let ranges: Vec<&Value> = ranges.iter().filter(|range| range["type"] != "GIT").collect();
            let events = ranges.iter().flat_map(|range| range["events"].as_array().unwrap());
            let mut asked: BTreeSet<&str> =
                events.flat_map(|event| event.as_object().unwrap().values()).map(|v| v.as_str().unwrap()).collect();
            asked.extend(listed.iter().copied());
            let more: Vec<String> =
                asked.iter().map(|version| format!("{version}.1")).chain(["0.0.1".into(), "99999.0".into()]).collect();
            asked.extend(more.iter().map(String::as_str));
            asked.remove("0");
            let mut known = 0;
            for version in asked {
                let package = package(ecosystem, package_name, version);
                counts[2] += 1;
                let answer = affected(entry, &package);
                let order = package.ecosystem().order();
                match &answer {
                    Affected::Unknown(_) => counts[5] += 1,
                    Affected::Yes | Affected::No => {
                        let in_list = listed.iter().any(|v| {
                            *v == version
                                || order.is_some_and(|o| version::compare(o, v, version) == Ok(Ordering::Equal))
                        });
                        let of =
                            |range: &&Value| if range["type"] == "SEMVER" { Order::Semver } else { order.unwrap() };
                        let expected =
                            in_list || ranges.iter().any(|range| naive(&range["events"], version, of(range)));
                        assert_eq!(answer == Affected::Yes, expected, "{name}: {package_name} {version}");
                        known += 1;
                        counts[if expected { 3 } else { 4 }] += 1;
                    }
                }
            }
            if known == 0 {
                *unanswered.entry(name.clone()).or_insert(0) += 1;
            }
        }
        println!(
            "{name:<52} {:>7} {:>6} {:>6} {:>5} {:>5} {:>7}",
            counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]
        );
        total.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    println!(
        "{:<52} {:>7} {:>6} {:>6} {:>5} {:>5} {:>7}",
        format!("{} records", records.len()),
        total[0],
        total[1],
        total[2],
        total[3],
        total[4],
        total[5]
    );
    let expected: BTreeMap<String, usize> = UNANSWERED.iter().map(|(name, n, _)| ((*name).to_owned(), *n)).collect();
    for (name, entries, why) in UNANSWERED {
        println!("unanswered: {name}, entries {entries}: {why}");
    }
    assert_eq!(unanswered, expected, "entries without any answer");
}

/// Answers worked out by hand from the records' own text.
#[test]
fn by_hand() {
    let Some(records) = records() else { return };
    let cases = [
        (
            "osv-schema/multiple_ranges_in_package.osv.json",
            "3.0.20 yes, 3.0.21 no, 4.0.0 no, 4.0.1 yes, 4.0.4 yes, 4.0.5 no",
        ),
        ("osv-schema/equals_with_patch.osv.json", "1.3.1 yes, 1.3.2 no, 1.9.9 no, 2.0.0 yes, 2.0.1 no"),
        (
            "osv-schema/maven_greater_than.osv.json",
            "11.6 no, 11.6.1 yes, 11.10.12 yes, 11.10.13 no, 12.0 yes, 12.6.6 yes, 12.6.7 no, 12.10 yes, 12.10.2 no",
        ),
        ("osv-schema/npm_greater_than.osv.json", "2.1.0 no, 2.1.1-beta yes, 2.2.4 yes, 3.0.0-rc1 yes, 3.0.0 no"),
        ("osv-schema/equals_no_patch.osv.json", "1.1.6 yes, 1.1.5 no"),
        ("osv-schema/withdrawn.osv.json", "3.1.9 no, 3.2.21 yes, 3.2.22 no, 4.0.1 yes, 4.1.11 no, 4.2.1 yes, 4.2.2 no"),
        ("osv-schema/PYSEC-2023-74.json", "2.2.1 no, 2.3.0 yes, 2.30.0 yes, 2.31.0 no"),
        ("osv-schema/GO-2024-2963.json", "1.21.11 yes, 1.21.12 no, 1.22rc1 yes, 1.22.5 no, go1.22.4 yes"),
        ("osv-schema/GHSA-9v2f-6vcg-3hgv.json", "4.36.1 yes, 4.36.2 no"),
        ("osv-schema/greater_than_equals_no_patch.osv.json", "0.0.0 yes, 99.0.0 yes, - unknown"),
        ("dtrack/osv-vulnerability-exact-version.json", "103.99.99 yes, 1.0.0 yes, - yes"),
        ("osv-schema/RHSA-2024_4546.json", "0:2.13.3-3.el8_6 yes, 0:2.13.3-3.el8_6.1 no, 3.2.0-1.el8 no"),
        ("osv-schema/CVE-2018-5407.json", "1.0.2p-r9 yes, 1.0.2q-r0 no, 1.1.0-r0 no"),
        ("dtrack/osv-DSA-5474-1.json", "3.20230214.1~deb11u1 yes, 3.20230808.1~deb11u1 no"),
    ];
    for (name, answers) in cases {
        let (_, record) = records.iter().find(|(file, _)| file == name).unwrap();
        let entry = &record["affected"][0];
        for answer in answers.split(", ") {
            let (version, expected) = answer.split_once(' ').unwrap();
            let package = package(
                entry["package"]["ecosystem"].as_str().unwrap(),
                entry["package"]["name"].as_str().unwrap(),
                version,
            );
            let found = match affected(entry, &package) {
                Affected::Yes => "yes",
                Affected::No => "no",
                Affected::Unknown(_) => "unknown",
            };
            assert_eq!(found, expected, "{name}: {version}");
        }
    }
}
