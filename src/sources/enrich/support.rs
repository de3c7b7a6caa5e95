//! The end of support of operating systems and of software, from a table of products.

use serde_json::Value;

use crate::sources::Fields;
use crate::sources::feeds::eol::{Product, of_identifier, of_name};

/// Adds to an asset the end of support of its operating system and of each piece of its software, where it has none yet and the table says one.
pub fn asset(products: &[Product], asset: &mut Fields) {
    if let Some(Value::Object(os)) = asset.get_mut("os") {
        operating_system(products, os);
    }
    if let Some(Value::Array(software)) = asset.get_mut("software") {
        for element in software.iter_mut().filter_map(Value::as_object_mut) {
            self::software(products, element);
        }
    }
}

/// The same for the record `os` alone: by its `name` with its `version`, or where it has no name by its `family`. A name that the table does not have
/// is another product than its family's: rebuilds and derivatives have ends of their own.
pub fn operating_system(products: &[Product], os: &mut Fields) {
    if os.get("eol").is_some_and(|eol| !eol.is_null()) {
        return;
    }
    let text = |key: &str| os.get(key).and_then(Value::as_str);
    let Some(version) = text("version") else { return };
    let found = match text("name").or_else(|| text("family")) {
        Some(name) => of_name(products, name, version).or_else(|| of_name(products, without_kind(name)?, version)),
        None => None,
    };
    if let Some(eol) = found {
        os.insert("eol".to_owned(), eol);
    }
}

/// The name of a distribution without the words for what it is: `CentOS Linux`, `Debian GNU/Linux`, `Oracle Linux Server`.
fn without_kind(name: &str) -> Option<&str> {
    [" GNU/Linux", " Linux", " Server"].iter().find_map(|kind| name.trim().strip_suffix(kind))
}

/// The same for an element of `software`: by its package URL, its CPE name, or its name, with its version.
pub fn software(products: &[Product], software: &mut Fields) {
    if software.get("eol").is_some_and(|eol| !eol.is_null()) {
        return;
    }
    let text = |key: &str| software.get(key).and_then(Value::as_str);
    let Some(version) = text("version") else { return };
    let identified = ["purl", "cpe"].into_iter().filter_map(text);
    let found = identified
        .filter_map(|identifier| of_identifier(products, identifier, version))
        .next()
        // A name says less than an identifier: where there is one that the table does not have, it is another product.
        .or_else(|| match (text("purl"), text("cpe"), text("name")) {
            (None, None, Some(name)) => of_name(products, name, version),
            _ => None,
        });
    if let Some(eol) = found {
        software.insert("eol".to_owned(), eol);
    }
}
