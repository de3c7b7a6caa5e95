//! The engine, as anyone calls it. The only file that knows its API.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use changegate::check::Loader;
use changegate::check::plugin::{Described, Refused};
use changegate::explain::when_rows::Standing;
use changegate::facts::Chunk;
use changegate::syntax::diagnostic::Severity;
use changegate::time::{Duration, Instant};
use changegate::{
    DecideOptions, Engine, Facts, FactsBuilder, Outcome, Piece, Policy, Portion, Portions, Sum, Survey, Together,
    decide,
};
use serde_json::Value;

use crate::case::Case;
use crate::engine_people;
use crate::oracle::decide::{BlockRow, FindingRow, Row};

/// What the engine is given.
#[derive(Clone, Debug)]
pub struct Input {
    pub files: Vec<(String, String)>,
    pub inventory: String,
    pub changes: Vec<String>,
    /// The calendar files beside the policy: name and text.
    pub calendars: Vec<(String, String)>,
    /// The other inputs: entity and text.
    pub others: Vec<(&'static str, String)>,
    pub now: String,
}

impl Input {
    /// A case, its policy written in one of many layouts.
    pub fn of(case: &Case, layout: u64) -> Self {
        crate::absence::note_assuming(&case.policy);
        Self {
            files: crate::print::files(&case.policy, layout),
            calendars: crate::print_time::files(&case.policy),
            inventory: case.facts.inventory_text(),
            changes: case.facts.changes.iter().map(ToString::to_string).collect(),
            others: case.facts.others(),
            now: case.now_text(),
        }
    }
}

/// What the engine answers.
pub struct Answer {
    pub rows: Vec<Row>,
    /// The decisions and summaries as the program prints them.
    pub printed: Value,
    /// The same, byte for byte.
    pub bytes: Vec<u8>,
}

/// The calendar files beside a policy.
struct Beside<'a>(&'a [(String, String)]);

impl Loader for Beside<'_> {
    fn file(&mut self, _from: &str, _path: &str) -> Result<(String, Arc<str>), String> {
        Err("nothing can be imported here".to_owned())
    }

    fn pack(&mut self, _name: &str) -> Result<Vec<(String, Arc<str>)>, Vec<String>> {
        Err(Vec::new())
    }

    fn plugin(&mut self, _from: &str, _path: &str, digest: Option<&str>) -> Result<Arc<Described>, Refused> {
        crate::plugins::described(digest)
    }

    fn calendar(&mut self, _from: &str, path: &str) -> Result<(String, Arc<str>), String> {
        let file = self.0.iter().find(|(name, _)| name == path);
        file.map(|(name, text)| (name.clone(), Arc::from(text.as_str()))).ok_or_else(|| "there is none".to_owned())
    }
}

/// Loads the policy; `Err` says what is wrong with it.
pub fn load(files: &[(String, String)], calendars: &[(String, String)]) -> Result<Policy, String> {
    let files = files.iter().map(|(name, text)| (name.clone(), Arc::from(text.as_str()))).collect();
    let (policy, diagnostics, sources) = Policy::load(files, &mut Beside(calendars));
    policy.map(|policy| policy.answered_by(Arc::new(crate::plugins::Stub))).ok_or_else(|| {
        let errors = diagnostics.iter().filter(|d| matches!(d.severity, Severity::Error));
        errors.map(|d| format!("{} `{}`\n", d.message, sources.text(d.span))).collect()
    })
}

/// The facts, as the engine reads them, and `now`.
fn facts(policy: &Policy, input: &Input) -> Result<(Facts, Instant), String> {
    let now = changegate::time::parse_instant(&input.now).map_err(|e| format!("now: {e:?}"))?;
    let mut facts = policy.facts_builder(now, None);
    facts.add_inventory("inventory.ndjson", input.inventory.as_bytes());
    for (n, change) in input.changes.iter().enumerate() {
        facts.add_changes(&format!("change-{n}.json"), change.as_bytes());
    }
    engine_people::add(&mut facts, &input.others);
    let (facts, problems) = facts.finish();
    if problems.error_count > 0 {
        return Err(format!("the facts are refused: {problems:?}"));
    }
    Ok((facts, now))
}

/// Decides all changes.
pub fn run(policy: &Policy, input: &Input, batch_size: Option<usize>) -> Result<Outcome, String> {
    let (facts, now) = facts(policy, input)?;
    Ok(decide(policy, &facts, now, &DecideOptions { batch_size, ..DecideOptions::default() }))
}

/// The ids of assets, each with the decisions on it as they are printed.
pub type Alone = Vec<(String, Vec<String>)>;

