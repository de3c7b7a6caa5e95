//! Rules that ask for nothing, for ever, or for more than there is: an answer comes soon, or that there is none.

use super::*;

/// The first start, or whether the search was given up.
fn first(text: &str, dtstart: &str) -> Result<LocalDateTime, bool> {
    let rule = rule(text);
    let mut starts = rule.starts(local(dtstart), local(dtstart));
    starts.next().ok_or(starts.gave_up())
}

#[test]
fn what_interval_steps_over_never_comes() {
    for text in [
        // Every seventh day from a Thursday is no Tuesday; every 24 hours from midnight is not noon.
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=TU",
        "FREQ=SECONDLY;INTERVAL=604800;BYDAY=TU",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=12",
        "FREQ=HOURLY;INTERVAL=6;BYHOUR=1,2,3",
        "FREQ=MINUTELY;INTERVAL=10;BYMINUTE=5",
        "FREQ=SECONDLY;INTERVAL=3600;BYMINUTE=1",
        "FREQ=SECONDLY;INTERVAL=4294967220;BYSECOND=1",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;UNTIL=20270101",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=YEARLY;INTERVAL=4294967295;BYMONTH=1;BYMONTHDAY=2;UNTIL=20260101",
        "FREQ=YEARLY;BYMONTH=1;BYDAY=1MO,2MO,3MO,2TU;BYMONTHDAY=1,2,3,4,5,6,7,8;BYSETPOS=4",
        // A second that the interval reaches on one day in 86,400, on a day of one year in seven.
        "FREQ=SECONDLY;INTERVAL=86399;BYMONTH=1;BYMONTHDAY=1;BYDAY=MO;BYHOUR=12;BYMINUTE=0;BYSECOND=1",
    ] {
        let at = if text.contains("YEARLY") { "20250601T000000" } else { "20260101T000000" };
        assert_eq!(first(text, at), Err(false), "{text}");
    }
}

#[test]
fn what_is_too_far_to_find_is_given_up() {
    // Where periods differ, counting them takes as long as going through them.
    let rule = rule("FREQ=SECONDLY;BYSECOND=1;BYDAY=MO;COUNT=100000000");
    let mut starts = rule.starts(local("20000101T000000"), local("20900101T000000"));
    assert_eq!(starts.next(), None);
    assert!(starts.gave_up());
    let last = rule.last_before(local("20000101T000000"), local("20900101T000000"), &Zone::utc());
    assert_eq!(last, Err(RRuleGaveUp));
}

#[test]
fn what_is_far_from_the_start_is_found_at_once() {
    let (start, late) = (local("19700101T000000"), local("90000101T000000"));
    let mut texts: Vec<String> = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
        .into_iter()
        .map(|frequency| format!("FREQ={frequency}"))
        .collect();
    texts.push("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=23;BYMINUTE=59;BYSECOND=59".to_owned());
    texts.push("FREQ=MINUTELY;INTERVAL=7;BYDAY=FR;BYMONTHDAY=13;BYHOUR=13".to_owned());
    for text in texts {
        let rule = rule(&text);
        for _ in 0..200 {
            assert!(rule.starts(start, late).next().is_some_and(|at| at >= late), "{text}");
        }
        assert!(rule.last_before(start, late, &Zone::utc()).is_ok_and(|at| at.is_some_and(|at| at < late)), "{text}");
    }
}

#[test]
fn a_billion_is_counted_without_counting() {
    let rule = rule("FREQ=SECONDLY;COUNT=1000000000");
    let start = local("20000101T000000");
    let last = LocalDateTime::from_wall(start.wall() + 999_999_999 * 1_000_000).unwrap();
    let found: Vec<LocalDateTime> = rule.starts(start, last).collect();
    assert_eq!(found, [last]);
    assert_eq!(rule.last_before(start, local("90000101T000000"), &Zone::utc()), Ok(Some(last)));
    let every = self::rule("FREQ=MINUTELY;INTERVAL=2;BYSECOND=10,20,30;COUNT=100000000");
    let from = local("20200101T000000");
    let walked: Vec<LocalDateTime> = every.starts(start, from).take(4).collect();
    let endless = self::rule("FREQ=MINUTELY;INTERVAL=2;BYSECOND=10,20,30");
    assert_eq!(walked, endless.starts(start, from).take(4).collect::<Vec<_>>());
}

#[test]
fn the_calendar_ends_in_9999() {
    let late = local("99991201T000000");
    let dates = |text: &str| rule(text).starts(late, late).map(|at| at.date().to_string()).collect::<Vec<_>>();
    assert_eq!(dates("FREQ=MONTHLY"), ["9999-12-01"]);
    assert_eq!(dates("FREQ=WEEKLY").len(), 5);
    assert_eq!(dates("FREQ=DAILY").len(), 31);
    assert_eq!(dates("FREQ=YEARLY;BYWEEKNO=52,1"), ["9999-12-29"]);
    assert_eq!(dates("FREQ=YEARLY;INTERVAL=4294967295"), ["9999-12-01"]);
    let first = local("00010101T000000");
    assert_eq!(rule("FREQ=YEARLY;BYWEEKNO=1,-1").starts(first, first).next(), Some(first));
    assert_eq!(rule("FREQ=DAILY").last_before(first, first, &Zone::utc()), Ok(None));
    assert_eq!(rule("FREQ=SECONDLY").starts(first, local("99991231T235959")).count(), 1);
}

#[test]
fn starts_end_before_a_moment() {
    let rule = rule("FREQ=DAILY;BYDAY=MO;BYMONTH=1;BYMONTHDAY=1");
    let start = local("20260101T000000");
    assert_eq!(rule.starts(start, start).before(local("20290101T000000")).next(), None);
    assert_eq!(rule.starts(start, start).before(local("20290101T000001")).next(), Some(local("20290101T000000")));
}
