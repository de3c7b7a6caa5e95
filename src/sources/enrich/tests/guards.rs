//! Feeds that lie.

use super::*;
use crate::time::{Instant, parse_duration, parse_instant};

fn now() -> Instant {
    parse_instant("2026-08-22T12:00:00Z").unwrap()
}

fn epss(made: &str, model: &str, read: u64) -> Edition {
    Edition {
        feed: "epss",
        version: Some(model.to_owned()),
        made: Some(made.to_owned()),
        count: None,
        read,
        dropped: 0,
    }
}

fn names(edition: &Edition, former: Option<&Edition>) -> Vec<&'static str> {
    guard::edition(now(), edition, former).iter().map(|remark| remark.name).collect()
}

fn ages(editions: &[Edition], limit: &str) -> Vec<&'static str> {
    guard::ages(now(), editions, &|_| parse_duration(limit).ok()).iter().map(|remark| remark.name).collect()
}

#[test]
fn age() {
    let edition = epss("2026-08-20T00:00:00Z", "v5", 100);
    assert_eq!(ages(std::slice::from_ref(&edition), "3d"), [""; 0]);
    assert_eq!(ages(std::slice::from_ref(&edition), "2d"), ["feed_stale"]);
    assert_eq!(ages(&[Edition { made: None, ..edition.clone() }], "2d"), ["feed_undated"]);
    assert_eq!(names(&epss("2026-08-22T12:06:00Z", "v5", 1), None), ["feed_future"]);
    assert_eq!(names(&epss("2026-08-22T12:04:00Z", "v5", 1), None), [""; 0]);
    // Of a feed in pieces the latest counts; documents of VEX do not grow old.
    let piece = |feed, made: &str| Edition { feed, ..epss(made, "2.0", 1) };
    let pieces = [
        piece("nvd", "2016-01-01T00:00:00Z"),
        piece("nvd", "2026-08-22T00:00:00Z"),
        piece("csaf", "2003-01-01T00:00:00Z"),
    ];
    assert_eq!(ages(&pieces, "2d"), [""; 0]);
    // A file of many is as old as it says, whatever is beside it.
    let dump = |made: Option<&str>| Edition { made: made.map(str::to_owned), read: 2, ..piece("osv", "") };
    let fresh = piece("osv", "2026-08-22T00:00:00Z");
    for (made, told) in [
        (Some("2026-08-21T00:00:00Z"), [].as_slice()),
        (Some("2020-01-01T00:00:00Z"), &["feed_stale"]),
        (None, &["feed_undated"]),
    ] {
        assert_eq!(ages(&[dump(made), fresh.clone()], "2d"), told);
        assert_eq!(ages(&[fresh.clone(), dump(made)], "2d"), told);
    }
}

#[test]
fn size_model_and_order() {
    let former = epss("2026-08-21T00:00:00Z", "v4", 1_000);
    let named = |made: &str, model: &str, read| names(&epss(made, model, read), Some(&former));
    assert_eq!(named("2026-08-22T00:00:00Z", "v4", 900), [""; 0]);
    assert_eq!(named("2026-08-22T00:00:00Z", "v4", 899), ["feed_shrank"]);
    assert_eq!(named("2026-08-22T00:00:00Z", "v5", 1_000), ["epss_model_changed"]);
    assert_eq!(named("2026-08-20T00:00:00Z", "v4", 1_000), ["feed_older"]);
    let dropped = Edition { dropped: 3, ..epss("2026-08-22T00:00:00Z", "v4", 1_000) };
    assert_eq!(names(&dropped, Some(&former)), ["feed_incomplete"]);
    let pieces = Edition { feed: "nvd", ..epss("2026-08-22T00:00:00Z", "2.0", 1) };
    assert_eq!(names(&pieces, Some(&Edition { read: 1_000, ..pieces.clone() })), [""; 0]);
}

#[test]
fn records_that_are_gone() {
    let former = BTreeSet::from(["CVE-2026-1000", "CVE-2026-1001"]);
    let current = BTreeSet::from(["CVE-2026-1001", "CVE-2026-1002"]);
    let gone = guard::gone(Kind::Kev, &former, &current);
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].message, "`CVE-2026-1000` is no longer in kev");
}
