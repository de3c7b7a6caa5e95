//! Reports in CSV and XML. There are no published samples under a licence that lets them lie here; these follow the formats' own descriptions.

use super::support::{findings, harvest, harvest_bytes, refused};
use crate::sources::scanners::Kind;

#[test]
fn nessus_as_it_exports_itself() {
    let found = harvest(
        Kind::NessusCsv,
        "Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,CVSS v3.0 Base Score,XREF,MSKB,Plugin Publication Date\n\
         19506,,,None,10.0.0.1,tcp,0,Nessus Scan Information,,,,,2005/08/26\n\
         187318,CVE-2026-0001,10.0,Critical,10.0.0.1,tcp,445,\"KB5033371: Windows, December\",\"first\nsecond\",9.8,\"IAVA:2023-A-0690,RHSA:2023:1234\",5033371,2023/12/12\n\
         187318,CVE-2026-0002,10.0,Critical,10.0.0.1,tcp,445,same,,9.8,,,2023/12/12\n\
         51192,,6.4,Medium,10.0.0.1,tcp,443,SSL Certificate Cannot Be Trusted,,6.5,,,2010/12/15\n\
         99999,\"CVE-2026-0003, CVE-2026-0004\",,None,10.0.0.2,tcp,443,several,,,,,\n",
    );
    let scores =
        r#""cvss":[{"score":10.0,"source":"nessus","version":"2.0"},{"score":9.8,"source":"nessus","version":"3.0"}]"#;
    assert_eq!(refused(&found), Vec::<String>::new());
    assert_eq!(
        findings(&found),
        [
            format!(
                r#"10.0.0.1 {{"cve":"CVE-2026-0001",{scores},"patch":"KB5033371, RHSA-2023:1234","source":"nessus"}}"#
            ),
            format!(r#"10.0.0.1 {{"cve":"CVE-2026-0002",{scores},"source":"nessus"}}"#),
            concat!(
                r#"10.0.0.1 {"cve":"NESSUS-51192","cvss":[{"score":6.4,"source":"nessus","version":"2.0"},"#,
                r#"{"score":6.5,"source":"nessus","version":"3.0"}],"source":"nessus"}"#
            )
            .to_owned(),
            r#"10.0.0.2 {"cve":"CVE-2026-0003","source":"nessus"}"#.to_owned(),
            r#"10.0.0.2 {"cve":"CVE-2026-0004","source":"nessus"}"#.to_owned(),
        ]
    );
    let lines: Vec<_> = found.sightings.iter().map(|sighting| super::support::place(&sighting.origin)).collect();
    assert_eq!(lines, ["line 3", "line 5", "line 6", "line 7", "line 7"]);
}

#[test]
fn tenable_names_its_columns_otherwise() {
    let found = harvest(
        Kind::NessusCsv,
        "Plugin ID,CVE,Host,Vulnerability State,Plugin Family,CVSS Base Score,CVSS Vector,CVSS Temporal Vector,CVSS3 Base Score,CVSS3 Vector,CVSS3 Temporal Vector,First Found,Patch Available,Severity,Risk\r\n\
         176700,CVE-2026-0001,web-1,Active,Amazon Linux Local Security Checks,6.8,AV:L/AC:L/Au:S/C:C/I:C/A:C,E:POC/RL:OF/RC:C,7.8,AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H,E:P/RL:O/RC:C,2023-06-08T01:58:56.166Z,TRUE,3,High\r\n\
         176701,CVE-2026-0002,web-1,Fixed,Windows : Microsoft Bulletins,,,,,,,,FALSE,3,High\r\n",
    );
    assert_eq!(
        findings(&found),
        [
            concat!(
                r#"web-1 {"cve":"CVE-2026-0001","cvss":[{"score":6.8,"source":"nessus","vector":"AV:L/AC:L/Au:S/C:C/I:C/A:C/E:POC/RL:OF/RC:C"},"#,
                r#"{"score":7.8,"source":"nessus","vector":"CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C"}],"#,
                r#""detected":"2023-06-08T01:58:56.166Z","kind":"os","patch_available":true,"source":"nessus","state":"open"}"#
            ),
            r#"web-1 {"cve":"CVE-2026-0002","patch_available":false,"source":"nessus","state":"fixed"}"#,
        ]
    );
    let found = harvest(
        Kind::NessusCsv,
        "\u{feff}\"Plugin\",\"Severity\",\"IP Address\",\"DNS Name\",\"CVE\",\"First Discovered\",\"Vuln Publication Date\",\"Patch Publication Date\",\"Accept Risk?\"\n\
         \"10\",\"High\",\"10.0.0.1\",\"db.acme.example\",\"CVE-2026-0001,CVE-2026-0002\",\"Jul 26, 2022 13:00:05 UTC\",\"N/A\",\"Jul 20, 2022 12:00:00 UTC\",\"No\"\n",
    );
    let rest = r#""detected":"2022-07-26T13:00:05Z","patch_available":true,"patch_available_at":"2022-07-20T12:00:00Z","source":"nessus"}"#;
    assert_eq!(
        findings(&found),
        [
            format!(r#"db.acme.example {{"cve":"CVE-2026-0001",{rest}"#),
            format!(r#"db.acme.example {{"cve":"CVE-2026-0002",{rest}"#)
        ]
    );
}

#[test]
fn qualys_has_a_preamble_and_a_summary() {
    let found = harvest(
        Kind::QualysCsv,
        "\"Monthly Report\",\"11/20/2026 at 10:00:00 (GMT)\"\n\"Acme, Inc.\",\"1 Street\"\n\n\"Total\",\"2\"\n\n\
         \"IP\",\"DNS\",\"NetBIOS\",\"OS\",\"QID\",\"Title\",\"Vuln Status\",\"Type\",\"Severity\",\"First Detected\",\"Last Detected\",\"CVE ID\",\"Vendor Reference\",\"CVSS Base\",\"CVSS3 Base\",\"CVSS3 Temporal\"\n\
         \"10.0.0.1\",\"web-1.acme.example\",\"WEB-1\",\"Windows\",\"91762\",\"Windows Update\",\"Active\",\"Vuln\",\"5\",\"05/06/2021 07:08:28\",\"05/25/2021 07:36:58\",\"CVE-2021-31192, CVE-2021-31188\",\"KB5003169, KB5003171\",,\"9.9 (AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H)\",\"8.6 (E:U/RL:O/RC:C)\"\n\
         \"10.0.0.1\",\"\",\"WEB-1\",\"Windows\",\"105971\",\"End of life\",\"Fixed\",\"Vuln\",\"5\",\"05/13/2021 07:08:28\",,,\"Microsoft ASP.NET End of Life\",\"7.5 (AV:N/AC:L/Au:N/C:P/I:P/A:P)\",\"8.1\",\n\
         \"10.0.0.1\",\"\",\"WEB-1\",\"Windows\",\"45004\",\"Networks\",,\"Ig\",\"1\",,,,,,,\n\
         \"IP\",\"DNS\",\"NetBIOS\",\"OS\",\"QID\",\"Title\",\"Vuln Status\",\"Type\",\"Severity\",\"First Detected\",\"Last Detected\",\"CVE ID\",\"Vendor Reference\",\"CVSS Base\",\"CVSS3 Base\",\"CVSS3 Temporal\"\n\
         \n\"hosts scanned\",\"2\"\n",
    );
    let rest = concat!(
        r#""cvss":[{"score":9.9,"source":"qualys","vector":"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/E:U/RL:O/RC:C"}],"#,
        r#""detected":"2021-05-06T07:08:28","patch":"KB5003169, KB5003171","source":"qualys","state":"open"}"#
    );
    assert_eq!(refused(&found), Vec::<String>::new());
    assert_eq!(
        findings(&found),
        [
            format!(r#"web-1.acme.example {{"cve":"CVE-2021-31192",{rest}"#),
            format!(r#"web-1.acme.example {{"cve":"CVE-2021-31188",{rest}"#),
            concat!(
                r#"WEB-1 {"cve":"QID-105971","cvss":[{"score":7.5,"source":"qualys","vector":"AV:N/AC:L/Au:N/C:P/I:P/A:P"},"#,
                r#"{"score":8.1,"source":"qualys","version":"3.0"}],"detected":"2021-05-13T07:08:28","source":"qualys","state":"fixed"}"#
            )
            .to_owned(),
        ]
    );
    // A row that is cut off is none of a summary.
    let found = harvest(
        Kind::QualysCsv,
        "IP,QID,TITLE,CVE ID\n10.0.0.1,7,a,CVE-2021-0001\n10.0.0.2,8,b\nhosts scanned: 2\n10.0.0.3,9",
    );
    let refusal = |line: u8, cells: u8| format!("line {line}: a row has {cells} cells, expected 4, as the header has");
    assert_eq!((found.sightings.len(), refused(&found)), (1, vec![refusal(3, 3), refusal(5, 2)]));
    // Which number is the day cannot be told.
    let found = harvest(Kind::QualysCsv, "QID,TITLE,IP,First Detected,CVE ID\n1,a,10.0.0.1,05/06/2021,CVE-2021-0001\n");
    assert_eq!(findings(&found), [r#"10.0.0.1 {"cve":"CVE-2021-0001","source":"qualys"}"#]);
}

#[test]
fn openvas_knows_what_the_vendor_has() {
    let found = harvest(
        Kind::OpenVasCsv,
        "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,Specific Result,NVT OID,CVEs,Task ID,Timestamp\n\
         192.0.2.29,,80,tcp,10.0,High,80,\"VendorFix\",\"TWiki\",\"XSS\",\"Installed: 1\nFixed: 4.2.4\",1.3.6.1.4.1.25623.1.0.800320,\"CVE-2008-5304,CVE-2008-5305\",t,2024-05-04T11:37:24+02:00\n\
         192.0.2.29,web-1,,,2.6,Low,80,\"NoneAvailable\",\"Timestamps\",,,1.3.6.1.4.1.25623.1.0.80091,NOCVE,t,\n\
         192.0.2.29,web-1,,,5.0,Medium,80,\"WillNotFix\",\"Old\",,,1.3.6.1.4.1.25623.1.0.80092,CVE-2010-0001,t,\n\
         192.0.2.29,web-1,,,0.0,Log,80,,\"Traceroute\",,,1.3.6.1.4.1.25623.1.0.51662,,t,\n",
    );
    let high = r#""cvss":[{"score":10.0,"source":"openvas"}],"patch_available":true,"source":"openvas"}"#;
    assert_eq!(
        findings(&found),
        [
            format!(r#"192.0.2.29 {{"cve":"CVE-2008-5304",{high}"#),
            format!(r#"192.0.2.29 {{"cve":"CVE-2008-5305",{high}"#),
            r#"web-1 {"cve":"1.3.6.1.4.1.25623.1.0.80091","cvss":[{"score":2.6,"source":"openvas"}],"patch_available":false,"source":"openvas"}"#.to_owned(),
            r#"web-1 {"cve":"CVE-2010-0001","cvss":[{"score":5.0,"source":"openvas"}],"source":"openvas"}"#.to_owned(),
        ]
    );
}

#[test]
fn a_row_that_says_two_things_under_one_name_is_refused() {
    let header = "Plugin ID,CVE,Host,Risk,State,State\n";
    for states in ["Active,Fixed", "Fixed,Active", "Fixed,"] {
        let rows = format!("1,CVE-2026-0001,a,High,{states}\n2,CVE-2026-0002,a,High,Active,Active\n");
        let found = harvest(Kind::NessusCsv, &format!("{header}{rows}"));
        let told = "line 2: two columns are named `state` and say different things, expected each name once";
        assert_eq!((refused(&found), found.sightings.len(), found.incomplete), (vec![told.to_owned()], 1, true));
    }
    let other = "Plugin ID,CVE,CVE,Host\n1,CVE-2026-0001,CVE-2026-0002,a\n2,CVE-2026-0003,CVE-2026-0003,a\n";
    let found = harvest(Kind::NessusCsv, other);
    assert_eq!((refused(&found).len(), found.sightings.len()), (1, 1));
}

#[test]
fn damaged_tables_lose_only_what_is_damaged() {
    let header = "Plugin ID,CVE,Host,Risk,Plugin Output\n";
    let good = "1,CVE-2026-0001,a,High,fine\n";
    for (rows, refusal) in [
        (
            "2,CVE-2026-0002,a,High,\"no end\n3,CVE-2026-0003,a,High,x\n",
            "line 3: a `\"` has no end, expected a closing `\"`",
        ),
        ("2,CVE-2026-0002,a\n", "line 3: a row has 3 cells, expected 5, as the header has"),
        ("2,CVE-2026-0002,a,High,x,y\n", "line 3: a row has 6 cells, expected 5, as the header has"),
        ("x,CVE-2026-0002,a,High,\n", "line 3: a row has no plugin, expected the plugin's number"),
    ] {
        let found = harvest(Kind::NessusCsv, &format!("{header}{good}{rows}"));
        assert_eq!(refused(&found), [refusal]);
        assert_eq!((found.sightings.len(), found.incomplete), (1, true), "{rows}");
    }
    let found = harvest(Kind::NessusCsv, &format!("Plugin ID,CVE,Host,\"Risk\n{good}"));
    assert_eq!(
        (refused(&found), found.incomplete),
        (vec!["line 1: a `\"` has no end, expected a closing `\"`".to_owned()], true)
    );
    // Blank lines and other line ends count as lines.
    let found =
        harvest(Kind::NessusCsv, "Plugin ID,CVE,Host,Risk\r\n\r\n1,CVE-2026-0001,\"a\r\nb\",High\r\n\r\n\r\n2,,a\r\n");
    assert_eq!(refused(&found), ["line 7: a row has 3 cells, expected 4, as the header has"]);
    assert_eq!(super::support::place(&found.sightings[0].origin), "line 3");
    let with = |cells: &[u8]| [header.as_bytes(), good.as_bytes(), cells].concat();
    let found = harvest_bytes(Kind::NessusCsv, &with(b"2,CVE-2026-0002,\xFF,High,x\n3,CVE-2026-0003,a,High,\xFF\n"));
    assert_eq!(refused(&found), ["line 3: a cell is not UTF-8, expected UTF-8"]);
    assert_eq!(found.sightings.len(), 2, "what is not read need not be UTF-8");
    let found = harvest(Kind::NessusCsv, "Host,Risk\na,High\n");
    assert_eq!(
        refused(&found),
        ["line 1: there is no header, expected a header with `plugin id` or `plugin`, `host` or `dns name`"]
    );
    let found = harvest_bytes(Kind::NessusCsv, b"\xFF\xFEP\0");
    assert_eq!(refused(&found), ["line 1: the file is UTF-16, expected UTF-8"]);
    assert_eq!(harvest(Kind::NessusCsv, header).refused, []);
}

const ITEM: &str = r#"<ReportItem port="445" protocol="tcp" severity="4" pluginID="187318" pluginName="KB5033371 &amp; more" pluginFamily="Red Hat Local Security Checks">
<cve>CVE-2026-0001</cve><cve>CVE-2026-0002</cve><cvss_score_source>CVE-2026-0002</cvss_score_source>
<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:C/I:C/A:C</cvss_vector><cvss_temporal_vector>CVSS2#E:U/RL:OF/RC:C</cvss_temporal_vector><cvss_base_score>10.0</cvss_base_score>
<cvss3_vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</cvss3_vector><cvss3_temporal_vector>CVSS:3.0/E:U/RL:O/RC:C</cvss3_temporal_vector><cvss3_base_score>9.8</cvss3_base_score>
<patch_publication_date>2023/12/12</patch_publication_date><vuln_publication_date>2023/12/01</vuln_publication_date><xref>RHSA:2023:1234</xref><msft>MS17-010</msft>
<plugin_output><![CDATA[<cve>CVE-1999-0001</cve>]]></plugin_output></ReportItem>"#;

fn report(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" ?>\n<NessusClientData_v2>\n<Policy><policyName>x</policyName></Policy>\n<Report name=\"r\"><ReportHost name=\"10.0.0.1\">\n\
         <HostProperties><tag name=\"HOST_END_TIMESTAMP\">1706714385</tag><tag name=\"host-fqdn\">web-1</tag></HostProperties>\n{items}\n</ReportHost></Report></NessusClientData_v2>\n"
    )
}

#[test]
fn nessus_in_its_own_form() {
    let rest = concat!(
        r#""kind":"os","patch":"MS17-010, RHSA-2023:1234","patch_available":true,"patch_available_at":"2023-12-12","#,
        r#""published":"2023-12-01","source":"nessus"}"#
    );
    let items = format!(
        "{ITEM}<ReportItem severity=\"0\" pluginID=\"19506\"/>\n<ReportItem severity=\"2\" pluginID=\"51192\"></ReportItem>\n\
         <ReportItem severity=\"3\" pluginID=\"21156\" xmlns:cm=\"http://www.nessus.org/cm\"><cm:compliance-check-name>1.1 Length</cm:compliance-check-name><cm:compliance-result>FAILED</cm:compliance-result></ReportItem>\n\
         <ReportItem severity=\"0\" pluginID=\"21156\"><cm:compliance-check-name>1.2 Age</cm:compliance-check-name><cm:compliance-result>PASSED</cm:compliance-result></ReportItem>"
    );
    let found = harvest(Kind::NessusXml, &report(&items));
    assert_eq!(refused(&found), Vec::<String>::new());
    assert_eq!(
        findings(&found),
        [
            format!(r#"10.0.0.1 {{"cve":"CVE-2026-0001",{rest}"#),
            format!(
                concat!(
                    r#"10.0.0.1 {{"cve":"CVE-2026-0002","cvss":[{{"score":10.0,"source":"nessus","vector":"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:U/RL:OF/RC:C"}},"#,
                    r#"{{"score":9.8,"source":"nessus","vector":"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C"}}],{}"#
                ),
                rest
            ),
            r#"10.0.0.1 {"cve":"NESSUS-51192","source":"nessus"}"#.to_owned(),
            r#"10.0.0.1 {"cve":"NESSUS-21156: 1.1 Length","kind":"configuration","source":"nessus"}"#.to_owned(),
        ]
    );
    assert_eq!(super::support::place(&found.sightings[0].origin), "line 6");
    assert_eq!(found.editions[0].made.as_deref(), Some("2024-01-31T15:19:45Z"));
}

#[test]
fn hostile_xml_is_refused_and_what_stood_before_it_kept() {
    let bomb = "<!DOCTYPE NessusClientData_v2 [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>\n";
    let deep = report(&"<a>".repeat(1_000_000));
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
    for (text, refusal) in [
        (format!("{bomb}{}", report(ITEM)), "it has a document type"),
        (
            report("<ReportItem pluginID=\"1\" severity=\"1\"><cve>&xxe;</cve></ReportItem>"),
            "the entity `xxe` is not known",
        ),
        (deep, "elements are nested too deep"),
        (report(&format!("<a{attributes}/>")), "an element has too many attributes"),
        (report("<ReportItem pluginID=\"x\" severity=\"1\"/>"), "a `ReportItem` has no `pluginID`"),
        (format!("{} ", report(ITEM).split_once("</ReportHost>").unwrap().0), "it ends within `<ReportHost>`"),
        ("<NessusClientData>".to_owned(), "it ends within `<NessusClientData>`"),
        ("<a/>".to_owned(), "it is not a report of Nessus"),
    ] {
        let found = harvest(Kind::NessusXml, &text);
        let [refused] = found.refused.as_slice() else { panic!("{:?}", found.refused) };
        assert_eq!((refused.message.as_str(), found.incomplete), (refusal, true));
    }
    let cut = report(ITEM);
    let cut = harvest(Kind::NessusXml, cut.split_once("</ReportHost>").unwrap().0);
    assert_eq!((cut.sightings.len(), cut.refused.len()), (2, 1));
    let mut bytes = report(&format!("{ITEM}\n<ReportItem pluginID=\"1\" severity=\"1\">")).into_bytes();
    let place = bytes.windows(12).rposition(|part| part == b"severity=\"1\"").unwrap();
    bytes[place + 10] = 0xFF;
    let found = harvest_bytes(Kind::NessusXml, &bytes);
    assert_eq!(refused(&found), ["line 12: the file is not UTF-8, expected UTF-8"]);
    assert_eq!(found.sightings.len(), 2);
}
