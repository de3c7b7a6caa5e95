//! The formatter's laws: it is at rest on what it wrote, keeps the tree, and keeps every comment at its place.

use super::contract::{EXAMPLES, show, tree};
use crate::syntax::format;
use crate::syntax::lexer::{Lexer, Token, TokenKind};

/// Tokens and comments in order; of a comment also whether it has its own line. A `;` counts for nothing.
fn sequence(text: &str) -> Vec<(String, bool)> {
    let mut line_start = true;
    let mut found = Vec::new();
    for token in Lexer::new(text, 0) {
        line_start |= token.line_start;
        if token.text(text) == ";" {
            continue;
        }
        let comment = token.kind == TokenKind::Comment;
        found.push((token.text(text).trim_end().to_owned(), comment && line_start));
        line_start = false;
    }
    found
}

fn check(text: &str) {
    let once = match format(text) {
        Ok(once) => once,
        Err(problems) => panic!("{text}\n{}", show(text, &problems)),
    };
    let twice = format(&once).unwrap_or_else(|problems| {
        panic!("formatted text does not parse\n{text}\n-----\n{once}\n{}", show(&once, &problems))
    });
    assert_eq!(once, twice, "not at rest\n{text}");
    let moved = sequence(text).into_iter().zip(sequence(&once)).find(|(before, after)| before != after);
    assert_eq!(moved, None, "tokens or comments moved\n{text}\n-----\n{once}");
    assert_eq!(sequence(text).len(), sequence(&once).len(), "tokens or comments lost\n{text}\n-----\n{once}");
    assert_eq!(tree(text), tree(&once), "another tree\n{text}\n-----\n{once}");
    assert!(once.lines().all(|line| line.trim_end() == line), "blanks at a line's end\n{once}");
}

/// A small generator of pseudo-random numbers (xorshift64*), so that a failure can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % n
    }
}

/// The same tokens with other blanks, line ends and comments between them.
fn shaken(text: &str, seed: u64, one_in: usize) -> String {
    let mut random = Random(seed);
    let tokens: Vec<Token> = Lexer::new(text, 0).filter(|token| token.kind != TokenKind::Comment).collect();
    let mut out = String::new();
    let mut end = 0;
    for (index, token) in tokens.iter().enumerate() {
        let gap = &text[end..token.start];
        let had_blank = gap.contains(char::is_whitespace);
        if random.below(one_in) == 0 {
            match random.below(7) {
                0 => out.push_str("   "),
                1 => out.push('\n'),
                2 => out.push_str("\n\n\n"),
                3 => out.push_str(&format!(" # c{index}\n")),
                4 => out.push_str(&format!("\n   # own {index}  \n")),
                5 => out.push_str(&format!(" # c{index}\n\n  ## own {index}\n# second\n")),
                _ => out.push_str("\t\r\n "),
            }
        } else if had_blank {
            out.push(if random.below(4) == 0 { '\n' } else { ' ' });
        }
        out.push_str(token.text(text));
        end = token.end;
    }
    out.push('\n');
    out
}

#[test]
fn the_examples_of_the_contract_keep_tree_and_comments() {
    for (_, text) in EXAMPLES {
        check(text);
    }
}

#[test]
fn any_blanks_and_comments_between_tokens_keep_the_laws() {
    let rounds = std::env::var("CHANGEGATE_FORMAT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    for (_, text) in EXAMPLES {
        for seed in 1..=rounds {
            for one_in in [2, 6, 30] {
                check(&shaken(text, seed * 7919, one_in));
            }
        }
    }
}

const SAMPLES: &str = include_str!("samples.gate");

#[test]
fn samples_of_every_construct_keep_the_laws() {
    check(SAMPLES);
    check(&SAMPLES.replace('\n', "\r\n"));
    let rounds = std::env::var("CHANGEGATE_FORMAT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    for seed in 1..=rounds {
        for one_in in [2, 6, 30, 200] {
            check(&shaken(SAMPLES, seed * 104_729, one_in));
        }
    }
}

