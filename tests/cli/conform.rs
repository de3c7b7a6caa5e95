//! As much of JSON Schema as the published schemas use.

use serde_json::Value;

/// That a value is what a schema says.
#[track_caller]
pub(crate) fn conforms(schema: &Value, value: &Value) {
    if let Err(wrong) = check(schema, schema, value, "$") {
        panic!("{wrong}\n{value:#}");
    }
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(members) = schema.as_object() else { return Err(format!("{at}: no schema")) };
    for (keyword, wanted) in members {
        let good = match keyword.as_str() {
            "$ref" => {
                let path = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                let inner = root.pointer(path).ok_or_else(|| format!("{at}: there is no {path}"))?;
                check(root, inner, value, at)?;
                true
            }
            "type" => match wanted {
                Value::Array(types) => types.iter().any(|one| is(one.as_str().unwrap(), value)),
                one => is(one.as_str().unwrap(), value),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "anyOf" => wanted.as_array().unwrap().iter().any(|one| check(root, one, value, at).is_ok()),
            "required" => {
                let missing = |key: &&Value| value.is_object() && value.get(key.as_str().unwrap()).is_none();
                if let Some(key) = wanted.as_array().unwrap().iter().find(missing) {
                    return Err(format!("{at}: {key} is missing"));
                }
                true
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                let unknown = value.as_object().and_then(|v| v.keys().find(|key| !known.contains_key(*key)));
                if let (Some(key), false) = (unknown, wanted.as_bool().unwrap()) {
                    return Err(format!("{at}: `{key}` is not in the schema"));
                }
                true
            }
            "properties" => {
                for (key, inner) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        check(root, inner, value, &format!("{at}.{key}"))?;
                    }
                }
                true
            }
            "items" => {
                for (n, element) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, wanted, element, &format!("{at}[{n}]"))?;
                }
                true
            }
            "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().unwrap()),
            "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= wanted.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|list| list.len() as u64 <= wanted.as_u64().unwrap()),
            "uniqueItems" => value.as_array().is_none_or(|list| (1..list.len()).all(|n| !list[..n].contains(&list[n]))),
            "format" if value.is_string() && wanted == "date-time" => value.as_str().unwrap().ends_with('Z'),
            "$schema" | "title" | "description" | "examples" | "$defs" | "format" | "pattern" => true,
            other => return Err(format!("{at}: the keyword `{other}` is not known here")),
        };
        if !good {
            return Err(format!("{at}: {value} is not {keyword} {wanted}"));
        }
    }
    Ok(())
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn the_checker_of_schemas_checks() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "$ref": "#/$defs/n" }, "b": { "type": ["null", "array"], "items": { "enum": ["x"] } } },
        "$defs": { "n": { "type": "integer", "minimum": 1 } }
    });
    conforms(&schema, &serde_json::json!({ "a": 1, "b": ["x"] }));
    for wrong in [r#"{"a":0}"#, r#"{"b":null}"#, r#"{"a":1,"c":2}"#, r#"{"a":1,"b":["y"]}"#, r#"{"a":"1"}"#, "7"] {
        let value: Value = serde_json::from_str(wrong).unwrap();
        assert!(check(&schema, &schema, &value, "$").is_err(), "{wrong}");
    }
}
