//! Facts of one portion of an inventory at a time, beside changes and other records that were read once.
//!
//! An inventory may be larger than memory, and what is decided of one asset seldom hangs on others. Whether it does is the caller's to know:
//! the facts of a portion say nothing of the assets that are not in it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::assemble::{Address, finish, gather};
use super::builder::{FactsBuilder, Options, Selection, name_of, others, times};
use super::column::{Cell, ColumnBuild, State, TableBuild, row};
use super::columns::Columns;
use super::digest::{DigestSum, RecordDigest, of_all};
use super::lane::{ColumnPlan, LanePlan, Rename};
use super::named::Named;
use super::part::{ReadPart, Source};
use super::plan::TablePlan;
use super::pool::Pool;
use super::problem::{Place, Problems, Report};
use super::rows::Row;
use super::split::{Chunk, Piece};
use super::table::{Cause, Facts, Touched};
use super::texts::Texts;
use crate::check::reads::Reads;
use crate::check::schema::TableId;
use crate::time::Instant;

/// How records are read whose names are those of another vocabulary.
pub struct Foreign {
    /// The names, where a record can be read in place by them.
    pub renames: Option<Vec<Rename>>,
    /// Makes a record of what cannot be read in place.
    pub other: Box<dyn Fn(&Piece<'_>) -> Row + Send + Sync>,
}

impl std::fmt::Debug for Foreign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Foreign").field("renames", &self.renames).finish_non_exhaustive()
    }
}

/// What all portions share: every record but those of assets.
#[derive(Debug)]
pub struct Base {
    plan: TablePlan,
    lane: Option<LanePlan>,
    foreign: Option<Foreign>,
    now: Instant,
    options: Options,
    facts: Facts,
    named: Vec<Named>,
    /// By the id of an asset the changes that name it.
    holders: HashMap<String, Vec<u32>>,
    /// The changes that have a selection.
    selecting: Vec<bool>,
}

/// The assets of a portion, beside everything else.
#[derive(Debug)]
pub struct Portion {
    /// The facts. What a change selects of them is still to be said, by [`Portion::select`].
    pub facts: Facts,
    /// What is to be gathered of all portions.
    pub note: Note,
}

/// What a portion leaves behind.
#[derive(Clone, Debug)]
pub struct Note {
    report: Report,
    digests: Vec<RecordDigest>,
    /// Assets that changes name.
    seen: Vec<String>,
    /// For each change: it certainly touches one of the assets.
    touches: Vec<bool>,
    /// The ids, sorted: those of the digests.
    ids: Arc<Texts>,
    /// Two records have one id.
    repeats: bool,
}

/// What all portions came to, put together in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    report: Report,
    assets: DigestSum,
    /// Of the other entities, changes first.
    sums: Vec<RecordDigest>,
    marks: Vec<String>,
    seen: HashSet<String>,
    touches: Vec<bool>,
    incomplete: bool,
    last: Option<Arc<str>>,
}

/// What is there before the first asset is read.
#[derive(Debug)]
pub struct Start {
    /// What the portions share.
    pub base: Base,
    /// What to gather them in.
    pub gathered: Gathered,
    /// The selections of the changes.
    pub selections: Vec<Selection>,
    /// Where the records of each of [`Facts::others`] are.
    pub places: Vec<Vec<Place>>,
}

