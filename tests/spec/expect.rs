//! `expect`, `eval` and `triage` blocks; `README.md` beside this file says how they are written.

use serde_json::Value;

use crate::case::Case;
use crate::markdown::diff;
use crate::program::{self, Run};
use crate::render;

/// What an `expect` block says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expectations {
    pub(crate) now: Option<String>,
    /// Severity, code and underlined text.
    pub(crate) diagnostics: Vec<(String, String, String)>,
    /// A part of each warning about the input.
    inputs: Vec<String>,
    /// A part of what is said where nothing is decided.
    refused: Option<String>,
    /// Lines on decisions: change, asset and what follows the colon.
    decisions: Vec<(String, String)>,
    /// Lines on whole changes.
    summaries: Vec<(String, String)>,
}

impl Expectations {
    /// Reads a block.
    ///
    /// # Errors
    /// A line that is none of the forms.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            match first {
                "now" => read.now = Some(rest.to_owned()),
                "error" | "warning" => {
                    let (code, at) = rest.split_once(" at ").unwrap_or((rest, ""));
                    let text = at.trim().trim_matches('`').replace("\\n", "\n");
                    read.diagnostics.push((first.to_owned(), code.trim().to_owned(), text));
                }
                "input" => read.inputs.push(rest.trim_matches('`').to_owned()),
                "refused" => read.refused = Some(rest.trim_matches('`').to_owned()),
                _ => {
                    let Some((key, said)) = line.split_once(": ") else {
                        return Err(format!("not an expectation: {line}"));
                    };
                    let (key, said) = (spaced(key), spaced(said));
                    if key.contains(' ') { &mut read.decisions } else { &mut read.summaries }.push((key, said));
                }
            }
        }
        Ok(read)
    }

    /// Decides, where something is said about decisions, and compares.
    ///
    /// # Errors
    /// What differs.
    pub(crate) fn check(&self, case: &Case) -> Result<(), String> {
        if self.decisions.is_empty() && self.summaries.is_empty() && self.refused.is_none() && self.inputs.is_empty() {
            return Ok(());
        }
        let run = decide(case);
        if let Some(part) = &self.refused {
            let said = spaced(&run.stderr);
            if run.status != 2 || !said.contains(part) {
                return Err(format!("expected exit status 2 and `{part}`, found {} and: {}", run.status, run.stderr));
            }
            return Ok(());
        }
        if run.status > 1 || run.status < 0 {
            return Err(format!("the call failed with status {}: {}{}", run.status, run.stderr, run.stdout));
        }
        let mut differences = Vec::new();
        differences.extend(self.warnings(&run).err());
        let lines = run.lines();
        let decisions: Vec<&Value> = lines.iter().filter(|line| line.get("summary").is_none()).collect();
        let summaries: Vec<&Value> = lines.iter().filter_map(|line| line.get("summary")).collect();
        if !self.decisions.is_empty() {
            let key = |one: &Value| format!("{} {}", render::word(&one["change"]), render::word(&one["asset"]));
            differences.extend(compared(&self.decisions, &decisions, key).err());
        }
        if !self.summaries.is_empty() {
            let key = |one: &Value| render::word(&one["change"]);
            differences.extend(compared(&self.summaries, &summaries, key).err());
        }
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
    }

    /// Each warning about the input is expected, and each expected one is there.
    fn warnings(&self, run: &Run) -> Result<(), String> {
        let found = run.problems();
        let mut left: Vec<String> = found
            .iter()
            .filter(|problem| problem["severity"] == "warning" && problem.get("code").is_none())
            .map(|problem| problem["message"].as_str().unwrap_or_default().to_owned())
            .collect();
        for wanted in &self.inputs {
            match left.iter().position(|message| message.contains(wanted.as_str())) {
                Some(at) => {
                    left.remove(at);
                }
                None => return Err(format!("no warning about the input says `{wanted}`:\n{}", run.stderr)),
            }
        }
        if left.is_empty() { Ok(()) } else { Err(format!("warnings about the input: {}", left.join("; "))) }
    }
}

