//! Statements that are passed over certainly say nothing of any row, and few are left where what they test does not occur.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::arms::{decides, walk};
use super::super::candidates::{Kind, candidates};
use super::super::column::Rows;
use super::super::decide::{Options, change_frame, prepare};
use super::super::env::Env;
use super::super::found::rule_truth;
use super::super::frame::{Binding, Frame};
use super::super::mask;
use super::super::period::schedule;
use super::super::triage::finding_frame;
use super::time::at;
use crate::check::program::VarId;
use crate::check::schema::TableId;
use crate::{Facts, Policy};

const NOW: &str = "2026-11-20T12:00:00Z";

fn read(policy: &str, inventory: &[Value]) -> Option<(Policy, Facts)> {
    let text = format!(
        "policy p {{ timezone \"UTC\" }}\nextend asset {{ load: int }}\nextend change {{ exceptions: set<string> }}\n{policy}"
    );
    let (policy, _, _) = Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
    let policy = policy?;
    let mut builder = policy.facts_builder(at(NOW), None);
    let assets: Vec<&Value> = inventory.iter().map(|asset| &asset["id"]).collect();
    let change = json!({"id": "C", "fixes": [], "assets": assets, "exceptions": ["t1"], "start": NOW, "end": NOW});
    builder.add_inventory("i.json", json!(inventory).to_string().as_bytes());
    builder.add_changes("c.json", change.to_string().as_bytes());
    Some((policy, builder.finish().0))
}

/// The rules that are tried on all assets together, and on each alone. Of those that are not it is seen to that they are broken nowhere.
fn tried(policy: &Policy, facts: &Facts) -> Vec<Vec<String>> {
    let env = prepare(policy.program(), facts.data(), at(NOW), Options::default());
    let all: Vec<u32> = (0..facts.data().recorded).map(|row| u32::try_from(row).unwrap()).collect();
    let each = all.iter().map(|row| vec![*row]);
    std::iter::once(all.clone()).chain(each).map(|rows| of_rows(&env, rows)).collect()
}

fn of_rows(env: &Env<'_>, rows: Vec<u32>) -> Vec<String> {
    let root = Frame::root(env);
    let change = change_frame(&root, 0);
    let own = vec![(VarId::ASSET, Binding::Rows(Arc::new(rows.clone())))];
    let frame = change.inner(rows.len(), Rows::First, own);
    let rules = &env.program.rules;
    let found = candidates(&frame, Kind::Rules);
    let tested = schedule(env, 0).tested;
    for (at, rule) in rules.iter().enumerate().filter(|(at, _)| !found.has(*at)) {
        let truth = rule_truth(&frame, rule, tested);
        assert!(!mask::any(&truth.may), "{at} {} says something of {rows:?}", rule.head.name);
    }
    let of: Vec<usize> = found.of(rules.len()).collect();
    assert_eq!(of, (0..rules.len()).filter(|at| found.has(*at)).collect::<Vec<_>>());
    of.into_iter().map(|at| rules[at].head.name.clone()).collect()
}

/// The arms of all triages, with those that are passed over and one by one.
fn same_arms(policy: &Policy, facts: &Facts) {
    let env = prepare(policy.program(), facts.data(), at(NOW), Options::default());
    let root = Frame::root(&env);
    let findings = env.rows_of(TableId::FINDING).unwrap();
    let all: Vec<u32> = (0..findings.len).map(|row| u32::try_from(row).unwrap()).collect();
    for rows in std::iter::once(all.clone()).chain(all.chunks(3).map(<[u32]>::to_vec)) {
        for block in &env.program.triages {
            let kind = Kind::of_triage(&env, block);
            assert!(kind.is_some());
            // Each in a frame of its own, which remembers nothing of the other.
            let walked = [kind, None].map(|kind| {
                let frame = finding_frame(&root, findings, &rows);
                walk(&frame, &decides(&frame, &block.head), block.done, &block.arms, kind)
            });
            assert_eq!(walked[0].possible, walked[1].possible);
            assert_eq!(walked[0].certain, walked[1].certain);
        }
    }
}

