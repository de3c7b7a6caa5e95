//! The CSV reports of OpenVAS and of Greenbone's products.

use super::document::Reading;
use super::finding::{Cvss, Finding};
use super::ids::cves;
use super::table::{Row, Table};

/// Who reports it.
const SCANNER: &str = "openvas";
const TEST: &[&str] = &["nvt oid", "nvt name"];
const HOST: &[&str] = &["hostname", "ip", "host"];
const CVE: &[&str] = &["cves", "cve"];

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) {
    let Some(table) = Table::read(bytes, &[TEST, HOST], reading) else { return };
    table.each(reading, |_| true, read_row);
}

fn read_row(row: &Row<'_>, reading: &mut Reading<'_>) {
    if [TEST, HOST, CVE].iter().any(|names| row.broken(names)) {
        reading.refuse_line(row.line, "a cell is not UTF-8", "UTF-8");
        return;
    }
    let Some(test) = row.get(TEST) else {
        reading.refuse_line(row.line, "a row has no test", "an `NVT OID`");
        return;
    };
    let origin = reading.line(row.line);
    reading.looked_at(row.get(HOST), origin);
    let named = row.get(CVE).map(cves).unwrap_or_default();
    // A test of the level `Log` reports what it saw, not what is wrong.
    let level = row.get(&["severity", "threat"]).map(str::to_ascii_lowercase);
    if named.is_empty() && matches!(level.as_deref(), Some("log" | "none" | "debug")) {
        return;
    }
    let mut finding = Finding::of(SCANNER);
    let vector = row.get(&["cvss vector", "cvss base vector", "cvss v3 vector"]);
    // The score has no version, and vectors without a prefix are those of 2.0.
    let version = vector.filter(|vector| vector.contains("Au:")).map(|_| Cvss::V2);
    finding.cvss(Some(SCANNER), version, vector, row.get(&["cvss", "cvss base"]));
    finding.flag(
        "patch_available",
        match row.get(&["solution type"]) {
            Some("VendorFix") => Some(true),
            Some("NoneAvailable") => Some(false),
            _ => None,
        },
    );
    let origin = reading.line(row.line);
    let own = [test.to_owned()];
    for id in if named.is_empty() { own.as_slice() } else { reading.first(&named, &origin) } {
        let mut finding = finding.clone();
        finding.text("cve", Some(id));
        reading.harvest.sightings.push(finding.sighting(row.get(HOST), origin.clone()));
    }
}
