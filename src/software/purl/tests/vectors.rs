//! The specification's own test suites: every case.

use serde_json::Value;

use super::*;

fn texts(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A package URL from its parts.
fn built(parts: &Value) -> Result<Purl, BadPurl> {
    let qualifiers = parts["qualifiers"].as_object().into_iter().flatten();
    Purl {
        kind: texts(&parts["type"]).unwrap_or_default(),
        namespace: texts(&parts["namespace"]),
        name: texts(&parts["name"]).unwrap_or_default(),
        version: texts(&parts["version"]),
        qualifiers: qualifiers.map(|(key, value)| (key.clone(), texts(value).unwrap())).collect(),
        subpath: texts(&parts["subpath"]),
    }
    .checked()
}

#[test]
fn every_case_of_the_suites() {
    let Some(folder) = crate::testing::data("purl") else { return };
    let read = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap() };
    let mut wrong = Vec::new();
    println!("{:<30} {:>6} {:>7} {:>6}", "file", "cases", "checks", "right");

    let name = "legacy-test-suite-data.json";
    let suite = read(name);
    let (mut checks, mut right) = (0, 0);
    for case in suite.as_array().unwrap() {
        let (text, canonical) = (case["purl"].as_str().unwrap(), texts(&case["canonical_purl"]));
        let expected = if case["is_invalid"].as_bool().unwrap() { None } else { canonical.clone() };
        let mut answers = vec![("parsed", Purl::parse(text)), ("built", built(case))];
        answers
            .extend(canonical.as_deref().map(|canonical| ("parsed from its canonical text", Purl::parse(canonical))));
        for (how, found) in answers {
            checks += 1;
            let parts = found
                .as_ref()
                .map_or(true, |purl| case["is_invalid"] == true || purl.version == texts(&case["version"]));
            match found.map(|purl| purl.to_string()).ok() == expected && parts {
                true => right += 1,
                false => wrong.push(format!("{name}: {text} {how}")),
            }
        }
    }
    println!("{name:<30} {:>6} {checks:>7} {right:>6}", suite.as_array().unwrap().len());

    let name = "specification-test.json";
    let suite = read(name);
    let cases = suite["tests"].as_array().unwrap();
    let mut right = 0;
    for case in cases {
        let found = match &case["input"] {
            Value::String(text) => Purl::parse(text),
            parts => built(parts),
        };
        match found.map(|purl| purl.to_string()).ok() == texts(&case["expected_output"]) {
            true => right += 1,
            false => wrong.push(format!("{name}: {}", case["description"])),
        }
    }
    println!("{name:<30} {0:>6} {0:>7} {right:>6}", cases.len());
    assert!(wrong.is_empty(), "{} cases disagree:\n{}", wrong.len(), wrong.join("\n"));
}
