//! The columns of a file straight into the cells of rows.
//!
//! As with texts (the module above), what is odd is left to a tree.

mod blocks;

use super::super::column::{Cell, ColumnBuild, State, TableBuild};
use super::super::columns::{Columns, Plain};
use super::super::order::settle;
use super::super::plan::{FieldPlan, ShapePlan, TablePlan};
use super::super::reader::Reader;
use super::column_plan::{Clock, ColumnPlan, Member, Take, Unknown, What};
use super::scan::Odd;
use super::{LARGE_SET, NOTHING, fill};

/// Reads the rows of some columns, forward.
pub(in super::super) struct ColumnLane<'c, C> {
    plan: &'c ColumnPlan,
    columns: &'c C,
    /// By column.
    cursors: Vec<Cursor<'c>>,
    /// How many rows were begun.
    row: usize,
    /// How often the row at hand has keys that the vocabulary does not have.
    unknown: Vec<(&'c Unknown, u64)>,
}

/// A place in a column.
#[derive(Debug, Default)]
struct Cursor<'c> {
    reps: &'c [u8],
    defs: &'c [u8],
    places: usize,
    place: usize,
    value: usize,
    /// How many rows were left, or begun to be.
    begun: usize,
    codes: Option<&'c [u32]>,
    /// By number in the dictionary, what it came to.
    known: Vec<Option<Result<Cell, Odd>>>,
    /// The level of a place with a value.
    most: u8,
}

/// The largest dictionary whose values are remembered, for each value that there is.
const WORTH_IT: usize = 4;

impl Cursor<'_> {
    /// The level of the place at hand.
    fn def(&self) -> u16 {
        u16::from(self.defs.get(self.place).copied().unwrap_or(self.most))
    }

    fn has_value(&self) -> bool {
        self.defs.get(self.place).is_none_or(|def| *def == self.most)
    }

    fn step(&mut self) {
        self.value += usize::from(self.has_value());
        self.begun += usize::from(self.is_start());
        self.place += 1;
    }

    /// Whether a row, or nothing, begins here.
    fn is_start(&self) -> bool {
        self.place >= self.places || self.reps.get(self.place).is_none_or(|rep| *rep == 0)
    }
}

impl<'c, C: Columns> ColumnLane<'c, C> {
    pub(in super::super) fn new(plan: &'c ColumnPlan, columns: &'c C) -> Self {
        let cursor = |(leaf, wanted): (usize, &bool)| {
            if !wanted {
                return Cursor::default();
            }
            let (reps, defs, most) = columns.levels(leaf);
            let (places, coded) = (columns.places(leaf), columns.codes(leaf));
            let worth = |count: usize| count <= places.saturating_mul(WORTH_IT);
            let known = coded.map_or_else(Vec::new, |(_, count)| vec![None; if worth(count) { count } else { 0 }]);
            Cursor { reps, defs, places, codes: coded.map(|(codes, _)| codes), known, most, ..Cursor::default() }
        };
        let cursors = plan.wanted.iter().enumerate().map(cursor).collect();
        Self { plan, columns, cursors, row: 0, unknown: Vec::new() }
    }

    /// Reads the next row; where anything in it is odd, nothing is read, and it says so by `false`.
    pub(in super::super) fn record(&mut self, reader: &mut Reader, plan: &TablePlan, table: &mut TableBuild) -> bool {
        let len = table.len;
        let lane = self.plan;
        self.unknown.clear();
        self.row += 1;
        let read = lane.takes.iter().try_for_each(|take| self.take(reader, plan, table, take));
        if read.is_ok() && self.has_told(reader) {
            fill(table, &lane.lacking);
            table.count_row();
            self.tell_again(reader);
            return true;
        }
        table.truncate(len);
        let row = self.row;
        let all = self.cursors.iter_mut().zip(&lane.wanted).filter(|(_, wanted)| **wanted);
        for (cursor, _) in all {
            while cursor.place < cursor.places && (cursor.begun < row || !cursor.is_start()) {
                cursor.step();
            }
        }
        false
    }

