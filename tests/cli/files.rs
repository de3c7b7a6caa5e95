//! Files and folders: missing, empty, of the wrong kind; `changegate.toml`.

use std::fs;

use crate::support::{CONFIG, Folder, INVENTORY, NOW, POLICY, change};

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::project("none");
    for (flag, name) in [("--inventory", "no.ndjson"), ("--change", "no.json"), ("--policy", "no.gate")] {
        folder
            .run(["check", "--now", NOW, flag, name])
            .refuses(&format!("cannot read `{name}`: there is no such file or folder"));
    }
}

#[test]
fn a_folder_without_data_is_named() {
    let folder = Folder::project("none");
    fs::create_dir(folder.0.join("hollow")).unwrap();
    folder.run(["check", "--now", NOW, "--change", "hollow"]).refuses("`hollow` has no *.json");
    folder.run(["check", "--now", NOW, "--policy", "hollow"]).refuses("`hollow` has no *.gate file");
}

#[test]
fn no_project_names_what_is_missing() {
    let folder = Folder::empty();
    folder.run(["check", "--now", NOW]).refuses("no policy is named");
    folder.write("p.gate", POLICY);
    folder.run(["check", "--now", NOW, "--policy", "p.gate"]).refuses("no change is named");
    folder.run(["triage", "--now", NOW, "--policy", "p.gate"]).refuses("no inventory is named");
}

#[test]
fn empty_files_decide_nothing() {
    let folder = Folder::project("none");
    folder.write("empty.json", "");
    folder.run(["check", "--now", NOW, "--change", "empty.json"]).status(2);
    folder.write("empty.ndjson", "");
    let run = folder.run(["triage", "--now", NOW, "--inventory", "empty.ndjson"]).status(2);
    assert!(run.stderr.contains("nothing was decided"), "{run:#?}");
    folder.run(["triage", "--now", NOW, "--inventory", "empty.ndjson", "--allow-empty"]).status(0);
}

#[test]
fn a_policy_file_that_is_not_utf8_names_its_line() {
    let folder = Folder::project("none");
    folder.write("policy/odd.gate", b"# fine\n# \xff\n");
    folder.run(["check", "--now", NOW]).refuses("odd.gate`: line 2 is not UTF-8 text");
}

#[test]
fn flags_beat_the_file() {
    let folder = Folder::project("none");
    folder.write("held.json", change("CHG0007", "hold"));
    folder.run(["check", "--now", NOW]).status(0);
    folder.run(["check", "--now", NOW, "--change", "held.json"]).status(1);
}

#[test]
fn folders_are_read_in_order_whatever_their_files_are_called() {
    let folder = Folder::project("none");
    folder.write("changes/b.json", change("CHG0003", "none"));
    folder.write("changes/a.ndjson", format!("{}\n", change("CHG0002", "none")));
    folder.write("changes/notes.txt", "not read");
    folder.write("changes/._a.ndjson", "\0\x05\x16\x07");
    folder.write("changes/.b.json", change("CHG0009", "none"));
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).status(0).json();
    let ids: Vec<_> = json["changes"].as_array().unwrap().iter().map(|c| c["change"].as_str().unwrap()).collect();
    assert_eq!(ids, ["CHG0001", "CHG0002", "CHG0003"]);
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends() {
    let folder = Folder::project("none");
    std::os::unix::fs::symlink(folder.0.join("policy"), folder.0.join("policy/again")).unwrap();
    folder.run(["check", "--now", NOW]).status(0);
    folder.run(["lint"]).status(0);
}

#[test]
fn the_file_is_found_above() {
    let folder = Folder::project("hold");
    folder.write("a/b/x", "");
    folder.run(["-C", "a/b", "check", "--now", NOW]).status(1);
}

