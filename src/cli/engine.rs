//! The calls into the library, in the shape that the verbs use.

use std::sync::Arc;

use super::feeds::known::{self, Known};
use super::intake::{self, Given, Intake};
use super::loader::{FolderLoader, PolicyFile};
use crate::check::reads::Reads;
use crate::check::schema::{Schema, TableId};
use crate::check::vocabulary;
use crate::eval::observe::Observer;
use crate::explain::audit_rows::AuditReport;
use crate::explain::calendar_rows::CalendarReport;
use crate::explain::facts_rows::{FeedRow, FileRow};
use crate::explain::facts_show::Origins;
use crate::explain::when_rows::When;
use crate::facts::{ColumnPlan, Problems};
use crate::report::rows::{TestResult, TriageReport, Values, Why};
use crate::sources::inventories::{csv, parquet};
use crate::sources::knowledge::Knowledge;
use crate::sources::mapping::{Mapping, Source};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::Sources;
use crate::time::{Duration, Instant, Zone};
use crate::{DecideOptions, Facts, Outcome, Policy, Portions, Sum, Tally};

/// A policy that was read, and what is wrong with it.
pub(super) struct Loaded {
    /// The policy, if it checks.
    pub policy: Option<Policy>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// Its text.
    pub sources: Sources,
}

/// How facts are read.
pub(super) struct ReadOptions {
    /// The zone of times without an offset; UTC with a warning otherwise.
    pub zone: Option<Zone>,
    /// Where the bytes that are read are counted.
    pub tally: Arc<Tally>,
    /// The asset of which it is asked where its facts come from.
    pub trace: Option<String>,
    /// How many bytes a file may hold when unpacked.
    pub unpacked: u64,
    /// What feeds know.
    pub known: Option<Known>,
    /// Only what the policy reads is wanted.
    pub narrow: bool,
}

/// The facts, and what is wrong with them.
pub(super) struct Read {
    /// The facts.
    pub facts: Facts,
    /// The ids of the changes.
    pub changes: Vec<String>,
    /// How many assets the inventories have.
    pub assets: usize,
    /// What is wrong.
    pub problems: Problems,
    /// The files, and what was read of each.
    pub files: Vec<FileRow>,
    /// The feeds that findings were joined with.
    pub feeds: Vec<FeedRow>,
    /// Where the facts of the asset come from that was asked about.
    pub trace: Option<Origins>,
}

/// How to evaluate.
#[derive(Clone, Debug, Default)]
pub(super) struct RunOptions {
    /// How many rows at once.
    pub batch_size: Option<usize>,
    /// The changes to decide; all where it is empty.
    pub changes: Vec<String>,
    /// Where the rows that are decided are counted.
    pub tally: Arc<Tally>,
    /// Who hears of what deciding is spent on.
    pub observer: Option<Arc<dyn Observer>>,
}

impl RunOptions {
    pub(super) fn to_decide(&self) -> DecideOptions {
        DecideOptions {
            changes: self.changes.clone(),
            batch_size: self.batch_size,
            tally: Arc::clone(&self.tally),
            observer: self.observer.clone(),
        }
    }
}

/// Parses and checks a policy.
pub(super) fn load(files: Vec<PolicyFile>, loader: &mut FolderLoader) -> Loaded {
    let (policy, diagnostics, sources) = Policy::load(files, loader);
    let policy = policy.map(|policy| loader.answering(policy));
    Loaded { policy, diagnostics, sources }
}

/// The same without its tests, for those who decide.
pub(super) fn load_to_decide(files: Vec<PolicyFile>, loader: &mut FolderLoader) -> Loaded {
    let (policy, diagnostics, sources) = Policy::load_to_decide(files, loader);
    let policy = policy.map(|policy| loader.answering(policy));
    Loaded { policy, diagnostics, sources }
}

/// A policy that says nothing: the standard vocabulary, and a zone for dates.
pub(super) fn empty_policy(zone: Option<&Zone>) -> Policy {
    Policy::empty(zone)
}

