//! A finding while it is put together: what is not said stays absent.

use std::cmp::Ordering;

use serde_json::Value;

use super::document::said;
use super::ids::Identity;
use super::when;
use crate::software::version::{Order, compare};
use crate::sources::{Fields, Origin, Sighting};

/// How many scores, aliases or advisories one finding keeps.
const MOST: usize = 256;

/// A finding's fields, in the vocabulary's names.
#[derive(Clone, Debug, Default)]
pub(in crate::sources) struct Finding {
    fields: Fields,
    scores: Vec<Value>,
    aliases: Vec<String>,
    advisories: Vec<String>,
    purl: Option<String>,
    cpe: Option<String>,
}

/// Which CVSS a report speaks of, where neither a vector's prefix nor its metrics say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) enum Cvss {
    V2,
    V30,
    V31,
    V40,
}

impl Cvss {
    fn number(self) -> &'static str {
        match self {
            Self::V2 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }

    /// The version of a number as reports write it: `2`, `3`, `3.1`.
    pub(in crate::sources) fn of(number: &str) -> Option<Self> {
        match number.trim() {
            "2" | "2.0" => Some(Self::V2),
            "3" | "3.0" => Some(Self::V30),
            "3.1" => Some(Self::V31),
            "4" | "4.0" => Some(Self::V40),
            _ => None,
        }
    }

    fn family(self) -> u8 {
        match self {
            Self::V2 => 2,
            Self::V30 | Self::V31 => 3,
            Self::V40 => 4,
        }
    }
}

impl Finding {
    /// A finding that a scanner reports.
    pub(in crate::sources) fn of(scanner: &str) -> Self {
        let mut finding = Self::default();
        finding.text("source", Some(scanner));
        finding
    }

    pub(in crate::sources) fn text(&mut self, field: &str, text: Option<&str>) {
        if let Some(text) = text.and_then(said) {
            self.fields.insert(field.to_owned(), Value::String(text.to_owned()));
        }
    }

    /// Says that a field is not known, rather than left open.
    pub(in crate::sources) fn unknown(&mut self, field: &str) {
        self.fields.insert(field.to_owned(), Value::Null);
    }

    pub(in crate::sources) fn flag(&mut self, field: &str, flag: Option<bool>) {
        if let Some(flag) = flag {
            self.fields.insert(field.to_owned(), Value::Bool(flag));
        }
    }

    /// A number, by its text; what is none stays out.
    pub(in crate::sources) fn number(&mut self, field: &str, text: Option<&str>) {
        if let Some(number) = text.and_then(number) {
            self.fields.insert(field.to_owned(), number);
        }
    }

    pub(in crate::sources) fn time(&mut self, field: &str, text: Option<&str>) {
        self.text(field, text.and_then(when::time).as_deref());
    }

    /// The day of a time.
    pub(in crate::sources) fn date(&mut self, field: &str, text: Option<&str>) {
        let time = text.and_then(when::time);
        self.text(field, time.as_deref().and_then(|time| time.split('T').next()));
    }

    /// The rating of whoever makes or distributes the software; `Negligible` lies below the lowest level there is and is that level.
    pub(in crate::sources) fn vendor_severity(&mut self, rating: Option<&str>) {
        let level = rating.and_then(|rating| match rating.trim().to_ascii_lowercase().as_str() {
            "negligible" | "unimportant" | "low" => Some("low"),
            "medium" | "moderate" => Some("medium"),
            "high" | "important" => Some("high"),
            "critical" => Some("critical"),
            _ => None,
        });
        self.text("vendor_severity", level);
    }

    /// The versions that have the fix: the vendor has one. The first is the only one, or of several the nearest above what is installed.
    pub(in crate::sources) fn fixed_in(&mut self, versions: &[&str], installed: Option<&str>, order: Option<Order>) {
        let mut plain: Vec<&str> = Vec::new();
        let said =
            versions.iter().flat_map(|text| text.split([',', ';'])).map(str::trim).filter(|text| !text.is_empty());
        for version in said {
            let version = version.strip_prefix(">=").unwrap_or(version).trim();
            if !plain.contains(&version) {
                plain.push(version);
            }
        }
        self.flag("patch_available", (!plain.is_empty()).then_some(true));
        let range = |text: &&str| text.contains(['<', '>', '=', '^', '*', '|', ' ']) || text.starts_with('~');
        let first = match plain.as_slice() {
            _ if plain.iter().any(range) => None,
            [version] => Some(*version),
            several => installed.zip(order).and_then(|(installed, order)| nearest(several, installed, order)),
        };
        self.text("fixed_version", first);
    }

    /// An advisory or patch that fixes it.
    pub(in crate::sources) fn advisory(&mut self, id: &str) {
        let id = id.trim();
        if said(id).is_some() && self.advisories.len() < MOST && !self.advisories.iter().any(|other| other == id) {
            self.advisories.push(id.to_owned());
        }
    }

    /// Another identifier of the vulnerability.
    pub(in crate::sources) fn alias(&mut self, id: &str) {
        let id = super::ids::plain(id);
        if said(&id).is_some() && self.aliases.len() < MOST && !self.aliases.contains(&id) {
            self.aliases.push(id);
        }
    }

