//! Some records at once: where their values stand is found first, then one column after the other is filled, so that what is decided for a column
//! is decided once for all of them. Where one of these records is odd, they are read one by one.

use super::super::column::{Cell, ColumnBuild, Numbered, ScalarBuild, State, Store, TableBuild, row};
use super::super::order::{settle_rows, sort_texts};
use super::super::plan::{FieldPlan, ShapePlan, TablePlan};
use super::super::reader::Reader;
use super::cell::percent_of;
use super::course::{Course, Ends, Inner, List, Place, Span, Tape};
use super::plan::{LanePlan, Quick};
use super::scan::{Odd, Scan};
use super::{LARGE_SET, Lane};

/// How many records are read at once.
pub(in super::super) const MOST: usize = 64;

/// How many are, at least.
const FEWEST: usize = 8;

/// How often they are filled, where values turn out to be odd.
const TRIES: usize = 2;

/// For how many records nothing is tried, at most, where trying was in vain.
const LONGEST: usize = 1 << 10;

/// When records are next read at once.
#[derive(Debug)]
pub(super) struct Patience {
    /// Before that, so many are read one by one.
    rest: usize,
    /// So many, the next time that trying is in vain.
    next: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { rest: 0, next: FEWEST }
    }
}

impl Patience {
    /// Whether to try.
    fn is_over(&mut self) -> bool {
        let is_over = self.rest == 0;
        self.rest = self.rest.saturating_sub(1);
        is_over
    }

    /// Trying was in vain; so many records are known to be better read the other way.
    fn lose(&mut self, rows: usize) {
        self.rest = rows + self.next;
        self.next = LONGEST.min(self.next * 2);
    }
}

impl<'p> Lane<'p> {
    /// Reads as many of these records as it can at once, and says how many that were.
    pub(in super::super) fn block<'b>(
        &mut self,
        reader: &mut Reader,
        plan: &TablePlan,
        table: &mut TableBuild,
        tape: &mut Tape<'b>,
        texts: impl ExactSizeIterator<Item = &'b [u8]>,
    ) -> usize {
        if texts.len() < FEWEST || !self.patience.is_over() {
            return 0;
        }
        if self.is_new {
            self.is_new = false;
            self.course = Course::of(self.plan, &self.orders, 0, plan);
        }
        let Some(course) = self.course.take() else { return 0 };
        let rows = self.rows_at_once(&course, reader, (plan, table), tape, texts);
        self.course = Some(course);
        rows
    }

    fn rows_at_once<'b>(
        &mut self,
        course: &Course<'p>,
        reader: &mut Reader,
        (plan, table): (&TablePlan, &mut TableBuild),
        tape: &mut Tape<'b>,
        texts: impl ExactSizeIterator<Item = &'b [u8]>,
    ) -> usize {
        tape.clear(course);
        self.unknown.clear();
        let all = texts.len();
        // By record, how many unknown keys there are up to its end.
        let mut counted = [0; MOST];
        let mut rows = 0;
        for (bytes, counted) in texts.zip(&mut counted) {
            let Ok(text) = std::str::from_utf8(bytes) else { break };
            if tape.record(course, text, &mut self.unknown).is_err() {
                break;
            }
            rows += 1;
            *counted = self.unknown.len();
        }
        let len = table.len;
        for _ in 0..TRIES {
            if rows < FEWEST {
                break;
            }
            tape.keep(course, rows);
            let filler = Filler { lane: self.plan, reader: &mut *reader };
            match filler.fill(course, tape, rows, plan, table) {
                Ok(()) => {
                    self.unknown.truncate(rows.checked_sub(1).and_then(|last| counted.get(last)).copied().unwrap_or(0));
                    self.count_unknown();
                    // The next is known to be odd.
                    self.patience = Patience { rest: usize::from(rows < all), ..Patience::default() };
                    return rows;
                }
                Err(Before(fewer)) => {
                    table.truncate(len);
                    table.catch_up();
                    rows = fewer.min(rows.saturating_sub(1));
                }
            }
        }
        self.patience.lose(rows + 1);
        0
    }
}

/// A record is odd, behind so many.
struct Before(usize);

/// Fills columns.
struct Filler<'r, 'p> {
    lane: &'p LanePlan,
    reader: &'r mut Reader,
}

impl Filler<'_, '_> {
    fn fill(
        mut self,
        course: &Course<'_>,
        tape: &Tape<'_>,
        rows: usize,
        plan: &TablePlan,
        table: &mut TableBuild,
    ) -> Result<(), Before> {
        self.values(course, tape, plan, table)?;
        for (list, ends) in course.lists.iter().zip(&tape.lists) {
            self.list(list, ends, course.is_mapped, plan, table)?;
        }
        for (at, state) in course.lacking.iter().chain(&self.lane.lacking) {
            if let Some(ColumnBuild::List(column)) = table.columns.get_mut(*at) {
                (0..rows).for_each(|_| column.close(*state));
            }
        }
        table.count_rows(rows);
        Ok(())
    }

