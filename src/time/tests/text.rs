//! What is read and printed.

use super::*;

#[test]
fn dates_are_read_strictly() {
    assert_eq!(date("2026-12-18").ymd(), (2026, 12, 18));
    assert_eq!(date("1970-01-01").days(), 0);
    assert_eq!(date("0001-01-01"), Date::MIN);
    assert_eq!(date("9999-12-31"), Date::MAX);
    assert_eq!(date("2024-02-29").to_string(), "2024-02-29");
    for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "2026-01-00"] {
        assert_eq!(parse_date(text), Err(TimeError::OutOfRange), "{text}");
    }
    for text in [
        "",
        "2026",
        "2026-12",
        "20261218",
        "2026-12-18 ",
        " 2026-12-18",
        "2026/12/18",
        "+2026-12-18",
        "2026-12-1é",
        "２026-12-18",
    ] {
        assert_eq!(parse_date(text), Err(TimeError::Form), "{text}");
    }
}

#[test]
fn a_date_without_leading_zeros_is_named() {
    let meant = TimeError::Unpadded(date("2026-01-01"));
    assert_eq!(parse_date("2026-1-1"), Err(meant));
    assert_eq!(parse_time("2026-1-01T10:00"), Err(meant));
    assert_eq!(meant.help().as_deref(), Some("write `2026-01-01`"));
    assert_eq!(parse_date("2026-1-32"), Err(TimeError::Form));
    assert_eq!(parse_date("26-1-1"), Err(TimeError::Form));
    assert_eq!(parse_date("2026-1-1-1"), Err(TimeError::Form));
}

#[test]
fn instants_are_read_in_every_spelling_of_the_same_moment() {
    let moment = at("2027-01-04T11:00:00Z");
    for text in [
        "2027-01-04T11:00Z",
        "2027-01-04t11:00:00z",
        "2027-01-04 11:00:00Z",
        "2027-01-04T12:00:00+01:00",
        "2027-01-04T12:00:00+0100",
        "2027-01-04T12:00+01",
        "2027-01-04T06:00:00.000-05:00",
        "2027-01-04T11:00:00-00:00",
        "2027-01-04T11:00:00.0000009Z",
    ] {
        assert_eq!(parse_instant(text), Ok(moment), "{text}");
    }
    assert_eq!(moment.to_rfc3339(), "2027-01-04T11:00:00Z");
    assert_eq!(at("2027-01-04T11:00:00.120Z").to_string(), "2027-01-04T11:00:00.12Z");
    assert_eq!(at("1969-12-31T23:59:59.999999Z").micros(), -1);
    assert_eq!(at("2026-12-31T24:00Z"), at("2027-01-01T00:00Z"));
}

#[test]
fn malformed_instants_are_refused() {
    assert_eq!(parse_instant("2027-01-04T11:00"), Err(TimeError::NoOffset));
    for text in [
        "2027-01-04",
        "2027-01-04T",
        "2027-01-04T11",
        "2027-01-04T11Z",
        "2027-01-04T11:00:00.Z",
        "2027-01-04T11:00:00,5Z",
        "2027-01-04T11:00:00Zulu",
        "2027-01-04T11:00:00 Z",
        "2027-01-04T11:00:00+1:00",
        "2027-01-04T11:00:00+01:",
        "2027-01-04T11:00:00+01:0",
        "2027-01-04T11:00:00+01:000",
        "2027-01-04X11:00:00Z",
        "2027-01-04  11:00:00Z",
        "2027-01-04T1:00:00Z",
        "2027-01-04T11:00:00-",
        "🕐",
    ] {
        assert_eq!(parse_instant(text), Err(TimeError::Form), "{text}");
    }
    for text in [
        "2027-01-04T25:00Z",
        "2027-01-04T24:00:01Z",
        "2027-01-04T24:30Z",
        "2027-01-04T11:60Z",
        "2027-01-04T11:00:61Z",
        "2027-01-04T11:00+24:00",
        "2027-01-04T11:00+01:60",
        "2027-02-30T11:00Z",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
        "9999-12-31T24:00Z",
    ] {
        assert_eq!(parse_instant(text), Err(TimeError::OutOfRange), "{text}");
    }
    // Midnight after the last day is past the last wall clock, but not past the last instant.
    assert_eq!(at("9999-12-31T24:00+01:00"), at("9999-12-31T23:00Z"));
    assert_eq!(at("9999-12-31T23:59:59.999999Z"), Instant::MAX);
    assert_eq!(at("0001-01-01T00:00Z"), Instant::MIN);
}

