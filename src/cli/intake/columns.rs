//! Files of Parquet and of comma-separated values, by their columns.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::engine::{ByColumns, Tabular};
use super::{Intake, empty, owner_of, read_only};
use crate::FactsBuilder;
use crate::check::reads::Reads;
use crate::check::schema::{Schema, TableId};
use crate::facts::{Broken, ColumnPlan, broken_quote};
use crate::sources::inventories::{csv, parquet};
use crate::sources::mapping::{self, Form, Mapping, Source};

/// How many batches of rows are read at once.
const AT_ONCE: usize = 32;

impl Intake<'_> {
    pub(super) fn parquet(
        &mut self,
        name: &str,
        bytes: &[u8],
        (mapping, has_fields): (Mapping, bool),
        asset: Option<&str>,
        builder: &mut FactsBuilder,
    ) {
        let schema = Arc::clone(&self.schema);
        let reads = builder.reads().cloned();
        let entity = mapping.entity;
        let file = match parquet::File::open(name, bytes, self.unpacked) {
            Ok(file) => file,
            Err(broken) => return self.fault(entity, name, asset, Some(broken), builder),
        };
        let (mapping, over) = match columns_of(&file, name, mapping, has_fields, &schema) {
            Ok(mapped) => mapped,
            Err(broken) => return self.fault(entity, name, asset, Some(broken), builder),
        };
        let mapping = read_only(mapping, &schema, reads.as_ref());
        let plan = column_plan(&file, &mapping, builder);
        let wanted = plan.as_ref().map_or_else(|| file.wanted(&mapping), |plan| plan.wanted().to_vec());
        let read = match &plan {
            Some(plan) => {
                let mut batches = file.batches(&wanted);
                let other = |batch: &parquet::Batch, row: usize| batch.row(&mapping, row);
                loop {
                    let some: Vec<_> =
                        std::iter::from_fn(|| batches.next(&file, parquet::ROWS)).take(AT_ONCE).collect();
                    if some.is_empty() {
                        break;
                    }
                    builder.add_columns(entity, name, &some, Some(plan), &other);
                }
                if batches.is_done(&file) {
                    Ok(())
                } else {
                    file.rest(&batches, &mapping, &mut |rows| self.take(&mapping, name, rows, asset, builder))
                }
            }
            None => file.rows(&wanted, &mapping, &mut |rows| self.take(&mapping, name, rows, asset, builder)),
        };
        for column in over {
            builder.pass_over(entity, name, &column);
        }
        self.fault(entity, name, asset, read.err(), builder);
    }
}

/// How the rows of an inventory are read by their columns; none where that cannot be, or something is wrong that is to be told.
pub(in crate::cli) fn of_columns(
    tabular: &Tabular<'_>,
    source: Option<&Source>,
    reads: &Reads,
    builder: &mut FactsBuilder,
    schema: &Schema,
) -> Option<ByColumns> {
    let mapping = source.map_or_else(|| empty(TableId::ASSET, schema), |source| source.mapping.clone());
    let form = if let Tabular::Parquet(..) = tabular { Form::Parquet } else { Form::Csv };
    let rules = mapping::builtin::rules(form, TableId::ASSET, &mapping.rules, schema);
    let mapping = Mapping { rules, ..mapping };
    let has_fields = source.is_some_and(|source| source.has_fields);
    let (name, by, over) = match tabular {
        Tabular::Parquet(name, file) => {
            let (mapping, over) = columns_of(file, name, mapping, has_fields, schema).ok()?;
            let mapping = read_only(mapping, schema, Some(reads));
            let plan = column_plan(file, &mapping, builder)?;
            (*name, ByColumns::Parquet(plan, Box::new(mapping)), over)
        }
        Tabular::Csv(name, names, delimiter) => {
            let (mapping, over) = mapping_of(name, names, mapping, has_fields, schema).ok()?;
            let mapping = read_only(mapping, schema, Some(reads));
            let (plan, layout) = layout(names, *delimiter, &mapping, builder)?;
            (*name, ByColumns::Csv(plan, Box::new(layout)), over)
        }
    };
    for column in over {
        builder.pass_over(TableId::ASSET, name, &column);
    }
    Some(by)
}

