//! The examples of the page on formats: each file is followed by what is read from it.

use std::sync::Arc;

use serde_json::Value;

use crate::sources::{Harvest, sboms, scanners};

#[test]
fn the_examples_of_the_page_come_out_as_it_says() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/formats.md")).unwrap();
    let (_, rest) = page.split_once("## Scanners' reports").expect("the section");
    let (section, _) = rest.split_once("## Calendar files").expect("the next section");
    let mut blocks = section.split("\n```").skip(1).step_by(2);
    let mut examples = 0;
    while let (Some(file), Some(expected)) = (blocks.next(), blocks.next()) {
        let (_, file) = file.split_once('\n').unwrap();
        let (language, expected) = expected.split_once('\n').unwrap();
        assert_eq!(language, "ndjson", "after each file stands what is read from it");
        let (name, mut harvest) = (Arc::from("example"), Harvest::default());
        match (scanners::detect("example", file.as_bytes()), sboms::detect(file.as_bytes())) {
            (Some(kind), _) => scanners::read(kind, &name, file.as_bytes(), &mut harvest),
            (None, Some(kind)) => sboms::read(kind, &name, file.as_bytes(), &mut harvest),
            _ => panic!("not known: {file}"),
        }
        assert_eq!(harvest.refused, []);
        let findings = harvest.sightings.into_iter().map(|sighting| sighting.finding);
        let software = harvest.components.into_iter().map(|component| component.software);
        let read: Vec<String> = findings.chain(software).map(|fields| Value::Object(fields).to_string()).collect();
        assert_eq!(read, expected.lines().collect::<Vec<_>>());
        examples += 1;
    }
    assert_eq!(examples, 3);
}
