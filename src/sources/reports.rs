//! Reports of scanners and bills of materials, told by their content.

use std::sync::Arc;

use super::Harvest;

/// What a report is, and what it says.
#[derive(Debug)]
pub struct Report {
    /// The name of its form.
    pub form: &'static str,
    /// It says what was found, even if that is nothing.
    pub has_findings: bool,
    /// It says which software there is.
    pub has_software: bool,
    /// What it says.
    pub harvest: Harvest,
}

/// Reads a report; `None` where the file is none.
#[must_use]
pub fn read(_file: &Arc<str>, _bytes: &[u8]) -> Option<Report> {
    None
}

/// Whether the file is a report.
#[must_use]
pub fn is_report(_file: &str, _bytes: &[u8]) -> bool {
    false
}
