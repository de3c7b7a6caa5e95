//! The value of an expression for every record of the subject that it names.

use std::sync::Arc;

use crate::check::program::{NodeId, VarId};
use crate::check::schema::TableId;
use crate::check::types::Type;
use crate::eval::column::Rows;
use crate::eval::env::Env;
use crate::eval::frame::{Binding, Frame, poss};
use crate::eval::unknown::missing;
use crate::eval::value::{Poss, Raw};
use crate::eval::{display, facts};

use super::rows::{ValueRow, Values};

/// Evaluates a node for every finding, asset or change, as it names them.
#[must_use]
pub fn values(env: &Env<'_>, node: NodeId, recorded: usize) -> Values {
    let Some(def) = env.node(node) else { return Values { ty: "?".to_owned(), rows: Vec::new() } };
    let names = |var| def.vars.contains(&var);
    let root = Frame::root(env);
    let assets = || (0..recorded).filter_map(|row| u32::try_from(row).ok());
    let changes = || (0..env.facts.change_count()).filter_map(|row| u32::try_from(row).ok());
    let mut rows = Vec::new();
    let of_change: Vec<Option<u32>> = if names(VarId::CHANGE) { changes().map(Some).collect() } else { vec![None] };
    for change in of_change {
        let outer = match change {
            Some(change) => crate::eval::decide::change_frame(&root, change),
            None => root.inner(1, Rows::First, Vec::new()),
        };
        let change_id = change.and_then(|row| facts::text(env, TableId::CHANGE, "id", row));
        let frame_rows: Vec<(u32, Option<u32>)> = if names(VarId::FINDING) {
            let findings = env.rows_of(TableId::FINDING);
            assets()
                .flat_map(|asset| crate::eval::urgency::findings_of(env, asset).map(move |f| (asset, Some(f))))
                .filter(|(_, finding)| {
                    let unseen = |f: u32| findings.is_some_and(|t| crate::eval::arms::bit(&t.phantom, f as usize));
                    !finding.is_some_and(unseen)
                })
                .collect()
        } else if names(VarId::ASSET) {
            assets().map(|asset| (asset, None)).collect()
        } else {
            rows.push(row(&outer, 0, node, change_id));
            continue;
        };
        for chunk in frame_rows.chunks(4096) {
            let own = |pick: fn(&(u32, Option<u32>)) -> u32| Binding::Rows(Arc::new(chunk.iter().map(pick).collect()));
            let inner = outer.inner(
                chunk.len(),
                Rows::First,
                vec![(VarId::ASSET, own(|r| r.0)), (VarId::FINDING, own(|r| r.1.unwrap_or(u32::MAX)))],
            );
            for (at, (asset, finding)) in chunk.iter().enumerate() {
                let mut subject = facts::text(env, TableId::ASSET, "id", *asset).unwrap_or_default();
                if let Some(finding) = finding {
                    let cve = facts::text(env, TableId::FINDING, "cve", *finding);
                    subject = format!("{subject}/{}", cve.unwrap_or_else(|| "?".to_owned()));
                }
                if let Some(change) = &change_id {
                    subject = format!("{change}/{subject}");
                }
                rows.push(row(&inner, at, node, Some(subject)));
            }
        }
    }
    rows.sort_by(|a, b| a.subject.cmp(&b.subject));
    Values { ty: def.ty.to_string(), rows }
}

fn row(frame: &Frame<'_>, at: usize, node: NodeId, subject: Option<String>) -> ValueRow {
    let env = frame.env;
    let base = env.base(node);
    let value = poss(&frame.eval(node), at);
    match value.one() {
        Some(raw) => ValueRow { subject, value: json(env, base, raw), possible: None, unknown: Vec::new() },
        None => ValueRow {
            subject,
            value: serde_json::Value::Null,
            possible: match value {
                Poss::Any => None,
                // A condition that is unknown may be both: that says nothing.
                _ if matches!(base, Type::Bool) => None,
                _ => Some(display::poss(env, base, &value)),
            },
            unknown: missing(frame, at, &[node], None),
        },
    }
}

fn json(env: &Env<'_>, base: &Type, raw: Raw) -> serde_json::Value {
    let text = display::raw(env, base, raw);
    match (base, raw) {
        (_, Raw::None) => serde_json::Value::String(text),
        (Type::Bool, _) => serde_json::Value::Bool(text == "true"),
        (Type::Int | Type::Number | Type::Percent, _) => {
            let digits = text.strip_suffix('%').unwrap_or(&text);
            serde_json::from_str(digits).unwrap_or(serde_json::Value::String(text))
        }
        _ => serde_json::Value::String(text),
    }
}
