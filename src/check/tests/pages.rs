//! Each code has a page; its example gives the code, and the repaired text gives nothing.

use std::collections::BTreeSet;

use super::support::{check_text, listing, root};

/// The blocks of a page: the code that each is to give, and its text.
fn blocks(page: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    let mut open: Option<(Option<String>, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) if info.starts_with("gate") => {
                open = Some((info.strip_prefix("gate,error=").map(str::to_owned), String::new()));
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    found
}

/// The codes of `codes.rs`, read from its text so that none is forgotten.
fn declared() -> Vec<u16> {
    let text = std::fs::read_to_string(root().join("src/check/codes.rs")).unwrap();
    text.lines()
        .filter_map(|line| line.split("Code = Code(").nth(1)?.strip_suffix(");")?.parse().ok())
        .collect()
}

#[test]
fn every_code_has_a_page_that_shows_it_and_its_repair() {
    let codes = declared();
    assert_eq!(codes.len(), codes.iter().collect::<BTreeSet<_>>().len(), "a code is declared twice");
    let mut wrong = String::new();
    for code in codes {
        let name = format!("CG{code:04}");
        let Ok(page) = std::fs::read_to_string(root().join(format!("docs/errors/{name}.md"))) else {
            wrong.push_str(&format!("{name}: no page\n"));
            continue;
        };
        if !page.starts_with(&format!("# {name}: ")) {
            wrong.push_str(&format!("{name}: wrong title\n"));
        }
        let blocks = blocks(&page);
        if blocks.len() < 2 {
            wrong.push_str(&format!("{name}: {} blocks\n", blocks.len()));
        }
        for (expected, text) in blocks {
            let checked = check_text(&text);
            let found: Vec<String> = checked.diagnostics.iter().map(|d| d.code.to_string()).collect();
            let right = match &expected {
                Some(code) => found.contains(code) && found.iter().all(|c| c == code),
                None => found.is_empty(),
            };
            if !right {
                wrong.push_str(&format!("{name}, wanted {expected:?}:\n{}\n", listing(&checked)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
