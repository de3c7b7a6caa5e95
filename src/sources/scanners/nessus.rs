//! The CSV exports of Nessus, Tenable Vulnerability Management and Tenable Security Center, whose columns differ by product and version.

use super::document::Reading;
use super::finding::{Cvss, Finding, joined};
use super::ids::{cves, is_advisory};
use super::table::{Row, Table};
use super::when;

/// Who reports it.
pub(super) const SCANNER: &str = "nessus";
/// The plugin that found it.
pub(super) const PLUGIN: &[&str] = &["plugin id", "plugin", "definition.id"];
/// On what.
pub(super) const HOST: &[&str] = &[
    "host",
    "dns name",
    "asset.host_name",
    "asset.name",
    "asset name",
    "fqdn",
    "netbios name",
    "netbios",
    "ip address",
    "asset.display_ipv4_address",
];
const CVE: &[&str] = &["cve", "cves", "definition.cve"];
const RISK: &[&str] = &["risk", "severity", "risk factor"];
const STATE: &[&str] = &["vulnerability state", "state"];

pub(super) fn read(bytes: &[u8], reading: &mut Reading<'_>) {
    let Some(table) = Table::read(bytes, &[PLUGIN, HOST], reading) else { return };
    table.each(reading, |_| true, read_row);
}

fn read_row(row: &Row<'_>, reading: &mut Reading<'_>) {
    if [PLUGIN, HOST, CVE].iter().any(|names| row.broken(names)) {
        reading.refuse_line(row.line, "a cell is not UTF-8", "UTF-8");
        return;
    }
    let Some(plugin) = row.get(PLUGIN).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())) else {
        reading.refuse_line(row.line, "a row has no plugin", "the plugin's number");
        return;
    };
    let origin = reading.line(row.line);
    reading.looked_at(row.get(HOST), origin.clone());
    let named = row.get(CVE).map(cves).unwrap_or_default();
    let informs = row.get(RISK).is_some_and(|risk| {
        let risk = risk.to_ascii_lowercase();
        matches!(risk.as_str(), "none" | "info" | "informational" | "0")
    });
    // Most plugins report what they saw, not what is wrong.
    if informs && named.is_empty() {
        return;
    }
    let mut finding = Finding::of(SCANNER);
    scores(row, &mut finding);
    finding.time(
        "published",
        row.get(&["vuln publication date", "vulnerability publication date", "definition.vulnerability_published"]),
    );
    finding
        .time("detected", row.get(&["first found", "first discovered", "first seen", "first_found", "first_observed"]));
    let patched_at = row.get(&["patch publication date", "definition.patch_published"]).and_then(when::time);
    finding.text("patch_available_at", patched_at.as_deref());
    let says = row.get(&["patch available"]).and_then(yes);
    finding.flag("patch_available", says.or(patched_at.is_some().then_some(true)));
    finding.text("state", state(row));
    finding.text("kind", row.get(&["plugin family", "family", "definition.family"]).and_then(kind));
    for article in row.get(&["mskb"]).unwrap_or_default().split([',', ';', '\n', ' ']).map(str::trim) {
        if !article.is_empty() && article.bytes().all(|byte| byte.is_ascii_digit()) {
            finding.advisory(&format!("KB{article}"));
        }
    }
    references(row.get(&["xref", "cross references"]).unwrap_or_default(), &mut finding);
    push(finding, plugin, &named, row.get(HOST), origin, reading);
}

/// A finding for each CVE, or one under the plugin's number.
pub(super) fn push(
    finding: Finding,
    plugin: &str,
    cves: &[String],
    target: Option<&str>,
    origin: crate::sources::Origin,
    reading: &mut Reading<'_>,
) {
    let own = [format!("NESSUS-{plugin}")];
    for id in if cves.is_empty() { own.as_slice() } else { reading.first(cves, &origin) } {
        let mut finding = finding.clone();
        finding.text("cve", Some(id));
        reading.harvest.sightings.push(finding.sighting(target, origin.clone()));
    }
}

/// The advisories among references such as `RHSA:2023:1234` and `IAVA:2023-A-0001`.
pub(super) fn references(text: &str, finding: &mut Finding) {
    for reference in text.split([',', ';', '\n', ' ']).map(str::trim) {
        if let Some((body, number)) = reference.split_once(':') {
            let id = format!("{body}-{number}");
            if is_advisory(&id) {
                finding.advisory(&id);
            }
        }
    }
}

fn scores(row: &Row<'_>, finding: &mut Finding) {
    let v2 = joined(
        row.get(&["cvss v2.0 vector", "cvss v2 vector", "cvss2 vector", "cvss vector", "definition.cvss2.base_vector"]),
        row.get(&[
            "cvss v2.0 temporal vector",
            "cvss v2 temporal vector",
            "cvss2 temporal vector",
            "cvss temporal vector",
        ]),
    );
    let score = row.get(&[
        "cvss v2.0 base score",
        "cvss v2 base score",
        "cvss2 base score",
        "cvss base score",
        "cvss",
        "definition.cvss2.base_score",
    ]);
    finding.cvss(Some(SCANNER), Some(Cvss::V2), v2.as_deref(), score);
    let v3 = joined(
        row.get(&["cvss v3.0 vector", "cvss v3 vector", "cvss3 vector", "definition.cvss3.base_vector"]),
        row.get(&["cvss v3.0 temporal vector", "cvss v3 temporal vector", "cvss3 temporal vector"]),
    );
    let score =
        row.get(&["cvss v3.0 base score", "cvss v3 base score", "cvss3 base score", "definition.cvss3.base_score"]);
    finding.cvss(Some(SCANNER), Some(Cvss::V30), v3.as_deref(), score);
    let v4 = joined(
        row.get(&["cvss v4.0 vector", "cvss v4 vector", "cvss4 vector", "definition.cvss4.base_vector"]),
        row.get(&["cvss v4.0 threat vector", "cvss v4 threat vector", "cvss4 threat vector"]),
    );
    let score =
        row.get(&["cvss v4.0 base score", "cvss v4 base score", "cvss4 base score", "definition.cvss4.base_score"]);
    finding.cvss(Some(SCANNER), Some(Cvss::V40), v4.as_deref(), score);
}

fn state(row: &Row<'_>) -> Option<&'static str> {
    if row.get(&["accept risk?", "risk accepted?", "accepted"]).and_then(yes) == Some(true) {
        return Some("accepted");
    }
    match row.get(STATE)?.to_ascii_lowercase().as_str() {
        "active" | "new" | "open" | "resurfaced" | "reopened" => Some("open"),
        "fixed" | "mitigated" => Some("fixed"),
        _ => None,
    }
}

/// What has to be changed, where a plugin's family says it: a distribution's own checks look at its packages.
pub(super) fn kind(family: &str) -> Option<&'static str> {
    let distribution = family.ends_with("Local Security Checks") && !family.starts_with("Mac");
    distribution.then_some("os")
}

fn yes(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" => Some(true),
        "false" | "no" | "n" => Some(false),
        _ => None,
    }
}
