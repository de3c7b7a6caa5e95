//! `watch` and `check --watch`: what became different as files change, each time once, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::conform::conforms;
use crate::plugins;
use crate::portions::{self, CHANGES};
use crate::support::{CONFIG, Folder, INVENTORY, NOW, POLICY, change, program};

/// How long a line may take to come: long, since the machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(240);

/// A watch that goes on.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = program(folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut pipe = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            let _cut = pipe.read_to_string(&mut text);
            text
        });
        Self { child, lines, stderr: Some(stderr) }
    }

    /// `watch` that prints lines for programs, when it has begun.
    fn ndjson(folder: &Path, more: &[&str]) -> Self {
        let mut watching = Self::start(folder, &[&["watch", "--format", "ndjson", "--now", NOW], more].concat());
        let (lines, first) = watching.round();
        assert_eq!(lines, Vec::<Value>::new());
        assert_eq!(first["different"], Value::Null, "{first}");
        watching
    }

    fn line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(error) => {
                self.child.kill().unwrap();
                panic!("{error}: {}", self.stderr.take().unwrap().join().unwrap());
            }
        }
    }

    /// What is printed up to the next time that it decided, and what it says of that.
    fn round(&mut self) -> (Vec<Value>, Value) {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            let mut line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            match line.get_mut("watch") {
                Some(watch) => return (lines, watch.take()),
                None => lines.push(line),
            }
        }
    }

    /// Waits for an end; its status, and stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it does not end: {}", self.stderr.take().unwrap().join().unwrap());
            }
            thread::sleep(Duration::from_millis(20));
        };
        (status.code(), self.stderr.take().unwrap().join().unwrap())
    }

    /// Ends it as a user does who has seen enough of it.
    fn stop(mut self) -> String {
        drop(self.child.kill());
        drop(self.child.wait());
        self.stderr.take().unwrap().join().unwrap()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Saves a file as careful editors do.
fn save(folder: &Folder, name: &str, text: &str) {
    let beside = folder.write(&format!("{name}.tmp~"), text);
    fs::rename(beside, folder.0.join(name)).unwrap();
}

#[test]
fn an_edit_of_the_policy_tells_the_decisions_that_became_different() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &[]);
    let more = "\nrule tier_one \"Tier one\" {\n  forbid asset.tier == 1\n  because \"Not on tier one\"\n}\n";
    save(&folder, "policy/policy.gate", &format!("# Moved down by a line.\n{POLICY}{more}"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["status"], "decided");
    assert_eq!(watch["because"], serde_json::json!(["policy/policy.gate"]));
    // The tier of the second is not known.
    assert_eq!(watch["different"], 2, "{lines:#?}");
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert_eq!(lines[0]["asset"], "db-1");
    assert_eq!(lines[0]["before"]["verdict"], "permit");
    assert_eq!(lines[0]["after"]["verdict"], "deny");
    assert_eq!(lines[0]["came"], serde_json::json!(["tier_one"]));
    assert_eq!(lines[0]["went"], serde_json::json!([]));
    assert!(lines[0]["different"].as_array().unwrap().contains(&"verdict".into()));
    assert_eq!(lines[2]["summary"]["change"], "CHG0001");
    assert_eq!(lines[2]["summary"]["after"]["verdict"], "deny");

    // Only places in the policy change.
    save(&folder, "policy/policy.gate", &format!("# Moved down\n# by two.\n{POLICY}{more}"));
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["different"]), (0, &Value::from(0)), "{lines:#?}");
}

