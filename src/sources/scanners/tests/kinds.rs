//! Which form a file has.

use crate::sources::scanners::{Kind, detect};

#[test]
fn a_report_is_known_by_its_content() {
    for (text, kind) in [
        (r#"{"SchemaVersion":2,"ArtifactName":"x"}"#, Some(Kind::Trivy)),
        (r#"[{"Target":"x","Vulnerabilities":null}]"#, Some(Kind::Trivy)),
        (r#"{"ClusterName":"x","Resources":[]}"#, Some(Kind::Trivy)),
        (r#"{"matches":[],"source":null,"descriptor":{"name":"grype"}}"#, Some(Kind::Grype)),
        (r#"{"matches":[{"vulnerability":{}"#, Some(Kind::Grype)),
        (r#"{"results":[{"source":{},"packages":[]}]}"#, Some(Kind::OsvScanner)),
        (r#"{"results":[],"experimental_config":{}}"#, Some(Kind::OsvScanner)),
        (r#"{"version":"1.0","meta":{"application":"Dependency-Track"},"project":{}}"#, Some(Kind::DependencyTrack)),
        (r#"[{"component":{},"vulnerability":{},"analysis":{},"matrix":"x"}]"#, Some(Kind::DependencyTrack)),
        (r#"{"bomFormat":"CycloneDX","specVersion":"1.4","vulnerabilities":[]}"#, Some(Kind::CycloneDx)),
        ("\u{feff}<?xml version=\"1.0\"?>\n<NessusClientData_v2>", Some(Kind::NessusXml)),
        ("Plugin ID,CVE,Risk,Host\n", Some(Kind::NessusCsv)),
        ("\"Plugin\",\"Plugin Name\",\"IP Address\"\n", Some(Kind::NessusCsv)),
        ("\"Report\"\n\n\"x\",\"y\"\n\"IP\",\"QID\",\"Title\"\n", Some(Kind::QualysCsv)),
        ("IP,Hostname,NVT OID,CVEs\r\n", Some(Kind::OpenVasCsv)),
        (r#"{"bomFormat":"CycloneDX","components":[]}"#, None),
        (r#"{"results":[{"check_id":"x"}],"errors":[]}"#, None),
        (r#"{"results":[],"errors":[]}"#, None),
        (r#"{"runs":[]}"#, None),
        ("id,tier\ndb-1,1\n", None),
        ("<bom/>", None),
        ("null", None),
        ("", None),
        ("{", None),
    ] {
        assert_eq!(detect("report.json", text.as_bytes()), kind, "{text}");
    }
    assert_eq!(detect("trivy-shop.json", b"null"), Some(Kind::Trivy));
    assert_eq!(detect("a.json", b"\xFF\xFE{\0"), None);
    assert_eq!(detect("a.json", "[".repeat(1_000_000).as_bytes()), None);
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
}

#[test]
fn a_readers_own_form_is_not_needed_to_be_safe() {
    let texts = [
        "",
        "null",
        "[]",
        "[[]]",
        "[{}]",
        "{}",
        "{\"Results\":[{}]}",
        "{\"matches\":[{}]}",
        "\"",
        "a,b\n1",
        "<a>",
        "\u{feff}",
        "7",
    ];
    for kind in Kind::ALL {
        for text in texts {
            let harvest = super::support::harvest(kind, text);
            assert!(harvest.sightings.is_empty(), "{kind:?} {text}");
        }
    }
}
