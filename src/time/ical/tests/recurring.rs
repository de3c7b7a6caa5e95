//! Recurrences, their exceptions, and the events that stand for some of their occurrences.

use super::*;

#[test]
fn a_rule_keeps_the_wall_clock_and_the_exact_length() {
    // New York goes back on 2026-11-01 and forward on 2027-03-14.
    let file = event(
        "DTSTART;TZID=America/New_York:20261031T220000
         DTEND;TZID=America/New_York:20261101T060000
         RRULE:FREQ=DAILY;COUNT=3",
    );
    // The first night has nine hours by the clock's eight; every other lasts as long, not until 06:00.
    assert_eq!(
        first(&file, &zone("UTC"), 9),
        ["2026-11-01T02:00:00Z 9h", "2026-11-02T03:00:00Z 9h", "2026-11-03T03:00:00Z 9h"]
    );
    // A DURATION's days are days of the calendar, its hours are elapsed time.
    let file = event(
        "DTSTART;TZID=America/New_York:20261031T220000
         DURATION:P1D
         RRULE:FREQ=DAILY;COUNT=2",
    );
    assert_eq!(first(&file, &zone("UTC"), 9), ["2026-11-01T02:00:00Z 25h", "2026-11-02T03:00:00Z 24h"]);
    let file = event("DTSTART;TZID=America/New_York:20261031T220000\nDURATION:PT24H");
    assert_eq!(first(&file, &zone("UTC"), 9), ["2026-11-01T02:00:00Z 24h"]);
}

#[test]
fn a_skipped_time_takes_the_offset_before_and_stays_in_order() {
    let file = event(
        "DTSTART;TZID=America/New_York:20270313T023000
         DTEND;TZID=America/New_York:20270313T024500
         RRULE:FREQ=DAILY;COUNT=3",
    );
    assert_eq!(
        first(&file, &zone("UTC"), 9),
        ["2027-03-13T07:30:00Z 15min", "2027-03-14T07:30:00Z 15min", "2027-03-15T06:30:00Z 15min"]
    );
    // 02:30 of 14 March is 03:30, so 03:00 comes before it, and 03:30 is the same instant.
    let file = event(
        "DTSTART;TZID=America/New_York:20270314T013000
         DURATION:PT1M
         RRULE:FREQ=MINUTELY;INTERVAL=30;COUNT=6",
    );
    assert_eq!(
        first(&file, &zone("UTC"), 9),
        [
            "2027-03-14T06:30:00Z 1min",
            "2027-03-14T07:00:00Z 1min",
            "2027-03-14T07:30:00Z 1min",
            "2027-03-14T08:00:00Z 1min"
        ]
    );
}

#[test]
fn a_rule_ends_by_its_own_zone() {
    for until in ["20260105T140000Z", "20260105T090000", "20260105"] {
        let file = event(&format!(
            "DTSTART;TZID=America/New_York:20260103T090000
             DTEND;TZID=America/New_York:20260103T100000
             RRULE:FREQ=DAILY;UNTIL={until}"
        ));
        assert_eq!(file.occurrences(&zone("UTC"), Instant::MIN).count(), 3, "{until}");
        assert_eq!(file.knows_until(&zone("UTC")), Some(at("2026-01-05T15:00Z")), "{until}");
    }
    let file = event("DTSTART:20260103T090000\nDTEND:20260103T100000\nRRULE:FREQ=DAILY;UNTIL=20260105T140000Z");
    assert_eq!(file.occurrences(&zone("America/New_York"), Instant::MIN).count(), 3);
    assert_eq!(file.occurrences(&zone("America/Chicago"), Instant::MIN).count(), 2);
}

#[test]
fn several_rules_and_dates_are_united() {
    let file = event(
        "DTSTART:20260105T090000Z
         DTEND:20260105T100000Z
         RRULE:FREQ=WEEKLY;COUNT=2
         RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=2
         RDATE:20260105T090000Z,20260108T120000Z
         RDATE;VALUE=PERIOD:20260109T120000Z/20260109T150000Z,20260110T120000Z/P1D
         EXDATE:20260112T090000Z
         EXDATE:20260301T090000Z",
    );
    let expected = [
        "2026-01-05T09:00:00Z 1h",
        "2026-01-07T09:00:00Z 1h",
        "2026-01-08T12:00:00Z 1h",
        "2026-01-09T12:00:00Z 3h",
        "2026-01-10T12:00:00Z 24h",
        "2026-01-14T09:00:00Z 1h",
    ];
    assert_eq!(first(&file, &zone("UTC"), 99), expected);
    assert_eq!(file.knows_until(&zone("UTC")), Some(at("2026-01-14T10:00Z")));
}

