//! Some rows at once, column after column: what is decided for a column is decided once for all of them.
//!
//! Where one of the rows is odd, all of them are read one by one.

use std::cmp::Ordering;
use std::ops::Range;

use super::super::super::column::{Cell, ColumnBuild, ListBuild, Numbered, ScalarBuild, State, Store, TableBuild, row};
use super::super::super::columns::{Columns, Plain};
use super::super::super::order::compare_cells;
use super::super::super::plan::{ShapePlan, TablePlan};
use super::super::super::pool::Pool;
use super::super::super::reader::Reader;
use super::super::column_plan::{Clock, Member, Take, Unknown, What};
use super::super::scan::Odd;
use super::super::{LARGE_SET, NOTHING, fill};
use super::{ColumnLane, Cursor, cell, nothing};

/// What a place of a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// The list is there and has no element.
    Empty,
    Element,
    /// Nobody knows what the list has.
    Phantom,
}

/// The places of the rows of a list.
struct Places {
    range: Range<usize>,
    /// By place.
    marks: Vec<Mark>,
    /// By row, how many elements there are, and what the list is.
    lists: Vec<(usize, State)>,
}

impl<'c, C: Columns> ColumnLane<'c, C> {
    /// Reads the next rows; where anything in any of them is odd, nothing is read, and it says so by `false`.
    pub(in super::super::super) fn block(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        table: &mut TableBuild,
        rows: usize,
    ) -> bool {
        let len = table.len;
        let lane = self.plan;
        let before: Vec<_> = self.cursors.iter().map(|cursor| (cursor.place, cursor.value, cursor.begun)).collect();
        self.unknown.clear();
        let read = lane.takes.iter().try_for_each(|take| self.take_all(reader, plan, table, take, rows));
        if read.is_ok() && self.has_told(reader) {
            for _ in 0..if lane.lacking.is_empty() { 0 } else { rows } {
                fill(table, &lane.lacking);
            }
            table.count_rows(rows);
            self.row += rows;
            self.tell_again(reader);
            return true;
        }
        table.truncate(len);
        for (cursor, (place, value, begun)) in self.cursors.iter_mut().zip(before) {
            (cursor.place, cursor.value, cursor.begun) = (place, value, begun);
        }
        false
    }

    fn take_all(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        table: &mut TableBuild,
        take: &'c Take,
        rows: usize,
    ) -> Result<(), Odd> {
        let (Some(field), Some(column)) = (plan.fields.get(take.field), table.columns.get_mut(take.field)) else {
            return Err(Odd);
        };
        let columns = self.columns;
        match (&take.what, column) {
            (What::Scalar { def, default, clock }, ColumnBuild::Scalar(column)) => {
                let cursor = self.cursors.get_mut(take.leaf).ok_or(Odd)?;
                let places = cursor.flat(rows)?;
                let mapped = Some((take.absence, default.as_deref(), clock));
                push_all(column, places.clone(), |place| {
                    let level = cursor.level(place);
                    let cell = match default {
                        _ if level == *def => {
                            let cell = cell(columns, cursor, reader, field, take.leaf, mapped)?;
                            cursor.value += 1;
                            cell
                        }
                        Some(text) => Cell::Int(reader.pool.strings.intern(text)),
                        None => Cell::Without(take.null),
                    };
                    if field.required && matches!(cell, Cell::Without(_)) { Err(Odd) } else { Ok(Some(cell)) }
                })?;
                cursor.leave(places.end, rows);
            }
            (What::Set { list, def, clock }, ColumnBuild::List(column)) => {
                let ShapePlan::List(inner) = &field.shape else { return Err(Odd) };
                let cursor = self.cursors.get_mut(take.leaf).ok_or(Odd)?;
                let nothing = nothing(field, take);
                set(columns, cursor, reader, inner, column, (take.leaf, *list, *def, clock, rows), nothing)?;
            }
            (What::List { list, element, members, lacking, unknown }, ColumnBuild::List(column)) => {
                let ShapePlan::List(inner) = &field.shape else { return Err(Odd) };
                let first = self.cursors.get(members.first().ok_or(Odd)?.leaf).ok_or(Odd)?;
                let places = first.listed(rows, *list, *element, nothing(field, take))?;
                self.members(reader, inner, &mut column.rows, members, lacking, &places, rows)?;
                self.unknown_keys(unknown, &places, rows)?;
                close(inner, column, &places, &reader.pool);
            }
            _ => return Err(Odd),
        }
        Ok(())
    }

