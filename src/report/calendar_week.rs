//! The days of each week one below the other, with a bar of the day for each statement.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Look;
use super::calendar_human::{Day, end, painted, sign, touches};
use super::calendar_month::{WEEKDAYS, cut, from_monday, monday};
use super::text::pad;
use crate::explain::calendar_rows::{CalendarReport, CalendarRow};
use crate::time::{Date, Instant, LocalDateTime};

/// How many statements a day lists.
const LISTED: usize = 12;
/// The label of a day: `Mon 2026-11-23 `.
const LABEL: usize = 15;
/// A narrower terminal has a column for each hour, a wider one for each half of an hour.
const WIDE: usize = 100;

/// Prints every week from the first to the last day.
pub(super) fn weeks(
    out: &mut impl Write,
    report: &CalendarReport,
    (first, last): (Date, Date),
    today: Option<Date>,
    look: &Look,
) -> io::Result<()> {
    let mut week = monday(first);
    while week <= last {
        ruler(out, look)?;
        for n in 0..7 {
            let day = week.add_days(n).filter(|day| (first..=last).contains(day));
            if let Some(day) = day.and_then(|date| Day::of(date, look)) {
                one_day(out, report, day, today, look)?;
            }
        }
        writeln!(out)?;
        match week.add_days(7) {
            Some(next) => week = next,
            None => break,
        }
    }
    Ok(())
}

/// Columns in an hour.
fn per_hour(look: &Look) -> usize {
    if look.width >= WIDE { 2 } else { 1 }
}

fn ruler(out: &mut impl Write, look: &Look) -> io::Result<()> {
    let mut text = " ".repeat(LABEL);
    for hour in (0..24).step_by(3) {
        text.push_str(&pad(&format!("{hour:02}"), 3 * per_hour(look)));
    }
    text.push_str("24");
    writeln!(out, "{}", look.paint.dim(&text))
}

fn one_day(
    out: &mut impl Write,
    report: &CalendarReport,
    day: Day,
    today: Option<Date>,
    look: &Look,
) -> io::Result<()> {
    let name = usize::try_from(from_monday(day.date)).ok().and_then(|at| WEEKDAYS.get(at)).copied().unwrap_or("?");
    let label = pad(&format!("{name} {}", day.date), LABEL);
    let label = if today == Some(day.date) { look.paint.bold(&label) } else { label };
    let slots = slots(day, look);
    let entries = day.entries(&report.rows);
    if entries.is_empty() {
        let free = "·".repeat(slots.len());
        return writeln!(out, "{label}{}", look.paint.dim(&free));
    }
    for (n, rows) in entries.iter().take(LISTED).enumerate() {
        let left = if n == 0 { label.clone() } else { " ".repeat(LABEL) };
        let bar: String = slots.iter().map(|slot| slot_text(rows, *slot, look)).collect();
        let Some(first) = rows.first() else { continue };
        let best = rows.iter().copied().find(|row| row.certain).unwrap_or(first);
        let room = look.width.saturating_sub(LABEL + slots.len() + 2).max(12);
        let text = cut(&format!("{} {} {}", sign(best, false), first.rule, hours(rows, day, look)), room);
        writeln!(out, "{left}{bar}  {}", painted(look.paint, best, text.trim_end()))?;
    }
    if entries.len() > LISTED {
        writeln!(out, "{}and {} more", " ".repeat(LABEL + slots.len() + 2), entries.len() - LISTED)?;
    }
    Ok(())
}

/// The stretches of the day that the columns stand for; one that the clock leaps over is empty.
fn slots(day: Day, look: &Look) -> Vec<(Instant, Instant)> {
    let count = 24 * per_hour(look);
    let step = 86_400_000_000_i64 / i64::try_from(count).unwrap_or(24);
    let at = |n: usize| {
        let micros = i64::try_from(n).unwrap_or(0) * step;
        if n == count {
            return day.to;
        }
        LocalDateTime::with_micros(day.date, micros).and_then(|local| look.zone.instant(local)).unwrap_or(day.to)
    };
    (0..count).map(|n| (at(n), at(n + 1))).collect()
}

/// `█` where a blackout is on, `░` where a window is, `?` where one may be.
fn slot_text(rows: &[&CalendarRow], (from, to): (Instant, Instant), look: &Look) -> String {
    let on: Vec<&&CalendarRow> = rows.iter().filter(|row| from < to && touches(row, from, to)).collect();
    let Some(best) = on.iter().copied().find(|row| row.certain).or(on.first().copied()) else {
        return look.paint.dim("·");
    };
    let text = match (best.certain, best.kind) {
        (false, _) => "?",
        (true, "blackout") => "█",
        (true, _) => "░",
    };
    painted(look.paint, best, text)
}

/// `09:30–16:00`, each once; `all day`; of several zones how many.
fn hours(rows: &[&CalendarRow], day: Day, look: &Look) -> String {
    let zones: BTreeSet<&str> = rows.iter().map(|row| row.zone.as_str()).collect();
    if zones.len() > 1 {
        return format!("in {} zones", zones.len());
    }
    let mut texts: Vec<String> = Vec::new();
    for row in rows {
        let starts = row.from > day.from;
        let ends = row.to.filter(|end| *end <= day.to);
        let clock = |at| look.zone.local(at).map_or_else(String::new, |local| local.time().to_string());
        let text = match (starts, ends) {
            (false, None) => "all day".to_owned(),
            (false, Some(to)) if to == day.to => "all day".to_owned(),
            (true, None) => format!("from {}", clock(row.from)),
            (false, Some(to)) => format!("until {}", clock(to)),
            (true, Some(to)) if to == day.to => format!("from {}", clock(row.from)),
            (true, Some(to)) => format!("{}–{}", clock(row.from), end(row.from, to, look)),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let more = texts.len().saturating_sub(3);
    texts.truncate(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", texts.join(", "))
}
