//! Dates, weekdays, spans and business days.

use super::*;

const NEW_YORK: &str = "America/New_York";

fn add(text: &str, amount: i64, unit: SpanUnit) -> String {
    add_span_to_date(date(text), Span::new(amount, unit), BusinessWeek::default())
        .map_or("none".into(), |d| d.to_string())
}

#[test]
fn weekdays_are_right() {
    assert_eq!(date("1970-01-01").weekday(), Weekday::Thursday);
    assert_eq!(date("2026-12-18").weekday(), Weekday::Friday);
    assert_eq!(date("0001-01-01").weekday(), Weekday::Monday);
    assert_eq!(date("9999-12-31").weekday(), Weekday::Friday);
    assert_eq!(Weekdays::range(Weekday::Monday, Weekday::Friday), Weekdays::MONDAY_TO_FRIDAY);
    assert_eq!(Weekdays::range(Weekday::Sunday, Weekday::Tuesday).to_string(), "monday, tuesday, sunday");
    assert_eq!(Weekday::from_name("friday"), Some(Weekday::Friday));
    assert_eq!(Weekday::from_name("Friday"), None);
}

#[test]
fn months_end_on_their_last_day() {
    use SpanUnit::{Month, Year};
    assert_eq!(add("2026-01-31", 1, Month), "2026-02-28");
    assert_eq!(add("2024-01-31", 1, Month), "2024-02-29");
    assert_eq!(add("2026-03-31", -1, Month), "2026-02-28");
    assert_eq!(add("2026-01-15", -1, Month), "2025-12-15");
    assert_eq!(add("2026-01-15", -13, Month), "2024-12-15");
    assert_eq!(add("2024-02-29", 1, Year), "2025-02-28");
    assert_eq!(add("2024-02-29", 4, Year), "2028-02-29");
    assert_eq!(add("9999-12-31", 1, SpanUnit::Day), "none");
    assert_eq!(add("9999-12-01", 1, Month), "none");
    assert_eq!(add("0001-01-31", -1, Month), "none");
    for unit in [SpanUnit::Day, SpanUnit::Week, Month, Year, SpanUnit::BusinessDay] {
        for amount in [i64::MAX, i64::MIN, i64::MAX / 7, i64::MIN + 1] {
            assert_eq!(add("2026-01-31", amount, unit), "none");
        }
    }
}

#[test]
fn business_days_skip_the_weekend() {
    use SpanUnit::BusinessDay;
    // 2026-12-18 is a Friday.
    assert_eq!(add("2026-12-18", 0, BusinessDay), "2026-12-18");
    assert_eq!(add("2026-12-18", 1, BusinessDay), "2026-12-21");
    assert_eq!(add("2026-12-18", 5, BusinessDay), "2026-12-25");
    assert_eq!(add("2026-12-19", 0, BusinessDay), "2026-12-19");
    assert_eq!(add("2026-12-19", 1, BusinessDay), "2026-12-21");
    assert_eq!(add("2026-12-20", 5, BusinessDay), "2026-12-25");
    assert_eq!(add("2026-12-21", -1, BusinessDay), "2026-12-18");
    assert_eq!(add("2026-12-20", -5, BusinessDay), "2026-12-14");
}

#[test]
fn business_days_agree_with_counting() {
    let mut random = Random(11);
    for _ in 0..2_000 {
        let days: Weekdays = Weekday::ALL.into_iter().filter(|_| random.below(3) > 0).collect();
        let week = BusinessWeek::new(days);
        let start = Date::from_days(random.below(40_000)).unwrap();
        let count = random.below(80) - 40;
        let mut left = count.abs();
        let mut counted = Some(start);
        while left > 0 && !days.is_empty() {
            counted = counted.and_then(|d| d.add_days(count.signum()));
            left -= i64::from(counted.is_some_and(|d| days.contains(d.weekday())));
        }
        let expected = if days.is_empty() && count != 0 { None } else { counted };
        assert_eq!(
            add_span_to_date(start, Span::new(count, SpanUnit::BusinessDay), week),
            expected,
            "{start} {count} {days}"
        );
    }
    let sunday_to_thursday = BusinessWeek::range(Weekday::Sunday, Weekday::Thursday);
    assert!(sunday_to_thursday.contains(date("2026-12-20")) && !sunday_to_thursday.contains(date("2026-12-18")));
}

#[test]
fn a_day_is_not_24_hours_when_the_clocks_change() {
    let zone = zone(NEW_YORK);
    let week = BusinessWeek::default();
    let before = at("2026-03-07T12:00-05:00");
    assert_eq!(add_span(before, Span::new(1, SpanUnit::Day), &zone, week), Some(at("2026-03-08T12:00-04:00")));
    // 02:30 does not exist on 8 March: the moment of the change.
    let early = at("2026-03-07T02:30-05:00");
    assert_eq!(add_span(early, Span::new(1, SpanUnit::Day), &zone, week), Some(at("2026-03-08T03:00-04:00")));
    // 01:30 exists twice on 1 November: the first.
    let october = at("2026-10-01T01:30-04:00");
    assert_eq!(add_span(october, Span::new(1, SpanUnit::Month), &zone, week), Some(at("2026-11-01T01:30-04:00")));
    // No step leaves even the second of two equal times where it is.
    let second = at("2026-11-01T01:30-05:00");
    assert_eq!(add_span(second, Span::new(0, SpanUnit::BusinessDay), &zone, week), Some(second));
    assert_eq!(add_span(second, Span::new(-1, SpanUnit::Week), &zone, week), Some(at("2026-10-25T01:30-04:00")));
    // Friday evening in New York is Saturday in UTC, yet one business day later is Monday evening.
    let friday = at("2026-12-18T22:00-05:00");
    assert_eq!(add_span(friday, Span::new(1, SpanUnit::BusinessDay), &zone, week), Some(at("2026-12-21T22:00-05:00")));
    assert_eq!(add_span(Instant::MAX, Span::new(1, SpanUnit::Day), &zone, week), None);
    assert_eq!(add_span(Instant::MIN, Span::new(-1, SpanUnit::Day), &zone, week), None);
}

#[test]
fn spans_print_as_written() {
    assert_eq!(Span::new(1, SpanUnit::Month).to_string(), "1 month");
    assert_eq!(Span::new(5, SpanUnit::BusinessDay).to_string(), "5 business days");
    assert_eq!(SpanUnit::from_name("weeks"), Some(SpanUnit::Week));
    assert_eq!(SpanUnit::from_name("fortnight"), None);
}

#[test]
fn arithmetic_ends_at_the_range() {
    assert_eq!(Instant::MAX.checked_add(Duration::from_micros(1)), None);
    assert_eq!(Instant::MIN.checked_sub(Duration::from_micros(1)), None);
    assert_eq!(Instant::MIN.checked_add(Duration::from_micros(i64::MIN)), None);
    assert_eq!(Instant::MAX.checked_sub(Duration::from_micros(i64::MIN)), None);
    assert_eq!(Instant::MAX.saturating_add(Duration::from_micros(i64::MAX)), Instant::MAX);
    assert_eq!(Instant::MAX.since(Instant::MIN).checked_neg(), Some(Instant::MIN.since(Instant::MAX)));
    assert_eq!(Duration::from_micros(i64::MAX).checked_add(Duration::from_micros(1)), None);
    assert_eq!(Duration::from_days(i64::MAX), None);
}
