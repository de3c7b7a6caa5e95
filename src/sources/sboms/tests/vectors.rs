//! Published bills of materials, where they are at hand: `CHANGEGATE_DATA` names the folder that holds `sbom/`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::sources::Harvest;
use crate::sources::sboms::{Kind, detect, read};
use crate::sources::scanners::tests::support::{files, objects, place, refused};

/// Files that are no bills of materials, and why.
const NONE: &[(&str, &str)] = &[("trivy/license-cyclonedx.json", "Trivy's report on one")];

#[test]
fn every_bill_is_read_as_a_search_without_its_format_finds_it() {
    let Some(folder) = crate::testing::data("sbom") else { return };
    let mut wrong = Vec::new();
    println!("{:<56} {:<10} {:>7} {:>10} {:>7}", "file", "format", "records", "components", "refused");
    for (name, bytes) in files(&folder) {
        let kind = detect(&bytes);
        let reason = NONE.iter().find(|(file, _)| *file == name).map(|(_, why)| *why);
        let (Some(kind), None) = (kind, reason) else {
            println!("{name:<56} {}", reason.unwrap_or("is not known"));
            if kind.is_some() || reason.is_none() {
                wrong.push(format!("{name}: {kind:?}, where {reason:?}"));
            }
            continue;
        };
        let mut harvest = Harvest::default();
        read(kind, &Arc::from(name.as_str()), &bytes, &mut harvest);
        let expected = records(kind, &serde_json::from_slice(&bytes).unwrap());
        let counts = [expected.len(), harvest.components.len(), harvest.refused.len()];
        println!("{name:<56} {:<10} {:>7} {:>10} {:>7}", kind.name(), counts[0], counts[1], counts[2]);
        let found: BTreeSet<String> = harvest.components.iter().map(|component| place(&component.origin)).collect();
        wrong.extend(expected.symmetric_difference(&found).map(|place| format!("{name}: {place} is in one only")));
        wrong.extend(refused(&harvest).into_iter().map(|line| format!("{name}: {line}")));
        for component in &harvest.components {
            let text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
            if !component.software.contains_key("name") || !component.software.values().all(text) {
                wrong.push(format!("{name}: {:?}", component.software));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where software stands in a document, by the names of the lists alone.
fn records(kind: Kind, document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    objects(document, &mut |pointer, object| {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let parts: Vec<&str> = pointer.split('/').skip(1).filter(|part| part.parse::<usize>().is_err()).collect();
        let is = match kind {
            Kind::CycloneDx => match parts.as_slice() {
                ["metadata", "component"] => !(text("version").is_empty() && text("purl").is_empty()),
                ["components" | "metadata", rest @ ..] => {
                    rest.iter().skip(usize::from(parts[0] == "metadata")).all(|part| *part == "components")
                        && (parts[0] == "components" || rest.first() == Some(&"component"))
                }
                _ => false,
            },
            Kind::Spdx => {
                parts == ["packages"] && !matches!(text("primaryPackagePurpose"), "SOURCE" | "CONTAINER" | "FILE")
            }
        };
        if is
            && !matches!(text("type"), "file" | "data" | "cryptographic-asset" | "device")
            && text("scope") != "excluded"
        {
            found.insert(pointer.to_owned());
        }
    });
    found
}
