//! The times behind a blackout or window: which occurrence is met, or which ones lie nearest, in their own zone and in UTC.

use crate::check::program::PeriodId;
use crate::eval::decision::Decision;
use crate::eval::frame::Frame;
use crate::eval::period::answers::{begun, offers};
use crate::eval::period::entries::{entries, period_of};
use crate::eval::period::given::FrameCodes;
use crate::time::{
    Calendar, Duration, Entry, Found, Instant, Interval, Occurrence, Recurrence, Role, Tested, Zone, occurrences,
};

use super::rows::FactValue;

/// Occurrences that are looked at for the one that is met.
const LOOKED_AT: usize = 2_000;

/// What is said of the times of a blackout or window in the one row of a frame.
#[must_use]
pub fn times(
    frame: &Frame<'_>,
    id: PeriodId,
    tested: Tested,
    until: Option<Instant>,
    decision: &Decision,
) -> Vec<FactValue> {
    let codes = FrameCodes::default().of(frame, id);
    let Some(code) = codes.of.first().copied() else { return Vec::new() };
    let mut told = match id {
        PeriodId::Blackout(_) => met(&entries(frame.env, id, code), tested, until),
        PeriodId::Window(at) => nearest(frame, &offers(frame.env, at, code, begun(frame)), id, tested),
    };
    told.push(match decision.not_before {
        Some(at) => fact("may go from", utc(at), true),
        None => fact("may go from", "not known, or not within 400 days".to_owned(), false),
    });
    told
}

fn fact(fact: &str, value: String, known: bool) -> FactValue {
    FactValue { fact: fact.to_owned(), value, known }
}

/// The first occurrence of a blackout that the change meets, or may meet, and when it ends with those that follow it without a pause.
fn met(entries: &[Entry], tested: Tested, until: Option<Instant>) -> Vec<FactValue> {
    let hull = tested.hull();
    if tested.is_unknown() {
        return Vec::new();
    }
    let first = |entry: &Entry| {
        let mut all = occurrences(entry, Role::Blackout, hull.from(), Instant::MAX).take(LOOKED_AT);
        let found = all.find(|one| one.interval.meets(hull) || one.interval.from() >= hull.to());
        found.filter(|one| one.interval.meets(hull)).map(|one| (one, entry.clone()))
    };
    let met = entries.iter().filter_map(first).min_by_key(|(one, _)| (one.interval.from(), one.interval.to()));
    let Some((occurrence, entry)) = met else { return Vec::new() };
    let mut told = vec![fact("occurrence", stretch(&entry, occurrence), occurrence.certain)];
    if let Some(until) = until.filter(|until| *until != occurrence.interval.to()) {
        let value = format!("{}, with what follows without a pause", in_zone(&entry.zone, until));
        told.push(fact("ends", value, true));
    }
    told
}

/// The occurrences of a window before and after the change's start, and whether the change fits.
fn nearest(frame: &Frame<'_>, entries: &[Entry], id: PeriodId, tested: Tested) -> Vec<FactValue> {
    let hull = tested.hull();
    if tested.is_unknown() || period_of(frame.env, id).is_none() {
        return Vec::new();
    }
    let start = hull.from();
    let known: Vec<&Entry> =
        entries.iter().filter(|one| !matches!(one.recurrence, Recurrence::Unknown | Recurrence::Always)).collect();
    let before = known.iter().filter_map(|entry| {
        let calendar = Calendar::new(vec![(*entry).clone()], None);
        let at = match calendar.last_before(start.saturating_add(Duration::from_micros(1))) {
            Found::At(at) => at,
            Found::Nothing | Found::Unknown => return None,
        };
        let found = occurrences(entry, Role::Window, at, Instant::MAX).find(|one| one.interval.from() >= at)?;
        Some((found, *entry))
    });
    let before = before.max_by_key(|(one, _)| (one.interval.from(), one.interval.to()));
    let after = known.iter().filter_map(|entry| {
        let mut all = occurrences(entry, Role::Window, start, Instant::MAX).take(LOOKED_AT);
        Some((all.find(|one| one.interval.from() > start)?, *entry))
    });
    let after = after.min_by_key(|(one, _)| (one.interval.from(), one.interval.to()));
    let mut told = Vec::new();
    let length = hull.length();
    for (name, found) in [("occurrence before", before), ("occurrence after", after)] {
        let Some((occurrence, entry)) = found else { continue };
        let holds = occurrence.interval.contains(start);
        let name = if holds { "occurrence" } else { name };
        let mut value = stretch(entry, occurrence);
        if let Some(why) = short(occurrence.interval, length, holds, hull) {
            value = format!("{value}: {why}");
        }
        told.push(fact(name, value, occurrence.certain));
    }
    told
}

/// Why a change does not fit into an occurrence, where it is too long for it or starts too late in it.
fn short(occurrence: Interval, length: Duration, holds: bool, hull: Interval) -> Option<String> {
    let room = occurrence.length();
    if length > room {
        return Some(format!("the change takes {length} and does not fit"));
    }
    if holds && hull.to() > occurrence.to() {
        let left = occurrence.to().since(hull.from());
        return Some(format!("the change takes {length}, and {left} are left when it starts"));
    }
    None
}

/// `Fri 2026-12-18 18:00 to Mon 2027-01-04 06:00 America/New_York (2026-12-18T23:00:00Z to 2027-01-04T11:00:00Z)`
fn stretch(entry: &Entry, occurrence: Occurrence) -> String {
    let (from, to) = (occurrence.interval.from(), occurrence.interval.to());
    let possible = if occurrence.certain { "" } else { ", possibly" };
    if (from, to) == (Instant::MIN, Instant::MAX) {
        return format!("at any time{possible}");
    }
    let zone = &entry.zone;
    let end = if to == Instant::MAX { "without end".to_owned() } else { format!("to {}", local(zone, to)) };
    if *zone == Zone::utc() {
        return format!("{} {end} UTC{possible}", local(zone, from));
    }
    let utc_end = if to == Instant::MAX { String::new() } else { format!(" to {}", to.to_rfc3339()) };
    format!("{} {end} {} ({}{utc_end}){possible}", local(zone, from), zone.name(), from.to_rfc3339())
}

fn in_zone(zone: &Zone, at: Instant) -> String {
    if *zone == Zone::utc() {
        return utc(at);
    }
    format!("{} {} ({})", local(zone, at), zone.name(), at.to_rfc3339())
}

fn utc(at: Instant) -> String {
    format!("{} UTC", local(&Zone::utc(), at))
}

/// `Fri 2026-12-18 18:00`
fn local(zone: &Zone, at: Instant) -> String {
    let Some(local) = zone.local(at) else { return at.to_rfc3339() };
    let weekday: String = local
        .date()
        .weekday()
        .name()
        .chars()
        .take(3)
        .enumerate()
        .map(|(n, letter)| if n == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    format!("{weekday} {} {}", local.date(), local.time())
}