/// Rules by their names, until there are enough to be looked up.
fn rules(conditions: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, condition) in conditions {
        writeln!(text, "rule {name} {{ assumes \"why\"  {condition} }}").unwrap();
    }
    for n in 0..8 {
        write!(text, "rule unit_{n} {{ forbid asset.business_unit == \"unit-{n}\" }} ").unwrap();
        write!(text, "rule tag_{n} {{ forbid \"tag-{n}\" in asset.tags }} ").unwrap();
        write!(text, "rule load_{n} {{ forbid asset.load > {n} and asset.load < {n} + 2 }} ").unwrap();
        write!(text, "rule disk_{n} {{ forbid asset.disk_free < 1.0{n}% }} ").unwrap();
        write!(text, "rule at_{n} {{ forbid asset.os.version == \"9.{n}\" }} ").unwrap();
        writeln!(text, "rule zone_{n} {{ forbid asset.exposure == internet and asset.region == \"zone-{n}\" }}")
            .unwrap();
    }
    text
}

/// Everything is known, and none of it is anything that [`rules`] look for.
fn other() -> Value {
    json!({
        "id": "a", "load": 0, "business_unit": "x", "region": "x", "exposure": "internal", "tags": ["x"], "disk_free": 50,
        "environment": "dev", "os": {"version": "1"}, "backup": {"verified": true, "last_success": "2026-11-20T00:00:00Z"},
    })
}

fn having(key: &str, value: Value) -> Value {
    let mut asset = other();
    asset[key] = value;
    asset
}

