//! Qualys' CSV reports, in which a preamble stands before the header and a summary may stand behind the rows.

use super::document::Reading;
use super::finding::{Cvss, Finding, joined};
use super::ids::cves;
use super::table::{Row, Table};
use super::when::{self, Order};

/// Who reports it.
const SCANNER: &str = "qualys";
const QID: &[&str] = &["qid"];
const HOST: &[&str] =
    &["dns", "fqdn", "hostname", "dns name", "dns hostname", "netbios", "ip", "ip address", "asset name"];
const CVE: &[&str] = &["cve id", "cveid", "cve", "cve-id"];
const DETECTED: &[&str] = &["first detected", "first found"];
const REFERENCE: &[&str] = &["vendor reference", "vendor references"];

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) {
    let Some(table) = Table::read(bytes, &[QID, &["title", "vuln title", "vulnerability title"]], reading) else {
        return;
    };
    // Reports write times as their readers are used to; the file's own times tell which way.
    let texts = [DETECTED, &["last detected", "last found", "last scan"]];
    let order = when::order(texts.iter().flat_map(|names| table.column(names)));
    let is_row = |row: &Row<'_>| {
        let cell = |names: &[&str]| row.get(names).unwrap_or_default();
        number(cell(QID)).is_some() || cell(&["ip", "ip address"]).parse::<std::net::IpAddr>().is_ok()
    };
    table.each(reading, is_row, |row, reading| read_row(row, order, reading));
}

fn read_row(row: &Row<'_>, order: Option<Order>, reading: &mut Reading<'_>) {
    if [QID, HOST, CVE].iter().any(|names| row.broken(names)) {
        reading.refuse_line(row.line, "a cell is not UTF-8", "UTF-8");
        return;
    }
    let Some(qid) = row.get(QID).and_then(number) else {
        reading.refuse_line(row.line, "a row has no QID", "the number of a check");
        return;
    };
    let origin = reading.line(row.line);
    reading.looked_at(row.get(HOST), origin);
    let named = row.get(CVE).map(cves).unwrap_or_default();
    let what = row.get(&["type"]).unwrap_or_default().to_ascii_lowercase();
    // Information that was gathered is no vulnerability.
    if named.is_empty() && (what == "ig" || what.starts_with("info")) {
        return;
    }
    let mut finding = Finding::of(SCANNER);
    for (version, base, temporal) in [
        (Cvss::V2, ["cvss base", "cvss_base"], "cvss temporal"),
        (Cvss::V30, ["cvss3 base", "cvss3_base"], "cvss3 temporal"),
        (Cvss::V31, ["cvss3.1 base", "cvssv3.1 base"], "cvss3.1 temporal"),
    ] {
        let (score, vector) = row.get(&base).map(apart).unwrap_or_default();
        let (_, more) = row.get(&[temporal]).map(apart).unwrap_or_default();
        finding.cvss(Some(SCANNER), Some(version), joined(vector, more).as_deref(), score);
    }
    let first = row.get(DETECTED).and_then(|text| when::slashed(text, order));
    finding.text("detected", first.as_deref());
    let patchable = row.get(&["patchable", "patch available"]).map(str::to_ascii_lowercase);
    finding.flag(
        "patch_available",
        match patchable.as_deref() {
            Some("yes" | "true" | "1") => Some(true),
            Some("no" | "false" | "0") => Some(false),
            _ => None,
        },
    );
    finding.text("state", row.get(&["vuln status", "status"]).and_then(state));
    // A vendor's references are advisories where they look like one, and titles otherwise.
    for reference in row.get(REFERENCE).unwrap_or_default().split([',', ';']).map(str::trim) {
        if super::ids::is_advisory(reference) {
            finding.advisory(reference);
        }
    }
    let origin = reading.line(row.line);
    let own = [format!("QID-{qid}")];
    for id in if named.is_empty() { own.as_slice() } else { reading.first(&named, &origin) } {
        let mut finding = finding.clone();
        finding.text("cve", Some(id));
        reading.harvest.sightings.push(finding.sighting(row.get(HOST), origin.clone()));
    }
}

/// The number of a check.
fn number(qid: &str) -> Option<&str> {
    let number = qid.strip_prefix("QID-").unwrap_or(qid);
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// The score and the vector of `8.1 (AV:N/AC:H/…)`.
fn apart(cell: &str) -> (Option<&str>, Option<&str>) {
    match cell.split_once('(') {
        Some((score, vector)) => (Some(score.trim()), Some(vector.trim_end_matches(')').trim())),
        None => (Some(cell.trim()), None),
    }
}

fn state(status: &str) -> Option<&'static str> {
    match status.to_ascii_lowercase().as_str() {
        "new" | "active" | "re-opened" | "reopened" => Some("open"),
        "fixed" => Some("fixed"),
        _ => None,
    }
}
