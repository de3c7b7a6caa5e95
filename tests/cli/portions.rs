//! An inventory that is read and decided one portion at a time gives what it gives as a whole, byte for byte.

use super::support::Folder;

pub(crate) const POLICY: &str = r#"policy play "Play" { version "1"  timezone "UTC"  category kind }

extend asset { team: string }

table days {
  given  level
  across tier = asset.tier -> 1   2   3   4
  row    act               -> 1d  2d  3d  7d
  row    later             -> 30d 30d 60d 90d
}
triage patching {
  levels act > later
  clock  finding.published
  within days
  act    when finding.kev
  later  otherwise
}
categorise each asset kind {
  emergency when asset.triage.level == act
  standard  when asset.tier >= 3
  normal    otherwise
}
approval board { when category == normal  need 1 from "board" }
blackout year_end { from 2026-12-20 to 2027-01-03  for asset.environment == prod  except category == emergency }
blackout nights   { every day 22:00 to 24:00  for asset.team == "night" }
rule closed "Closed" { forbid asset.tier == 1 and asset.environment == prod  because "{asset.id} of {asset.team} is closed" }
"#;

pub(crate) const NOW: &str = "2026-12-21T22:30:00Z";

/// Assets of all sorts: facts are missing, of the wrong type, named in other words.
pub(crate) fn inventory() -> String {
    let mut text = String::new();
    for n in 0..60 {
        let environment = ["\"prod\"", "\"dev\"", "null", "\"lab\""][n % 4];
        let tier = ["1", "2", "3", "4", "\"two\""][n % 5];
        let findings = match n % 6 {
            0 => "[]".to_owned(),
            1 => format!(
                "[{{\"cve\":\"CVE-2026-{:04}\",\"kev\":true,\"published\":\"2026-12-01T00:00:00Z\"}}]",
                1000 + n
            ),
            2 => "[{\"cve\":\"CVE-2026-0007\",\"kev\":false},{\"cve\":\"CVE-2026-0008\"}]".to_owned(),
            3 => "null".to_owned(),
            4 => "[{\"cve\":\"CVE-2026-0009\",\"kev\":\"yes\",\"published\":\"soon\"}]".to_owned(),
            _ => "[{\"cve\":\"CVE-2026-0010\",\"kev\":false,\"published\":\"2026-10-01T00:00:00Z\"}]".to_owned(),
        };
        let team = ["night", "day", "söder \\\"x\\\""][n % 3];
        text.push_str(&format!(
            "{{\"id\":\"a{n:03}\",\"tier\":{tier},\"environment\":{environment},\"team\":\"{team}\",\"colour\":\"red\",\"findings\":{findings}}}\n"
        ));
        if n % 17 == 0 {
            text.push('\n');
        }
    }
    text
}

pub(crate) fn project(changes: &str, inventory: &str) -> Folder {
    let folder = Folder::empty();
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\ninventory = \"assets.ndjson\"\nchanges = \"changes.ndjson\"\n",
    );
    folder.write("policy.gate", POLICY);
    folder.write("assets.ndjson", inventory);
    folder.write("changes.ndjson", changes);
    folder
}

pub(crate) const CHANGES: &str = r#"{"id":"C1","assets":{"where":"true"},"fixes":[]}
{"id":"C2","assets":{"where":"asset.tier <= 2"},"fixes":["CVE-2026-0008"]}
{"id":"C3","assets":["a003","a050","gone","also-gone"],"fixes":null,"start":"2027-01-02T10:00:00Z","end":"2027-01-02T12:00:00Z"}
{"id":"C4","assets":{"where":"asset.tier == 9"}}
{"id":"C5"}
{"id":"C6","assets":{"where":"asset.colour == \"red\""},"fixes":[]}
{"id":"C7","assets":[],"fixes":[]}
"#;

/// What the program prints and says, however the inventory is read.
pub(crate) fn same(folder: &Folder, args: &[&str]) -> String {
    same_by(folder, args, &[("1", "1"), ("200", "2"), ("700", "1"), ("4000", "8"), ("1000000", "2")])
}

/// The same by portions of these sizes, each on that many threads.
pub(crate) fn same_by(folder: &Folder, args: &[&str], portions: &[(&str, &str)]) -> String {
    let call = ["check", "--now", NOW, "--allow-empty"];
    let whole = folder.run(call.iter().chain(args));
    for (size, threads) in portions {
        let more = ["--portion-size", size, "--threads", threads];
        let run = folder.run(call.iter().chain(args).chain(&more));
        assert_eq!(run.stdout, whole.stdout, "portions of {size} bytes, {args:?}");
        assert_eq!(run.stderr, whole.stderr, "portions of {size} bytes, {args:?}");
        assert_eq!(run.status, whole.status, "portions of {size} bytes, {args:?}");
    }
    whole.stdout
}

