//! Policy as code for change and patch management.
//!
//! ```
//! use changegate::{DecideOptions, Policy, decide};
//!
//! let text = r#"rule tier_one { forbid asset.tier == 1  because "tier 1 is closed" }"#;
//! let (policy, diagnostics, _) = Policy::load(vec![("policy.gate".into(), text.into())], &mut changegate::check::NoLoader);
//! let policy = policy.expect("the policy checks");
//! assert!(diagnostics.is_empty());
//!
//! let now = changegate::time::parse_instant("2026-11-20T15:00:00Z").expect("a time");
//! let mut facts = policy.facts_builder(now, None);
//! facts.add_inventory("inventory.ndjson", br#"{"id":"db-1","tier":1}"#);
//! facts.add_changes("change.json", br#"{"id":"CHG1","assets":["db-1"],"fixes":[]}"#);
//! let (facts, problems) = facts.finish();
//! assert_eq!(problems.error_count, 0);
//!
//! let outcome = decide(&policy, &facts, now, &DecideOptions::default());
//! assert_eq!(outcome.decisions[0].verdict.as_str(), "deny");
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros,
        reason = "tests read files and look at the clock; what they test may not"
    )
)]

// The generated parser names it.
extern crate alloc;

mod ahead;
pub mod check;
pub mod cli;
pub mod cvss;
mod engine;
pub mod eval;
pub mod explain;
pub mod facts;
pub mod plugin;
mod policy;
mod read;
pub mod report;
pub mod software;
pub mod sources;
pub mod suite;
pub mod syntax;
mod tally;
#[cfg(test)]
mod testing;
pub mod time;

pub use engine::{Asset, Engine};
pub use eval::decide::Outcome;
pub use eval::decision::{Decision, Summary, Verdict};
pub use eval::portion::{Piece, Together};
pub use eval::survey::Survey;
pub use policy::{
    DecideOptions, Policy, audit, calendar, check_expression, decide, decide_portion, decide_together, eval_expression,
    run_tests, survey_portion, triage, when, why,
};
pub use read::{Facts, FactsBuilder, Portion, Portions, Sum};
pub use tally::Tally;