#[test]
fn an_edit_of_an_inventory_and_of_a_change_is_seen_however_it_is_saved() {
    let folder = Folder::project("none");
    folder.write("policy/policy.gate", format!("{POLICY}\nrule tier {{ forbid asset.tier == 1 }}\n"));
    let mut watching = Watching::ndjson(&folder.0, &[]);
    save(&folder, "inventory.ndjson", &INVENTORY.replace("\"tier\":1", "\"tier\":2"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["inventory.ndjson"]));
    assert_eq!(lines[0]["asset"], "db-1");
    assert_eq!(lines[0]["went"], serde_json::json!(["tier"]));
    assert_eq!((&lines[0]["before"]["verdict"], &lines[0]["after"]["verdict"]), (&"deny".into(), &"permit".into()));

    save(&folder, "changes/one.json", &change("CHG0001", "warn"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changes/one.json"]));
    assert_eq!(lines[0]["came"], serde_json::json!(["no_warn"]));
    assert_eq!(watch["different"], 2);

    save(&folder, "changes/two.json", &change("CHG0002", "none"));
    let (lines, _) = watching.round();
    assert_eq!(lines.iter().filter(|line| line["before"].is_null() && !line["after"].is_null()).count(), 2);
    fs::remove_file(folder.0.join("changes/two.json")).unwrap();
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changes/two.json"]));
    assert_eq!(lines.iter().filter(|line| line["after"].is_null() && line.get("asset").is_some()).count(), 2);
}

#[test]
fn what_does_not_matter_decides_nothing() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &[]);
    for name in ["changes/.one.json.swp", "changes/4913", "changes/one.json~", "changes/notes.txt", "policy/.#x.gate"] {
        folder.write(name, "something else");
    }
    folder.write("policy/readme.md", "nor this");
    // The same bytes, another time.
    save(&folder, "inventory.ndjson", INVENTORY);
    save(&folder, "policy/policy.gate", POLICY);
    fs::remove_file(folder.0.join("changes/4913")).unwrap();
    save(&folder, "changes/one.json", &change("CHG0001", "hold"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changes/one.json"]), "{watch}");
    assert_eq!(lines[0]["after"]["verdict"], "hold");
    assert_eq!(watching.stop(), "");
}

#[test]
fn a_folder_that_is_moved_away_and_back_is_read_again() {
    let folder = Folder::project("none");
    folder.write("changegate.toml", CONFIG.replace("\"changes\"", "\"data/changes\""));
    folder.write("data/changes/one.json", change("CHG0001", "none"));
    let mut watching = Watching::ndjson(&folder.0, &[]);
    for _ in 0..2 {
        for moved in ["data", "data/changes"] {
            fs::rename(folder.0.join(moved), folder.0.join("elsewhere")).unwrap();
            let (_, watch) = watching.round();
            assert_eq!(watch["status"], "failed", "{watch}");
            assert_eq!(watch["kept"], NOW);
            fs::rename(folder.0.join("elsewhere"), folder.0.join(moved)).unwrap();
            let (lines, watch) = watching.round();
            assert_eq!((lines.len(), &watch["different"]), (0, &Value::from(0)), "{watch}");
        }
    }
    // What is done there after that is seen as before.
    save(&folder, "data/changes/one.json", &change("CHG0001", "deny"));
    let (lines, _) = watching.round();
    assert_eq!(lines[0]["after"]["verdict"], "deny");
    // Another folder in its place.
    save(&folder, "other/changes/one.json", &change("CHG0001", "hold"));
    fs::rename(folder.0.join("data"), folder.0.join("elsewhere")).unwrap();
    fs::rename(folder.0.join("other"), folder.0.join("data")).unwrap();
    let after = loop {
        let (lines, watch) = watching.round();
        if watch["status"] == "decided" && !lines.is_empty() {
            break lines[0]["after"]["verdict"].clone();
        }
    };
    assert_eq!(after, "hold");
    save(&folder, "data/changes/one.json", &change("CHG0001", "warn"));
    let (lines, _) = watching.round();
    assert_eq!(lines[0]["after"]["verdict"], "warn");
}

#[cfg(unix)]
#[test]
fn a_link_that_is_led_elsewhere_is_followed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::project("none");
    folder.write("v1/one.json", change("CHG0001", "none"));
    folder.write("v2/one.json", change("CHG0001", "deny"));
    // As volumes of settings are mounted: the file is a link through a link.
    fs::remove_file(folder.0.join("changes/one.json")).unwrap();
    symlink("../v1", folder.0.join("changes/..data")).unwrap();
    symlink("..data/one.json", folder.0.join("changes/one.json")).unwrap();
    let mut watching = Watching::ndjson(&folder.0, &[]);
    symlink("../v2", folder.0.join("changes/..new")).unwrap();
    fs::rename(folder.0.join("changes/..new"), folder.0.join("changes/..data")).unwrap();
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changes/one.json"]));
    assert_eq!(lines[0]["after"]["verdict"], "deny");
    save(&folder, "v2/one.json", &change("CHG0001", "hold"));
    let (lines, _) = watching.round();
    assert_eq!(lines[0]["after"]["verdict"], "hold");
}

#[test]
fn a_burst_decides_once_and_misses_nothing() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &["--settle", "10s"]);
    // Each is made, written, closed and renamed twice over. Where the disk is slow, seconds lie between two.
    for n in 0..2_500 {
        let name = format!("changes/{}.json", n % 50);
        save(&folder, &name, &change(&format!("CHG1{}", n % 50), if n < 2_450 { "none" } else { "hold" }));
    }
    save(&folder, "changes/one.json", &change("CHG0001", "deny"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["changes"], 51);
    assert_eq!(watch["different"], 102);
    assert_eq!(lines.iter().filter(|line| line["after"]["verdict"] == "deny").count(), 2);
}

