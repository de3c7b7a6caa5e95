#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use pest::Parser as _;

use super::super::grammar::{PolicyParser, Rule, limit_work};
use super::super::pairs::Read;
use super::super::scan::scan;
use super::super::source::FileId;
use super::super::tests::written::texts;
use super::nodes;

/// The policies of the project, its manual's and its specification's examples, statement by statement.
fn statements() -> Vec<String> {
    let mut all = texts(&["policies", "examples"], "gate");
    for page in texts(&["tests/spec", "docs"], "md") {
        let blocks = page.split("\n```").skip(1).step_by(2);
        all.extend(blocks.filter_map(|block| block.split_once('\n')).map(|(_, block)| block.to_owned()));
    }
    let mut found: Vec<String> = Vec::new();
    for text in all {
        let Ok(scanned) = scan(FileId(0), &text) else { continue };
        let place =
            |chunk: &super::super::scan::Chunk| (scanned.tokens[chunk.first].start, scanned.tokens[chunk.last - 1].end);
        found.extend(scanned.chunks.iter().map(place).map(|(start, end)| scanned.text[start..end].to_owned()));
    }
    found.sort();
    found.dedup();
    found
}

/// The parser and the table read the same, or neither reads anything.
fn agree(rule: Rule, text: &str) -> bool {
    let parsed = PolicyParser::parse(rule, text).ok().map(|pairs| Read::of(text, pairs).nodes().to_vec());
    let read = nodes(rule, text);
    assert!(parsed == read, "{text}\n\nparser: {parsed:?}\n\ntable: {read:?}");
    read.is_some()
}

#[test]
fn what_the_parser_reads_the_table_reads_alike() {
    limit_work();
    let statements = statements();
    let read = statements.iter().filter(|text| agree(Rule::file, text)).count();
    assert!(read > 1000, "{read} of {}", statements.len());
}

/// Statements with one thing left out, put in or written twice.
#[test]
fn what_the_parser_does_not_read_the_table_does_not_read_either() {
    const SIGNS: [&str; 22] = [
        " ", "\n", "\"", "'", "(", ")", "[", "]", "{", "}", "#", ":", ".", "-", "=", "!", "5", "d", " and ", " not ",
        " in ", "ü",
    ];
    limit_work();
    let mut chance = 7_u64;
    let mut some = |most: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).unwrap() % most
    };
    let (mut read, mut not) = (0, 0);
    for text in statements().iter().filter(|text| text.len() < 1000) {
        let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        places.push(text.len());
        let from = some(places.len() - 1);
        let to = (from + 1 + some(3)).min(places.len() - 1);
        let (from, to, other) = (places[from], places[to], places[some(places.len())]);
        let mut changed = text.clone();
        match some(3) {
            0 => changed.replace_range(from..to, ""),
            1 => changed.insert_str(from, SIGNS[some(SIGNS.len())]),
            _ => changed.insert_str(other, &text[from..to]),
        }
        let counted = if agree(Rule::file, &changed) { &mut read } else { &mut not };
        *counted += 1;
    }
    assert!(read > 100 && not > 300, "{read} {not}");
}

/// Lines by themselves, as clauses of every statement: most are none.
#[test]
fn clauses_are_read_alike() {
    const RULES: [Rule; 7] = [
        Rule::only_expression,
        Rule::only_rule,
        Rule::only_time,
        Rule::only_triage,
        Rule::only_approval,
        Rule::only_table,
        Rule::only_test,
    ];
    limit_work();
    let statements = statements();
    let lines = statements.iter().filter(|text| text.len() < 4000).flat_map(|text| text.lines()).step_by(3);
    for (line, rule) in lines.zip(RULES.into_iter().cycle()) {
        let (_, value) = line.trim().split_once(' ').unwrap_or(("", line));
        agree(Rule::only_expression, value);
        agree(rule, line);
    }
}
