//! The examples of RFC 5545, section 3.8.5.3, as rules and the dates that it lists for them, and what they leave out.

use super::*;

/// Checks that a rule that starts then has those starts first, and no other ones before the last of them.
#[track_caller]
fn starts(text: &str, dtstart: &str, wanted: &str) {
    let rule = rule(text);
    let wanted: Vec<LocalDateTime> = wanted.split_whitespace().map(|at| resolve(at, dtstart)).collect();
    let found: Vec<LocalDateTime> = rule.starts(local(dtstart), local(dtstart)).take(wanted.len()).collect();
    assert_eq!(found, wanted, "{text}");
    for (n, from) in wanted.iter().enumerate() {
        let late: Vec<LocalDateTime> = rule.starts(local(dtstart), *from).take(wanted.len() - n).collect();
        assert_eq!(late, wanted[n..], "{text} from {from}");
        let last = rule.last_before(local(dtstart), *from, &Zone::utc());
        assert_eq!(last, Ok(n.checked_sub(1).map(|n| wanted[n])), "{text} before {from}");
    }
    if rule.count() == Some(wanted.len().try_into().unwrap()) {
        assert_eq!(rule.starts(local(dtstart), local(dtstart)).count(), wanted.len(), "{text}");
    }
}

/// A date alone is at the start's time of day.
fn resolve(at: &str, dtstart: &str) -> LocalDateTime {
    if at.len() == 8 { local(dtstart).on(local(at).date()) } else { local(at) }
}

/// The starts of a rule that ends, as dates.
fn days(text: &str, dtstart: &str) -> Vec<String> {
    rule(text).starts(local(dtstart), local(dtstart)).map(|at| at.date().to_string()).collect()
}

const NINE: &str = "19970902T090000";

#[test]
fn daily() {
    starts(
        "FREQ=DAILY;COUNT=10",
        NINE,
        "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911",
    );
    assert_eq!(rule("FREQ=DAILY;UNTIL=19971224T000000Z").starts(local(NINE), local(NINE)).count(), 113);
    starts("FREQ=DAILY;INTERVAL=2", NINE, "19970902 19970904 19970906 19970908");
    starts("FREQ=DAILY;INTERVAL=10;COUNT=5", NINE, "19970902 19970912 19970922 19971002 19971012");
    for text in [
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
    ] {
        assert_eq!(days(text, "19980101T090000").len(), 93, "{text}");
    }
}

#[test]
fn weekly() {
    starts(
        "FREQ=WEEKLY;COUNT=10",
        NINE,
        "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104",
    );
    starts("FREQ=WEEKLY;INTERVAL=2;WKST=SU", NINE, "19970902 19970916 19970930 19971014 19971028 19971111 19971125");
    let ten = "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002";
    starts("FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", NINE, ten);
    starts("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", NINE, ten);
    starts(
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "19970901T090000",
        "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 19971017
         19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 19971210 19971212
         19971222",
    );
    starts(
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        NINE,
        "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016",
    );
    // The day on which weeks begin makes the difference.
    starts(
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805T090000",
        "19970805 19970810 19970819 19970824",
    );
    starts(
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "19970805T090000",
        "19970805 19970817 19970819 19970831",
    );
}

#[test]
fn monthly() {
    starts(
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "19970905T090000",
        "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605",
    );
    starts("FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905T090000", "19970905 19971003 19971107 19971205");
    starts(
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "19970907T090000",
        "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531",
    );
    starts(
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "19970922T090000",
        "19970922 19971020 19971117 19971222 19980119 19980216",
    );
    starts("FREQ=MONTHLY;BYMONTHDAY=-3", "19970928T090000", "19970928 19971029 19971128 19971229 19980129 19980226");
    starts(
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        NINE,
        "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115",
    );
    starts(
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "19970930T090000",
        "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201",
    );
    starts(
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910T090000",
        "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313",
    );
    starts(
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        NINE,
        "19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106",
    );
    starts("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", NINE, "19980213 19980313 19981113 19990813 20001013");
    starts(
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913T090000",
        "19970913 19971011 19971108 19971213 19980110 19980207 19980307",
    );
    starts("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904T090000", "19970904 19971007 19971106");
    starts(
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "19970929T090000",
        "19970929 19971030 19971127 19971230 19980129 19980226 19980330",
    );
    starts("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115T090000", "20070115 20070130 20070215 20070315 20070330");
}

