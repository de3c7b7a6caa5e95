//! The JSON Schemas of what `check` and `audit` print, put together from that of a decision.

use serde_json::{Map, Value, json};

/// The schema of one decision, as it is published.
const DECISION: &str = include_str!("../report/decision.schema.json");
/// What stands beside the decisions.
const BESIDE: &str = include_str!("../report/summary.schema.json");

/// What an audit adds to a decision, and what it is summed up in.
const AUDIT: &str = include_str!("../report/audit.schema.json");

/// What `when` and `calendar` print.
const TIME: &str = include_str!("../report/time.schema.json");

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

/// A line of what `watch --format ndjson` prints: a decision or a summary that became different, or what is said of each time that it decided.
pub(super) fn watch_line() -> Value {
    let keys = json!({ "type": "array", "items": { "type": "string" }, "description": "The keys that differ; none where it is new or gone" });
    let rules = |what: &str| json!({ "type": "array", "items": { "type": "string" }, "description": format!("The statements that {what} among its reasons") });
    let or_null = |of: &str| json!({ "anyOf": [{ "$ref": format!("#/$defs/{of}") }, { "type": "null" }] });
    let text = json!({ "type": ["string", "null"] });
    let decision = json!({
        "title": "A decision that became different",
        "type": "object",
        "required": ["change", "asset", "different", "came", "went", "before", "after"],
        "additionalProperties": false,
        "properties": {
            "change": text,
            "asset": text,
            "different": keys,
            "came": rules("came"),
            "went": rules("went"),
            "before": or_null("decision"),
            "after": or_null("decision"),
        },
    });
    let summary = json!({
        "title": "A summary that became different",
        "type": "object",
        "required": ["change", "different", "before", "after"],
        "additionalProperties": false,
        "properties": {
            "change": { "type": "string" },
            "different": keys,
            "before": or_null("summary"),
            "after": or_null("summary"),
        },
    });
    let time = json!({ "type": "string", "format": "date-time" });
    let number = json!({ "type": ["integer", "null"], "minimum": 0 });
    let watch = json!({
        "title": "The end of a time that it decided",
        "type": "object",
        "required": ["at", "status", "because", "took_ms"],
        "additionalProperties": false,
        "properties": {
            "at": time,
            "now": time,
            "status": { "enum": ["decided", "failed"] },
            "because": { "type": "array", "items": { "type": "string" }, "description": "The files that changed; `time` where it was time" },
            "decisions": number,
            "changes": number,
            "different": number,
            "errors": number,
            "took_ms": number,
            "message": { "type": "string", "description": "Why it failed" },
            "kept": { "type": ["string", "null"], "format": "date-time", "description": "The time for which the answer that stands was given" },
        },
    });
    let only = |name: &str, of: Value| json!({ "type": "object", "required": [name], "additionalProperties": false, "properties": { name: of } });
    schema(json!({
        "title": "A line of what `changegate watch --format ndjson` prints",
        "anyOf": [decision, only("summary", summary), only("watch", watch)],
    }))
}

/// What `audit --format json` prints as a whole.
pub(super) fn audit() -> Value {
    with_audit(json!({
        "title": "What `changegate audit --format json` prints",
        "type": "object",
        "required": ["decisions", "summary"],
        "additionalProperties": false,
        "properties": {
            "decisions": {
                "type": "array",
                "items": { "$ref": "#/$defs/asset" },
                "description": "Assets of which there is something to say: the strongest verdict first, then by id",
            },
            "summary": { "$ref": "#/$defs/state" },
        },
    }))
}

/// A line of what `audit --format ndjson` prints: an asset, or in the end the summary.
pub(super) fn audit_line() -> Value {
    let summary = json!({
        "type": "object",
        "required": ["summary"],
        "additionalProperties": false,
        "properties": { "summary": { "$ref": "#/$defs/state" } },
    });
    with_audit(json!({
        "title": "A line of what `changegate audit --format ndjson` prints",
        "anyOf": [{ "$ref": "#/$defs/asset" }, summary],
    }))
}

/// What `when --format json` prints as a whole.
pub(super) fn when() -> Value {
    with_time(json!({
        "title": "What `changegate when --format json` prints",
        "type": "object",
        "required": ["when"],
        "additionalProperties": false,
        "properties": { "when": { "$ref": "#/$defs/when" } },
    }))
}

/// What `calendar --format json` prints as a whole.
pub(super) fn calendar() -> Value {
    with_time(json!({
        "title": "What `changegate calendar --format json` prints",
        "type": "object",
        "required": ["calendar", "summary"],
        "additionalProperties": false,
        "properties": {
            "calendar": {
                "type": "array",
                "items": { "$ref": "#/$defs/time_on" },
                "description": "By start, kind, name and zone",
            },
            "summary": { "$ref": "#/$defs/times_on" },
        },
    }))
}

fn with_time(body: Value) -> Value {
    let mut whole = schema(body);
    let definitions: Map<String, Value> = serde_json::from_str(TIME).unwrap_or_default();
    if let Some(Value::Object(all)) = whole.get_mut("$defs") {
        all.extend(definitions);
    }
    whole
}

/// The schema with what an audit's refers to: an asset is a decision with more keys.
fn with_audit(body: Value) -> Value {
    let mut whole = schema(body);
    let mut own: Map<String, Value> = serde_json::from_str(AUDIT).unwrap_or_default();
    let more = own.remove("asset").and_then(|more| more.as_object().cloned()).unwrap_or_default();
    let definitions = own.remove("definitions").and_then(|all| all.as_object().cloned()).unwrap_or_default();
    let Some(Value::Object(all)) = whole.get_mut("$defs") else { return whole };
    all.extend(definitions);
    if let Some(Value::Object(mut asset)) = all.remove("decision") {
        asset.insert("title".to_owned(), json!("An asset of which there is something to say"));
        if let Some(Value::Array(required)) = asset.get_mut("required") {
            required.extend(more.keys().map(|key| json!(key)));
        }
        if let Some(Value::Object(properties)) = asset.get_mut("properties") {
            properties.extend(more);
        }
        all.insert("asset".to_owned(), Value::Object(asset));
    }
    whole
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
