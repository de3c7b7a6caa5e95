#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::check::vocabulary::standard;

fn wrong(text: &str) -> String {
    let wrong = read(text, &standard()).expect_err(text);
    format!("{wrong}; {}", wrong.help.clone().unwrap_or_default())
}

fn source(text: &str) -> Source {
    read(text, &standard()).unwrap_or_else(|wrong| panic!("{wrong}: {text}")).remove(0)
}

/// What a record of the source becomes, and the remarks.
fn mapped(fields: &str, record: &str) -> (String, Vec<String>) {
    let source = source(&format!("[[source]]\nfiles = \"x.json\"\n[source.fields]\nid = \"id\"\n{fields}"));
    let record = Json::parse(record).unwrap();
    let mut mapped = source.mapping.record(&|_: &Rule, path: &Path| look(&record, path));
    mapped.record.canonical();
    (
        mapped.record.excerpt(),
        mapped.remarks.iter().map(|remark| format!("{}: {}", remark.message, remark.found)).collect(),
    )
}

#[test]
fn mistakes_are_told_with_their_line_and_what_was_meant() {
    for (text, said) in [
        ("[[source]]\nfile = \"a\"", "line 2: a source has no key `file`; did you mean `files`?"),
        ("[[source]]\nentity = \"asset\"", "line 1: a source needs `files`; write `files = \"exports/cmdb.csv\"`"),
        ("[[source]]\nfiles = 3", "line 2: `files` must be a text, or a list of texts; "),
        ("[[source]]\nfiles = \"a\"\nformat = \"cvs\"", "line 3: there is no format `cvs`; did you mean `csv`?"),
        ("[[source]]\nfiles = \"a\"\nentity = \"aset\"", "line 3: there is no entity `aset`; did you mean `asset`?"),
        (
            "[[source]]\nfiles = \"a\"\ntimezone = \"Europe/Londn\"",
            "line 3: there is no time zone `Europe/Londn`; did you mean `Europe/London`?",
        ),
        ("[[source]]\nfiles = \"a\"\ndelimiter = \";;\"", "line 3: `delimiter` must be one character, like `;`; "),
        ("[source]\nfiles = \"a\"", "line 1: `source` must be a list of tables; write `[[source]]`"),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\nid = \"a\"\nteir = \"b\"",
            "line 5: `asset` has no field `teir`; did you mean `tier`?",
        ),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\ntier = \"b\"",
            "line 1: the fields of a source of `asset` need `id`; write `id = \"…\"`: where the source has it",
        ),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\nid = \"a\"\ntier = { form = \"b\" }",
            "line 5: a field has no key `form`; did you mean `from`?",
        ),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\nid = \"a\"\ntier = { split = \"b\" }",
            "line 5: `asset.tier` needs `from` or `default`; ",
        ),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\nid = \"a\"\nfirst_seen = { from = \"b\", time = \"%Q\" }",
            "line 5: `time` is no form of a date or time: `%Q`; write a form like `%d/%m/%Y %H:%M`, or `unix` or `unix-ms`",
        ),
        (
            "[[source]]\nfiles = \"a\"\n[source.fields]\nid = \"a\"\ntier = { from = \"b\", values = 3 }",
            "line 5: `values` must be a table; write `values = { \"1 - Critical\" = 1 }`",
        ),
        (
            "[[source]]\nfiles = \"a\"\nentity = \"finding\"\n[source.fields]\ncve = \"a\"",
            "line 1: the fields of a source of `finding` need `asset`; write `asset = \"…\"`: where the source has it",
        ),
    ] {
        assert_eq!(wrong(text), said);
    }
}

