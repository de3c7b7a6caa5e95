//! `changegate check`: decide whether changes may go.

use std::io::{self, Write};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::Status;
use super::args::{FactsArgs, FormatArg, PolicyArgs};
use super::engine;
use super::failure::Failure;
use super::kept::Form;
use super::output;
use super::portions::{self, Asked, Done};
use super::progress::Progress;
use super::session::{Needs, Session};
use super::stopwatch::Stage;
use super::watch::{self, Pace};
use crate::eval::decision::{Decision, Verdict};
use crate::facts::printable;
use crate::report::{Format, human, json};
use crate::syntax::suggest::nearest;
use crate::{Outcome, Policy};

/// Decide whether changes may go
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The changes to decide, by id; all that are configured otherwise
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
    /// Exit with 1 from this verdict on
    #[arg(long, value_enum, value_name = "VERDICT", default_value_t = FailOn::Hold)]
    fail_on: FailOn,
    /// Exit with 0 where there is no change to decide
    #[arg(long)]
    allow_empty: bool,
    /// About how many bytes of an inventory are read and decided at once
    #[arg(long, value_name = "BYTES", hide = true, value_parser = clap::value_parser!(u32).range(1..))]
    portion_size: Option<u32>,
    /// Print only some of the decisions
    #[arg(long, value_enum, value_name = "WHICH")]
    only: Option<Only>,
    /// Go on: decide anew whenever a file changes that was read, and print what became different
    #[arg(long, conflicts_with = "fail_on")]
    watch: bool,
    #[command(flatten)]
    pace: Pace,
}

/// `--fail-on`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Only what is denied
    Deny,
    /// What is deferred or denied
    Defer,
    /// What may not go now
    Hold,
    /// Warnings too
    Warn,
}

impl FailOn {
    fn verdict(self) -> Verdict {
        match self {
            Self::Deny => Verdict::Deny,
            Self::Defer => Verdict::Defer,
            Self::Hold => Verdict::Hold,
            Self::Warn => Verdict::Warn,
        }
    }
}

/// `--only`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Only {
    /// Those that may not go
    Blocked,
}

impl CheckArgs {
    fn portion_size(&self) -> Option<usize> {
        self.portion_size.and_then(|size| usize::try_from(size).ok())
    }
}

impl Only {
    /// Whether a decision is among those that are asked for.
    pub(super) fn shows(only: Option<Self>, decision: &Decision) -> bool {
        match only {
            None => true,
            Some(Self::Blocked) => !decision.verdict.permits(),
        }
    }
}

/// Decides and prints.
pub(super) fn run(args: CheckArgs, format: FormatArg, session: &Session) -> Result<Status, Failure> {
    if args.watch {
        let size = args.portion_size();
        let CheckArgs { ids, policy, facts, allow_empty, only, pace, .. } = args;
        let asked = watch::Asked { ids, policy, facts, allow_empty, only, pace, whole: true, size };
        return watch::watch(&asked, format, session);
    }
    args.pace.unused()?;
    once(&args, session)
}

impl CheckArgs {
    /// Which policy.
    pub(super) fn policy(&self) -> &PolicyArgs {
        &self.policy
    }

    /// Refuses to watch.
    ///
    /// # Errors
    /// A flag that says so, or how.
    pub(super) fn only_checks(&self) -> Result<(), Failure> {
        if self.watch {
            return Err(Failure::new("`--watch` has no end, so it cannot be measured"));
        }
        self.pace.unused()
    }
}