#[test]
fn a_leap_second_is_the_last_microsecond_before_it() {
    assert_eq!(at("2016-12-31T23:59:60Z"), at("2016-12-31T23:59:59.999999Z"));
    assert_eq!(at("2017-01-01T05:29:60.5+05:30"), at("2016-12-31T23:59:59.999999Z"));
    assert_eq!(parse_instant("2016-12-31T22:59:60Z"), Err(TimeError::OutOfRange));
    assert_eq!(local("2016-12-31T23:59:60"), local("2016-12-31T23:59:59.999999"));
    assert_eq!(parse_local_datetime("2016-12-31T23:58:60"), Err(TimeError::OutOfRange));
}

#[test]
fn the_kind_of_a_time_is_told_apart() {
    assert_eq!(parse_time("2026-12-18"), Ok(TimeValue::Date(date("2026-12-18"))));
    assert_eq!(parse_time("2026-12-18 18:00"), Ok(TimeValue::Local(local("2026-12-18T18:00:00"))));
    assert_eq!(parse_time("2026-12-18 18:00Z"), Ok(TimeValue::Instant(at("2026-12-18T18:00:00Z"))));
    assert_eq!(parse_local_datetime("2026-12-18T18:00Z"), Err(TimeError::Form));
    assert_eq!(parse_local_datetime("2026-12-18"), Err(TimeError::Form));
    assert_eq!(local("2026-12-18T18:00:07.25").to_string(), "2026-12-18T18:00:07.25");
    assert_eq!(local("2026-12-31T24:00"), local("2027-01-01T00:00"));
}

#[test]
fn times_of_day_run_to_24_00() {
    assert_eq!(parse_local_time("09:30").unwrap().seconds(), 34_200);
    assert_eq!(parse_local_time("24:00"), Ok(LocalTime::END_OF_DAY));
    assert_eq!(parse_local_time("09:30:15").unwrap().to_string(), "09:30:15");
    assert_eq!(LocalTime::END_OF_DAY.to_string(), "24:00");
    for text in ["24:01", "25:00", "10:60", "10:00:60"] {
        assert_eq!(parse_local_time(text), Err(TimeError::OutOfRange), "{text}");
    }
    for text in ["", "9:30", "0930", "09:30 ", "09:3", "09:30:", "09.30", "09:30Z"] {
        assert_eq!(parse_local_time(text), Err(TimeError::Form), "{text}");
    }
}

