//! Recurrences of every kind at real dates.

use super::*;
use std::sync::Arc;

const NEW_YORK: &str = "America/New_York";

fn month(on: OnDay) -> Recurrence {
    Recurrence::Periodic(Periodic::new(Every::Month, on, Hours::WHOLE_DAY).unwrap())
}

/// The first occurrences of an entry from a date on, as their dates and times by the wall clock.
fn first(entry: &Entry, from: &str, count: usize) -> Vec<String> {
    let from = entry.zone.start_of_day(date(from)).unwrap();
    let shown = |instant| entry.zone.local(instant).unwrap().to_string()[..16].to_owned();
    occurrences(entry, Role::Window, from, Instant::MAX)
        .take(count)
        .map(|o| {
            format!("{} to {}{}", shown(o.interval.from()), shown(o.interval.to()), if o.certain { "" } else { "?" })
        })
        .collect()
}

fn days(recurrence: Recurrence, from: &str, count: usize) -> Vec<String> {
    let entry = Entry::new(recurrence, zone(NEW_YORK));
    first(&entry, from, count).iter().map(|text| text[..10].to_owned()).collect()
}

fn on_dates(dates: &[&str]) -> Arc<Calendar> {
    let fixed = |text: &&str| Recurrence::Fixed { from: Bound::Date(date(text)), to: Bound::Date(date(text)) };
    let entries = dates.iter().map(|text| Entry::new(fixed(text), zone(NEW_YORK))).collect();
    Arc::new(Calendar::new(entries, None))
}

fn file(text: &str) -> Arc<ical::File> {
    Arc::new(ical::File::read(&format!("BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")).unwrap().0)
}

#[test]
fn days_of_a_month() {
    assert_eq!(days(month(OnDay::Day(15)), "2026-01-16", 2), ["2026-02-15", "2026-03-15"]);
    // A month without that day has no occurrence.
    assert_eq!(days(month(OnDay::Day(31)), "2026-01-31", 3), ["2026-01-31", "2026-03-31", "2026-05-31"]);
    assert_eq!(days(month(OnDay::LastDay), "2026-01-31", 3), ["2026-01-31", "2026-02-28", "2026-03-31"]);
    assert_eq!(days(month(OnDay::LastDay), "2028-02-01", 1), ["2028-02-29"]);
    // Patch Tuesday.
    let patch_tuesday = month(OnDay::Nth(2, Weekday::Tuesday));
    assert_eq!(days(patch_tuesday, "2026-11-01", 3), ["2026-11-10", "2026-12-08", "2027-01-12"]);
    assert_eq!(days(month(OnDay::Nth(5, Weekday::Friday)), "2026-01-01", 2), ["2026-01-30", "2026-05-29"]);
    assert_eq!(days(month(OnDay::Last(Weekday::Friday)), "2026-01-01", 2), ["2026-01-30", "2026-02-27"]);
    for (every, on) in [
        (Every::Month, OnDay::Day(0)),
        (Every::Month, OnDay::Day(32)),
        (Every::Month, OnDay::Nth(6, Weekday::Monday)),
        (Every::Month, OnDay::Nth(0, Weekday::Monday)),
        (Every::Year, OnDay::Nth(54, Weekday::Monday)),
        (Every::Year, OnDay::LastBusinessDays(0, Arc::default())),
    ] {
        assert!(Periodic::new(every, on, Hours::WHOLE_DAY).is_none());
    }
}

#[test]
fn days_of_a_quarter_and_of_a_year() {
    let recurring = |every, on| Recurrence::Periodic(Periodic::new(every, on, Hours::WHOLE_DAY).unwrap());
    let quarter = |on| days(recurring(Every::Quarter, on), "2026-02-01", 3);
    assert_eq!(quarter(OnDay::Day(15)), ["2026-04-15", "2026-07-15", "2026-10-15"]);
    assert_eq!(quarter(OnDay::LastDay), ["2026-03-31", "2026-06-30", "2026-09-30"]);
    assert_eq!(quarter(OnDay::Last(Weekday::Friday)), ["2026-03-27", "2026-06-26", "2026-09-25"]);
    assert_eq!(quarter(OnDay::Nth(2, Weekday::Tuesday)), ["2026-04-14", "2026-07-14", "2026-10-13"]);
    let year = |on| days(recurring(Every::Year, on), "2026-02-01", 2);
    assert_eq!(year(OnDay::Day(1)), ["2027-01-01", "2028-01-01"]);
    assert_eq!(year(OnDay::LastDay), ["2026-12-31", "2027-12-31"]);
    assert_eq!(year(OnDay::Last(Weekday::Sunday)), ["2026-12-27", "2027-12-26"]);
}

