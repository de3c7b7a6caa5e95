//! The packs and the example: no warning, the one style, and their own tests pass.

use crate::markdown::root;
use crate::program::changegate;

/// The folders of all packs, by publisher and name, and that of the example's policy.
fn folders() -> Vec<String> {
    let names = |folder: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy()))
            .collect();
        names.sort();
        names
    };
    let mut all: Vec<String> = names("policies").iter().flat_map(|publisher| names(publisher)).collect();
    all.push("examples/acme/policy".to_owned());
    all
}

#[test]
fn packs_and_example_pass_their_tests() {
    let mut wrong = Vec::new();
    for folder in folders() {
        for call in [["lint", "--strict", &folder], ["fmt", "--check", &folder], ["test", "--policy", &folder]] {
            let run = changegate(&root(), &call);
            if run.status != 0 {
                wrong.push(format!("changegate {}\n{}{}", call.join(" "), run.stdout, run.stderr));
            }
            if call[0] == "test" {
                println!("{folder}: {}", run.stdout.lines().last().unwrap_or_default());
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
