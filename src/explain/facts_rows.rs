//! What facts there are: for each field of the vocabulary how many records have it, and whether the policy reads it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::check::program::{ListRef, Op, Program};
use crate::check::schema::{FieldId, Schema, Shape, TableId};
use crate::facts::table::{Column, ListColumn, Scalar, TableData, Values};
use crate::facts::{Cause, Facts, Problems};

/// A field, and what the records have of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The entity, or the list, whose records are counted.
    pub entity: String,
    /// The field: `asset.tier`, `finding.epss`.
    pub field: String,
    /// How many records there are.
    pub records: usize,
    /// How many of them have a value, `none` among them; of a list, all of it.
    pub known: usize,
    /// How many of the known ones are `none`, or empty.
    pub none: usize,
    /// How many have nothing.
    pub missing: usize,
    /// How many have something that could not be read, in whole or in part.
    pub unreadable: usize,
    /// The policy reads it.
    pub read: bool,
    /// What could not be read, with its place.
    pub examples: Vec<String>,
}

/// Something that the policy reads and the data lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// The field, or the entity that has no records.
    pub field: String,
    /// What that means.
    pub why: String,
}

/// A file, and what was read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileRow {
    /// As the caller named it.
    pub file: String,
    /// Its form.
    pub format: String,
    /// What its records are.
    pub entity: String,
    /// How many records it has.
    pub records: usize,
    /// How many findings a report has.
    pub findings: usize,
    /// How many of its records or parts could not be read.
    pub refused: u64,
}

/// A feed that findings are joined with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedRow {
    /// Its short name.
    pub feed: String,
    /// Its version, where it has one and is one file.
    pub version: Option<String>,
    /// Of when it is; of several files the latest.
    pub made: Option<String>,
    /// How many days ago that was.
    pub age_days: Option<i64>,
    /// How many records were read.
    pub records: u64,
    /// How many could not be.
    pub refused: u64,
    /// Its file, or how many there are.
    pub file: String,
    /// The store that it is in.
    pub store: Option<String>,
}

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactsReport {
    /// The files, in the order in which they were read.
    pub files: Vec<FileRow>,
    /// The feeds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<FeedRow>,
    /// The fields of which there are records, by entity.
    pub fields: Vec<Coverage>,
    /// What the policy reads and the data lack.
    pub lacking: Vec<Lack>,
    /// What to be warned of beside the warnings of reading.
    pub warnings: Vec<String>,
}

/// Counts.
#[must_use]
pub fn facts_report(
    program: &Program,
    facts: &Facts,
    problems: &Problems,
    files: Vec<FileRow>,
    feeds: Vec<FeedRow>,
) -> FactsReport {
    let schema = &program.schema;
    let reads = reads(program);
    let mut fields = Vec::new();
    let mut lacking = Vec::new();
    let roots = [(&facts.assets, facts.recorded), (&facts.changes, facts.change_count())];
    let others = facts.others.iter().map(|table| (table, table.len.saturating_sub(1)));
    for (table, rows) in roots.into_iter().chain(others) {
        cover(schema, table, 0..rows, &reads, &mut fields);
        let read = reads.iter().any(|(of, _)| *of == table.table);
        if read && rows == 0 {
            let name = schema.table(table.table).map_or_else(String::new, |def| def.name.clone());
            let why =
                if facts.given.contains(&table.table) { "there are no records" } else { "no file of them is given" };
            lacking.push(Lack { field: name, why: why.to_owned() });
        }
    }
    if facts.change_count() > 0 {
        let known = facts.touched.iter().filter(|touched| !touched.incomplete).count();
        let unreadable = facts.touched.iter().filter(|touched| touched.incomplete);
        let unreadable =
            unreadable.filter(|touched| touched.cause.is_some_and(|cause| cause != Cause::Missing)).count();
        let assets = Coverage {
            entity: "change".to_owned(),
            field: "change.assets".to_owned(),
            records: facts.change_count(),
            known,
            none: 0,
            missing: facts.change_count().saturating_sub(known).saturating_sub(unreadable),
            unreadable,
            read: true,
            examples: Vec::new(),
        };
        let at = fields.iter().position(|field| field.entity == "change").map_or(fields.len(), |at| at + 1);
        fields.insert(at, assets);
    }
    for coverage in &mut fields {
        coverage.examples = examples(problems, &coverage.field);
    }
    let unknown = fields.iter().filter(|field| field.read && field.records > 0 && field.known == 0);
    lacking.extend(unknown.map(|field| Lack { field: field.field.clone(), why: "no record has it".to_owned() }));
    let mut warnings = Vec::new();
    let fixes = fields.iter().find(|field| field.field == "change.fixes" && field.records > 0);
    if fixes.is_some_and(|fixes| fixes.known == fixes.none && fixes.missing == 0 && fixes.unreadable == 0) {
        warnings.push(
            "no change says what it `fixes`: an absent list means none, so no duty per finding arises; map `fixes`"
                .to_owned(),
        );
    }
    FactsReport { files, feeds, fields, lacking, warnings }
}