/// Reads facts by the vocabulary of a policy, from files of any form.
pub(super) fn read(policy: &Policy, files: Vec<Given>, sources: &[Source], now: Instant, options: ReadOptions) -> Read {
    let ReadOptions { zone, tally, trace, known, unpacked, narrow } = options;
    let reads = reads(policy, Reads::of(policy.program()), &files, (sources, now, unpacked));
    let mut builder = policy.counted_facts_builder(now, zone, tally);
    // Feeds and reports find assets by more than what the policy reads.
    let names_assets = files.iter().any(|given| Intake::names_assets(sources, given));
    builder.narrow(&reads, narrow && known.is_none() && !names_assets);
    let mut warnings = Vec::new();
    let knowledge = known.map(|known| {
        known.refused.into_iter().for_each(|broken| builder.add_error(broken));
        builder.amend_by(Arc::<Knowledge>::clone(&known.knowledge), known.knowledge.marks());
        warnings = known.warnings;
        known.knowledge
    });
    let mut intake = Intake::new(policy.schema(), sources, knowledge.clone(), unpacked, &files);
    for given in files {
        intake.add(given, &mut builder);
    }
    let (files, elements) = intake.finish(&mut builder, trace.as_deref());
    let feeds = knowledge.as_ref().map(|knowledge| known::rows(knowledge, now)).unwrap_or_default();
    let places = knowledge.as_ref().map(|knowledge| knowledge.places()).unwrap_or_default();
    let trace = trace.as_deref().map(|asset| Origins { records: builder.traces(asset), elements, feeds: places });
    let (facts, mut problems) = builder.finish();
    problems.warnings.extend(warnings);
    Read { changes: facts.change_ids(), assets: facts.asset_count(), facts, problems, files, feeds, trace }
}

/// The fields that are read, and those by which changes select assets.
fn reads(
    policy: &Policy,
    mut reads: Reads,
    files: &[Given],
    (sources, now, unpacked): (&[Source], Instant, u64),
) -> Reads {
    // A selection is written `where`, unless it is written with escapes or packed.
    let may_select = |given: &&Given| {
        let bytes = given.file.bytes.as_slice();
        Intake::entity(sources, given) == TableId::CHANGE
            && (has(bytes, b"where") || has(bytes, b"\\u") || has(bytes, b"PAR1"))
    };
    let changes: Vec<&Given> = files.iter().filter(may_select).collect();
    if changes.is_empty() {
        return reads;
    }
    let mut builder = policy.facts_builder(now, None);
    let mut intake = Intake::new(policy.schema(), sources, None, unpacked, files);
    for given in changes {
        intake.add(given.clone(), &mut builder);
    }
    intake.finish(&mut builder, None);
    builder.widen(&mut reads);
    reads
}

/// Whether some bytes are among others.
fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What the columns of an inventory fill, and what makes a record of a row that is not plain enough for that.
pub(super) enum ByColumns {
    /// Of Parquet.
    Parquet(ColumnPlan, Box<Mapping>),
    /// Of comma-separated values.
    Csv(ColumnPlan, Box<csv::Layout>),
}

/// An inventory that has columns, by its name.
pub(super) enum Tabular<'i> {
    /// A file of Parquet.
    Parquet(&'i str, &'i parquet::File<'static>),
    /// The names of the columns, and what separates cells.
    Csv(&'i str, &'i [String], u8),
}

/// What portions of an inventory are read beside.
pub(super) struct Beside<'a> {
    pub policy: &'a Policy,
    pub sources: &'a [Source],
    /// The source that says what the records of the inventory are.
    pub of_inventory: Option<&'a Source>,
    pub now: Instant,
    /// The zone of times without an offset, and how many bytes a file may hold when unpacked.
    pub settings: (Option<Zone>, u64),
}

