//! `[[source]]` of `changegate.toml`, held against the vocabulary.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Form, Kind, Mapping, Path, Rule, Source, time};
use crate::check::schema::{Schema, Shape, TableId};
use crate::check::types::Type;
use crate::facts::{Json, printable};
use crate::syntax::suggest::nearest;
use crate::time::{Zone, zone_names};

/// What is wrong in the file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The keys of a source.
const SOURCE: [&str; 8] = ["files", "format", "entity", "asset", "timezone", "delimiter", "records", "fields"];
/// The keys of a field.
const FIELD: [&str; 9] = ["from", "values", "split", "time", "timezone", "unit", "unknown", "none", "default"];
/// The entities that records can become.
const ENTITIES: [(&str, TableId); 11] = [
    ("asset", TableId::ASSET),
    ("change", TableId::CHANGE),
    ("person", TableId::PERSON),
    ("service", TableId::SERVICE),
    ("incident", TableId::INCIDENT),
    ("waiver", TableId::WAIVER),
    ("obligation", TableId::DUTY),
    ("sample", TableId::SAMPLE),
    ("finding", TableId::FINDING),
    ("software", TableId::SOFTWARE),
    ("approval", TableId::APPROVAL),
];

/// Reads the sources of a file.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(text: &str, schema: &Schema) -> Result<Vec<Source>, Wrong> {
    let reading = Reading { text, schema, built_in: false };
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| reading.line(span.start));
        Wrong { line, message: format!("not TOML: {}", error.message()), help: None }
    })?;
    let Some(sources) = table.get_ref().get("source") else { return Ok(Vec::new()) };
    let Some(list) = sources.get_ref().as_array() else {
        return Err(reading.wrong(sources, "`source` must be a list of tables").help("write `[[source]]`"));
    };
    list.iter().map(|source| reading.source(source)).collect()
}

/// The rules of a built-in mapping, which is written like the fields of a source; a field that the vocabulary lacks is passed over.
#[must_use]
pub fn builtin(text: &str, schema: &Schema, entity: TableId) -> Vec<Rule> {
    let reading = Reading { text, schema, built_in: true };
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let name = ENTITIES.iter().find(|(_, id)| *id == entity).map_or("", |(name, _)| name);
    let rules = table.get_ref().iter().filter_map(|(field, value)| reading.rule(entity, name, field, value).ok());
    rules.collect()
}

