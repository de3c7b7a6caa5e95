//! CVSS facts in all the forms in which they come.

use super::*;

const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const V30: &str = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N";

fn cvss(json: &str) -> (String, Input) {
    let input = asset(&format!("\"findings\":[{{\"cvss\":{json}}}]"));
    assert_sound(&input);
    (finding(&input, "cvss"), input)
}

#[test]
fn reads_vectors_and_scores() {
    for (json, wanted) in [
        (format!("\"{V31}\""), V31.to_owned()),
        ("9.8".to_owned(), "9.8".to_owned()),
        ("10".to_owned(), "10.0".to_owned()),
        (format!("[\"{V31}\",\"{V30}\"]"), format!("{V30}, {V31}")),
        (format!("{{\"vector\":\"{V31}\",\"score\":9.8,\"version\":\"3.1\"}}"), V31.to_owned()),
        (format!("{{\"vectorString\":\"{V31}\",\"baseScore\":9.8}}"), V31.to_owned()),
        ("{\"score\":7.50,\"version\":4.0}".to_owned(), "7.5".to_owned()),
        (format!("[\"{V31}\",\"{V31}\"]"), V31.to_owned()),
        (format!("[\"{V31}\",{{\"version\":\"3.1\",\"score\":9.8}}]"), V31.to_owned()),
    ] {
        let (read, input) = cvss(&json);
        assert_eq!(read, wanted, "{json}");
        quiet(&input);
    }
    assert_eq!(cvss("[]").0, "?missing");
}

#[test]
fn a_score_that_its_vector_contradicts_is_a_warning_and_the_vector_wins() {
    let (read, input) = cvss(&format!("{{\"vector\":\"{V31}\",\"score\":7.5}}"));
    assert_eq!(read, V31);
    assert!(warning(&input).to_string().contains("the vector is of version 3.1 and its score 9.8"));
    let (read, input) = cvss(&format!("{{\"vector\":\"{V31}\",\"version\":\"3.0\"}}"));
    assert_eq!(read, V31);
    assert!(warning(&input).message.contains("contradicts"));
}

#[test]
fn what_is_malformed_is_unknown_with_a_warning() {
    for json in
        ["\"\"", "\"none\"", "\"CVSS:3.1/AV:N\"", "11", "9.85", "-1", "true", "[true]", "{}", "{\"score\":null}"]
    {
        let (read, input) = cvss(json);
        assert_eq!(read, "?malformed", "{json}");
        assert!(warning(&input).message.contains("is not a CVSS vector or score"), "{json}");
    }
}

#[test]
fn a_malformed_vector_keeps_its_version_beside_good_ones() {
    let (read, input) = cvss(&format!("[\"CVSS:3.1/AV:N\",\"{V30}\"]"));
    assert_eq!(read, format!("{V30}, malformed"));
    assert_eq!(input.facts.cvss[0].entries[1].version, Some("3.1"));
}

#[test]
fn two_vectors_of_one_version_that_differ_are_unknown() {
    let other = V31.replace("A:H", "A:N");
    for pair in [format!("[\"{V31}\",\"{other}\",\"{V30}\"]"), format!("[\"{V30}\",\"{other}\",\"{V31}\"]")] {
        let (read, input) = cvss(&pair);
        assert_eq!(read, format!("{V30}, malformed"));
        assert!(warning(&input).message.contains("several vectors of one version that differ"));
    }
}
