//! Whether the `configurations` of an NVD record (CVE API 2.0) speak of an asset.
//!
//! A configuration joins nodes, a node joins criteria: a CPE name with bounds for the version. Criteria with `vulnerable: false` are platforms, on
//! which the vulnerable software must run. The NVD writes `-` for the version of a platform where it means any; this is not taken for certain.

mod criterion;

use std::collections::BTreeMap;

use serde_json::Value;

use super::Affected;
use super::cpe::{Attribute, Cpe};
use super::ecosystem::Package;

/// What an asset has: a CPE name, and its version where the name does not say it.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its name.
    pub cpe: Cpe,
    /// Its version, as the inventory has it.
    pub version: Option<String>,
    /// It was built by a distribution, which mends faults without raising the version: a version within bounds proves nothing.
    pub distribution: bool,
}

impl Product {
    /// A product by its name.
    #[must_use]
    pub fn new(cpe: Cpe, version: Option<&str>) -> Self {
        Self { cpe, version: version.map(str::to_owned), distribution: false }
    }

    /// The same, with what a package URL tells of where it was built.
    #[must_use]
    pub fn built_as(mut self, packages: &[Package]) -> Self {
        self.distribution = packages.iter().any(|package| package.ecosystem().is_distribution());
        self
    }
}

/// What an asset has, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    products: Vec<Product>,
    complete: bool,
    /// They are its software: what it runs on is not among them.
    only_software: bool,
    /// By vendor, and then by product.
    named: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
    /// Those whose name does not say both.
    vague: Vec<usize>,
}

impl Asset {
    /// An asset with products, which are all that it has or not: what is not among all is not there.
    #[must_use]
    pub fn new(products: Vec<Product>, complete: bool) -> Self {
        let mut asset = Self { complete, ..Self::default() };
        for (place, product) in products.iter().enumerate() {
            let literal = |attribute| product.cpe.get(attribute).literal().map(str::to_owned);
            match (literal(Attribute::Vendor), literal(Attribute::Product)) {
                (Some(vendor), Some(name)) => {
                    asset.named.entry(vendor).or_default().entry(name).or_default().push(place);
                }
                _ => asset.vague.push(place),
            }
        }
        asset.products = products;
        asset
    }

    /// The same with a list of software, from which it does not follow which operating systems and hardware there are.
    #[must_use]
    pub fn of_software(products: Vec<Product>, complete: bool) -> Self {
        Self { only_software: true, ..Self::new(products, complete) }
    }

    /// Its products.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The products that may be of a vendor and may have a name, with their places; what is not said is not looked at.
    fn called(&self, vendor: Option<&str>, name: Option<&str>) -> impl Iterator<Item = (usize, &Product)> {
        let places: Vec<usize> = match (vendor, name) {
            (None, _) => (0..self.products.len()).collect(),
            (Some(vendor), name) => {
                let names = self.named.get(vendor).into_iter().flatten();
                let named = match name {
                    Some(name) => self
                        .named
                        .get(vendor)
                        .and_then(|names| names.get(name))
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>(),
                    None => names.flat_map(|(_, places)| places).collect(),
                };
                named.into_iter().chain(&self.vague).copied().collect()
            }
        };
        places.into_iter().filter_map(|place| Some((place, self.products.get(place)?)))
    }
}

/// What configurations say of an asset.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Whether the asset is affected.
    pub affected: Affected,
    /// The products that are vulnerable, certainly (yes) or perhaps (unknown), by their places.
    pub products: BTreeMap<usize, Affected>,
}

/// A truth, and the products by which it came about.
struct Found {
    holds: Affected,
    /// Whether a criterion that is vulnerable, not only a platform, holds.
    vulnerable: Affected,
    products: Vec<(usize, Affected)>,
}

/// Whether an asset is affected by what `configurations` describe: any of them.
#[must_use]
pub fn affected(configurations: &Value, asset: &Asset) -> Answer {
    let Some(list) = configurations.as_array() else {
        let why = "the record has no configurations".to_owned();
        return Answer { affected: Affected::Unknown(why), products: BTreeMap::new() };
    };
    let found = joined(list.iter().map(|one| configuration(one, asset)), false);
    let mut products: BTreeMap<usize, Affected> = BTreeMap::new();
    for (place, answer) in found.products.into_iter().filter(|(_, answer)| *answer != Affected::No) {
        let before = products.remove(&place).unwrap_or(Affected::No);
        products.insert(place, before.or(answer));
    }
    Answer { affected: found.holds.and(found.vulnerable), products }
}

