//! Calendars that other programs were tested with, and public holidays, where they are at hand.
//!
//! `CHANGEGATE_DATA` names the folder that holds `ics/`; without it these tests do nothing.

use super::*;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

#[test]
fn the_calendars_of_the_example_are_read_without_a_note() {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let folders = ["calendars", "policy/calendars"].map(|folder| std::fs::read_dir(acme.join(folder)));
    for path in
        folders.into_iter().flatten().flatten().map(|entry| entry.unwrap().path()).filter(|path| {
            path.to_str().is_some_and(|path| path.ends_with("_holidays.ics") || path.ends_with("nyse.ics"))
        })
    {
        let (file, notes) = File::read_bytes(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(notes, [], "{}", path.display());
        assert_eq!(file.on_day(parse_date("2026-12-25").unwrap(), &zone("Europe/London")), Kleene::Yes);
        assert!(file.knows_until(&zone("Europe/London")).is_some_and(|end| end >= at("2028-12-25T00:00Z")));
    }
}

/// The files of one folder of `ics/`, unpacked, by name.
fn files(folder: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let data = std::env::var("CHANGEGATE_DATA").ok()?;
    let entries = std::fs::read_dir(Path::new(&data).join("ics").join(folder)).ok()?;
    let paths = entries.map(|entry| entry.unwrap().path());
    Some(paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), unpacked(&path))).collect())
}

fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
    unpacked
}

#[test]
fn every_file_is_read_or_refused_with_its_line() {
    let zone = zone("Europe/London");
    for folder in ["icalendar", "libical"] {
        let Some(files) = files(folder) else { return };
        let (mut read, mut refused) = (0, 0);
        for (name, bytes) in &files {
            match File::read_bytes(bytes) {
                Ok((file, notes)) => {
                    read += 1;
                    let some = file.occurrences(&zone, Instant::MIN).take(1_000).count();
                    println!(
                        "{folder}/{name}: {} events, {some} occurrences, {} notes",
                        file.events().len(),
                        notes.len()
                    );
                    for note in notes {
                        println!("    note, line {}: {}", note.line, note.message);
                    }
                }
                Err(error) => {
                    refused += 1;
                    let lines = String::from_utf8_lossy(bytes).split('\n').count();
                    assert!((1..=lines).contains(&error.line), "{name}: {error}");
                    println!("{folder}/{name}: refused, {error}");
                }
            }
        }
        println!("{folder}: {} files, {read} read, {refused} refused", files.len());
        // Whoever changes what is refused should see it here.
        let expected = [(157, 101, 56), (34, 12, 22)].into_iter().find(|(all, ..)| *all == files.len());
        assert_eq!(
            expected.unwrap_or((0, read, refused)),
            (expected.map_or(0, |(all, ..)| all), read, refused),
            "{folder}"
        );
    }
}

