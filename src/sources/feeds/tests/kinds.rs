//! What each feed's fields become.

use super::*;
use crate::sources::Fields;

#[test]
fn the_catalogue_says_yes_and_never_no() {
    let json = r#"{"catalogVersion": "2026.08.07", "count": 2, "vulnerabilities": [
        {"cveID": "cve-2026-123456", "dateAdded": "2026-08-07", "dueDate": "2026-08-10", "knownRansomwareCampaignUse": "Known", "forensicTriage": "Yes"},
        {"cveID": "CVE-2026-1234", "dateAdded": "2026-08-06", "knownRansomwareCampaignUse": "Unknown", "forensicTriage": "No"}]}"#;
    let harvest = read(Kind::Kev, json);
    assert_eq!(refused(&harvest), [""; 0]);
    assert_eq!(harvest.advisories[0].id, "CVE-2026-123456");
    assert_eq!(
        fields(&harvest.advisories[0]),
        r#"{"forensic_triage":true,"kev":true,"kev_added":"2026-08-07","kev_due":"2026-08-10","ransomware":true}"#
    );
    assert_eq!(fields(&harvest.advisories[1]), r#"{"forensic_triage":false,"kev":true,"kev_added":"2026-08-06"}"#);
}

#[test]
fn the_catalogue_as_csv() {
    let csv = "cveID,vendorProject,dateAdded,shortDescription,dueDate,knownRansomwareCampaignUse,cwes\n\
               CVE-2026-8037,\"Progress, Inc.\",2026-08-07,\"one\nof two lines\",2026-08-10,Known,\"CWE-77, CWE-78\"\n\
               CVE-26-1,x,2026-08-07,x,,Unknown,\n\
               CVE-2026-1234,x,2026-08-06,x,,Unknown,\n";
    let harvest = read(Kind::Kev, csv);
    assert_eq!(detect("x", csv.as_bytes()), Some(Kind::Kev));
    assert_eq!(refused(&harvest), ["line 4: `CVE-26-1` is no CVE identifier, at `/cveID`"]);
    assert_eq!(harvest.advisories.len(), 2);
    assert_eq!(harvest.advisories[1].origin.at, At::Line(5));
    assert_eq!((harvest.editions[0].read, harvest.editions[0].dropped), (2, 1));
}

#[test]
fn a_table_that_names_a_column_twice_says_nothing() {
    for scores in ["0.01,0.97", "0.97,0.01", "0.97,0.97"] {
        let harvest = read(Kind::Epss, &format!("cve,epss,EPSS\nCVE-2026-1000,{scores}\n"));
        assert_eq!(refused(&harvest), ["line 1: two columns are named `epss`"]);
        assert_eq!((harvest.advisories.len(), harvest.editions[0].dropped), (0, 1));
    }
    let kev = read(Kind::Kev, "cveID,dateAdded,dueDate,dueDate\nCVE-2026-8037,2026-08-07,2026-08-10,2026-09-10\n");
    assert_eq!(refused(&kev), ["line 1: two columns are named `duedate`"]);
    let unnamed = read(Kind::Kev, "cveID,dateAdded,,\nCVE-2026-8037,2026-08-07,,\n");
    assert_eq!(only(&unnamed).id, "CVE-2026-8037");
}

#[test]
fn a_quote_that_is_never_closed_takes_what_follows_it_and_no_more() {
    let csv = "cveID,dateAdded,shortDescription\nCVE-2026-8037,2026-08-07,x\nCVE-2026-8038,2026-08-07,\"never closed\nCVE-2026-8039,2026-08-07,x\n";
    let harvest = read(Kind::Kev, csv);
    assert_eq!(
        refused(&harvest),
        ["line 3: a quote is opened here and never closed: this row and all below it are left out"]
    );
    assert_eq!(only(&harvest).id, "CVE-2026-8037");
    assert!(harvest.incomplete);
}

