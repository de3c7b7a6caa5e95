//! `changegate schema`: the vocabulary that policies can use, and JSON Schemas of what goes in and comes out.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::Status;
use super::args::PolicyArgs;
use super::check_schema;
use super::engine;
use super::failure::Failure;
use super::output;
use super::session::Session;
use crate::check::schema::{Absent, FieldDef, Schema, Shape, TableDef, TableId};
use crate::check::types::Type;
use crate::report::Format;

/// Print the vocabulary that policies can use, or a JSON Schema
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Only this entity, such as asset or finding
    #[arg(value_name = "ENTITY", conflicts_with = "json_schema")]
    entity: Option<String>,
    /// Print a JSON Schema instead
    #[arg(long, value_enum, value_name = "OF")]
    json_schema: Option<Of>,
    #[command(flatten)]
    policy: PolicyArgs,
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Of {
    /// An asset: one line of an inventory
    Inventory,
    /// A change
    Change,
    /// A person
    People,
    /// A service
    Services,
    /// An incident
    Incidents,
    /// A waiver
    Waivers,
    /// A measurement
    Samples,
    /// A duty of an earlier run
    Obligations,
    /// A decision
    Decision,
    /// All that `check --format json` prints
    Check,
    /// A line of what `check --format ndjson` prints: a decision or a summary
    Line,
    /// A line of what `watch --format ndjson` prints: what became different, or the end of a time that it decided
    WatchLine,
    /// All that `audit --format json` prints
    Audit,
    /// A line of what `audit --format ndjson` prints: an asset or the summary
    AuditLine,
    /// All that `when --format json` prints
    When,
    /// All that `calendar --format json` prints
    Calendar,
}

impl Of {
    /// The entity, and what its schema is called; none for what comes out.
    fn entity(self) -> Option<(TableId, &'static str)> {
        Some(match self {
            Self::Inventory => (TableId::ASSET, "An asset: one line of an inventory"),
            Self::Change => (TableId::CHANGE, "A change"),
            Self::People => (TableId::PERSON, "A person, with roles and delegations"),
            Self::Services => (TableId::SERVICE, "A service, with its owner"),
            Self::Incidents => (TableId::INCIDENT, "An incident"),
            Self::Waivers => (TableId::WAIVER, "A waiver, for the assets, changes or findings that it names"),
            Self::Samples => (TableId::SAMPLE, "A measurement, which metrics read"),
            Self::Obligations => (TableId::DUTY, "A duty of an earlier run"),
            Self::Decision
            | Self::Check
            | Self::Line
            | Self::WatchLine
            | Self::Audit
            | Self::AuditLine
            | Self::When
            | Self::Calendar => {
                return None;
            }
        })
    }
}

/// Prints the standard vocabulary, with what the policy adds where one is named.
pub(super) fn run(args: &SchemaArgs, session: &Session) -> Result<Status, Failure> {
    let printed = match args.json_schema {
        Some(Of::Decision) => Some(include_str!("../report/decision.schema.json").to_owned()),
        Some(Of::Check) => Some(pretty(&check_schema::whole())),
        Some(Of::Line) => Some(pretty(&check_schema::line())),
        Some(Of::WatchLine) => Some(pretty(&check_schema::watch_line())),
        Some(Of::Audit) => Some(pretty(&check_schema::audit())),
        Some(Of::AuditLine) => Some(pretty(&check_schema::audit_line())),
        Some(Of::When) => Some(pretty(&check_schema::when())),
        Some(Of::Calendar) => Some(pretty(&check_schema::calendar())),
        _ => None,
    };
    if let Some(printed) = printed {
        output::print_text(&printed)?;
        return Ok(Status::Good);
    }
    let schema = if args.policy.policy.is_some() || session.config.policy.is_some() {
        engine::schema(&session.policy(&args.policy)?.policy)
    } else {
        engine::standard_schema()
    };
    let text = match (args.json_schema.and_then(Of::entity), session.format) {
        (Some((entity, title)), _) => pretty(&json_schema(&schema, entity, title)),
        (None, Format::Human) => human(&schema, args.entity.as_deref())?,
        (None, _) => vocabulary(&schema, args.entity.as_deref())?,
    };
    output::print_text(&text)?;
    Ok(Status::Good)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The tables that have a name of their own, or the one that was asked for.
fn tables<'s>(schema: &'s Schema, entity: Option<&str>) -> Result<Vec<&'s TableDef>, Failure> {
    let shown = || schema.tables.iter().filter(|table| !is_set(table));
    let Some(name) = entity else { return Ok(shown().collect()) };
    match shown().find(|table| table.name == name) {
        Some(table) => Ok(vec![table]),
        None => {
            let failure = Failure::new(format!("there is no entity `{name}`"));
            Err(match crate::syntax::suggest::nearest(name, shown().map(|table| table.name.as_str())) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("`changegate schema` lists them all"),
            })
        }
    }
}

