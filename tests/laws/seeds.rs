//! Cases that once went wrong: the policy and facts as they were, and what the oracle said.

use serde_json::Value;

use crate::engine::{self, Input};
use crate::laws::alone::alone;

/// Decides every case in `tests/laws/seeds` as it says, and each of its assets alone as among all.
pub fn all() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/laws/seeds");
    let mut names: Vec<std::path::PathBuf> =
        std::fs::read_dir(folder).map_or_else(|_| Vec::new(), |dir| dir.flatten().map(|e| e.path()).collect());
    names.sort();
    for path in names.iter().filter(|p| p.extension().is_some_and(|e| e == "json")) {
        let text = std::fs::read_to_string(path).expect("a file");
        let case: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let input = Input {
            files: vec![("policy.gate".to_owned(), lines(&case["policy"]))],
            inventory: each(&case["inventory"]).map(|record| format!("{record}\n")).collect(),
            changes: each(&case["changes"]).map(ToString::to_string).collect(),
            others: ["person", "service", "incident", "waiver", "duty"]
                .into_iter()
                .filter(|entity| case[*entity].is_array())
                .map(|entity| (entity, each(&case[entity]).map(|record| format!("{record}\n")).collect()))
                .collect(),
            calendars: Vec::new(),
            now: case["now"].as_str().expect("a time").to_owned(),
        };
        let answer = engine::answer(&input).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let policy =
            engine::load(&input.files, &input.calendars).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert_eq!(alone(&policy, &input), None, "{}: {}", path.display(), case["says"]);
        let expected = case["expect"].as_array().expect("rows");
        let rows = answer.printed["decisions"].as_array().expect("rows");
        assert_eq!(expected.len(), rows.len(), "{}: rows", path.display());
        for (wanted, row) in expected.iter().zip(rows) {
            for (key, value) in wanted.as_object().expect("a row") {
                let shown = match key.as_str() {
                    "reasons" => reasons(row),
                    "missing" => missing(row),
                    key => row[key].clone(),
                };
                assert_eq!(*value, shown, "{}: {key}: {}", path.display(), case["says"]);
            }
        }
    }
}

/// Name and effect of each reason.
fn reasons(row: &Value) -> Value {
    let one = |r: &Value| {
        Value::String(format!(
            "{} {}",
            r["rule"].as_str().unwrap_or_default(),
            r["effect"].as_str().unwrap_or_default()
        ))
    };
    Value::Array(each(&row["reasons"]).map(one).collect())
}

/// What the reasons say is missing.
fn missing(row: &Value) -> Value {
    Value::Array(each(&row["reasons"]).flat_map(|r| each(&r["unknown"])).map(|u| u["fact"].clone()).collect())
}

fn each(v: &Value) -> impl Iterator<Item = &Value> {
    v.as_array().into_iter().flatten()
}

/// A text that is written as its lines.
fn lines(v: &Value) -> String {
    each(v).filter_map(Value::as_str).map(|line| format!("{line}\n")).collect()
}