/// What is decided of each asset by itself, by its id, where the policy decides each by itself; those are left out of which there are several
/// records.
pub fn alone(policy: &Policy, input: &Input) -> Result<Option<Alone>, String> {
    let now = changegate::time::parse_instant(&input.now).map_err(|e| format!("now: {e:?}"))?;
    let Ok(engine) = Engine::new(policy, beside(policy, input, now)) else { return Ok(None) };
    let id = |line: &str| serde_json::from_str::<Value>(line).ok().and_then(|record| text(&record["id"]));
    let ids: Vec<Option<String>> = input.inventory.lines().map(id).collect();
    let mut found = Vec::new();
    for (line, id) in input.inventory.lines().zip(&ids) {
        let Some(id) = id.as_ref().filter(|_| ids.iter().filter(|other| *other == id).count() == 1) else { continue };
        let decide = || engine.decide(&engine.read(line.as_bytes()));
        let decisions = catch_unwind(AssertUnwindSafe(decide)).map_err(|p| format!("panic: {}", said(&*p)))?;
        let print = |decision: &_| serde_json::to_string(decision).map_err(|e| e.to_string());
        found.push((id.clone(), decisions.iter().map(print).collect::<Result<Vec<String>, String>>()?));
    }
    Ok(Some(found))
}

/// What an inventory is read beside.
fn beside(policy: &Policy, input: &Input, now: Instant) -> FactsBuilder {
    let mut records = policy.facts_builder(now, None);
    for (n, change) in input.changes.iter().enumerate() {
        records.add_changes(&format!("change-{n}.json"), change.as_bytes());
    }
    engine_people::add(&mut records, &input.others);
    records
}

/// Reads an inventory some lines at a time.
fn each_portion(portions: &Portions, input: &Input, lines: usize, mut take: impl FnMut(Portion)) {
    let file = Arc::from("inventory.ndjson");
    let all: Vec<&str> = input.inventory.lines().collect();
    for (n, some) in all.chunks(lines).enumerate() {
        let bytes = format!("{}\n", some.join("\n"));
        take(portions.read(&file, &Chunk::Lines(bytes.as_bytes(), 1 + n * lines)));
    }
}

/// What conditions over all assets come to, gathered some lines at a time and from no more fields than they read; none where that is not all
/// that has to be known.
fn surveyed(policy: &Policy, input: &Input, now: Instant, lines: usize) -> Option<Survey> {
    let mut records = policy.facts_builder(now, None);
    let mut reads = policy.survey_reads();
    beside(policy, input, now).widen(&mut reads);
    records.narrow(&reads, true);
    for (n, change) in input.changes.iter().enumerate() {
        records.add_changes(&format!("change-{n}.json"), change.as_bytes());
    }
    engine_people::add(&mut records, &input.others);
    let (portions, mut sum) = records.into_portions(None).ok()?;
    let of = |facts: &Facts| changegate::survey_portion(policy, facts, now, &DecideOptions::default());
    let mut found: Vec<Survey> = Vec::new();
    let mut is_plain = true;
    each_portion(&portions, input, lines, |portion| {
        found.push(of(&portion.facts));
        is_plain &= sum.take_undigested(portion.note);
    });
    found.push(of(&portions.rest(&sum)));
    let mut survey = Survey::default();
    // In any order.
    found.into_iter().rev().for_each(|found| survey.merge(found));
    (is_plain && survey.is_sound()).then_some(survey)
}

/// What the program prints where the inventory is decided some lines at a time; none where it is decided as a whole.
pub fn in_portions(policy: &Policy, input: &Input, lines: usize) -> Result<Option<Vec<u8>>, String> {
    let now = changegate::time::parse_instant(&input.now).map_err(|e| format!("now: {e:?}"))?;
    catch_unwind(AssertUnwindSafe(|| portioned(policy, input, now, lines))).map_err(|p| format!("panic: {}", said(&*p)))
}

fn portioned(policy: &Policy, input: &Input, now: Instant, lines: usize) -> Option<Vec<u8>> {
    if !(policy.is_surveyed() || policy.is_splittable()) {
        return None;
    }
    let (mut portions, mut sum) = beside(policy, input, now).into_portions(None).ok()?;
    if policy.is_surveyed() {
        portions.know_of_all(surveyed(policy, input, now, lines)?);
    }
    let of = |facts: &Facts| changegate::decide_portion(policy, facts, now, &DecideOptions::default());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut digests: Vec<(Arc<str>, [u8; 32])> = Vec::new();
    let mut is_plain = true;
    each_portion(&portions, input, lines, |portion| {
        pieces.extend(of(&portion.facts));
        match sum.take_unsorted(portion.note) {
            Some(more) => digests.extend(more),
            None => is_plain = false,
        }
    });
    digests.sort();
    if !is_plain || digests.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    digests.iter().for_each(|(_, digest)| sum.add(digest));
    pieces.extend(of(&portions.rest(&sum)));
    Some(put_together(policy, pieces, sum, now))
}

fn put_together(policy: &Policy, pieces: Vec<Piece>, sum: Sum, now: Instant) -> Vec<u8> {
    let mut decisions: Vec<_> =
        pieces.iter().flat_map(|piece| piece.decisions.iter().map(move |decision| (piece.at, decision))).collect();
    decisions.sort_by_key(|(at, decision)| (*at, decision.asset.is_none(), decision.asset.clone()));
    let decisions: Vec<_> = decisions.into_iter().map(|(_, decision)| decision.clone()).collect();
    let mut together = Together::default();
    together.add(pieces);
    let summaries = changegate::decide_together(policy, together, &sum.finish().0, now);
    let mut bytes = Vec::new();
    let shown: Vec<&_> = decisions.iter().collect();
    let format = changegate::report::Format::Json;
    changegate::report::json::decisions(&mut bytes, &shown, &summaries, format).expect("memory takes it");
    bytes
}

