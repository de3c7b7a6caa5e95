//! Lines, zones, and what is left out with a note.

use super::*;

#[test]
fn lines_are_unfolded_even_within_a_character() {
    let text = "\u{FEFF}BEGIN:VCALENDAR\r\n\r\nbegin:vevent\nSUMMARY:Weihnachts\r\n frieden; gr\\, \\n au\u{DF}en\r\r\n\
                DTSTART\n ;X=\"a;b:c\"\r\n ;VALUE=DATE:2026\r\n\t1224\r\nEND:VEVENT\r\nEND:VCALENDAR \r\n  \r\n";
    let (file, notes) = File::read(text).unwrap();
    assert_eq!(notes, []);
    assert_eq!(file.events()[0].summary.as_deref(), Some("Weihnachtsfrieden; gr,   außen"));
    assert!(file.events()[0].all_day);
    let bytes = text.replace("au\u{DF}en", "auXYen").into_bytes();
    let at = bytes.windows(2).position(|pair| pair == b"XY").unwrap();
    let mut folded = bytes.clone();
    folded.splice(at..at + 2, [0xC3, b'\r', b'\n', b' ', 0x9F]);
    let (file, notes) = File::read_bytes(&folded).unwrap();
    assert_eq!(file.events()[0].summary.as_deref(), Some("Weihnachtsfrieden; gr,   außen"));
    assert_eq!(notes, []);
    // Not UTF-8, but not a time either.
    let mut latin = bytes;
    latin.splice(at..at + 2, [0xDF]);
    let (file, notes) = File::read_bytes(&latin).unwrap();
    assert_eq!(file.events()[0].summary.as_deref(), Some("Weihnachtsfrieden; gr,   au\u{FFFD}en"));
    assert_eq!(notes.len(), 1);
}

#[test]
fn zones_go_by_the_database_where_it_knows_them() {
    for (name, expected) in [
        ("Europe/London", "2026-07-01T08:00:00Z 1h"),
        ("europe/london", "2026-07-01T08:00:00Z 1h"),
        ("\"Europe/London\"", "2026-07-01T08:00:00Z 1h"),
        ("/Europe/London", "2026-07-01T08:00:00Z 1h"),
        ("/vendor.example/2026_1/America/Argentina/Buenos_Aires", "2026-07-01T12:00:00Z 1h"),
        ("/vendor.example/UTC", "2026-07-01T09:00:00Z 1h"),
        ("W. Europe Standard Time", "2026-07-01T07:00:00Z 1h"),
        ("eastern standard time", "2026-07-01T13:00:00Z 1h"),
    ] {
        let file = event(&format!("DTSTART;TZID={name}:20260701T090000\nDURATION:PT1H"));
        assert_eq!(first(&file, &zone("Asia/Tokyo"), 9), [expected], "{name}");
    }
}

#[test]
fn every_windows_name_has_a_zone() {
    for (name, iana) in super::super::windows::NAMES {
        let known = super::super::windows::zone(name).unwrap_or_else(|| panic!("{name}: {iana}"));
        assert_eq!(known.name(), iana, "{name}");
    }
}

/// A VTIMEZONE of that name by the rules that the European Union had in 2026, but an hour to the west.
fn vtimezone(name: &str) -> String {
    format!(
        "BEGIN:VTIMEZONE
         TZID:{name}
         BEGIN:DAYLIGHT
         DTSTART:19700329T010000
         RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
         TZOFFSETFROM:+0000
         TZOFFSETTO:+0100
         END:DAYLIGHT
         BEGIN:STANDARD
         DTSTART:19701025T020000
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
         TZOFFSETFROM:+0100
         TZOFFSETTO:+0000
         END:STANDARD
         END:VTIMEZONE"
    )
}

#[test]
fn a_definition_that_disagrees_with_the_database_is_told() {
    let times = |name: &str| {
        format!("BEGIN:VEVENT\nDTSTART;TZID={name}:20261218T180000\nDTEND;TZID={name}:20270104T080000\nEND:VEVENT")
    };
    let berlin = format!("{}\n{}", vtimezone("Europe/Berlin"), times("Europe/Berlin"));
    assert_eq!(first(&read(&berlin), &zone("UTC"), 9), ["2026-12-18T17:00:00Z 16d14h"]);
    assert_eq!(
        notes(&berlin),
        [
            "2: `Europe/Berlin` goes by the time-zone database (Europe/Berlin); the `VTIMEZONE` here has another offset at 2026-12-18T18:00:00Z"
        ]
    );
    // Within the time of the calendar it agrees.
    let london = format!("{}\n{}", vtimezone("Europe/London"), times("Europe/London"));
    assert_eq!(notes(&london), [""; 0]);
    // One that only the text knows.
    let own = format!("{}\n{}", vtimezone("Head Office"), times("Head Office"));
    assert_eq!(first(&read(&own), &zone("UTC"), 9), ["2026-12-18T18:00:00Z 16d14h"]);
    assert_eq!(notes(&own), [""; 0]);
}

