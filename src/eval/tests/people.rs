//! Duties, waivers and risks: the order of factors leaves no trace, and no deletion of a fact helps.

use serde_json::{Value, json};

use crate::check::schema::TableId;
use crate::eval::decide::Outcome;
use crate::{DecideOptions, Policy, decide};

fn load(text: &str) -> Policy {
    let (policy, diagnostics, _) = Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
    policy.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn run(policy: &Policy, asset: &Value, change: &Value, waiver: &Value, duty: &Value) -> Outcome {
    let now = crate::time::parse_instant("2026-11-20T15:00:00Z").unwrap();
    let mut builder = policy.facts_builder(now, None);
    builder.add_inventory("inventory.ndjson", asset.to_string().as_bytes());
    builder.add_changes("change.json", change.to_string().as_bytes());
    builder.add_file(TableId::WAIVER, "waivers.ndjson", waiver.to_string().as_bytes());
    builder.add_file(TableId::DUTY, "obligations.ndjson", duty.to_string().as_bytes());
    let (facts, problems) = builder.finish();
    assert_eq!(problems.error_count, 0, "{:?}", problems.errors);
    decide(policy, &facts, now, &DecideOptions::default())
}

#[test]
fn the_order_of_factors_leaves_no_trace() {
    let adds = [
        "add 9999999999999999999 when change.reboot",
        "add 9999999999999999999 when change.security",
        "add -9999999999999999999 when asset_known",
        "add -9999999999999999999",
        "add 0.000000001 when change.reboot",
    ];
    let score = |order: &[usize]| {
        let adds: Vec<&str> = order.iter().map(|at| adds[*at]).collect();
        let adds = adds.join("\n").replace("asset_known", "change.fixes is known");
        let policy = load(&format!(
            "risk r {{ assumes \"for the test\" {adds}\n bands high from 1, low from 0 }}\nrule x {{ forbid risk.r.band == high }}"
        ));
        let asset = json!({"id": "a"});
        let change = json!({"id": "C", "assets": ["a"], "reboot": true, "security": true});
        let outcome = run(&policy, &asset, &change, &json!({"id": "w"}), &json!({"id": "d"}));
        serde_json::to_string(&outcome.summaries[0].risk).unwrap()
    };
    let first = score(&[0, 1, 2, 3, 4]);
    assert!(first.contains("\"score\":\"0.000000001\""), "{first}");
    for order in [[4, 3, 2, 1, 0], [0, 2, 1, 3, 4], [3, 0, 4, 2, 1]] {
        assert_eq!(score(&order), first);
    }
}

const POLICY: &str = r#"
policy p { timezone "UTC" }
risk change_risk {
  add 30 when asset_tier_one
  add 20 * change.users when change.reboot
  bands high from 60, medium from 30, low from 0
}
let asset_tier_one = any a in assets where a.tier == 1
extend change { users: int }
rule risky  { forbid risk.change_risk.band >= medium  effect hold  waivable by "ciso" up to 60d }
rule no_eol { forbid asset.os.eol < now  waivable by "ciso", "cio" up to 60d }
rule closed { forbid asset.kind == server  except met(triaged) and waived(no_eol) }
obligation triaged {
  when  finding.kev  assigned to "soc"  due within 72h of finding.detected
  met   any e in change.evidence where e.kind == "forensic" and e.result == passed
  waivable by "ciso" up to 60d
}
obligation backup { when asset.tier <= 2  due within 2h of change.start  met asset.backup.verified  effect warn }
waiver kiosks { waives no_eol, patching  for "kiosk" in asset.tags  from 2026-11-01 until 2026-11-30  by "ciso"  provided asset.exposure == isolated }
triage patching { levels act > track  clock finding.published  act within 7d when finding.kev  track otherwise  waivable by "ciso" up to 60d }
rule late { forbid asset.triage.overdue  effect hold }
"#;

/// A small generator: enough to meet the cases, and the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick(&mut self, of: &[Value]) -> Value {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()].clone()
    }
}

