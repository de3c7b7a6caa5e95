//! What statements become, and which are refused.

use std::sync::Arc;

use crate::sources::feeds::Kind;
use crate::sources::feeds::tests::{read, refused};
use crate::sources::{Assertion, Harvest, Status};

fn openvex(statement: &str) -> Harvest {
    read(
        Kind::OpenVex,
        &format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-02T03:04:05Z", "statements": [{statement}]}}"#
        ),
    )
}

fn only(harvest: &Harvest) -> &Assertion {
    assert_eq!(harvest.assertions.len(), 1, "{harvest:?}");
    &harvest.assertions[0]
}

#[test]
fn not_affected_needs_a_reason() {
    let statement = |more: &str| {
        openvex(&format!(
            r#"{{"vulnerability": {{"name": "CVE-2026-1000"}}, "products": [{{"@id": "pkg:npm/x@1"}}], "status": "not_affected"{more}}}"#
        ))
    };
    let without = statement("");
    assert_eq!(without.assertions, []);
    assert_eq!(refused(&without), ["/statements/0: CVE-2026-1000 is said not to affect the product, without a reason"]);
    assert_eq!(refused(&statement(r#", "justification": "  ""#)).len(), 1);
    assert_eq!(
        only(&statement(r#", "justification": "component_not_present""#)).justification.as_deref(),
        Some("component_not_present")
    );
    let impact = statement(r#", "impact_statement": "not built in""#);
    assert_eq!(only(&impact).justification.as_deref(), Some("not built in"));
    assert_eq!(only(&impact).at.as_deref(), Some("2026-01-02T03:04:05Z"));
}

#[test]
fn what_several_products_are_called_is_none_of_them() {
    let component = |version: &str| format!(r#"{{"bom-ref": "x", "name": "x", "purl": "pkg:npm/x@{version}"}}"#);
    let cyclonedx = |state: &str, components: &[&str]| {
        let components: Vec<String> = components.iter().map(|version| component(version)).collect();
        read(
            Kind::CycloneDxVex,
            &format!(
                r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}], "vulnerabilities": [{{"id": "CVE-2026-1000",
                    "analysis": {{"state": "{state}", "detail": "why"}}, "affects": [{{"ref": "x"}}]}}]}}"#,
                components.join(",")
            ),
        )
    };
    for versions in [["1", "2"], ["2", "1"]] {
        let harvest = cyclonedx("not_affected", &versions);
        assert_eq!(harvest.assertions, [], "{versions:?}");
        assert_eq!(refused(&harvest), ["/vulnerabilities/0/affects/0/ref: several components are called `x`"]);
        // What leaves a finding open is about each.
        assert_eq!(only(&cyclonedx("exploitable", &versions)).products, ["pkg:npm/x"]);
    }
    assert_eq!(only(&cyclonedx("not_affected", &["1", "1"])).products, ["pkg:npm/x@1"]);

    let product = |version: &str| {
        format!(
            r#"{{"product_id": "P", "name": "x", "product_identification_helper": {{"purl": "pkg:npm/x@{version}"}}}}"#
        )
    };
    let csaf = |list: &str, products: &[&str], group: &str| {
        let products: Vec<String> = products.iter().map(|version| product(version)).collect();
        read(
            Kind::Csaf,
            &format!(
                r#"{{"document": {{"category": "csaf_vex", "csaf_version": "2.0", "tracking": {{"id": "A", "status": "final"}}}},
                    "product_tree": {{"full_product_names": [{}], "product_groups": [{{"group_id": "G", "product_ids": ["P"]}}{group}]}},
                    "vulnerabilities": [{{"cve": "CVE-2026-1000", "product_status": {{"{list}": ["P"]}},
                      "threats": [{{"category": "impact", "details": "not built in", "group_ids": ["G"]}}]}}]}}"#,
                products.join(",")
            ),
        )
    };
    for versions in [["1", "2"], ["2", "1"]] {
        let harvest = csaf("known_not_affected", &versions, "");
        assert_eq!(harvest.assertions, [], "{versions:?}");
        assert_eq!(
            refused(&harvest),
            ["/vulnerabilities/0/product_status/known_not_affected: several products are called `P`"]
        );
        assert_eq!(only(&csaf("known_affected", &versions, "")).products, Vec::<String>::new());
    }
    assert_eq!(only(&csaf("known_not_affected", &["1", "1"], "")).products, ["pkg:npm/x@1"]);
    // A group that is several is none, and what is said of it is not said of all.
    let harvest = csaf("known_not_affected", &["1"], r#", {"group_id": "G", "product_ids": ["Q"]}"#);
    assert_eq!((harvest.assertions.len(), refused(&harvest).len()), (0, 2));
}

#[test]
fn versions_that_contradict_each_other_are_in_doubt() {
    for (id, purl, products) in [
        ("pkg:npm/x@1.0", "pkg:npm/x@2.0", "pkg:npm/x?vers=1.0%20or%202.0"),
        ("pkg:npm/x@2.0", "pkg:npm/x@1.0", "pkg:npm/x?vers=1.0%20or%202.0"),
        ("pkg:npm/x@1.0", "pkg:npm/x@1.0", "pkg:npm/x@1.0"),
        ("pkg:npm/x", "pkg:npm/x@1.0", "pkg:npm/x@1.0"),
        ("pkg:oci/x@sha256:ab", "pkg:npm/x@1.0", "pkg:oci/x@sha256:ab pkg:npm/x@1.0"),
        (
            "cpe:2.3:a:x:x:3.0:*:*:*:*:*:*:*",
            "pkg:deb/debian/x@1:3.0-1",
            "cpe:2.3:a:x:x:3.0:*:*:*:*:*:*:* pkg:deb/debian/x@1:3.0-1",
        ),
    ] {
        let said = openvex(&format!(
            r#"{{"vulnerability": "CVE-2026-1000", "status": "not_affected", "justification": "component_not_present",
                "products": [{{"@id": "{id}", "identifiers": {{"purl": "{purl}"}}}}]}}"#
        ));
        assert_eq!(only(&said).products.join(" "), products, "{id} {purl}");
        // What leaves it open is about both.
        let said = openvex(&format!(
            r#"{{"vulnerability": "CVE-2026-1000", "status": "affected", "products": [{{"@id": "{id}", "identifiers": {{"purl": "{purl}"}}}}]}}"#
        ));
        assert!(only(&said).products.contains(&id.to_owned()));
    }
    for (version, purl, product) in [
        ("9.0", "pkg:npm/x@3.0.0", "pkg:npm/x?vers=3.0.0%20or%209.0"),
        ("3.0.0", "pkg:npm/x@3.0.0", "pkg:npm/x@3.0.0"),
        ("9.2p1-2", "pkg:deb/debian/x@1:9.2p1-2", "pkg:deb/debian/x@1:9.2p1-2"),
        ("latest", "pkg:npm/x@3.0.0", "pkg:npm/x@3.0.0"),
    ] {
        let said = read(
            Kind::CycloneDxVex,
            &format!(
                r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{{"bom-ref": "x", "name": "x", "version": "{version}", "purl": "{purl}"}}],
                    "vulnerabilities": [{{"id": "CVE-2026-1000", "analysis": {{"state": "not_affected", "detail": "why"}}, "affects": [{{"ref": "x"}}]}}]}}"#
            ),
        );
        assert_eq!(only(&said).products, [product], "{version}");
    }
}

