//! A grid for each month, with a cell for each day.

use std::io::{self, Write};

use super::Look;
use super::calendar_human::{Day, painted, sign};
use super::text::{pad, width};
use crate::explain::calendar_rows::{CalendarReport, CalendarRow};
use crate::time::Date;

/// How many lines a cell has at most.
const LINES: usize = 6;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The name of a month, from 1.
pub(super) fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("?")
}

/// The Monday of the week in which a date lies; the date itself at the beginning of time.
pub(super) fn monday(date: Date) -> Date {
    date.add_days(-from_monday(date)).unwrap_or(date)
}

/// Days from Monday.
pub(super) fn from_monday(date: Date) -> i64 {
    (date.days() + 3).rem_euclid(7)
}

/// Prints every month from the first to the last day.
pub(super) fn months(
    out: &mut impl Write,
    report: &CalendarReport,
    (first, last): (Date, Date),
    today: Option<Date>,
    look: &Look,
) -> io::Result<()> {
    let (year, month, _) = first.ymd();
    let mut start = Date::from_ymd(year, month, 1);
    while let Some(this) = start.filter(|start| *start <= last) {
        let next = this.add_months(1);
        month_grid(out, report, (this, next), today, look)?;
        start = next;
    }
    Ok(())
}

/// One line of a cell, with the row in whose colour it is.
type Line<'r> = (String, Option<&'r CalendarRow>);

fn month_grid(
    out: &mut impl Write,
    report: &CalendarReport,
    (first, next): (Date, Option<Date>),
    today: Option<Date>,
    look: &Look,
) -> io::Result<()> {
    // Seven cells, each with a space and a line at its left.
    let columns = (look.width.saturating_sub(7 * 2) / 7).clamp(3, 24);
    let (year, month, _) = first.ymd();
    writeln!(out, "{}", look.paint.bold(&format!("{} {year}", month_name(month))))?;
    let names: Vec<String> = WEEKDAYS.iter().map(|name| pad(name, columns)).collect();
    writeln!(out, "{}", look.paint.dim(format!("  {}", names.join("  ")).trim_end()))?;
    let mut week = monday(first);
    while next.is_none_or(|next| week < next) {
        let days: Vec<Option<Date>> = (0..7)
            .map(|n| week.add_days(n).filter(|day| *day >= first && next.is_none_or(|next| *day < next)))
            .collect();
        let cells: Vec<Vec<Line<'_>>> = days.iter().map(|day| cell(*day, report, today, columns, look)).collect();
        writeln!(out, "{}", look.paint.dim(&format!("├{}", "─".repeat(7 * (columns + 2) - 1))))?;
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for n in 0..height {
            let mut text = String::new();
            for cell in &cells {
                text.push_str(&look.paint.dim("│"));
                match cell.get(n) {
                    Some((line, row)) => {
                        let line = pad(line, columns);
                        text.push_str(&match row {
                            Some(row) => painted(look.paint, row, &line),
                            None => line,
                        });
                    }
                    None => text.push_str(&" ".repeat(columns)),
                }
                text.push(' ');
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        match week.add_days(7) {
            Some(next) => week = next,
            None => break,
        }
    }
    writeln!(out)
}

fn cell<'r>(
    date: Option<Date>,
    report: &'r CalendarReport,
    today: Option<Date>,
    columns: usize,
    look: &Look,
) -> Vec<Line<'r>> {
    let Some(date) = date else { return Vec::new() };
    let (_, _, number) = date.ymd();
    let head = if today == Some(date) { cut(&format!("{number} today"), columns) } else { number.to_string() };
    let mut lines: Vec<Line<'r>> = vec![(head, None)];
    let Some(day) = Day::of(date, look).filter(|day| day.asked(report)) else { return lines };
    let entries = day.entries(&report.rows);
    let shown = if entries.len() > LINES { LINES - 1 } else { entries.len() };
    for rows in entries.iter().take(shown) {
        let Some(first) = rows.first().copied() else { continue };
        let best = rows.iter().copied().find(|row| row.certain).unwrap_or(first);
        lines.push((cut(&entry(rows, best, day, columns, look), columns), Some(best)));
    }
    if entries.len() > shown {
        lines.push((cut(&format!("+ {} more", entries.len() - shown), columns), None));
    }
    lines
}

/// `■ year_end` all day, `▪ year_end –06:00` a part of it, with its hours where there is room for them.
fn entry(rows: &[&CalendarRow], best: &CalendarRow, day: Day, columns: usize, look: &Look) -> String {
    let clock = |at| look.zone.local(at).map_or_else(String::new, |local| local.time().to_string());
    let starts = best.from > day.from;
    let ends = best.to.filter(|end| *end < day.to);
    let part = starts || ends.is_some();
    let text = format!("{} {}", sign(best, part), best.rule);
    // Of several zones no hours can be named.
    let time = match (starts, ends) {
        _ if rows.iter().any(|row| row.zone != best.zone) => None,
        (true, Some(end)) => Some(format!("{}–{}", clock(best.from), clock(end))),
        (true, None) => Some(clock(best.from)),
        (false, Some(end)) => Some(format!("–{}", clock(end))),
        (false, None) => None,
    };
    match time.map(|time| format!("{text} {time}")) {
        Some(with_time) if width(&with_time) <= columns => with_time,
        _ => text,
    }
}

/// Cut to so many columns.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept) >= columns {
            kept.pop();
            break;
        }
    }
    format!("{kept}…")
}
