//! What is worked out once for assets that give the same is what each of them would get by itself.

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
