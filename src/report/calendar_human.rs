//! When a policy's blackouts and windows are on, as people read it: a grid of months, or a week with a bar for each statement.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::{clean, pad, width, wrap};
use super::{Look, Paint, calendar_month, calendar_week};
use crate::explain::calendar_rows::{CalendarReport, CalendarRow};
use crate::time::{Date, Instant};

/// How many statements the legend lists.
const LISTED: usize = 40;
/// How many zones of a statement the legend names.
const LISTED_ZONES: usize = 4;
/// How many of a statement's clauses the legend names.
const LISTED_CLAUSES: usize = 3;

/// Which view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// A grid for each month.
    Months,
    /// The days of each week, one below the other.
    Weeks,
}

/// The signs by which blackouts and windows are told apart without colour; smaller ones for a part of the day.
#[must_use]
pub(super) fn sign(row: &CalendarRow, part: bool) -> char {
    match (row.certain, row.kind, part) {
        (false, ..) => '?',
        (true, "blackout", false) => '■',
        (true, "blackout", true) => '▪',
        (true, _, false) => '□',
        (true, _, true) => '▫',
    }
}

/// In the colour of its kind.
pub(super) fn painted(paint: Paint, row: &CalendarRow, text: &str) -> String {
    match (row.certain, row.kind) {
        (false, _) => paint.caution(text),
        (true, "blackout") => paint.bad(text),
        (true, _) => paint.good(text),
    }
}

/// Whether a row is on at some time from `from` to `to`.
pub(super) fn touches(row: &CalendarRow, from: Instant, to: Instant) -> bool {
    row.from < to && row.to.is_none_or(|end| end > from)
}

/// A day as the clock of the look shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    /// Its date.
    pub date: Date,
    /// Its first instant.
    pub from: Instant,
    /// The first instant of the next.
    pub to: Instant,
}

impl Day {
    /// That date, in the zone of the look; none at the end of time, or where the date line swallows it.
    pub(super) fn of(date: Date, look: &Look) -> Option<Self> {
        let (from, to) = (look.zone.start_of_day(date)?, look.zone.end_of_day(date)?);
        (from < to).then_some(Self { date, from, to })
    }

    /// Whether it has a part in what was asked about.
    pub(super) fn asked(self, report: &CalendarReport) -> bool {
        self.from < report.to && self.to > report.from
    }

    /// What is on that day: each statement once, with its rows, those that were on before it first, then by start.
    pub(super) fn entries(self, rows: &[CalendarRow]) -> Vec<Vec<&CalendarRow>> {
        let mut by_rule: BTreeMap<(&str, &str), Vec<&CalendarRow>> = BTreeMap::new();
        for row in rows.iter().filter(|row| touches(row, self.from, self.to)) {
            by_rule.entry((row.kind, &row.rule)).or_default().push(row);
        }
        let mut entries: Vec<Vec<&CalendarRow>> = by_rule.into_values().collect();
        entries.sort_by_key(|rows| rows.first().map(|row| row.from.max(self.from)));
        entries
    }
}

/// Prints the view, the legend, what has no times, and what the answer hangs on.
///
/// # Errors
/// What writing fails with.
pub fn calendar(
    out: &mut impl Write,
    report: &CalendarReport,
    view: View,
    now: Instant,
    look: &Look,
) -> io::Result<()> {
    heading(out, report, look)?;
    let (Some(first), Some(last)) = (look.zone.date(report.from), last_day(report, look)) else {
        return writeln!(out, "these days lie outside of the calendar");
    };
    let today = look.zone.date(now);
    match view {
        View::Months => calendar_month::months(out, report, (first, last), today, look)?,
        View::Weeks => calendar_week::weeks(out, report, (first, last), today, look)?,
    }
    legend(out, report, view, look)?;
    super::human::record(out, &report.record, look)
}

fn last_day(report: &CalendarReport, look: &Look) -> Option<Date> {
    look.zone.date(report.to.checked_sub(crate::time::Duration::from_micros(1))?)
}

