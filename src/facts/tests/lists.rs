//! Lists and sets: complete, incomplete, and what is dropped from them.

use super::*;
use crate::facts::Json;

#[test]
fn an_empty_list_is_complete_and_a_missing_one_is_not() {
    let input = asset(r#""findings":[]"#);
    assert_eq!(length(&input.facts.assets, "findings"), (0, None));
    assert_eq!(length(&input.facts.assets, "tags"), (0, Some(Cause::Missing)));
    assert_sound(&input);
}

#[test]
fn an_element_that_cannot_be_read_leaves_the_list_incomplete() {
    for element in ["5", "null", "\"CVE-1\"", "[]"] {
        let input = asset(&format!("\"findings\":[{{\"cve\":\"CVE-2\"}},{element}]"));
        assert_eq!(length(&input.facts.assets, "findings"), (1, Some(Cause::Malformed)), "{element}");
        assert!(warning(&input).to_string().contains("an element of `asset.findings[]` cannot be read"));
        assert_eq!(finding(&input, "cve"), "\"CVE-2\"");
        assert_sound(&input);
    }
    for element in ["5", "null", "{}"] {
        let input = asset(&format!("\"tags\":[\"x\",{element}]"));
        assert_eq!(length(&input.facts.assets, "tags"), (1, Some(Cause::Malformed)), "{element}");
        assert_eq!(warning(&input).field.as_deref(), Some("asset.tags[]"));
        assert!(warning(&input).message.ends_with("the list counts as incomplete"));
    }
}

#[test]
fn what_is_no_list_is_an_incomplete_one() {
    let input = asset(r#""tags":"x""#);
    assert_eq!(length(&input.facts.assets, "tags"), (0, Some(Cause::Malformed)));
    assert!(warning(&input).message.starts_with("`asset.tags` is not a list"));
}

#[test]
fn an_element_without_fields_is_an_element() {
    let input = asset(r#""findings":[{},{}]"#);
    quiet(&input);
    assert_eq!(length(&input.facts.assets, "findings"), (2, None));
    assert_eq!(finding(&input, "cve"), "?missing");
}

#[test]
fn a_set_holds_each_value_once() {
    let input = asset(r#""tags":["x","y","x"]"#);
    assert_eq!(set(&input, &input.facts.assets, "tags"), ["\"x\"", "\"y\""]);
    let many: Vec<String> = (0..100).map(|n| format!("\"t{}\"", n % 50)).collect();
    let input = asset(&format!("\"tags\":[{}]", many.join(",")));
    assert_eq!(length(&input.facts.assets, "tags"), (50, None));
}

#[test]
fn absent_has_the_meaning_that_the_vocabulary_gives_it_and_null_has_not() {
    let input = read_changes(r#"{"id":"c"}"#);
    quiet(&input);
    let changes = &input.facts.changes;
    assert_eq!(length(changes, "fixes"), (0, None));
    assert_eq!(length(changes, "approvals"), (0, None));
    assert_eq!(length(changes, "evidence"), (0, Some(Cause::Missing)));
    assert_eq!(change(&input, "duration"), "none");
    assert_eq!(change(&input, "started_at"), "?missing");
    let input = read_changes(r#"{"id":"c","fixes":null,"duration":null,"approvals":[{"on_behalf_of":null},{"at":5}]}"#);
    let changes = &input.facts.changes;
    assert_eq!(length(changes, "fixes"), (0, Some(Cause::Missing)));
    assert_eq!(change(&input, "duration"), "?missing");
    let approvals = &list(changes, "approvals").rows;
    let on_behalf: Vec<String> = (0..2).map(|row| shown(&input.facts, approvals, "on_behalf_of", row)).collect();
    assert!(on_behalf.contains(&"none".to_owned()) && on_behalf.contains(&"?missing".to_owned()));
    let input = read_changes(r#"{"id":"c","duration":5,"fixes":{}}"#);
    assert_eq!(change(&input, "duration"), "?malformed");
    assert_eq!(length(&input.facts.changes, "fixes"), (0, Some(Cause::Malformed)));
}

#[test]
fn a_test_writes_an_incomplete_list() {
    let text = |text: &'static str| Json::String(text.into());
    let record = Json::Object(vec![
        ("id".into(), text("a")),
        ("findings".into(), Json::Incomplete(vec![Json::Object(vec![("cve".into(), text("CVE-1"))])])),
        ("tags".into(), Json::Incomplete(vec![])),
    ]);
    let mut builder = builder();
    builder.add_record(TableId::ASSET, "t.gate", Some(3), record);
    let input = builder.finish();
    quiet(&input);
    assert_eq!(length(&input.facts.assets, "findings"), (1, Some(Cause::Incomplete)));
    assert_eq!(length(&input.facts.assets, "tags"), (0, Some(Cause::Incomplete)));
    assert!(!input.facts.assets_incomplete);
    assert_sound(&input);
}

#[test]
fn an_element_that_lacks_a_required_field_is_left_out() {
    let mut schema = vocabulary::standard();
    let mut field = schema.find(TableId::FINDING, "package").unwrap().1.clone();
    (field.name, field.required) = ("scan.id".to_owned(), true);
    vocabulary::add_field(&mut schema, TableId::FINDING, field, None).unwrap();
    let mut builder = FactsBuilder::new(Arc::new(schema), now(), Options::default());
    builder.add_inventory("i.json", br#"{"id":"a","findings":[{"scan":{"id":"s"}},{"scan":{}},{"scan":{"id":null}}]}"#);
    let input = builder.finish();
    assert_eq!(length(&input.facts.assets, "findings"), (1, Some(Cause::Incomplete)));
    assert_eq!(input.problems.error_count, 2);
    assert_eq!(input.facts.recorded, 1);
    assert!(
        input.problems.errors[0].to_string().starts_with("`asset.findings[].scan.id` is required\n  i.json:1 `a`: ")
    );
}
