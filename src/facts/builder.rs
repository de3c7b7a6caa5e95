//! From files and records to [`Facts`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::amend::{Amend, Caveat};
use super::assemble::finish;
use super::asset_names::AssetNames;
use super::column::{Cell, ColumnBuild, State, TableBuild, row};
use super::columns::{ColumnRule, ColumnShape, Columns};
use super::digest::{RecordDigest, of_all};
use super::installed::Installed;
use super::json::Json;
use super::lane::ColumnPlan;
use super::named::Named;
use super::plan::TablePlan;
use super::pool::Pool;
use super::problem::{Place, Problems, Report, Trouble, printable};
use super::records::{Records, Shared, Trace, Unique};
use super::rows::{Broken, Mapped, Remark, Row};
use super::split::Wrapper;
use super::table::{Cause, Facts, Strings, TableData, Touched};
use crate::check::reads::Reads;
use crate::check::schema::{Schema, TableId};
use crate::tally::Tally;
use crate::time::{Instant, Zone};

/// How input is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many errors are reported one by one; the rest are counted.
    pub limit: usize,
    /// The zone of times without an offset; where none is named they are read as UTC, with a warning.
    pub zone: Option<Zone>,
    /// Where the bytes that are read are counted.
    pub tally: Arc<Tally>,
    /// Who knows more of assets than their records say.
    pub amend: Option<Arc<dyn Amend>>,
    /// Texts that have their numbers already.
    pub strings: Option<Arc<Strings>>,
    /// Whether anybody asks for the digest of what is read.
    pub digested: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limit: 100, zone: None, tally: Arc::default(), amend: None, strings: None, digested: true }
    }
}

/// A selection of assets that a change makes by a condition, for the caller to evaluate and hand to [`Facts::select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The row of [`Facts::changes`].
    pub change: usize,
    /// The text of the condition.
    pub condition: String,
    /// Where the change's record is.
    pub place: Place,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// The facts; of a record that could not be read nothing is in them.
    pub facts: Facts,
    /// What is wrong with the input.
    pub problems: Problems,
    /// The selections still to be evaluated.
    pub selections: Vec<Selection>,
    /// Where the records of each of [`Facts::others`] are, for who has more to say about them; the phantom has no place.
    pub places: Vec<Vec<Place>>,
}

/// Reads files and records, in any order, into one set of facts.
#[derive(Debug)]
pub struct FactsBuilder {
    pub(super) schema: Arc<Schema>,
    pub(super) now: Instant,
    pub(super) options: Options,
    pub(super) assets: Records,
    pub(super) changes: Records,
    pub(super) others: Vec<Records>,
    pub(super) pool: Pool,
    pub(super) report: Report,
    pub(super) incomplete: bool,
    /// What a file or a record was given of.
    pub(super) given: BTreeSet<TableId>,
    /// Of the other entities, those that lack records.
    pub(super) others_incomplete: BTreeSet<TableId>,
    /// What else the facts hang on, for their digest.
    pub(super) marks: BTreeSet<String>,
    /// The fields that are read, where not all are.
    dropped: Option<Reads>,
}

/// An object with a list under the name of its kind.
const fn wrapper(lists: &'static [&'static str]) -> Wrapper<'static> {
    Wrapper { lists, of_records: &["id"], silent: &[] }
}

const ASSETS: Wrapper<'static> = wrapper(&["assets"]);
const CHANGES: Wrapper<'static> = wrapper(&["changes"]);
const PEOPLE: Wrapper<'static> = wrapper(&["people"]);
const SERVICES: Wrapper<'static> = wrapper(&["services"]);
const INCIDENTS: Wrapper<'static> = wrapper(&["incidents"]);
const WAIVERS: Wrapper<'static> = wrapper(&["waivers"]);
const SAMPLES: Wrapper<'static> = Wrapper { lists: &["samples"], of_records: &["metric", "value"], silent: &[] };
/// Duties, or what an earlier run printed.
const DUTIES: Wrapper<'static> =
    Wrapper { lists: &["obligations", "decisions"], of_records: &["id", "verdict"], silent: &["changes", "summary"] };