    /// A vector, a score, or both, with who gave it. A score stays beside a vector only where both are of one generation of CVSS.
    pub(in crate::sources) fn cvss(
        &mut self,
        source: Option<&str>,
        version: Option<Cvss>,
        vector: Option<&str>,
        score: Option<&str>,
    ) {
        let score = score.and_then(number).filter(|score| score.as_f64().is_some_and(|score| score > 0.0));
        match vector.and_then(|text| whole(text, version)) {
            None => self.push(source, None, version, score),
            Some((text, family)) if version.is_none_or(|version| version.family() == family) => {
                self.push(source, Some(text), None, score);
            }
            Some((text, _)) => {
                self.push(source, Some(text), None, None);
                self.push(source, None, version, score);
            }
        }
    }

    fn push(&mut self, source: Option<&str>, vector: Option<String>, version: Option<Cvss>, score: Option<Value>) {
        if vector.is_none() && score.is_none() {
            return;
        }
        let version = version.map(|version| Value::from(version.number()));
        let parts = [
            ("vector", vector.map(Value::String)),
            ("score", score),
            ("version", version),
            ("source", source.map(Value::from)),
        ];
        let entry = parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
        let entry = Value::Object(entry);
        if self.scores.len() < MOST && !self.scores.contains(&entry) {
            self.scores.push(entry);
        }
    }

    /// Puts the scores of one source before those of NVD, and those before the others: who reads them takes the first.
    pub(in crate::sources) fn prefer(&mut self, source: Option<&str>) {
        self.scores.sort_by_key(|entry| match entry.get("source").and_then(Value::as_str) {
            by if by.is_some() && by == source => 0,
            Some(by) if by.eq_ignore_ascii_case("nvd") => 1,
            _ => 2,
        });
    }

    /// The names of what it was found in.
    pub(in crate::sources) fn found_in(&mut self, purl: Option<&str>, cpe: Option<&str>) {
        self.purl = purl.map(str::to_owned);
        self.cpe = cpe.map(str::to_owned);
    }

    /// The finding under a name.
    pub(in crate::sources) fn named(mut self, identity: &Identity) -> Self {
        self.text("cve", Some(&identity.id));
        identity.aliases.iter().for_each(|alias| self.alias(alias));
        identity.advisories.iter().for_each(|advisory| self.advisory(advisory));
        self
    }

    /// The whole.
    pub(in crate::sources) fn sighting(mut self, target: Option<&str>, origin: Origin) -> Sighting {
        let advisories = self.advisories.join(", ");
        if !advisories.is_empty() {
            self.fields.insert("patch".to_owned(), Value::String(advisories));
        }
        if !self.scores.is_empty() {
            self.fields.insert("cvss".to_owned(), Value::Array(self.scores));
        }
        let id = self.fields.get("cve").and_then(Value::as_str);
        let aliases = self.aliases.into_iter().filter(|alias| Some(alias.as_str()) != id).collect();
        let target = target.and_then(said).map(str::to_owned);
        Sighting { target, finding: self.fields, aliases, purl: self.purl, cpe: self.cpe, origin }
    }
}

/// The lowest of versions that is above another; `None` where one of them is no version.
fn nearest<'v>(versions: &[&'v str], installed: &str, order: Order) -> Option<&'v str> {
    let mut found: Option<&str> = None;
    for version in versions {
        let above = compare(order, version, installed).ok()? == Ordering::Greater;
        let nearer = match found {
            Some(found) => compare(order, version, found).ok()? == Ordering::Less,
            None => true,
        };
        if above && nearer {
            found = Some(version);
        }
    }
    found
}

/// A number by its text.
fn number(text: &str) -> Option<Value> {
    text.trim().parse::<serde_json::Number>().ok().map(Value::Number)
}

/// A vector with its prefix, and its generation. Reports leave the prefix of version 3 out, put vectors in parentheses, or write `CVSS2#` before one.
fn whole(text: &str, version: Option<Cvss>) -> Option<(String, u8)> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let text = text.strip_prefix("CVSS2#").unwrap_or(text);
    if let Some((number, _)) = text.strip_prefix("CVSS:").and_then(|rest| rest.split_once('/')) {
        return Some((text.to_owned(), Cvss::of(number).map_or(0, Cvss::family)));
    }
    let has = |metric: &str| text.split('/').any(|part| part.starts_with(metric));
    match version {
        _ if text.is_empty() => None,
        _ if has("Au:") => Some((text.to_owned(), 2)),
        Some(Cvss::V40) => Some((format!("CVSS:4.0/{text}"), 4)),
        _ if has("AT:") => Some((format!("CVSS:4.0/{text}"), 4)),
        Some(Cvss::V31) => Some((format!("CVSS:3.1/{text}"), 3)),
        _ if has("PR:") => Some((format!("CVSS:3.0/{text}"), 3)),
        Some(version) => Some((text.to_owned(), version.family())),
        None => Some((text.to_owned(), 0)),
    }
}

/// A base vector and what another text adds to it: the temporal metrics, as scanners write them apart.
pub(in crate::sources) fn joined(base: Option<&str>, temporal: Option<&str>) -> Option<String> {
    let base = base.map(str::trim).filter(|base| !base.is_empty())?;
    let Some(more) = temporal.map(str::trim).filter(|more| !more.is_empty()) else { return Some(base.to_owned()) };
    let more = more.trim_start_matches('(').trim_end_matches(')');
    let more = more.strip_prefix("CVSS2#").unwrap_or(more);
    let more = match more.strip_prefix("CVSS:") {
        Some(rest) => rest.split_once('/').map_or("", |(_, rest)| rest),
        None => more,
    };
    // Some write the base metrics a second time before the temporal ones.
    let more = if more.starts_with("AV:") { "" } else { more };
    let base = base.trim_start_matches('(').trim_end_matches(')');
    Some(if more.is_empty() { base.to_owned() } else { format!("{base}/{more}") })
}
