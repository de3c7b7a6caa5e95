//! One JSON object into one row, by the plan of its table.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::column::{Cell, ColumnBuild, ListBuild, State, TableBuild};
use super::json::Json;
use super::order::settle;
use super::plan::{FieldPlan, KeyPlan, ShapePlan, TablePlan, Target};
use super::problem::Trouble;
use super::reader::Reader;
use super::table::Cause;
use crate::check::schema::Absent;
use crate::check::types::Type;
use crate::syntax::suggest::nearest;

/// The keys and values of an object.
pub(super) type Entries<'j> = [(Cow<'j, str>, Json<'j>)];

/// What stands where a key leads.
#[derive(Clone, Copy)]
enum Given<'v, 'j> {
    Value(&'v Json<'j>),
    /// Nothing, or nothing that can be used.
    Without(State),
}

/// Sets up to this size are searched for doubles without an index.
const SMALL_SET: usize = 32;

impl Reader {
    /// Reads an object in canonical form into the next row; takes the row back, and returns false, where a required field is missing.
    pub(super) fn record(&mut self, plan: &TablePlan, table: &mut TableBuild, entries: &Entries<'_>) -> bool {
        let (len, outer) = (table.len, std::mem::take(&mut self.failed));
        self.keys(plan, &plan.path, &plan.keys, table, Ok(entries));
        table.end_row();
        if self.failed {
            table.truncate(len);
        }
        !std::mem::replace(&mut self.failed, outer)
    }

    /// Fills the columns of every key, whether the record has it or not. Both are sorted by name.
    fn keys(
        &mut self,
        plan: &TablePlan,
        owner: &Arc<str>,
        keys: &[KeyPlan],
        table: &mut TableBuild,
        record: Result<&Entries<'_>, State>,
    ) {
        let (mut rest, without) = match record {
            Ok(entries) => (entries, State::Absent),
            Err(state) => (Default::default(), state),
        };
        for key in keys {
            while let Some(((name, value), after)) = rest.split_first()
                && name.as_ref() < key.name.as_str()
            {
                self.unknown_key(plan, owner, keys, name, value);
                rest = after;
            }
            let unread =
                matches!(key.target, Target::Field(at) if plan.fields.get(at).is_some_and(|field| !field.read));
            let mut given = Given::Without(without);
            let mut first = true;
            while let Some(((name, value), after)) = rest.split_first()
                && name.as_ref() == key.name.as_str()
            {
                given = match given {
                    _ if unread => given,
                    _ if first => Given::Value(value),
                    Given::Value(other) if other == value => given,
                    Given::Value(_) => self.twice(key, value),
                    Given::Without(_) => given,
                };
                first = false;
                rest = after;
            }
            match &key.target {
                Target::Special => {}
                Target::Field(at) => {
                    if let (Some(field), Some(column)) = (plan.fields.get(*at), table.columns.get_mut(*at)) {
                        self.field(field, column, given);
                    }
                }
                Target::Record(inner) => {
                    let record = match given {
                        Given::Value(Json::Object(entries)) => Ok(entries.as_slice()),
                        Given::Value(Json::Null) => Err(State::Unknown(Cause::Missing)),
                        Given::Value(Json::Unreadable) => Err(State::Unknown(Cause::Malformed)),
                        Given::Value(other) => Err(self.not_a_record(&key.path, other)),
                        Given::Without(state) => Err(state),
                    };
                    self.keys(plan, &key.path, inner, table, record);
                }
            }
        }
        for (name, value) in rest {
            self.unknown_key(plan, owner, keys, name, value);
        }
    }

    fn field(&mut self, field: &FieldPlan, column: &mut ColumnBuild, given: Given<'_, '_>) {
        let given = match (given, field.absent) {
            (Given::Without(State::Absent), Absent::Empty | Absent::None) => Given::Without(State::AbsentMeant),
            (given, _) => given,
        };
        let state = match (&field.shape, column) {
            (ShapePlan::Scalar(base), ColumnBuild::Scalar(column)) => {
                let cell = match given {
                    Given::Value(json) => self.scalar(field, base, json),
                    Given::Without(state) => Cell::Without(state),
                };
                column.push(cell);
                if let Cell::Without(state) = cell { state } else { State::Known }
            }
            (ShapePlan::List(inner), ColumnBuild::List(column)) => {
                let state = self.elements(field, inner, column, given);
                column.close(state);
                state
            }
            _ => return,
        };
        if field.required && matches!(state, State::Absent | State::Unknown(_)) {
            self.missing(field, if let Given::Value(json) = given { Some(json) } else { None });
        }
    }