#[test]
fn a_policy_that_does_not_check_is_told_and_what_was_decided_stands() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &[]);
    save(&folder, "policy/policy.gate", &POLICY.replace("change.model == \"deny\"", "change.modle == \"deny\""));
    let (lines, watch) = watching.round();
    assert_eq!(lines.len(), 0);
    assert_eq!(watch["status"], "failed");
    assert_eq!(watch["message"], "the policy does not check, so nothing was decided");
    assert_eq!(watch["kept"], NOW);
    // It stays broken, and a change is edited meanwhile.
    save(&folder, "changes/one.json", &change("CHG0001", "deny"));
    let (_, watch) = watching.round();
    assert_eq!(watch["status"], "failed");
    save(&folder, "policy/policy.gate", POLICY);
    let (lines, watch) = watching.round();
    assert_eq!(watch["status"], "decided");
    assert_eq!((&lines[0]["before"]["verdict"], &lines[0]["after"]["verdict"]), (&"permit".into(), &"deny".into()));
    let stderr = watching.stop();
    assert!(stderr.contains("modle") && stderr.contains("CG0"), "{stderr}");
}

#[test]
fn a_file_that_is_deleted_is_told_and_what_was_decided_stands() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &[]);
    fs::remove_file(folder.0.join("inventory.ndjson")).unwrap();
    let (_, watch) = watching.round();
    assert_eq!(watch["status"], "failed");
    assert_eq!(watch["because"], serde_json::json!(["inventory.ndjson"]));
    assert!(watch["message"].as_str().unwrap().contains("inventory.ndjson"), "{watch}");
    save(&folder, "inventory.ndjson", INVENTORY);
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["different"]), (0, &Value::from(0)), "{watch}");
}

#[test]
fn the_projects_file_and_what_it_names_are_read_again() {
    let folder = Folder::project("none");
    folder.write("policy/policy.gate", format!("{POLICY}\nrule tier {{ forbid asset.tier == 1 }}\n"));
    folder.write("other.ndjson", INVENTORY.replace("\"tier\":1", "\"tier\":3"));
    let mut watching = Watching::ndjson(&folder.0, &[]);
    save(&folder, "changegate.toml", &CONFIG.replace("inventory.ndjson", "other.ndjson"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changegate.toml"]));
    assert_eq!(lines[0]["after"]["verdict"], "permit");
    save(&folder, "changegate.toml", "polcy = 7\n");
    assert_eq!(watching.round().1["status"], "failed");
    // The one that counts now is watched, and the other one is not.
    save(&folder, "changegate.toml", &CONFIG.replace("inventory.ndjson", "other.ndjson"));
    assert_eq!(watching.round().1["different"], 0);
    save(&folder, "inventory.ndjson", "");
    save(&folder, "other.ndjson", INVENTORY);
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["other.ndjson"]));
    assert_eq!(lines[0]["after"]["verdict"], "deny");
}