/// The mapping of the columns of a table, and the names of those that are passed over.
pub(super) fn mapping_of(
    name: &str,
    names: &[String],
    mapping: Mapping,
    has_fields: bool,
    schema: &Schema,
) -> Result<(Mapping, Vec<Arc<str>>), Box<Broken>> {
    if has_fields {
        csv::check_columns(name, names, &mapping)?;
        return Ok((mapping, Vec::new()));
    }
    let mapping = csv::by_names(name, names, mapping, schema)?;
    let over = csv::passed_over(names, &mapping);
    Ok((mapping, over))
}

/// What the columns of a table fill, where no record has to be made of its rows.
fn layout(
    names: &[String],
    delimiter: u8,
    mapping: &Mapping,
    builder: &FactsBuilder,
) -> Option<(ColumnPlan, csv::Layout)> {
    if owner_of(mapping.entity).is_some() {
        return None;
    }
    let layout = csv::Layout::new(names, delimiter, mapping)?;
    let plan = builder.column_plan(mapping.entity, layout.shapes(), layout.rules(), layout.count())?;
    Some((plan, layout))
}

/// Reads a table of assets by its columns, where all of it is as it should be; false where nothing was read.
pub(super) fn table(
    name: &str,
    bytes: &[u8],
    delimiter: u8,
    (mapping, has_fields): (&Mapping, bool),
    builder: &mut FactsBuilder,
    schema: &Schema,
) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let is_plain =
        mapping.entity == TableId::ASSET && !bytes.starts_with(&[0xFF, 0xFE]) && !bytes.starts_with(&[0xFE, 0xFF]);
    if !is_plain || broken_quote(bytes, delimiter).is_some() {
        return false;
    }
    let Some(head) = csv::head(bytes, delimiter) else { return false };
    let Ok((mapping, over)) = mapping_of(name, &head.names, mapping.clone(), has_fields, schema) else { return false };
    let mapping = read_only(mapping, schema, builder.reads());
    let Some((plan, layout)) = layout(&head.names, delimiter, &mapping, builder) else { return false };
    let chunks = csv::chunks(bytes.get(head.at..).unwrap_or_default(), head.line);
    let batches: Option<Vec<_>> = chunks.par_iter().map(|(chunk, line)| layout.batch(chunk, *line)).collect();
    let Some(batches) = batches else { return false };
    let entity = mapping.entity;
    builder.add_columns(entity, name, &batches, Some(&plan), &|batch, row| batch.row(row));
    for column in over {
        builder.pass_over(entity, name, &column);
    }
    true
}

/// The mapping of the columns of a file, and the names of those that are passed over.
fn columns_of(
    file: &parquet::File<'_>,
    name: &str,
    mapping: Mapping,
    has_fields: bool,
    schema: &Schema,
) -> Result<(Mapping, Vec<Arc<str>>), Box<Broken>> {
    let names = file.names();
    if has_fields {
        parquet::check_columns(name, &names, &mapping)?;
        return Ok((mapping, Vec::new()));
    }
    let mapping = parquet::by_names(name, &names, mapping, schema)?;
    let over = parquet::passed_over(&names, &mapping, schema);
    Ok((mapping, over))
}

/// What the columns of a file fill, where no tree has to be made of its rows.
fn column_plan(file: &parquet::File<'_>, mapping: &Mapping, builder: &FactsBuilder) -> Option<ColumnPlan> {
    let rules = mapping.column_rules().filter(|_| owner_of(mapping.entity).is_none())?;
    builder.column_plan(mapping.entity, &file.shapes(), &rules, file.count())
}
