//! The ends of time, and recurrences that would take for ever.

use super::*;
use Kleene::{No, Unknown, Yes};
use std::sync::Arc;

fn rule(text: &str, lasting: Lasting) -> Recurrence {
    let rule = RRule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Recurrence::Rule(Arc::new(Rule { rule, dtstart: local("1970-01-01T00:00"), lasting }))
}

fn exactly(count: i64) -> Lasting {
    Lasting::Exact(hours(count))
}

fn span(amount: i64, unit: SpanUnit) -> Lasting {
    Lasting::Span(Span::new(amount, unit))
}

/// Recurrences of every kind, dense, sparse and endless ones among them.
fn all_kinds() -> Vec<Recurrence> {
    let weekday = |hours| Recurrence::Weekly(Weekly::on(Weekdays::ALL, hours).unwrap());
    let midnight = |lasting| Hours::lasting(LocalTime::MIDNIGHT, lasting).unwrap();
    let periodic = |every, on| Recurrence::Periodic(Periodic::new(every, on, Hours::WHOLE_DAY).unwrap());
    let business = Arc::new(BusinessDays::default());
    let no_business = Arc::new(BusinessDays::of_week(BusinessWeek::new(Weekdays::NONE)));
    let endless = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:00010101T000000\r\nDURATION:PT1H\r\n\
                   RRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let file = Arc::new(ical::File::read(endless).unwrap().0);
    vec![
        Recurrence::Always,
        Recurrence::Unknown,
        Recurrence::Fixed { from: Bound::Date(Date::MIN), to: Bound::Date(Date::MAX) },
        Recurrence::Fixed { from: Bound::Instant(Instant::MAX), to: Bound::Instant(Instant::MIN) },
        weekday(Hours::WHOLE_DAY),
        weekday(midnight(Lasting::Exact(Duration::from_micros(i64::MAX)))),
        weekday(midnight(Lasting::Exact(Duration::from_micros(1)))),
        weekday(midnight(span(i64::MAX, SpanUnit::Year))),
        weekday(midnight(span(9_000, SpanUnit::Year))),
        periodic(Every::Month, OnDay::Day(31)),
        periodic(Every::Quarter, OnDay::Nth(14, Weekday::Monday)),
        periodic(Every::Year, OnDay::Nth(53, Weekday::Monday)),
        periodic(Every::Year, OnDay::LastBusinessDays(255, business)),
        periodic(Every::Month, OnDay::LastBusinessDays(1, no_business)),
        rule("FREQ=SECONDLY", exactly(1)),
        rule("FREQ=MINUTELY;COUNT=1000000000", exactly(1)),
        rule("FREQ=YEARLY;INTERVAL=9000", exactly(1)),
        rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", span(1, SpanUnit::Month)),
        Recurrence::File { file: Arc::clone(&file), covers_until: None },
        Recurrence::File { file, covers_until: Some(Bound::Date(date("2026-12-31"))) },
    ]
}

