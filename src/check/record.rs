//! The records of a `test`, held against the vocabulary.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name, UnaryOp};

use super::checker::Checker;
use super::codes;
use super::path::set_element;
use super::schema::{Absent, FieldDef, Schema, Shape, TableId};
use super::suggest;
use super::types::Type;

/// The entities of which a test gives records.
const RECORDS: [&str; 7] = ["asset", "change", "person", "service", "incident", "waiver", "duty"];

impl Checker {
    pub(super) fn test_record(&mut self, entity: &Name, record: &Expr) {
        let schema = Arc::clone(&self.program.schema);
        match schema.entity(&entity.text) {
            Some(
                table @ (TableId::ASSET
                | TableId::CHANGE
                | TableId::PERSON
                | TableId::SERVICE
                | TableId::INCIDENT
                | TableId::WAIVER
                | TableId::DUTY),
            ) => self.record(table, "", record),
            Some(table) => {
                let name = schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
                let help = match table {
                    TableId::FINDING => "write it into its asset: `findings: [ { … } ]`".to_owned(),
                    TableId::APPROVAL => "write it into its change: `approvals: [ { … } ]`".to_owned(),
                    TableId::EVIDENCE => "write it into its change: `evidence: [ { … } ]`".to_owned(),
                    TableId::NOTICE => "write it into its change: `notices: [ { … } ]`".to_owned(),
                    _ => format!("a test gives {}", RECORDS.map(|name| format!("`{name}`")).join(", ")),
                };
                self.report(
                    Diagnostic::error(codes::TEST_RECORD, entity.span, format!("a test gives no `{name}` of its own"))
                        .help(help),
                );
            }
            None => {
                let error =
                    Diagnostic::error(codes::TEST_RECORD, entity.span, format!("there is no entity `{}`", entity.text));
                self.report(error.help(suggest::help(&entity.text, "a test gives", RECORDS)));
            }
        }
    }

