//! People, services, incidents, waivers and duties.

use super::*;
use crate::facts::Json;

/// Reads one file of an entity.
fn other(entity: TableId, text: &str) -> Input {
    let mut builder = builder();
    builder.add_file(entity, "o.ndjson", text.as_bytes());
    builder.finish()
}

fn table(input: &Input, entity: TableId) -> &TableData {
    input.facts.others.iter().find(|rows| rows.table == entity).unwrap()
}

/// Each row but the phantom: its id, then the fields asked for.
fn rows(input: &Input, entity: TableId, fields: &[&str]) -> Vec<Vec<String>> {
    let rows = table(input, entity);
    (0..rows.len - 1).map(|row| fields.iter().map(|name| shown(&input.facts, rows, name, row)).collect()).collect()
}

const ALL: [TableId; 6] =
    [TableId::PERSON, TableId::SERVICE, TableId::INCIDENT, TableId::WAIVER, TableId::DUTY, TableId::SAMPLE];

#[test]
fn every_table_is_there_with_a_phantom_though_nothing_was_given() {
    let input = builder().finish();
    let tables: Vec<TableId> = input.facts.others.iter().map(|rows| rows.table).collect();
    assert_eq!(tables, ALL);
    assert_eq!((input.facts.given.as_slice(), input.facts.others_incomplete.as_slice()), (&[][..], &[][..]));
    for rows in &input.facts.others {
        assert_eq!((rows.len, rows.phantom.value(0)), (1, true));
    }
    assert_sound(&input);
    // Of somebody not seen it is not known either what they were allowed to do.
    let people = table(&input, TableId::PERSON);
    assert_eq!(shown(&input.facts, people, "name", 0), "?missing");
    assert_eq!(length(people, "roles"), (0, Some(Cause::Missing)));
    assert_eq!(length(people, "delegations"), (0, Some(Cause::Missing)));
}

#[test]
fn records_are_read_once_each_in_the_order_of_their_ids() {
    let text = r#"{"id":"bob","name":"Bob","roles":["ciso"],"delegations":[{"to":"alice","from":"2026-11-01T00:00:00Z","until":"none"}]}
{"id":"alice","roles":[]}
{"id":"bob","name":"Bob"}"#;
    let input = other(TableId::PERSON, text);
    assert_eq!(rows(&input, TableId::PERSON, &["id", "name"]), [["\"alice\"", "?missing"], ["\"bob\"", "\"Bob\""]]);
    let people = table(&input, TableId::PERSON);
    assert_eq!(length(people, "roles"), (0, None));
    let delegations = &list(people, "delegations").rows;
    let cells = ["to", "role", "from", "until"].map(|name| shown(&input.facts, delegations, name, 1));
    assert_eq!(cells, ["\"alice\"", "none", "2026-11-01T00:00:00Z", "none"]);
    assert_eq!(input.facts.given, [TableId::PERSON]);
    quiet(&input);
    assert_sound(&input);
}

