//! The program: one file for each verb. The only place with arguments, exit statuses, files, terminals and the clock.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one room with files, the environment, terminals and the clock"
)]

mod args;
mod audit;
mod bench;
mod calendar;
mod calendars;
mod check;
mod check_schema;
mod completions;
mod config;
mod diff;
mod embedded;
mod engine;
mod eval;
mod explain;
mod facts;
mod failure;
mod feeds;
mod fmt;
mod helper;
mod init;
mod input;
mod intake;
mod kept;
mod lint;
mod loader;
mod man;
mod output;
mod packs;
mod plugin;
mod portions;
mod progress;
mod roll;
mod runs;
mod schema;
mod session;
mod stopwatch;
mod test;
mod triage;
mod tzdb;
mod unpack;
mod watch;
mod when;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, FormatArg, Verb};
use failure::Failure;
use session::Session;

/// The stack of a thread that reads and decides, in bytes.
const STACK: usize = 16 << 20;

/// How many processors there are; the system is asked once, which takes it the reading of some files.
fn processors() -> usize {
    static FOUND: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *FOUND.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// How many threads are worth memory of their own: more than there are processors take turns anyway.
fn workers() -> usize {
    rayon::current_num_threads().min(processors())
}

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// 0: permitted, or done.
    Good,
    /// 1: not permitted, a test failed, a file is not formatted.
    Bad,
    /// 2: the policy, the input or the call is wrong, or nothing was decided.
    Wrong,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Good => Self::SUCCESS,
            Status::Bad => Self::from(1),
            Status::Wrong => Self::from(2),
        }
    }
}

/// Runs the program with its arguments, the program's name first; prints everything there is to print.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Expressions nest, and evaluating them takes more stack than a thread has by default. The thread that has it is one of those that read and
    // decide, so that what is small enough for one need not wait for another.
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || run_here(&arguments)) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => run_here(&arguments),
        }
    })
}

fn run_here(arguments: &[OsString]) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with status 0; whether anybody reads them is not our concern.
            drop(error.print());
            return if error.use_stderr() { Status::Wrong.into() } else { Status::Good.into() };
        }
    };
    let session = match Session::start(&cli.global) {
        Ok(session) => session,
        Err((look, failure)) => {
            failure.print(cli.global.format.into(), &look);
            return Status::Wrong.into();
        }
    };
    if cli.global.format == FormatArg::Ics && !matches!(cli.verb, Verb::Calendar(_)) {
        let failure =
            Failure::new("only `calendar` prints `--format ics`").help("the others print human, json or ndjson");
        failure.print(session.format, &session.problems);
        return Status::Wrong.into();
    }
    match verb(cli.verb, cli.global.format, &session) {
        Ok(status) => status.into(),
        Err(failure) => {
            failure.print(session.format, &session.problems);
            failure.status().into()
        }
    }
}

fn verb(verb: Verb, format: FormatArg, session: &Session) -> Result<Status, Failure> {
    match verb {
        Verb::Check(arguments) => check::run(arguments, format, session),
        Verb::Bench(arguments) => bench::run(&arguments, session),
        Verb::Watch(arguments) => watch::run(arguments, format, session),
        Verb::Triage(arguments) => triage::run(&arguments, session),
        Verb::Audit(arguments) => audit::run(&arguments, session),
        Verb::Why(arguments) => why::run(&arguments, session),
        Verb::When(arguments) => when::run(&arguments, session),
        Verb::Calendar(arguments) => calendar::run(&arguments, session),
        Verb::Test(arguments) => test::run(&arguments, session),
        Verb::Facts(arguments) => facts::run(&arguments, session),
        Verb::Eval(arguments) => eval::run(&arguments, session),
        Verb::Lint(arguments) => lint::run(&arguments, session),
        Verb::Fmt(arguments) => fmt::run(&arguments, session),
        Verb::Feeds(arguments) => feeds::run(&arguments, session),
        Verb::Plugin(arguments) => plugin::run(&arguments, session),
        Verb::Schema(arguments) => schema::run(&arguments, session),
        Verb::Explain(arguments) => explain::run(&arguments, session),
        Verb::Packs(arguments) => packs::run(&arguments, session),
        Verb::Init(arguments) => init::run(&arguments, session),
        Verb::Completions(arguments) => completions::run(&arguments),
        Verb::Man => man::run(),
    }
}

#[cfg(test)]
mod tests;
