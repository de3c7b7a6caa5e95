//! The state of the estate as people read it: one page, worst first.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::Look;
use super::human::record;
use super::text::{clean, counted, fill, pad, pad_left, width};
use crate::eval::decision::{Counts, Verdict};
use crate::explain::audit_rows::{
    AuditReport, AuditSummary, DutyRow, GroupRow, LevelRow, Listed, Standing, StatementRow, WaiverRow,
};
use crate::time::Instant;

/// How many statements, duties or waivers a section lists.
const LISTED: usize = 12;
/// How many business units or tiers a table lists.
const GROUPS: usize = 24;
/// How many names stand beside a count.
const NAMES: usize = 4;

/// Prints the page.
///
/// # Errors
/// What writing fails with.
pub fn audit(out: &mut impl Write, report: &AuditReport, look: &Look) -> io::Result<()> {
    let summary = &report.summary;
    heading(out, summary, look)?;
    statements(out, &summary.statements, look)?;
    overdue(out, &summary.triage, look)?;
    duties(out, &summary.duties, report.now, look)?;
    waivers(out, &summary.waivers, report.now, look)?;
    inventory(out, summary, look)?;
    if summary.counts.assets > 0 {
        let mut units: Vec<&GroupRow> = summary.business_units.iter().collect();
        units.sort_by_key(|row| (row.value.is_none(), Reverse(weight(row))));
        groups(out, "By business unit", &units, look)?;
        groups(out, "By tier", &summary.tiers.iter().collect::<Vec<_>>(), look)?;
    }
    writeln!(out)?;
    record(out, &summary.record, look)
}

fn heading(out: &mut impl Write, summary: &AuditSummary, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let verdict = summary.verdict.as_str().to_uppercase();
    let counts = &summary.counts;
    writeln!(
        out,
        "{}  {}  {}",
        paint.bold(&counted(counts.assets, "asset")),
        paint.verdict(summary.verdict, &verdict),
        verdicts(counts)
    )?;
    let mut late = Vec::new();
    if summary.overdue_findings > 0 {
        late.push(format!("{} overdue", counted(summary.overdue_findings, "finding")));
    }
    if summary.overdue_duties > 0 {
        late.push(if summary.overdue_duties == 1 {
            "1 duty overdue".to_owned()
        } else {
            format!("{} duties overdue", summary.overdue_duties)
        });
    }
    if !late.is_empty() {
        writeln!(out, "  {}", paint.bad(&late.join(", ")))?;
    }
    if summary.reported == 0 {
        writeln!(out, "  {}", paint.good("nothing to be done"))?;
    }
    Ok(())
}

/// `12 deny, 3 hold, 85 permit`
fn verdicts(counts: &Counts) -> String {
    let parts: Vec<String> = columns(counts)
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{count} {}", verdict.as_str()))
        .collect();
    parts.join(", ")
}

fn columns(counts: &Counts) -> [(Verdict, u64); 5] {
    [
        (Verdict::Deny, counts.deny),
        (Verdict::Defer, counts.defer),
        (Verdict::Hold, counts.hold),
        (Verdict::Warn, counts.warn),
        (Verdict::Permit, counts.permit),
    ]
}

fn title(out: &mut impl Write, text: &str, look: &Look) -> io::Result<()> {
    writeln!(out, "\n{}", look.paint.bold(text))
}

/// What is not shown of a section.
fn more(out: &mut impl Write, total: usize, look: &Look) -> io::Result<()> {
    match total.saturating_sub(LISTED) {
        0 => Ok(()),
        rest => writeln!(out, "  {}", look.paint.dim(&format!("and {rest} more; `--format json` has them all"))),
    }
}

/// Names, as many as are shown, and how many there are beyond them.
fn names(first: &[String], total: u64) -> Vec<String> {
    let mut shown: Vec<String> = first.iter().take(NAMES).map(|name| clean(name).into_owned()).collect();
    let rest = total.saturating_sub(u64::try_from(shown.len()).unwrap_or(u64::MAX));
    if rest > 0 && !shown.is_empty() {
        shown.push(format!("and {rest} more"));
    }
    shown
}

/// A line, and below it what belongs to it, fitted to the width.
fn below(out: &mut impl Write, items: Vec<String>, separator: &str, indent: usize, look: &Look) -> io::Result<()> {
    for line in fill(items, separator, look.width.saturating_sub(indent).max(20)) {
        writeln!(out, "{}{}", " ".repeat(indent), look.paint.dim(&line))?;
    }
    Ok(())
}

