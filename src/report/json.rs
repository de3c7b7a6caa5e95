//! JSON: one object, or one object on each line.

mod decisions;
mod kept;
mod write;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;
use serde_json::ser::Formatter;

use super::Format;
use super::rows::{TestResult, TriageReport, Values, Why};
use super::text::is_harmful;
use crate::eval::decision::{Decision, Summary};
use crate::explain::audit_rows::AuditReport;
use crate::explain::calendar_rows::CalendarReport;
use crate::explain::difference::{Differences, Step};
use crate::explain::when_rows::When;

pub use decisions::{Renderer, Report, decisions, render};
pub use kept::{Keeper, Known, Shared, count, take};

/// A line that is no row of the result, but sums it up; its keys keep their order.
#[derive(Serialize)]
struct Last<T> {
    summary: T,
}

/// A decision that became different.
#[derive(Serialize)]
struct DecisionLine<'d> {
    change: Option<&'d str>,
    asset: Option<&'d str>,
    different: &'d [&'static str],
    came: Vec<&'d str>,
    went: Vec<&'d str>,
    before: Option<&'d Decision>,
    after: Option<&'d Decision>,
}

/// A summary that became different.
#[derive(Serialize)]
struct ChangeLine<'d> {
    change: &'d str,
    different: &'d [&'static str],
    before: Option<&'d Summary>,
    after: Option<&'d Summary>,
}

/// On each line a decision that became different, as it was and as it is, and then a summary.
///
/// # Errors
/// What writing fails with.
pub fn differences(out: &mut impl Write, differences: &Differences<'_>) -> io::Result<()> {
    for one in &differences.decisions {
        let (change, asset) = one.of();
        let came = one.reasons.iter().filter_map(|step| match step {
            Step::Came(reason) => Some(reason.rule.as_str()),
            _ => None,
        });
        let went = one.reasons.iter().filter_map(|step| match step {
            Step::Went(reason) => Some(reason.rule.as_str()),
            _ => None,
        });
        let (came, went) = (came.collect(), went.collect());
        let (before, after) = (one.before, one.after);
        line(out, &DecisionLine { change, asset, different: &one.keys, came, went, before, after })?;
    }
    for one in &differences.changes {
        let change = one.after.or(one.before).map(|summary| summary.change.as_str()).unwrap_or_default();
        let summary = ChangeLine { change, different: &one.keys, before: one.before, after: one.after };
        line(out, &Last { summary })?;
    }
    Ok(())
}

/// `{"findings": […], "counts": […], "record": …}`, or a finding on each line and then `{"summary": …}`.
///
/// # Errors
/// What writing fails with.
pub fn triage(out: &mut impl Write, report: &TriageReport, format: Format) -> io::Result<()> {
    if format == Format::Ndjson {
        lines(out, &report.rows)?;
        return line(out, &json!({ "summary": { "counts": report.counts(), "record": report.record } }));
    }
    object(out, |out| {
        array(out, "findings", &report.rows)?;
        write!(out, ",")?;
        array(out, "counts", &report.counts())?;
        write!(out, ",")?;
        member(out, "record", &report.record)
    })
}

/// `{"decisions": […], "summary": {…}}`, or an asset on each line and then `{"summary": …}`.
///
/// # Errors
/// What writing fails with.
pub fn audit(out: &mut impl Write, report: &AuditReport, format: Format) -> io::Result<()> {
    if format == Format::Ndjson {
        lines(out, &report.rows)?;
        return line(out, &Last { summary: &report.summary });
    }
    object(out, |out| {
        array(out, "decisions", &report.rows)?;
        write!(out, ",")?;
        member(out, "summary", &report.summary)
    })
}

/// `{"type": …, "values": […]}`, or a value on each line.
///
/// # Errors
/// What writing fails with.
pub fn values(out: &mut impl Write, values: &Values, format: Format) -> io::Result<()> {
    if format == Format::Ndjson {
        return lines(out, &values.rows);
    }
    object(out, |out| {
        member(out, "type", &values.ty)?;
        write!(out, ",")?;
        array(out, "values", &values.rows)
    })
}

