#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cost;
mod guards;
mod joined;
mod said;
mod vectors;

use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::sources::Status;

/// Advisories of texts by their kinds, each a file of its own.
fn advisories(files: &[(Kind, &str)]) -> Advisories {
    let mut advisories = Advisories::default();
    for (kind, text) in files {
        let mut harvest = Harvest::default();
        kind.read(&Arc::from(kind.name()), text.as_bytes(), &mut harvest);
        assert_eq!(harvest.refused, [], "{text}");
        advisories.add(harvest);
    }
    advisories
}

fn finding(json: &str) -> Fields {
    let Value::Object(fields) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
    fields
}

/// The finding after it was enriched, and the names of the remarks.
fn enriched(advisories: &Advisories, json: &str, subject: &Subject<'_>) -> (String, Vec<&'static str>) {
    let mut fields = finding(json);
    let remarks = advisories.enrich(&mut fields, subject);
    for remark in &remarks {
        assert!(NAMES.contains(&remark.name), "{remark:?}");
        assert!(!remark.message.ends_with('.'), "{remark:?}");
    }
    (Value::Object(fields).to_string(), remarks.iter().map(|remark| remark.name).collect())
}

fn plain(advisories: &Advisories, json: &str) -> (String, Vec<&'static str>) {
    enriched(advisories, json, &Subject::default())
}

const KEV: &str = r#"{"catalogVersion": "2026.08.07", "dateReleased": "2026-08-07T16:45:47Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-2026-1000", "dateAdded": "2026-08-07", "dueDate": "2026-08-10", "knownRansomwareCampaignUse": "Known"}]}"#;
const EPSS: &str =
    "#model_version:v5,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1000,0.9,0.99\n";
