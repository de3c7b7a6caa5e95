//! What is wrong with the input: a sentence, and the places below it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, Look, json, text, tidy};
use crate::facts::{Place, Problem, ProblemKind, Problems};

/// Prints problems, errors first, with their number at the end; to programs one object on each line.
///
/// # Errors
/// What writing fails with.
pub fn write(out: &mut impl Write, problems: &Problems, format: Format, look: &Look) -> io::Result<()> {
    if format != Format::Human {
        return json::lines(out, problems.iter().map(object));
    }
    for problem in problems.iter() {
        human(out, problem, look)?;
    }
    let listed = problems.errors.iter().fold(0_u64, |sum, problem| sum.saturating_add(problem.count));
    if problems.error_count > listed {
        writeln!(out, "and {}", text::counted(problems.error_count - listed, "more error"))?;
    }
    let tally = tally(problems);
    if tally.is_empty() { Ok(()) } else { writeln!(out, "input: {tally}") }
}

/// `2 errors (1 record left out), 1 warning`; notes do not count.
#[must_use]
pub fn tally(problems: &Problems) -> String {
    let mut parts = Vec::new();
    if problems.error_count > 0 {
        let left_out = match problems.left_out {
            0 => String::new(),
            records => format!(" ({} left out)", text::counted(records, "record")),
        };
        parts.push(format!("{}{left_out}", text::counted(problems.error_count, "error")));
    }
    let warnings = problems.warnings.iter().fold(0_u64, |sum, problem| sum.saturating_add(problem.count));
    if warnings > 0 {
        parts.push(text::counted(warnings, "warning"));
    }
    parts.join(", ")
}

fn word(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Error => "error",
        ProblemKind::Warning => "warning",
        ProblemKind::Note => "note",
    }
}

/// A problem as programs read it.
fn object(problem: &Problem) -> Value {
    let places: Vec<Value> = problem
        .places
        .iter()
        .map(|place| {
            json!({
                "file": place.file.as_ref(),
                "line": place.line,
                "record": place.record,
                "found": place.found,
            })
        })
        .collect();
    let mut object = json!({
        "severity": word(problem.kind),
        "message": problem.message,
        "field": problem.field.as_deref(),
        "count": problem.count,
        "places": places,
        "help": problem.help,
    });
    // Only what feeds have to say has a name.
    if let (Some(name), Some(entries)) = (problem.name, object.as_object_mut()) {
        entries.insert("name".to_owned(), Value::from(name));
    }
    object
}

fn human(out: &mut impl Write, problem: &Problem, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let kind = match problem.kind {
        ProblemKind::Error => paint.bad(word(problem.kind)),
        ProblemKind::Warning => paint.caution(word(problem.kind)),
        ProblemKind::Note => paint.dim(word(problem.kind)),
    };
    let name = problem.name.map_or_else(String::new, |name| format!(" ({name})"));
    let count = if problem.count > 1 { format!(" ({} times)", problem.count) } else { String::new() };
    writeln!(out, "{kind}: {}{name}{count}", tidy(&problem.message))?;
    for place in &problem.places {
        writeln!(out, "  {}", place_text(place))?;
    }
    let listed = u64::try_from(problem.places.len()).unwrap_or(u64::MAX);
    if listed > 0 && problem.count > listed {
        writeln!(out, "  {}", paint.dim(&format!("and {} more", problem.count - listed)))?;
    }
    if let Some(help) = &problem.help {
        writeln!(out, "  {} {}", paint.dim("help:"), tidy(help))?;
    }
    Ok(())
}

fn place_text(place: &Place) -> String {
    tidy(&place.to_string())
}
