//! Field by field: whose word counts.

use super::*;

#[test]
fn with_a_catalogue_every_cve_is_in_it_or_not() {
    let both = advisories(&[(Kind::Kev, KEV), (Kind::Epss, EPSS)]);
    assert_eq!(
        plain(&both, r#"{"cve": "cve-2026-1000"}"#).0,
        r#"{"cve":"cve-2026-1000","epss":0.9,"epss_model":"v5","kev":true,"kev_added":"2026-08-07","kev_due":"2026-08-10","ransomware":true}"#
    );
    // Not being in it says nothing about ransomware, and no score is no score of zero.
    assert_eq!(
        plain(&both, r#"{"cve": "CVE-2026-1001"}"#).0,
        r#"{"cve":"CVE-2026-1001","kev":false,"kev_added":"none","kev_due":"none"}"#
    );
    assert_eq!(plain(&both, r#"{"cve": "GHSA-x"}"#).0, r#"{"cve":"GHSA-x"}"#);
    assert_eq!(plain(&both, r#"{"package": "x"}"#).0, r#"{"package":"x"}"#);
}

#[test]
fn without_a_catalogue_or_with_a_part_of_one_it_stays_unknown() {
    assert_eq!(plain(&Advisories::default(), r#"{"cve": "CVE-2026-1001"}"#).0, r#"{"cve":"CVE-2026-1001"}"#);
    let mut part = Advisories::default();
    let mut harvest = Harvest::default();
    Kind::Kev.read(&Arc::from("kev"), KEV.replace("\"count\": 1", "\"count\": 2").as_bytes(), &mut harvest);
    part.add(harvest);
    assert_eq!(Catalogue::of(part.editions()).presence, Presence::Part);
    assert_eq!(plain(&part, r#"{"cve": "CVE-2026-1001"}"#).0, r#"{"cve":"CVE-2026-1001"}"#);
    assert!(plain(&part, r#"{"cve": "CVE-2026-1000"}"#).0.contains(r#""kev":true"#));
}

#[test]
fn a_yes_of_the_scanner_is_not_made_a_no() {
    let kev = advisories(&[(Kind::Kev, KEV)]);
    assert_eq!(
        plain(&kev, r#"{"cve": "CVE-2026-1001", "kev": true}"#),
        (r#"{"cve":"CVE-2026-1001","kev":true}"#.to_owned(), vec!["kev_disagrees"])
    );
    let (fields, remarks) =
        plain(&kev, r#"{"cve": "CVE-2026-1000", "kev": false, "kev_added": "none", "kev_due": "none"}"#);
    assert!(fields.contains(r#""kev":true,"kev_added":"2026-08-07","kev_due":"2026-08-10""#), "{fields}");
    assert_eq!(remarks, ["kev_disagrees"]);
}

fn nvd(added: &str) -> String {
    format!(
        r#"{{"id": "CVE-2026-1001", "vulnStatus": "Analyzed", "cisaExploitAdd": "{added}", "cisaActionDue": "2026-09-09"}}"#
    )
}

#[test]
fn what_was_added_after_the_catalogue_counts_as_added() {
    let later = advisories(&[(Kind::Kev, KEV), (Kind::Nvd, &nvd("2026-08-09"))]);
    assert!(
        plain(&later, r#"{"cve": "CVE-2026-1001"}"#)
            .0
            .contains(r#""kev":true,"kev_added":"2026-08-09","kev_due":"2026-09-09""#)
    );
    // On its own day it may have been after it.
    let same_day = advisories(&[(Kind::Kev, KEV), (Kind::Nvd, &nvd("2026-08-07"))]);
    assert!(plain(&same_day, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""kev":true,"kev_added":"2026-08-07""#));
    // A catalogue without a date is not known to be later.
    let undated =
        advisories(&[(Kind::Kev, "cveID,dateAdded\nCVE-2026-1000,2026-08-07\n"), (Kind::Nvd, &nvd("2026-08-01"))]);
    assert!(plain(&undated, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""kev":true,"kev_added":"2026-08-01""#));
    assert!(plain(&undated, r#"{"cve": "CVE-2026-1002"}"#).0.contains(r#""kev":false"#));
    let removed = advisories(&[(Kind::Kev, KEV), (Kind::Nvd, &nvd("2026-08-01"))]);
    assert!(
        plain(&removed, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""kev":false,"kev_added":"none","kev_due":"none""#)
    );
    let alone = advisories(&[(Kind::Nvd, &nvd("2026-08-01"))]);
    assert!(plain(&alone, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""kev":true,"kev_added":"2026-08-01""#));
}

#[test]
fn the_later_edition_of_a_catalogue_replaces_the_earlier_in_any_order() {
    let new = KEV.replace("2026-08-07T", "2026-08-08T").replace("CVE-2026-1000", "CVE-2026-1002");
    for files in [[(Kind::Kev, KEV), (Kind::Kev, new.as_str())], [(Kind::Kev, new.as_str()), (Kind::Kev, KEV)]] {
        let kev = advisories(&files);
        assert_eq!(kev.editions().len(), 1);
        assert!(plain(&kev, r#"{"cve": "CVE-2026-1000"}"#).0.contains(r#""kev":false"#));
        assert!(plain(&kev, r#"{"cve": "CVE-2026-1002"}"#).0.contains(r#""kev":true"#));
    }
}

const OSV: &str = r#"{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1000", "CVE-2026-1001"],
    "database_specific": {"severity": "MODERATE"}, "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}]}"#;

#[test]
fn aliases_lead_to_the_other_records() {
    let feeds = advisories(&[(Kind::Kev, KEV), (Kind::Epss, EPSS), (Kind::Osv, OSV)]);
    let (fields, _) = plain(&feeds, r#"{"cve": "GHSA-x"}"#);
    assert!(
        fields.contains(r#""epss":0.9"#)
            && fields.contains(r#""kev":true"#)
            && fields.contains(r#""vendor_severity":"medium""#)
    );
    // Where the CVE is known, another one with the same alias says nothing about it.
    let (fields, _) = plain(&feeds, r#"{"cve": "CVE-2026-1001"}"#);
    assert!(
        fields.contains(r#""kev":false"#)
            && fields.contains(r#""vendor_severity":"medium""#)
            && !fields.contains("epss"),
        "{fields}"
    );
    let aliases = ["CVE-2026-1000".to_owned()];
    let subject = Subject { aliases: &aliases, ..Subject::default() };
    assert!(enriched(&feeds, r#"{"cve": "RHSA-1"}"#, &subject).0.contains(r#""kev":true"#));
}

#[test]
fn of_a_vulnerability_with_more_names_than_are_followed_nothing_is_denied() {
    let names: Vec<String> = (1000..1080).rev().map(|number| format!("\"CVE-2026-{number}\"")).collect();
    let osv = format!(r#"{{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "aliases": [{}]}}"#, names.join(","));
    // What is not followed here may be what is in the catalogue and exploited.
    let feeds =
        advisories(&[(Kind::Kev, KEV), (Kind::Osv, &osv), (Kind::Cve, &cve("none", "total").replace("1001", "1079"))]);
    assert_eq!(plain(&feeds, r#"{"cve": "GHSA-x"}"#).0, r#"{"cve":"GHSA-x","technical_impact":"total"}"#);
    let listed = advisories(&[(Kind::Kev, &KEV.replace("2026-1000", "2026-1079")), (Kind::Osv, &osv)]);
    assert!(plain(&listed, r#"{"cve": "GHSA-x"}"#).0.contains(r#""kev":true"#));
    // Where the CVE is known, its other names make no difference.
    assert!(plain(&feeds, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""kev":false"#));
}

#[test]
fn what_a_field_cannot_say_yields_to_the_most_urgent_only() {
    let (none, active) =
        (advisories(&[(Kind::Cve, &cve("none", "partial"))]), advisories(&[(Kind::Cve, &cve("active", "total"))]));
    for own in ["weaponized", "Active", "", "..."] {
        let own = format!(r#"{{"cve":"CVE-2026-1001","exploitation":"{own}","technical_impact":7}}"#);
        let (fields, remarks) = plain(&none, &own);
        assert_eq!(
            (finding(&fields)["exploitation"].clone(), remarks),
            (finding(&own)["exploitation"].clone(), vec![])
        );
        let fields = finding(&plain(&active, &own).0);
        assert_eq!((&fields["exploitation"], &fields["technical_impact"]), (&"active".into(), &"total".into()));
    }
    let kev = advisories(&[(Kind::Kev, KEV)]);
    for own in ["\"true\"", "\"yes\"", "1", "\"false\""] {
        let with = |cve: &str| format!(r#"{{"cve":"{cve}","kev":{own}}}"#);
        assert_eq!(plain(&kev, &with("CVE-2026-1001")).0, with("CVE-2026-1001"));
        assert!(plain(&kev, &with("CVE-2026-1000")).0.contains(r#""kev":true"#));
    }
}

#[test]
fn a_withdrawn_record_only_says_that_it_is() {
    let osv = OSV.replace("\"published\"", "\"withdrawn\": \"2026-02-01T00:00:00Z\", \"published\"");
    let feeds = advisories(&[(Kind::Kev, KEV), (Kind::Osv, &osv)]);
    assert_eq!(plain(&feeds, r#"{"cve": "GHSA-x"}"#), (r#"{"cve":"GHSA-x"}"#.to_owned(), vec!["record_withdrawn"]));
}

fn cve(exploitation: &str, impact: &str) -> String {
    format!(
        r#"{{"cveMetadata": {{"cveId": "CVE-2026-1001", "state": "PUBLISHED", "datePublished": "2026-01-01T00:00:00"}}, "containers": {{"cna": {{}}, "adp": [{{"metrics": [
        {{"other": {{"type": "ssvc", "content": {{"options": [{{"Exploitation": "{exploitation}"}}, {{"Technical Impact": "{impact}"}}]}}}}}}]}}]}}}}"#
    )
}

#[test]
fn of_two_records_of_a_feed_the_later_counts_where_both_say_when() {
    let at = |time: &str, exploitation: &str| {
        cve(exploitation, "partial")
            .replace("\"datePublished\"", &format!("\"dateUpdated\": \"{time}\", \"datePublished\""))
    };
    let (old, new) = (at("2024-08-20T00:00:00.5Z", "active"), at("2026-08-20T00:00:00", "none"));
    for files in [[&old, &new], [&new, &old]] {
        let feeds = advisories(&files.map(|file| (Kind::Cve, file.as_str())));
        assert!(plain(&feeds, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""exploitation":"none""#));
        assert_eq!(feeds.advisories().count(), 1);
    }
    let undated = cve("active", "partial");
    let feeds = advisories(&[(Kind::Cve, &undated), (Kind::Cve, &new)]);
    assert!(plain(&feeds, r#"{"cve": "CVE-2026-1001"}"#).0.contains(r#""exploitation":"active""#));
}

#[test]
fn of_two_words_on_exploitation_the_more_urgent_counts() {
    let feeds = advisories(&[(Kind::Cve, &cve("active", "partial"))]);
    assert_eq!(
        plain(&feeds, r#"{"cve": "CVE-2026-1001", "exploitation": "poc", "technical_impact": "total", "published": "2025-12-01T00:00:00Z"}"#),
        (
            r#"{"cve":"CVE-2026-1001","exploitation":"active","published":"2025-12-01T00:00:00Z","technical_impact":"total"}"#.to_owned(),
            vec!["feed_replaced"]
        )
    );
}

#[test]
fn a_score_of_epss_changes_with_its_model() {
    let unknown = advisories(&[(Kind::Epss, &EPSS.replace("model_version:v5", "model_version:unknown"))]);
    assert_eq!(
        plain(&unknown, r#"{"cve": "CVE-2026-1000", "epss": 0.2, "epss_model": "v4"}"#),
        (r#"{"cve":"CVE-2026-1000","epss":0.9}"#.to_owned(), vec!["feed_replaced"])
    );
    let same = advisories(&[(Kind::Epss, EPSS)]);
    assert_eq!(plain(&same, r#"{"cve": "CVE-2026-1000", "epss": 0.90}"#).1, [""; 0]);
}

const V31_HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const V31_LOW: &str = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H";

fn nvd_metric(vector: &str, score: &str) -> String {
    format!(
        r#"{{"id": "CVE-2026-1000", "vulnStatus": "Analyzed", "metrics": {{"cvssMetricV31": [{{"type": "Primary", "cvssData": {{"version": "3.1", "vectorString": "{vector}", "baseScore": {score}}}}}]}}}}"#
    )
}

#[test]
fn one_entry_for_each_version_and_the_scanner_s_first() {
    let feeds = advisories(&[(Kind::Nvd, &nvd_metric(V31_HIGH, "9.8")), (Kind::Osv, OSV)]);
    let cvss = |own: &str| {
        let mut fields = finding(&format!(r#"{{"cve": "CVE-2026-1000", "cvss": {own}}}"#));
        let remarks: Vec<_> = feeds.enrich(&mut fields, &Subject::default()).iter().map(|remark| remark.name).collect();
        (fields["cvss"].to_string(), remarks)
    };
    let v4 = r#""CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N""#;
    let nvd = format!(r#"{{"score":9.8,"vector":"{V31_HIGH}"}}"#);
    assert_eq!(cvss("null"), (format!("[{v4},{nvd}]"), vec![]));
    assert_eq!(cvss(&format!("\"{V31_LOW}\"")), (format!("[{v4},\"{V31_LOW}\"]"), vec![]));
    // A score alone gives way to a vector, which is told where it has another score.
    assert_eq!(cvss("7.5"), (format!("[{v4},{nvd}]"), vec!["cvss_score_replaced"]));
    assert_eq!(cvss("9.8"), (format!("[{v4},{nvd}]"), vec![]));
    let stated = r#"{"score": 7.5, "version": "3.1"}"#;
    assert_eq!(cvss(stated), (format!("[{v4},{nvd}]"), vec!["cvss_score_replaced"]));
    assert_eq!(cvss(&format!("[{stated}, \"{V31_HIGH}\"]")).1, [""; 0], "its own vector says so already");
}

/// What a finding has and nobody can read is unknown, and no feed says what was meant.
#[test]
fn what_cannot_be_read_does_not_give_way() {
    let feeds = advisories(&[(Kind::Nvd, &nvd_metric(V31_HIGH, "9.8"))]);
    for own in [
        r#"["CVSS:3.1/AV:N"]"#,
        "[98]",
        "[9.8,5.3]",
        "[null]",
        "[{}]",
        r#"[{"score":"9.8"}]"#,
        r#"[{"score":9.8,"vector":5}]"#,
        r#"[{"score":98,"version":"3.1"}]"#,
        r#"[{"score":9.8,"version":"3.1"},{"score":5.3,"version":"3.1"}]"#,
    ] {
        let mut fields = finding(&format!(r#"{{"cve": "CVE-2026-1000", "cvss": {own}}}"#));
        feeds.enrich(&mut fields, &Subject::default());
        let told = fields["cvss"].as_array().unwrap();
        let kept: Value = serde_json::from_str(own).unwrap();
        for element in kept.as_array().unwrap() {
            assert!(told.contains(element), "{own}: {told:?}");
        }
    }
}

#[test]
fn the_first_that_a_report_names_stays_also_where_it_cannot_be_read() {
    let first = |cvss: &str| {
        let mut fields = finding(&format!(r#"{{"cvss": {cvss}}}"#));
        first_of_each(&mut fields);
        fields["cvss"].to_string()
    };
    let broken = r#"{"score":9.8,"vector":"CVSS:3.1/AV:N/AC:L"}"#;
    assert_eq!(first(&format!("[{broken},\"{V31_LOW}\"]")), format!("[{broken}]"));
    assert_eq!(first(&format!("[\"{V31_LOW}\",{broken}]")), format!("[\"{V31_LOW}\"]"));
    let bare = r#"{"score":9.8,"version":"3.1"}"#;
    assert_eq!(first(&format!("[{bare},\"{V31_LOW}\"]")), format!("[\"{V31_LOW}\"]"));
}

#[test]
fn a_score_that_its_vector_contradicts() {
    let feeds = advisories(&[(Kind::Nvd, &nvd_metric(V31_HIGH, "9.7"))]);
    assert_eq!(plain(&feeds, r#"{"cve": "CVE-2026-1000"}"#).1, ["cvss_score_contradicted"]);
    // A temporal score in place of the base score is odd and no contradiction.
    let temporal = advisories(&[(Kind::Nvd, &nvd_metric(&format!("{V31_HIGH}/E:P/RL:O/RC:C"), "8.8"))]);
    assert_eq!(plain(&temporal, r#"{"cve": "CVE-2026-1000"}"#).1, [""; 0]);
}

#[test]
fn the_end_of_support_is_added_where_there_is_none() {
    let mut harvest = Harvest::default();
    let table = r#"{"product":"rhel","title":"Red Hat Enterprise Linux","identifiers":[{"cpe":"cpe:/o:redhat:enterprise_linux"}],"releases":[{"releaseCycle":"9","eol":"2032-05-31"}]}
{"product":"x","title":"X","identifiers":[{"purl":"pkg:npm/%40x/core"}],"releases":[{"releaseCycle":"2","eol":false}]}"#;
    Kind::Eol.read(&Arc::from("eol"), table.as_bytes(), &mut harvest);
    let mut asset = finding(
        r#"{"os": {"family": "linux", "name": "Red Hat Enterprise Linux", "version": "9.4"}, "software": [
            {"name": "core", "version": "2.1", "purl": "pkg:npm/%40x/core@2.1"}, {"name": "X", "version": "2", "purl": "pkg:npm/other@2"},
            {"name": "X", "version": "2"}, {"name": "X", "version": "2", "eol": "2020-01-01"}, {"name": "rhel", "version": "10"},
            {"name": "r", "version": "9.1", "cpe": "cpe:2.3:o:redhat:enterprise_linux:9.1:*:*:*:*:*:*:*"}]}"#,
    );
    support::asset(&harvest.products, &mut asset);
    assert_eq!(asset["os"]["eol"], "2032-05-31");
    let eol: Vec<_> = asset["software"]
        .as_array()
        .unwrap()
        .iter()
        .map(|element| element.get("eol").and_then(Value::as_str))
        .collect();
    assert_eq!(eol, [Some("none"), None, Some("none"), Some("2020-01-01"), None, Some("2032-05-31")]);
}

#[test]
fn of_equal_scores_no_order_decides() {
    let of = |id: &str, vector: &str| {
        format!(
            r#"{{"id": "{id}", "modified": "2026-08-01T00:00:00Z", "aliases": ["CVE-2026-1000"], "severity": [{{"type": "CVSS_V3", "score": "{vector}"}}]}}"#
        )
    };
    let one = of("GHSA-a", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H");
    let other = of("GHSA-b", "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H");
    let gathered = |files: [&str; 2]| {
        let files = files.map(|text| (Kind::Osv, text));
        plain(&advisories(&files), r#"{"cve": "CVE-2026-1000"}"#).0
    };
    assert_eq!(gathered([&one, &other]), gathered([&other, &one]));
    assert!(gathered([&one, &other]).contains("PR:N/UI:R"));
}

#[test]
fn a_rebuild_has_an_end_of_its_own() {
    let mut harvest = Harvest::default();
    let table = r#"{"product":"rhel","title":"Red Hat Enterprise Linux","releases":[{"releaseCycle":"8","eol":"2029-05-31"}]}
{"product":"centos","title":"CentOS","releases":[{"releaseCycle":"8","eol":"2021-12-31"}]}
{"product":"debian","title":"Debian","releases":[{"releaseCycle":"8","eol":"2018-06-17"}]}"#;
    Kind::Eol.read(&Arc::from("eol"), table.as_bytes(), &mut harvest);
    let end = |family: &str, name: &str| {
        let mut os = finding(&format!(r#"{{"family": "{family}"{name}, "version": "8"}}"#));
        support::operating_system(&harvest.products, &mut os);
        os.get("eol").and_then(Value::as_str).unwrap_or("-").to_owned()
    };
    assert_eq!(end("rhel", r#", "name": "CentOS Linux""#), "2021-12-31");
    assert_eq!(end("rhel", r#", "name": "Rocky Linux""#), "-");
    assert_eq!(end("debian", r#", "name": "Kali GNU/Linux""#), "-");
    assert_eq!(end("debian", r#", "name": "Debian GNU/Linux""#), "2018-06-17");
    assert_eq!(end("rhel", ""), "2029-05-31");
}
