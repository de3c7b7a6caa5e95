//! `changegate.toml`: what the verbs use where no flag says otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::failure::{Failure, reason};
use super::input;
use super::input::parse_size;
use crate::sources::feeds::Kind;
use crate::syntax::suggest::nearest;
use crate::time::{Duration, Zone, parse_duration};

/// The name of the file.
const NAME: &str = "changegate.toml";
/// The keys that it can have.
const KEYS: [&str; 16] = [
    "policy",
    "inventory",
    "changes",
    "people",
    "services",
    "incidents",
    "waivers",
    "samples",
    "obligations",
    "timezone",
    "tzdb",
    "max_unpacked",
    "reports",
    "source",
    "feeds",
    "plugin_answers",
];

/// The keys of the table `feeds`.
const FEEDS_KEYS: [&str; 4] = ["store", "files", "limit", "limits"];

/// What the project's file says of feeds.
#[derive(Clone, Debug, Default)]
pub(super) struct Feeds {
    /// `store`
    pub store: Option<PathBuf>,
    /// `files`
    pub files: Vec<PathBuf>,
    /// `limit`: the greatest age of any.
    pub limit: Option<Duration>,
    /// `limits`: the greatest age of one, which counts before `limit`.
    pub limits: Vec<(Kind, Duration)>,
}

impl Feeds {
    /// The greatest age that a feed may have.
    pub(super) fn limit(&self, kind: Kind) -> Option<Duration> {
        self.limits.iter().find(|(of, _)| *of == kind).map(|(_, limit)| *limit).or(self.limit)
    }
}

/// What the project's file says; paths are as seen from the current folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    /// `policy`
    pub policy: Option<PathBuf>,
    /// `inventory`
    pub inventory: Vec<PathBuf>,
    /// `changes`
    pub changes: Vec<PathBuf>,
    /// `people`
    pub people: Vec<PathBuf>,
    /// `services`
    pub services: Vec<PathBuf>,
    /// `incidents`
    pub incidents: Vec<PathBuf>,
    /// `waivers`
    pub waivers: Vec<PathBuf>,
    /// `samples`
    pub samples: Vec<PathBuf>,
    /// `obligations`
    pub obligations: Vec<PathBuf>,
    /// `timezone`: of facts' times without an offset, and of what is printed to people. Known once [`Config::find_zone`] has looked it up.
    pub zone: Option<Zone>,
    /// `tzdb`: the folder of the time-zone database to decide by.
    pub tzdb: Option<PathBuf>,
    /// `max_unpacked`: how many bytes a compressed file may hold.
    pub max_unpacked: Option<u64>,
    /// `reports`: of scanners, and bills of materials.
    pub reports: Vec<PathBuf>,
    /// `feeds`: public feeds about vulnerabilities.
    pub feeds: Feeds,
    /// `plugin_answers`: the folder in which answers of plugins are remembered.
    pub plugin_answers: Option<PathBuf>,
    /// The file's text, for what only a vocabulary can be held against.
    pub text: String,
    /// Where `timezone` stands, and the name that it gives.
    named_zone: Option<(String, String)>,
    /// The folder of the file; the current one where there is none.
    pub folder: PathBuf,
    /// Where each key stands, for messages: `changegate.toml` and its line.
    places: Vec<(String, String)>,
}

impl Config {
    /// Reads the file of the current folder, or of the nearest folder above it that has one.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or has an unknown key or a wrong value.
    pub(super) fn find() -> Result<Self, Failure> {
        let here = std::env::current_dir()
            .map_err(|error| Failure::new(format!("cannot tell the current folder: {}", reason(&error))))?;
        for (up, folder) in here.ancestors().enumerate() {
            let path = folder.join(NAME);
            input::ends(&path)?;
            match fs::read_to_string(&path) {
                // Relative, so that messages and reports do not name the machine's folders.
                Ok(text) => return Self::parse(&text, &(0..up).map(|_| "..").collect::<PathBuf>()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Failure::io("read", &path, &error)),
            }
        }
        Ok(Self::default())
    }