#[test]
fn the_last_business_days_come_before_holidays() {
    // Thursday 31 December 2026 and the day before it are left where the Thursday is a holiday.
    let business = |not_on| Arc::new(BusinessDays { not_on, zone: zone(NEW_YORK), ..BusinessDays::default() });
    let last_two = |business| days(month(OnDay::LastBusinessDays(2, business)), "2026-12-01", 3);
    assert_eq!(last_two(business(Vec::new())), ["2026-12-30", "2026-12-31", "2027-01-28"]);
    let holidays = on_dates(&["2026-12-31", "2026-12-29"]);
    assert_eq!(last_two(business(vec![holidays])), ["2026-12-28", "2026-12-30", "2027-01-28"]);
    // With a calendar that ends, nobody knows.
    let christmas = file("BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\n");
    let ending = Recurrence::File { file: christmas, covers_until: None };
    let calendar = Arc::new(Calendar::new(vec![Entry::new(ending, zone(NEW_YORK))], None));
    let entry = Entry::new(month(OnDay::LastBusinessDays(1, business(vec![calendar]))), zone(NEW_YORK));
    let possible = ["2026-12-01T00:00 to 2026-12-02T00:00?"; 0];
    assert_eq!(first(&entry, "2026-11-30", 0), possible);
    assert_eq!(first(&entry, "2026-11-30", 1), ["2026-11-30T00:00 to 2026-12-01T00:00"]);
    let december = first(&entry, "2026-12-01", 3);
    // Thursday the 24th is a business day, so no earlier one can be the last.
    assert_eq!(
        december,
        [
            "2026-12-24T00:00 to 2026-12-25T00:00?",
            "2026-12-28T00:00 to 2026-12-29T00:00?",
            "2026-12-29T00:00 to 2026-12-30T00:00?"
        ]
    );
}

#[test]
fn what_lasts_counts_elapsed_time() {
    let lasting = |from: &str, lasting| {
        let hours = Hours::lasting(parse_local_time(from).unwrap(), lasting).unwrap();
        Entry::new(Recurrence::Weekly(Weekly::on(Weekdays::ALL, hours).unwrap()), zone(NEW_YORK))
    };
    let three = lasting("01:30", Lasting::Exact(hours(3)));
    assert_eq!(
        first(&three, "2026-03-07", 2),
        ["2026-03-07T01:30 to 2026-03-07T04:30", "2026-03-08T01:30 to 2026-03-08T05:30"]
    );
    assert_eq!(first(&three, "2026-11-01", 1), ["2026-11-01T01:30 to 2026-11-01T03:30"]);
    // From 02:30, which does not exist: from the change on.
    assert_eq!(
        first(&lasting("02:30", Lasting::Exact(hours(3))), "2026-03-08", 1),
        ["2026-03-08T03:00 to 2026-03-08T06:00"]
    );
    // A day of the calendar ends at the same wall clock.
    let day = lasting("02:30", Lasting::Span(Span::new(1, SpanUnit::Day)));
    assert_eq!(
        first(&day, "2026-03-07", 2),
        ["2026-03-06T02:30 to 2026-03-07T02:30", "2026-03-07T02:30 to 2026-03-08T03:00"]
    );
    for wrong in [
        Lasting::Exact(Duration::ZERO),
        Lasting::Exact(Duration::from_micros(-1)),
        Lasting::Span(Span::new(0, SpanUnit::Day)),
        Lasting::Span(Span::new(1, SpanUnit::BusinessDay)),
    ] {
        assert_eq!(Hours::lasting(LocalTime::MIDNIGHT, wrong), None);
    }
    assert_eq!(Hours::lasting(LocalTime::END_OF_DAY, Lasting::Exact(hours(1))), None);
}

#[test]
fn rules_follow_rfc_5545_in_the_gap() {
    let rule = |text: &str, lasting| {
        let rule = RRule::parse(text).unwrap();
        Entry::new(
            Recurrence::Rule(Arc::new(Rule { rule, dtstart: local("1970-01-01T00:00"), lasting })),
            zone(NEW_YORK),
        )
    };
    // 02:30 of 8 March 2026 takes the offset before the gap, so it is 03:30; a range of the language would start at 03:00.
    let nightly = rule("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", Lasting::Exact(hours(1)));
    assert_eq!(first(&nightly, "2026-03-08", 1), ["2026-03-08T03:30 to 2026-03-08T04:30"]);
    // 01:30 of 1 November is the first of the two.
    let early = rule("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", Lasting::Exact(hours(1)));
    assert_eq!(first(&early, "2026-11-01", 1), ["2026-11-01T01:30 to 2026-11-01T01:30"]);
    // What the gap takes out of order comes in order.
    let several = rule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45", Lasting::Exact(Duration::from_micros(60_000_000)));
    assert_eq!(
        first(&several, "2026-03-08", 3),
        [
            "2026-03-08T03:15 to 2026-03-08T03:16",
            "2026-03-08T03:45 to 2026-03-08T03:46",
            "2026-03-09T02:15 to 2026-03-09T02:16",
        ]
    );
}

