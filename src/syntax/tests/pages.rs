//! Every code of this room has its page, and the page's examples do what it says.

use super::contract::show;
use super::recovery::problems;
use crate::syntax::codes;
use crate::syntax::{format, parse, source::FileId};

/// Codes for which no example of a sensible length exists.
const WITHOUT_EXAMPLE: &[u16] = &[2];

fn codes() -> Vec<u16> {
    let source = include_str!("../codes.rs");
    source.lines().filter_map(|line| line.split("Code(").nth(1)?.split(')').next()?.parse().ok()).collect()
}

fn blocks(page: &str, mark: &str) -> Vec<String> {
    let fence = format!("```{mark}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_code_has_a_page_whose_examples_hold() {
    assert_eq!(codes().first(), Some(&codes::UNEXPECTED.0));
    for code in codes() {
        let path = format!("{}/docs/errors/CG{code:04}.md", env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no page {path}"));
        assert!(page.starts_with(&format!("# CG{code:04}: ")), "{path}");
        let (wrong, right) = (blocks(&page, &format!("gate,error=CG{code:04}")), blocks(&page, "gate"));
        if WITHOUT_EXAMPLE.contains(&code) {
            continue;
        }
        assert!(!wrong.is_empty() && !right.is_empty(), "{path} has no examples");
        for text in wrong {
            let (_, found) = parse(FileId(0), &text);
            assert!(found.len() == 1 && found[0].code.0 == code, "{path}\n{}", show(&text, &found));
            assert!(found[0].help.is_some() && !found[0].label.is_empty(), "{path} lacks label or help");
        }
        for text in right {
            assert_eq!(problems(&text), "", "{path}\n{text}");
            assert!(format(&text).is_ok());
        }
    }
}
