//! `changegate man`: the manual page.

use clap::CommandFactory;

use super::Status;
use super::args::Cli;
use super::failure::Failure;
use super::output;

/// Prints the page in roff: `changegate man | man -l -`. The verbs' own pages follow the program's.
pub(super) fn run() -> Result<Status, Failure> {
    let mut command = Cli::command();
    command.build();
    output::print(|out| {
        clap_mangen::Man::new(command.clone()).render(out)?;
        for verb in command.get_subcommands() {
            clap_mangen::Man::new(verb.clone()).render(out)?;
        }
        Ok(())
    })?;
    Ok(Status::Good)
}
