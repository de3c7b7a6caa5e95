//! Blackouts met and windows kept, at real dates.

use super::*;
use Kleene::{No, Unknown, Yes};

const NEW_YORK: &str = "America/New_York";

fn between(from: &str, to: &str) -> Tested {
    Tested::between(at(from), at(to)).unwrap()
}

fn blackout(recurrence: &Recurrence, name: &str, tested: Tested) -> (Kleene, Option<Instant>) {
    overlap_of(recurrence, Role::Blackout, &zone(name), tested)
}

fn inside(recurrence: &Recurrence, name: &str, tested: Tested) -> Kleene {
    inside_of(&[(recurrence, &zone(name))], tested)
}

#[test]
fn intervals_include_their_start_and_not_their_end() {
    let hour = Interval::new(at("2026-12-20T10:00Z"), at("2026-12-20T11:00Z")).unwrap();
    let next = Interval::new(at("2026-12-20T11:00Z"), at("2026-12-20T12:00Z")).unwrap();
    let (start, end) = (Interval::at(hour.from()), Interval::at(hour.to()));
    for (left, right, expected) in [
        (hour, hour, true),
        (hour, next, false),
        (hour, start, true),
        (hour, end, false),
        (next, end, true),
        (start, start, true),
        (start, end, false),
    ] {
        assert_eq!((left.meets(right), right.meets(left)), (expected, expected), "{left:?} {right:?}");
    }
    assert!(start.is_inside(hour) && !end.is_inside(hour) && end.is_inside(next) && hour.is_inside(hour));
    assert!(!hour.is_inside(next) && !hour.is_inside(start));
    assert_eq!(Interval::new(hour.to(), hour.from()), None);
}

fn happens(recurrence: &Recurrence) -> bool {
    Entry::new(recurrence.clone(), zone(NEW_YORK)).happens(Role::Blackout)
}

fn year_end() -> Recurrence {
    Recurrence::Fixed { from: Bound::Local(local("2026-12-18T18:00")), to: Bound::Local(local("2027-01-04T06:00")) }
}

#[test]
fn a_fixed_range_includes_its_start_and_not_its_end() {
    let freeze = year_end();
    let until = Some(at("2027-01-04T11:00Z"));
    assert_eq!(blackout(&freeze, NEW_YORK, between("2026-12-20T10:00Z", "2026-12-20T11:00Z")), (Yes, until));
    assert_eq!(blackout(&freeze, NEW_YORK, between("2026-12-18T22:00Z", "2026-12-18T23:00Z")), (No, None));
    assert_eq!(blackout(&freeze, NEW_YORK, between("2026-12-18T22:00Z", "2026-12-18T23:00:00.000001Z")), (Yes, until));
    assert_eq!(blackout(&freeze, NEW_YORK, between("2027-01-04T11:00Z", "2027-01-04T12:00Z")), (No, None));
    assert_eq!(blackout(&freeze, NEW_YORK, Tested::at(at("2026-12-18T23:00Z"))), (Yes, until));
    assert_eq!(blackout(&freeze, NEW_YORK, Tested::at(at("2027-01-04T11:00Z"))), (No, None));
    assert_eq!(blackout(&freeze, NEW_YORK, Tested::unknown()), (Unknown, None));
}

#[test]
fn bare_dates_are_whole_days() {
    let range = Recurrence::Fixed { from: Bound::Date(date("2026-11-01")), to: Bound::Date(date("2027-03-31")) };
    let until = Some(at("2027-04-01T00:00-04:00"));
    assert_eq!(blackout(&range, NEW_YORK, Tested::at(at("2026-11-01T00:00-04:00"))), (Yes, until));
    assert_eq!(blackout(&range, NEW_YORK, Tested::at(at("2027-03-31T23:59:59-04:00"))), (Yes, until));
    assert_eq!(blackout(&range, NEW_YORK, Tested::at(at("2027-04-01T00:00-04:00"))), (No, None));
    let last = Recurrence::Fixed { from: Bound::Date(Date::MIN), to: Bound::Date(Date::MAX) };
    assert_eq!(blackout(&last, NEW_YORK, Tested::unknown()), (Unknown, None));
    let backwards = Recurrence::Fixed { from: Bound::Date(date("2026-11-02")), to: Bound::Date(date("2026-11-01")) };
    assert_eq!(blackout(&backwards, NEW_YORK, Tested::unknown()), (No, None));
    assert!(!happens(&backwards) && happens(&range));
}

