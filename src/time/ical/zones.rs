//! The zones that the times of a calendar name (`TZID`).

use super::clock::Clock;
use super::component::Component;
use super::lines::{Line, shown};
use super::table::Table;
use super::{Notes, ReadError, windows};
use crate::time::{Duration, Instant, Zone};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many VTIMEZONEs are compared with the database; more come from nothing but an attack.
const MAX_COMPARED: usize = 32;
/// Definitions are compared up to 2050-01-01 where events recur for ever.
const COMPARED_UNTIL: i64 = 2_524_608_000_000_000;

/// The zones of one VCALENDAR.
pub(super) struct Zones<'a> {
    defined: BTreeMap<&'a str, &'a Component>,
    known: BTreeMap<String, Clock>,
}

impl<'a> Zones<'a> {
    /// Of the VTIMEZONEs among these components; of two with one name the first counts.
    pub(super) fn of(components: &'a [Component]) -> Self {
        let mut defined = BTreeMap::new();
        for component in components.iter().filter(|component| component.name == "VTIMEZONE") {
            if let Some(name) = component.first("TZID") {
                defined.entry(name.value.trim()).or_insert(component);
            }
        }
        Self { defined, known: BTreeMap::new() }
    }

    /// The clock of a name: of the database where that knows it, else of the text's own definition.
    pub(super) fn clock(
        &mut self,
        name: &str,
        line: &Line,
        budget: &mut usize,
        notes: &mut Notes,
    ) -> Result<Clock, ReadError> {
        let name = name.trim();
        if let Some(clock) = self.known.get(name) {
            return Ok(clock.clone());
        }
        let clock = match (of_database(name), self.defined.get(name)) {
            (Some(zone), _) => {
                if !zone.name().eq_ignore_ascii_case(name) {
                    notes.add(line.number, format!("the time zone `{}` is read as `{zone}`", shown(name)));
                }
                Clock::Zone(zone)
            }
            (None, Some(component)) => Clock::Own(Arc::new(Table::read(component, budget)?)),
            (None, None) => {
                return Err(line.error(format!("the time zone `{}` is neither known nor defined here", shown(name))));
            }
        };
        self.known.insert(name.to_owned(), clock.clone());
        Ok(clock)
    }

    /// The zones of the database by which events go, and the definitions that the text has of them.
    fn doubled(&self) -> impl Iterator<Item = (&String, &Zone, &Component)> {
        self.known.iter().filter_map(|(name, clock)| match clock {
            Clock::Zone(zone) => Some((name, zone, *self.defined.get(name.as_str())?)),
            _ => None,
        })
    }

    /// Whether the text defines a zone that the database knows.
    pub(super) fn has_to_compare(&self) -> bool {
        self.doubled().next().is_some()
    }

    /// Notes where a definition in the text and the database, by which its events go, differ between two instants.
    pub(super) fn compare(&self, from: Instant, to: Option<Instant>, budget: &mut usize, notes: &mut Notes) {
        for (name, zone, component) in self.doubled().take(MAX_COMPARED) {
            let name = shown(name);
            match Table::read(component, budget) {
                Ok(table) => {
                    if let Some(at) = first_difference(&table, zone, from, to) {
                        let message = format!(
                            "`{name}` goes by the time-zone database ({zone}); the `VTIMEZONE` here has another offset at {at}"
                        );
                        notes.add(component.line, message);
                    }
                }
                Err(error) => {
                    notes.add(error.line, format!("the `VTIMEZONE` of `{name}` is not used: {}", error.message))
                }
            }
        }
    }
}

/// The first instant, to the day and then to the second, at which the two have different offsets.
fn first_difference(table: &Table, zone: &Zone, from: Instant, to: Option<Instant>) -> Option<Instant> {
    let differ = |instant: i64| table.offset(instant) != zone.offset_seconds(Instant::clamped(instant)) * 1_000_000;
    let from = from.micros().max(0);
    let to = to.map_or(COMPARED_UNTIL, |to| to.micros().min(COMPARED_UNTIL)).max(from);
    let day = Duration::from_days(1)?.micros();
    let days = std::iter::successors(Some(from), |at| at.checked_add(day).filter(|at| *at < to)).chain([to]);
    let found = days.take(40_000).find(|at| differ(*at))?;
    let (mut same, mut other) = (found.saturating_sub(day).max(from), found);
    if differ(same) {
        other = same;
    }
    while other - same > 1_000_000 {
        let middle = same + (other - same) / 2;
        if differ(middle) { other = middle } else { same = middle }
    }
    // Changes lie on whole seconds.
    Instant::from_micros(other.div_euclid(1_000_000) * 1_000_000)
}

/// The zone of an IANA name, of one behind the prefix of some program (`/vendor/2026/Europe/London`), or of Windows.
fn of_database(name: &str) -> Option<Zone> {
    Zone::get(name).or_else(|| behind_prefix(name)).or_else(|| windows::zone(name))
}

/// IANA names have up to three parts, such as `America/Argentina/Salta`.
fn behind_prefix(name: &str) -> Option<Zone> {
    let parts: Vec<&str> = name.strip_prefix('/')?.rsplit('/').take(3).collect();
    (1..=parts.len()).rev().find_map(|count| {
        let mut last: Vec<&str> = parts.iter().take(count).copied().collect();
        last.reverse();
        Zone::get(&last.join("/"))
    })
}