#[test]
fn decisions_and_messages_are_those_of_the_whole() {
    let folder = project(CHANGES, &inventory());
    for format in ["ndjson", "json", "human"] {
        let printed = same(&folder, &["--format", format]);
        assert!(printed.contains("also-gone"), "{printed}");
    }
    same(&folder, &["--format", "ndjson", "--only", "blocked"]);
    same(&folder, &["--format", "ndjson", "--fail-on", "deny", "C2", "C7"]);
    same(&folder, &["--format", "json", "--strict-facts"]);
    let run = folder.run(["check", "--now", NOW, "--portion-size", "100", "C9"]);
    run.refuses("there is no change `C9`");
}

#[test]
fn an_approval_for_each_asset_is_asked_for_all_of_them() {
    let folder = project(CHANGES, &inventory());
    let owners = "approval owners { need 1 from \"owner\" for each a in assets }\n";
    folder.write("policy.gate", format!("{POLICY}{owners}"));
    let printed = same(&folder, &["--format", "ndjson", "C3"]);
    for subject in ["a003", "a050"] {
        let count = printed.matches(&format!("\"subject\":\"{subject}\"")).count();
        assert!(count >= 2, "the owner of {subject} is asked {count} times");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_told_before_anything_is_decided() {
    let broken = inventory().replacen("{\"id\":\"a030\"", "{\"id\":", 1);
    let folder = project(CHANGES, &broken);
    let printed = same(&folder, &["--format", "ndjson"]);
    assert_eq!(printed, "");
    let printed = same(&folder, &["--format", "ndjson", "--keep-going"]);
    assert!(printed.contains("\"cause\":\"incomplete\""), "{printed}");
}

#[test]
fn assets_in_another_order_or_given_twice_are_read_together() {
    let sorted = inventory();
    let mut lines: Vec<&str> = sorted.lines().collect();
    lines.reverse();
    for format in ["ndjson", "json", "human"] {
        same(&project(CHANGES, &lines.join("\n")), &["--format", format]);
    }
    same(&project(CHANGES, &lines.join("\n")), &["--format", "ndjson", "--only", "blocked"]);
    // In no order at all, and sorted but for the last one.
    lines.sort_by_key(|line| line.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte)));
    let shuffled = lines.join("\n");
    same(&project(CHANGES, &shuffled), &["--format", "ndjson"]);
    same(&project(CHANGES, &format!("{shuffled}\n{{\"id\":\"a042\"}}\n")), &["--format", "ndjson"]);
    same(&project(CHANGES, &format!("{sorted}{{\"id\":\"a0000\"}}\n")), &["--format", "json"]);
    let twice = format!("{sorted}{{\"id\":\"a003\",\"tier\":4}}\n");
    same(&project(CHANGES, &twice), &["--format", "ndjson"]);
    let beside = sorted.replacen("\"a004\"", "\"a003\"", 1);
    same(&project(CHANGES, &beside), &["--format", "ndjson"]);
}

#[test]
fn what_hangs_on_all_assets_of_a_change_is_decided_alike() {
    let folder = project(CHANGES, &inventory());
    let many = "rule many { forbid count(a in change.assets where a.tier == 1) > 3  effect hold }\n";
    folder.write("policy.gate", format!("{POLICY}{many}"));
    let printed = same(&folder, &["--format", "ndjson"]);
    assert!(printed.contains("\"rule\":\"many\""), "{printed}");
}

#[test]
fn fields_of_another_vocabulary_are_read_alike() {
    let text = inventory().replace("\"team\"", "\"squad\"").replace("\"tier\":3", "\"tier\":\"3 - Low\"");
    let folder = project(CHANGES, &text);
    folder.write(
        "changegate.toml",
        r#"policy = "policy.gate"
changes = "changes.ndjson"
[[source]]
files = "assets.ndjson"
[source.fields]
id = "id"
team = "squad"
environment = "environment"
findings = "findings"
tier = { from = "tier", values = { "3 - Low" = 3, "1" = 1, "2" = 2, "4" = 4 } }
"#,
    );
    let printed = same(&folder, &["--format", "ndjson"]);
    assert!(printed.contains("of night is closed"), "{printed}");
}

#[test]
fn strict_facts_judge_what_the_policy_does_not_read() {
    let folder =
        project("{\"id\":\"C1\",\"assets\":[\"a\"],\"fixes\":[]}\n", "{\"id\":\"a\",\"hostname\":5}\n{\"id\":\"b\"}\n");
    assert_eq!(same(&folder, &["--format", "ndjson", "--strict-facts"]), "");
}

#[test]
fn odd_files_are_read_alike() {
    for inventory in [
        "",
        "\n\n",
        "{\"id\":\"a\",\"tier\":1}",
        "\u{feff}{\"id\":\"a\"}\n{\"id\":\"b\"}\n",
        "{\"id\":\"a\"}\r\n{\"id\":\"b\"}\r\n",
    ] {
        same(&project(CHANGES, inventory), &["--format", "ndjson"]);
    }
    let folder = project(CHANGES, "");
    let wide = "\u{feff}{\"id\":\"a\"}\n".repeat(3).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    folder.write("assets.ndjson", wide);
    same(&folder, &["--format", "ndjson"]);
}