    fn record(&mut self, table: TableId, prefix: &str, record: &Expr) {
        let ExprKind::Record(fields) = &record.kind else {
            // An empty pair of braces is an empty set to the parser.
            if !matches!(&record.kind, ExprKind::Set(items) if items.is_empty()) {
                self.report(
                    Diagnostic::error(codes::TEST_RECORD, record.span, "a record is written in braces")
                        .help("write `{ id: \"a\", tier: 1 }`"),
                );
            }
            return;
        };
        let schema = Arc::clone(&self.program.schema);
        let owner = schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
        for (n, (name, value)) in fields.iter().enumerate() {
            if let Some((first, _)) = fields.iter().take(n).find(|(first, _)| first.text == name.text) {
                self.report(
                    Diagnostic::error(codes::TEST_RECORD, name.span, format!("`{}` stands here twice", name.text))
                        .also(first.span, "the first stands here")
                        .help("leave one of them out"),
                );
            }
            let full = if prefix.is_empty() { name.text.clone() } else { format!("{prefix}.{}", name.text) };
            if let Some((_, def)) = schema.find(table, &full) {
                self.record_value(&schema, def, &format!("{owner}.{full}"), value);
            } else if schema.is_record(table, &full) {
                self.record(table, &full, value);
            } else if (table, full.as_str()) != (TableId::CHANGE, "assets") {
                let lead = if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
                let known = schema
                    .table(table)
                    .into_iter()
                    .flat_map(|t| &t.fields)
                    .filter_map(|field| field.name.strip_prefix(lead.as_str()))
                    .map(|field| field.split('.').next().unwrap_or(field));
                let error =
                    Diagnostic::error(codes::TEST_RECORD, name.span, format!("`{owner}` has no field `{full}`"));
                self.report(match suggest::nearest(&name.text, known) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!(
                        "`changegate schema` lists the fields; your own are declared by `extend {owner} {{ … }}`"
                    )),
                });
            }
        }
    }

    /// A value of a record: plain, and of the field's type.
    fn record_value(&mut self, schema: &Schema, def: &FieldDef, name: &str, value: &Expr) {
        let none = matches!(&value.kind, ExprKind::Name(word) if word == "none");
        if none && (def.or_none || def.absent == Absent::None) {
            return;
        }
        match &def.shape {
            Shape::Scalar(base) => self.record_scalar(base, def.range, name, value),
            Shape::Set(set) => {
                let element = set_element(schema, *set);
                match &value.kind {
                    ExprKind::Set(items) | ExprKind::List { items, .. } => {
                        items.iter().for_each(|item| self.record_scalar(&element.base, element.range, name, item));
                    }
                    _ => self.misfit(name, value, "a set: `{ \"a\", \"b\" }`"),
                }
            }
            Shape::List(of) => match &value.kind {
                ExprKind::List { items, .. } => items.iter().for_each(|item| self.record(*of, "", item)),
                ExprKind::Set(items) if items.is_empty() => {}
                _ => self.misfit(name, value, "a list of records: `[ { … } ]`"),
            },
        }
    }

    fn record_scalar(&mut self, base: &Type, range: Option<(i64, i64)>, name: &str, value: &Expr) {
        let inner = match &value.kind {
            ExprKind::Paren(inner) | ExprKind::Unary(UnaryOp::Neg, inner) => inner,
            _ => value,
        };
        let kind = &inner.kind;
        let text = || match kind {
            ExprKind::Str(text) => text.plain(),
            ExprKind::Name(word) => Some(word.clone()),
            _ => None,
        };
        let (fits, wanted) = match base {
            Type::Bool => (matches!(kind, ExprKind::Bool(_)), "`true` or `false`".to_owned()),
            Type::Int => {
                let number = match kind {
                    ExprKind::Number(text) => text.parse::<i64>().ok(),
                    _ => None,
                };
                let within = number.is_some_and(|n| range.is_none_or(|(low, high)| low <= n && n <= high));
                (
                    within,
                    range.map_or_else(
                        || "a whole number".to_owned(),
                        |(low, high)| format!("a whole number from {low} to {high}"),
                    ),
                )
            }
            Type::Number => (matches!(kind, ExprKind::Number(_)), "a number".to_owned()),
            Type::Percent => {
                (matches!(kind, ExprKind::Number(_) | ExprKind::Percent(_)), "a percent: `15%`".to_owned())
            }
            Type::Date => (matches!(kind, ExprKind::Time(_)), "a date: `2026-12-18`".to_owned()),
            Type::Time => {
                (matches!(kind, ExprKind::Time(_) | ExprKind::TimeIn(..)), "a time: `2026-12-18T18:00Z`".to_owned())
            }
            Type::Duration => (matches!(kind, ExprKind::Duration(_)), "a length: `90min`".to_owned()),
            Type::Enum(enumeration) => {
                if let Some(word) = text() {
                    if enumeration.code(&word).is_none() {
                        let known = enumeration.values.iter().map(String::as_str);
                        let error = Diagnostic::error(
                            codes::TEST_RECORD,
                            value.span,
                            format!("`{word}` is no value of `{name}`"),
                        );
                        self.report(error.help(suggest::help(&word, "its values are", known)));
                    }
                    return;
                }
                (false, format!("one of `{}`", enumeration.values.join("`, `")))
            }
            Type::Zone => {
                let known = text().is_some_and(|zone| crate::time::Zone::get(&zone).is_some());
                (known, "a time zone: `\"Europe/London\"`".to_owned())
            }
            Type::Cvss => (
                matches!(
                    kind,
                    ExprKind::Str(_)
                        | ExprKind::Number(_)
                        | ExprKind::Set(_)
                        | ExprKind::List { .. }
                        | ExprKind::Record(_)
                ),
                "a vector, a score, or a set of vectors".to_owned(),
            ),
            Type::Version => {
                (matches!(kind, ExprKind::Str(_) | ExprKind::Number(_)), "a version: `\"10.0.1\"`".to_owned())
            }
            _ => (matches!(kind, ExprKind::Str(_)), "a text in quotes".to_owned()),
        };
        if !fits {
            self.misfit(name, value, &wanted);
        }
    }

    fn misfit(&mut self, name: &str, value: &Expr, wanted: &str) {
        let shown = self.shown(value.span);
        self.report(
            Diagnostic::error(codes::TEST_RECORD, value.span, format!("`{shown}` does not fit `{name}`"))
                .label(format!("it takes {wanted}"))
                .help("a record holds plain values; leave the field out where it is to be unknown"),
        );
    }
}
