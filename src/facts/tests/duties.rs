//! Decisions of an earlier run as duties.

use super::*;

/// The duties of a file, each as its fields.
fn duties(text: &str) -> (Input, Vec<String>) {
    let mut builder = builder();
    builder.add_file(TableId::DUTY, "earlier", text.as_bytes());
    let input = builder.finish();
    assert_sound(&input);
    let rows = input.facts.others.iter().find(|rows| rows.table == TableId::DUTY).unwrap();
    let names = ["kind", "rule", "change", "asset", "subject", "role", "missing", "due"];
    let line = |row| names.map(|name| shown(&input.facts, rows, name, row).replace('"', "")).join(" ");
    let lines = (0..rows.len - 1).map(line).collect();
    (input, lines)
}

const OPEN: &str = r#"{"kind":"obligation","rule":"triage_it","role":"soc","need":1,"have":0,"missing":1,"due":"2026-11-22T00:00:00Z","subject":"CVE-1"}"#;
const MET: &str =
    r#"{"kind":"obligation","rule":"told","role":null,"need":1,"have":1,"missing":0,"due":"2026-11-22T00:00:00Z"}"#;
const VOTES: &str = r#"{"kind":"approval","rule":"cab","role":"cab-member","need":2,"have":0,"missing":2,"due":null}"#;
const RETRO: &str = r#"{"kind":"approval","rule":"retro","role":"change-authority","need":1,"have":0,"missing":1,"due":"2026-11-27T00:00:00Z"}"#;
const REVIEW: &str = r#"{"kind":"review","rule":"ecab","role":null,"need":1,"have":0,"missing":1,"due":null}"#;

fn decision(asset: &str, entries: &[&str]) -> String {
    let entries = entries.join(",");
    format!(r#"{{"change":"CHG1","asset":{asset},"verdict":"hold","reasons":[],"obligations":[{entries}]}}"#)
}

const LINES: [&str; 3] = [
    "approval retro CHG1 db-1 none change-authority 1 2026-11-27T00:00:00Z",
    "obligation triage_it CHG1 db-1 CVE-1 soc 1 2026-11-22T00:00:00Z",
    "review ecab CHG1 db-1 none none 1 none",
];

#[test]
fn what_is_open_in_a_decision_is_a_duty() {
    let one = decision("\"db-1\"", &[OPEN, MET, VOTES, RETRO, REVIEW]);
    let summary = r#"{"summary":{"change":"CHG1","obligations":[{"missing":1}]}}"#;
    for text in [
        one.clone(),
        format!("{one}\n{summary}\n"),
        format!("[{one}]"),
        format!("{{\"decisions\":[\n{one}\n],\"changes\":[\n{summary}\n]}}\n"),
        decision("\"db-1\"", &[REVIEW, RETRO, VOTES, MET, OPEN]).replace(',', ",\n"),
    ] {
        let (input, lines) = duties(&text);
        assert_eq!(lines, LINES, "{text}");
        quiet(&input);
    }
}

#[test]
fn a_duty_may_be_written_by_hand() {
    let text = r#"{"obligations":[{"id":"d1","kind":"obligation","rule":"triage_it","change":"CHG1","asset":"db-1","subject":"CVE-1","role":"soc","missing":1,"due":"2026-11-22"}]}"#;
    let (input, lines) = duties(text);
    assert_eq!(lines, [LINES[1]]);
    quiet(&input);
}

#[test]
fn a_decision_that_is_about_no_asset_or_no_change_says_so() {
    let estate = decision("null", &[OPEN]).replace("\"CHG1\"", "null");
    let (input, lines) = duties(&estate);
    assert_eq!(lines, ["obligation triage_it none none CVE-1 soc 1 2026-11-22T00:00:00Z"]);
    quiet(&input);
}

#[test]
fn the_digest_is_that_of_the_duties() {
    let (one, _) = duties(&decision("\"db-1\"", &[OPEN, MET]));
    let (other, _) = duties(&decision("\"db-1\"", &[VOTES, OPEN]).replace("hold", "deny"));
    assert_eq!(one.facts.digest, other.facts.digest);
}

#[test]
fn what_cannot_be_read_of_a_decision_is_an_error_or_stays_open() {
    for entries in ["7", "null", "[7]", "[null]"] {
        let (input, lines) =
            duties(&format!(r#"{{"change":"C","asset":"a","verdict":"hold","obligations":{entries}}}"#));
        assert_eq!((lines.len(), input.problems.error_count), (0, 1), "{entries}");
        assert_eq!(input.facts.others_incomplete, [TableId::DUTY]);
        assert!(input.problems.errors[0].to_string().starts_with("a decision's duties cannot be read\n  earlier:1: "));
    }
    let (_, lines) = duties(&decision("\"a\"", &[r#"{"kind":"obligation","rule":"r","missing":"one","due":7}"#]));
    assert_eq!(lines, ["obligation r CHG1 a none none ?malformed ?malformed"]);
    let (_, lines) = duties(&decision("\"a\"", &["{}"]));
    assert_eq!(lines, ["?missing ?missing CHG1 a none none ?missing none"]);
}

#[test]
fn ids_that_look_alike_are_two_duties() {
    let text =
        [decision("\"a/b\"", &[OPEN]), decision("\"a\"", &[OPEN]).replace("CHG1", "CHG1/a").replace("\"a\"", "\"b\"")];
    let (input, lines) = duties(&text.join("\n"));
    assert_eq!(lines.len(), 2);
    quiet(&input);
}
