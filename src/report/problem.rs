//! What is wrong with the input: a sentence, and the places below it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Format, Look, clean, json, text};
use crate::facts::{Place, Problem, ProblemKind};

/// Prints problems, errors first, with their number at the end; to programs one object on each line.
///
/// # Errors
/// What writing fails with.
pub fn write(out: &mut impl Write, problems: &[Problem], format: Format, look: &Look) -> io::Result<()> {
    if format != Format::Human {
        return json::lines(out, problems.iter().map(object));
    }
    let mut ordered: Vec<&Problem> = problems.iter().collect();
    ordered.sort_by_key(|problem| problem.kind);
    for problem in ordered {
        human(out, problem, look)?;
    }
    let tally = tally(problems);
    if tally.is_empty() { Ok(()) } else { writeln!(out, "input: {tally}") }
}

/// `2 errors, 1 warning`; notes do not count.
#[must_use]
pub fn tally(problems: &[Problem]) -> String {
    [(ProblemKind::Error, "error"), (ProblemKind::Warning, "warning")]
        .into_iter()
        .map(|(kind, name)| {
            let count = problems.iter().filter(|p| p.kind == kind).fold(0_u64, |sum, p| sum.saturating_add(p.count));
            (count, name)
        })
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| text::counted(count, name))
        .collect::<Vec<_>>()
        .join(", ")
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
    json!({
        "severity": word(problem.kind),
        "message": problem.message,
        "field": problem.field.as_deref(),
        "count": problem.count,
        "places": places,
        "help": problem.help,
    })
}

fn human(out: &mut impl Write, problem: &Problem, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let kind = match problem.kind {
        ProblemKind::Error => paint.bad(word(problem.kind)),
        ProblemKind::Warning => paint.caution(word(problem.kind)),
        ProblemKind::Note => paint.dim(word(problem.kind)),
    };
    let count = if problem.count > 1 { format!(" ({} times)", problem.count) } else { String::new() };
    writeln!(out, "{kind}: {}{count}", clean(&problem.message))?;
    for place in &problem.places {
        writeln!(out, "  {}", place_text(place))?;
    }
    let listed = u64::try_from(problem.places.len()).unwrap_or(u64::MAX);
    if listed > 0 && problem.count > listed {
        writeln!(out, "  {}", paint.dim(&format!("and {} more", problem.count - listed)))?;
    }
    if let Some(help) = &problem.help {
        writeln!(out, "  {} {}", paint.dim("help:"), clean(help))?;
    }
    Ok(())
}

fn place_text(place: &Place) -> String {
    clean(&place.to_string()).into_owned()
}
