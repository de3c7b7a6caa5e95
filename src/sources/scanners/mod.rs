//! Reports of vulnerability scanners: what they found, on what, and how they rate it.
//!
//! A report says what its format says and no more. A fix that is not mentioned is unknown; so is a severity that is the scanner's own and not the
//! vendor's, and when a finding was first seen where a report tells only when it was made (that is in the harvest's editions).

mod cyclonedx;
mod dependency_track;
pub(in crate::sources) mod document;
mod finding;
mod grype;
mod ids;
mod kind;
pub(in crate::sources) mod names;
mod nessus;
mod nessus_xml;
mod openvas;
mod osv_scanner;
pub(in crate::sources) mod outline;
mod qualys;
mod table;
#[cfg(test)]
pub(in crate::sources) mod tests;
mod trivy;
pub(in crate::sources) mod when;
mod xml;

use std::sync::Arc;

use super::Harvest;
use document::{Reading, without_mark};
use outline::Outline;

/// A form of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Trivy's JSON, both schemas and the reports of clusters.
    Trivy,
    /// Grype's JSON.
    Grype,
    /// OSV-Scanner's JSON.
    OsvScanner,
    /// Dependency-Track's findings.
    DependencyTrack,
    /// CycloneDX JSON with vulnerabilities.
    CycloneDx,
    /// The CSV exports of Nessus and of Tenable's products.
    NessusCsv,
    /// Nessus' own XML, version 2.
    NessusXml,
    /// Qualys' CSV reports.
    QualysCsv,
    /// The CSV reports of OpenVAS and Greenbone.
    OpenVasCsv,
}

impl Kind {
    /// Every form.
    pub const ALL: [Self; 9] = [
        Self::Trivy,
        Self::Grype,
        Self::OsvScanner,
        Self::DependencyTrack,
        Self::CycloneDx,
        Self::NessusCsv,
        Self::NessusXml,
        Self::QualysCsv,
        Self::OpenVasCsv,
    ];

    /// Its name for a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trivy => "trivy",
            Self::Grype => "grype",
            Self::OsvScanner => "osv-scanner",
            Self::DependencyTrack => "dependency-track",
            Self::CycloneDx => "cyclonedx",
            Self::NessusCsv => "nessus-csv",
            Self::NessusXml => "nessus",
            Self::QualysCsv => "qualys-csv",
            Self::OpenVasCsv => "openvas-csv",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The form of a file, by its content. Its name decides only where the content says nothing: `null` is a report of Trivy without findings.
///
/// A CycloneDX document is one only where it has vulnerabilities.
#[must_use]
pub fn detect(name: &str, bytes: &[u8]) -> Option<Kind> {
    if nessus_xml::is_report(bytes) {
        return Some(Kind::NessusXml);
    }
    match Outline::of(bytes) {
        Some(outline) => of_json(name, &outline),
        None => of_table(bytes),
    }
}

fn of_json(name: &str, outline: &Outline) -> Option<Kind> {
    let has = |keys: &[&str]| keys.iter().any(|key| outline.has(key));
    if outline.null || (outline.list && outline.has_no_keys()) {
        return name.to_ascii_lowercase().contains("trivy").then_some(Kind::Trivy);
    }
    if outline.list {
        if outline.has("Target") && has(&["Vulnerabilities", "Type", "Class", "Misconfigurations"]) {
            return Some(Kind::Trivy);
        }
        let api = outline.has("component") && outline.has("vulnerability") && has(&["analysis", "matrix"]);
        return api.then_some(Kind::DependencyTrack);
    }
    if outline.text("bomFormat") == Some("CycloneDX") {
        return outline.has("vulnerabilities").then_some(Kind::CycloneDx);
    }
    if outline.has("ArtifactName")
        || (outline.has("SchemaVersion") && has(&["Results", "ArtifactType"]))
        || (outline.has("ClusterName") && has(&["Resources", "Findings", "Vulnerabilities", "Misconfigurations"]))
    {
        return Some(Kind::Trivy);
    }
    if outline.has("matches") && (has(&["descriptor"]) || outline.within("matches", "vulnerability")) {
        return Some(Kind::Grype);
    }
    if outline.within("findings", "vulnerability") || (outline.within("meta", "application") && outline.has("project"))
    {
        return Some(Kind::DependencyTrack);
    }
    let own = |key: &str| key == "results" || key.starts_with("experimental_") || key == "license_summary";
    let empty = outline.empty("results") && outline.only(own);
    (outline.within("results", "packages") || empty).then_some(Kind::OsvScanner)
}

fn of_table(bytes: &[u8]) -> Option<Kind> {
    table::columns(bytes, |columns| {
        let has = |names: &[&str]| names.iter().any(|name| columns.iter().any(|column| column == name));
        if has(&["nvt oid"]) || (has(&["nvt name"]) && has(&["cves"])) {
            Some(Kind::OpenVasCsv)
        } else if has(&["qid"]) && has(&["title", "vuln title"]) {
            Some(Kind::QualysCsv)
        } else if has(nessus::PLUGIN) && has(nessus::HOST) {
            Some(Kind::NessusCsv)
        } else {
            None
        }
    })
}

/// Adds the findings of a file to a harvest.
pub fn read(kind: Kind, file: &Arc<str>, bytes: &[u8], harvest: &mut Harvest) {
    // Reports of the other two also say something else alone.
    harvest.sought |= !matches!(kind, Kind::Trivy | Kind::CycloneDx);
    let mut reading = Reading::new(file, harvest);
    match kind {
        Kind::NessusCsv => return nessus::read(bytes, &mut reading),
        Kind::NessusXml => return nessus_xml::read(bytes, &mut reading),
        Kind::QualysCsv => return qualys::read(bytes, &mut reading),
        Kind::OpenVasCsv => return openvas::read(bytes, &mut reading),
        Kind::Trivy | Kind::Grype | Kind::OsvScanner | Kind::DependencyTrack | Kind::CycloneDx => {}
    }
    let Some(text) = reading.text(without_mark(bytes)) else { return };
    let Some(report) = reading.document(text, "a report in JSON") else { return };
    match kind {
        Kind::Trivy => trivy::read(&report, &mut reading),
        Kind::Grype => grype::read(&report, &mut reading),
        Kind::OsvScanner => osv_scanner::read(&report, &mut reading),
        Kind::DependencyTrack => dependency_track::read(&report, &mut reading),
        _ => cyclonedx::read(&report, &mut reading),
    }
}
