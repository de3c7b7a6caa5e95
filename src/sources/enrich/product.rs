//! Whether a product of a VEX document is the one that a finding is about. In doubt it is not, where a statement can take the finding away; where it
//! can only bring one back, it may be.

use super::Subject;
use crate::software::cpe::{Attribute, Cpe, Relation, compare};
use crate::software::purl::Purl;
use crate::sources::{Assertion, Fields, Status};

/// How a statement meets a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// It does not.
    No,
    /// It may: nothing says otherwise.
    Perhaps,
    /// By a name that has no version.
    AnyVersion,
    /// By a name with its version.
    Exact,
}

/// How a statement meets a finding: the best of its products, and where those are parts of others, one of these as well.
///
/// What can take a finding away has to be about it wherever it was found, and in doubt is not about it; what cannot may be, in doubt.
pub(super) fn meets(assertion: &Assertion, finding: &Fields, subject: &Subject<'_>) -> Match {
    let quiet = matches!(assertion.status, Status::NotAffected | Status::Fixed);
    let text = |key: &str| finding.get(key).and_then(serde_json::Value::as_str);
    let (package, version) = (text("package"), text("version"));
    let own = |product: &String| one(product, subject, package, version);
    let around = |product: &String| {
        let met = subject.within.iter().map(|name| names(product, name));
        if quiet { met.min() } else { met.max() }.unwrap_or(Match::No)
    };
    let products = assertion.products.iter();
    let met = if assertion.within.is_empty() {
        // Said of the whole: it holds for what is in it too.
        products.map(|product| own(product).max(around(product))).max()
    } else if assertion.within.iter().any(|product| around(product) != Match::No) {
        products.map(own).max()
    } else {
        None
    };
    let met = met.unwrap_or(Match::No);
    if met == Match::No && !quiet && may_meet(assertion, subject, package, version) { Match::Perhaps } else { met }
}

/// Whether a statement may be about a finding: nothing that is known of both says otherwise, and they have a name in common.
fn may_meet(assertion: &Assertion, subject: &Subject<'_>, package: Option<&str>, version: Option<&str>) -> bool {
    let own = |product: &String| match (Purl::parse(product), subject.purl, package) {
        (Ok(said), None, Some(package)) => {
            let called = is_called(&said, package) || said.name.eq_ignore_ascii_case(package);
            called && said.version.as_deref().zip(version).is_none_or(|(said, known)| same_version(said, known))
        }
        _ => subject.purl.into_iter().chain(subject.cpe).any(|known| overlap(product, known)),
    };
    let around = |product: &String| subject.within.iter().any(|name| overlap(product, name));
    // Names of two forms cannot be told apart.
    let outside = |product: &String| {
        subject.within.is_empty() || subject.within.iter().any(|name| overlap(product, name) || !alike(product, name))
    };
    if assertion.within.is_empty() {
        assertion.products.iter().any(|product| own(product) || around(product))
    } else {
        assertion.within.iter().any(outside) && assertion.products.iter().any(own)
    }
}

/// Whether two names can be of one product.
fn overlap(said: &str, known: &str) -> bool {
    if let (Ok(said), Ok(known)) = (Purl::parse(said), Purl::parse(known)) {
        let version = said.version.as_deref().zip(known.version.as_deref()).is_none_or(|(a, b)| same_version(a, b));
        let qualifier = |(key, value): (&String, &String)| known.qualifier(key).is_none_or(|known| known == value);
        return is_same_package(&said, &known) && version && said.qualifiers.iter().all(qualifier);
    }
    if let (Ok(said), Ok(known)) = (Cpe::parse(said), Cpe::parse(known)) {
        return compare(&said, &known) != Relation::Disjoint;
    }
    said.trim().eq_ignore_ascii_case(known.trim())
}

/// Whether two names are of one form, so that they can be told apart.
fn alike(one: &str, other: &str) -> bool {
    let form = |name: &str| (Purl::parse(name).is_ok(), Cpe::parse(name).is_ok());
    form(one) == form(other)
}

fn is_same_package(one: &Purl, other: &Purl) -> bool {
    one.kind == other.kind && one.namespace == other.namespace && one.name == other.name
}

/// Whether two texts are of one version; Go's have a letter before them.
fn same_version(one: &str, other: &str) -> bool {
    one.trim_start_matches('v') == other.trim_start_matches('v')
}

fn one(product: &str, subject: &Subject<'_>, package: Option<&str>, version: Option<&str>) -> Match {
    if let Some(purl) = subject.purl {
        if product.starts_with("pkg:") {
            return names(product, purl);
        }
    } else if let (Some(said), Some(package), Some(version)) = (Purl::parse(product).ok(), package, version) {
        // Without a package URL of its own, a finding is known by a name and an exact version that no other kind of package has.
        let same = said.version.as_deref() == Some(version) && said.qualifiers.is_empty() && said.subpath.is_none();
        return if same && is_called(&said, package) && tells_kind(&said, package) { Match::Exact } else { Match::No };
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

/// Whether what is said of a package is said of the other: the same package, the same version and path within it if one is named, and every qualifier that is.
fn packages(said: &Purl, known: &Purl) -> Match {
    let same = is_same_package(said, known) && (said.subpath.is_none() || said.subpath == known.subpath);
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

/// Whether a scanner's name or version says which kind of package it is of: a name in its namespace, a version with a distribution's revision.
fn tells_kind(purl: &Purl, package: &str) -> bool {
    let distribution = matches!(purl.kind.as_str(), "deb" | "rpm" | "apk" | "alpm");
    let revision = purl.version.as_deref().is_some_and(|version| version.contains('-'));
    (distribution && revision) || package.contains(['/', ':'])
}
