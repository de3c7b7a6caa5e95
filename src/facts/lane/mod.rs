//! The fast lane: a record's text straight into the cells of a row, without a tree between them.
//!
//! It knows the plainest form of everything. Whatever is not of that form, right or wrong, is odd: the row is taken back, and the record is
//! read by way of its tree (`record`, `value`), which knows all forms and says what is wrong with them. So there is one definition of what a
//! record means, and the lane is held against it (`tests`). A lane learns from a chunk in which order its keys come. What a record lacks it leaves
//! out of the columns, and before a tree puts anything into a row they are caught up.

mod cell;
mod column_plan;
mod columns;
mod course;
mod fill;
mod lately;
mod plan;
mod scan;

use super::column::{Cell, ColumnBuild, State, Store, TableBuild};
use super::order::settle;
use super::plan::{ShapePlan, TablePlan};
use super::problem::Report;
use super::reader::Reader;
use super::table::Cause;
pub use column_plan::ColumnPlan;
pub(super) use columns::ColumnLane;
use course::Course;
pub(super) use course::Tape;
pub(super) use fill::MOST;
use fill::Patience;
pub(super) use lately::Lately;
pub(super) use plan::LanePlan;
pub use plan::Rename;
use plan::{Key, Leads, Object, Quick};
use scan::{Odd, Scan, Written};

/// How many keys that nobody reads are remembered for each object.
const LEARNED: usize = 64;

/// How large a set is taken.
const LARGE_SET: usize = 32;

/// The null of a value or list.
const NOTHING: State = State::Unknown(Cause::Missing);

/// Reads the records of one chunk.
#[derive(Debug)]
pub(super) struct Lane<'p> {
    plan: &'p LanePlan,
    orders: Vec<KeyOrder>,
    /// Keys of the records at hand that the vocabulary does not have: of which object, and which of those learned.
    unknown: Vec<(usize, usize)>,
    /// By which records are read at once, where they can be.
    course: Option<Course<'p>>,
    /// The orders are no longer those of the course.
    is_new: bool,
    patience: Patience,
}

/// In which order the keys of an object came the last time.
#[derive(Debug)]
struct KeyOrder {
    /// By the number of a key, counted from 1: that of the key behind it. Behind 0 comes the first.
    after: Vec<usize>,
    /// The numbers of the keys as far as they follow from this, each once.
    usual: Vec<usize>,
    /// What follows on a key is no longer what it was.
    is_new: bool,
    /// Keys that nobody reads, numbered behind those of the plan.
    learned: Vec<Learned>,
}

/// A key that nobody reads.
#[derive(Debug)]
struct Learned {
    written: Written,
    name: String,
    /// The vocabulary does not have it, and how often that was met.
    count: u64,
}

impl KeyOrder {
    /// Follows the keys from the first on, until there is none or one for the second time.
    fn find_usual(&mut self, known: usize) {
        self.is_new = false;
        self.usual.clear();
        let mut before = 0;
        while let Some(at) = self.after.get(before).and_then(|after| after.checked_sub(1))
            && !self.usual.contains(&at)
            && self.usual.len() < known + self.learned.len()
        {
            self.usual.push(at);
            before = at + 1;
        }
    }
}

impl<'p> Lane<'p> {
    pub(super) fn new(plan: &'p LanePlan) -> Self {
        let order = |object: &Object| KeyOrder {
            after: vec![0; object.keys.len() + 1],
            usual: Vec::new(),
            is_new: false,
            learned: Vec::new(),
        };
        Self {
            plan,
            orders: plan.objects.iter().map(order).collect(),
            unknown: Vec::new(),
            course: None,
            is_new: false,
            patience: Patience::default(),
        }
    }

    /// Tells of the keys that the vocabulary does not have.
    pub(super) fn finish(self, report: &mut Report) {
        for (object, order) in self.plan.objects.iter().zip(&self.orders) {
            for learned in &order.learned {
                report.count_again(&object.owner, &learned.name, learned.count);
            }
        }
    }

    /// Reads a record into the next row; where anything in it is odd, nothing is read, and it says so by `false`.
    pub(super) fn record(&mut self, reader: &mut Reader, plan: &TablePlan, table: &mut TableBuild, text: &str) -> bool {
        let len = table.len;
        let mut scan = Scan::new(text);
        self.unknown.clear();
        scan.next();
        let read = self.object(&mut scan, reader, 0, plan, table).is_ok() && scan.is_done();
        if read {
            leave_out(table, &self.plan.lacking);
            table.count_row();
            self.count_unknown();
        } else {
            table.truncate(len);
            table.catch_up();
        }
        read
    }

