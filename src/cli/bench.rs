//! `changegate bench`: what `check` costs with one's own policy over one's own inventory.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::Status;
use super::check::{self, CheckArgs};
use super::failure::Failure;
use super::output;
use super::session::Session;
use super::stopwatch::{Stage, Stopwatch, Taken};
use crate::eval::observe::Step;
use crate::report::bench::{self, Bench, Beside, Cost, Path, Stages};
use crate::report::{Format, json};

/// So many statements are shown.
const SHOWN: usize = 10;

/// Measure what a check costs, by stage and by statement
#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    #[command(flatten)]
    check: CheckArgs,
    /// How often to do it; times are medians
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// The same as `--format json`
    #[arg(long)]
    json: bool,
}

/// Checks several times over without printing decisions, and prints what that cost.
pub(super) fn run(args: &BenchArgs, session: &Session) -> Result<Status, Failure> {
    args.check.only_checks()?;
    let mut session = session.clone();
    // What is wrong is told once, and not with every run.
    session.told.get_or_insert_default();
    let mut runs = Vec::new();
    let mut peak_memory = None;
    for _ in 0..args.runs {
        if session.stdin_taken.get() {
            let why = format!("stdin can be read once only, and {} runs read their input each", args.runs);
            return Err(Failure::new(why).help("name a file instead of `-`, or pass `--runs 1`"));
        }
        let clock = Arc::new(Stopwatch::default());
        session.clock = Some(Arc::clone(&clock));
        let begun = std::time::Instant::now();
        // The verdict is not what was asked for.
        check::once(&args.check, &session)?;
        runs.push((begun.elapsed(), clock.taken()));
        peak_memory = peak_memory.or_else(peak);
    }
    session.clock = None;
    let ready = session.policy_to_decide(args.check.policy())?;
    let measured = report(&runs, peak_memory, |step| {
        let (kind, head) = step.statement(ready.policy.program())?;
        let place = ready.sources.line_column(head.span);
        let at = format!("{}:{}", ready.sources.name(head.span.file), place.line);
        Some((kind, head.name.clone(), at))
    });
    output::print(|out| match session.format {
        Format::Human if !args.json => bench::human(out, &measured, &session.look),
        _ => json::line(out, &measured),
    })?;
    Ok(Status::Good)
}

/// What the runs came to; `statement` says kind, name and place of a step that is one.
fn report(
    runs: &[(Duration, Taken)],
    peak_memory: Option<u64>,
    statement: impl Fn(Step) -> Option<(&'static str, String, String)>,
) -> Bench {
    let threads = rayon::current_num_threads();
    let median_of = |of: &dyn Fn(&(Duration, Taken)) -> f64| median(runs.iter().map(of).collect());
    let all = median_of(&|(all, _)| all.as_secs_f64());
    let seconds = Stages {
        policy: median_of(&|(_, taken)| stages(taken, threads).policy),
        read: median_of(&|(_, taken)| stages(taken, threads).read),
        evaluate: median_of(&|(_, taken)| stages(taken, threads).evaluate),
        write: median_of(&|(_, taken)| stages(taken, threads).write),
        all,
    };
    let mut steps: HashMap<Step, Vec<f64>> = HashMap::new();
    for (_, taken) in runs {
        for (step, spent) in &taken.steps {
            steps.entry(*step).or_default().push(spent.as_secs_f64());
        }
    }
    let mut steps: Vec<(Step, f64)> = steps.into_iter().map(|(step, times)| (step, median(times))).collect();
    steps.sort_by(|(a, less), (b, more)| more.total_cmp(less).then_with(|| a.cmp(b)));
    let whole: f64 = steps.iter().map(|(_, seconds)| seconds).sum();
    let share = |seconds: f64| if whole > 0.0 { seconds / whole } else { 0.0 };
    let (mut statements, mut dearest, mut beside) = (0, Vec::new(), Vec::new());
    for (step, seconds) in steps {
        let share = share(seconds);
        match statement(step) {
            Some((kind, name, at)) => {
                statements += 1;
                if dearest.len() < SHOWN {
                    dearest.push(Cost { kind, name, at, seconds, share });
                }
            }
            None => beside.push(Beside { what: beside_statements(step), seconds, share }),
        }
    }
    let last = runs.last().map(|(_, taken)| taken.clone()).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let decisions_per_second = if all > 0.0 { last.decisions as f64 / all } else { 0.0 };
    Bench {
        runs: runs.len(),
        threads,
        path: if last.portions { Path::Portions } else { Path::Whole },
        changes: last.changes,
        decisions: last.decisions,
        bytes: last.bytes,
        seconds,
        decisions_per_second,
        peak_memory,
        statements,
        dearest,
        beside,
    }
}

/// The stages of one run. Where threads read and decide at once, that time is divided by what they spend on each.
fn stages(taken: &Taken, threads: usize) -> Stages {
    let of = |stage| taken.stages.get(&stage).copied().unwrap_or_default().as_secs_f64();
    let both = of(Stage::Portions);
    let threads = u32::try_from(threads.max(1)).unwrap_or(u32::MAX);
    let deciding = if taken.portions {
        (taken.steps.values().sum::<Duration>().as_secs_f64() / f64::from(threads)).min(both)
    } else {
        0.0
    };
    Stages {
        policy: of(Stage::Policy),
        read: of(Stage::Read) + both - deciding,
        evaluate: of(Stage::Evaluate) + deciding,
        write: of(Stage::Write),
        all: 0.0,
    }
}

fn beside_statements(step: Step) -> &'static str {
    match step {
        Step::Preparing => "preparing",
        Step::Times => "when it may go",
        _ => "reasons",
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2).copied().unwrap_or_default();
    let lower = values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    f64::midpoint(lower, upper)
}

/// The most memory that this process has had, as Linux says it.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests;
