//! Columns while they grow: a state for each cell beside its value, so that rows can be taken back, merged and moved.

use super::plan::{FieldPlan, ShapePlan, TablePlan};
use super::pool::Numbers;
use super::states::States;
use super::table::Cause;
use crate::check::schema::Absent;
use crate::check::types::Type;

/// What is known of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum State {
    /// The key was not there.
    #[default]
    Absent,
    /// The key was not there, and that means `none` or an empty list.
    AbsentMeant,
    /// It was there and says nothing (`null`), or could not be read.
    Unknown(Cause),
    /// It is `none`.
    None,
    /// There is a value; of a list, all of it.
    Known,
}

/// A value on its way into a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cell {
    Bool(bool),
    Int(i64),
    Decimal(i128),
    Without(State),
}

/// The values of a scalar column.
#[derive(Clone, Debug)]
pub(super) enum Store {
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Decimal(Vec<i128>),
}

/// What the numbers of an `Int` column stand for, where they have to be renumbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    Itself,
    Text,
    Cvss,
}

/// A column may be shorter than its table while rows are read in place: what lacks has the state of a key that was not there, and is written
/// out only when a cell behind it is, or when the table is [caught up](TableBuild::catch_up).
#[derive(Clone, Debug)]
pub(super) struct ScalarBuild {
    pub store: Store,
    pub states: States,
    pub numbered: Numbered,
    /// The state of the cells that lack.
    pub lacking: State,
}

/// Lists: `ends[row]` is where the elements of `row` end in `rows`.
#[derive(Clone, Debug)]
pub(super) struct ListBuild {
    pub ends: Vec<u32>,
    pub states: Vec<State>,
    pub rows: TableBuild,
}

#[derive(Clone, Debug)]
pub(super) enum ColumnBuild {
    Scalar(ScalarBuild),
    List(ListBuild),
    /// Of a field that nobody reads: nothing.
    Unread,
}

/// A table that grows by rows.
#[derive(Clone, Debug)]
pub(super) struct TableBuild {
    pub len: usize,
    pub columns: Vec<ColumnBuild>,
    pub phantom: Vec<bool>,
}

