//! What the engine's decisions say of people and duties, as the oracle puts it.

use std::collections::BTreeSet;

use changegate::FactsBuilder;
use changegate::check::schema::TableId;
use serde_json::Value;

use crate::oracle::decide::Row;
use crate::oracle::people::{DutyRow, RiskRow, Waived};

/// Gives the engine the other inputs.
pub fn add(facts: &mut FactsBuilder, others: &[(&'static str, String)]) {
    for (entity, text) in others {
        let table = match *entity {
            "person" => TableId::PERSON,
            "service" => TableId::SERVICE,
            "incident" => TableId::INCIDENT,
            "waiver" => TableId::WAIVER,
            "duty" => TableId::DUTY,
            "sample" => TableId::SAMPLE,
            other => panic!("no input {other}"),
        };
        facts.add_file(table, &format!("{entity}.ndjson"), text.as_bytes());
    }
}

fn text(v: &Value) -> Option<String> {
    v.as_str().map(str::to_owned)
}

fn items(v: &Value) -> impl Iterator<Item = &Value> {
    v.as_array().into_iter().flatten()
}

fn count(v: &Value) -> u32 {
    v.as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX)
}

/// Puts the duties and waivers of a decision into a row.
pub fn read(d: &Value, row: &mut Row) {
    for o in items(&d["obligations"]) {
        let kind = match o["kind"].as_str() {
            Some("approval") => "approval",
            Some("review") => "review",
            _ => "obligation",
        };
        let duty = DutyRow {
            kind,
            rule: text(&o["rule"]).unwrap_or_default(),
            role: text(&o["role"]),
            subject: text(&o["subject"]),
            need: count(&o["need"]),
            have: (kind != "approval").then(|| count(&o["have"])),
            due: text(&o["due"]),
            sitting: text(&o["sitting"]),
        };
        if kind == "approval" {
            let haves = row.haves.entry(duty.rule.clone()).or_insert_with(|| vec![Vec::new()]);
            let entry = (duty.role.clone().unwrap_or_default(), duty.subject.clone(), duty.need, count(&o["have"]));
            haves[0].push(entry);
            haves[0].sort();
        }
        assert_eq!(count(&o["missing"]), count(&o["need"]).saturating_sub(count(&o["have"])), "missing of {o}");
        row.duties.insert(duty);
    }
    for r in items(&d["reasons"]) {
        let waived = Waived {
            by: r["waiver"]["name"].as_str().map(str::to_owned).into_iter().collect(),
            refused: items(&r["refused_waivers"]).filter_map(|w| text(&w["name"])).collect(),
        };
        if waived != Waived::default() {
            let key = (text(&r["rule"]).unwrap_or_default(), text(&r["kind"]).unwrap_or_default(), text(&r["subject"]));
            let known = row.waived.entry(key).or_default();
            known.by.extend(waived.by);
            known.refused.extend(waived.refused);
        }
    }
}

/// The risks of a summary.
pub fn risks(summary: &Value) -> Vec<RiskRow> {
    let mut rows: Vec<RiskRow> = items(&summary["risk"]).map(risk).collect();
    rows.sort_by_key(|r| r.risk.clone());
    rows
}

fn risk(r: &Value) -> RiskRow {
    let number = |v: &Value| v.as_str().map(decimal);
    let ends = match &r["score_possible"] {
        Value::Array(ends) => (ends.first().and_then(number), ends.get(1).and_then(number)),
        _ => (number(&r["score"]), number(&r["score"])),
    };
    assert_eq!(ends.1, number(&r["score"]), "the score of {r}");
    let bands: Vec<String> = match &r["band_possible"] {
        Value::Array(bands) => bands.iter().filter_map(text).collect(),
        _ => text(&r["band"]).into_iter().collect(),
    };
    assert_eq!(bands.first().cloned(), text(&r["band"]), "the band of {r}");
    RiskRow {
        risk: text(&r["risk"]).unwrap_or_default(),
        low: ends.0,
        high: ends.1,
        bands,
        factors: items(&r["factors"]).filter_map(|f| f["certain"].as_bool()).collect::<Vec<_>>(),
    }
}

/// Billionths.
fn decimal(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<9}").parse::<i128>().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// The oracle's row, with what the engine chose among equals.
pub fn settle(engine: &Row, oracle: &mut Row) {
    let chosen: BTreeSet<&String> = engine.haves.keys().collect();
    for rule in chosen {
        let (said, possible) = (&engine.haves[rule], oracle.haves.get_mut(rule));
        if let Some(possible) = possible.filter(|p| p.contains(&said[0])) {
            possible.clone_from(said);
        }
    }
    for (key, said) in &engine.waived {
        let named =
            oracle.waived.get_mut(key).filter(|w| said.by.is_subset(&w.by) && said.by.is_empty() == w.by.is_empty());
        if let Some(possible) = named {
            possible.by.clone_from(&said.by);
        }
    }
    for (said, row) in engine.risks.iter().zip(&mut oracle.risks) {
        let sorted = |r: &RiskRow| {
            let mut factors = r.factors.clone();
            factors.sort_unstable();
            factors
        };
        if sorted(said) == sorted(row) {
            row.factors.clone_from(&said.factors);
        }
    }
}
