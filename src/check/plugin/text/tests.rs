#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value as Json, json};

use super::super::{Kind, Value};

fn back(kind: &str, json: &Json) -> Result<Json, String> {
    let kind = Kind::parse(kind).unwrap();
    Ok(Value::from_json(json, &kind)?.to_json(&kind))
}

#[test]
fn a_value_comes_back_as_it_was_written() {
    for (kind, json) in [
        ("bool", json!(true)),
        ("int", json!(-3)),
        ("number", json!(1.5)),
        ("percent", json!("14.9%")),
        ("string", json!("a \"b\"")),
        ("date", json!("2026-12-18")),
        ("time", json!("2026-12-18T18:00:00Z")),
        ("duration", json!("1h30min")),
        ("low | high", json!("high")),
        ("date or none", json!(null)),
        ("set<string>", json!(["a", "b"])),
        ("list<{ name: string, eol: date or none }>", json!([{ "name": "x", "eol": null }])),
    ] {
        assert_eq!(back(kind, &json).unwrap(), json, "{kind}");
    }
    assert_eq!(back("set<string>", &json!(["b", "a", "b"])).unwrap(), json!(["a", "b"]));
    assert_eq!(back("list<int>", &json!([2, 1, 2])).unwrap(), json!([1, 2, 2]));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (kind, json, wrong) in [
        ("bool", json!(1), "`1` is no `true` or `false`"),
        ("int", json!(1.5), "`1.5` is no whole number"),
        ("time", json!("soon"), "`\"soon\"` is no time, such as `\"2026-12-18T18:00:00Z\"`"),
        ("low | high", json!("mid"), "`\"mid\"` is not one of `low`, `high`"),
        ("{ a: int }", json!({}), "the field `a` is missing"),
        ("{ a: int }", json!({ "a": 1, "b": 2 }), "the record has no field `b`"),
        ("string", json!(null), "`null` is no text"),
    ] {
        assert_eq!(back(kind, &json).unwrap_err(), wrong);
    }
}
