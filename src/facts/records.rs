//! All records of one entity: from chunks in the order of the input to one table in the order of the ids.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::assemble::{Address, gather};
use super::builder::Options;
use super::column::{Cell, ColumnBuild, State, TableBuild, row};
use super::columns::{ColumnRule, ColumnShape, Columns};
use super::csv::{self, is_csv};
use super::digest::{DigestSum, RecordDigest};
use super::duplicates::{Pair, add_elements, copy_row, merge};
use super::json::Json;
use super::lane::{ColumnPlan, LanePlan};
use super::named::Named;
use super::part::{Part, ReadPart, Source};
use super::plan::{ShapePlan, TablePlan};
use super::pool::Pool;
use super::problem::{Place, Report, printable};
use super::rows::{self, Mapped, Row};
use super::split::{Wrapper, split};
use crate::check::schema::{FieldId, TableId};
use crate::time::Instant;

/// The records of one entity.
#[derive(Debug)]
pub(super) struct Records {
    pub plan: TablePlan,
    /// The object that may hold a list of records in a file of JSON.
    wrapper: &'static Wrapper<'static>,
    parts: Vec<Part>,
}

/// The records of one entity, each id once, sorted by id.
#[derive(Debug)]
pub(super) struct Unique {
    pub plan: TablePlan,
    pub table: TableBuild,
    /// The id of each row, sorted.
    pub ids: Vec<Arc<str>>,
    /// For changes: what each row names.
    pub named: Vec<Named>,
    /// Where each row's first record is.
    pub places: Vec<Place>,
    /// The digest of all records.
    pub digest: RecordDigest,
}

/// A record of an asset or change, and what it gives.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Where it stands.
    pub place: Place,
    /// The fields that it gives.
    pub fields: Vec<FieldId>,
    /// What names the elements of its lists, by the list.
    pub elements: BTreeSet<(FieldId, String)>,
}

/// What reading shares between entities.
pub(super) struct Shared<'s> {
    pub now: Instant,
    pub options: &'s Options,
    pub pool: &'s mut Pool,
    pub report: &'s mut Report,
}

impl Records {
    pub(super) fn new(plan: TablePlan, wrapper: &'static Wrapper<'static>) -> Self {
        Self { plan, wrapper, parts: Vec::new() }
    }

    /// Reads a file, in parallel; the result is the same for any number of threads. Returns whether records may be lacking.
    pub(super) fn read(&mut self, name: &str, bytes: &[u8], shared: Shared<'_>) -> bool {
        let file: Arc<str> = Arc::from(name);
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        // Waivers are kept in spreadsheets.
        if self.plan.table == TableId::WAIVER && is_csv(name, bytes) {
            return self.read_csv(&file, bytes, shared);
        }
        let split = split(bytes, name, self.wrapper);
        let lane = LanePlan::of(&self.plan);
        let parts: Vec<ReadPart> =
            split.chunks.par_iter().map(|chunk| source.chunk(&file, chunk, lane.as_ref())).collect();
        let left_out_before = shared.report.left_out;
        self.absorb(parts, &mut *shared.pool, &mut *shared.report);
        let place =
            |line, found: &str| Place { file: Arc::clone(&file), line, record: None, found: Some(found.to_owned()) };
        if let Some((what, line)) = split.broken {
            let words = || ("a file cannot be read to its end".to_owned(), None);
            shared.report.error(None, || place(Some(row(line)), what), words);
        }
        let frame: Arc<str> = Arc::from(format!("file of {}", self.wrapper.name()));
        for key in split.ignored(self.wrapper) {
            let found = format!("found beside `{}`", self.wrapper.name());
            shared.report.unknown_key(&frame, &key, || None, || place(None, &found));
        }
        split.broken.is_some() || shared.report.left_out > left_out_before
    }

