//! Every file of feeds that is at hand, read or refused with why, and counts against figures worked out apart from this program.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests read files and print tables")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use super::super::*;
use super::refused;
use crate::sources::feeds::eol::End;

/// The files below a folder, by their paths below the data, in order; compressed ones as they are inside.
pub(in crate::sources) fn files(data: &Path, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![data.join(folder)];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.strip_prefix(data).unwrap().to_string_lossy().into_owned();
        let mut bytes = std::fs::read(&path).unwrap();
        if name.ends_with(".gz") {
            let mut inside = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut inside).unwrap();
            bytes = inside;
        }
        found.insert(name, bytes);
    }
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// Reads a file by what it holds.
pub(in crate::sources) fn harvest(name: &str, bytes: &[u8]) -> Option<(Kind, Harvest)> {
    let kind = detect(name, bytes)?;
    let mut harvest = Harvest::default();
    kind.read(&Arc::from(name), bytes, &mut harvest);
    Some((kind, harvest))
}

/// Reads folders, prints a table, and returns what was read by file. Every refusal has to be in `known`, and every entry there has to happen.
pub(in crate::sources) fn table(folders: &[&str], known: &[(&str, &str)]) -> Option<BTreeMap<String, (Kind, Harvest)>> {
    let data = crate::testing::data("")?;
    let mut read = BTreeMap::new();
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    println!("{:<10} {:<62} {:>7} {:>7}", "format", "file", "records", "refused");
    for (name, bytes) in folders.iter().flat_map(|folder| files(&data, folder)) {
        let Some((kind, harvest)) = harvest(&name, &bytes) else {
            println!("{:<10} {name:<62} {:>7} {:>7}", "-", "-", "-");
            found.insert((name, "no feed".to_owned()));
            continue;
        };
        let records: u64 = harvest.editions.iter().map(|edition| edition.read).sum();
        println!("{:<10} {name:<62} {records:>7} {:>7}", kind.name(), harvest.refused.len());
        for line in refused(&harvest) {
            println!("           - {line}");
            found.insert((name.clone(), line));
        }
        read.insert(name, (kind, harvest));
    }
    let known: BTreeSet<(String, String)> =
        known.iter().map(|(file, line)| ((*file).to_owned(), (*line).to_owned())).collect();
    let news: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(news.is_empty() && gone.is_empty(), "not listed: {news:#?}\nlisted, but read: {gone:#?}");
    Some(read)
}

/// What is wrong in the files, by name.
const KNOWN: &[(&str, &str)] = &[
    // Schemas are no feeds.
    ("kev/kev-schema.json", "no feed"),
    ("osv/schema.json", "no feed"),
    // Made to be broken.
    ("epss/invalid-header.csv", "line 2: there is no column `cve` in `invalid,header,format`"),
    ("epss/missing-date.csv", "line 1: the scores have no date"),
    ("osv/dtrack/osv-vulnerability-invalid-cvss.json", "/severity/0/type: the severity has no type"),
    ("osv/osv-schema/nointroduced-CVE-2023-41045.json", "/affected/0/ranges/0/events: the range begins nowhere"),
];

#[test]
fn every_file_is_read_or_refused_with_why() {
    let Some(read) = table(&["kev", "epss", "nvd", "cve5", "osv", "eol"], KNOWN) else { return };
    let mut kinds: BTreeMap<Kind, (usize, u64, usize)> = BTreeMap::new();
    for (kind, harvest) in read.values() {
        let sum = kinds.entry(*kind).or_default();
        sum.0 += 1;
        sum.1 += harvest.editions.iter().map(|edition| edition.read).sum::<u64>();
        sum.2 += harvest.refused.len();
    }
    println!("{kinds:?}");
    let expected = [
        (Kind::Kev, (1, 1_662, 0)),
        (Kind::Epss, (4, 1_566, 2)),
        (Kind::Nvd, (32, 81, 0)),
        (Kind::Cve, (14, 2_170, 0)),
        (Kind::Osv, (35, 34, 2)),
        (Kind::Eol, (1, 464, 0)),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}

fn read_file(name: &str) -> Option<Harvest> {
    let data = crate::testing::data("")?;
    let bytes = files(&data, name).remove(name).unwrap();
    Some(harvest(name, &bytes).unwrap().1)
}

fn counted(harvest: &Harvest, field: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for advisory in &harvest.advisories {
        let value = advisory.fields.get(field).map_or_else(|| "-".to_owned(), ToString::to_string);
        *counts.entry(value).or_default() += 1;
    }
    counts
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(value, count)| (value.to_owned(), count)).collect()
}

