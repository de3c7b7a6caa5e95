//! Local times around the changes of the clocks, at real dates.

use super::*;

const LATER: Role = Role::Blackout;
const EARLIER: Role = Role::Window;

/// Checks what a local time means as a start, as a blackout's end and as a window's end.
fn means(name: &str, wall: &str, start: &str, blackout_end: &str, window_end: &str) {
    let (zone, wall) = (zone(name), local(wall));
    assert_eq!(zone.instant(wall), Some(at(start)), "{name} {wall} as a start");
    assert_eq!(zone.end(wall, LATER), Some(at(blackout_end)), "{name} {wall} as a blackout's end");
    assert_eq!(zone.end(wall, EARLIER), Some(at(window_end)), "{name} {wall} as a window's end");
}

/// A local time without any doubt.
fn plainly(name: &str, wall: &str, instant: &str) {
    means(name, wall, instant, instant, instant);
}

#[test]
fn new_york() {
    let name = "America/New_York";
    plainly(name, "2026-12-18T18:00", "2026-12-18T23:00Z");
    plainly(name, "2026-03-08T01:59:59", "2026-03-08T06:59:59Z");
    plainly(name, "2026-03-08T02:00", "2026-03-08T07:00Z");
    plainly(name, "2026-03-08T02:30", "2026-03-08T07:00Z");
    plainly(name, "2026-03-08T02:59:59", "2026-03-08T07:00Z");
    plainly(name, "2026-03-08T03:00", "2026-03-08T07:00Z");
    plainly(name, "2026-11-01T00:59:59", "2026-11-01T04:59:59Z");
    means(name, "2026-11-01T01:00", "2026-11-01T05:00Z", "2026-11-01T06:00Z", "2026-11-01T05:00Z");
    means(name, "2026-11-01T01:59", "2026-11-01T05:59Z", "2026-11-01T06:59Z", "2026-11-01T05:59Z");
    plainly(name, "2026-11-01T02:00", "2026-11-01T07:00Z");
}

#[test]
fn london() {
    let name = "Europe/London";
    plainly(name, "2026-03-29T01:30", "2026-03-29T01:00Z");
    means(name, "2026-10-25T01:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T00:30Z");
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    let name = "Australia/Lord_Howe";
    // On 4 October 2026 at 02:00 (+10:30) the clock goes to 02:30 (+11).
    plainly(name, "2026-10-04T02:15", "2026-10-03T15:30Z");
    plainly(name, "2026-10-04T02:30", "2026-10-03T15:30Z");
    // On 5 April 2026 at 02:00 (+11) it goes back to 01:30 (+10:30).
    means(name, "2026-04-05T01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z", "2026-04-04T14:45Z");
    plainly(name, "2026-04-05T01:29", "2026-04-04T14:29Z");
    plainly(name, "2026-04-05T02:00", "2026-04-04T15:30Z");
}

#[test]
fn apia_skipped_a_day() {
    // Samoa went from 29 to 31 December 2011, at midnight.
    let name = "Pacific/Apia";
    for wall in ["2011-12-30T00:00", "2011-12-30T12:00", "2011-12-30T23:59:59.999999", "2011-12-31T00:00"] {
        plainly(name, wall, "2011-12-30T10:00Z");
    }
    let zone = zone(name);
    assert_eq!(zone.start_of_day(date("2011-12-30")), zone.end_of_day(date("2011-12-30")));
    assert_eq!(zone.date(at("2011-12-30T09:59:59Z")), Some(date("2011-12-29")));
    assert_eq!(zone.date(at("2011-12-30T10:00:00Z")), Some(date("2011-12-31")));
    // One day after noon of the 29th is the moment of the change: there was no noon on the 30th.
    let noon = zone.instant(local("2011-12-29T12:00")).unwrap();
    let next = add_span(noon, Span::new(1, SpanUnit::Day), &zone, BusinessWeek::default());
    assert_eq!(next, Some(at("2011-12-30T10:00Z")));
}