#[test]
fn a_watch_begins_where_nothing_is_right_yet() {
    let folder = Folder::empty();
    let mut watching = Watching::start(&folder.0, &["watch", "--format", "ndjson", "--now", NOW]);
    let (_, watch) = watching.round();
    assert_eq!((&watch["status"], &watch["kept"]), (&"failed".into(), &Value::Null));
    folder.write("policy/policy.gate", POLICY);
    folder.write("inventory.ndjson", INVENTORY);
    folder.write("changes/one.json", change("CHG0001", "none"));
    save(&folder, "changegate.toml", CONFIG);
    let (_, watch) = watching.round();
    assert_eq!((&watch["status"], &watch["different"]), (&"decided".into(), &Value::Null), "{watch}");
}

#[test]
fn check_prints_everything_first() {
    let folder = Folder::project("deny");
    let arguments = ["check", "--watch", "--format", "ndjson", "--now", NOW];
    let once = folder.run(["check", "--format", "ndjson", "--now", NOW]).status(1);
    let mut watching = Watching::start(&folder.0, &arguments);
    let (lines, _) = watching.round();
    assert_eq!(lines, once.lines());
    save(&folder, "changes/one.json", &change("CHG0001", "none"));
    let (lines, _) = watching.round();
    assert_eq!(lines[0]["after"]["verdict"], "permit");
}

#[test]
fn lines_are_what_their_schema_says() {
    let folder = Folder::project("none");
    let schema = folder.run(["schema", "--json-schema", "watch-line"]).status(0).json();
    let mut watching = Watching::start(&folder.0, &["watch", "--format", "ndjson", "--now", NOW]);
    let edits = [
        ("changes/one.json", change("CHG0001", "deny")),
        ("changes/two.json", change("CHG0002", "hold")),
        ("changes/one.json", "[]".to_owned()),
        ("inventory.ndjson", "{ not json".to_owned()),
    ];
    let mut count = 0;
    for (name, text) in [None].into_iter().chain(edits.map(Some)).map(Option::unwrap_or_default) {
        if !name.is_empty() {
            save(&folder, name, &text);
        }
        loop {
            let line: Value = serde_json::from_str(&watching.line()).unwrap();
            conforms(&schema, &line);
            count += 1;
            if line.get("watch").is_some() {
                break;
            }
        }
    }
    assert_eq!(count, 1 + 4 + 4 + 4 + 1);
}

#[test]
fn only_blocked_leaves_out_what_may_go_as_before() {
    let folder = Folder::project("none");
    let mut watching = Watching::ndjson(&folder.0, &["--only", "blocked"]);
    save(&folder, "changes/one.json", &change("CHG0001", "warn"));
    let (lines, watch) = watching.round();
    assert_eq!(watch["different"], 0);
    assert!(lines.iter().all(|line| line.get("summary").is_some()), "{lines:#?}");
    save(&folder, "changes/one.json", &change("CHG0001", "hold"));
    assert_eq!(watching.round().1["different"], 2);
}

