#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

//! What columns fill without a tree, held against what the trees of the same rows fill.

use std::sync::Arc;

use crate::check::schema::{Schema, TableId};
use crate::facts::{self, Options};
use crate::sources::inventories::parquet::{self, Batch, File};
use crate::sources::mapping::{self, Mapping};
use crate::time::{Instant, Zone, parse_instant};

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parquet/", $name, ".parquet")).as_slice())
    };
}

const FILES: [(&str, &[u8]); 14] = [
    file!("duckdb-odd"),
    file!("duckdb-many"),
    file!("arrow-snappy"),
    file!("arrow-zstd-v2"),
    file!("arrow-gzip-plain"),
    file!("arrow-groups"),
    file!("arrow-two-level"),
    file!("arrow-delta"),
    file!("polars"),
    file!("duckdb"),
    file!("duckdb-v2"),
    file!("arrow-flat"),
    file!("arrow-int96"),
    file!("arrow-not-utf8"),
];
const LIMIT: u64 = 64 << 20;

fn now() -> Instant {
    parse_instant("2026-11-20T00:00:00Z").unwrap()
}

fn schema() -> Arc<Schema> {
    let text = "extend finding { base_score: number }\nrule r { forbid asset.tier == 1 }\n";
    let (policy, diagnostics, _) =
        crate::Policy::load(vec![("p.gate".into(), text.into())], &mut crate::check::NoLoader);
    policy.unwrap_or_else(|| panic!("{diagnostics:?}")).schema()
}

fn by_names(schema: &Schema, file: &File<'_>) -> Option<Mapping> {
    let empty =
        Mapping { entity: TableId::ASSET, name: "asset".to_owned(), zone: None, is_of_user: false, rules: Vec::new() };
    parquet::by_names("x.parquet", &file.names(), empty, schema).ok()
}

/// All that is to be said of a file, and how many of its rows were read by their columns.
fn told(
    schema: &Arc<Schema>,
    file: &File<'_>,
    mapping: &Mapping,
    zone: Option<&str>,
    rows: Option<usize>,
) -> (String, usize) {
    let options = Options { limit: 100_000, zone: zone.and_then(Zone::get), ..Options::default() };
    let mut builder = facts::FactsBuilder::new(Arc::clone(schema), now(), options);
    let rules = mapping.column_rules().expect("names alone");
    let plan = builder.column_plan(TableId::ASSET, &file.shapes(), &rules, file.count());
    let wanted = plan.as_ref().map_or_else(|| file.wanted(mapping), |plan| plan.wanted().to_vec());
    let trees = std::sync::atomic::AtomicUsize::new(0);
    let mut read = 0;
    let mut batches = file.batches(&wanted);
    if let (Some(plan), Some(rows)) = (&plan, rows) {
        let other = |batch: &Batch, row: usize| {
            trees.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            batch.row(mapping, row)
        };
        while let Some(batch) = batches.next(file, rows) {
            read += batch.len();
            builder.add_columns(TableId::ASSET, "x.parquet", &[batch], Some(plan), &other);
        }
    }
    let mut end = None;
    if !batches.is_done(file) {
        let mut take = |rows| builder.add_rows(TableId::ASSET, "x.parquet", rows);
        end = file.rest(&batches, mapping, &mut take).err();
    }
    let input = builder.finish();
    let told = format!("{:?}\n{:?}\n{:?}\n{end:?}", input.facts.digest, input.facts.assets.len, input.problems);
    (told, read - trees.into_inner())
}

#[test]
fn columns_fill_what_trees_fill() {
    let schema = schema();
    for (name, bytes) in FILES {
        let file = File::open(name, bytes, LIMIT).unwrap();
        let Some(mapping) = by_names(&schema, &file) else { panic!("{name} has no `id`") };
        for zone in [None, Some("Asia/Tokyo")] {
            let (slow, _) = told(&schema, &file, &mapping, zone, None);
            for rows in if bytes.len() > 8_000 { [5, 150, 100_000] } else { [1, 2, 9] } {
                let (fast, plain) = told(&schema, &file, &mapping, zone, Some(rows));
                assert_eq!(slow, fast, "{name} by {rows}");
                match name {
                    "duckdb-odd" => {
                        assert!(plain >= if zone.is_some() { 250 } else { 0 }, "{plain} rows of {name} were plain")
                    }
                    "duckdb-many" => assert_eq!(plain, 5000),
                    _ => {}
                }
            }
        }
    }
}

/// The same under a mapping that names a zone and what stands for nothing.
#[test]
fn columns_are_mapped_as_trees_are() {
    let schema = schema();
    let (name, bytes) = FILES[0];
    let file = File::open(name, bytes, LIMIT).unwrap();
    let fields = "id = \"id\"\ntier = \"tier\"\nenvironment = \"environment\"\nos.family = { from = \"os.family\", default = \"linux\" }\nos.eol = \"os.eol\"\nhostname = { from = \"owner\", default = \"nobody\" }\nlast_patched = \"last_patched\"\nfindings = \"findings\"\nservices = \"tags\"\nregion = \"nowhere\"\n";
    for zone in ["", "timezone = \"America/New_York\"\n"] {
        let toml = format!("[[source]]\nfiles = \"x.parquet\"\n{zone}[source.fields]\n{fields}");
        let mapping = mapping::read(&toml, &schema).unwrap().remove(0).mapping;
        let (slow, _) = told(&schema, &file, &mapping, None, None);
        let (fast, plain) = told(&schema, &file, &mapping, None, Some(64));
        assert_eq!(slow, fast);
        assert!(plain >= if zone.is_empty() { 0 } else { 100 }, "{plain} rows were plain");
    }
}

/// Whatever is wrong with a file is found by columns where it is found row by row, and what stands before it is taken all the same.
#[test]
fn damage_is_found_at_the_same_row() {
    let schema = schema();
    let mut found = 0;
    for (name, bytes) in &FILES[1..] {
        let whole = File::open(name, bytes, LIMIT).unwrap();
        let mapping = by_names(&schema, &whole).unwrap();
        for limit in [0, 500, 2_000, 50_000, LIMIT] {
            let file = File::open(name, bytes, limit).unwrap();
            let (slow, _) = told(&schema, &file, &mapping, None, None);
            let (fast, _) = told(&schema, &file, &mapping, None, Some(3));
            assert_eq!(slow, fast, "{name} with {limit} bytes");
        }
        let step = if bytes.len() > 8_000 { 2003 } else { 29 };
        let mut damaged = bytes.to_vec();
        for at in (0..bytes.len()).step_by(step) {
            let before = damaged[at];
            damaged[at] = before ^ (1 << (at / step % 8));
            if let Ok(file) = File::open(name, &damaged, 1 << 18)
                && let Some(mapping) = by_names(&schema, &file)
            {
                let (slow, _) = told(&schema, &file, &mapping, None, None);
                let (fast, _) = told(&schema, &file, &mapping, None, Some(3));
                assert_eq!(slow, fast, "{name} with another bit at {at}");
                found += 1;
            }
            damaged[at] = before;
        }
    }
    assert!(found > 300, "{found} damaged files could be opened");
}
