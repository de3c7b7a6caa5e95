//! Bills of materials as tools write them, and as nobody should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod vectors;

use std::sync::Arc;

use serde_json::Value;

use super::{Kind, detect, read};
use crate::sources::scanners::tests::support::{place, refused, told};
use crate::sources::{Harvest, scanners};

fn harvest(text: &str) -> Harvest {
    let mut harvest = Harvest::default();
    let kind = detect(text.as_bytes()).expect("a bill of materials");
    read(kind, &Arc::from("bom.json"), text.as_bytes(), &mut harvest);
    harvest
}

fn components(harvest: &Harvest) -> Vec<String> {
    let line = |component: &crate::sources::Component| {
        let target = component.target.as_deref().unwrap_or("-");
        format!("{} {target} {}", place(&component.origin), Value::Object(component.software.clone()))
    };
    harvest.components.iter().map(line).collect()
}

#[test]
fn components_of_cyclonedx_nest_and_have_both_names() {
    let found = harvest(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"timestamp":"2026-11-20T01:02:03Z","component":
        {"type":"application","group":"com.acme","name":"shop","version":"4.1","purl":"pkg:maven/com.acme/shop@4.1"}},
        "components":[
          {"type":"library","group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1","publisher":"Apache",
           "purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1","cpe":"cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*",
           "components":[{"type":"library","name":"inner","version":7}]},
          {"type":"file","name":"/etc/passwd"},
          {"type":"library","name":"junit","version":"4","scope":"excluded"},
          {"type":"operating-system","name":"debian","version":"13"},
          {"type":"library","version":"1"},
          "no object"]}"#,
    );
    assert_eq!(
        components(&found),
        [
            r#"/metadata/component shop {"name":"com.acme:shop","purl":"pkg:maven/com.acme/shop@4.1","version":"4.1"}"#,
            concat!(
                r#"/components/0 shop {"cpe":"cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*","name":"org.apache.logging.log4j:log4j-core","#,
                r#""purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1","vendor":"Apache","version":"2.14.1"}"#
            ),
            r#"/components/0/components/0 shop {"name":"inner","version":"7"}"#,
            r#"/components/3 shop {"name":"debian","version":"13"}"#,
        ]
    );
    assert_eq!(
        refused(&found),
        [
            "/components/5: an element of `components` is not an object, expected an object",
            "/components/4: a component has no `name`, expected a text",
        ]
    );
    assert!(found.incomplete);
    assert_eq!(found.editions[0].version.as_deref(), Some("1.5"));
    assert_eq!(found.editions[0].made.as_deref(), Some("2026-11-20T01:02:03Z"));
}

#[test]
fn packages_of_spdx_have_their_references() {
    let found = harvest(
        r#"{"sbom":{"spdxVersion":"SPDX-2.3","name":"shop","creationInfo":{"created":"2026-11-20T00:00:00Z"},"packages":[
          {"name":"shop:latest","primaryPackagePurpose":"CONTAINER"},
          {"name":"curl","versionInfo":"8.1","supplier":"Organization: Acme Corp (oss@acme.example)","externalRefs":[
            {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:deb/debian/curl@8.1"},
            {"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:haxx:curl:8.1:*:*:*:*:*:*:*"},
            {"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:curl:curl:8.1:*:*:*:*:*:*:*"}]},
          {"name":"left-pad","versionInfo":"NOASSERTION","supplier":"NOASSERTION"},
          {"versionInfo":"1"}]}}"#,
    );
    assert_eq!(
        components(&found),
        [
            concat!(
                r#"/sbom/packages/1 shop {"cpe":"cpe:2.3:a:haxx:curl:8.1:*:*:*:*:*:*:*","name":"curl","#,
                r#""purl":"pkg:deb/debian/curl@8.1","vendor":"Acme Corp","version":"8.1"}"#
            ),
            concat!(
                r#"/sbom/packages/1 shop {"cpe":"cpe:2.3:a:curl:curl:8.1:*:*:*:*:*:*:*","name":"curl","#,
                r#""vendor":"Acme Corp","version":"8.1"}"#
            ),
            r#"/sbom/packages/2 shop {"name":"left-pad"}"#,
        ]
    );
    assert_eq!(refused(&found), ["/sbom/packages/3: a package has no `name`, expected a text"]);
}