/// Reads everything but an inventory, of whose assets these fields are to be read one portion at a time; none where that cannot be.
pub(super) fn read_in_portions(
    beside: &Beside<'_>,
    fields: Reads,
    files: Vec<Given>,
    tabular: Option<Tabular<'_>>,
) -> Option<(Portions, Sum, Option<ByColumns>)> {
    let Beside { policy, sources, of_inventory, now, settings: (zone, unpacked) } = beside;
    let (zone, now, unpacked, of_inventory) = (zone.clone(), *now, *unpacked, *of_inventory);
    let reads = reads(policy, fields, &files, (sources, now, unpacked));
    let mut builder = policy.facts_builder(now, zone);
    builder.narrow(&reads, true);
    let mut intake = Intake::new(policy.schema(), sources, None, unpacked, &files);
    for given in files {
        intake.add(given, &mut builder);
    }
    intake.finish(&mut builder, None);
    let columns = match tabular {
        Some(tabular) => Some(intake::of_columns(&tabular, of_inventory, &reads, &mut builder, &policy.schema())?),
        None => None,
    };
    let mapping = of_inventory.filter(|source| source.has_fields && columns.is_none());
    let mapping = mapping.map(|source| intake::of_inventory(source, policy, &reads));
    let (portions, sum) = builder.into_portions(mapping).ok()?;
    Some((portions, sum, columns))
}

/// Decides.
pub(super) fn decide(policy: &Policy, facts: &Facts, now: Instant, options: &RunOptions) -> Outcome {
    let options = options.to_decide();
    crate::decide(policy, facts, now, &options)
}

/// Triages.
pub(super) fn triage(policy: &Policy, facts: &Facts, now: Instant, options: &RunOptions) -> TriageReport {
    crate::triage(policy, facts, now, options.batch_size)
}

/// Audits the inventory.
pub(super) fn audit(policy: &Policy, facts: &Facts, now: Instant, options: &RunOptions) -> AuditReport {
    crate::audit(policy, facts, now, options.batch_size)
}

/// Explains a change, for one of its assets or all; none where it does not touch that asset, beside the ids that it does touch.
pub(super) fn why(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    change: &str,
    asset: Option<&str>,
    _options: &RunOptions,
) -> (Option<Why>, Vec<String>) {
    crate::why(policy, facts, now, change, asset)
}

/// Says when a change may go, for one of its assets or all; none where it does not touch that asset, beside the ids that it does touch.
pub(super) fn when(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    of: (&str, Option<&str>),
    horizon: Duration,
    options: &RunOptions,
) -> (Option<When>, Vec<String>) {
    let options = options.to_decide();
    crate::when(policy, facts, now, of, horizon, &options)
}

/// When the policy's blackouts and windows are on; none where there is no such asset.
pub(super) fn calendar(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    range: (Instant, Instant),
    asset: Option<&str>,
) -> Option<CalendarReport> {
    crate::calendar(policy, facts, now, range, asset)
}

/// The time zone of an asset, within what is there of it; none where there is no such asset, beside the ids of those that there are.
pub(super) fn asset_zone(policy: &Policy, facts: &Facts, asset: Option<&str>) -> (Option<Option<Zone>>, Vec<String>) {
    match asset.map(|asset| facts.asset_zone(policy, asset)) {
        None => (None, Vec::new()),
        Some(Some(zone)) => (Some(zone), Vec::new()),
        Some(None) => (None, facts.asset_ids()),
    }
}

/// Runs the policy's own tests (a pack's are the pack's) whose name is wanted.
pub(super) fn tests(policy: &Policy, wanted: impl Fn(&str) -> bool) -> Vec<TestResult> {
    crate::run_tests(policy, &wanted)
}

/// Works out an expression.
pub(super) fn eval(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    expression: &str,
    _options: &RunOptions,
) -> Result<Values, (Vec<Diagnostic>, Sources)> {
    crate::eval_expression(policy, facts, now, expression)
}

/// The vocabulary of a policy.
pub(super) fn schema(policy: &Policy) -> Arc<Schema> {
    policy.schema()
}

/// The vocabulary without a policy.
pub(super) fn standard_schema() -> Arc<Schema> {
    Arc::new(vocabulary::standard())
}

/// A policy file in the one style.
pub(super) fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    crate::syntax::format(text)
}
