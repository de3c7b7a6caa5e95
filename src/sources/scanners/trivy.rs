//! Trivy's JSON reports: the bare list of its first schema, its second schema, and those of clusters, in which each resource has results of its own.

use super::document::{Element, Reading, entries, has, text, text_at, texts, written};
use super::finding::{Cvss, Finding};
use super::ids::{identities, is_advisory};
use super::{kind, when};
use crate::facts::Json;
use crate::sources::Edition;
use crate::sources::feeds::document::shown;

/// Who reports it.
const SCANNER: &str = "trivy";

pub(super) fn read(report: &Json<'_>, reading: &mut Reading<'_>) {
    match report {
        // A report of the first schema on which nothing was looked at.
        Json::Null => {}
        Json::Array(_) => {
            for result in reading.elements(report, "", "the report") {
                read_result(&result, None, reading);
            }
        }
        Json::Object(_) => read_report(report, reading),
        _ => reading.refuse_at("", "it is not a report of Trivy", "a list of results, or an object with `Results`"),
    }
}

fn read_report(report: &Json<'_>, reading: &mut Reading<'_>) {
    let schema = written(report, "SchemaVersion");
    if schema.is_some_and(|schema| schema != "2") {
        let message = format!("schema `{}` of Trivy's reports is not read", shown(schema.unwrap_or_default()));
        reading.refuse_at("/SchemaVersion", message, "2");
        return;
    }
    reading.harvest.editions.push(Edition {
        version: text_at(report, &["Trivy", "Version"]).map(str::to_owned),
        made: text(report, "CreatedAt").and_then(when::time),
        ..Edition::default()
    });
    let artifact = text(report, "ArtifactName");
    let results = reading.objects(report, "", "Results");
    if results.iter().any(|result| seeks_vulnerabilities(result.json)) {
        let origin = reading.pointer("/ArtifactName");
        reading.looked_at(artifact, origin);
    }
    for result in results {
        read_result(&result, artifact, reading);
    }
    for list in ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"] {
        for resource in reading.objects(report, "", list) {
            let names = ["Namespace", "Kind", "Name"].map(|key| text(resource.json, key));
            let name = names.iter().flatten().copied().collect::<Vec<_>>().join("/");
            // What was not looked at is not known to be without findings.
            if let Some(error) = text(resource.json, "Error") {
                reading.refuse_at(
                    &resource.pointer,
                    format!("`{}` was not scanned: {}", shown(&name), shown(error)),
                    "results",
                );
            } else if has(resource.json, "VulnerabilityID") {
                reading.refuse_at(&resource.pointer, "a resource has no `Results`", "a resource with its results");
            }
            for result in reading.objects(resource.json, &resource.pointer, "Results") {
                read_result(&result, Some(&name), reading);
            }
        }
    }
}

/// Whether a result is of a search for vulnerabilities: that for licences, misconfigurations or secrets alone says nothing of them.
fn seeks_vulnerabilities(result: &Json<'_>) -> bool {
    const OTHERS: [&str; 5] = ["Misconfigurations", "MisconfSummary", "Secrets", "Licenses", "CustomResources"];
    match text(result, "Class") {
        Some("os-pkgs" | "lang-pkgs") => true,
        _ if has(result, "Vulnerabilities") => true,
        Some(_) => false,
        None => !OTHERS.iter().any(|key| has(result, key)),
    }
}

fn read_result(result: &Element<'_, '_>, artifact: Option<&str>, reading: &mut Reading<'_>) {
    let Element { json, pointer } = result;
    let target = artifact.filter(|name| !name.is_empty()).or_else(|| text(json, "Target"));
    let class = text(json, "Class");
    if seeks_vulnerabilities(json) {
        let origin = reading.pointer(pointer);
        reading.harvest.sought = true;
        reading.looked_at(target, origin);
        target.map(|target| reading.harvest.unsought.remove(target));
    } else if let Some(target) = target.filter(|target| !reading.harvest.looked_at.contains_key(*target)) {
        reading.harvest.unsought.insert(target.to_owned());
    }
    for found in reading.objects(json, pointer, "Vulnerabilities") {
        vulnerability(&found, class, target, None, reading);
    }
    for found in reading.objects(json, pointer, "Misconfigurations") {
        // Reports can also list the checks that passed.
        if text(found.json, "Status") != Some("PASS") {
            check(&found, "AVDID", Some("configuration"), target, reading);
        }
    }
    for found in reading.objects(json, pointer, "Secrets") {
        check(&found, "RuleID", None, target, reading);
    }
    for modified in reading.objects(json, pointer, "ExperimentalModifiedFindings") {
        let state = text(modified.json, "Status").filter(|state| matches!(*state, "not_affected" | "fixed"));
        let Some(json) = modified.json.get("Finding").filter(|json| matches!(json, Json::Object(_))) else {
            reading.refuse_at(&modified.pointer, "a suppressed finding has no `Finding`", "an object");
            continue;
        };
        let found = Element { json, pointer: format!("{}/Finding", modified.pointer) };
        match text(modified.json, "Type") {
            Some("vulnerability") => vulnerability(&found, class, target, state, reading),
            Some("misconfiguration") => check(&found, "AVDID", Some("configuration"), target, reading),
            Some("secret") => check(&found, "RuleID", None, target, reading),
            _ => {}
        }
    }
}