#[test]
fn the_file_takes_lists() {
    let folder = Folder::project("none");
    folder.write("more.json", change("CHG0002", "deny"));
    folder.write("more.ndjson", "{\"id\":\"app-1\",\"findings\":[]}\n");
    folder.write(
        "changegate.toml",
        "policy = \"policy\"\ninventory = [\"inventory.ndjson\", \"more.ndjson\"]\nchanges = [\"changes\", \"more.json\"]\n",
    );
    let json = folder.run(["check", "--now", NOW, "--format", "json"]).status(1).json();
    assert_eq!(json["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn mistakes_in_the_file_are_told() {
    let folder = Folder::project("none");
    for (text, said) in [
        ("polcy = \"x\"\n", "`changegate.toml` line 1: there is no key `polcy`"),
        ("colour = true\n", "line 1: there is no key `colour`"),
        ("policy = 3\n", "`changegate.toml` line 1: `policy` must be a text, found a number"),
        ("policy = \"\"\n", "found an empty text"),
        ("changes = [1]\n", "`changes` must be a text, found a number"),
        ("timezone = \"Europe/Lodnon\"\n", "there is no time zone `Europe/Lodnon`"),
        ("policy = \"a\"\npolicy = \"b\"\n", "line 2 is not TOML"),
        ("policy\n", "line 1 is not TOML"),
    ] {
        folder.write("changegate.toml", text);
        let run = folder.run(["check", "--now", NOW]).refuses(said);
        assert!(run.stderr.contains("changegate.toml"), "{run:#?}");
    }
    folder.write("changegate.toml", "polcy = \"x\"\n");
    assert!(folder.run(["check"]).stderr.contains("did you mean `policy`?"));
    folder.write("changegate.toml", "timezone = \"Europe/Lodnon\"\n");
    assert!(folder.run(["check"]).stderr.contains("did you mean `Europe/London`?"));
    folder.write("changegate.toml", "polcy = \"x\"\n");
    let run = folder.run(["check", "--format", "json"]).status(2);
    let object: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(object["help"], "did you mean `policy`?");
}

#[test]
fn a_path_that_is_not_there_is_told_by_file_line_and_key() {
    let folder = Folder::project("none");
    for (key, said) in [("policy", "`policy` names `nope`"), ("changes", "`changes` names `nope`")] {
        folder.write("changegate.toml", format!("# ours\ninventory = \"inventory.ndjson\"\n{key} = \"nope\"\n"));
        let arguments: &[&str] =
            if key == "policy" { &["lint"] } else { &["check", "--now", NOW, "--policy", "policy"] };
        let run = folder.run(arguments.iter().copied()).refuses(said);
        assert!(run.stderr.contains("`changegate.toml` line 3: "), "{run:#?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_refused_and_not_waited_for() {
    for (place, arguments) in
        [("changes/pipe.json", ["check", "--now", NOW]), ("policy/pipe.gate", ["check", "--now", NOW])]
    {
        let folder = Folder::project("none");
        let made = std::process::Command::new("mkfifo").arg(folder.0.join(place)).status().unwrap();
        assert!(made.success());
        let run = folder.run(arguments).refuses("it is a pipe or a device, no file");
        assert!(run.stderr.contains(place), "{run:#?}");
    }
}

#[test]
fn a_policy_can_be_one_file() {
    let folder = Folder::empty();
    folder.write("p.gate", POLICY);
    folder.write("i.ndjson", INVENTORY);
    folder.write("c.json", change("CHG1", "deny"));
    folder
        .run(["check", "--now", NOW, "--policy", "p.gate", "--inventory", "i.ndjson", "--change", "c.json"])
        .status(1);
}

#[test]
fn the_times_of_people_are_in_the_configured_zone() {
    let folder = Folder::project("defer");
    folder.write("changegate.toml", format!("{CONFIG}timezone = \"Asia/Tokyo\"\n"));
    let run = folder.run(["check", "--now", NOW]).status(1);
    assert!(run.stdout.contains("times in Asia/Tokyo"), "{run:#?}");
}

#[test]
fn an_import_shows_no_other_file() {
    let folder = Folder::project("none");
    folder.write("secret.txt", "a secret\n");
    let absolute = format!("import \"{}\"\n", folder.write("other.gate", "let x = 1\n").display());
    for text in ["import \"./secret.txt\"\n", "import \"/etc/passwd\"\n", absolute.as_str()] {
        folder.write("import.gate", text);
        let run = folder.run(["lint", "import.gate"]).status(2);
        assert!(!run.stdout.contains("a secret") && !run.stdout.contains("root:"), "{run:#?}");
        assert!(run.stdout.contains("relative path of a *.gate file"), "{run:#?}");
    }
}
