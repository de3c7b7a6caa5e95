//! Facts for a policy: reading, and following the selections that changes make.

mod calendars;
mod names;
mod portions;
mod zones;

pub use portions::{Portion, Portions, Sum};

use std::sync::Arc;

use crate::check::program::{NodeId, Op, Program};
use crate::check::reads::Reads;
use crate::check::schema::TableId;
use crate::check::{Sight, expression};
use crate::eval::column::Rows;
use crate::eval::common::Common;
use crate::eval::decide::Options;
use crate::eval::env::{Env, children};
use crate::eval::frame::{Binding, Frame};
use crate::eval::triage;
use crate::facts::{
    self, Amend, AssetNames, Broken, Caveat, ColumnPlan, ColumnRule, ColumnShape, Columns, Installed, Json, Mapped,
    Place, Problem, ProblemKind, Problems, Remark, Row, Trace,
};
use crate::tally::Tally;
use crate::time::{Instant, Zone, ical};

/// The facts that decisions are made from.
#[derive(Clone, Debug)]
pub struct Facts {
    data: facts::Facts,
    /// What portions of an inventory share.
    shared: Option<Shared>,
}

/// What holds for every portion of an inventory, for one program at one instant.
#[derive(Clone, Debug)]
struct Shared {
    program: Arc<Program>,
    now: Instant,
    common: Arc<Common>,
}

impl Facts {
    /// What an evaluation of a program shares with those of other portions.
    pub(crate) fn common(&self, program: &Program, now: Instant) -> Arc<Common> {
        let shared = self.shared.as_ref().filter(|shared| std::ptr::eq(&*shared.program, program) && shared.now == now);
        shared.map_or_else(|| Arc::new(Common::new(program, &self.data)), |shared| Arc::clone(&shared.common))
    }

    /// The columns.
    #[must_use]
    pub const fn data(&self) -> &facts::Facts {
        &self.data
    }

    /// The ids of the changes, sorted.
    #[must_use]
    pub fn change_ids(&self) -> Vec<String> {
        self.data.change_ids()
    }

    /// The names of time zones that fields of the policy's vocabulary hold, each once.
    pub fn zone_names(&self, policy: &crate::Policy) -> impl Iterator<Item = String> {
        zones::named(&policy.program().schema, &self.data).into_iter().map(|name| name.to_string())
    }

    /// The ids of the assets of the inventory, sorted.
    #[must_use]
    pub fn asset_ids(&self) -> Vec<String> {
        let assets = &self.data.assets;
        let id = |row| self.data.text(assets, crate::check::schema::FieldId(0), row).map(str::to_owned);
        (0..self.data.recorded).filter_map(id).collect()
    }

    /// The time zone of an asset, where it is known; none where the inventory has no such asset.
    #[must_use]
    pub fn asset_zone(&self, policy: &crate::Policy, id: &str) -> Option<Option<Zone>> {
        let assets = &self.data.assets;
        let is_it = |row: &usize| self.data.text(assets, crate::check::schema::FieldId(0), *row) == Some(id);
        let row = (0..self.data.recorded).find(is_it)?;
        let field = policy.program().schema.find(TableId::ASSET, "timezone").map(|(field, _)| field);
        Some(field.and_then(|field| self.data.text(assets, field, row)).and_then(Zone::get))
    }

    /// The calendar files that facts name for the policy's blackouts and windows, each once.
    #[must_use]
    pub fn calendar_names(&self, policy: &crate::Policy, now: Instant) -> Vec<String> {
        calendars::named(policy.program(), &self.data, now).into_iter().map(|name| name.to_string()).collect()
    }

    /// Adds a calendar file that facts name; what a reader should know of how it was read. It is part of the digest.
    ///
    /// # Errors
    /// A text that is no calendar: its times stay unknown.
    pub fn add_calendar(&mut self, name: &str, text: &[u8]) -> Result<Vec<ical::Note>, ical::ReadError> {
        let (file, notes) = ical::File::read_bytes(text)?;
        self.data.calendars.insert(Arc::from(name), Arc::new(file));
        self.data.digest = calendars::with_file(&self.data.digest, name, text);
        self.shared = None;
        Ok(notes)
    }

    /// How many assets the inventory has.
    #[must_use]
    pub const fn asset_count(&self) -> usize {
        self.data.recorded
    }
}

/// Reads facts by the vocabulary of a policy.
#[derive(Debug)]
pub struct FactsBuilder {
    program: Arc<Program>,
    inner: facts::FactsBuilder,
    now: Instant,
}

impl FactsBuilder {
    /// Starts with no facts. Times without an offset are in `zone`.
    #[must_use]
    pub(crate) fn new(program: &Arc<Program>, now: Instant, zone: Option<Zone>, tally: Arc<Tally>) -> Self {
        let options = facts::Options { zone, tally, ..facts::Options::default() };
        let inner = facts::FactsBuilder::new(Arc::clone(&program.schema), now, options);
        Self { program: Arc::clone(program), inner, now }
    }

