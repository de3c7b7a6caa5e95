//! CISA's SSVC values, which come in mixed case and under two spellings of their names.

use serde_json::{Map, Value};

use super::document::{Place, kind, list, moment_text, object, put, shown, text};
use crate::sources::{Fields, Harvest};

/// Reads the options of an SSVC decision, a list of objects with one key each, into `exploitation`, `automatable` and `technical_impact`.
/// A word that the vocabulary does not have is refused. Returns when the decision was made, in RFC 3339.
pub(super) fn options(
    content: &Map<String, Value>,
    place: &Place,
    fields: &mut Fields,
    harvest: &mut Harvest,
) -> Option<String> {
    for (index, option) in list(content, "options", place, harvest).iter().enumerate() {
        let place = place.key("options").index(index);
        let Some(option) = object(option, &place, harvest) else { continue };
        for (name, value) in option {
            let place = place.key(name);
            let Some(word) = value.as_str() else {
                place.refuse(harvest, format!("`{}` is {}", shown(name), kind(value)), "a text");
                continue;
            };
            one(name, word, &place, fields, harvest);
        }
    }
    text(content, "timestamp", place, harvest).and_then(moment_text)
}

fn one(name: &str, word: &str, place: &Place, fields: &mut Fields, harvest: &mut Harvest) {
    let plain = |text: &str| {
        text.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).map(|c| c.to_ascii_lowercase()).collect::<String>()
    };
    let value = plain(word);
    let (field, read, expected) = match plain(name).as_str() {
        "exploitation" => {
            let read = match value.as_str() {
                "none" => Some(Value::from("none")),
                "poc" | "publicpoc" => Some(Value::from("poc")),
                "active" => Some(Value::from("active")),
                _ => None,
            };
            ("exploitation", read, "none, poc or active")
        }
        "automatable" => {
            let read = match value.as_str() {
                "yes" => Some(Value::Bool(true)),
                "no" => Some(Value::Bool(false)),
                _ => None,
            };
            ("automatable", read, "yes or no")
        }
        "technicalimpact" => {
            let read = match value.as_str() {
                "partial" => Some(Value::from("partial")),
                "total" => Some(Value::from("total")),
                _ => None,
            };
            ("technical_impact", read, "partial or total")
        }
        // Other decision points are not part of the vocabulary.
        _ => return,
    };
    if read.is_none() {
        place.refuse(harvest, format!("`{}` is no value of `{field}`", shown(word)), expected);
    }
    put(fields, field, read);
}
