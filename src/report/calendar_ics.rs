//! The policy's blackouts and windows as iCalendar, to load into people's calendars.

use std::collections::HashMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::text::clean;
use crate::explain::calendar_rows::{CalendarReport, CalendarRow};
use crate::time::{Instant, ical};

/// Prints an event for each time. What may be but is not certain is tentative.
///
/// # Errors
/// What writing fails with.
pub fn calendar(out: &mut impl Write, report: &CalendarReport, now: Instant) -> io::Result<()> {
    let name = match &report.asset {
        Some(asset) => format!("Blackouts and windows of {}", clean(asset)),
        None => "Blackouts and windows".to_owned(),
    };
    let mut seen = HashMap::new();
    let events = report.rows.iter().map(|row| {
        let nth: &mut u32 = seen.entry((&row.rule, &row.zone, row.from, row.to)).or_default();
        *nth += 1;
        event(row, *nth, report.to)
    });
    out.write_all(ical::write(&name, now, events).as_bytes())
}

fn event(row: &CalendarRow, nth: u32, horizon: Instant) -> ical::NewEvent {
    let title = row.title.as_deref().map_or_else(|| row.rule.clone(), |title| clean(title).into_owned());
    let what = if row.kind == "blackout" { "Blackout" } else { "Window" };
    let mut lines = vec![format!("{} {} ({}:{})", row.kind, row.rule, row.at.file, row.at.line)];
    lines.push(format!("{}, by the clock of {}", clean(&row.when), row.zone));
    lines.extend(row.scope.as_ref().map(|scope| format!("for {}", clean(scope))));
    lines.extend(row.except.as_ref().map(|except| format!("except {}", clean(except))));
    if row.to.is_none() {
        lines.push("its end is not known".to_owned());
    }
    ical::NewEvent {
        uid: uid(row, nth),
        from: row.from,
        to: row.to.unwrap_or(horizon),
        summary: format!("{what}: {title}"),
        description: Some(lines.join("\n")),
        categories: vec![what.to_owned()],
        tentative: !row.certain || row.to.is_none(),
    }
}

/// The same for the same time of the same statement, so that a calendar that is loaded again does not double.
fn uid(row: &CalendarRow, nth: u32) -> String {
    let mut hash = Sha256::new();
    for part in [row.rule.as_str(), row.kind, &row.zone, &row.from.to_rfc3339(), &nth.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digits: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{digits}@changegate")
}
