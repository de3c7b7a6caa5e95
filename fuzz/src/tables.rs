//! Any bytes as an export of another tool: CSV, Parquet, YAML, a table of ServiceNow, rows of osquery, a search in Jira. What comes before the first
//! NUL is `changegate.toml`; without one, fields go by their names.

use std::sync::OnceLock;

use changegate::Policy;
use changegate::check::schema::{Schema, TableId};
use changegate::check::vocabulary;
use changegate::facts::{Broken, Json, Row};
use changegate::report::{Format, Look, Paint, problem};
use changegate::sources::inventories::{csv, json, osquery, parquet, servicenow};
use changegate::sources::mapping::{self, Form, Mapping};
use changegate::sources::tickets::{jira, yaml};
use changegate::time::Zone;

use crate::sample;

const POLICY: &str = r#"policy fuzz { timezone "UTC" }
rule a { forbid asset.tier == 1 and asset.os.eol < now and any f in asset.findings where f.kev }
rule b { forbid change.urgency == high and any t in asset.tags where t == "edge"  effect hold }
"#;
/// What a file may hold when unpacked.
const LIMIT: u64 = 1 << 20;

/// Reads the bytes in every form, whatever they look like.
pub fn run(data: &[u8]) {
    static READY: OnceLock<(Policy, Schema)> = OnceLock::new();
    let (policy, schema) =
        READY.get_or_init(|| (sample::load(POLICY).expect("a policy that checks"), vocabulary::standard()));
    let (toml, file) = match data.iter().position(|byte| *byte == 0).filter(|_| !parquet::is_parquet(data)) {
        Some(at) => (std::str::from_utf8(&data[..at]).unwrap_or_default(), &data[at + 1..]),
        None => ("", data),
    };
    let source = match mapping::read(toml, schema) {
        Ok(sources) => sources.into_iter().next(),
        Err(wrong) => {
            assert!(wrong.line > 0 && wrong.line <= toml.lines().count() + 1 && !wrong.message.is_empty(), "{wrong:?}");
            None
        }
    };
    let given = source.as_ref().map(|source| source.mapping.clone());
    let list = source.as_ref().and_then(|source| source.records.as_deref()).unwrap_or("records");
    let delimiter = source.as_ref().map_or(b',', |source| source.delimiter);
    for entity in [TableId::ASSET, TableId::CHANGE] {
        let empty = || Mapping { entity, name: "asset".to_owned(), zone: None, is_of_user: false, rules: Vec::new() };
        let mapping = || given.clone().filter(|mapping| mapping.entity == entity).unwrap_or_else(empty);
        let has_fields = !mapping().rules.is_empty();
        let mut taken = Vec::new();
        let make = |names: &[String]| match has_fields {
            true => csv::check_columns("a.csv", names, &mapping()).map(|()| mapping()),
            false => csv::by_names("a.csv", names, mapping(), schema),
        };
        told(csv::read("a.csv", file, delimiter, make, |_, rows| taken.extend(rows)).err());
        decide(policy, entity, std::mem::take(&mut taken));
        let make = |names: &[String]| match has_fields {
            true => parquet::check_columns("a.parquet", names, &mapping()).map(|()| mapping()),
            false => parquet::by_names("a.parquet", names, mapping(), schema),
        };
        match parquet::File::open("a.parquet", file, LIMIT).and_then(|file| Ok((make(&file.names())?, file))) {
            Ok((mapping, file)) => {
                told(file.rows(&file.wanted(&mapping), &mapping, &mut |rows| taken.extend(rows)).err());
                if entity == TableId::ASSET {
                    by_columns(policy, &file, &mapping);
                }
            }
            Err(fault) => told(Some(fault)),
        }
        decide(policy, entity, std::mem::take(&mut taken));
        let (pieces, fault) = json::pieces("a.json", file, list);
        told(fault);
        decide(policy, entity, json::rows(&mapping(), &pieces));
        let mut tickets = mapping();
        tickets.rules = mapping::builtin::rules(Form::ServiceNow, entity, &tickets.rules, schema);
        let export = servicenow::read(&tickets, &pieces);
        let ids = export.ids.into_iter().collect();
        let mut rows = export.rows;
        rows.iter_mut().for_each(|row| servicenow::rename(&tickets, row, &ids));
        decide(policy, entity, rows);
        tickets.rules = mapping::builtin::rules(Form::Jira, entity, &[], schema);
        for piece in &pieces {
            if let Ok(record) = json::parse(piece) {
                let _ = osquery::record(&record, Some("a"));
                taken.push(json::row(&tickets, piece.line, &jira::plain(record)));
            }
        }
        decide(policy, entity, std::mem::take(&mut taken));
        if let Ok(text) = std::str::from_utf8(file) {
            let (records, _) = yaml::records(text, list);
            let row = |(line, record): (usize, Json<'static>)| Row {
                line: u32::try_from(line).ok(),
                record: Ok(record),
                remarks: Vec::new(),
            };
            decide(policy, entity, records.into_iter().map(row).collect());
        }
    }
}

/// What columns fill is what the trees of their rows fill.
fn by_columns(policy: &Policy, file: &parquet::File<'_>, mapping: &Mapping) {
    let builder = || policy.facts_builder(sample::now(), None);
    let Some(rules) = mapping.column_rules() else { return };
    let Some(plan) = builder().column_plan(TableId::ASSET, &file.shapes(), &rules, file.count()) else { return };
    let read = |most: Option<usize>| {
        let mut builder = builder();
        let mut batches = file.batches(plan.wanted());
        let other = |batch: &parquet::Batch, row: usize| batch.row(mapping, row);
        while let Some(batch) = most.and_then(|most| batches.next(file, most)) {
            builder.add_columns(TableId::ASSET, "a.parquet", &[batch], Some(&plan), &other);
        }
        if !batches.is_done(file) {
            let mut take = |rows| builder.add_rows(TableId::ASSET, "a.parquet", rows);
            told(file.rest(&batches, mapping, &mut take).err());
        }
        let (facts, problems) = builder.finish();
        (facts.data().digest.clone(), format!("{problems:?}"))
    };
    assert_eq!(read(None), read(Some(3)));
}

/// What ends a file before its time is told in words that can be printed.
fn told(fault: Option<Box<Broken>>) {
    let Some(fault) = fault else { return };
    let found = fault.place.found.unwrap_or_default();
    assert!(!fault.message.is_empty() && !found.contains(char::is_control) && found.chars().count() < 1_000, "{found}");
}

/// What was read can be decided on, and what is wrong with it printed.
fn decide(policy: &Policy, entity: TableId, rows: Vec<Row>) {
    if rows.is_empty() {
        return;
    }
    let mut builder = policy.facts_builder(sample::now(), None);
    let inventory = entity == TableId::ASSET;
    match inventory {
        true => builder.add_changes("changes.json", sample::CHANGES),
        false => builder.add_inventory("assets.ndjson", sample::INVENTORY),
    }
    builder.add_rows(entity, "a", rows);
    let (facts, problems) = builder.finish();
    let look = Look { paint: Paint(false), width: 100, zone: Zone::get("UTC").expect("a zone") };
    problem::write(&mut std::io::sink(), &problems, Format::Json, &look).expect("a sink takes everything");
    sample::total(policy, &facts);
}