#[track_caller]
fn only(conditions: &[(&str, &str)], asset: Value, expected: &[&str]) {
    let (policy, facts) = read(&rules(conditions), &[asset]).unwrap();
    let found = tried(&policy, &facts).remove(0);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_occurs_leads_to_those_who_test_for_it() {
    only(&[], other(), &[]);
    only(&[], having("business_unit", json!("unit-3")), &["unit_3"]);
    only(&[], having("tags", json!(["x", "tag-1", "tag-7"])), &["tag_1", "tag_7"]);
    only(&[], having("disk_free", json!(1.055)), &["disk_6", "disk_7"]);
    only(&[], having("disk_free", json!(1.05)), &["disk_6", "disk_7"]);
}

#[test]
fn equal_versions_may_be_written_otherwise() {
    only(&[], having("os", json!({"version": "9.3"})), &["at_3"]);
    only(&[], having("os", json!({"version": "v9.03.0"})), &["at_3"]);
    only(&[], having("os", json!({"version": "9"})), &["at_0"]);
    only(&[], having("os", json!({"version": "9.30"})), &[]);
}

#[test]
fn what_is_not_known_may_be_anything() {
    let all = |name: &str| (0..8).map(|n| format!("{name}_{n}")).collect::<Vec<String>>();
    for (key, value, names) in [
        ("business_unit", json!(null), all("unit")),
        ("tags", json!(null), all("tag")),
        ("tags", json!(["x", null]), all("tag")),
        ("tags", json!(["tag-2", 1]), all("tag")),
        ("disk_free", json!(null), all("disk")),
        ("os", json!({}), all("at")),
    ] {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        only(&[], having(key, value), &names);
    }
    // One row that is not known among those that are.
    let (policy, facts) = read(
        &rules(&[]),
        &[other(), {
            let mut b = other();
            b["id"] = json!("b");
            b["business_unit"] = json!(null);
            b
        }],
    )
    .unwrap();
    let lengths: Vec<usize> = tried(&policy, &facts).iter().map(Vec::len).collect();
    assert_eq!(lengths, [8, 0, 8]);
}

#[test]
fn conditions_that_need_nothing_are_always_tried() {
    let free = [
        ("is_not_equal", "forbid asset.business_unit != \"unit-1\""),
        ("is_either", "forbid asset.business_unit == \"unit-1\" or asset.load == 0"),
        ("is_not_below", "forbid not (asset.load < 1)"),
        ("is_unless", "forbid not (asset.business_unit == \"unit-1\" and asset.load == 3)"),
        ("is_absent", "forbid asset.region is unknown"),
        ("is_default", "forbid (asset.region default \"unit-1\") == \"x\""),
        ("is_text", "forbid \"{asset.region}:1\" == \"x:1\""),
        ("is_each", "require every tag in asset.tags satisfies tag == \"tag-1\""),
    ];
    let names: Vec<&str> = free.iter().map(|(name, _)| *name).collect();
    only(&free, other(), &names);
}

#[test]
fn conditions_lead_to_what_they_need() {
    let needs = [
        ("is_among", "forbid asset.business_unit in { \"unit-1\", \"unit-9\" }"),
        (
            "is_either",
            "forbid asset.business_unit == \"unit-1\" or (asset.load == 0 and asset.business_unit == \"unit-2\")",
        ),
        ("is_neither", "require asset.business_unit != \"unit-1\" and asset.business_unit != \"unit-2\""),
        ("is_scoped", "when asset.business_unit == \"unit-1\"  require asset.backup.verified"),
        ("is_with", "forbid asset.business_unit == \"unit-4\"  forbid asset.business_unit == \"unit-1\""),
        ("is_some", "forbid any tag in asset.tags where tag in { \"tag-1\", \"tag-9\" }"),
        ("is_default", "forbid (asset.business_unit default \"unit-1\") == \"unit-1\""),
        ("is_stale", "forbid now - asset.backup.last_success > 24h"),
    ];
    only(&needs, other(), &["is_default", "is_stale"]);
    let all = ["is_among", "is_either", "is_neither", "is_scoped", "is_with", "is_default", "is_stale", "unit_1"];
    only(&needs, having("business_unit", json!("unit-1")), &all);
    only(&needs, having("tags", json!(["tag-9"])), &["is_some", "is_default", "is_stale"]);
}

#[test]
fn few_statements_are_tried_one_by_one() {
    let (policy, facts) = read("rule r { forbid asset.load == 9 }", &[other()]).unwrap();
    assert_eq!(tried(&policy, &facts), [["r"], ["r"]]);
}

fn atom() -> impl Strategy<Value = String> {
    let n = 0..6_u8;
    prop_oneof![
        n.clone().prop_map(|n| format!("asset.business_unit == \"u{n}\"")),
        n.clone().prop_map(|n| format!("\"u{n}\" != asset.business_unit")),
        (n.clone(), n.clone()).prop_map(|(a, b)| format!("asset.business_unit in {{ \"u{a}\", \"u{b}\" }}")),
        (n.clone(), n.clone()).prop_map(|(a, b)| format!("(asset.business_unit default \"u{a}\") == \"u{b}\"")),
        n.clone().prop_map(|n| format!("\"t{n}\" in asset.tags")),
        (n.clone(), n.clone()).prop_map(|(a, b)| format!("(any t in asset.tags where t == \"t{a}\" or t == \"t{b}\")")),
        n.clone().prop_map(|n| format!("(every t in asset.tags satisfies t == \"t{n}\")")),
        (n.clone(), 0..6_usize)
            .prop_map(|(n, op)| format!("asset.load {} {n}", ["==", "!=", "<", "<=", ">", ">="][op])),
        (n.clone(), 0..6_usize)
            .prop_map(|(n, op)| format!("{n}.5% {} asset.disk_free", ["==", "!=", "<", "<=", ">", ">="][op])),
        n.clone().prop_map(|n| format!("asset.os.version == \"{n}.0\"")),
        n.clone().prop_map(|n| format!("asset.os.version in {{ \"0{n}\", \"x\" }}")),
        n.clone().prop_map(|n| format!("asset.os.version > \"{n}\"")),
        n.clone().prop_map(|n| format!("asset.os.eol < 2026-01-0{}", n + 1)),
        n.clone().prop_map(|n| format!("asset.os.eol == {}", ["none", "2026-01-01"][usize::from(n % 2)])),
        n.clone().prop_map(|n| format!("now - asset.backup.last_success > {n}h")),
        n.clone().prop_map(|n| format!("\"t{n}\" in change.exceptions")),
        n.prop_map(|n| format!("asset.exposure == {}", ["internet", "internal", "isolated"][usize::from(n % 3)])),
        Just("asset.backup.verified".to_owned()),
        Just("asset.region is given".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" or "))),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(if {a} then {b} else {c})")),
        ]
    })
}