impl FactsBuilder {
    /// Leaves the assets to be read one portion at a time, whose names may be those of another vocabulary; none where some have been read already, or where numbers of the one and the other
    /// could not be told apart.
    ///
    /// # Errors
    /// The builder as it was.
    pub fn into_portions(mut self, foreign: Option<Foreign>) -> Result<Start, Box<Self>> {
        if self.assets.count() > 0 || !self.pool.cvss.is_empty() || self.options.amend.is_some() {
            return Err(Box::new(self));
        }
        self.given.insert(TableId::ASSET);
        let marks = self.all_marks();
        let mut changes = self.changes.unique(&self.pool, &mut self.report);
        let goes_now = times(&self.schema, &mut changes, &mut self.report);
        changes.table.push_phantom();
        let mut sums = vec![changes.digest];
        let (others, places) = others(&self.schema, self.others, &self.pool, &mut self.report, &mut sums);
        let mut holders: HashMap<String, Vec<u32>> = HashMap::new();
        let mut selections = Vec::new();
        for (change, (named, place)) in changes.named.iter().zip(&changes.places).enumerate() {
            for id in &named.ids {
                holders.entry(id.clone()).or_default().push(row(change));
            }
            let of = |condition: &String| Selection { change, condition: condition.clone(), place: place.clone() };
            selections.extend(named.selections.iter().map(of));
        }
        let selecting = changes.named.iter().map(|named| !named.selections.is_empty()).collect();
        let strings = Arc::new(self.pool.strings);
        let count = changes.named.len();
        let facts = Facts {
            strings: super::table::Strings::over(Arc::clone(&strings)),
            cvss: Vec::new(),
            assets: Arc::new(finish(&self.assets.plan, TableBuild::new(&self.assets.plan), Vec::new())),
            recorded: 0,
            assets_incomplete: false,
            part: true,
            changes: Arc::new(finish(&changes.plan, changes.table, Vec::new())),
            others,
            given: self.given.into_iter().collect(),
            others_incomplete: self.others_incomplete.into_iter().collect(),
            touched: vec![Touched::default(); count],
            goes_now,
            calendars: BTreeMap::new(),
            digest: String::new(),
        };
        let options = Options { strings: Some(strings), ..self.options };
        let gathered = Gathered {
            report: self.report,
            assets: DigestSum::default(),
            sums,
            marks,
            seen: HashSet::new(),
            touches: vec![false; count],
            incomplete: self.incomplete,
            last: None,
        };
        let lane = match &foreign {
            Some(foreign) => {
                let renames = foreign.renames.as_deref();
                renames.and_then(|renames| LanePlan::renamed(&self.assets.plan, renames))
            }
            None => LanePlan::of(&self.assets.plan),
        };
        let base = Base {
            plan: self.assets.plan,
            lane,
            foreign,
            now: self.now,
            options,
            facts,
            named: changes.named,
            holders,
            selecting,
        };
        Ok(Start { base, gathered, selections, places })
    }

    /// What else the digest is of: which entities were given beside assets and changes, which lack records, what amended them.
    pub(super) fn all_marks(&self) -> Vec<String> {
        let given = self.given.iter().filter(|table| !matches!(**table, TableId::ASSET | TableId::CHANGE));
        let mut marks: Vec<String> = given.map(|table| format!("given {}", name_of(&self.schema, *table))).collect();
        marks
            .extend(self.others_incomplete.iter().map(|table| format!("incomplete {}", name_of(&self.schema, *table))));
        marks.extend(self.marks.iter().cloned());
        marks
    }
}

