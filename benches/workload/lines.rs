//! A decision as one line that other engines can print too, and the digest of all lines.
//!
//! `id|verdict|category|worst|overdue|due|required|reasons`: the last two lists are sorted and joined by commas. This workload tells three
//! verdicts apart, so `defer` is a `deny` whose reason is a blackout.

use std::io::{self, BufRead};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

const LEVELS: [&str; 6] = ["act", "urgent", "attend", "plan", "track", "defer"];

/// The SHA-256 of the lines of all decisions, sorted and each ended by a newline. The summaries after the decisions are passed over.
///
/// # Errors
/// What is no NDJSON of decisions, a failed read.
pub(crate) fn digest(ndjson: impl BufRead) -> io::Result<String> {
    let mut lines = Vec::new();
    for decision in ndjson.lines() {
        let decision: Value = serde_json::from_str(&decision?)?;
        if decision.get("summary").is_none() {
            lines.push(line(&decision).ok_or_else(|| io::Error::other(format!("no decision: {decision}")))?);
        }
    }
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update(b"\n");
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The line of a decision in JSON; nothing where it is none.
pub(crate) fn line(decision: &Value) -> Option<String> {
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| decision.get(key).and_then(Value::as_array);
    let triage = list("triage")?.first()?;
    let worst = match text(triage, "level") {
        None => LEVELS.len() + 1,
        Some(level) => LEVELS.iter().position(|known| *known == level)? + 1,
    };
    let due = match text(triage, "due") {
        None => 0,
        Some(due) => due.parse::<jiff::Timestamp>().ok()?.as_second(),
    };
    let required: Option<Vec<String>> = list("obligations")?.iter().map(|duty| text(duty, "role")).collect();
    let missing = list("obligations")?.iter().filter(|duty| duty.get("missing").and_then(Value::as_u64) != Some(0));
    let stops = list("reasons")?.iter().filter(|reason| text(reason, "effect").is_some_and(|effect| effect != "hold"));
    let (verdict, reasons) = match text(decision, "verdict")?.as_str() {
        "permit" => ("permit", Some(vec!["OK".to_owned()])),
        "hold" => ("needs_approval", missing.map(|duty| Some(format!("NEEDS_{}", text(duty, "role")?))).collect()),
        _ => ("deny", stops.map(|reason| Some(name(&text(reason, "kind")?, &text(reason, "rule")?))).collect()),
    };
    let sorted = |texts: Option<Vec<String>>| {
        texts.map(|mut texts| {
            texts.sort_unstable();
            texts.join(",")
        })
    };
    Some(format!(
        "{}|{verdict}|{}|{worst}|{}|{due}|{}|{}",
        text(decision, "asset")?,
        text(decision, "category")?,
        triage.get("overdue")?,
        sorted(required)?,
        sorted(reasons)?
    ))
}

/// What the workload calls a rule or blackout.
fn name(kind: &str, rule: &str) -> String {
    let name = rule.to_uppercase();
    if kind == "blackout" { format!("BLACKOUT_{name}") } else { name }
}
