//! CISA's SSVC values, which come in mixed case and under two spellings of their names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::{Place, kind, list, moment_text, object, shown, text};
use crate::sources::{Fields, Harvest};
use crate::time::{Instant, parse_instant};

/// The SSVC decisions of one record.
#[derive(Default)]
pub(super) struct Decisions(Vec<Decision>);

#[derive(Default)]
struct Decision {
    at: Option<Instant>,
    values: Fields,
    /// The fields that have a word beside them that cannot be read.
    unread: BTreeSet<&'static str>,
}

impl Decisions {
    /// Reads the options of a decision, a list of objects with one key each, into `exploitation`, `automatable` and `technical_impact`.
    /// A word that the vocabulary does not have is refused.
    pub(super) fn take(&mut self, content: &Map<String, Value>, place: &Place, harvest: &mut Harvest) {
        let mut decision = Decision::default();
        for (index, option) in list(content, "options", place, harvest).iter().enumerate() {
            let place = place.key("options").index(index);
            let Some(option) = object(option, &place, harvest) else { continue };
            for (name, value) in option {
                let place = place.key(name);
                let Some(word) = value.as_str() else {
                    place.refuse(harvest, format!("`{}` is {}", shown(name), kind(value)), "a text");
                    decision.unread.extend(field(name));
                    continue;
                };
                one(name, word, &place, &mut decision, harvest);
            }
        }
        let at = text(content, "timestamp", place, harvest).and_then(moment_text);
        decision.at = at.and_then(|at| parse_instant(&at).ok());
        self.0.push(decision);
    }

    /// Writes what counts: the latest decision, and those of which nobody knows when they were made. One that is dated after the record's last change
    /// is of them. Of several words the most urgent counts, and beside one that cannot be read no other than that.
    pub(super) fn finish(mut self, modified: Option<&str>, fields: &mut Fields) {
        let modified = modified.and_then(|modified| parse_instant(modified).ok());
        for decision in &mut self.0 {
            decision.at = decision.at.filter(|at| modified.is_none_or(|modified| *at <= modified));
        }
        let latest = self.0.iter().filter_map(|decision| decision.at).max();
        let mut counts = Decision::default();
        for decision in self.0.into_iter().filter(|decision| decision.at.is_none() || decision.at == latest) {
            for (field, value) in decision.values {
                enter(&mut counts.values, &field, value);
            }
            counts.unread.extend(decision.unread);
        }
        counts.values.retain(|field, value| !counts.unread.contains(field.as_str()) || urgency(value) == MOST);
        fields.extend(counts.values);
    }
}

/// Puts a value unless there is a more urgent one.
fn enter(values: &mut Fields, field: &str, value: Value) {
    if values.get(field).is_none_or(|other| urgency(&value) > urgency(other)) {
        values.insert(field.to_owned(), value);
    }
}

/// The urgency of what nothing is more urgent than.
const MOST: u8 = 2;

fn urgency(value: &Value) -> u8 {
    match value {
        Value::Bool(true) => MOST,
        Value::String(word) if word == "active" || word == "total" => MOST,
        Value::String(word) if word == "poc" => 1,
        _ => 0,
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// The field of a decision point; others are not part of the vocabulary.
fn field(name: &str) -> Option<&'static str> {
    match plain(name).as_str() {
        "exploitation" => Some("exploitation"),
        "automatable" => Some("automatable"),
        "technicalimpact" => Some("technical_impact"),
        _ => None,
    }
}

fn one(name: &str, word: &str, place: &Place, decision: &mut Decision, harvest: &mut Harvest) {
    let Some(field) = field(name) else { return };
    let value = plain(word);
    let (read, expected) = match field {
        "exploitation" => {
            let read = match value.as_str() {
                "none" => Some(Value::from("none")),
                "poc" | "publicpoc" => Some(Value::from("poc")),
                "active" => Some(Value::from("active")),
                _ => None,
            };
            (read, "none, poc or active")
        }
        "automatable" => {
            let read = match value.as_str() {
                "yes" => Some(Value::Bool(true)),
                "no" => Some(Value::Bool(false)),
                _ => None,
            };
            (read, "yes or no")
        }
        _ => {
            let read = match value.as_str() {
                "partial" => Some(Value::from("partial")),
                "total" => Some(Value::from("total")),
                _ => None,
            };
            (read, "partial or total")
        }
    };
    match read {
        Some(read) => enter(&mut decision.values, field, read),
        None => {
            place.refuse(harvest, format!("`{}` is no value of `{field}`", shown(word)), expected);
            decision.unread.insert(field);
        }
    }
}
