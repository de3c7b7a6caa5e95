//! Reports of scanners and bills of materials, told by their content.

use std::sync::Arc;

use super::{Harvest, sboms, scanners};

/// What a report is, and what it says.
#[derive(Debug)]
pub struct Report {
    /// The name of its form.
    pub form: &'static str,
    /// It says which vulnerabilities were found, even if these are none.
    pub has_findings: bool,
    /// It says which software there is.
    pub has_software: bool,
    /// What it says.
    pub harvest: Harvest,
}

/// Reads a report; `None` where the file is none.
#[must_use]
pub fn read(file: &Arc<str>, bytes: &[u8]) -> Option<Report> {
    let (scanner, sbom) = (scanners::detect(file, bytes), sboms::detect(bytes));
    let form = scanner.map(scanners::Kind::name).or_else(|| sbom.map(sboms::Kind::name))?;
    let mut harvest = Harvest::default();
    if let Some(kind) = scanner {
        scanners::read(kind, file, bytes, &mut harvest);
    }
    let seen = harvest.refused.len();
    if let Some(kind) = sbom {
        sboms::read(kind, file, bytes, &mut harvest);
    }
    // Both read the same document: what neither could read is told once.
    let (first, second) = harvest.refused.split_at_checked(seen).unwrap_or((&[], &[]));
    let refused = first.iter().chain(second.iter().filter(|one| !first.contains(one))).cloned().collect();
    harvest.refused = refused;
    Some(Report { form, has_findings: harvest.sought, has_software: harvest.listed, harvest })
}

/// Whether the file is a report.
#[must_use]
pub fn is_report(file: &str, bytes: &[u8]) -> bool {
    scanners::detect(file, bytes).is_some() || sboms::detect(bytes).is_some()
}