    /// Fills the columns of the elements of a list.
    #[expect(clippy::too_many_arguments, reason = "what a list is read by, taken apart")]
    fn members(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        table: &mut TableBuild,
        members: &[Member],
        lacking: &[(usize, State)],
        places: &Places,
        rows: usize,
    ) -> Result<(), Odd> {
        // What is in lists of theirs cannot be put in order like this.
        if table.columns.iter().any(|column| matches!(column, ColumnBuild::List(_))) {
            return Err(Odd);
        }
        let columns = self.columns;
        let from = places.range.start;
        let mark = |place: usize| places.marks.get(place - from).copied().unwrap_or(Mark::Empty);
        for member in members {
            let (Some(field), Some(ColumnBuild::Scalar(column))) =
                (plan.fields.get(member.field), table.columns.get_mut(member.field))
            else {
                return Err(Odd);
            };
            let cursor = self.cursors.get_mut(member.leaf).ok_or(Odd)?;
            if cursor.place != from || cursor.places < places.range.end {
                return Err(Odd);
            }
            push_all(column, places.range.clone(), |place| {
                let cell = match mark(place) {
                    Mark::Empty => return Ok(None),
                    Mark::Phantom => return Ok(Some(Cell::Without(State::Absent))),
                    Mark::Element if cursor.level(place) == member.def => {
                        let cell = cell(columns, cursor, reader, field, member.leaf, None)?;
                        cursor.value += 1;
                        cell
                    }
                    Mark::Element => Cell::Without(NOTHING),
                };
                if field.required && matches!(cell, Cell::Without(_)) { Err(Odd) } else { Ok(Some(cell)) }
            })?;
            cursor.leave(places.range.end, rows);
        }
        for (at, state) in lacking {
            let Some(ColumnBuild::Scalar(column)) = table.columns.get_mut(*at) else { continue };
            push_all(column, places.range.clone(), |place| {
                Ok(match mark(place) {
                    Mark::Empty => None,
                    Mark::Phantom => Some(Cell::Without(State::Absent)),
                    Mark::Element => Some(Cell::Without(*state)),
                })
            })?;
        }
        for mark in places.marks.iter().filter(|mark| **mark != Mark::Empty) {
            table.len += 1;
            table.phantom.push(*mark == Mark::Phantom);
        }
        Ok(())
    }

    /// Counts the keys of elements that the vocabulary does not have.
    fn unknown_keys(&mut self, unknown: &'c [Unknown], places: &Places, rows: usize) -> Result<(), Odd> {
        let columns = self.columns;
        for key in unknown {
            let mut count = 0;
            for (number, leaf) in key.leaves.clone().enumerate() {
                let cursor = self.cursors.get_mut(leaf).ok_or(Odd)?;
                if cursor.place != places.range.start || cursor.places < places.range.end {
                    return Err(Odd);
                }
                for (place, mark) in places.range.clone().zip(&places.marks) {
                    let is_there = *mark == Mark::Element && cursor.level(place) >= key.def;
                    count += u64::from(number == 0 && is_there);
                    if cursor.level(place) == u16::from(cursor.most) {
                        let plain = match cursor.codes {
                            Some(codes) => columns.coded(leaf, *codes.get(cursor.value).ok_or(Odd)?),
                            None => columns.value(leaf, cursor.value),
                        };
                        if plain == Plain::Odd {
                            return Err(Odd);
                        }
                        cursor.value += 1;
                    }
                }
                cursor.leave(places.range.end, rows);
            }
            self.unknown.push((key, count));
        }
        Ok(())
    }
}

impl Cursor<'_> {
    fn level(&self, place: usize) -> u16 {
        u16::from(self.defs.get(place).copied().unwrap_or(self.most))
    }

    /// Goes past the places of some rows.
    fn leave(&mut self, place: usize, rows: usize) {
        self.place = place;
        self.begun += rows;
    }

    /// The places of the next rows of a column that is in no list.
    fn flat(&self, rows: usize) -> Result<Range<usize>, Odd> {
        let end = self.place + rows;
        if self.reps.is_empty() && end <= self.places { Ok(self.place..end) } else { Err(Odd) }
    }

    /// The places of the next rows of a column that is in a list.
    fn listed(&self, rows: usize, list: u16, element: u16, nothing: Result<State, Odd>) -> Result<Places, Odd> {
        let mut places = Places { range: self.place..self.place, marks: Vec::new(), lists: Vec::with_capacity(rows) };
        let end = self.places.min(self.reps.len());
        let mut place = self.place;
        for _ in 0..rows {
            if place >= end {
                return Err(Odd);
            }
            let level = self.level(place);
            if level <= list {
                let state = if level == list { State::Known } else { nothing? };
                let is_open = matches!(state, State::Absent | State::Unknown(_));
                places.marks.push(if is_open { Mark::Phantom } else { Mark::Empty });
                places.lists.push((usize::from(is_open), state));
                place += 1;
                continue;
            }
            let first = place;
            loop {
                if self.level(place) < element {
                    return Err(Odd);
                }
                places.marks.push(Mark::Element);
                place += 1;
                if place >= end || self.reps.get(place) == Some(&0) {
                    break;
                }
            }
            places.lists.push((place - first, State::Known));
        }
        places.range.end = place;
        Ok(places)
    }
}