/// The entities of the input beside assets and changes.
const OTHERS: [(TableId, &Wrapper<'static>); 6] = [
    (TableId::PERSON, &PEOPLE),
    (TableId::SERVICE, &SERVICES),
    (TableId::INCIDENT, &INCIDENTS),
    (TableId::WAIVER, &WAIVERS),
    (TableId::DUTY, &DUTIES),
    (TableId::SAMPLE, &SAMPLES),
];

impl FactsBuilder {
    /// Starts with no facts; times that can only be past are held against `now`.
    #[must_use]
    pub fn new(schema: Arc<Schema>, now: Instant, options: Options) -> Self {
        let assets = Records::new(TablePlan::entity(&schema, TableId::ASSET, &[]), &ASSETS);
        let changes = Records::new(TablePlan::entity(&schema, TableId::CHANGE, &["assets"]), &CHANGES);
        let others = OTHERS.map(|(table, wrapper)| Records::new(TablePlan::entity(&schema, table, &[]), wrapper));
        let report = Report::new(options.limit);
        Self {
            schema,
            now,
            options,
            assets,
            changes,
            others: others.into(),
            pool: Pool::default(),
            report,
            incomplete: false,
            given: BTreeSet::new(),
            others_incomplete: BTreeSet::new(),
            marks: BTreeSet::new(),
            dropped: None,
        }
    }

    /// Lets somebody add to the records of assets that files give from now on. `marks` say by what, for the digest of the facts.
    pub fn amend_by(&mut self, amend: Arc<dyn Amend>, marks: impl IntoIterator<Item = String>) {
        self.options.amend = Some(amend);
        self.marks.extend(marks);
    }

    /// Tells of a record what others know of it.
    pub fn caveats(&mut self, place: &Place, caveats: Vec<Caveat>) {
        for caveat in caveats {
            self.report.caveat(caveat, || place.clone());
        }
    }

    /// Adds assets from NDJSON or JSON: a list, one record, records one after another, or `{"assets": […]}`.
    pub fn add_inventory(&mut self, name: &str, bytes: &[u8]) {
        self.add_file(TableId::ASSET, name, bytes);
    }

    /// Adds changes from the same forms of file.
    pub fn add_changes(&mut self, name: &str, bytes: &[u8]) {
        self.add_file(TableId::CHANGE, name, bytes);
    }

    /// Adds records of an entity of the input (asset, change, person, service, incident, waiver, duty, sample) from the same forms of file; the key
    /// of a list is `assets`, `changes`, `people`, `services`, `incidents`, `waivers`, `obligations` or `samples`. Waivers may be comma-separated values; for
    /// duties the decisions of an earlier run will do, of which those that are still open count.
    pub fn add_file(&mut self, entity: TableId, name: &str, bytes: &[u8]) {
        let Some((records, shared)) = self.split(entity) else { return self.no_input(entity, name, None) };
        let lacking = records.read(name, bytes, shared);
        self.note(entity, lacking);
    }

    /// Says that the inventory lacks assets, so that there may be more than it holds.
    pub fn mark_inventory_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Adds a record of a test; `file` and `line` say where it stands. An entity that is not part of the input is an error.
    pub fn add_record(&mut self, entity: TableId, file: &str, line: Option<u32>, record: Json<'_>) {
        let Some((records, shared)) = self.split(entity) else { return self.no_input(entity, file, line) };
        let lacking = records.add(file, line, record, shared);
        self.note(entity, lacking);
    }

    /// Hands over the assets so far that have software, some at a time.
    pub fn installed(&self, take: &mut dyn FnMut(Vec<Installed>)) {
        self.assets.installed(&self.schema, &self.pool, take);
    }

    /// Adds elements to lists of assets of which there are records, from a file: records with their lines that have an `id` and these lists.
    pub fn add_elements(&mut self, file: &Arc<str>, records: Vec<(Option<u32>, Json<'_>)>) {
        if let Some((assets, shared)) = self.split(TableId::ASSET) {
            assets.add_more(file, records, shared);
        }
    }

    /// Adds records that a reader of another form has made of a file. An entity that is not part of the input is an error.
    pub fn add_rows(&mut self, entity: TableId, file: &str, rows: Vec<Row>) {
        let Some((records, shared)) = self.split(entity) else { return self.no_input(entity, file, None) };
        let lacking = records.add_rows(file, rows, shared);
        self.note(entity, lacking);
    }

    /// Adds records from a file of JSON whose names are those of another vocabulary. An entity that is not part of the input is an error.
    pub fn add_mapped(&mut self, entity: TableId, file: &str, mapped: &Mapped<'_>) {
        let Some((records, shared)) = self.split(entity) else { return self.no_input(entity, file, None) };
        let lacking = records.read_mapped(file, mapped, shared);
        self.note(entity, lacking);
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
        let all = [&self.assets, &self.changes].into_iter().chain(&self.others);
        let mut all = all.filter(|records| records.plan.table == entity);
        all.next().and_then(|records| records.column_plan(shapes, rules, count))
    }

    /// Adds rows that a file keeps by their columns; `other` makes a record of a row that is not plain enough for the plan. An entity that is not
    /// part of the input is an error.
    pub fn add_columns<C: Columns>(
        &mut self,
        entity: TableId,
        file: &str,
        batches: &[C],
        plan: Option<&ColumnPlan>,
        other: &(dyn Fn(&C, usize) -> Row + Sync),
    ) {
        let Some((records, shared)) = self.split(entity) else { return self.no_input(entity, file, None) };
        let lacking = records.add_columns(file, batches, plan, other, shared);
        self.note(entity, lacking);
    }

    /// Lets only the fields that a policy reads count for the digest; where `drop` says so, nothing else is read of records from now on, and
    /// nothing is known or said of it. Comes before the first record.
    pub fn narrow(&mut self, reads: &Reads, drop: bool) {
        for records in [&mut self.assets, &mut self.changes].into_iter().chain(&mut self.others) {
            records.plan.narrow(reads, drop);
        }
        self.dropped = drop.then(|| reads.clone());
    }

    /// The fields that are read, where not all are.
    #[must_use]
    pub fn reads(&self) -> Option<&Reads> {
        self.dropped.as_ref()
    }

    /// Reports that a file, or a part of it, cannot be read; records of the entity may be lacking.
    pub fn add_broken(&mut self, entity: TableId, broken: Broken) {
        self.report.error(None, || broken.place, || (broken.message, broken.help));
        self.note(entity, true);
    }

    /// Reports something of the input that cannot be read, of which no record is lacking.
    pub fn add_error(&mut self, broken: Broken) {
        self.report.error(None, || broken.place, || (broken.message, broken.help));
    }

    /// Warns of what could not be read of an element of a record.
    pub fn remark(&mut self, entity: TableId, place: &Place, id: &str, remarks: Vec<Remark>) {
        self.given.insert(entity);
        for remark in remarks {
            let found = Some(format!("found `{}`", printable(&remark.found)));
            let place = || Place { record: Some(printable(id)), found, ..place.clone() };
            self.report.warn(&remark.field, Trouble::Mapped, || (remark.message, remark.help), place);
        }
    }

    /// Notes that a column is no field, and so is passed over.
    pub fn pass_over(&mut self, entity: TableId, file: &str, column: &str) {
        let Some(def) = self.schema.table(entity) else { return };
        let help = || {
            let near = crate::syntax::suggest::nearest(column, def.fields.iter().map(|field| field.name.as_str()));
            near.map(|near| format!("did you mean `{near}`?"))
        };
        let place = || Place {
            file: Arc::from(file),
            line: Some(1),
            record: None,
            found: Some("found as a column".to_owned()),
        };
        self.report.unknown_key(&Arc::from(def.name.as_str()), column, help, place);
    }

    /// The identifiers of the assets so far, found by identifier and host name.
    #[must_use]
    pub fn asset_names(&self) -> AssetNames {
        let hostname = self.schema.find(TableId::ASSET, "hostname").map(|(field, _)| usize::from(field.0));
        AssetNames::new(self.assets.ids_with(hostname, &self.pool))
    }

    /// Says that elements of a list are lacking of which nobody knows whose they are: every list of that name that a record has is incomplete.
    pub fn lack_elements(&mut self, entity: TableId, file: &Arc<str>, list: &str) {
        if let Some((records, shared)) = self.split(entity) {
            records.lack(file, list, shared);
        }
    }

    /// Says that records of an entity are lacking, and why.
    pub fn lack_records(&mut self, entity: TableId, place: &Place, why: Caveat) {
        self.caveats(place, vec![why]);
        self.note(entity, true);
    }

    /// The identifiers of the changes so far.
    #[must_use]
    pub fn change_names(&self) -> AssetNames {
        AssetNames::new(self.changes.ids_with(None, &self.pool))
    }

    /// How many records of an entity there are so far.
    #[must_use]
    pub fn count(&self, entity: TableId) -> usize {
        match entity {
            TableId::ASSET => self.assets.count(),
            TableId::CHANGE => self.changes.count(),
            other => self.others.iter().find(|records| records.plan.table == other).map_or(0, Records::count),
        }
    }

    /// How many errors there are so far.
    #[must_use]
    pub fn error_count(&self) -> u64 {
        self.report.error_count()
    }

    /// Where the records of one asset stand, each with the fields that it gives.
    #[must_use]
    pub fn traces(&self, asset: &str) -> Vec<Trace> {
        self.assets.traces(asset, &self.pool)
    }

    fn note(&mut self, entity: TableId, lacking: bool) {
        self.given.insert(entity);
        match entity {
            TableId::ASSET => self.incomplete |= lacking,
            other if lacking => {
                self.others_incomplete.insert(other);
            }
            _ => {}
        }
    }

    fn no_input(&mut self, entity: TableId, file: &str, line: Option<u32>) {
        let entity = self.schema.table(entity).map_or("?", |table| table.name.as_str());
        let words = || (format!("records of `{entity}` are not part of the input"), None);
        let file = Arc::from(file);
        let place = || Place { file, line, record: None, found: None };
        self.report.error(None, place, words);
    }

    fn split(&mut self, entity: TableId) -> Option<(&mut Records, Shared<'_>)> {
        let records = match entity {
            TableId::ASSET => &mut self.assets,
            TableId::CHANGE => &mut self.changes,
            other => self.others.iter_mut().find(|records| records.plan.table == other)?,
        };
        let shared = Shared { now: self.now, options: &self.options, pool: &mut self.pool, report: &mut self.report };
        Some((records, shared))
    }

    /// Puts everything together. Where [`Problems::error_count`] is not 0, the caller must not decide on the facts unless it was told to keep
    /// going.
    #[must_use]
    pub fn finish(mut self) -> Input {
        let marks = self.all_marks();
        let mut assets = self.assets.unique(&self.pool, &mut self.report);
        let mut changes = self.changes.unique(&self.pool, &mut self.report);
        let goes_now = times(&self.schema, &mut changes, &mut self.report);
        changes.table.push_phantom();
        let recorded = assets.ids.len();
        add_unrecorded(&mut assets, &changes.named, &mut self.pool);
        let phantom = row(assets.table.len);
        assets.table.push_phantom();
        let (touched, selections) = touched(&assets, &changes, phantom, self.incomplete);
        let mut sums = vec![assets.digest, changes.digest];
        let (others, places) = others(&self.schema, self.others, &self.pool, &mut self.report, &mut sums);
        let digest = of_all(&sums, self.incomplete, &marks);
        let facts = Facts {
            strings: self.pool.strings,
            cvss: self.pool.cvss,
            assets: Arc::new(finish(&assets.plan, assets.table, Vec::new())),
            recorded,
            assets_incomplete: self.incomplete,
            part: false,
            changes: Arc::new(finish(&changes.plan, changes.table, Vec::new())),
            others,
            given: self.given.into_iter().collect(),
            others_incomplete: self.others_incomplete.into_iter().collect(),
            touched,
            goes_now,
            calendars: BTreeMap::new(),
            digest,
        };
        Input { facts, problems: self.report.finish(), selections, places }
    }
}

/// What messages and digests call the records of an entity.
pub(super) fn name_of(schema: &Schema, table: TableId) -> &str {
    schema.table(table).map_or("", |def| def.name.as_str())
}

/// The tables of the entities beside assets and changes, each with where its records are.
pub(super) fn others(
    schema: &Schema,
    all: Vec<Records>,
    pool: &Pool,
    report: &mut Report,
    sums: &mut Vec<RecordDigest>,
) -> (Vec<Arc<TableData>>, Vec<Vec<Place>>) {
    let tables = all.into_iter().map(|records| {
        let mut unique = records.unique(pool, report);
        sums.push(unique.digest);
        if unique.plan.table == TableId::WAIVER {
            aimless(schema, &unique, report);
        }
        unique.table.push_phantom();
        (Arc::new(finish(&unique.plan, unique.table, Vec::new())), unique.places)
    });
    tables.unzip()
}

/// Warns of waivers that name neither assets nor changes nor findings, and so are for nothing.
fn aimless(schema: &Schema, waivers: &Unique, report: &mut Report) {
    let aims = ["assets", "changes", "findings"].map(|name| schema.find(TableId::WAIVER, name).map(|(id, _)| id.0));
    let names_none = |row: usize| {
        aims.iter().flatten().all(|at| match waivers.table.columns.get(usize::from(*at)) {
            Some(ColumnBuild::List(list)) => list.range(row).is_empty(),
            _ => true,
        })
    };
    for row in (0..waivers.table.len).filter(|row| names_none(*row)) {
        let words = || {
            let message = "a waiver names neither assets nor changes nor findings: it is not applied".to_owned();
            (message, Some("say in `assets`, `changes` or `findings` what it is for".to_owned()))
        };
        let place = || waivers.places.get(row).cloned().unwrap_or_default();
        report.warn(&Arc::from("waiver"), Trouble::Aimless, words, place);
    }
}

/// Makes `start` and `end` unknown where the end lies before the start; returns for each change whether it gives neither.
pub(super) fn times(schema: &Schema, changes: &mut Unique, report: &mut Report) -> Vec<bool> {
    let field = |name| schema.find(TableId::CHANGE, name).map(|(id, _)| usize::from(id.0));
    let (Some(start), Some(end)) = (field("start"), field("end")) else { return vec![false; changes.table.len] };
    let cells = |table: &TableBuild, at| Some((table.scalar(start)?.cell(at), table.scalar(end)?.cell(at)));
    let mut goes_now = Vec::with_capacity(changes.table.len);
    for at in 0..changes.table.len {
        let given = cells(&changes.table, at);
        let absent = Cell::Without(State::Absent);
        goes_now.push(given == Some((absent, absent)));
        let Some((Cell::Int(from), Cell::Int(to))) = given else { continue };
        if to >= from {
            continue;
        }
        for field in [start, end] {
            if let Some(ColumnBuild::Scalar(column)) = changes.table.columns.get_mut(field) {
                column.states.set(at, State::Unknown(Cause::OutOfRange));
            }
        }
        let words = || ("`change.end` lies before `change.start`: both count as unknown".to_owned(), None);
        let place = || {
            let shown = |micros| Instant::from_micros(micros).map_or_else(String::new, |instant| instant.to_rfc3339());
            let mut place = changes.places.get(at).cloned().unwrap_or_default();
            place.found = Some(format!("found start `{}` and end `{}`", shown(from), shown(to)));
            place
        };
        report.warn(&Arc::from("change.end"), Trouble::EndBeforeStart, words, place);
    }
    goes_now
}

/// Adds an asset, all but its id unknown, for each id that a change names and no record has.
fn add_unrecorded(assets: &mut Unique, named: &[Named], pool: &mut Pool) {
    let mut unrecorded: Vec<&str> = named
        .iter()
        .flat_map(|named| named.ids.iter().map(String::as_str))
        .filter(|id| assets.ids.binary_search_by(|known| known.as_ref().cmp(id)).is_err())
        .collect();
    unrecorded.sort_unstable();
    unrecorded.dedup();
    for id in unrecorded {
        let number = pool.strings.intern(id);
        if let Some(ColumnBuild::Scalar(ids)) = assets.table.columns.get_mut(assets.plan.key.unwrap_or_default()) {
            ids.push(Cell::Int(number));
        }
        assets.table.push_unknown();
        assets.ids.push(Arc::from(id));
    }
}

/// For each change the assets that it names by their ids, and the selections that are still to be evaluated.
fn touched(assets: &Unique, changes: &Unique, phantom: u32, incomplete: bool) -> (Vec<Touched>, Vec<Selection>) {
    let rows: HashMap<&str, u32> = if changes.named.is_empty() { HashMap::new() } else { index(&assets.ids) };
    let mut selections = Vec::new();
    let mut all = Vec::with_capacity(changes.named.len());
    for (change, (named, place)) in changes.named.iter().zip(&changes.places).enumerate() {
        let mut touched = Touched {
            rows: named.ids.iter().filter_map(|id| Some((*rows.get(id.as_str())?, true))).collect(),
            incomplete: named.state != State::Known,
            cause: match named.state {
                State::Known => None,
                State::Unknown(cause) => Some(cause),
                _ => Some(Cause::Missing),
            },
        };
        for condition in &named.selections {
            selections.push(Selection { change, condition: condition.clone(), place: place.clone() });
            // Assets that are not there may match too.
            touched.incomplete |= incomplete;
        }
        if incomplete && !named.selections.is_empty() {
            touched.cause = touched.cause.or(Some(Cause::Incomplete));
        }
        touched.settle(phantom);
        all.push(touched);
    }
    (all, selections)
}

fn index(ids: &[Arc<str>]) -> HashMap<&str, u32> {
    ids.iter().enumerate().map(|(at, id)| (id.as_ref(), row(at))).collect()
}
