//! CycloneDX documents of versions 1.2 to 1.7: their components, nested ones too.

use std::sync::Arc;

use serde_json::Value;

use crate::facts::{Caveat, Json, ProblemKind};
use crate::software::purl::Purl;
use crate::sources::feeds::document::shown;
use crate::sources::scanners::document::{Element, Reading, has, list, said, text, text_at, written};
use crate::sources::scanners::{names, when};
use crate::sources::{Component, Edition, Fields};

/// Whether a document is of a version that is read; another is refused.
pub(in crate::sources) fn is_read(document: &Json<'_>, reading: &mut Reading<'_>) -> bool {
    let version = text(document, "specVersion");
    if !matches!(document, Json::Object(_)) || text(document, "bomFormat") != Some("CycloneDX") {
        reading.refuse_at("", "it is not a CycloneDX document", "`\"bomFormat\": \"CycloneDX\"`");
        return false;
    }
    if matches!(version, Some("1.2" | "1.3" | "1.4" | "1.5" | "1.6" | "1.7")) {
        return true;
    }
    let message = format!("version `{}` of CycloneDX is not read", shown(version.unwrap_or_default()));
    reading.refuse_at("/specVersion", message, "1.2 to 1.7");
    false
}

/// What the document says of itself.
pub(in crate::sources) fn edition(document: &Json<'_>) -> Edition {
    Edition {
        version: text(document, "specVersion").map(str::to_owned),
        made: text_at(document, &["metadata", "timestamp"]).and_then(when::time),
        ..Edition::default()
    }
}

/// Visits the document's subject and all its components with their pointers, outer ones first; `true` marks the subject.
///
/// The components lie on a list of those to come, not on the stack; the reader of JSON bounds how deep they nest.
pub(in crate::sources) fn each_component<'j, 't>(
    document: &'j Json<'t>,
    reading: &mut Reading<'_>,
    visit: &mut dyn FnMut(&Element<'j, 't>, bool),
) {
    let mut waiting = reading.objects(document, "", "components");
    waiting.reverse();
    if let Some(metadata) = document.get("metadata")
        && let Some(json @ Json::Object(_)) = metadata.get("component")
    {
        let subject = Element { json, pointer: "/metadata/component".to_owned() };
        visit(&subject, true);
        waiting.extend(reading.objects(json, &subject.pointer, "components").into_iter().rev());
    }
    while let Some(found) = waiting.pop() {
        visit(&found, false);
        waiting.extend(reading.objects(found.json, &found.pointer, "components").into_iter().rev());
    }
}

pub(super) fn read(document: &Json<'_>, reading: &mut Reading<'_>) {
    if !is_read(document, reading) {
        return;
    }
    reading.harvest.editions.push(edition(document));
    lists(document, "", "components", reading);
    if !is_said_whole(document) {
        lacks(reading, "/compositions", "its `compositions` say that it is incomplete, or may be");
    }
    let target = text_at(document, &["metadata", "component", "name"]).map(str::to_owned);
    let (mut found, mut nameless, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    each_component(document, reading, &mut |element, subject| {
        let broken = ["purl", "cpe"].into_iter().filter(|key| is_broken(element.json, key));
        unread.extend(broken.map(|key| (element.pointer.clone(), key)));
        match text(element.json, "name") {
            Some(name) => {
                found.extend(software(element.json, name, subject).map(|fields| (fields, element.pointer.clone())))
            }
            None => nameless.push(element.pointer.clone()),
        }
    });
    for (pointer, key) in unread {
        reading.refuse_at(&pointer, format!("the `{key}` of a component cannot be read"), "one text");
    }
    for pointer in nameless {
        reading.refuse_at(&pointer, "a component has no `name`", "a text");
    }
    for (software, pointer) in found {
        let origin = reading.pointer(&pointer);
        reading.harvest.components.push(Component { target: target.clone(), software, origin });
    }
}

/// Notes that the software is listed, where there is a list of it: without one nobody knows which there is.
pub(super) fn lists(document: &Json<'_>, pointer: &str, key: &str, reading: &mut Reading<'_>) {
    match document.get(key) {
        Some(Json::Null) => lacks(reading, &format!("{pointer}/{key}"), &format!("`{key}` is `null`")),
        None if !has(document, key) => lacks(reading, pointer, &format!("there is no `{key}`")),
        _ => reading.harvest.listed = true,
    }
}

/// Tells that there may be more software than is listed.
fn lacks(reading: &mut Reading<'_>, pointer: &str, found: &str) {
    let origin = reading.pointer(pointer);
    reading.harvest.lacks_software = true;
    let caveat = Caveat {
        name: "software_incomplete",
        kind: ProblemKind::Note,
        field: Arc::from("asset.software"),
        message: "a bill of materials does not list all software, or may not: its software counts as incomplete",
        found: found.to_owned(),
    };
    reading.harvest.told.push((origin, caveat));
}

/// Whether no composition says that it is incomplete, or that nobody knows; one about vulnerabilities alone is not about software.
fn is_said_whole(document: &Json<'_>) -> bool {
    let compositions = match document.get("compositions") {
        Some(Json::Array(compositions)) => compositions.as_slice(),
        Some(Json::Null) => &[],
        Some(_) => return false,
        None => return !has(document, "compositions"),
    };
    let is_of_software = |composition: &&Json<'_>| {
        let names = |key| !list(composition, key).is_empty();
        names("assemblies") || names("dependencies") || !names("vulnerabilities")
    };
    let is_whole = |one: &Json<'_>| matches!(text(one, "aggregate"), Some("complete" | "not_specified"));
    compositions.iter().filter(is_of_software).all(is_whole)
}