    /// Fills the columns that have one value for each record.
    fn values(
        &mut self,
        course: &Course<'_>,
        tape: &Tape<'_>,
        plan: &TablePlan,
        table: &mut TableBuild,
    ) -> Result<(), Before> {
        for (at, place) in course.values.iter().enumerate() {
            let (Some(field), Some(ColumnBuild::Scalar(column))) =
                (plan.fields.get(place.field), table.columns.get_mut(place.field))
            else {
                return Err(Before(0));
            };
            let spans = tape.values.get(at..).unwrap_or_default().iter().step_by(course.values.len());
            column.fill_to(table.len);
            self.column(column, spans, field, place, course.is_mapped)?;
        }
        Ok(())
    }

    fn column<'t, 'b: 't>(
        &mut self,
        column: &mut ScalarBuild,
        spans: impl ExactSizeIterator<Item = &'t Span<'b>>,
        field: &FieldPlan,
        place: &Place<'_>,
        is_mapped: bool,
    ) -> Result<(), Before> {
        let lane = self.lane;
        let reader = &mut *self.reader;
        let slowly = |reader: &mut Reader, span: &Span<'_>| slowly(lane, reader, span, field, place, is_mapped);
        match (place.quick, &mut column.store) {
            (quick @ (Quick::Text(_) | Quick::Words(_)), Store::Int(_)) => {
                push_all(column, spans, |span| match text(reader, span, quick, is_mapped) {
                    Some(number) => Ok(Cell::Int(number)),
                    None => slowly(reader, span),
                })
            }
            (Quick::Time(past), Store::Int(_)) => {
                let latest = if *past { reader.latest } else { i64::MAX };
                push_all(column, spans, |span| match Scan::of(span).instant() {
                    Some(micros) if micros <= latest => Ok(Cell::Int(micros)),
                    _ => slowly(reader, span),
                })
            }
            (Quick::Date, Store::Int(_)) => push_all(column, spans, |span| match Scan::of(span).date() {
                Some(days) => Ok(Cell::Int(days)),
                None => slowly(reader, span),
            }),
            (Quick::Int(low, high), Store::Int(_)) => push_all(column, spans, |span| {
                let mut scan = Scan::of(span);
                match scan.few_digits() {
                    Some(value) if value >= *low && value <= *high && scan.is_behind(span) => Ok(Cell::Int(value)),
                    _ => slowly(reader, span),
                }
            }),
            (Quick::Number, Store::Decimal(_)) => push_all(column, spans, |span| {
                let mut scan = Scan::of(span);
                match scan.billionths() {
                    Some(value) if scan.is_behind(span) => Ok(Cell::Decimal(value)),
                    _ => slowly(reader, span),
                }
            }),
            (Quick::Percent(is_fraction, range), Store::Decimal(_)) => push_all(column, spans, |span| {
                let mut scan = Scan::of(span);
                match scan.billionths().and_then(|value| percent_of(*is_fraction, *range, value)) {
                    Some(value) if scan.is_behind(span) => Ok(Cell::Decimal(value)),
                    _ => slowly(reader, span),
                }
            }),
            (Quick::Bool, Store::Bool(_)) => push_all(column, spans, |span| {
                let mut scan = Scan::of(span);
                let value = scan.peek() == b't';
                let taken = if value { scan.word(b"true") } else { scan.word(b"false") };
                if taken.is_ok() && scan.is_behind(span) { Ok(Cell::Bool(value)) } else { slowly(reader, span) }
            }),
            (Quick::Vector, Store::Int(_)) => {
                push_all(column, spans, |span| match span.inside().and_then(|text| reader.vectors.get(text)) {
                    Some(number) => Ok(Cell::Int(*number)),
                    None => slowly(reader, span),
                })
            }
            _ => push_all(column, spans, |span| slowly(reader, span)),
        }
    }

    fn list(
        &mut self,
        list: &List<'_>,
        ends: &Ends<'_>,
        is_mapped: bool,
        plan: &TablePlan,
        table: &mut TableBuild,
    ) -> Result<(), Before> {
        let (Some(FieldPlan { shape: ShapePlan::List(inner), .. }), Some(ColumnBuild::List(column))) =
            (plan.fields.get(list.field), table.columns.get_mut(list.field))
        else {
            return Err(Before(0));
        };
        let mut from = column.rows.len;
        match &list.inner {
            Inner::Set(quick) => {
                let value = inner.fields.first().ok_or(Before(0))?;
                let mut spans = ends.elements.values.iter();
                for (record, count) in ends.counts.iter().enumerate() {
                    let state = match count {
                        Ok(count) => {
                            let spans = spans.by_ref().take(*count);
                            let read = self.set(&mut column.rows, spans, value, quick, is_mapped);
                            read.map_err(|Odd| Before(record))?;
                            State::Known
                        }
                        Err(state) => *state,
                    };
                    column.close(state);
                }
            }
            Inner::Elements(course) => {
                if let Some(course) = course {
                    let read = self.values(course, &ends.elements, inner, &mut column.rows);
                    read.map_err(|Before(elements)| Before(ends.records_before(elements)))?;
                }
                column.rows.count_rows(ends.counts.iter().map(|count| count.unwrap_or_default()).sum());
                for count in &ends.counts {
                    let to = from + count.unwrap_or_default();
                    settle_rows(inner, &mut column.rows, from..to, &self.reader.pool);
                    from = to;
                    column.states.push(count.err().unwrap_or(State::Known));
                    column.ends.push(row(to));
                }
            }
        }
        Ok(())
    }

    /// Puts the values of one set into the next rows, each once and in order.
    fn set<'t, 'b: 't>(
        &mut self,
        rows: &mut TableBuild,
        spans: impl Iterator<Item = &'t Span<'b>>,
        field: &FieldPlan,
        quick: &Quick,
        is_mapped: bool,
    ) -> Result<(), Odd> {
        let mut numbers = [0; LARGE_SET];
        let mut count = 0;
        for span in spans {
            let number = match text(self.reader, span, quick, is_mapped) {
                Some(number) => number,
                None => {
                    let mut scan = Scan::of(span);
                    match self.reader.lane_cell(field, &mut scan, is_mapped)? {
                        Cell::Int(number) if scan.is_behind(span) => number,
                        _ => return Err(Odd),
                    }
                }
            };
            if !numbers.get(..count).unwrap_or_default().contains(&number) {
                *numbers.get_mut(count).ok_or(Odd)? = number;
                count += 1;
            }
        }
        let Some(ColumnBuild::Scalar(column)) = rows.columns.first_mut() else { return Err(Odd) };
        let (numbers, Store::Int(values)) = (numbers.get_mut(..count).ok_or(Odd)?, &mut column.store) else {
            return Err(Odd);
        };
        match column.numbered {
            Numbered::Text => sort_texts(numbers, &self.reader.pool.strings),
            Numbered::Itself => numbers.sort_unstable(),
            Numbered::Cvss => return Err(Odd),
        }
        values.extend_from_slice(numbers);
        column.states.resize(column.states.len() + count, State::Known);
        rows.count_rows(count);
        Ok(())
    }
}