    /// The file as seen from the current folder.
    pub(super) fn name(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Whether there is something where a key of the file says.
    ///
    /// # Errors
    /// There is not: file, line and key that say so.
    pub(super) fn exists(&self, key: &str, path: &Path) -> Result<(), Failure> {
        let missing = path.as_os_str() != "-"
            && fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        match self.places.iter().find(|(known, _)| known == key) {
            Some((_, place)) if missing => {
                let message = format!("{place}: `{key}` names `{}`: there is no such file or folder", path.display());
                Err(Failure::new(message).help("correct the path: it is relative to the folder of changegate.toml"))
            }
            _ => Ok(()),
        }
    }

    /// Whether there is something where a source of the file says.
    ///
    /// # Errors
    /// There is not: file and line that say so.
    pub(super) fn has(&self, line: usize, path: &Path) -> Result<(), Failure> {
        let missing = path.as_os_str() != "-"
            && fs::metadata(path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if missing {
            let shown = self.name();
            let message = format!(
                "`{}` line {line}: a source names `{}`: there is no such file or folder",
                shown.display(),
                path.display()
            );
            return Err(Failure::new(message).help("correct the path: it is relative to the folder of changegate.toml"));
        }
        Ok(())
    }

    /// Reads the text of a file that stands in `folder`.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Self, Failure> {
        let file = folder.join(NAME);
        let shown = file.display();
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line =
                error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            Failure::new(format!("`{shown}` line {line} is not TOML: {}", error.message()))
        })?;
        let mut config = Self { folder: folder.to_owned(), text: text.to_owned(), ..Self::default() };
        for (key, value) in &table {
            let place = match line(text, key) {
                Some(line) => format!("`{shown}` line {line}"),
                None => format!("`{shown}`"),
            };
            config.places.push((key.clone(), place.clone()));
            match key.as_str() {
                "policy" => config.policy = Some(folder.join(string(&place, key, value)?)),
                "inventory" => config.inventory = paths(&place, folder, key, value)?,
                "changes" => config.changes = paths(&place, folder, key, value)?,
                "people" => config.people = paths(&place, folder, key, value)?,
                "services" => config.services = paths(&place, folder, key, value)?,
                "incidents" => config.incidents = paths(&place, folder, key, value)?,
                "waivers" => config.waivers = paths(&place, folder, key, value)?,
                "samples" => config.samples = paths(&place, folder, key, value)?,
                "tzdb" => config.tzdb = Some(folder.join(string(&place, key, value)?)),
                "plugin_answers" => config.plugin_answers = Some(folder.join(string(&place, key, value)?)),
                "reports" => config.reports = paths(&place, folder, key, value)?,
                "feeds" => config.feeds = feeds(&place, folder, value)?,
                // Read together with the vocabulary of the policy.
                "source" => {}
                "max_unpacked" => {
                    let text = string(&place, key, value)?;
                    config.max_unpacked = Some(parse_size(text).ok_or_else(|| {
                        Failure::new(format!("{place}: `max_unpacked` is no size: `{text}`"))
                            .help("write a whole number and `GiB`, `MiB`, `KiB` or `B`, like `512MiB`")
                    })?);
                }
                "obligations" => config.obligations = paths(&place, folder, key, value)?,
                "timezone" => {
                    config.named_zone = Some((place.clone(), string(&place, key, value)?.to_owned()));
                }
                other => {
                    return Err(unknown(format!("{place}: there is no key `{other}`"), other, &KEYS, "keys"));
                }
            }
        }
        Ok(config)
    }

    /// Looks up the zone that `timezone` names: only when the time-zone database is settled, which the same file may name.
    ///
    /// # Errors
    /// There is no such zone: file, line and key that say so.
    pub(super) fn find_zone(&mut self) -> Result<(), Failure> {
        let Some((place, name)) = &self.named_zone else { return Ok(()) };
        let zone = zone(name).map_err(|failure| failure.at(&format!("{place}: `timezone`")))?;
        self.zone = Some(zone);
        Ok(())
    }
}

/// The zone of a name that somebody has written.
///
/// # Errors
/// There is none: with the nearest that there is.
pub(super) fn zone(name: &str) -> Result<Zone, Failure> {
    Zone::get(name).ok_or_else(|| {
        let failure = Failure::new(format!("there is no time zone `{name}`"));
        match nearest(name, crate::time::zone_names()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("write a name of the IANA database, such as `Europe/London`"),
        }
    })
}

/// The line on which a key is set.
fn line(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let rest = line.trim_start().trim_start_matches(['"', '\'']).strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(['=', '.']))
            || line
                .trim_start()
                .strip_prefix('[')
                .is_some_and(|rest| rest.trim_start_matches('[').trim_start().starts_with(key))
    };
    text.lines().position(sets).map(|before| before + 1)
}

/// The table `feeds`.
fn feeds(place: &str, folder: &Path, value: &Value) -> Result<Feeds, Failure> {
    let Some(table) = value.as_table() else {
        return Err(Failure::new(format!("{place}: `feeds` must be a table, found {}", value_name(value))));
    };
    let mut feeds = Feeds::default();
    for (key, value) in table {
        match key.as_str() {
            "store" => feeds.store = Some(folder.join(string(place, "feeds.store", value)?)),
            "files" => feeds.files = paths(place, folder, "feeds.files", value)?,
            "limit" => feeds.limit = Some(age(place, "feeds.limit", value)?),
            "limits" => {
                let Some(limits) = value.as_table() else {
                    let found = value_name(value);
                    return Err(Failure::new(format!("{place}: `feeds.limits` must be a table, found {found}")));
                };
                for (name, value) in limits {
                    let kind = Kind::from_name(name).ok_or_else(|| {
                        let names = Kind::ALL.map(Kind::name);
                        unknown(format!("{place}: there is no feed `{name}`"), name, &names, "feeds")
                    })?;
                    feeds.limits.push((kind, age(place, &format!("feeds.limits.{name}"), value)?));
                }
            }
            other => {
                let message = format!("{place}: there is no key `feeds.{other}`");
                return Err(unknown(message, other, &FEEDS_KEYS, "keys of `feeds`"));
            }
        }
    }
    Ok(feeds)
}

/// A length of time.
fn age(place: &str, key: &str, value: &Value) -> Result<Duration, Failure> {
    parse_duration(string(place, key, value)?).map_err(|error| {
        Failure::new(format!("{place}: `{key}`: {error}")).help("write a length such as `48h` or `14d`")
    })
}

/// A name that is none of those that there are.
fn unknown(message: String, name: &str, names: &[&str], what: &str) -> Failure {
    let failure = Failure::new(message);
    match nearest(name, names.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("the {what} are `{}`", names.join("`, `"))),
    }
}

fn string<'v>(place: &str, key: &str, value: &'v Value) -> Result<&'v str, Failure> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::new(format!("{place}: `{key}` must be a text, found {}", value_name(value))))
}

/// A text, or a list of texts.
fn paths(place: &str, folder: &Path, key: &str, value: &Value) -> Result<Vec<PathBuf>, Failure> {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().map(|item| string(place, key, item).map(|path| folder.join(path))).collect()
}

fn value_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "an empty text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
