//! Whether a product of a VEX document is the one that a finding is about. In doubt it is not: a statement can silence.

use super::Subject;
use crate::software::cpe::{Attribute, Cpe, Relation, compare};
use crate::software::purl::Purl;
use crate::sources::{Assertion, Fields};

/// How a statement meets a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// It does not.
    No,
    /// By a name that has no version.
    AnyVersion,
    /// By a name with its version.
    Exact,
}

/// How a statement meets a finding: the best of its products, and where those are parts of others, one of these as well.
pub(super) fn meets(assertion: &Assertion, finding: &Fields, subject: &Subject<'_>) -> Match {
    let own = |product: &String| {
        let text = |key: &str| finding.get(key).and_then(serde_json::Value::as_str);
        one(product, subject, text("package"), text("version"))
    };
    let around = |product: &String| subject.within.iter().map(|name| names(product, name)).max().unwrap_or(Match::No);
    if assertion.within.is_empty() {
        // Said of the whole: it holds for what is in it too.
        return assertion.products.iter().map(|product| own(product).max(around(product))).max().unwrap_or(Match::No);
    }
    let outside = assertion.within.iter().any(|product| around(product) != Match::No);
    if outside { assertion.products.iter().map(own).max().unwrap_or(Match::No) } else { Match::No }
}

fn one(product: &str, subject: &Subject<'_>, package: Option<&str>, version: Option<&str>) -> Match {
    if let Some(purl) = subject.purl {
        if product.starts_with("pkg:") {
            return names(product, purl);
        }
    } else if let (Some(said), Some(package), Some(version)) = (Purl::parse(product).ok(), package, version) {
        // Without a package URL of its own, a finding is known by the name and the exact version.
        return if said.version.as_deref() == Some(version) && is_called(&said, package) {
            Match::Exact
        } else {
            Match::No
        };
    }
    subject.cpe.map_or(Match::No, |cpe| names(product, cpe))
}

/// How a name that a document uses meets one that the facts have.
fn names(said: &str, known: &str) -> Match {
    if let (Ok(said), Ok(known)) = (Purl::parse(said), Purl::parse(known)) {
        return packages(&said, &known);
    }
    if let (Ok(said), Ok(known)) = (Cpe::parse(said), Cpe::parse(known)) {
        return products(&said, &known);
    }
    if said.trim().eq_ignore_ascii_case(known.trim()) { Match::Exact } else { Match::No }
}

/// Whether what is said of a package is said of the other: the same package, the same version if one is named, and every qualifier that is.
fn packages(said: &Purl, known: &Purl) -> Match {
    let same = said.kind == known.kind && said.namespace == known.namespace && said.name == known.name;
    let version = said.version.is_none() || said.version == known.version;
    let qualifiers = said.qualifiers.iter().all(|(key, value)| known.qualifier(key) == Some(value));
    match (same && version && qualifiers, &said.version) {
        (false, _) => Match::No,
        (true, None) => Match::AnyVersion,
        (true, Some(_)) => Match::Exact,
    }
}

/// Whether one CPE name is or includes the other; a name that leaves vendor or product open is about too much to silence anything.
fn products(said: &Cpe, known: &Cpe) -> Match {
    let named = |attribute| said.get(attribute).literal().is_some();
    let covers = matches!(compare(said, known), Relation::Equal | Relation::Superset);
    match (covers && named(Attribute::Vendor) && named(Attribute::Product), named(Attribute::Version)) {
        (false, _) => Match::No,
        (true, false) => Match::AnyVersion,
        (true, true) => Match::Exact,
    }
}

/// Whether a scanner may call a package so: by its name, with its namespace before it or, where there is none, without.
fn is_called(purl: &Purl, package: &str) -> bool {
    let package = package.to_lowercase();
    let name = purl.name.to_lowercase();
    let namespace = purl.namespace.as_deref().unwrap_or_default().to_lowercase();
    let joined = |sign: char| package == format!("{namespace}{sign}{name}");
    // A distribution's packages go by their names alone.
    let alone = namespace.is_empty() || matches!(purl.kind.as_str(), "deb" | "rpm" | "apk" | "alpm");
    (alone && package == name) || joined('/') || joined(':')
}
