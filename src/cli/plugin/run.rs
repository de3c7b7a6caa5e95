//! `changegate plugin run`: one question, and all there is to know of its answer.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::super::Status;
use super::super::failure::Failure;
use super::super::input;
use super::super::output;
use super::super::session::Session;
use crate::check::plugin::{Kind, Signature, Value};
use crate::report::{self, Format, tidy};

/// `plugin run`
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The module: a WebAssembly component
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The check
    #[arg(value_name = "CHECK")]
    check: String,
    /// The inputs in JSON, in order: `'["kiosk"]' '"2026-12-20T10:00:00Z"'`; a word that is no JSON is a text
    #[arg(value_name = "INPUT", allow_hyphen_values = true, conflicts_with_all = ["asset", "change"])]
    inputs: Vec<String>,
    /// Take the inputs that have the names of this asset's fields from a JSON file
    #[arg(long, value_name = "FILE")]
    asset: Option<PathBuf>,
    /// Take the inputs that have the names of this change's fields from a JSON file
    #[arg(long, value_name = "FILE")]
    change: Option<PathBuf>,
    /// How much fuel the call may use
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
    /// How many MiB of memory the call may use
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=256))]
    memory: Option<u64>,
}

pub(super) fn run(args: &RunArgs, session: &Session) -> Result<Status, Failure> {
    let module = super::load(&args.file, session)?;
    let at = super::check(&module, &args.check)?;
    let checks = &module.described().checks;
    let Some(signature) = checks.get(at).map(|check| &check.signature) else { return Err(Failure::Reported) };
    let written = if args.asset.is_some() || args.change.is_some() {
        by_name(args, module.parameters(at))?
    } else {
        args.inputs
            .iter()
            .map(|text| serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str())))
            .collect()
    };
    let inputs = inputs(&written, signature)?;
    let asked = module.ask_closely(at, &inputs, super::host::limits(args.fuel, args.memory));
    let answer = asked.result.as_ref().ok().map(|value| value.to_json(&signature.answer));
    let failure = asked.result.as_ref().err();
    output::print(|out| {
        if session.format != Format::Human {
            let why = failure.map(|failure| json!({ "kind": failure.word(), "message": failure.to_string() }));
            let all = json!({ "answer": answer, "failure": why, "fuel": asked.fuel, "memory": asked.memory, "log": asked.log });
            return report::json::line(out, &all);
        }
        for line in &asked.log {
            writeln!(out, "log: {}", tidy(line))?;
        }
        match (&answer, failure) {
            (Some(answer), _) => writeln!(out, "{}", tidy(&answer.to_string()))?,
            (None, Some(failure)) => writeln!(out, "unknown: the check {}", tidy(&failure.to_string()))?,
            (None, None) => {}
        }
        writeln!(out, "  fuel    {}\n  memory  {} bytes", asked.fuel, asked.memory)
    })?;
    Ok(match failure {
        Some(failure) if failure.ends_run() => Status::Wrong,
        Some(_) => Status::Bad,
        None => Status::Good,
    })
}

/// JSON as the inputs of a check.
pub(super) fn inputs(written: &[Json], signature: &Signature) -> Result<Vec<Value>, Failure> {
    if written.len() != signature.inputs.len() {
        let count = written.len();
        return Err(Failure::new(format!("`{}` is not asked with {count} inputs", signature.name))
            .help(format!("it is `{signature}`; write each input in JSON")));
    }
    let one = |(at, (json, kind)): (usize, (&Json, &Kind))| {
        Value::from_json(json, kind)
            .map_err(|why| Failure::new(format!("input {} of `{}`: {why}", at + 1, signature.name)))
    };
    written.iter().zip(&signature.inputs).enumerate().map(one).collect()
}

/// The inputs by the names of the parameters, from the records of an asset and a change.
fn by_name(args: &RunArgs, parameters: &[String]) -> Result<Vec<Json>, Failure> {
    let mut records = Vec::new();
    for path in args.asset.iter().chain(&args.change) {
        records.push(record(path)?);
    }
    let find = |name: &String| {
        let found = records.iter().find_map(|record| record.get(name).or_else(|| record.get(name.replace('-', "_"))));
        found.cloned().ok_or_else(|| {
            Failure::new(format!("no record has the input `{name}`"))
                .help("inputs are found by the names of the check's parameters: give them one by one instead")
        })
    };
    parameters.iter().map(find).collect()
}

fn record(path: &Path) -> Result<Json, Failure> {
    let text = input::text(path)?;
    let wrong = |what: &dyn std::fmt::Display| Failure::new(format!("`{}` is no JSON record: {what}", path.display()));
    let json: Json = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    if json.is_object() { Ok(json) } else { Err(wrong(&"it is no object")) }
}
