//! Every example of the language's contract parses without a message.

use crate::syntax::source::{FileId, Sources};
use crate::syntax::{diagnostic::Diagnostic, parse, parse_expression};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("files", include_str!("contract/files.gate")),
    ("files_2", include_str!("contract/files_2.gate")),
    ("blackout_window_calendar_2", include_str!("contract/blackout_window_calendar_2.gate")),
    ("triage", include_str!("contract/triage.gate")),
    ("table", include_str!("contract/table.gate")),
    ("categorise", include_str!("contract/categorise.gate")),
    ("risk", include_str!("contract/risk.gate")),
    ("approval", include_str!("contract/approval.gate")),
    ("obligation", include_str!("contract/obligation.gate")),
    ("rule", include_str!("contract/rule.gate")),
    ("blackout_window_calendar", include_str!("contract/blackout_window_calendar.gate")),
    ("waiver", include_str!("contract/waiver.gate")),
    ("rollout_and_rollback", include_str!("contract/rollout_and_rollback.gate")),
    ("plugin", include_str!("contract/plugin.gate")),
    ("test", include_str!("contract/test.gate")),
];

pub(crate) fn show(text: &str, problems: &[Diagnostic]) -> String {
    let mut sources = Sources::new();
    sources.add("t.gate", text);
    problems
        .iter()
        .map(|p| {
            let at = sources.line_column(p.span);
            format!(
                "{} {}:{} `{}` {} | {} | {}\n",
                p.code,
                at.line,
                at.column,
                sources.text(p.span),
                p.message,
                p.label,
                p.help.clone().unwrap_or_default()
            )
        })
        .collect()
}

/// The tree of a text, without places.
pub(crate) fn tree(text: &str) -> String {
    let debug = format!("{:?}", parse(FileId(0), text).0);
    let mut out = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("@0:") {
        out.push_str(&rest[..at]);
        rest = rest[at + 3..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    }
    out + rest
}

#[test]
fn every_example_of_the_contract_parses() {
    for (name, text) in EXAMPLES {
        let (file, problems) = parse(FileId(0), text);
        assert!(problems.is_empty(), "{name}\n{}", show(text, &problems));
        assert!(!file.statements.is_empty());
    }
}

#[test]
fn every_expression_of_the_contract_parses() {
    for line in include_str!("contract/expressions.txt").lines().flat_map(|line| line.split("        ")) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(problems) = parse_expression(FileId(0), line) {
            panic!("{line}\n{}", show(line, &problems));
        }
    }
}
