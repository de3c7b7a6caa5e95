//! CVSS metrics of feeds: of several for one version, the one that counts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{Place, kind};
use crate::cvss::{Tenths, Version, parse};
use crate::sources::Harvest;

/// The metrics of one record, one for each version of CVSS.
///
/// The lowest rank counts; of equals one that cannot be read, as nobody knows how high it is; of equals the highest score; of equals the greater text.
/// Two different vectors of one version in the facts would make that version unknown, and feeds have several for most records.
#[derive(Default)]
pub(in crate::sources) struct Metrics(BTreeMap<&'static str, Metric>);

struct Metric {
    rank: u8,
    /// What counts of two of one rank: that it cannot be read, its score, its text.
    weight: (bool, Tenths, String),
    value: Value,
}

impl Metrics {
    /// Takes a metric as NVD and CVE records write it: `vectorString`, `baseScore`, `version`. One with neither vector nor score is refused.
    pub(in crate::sources) fn take(
        &mut self,
        data: &Map<String, Value>,
        rank: u8,
        place: &Place,
        harvest: &mut Harvest,
    ) {
        let vector = data.get("vectorString").and_then(Value::as_str);
        let score = data.get("baseScore").filter(|score| score.is_number());
        let stated = data.get("version").and_then(Value::as_str);
        if vector.is_none() && score.is_none() {
            place.refuse(harvest, "the metric has neither a vector nor a score", "`vectorString`");
            return;
        }
        self.add(vector, score, stated, rank, place, harvest);
    }

    /// Takes a vector that stands alone; `stated` is the version that the feed says it has.
    pub(in crate::sources) fn vector(
        &mut self,
        value: Option<&Value>,
        stated: Option<&str>,
        rank: u8,
        place: &Place,
        harvest: &mut Harvest,
    ) {
        match value {
            Some(Value::String(text)) => self.add(Some(text), None, stated, rank, place, harvest),
            Some(other) => place.refuse(harvest, format!("{} is no vector", kind(other)), "a CVSS vector"),
            None => place.refuse(harvest, "the severity has no vector", "a CVSS vector"),
        }
    }

    fn add(
        &mut self,
        vector: Option<&str>,
        score: Option<&Value>,
        stated: Option<&str>,
        rank: u8,
        place: &Place,
        harvest: &mut Harvest,
    ) {
        let read = vector.and_then(|text| parse(text).ok());
        let stated = stated.and_then(|number| {
            Version::from_number(number).or_else(|| Version::from_number(&format!("{number}.0"))).map(Version::as_str)
        });
        let meant = vector.and_then(prefix).or(stated);
        let Some(version) = read.map(|vector| vector.version().as_str()).or(meant) else {
            place.refuse(harvest, "the metric is of no version of CVSS that there is", "2.0, 3.0, 3.1 or 4.0");
            return;
        };
        let malformed = vector.is_some() && read.is_none();
        let given = score.and_then(|score| Tenths::from_decimal(&score.to_string()));
        let counts = read.map(|vector| vector.score()).or(given).unwrap_or(Tenths::ZERO);
        let value = match (vector, score) {
            (Some(vector), None) => Value::from(vector),
            (vector, score) => {
                let mut entry = Map::new();
                if let Some(vector) = vector {
                    entry.insert("vector".to_owned(), Value::from(vector));
                } else {
                    entry.insert("version".to_owned(), Value::from(version));
                }
                if let Some(score) = score {
                    entry.insert("score".to_owned(), score.clone());
                }
                Value::Object(entry)
            }
        };
        let weight = (malformed, counts, value.to_string());
        let is_better = |other: &Metric| rank < other.rank || (rank == other.rank && weight > other.weight);
        if self.0.get(version).is_none_or(is_better) {
            self.0.insert(version, Metric { rank, weight, value });
        }
    }

    /// The value of `cvss`, newest version first; `None` where there is no metric.
    pub(in crate::sources) fn finish(self) -> Option<Value> {
        let values: Vec<Value> = self.0.into_values().rev().map(|metric| metric.value).collect();
        (!values.is_empty()).then_some(Value::Array(values))
    }
}

/// The version that a vector names, right or wrong.
fn prefix(text: &str) -> Option<&'static str> {
    let number = text.split('/').next()?.strip_prefix("CVSS:")?;
    Version::from_number(number).map(Version::as_str)
}
