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
    text.lines().filter_map(|line| line.split("Code = Code(").nth(1)?.strip_suffix(");")?.parse().ok()).collect()
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

/// What the first example of each page underlines.
const UNDERLINED: &[(u16, &str)] = &[
    (100, "crown_jewel"),
    (101, "teir"),
    (102, "prod"),
    (103, "asset.last_patched < 30"),
    (104, "f.epss > 0.5"),
    (105, "\"internet\""),
    (106, "asset.exposure < isolated"),
    (107, "asset.tier == 7"),
    (108, "change.requester == change.requester"),
    (109, "urgent"),
    (110, "finding.triage.base.level"),
    (111, "exploited"),
    (112, "backup"),
    (113, "asset.environment == prod"),
    (114, "inventory"),
    (115, "change"),
    (116, "1"),
    (117, "asset.exposure == internet"),
    (118, "now - asset.last_scanned > 1 month"),
    (119, "2026-02-30T00:00Z"),
    (120, "from 2026-12-18T18:00 to 2027-01-04T06:00"),
    (121, "\"Europe/Londn\""),
    (122, "/^web-(?!test)/"),
    (123, "dependents(asset)"),
    (124, "\"./no-such-file.gate\""),
    (125, "\"cisa/bod-26-4\""),
    (126, "3"),
    (127, "tier"),
    (128, "text"),
    (129, "inventory"),
    (130, "site_1"),
    (131, "v4"),
    (132, "hold"),
    (133, "backup"),
    (134, "block"),
    (135, "warn"),
    (136, "from 2026-12-18 to 2026-01-04 in \"Europe/London\""),
    (137, "attend"),
    (138, "attend"),
    (139, "standard  when change.model == \"db-minor\""),
    (140, "act    within 3d  when finding.cvss >= 9.0"),
    (141, "within 3d"),
    (142, "row yes -> 3d"),
    (143, "days"),
    (144, "row any 1   -> 1d"),
    (145, "70"),
    (146, "days"),
    (147, "sla"),
    (148, "finding.kev"),
    (149, "asset.backup.last_success is known"),
    (150, "(any f in asset.findings where f.cvss >= 9.0)"),
    (151, "crown_jewels"),
    (152, "\"acme/lists\""),
    (153, "asset.owner"),
    (154, "verdict == deny or asset.tier == 1"),
    (155, "teir"),
    (156, "asset.owner"),
    (157, "change.start"),
    (158, "medium from 30"),
    (159, "no_eol"),
    (160, "cab"),
    (161, "SX"),
    (162, "\"calendars/no-such-file.ics\""),
    (163, "day 60"),
    (164, "02:00"),
    (165, "2027-06-30"),
    (166, "error_rate"),
    (167, "\"wasm-plugins/seats.txt\""),
    (168, "\"wasm-plugins/licence.wasm\""),
    (169, "check  allowed(asset.id, change.start) -> bool"),
    (170, "10"),
    (171, "asset.owner"),
];

#[test]
fn each_message_underlines_what_it_is_about() {
    let codes = declared();
    assert_eq!(codes, UNDERLINED.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    for (code, underlined) in UNDERLINED {
        let page = std::fs::read_to_string(root().join(format!("docs/errors/CG{code:04}.md"))).unwrap();
        let (_, text) = blocks(&page).into_iter().next().unwrap();
        let checked = check_text(&text);
        let first = &checked.diagnostics[0];
        assert_eq!((first.code.0, checked.sources.text(first.span)), (*code, *underlined), "{}", listing(&checked));
        assert!(first.help.is_some(), "CG{code:04} has no help");
        let start = first.message.chars().next().unwrap();
        assert!(!start.is_uppercase() && !first.message.ends_with('.'), "CG{code:04}: {}", first.message);
    }
}