#[test]
fn a_component_is_spoken_of_within_its_product() {
    let harvest = openvex(
        r#"{"vulnerability": "cve-2026-1000", "timestamp": "2026-02-01T00:00:00+01:00", "status": "fixed",
            "products": [{"@id": "pkg:oci/a", "subcomponents": [{"@id": "pkg:deb/debian/bash"}]}, "pkg:npm/b@1"]}"#,
    );
    let said: Vec<_> = harvest.assertions.iter().map(|a| (a.products.clone(), a.within.clone(), a.status)).collect();
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        said,
        [
            (list(&["pkg:deb/debian/bash"]), list(&["pkg:oci/a"]), Status::Fixed),
            (list(&["pkg:npm/b@1"]), Vec::new(), Status::Fixed)
        ]
    );
    assert_eq!(harvest.assertions[0].ids, ["CVE-2026-1000"]);
    assert_eq!(harvest.assertions[0].at.as_deref(), Some("2026-01-31T23:00:00Z"));
    // A component that cannot be read does not make the statement one about the whole product.
    let broken = openvex(
        r#"{"vulnerability": "CVE-2026-1000", "status": "fixed", "products": [{"@id": "pkg:oci/a", "subcomponents": [7]}]}"#,
    );
    assert_eq!(broken.assertions, []);
    assert_eq!(broken.editions[0].dropped, 1);
}

