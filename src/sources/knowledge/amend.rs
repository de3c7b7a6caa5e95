//! Records of assets as a reader has them, before they become columns: their findings enriched, their ends of support added.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Number, Value};

use super::{Enriched, Knowledge, Places};
use crate::facts::{Amend, Caveat, Json, Place, ProblemKind};
use crate::sources::enrich::{Remark, Subject};
use crate::sources::feeds::Kind;
use crate::sources::{Advisory, At, Fields, Origin};

type Entries<'j> = Vec<(Cow<'j, str>, Json<'j>)>;

/// What is told of findings, and how much it weighs; what only says whose word counts is a note.
const TOLD: [(&str, ProblemKind, &str); 12] = [
    ("cvss_malformed", ProblemKind::Warning, "a feed has something as a CVSS vector that is none"),
    (
        "cvss_score_contradicted",
        ProblemKind::Warning,
        "a feed has a CVSS score that its vector contradicts: the vector counts",
    ),
    (
        "cvss_score_replaced",
        ProblemKind::Warning,
        "a finding has a CVSS score that a vector contradicts: the vector counts",
    ),
    ("feed_replaced", ProblemKind::Note, "a feed's value counts, not that of the inventory or scanner"),
    (
        "kev_disagrees",
        ProblemKind::Warning,
        "a finding and the catalogue of exploited vulnerabilities disagree: it counts as exploited",
    ),
    (
        "record_withdrawn",
        ProblemKind::Warning,
        "a finding is of a vulnerability whose record was withdrawn, which then tells nothing else",
    ),
    ("vex_affected", ProblemKind::Note, "a VEX document says that the product is affected"),
    ("vex_fixed", ProblemKind::Note, "a VEX document says that it is fixed: the finding is no longer open"),
    (
        "vex_in_doubt",
        ProblemKind::Warning,
        "whether a VEX document speaks of the product is not known: the finding stays as it is",
    ),
    (
        "vex_not_affected",
        ProblemKind::Note,
        "a VEX document says that the product is not affected: the finding is not open",
    ),
    (
        "vex_under_investigation",
        ProblemKind::Note,
        "a VEX document says that it is under investigation: the finding stays as it is",
    ),
    (
        "vex_without_version",
        ProblemKind::Warning,
        "a VEX document says that it is fixed, in no version in particular: the finding stays as it is",
    ),
];

impl Amend for Knowledge {
    fn asset(&self, record: &mut Json<'_>) -> Vec<Caveat> {
        let Json::Object(entries) = record else { return Vec::new() };
        let id = match entries.iter().find(|(key, _)| key == "id") {
            Some((_, Json::String(id))) => Some(id.to_string()),
            _ => None,
        };
        let mut caveats = Vec::new();
        for (key, value) in entries {
            match (key.as_ref(), value) {
                ("os", Json::Object(os)) => self.end_of_os(id.as_deref(), os),
                ("software", Json::Array(list) | Json::Incomplete(list)) => {
                    list.iter_mut().for_each(|element| self.end_of_software(id.as_deref(), element));
                }
                ("findings", Json::Array(list) | Json::Incomplete(list)) => {
                    for element in list {
                        if let Json::Object(element) = element {
                            // Of an asset that is called as a product it is not known whether it is one.
                            self.finding(id.as_deref(), element, &[Subject::default()], &mut caveats);
                        }
                    }
                }
                _ => {}
            }
        }
        caveats
    }
}

impl Knowledge {
    fn end_of_os(&self, asset: Option<&str>, os: &mut Entries<'_>) {
        if self.products.is_empty() {
            return;
        }
        let mut fields = fields(os);
        let before = fields.clone();
        self.operating_system(&mut fields);
        self.note_end(asset, "os.eol", &before, &fields);
        put_back(os, &before, fields);
    }

    /// Adds to an element of an asset's `software` its end of support.
    pub fn end_of_software(&self, asset: Option<&str>, element: &mut Json<'_>) {
        let Json::Object(entries) = element else { return };
        if self.products.is_empty() {
            return;
        }
        let mut fields = fields(entries);
        let before = fields.clone();
        self.software(&mut fields);
        let name = fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.note_end(asset, &name, &before, &fields);
        put_back(entries, &before, fields);
    }

