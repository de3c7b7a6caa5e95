//! `changegate audit`: the state of the estate, without any change.

use clap::{Args, ValueEnum};

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::engine;
use super::failure::Failure;
use super::output;
use super::progress::Progress;
use super::session::{Needs, Session};
use crate::eval::decision::Verdict;
use crate::report::{Format, audit_human, json};

/// Show the state of the estate: what is against the policy, overdue, or about to end
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
    /// Exit with 1 from this verdict on, or where anything is overdue; several are joined by commas
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',', default_values_t = [FailOn::Hold])]
    fail_on: Vec<FailOn>,
    /// Exit with 0 where the inventory has no asset, or the policy decides nothing
    #[arg(long)]
    allow_empty: bool,
}

/// `--fail-on`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What is denied
    Deny,
    /// What is deferred or denied
    Defer,
    /// What is held, deferred or denied
    Hold,
    /// Warnings too
    Warn,
    /// A finding or a duty that is overdue, or may be
    Overdue,
}

impl FailOn {
    fn verdict(self) -> Option<Verdict> {
        Some(match self {
            Self::Deny => Verdict::Deny,
            Self::Defer => Verdict::Defer,
            Self::Hold => Verdict::Hold,
            Self::Warn => Verdict::Warn,
            Self::Overdue => return None,
        })
    }
}

/// Audits and prints.
pub(super) fn run(args: &AuditArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let ready = session.policy_to_decide(&args.policy)?;
    if !ready.policy.decides() && !args.allow_empty {
        let why = "the policy has no statement that decides anything, so nothing was decided";
        return Err(
            Failure::new(why).help("begin with `changegate init`; `--allow-empty` lists what the inventory lacks")
        );
    }
    let read =
        session.facts(&ready.policy, &args.facts, now, Needs { inventory: true, changes: false, narrow: false })?;
    if read.assets == 0 && !args.allow_empty {
        let help = "`--allow-empty` makes this a success";
        return Err(Failure::new("the inventory has no asset, so nothing was decided").help(help));
    }
    let options = session.run_options(&args.facts, Vec::new());
    let progress = Progress::start("auditing");
    let report = engine::audit(&ready.policy, &read.facts, now, &options);
    progress.finish();
    output::print(|out| match session.format {
        Format::Human => audit_human::audit(out, &report, &session.look),
        format => json::audit(out, &report, format),
    })?;
    let from = args.fail_on.iter().filter_map(|what| what.verdict()).min();
    let fails = from.is_some_and(|from| report.summary.verdict >= from)
        || (args.fail_on.contains(&FailOn::Overdue) && report.is_overdue());
    if fails {
        return Ok(Status::Bad);
    }
    if read.problems.error_count > 0 {
        return Err(Failure::new("a part of the input could not be read, so the audit may not be all there is"));
    }
    Ok(Status::Good)
}
