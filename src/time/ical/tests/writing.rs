//! What is written reads back.

use super::*;
use crate::time::Interval;

fn new_event(from: &str, to: &str) -> NewEvent {
    NewEvent {
        uid: "blackout/year_end; of acme".into(),
        from: at(from),
        to: at(to),
        summary: "Year end, \"the freeze\"; C:\\temp".into(),
        description: Some("defer\r\nno changes, please\n\tuntil 4 January".into()),
        categories: vec!["blackout".into(), "a,b".into()],
        tentative: true,
    }
}

#[test]
fn the_form_is_that_of_the_standard() {
    let text = write("Acme: prod; all", at("2026-08-07T12:00Z"), [new_event("2026-12-18T18:00Z", "2027-01-04T08:00Z")]);
    let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//changegate//VERSION//EN\r\nCALSCALE:GREGORIAN\r\n\
        METHOD:PUBLISH\r\nNAME:Acme: prod\\; all\r\nX-WR-CALNAME:Acme: prod\\; all\r\nBEGIN:VEVENT\r\n\
        UID:blackout/year_end\\; of acme\r\nDTSTAMP:20260807T120000Z\r\nDTSTART:20261218T180000Z\r\n\
        DTEND:20270104T080000Z\r\nSUMMARY:Year end\\, \"the freeze\"\\; C:\\\\temp\r\n\
        DESCRIPTION:defer\\nno changes\\, please\\n until 4 January\r\nCATEGORIES:blackout,a\\,b\r\n\
        STATUS:TENTATIVE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"), expected);
}

#[test]
fn lines_are_folded_between_characters() {
    let name = "Änderungsstopp über Weihnachten und Neujahr für alle Systeme der Stufe 1 € ".repeat(9);
    let text = write(&name, at("2026-01-01T00:00Z"), []);
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert!(text.ends_with("\r\n") && !text.contains('\u{FFFD}'));
    assert!(text.replace("\r\n ", "").contains(&format!("\r\nNAME:{name}\r\n")));
}

#[test]
fn what_is_written_reads_back() {
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = |limit: i64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        i64::try_from(seed >> 33).unwrap() % limit
    };
    let mut events = Vec::new();
    for number in 0..500 {
        let from = Instant::from_micros(random(4_000_000_000) * 1_000_000).unwrap();
        let to = Instant::from_micros(from.micros() + random(90 * 86_400) * 1_000_000).unwrap();
        let summary = format!("{number}, \\n; \u{1F6A7} {}", "lang ".repeat(usize::try_from(random(30)).unwrap()));
        let summary = summary.trim_end().to_owned();
        let uid = format!("{number}@example.com");
        events.push(NewEvent { uid, from, to, summary, description: None, categories: Vec::new(), tentative: false });
    }
    let text = write("all", at("2026-01-01T00:00Z"), events.clone());
    let (file, notes) = File::read(&text).unwrap();
    assert!(notes.iter().all(|note| note.message.contains("single instant")), "{notes:?}");
    events.sort_by_key(|event| (event.from, event.to));
    let mut found: Vec<(Interval, &Event)> = file
        .occurrences(&zone("Asia/Tokyo"), Instant::MIN)
        .map(|found| (found.interval, file.event(found.event).unwrap()))
        .collect();
    found.sort_by_key(|(interval, _)| (interval.from(), interval.to()));
    assert_eq!(found.len(), events.len());
    for ((interval, read), written) in found.iter().zip(&events) {
        assert_eq!((interval.from(), interval.to()), (written.from, written.to));
        assert_eq!(read.uid.as_deref(), Some(&written.uid[..]));
        assert_eq!(read.summary.as_deref(), Some(&written.summary[..]));
    }
}