/// The table of a set's values: shown as the set's type, not on its own.
fn is_set(table: &TableDef) -> bool {
    table.parent.is_some() && table.fields.len() == 1 && table.fields.first().is_some_and(|f| f.name == "value")
}

/// A field's type as the language writes it, with its attributes.
fn type_text(schema: &Schema, field: &FieldDef) -> String {
    let ranged = |base: &Type| match field.range.filter(|_| *base == Type::Int) {
        Some((low, high)) => format!("{base} {low}..{high}"),
        None => base.to_string(),
    };
    let mut text = match &field.shape {
        Shape::Scalar(base) => ranged(base),
        Shape::Set(table) => {
            let element = schema.table(*table).and_then(|t| t.fields.first()).map(|value| type_text(schema, value));
            format!("set<{}>", element.unwrap_or_default())
        }
        Shape::List(table) => {
            let name = schema.table(*table).map(|t| t.name.as_str()).unwrap_or_default();
            format!("list<{name}>")
        }
    };
    if field.or_none {
        text.push_str(" or none");
    }
    if field.required {
        text.push_str(" required");
    }
    text.push_str(match field.absent {
        Absent::Unknown => "",
        Absent::Empty => " absent empty",
        Absent::None => " absent none",
    });
    text
}

fn human(schema: &Schema, entity: Option<&str>) -> Result<String, Failure> {
    let mut text = String::new();
    for table in tables(schema, entity)? {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&table.name);
        text.push('\n');
        let names = table.fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for field in &table.fields {
            let own = if field.extended { "  (added by the policy)" } else { "" };
            text.push_str(&format!("  {:names$}  {}{own}\n", field.name, type_text(schema, field)));
            if !field.doc.is_empty() {
                text.push_str(&format!("  {:names$}    {}\n", "", field.doc));
            }
        }
    }
    Ok(text)
}

fn vocabulary(schema: &Schema, entity: Option<&str>) -> Result<String, Failure> {
    let mut entities = Map::new();
    for table in tables(schema, entity)? {
        let fields: Vec<Value> = table
            .fields
            .iter()
            .map(|field| {
                json!({
                    "field": field.name,
                    "type": type_text(schema, field),
                    "required": field.required,
                    "added": field.extended,
                    "doc": field.doc,
                })
            })
            .collect();
        entities.insert(table.name.clone(), Value::Array(fields));
    }
    Ok(Value::Object(entities).to_string())
}

fn json_schema(schema: &Schema, table: TableId, title: &str) -> Value {
    let mut object = record(schema, table, 0);
    if let Value::Object(members) = &mut object {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!(title));
    }
    object
}

/// The schema of a table's records; fields with points lie in objects of their own.
fn record(schema: &Schema, table: TableId, depth: usize) -> Value {
    let mut root = Map::new();
    let mut required = Vec::new();
    // Lists do not lie in themselves, but the vocabulary is data, and a bound costs nothing.
    let fields = schema.table(table).filter(|_| depth < 8).map(|table| table.fields.as_slice()).unwrap_or_default();
    for field in fields {
        if field.required {
            required.push(json!(field.name));
        }
        insert(&mut root, &field.name, value(schema, table, field, depth));
    }
    let mut object = json!({ "type": "object", "properties": root });
    if let (Value::Object(members), false) = (&mut object, required.is_empty()) {
        members.insert("required".to_owned(), Value::Array(required));
    }
    object
}