#[test]
fn yearly() {
    starts(
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "19970610T090000",
        "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710",
    );
    starts(
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310T090000",
        "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310",
    );
    starts(
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "19970101T090000",
        "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101",
    );
    starts("FREQ=YEARLY;BYDAY=20MO", "19970519T090000", "19970519 19980518 19990517");
    starts("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512T090000", "19970512 19980511 19990517");
    starts(
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "19970313T090000",
        "19970313 19970320 19970327 19980305 19980312 19980319 19980326",
    );
    starts("FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "19970605T090000", "19970605 19970612 19970619 19970626 19970703");
    starts(
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105T090000",
        "19961105 20001107 20041102",
    );
}

#[test]
fn within_a_day() {
    starts("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", NINE, "19970902T090000 19970902T120000 19970902T150000");
    starts(
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        NINE,
        "19970902T090000 19970902T091500 19970902T093000 19970902T094500 19970902T100000 19970902T101500",
    );
    starts(
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        NINE,
        "19970902T090000 19970902T103000 19970902T120000 19970902T133000",
    );
    for text in [
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    ] {
        let found: Vec<LocalDateTime> = rule(text).starts(local(NINE), local(NINE)).take(30).collect();
        assert_eq!(found[23], local("19970902T164000"), "{text}");
        assert_eq!(found[24], local("19970903T090000"), "{text}");
    }
    // RFC 5545, 3.3.10: 8:30 and 9:30 on Sundays in January, every other year.
    starts(
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30",
        "19970105T083000",
        "19970105T083000 19970105T093000 19970112T083000 19970112T093000 19970119T083000 19970119T093000
         19970126T083000 19970126T093000 19990103T083000",
    );
}

#[test]
fn a_start_that_does_not_fit_is_none() {
    starts("FREQ=MONTHLY;BYDAY=2TU", "20260101T000000", "20260113 20260210 20260310");
    starts("FREQ=YEARLY;BYMONTHDAY=31", "20260801T120000", "20260831 20270831");
    starts("FREQ=YEARLY", "20240229T120000", "20240229 20280229 20320229");
    starts("FREQ=YEARLY;BYYEARDAY=366", "20240229T120000", "20241231 20281231");
    starts("FREQ=YEARLY;BYYEARDAY=-366;COUNT=2", "20250101T000000", "20280101 20320101");
}

#[test]
fn weeks_of_a_year_reach_over_its_ends() {
    starts("FREQ=YEARLY;BYWEEKNO=1", "20261228T090000", "20270104 20280103 20290101 20291231");
    starts("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU", "20260101T090000", "20270103 20280102 20281231 20291230");
    starts("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "20260101T090000", "20261228 20321227 20371228");
    // A first date in the last week of the year before counts its intervals from there.
    starts("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=52,53;BYDAY=SU", "20270103T090000", "20270103 20281231 20301229");
    starts("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12;BYDAY=MO", "20240101T000000", "20241230 20251229 20291231 20301230");
}

#[test]
fn positions_count_within_a_whole_period() {
    starts("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "20260601T180000", "20261231 20271231 20281229");
    starts("FREQ=DAILY;BYHOUR=6,12,18;BYSETPOS=-1", "20260101T130000", "20260101T180000 20260102T180000");
    starts("FREQ=MONTHLY;BYMONTHDAY=1,2,3;BYSETPOS=2,-2,2", "20260101T000000", "20260102 20260202 20260302");
    starts(
        "FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=1,-1;BYHOUR=9",
        NINE,
        "19970902T090000 19970902T094000 19970903T090000",
    );
}

#[test]
fn a_leap_second_is_the_one_before() {
    starts("FREQ=MINUTELY;BYSECOND=59,60", NINE, "19970902T090059 19970902T090159");
}

#[test]
fn the_end_is_inclusive() {
    assert_eq!(days("FREQ=DAILY;UNTIL=20260103", "20260101T090000"), ["2026-01-01", "2026-01-02", "2026-01-03"]);
    assert_eq!(days("FREQ=DAILY;UNTIL=20260103T090000", "20260101T090000").len(), 3);
    assert_eq!(days("FREQ=DAILY;UNTIL=20260103T085959", "20260101T090000").len(), 2);
    assert_eq!(days("FREQ=DAILY;UNTIL=20251231", "20260101T090000").len(), 0);
}

#[test]
fn an_end_in_utc_is_compared_in_the_zone() {
    let in_zone = |text: &str, dtstart: &str, zone: &str| {
        let (start, zone) = (local(dtstart), Zone::get(zone).unwrap());
        rule(text).starts_in(start, start, &zone).map(|at| at.to_string()).collect::<Vec<_>>()
    };
    // RFC 5545: daily until 24 December 1997, midnight UTC, is up to the 23rd in New York.
    assert_eq!(in_zone("FREQ=DAILY;UNTIL=19971224T000000Z", NINE, "America/New_York").len(), 113);
    assert_eq!(in_zone("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", NINE, "America/New_York").len(), 2);
    assert_eq!(in_zone("FREQ=DAILY;UNTIL=20260103T080000Z", "20260101T090000", "Europe/Berlin").len(), 3);
    assert_eq!(in_zone("FREQ=DAILY;UNTIL=20260103T075959Z", "20260101T090000", "Europe/Berlin").len(), 2);
    // 01:30 occurs twice on 1 November 2026 in New York, and the first is meant: 05:30Z.
    let twice =
        |until: &str| in_zone(&format!("FREQ=DAILY;UNTIL={until}"), "20261031T013000", "America/New_York").len();
    assert_eq!([twice("20261101T052959Z"), twice("20261101T053000Z"), twice("20261101T063000Z")], [1, 2, 2]);
    // 02:30 does not occur on 8 March 2026: the offset before counts, 07:30Z. 03:00 is 07:00Z, before it.
    let gap = in_zone("FREQ=MINUTELY;INTERVAL=30;UNTIL=20260308T071500Z", "20260308T013000", "America/New_York");
    assert_eq!(gap, ["2026-03-08T01:30:00", "2026-03-08T02:00:00", "2026-03-08T03:00:00"]);
}
