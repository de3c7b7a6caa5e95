//! What has to be changed for a package, and how its versions are ordered, by its type.

use crate::software::ecosystem::Ecosystem;
use crate::software::purl::Purl;
use crate::software::version::Order;

/// What has to be changed, by the type of a package URL: a distribution's packages are the operating system's.
pub(in crate::sources) fn purl(purl: &str) -> Option<&'static str> {
    name(purl.trim().strip_prefix("pkg:")?.split_once('/')?.0)
}

/// What has to be changed, by the type of a package, as package URLs, Grype or OSV call it.
pub(in crate::sources) fn name(name: &str) -> Option<&'static str> {
    const OS: &[&str] = &[
        "deb",
        "rpm",
        "apk",
        "alpm",
        "portage",
        "ebuild",
        "opkg",
        "debian",
        "ubuntu",
        "alpine",
        "alma linux",
        "almalinux",
        "rocky linux",
        "red hat",
        "suse",
        "opensuse",
        "photon os",
        "wolfi",
        "chainguard",
        "mageia",
        "openeuler",
        "kb",
        "msrc-kb",
        "linux-kernel",
    ];
    const APPLICATION: &[&str] = &[
        "npm",
        "maven",
        "java-archive",
        "jenkins-plugin",
        "pypi",
        "python",
        "gem",
        "rubygems",
        "golang",
        "go",
        "go-module",
        "cargo",
        "crates.io",
        "rust-crate",
        "composer",
        "packagist",
        "php-composer",
        "php-pear",
        "nuget",
        "dotnet",
        "pub",
        "dart-pub",
        "hex",
        "hackage",
        "cran",
        "r-package",
        "conda",
        "conan",
        "cocoapods",
        "pod",
        "swift",
        "swifturl",
        "julia",
        "cpan",
        "lua-rocks",
        "luarocks",
        "opam",
        "wordpress-plugin",
        "github-action",
        "github actions",
    ];
    let name = name.trim().to_ascii_lowercase();
    let name = name.split_once(':').map_or(name.as_str(), |(name, _)| name);
    if OS.contains(&name) {
        Some("os")
    } else if APPLICATION.contains(&name) {
        Some("application")
    } else {
        None
    }
}

/// How the versions of a package are ordered, by its package URL.
pub(in crate::sources) fn order(purl: &str) -> Option<Order> {
    Ecosystem::from_purl(&Purl::parse(purl).ok()?)?.order()
}
