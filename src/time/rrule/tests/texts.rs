//! What is refused, with which words and where; and what a rule prints as.

use super::*;

/// The message, the help, and the part of the text that is meant.
#[track_caller]
fn refused(text: &str) -> (String, String, &str) {
    let error = RRule::parse(text).expect_err(text);
    (error.message, error.help.unwrap_or_default(), &text[error.at])
}

#[track_caller]
fn says(text: &str, message: &str, at: &str) {
    let (found, help, place) = refused(text);
    assert_eq!((found.as_str(), place), (message, at), "{text}");
    assert!(!found.ends_with('.') && !help.ends_with('.'), "{text}");
}

#[test]
fn errors_point_at_their_part() {
    says("", "a part of the rule is empty", "");
    says("FREQ", "`FREQ` is no part of a rule", "FREQ");
    says("FREQ=", "`FREQ` has no value", "FREQ=");
    says("FREQ=DAILY;;COUNT=1", "a part of the rule is empty", "");
    says("COUNT=1", "a rule needs `FREQ`", "COUNT=1");
    says("FREQ=FORTNIGHTLY", "unknown frequency `FORTNIGHTLY`", "FORTNIGHTLY");
    says("FREQ=DAILY;BYWEEKDAY=MO", "unknown part `BYWEEKDAY`", "BYWEEKDAY");
    says("FREQ=DAILY;FREQ=WEEKLY", "`FREQ` occurs twice", "FREQ=WEEKLY");
    says("FREQ=DAILY;INTERVAL=0", "`INTERVAL` cannot be `0`", "0");
    says("FREQ=DAILY;INTERVAL=4294967296", "`INTERVAL` cannot be `4294967296`", "4294967296");
    says("FREQ=DAILY;INTERVAL=two", "`two` is no number for `INTERVAL`", "two");
    says("FREQ=DAILY;COUNT=0", "`COUNT` cannot be `0`", "0");
    says("FREQ=DAILY;COUNT=-5", "`COUNT` cannot be `-5`", "-5");
    says("FREQ=DAILY;COUNT=1;UNTIL=20260101", "`COUNT` and `UNTIL` cannot both end a rule", "UNTIL=20260101");
    says("FREQ=DAILY;UNTIL=tomorrow", "`tomorrow` is no end for a rule", "tomorrow");
    says("FREQ=DAILY;UNTIL=20260230", "`20260230` is no end for a rule", "20260230");
    says("FREQ=DAILY;UNTIL=20260201T240000", "`20260201T240000` is no end for a rule", "20260201T240000");
    says("FREQ=DAILY;BYHOUR=9,24", "`BYHOUR` cannot be `24`", "24");
    says("FREQ=DAILY;BYMINUTE=60", "`BYMINUTE` cannot be `60`", "60");
    says("FREQ=DAILY;BYSECOND=61", "`BYSECOND` cannot be `61`", "61");
    says("FREQ=YEARLY;BYMONTH=1,,2", "`` is no number for `BYMONTH`", "");
    says("FREQ=YEARLY;BYMONTH=13", "`BYMONTH` cannot be `13`", "13");
    says("FREQ=YEARLY;BYMONTH=5L", "`5L` is no number for `BYMONTH`", "5L");
    says("FREQ=YEARLY;BYWEEKNO=54", "`BYWEEKNO` cannot be `54`", "54");
    says("FREQ=YEARLY;BYYEARDAY=0", "`BYYEARDAY` cannot be `0`", "0");
    says("FREQ=MONTHLY;BYMONTHDAY=-32", "`BYMONTHDAY` cannot be `-32`", "-32");
    says("FREQ=MONTHLY;BYDAY=2XX", "`XX` is no day of the week", "XX");
    says("FREQ=MONTHLY;BYDAY=54MO", "`BYDAY` cannot be `54`", "54");
    says("FREQ=MONTHLY;BYDAY=MO,", "`` is no day of the week", "");
    says("FREQ=WEEKLY;WKST=1", "`1` is no day of the week", "1");
    says("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "`BYSETPOS` cannot be `0`", "0");
    says(
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=99999999999999999999",
        "`BYSETPOS` cannot be `99999999999999999999`",
        "99999999999999999999",
    );
    says("RSCALE=HEBREW;FREQ=YEARLY", "`RSCALE` (RFC 7529) is not supported", "RSCALE=HEBREW");
    says("FREQ=YEARLY;SKIP=FORWARD", "`SKIP` (RFC 7529) is not supported", "SKIP=FORWARD");
}

#[test]
fn combinations_without_a_meaning_are_refused() {
    says("FREQ=MONTHLY;BYWEEKNO=1", "`BYWEEKNO` has no meaning with `FREQ=MONTHLY`", "BYWEEKNO=1");
    says("FREQ=DAILY;BYYEARDAY=1", "`BYYEARDAY` has no meaning with `FREQ=DAILY`", "BYYEARDAY=1");
    says("FREQ=WEEKLY;BYMONTHDAY=1", "`BYMONTHDAY` has no meaning with `FREQ=WEEKLY`", "BYMONTHDAY=1");
    says("FREQ=WEEKLY;BYDAY=MO,2TU", "`2TU` has no meaning with `FREQ=WEEKLY`", "BYDAY=MO,2TU");
    says("FREQ=YEARLY;BYWEEKNO=1;BYDAY=-1FR", "`-1FR` has no meaning with `BYWEEKNO`", "BYDAY=-1FR");
    says("FREQ=MONTHLY;BYSETPOS=1", "`BYSETPOS` has nothing to choose from", "BYSETPOS=1");
    says("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6,-7", "`BYSETPOS` chooses nothing", "BYSETPOS=6,-7");
    assert_eq!(
        refused("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=3,4,5;BYSETPOS=7").1,
        "no day has more than 6 times to choose from"
    );
    rule("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=3,4,5;BYSETPOS=-6,7");
}

#[test]
fn what_no_date_can_fit_is_refused() {
    for text in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=-6MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=8",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
        "FREQ=HOURLY;BYYEARDAY=200;BYMONTH=1",
    ] {
        says(text, "no date can ever fit this rule", text);
    }
    for text in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=YEARLY;BYDAY=53SA;BYYEARDAY=366",
        "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=1;BYDAY=FR",
        "FREQ=YEARLY;BYWEEKNO=-53;BYMONTHDAY=29;BYDAY=MO",
    ] {
        rule(text);
    }
}

