//! `calendar`, `--tzdb`, `--samples` and calendar files that facts name.

use std::fs;
use std::path::Path;

use changegate::time::{Zone, ical, parse_instant};

use crate::support::{Folder, NOW, Run};

/// Two blackouts and two windows; one of each goes by the asset's clock.
const POLICY: &str = r#"policy play "Play" {
  version  "1"
  timezone "Europe/Berlin"
}

blackout year_end "Year-end freeze" {
  from   2026-12-18T18:00 to 2027-01-04T06:00 in "America/New_York"
  for    asset.business_unit == "finance"
  except change.urgency == high
}

blackout trading "Trading hours" {
  every weekday 09:30 to 16:00 in asset.timezone
  for   asset.tier <= 2
}

window nights "Nights" {
  every day 22:00 to 02:00 in asset.timezone
}

window sundays "Sundays" {
  every sunday 00:00 to 24:00 in "Europe/London"
}
"#;

const INVENTORY: &str = r#"{"id":"db-1","tier":1,"business_unit":"finance","timezone":"America/New_York","findings":[]}
{"id":"db-2","tier":3,"business_unit":"sales","timezone":"Asia/Kolkata","findings":[]}
{"id":"db-3","business_unit":"sales","timezone":"Mars/Olympus","findings":[]}
"#;

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"inventory.ndjson\"\nchanges = \"changes\"\n");
    folder.write("policy/policy.gate", POLICY);
    folder.write("inventory.ndjson", INVENTORY);
    folder.write(
        "changes/one.json",
        r#"{"id":"CHG1","assets":["db-1"],"start":"2026-12-20T03:00:00Z","end":"2026-12-20T04:00:00Z"}"#,
    );
    folder
}

fn calendar(folder: &Folder, more: &[&str]) -> Run {
    folder.run(["calendar", "--now", NOW].iter().chain(more))
}

#[test]
fn calendars_list_every_time() {
    let folder = project();
    let json = calendar(&folder, &["--format", "json", "--from", "2026-12-18", "--to", "2026-12-21"]).status(0).json();
    let rows = json["calendar"].as_array().unwrap();
    let freeze: Vec<_> = rows.iter().filter(|row| row["rule"] == "year_end").collect();
    assert_eq!(freeze.len(), 1);
    assert_eq!(
        (&freeze[0]["from"], &freeze[0]["to"]),
        (&"2026-12-18T23:00:00Z".into(), &"2027-01-04T11:00:00Z".into())
    );
    assert_eq!(freeze[0]["zone"], "America/New_York");
    assert_eq!(freeze[0]["for"], "asset.business_unit == \"finance\"");
    assert_eq!(freeze[0]["except"], "change.urgency == high");
    // By each zone of the inventory in which an asset may be meant.
    let zones = |rule: &str| {
        let mut zones: Vec<_> =
            rows.iter().filter(|row| row["rule"] == rule).map(|row| row["zone"].as_str().unwrap()).collect();
        zones.sort_unstable();
        zones.dedup();
        zones
    };
    assert_eq!(zones("nights"), ["America/New_York", "Asia/Kolkata"]);
    assert_eq!(zones("trading"), ["America/New_York"]);
    let untimed = json["summary"]["untimed"].as_array().unwrap();
    assert!(untimed.iter().any(|one| one["rule"] == "nights"), "{json:#}");
    assert_eq!(json["summary"]["record"]["now"], NOW);
    let lines =
        calendar(&folder, &["--format", "ndjson", "--from", "2026-12-18", "--to", "2026-12-21"]).status(0).lines();
    assert_eq!(lines.len(), rows.len() + 1);
    assert_eq!(lines.last().unwrap()["summary"], json["summary"]);
}