#[test]
fn a_catalogue_that_is_cut_off_says_so() {
    let harvest =
        read(Kind::Kev, r#"{"count": 3, "vulnerabilities": [{"cveID": "CVE-2026-8037", "dateAdded": "2026-08-07"}]}"#);
    assert_eq!(refused(&harvest), ["/count: the catalogue says that it has 3 entries and has 1"]);
    assert_eq!(harvest.editions[0].dropped, 2);
    // What is no number may have been any.
    for count in ["\"1\"", "-1", "1.5", "[1]"] {
        let text = format!(
            r#"{{"count": {count}, "vulnerabilities": [{{"cveID": "CVE-2026-8037", "dateAdded": "2026-08-07"}}]}}"#
        );
        let harvest = read(Kind::Kev, &text);
        assert!(refused(&harvest)[0].ends_with(" is no number of entries"), "{:?}", refused(&harvest));
        assert_eq!((harvest.editions[0].read, harvest.editions[0].dropped), (1, 1));
    }
    let without = read(Kind::Kev, r#"{"count": null, "vulnerabilities": []}"#);
    assert_eq!((refused(&without).len(), without.editions[0].dropped), (0, 0));
}

#[test]
fn scores_keep_their_text_and_an_unknown_model_is_none() {
    let with = "#model_version:v2026.06.01,score_date:2026-08-22T00:00:00+0000\ncve,epss,percentile\nCVE-2024-6775,0.000430,0.09291\nCVE-2024-6776,1.5,0\nnone,0.1,0\n";
    let harvest = read(Kind::Epss, with);
    assert_eq!(fields(only(&harvest)), r#"{"epss":0.000430,"epss_model":"v2026.06.01"}"#);
    assert_eq!(refused(&harvest), ["line 4: `1.5` is no probability", "line 5: `none` is no CVE identifier"]);
    assert_eq!(harvest.editions[0].made.as_deref(), Some("2026-08-22T00:00:00Z"));
    let without = read(Kind::Epss, "cve,epss,percentile\nCVE-2024-6775,0.00043,0.09291\n");
    assert_eq!(fields(only(&without)), r#"{"epss":0.00043}"#);
    assert_eq!(without.refused, []);
    let unknown =
        read(Kind::Epss, "#model_version:unknown,score_date:2026-08-22T00:00:00+0000\ncve,epss\nCVE-2024-6775,0.5\n");
    assert_eq!(fields(only(&unknown)), r#"{"epss":0.5}"#);
}

#[test]
fn of_several_metrics_of_a_version_the_primary_one_counts() {
    let json = r#"{"cve": {"id": "CVE-2026-1", "vulnStatus": "Analyzed"}}"#;
    assert_eq!(refused(&read(Kind::Nvd, json)), ["/cve/id: the record has no CVE identifier"]);
    let json = r#"{"cve": {"id": "CVE-2026-1000", "published": "2023-10-12T19:15:11.747", "vulnStatus": "Analyzed", "metrics": {
        "cvssMetricV31": [
          {"type": "Secondary", "cvssData": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}},
          {"type": "Primary", "cvssData": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "baseScore": 7.5}}],
        "cvssMetricV2": [{"type": "Primary", "cvssData": {"version": "2.0", "vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P", "baseScore": 7.5}}],
        "ssvcV203": [{"ssvcData": {"timestamp": "2024-04-02T04:00:23Z", "options": [{"exploitation": "PoC"}, {"automatable": "yes"}, {"technicalImpact": "total"}]}}]},
        "configurations": [{"nodes": []}]}}"#;
    let harvest = read(Kind::Nvd, json);
    let advisory = only(&harvest);
    assert_eq!(
        fields(advisory),
        r#"{"automatable":true,"cvss":[{"score":7.5,"vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"},{"score":7.5,"vector":"AV:N/AC:L/Au:N/C:P/I:P/A:P"}],"exploitation":"poc","published":"2023-10-12T19:15:11.747Z","technical_impact":"total"}"#
    );
    assert_eq!(advisory.affected.as_ref().unwrap().to_string(), r#"[{"nodes":[]}]"#);
    assert_eq!(advisory.origin.at, At::Pointer("/cve".to_owned()));
}

#[test]
fn a_metric_that_cannot_be_read_is_not_passed_over_for_one_that_counts_less() {
    let bad = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H";
    let good = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";
    let metric = |kind: &str, vector: &str| {
        format!(r#"{{"type": "{kind}", "cvssData": {{"version": "3.1", "vectorString": "{vector}"}}}}"#)
    };
    for (one, other, counts) in [
        (metric("Primary", bad), metric("Secondary", good), bad),
        (metric("Primary", good), metric("Secondary", bad), good),
        (metric("Primary", good), metric("Primary", bad), bad),
        (metric("Secondary", bad), metric("Secondary", good), bad),
    ] {
        for list in [format!("{one}, {other}"), format!("{other}, {one}")] {
            let text = format!(r#"{{"cve": {{"id": "CVE-2026-1000", "metrics": {{"cvssMetricV31": [{list}]}}}}}}"#);
            assert_eq!(fields(only(&read(Kind::Nvd, &text))), format!(r#"{{"cvss":["{counts}"]}}"#), "{list}");
        }
    }
}

#[test]
fn a_rejected_record_is_withdrawn_and_one_that_waits_has_no_score() {
    let record = |status: &str| {
        let harvest =
            read(Kind::Nvd, &format!(r#"{{"id": "CVE-2026-1000", "vulnStatus": "{status}", "metrics": {{}}}}"#));
        (only(&harvest).withdrawn, fields(only(&harvest)))
    };
    assert_eq!(record("Rejected"), (true, "{}".to_owned()));
    assert_eq!(record("Awaiting Analysis"), (false, "{}".to_owned()));
    let page = r#"{"resultsPerPage": 3, "vulnerabilities": [{"cve": {"id": "CVE-2026-1000"}}, 7]}"#;
    assert_eq!(
        refused(&read(Kind::Nvd, page)),
        ["/vulnerabilities/1: a number is no record", "/resultsPerPage: the page says that it has 3 records and has 2"]
    );
}

fn cve(options: &str) -> Harvest {
    read(
        Kind::Cve,
        &format!(
            r#"{{"cveMetadata": {{"cveId": "CVE-2026-1000", "state": "PUBLISHED", "datePublished": "1999-09-29T04:00:00"}},
              "containers": {{"cna": {{"metrics": [{{"other": {{"type": "Red Hat severity rating", "content": {{"value": "Important"}}}}}}]}},
              "adp": [{{"metrics": [{{"other": {{"type": "ssvc", "content": {{"timestamp": "2024-08-01T18:59:12Z", "options": {options}}}}}}}]}}]}}}}"#
        ),
    )
}

#[test]
fn ssvc_values_in_any_case() {
    let harvest = cve(r#"[{"Exploitation": "Active"}, {"Automatable": "NO"}, {"Technical Impact": "Total"}]"#);
    assert_eq!(
        fields(only(&harvest)),
        r#"{"automatable":false,"exploitation":"active","published":"1999-09-29T04:00:00Z","technical_impact":"total","vendor_severity":"high"}"#
    );
    let harvest = cve(r#"[{"Exploitation": "maybe"}, {"Automatable": "yes"}, "x"]"#);
    assert_eq!(
        fields(only(&harvest)),
        r#"{"automatable":true,"published":"1999-09-29T04:00:00Z","vendor_severity":"high"}"#
    );
    let base = "/containers/adp/0/metrics/0/other/content/options";
    assert_eq!(
        refused(&harvest),
        [
            format!("{base}/0/Exploitation: `maybe` is no value of `exploitation`"),
            format!("{base}/2: a text is no record")
        ]
    );
}

#[test]
fn of_ssvc_decisions_the_latest_counts_and_of_one_time_the_most_urgent_word() {
    let decision = |at: &str, options: &str| {
        format!(r#"{{"other": {{"type": "ssvc", "content": {{"timestamp": {at}, "options": [{options}]}}}}}}"#)
    };
    let word = |word: &str| format!(r#"{{"Exploitation": "{word}"}}"#);
    let (old, new, later) = (r#""2026-01-01T00:00:00Z""#, r#""2026-01-01T00:00:00.5Z""#, r#""2099-01-01T00:00:00Z""#);
    let cases = [
        (vec![decision(old, &format!("{}, {}", word("none"), word("active")))], "active"),
        (vec![decision(old, &format!("{}, {}", word("active"), word("poc")))], "active"),
        (vec![decision(old, &word("none")), decision(old, &word("poc"))], "poc"),
        (vec![decision(old, &word("active")), decision(new, &word("none"))], "none"),
        (vec![decision("null", &word("active")), decision(new, &word("none"))], "active"),
        (vec![decision(old, &word("active")), decision(later, &word("none"))], "active"),
        (vec![decision(old, &word("none")), decision(later, &word("active"))], "active"),
        (vec![decision(old, &word("none")), decision(old, &word("maybe"))], "-"),
        (vec![decision(old, &word("active")), decision(old, &word("maybe"))], "active"),
        (vec![decision(old, r#"{"Exploitation": 5}, {"Exploitation": "poc"}"#)], "-"),
    ];
    for (mut decisions, counts) in cases {
        for _ in 0..2 {
            decisions.reverse();
            let text = format!(
                r#"{{"cveMetadata": {{"cveId": "CVE-2026-1000", "dateUpdated": "2026-02-01T00:00:00Z"}},
                  "containers": {{"adp": [{{"metrics": [{}]}}]}}}}"#,
                decisions.join(", ")
            );
            let harvest = read(Kind::Cve, &text);
            let said = only(&harvest).fields.get("exploitation").and_then(serde_json::Value::as_str).unwrap_or("-");
            assert_eq!(said, counts, "{text}");
        }
    }
}

#[test]
fn lines_of_records_are_read_beside_broken_ones() {
    let line = r#"{"cveMetadata": {"cveId": "CVE-2026-1000", "state": "REJECTED"}, "containers": {"cna": {}}}"#;
    let harvest = read(Kind::Cve, &format!("{line}\n{{\"cveMetadata\": \n\n{line}\n"));
    assert_eq!(harvest.advisories.len(), 2);
    assert!(harvest.advisories[0].withdrawn);
    assert_eq!(harvest.advisories[1].origin.at, At::Line(4));
    assert_eq!(refused(&harvest), ["line 2: this is not JSON: EOF while parsing a value, at byte 16 of the line"]);
    assert_eq!((harvest.editions[0].read, harvest.editions[0].dropped), (2, 1));
}

#[test]
fn a_severity_may_be_a_vector_or_a_word() {
    let harvest = read(
        Kind::Osv,
        r#"{"id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-01-01T00:00:00Z", "aliases": ["cve-2026-1000"], "related": ["CVE-2026-1001"],
            "severity": [{"type": "Ubuntu", "score": "negligible"}, {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"ranges": []}]}"#,
    );
    let advisory = only(&harvest);
    assert_eq!(
        fields(advisory),
        r#"{"cvss":["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],"vendor_severity":"low"}"#
    );
    assert_eq!(advisory.aliases, ["CVE-2026-1000"]);
    assert!(!advisory.withdrawn);
    assert_eq!(refused(&harvest), ["/affected/0: it names no package"]);
    let withdrawn =
        read(Kind::Osv, r#"{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "withdrawn": "2026-02-01T00:00:00Z"}"#);
    assert!(only(&withdrawn).withdrawn);
}

#[test]
fn of_several_words_for_a_severity_the_most_severe_counts() {
    let said = |harvest: &Harvest| only(harvest).fields["vendor_severity"].as_str().unwrap().to_owned();
    let osv = |one: &str, other: &str, own: &str| {
        read(
            Kind::Osv,
            &format!(
                r#"{{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "severity": [{{"type": "Ubuntu", "score": "{one}"}},
                  {{"type": "Ubuntu", "score": "{other}"}}], "database_specific": {{"severity": "{own}"}}}}"#
            ),
        )
    };
    let cna = |one: &str, other: &str| {
        let text = |word: &str| {
            format!(r#"{{"other": {{"type": "Textual description of severity", "content": {{"text": "{word}"}}}}}}"#)
        };
        let metrics = [text(one), text(other)].join(", ");
        read(
            Kind::Cve,
            &format!(
                r#"{{"cveMetadata": {{"cveId": "CVE-2026-1000"}}, "containers": {{"cna": {{"metrics": [{metrics}]}}}}}}"#
            ),
        )
    };
    assert_eq!(said(&osv("low", "critical", "x")), "critical");
    assert_eq!(said(&osv("critical", "low", "moderate")), "critical");
    assert_eq!(said(&osv("low", "low", "HIGH")), "high");
    assert_eq!([said(&cna("Low", "Critical")), said(&cna("Critical", "Low"))], ["critical", "critical"]);
}

#[test]
fn only_a_time_that_can_be_read_withdraws_a_record() {
    for (withdrawn, is, told) in [
        ("null", false, ""),
        (r#""2026-01-01T10:00:00Z""#, true, ""),
        ("false", false, "/withdrawn: `withdrawn` is true or false"),
        (r#""""#, false, "/withdrawn: `withdrawn` is ``"),
        (r#""no""#, false, "/withdrawn: `withdrawn` is `no`"),
        ("{}", false, "/withdrawn: `withdrawn` is an object"),
    ] {
        let harvest = read(
            Kind::Osv,
            &format!(r#"{{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "withdrawn": {withdrawn}}}"#),
        );
        assert_eq!((only(&harvest).withdrawn, refused(&harvest).concat().as_str()), (is, told), "{withdrawn}");
    }
}

#[test]
fn products_in_three_forms() {
    let ours = r#"{"product":"x","title":"X","identifiers":[{"purl":"pkg:npm/%40x/core"}],"releases":[{"releaseCycle":"2","releaseDate":"2026-02-25","eol":false,"eoes":true},{"releaseCycle":"2.1","eol":"2027-01-01"}]}"#;
    let api = r#"{"schema_version":"1.2.0","total":1,"result":[{"name":"x","label":"X","identifiers":[{"type":"purl","id":"pkg:npm/%40x/core"}],"releases":[{"name":"2","isEol":false,"eolFrom":null,"isEoes":true},{"name":"2.1","isEol":false,"eolFrom":"2027-01-01"}]}]}"#;
    let old = r#"[{"cycle":"2","eol":false},{"cycle":"2.1","eol":"2027-01-01","support":true}]"#;
    for text in [ours, api, old] {
        assert_eq!(detect("x.json", text.as_bytes()), Some(Kind::Eol), "{text}");
        let mut harvest = Harvest::default();
        eol::read(&Arc::from("feeds/x.json"), text.as_bytes(), &mut harvest);
        assert_eq!(refused(&harvest), [""; 0]);
        let fact = |version| eol::of_name(&harvest.products, "x", version).map(|fact| fact.to_string());
        assert_eq!(fact("2.0.7").as_deref(), Some("\"none\""));
        assert_eq!(fact("2.1.7").as_deref(), Some("\"2027-01-01\""));
        assert_eq!(fact("21.7"), None);
    }
}

#[test]
fn an_end_without_a_day_is_no_fact() {
    let harvest = read(
        Kind::Eol,
        r#"{"product":"x","releases":[{"releaseCycle":"1","eol":true},{"releaseCycle":"2","eol":"soon"}]}"#,
    );
    let releases = &harvest.products[0].releases;
    assert_eq!((&releases[0].eol, releases[0].eol.fact()), (&eol::End::Past, None));
    assert_eq!((&releases[1].eol, releases[1].eol.fact()), (&eol::End::Unknown, None));
    assert_eq!(refused(&harvest), ["/releases/1/eol: `soon` is no date"]);
}

#[test]
fn of_several_ends_of_a_release_the_earliest_counts() {
    let cases = [
        (r#"{"name":"1","eol":"2030-01-01"},{"name":"1","eol":"2020-01-01"}"#, Some("2020-01-01"), ""),
        (r#"{"name":"1","eol":true},{"name":"1","eol":false}"#, None, ""),
        (r#"{"name":"1","eol":"2030-01-01"},{"name":"1","eol":false}"#, Some("2030-01-01"), ""),
        (
            r#"{"name":"7","label":"1","eol":"2030-01-01"},{"name":"8","codename":"1","eol":"2020-01-01"}"#,
            Some("2020-01-01"),
            "",
        ),
        (r#"{"name":"1","eol":false,"isEol":true}"#, None, ""),
        (r#"{"name":"1","eol":false,"eolFrom":"2020-01-01"}"#, Some("2020-01-01"), ""),
        (r#"{"name":"1","isEol":false,"eolFrom":"2030-01-01"}"#, Some("2030-01-01"), ""),
        (r#"{"name":"1","isEol":true,"eolFrom":"2020-01-01"}"#, Some("2020-01-01"), ""),
        (r#"{"name":"1","isEol":true,"eolFrom":"2030-01-01"}"#, None, ""),
        (r#"{"name":"1","isEol":false,"eolFrom":null}"#, Some("none"), ""),
        (r#"{"name":"1","eol":false,"isEol":"yes"}"#, None, "/0/releases/0/isEol: `isEol` is a text"),
        (r#"{"name":"1","isEol":false,"eolFrom":"soon"}"#, None, "/0/releases/0/eolFrom: `soon` is no date"),
    ];
    for (releases, end, told) in cases {
        for turned in [false, true] {
            let mut list: Vec<serde_json::Value> = serde_json::from_str(&format!("[{releases}]")).unwrap();
            if turned {
                list.reverse();
            }
            let text = serde_json::json!([{"product": "x", "releases": list}]).to_string();
            let mut harvest = read(Kind::Eol, &text);
            harvest.products.iter_mut().for_each(|product| product.as_of("2026-11-20"));
            let fact = eol::of_name(&harvest.products, "x", "1");
            assert_eq!(fact, end.map(serde_json::Value::from), "{text}");
            assert_eq!(refused(&harvest).concat(), told, "{text}");
        }
    }
}

#[test]
fn every_kind_has_one_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Kind::from_name("x"), None);
    assert_eq!(
        only(&read(Kind::Cve, "{\"cveMetadata\":{\"cveId\":\"CVE-2026-1000\"},\"containers\":{}}")).fields,
        Fields::new()
    );
}

#[test]
fn a_record_that_does_not_say_which_package_it_is_about_is_not_whole() {
    let of = |affected: &str| {
        read(Kind::Osv, &format!(r#"{{"id": "GHSA-x", "modified": "2026-01-01T00:00:00Z", "affected": {affected}}}"#))
    };
    for (affected, told) in [
        (r#""x""#, "/affected: `affected` is a text"),
        (r#"[5]"#, "/affected/0: a number is no record"),
        (r#"[{"package": {"ecosystem": "npm"}, "versions": ["1"]}]"#, "/affected/0: it names no package"),
        (r#"[{"package": {"ecosystem": "npm", "name": " "}}]"#, "/affected/0: it names no package"),
        (
            r#"[{"package": {"name": "x"}, "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]"#,
            "/affected/0: it names no package",
        ),
    ] {
        let harvest = of(affected);
        assert_eq!(refused(&harvest), [told]);
        assert_eq!((harvest.editions[0].read, harvest.editions[0].dropped, harvest.advisories.len()), (0, 1, 1));
        assert!(only(&harvest).affected.is_some(), "{affected}");
    }
    let commits = of(r#"[{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]"#);
    assert_eq!((refused(&commits).len(), commits.editions[0].read), (0, 1));
    assert_eq!(only(&of("null")).affected, None);
}

#[test]
fn configurations_that_are_no_list_may_be_about_anything() {
    for (configurations, kept) in
        [("{\"nodes\": []}", Some("[null]")), ("5", Some("[null]")), ("null", None), ("[]", Some("[]"))]
    {
        let harvest =
            read(Kind::Nvd, &format!(r#"{{"cve": {{"id": "CVE-2026-1000", "configurations": {configurations}}}}}"#));
        let is_whole = kept != Some("[null]");
        assert_eq!(only(&harvest).affected.as_ref().map(ToString::to_string).as_deref(), kept);
        assert_eq!((harvest.editions[0].read, harvest.refused.is_empty()), (u64::from(is_whole), is_whole));
        assert_eq!(harvest.editions[0].dropped, u64::from(!is_whole));
    }
}

#[test]
fn a_page_with_nothing_on_it_is_known() {
    let text = r#"{"resultsPerPage": 0, "startIndex": 0, "totalResults": 0, "format": "NVD_CVE", "version": "2.0", "timestamp": "2026-08-22T10:00:00.000", "vulnerabilities": []}"#;
    assert_eq!(detect("x.json", text.as_bytes()), Some(Kind::Nvd));
    let page = read(Kind::Nvd, text);
    assert_eq!((page.editions[0].made.as_deref(), refused(&page).len()), (Some("2026-08-22T10:00:00Z"), 0));
}
