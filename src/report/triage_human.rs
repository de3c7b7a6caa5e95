//! The urgency of findings as people read it: counts by level first, then each finding.

use std::io::{self, Write};

use super::human::{record, unknown};
use super::rows::{TriageReport, TriageRow};
use super::text::{clean, pad, pad_left, width};
use super::{Look, duties_human};
use crate::time::Instant;

/// Prints the counts, then a line for each finding.
///
/// # Errors
/// What writing fails with.
pub fn triage(out: &mut impl Write, report: &TriageReport, look: &Look) -> io::Result<()> {
    counts(out, report, look)?;
    if !report.rows.is_empty() {
        writeln!(out)?;
        findings(out, report, look)?;
        writeln!(out)?;
    }
    record(out, &report.record, look)
}

fn counts(out: &mut impl Write, report: &TriageReport, look: &Look) -> io::Result<()> {
    let counts = report.counts();
    if counts.is_empty() {
        return writeln!(out, "no finding has a level");
    }
    let levels = counts.iter().map(|count| width(level(count.level.as_deref()))).max().unwrap_or_default();
    let mut block = None;
    for count in &counts {
        if block != Some(&count.block) {
            writeln!(out, "{}", look.paint.bold(&count.block))?;
            block = Some(&count.block);
        }
        let overdue = match count.overdue {
            0 => String::new(),
            overdue => look.paint.bad(&format!("  {overdue} overdue")),
        };
        let findings = pad_left(&count.findings.to_string(), 8);
        writeln!(out, "  {}{findings}{overdue}", pad(level(count.level.as_deref()), levels))?;
    }
    Ok(())
}

fn level(level: Option<&str>) -> &str {
    level.unwrap_or("(no level)")
}

/// The texts of a row, in the order of the columns.
fn cells(row: &TriageRow, several: bool, now: Instant, look: &Look) -> Vec<String> {
    let mut cells = Vec::with_capacity(6);
    if several {
        cells.push(row.block.clone());
    }
    cells.push(level(row.level.as_deref()).to_owned());
    cells.push(row.due.map(|due| look.time(due)).unwrap_or_else(|| "-".to_owned()));
    cells.push(overdue_by(row, now));
    cells.push(row.asset.as_deref().map_or("(not known)".into(), clean).into_owned());
    cells.push(row.finding.as_deref().map_or("(not known)".into(), clean).into_owned());
    cells
}

/// How long the due date has passed: `12d`, `5h`; `?` where it hangs on a missing fact.
fn overdue_by(row: &TriageRow, now: Instant) -> String {
    let Some(due) = row.due.filter(|_| row.overdue) else { return String::new() };
    let seconds = now.since(due).micros() / 1_000_000;
    match seconds {
        ..=0 => "?".to_owned(),
        1..3_600 => format!("{}min", (seconds / 60).max(1)),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn findings(out: &mut impl Write, report: &TriageReport, look: &Look) -> io::Result<()> {
    let several = report.rows.iter().any(|row| Some(&row.block) != report.rows.first().map(|first| &first.block));
    let mut titles = vec!["level", "due", "overdue by", "asset", "finding"];
    if several {
        titles.insert(0, "block");
    }
    // Two passes instead of a table in memory: an inventory can have millions of findings.
    let mut widths: Vec<usize> = titles.iter().map(|title| width(title)).collect();
    for row in &report.rows {
        for (widest, cell) in widths.iter_mut().zip(cells(row, several, report.now, look)) {
            *widest = width(&cell).max(*widest);
        }
    }
    let line = |cells: &[String]| -> String {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, columns)| pad(cell, *columns)).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
    writeln!(out, "{}", look.paint.bold(&line(&titles)))?;
    for row in &report.rows {
        let text = line(&cells(row, several, report.now, look));
        write!(out, "{}", if row.overdue { look.paint.bad(&text) } else { text })?;
        if let Some(waiver) = &row.waiver {
            let text = duties_human::waived(waiver, look);
            write!(out, "  {}", if waiver.ends_soon { look.paint.caution(&text) } else { text })?;
        }
        if !row.unknown.is_empty() {
            write!(out, "  {}", look.paint.caution(&unknown(&row.unknown).join(", ")))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