    /// Whether all that is to be said of keys that the vocabulary does not have was said before.
    fn has_told(&self, reader: &Reader) -> bool {
        let has = |(unknown, count): &(&Unknown, u64)| {
            *count == 0 || reader.report.has_counted(&unknown.owner, &unknown.name)
        };
        self.unknown.iter().all(has)
    }

    fn tell_again(&self, reader: &mut Reader) {
        for (unknown, count) in &self.unknown {
            reader.report.count_again(&unknown.owner, &unknown.name, *count);
        }
    }

    fn take(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        table: &mut TableBuild,
        take: &'c Take,
    ) -> Result<(), Odd> {
        let (Some(field), Some(column)) = (plan.fields.get(take.field), table.columns.get_mut(take.field)) else {
            return Err(Odd);
        };
        match (&take.what, column) {
            (What::Scalar { def, default, clock }, ColumnBuild::Scalar(column)) => {
                let level = self.level(take.leaf)?;
                let cell = if level == *def {
                    self.cell(reader, field, take.leaf, Some((take.absence, default.as_deref(), clock)))?
                } else {
                    match default {
                        Some(text) => Cell::Int(reader.pool.strings.intern(text)),
                        None => Cell::Without(take.null),
                    }
                };
                if field.required && matches!(cell, Cell::Without(_)) {
                    return Err(Odd);
                }
                column.push(cell);
                self.step(take.leaf);
            }
            (What::Set { list, def, clock }, ColumnBuild::List(column)) => {
                let ShapePlan::List(inner) = &field.shape else { return Err(Odd) };
                let level = self.level(take.leaf)?;
                if level < *list {
                    column.close(nothing(field, take)?);
                    self.step(take.leaf);
                    return Ok(());
                }
                let from = column.rows.len;
                let (Some(value), Some(ColumnBuild::Scalar(values))) =
                    (inner.fields.first(), column.rows.columns.first_mut())
                else {
                    return Err(Odd);
                };
                let mut count = 0;
                if level == *list {
                    self.step(take.leaf);
                } else {
                    loop {
                        if self.level(take.leaf)? < *def || count > LARGE_SET {
                            return Err(Odd);
                        }
                        let cell = self.cell(reader, value, take.leaf, Some((NOTHING, None, clock)))?;
                        if matches!(cell, Cell::Without(_)) {
                            return Err(Odd);
                        }
                        if (from..from + count).all(|row| values.cell(row) != cell) {
                            values.push(cell);
                            count += 1;
                        }
                        self.step(take.leaf);
                        if self.is_start(take.leaf) {
                            break;
                        }
                    }
                }
                column.rows.count_rows(count);
                settle(inner, &mut column.rows, from, &reader.pool);
                column.close(State::Known);
            }
            (What::List { list, element, members, lacking, unknown }, ColumnBuild::List(column)) => {
                let ShapePlan::List(inner) = &field.shape else { return Err(Odd) };
                let level = self.level(take.leaf)?;
                let from = column.rows.len;
                if level > *list {
                    self.elements(reader, inner, &mut column.rows, *element, members, lacking, unknown)?;
                    settle(inner, &mut column.rows, from, &reader.pool);
                    column.close(State::Known);
                    return Ok(());
                }
                members.iter().for_each(|member| self.step(member.leaf));
                unknown.iter().flat_map(|unknown| unknown.leaves.clone()).for_each(|leaf| self.step(leaf));
                column.close(if level == *list { State::Known } else { nothing(field, take)? });
            }
            _ => return Err(Odd),
        }
        Ok(())
    }