fn facts(dice: &mut Dice) -> [Value; 4] {
    let yes = [json!(true), json!(false)];
    let day = [json!("2026-10-01"), json!("2026-11-10"), json!("2026-11-21"), json!("2026-12-20")];
    let finding = |dice: &mut Dice, cve: &str| json!({"cve": cve, "kev": dice.pick(&yes), "published": dice.pick(&[json!("2026-11-01T00:00:00Z"), json!("2026-11-19T00:00:00Z")]), "detected": "2026-11-19T00:00:00Z"});
    let findings: Vec<Value> = ["CVE-1", "CVE-2"]
        .map(|cve| (dice.roll(3), finding(dice, cve)))
        .into_iter()
        .filter(|(roll, _)| *roll > 0)
        .map(|(_, f)| f)
        .collect();
    let sets = [json!(["CVE-1"]), json!(["CVE-2"]), json!(["CVE-1", "CVE-2"]), json!([])];
    let asset = json!({
        "id": "a", "tier": dice.pick(&[json!(1), json!(2), json!(3)]), "kind": dice.pick(&[json!("server"), json!("workstation")]),
        "tags": dice.pick(&[json!(["kiosk"]), json!([])]), "exposure": dice.pick(&[json!("isolated"), json!("internal")]),
        "os": {"eol": dice.pick(&[json!("2026-01-01"), json!("none")])}, "backup": {"verified": dice.pick(&yes)}, "findings": findings,
    });
    let evidence = json!([{"kind": dice.pick(&[json!("forensic"), json!("test")]), "result": dice.pick(&[json!("passed"), json!("failed")])}]);
    let change = json!({
        "id": "C", "assets": ["a"], "fixes": dice.pick(&sets), "reboot": dice.pick(&yes), "users": dice.pick(&[json!(0), json!(2), json!(-1)]),
        "start": "2026-11-22T10:00:00Z", "end": "2026-11-22T12:00:00Z", "evidence": evidence,
    });
    let waiver = json!({
        "id": "w", "waives": dice.pick(&[json!(["risky"]), json!(["no_eol"]), json!(["triaged"]), json!(["patching"]), json!(["risky", "no_eol"])]),
        "assets": dice.pick(&[json!(["a"]), json!(["b"])]), "findings": dice.pick(&[json!([]), json!(["CVE-1"])]),
        "from": dice.pick(&day), "until": dice.pick(&day), "by": dice.pick(&[json!("ciso"), json!("cio")]),
    });
    let duty = json!({
        "id": "d", "rule": dice.pick(&[json!("triaged"), json!("backup")]), "kind": "obligation", "change": dice.pick(&[json!("C"), json!("D")]),
        "asset": "a", "subject": dice.pick(&[json!("CVE-1"), json!("CVE-9"), json!("none")]), "missing": dice.pick(&[json!(0), json!(1)]), "due": dice.pick(&[json!("2026-11-19T00:00:00Z"), json!("none")]),
    });
    [asset, change, waiver, duty]
}

/// The paths of everything that can be deleted.
fn paths(value: &Value, prefix: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| paths(inner, &format!("{prefix}/{key}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inner)| paths(inner, &format!("{prefix}/{at}"), found));
            found.push(prefix.to_owned());
        }
        // What a record is called, and both ends of the interval, are not deleted; nor are elements.
        _ if ["/id", "/start", "/end"].contains(&prefix)
            || prefix.rsplit('/').next().is_some_and(|key| key.parse::<usize>().is_ok()) => {}
        _ => found.push(prefix.to_owned()),
    }
}

/// Duties that are open, each with its due time; and whether each finding is overdue.
fn open(outcome: &Outcome) -> Vec<String> {
    let duties = outcome.summaries[0].obligations.iter();
    duties.filter(|duty| duty.missing > 0).map(|duty| duty.rule.clone()).collect()
}

#[test]
fn no_deletion_helps() {
    let policy = load(POLICY);
    let mut dice = Dice(17);
    let (mut tried, mut waived, mut blocked) = (0, 0, 0);
    let rounds = std::env::var("CHANGEGATE_DELETIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    for _ in 0..rounds {
        let all = facts(&mut dice);
        let before = run(&policy, &all[0], &all[1], &all[2], &all[3]);
        let verdict = before.decisions[0].verdict;
        waived += u32::from(before.decisions[0].reasons.iter().any(|reason| reason.waiver.is_some()));
        blocked += u32::from(!verdict.permits());
        for which in 0..4 {
            let mut found = Vec::new();
            paths(&all[which], "", &mut found);
            for path in found {
                let mut less = all.clone();
                *less[which].pointer_mut(&path).unwrap() = Value::Null;
                let after = run(&policy, &less[0], &less[1], &less[2], &less[3]);
                let what = || format!("without {path} of {}", serde_json::to_string_pretty(&all).unwrap());
                tried += 1;
                assert!(after.decisions[0].verdict >= verdict, "{:?} {}", after.decisions[0].verdict, what());
                for rule in open(&before) {
                    assert!(open(&after).contains(&rule), "{rule} {}", what());
                }
                let late = |outcome: &Outcome| outcome.decisions[0].triage[0].overdue > 0;
                assert!(late(&after) || !late(&before), "overdue {}", what());
            }
        }
    }
    eprintln!("{tried} deletions, {blocked} of {rounds} blocked, {waived} waived");
    assert!(waived > 0 && blocked > 0);
}
