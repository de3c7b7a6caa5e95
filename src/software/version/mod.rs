//! The order of versions, as each ecosystem's own tools have it.
//!
//! **Invariants.** Every order is total over the texts that it takes: reflexive, antisymmetric and transitive, also where the tool that it follows
//! contradicts itself on malformed versions. Numbers have any length. Time is linear in the length of both texts.

mod apk;
mod dpkg;
mod maven;
mod numeric;
mod packagist;
mod pep440;
mod plain;
mod rpm;
mod rubygems;
mod scan;
mod semver;

use std::cmp::Ordering;
use std::fmt;

/// How the versions of a family of ecosystems are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// Debian and those after it: `[epoch:]upstream[-revision]`, Debian Policy 5.6.12.
    Dpkg,
    /// Red Hat and those after it: `[epoch:]version[-release]`, `rpmvercmp` with `~` and `^`.
    Rpm,
    /// Alpine and those after it, as apk-tools 3 compares them.
    Apk,
    /// Semantic Versioning 2.0.0; any number of parts, `v` before it, build metadata without weight.
    Semver,
    /// Python's PEP 440; versions from before it are older than all others.
    Pep440,
    /// Maven's `ComparableVersion`.
    Maven,
    /// NuGet: as Semantic Versioning, but case has no weight.
    NuGet,
    /// Ruby's `Gem::Version`.
    RubyGems,
    /// Composer's normalised versions under PHP's `version_compare`.
    Packagist,
    /// Dart's: as Semantic Versioning, and build metadata counts.
    Pub,
    /// R's `numeric_version`: numbers parted by `.` or `-`; a longer version is newer than its beginning.
    Cran,
    /// Haskell's package versioning policy: numbers parted by `.`; a longer version is newer than its beginning.
    Hackage,
    /// Where no ecosystem says its own, as in the NVD: numbers compare as numbers, then words, of which some are pre-releases.
    Plain,
}

/// A text that is no version in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVersion {
    /// The text, cut short.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for BadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no version; expected {}", self.text, self.expected)
    }
}

impl std::error::Error for BadVersion {}

/// Which of two versions is newer.
///
/// # Errors
///
/// If one of them is no version in that order.
pub fn compare(order: Order, a: &str, b: &str) -> Result<Ordering, BadVersion> {
    let (a, b) = (a.trim_ascii(), b.trim_ascii());
    match order {
        Order::Dpkg => both(dpkg::read, dpkg::EXPECTED, a, b, dpkg::compare),
        Order::Rpm => both(rpm::read, rpm::EXPECTED, a, b, rpm::compare),
        Order::Apk => both(apk::read, apk::EXPECTED, a, b, apk::compare),
        Order::Semver => both(semver::read, semver::EXPECTED, a, b, semver::compare),
        Order::NuGet => both(semver::read, semver::EXPECTED, a, b, semver::compare_ignoring_case),
        Order::Pub => both(semver::read, semver::EXPECTED, a, b, semver::compare_with_build),
        Order::Pep440 => both(pep440::read, pep440::EXPECTED, a, b, pep440::compare),
        Order::Maven => both(maven::read, maven::EXPECTED, a, b, maven::compare),
        Order::RubyGems => both(rubygems::read, rubygems::EXPECTED, a, b, rubygems::compare),
        Order::Packagist => both(packagist::read, packagist::EXPECTED, a, b, packagist::compare),
        Order::Cran => both(numeric::read_cran, numeric::EXPECTED_CRAN, a, b, numeric::compare),
        Order::Hackage => both(numeric::read_hackage, numeric::EXPECTED_HACKAGE, a, b, numeric::compare),
        Order::Plain => both(plain::read, plain::EXPECTED, a, b, plain::compare),
    }
}

/// Whether a text is a version in an order.
///
/// # Errors
///
/// If it is not.
pub fn check(order: Order, text: &str) -> Result<(), BadVersion> {
    compare(order, text, text).map(drop)
}

fn both<'a, V>(
    read: impl Fn(&'a str) -> Option<V>,
    expected: &'static str,
    a: &'a str,
    b: &'a str,
    compare: impl Fn(&V, &V) -> Ordering,
) -> Result<Ordering, BadVersion> {
    let version =
        |text: &'a str| read(text).ok_or_else(|| BadVersion { text: crate::software::quoted(text), expected });
    Ok(compare(&version(a)?, &version(b)?))
}

#[cfg(test)]
mod tests;
