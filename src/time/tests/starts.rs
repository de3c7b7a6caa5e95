//! When changes may start, at real dates.

use super::*;

fn source(entry: &Entry, tag: usize) -> Source<'_> {
    Source { entry, tag }
}

fn show(starts: &Starts) -> Vec<String> {
    let by = |limit| match limit {
        Limit::Horizon => "-".to_owned(),
        Limit::By(tag) => tag.to_string(),
    };
    let range = |r: &StartRange| format!("{} to {} by {} {}", r.from, r.to, by(r.opened_by), by(r.closed_by));
    starts.ranges().iter().map(range).collect()
}

fn horizon(from: &str, to: &str) -> Interval {
    Interval::new(at(from), at(to)).unwrap()
}

#[test]
fn a_change_starts_in_time_to_be_done() {
    let window = Entry::new(weekly(&[Weekday::Sunday], "02:00", "06:00"), Zone::utc());
    let days = horizon("2026-12-18T12:00Z", "2026-12-29T00:00Z");
    let starts = |length| show(&may_start_inside(&[source(&window, 4)], Sure::Certain, length, days));
    assert_eq!(
        starts(hours(3)),
        [
            "2026-12-20T02:00:00Z to 2026-12-20T03:00:00.000001Z by 4 4",
            "2026-12-27T02:00:00Z to 2026-12-27T03:00:00.000001Z by 4 4",
        ]
    );
    assert_eq!(starts(hours(4))[0], "2026-12-20T02:00:00Z to 2026-12-20T02:00:00.000001Z by 4 4");
    // A change that is longer than any window.
    assert_eq!(starts(hours(5)), [""; 0]);
    assert_eq!(starts(Duration::ZERO)[0], "2026-12-20T02:00:00Z to 2026-12-20T06:00:00Z by 4 4");
}

#[test]
fn windows_that_touch_are_one() {
    let first = Entry::new(daily("02:00", "04:00"), Zone::utc());
    let second = Entry::new(daily("04:00", "06:00"), Zone::utc());
    let day = horizon("2026-12-18T00:00Z", "2026-12-19T00:00Z");
    let both = may_start_inside(&[source(&first, 1), source(&second, 2)], Sure::Certain, hours(4), day);
    assert_eq!(show(&both), ["2026-12-18T02:00:00Z to 2026-12-18T02:00:00.000001Z by 1 2"]);
    assert_eq!(both.first(), First::At(at("2026-12-18T02:00Z")));
    let alone = may_start_inside(&[source(&first, 1)], Sure::Certain, hours(4), day);
    assert_eq!((alone.first(), alone.known_to()), (First::Never, day.to()));
}

#[test]
fn a_freeze_keeps_changes_out_from_their_length_before_it() {
    let freeze = Recurrence::Fixed {
        from: Bound::Instant(at("2026-12-18T18:00Z")),
        to: Bound::Instant(at("2027-01-04T06:00Z")),
    };
    let freeze = Entry::new(freeze, Zone::utc());
    let window = Entry::new(weekly(&[Weekday::Friday, Weekday::Sunday], "16:00", "20:00"), Zone::utc());
    let weeks = horizon("2026-12-18T00:00Z", "2027-01-09T00:00Z");
    let clear = may_start_clear_of(&[source(&freeze, 0)], Role::Blackout, Sure::Possible, hours(1), weeks);
    assert_eq!(
        show(&clear),
        [
            "2026-12-18T00:00:00Z to 2026-12-18T17:00:00.000001Z by - 0",
            "2027-01-04T06:00:00Z to 2027-01-09T00:00:00Z by 0 -",
        ]
    );
    let open = may_start_inside(&[source(&window, 1)], Sure::Certain, hours(1), weeks);
    assert_eq!(
        show(&clear.intersect(&open)),
        [
            "2026-12-18T16:00:00Z to 2026-12-18T17:00:00.000001Z by 1 0",
            "2027-01-08T16:00:00Z to 2027-01-08T19:00:00.000001Z by 1 1",
        ]
    );
    assert_eq!(clear.minus(&clear).first(), First::Never);
    assert_eq!(show(&clear.union(&open))[0], "2026-12-18T00:00:00Z to 2026-12-18T19:00:00.000001Z by - 1");
    assert!(clear.contains(at("2026-12-18T17:00Z")) && !clear.contains(at("2026-12-18T17:00:00.000001Z")));
    // What lies within, and what it takes to go, agree with what is tested.
    for range in clear.ranges() {
        let change = Tested::between(range.from, range.from.checked_add(hours(1)).unwrap()).unwrap();
        assert_eq!(overlap(std::slice::from_ref(&freeze), Role::Blackout, change).verdict, Kleene::No);
    }
}
