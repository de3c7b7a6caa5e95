//! OpenVEX.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::narrow::agreed;
use super::{Statement, add, first_time, latest, silences};
use crate::sources::feeds::document::{Place, kind, list, moment, object, put, records, shown, text, texts};
use crate::sources::feeds::{Kind, vulnerability_id};
use crate::sources::{Edition, Fields, Harvest, Status};

/// Reads OpenVEX documents, from before version 0.2.0 as well, where products and vulnerabilities are plain texts.
///
/// Statements keep their order; one without a time has its document's. A product with subcomponents is what contains them, and the statement is
/// about them.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::OpenVex.name(), ..Edition::default() };
    let dropped = records(file, bytes, harvest, |value, place, harvest| {
        let Some(document) = object(&value, &place, harvest) else {
            edition.dropped += 1;
            return;
        };
        let made = moment(document, "last_updated", &place, harvest);
        let stamp = moment(document, "timestamp", &place, harvest);
        edition.made = made.or_else(|| stamp.clone());
        edition.version = document.get("version").map(|version| match version {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        if !document.get("statements").is_some_and(Value::is_array) {
            place.key("statements").refuse(harvest, "the document has no statements", "a list");
            edition.dropped += 1;
        }
        for (index, statement) in list(document, "statements", &place, harvest).iter().enumerate() {
            let place = place.key("statements").index(index);
            let before = harvest.assertions.len();
            let read = object(statement, &place, harvest)
                .is_some_and(|statement| one(statement, document, stamp.as_deref(), &place, harvest));
            let said = harvest.assertions.iter().skip(before);
            said.for_each(|assertion| latest(&mut edition.made, assertion.at.as_ref()));
            if read {
                edition.read += 1;
            } else {
                edition.dropped += 1;
            }
        }
    });
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

fn one(
    statement: &Map<String, Value>,
    document: &Map<String, Value>,
    stamp: Option<&str>,
    place: &Place,
    harvest: &mut Harvest,
) -> bool {
    let ids = ids(statement, place, harvest);
    if ids.is_empty() {
        place.key("vulnerability").refuse(harvest, "the statement names no vulnerability", "`name`");
        return false;
    }
    let word = text(statement, "status", place, harvest).unwrap_or_default();
    let mut added = true;
    let status = match word {
        "not_affected" => Status::NotAffected,
        "affected" => Status::Affected,
        "fixed" => Status::Fixed,
        "under_investigation" => Status::UnderInvestigation,
        other => {
            let expected = "not_affected, affected, fixed or under_investigation";
            place.key("status").refuse(harvest, format!("`{}` is no status", shown(other)), expected);
            added = false;
            Status::UnderInvestigation
        }
    };
    let justification = text(statement, "justification", place, harvest)
        .or_else(|| text(statement, "impact_statement", place, harvest))
        .map(str::to_owned);
    let own = first_time(&[(statement, "last_updated", place), (statement, "timestamp", place)], harvest);
    let at = own.unwrap_or_else(|| stamp.map(str::to_owned));
    let mut fields = Fields::new();
    put(&mut fields, "mitigation_at", action_time(statement, place, harvest));
    // Documents wrapped around one product may name it once, for all their statements.
    let (products, named_at) = match (list(statement, "products", place, harvest), document.get("product")) {
        ([], Some(product)) => (std::slice::from_ref(product), place.clone()),
        (products, _) => (products, place.key("products")),
    };
    if products.is_empty() {
        place.key("products").refuse(harvest, "the statement names no product", "`@id`");
        added = false;
    }
    let mut whole = Vec::new();
    // It may be about any product.
    let mut is_open = products.is_empty();
    for (index, product) in products.iter().enumerate() {
        let place = named_at.index(index);
        let names = names(product, status, &place, harvest);
        if names.is_empty() {
            place.refuse(harvest, "the product has no identifier", "`@id`");
            (added, is_open) = (false, true);
            continue;
        }
        let parts: Vec<&Value> = product
            .as_object()
            .map(|product| list(product, "subcomponents", &place, harvest).iter().collect())
            .unwrap_or_default();
        if parts.is_empty() {
            whole.extend(names);
            continue;
        }
        let mut components = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            components.extend(self::names(part, status, &place.key("subcomponents").index(index), harvest));
        }
        // Without a readable component the statement would be about the whole product: more than was said.
        if components.is_empty() {
            (added, is_open) = (false, true);
            continue;
        }
        let (justification, at, fields) = (justification.clone(), at.clone(), fields.clone());
        let part = Statement { ids: &ids, products: components, within: names, status, justification, at, fields };
        added &= add(part, &place, harvest);
        if !added {
            return false;
        }
    }
    if is_open && !silences(status) {
        whole.clear();
    } else if whole.is_empty() {
        return added;
    }
    add(Statement { ids: &ids, products: whole, within: Vec::new(), status, justification, at, fields }, place, harvest)
        && added
}

fn action_time(statement: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<String> {
    text(statement, "action_statement", place, harvest)?;
    moment(statement, "action_statement_timestamp", place, harvest)
}

fn ids(statement: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Vec<String> {
    let place = place.key("vulnerability");
    match statement.get("vulnerability") {
        Some(Value::String(name)) if !name.trim().is_empty() => vec![vulnerability_id(name)],
        Some(Value::Object(vulnerability)) => {
            let mut ids = Vec::new();
            ids.extend(text(vulnerability, "name", &place, harvest).map(vulnerability_id));
            ids.extend(texts(vulnerability, "aliases", &place, harvest).iter().map(|alias| vulnerability_id(alias)));
            ids
        }
        _ => Vec::new(),
    }
}

/// A product's identifiers: its `@id` and those under `identifiers`.
fn names(product: &Value, status: Status, place: &Place, harvest: &mut Harvest) -> Vec<String> {
    let mut names = Vec::new();
    match product {
        Value::String(name) if !name.trim().is_empty() => names.push(name.trim().to_owned()),
        Value::Object(product) => {
            names.extend(text(product, "@id", place, harvest).map(str::to_owned));
            if let Some(Value::Object(identifiers)) = product.get("identifiers") {
                for value in identifiers.values().filter_map(Value::as_str) {
                    if !names.iter().any(|name| name == value) {
                        names.push(value.to_owned());
                    }
                }
            }
        }
        other => place.refuse(harvest, format!("{} is no product", kind(other)), "an object with `@id`"),
    }
    if silences(status) { agreed(names) } else { names }
}
