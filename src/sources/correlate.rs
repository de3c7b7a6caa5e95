//! Findings that no scanner reported: an asset's software looked up in advisories that say which versions are affected.
//!
//! A package URL is looked up in OSV records, a CPE name in the configurations of the NVD. Where an asset's own list of software is not complete, or
//! a version is missing or cannot be compared, the answer is not known: it is told as a doubt, with the reason, and never as a finding.
//!
//! **Cost.** An index by ecosystem and package, and by vendor and product, leads from a piece of software to the advisories that name it; what it
//! costs grows with the matches, not with software times advisories.

mod piece;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::feeds::osv::{Of, of_package};
use super::feeds::{Kind, cve_id, vulnerability_id};
use super::{Advisory, Fields, store};
use crate::software::Affected;
use crate::software::configuration::{self, Asset, Product};
use crate::software::cpe::Attribute;
use crate::software::ecosystem::{Ecosystem, Package};
use crate::software::osv;
use piece::Piece;

/// Advisories, found by what they speak of. Withdrawn ones are left out.
#[derive(Debug)]
pub struct Index<'a> {
    advisories: Vec<&'a Advisory>,
    /// Places of advisories and of elements of their `affected`.
    packages: BTreeMap<String, Vec<(usize, usize)>>,
    products: BTreeMap<String, Vec<usize>>,
    /// Those that do not say which package they are about.
    any_package: Vec<usize>,
    /// Those whose vendor or product is a wildcard or cannot be read.
    any_product: Vec<usize>,
}

/// What scanners reported of an asset: identifiers of vulnerabilities, and in which package.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    open: BTreeSet<(String, String)>,
    closed: BTreeMap<(String, String), Vec<Closed>>,
}

/// A finding that is dealt with.
#[derive(Clone, Debug)]
struct Closed {
    version: Option<String>,
    is_fixed: bool,
}

/// A finding, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its fields; `source` names the feed.
    pub finding: Fields,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// The place of the software in the list.
    pub software: usize,
    /// The place of the advisory.
    pub advisory: usize,
}

/// A finding that there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The identifier of the vulnerability.
    pub id: String,
    /// The place of the software in the list.
    pub software: usize,
    /// The place of the advisory.
    pub advisory: usize,
    /// Why it is not known.
    pub why: String,
}

/// What advisories say of an asset's software.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlated {
    /// What is found, in the order of the software, then of the identifiers.
    pub found: Vec<Found>,
    /// What may be.
    pub doubts: Vec<Doubt>,
    /// Software of which it is not known what it is, by its place, and why.
    pub unclear: Vec<(usize, String)>,
    /// Software that cannot be looked up, by its place, and why.
    pub unread: Vec<(usize, String)>,
    /// Packages of which it is not known from which source they were built, by their places: no record of OSV has their own names, and one may have
    /// that of the source.
    pub sourceless: Vec<usize>,
}

impl Seen {
    /// Notes a finding of a scanner. Without a package it stands for every package of the asset.
    pub fn add(&mut self, id: &str, package: Option<&str>) {
        self.open.insert((vulnerability_id(id), package.unwrap_or_default().to_lowercase()));
    }

    /// Notes a finding that is not open. It stands for the package of that very name in that version; where it is fixed, only if both are said.
    pub fn add_closed(&mut self, id: &str, package: Option<&str>, version: Option<&str>, is_fixed: bool) {
        let key = (vulnerability_id(id), package.unwrap_or_default().to_lowercase());
        self.closed.entry(key).or_default().push(Closed { version: version.map(str::to_owned), is_fixed });
    }

