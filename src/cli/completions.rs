//! `changegate completions`: what a shell needs to complete our arguments.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Status;
use super::args::Cli;
use super::failure::Failure;
use super::output;

/// Print the completions for a shell
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs) -> Result<Status, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "changegate", &mut script);
    output::print_text(&String::from_utf8_lossy(&script))?;
    Ok(Status::Good)
}
