//! `docs/coverage.md` against the example and the cookbook: what it names is there, and its counts are right.

use std::collections::{BTreeMap, BTreeSet};

use crate::markdown::{files, root, sections};

/// The requirements that the page answers for.
const ASKED: [std::ops::RangeInclusive<u32>; 6] = [1..=28, 38..=46, 49..=58, 60..=60, 66..=73, 77..=86];

/// What a requirement may wait for.
const LATER: [&str; 5] = ["feeds", "rollout", "reports", "lists of a policy's own", "decision log"];

/// Every `kind name` that the example's policy declares.
fn statements() -> BTreeSet<String> {
    let folder = root().join("examples/acme/policy");
    let mut found = BTreeSet::new();
    for path in files_of(&folder, "gate") {
        let text = std::fs::read_to_string(path).unwrap();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some(kind), Some(name), false) = (words.next(), words.next(), line.starts_with([' ', '#'])) {
                found.insert(format!("{kind} {name}"));
            }
        }
    }
    found
}

/// The files of a folder whose names end so.
fn files_of(folder: &std::path::Path, extension: &str) -> Vec<std::path::PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// The places of the patterns of the cookbook and the page on time (`cookbook/duties.md#it-worked`) that are run: they assert something.
fn patterns() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(&root().join("docs/cookbook")).into_iter().chain([root().join("docs/time.md")]) {
        let name = path.strip_prefix(root().join("docs")).unwrap().to_string_lossy().into_owned();
        for section in sections(&path) {
            let asserts = section.blocks.iter().any(|block| {
                matches!(block.kind(), "expect" | "triage" | "console")
                    || block.kind() == "gate" && block.text.lines().any(|line| line.starts_with("test "))
            });
            let letters = section.heading.to_lowercase().replace(' ', "-");
            let slug: String = letters.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            if asserts {
                found.insert(format!("{name}#{slug}"));
            }
        }
    }
    found
}

/// The parts of a text between two signs.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
}

#[test]
fn coverage() {
    let text = std::fs::read_to_string(root().join("docs/coverage.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let (statements, patterns) = (statements(), patterns());
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for row in &rows {
        let Some(number) = row.first().and_then(|cell| cell.parse::<u32>().ok()) else { continue };
        numbers.push(number);
        let (Some(state), place) = (row.get(2), row.get(3).copied().unwrap_or_default()) else {
            wrong.push(format!("{number}: no state"));
            continue;
        };
        let (word, later) = state.split_once(": ").unwrap_or((state, ""));
        *counts.entry("all".to_owned()).or_default() += 1;
        *counts.entry(word.to_owned()).or_default() += 1;
        if word == "waits" {
            *counts.entry((*state).to_owned()).or_default() += 1;
        }
        match word {
            "done" if later.is_empty() => {}
            "partly" | "waits" if LATER.contains(&later) => {}
            _ => wrong.push(format!("{number}: `{state}` is no state")),
        }
        let mut named = 0;
        for link in between(place, "](", ")") {
            named += 1;
            if !patterns.contains(link) {
                wrong.push(format!("{number}: no pattern that is run at {link}"));
            }
        }
        for code in place.split('`').skip(1).step_by(2).filter(|code| code.contains(' ')) {
            named += 1;
            if !statements.contains(code) {
                wrong.push(format!("{number}: the example has no `{code}`"));
            }
        }
        if word != "waits" && named == 0 {
            wrong.push(format!("{number}: nothing is named that does it"));
        }
    }
    let asked: Vec<u32> = ASKED.into_iter().flatten().collect();
    if numbers != asked {
        wrong.push(format!("the requirements are {numbers:?}"));
    }
    for row in rows.iter().filter(|row| row.len() == 2 && row[0] != "state") {
        let found = counts.remove(row[0]).unwrap_or_default();
        if row[1] != found.to_string() {
            wrong.push(format!("`{}`: {} are counted, not {}", row[0], found, row[1]));
        }
    }
    if !counts.is_empty() {
        wrong.push(format!("not in the table of counts: {counts:?}"));
    }
    println!("{} requirements, {} wrong", numbers.len(), wrong.len());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
