//! The program; everything is in the library's `cli` room.

use std::process::ExitCode;

fn main() -> ExitCode {
    changegate::cli::run(std::env::args_os())
}