#[test]
fn a_start_counts_even_where_it_does_not_fit_the_rule() {
    // 2026-01-06 is a Tuesday.
    let file = event("DTSTART:20260106T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=2");
    assert_eq!(
        first(&file, &zone("UTC"), 9),
        ["2026-01-06T09:00:00Z 1h", "2026-01-09T09:00:00Z 1h", "2026-01-16T09:00:00Z 1h"]
    );
}

#[test]
fn days_recur_as_days() {
    let file = event(
        "DTSTART;VALUE=DATE:20261031
         DTEND;VALUE=DATE:20261102
         RRULE:FREQ=WEEKLY;COUNT=3
         RDATE;VALUE=DATE:20261201
         EXDATE;VALUE=DATE:20261107",
    );
    // Two days of which one has 25 hours in New York; those of 2026-11-14 and 12-01 have 24.
    assert_eq!(
        first(&file, &zone("America/New_York"), 9),
        ["2026-10-31T04:00:00Z 49h", "2026-11-14T05:00:00Z 48h", "2026-12-01T05:00:00Z 48h"]
    );
    for (day, expected) in [("2026-10-30", Kleene::No), ("2026-10-31", Kleene::Yes), ("2026-11-01", Kleene::Yes)] {
        assert_eq!(file.on_day(parse_date(day).unwrap(), &zone("Asia/Tokyo")), expected, "{day}");
    }
    assert_eq!(file.on_day(parse_date("2026-11-02").unwrap(), &zone("Asia/Tokyo")), Kleene::No);
    // A time where the event has dates: the date counts.
    let file = event("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260102T000000");
    assert_eq!(file.occurrences(&zone("UTC"), Instant::MIN).count(), 2);
    // A date where the event has times: all of that date.
    let file = event("DTSTART:20260101T090000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=48\nEXDATE;VALUE=DATE:20260101");
    assert_eq!(file.occurrences(&zone("UTC"), Instant::MIN).count(), 48 - 15);
}

const DAILY: &str = "
    BEGIN:VEVENT
    UID:a
    DTSTART;TZID=Europe/London:20260325T090000
    DTEND;TZID=Europe/London:20260325T100000
    RRULE:FREQ=DAILY;COUNT=8
    SUMMARY:plain
    END:VEVENT";

#[test]
fn one_occurrence_is_moved_and_one_cancelled() {
    let file = read(&format!(
        "{DAILY}
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID:20260326T090000Z
        DTSTART:20260401T200000Z
        DTEND:20260401T220000Z
        SUMMARY:moved
        END:VEVENT
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;TZID=Europe/London:20260330T090000
        STATUS:CANCELLED
        END:VEVENT
        BEGIN:VEVENT
        UID:other
        RECURRENCE-ID;TZID=Europe/London:20260331T090000
        STATUS:CANCELLED
        END:VEVENT"
    ));
    // The clocks go forward on 29 March.
    let expected = [
        "2026-03-25T09:00:00Z 1h",
        "2026-03-27T09:00:00Z 1h",
        "2026-03-28T09:00:00Z 1h",
        "2026-03-29T08:00:00Z 1h",
        "2026-03-31T08:00:00Z 1h",
        "2026-04-01T08:00:00Z 1h",
        "2026-04-01T20:00:00Z 2h",
    ];
    assert_eq!(first(&file, &zone("UTC"), 99), expected);
    let last = file.occurrences(&zone("UTC"), Instant::MIN).last().unwrap();
    assert_eq!(file.event(last.event).unwrap().summary.as_deref(), Some("moved"));
}

#[test]
fn all_later_occurrences_move_and_last_as_the_one_that_stands_for_them() {
    let file = read(&format!(
        "{DAILY}
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260328T090000
        DTSTART;TZID=Europe/London:20260328T130000
        DTEND;TZID=Europe/London:20260328T150000
        SUMMARY:afternoon
        END:VEVENT
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;TZID=Europe/London:20260330T090000
        STATUS:CANCELLED
        END:VEVENT
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/London:20260401T090000
        STATUS:CANCELLED
        END:VEVENT"
    ));
    let expected = [
        "2026-03-25T09:00:00Z 1h",
        "2026-03-26T09:00:00Z 1h",
        "2026-03-27T09:00:00Z 1h",
        "2026-03-28T13:00:00Z 2h",
        "2026-03-29T12:00:00Z 2h",
        "2026-03-31T12:00:00Z 2h",
    ];
    assert_eq!(first(&file, &zone("UTC"), 99), expected);
    let summaries: Vec<&str> = file
        .occurrences(&zone("UTC"), at("2026-03-27T00:00Z"))
        .map(|o| file.event(o.event).unwrap().summary.as_deref().unwrap())
        .collect();
    assert_eq!(summaries, ["plain", "afternoon", "afternoon", "afternoon"]);
    assert_eq!(file.knows_until(&zone("UTC")), Some(at("2026-03-31T14:00Z")));
}