impl Base {
    /// The facts without any asset, for what hangs on none.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The same, to add the calendars that changes name.
    pub fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// Lets texts have the same number in every portion.
    pub fn know<'t>(&mut self, texts: impl IntoIterator<Item = &'t Arc<str>>) {
        let mut strings = self.options.strings.as_deref().cloned().unwrap_or_default();
        for text in texts {
            strings.intern(text);
        }
        let strings = Arc::new(strings);
        self.facts.strings = super::table::Strings::over(Arc::clone(&strings));
        self.options.strings = Some(strings);
    }

    /// Reads nothing of assets but what a policy reads.
    pub fn narrow(&mut self, reads: &Reads) {
        self.plan.narrow(reads, true);
        self.lane = match self.foreign.as_ref().map(|foreign| foreign.renames.as_deref()) {
            Some(renames) => renames.and_then(|renames| LanePlan::renamed(&self.plan, renames)),
            None => LanePlan::of(&self.plan),
        };
        self.facts.assets = Arc::new(finish(&self.plan, TableBuild::new(&self.plan), Vec::new()));
    }

    /// Nobody asks for the digest of what portions have.
    pub fn forgo_digests(&mut self) {
        self.options.digested = false;
    }

    /// Reads a portion.
    #[must_use]
    pub fn portion(&self, file: &Arc<str>, chunk: &Chunk<'_>) -> Portion {
        let source = Source { plan: &self.plan, now: self.now, options: &self.options };
        let lane = self.lane.as_ref();
        self.of_part(match &self.foreign {
            Some(foreign) => source.mapped_chunk(file, chunk, lane, &foreign.other),
            None => source.chunk(file, chunk, lane),
        })
    }

    /// Reads a portion of a file that keeps columns; `other` makes a record of a row that is not plain enough for the plan.
    pub fn columns<C: Columns>(
        &self,
        file: &Arc<str>,
        columns: &C,
        plan: &ColumnPlan,
        other: &dyn Fn(usize) -> Row,
    ) -> Portion {
        let source = Source { plan: &self.plan, now: self.now, options: &self.options };
        self.of_part(source.columns(file, columns, Some(plan), other))
    }

    fn of_part(&self, (part, pool, report): ReadPart) -> Portion {
        let (table, digests, repeats) = self.in_order(part.table, part.digests, &pool);
        let ids: Texts = self.ids(&table, &pool).collect();
        let mut touched = self.facts.touched.clone();
        let mut touches = vec![false; touched.len()];
        let mut seen = Vec::new();
        if !self.holders.is_empty() {
            for (at, id) in ids.iter().enumerate() {
                let Some(changes) = self.holders.get(id) else { continue };
                seen.push(id.to_string());
                for change in changes.iter().map(|change| *change as usize) {
                    if let (Some(touched), Some(touches)) = (touched.get_mut(change), touches.get_mut(change)) {
                        touched.rows.push((row(at), true));
                        *touches = true;
                    }
                }
            }
        }
        let (facts, recorded) = (self.facts.clone(), table.len);
        let facts = self.with(facts, table, pool, touched, recorded);
        Portion { facts, note: Note { report, digests, seen, touches, ids: ids.into(), repeats } }
    }

    fn with(&self, facts: Facts, mut table: TableBuild, pool: Pool, touched: Vec<Touched>, recorded: usize) -> Facts {
        table.push_phantom();
        Facts {
            strings: pool.strings,
            cvss: pool.cvss,
            assets: Arc::new(finish(&self.plan, table, Vec::new())),
            recorded,
            touched,
            ..facts
        }
    }

    /// The ids of the rows.
    fn ids<'t>(&self, table: &'t TableBuild, pool: &'t Pool) -> impl Iterator<Item = &'t str> + use<'t> {
        let ids = table.scalar(self.plan.key.unwrap_or_default());
        let id = move |at: usize| match ids.map(|ids| ids.cell(at)) {
            Some(Cell::Int(id)) => pool.strings.get(id).unwrap_or_default(),
            _ => "",
        };
        (0..table.len).map(id)
    }

    /// The rows in the order of their ids, with their digests; whether one occurs twice.
    fn in_order(
        &self,
        table: TableBuild,
        digests: Vec<RecordDigest>,
        pool: &Pool,
    ) -> (TableBuild, Vec<RecordDigest>, bool) {
        if self.ids(&table, pool).is_sorted_by(|a, b| a < b) {
            return (table, digests, false);
        }
        let mut order: Vec<(&str, usize)> = self.ids(&table, pool).enumerate().map(|(at, id)| (id, at)).collect();
        order.sort();
        let repeats = order.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
        let digests = order.iter().filter_map(|(_, at)| digests.get(*at).copied()).collect();
        let order: Vec<Address> = order.into_iter().map(|(_, at)| (0, row(at))).collect();
        (gather(&self.plan, &[&table], &order), digests, repeats)
    }

    /// The facts for what no portion has: assets that a change names and no record has, and what is not known of the assets of each change.
    /// `unclear` says of each change whether one of its selections cannot be followed.
    #[must_use]
    pub fn rest(&self, gathered: &Gathered, unclear: &[bool]) -> Facts {
        let lacking = |id: &&String| !gathered.seen.contains(id.as_str());
        let unrecorded: BTreeSet<&String> = self.holders.keys().filter(lacking).collect();
        let mut table = TableBuild::new(&self.plan);
        let mut pool = self.options.strings.clone().map(Pool::over).unwrap_or_default();
        let mut rows: HashMap<&str, u32> = HashMap::new();
        for id in unrecorded {
            let number = pool.strings.intern(id);
            if let Some(ColumnBuild::Scalar(ids)) = table.columns.get_mut(self.plan.key.unwrap_or_default()) {
                ids.push(Cell::Int(number));
            }
            rows.insert(id, row(table.len));
            table.push_unknown();
        }
        let phantom = row(table.len);
        let touched = self.named.iter().enumerate().map(|(change, named)| {
            let is = |flags: &[bool]| flags.get(change).copied().unwrap_or(false);
            let more = gathered.incomplete && is(&self.selecting);
            let mut touched = Touched {
                rows: named.ids.iter().filter_map(|id| Some((*rows.get(id.as_str())?, true))).collect(),
                incomplete: named.state != State::Known || more,
                cause: match named.state {
                    State::Known => None,
                    State::Unknown(cause) => Some(cause),
                    _ => Some(Cause::Missing),
                },
            };
            if more {
                touched.cause = touched.cause.or(Some(Cause::Incomplete));
            }
            if is(unclear) {
                touched.incomplete = true;
                touched.cause = Some(Cause::Malformed);
            }
            if !touched.incomplete && touched.rows.is_empty() && !is(&gathered.touches) {
                touched.incomplete = true;
                touched.cause = Some(Cause::Empty);
            }
            if touched.incomplete {
                touched.rows.push((phantom, false));
            }
            touched
        });
        let facts = Facts { assets_incomplete: gathered.incomplete, ..self.facts.clone() };
        let touched = touched.collect();
        self.with(facts, table, pool, touched, 0)
    }
}

