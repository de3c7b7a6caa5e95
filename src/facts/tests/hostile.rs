//! Bytes that are meant to break the reader.

use std::time::{Duration, Instant};

use super::*;
use crate::facts::Json;

/// Reads bytes as an inventory and as changes under several names; whatever they are, the facts must hold together, and soon.
fn survives(bytes: &[u8]) -> Input {
    let begin = Instant::now();
    for name in ["x.ndjson", "x.json"] {
        let mut builder = builder();
        builder.add_inventory(name, bytes);
        builder.add_changes(name, bytes);
        assert_sound(&builder.finish());
    }
    let input = read(bytes);
    assert!(begin.elapsed() < Duration::from_secs(60));
    input
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close, depth) in [
        ("[", "]", 1_000_000),
        ("{\"a\":", "}", 100_000),
        ("[{\"a\":", "}]", 100_000),
        ("{\"id\":\"a\",\"x\":[", "]}", 50_000),
    ] {
        for text in [open.repeat(depth), format!("{}1{}", open.repeat(depth), close.repeat(depth))] {
            let input = survives(text.as_bytes());
            assert!(input.problems.error_count > 0);
            assert_eq!(input.facts.recorded, 0);
        }
    }
    let input = survives(format!("{{\"id\":\"a\",\"tags\":{}1{}}}", "[".repeat(1000), "]".repeat(1000)).as_bytes());
    assert!(input.problems.errors[0].to_string().contains("nested too deep"));
}

#[test]
fn brackets_alone_are_an_error() {
    for bracket in ["[", "]", "{", "}", "\"", ",", "[[", "{}", "[]", "{]", "[}", "\\"] {
        survives(bracket.repeat(50_000).as_bytes());
    }
}

#[test]
fn huge_numbers_are_unknown() {
    let digits = "9".repeat(100_000);
    for number in
        ["1e999999999", "-1e999999999", "1e-999999999", "0e999999999999999999999", &digits, &format!("0.{digits}")]
    {
        let input = survives(format!("{{\"id\":\"a\",\"disk_free\":{number},\"tier\":{number}}}").as_bytes());
        assert_eq!(value(&input, "tier"), "?malformed");
        assert_eq!(value(&input, "disk_free"), "?malformed");
        assert!(input.problems.warnings.iter().all(|warning| warning.to_string().len() < 400));
    }
}

#[test]
fn a_line_of_ten_megabytes_is_a_line() {
    let input = read(format!("{{\"id\":\"a\",\"owner\":\"{}\"}}\n{{\"id\":\"b\"}}", "x".repeat(10_000_000)));
    quiet(&input);
    assert_eq!(input.facts.recorded, 2);
    let input = survives(format!("{{\"id\":\"a\",\"tier\":\"{}\"}}", "x".repeat(1_000_000)).as_bytes());
    assert!(warning(&input).to_string().len() < 400);
    let input = survives("x".repeat(1_000_000).as_bytes());
    assert!(input.problems.errors[0].to_string().len() < 400);
}

#[test]
fn bytes_that_are_not_utf8_are_an_error() {
    let input = survives(b"{\"id\":\"a\"}\n{\"id\":\"\xff\"}\n{\"id\":\"c\"}\n");
    assert_eq!(
        input.problems.errors[0].to_string(),
        "a record is not UTF-8\n  i.ndjson:2: the byte at 8 of the record does not belong to UTF-8"
    );
    assert_eq!(input.facts.recorded, 2);
    let utf16: Vec<u8> = "\u{feff}{\"id\":\"a\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(survives(&utf16).problems.errors[0].to_string().contains("the file is UTF-16"));
}

#[test]
fn lone_surrogates_are_an_error() {
    for text in [r#"{"id":"a\ud800"}"#, r#"{"id":"a","\ud800":1}"#, r#"{"id":"a\udc00\ud800"}"#] {
        assert_eq!(survives(text.as_bytes()).problems.error_count, 1, "{text}");
    }
}

#[test]
fn control_characters_never_reach_a_message() {
    let input = survives(b"{\"id\":\"a\\u0000\\u001b[31m\",\"tier\":\"\\u001b[2J\",\"\\u001bkey\":1}");
    assert_eq!(value(&input, "id"), "\"a\\0\\u{1b}[31m\"");
    for problem in input.problems.iter() {
        assert!(!problem.to_string().replace('\n', "").contains(char::is_control), "{problem:?}");
    }
    // JSON wants them escaped.
    for text in ["{\"id\":\"a\0\"}", "{\"id\":\"a\",\"k\u{1}\":1}", "\0"] {
        assert_eq!(survives(text.as_bytes()).problems.error_count, 1, "{text:?}");
    }
}

#[test]
fn no_key_passes_for_a_number() {
    let input =
        survives(br#"{"id":"a","tier":{"$serde_json::private::Number":"1"},"$serde_json::private::Number":"1"}"#);
    assert_eq!(value(&input, "tier"), "?malformed");
    let input = survives(br#"{"$serde_json::private::Number":"1"}"#);
    assert!(input.problems.errors[0].message.contains("`asset.id` is required"));
}

#[test]
fn many_bad_values_are_few_messages() {
    let line = format!("{{\"id\":\"a\",\"tags\":[{}1],\"tier\":[]}}\n", "1,".repeat(1000));
    let input = survives(line.repeat(20).as_bytes());
    assert_eq!(input.problems.warnings.len(), 2);
    let keys: String = (0..5_000).map(|n| format!("{{\"id\":\"a\",\"k{n}\":1}}\n")).collect();
    assert!(survives(keys.as_bytes()).problems.notes.len() <= 11);
}

#[test]
fn random_damage_is_survived() {
    let good =
        br#"{"id":"a","tier":2,"os":{"eol":"none"},"tags":["x"],"findings":[{"cve":"C","cvss":[9.8],"epss":0.1}]}
[{"id":"b","assets":["a",{"where":"x"}],"start":"2026-12-01T10:00:00Z"}]
"#;
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..500 {
        let mut bytes = good.to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = b"{}[],:\"\\ne0-.\xff\0"[next(15)],
                1 => drop(bytes.drain(at..(at + next(9)).min(bytes.len()))),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, b"{}[],:\"1n"[next(9)]),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let mut builder = builder();
        builder.add_inventory("i.ndjson", &bytes);
        builder.add_changes("c.json", &bytes);
        assert_sound(&builder.finish());
        for line in bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()) {
            let other: Result<serde_json::Value, _> = serde_json::from_str(line);
            assert_eq!(Json::parse(line).is_ok(), other.is_ok(), "{line}");
        }
    }
}

#[test]
fn what_a_terminal_does_not_show_is_spelled_out() {
    for (text, shown) in [
        ("pay\u{200b}ments", "pay\\u{200b}ments"),
        ("\u{feff}db", "\\u{feff}db"),
        ("a\u{202e}b\u{1b}", "a\\u{202e}b\\u{1b}"),
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
    ] {
        assert_eq!(crate::facts::printable(text), shown);
    }
}