#[test]
fn a_rule_prints_as_itself() {
    let prints = |text: &str, wanted: &str| {
        assert_eq!(rule(text).to_string(), wanted, "{text}");
        assert_eq!(rule(wanted), rule(text), "{text}");
    };
    prints("freq=weekly;byday=fr,mo,fr;interval=1;", "FREQ=WEEKLY;BYDAY=MO,FR");
    prints("BYDAY=-1FR,+2TU;FREQ=MONTHLY;WKST=SU;INTERVAL=02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,-1FR;WKST=SU");
    prints(" FREQ = DAILY ; COUNT = 3 ; BYHOUR = 9, 17 ", "FREQ=DAILY;COUNT=3;BYHOUR=9,17");
    prints("FREQ=DAILY;UNTIL=20261224t235960z", "FREQ=DAILY;UNTIL=20261224T235959Z");
    prints("FREQ=DAILY;UNTIL=20261224T120000", "FREQ=DAILY;UNTIL=20261224T120000");
    prints("FREQ=DAILY;UNTIL=00010101", "FREQ=DAILY;UNTIL=00010101");
}

#[test]
fn a_text_may_have_its_start() {
    let read = |text: &str| RRule::parse_text(text);
    let plain = rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO");
    let start = local("20260105T090000");
    for text in [
        "DTSTART:20260105T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        "  RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO\r\n  dtstart;value=date-time:20260105T090000\n",
        "DTSTART:20260105T090000\nFREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    ] {
        assert_eq!(read(text), Ok((plain.clone(), Some(start))), "{text}");
    }
    assert_eq!(read("RRULE:FREQ=DAILY"), Ok((rule("FREQ=DAILY"), None)));
    assert_eq!(
        read("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;BYHOUR=9"),
        Ok((rule("FREQ=DAILY"), Some(local("20260105"))))
    );
    let says = |text: &str, message: &str, at: &str| {
        let error = read(text).expect_err(text);
        assert_eq!((error.message.as_str(), &text[error.at]), (message, at), "{text}");
    };
    says(
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nFREQ=DAILY",
        "a rule's start has no zone of its own",
        "DTSTART;TZID=Europe/Berlin",
    );
    says("DTSTART:20260105T090000Z\nFREQ=DAILY", "a rule's start has no zone of its own", "20260105T090000Z");
    says("DTSTART:5 January\nFREQ=DAILY", "`5 January` is no date and time", "5 January");
    says("DTSTART:20260105T090000\nFREQ=DAILY;COUNT=0", "`COUNT` cannot be `0`", "0");
    says(
        "DTSTART:20260105\nFREQ=HOURLY",
        "a rule with `FREQ=HOURLY` needs a time of day to start at",
        "DTSTART:20260105",
    );
    says("FREQ=DAILY\nFREQ=WEEKLY", "a second rule", "FREQ=WEEKLY");
    says("DTSTART:20260105T090000", "there is no rule", "DTSTART:20260105T090000");
    says("", "there is no rule", "");
}

#[test]
fn a_rule_that_takes_something_from_its_start_says_what() {
    let needs = |text: &str| rule(text).needs_start().is_some();
    for text in [
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;INTERVAL=2",
        "FREQ=WEEKLY",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYHOUR=9",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=3",
        "FREQ=YEARLY;BYMONTHDAY=3",
        "FREQ=YEARLY;BYWEEKNO=3",
    ] {
        assert!(needs(text), "{text}");
    }
    for text in [
        "FREQ=DAILY",
        "FREQ=HOURLY;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYYEARDAY=-1",
        "FREQ=YEARLY;BYWEEKNO=3;BYDAY=MO",
    ] {
        assert!(!needs(text), "{text}");
    }
}

#[test]
fn what_a_rule_says_of_its_end() {
    assert!(rule("FREQ=DAILY").is_endless());
    assert_eq!(rule("FREQ=DAILY;COUNT=7").count(), Some(7));
    assert_eq!(rule("FREQ=DAILY;UNTIL=20260103").until(), Some(RRuleUntil::Date(local("20260103").date())));
    assert!(!rule("FREQ=DAILY;UNTIL=20260103").is_endless());
}
