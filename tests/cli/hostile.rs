//! Files that mean harm, or were damaged: each ends in an error that names the file, soon and in bounded memory.

use std::io::Write as _;

use crate::support::{Folder, NOW, Run, program};

/// What each call may take of the address space, in KiB: a debug build with its threads takes a quarter of it.
#[cfg(unix)]
const MOST: &str = "3000000";

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\ninventory = \"inventory.ndjson\"\nchanges = \"change.json\"\n",
    );
    folder.write(
        "policy.gate",
        "policy play { timezone \"UTC\" }\nrule closed { forbid asset.tier == 1  effect hold }\n",
    );
    folder.write("inventory.ndjson", "{\"id\":\"web-1\",\"tier\":2}\n");
    folder.write("change.json", r#"{"id":"CHG1","assets":["web-1"],"fixes":[]}"#);
    folder
}

/// Calls `check` where memory is scarce.
#[cfg(unix)]
fn check(folder: &Folder, arguments: &[&str]) -> Run {
    let mut shell = std::process::Command::new("sh");
    let call = program(&folder.0);
    shell.current_dir(&folder.0).args(["-c", "ulimit -v \"$0\"; exec \"$@\"", MOST]);
    shell.arg(call.get_program()).args(["check", "--now", NOW]).args(arguments);
    Run::from(shell.stdin(std::process::Stdio::null()).output().unwrap())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[cfg(unix)]
#[test]
fn what_is_nested_a_million_times_is_refused() {
    let folder = project();
    folder.run(["check", "--now", NOW]).status(0);
    let deep = "[".repeat(1_000_000);
    let keys = "{\"a\":".repeat(1_000_000);
    let tags = "<a>".repeat(300_000);
    for (name, text) in [("lists.json", &deep), ("objects.json", &keys), ("list.yaml", &deep)] {
        folder.write(name, text);
        for flag in ["--inventory", "--change", "--people", "--waivers", "--samples"] {
            check(&folder, &[flag, name]).refuses(name);
        }
    }
    for (name, text) in [
        ("a.json", format!(r#"{{"SchemaVersion":2,"Results":{deep}"#)),
        ("b.json", format!(r#"{{"bomFormat":"CycloneDX","components":{}"#, "[{\"components\":".repeat(300_000))),
        ("c.nessus", format!("<NessusClientData_v2>{tags}")),
        ("d.json", format!(r#"{{"id":"x","findings":{deep}{}}}"#, "]".repeat(1_000_000))),
    ] {
        folder.write(name, text);
        check(&folder, &["--report", &format!("web-1={name}")]).refuses(name);
    }
    folder.write("mapped.json", format!(r#"{{"rows":{deep}"#));
    let source = "policy = \"policy.gate\"\nchanges = \"change.json\"\n[[source]]\nfiles = \"mapped.json\"\nrecords = \"rows\"\n[source.fields]\nid = \"name\"\n";
    folder.write("changegate.toml", source);
    check(&folder, &[]).refuses("mapped.json");
    for (name, text) in [
        ("kev.json", format!(r#"{{"catalogVersion":"1","vulnerabilities":{deep}"#)),
        ("osv.json", format!(r#"{{"id":"X-1","schema_version":"1","affected":{deep}"#)),
        ("csaf.json", format!(r#"{{"document":{{"category":"csaf_vex"}},"product_tree":{keys}"#)),
    ] {
        folder.write(name, text);
        let run = folder.run(["feeds", "add", name, "--store", "s", "--now", NOW]);
        assert!(run.stderr.contains(name) && !run.stderr.contains("panicked"), "{name}: {:.500}", run.stderr);
        run.status(2);
    }
}

#[cfg(unix)]
#[test]
fn what_unpacks_to_more_than_there_is_room_for_is_refused() {
    let folder = project();
    folder.write("changegate.toml", "policy = \"policy.gate\"\nchanges = \"change.json\"\nmax_unpacked = \"8MiB\"\n");
    let spaces = gzip(&vec![b' '; 64 << 20]);
    folder.write("bomb.gz", &spaces);
    check(&folder, &["--inventory", "bomb.gz"]).refuses("cannot read `bomb.gz`: it is larger than 8 MiB when unpacked");
    // One after another, none of which is too large.
    folder.write("many.gz", gzip(&vec![b' '; 1 << 20]).repeat(20));
    check(&folder, &["--inventory", "many.gz"]).refuses("cannot read `many.gz`: it is larger than 8 MiB when unpacked");
    folder.write("twice.gz", gzip(&spaces));
    check(&folder, &["--inventory", "twice.gz"]).refuses("cannot read `twice.gz`: it is packed more than once");
    // A window of two terabytes; one of 64 MiB for a block of a thousand million bytes that are alike.
    let frame = |window: u8, blocks: &[u8]| [&[0x28, 0xB5, 0x2F, 0xFD, 0x00, window], blocks].concat();
    folder.write("window.zst", frame(0xF8, &[0x0B, 0, 0, b' ']));
    check(&folder, &["--inventory", "window.zst"])
        .refuses("cannot read `window.zst`: it begins as zstd but cannot be unpacked");
    // 128 KiB of spaces in four bytes, two hundred times.
    folder.write("runs.zst", frame(0x50, &[0x02, 0x00, 0x10, b' '].repeat(200)));
    check(&folder, &["--inventory", "runs.zst"])
        .refuses("cannot read `runs.zst`: it is larger than 8 MiB when unpacked");
    check(&folder, &["--report", "web-1=bomb.gz"]).refuses("larger than 8 MiB");
    let run = folder.run(["feeds", "add", "bomb.gz", "--store", "s", "--now", NOW]);
    assert!(run.stderr.contains("bomb.gz"), "{run:#?}");
    run.status(2);
}

#[cfg(unix)]
#[test]
fn texts_without_end_are_refused_or_shortened() {
    let folder = project();
    let long = "x".repeat(8 << 20);
    // Cut off in the middle of a text.
    folder.write("cut.ndjson", format!("{{\"id\":\"web-1\"}}\n{{\"id\":\"{long}"));
    let run = check(&folder, &["--inventory", "cut.ndjson"]).refuses("cut.ndjson:2: it ends in the middle of a value");
    assert!(run.stderr.len() < 1_000);
    folder.write("tier.ndjson", format!("{{\"id\":\"web-1\",\"tier\":\"{long}\"}}\n"));
    let run = check(&folder, &["--inventory", "tier.ndjson"]).status(1);
    assert!(
        run.stderr.contains("`asset.tier` is not a whole number") && run.stderr.len() < 1_000,
        "{:.2000}",
        run.stderr
    );
    folder.write("key.ndjson", format!("{{\"id\":\"web-1\",\"tier\":2,\"{long}\":1}}\n"));
    let run = check(&folder, &["--inventory", "key.ndjson"]).status(0);
    assert!(run.stderr.len() < 2_000, "{:.2000}", run.stderr);
    folder.write("open.csv", format!("id,tier\nweb-1,2\n\"{long}\n"));
    let run = check(&folder, &["--inventory", "open.csv"]).refuses("open.csv:3: a `\"` has no end");
    assert!(run.stderr.len() < 1_000);
    folder.write("head.csv", format!("{long},tier\nweb-1,2\n"));
    let run = check(&folder, &["--inventory", "head.csv"]).refuses("head.csv:1: the first row has");
    assert!(run.stderr.len() < 1_000, "{:.2000}", run.stderr);
    folder.write("long.yaml", format!("- id: web-1\n- \"{long}\n"));
    let run = check(&folder, &["--inventory", "long.yaml"]).refuses("long.yaml:");
    assert!(run.stderr.len() < 1_000, "{:.2000}", run.stderr);
}

#[test]
fn what_is_no_text_is_told_with_its_line() {
    let folder = project();
    for (flag, name, bytes, wanted) in [
        (
            "--inventory",
            "a.ndjson",
            &b"{\"id\":\"a\"}\n{\"id\":\"\xff\"}\n"[..],
            "a.ndjson:2: the byte at 8 of the record",
        ),
        ("--inventory", "a.csv", b"id,owner\r\na,b\r\nc,\xff\r\n", "a.csv:3: the cell of column 2"),
        ("--inventory", "a.yaml", b"- id: a\n- id: \xff\n", "a.yaml:2: it is not UTF-8"),
        ("--waivers", "w.csv", b"id,waives\r\n\r\nw1,x\r\nw2\r\n", "w.csv:4: the row has 1 cell, the header 2"),
        ("--inventory", "wide.json", b"\xff\xfe[\x00", "wide.json:1: the file is UTF-16, expected UTF-8"),
        (
            "--inventory",
            "zero.json",
            b"\0\0\0\0",
            "cannot read `zero.json`: it begins with a zero byte, which no text does",
        ),
    ] {
        folder.write(name, bytes);
        folder.run(["check", "--now", NOW, flag, name]).refuses(wanted);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let folder = project();
    std::fs::create_dir(folder.0.join("all")).unwrap();
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, folder.0.join(name)).unwrap();
    // Links that lead to each other, and into the folder itself.
    link("b.json", "all/a.json");
    link("a.json", "all/b.json");
    link(".", "all/again");
    check(&folder, &["--inventory", "all"]).refuses("cannot read `all/a.json`");
    check(&folder, &["--change", "all/again/again/again"]).refuses("cannot read `all/again/again/again/a.json`");
    std::fs::remove_file(folder.0.join("all/a.json")).unwrap();
    link("/dev/zero", "all/a.json");
    check(&folder, &["--inventory", "all"]).refuses("cannot read `all/a.json`: it is a pipe or a device, no file");
    check(&folder, &["--inventory", "/dev/zero"]).refuses("cannot read `/dev/zero`: it begins with a zero byte");
    check(&folder, &["--inventory", "/dev/null"]).status(1);
    check(&folder, &["--inventory", "gone.json"]).refuses("cannot read `gone.json`");
}

/// Lines that each name the one before twice: without keeping what is worked out this would take longer than anybody lives.
#[test]
fn what_is_named_in_many_places_is_worked_out_once() {
    let folder = project();
    for (first, next, last) in [
        ("asset.region == \"x\"", "not (x{} and x{}) or (if x{} then x{} else false)", "x64"),
        ("any f in asset.findings where f.kev", "x{} or x{}", "x64"),
        ("asset.tier", "x{} + x{} - x{}", "x64 > 5"),
    ] {
        let next = (2..=64).map(|at| format!("let x{at} = {}\n", next.replace("{}", &(at - 1).to_string())));
        let next = next.collect::<String>();
        let policy = format!(
            "policy play {{ timezone \"UTC\" }}\nlet x1 = {first}\n{next}rule r {{ forbid {last}  effect hold }}\n"
        );
        folder.write("deep.gate", policy);
        folder.run(["lint", "deep.gate"]);
        for verb in [&["check"][..], &["why", "CHG1"], &["when", "CHG1"]] {
            let call = verb.iter().chain(&["--policy", "deep.gate", "--now", NOW]);
            let run = folder.run(call);
            assert!(matches!(run.status, 0 | 1), "{verb:?} {last}: {run:?}");
        }
    }
}
