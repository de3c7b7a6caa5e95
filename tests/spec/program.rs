//! A folder with a policy and facts, and the program in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A folder that is taken away in the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("changegate-spec-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Takes a file or folder away, if it is there.
    pub(crate) fn remove(&self, name: &str) {
        let path = self.0.join(name);
        drop(if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) });
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What came of a call.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Each line of stdout that is JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Each line of stderr that is JSON.
    pub(crate) fn problems(&self) -> Vec<Value> {
        self.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_changegate"))
}

/// Runs the program with arguments.
pub(crate) fn changegate(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(binary());
    command.args(arguments);
    finish(command, folder)
}

/// Runs a line as a shell does; `changegate` is the program that was built.
pub(crate) fn shell(folder: &Path, line: &str) -> Run {
    let mut path = vec![binary().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).env("PATH", std::env::join_paths(path).unwrap());
    finish(command, folder)
}

fn finish(mut command: Command, folder: &Path) -> Run {
    let output = command
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        // Compiled plugins of tests stay with the tests.
        .env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/plugins"))
        .env("XDG_STATE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/plugins"))
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A diagnostic of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// `error` or `warning`.
    pub(crate) severity: String,
    /// `CG0123`.
    pub(crate) code: String,
    /// The text that is underlined.
    pub(crate) text: String,
    /// `policy/a.gate:3:7`.
    pub(crate) place: String,
    /// The sentence.
    pub(crate) message: String,
}

/// What `lint` says of a policy, given as files by name.
pub(crate) fn lint(folder: &Path, path: &str, files: &BTreeMap<String, String>) -> Vec<Found> {
    let run = changegate(folder, &["lint", path, "--format", "ndjson"]);
    assert!(run.status == 0 || run.status == 2, "{run:#?}");
    let found: Vec<Found> = run
        .lines()
        .iter()
        .map(|object| {
            let at = &object["at"];
            let file = at["file"].as_str().unwrap_or_default();
            let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let source = files.get(&name).map_or("", String::as_str);
            Found {
                severity: object["severity"].as_str().unwrap_or_default().to_owned(),
                code: object["code"].as_str().unwrap_or_default().to_owned(),
                text: between(source, at).unwrap_or_default(),
                place: format!("{name}:{}:{}", at["line"], at["column"]),
                message: object["message"].as_str().unwrap_or_default().to_owned(),
            }
        })
        .collect();
    assert!(run.status == 0 || !found.is_empty(), "the policy cannot be read: {}", run.stderr);
    found
}

/// The text between two places that count lines and characters from 1.
fn between(text: &str, at: &Value) -> Option<String> {
    let offset = |line: &str, column: &str| {
        let line = usize::try_from(at[line].as_u64()?).ok()?;
        let column = usize::try_from(at[column].as_u64()?).ok()?;
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let within = text[start..].char_indices().nth(column - 1).map_or(text.len() - start, |(at, _)| at);
        Some(start + within)
    };
    text.get(offset("line", "column")?..offset("end_line", "end_column")?).map(str::to_owned)
}