fn asset() -> impl Strategy<Value = Value> {
    let n = || 0..12_u8;
    let known = |n: u8, value: Value| if n < 10 { value } else { json!(null) };
    let tags = prop::collection::vec(n(), 0..3);
    (n(), n(), n(), n(), n(), n(), tags).prop_map(move |(unit, tier, disk, version, eol, verified, tags)| {
        let tags: Vec<Value> =
            tags.into_iter().map(|n| if n < 11 { json!(format!("t{n}")) } else { json!(null) }).collect();
        json!({
            "business_unit": known(unit, json!(format!("u{unit}"))),
            "load": known(tier, json!(tier)),
            "disk_free": known(disk, json!(f64::from(disk) + 0.5)),
            "exposure": known(tier, json!(["internet", "internal", "isolated"][usize::from(unit) % 3])),
            "os": {
                "version": known(version, json!(format!("{version}"))),
                "eol": known(eol, if eol % 3 == 0 { json!("none") } else { json!(format!("2026-01-{:02}", eol + 1)) }),
            },
            "tags": known(disk, json!(tags)),
            "backup": {
                "verified": known(verified, json!(verified % 2 == 0)),
                "last_success": known(eol, json!(format!("2026-11-20T{:02}:00:00Z", 11 - eol))),
            },
            "findings": [{"cve": "CVE-2026-1000", "kev": known(verified, json!(tier % 2 == 0)), "epss": 0.5}],
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whoever_is_passed_over_says_nothing(
        all in prop::collection::vec((condition(), condition(), any::<bool>()), 24),
        assets in prop::collection::vec(asset(), 1..8),
    ) {
        let mut assets = assets;
        assets.iter_mut().enumerate().for_each(|(n, asset)| asset["id"] = json!(format!("a{n}")));
        // What a condition means is of no account here, only that it is one: where it helps or always holds it is left out.
        let rule = |n: usize, (a, b, scoped): &(String, String, bool)| {
            let scope = if *scoped { format!("when {a} ") } else { format!("forbid {a} ") };
            format!("rule r{n} {{ assumes \"why\"  {scope} forbid {b} }}\n")
        };
        let alone = |text: &String| read(text, &[]).is_some();
        let texts: Vec<String> = all.iter().enumerate().map(|(n, of)| rule(n, of)).filter(alone).collect();
        prop_assert!(texts.len() > 12, "most are rules");
        let (policy, facts) = read(&texts.concat(), &assets).unwrap();
        tried(&policy, &facts);

        let arm = |condition: &String| format!("act when {condition} and finding.kev\n");
        let block = |arms: &[String]| format!("triage t {{ levels act > defer  assumes \"why\"\n {}defer otherwise }}", arms.concat());
        let arms: Vec<String> = all.iter().map(|(a, ..)| arm(a)).filter(|arm| alone(&block(std::slice::from_ref(arm)))).collect();
        if let Some((policy, facts)) = read(&block(&arms), &assets) {
            same_arms(&policy, &facts);
        }
    }
}

#[test]
fn arms_that_are_passed_over_are_possible_nowhere() {
    let mut arms = String::new();
    for n in 0..20 {
        writeln!(arms, "act when finding.epss >= 50.{n}% and asset.business_unit == \"u{n}\"").unwrap();
        writeln!(arms, "plan when finding.cve == \"CVE-2026-10{n:02}\" and asset.load > {n}").unwrap();
    }
    let policy = format!("triage t {{ levels act > plan > defer\n {arms} defer otherwise }}");
    let asset = |n: usize| {
        json!({
            "id": format!("a{n}"),
            "load": if n % 5 == 4 { json!(null) } else { json!(n % 7) },
            "business_unit": if n % 11 == 9 { json!(null) } else { json!(format!("u{}", n % 30)) },
            "findings": [{"cve": format!("CVE-2026-10{:02}", n % 25), "epss": 0.7}],
        })
    };
    let assets: Vec<Value> = (0..40).map(asset).collect();
    let (policy, facts) = read(&policy, &assets).unwrap();
    same_arms(&policy, &facts);
}
