//! CSAF 2: security advisories and VEX.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::remedy::{Remedy, remedies};
use super::tree::{Names, Tree};
use super::{Statement, add, silences};
use crate::sources::feeds::cve::severity;
use crate::sources::feeds::document::{Place, list, moment, object, put, records, shown, text, texts};
use crate::sources::feeds::metric::Metrics;
use crate::sources::feeds::{Kind, vulnerability_id};
use crate::sources::{Advisory, Edition, Fields, Harvest, Status};

/// The lists of `product_status`, and what they say; `recommended` says nothing about the vulnerability.
const STATUSES: [(&str, Status); 8] = [
    ("known_not_affected", Status::NotAffected),
    ("fixed", Status::Fixed),
    ("first_fixed", Status::Fixed),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("under_investigation", Status::UnderInvestigation),
    ("unknown", Status::UnderInvestigation),
];

/// Reads documents of CSAF 2.0 and 2.1: for each vulnerability an advisory with its scores, and for each status of it the products.
///
/// A product that is a component of another is said of that component within the other, not elsewhere. A flag justifies the products that it names;
/// a threat of category `impact` those that it names or, naming none, all, unless it is only a rating such as `Important`, which is read as
/// the vendor's. A fix or a workaround is told of the products that it is for.
pub fn read(file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    let mut edition = Edition { feed: Kind::Csaf.name(), ..Edition::default() };
    let dropped = records(file, bytes, harvest, |value, place, harvest| {
        let Some(document) = object(&value, &place, harvest) else {
            edition.dropped += 1;
            return;
        };
        one_document(document, &place, &mut edition, harvest);
    });
    edition.dropped += dropped;
    harvest.editions.push(edition);
}

/// What holds for all of a document.
struct About {
    tree: Tree,
    id: Option<String>,
    at: Option<String>,
    withdrawn: bool,
    /// It is published, or does not say that it is not.
    is_issued: bool,
}

fn one_document(document: &Map<String, Value>, place: &Place, edition: &mut Edition, harvest: &mut Harvest) {
    let empty = Map::new();
    let head = document.get("document").and_then(Value::as_object).unwrap_or(&empty);
    let tracking = head.get("tracking").and_then(Value::as_object).unwrap_or(&empty);
    let tracked = place.key("document").key("tracking");
    let at = moment(tracking, "current_release_date", &tracked, harvest);
    edition.made = at.clone();
    edition.version = text(tracking, "version", &tracked, harvest).map(str::to_owned);
    let tree = match document.get("product_tree").and_then(Value::as_object) {
        Some(tree) => Tree::read(tree, &place.key("product_tree"), harvest),
        None => Tree::default(),
    };
    let about = About {
        tree,
        id: text(tracking, "id", &tracked, harvest).map(str::to_owned),
        at,
        withdrawn: text(head, "category", &place.key("document"), harvest) == Some("csaf_withdrawn"),
        is_issued: match text(tracking, "status", &tracked, harvest) {
            Some("final" | "interim") => true,
            None => tracking.get("status").is_none_or(Value::is_null),
            Some(_) => false,
        },
    };
    for (index, vulnerability) in list(document, "vulnerabilities", place, harvest).iter().enumerate() {
        let place = place.key("vulnerabilities").index(index);
        let read = object(vulnerability, &place, harvest)
            .is_some_and(|vulnerability| one(vulnerability, &about, &place, harvest));
        if read {
            edition.read += 1;
        } else {
            edition.dropped += 1;
        }
    }
}

fn one(vulnerability: &Map<String, Value>, about: &About, place: &Place, harvest: &mut Harvest) -> bool {
    let mut ids: Vec<String> = text(vulnerability, "cve", place, harvest).map(vulnerability_id).into_iter().collect();
    let others: Vec<String> = list(vulnerability, "ids", place, harvest)
        .iter()
        .filter_map(|id| id.get("text").and_then(Value::as_str))
        .map(vulnerability_id)
        .collect();
    // A tracker's number is no identifier that a scanner reports, except where there is no other.
    if ids.is_empty() {
        ids = others;
    }
    let Some(id) = ids.first().cloned() else {
        place.refuse(harvest, "the vulnerability has no identifier", "`cve` or `ids`");
        return false;
    };
    let threats = threats(vulnerability, about, place, harvest);
    let mut fields = Fields::new();
    put(&mut fields, "published", moment(vulnerability, "release_date", place, harvest));
    put(&mut fields, "cvss", scores(vulnerability, place, harvest));
    put(&mut fields, "vendor_severity", threats.rating);
    if !fields.is_empty() {
        harvest.advisories.push(Advisory {
            feed: Kind::Csaf.name(),
            id,
            aliases: Vec::new(),
            upstream: Vec::new(),
            fields,
            affected: None,
            withdrawn: about.withdrawn,
            modified: None,
            origin: place.origin(),
        });
    }
    if about.withdrawn {
        return true;
    }
    let reasons = reasons(vulnerability, about, threats, place, harvest);
    let remedies = remedies(vulnerability, &about.tree, place, harvest);
    statements(vulnerability, about, &ids, &reasons, &remedies, place, harvest)
}

/// Why products are not affected, by product, and for all.
struct Reasons {
    of: BTreeMap<String, String>,
    all: Option<String>,
}

/// What the threats say.
struct Threats {
    of: BTreeMap<String, String>,
    all: Option<String>,
    rating: Option<&'static str>,
}

