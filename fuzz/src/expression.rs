//! Any bytes as an expression over facts with holes: it is refused, or it has a value for every record.

use std::sync::OnceLock;

use changegate::report::{Format, json};
use changegate::{Facts, Policy, eval_expression};

use crate::sample;

const POLICY: &str = r#"policy fuzz { timezone "America/New_York" }
extend asset { score: number  label: string  share: percent }
triage patching {
  levels act > attend > track
  clock  finding.patch_available_at default finding.published
  act    within 48h       when finding.kev
  attend within 2 weeks   when finding.cvss >= 7.0
  track  otherwise
}
"#;

/// Works the expression out for every record.
pub fn run(data: &[u8]) {
    static READY: OnceLock<(Policy, Facts)> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (policy, facts) = READY.get_or_init(|| {
        let policy = sample::load(POLICY).expect("a policy that checks");
        let facts = sample::facts(&policy);
        (policy, facts)
    });
    match eval_expression(policy, facts, sample::now(), text) {
        Ok(values) => json::values(&mut std::io::sink(), &values, Format::Ndjson).expect("a sink takes everything"),
        Err((diagnostics, sources)) => {
            assert!(!diagnostics.is_empty(), "refused without a word");
            sample::pointing(&diagnostics, &sources);
        }
    }
}