/// The counts in these tests come from a few lines of Python over the same files.
#[test]
fn the_catalogue_counts_as_it_does_elsewhere() {
    let Some(harvest) = read_file("kev/kev-2026-08-07.json.gz") else { return };
    assert_eq!(counted(&harvest, "kev"), counts([("true", 1_662)]));
    assert_eq!(counted(&harvest, "ransomware"), counts([("true", 338), ("-", 1_324)]));
    assert_eq!(harvest.editions[0].version.as_deref(), Some("2026.08.07"));
    assert_eq!(harvest.editions[0].made.as_deref(), Some("2026-08-07T16:45:47.0648Z"));
    assert_eq!(harvest.editions[0].count, Some(1_662));
    let entry = harvest.advisories.iter().find(|advisory| advisory.id == "CVE-2026-8037").unwrap();
    assert_eq!(entry.fields["kev_added"], "2026-08-07");
    assert_eq!(entry.fields["kev_due"], "2026-08-10");
    let six_digits = harvest.advisories.iter().filter(|advisory| advisory.id.len() == "CVE-2014-100005".len()).count();
    assert!(six_digits > 0);
}

#[test]
fn the_ssvc_values_count_as_they_do_elsewhere() {
    let Some(harvest) = read_file("cve5/vulnrichment-sample.ndjson.gz") else { return };
    assert_eq!(harvest.advisories.len(), 2_157);
    let ids: BTreeSet<&str> = harvest.advisories.iter().map(|advisory| advisory.id.as_str()).collect();
    assert_eq!(ids.len(), 2_157);
    assert_eq!(
        counted(&harvest, "exploitation"),
        counts([("\"none\"", 1_461), ("\"poc\"", 483), ("\"active\"", 210), ("-", 3)])
    );
    assert_eq!(counted(&harvest, "automatable"), counts([("false", 1_702), ("true", 452), ("-", 3)]));
    assert_eq!(counted(&harvest, "technical_impact"), counts([("\"partial\"", 1_354), ("\"total\"", 800), ("-", 3)]));
    assert_eq!(counted(&harvest, "kev"), counts([("true", 222), ("-", 1_935)]));
    assert_eq!(harvest.advisories.iter().filter(|advisory| advisory.withdrawn).count(), 3);
}

#[test]
fn the_products_count_as_they_do_elsewhere() {
    let Some(harvest) = read_file("eol/endoflife-products.jsonl.gz") else { return };
    let releases = || harvest.products.iter().flat_map(|product| &product.releases);
    assert_eq!((harvest.products.len(), releases().count()), (464, 8_351));
    let eol = |wanted: fn(&End) -> bool| releases().filter(|release| wanted(&release.eol)).count();
    assert_eq!(
        (
            eol(|end| matches!(end, End::On(_))),
            eol(|end| *end == End::None),
            eol(|end| *end == End::Past),
            eol(|end| *end == End::Unknown)
        ),
        (7_228, 644, 479, 0)
    );
    let active = releases().filter(|release| matches!(release.active, End::On(_))).count();
    let extended = releases().filter(|release| matches!(release.extended, End::On(_))).count();
    assert_eq!((active, extended), (2_290, 466));
    let identifiers: usize = harvest.products.iter().map(|product| product.identifiers.len()).sum();
    assert_eq!(identifiers, 940 + 479);
    let fact = |name, version| eol::of_name(&harvest.products, name, version).map(|fact| fact.to_string());
    assert_eq!(fact("Ubuntu", "22.04.3").as_deref(), Some("\"2027-04-01\""));
    assert_eq!(fact("ubuntu", "22.4"), None);
    assert_eq!(fact("Red Hat Enterprise Linux", "9.3").as_deref(), Some("\"2032-05-31\""));
    let zookeeper = |version| {
        eol::of_identifier(&harvest.products, "pkg:maven/org.apache.zookeeper/zookeeper@3.9.1", version)
            .map(|fact| fact.to_string())
    };
    assert_eq!(zookeeper("3.9.1").as_deref(), Some("\"none\""));
    assert_eq!(zookeeper("3.7.1").as_deref(), Some("\"2024-01-19\""));
}
