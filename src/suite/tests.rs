#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use crate::Policy;
use crate::check::NoLoader;

fn results(text: &str) -> Vec<(String, bool, Vec<String>)> {
    let (policy, diagnostics, _) = Policy::load(vec![("p.gate".to_owned(), Arc::from(text))], &mut NoLoader);
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    crate::run_tests(&policy, &|_| true)
        .into_iter()
        .map(|r| (r.test, r.passed, r.failures.into_iter().map(|f| f.actual).collect()))
        .collect()
}

const POLICY: &str = r#"
policy p { timezone "UTC" }
rule tier_one { forbid asset.tier == 1 }
test closed {
  now 2026-11-20T15:00Z
  asset { id: "a", tier: 1 }
  change { id: "C", assets: { "a" } }
  expect verdict == deny
  expect reasons == { tier_one }
}
test wrong {
  now 2026-11-20T15:00Z
  asset { id: "a", tier: 2 }
  change { id: "C", assets: { "a" } }
  expect verdict == deny
  expect asset.tier == 3
}
"#;

#[test]
fn a_test_that_holds_passes_and_one_that_does_not_says_what_was_found() {
    let found = results(POLICY);
    assert_eq!(found[0], ("closed".to_owned(), true, Vec::new()));
    assert!(!found[1].1);
    assert_eq!(found[1].2[0], "verdict is permit");
    assert_eq!(found[1].2[1], "it is false for a");
}