#[test]
fn people_read_what_became_different_at_a_glance() {
    let folder = Folder::project("none");
    let mut watching = Watching::start(&folder.0, &["watch", "--now", NOW]);
    let first = watching.line();
    assert!(first.contains("watching 1 change, 2 decisions: 2 permit"), "{first}");
    save(&folder, "changes/one.json", &change("CHG0001", "deny"));
    let mut text = String::new();
    while !text.contains(" ms)") {
        text.push_str(&watching.line());
        text.push('\n');
    }
    for said in [
        "CHG0001  PERMIT → DENY  2 assets: 2 deny",
        "  permit → deny\n    db-1, web-1\n",
        "    + deny  no_deny  Denied\n            The model says so\n",
        "changes/one.json: 2 decisions differ: 1 change, 2 decisions",
    ] {
        assert!(text.contains(said), "`{said}` is missing:\n{text}");
    }
    save(&folder, "inventory.ndjson", "{ not json\n");
    let line = watching.line();
    assert!(line.contains("inventory.ndjson: the input has an error, so nothing was decided; what was decided at "));
    save(&folder, "inventory.ndjson", INVENTORY);
    let line = watching.line();
    assert!(line.contains("inventory.ndjson: nothing differs: 1 change, 2 decisions"), "{line}");
}

