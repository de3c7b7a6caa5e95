//! Files of Parquet, by their columns.

use std::sync::Arc;

use super::super::engine::ByColumns;
use super::{Intake, empty, owner_of, read_only};
use crate::FactsBuilder;
use crate::check::reads::Reads;
use crate::check::schema::{Schema, TableId};
use crate::facts::{Broken, ColumnPlan};
use crate::sources::inventories::parquet;
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

/// How the rows of an inventory of Parquet are read by their columns; none where that cannot be, or something is wrong that is to be told.
pub(in crate::cli) fn of_columns(
    file: &parquet::File<'_>,
    name: &str,
    source: Option<&Source>,
    reads: &Reads,
    builder: &mut FactsBuilder,
    schema: &Schema,
) -> Option<ByColumns> {
    let mapping = source.map_or_else(|| empty(TableId::ASSET, schema), |source| source.mapping.clone());
    let rules = mapping::builtin::rules(Form::Parquet, TableId::ASSET, &mapping.rules, schema);
    let has_fields = source.is_some_and(|source| source.has_fields);
    let (mapping, over) = columns_of(file, name, Mapping { rules, ..mapping }, has_fields, schema).ok()?;
    let mapping = read_only(mapping, schema, Some(reads));
    let plan = column_plan(file, &mapping, builder)?;
    for column in over {
        builder.pass_over(TableId::ASSET, name, &column);
    }
    Some((plan, mapping))
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
