//! Any bytes as a feed or a VEX document: what is read is named and joins with findings, and what is not is said.

use std::sync::Arc;

use changegate::sources::enrich::Advisories;
use changegate::sources::feeds::{Kind, detect};
use changegate::sources::{Fields, Harvest};
use serde_json::json;

/// Reads the bytes as every feed that there is, whatever they look like.
pub fn run(data: &[u8]) {
    let file: Arc<str> = Arc::from("feed");
    let _ = detect(&file, data);
    for kind in Kind::ALL {
        let read = || {
            let mut harvest = Harvest::default();
            kind.read(&file, data, &mut harvest);
            harvest
        };
        let harvest = read();
        assert_eq!(harvest, read(), "one file, two harvests");
        check(kind, &harvest);
        join(harvest);
    }
}

fn check(kind: Kind, harvest: &Harvest) {
    for refused in &harvest.refused {
        let said = !refused.message.is_empty() && refused.message.chars().count() < 300;
        assert!(said && !refused.message.contains(char::is_control), "{refused:?}");
    }
    for advisory in &harvest.advisories {
        assert!(!advisory.id.trim().is_empty() && advisory.feed == kind.name(), "{advisory:?}");
        for (field, value) in &advisory.fields {
            assert!(!value.is_null(), "{field} of {advisory:?}");
        }
    }
    for assertion in &harvest.assertions {
        assert!(!assertion.ids.is_empty() && assertion.ids.iter().all(|id| !id.trim().is_empty()), "{assertion:?}");
    }
}

/// Joins what was read with findings of its own vulnerabilities: twice alike, and without a key that says nothing.
fn join(harvest: Harvest) {
    let ids: Vec<String> = harvest.advisories.iter().map(|advisory| advisory.id.clone()).take(3).collect();
    let mut advisories = Advisories::default();
    advisories.add(harvest);
    for id in ids.iter().map(String::as_str).chain(["CVE-2026-1"]) {
        let found = || {
            let whole =
                json!({ "cve": id, "kev": false, "published": "2026-01-01T00:00:00Z", "cvss": [{ "score": 5.0 }] });
            let mut finding: Fields = whole.as_object().expect("an object").clone();
            let remarks = advisories.enrich(&mut finding, &Default::default());
            (finding, remarks)
        };
        let (finding, remarks) = found();
        assert_eq!((finding.clone(), remarks.clone()), found(), "one finding, two meetings");
        assert_eq!(finding.get("cve").and_then(|id| id.as_str()), Some(id));
        for remark in remarks {
            assert!(!remark.message.is_empty() && !remark.message.contains(char::is_control), "{remark:?}");
        }
    }
}