    /// Reads a file of comma-separated values. Returns whether records may be lacking.
    fn read_csv(&mut self, file: &Arc<str>, bytes: &[u8], shared: Shared<'_>) -> bool {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let (rows, broken) = match csv::rows(&self.plan, bytes) {
            Ok(rows) => (rows, None),
            Err(broken) => (Vec::new(), Some(broken)),
        };
        let part = source.rows(file, rows);
        let left_out_before = shared.report.left_out;
        self.absorb(vec![part], &mut *shared.pool, &mut *shared.report);
        if let Some((found, line)) = &broken {
            let place =
                || Place { file: Arc::clone(file), line: Some(row(*line)), record: None, found: Some(found.clone()) };
            let words = || {
                let help = "separate cells by commas and the items of a list by `;`; a cell with either stands in `\"`";
                ("a file of comma-separated values cannot be read".to_owned(), Some(help.to_owned()))
            };
            shared.report.error(None, place, words);
        }
        broken.is_some() || shared.report.left_out > left_out_before
    }

    /// Reads chunks of a file whose records have other names, in parallel. Returns whether records may be lacking.
    pub(super) fn read_mapped(&mut self, file: &str, mapped: &Mapped<'_>, shared: Shared<'_>) -> bool {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let lane = mapped.renames.and_then(|renames| LanePlan::renamed(&self.plan, renames));
        let file = Arc::from(file);
        let read = |chunk| source.mapped_chunk(&file, chunk, lane.as_ref(), mapped.other);
        let parts: Vec<ReadPart> = mapped.chunks.par_iter().map(read).collect();
        let left_out_before = shared.report.left_out;
        self.absorb(parts, &mut *shared.pool, &mut *shared.report);
        shared.report.left_out > left_out_before
    }

    /// What columns of a file fill, where no tree has to be made of them.
    pub(super) fn column_plan(
        &self,
        shapes: &[(String, ColumnShape)],
        rules: &[ColumnRule],
        count: usize,
    ) -> Option<ColumnPlan> {
        ColumnPlan::of(&self.plan, shapes, rules, count)
    }

    /// Takes rows that a file keeps by their columns, in parallel; `other` makes a record of any of them. Returns whether records may be lacking.
    pub(super) fn add_columns<C: Columns>(
        &mut self,
        file: &str,
        batches: &[C],
        plan: Option<&ColumnPlan>,
        other: &(dyn Fn(&C, usize) -> Row + Sync),
        shared: Shared<'_>,
    ) -> bool {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let file = Arc::from(file);
        let read = |batch: &C| source.columns(&file, batch, plan, &|row| other(batch, row));
        let parts: Vec<ReadPart> = batches.par_iter().map(read).collect();
        let left_out_before = shared.report.left_out;
        self.absorb(parts, &mut *shared.pool, &mut *shared.report);
        shared.report.left_out > left_out_before
    }

    /// Takes rows that a reader of another form has made. Returns whether records may be lacking.
    pub(super) fn add_rows(&mut self, file: &str, given: Vec<Row>, shared: Shared<'_>) -> bool {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let parts = rows::read(source, &Arc::from(file), given);
        let left_out_before = shared.report.left_out;
        self.absorb(parts, &mut *shared.pool, &mut *shared.report);
        shared.report.left_out > left_out_before
    }

    /// Takes a record that was not read from a file. Returns whether it had to be left out.
    pub(super) fn add(&mut self, file: &str, line: Option<u32>, record: Json<'_>, shared: Shared<'_>) -> bool {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let part = source.record(&Arc::from(file), line, record);
        let left_out_before = shared.report.left_out;
        self.absorb(vec![part], &mut *shared.pool, &mut *shared.report);
        shared.report.left_out > left_out_before
    }

    /// Takes records of a file whose lists add elements to those that other records of their ids have, which there must be.
    pub(super) fn add_more(&mut self, file: &Arc<str>, records: Vec<(Option<u32>, Json<'_>)>, shared: Shared<'_>) {
        let source = Source { plan: &self.plan, now: shared.now, options: shared.options };
        let (mut part, pool, report) = source.records(file, records);
        part.adds = true;
        self.absorb(vec![(part, pool, report)], &mut *shared.pool, &mut *shared.report);
    }

    /// Makes a list of every record that has it incomplete.
    pub(super) fn lack(&mut self, file: &Arc<str>, list: &str, shared: Shared<'_>) {
        let ids: BTreeSet<&str> = self.rows_by_id(shared.pool).into_iter().map(|(id, _)| id).collect();
        let record = |id: &str| {
            let id = Json::String(Cow::Owned(id.to_owned()));
            let lacking = Json::Incomplete(Vec::new());
            (None, Json::Object(vec![(Cow::Borrowed("id"), id), (Cow::Owned(list.to_owned()), lacking)]))
        };
        let records = ids.into_iter().map(record).collect();
        self.add_more(file, records, shared);
    }

    /// Takes chunks in, in the order of the input, and gives what they hold the numbers of the whole.
    fn absorb(&mut self, parts: Vec<ReadPart>, pool: &mut Pool, report: &mut Report) {
        let mut numbered: Vec<_> = parts
            .into_iter()
            .map(|(part, its_pool, its_report)| {
                report.absorb(its_report);
                (part, pool.absorb(its_pool))
            })
            .collect();
        numbered.par_iter_mut().for_each(|(part, numbers)| part.table.renumber(numbers));
        self.parts.extend(numbered.into_iter().map(|(part, _)| part));
    }

    /// Each id once, sorted.
    pub(super) fn unique(self, pool: &Pool, report: &mut Report) -> Unique {
        let mut rows = self.rows_by_id(pool);
        rows.par_sort_by(|(id, _), (other, _)| id.cmp(other));
        let mut merged = TableBuild::new(&self.plan);
        let merged_part = row(self.parts.len());
        let (mut ids, mut named, mut places) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        let mut order: Vec<Address> = Vec::with_capacity(rows.len());
        let mut sum = DigestSum::default();
        for group in rows.chunk_by(|(id, _), (other, _)| id == other) {
            let Some((id, first)) = group.first() else { continue };
            self.digests(group).iter().for_each(|digest| sum.add(digest));
            named.extend(self.named(group));
            places.push(self.place(id, *first, None));
            ids.push(Arc::from(*id));
            if group.len() == 1 {
                order.push(*first);
                continue;
            }
            let all = group.iter().filter_map(|(_, (part, at))| Some((self.parts.get(*part as usize)?, *at as usize)));
            // Those that add come last.
            let (additions, records): (Vec<_>, Vec<_>) = all.partition(|(part, _)| part.adds);
            let records: Vec<_> = records.into_iter().map(|(part, at)| (&part.table, at)).collect();
            let place = |(one, other): Pair| {
                let [one, other] = [one, other].map(|at| group.get(at).map_or(*first, |(_, address)| *address));
                self.place(id, other, Some(format!("also at {}", self.place(id, one, None).without_record())))
            };
            order.push((merged_part, row(merged.len)));
            match records.as_slice() {
                [(table, at)] => copy_row(table, *at, &mut merged),
                records => merge(&self.plan, records, &mut merged, pool, report, &place),
            }
            for (part, at) in additions {
                add_elements(&part.table, at, &mut merged);
            }
        }
        let tables: Vec<&TableBuild> = self.parts.iter().map(|part| &part.table).chain([&merged]).collect();
        let table = gather(&self.plan, &tables, &order);
        Unique { plan: self.plan, table, ids, named, places, digest: sum.finish() }
    }

    /// Where the records of one id stand, each with the names of the fields that it gives.
    pub(super) fn traces(&self, id: &str, pool: &Pool) -> Vec<Trace> {
        let rows = self.rows_by_id(pool).into_iter().filter(|(known, _)| *known == id);
        let trace = |(id, address): (&str, Address)| {
            let table = &self.parts.get(address.0 as usize)?.table;
            let given = |at: usize| match table.columns.get(at) {
                Some(ColumnBuild::Scalar(column)) => {
                    !matches!(column.cell(address.1 as usize), Cell::Without(State::Absent | State::AbsentMeant))
                }
                Some(ColumnBuild::List(list)) => {
                    !matches!(list.state(address.1 as usize), State::Absent | State::AbsentMeant)
                }
                Some(ColumnBuild::Unread) | None => false,
            };
            let fields = (0..self.plan.fields.len()).filter(|at| given(*at)).filter_map(|at| u16::try_from(at).ok());
            let fields: Vec<FieldId> = fields.map(FieldId).collect();
            let names = |field: &FieldId| {
                let at = usize::from(field.0);
                match (&self.plan.fields.get(at)?.shape, table.columns.get(at)?) {
                    (ShapePlan::List(inner), ColumnBuild::List(list)) => {
                        let names = list.rows.scalar(inner.key?)?;
                        let text = |element: usize| match names.cell(element) {
                            Cell::Int(number) => pool.strings.get(number).map(|text| (*field, text.to_string())),
                            _ => None,
                        };
                        Some(list.range(address.1 as usize).filter_map(text).collect::<Vec<_>>())
                    }
                    _ => None,
                }
            };
            let elements = fields.iter().filter_map(names).flatten().collect();
            Some(Trace { place: self.place(id, address, None).without_record(), fields, elements })
        };
        rows.filter_map(trace).collect()
    }

    /// How many records there are.
    pub(super) fn count(&self) -> usize {
        self.parts.iter().map(|part| part.table.len).sum()
    }

    /// The id of every record, and the text of a field of it.
    pub(super) fn ids_with<'p>(&self, field: Option<usize>, pool: &'p Pool) -> Vec<(&'p str, Option<&'p str>)> {
        let text = |(part, at): Address| {
            let Cell::Int(number) = self.parts.get(part as usize)?.table.scalar(field?)?.cell(at as usize) else {
                return None;
            };
            pool.strings.get(number)
        };
        self.rows_by_id(pool).into_iter().map(|(id, address)| (id, text(address))).collect()
    }

    /// The table of a part.
    pub(super) fn table(&self, part: u32) -> Option<&TableBuild> {
        self.parts.get(part as usize).map(|part| &part.table)
    }

    pub(super) fn rows_by_id<'p>(&self, pool: &'p Pool) -> Vec<(&'p str, Address)> {
        let key = self.plan.key.unwrap_or_default();
        let mut rows = Vec::new();
        for (number, part) in self.parts.iter().enumerate() {
            let Some(ids) = part.table.scalar(key) else { continue };
            for at in 0..part.table.len {
                if let Cell::Int(id) = ids.cell(at)
                    && let Some(id) = pool.strings.get(id)
                {
                    rows.push((id, (row(number), row(at))));
                }
            }
        }
        rows
    }

    /// The digests of the records of one id, in their order.
    fn digests(&self, group: &[(&str, Address)]) -> Vec<RecordDigest> {
        let digest =
            |(_, (part, at)): &(_, Address)| self.parts.get(*part as usize)?.digests.get(*at as usize).copied();
        let mut digests: Vec<RecordDigest> = group.iter().filter_map(digest).collect();
        digests.sort_unstable();
        digests
    }

    /// What the records of one change name together.
    fn named(&self, group: &[(&str, Address)]) -> Option<Named> {
        let named = |(_, (part, at)): &(_, Address)| self.parts.get(*part as usize)?.named.get(*at as usize).cloned();
        group.iter().filter_map(named).reduce(|mut mine, other| {
            mine.merge(other);
            mine
        })
    }

    pub(super) fn place(&self, id: &str, (part, at): Address, found: Option<String>) -> Place {
        let part = self.parts.get(part as usize);
        Place {
            file: part.map_or_else(|| Arc::from(""), |part| Arc::clone(&part.file)),
            line: part.and_then(|part| part.lines.get(at as usize).copied().flatten()),
            record: Some(printable(id)),
            found,
        }
    }
}
