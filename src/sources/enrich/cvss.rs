//! One CVSS entry for each version, and scores that their vectors contradict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::Remark;
use crate::cvss::{Tenths, Vector, Version, parse};
use crate::sources::feeds::Kind;
use crate::sources::feeds::document::shown;
use crate::sources::{Advisory, Fields, Origin};

/// Whose vectors count after the scanner's.
const FEEDS: [Kind; 4] = [Kind::Nvd, Kind::Cve, Kind::Csaf, Kind::Osv];

/// An entry of `cvss`, taken apart.
struct Entry<'v> {
    value: &'v Value,
    text: Option<&'v str>,
    vector: Option<Vector>,
    score: Option<Tenths>,
    version: Option<&'static str>,
    origin: Option<&'v Origin>,
    feed: Option<Kind>,
    /// What should be its vector is no text.
    is_odd: bool,
    /// Its vector has another score.
    is_contradicted: bool,
}

impl<'v> Entry<'v> {
    fn of(value: &'v Value, origin: Option<&'v Origin>, feed: Option<Kind>) -> Entry<'v> {
        let get = |a: &str, b: &str| value.get(a).or_else(|| value.get(b));
        let written = get("vector", "vectorString");
        let (text, score, stated) = match value {
            Value::String(text) => (Some(text.as_str()), None, None),
            Value::Number(_) => (None, Some(value), None),
            other => {
                let text = written.and_then(Value::as_str);
                (text, get("score", "baseScore"), other.get("version").and_then(Value::as_str))
            }
        };
        let vector = text.and_then(|text| parse(text).ok());
        let stated = stated.and_then(|number| {
            Version::from_number(number).or_else(|| Version::from_number(&format!("{number}.0"))).map(Version::as_str)
        });
        let prefix = text.and_then(|text| Version::from_number(text.split('/').next()?.strip_prefix("CVSS:")?));
        Entry {
            value,
            text,
            vector,
            score: score.and_then(|score| Tenths::from_decimal(&score.to_string())),
            version: vector.map(|vector| vector.version().as_str()).or(prefix.map(Version::as_str)).or(stated),
            origin,
            feed,
            is_odd: written.is_some_and(|written| !written.is_string() && !written.is_null()),
            is_contradicted: false,
        }
    }

    /// Whether it is a score alone.
    fn is_bare(&self) -> bool {
        self.text.is_none() && self.score.is_some() && !self.is_odd
    }

    /// Whether its vector has that score.
    fn has(&self, score: Tenths) -> bool {
        self.vector.is_some_and(|vector| scores(&vector).any(|right| right == score))
    }

    /// What stays of it: of a feed's, not a score that is wrong.
    fn kept(&self) -> Value {
        match self.text {
            Some(text) if self.is_contradicted && self.feed.is_some() => Value::from(text),
            _ => self.value.clone(),
        }
    }

    /// Whether it counts before one of its version that came earlier: it is worth more, or its feed has two and its score is higher. Of equal scores
    /// the greater text counts, so that the order of files makes no difference.
    fn counts_before(&self, other: &Entry<'_>) -> bool {
        let height = |entry: &Entry<'_>| entry.vector.map(|vector| vector.score()).or(entry.score);
        let key = |entry: &Entry<'_>| (height(entry), entry.text.map(str::to_owned), entry.value.to_string());
        let both = self.worth() == other.worth() && self.feed.is_some() && self.feed == other.feed;
        self.worth() > other.worth() || (both && key(self) > key(other))
    }

    /// How much it is worth beside another of its version: a vector, a score, neither.
    fn worth(&self) -> u8 {
        match (self.vector, self.text, self.score) {
            (Some(_), _, _) => 2,
            (None, None, Some(_)) => 1,
            (None, _, _) => 0,
        }
    }
}

/// The records whose entries can count, or of which there is something to tell: of each feed and version, the one that counts before the others.
pub(super) fn counting(records: &[Arc<Advisory>]) -> Vec<Arc<Advisory>> {
    let mut best: BTreeMap<(&'static str, Option<&'static str>), (usize, Entry<'_>)> = BTreeMap::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (at, record) in records.iter().enumerate() {
        let Some(feed) = FEEDS.into_iter().find(|feed| feed.name() == record.feed) else { continue };
        for value in elements(record.fields.get("cvss")) {
            let entry = Entry::of(value, None, Some(feed));
            let mut remarks = Vec::new();
            check(&entry, "", &mut remarks);
            if !remarks.is_empty() {
                told.insert(at);
            }
            let key = (feed.name(), entry.version);
            if best.get(&key).is_none_or(|(_, other)| entry.counts_before(other)) {
                best.insert(key, (at, entry));
            }
        }
    }
    told.extend(best.into_values().map(|(at, _)| at));
    told.into_iter().filter_map(|at| records.get(at)).cloned().collect()
}

