//! Conditions over all assets of a change, or over the inventory: what they come to is gathered one portion at a time, and then portions are decided
//! as the whole is, byte for byte.

use super::portions::{CHANGES, NOW, POLICY, inventory, project, same, same_by};
use super::support::Folder;

/// A rule for each kind of condition over many assets.
const MANY: &str = r#"
extend asset { cost: int  share: number }

rule counted    { forbid count(a in change.assets where a.tier == 1) > 3  effect hold }
rule all_told   { forbid count(a in inventory where a.environment == prod) > 14  effect warn }
rule shared     { forbid share(a in change.assets where a.environment == prod) > 25%  effect warn }
rule one_of     { forbid any a in change.assets where a.team == "night" and a.tier == 2  effect warn }
rule each_of    { forbid every a in inventory satisfies a.tier <= 4  effect warn }
rule some       { forbid each a in change.assets satisfies a.tier >= 1  effect warn }
rule least      { forbid min(a.cost for a in change.assets where a.environment == dev, empty: 0) < 5  effect warn }
rule greatest   { forbid max(a.share for a in inventory) >= 5.25  effect warn }
rule summed     { forbid sum(a.cost for a in change.assets where a.tier == 4, empty: 0) > 100  effect warn }
rule parts      { forbid sum(a.share for a in inventory) > 1000  effect warn }
rule mean       { forbid avg(a.cost for a in change.assets where a.environment == dev, empty: 0.0) > 1  effect warn }
rule middle     { forbid avg(a.tier for a in inventory where a.environment == prod) > 1.5  effect warn }
rule named      { forbid "a003" in change.assets  effect warn }
rule urgent     { forbid count(a in change.assets where a.triage.level == act) > 2  effect warn }
rule unsaid     { forbid count(a in change.assets where a.tier is unknown) > 0  effect warn }
rule of_all     { forbid change.category == emergency  effect warn }
rule of_change  { forbid count(a in inventory where a.last_patched > change.start) > 0  effect warn }
"#;

/// The same inventory with costs, some of which nobody knows.
fn costly() -> String {
    let cost = |(n, line): (usize, &str)| {
        let known = format!("{{\"cost\":{},\"share\":{}.5,", (n * 7) % 40, n % 8);
        match n % 9 {
            4 => line.to_owned(),
            _ => line.replacen('{', &known, 1),
        }
    };
    inventory().lines().enumerate().map(cost).collect::<Vec<String>>().join("\n")
}

fn surveyed(inventory: &str) -> Folder {
    let folder = project(CHANGES, inventory);
    folder.write("policy.gate", format!("{POLICY}{MANY}"));
    folder
}

/// Whether `bench` says that the inventory was read one portion at a time.
fn is_in_portions(folder: &Folder) -> bool {
    let run = folder.run(["bench", "--runs", "1", "--now", NOW, "--portion-size", "700"]);
    run.stdout.contains("one portion at a time")
}

#[test]
fn what_all_assets_come_to_is_gathered_before_the_first_is_decided() {
    let folder = surveyed(&costly());
    assert!(is_in_portions(&folder));
    for format in ["ndjson", "json", "human"] {
        let printed = same(&folder, &["--format", format]);
        for rule in ["counted", "all_told", "shared", "least", "summed", "mean", "middle", "urgent", "unsaid"] {
            assert!(printed.contains(rule), "{rule} says nothing");
        }
    }
    same(&folder, &["--format", "ndjson", "--only", "blocked"]);
    same(&folder, &["--format", "ndjson", "C2", "C4"]);
    // What is missing of so many assets is told once; of few it is told of each.
    let printed = same(&folder, &["--format", "ndjson", "C1", "C3"]);
    assert!(printed.contains("\"assets[a004].tier\"") && printed.contains("\"assets[].last_patched\""));
}