fn statements(out: &mut impl Write, rows: &[StatementRow], look: &Look) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    title(out, "Against the policy", look)?;
    let shown = rows.get(..LISTED).unwrap_or(rows);
    let longest = shown.iter().map(|row| width(&row.rule)).max().unwrap_or_default();
    let digits = shown.iter().map(|row| row.assets.to_string().len()).max().unwrap_or_default();
    for row in shown {
        let effect = effect(row.effect, look);
        let title = row.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
        let assets = pad_left(&row.assets.to_string(), digits);
        let noun = if row.assets == 1 { "asset " } else { "assets" };
        let mut remarks = Vec::new();
        if row.unknown > 0 {
            remarks.push(if row.unknown == row.assets {
                "facts missing".to_owned()
            } else {
                format!("facts missing on {}", row.unknown)
            });
        }
        if row.waived > 0 {
            remarks.push(format!("{} waived", row.waived));
        }
        let remarks = if remarks.is_empty() { String::new() } else { format!("  ({})", remarks.join(", ")) };
        let line = format!("  {effect}{}  {assets} {noun}{title}{remarks}", pad(&row.rule, longest));
        writeln!(out, "{}", line.trim_end())?;
        below(out, names(&row.first, row.assets), ", ", 9, look)?;
    }
    more(out, rows.len(), look)
}

fn effect(name: &str, look: &Look) -> String {
    let padded = pad(name, 7);
    let verdict =
        [Verdict::Deny, Verdict::Defer, Verdict::Hold, Verdict::Warn].into_iter().find(|v| v.as_str() == name);
    match verdict {
        Some(verdict) => look.paint.verdict(verdict, &padded),
        None => look.paint.dim(&padded),
    }
}

fn overdue(out: &mut impl Write, rows: &[LevelRow], look: &Look) -> io::Result<()> {
    let late: Vec<&LevelRow> = rows.iter().filter(|row| row.overdue > 0).collect();
    if late.is_empty() {
        return Ok(());
    }
    title(out, "Overdue findings", look)?;
    let blocks = late.iter().map(|row| width(&row.block)).max().unwrap_or_default();
    let level = |row: &LevelRow| row.level.clone().unwrap_or_else(|| "(no level)".to_owned());
    let levels = late.iter().map(|row| width(&level(row))).max().unwrap_or_default();
    for row in late {
        let oldest = row.oldest.map(|due| format!(", due since {}", look.time(due))).unwrap_or_default();
        writeln!(
            out,
            "  {}  {}  {}{}",
            pad(&row.block, blocks),
            pad(&level(row), levels),
            look.paint.bad(&format!("{} of {} on {}", row.overdue, row.findings, counted(row.assets, "asset"))),
            oldest
        )?;
        below(out, names(&row.first, row.assets), ", ", 9, look)?;
    }
    Ok(())
}

fn duties(out: &mut impl Write, rows: &[DutyRow], now: Instant, look: &Look) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    title(out, "Duties", look)?;
    for row in rows.iter().take(LISTED) {
        let role = row.role.as_deref().map(|role| format!(", by {}", clean(role))).unwrap_or_default();
        let mut due = match row.oldest {
            Some(due) if due < now => format!(", the first was due {}", look.time(due)),
            Some(due) => format!(", the first due {}", look.time(due)),
            None => String::new(),
        };
        if row.due_unknown > 0 {
            due.push_str(&format!(", the deadline of {} is not known", row.due_unknown));
        }
        let count = if row.overdue > 0 {
            look.paint.bad(&format!("{} of {} overdue", row.overdue, row.open))
        } else {
            format!("{} open", row.open)
        };
        let gone = if row.in_policy { "" } else { "; the policy has no such statement any more" };
        writeln!(out, "  {} {}: {count}{role}{due}{gone}", clean(&row.kind), clean(&row.rule))?;
        below(out, names(&row.first, row.open), ", ", 9, look)?;
    }
    more(out, rows.len(), look)
}