#[test]
fn a_list_that_is_not_there_leaves_open_what_software_there_is() {
    const CYCLONEDX: &str = r#""bomFormat":"CycloneDX","specVersion":"1.6","#;
    for (fields, listed, told) in [
        (r#""components":[]"#, true, ""),
        (r#""components":null"#, false, "/components: `components` is `null`"),
        (r#""vulnerabilities":[]"#, false, ": there is no `components`"),
    ] {
        let found = harvest(&format!("{{{CYCLONEDX}{fields}}}"));
        assert_eq!((found.listed, self::told(&found).join(", ").as_str()), (listed, told), "{fields}");
        assert_eq!((found.lacks_software, found.incomplete), (!listed, false), "{fields}");
    }
    for (packages, listed, told) in [
        (r#","packages":[]"#, true, ""),
        (r#","packages":null"#, false, "/packages: `packages` is `null`"),
        ("", false, ": there is no `packages`"),
    ] {
        let found = harvest(&format!(r#"{{"spdxVersion":"SPDX-2.3"{packages}}}"#));
        assert_eq!((found.listed, self::told(&found).join(", ").as_str()), (listed, told), "{packages}");
    }
    for (composition, lacks) in [
        (r#"{"aggregate":"incomplete"}"#, true),
        (r#"{"aggregate":"incomplete_first_party_only","assemblies":["other","root"]}"#, true),
        (r#"{"aggregate":"unknown","dependencies":["root"]}"#, true),
        (r#"{"aggregate":5}"#, true),
        (r#"{"aggregate":"complete"},{"aggregate":"incomplete","assemblies":[]}"#, true),
        (r#"{"aggregate":"complete","assemblies":["root"]}"#, false),
        (r#"{"aggregate":"not_specified"}"#, false),
        (r#"{"aggregate":"incomplete","assemblies":["other"]}"#, true),
        (r#"{"aggregate":"incomplete","vulnerabilities":["root"]}"#, false),
    ] {
        let root = r#""metadata":{"component":{"type":"application","name":"shop","bom-ref":"root"}}"#;
        let text = format!(r#"{{{CYCLONEDX}{root},"components":[],"compositions":[{composition}]}}"#);
        let found = harvest(&text);
        assert_eq!((found.listed, found.lacks_software), (true, lacks), "{composition}");
    }
}

#[test]
fn a_name_that_cannot_be_read_is_refused() {
    for (name, refused) in [
        (r#""purl":5"#, 1),
        (r#""purl":"pkg:npm/x@1","purl":"pkg:npm/x@2""#, 1),
        (r#""cpe":[]"#, 1),
        (r#""purl":null"#, 0),
        (r#""purl":"""#, 0),
    ] {
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"name":"x",{name}}}]}}"#);
        assert_eq!(harvest(&text).refused.len(), refused, "{name}");
    }
    for (references, refused) in [
        (r#"{"referenceType":"purl","referenceLocator":"pkg:npm/x@1"}"#, 1),
        (r#"[{"referenceType":"purl","referenceLocator":5}]"#, 1),
        (r#"[{"referenceType":"other","referenceLocator":5}]"#, 0),
        ("null", 0),
    ] {
        let text = format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{{"name":"x","externalRefs":{references}}}]}}"#);
        assert_eq!(harvest(&text).refused.len(), refused, "{references}");
    }
}

#[test]
fn sources_and_archives_of_spdx_are_software() {
    let found = harvest(
        r#"{"spdxVersion":"SPDX-2.3","name":"shop","documentDescribes":["SPDXRef-shop","SPDXRef-tool"],"packages":[
          {"SPDXID":"SPDXRef-shop","name":"shop","primaryPackagePurpose":"SOURCE"},
          {"SPDXID":"SPDXRef-tool","name":"tool","versionInfo":"1","primaryPackagePurpose":"ARCHIVE"},
          {"SPDXID":"SPDXRef-x","name":"x","primaryPackagePurpose":"SOURCE"},
          {"SPDXID":"SPDXRef-y","name":"y","primaryPackagePurpose":"FILE"},
          {"SPDXID":"SPDXRef-z","name":"z","versionInfo":"2","primaryPackagePurpose":"ARCHIVE"}]}"#,
    );
    let names: Vec<&str> = found.components.iter().map(|it| it.software["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["tool", "x", "z"]);
}

#[test]
fn other_versions_and_damaged_files_are_refused() {
    for (text, refusal) in [
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"2.0","components":[{"name":"a"}]}"#,
            "/specVersion: version `2.0` of CycloneDX is not read, expected 1.2 to 1.7",
        ),
        (
            r#"{"spdxVersion":"SPDX-3.0"}"#,
            "/spdxVersion: version `SPDX-3.0` of SPDX is not read, expected `SPDX-2.2` or `SPDX-2.3`",
        ),
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"1.4","components":{"name":"a"}}"#,
            "/components: `components` is not a list, expected a list",
        ),
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"1.4","components":[],"components":[{"name":"a"}]}"#,
            "/components: `components` stands there twice, expected one list",
        ),
        (
            "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\n\"components\":[{\"name\":\"a\"",
            "line 2: it is not JSON: it ends in the middle of a value, expected a CycloneDX document in JSON",
        ),
    ] {
        let found = harvest(text);
        assert_eq!(refused(&found), [refusal], "{text}");
        assert!(found.components.is_empty() && found.incomplete, "{text}");
    }
    let deep = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.4","components":{}{}}}"#,
        r#"[{"name":"a","components":"#.repeat(500_000),
        "]}".repeat(500_000)
    );
    assert_eq!(
        refused(&harvest(&deep)),
        ["line 1: it is not JSON: nested too deep, expected a CycloneDX document in JSON"]
    );
}

#[test]
fn a_bill_is_known_by_its_content() {
    for (text, kind) in [
        ("\u{feff} {\"bomFormat\":\"CycloneDX\"}", Some(Kind::CycloneDx)),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, Some(Kind::Spdx)),
        (r#"{"sbom":{"SPDXID":"x","spdxVersion":"SPDX-2.3"}}"#, Some(Kind::Spdx)),
        (r#"{"SchemaVersion":2,"ArtifactType":"cyclonedx"}"#, None),
        ("", None),
        ("[]", None),
        ("<bom/>", None),
    ] {
        assert_eq!(detect(text.as_bytes()), kind, "{text}");
    }
    // With vulnerabilities it is a report as well.
    let both = br#"{"bomFormat":"CycloneDX","vulnerabilities":[]}"#;
    assert_eq!((detect(both), scanners::detect("", both)), (Some(Kind::CycloneDx), Some(scanners::Kind::CycloneDx)));
}