impl Portion {
    /// Adds the assets that a selection of a change takes: rows below [`Facts::recorded`], each with whether it is certain that the condition
    /// holds.
    pub fn select(&mut self, change: usize, rows: impl IntoIterator<Item = (u32, bool)>) {
        if let Some(touched) = self.facts.touched.get_mut(change) {
            touched.add(rows);
            if let Some(touches) = self.note.touches.get_mut(change) {
                *touches = touched.rows.iter().any(|(_, certain)| *certain);
            }
        }
    }
}

impl Note {
    /// Whether it says nothing of lines of the file.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.report.is_silent()
    }
}

impl Gathered {
    /// Takes in what the next portion left; false where its assets do not come behind those before, so that all have to be read together.
    #[must_use]
    pub fn take(&mut self, note: Note) -> bool {
        if let (Some(first), Some(last)) = (note.ids.get(0), note.ids.last()) {
            if note.repeats || self.last.as_deref().is_some_and(|before| before >= first) {
                return false;
            }
            self.last = Some(Arc::from(last));
        }
        note.digests.iter().for_each(|digest| self.assets.add(digest));
        self.absorb(note.report, note.seen, note.touches);
        true
    }

    /// Takes in what the next portion left, but for the assets' digests, which are handed back by their ids: they are to be [added](Self::add) in
    /// that order once all are there. None where an id occurs twice, so that all have to be read together.
    #[must_use]
    pub fn take_unsorted(&mut self, note: Note) -> Option<impl Iterator<Item = (Arc<str>, RecordDigest)> + use<>> {
        if note.repeats {
            return None;
        }
        self.absorb(note.report, note.seen, note.touches);
        let id = move |(at, digest): (usize, RecordDigest)| (Arc::from(note.ids.get(at).unwrap_or_default()), digest);
        Some(note.digests.into_iter().enumerate().map(id))
    }

    /// Adds the digest of the next asset, in the order of all ids.
    pub fn add(&mut self, digest: &RecordDigest) {
        self.assets.add(digest);
    }

    fn absorb(&mut self, report: Report, seen: Vec<String>, touches: Vec<bool>) {
        self.incomplete |= report.left_out > 0;
        self.report.absorb(report);
        self.seen.extend(seen);
        for (all, one) in self.touches.iter_mut().zip(touches) {
            *all |= one;
        }
    }

    /// The digest of all facts, and what is wrong with the input.
    #[must_use]
    pub fn finish(self) -> (String, Problems) {
        let sums: Vec<RecordDigest> = std::iter::once(self.assets.finish()).chain(self.sums).collect();
        (of_all(&sums, self.incomplete, &self.marks), self.report.finish())
    }
}
