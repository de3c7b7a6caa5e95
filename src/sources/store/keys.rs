//! Under which keys a record is found.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Record;
use crate::software::configuration::vulnerable_products;
use crate::software::ecosystem::{Ecosystem, Package};
use crate::sources::feeds::Kind;
use crate::sources::feeds::osv::{Of, of_package};

/// The key of a package of an OSV ecosystem; what follows a colon in the ecosystem's name, a release of a distribution, is left out.
pub fn package_key(ecosystem: &str, name: &str) -> String {
    key_of(&Package::new(Ecosystem::from_osv(ecosystem), name, None))
}

/// The key of what does not say which package it is about.
pub fn any_package_key() -> String {
    "package * *".to_owned()
}

/// The same of a package, whose name is in the form in which its ecosystem compares names.
pub fn key_of(package: &Package) -> String {
    format!("package {} {}", package.ecosystem().name(), package.name())
}

/// The key of a vendor's product, as CPE names have them; `*` and `*` for what leaves either open.
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
    for element in affected.as_array().into_iter().flatten() {
        match of_package(element) {
            Of::Package(ecosystem, name) => keys.insert(package_key(ecosystem, name)),
            Of::Anything => keys.insert(any_package_key()),
            Of::Commits => false,
        };
    }
}

/// The products that the configurations call vulnerable.
fn products(configurations: &Value, keys: &mut BTreeSet<String>) {
    for (vendor, product) in vulnerable_products(configurations) {
        let open = vendor == "*" || product == "*";
        keys.insert(if open { cpe_key("*", "*") } else { cpe_key(&vendor, &product) });
    }
}
