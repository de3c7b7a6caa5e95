#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::Kind;

#[test]
fn a_type_is_read_as_it_is_written() {
    for text in [
        "bool",
        "percent",
        "date or none",
        "set<string>",
        "prod | staging | dev",
        "list<{ name: string, eol: date or none, tags: set<string> }>",
        "{ tier: int, os.eol: date or none }",
        "set<low | high>",
    ] {
        assert_eq!(Kind::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Kind::parse(" set < string > ").unwrap(), Kind::Set(Box::new(Kind::Text)));
}

#[test]
fn what_is_no_type_is_refused_with_what_is_wrong() {
    let deep = format!("{}int{}", "set<".repeat(100_000), ">".repeat(100_000));
    for (text, wrong) in [
        ("", "a type is missing"),
        ("text", "`text` is no type"),
        ("set<string", "`>` is missing before ``"),
        ("bool bool", "`bool` does not belong to a type"),
        ("a | a", "`a` stands twice, or there are more than 256 words"),
        ("int or", "`or` is followed by `none`"),
        ("{ a: int, a: int }", "the field `a` stands twice, or there are more than 256 fields"),
        (&"set<".repeat(20), "a type nests at most 6 deep"),
        (&deep, "a type has at most 16384 bytes"),
        ("é", "`é` is no type"),
    ] {
        assert_eq!(Kind::parse(text).unwrap_err(), wrong, "{text:.40}");
    }
}

#[test]
fn a_signature_is_read_with_or_without_names() {
    for text in ["allowed(tags: set<string>, start: time) -> bool", "allowed(set<string>,time)->bool"] {
        assert_eq!(Kind::parse_signature(text).unwrap().to_string(), "allowed(set<string>, time) -> bool");
    }
    assert_eq!(Kind::parse_signature("f() -> low < high").unwrap().to_string(), "f() -> low | high");
    assert_eq!(Kind::parse_signature("f(list<{ a: int }>, ) -> int").unwrap().inputs.len(), 1);
    for (text, wrong) in [
        ("", "a check has a name"),
        ("f", "`(` is missing before ``"),
        ("f(", "a type is missing"),
        ("f(int int) -> bool", "`)` is missing before `int) -> bool`"),
        ("f() -> bool, g() -> bool", "`, g() -> bool` does not belong to a signature"),
    ] {
        assert_eq!(Kind::parse_signature(text).unwrap_err(), wrong);
    }
}