/// Rows of Parquet are decided a portion at a time, too; where they are not sorted, where one cannot be read or where the file is damaged, together.
#[test]
fn rows_of_parquet_are_decided_as_those_of_the_whole() {
    let mapped = "\n[[source]]\nfiles = \"assets.parquet\"\ntimezone = \"Asia/Tokyo\"\n[source.fields]\nid = \"id\"\ntier = \"tier\"\nenvironment = \"environment\"\nteam = { from = \"owner\", default = \"night\" }\nfindings = \"findings\"\nlast_patched = \"last_patched\"\n";
    let named = "inventory = \"assets.parquet\"\n";
    let sorted = include_bytes!("../parquet/duckdb-sorted.parquet").to_vec();
    let mut damaged = sorted.clone();
    let at = damaged.len() / 4;
    damaged[at..at + 40].fill(0xA5);
    for (bytes, config) in [
        (sorted.clone(), named),
        (sorted, mapped),
        (damaged, named),
        (include_bytes!("../parquet/duckdb-odd.parquet").to_vec(), mapped),
    ] {
        let folder = project("{\"id\":\"C1\",\"assets\":{\"where\":\"true\"}}\n", "");
        folder.write(
            "changegate.toml",
            format!("policy = \"policy.gate\"\nchanges = \"changes.ndjson\"\ntimezone = \"UTC\"\n{config}"),
        );
        folder.write("assets.parquet", bytes);
        // A portion has a row for each KiB.
        same_by(&folder, &["--format", "ndjson"], &[("9000", "8"), ("60000", "2"), ("1000000", "1")]);
        same_by(&folder, &["--format", "ndjson", "--keep-going"], &[("30000", "2")]);
    }
}

/// The inventory as comma-separated values, without its findings.
fn rows() -> String {
    let mut text = "id,tier,environment,team,colour,tags\n".to_owned();
    for n in 0..60 {
        let environment = ["prod", "dev", "", "lab"][n % 4];
        let tier = ["1", "2", "3", "4", "two"][n % 5];
        let team = ["night", "day", "\"söder, \"\"x\"\"\"", "\"two\nlines\""][n % 4];
        text.push_str(&format!("a{n:03},{tier},{environment},{team},red,{}\n", ["", "x; y", ";", "y;x;y"][n % 4]));
        if n % 17 == 0 {
            text.push_str("\n,,,,,\n");
        }
    }
    text
}

/// Rows of comma-separated values are decided a portion at a time, too; where a quotation mark is out of place or a row is not as it should be,
/// the same is said.
#[test]
fn rows_of_a_table_are_decided_as_those_of_the_whole() {
    let named = "inventory = \"assets.csv\"\n";
    let mapped = "\n[[source]]\nfiles = \"assets.csv\"\ntimezone = \"Asia/Tokyo\"\n[source.fields]\nid = \"id\"\ntier = \"tier\"\nenvironment = \"environment\"\nteam = { from = \"team\", default = \"night\" }\n";
    let valued = "\n[[source]]\nfiles = \"assets.csv\"\n[source.fields]\nid = \"id\"\nteam = \"team\"\ntier = { from = \"tier\", values = { \"1\" = 1, \"two\" = 2 } }\n";
    let folder = |config: &str, bytes: &[u8]| {
        let folder = project(CHANGES, "");
        folder.write(
            "changegate.toml",
            format!("policy = \"policy.gate\"\nchanges = \"changes.ndjson\"\ntimezone = \"UTC\"\n{config}"),
        );
        folder.write("assets.csv", bytes);
        folder
    };
    let rows = rows();
    for config in [named, mapped, valued] {
        let printed = same(&folder(config, rows.as_bytes()), &["--format", "ndjson"]);
        assert!(printed.contains("is closed"), "{printed}");
    }
    let lines: Vec<&str> = rows.lines().collect();
    let backwards = rows.replace("\"two\nlines\"", "day");
    let (head, rest) = backwards.split_once('\n').unwrap();
    let backwards: Vec<&str> = std::iter::once(head).chain(rest.lines().rev()).collect();
    let strange = [
        backwards.join("\n"),
        backwards.join("\r\n"),
        backwards.join("\r"),
        format!("\u{feff}{rows}"),
        format!("{rows}a030,4,prod,day,red,\n"),
        format!("{rows}b,1\n"),
        format!("{rows}b,1,prod,\"x\"y,,\n"),
        format!("{rows}b,1,prod,\"no end,,\n"),
        lines[0].to_owned(),
        format!("{}\n", lines[0]),
        "id;tier\na;1\n".to_owned(),
        "tier,team\n1,x\n".to_owned(),
        "id,tier,tier\na,1,2\n".to_owned(),
        String::new(),
    ];
    for text in strange {
        let folder = folder(named, text.as_bytes());
        same_by(&folder, &["--format", "ndjson"], &[("40", "2"), ("1000", "8"), ("1000000", "1")]);
        same_by(&folder, &["--format", "ndjson", "--keep-going"], &[("300", "2")]);
    }
    let odd = [rows.as_bytes(), b"b,1,prod,\xE9,,\nc,2,dev,x,,\n"].concat();
    same_by(&folder(named, &odd), &["--format", "ndjson", "--keep-going"], &[("300", "2"), ("1000000", "1")]);
}
