//! What facts there are, as people read it.

use std::io::{self, Write};

use super::Look;
use super::text::{clean, pad, pad_left, wrap};
use crate::explain::facts_rows::{Coverage, FactsReport};

/// Prints files, fields by entity, and what the policy reads but the data lack.
///
/// # Errors
/// What writing fails with.
pub fn check(out: &mut impl Write, report: &FactsReport, all: bool, look: &Look) -> io::Result<()> {
    files(out, report, look)?;
    feeds(out, report, look)?;
    fields(out, report, all, look)?;
    if !report.lacking.is_empty() {
        writeln!(out, "\n{}", look.paint.bold("The policy reads, but the data lack"))?;
        let width = report.lacking.iter().map(|lack| lack.field.len()).max().unwrap_or_default();
        for lack in &report.lacking {
            writeln!(out, "  {}  {}", look.paint.caution(&pad(&lack.field, width)), lack.why)?;
        }
    }
    for warning in &report.warnings {
        let lines = wrap(warning, look.width.saturating_sub(9));
        for (at, line) in lines.iter().enumerate() {
            let head = if at == 0 { format!("\n{}", look.paint.caution("warning:")) } else { "        ".to_owned() };
            writeln!(out, "{head} {line}")?;
        }
    }
    Ok(())
}

fn files(out: &mut impl Write, report: &FactsReport, look: &Look) -> io::Result<()> {
    let width = |of: fn(&crate::explain::facts_rows::FileRow) -> &str, least: usize| {
        report.files.iter().map(|row| of(row).len()).max().unwrap_or_default().max(least)
    };
    let (name, format, entity) = (width(|row| &row.file, 4), width(|row| &row.format, 6), width(|row| &row.entity, 6));
    let head = format!(
        "{}  {}  {}  records  findings  refused",
        pad("File", name),
        pad("format", format),
        pad("entity", entity)
    );
    writeln!(out, "{}", look.paint.bold(&head))?;
    for row in &report.files {
        let number =
            |count: u64, width: usize| pad_left(&if count == 0 { "-".to_owned() } else { count.to_string() }, width);
        let refused = number(row.refused, 7);
        writeln!(
            out,
            "{}  {}  {}  {}  {}  {}",
            pad(&clean(&row.file), name),
            pad(&row.format, format),
            pad(&row.entity, entity),
            number(u64::try_from(row.records).unwrap_or(u64::MAX), 7),
            number(u64::try_from(row.findings).unwrap_or(u64::MAX), 8),
            if row.refused > 0 { look.paint.bad(&refused) } else { refused },
        )?;
    }
    Ok(())
}

/// A line for each feed.
fn feeds(out: &mut impl Write, report: &FactsReport, look: &Look) -> io::Result<()> {
    if report.feeds.is_empty() {
        return Ok(());
    }
    let mut rows = vec![["Feed", "version", "of", "age", "records", "refused", "file"].map(str::to_owned)];
    rows.extend(report.feeds.iter().map(|feed| {
        let nothing = || "-".to_owned();
        [
            feed.feed.clone(),
            feed.version.clone().unwrap_or_else(nothing),
            feed.made.clone().unwrap_or_else(nothing),
            feed.age_days.map_or_else(nothing, |days| format!("{days}d")),
            feed.records.to_string(),
            feed.refused.to_string(),
            feed.store.as_ref().map_or_else(|| feed.file.clone(), |store| format!("{store}: {}", feed.file)),
        ]
    }));
    let mut widths = [0_usize; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    writeln!(out)?;
    for (at, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(widths).enumerate();
        let cells: Vec<String> = cells
            .map(|(column, (cell, width))| match column {
                3..=5 => pad_left(&clean(cell), width),
                _ => pad(&clean(cell), width),
            })
            .collect();
        let line = cells.join("  ");
        writeln!(out, "{}", if at == 0 { look.paint.bold(line.trim_end()) } else { line.trim_end().to_owned() })?;
    }
    Ok(())
}

fn fields(out: &mut impl Write, report: &FactsReport, all: bool, look: &Look) -> io::Result<()> {
    let width = report.fields.iter().map(|field| field.field.len()).max().unwrap_or_default();
    let mut entity = "";
    let mut left_out = 0_usize;
    for field in &report.fields {
        // What nobody gives and nobody reads is not worth a line.
        if !all && !field.read && field.missing == field.records {
            left_out += 1;
            continue;
        }
        if field.entity != entity {
            entity = &field.entity;
            let head = pad(&format!("{entity} ({})", field.records), width + 2);
            let (known, none) = (pad_left("known", 7), pad_left("none", 13));
            writeln!(out, "\n{}", look.paint.bold(&format!("{head}  {known}{none}  missing  unreadable  read")))?;
        }
        line(out, field, width, look)?;
    }
    if left_out > 0 {
        let fields = if left_out == 1 { "1 field".to_owned() } else { format!("{left_out} fields") };
        writeln!(
            out,
            "\n{}",
            look.paint.dim(&format!("{fields} that no record has and the policy does not read: `--all` lists them"))
        )?;
    }
    Ok(())
}

fn line(out: &mut impl Write, field: &Coverage, width: usize, look: &Look) -> io::Result<()> {
    let number =
        |count: usize, width: usize| pad_left(&if count == 0 { "-".to_owned() } else { count.to_string() }, width);
    let share = (field.known * 100).checked_div(field.records).unwrap_or_default();
    let known = format!("{} {:>3}%", number(field.known, 7), share);
    let name = pad(&field.field, width);
    let lacks = field.read && field.known == 0;
    let unreadable = number(field.unreadable, 10);
    let text = format!(
        "  {}  {known}  {}  {}  {}  {}",
        if lacks { look.paint.caution(&name) } else { name },
        number(field.none, 6),
        number(field.missing, 7),
        if field.unreadable > 0 { look.paint.caution(&unreadable) } else { unreadable },
        if field.read { "yes" } else { "" },
    );
    writeln!(out, "{}", text.trim_end())?;
    for example in &field.examples {
        writeln!(out, "      {}", look.paint.dim(&clean(example)))?;
    }
    Ok(())
}