#[test]
fn all_later_occurrences_become_whole_days() {
    let file = read(&format!(
        "{DAILY}
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260331T080000Z
        DTSTART;VALUE=DATE:20260401
        END:VEVENT"
    ));
    let found = first(&file, &zone("Europe/London"), 99);
    assert_eq!(found[5..], ["2026-03-30T08:00:00Z 1h", "2026-03-31T23:00:00Z 24h", "2026-04-01T23:00:00Z 24h"]);
}

#[test]
fn an_endless_series_can_be_cut_off() {
    let endless = DAILY.replace(";COUNT=8", "");
    assert_eq!(read(&endless).knows_until(&zone("UTC")), None);
    let file = read(&format!(
        "{endless}
        BEGIN:VEVENT
        UID:a
        RECURRENCE-ID;RANGE=THISANDFUTURE:20260328T090000Z
        STATUS:CANCELLED
        END:VEVENT"
    ));
    assert_eq!(file.occurrences(&zone("UTC"), Instant::MIN).count(), 3);
    assert_eq!(file.knows_until(&zone("UTC")), Some(at("2026-03-27T10:00Z")));
}

#[test]
fn occurrences_start_where_they_are_asked_for() {
    let file = event("DTSTART:20000101T000000Z\nDURATION:P3D\nRRULE:FREQ=DAILY");
    let from = at("2026-06-10T12:00Z");
    let mut occurrences = file.occurrences(&zone("UTC"), from);
    assert_eq!(occurrences.next().unwrap().interval.from(), at("2026-06-08T00:00Z"));
    assert_eq!(file.between(&zone("UTC"), from, at("2026-06-11T00:00Z")).count(), 3);
    // What ends at `from` is over; an instant at `from` is not.
    let file = event("DTSTART:20260101T000000Z\nDTEND:20260102T000000Z\nRDATE;VALUE=PERIOD:20260102T000000Z/PT0S");
    let left: Vec<_> = file.occurrences(&zone("UTC"), at("2026-01-02T00:00Z")).map(|o| o.interval.from()).collect();
    assert_eq!(left, [at("2026-01-02T00:00Z")]);
}

#[test]
fn floating_times_go_by_the_reader() {
    let file = event("DTSTART:20261218T180000\nDTEND:20270104T080000");
    assert_eq!(first(&file, &zone("Asia/Tokyo"), 1), ["2026-12-18T09:00:00Z 16d14h"]);
    assert_eq!(first(&file, &zone("America/New_York"), 1), ["2026-12-18T23:00:00Z 16d14h"]);
    assert_eq!(file.knows_until(&zone("Asia/Tokyo")), Some(at("2027-01-03T23:00Z")));
    assert!(file.needs_zone() && event("DTSTART:20261218").needs_zone());
    assert!(!event("DTSTART:20261218T180000Z\nRDATE:20261219T180000").needs_zone());
    assert!(!event("DTSTART;TZID=Asia/Tokyo:20261218T180000").needs_zone());
}