#[test]
fn a_list_stands_alone_or_under_the_name_of_its_kind() {
    for (entity, text) in [
        (TableId::PERSON, r#"{"people":[{"id":"x"}]}"#),
        (TableId::SERVICE, r#"{"services":[{"id":"x","owner":"none","tier":2}]}"#),
        (TableId::INCIDENT, r#"[{"id":"x","assets":["db-1"],"closed":"none"}]"#),
        (TableId::WAIVER, r#"{"waivers":[{"id":"x","waives":["r"],"assets":["a"]}]}"#),
        (TableId::DUTY, r#"{"obligations":[{"id":"x","kind":"review"}]}"#),
    ] {
        let input = other(entity, text);
        quiet(&input);
        assert_eq!(rows(&input, entity, &["id"]), [["\"x\""]]);
        assert_sound(&input);
    }
}

#[test]
fn no_order_leaves_a_trace() {
    let (one, two) = (r#"{"id":"a","roles":["x","y"]}"#, r#"{"id":"b","name":"B"}"#);
    let first = other(TableId::PERSON, &format!("{one}\n{two}"));
    let second = other(TableId::PERSON, &format!("{two}\n{{\"roles\":[\"y\",\"x\"],\"id\":\"a\"}}"));
    assert_eq!(first.facts.digest, second.facts.digest);
    assert_eq!(rows(&first, TableId::PERSON, &["id", "name"]), rows(&second, TableId::PERSON, &["id", "name"]));
    let mut turned = builder();
    turned.add_file(TableId::SERVICE, "s.json", b"[]");
    turned.add_file(TableId::PERSON, "p.json", two.as_bytes());
    turned.add_file(TableId::PERSON, "q.json", one.as_bytes());
    let mut straight = builder();
    straight.add_file(TableId::PERSON, "q.json", format!("{one}\n{two}").as_bytes());
    straight.add_file(TableId::SERVICE, "s.json", b"");
    assert_eq!(turned.finish().facts.digest, straight.finish().facts.digest);
}

#[test]
fn the_digest_says_which_kinds_were_given_and_which_lack_records() {
    let nothing = builder().finish();
    let given = other(TableId::PERSON, "[]");
    let other_kind = other(TableId::SERVICE, "[]");
    let cut_off = other(TableId::PERSON, "[");
    assert_eq!(given.facts.given, [TableId::PERSON]);
    assert_eq!(cut_off.facts.others_incomplete, [TableId::PERSON]);
    assert_eq!(cut_off.problems.error_count, 1);
    let digests = [&nothing, &given, &other_kind, &cut_off].map(|input| input.facts.digest.as_str());
    let different: std::collections::BTreeSet<&str> = digests.into_iter().collect();
    assert_eq!(different.len(), digests.len());
    // The same record as another kind is another fact.
    let person = other(TableId::PERSON, r#"{"id":"x"}"#);
    let service = other(TableId::SERVICE, r#"{"id":"x"}"#);
    assert_ne!(person.facts.digest, service.facts.digest);
}

#[test]
fn a_record_without_an_id_is_an_error_and_leaves_its_list_incomplete() {
    let input = other(TableId::INCIDENT, "{\"severity\":\"high\"}\n{\"id\":\"INC1\"}\n{\"id\":\" \"}\nnull");
    assert_eq!((input.problems.error_count, input.problems.left_out), (3, 3));
    assert_eq!(input.facts.others_incomplete, [TableId::INCIDENT]);
    assert_eq!(rows(&input, TableId::INCIDENT, &["id"]), [["\"INC1\""]]);
    let first = input.problems.errors[0].to_string();
    assert!(first.contains("`incident.id` is required") && first.contains("o.ndjson:1"), "{first}");
}

#[test]
fn wrong_types_are_unknown_and_two_records_that_differ_too() {
    let text = r#"{"id":"a","name":7,"roles":"ciso","delegations":[{"to":7,"from":"soon","until":"none"},"bob"]}
{"id":"b","name":"B"}
{"id":"b","name":"C"}"#;
    let input = other(TableId::PERSON, text);
    assert_eq!(rows(&input, TableId::PERSON, &["id", "name"]), [["\"a\"", "?malformed"], ["\"b\"", "?disagreement"]]);
    let people = table(&input, TableId::PERSON);
    assert_eq!(length(people, "roles"), (0, Some(Cause::Malformed)));
    assert_eq!(length(people, "delegations"), (1, Some(Cause::Malformed)));
    let delegations = &list(people, "delegations").rows;
    assert_eq!(shown(&input.facts, delegations, "to", 0), "?malformed");
    assert!(input.problems.warnings.len() >= 5, "{:#?}", input.problems.warnings);
    assert_sound(&input);
}

#[test]
fn a_blank_reference_refers_to_nobody_that_is_known() {
    let input = read_changes(r#"{"id":"C","requester":" ","implementer":"alice","services":["crm",""]}"#);
    assert_eq!(change(&input, "requester"), "?malformed");
    assert_eq!(change(&input, "implementer"), "\"alice\"");
    assert_eq!(length(&input.facts.changes, "services"), (1, Some(Cause::Malformed)));
    let problem = input.problems.warnings.iter().find(|w| w.field.as_deref() == Some("change.requester")).unwrap();
    assert_eq!(problem.message, "`change.requester` is not an id: it counts as unknown");
    assert!(problem.places[0].to_string().ends_with("it is blank"), "{}", problem.places[0]);
}

#[test]
fn a_service_without_an_owner_says_none() {
    let input =
        other(TableId::SERVICE, "{\"id\":\"a\",\"owner\":\"none\"}\n{\"id\":\"b\",\"owner\":null}\n{\"id\":\"c\"}");
    let owners: Vec<String> = rows(&input, TableId::SERVICE, &["owner"]).concat();
    assert_eq!(owners, ["none", "?missing", "?missing"]);
    quiet(&input);
}

#[test]
fn a_waiver_that_is_for_nothing_is_told() {
    let input = other(
        TableId::WAIVER,
        "{\"id\":\"w1\",\"waives\":[\"r\"]}\n{\"id\":\"w2\",\"waives\":[\"r\"],\"assets\":[],\"changes\":[\"C\"]}\n{\"id\":\"w3\",\"findings\":null}",
    );
    let told = warning(&input);
    assert_eq!(told.count, 1);
    assert!(told.message.contains("neither assets nor changes nor findings"));
    assert_eq!(told.places[0].to_string(), "o.ndjson:1 `w1`");
}

#[test]
fn records_of_tests_are_of_these_kinds_too() {
    let mut builder = builder();
    for (entity, text) in
        [(TableId::PERSON, r#"{"id":"p"}"#), (TableId::DUTY, r#"{"id":"d","rule":"r","due":"none","missing":1}"#)]
    {
        builder.add_record(entity, "t.gate", Some(3), Json::parse(text).unwrap());
    }
    builder.add_record(TableId::FINDING, "t.gate", Some(4), Json::parse("{}").unwrap());
    let input = builder.finish();
    assert_eq!(input.facts.given, [TableId::PERSON, TableId::DUTY]);
    assert_eq!(rows(&input, TableId::DUTY, &["rule", "kind", "missing", "due"]), [["\"r\"", "?missing", "1", "none"]]);
    assert_eq!(input.problems.error_count, 1, "a finding is no part of the input by itself");
}