    /// Lets somebody add to the records of assets that files give from now on. `marks` say by what, for the digest of the facts.
    pub fn amend_by(&mut self, amend: Arc<dyn Amend>, marks: impl IntoIterator<Item = String>) {
        self.inner.amend_by(amend, marks);
    }

    /// Tells of a record what others know of it.
    pub fn caveats(&mut self, place: &Place, caveats: Vec<Caveat>) {
        self.inner.caveats(place, caveats);
    }

    /// Hands over the assets so far that have software, some at a time.
    pub fn installed(&self, take: &mut dyn FnMut(Vec<Installed>)) {
        self.inner.installed(take);
    }

    /// Adds elements to lists of assets of which there are records, from a file: records with their lines that have an `id` and these lists.
    pub fn add_elements(&mut self, file: &Arc<str>, records: Vec<(Option<u32>, Json<'_>)>) {
        self.inner.add_elements(file, records);
    }

    /// Adds assets from NDJSON or JSON.
    pub fn add_inventory(&mut self, name: &str, bytes: &[u8]) {
        self.inner.add_inventory(name, bytes);
    }

    /// Adds changes from JSON or NDJSON.
    pub fn add_changes(&mut self, name: &str, bytes: &[u8]) {
        self.inner.add_changes(name, bytes);
    }

    /// Adds records of an entity of the input (asset, change, person, service, incident, waiver, duty) from NDJSON or JSON; waivers from CSV too,
    /// and duties from the decisions of an earlier run.
    pub fn add_file(&mut self, entity: TableId, name: &str, bytes: &[u8]) {
        self.inner.add_file(entity, name, bytes);
    }

    /// Adds a record of a test.
    pub fn add_record(&mut self, entity: TableId, file: &str, line: Option<u32>, record: Json<'_>) {
        self.inner.add_record(entity, file, line, record);
    }

    /// Adds records that a reader of another form has made of a file.
    pub fn add_rows(&mut self, entity: TableId, file: &str, rows: Vec<Row>) {
        self.inner.add_rows(entity, file, rows);
    }

    /// Adds records from a file of JSON whose names are those of another vocabulary.
    pub fn add_mapped(&mut self, entity: TableId, file: &str, mapped: &Mapped<'_>) {
        self.inner.add_mapped(entity, file, mapped);
    }

    /// What columns of a file fill of an entity, of which there are so many; none where a tree has to be made of each row.
    #[must_use]
    pub fn column_plan(
        &self,
        entity: TableId,
        shapes: &[(String, ColumnShape)],
        rules: &[ColumnRule],
        count: usize,
    ) -> Option<ColumnPlan> {
        self.inner.column_plan(entity, shapes, rules, count)
    }

    /// Adds rows that a file keeps by their columns; `other` makes a record of a row that is not plain enough for the plan.
    pub fn add_columns<C: Columns>(
        &mut self,
        entity: TableId,
        file: &str,
        batches: &[C],
        plan: Option<&ColumnPlan>,
        other: &(dyn Fn(&C, usize) -> Row + Sync),
    ) {
        self.inner.add_columns(entity, file, batches, plan, other);
    }

    /// Lets only the fields that a policy reads count for the digest; where `drop` says so, nothing else is read of records from now on, and
    /// nothing is known or said of it. Comes before the first record.
    pub fn narrow(&mut self, reads: &Reads, drop: bool) {
        self.inner.narrow(reads, drop);
    }

    /// The fields that are read, where not all are.
    #[must_use]
    pub fn reads(&self) -> Option<&Reads> {
        self.inner.reads()
    }

    /// Adds what the selections read that the changes given so far make; nothing else becomes of the changes.
    pub fn widen(self, reads: &mut Reads) {
        for selection in self.inner.finish().selections.iter().filter(|selection| !is_all(&selection.condition)) {
            if let Ok(compiled) = expression(&self.program, &selection.condition, Sight::Selection) {
                reads.widen(&compiled.program);
            }
        }
    }

    /// Reports that a file, or a part of it, cannot be read, so that records of the entity may be lacking.
    pub fn add_broken(&mut self, entity: TableId, broken: Broken) {
        self.inner.add_broken(entity, broken);
    }

    /// Reports something of the input that cannot be read, of which no record is lacking.
    pub fn add_error(&mut self, broken: Broken) {
        self.inner.add_error(broken);
    }

    /// Warns of what could not be read of an element of a record.
    pub fn remark(&mut self, entity: TableId, place: &Place, id: &str, remarks: Vec<Remark>) {
        self.inner.remark(entity, place, id, remarks);
    }

    /// Notes that a column is no field, and so is passed over.
    pub fn pass_over(&mut self, entity: TableId, file: &str, column: &str) {
        self.inner.pass_over(entity, file, column);
    }

    /// The identifiers of the assets so far, found by identifier and host name.
    #[must_use]
    pub fn asset_names(&self) -> AssetNames {
        self.inner.asset_names()
    }

    /// Says that elements of a list are lacking of which nobody knows whose they are: every list of that name that a record has is incomplete.
    pub fn lack_elements(&mut self, entity: TableId, file: &Arc<str>, list: &str) {
        self.inner.lack_elements(entity, file, list);
    }

    /// Says that records of an entity are lacking, and why.
    pub fn lack_records(&mut self, entity: TableId, place: &Place, why: Caveat) {
        self.inner.lack_records(entity, place, why);
    }

    /// The identifiers of the changes so far, found in any case.
    #[must_use]
    pub fn change_names(&self) -> AssetNames {
        self.inner.change_names()
    }

    /// How many records of an entity there are so far.
    #[must_use]
    pub fn count(&self, entity: TableId) -> usize {
        self.inner.count(entity)
    }

    /// How many errors there are so far.
    #[must_use]
    pub fn error_count(&self) -> u64 {
        self.inner.error_count()
    }

    /// Where the records of one asset stand, each with the fields that it gives.
    #[must_use]
    pub fn traces(&self, asset: &str) -> Vec<Trace> {
        self.inner.traces(asset)
    }

    /// Puts everything together, and follows what the changes select.
    #[must_use]
    pub fn finish(self) -> (Facts, Problems) {
        let mut input = self.inner.finish();
        let selections = std::mem::take(&mut input.selections);
        for selection in selections {
            if is_all(&selection.condition) {
                let rows: Vec<(u32, bool)> = all(&input.facts).map(|row| (row, true)).collect();
                input.facts.select(selection.change, rows);
                continue;
            }
            match expression(&self.program, &selection.condition, Sight::Selection) {
                Ok(compiled) => {
                    let rows = select(&compiled.program, compiled.node, &input.facts, self.now, None);
                    input.facts.select(selection.change, rows);
                }
                Err(wrong) => {
                    input.problems.warnings.push(refused(&selection, &wrong.first_message()));
                    input.facts.select_unknown(selection.change);
                }
            }
        }
        names::check(&self.program, &input.facts, &input.places, &mut input.problems);
        (Facts { data: input.facts, shared: None }, input.problems)
    }
}

/// Whether a selection takes everything, by which nothing has to be worked out.
fn is_all(condition: &str) -> bool {
    condition.trim_matches(' ') == "true"
}

/// The assets that have a record.
fn all(facts: &facts::Facts) -> impl Iterator<Item = u32> {
    (0..facts.recorded).filter_map(|row| u32::try_from(row).ok())
}

/// What is wrong with a selection that is no condition over an asset.
fn refused(selection: &facts::Selection, why: &str) -> Problem {
    Problem {
        kind: ProblemKind::Warning,
        name: None,
        message: format!("`where` is no condition over assets: {why}"),
        field: Some(Arc::from("change.assets")),
        count: 1,
        places: vec![selection.place.clone()],
        help: Some("write a condition over `asset`, as in { \"where\": \"asset.tier <= 2\" }; until then any asset may be meant".to_owned()),
    }
}

/// The assets for which a condition is true, or unknown.
fn select(
    program: &Program,
    node: NodeId,
    facts: &facts::Facts,
    now: Instant,
    common: Option<&Arc<Common>>,
) -> Vec<(u32, bool)> {
    let common = common.map_or_else(|| Arc::new(Common::new(program, facts)), Arc::clone);
    let mut env = Env::with(program, facts, now, common);
    if reads_triage(program, node) {
        triage::work_out(&mut env, Options::default().batch);
    }
    let root = Frame::root(&env);
    let all: Vec<u32> = all(facts).collect();
    let mut taken = Vec::new();
    for chunk in all.chunks(4096) {
        let rows = Binding::Rows(Arc::new(chunk.to_vec()));
        let frame = root.inner(chunk.len(), Rows::First, vec![(crate::check::program::VarId::ASSET, rows)]);
        let truth = frame.truth(node);
        let found = chunk.iter().enumerate().filter(|(at, _)| truth.may_at(*at));
        taken.extend(found.map(|(at, row)| (*row, truth.must_at(at))));
    }
    taken
}

/// Whether an expression reads what triage says.
fn reads_triage(program: &Program, node: NodeId) -> bool {
    let mut open = vec![node];
    while let Some(id) = open.pop() {
        match program.nodes.get(id.0 as usize).map(|node| &node.op) {
            Some(Op::Field(..) | Op::Const(_) | Op::Now | Op::Element(_)) => {}
            Some(
                op @ (Op::Not(_)
                | Op::And(_)
                | Op::Or(_)
                | Op::Compare(..)
                | Op::In(..)
                | Op::Like(..)
                | Op::Matches(..)
                | Op::Is(..)
                | Op::Default(..)
                | Op::If(..)
                | Op::Arith(..)
                | Op::Quant(..)),
            ) => open.extend(children(op)),
            _ => return true,
        }
    }
    false
}
