//! SPDX documents of versions 2.x in JSON, also as GitHub wraps them.

use super::cyclonedx::{fields, is_broken, lists, with_source};
use crate::facts::Json;
use crate::sources::feeds::document::shown;
use crate::sources::scanners::document::{Element, Reading, list, text, text_at, texts, written};
use crate::sources::scanners::when;
use crate::sources::{Component, Edition};

/// The kinds of references by which software is looked up.
const NAMES: [&str; 3] = ["purl", "cpe23Type", "cpe22Type"];

pub(super) fn read(document: &Json<'_>, reading: &mut Reading<'_>) {
    match document.get("sbom") {
        Some(inner @ Json::Object(_)) => read_document(inner, "/sbom", reading),
        _ => read_document(document, "", reading),
    }
}

fn read_document(document: &Json<'_>, pointer: &str, reading: &mut Reading<'_>) {
    let version = text(document, "spdxVersion");
    if !version.is_some_and(|version| version.starts_with("SPDX-2.")) {
        let message = format!("version `{}` of SPDX is not read", shown(version.unwrap_or_default()));
        reading.refuse_at(&format!("{pointer}/spdxVersion"), message, "`SPDX-2.2` or `SPDX-2.3`");
        return;
    }
    reading.harvest.editions.push(Edition {
        version: version.map(str::to_owned),
        made: text_at(document, &["creationInfo", "created"]).and_then(when::time),
        ..Edition::default()
    });
    let target = text(document, "name");
    lists(document, pointer, "packages", reading);
    let subjects = subjects(document);
    for package in reading.objects(document, pointer, "packages") {
        read_package(&package, target, &subjects, reading);
    }
}

/// What the document is about.
fn subjects<'j>(document: &'j Json<'_>) -> Vec<&'j str> {
    let mut subjects = texts(document, "documentDescribes");
    let relations = list(document, "relationships").iter();
    let describes = relations.filter(|relation| text(relation, "relationshipType") == Some("DESCRIBES"));
    subjects.extend(describes.filter_map(|relation| text(relation, "relatedSpdxElement")));
    subjects
}

fn read_package(package: &Element<'_, '_>, target: Option<&str>, subjects: &[&str], reading: &mut Reading<'_>) {
    let Element { json, pointer } = package;
    let Some(name) = said(text(json, "name")) else {
        reading.refuse_at(pointer, "a package has no `name`", "a text");
        return;
    };
    for reference in reading.objects(json, pointer, "externalRefs") {
        let is_name = text(reference.json, "referenceType").is_some_and(|kind| NAMES.contains(&kind));
        if is_name && is_broken(reference.json, "referenceLocator") {
            reading.refuse_at(&reference.pointer, "the `referenceLocator` of a reference cannot be read", "one text");
        }
    }
    let vendor = said(text(json, "originator")).or_else(|| said(text(json, "supplier"))).map(organization);
    let version = said(written(json, "versionInfo"));
    let reference = |kinds: &[&str]| {
        let of_kind =
            |reference: &&Json<'_>| text(reference, "referenceType").is_some_and(|kind| kinds.contains(&kind));
        let mut found: Vec<&str> = Vec::new();
        for locator in list(json, "externalRefs").iter().filter(of_kind).filter_map(|of| text(of, "referenceLocator")) {
            if !found.contains(&locator) {
                found.push(locator);
            }
        }
        found
    };
    let (purls, cpes) = (reference(&["purl"]), reference(&["cpe23Type", "cpe22Type"]));
    let is_subject = text(json, "SPDXID").is_some_and(|id| subjects.contains(&id));
    let is_bare = version.is_none() && purls.is_empty() && cpes.is_empty();
    // What was looked at, and files, are no software that it has. A folder of sources is, where it can be told apart from what it stands for.
    let is_other = match text(json, "primaryPackagePurpose") {
        Some("FILE" | "CONTAINER" | "DEVICE") => true,
        Some("SOURCE" | "ARCHIVE") => is_subject && is_bare,
        _ => false,
    };
    if is_other {
        return;
    }
    let source = text(json, "sourceInfo").and_then(|text| text.strip_prefix("built package from: "));
    let source = source.and_then(|text| text.split_once(' ')).map(|(name, of)| (name.to_owned(), of.trim().to_owned()));
    let purls: Vec<String> = purls.into_iter().map(|purl| with_source(purl, source.clone())).collect();
    let origin = reading.pointer(pointer);
    // A package with several names of one kind is found under each of them.
    for place in 0..purls.len().max(cpes.len()).max(1) {
        let parts = [
            ("vendor", vendor),
            ("name", Some(name)),
            ("version", version),
            ("purl", purls.get(place).map(String::as_str)),
            ("cpe", cpes.get(place).copied()),
        ];
        let component =
            Component { target: target.map(str::to_owned), software: fields(&parts), origin: origin.clone() };
        reading.harvest.components.push(component);
    }
}

/// A text, unless it is one of SPDX's words for there being none.
fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !matches!(*text, "NOASSERTION" | "NONE"))
}

/// `Organization: Acme (security@acme.example)` without what it is and its address.
fn organization(text: &str) -> &str {
    let name = text.strip_prefix("Organization:").or_else(|| text.strip_prefix("Person:")).unwrap_or(text).trim();
    name.split_once(" (").filter(|(_, rest)| rest.ends_with(')')).map_or(name, |(name, _)| name).trim()
}
