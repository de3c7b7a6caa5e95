//! The forms of files, and what is wrong with them.

use super::*;

fn ids(input: &Input) -> Vec<&str> {
    (0..input.facts.recorded).filter_map(|row| input.facts.asset_id(row)).collect()
}

fn named(name: &str, text: &str) -> Input {
    let mut builder = builder();
    builder.add_inventory(name, text.as_bytes());
    let input = builder.finish();
    assert_sound(&input);
    input
}

#[test]
fn reads_every_form() {
    let pretty = "{\n  \"id\": \"a\",\n  \"os\": {\n    \"name\": \"x\"\n  }\n}\n";
    for (name, text, wanted) in [
        ("i.ndjson", "{\"id\":\"b\"}\n{\"id\":\"a\"}\n", &["a", "b"][..]),
        ("i.json", "{\"id\":\"b\"}\n{\"id\":\"a\"}", &["a", "b"]),
        ("i.json", "\r\n{\"id\":\"b\"}\r\n\r\n  {\"id\":\"a\"}\r\n", &["a", "b"]),
        ("i.json", "[{\"id\":\"b\"},{\"id\":\"a\"}]", &["a", "b"]),
        ("i.ndjson", "[{\"id\":\"b\"},\n{\"id\":\"a\"}]", &["a", "b"]),
        ("i.json", " [ ] ", &[]),
        ("i.json", "{\"id\":\"a\"}", &["a"]),
        ("i.json", pretty, &["a"]),
        ("i.ndjson", pretty, &["a"]),
        ("i.json", &format!("[{pretty},{}]", pretty.replace("\"a\"", "\"b\"")), &["a", "b"]),
        ("i.json", &format!("{pretty}{}", pretty.replace("\"a\"", "\"b\"")), &["a", "b"]),
        ("i.json", "{\"assets\":[{\"id\":\"a\"}]}", &["a"]),
        ("i.json", "{\n\"assets\": [\n{\"id\":\"a\"},\n{\"id\":\"b\"}\n]\n}", &["a", "b"]),
        ("i.json", "\u{feff}{\"id\":\"a\"}", &["a"]),
        ("i.ndjson", "", &[]),
        ("i.json", " \n\t\r\n", &[]),
        ("-", "{\"id\":\"a]},{\\\"\"}", &["a]},{\""]),
    ] {
        let input = named(name, text);
        quiet(&input);
        assert_eq!(ids(&input), wanted, "{text}");
        assert!(!input.facts.assets_incomplete);
    }
}

#[test]
fn keys_beside_the_list_are_noted() {
    let input = named("i.json", "{\"total\":3,\"assets\":[{\"id\":\"a\"}]}");
    assert_eq!(ids(&input), ["a"]);
    assert!(input.problems.notes[0].message.contains("`file of assets.total`"));
}

#[test]
fn every_record_that_cannot_be_read_is_an_error_with_its_place() {
    let input =
        named("i.ndjson", "{\"id\":\"a\"}\n{\"id\":\n[1]\n{\"tier\":1}\n{\"id\":5}\n{\"id\":\" \"}\n{\"id\":\"b\"}\n");
    assert_eq!(ids(&input), ["a", "b"]);
    assert!(input.facts.assets_incomplete);
    assert_eq!((input.problems.error_count, input.problems.left_out), (5, 5));
    let errors: Vec<String> = input.problems.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "a record is not JSON\n  i.ndjson:2: it ends in the middle of a value at column 6",
            "a record of `asset` is not an object\n  i.ndjson:3: found `[1]`\n  help: write `{\"id\": …}`",
            "`asset.id` is required\n  i.ndjson:4: it is missing\n  help: every record needs a text",
            "`asset.id` is required\n  i.ndjson:5: found `5`\n  help: every record needs a text",
            "`asset.id` is required\n  i.ndjson:6 ` `: it is blank",
        ]
    );
    // The wrong type of an id is said once, as an error.
    assert_eq!(input.problems.warnings, []);
}

#[test]
fn errors_are_listed_up_to_the_limit_and_all_counted() {
    let text = "{\"tier\":1}\n".repeat(30_000);
    let input = named("i.ndjson", &text);
    assert_eq!((input.problems.errors.len(), input.problems.error_count), (100, 30_000));
    assert_eq!(input.problems.errors[99].places[0].line, Some(100));
}

#[test]
fn lines_are_counted_across_chunks() {
    let filler = format!("{{\"id\":\"{}\"}}\n", "x".repeat(1000));
    let text = format!("{}{{\"id\":\n", filler.repeat(1000));
    assert_eq!(named("i.ndjson", &text).problems.errors[0].places[0].line, Some(1001));
    let list = format!("[{}\n{{\"tier\":1}}]", filler.replace('\n', ",\n").repeat(1000));
    assert_eq!(named("i.json", &list).problems.errors[0].places[0].line, Some(1002));
}

#[test]
fn a_list_that_is_cut_off_is_an_error_and_keeps_what_is_whole() {
    for (text, what) in [
        ("[{\"id\":\"a\"},{\"id\":\"b\"", "the list ends in the middle of a record"),
        ("[{\"id\":\"a\"},", "the list ends without a `]`"),
        ("[{\"id\":\"a\"}", "the list ends without a `]`"),
        ("[{\"id\":\"a\"},]", "expected a record"),
        ("[{\"id\":\"a\"} {\"id\":\"b\"}]", "expected `,` or `]` between records"),
        ("[{\"id\":\"a\"}] x", "something that is no record stands behind the records"),
    ] {
        let input = named("i.json", text);
        assert_eq!(ids(&input), ["a"], "{text}");
        assert!(input.facts.assets_incomplete);
        let error = input.problems.errors[0].to_string();
        assert!(error.contains("a file cannot be read to its end\n  i.json:1: ") && error.contains(what), "{error}");
    }
}

#[test]
fn a_document_that_is_not_json_says_where() {
    for (text, line, what) in [
        ("{\n \"id\": \"a\",\n \"tier\" 1\n}", 3, "expected `:` at column 9"),
        ("{\"id\": \"a\"\n\"tier\": 1}", 2, "expected `,` or `}` at column 1"),
        ("hello", 1, "expected value at column 1"),
        ("{\"assets\":[{\"id\":\"a\"}", 1, "it ends in the middle"),
        ("{\n \"id\": \"a\"\n", 3, "it ends in the middle"),
    ] {
        let input = named("i.json", text);
        let place = &input.problems.errors[0].places[0];
        assert_eq!(place.line, Some(line), "{text}");
        assert!(place.found.as_deref().unwrap().contains(what), "{place}");
    }
}