#[test]
fn values_are_mapped_and_what_is_not_among_them_is_unknown() {
    let fields = "tier = { from = \"c\", values = { \"1 - Critical\" = 1, \"2\" = 2 } }";
    assert_eq!(mapped(fields, r#"{"id":"a","c":"1 - Critical"}"#).0, r#"{"id":"a","tier":1}"#);
    assert_eq!(mapped(fields, r#"{"id":"a","c":2}"#).0, r#"{"id":"a","tier":2}"#);
    let (record, remarks) = mapped(fields, r#"{"id":"a","c":"high"}"#);
    assert_eq!(record, r#"{"id":"a","tier":...}"#);
    assert_eq!(remarks, ["`asset.tier`: what stands in `c` is not among its `values`: it counts as unknown: high"]);
    // Blank is nothing, and only `default` fills it.
    assert_eq!(mapped(fields, r#"{"id":"a","c":" "}"#).0, r#"{"id":"a"}"#);
    assert_eq!(mapped("tier = { from = \"c\", default = 4 }", r#"{"id":"a","c":""}"#).0, r#"{"id":"a","tier":4}"#);
    assert_eq!(mapped("tier = { from = \"c\", default = 4 }", r#"{"id":"a","c":"x"}"#).0, r#"{"id":"a","tier":"x"}"#);
    assert_eq!(mapped("tier = \"c\"", r#"{"id":"a","c":null}"#).0, r#"{"id":"a","tier":null}"#);
}

#[test]
fn paths_lead_into_records_and_lists() {
    assert_eq!(
        mapped("os.name = \"sys.os.0.n\"", r#"{"id":"a","sys":{"os":[{"n":"X"}]}}"#).0,
        r#"{"id":"a","os":{"name":"X"}}"#
    );
    assert_eq!(
        mapped("tags = \"l.*.n\"", r#"{"id":"a","l":[{"n":"x"},{"n":"y"},{"m":1}]}"#).0,
        r#"{"id":"a","tags":[null,"x","y"]}"#
    );
    assert_eq!(
        mapped("tags = { from = \"l\", split = \"|\" }", r#"{"id":"a","l":"x | y|"}"#).0,
        r#"{"id":"a","tags":["x","y"]}"#
    );
    assert_eq!(mapped("owner = [\"a\", \"b.c\"]", r#"{"id":"a","a":"","b":{"c":"z"}}"#).0, r#"{"id":"a","owner":"z"}"#);
    // A key with a point in it goes before a way of two keys.
    assert_eq!(mapped("owner = \"b.c\"", r#"{"id":"a","b.c":"y","b":{"c":"z"}}"#).0, r#"{"id":"a","owner":"y"}"#);
}

#[test]
fn texts_become_what_the_field_holds() {
    for (fields, given, wanted) in [
        ("pending_reboot = \"v\"", r#""TRUE""#, r#""pending_reboot":true"#),
        ("pending_reboot = { from = \"v\", values = { Y = true, N = false } }", r#""N""#, r#""pending_reboot":false"#),
        ("disk_free = \"v\"", r#""41.50""#, r#""disk_free":41.5"#),
        ("exposure = \"v\"", r#""Internet""#, r#""exposure":"internet""#),
        ("kind = \"v\"", r#""Network Device""#, r#""kind":"network_device""#),
        ("os.version = \"v\"", "12", r#""os":{"version":"12"}"#),
        ("owner = { from = \"v\", unknown = [\"N/A\"] }", r#""N/A""#, r#""owner":null"#),
        ("os.eol = { from = \"v\", none = [\"never\"] }", r#""never""#, r#""os":{"eol":"none"}"#),
        ("os.eol = { from = \"v\", time = \"%d.%m.%Y\" }", r#""18.12.2026""#, r#""os":{"eol":"2026-12-18"}"#),
    ] {
        let (record, remarks) = mapped(fields, &format!(r#"{{"id":"a","v":{given}}}"#));
        assert!(record.contains(wanted), "{record} lacks {wanted}");
        assert_eq!(remarks, Vec::<String>::new());
    }
}

#[test]
fn a_form_of_times_has_to_say_what_it_reads() {
    for (form, fits) in [
        ("%d/%m/%Y %H:%M", true),
        ("%d/%m/%Y", true),
        ("%Y-%m-%d %H", true),
        ("%d %b %Y %I:%M %p", true),
        ("%Y-%m-%dT%H:%M:%S%z", true),
        ("unix", true),
        // Minutes of no hour, and six in the morning or in the evening.
        ("%d/%m/%Y %M", false),
        ("%d/%m/%Y %I:%M", false),
        ("%H:%M", false),
        ("today", false),
    ] {
        assert_eq!(super::time::is_form(form), fits, "{form}");
    }
}

#[test]
fn times_are_read_by_their_form_and_zone() {
    for (fields, given, wanted) in [
        ("", r#""2026-11-20 04:00:00""#, "2026-11-20T04:00:00"),
        (", timezone = \"America/New_York\"", r#""2026-11-20 04:00:00""#, "2026-11-20T09:00:00Z"),
        (", timezone = \"America/New_York\"", r#""2026-11-20T04:00:00+01:00""#, "2026-11-20T03:00:00Z"),
        (", time = \"%d/%m/%Y %H:%M\", timezone = \"Europe/London\"", r#""20/07/2026 04:00""#, "2026-07-20T03:00:00Z"),
        (", time = \"%d/%b/%Y:%H:%M:%S %z\"", r#""20/Nov/2026:04:00:00 +0200""#, "2026-11-20T02:00:00Z"),
        // The zone that the text names, before the source's.
        (
            ", time = \"%Y-%m-%d %H:%M %Q\", timezone = \"UTC\"",
            r#""2026-02-19 04:00 America/New_York""#,
            "2026-02-19T09:00:00Z",
        ),
        (", time = \"%Y-%m-%d %H:%M %Q\"", r#""2026-02-19 04:00 +0530""#, "2026-02-18T22:30:00Z"),
        // A day begins by the source's clock.
        (", time = \"%d/%m/%Y\", timezone = \"Asia/Tokyo\"", r#""19/02/2026""#, "2026-02-18T15:00:00Z"),
        (", timezone = \"Asia/Tokyo\"", r#""2026-02-19""#, "2026-02-18T15:00:00Z"),
        ("", r#""2026-02-19""#, "2026-02-19"),
        (", time = \"unix\"", "1795147200", "2026-11-20T04:00:00Z"),
        (", time = \"unix-ms\"", r#""1795147200000""#, "2026-11-20T04:00:00Z"),
    ] {
        let (record, remarks) =
            mapped(&format!("last_scanned = {{ from = \"v\"{fields} }}"), &format!(r#"{{"id":"a","v":{given}}}"#));
        assert_eq!(record, format!(r#"{{"id":"a","last_scanned":"{wanted}"}}"#));
        assert_eq!(remarks, Vec::<String>::new());
    }
    // A day stays the day that is written.
    for (fields, given) in [
        (", time = \"%d/%m/%Y\", timezone = \"Asia/Tokyo\"", "18/12/2026"),
        (", time = \"%Y-%m-%d %H:%M %Q\"", "2026-12-18 23:30 America/New_York"),
        (", time = \"%Y-%m-%d %Q\"", "2026-12-18 Asia/Tokyo"),
    ] {
        let (record, _) =
            mapped(&format!("os.eol = {{ from = \"v\"{fields} }}"), &format!(r#"{{"id":"a","v":"{given}"}}"#));
        assert_eq!(record, r#"{"id":"a","os":{"eol":"2026-12-18"}}"#, "{given}");
    }
    // A zone that there is not, and one that has another offset then.
    for (form, given) in [
        ("%Y-%m-%d %H:%M %Q", "2026-02-19 04:00 America/Nowhere"),
        ("%Y-%m-%d %H:%M %z %Q", "2026-02-19 04:00 +0200 America/New_York"),
    ] {
        let field = format!("last_scanned = {{ from = \"v\", time = \"{form}\" }}");
        let (record, remarks) = mapped(&field, &format!(r#"{{"id":"a","v":"{given}"}}"#));
        assert_eq!(record, r#"{"id":"a","last_scanned":...}"#, "{given}");
        assert_eq!(remarks.len(), 1, "{given}");
    }
    let (record, remarks) =
        mapped("last_scanned = { from = \"v\", time = \"%d/%m/%Y\" }", r#"{"id":"a","v":"11/30/2026"}"#);
    assert_eq!(record, r#"{"id":"a","last_scanned":...}"#);
    assert_eq!(
        remarks,
        ["`asset.last_scanned`: what stands in `v` is not of the form `%d/%m/%Y`: it counts as unknown: 11/30/2026"]
    );
}

#[test]
fn the_mappings_that_come_with_the_program_fit_the_vocabulary() {
    for (form, entity, text) in [
        (Form::ServiceNow, TableId::ASSET, include_str!("servicenow_asset.toml")),
        (Form::ServiceNow, TableId::CHANGE, include_str!("servicenow_change.toml")),
        (Form::ServiceNow, TableId::APPROVAL, include_str!("servicenow_approval.toml")),
        (Form::Jira, TableId::CHANGE, include_str!("jira_change.toml")),
    ] {
        let lines = text.lines().filter(|line| line.contains(" = ")).count();
        assert!(builtin::has_rules(form, entity));
        assert_eq!(builtin::rules(form, entity, &[], &standard()).len(), lines, "{}", form.name());
    }
}

#[test]
fn an_element_that_lacks_the_key_stays_in_the_list() {
    let of = |record: &str| mapped("tags = \"t.*.n\"", record).0;
    assert_eq!(of(r#"{"id":"a","t":[{"n":"x"},{"n":"y"}]}"#), r#"{"id":"a","tags":["x","y"]}"#);
    assert_eq!(of(r#"{"id":"a","t":[{"n":"x"},{"m":1}]}"#), r#"{"id":"a","tags":[null,"x"]}"#);
    assert_eq!(of(r#"{"id":"a","t":[]}"#), r#"{"id":"a","tags":[]}"#);
    // So does one that says nothing; a blank between marks is none.
    assert_eq!(of(r#"{"id":"a","t":[{"n":"x"},{"n":" "}]}"#), r#"{"id":"a","tags":[null,"x"]}"#);
    let list = |record: &str| mapped("tags = { from = \"t\", split = \",\" }", record).0;
    assert_eq!(list(r#"{"id":"a","t":["x",""]}"#), r#"{"id":"a","tags":[null,"x"]}"#);
    assert_eq!(list(r#"{"id":"a","t":"x,,y"}"#), r#"{"id":"a","tags":["x","y"]}"#);
    // What is no list may have been one of which only the first was written: nobody knows.
    assert_eq!(of(r#"{"id":"a","t":{"n":"x"}}"#), r#"{"id":"a","tags":...}"#);
}

#[test]
fn what_a_source_says_twice_is_handed_on_twice() {
    assert_eq!(mapped("tier = \"t\"", r#"{"id":"a","t":1,"t":2}"#).0, r#"{"id":"a","tier":1,"tier":2}"#);
    assert_eq!(mapped("tier = \"t\"", r#"{"id":"a","t":1,"t":1}"#).0, r#"{"id":"a","tier":1}"#);
    let default = "redundancy_group = { from = \"r\", default = \"silver\" }";
    assert_eq!(
        mapped(default, r#"{"id":"a","r":"x","r":"y"}"#).0,
        r#"{"id":"a","redundancy_group":"x","redundancy_group":"y"}"#
    );
    // A record on the way, too: nobody knows which of the two it is.
    let (record, remarks) = mapped("os.family = \"o.f\"", r#"{"id":"a","o":{"f":"x"},"o":{}}"#);
    assert_eq!((record.as_str(), remarks.len()), (r#"{"id":"a","os":{"family":{},"family":{"f":"x"}}}"#, 0));
}

#[test]
fn what_stands_in_no_record_is_not_known() {
    let fields = "os.family = \"o.f\"";
    assert_eq!(mapped(fields, r#"{"id":"a"}"#).0, r#"{"id":"a"}"#);
    assert_eq!(mapped(fields, r#"{"id":"a","o":{}}"#).0, r#"{"id":"a"}"#);
    // As an empty cell: that is how ServiceNow writes a reference to nothing.
    assert_eq!(mapped(fields, r#"{"id":"a","o":" "}"#).0, r#"{"id":"a"}"#);
    assert_eq!(mapped(fields, r#"{"id":"a","o":null}"#).0, r#"{"id":"a","os":{"family":null}}"#);
    for odd in [r#""text""#, "3", "true", "[]", r#"[{"f":"x"}]"#] {
        let (record, remarks) = mapped(fields, &format!(r#"{{"id":"a","o":{odd}}}"#));
        assert_eq!(record, r#"{"id":"a","os":{"family":...}}"#);
        assert_eq!(
            remarks,
            [format!("`asset.os.family`: what should have `o.f` in it is not a record: it counts as unknown: {odd}")]
        );
    }
    // Where another column has it, that counts.
    let either = "os.family = [\"o.f\", \"o\"]";
    assert_eq!(mapped(either, r#"{"id":"a","o":"linux"}"#).0, r#"{"id":"a","os":{"family":"linux"}}"#);
    let list = "tags = \"t.*.name\"";
    assert_eq!(mapped(list, r#"{"id":"a","t":null}"#).0, r#"{"id":"a","tags":null}"#);
}
