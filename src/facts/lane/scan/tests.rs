#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use super::super::super::json::Json;
use super::{Scan, packed, special};

#[test]
fn finds_what_ends_a_run_of_plain_letters_at_every_place() {
    for mark in [b'"', b'\\', 0, 0x1f, b'\n'] {
        for at in 0..20 {
            let mut bytes = vec![b'a'; 20];
            bytes[at] = mark;
            assert_eq!(special(&bytes, 0), at, "{mark} at {at}");
            assert_eq!(special(&bytes, at), at);
            assert_eq!(special(&bytes, at + 1), 20);
        }
    }
    for plain in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
        assert_eq!(special(&[plain; 17], 0), 17, "{plain}");
    }
}

#[test]
fn passes_over_nothing_that_is_no_json() {
    let seeds = [
        r#"{"a":[1,2.5,-0,1e5,1E-2,true,false,null,"x\n\"",{}],"b":{"c":[]}}"#,
        r#""plain""#,
        "-12.50",
        r#"[[[["é","日本"]]]]"#,
    ];
    let marks =
        [r#"""#, "\\", "\\u", "{", "}", "[", "]", ",", ":", "0", "1", "-", ".", "e", " ", "\n", "\u{1}", "t", "é", ""];
    let mut taken = 0;
    for seed in seeds {
        assert_eq!(Scan::new(seed).pass_over(), Ok(()), "{seed}");
        for (at, letter) in seed.char_indices() {
            for mark in marks {
                for cut in [0, letter.len_utf8()] {
                    let text = format!("{}{mark}{}", &seed[..at], &seed[at + cut..]);
                    let mut scan = Scan::new(&text);
                    if scan.pass_over().is_ok() && scan.is_done() {
                        taken += 1;
                        assert!(Json::parse(&text).is_ok(), "{text}");
                    }
                }
            }
        }
    }
    assert!(taken > 100, "{taken}");
}

#[test]
fn short_numbers_are_read_as_billionths_and_others_left() {
    const BILLION: i128 = 1_000_000_000;
    let taken = |text: &str| {
        let mut scan = Scan::new(text);
        (scan.billionths(), scan.at)
    };
    for (text, value) in [
        ("0", 0),
        ("-0", 0),
        ("7", 7 * BILLION),
        ("42.8", 42_800_000_000),
        ("-0.81512", -815_120_000),
        ("0.000000001", 1),
        ("99999999.99999999", 99_999_999_999_999_990),
    ] {
        assert_eq!(taken(text), (Some(value), text.len()), "{text}");
        assert_eq!(taken(&format!("{text},1")), (Some(value), text.len()), "{text}");
    }
    for text in
        ["", "-", ".5", "5.", "01", "-01.5", "1e5", "1E5", "1.5e1", "1.2.3", "0.0000000001", "1234567890123456789"]
    {
        assert_eq!(taken(text), (None, 0), "{text}");
    }
}

#[test]
fn short_texts_are_packed_and_no_two_alike() {
    let text = r#""prod","","1234567","12345678","abcdefghijklmno",       "#;
    let mut scan = Scan::new(text);
    let mut found = Vec::new();
    while let Some(short) = scan.short() {
        let is_solid = scan.is_solid(short);
        found.push((scan.take_short(short), short.packed, is_solid));
        scan.step();
    }
    let expected = ["prod", "", "1234567", "12345678", "abcdefghijklmno"];
    assert_eq!(found, expected.map(|text| (text, packed(text).unwrap(), !text.is_empty())));
    // Long ones are not, nor what little follows on, nor what is no text by itself.
    for text in [
        r#""abcdefghijklmnop",                "#,
        r#""end""#,
        r#""a\"b",             "#,
        "\"a\u{1}\",             ",
        "17              ",
    ] {
        assert!(Scan::new(text).short().is_none(), "{text}");
    }
    assert_eq!(packed("abcdefghijklmnop"), None);
    for (text, is_solid) in
        [(" a", false), ("a ", false), ("a b", true), ("é", false), ("aé", false), ("\u{7f}", false)]
    {
        let text = format!("\"{text}\",               ");
        let scan = Scan::new(&text);
        assert_eq!(scan.is_solid(scan.short().unwrap()), is_solid, "{text}");
    }
}

#[test]
fn what_ends_a_text_is_found_wherever_it_stands() {
    for end in ["\"", "\\", "\u{1f}", "\u{0}", "\n"] {
        for at in 0..40 {
            for filling in ["a", " ", "!", "#", "[", "]", "\u{7f}", "é"] {
                let text = format!(
                    "{}{end}{end}\"{}",
                    &filling.repeat(at)[..at / filling.len() * filling.len()],
                    "x\"".repeat(at % 20)
                );
                assert_eq!(super::special(text.as_bytes(), 0), at / filling.len() * filling.len(), "{text:?}");
            }
        }
    }
    assert_eq!(super::special(&[b'a'; 37], 3), 37);
}

#[test]
fn moments_and_dates_are_taken_as_most_are_written() {
    let taken = |text: &str| {
        let mut scan = Scan::new(text);
        (scan.instant(), scan.at)
    };
    assert_eq!(taken("\"2026-11-20T21:30:05Z\","), (Some(1_795_210_205_000_000), 22));
    let odd = [
        "\"2026-11-20T21:30:05z\",",
        "\"2026-11-20T21:30:05Z",
        "\"2026-11-20T24:30:05Z\"",
        "\"2026-11-20 21:30:05Z\"",
        "\"2026-02-30T21:30:05Z\"",
        "\"2026-11-20T21:30:6aZ\"",
        "2026-11-20T21:30:05Z,,",
    ];
    for text in odd {
        assert_eq!(taken(text), (None, 0), "{text}");
    }
    let mut scan = Scan::new("\"2026-11-20\"");
    assert_eq!((scan.date(), scan.at), (Some(20_777), 12));
    assert_eq!(Scan::new("\"2026-11-2O\"").date(), None);
}

#[test]
fn few_digits_are_a_number_and_all_else_is_left() {
    for (text, value, at) in [("0", Some(0), 1), ("7,", Some(7), 1), ("123456789}", Some(123_456_789), 9)] {
        let mut scan = Scan::new(text);
        assert_eq!((scan.few_digits(), scan.at), (value, at), "{text}");
    }
    for text in ["", "-1", "01", "1.0", "1e0", "1E0", "1234567890", "x"] {
        let mut scan = Scan::new(text);
        assert_eq!((scan.few_digits(), scan.at), (None, 0), "{text}");
    }
}

#[test]
fn a_key_is_taken_behind_the_mark_before_it() {
    for name in [
        "a",
        "abcdefghijklm",
        "abcdefghijklmn",
        "abcdefghijklmnop",
        "data_classification_of_it_all",
        "a_name_that_is_longer_than_two_chunks_of_bytes",
    ] {
        let key = super::Written::new(name);
        for behind in ["", "1", "\"a text of some length that follows\""] {
            let text = format!("{{\"{name}\":{behind}");
            let mut scan = Scan::new(&text);
            assert!(scan.take_next_key(&key), "{text}");
            assert_eq!(scan.at, name.len() + 4, "{text}");
            let mut scan = Scan::new(&text[1..]);
            assert!(scan.take_key(&key), "{text}");
            assert_eq!(scan.at, name.len() + 3, "{text}");
            for at in 1..name.len() + 4 {
                let mut other = text.clone().into_bytes();
                other[at] ^= 1;
                let other = String::from_utf8(other).unwrap();
                assert!(!Scan::new(&other).take_next_key(&key), "{other}");
                assert!(!Scan::new(&other[1..]).take_key(&key), "{other}");
            }
        }
    }
}
