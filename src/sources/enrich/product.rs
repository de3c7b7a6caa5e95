//! Whether a product of a VEX document is the one that a finding is about. In doubt it is not, where a statement can take the finding away; where it
//! can only bring one back, it may be.

use super::Subject;
use super::name::{Form, Name, called_key, in_range};
use crate::software::Affected;
use crate::software::cpe::{Attribute, Cpe, Relation, compare};
use crate::software::ecosystem::Package;
use crate::software::purl::Purl;
use crate::software::vers::Range;
use crate::sources::Fields;
use crate::sources::feeds::document::shown;

/// How a statement meets a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// It does not.
    No,
    /// It may: nothing says otherwise.
    Perhaps,
    /// By a name that has no version.
    AnyVersion,
    /// By a range in which its version is.
    InRange,
    /// By a name with its version.
    Exact,
}

/// The same, and what there is to doubt.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) how: Match,
    pub(super) why: Option<String>,
}

const NOT: Met = Met { how: Match::No, why: None };

impl Met {
    pub(super) fn by(how: Match) -> Self {
        Self { how, why: None }
    }

    fn perhaps(why: impl Into<String>) -> Self {
        Self { how: Match::Perhaps, why: Some(why.into()) }
    }

    fn max(self, other: Self) -> Self {
        if other.how > self.how { other } else { self }
    }

    fn min(self, other: Self) -> Self {
        if other.how < self.how { other } else { self }
    }
}

/// A finding as products are compared with it.
pub(super) struct Known<'a> {
    purl: Option<Name>,
    cpe: Option<Name>,
    within: Vec<Name>,
    package: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(finding: &'a Fields, subject: &Subject<'_>) -> Self {
        let text = |key: &str| finding.get(key).and_then(serde_json::Value::as_str);
        Self {
            purl: subject.purl.map(Name::read),
            cpe: subject.cpe.map(Name::read),
            within: subject.within.iter().map(|name| Name::read(name)).collect(),
            package: text("package"),
            version: text("version"),
        }
    }

    /// Under what the products are found that may be it.
    pub(super) fn keys(&self) -> Vec<String> {
        let names = self.purl.iter().chain(&self.cpe).chain(&self.within);
        let called = self.package.filter(|_| self.purl.is_none()).map(called_key);
        names.flat_map(Name::looked_up).chain(called).collect()
    }
}

/// How a statement meets a finding: the best of those of its products that were found, and where those are parts of others, one of these as well.
///
/// What can take a finding away (`quiet`) has to be about it wherever it was found, and in doubt is not about it; what cannot may be, in doubt.
pub(super) fn meets(products: &[&Name], outer: &[Name], quiet: bool, known: &Known<'_>) -> Met {
    let own = |product: &Name| one(product, known, quiet);
    let around = |product: &Name| {
        let met = known.within.iter().map(|name| names(product, name, quiet));
        met.reduce(if quiet { Met::min } else { Met::max }).unwrap_or(NOT)
    };
    let best = |met: &mut dyn Iterator<Item = Met>| met.reduce(Met::max).unwrap_or(NOT);
    let met = if outer.is_empty() {
        // Said of the whole: it holds for what is in it too.
        best(&mut products.iter().map(|product| own(product).max(around(product))))
    } else {
        let place = best(&mut outer.iter().map(around));
        let met = if place.how == Match::No { NOT } else { best(&mut products.iter().map(|product| own(product))) };
        if place.how == Match::Perhaps { met.min(place) } else { met }
    };
    if met.how == Match::No && !quiet && may_meet(products, outer, known) { Met::by(Match::Perhaps) } else { met }
}

/// Whether a statement may be about a finding: nothing that is known of both says otherwise, and they have a name in common.
fn may_meet(products: &[&Name], outer: &[Name], known: &Known<'_>) -> bool {
    let own = |product: &Name| match (&product.form, &known.purl, known.package) {
        (Form::Package(said, range), None, Some(package)) => {
            let called = is_called(said, package) || said.name.eq_ignore_ascii_case(package);
            let version = said.version.as_deref().zip(known.version).is_none_or(|(a, b)| same_version(a, b));
            called && version && may_be_in(range.as_ref(), said, known.version)
        }
        _ => known.purl.iter().chain(&known.cpe).any(|known| overlap(product, known)),
    };
    let around = |product: &Name| known.within.iter().any(|name| overlap(product, name));
    // Names of two forms cannot be told apart.
    let outside = |product: &Name| {
        known.within.is_empty() || known.within.iter().any(|name| overlap(product, name) || !product.is_alike(name))
    };
    if outer.is_empty() {
        products.iter().any(|product| own(product) || around(product))
    } else {
        outer.iter().any(outside) && products.iter().any(|product| own(product))
    }
}

fn may_be_in(range: Option<&Result<Range, String>>, said: &Purl, version: Option<&str>) -> bool {
    range.is_none_or(|range| in_range(range, &said.kind, version) != Affected::No)
}

/// Whether two names can be of one product.
fn overlap(said: &Name, known: &Name) -> bool {
    match (&said.form, &known.form) {
        (Form::Package(said, range), Form::Package(known, _)) => {
            let version = said.version.as_deref().zip(known.version.as_deref()).is_none_or(|(a, b)| same_version(a, b));
            let qualifier = |(key, value): (&String, &String)| known.qualifier(key).is_none_or(|known| known == value);
            is_same_package(said, known)
                && version
                && said.qualifiers.iter().all(qualifier)
                && may_be_in(range.as_ref(), known, full_version(known).as_deref())
        }
        (Form::Product(said, _), Form::Product(known, _)) => compare(said, known) != Relation::Disjoint,
        _ => said.is_same_text(known),
    }
}