#[test]
fn time_may_make_it_decide_too() {
    let folder = Folder::project("none");
    let mut watching = Watching::start(&folder.0, &["watch", "--format", "ndjson", "--every", "1s"]);
    let (_, first) = watching.round();
    let (lines, second) = watching.round();
    assert_eq!(second["because"], serde_json::json!(["time"]));
    assert_ne!(first["now"], second["now"]);
    assert_eq!(lines.len(), 0);
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_told_to() {
    let folder = Folder::project("deny");
    for signal in ["-TERM", "-INT", "-HUP"] {
        let watching = Watching::ndjson(&folder.0, &[]);
        Command::new("kill").args([signal, &watching.child.id().to_string()]).status().unwrap();
        assert_eq!(watching.end(), (Some(0), String::new()), "{signal}");
    }
    // Nobody reads any more, and nothing is printed that would show it.
    let mut child = program(&folder.0)
        .args(["watch", "--now", NOW])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn it_ends_with_stdin_where_that_is_asked_for() {
    let folder = Folder::project("deny");
    let mut watching = Watching::ndjson(&folder.0, &["--until-eof"]);
    drop(watching.child.stdin.take());
    assert_eq!(watching.end(), (Some(0), String::new()));
}

#[test]
fn a_call_that_cannot_be_watched_is_refused() {
    let folder = Folder::project("none");
    folder.run(["watch", "--format", "json"]).refuses("is no JSON object");
    folder.run(["check", "--watch", "--format", "json"]).refuses("is no JSON object");
    folder.run(["watch", "--now", "soon"]).refuses("`--now soon`: not a date or time");
    folder.pipe(["watch", "--change", "-"], "[]").refuses("stdin can be read only once");
    folder.run(["watch", "--every", "0s"]).refuses("it must be longer than nothing");
    folder.run(["check", "--every", "5min"]).refuses("`--every` says how to watch");
    folder.run(["check", "--watch", "--fail-on", "deny"]).refuses("cannot be used with");
}

/// The decisions and summaries that lines of `check` say, by change and asset.
fn decided(lines: &[Value]) -> BTreeMap<String, Value> {
    let of = lines.iter().map(|line| line.get("summary").unwrap_or(line));
    of.map(|of| (key(of), said(of))).collect()
}

/// All but the digests of what it hangs on.
fn said(of: &Value) -> Value {
    let mut said = of.clone();
    said.as_object_mut().unwrap().remove("record");
    said
}

fn key(of: &Value) -> String {
    format!("{} {}", of["change"], of.get("asset").unwrap_or(&"all".into()))
}

/// Makes the files so old that none of them may have changed again while it was read.
fn rested(folder: &Folder) {
    for name in ["changegate.toml", "policy.gate", "changes.ndjson", "assets.ndjson"] {
        rest(&folder.0.join(name));
    }
}

fn rest(path: &Path) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
}

/// Takes up what became different, and sees that all is known that a check finds.
fn follow(
    watching: &mut Watching,
    known: &mut BTreeMap<String, Value>,
    (folder, check): (&Folder, &[&str]),
    what: &str,
) {
    let (lines, watch) = watching.round();
    assert_eq!(watch["status"], "decided", "{what}: {watch}");
    for line in lines {
        let of = line.get("summary").unwrap_or(&line);
        match of["after"].is_null() {
            true => drop(known.remove(&key(of))),
            false => drop(known.insert(key(of), said(&of["after"]))),
        }
    }
    let anew = folder.run(check).status(1);
    let anew = decided(&anew.lines());
    let decisions = anew.values().filter(|value| value.get("tested").is_some()).count();
    assert_eq!(watch["decisions"], decisions, "{what}");
    for (key, value) in &anew {
        assert_eq!(known.get(key), Some(value), "{what}: {key}");
    }
    assert_eq!(known.len(), anew.len(), "{what}");
}

#[test]
fn portions_that_hold_what_they_held_stand_and_nothing_is_missed() {
    let begin = portions::inventory();
    let folder = portions::project(CHANGES, &begin);
    rested(&folder);
    let now = "2026-12-21T22:30:00Z";
    let check = ["check", "--format", "ndjson", "--now", now, "--portion-size", "700"];
    let mut watching = Watching::start(&folder.0, &[&check[..], &["--watch"]].concat());
    let (lines, _) = watching.round();
    let mut known = decided(&lines);

    let lines: Vec<&str> = begin.lines().collect();
    let line = |n: usize| lines.iter().find(|line| line.contains(&format!("a{n:03}"))).unwrap().to_string();
    let with = |text: &str, n: usize, from: &str, to: &str| text.replace(&line(n), &line(n).replace(from, to));
    let mut edits: Vec<(&str, String)> = Vec::new();
    edits.push(("a value of the same length", with(&begin, 32, "prod", "test")));
    edits.push(("a value of another length, above warnings", with(&begin, 1, "\"dev\"", "\"prod\"")));
    edits.push(("two far from each other", with(&with(&begin, 4, "\"prod\"", "\"lab\""), 56, "prod", "dev")));
    edits.push(("a line more", begin.replace(&line(20), &format!("{}\n{{\"id\":\"a020b\",\"tier\":1}}", line(20)))));
    edits.push(("lines less", begin.replace(&format!("{}\n", line(40)), "").replace(&format!("{}\n", line(41)), "")));
    edits.push(("one more at the end, without a line feed", format!("{begin}{{\"id\":\"a999\"}}")));
    edits.push(("and one behind it", format!("{begin}{{\"id\":\"a999\"}}\n{{\"id\":\"b000\"}}\n")));
    edits.push(("the first gone", begin.replace(&format!("{}\n", line(0)), "")));
    edits.push(("two lines that become one", begin.replace(&format!("{}\n", line(30)), "")));
    edits.push(("not in order", format!("{begin}{{\"id\":\"a0\",\"tier\":1,\"environment\":\"prod\"}}\n")));
    edits.push(("one twice", format!("{begin}{{\"id\":\"a010\",\"tier\":4}}\n")));
    edits.push(("an asset that a change names", format!("{begin}{{\"id\":\"gone\",\"tier\":1}}\n")));
    edits.push(("as it was", begin.clone()));
    edits.push(("everything else", begin.replace("red", "blue")));
    for (what, text) in edits {
        save(&folder, "assets.ndjson", &text);
        follow(&mut watching, &mut known, (&folder, &check), what);
    }

    // What cannot be read decides nothing, and once it is mended only that is told.
    save(&folder, "assets.ndjson", &begin.replacen("{\"id\":\"a030\"", "{\"id\":", 1).replace("red", "blue"));
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["status"]), (0, &"failed".into()), "{watch}");
    save(&folder, "assets.ndjson", &begin.replace("red", "blue"));
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["status"]), (0, &"decided".into()), "{watch}");
    let stderr = watching.stop();
    assert!(!stderr.contains("panicked"), "{stderr}");
}