#[test]
fn casablanca_goes_back_for_ramadan() {
    let name = "Africa/Casablanca";
    let zone = zone(name);
    let changes = walk::offset_changes(&zone, at("2025-01-01T00:00Z"), at("2026-01-01T00:00Z"));
    assert_eq!(changes, [at("2025-02-23T02:00Z"), at("2025-04-06T02:00Z")]);
    means(name, "2025-02-23T02:30", "2025-02-23T01:30Z", "2025-02-23T02:30Z", "2025-02-23T01:30Z");
    plainly(name, "2025-04-06T02:30", "2025-04-06T02:00Z");
}

#[test]
fn a_clock_that_goes_back_over_midnight() {
    // Until 2011 Newfoundland changed at 00:01, back to 23:01 of the day before: one minute of the day, then the end of
    // the day before again.
    let zone = zone("America/St_Johns");
    let day = date("2010-11-07");
    assert_eq!(zone.start_of_day(day), Some(at("2010-11-07T02:30Z")));
    assert_eq!(zone.end(LocalDateTime::start_of(day), LATER), Some(at("2010-11-07T03:30Z")));
    // A freeze until the end of 6 November waits for its second end; a window until then takes the first.
    let until = Bound::Date(date("2010-11-06"));
    assert_eq!(until.end(&zone, LATER), at("2010-11-07T03:30Z"));
    assert_eq!(until.end(&zone, EARLIER), at("2010-11-07T02:30Z"));
}

#[test]
fn days_start_when_the_zone_says() {
    // Havana's clocks go forward at midnight, Beirut's go back at midnight.
    let havana = zone("America/Havana");
    assert_eq!(havana.start_of_day(date("2026-03-08")), Some(at("2026-03-08T05:00Z")));
    assert_eq!(havana.local(at("2026-03-08T05:00Z")), Some(local("2026-03-08T01:00")));
    let beirut = zone("Asia/Beirut");
    assert_eq!(beirut.end_of_day(date("2026-10-24")), Some(at("2026-10-24T22:00Z")));
    assert_eq!(zone("UTC").end_of_day(Date::MAX), None);
}

#[test]
fn zones_are_found_by_name() {
    assert_eq!(zone("america/NEW_york").name(), "America/New_York");
    assert_eq!(zone("america/new_york"), zone("America/New_York"));
    assert_ne!(zone("US/Eastern"), zone("America/New_York"));
    assert_eq!(Zone::utc(), zone("utc"));
    for name in [
        "",
        " ",
        "America",
        "America/New York",
        "EST5EDT4",
        "EST5EDT,M3.2.0,M11.1.0",
        "+01:00",
        "Factory",
        "Z",
        "../UTC",
    ] {
        assert_eq!(Zone::get(name), None, "{name}");
    }
    assert!(zone_names().count() > 400);
    for name in zone_names() {
        assert_eq!(zone(name).name(), name);
    }
    assert!(tzdb_version().len() == 5 && tzdb_version().starts_with("20"));
}

#[test]
fn every_zone_holds_at_the_ends_of_time() {
    for name in zone_names() {
        let zone = zone(name);
        for instant in [Instant::MIN, Instant::MAX, at("1900-01-01T00:00Z"), at("9999-12-30T23:00Z")] {
            let shown = zone.local(instant);
            if let Some(shown) = shown {
                assert!(zone.instant(shown).is_none_or(|back| back <= instant), "{name} {instant}");
            }
            let everyday = daily("00:00", "24:00");
            let tested = Tested::exactly(Interval::at(instant));
            let _ = (overlap_of(&everyday, LATER, &zone, tested), inside_of(&[(&everyday, &zone)], tested));
            let _ = (zone.start_of_day(Date::MIN), zone.start_of_day(Date::MAX), zone.end_of_day(Date::MAX));
        }
    }
}