#[test]
fn an_asset_has_its_own_calendar() {
    let folder = project();
    let json = calendar(&folder, &["--asset", "db-2", "--format", "json"]).status(0).json();
    let rules: std::collections::BTreeSet<_> =
        json["calendar"].as_array().unwrap().iter().map(|row| row["rule"].as_str().unwrap()).collect();
    assert_eq!(rules.into_iter().collect::<Vec<_>>(), ["nights", "sundays"]);
    // Nobody knows whether db-3 is meant, nor when.
    let json = calendar(&folder, &["--asset", "db-3", "--format", "json"]).status(0).json();
    let untimed: Vec<_> = json["summary"]["untimed"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
    assert_eq!(untimed, ["nights", "trading"]);
    calendar(&folder, &["--asset", "db-9"]).refuses("there is no asset `db-9`");
    let human = calendar(&folder, &["--asset", "db-2"]).status(0).stdout;
    assert!(human.starts_with("Blackouts and windows of db-2, times in Asia/Kolkata\n"), "{human}");
}

/// What is written can be read, and says the same.
#[test]
fn calendars_can_be_loaded_again() {
    let folder = project();
    let range = ["--from", "2026-10-01", "--to", "2027-04-30"];
    let json = calendar(&folder, &[&range[..], &["--format", "json"]].concat()).status(0).json();
    let text = calendar(&folder, &[&range[..], &["--format", "ics"]].concat()).status(0).stdout;
    let (file, notes) = ical::File::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(notes.is_empty(), "{notes:?}");
    let zone = Zone::get("Pacific/Apia").unwrap();
    let mut read: Vec<(String, String)> = file
        .occurrences(&zone, parse_instant("2026-01-01T00:00:00Z").unwrap())
        .map(|one| (one.interval.from().to_rfc3339(), one.interval.to().to_rfc3339()))
        .collect();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let mut rows: Vec<(String, String)> =
        json["calendar"].as_array().unwrap().iter().map(|row| (text(row, "from"), text(row, "to"))).collect();
    assert!(rows.len() > 400);
    read.sort();
    rows.sort();
    assert_eq!(read, rows);
    // And the same call gives the same bytes.
    let again = calendar(&folder, &[&range[..], &["--format", "ics"]].concat()).stdout;
    assert!(again.contains("SUMMARY:Blackout: Year-end freeze\r\n"), "{again}");
    folder.run(["check", "--now", NOW, "--format", "ics"]).refuses("only `calendar` prints `--format ics`");
}

#[test]
fn months_and_weeks() {
    let folder = project();
    let month = calendar(&folder, &["--asset", "db-1"]).status(0).stdout;
    for said in ["November 2026", "December 2026", "21 today", "■ year_end", "▪ trading", "▫ nights", "■ blackout"]
    {
        assert!(month.contains(said), "`{said}` is missing: {month}");
    }
    assert!(!month.contains('\u{1b}'));
    let coloured = calendar(&folder, &["--asset", "db-1", "--color", "always"]).status(0).stdout;
    assert!(coloured.contains("\u{1b}["));
    let week = calendar(&folder, &["--asset", "db-1", "--week", "--from", "2026-12-14"]).status(0).stdout;
    for said in ["Mon 2026-12-14", "Sun 2026-12-20", "■ trading 09:30–16:00", "□ nights", "■ year_end from 18:00", "█"]
    {
        assert!(week.contains(said), "`{said}` is missing: {week}");
    }
    assert!(!week.contains("2026-12-21"), "{week}");
    let tokyo = calendar(&folder, &["--zone", "Asia/Tokyo", "--from", "2026-12-19", "--to", "2026-12-19"]).status(0);
    assert!(tokyo.stdout.contains("times in Asia/Tokyo"), "{tokyo:#?}");
}

#[test]
fn wrong_calls_of_calendar() {
    let folder = project();
    calendar(&folder, &["--zone", "Europe/Lodnon"]).refuses("did you mean `Europe/London`?");
    calendar(&folder, &["--from", "yesterday"]).refuses("`--from yesterday`");
    calendar(&folder, &["--from", "2026-12-02", "--to", "2026-12-01"]).refuses("is not after");
    calendar(&folder, &["--from", "2026-01-01", "--to", "2036-01-01"]).refuses("`--format json`");
    calendar(&folder, &["--from", "2026-01-01", "--to", "9999-12-31", "--format", "ndjson"]).status(0);
    calendar(&folder, &["--from", "9999-12-01", "--to", "9999-12-31"]).status(0);
    calendar(&folder, &["--from", "0001-01-02", "--to", "0001-02-01"]).status(0);
}

#[test]
fn nobody_has_to_read_to_the_end() {
    use std::io::Read as _;
    use std::process::Stdio;
    let folder = project();
    for format in ["human", "json", "ndjson", "ics"] {
        let mut child = crate::support::program(&folder.0)
            .args(["calendar", "--now", NOW, "--from", "2026-01-01", "--to", "2027-01-31", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0_u8; 8];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}: {output:?}");
        assert!(output.stderr.is_empty() || !String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}

/// A compiled zone that is the same all the time.
fn tzif(seconds: i32, name: &str) -> Vec<u8> {
    let block = |times: usize| {
        let mut bytes = b"TZif2".to_vec();
        bytes.extend([0; 15]);
        let count = u32::try_from(name.len() + 1).unwrap();
        for number in [0, 0, 0, u32::try_from(times).unwrap(), 1, count] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend(seconds.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes
    };
    let hours = -seconds / 3600;
    [block(0), block(0), format!("\n<{name}>{hours}\n").into_bytes()].concat()
}

fn database(folder: &Folder) {
    for (name, hours) in
        [("UTC", 0), ("America/New_York", 5), ("Asia/Kolkata", 5), ("Europe/Berlin", 1), ("Europe/London", 0)]
    {
        folder.write(&format!("zones/{name}"), tzif(hours * 3600, "ABC"));
    }
    folder.write("zones/tzdata.zi", "# version 2099z\nR A 1\n");
    folder.write("zones/leapseconds", "no zone");
}

#[test]
fn another_database_decides() {
    let folder = project();
    database(&folder);
    let first = |run: Run| {
        let json = run.status(0).json();
        let row = json["calendar"].as_array().unwrap().iter().find(|row| row["rule"] == "year_end").unwrap().clone();
        (row["from"].as_str().unwrap().to_owned(), json["summary"]["record"]["tzdb"].as_str().unwrap().to_owned())
    };
    let own = first(calendar(&folder, &["--format", "json", "--asset", "db-1"]));
    assert_eq!(own.0, "2026-12-18T23:00:00Z");
    // New York is put to the east of Greenwich there.
    let other = first(calendar(&folder, &["--format", "json", "--asset", "db-1", "--tzdb", "zones"]));
    assert_eq!(other, ("2026-12-18T13:00:00Z".to_owned(), "2099z".to_owned()));
    let config = folder.read("changegate.toml");
    folder.write("changegate.toml", format!("{config}tzdb = \"zones\"\ntimezone = \"Europe/Berlin\"\n"));
    assert_eq!(first(calendar(&folder, &["--format", "json", "--asset", "db-1"])).1, "2099z");
    let summary = folder.run(["check", "--now", NOW, "--format", "json"]).json();
    assert_eq!(summary["changes"][0]["record"]["tzdb"], "2099z");
    // The version may stand in a file of its own, or nowhere.
    fs::remove_file(folder.0.join("zones/tzdata.zi")).unwrap();
    folder.write("zones/+VERSION", "2098a\n");
    assert_eq!(first(calendar(&folder, &["--format", "json", "--asset", "db-1"])).1, "2098a");
    fs::remove_file(folder.0.join("zones/+VERSION")).unwrap();
    assert!(first(calendar(&folder, &["--format", "json", "--asset", "db-1"])).1.starts_with("sha256:"));
}

#[test]
fn a_zone_that_the_other_database_lacks_is_an_error_of_the_policy() {
    let folder = project();
    database(&folder);
    fs::remove_file(folder.0.join("zones/Europe/London")).unwrap();
    calendar(&folder, &["--tzdb", "zones"]).refuses("`Europe/London`");
}

#[test]
fn wrong_databases_are_told() {
    let folder = project();
    calendar(&folder, &["--tzdb", "none"]).refuses("cannot read `none`: there is no such file or folder");
    calendar(&folder, &["--tzdb", "policy"])
        .refuses("`policy` is no time-zone database: it has no compiled zone in it");
    calendar(&folder, &["--tzdb", "inventory.ndjson"]).refuses("it is a file, no folder");
    folder.write("part/Europe/London", tzif(0, "ABC"));
    calendar(&folder, &["--tzdb", "part"]).refuses("it has no zone `UTC`");
    folder.write("part/UTC", b"TZif2 and then nonsense");
    calendar(&folder, &["--tzdb", "part"]).refuses("is no time-zone database");
    let config = folder.read("changegate.toml");
    folder.write("changegate.toml", format!("{config}tzdb = \"nowhere\"\n"));
    calendar(&folder, &[]).refuses("`changegate.toml` line 4: `tzdb` names `nowhere`");
}

/// The clocks of a made-up New York are told to differ from the system's, where there is one.
#[test]
fn a_difference_to_the_system_is_a_warning() {
    let folder = project();
    database(&folder);
    let run = calendar(&folder, &["--asset", "db-1", "--tzdb", "zones"]).status(0);
    if Path::new("/usr/share/zoneinfo/America/New_York").is_file() {
        let told = run.stderr.matches("the clocks of `America/New_York` are not agreed on").count();
        assert_eq!(told, 1, "{run:#?}");
        assert!(run.stderr.contains(&format!("from {NOW} on")), "{run:#?}");
        let same = calendar(&folder, &["--tzdb", "/usr/share/zoneinfo"]).status(0);
        assert!(!same.stderr.contains("not agreed on"), "{same:#?}");
    }
}

#[test]
fn samples_are_read() {
    let folder = project();
    folder.write("samples.ndjson", "{\"metric\":\"x\",\"at\":\"2026-11-21T08:59:00Z\",\"value\":1}\n");
    let run = folder.run(["check", "--now", NOW, "--samples", "samples.ndjson"]);
    assert!(run.status < 2, "{run:#?}");
    folder.run(["check", "--now", NOW, "--samples", "none.ndjson"]).refuses("cannot read `none.ndjson`");
    folder.write("broken.ndjson", "{\"metric\":\n");
    folder.run(["check", "--now", NOW, "--samples", "broken.ndjson"]).refuses("broken.ndjson");
    let config = folder.read("changegate.toml");
    folder.write("changegate.toml", format!("{config}samples = \"gone.ndjson\"\n"));
    folder.run(["check", "--now", NOW]).refuses("`samples` names `gone.ndjson`");
}

#[test]
fn what_calendar_and_when_print_fits_its_schema() {
    let folder = project();
    let schema = folder.run(["schema", "--json-schema", "calendar"]).status(0).json();
    for more in [&[][..], &["--asset", "db-3"]] {
        let json = calendar(&folder, &[more, &["--format", "json"]].concat()).status(0).json();
        crate::conform::conforms(&schema, &json);
    }
    let schema = folder.run(["schema", "--json-schema", "when"]).status(0).json();
    let json = folder.run(["when", "CHG1", "--now", NOW, "--format", "json"]).json();
    crate::conform::conforms(&schema, &json);
    let schema = folder.run(["schema", "--json-schema", "samples"]).status(0).json();
    assert_eq!(schema["title"], "A measurement, which metrics read");
}

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261210T100000Z\r\nDTEND:20261210T120000Z\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Stop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A policy whose blackout finds its calendar in the facts, and an asset that names `file`.
fn named(file: &str) -> Folder {
    let folder = project();
    folder.write(
        "policy/policy.gate",
        "policy play \"Play\" { timezone \"UTC\" }\nextend asset { stops: string }\nblackout own { calendar asset.stops }\n",
    );
    folder.write(
        "inventory.ndjson",
        serde_json::json!({ "id": "db-1", "timezone": "Europe/Paris", "stops": file, "findings": [] }).to_string(),
    );
    folder.write("stops/db.ics", EVENT);
    folder
}

#[test]
fn calendar_files_that_facts_name() {
    let folder = named("stops/db.ics");
    let json = calendar(&folder, &["--asset", "db-1", "--format", "json"]).status(0).json();
    assert_eq!(json["calendar"][0]["from"], "2026-12-10T10:00:00Z", "{json:#}");
    folder.write(
        "changes/one.json",
        r#"{"id":"CHG1","assets":["db-1"],"start":"2026-12-10T11:00:00Z","end":"2026-12-10T13:00:00Z"}"#,
    );
    let decided = folder.run(["check", "--now", NOW, "--format", "json"]).status(1).json();
    assert_eq!(decided["decisions"][0]["not_before"], "2026-12-10T12:00:00Z", "{decided:#}");
    // The file is a part of the facts.
    folder.write("stops/db.ics", EVENT.replace("20261210T120000Z", "20261210T100001Z"));
    let after = folder.run(["check", "--now", NOW, "--format", "json"]).status(0).json();
    let digest = |json: &serde_json::Value| json["changes"][0]["record"]["facts"].clone();
    assert_ne!(digest(&after), digest(&decided));
}

/// What cannot be read is told, and unknown: the blackout holds.
#[test]
fn calendar_files_that_cannot_be_read_are_unknown() {
    let told = "a calendar file that facts name cannot be used";
    for (file, why) in [
        ("stops/none.ics", "there is no such file"),
        ("../stops.ics", "relative path of a *.ics file in the project's folder"),
        ("/etc/hostname", "relative path of a *.ics file"),
        ("changegate.toml", "relative path of a *.ics file"),
        ("stops", "relative path of a *.ics file"),
        ("inventory.ics", "line 1"),
    ] {
        let folder = named(file);
        folder.write("inventory.ics", "no calendar");
        let run = folder.run(["check", "--now", NOW]).status(1);
        assert!(run.stderr.contains(told) && run.stderr.contains(why), "{file}: {run:#?}");
        assert!(run.stdout.contains("own"), "{run:#?}");
    }
}

#[cfg(unix)]
#[test]
fn calendar_files_lie_in_the_project() {
    let folder = named("stops/db.ics");
    let elsewhere = Folder::empty();
    let file = elsewhere.write("secret.ics", EVENT);
    fs::remove_file(folder.0.join("stops/db.ics")).unwrap();
    std::os::unix::fs::symlink(file, folder.0.join("stops/db.ics")).unwrap();
    let run = folder.run(["check", "--now", NOW]).status(1);
    assert!(run.stderr.contains("outside of the project's folder"), "{run:#?}");
}
