//! Several records for one id.

use super::*;

#[test]
fn equal_fields_merge_and_one_given_alone_is_taken() {
    let input = read(
        "{\"id\":\"a\",\"tier\":1,\"owner\":null,\"os\":{\"name\":\"x\"}}\n{\"id\":\"a\",\"tier\":1,\"owner\":\"o\",\"region\":\"r\"}\n",
    );
    quiet(&input);
    assert_eq!(input.facts.recorded, 1);
    for (name, wanted) in [("tier", "1"), ("owner", "\"o\""), ("region", "\"r\""), ("os.name", "\"x\"")] {
        assert_eq!(value(&input, name), wanted, "{name}");
    }
    assert_sound(&input);
}

#[test]
fn different_values_are_unknown_with_a_warning() {
    let input = read(
        "{\"id\":\"a\",\"tier\":1,\"os\":{\"eol\":\"none\"}}\n{\"id\":\"b\"}\n{\"id\":\"a\",\"tier\":2,\"os\":{\"eol\":\"2027-01-01\"}}\n",
    );
    assert_eq!(value(&input, "tier"), "?disagreement");
    assert_eq!(value(&input, "os.eol"), "?disagreement");
    assert_eq!(input.facts.recorded, 2);
    assert_eq!(
        input.problems.warnings[1].to_string(),
        "records of one id give different values for `asset.tier`: it counts as unknown\n  \
         i.ndjson:3 `a`: also at i.ndjson:1\n  help: give each record once, or the same value in each"
    );
}

#[test]
fn a_malformed_value_gives_way_to_one_that_can_be_read() {
    let input = read("{\"id\":\"a\",\"tier\":\"x\"}\n{\"id\":\"a\",\"tier\":2}\n");
    assert_eq!(value(&input, "tier"), "2");
    let input = read("{\"id\":\"a\",\"tier\":1,\"tier\":2}\n{\"id\":\"a\",\"tier\":2}\n");
    assert_eq!(value(&input, "tier"), "?disagreement");
}

#[test]
fn a_list_of_which_something_cannot_be_read_stays_incomplete_beside_another() {
    for bad in ["[5]", "[{\"cve\":\"CVE-1\"},5]", "\"x\""] {
        for good in ["[]", "[{\"cve\":\"CVE-1\"}]"] {
            for (a, b) in [(bad, good), (good, bad)] {
                let input = read(format!("{{\"id\":\"a\",\"findings\":{a}}}\n{{\"id\":\"a\",\"findings\":{b}}}\n"));
                assert_sound(&input);
                assert!(length(&input.facts.assets, "findings").1.is_some(), "{a} {b}");
            }
        }
    }
}

#[test]
fn an_absence_with_a_meaning_gives_way_to_a_value() {
    let both = |a: &str, b: &str| read_changes(format!("[{{\"id\":\"c\"{a}}},{{\"id\":\"c\"{b}}}]"));
    let input = both("", ",\"duration\":\"2h\",\"fixes\":[\"CVE-1\"]");
    quiet(&input);
    assert_eq!(change(&input, "duration"), "2h");
    assert_eq!(length(&input.facts.changes, "fixes"), (1, None));
    let input = both("", ",\"duration\":null,\"fixes\":null");
    assert_eq!(change(&input, "duration"), "?missing");
    assert_eq!(length(&input.facts.changes, "fixes"), (0, Some(Cause::Missing)));
    assert_eq!(change(&both("", ""), "duration"), "none");
}

#[test]
fn lists_are_compared_as_multisets() {
    let both = |a: &str, b: &str| {
        let input = read(format!("{{\"id\":\"a\",\"findings\":{a}}}\n{{\"id\":\"a\",\"findings\":{b}}}\n"));
        assert_sound(&input);
        let reversed = read(format!("{{\"id\":\"a\",\"findings\":{b}}}\n{{\"id\":\"a\",\"findings\":{a}}}\n"));
        let lengths = (length(&input.facts.assets, "findings"), length(&reversed.facts.assets, "findings"));
        assert_eq!(lengths.0, lengths.1);
        lengths.0
    };
    let (x, y) = ("{\"cve\":\"X\",\"epss\":0.5}", "{\"epss\":0.50,\"cve\":\"Y\"}");
    assert_eq!(both(&format!("[{x},{y}]"), &format!("[{y},{x}]")), (2, None));
    assert_eq!(both(&format!("[{x},{x}]"), &format!("[{x},{x}]")), (2, None));
    assert_eq!(both(&format!("[{x}]"), &format!("[{x},{x}]")), (2, Some(Cause::Disagreement)));
    assert_eq!(both(&format!("[{x}]"), &format!("[{y}]")), (2, Some(Cause::Disagreement)));
    assert_eq!(both("[]", &format!("[{y}]")), (1, Some(Cause::Disagreement)));
    assert_eq!(both("null", &format!("[{y}]")), (1, None));
    assert_eq!(both("[5]", &format!("[{y}]")), (1, Some(Cause::Disagreement)));
    assert_eq!(both(&format!("[{y},5]"), &format!("[{y}]")), (1, Some(Cause::Malformed)));
    assert_eq!(both("null", "5"), (0, Some(Cause::Malformed)));
    assert_eq!(both("[]", "[]"), (0, None));
}

