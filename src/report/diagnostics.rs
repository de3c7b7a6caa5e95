//! Diagnostics: with the policy's text for people, as objects for programs.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use serde_json::{Value, json};

use super::{Format, Look, json, text};
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::source::{FileId, Sources, Span};

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
            let file = sources.name(diagnostic.span.file);
            writeln!(out, "{file}:{}:{}: {}: {}", at.line, at.column, diagnostic.code, diagnostic.message)?;
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
    source: NamedSource<Arc<str>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Self>,
}

impl Shown {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let home = diagnostic.span.file;
        let label = Some(diagnostic.label.clone()).filter(|text| !text.is_empty());
        let mut labels = vec![LabeledSpan::new_primary_with_span(label, range(diagnostic.span))];
        let mut elsewhere = Vec::new();
        for other in &diagnostic.labels {
            let shown = LabeledSpan::new_with_span(Some(other.text.clone()), range(other.span));
            if other.span.file == home {
                labels.push(shown);
            } else {
                elsewhere.push(Self {
                    code: None,
                    severity: Some(miette::Severity::Advice),
                    message: other.text.clone(),
                    help: None,
                    source: named(other.span.file, sources),
                    labels: vec![LabeledSpan::new_with_span(None, range(other.span))],
                    elsewhere: Vec::new(),
                });
            }
        }
        Self {
            code: Some(diagnostic.code.to_string()),
            severity: Some(match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            }),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            source: named(home, sources),
            labels,
            elsewhere,
        }
    }
}

fn range(span: Span) -> (usize, usize) {
    (span.start as usize, span.end.saturating_sub(span.start) as usize)
}

fn named(file: FileId, sources: &Sources) -> NamedSource<Arc<str>> {
    let text = sources.get(file).map(|file| Arc::clone(&file.text)).unwrap_or_default();
    NamedSource::new(sources.name(file), text)
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
