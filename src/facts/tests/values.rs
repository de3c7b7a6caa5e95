//! One value of each type, good and bad.

use super::*;
use crate::time::Zone;

#[test]
fn reads_each_type() {
    let input = read(
        r#"{"id":"a","tier":2,"environment":"prod","pending_reboot":true,"disk_free":14.9,"timezone":"Europe/London",
           "os":{"family":"linux","version":"9.10","eol":"2027-04-30"},"last_patched":"2026-11-01T10:00:00+01:00",
           "backup":{"last_success":"2026-11-20","verified":false},"tags":["y","x"],"findings":[{"cve":"CVE-1","epss":0.149}]}"#
            .replace('\n', " "),
    );
    quiet(&input);
    assert_sound(&input);
    for (name, wanted) in [
        ("id", "\"a\""),
        ("tier", "2"),
        ("environment", "prod"),
        ("pending_reboot", "true"),
        ("disk_free", "14.9%"),
        ("timezone", "\"Europe/London\""),
        ("os.family", "\"linux\""),
        ("os.version", "\"9.10\""),
        ("os.eol", "2027-04-30"),
        ("last_patched", "2026-11-01T09:00:00Z"),
        ("backup.last_success", "2026-11-20T00:00:00Z"),
        ("backup.verified", "false"),
        ("owner", "?missing"),
    ] {
        assert_eq!(value(&input, name), wanted, "{name}");
    }
    assert_eq!(finding(&input, "epss"), "14.9%");
    assert_eq!(set(&input, &input.facts.assets, "tags"), ["\"x\"", "\"y\""]);
    assert_eq!(length(&input.facts.assets, "software"), (0, Some(Cause::Missing)));
}

