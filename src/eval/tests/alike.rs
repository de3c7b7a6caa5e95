//! What is worked out once for assets that give the same is what each of them would get by itself.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::time::Given;

/// Conditions over one field, over several, over a list, over the change, with an exception, with nothing.
const POLICY: &str = "blackout trading { every weekday 09:30 to 16:00 in asset.timezone }
    blackout important { every day 10:00 to 12:00 in asset.timezone  for asset.tier <= 2 }
    blackout own { from 2026-11-24 to 2026-11-26 in asset.timezone  for asset.business_unit == \"a\" }
    blackout pair { every tuesday 00:00 to 24:00  for asset.business_unit in { \"a\", \"b\" } and asset.tier == 2 }
    blackout ownerless { every tuesday 00:00 to 24:00  for asset.business_unit is unknown  assumes \"a test\" }
    blackout old { every tuesday 00:00 to 24:00  for asset.os.eol < now }
    blackout labelled { every tuesday 00:00 to 24:00  for \"t\" in asset.tags }
    blackout northern { every tuesday 00:00 to 24:00  for change.title like \"no*\" and asset.tier == 1 }
    blackout others { every tuesday 00:00 to 24:00  except asset.business_unit == \"b\" }
    blackout safe { every tuesday 00:00 to 24:00  for asset.backup.verified }
    window night { every day 18:00 to 08:00 in asset.timezone  for asset.tier == 3  except asset.business_unit == \"c\" }
    window tagged { every day 14:00 to 16:00  for \"t\" in asset.tags }";

fn inventory() -> Vec<Value> {
    let tiers = [json!(1), json!(2), json!(3), json!(null)];
    let units = [json!("a"), json!("b"), json!("c"), json!(null)];
    let zones = [json!("Europe/London"), json!("America/New_York"), json!(null)];
    let eols = [json!("none"), json!("2026-01-01"), json!(null)];
    let tags = [json!(["t"]), json!([]), json!(null)];
    let backups = [json!(true), json!(false), json!(null)];
    let pick = |of: &[Value], n: usize| of[n % of.len()].clone();
    let asset = |n: usize| {
        json!({
            "id": format!("{n:03}"), "tier": pick(&tiers, n), "business_unit": pick(&units, n / 4), "timezone": pick(&zones, n),
            "os": { "eol": pick(&eols, n / 2) }, "tags": pick(&tags, n / 5), "backup": { "verified": pick(&backups, n / 7) },
        })
    };
    (0..144).map(asset).collect()
}

#[test]
fn an_asset_gets_together_with_others_what_it_gets_alone() {
    for (start, end) in
        [("2026-11-24T10:30:00Z", "2026-11-24T11:00:00Z"), ("2026-11-28T19:00:00Z", "2026-11-28T20:00:00Z")]
    {
        let given = |inventory: Vec<Value>| {
            let mut given = Given::new(POLICY, start, end).with("title", json!("north"));
            given.inventory = inventory;
            given
        };
        let together = given(inventory());
        let (outcome, timing) = (together.outcome(), together.when("40d"));
        assert_eq!(outcome.decisions.len(), 144);
        assert_eq!(timing.assets.len(), 144);
        for (n, asset) in inventory().into_iter().enumerate() {
            let alone = given(vec![asset]);
            let (own, own_timing) = (alone.outcome(), alone.when("40d"));
            let (all, one) = (&outcome.decisions[n], &own.decisions[0]);
            assert_eq!(all.asset, one.asset);
            assert_eq!(format!("{:#?}", all.reasons), format!("{:#?}", one.reasons));
            assert_eq!(all.not_before, one.not_before, "{:?}", all.asset);
            assert_eq!(timing.assets[n].chances, own_timing.assets[0].chances, "{:?}", all.asset);
        }
    }
}

/// Statements of each kind; reasons that hang on a row's own facts beside those that do not.
const STATEMENTS: &str = "extend change { users: int }
    triage patching { levels act > track  clock finding.published  act within 7d when finding.kev  track otherwise }
    categorise each asset kind {
      emergency when asset.triage.overdue
      standard  when asset.tier >= 3
      normal    otherwise
    }
    rule old { forbid asset.os.eol < now  because \"end of life is {asset.os.eol}\" }
    rule many { forbid change.users > 1  because \"{change.users} users\" }
    rule unproven { require asset.backup.verified  except category == emergency  because \"no backup\"  waivable by \"ciso\" up to 60d }
    rule paper { forbid asset.tier == 1  effect warn }
    waiver tests { waives unproven  for \"t\" in asset.tags  from 2026-11-01 until 2026-11-30  by \"ciso\" }
    approval owner { when asset.tier <= 2  need 1 from \"owner\" }
    approval board { when category == emergency  except \"t\" in asset.tags  need 2 from \"board\" }
    approval chief { need 1 from \"chief\"  effect warn }
    obligation copied { when asset.tier <= 2  due within 2h of change.start  met asset.backup.verified  effect warn }
    obligation fixed { when finding.kev  assigned to \"soc\"  due within 72h of finding.detected  met change.users == 0 }
    ";

#[test]
fn what_is_decided_hangs_on_no_batch() {
    let policy = format!("{STATEMENTS}{POLICY}").replace("blackout old", "blackout aged");
    let kev = [json!(true), json!(false), json!(null)];
    let mut inventory = inventory();
    for (n, asset) in inventory.iter_mut().enumerate() {
        let finding = |at: usize| json!({"cve": format!("CVE-{at}"), "kev": kev[(n + at) % 3], "published": "2026-11-01T00:00:00Z", "detected": "2026-11-19T00:00:00Z"});
        asset["findings"] = match n % 6 {
            0 => json!(null),
            count => (1..count / 2 + 1).map(finding).collect(),
        };
    }
    // Most assets have what others have: as in any estate.
    let twins: Vec<Value> = inventory
        .iter()
        .filter(|asset| asset["tier"] != json!(null) && asset["backup"]["verified"] != json!(null))
        .map(|asset| {
            let mut twin = asset.clone();
            twin["id"] = json!(format!("{}b", asset["id"].as_str().unwrap()));
            twin
        })
        .collect();
    inventory.extend(twins);
    let mut given = Given::new(&policy, "2026-11-24T10:30:00Z", "2026-11-24T11:00:00Z").with("users", json!(2));
    given.inventory = inventory;
    let decide = |batch: usize| {
        let outcome = given.outcome_in(batch);
        let said = serde_json::to_string_pretty(&(&outcome.decisions, &outcome.summaries)).unwrap();
        let answers: HashSet<_> = outcome.decisions.iter().map(|one| Arc::as_ptr(&one.answer)).collect();
        (said, outcome.decisions.len(), answers.len())
    };
    let (alone, decisions, answers) = decide(1);
    assert_eq!(decisions, answers);
    for batch in [7, 64, 4096] {
        let (together, of, answers) = decide(batch);
        assert_eq!(of, decisions);
        assert!(batch < 4096 || answers < decisions, "{answers} of {decisions}");
        similar(&alone, &together);
    }
}

/// Long texts are not printed whole where they differ.
fn similar(one: &str, other: &str) {
    for (line, (a, b)) in one.lines().zip(other.lines()).enumerate() {
        assert_eq!(a, b, "line {line}");
    }
    assert_eq!(one.len(), other.len());
}
