//! Public feeds about vulnerabilities and about the support of products, read into advisories.
//!
//! | feed | what its advisories tell of a finding |
//! |---|---|
//! | `kev` | `kev`, `kev_added`, `kev_due`, `ransomware`, `forensic_triage` (for a policy that extends `finding` by it) |
//! | `epss` | `epss`, `epss_model` |
//! | `nvd` | `published`, `cvss`, CISA's SSVC and catalogue dates; its `configurations` as they are |
//! | `cve` | `published`, `cvss`, CISA's SSVC and catalogue date, `vendor_severity` |
//! | `osv` | `published`, `cvss`, `vendor_severity`; its `affected` as it is |
//! | `eol` | no findings: [`eol::Product`] |
//!
//! VEX documents are in [`super::vex`].

pub mod cve;
mod detect;
pub(in crate::sources) mod document;
pub mod eol;
pub mod epss;
pub mod kev;
pub(in crate::sources) mod metric;
pub mod nvd;
pub mod osv;
mod ssvc;
mod strict;
mod table;
#[cfg(test)]
pub(in crate::sources) mod tests;

use std::sync::Arc;

pub use detect::detect;

use super::{Harvest, vex};

/// A kind of feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// CISA's catalogue of known exploited vulnerabilities, JSON or CSV.
    Kev,
    /// FIRST's EPSS scores, CSV.
    Epss,
    /// NVD's CVE API 2.0: pages or single records.
    Nvd,
    /// CVE JSON 5: a record, a list or lines of them.
    Cve,
    /// OSV: a record, a list or lines of them.
    Osv,
    /// endoflife.date's products.
    Eol,
    /// CSAF 2: advisories and VEX.
    Csaf,
    /// OpenVEX.
    OpenVex,
    /// CycloneDX with analyses of vulnerabilities.
    CycloneDxVex,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 9] = [
        Kind::Kev,
        Kind::Epss,
        Kind::Nvd,
        Kind::Cve,
        Kind::Osv,
        Kind::Eol,
        Kind::Csaf,
        Kind::OpenVex,
        Kind::CycloneDxVex,
    ];

    /// A short name for it, as in `feeds status` and in [`super::Advisory::feed`].
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kev => "kev",
            Kind::Epss => "epss",
            Kind::Nvd => "nvd",
            Kind::Cve => "cve",
            Kind::Osv => "osv",
            Kind::Eol => "eol",
            Kind::Csaf => "csaf",
            Kind::OpenVex => "openvex",
            Kind::CycloneDxVex => "cyclonedx",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Reads a file of this kind.
    pub fn read(self, file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
        match self {
            Kind::Kev => kev::read(file, bytes, harvest),
            Kind::Epss => epss::read(file, bytes, harvest),
            Kind::Nvd => nvd::read(file, bytes, harvest),
            Kind::Cve => cve::read(file, bytes, harvest),
            Kind::Osv => osv::read(file, bytes, harvest),
            Kind::Eol => eol::read(file, bytes, harvest),
            Kind::Csaf => vex::csaf::read(file, bytes, harvest),
            Kind::OpenVex => vex::openvex::read(file, bytes, harvest),
            Kind::CycloneDxVex => vex::cyclonedx::read(file, bytes, harvest),
        }
    }
}

/// A CVE identifier in upper case: `CVE-`, four digits, `-`, four to nineteen digits, as in the schema of CVE records.
pub fn cve_id(text: &str) -> Option<String> {
    let text = text.trim();
    let (prefix, rest) = text.split_at_checked(4)?;
    let (year, number) = rest.split_once('-')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let right = prefix.eq_ignore_ascii_case("CVE-")
        && year.len() == 4
        && (4..=19).contains(&number.len())
        && digits(year)
        && digits(number);
    right.then(|| text.to_ascii_uppercase())
}

/// An identifier of a vulnerability in the form in which they are compared: CVE numbers in upper case, others as they are written.
pub fn vulnerability_id(text: &str) -> String {
    cve_id(text).unwrap_or_else(|| text.trim().to_owned())
}
