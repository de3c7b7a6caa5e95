//! Single facts by name, and the paths that people know them by.

use crate::check::program::{VarId, VarInfo};
use crate::check::schema::{FieldId, Shape, TableId};
use crate::facts::table::{Cause, Column};

use super::env::Env;
use super::frame::Frame;
use super::quant::scalar_at;
use super::value::{Poss, Raw};

/// What one field of one record may be.
#[must_use]
pub fn value(env: &Env<'_>, table: TableId, name: &str, row: u32) -> Poss {
    let found = env.program.schema.find(table, name);
    let column = found.and_then(|(field, _)| env.rows_of(table)?.column(field));
    match column {
        Some(Column::Scalar(scalar)) => scalar_at(scalar, row as usize),
        Some(Column::List(_) | Column::Unread) | None => Poss::Any,
    }
}

/// A text field of one record, if it is known.
#[must_use]
pub fn text(env: &Env<'_>, table: TableId, name: &str, row: u32) -> Option<String> {
    value(env, table, name, row).one().and_then(Raw::int).map(|symbol| env.text(symbol).to_string())
}

/// What people call a record: its id, or its CVE.
#[must_use]
pub fn key(env: &Env<'_>, table: TableId, row: u32) -> Option<String> {
    let def = env.program.schema.table(table)?;
    let field = env.program.schema.field(table, def.key?)?;
    let Shape::Scalar(base) = &field.shape else { return None };
    let raw = value(env, table, &field.name, row).one()?;
    Some(super::display::raw(env, base, raw))
}

/// The path of the record that a variable stands for: `asset`, `asset.findings[CVE-2026-1234]`, `assets[db-1]`.
#[must_use]
pub fn record_path(frame: &Frame<'_>, row: usize, var: VarId, asset: &str) -> String {
    match var {
        VarId::ASSET => return asset.to_owned(),
        VarId::CHANGE => return "change".to_owned(),
        _ => {}
    }
    let env = frame.env;
    let Some(info) = env.program.vars.get(usize::from(var.0)) else { return "?".to_owned() };
    if let Some((base, field)) = info.through {
        let record = record_path(frame, row, base, asset);
        let Some(info) = env.program.vars.get(usize::from(base.0)) else { return record };
        let name = env.program.schema.field(info.table, field).map_or("?", |f| f.name.as_str());
        // What an element of a set refers to is called as the element is.
        return if name == "value" && info.owner.is_some() { record } else { format!("{record}.{name}") };
    }
    let at = frame.rows(var).and_then(|rows| rows.get(row).copied());
    let key = at.and_then(|at| key(env, info.table, at)).unwrap_or_default();
    match (info.table, list_name(env, info)) {
        (TableId::ASSET, _) => format!("assets[{key}]"),
        (TableId::CHANGE, _) => format!("changes[{key}]"),
        (_, Some((owner, list))) => format!("{}.{list}[{key}]", record_path(frame, row, owner, asset)),
        (_, None) => format!("{}[{key}]", info.name),
    }
}

/// The variable and field that hold the list whose rows a variable stands for.
fn list_name<'e>(env: &'e Env<'_>, info: &VarInfo) -> Option<(VarId, &'e str)> {
    let owner = info.owner?;
    let outer = env.program.vars.get(usize::from(owner.0))?.table;
    let fields = &env.program.schema.table(outer)?.fields;
    fields
        .iter()
        .find(|field| matches!(&field.shape, Shape::List(t) | Shape::Set(t) if *t == info.table))
        .map(|field| (owner, field.name.as_str()))
}

/// Why not all findings of an asset are known.
#[must_use]
pub fn findings_cause(env: &Env<'_>, asset: u32) -> Cause {
    let field = env.program.schema.find(TableId::ASSET, "findings").map(|(field, _)| field);
    match field.and_then(|field| env.facts.assets.column(field)) {
        Some(Column::List(list)) => list.cause(asset),
        _ => Cause::Missing,
    }
}

/// The path of a fact, and why it is unknown.
#[must_use]
pub fn fact_path(frame: &Frame<'_>, row: usize, var: VarId, field: FieldId, asset: &str) -> Option<(String, Cause)> {
    let env = frame.env;
    let info = env.program.vars.get(usize::from(var.0))?;
    if let Some((base, through)) = info.through {
        let referring = env.table(base)?.column(through)?;
        let at = frame.rows(base)?.get(row).copied()?;
        // Of nobody knows whom, nothing is known: the reference is what is missing.
        if let Column::Scalar(scalar) = referring
            && scalar_at(scalar, at as usize).one().is_none()
        {
            return fact_path(frame, row, base, through, asset);
        }
    }
    let table = info.table;
    let name = &env.program.schema.field(table, field)?.name;
    let at = frame.rows(var)?.get(row).copied()?;
    let data = env.table(var)?;
    let record = record_path(frame, row, var, asset);
    // An element of a set has no name of its own: the fact is the set.
    let path = if name == "value" && env.program.vars.get(usize::from(var.0)).is_some_and(|v| v.owner.is_some()) {
        record.rsplit_once('[').map_or(record.clone(), |(set, _)| set.to_owned())
    } else {
        format!("{record}.{name}")
    };
    let cause = match data.column(field)? {
        Column::Scalar(scalar) => scalar.cause(at),
        Column::List(list) => list.cause(at),
        Column::Unread => Cause::Missing,
    };
    Some((path, cause))
}
