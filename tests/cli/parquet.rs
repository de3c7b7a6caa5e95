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
