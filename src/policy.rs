//! The public API: a policy, and what can be asked of it.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::check::plugin::{Answerer, Checks};
use crate::check::program::Program;
use crate::check::reads::Reads;
use crate::check::schema::Schema;
use crate::check::types::Type;
use crate::check::{Checked, Compiled, Loader, PolicyInput, Sight, codes, expression};
use crate::eval::decide::{self, Options, Outcome, prepare, prepare_with};
use crate::eval::decision::{Record, Summary};
use crate::eval::env::Env;
use crate::eval::observe::Observer;
use crate::eval::portion::{Piece, Together};
use crate::eval::survey::{self, Survey};
use crate::explain::audit_rows::AuditReport;
use crate::explain::calendar_rows::CalendarReport;
use crate::explain::rows::{TestResult, TriageReport, Values, Why};
use crate::explain::when_rows::When;
use crate::read::{Facts, FactsBuilder};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source::{Sources, Span};
use crate::tally::Tally;
use crate::time::{Duration, Instant, Zone, tzdb_version};

/// A policy that checked.
#[derive(Clone, Debug)]
pub struct Policy {
    program: Arc<Program>,
    digest: String,
}

/// How to decide.
#[derive(Clone, Debug, Default)]
pub struct DecideOptions {
    /// The changes to decide; all where it is empty.
    pub changes: Vec<String>,
    /// Rows in a batch; no answer depends on it.
    pub batch_size: Option<usize>,
    /// Where the rows that are decided are counted.
    pub tally: Arc<Tally>,
    /// Who hears of what deciding is spent on.
    pub observer: Option<Arc<dyn Observer>>,
}

impl DecideOptions {
    fn wants(&self, id: &str) -> bool {
        self.changes.is_empty() || self.changes.iter().any(|wanted| wanted == id)
    }
}

impl Policy {
    /// Parses and checks a policy: its files by name and text, and whatever they import by way of the loader. The policy is absent where there
    /// is an error among the diagnostics.
    pub fn load(files: Vec<(String, Arc<str>)>, loader: &mut impl Loader) -> (Option<Self>, Vec<Diagnostic>, Sources) {
        Self::of(crate::check::check(PolicyInput { files }, loader))
    }

    /// The same without the policy's own tests: they decide nothing, and what is wrong with them stands in no decision's way.
    pub fn load_to_decide(
        files: Vec<(String, Arc<str>)>,
        loader: &mut impl Loader,
    ) -> (Option<Self>, Vec<Diagnostic>, Sources) {
        Self::of(crate::check::check_without_tests(PolicyInput { files }, loader))
    }

    fn of(checked: Checked) -> (Option<Self>, Vec<Diagnostic>, Sources) {
        let digest = digest(&checked.sources);
        let policy = checked.program.map(|program| Self { digest, program: Arc::new(program) });
        (policy, checked.diagnostics, checked.sources)
    }

    /// A policy that says nothing: the standard vocabulary, and a zone for dates without one.
    #[must_use]
    pub fn empty(zone: Option<&Zone>) -> Self {
        let text = zone.map_or_else(String::new, |zone| format!("policy empty {{ timezone \"{}\" }}\n", zone.name()));
        let files = vec![("empty.gate".to_owned(), Arc::from(text))];
        let checked = crate::check::check(PolicyInput { files }, &mut crate::check::NoLoader);
        Self { digest: digest(&checked.sources), program: Arc::new(checked.program.unwrap_or_default()) }
    }

    /// Whether the policy has a statement that decides anything: a rule, an approval, an obligation, a blackout, a window, a triage or a
    /// categorisation.
    #[must_use]
    pub fn decides(&self) -> bool {
        let Program { rules, approvals, obligations, blackouts, windows, triages, categorises, .. } = &*self.program;
        !(rules.is_empty()
            && approvals.is_empty()
            && obligations.is_empty()
            && blackouts.is_empty()
            && windows.is_empty()
            && triages.is_empty()
            && categorises.is_empty())
    }