/// One space between words.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn compared(expected: &[(String, String)], actual: &[&Value], key: impl Fn(&Value) -> String) -> Result<(), String> {
    let wanted: Vec<String> = expected.iter().map(|(key, said)| format!("{key}: {said}")).collect();
    let mut found = Vec::new();
    for (at, one) in actual.iter().enumerate() {
        // What is not said is not compared.
        let said = expected.get(at).map_or("permit []; unknown", |(_, said)| said);
        let mut parts = said.split("; ");
        let mut line = render::verdict(one, parts.next().is_some_and(|verdict| verdict.contains('[')));
        for part in parts {
            line.push_str(&format!("; {}", spaced(&render::item(one, part)?)));
        }
        found.push(format!("{}: {line}", key(one)));
    }
    if wanted == found { Ok(()) } else { Err(diff(&wanted, &found)) }
}

fn flags(case: &Case) -> Vec<&str> {
    let mut flags = vec!["--now", &case.now, "--format", "ndjson"];
    if !case.policy.is_empty() {
        flags.extend(["--policy", "policy"]);
    }
    if let Some(name) = &case.inventory {
        flags.extend(["--inventory", name]);
    }
    flags
}

fn decide(case: &Case) -> Run {
    let mut arguments = vec!["check"];
    arguments.extend(flags(case));
    if let Some(name) = &case.change {
        arguments.extend(["--change", name]);
    }
    program::changegate(&case.folder.0, &arguments)
}

/// `EXPR => VALUE` on each line: the value for each record of the expression's subject, or `error CG0103`.
///
/// # Errors
/// What differs.
pub(crate) fn eval(case: &Case, text: &str) -> Result<(), String> {
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let Some((expression, value)) = line.split_once(" => ") else {
            return Err(format!("not of the form `EXPR => VALUE`: {line}"));
        };
        let (expression, value) = (expression.trim(), spaced(value));
        let mut arguments = vec!["eval"];
        arguments.extend(flags(case));
        if let Some(name) = &case.change {
            arguments.extend(["--change", name]);
        }
        arguments.extend(["--", expression]);
        let run = program::changegate(&case.folder.0, &arguments);
        let actual = if run.status == 0 {
            render::values(&run.lines(), value.contains(" <- "))
        } else {
            let codes =
                run.problems().iter().map(|one| format!("error {}", render::word(&one["code"]))).collect::<Vec<_>>();
            if codes.is_empty() { format!("status {}: {}", run.status, run.stderr) } else { codes.join(", ") }
        };
        wanted.push(format!("{expression} => {value}"));
        found.push(format!("{expression} => {}", spaced(&actual)));
    }
    if wanted == found { Ok(()) } else { Err(different(&wanted, &found)) }
}

/// Each line that differs with what it should be.
fn different(wanted: &[String], found: &[String]) -> String {
    let pairs = wanted.iter().zip(found).filter(|(a, b)| a != b);
    pairs.map(|(a, b)| format!("- {a}\n+ {b}")).collect::<Vec<_>>().join("\n")
}

/// The lines of `changegate triage`.
///
/// # Errors
/// What differs.
pub(crate) fn triage(case: &Case, text: &str) -> Result<(), String> {
    let mut arguments = vec!["triage"];
    arguments.extend(flags(case));
    let run = program::changegate(&case.folder.0, &arguments);
    if run.status != 0 {
        return Err(format!("status {}: {}", run.status, run.stderr));
    }
    let wanted: Vec<String> = text.lines().map(spaced).filter(|line| !line.is_empty()).collect();
    let found: Vec<String> =
        run.lines().iter().filter(|row| row.get("summary").is_none()).map(render::triage_row).collect();
    if wanted == found { Ok(()) } else { Err(diff(&wanted, &found)) }
}