    fn has(&self, ids: &[String], piece: &Piece) -> bool {
        let (names, own) = (piece.names(), piece.own_names());
        let versions = piece.versions();
        ids.iter().any(|id| {
            let open = |package: &str| self.open.contains(&(id.clone(), package.to_lowercase()));
            let closed = |package: &str| {
                let said = self.closed.get(&(id.clone(), package.to_lowercase())).into_iter().flatten();
                said.into_iter().any(|Closed { version, is_fixed }| match version {
                    Some(version) => versions.contains(&version.as_str()) && !(*is_fixed && package.is_empty()),
                    None => !is_fixed,
                })
            };
            let any = |names: &[&str], of: &dyn Fn(&str) -> bool| of("") || names.iter().any(|name| of(name));
            any(&names, &open) || any(&own, &closed)
        })
    }
}

/// The keys under which a store has the advisories that may be about a piece of software.
#[must_use]
pub fn keys(software: &Fields) -> Vec<String> {
    let piece = Piece::read(software);
    let mut keys: Vec<String> = piece.packages.iter().map(store::key_of).collect();
    if !keys.is_empty() {
        keys.push(store::any_package_key());
    }
    if let Some(product) = &piece.product {
        let literal = |attribute| product.cpe.get(attribute).literal();
        keys.extend(literal(Attribute::Vendor).zip(literal(Attribute::Product)).map(|(v, p)| store::cpe_key(v, p)));
        keys.push(store::cpe_key("*", "*"));
    }
    keys
}

fn key(family: &str, name: &str) -> String {
    format!("{family}\u{0}{name}")
}

impl<'a> Index<'a> {
    /// Indexes advisories.
    #[must_use]
    pub fn new<A: Borrow<Advisory>>(advisories: &'a [A]) -> Self {
        let mut index = Self {
            advisories: advisories.iter().map(Borrow::borrow).collect(),
            packages: BTreeMap::new(),
            products: BTreeMap::new(),
            any_package: Vec::new(),
            any_product: Vec::new(),
        };
        for (place, advisory) in advisories.iter().map(Borrow::borrow).enumerate() {
            if advisory.withdrawn {
                continue;
            }
            let Some(affected) = &advisory.affected else { continue };
            if advisory.feed == Kind::Osv.name() {
                index.add_packages(place, affected);
            } else if advisory.feed == Kind::Nvd.name() {
                index.add_products(place, affected);
            }
        }
        index
    }

    fn add_packages(&mut self, place: usize, affected: &Value) {
        for (entry, value) in affected.as_array().into_iter().flatten().enumerate() {
            let (ecosystem, name) = match of_package(value) {
                Of::Package(ecosystem, name) => (ecosystem, name),
                Of::Anything => {
                    if self.any_package.last() != Some(&place) {
                        self.any_package.push(place);
                    }
                    continue;
                }
                Of::Commits => continue,
            };
            let package = Package::new(Ecosystem::from_osv(ecosystem), name, None);
            let key = key(package.ecosystem().name(), package.name());
            self.packages.entry(key).or_default().push((place, entry));
        }
    }

    fn add_products(&mut self, place: usize, affected: &Value) {
        let names: BTreeSet<(String, String)> = configuration::vulnerable_products(affected).collect();
        if names.iter().any(|(vendor, product)| vendor == "*" || product == "*") {
            self.any_product.push(place);
            return;
        }
        for (vendor, product) in names {
            self.products.entry(key(&vendor, &product)).or_default().push(place);
        }
    }

