#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::super::parse::{quickly, slowly};
use super::super::source::FileId;
use super::super::tests::written;

/// What is left out changes nothing of the rest, and its places are the same.
fn same(text: &str) -> bool {
    let quick = quickly(FileId(0), text, "test");
    if let Some(quick) = &quick {
        assert_eq!(format!("{quick:?}"), format!("{:?}", slowly(FileId(0), text, "test")), "{text}");
    }
    quick.is_some()
}

fn texts() -> Vec<String> {
    written::texts(&["policies", "examples"], "gate")
}

#[test]
fn the_policies_of_the_project_are_read_without_a_look_at_their_tests() {
    let texts = texts();
    assert!(texts.len() > 20);
    assert!(texts.iter().all(|text| same(text)));
}

/// Some statements with one thing changed: whatever becomes of it, what is left out leaves no trace.
#[test]
fn a_mistake_in_what_is_left_out_is_found() {
    const BETWEEN: &str = "## About a test.\ntest t \"T\" {\n  now 2026-11-20T15:00Z\n  asset { id: \"a{b\", tags: [\"x\"] } # }\n\n  \
        expect any x in asset.tags where x == \"x\"\n  risk: 3\n}\n";
    const SIGNS: [&str; 20] = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "'",
        "#",
        "/",
        "\\",
        "\n",
        ";",
        " ",
        "é",
        "rule r {",
        "\nlet x =",
        "any ",
        "?",
        "test",
    ];
    let whole =
        format!("## One.\nlet a = 1\n{BETWEEN}## Two.\nrule r {{ forbid a == 1 }} # r\n{BETWEEN}{BETWEEN}let b = 2\n");
    assert!(same(&whole));
    for at in (0..=whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let (before, after) = whole.split_at(at);
        for sign in SIGNS {
            same(&format!("{before}{sign}{after}"));
        }
        let mut rest = after.chars();
        rest.next();
        same(&format!("{before}{}", rest.as_str()));
    }
}

#[test]
fn what_nests_too_deep_is_not_passed_over() {
    for depth in 55..70 {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        same(&format!("let a = 1\ntest t {{ expect {open}1{close} }}"));
        same(&format!("let a = 1\ntest t {{ expect {}1 }}", "if a then ".repeat(depth)));
    }
}
