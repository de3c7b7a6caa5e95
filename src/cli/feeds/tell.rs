//! What is wrong with feeds, on stderr.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::session::Session;
use crate::report::{self, Format, tidy};
use crate::sources::enrich::Remark;
use crate::sources::{At, Refused};

/// How many remarks or refusals of one name are printed to people.
const MOST_SHOWN: usize = 10;

/// Prints what was refused, as errors or, where the rest is kept, as warnings.
pub(super) fn refusals(refused: &[Refused], kept: bool, session: &Session) -> Result<(), Failure> {
    let severity = if kept { "warning" } else { "error" };
    let human = session.format == Format::Human;
    let shown = if human { MOST_SHOWN } else { refused.len() };
    for one in refused.iter().take(shown) {
        let (line, pointer) = match &one.origin.at {
            At::File => (None, None),
            At::Line(line) => (Some(*line), None),
            At::Pointer(pointer) => (None, Some(pointer.as_str())),
        };
        let at =
            line.map(|line| format!(":{line}")).or(pointer.map(|pointer| format!(" {pointer}"))).unwrap_or_default();
        let text = format!("{}{at}: {}", one.origin.file, one.message);
        let expected = one.expected.as_ref().map(|expected| format!("expected {expected}"));
        let value = json!({
            "severity": severity, "message": one.message, "help": expected, "file": &*one.origin.file, "line": line, "pointer": pointer,
        });
        say(severity, &text, expected.as_deref(), &value, session)?;
    }
    let more = refused.len().saturating_sub(shown);
    if more > 0 { say(severity, &format!("and {more} more"), None, &Value::Null, session) } else { Ok(()) }
}

/// Prints what is to be told about feeds.
pub(super) fn remarks(remarks: &[Remark], session: &Session) -> Result<(), Failure> {
    let mut left = remarks;
    while let Some(first) = left.first() {
        let length = left.iter().take_while(|remark| remark.name == first.name).count();
        let (alike, rest) = left.split_at_checked(length).unwrap_or((left, &[]));
        let shown = if session.format == Format::Human { MOST_SHOWN } else { alike.len() };
        for remark in alike.iter().take(shown) {
            let value = json!({ "severity": "warning", "name": remark.name, "about": remark.about, "message": remark.message, "help": null });
            say("warning", &format!("{} ({})", remark.message, remark.name), None, &value, session)?;
        }
        if alike.len() > shown {
            say("warning", &format!("and {} more ({})", alike.len() - shown, first.name), None, &Value::Null, session)?;
        }
        left = rest;
    }
    Ok(())
}

/// Prints one thing on stderr: to people a line, to programs an object.
fn say(severity: &str, text: &str, help: Option<&str>, value: &Value, session: &Session) -> Result<(), Failure> {
    let mut err = io::stderr().lock();
    if session.format != Format::Human {
        return report::json::line(&mut err, value).map_err(Failure::from);
    }
    let paint = session.problems.paint;
    let word = if severity == "error" { paint.bad(severity) } else { paint.caution(severity) };
    let help = help.map_or_else(String::new, |help| format!("  {} {}\n", paint.dim("help:"), tidy(help)));
    Ok(err.write_all(format!("{word}: {}\n{help}", tidy(text)).as_bytes())?)
}