/// The number of a short text that needs little to become one.
#[inline]
fn text(reader: &mut Reader, span: &Span<'_>, quick: &Quick, is_mapped: bool) -> Option<i64> {
    let short = Scan::short_of(span)?;
    match quick {
        Quick::Words(words) => words.iter().find(|(word, _)| *word == short.packed).map(|(_, code)| *code),
        Quick::Text(text) => reader.number_of(&mut Scan::of(span), short, text, is_mapped),
        _ => None,
    }
}

/// The cell of a value that is not written as most are.
#[inline(never)]
fn slowly(
    lane: &LanePlan,
    reader: &mut Reader,
    span: &Span<'_>,
    field: &FieldPlan,
    place: &Place<'_>,
    is_mapped: bool,
) -> Result<Cell, Odd> {
    let mut scan = Scan::of(span);
    let cell = lane.cell(&mut scan, reader, field, (place.field, place.absence), is_mapped)?;
    if scan.is_behind(span) { Ok(cell) } else { Err(Odd) }
}

/// Pushes the cells of values; what has none lacks.
#[inline]
fn push_all<'t, 'b: 't>(
    column: &mut ScalarBuild,
    spans: impl ExactSizeIterator<Item = &'t Span<'b>>,
    mut cell: impl FnMut(&Span<'b>) -> Result<Cell, Odd>,
) -> Result<(), Before> {
    let ScalarBuild { store, states, lacking, .. } = column;
    states.reserve(spans.len());
    macro_rules! push_all {
        ($values:ident, $nothing:expr, $kind:ident) => {{
            $values.reserve(spans.len());
            for (record, span) in spans.enumerate() {
                let (state, value) = if span.len == 0 {
                    (*lacking, $nothing)
                } else {
                    match cell(span) {
                        Ok(Cell::$kind(value)) => (State::Known, value),
                        Ok(Cell::Without(state)) => (state, $nothing),
                        // A column holds values of one type.
                        _ => return Err(Before(record)),
                    }
                };
                states.push(state);
                $values.push(value);
            }
        }};
    }
    match store {
        Store::Bool(values) => push_all!(values, false, Bool),
        Store::Int(values) => push_all!(values, 0, Int),
        Store::Decimal(values) => push_all!(values, 0, Decimal),
    }
    Ok(())
}