    /// Notes where an end of support comes from, if it is that of the asset that was asked about.
    fn note_end(&self, asset: Option<&str>, name: &str, before: &Fields, after: &Fields) {
        let is_new = before.get("eol") != after.get("eol");
        if let Some((_, places)) = self.trace.as_ref().filter(|(traced, _)| is_new && asset == Some(traced)) {
            let feeds = self.feeds().into_iter().filter(|feed| feed.edition.feed == Kind::Eol.name());
            let files = feeds.map(|feed| self.place(&Origin { file: Arc::from(feed.file), at: At::File }).to_string());
            note(places, name, files.map(|file| format!("{file} (eol)")).collect());
        }
    }

    /// Adds to a finding of an asset what is known of it, wherever it was found: what differs from one place to another is not added.
    pub fn finding(
        &self,
        asset: Option<&str>,
        entries: &mut Entries<'_>,
        subjects: &[Subject<'_>],
        caveats: &mut Vec<Caveat>,
    ) {
        let before = fields(entries);
        let Some((fields, enriched)) = self.everywhere(&before, subjects) else { return };
        caveats.extend(enriched.remarks.iter().filter_map(caveat));
        if let Some((traced, places)) = &self.trace
            && asset == Some(traced)
            && let Some(name) = fields.get("cve").and_then(Value::as_str)
        {
            let told = self.told(&before, &fields, &enriched);
            note(places, name, told);
        }
        put_back(entries, &before, fields);
    }

    /// A finding with what is known of it in all of the places where it was found.
    fn everywhere(&self, before: &Fields, subjects: &[Subject<'_>]) -> Option<(Fields, Enriched)> {
        let mut each = subjects.iter().map(|subject| {
            let mut fields = before.clone();
            let mut enriched = self.enrich(&mut fields, subject);
            // The finding's own entries contradict each other: vectors of others settle nothing.
            if before.get("cvss").is_some_and(|own| own == UNREADABLE) {
                fields.insert("cvss".to_owned(), Value::from(UNREADABLE));
            }
            // Nor is it told that a finding is not open where that stays unknown.
            if before.get("state").is_some_and(|own| own == UNREADABLE) {
                enriched.remarks.retain(|remark| !matches!(remark.name, "vex_fixed" | "vex_not_affected"));
            }
            (fields, enriched)
        });
        let (mut fields, mut enriched) = each.next()?;
        for (others, more) in each {
            if fields == others {
                let new = more.remarks.into_iter().filter(|remark| !enriched.remarks.contains(remark));
                enriched.remarks.extend(new.collect::<Vec<_>>());
                continue;
            }
            let keys = fields.keys().chain(others.keys()).filter(|key| fields.get(*key) != others.get(*key));
            for key in keys.cloned().collect::<Vec<_>>() {
                match before.get(&key) {
                    Some(own) => fields.insert(key, own.clone()),
                    None => fields.remove(&key),
                };
            }
            enriched.remarks.retain(|remark| more.remarks.contains(remark));
        }
        Some((fields, enriched))
    }

    /// Where the fields stand that a finding did not have so before: a place for each record of a feed, which finds its fields there.
    fn told(&self, before: &Fields, after: &Fields, enriched: &Enriched) -> Vec<String> {
        let mut places: Vec<(Place, Vec<&str>)> = Vec::new();
        let changed = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
        for (key, value) in changed {
            let tells = |advisory: &&Arc<Advisory>| match (key.as_str(), advisory.fields.get(key)) {
                ("cvss", Some(Value::Array(told))) => {
                    value.as_array().is_some_and(|now| now.iter().any(|entry| told.contains(entry)))
                }
                ("cvss", told) => {
                    told.is_some() && value.as_array().is_some_and(|now| told.is_some_and(|told| now.contains(told)))
                }
                (_, told) => told == Some(value),
            };
            let advisory = enriched.topic.advisories.iter().find(tells).map(|advisory| &advisory.origin);
            let statement = || enriched.topic.assertions.iter().map(|assertion| (assertion, &assertion.origin));
            let said = || {
                let told = statement().find(|(assertion, _)| assertion.fields.get(key) == Some(value));
                let state = || {
                    let remark = enriched.remarks.iter().find(|remark| remark.name.starts_with("vex_"))?;
                    statement().map(|(_, origin)| origin).find(|origin| remark.origin.as_ref() == Some(*origin))
                };
                told.map(|(_, origin)| origin).or_else(|| if key == "state" { state() } else { None })
            };
            let place = match advisory.or_else(said) {
                Some(origin) => self.place(origin),
                // What is not in a catalogue is told by the whole of it.
                None if key.starts_with("kev") => {
                    match self.feeds().into_iter().find(|feed| feed.edition.feed == Kind::Kev.name()) {
                        Some(feed) => self.place(&Origin { file: Arc::from(feed.file), at: At::File }),
                        None => continue,
                    }
                }
                None => continue,
            };
            match places.iter_mut().find(|(known, _)| *known == place) {
                Some((_, fields)) => fields.push(key),
                None => places.push((place, vec![key])),
            }
        }
        places.into_iter().map(|(place, fields)| format!("{place} ({})", fields.join(", "))).collect()
    }

    /// Notes where a finding comes from, if it is of the asset that was asked about.
    pub(super) fn note(&self, asset: &str, name: &str, origin: &Origin, fields: &str) {
        if let Some((traced, places)) = &self.trace
            && traced == asset
        {
            note(places, name, vec![format!("{} ({fields})", self.place(origin))]);
        }
    }

    /// A place in a feed's file, and in the store that it is in.
    fn place(&self, origin: &Origin) -> Place {
        let (file, line) = match &origin.at {
            At::File => (origin.file.to_string(), None),
            At::Line(line) => (origin.file.to_string(), Some(*line)),
            At::Pointer(pointer) => (format!("{}#{pointer}", origin.file), None),
        };
        let read = self.read.iter().any(|(_, file)| *file == origin.file);
        let file = match &self.store {
            Some((store, _)) if !read => format!("{store}: {file}"),
            _ => file,
        };
        Place { file: Arc::from(file), line, record: None, found: None }
    }
}

fn note(places: &Mutex<Places>, name: &str, told: Vec<String>) {
    let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
    let known = places.entry(name.to_owned()).or_default();
    for place in told {
        if !known.contains(&place) {
            known.push(place);
        }
    }
}

/// What a remark on a finding tells; what the finding has itself and keeps is told where it is read.
fn caveat(remark: &Remark) -> Option<Caveat> {
    let own = matches!(remark.name, "cvss_malformed" | "cvss_score_contradicted") && remark.origin.is_none();
    let (name, kind, message) = TOLD.into_iter().find(|(name, ..)| *name == remark.name && !own)?;
    let from = remark.origin.as_ref().map_or_else(String::new, |origin| format!(" ({})", origin.file));
    Some(Caveat {
        name,
        kind,
        field: Arc::from("asset.findings[]"),
        message,
        found: format!("{}{from}", remark.message),
    })
}

/// Stands for a value that contradicts itself or cannot be read, which is not the same as none: no field may be written so.
const UNREADABLE: &str = "...";

/// The fields that a record gives, those that are unknown by its own fault as [`UNREADABLE`]. What names the vulnerability is left out then.
fn fields(entries: &Entries<'_>) -> Fields {
    let mut read: BTreeMap<&str, Option<Value>> = BTreeMap::new();
    for (key, value) in entries {
        let value = plain(value);
        match read.entry(key.as_ref()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => {
                if *entry.get() != value {
                    entry.insert(None);
                }
            }
        }
    }
    let read = read.into_iter().filter(|(key, value)| *key != "cve" || value.is_some());
    read.map(|(key, value)| (key.to_owned(), value.unwrap_or_else(|| Value::from(UNREADABLE)))).collect()
}

/// Writes what is new or otherwise, and takes out what is gone.
fn put_back(entries: &mut Entries<'_>, before: &Fields, after: Fields) {
    entries.retain(|(key, _)| after.contains_key(key.as_ref()) || !before.contains_key(key.as_ref()));
    for (key, value) in after {
        if before.get(&key) != Some(&value) {
            entries.retain(|(known, _)| *known != key);
            entries.push((Cow::Owned(key), Json::from(value)));
        }
    }
}

/// The value in JSON's own types; none of what could not be read or was cut off.
fn plain(value: &Json<'_>) -> Option<Value> {
    Some(match value {
        Json::Null => Value::Null,
        Json::Unreadable | Json::Incomplete(_) => return None,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(text) => Value::Number(text.parse::<Number>().ok()?),
        Json::String(text) => Value::String(text.to_string()),
        Json::Array(elements) => Value::Array(elements.iter().map(plain).collect::<Option<_>>()?),
        Json::Object(entries) => {
            let mut fields = Fields::new();
            for (key, value) in entries {
                let value = plain(value)?;
                if fields.get(key.as_ref()).is_some_and(|other| *other != value) {
                    return None;
                }
                fields.insert(key.to_string(), value);
            }
            Value::Object(fields)
        }
    })
}