    /// Whether what is decided of one asset hangs on no other, so that an inventory may be decided one portion at a time.
    #[must_use]
    pub fn is_splittable(&self) -> bool {
        crate::eval::portion::is_splittable(&self.program)
    }

    /// Whether an inventory may be decided one portion at a time once what conditions over all assets come to was gathered by
    /// [`survey_portion`].
    #[must_use]
    pub fn is_surveyed(&self) -> bool {
        crate::eval::portion::is_surveyed(&self.program)
    }

    /// The fields of assets that are read to gather that.
    #[must_use]
    pub fn survey_reads(&self) -> Reads {
        match survey::plan(&self.program) {
            Some(plan) if !plan.whole => Reads::of_nodes(&self.program, &plan.reads),
            _ => Reads::of(&self.program),
        }
    }

    /// The vocabulary, with what the policy extends.
    #[must_use]
    pub fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.program.schema)
    }

    /// The zone of the policy's own dates without one.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        let zone = self.program.contexts.first()?.zone?;
        Zone::get(self.program.zones.get(usize::from(zone.0))?)
    }

    /// The names of the time zones that the policy's text names.
    pub fn zone_names(&self) -> impl Iterator<Item = String> {
        self.program.zones.iter().cloned()
    }

    /// The checked program.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Starts to read facts by the policy's vocabulary. Times without an offset are in `zone`; UTC with a warning where it is absent.
    #[must_use]
    pub fn facts_builder(&self, now: Instant, zone: Option<Zone>) -> FactsBuilder {
        self.counted_facts_builder(now, zone, Arc::default())
    }

    /// The same, counting the bytes that it reads.
    #[must_use]
    pub fn counted_facts_builder(&self, now: Instant, zone: Option<Zone>, tally: Arc<Tally>) -> FactsBuilder {
        FactsBuilder::new(&self.program, now, zone, tally)
    }

    /// The same policy, whose plugins' checks are answered by somebody.
    #[must_use]
    pub fn answered_by(mut self, checks: Arc<dyn Checks>) -> Self {
        Arc::make_mut(&mut self.program).answerer = Answerer(checks);
        self
    }

    /// Works out beforehand what deciding takes of the policy alone.
    pub fn learn(&self) {
        crate::eval::env::learn(&self.program);
    }

    /// Has the answers of its plugins kept, where they are to be remembered: what was decided is decided.
    pub fn keep_answers(&self) {
        self.program.answerer.0.keep();
    }

    /// The digests of the modules that the policy's plugins are, sorted, each once.
    fn plugin_digests(&self) -> Vec<String> {
        let all = self.program.plugins.iter().map(|plugin| plugin.digest.clone());
        all.collect::<std::collections::BTreeSet<String>>().into_iter().collect()
    }

    fn record(&self, facts: &str, now: Instant) -> Record {
        Record {
            policy: self.digest.clone(),
            facts: facts.to_owned(),
            plugins: self.plugin_digests(),
            now: now.to_rfc3339(),
            tzdb: tzdb_version().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// SHA-256 over the names and texts of all files, in the order of the names.
fn digest(sources: &Sources) -> String {
    let mut files: Vec<(&str, &str)> = sources.iter().map(|(_, file)| (file.name.as_str(), &*file.text)).collect();
    files.sort_unstable();
    let mut hash = Sha256::new();
    for (name, text) in files {
        for part in [name, text] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    let mut digest = "sha256:".to_owned();
    for byte in hash.finalize() {
        // Writing to a text cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

fn batch(size: Option<usize>) -> Options {
    size.map_or_else(Options::default, |batch| Options { batch })
}

/// Decides changes.
#[must_use]
pub fn decide(policy: &Policy, facts: &Facts, now: Instant, options: &DecideOptions) -> Outcome {
    let batch = batch(options.batch_size);
    let common = facts.common(&policy.program, now);
    let mut env = prepare_with(&policy.program, facts.data(), now, batch, options.observer.as_ref(), common);
    env.tally = Arc::clone(&options.tally);
    let record = policy.record(&facts.data().digest, now);
    decide::decide(&env, &record, |id| options.wants(id), batch)
}

/// Decides changes on a portion of an inventory, of which [`decide_together`] makes summaries: those that touch it, and with what no portion has
/// ([`rest`](crate::Portions::rest)) all. Only for a policy that
/// [is splittable](Policy::is_splittable), or one that [is surveyed](Policy::is_surveyed) where the portions
/// [know](crate::Portions::know_of_all) what that gave.
#[must_use]
pub fn decide_portion(policy: &Policy, portion: &Facts, now: Instant, options: &DecideOptions) -> Vec<Piece> {
    let batch = batch(options.batch_size);
    let common = portion.common(&policy.program, now);
    let env = prepare_with(&policy.program, portion.data(), now, batch, options.observer.as_ref(), common);
    decide::pieces(&env, |id| options.wants(id), batch)
}

/// What the assets of a portion add to conditions over all assets, for the changes that are to be decided. What all portions say and what no
/// portion has ([`rest`](crate::Portions::rest)), [merged](Survey::merge) in any order, is what the portions are to
/// [know](crate::Portions::know_of_all).
#[must_use]
pub fn survey_portion(policy: &Policy, portion: &Facts, now: Instant, options: &DecideOptions) -> Survey {
    let common = portion.common(&policy.program, now);
    let asks_triage = survey::plan(&policy.program).is_some_and(|plan| plan.whole);
    let env = if asks_triage {
        let batch = batch(options.batch_size);
        prepare_with(&policy.program, portion.data(), now, batch, options.observer.as_ref(), common)
    } else {
        Env::with(&policy.program, portion.data(), now, common)
    };
    Survey::of(&env, |id| options.wants(id))
}

/// The summaries of what was decided of the portions of an inventory; `digest` is that of all facts.
#[must_use]
pub fn decide_together(policy: &Policy, together: Together, digest: &str, now: Instant) -> Vec<Summary> {
    together.finish(&policy.program, &policy.record(digest, now))
}

/// The urgency of every finding of the inventory.
#[must_use]
pub fn triage(policy: &Policy, facts: &Facts, now: Instant, batch_size: Option<usize>) -> TriageReport {
    let env = prepare(&policy.program, facts.data(), now, batch(batch_size));
    let assets = (0..facts.asset_count()).filter_map(|row| u32::try_from(row).ok());
    crate::explain::urgency::urgency(&env, &policy.record(&facts.data().digest, now), assets)
}

/// The state of the inventory: what the policy says of each asset without a change, what is overdue, which waivers end.
#[must_use]
pub fn audit(policy: &Policy, facts: &Facts, now: Instant, batch_size: Option<usize>) -> AuditReport {
    let batch = batch(batch_size);
    let env = prepare(&policy.program, facts.data(), now, batch);
    crate::explain::audit::audit(&env, &policy.record(&facts.data().digest, now), batch)
}

/// Explains a change, for one of its assets or all; none where there is no such change or it does not touch that asset. Beside it the ids of
/// the assets that it does touch.
#[must_use]
pub fn why(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    change: &str,
    asset: Option<&str>,
) -> (Option<Why>, Vec<String>) {
    use crate::check::schema::TableId;
    let options = Options::default();
    let env = prepare(&policy.program, facts.data(), now, options);
    let rows = 0..u32::try_from(facts.data().change_count()).unwrap_or(u32::MAX);
    let found = rows
        .into_iter()
        .find(|row| crate::eval::facts::text(&env, TableId::CHANGE, "id", *row).as_deref() == Some(change));
    let Some(row) = found else { return (None, Vec::new()) };
    crate::explain::why::why(&env, &policy.record(&facts.data().digest, now), row, asset, options)
}

/// Says when a change may go, within a horizon, for one of its assets or all; none where there is no such change or it does not touch that
/// asset. Beside it the ids of the assets that it does touch.
#[must_use]
pub fn when(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    (change, asset): (&str, Option<&str>),
    horizon: Duration,
    options: &DecideOptions,
) -> (Option<When>, Vec<String>) {
    let batch = batch(options.batch_size);
    let env = prepare(&policy.program, facts.data(), now, batch);
    let Some(row) = row_of(&env, crate::check::schema::TableId::CHANGE, facts.data().change_count(), change) else {
        return (None, Vec::new());
    };
    crate::explain::when::when(&env, &policy.record(&facts.data().digest, now), row, asset, horizon, batch)
}

/// When the policy's blackouts and windows are on between two instants: all, or those that may apply to an asset; none where there is no such
/// asset.
#[must_use]
pub fn calendar(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    (from, to): (Instant, Instant),
    asset: Option<&str>,
) -> Option<CalendarReport> {
    use crate::explain::calendar::{Ask, calendar};
    let env = prepare(&policy.program, facts.data(), now, Options::default());
    let asset = match asset {
        Some(id) => Some(row_of(&env, crate::check::schema::TableId::ASSET, facts.asset_count(), id)?),
        None => None,
    };
    Some(calendar(&env, &policy.record(&facts.data().digest, now), Ask { from, to, asset }))
}

/// The row of the record with that id.
fn row_of(env: &Env<'_>, table: crate::check::schema::TableId, count: usize, id: &str) -> Option<u32> {
    let rows = 0..u32::try_from(count).unwrap_or(u32::MAX);
    rows.into_iter().find(|row| crate::eval::facts::text(env, table, "id", *row).as_deref() == Some(id))
}

/// Runs the policy's own tests whose names are wanted; a pack's are the pack's.
#[must_use]
pub fn run_tests(policy: &Policy, wanted: &dyn Fn(&str) -> bool) -> Vec<TestResult> {
    crate::suite::run(&policy.program, &policy.record("", Instant::MIN), wanted)
}

/// The value of an expression for every record of the subject that it names.
///
/// # Errors
/// What is wrong with the expression, and the text that the diagnostics point into.
pub fn eval_expression(
    policy: &Policy,
    facts: &Facts,
    now: Instant,
    text: &str,
) -> Result<Values, (Vec<Diagnostic>, Sources)> {
    let compiled = compiled(policy, text)?;
    let env = prepare(&compiled.program, facts.data(), now, Options::default());
    Ok(crate::explain::values::values(&env, compiled.node, facts.asset_count()))
}

/// Whether an expression can be worked out, before any fact is read.
///
/// # Errors
/// What is wrong with the expression, and the text that the diagnostics point into.
pub fn check_expression(policy: &Policy, text: &str) -> Result<(), (Vec<Diagnostic>, Sources)> {
    compiled(policy, text).map(|_| ())
}

fn compiled(policy: &Policy, text: &str) -> Result<Compiled, (Vec<Diagnostic>, Sources)> {
    let compiled =
        expression(&policy.program, text, Sight::Everything).map_err(|wrong| (wrong.diagnostics, wrong.sources))?;
    let Some(node) = compiled.program.nodes.get(compiled.node.0 as usize) else { return Ok(compiled) };
    if matches!(node.ty.base, Type::List(_) | Type::Set(_)) {
        let mut sources = Sources::new();
        let span = Span::new(sources.add("expression", text), 0, text.len());
        let wrong = Diagnostic::error(codes::WRONG_TYPE, span, "a list has no value of its own")
            .help("ask about its elements: `count(x in LIST)`, `\"text\" in LIST` or `any x in LIST where …`");
        return Err((vec![wrong], sources));
    }
    Ok(compiled)
}
