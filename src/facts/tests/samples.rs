//! Samples of metrics.

use super::*;

fn samples(text: &str) -> (Input, Vec<String>) {
    let mut builder = builder();
    builder.add_file(TableId::SAMPLE, "s.ndjson", text.as_bytes());
    let input = builder.finish();
    assert_sound(&input);
    let rows = input.facts.others.iter().find(|rows| rows.table == TableId::SAMPLE).unwrap();
    let names = ["metric", "at", "value", "asset"];
    let line = |row| names.map(|name| shown(&input.facts, rows, name, row).replace('"', "")).join(" ");
    let lines = (0..rows.len - 1).map(line).collect();
    (input, lines)
}

#[test]
fn a_sample_needs_no_id_and_its_labels_are_a_record() {
    let text = r#"{"metric":"rate","at":"2026-11-20T14:55:00Z","value":"0.25","labels":{"service":"pay","zone":"a=b"}}
{"metric":"free","at":"2026-11-20T14:56:00Z","value":12.5,"asset":"db-1"}"#;
    let (input, mut lines) = samples(text);
    lines.sort();
    assert_eq!(lines, ["free 2026-11-20T14:56:00Z 12.5 db-1", "rate 2026-11-20T14:55:00Z 0.25 none"]);
    let rows = input.facts.others.iter().find(|rows| rows.table == TableId::SAMPLE).unwrap();
    let found = list(rows, "labels");
    let labels: Vec<String> = (0..found.rows.len - 1).map(|at| shown(&input.facts, &found.rows, "value", at)).collect();
    assert_eq!(labels, ["\"service=pay\"", "\"zone=a=b\""]);
    quiet(&input);
}

#[test]
fn a_wrapper_and_a_list_will_do() {
    let one = r#"{"metric":"m","at":"2026-11-20T14:55:00Z","value":1}"#;
    for text in [one.to_owned(), format!("[{one}]"), format!("{{\"samples\":[{one}]}}")] {
        let (input, lines) = samples(&text);
        assert_eq!(lines, ["m 2026-11-20T14:55:00Z 1 none"], "{text}");
        quiet(&input);
    }
}

#[test]
fn what_is_no_number_is_unknown_with_a_warning() {
    for value in ["\"NaN\"", "\"+Inf\"", "\"\"", "true", "\"1e999\""] {
        let (input, lines) = samples(&format!(r#"{{"metric":"m","at":"2026-11-20T14:55:00Z","value":{value}}}"#));
        assert_eq!(lines, ["m 2026-11-20T14:55:00Z ?malformed none"], "{value}");
        assert_eq!(input.problems.warnings.len(), 1, "{value}");
    }
}

#[test]
fn one_time_of_one_series_has_one_value() {
    let text = r#"{"metric":"m","at":"2026-11-20T14:55:00Z","value":1,"labels":{"a":"x","b":"y"}}
{"metric":"m","at":"2026-11-20T14:55:00Z","value":"1.0","labels":{"b":"y","a":"x"}}
{"metric":"m","at":"2026-11-20T14:54:00Z","value":2}
{"metric":"m","at":"2026-11-20T14:54:00Z","value":3}"#;
    let (input, lines) = samples(text);
    assert_eq!(lines, ["m 2026-11-20T14:54:00Z ?disagreement none", "m 2026-11-20T14:55:00Z 1 none"]);
    assert_eq!(input.problems.warnings.len(), 1);
}

#[test]
fn a_label_that_is_no_text_leaves_the_labels_incomplete() {
    let (input, _) = samples(r#"{"metric":"m","at":"2026-11-20T14:55:00Z","value":1,"labels":{"a":1,"b":"y"}}"#);
    let rows = input.facts.others.iter().find(|rows| rows.table == TableId::SAMPLE).unwrap();
    assert_eq!(length(rows, "labels"), (1, Some(Cause::Malformed)));
    assert_eq!(input.problems.warnings.len(), 1);
}