    /// The advisory at a place.
    #[must_use]
    pub fn advisory(&self, place: usize) -> Option<&'a Advisory> {
        self.advisories.get(place).copied()
    }

    /// What the advisories say of software: elements of `software`, which are all that the asset has or not.
    #[must_use]
    pub fn correlate(&self, software: &[Fields], complete: bool, seen: &Seen) -> Correlated {
        let mut result = Correlated::default();
        let pieces: Vec<Piece> = software.iter().map(Piece::read).collect();
        for (place, piece) in pieces.iter().enumerate() {
            result.unclear.extend(piece.unclear.clone().map(|why| (place, why)));
            result.unread.extend(piece.unread().into_iter().map(|why| (place, why)));
        }
        let is_named = |package: &Package| self.packages.contains_key(&key(package.ecosystem().name(), package.name()));
        for (place, piece) in pieces.iter().enumerate() {
            if piece.lacks_source && !piece.packages.iter().any(is_named) {
                result.sourceless.push(place);
            }
        }
        let mut answers = Answers::new();
        for (place, piece) in pieces.iter().enumerate() {
            self.look_up_packages(place, piece, &mut answers);
        }
        self.look_up_any_package(&pieces, seen, &mut answers);
        self.look_up_products(&pieces, complete, seen, &mut answers);
        for ((software, id), answer) in answers {
            let (Some(piece), Some(advisory)) = (pieces.get(software), self.advisories.get(answer.advisory)) else {
                continue;
            };
            // Of several CVEs each is a vulnerability of its own.
            let aliases: Vec<String> = ids(advisory).filter(|other| *other != id && cve_id(other).is_none()).collect();
            let known: Vec<String> = std::iter::once(id.clone()).chain(aliases.iter().cloned()).collect();
            if seen.has(&known, piece) {
                continue;
            }
            match answer.affected {
                Affected::Yes => {
                    let finding = piece.finding(&id, advisory.feed, &answer.package, answer.fixed);
                    result.found.push(Found { finding, aliases, software, advisory: answer.advisory });
                }
                Affected::Unknown(why) => result.doubts.push(Doubt { id, software, advisory: answer.advisory, why }),
                Affected::No => {}
            }
        }
        result
    }

    fn look_up_packages(&self, software: usize, piece: &Piece, answers: &mut Answers) {
        for package in &piece.packages {
            let places = self.packages.get(&key(package.ecosystem().name(), package.name()));
            for (place, entry) in places.into_iter().flatten() {
                let Some(advisory) = self.advisories.get(*place) else { continue };
                let Some(value) = advisory.affected.as_ref().and_then(|affected| affected.get(*entry)) else {
                    continue;
                };
                let affected = osv::affected(value, package);
                let fixed = if affected == Affected::Yes { osv::fixed_in(value, package) } else { None };
                let called = value.pointer("/package/name").and_then(Value::as_str).unwrap_or(package.name());
                let answer = Answer { affected, advisory: *place, package: called.to_owned(), fixed };
                enter(answers, software, advisory, &answer);
            }
        }
    }

    /// What does not say which package it is about may be about any that no scanner reported it of: one of them is told.
    fn look_up_any_package(&self, pieces: &[Piece], seen: &Seen, answers: &mut Answers) {
        for place in &self.any_package {
            let Some(advisory) = self.advisories.get(*place) else { continue };
            let names: Vec<String> = ids(advisory).collect();
            let is_open = |(_, piece): &(usize, &Piece)| !piece.packages.is_empty() && !seen.has(&names, piece);
            let Some((software, _)) = pieces.iter().enumerate().find(is_open) else { continue };
            let affected = Affected::Unknown("the advisory does not say which package it is about".to_owned());
            let answer = Answer { affected, advisory: *place, package: String::new(), fixed: None };
            enter(answers, software, advisory, &answer);
        }
    }

    fn look_up_products(&self, pieces: &[Piece], complete: bool, seen: &Seen, answers: &mut Answers) {
        let mut places: Vec<usize> = Vec::new();
        let mut products: Vec<Product> = Vec::new();
        for (place, piece) in pieces.iter().enumerate() {
            if let Some(product) = &piece.product {
                places.push(place);
                products.push(product.clone());
            }
        }
        if products.is_empty() {
            return;
        }
        let literal = |product: &Product, a| product.cpe.get(a).literal().map(str::to_owned);
        let keys: BTreeSet<String> = products
            .iter()
            .filter_map(|product| {
                Some(key(&literal(product, Attribute::Vendor)?, &literal(product, Attribute::Product)?))
            })
            .collect();
        let named = keys.iter().filter_map(|key| self.products.get(key)).flatten();
        let candidates: BTreeSet<usize> = named.chain(&self.any_product).copied().collect();
        // What does not say which product it is may be any.
        let complete = complete && pieces.iter().all(Piece::is_some_product);
        let asset = Asset::of_software(products, complete);
        let mut unread: Vec<(usize, String)> = Vec::new();
        for place in candidates {
            let Some(advisory) = self.advisories.get(place) else { continue };
            let Some(configurations) = &advisory.affected else { continue };
            let configuration::Answer { products, any, .. } = configuration::affected(configurations, &asset);
            for (product, affected) in products {
                let Some(software) = places.get(product) else { continue };
                let package = asset.products().get(product).and_then(|p| literal(p, Attribute::Product));
                let answer = Answer { affected, advisory: place, package: package.unwrap_or_default(), fixed: None };
                enter(answers, *software, advisory, &answer);
            }
            unread.extend(any.map(|why| (place, why)));
        }
        // Whatever the order of the records: after all that they say of certain products.
        for (place, why) in unread {
            self.look_up_any_product(
                place,
                why,
                places.iter().filter_map(|at| Some((*at, pieces.get(*at)?))),
                seen,
                answers,
            );
        }
    }

    /// What cannot be read of a record's configurations may be about any product of which nothing else is said and no scanner reported it: one of them
    /// is told.
    fn look_up_any_product<'p>(
        &self,
        place: usize,
        why: String,
        mut pieces: impl Iterator<Item = (usize, &'p Piece)>,
        seen: &Seen,
        answers: &mut Answers,
    ) {
        let Some(advisory) = self.advisories.get(place) else { return };
        let names: Vec<String> = ids(advisory).collect();
        let is_answered = |software| finding_ids(advisory).into_iter().all(|id| answers.contains_key(&(software, id)));
        let open = pieces.find(|(software, piece)| !is_answered(*software) && !seen.has(&names, piece));
        let Some((software, _)) = open else { return };
        let answer = Answer { affected: Affected::Unknown(why), advisory: place, package: String::new(), fixed: None };
        enter(answers, software, advisory, &answer);
    }
}

