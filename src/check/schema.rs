//! What the facts look like: tables, their fields and the types of these.
//!
//! An entity is a table; a list or set inside one is a table of its own, whose rows belong to a row of the outer table. A record inside an
//! entity is flattened: its fields have names with points (`os.eol`).

use super::types::Type;

/// A table: an index into [`Schema::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(pub u16);

/// A field of a table: an index into [`TableDef::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl TableId {
    /// `asset`
    pub const ASSET: Self = Self(0);
    /// `finding`
    pub const FINDING: Self = Self(1);
    /// `change`
    pub const CHANGE: Self = Self(2);
    /// `incident`
    pub const INCIDENT: Self = Self(3);
    /// `person`
    pub const PERSON: Self = Self(4);
    /// `service`
    pub const SERVICE: Self = Self(5);
    /// `sample`
    pub const SAMPLE: Self = Self(6);
    /// `approval`
    pub const APPROVAL: Self = Self(7);
    /// `evidence`
    pub const EVIDENCE: Self = Self(8);
    /// `notice`
    pub const NOTICE: Self = Self(9);
    /// The rows of `asset.software`.
    pub const SOFTWARE: Self = Self(10);
    /// The rows of `person.delegations`.
    pub const DELEGATION: Self = Self(11);
    /// `waiver`: a waiver as data.
    pub const WAIVER: Self = Self(12);
    /// `duty`: what an earlier run found to be done.
    pub const DUTY: Self = Self(13);
    /// No table: the elements of a set that is written out.
    pub const LITERAL: Self = Self(u16::MAX);
}

/// What an absent key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// Nothing is known.
    Unknown,
    /// The set or list is empty.
    Empty,
    /// The value is `none`.
    None,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value.
    Scalar(Type),
    /// A set of values: a table with one field, `value`.
    Set(TableId),
    /// A list of records.
    List(TableId),
}

/// A field of a table.
#[derive(Clone, Debug)]
pub struct FieldDef {
    /// Its name, with points where it lies in a record.
    pub name: String,
    /// What it holds.
    pub shape: Shape,
    /// The least and greatest value of an `int`.
    pub range: Option<(i64, i64)>,
    /// Its absence is an input error.
    pub required: bool,
    /// `none` is one of its values.
    pub or_none: bool,
    /// What its absence means.
    pub absent: Absent,
    /// A time that can only be past: more than five minutes after `now` it is unknown.
    pub past: bool,
    /// A percent that data write as a fraction (`epss`: 0.149 is 14.9 %).
    pub fraction: bool,
    /// A sentence for `changegate schema`.
    pub doc: &'static str,
    /// Added by the policy's `extend`.
    pub extended: bool,
}

/// An entity, or the rows of a list or set.
#[derive(Clone, Debug)]
pub struct TableDef {
    /// The entity's name (`finding`), or the list's path (`asset.software`, `asset.tags`).
    pub name: String,
    /// The table whose rows these belong to.
    pub parent: Option<TableId>,
    /// The field that names a record to people (`id`, `cve`).
    pub key: Option<FieldId>,
    /// Its fields.
    pub fields: Vec<FieldDef>,
}

/// Every table that facts can have.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// By [`TableId`].
    pub tables: Vec<TableDef>,
}

impl Schema {
    /// A table.
    #[must_use]
    pub fn table(&self, id: TableId) -> Option<&TableDef> {
        self.tables.get(usize::from(id.0))
    }

    /// A field.
    #[must_use]
    pub fn field(&self, table: TableId, field: FieldId) -> Option<&FieldDef> {
        self.table(table)?.fields.get(usize::from(field.0))
    }

    /// A field by its name (with points).
    #[must_use]
    pub fn find(&self, table: TableId, name: &str) -> Option<(FieldId, &FieldDef)> {
        let fields = &self.table(table)?.fields;
        let at = fields.iter().position(|field| field.name == name)?;
        Some((FieldId(u16::try_from(at).ok()?), fields.get(at)?))
    }

    /// Whether a record of this name lies in the table (`os` in `asset`).
    #[must_use]
    pub fn is_record(&self, table: TableId, name: &str) -> bool {
        self.table(table).is_some_and(|t| {
            t.fields.iter().any(|f| f.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
        })
    }

    /// The entity with this name.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<TableId> {
        let at = self.tables.iter().position(|table| table.name == name)?;
        let entity = !matches!(u16::try_from(at).ok().map(TableId)?, TableId::SOFTWARE | TableId::DELEGATION);
        // The tables of sets and lists have a point in their names.
        u16::try_from(at).ok().map(TableId).filter(|_| entity && !name.contains('.'))
    }
}