    /// Counts the keys that the vocabulary does not have.
    fn count_unknown(&mut self) {
        for (object, at) in self.unknown.drain(..) {
            if let Some(learned) = self.orders.get_mut(object).and_then(|order| order.learned.get_mut(at)) {
                learned.count += 1;
            }
        }
    }

    /// Reads an object into cells of the next row.
    fn object(
        &mut self,
        scan: &mut Scan<'_>,
        reader: &mut Reader,
        number: usize,
        plan: &TablePlan,
        table: &mut TableBuild,
    ) -> Result<(), Odd> {
        let lane = self.plan;
        let object = lane.objects.get(number).ok_or(Odd)?;
        if scan.peek() != b'{' {
            return Err(Odd);
        }
        let mut seen: u128 = 0;
        let mut before = self.usual(scan, reader, number, (plan, table), &mut seen)?;
        let mut more = if before > 0 {
            scan.more(b'}')?
        } else {
            scan.step();
            let more = scan.next() != b'}';
            if !more {
                scan.step();
            }
            more
        };
        while more {
            let at = loop {
                if let Some(at) = self.expected(scan, number, object, before) {
                    break at;
                }
                if !scan.skips() {
                    break self.key(scan, reader, number, object, before)?;
                }
            };
            before = at + 1;
            scan.next();
            match object.keys.get(at) {
                None | Some(Key { leads: Leads::Nowhere, .. }) => scan.pass_over()?,
                Some(Key { leads: Leads::Elsewhere, .. }) => return Err(Odd),
                Some(Key { leads, bit, .. }) => {
                    if seen & bit != 0 {
                        return Err(Odd);
                    }
                    seen |= bit;
                    if !quick_here(scan, reader, leads, table, object.is_mapped) {
                        self.value(scan, reader, leads, (plan, table), object.is_mapped)?;
                    }
                }
            }
            more = scan.more(b'}')?;
        }
        if let Some(order) = self.orders.get_mut(number).filter(|order| order.is_new) {
            order.find_usual(object.keys.len());
            self.is_new = true;
        }
        let mut lacking = object.filling & !seen;
        while lacking != 0 {
            let at = lacking.trailing_zeros() as usize;
            lacking &= lacking - 1;
            match object.keys.get(at).map(|key| &key.leads) {
                Some(Leads::Scalar(at, ..)) if object.is_mapped && lane.default(*at).is_some() => {
                    let text = lane.default(*at).unwrap_or_default();
                    if let Some(ColumnBuild::Scalar(column)) = table.columns.get_mut(*at) {
                        column.push_int_at(table.len, reader.pool.strings.intern(text));
                    }
                }
                // The tree knows what of a record that is not there has a default.
                Some(Leads::Record(_, lacking))
                    if object.is_mapped && lacking.iter().any(|(at, _)| lane.default(*at).is_some()) =>
                {
                    return Err(Odd);
                }
                Some(Leads::Scalar(at, state, _) | Leads::Set(at, state, _) | Leads::List(at, state, _)) => {
                    if plan.fields.get(*at).is_none_or(|field| field.required) {
                        return Err(Odd);
                    }
                    leave_out(table, &[(*at, *state)]);
                }
                Some(Leads::Record(_, lacking)) => leave_out(table, lacking),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the keys and values of the object that begins here as long as they come as the last time, without white space between them. The number
    /// of the last key, counted from 1; 0 where there was none, and nothing is taken. Goes before the comma or bracket behind the last value.
    fn usual(
        &mut self,
        scan: &mut Scan<'_>,
        reader: &mut Reader,
        number: usize,
        cells: (&TablePlan, &mut TableBuild),
        seen: &mut u128,
    ) -> Result<usize, Odd> {
        let Some(order) = self.orders.get_mut(number) else { return Err(Odd) };
        // No object stands in itself, so that nobody misses it meanwhile.
        let usual = std::mem::take(&mut order.usual);
        let read = self.as_usual(scan, reader, number, &usual, cells, seen);
        if let Some(order) = self.orders.get_mut(number) {
            order.usual = usual;
        }
        read
    }

    fn as_usual(
        &mut self,
        scan: &mut Scan<'_>,
        reader: &mut Reader,
        number: usize,
        usual: &[usize],
        (plan, table): (&TablePlan, &mut TableBuild),
        seen: &mut u128,
    ) -> Result<usize, Odd> {
        let lane = self.plan;
        let object = lane.objects.get(number).ok_or(Odd)?;
        let mut before = 0;
        for at in usual {
            if before > 0 && scan.peek() != b',' {
                break;
            }
            let Some(key) = object.keys.get(*at) else {
                let learned = self.orders.get(number).and_then(|order| order.learned.get(*at - object.keys.len()));
                if !learned.is_some_and(|key| scan.take_next_key(&key.written)) {
                    break;
                }
                if !object.is_mapped {
                    self.unknown.push((number, *at - object.keys.len()));
                }
                before = at + 1;
                scan.next();
                scan.pass_over()?;
                continue;
            };
            if !scan.take_next_key(&key.written) {
                break;
            }
            before = at + 1;
            scan.next();
            *seen |= key.bit;
            match &key.leads {
                Leads::Nowhere => scan.pass_over()?,
                Leads::Elsewhere => return Err(Odd),
                leads => {
                    if !quick(scan, reader, leads, table, object.is_mapped) {
                        self.value(scan, reader, leads, (plan, table), object.is_mapped)?;
                    }
                }
            }
        }
        Ok(before)
    }

    /// The number of the key at hand, if it is the one that came behind the same key the last time; goes behind its colon.
    #[inline]
    fn expected(&mut self, scan: &mut Scan<'_>, number: usize, object: &Object, before: usize) -> Option<usize> {
        let order = self.orders.get(number)?;
        let expected = order.after.get(before)?.checked_sub(1)?;
        if let Some(key) = object.keys.get(expected) {
            return scan.take_key(&key.written).then_some(expected);
        }
        let at = expected - object.keys.len();
        if !scan.take_key(&order.learned.get(at)?.written) {
            return None;
        }
        if !object.is_mapped {
            self.unknown.push((number, at));
        }
        Some(expected)
    }

    /// The number of a key that was not expected; goes behind its colon.
    fn key(
        &mut self,
        scan: &mut Scan<'_>,
        reader: &Reader,
        number: usize,
        object: &Object,
        before: usize,
    ) -> Result<usize, Odd> {
        let order = self.orders.get_mut(number).ok_or(Odd)?;
        let known = object.keys.len();
        let name = scan.key()?;
        let found = match object.keys.binary_search_by(|key| key.name.as_str().cmp(name)) {
            Ok(found) => found,
            Err(_) if object.is_mapped && name.contains('.') => return Err(Odd),
            Err(_) => {
                let at = match order.learned.iter().position(|key| key.name == name) {
                    Some(at) => at,
                    // The first time, the tree says what is to be said of it.
                    None if !object.is_mapped && !reader.report.has_counted(&object.owner, name) => return Err(Odd),
                    None if order.learned.len() < LEARNED => {
                        order.learned.push(Learned { written: Written::new(name), name: name.to_owned(), count: 0 });
                        order.after.push(0);
                        order.learned.len() - 1
                    }
                    // One too many to remember.
                    None if object.is_mapped => return Ok(usize::MAX - 1),
                    None => return Err(Odd),
                };
                if !object.is_mapped {
                    self.unknown.push((number, at));
                }
                known + at
            }
        };
        if let Some(after) = order.after.get_mut(before) {
            *after = found + 1;
            order.is_new = true;
        }
        Ok(found)
    }

    fn value(
        &mut self,
        scan: &mut Scan<'_>,
        reader: &mut Reader,
        leads: &Leads,
        (plan, table): (&TablePlan, &mut TableBuild),
        is_mapped: bool,
    ) -> Result<(), Odd> {
        match leads {
            Leads::Nowhere | Leads::Elsewhere => Err(Odd),
            Leads::Record(inner, _) => self.object(scan, reader, *inner, plan, table),
            Leads::Scalar(at, absence, _) => {
                let Some(ColumnBuild::Scalar(column)) = table.columns.get_mut(*at) else { return Err(Odd) };
                let field = plan.fields.get(*at).ok_or(Odd)?;
                let cell = self.plan.cell(scan, reader, field, (*at, *absence), is_mapped)?;
                column.push_at(table.len, cell);
                Ok(())
            }
            Leads::Set(at, ..) | Leads::List(at, ..) => {
                let (Some(field), Some(ColumnBuild::List(column))) = (plan.fields.get(*at), table.columns.get_mut(*at))
                else {
                    return Err(Odd);
                };
                let ShapePlan::List(inner) = &field.shape else { return Err(Odd) };
                if scan.peek() == b'n' {
                    scan.word(b"null")?;
                    if field.required {
                        return Err(Odd);
                    }
                    column.close(NOTHING);
                    return Ok(());
                }
                let from = column.rows.len;
                scan.word(b"[")?;
                let mut more = scan.next() != b']';
                if !more {
                    scan.step();
                }
                while more {
                    scan.next();
                    match leads {
                        Leads::List(_, _, object) => {
                            self.object(scan, reader, *object, inner, &mut column.rows)?;
                            column.rows.count_row();
                        }
                        Leads::Set(_, _, quick) => {
                            element(scan, reader, (inner, quick), &mut column.rows, from, is_mapped)?;
                        }
                        _ => return Err(Odd),
                    }
                    more = scan.more(b']')?;
                }
                settle(inner, &mut column.rows, from, &reader.pool);
                column.close(State::Known);
                Ok(())
            }
        }
    }
}

/// Reads a value that needs little to become a cell, if it is written as most are; else nothing is taken.
#[inline]
fn quick(scan: &mut Scan<'_>, reader: &mut Reader, leads: &Leads, table: &mut TableBuild, is_mapped: bool) -> bool {
    let Leads::Scalar(at, _, quick) = leads else { return false };
    let Some(ColumnBuild::Scalar(column)) = table.columns.get_mut(*at) else { return false };
    reader.lane_quick(scan, quick, is_mapped, column, table.len).is_some()
}

/// The same, behind a key that did not come as usual.
#[inline(never)]
fn quick_here(
    scan: &mut Scan<'_>,
    reader: &mut Reader,
    leads: &Leads,
    table: &mut TableBuild,
    is_mapped: bool,
) -> bool {
    quick(scan, reader, leads, table, is_mapped)
}

/// Reads the next value of a set that begins at row `from`, unless it is there.
fn element(
    scan: &mut Scan<'_>,
    reader: &mut Reader,
    (plan, quick): (&TablePlan, &Quick),
    rows: &mut TableBuild,
    from: usize,
    is_mapped: bool,
) -> Result<(), Odd> {
    let Some(ColumnBuild::Scalar(column)) = rows.columns.first_mut() else { return Err(Odd) };
    if let (Some(number), Store::Int(values)) = (reader.quick_text(scan, quick, is_mapped), &column.store) {
        let so_far = values.get(from..).unwrap_or_default();
        if so_far.len() > LARGE_SET {
            return Err(Odd);
        }
        if !so_far.contains(&number) {
            column.push_int(number);
            rows.count_row();
        }
        return Ok(());
    }
    let field = plan.fields.first().ok_or(Odd)?;
    let cell = reader.lane_cell(field, scan, is_mapped)?;
    let so_far = from..rows.len;
    if so_far.len() > LARGE_SET {
        return Err(Odd);
    }
    let is_there = match (&column.store, cell) {
        (_, Cell::Without(_)) => return Err(Odd),
        // No value of a set is unknown.
        (Store::Int(values), Cell::Int(value)) => values.get(from..).is_some_and(|so_far| so_far.contains(&value)),
        _ => so_far.into_iter().any(|row| column.cell(row) == cell),
    };
    if !is_there {
        column.push(cell);
        rows.count_row();
    }
    Ok(())
}

/// Leaves out what no key led to: of a list, which has to end, and not of values.
fn leave_out(table: &mut TableBuild, cells: &[(usize, State)]) {
    for (at, state) in cells {
        match table.columns.get_mut(*at) {
            Some(ColumnBuild::Scalar(column)) if column.lacking == *state => {}
            Some(ColumnBuild::Scalar(column)) => column.push_at(table.len, Cell::Without(*state)),
            Some(ColumnBuild::List(column)) => column.close(*state),
            Some(ColumnBuild::Unread) | None => {}
        }
    }
}

/// Fills cells of which a file has no column.
fn fill(table: &mut TableBuild, cells: &[(usize, State)]) {
    for (at, state) in cells {
        match table.columns.get_mut(*at) {
            Some(ColumnBuild::Scalar(column)) => column.push(Cell::Without(*state)),
            Some(ColumnBuild::List(column)) => column.close(*state),
            Some(ColumnBuild::Unread) | None => {}
        }
    }
}

#[cfg(test)]
mod tests;
