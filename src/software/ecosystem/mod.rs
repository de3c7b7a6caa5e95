//! Where a package comes from: the ecosystems of OSV, the order of their versions, and the packages that a package URL names.

mod names;
mod releases;

use super::Affected;
use super::purl::Purl;
use super::version::Order;

pub use names::Package;

/// An ecosystem, and a release of it where it has releases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ecosystem {
    name: String,
    release: Option<String>,
}

/// Ecosystems by their names in the OSV schema (1.7.4), with the order of their versions where it is one of ours.
const KNOWN: [(&str, Option<Order>); 49] = [
    ("AlmaLinux", Some(Order::Rpm)),
    ("Alpaquita", Some(Order::Apk)),
    ("Alpine", Some(Order::Apk)),
    ("Android", None),
    ("Azure Linux", Some(Order::Rpm)),
    ("BellSoft Hardened Containers", Some(Order::Apk)),
    ("Bioconductor", Some(Order::Semver)),
    ("Bitnami", Some(Order::Semver)),
    ("Chainguard", Some(Order::Apk)),
    ("CleanStart", None),
    ("ConanCenter", Some(Order::Semver)),
    ("CRAN", Some(Order::Cran)),
    ("crates.io", Some(Order::Semver)),
    ("Debian", Some(Order::Dpkg)),
    ("Docker Hardened Images", None),
    ("Echo", None),
    ("FreeBSD", None),
    ("GHC", Some(Order::Hackage)),
    ("GIT", None),
    ("GitHub Actions", Some(Order::Semver)),
    ("Go", Some(Order::Semver)),
    ("Hackage", Some(Order::Hackage)),
    ("Hex", Some(Order::Semver)),
    ("Julia", Some(Order::Semver)),
    ("Kubernetes", Some(Order::Semver)),
    ("Linux", None),
    ("Mageia", Some(Order::Rpm)),
    ("Maven", Some(Order::Maven)),
    ("MinimOS", Some(Order::Apk)),
    ("npm", Some(Order::Semver)),
    ("NuGet", Some(Order::NuGet)),
    ("opam", Some(Order::Dpkg)),
    ("openEuler", Some(Order::Rpm)),
    ("openSUSE", Some(Order::Rpm)),
    ("OSS-Fuzz", None),
    ("Packagist", Some(Order::Packagist)),
    ("Photon OS", Some(Order::Rpm)),
    ("Pub", Some(Order::Pub)),
    ("PyPI", Some(Order::Pep440)),
    ("Red Hat", Some(Order::Rpm)),
    ("Rocky Linux", Some(Order::Rpm)),
    ("Root", None),
    ("RubyGems", Some(Order::RubyGems)),
    ("SUSE", Some(Order::Rpm)),
    ("SwiftURL", Some(Order::Semver)),
    ("TuxCare", None),
    ("Ubuntu", Some(Order::Dpkg)),
    ("VSCode", Some(Order::Semver)),
    ("Wolfi", Some(Order::Apk)),
];

/// Ecosystems of the types of package URLs that name no distribution.
const TYPES: [(&str, &str); 20] = [
    ("bioconductor", "Bioconductor"),
    ("bitnami", "Bitnami"),
    ("cargo", "crates.io"),
    ("composer", "Packagist"),
    ("conan", "ConanCenter"),
    ("cran", "CRAN"),
    ("gem", "RubyGems"),
    ("github", "GitHub Actions"),
    ("githubactions", "GitHub Actions"),
    ("golang", "Go"),
    ("hackage", "Hackage"),
    ("hex", "Hex"),
    ("julia", "Julia"),
    ("maven", "Maven"),
    ("npm", "npm"),
    ("nuget", "NuGet"),
    ("opam", "opam"),
    ("pub", "Pub"),
    ("pypi", "PyPI"),
    ("swift", "SwiftURL"),
];

