//! Files that mean harm, and files that are only odd: no panic, no stack without end, an error with a place.

use proptest::prelude::*;

use super::*;

/// Reads bytes as every kind.
fn every_kind(bytes: &[u8]) -> Vec<Harvest> {
    let file: Arc<str> = Arc::from("f");
    let _ = detect("f", bytes);
    let read = |kind: Kind| {
        let mut harvest = Harvest::default();
        kind.read(&file, bytes, &mut harvest);
        harvest
    };
    Kind::ALL.into_iter().map(read).collect()
}

#[test]
fn a_million_brackets_are_refused() {
    for open in ["[", "{\"a\":", "{\"vulnerabilities\":[", "[{\"affected\":["] {
        for harvest in every_kind(open.repeat(1_000_000).as_bytes()) {
            assert!(!harvest.refused.is_empty());
            assert!(harvest.incomplete);
        }
    }
}

#[test]
fn what_contradicts_itself_says_nothing() {
    let twice = "stands there twice, with different values";
    // Of a list the element, of lines the line, of anything else the whole.
    let catalogue = read(
        Kind::Kev,
        r#"{"dateReleased": "2026-08-22T00:00:00Z", "count": 2, "vulnerabilities": [
            {"cveID": "CVE-2026-1000", "dateAdded": "2026-08-01"}, {"cveID": "CVE-2026-1001", "dateAdded": "2026-08-01", "dateAdded": "2026-08-02"}]}"#,
    );
    assert_eq!(only(&catalogue).id, "CVE-2026-1000");
    assert_eq!((catalogue.editions[0].read, catalogue.editions[0].dropped), (1, 1));
    assert_eq!(refused(&catalogue)[0], format!("/vulnerabilities/1: `dateAdded` {twice}"));
    let whole = read(Kind::Kev, r#"{"count": 1, "count": 2, "vulnerabilities": []}"#);
    assert_eq!((whole.editions[0].dropped, refused(&whole)), (1, vec![format!("file: `count` {twice}")]));
    let lines =
        read(Kind::Nvd, "{\"id\": \"CVE-2026-1000\"}\n{\"id\": \"CVE-2026-1001\", \"a\": {\"b\": 1, \"b\": [2]}}\n");
    assert_eq!(only(&lines).id, "CVE-2026-1000");
    assert_eq!(refused(&lines), [format!("line 2: `b` {twice}, at `/a`")]);
    let vex = r#"{"@context": "x", "statements": [{"vulnerability": "CVE-2026-1000", "products": [{"@id": "x", "subcomponents": ["y"], "subcomponents": []}],
        "status": "affected", "status": "fixed"}, {"vulnerability": "CVE-2026-1001", "products": ["x"], "status": "affected", "status": "fixed"}]}"#;
    let vex = read(Kind::OpenVex, vex);
    assert_eq!(vex.editions[0].dropped, 2);
    // What else the second says can be read.
    let said: Vec<_> = vex.assertions.iter().map(|it| (it.ids[0].as_str(), it.status)).collect();
    assert_eq!(said, [("CVE-2026-1001", crate::sources::Status::UnderInvestigation)]);
    assert_eq!(
        refused(&vex).get(..2).unwrap_or_default(),
        [format!("/statements/0: `status` {twice}"), format!("/statements/0/products/0: `subcomponents` {twice}")]
    );
    // The same once more is no contradiction.
    let same = read(Kind::Nvd, r#"{"id": "CVE-2026-1000", "id": "CVE-2026-1000", "a": 1e2, "a": 1e2}"#);
    assert_eq!((only(&same).id.as_str(), refused(&same).len()), ("CVE-2026-1000", 0));
}

#[test]
fn what_is_no_text_is_refused() {
    for bytes in [
        &b"\xFF\xFE{}"[..],
        b"cve,epss\nCVE-2026-1000,\xFF\n",
        b"",
        b"\0",
        b"null",
        b"\"",
        b"[1,2,null]",
        b"#",
        b"\n\n",
    ] {
        for harvest in every_kind(bytes) {
            assert!(harvest.advisories.is_empty() && harvest.assertions.is_empty() && harvest.products.is_empty());
        }
    }
}

#[test]
fn wrong_types_everywhere() {
    let values = ["null", "true", "7", "1e999", "\"x\"", "[]", "[[]]", "{}", "[{}]", "[null]"];
    let keys = [
        "id",
        "cve",
        "cveMetadata",
        "containers",
        "cna",
        "adp",
        "metrics",
        "cvssMetricV31",
        "vulnerabilities",
        "cveID",
        "affected",
        "ranges",
        "severity",
        "aliases",
        "product",
        "releases",
        "identifiers",
        "document",
        "product_tree",
        "branches",
        "relationships",
        "product_status",
        "flags",
        "threats",
        "remediations",
        "scores",
        "statements",
        "vulnerability",
        "products",
        "analysis",
        "affects",
        "components",
        "timestamp",
    ];
    for key in keys {
        for value in values {
            for text in [
                format!("{{\"{key}\":{value}}}"),
                format!("{{\"id\":\"CVE-2026-1000\",\"name\":\"x\",\"{key}\":{value}}}"),
                format!(
                    "{{\"vulnerabilities\":[{{\"cve\":\"CVE-2026-1000\",\"id\":\"CVE-2026-1000\",\"{key}\":{value}}}]}}"
                ),
                format!(
                    "{{\"product_tree\":{{\"{key}\":{value}}},\"cveMetadata\":{{\"cveId\":\"CVE-2026-1000\",\"{key}\":{value}}}}}"
                ),
                format!(
                    "{{\"statements\":[{{\"vulnerability\":\"CVE-2026-1000\",\"status\":\"fixed\",\"{key}\":{value}}}]}}"
                ),
            ] {
                every_kind(text.as_bytes());
            }
        }
    }
}

#[test]
fn a_message_is_never_as_long_as_the_file() {
    let long = "x".repeat(1_000_000);
    let json = format!("{{\"count\":1,\"vulnerabilities\":[{{\"cveID\":\"{long}\"}}]}}");
    let harvest = read(Kind::Kev, &json);
    assert!(harvest.refused.iter().all(|refused| refused.message.len() < 400), "{}", harvest.refused[0].message.len());
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        every_kind(&bytes);
    }

    #[test]
    fn any_tokens(tokens in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\n"), Just("\""), Just("\\"), Just("7"), Just("null"),
        Just("\"id\""), Just("\"CVE-2026-1000\""), Just("\"vulnerabilities\""), Just("\"cve\""), Just("\"affected\""), Just("cve,epss"),
        Just("#model_version:x"), Just("é"),
    ], 0..60)) {
        every_kind(tokens.concat().as_bytes());
    }
}