#[test]
fn a_status_that_does_not_exist_says_nothing() {
    let harvest = openvex(r#"{"vulnerability": "CVE-2026-1000", "products": ["x"], "status": "fine"}"#);
    assert_eq!(refused(&harvest), ["/statements/0/status: `fine` is no status"]);
    // It may be what takes back what was said before.
    assert_eq!(
        (only(&harvest).status, only(&harvest).products.join(" ")),
        (Status::UnderInvestigation, "x".to_owned())
    );
    assert_eq!((harvest.editions[0].read, harvest.editions[0].dropped), (0, 1));
    let harvest = openvex(r#"{"vulnerability": "CVE-2026-1000", "status": "fixed"}"#);
    assert_eq!(refused(&harvest), ["/statements/0/products: the statement names no product"]);
    assert_eq!(harvest.assertions, []);
}

#[test]
fn what_leaves_findings_open_and_names_no_product_that_can_be_read_may_be_about_any() {
    let open = |products: &str| {
        let statement = format!(r#"{{"vulnerability": "CVE-2026-1000", "status": "affected"{products}}}"#);
        let harvest = openvex(&statement);
        assert_eq!(harvest.editions[0].dropped, 1, "{products}");
        let about_any = harvest.assertions.iter().filter(|it| it.products.is_empty()).count();
        assert_eq!(about_any, 1, "{harvest:?}");
        harvest.assertions.len()
    };
    assert_eq!(open(""), 1);
    assert_eq!(open(r#", "products": [{"@id": "pkg:npm/x@1"}, {}]"#), 1);
    assert_eq!(open(r#", "products": [{"@id": "pkg:oci/a", "subcomponents": [7]}]"#), 1);
    let harvest = cyclonedx(r#""analysis": {"state": "exploitable"}, "affects": [{}]"#);
    assert_eq!((only(&harvest).status, only(&harvest).products.len()), (Status::Affected, 0));
    let harvest = cyclonedx(r#""analysis": {"state": "resolved"}, "affects": [{}]"#);
    assert_eq!(harvest.assertions, []);
    let harvest =
        csaf(r#"{"cve": "CVE-2026-1000", "product_status": {"known_affected": ["P1", "P9"], "fixed": ["P8"]}}"#);
    let said: Vec<_> = harvest.assertions.iter().map(|it| (it.status, it.products.join(" "))).collect();
    assert_eq!(said, [(Status::Affected, String::new()), (Status::Affected, "pkg:npm/one@1".to_owned())]);
    let harvest = csaf(r#"{"cve": "CVE-2026-1000", "product_status": {"known_afected": ["P1"]}}"#);
    assert_eq!(only(&harvest).status, Status::UnderInvestigation);
    assert_eq!(
        refused(&harvest),
        ["/vulnerabilities/0/product_status/known_afected: `known_afected` is no status of products"]
    );
}

#[test]
fn a_state_or_a_status_of_a_version_that_there_is_not_takes_nothing_away() {
    for state in ["\"fine\"", "7"] {
        let harvest = cyclonedx(&format!(r#""analysis": {{"state": {state}}}, "affects": [{{"ref": "c2"}}]"#));
        assert_eq!(only(&harvest).status, Status::UnderInvestigation);
        assert_eq!(harvest.editions[0].dropped, 1);
    }
    let harvest = cyclonedx(
        r#""analysis": {"state": "resolved"}, "affects": [{"ref": "c1", "versions": [{"version": "1.2", "status": "afected"}]}]"#,
    );
    assert_eq!(only(&harvest).status, Status::UnderInvestigation);
    assert_eq!(
        refused(&harvest),
        ["/vulnerabilities/0/affects/0/versions/0/status: `afected` is no status of a version"]
    );
}

#[test]
fn a_time_that_cannot_be_read_is_not_that_of_the_document() {
    let statement = |time: &str| {
        openvex(&format!(
            r#"{{"vulnerability": "CVE-2026-1000", "status": "affected", "products": ["x"], "timestamp": {time}}}"#
        ))
    };
    assert_eq!(only(&statement("\"2026-13-45\"")).at, None);
    assert_eq!(only(&statement("7")).at, None);
    assert_eq!(only(&statement("null")).at.as_deref(), Some("2026-01-02T03:04:05Z"));
}

#[test]
fn a_draft_takes_nothing_away() {
    let with = |status: &str| {
        let text = format!(
            r#"{{"document": {{"csaf_version": "2.0", "tracking": {{"id": "A-1", "status": {status}}}}},
            "product_tree": {{"full_product_names": [{{"product_id": "P1", "name": "one"}}, {{"product_id": "P2", "name": "two"}}]}},
            "vulnerabilities": [{{"cve": "CVE-2026-1000", "product_status": {{"known_not_affected": ["P1"], "known_affected": ["P2"]}},
                "flags": [{{"label": "component_not_present", "product_ids": ["P1"]}}]}}]}}"#
        );
        let harvest = read(Kind::Csaf, &text);
        (harvest.assertions.iter().map(|it| it.status).collect::<Vec<_>>(), refused(&harvest))
    };
    for status in ["\"final\"", "\"interim\"", "null"] {
        assert_eq!(with(status), (vec![Status::NotAffected, Status::Affected], vec![]), "{status}");
    }
    for status in ["\"draft\"", "\"Draft\"", "\"x\"", "7"] {
        let (said, refused) = with(status);
        assert_eq!(said, [Status::Affected], "{status}");
        assert_eq!(
            refused.last().map(String::as_str),
            Some(
                "/vulnerabilities/0/product_status/known_not_affected: the document is no issued one: what it says of CVE-2026-1000 takes nothing away"
            )
        );
    }
}

fn csaf(vulnerability: &str) -> Harvest {
    read(
        Kind::Csaf,
        &format!(
            r#"{{"document": {{"category": "csaf_vex", "csaf_version": "2.0", "tracking": {{"id": "A-1", "version": "1", "current_release_date": "2026-01-02T03:04:05Z"}}}},
            "product_tree": {{"full_product_names": [
                {{"product_id": "P1", "name": "one", "product_identification_helper": {{"purl": "pkg:npm/one@1"}}}},
                {{"product_id": "P2", "name": "two"}}],
              "relationships": [{{"category": "installed_on", "product_reference": "P1", "relates_to_product_reference": "P2", "full_product_name": {{"product_id": "P3", "name": "one on two"}}}}],
              "product_groups": [{{"group_id": "G", "product_ids": ["P1", "P2"]}}]}},
            "vulnerabilities": [{vulnerability}]}}"#
        ),
    )
}

#[test]
fn flags_and_threats_give_the_reason_to_the_products_that_they_name() {
    let harvest = csaf(
        r#"{"cve": "CVE-2026-1000", "product_status": {"known_not_affected": ["P1", "P2", "P3"]},
            "flags": [{"label": "component_not_present", "product_ids": ["P1"]}],
            "threats": [{"category": "impact", "details": "the part is not there", "product_ids": ["P3"]}, {"category": "impact", "details": "Important"}]}"#,
    );
    let said: Vec<_> = harvest
        .assertions
        .iter()
        .map(|a| (a.products.join(" "), a.within.join(" "), a.justification.clone().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("pkg:npm/one@1".to_owned(), String::new(), "component_not_present".to_owned()),
            ("pkg:npm/one@1".to_owned(), "two".to_owned(), "the part is not there".to_owned())
        ]
    );
    assert_eq!(
        refused(&harvest),
        [
            "/vulnerabilities/0/product_status/known_not_affected: CVE-2026-1000 is said not to affect 1 products, without a reason"
        ]
    );
    assert_eq!(harvest.advisories[0].fields["vendor_severity"], "high");
    let group = csaf(
        r#"{"cve": "CVE-2026-1000", "product_status": {"known_not_affected": ["P1", "P2"]}, "flags": [{"label": "component_not_present", "group_ids": ["G"]}]}"#,
    );
    assert_eq!(group.refused, []);
    assert_eq!(only(&group).products, ["pkg:npm/one@1", "two"]);
}

#[test]
fn remediations_are_told_of_their_products() {
    let harvest = csaf(
        r#"{"cve": "CVE-2026-1000", "product_status": {"known_affected": ["P1"], "fixed": ["P9"]},
            "remediations": [{"category": "none_available", "product_ids": ["P1"], "details": "x"},
                             {"category": "vendor_fix", "date": "2026-01-03T00:00:00Z", "product_ids": ["P1"], "details": "x"},
                             {"category": "workaround", "date": "2026-01-01T00:00:00Z", "details": "x"}]}"#,
    );
    let fields = serde_json::Value::Object(only(&harvest).fields.clone()).to_string();
    assert_eq!(
        fields,
        r#"{"mitigation_at":"2026-01-01T00:00:00Z","patch":"A-1","patch_available":true,"patch_available_at":"2026-01-03T00:00:00Z"}"#
    );
    assert_eq!(
        refused(&harvest),
        ["/vulnerabilities/0/product_status/fixed: there is no product `P9` in the product tree"]
    );
}

#[test]
fn relationships_that_go_round_end() {
    let text = r#"{"document": {"csaf_version": "2.0"}, "product_tree": {"relationships": [
        {"product_reference": "A", "relates_to_product_reference": "B", "full_product_name": {"product_id": "B"}},
        {"product_reference": "B", "relates_to_product_reference": "A", "full_product_name": {"product_id": "A"}}]},
        "vulnerabilities": [{"cve": "CVE-2026-1000", "product_status": {"fixed": ["A"]}}]}"#;
    let harvest = read(Kind::Csaf, text);
    assert_eq!(harvest.assertions, []);
    assert_eq!(harvest.refused.len(), 1);
}

fn cyclonedx(vulnerability: &str) -> Harvest {
    read(
        Kind::CycloneDxVex,
        &format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {{"timestamp": "2026-01-02T03:04:05Z", "component": {{"bom-ref": "top", "name": "Acme"}}}},
            "components": [{{"bom-ref": "c1", "name": "x", "purl": "pkg:npm/x", "components": [{{"bom-ref": "c2", "name": "y", "purl": "pkg:npm/y@2"}}]}}],
            "vulnerabilities": [{{"id": "CVE-2026-1000", {vulnerability}}}]}}"#
        ),
    )
}

#[test]
fn references_are_followed_and_versions_taken() {
    let harvest = cyclonedx(
        r#""analysis": {"state": "resolved"}, "affects": [{"ref": "c2"}, {"ref": "top"}, {"ref": "c1", "versions": [{"version": "1.2"}]}, {"ref": "urn:cdx:x/1#pkg%3Anpm/z%401"}]"#,
    );
    assert_eq!(only(&harvest).products, ["pkg:npm/y@2", "Acme", "pkg:npm/x@1.2", "pkg:npm/z@1"]);
    assert_eq!(only(&harvest).status, Status::Fixed);
    let range = cyclonedx(
        r#""analysis": {"state": "resolved"}, "affects": [{"ref": "c1", "versions": [{"range": "vers:npm/<2"}]}]"#,
    );
    assert_eq!(only(&range).products, ["pkg:npm/x?vers=vers:npm/%3C2"]);
    // A range is not only of the version that the component has, and a CPE name has no place for one.
    let other = cyclonedx(
        r#""analysis": {"state": "resolved"}, "affects": [{"ref": "c2", "versions": [{"range": "vers:npm/<2"}]}, {"ref": "top", "versions": [{"range": "vers:npm/<2"}]}]"#,
    );
    assert_eq!(only(&other).products, ["pkg:npm/y?vers=vers:npm/%3C2", "Acme (vers:npm/<2)"]);
    let neither = cyclonedx(r#""analysis": {"state": "resolved"}, "affects": [{"ref": "c1", "versions": [{}]}]"#);
    assert_eq!(neither.assertions, []);
    assert_eq!(
        refused(&neither).first().map(String::as_str),
        Some("/vulnerabilities/0/affects/0/versions/0: it says neither a version nor a range of versions")
    );
}

#[test]
fn a_false_positive_is_its_own_reason_and_a_finding_is_no_statement() {
    let harvest = cyclonedx(r#""analysis": {"state": "false_positive"}, "affects": [{"ref": "c2"}]"#);
    assert_eq!(
        (only(&harvest).status, only(&harvest).justification.as_deref()),
        (Status::NotAffected, Some("false_positive"))
    );
    for (state, status) in [("in_triage", Status::UnderInvestigation), ("exploitable", Status::Affected)] {
        let text = format!(r#""analysis": {{"state": "{state}"}}, "affects": [{{"ref": "c2"}}]"#);
        assert_eq!(only(&cyclonedx(&text)).status, status);
    }
    assert_eq!(cyclonedx(r#""affects": []"#).assertions, []);
    let _: Arc<str> = Arc::clone(&harvest.assertions[0].origin.file);
}

#[test]
fn an_analysis_of_no_product_is_refused() {
    let harvest = cyclonedx(r#""analysis": {"state": "not_affected", "justification": "code_not_present"}"#);
    assert_eq!(refused(&harvest), ["/vulnerabilities/0/affects: the analysis names no product"]);
    assert_eq!((harvest.assertions.len(), harvest.editions[0].dropped), (0, 1));
}
