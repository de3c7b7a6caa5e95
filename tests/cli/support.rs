//! A folder to play in, and the program in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// The `now` of these tests.
pub(crate) const NOW: &str = "2026-11-21T09:00:00Z";

/// The verdict hangs on the change's model, so that every verdict can be had.
pub(crate) const POLICY: &str = r#"policy play "Play" {
  version  "1"
  timezone "UTC"
}

triage patching "Patch triage" {
  levels act > track
  clock  finding.published
  act    within 7d  when finding.kev
  track  otherwise
}

rule no_deny "Denied" {
  forbid  change.model == "deny"
  because "The model says so"
}

rule no_hold "Held" {
  forbid change.model == "hold"
  effect hold
}

rule no_warn "Warned" {
  forbid change.model == "warn"
  effect warn
}

blackout freeze "Frozen" {
  from 2020-01-01 to 2030-01-01
  for  change.model == "defer"
}
"#;

/// The first passes, the second fails on purpose.
pub(crate) const TESTS: &str = r#"test freeze_defers {
  now    2026-11-01T09:00Z
  asset  { id: "db-1", findings: [] }
  change {
    id: "CHG1",
    model: "defer",
    assets: { "db-1" },
    start: 2026-11-02T10:00Z,
    end: 2026-11-02T11:00Z,
    fixes: {}
  }
  expect verdict == defer
}

test backup {
  now    2026-11-01T09:00Z
  asset  { id: "db-1", findings: [] }
  change {
    id: "CHG1",
    model: "hold",
    assets: { "db-1" },
    start: 2026-11-02T10:00Z,
    end: 2026-11-02T11:00Z,
    fixes: {}
  }
  expect verdict == deny
}
"#;

pub(crate) const INVENTORY: &str = r#"{"id":"db-1","tier":1,"findings":[{"cve":"CVE-2024-1","kev":true,"published":"2024-01-01T00:00:00Z"}]}
{"id":"web-1","findings":[{"cve":"CVE-2024-1","kev":false,"published":"2024-01-01T00:00:00Z"}]}
"#;

pub(crate) const CONFIG: &str = r#"policy = "policy"
inventory = "inventory.ndjson"
changes = "changes"
"#;

/// A change that gets the verdict that its model names.
pub(crate) fn change(id: &str, model: &str) -> String {
    format!(
        r#"{{"id":"{id}","model":"{model}","assets":["db-1","web-1"],"start":"2026-11-22T10:00:00Z","end":"2026-11-22T11:00:00Z"}}"#
    )
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder that is taken away in the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Nothing in it.
    pub(crate) fn empty() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("changegate-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A policy, an inventory and one change that gets `model`'s verdict.
    pub(crate) fn project(model: &str) -> Self {
        let folder = Self::empty();
        folder.write("changegate.toml", CONFIG);
        folder.write("policy/policy.gate", POLICY);
        folder.write("policy/tests.gate", TESTS);
        folder.write("inventory.ndjson", INVENTORY);
        folder.write("changes/one.json", change("CHG0001", model));
        folder
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Runs the program in the folder.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        run_in(&self.0, arguments, None)
    }

    /// Runs the program in the folder with a text on stdin.
    pub(crate) fn pipe<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>, stdin: &str) -> Run {
        run_in(&self.0, arguments, Some(stdin))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The program, not yet started.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changegate"));
    command.current_dir(folder).env_remove("NO_COLOR").env_remove("COLUMNS");
    // Compiled plugins of tests stay with the tests.
    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/plugins");
    command.env("XDG_CACHE_HOME", kept).env("XDG_STATE_HOME", kept);
    command
}

fn run_in<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>, stdin: Option<&str>) -> Run {
    let mut child = program(folder)
        .args(arguments)
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(text) = stdin {
        // The program may end before it has read everything.
        drop(child.stdin.take().unwrap().write_all(text.as_bytes()));
    }
    Run::from(child.wait_with_output().unwrap())
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// Ends with this status.
    #[track_caller]
    pub(crate) fn status(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Each line of stdout as JSON.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// Fails with status 2 and this on stderr, and nothing on stdout.
    #[track_caller]
    pub(crate) fn refuses(self, said: &str) -> Self {
        assert!(self.stderr.contains(said), "`{said}` is missing: {self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        assert_eq!(self.stdout, "");
        self.status(2)
    }
}
