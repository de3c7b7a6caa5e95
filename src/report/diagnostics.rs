//! Diagnostics: with the policy's text for people, as objects for programs.

use std::fmt;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value, json};

use super::excerpt::Excerpt;
use super::{Format, Look, json, text, tidy};
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::source::{Sources, Span};

/// How many diagnostics are printed to people in full.
const LIMIT: usize = 100;

/// Prints diagnostics to people, errors first, with the lines of the policy that they are about and a count at the end; to programs one object
/// on each line.
///
/// # Errors
/// What writing fails with.
pub fn write(
    out: &mut impl Write,
    diagnostics: &[Diagnostic],
    sources: &Sources,
    format: Format,
    look: &Look,
) -> io::Result<()> {
    if format != Format::Human {
        return json::lines(out, diagnostics.iter().map(|diagnostic| object(diagnostic, sources)));
    }
    let theme = if look.paint.0 { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(look.width).with_links(false);
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| diagnostic.severity);
    for diagnostic in ordered.iter().take(LIMIT) {
        let mut rendered = String::new();
        if handler.render_report(&mut rendered, &Shown::new(diagnostic, sources)).is_ok() {
            writeln!(out, "{rendered}")?;
        } else {
            let at = sources.line_column(diagnostic.span);
            let file = tidy(sources.name(diagnostic.span.file));
            let message = tidy(&diagnostic.message);
            writeln!(out, "{file}:{}:{}: {}: {message}", at.line, at.column, diagnostic.code)?;
        }
    }
    if ordered.len() > LIMIT {
        writeln!(out, "and {} more", ordered.len() - LIMIT)?;
    }
    if diagnostics.is_empty() { Ok(()) } else { writeln!(out, "{}", tally(diagnostics)) }
}

/// `2 errors, 1 warning`.
#[must_use]
pub fn tally(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    };
    [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| text::counted(count, name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A diagnostic as programs read it.
#[must_use]
pub fn object(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| json!({ "at": place(label.span, sources), "label": label.text }))
        .collect();
    json!({
        "code": diagnostic.code.to_string(),
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": diagnostic.message,
        "at": place(diagnostic.span, sources),
        "label": diagnostic.label,
        "labels": labels,
        "help": diagnostic.help,
    })
}

fn place(span: Span, sources: &Sources) -> Value {
    let start = sources.line_column(span);
    let end = sources.line_column(Span { start: span.end, ..span });
    json!({
        "file": sources.name(span.file),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    })
}

/// A diagnostic in the form that the renderer takes: the labels of its own file, and one related note for each label elsewhere.
#[derive(Debug)]
struct Shown {
    code: Option<String>,
    severity: Option<miette::Severity>,
    message: String,
    help: Option<String>,
    source: Excerpt,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Self>,
}

impl Shown {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let home = diagnostic.span.file;
        let spans: Vec<Span> = std::iter::once(diagnostic.span)
            .chain(diagnostic.labels.iter().map(|label| label.span).filter(|span| span.file == home))
            .collect();
        let source = Excerpt::new(home, &spans, sources);
        let label = Some(tidy(&diagnostic.label)).filter(|text| !text.is_empty());
        let mut labels = vec![LabeledSpan::new_primary_with_span(label, source.range(diagnostic.span))];
        let mut elsewhere = Vec::new();
        for other in &diagnostic.labels {
            if other.span.file == home {
                labels.push(LabeledSpan::new_with_span(Some(tidy(&other.text)), source.range(other.span)));
                continue;
            }
            let source = Excerpt::new(other.span.file, &[other.span], sources);
            elsewhere.push(Self {
                code: None,
                severity: Some(miette::Severity::Advice),
                message: tidy(&other.text),
                help: None,
                labels: vec![LabeledSpan::new_with_span(None, source.range(other.span))],
                source,
                elsewhere: Vec::new(),
            });
        }
        Self {
            code: Some(diagnostic.code.to_string()),
            severity: Some(match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            }),
            message: tidy(&diagnostic.message),
            help: diagnostic.help.as_deref().map(tidy),
            source,
            labels,
            elsewhere,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|shown| shown as &dyn miette::Diagnostic)))
    }
}
