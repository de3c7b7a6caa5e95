//! Any bytes as an inventory and, after the first NUL, as changes: reading ends, and what was read can be decided on.

use std::sync::OnceLock;

use changegate::facts::Problems;
use changegate::report::{Format, Look, Paint, problem};
use changegate::time::Zone;
use changegate::{Facts, Policy};
use serde_json::Value;

use crate::sample;

/// Reads every kind of fact.
const POLICY: &str = r#"policy fuzz { timezone "UTC" }
extend asset { score: number  reviewed: date  quota: duration  opened: time }
triage patching {
  levels act > attend > track
  clock  finding.patch_available_at default finding.published
  done   when finding.state in { fixed, false_positive }
  act    within 48h     when finding.kev or finding.epss >= 50%
  attend within 1 month when finding.cvss >= 7.0
  track  otherwise
}
rule backup { when asset.tier <= 2  require asset.backup.last_success >= now - 48h }
rule disk { forbid asset.disk_free < 10%  effect hold }
rule odd { forbid asset.score > 5 or asset.reviewed < 2026-01-01 or asset.quota > 4h or asset.opened > now  effect warn }
rule tested { require each e in change.evidence where e.kind == "test" satisfies e.result == passed }
rule large { forbid count(a in assets where a.tier == 1) > 3 }
window night { every day 22:00 to 06:00 in asset.timezone }
"#;

/// Reads, and decides.
pub fn run(data: &[u8]) {
    static READY: OnceLock<Policy> = OnceLock::new();
    let policy = READY.get_or_init(|| sample::load(POLICY).expect("a policy that checks"));
    let cut = data.iter().position(|byte| *byte == 0);
    let (inventory, changes) = match cut {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, sample::CHANGES),
    };
    let (facts, problems) = read(policy, &[inventory], changes);
    let look = Look { paint: Paint(false), width: 100, zone: Zone::get("UTC").expect("a zone") };
    for format in [Format::Human, Format::Json] {
        problem::write(&mut std::io::sink(), &problems, format, &look).expect("a sink takes everything");
    }
    sample::total(policy, &facts);
    if let Some(lines) = lines(inventory) {
        backwards(policy, &lines, changes, &facts, &problems);
    }
}

fn read(policy: &Policy, inventories: &[&[u8]], changes: &[u8]) -> (Facts, Problems) {
    let mut builder = policy.facts_builder(sample::now(), None);
    for (number, inventory) in inventories.iter().enumerate() {
        builder.add_inventory(&format!("{number}.ndjson"), inventory);
    }
    builder.add_changes("changes.json", changes);
    builder.finish()
}

/// The lines of an inventory that is one record with an id on each of several lines.
fn lines(inventory: &[u8]) -> Option<Vec<&[u8]>> {
    let lines: Vec<&[u8]> =
        inventory.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let record = |line: &&[u8]| serde_json::from_slice::<Value>(line).is_ok_and(|value| value.get("id").is_some());
    (lines.len() > 1 && lines.iter().all(record)).then_some(lines)
}

/// Neither the order of records nor how files divide them makes a difference.
fn backwards(policy: &Policy, lines: &[&[u8]], changes: &[u8], facts: &Facts, problems: &Problems) {
    let reversed: Vec<&[u8]> = lines.iter().rev().copied().collect();
    let (other, others) = read(policy, &reversed, changes);
    assert_eq!(facts.data().digest, other.data().digest, "the order of records shows in the digest");
    assert_eq!(facts.asset_count(), other.asset_count(), "the order of records shows in the number of assets");
    assert_eq!(problems.error_count, others.error_count, "the order of records shows in the errors");
}