/// Puts a field into the properties, going through the objects that its name's parts say.
fn insert(properties: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((head, rest)) = name.split_once('.') else {
        properties.insert(name.to_owned(), value);
        return;
    };
    let inner = properties.entry(head).or_insert_with(|| json!({ "type": ["object", "null"], "properties": {} }));
    if let Some(Value::Object(inner)) = inner.get_mut("properties") {
        insert(inner, rest, value);
    }
}

fn value(schema: &Schema, owner: TableId, field: &FieldDef, depth: usize) -> Value {
    let mut forms = match &field.shape {
        Shape::Scalar(base) => scalar(base, field),
        Shape::Set(table) => {
            let element = schema.table(*table).and_then(|t| t.fields.first());
            let items = element.map_or_else(Vec::new, |element| match &element.shape {
                Shape::Scalar(base) => scalar(base, element),
                Shape::Set(_) | Shape::List(_) => Vec::new(),
            });
            vec![json!({ "type": "array", "items": one_of(items) })]
        }
        Shape::List(table) => vec![json!({ "type": "array", "items": record(schema, *table, depth + 1) })],
    };
    if owner == TableId::CHANGE && field.name == "assets" {
        forms.push(json!({ "type": "object", "properties": { "where": { "type": "string" } }, "required": ["where"] }));
    }
    if field.or_none {
        forms.push(json!({ "const": "none" }));
    }
    if !field.required {
        forms.push(json!({ "type": "null" }));
    }
    let mut shown = one_of(forms);
    if let (Value::Object(members), false) = (&mut shown, field.doc.is_empty()) {
        members.insert("description".to_owned(), json!(field.doc));
    }
    shown
}

fn one_of(mut forms: Vec<Value>) -> Value {
    match forms.len() {
        0 => json!({}),
        1 => forms.swap_remove(0),
        _ => json!({ "anyOf": forms }),
    }
}

/// A percent as a number.
fn percent(field: &FieldDef) -> Value {
    match (field.range, field.fraction) {
        (Some(_), true) => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        (Some((low, high)), false) => json!({ "type": "number", "minimum": low, "maximum": high }),
        (None, _) => json!({ "type": "number" }),
    }
}

/// The forms in which data may write a value of a type.
fn scalar(base: &Type, field: &FieldDef) -> Vec<Value> {
    let text = || json!({ "type": "string" });
    match base {
        Type::Bool => vec![json!({ "type": "boolean" })],
        Type::Int => match field.range {
            Some((low, high)) => vec![json!({ "type": "integer", "minimum": low, "maximum": high })],
            None => vec![json!({ "type": "integer" })],
        },
        Type::Number => vec![json!({ "type": "number" })],
        Type::Percent => vec![percent(field), json!({ "type": "string", "pattern": "^-?[0-9.]+%$" })],
        Type::Date => vec![json!({ "type": "string", "format": "date" })],
        Type::Time => {
            vec![json!({ "type": "string", "format": "date-time" }), json!({ "type": "string", "format": "date" })]
        }
        Type::Enum(def) => vec![json!({ "enum": def.values })],
        Type::Cvss => {
            let one = json!({ "type": "object", "properties": {
                "vector": { "type": "string" }, "score": { "type": "number" }, "version": { "type": "string" } } });
            let each = json!({ "anyOf": [text(), { "type": "number" }, one] });
            vec![text(), json!({ "type": "number" }), one, json!({ "type": "array", "items": each })]
        }
        // The id of a record: a blank one names nothing.
        Type::Row(_) => vec![json!({ "type": "string", "pattern": "\\S" })],
        Type::String
        | Type::Duration
        | Type::Span
        | Type::Zone
        | Type::Version
        | Type::Set(_)
        | Type::List(_)
        | Type::Nothing
        | Type::Error => vec![text()],
    }
}
