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
    let text = r#""prod","","abcdefghijklmnop","abcdefghijklmnopq","end""#;
    let mut scan = Scan::new(text);
    let mut found = Vec::new();
    while let Ok(text) = scan.short() {
        found.push((text.text, text.packed));
        scan.step();
    }
    let expected = ["prod", "", "abcdefghijklmnop"].map(|text| (text, packed(text)));
    assert_eq!(found[..3], expected);
    // Of a long one, and of one behind which too little follows, nothing is packed.
    assert_eq!(found[3..], [("abcdefghijklmnopq", None), ("end", None)]);
    assert_eq!(packed("abcdefghijklmnopq"), None);
}
