//! The records of a `test`, held against the vocabulary.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name};

use super::checker::Checker;
use super::codes;
use super::schema::{Shape, TableId};
use super::suggest;

impl Checker {
    pub(super) fn test_record(&mut self, entity: &Name, record: &Expr) {
        let schema = Arc::clone(&self.program.schema);
        match schema.entity(&entity.text) {
            Some(table @ (TableId::ASSET | TableId::CHANGE)) => self.record(table, "", record),
            Some(table) => {
                let name = schema.table(table).map(|t| t.name.clone()).unwrap_or_default();
                let help = match table {
                    TableId::FINDING => "write it into its asset: `findings: [ { … } ]`".to_owned(),
                    _ => "a test gives `asset` and `change` records".to_owned(),
                };
                self.report(
                    Diagnostic::error(codes::TEST_RECORD, entity.span, format!("a test gives no `{name}` of its own")).help(help),
                );
            }
            None => {
                let error =
                    Diagnostic::error(codes::TEST_RECORD, entity.span, format!("there is no entity `{}`", entity.text));
                self.report(match suggest::help(&entity.text, "a test gives", ["asset", "change"]) {
                    Some(help) => error.help(help),
                    None => error,
                });
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
                if let (Shape::List(of), ExprKind::List { items, .. }) = (&def.shape, &value.kind) {
                    let of = *of;
                    items.iter().for_each(|item| self.record(of, "", item));
                }
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
                let error = Diagnostic::error(codes::TEST_RECORD, name.span, format!("`{owner}` has no field `{full}`"));
                self.report(match suggest::nearest(&name.text, known) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("`changegate schema` lists the fields; your own are declared by `extend {owner} {{ … }}`")),
                });
            }
        }
    }
}
