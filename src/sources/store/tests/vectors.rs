//! All feeds and VEX documents that are at hand, stored and read again.

use super::*;
use crate::sources::feeds::tests::vectors::{files, harvest};

#[test]
fn everything_comes_back_as_it_was() {
    let Some(data) = crate::testing::data("") else { return };
    let mut harvests = Vec::new();
    for folder in ["kev", "epss", "nvd", "cve5", "osv", "eol", "vex"] {
        harvests.extend(files(&data, folder).iter().filter_map(|(name, bytes)| Some(harvest(name, bytes)?.1)));
    }
    let bytes = store(&harvests);
    let store = open(&bytes).unwrap();
    let expected: Vec<Record> = harvests.iter().flat_map(records).collect();
    let mut found = Vec::new();
    store
        .each(|record| {
            found.push(record);
            Ok(())
        })
        .unwrap();
    println!("{} records, {} bytes", found.len(), bytes.len());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    for harvest in &harvests {
        for advisory in &harvest.advisories {
            let found = store.find(&advisory.id).unwrap();
            assert!(found.iter().any(|(_, record)| *record == Record::Advisory(advisory.clone())), "{}", advisory.id);
        }
    }
    assert_eq!(store.products().unwrap().len(), 464);
}