/// The fields that a policy reads.
#[must_use]
pub fn reads(program: &Program) -> BTreeSet<(TableId, FieldId)> {
    let schema = &program.schema;
    let mut reads = BTreeSet::new();
    let table_of = |var: crate::check::program::VarId| program.vars.get(usize::from(var.0)).map(|info| info.table);
    for node in &program.nodes {
        let of_list = match &node.op {
            Op::Field(var, field) => Some((table_of(*var), *field)),
            Op::In(_, ListRef::Field(var, field))
            | Op::Quant(_, _, ListRef::Field(var, field), ..)
            | Op::Agg { list: ListRef::Field(var, field), .. } => Some((table_of(*var), *field)),
            _ => None,
        };
        if let Some((Some(table), field)) = of_list {
            reads.insert((table, field));
        }
    }
    let mut also = |table: TableId, names: &[&str]| {
        reads.extend(names.iter().filter_map(|name| schema.find(table, name)).map(|(field, _)| (table, field)));
    };
    // What statements read by what they are.
    if !program.approvals.is_empty() {
        also(TableId::CHANGE, &["approvals", "updated_at"]);
        also(TableId::APPROVAL, &["role", "by", "at", "decision"]);
    }
    if !program.blackouts.is_empty() || !program.windows.is_empty() {
        also(TableId::CHANGE, &["start", "end"]);
    }
    let finding = |head: &crate::check::program::Head| head.vars.contains(&crate::check::program::VarId::FINDING);
    if program.obligations.iter().any(|one| finding(&one.head)) {
        also(TableId::CHANGE, &["fixes"]);
    }
    if !program.triages.is_empty() || reads.iter().any(|(table, _)| *table == TableId::FINDING) {
        reads.extend(schema.find(TableId::ASSET, "findings").map(|(field, _)| (TableId::ASSET, field)));
    }
    reads
}

/// Adds the fields of a table over some of its rows, and those of the lists in it.
fn cover(
    schema: &Schema,
    table: &TableData,
    rows: std::ops::Range<usize>,
    reads: &BTreeSet<(TableId, FieldId)>,
    out: &mut Vec<Coverage>,
) {
    let Some(def) = schema.table(table.table) else { return };
    if rows.is_empty() {
        return;
    }
    let unseen = |row: usize| row < table.phantom.len() && table.phantom.value(row);
    let rows: Vec<usize> = rows.filter(|row| !unseen(*row)).collect();
    let mut inner = Vec::new();
    for (at, field) in def.fields.iter().enumerate() {
        let Ok(id) = u16::try_from(at).map(FieldId) else { continue };
        let mut coverage = Coverage {
            entity: def.name.clone(),
            field: format!("{}.{}", def.name, field.name),
            records: rows.len(),
            known: 0,
            none: 0,
            missing: 0,
            unreadable: 0,
            read: reads.contains(&(table.table, id)) || set_read(&field.shape, reads),
            examples: Vec::new(),
        };
        match table.column(id) {
            Some(Column::Scalar(scalar)) => rows.iter().for_each(|row| of_scalar(scalar, *row, &mut coverage)),
            Some(Column::List(list)) => {
                rows.iter().for_each(|row| of_list(list, *row, &mut coverage));
                if matches!(field.shape, Shape::List(_)) {
                    inner.push(list);
                }
            }
            Some(Column::Unread) | None => {}
        }
        out.push(coverage);
    }
    for list in inner {
        cover(schema, &list.rows, 0..list.rows.len, reads, out);
    }
}

/// Whether the elements of a set are read.
fn set_read(shape: &Shape, reads: &BTreeSet<(TableId, FieldId)>) -> bool {
    matches!(shape, Shape::Set(table) if reads.iter().any(|(read, _)| read == table))
}

fn of_scalar(scalar: &Scalar, row: usize, coverage: &mut Coverage) {
    let is_known = match &scalar.values {
        Values::Bool(values) => is_valid(values, row),
        Values::Int(values) => is_valid(values, row),
        Values::Decimal(values) => is_valid(values, row),
    };
    if scalar.none.as_ref().is_some_and(|none| row < none.len() && none.value(row)) {
        coverage.known += 1;
        coverage.none += 1;
    } else if is_known {
        coverage.known += 1;
    } else {
        lacks(scalar.cause(u32::try_from(row).unwrap_or(u32::MAX)), coverage);
    }
}

fn is_valid(array: &impl arrow_array::Array, row: usize) -> bool {
    row < array.len() && array.is_valid(row)
}

fn of_list(list: &ListColumn, row: usize, coverage: &mut Coverage) {
    let bound = |at: usize| list.offsets.get(at).map_or(0, |bound| *bound as usize);
    let rows = bound(row)..bound(row.saturating_add(1));
    let unseen = |inner: usize| inner < list.rows.phantom.len() && list.rows.phantom.value(inner);
    if rows.clone().any(unseen) {
        let at = u32::try_from(row).unwrap_or(u32::MAX);
        let cause = list.causes.binary_search_by_key(&at, |(at, _)| *at).ok().and_then(|at| list.causes.get(at));
        lacks(cause.map_or(Cause::Missing, |(_, cause)| *cause), coverage);
    } else {
        coverage.known += 1;
        coverage.none += usize::from(rows.is_empty());
    }
}

fn lacks(cause: Cause, coverage: &mut Coverage) {
    match cause {
        Cause::Missing => coverage.missing += 1,
        _ => coverage.unreadable += 1,
    }
}

/// The first places of what could not be read of a field.
fn examples(problems: &Problems, field: &str) -> Vec<String> {
    // Warnings name the elements of lists by the list: `asset.findings[].epss`.
    let is_it = |named: &str| match field.split_once('.') {
        Some(("finding", rest)) => named.strip_prefix("asset.findings[].") == Some(rest),
        Some(("approval", rest)) => named.strip_prefix("change.approvals[].") == Some(rest),
        Some(("evidence", rest)) => named.strip_prefix("change.evidence[].") == Some(rest),
        Some(("notice", rest)) => named.strip_prefix("change.notices[].") == Some(rest),
        _ => false,
    } || named == field
        || named.strip_suffix("[]") == Some(field);
    let warnings = problems.warnings.iter().filter(|problem| problem.field.as_deref().is_some_and(is_it));
    warnings.flat_map(|problem| problem.places.iter().map(ToString::to_string)).take(3).collect()
}
