//! CVSS facts: a vector, a score, both, or several of these for one finding.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::column::{Cell, State};
use super::json::Json;
use super::plan::FieldPlan;
use super::problem::Trouble;
use super::reader::Reader;
use super::table::{Cause, CvssEntry, CvssFact};
use crate::cvss::{Tenths, Vector, Version, parse};

impl Reader {
    /// Reads a CVSS fact: a vector's text, a score, `{"vector", "score", "version"}`, or a list of these in any order.
    pub(super) fn cvss(&mut self, field: &FieldPlan, json: &Json<'_>) -> Cell {
        if let Json::String(text) = json
            && let Some(number) = self.vectors.get(text.as_ref())
        {
            return Cell::Int(*number);
        }
        let mut entries: Vec<CvssEntry> = match json {
            Json::Array(elements) => elements.iter().map(|element| self.entry(field, element)).collect(),
            Json::Incomplete(elements) => {
                // What is cut off may be the vector that counts.
                let cut = CvssEntry { version: None, vector: None, malformed: true, score: None };
                elements.iter().map(|element| self.entry(field, element)).chain([cut]).collect()
            }
            other => vec![self.entry(field, other)],
        };
        entries.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        entries.dedup();
        if entries.is_empty() {
            return Cell::Without(State::Unknown(Cause::Missing));
        }
        if entries.iter().all(|entry| entry.malformed && entry.score.is_none()) {
            return Cell::Without(State::Unknown(Cause::Malformed));
        }
        let entries = self.one_of_each_version(field, json, entries);
        let number = self.pool.cvss(CvssFact { entries });
        if let Json::String(text) = json {
            self.vectors.insert(text.clone().into_owned(), number);
        }
        Cell::Int(number)
    }

    /// One entry; what is no vector and no score is a malformed one, with a warning.
    fn entry(&mut self, field: &FieldPlan, json: &Json<'_>) -> CvssEntry {
        let mut entry = CvssEntry { version: None, vector: None, malformed: false, score: None };
        match json {
            Json::String(text) => self.vector(field, json, text, &mut entry),
            Json::Number(text) => match Tenths::from_decimal(text) {
                Some(score) => entry.score = Some(score.tenths()),
                None => {
                    self.malformed(field, json, "a score has one digit after the point and is at most 10", &mut entry)
                }
            },
            Json::Object(_) => self.entry_of_object(field, json, &mut entry),
            _ => self.malformed(field, json, "expected a vector, a score, or both in a record", &mut entry),
        }
        entry
    }

    fn entry_of_object(&mut self, field: &FieldPlan, json: &Json<'_>, entry: &mut CvssEntry) {
        let vector = json.get("vector").or_else(|| json.get("vectorString"));
        let score = json.get("score").or_else(|| json.get("baseScore"));
        let stated = match json.get("version") {
            Some(Json::String(number) | Json::Number(number)) => version(number),
            _ => None,
        };
        match score {
            None | Some(Json::Null) => {}
            Some(Json::Number(text)) if Tenths::from_decimal(text).is_some() => {
                entry.score = Tenths::from_decimal(text).map(Tenths::tenths);
            }
            Some(_) => self.malformed(field, json, "a score has one digit after the point and is at most 10", entry),
        }
        let given = entry.score;
        match vector {
            Some(Json::String(text)) => self.vector(field, json, text, entry),
            None | Some(Json::Null) if given.is_some() => {}
            _ => self.malformed(field, json, "it has neither a vector nor a score", entry),
        }
        if entry.version.is_none() {
            entry.version = stated.map(Version::as_str);
        }
        let Some(read) = entry.vector.as_deref().and_then(|text| parse(text).ok()) else { return };
        // Of a vector that can be read, the score beside it says nothing new, and where it says something else it is wrong.
        entry.score = None;
        let other_version = stated.is_some_and(|stated| stated != read.version());
        if other_version || given.is_some_and(|given| !scores(&read).any(|score| score.tenths() == given)) {
            let words = || {
                let message =
                    format!("`{}` has a score or version that its vector contradicts: the vector counts", field.path);
                (message, None)
            };
            self.warn(&field.path, Trouble::CvssScore, words, json, || {
                Some(format!("the vector is of version {} and its score {}", read.version(), read.score()))
            });
        }
    }

    fn vector(&mut self, field: &FieldPlan, json: &Json<'_>, text: &str, entry: &mut CvssEntry) {
        match parse(text) {
            Ok(vector) => {
                entry.version = Some(vector.version().as_str());
                entry.vector = Some(Arc::from(vector.text()));
            }
            Err(error) => {
                entry.version = prefix(text);
                self.malformed(field, json, &error.to_string(), entry);
            }
        }
    }

    fn malformed(&mut self, field: &FieldPlan, json: &Json<'_>, why: &str, entry: &mut CvssEntry) {
        entry.malformed = true;
        let words = || (format!("`{}` is not a CVSS vector or score: it counts as unknown", field.path), None);
        self.warn(&field.path, Trouble::CvssVector, words, json, || Some(why.to_owned()));
    }

    /// Where two vectors of one version differ, neither counts.
    fn one_of_each_version(&mut self, field: &FieldPlan, json: &Json<'_>, entries: Vec<CvssEntry>) -> Vec<CvssEntry> {
        let mut by_version: BTreeMap<Option<&'static str>, CvssEntry> = BTreeMap::new();
        let mut differ = false;
        for entry in entries {
            let version = entry.version;
            match by_version.get_mut(&version) {
                None => {
                    by_version.insert(version, entry);
                }
                // A score of the same version beside a vector says nothing new.
                Some(other)
                    if !other.malformed && !entry.malformed && other.vector.is_some() != entry.vector.is_some() =>
                {
                    if other.vector.is_none() {
                        *other = entry;
                    }
                }
                Some(other) => {
                    differ |= !other.malformed && !entry.malformed;
                    *other = CvssEntry { version, vector: None, malformed: true, score: None };
                }
            }
        }
        if differ {
            let words = || {
                let message =
                    format!("`{}` has several vectors of one version that differ: that version is unknown", field.path);
                (message, None)
            };
            self.warn(&field.path, Trouble::CvssSeveral, words, json, || None);
        }
        by_version.into_values().collect()
    }
}

fn order(entry: &CvssEntry) -> (Option<&'static str>, bool, Option<&str>, Option<u8>) {
    (entry.version, entry.malformed, entry.vector.as_deref(), entry.score)
}

/// Every score that a feed may give beside a vector: feeds publish temporal and environmental ones as base scores.
fn scores(vector: &Vector) -> impl Iterator<Item = Tenths> {
    [Some(vector.base()), vector.temporal(), vector.environmental()].into_iter().flatten()
}

/// The version that a malformed vector was meant to have.
fn prefix(text: &str) -> Option<&'static str> {
    match text.split_once('/') {
        Some((head, _)) if head.starts_with("CVSS:") => version(head.strip_prefix("CVSS:")?).map(Version::as_str),
        Some((head, _)) if head.trim_start_matches('(').starts_with("AV:") => Some(Version::V2.as_str()),
        _ => None,
    }
}

/// The version of a number as feeds write it: `3.1`, `2`.
fn version(number: &str) -> Option<Version> {
    Version::from_number(number).or_else(|| Version::from_number(&format!("{number}.0")))
}