#[test]
fn a_value_of_a_wrong_type_is_unknown_with_a_warning() {
    for (fields, name, more) in [
        (r#""tier":"2""#, "tier", "write it without quotation marks"),
        (r#""tier":2.5"#, "tier", ""),
        (r#""tier":7"#, "tier", ""),
        (r#""tier":0"#, "tier", ""),
        (r#""tier":true"#, "tier", ""),
        (r#""tier":[1]"#, "tier", ""),
        (r#""tier":1e999999999"#, "tier", ""),
        (r#""tier":99999999999999999999"#, "tier", ""),
        (r#""hostname":5"#, "hostname", "write it in quotation marks"),
        (r#""environment":"Prod""#, "environment", "write `prod`"),
        (r#""kind":"network-device""#, "kind", "write `network_device`"),
        (r#""environment":"production""#, "environment", ""),
        (r#""pending_reboot":"true""#, "pending_reboot", "write it without quotation marks"),
        (r#""pending_reboot":1"#, "pending_reboot", ""),
        (r#""disk_free":"14.9""#, "disk_free", "write it without quotation marks"),
        (r#""disk_free":0.0000000001"#, "disk_free", ""),
        (r#""disk_free":150"#, "disk_free", "is not a percentage from 0 to 100"),
        (r#""disk_free":"-1%""#, "disk_free", "is not a percentage from 0 to 100"),
        (r#""disk_free":1e-999999999"#, "disk_free", ""),
        (r#""timezone":"Europe/Londres""#, "timezone", ""),
        (r#""timezone":"EST5EDT4""#, "timezone", ""),
        (r#""timezone":"""#, "timezone", ""),
        (r#""os":{"eol":"2027-4-30"}"#, "os.eol", "write `2027-04-30`"),
        (r#""os":{"eol":"2027-02-30"}"#, "os.eol", "there is no such date or time"),
        (r#""os":{"eol":"2027-04-30T00:00:00Z"}"#, "os.eol", "write the date alone"),
        (r#""os":{"eol":true}"#, "os.eol", ""),
        (r#""os":{"version":9.10}"#, "os.version", "write it in quotation marks"),
        (r#""last_patched":1700000000"#, "last_patched", ""),
        (r#""last_patched":"yesterday""#, "last_patched", ""),
        (r#""last_patched":"none""#, "last_patched", ""),
    ] {
        let input = asset(fields);
        assert_eq!(value(&input, name), "?malformed", "{fields}");
        let warning = warning(&input);
        assert_eq!(warning.field.as_deref(), Some(format!("asset.{name}").as_str()));
        let text = warning.to_string();
        assert!(text.contains(more) && text.contains("i.ndjson:1 `a`: found `"), "{text}");
        assert_sound(&input);
    }
}

#[test]
fn a_warning_says_what_was_expected_and_counts() {
    let lines: String = (1..=5).map(|n| format!("{{\"id\":\"a{n}\",\"tier\":\"high\"}}\n")).collect();
    let input = read(lines);
    assert_eq!(
        warning(&input).to_string(),
        "`asset.tier` is not a whole number from 1 to 4: it counts as unknown (5 times)\n  \
         i.ndjson:1 `a1`: found `\"high\"`\n  i.ndjson:2 `a2`: found `\"high\"`\n  i.ndjson:3 `a3`: found `\"high\"`\n  and 2 more"
    );
}

#[test]
fn null_is_unknown_without_a_warning() {
    let input = asset(r#""tier":null,"os":null,"tags":null,"findings":null"#);
    quiet(&input);
    assert_eq!(value(&input, "tier"), "?missing");
    assert_eq!(value(&input, "os.eol"), "?missing");
    assert_eq!(length(&input.facts.assets, "tags"), (0, Some(Cause::Missing)));
    assert_sound(&input);
}

#[test]
fn none_is_a_value_where_it_may_be() {
    let input = asset(r#""os":{"eol":"none","name":"none"},"findings":[{"exploitation":"none","kev_due":"none"}]"#);
    quiet(&input);
    assert_eq!(value(&input, "os.eol"), "none");
    assert!(scalar(&input.facts.assets, "os.eol").none.as_ref().unwrap().value(0));
    assert_eq!(value(&input, "os.name"), "\"none\"");
    assert_eq!(finding(&input, "exploitation"), "none");
    let findings = &list(&input.facts.assets, "findings").rows;
    assert!(scalar(findings, "exploitation").none.is_none());
    assert!(scalar(findings, "kev_due").none.as_ref().unwrap().value(0));
}

#[test]
fn numbers_are_read_from_their_text() {
    let input = asset(r#""tier":2.0,"disk_free":0.1e2"#);
    quiet(&input);
    assert_eq!((value(&input, "tier").as_str(), value(&input, "disk_free").as_str()), ("2", "10%"));
    assert_eq!(value(&asset(r#""disk_free":"14.9%""#), "disk_free"), "14.9%");
    let epss = |text: &str| finding(&asset(&format!("\"findings\":[{{\"epss\":{text}}}]")), "epss");
    assert_eq!(epss("0.123456789"), "12.3456789%");
    assert_eq!(epss("1"), "100%");
    assert_eq!(epss("\"14.9%\""), "14.9%");
    assert_eq!(epss("14.9"), "?malformed");
    assert_eq!(epss("-0.1"), "?malformed");
}

#[test]
fn a_time_without_an_offset_is_utc_with_a_warning_unless_a_zone_is_named() {
    let text = r#"{"id":"a","last_patched":"2026-07-01T10:00","first_seen":"2026-07-01"}"#;
    let input = read(text);
    assert_eq!(value(&input, "last_patched"), "2026-07-01T10:00:00Z");
    assert!(warning(&input).to_string().contains("`asset.last_patched` has no offset: it is read as UTC"));
    let options = Options { zone: Zone::get("America/New_York"), ..Options::default() };
    let mut builder = FactsBuilder::new(schema(), now(), options);
    builder.add_inventory("i.ndjson", text.as_bytes());
    let input = builder.finish();
    quiet(&input);
    assert_eq!(value(&input, "last_patched"), "2026-07-01T14:00:00Z");
    assert_eq!(value(&input, "first_seen"), "2026-07-01T04:00:00Z");
}

#[test]
fn a_time_that_can_only_be_past_is_not_more_than_five_minutes_ahead() {
    for (time, wanted) in [
        ("2026-11-20T15:05:00Z", "2026-11-20T15:05:00Z"),
        ("2026-11-20T15:05:00.000001Z", "?out_of_range"),
        ("9999-12-31T23:59:59Z", "?out_of_range"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(value(&asset(&format!("\"last_patched\":\"{time}\"")), "last_patched"), wanted);
    }
    let input = asset(r#""last_patched":"2027-01-01T00:00:00Z""#);
    assert!(warning(&input).to_string().contains("now is `2026-11-20T15:00:00Z`"));
}

#[test]
fn the_name_of_a_zone_is_kept_as_the_database_spells_it() {
    assert_eq!(value(&asset(r#""timezone":"europe/LONDON""#), "timezone"), "\"Europe/London\"");
}

#[test]
fn what_is_no_record_makes_all_its_fields_unknown() {
    let input = asset(r#""os":"linux""#);
    assert_eq!(value(&input, "os.family"), "?malformed");
    assert_eq!(value(&input, "os.eol"), "?malformed");
    assert!(warning(&input).to_string().starts_with("`asset.os` is not a record"));
}

#[test]
fn a_key_twice_is_a_disagreement_where_the_values_differ() {
    let input = asset(r#""tier":1,"tier":1.0,"owner":"x","os":{"family":"a","family":"b"}"#);
    assert_eq!(value(&input, "tier"), "1");
    assert_eq!(value(&input, "os.family"), "?disagreement");
    assert!(warning(&input).message.contains("`asset.os.family` stands twice"));
    let input = asset(r#""tier":1,"tier":2,"tier":1,"tags":["x"],"tags":["y"],"os":{"name":"x"},"os":{}"#);
    assert_eq!(value(&input, "tier"), "?disagreement");
    assert_eq!(value(&input, "os.name"), "?disagreement");
    assert_eq!(length(&input.facts.assets, "tags"), (0, Some(Cause::Disagreement)));
    assert_eq!(input.problems.warnings.len(), 3);
}

#[test]
fn unknown_keys_are_notes_with_a_guess() {
    let input = read(
        "{\"id\":\"a\",\"businessUnit\":1,\"os.eol\":2,\"zzz\":3,\"findings\":[{\"kevadded\":1}]}\n{\"id\":\"b\",\"businessUnit\":1}\n",
    );
    assert_eq!(input.problems.warnings, []);
    let notes: Vec<String> = input.problems.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "the vocabulary has no `asset.businessUnit`, so it is ignored (2 times)\n  i.ndjson:1 `a`: found `1`\n  \
             and 1 more\n  help: did you mean `business_unit`?",
            "the vocabulary has no `asset.findings[].kevadded`, so it is ignored\n  i.ndjson:1 `a`: found `1`\n  \
             help: did you mean `kev_added`?",
            "the vocabulary has no `asset.os.eol`, so it is ignored\n  i.ndjson:1 `a`: found `2`\n  \
             help: write `eol` in a record `os`",
            "the vocabulary has no `asset.zzz`, so it is ignored\n  i.ndjson:1 `a`: found `3`",
        ]
    );
}

#[test]
fn describes_a_row() {
    let input = asset(r#""tier":2,"tags":["x","y"],"findings":[{}],"owner":5"#);
    let rows = input.facts.describe(&schema(), &input.facts.assets, 0);
    let get = |name: &str| rows.iter().find(|(field, _)| field == name).unwrap().1.as_str();
    assert_eq!(get("tier"), "2");
    assert_eq!(get("tags"), "{ \"x\", \"y\" }");
    assert_eq!(get("findings"), "[1]");
    assert_eq!(get("software"), "unknown");
    assert_eq!(get("owner"), "unknown (malformed)");
    assert_eq!(get("region"), "unknown (missing)");
}
