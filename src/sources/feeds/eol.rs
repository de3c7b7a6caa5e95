//! endoflife.date: how long the releases of products are supported.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Kind;
use super::document::{Place, day_text, kind, list, moment, object, records, shown, text};
use crate::sources::{Edition, Harvest, Origin};

/// When a phase of support ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Nothing is said.
    #[default]
    Unknown,
    /// No end is announced.
    None,
    /// It has ended; nobody says when.
    Past,
    /// The day, `2028-04-30`.
    On(String),
    /// It has ended, and on this day.
    Ended(String),
}

impl End {
    /// The value of a field `eol`: the day, `none`, or nothing where the day is not known.
    pub fn fact(&self) -> Option<Value> {
        match self {
            End::On(day) | End::Ended(day) => Some(Value::from(day.as_str())),
            End::None => Some(Value::from("none")),
            End::Past | End::Unknown => None,
        }
    }

    /// What it is on a day: what has ended on one that is yet to come contradicts itself, and has ended nobody knows when.
    fn as_of(&mut self, today: &str) {
        if matches!(self, End::Ended(day) if day.as_str() > today) {
            *self = End::Past;
        }
    }
}

/// A release cycle of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its number or name: `22.04`, `2019`, `bookworm`.
    pub cycle: String,
    /// What else it is called: a label, a code name.
    pub also: Vec<String>,
    /// The day of its release.
    pub released: Option<String>,
    /// The end of active support.
    pub active: End,
    /// The end of support by its maker, security fixes included.
    pub eol: End,
    /// The end of support that is extended or paid for.
    pub extended: End,
    /// Its newest version.
    pub latest: Option<String>,
}

/// A product and its releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its short name, `ubuntu`.
    pub name: String,
    /// Its name, `Ubuntu`.
    pub title: Option<String>,
    /// What kind of product it is: `os`, `lang`, `server-app`.
    pub category: Option<String>,
    /// Its package URLs and CPE names, without versions.
    pub identifiers: Vec<String>,
    /// Its releases, newest first as the source has them.
    pub releases: Vec<Release>,
    /// Where it stands.
    pub origin: Origin,
}

impl Product {
    /// Whether this is what somebody calls the product: its short name or its name, whatever the case and the signs between words.
    pub fn is_called(&self, name: &str) -> bool {
        let plain = plain(name);
        !plain.is_empty()
            && (plain == self::plain(&self.name) || self.title.as_deref().is_some_and(|t| self::plain(t) == plain))
    }

    /// Whether a package URL or a CPE name, with a version or without, is one of its own.
    pub fn is_identified(&self, identifier: &str) -> bool {
        let given = bare(identifier);
        !given.is_empty() && self.identifiers.iter().any(|own| bare(own) == given)
    }

    /// The release that a version belongs to: of the cycles that are the version or the beginning of it, up to a point or a dash, the longest; or else
    /// those whose label or code name it is. Where several entries are of it, all of them.
    fn releases(&self, version: &str) -> Vec<&Release> {
        let version = version.trim();
        let begins = |cycle: &str| {
            version
                .strip_prefix(cycle)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', ' ', '+', '_']))
        };
        let of_version: Vec<&Release> = self.releases.iter().filter(|release| begins(&release.cycle)).collect();
        if let Some(longest) = of_version.iter().map(|release| release.cycle.len()).max() {
            return of_version.into_iter().filter(|release| release.cycle.len() == longest).collect();
        }
        let named = |name: &String| name.eq_ignore_ascii_case(version);
        self.releases.iter().filter(|release| release.also.iter().any(named)).collect()
    }

    /// Holds the ends of its releases against the day on which it is asked, `2026-11-20`.
    pub(in crate::sources) fn as_of(&mut self, today: &str) {
        for release in &mut self.releases {
            for end in [&mut release.active, &mut release.eol, &mut release.extended] {
                end.as_of(today);
            }
        }
    }
}

/// The end of support of a release of a product by its name, as a fact.
///
/// Of several tables or entries that have it the earliest end counts, whichever comes first.
pub fn of_name(products: &[Product], name: &str, version: &str) -> Option<Value> {
    earliest(products.iter().filter(|product| product.is_called(name)), version)
}

