#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use super::super::super::json::Json;
use super::{Scan, special};

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
