//! `--tzdb`: another time-zone database than the one inside the program, and where the two, or the system's, differ.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::config::Config;
use super::failure::Failure;
use crate::facts::{Problem, ProblemKind};
use crate::time::{self, Duration, Instant, Zone};

/// Where systems keep their database.
const SYSTEM: &str = "/usr/share/zoneinfo";
/// The first bytes of a compiled zone (RFC 9636, section 3.1).
const MAGIC: &[u8] = b"TZif";
/// The largest file that can be a zone; the largest of the IANA database has 4 KiB.
const LARGEST: u64 = 1 << 20;
/// How many zones a database may have; the IANA database has 600 names.
const MOST: usize = 10_000;
/// How deep names nest: `America/Argentina/Buenos_Aires`.
const DEEPEST: usize = 4;
/// How far ahead differences are looked for, in days: no deadline or freeze is planned farther.
const LOOKED_AHEAD: i64 = 366 * 20;
/// Copies of the whole database under other rules of leap seconds.
const COPIES: [&str; 2] = ["posix", "right"];
/// Compiled files that name no zone.
const NO_ZONES: [&str; 3] = ["Factory", "localtime", "posixrules"];

/// Puts another database in the place of the program's own, where the call or the project's file names one; whether it did.
///
/// # Errors
/// A folder that cannot be read, or that is no such database.
pub(super) fn install(flag: Option<&Path>, config: &Config) -> Result<bool, Failure> {
    let path = match (flag, &config.tzdb) {
        (Some(path), _) => path,
        (None, Some(path)) => {
            config.exists("tzdb", path)?;
            path.as_path()
        }
        (None, None) => return Ok(false),
    };
    let zones = read(path)?;
    let version = version(path).unwrap_or_else(|| digest(&zones));
    time::install_tzdb(version, zones)
        .map_err(|why| Failure::new(format!("`{}` is no time-zone database: {why}", path.display())).help(HELP))?;
    Ok(true)
}

/// What to do about a wrong folder.
const HELP: &str = "give a folder of compiled zones, such as /usr/share/zoneinfo";

/// Every compiled zone below a folder, by its name.
fn read(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let no_database = |why: &str| {
        let message = format!("`{}` is no time-zone database: {why}", root.display());
        Failure::new(message).help(HELP)
    };
    let found = fs::metadata(root).map_err(|error| Failure::io("read", root, &error))?;
    if !found.is_dir() {
        return Err(no_database("it is a file, no folder"));
    }
    let mut zones = BTreeMap::new();
    let mut visited = HashSet::new();
    let mut waiting: Vec<(PathBuf, String, usize)> = vec![(root.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = waiting.pop() {
        let failed = |error| Failure::io("read", &folder, &error);
        if depth > DEEPEST || !visited.insert(fs::canonicalize(&folder).map_err(failed)?) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(last) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let name = format!("{prefix}{last}");
            // A link that leads nowhere is no zone.
            let Ok(found) = fs::metadata(&path) else { continue };
            if found.is_dir() {
                if !(prefix.is_empty() && COPIES.contains(&last)) {
                    waiting.push((path, format!("{name}/"), depth + 1));
                }
            } else if found.is_file() && found.len() <= LARGEST && !NO_ZONES.contains(&name.as_str()) {
                let bytes = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
                if bytes.starts_with(MAGIC) {
                    zones.insert(name, bytes);
                }
            }
            if zones.len() > MOST {
                return Err(no_database(&format!("it has more than {MOST} zones")));
            }
        }
    }
    if zones.is_empty() {
        return Err(no_database("it has no compiled zone in it"));
    }
    if !zones.contains_key("UTC") {
        return Err(no_database("it has no zone `UTC`"));
    }
    Ok(zones.into_iter().collect())
}

/// No line that names a release is longer.
const LINE: usize = 64;

/// The release that a database says it is: the first line of `tzdata.zi`, as in `# version 2025b`, or the file `+VERSION`.
fn version(root: &Path) -> Option<String> {
    let first = |name: &str| {
        let mut text = Vec::with_capacity(LINE);
        let file = fs::File::open(root.join(name)).ok()?;
        file.take(u64::try_from(LINE).unwrap_or(0)).read_to_end(&mut text).ok()?;
        let line = text.split(|byte| *byte == b'\n').next()?;
        Some(String::from_utf8_lossy(line).trim().to_owned())
    };
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let source = first("tzdata.zi").and_then(|line| Some(line.strip_prefix("# version ")?.trim().to_owned()));
    source.filter(|text| plain(text)).or_else(|| first("+VERSION").filter(|text| plain(text)))
}

/// What stands for the version of a database that names none, so that a decision's record still says which it was.
fn digest(zones: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for part in zones.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes.as_slice()]) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let digits: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// Zones by the system's database.
#[derive(Debug)]
pub(super) struct Compared {
    /// Which release that is, where it says so.
    theirs: Option<String>,
    now: Instant,
    /// From when on it says otherwise of a zone, if it does.
    zones: BTreeMap<&'static str, Option<Instant>>,
}

impl Compared {
    /// These zones, from `now` on; none where the system has no other database.
    pub(super) fn of(names: impl Iterator<Item = String>, now: Instant) -> Option<Self> {
        let system = Path::new(SYSTEM);
        let theirs = version(system);
        // The same release says the same.
        if theirs.as_deref() == Some(time::tzdb_version()) || !system.is_dir() {
            return None;
        }
        let mut compared = Self { theirs, now, zones: BTreeMap::new() };
        compared.add(names);
        Some(compared)
    }

    fn add(&mut self, names: impl Iterator<Item = String>) {
        for zone in names.filter_map(|name| Zone::get(&name)) {
            let now = self.now;
            self.zones.entry(zone.name()).or_insert_with(|| differs(&zone, now));
        }
    }

    /// A warning for each of these zones and those before of which the system's database says otherwise.
    pub(super) fn differences(mut self, names: impl Iterator<Item = String>, own: bool) -> Vec<Problem> {
        self.add(names);
        let found = self.zones.iter().filter_map(|(name, from)| Some((name, (*from)?)));
        found.map(|(name, from)| difference(name, from, self.theirs.as_deref(), own)).collect()
    }
}

/// From when on the system's database says otherwise of a zone, if it does.
fn differs(zone: &Zone, now: Instant) -> Option<Instant> {
    let path = Path::new(SYSTEM).join(zone.name());
    fs::metadata(&path).ok().filter(|found| found.is_file() && found.len() <= LARGEST)?;
    let horizon = now.saturating_add(Duration::from_days(LOOKED_AHEAD).unwrap_or(Duration::ZERO));
    zone.differs_from(&fs::read(&path).ok()?, now, horizon)
}

fn difference(zone: &str, from: Instant, theirs: Option<&str>, own: bool) -> Problem {
    let theirs = theirs.unwrap_or("of unknown version");
    let ours = if own { "of `--tzdb`" } else { "in the program" };
    Problem {
        kind: ProblemKind::Warning,
        name: None,
        message: format!(
            "the clocks of `{zone}` are not agreed on: from {} on, the time-zone database {ours} ({}), by which this is decided, and that of the system ({theirs}) differ",
            from.to_rfc3339(),
            time::tzdb_version(),
        ),
        field: None,
        count: 1,
        places: Vec::new(),
        help: Some(format!("update the older of the two, or decide by the system's with `--tzdb {SYSTEM}`")),
    }
}
