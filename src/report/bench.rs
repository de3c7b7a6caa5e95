//! What a check costs: by stage, and by the policy's statements.

use std::io::{self, Write};

use serde::Serialize;

use super::Look;
use super::text::{clean, counted, pad, pad_left, width};

/// What a check costs. Times are medians over the runs, in seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Bench {
    /// How often it was done.
    pub runs: usize,
    /// On how many threads.
    pub threads: usize,
    /// How the inventory was read.
    pub path: Path,
    /// Changes that were decided.
    pub changes: usize,
    /// Decisions that were made.
    pub decisions: usize,
    /// Bytes of NDJSON that were rendered.
    pub bytes: usize,
    /// How long each stage took, by the clock on the wall.
    pub seconds: Stages,
    /// Decisions in each second of all stages together.
    pub decisions_per_second: f64,
    /// The most memory that the process had after the first run, in bytes; none where the system does not say.
    pub peak_memory: Option<u64>,
    /// How many of the policy's statements were evaluated.
    pub statements: usize,
    /// Those that cost most, on all threads together.
    pub dearest: Vec<Cost>,
    /// What evaluating cost beside statements.
    pub beside: Vec<Beside>,
}

/// How an inventory was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// One portion at a time, each decided before the next is read.
    Portions,
    /// All of it before anything was decided.
    Whole,
}

/// Seconds by stage.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Stages {
    /// Parsing and checking the policy.
    pub policy: f64,
    /// Reading facts.
    pub read: f64,
    /// Deciding.
    pub evaluate: f64,
    /// Rendering decisions.
    pub write: f64,
    /// All of it.
    pub all: f64,
}

/// What a statement costs.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it stands: `file:line`.
    pub at: String,
    /// Seconds on all threads.
    pub seconds: f64,
    /// What part of all of the evaluation that is, from 0 to 1.
    pub share: f64,
}

/// What something costs that is no statement.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    /// What it is.
    pub what: &'static str,
    /// Seconds on all threads.
    pub seconds: f64,
    /// What part of all of the evaluation that is, from 0 to 1.
    pub share: f64,
}

/// Prints what a check costs.
///
/// # Errors
/// What writing fails with.
pub fn human(out: &mut impl Write, bench: &Bench, look: &Look) -> io::Result<()> {
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let (runs, threads) = (counted(number(bench.runs), "run"), counted(number(bench.threads), "thread"));
    let decisions = counted(number(bench.decisions), "decision");
    let changes = counted(number(bench.changes), "change");
    writeln!(out, "{decisions} of {changes}, {runs} on {threads}")?;
    let path = match bench.path {
        Path::Portions => "the inventory was read one portion at a time, each decided before the next",
        Path::Whole => "the inventory was read as a whole, and decided then",
    };
    writeln!(out, "{path}\n")?;
    let Stages { policy, read, evaluate, write, all } = bench.seconds;
    let stages = [("policy", policy), ("read", read), ("evaluate", evaluate), ("write", write), ("all", all)];
    let heading = format!("{}{}{}", pad("stage", 12), pad_left("median", 12), pad_left("share", 9));
    writeln!(out, "{}", look.paint.bold(&heading))?;
    for (name, seconds) in stages {
        let share = if all > 0.0 { seconds / all } else { 0.0 };
        writeln!(out, "{}{}{}", pad(name, 12), pad_left(&time(seconds), 12), pad_left(&percent(share), 9))?;
    }
    writeln!(out, "\n{:.0} decisions a second", bench.decisions_per_second)?;
    if let Some(bytes) = bench.peak_memory {
        writeln!(out, "{:.1} MB of memory at most", megabytes(bytes))?;
    }
    costs(out, bench, look)
}

fn costs(out: &mut impl Write, bench: &Bench, look: &Look) -> io::Result<()> {
    if bench.dearest.is_empty() && bench.beside.is_empty() {
        return Ok(());
    }
    let name = |cost: &Cost| format!("{} {}", cost.kind, clean(&cost.name));
    let statements = bench.dearest.iter().map(|cost| (name(cost), cost.seconds, cost.share, clean(&cost.at)));
    let beside = bench.beside.iter().map(|one| (one.what.to_owned(), one.seconds, one.share, "".into()));
    let rows: Vec<_> = statements.chain(beside).collect();
    let widest = rows.iter().map(|(name, ..)| width(name)).max().unwrap_or(0).max(12);
    let heading = format!("{}{}{}  at", pad("evaluation", widest), pad_left("median", 12), pad_left("share", 9));
    writeln!(out, "\n{}", look.paint.bold(&heading))?;
    for (name, seconds, share, at) in rows {
        let line =
            format!("{}{}{}  {at}", pad(&name, widest), pad_left(&time(seconds), 12), pad_left(&percent(share), 9));
        writeln!(out, "{}", line.trim_end())?;
    }
    let more = bench.statements.saturating_sub(bench.dearest.len());
    if more > 0 {
        writeln!(out, "and {more} more statements that cost less")?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Seconds as people read them.
fn time(seconds: f64) -> String {
    if seconds >= 1.0 {
        format!("{seconds:.2} s")
    } else if seconds >= 0.001 {
        format!("{:.2} ms", seconds * 1e3)
    } else {
        format!("{:.1} µs", seconds * 1e6)
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
