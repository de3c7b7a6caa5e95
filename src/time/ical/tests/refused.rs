//! What is refused, with its line.

use super::*;

/// Why an event of these lines is refused; the first of them is line 3.
fn refused(lines: &str) -> String {
    let text = calendar(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT", lines.trim()));
    File::read(&text).map(|_| ()).expect_err(lines).to_string()
}

#[test]
fn events_without_a_definite_time() {
    for (lines, expected) in [
        ("SUMMARY:x", "line 2: an event without `DTSTART` has no time"),
        ("DTSTAR:20260101T000000Z", "line 2: an event without `DTSTART` has no time"),
        ("DTSTART:20260101\nDTSTART:20260102", "line 4: a second `DTSTART` of one `VEVENT`"),
        ("DTSTART:20260101T000000Z\nDTEND:20251231T000000Z", "line 4: an event that ends before it starts"),
        ("DTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260101", "line 4: an event that ends before it starts"),
        ("DTSTART:20260101\nDTEND:20260102T000000Z", "line 4: an event that starts on a date and ends at a time"),
        ("DTSTART:20260101T000000Z\nDTEND:20260102", "line 4: an event that starts at a time and ends on a date"),
        ("DTSTART:20260101T000000\nDTEND:20260102T000000Z", "line 4: one end has a time zone and the other has none"),
        ("DTSTART:20260101\nDTEND:20260102\nDURATION:P1D", "line 5: an event with both `DTEND` and `DURATION`"),
        ("DTSTART:20260101\nDURATION:PT3H", "line 4: an event that starts on a date lasts whole days"),
        ("DTSTART:20260101\nDURATION:P0D", "line 4: an event that starts on a date lasts a day at least"),
        (
            "DTSTART:20260101T000000Z\nDURATION:-PT1H",
            "line 4: `DURATION` needs a length such as `PT2H` or `P1D`, not `-PT1H`",
        ),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=OFTEN", "line 4: `FREQ=OFTEN` is not a rule: unknown frequency `OFTEN`"),
        ("DTSTART:20260101\nRRULE:FREQ=HOURLY", "line 4: an event that starts on a date cannot recur within a day"),
        (
            "DTSTART:20260101\nEXRULE:FREQ=DAILY",
            "line 4: `EXRULE` is obsolete and is not read; the dates belong into `EXDATE`",
        ),
        (
            "DTSTART:20260101\nRDATE:20260102T000000Z",
            "line 4: a date beside times, or a time beside dates: one event has either",
        ),
        (
            "DTSTART:20260101T000000Z\nRDATE;VALUE=PERIOD:20260102T000000Z",
            "line 4: `20260102T000000Z` is not a period such as `20260131T090000Z/PT2H`",
        ),
        (
            "DTSTART:20260101T000000Z\nRDATE;VALUE=PERIOD:20260102T000000Z/20260101T000000Z",
            "line 4: an event that ends before it starts",
        ),
        ("DTSTART;TZID=Nowhere:20260101T000000", "line 3: the time zone `Nowhere` is neither known nor defined here"),
        (
            "DTSTART:20260101T000000Z\nRECURRENCE-ID;RANGE=THISANDPRIOR:20260101T000000Z",
            "line 4: `RANGE=THISANDPRIOR` is not read",
        ),
        (
            "DTSTART:20260101T000000Z\nEXDATE:20260101T000000Z,",
            "line 4: `EXDATE` needs a date or a time such as `20260131` or `20260131T090000Z`, not ``",
        ),
        (
            "DTSTART;VALUE=DATE:20260101T000000Z",
            "line 3: `DTSTART` says `VALUE=DATE`, but `20260101T000000Z` is not one",
        ),
        ("DTSTART;VALUE=PERIOD:20260101T000000Z", "line 3: `DTSTART` cannot be of type `PERIOD`"),
        ("DTSTART:20260101\nnot a property", "line 4: `not a property` is not a line of a calendar"),
        ("DTSTART:20260101\nX\rDTSTART:20260102", "line 4: a carriage return within a line"),
        ("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\nDTSTART:20260101", "line 3: `VEVENT` within an event"),
    ] {
        assert_eq!(refused(lines), expected);
    }
}

#[test]
fn dates_and_times_that_do_not_exist() {
    for text in [
        "",
        "banana",
        "2026",
        "20260229",
        "20261301",
        "20260132",
        "00000101",
        "2026-01-01",
        "20260101T",
        "20260101T0900",
        "20260101T250000Z",
        "20260101T240000Z",
        "20260101T096000",
        "20260101T090061",
        "20260101T090000+0100",
        "20260101T090000ZZ",
        "+2260101",
        "２０２６0101",
        "20260101T09000\u{661}",
    ] {
        let found = refused(&format!("DTSTART:{text}"));
        assert!(found.starts_with("line 3: `DTSTART` needs a date or a time"), "{text}: {found}");
    }
    // A leap second is the second before it.
    assert_eq!(first(&event("DTSTART:20161231T235960Z\nDURATION:PT1S"), &zone("UTC"), 1), ["2016-12-31T23:59:59Z 1s"]);
}

#[test]
fn texts_that_are_no_calendar_or_only_a_part_of_one() {
    let whole = calendar("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT");
    for (text, expected) in [
        ("", "line 1: no calendar in the text"),
        ("<html>", "line 1: `<html>` is not a line of a calendar"),
        ("DTSTART:20260101\n", "line 1: `DTSTART` outside a calendar"),
        ("BEGIN:VCALENDAR\nDTSTART:20260101\nEND:VCALENDAR", "line 2: `DTSTART` outside an event"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101",
            "line 2: the text ends before `END:VEVENT`: it is perhaps cut off",
        ),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR", "line 2: `END:VEVENT` without its `BEGIN`"),
    ] {
        assert_eq!(File::read(text).unwrap_err().to_string(), expected);
    }
    // Wherever a text is cut off, it is refused; only the line end after its last word may be missing.
    for length in 0..whole.trim_end().len() {
        assert!(File::read(&whole[..length]).is_err(), "{:?}", &whole[..length]);
    }
}

#[test]
fn zones_that_cannot_be_read() {
    let zone = |lines: &str| {
        let text = calendar(&format!(
            "BEGIN:VTIMEZONE\nTZID:Own\n{lines}\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Own:20260101T000000\nEND:VEVENT"
        ));
        File::read(&text).unwrap_err().to_string()
    };
    let standard = |lines: &str| zone(&format!("BEGIN:STANDARD\n{lines}\nEND:STANDARD"));
    assert_eq!(zone("X-A:1"), "line 2: a `VTIMEZONE` without `STANDARD` and `DAYLIGHT` says nothing");
    assert_eq!(standard("TZOFFSETTO:+0100"), "line 4: `STANDARD` without `TZOFFSETFROM`");
    assert_eq!(standard("TZOFFSETFROM:+0100"), "line 4: `STANDARD` without `TZOFFSETTO`");
    assert_eq!(standard("TZOFFSETFROM:+0100\nTZOFFSETTO:+0100"), "line 4: `STANDARD` without `DTSTART`");
    assert_eq!(standard("TZOFFSETFROM:1h"), "line 5: `TZOFFSETFROM` needs an offset such as `+0100`, not `1h`");
    assert_eq!(
        standard("DTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=SECONDLY"),
        "line 5: time zones with more than 200000 changes"
    );
}