/// Whoever is decided denied stays so while the file is written again with what it held: half of it is no answer.
#[test]
fn what_is_being_written_is_not_told() {
    let folder = Folder::project("none");
    folder.write("policy/policy.gate", "rule r { forbid asset.tier == 1 }\n");
    folder.write("changes.json", r#"{"id":"C","assets":{"where":"asset.environment == prod"}}"#);
    folder.write("changegate.toml", CONFIG.replace("\"changes\"", "\"changes.json\""));
    let line = |n: usize, tier| {
        format!("{{\"id\":\"a{n:06}\",\"tier\":{tier},\"environment\":\"prod\",\"owner\":\"{}\"}}\n", "o".repeat(120))
    };
    let most = 20_000;
    let text = |last| (0..most).map(|n| line(n, if n + 1 == most { last } else { 2 })).collect::<String>();
    let path = folder.write("inventory.ndjson", text(1));
    let mut watching = Watching::ndjson(&folder.0, &[]);
    let began = Instant::now();
    let whole = text(1);
    while began.elapsed() < Duration::from_secs(4) {
        let mut file = fs::File::create(&path).unwrap();
        for piece in whole.as_bytes().chunks(whole.len() / 12) {
            std::io::Write::write_all(&mut file, piece).unwrap();
            thread::sleep(Duration::from_millis(4));
        }
        drop(file);
        thread::sleep(Duration::from_millis(330));
    }
    save(&folder, "inventory.ndjson", &text(3));
    let (lines, watch) = watching.round();
    assert_eq!(watch["status"], "decided", "{watch}");
    assert_eq!(watch["different"], 1, "{watch}");
    assert_eq!(lines[0]["after"]["verdict"], "permit", "{lines:#?}");
    let stderr = watching.stop();
    assert!(!stderr.contains("not JSON"), "{stderr}");
}

#[test]
fn portions_of_rows_stand_too() {
    let mut begin = "id,tier,environment,team,colour\n".to_owned();
    for n in 0..60 {
        let team = ["night", "day", "\"two\nlines, and \"\"marks\"\"\""][n % 3];
        begin.push_str(&format!("a{n:03},{},{},{team},red\n", n % 4 + 1, ["prod", "dev", ""][n % 3]));
    }
    let folder = portions::project(CHANGES, "");
    let project = "policy = \"policy.gate\"\ninventory = \"assets.csv\"\nchanges = \"changes.ndjson\"\n";
    folder.write("changegate.toml", project);
    folder.write("assets.csv", &begin);
    rested(&folder);
    let check = ["check", "--format", "ndjson", "--now", "2026-12-21T22:30:00Z", "--portion-size", "200"];
    let mut watching = Watching::start(&folder.0, &[&check[..], &["--watch"]].concat());
    let (lines, _) = watching.round();
    let mut known = decided(&lines);
    let edits = [
        ("a value of the same length", begin.replace("a030,3,prod", "a030,1,prod")),
        ("a value of another length", begin.replace("a031,4,dev", "a031,4,prod")),
        ("a row more", begin.replace("a040,", "a039b,1,prod,day,red\na040,")),
        ("a row less", begin.replace("a042,3,prod,night,red\n", "")),
        ("one more at the end, without a line feed", format!("{begin}a999,1,prod,day,red")),
        ("and one behind it", format!("{begin}a999,1,prod,day,red\nb000,1,prod,day,red\n")),
        ("other columns of the same length", begin.replacen("team,colour", "colour,team", 1)),
        ("not in order", format!("{begin}a0,1,prod,day,red\n")),
        ("everything else", begin.replace("red", "blue")),
    ];
    for (what, text) in edits {
        save(&folder, "assets.csv", &text);
        follow(&mut watching, &mut known, (&folder, &check), what);
    }

    // Rows that become one cell: here and there they end another portion than the one in which they begin.
    for n in (0..30).step_by(3) {
        let both = format!("night,red\na{:03},{},dev,day,", n + 1, (n + 1) % 4 + 1);
        assert!(begin.contains(&both), "{both:?}");
        save(&folder, "assets.csv", &begin.replace(&both, &format!("\"{}\",", both.trim_end_matches(','))));
        follow(&mut watching, &mut known, (&folder, &check), &both);
    }
    save(&folder, "assets.csv", &begin.replace("a020,1,,\"two", "a020,1,,\"\"two"));
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["status"]), (0, &"failed".into()), "{watch}");
    save(&folder, "assets.csv", &begin);
    follow(&mut watching, &mut known, (&folder, &check), "as it was");
    let stderr = watching.stop();
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn what_time_changes_comes_after_what_a_file_changed() {
    let begin = portions::inventory();
    let folder = portions::project(CHANGES, &begin);
    rested(&folder);
    let arguments = ["check", "--watch", "--format", "ndjson", "--portion-size", "700"];
    let mut watching = Watching::start(&folder.0, &arguments);
    watching.round();
    save(&folder, "assets.ndjson", &begin.replacen("\"id\":\"a000\",\"tier\":1", "\"id\":\"a000\",\"tier\":3", 1));
    let (lines, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["assets.ndjson"]), "{lines:#?}");
    assert!(!lines.is_empty());
    assert!(lines.iter().all(|line| line["asset"] == "a000" || line.get("asset").is_none()), "{lines:#?}");
}

