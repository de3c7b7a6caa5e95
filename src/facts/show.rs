//! Facts as people read them.

use super::table::{Cause, Column, CvssFact, Facts, Scalar, TableData, Values};
use crate::check::decimal::Decimal;
use crate::check::schema::{FieldId, Schema, Shape};
use crate::check::types::Type;
use crate::time::{Date, Duration, Instant};

/// How many elements of a list are written out.
const SHOWN: usize = 12;

impl Facts {
    /// How many assets have a record.
    #[must_use]
    pub fn asset_count(&self) -> usize {
        self.recorded
    }

    /// The id of an asset; none of the phantom.
    #[must_use]
    pub fn asset_id(&self, row: usize) -> Option<&str> {
        self.id(&self.assets, row)
    }

    /// The id of a change.
    #[must_use]
    pub fn change_id(&self, row: usize) -> Option<&str> {
        self.id(&self.changes, row)
    }

    /// How many changes there are.
    #[must_use]
    pub fn change_count(&self) -> usize {
        self.changes.len.saturating_sub(1)
    }

    /// The ids of the changes, sorted.
    #[must_use]
    pub fn change_ids(&self) -> Vec<String> {
        (0..self.change_count()).filter_map(|row| self.change_id(row)).map(str::to_owned).collect()
    }

    fn id(&self, table: &TableData, row: usize) -> Option<&str> {
        // The id is the first field of every entity that has one.
        self.text(table, FieldId(0), row)
    }

    /// The text or id in a field that holds texts or ids, where it is known and not `none`.
    #[must_use]
    pub fn text(&self, table: &TableData, field: FieldId, row: usize) -> Option<&str> {
        let Column::Scalar(Scalar { values: Values::Int(values), .. }) = table.column(field)? else { return None };
        self.strings.get(get(values, row)?)
    }

    /// The value of a scalar as the language writes it: `2026-12-18`, `14.9%`, `4h`, a bare word or a text; `none`; nothing where it is unknown.
    #[must_use]
    pub fn scalar_text(&self, schema: &Schema, table: &TableData, field: FieldId, row: usize) -> Option<String> {
        let Shape::Scalar(base) = &schema.field(table.table, field)?.shape else { return None };
        let Column::Scalar(scalar) = table.column(field)? else { return None };
        if scalar.none.as_ref().is_some_and(|none| row < none.len() && none.value(row)) {
            return Some("none".to_owned());
        }
        match &scalar.values {
            Values::Bool(values) => get(values, row).map(|value| value.to_string()),
            Values::Int(values) => get(values, row).and_then(|value| self.int_text(base, value)),
            Values::Decimal(values) => get(values, row).and_then(Decimal::from_raw).map(|value| match base {
                Type::Percent => format!("{value}%"),
                _ => value.to_string(),
            }),
        }
    }

    fn int_text(&self, base: &Type, value: i64) -> Option<String> {
        match base {
            Type::Date => Date::from_days(value).map(|date| date.to_string()),
            Type::Time => Instant::from_micros(value).map(Instant::to_rfc3339),
            Type::Duration => Some(Duration::from_micros(value).to_string()),
            Type::Enum(def) => def.value(value).map(str::to_owned),
            Type::String | Type::Zone | Type::Version | Type::Row(_) => {
                self.strings.get(value).map(|text| format!("{text:?}"))
            }
            Type::Cvss => usize::try_from(value).ok().and_then(|at| self.cvss.get(at)).map(CvssFact::to_string),
            _ => Some(value.to_string()),
        }
    }

    /// A row's fields by name, each with its value: scalars as in [`Facts::scalar_text`], sets in braces, lists by their length; of what is
    /// unknown, why.
    #[must_use]
    pub fn describe(&self, schema: &Schema, table: &TableData, row: usize) -> Vec<(String, String)> {
        let Some(def) = schema.table(table.table) else { return Vec::new() };
        let ids = (0..=u16::MAX).map(FieldId);
        ids.zip(&def.fields)
            .filter_map(|(id, field)| Some((field.name.clone(), self.column_text(schema, table, id, row)?)))
            .collect()
    }

    fn column_text(&self, schema: &Schema, table: &TableData, field: FieldId, row: usize) -> Option<String> {
        match table.column(field)? {
            Column::Unread => None,
            Column::Scalar(scalar) => {
                let text = self.scalar_text(schema, table, field, row);
                Some(text.unwrap_or_else(|| format!("unknown ({})", cause(scalar, row))))
            }
            Column::List(list) => {
                let bound = |at: usize| list.offsets.get(at).map_or(0, |bound| *bound as usize);
                let rows = bound(row)..bound(row + 1);
                let unseen = |inner: usize| inner < list.rows.phantom.len() && list.rows.phantom.value(inner);
                let incomplete = rows.clone().any(unseen);
                let count = rows.clone().filter(|inner| !unseen(*inner)).count();
                let is_set = matches!(schema.field(table.table, field)?.shape, Shape::Set(_));
                let mut texts: Vec<String> = rows
                    .filter(|inner| is_set && !unseen(*inner))
                    .take(SHOWN)
                    .filter_map(|inner| self.scalar_text(schema, &list.rows, FieldId(0), inner))
                    .collect();
                if is_set {
                    texts.sort_unstable();
                    texts.extend((incomplete || count > SHOWN).then(|| "...".to_owned()));
                    return Some(format!("{{ {} }}", texts.join(", ")));
                }
                Some(match (incomplete, count) {
                    (false, count) => format!("[{count}]"),
                    (true, 0) => match list.cause(u32::try_from(row).unwrap_or(u32::MAX)) {
                        Cause::Missing => "unknown".to_owned(),
                        cause => format!("unknown ({})", cause.as_str()),
                    },
                    (true, count) => format!("[{count}, ...]"),
                })
            }
        }
    }
}

fn cause(scalar: &Scalar, row: usize) -> &'static str {
    scalar.cause(u32::try_from(row).unwrap_or(u32::MAX)).as_str()
}

/// The value at `row`, where there is one.
fn get<A>(array: A, row: usize) -> Option<A::Item>
where
    A: arrow_array::ArrayAccessor,
{
    (row < array.len() && array.is_valid(row)).then(|| array.value(row))
}

impl std::fmt::Display for CvssFact {
    /// The vectors and scores, with commas between them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, entry) in self.entries.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { ", " })?;
            match (&entry.vector, entry.score) {
                (Some(vector), _) => f.write_str(vector)?,
                (None, _) if entry.malformed => f.write_str("malformed")?,
                (None, Some(score)) => write!(f, "{}.{}", score / 10, score % 10)?,
                (None, None) => f.write_str("nothing")?,
            }
        }
        Ok(())
    }
}
