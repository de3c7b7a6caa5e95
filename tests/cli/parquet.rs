//! Inventories of Parquet.

use crate::support::{Folder, NOW};

const POLICY: &str = r#"policy play { timezone "UTC" }
rule closed { forbid asset.tier == 1 and asset.region == "north"  effect hold }
rule quiet { forbid any i in incidents where i.closed == none  effect hold }
rule patched { forbid any f in asset.findings where f.kev  effect hold }
"#;

fn project() -> Folder {
    let folder = Folder::empty();
    folder.write("changegate.toml", "policy = \"policy.gate\"\nchanges = \"changes.json\"\n");
    folder.write("policy.gate", POLICY);
    folder.write("changes.json", r#"{"id":"CHG1","assets":["web-1","db-1"],"fixes":[]}"#);
    folder
}

fn parquet(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet").join(format!("{name}.parquet"));
    std::fs::read(path).unwrap()
}

#[test]
fn an_inventory_of_parquet_is_read_like_json_of_its_shape() {
    let folder = project();
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet/assets.json");
    folder.write("assets.json", std::fs::read(assets).unwrap());
    let check = |file: &str| {
        let run = folder.run(["check", "--now", NOW, "--format", "json", "--inventory", file]).status(1);
        assert_eq!(run.stderr, "", "{file}");
        // Where a record has no `os` at all, JSON says so, and the columns of `os` are empty: the same facts, in other words.
        let mut json = run.json();
        json["changes"][0]["record"]["facts"] = serde_json::Value::Null;
        json
    };
    let expected = check("assets.json");
    // Whatever it is called.
    for (written, name) in [("arrow-snappy", "a.parquet"), ("polars", "b.bin"), ("duckdb-v2", "c.parquet")] {
        folder.write(name, parquet(written));
        assert_eq!(check(name), expected, "{written}");
    }
    let run = folder.run(["facts", "show", "web-1", "--now", NOW, "--inventory", "a.parquet"]).status(0);
    for said in [
        "os.name",
        "\"Debian\"",
        "a.parquet:1",
        "{ \"edge\", \"pci\" }",
        "cve \"CVE-2024-1\", epss 25%, kev true, published 2024-01-01T00:00:00Z",
    ] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {}", run.stdout);
    }
}

#[test]
fn columns_of_parquet_are_mapped_as_those_of_csv_are() {
    let folder = project();
    folder.write("flat.parquet", parquet("arrow-flat"));
    let run = folder.run(["facts", "check", "--now", NOW, "--inventory", "flat.parquet"]).status(0);
    // A time by a clock that nobody has named, and a text that is no number.
    for said in ["`asset.last_scanned`", "`asset.tier`", "flat.parquet:2 `b`: found", "no `asset.labels`"] {
        assert!(run.stderr.contains(said) || run.stdout.contains(said), "`{said}` is missing: {run:#?}");
    }
    assert!(!run.stderr.contains("`asset.os"), "{run:#?}");
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\nchanges = \"changes.json\"\n[[source]]\nfiles = \"flat.parquet\"\nformat = \"parquet\"\ntimezone = \"Europe/London\"\n\
         [source.fields]\nid = \"id\"\ntier = { from = \"byte\", values = { 200 = 1, 255 = 2 } }\nlast_scanned = \"last_scanned\"\nowner = \"labels.team\"\n",
    );
    let run = folder.run(["facts", "show", "a", "--now", NOW]).status(0);
    for said in ["tier          1", "2026-11-20T04:00:00Z", "owner         \"edge\""] {
        assert!(run.stdout.contains(said), "`{said}` is missing: {run:#?}");
    }
    folder.write(
        "changegate.toml",
        "policy = \"policy.gate\"\nchanges = \"changes.json\"\n[[source]]\nfiles = \"flat.parquet\"\n[source.fields]\nid = \"Name\"\n",
    );
    folder.run(["check", "--now", NOW]).refuses("there is no column `Name`");
}

#[test]
fn what_is_wrong_with_parquet_is_said_by_file_and_row() {
    let folder = project();
    folder.write("changegate.toml", "policy = \"policy.gate\"\nchanges = \"changes.json\"\nmax_unpacked = \"40KiB\"\n");
    let whole = parquet("arrow-snappy");
    for (name, bytes, wanted) in [
        ("cut.parquet", &whole[..1000], "cut.parquet: it does not end as Parquet does: it is cut off or damaged"),
        (
            "lz4.parquet",
            &parquet("arrow-lz4"),
            "it is packed with LZ4: write it with Snappy, gzip or zstd, in column `id`",
        ),
        ("text.parquet", &parquet("arrow-not-utf8"), "text.parquet:2: a text is not UTF-8, in column `id`"),
        ("many.parquet", &parquet("duckdb-many"), "it holds more than a file may when unpacked"),
        ("none.parquet", b"PAR1", "none.parquet: it does not end as Parquet does"),
    ] {
        folder.write(name, bytes);
        let run = folder.run(["check", "--now", NOW, "--inventory", name]).refuses(wanted);
        assert!(run.stderr.contains("so nothing was decided"), "{run:#?}");
    }
    // What stands before is decided on, if that is wanted.
    let run = folder.run(["check", "--now", NOW, "--keep-going", "--inventory", "text.parquet"]).status(1);
    assert!(run.stderr.contains("1 record left out"), "{run:#?}");
}

