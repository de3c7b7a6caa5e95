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
    /// Its vector has another score.
    is_contradicted: bool,
}

impl<'v> Entry<'v> {
    fn of(value: &'v Value, origin: Option<&'v Origin>, feed: Option<Kind>) -> Entry<'v> {
        let (text, score, stated) = match value {
            Value::String(text) => (Some(text.as_str()), None, None),
            Value::Number(_) => (None, Some(value), None),
            other => {
                let get = |a: &str, b: &str| other.get(a).or_else(|| other.get(b));
                let text = get("vector", "vectorString").and_then(Value::as_str);
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
            is_contradicted: false,
        }
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

/// Gathers the entries of the finding and of the records: for each version the scanner's vector, or else that of the first feed that has one. A bare
/// score without a version stays only where there is nothing else.
pub(super) fn gather(finding: &mut Fields, name: &str, records: &[Arc<Advisory>], remarks: &mut Vec<Remark>) {
    let own = finding.get("cvss").cloned();
    let mut entries: Vec<Entry<'_>> = elements(own.as_ref()).iter().map(|value| Entry::of(value, None, None)).collect();
    let scanner = entries.len();
    for feed in FEEDS {
        for record in records.iter().filter(|record| record.feed == feed.name()) {
            let told = elements(record.fields.get("cvss")).iter();
            entries.extend(told.map(|value| Entry::of(value, Some(&record.origin), Some(feed))));
        }
    }
    let mut by_version: BTreeMap<Option<&'static str>, Vec<Entry<'_>>> = BTreeMap::new();
    let some = entries.len() > scanner;
    for mut entry in entries {
        entry.is_contradicted = check(&entry, name, remarks);
        let kept = by_version.entry(entry.version).or_default();
        match kept.first() {
            Some(other) if entry.counts_before(other) => *kept = vec![entry],
            // The elements of a list have no order: of two that the finding has itself, none is the first.
            Some(other) if entry.feed.is_none() && entry.worth() == other.worth() => kept.push(entry),
            Some(_) => {}
            None => kept.push(entry),
        }
    }
    if !some {
        return;
    }
    let any_vector = by_version.values().flatten().any(|entry| entry.vector.is_some());
    let kept = by_version.into_values().rev().flatten().filter(|entry| entry.version.is_some() || !any_vector);
    finding.insert("cvss".to_owned(), Value::Array(kept.map(|entry| entry.kept()).collect()));
}

/// Leaves the first vector of each version, in the order in which a scanner names those that it goes by; a score alone stays only where its version
/// has no vector.
pub fn first_of_each(finding: &mut Fields) {
    let Some(Value::Array(elements)) = finding.get("cvss") else { return };
    let mut kept: Vec<Entry<'_>> = Vec::new();
    for entry in elements.iter().map(|value| Entry::of(value, None, None)) {
        match kept.iter_mut().find(|other| other.version == entry.version) {
            Some(other) if entry.counts_before(other) => *other = entry,
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
    // Feeds publish temporal and environmental scores as base scores: those are odd, but not contradicted.
    let all = [Some(vector.base()), vector.temporal(), vector.environmental()];
    let is_contradicted = !all.into_iter().flatten().any(|right| right == score);
    if is_contradicted {
        let right = vector.score();
        remark(
            "cvss_score_contradicted",
            format!("the score of `{name}` is {score}, but that of `{vector}` is {right}"),
        );
    }
    is_contradicted
}

fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements,
        Some(one) => std::slice::from_ref(one),
    }
}
