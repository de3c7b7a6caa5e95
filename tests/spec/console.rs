//! `console` blocks: commands and what they print.
//!
//! `$ command` runs in the section's folder, or in the repository where the section has no policy of its own. The lines below
//! are stdout; after a line `[stderr]` they are stderr; `[exit 1]` is the status, 0 where it is not said. A line `…` stands for
//! any number of lines, and digests are not compared. `CHANGEGATE_BLESS=1` writes what was printed in place of what was expected.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::case::Failure;
use crate::markdown::{Block, diff};
use crate::program::{self, Run};

/// One command and what it should print.
#[derive(Clone, Debug, Default)]
struct Step {
    command: String,
    stdout: Vec<String>,
    stderr: Option<Vec<String>>,
    status: i32,
}

/// Runs a block's commands.
///
/// # Errors
/// What differs, and the block's text as it should be where the call asks to write it.
pub(crate) fn check(block: &Block, folder: &Path) -> Result<(), (String, Option<String>)> {
    let steps = parse(&block.text).map_err(|what| (what, None))?;
    let mut differences = Vec::new();
    let mut text = String::new();
    for step in steps {
        let command = step.command.replace("cargo run --release -- ", "changegate ");
        let run = program::shell(folder, &command);
        let good = differs(&step, &run);
        if good.is_empty() {
            text.push_str(&written(&step.command, &step.stdout, step.stderr.as_deref(), step.status));
            continue;
        }
        differences.push(format!("$ {}\n{}", step.command, good.join("\n")));
        let stdout: Vec<String> = run.stdout.lines().map(|line| line.trim_end().to_owned()).collect();
        let stderr: Vec<String> = run.stderr.lines().map(|line| line.trim_end().to_owned()).collect();
        let stderr = step.stderr.map(|_| stderr.as_slice().to_vec());
        text.push_str(&written(&step.command, &stdout, stderr.as_deref(), run.status));
    }
    if differences.is_empty() {
        return Ok(());
    }
    let blessing = std::env::var_os("CHANGEGATE_BLESS").is_some_and(|value| value == "1");
    Err((differences.join("\n"), blessing.then_some(text)))
}

fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), ..Step::default() });
            continue;
        }
        let Some(step) = steps.last_mut() else { return Err(format!("a line before the first command: {line}")) };
        if line == "[stderr]" {
            step.stderr = Some(Vec::new());
        } else if let Some(status) = line.strip_prefix("[exit ").and_then(|rest| rest.strip_suffix(']')) {
            step.status = status.parse().map_err(|_| format!("not a status: {line}"))?;
        } else {
            step.stderr.as_mut().unwrap_or(&mut step.stdout).push(line.trim_end().to_owned());
        }
    }
    Ok(steps)
}

fn written(command: &str, stdout: &[String], stderr: Option<&[String]>, status: i32) -> String {
    let mut lines = vec![format!("$ {command}")];
    lines.extend(trimmed(stdout));
    if let Some(stderr) = stderr {
        lines.push("[stderr]".to_owned());
        lines.extend(trimmed(stderr));
    }
    if status != 0 {
        lines.push(format!("[exit {status}]"));
    }
    lines.join("\n") + "\n"
}

/// Without empty lines at the end.
fn trimmed(lines: &[String]) -> Vec<String> {
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
    lines[..end].to_vec()
}

fn differs(step: &Step, run: &Run) -> Vec<String> {
    let mut found = Vec::new();
    if step.status != run.status {
        found.push(format!("expected exit status {}, found {}", step.status, run.status));
    }
    found.extend(difference("stdout", &step.stdout, &run.stdout));
    if let Some(stderr) = &step.stderr {
        found.extend(difference("stderr", stderr, &run.stderr));
    } else if step.status != run.status {
        found.push(format!("stderr: {}", run.stderr));
    }
    found
}

fn difference(stream: &str, expected: &[String], actual: &str) -> Option<String> {
    let expected = trimmed(expected);
    let actual = trimmed(&actual.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>());
    if matches(&expected, &actual) {
        return None;
    }
    Some(format!("{stream} differs\n{}", diff(&expected, &actual)))
}

/// A line `…` stands for any number of lines.
fn matches(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first.trim() == "…" => (0..=actual.len()).any(|skip| matches(rest, &actual[skip..])),
        Some((first, rest)) => actual.first().is_some_and(|line| same(first, line)) && matches(rest, &actual[1..]),
    }
}

/// Equal but for digests, which change with every word of the example.
fn same(expected: &str, actual: &str) -> bool {
    expected == actual || masked(expected) == masked(actual)
}

/// Long runs of hexadecimal digits as `#`.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    for word in line.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        if digits.len() >= 12 {
            masked.push('#')
        } else {
            masked.push_str(digits)
        }
        masked.push_str(&word[digits.len()..]);
    }
    masked
}

/// Writes what was printed into the files.
pub(crate) fn bless(failures: &[Failure]) {
    let mut by_file: BTreeMap<&PathBuf, Vec<(usize, &str)>> = BTreeMap::new();
    for (path, line, text) in failures.iter().filter_map(|failure| failure.blessed.as_ref()) {
        by_file.entry(path).or_default().push((*line, text));
    }
    for (path, mut blocks) in by_file {
        let source = fs::read_to_string(path).unwrap();
        let mut lines: Vec<&str> = source.lines().collect();
        blocks.sort_by_key(|(line, _)| std::cmp::Reverse(*line));
        for (line, text) in blocks {
            let start = line - 1;
            let length = lines[start..].iter().position(|line| line.starts_with("```")).unwrap();
            lines.splice(start..start + length, text.lines());
        }
        fs::write(path, lines.join("\n") + "\n").unwrap();
        println!("written: {}", path.display());
    }
}