#[test]
fn records_of_different_files_meet() {
    let mut builder = builder();
    builder.add_inventory("one.ndjson", b"{\"id\":\"a\",\"tier\":1}");
    builder.add_inventory("two.json", b"[{\"id\":\"a\",\"tier\":3}]");
    let input = builder.finish();
    assert!(warning(&input).to_string().contains("two.json:1 `a`: also at one.ndjson:1"));
}

#[test]
fn a_warning_names_the_records_that_contradict_each_other() {
    let input = read(
        "{\"id\":\"a\",\"owner\":\"o\"}\n{\"id\":\"a\",\"tier\":1}\n{\"id\":\"a\",\"tier\":1,\"tags\":[\"x\"]}\n{\"id\":\"a\",\"tier\":2}\n{\"id\":\"a\",\"tags\":[\"y\"]}\n",
    );
    let shown: Vec<String> = input.problems.warnings.iter().map(ToString::to_string).collect();
    assert!(
        shown[0].contains("`asset.tags`") && shown[0].contains("i.ndjson:5 `a`: also at i.ndjson:3"),
        "{}",
        shown[0]
    );
    assert!(
        shown[1].contains("`asset.tier`") && shown[1].contains("i.ndjson:4 `a`: also at i.ndjson:2"),
        "{}",
        shown[1]
    );
}

#[test]
fn changes_name_what_either_names() {
    let both = |a: &str, b: &str| {
        let input = read_changes(format!("[{{\"id\":\"c\",\"assets\":{a}}},{{\"id\":\"c\",\"assets\":{b}}}]"));
        assert_sound(&input);
        (input.facts.touched[0].clone(), input.selections.len())
    };
    assert_eq!(both("[\"a\"]", "[\"a\"]").0.rows, [(0, true)]);
    assert_eq!(both("[\"a\"]", "null").0.rows, [(0, true)]);
    let (touched, _) = both("[\"a\"]", "[\"b\"]");
    assert_eq!((touched.rows, touched.cause), (vec![(0, true), (1, true), (2, false)], Some(Cause::Disagreement)));
    assert_eq!(both("[\"a\"]", "{\"where\":\"x\"}").1, 1);
}

#[test]
fn added_elements_contradict_nothing_and_complete_nothing() {
    use crate::facts::Json;
    for (own, added, wanted) in [
        (r#","findings":[{"cve":"A"}]"#, r#"[{"cve":"B"},{"cve":"C"}]"#, (3, None)),
        (r#","findings":[]"#, r#"[{"cve":"B"}]"#, (1, None)),
        ("", r#"[{"cve":"B"}]"#, (1, Some(Cause::Incomplete))),
        (r#","findings":[{"cve":"A"},5]"#, r#"[{"cve":"B"}]"#, (2, Some(Cause::Malformed))),
    ] {
        let mut builder = builder();
        builder.add_inventory("a.ndjson", format!(r#"{{"id":"a","tier":1{own}}}"#).as_bytes());
        let record = format!(r#"{{"id":"a","findings":{added}}}"#);
        builder.add_elements(&Arc::from("a.ndjson"), vec![(Some(1), Json::parse(&record).unwrap())]);
        let input = builder.finish();
        assert_eq!(length(&input.facts.assets, "findings"), wanted, "{own} {added}");
        assert_eq!(input.facts.recorded, 1);
        assert!(input.problems.warnings.iter().all(|warning| !warning.message.contains("different values")));
        assert_sound(&input);
    }
    // An incomplete list makes the other so; one that is not there stays missing.
    for (own, wanted) in [
        (r#","findings":[{"cve":"A"}]"#, (1, Cause::Incomplete)),
        (r#","findings":[]"#, (0, Cause::Incomplete)),
        ("", (0, Cause::Missing)),
    ] {
        let mut builder = builder();
        builder.add_inventory("a.ndjson", format!(r#"{{"id":"a"{own}}}"#).as_bytes());
        let findings = ("findings".into(), Json::Incomplete(Vec::new()));
        let more = Json::Object(vec![("id".into(), Json::String("a".into())), findings]);
        builder.add_elements(&Arc::from("a.ndjson"), vec![(None, more)]);
        let input = builder.finish();
        assert_eq!(length(&input.facts.assets, "findings"), (wanted.0, Some(wanted.1)), "{own}");
        assert_sound(&input);
    }
}
