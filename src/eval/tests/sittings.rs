//! Approvals that are given at a sitting.

use serde_json::{Value, json};

use super::time::Given;

const POLICY: &str = "calendar cab_sitting { every tuesday 14:00 to 15:00 not on holidays }
    calendar holidays { from 2026-12-01 to 2026-12-01 }
    approval cab { need 1 from \"cab\"  meets cab_sitting, closes 2 business days before  valid 14d }";

fn decided(submitted: Value, vote: &str) -> (String, Option<String>, String) {
    let change = Given::new(POLICY, "2026-12-20T11:00:00Z", "2026-12-20T11:30:00Z")
        .with("submitted_at", submitted)
        .with("updated_at", json!("2026-11-16T00:00:00Z"))
        .with("approvals", json!([{"role": "cab", "by": "alice", "at": vote, "decision": "approve"}]));
    let decision = Given { now: "2026-12-10T00:00:00Z", ..change }.decision();
    let entry = &decision.obligations[0];
    let why = entry.not_counted.first().map(|vote| vote.why.clone()).unwrap_or_default();
    (decision.verdict.as_str().to_owned(), entry.sitting.map(|at| at.to_rfc3339()), why)
}

#[test]
fn a_vote_counts_from_the_first_sitting_on_that_the_change_could_reach() {
    // Submitted on Friday the 20th at noon: the sitting of the 24th closed on Friday at 14:00.
    let friday = || json!("2026-11-20T12:00:00Z");
    let sitting = Some("2026-11-24T14:00:00Z".to_owned());
    assert_eq!(decided(friday(), "2026-11-26T14:00:00Z"), ("permit".to_owned(), sitting.clone(), String::new()));
    let early = "given before the sitting of `cab_sitting` at 2026-11-24T14:00:00Z";
    assert_eq!(decided(friday(), "2026-11-24T13:59:59Z"), ("hold".to_owned(), sitting, early.to_owned()));
    // Too late for the 24th, and the 1st is a holiday: the 8th.
    let later = json!("2026-11-20T14:00:01Z");
    assert_eq!(decided(later, "2026-12-08T14:00:00Z").1.as_deref(), Some("2026-12-08T14:00:00Z"));
}

#[test]
fn without_the_time_of_submission_no_vote_certainly_counts() {
    let (verdict, sitting, why) = decided(json!(null), "2026-11-26T14:00:00Z");
    assert_eq!((verdict.as_str(), sitting), ("hold", None));
    assert_eq!(why, "it is not known which sitting of `cab_sitting` counts");
}
