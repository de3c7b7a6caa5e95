//! Every line of the pairs of names with their relation.

use super::*;

/// Lines that disagree with NISTIR 7696, and why.
const DISPUTED: [(&str, &str, &str); 0] = [];

#[test]
fn every_pair() {
    let Some(folder) = crate::testing::data("cpe") else { return };
    let text = std::fs::read_to_string(folder.join("name-matching-vectors.csv")).unwrap();
    let (mut lines, mut right, mut disputed, mut wrong) = (0, 0, 0, Vec::new());
    let mut counts = std::collections::BTreeMap::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        lines += 1;
        let cells: Vec<&str> = line.split(',').collect();
        let [source, target, expected] = cells[..] else { panic!("{line}") };
        let expected = match expected {
            "EQUAL" => Relation::Equal,
            "SUPERSET" => Relation::Superset,
            "SUBSET" => Relation::Subset,
            "DISJOINT" => Relation::Disjoint,
            "UNDEFINED_OR_MIXED" => Relation::Undefined,
            _ => panic!("{line}"),
        };
        *counts.entry(expected).or_insert(0) += 1;
        let found = compare(&cpe(source), &cpe(target));
        let listed = DISPUTED.iter().any(|(a, b, _)| (*a, *b) == (source, target));
        match (found == expected, listed) {
            (true, false) => right += 1,
            (false, true) => disputed += 1,
            _ => wrong.push(format!("{line}: found {found:?}, listed as disputed: {listed}")),
        }
        for name in [source, target] {
            assert_eq!(cpe(name).to_string(), name, "written as it was read");
        }
    }
    println!("{:<28} {:>6} {:>6} {:>9}", "file", "lines", "right", "disputed");
    println!("{:<28} {lines:>6} {right:>6} {disputed:>9}   {counts:?}", "name-matching-vectors.csv");
    assert_eq!(disputed, DISPUTED.len());
    assert!(wrong.is_empty(), "{} lines disagree:\n{}", wrong.len(), wrong.join("\n"));
}
