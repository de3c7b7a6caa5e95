//! The schema turned round for reading: which key of a record fills which column.

use std::sync::Arc;

use crate::check::reads::Reads;
use crate::check::schema::{Absent, FieldDef, FieldId, Schema, Shape, TableId};
use crate::check::types::Type;

/// How deep lists may lie within lists; a schema that leads round in a circle ends there.
const DEEPEST: usize = 8;

/// How the rows of one table are read.
#[derive(Debug)]
pub(super) struct TablePlan {
    pub table: TableId,
    /// What messages call it: `asset`, `asset.findings[]`.
    pub path: Arc<str>,
    /// By field id.
    pub fields: Vec<FieldPlan>,
    /// The keys of a record, sorted by name.
    pub keys: Vec<KeyPlan>,
    /// The field that names a record to people.
    pub key: Option<usize>,
    /// The rows are the values of a set.
    pub is_set: bool,
    /// The fields that are read, in the order in which rows are compared: what names a record first.
    pub order: Vec<usize>,
    /// The fields that count for the digest, in the order of the schema.
    pub counted: Vec<usize>,
}

/// How one field is read.
#[derive(Debug)]
pub(super) struct FieldPlan {
    /// What messages call it: `asset.os.eol`, `asset.findings[].epss`.
    pub path: Arc<str>,
    pub shape: ShapePlan,
    pub range: Option<(i64, i64)>,
    pub required: bool,
    pub or_none: bool,
    pub absent: Absent,
    pub past: bool,
    pub fraction: bool,
    /// There is a column for it.
    pub read: bool,
    /// It is part of the digest.
    pub counts: bool,
}

/// What a field holds.
#[derive(Debug)]
pub(super) enum ShapePlan {
    Scalar(Type),
    List(TablePlan),
}

/// What a key of an object leads to.
#[derive(Debug)]
pub(super) struct KeyPlan {
    pub name: String,
    /// What messages call it.
    pub path: Arc<str>,
    pub target: Target,
}

/// A field, or a record whose keys lead to fields.
#[derive(Debug)]
pub(super) enum Target {
    Field(usize),
    Record(Vec<KeyPlan>),
    /// Read by who knows this record: the assets of a change.
    Special,
}

impl TablePlan {
    /// The plan of an entity; the keys `special` are left to the caller.
    pub(super) fn entity(schema: &Schema, table: TableId, special: &[&str]) -> Self {
        let name = schema.table(table).map_or("", |def| def.name.as_str());
        let mut plan = Self::of(schema, table, name, 0);
        for name in special {
            let path = Arc::from(format!("{}.{name}", plan.path));
            let key = KeyPlan { name: (*name).to_owned(), path, target: Target::Special };
            plan.keys.retain(|known| known.name != key.name);
            let at = plan.keys.partition_point(|known| known.name < key.name);
            plan.keys.insert(at, key);
        }
        plan
    }

    fn of(schema: &Schema, table: TableId, path: &str, depth: usize) -> Self {
        let mut plan = Self::empty(table, Arc::from(path));
        let Some(def) = schema.table(table) else { return plan };
        plan.key = def.key.map(|key| usize::from(key.0));
        for (at, field) in def.fields.iter().enumerate() {
            let field = FieldPlan::of(schema, field, path, depth);
            plan.fields.push(field);
            if let Some(def) = def.fields.get(at) {
                insert(&mut plan.keys, path, &def.name, at);
            }
        }
        plan.order();
        plan
    }

    /// Lets only some fields count, and where `drop` says so gives no column to the others.
    pub(super) fn narrow(&mut self, reads: &Reads, drop: bool) {
        for (at, field) in self.fields.iter_mut().enumerate() {
            let id = u16::try_from(at).map_or(FieldId(u16::MAX), FieldId);
            field.counts = field.required || self.key == Some(at) || reads.has(self.table, id);
            field.read = field.counts || !drop;
            if let ShapePlan::List(inner) = &mut field.shape {
                inner.narrow(reads, drop);
            }
        }
        self.order();
    }

    /// What counts comes first, so that nothing else tells two rows apart that are the same to the policy.
    fn order(&mut self) {
        let weight = |at: &usize| {
            let counts = self.fields.get(*at).is_some_and(|field| field.counts);
            (Some(*at) != self.key, !counts)
        };
        let of = |wanted: fn(&FieldPlan) -> bool| {
            let fields = self.fields.iter().enumerate().filter(|(_, field)| wanted(field));
            fields.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let (mut order, counted) = (of(|field| field.read), of(|field| field.counts));
        order.sort_by_key(weight);
        (self.order, self.counted) = (order, counted);
    }

    fn empty(table: TableId, path: Arc<str>) -> Self {
        Self {
            table,
            path,
            fields: Vec::new(),
            keys: Vec::new(),
            key: None,
            is_set: false,
            order: Vec::new(),
            counted: Vec::new(),
        }
    }
}

impl FieldPlan {
    fn of(schema: &Schema, field: &FieldDef, owner: &str, depth: usize) -> Self {
        let path = format!("{owner}.{}", field.name);
        let rows = |table, is_set| {
            let path = format!("{path}[]");
            let inner = if depth < DEEPEST {
                TablePlan::of(schema, table, &path, depth + 1)
            } else {
                TablePlan::empty(table, Arc::from(path))
            };
            let mut inner = TablePlan { is_set, ..inner };
            if let (true, Some(value)) = (is_set, inner.fields.first_mut()) {
                value.path = Arc::clone(&inner.path);
            }
            ShapePlan::List(inner)
        };
        let shape = match &field.shape {
            Shape::Scalar(base) => ShapePlan::Scalar(base.clone()),
            Shape::Set(table) => rows(*table, true),
            Shape::List(table) => rows(*table, false),
        };
        Self {
            path: Arc::from(path),
            shape,
            range: field.range,
            required: field.required,
            or_none: field.or_none || field.absent == Absent::None,
            absent: field.absent,
            past: field.past,
            fraction: field.fraction,
            read: true,
            counts: true,
        }
    }
}

/// Puts a field under its name, with a record for each point in it.
fn insert(keys: &mut Vec<KeyPlan>, owner: &str, name: &str, field: usize) {
    let (head, rest) = match name.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (name, None),
    };
    let path = format!("{owner}.{head}");
    let at = keys.partition_point(|key| key.name.as_str() < head);
    if keys.get(at).is_none_or(|key| key.name != head) {
        let target = if rest.is_some() { Target::Record(Vec::new()) } else { Target::Field(field) };
        keys.insert(at, KeyPlan { name: head.to_owned(), path: Arc::from(path.as_str()), target });
    }
    if let (Some(rest), Some(KeyPlan { target: Target::Record(inner), .. })) = (rest, keys.get_mut(at)) {
        insert(inner, &path, rest, field);
    }
}
