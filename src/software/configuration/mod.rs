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
    /// Why any other product may be vulnerable too: a part that cannot be read.
    pub any: Option<String>,
}

/// A truth, and the products by which it came about.
struct Found {
    holds: Affected,
    /// Whether a criterion that is vulnerable, not only a platform, holds.
    vulnerable: Affected,
    /// By their places; without one: any, as what cannot be read may name whichever.
    products: Vec<(Option<usize>, Affected)>,
}

/// Whether an asset is affected by what `configurations` describe: any of them.
#[must_use]
pub fn affected(configurations: &Value, asset: &Asset) -> Answer {
    let Some(list) = configurations.as_array() else {
        let why = "the record has no configurations".to_owned();
        return Answer { affected: Affected::Unknown(why), products: BTreeMap::new(), any: None };
    };
    let found = joined(list.iter().map(|one| configuration(one, asset)), false);
    let mut products: BTreeMap<usize, Affected> = BTreeMap::new();
    let mut any = None;
    for (place, answer) in found.products.into_iter().filter(|(_, answer)| *answer != Affected::No) {
        match (place, answer) {
            (Some(place), answer) => {
                let before = products.remove(&place).unwrap_or(Affected::No);
                products.insert(place, before.or(answer));
            }
            (None, Affected::Unknown(why)) => any = any.or(Some(why)),
            (None, _) => {}
        }
    }
    // A list of none says of nothing that it is vulnerable.
    Answer { affected: found.holds.and(found.vulnerable), products, any: any.filter(|_| !list.is_empty()) }
}

fn configuration(configuration: &Value, asset: &Asset) -> Found {
    match Part::of_configuration(configuration) {
        Ok(part) => part.found(|one| node(one, asset)),
        Err(why) => unknown(why),
    }
}

fn node(node: &Value, asset: &Asset) -> Found {
    match Part::of_node(node) {
        Ok(part) => part.found(|one| criterion(one, asset)),
        Err(why) => unknown(why),
    }
}

/// A configuration or a node: what is in it, and how that is joined.
struct Part<'v> {
    parts: &'v [Value],
    all: bool,
    negated: bool,
}

impl<'v> Part<'v> {
    fn of_configuration(configuration: &'v Value) -> Result<Self, &'static str> {
        let nodes = configuration.get("nodes").and_then(Value::as_array).ok_or("a configuration has no nodes")?;
        let all = is_and(configuration).ok_or("the operator of a configuration is not known")?;
        Self::read(configuration, nodes, all)
    }

    fn of_node(node: &'v Value) -> Result<Self, &'static str> {
        let is_none = |children: &Value| children.is_null() || children.as_array().is_some_and(Vec::is_empty);
        if !node.get("children").is_none_or(is_none) {
            return Err("a node has nodes within it, which this version of the feed does not have");
        }
        let criteria = node.get("cpeMatch").and_then(Value::as_array).ok_or("a node has no criteria")?;
        let all = is_and(node).ok_or("the operator of a node is not known")?;
        Self::read(node, criteria, all)
    }

    fn read(value: &Value, parts: &'v [Value], all: bool) -> Result<Self, &'static str> {
        let negated = match value.get("negate") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(negated)) => *negated,
            Some(_) => return Err("whether a configuration or a node is negated is not known"),
        };
        if parts.is_empty() { Err(EMPTY) } else { Ok(Self { parts, all, negated }) }
    }

    fn found(&self, one: impl Fn(&Value) -> Found) -> Found {
        negated(self.negated, joined(self.parts.iter().map(one), self.all))
    }
}

const EMPTY: &str = "a configuration or a node is empty";

fn criterion(criterion: &Value, asset: &Asset) -> Found {
    let Some(vulnerable) = is_vulnerable(criterion) else {
        return unknown("a criterion does not say whether it is vulnerable");
    };
    let (holds, products) = match criterion::Criterion::read(criterion) {
        Ok(criterion) => {
            let (holds, products) = criterion.met_by(asset);
            (holds, products.into_iter().map(|(place, answer)| (Some(place), answer)).collect())
        }
        Err(problem) => {
            let why = Affected::Unknown(problem);
            (why.clone(), vec![(None, why)])
        }
    };
    match vulnerable {
        true => Found { vulnerable: holds.clone(), holds, products },
        false => Found { holds, vulnerable: Affected::No, products: Vec::new() },
    }
}

fn is_vulnerable(criterion: &Value) -> Option<bool> {
    criterion.get("vulnerable").and_then(Value::as_bool)
}

/// `AND` or not; nothing said is `OR`.
fn is_and(value: &Value) -> Option<bool> {
    match value.get("operator") {
        None | Some(Value::Null) => Some(false),
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
        return unknown(EMPTY);
    }
    if all {
        for (_, answer) in &mut found.products {
            *answer = answer.clone().and(found.holds.clone());
        }
    }
    found
}

/// A negated part is never what makes something vulnerable.
fn negated(negated: bool, found: Found) -> Found {
    if negated {
        return Found { holds: !found.holds, vulnerable: Affected::No, products: Vec::new() };
    }
    found
}

fn unknown(why: &str) -> Found {
    let why = Affected::Unknown(why.to_owned());
    Found { holds: why.clone(), vulnerable: why.clone(), products: vec![(None, why)] }
}

/// The products of the criteria that are vulnerable, as vendor and product, for an index; wildcards are `*`, and so is what cannot be read.
pub fn vulnerable_products(configurations: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let configurations = configurations.as_array().map_or(&[][..], Vec::as_slice).iter();
    let nodes = configurations.flat_map(|one| parts(Part::of_configuration(one)));
    let criteria = nodes.flat_map(|node| match node {
        Some(node) => parts(Part::of_node(node)),
        None => vec![None],
    });
    criteria.filter(|one| one.is_none_or(|criterion| is_vulnerable(criterion) != Some(false))).map(|one| {
        let read = one.filter(|criterion| is_vulnerable(criterion).is_some()).map(criterion::Criterion::read);
        match read {
            Some(Ok(criterion)) => criterion.product(),
            Some(Err(_)) | None => ("*".to_owned(), "*".to_owned()),
        }
    })
}

/// What is in a part; `None` stands for what cannot be read.
fn parts<'v>(part: Result<Part<'v>, &'static str>) -> Vec<Option<&'v Value>> {
    part.map_or_else(|_| vec![None], |part| part.parts.iter().map(Some).collect())
}

#[cfg(test)]
mod tests;
