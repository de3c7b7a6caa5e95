//! `changegate plugin test`: whether answers hang on anything but the inputs, whether they are the recorded ones, and how much they take.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::super::Status;
use super::super::failure::Failure;
use super::super::input;
use super::super::output;
use super::super::session::Session;
use crate::check::plugin::{Limits, Value};
use crate::plugin::Module;
use crate::report::{self, Format, tidy};

/// `plugin test`
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The module: a WebAssembly component
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What to ask, one JSON object a line: `{"check": "allowed", "inputs": [["kiosk"], "2026-12-20T10:00:00Z"], "answer": true}`; an `answer`
    /// is compared, and so is `refused`, the words by which a check says that it cannot tell
    #[arg(long, value_name = "FILE")]
    answers: PathBuf,
    /// How much fuel a call may use; more than half of it counts as slow
    #[arg(long, value_name = "UNITS")]
    fuel: Option<u64>,
    /// How many MiB of memory a call may use
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=256))]
    memory: Option<u64>,
}

/// One line of the file.
struct Question {
    line: usize,
    check: usize,
    inputs: Vec<Value>,
    answer: Option<Json>,
    refused: Option<Json>,
}

/// What one question came to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    text: String,
    is_answer: bool,
    refused: Option<String>,
    fuel: u64,
}

impl Said {
    fn is(&self, answer: &Json) -> bool {
        let expected = answer.to_string();
        self.text == expected
    }
}

pub(super) fn run(args: &TestArgs, session: &Session) -> Result<Status, Failure> {
    let module = super::load(&args.file, session)?;
    let questions = questions(args, &module)?;
    let limits = super::host::limits(args.fuel, args.memory);
    let ask = |module: &Module, question: &Question| said(module, question, limits);
    let first: Vec<Said> = questions.iter().map(|question| ask(&module, question)).collect();
    // The same again at once, then in the other order, then of another instance of everything.
    let again: Vec<Said> = questions.iter().map(|question| ask(&module, question)).collect();
    let mut turned: Vec<Said> = questions.iter().rev().map(|question| ask(&module, question)).collect();
    turned.reverse();
    let other = super::load(&args.file, session)?;
    let elsewhere: Vec<Said> = questions.iter().map(|question| ask(&other, question)).collect();

    let mut wrong: Vec<(usize, String)> = Vec::new();
    let mut slow: Vec<(usize, String)> = Vec::new();
    for (at, (question, said)) in questions.iter().zip(&first).enumerate() {
        for (others, when) in
            [(&again, "asked again"), (&turned, "asked in another order"), (&elsewhere, "of another instance")]
        {
            if let Some(other) = others.get(at).filter(|other| *other != said) {
                let told = if other.text == said.text {
                    format!("uses {} units of fuel, and {} {when}", said.fuel, other.fuel)
                } else {
                    format!("answers {}, and {} {when}", said.text, other.text)
                };
                wrong.push((question.line, told));
                break;
            }
        }
        match &question.answer {
            Some(answer) if !said.is_answer || !said.is(answer) => {
                wrong.push((question.line, format!("answers {}, and {answer} was expected", said.text)));
            }
            None => match &question.refused {
                Some(why) if said.refused.as_deref() != why.as_str() => {
                    wrong.push((question.line, format!("answers {}, and {why} was expected to be refused", said.text)));
                }
                None if !said.is_answer => wrong.push((question.line, said.text.clone())),
                _ => {}
            },
            _ => {}
        }
        if said.fuel > limits.fuel / 2 {
            slow.push((question.line, format!("uses {} of {} units of fuel", said.fuel, limits.fuel)));
        }
    }
    let most = first.iter().map(|said| said.fuel).max().unwrap_or_default();
    output::print(|out| {
        if session.format != Format::Human {
            let lines = |all: &[(usize, String)]| {
                all.iter().map(|(line, what)| json!({ "line": line, "message": what })).collect::<Vec<_>>()
            };
            let all =
                json!({ "asked": questions.len(), "most_fuel": most, "wrong": lines(&wrong), "slow": lines(&slow) });
            return report::json::line(out, &all);
        }
        let name = args.answers.display();
        for (line, what) in &wrong {
            writeln!(out, "{}: {name} line {line} {}", session.look.paint.bad("wrong"), tidy(what))?;
        }
        for (line, what) in &slow {
            writeln!(out, "slow: {name} line {line} {}", tidy(what))?;
        }
        let count = questions.len();
        writeln!(
            out,
            "{count} question{}, each asked 4 times: {} wrong, {} slow; at most {most} units of fuel",
            if count == 1 { "" } else { "s" },
            wrong.len(),
            slow.len()
        )
    })?;
    Ok(if wrong.is_empty() { Status::Good } else { Status::Bad })
}

fn questions(args: &TestArgs, module: &Module) -> Result<Vec<Question>, Failure> {
    let text = input::text(&args.answers)?;
    let mut questions = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let place = format!("{} line {line}", args.answers.display());
        let json: Json =
            serde_json::from_str(text).map_err(|error| Failure::new(format!("no JSON: {error}")).at(&place))?;
        let check = json.get("check").and_then(Json::as_str).unwrap_or_default();
        let at = super::check(module, check).map_err(|failure| failure.at(&place))?;
        let written = json.get("inputs").and_then(Json::as_array).cloned().unwrap_or_default();
        let Some(check) = module.described().checks.get(at) else { continue };
        questions.push(Question {
            line,
            check: at,
            inputs: super::run::inputs(&written, &check.signature).map_err(|failure| failure.at(&place))?,
            answer: json.get("answer").cloned(),
            refused: json.get("refused").cloned(),
        });
    }
    if questions.is_empty() {
        return Err(Failure::new(format!("`{}` asks nothing", args.answers.display())));
    }
    Ok(questions)
}

fn said(module: &Module, question: &Question, limits: Limits) -> Said {
    let asked = module.ask_closely(question.check, &question.inputs, limits);
    let kind = module.described().checks.get(question.check).map(|check| &check.signature.answer);
    let (text, is_answer) = match (&asked.result, kind) {
        (Ok(value), Some(kind)) => (value.to_json(kind).to_string(), true),
        (Ok(_), None) => (String::new(), false),
        (Err(failure), _) => (failure.to_string(), false),
    };
    let refused = match &asked.result {
        Err(crate::plugin::Failure::Refused(why)) => Some(why.clone()),
        _ => None,
    };
    Said { text, is_answer, refused, fuel: asked.fuel }
}