const RECORDS: &str = r#"policy play { timezone "UTC" }
extend asset { rec: { c: { e: set<string> absent empty  s: string absent none }  m: string absent none } }
rule e { forbid "pci" in asset.rec.c.e }
rule s { forbid asset.rec.c.s == "held" }
rule m { forbid asset.rec.m == "held" }
"#;

/// The decisions over a file: by asset its verdict, and the rules with what they miss.
fn over(folder: &Folder, file: &str) -> Vec<String> {
    let run = folder.run(["check", "--now", NOW, "--format", "json", "--inventory", file]);
    let json = run.json();
    let told = |reason: &serde_json::Value| {
        let unknown = reason["unknown"].as_array().unwrap();
        let facts: Vec<String> =
            unknown.iter().map(|u| format!(" {} {}", u["fact"], u["cause"]).replace('"', "")).collect();
        format!("{}{}", reason["rule"].as_str().unwrap(), facts.concat())
    };
    let told = |decision: &serde_json::Value| {
        let reasons: Vec<String> = decision["reasons"].as_array().unwrap().iter().map(told).collect();
        format!("{} {} [{}]", decision["asset"], decision["verdict"], reasons.join(", ")).replace('"', "")
    };
    json["decisions"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn no_part_of_a_record_is_lost_wherever_it_lies() {
    let folder = project();
    folder.write("policy.gate", RECORDS);
    folder.write("changes.json", r#"{"id":"CHG1","assets":["a-known","b-inner-null","c-null","d-parts-null"]}"#);
    folder.write(
        "lines.ndjson",
        "{\"id\":\"a-known\",\"rec\":{\"c\":{\"e\":[\"pci\"],\"s\":\"held\"},\"m\":\"held\"}}\n{\"id\":\"b-inner-null\",\"rec\":{\"c\":null,\"m\":\"-\"}}\n\
         {\"id\":\"c-null\",\"rec\":null}\n{\"id\":\"d-parts-null\",\"rec\":{\"c\":{\"e\":null,\"s\":null},\"m\":null}}\n",
    );
    folder.write("columns.parquet", parquet("arrow-records"));
    folder.write("json.parquet", parquet("duckdb-records-json"));
    let expected = [
        "a-known deny [e, m, s]",
        "b-inner-null deny [e asset.rec.c.e missing, s asset.rec.c.s missing]",
        "c-null deny [e asset.rec.c.e missing, m asset.rec.m missing, s asset.rec.c.s missing]",
        "d-parts-null deny [e asset.rec.c.e missing, m asset.rec.m missing, s asset.rec.c.s missing]",
    ];
    for file in ["lines.ndjson", "columns.parquet", "json.parquet"] {
        assert_eq!(over(&folder, file), expected, "{file}");
    }
    // By other names, which are the same here.
    for file in ["lines.ndjson", "columns.parquet"] {
        folder.write(
            "changegate.toml",
            format!(
                "policy = \"policy.gate\"\nchanges = \"changes.json\"\n[[source]]\nfiles = \"{file}\"\n\
                 [source.fields]\nid = \"id\"\nrec.m = \"rec.m\"\nrec.c.e = \"rec.c.e\"\nrec.c.s = \"rec.c.s\"\n"
            ),
        );
        assert_eq!(over(&folder, file), expected, "{file} mapped");
    }
}

#[test]
fn a_column_that_is_to_be_a_record_and_is_none_is_not_known() {
    let folder = project();
    folder.write("policy.gate", RECORDS);
    folder.write("changes.json", r#"{"id":"CHG1","assets":["a-known"]}"#);
    folder.write("map.parquet", parquet("arrow-records-map"));
    assert_eq!(over(&folder, "map.parquet"), ["a-known deny [m]"]);
    folder.write("text.parquet", parquet("arrow-records-text"));
    let unknown = "a-known deny [e asset.rec.c.e malformed, m asset.rec.m malformed, s asset.rec.c.s malformed]";
    assert_eq!(over(&folder, "text.parquet"), [unknown]);
    let run = folder.run(["check", "--now", NOW, "--inventory", "text.parquet"]).status(1);
    assert!(run.stderr.contains("what should have `rec.m` in it is not a record"), "{run:#?}");
}

#[test]
fn what_a_mapped_record_says_twice_is_told_and_not_known() {
    let folder = project();
    folder.write("policy.gate", RECORDS);
    folder.write("changes.json", r#"{"id":"CHG1","assets":["a"]}"#);
    folder.write("lines.ndjson", "{\"id\":\"a\",\"rec\":{\"m\":\"held\",\"m\":\"-\"}}\n");
    let mapped = "policy = \"policy.gate\"\nchanges = \"changes.json\"\n[[source]]\nfiles = \"lines.ndjson\"\n[source.fields]\nid = \"id\"\nrec.m = \"rec.m\"\n";
    for config in ["policy = \"policy.gate\"\nchanges = \"changes.json\"\n", mapped] {
        folder.write("changegate.toml", config);
        assert_eq!(over(&folder, "lines.ndjson"), ["a deny [m asset.rec.m disagreement]"]);
        let run = folder.run(["check", "--now", NOW, "--inventory", "lines.ndjson"]).status(1);
        assert!(run.stderr.contains("`asset.rec.m` stands twice in one record with different values"), "{run:#?}");
    }
}
