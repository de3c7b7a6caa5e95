//! The names of packages, in one form for all who write them.

use std::collections::BTreeMap;

use super::{Ecosystem, TYPES};
use crate::software::purl::Purl;

/// A package of an ecosystem, with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    ecosystem: Ecosystem,
    name: String,
    version: Option<String>,
}

impl Package {
    /// A package by the name that its ecosystem gives it: `group:artifact` of Maven, `@scope/name` of npm.
    #[must_use]
    pub fn new(ecosystem: Ecosystem, name: &str, version: Option<&str>) -> Self {
        let name = normalised(ecosystem.name(), name);
        Self { ecosystem, name, version: version.map(str::to_owned).filter(|v| !v.is_empty()) }
    }

    /// The packages that a package URL names: itself and, in a distribution, the source that it was built from (`upstream`), of which
    /// advisories speak. None where its type is of no ecosystem.
    #[must_use]
    pub fn named_by(purl: &Purl) -> Vec<Self> {
        let Some(ecosystem) = Ecosystem::from_purl(purl) else { return Vec::new() };
        if !matches!(purl.kind.as_str(), "deb" | "rpm" | "apk") {
            let name = match (&purl.namespace, ecosystem.name()) {
                (Some(group), "Maven") => format!("{group}:{}", purl.name),
                (Some(namespace), "Go" | "npm" | "Packagist" | "SwiftURL" | "GitHub Actions") => {
                    format!("{namespace}/{}", purl.name)
                }
                _ => purl.name.clone(),
            };
            return vec![Self::new(ecosystem, &name, purl.version.as_deref())];
        }
        let version = purl.version.as_deref().map(|version| match purl.qualifier("epoch") {
            Some(epoch) if !version.contains(':') && epoch != "0" => format!("{epoch}:{version}"),
            _ => version.to_owned(),
        });
        let own = Self::new(ecosystem.clone(), &purl.name, version.as_deref());
        let upstream = purl.qualifier("upstream").filter(|upstream| !upstream.ends_with(".src.rpm")).map(|upstream| {
            let (name, said) = upstream.split_once('@').map_or((upstream, None), |(name, said)| (name, Some(said)));
            Self::new(ecosystem, name, said.or(version.as_deref()))
        });
        std::iter::once(own.clone()).chain(upstream.filter(|source| *source != own)).collect()
    }

    /// The package URL of a package by the name that OSV gives it, without qualifiers; none where the namespaces of an ecosystem's package URLs
    /// are not agreed upon.
    #[must_use]
    pub fn purl(ecosystem: &Ecosystem, name: &str, version: Option<&str>) -> Option<Purl> {
        let distribution = match ecosystem.name() {
            "Alpine" => Some(("apk", "alpine")),
            "Chainguard" => Some(("apk", "chainguard")),
            "Debian" => Some(("deb", "debian")),
            "Ubuntu" => Some(("deb", "ubuntu")),
            "Wolfi" => Some(("apk", "wolfi")),
            _ => None,
        };
        let (kind, namespace, name) = match distribution {
            Some((kind, namespace)) => (kind, Some(namespace), name),
            None => {
                let mut kinds = TYPES.iter().filter(|(_, of)| *of == ecosystem.name()).map(|(kind, _)| *kind);
                let (Some(kind), None) = (kinds.next(), kinds.next()) else { return None };
                let sign = if kind == "maven" { ':' } else { '/' };
                let (namespace, name) =
                    name.rsplit_once(sign).map_or((None, name), |(before, name)| (Some(before), name));
                (kind, namespace, name)
            }
        };
        let purl = Purl {
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            version: version.map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: None,
        };
        purl.checked().ok()
    }

    /// Where it comes from.
    #[must_use]
    pub fn ecosystem(&self) -> &Ecosystem {
        &self.ecosystem
    }

    /// Its name in the form that this room compares.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

/// The form in which an ecosystem takes two names for the same.
pub(crate) fn normalised(ecosystem: &str, name: &str) -> String {
    match ecosystem {
        "PyPI" => python(name),
        "NuGet" | "Packagist" | "Hex" | "Pub" | "Go" | "GitHub Actions" | "VSCode" => name.to_lowercase(),
        "crates.io" => name.to_lowercase().replace('_', "-"),
        "SwiftURL" => {
            let bare = name.trim_start_matches("https://").trim_end_matches('/');
            bare.strip_suffix(".git").unwrap_or(bare).to_lowercase()
        }
        _ => name.to_owned(),
    }
}

/// PEP 503: lower case, runs of `-`, `_` and `.` as one `-`.
fn python(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.extend(c.to_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}
