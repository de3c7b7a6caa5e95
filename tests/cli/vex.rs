//! What makers say of their products: a finding is taken away only by a word that is about it, and in doubt it stays.

use super::support::Folder;

const NOW: [&str; 2] = ["--now", "2026-08-22T12:00:00Z"];

/// An advisory about everything before 1.5, and what is installed: a package in two versions, one of them as a CPE name.
fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy\"\ninventory = \"assets.ndjson\"\n");
    folder.write("policy/policy.gate", "policy play \"Play\" {\n  version  \"1\"\n  timezone \"UTC\"\n}\n");
    folder.write(
        "assets.ndjson",
        r#"{"id":"purl","findings":[],"software":[{"name":"lib","version":"1.0.0","purl":"pkg:npm/lib@1.0.0"}]}
{"id":"cpe","findings":[],"software":[{"name":"lib","version":"1.0","cpe":"cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*"}]}
{"id":"deb","findings":[{"cve":"CVE-2026-1001","state":"open","package":"bash","version":"5.1-2+deb11u1"}]}
{"id":"plain","findings":[{"cve":"CVE-2026-1001","state":"open","package":"requests","version":"2.0"}]}
"#,
    );
    folder.write(
        "osv.json",
        r#"{"schema_version": "1.6", "id": "CVE-2026-1001", "modified": "2026-08-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "lib"},
          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.5.0"}]}]}]}"#,
    );
    folder.write(
        "nvd.json",
        r#"{"vulnerabilities": [{"cve": {"id": "CVE-2026-1001", "sourceIdentifier": "x", "vulnStatus": "Analyzed", "configurations": [{"nodes": [{"operator": "OR", "negate": false,
          "cpeMatch": [{"vulnerable": true, "criteria": "cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*", "versionEndExcluding": "1.5"}]}]}]}}], "timestamp": "2026-08-01T00:00:00"}"#,
    );
    folder
}

/// The fields of the only finding of an asset, and what was told.
fn finding(folder: &Folder, asset: &str, vex: &[&str]) -> (serde_json::Value, String) {
    let mut arguments = vec!["facts", "show", asset, "--format", "json", "--keep-going"];
    arguments.extend(NOW);
    ["osv.json", "nvd.json"].iter().chain(vex).for_each(|file| arguments.extend(["--feeds", file]));
    let run = folder.run(arguments);
    let shown = run.json();
    let rows = shown["lists"]["findings"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{shown}");
    (rows[0]["fields"].clone(), run.stderr)
}

/// The state of the only finding of an asset.
fn state(folder: &Folder, asset: &str, vex: &[&str]) -> String {
    finding(folder, asset, vex).0["state"].as_str().unwrap_or("-").to_owned()
}

fn openvex(statements: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-08-01T00:00:00Z", "statements": [{statements}]}}"#
    )
}

fn said(product: &str, status: &str, at: &str) -> String {
    format!(
        r#"{{"vulnerability": "CVE-2026-1001", "products": ["{product}"], "status": "{status}", "justification": "component_not_present", "timestamp": "{at}"}}"#
    )
}

fn csaf(branch: &str, helper: &str, status: &str) -> String {
    format!(
        r#"{{"document": {{"category": "csaf_vex", "csaf_version": "2.0", "tracking": {{"id": "X-1", "current_release_date": "2026-08-01T00:00:00Z", "version": "1"}}}},
          "product_tree": {{"branches": [{{"category": "vendor", "name": "v", "branches": [{{"category": "product_name", "name": "lib", "branches": [{{{branch},
          "product": {{"name": "lib", "product_id": "P1", "product_identification_helper": {{{helper}}}}}}}]}}]}}]}},
          "vulnerabilities": [{{"cve": "CVE-2026-1001", "product_status": {{"{status}": ["P1"]}}, "flags": [{{"label": "component_not_present", "product_ids": ["P1"]}}]}}]}}"#
    )
}

fn cyclonedx(component: &str, state: &str, affects: &str) -> String {
    format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {{"timestamp": "2026-08-01T00:00:00Z"}}, "components": [{{"type": "library", "bom-ref": "c", "name": "lib", {component}}}],
          "vulnerabilities": [{{"id": "CVE-2026-1001", "analysis": {{"state": "{state}", "justification": "code_not_present"}}, "affects": [{{"ref": "c"{affects}}}]}}]}}"#
    )
}