#[test]
fn another_module_of_a_plugin_is_decided_by_once_or_told() {
    use plugins::guest::{Check, guest};
    let module = |answer: u8| {
        let ty = "(func (param \"n\" s64) (result bool))";
        guest(
            &[Check { signature: "go(n: int) -> bool", export: "go", ty }],
            &format!("(func (export \"go\") (param i64) (result i32) (i32.const {answer}))"),
        )
    };
    let policy = |digest: &str| {
        format!(
            "plugin p {{ module \"p.wasm\" {digest} check go(asset.tier) -> bool }}\n\
             rule asked {{ require p.go(asset.tier) }}\n"
        )
    };
    let replace = |folder: &Folder, answer: u8| {
        let beside = folder.write("policy/p.wasm.tmp~", module(answer));
        rest(&beside);
        fs::rename(beside, folder.0.join("policy/p.wasm")).unwrap();
    };

    let loose = Folder::project("none");
    loose.write("policy/plugin.gate", policy(""));
    rest(&loose.write("policy/p.wasm", module(1)));
    let mut watching = Watching::ndjson(&loose.0, &["--allow-unpinned"]);
    replace(&loose, 0);
    let (lines, watch) = watching.round();
    assert_eq!(watch["status"], "decided", "{watch} {}", watching.stop());
    // The tier of the second is not known, so it is held as before.
    assert_eq!(lines.iter().filter(|line| line["asset"] != Value::Null).count(), 1, "{lines:#?}");
    assert_eq!((&lines[0]["came"], &lines[0]["after"]["verdict"]), (&serde_json::json!(["asked"]), &"deny".into()));
    // Once, and no more: the next that is decided is for another reason.
    save(&loose, "changes/two.json", &change("CHG0002", "none"));
    let (_, watch) = watching.round();
    assert_eq!(watch["because"], serde_json::json!(["changes/two.json"]), "{watch}");

    let pinned = Folder::project("none");
    pinned.write("policy/plugin.gate", policy(&format!("digest \"{}\"", changegate::plugin::digest(&module(1)))));
    rest(&pinned.write("policy/p.wasm", module(1)));
    let mut watching = Watching::ndjson(&pinned.0, &[]);
    replace(&pinned, 0);
    let (lines, watch) = watching.round();
    assert_eq!((lines.len(), &watch["status"], &watch["kept"]), (0, &"failed".into(), &NOW.into()), "{watch}");
    replace(&pinned, 1);
    let (_, watch) = watching.round();
    assert_eq!((&watch["status"], &watch["different"]), (&"decided".into(), &0.into()), "{watch}");
    let stderr = watching.stop();
    assert!(stderr.contains("is another module than this policy was written for"), "{stderr}");
}