#[test]
fn asking_later_gives_the_same_occurrences_in_order() {
    let calendars = [
        "BEGIN:VEVENT\nDTSTART;TZID=America/New_York:20260307T003000\nDTEND;TZID=America/New_York:20260307T024500\n\
         RRULE:FREQ=MINUTELY;INTERVAL=45;UNTIL=20260310T000000Z\nEXDATE;VALUE=DATE:20260309\nEND:VEVENT",
        "BEGIN:VEVENT\nDTSTART:20261030T003000\nDURATION:P1DT2H\nRRULE:FREQ=HOURLY;INTERVAL=5;COUNT=30\n\
         RDATE;VALUE=PERIOD:20261029T000000Z/20261105T000000Z\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260305\nDTEND;VALUE=DATE:20260308\nRRULE:FREQ=DAILY;COUNT=9\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:1\nRECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260309\nDTSTART;VALUE=DATE:20260307\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Australia/Lord_Howe:20261003T014500\nDURATION:PT20M\n\
         RRULE:FREQ=HOURLY;COUNT=40\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\n\
         RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Australia/Lord_Howe:20261003T114500\n\
         DTSTART;TZID=Europe/London:20261003T041500\nDURATION:PT3H\nEND:VEVENT",
    ];
    for lines in calendars {
        let file = read(lines);
        for zone in ["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"].map(zone) {
            let all: Vec<Instance> = file.occurrences(&zone, Instant::MIN).collect();
            assert!(all.is_sorted_by_key(|o| (o.interval.from(), o.interval.to())), "{lines}");
            assert!(all.len() > 8, "{lines}: {}", all.len());
            let (start, end) = (all[0].interval.from().micros(), file.knows_until(&zone).unwrap().micros());
            for step in 0..150 {
                let from = Instant::from_micros(start + (end - start) / 150 * step).unwrap();
                let left: Vec<Instance> = all.iter().copied().filter(|o| o.interval.to() > from).collect();
                let found: Vec<Instance> = file.occurrences(&zone, from).collect();
                assert_eq!(found, left, "{lines} {zone} {from}");
            }
            assert_eq!(all.iter().map(|o| o.interval.to().micros()).max(), Some(end));
        }
    }
}

/// Revisions of an event: lines of each.
fn revisions(all: &[&str]) -> String {
    let events = all.iter().map(|lines| format!("BEGIN:VEVENT\nUID:a\n{}\nEND:VEVENT", lines.replace("; ", "\n")));
    events.collect::<Vec<_>>().join("\n")
}

#[test]
fn of_revisions_of_an_event_the_latest_counts() {
    let series = "SEQUENCE:0; DTSTART:20261201T090000Z; DURATION:PT1H; RRULE:FREQ=DAILY;COUNT=2";
    let moved = "RECURRENCE-ID:20261202T090000Z; DTSTART:20261202T150000Z; DURATION:PT1H";
    let off = "RECURRENCE-ID:20261202T090000Z; STATUS:CANCELLED";
    let with = |more: &str, event: &str| format!("{more}; {event}");
    let starts = |all: &[&str]| first(&read(&revisions(all)), &zone("UTC"), 9);
    let (kept, later) = ("2026-12-01T09:00:00Z 1h".to_owned(), "2026-12-02T15:00:00Z 1h".to_owned());
    // Called off after it was moved, in whatever order they stand.
    let (two, three) = (with("SEQUENCE:2", moved), with("SEQUENCE:3", off));
    assert_eq!(starts(&[series, &two, &three]), std::slice::from_ref(&kept));
    assert_eq!(starts(&[&three, series, &two]), std::slice::from_ref(&kept));
    // And taken up again.
    let four = with("SEQUENCE:4", moved);
    assert_eq!(starts(&[series, &four, &two, &three]), [kept.clone(), later.clone()]);
    let old = "an earlier revision of an event (`SEQUENCE`, `DTSTAMP`) is left out";
    assert_eq!(notes(&revisions(&[series, &three, &two])), [format!("15: {old}")]);
    // Of one SEQUENCE the DTSTAMP decides; where another zone names the occurrence, too.
    let early = with("DTSTAMP:20261101T000000Z", moved);
    let late = with("DTSTAMP:20261102T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000; STATUS:CANCELLED");
    assert_eq!(starts(&[series, &late, &early]), std::slice::from_ref(&kept));
    // Nobody knows.
    let text = calendar(&revisions(&[series, moved, off]));
    let wrong = File::read(&text).err().unwrap();
    assert!(wrong.line == 15 && wrong.message.contains("which of them counts?"), "{wrong}");
    // The event itself: the whole of it is called off, or moved.
    let whole = "SEQUENCE:1; DTSTART:20261201T090000Z; STATUS:CANCELLED";
    assert_eq!(starts(&[series, whole]), [""; 0]);
    let at_ten = "SEQUENCE:1; DTSTART:20261201T100000Z; DURATION:PT1H";
    assert_eq!(starts(&[at_ten, series]), ["2026-12-01T10:00:00Z 1h"]);
    // Two events with one UID by mistake both count.
    let one = "DTSTAMP:20261101T000000Z; DTSTART:20261201T090000Z; DURATION:PT1H";
    let other = "DTSTAMP:20261102T000000Z; DTSTART:20261202T150000Z; DURATION:PT1H";
    assert_eq!(starts(&[one, other]), [kept, later]);
}