fn is_same_package(one: &Purl, other: &Purl) -> bool {
    one.kind == other.kind && one.namespace == other.namespace && one.name == other.name
}

/// Whether two texts are of one version; Go's have a letter before them.
fn same_version(one: &str, other: &str) -> bool {
    one.trim_start_matches('v') == other.trim_start_matches('v')
}

fn one(product: &Name, known: &Known<'_>, quiet: bool) -> Met {
    let Form::Package(said, range) = &product.form else {
        return known.cpe.as_ref().map_or(NOT, |cpe| names(product, cpe, quiet));
    };
    if let Some(purl) = &known.purl {
        return names(product, purl, quiet);
    }
    let (Some(package), Some(version)) = (known.package, known.version) else { return NOT };
    // Without a package URL of its own, a finding is known by a name and an exact version that no other kind of package has.
    let named = said.qualifiers.is_empty() && said.subpath.is_none() && is_called(said, package);
    if !named || !tells_kind(said, package, version) {
        return NOT;
    }
    match (&said.version, range) {
        (Some(said), _) if said == version => Met::by(Match::Exact),
        (None, Some(range)) => ranged(range, &said.kind, Some(version), quiet),
        _ => NOT,
    }
}

/// How a name that a document uses meets one that the facts have.
fn names(said: &Name, known: &Name, quiet: bool) -> Met {
    match (&said.form, &known.form) {
        (Form::Package(said, range), Form::Package(known, _)) => packages(said, range.as_ref(), known, quiet),
        (Form::Product(said, narrowed), Form::Product(known, _)) => products(said, narrowed.as_deref(), known),
        (Form::Text, Form::Text) if said.is_same_text(known) => {
            // A project may be called as a product is, and be another or of another version.
            if quiet && !said.tells_version() {
                return Met::perhaps("a name without a version may be that of another product");
            }
            Met::by(Match::Exact)
        }
        _ => NOT,
    }
}

/// Whether what is said of a package is said of the other: the same package, the same version and path within it if one is named, and every qualifier that is.
fn packages(said: &Purl, range: Option<&Result<Range, String>>, known: &Purl, quiet: bool) -> Met {
    let same = is_same_package(said, known) && (said.subpath.is_none() || said.subpath == known.subpath);
    let version = said.version.is_none() || said.version == known.version;
    let qualifiers = said.qualifiers.iter().all(|(key, value)| known.qualifier(key) == Some(value));
    match (same && version && qualifiers, &said.version, range) {
        (false, _, _) => NOT,
        (true, Some(_), _) => Met::by(Match::Exact),
        (true, None, Some(range)) => ranged(range, &known.kind, full_version(known).as_deref(), quiet),
        (true, None, None) => Met::by(Match::AnyVersion),
    }
}

fn ranged(range: &Result<Range, String>, kind: &str, version: Option<&str>, quiet: bool) -> Met {
    match in_range(range, kind, version) {
        Affected::Yes => Met::by(Match::InRange),
        Affected::No => NOT,
        Affected::Unknown(why) if quiet => Met::perhaps(why),
        // What brings a finding back is about every version, as far as is known.
        Affected::Unknown(_) => Met::by(Match::AnyVersion),
    }
}

/// A package's version, with the epoch that stands beside it.
fn full_version(purl: &Purl) -> Option<String> {
    let packages = Package::named_by(purl);
    packages.first().map_or(purl.version.as_deref(), Package::version).map(str::to_owned)
}

/// Whether one CPE name is or includes the other; a name that leaves vendor or product open is about too much to silence anything.
fn products(said: &Cpe, narrowed: Option<&str>, known: &Cpe) -> Met {
    let named = |attribute| said.get(attribute).literal().is_some();
    let covers = matches!(compare(said, known), Relation::Equal | Relation::Superset);
    match (covers && named(Attribute::Vendor) && named(Attribute::Product), narrowed, named(Attribute::Version)) {
        (false, _, _) => NOT,
        (true, Some(more), _) => Met::perhaps(format!("whether it is one of `{}` is not known", shown(more))),
        (true, None, false) => Met::by(Match::AnyVersion),
        (true, None, true) => Met::by(Match::Exact),
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

/// Whether no other kind of package has such a name or version: the scope of npm, the coordinates of Maven, a version in which a distribution names
/// itself. `acme/core` is of Composer, Go or an image, `5.1-2` of any distribution.
fn tells_kind(purl: &Purl, package: &str, version: &str) -> bool {
    let says = |marks: &[&str]| marks.iter().any(|mark| version.contains(mark));
    match (purl.kind.as_str(), purl.namespace.as_deref()) {
        ("npm", _) => package.starts_with('@') && package.contains('/'),
        ("maven", _) => package.contains(':'),
        ("deb", Some("debian")) => says(&["+deb", "~deb", "~bpo"]),
        ("deb", Some("ubuntu")) => says(&["ubuntu"]),
        ("rpm", Some("fedora")) => says(&[".fc"]),
        ("rpm", Some("amzn" | "amazonlinux")) => says(&[".amzn"]),
        _ => false,
    }
}