/// The same by a package URL or a CPE name.
pub fn of_identifier(products: &[Product], identifier: &str, version: &str) -> Option<Value> {
    earliest(products.iter().filter(|product| product.is_identified(identifier)), version)
}

fn earliest<'p>(products: impl Iterator<Item = &'p Product>, version: &str) -> Option<Value> {
    let ends: Vec<&End> = products.flat_map(|product| product.releases(version)).map(|release| &release.eol).collect();
    // Ended on a day that nobody says: no other day is the earliest.
    if ends.contains(&&End::Past) {
        return None;
    }
    let days = ends.iter().filter_map(|end| match end {
        End::On(day) | End::Ended(day) => Some(day),
        End::Unknown | End::None | End::Past => None,
    });
    match days.min() {
        Some(day) => End::On(day.clone()).fact(),
        None => ends.first().filter(|first| ends.iter().all(|end| end == *first))?.fact(),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A package URL without version, qualifiers and subpath; the first five parts of a CPE 2.3 name, the first four of a URI.
fn bare(identifier: &str) -> String {
    let identifier = identifier.trim().to_ascii_lowercase();
    if let Some(rest) = identifier.strip_prefix("cpe:2.3:") {
        let parts: Vec<&str> = rest.split(':').take(3).collect();
        return format!("cpe:{}", parts.join(":"));
    }
    if let Some(rest) = identifier.strip_prefix("cpe:/") {
        let parts: Vec<&str> = rest.split(':').take(3).collect();
        return format!("cpe:{}", parts.join(":"));
    }
    let end = identifier.find(['?', '#']).unwrap_or(identifier.len());
    let (path, _) = identifier.split_at_checked(end).unwrap_or((&identifier, ""));
    let name = path.rfind('/').unwrap_or(0);
    let version = path.rfind('@').filter(|at| *at > name).unwrap_or(path.len());
    path.get(..version).unwrap_or(path).replace("%40", "@")
}

/// Reads products: lines or a list of them (`product`, `releases`), answers of the API's first version (`result`), and the older list of one product's
/// cycles, whose name is the file's.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Eol.name(), ..Edition::default() };
    let mut cycles: Vec<Release> = Vec::new();
    let dropped = records(file, bytes, harvest, |value, place, harvest| {
        let Some(record) = object(&value, &place, harvest) else {
            edition.dropped += 1;
            return;
        };
        if let Some(result) = record.get("result") {
            edition.version = text(record, "schema_version", &place, harvest).map(str::to_owned);
            edition.made = moment(record, "generated_at", &place, harvest);
            edition.count = record.get("total").and_then(Value::as_u64);
            let place = place.key("result");
            match result {
                Value::Array(products) => {
                    for (index, element) in products.iter().enumerate() {
                        one(element, &place.index(index), &mut edition, harvest);
                    }
                }
                other => one(other, &place, &mut edition, harvest),
            }
        } else if record.contains_key("cycle") && !record.contains_key("releases") {
            match release(record, &place, harvest) {
                Some(release) => cycles.push(release),
                None => edition.dropped += 1,
            }
        } else {
            one(&value, &place, &mut edition, harvest);
        }
    });
    if !cycles.is_empty() {
        edition.read += 1;
        let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let name = base.split('.').next().unwrap_or(base).to_owned();
        let origin = Place::of(file).origin();
        let product = Product { name, title: None, category: None, identifiers: Vec::new(), releases: cycles, origin };
        harvest.products.push(product);
    }
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

fn one(value: &Value, place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    match object(value, place, harvest).and_then(|record| product(record, place, harvest)) {
        Some(product) => {
            edition.read += 1;
            harvest.products.push(product);
        }
        None => edition.dropped += 1,
    }
}

fn product(record: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<Product> {
    let name = text(record, "product", place, harvest).or_else(|| text(record, "name", place, harvest));
    let Some(name) = name else {
        place.refuse(harvest, "the product has no name", "`product` or `name`");
        return None;
    };
    let title = text(record, "title", place, harvest).or_else(|| text(record, "label", place, harvest));
    let mut identifiers = Vec::new();
    for (index, element) in list(record, "identifiers", place, harvest).iter().enumerate() {
        let place = place.key("identifiers").index(index);
        let Some(element) = object(element, &place, harvest) else { continue };
        // `{"purl": "…"}`, or `{"type": "purl", "id": "…"}` in the API.
        let typed = element.get("type").and_then(Value::as_str).zip(element.get("id").and_then(Value::as_str));
        let keyed = element.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
        let found = typed.into_iter().chain(keyed).find(|(scheme, _)| matches!(*scheme, "purl" | "cpe"));
        if let Some((_, identifier)) = found {
            identifiers.push(identifier.to_owned());
        }
    }
    let mut releases = Vec::new();
    for (index, element) in list(record, "releases", place, harvest).iter().enumerate() {
        let place = place.key("releases").index(index);
        if let Some(element) = object(element, &place, harvest)
            && let Some(release) = release(element, &place, harvest)
        {
            releases.push(release);
        }
    }
    Some(Product {
        name: name.to_owned(),
        title: title.map(str::to_owned),
        category: text(record, "category", place, harvest).map(str::to_owned),
        identifiers,
        releases,
        origin: place.origin(),
    })
}

fn release(record: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<Release> {
    let cycle = ["releaseCycle", "cycle", "name"].into_iter().find_map(|key| match record.get(key) {
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    });
    let Some(cycle) = cycle else {
        place.refuse(harvest, "the release has no name", "`releaseCycle`, `cycle` or `name`");
        return None;
    };
    let also = ["releaseLabel", "label", "codename"]
        .into_iter()
        .filter_map(|key| record.get(key).and_then(Value::as_str))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let latest = match record.get("latest") {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Object(latest)) => latest.get("name").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let active = match end(record, "eoas", "isEoas", "eoasFrom", place, harvest) {
        // The older answers call it so, and say `true` while it lasts.
        End::Unknown => match record.get("support") {
            Some(Value::String(text)) => day_text(text).map_or(End::Unknown, End::On),
            Some(Value::Bool(true)) => End::None,
            Some(Value::Bool(false)) => End::Past,
            _ => End::Unknown,
        },
        end => end,
    };
    Some(Release {
        cycle,
        also,
        released: record.get("releaseDate").and_then(Value::as_str).and_then(day_text),
        active,
        eol: end(record, "eol", "isEol", "eolFrom", place, harvest),
        extended: end(record, "eoes", "isEoes", "eoesFrom", place, harvest),
        latest,
    })
}

/// An end: a date or a boolean under `key`, or the API's pair, or all of these: then the earliest, and what has ended has.
fn end(record: &Map<String, Value>, key: &str, is: &str, from: &str, place: &Place, harvest: &mut Harvest) -> End {
    let (mut days, mut ended, mut unread): (Vec<String>, Vec<bool>, bool) = (Vec::new(), Vec::new(), false);
    for (key, may_be_day, may_be_flag) in [(key, true, true), (is, false, true), (from, true, false)] {
        let expected = match (may_be_day, may_be_flag) {
            (true, true) => "a date, true or false",
            (true, false) => "a date",
            (false, _) => "true or false",
        };
        let found = match record.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Bool(has)) if may_be_flag => {
                ended.push(*has);
                continue;
            }
            Some(Value::String(text)) if may_be_day => {
                if let Some(day) = day_text(text) {
                    days.push(day);
                    continue;
                }
                format!("`{}` is no date", shown(text))
            }
            Some(other) => format!("`{key}` is {}", kind(other)),
        };
        unread = true;
        place.key(key).refuse(harvest, found, expected);
    }
    let has_ended = ended.contains(&true);
    match days.into_iter().min() {
        // What cannot be read may be an earlier day.
        _ if unread => {
            if has_ended {
                End::Past
            } else {
                End::Unknown
            }
        }
        Some(day) if has_ended => End::Ended(day),
        Some(day) => End::On(day),
        None if has_ended => End::Past,
        None if ended.is_empty() => End::Unknown,
        None => End::None,
    }
}
