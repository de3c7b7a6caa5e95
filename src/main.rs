//! The program; everything is in the library's `cli` room.

use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "the arguments of the program")]
fn main() -> ExitCode {
    changegate::cli::run(std::env::args_os())
}
