//! Plugins from outside: the verbs, and decisions that ask.

use std::fs;
use std::path::{Path, PathBuf};

use changegate_compiled_code::Key;

use super::support::{Folder, Run};

#[path = "../../src/plugin/tests/guest.rs"]
#[allow(dead_code, reason = "a part of it")]
pub(crate) mod guest;

const LICENCE: &str = "sha256:94f200ab3c5afaa9ea97995c47ad5df68b90df01c47fff7962edc13bd1bfb998";

pub(crate) fn module(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wasm-plugins").join(name)
}

/// A project whose policy asks `licence.wasm`.
pub(crate) fn project(digest: &str, limits: &str) -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"assets.ndjson\"\nchanges = \"changes.json\"\n");
    fs::create_dir_all(folder.0.join("policy")).unwrap();
    fs::copy(module("licence.wasm"), folder.0.join("policy/licence.wasm")).unwrap();
    folder.write(
        "policy/policy.gate",
        format!(
            "plugin licence {{ module \"licence.wasm\" {digest} check allowed(asset.tags, change.start) -> bool {limits} }}\n\
             rule licensed {{ when asset.tier <= 3  require licence.allowed(asset.tags, change.start) }}\n"
        ),
    );
    let assets: Vec<String> = (0..500)
        .map(|n| match n % 6 {
            0 => format!(r#"{{"id":"a{n:03}","tier":{}}}"#, n % 4 + 1),
            1 => format!(r#"{{"id":"a{n:03}","tier":{},"tags":["licence-x-until-never"]}}"#, n % 4 + 1),
            2 => {
                format!(r#"{{"id":"a{n:03}","tier":{},"tags":["licence-x-until-2026-0{}-01"]}}"#, n % 4 + 1, n % 9 + 1)
            }
            _ => format!(r#"{{"id":"a{n:03}","tier":{},"tags":["t{}"]}}"#, n % 4 + 1, n % 50),
        })
        .collect();
    folder.write("assets.ndjson", assets.join("\n"));
    folder.write(
        "changes.json",
        r#"{"id":"C","assets":{"where":"asset.tier >= 1"},"start":"2026-11-21T10:00:00Z","end":"2026-11-21T11:00:00Z","fixes":[]}"#,
    );
    folder
}

pub(crate) fn pinned() -> String {
    format!("digest \"{LICENCE}\"")
}

fn check(folder: &Folder, more: &[&str]) -> Run {
    let call = ["check", "--format", "ndjson", "--now", "2026-11-20T12:00:00Z"];
    folder.run(call.iter().chain(more).copied())
}

#[test]
fn threads_batches_and_portions_leave_no_trace() {
    let folder = project(&pinned(), "");
    let one = check(&folder, &["--threads", "1"]);
    assert_eq!(one.status, 1, "{}", one.stderr);
    assert!(one.stdout.contains(LICENCE) && one.stdout.contains("\"cause\":\"plugin\""), "{}", one.stdout);
    for more in [
        &["--threads", "2"][..],
        &["--threads", "8"],
        &["--threads", "40"],
        &["--batch-size", "1"],
        &["--batch-size", "4096"],
        &["--threads", "8", "--portion-size", "1"],
        &["--threads", "2", "--portion-size", "4096"],
    ] {
        let other = check(&folder, more);
        assert_eq!((one.stdout.as_str(), one.status), (other.stdout.as_str(), other.status), "{more:?}");
    }
}

#[test]
fn a_module_is_the_one_that_the_policy_names() {
    let loose = project("", "");
    let run = check(&loose, &[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("CG0168") && run.stderr.contains(LICENCE), "{}", run.stderr);
    assert_eq!(check(&loose, &["--allow-unpinned"]).status, 1);

    let folder = project(&pinned(), "");
    let mut bytes = fs::read(module("licence.wasm")).unwrap();
    bytes[40] ^= 1;
    fs::write(folder.0.join("policy/licence.wasm"), &bytes).unwrap();
    for more in [&[][..], &["--allow-unpinned"]] {
        let run = check(&folder, more);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("another module than this policy was written for"), "{}", run.stderr);
    }
    bytes.truncate(1000);
    fs::write(loose.0.join("policy/licence.wasm"), &bytes).unwrap();
    let run = check(&loose, &["--allow-unpinned"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("CG0167"), "{}", run.stderr);
    fs::remove_file(loose.0.join("policy/licence.wasm")).unwrap();
    assert!(check(&loose, &["--allow-unpinned"]).stderr.contains("cannot read"));
}

#[test]
fn what_uses_up_its_limits_is_unknown_and_can_be_asked_again() {
    let folder = project(&pinned(), "limits fuel 1_000");
    let run = check(&folder, &[]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("used all its fuel, 1_000 units"), "{}", run.stdout);
    let why = folder.run(["why", "C", "a004", "--now", "2026-11-20T12:00:00Z"]);
    assert!(why.stdout.contains("changegate plugin run licence.wasm allowed"), "{}", why.stdout);
    let again = folder.run([
        "plugin",
        "run",
        "policy/licence.wasm",
        "allowed",
        "--fuel",
        "1000",
        "[\"t3\"]",
        "2026-11-21T10:00:00Z",
    ]);
    assert_eq!(again.status, 1);
    assert!(again.stdout.starts_with("unknown: the check used all its fuel"), "{}", again.stdout);
    let eval = folder.run(["eval", "licence.allowed(asset.tags, 2026-11-21T10:00Z)"]);
    assert_eq!(eval.status, 0, "{}", eval.stderr);
}

/// The files of a folder, by name.
fn files(folder: &Folder, name: &str) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(folder.0.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// Answers on disk with every `true` turned to `false` and the other way round, sealed with the user's own key.
fn turned_over(path: &Path) -> Vec<u8> {
    let key = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("plugins/changegate/plugins.key");
    let key = Key::new(fs::read(key).unwrap().try_into().unwrap());
    let mut answers = fs::read(path).unwrap().split_off(32);
    let mut at = 0;
    for turn in 0.. {
        let Some(length) = answers.get(at..at + 8) else { break };
        let length = usize::try_from(u64::from_le_bytes(length.try_into().unwrap())).unwrap();
        at += 8 + length;
        // Question, answer, question, answer: an answer that is a bool has three bytes, the last of which is the bool.
        if turn % 2 == 1 && length == 3 {
            answers[at - 1] ^= 1;
        }
    }
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut sealed = key.hash(&[b"answers", name.as_bytes(), &answers]).to_vec();
    sealed.extend(answers);
    sealed
}

#[test]
fn answers_are_remembered_if_asked_and_believed_if_sealed() {
    let folder = project(&pinned(), "");
    let usual = check(&folder, &[]).stdout;
    let remembering = ["--plugin-answers", "kept"];
    assert_eq!(check(&folder, &remembering).stdout, usual);
    let file = files(&folder, "kept").remove(0);
    let written = fs::read(&file).unwrap();
    assert_eq!(check(&folder, &remembering).stdout, usual);
    assert_eq!((files(&folder, "kept").len(), fs::read(&file).unwrap()), (1, written.clone()));

    // Nobody else could have written this, so nobody is asked: the decisions are those of the file.
    let forged = turned_over(&file);
    fs::write(&file, &forged).unwrap();
    let run = check(&folder, &remembering);
    assert!(run.stdout != usual && run.status == 1, "{}", run.stderr);
    assert_eq!(check(&folder, &[]).stdout, usual, "without the flag they are asked");

    // Whoever has no key cannot: the checks are asked again, and the file is written anew.
    for damage in [
        |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1,
        |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
        |bytes: &mut Vec<u8>| bytes.clear(),
        |bytes: &mut Vec<u8>| bytes[0] ^= 1,
    ] {
        let mut bytes = forged.clone();
        damage(&mut bytes);
        fs::write(&file, bytes).unwrap();
        assert_eq!(check(&folder, &remembering).stdout, usual);
        assert_eq!(fs::read(&file).unwrap(), written);
    }

    // Other limits may have other answers.
    fs::write(&file, &forged).unwrap();
    let policy = folder.read("policy/policy.gate");
    folder.write("policy/policy.gate", policy.replace("-> bool", "-> bool limits fuel 10_000_001"));
    let run = check(&folder, &remembering);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(files(&folder, "kept").len(), 2);

    // The project's file may say so too.
    let config = folder.read("changegate.toml");
    folder.write("changegate.toml", format!("{config}plugin_answers = \"also\"\n"));
    assert_eq!(check(&folder, &[]).status, 1);
    assert_eq!(files(&folder, "also").len(), 1);
}

#[test]
fn answers_of_another_module_are_not_taken() {
    let folder = project("", "");
    let remembering = ["--allow-unpinned", "--plugin-answers", "kept"];
    let usual = check(&folder, &remembering).stdout;
    let file = files(&folder, "kept").remove(0);
    let forged = turned_over(&file);
    // The same module with a section that says nothing: it does the same, and is another.
    let mut bytes = fs::read(module("licence.wasm")).unwrap();
    bytes.extend([0, 2, 1, b'x']);
    let digest = changegate::plugin::digest(&bytes);
    fs::write(folder.0.join("policy/licence.wasm"), bytes).unwrap();
    fs::write(&file, &forged).unwrap();
    let ours = usual.replace(LICENCE, &digest);
    let strip = |text: &str| text.lines().filter(|line| !line.contains("\"summary\"")).collect::<String>();
    assert_eq!(strip(&check(&folder, &remembering).stdout), strip(&ours));
    let (old, new) = (&LICENCE[7..], &digest[7..]);
    let other = PathBuf::from(file.display().to_string().replace(old, new));
    assert!(other != file && other.is_file(), "{}", other.display());
    // Nor under its name.
    fs::write(&other, &forged).unwrap();
    assert_eq!(strip(&check(&folder, &remembering).stdout), strip(&ours));
}

#[test]
fn a_folder_for_answers_that_cannot_be_used_is_told() {
    let folder = project(&pinned(), "");
    folder.write("taken", "a file");
    let run = check(&folder, &["--plugin-answers", "taken"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("answers cannot be remembered in `taken`"), "{}", run.stderr);
    // What else stands in such a folder stays.
    folder.write("kept/notes.answers", "mine");
    assert_eq!(check(&folder, &["--plugin-answers", "kept"]).status, 1);
    assert_eq!(folder.read("kept/notes.answers"), "mine");
}

#[test]
fn a_check_answers_a_set() {
    let folder = project("", "");
    folder.write(
        "policy/policy.gate",
        "plugin ports { module \"ports.wasm\" check open(asset.tier) -> set<int> }\n\
         rule closed { forbid any p in ports.open(asset.tier) where p > 1000 }\n",
    );
    // 7, 5 and 7, and for tier 4 one more, which lies behind them.
    let bytes = guest::guest(
        &[guest::Check {
            signature: "open(n: int) -> set<int>",
            export: "open",
            ty: "(func (param \"n\" s64) (result (list s64)))",
        }],
        "(data (i32.const 4096) \"\\10\\10\\00\\00\\03\\00\\00\\00\")
         (data (i32.const 4112) \"\\07\\00\\00\\00\\00\\00\\00\\00\\05\\00\\00\\00\\00\\00\\00\\00\\07\\00\\00\\00\\00\\00\\00\\00\\90\\1f\")
         (func (export \"open\") (param i64) (result i32)
           (if (i64.eq (local.get 0) (i64.const 4)) (then (i32.store (i32.const 4100) (i32.const 4))))
           (if (i64.eq (local.get 0) (i64.const 3)) (then unreachable))
           (i32.const 4096))",
    );
    folder.write("policy/ports.wasm", bytes);
    let run = folder.run(["plugin", "run", "policy/ports.wasm", "open", "4"]);
    assert_eq!(run.stdout.lines().next(), Some("[5,7,8080]"), "{}{}", run.stdout, run.stderr);
    let one = check(&folder, &["--allow-unpinned", "--threads", "1"]);
    let count = |needle: &str| one.stdout.lines().filter(|line| line.contains(needle)).count();
    assert_eq!(
        (count("\"verdict\":\"permit\""), count("\"verdict\":\"deny\""), count("ports.open(3): stopped")),
        // The last is the summary's.
        (250, 251, 125)
    );
    for more in [&["--threads", "8", "--batch-size", "1"][..], &["--batch-size", "4096"], &["--plugin-answers", "kept"]]
    {
        let other = check(&folder, &[&["--allow-unpinned"], more].concat());
        assert_eq!((&one.stdout, one.status), (&other.stdout, other.status), "{more:?}");
    }
    // Answers from disk are the same sets.
    assert_eq!(check(&folder, &["--allow-unpinned", "--plugin-answers", "kept"]).stdout, one.stdout);
    let why = folder.run(["why", "C", "a003", "--allow-unpinned", "--now", "2026-11-20T12:00:00Z"]);
    for part in ["asset.tier 4", "ports.open(asset.tier) { 5, 7, 8080 }"] {
        let words = why.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(part), "{}", why.stdout);
    }
}

#[test]
fn the_guard_ends_the_run_and_decides_nothing() {
    let folder = project("", "limits fuel 10_000_000_000");
    let policy = folder.read("policy/policy.gate");
    folder.write(
        "policy/policy.gate",
        policy.replace("licence.wasm", "loop.wasm").replace("allowed(asset.tags, change.start)", "go(asset.tier)"),
    );
    let bytes = guest::guest(
        &[guest::Check { signature: "go(n: int) -> bool", export: "go", ty: "(func (param \"n\" s64) (result bool))" }],
        "(func (export \"go\") (param i64) (result i32) (loop $again (br $again)) (unreachable))",
    );
    folder.write("policy/loop.wasm", bytes);
    for threads in ["1", "4"] {
        let run = check(&folder, &["--allow-unpinned", "--plugin-guard", "200", "--threads", threads]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        for part in ["a check of the plugin `licence` was not done after 200 ms", "nothing was decided"] {
            assert!(run.stderr.contains(part), "{}", run.stderr);
        }
    }
    // Less fuel ends it first, and then it is unknown, on every machine alike.
    let policy = folder.read("policy/policy.gate");
    folder.write("policy/policy.gate", policy.replace("10_000_000_000", "100_000"));
    let run = check(&folder, &["--allow-unpinned", "--plugin-guard", "60000"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stdout.contains("used all its fuel, 100_000 units"), "{}", run.stdout);
}

#[test]
fn a_module_says_what_it_has() {
    let folder = Folder::empty();
    let path = module("licence.wasm").display().to_string();
    let run = folder.run(["plugin", "inspect", &path]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    for part in ["licence 1.0.0", LICENCE, "check allowed(tags: set<string>, start: time) -> bool"] {
        assert!(run.stdout.contains(part), "{}", run.stdout);
    }
    let json = folder.run(["plugin", "inspect", &path, "--format", "json"]).json();
    assert_eq!(json["digest"], LICENCE);
    let run = folder.run(["plugin", "digest", &path]);
    assert_eq!(run.stdout, format!("{LICENCE}  {path}\n"));
    let run = folder.run(["plugin", "run", &path, "alowed"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("it has `allowed`, `days_left`"), "{}", run.stderr);
    folder.write("no.wasm", "nothing");
    assert_eq!(folder.run(["plugin", "inspect", "no.wasm"]).status, 2);
}

#[test]
fn a_check_is_asked_by_hand_or_with_records() {
    let folder = Folder::empty();
    let path = module("licence.wasm").display().to_string();
    let run =
        folder.run(["plugin", "run", &path, "allowed", "[\"licence-x-until-2026-06-30\"]", "2026-11-21T10:00:00Z"]);
    assert_eq!((run.status, run.stdout.lines().next()), (0, Some("false")), "{}", run.stderr);
    folder.write("a.json", r#"{"id":"a","tags":["licence-x-until-2027-06-30"]}"#);
    folder.write("c.json", r#"{"id":"C","start":"2026-11-21T10:00:00Z"}"#);
    let run =
        folder.run(["plugin", "run", &path, "allowed", "--asset", "a.json", "--change", "c.json", "--format", "json"]);
    assert_eq!(run.json()["answer"], true, "{}", run.stderr);
    let run = folder.run(["plugin", "run", &path, "allowed", "--asset", "a.json"]);
    assert!(run.status == 2 && run.stderr.contains("no record has the input `start`"), "{}", run.stderr);
    let run = folder.run(["plugin", "run", &path, "allowed", "[]"]);
    assert!(run.status == 2 && run.stderr.contains("is not asked with 1 inputs"), "{}", run.stderr);
}

#[test]
fn the_examples_answer_as_they_are_recorded() {
    let folder = Folder::empty();
    for name in ["licence", "compatibility", "capacity", "naming"] {
        let path = module(&format!("{name}.wasm")).display().to_string();
        let answers = module(name).join("answers.ndjson").display().to_string();
        let run = folder.run(["plugin", "test", &path, "--answers", &answers]);
        assert_eq!(run.status, 0, "{name}: {}{}", run.stdout, run.stderr);
    }
    let path = module("licence.wasm").display().to_string();
    folder.write("a.ndjson", r#"{"check":"allowed","inputs":[[],"2026-11-21T10:00:00Z"],"answer":false}"#);
    let run = folder.run(["plugin", "test", &path, "--answers", "a.ndjson"]);
    assert!(run.status == 1 && run.stdout.contains("answers true, and false was expected"), "{}", run.stdout);
}

#[test]
fn a_module_is_signed_and_verified() {
    let folder = Folder::empty();
    fs::copy(module("licence.wasm"), folder.0.join("licence.wasm")).unwrap();
    let run = folder.run(["plugin", "sign", "licence.wasm", "--key", "secret.key", "--new-key"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let key = run.stdout.lines().last().unwrap().trim_start_matches("signed by ").to_owned();
    assert_eq!(folder.run(["plugin", "verify", "licence.wasm", "--key", &key]).status, 0);
    let other = format!("ed25519:{}", "11".repeat(32));
    assert_ne!(folder.run(["plugin", "verify", "licence.wasm", "--key", &other]).status, 0);
    let again = folder.run(["plugin", "sign", "licence.wasm", "--key", "secret.key", "--new-key"]);
    assert_eq!(again.status, 2, "a key is never written over");
    fs::copy(module("naming.wasm"), folder.0.join("licence.wasm")).unwrap();
    let run = folder.run(["plugin", "verify", "licence.wasm", "--key", &key]);
    assert!(run.status == 1 && run.stdout.contains("is not the one that was signed"), "{}", run.stdout);
}

#[test]
fn a_new_plugin_has_its_own_name_everywhere() {
    let folder = Folder::empty();
    let run = folder.run(["plugin", "new", "work_windows"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let text = fs::read_to_string(folder.0.join("work-windows/src/lib.rs")).unwrap();
    assert!(text.contains("work_windows") && !text.contains("my_plugin") && !text.contains("my-plugin"));
    assert!(folder.0.join("work-windows/wit/work-windows.wit").is_file());
    assert_eq!(folder.run(["plugin", "new", "work_windows"]).status, 2);
    assert_eq!(folder.run(["plugin", "new", "Work Windows"]).status, 2);
}
