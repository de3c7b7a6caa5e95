//! JSON reports: what their fields become, and what becomes of damaged ones.

use super::support::{findings, harvest, harvest_bytes, refused, told};
use crate::sources::scanners::Kind;

#[test]
fn trivy_of_the_second_schema() {
    let found = harvest(
        Kind::Trivy,
        r#"{"SchemaVersion":2,"CreatedAt":"2026-11-20T10:00:00.5+01:00","ArtifactName":"shop:4","Results":[
          {"Target":"shop:4 (debian 13)","Class":"os-pkgs","Vulnerabilities":[
            {"VulnerabilityID":"cve-2026-123456","PkgName":"openssl","InstalledVersion":"3.0","FixedVersion":"3.1","Status":"fixed",
             "VendorIDs":["DSA-1-1"],"Severity":"HIGH","SeveritySource":"debian","PublishedDate":"2026-11-01T00:00:00Z",
             "CVSS":{"nvd":{"V2Vector":"AV:N/AC:L/Au:N/C:P/I:N/A:N","V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N","V2Score":5,"V3Score":7.50},
                     "redhat":{"V3Score":5.9}}},
            {"VulnerabilityID":"CVE-2026-0002","PkgName":"bash","InstalledVersion":"5","Status":"affected","Severity":"LOW","SeveritySource":"nvd"},
            {"VulnerabilityID":"CVE-2026-0003","PkgName":"bash","InstalledVersion":"5","Status":"will_not_fix","PublishedDate":"0001-01-01T00:00:00Z"}]},
          {"Target":"package-lock.json","Class":"lang-pkgs","Vulnerabilities":[
            {"VulnerabilityID":"CVE-2026-0004","VendorIDs":["GHSA-aaaa-bbbb-cccc"],"PkgName":"@acme/x","FixedVersion":"2.0.1, 1.9.9","Severity":"UNKNOWN","SeveritySource":"ghsa"},
            {"VulnerabilityID":"GHSA-dddd-eeee-ffff","PkgName":"y","FixedVersion":">=4.17.11","Severity":"CRITICAL","SeveritySource":"ghsa"}],
           "Misconfigurations":[{"ID":"DS002","AVDID":"AVD-DS-0002","Status":"FAIL","Severity":"HIGH"},{"ID":"DS003","Status":"PASS","Severity":"HIGH"}],
           "Secrets":[{"RuleID":"github-pat","Severity":"CRITICAL"}],
           "ExperimentalModifiedFindings":[
             {"Type":"vulnerability","Status":"not_affected","Finding":{"VulnerabilityID":"CVE-2026-0005"}},
             {"Type":"vulnerability","Status":"ignored","Finding":{"VulnerabilityID":"CVE-2026-0006"}}]}]}"#,
    );
    assert_eq!(refused(&found), Vec::<String>::new());
    assert_eq!(
        findings(&found),
        [
            concat!(
                r#"shop:4 {"cve":"CVE-2026-123456","cvss":[{"score":5,"source":"nvd","vector":"AV:N/AC:L/Au:N/C:P/I:N/A:N"},"#,
                r#"{"score":7.50,"source":"nvd","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"},"#,
                r#"{"score":5.9,"source":"redhat","version":"3.0"}],"fixed_version":"3.1","kind":"os","package":"openssl","patch":"DSA-1-1","#,
                r#""patch_available":true,"published":"2026-11-01T00:00:00Z","source":"trivy","vendor_severity":"high","version":"3.0"}"#
            ),
            r#"shop:4 {"cve":"CVE-2026-0002","kind":"os","package":"bash","patch_available":false,"source":"trivy","version":"5"}"#,
            r#"shop:4 {"cve":"CVE-2026-0003","kind":"os","package":"bash","source":"trivy","version":"5"}"#,
            concat!(
                r#"shop:4 {"cve":"CVE-2026-0004","kind":"application","package":"@acme/x","patch_available":true,"source":"trivy"}"#,
                " = GHSA-aaaa-bbbb-cccc"
            ),
            concat!(
                r#"shop:4 {"cve":"GHSA-dddd-eeee-ffff","fixed_version":"4.17.11","kind":"application","package":"y","#,
                r#""patch_available":true,"source":"trivy","vendor_severity":"critical"}"#
            ),
            r#"shop:4 {"cve":"AVD-DS-0002","kind":"configuration","source":"trivy"}"#,
            r#"shop:4 {"cve":"github-pat","source":"trivy"}"#,
            r#"shop:4 {"cve":"CVE-2026-0005","kind":"application","source":"trivy","state":"not_affected"}"#,
            r#"shop:4 {"cve":"CVE-2026-0006","kind":"application","source":"trivy"}"#,
        ]
    );
    assert_eq!(found.editions[0].made.as_deref(), Some("2026-11-20T09:00:00.5Z"));
}