#[test]
fn days_of_a_calendar_are_left_out() {
    let trading = weekly(&Weekdays::MONDAY_TO_FRIDAY.iter().collect::<Vec<_>>(), "09:30", "16:00");
    let holidays = on_dates(&["2026-12-25", "2027-01-01"]);
    let entry = Entry::new(trading, zone(NEW_YORK)).not_on(holidays);
    let starts: Vec<String> = first(&entry, "2026-12-24", 3).iter().map(|text| text[..10].to_owned()).collect();
    assert_eq!(starts, ["2026-12-24", "2026-12-28", "2026-12-29"]);
    // A night belongs to the day on which it starts.
    let night = Entry::new(daily("22:00", "02:00"), zone(NEW_YORK)).not_on(on_dates(&["2026-12-25"]));
    assert_eq!(
        first(&night, "2026-12-25", 2),
        ["2026-12-24T22:00 to 2026-12-25T02:00", "2026-12-26T22:00 to 2026-12-27T02:00"]
    );
}

#[test]
fn a_file_that_ends_knows_nothing_after_its_last_event() {
    let freeze = file("BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261218T180000Z\r\nDTEND:20270104T060000Z\r\nEND:VEVENT\r\n");
    let of = |covers_until| Entry::new(Recurrence::File { file: Arc::clone(&freeze), covers_until }, Zone::utc());
    let meets = |entry: &Entry, text: &str| overlap(std::slice::from_ref(entry), Role::Blackout, Tested::at(at(text)));
    let (ending, covering) = (of(None), of(Some(Bound::Date(date("2027-12-31")))));
    assert_eq!(meets(&ending, "2026-12-18T17:59Z").verdict, Kleene::No);
    assert_eq!(meets(&ending, "2026-12-20T00:00Z"), Overlap { verdict: Kleene::Yes, until: None, entry: Some(0) });
    assert_eq!(meets(&ending, "2027-01-04T06:00Z").verdict, Kleene::Unknown);
    assert_eq!(meets(&covering, "2026-12-20T00:00Z").until, Some(at("2027-01-04T06:00Z")));
    assert_eq!(meets(&covering, "2027-12-31T23:59Z").verdict, Kleene::No);
    assert_eq!(meets(&covering, "2028-01-01T00:00Z").verdict, Kleene::Unknown);
    // As windows: what is only possible opens nothing.
    assert_eq!(union_inside(std::slice::from_ref(&ending), Tested::at(at("2026-12-20T00:00Z"))), Kleene::Yes);
    assert_eq!(union_inside(std::slice::from_ref(&ending), Tested::at(at("2027-02-01T00:00Z"))), Kleene::Unknown);
    let calendar = Calendar::new(vec![ending], Some(Bound::Date(date("2027-12-31"))));
    assert_eq!(calendar.knows_until(&Zone::utc()), Some(at("2028-01-01T00:00Z")));
    assert_eq!(calendar.next_after(at("2026-12-01T00:00Z")), Found::At(at("2026-12-18T18:00Z")));
    assert_eq!(calendar.next_after(at("2026-12-18T18:00Z")), Found::Unknown);
    assert_eq!(calendar.last_before(at("2027-12-31T00:00Z")), Found::At(at("2026-12-18T18:00Z")));
    assert_eq!(calendar.last_before(at("2028-01-01T00:00:01Z")), Found::Unknown);
    assert_eq!(calendar.during(at("2027-06-01T00:00Z")), Kleene::No);
    assert_eq!(calendar.during(at("2028-06-01T00:00Z")), Kleene::Unknown);
    assert_eq!(calendar.has_day(date("2027-01-04"), &Zone::utc()), Kleene::Yes);
    assert_eq!(calendar.has_day(date("2027-01-05"), &Zone::utc()), Kleene::No);
    assert_eq!(calendar.has_day(date("2028-01-01"), &Zone::utc()), Kleene::Unknown);
}