/// Reads the values of sets.
fn set<C: Columns>(
    columns: &C,
    cursor: &mut Cursor<'_>,
    reader: &mut Reader,
    inner: &TablePlan,
    column: &mut ListBuild,
    (leaf, list, def, clock, rows): (usize, u16, u16, &Clock, usize),
    nothing: Result<State, Odd>,
) -> Result<(), Odd> {
    let end = cursor.places.min(cursor.reps.len());
    let mut items: Vec<Cell> = Vec::new();
    for _ in 0..rows {
        if cursor.place >= end {
            return Err(Odd);
        }
        let level = cursor.level(cursor.place);
        if level <= list {
            column.close(if level == list { State::Known } else { nothing? });
            cursor.leave(cursor.place + 1, 1);
            continue;
        }
        let (Some(value), Some(ColumnBuild::Scalar(values))) = (inner.fields.first(), column.rows.columns.first_mut())
        else {
            return Err(Odd);
        };
        items.clear();
        loop {
            if cursor.level(cursor.place) < def || items.len() > LARGE_SET {
                return Err(Odd);
            }
            let cell = cell(columns, cursor, reader, value, leaf, Some((NOTHING, None, clock)))?;
            if matches!(cell, Cell::Without(_)) {
                return Err(Odd);
            }
            if !items.contains(&cell) {
                items.push(cell);
            }
            cursor.value += 1;
            cursor.place += 1;
            if cursor.place >= end || cursor.reps.get(cursor.place) == Some(&0) {
                break;
            }
        }
        cursor.begun += 1;
        if items.len() > 1 {
            sort(&mut items, values.numbered, &reader.pool)?;
        }
        items.iter().for_each(|item| values.push(*item));
        column.rows.count_rows(items.len());
        column.close(State::Known);
    }
    Ok(())
}

/// Sorts the values of a set, no two of which are the same.
fn sort(items: &mut [Cell], numbered: Numbered, pool: &Pool) -> Result<(), Odd> {
    let compare = |a: &Cell, b: &Cell| match (a, b) {
        (Cell::Int(a), Cell::Int(b)) if numbered == Numbered::Text => pool.strings.get(*a).cmp(&pool.strings.get(*b)),
        (Cell::Int(a), Cell::Int(b)) => a.cmp(b),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        (Cell::Decimal(a), Cell::Decimal(b)) => a.cmp(b),
        _ => Ordering::Equal,
    };
    if numbered == Numbered::Cvss {
        return Err(Odd);
    }
    items.sort_by(compare);
    Ok(())
}

/// Puts the elements of lists in order, and ends the lists.
fn close(plan: &TablePlan, column: &mut ListBuild, places: &Places, pool: &Pool) {
    let mut swaps: Vec<(usize, usize)> = Vec::new();
    let table = &mut column.rows;
    let keys: Vec<&ScalarBuild> = plan.order.iter().filter_map(|at| table.scalar(*at)).collect();
    let compare = |a: usize, b: usize| {
        keys.iter().map(|key| compare_cells(key, a, b, pool)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut end = column.ends.last().map_or(0, |end| *end as usize);
    let mut order: Vec<usize> = Vec::new();
    for (count, state) in &places.lists {
        let range = end..end + count;
        end = range.end;
        column.ends.push(row(end));
        column.states.push(*state);
        if range.clone().skip(1).all(|at| compare(at - 1, at).is_le()) {
            continue;
        }
        order.clear();
        order.extend(range.clone());
        order.sort_by(|a, b| compare(*a, *b));
        // Where what stands at a place belongs, one exchange after the other.
        for at in range.clone() {
            let mut from = order.get(at - range.start).copied().unwrap_or(at);
            while from < at {
                from = order.get(from - range.start).copied().unwrap_or(at);
            }
            if from != at {
                swaps.push((at, from));
            }
        }
    }
    for column in &mut table.columns {
        let ColumnBuild::Scalar(scalar) = column else { continue };
        for (a, b) in &swaps {
            swap(scalar, *a, *b);
        }
    }
}

fn swap(scalar: &mut ScalarBuild, a: usize, b: usize) {
    if a.max(b) >= scalar.states.len() {
        return;
    }
    scalar.states.swap(a, b);
    match &mut scalar.store {
        Store::Bool(values) => values.swap(a, b),
        Store::Int(values) => values.swap(a, b),
        Store::Decimal(values) => values.swap(a, b),
    }
}

/// Pushes the cells of some places, as far as they have one.
fn push_all(
    column: &mut ScalarBuild,
    places: Range<usize>,
    mut cell: impl FnMut(usize) -> Result<Option<Cell>, Odd>,
) -> Result<(), Odd> {
    let ScalarBuild { store, states, .. } = column;
    states.reserve(places.len());
    let state = |cell| if let Cell::Without(state) = cell { state } else { State::Known };
    match store {
        Store::Bool(values) => {
            for place in places {
                let Some(cell) = cell(place)? else { continue };
                states.push(state(cell));
                values.push(cell == Cell::Bool(true));
            }
        }
        Store::Int(values) => {
            for place in places {
                let Some(cell) = cell(place)? else { continue };
                states.push(state(cell));
                values.push(if let Cell::Int(value) = cell { value } else { 0 });
            }
        }
        Store::Decimal(values) => {
            for place in places {
                let Some(cell) = cell(place)? else { continue };
                states.push(state(cell));
                values.push(if let Cell::Decimal(value) = cell { value } else { 0 });
            }
        }
    }
    Ok(())
}
