//! Whether a product of a VEX document is the one that a finding is about. In doubt it is not: a statement can silence.

use serde_json::Value;

use super::Subject;
use crate::sources::feeds::document::decoded;
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
        let text = |key: &str| finding.get(key).and_then(Value::as_str);
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
    } else if let (Some(said), Some(package), Some(version)) = (Purl::parse(product), package, version) {
        // Without a package URL of its own, a finding is known by the name and the exact version.
        return if said.version.as_deref() == Some(version) && said.is_called(package) {
            Match::Exact
        } else {
            Match::No
        };
    }
    subject.cpe.map_or(Match::No, |cpe| names(product, cpe))
}

/// How a name that a document uses meets one that the facts have.
fn names(said: &str, known: &str) -> Match {
    match (Purl::parse(said), Purl::parse(known)) {
        (Some(said), Some(known)) => said.covers(&known),
        (None, None) if said.eq_ignore_ascii_case(known) => Match::Exact,
        _ => Match::No,
    }
}

/// A package URL, taken apart as far as comparing needs it.
struct Purl {
    kind: String,
    namespace: String,
    name: String,
    version: Option<String>,
    qualifiers: Vec<(String, String)>,
}

impl Purl {
    fn parse(text: &str) -> Option<Purl> {
        let rest = text.strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split('#').next()?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let slash = path.rfind('/')?;
        let (path, version) = match path.rfind('@').filter(|at| *at > slash) {
            Some(at) => (path.get(..at)?, Some(decoded(path.get(at.saturating_add(1)..)?))),
            None => (path, None),
        };
        let (kind, path) = path.split_once('/')?;
        let (namespace, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
        let kind = kind.to_ascii_lowercase();
        // Only these tell names apart by case.
        let fold = |text: &str| {
            let text = decoded(text);
            if matches!(kind.as_str(), "maven" | "cran" | "conda" | "generic") {
                text
            } else {
                text.to_ascii_lowercase()
            }
        };
        let name = if kind == "pypi" { fold(name).replace('_', "-") } else { fold(name) };
        let namespace = fold(namespace.trim_matches('/'));
        let mut qualifiers: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_ascii_lowercase(), decoded(value)))
            .collect();
        qualifiers.sort();
        let version = version.filter(|version| !version.is_empty());
        (!name.is_empty()).then_some(Purl { kind, namespace, name, version, qualifiers })
    }

    /// Whether what is said of this package is said of the other: the same package, the same version if one is named, and every qualifier that is.
    fn covers(&self, other: &Purl) -> Match {
        let same = self.kind == other.kind && self.namespace == other.namespace && self.name == other.name;
        let version = self.version.is_none() || self.version == other.version;
        let qualifiers = self.qualifiers.iter().all(|pair| other.qualifiers.contains(pair));
        match (same && version && qualifiers, &self.version) {
            (false, _) => Match::No,
            (true, None) => Match::AnyVersion,
            (true, Some(_)) => Match::Exact,
        }
    }

    /// Whether a scanner may call the package so: by its name, with its namespace before it or, where there is none, without.
    fn is_called(&self, package: &str) -> bool {
        let package = package.to_ascii_lowercase();
        let name = self.name.to_ascii_lowercase();
        let namespace = self.namespace.to_ascii_lowercase();
        let joined = |sign: char| package == format!("{namespace}{sign}{name}");
        // A distribution's packages go by their names alone.
        let alone = namespace.is_empty() || matches!(self.kind.as_str(), "deb" | "rpm" | "apk" | "alpm");
        (alone && package == name) || joined('/') || joined(':')
    }
}