fn configuration(configuration: &Value, asset: &Asset) -> Found {
    let Some(nodes) = configuration.get("nodes").and_then(Value::as_array) else {
        return unknown("a configuration has no nodes");
    };
    let Some(all) = is_and(configuration, false) else {
        return unknown("the operator of a configuration is not known");
    };
    negated(configuration, joined(nodes.iter().map(|one| node(one, asset)), all))
}

fn node(node: &Value, asset: &Asset) -> Found {
    if node.get("children").and_then(Value::as_array).is_some_and(|children| !children.is_empty()) {
        return unknown("a node has nodes within it, which this version of the feed does not have");
    }
    let Some(criteria) = node.get("cpeMatch").and_then(Value::as_array) else {
        return unknown("a node has no criteria");
    };
    let Some(all) = is_and(node, false) else { return unknown("the operator of a node is not known") };
    negated(node, joined(criteria.iter().map(|one| criterion(one, asset)), all))
}

fn criterion(criterion: &Value, asset: &Asset) -> Found {
    let Some(vulnerable) = criterion.get("vulnerable").and_then(Value::as_bool) else {
        return unknown("a criterion does not say whether it is vulnerable");
    };
    let (holds, products) = match criterion::Criterion::read(criterion) {
        Ok(criterion) => criterion.met_by(asset),
        Err(problem) => (Affected::Unknown(problem), Vec::new()),
    };
    match vulnerable {
        true => Found { vulnerable: holds.clone(), holds, products },
        false => Found { holds, vulnerable: Affected::No, products: Vec::new() },
    }
}

/// `AND` or not; nothing said is the default.
fn is_and(value: &Value, default: bool) -> Option<bool> {
    match value.get("operator") {
        None | Some(Value::Null) => Some(default),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("AND") => Some(true),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("OR") => Some(false),
        Some(_) => None,
    }
}

/// What is vulnerable in a part that does not hold is not: two products of which one needs the platform of the other stay apart.
fn joined(parts: impl Iterator<Item = Found>, all: bool) -> Found {
    let holds = if all { Affected::Yes } else { Affected::No };
    let mut found = Found { holds, vulnerable: Affected::No, products: Vec::new() };
    let mut empty = true;
    for part in parts {
        empty = false;
        let with = |answer: Affected| answer.and(part.holds.clone());
        found.vulnerable = found.vulnerable.or(with(part.vulnerable));
        found.products.extend(part.products.into_iter().map(|(place, answer)| (place, with(answer))));
        found.holds = if all { found.holds.and(part.holds) } else { found.holds.or(part.holds) };
    }
    if empty {
        return unknown("a configuration or a node is empty");
    }
    if all {
        for (_, answer) in &mut found.products {
            *answer = answer.clone().and(found.holds.clone());
        }
    }
    found
}

/// A negated part is never what makes something vulnerable.
fn negated(value: &Value, found: Found) -> Found {
    if value.get("negate").and_then(Value::as_bool) == Some(true) {
        return Found { holds: !found.holds, vulnerable: Affected::No, products: Vec::new() };
    }
    found
}

fn unknown(why: &str) -> Found {
    let why = Affected::Unknown(why.to_owned());
    Found { holds: why.clone(), vulnerable: why, products: Vec::new() }
}

/// The products of the criteria that are vulnerable, as vendor and product, for an index; wildcards are `*`.
pub fn vulnerable_products(configurations: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let configurations = configurations.as_array().map_or(&[][..], Vec::as_slice).iter();
    configurations
        .flat_map(|configuration| list(configuration, "nodes"))
        .flat_map(|node| list(node, "cpeMatch"))
        .filter(|criterion| criterion.get("vulnerable").and_then(Value::as_bool) == Some(true))
        .map(|criterion| match criterion::Criterion::read(criterion) {
            Ok(criterion) => criterion.product(),
            Err(_) => ("*".to_owned(), "*".to_owned()),
        })
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
