//! Texts that mean harm: an answer or a refusal, in bounded time.

use super::*;
use std::time::Instant as Clock;

/// Reads a text, and walks some of what it holds, in some seconds at most, even without optimisation on a busy machine.
fn bounded(text: &str) -> Result<usize, ReadError> {
    let start = Clock::now();
    let read = File::read(text).map(|(file, _)| {
        let _ = file.knows_until(&zone("America/New_York"));
        let _ = file.on_day(parse_date("2026-06-01").unwrap(), &zone("America/New_York"));
        file.occurrences(&zone("America/New_York"), at("2026-01-01T00:00Z")).take(1_000).count()
    });
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    read
}

#[test]
fn depth_and_size() {
    assert!(bounded(&"BEGIN:VEVENT\n".repeat(100_000)).is_err());
    assert!(bounded(&format!("{}{}", "BEGIN:X\n".repeat(10_000), "END:X\n".repeat(10_000))).is_err());
    assert!(bounded(&calendar(&format!("X:{}", "a\n ".repeat(300_000)))).is_ok());
    assert!(bounded(&calendar(&format!("X{}:1", ";A=1".repeat(100_000)))).is_ok());
    assert!(bounded(&calendar(&format!("X;A=\"{}", "a".repeat(500_000)))).is_ok());
    assert!(bounded(&"a".repeat(MAX_BYTES + 1)).is_err());
    assert!(bounded(&"\n".repeat(1_000_000)).is_err());
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\nDURATION:PT1H\nEND:VEVENT";
    assert_eq!(bounded(&calendar(&[event; 20_000].join("\n"))), Ok(1_000));
    assert!(bounded(&calendar(&["BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT"; MAX_EVENTS + 1].join("\n"))).is_err());
}

#[test]
fn dates_and_rules_without_number() {
    let many = |line: &str, count: usize| {
        format!("BEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\n{}\nEND:VEVENT", [line; 1].join("\n").repeat(count))
    };
    let dates = "20260101T000000Z,".repeat(100_000);
    assert!(bounded(&calendar(&many(&format!("RDATE:{dates}20270101T000000Z\n"), 1))).is_ok());
    assert!(bounded(&calendar(&many(&format!("RRULE:FREQ=SECONDLY\nEXDATE:{dates}20270101T000000Z\n"), 1))).is_ok());
    assert!(bounded(&calendar(&many("RRULE:FREQ=DAILY\n", MAX_RULES + 1))).is_err());
    assert!(bounded(&calendar(&many("RRULE:FREQ=SECONDLY\n", 1_000))).is_ok());
    // Each change to all later occurrences counts the rules anew.
    let change =
        "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101T000000Z\nSTATUS:CANCELLED\nEND:VEVENT";
    let text = format!("{}\n{}", many("RRULE:FREQ=DAILY\n", 1_000), [change; 1_000].join("\n"));
    assert_eq!(bounded(&calendar(&text)).unwrap_err().message, "recurring events with too many changes to them");
    // As does each event with the UID.
    let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\nEND:VEVENT";
    let moved = "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101T000000Z\nSTATUS:CANCELLED\nEND:VEVENT";
    let text = format!("{}\n{}", [event; 1_000].join("\n"), [moved; 1_000].join("\n"));
    assert_eq!(bounded(&calendar(&text)).unwrap_err().message, "recurring events with too many changes to them");
    let text = format!("{}\n{}", many(&format!("RDATE:{dates}20270101T000000Z\n"), 1), [change; 10_000].join("\n"));
    assert!(bounded(&calendar(&text)).is_ok());
}

#[test]
fn rules_that_come_to_nothing_or_to_too_much() {
    for rule in [
        "FREQ=SECONDLY;COUNT=1000000000",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU;BYHOUR=3;BYMINUTE=7;BYSECOND=11",
        "FREQ=YEARLY;INTERVAL=9999",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=12;BYDAY=MO;INTERVAL=7",
        "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=5",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;BYSETPOS=366;BYHOUR=1,2,3",
    ] {
        for times in ["DURATION:PT1S", "DURATION:P9999W", "DTEND:99991231T235959Z"] {
            let text = format!("BEGIN:VEVENT\nDTSTART:20260101T000000Z\n{times}\nRRULE:{rule}\nEND:VEVENT");
            // Some are refused, since no day can ever fit them.
            let _ = bounded(&calendar(&text));
        }
    }
}

#[test]
fn the_ends_of_time() {
    for lines in [
        "DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY",
        "DTSTART;TZID=Asia/Tokyo:00010101T000000\nDURATION:PT1H\nRRULE:FREQ=YEARLY",
        "DTSTART:99991231T235959Z\nDURATION:P999999999W\nRRULE:FREQ=SECONDLY",
        "DTSTART;TZID=America/New_York:99991231T235959\nDTEND;TZID=America/New_York:99991231T235959\nRRULE:FREQ=DAILY",
        "DTSTART;VALUE=DATE:99991231\nRRULE:FREQ=DAILY",
        "DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231\nRRULE:FREQ=DAILY",
        "DTSTART:20260101T000000Z\nRDATE;VALUE=PERIOD:99991231T235959Z/P999999999W",
        "UID:1\nDTSTART:00010101T000000\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
         RECURRENCE-ID;RANGE=THISANDFUTURE:00010102T000000\nDTSTART:99991231T000000",
        "UID:1\nDTSTART:90010101T000000\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
         RECURRENCE-ID;RANGE=THISANDFUTURE:99990102T000000\nDTSTART:00010101T000000",
    ] {
        let file = event(lines);
        for name in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let _ = file.knows_until(&zone(name));
            for from in [Instant::MIN, at("2026-01-01T00:00Z"), Instant::MAX] {
                assert!(file.occurrences(&zone(name), from).take(100).count() <= 100);
            }
        }
        for day in [Date::MIN, Date::MAX] {
            let _ = file.on_day(day, &zone("Asia/Tokyo"));
        }
    }
}
