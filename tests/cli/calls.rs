//! How the program is called: flags, folders, colour, pipes.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Folder, NOW, program};

#[test]
fn wrong_calls_end_with_two() {
    let folder = Folder::project("none");
    for call in [
        &["chekc"][..],
        &["check", "--no-such-flag"],
        &["check", "--format", "xml"],
        &["check", "--fail-on", "permit"],
        &["check", "--threads", "0"],
        &["check", "--batch-size", "x"],
        &["check", "--only", "some"],
        &["explain", "--what"],
        &["why"],
        &["completions", "cmd"],
        &["schema", "--json-schema", "nothing"],
        &[],
    ] {
        let run = folder.run(call).status(2);
        assert_eq!(run.stdout, "", "{run:#?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let folder = Folder::empty();
    assert!(folder.run(["--help"]).status(0).stdout.contains("Exit status"));
    assert!(folder.run(["check", "--help"]).status(0).stdout.contains("--fail-on"));
    assert!(folder.run(["--version"]).status(0).stdout.starts_with("changegate "));
}

#[test]
fn c_enters_a_folder_as_git_has_it() {
    let folder = Folder::project("hold");
    folder.write("inner/deep/x", "");
    let outside = Folder::empty();
    let path = folder.0.to_str().unwrap();
    outside.run(["-C", path, "check", "--now", NOW]).status(1);
    outside.run(["check", "--now", NOW, "-C", path]).status(1);
    outside.run(["-C", path, "-C", "inner", "-C", "deep", "check", "--now", NOW]).status(1);
    outside.run(["-C", "", "-C", path, "check", "--now", NOW]).status(1);
    outside.run(["-C", "no/such", "check"]).refuses("cannot enter `no/such`: there is no such file or folder");
}

#[test]
fn colour_only_where_it_is_told() {
    let folder = Folder::project("deny");
    let coloured = |run: crate::support::Run| run.stdout.contains('\u{1b}');
    assert!(!coloured(folder.run(["check", "--now", NOW])), "not a terminal");
    assert!(coloured(folder.run(["check", "--now", NOW, "--color", "always"])));
    assert!(!coloured(folder.run(["check", "--now", NOW, "--color", "never"])));
    assert!(!coloured(folder.run(["check", "--now", NOW, "--color", "always", "--format", "json"])));
    let output = program(&folder.0).args(["check", "--now", NOW]).env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_same_status() {
    // More than any pipe holds.
    let folder = Folder::project("deny");
    let ids: Vec<String> = (0..4_000).map(|n| format!("\"asset-{n:05}\"")).collect();
    let change = format!("{{\"id\":\"CHG1\",\"model\":\"deny\",\"assets\":[{}]}}", ids.join(","));
    folder.write("big.json", change);
    for format in ["human", "json", "ndjson"] {
        let mut child = program(&folder.0)
            .args(["check", "--now", NOW, "--change", "big.json", "--format", format])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0_u8; 1];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(1), "{format}");
    }
}

#[test]
fn control_characters_in_data_do_not_reach_the_terminal() {
    let folder = Folder::project("none");
    folder.write("odd.json", r#"{"id":"CHG\u001b[31m1","model":"deny","assets":["a\u001b]0;x\u0007"]}"#);
    let run = folder.run(["check", "--now", NOW, "--change", "odd.json"]).status(1);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{7}'), "{run:#?}");
}