/// `{"tests": […], "passed": n, "failed": n}`, or a test on each line and then `{"summary": …}`.
///
/// # Errors
/// What writing fails with.
pub fn tests(out: &mut impl Write, results: &[TestResult], format: Format) -> io::Result<()> {
    let passed = results.iter().filter(|result| result.passed).count();
    let failed = results.len() - passed;
    if format == Format::Ndjson {
        lines(out, results)?;
        return line(out, &json!({ "summary": { "passed": passed, "failed": failed } }));
    }
    object(out, |out| {
        array(out, "tests", results)?;
        write!(out, ",")?;
        member(out, "passed", &passed)?;
        write!(out, ",")?;
        member(out, "failed", &failed)
    })
}

/// `{"why": […]}`, or a change on each line.
///
/// # Errors
/// What writing fails with.
pub fn why(out: &mut impl Write, answers: &[Why], format: Format) -> io::Result<()> {
    if format == Format::Ndjson {
        return lines(out, answers);
    }
    object(out, |out| array(out, "why", answers))
}

/// `{"calendar": […], "summary": {…}}`, or a time on each line and then `{"summary": …}`.
///
/// # Errors
/// What writing fails with.
pub fn calendar(out: &mut impl Write, report: &CalendarReport, format: Format) -> io::Result<()> {
    let summary = report.summary();
    if format == Format::Ndjson {
        lines(out, &report.rows)?;
        return line(out, &Last { summary: &summary });
    }
    object(out, |out| {
        array(out, "calendar", &report.rows)?;
        write!(out, ",")?;
        member(out, "summary", &summary)
    })
}

/// `{"when": {…}}`, or the same without its name on one line.
///
/// # Errors
/// What writing fails with.
pub fn when(out: &mut impl Write, answer: &When, format: Format) -> io::Result<()> {
    if format == Format::Ndjson {
        return line(out, answer);
    }
    object(out, |out| member(out, "when", answer))
}

/// One value on a line.
///
/// # Errors
/// What writing fails with.
pub fn line<T: Serialize>(out: &mut impl Write, value: &T) -> io::Result<()> {
    to_writer(out, value)?;
    writeln!(out)
}

/// A value on each line.
///
/// # Errors
/// What writing fails with.
pub fn lines<T: Serialize>(out: &mut impl Write, values: impl IntoIterator<Item = T>) -> io::Result<()> {
    values.into_iter().try_for_each(|value| line(out, &value))
}

fn object<W: Write>(out: &mut W, members: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
    write!(out, "{{")?;
    members(out)?;
    writeln!(out, "}}")
}

fn member<T: Serialize>(out: &mut impl Write, name: &str, value: &T) -> io::Result<()> {
    write!(out, "\"{name}\":")?;
    to_writer(out, value)?;
    Ok(())
}

/// A member that is a list, with an element on each line, so that the file can be searched and compared by lines.
fn array<T: Serialize>(out: &mut impl Write, name: &str, values: &[T]) -> io::Result<()> {
    write!(out, "\"{name}\":[")?;
    for (n, value) in values.iter().enumerate() {
        writeln!(out, "{}", if n == 0 { "" } else { "," })?;
        to_writer(out, value)?;
    }
    if !values.is_empty() {
        writeln!(out)?;
    }
    write!(out, "]")
}

/// Writes a value; characters that steer a terminal are escaped in its texts, so that the result may be looked at as it is.
fn to_writer<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Harmless);
    Ok(value.serialize(&mut serializer)?)
}

/// The compact form of JSON, but for the characters that are escaped.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, mut text: &str) -> io::Result<()> {
        while let Some((at, c)) = text.char_indices().find(|(_, c)| is_harmful(*c)) {
            out.write_all(text.get(..at).unwrap_or_default().as_bytes())?;
            // All of them lie in the basic plane.
            write!(out, "\\u{:04x}", u32::from(c))?;
            text = text.get(at + c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(text.as_bytes())
    }
}