#[test]
fn the_style_of_the_samples() {
    let styled = include_str!("styled.gate");
    let formatted = format(SAMPLES).unwrap();
    if std::env::var_os("CHANGEGATE_UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/tests/styled.gate"), &formatted).unwrap();
        return;
    }
    assert_eq!(formatted, styled, "set CHANGEGATE_UPDATE=1 to accept");
}

#[test]
fn an_arm_whose_deadline_takes_several_lines_comes_to_rest() {
    for cves in 2..7 {
        let names: Vec<String> = (0..cves).map(|cve| format!("\"CVE-2026-{}\"", 1001 + cve)).collect();
        let due =
            format!("(if finding.cve in {{ {} }} then 1h else 4w) of finding.patch_available_at", names.join(", "));
        for name in ["attend", "attend_to_this_one_without_any_further_delay"] {
            check(&format!(
                "triage t {{ levels act > {name} > track_closely  act when asset.tier == 1  {name} within {due} when \
                 finding.detected <= 2026-10-27T01:15  track_closely otherwise }}"
            ));
        }
    }
}

#[test]
fn a_file_with_mistakes_is_not_touched() {
    assert!(format("rule a { require x && y }").is_err());
    assert!(format("rule a {").is_err());
    assert_eq!(format("").unwrap(), "");
    assert_eq!(format("\n\n# only\n\n\n# comments\n").unwrap(), "# only\n\n# comments\n");
    assert_eq!(
        format("let x = if a then b else if c then d else e").unwrap(),
        "let x = if a then b else if c then d else e\n"
    );
}

#[test]
fn the_policies_of_the_project_keep_the_laws() {
    let mut folders = vec![
        std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")),
        std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "gate") {
                check(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}

/// The text with a few tokens deleted, doubled, swapped or replaced by signs.
fn broken(text: &str, seed: u64) -> String {
    let mut random = Random(seed);
    let mut parts: Vec<&str> = Vec::new();
    let mut end = 0;
    for token in Lexer::new(text, 0) {
        parts.push(&text[end..token.start]);
        parts.push(token.text(text));
        end = token.end;
    }
    const SIGNS: &[&str] = &[
        "{", "}", "(", ")", "[", "]", "\"", "'", "/", "//", "/*", "*/", "#", ";", ":", "->", "..", "...", "any", "if",
        "not", "-", "é", "\n", "when", "1", "48h", "2026-1-1", "rule x {", "\u{a0}", "\\", "=", "%", "1:30", "?",
        "elif", "null", ",",
    ];
    for _ in 0..1 + random.below(4) {
        let at = random.below(parts.len());
        match random.below(4) {
            0 => parts[at] = "",
            1 => parts.insert(at, parts[at]),
            2 => {
                let other = random.below(parts.len());
                parts.swap(at, other);
            }
            _ => parts.insert(at, SIGNS[random.below(SIGNS.len())]),
        }
    }
    parts.concat()
}

#[test]
fn broken_texts_end_in_messages_that_point_into_them() {
    let rounds = std::env::var("CHANGEGATE_FORMAT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    for text in EXAMPLES.iter().map(|(_, text)| *text).chain([SAMPLES]) {
        for seed in 1..=rounds {
            let text = broken(text, seed * 15_485_863);
            let (_, problems) = crate::syntax::parse(crate::syntax::source::FileId(0), &text);
            for problem in &problems {
                let (start, end) = (problem.span.start as usize, problem.span.end as usize);
                assert!(text.get(start..end).is_some(), "{problem:?}\n{text}");
                assert!(
                    !problem.message.is_empty() && !problem.label.is_empty() && problem.help.is_some(),
                    "{problem:?}\n{text}"
                );
            }
            if format(&text).is_ok() {
                check(&text);
            }
        }
    }
}