#[test]
fn a_missing_end_makes_its_side_unknown() {
    let freeze = year_end();
    let until = Some(at("2027-01-04T11:00Z"));
    let starting = |text| Tested::starting(at(text), hours(72));
    let ending = |text| Tested::ending(at(text), hours(72));
    assert_eq!(blackout(&freeze, NEW_YORK, starting("2026-12-20T00:00Z")), (Yes, until));
    assert_eq!(blackout(&freeze, NEW_YORK, starting("2026-12-15T23:00Z")), (No, None));
    assert_eq!(blackout(&freeze, NEW_YORK, starting("2026-12-15T23:00:01Z")), (Unknown, until));
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2026-12-20T00:00Z")), (Yes, until));
    // It may take no time, at the first instant of the freeze, or have ended just before.
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2026-12-18T23:00Z")), (Unknown, until));
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2026-12-18T22:59:59Z")), (No, None));
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2027-01-04T11:00Z")), (Unknown, until));
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2027-01-07T10:59Z")), (Unknown, until));
    assert_eq!(blackout(&freeze, NEW_YORK, ending("2027-01-07T11:00Z")), (No, None));
}

#[test]
fn deleting_an_end_never_frees_a_change() {
    let mut random = Random(23);
    let base = at("2026-12-18T00:00Z");
    let later = |from: Instant, minutes: i64| from.checked_add(Duration::from_micros(minutes * 60_000_000)).unwrap();
    for _ in 0..20_000 {
        let (start, freeze) = (later(base, random.below(60)), later(base, random.below(60)));
        let end = later(start, random.below(4) * random.below(15));
        let thaw = later(freeze, 1 + random.below(40));
        let range = Interval::new(freeze, thaw).unwrap();
        let known = Tested::between(start, end).unwrap();
        for less in [Tested::starting(start, hours(1)), Tested::ending(end, hours(1)), Tested::unknown()] {
            // Whatever less is known of, it may not say the opposite.
            let (full, part) = (known.overlaps(range), less.overlaps(range));
            assert!(part == Unknown || part == full, "{known:?} {less:?} {range:?}");
            let (full, part) = (known.within(range), less.within(range));
            assert!(part == Unknown || part == full, "{known:?} {less:?} {range:?}");
        }
    }
}

#[test]
fn a_night_crosses_midnight_and_belongs_to_its_first_day() {
    let night = weekly(&[Weekday::Friday], "22:00", "02:00");
    // 2026-12-18 is a Friday.
    let until = Some(at("2026-12-19T02:00Z"));
    assert_eq!(blackout(&night, "UTC", Tested::at(at("2026-12-19T01:59Z"))), (Yes, until));
    assert_eq!(blackout(&night, "UTC", Tested::at(at("2026-12-18T01:00Z"))), (No, None));
    assert_eq!(blackout(&night, "UTC", between("2026-12-18T00:00Z", "2026-12-18T22:00Z")), (No, None));
}

#[test]
fn equal_times_last_a_day() {
    let day = weekly(&[Weekday::Sunday], "06:00", "06:00");
    assert_eq!(inside(&day, "UTC", between("2026-12-20T06:00Z", "2026-12-21T06:00Z")), Yes);
    assert_eq!(inside(&day, "UTC", between("2026-12-20T06:00Z", "2026-12-21T06:00:01Z")), No);
}

#[test]
fn a_freeze_without_pause_has_no_end() {
    let always = daily("00:00", "24:00");
    assert_eq!(blackout(&always, NEW_YORK, Tested::at(at("2026-12-19T01:59Z"))), (Yes, None));
    assert_eq!(blackout(&daily("09:00", "09:00"), NEW_YORK, Tested::at(at("2026-12-19T01:59Z"))), (Yes, None));
    let weekend = weekly(&[Weekday::Saturday, Weekday::Sunday], "00:00", "24:00");
    let monday = Some(at("2026-12-21T00:00-05:00"));
    assert_eq!(blackout(&weekend, NEW_YORK, Tested::at(at("2026-12-19T12:00-05:00"))), (Yes, monday));
    // Over the end of the last year, too.
    assert_eq!(blackout(&always, NEW_YORK, Tested::at(at("9999-12-31T12:00Z"))), (Yes, None));
}