/// A row's number; files are far smaller than what would not fit.
pub(super) fn row(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Default for ScalarBuild {
    fn default() -> Self {
        Self::new(&Type::String, State::Absent)
    }
}

/// What a field is where its key is not there.
pub(super) fn absence(field: &FieldPlan) -> State {
    match field.absent {
        Absent::Empty | Absent::None => State::AbsentMeant,
        Absent::Unknown => State::Absent,
    }
}

impl ScalarBuild {
    pub(super) fn new(base: &Type, lacking: State) -> Self {
        let store = match base {
            Type::Bool => Store::Bool(Vec::new()),
            Type::Number | Type::Percent => Store::Decimal(Vec::new()),
            _ => Store::Int(Vec::new()),
        };
        let numbered = match base {
            Type::String | Type::Zone | Type::Version | Type::Row(_) => Numbered::Text,
            Type::Cvss => Numbered::Cvss,
            _ => Numbered::Itself,
        };
        Self { store, states: States::default(), numbered, lacking }
    }

    /// Puts a cell into a row, behind which there is none yet.
    #[inline]
    pub(super) fn push_at(&mut self, row: usize, cell: Cell) {
        self.fill_to(row);
        self.push(cell);
    }

    /// Puts a known number into a row, behind which there is none yet.
    #[inline]
    pub(super) fn push_int_at(&mut self, row: usize, value: i64) {
        self.fill_to(row);
        self.push_int(value);
    }

    /// Puts a known number into the next row.
    #[inline]
    pub(super) fn push_int(&mut self, value: i64) {
        self.states.push_known();
        match &mut self.store {
            Store::Int(values) => values.push(value),
            // A column holds values of one type.
            Store::Bool(values) => values.push(false),
            Store::Decimal(values) => values.push(0),
        }
    }

    /// Puts a known decimal, in billionths, into a row, behind which there is none yet.
    #[inline]
    pub(super) fn push_decimal_at(&mut self, row: usize, value: i128) {
        self.fill_to(row);
        self.states.push_known();
        match &mut self.store {
            Store::Decimal(values) => values.push(value),
            Store::Int(values) => values.push(0),
            Store::Bool(values) => values.push(false),
        }
    }

    /// Puts a known answer into a row, behind which there is none yet.
    #[inline]
    pub(super) fn push_bool_at(&mut self, row: usize, value: bool) {
        self.fill_to(row);
        self.states.push_known();
        match &mut self.store {
            Store::Bool(values) => values.push(value),
            Store::Int(values) => values.push(0),
            Store::Decimal(values) => values.push(0),
        }
    }

    /// Writes out the cells that lack before a row.
    #[inline]
    pub(super) fn fill_to(&mut self, row: usize) {
        if self.states.len() < row {
            self.fill_slowly(row);
        }
    }

    fn fill_slowly(&mut self, row: usize) {
        // With room for the cell behind these, for which all would be copied.
        self.reserve(row.saturating_sub(self.states.len()) + 1);
        self.states.resize(row, self.lacking);
        match &mut self.store {
            Store::Bool(values) => values.resize(row, false),
            Store::Int(values) => values.resize(row, 0),
            Store::Decimal(values) => values.resize(row, 0),
        }
    }

    #[inline]
    pub(super) fn push(&mut self, cell: Cell) {
        let state = if let Cell::Without(state) = cell { state } else { State::Known };
        self.states.push(state);
        match &mut self.store {
            Store::Bool(values) => values.push(cell == Cell::Bool(true)),
            Store::Int(values) => values.push(if let Cell::Int(value) = cell { value } else { 0 }),
            Store::Decimal(values) => values.push(if let Cell::Decimal(value) = cell { value } else { 0 }),
        }
    }

    #[inline]
    pub(super) fn state(&self, row: usize) -> State {
        self.states.get(row).unwrap_or(self.lacking)
    }

    #[inline]
    pub(super) fn cell(&self, row: usize) -> Cell {
        match self.state(row) {
            State::Known => match &self.store {
                Store::Bool(values) => values.get(row).copied().map(Cell::Bool),
                Store::Int(values) => values.get(row).copied().map(Cell::Int),
                Store::Decimal(values) => values.get(row).copied().map(Cell::Decimal),
            }
            .unwrap_or(Cell::Without(State::Absent)),
            state => Cell::Without(state),
        }
    }

    fn reserve(&mut self, rows: usize) {
        self.states.reserve(rows);
        match &mut self.store {
            Store::Bool(values) => values.reserve(rows),
            Store::Int(values) => values.reserve(rows),
            Store::Decimal(values) => values.reserve(rows),
        }
    }

    fn truncate(&mut self, len: usize) {
        self.states.truncate(len);
        match &mut self.store {
            Store::Bool(values) => values.truncate(len),
            Store::Int(values) => values.truncate(len),
            Store::Decimal(values) => values.truncate(len),
        }
    }

    fn renumber(&mut self, numbers: &Numbers) {
        let map = match self.numbered {
            Numbered::Itself => return,
            Numbered::Text => &numbers.texts,
            Numbered::Cvss => &numbers.cvss,
        };
        if let Store::Int(values) = &mut self.store {
            for (row, value) in values.iter_mut().enumerate() {
                if self.states.get(row) == Some(State::Known) {
                    *value = usize::try_from(*value).ok().and_then(|old| map.get(old)).copied().unwrap_or(*value);
                }
            }
        }
    }
}

impl ListBuild {
    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        let end = |row: usize| self.ends.get(row).map_or(0, |end| *end as usize);
        row.checked_sub(1).map_or(0, end)..end(row)
    }

    pub(super) fn state(&self, row: usize) -> State {
        self.states.get(row).copied().unwrap_or(State::Absent)
    }

    /// Ends the list of the next row; where it is incomplete, a phantom stands for what is not seen.
    pub(super) fn close(&mut self, state: State) {
        if matches!(state, State::Absent | State::Unknown(_)) {
            self.rows.push_phantom();
        }
        self.states.push(state);
        self.ends.push(row(self.rows.len));
    }

    /// Takes back the end of the last list, and the phantom in it; how it was closed.
    pub(super) fn reopen(&mut self) -> State {
        let state = self.states.pop().unwrap_or(State::Absent);
        self.ends.pop();
        if matches!(state, State::Absent | State::Unknown(_)) {
            self.rows.truncate(self.rows.len.saturating_sub(1));
        }
        state
    }

    fn truncate(&mut self, len: usize) {
        self.states.truncate(len);
        self.ends.truncate(len);
        self.rows.truncate(self.ends.last().map_or(0, |end| *end as usize));
    }
}

