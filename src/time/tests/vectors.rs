//! The zone database against a table of offset changes, where one is at hand.
//!
//! `CHANGEGATE_DATA` names the folder that holds `tz/transitions-2024-2031.csv`; without it these tests do nothing.

use super::*;

/// Zone, instant, offset before and after in seconds.
pub(super) struct Change {
    pub(super) zone: String,
    pub(super) at: Instant,
    pub(super) before: i64,
    pub(super) after: i64,
}

/// The table, if there is one.
pub(super) fn changes() -> Option<Vec<Change>> {
    let folder = std::env::var("CHANGEGATE_DATA").ok()?;
    let text = std::fs::read_to_string(format!("{folder}/tz/transitions-2024-2031.csv")).ok()?;
    let change = |line: &str| {
        let mut cells = line.split(',');
        let mut cell = || cells.next().unwrap().to_owned();
        let (zone, at) = (cell(), parse_instant(&cell()).unwrap());
        Change { zone, at, before: cell().parse().unwrap(), after: cell().parse().unwrap() }
    };
    Some(text.lines().skip(1).filter(|line| !line.is_empty()).map(change).collect())
}

#[test]
fn offsets_agree_with_the_table() {
    let Some(changes) = changes() else { return };
    let mut wrong = Vec::new();
    for change in &changes {
        let zone = zone(&change.zone);
        let just_before = change.at.checked_sub(Duration::from_micros(1)).unwrap();
        let found = (zone.offset_seconds(just_before), zone.offset_seconds(change.at));
        if found != (change.before, change.after) {
            wrong.push(format!("{} {} {found:?} for {:?}", change.zone, change.at, (change.before, change.after)));
        }
    }
    println!("{} changes, database {}, {} disagree", changes.len(), tzdb_version(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Zones of which the table's release (2026f) knows something that the embedded one (2026e) does not: Cuba does not
/// change its clocks from March 2026 to November 2027. Empty this when the embedded database is newer.
const NEWER_IN_TABLE: [&str; 1] = ["America/Havana"];

#[test]
fn no_change_is_missing_from_the_table() {
    let Some(changes) = changes() else { return };
    let mut names: Vec<&str> = changes.iter().map(|change| change.zone.as_str()).collect();
    names.dedup();
    for name in names {
        let zone = zone(name);
        let listed: Vec<Instant> = changes.iter().filter(|c| c.zone == name).map(|c| c.at).collect();
        let found = walk::offset_changes(&zone, at("2024-01-01T00:00Z"), at("2032-01-01T00:00Z"));
        if tzdb_version() == "2026e" && NEWER_IN_TABLE.contains(&name) {
            assert_ne!(found, listed, "{name}");
        } else {
            assert_eq!(found, listed, "{name}");
        }
    }
}