const PURL: &str = r#""purl": "pkg:npm/lib""#;
const CPE: &str = r#""cpe": "cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*""#;

#[test]
fn a_word_about_one_version_is_none_about_another() {
    let folder = project();
    let of = |asset: &str, document: &str| {
        folder.write("v.json", document);
        state(&folder, asset, &["v.json"])
    };
    for (branch, silenced) in [
        (r#""category": "product_version_range", "name": "vers:npm/>=2.0.0""#, false),
        (r#""category": "product_version", "name": "2.0.0""#, false),
        (r#""category": "product_version", "name": "1.0.0""#, true),
        (r#""category": "patch_level", "name": "7""#, false),
        (r#""category": "architecture", "name": "arm64""#, false),
        (r#""category": "product_family", "name": "libs""#, true),
    ] {
        let expected = |silenced| if silenced { "not_affected" } else { "-" };
        assert_eq!(of("purl", &csaf(branch, PURL, "known_not_affected")), expected(silenced), "{branch}");
        let cpe = csaf(&branch.replace("1.0.0", "1.0"), CPE, "known_not_affected");
        assert_eq!(of("cpe", &cpe), expected(silenced), "{branch}");
    }
    for (asset, component, affects, expected) in [
        ("purl", r#""version": "2.0.0", "purl": "pkg:npm/lib""#, "", "-"),
        ("purl", r#""version": "1.0.0", "purl": "pkg:npm/lib""#, "", "not_affected"),
        ("purl", PURL, "", "not_affected"),
        (
            "purl",
            PURL,
            r#", "versions": [{"version": "1.0.0", "status": "affected"}, {"version": "2.0.0", "status": "unaffected"}]"#,
            "-",
        ),
        ("purl", PURL, r#", "versions": [{"version": "1.0.0", "status": "unknown"}]"#, "-"),
        ("purl", PURL, r#", "versions": [{"version": "1.0.0", "status": "unaffected"}]"#, "not_affected"),
        (
            "purl",
            r#""purl": "pkg:npm/lib@1.0.0""#,
            r#", "versions": [{"version": "2.0.0", "status": "unaffected"}]"#,
            "-",
        ),
        ("cpe", CPE, r#", "versions": [{"version": "2.0", "status": "unaffected"}]"#, "-"),
        ("cpe", CPE, r#", "versions": [{"version": "1.0", "status": "unaffected"}]"#, "not_affected"),
        (
            "cpe",
            &format!(r#""version": "2.0", {CPE}"#),
            r#", "versions": [{"range": "vers:generic/>=2.0", "status": "unaffected"}]"#,
            "-",
        ),
        ("cpe", &format!(r#""purl": "pkg:npm/lib@2.0", {CPE}"#), "", "-"),
    ] {
        assert_eq!(of(asset, &cyclonedx(component, "not_affected", affects)), expected, "{component} {affects}");
    }
    let affected = cyclonedx(PURL, "resolved", r#", "versions": [{"version": "1.0.0", "status": "affected"}]"#);
    folder.write("v.json", &affected);
    let (_, told) = finding(&folder, "purl", &["v.json"]);
    assert!(told.contains("vex_affected"), "{told}");
    let at = "2026-08-01T00:00:00Z";
    assert_eq!(of("purl", &openvex(&said("pkg:npm/lib@1.0.0#sub/dir", "not_affected", at))), "-");
    assert_eq!(of("purl", &openvex(&said("pkg:npm/lib@1.0.0", "not_affected", at))), "not_affected");
}

#[test]
fn a_later_word_about_more_revokes_one_about_less() {
    let folder = project();
    let quiet = said("pkg:npm/lib@1.0.0", "not_affected", "2026-01-01T00:00:00Z");
    let with = |other: &str| {
        folder.write("v.json", openvex(&format!("{quiet}, {other}")));
        state(&folder, "purl", &["v.json"])
    };
    for status in ["affected", "under_investigation"] {
        for broader in ["pkg:npm/lib", "pkg:npm/lib@1.0.0?arch=arm64", "pkg:npm/lib@1.0.0#sub", "pkg:npm/lib@v1.0.0"] {
            assert_eq!(with(&said(broader, status, "2026-06-01T00:00:00Z")), "-", "{broader}");
        }
        for other in ["pkg:npm/other", "pkg:npm/lib@2.0.0", "pkg:pypi/lib"] {
            assert_eq!(with(&said(other, status, "2026-06-01T00:00:00Z")), "not_affected", "{other}");
        }
    }
    assert_eq!(with(&said("pkg:npm/lib", "affected", "2025-06-01T00:00:00Z")), "not_affected");
    // One document names an exception to what it says of all versions.
    assert_eq!(with(&said("pkg:npm/lib", "affected", "2026-01-01T00:00:00Z")), "not_affected");
    assert_eq!(with(&said("pkg:npm/lib@1.0.0", "affected", "2026-01-01T00:00:00Z")), "-");
    // A finding without a package URL is brought back by its name.
    folder.write(
        "v.json",
        openvex(&format!(
            "{}, {}",
            said("pkg:deb/debian/bash@5.1-2+deb11u1", "not_affected", "2026-01-01T00:00:00Z"),
            said("pkg:deb/debian/bash", "affected", "2026-06-01T00:00:00Z")
        )),
    );
    assert_eq!(state(&folder, "deb", &["v.json"]), "open");
}

#[test]
fn contradictory_words_of_one_time_leave_a_finding_open_in_any_order() {
    let folder = project();
    let at = "2026-08-01T00:00:00Z";
    folder.write("v1.json", openvex(&said("pkg:npm/lib@1.0.0", "not_affected", at)));
    folder.write("v2.json", openvex(&said("pkg:npm/lib@1.0.0", "affected", at)));
    assert_eq!(state(&folder, "purl", &["v1.json"]), "not_affected");
    assert_eq!(state(&folder, "purl", &["v1.json", "v2.json"]), "-");
    assert_eq!(state(&folder, "purl", &["v2.json", "v1.json"]), "-");
    for file in ["v1.json", "v2.json", "v1.json"] {
        folder.run(["feeds", "add", file, "--store", "s"].iter().chain(&NOW)).status(0);
    }
    assert_eq!(state(&folder, "purl", &["s"]), "-");
}

#[test]
fn the_latest_word_on_a_fix_counts_in_any_order() {
    let folder = project();
    let document = |at: &str, remedy: &str| {
        format!(
            r#"{{"document": {{"category": "csaf_vex", "csaf_version": "2.0", "tracking": {{"id": "X-1", "current_release_date": "{at}", "version": "1"}}}},
              "product_tree": {{"full_product_names": [{{"name": "lib", "product_id": "P1", "product_identification_helper": {{"purl": "pkg:npm/lib@1.0.0"}}}}]}},
              "vulnerabilities": [{{"cve": "CVE-2026-1001", "product_status": {{"known_affected": ["P1"]}}, "remediations": [{{{remedy}, "details": "x", "product_ids": ["P1"]}}]}}]}}"#
        )
    };
    let fix = r#""category": "vendor_fix", "date": "2026-07-30T00:00:00Z""#;
    let none = r#""category": "none_available""#;
    for (fixed_at, none_at, expected) in [
        ("2026-08-01T00:00:00Z", "2025-01-01T00:00:00Z", "true"),
        ("2026-08-01T00:00:00Z", "2026-08-01T00:00:00Z", "true"),
        ("2025-01-01T00:00:00Z", "2026-08-01T00:00:00Z", "false"),
    ] {
        folder.write("fix.json", document(fixed_at, fix));
        folder.write("none.json", document(none_at, none));
        for files in [["fix.json", "none.json"], ["none.json", "fix.json"]] {
            let (fields, _) = finding(&folder, "purl", &files);
            assert_eq!(fields["patch_available"], expected, "{files:?}");
            assert_eq!(fields.get("patch").is_some(), expected == "true", "{fields}");
            assert_eq!(fields["patch_available_at"] == "none", expected == "false", "{fields}");
        }
    }
}

#[test]
fn another_kind_of_package_of_the_same_name_is_another_package() {
    let folder = project();
    let at = "2026-08-01T00:00:00Z";
    let of = |asset: &str, product: &str| {
        folder.write("v.json", openvex(&said(product, "not_affected", at)));
        state(&folder, asset, &["v.json"])
    };
    for other in [
        "pkg:deb/debian/requests@2.0?arch=arm64&distro=bookworm",
        "pkg:deb/debian/requests@2.0",
        "pkg:npm/requests@2.0",
    ] {
        assert_eq!(of("plain", other), "open", "{other}");
    }
    assert_eq!(of("deb", "pkg:deb/debian/bash@5.1-2+deb11u1"), "not_affected");
    assert_eq!(of("deb", "pkg:deb/debian/bash@5.1-2+deb11u1?arch=arm64"), "open");
}

#[test]
fn a_word_of_the_future_takes_nothing_away_and_is_told() {
    let folder = project();
    folder.write("v1.json", openvex(&said("pkg:npm/lib@1.0.0", "not_affected", "2099-01-01T00:00:00Z")));
    folder.write("v2.json", openvex(&said("pkg:npm/lib@1.0.0", "affected", "2026-08-01T00:00:00Z")));
    for files in [["v1.json"].as_slice(), &["v1.json", "v2.json"]] {
        let (fields, told) = finding(&folder, "purl", files);
        assert_eq!(fields.get("state"), None);
        assert!(told.contains("feed_future"), "{told}");
    }
    folder.run(["feeds", "add", "v1.json", "--store", "s"].iter().chain(&NOW)).status(0);
    assert_eq!(state(&folder, "purl", &["s"]), "-");
}

#[test]
fn a_range_of_versions_is_evaluated_where_it_can_be() {
    let folder = project();
    let of = |asset: &str, document: &str| {
        folder.write("v.json", document);
        let (fields, told) = finding(&folder, asset, &["v.json"]);
        (fields["state"].as_str().unwrap_or("-").to_owned(), told.contains("vex_in_doubt"))
    };
    let closed = |state: &str| (state.to_owned(), false);
    let (open, doubt) = (closed("-"), ("-".to_owned(), true));
    // The package is installed in 1.0.0.
    for (range, expected) in [
        ("vers:npm/<1.5.0", Some(true)),
        ("vers:npm/>=0.9.0|<=1.0.0", Some(true)),
        ("vers:npm/1.0.0", Some(true)),
        ("vers:npm/>=2.0.0", Some(false)),
        ("vers:npm/<1.0.0", Some(false)),
        ("vers:pypi/<1.5.0", None),
        ("vers:generic/<1.5.0", None),
        ("vers:npm/<latest", None),
        ("<1.5.0", None),
        ("1.0 and later", None),
    ] {
        let branch = format!(r#""category": "product_version_range", "name": "{range}""#);
        let affects = format!(r#", "versions": [{{"range": "{range}", "status": "unaffected"}}]"#);
        for (status, analysed, state) in
            [("known_not_affected", "not_affected", "not_affected"), ("fixed", "resolved", "fixed")]
        {
            let expected = match expected {
                Some(true) => closed(state),
                Some(false) => open.clone(),
                None => doubt.clone(),
            };
            assert_eq!(of("purl", &csaf(&branch, PURL, status)), expected, "{range} {status}");
            for component in [PURL, r#""version": "2.0.0", "purl": "pkg:npm/lib@2.0.0""#] {
                assert_eq!(of("purl", &cyclonedx(component, analysed, &affects)), expected, "{range} {analysed}");
            }
            // What order the versions behind a CPE name have nobody knows.
            assert_eq!(of("cpe", &csaf(&branch, CPE, status)), doubt, "{range} {status}");
            assert_eq!(of("cpe", &cyclonedx(CPE, analysed, &affects)), doubt, "{range} {analysed}");
        }
    }
    let patched = csaf(r#""category": "patch_level", "name": "7""#, PURL, "fixed");
    assert_eq!(of("purl", &patched), doubt);
}

#[test]
fn a_range_that_is_affected_revokes_only_what_may_be_in_it() {
    let folder = project();
    folder.write("quiet.json", openvex(&said("pkg:npm/lib@1.0.0", "not_affected", "2026-01-01T00:00:00Z")));
    let with = |range: &str| {
        let branch = format!(r#""category": "product_version_range", "name": "{range}""#);
        folder.write("v.json", csaf(&branch, PURL, "known_affected"));
        state(&folder, "purl", &["quiet.json", "v.json"])
    };
    assert_eq!(with("vers:npm/<1.5.0"), "-");
    assert_eq!(with("vers:npm/>=2.0.0"), "not_affected");
    assert_eq!(with(">=2.0.0"), "-");
}

#[test]
fn a_project_called_like_a_product_is_not_taken_for_it() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}\n");
    let report = |name: &str| {
        format!(
            r#"{{"version": "1.2", "meta": {{"application": "Dependency-Track", "version": "4.12.0", "timestamp": "2026-08-01T00:00:00Z"}},
              "project": {{"uuid": "x", "name": "{name}"}}, "findings": [{{"component": {{"name": "lib", "version": "1.0.0", "purl": "pkg:npm/lib@1.0.0"}},
              "vulnerability": {{"source": "NVD", "vulnId": "CVE-2026-1001"}}, "matrix": "x"}}]}}"#
        )
    };
    let with = |name: &str, product: &str| {
        folder.write("report.json", report(name));
        folder.write("v.json", openvex(&said(product, "fixed", "2026-08-01T00:00:00Z")));
        let run = folder.run(
            ["facts", "show", "a", "--format", "json", "--feeds", "v.json", "--report", "a=report.json"]
                .iter()
                .chain(&NOW),
        );
        let shown = run.json();
        let fields = &shown["lists"]["findings"]["rows"][0]["fields"];
        assert_eq!(fields["cve"], "\"CVE-2026-1001\"", "{shown}");
        (fields["state"].as_str().unwrap_or("-").to_owned(), run.stderr.contains("vex_in_doubt"))
    };
    assert_eq!(with("Portal", "portal"), ("-".to_owned(), true));
    assert_eq!(with("Portal", "other"), ("-".to_owned(), false));
    assert_eq!(with("Portal 1.2", "portal 1.2"), ("fixed".to_owned(), false));
    assert_eq!(with("Portal", "pkg:npm/lib@1.0.0"), ("fixed".to_owned(), false));
}

#[test]
fn forms_that_are_not_read_are_told_by_name() {
    let folder = project();
    for (file, text, form, help) in [
        (
            "a.xml",
            "<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>",
            "CycloneDX as XML",
            "as JSON",
        ),
        ("a.spdx", "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n", "SPDX in tag-value form", "SPDX 2.3 JSON"),
        (
            "a.json",
            "{\"@context\": \"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\", \"@graph\": []}",
            "SPDX 3",
            "SPDX 2.3 JSON",
        ),
        ("a.rdf", "<rdf:RDF xmlns:spdx=\"http://spdx.org/rdf/terms#\"/>", "SPDX as RDF/XML", "SPDX 2.3 JSON"),
    ] {
        folder.write(file, text);
        let report = format!("purl={file}");
        for arguments in [["facts", "show", "purl", "--report", &report], ["facts", "show", "purl", "--feeds", file]] {
            let run = folder.run(arguments.iter().chain(&NOW));
            assert!(run.stderr.contains(&format!("is {form}, which is not read")), "{}", run.stderr);
            assert!(run.stderr.contains(help), "{}", run.stderr);
            run.status(2);
        }
        let run = folder.run(["feeds", "add", file, "--store", "s"].iter().chain(&NOW));
        assert!(run.stderr.contains(form), "{}", run.stderr);
    }
}

#[test]
fn a_name_that_several_kinds_of_packages_have_is_not_enough() {
    let folder = project();
    let findings = ["acme/core 1.0.0", "bash 5.1-2", "@acme/core 1.0.0", "org.acme:core 1.0.0", "bash 5.1-2ubuntu3"];
    let assets = findings.iter().enumerate().map(|(at, of)| {
        let (package, version) = of.split_once(' ').unwrap();
        format!(r#"{{"id":"a{at}","findings":[{{"cve":"CVE-2026-1001","state":"open","package":"{package}","version":"{version}"}}]}}"#)
    });
    folder.write("assets.ndjson", assets.collect::<Vec<_>>().join("\n"));
    for (asset, product, expected) in [
        ("a0", "pkg:docker/acme/core@1.0.0", "open"),
        ("a0", "pkg:github/acme/core@1.0.0", "open"),
        ("a0", "pkg:golang/acme/core@1.0.0", "open"),
        ("a0", "pkg:composer/acme/core@1.0.0", "open"),
        ("a1", "pkg:rpm/opensuse/bash@5.1-2", "open"),
        ("a1", "pkg:deb/debian/bash@5.1-2", "open"),
        ("a2", "pkg:npm/%40acme/core@1.0.0", "not_affected"),
        ("a3", "pkg:maven/org.acme/core@1.0.0", "not_affected"),
        ("a4", "pkg:deb/ubuntu/bash@5.1-2ubuntu3", "not_affected"),
        ("a4", "pkg:deb/debian/bash@5.1-2ubuntu3", "open"),
    ] {
        folder.write("v.json", openvex(&said(product, "not_affected", "2026-08-01T00:00:00Z")));
        assert_eq!(state(&folder, asset, &["v.json"]), expected, "{asset} {product}");
    }
    // OSV-Scanner names the ecosystem.
    folder.write("assets.ndjson", "{\"id\":\"a\"}");
    folder.write(
        "o.json",
        r#"{"results": [{"source": {"path": "/a", "type": "lockfile"}, "packages": [{"package": {"name": "acme/core", "version": "1.0.0", "ecosystem": "Packagist"},
          "vulnerabilities": [{"id": "CVE-2026-1001"}], "groups": [{"ids": ["CVE-2026-1001"]}]}]}]}"#,
    );
    for (kind, expected) in [("docker", "-"), ("github", "-"), ("golang", "-"), ("composer", "not_affected")] {
        folder.write(
            "v.json",
            openvex(&said(&format!("pkg:{kind}/acme/core@1.0.0"), "not_affected", "2026-08-01T00:00:00Z")),
        );
        let show = ["facts", "show", "a", "--format", "json", "--report", "a=o.json", "--feeds", "v.json"];
        let shown = folder.run(show.iter().chain(&NOW)).status(0).json();
        let fields = &shown["lists"]["findings"]["rows"][0]["fields"];
        assert_eq!(fields["state"].as_str().unwrap_or("-"), expected, "{kind} {shown}");
    }
}

#[test]
fn an_image_without_a_tag_is_fixed_in_no_version_in_particular() {
    let folder = project();
    folder.write("assets.ndjson", "{\"id\":\"a\"}");
    for (image, status, expected) in [
        ("registry.acme.example/shop", "fixed", "-"),
        ("registry.acme.example:5000/shop", "fixed", "-"),
        ("registry.acme.example/shop:latest", "fixed", "-"),
        ("registry.acme.example/shop:4", "fixed", "fixed"),
        ("registry.acme.example/shop@sha256:12ab", "fixed", "fixed"),
        ("registry.acme.example/shop:4", "not_affected", "not_affected"),
    ] {
        folder.write(
            "t.json",
            format!(
                r#"{{"SchemaVersion": 2, "ArtifactName": "{image}", "ArtifactType": "container_image", "Results": [{{"Target": "x", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [
                {{"VulnerabilityID": "CVE-2026-1001", "PkgName": "lib", "InstalledVersion": "1.0", "Severity": "HIGH"}}]}}]}}"#
            ),
        );
        folder.write("v.json", openvex(&said(image, status, "2026-08-01T00:00:00Z")));
        let show = ["facts", "show", "a", "--format", "json", "--report", "a=t.json", "--feeds", "v.json"];
        let run = folder.run(show.iter().chain(&NOW)).status(0);
        let told = run.json()["lists"]["findings"]["rows"][0]["fields"]["state"].as_str().unwrap_or("-").to_owned();
        assert_eq!(told, expected, "{image} {status}");
        assert_eq!(run.stderr.contains("vex_in_doubt"), expected == "-", "{image} {run:?}");
    }
}