fn waivers(out: &mut impl Write, rows: &[WaiverRow], now: Instant, look: &Look) -> io::Result<()> {
    let told = |row: &&WaiverRow| !matches!(row.standing, Standing::Holds | Standing::NotBegun);
    let shown: Vec<&WaiverRow> = rows.iter().filter(told).collect();
    if rows.is_empty() {
        return Ok(());
    }
    title(out, "Waivers", look)?;
    let longest = shown.iter().take(LISTED).map(|row| width(&clean(&row.name))).max().unwrap_or_default();
    for row in shown.iter().take(LISTED) {
        let name = pad(&clean(&row.name), longest);
        let when = match (row.standing, row.until) {
            (Standing::Ended, Some(until)) => look.paint.bad(&format!("ended {}", last_day(until, look))),
            (_, Some(until)) => {
                let days = until.since(now).micros() / (24 * 3600 * 1_000_000);
                let left = u64::try_from(days).unwrap_or_default();
                look.paint.caution(&format!("ends {}, {} left", last_day(until, look), counted(left, "day")))
            }
            (_, None) => look.paint.caution("has no end that is known, so it is not applied"),
        };
        let rests = match row.assets {
            0 => String::new(),
            1 => "; 1 asset rests on it".to_owned(),
            assets => format!("; {assets} assets rest on it"),
        };
        writeln!(out, "  {name}  {}  {when}{rests}", clean(&row.waives.join(", ")))?;
    }
    more(out, shown.len(), look)?;
    let count =
        |standing| u64::try_from(rows.iter().filter(|row| row.standing == standing).count()).unwrap_or(u64::MAX);
    let holds = count(Standing::Holds);
    let not_begun = count(Standing::NotBegun);
    let mut rest = Vec::new();
    if holds > 0 {
        rest.push(format!(
            "{} for longer than 30 days",
            if holds == 1 { "1 holds".to_owned() } else { format!("{holds} hold") }
        ));
    }
    if not_begun > 0 {
        rest.push(format!("{not_begun} not begun"));
    }
    if rest.is_empty() { Ok(()) } else { writeln!(out, "  {}", look.paint.dim(&rest.join(", "))) }
}

/// The last day of what ends at midnight; otherwise when it ends.
fn last_day(until: Instant, look: &Look) -> String {
    let time = look.time(until);
    let before = Instant::from_micros(until.micros().saturating_sub(1));
    match (time.strip_suffix(" 00:00"), before.and_then(|before| look.zone.local(before))) {
        (Some(_), Some(last)) => last.date().to_string(),
        _ => time,
    }
}

fn inventory(out: &mut impl Write, summary: &AuditSummary, look: &Look) -> io::Result<()> {
    let late = format!("not scanned for {} days", summary.scan_days);
    let rows: Vec<(&str, &Listed)> = [
        ("no owner", &summary.no_owner),
        ("never scanned", &summary.never_scanned),
        (late.as_str(), &summary.not_scanned),
    ]
    .into_iter()
    .filter(|(_, listed)| listed.assets > 0)
    .collect();
    if rows.is_empty() {
        return Ok(());
    }
    title(out, "Inventory", look)?;
    let longest = rows.iter().map(|(what, _)| width(what)).max().unwrap_or_default();
    for (what, listed) in rows {
        writeln!(out, "  {}  {}", pad(what, longest), look.paint.caution(&counted(listed.assets, "asset")))?;
        below(out, names(&listed.first, listed.assets), ", ", 9, look)?;
    }
    Ok(())
}

/// How bad it is in a group: what weighs most first.
fn weight(row: &GroupRow) -> [u64; 5] {
    let Counts { deny, defer, hold, warn, .. } = row.counts;
    [deny, defer, hold, warn, row.overdue]
}

/// A table with a line for each group; columns in which nothing stands are left out.
fn groups(out: &mut impl Write, heading: &str, rows: &[&GroupRow], look: &Look) -> io::Result<()> {
    type Column = (&'static str, fn(&GroupRow) -> u64);
    let all: [Column; 9] = [
        ("assets", |row| row.counts.assets),
        ("deny", |row| row.counts.deny),
        ("defer", |row| row.counts.defer),
        ("hold", |row| row.counts.hold),
        ("warn", |row| row.counts.warn),
        ("overdue", |row| row.overdue),
        ("no owner", |row| row.no_owner),
        ("never scanned", |row| row.never_scanned),
        ("not scanned", |row| row.not_scanned),
    ];
    let columns: Vec<Column> = all.into_iter().filter(|(_, of)| rows.iter().any(|row| of(row) > 0)).collect();
    // Those of which there is nothing to say but how many they are say nothing here.
    if columns.len() < 2 || rows.is_empty() {
        return Ok(());
    }
    let name = |row: &GroupRow| row.value.as_deref().map_or("(not known)".into(), clean).into_owned();
    let shown = rows.get(..GROUPS).unwrap_or(rows);
    let longest = shown.iter().map(|row| width(&name(row))).chain([width(heading) - 2]).max().unwrap_or_default();
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    writeln!(out, "\n{}", look.paint.bold(&format!("{}  {}", pad(heading, longest + 2), titles.join("  "))))?;
    for row in shown {
        let mut line = format!("  {}", pad(&name(row), longest));
        for (title, of) in &columns {
            let count = of(row);
            let cell = if count == 0 { "-".to_owned() } else { count.to_string() };
            line.push_str("  ");
            line.push_str(&pad_left(&cell, width(title)));
        }
        writeln!(out, "{line}")?;
    }
    let rest = rows.len().saturating_sub(shown.len());
    if rest == 0 { Ok(()) } else { writeln!(out, "  {}", look.paint.dim(&format!("and {rest} more"))) }
}
