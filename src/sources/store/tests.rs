#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::disallowed_macros, reason = "tests print")]

mod merged;
mod vectors;

use std::sync::Arc;

use super::keys::PRODUCTS;
use super::*;
use crate::sources::Harvest;
use crate::sources::enrich::Subject;
use crate::sources::feeds::Kind;

/// The records of a harvest.
fn records(harvest: &Harvest) -> Vec<Record> {
    let advisories = harvest.advisories.iter().cloned().map(Record::Advisory);
    let assertions = harvest.assertions.iter().cloned().map(Record::Assertion);
    let products = harvest.products.iter().cloned().map(Record::Product);
    advisories.chain(assertions).chain(products).collect()
}

fn store(harvests: &[Harvest]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).unwrap();
    let mut held = Vec::new();
    for harvest in harvests {
        for record in records(harvest) {
            assert!(writer.add(&record).unwrap());
        }
        let held_of = |edition: &Edition| Held {
            edition: edition.clone(),
            file: "f".to_owned(),
            added: "2026-08-22T00:00:00Z".to_owned(),
            ..Held::default()
        };
        held.extend(harvest.editions.iter().map(held_of));
    }
    writer.finish(&held).unwrap()
}

fn open(bytes: &[u8]) -> Result<Store<&[u8]>, StoreError> {
    Store::open(bytes, bytes.len() as u64)
}

fn small() -> Vec<u8> {
    let mut harvests = Vec::new();
    for (kind, text) in [
        (
            Kind::Kev,
            r#"{"catalogVersion": "1", "count": 1, "vulnerabilities": [{"cveID": "CVE-2026-1000", "dateAdded": "2026-08-07"}]}"#,
        ),
        (
            Kind::Osv,
            r#"{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1000"], "affected": [{"package": {"ecosystem": "Debian:12", "name": "bash"}}]}"#,
        ),
        (
            Kind::Nvd,
            r#"{"id": "CVE-2026-1001", "configurations": [{"nodes": [{"cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:acme:thing:1.0:*:*:*:*:*:*:*"}]}]}]}"#,
        ),
        (
            Kind::OpenVex,
            r#"{"@context": "x", "statements": [{"vulnerability": "CVE-2026-1000", "status": "fixed", "products": ["pkg:deb/debian/bash@1"]}]}"#,
        ),
        (
            Kind::Eol,
            r#"{"product": "x", "releases": [{"releaseCycle": "1", "eol": true, "eoas": false, "eoes": "2026-01-01"}]}"#,
        ),
    ] {
        let mut harvest = Harvest::default();
        kind.read(&Arc::from("f"), text.as_bytes(), &mut harvest);
        assert_eq!(harvest.refused, []);
        harvests.push(harvest);
    }
    store(&harvests)
}

#[test]
fn what_was_stored_is_found_by_every_key() {
    let bytes = small();
    let store = open(&bytes).unwrap();
    let count = |key: &str| store.find(key).unwrap().len();
    assert_eq!(count("CVE-2026-1000"), 3);
    assert_eq!(count("GHSA-x"), 1);
    assert_eq!(count(&package_key("Debian:11", "bash")), 1);
    assert_eq!(count(&cpe_key("acme", "thing")), 1);
    assert_eq!(count("CVE-2026-9999"), 0);
    assert_eq!(store.products().unwrap().len(), 1);
    assert_eq!(store.held().len(), 5);
    let advisories = store.advisories(["GHSA-x"]).unwrap();
    let mut finding = serde_json::Map::new();
    finding.insert("cve".to_owned(), "GHSA-x".into());
    advisories.enrich(&mut finding, &Subject::default());
    assert_eq!(finding["kev"], true);
}

#[test]
fn every_cut_and_every_change_of_the_index_is_seen() {
    let bytes = small();
    for length in 0..bytes.len() {
        assert!(open(&bytes[..length]).is_err(), "cut at {length}");
    }
    let numbers_at = bytes.len() - 96;
    let rows_at = usize::try_from(number(&bytes, numbers_at).unwrap()).unwrap();
    for at in rows_at..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(open(&changed).is_err(), "changed at {at}");
    }
    // A record that was changed is not read, whatever it would say.
    let keys = ["CVE-2026-1000", "CVE-2026-1001", PRODUCTS];
    assert!(keys.iter().all(|key| !open(&bytes).unwrap().find(key).unwrap().is_empty()));
    for at in 16..rows_at {
        for bits in [1, bytes[at] ^ b'\n'] {
            let mut changed = bytes.clone();
            changed[at] ^= bits;
            if changed == bytes {
                continue;
            }
            let store = open(&changed).unwrap();
            assert!(keys.iter().any(|key| store.find(key).is_err()), "changed at {at}");
            assert!(store.each(|_| Ok(())).is_err(), "changed at {at}");
        }
    }
}

#[test]
fn an_empty_store_is_one() {
    let bytes = store(&[]);
    let store = open(&bytes).unwrap();
    assert!(store.find("x").unwrap().is_empty() && store.held().is_empty());
}
