//! Metrics: which measurement counts.

use serde_json::{Value, json};

use super::time::Given;

const POLICY: &str =
    "metric rate { series \"http_5xx\" of asset.services by label \"service\" stale after 10min unit percent }
    metric load { series \"load\" }
    rule high { forbid rate > 5% }
    rule busy { forbid load >= 2 }";

fn reasons(services: Value, samples: &[Value]) -> Vec<String> {
    let asset = json!({"id": "a", "services": services});
    let mut given = Given::new(POLICY, "2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z").asset(asset);
    given.samples = Some(samples.to_vec());
    let say = |reason: &std::sync::Arc<crate::eval::decision::Reason>| {
        let lacks: Vec<String> = reason.unknown.iter().map(|fact| format!("{} {}", fact.fact, fact.cause)).collect();
        if lacks.is_empty() { reason.rule.clone() } else { format!("{}? {}", reason.rule, lacks.join(", ")) }
    };
    given.decision().reasons.iter().map(say).collect()
}

fn rate(service: &str, minute: u32, value: &str) -> Value {
    let at = format!("2026-11-20T11:{minute:02}:00Z");
    json!({"metric": "http_5xx", "at": at, "value": value, "labels": {"service": service, "zone": "x"}})
}

fn load(value: f64) -> Value {
    json!({"metric": "load", "at": "2026-10-01T00:00:00Z", "value": value})
}

#[test]
fn the_latest_sample_that_is_not_stale_counts() {
    let pay = || json!(["pay"]);
    assert_eq!(reasons(pay(), &[load(1.0), rate("pay", 58, "9"), rate("pay", 59, "1")]), [""; 0]);
    assert_eq!(reasons(pay(), &[load(2.0), rate("pay", 58, "9"), rate("web", 59, "1")]), ["busy", "high"]);
    assert_eq!(reasons(pay(), &[load(1.0), rate("pay", 50, "1")]), [""; 0]);
    assert_eq!(reasons(pay(), &[load(1.0), rate("pay", 49, "1")]), ["high? rate[pay] missing"]);
    assert_eq!(
        reasons(pay(), &[load(1.0), rate("pay", 58, "1"), rate("pay", 59, "NaN")]),
        ["high? rate[pay] malformed"]
    );
    assert_eq!(reasons(pay(), &[load(1.0), rate("pay", 58, "NaN"), rate("pay", 59, "1")]), [""; 0]);
}

#[test]
fn every_service_counts() {
    let both = || json!(["pay", "web"]);
    assert_eq!(reasons(both(), &[load(1.0), rate("pay", 58, "1"), rate("web", 58, "2")]), [""; 0]);
    assert_eq!(reasons(both(), &[load(1.0), rate("pay", 58, "1"), rate("web", 58, "9")]), ["high? rate disagreement"]);
    assert_eq!(reasons(both(), &[load(1.0), rate("pay", 58, "9"), rate("web", 58, "9")]), ["high"]);
    assert_eq!(reasons(both(), &[load(1.0), rate("pay", 58, "1")]), ["high? rate[web] missing"]);
    assert_eq!(reasons(json!([]), &[load(1.0)]), ["high? rate empty"]);
    assert_eq!(reasons(json!(null), &[load(1.0), rate("pay", 58, "1")]), ["high? asset.services missing, rate empty"]);
}

#[test]
fn a_sample_may_be_about_one_asset() {
    let of = |asset: &str, value: f64| json!({"metric": "load", "at": "2026-11-20T11:00:00Z", "value": value, "asset": asset});
    let pay = || json!(["pay"]);
    let fine = || rate("pay", 59, "1");
    assert_eq!(reasons(pay(), &[fine(), of("a", 3.0), of("b", 1.0)]), ["busy"]);
    assert_eq!(reasons(pay(), &[fine(), of("a", 1.0), of("b", 3.0)]), [""; 0]);
    assert_eq!(reasons(pay(), &[fine(), of("b", 3.0)]), ["busy? load missing"]);
}

#[test]
fn a_sample_of_which_something_is_unknown_never_helps() {
    let pay = || json!(["pay"]);
    let odd = |key: &str, value: &str| {
        let mut sample = rate("pay", 58, value);
        sample[key] = Value::Null;
        sample
    };
    // It might be the latest, or be none at all; without a name it might be of the other metric as well.
    let high = |samples: &[Value]| {
        let found = reasons(pay(), samples).into_iter().filter(|reason| reason.starts_with("high"));
        found.collect::<Vec<_>>()
    };
    for key in ["at", "metric", "labels"] {
        let before = || [load(1.0), rate("pay", 57, "1")];
        let with = |value: &str| before().into_iter().chain([odd(key, value)]).collect::<Vec<_>>();
        assert_eq!(high(&with("9")), ["high? rate[pay] disagreement"], "{key}");
        assert_eq!(high(&with("2")), [""; 0], "{key}");
        assert_eq!(high(&[load(1.0), odd(key, "2")]), ["high? rate[pay] missing"], "{key}");
    }
}

#[test]
fn without_samples_nothing_is_known() {
    let given = Given::new(POLICY, "2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z")
        .asset(json!({"id": "a", "services": ["pay"]}));
    let decision = given.decision();
    let reasons = &decision.reasons;
    assert_eq!(reasons.len(), 2);
    assert!(reasons.iter().all(|reason| reason.unknown[0].fact == "samples"), "{reasons:#?}");
}