#[test]
fn durations_are_read_and_printed() {
    for (text, seconds, printed) in [
        ("90s", 90, "1min30s"),
        ("30min", 1_800, "30min"),
        ("48h", 172_800, "48h"),
        ("2d", 172_800, "48h"),
        ("72h", 259_200, "72h"),
        ("73h", 262_800, "3d1h"),
        ("14d", 1_209_600, "14d"),
        ("2w", 1_209_600, "14d"),
        ("1h30min", 5_400, "1h30min"),
        ("1w2d3h4min5s", 788_645, "9d3h4min5s"),
        ("0s", 0, "0s"),
        ("007d", 604_800, "7d"),
    ] {
        let length = parse_duration(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(Some(length), Duration::from_seconds(seconds), "{text}");
        assert_eq!(length.to_string(), printed);
        assert_eq!(parse_duration(printed), Ok(length), "{printed}");
    }
    assert_eq!(Duration::from_micros(-1_500_000).to_string(), "-1.5s");
    assert_eq!(Duration::from_micros(5_000).to_string(), "0.005s");
    assert_eq!(Duration::from_micros(i64::MIN).to_string(), "-106751991d4h54.775808s");
}

#[test]
fn what_is_no_duration_says_why() {
    use DurationError as E;
    for (text, error) in [
        ("", E::Form),
        ("h", E::Form),
        ("-1h", E::Form),
        ("1 h", E::Form),
        ("1_000s", E::Form),
        ("1h ", E::Form),
        ("10", E::NoUnit),
        ("1h30", E::NoUnit),
        ("30m", E::MinuteOrMonth),
        ("1h30m", E::MinuteOrMonth),
        ("1.5h", E::Decimal),
        ("1h.5min", E::Decimal),
        ("3days", E::UnknownUnit),
        ("3D", E::UnknownUnit),
        ("30min1h", E::Order),
        ("1h1h", E::Order),
        ("99999999999999999999s", E::OutOfRange),
        ("9999999999w", E::OutOfRange),
        ("١h", E::Form),
    ] {
        assert_eq!(parse_duration(text), Err(error), "{text}");
    }
    assert!(E::MinuteOrMonth.help().unwrap().contains("30min"));
}

#[test]
fn iso_durations_are_read() {
    use DurationError as E;
    for (text, seconds) in
        [("PT1H30M", 5_400), ("P2D", 172_800), ("P1W", 604_800), ("P1DT12H", 129_600), ("-PT5S", -5), ("PT0S", 0)]
    {
        assert_eq!(parse_iso_duration(text).ok(), Duration::from_seconds(seconds), "{text}");
    }
    assert_eq!(parse_iso_duration("PT0.5S"), Ok(Duration::from_micros(500_000)));
    assert_eq!(parse_iso_duration("PT1,0000019S"), Ok(Duration::from_micros(1_000_001)));
    for (text, error) in [
        ("P", E::Form),
        ("PT", E::Form),
        ("P1DT", E::Form),
        ("PT1HT1M", E::Form),
        ("p1d", E::Form),
        ("P1", E::NoUnit),
        ("P1Y", E::Calendar),
        ("P1M", E::Calendar),
        ("PT1M1H", E::Order),
        ("PT1.5H", E::Decimal),
        ("PT.5S", E::Form),
        ("PT5.S", E::Form),
        ("P1H", E::UnknownUnit),
        ("PT1D", E::UnknownUnit),
        ("PT99999999999999999999S", E::OutOfRange),
        ("PD", E::Form),
    ] {
        assert_eq!(parse_iso_duration(text), Err(error), "{text}");
    }
}

#[test]
fn every_day_round_trips() {
    let mut previous = None;
    for days in (Date::MIN.days()..=Date::MAX.days()).step_by(13) {
        let date = Date::from_days(days).unwrap();
        let (year, month, day) = date.ymd();
        assert_eq!(Date::from_ymd(year, month, day), Some(date));
        assert!(previous < Some((year, month, day)));
        previous = Some((year, month, day));
    }
    for year in [1, 4, 100, 400, 1900, 1970, 2000, 2024, 2100, 9999] {
        let first = Date::from_ymd(year, 1, 1).unwrap();
        let last = Date::from_ymd(year, 12, 31).unwrap();
        for days in first.days()..=last.days() {
            let date = Date::from_days(days).unwrap();
            assert_eq!(parse_date(&date.to_string()), Ok(date));
        }
    }
}

#[test]
fn hostile_texts_never_panic() {
    let mut random = Random(7);
    let alphabet: Vec<char> = "0123456789-:.+TZtz PWDHMSmhdwin,é🕐\u{0}".chars().collect();
    for _ in 0..200_000 {
        let length = random.below(24);
        let pick = |_| alphabet[usize::try_from(random.below(i64::try_from(alphabet.len()).unwrap())).unwrap()];
        let text: String = (0..length).map(pick).collect();
        if let Ok(instant) = parse_instant(&text) {
            assert_eq!(parse_instant(&instant.to_rfc3339()), Ok(instant), "{text}");
        }
        if let Ok(length) = parse_duration(&text) {
            assert_eq!(parse_duration(&length.to_string()), Ok(length), "{text}");
        }
        let _ = (parse_date(&text), parse_time(&text), parse_local_time(&text), parse_iso_duration(&text));
    }
    let long = "9".repeat(1_000_000);
    assert_eq!(parse_duration(&long), Err(DurationError::NoUnit));
    assert!(parse_instant(&format!("2026-12-18T18:00:00.{long}Z")).is_ok());
}
