//! The people of the input, as approvals ask about them: who holds a role, and who may stand in for whom.

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::program::CompareOp;
use crate::check::schema::{FieldId, TableId};
use crate::facts::table::{Column, ListColumn, Scalar, TableData};

use super::super::env::Env;
use super::super::quant::scalar_at;
use super::super::value::{Could, Poss, Raw, compare, numeric};

/// The same for names that differ only in letter case or in blanks around them: these may be one person.
#[must_use]
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The records of people.
#[derive(Debug, Default)]
pub struct People {
    table: Option<Arc<TableData>>,
    rows: HashMap<i64, usize>,
    roles: Option<FieldId>,
    delegations: Option<FieldId>,
    to: Option<FieldId>,
    role: Option<FieldId>,
    from: Option<FieldId>,
    until: Option<FieldId>,
}

impl People {
    /// Finds the people of the input; without any the votes' own word is taken.
    #[must_use]
    pub fn new(env: &Env<'_>) -> Self {
        let schema = &env.program.schema;
        let field = |table, name| schema.find(table, name).map(|(field, _)| field);
        if !env.facts.given.contains(&TableId::PERSON) {
            return Self::default();
        }
        let table = env.facts.others.iter().find(|rows| rows.table == TableId::PERSON).cloned();
        let mut rows = HashMap::new();
        if let (Some(table), Some(id)) = (&table, field(TableId::PERSON, "id"))
            && let Some(Column::Scalar(ids)) = table.column(id)
        {
            for row in 0..table.len {
                if let Poss::One(Raw::Int(id)) = scalar_at(ids, row) {
                    rows.insert(id, row);
                }
            }
        }
        Self {
            table,
            rows,
            roles: field(TableId::PERSON, "roles"),
            delegations: field(TableId::PERSON, "delegations"),
            to: field(TableId::DELEGATION, "to"),
            role: field(TableId::DELEGATION, "role"),
            from: field(TableId::DELEGATION, "from"),
            until: field(TableId::DELEGATION, "until"),
        }
    }

    /// Whether people were given, so that votes are held against them.
    #[must_use]
    pub const fn given(&self) -> bool {
        self.table.is_some()
    }

    /// Whether somebody has a record.
    #[must_use]
    pub fn known(&self, person: i64) -> bool {
        self.rows.contains_key(&person)
    }

    fn list(&self, person: i64, field: Option<FieldId>) -> Option<(&ListColumn, std::ops::Range<usize>)> {
        let row = *self.rows.get(&person)?;
        let Some(Column::List(list)) = self.table.as_ref()?.column(field?) else { return None };
        let from = *list.offsets.get(row)? as usize;
        let to = *list.offsets.get(row.checked_add(1)?)? as usize;
        Some((list, from..to))
    }

    /// Whether somebody holds a role. Of who has no record nothing is known.
    #[must_use]
    pub fn holds(&self, person: i64, role: i64) -> Could {
        let Some((list, range)) = self.list(person, self.roles) else { return Could::UNKNOWN };
        let Some(Column::Scalar(values)) = list.rows.columns.first() else { return Could::UNKNOWN };
        any(range.map(|at| (unseen(list, at), equal(&scalar_at(values, at), role))))
    }

    /// Whether somebody may stand in for another in a role at an instant.
    #[must_use]
    pub fn delegated(&self, from: i64, to: i64, role: i64, at: Option<i64>) -> Could {
        let Some((list, range)) = self.list(from, self.delegations) else { return Could::UNKNOWN };
        let column = |field: Option<FieldId>| match list.rows.column(field?)? {
            Column::Scalar(scalar) => Some(scalar),
            Column::List(_) | Column::Unread => None,
        };
        let (whom, what, since, until) = (column(self.to), column(self.role), column(self.from), column(self.until));
        let read = |scalar: Option<&Scalar>, row| scalar.map_or(Poss::Any, |scalar| scalar_at(scalar, row));
        let now = at.map_or(Poss::Any, |at| Poss::One(Raw::Int(at)));
        any(range.map(|row| {
            let every_role = match read(what, row) {
                Poss::One(Raw::None) => Could::certain(true),
                other => equal(&other, role),
            };
            let open = match read(until, row) {
                Poss::One(Raw::None) => Could::certain(true),
                other => compare(CompareOp::Lt, &now, &other, &numeric),
            };
            let begun = compare(CompareOp::Le, &read(since, row), &now, &numeric);
            let fits = both(both(equal(&read(whom, row), to), every_role), both(begun, open));
            (unseen(list, row), fits)
        }))
    }
}

fn equal(value: &Poss, to: i64) -> Could {
    compare(CompareOp::Eq, value, &Poss::One(Raw::Int(to)), &numeric)
}

fn unseen(list: &ListColumn, row: usize) -> bool {
    super::super::arms::bit(&list.rows.phantom, row)
}

/// `and`
#[must_use]
pub const fn both(a: Could, b: Could) -> Could {
    Could { be_true: a.be_true && b.be_true, be_false: a.be_false || b.be_false }
}

/// Whether one of some elements fits; an unseen one may be there or not.
fn any(elements: impl Iterator<Item = (bool, Could)>) -> Could {
    let mut found = Could::certain(false);
    for (unseen, fits) in elements {
        found.be_true |= fits.be_true;
        found.be_false &= unseen || fits.be_false;
    }
    found
}