#[test]
fn assets_in_another_order_come_to_the_same() {
    let sorted = costly();
    let mut lines: Vec<&str> = sorted.lines().collect();
    lines.reverse();
    same(&surveyed(&lines.join("\n")), &["--format", "ndjson"]);
    // Where an id occurs twice all are read together.
    let twice = format!("{sorted}\n{{\"id\":\"a003\",\"tier\":4,\"cost\":90}}\n");
    same(&surveyed(&twice), &["--format", "ndjson"]);
    let beside = sorted.replacen("\"a004\"", "\"a003\"", 1);
    same(&surveyed(&beside), &["--format", "ndjson"]);
}

#[test]
fn assets_that_cannot_be_read_may_be_any() {
    let broken = costly().replacen("\"id\":\"a030\"", "\"id\":", 1);
    let folder = surveyed(&broken);
    assert_eq!(same(&folder, &["--format", "ndjson"]), "");
    let printed = same(&folder, &["--format", "ndjson", "--keep-going"]);
    assert!(printed.contains("\"fact\":\"inventory\""), "{printed}");
}

#[test]
fn sums_that_hang_on_their_order_are_worked_out_together() {
    let large = i64::MAX - 1;
    let record = |n: usize, cost: i64| format!("{{\"id\":\"a{n:03}\",\"tier\":4,\"cost\":{cost}}}\n");
    let text: String = [large, large, -large, -large, 7].iter().enumerate().map(|(n, cost)| record(n, *cost)).collect();
    let folder = project("{\"id\":\"C1\",\"assets\":{\"where\":\"true\"},\"fixes\":[]}\n", &text);
    for aggregate in ["sum", "avg"] {
        let rule = format!("rule summed {{ forbid {aggregate}(a.cost for a in change.assets) > 1  effect hold }}\n");
        folder.write("policy.gate", format!("{POLICY}extend asset {{ cost: int }}\n{rule}"));
        assert!(!is_in_portions(&folder), "{aggregate}");
        same_by(&folder, &["--format", "ndjson"], &[("60", "1"), ("60", "2")]);
    }
}

/// What asks of each asset what hangs on all of them again, or is not the same for all, needs the whole.
#[test]
fn what_cannot_be_gathered_is_read_as_a_whole() {
    for rule in [
        "rule same { forbid count(a in change.assets where a.team == asset.team) > 3  effect hold }",
        "rule most { forbid any a in change.assets where a.tier < min(b.tier for b in inventory)  effect hold }",
        "approval owners { need 1 from \"owner\" for each a in assets }",
    ] {
        let folder = project(CHANGES, &inventory());
        folder.write("policy.gate", format!("{POLICY}{rule}\n"));
        assert!(!is_in_portions(&folder), "{rule}");
        same_by(&folder, &["--format", "ndjson"], &[("700", "2")]);
    }
}

#[test]
fn rows_of_tables_and_of_parquet_come_to_the_same() {
    let many = MANY.replace("  share: number", "").replace("a.share", "a.tier").replace("5.25", "5");
    let config = |named: &str| {
        format!("policy = \"policy.gate\"\nchanges = \"changes.ndjson\"\ntimezone = \"UTC\"\ninventory = \"{named}\"\n")
    };
    let mut rows = "id,tier,environment,team,cost\n".to_owned();
    for n in 0..60 {
        let environment = ["prod", "dev", "", "lab"][n % 4];
        let tier = ["1", "2", "3", "4", "two"][n % 5];
        let cost = if n % 9 == 4 { String::new() } else { (n * 7 % 40).to_string() };
        rows.push_str(&format!("a{n:03},{tier},{environment},{},{cost}\n", ["night", "day"][n % 2]));
    }
    let parquet = include_bytes!("../parquet/duckdb-sorted.parquet").to_vec();
    for (named, bytes) in [("assets.csv", rows.into_bytes()), ("assets.parquet", parquet)] {
        let folder = project(CHANGES, "");
        folder.write("changegate.toml", config(named));
        folder.write("policy.gate", format!("{POLICY}{many}"));
        folder.write(named, bytes);
        assert!(is_in_portions(&folder), "{named}");
        same_by(&folder, &["--format", "ndjson"], &[("300", "2"), ("9000", "8"), ("1000000", "1")]);
    }
}