#[test]
fn every_question_is_answered() {
    let started = std::time::Instant::now();
    let holidays = Arc::new(Calendar::new(vec![Entry::new(daily("00:00", "24:00"), Zone::utc())], None));
    let days = [Date::MIN, date("1969-12-31"), date("2026-11-01"), Date::MAX];
    let instants = [Instant::MIN, at("2026-11-01T06:30Z"), Instant::MAX];
    for (n, recurrence) in all_kinds().into_iter().enumerate() {
        let zone = zone(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"][n % 3]);
        let plain = Entry::new(recurrence, zone.clone());
        let left_out = (n % 5 == 3).then(|| plain.clone().not_on(Arc::clone(&holidays)));
        {
            for entry in std::iter::once(plain).chain(left_out) {
                let calendar = Calendar::new(vec![entry.clone()], None);
                for instant in instants {
                    let (next, last) = (calendar.next_after(instant), calendar.last_before(instant));
                    assert!(!matches!(next, Found::At(next) if next <= instant), "{entry:?} {next:?}");
                    assert!(!matches!(last, Found::At(last) if last >= instant), "{entry:?} {last:?}");
                    let _ = calendar.during(instant);
                    let hour = Tested::between(instant, instant.saturating_add(hours(1))).unwrap();
                    let entries = [entry.clone()];
                    for tested in [hour, Tested::ending(instant, hours(72)), Tested::exactly(Interval::ALWAYS)] {
                        let _ = overlap(&entries, Role::Blackout, tested);
                        let _ = union_inside(&entries, tested);
                    }
                    let horizon = Interval::new(instant, instant.saturating_add(hours(400 * 24))).unwrap();
                    let sources = [Source { entry: &entry, tag: 0 }];
                    let lengths = [hours(3), Duration::from_micros(i64::MAX)];
                    // One such question at each end will do, of all but the densest.
                    for length in lengths.into_iter().skip(usize::from(n % 3 != 0)) {
                        let _ = may_start_clear_of(&sources, Role::Blackout, Sure::Possible, length, horizon);
                        let _ = may_start_inside(&sources, Sure::Certain, length, horizon);
                    }
                }
                for day in days {
                    let _ = calendar.has_day(day, &zone);
                }
                let _ = (entry.happens(Role::Blackout), calendar.knows_until(&zone));
            }
        }
    }
    println!("all kinds at all edges in {:?}", started.elapsed());
}

#[test]
fn millions_of_occurrences_are_one_stretch() {
    let zone = zone("Europe/London");
    for lasting in [exactly(1), exactly(24 * 365)] {
        let entries = [Entry::new(rule("FREQ=SECONDLY", lasting), zone.clone())];
        let now = Tested::at(at("2026-12-18T10:00Z"));
        assert_eq!(overlap(&entries, Role::Blackout, now), Overlap { verdict: Yes, until: None, entry: Some(0) });
        assert_eq!(union_inside(&entries, Tested::at(at("1969-12-31T22:59Z"))), No);
        assert_eq!(union_inside(&entries, now), Yes);
    }
    // Nobody follows a second's window for a year.
    let seconds = [Entry::new(rule("FREQ=SECONDLY", Lasting::Exact(Duration::from_micros(1_000_000))), zone.clone())];
    let year = Tested::between(at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z")).unwrap();
    assert_eq!(union_inside(&seconds, year), Unknown);
    // What is not worked out is said.
    let horizon = year.hull();
    let sources = [Source { entry: &seconds[0], tag: 7 }];
    let starts = may_start_clear_of(&sources, Role::Blackout, Sure::Possible, hours(1), horizon);
    assert!(starts.known_to() < horizon.to() && starts.ranges().is_empty());
    assert_eq!(starts.first(), First::NotBefore(starts.known_to()));
}

#[test]
fn a_rule_that_comes_round_once_in_an_age_is_found() {
    // 29 February is a Monday every 28 years, but for the turns of most centuries.
    let entry = Entry::new(rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", exactly(24)), Zone::utc());
    let calendar = Calendar::new(vec![entry], None);
    assert_eq!(calendar.next_after(at("2026-01-01T00:00Z")), Found::At(at("2044-02-29T00:00Z")));
    assert_eq!(calendar.last_before(at("2026-01-01T00:00Z")), Found::At(at("2016-02-29T00:00Z")));
    assert_eq!(calendar.last_before(at("1970-01-01T00:00Z")), Found::Nothing);
}

#[test]
fn times_end_with_the_calendar() {
    let every_day = Calendar::new(vec![Entry::new(daily("09:00", "17:00"), Zone::utc())], None);
    assert_eq!(every_day.next_after(at("9999-12-31T08:00Z")), Found::At(at("9999-12-31T09:00Z")));
    assert_eq!(every_day.next_after(at("9999-12-31T09:00Z")), Found::Nothing);
    assert_eq!(every_day.last_before(at("0001-01-01T09:00Z")), Found::Nothing);
    assert_eq!(every_day.last_before(at("0001-01-01T09:00:01Z")), Found::At(at("0001-01-01T09:00Z")));
    assert_eq!(every_day.has_day(Date::MIN, &Zone::utc()), Yes);
    assert_eq!(every_day.has_day(Date::MAX, &Zone::utc()), Yes);
    let business = BusinessDays { not_on: vec![Arc::new(every_day)], ..BusinessDays::default() };
    assert_eq!(business.step(date("2026-12-18"), 1), Err(Unreached::OutOfRange));
    assert_eq!(business.step(date("2026-12-18"), 0), Ok(date("2026-12-18")));
    assert_eq!(business.step(date("2026-12-18"), i64::MAX), Err(Unreached::OutOfRange));
}
