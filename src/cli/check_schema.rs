//! The JSON Schema of what `check` prints, put together from that of a decision.

use serde_json::{Map, Value, json};

/// The schema of one decision, as it is published.
const DECISION: &str = include_str!("../report/decision.schema.json");
/// What stands beside the decisions.
const BESIDE: &str = include_str!("../report/summary.schema.json");

/// What `check --format json` prints as a whole.
pub(super) fn whole() -> Value {
    let properties = json!({
        "decisions": { "type": "array", "items": { "$ref": "#/$defs/decision" }, "description": "By change and asset" },
        "changes": { "type": "array", "items": { "$ref": "#/$defs/summary" }, "description": "A summary of each change" },
    });
    schema(json!({
        "title": "What `changegate check --format json` prints",
        "type": "object",
        "required": ["decisions", "changes"],
        "additionalProperties": false,
        "properties": properties,
    }))
}

/// A line of what `check --format ndjson` prints: a decision, or the summary of a change.
pub(super) fn line() -> Value {
    let summary = json!({
        "type": "object",
        "required": ["summary"],
        "additionalProperties": false,
        "properties": { "summary": { "$ref": "#/$defs/summary" } },
    });
    schema(json!({
        "title": "A line of what `changegate check --format ndjson` prints",
        "anyOf": [{ "$ref": "#/$defs/decision" }, summary],
    }))
}

/// The schema with the definitions that it refers to; those of a decision stand beside it, where its references find them.
fn schema(body: Value) -> Value {
    let mut decision: Map<String, Value> = serde_json::from_str(DECISION).unwrap_or_default();
    let dialect = decision.remove("$schema").unwrap_or_default();
    let mut definitions = match decision.remove("$defs") {
        Some(Value::Object(definitions)) => definitions,
        _ => Map::new(),
    };
    definitions.insert("decision".to_owned(), Value::Object(decision));
    definitions.extend(serde_json::from_str::<Map<String, Value>>(BESIDE).unwrap_or_default());
    let mut whole = Map::from_iter([("$schema".to_owned(), dialect)]);
    whole.extend(body.as_object().cloned().unwrap_or_default());
    whole.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(whole)
}