#[test]
fn trivy_of_the_first_schema_and_of_a_cluster() {
    let found = harvest(
        Kind::Trivy,
        r#"[{"Target":"alpine 3.19","Vulnerabilities":null},{"Target":"x","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-0001"}]}]"#,
    );
    assert_eq!(findings(&found), [r#"x {"cve":"CVE-2020-0001","source":"trivy"}"#]);
    let found = harvest(
        Kind::Trivy,
        r#"{"ClusterName":"prod","Resources":[{"Namespace":"shop","Kind":"Deployment","Name":"db","Results":[{"Target":"db:1","Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-0001"}]}]}]}"#,
    );
    assert_eq!(findings(&found), [r#"shop/Deployment/db {"cve":"CVE-2020-0001","kind":"os","source":"trivy"}"#]);
    let found = harvest(
        Kind::Trivy,
        r#"{"ClusterName":"prod","Resources":[{"Kind":"Pod","Name":"a","Error":"no such image"}],"Vulnerabilities":[{"VulnerabilityID":"CVE-2020-0001"}]}"#,
    );
    assert_eq!(
        refused(&found),
        [
            "/Resources/0: `Pod/a` was not scanned: no such image, expected results",
            "/Vulnerabilities/0: a resource has no `Results`, expected a resource with its results",
        ]
    );
    assert_eq!((findings(&harvest(Kind::Trivy, "null")).len(), refused(&harvest(Kind::Trivy, "null")).len()), (0, 0));
}

#[test]
fn grype_tells_a_vulnerability_from_an_advisory_about_several() {
    let found = harvest(
        Kind::Grype,
        r#"{"descriptor":{"name":"grype","version":"0.96.0","timestamp":"2026-11-20T10:00:00Z"},"source":{"type":"image","target":{"userInput":"shop:4"}},
          "matches":[
           {"vulnerability":{"id":"GHSA-aaaa-bbbb-cccc","namespace":"github:language:go","severity":"Moderate","fix":{"state":"fixed","versions":["0.17.0"]},
             "cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","metrics":{"baseScore":7.5}}],
             "epss":[{"cve":"CVE-2023-39325","epss":0.00163,"date":"2026-07-20"}],
             "knownExploited":[{"cve":"CVE-2023-39325","dateAdded":"2023-10-10","dueDate":"2023-10-31","knownRansomwareCampaignUse":"Unknown"}]},
            "relatedVulnerabilities":[{"id":"CVE-2023-39325","namespace":"nvd:cpe","cvss":[{"version":"2.0","vector":"AV:N/AC:L/Au:N/C:N/I:N/A:P","metrics":{"baseScore":5}}]}],
            "artifact":{"name":"golang.org/x/net","version":"v0.9.0","type":"go-module"}},
           {"vulnerability":{"id":"ALAS-2021-1704","namespace":"amazon:distro:amazonlinux:2","severity":"Negligible","fix":{"state":"not-fixed","versions":[]},
             "cvss":[{"version":"3.1","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]},
            "relatedVulnerabilities":[{"id":"CVE-2021-0001","cvss":[]},{"id":"CVE-2021-0002","cvss":[{"version":"3.0","vector":"CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]}],
            "artifact":{"name":"kernel","version":"4","type":"rpm"}},
           {"vulnerability":{"id":"CVE-2021-0003","namespace":"nvd:cpe","severity":"High","fix":{"state":"wont-fix","versions":[]}},"artifact":{"name":"x","version":"1","type":"binary"}}],
          "ignoredMatches":[
           {"vulnerability":{"id":"CVE-2021-0004"},"artifact":{"name":"y","version":"1","type":"deb"},"appliedIgnoreRules":[{"vex-status":"not_affected"}]},
           {"vulnerability":{"id":"CVE-2021-0005"},"artifact":{"name":"y","version":"1","type":"deb"},"appliedIgnoreRules":[{"vulnerability":"CVE-2021-0005"}]}]}"#,
    );
    assert_eq!(
        findings(&found),
        [
            concat!(
                r#"shop:4 {"cve":"CVE-2023-39325","cvss":[{"score":7.5,"source":"github:language:go","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},"#,
                r#"{"score":5,"source":"nvd:cpe","vector":"AV:N/AC:L/Au:N/C:N/I:N/A:P"}],"epss":0.00163,"fixed_version":"0.17.0","kev":true,"#,
                r#""kev_added":"2023-10-10","kev_due":"2023-10-31","kind":"application","package":"golang.org/x/net","patch_available":true,"#,
                r#""source":"grype","vendor_severity":"medium","version":"v0.9.0"} = GHSA-aaaa-bbbb-cccc"#
            ),
            concat!(
                r#"shop:4 {"cve":"CVE-2021-0001","kind":"os","package":"kernel","patch":"ALAS-2021-1704","patch_available":false,"#,
                r#""source":"grype","vendor_severity":"low","version":"4"}"#
            ),
            concat!(
                r#"shop:4 {"cve":"CVE-2021-0002","cvss":[{"vector":"CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],"kind":"os","package":"kernel","#,
                r#""patch":"ALAS-2021-1704","patch_available":false,"source":"grype","vendor_severity":"low","version":"4"}"#
            ),
            r#"shop:4 {"cve":"CVE-2021-0003","package":"x","source":"grype","version":"1"}"#,
            r#"shop:4 {"cve":"CVE-2021-0004","kind":"os","package":"y","source":"grype","state":"not_affected","version":"1"}"#,
            r#"shop:4 {"cve":"CVE-2021-0005","kind":"os","package":"y","source":"grype","version":"1"}"#,
        ]
    );
}

#[test]
fn osv_scanner_has_one_finding_for_each_group() {
    let found = harvest(
        Kind::OsvScanner,
        r#"{"results":[{"source":{"path":"/srv/requirements.txt","type":"lockfile"},"packages":[
          {"package":{"name":"jinja2","version":"3.0.3","ecosystem":"PyPI"},
           "groups":[{"ids":["GHSA-aaaa-bbbb-cccc","PYSEC-2024-1"],"aliases":["CVE-2024-22195","GHSA-aaaa-bbbb-cccc","PYSEC-2024-1"]}],
           "vulnerabilities":[
            {"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2024-22195"],"published":"2024-01-11T15:20:50Z","database_specific":{"severity":"MODERATE"},
             "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N"}],
             "affected":[{"package":{"name":"jinja2","ecosystem":"PyPI"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.1.3"}]},{"type":"GIT","events":[{"fixed":"abc"}]}]},
                         {"package":{"name":"other","ecosystem":"PyPI"},"ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"9"}]}]}]},
            {"id":"PYSEC-2024-1","published":"2024-01-11T03:15:00Z"},
            {"id":"MAL-2024-1","affected":[{"package":{"name":"jinja2","ecosystem":"PyPI"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}]}]}]}"#,
    );
    assert_eq!(
        findings(&found),
        [
            concat!(
                r#"/srv/requirements.txt {"cve":"CVE-2024-22195","cvss":[{"source":"osv","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N"}],"#,
                r#""fixed_version":"3.1.3","kind":"application","package":"jinja2","patch_available":true,"published":"2024-01-11T03:15:00Z","#,
                r#""source":"osv-scanner","vendor_severity":"medium","version":"3.0.3"} = GHSA-aaaa-bbbb-cccc PYSEC-2024-1"#
            ),
            r#"/srv/requirements.txt {"cve":"MAL-2024-1","kind":"application","package":"jinja2","source":"osv-scanner","version":"3.0.3"}"#,
        ]
    );
}

#[test]
fn dependency_track_has_analyses_and_alternative_names() {
    let found = harvest(
        Kind::DependencyTrack,
        r#"{"version":"1.3","meta":{"application":"Dependency-Track","timestamp":"2026-11-20T10:00:00Z"},"project":{"name":"shop"},"findings":[
          {"component":{"group":"org.acme","name":"x","version":"1","purl":"pkg:maven/org.acme/x@1"},
           "vulnerability":{"vulnId":"GHSA-aaaa-bbbb-cccc","source":"GITHUB","severity":"HIGH","aliases":[{"cveId":"CVE-2026-0001","osvId":"DSA-5283-1"}],
             "cvssV3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N","cvssV3BaseScore":7.5,"cvssV4Score":0,"epssScore":0.00043,"published":"2026-02-04 22:16:00.813"},
           "analysis":{"state":"FALSE_POSITIVE","isSuppressed":true},"attribution":{"attributedOn":"2026-04-07 23:55:09.748"}},
          {"component":{"name":"y"},"vulnerability":{"vulnId":"CVE-2026-0002","source":"NVD","severity":"HIGH"},"analysis":{"state":"NOT_SET","isSuppressed":true},
           "attribution":{"attributedOn":1706714385978}},
          {"component":{"name":"z"},"vulnerability":{}}]}"#,
    );
    assert_eq!(
        findings(&found),
        [
            concat!(
                r#"shop {"cve":"CVE-2026-0001","cvss":[{"score":7.5,"source":"GITHUB","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],"#,
                r#""detected":"2026-04-07T23:55:09.748","epss":0.00043,"kind":"application","package":"org.acme:x","patch":"DSA-5283-1","#,
                r#""published":"2026-02-04T22:16:00.813","source":"dependency-track","state":"false_positive","vendor_severity":"high","version":"1"}"#,
                " = GHSA-aaaa-bbbb-cccc"
            ),
            r#"shop {"cve":"CVE-2026-0002","detected":"2024-01-31T15:19:45.978Z","package":"y","source":"dependency-track"}"#,
        ]
    );
    assert_eq!(refused(&found), ["/findings/2/vulnerability: a vulnerability has no `vulnId`, expected a text"]);
}

#[test]
fn cyclonedx_rates_by_whose_advisory_it_is() {
    let found = harvest(
        Kind::CycloneDx,
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"tools":[{"name":"snyk"}],"component":{"name":"shop"}},
          "components":[{"bom-ref":"a","type":"library","name":"outer","components":[{"bom-ref":"b","group":"org.acme","name":"x","version":"1","purl":"pkg:maven/org.acme/x@1"}]}],
          "vulnerabilities":[{"id":"SNYK-1","source":{"name":"Snyk"},"references":[{"id":"CVE-2026-0001"}],"published":"2026-01-01T00:00:00.000Z",
            "ratings":[{"source":{"name":"NVD"},"score":9.8,"severity":"critical","method":"CVSSv31","vector":"AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
                       {"source":{"name":"SNYK"},"severity":"medium","method":"other","score":4}],
            "analysis":{"state":"not_affected","justification":"code_not_present"},
            "affects":[{"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b"},{"ref":"gone","versions":[{"version":"7","status":"affected"},{"version":"8","status":"unaffected"}]}]}]}"#,
    );
    let rating = r#""cve":"CVE-2026-0001","cvss":[{"score":9.8,"source":"NVD","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]"#;
    assert_eq!(
        findings(&found),
        [
            format!(
                r#"shop {{{rating},"kind":"application","package":"org.acme:x","published":"2026-01-01T00:00:00Z","source":"snyk","state":"not_affected","vendor_severity":"medium","version":"1"}} = SNYK-1"#
            ),
            format!(
                r#"shop {{{rating},"published":"2026-01-01T00:00:00Z","source":"snyk","state":"open","vendor_severity":"medium","version":"7"}} = SNYK-1"#
            ),
        ]
    );
}

#[test]
fn of_a_reference_to_several_components_of_cyclonedx_the_package_is_not_known() {
    for (versions, package) in [(["1", "2"], "null"), (["2", "1"], "null"), (["1", "1"], r#""x""#)] {
        let component =
            |version: &str| format!(r#"{{"type":"library","bom-ref":"x","name":"x","version":"{version}"}}"#);
        let found = harvest(
            Kind::CycloneDx,
            &format!(
                r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}],"vulnerabilities":[{{"id":"CVE-2026-0001",
                  "analysis":{{"state":"not_affected","detail":"why"}},"affects":[{{"ref":"x"}}]}}]}}"#,
                versions.map(component).join(",")
            ),
        );
        assert_eq!(found.sightings[0].finding["package"].to_string(), package);
    }
}

#[test]
fn a_score_of_one_generation_stays_away_from_a_vector_of_another() {
    let found = harvest(
        Kind::Trivy,
        r#"[{"Target":"x","Vulnerabilities":[{"VulnerabilityID":"CVE-2020-0001","CVSS":{"nvd":{"V3Vector":"AV:N/AC:L/Au:N/C:P/I:N/A:N","V3Score":9.8}}}]}]"#,
    );
    assert_eq!(
        findings(&found),
        [concat!(
            r#"x {"cve":"CVE-2020-0001","cvss":[{"source":"nvd","vector":"AV:N/AC:L/Au:N/C:P/I:N/A:N"},"#,
            r#"{"score":9.8,"source":"nvd","version":"3.0"}],"source":"trivy"}"#
        )]
    );
}

#[test]
fn a_list_that_is_not_there_is_not_an_empty_one() {
    let package = r#"{"results":[{"source":{"path":"x"},"packages":[{"package":{"name":"y"},"#;
    for (kind, text, told) in [
        (Kind::Grype, r#"{"matches":null,"descriptor":{}}"#, "/matches: `matches` is `null`"),
        (Kind::Grype, r#"{"descriptor":{}}"#, ": there is no `matches`"),
        (Kind::DependencyTrack, r#"{"findings":null}"#, "/findings: `findings` is `null`"),
        (Kind::DependencyTrack, r#"{"project":{}}"#, ": there is no `findings`"),
        (Kind::OsvScanner, r#"{"results":null}"#, "/results: `results` is `null`"),
        (Kind::OsvScanner, "{}", ": there is no `results`"),
        (
            Kind::OsvScanner,
            r#"{"results":[{"source":{"path":"x"},"packages":null}]}"#,
            "/results/0/packages: `packages` is `null`",
        ),
        (Kind::OsvScanner, r#"{"results":[{}]}"#, "/results/0: there is no `packages`"),
        (
            Kind::OsvScanner,
            &format!(r#"{package}"groups":[{{"ids":["CVE-2026-0001"],"max_severity":"9.8"}}]}}]}}]}}"#),
            "/results/0/packages/0/groups/0: a group has none of its records",
        ),
    ] {
        let found = harvest(kind, text);
        assert_eq!(self::told(&found), [told], "{text}");
        assert!(found.incomplete && found.sightings.is_empty(), "{text}");
    }
    // What these forms leave out where it is empty.
    for (kind, text) in [
        (Kind::Grype, r#"{"matches":[]}"#.to_owned()),
        (Kind::OsvScanner, format!("{package}\"licenses\":[]}}]}}]}}")),
        (Kind::Trivy, r#"{"SchemaVersion":2,"Results":[{"Target":"x","Class":"os-pkgs"}]}"#.to_owned()),
    ] {
        let found = harvest(kind, &text);
        assert_eq!((self::told(&found), found.incomplete), (Vec::new(), false), "{text}");
    }
}

#[test]
fn good_records_beside_damaged_ones_are_kept() {
    let found = harvest(
        Kind::Trivy,
        r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[7,{"Vulnerabilities":{}},{"Vulnerabilities":[{"VulnerabilityID":5},null,
          {"VulnerabilityID":"CVE-2020-0001","PkgName":["y"],"InstalledVersion":1.10,"CVSS":[],"FixedVersion":{}},
          {"VulnerabilityID":"CVE-2020-0002","VulnerabilityID":"CVE-2020-0003"}]}]}"#,
    );
    assert_eq!(findings(&found), [r#"x {"cve":"CVE-2020-0001","source":"trivy","version":"1.10"}"#]);
    assert_eq!(
        refused(&found),
        [
            "/Results/0: an element of `Results` is not an object, expected an object",
            "/Results/1/Vulnerabilities: `Vulnerabilities` is not a list, expected a list",
            "/Results/2/Vulnerabilities/1: an element of `Vulnerabilities` is not an object, expected an object",
            "/Results/2/Vulnerabilities/0: a vulnerability has no `VulnerabilityID`, expected a text",
            "/Results/2/Vulnerabilities/3: a vulnerability has no `VulnerabilityID`, expected a text",
        ]
    );
    assert!(found.incomplete);
}

#[test]
fn hostile_files_are_refused_with_their_place() {
    let deep = format!(r#"{{"SchemaVersion":2,"Results":{}"#, "[".repeat(1_000_000));
    let long = format!(
        r#"{{"SchemaVersion":2,"Results":[{{"Vulnerabilities":[{{"VulnerabilityID":"{}"}}]}}]}}"#,
        "x".repeat(4_000_000)
    );
    for (bytes, refusal) in [
        (&b""[..], "line 1: there is nothing in it, expected a report in JSON"),
        (b" \n", "line 1: there is nothing in it, expected a report in JSON"),
        (b"\xFF\xFE{\0}\0", "line 1: the file is UTF-16, expected UTF-8"),
        (b"{\"SchemaVersion\":2,\n\"ArtifactName\":\"\xFF\"}", "line 2: the file is not UTF-8, expected UTF-8"),
        (
            b"{\"SchemaVersion\":2,\n\"Results\":[",
            "line 2: it is not JSON: it ends in the middle of a value, expected a report in JSON",
        ),
        (b"{\"SchemaVersion\":3}", "/SchemaVersion: schema `3` of Trivy's reports is not read, expected 2"),
        (b"true", ": it is not a report of Trivy, expected a list of results, or an object with `Results`"),
        (deep.as_bytes(), "line 1: it is not JSON: nested too deep, expected a report in JSON"),
    ] {
        let found = harvest_bytes(Kind::Trivy, bytes);
        assert_eq!(refused(&found), [refusal]);
        assert!(found.incomplete && found.sightings.is_empty());
    }
    let found = harvest(Kind::Trivy, &long);
    assert_eq!(
        refused(&found),
        ["/Results/0/Vulnerabilities/0: a vulnerability has no `VulnerabilityID`, expected a text"]
    );
    // A record about many vulnerabilities is copied for each, but not without end.
    let related: Vec<String> = (0..50_000).map(|number| format!(r#"{{"id":"CVE-2026-{number:06}"}}"#)).collect();
    let text = format!(
        r#"{{"matches":[{{"vulnerability":{{"id":"ELSA-1"}},"relatedVulnerabilities":[{}]}}]}}"#,
        related.join(",")
    );
    let found = harvest(Kind::Grype, &text);
    assert_eq!(
        (found.sightings.len(), refused(&found)),
        (1024, vec!["/matches/0/vulnerability: a record has 50000 names, expected at most 1024".to_owned()])
    );
    let affects = vec![r#"{"ref":"a"}"#; 10_000].join(",");
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","vulnerabilities":[{{"id":"x","references":[{}],"affects":[{affects}]}}]}}"#,
        related[..20].join(",")
    );
    let found = harvest(Kind::CycloneDx, &text);
    assert_eq!((found.sightings.len(), found.refused.len()), (10_000, 1));
    assert_eq!(harvest(Kind::Trivy, "\u{feff}[]").refused.len(), 0);
}