fn vulnerability(
    found: &Element<'_, '_>,
    class: Option<&str>,
    target: Option<&str>,
    suppressed: Option<&str>,
    reading: &mut Reading<'_>,
) {
    let Element { json, pointer } = found;
    let Some(id) = text(json, "VulnerabilityID") else {
        reading.refuse_at(pointer, "a vulnerability has no `VulnerabilityID`", "a text");
        return;
    };
    let mut finding = Finding::of(SCANNER);
    finding.text("package", text(json, "PkgName"));
    finding.text("version", written(json, "InstalledVersion"));
    finding.text(
        "kind",
        match class {
            Some("os-pkgs") => Some("os"),
            Some("lang-pkgs") => Some("application"),
            _ => None,
        },
    );
    for (source, scores) in entries(json, "CVSS") {
        let source = Some(source.as_ref());
        // Trivy keeps 3.0 and 3.1 under one name; a score alone is of the older.
        finding.cvss(source, Some(Cvss::V2), text(scores, "V2Vector"), written(scores, "V2Score"));
        finding.cvss(source, Some(Cvss::V30), text(scores, "V3Vector"), written(scores, "V3Score"));
        finding.cvss(source, Some(Cvss::V40), text(scores, "V40Vector"), written(scores, "V40Score"));
    }
    finding.prefer(text_at(json, &["DataSource", "ID"]).or_else(|| text(json, "SeveritySource")));
    // NVD rates as the database that it is, not as the vendor.
    let rated_by = text(json, "SeveritySource");
    finding.vendor_severity(text(json, "Severity").filter(|_| rated_by.is_some_and(|by| by != "nvd")));
    let status = text(json, "Status");
    // Of Trivy's statuses only `affected` says that no patch was released yet; that a vendor will not fix it says nothing of others' fixes.
    finding.flag("patch_available", (status == Some("affected")).then_some(false));
    let purl = text_at(json, &["PkgIdentifier", "PURL"]).or_else(|| text(json, "Ref"));
    finding.found_in(purl, None);
    let order = purl.and_then(kind::order);
    finding.fixed_in(&[written(json, "FixedVersion").unwrap_or_default()], written(json, "InstalledVersion"), order);
    finding.flag("patch_available", (status == Some("fixed")).then_some(true));
    finding.text("state", suppressed.or_else(|| status.filter(|status| *status == "not_affected")));
    finding.time("published", text(json, "PublishedDate"));
    let mut others = Vec::new();
    for id in texts(json, "VendorIDs") {
        match is_advisory(id) || !id.starts_with("GHSA-") {
            true => finding.advisory(id),
            false => others.push(id),
        }
    }
    let origin = reading.pointer(pointer);
    for identity in identities(id, reading.first(&others, &origin)) {
        let sighting = finding.clone().named(&identity).sighting(target, origin.clone());
        reading.harvest.sightings.push(sighting);
    }
}

/// A misconfiguration or a secret, under the identifier of the check that found it.
fn check(found: &Element<'_, '_>, key: &str, changes: Option<&str>, target: Option<&str>, reading: &mut Reading<'_>) {
    let Element { json, pointer } = found;
    let Some(id) = text(json, key).or_else(|| text(json, "ID")) else {
        let missing = if has(json, key) { key } else { "ID" };
        reading.refuse_at(pointer, format!("a finding has no `{missing}`"), "a text");
        return;
    };
    let mut finding = Finding::of(SCANNER);
    finding.text("cve", Some(id));
    finding.text("kind", changes);
    let origin = reading.pointer(pointer);
    reading.harvest.sightings.push(finding.sighting(target, origin));
}