/// When a change may go, in microseconds.
pub struct Openings {
    /// The asset; none for all of them together.
    pub asset: Option<String>,
    pub first: Option<i64>,
    /// The first and the last instant of each stretch.
    pub stretches: Vec<(i64, i64)>,
}

/// What `when` says of a change and of each of its assets, and up to when it looked.
pub fn when(policy: &Policy, input: &Input, change: &str) -> Result<(Vec<Openings>, i64), String> {
    let (facts, now) = facts(policy, input)?;
    let ahead = Duration::from_seconds(400 * 86_400).expect("a length");
    let ask = || changegate::when(policy, &facts, now, (change, None), ahead, &DecideOptions::default());
    let (found, _) = catch_unwind(AssertUnwindSafe(ask)).map_err(|p| format!("panic: {}", said(&*p)))?;
    let found = found.ok_or("there is no such change")?;
    let of = |asset: Option<String>, standing: &Standing| Openings {
        asset,
        first: standing.first.map(Instant::micros),
        stretches: standing.starts.iter().map(|one| (one.from.micros(), one.last.micros())).collect(),
    };
    let mut all = vec![of(None, &found.whole)];
    for group in &found.groups {
        all.extend(group.assets.iter().flatten().map(|asset| of(Some(asset.clone()), &group.standing)));
    }
    Ok((all, found.until.micros()))
}

/// Loads and decides. A panic is an error too.
pub fn answer(input: &Input) -> Result<Answer, String> {
    let policy = load(&input.files, &input.calendars)?;
    answer_with(&policy, input, None)
}

/// What the program prints.
pub fn bytes_with(policy: &Policy, input: &Input, batch_size: Option<usize>) -> Result<Vec<u8>, String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(policy, input, batch_size)))
        .map_err(|p| format!("panic: {}", said(&*p)))??;
    let decisions: Vec<&_> = outcome.decisions.iter().collect();
    let mut bytes = Vec::new();
    changegate::report::json::decisions(&mut bytes, &decisions, &outcome.summaries, changegate::report::Format::Json)
        .map_err(|e| e.to_string())?;
    Ok(bytes)
}

/// Decides with a policy that is loaded.
pub fn answer_with(policy: &Policy, input: &Input, batch_size: Option<usize>) -> Result<Answer, String> {
    let bytes = bytes_with(policy, input, batch_size)?;
    let printed: Value = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
    let mut rows: Vec<Row> = printed["decisions"].as_array().into_iter().flatten().map(row).collect();
    for summary in printed["changes"].as_array().into_iter().flatten() {
        let risks = engine_people::risks(summary);
        let of = rows.iter_mut().filter(|r| Some(r.change.as_str()) == summary["change"].as_str());
        of.for_each(|r| r.risks.clone_from(&risks));
    }
    Ok(Answer { rows, printed, bytes })
}

pub fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn text(v: &Value) -> Option<String> {
    v.as_str().map(str::to_owned)
}

fn texts(v: &Value) -> Vec<String> {
    v.as_array().into_iter().flatten().filter_map(text).collect()
}

/// A decision as the oracle puts it.
fn row(d: &Value) -> Row {
    let word = |v: &Value| text(v).unwrap_or_default();
    let items = |v: &'_ Value| v.as_array().cloned().unwrap_or_default();
    let mut row = Row {
        change: word(&d["change"]),
        asset: text(&d["asset"]),
        verdict: word(&d["verdict"]),
        effects: texts(&d["effects"]),
        reasons: items(&d["reasons"])
            .iter()
            .map(|r| (word(&r["rule"]), word(&r["kind"]), word(&r["effect"]), text(&r["subject"])))
            .collect(),
        duties: std::collections::BTreeSet::new(),
        haves: std::collections::BTreeMap::new(),
        waived: std::collections::BTreeMap::new(),
        risks: Vec::new(),
        category: text(&d["category"]),
        category_possible: texts(&d["category_possible"]),
        tested: (text(&d["tested"]["from"]), text(&d["tested"]["to"]), word(&d["tested"]["by"])),
        triage: items(&d["triage"])
            .iter()
            .map(|block| BlockRow {
                block: word(&block["block"]),
                level: text(&block["level"]),
                due: text(&block["due"]),
                overdue: block["overdue"].as_u64().unwrap_or(u64::MAX),
                findings: {
                    let mut findings: Vec<FindingRow> = items(&block["findings"]).iter().map(finding).collect();
                    findings.sort();
                    findings
                },
            })
            .collect(),
        certain: std::collections::BTreeSet::new(),
    };
    engine_people::read(d, &mut row);
    row
}

fn finding(f: &Value) -> FindingRow {
    FindingRow {
        finding: text(&f["finding"]),
        level: text(&f["level"]).unwrap_or_default(),
        due: text(&f["due"]),
        overdue: f["overdue"].as_bool().unwrap_or_default(),
    }
}
