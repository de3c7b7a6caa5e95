//! Records as the JSON texts in which they are stored.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Held;
use crate::sources::enrich::{NAMES, Remark};
use crate::sources::feeds::Kind;
use crate::sources::feeds::eol::{End, Product, Release};
use crate::sources::{Advisory, Assertion, At, Edition, Origin, Status};

/// What is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// What a feed says of a vulnerability.
    Advisory(Advisory),
    /// What a VEX document says.
    Assertion(Assertion),
    /// How long a product is supported.
    Product(Product),
}

impl Record {
    /// The record as JSON.
    pub(super) fn write(&self) -> Value {
        match self {
            Record::Advisory(it) => json!({
                "is": "advisory", "feed": it.feed, "id": it.id, "aliases": it.aliases, "upstream": it.upstream, "fields": it.fields,
                "affected": it.affected, "withdrawn": it.withdrawn, "modified": it.modified, "from": origin(&it.origin),
            }),
            Record::Assertion(it) => json!({
                "is": "assertion", "ids": it.ids, "products": it.products, "within": it.within, "status": status(it.status),
                "justification": it.justification, "at": it.at, "fields": it.fields, "from": origin(&it.origin),
            }),
            Record::Product(it) => json!({
                "is": "product", "name": it.name, "title": it.title, "category": it.category, "identifiers": it.identifiers,
                "releases": it.releases.iter().map(release).collect::<Vec<_>>(), "from": origin(&it.origin),
            }),
        }
    }

    /// The record of a JSON text; `None` where it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Record> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let from = origin_of(value.get("from")?)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let fields = || value.get("fields").and_then(Value::as_object).cloned();
        match value.get("is")?.as_str()? {
            "advisory" => Some(Record::Advisory(Advisory {
                feed: Kind::from_name(value.get("feed")?.as_str()?)?.name(),
                id: text("id")?,
                aliases: texts(value.get("aliases")?)?,
                upstream: value.get("upstream").and_then(texts).unwrap_or_default(),
                fields: fields()?,
                affected: value.get("affected").filter(|value| !value.is_null()).cloned(),
                withdrawn: value.get("withdrawn")?.as_bool()?,
                modified: text("modified"),
                origin: from,
            })),
            "assertion" => Some(Record::Assertion(Assertion {
                ids: texts(value.get("ids")?)?,
                products: texts(value.get("products")?)?,
                within: texts(value.get("within")?)?,
                status: STATUSES.into_iter().find(|(name, _)| value.get("status").is_some_and(|it| it == *name))?.1,
                justification: text("justification"),
                at: text("at"),
                fields: fields()?,
                origin: from,
            })),
            "product" => Some(Record::Product(Product {
                name: text("name")?,
                title: text("title"),
                category: text("category"),
                identifiers: texts(value.get("identifiers")?)?,
                releases: value.get("releases")?.as_array()?.iter().map(release_of).collect::<Option<_>>()?,
                origin: from,
            })),
            _ => None,
        }
    }

    /// The name of the file that it is from.
    pub fn file(&self) -> &str {
        match self {
            Record::Advisory(it) => &it.origin.file,
            Record::Assertion(it) => &it.origin.file,
            Record::Product(it) => &it.origin.file,
        }
    }
}

const STATUSES: [(&str, Status); 4] = [
    ("not_affected", Status::NotAffected),
    ("affected", Status::Affected),
    ("fixed", Status::Fixed),
    ("under_investigation", Status::UnderInvestigation),
];

fn status(status: Status) -> &'static str {
    STATUSES.into_iter().find(|(_, other)| *other == status).map_or("", |(name, _)| name)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn origin(origin: &Origin) -> Value {
    match &origin.at {
        At::File => json!([&*origin.file]),
        At::Line(line) => json!([&*origin.file, line]),
        At::Pointer(pointer) => json!([&*origin.file, pointer]),
    }
}

fn origin_of(value: &Value) -> Option<Origin> {
    let file: Arc<str> = Arc::from(value.get(0)?.as_str()?);
    let at = match value.get(1) {
        None => At::File,
        Some(Value::String(pointer)) => At::Pointer(pointer.clone()),
        Some(line) => At::Line(u32::try_from(line.as_u64()?).ok()?),
    };
    Some(Origin { file, at })
}

fn end(end: &End) -> Value {
    match end {
        End::Unknown => Value::Null,
        End::None => Value::Bool(false),
        End::Past => Value::Bool(true),
        End::On(day) => Value::from(day.as_str()),
        End::Ended(day) => json!({"ended": day}),
    }
}

fn end_of(value: Option<&Value>) -> End {
    match value {
        Some(Value::Bool(false)) => End::None,
        Some(Value::Bool(true)) => End::Past,
        Some(Value::String(day)) => End::On(day.clone()),
        Some(Value::Object(end)) => match end.get("ended") {
            Some(Value::String(day)) => End::Ended(day.clone()),
            _ => End::Unknown,
        },
        _ => End::Unknown,
    }
}

fn release(release: &Release) -> Value {
    json!({
        "cycle": release.cycle, "also": release.also, "released": release.released, "active": end(&release.active), "eol": end(&release.eol),
        "extended": end(&release.extended), "latest": release.latest,
    })
}

fn release_of(value: &Value) -> Option<Release> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Release {
        cycle: text("cycle")?,
        also: texts(value.get("also")?)?,
        released: text("released"),
        active: end_of(value.get("active")),
        eol: end_of(value.get("eol")),
        extended: end_of(value.get("extended")),
        latest: text("latest"),
    })
}

/// What is known of the feeds, as JSON.
pub(super) fn held(held: &[Held]) -> Value {
    let one = |held: &Held| {
        let it = &held.edition;
        json!({
            "feed": it.feed, "version": it.version, "made": it.made, "count": it.count, "read": it.read, "dropped": it.dropped,
            "file": held.file, "added": held.added, "beside": held.beside,
            "told": held.told.iter().map(|remark| json!([remark.name, remark.about, remark.message])).collect::<Vec<_>>(),
        })
    };
    Value::Array(held.iter().map(one).collect())
}

/// The same, read.
pub(super) fn held_of(value: &Value) -> Option<Vec<Held>> {
    let one = |value: &Value| {
        let value: &Map<String, Value> = value.as_object()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let edition = Edition {
            feed: Kind::from_name(value.get("feed")?.as_str()?)?.name(),
            version: text("version"),
            made: text("made"),
            count: value.get("count").and_then(Value::as_u64),
            read: value.get("read")?.as_u64()?,
            dropped: value.get("dropped")?.as_u64()?,
        };
        let told = value.get("told")?.as_array()?.iter().map(remark_of).collect::<Option<_>>()?;
        let beside = value.get("beside")?.as_object()?.iter();
        let beside =
            beside.map(|(file, added)| Some((file.clone(), added.as_str()?.to_owned()))).collect::<Option<_>>()?;
        Some(Held { edition, file: text("file")?, added: text("added")?, told, beside })
    };
    value.as_array()?.iter().map(one).collect()
}

fn remark_of(value: &Value) -> Option<Remark> {
    let text = |at: usize| value.get(at).and_then(Value::as_str);
    let name = NAMES.into_iter().find(|name| Some(*name) == text(0))?;
    Some(Remark { name, about: text(1)?.to_owned(), message: text(2)?.to_owned(), origin: None })
}
