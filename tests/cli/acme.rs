//! The example Acme, whose facts are in the files of its tools.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::Folder;

/// The time at which the example's README speaks.
const NOW: &str = "2026-11-20T15:00:00Z";

/// What a verb says of the example: of the files of its tools, and of ready-made records of the same estate.
fn both(verb: &str, list: &str, keys: [&str; 3]) -> [BTreeMap<String, Value>; 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let acme = root.join("examples/acme").display().to_string();
    let whole = root.join("benches/blow_up/assets.ndjson").display().to_string();
    let said = |more: &[&str]| {
        let args = [&[verb, "-C", &acme, "--now", NOW, "--format", "json"], more].concat();
        let rows = Folder::empty().run(args).json()[list].as_array().unwrap().clone();
        let key = |row: &Value| keys.map(|key| row[key].as_str().unwrap_or_default().to_owned()).join(" ");
        rows.into_iter().map(|row| (key(&row), row)).collect()
    };
    [said(&[]), said(&["--inventory", &whole, "--no-feeds"])]
}

#[test]
fn exports_reports_and_feeds_decide_what_ready_made_records_decide() {
    let [files, whole] = both("check", "decisions", ["change", "asset", ""]);
    assert_eq!((files.len(), whole.len()), (99, 99));
    for (of, row) in &files {
        for part in ["verdict", "reasons", "category", "risk", "obligations", "not_before"] {
            assert_eq!(row[part], whole[of][part], "{of}: {part}");
        }
    }
}

#[test]
fn feeds_only_add_to_what_scanners_knew() {
    let [files, whole] = both("triage", "findings", ["asset", "finding", "block"]);
    assert!(files.keys().eq(whole.keys()));
    let differ = files.iter().filter(|(of, row)| **row != whole[*of]);
    // A scanner did not know a fact of these, and a feed does; or the register calls 17 findings resolved that a scanner sees, in three blocks.
    let count = differ.inspect(|(of, _)| assert!(whole[*of]["unknown"].is_array(), "{of}")).count();
    assert_eq!(count, 85);
}