/// By software and identifier, so that records of one vulnerability meet.
type Answers = BTreeMap<(usize, String), Answer>;

#[derive(Clone)]
struct Answer {
    affected: Affected,
    advisory: usize,
    package: String,
    fixed: Option<String>,
}

/// Yes counts before all; what an ecosystem's own record denies is no doubt of the NVD's, whose records come later.
fn enter(answers: &mut Answers, software: usize, advisory: &Advisory, answer: &Answer) {
    for id in finding_ids(advisory) {
        let old = answers.entry((software, id)).or_insert_with(|| answer.clone());
        let better = match (&old.affected, &answer.affected) {
            (Affected::Yes, _) | (_, Affected::No) | (Affected::Unknown(_), Affected::Unknown(_)) => false,
            (_, Affected::Yes) => true,
            (Affected::No, Affected::Unknown(_)) => advisory.feed == Kind::Osv.name(),
        };
        if better {
            *old = answer.clone();
        }
    }
}

fn ids(advisory: &Advisory) -> impl Iterator<Item = String> + '_ {
    std::iter::once(&advisory.id).chain(&advisory.aliases).map(|id| vulnerability_id(id))
}

/// Every CVE is a finding of its own: the identifier, an alias, one that a distribution's advisory is about, or the one in its identifier
/// (`DEBIAN-CVE-2026-1234`). Without any it is the first of the identifiers, which records of one vulnerability share.
fn finding_ids(advisory: &Advisory) -> BTreeSet<String> {
    let within = |id: &str| id.find("-CVE-").and_then(|at| id.get(at.saturating_add(1)..)).and_then(cve_id);
    let told = ids(advisory).chain(advisory.upstream.iter().cloned());
    let cves: BTreeSet<String> = told.filter_map(|id| cve_id(&id).or_else(|| within(&id))).collect();
    if cves.is_empty() { ids(advisory).min().into_iter().collect() } else { cves }
}

#[cfg(test)]
mod tests;
