//! Records of a test as data.

use std::borrow::Cow;

use crate::facts::Json;
use crate::syntax::expr::{Expr, ExprKind, UnaryOp};
use crate::time::{Duration, Zone, parse_local_datetime};

/// The value of a literal in a test's record, as data would write it; an incomplete list keeps its mark.
#[must_use]
pub(super) fn json(expr: &Expr) -> Json<'static> {
    match &expr.kind {
        ExprKind::Bool(value) => Json::Bool(*value),
        ExprKind::Number(text) => Json::Number(Cow::Owned(text.clone())),
        ExprKind::Percent(text) => string(format!("{text}%")),
        ExprKind::Unary(UnaryOp::Neg, inner) => match json(inner) {
            Json::Number(text) => Json::Number(Cow::Owned(format!("-{text}"))),
            Json::String(text) => string(format!("-{text}")),
            other => other,
        },
        ExprKind::Str(text) => string(text.plain().unwrap_or_default()),
        ExprKind::Duration(micros) => string(Duration::from_micros(*micros).to_string()),
        ExprKind::TimeIn(text, zone) => {
            let zone = zone.plain().and_then(|name| Zone::get(&name));
            let local = parse_local_datetime(text).ok();
            let instant = zone.zip(local).and_then(|(zone, local)| zone.instant(local));
            string(instant.map_or_else(|| text.clone(), |instant| instant.to_rfc3339()))
        }
        ExprKind::Time(text) | ExprKind::Name(text) => string(text.clone()),
        ExprKind::Set(items) => Json::Array(items.iter().map(json).collect()),
        ExprKind::List { items, incomplete: false } => Json::Array(items.iter().map(json).collect()),
        ExprKind::List { items, incomplete: true } => Json::Incomplete(items.iter().map(json).collect()),
        ExprKind::Record(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (Cow::Owned(name.text.clone()), json(value))).collect())
        }
        ExprKind::Paren(inner) => json(inner),
        _ => Json::Null,
    }
}

fn string(text: String) -> Json<'static> {
    Json::String(Cow::Owned(text))
}