    /// Reads a list's elements; what is dropped leaves the list incomplete.
    fn elements(
        &mut self,
        field: &FieldPlan,
        inner: &TablePlan,
        column: &mut ListBuild,
        given: Given<'_, '_>,
    ) -> State {
        let (elements, mut state) = match given {
            Given::Without(state) => return state,
            Given::Value(Json::Null) => return State::Unknown(Cause::Missing),
            Given::Value(Json::Unreadable) => return State::Unknown(Cause::Malformed),
            Given::Value(Json::Array(elements)) => (elements, State::Known),
            Given::Value(Json::Incomplete(elements)) => (elements, State::Unknown(Cause::Incomplete)),
            Given::Value(other) => {
                let words = || (format!("`{}` is not a list: it counts as unknown", field.path), None);
                self.warn(&field.path, Trouble::Type, words, other, || None);
                return State::Unknown(Cause::Malformed);
            }
        };
        let from = column.rows.len;
        match inner.fields.first() {
            Some(FieldPlan { shape: ShapePlan::Scalar(base), .. }) if inner.is_set => {
                state = state.min(self.values(inner, base, &mut column.rows, elements));
            }
            _ => {
                for element in elements {
                    let dropped = match element {
                        Json::Object(entries) if self.record(inner, &mut column.rows, entries) => continue,
                        // The missing field has been reported as an error.
                        Json::Object(_) => Cause::Incomplete,
                        Json::Unreadable => Cause::Malformed,
                        other => {
                            self.element(&inner.path, other);
                            Cause::Malformed
                        }
                    };
                    state = state.min(State::Unknown(dropped));
                }
            }
        }
        settle(inner, &mut column.rows, from, &self.pool);
        state
    }

    /// Reads the values of a set, each once.
    fn values(&mut self, inner: &TablePlan, base: &Type, rows: &mut TableBuild, elements: &[Json<'_>]) -> State {
        let Some(field) = inner.fields.first() else { return State::Unknown(Cause::Malformed) };
        let mut state = State::Known;
        let mut small = Vec::new();
        let mut large = HashSet::new();
        for element in elements {
            let cell = match element {
                Json::Null => {
                    self.element(&inner.path, element);
                    Cell::Without(State::Unknown(Cause::Malformed))
                }
                other => self.scalar(field, base, other),
            };
            if matches!(cell, Cell::Without(_)) {
                state = State::Unknown(Cause::Malformed);
                continue;
            }
            let is_new = if elements.len() > SMALL_SET {
                large.insert(cell)
            } else {
                let is_new = !small.contains(&cell);
                small.push(cell);
                is_new
            };
            if let (true, Some(ColumnBuild::Scalar(column))) = (is_new, rows.columns.first_mut()) {
                column.push(cell);
                rows.end_row();
            }
        }
        state
    }

    fn element(&mut self, path: &Arc<str>, found: &Json<'_>) {
        let words = || (format!("an element of `{path}` cannot be read: the list counts as incomplete"), None);
        self.warn(path, Trouble::Element, words, found, || None);
    }

    fn not_a_record(&mut self, path: &Arc<str>, found: &Json<'_>) -> State {
        let words = || (format!("`{path}` is not a record: all its fields count as unknown"), None);
        self.warn(path, Trouble::Type, words, found, || None);
        State::Unknown(Cause::Malformed)
    }

    fn twice<'v, 'j>(&mut self, key: &KeyPlan, found: &Json<'_>) -> Given<'v, 'j> {
        let words = || {
            let message =
                format!("`{}` stands twice in one record with different values: it counts as unknown", key.path);
            (message, None)
        };
        self.warn(&key.path, Trouble::DuplicateKey, words, found, || None);
        Given::Without(State::Unknown(Cause::Disagreement))
    }

    fn unknown_key(&mut self, plan: &TablePlan, owner: &Arc<str>, keys: &[KeyPlan], name: &str, value: &Json<'_>) {
        let here = &self.here;
        let help = || {
            if let Some((record, field)) = name.rsplit_once('.')
                && plan.fields.iter().any(|known| *known.path == *format!("{owner}.{name}"))
            {
                return Some(format!("write `{field}` in a record `{record}`"));
            }
            let known = keys.iter().map(|key| key.name.as_str());
            nearest(name, known).map(|meant| format!("did you mean `{meant}`?"))
        };
        let place = || here.place(Some(format!("found `{}`", value.excerpt())));
        self.report.unknown_key(owner, name, help, place);
    }
}
