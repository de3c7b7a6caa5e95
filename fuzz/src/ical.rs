//! Any bytes as a calendar file: it is refused with its line, or its occurrences come in order, wherever they are asked
//! for, and read back when they are written.

use changegate::time::ical::{self, File, Instance, NewEvent};
use changegate::time::{Instant, Kleene, Zone};

/// Occurrences that are looked at.
const MANY: usize = 100;

/// Reads, walks, asks for days, writes, and reads again.
pub fn run(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').count();
    let (file, notes) = match File::read_bytes(data) {
        Ok(read) => read,
        Err(error) => {
            assert!((1..=lines).contains(&error.line) && !error.message.is_empty(), "{error}");
            return;
        }
    };
    for note in &notes {
        assert!((1..=lines).contains(&note.line) && !note.message.is_empty(), "{note:?}");
    }
    for name in ["UTC", "America/New_York", "Australia/Lord_Howe"] {
        let zone = Zone::get(name).unwrap_or_else(|| panic!("{name}"));
        let all = walk(&file, &zone, Instant::MIN);
        if let Some(middle) = all.get(all.len() / 2) {
            let from = middle.interval.from();
            let over = |found: &&Instance| {
                let interval = found.interval;
                interval.to() > from
                    || interval.is_instant() && interval.from() == from
                    || interval.to() == Instant::MAX
            };
            let left: Vec<Instance> = all.iter().filter(over).copied().collect();
            let asked = walk(&file, &zone, from);
            assert_eq!(asked.get(..left.len()), Some(&left[..]), "from {from} in {zone}");
            if let Some(date) = zone.date(from) {
                assert_ne!(file.on_day(date, &zone), Kleene::No, "{date} in {zone}");
            }
        }
        let ends = all.iter().map(|found| found.interval.to()).max();
        if let (Some(known), Some(last)) = (file.knows_until(&zone), ends)
            && all.len() < MANY
            && file.occurrences(&zone, Instant::MIN).gave_up_at().is_none()
        {
            assert!(last <= known, "{last} is after {known}");
        }
        written(&file, &all);
    }
}

/// The first occurrences from an instant on.
fn walk(file: &File, zone: &Zone, from: Instant) -> Vec<Instance> {
    let all: Vec<Instance> = file.occurrences(zone, from).take(MANY).collect();
    assert!(all.is_sorted_by_key(|found| (found.interval.from(), found.interval.to())), "out of order");
    for found in &all {
        assert!(file.event(found.event).is_some(), "an occurrence of no event");
    }
    all
}

/// Written occurrences read back, to the second.
fn written(file: &File, all: &[Instance]) {
    let event = |found: &Instance| NewEvent {
        uid: format!("{}@example.com", found.event),
        from: found.interval.from(),
        to: found.interval.to(),
        summary: file.event(found.event).and_then(|event| event.summary.clone()).unwrap_or_default(),
        description: Some("\r\n;,\\ \u{1F6A7}".into()),
        categories: Vec::new(),
        tentative: false,
    };
    let text = ical::write("fuzz", Instant::MIN, all.iter().map(event));
    let (again, _) = File::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again.events().len(), all.len());
    let seconds = |instant: Instant| instant.micros().div_euclid(1_000_000);
    let mut expected: Vec<(i64, i64)> =
        all.iter().map(|found| (seconds(found.interval.from()), seconds(found.interval.to()))).collect();
    expected.sort_unstable();
    let found = again.occurrences(&Zone::utc(), Instant::MIN);
    let mut found: Vec<(i64, i64)> =
        found.map(|found| (seconds(found.interval.from()), seconds(found.interval.to()))).collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}