/// What the files under a free licence (icalendar, BSD-2-Clause) come to, worked out by hand: the zone of the reader, how
/// many occurrences there are (none: endless), and the first ones with their lengths.
#[rustfmt::skip]
const EXPECTED: &[(&str, &str, Option<usize>, &[&str])] = &[
    // The exceptions are in UTC, the event floats: they fit in one zone and not in another.
    ("event_with_recurrence", "UTC", Some(97), &["1996-04-01T01:00:00Z 1h", "1996-04-05T01:00:00Z 1h", "1996-04-06T01:00:00Z 1h"]),
    ("event_with_recurrence", "Europe/London", Some(100), &["1996-04-01T00:00:00Z 1h", "1996-04-02T00:00:00Z 1h"]),
    ("event_with_recurrence_exdates_on_different_lines", "UTC", Some(10), &["2012-03-27T08:00:00Z 8h", "2012-04-24T08:00:00Z 8h", "2012-05-08T08:00:00Z 8h", "2012-05-15T08:00:00Z 8h", "2012-05-22T08:00:00Z 8h", "2012-06-05T08:00:00Z 8h"]),
    ("issue_112_missing_tzinfo_on_exdate", "UTC", Some(11), &["2013-09-07T16:00:00Z 5h", "2013-09-13T16:00:00Z 5h", "2013-09-14T16:00:00Z 5h"]),
    ("issue_1426", "UTC", Some(3), &["1996-12-30T02:00:00Z 4h", "1997-01-01T18:00:00Z 13h", "1997-09-01T18:00:00Z 5h30min"]),
    ("issue_156_RDATE_with_PERIOD", "UTC", Some(2), &["1996-12-30T02:00:00Z 4h", "1997-01-01T18:00:00Z 13h"]),
    ("issue_156_RDATE_with_PERIOD_list", "UTC", Some(3), &["1996-12-30T02:00:00Z 4h", "1997-01-01T18:00:00Z 13h", "1997-01-09T18:00:00Z 5h30min"]),
    // Periods in a zone that Windows names.
    ("issue_156_RDATE_with_PERIOD_TZID_khal", "UTC", Some(19), &["2018-03-27T13:00:00Z 1h", "2018-04-03T13:00:00Z 1h"]),
    // Periods in a zone that only the file knows.
    ("issue_156_RDATE_with_PERIOD_TZID_khal_2", "UTC", Some(4), &["2021-11-01T15:00:00Z 30min", "2021-12-06T15:00:00Z 30min", "2022-01-03T15:00:00Z 30min", "2022-02-07T15:00:00Z 30min"]),
    // A zone whose rules begin in 1601, and a rule with spaces in it.
    ("issue_165_missing_event", "UTC", Some(14), &["2015-07-03T08:00:00Z 30min", "2015-07-06T08:00:00Z 30min", "2015-07-07T08:00:00Z 30min"]),
    ("issue_218_bad_tzid", "UTC", Some(1), &["2017-02-28T12:00:00Z 30min"]),
    ("issue_237_fail_to_parse_timezone_with_non_ascii_tzid", "UTC", Some(1), &["2017-05-11T16:30:00Z 30min"]),
    ("issue_313_globally_unique_tzid", "UTC", Some(3), &["2020-04-26T12:00:00Z 1h", "2020-04-26T17:00:00Z 1h", "2020-04-26T18:00:00Z 1h"]),
    ("issue_466_convert_tzid_with_slash", "UTC", None, &["2022-10-21T18:00:00Z 1h", "2022-10-28T18:00:00Z 1h", "2022-11-04T19:00:00Z 1h"]),
    ("issue_466_respect_unique_timezone", "UTC", None, &["2022-10-21T18:00:00Z 1h", "2022-10-28T18:00:00Z 1h", "2022-11-04T19:00:00Z 1h"]),
    ("issue_70_rrule_causes_attribute_error", "America/New_York", Some(18), &["2007-02-20T22:00:00Z 1h", "2007-02-27T22:00:00Z 1h", "2007-03-06T22:00:00Z 1h", "2007-03-13T21:00:00Z 1h"]),
    // The clock goes back by two hours: of a time that occurs twice the first.
    ("issue_722_timezone_transition_ambiguity", "UTC", Some(4), &["2024-03-02T20:00:00Z 0s", "2024-05-04T19:00:01Z 0s", "2024-05-04T22:00:01Z 0s", "2024-08-02T22:00:00Z 0s"]),
    ("america_new_york", "UTC", Some(1), &["2014-08-29T12:00:00Z 2h"]),
    // All-day events, in a zone in which one of the days has 23 hours.
    ("parsing_error", "America/New_York", Some(40), &["2008-03-03T05:00:00Z 24h", "2008-03-03T05:00:00Z 24h", "2008-03-04T05:00:00Z 24h"]),
    ("period_with_timezone", "UTC", Some(9), &["2023-09-20T19:00:00Z 2h", "2023-10-18T19:00:00Z 2h", "2023-11-15T20:00:00Z 2h", "2023-12-13T20:00:00Z 3h", "2024-01-17T20:00:00Z 2h", "2024-02-21T20:00:00Z 2h", "2024-03-20T19:00:00Z 2h", "2024-04-17T19:00:00Z 2h", "2024-05-15T19:00:00Z 2h"]),
    // A day's meeting is moved (RECURRENCE-ID), and there is another one on the first day (RDATE).
    ("rfc_7265_appendix_example_2_ical", "UTC", Some(6), &["2006-01-02T17:00:00Z 1h", "2006-01-02T20:00:00Z 2h", "2006-01-03T17:00:00Z 1h", "2006-01-04T19:00:00Z 1h", "2006-01-05T17:00:00Z 1h", "2006-01-06T17:00:00Z 1h"]),
    ("multiple_calendar_components", "Asia/Tokyo", Some(3), &["2003-04-30T15:00:00Z 24h", "2003-12-24T15:00:00Z 24h", "2003-12-24T15:00:00Z 24h"]),
    ("timezone_same_start", "UTC", Some(1), &["2017-02-24T20:00:00Z 30min"]),
    ("issue_836_do_not_quote_tzid", "UTC", Some(1), &["2024-10-28T21:00:00Z 1h"]),
    ("x_location", "UTC", None, &["2016-10-28T12:00:00Z 30min", "2016-10-31T13:00:00Z 30min", "2016-11-01T13:00:00Z 30min"]),
    ("timezoned", "UTC", Some(1), &["2012-02-13T09:00:00Z 4d8h"]),
];

#[test]
fn files_come_to_what_was_worked_out_by_hand() {
    let Some(files) = files("icalendar") else { return };
    for (name, reader, count, expected) in EXPECTED {
        let (file, _) = File::read_bytes(&files[*name]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let zone = zone(reader);
        assert_eq!(first(&file, &zone, expected.len()), *expected, "{name}");
        match count {
            Some(count) => assert_eq!(file.occurrences(&zone, Instant::MIN).count(), *count, "{name}"),
            None => assert_eq!(file.knows_until(&zone), None, "{name}"),
        }
    }
}

#[test]
fn public_holidays_are_on_their_days() {
    let Ok(data) = std::env::var("CHANGEGATE_DATA") else { return };
    let bytes = unpacked(&Path::new(&data).join("ics/public-holidays-2024-2028.csv.gz"));
    let mut places: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for line in String::from_utf8(bytes).unwrap().lines().skip(1) {
        let mut cells = line.split(',');
        let place = format!("{} {}", cells.next().unwrap(), cells.next().unwrap());
        places.entry(place).or_default().push(parse_date(cells.next().unwrap()).unwrap());
    }
    let mut asked = 0;
    for (place, days) in &places {
        let event =
            |day: &Date| format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\nEND:VEVENT\n", day.to_string().replace('-', ""));
        let text: String = days.iter().map(event).collect();
        let (file, _) = File::read(&format!("BEGIN:VCALENDAR\n{text}END:VCALENDAR\n")).unwrap();
        for zone in ["UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Beirut"].map(zone) {
            let mut day = parse_date("2023-12-25").unwrap();
            while day < parse_date("2029-01-07").unwrap() {
                let expected = if days.contains(&day) { Kleene::Yes } else { Kleene::No };
                assert_eq!(file.on_day(day, &zone), expected, "{place} {day} {zone}");
                day = day.add_days(1).unwrap();
                asked += 1;
            }
            let last = *days.iter().max().unwrap();
            assert_eq!(file.knows_until(&zone), zone.end_of_day(last));
        }
    }
    println!("{} places, {asked} days asked for", places.len());
}