fn threats(vulnerability: &Map<String, Value>, about: &About, place: &Place, harvest: &mut Harvest) -> Threats {
    let mut read = Threats { of: BTreeMap::new(), all: None, rating: None };
    for (index, threat) in list(vulnerability, "threats", place, harvest).iter().enumerate() {
        let place = place.key("threats").index(index);
        let Some(threat) = object(threat, &place, harvest) else { continue };
        if text(threat, "category", &place, harvest) != Some("impact") {
            continue;
        }
        let Some(details) = text(threat, "details", &place, harvest) else { continue };
        let products = about.tree.named_by(threat, &place, harvest);
        if let Some(rating) = severity(details) {
            if products.is_none() {
                read.rating = read.rating.or(Some(rating));
            }
            continue;
        }
        match products {
            None => read.all = read.all.or_else(|| Some(details.to_owned())),
            Some(products) => read.of.extend(products.into_iter().map(|product| (product, details.to_owned()))),
        }
    }
    read
}

fn reasons(
    vulnerability: &Map<String, Value>,
    about: &About,
    threats: Threats,
    place: &Place,
    harvest: &mut Harvest,
) -> Reasons {
    let mut of = threats.of;
    for (index, flag) in list(vulnerability, "flags", place, harvest).iter().enumerate() {
        let place = place.key("flags").index(index);
        let Some(flag) = object(flag, &place, harvest) else { continue };
        let Some(label) = text(flag, "label", &place, harvest) else { continue };
        // The flag's own word stands before prose.
        let products = about.tree.named_by(flag, &place, harvest).unwrap_or_default();
        of.extend(products.into_iter().map(|product| (product, label.to_owned())));
    }
    Reasons { of, all: threats.all }
}

/// What products have in common that are said in one statement: what they are part of, the reason, and what else is told.
type Alike = (Vec<String>, Option<String>, String);

fn statements(
    vulnerability: &Map<String, Value>,
    about: &About,
    ids: &[String],
    reasons: &Reasons,
    remedies: &BTreeMap<Option<String>, Remedy>,
    place: &Place,
    harvest: &mut Harvest,
) -> bool {
    let Some(standing) = vulnerability.get("product_status").and_then(Value::as_object) else { return true };
    let place = place.key("product_status");
    let mut right = true;
    let known = |list: &str| list == "recommended" || STATUSES.iter().any(|(name, _)| *name == list);
    let others = standing.keys().map(String::as_str).filter(|list| !known(list));
    for (list, status) in STATUSES.into_iter().chain(others.map(|list| (list, Status::UnderInvestigation))) {
        let place = place.key(list);
        if !known(list) {
            right = false;
            place.refuse(harvest, format!("`{}` is no status of products", shown(list)), "`known_affected` and so on");
        }
        let mut is_open = false;
        let mut groups: BTreeMap<Alike, (Fields, BTreeSet<String>)> = BTreeMap::new();
        let mut without = 0_u64;
        for product in texts(standing, list, &place, harvest) {
            let Some(Names { products, within }) = about.tree.names(&product, silences(status)) else {
                (right, is_open) = (false, true);
                place.refuse(harvest, about.tree.lacks(&product), "");
                continue;
            };
            let reason = reasons.of.get(&product).or(reasons.all.as_ref()).cloned();
            let reason = reason.filter(|_| status == Status::NotAffected);
            if status == Status::NotAffected && reason.is_none() {
                without += 1;
                continue;
            }
            let mut remedy = remedies.get(&None).cloned().unwrap_or_default();
            if let Some(own) = remedies.get(&Some(product)) {
                remedy.add(own);
            }
            let fields = match status {
                Status::NotAffected => Fields::new(),
                Status::Affected | Status::Fixed | Status::UnderInvestigation => remedy.fields(about.id.as_deref()),
            };
            let told = Value::Object(fields.clone()).to_string();
            let group = groups.entry((within, reason, told)).or_insert_with(|| (fields, BTreeSet::new()));
            group.1.extend(products);
        }
        if without > 0 {
            right = false;
            let id = ids.first().map_or("the vulnerability", String::as_str);
            let message = format!("{id} is said not to affect {without} products, without a reason");
            place.refuse(harvest, message, "a flag or a threat of category `impact` for each");
        }
        if silences(status) && !about.is_issued && !groups.is_empty() {
            right = false;
            let id = ids.first().map_or("the vulnerability", String::as_str);
            let message = format!("the document is no issued one: what it says of {id} takes nothing away");
            place.refuse(harvest, message, "`final` or `interim` as the status of its tracking");
            continue;
        }
        if is_open && !silences(status) {
            // It may be about any product.
            groups.entry((Vec::new(), None, String::new())).or_default();
        }
        for ((within, justification, _), (fields, products)) in groups {
            let products = products.into_iter().collect();
            let at = about.at.clone();
            right &= add(Statement { ids, products, within, status, justification, at, fields }, &place, harvest);
        }
    }
    right
}

fn scores(vulnerability: &Map<String, Value>, place: &Place, harvest: &mut Harvest) -> Option<Value> {
    let mut metrics = Metrics::default();
    // `scores` in 2.0; in 2.1 `metrics`, with the scores in `content`.
    for (index, score) in list(vulnerability, "scores", place, harvest).iter().enumerate() {
        each_version(score, &place.key("scores").index(index), &mut metrics, harvest);
    }
    for (index, metric) in list(vulnerability, "metrics", place, harvest).iter().enumerate() {
        let place = place.key("metrics").index(index).key("content");
        if let Some(content) = metric.get("content") {
            each_version(content, &place, &mut metrics, harvest);
        }
    }
    metrics.finish()
}

fn each_version(score: &Value, place: &Place, metrics: &mut Metrics, harvest: &mut Harvest) {
    for version in ["cvss_v4", "cvss_v3", "cvss_v2"] {
        if let Some(data) = score.get(version).and_then(Value::as_object) {
            metrics.take(data, 0, &place.key(version), harvest);
        }
    }
}