#[test]
fn a_window_opens_once_on_the_day_the_clocks_go_back() {
    let window = weekly(&[Weekday::Sunday], "01:30", "02:30");
    let opened = at("2026-11-01T01:30-04:00");
    let found: Vec<Interval> =
        occurrences_of(&window, Role::Window, &zone(NEW_YORK), at("2026-11-01T00:00Z"), at("2026-11-02T00:00Z"))
            .collect();
    assert_eq!(found, [Interval::new(opened, at("2026-11-01T02:30-05:00")).unwrap()]);
    // An end that occurs twice: the earlier for a window, the later for a blackout.
    let short = weekly(&[Weekday::Sunday], "01:15", "01:45");
    let last =
        |role| occurrences_of(&short, role, &zone(NEW_YORK), opened, at("2026-11-02T00:00Z")).next().unwrap().to();
    assert_eq!(last(Role::Window), at("2026-11-01T01:45-04:00"));
    assert_eq!(last(Role::Blackout), at("2026-11-01T01:45-05:00"));
}

#[test]
fn the_day_the_clocks_go_forward_swallows_what_lies_in_the_gap() {
    let lost = weekly(&[Weekday::Sunday], "02:15", "02:45");
    let around = between("2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00");
    assert_eq!(blackout(&lost, NEW_YORK, around), (No, None));
    let next = occurrences_of(&lost, Role::Window, &zone(NEW_YORK), around.hull().from(), Instant::MAX).next().unwrap();
    assert_eq!(next.from(), at("2026-03-15T02:15-04:00"));
    let half = weekly(&[Weekday::Sunday], "02:30", "03:30");
    assert_eq!(inside(&half, NEW_YORK, between("2026-03-08T03:00-04:00", "2026-03-08T03:30-04:00")), Yes);
    assert_eq!(inside(&half, NEW_YORK, between("2026-03-08T01:59-05:00", "2026-03-08T03:30-04:00")), No);
}

#[test]
fn windows_that_touch_are_one() {
    let (first, second) = (daily("02:00", "04:00"), daily("04:00", "06:00"));
    let utc = zone("UTC");
    let change = between("2026-12-20T02:00Z", "2026-12-20T06:00Z");
    assert_eq!(inside_of(&[(&first, &utc), (&second, &utc)], change), Yes);
    assert_eq!(inside_of(&[(&first, &utc)], change), No);
    // Two zones: 02:00 to 04:00 in London and in Berlin an hour before it.
    let (london, berlin) = (zone("Europe/London"), zone("Europe/Berlin"));
    let both = [(&first, &london), (&first, &berlin)];
    assert_eq!(inside_of(&both, between("2026-12-20T01:00Z", "2026-12-20T04:00Z")), Yes);
    assert_eq!(inside_of(&both, between("2026-12-20T00:59Z", "2026-12-20T04:00Z")), No);
    assert_eq!(inside_of(&[], change), No);
    assert_eq!(inside_of(&[], Tested::unknown()), Unknown);
}

#[test]
fn a_missing_end_is_inside_only_if_all_it_could_be_is() {
    let window = daily("02:00", "06:00");
    let starting = |text, longest| Tested::starting(at(text), hours(longest));
    assert_eq!(inside(&window, "UTC", starting("2026-12-20T02:00Z", 4)), Yes);
    assert_eq!(inside(&window, "UTC", starting("2026-12-20T02:00Z", 5)), Unknown);
    assert_eq!(inside(&window, "UTC", starting("2026-12-20T06:00Z", 1)), No);
    assert_eq!(inside(&window, "UTC", Tested::ending(at("2026-12-20T05:00Z"), hours(3))), Yes);
    assert_eq!(inside(&window, "UTC", Tested::ending(at("2026-12-20T06:00Z"), hours(3))), Unknown);
    assert_eq!(inside(&window, "UTC", Tested::ending(at("2026-12-20T02:00Z"), hours(3))), Unknown);
    assert_eq!(inside(&window, "UTC", Tested::ending(at("2026-12-20T01:59Z"), hours(3))), No);
    assert_eq!(inside(&window, "UTC", Tested::unknown()), Unknown);
    assert_eq!(inside(&daily("00:00", "24:00"), "UTC", Tested::unknown()), Yes);
}