/// Distributions as package URLs and their `distro` qualifiers name them.
const DISTRIBUTIONS: [(&str, &str); 24] = [
    ("alma", "AlmaLinux"),
    ("almalinux", "AlmaLinux"),
    ("alpaquita", "Alpaquita"),
    ("alpine", "Alpine"),
    ("azurelinux", "Azure Linux"),
    ("cbl-mariner", "Azure Linux"),
    ("chainguard", "Chainguard"),
    ("debian", "Debian"),
    ("mageia", "Mageia"),
    ("mariner", "Azure Linux"),
    ("minimos", "MinimOS"),
    ("openeuler", "openEuler"),
    ("opensuse", "openSUSE"),
    ("opensuse-leap", "openSUSE"),
    ("opensuse-tumbleweed", "openSUSE"),
    ("photon", "Photon OS"),
    ("redhat", "Red Hat"),
    ("rhel", "Red Hat"),
    ("rocky", "Rocky Linux"),
    ("rockylinux", "Rocky Linux"),
    ("sles", "SUSE"),
    ("suse", "SUSE"),
    ("ubuntu", "Ubuntu"),
    ("wolfi", "Wolfi"),
];

/// The order of the versions of packages of a type of package URLs; of a distribution's, whichever distribution it is.
#[must_use]
pub fn order_of_type(kind: &str) -> Option<Order> {
    match kind {
        "deb" => Some(Order::Dpkg),
        "rpm" => Some(Order::Rpm),
        "apk" => Some(Order::Apk),
        kind => TYPES.iter().find(|(known, _)| *known == kind).and_then(|(_, name)| Ecosystem::of_name(name)),
    }
}

impl Ecosystem {
    /// From the name that OSV gives it, with its release after a colon: `Debian:12`, `npm`, `Red Hat:enterprise_linux:9::appstream`. A name that is
    /// not known is kept as it is.
    #[must_use]
    pub fn from_osv(text: &str) -> Self {
        let (name, release) = text.split_once(':').map_or((text, None), |(name, release)| (name, Some(release)));
        Self::new(name, release)
    }

    fn new(name: &str, release: Option<&str>) -> Self {
        let known = KNOWN.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(name));
        let name = known.unwrap_or(name).to_owned();
        let release = release.filter(|r| !r.is_empty()).and_then(|r| releases::normalised(&name, r));
        Self { name, release }
    }

    /// From the type of a package URL, its namespace and its qualifier `distro`. A distribution that OSV does not know keeps the name that the
    /// package URL gives it.
    #[must_use]
    pub fn from_purl(purl: &Purl) -> Option<Self> {
        let distribution = matches!(purl.kind.as_str(), "deb" | "rpm" | "apk");
        if !distribution {
            let (_, name) = TYPES.iter().find(|(kind, _)| *kind == purl.kind)?;
            return Some(Self::new(name, None));
        }
        let distro = purl.qualifier("distro").map(str::to_ascii_lowercase);
        let (said, release) = releases::from_distro(distro.as_deref());
        let label = said.or(purl.namespace.as_deref())?;
        let named = |label: &str| DISTRIBUTIONS.iter().find(|(known, _)| *known == label).map(|(_, name)| *name);
        let name = purl.namespace.as_deref().and_then(named).or_else(|| named(label)).unwrap_or(label);
        // A release under the name of another distribution is none of this one's.
        let same = said.is_none_or(|said| named(said).unwrap_or(said) == name);
        Some(Self::new(name, release.filter(|_| same)))
    }

    /// The name, without the release.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The release, in the form that this room compares: `12` of Debian, `3.19` of Alpine.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    /// The order of its versions, where there is one.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        if matches!(self.name.as_str(), "Root" | "TuxCare") {
            // What they rebuild keeps its own order: `Root:Alpine:3.18`.
            let inner = self.release.as_deref()?.split(':').next()?;
            return Self::of_name(inner);
        }
        Self::of_name(&self.name)
    }

    fn of_name(name: &str) -> Option<Order> {
        KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, order)| *order)
    }

    /// Whether it is a distribution, which mends faults without taking over the versions of those whose software it carries.
    #[must_use]
    pub fn is_distribution(&self) -> bool {
        matches!(self.order(), Some(Order::Dpkg | Order::Rpm | Order::Apk)) && self.name != "opam"
    }

    /// Whether what an advisory says of this ecosystem holds for a package of another.
    #[must_use]
    pub fn covers(&self, package: &Self) -> Affected {
        if self.name != package.name {
            return Affected::No;
        }
        match (&self.release, &package.release) {
            (None, _) => Affected::Yes,
            (Some(_), None) => {
                Affected::Unknown(format!("which release of {} the package is from is not known", self.name))
            }
            (Some(said), Some(own)) => releases::covers(&self.name, said, own),
        }
    }
}

#[cfg(test)]
mod tests;