/// Gathers the entries of the finding and of the records: for each version the finding's own, or else that of the first feed that has one. A bare
/// score of the finding gives way to a vector of its version, one without a version to any, which is told where the vector has another score. What
/// cannot be read of the finding's own stays, and stays unknown: nobody else says what was meant.
pub(super) fn gather(finding: &mut Fields, name: &str, records: &[Arc<Advisory>], remarks: &mut Vec<Remark>) {
    let own = finding.get("cvss").cloned();
    let own: Vec<Entry<'_>> = elements(own.as_ref()).iter().map(|value| Entry::of(value, None, None)).collect();
    own.iter().for_each(|entry| _ = check(entry, name, remarks));
    let feeds = told(name, records, remarks);
    if feeds.is_empty() {
        return;
    }
    let mut by_version: BTreeMap<Option<&'static str>, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in own {
        by_version.entry(entry.version).or_default().push(entry);
    }
    let any_vector = by_version.values().flatten().chain(feeds.values()).any(|entry| entry.vector.is_some());
    let mut bare: Vec<Entry<'_>> = Vec::new();
    for (version, entries) in &mut by_version {
        let gives_way = match version {
            Some(_) => feeds.get(version).is_some_and(|told| told.vector.is_some()),
            None => any_vector,
        };
        // Two scores that differ are unknown, whatever others say.
        let score = entries.first().and_then(|entry| entry.score);
        if gives_way && entries.iter().all(|entry| entry.is_bare() && entry.score == score) {
            bare.append(entries);
        }
    }
    for (version, entry) in feeds {
        let kept = by_version.entry(version).or_default();
        if kept.is_empty() && (version.is_some() || !any_vector) {
            kept.push(entry);
        }
    }
    let kept: Vec<Entry<'_>> = by_version.into_values().rev().flatten().collect();
    bare.iter().for_each(|entry| replaced(entry, &kept, name, remarks));
    finding.insert("cvss".to_owned(), Value::Array(kept.iter().map(Entry::kept).collect()));
}

/// What the feeds have, of each version that of the first feed.
fn told<'r>(
    name: &str,
    records: &'r [Arc<Advisory>],
    remarks: &mut Vec<Remark>,
) -> BTreeMap<Option<&'static str>, Entry<'r>> {
    let mut told: BTreeMap<Option<&'static str>, Entry<'_>> = BTreeMap::new();
    for feed in FEEDS {
        for record in records.iter().filter(|record| record.feed == feed.name()) {
            for value in elements(record.fields.get("cvss")) {
                let mut entry = Entry::of(value, Some(&record.origin), Some(feed));
                entry.is_contradicted = check(&entry, name, remarks);
                if told.get(&entry.version).is_none_or(|other| entry.counts_before(other)) {
                    told.insert(entry.version, entry);
                }
            }
        }
    }
    told
}

/// Remarks that a score of the finding gives way to a vector that has another one.
fn replaced(bare: &Entry<'_>, kept: &[Entry<'_>], name: &str, remarks: &mut Vec<Remark>) {
    let Some(score) = bare.score else { return };
    let vectors = || kept.iter().filter(|entry| bare.version.is_none() || entry.version == bare.version);
    let counts = vectors().find(|entry| entry.vector.is_some());
    if let Some((entry, vector)) = counts.and_then(|entry| Some((entry, entry.vector?)))
        && !vectors().any(|entry| entry.has(score))
    {
        remarks.push(Remark {
            name: "cvss_score_replaced",
            about: name.to_owned(),
            message: format!("the score of `{name}` is {score}, but that of `{vector}` is {}", vector.score()),
            origin: entry.origin.cloned(),
        });
    }
}

/// Leaves the first vector of each version, in the order in which a scanner names those that it goes by; a score alone stays only where its version
/// has no vector. A vector that cannot be read is one all the same, which leaves its version unknown.
pub fn first_of_each(finding: &mut Fields) {
    let Some(Value::Array(elements)) = finding.get("cvss") else { return };
    let mut kept: Vec<Entry<'_>> = Vec::new();
    for entry in elements.iter().map(|value| Entry::of(value, None, None)) {
        match kept.iter_mut().find(|other| other.version == entry.version) {
            Some(other) if other.is_bare() && entry.worth() > other.worth() => *other = entry,
            Some(_) => {}
            None => kept.push(entry),
        }
    }
    let kept: Vec<Value> = kept.into_iter().map(|entry| entry.value.clone()).collect();
    finding.insert("cvss".to_owned(), Value::Array(kept));
}

/// Remarks on a vector that cannot be read and on a score that its vector contradicts; whether that is so.
fn check(entry: &Entry<'_>, name: &str, remarks: &mut Vec<Remark>) -> bool {
    let Some(text) = entry.text else { return false };
    let mut remark = |kind, message| {
        remarks.push(Remark { name: kind, about: name.to_owned(), message, origin: entry.origin.cloned() });
    };
    let Some(vector) = entry.vector else {
        remark("cvss_malformed", format!("`{}` of `{name}` is no CVSS vector", shown(text)));
        return false;
    };
    let Some(score) = entry.score else { return false };
    let is_contradicted = !entry.has(score);
    if is_contradicted {
        let right = vector.score();
        remark(
            "cvss_score_contradicted",
            format!("the score of `{name}` is {score}, but that of `{vector}` is {right}"),
        );
    }
    is_contradicted
}

/// What a score beside a vector may be: feeds publish temporal and environmental scores as base scores, which is odd, but contradicts nothing.
fn scores(vector: &Vector) -> impl Iterator<Item = Tenths> {
    [Some(vector.base()), vector.temporal(), vector.environmental()].into_iter().flatten()
}

fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements,
        Some(one) => std::slice::from_ref(one),
    }
}