fn heading(out: &mut impl Write, report: &CalendarReport, look: &Look) -> io::Result<()> {
    let of = match &report.asset {
        Some(asset) => format!("Blackouts and windows of {}", clean(asset)),
        None => "Blackouts and windows".to_owned(),
    };
    writeln!(out, "{}{}", look.paint.bold(&of), look.paint.dim(&format!(", times in {}", look.zone.name())))?;
    writeln!(out)
}

/// The statements with their signs and titles, and what they hang on.
fn legend(out: &mut impl Write, report: &CalendarReport, view: View, look: &Look) -> io::Result<()> {
    let paint = look.paint;
    let part =
        if view == View::Months { [" ▪ for a part of the day", " ▫ for a part of the day"] } else { ["", ""] };
    let [blackout, window] = part;
    let signs = [
        paint.bad(&format!("■ blackout{blackout}")),
        paint.good(&format!("□ window{window}")),
        paint.caution("? perhaps"),
    ];
    writeln!(out, "{}", signs.join("   "))?;
    let mut by_rule: BTreeMap<(&str, &str), Vec<&CalendarRow>> = BTreeMap::new();
    for row in &report.rows {
        by_rule.entry((row.kind, &row.rule)).or_default().push(row);
    }
    if by_rule.is_empty() {
        writeln!(out, "  none is on in this time")?;
    }
    let names = by_rule.keys().map(|(_, rule)| width(rule)).max().unwrap_or_default();
    let total = by_rule.len();
    for ((_, rule), rows) in by_rule.into_iter().take(LISTED) {
        statement(out, rule, &rows, names, look)?;
    }
    if total > LISTED {
        writeln!(out, "  and {} more", total - LISTED)?;
    }
    if !report.untimed.is_empty() {
        writeln!(out, "{}", paint.bold("not shown"))?;
    }
    for untimed in &report.untimed {
        let text = format!("{} {}: {}", untimed.kind, untimed.rule, clean(&untimed.why));
        for (n, line) in wrap(&text, look.width.saturating_sub(4).max(20)).iter().enumerate() {
            writeln!(out, "{}{line}", if n == 0 { "  " } else { "    " })?;
        }
    }
    writeln!(out)
}

fn statement(out: &mut impl Write, rule: &str, rows: &[&CalendarRow], names: usize, look: &Look) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let shown = rows.iter().copied().find(|row| row.certain).unwrap_or(first);
    let title = first.title.as_deref().map(|title| clean(title).into_owned());
    let mut parts: Vec<String> = title.into_iter().collect();
    let mut clauses: Vec<&str> = rows.iter().map(|row| row.when.as_str()).collect();
    clauses.sort_unstable();
    clauses.dedup();
    let more = clauses.len().saturating_sub(LISTED_CLAUSES);
    parts.extend(clauses.iter().take(LISTED_CLAUSES).map(|clause| clean(clause).into_owned()));
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    let mut zones: Vec<&str> = rows.iter().map(|row| row.zone.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    match zones.as_slice() {
        [] => {}
        [one] if *one == look.zone.name() || first.when.contains(one) => {}
        [one] => parts.push(format!("the clock of {one}")),
        several => {
            let named = several.get(..LISTED_ZONES).unwrap_or(several).join(", ");
            let more = several.len().saturating_sub(LISTED_ZONES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            parts.push(format!("{} zones: {named}{more}", several.len()));
        }
    }
    parts.extend(first.scope.as_ref().map(|scope| format!("for {}", clean(scope))));
    parts.extend(first.except.as_ref().map(|except| format!("except {}", clean(except))));
    let left = format!("  {} {}  ", painted(look.paint, shown, &sign(shown, false).to_string()), pad(rule, names));
    let indent = names + 6;
    let lines = wrap(&parts.join("; "), look.width.saturating_sub(indent).max(20));
    for (n, line) in lines.iter().enumerate() {
        writeln!(out, "{}{line}", if n == 0 { left.clone() } else { " ".repeat(indent) })?;
    }
    Ok(())
}

/// The end of a stretch: the time alone where it is on the day of the start.
pub(super) fn end(from: Instant, to: Instant, look: &Look) -> String {
    match (look.zone.local(from), look.zone.local(to)) {
        (Some(a), Some(b)) if a.date() == b.date() => b.time().to_string(),
        _ => look.time(to),
    }
}