#[test]
fn millennia_are_answered_at_once() {
    let all_time = Tested::exactly(Interval::ALWAYS);
    let (weekdays, weekends) = (Weekdays::MONDAY_TO_FRIDAY, [Weekday::Saturday, Weekday::Sunday]);
    let weekdays: Vec<Weekday> = weekdays.iter().collect();
    let (work, rest) = (weekly(&weekdays, "00:00", "24:00"), weekly(&weekends, "00:00", "24:00"));
    let zone = zone(NEW_YORK);
    for _ in 0..200 {
        assert_eq!(overlap_of(&work, Role::Blackout, &zone, all_time).0, Yes);
        assert_eq!(inside_of(&[(&work, &zone)], all_time), No);
        assert_eq!(inside_of(&[(&work, &zone), (&rest, &zone)], all_time), Yes);
    }
    // Without pause only by the two zones together: nobody walks ten thousand years to see it.
    let (east, west) = (self::zone("Asia/Tokyo"), self::zone("UTC"));
    let (morning, evening) = (daily("00:00", "13:00"), daily("03:00", "16:00"));
    assert_eq!(inside_of(&[(&morning, &west), (&evening, &east)], all_time), No);
    let halves = [(&daily("00:00", "12:00"), &west), (&daily("21:00", "10:00"), &east)];
    assert_eq!(inside_of(&halves, all_time), Unknown);
}

#[test]
fn changes_overlap_each_other() {
    let early = between("2026-12-20T10:00Z", "2026-12-20T11:00Z");
    let late = between("2026-12-20T11:00Z", "2026-12-20T12:00Z");
    assert_eq!(early.overlaps_change(late), No);
    assert_eq!(early.overlaps_change(early), Yes);
    assert_eq!(early.overlaps_change(Tested::unknown()), Unknown);
    assert_eq!(Tested::starting(at("2026-12-20T10:30Z"), hours(1)).overlaps_change(late), Unknown);
    assert_eq!(Tested::starting(at("2026-12-20T10:30Z"), hours(1)).overlaps_change(early), Yes);
    let moment = Tested::at(at("2026-12-20T11:00Z"));
    assert_eq!(moment.overlaps_change(moment), Yes);
    assert_eq!((moment.overlaps_change(early), moment.overlaps_change(late)), (No, Yes));
}

#[test]
fn windows_that_last_until_they_open_again_never_shut() {
    let nine = LocalTime::from_hms(9, 0, 0).unwrap();
    let from = |days: &[Weekday], lasting| {
        let days = days.iter().copied().collect();
        Recurrence::Weekly(Weekly::on(days, Hours::lasting(nine, lasting).unwrap()).unwrap())
    };
    let week = Lasting::Span(Span::new(1, SpanUnit::Week));
    let day = Lasting::Span(Span::new(1, SpanUnit::Day));
    let all = Weekday::ALL;
    let verdict = |recurrence: &Recurrence| inside(recurrence, NEW_YORK, Tested::unknown());
    assert_eq!(verdict(&from(&all[..1], week)), Yes);
    assert_eq!(verdict(&from(&all, day)), Yes);
    assert_eq!(verdict(&from(&all[..6], day)), Unknown);
    // A day of 24 hours is too short for the one on which the clocks go back.
    assert_eq!(verdict(&from(&all, Lasting::Exact(hours(24)))), Unknown);
    assert_eq!(verdict(&from(&all, Lasting::Exact(hours(48)))), Yes);
    assert_eq!(verdict(&from(&all[..5], Lasting::Exact(hours(96)))), Yes);
    assert_eq!(verdict(&from(&all[..5], Lasting::Exact(hours(72)))), Unknown);
    // Nor is a gap filled by what was open when time began, on a Monday.
    let days = |days| Lasting::Span(Span::new(days, SpanUnit::Day));
    for day in all {
        for length in 1..7 {
            assert_eq!(verdict(&from(&[day], days(length))), Unknown, "{day:?} for {length} days");
        }
    }
}