/// Decides and prints once.
pub(super) fn once(args: &CheckArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let ready = session.stage(Stage::Policy, || session.policy_to_decide(&args.policy))?;
    decides(&ready.policy, args.allow_empty)?;
    let needs = Needs { inventory: false, changes: !args.allow_empty, narrow: true };
    let asked = Asked {
        session,
        policy: &ready.policy,
        facts: &args.facts,
        ids: &args.ids,
        now,
        needs,
        size: args.portion_size(),
    };
    // What is measured is rendered for programs.
    let format = if session.clock.is_some() { Format::Ndjson } else { session.format };
    let form = Form::new(format, args.only, asked.size);
    let (strongest, errors) = match session.stage(Stage::Portions, || portions::run(&asked, &form))? {
        Some(Done { kept, summaries, errors }) => {
            let decided = summaries.iter().map(|summary| summary.counts.assets).sum();
            let strongest = summaries.iter().filter_map(|summary| summary.counts.verdict()).max();
            let mut lost = None;
            print(session, (decided, summaries.len(), true), |out| {
                lost = kept.write(out, form, &summaries, &session.look)?;
                Ok(())
            })?;
            match lost {
                Some(error) => return Err(Failure::lost(&error)),
                None => (strongest, errors),
            }
        }
        None => {
            let (outcome, errors) = whole(&asked)?;
            let Outcome { decisions, summaries } = &outcome;
            let shown: Vec<&Decision> = decisions.iter().filter(|decision| Only::shows(args.only, decision)).collect();
            let decided = u64::try_from(decisions.len()).unwrap_or(u64::MAX);
            print(session, (decided, summaries.len(), false), |mut out| match format {
                Format::Human => human::decisions(&mut out, &shown, summaries, &session.look),
                format => json::decisions(&mut out, &shown, summaries, format),
            })?;
            (decisions.iter().map(|decision| decision.verdict).max(), errors)
        }
    };
    ready.policy.keep_answers();
    ends_with(session, ready);
    match strongest {
        Some(verdict) if verdict >= args.fail_on.verdict() => Ok(Status::Bad),
        _ if errors > 0 => {
            Err(Failure::new("a part of the input could not be read, so what was decided may not be all there is"))
        }
        None if !args.allow_empty => {
            Err(Failure::new("there is no change, so nothing was decided").help("`--allow-empty` makes this a success"))
        }
        _ => Ok(Status::Good),
    }
}

/// Prints what was decided: so many decisions of so many changes, made one portion at a time or not. What is measured is printed nowhere.
fn print(
    session: &Session,
    (decisions, changes, in_portions): (u64, usize, bool),
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(clock) = &session.clock else { return output::print(|out| write(out)) };
    clock.decided(usize::try_from(decisions).unwrap_or(usize::MAX), changes, in_portions);
    clock.render(write).map_err(Failure::from)
}

/// Reads everything, and decides then.
fn whole(asked: &Asked<'_>) -> Result<(Outcome, u64), Failure> {
    let Asked { session, policy, facts, ids, now, needs, .. } = asked;
    let read = session.stage(Stage::Read, || session.facts(policy, facts, *now, *needs))?;
    known(ids, &read.changes)?;
    let options = session.run_options(facts, ids.to_vec());
    let progress = Progress::of("deciding", Arc::clone(&options.tally));
    let outcome = session.stage(Stage::Evaluate, || engine::decide(policy, &read.facts, *now, &options));
    progress.finish();
    let errors = read.problems.error_count;
    ends_with(session, read);
    Ok((outcome, errors))
}

/// What ends with the program is not given back piece by piece. A program that measures itself goes on.
fn ends_with<T>(session: &Session, value: T) {
    if session.clock.is_none() {
        std::mem::forget(value);
    }
}

/// Refuses a policy that decides nothing, unless that is allowed.
pub(super) fn decides(policy: &Policy, allow_empty: bool) -> Result<(), Failure> {
    if policy.decides() || allow_empty {
        return Ok(());
    }
    let help = "begin with `changegate init`; `--allow-empty` lets every change go";
    let why = "the policy has no statement that decides anything, so nothing was decided";
    Err(Failure::new(why).help(help))
}

/// Refuses ids that no change has.
pub(super) fn known(ids: &[String], changes: &[String]) -> Result<(), Failure> {
    for id in ids {
        if changes.contains(id) {
            continue;
        }
        let failure = Failure::new(format!("there is no change `{}`", printable(id)));
        return Err(match nearest(id, changes.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{}`?", printable(near))),
            None if changes.is_empty() => failure.help("no changes were given: name a file with `--change FILE`"),
            None => failure.help(format!("there are {}", listed(changes))),
        });
    }
    Ok(())
}

/// The first of many names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", printable(name))).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