    /// Reads the elements of a list that has some.
    #[expect(clippy::too_many_arguments, reason = "what a list is read by, taken apart")]
    fn elements(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        rows: &mut TableBuild,
        element: u16,
        members: &'c [Member],
        lacking: &[(usize, State)],
        unknown: &'c [Unknown],
    ) -> Result<(), Odd> {
        let Some(first) = members.first() else { return Err(Odd) };
        let counted = self.unknown.len();
        self.unknown.extend(unknown.iter().map(|unknown| (unknown, 0)));
        loop {
            if self.level(first.leaf)? < element {
                return Err(Odd);
            }
            for member in members {
                let (Some(field), Some(ColumnBuild::Scalar(column))) =
                    (plan.fields.get(member.field), rows.columns.get_mut(member.field))
                else {
                    return Err(Odd);
                };
                let cell = if self.level(member.leaf)? == member.def {
                    self.cell(reader, field, member.leaf, None)?
                } else {
                    Cell::Without(NOTHING)
                };
                if field.required && matches!(cell, Cell::Without(_)) {
                    return Err(Odd);
                }
                column.push(cell);
                self.step(member.leaf);
            }
            for (at, key) in unknown.iter().enumerate() {
                let is_there = key.leaves.clone().next().map(|leaf| self.level(leaf)).transpose()?;
                if let Some((_, count)) = self.unknown.get_mut(counted + at) {
                    *count += u64::from(is_there.is_some_and(|level| level >= key.def));
                }
                for leaf in key.leaves.clone() {
                    if self.plain(leaf)? == Plain::Odd {
                        return Err(Odd);
                    }
                    self.step(leaf);
                }
            }
            fill(rows, lacking);
            rows.count_row();
            if self.is_start(first.leaf) {
                return Ok(());
            }
        }
    }

    fn cell(&mut self, reader: &mut Reader, field: &FieldPlan, leaf: usize, mapped: Mapped<'_>) -> Result<Cell, Odd> {
        cell(self.columns, self.cursors.get_mut(leaf).ok_or(Odd)?, reader, field, leaf, mapped)
    }

    /// The value at hand, or that there is none.
    fn plain(&self, leaf: usize) -> Result<Plain<'c>, Odd> {
        let cursor = self.cursors.get(leaf).ok_or(Odd)?;
        if !cursor.has_value() {
            return Ok(Plain::Null);
        }
        Ok(match cursor.codes {
            Some(codes) => self.columns.coded(leaf, *codes.get(cursor.value).ok_or(Odd)?),
            None => self.columns.value(leaf, cursor.value),
        })
    }

    /// The level of the place at hand.
    fn level(&self, leaf: usize) -> Result<u16, Odd> {
        let cursor = self.cursors.get(leaf).filter(|cursor| cursor.place < cursor.places).ok_or(Odd)?;
        Ok(cursor.def())
    }

    fn is_start(&self, leaf: usize) -> bool {
        self.cursors.get(leaf).is_none_or(Cursor::is_start)
    }

    fn step(&mut self, leaf: usize) {
        if let Some(cursor) = self.cursors.get_mut(leaf) {
            cursor.step();
        }
    }
}

/// Where a mapping takes a value: what an empty text comes to, and by which clock times are.
type Mapped<'m> = Option<(State, Option<&'m str>, &'m Clock)>;

/// The cell of the value at hand.
fn cell<C: Columns>(
    columns: &C,
    cursor: &mut Cursor<'_>,
    reader: &mut Reader,
    field: &FieldPlan,
    leaf: usize,
    mapped: Mapped<'_>,
) -> Result<Cell, Odd> {
    let mut read = |plain| match (plain, mapped) {
        // To a mapping, a blank text is none.
        (Plain::Text(text), Some((absence, default, _))) if text.trim().is_empty() => Ok(match default {
            Some(default) => Cell::Int(reader.pool.strings.intern(default)),
            None => Cell::Without(absence),
        }),
        (plain, mapped) => reader.column_cell(field, plain, mapped.map(|(.., clock)| clock)),
    };
    let Some(codes) = cursor.codes else { return read(columns.value(leaf, cursor.value)) };
    let code = *codes.get(cursor.value).ok_or(Odd)?;
    let Some(known) = cursor.known.get_mut(code as usize) else { return read(columns.coded(leaf, code)) };
    if let Some(known) = known {
        return *known;
    }
    let cell = read(columns.coded(leaf, code));
    *known = Some(cell);
    cell
}

/// What a list is that is null.
fn nothing(field: &FieldPlan, take: &Take) -> Result<State, Odd> {
    if field.required {
        return Err(Odd);
    }
    Ok(take.null)
}
