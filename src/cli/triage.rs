//! `changegate triage`: how urgent each finding is, and when it is due.

use clap::Args;

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::engine;
use super::failure::Failure;
use super::output;
use super::progress::Progress;
use super::session::{Needs, Session};
use crate::report::{Format, json, triage_human};

/// Show how urgent each finding is, and when it is due
#[derive(Debug, Args)]
pub(super) struct TriageArgs {
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
    /// Only findings that are overdue, or may be
    #[arg(long)]
    overdue: bool,
    /// Exit with 0 where the inventory has no asset
    #[arg(long)]
    allow_empty: bool,
}

/// Triages and prints.
pub(super) fn run(args: &TriageArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let ready = session.policy_to_decide(&args.policy)?;
    let read =
        session.facts(&ready.policy, &args.facts, now, Needs { inventory: true, changes: false, narrow: false })?;
    if read.assets == 0 && !args.allow_empty {
        let help = "`--allow-empty` makes this a success";
        return Err(Failure::new("the inventory has no asset, so nothing was decided").help(help));
    }
    let options = session.run_options(&args.facts, Vec::new());
    let progress = Progress::start("triaging");
    let mut report = engine::triage(&ready.policy, &read.facts, now, &options);
    progress.finish();
    if args.overdue {
        report.rows.retain(|row| row.overdue);
    }
    output::print(|out| match session.format {
        Format::Human => triage_human::triage(out, &report, &session.look),
        format => json::triage(out, &report, format),
    })?;
    if read.problems.error_count > 0 {
        return Err(Failure::new("a part of the input could not be read, so the list may not be all there is"));
    }
    Ok(Status::Good)
}
