//! VEX: what it silences, and what it does not.

use super::*;

fn vex(statements: &str) -> Advisories {
    advisories(&[(
        Kind::OpenVex,
        &format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-02T03:04:05Z", "statements": [{statements}]}}"#
        ),
    )])
}

fn statement(product: &str, status: &str) -> String {
    format!(
        r#"{{"vulnerability": {{"name": "CVE-2026-1000"}}, "products": [{product}], "status": "{status}", "justification": "component_not_present"}}"#
    )
}

fn state(advisories: &Advisories, own: &str, subject: &Subject<'_>) -> (String, Vec<&'static str>) {
    let mut fields = finding(own);
    let remarks = advisories.enrich(&mut fields, subject);
    let state = fields.get("state").and_then(Value::as_str).unwrap_or("-").to_owned();
    (state, remarks.iter().map(|remark| remark.name).collect())
}

const OPEN: &str = r#"{"cve": "CVE-2026-1000", "state": "open", "package": "bash", "version": "5.1-2+deb11u1"}"#;

#[test]
fn the_statement_has_to_be_about_the_very_product() {
    let bash = vex(&statement(r#"{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}"#, "not_affected"));
    let with = |purl| Subject { purl: Some(purl), ..Subject::default() };
    let silenced = ("not_affected".to_owned(), vec!["vex_not_affected"]);
    let open = ("open".to_owned(), vec![]);
    assert_eq!(state(&bash, OPEN, &with("pkg:deb/debian/bash@5.1-2+deb11u1?arch=amd64&distro=debian-12")), silenced);
    assert_eq!(state(&bash, OPEN, &Subject::default()), silenced, "by its name and exact version");
    let any = vex(&statement(r#"{"@id": "pkg:deb/debian/bash@5.1-4"}"#, "not_affected"));
    let own = OPEN.replace("5.1-2+deb11u1", "5.1-4");
    assert_eq!(state(&any, &own, &Subject::default()), open, "a version that any distribution may have");
    for other in [
        "pkg:deb/debian/bash@5.1-3",
        "pkg:deb/ubuntu/bash@5.1-2+deb11u1",
        "pkg:rpm/debian/bash@5.1-2+deb11u1",
        "pkg:deb/debian/dash@5.1-2+deb11u1",
        "pkg:deb/debian/bash",
    ] {
        assert_eq!(state(&bash, OPEN, &with(other)), open, "{other}");
    }
    assert_eq!(state(&bash, &OPEN.replace("5.1-2+deb11u1", "5.1-3"), &Subject::default()), open);
    assert_eq!(state(&bash, &OPEN.replace("2026-1000", "2026-1001"), &Subject::default()), open);
    let arch = vex(&statement(r#"{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1?arch=arm64"}"#, "not_affected"));
    assert_eq!(state(&arch, OPEN, &with("pkg:deb/debian/bash@5.1-2+deb11u1?arch=amd64")), open);
    assert_eq!(state(&arch, OPEN, &with("pkg:deb/debian/bash@5.1-2+deb11u1?arch=arm64&distro=debian-12")), silenced);
}

#[test]
fn a_component_is_silenced_within_its_product_only() {
    let nested = vex(&statement(
        r#"{"@id": "pkg:oci/trivy", "subcomponents": [{"@id": "pkg:deb/debian/bash"}]}"#,
        "not_affected",
    ));
    let (trivy, other) = (["pkg:oci/trivy@sha256%3A12".to_owned()], ["pkg:oci/other@sha256%3A12".to_owned()]);
    let purl = Some("pkg:deb/debian/bash@5.1-2+deb11u1");
    assert_eq!(state(&nested, OPEN, &Subject { purl, within: &trivy, ..Subject::default() }).0, "not_affected");
    assert_eq!(state(&nested, OPEN, &Subject { purl, within: &other, ..Subject::default() }).0, "open");
    assert_eq!(state(&nested, OPEN, &Subject { purl, ..Subject::default() }).0, "open");
    // Said of the whole image, it holds for what is in it.
    let whole = vex(&statement(r#"{"@id": "pkg:oci/trivy"}"#, "not_affected"));
    assert_eq!(state(&whole, OPEN, &Subject { purl, within: &trivy, ..Subject::default() }).0, "not_affected");
}

#[test]
fn fixed_needs_a_version() {
    let purl = Some("pkg:deb/debian/bash@5.1-2+deb11u1");
    let subject = Subject { purl, ..Subject::default() };
    let exact = vex(&statement(r#"{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}"#, "fixed"));
    assert_eq!(state(&exact, OPEN, &subject), ("fixed".to_owned(), vec!["vex_fixed"]));
    let any = vex(&statement(r#"{"@id": "pkg:deb/debian/bash"}"#, "fixed"));
    assert_eq!(state(&any, OPEN, &subject), ("open".to_owned(), vec!["vex_without_version"]));
    for (status, remark) in [("affected", "vex_affected"), ("under_investigation", "vex_under_investigation")] {
        let said = vex(&statement(r#"{"@id": "pkg:deb/debian/bash"}"#, status));
        assert_eq!(state(&said, OPEN, &subject), ("open".to_owned(), vec![remark]));
    }
}

#[test]
fn the_latest_word_counts_and_of_equals_the_one_that_leaves_it_open() {
    let subject = Subject { purl: Some("pkg:deb/debian/bash@5.1-2+deb11u1"), ..Subject::default() };
    let product = r#"{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}"#;
    let at = |time: &str, status| statement(product, status).replacen('{', &format!(r#"{{"timestamp": "{time}", "#), 1);
    let said = |first: String, second: String| state(&vex(&format!("{first},{second}")), OPEN, &subject).0;
    assert_eq!(
        said(at("2026-01-01T00:00:00Z", "affected"), at("2026-01-02T00:00:00Z", "not_affected")),
        "not_affected"
    );
    assert_eq!(said(at("2026-01-02T00:00:00Z", "affected"), at("2026-01-01T00:00:00Z", "not_affected")), "open");
    assert_eq!(said(at("2026-01-01T00:00:00Z", "affected"), at("2026-01-01T00:00:00+00:00", "not_affected")), "open");
    assert_eq!(said(at("2026-01-01T00:00:00Z", "not_affected"), at("2026-01-01T00:00:00Z", "affected")), "open");
    // Other states stand.
    for own in ["accepted", "mitigated", "false_positive", "fixed"] {
        assert_eq!(
            state(
                &vex(&statement(product, "not_affected")),
                &OPEN.replace("\"open\"", &format!("\"{own}\"")),
                &subject
            )
            .0,
            own
        );
    }
    assert_eq!(
        state(&vex(&statement(product, "not_affected")), r#"{"cve": "CVE-2026-1000"}"#, &subject).0,
        "not_affected"
    );
}

#[test]
fn products_by_their_cpe_names() {
    let known = Some("cpe:2.3:a:acme:thing:1.2:*:*:*:*:*:*:*");
    let subject = Subject { cpe: known, ..Subject::default() };
    let said = |cpe: &str, status| state(&vex(&statement(&format!(r#"{{"@id": "{cpe}"}}"#), status)), OPEN, &subject).0;
    assert_eq!(said("cpe:2.3:a:acme:thing:1.2:*:*:*:*:*:*:*", "fixed"), "fixed");
    assert_eq!(said("cpe:/a:acme:thing:1.2", "fixed"), "fixed");
    assert_eq!(said("cpe:2.3:a:acme:thing:*:*:*:*:*:*:*:*", "not_affected"), "not_affected");
    assert_eq!(said("cpe:2.3:a:acme:thing:*:*:*:*:*:*:*:*", "fixed"), "open");
    for other in [
        "cpe:2.3:a:acme:thing:1.3:*:*:*:*:*:*:*",
        "cpe:2.3:a:acme:*:1.2:*:*:*:*:*:*:*",
        "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*",
    ] {
        assert_eq!(said(other, "not_affected"), "open", "{other}");
    }
}

#[test]
fn a_statement_about_another_cve_is_not_about_this_one() {
    let said = |names: &str, status: &str| {
        let osv =
            r#"{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1000", "CVE-2026-1002"]}"#;
        let vex = format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-02T03:04:05Z", "statements": [{{"vulnerability": {{{names}}},
            "products": [{{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}}], "status": "{status}", "justification": "component_not_present"}}]}}"#
        );
        let both = advisories(&[(Kind::Osv, osv), (Kind::OpenVex, &vex)]);
        let of = |cve: &str| state(&both, &OPEN.replace("CVE-2026-1000", cve), &Subject::default());
        (of("CVE-2026-1000"), of("GHSA-x"))
    };
    let (silenced, affected, nothing) = (
        ("not_affected".to_owned(), vec!["vex_not_affected"]),
        ("open".to_owned(), vec!["vex_affected"]),
        ("open".to_owned(), vec![]),
    );
    let other = r#""name": "CVE-2026-1002", "aliases": ["GHSA-x"]"#;
    // Of the advisory it is not known which of the two it is about here.
    assert_eq!(said(other, "not_affected"), (nothing.clone(), nothing.clone()));
    assert_eq!(said(other, "affected"), (nothing.clone(), affected));
    assert_eq!(said(r#""name": "CVE-2026-1000""#, "not_affected"), (silenced.clone(), nothing));
    assert_eq!(said(r#""name": "GHSA-x""#, "not_affected"), (silenced.clone(), silenced.clone()));
    let both = r#""name": "CVE-2026-1002", "aliases": ["CVE-2026-1000"]"#;
    assert_eq!(said(both, "not_affected"), (silenced.clone(), silenced));
}

#[test]
fn a_name_without_a_version_is_in_doubt() {
    let (project, image) = (["Portal".to_owned()], ["registry/app:1.2".to_owned()]);
    let with = |within| Subject { within, ..Subject::default() };
    let whole = |name: &str, status| vex(&statement(&format!(r#"{{"@id": "{name}"}}"#), status));
    let (open, doubt) = (|names| ("open".to_owned(), names), vec!["vex_in_doubt"]);
    for status in ["not_affected", "fixed"] {
        assert_eq!(state(&whole("portal", status), OPEN, &with(&project)), open(doubt.clone()), "{status}");
        assert_eq!(state(&whole("registry/app:1.2", status), OPEN, &with(&image)).0, status);
        let part = r#"{"@id": "portal", "subcomponents": [{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}]}"#;
        assert_eq!(state(&vex(&statement(part, status)), OPEN, &with(&project)), open(doubt.clone()), "{status}");
    }
    // What brings a finding back may be about it, and what was said of it in doubt is no news where it is not open.
    assert_eq!(state(&whole("portal", "affected"), OPEN, &with(&project)), open(vec!["vex_affected"]));
    let closed = OPEN.replace("\"open\"", "\"accepted\"");
    assert_eq!(state(&whole("portal", "not_affected"), &closed, &with(&project)), ("accepted".to_owned(), vec![]));
    // A certain word leaves no doubt.
    let both = format!(
        "{}, {}",
        statement(r#"{"@id": "portal"}"#, "not_affected"),
        statement(r#"{"@id": "pkg:deb/debian/bash@5.1-2+deb11u1"}"#, "not_affected")
    );
    assert_eq!(state(&vex(&both), OPEN, &with(&project)).1, ["vex_not_affected"]);
}

#[test]
fn ranges_of_versions() {
    let said = |range: &str, status: &str, purl: &str| {
        let product = format!(r#"{{"@id": "pkg:npm/lib?vers={range}"}}"#);
        let subject = Subject { purl: Some(purl), ..Subject::default() };
        state(&vex(&statement(&product, status)), OPEN, &subject)
    };
    let open = |names| ("open".to_owned(), names);
    let (two, one, none) = ("pkg:npm/lib@2.1.0", "pkg:npm/lib@1.0.0", "pkg:npm/lib");
    let range = "vers:npm/%3E%3D2.0.0";
    assert_eq!(said(range, "fixed", two), ("fixed".to_owned(), vec!["vex_fixed"]));
    assert_eq!(said(range, "not_affected", two), ("not_affected".to_owned(), vec!["vex_not_affected"]));
    assert_eq!(said(range, "affected", two), open(vec!["vex_affected"]));
    for status in ["fixed", "not_affected", "affected", "under_investigation"] {
        assert_eq!(said(range, status, one), open(vec![]), "{status}");
    }
    for (range, purl) in [(range, none), ("%3E%3D2.0.0", two), ("vers:generic/%3E%3D2.0.0", two)] {
        for status in ["fixed", "not_affected"] {
            assert_eq!(said(range, status, purl), open(vec!["vex_in_doubt"]), "{range} {purl}");
        }
        assert_eq!(said(range, "affected", purl), open(vec!["vex_affected"]), "{range} {purl}");
    }
}