#[test]
fn a_zone_of_the_text_has_gaps_and_times_that_occur_twice() {
    let file = read(&format!(
        "{}
         BEGIN:VEVENT
         DTSTART;TZID=Office:20260328T013000
         DTEND;TZID=Office:20260328T014000
         RRULE:FREQ=DAILY;UNTIL=20260330T003000Z
         END:VEVENT
         BEGIN:VEVENT
         DTSTART;TZID=Office:20261024T013000
         DTEND;TZID=Office:20261024T014000
         RRULE:FREQ=DAILY;COUNT=3
         END:VEVENT",
        vtimezone("Office")
    ));
    let expected = [
        "2026-03-28T01:30:00Z 10min",
        "2026-03-29T01:30:00Z 10min",
        "2026-03-30T00:30:00Z 10min",
        "2026-10-24T00:30:00Z 10min",
        "2026-10-25T00:30:00Z 10min",
        "2026-10-26T01:30:00Z 10min",
    ];
    assert_eq!(first(&file, &zone("Asia/Tokyo"), 99), expected);
}

#[test]
fn what_does_not_count_is_told() {
    let found = notes(
        "METHOD:PUBLISH
         BEGIN:VTODO
         DUE:20260101T000000Z
         BEGIN:VALARM
         TRIGGER:-PT5M
         END:VALARM
         END:VTODO
         BEGIN:VFREEBUSY
         FREEBUSY:nonsense
         END:VFREEBUSY
         BEGIN:VEVENT
         DTSTART:20260101T000000Z
         DURATION:PT1H
         TRANSP:TRANSPARENT
         END:VEVENT
         BEGIN:VEVENT
         STATUS:CANCELLED
         END:VEVENT
         BEGIN:VEVENT
         DTSTART:20260101T000000Z
         END:VEVENT
         BEGIN:VEVENT
         DTSTART;VALUE=DATE:20260101
         DTEND;VALUE=DATE:20260101
         STATUS:TENTATIVE
         UID:twice
         END:VEVENT
         BEGIN:VEVENT
         DTSTART;VALUE=DATE:20260101
         UID:twice
         END:VEVENT",
    );
    let expected = [
        "3: `VTODO` is left out: only events count",
        "9: `VFREEBUSY` is left out: only events count",
        "12: an event that takes up no time (`TRANSP:TRANSPARENT`) is left out",
        "20: an event without an end is a single instant",
        "23: an event that is tentative counts like any other",
        "25: an event that ends on the date of its start is taken as that one day",
        "29: an event with the `UID` of an earlier one; both count",
    ];
    assert_eq!(found, expected);
    let free = "BEGIN:VEVENT\nDTSTART:20260101\nTRANSP:TRANSPARENT\nEND:VEVENT";
    assert_eq!(read(free).on_day(parse_date("2026-01-01").unwrap(), &zone("UTC")), Kleene::Yes);
    assert_eq!(notes(free), ["2: an all-day event counts though it is marked as free (`TRANSP:TRANSPARENT`)"]);
    let floating = "BEGIN:VEVENT\nDTSTART:20260101T090000\nDURATION:PT1H\nEND:VEVENT";
    assert_eq!(notes(floating), ["2: an event at a time without a zone goes by the zone of whoever reads"]);
    let cancelled = "METHOD:CANCEL\nBEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\nEND:VEVENT";
    assert_eq!(read(cancelled).events(), []);
    assert_eq!(read(cancelled).knows_until(&zone("UTC")), Some(Instant::MIN));
    assert_eq!(
        notes(cancelled),
        [
            "1: no event that counts: the calendar says nothing of any time",
            "2: a calendar that takes back its events (`METHOD:CANCEL`): none of them counts"
        ]
    );
}

#[test]
fn several_calendars_in_one_text_are_one_file() {
    let (first_one, second) = (
        calendar(&format!(
            "{}\nBEGIN:VEVENT\nDTSTART;TZID=Own:20260101T000000\nDURATION:PT1H\nEND:VEVENT",
            vtimezone("Own")
        )),
        calendar("BEGIN:VEVENT\nDTSTART:20260201T000000Z\nDURATION:PT1H\nEND:VEVENT"),
    );
    let (file, notes) = File::read(&format!("{first_one}{second}")).unwrap();
    assert_eq!(first(&file, &zone("UTC"), 9), ["2026-01-01T00:00:00Z 1h", "2026-02-01T00:00:00Z 1h"]);
    assert_eq!(notes, []);
    // A zone belongs to its calendar.
    let second = calendar("BEGIN:VEVENT\nDTSTART;TZID=Own:20260201T000000\nDURATION:PT1H\nEND:VEVENT");
    let error = File::read(&format!("{first_one}{second}")).unwrap_err();
    assert_eq!(error.message, "the time zone `Own` is neither known nor defined here");
}
