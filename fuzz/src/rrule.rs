//! Any text as a recurrence rule, with or without its start: it is refused with a place, or its starts are in order, and
//! the same wherever one begins to look.

use changegate::time::{Date, LocalDateTime, RRule, Zone};

/// How many starts are looked at.
const STARTS: usize = 1_000;

/// Parses, prints, expands, and looks forward and back from some of the starts.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (rule, start) = match RRule::parse_text(text) {
        Ok(read) => read,
        Err(error) => {
            assert!(!error.message.is_empty(), "refused without a word");
            assert!(text.get(error.at.clone()).is_some(), "{:?} is no part of the text", error.at);
            return;
        }
    };
    let printed = rule.to_string();
    assert_eq!(RRule::parse(&printed).as_ref(), Ok(&rule), "`{printed}` does not read back");
    let _ = rule.needs_start();
    let epoch = LocalDateTime::start_of(Date::from_days(0).unwrap_or(Date::MIN));
    let start = start.unwrap_or(epoch);
    let zone = Zone::get("America/New_York").expect("a zone");

    let mut found = rule.starts_in(start, start, &zone);
    let starts: Vec<LocalDateTime> = found.by_ref().take(STARTS).collect();
    assert!(starts.is_sorted_by(|left, right| left < right), "`{printed}`: not in order");
    assert!(starts.iter().all(|at| *at >= start), "`{printed}`: before its start");
    let whole = starts.len() < STARTS && !found.gave_up();
    assert!(rule.count().is_none_or(|count| starts.len() as u64 <= count), "`{printed}`: more than it counts");

    for n in [0, 1, starts.len() / 3, starts.len() / 2, starts.len().saturating_sub(1)] {
        let Some(from) = starts.get(n) else { continue };
        let mut late = rule.starts_in(start, *from, &zone);
        let suffix: Vec<LocalDateTime> = late.by_ref().take(starts.len() - n).collect();
        // Counting up to a late one may be given up; what was found is right all the same.
        let complete = !late.gave_up();
        assert!(starts[n..].starts_with(&suffix), "`{printed}`: other starts from {from} on");
        assert!(!complete || suffix.len() == starts.len() - n, "`{printed}`: fewer starts from {from} on");
        let last = n.checked_sub(1).and_then(|n| starts.get(n)).copied();
        // Of a rule that counts, all that came before has to be gone through at once.
        let found = rule.last_before(start, *from, &zone);
        assert!(found == Ok(last) || found.is_err() && rule.count().is_some(), "`{printed}`: before {from}");
        let before: Vec<LocalDateTime> = rule.starts_in(start, start, &zone).before(*from).collect();
        assert_eq!(before, starts[..n], "`{printed}`: up to {from}");
    }
    if whole {
        let end = rule.last_before(start, LocalDateTime::start_of(Date::MAX), &zone);
        let last = starts.iter().copied().rfind(|at| at.date() < Date::MAX);
        assert!(end.is_err() || end == Ok(last), "`{printed}`: another last start");
    }
}
