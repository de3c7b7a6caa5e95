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
