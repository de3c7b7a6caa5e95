//! `changegate eval`: the value of an expression for every record of the subject that it names.

use clap::Args;

use super::Status;
use super::args::{FactsArgs, PolicyArgs};
use super::engine;
use super::failure::Failure;
use super::output;
use super::session::{Needs, Session};
use crate::report::{Format, json, values_human};

/// Work out an expression for every record
#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// An expression of the language, such as 'finding.cvss.score' or 'count(a in inventory)'
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    expression: String,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    facts: FactsArgs,
}

/// Evaluates and prints. Without a policy the standard vocabulary holds.
pub(super) fn run(args: &EvalArgs, session: &Session) -> Result<Status, Failure> {
    let now = session.now(args.facts.now.as_deref())?;
    let policy = if args.policy.policy.is_some() || session.config.policy.is_some() {
        session.policy(&args.policy)?.policy
    } else {
        engine::empty_policy(session.config.zone.as_ref())
    };
    // A slip of the pen is told at once, and not after a large inventory.
    if let Err((diagnostics, sources)) = crate::check_expression(&policy, &args.expression) {
        session.print_diagnostics(&diagnostics, &sources);
        return Err(Failure::Reported);
    }
    let read = session.facts(&policy, &args.facts, now, Needs::default())?;
    let options = session.run_options(&args.facts, Vec::new());
    let values = match engine::eval(&policy, &read.facts, now, &args.expression, &options) {
        Ok(values) => values,
        Err((diagnostics, sources)) => {
            session.print_diagnostics(&diagnostics, &sources);
            return Err(Failure::Reported);
        }
    };
    output::print(|out| match session.format {
        Format::Human => values_human::values(out, &values, &session.look),
        format => json::values(out, &values, format),
    })?;
    if values.rows.is_empty() && read.assets == 0 && read.changes.is_empty() {
        let help = "give `--inventory FILE` or `--change FILE`, or name them in changegate.toml";
        return Err(Failure::new("there is no record for which to work it out").help(help));
    }
    Ok(if read.problems.error_count > 0 { Status::Wrong } else { Status::Good })
}
