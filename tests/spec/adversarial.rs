//! The table of `adversarial.md` against its sections: each has a row, with the verdict and a part of what is printed.

use crate::markdown::{root, sections};

#[test]
fn adversarial_table() {
    let path = root().join("tests/spec/adversarial.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.first() != Some(&"case"))
        .collect();
    let sections = sections(&path);
    let mut wrong = Vec::new();
    for section in &sections {
        let Some(row) = rows.iter().find(|row| row[0] == section.heading) else {
            wrong.push(format!("no row for `{}`", section.heading));
            continue;
        };
        let [_, verdict, reason] = row.as_slice() else {
            wrong.push(format!("`{}`: three cells are needed", section.heading));
            continue;
        };
        let printed: Vec<&str> = section
            .blocks
            .iter()
            .filter(|block| matches!(block.kind(), "expect" | "console"))
            .map(|block| block.text.as_str())
            .collect();
        let printed = printed.join("\n");
        let of_the_change = printed.lines().filter(|line| line.starts_with("C "));
        if !of_the_change.clone().any(|line| line.split([' ', ':']).any(|word| word == *verdict)) {
            wrong.push(format!("`{}`: the verdict is not {verdict}", section.heading));
        }
        if !printed.contains(reason) {
            wrong.push(format!("`{}`: nothing that is printed says: {reason}", section.heading));
        }
    }
    for row in &rows {
        if !sections.iter().any(|section| section.heading == row[0]) {
            wrong.push(format!("no section for the row `{}`", row[0]));
        }
    }
    println!("{} cases, {} wrong", rows.len(), wrong.len());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