impl TableBuild {
    pub(super) fn new(plan: &TablePlan) -> Self {
        let columns = plan.fields.iter().map(|field| match &field.shape {
            _ if !field.read => ColumnBuild::Unread,
            ShapePlan::Scalar(base) => ColumnBuild::Scalar(ScalarBuild::new(base, absence(field))),
            ShapePlan::List(inner) => {
                ColumnBuild::List(ListBuild { ends: Vec::new(), states: Vec::new(), rows: Self::new(inner) })
            }
        });
        Self { len: 0, columns: columns.collect(), phantom: Vec::new() }
    }

    /// Counts the row whose cells have been pushed; a field to which no key leads is absent.
    pub(super) fn end_row(&mut self) {
        self.len += 1;
        for column in &mut self.columns {
            match column {
                ColumnBuild::Scalar(scalar) if scalar.states.len() < self.len => {
                    scalar.push_at(self.len - 1, Cell::Without(State::Absent));
                }
                ColumnBuild::List(list) if list.states.len() < self.len => list.close(State::Absent),
                _ => {}
            }
        }
        self.phantom.push(false);
    }

    /// Makes room for rows in columns that hold something, and for as many elements of lists as the rows so far let expect.
    pub(super) fn reserve(&mut self, rows: usize) {
        let expected = |so_far: usize| (so_far * rows).checked_div(self.len).unwrap_or_default();
        for column in &mut self.columns {
            match column {
                ColumnBuild::Scalar(scalar) if scalar.states.is_empty() => {}
                ColumnBuild::Scalar(scalar) => scalar.reserve(rows),
                ColumnBuild::List(list) => {
                    list.ends.reserve(rows);
                    list.states.reserve(rows);
                    list.rows.reserve(expected(list.rows.len));
                }
                ColumnBuild::Unread => {}
            }
        }
        self.phantom.reserve(rows);
    }

    /// Writes out every cell that lacks, here and in lists.
    pub(super) fn catch_up(&mut self) {
        for column in &mut self.columns {
            match column {
                ColumnBuild::Scalar(scalar) => scalar.fill_to(self.len),
                ColumnBuild::List(list) => list.rows.catch_up(),
                ColumnBuild::Unread => {}
            }
        }
    }

    /// Counts the row of which every cell has been pushed.
    pub(super) fn count_row(&mut self) {
        self.len += 1;
        self.phantom.push(false);
    }

    /// Counts rows of which every cell has been pushed.
    pub(super) fn count_rows(&mut self, count: usize) {
        self.len += count;
        self.phantom.resize(self.len, false);
    }

    /// A row of which nothing is known.
    pub(super) fn push_unknown(&mut self) {
        self.end_row();
    }

    /// A row that stands for any number of unseen elements.
    pub(super) fn push_phantom(&mut self) {
        self.push_unknown();
        if let Some(last) = self.phantom.last_mut() {
            *last = true;
        }
    }

    /// Takes the rows from `len` on back, with the cells of one that was not finished.
    pub(super) fn truncate(&mut self, len: usize) {
        for column in &mut self.columns {
            match column {
                ColumnBuild::Scalar(scalar) => scalar.truncate(len),
                ColumnBuild::List(list) => list.truncate(len),
                ColumnBuild::Unread => {}
            }
        }
        self.phantom.truncate(len);
        self.len = len;
    }

    /// Exchanges two rows of a table without lists.
    pub(super) fn swap_scalars(&mut self, a: usize, b: usize) {
        for column in &mut self.columns {
            // Where both lack they are alike.
            if let ColumnBuild::Scalar(scalar) = column
                && a.min(b) < scalar.states.len()
            {
                if !scalar.states.are_known_below(a.max(b) + 1) {
                    scalar.fill_to(a.max(b) + 1);
                    scalar.states.swap(a, b);
                }
                match &mut scalar.store {
                    Store::Bool(values) => values.swap(a, b),
                    Store::Int(values) => values.swap(a, b),
                    Store::Decimal(values) => values.swap(a, b),
                }
            }
        }
    }

    pub(super) fn scalar(&self, field: usize) -> Option<&ScalarBuild> {
        match self.columns.get(field)? {
            ColumnBuild::Scalar(scalar) => Some(scalar),
            ColumnBuild::List(_) | ColumnBuild::Unread => None,
        }
    }

    /// Gives texts and CVSS facts the numbers of the whole.
    pub(super) fn renumber(&mut self, numbers: &Numbers) {
        for column in &mut self.columns {
            match column {
                ColumnBuild::Scalar(scalar) => scalar.renumber(numbers),
                ColumnBuild::List(list) => list.rows.renumber(numbers),
                ColumnBuild::Unread => {}
            }
        }
    }
}
