//! Under which keys a record is found.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Record;
use crate::sources::feeds::Kind;
use crate::sources::feeds::document::decoded;

/// The key of a package of an OSV ecosystem; what follows a colon in the ecosystem's name, a release of a distribution, is left out.
pub fn package_key(ecosystem: &str, name: &str) -> String {
    let family = ecosystem.split(':').next().unwrap_or(ecosystem);
    format!("package {} {}", family.trim().to_lowercase(), name.trim().to_lowercase())
}

/// The key of a vendor's product, as CPE names have them.
pub fn cpe_key(vendor: &str, product: &str) -> String {
    format!("cpe {} {}", vendor.to_lowercase(), product.to_lowercase())
}

/// Every key of a record.
pub(super) fn of(record: &Record) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    match record {
        Record::Advisory(advisory) => {
            keys.insert(advisory.id.clone());
            keys.extend(advisory.aliases.iter().cloned());
            match &advisory.affected {
                Some(affected) if advisory.feed == Kind::Osv.name() => packages(affected, &mut keys),
                Some(configurations) if advisory.feed == Kind::Nvd.name() => products(configurations, &mut keys),
                _ => {}
            }
        }
        Record::Assertion(assertion) => keys.extend(assertion.ids.iter().cloned()),
        // Products are few and are read together.
        Record::Product(_) => {
            keys.insert(PRODUCTS.to_owned());
        }
    }
    keys
}

/// The key of all products.
pub(super) const PRODUCTS: &str = "products";

fn packages(affected: &Value, keys: &mut BTreeSet<String>) {
    for package in affected.as_array().into_iter().flatten().filter_map(|element| element.get("package")) {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        if let (Some(ecosystem), Some(name)) = (text("ecosystem"), text("name")) {
            keys.insert(package_key(ecosystem, name));
        }
    }
}

/// The products that the configurations name, whatever the depth of their nodes.
fn products(configurations: &Value, keys: &mut BTreeSet<String>) {
    let mut left = vec![configurations];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(elements) => left.extend(elements),
            Value::Object(record) => {
                left.extend(record.values().filter(|value| value.is_array() || value.is_object()));
                if let Some(criteria) = record.get("criteria").and_then(Value::as_str) {
                    keys.extend(product(criteria));
                }
            }
            _ => {}
        }
    }
}

fn product(name: &str) -> Option<String> {
    let name = decoded(name);
    let mut parts = name.strip_prefix("cpe:2.3:")?.split(':');
    let (_, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    Some(cpe_key(vendor, product))
}
