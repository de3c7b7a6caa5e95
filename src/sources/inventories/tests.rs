#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::check::schema::TableId;
use crate::check::vocabulary::standard;
use crate::facts::{Json, Row};
use crate::sources::mapping::{Form, Mapping, Path, builtin};

fn empty(entity: TableId, name: &str) -> Mapping {
    Mapping { entity, name: name.to_owned(), zone: None, is_of_user: false, rules: Vec::new() }
}

fn shown(row: &Row) -> String {
    match &row.record {
        Ok(record) => {
            let mut record = record.clone();
            record.canonical();
            let mut text = format!("{}: {}", row.line.unwrap(), serde_json::to_string(&value(&record)).unwrap());
            row.remarks.iter().for_each(|remark| text.push_str(&format!("; {}: {}", remark.message, remark.found)));
            text
        }
        Err(wrong) => format!("{}: {}: {}", row.line.unwrap(), wrong.message, wrong.found),
    }
}

fn value(json: &Json<'_>) -> serde_json::Value {
    use serde_json::Value;
    match json {
        Json::Null => Value::Null,
        Json::Unreadable => Value::String("?".to_owned()),
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(text) => serde_json::from_str(text).unwrap(),
        Json::String(text) => Value::String(text.to_string()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Incomplete(items) => items.iter().map(value).chain([Value::String("...".to_owned())]).collect(),
        Json::Object(entries) => entries.iter().map(|(key, inner)| (key.to_string(), value(inner))).collect(),
    }
}

/// The rows of a file whose columns are named after fields, and what breaks it off.
fn table(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let mut rows = Vec::new();
    let make = |names: &[String]| csv::by_names("x.csv", names, empty(TableId::ASSET, "asset"), &standard());
    let read = csv::read("x.csv", bytes, b',', make, |_, more| rows.extend(more.iter().map(shown)));
    let broken = read.err().map(|broken| format!("{}; {}", broken.place, broken.help.unwrap_or_default()));
    (rows, broken)
}

#[test]
fn tables_are_read_by_the_names_of_their_columns() {
    let text = "\u{FEFF}id,tier,tags,os.name,pending_reboot,note\r\nweb-1,1,\"a; b\",\"Debian \"\"13\"\", stable\",TRUE,x\r\n\r\n,,,,,\r\n\"two\nlines\",x,,,,\r\n";
    let (rows, broken) = table(text.as_bytes());
    assert_eq!(broken, None);
    assert_eq!(
        rows,
        [
            r#"2: {"id":"web-1","os":{"name":"Debian \"13\", stable"},"pending_reboot":true,"tags":["a","b"],"tier":1}"#,
            r#"5: {"id":"two\nlines","tier":"x"}"#,
        ]
    );
}

#[test]
fn what_breaks_a_table_is_told_with_its_line() {
    let quotes = "separate cells by commas; a cell with a comma, a line end or a `\"` stands in `\"`, and a `\"` in it is written twice";
    for (bytes, rows, said) in [
        (&b"id,tier\na,1\nb,\"2\nc,3\n"[..], 1, format!("x.csv:3: a `\"` has no end; {quotes}")),
        (b"id,tier\na,1\n", 1, String::new()),
        (b"id,tier\na,1\nb,\"2\"3\nc,4\n", 1, format!("x.csv:3: something stands between a closing `\"` and the next separator; {quotes}")),
        (b"id;tier\na;1\n", 0, "x.csv:1: the first row has one column: `id;tier`; name the `delimiter` in a `[[source]]` of changegate.toml".to_owned()),
        (b"Name,tier\na,1\n", 0, "x.csv:1: the first row has `Name`, `tier`, but no column `id`; say which column is which field, in a `[[source]]` of changegate.toml".to_owned()),
        (b"id,tier,tier\na,1,2\n", 0, "x.csv:1: two columns are named `tier`; rename one of them".to_owned()),
        (b"\xFF\xFEi\0d\0", 0, "x.csv:1: the file is UTF-16, expected UTF-8; save it as UTF-8".to_owned()),
        (b"id,\xE9t\xE9\na,1\n", 0, "x.csv:1: the names of the columns are not UTF-8; save the file as UTF-8".to_owned()),
    ] {
        let (read, broken) = table(bytes);
        assert_eq!(broken.unwrap_or_default(), said);
        assert_eq!(read.len(), rows, "{read:?}");
    }
}

#[test]
fn a_bad_row_leaves_the_others() {
    let (rows, broken) = table(b"id,hostname\na,x\nb\nc,caf\xE9\nd,y\n");
    assert_eq!(broken, None);
    assert_eq!(
        rows,
        [
            r#"2: {"hostname":"x","id":"a"}"#,
            "3: a row does not fit the header: the row has 1 cell, the header 2",
            "4: a row is not UTF-8: the cell of column 2 is in another encoding",
            r#"5: {"hostname":"y","id":"d"}"#,
        ]
    );
}

fn data(name: &str) -> Option<Vec<u8>> {
    let path = crate::testing::data("itsm")?.join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn servicenow_change() -> Mapping {
    let rules = builtin::rules(Form::ServiceNow, TableId::CHANGE, &[], &standard());
    Mapping { rules, ..empty(TableId::CHANGE, "change") }
}

fn export(mapping: &Mapping, text: &str) -> (Vec<String>, Vec<servicenow::Shape>) {
    let (pieces, broken) = json::pieces("x.json", text.as_bytes(), "result");
    assert!(broken.is_none());
    let export = servicenow::read(mapping, &pieces);
    (export.rows.iter().map(shown).collect(), export.shapes)
}

mod vectors {
    use super::*;

    #[test]
    fn the_three_shapes_of_servicenow_give_the_same_times() {
        let Some(bytes) = data("servicenow-shapes-handmade.json") else { return };
        let all: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let mapping = servicenow_change();
        for (shape, told, wanted) in [
            (
                "false",
                servicenow::Shape::Raw,
                r#"1: {"assets":["aa11"],"end":"2026-11-01T07:30:00Z","id":"CHG0031337","requester":"u1","start":"2026-11-01T05:30:00Z","state":"authorize","type":"emergency"}"#,
            ),
            (
                "all",
                servicenow::Shape::Both,
                r#"1: {"assets":["web-01"],"end":"2026-11-01T07:30:00Z","id":"CHG0031337","start":"2026-11-01T05:30:00Z","state":"authorize","type":"emergency"}"#,
            ),
        ] {
            let (rows, shapes) = export(&mapping, &all[shape].to_string());
            assert_eq!((rows.as_slice(), shapes.as_slice()), (&[wanted.to_owned()][..], &[told][..]));
        }
        // What people see is by their own clock: unknown until somebody names it.
        let (rows, shapes) = export(&mapping, &all["true"].to_string());
        assert_eq!(shapes, [servicenow::Shape::Display]);
        assert!(
            rows[0].contains(r#""start":"?""#)
                && rows[0].contains("is by the clock of whoever exported it: name `timezone`"),
            "{rows:?}"
        );
        let zone = crate::time::Zone::get("America/New_York");
        let (rows, _) = export(&Mapping { zone, ..mapping }, &all["true"].to_string());
        // 01:30 is there twice in that night: the first.
        assert_eq!(
            rows,
            [
                r#"1: {"assets":["web-01"],"end":"2026-11-01T07:30:00Z","id":"CHG0031337","requester":"Ada Lovelace","start":"2026-11-01T05:30:00Z","state":"authorize","type":"Emergency"}"#
            ]
        );
        println!("servicenow-shapes-handmade.json: 3 records, 3 read");
    }

    #[test]
    fn the_published_change_is_read() {
        let Some(bytes) = data("servicenow-change_request-doc-sample.json") else { return };
        let (rows, shapes) = export(&servicenow_change(), &String::from_utf8(bytes).unwrap());
        assert_eq!(shapes, [servicenow::Shape::Raw]);
        assert_eq!(
            rows,
            [
                r#"1: {"assignment_group":"d625dccec0a8016700a222a0f7900d06","description":"Decommission a server","finished_at":"2015-07-06T18:18:34Z","id":"CHG0000023","impact":"low","model":"deb8544047810200e90d87e8dee490af","outcome":"successful","priority":"4","requester":"6816f79cc0a8016401c5a33be04be441","started_at":"2015-07-06T18:17:41Z","state":"closed","submitted_at":"2015-07-06T18:17:21Z","test_plan":"Test plan","title":"Decommission server","type":"standard","updated_at":"2015-07-06T18:18:53Z","urgency":"low"}"#
            ]
        );
        println!("servicenow-change_request-doc-sample.json: 1 record, 1 read");
    }

    #[test]
    fn a_host_of_osquery_is_read() {
        let Some(bytes) = data("osquery-handmade.json") else { return };
        let tables = Json::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        assert!(osquery::is_tables(&crate::facts::first_keys(&bytes)));
        assert_eq!(osquery::record(&tables, None).unwrap_err(), "the tables have no `system_info` that names the host");
        let record = serde_json::to_string(&value(&osquery::record(&tables, Some("web-01")).unwrap())).unwrap();
        assert_eq!(
            record,
            r#"{"disk_free":17.16,"id":"web-01","os":{"family":"ubuntu","name":"Ubuntu","version":"22.04.5 LTS (Jammy Jellyfish)"},"software":[{"name":"openssl","purl":"pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.18?arch=amd64&distro=ubuntu-22.04&upstream=openssl","version":"3.0.2-0ubuntu1.18"}]}"#
        );
        println!("osquery-handmade.json: 1 host, 1 read");
    }
}

#[test]
fn raw_keys_become_the_names_that_records_got() {
    let assets = Mapping {
        rules: builtin::rules(Form::ServiceNow, TableId::ASSET, &[], &standard()),
        ..empty(TableId::ASSET, "asset")
    };
    let text = r#"{"result":[{"sys_id":"aa11","name":"web-01","install_status":"1","busines_criticality":"1 - most critical","os":"Linux"}]}"#;
    let (pieces, _) = json::pieces("x.json", text.as_bytes(), "result");
    let export = servicenow::read(&assets, &pieces);
    assert_eq!(export.ids, [("aa11".to_owned(), "web-01".to_owned())]);
    let ids = export.ids.into_iter().collect();
    let mapping = servicenow_change();
    let text = r#"{"result":[{"number":"CHG1","cmdb_ci":{"link":"l","value":"aa11"},"state":"-3"}]}"#;
    let (pieces, _) = json::pieces("x.json", text.as_bytes(), "result");
    let mut row = servicenow::read(&mapping, &pieces).rows.remove(0);
    servicenow::rename(&mapping, &mut row, &ids);
    assert_eq!(shown(&row), r#"1: {"assets":["web-01"],"id":"CHG1","state":"authorize"}"#);
}

#[test]
fn a_debian_package_of_osquery_names_its_source() {
    let of = |columns: &str| {
        let text = format!(
            r#"{{"system_info":[{{"hostname":"a"}}],"os_version":[{{"platform":"debian"}}],"deb_packages":[{{"name":"libssl3","version":"3.0-1"{columns}}}]}}"#
        );
        let record = value(&osquery::record(&Json::parse(&text).unwrap(), None).unwrap());
        record["software"][0]["purl"].as_str().unwrap().to_owned()
    };
    assert_eq!(of(r#","source":"openssl""#), "pkg:deb/debian/libssl3@3.0-1?upstream=openssl");
    assert_eq!(of(r#","source":"openssl (1:3.0-1)""#), "pkg:deb/debian/libssl3@3.0-1?upstream=openssl%401%3A3.0-1");
    assert_eq!(of(r#","source":"""#), "pkg:deb/debian/libssl3@3.0-1?upstream=libssl3");
    assert_eq!(of(""), "pkg:deb/debian/libssl3@3.0-1");
}

#[test]
fn software_of_osquery_that_has_no_name_leaves_the_list_incomplete() {
    let tables = Json::parse(r#"{"system_info":[{"hostname":"h"}],"rpm_packages":[{"name":"a","version":"1","release":"2.el9","epoch":"1"},{"version":"3"}]}"#).unwrap();
    let record = value(&osquery::record(&tables, None).unwrap()).to_string();
    assert_eq!(record, r#"{"hostname":"h","id":"h","software":[{"name":"a","version":"1:1-2.el9"},"..."]}"#);
}

#[test]
fn a_list_beside_which_an_error_stands_is_not_whole() {
    let broken = |beside: &str| {
        let text = format!("{{\n\"result\":[{{\"number\":\"CHG1\"}}],\n{beside}\n}}");
        let (split, broken) = json::apart("x.json", text.as_bytes(), "result");
        assert_eq!((split.pieces().len(), split.frames.len()), (1, 1), "{text}");
        broken.map(|broken| (broken.place.line, broken.place.found.unwrap_or_default()))
    };
    let told = Some((Some(3), "an error is reported beside the list of records".to_owned()));
    for failed in [
        r#""error":{"message":"Transaction cancelled","detail":null}"#,
        r#""status":"failure""#,
        r#""status": "Failed""#,
        r#""errors":["timeout"]"#,
        r#""errorMessages":["x"]"#,
    ] {
        assert_eq!(broken(failed), told, "{failed}");
    }
    for fine in [r#""error":null"#, r#""errors": [ ]"#, r#""error":"""#, r#""status":"success""#, r#""count":1"#] {
        assert_eq!(broken(fine), None, "{fine}");
    }
}

#[test]
fn the_shape_of_an_export_is_told_by_its_other_records() {
    let mapping = servicenow_change();
    let start = |records: &str, mapping: &Mapping| {
        let (rows, shapes) = export(mapping, &format!("{{\"result\":[{records}]}}"));
        (
            rows.into_iter()
                .map(|row| row.split_once(r#""start":"#).unwrap().1.chars().take(22).collect::<String>())
                .collect::<Vec<_>>(),
            shapes,
        )
    };
    let plain = r#"{"number":"CHG1","start_date":"2026-11-22 10:00:00"}"#;
    let with = |more: &str| format!(r#"{{"number":"CHG2","start_date":"2026-11-22 10:00:00",{more}}},{plain}"#);
    let utc = vec![r#""2026-11-22T10:00:00Z""#.to_owned(); 2];
    for raw in [
        r#""type":"normal""#,
        r#""approval":"approved""#,
        r#""risk":"3""#,
        r#""cmdb_ci":"b0c25d1f0a0a3c120012e6b1d6f4b3c5""#,
        r#""cmdb_ci":{"link":"l","value":"k"}"#,
    ] {
        assert_eq!(start(&with(raw), &mapping), (utc.clone(), vec![servicenow::Shape::Raw]), "{raw}");
    }
    let in_berlin = Mapping { zone: crate::time::Zone::get("Europe/Berlin"), ..mapping.clone() };
    let (rows, shapes) = start(&with(r#""type":"Normal""#), &in_berlin);
    assert_eq!((rows, shapes), (vec![r#""2026-11-22T09:00:00Z""#.to_owned(); 2], vec![servicenow::Shape::Display]));
    // Nothing tells: nobody knows by whose clock, unless somebody says so.
    let (rows, shapes) = start(plain, &mapping);
    assert!(rows[0].starts_with("\"?\"") && shapes.is_empty(), "{rows:?}");
    assert_eq!(start(plain, &in_berlin).0, [r#""2026-11-22T09:00:00Z""#]);
}

#[test]
fn what_people_see_is_by_their_clock_beside_raw_values_too() {
    let mut mapping = servicenow_change();
    for rule in &mut mapping.rules {
        if rule.field == "start" {
            let keys = ["start_date", "display_value"].map(str::to_owned).to_vec();
            rule.from = vec![Path { text: keys.join("."), keys }];
        }
    }
    let text = r#"{"result":[{"number":{"value":"CHG1","display_value":"CHG1"},"start_date":{"value":"2026-11-22 09:00:00","display_value":"2026-11-22 10:00:00"},"end_date":{"value":"2026-11-22 11:00:00","display_value":"2026-11-22 12:00:00"}}]}"#;
    let (rows, _) = export(&mapping, text);
    assert!(rows[0].contains(r#""end":"2026-11-22T11:00:00Z""#) && rows[0].contains(r#""start":"?""#), "{rows:?}");
    let zone = crate::time::Zone::get("Europe/Berlin");
    let (rows, _) = export(&Mapping { zone, ..mapping }, text);
    assert_eq!(rows, [r#"1: {"end":"2026-11-22T11:00:00Z","id":"CHG1","start":"2026-11-22T09:00:00Z"}"#]);
}