/// Whether what stands under a key is no text, or stands there twice; an empty one and `null` say nothing.
pub(super) fn is_broken(of: &Json<'_>, key: &str) -> bool {
    match of.get(key) {
        Some(Json::String(text)) => !text.trim().is_empty() && said(text).is_none(),
        Some(Json::Null) => false,
        Some(_) => true,
        None => has(of, key),
    }
}

/// The fields of a component that is software and part of what the document is about.
fn software(component: &Json<'_>, name: &str, subject: bool) -> Option<Fields> {
    let purl = text(component, "purl").map(|purl| with_source(purl, trivy_source(component)));
    let purl = purl.as_deref();
    let version = written(component, "version");
    let cpe = text(component, "cpe");
    let is_software = match text(component, "type") {
        Some("file" | "data" | "cryptographic-asset" | "device") => false,
        // What the document is about is software where it can be told apart from the asset that it stands for.
        Some("container" | "platform") => !subject,
        _ => !subject || version.is_some() || purl.is_some() || cpe.is_some(),
    };
    // Excluded is what the product was tested or built with and does not have.
    if !is_software || text(component, "scope") == Some("excluded") {
        return None;
    }
    let vendor = text_at(component, &["manufacturer", "name"])
        .or_else(|| text(component, "publisher"))
        .or_else(|| text_at(component, &["supplier", "name"]));
    let name = names::full(text(component, "group"), name, purl);
    let parts = [("vendor", vendor), ("name", Some(name.as_str())), ("version", version), ("purl", purl), ("cpe", cpe)];
    Some(fields(&parts))
}

/// The source that Trivy says a package of a distribution was built from.
fn trivy_source(component: &Json<'_>) -> Option<(String, String)> {
    let property = |key: &str| {
        let name = format!("aquasecurity:trivy:{key}");
        list(component, "properties")
            .iter()
            .find(|one| text(one, "name") == Some(&name))
            .and_then(|one| text(one, "value"))
    };
    let mut version =
        property("SrcEpoch").filter(|epoch| *epoch != "0").map_or_else(String::new, |it| format!("{it}:"));
    version.push_str(property("SrcVersion")?);
    if let Some(release) = property("SrcRelease") {
        version.push('-');
        version.push_str(release);
    }
    Some((property("SrcName")?.to_owned(), version))
}

/// A package URL with the source that its Debian package was built from, by which advisories speak of it, unless it names one itself.
pub(super) fn with_source(purl: &str, source: Option<(String, String)>) -> String {
    match (Purl::parse(purl), source) {
        (Ok(mut read), Some((name, version))) if read.kind == "deb" && read.qualifier("upstream").is_none() => {
            let source = if version.is_empty() { name } else { format!("{name}@{version}") };
            read.qualifiers.insert("upstream".to_owned(), source);
            read.to_string()
        }
        _ => purl.to_owned(),
    }
}

/// The fields that are there.
pub(super) fn fields(parts: &[(&str, Option<&str>)]) -> Fields {
    parts.iter().filter_map(|(key, text)| Some(((*key).to_owned(), Value::from((*text)?)))).collect()
}
