//! Any bytes as a scanner's report and as a bill of materials: what is read is named, and what is not is said.

use std::sync::Arc;

use changegate::sources::{Fields, Harvest, sboms, scanners};

/// Reads the bytes in every form that there is, whatever they look like.
pub fn run(data: &[u8]) {
    let file: Arc<str> = Arc::from("report");
    let _ = scanners::detect(&file, data);
    let _ = sboms::detect(data);
    for kind in scanners::Kind::ALL {
        check(|harvest| scanners::read(kind, &file, data, harvest));
    }
    for kind in sboms::Kind::ALL {
        check(|harvest| sboms::read(kind, &file, data, harvest));
    }
}

fn check(read: impl Fn(&mut Harvest)) {
    let (mut harvest, mut again) = (Harvest::default(), Harvest::default());
    read(&mut harvest);
    read(&mut again);
    assert_eq!(harvest, again, "one file, two harvests");
    let is_lacking = harvest.told.iter().any(|(_, caveat)| caveat.name == "report_incomplete");
    assert_eq!(
        harvest.incomplete,
        is_lacking || !harvest.refused.is_empty(),
        "what is left out is said, and only that"
    );
    for refused in &harvest.refused {
        let said = !refused.message.is_empty() && refused.message.chars().count() < 300;
        assert!(said && !refused.message.contains(char::is_control), "{refused:?}");
    }
    for sighting in &harvest.sightings {
        says_something(&sighting.finding, &["cve", "source"]);
        let scores = sighting.finding.get("cvss").and_then(|scores| scores.as_array());
        for score in scores.into_iter().flatten() {
            assert!(score.get("vector").is_some() || score.get("score").is_some(), "{score}");
        }
        let id = sighting.finding.get("cve").and_then(|id| id.as_str()).unwrap_or_default();
        assert!(!sighting.aliases.iter().any(|alias| alias == id || alias.is_empty()), "{sighting:?}");
    }
    for component in &harvest.components {
        says_something(&component.software, &["name"]);
    }
}

/// What is known is something, and what a record is called is known.
fn says_something(fields: &Fields, names: &[&str]) {
    assert!(names.iter().all(|name| fields.contains_key(*name)), "{fields:?}");
    for (field, value) in fields {
        assert!(
            !value.is_null() && !value.as_str().is_some_and(|text| text.trim().is_empty()),
            "{field} of {fields:?}"
        );
    }
}