#[test]
fn holidays_are_on_their_dates_in_every_zone() {
    let new_year = Recurrence::Periodic(Periodic::new(Every::Year, OnDay::Day(1), Hours::WHOLE_DAY).unwrap());
    let party = weekly(&[Weekday::Thursday], "20:00", "02:00");
    let london = |recurrence| Calendar::new(vec![Entry::new(recurrence, zone("Europe/London"))], None);
    let (new_year, party) = (london(new_year), london(party));
    for (name, shown) in [("Europe/London", [31, 1]), (NEW_YORK, [31, 31]), ("Asia/Tokyo", [1, 1])] {
        let on = |calendar: &Calendar, text: &str| calendar.has_day(date(text), &zone(name)) == Kleene::Yes;
        assert!(on(&new_year, "2027-01-01") && !on(&new_year, "2026-12-31") && !on(&new_year, "2027-01-02"), "{name}");
        // 31 December 2026 is a Thursday; what has times is on the dates that it touches by the asking clock.
        for (day, text) in [(31, "2026-12-31"), (1, "2027-01-01")] {
            assert_eq!(on(&party, text), shown.contains(&day), "{name} {text}");
        }
    }
}

#[test]
fn work_that_has_begun_has_no_end_of_its_window() {
    let window = Entry::new(daily("02:00", "06:00"), Zone::utc());
    let begun = |text| Entry { overrun: Some(at(text)), ..window.clone() };
    let late = Tested::between(at("2026-12-20T05:00Z"), at("2026-12-20T09:00Z")).unwrap();
    assert_eq!(union_inside(std::slice::from_ref(&window), late), Kleene::No);
    assert_eq!(union_inside(&[begun("2026-12-20T05:00Z")], late), Kleene::Yes);
    assert_eq!(union_inside(&[begun("2026-12-20T06:00Z")], late), Kleene::No);
    let much_later = Tested::between(at("2026-12-22T05:00Z"), at("2026-12-22T09:00Z")).unwrap();
    assert_eq!(union_inside(&[begun("2026-12-20T05:00Z")], much_later), Kleene::Yes);
}

#[test]
fn an_event_without_length_is_an_instant() {
    let file = file(
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261218T180000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n\
                     DTSTART:20261231T000000Z\r\nEND:VEVENT\r\n",
    );
    let entry = Entry::new(Recurrence::File { file, covers_until: None }, Zone::utc());
    let meets = |tested| overlap(std::slice::from_ref(&entry), Role::Blackout, tested).verdict;
    let moment = at("2026-12-18T18:00Z");
    let between = |from: &str, to: &str| Tested::between(at(from), at(to)).unwrap();
    assert_eq!(meets(Tested::at(moment)), Kleene::Yes);
    assert_eq!(meets(between("2026-12-18T17:00Z", "2026-12-18T18:00Z")), Kleene::No);
    assert_eq!(meets(between("2026-12-18T17:00Z", "2026-12-18T18:00:01Z")), Kleene::Yes);
    assert_eq!(meets(between("2026-12-18T18:00:01Z", "2026-12-18T19:00Z")), Kleene::No);
    assert_eq!(union_inside(std::slice::from_ref(&entry), Tested::at(moment)), Kleene::Yes);
    let calendar = Calendar::new(vec![entry], None);
    assert_eq!(calendar.next_after(at("2026-12-18T17:00Z")), Found::At(moment));
    assert_eq!(calendar.next_after(moment), Found::At(at("2026-12-31T00:00Z")));
    assert_eq!(calendar.last_before(at("2026-12-20T00:00Z")), Found::At(moment));
    assert_eq!(calendar.during(moment), Kleene::Yes);
    assert_eq!(calendar.has_day(date("2026-12-18"), &Zone::utc()), Kleene::Yes);
}

#[test]
fn several_freezes_end_together() {
    let fixed = |from: &str, to: &str| {
        let (from, to) = (Bound::Instant(at(from)), Bound::Instant(at(to)));
        Entry::new(Recurrence::Fixed { from, to }, Zone::utc())
    };
    let freezes = [
        fixed("2026-12-18T18:00Z", "2026-12-24T00:00Z"),
        fixed("2026-12-26T00:00Z", "2026-12-28T00:00Z"),
        fixed("2026-12-24T00:00Z", "2026-12-26T06:00Z"),
        fixed("2026-12-28T00:00:01Z", "2027-01-04T00:00Z"),
    ];
    let met = overlap(&freezes, Role::Blackout, Tested::at(at("2026-12-20T00:00Z")));
    assert_eq!(met, Overlap { verdict: Kleene::Yes, until: Some(at("2026-12-28T00:00Z")), entry: Some(1) });
}