impl Wrong {
    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

struct Reading<'t> {
    text: &'t str,
    schema: &'t Schema,
    built_in: bool,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reading<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count().saturating_add(1)
    }

    fn wrong<T>(&self, at: &Spanned<T>, message: impl Into<String>) -> Wrong {
        Wrong { line: self.line(at.span().start), message: message.into(), help: None }
    }

    fn source(&self, value: &Value<'_>) -> Result<Source, Wrong> {
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.wrong(value, "`source` must be a list of tables").help("write `[[source]]`"));
        };
        self.keys(table, &SOURCE, "a source")?;
        let text = |key: &str| table.get(key).map(|value| self.text(key, value)).transpose();
        let files = match table.get("files") {
            Some(files) => self.texts("files", files)?,
            None => {
                return Err(self.wrong(value, "a source needs `files`").help("write `files = \"exports/cmdb.csv\"`"));
            }
        };
        let form = match (text("format")?, table.get("format")) {
            (Some(name), Some(at)) => Some(Form::of(&name).ok_or_else(|| {
                let names = Form::ALL.map(|(name, _)| name);
                self.unknown(at, "format", &name, &names)
            })?),
            _ => None,
        };
        let (name, entity) = match (text("entity")?, table.get("entity")) {
            (Some(name), Some(at)) => ENTITIES.iter().find(|(known, _)| *known == name).copied().ok_or_else(|| {
                let names = ENTITIES.map(|(name, _)| name);
                self.unknown(at, "entity", &name, &names)
            })?,
            _ => ("asset", TableId::ASSET),
        };
        let delimiter = match (text("delimiter")?, table.get("delimiter")) {
            (Some(mark), Some(at)) => match mark.as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\n' | b'\r') => *byte,
                _ => return Err(self.wrong(at, "`delimiter` must be one character, like `;`")),
            },
            _ => b',',
        };
        let mut rules = Vec::new();
        if let Some(fields) = table.get("fields") {
            let Some(fields) = fields.get_ref().as_table() else {
                return Err(self.wrong(fields, "`fields` must be a table").help("write `[source.fields]`"));
            };
            for (field, value) in fields {
                self.rules(entity, name, field, value, &mut rules)?;
            }
        }
        let has_fields = table.contains_key("fields");
        if has_fields {
            let key = if parent(entity).is_some() { parent(entity).unwrap_or_default() } else { "id" };
            let own_asset = key == "asset" && table.contains_key("asset");
            let built_in = matches!(form, Some(Form::ServiceNow | Form::Jira | Form::Osquery));
            if !own_asset
                && !built_in
                && entity != TableId::SAMPLE
                && !rules.iter().any(|rule: &Rule| rule.field == key)
            {
                let message = format!("the fields of a source of `{name}` need `{key}`");
                return Err(self.wrong(value, message).help(format!("write `{key} = \"…\"`: where the source has it")));
            }
        }
        Ok(Source {
            line: self.line(value.span().start),
            files,
            form,
            asset: text("asset")?,
            delimiter,
            records: text("records")?,
            mapping: Mapping { entity, name: name.to_owned(), zone: self.zone(table)?, is_of_user: false, rules },
            has_fields,
        })
    }

    /// A field, or the fields of a record and of those in it: TOML reads `os.name = …` as a table in a table.
    fn rules(
        &self,
        entity: TableId,
        name: &str,
        field: &Spanned<Cow<'_, str>>,
        value: &Value<'_>,
        rules: &mut Vec<Rule>,
    ) -> Result<(), Wrong> {
        let inner = value.get_ref().as_table().filter(|_| self.schema.is_record(entity, field.get_ref()));
        let Some(inner) = inner else {
            rules.push(self.rule(entity, name, field, value)?);
            return Ok(());
        };
        for (rest, value) in inner {
            let whole = Cow::Owned(format!("{}.{}", field.get_ref(), rest.get_ref()));
            self.rules(entity, name, &Spanned::new(rest.span(), whole), value, rules)?;
        }
        Ok(())
    }

    fn rule(
        &self,
        entity: TableId,
        name: &str,
        field: &Spanned<Cow<'_, str>>,
        value: &Value<'_>,
    ) -> Result<Rule, Wrong> {
        let kind = self.kind(entity, name, field)?;
        let path: Arc<str> = Arc::from(format!("{name}.{}", field.get_ref()));
        let mut rule = Rule {
            field: field.get_ref().to_string(),
            path,
            kind,
            split: None,
            from: Vec::new(),
            values: None,
            time: None,
            zone: None,
            unit: None,
            unknown: Vec::new(),
            none: Vec::new(),
            default: None,
            line: if self.built_in { 0 } else { self.line(field.span().start) },
        };
        let Some(table) = value.get_ref().as_table() else {
            rule.from = self.texts("from", value)?.iter().map(|text| Path::new(text)).collect();
            return Ok(rule);
        };
        self.keys(table, &FIELD, "a field")?;
        let text = |key: &str| table.get(key).map(|value| self.text(key, value)).transpose();
        let texts = |key: &str| table.get(key).map_or(Ok(Vec::new()), |value| self.texts(key, value));
        rule.from = texts("from")?.iter().map(|text| Path::new(text)).collect();
        rule.split = text("split")?;
        rule.unit = text("unit")?;
        (rule.unknown, rule.none) = (texts("unknown")?, texts("none")?);
        rule.zone = self.zone(table)?;
        if let (Some(form), Some(at)) = (text("time")?, table.get("time")) {
            if !time::is_form(&form) {
                let help = "write a form like `%d/%m/%Y %H:%M`, or `unix` or `unix-ms`";
                return Err(self.wrong(at, format!("`time` is no form of a date or time: `{form}`")).help(help));
            }
            rule.time = Some(form);
        }
        if let Some(values) = table.get("values") {
            let Some(values) = values.get_ref().as_table() else {
                let help = "write `values = { \"1 - Critical\" = 1 }`";
                return Err(self.wrong(values, "`values` must be a table").help(help));
            };
            let pairs = values.iter().map(|(key, value)| Ok((key.get_ref().trim().to_owned(), self.json(value)?)));
            rule.values = Some(pairs.collect::<Result<BTreeMap<_, _>, Wrong>>()?);
        }
        rule.default = table.get("default").map(|value| self.json(value)).transpose()?;
        if rule.from.is_empty() && rule.default.is_none() {
            return Err(self.wrong(value, format!("`{}` needs `from` or `default`", rule.path)));
        }
        Ok(rule)
    }

    fn kind(&self, entity: TableId, name: &str, field: &Spanned<Cow<'_, str>>) -> Result<Kind, Wrong> {
        let written = field.get_ref().as_ref();
        if let Some(owner) = parent(entity).filter(|owner| *owner == written) {
            return Ok(Kind::One(Type::Row(if owner == "change" { TableId::CHANGE } else { TableId::ASSET })));
        }
        // Which assets a change is for is no column of its table.
        if entity == TableId::CHANGE && written == "assets" {
            return Ok(Kind::Set(Type::Row(TableId::ASSET)));
        }
        let element = |table: TableId| match self
            .schema
            .table(table)
            .and_then(|def| def.fields.first())
            .map(|field| &field.shape)
        {
            Some(Shape::Scalar(base)) => base.clone(),
            _ => Type::String,
        };
        match self.schema.find(entity, written).map(|(_, def)| &def.shape) {
            Some(Shape::Scalar(base)) => Ok(Kind::One(base.clone())),
            Some(Shape::Set(table)) => Ok(Kind::Set(element(*table))),
            Some(Shape::List(_)) => Ok(Kind::Records),
            None => {
                let fields = self.schema.table(entity).map(|def| def.fields.as_slice()).unwrap_or_default();
                let wrong = self.wrong(field, format!("`{name}` has no field `{}`", printable(written)));
                Err(match nearest(written, fields.iter().map(|field| field.name.as_str())) {
                    Some(near) => wrong.help(format!("did you mean `{near}`?")),
                    None => wrong.help(format!("`changegate schema {name}` prints the fields")),
                })
            }
        }
    }

    fn zone(&self, table: &DeTable<'_>) -> Result<Option<Zone>, Wrong> {
        let Some(value) = table.get("timezone") else { return Ok(None) };
        let name = self.text("timezone", value)?;
        Zone::get(&name).map(Some).ok_or_else(|| {
            let wrong = self.wrong(value, format!("there is no time zone `{}`", printable(&name)));
            match nearest(&name, zone_names()) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")),
                None => wrong.help("write a name of the IANA database, such as `Europe/London`"),
            }
        })
    }

    fn keys(&self, table: &DeTable<'_>, known: &[&str], of: &str) -> Result<(), Wrong> {
        match table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            None => Ok(()),
            Some(key) => {
                let wrong = self.wrong(key, format!("{of} has no key `{}`", printable(key.get_ref())));
                Err(match nearest(key.get_ref(), known.iter().copied()) {
                    Some(near) => wrong.help(format!("did you mean `{near}`?")),
                    None => wrong.help(format!("the keys are `{}`", known.join("`, `"))),
                })
            }
        }
    }

    fn unknown(&self, at: &Value<'_>, key: &str, name: &str, known: &[&str]) -> Wrong {
        let wrong = self.wrong(at, format!("there is no {key} `{}`", printable(name)));
        match nearest(name, known.iter().copied()) {
            Some(near) => wrong.help(format!("did you mean `{near}`?")),
            None => wrong.help(format!("there are `{}`", known.join("`, `"))),
        }
    }

    fn text(&self, key: &str, value: &Value<'_>) -> Result<String, Wrong> {
        let text = value.get_ref().as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| self.wrong(value, format!("`{key}` must be a text")))
    }

    /// A text, or a list of texts.
    fn texts(&self, key: &str, value: &Value<'_>) -> Result<Vec<String>, Wrong> {
        let Some(list) = value.get_ref().as_array() else {
            let text = value.get_ref().as_str().map(str::to_owned);
            let text = text.ok_or_else(|| self.wrong(value, format!("`{key}` must be a text, or a list of texts")))?;
            return Ok(vec![text]);
        };
        list.iter().map(|item| self.text(key, item)).collect()
    }

    fn json(&self, value: &Value<'_>) -> Result<Json<'static>, Wrong> {
        let text = |text: &str| Cow::Owned(text.to_owned());
        Ok(match value.get_ref() {
            DeValue::String(string) => Json::String(text(string)),
            DeValue::Boolean(value) => Json::Bool(*value),
            DeValue::Integer(number) if number.radix() == 10 => Json::Number(text(number.as_str())),
            DeValue::Float(number)
                if number.as_str().bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) =>
            {
                Json::Number(text(number.as_str()))
            }
            DeValue::Datetime(time) => Json::String(Cow::Owned(time.to_string())),
            DeValue::Array(items) => Json::Array(items.iter().map(|item| self.json(item)).collect::<Result<_, _>>()?),
            _ => {
                return Err(
                    self.wrong(value, "a value must be a text, a number, true or false, a date, or a list of these")
                );
            }
        })
    }
}

/// What a record that is put together with others belongs to, by the field that says to which.
#[must_use]
pub fn parent(entity: TableId) -> Option<&'static str> {
    match entity {
        TableId::FINDING | TableId::SOFTWARE => Some("asset"),
        TableId::APPROVAL => Some("change"),
        _ => None,
    }
}
