#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::facts::Json;

fn read(text: &str) -> Vec<String> {
    let (records, fault) = yaml::records(text, "changes");
    let records = records.into_iter().map(|(line, record)| format!("{line}: {}", record.excerpt()));
    records.chain(fault.map(|(what, line)| format!("error {line}: {what}"))).collect()
}

#[test]
fn yaml_becomes_json() {
    assert_eq!(
        read("id: CHG1\nassets: [db-1, 'web 1']\nstart: 2026-11-21T01:00:00Z\n"),
        [r#"1: {"id":"CHG1","assets":["db-1","web 1"],"start":"2026-11-21T…"#]
    );
    assert_eq!(read("- id: a\n- id: b\n"), [r#"1: {"id":"a"}"#, r#"2: {"id":"b"}"#]);
    assert_eq!(read("changes:\n  - id: a\n"), [r#"2: {"id":"a"}"#]);
    assert_eq!(read("id: a\n---\nid: b\n"), [r#"1: {"id":"a"}"#, r#"3: {"id":"b"}"#]);
    assert_eq!(
        read("a: 1.50\nb: ~\nc: yes\nd: \"1\"\ne: !!str 7\nf: true\ng: 0o7\nh:\n"),
        [r#"1: {"a":1.50,"b":null,"c":"yes","d":"1","e":"7","f":true,"g":"…"#]
    );
    assert_eq!(read("a: &x {t: 1}\nb: *x\n"), [r#"1: {"a":{"t":1},"b":{"t":1}}"#]);
    assert_eq!(read(""), Vec::<String>::new());
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    assert!(read("a: [1\nb: 2")[0].starts_with("error 2: "), "{:?}", read("a: [1\nb: 2"));
    assert_eq!(read("a: 1\nb:\n  <<: 3\n"), ["error 3: `<<` is not read: write the fields out"]);
    assert_eq!(read("a: *nobody\n").len(), 1);
    assert!(read("a: *nobody\n")[0].starts_with("error 1: "));
    assert_eq!(read("? [a]\n: b\n"), ["error 1: a key must be a text"]);
}

#[test]
fn records_before_what_is_no_yaml_are_whole() {
    let wrong = "error 4: while parsing a flow sequence, expected ',' or ']'";
    assert_eq!(read("- id: a\n- id: b\n- id: [c\n"), [r#"1: {"id":"a"}"#, r#"2: {"id":"b"}"#, wrong]);
    assert_eq!(read("changes:\n- id: a\n- id: [c\n"), [r#"2: {"id":"a"}"#, wrong]);
    assert_eq!(read("id: a\n---\nid: [c\n"), [r#"1: {"id":"a"}"#, wrong]);
    // What has not ended may say more.
    assert_eq!(read("id: a\ntags:\n- x\nn: [c")[0].split(':').next(), Some("error 5"));
}

#[test]
fn aliases_and_nesting_are_bounded() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(read(&bomb), ["error 5: its aliases add up to more than 100000 values"]);
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(read(&deep), ["error 1: nested too deep"]);
    let deeper = format!("a: {}", "[".repeat(200_000));
    assert_eq!(read(&deeper).len(), 1);
    let block: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(read(&block).len(), 1);
    assert!(read(&block)[0].starts_with("error "));
}

#[test]
fn rich_texts_of_jira_become_plain() {
    let issue = r#"{"key":"OPS-1","fields":{"summary":"s","description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"one "},{"type":"text","text":"line"}]},{"type":"paragraph","content":[{"type":"text","text":"two"}]}]}}}"#;
    let plain = jira::plain(Json::parse(issue).unwrap());
    assert_eq!(plain.get("fields").unwrap().get("description"), Some(&Json::String("one line\ntwo".into())));
    assert!(jira::is_search(&crate::facts::first_keys(br#"{"startAt":0,"maxResults":50,"total":1,"issues":[]}"#)));
    assert!(!jira::is_search(&crate::facts::first_keys(br#"{"id":"CHG1","issues":[]}"#)));
}

#[test]
fn pages_of_a_search_that_are_not_there_are_missed() {
    let lacking = |files: &[&str]| {
        let mut pages = jira::Pages::default();
        for file in files {
            let (split, broken) = crate::sources::inventories::json::apart("x.json", file.as_bytes(), "issues");
            assert!(broken.is_none() && split.frames.len() == 1, "{file}");
            split.frames.iter().for_each(|page| pages.add(page));
        }
        pages.lacking()
    };
    let first = r#"{"startAt":0,"maxResults":2,"total":3,"issues":[{"key":"A-1"},{"key":"A-2"}]}"#;
    let second = r#"{"issues":[{"key":"A-3"}],"startAt":2,"maxResults":2,"total":3}"#;
    let behind = |end: u64| Some(format!("there are 3 issues, and what comes behind the first {end} is not there"));
    assert_eq!(lacking(&[first]), behind(2));
    assert_eq!(lacking(&[second]), behind(0));
    assert_eq!(lacking(&[second, first]), None);
    // There was another issue when the second page was asked for.
    assert_eq!(lacking(&[first, &second.replace("\"total\":3", "\"total\":4")]), behind(2));
    let no_last = Some("there is no last page".to_owned());
    let goes_on = r#"{"issues":[{"key":"A-1"}],"nextPageToken":"x","isLast":false}"#;
    assert_eq!(lacking(&[goes_on]), no_last);
    assert_eq!(lacking(&[r#"{"issues":[{"key":"A-1"}],"isLast":false}"#]), no_last);
    assert_eq!(lacking(&[r#"{"issues":[],"startAt":0,"total":"many"}"#]), no_last);
    assert_eq!(lacking(&[goes_on, r#"{"issues":[{"key":"A-2"}],"nextPageToken":null,"isLast":true}"#]), None);
    assert_eq!(lacking(&[r#"{"issues":[],"startAt":0,"total":0}"#]), None);
}
