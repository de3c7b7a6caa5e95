//! `changegate test`: the policy's own tests.

use clap::Args;

use super::Status;
use super::args::PolicyArgs;
use super::engine;
use super::failure::Failure;
use super::output;
use super::progress::Progress;
use super::session::Session;
use crate::report::{Format, json, test_human};

/// Run the policy's own tests
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    policy: PolicyArgs,
    /// Only tests whose name matches the regular expression
    #[arg(long, value_name = "REGEX")]
    run: Option<String>,
    /// Name the tests that pass as well
    #[arg(long, short)]
    verbose: bool,
}

/// Runs and prints; no test at all is a failure.
pub(super) fn run(args: &TestArgs, session: &Session) -> Result<Status, Failure> {
    let wanted = match &args.run {
        Some(pattern) => Some(regex::Regex::new(pattern).map_err(|error| {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Failure::new(format!("`--run {pattern}` is not a regular expression: {why}"))
        })?),
        None => None,
    };
    let ready = session.policy(&args.policy)?;
    let progress = Progress::start("testing");
    let results = engine::tests(&ready.policy, |name| wanted.as_ref().is_none_or(|pattern| pattern.is_match(name)));
    progress.finish();
    if results.is_empty() {
        return Err(match &args.run {
            Some(pattern) => Failure::new(format!("no test's name matches `{pattern}`")),
            None => {
                Failure::new("the policy has no test").help("write one: `test name { now … asset { … } expect … }`")
            }
        });
    }
    output::print(|out| match session.format {
        Format::Human => test_human::tests(out, &results, args.verbose, &session.look),
        format => json::tests(out, &results, format),
    })?;
    Ok(if results.iter().all(|result| result.passed) { Status::Good } else { Status::Bad })
}
