//! Any text as a moment: as a date, a time or a length it is refused with a reason, or it reads back; as the times of a blackout and a window it is
//! refused with a message, or they come in order, and a change that starts within a blackout is stopped by it.

use changegate::time::{
    Instant, TimeValue, parse_date, parse_duration, parse_instant, parse_iso_duration, parse_local_datetime,
    parse_local_time, parse_time,
};
use changegate::{DecideOptions, Policy, calendar, decide};

use crate::sample;

/// Longer texts are policies rather than moments.
const LONGEST: usize = 300;

/// How many times of the blackout a change is tried at.
const TRIED: usize = 4;

/// Reads the text in every way in which a moment can be written.
pub fn run(data: &[u8]) {
    let Some(text) = std::str::from_utf8(data).ok().filter(|text| text.len() <= LONGEST) else { return };
    literals(text);
    // What ends the statement is for the target `parse`.
    if text.contains(['{', '}', '#']) {
        return;
    }
    let policy = format!(
        "policy fuzz {{ timezone \"America/New_York\" }}\nblackout b {{\n{text}\n}}\nwindow w {{\n{text}\n}}\n"
    );
    if let Some(policy) = sample::load(&policy) {
        let facts = sample::facts(&policy);
        sample::total(&policy, &facts);
        times(&policy, text);
    }
}

fn literals(text: &str) {
    match parse_time(text) {
        Ok(TimeValue::Instant(at)) => {
            assert_eq!(parse_instant(text), Ok(at));
            assert_eq!(parse_instant(&at.to_rfc3339()), Ok(at), "`{text}` does not read back");
        }
        Ok(TimeValue::Local(local)) => {
            assert_eq!(parse_local_datetime(text), Ok(local));
            assert_eq!(parse_local_datetime(&local.to_string()), Ok(local), "`{text}` does not read back");
        }
        Ok(TimeValue::Date(date)) => {
            assert_eq!(parse_date(text), Ok(date));
            assert_eq!(parse_date(&date.to_string()), Ok(date), "`{text}` does not read back");
        }
        Err(error) => assert!(!error.to_string().is_empty() && parse_instant(text).is_err(), "refused without a word"),
    }
    if let Ok(time) = parse_local_time(text) {
        assert_eq!(parse_local_time(&time.to_string()), Ok(time), "`{text}` does not read back");
    }
    match parse_duration(text) {
        Ok(length) => assert_eq!(parse_duration(&length.to_string()), Ok(length), "`{text}` does not read back"),
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a word"),
    }
    let _ = parse_iso_duration(text);
}

/// The times of the blackout are in order, and stop whatever starts within them.
fn times(policy: &Policy, text: &str) {
    let span = (Instant::from_micros(1_793_000_000_000_000), Instant::from_micros(1_803_000_000_000_000));
    let (Some(from), Some(to)) = span else { return };
    let facts = sample::facts(policy);
    let Some(report) = calendar(policy, &facts, sample::now(), (from, to), Some("db-1")) else { return };
    for row in &report.rows {
        assert!(row.to.is_none_or(|end| row.from <= end && end >= from) && row.from < to, "`{text}`: {row:?}");
    }
    assert!(report.rows.is_sorted_by_key(|row| row.from), "`{text}`: not in order");
    // What does not only say when may let the change go all the same.
    let only_times = !["effect", "effective", "trial", "unknown"].iter().any(|word| text.contains(word));
    let certain = report.rows.iter().filter(|row| row.kind == "blackout" && row.certain && row.except.is_none());
    for row in certain.filter(|_| only_times).take(TRIED) {
        let start = row.from.max(from).to_rfc3339();
        let mut builder = policy.facts_builder(sample::now(), None);
        builder.add_inventory("inventory.ndjson", sample::INVENTORY);
        let change = format!(r#"{{"id":"CHG1","assets":["db-1"],"start":"{start}","end":"{start}"}}"#);
        builder.add_changes("changes.ndjson", change.as_bytes());
        let outcome = decide(policy, &builder.finish().0, sample::now(), &DecideOptions::default());
        let stopped = |decision: &changegate::Decision| decision.reasons.iter().any(|reason| reason.rule == "b");
        assert!(outcome.decisions.iter().all(stopped), "`{text}`: {start} lies in {row:?}");
    }
}
